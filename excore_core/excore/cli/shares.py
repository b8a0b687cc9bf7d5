"""What is to be judged, divided among processes, each of which begins with all that is known here. What is found does
not depend on how many there are."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from itertools import chain, pairwise

from excore.index.indexer import Indexer
from excore.lang.catalog import LazyMapping
from excore.lang.check.fragments import Witness
from excore.lang.problems import Origin, Problem, Related
from excore.lang.syntax.tree import Block
from excore.lang.workspace.host import Snapshot
from excore.tooling.diagnostics import Json, diagnostics, encode

_LEAST = 50
"""Files that are worth a process: to begin one takes as long as judging twenty."""


def cores() -> int:
    """How many processes can work at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def judged(
    snapshot: Snapshot,
    paths: Collection[str],
    is_checked: Callable[[str], bool],
    jobs: int,
    indexers: Sequence[Indexer] = (),
) -> dict[str, list[Json]]:
    """The diagnostics of those of ``paths`` that are checked, found in at most ``jobs`` processes. ``indexers`` keep
    which details of classes all of them needed.

    A file that others include is judged by the configs that include it: each process tells what those of its share say
    together (``Snapshot.witness``).
    """
    roots = {path: snapshot.roots(path) for path in paths if snapshot.includers(path)}
    roots = {path: above for path, above in roots.items() if above != (path,)}
    units = sorted({*(path for path in paths if path not in roots), *chain.from_iterable(roots.values())})
    wanted = frozenset(paths) - roots.keys()

    def work(share: Sequence[str]) -> tuple[dict[str, list[Json]], dict[str, Witness]]:
        there = frozenset(share)
        found = {path: diagnostics(snapshot, path) for path in share if path in wanted and is_checked(path)}
        parts = ((path, [root for root in above if root in there]) for path, above in roots.items())
        return found, {path: snapshot.witness(path, part) for path, part in parts if part}

    def told(share: Sequence[str]) -> Json:
        found, witnesses = work(share)
        heard = {path: _told(snapshot, path, witness) for path, witness in witnesses.items()}
        used = _used(snapshot, paths) if any(indexer.unsaved for indexer in indexers) else []
        return {"found": found, "heard": heard, "used": used}

    first, *others = _shares(units, jobs)
    answers = [_forked(partial(told, share)) for share in others]
    found, witnesses = work(first)
    for path, witness in witnesses.items():
        snapshot.heard[path] = [witness]
    for answer in answers:
        more = answer()
        found.update(more["found"])
        for path, one in more["heard"].items():
            snapshot.heard.setdefault(path, []).append(_heard(snapshot, path, one))
        for path, registry, names in more["used"]:
            for name in names:
                snapshot.catalog(path).get(registry, name)  # so that it is kept for the next time
    found.update((path, diagnostics(snapshot, path)) for path in roots if is_checked(path))
    return found


def _shares(units: Sequence[str], jobs: int) -> list[Sequence[str]]:
    """Neighbours in the order stay together, in which what they say together is put together again."""
    can_fork = hasattr(os, "fork") and threading.active_count() == 1
    count = max(1, min(jobs, len(units) // _LEAST)) if can_fork else 1
    edges = [len(units) * number // count for number in range(count + 1)]
    return [units[start:end] for start, end in pairwise(edges)]


def _forked(work: Callable[[], Json]) -> Callable[[], Json]:
    """Begin ``work`` in a copy of this process. The result waits for what it found; if it did not live to tell, the
    work is done here."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            with os.fdopen(writing, "wb") as out:
                out.write(encode(work()).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)

    def answer() -> Json:
        with os.fdopen(reading, "rb") as pipe:
            data = pipe.read()
        _, status = os.waitpid(child, 0)
        result: Json = json.loads(data if status == 0 else encode(work()))
        return result

    return answer


def _used(snapshot: Snapshot, paths: Iterable[str]) -> list[tuple[str, str, list[str]]]:
    """A file of each project, and the names in each registry of which the details were needed."""
    files = {snapshot.project(path).root: path for path in paths}
    return [
        (path, registry, [*table.made])
        for path in files.values()
        for registry, table in snapshot.catalog(path).entries.items()
        if isinstance(table, LazyMapping)
    ]


# A witness as JSON: a block is told by its number in its file


def _told(snapshot: Snapshot, path: str, witness: Witness) -> Json:
    def origin(one: Origin) -> list[object]:
        return [one.file, _number(snapshot, one.file, one.block), one.start, one.end]

    return {
        "problems": [
            {
                **{name: getattr(item, name) for name in ("code", "message", "severity", "suggestions", "data")},
                "origin": origin(item.origin),
                "related": [(origin(other.origin), other.message) for other in item.related],
            }
            for item in witness.problems
        ],
        "overridden": [
            (_number(snapshot, path, block), sorted(places)) for block, places in witness.overridden.items()
        ],
        "told": [(code, origin(place)) for code, place in witness.told],
    }


def _heard(snapshot: Snapshot, path: str, told: Json) -> Witness:
    def origin(one: tuple[str, int, int, int]) -> Origin:
        file, number, start, end = one
        return Origin(file, _block(snapshot, file, number), start, end)

    problems = [
        Problem(
            item["code"],
            item["message"],
            origin(item["origin"]),
            item["severity"],
            tuple(item["suggestions"]),
            tuple(Related(origin(place), message) for place, message in item["related"]),
            tuple((name, value) for name, value in item["data"]),
        )
        for item in told["problems"]
    ]
    places = {
        _block(snapshot, path, number): frozenset((start, end, whole) for start, end, whole in spans)
        for number, spans in told["overridden"]
    }
    return Witness(problems, lambda: places, frozenset((code, origin(place)) for code, place in told["told"]))


def _number(snapshot: Snapshot, path: str, block: Block) -> int:
    file = snapshot.file(path)
    return -1 if file is None else file.tree.index_of.get(block, -1)


def _block(snapshot: Snapshot, path: str, number: int) -> Block:
    file = snapshot.file(path)
    return Block("", None, (), (), 0) if file is None or number < 0 else file.tree.blocks[number]
