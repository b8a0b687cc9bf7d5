"""Sweeps: a TOML file that says which runs of a config there are (SWEEP).

``[sweep]`` names the config and what to look at, ``[axes]`` what changes, as overrides of a command line have it.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice, product
from typing import NamedTuple

from excore.lang.grammar import BASE_KEY, Grammar, split_change
from excore.lang.nearest import nearest
from excore.lang.problems import Origin, Problem, problem
from excore.lang.project.foreign import is_toml
from excore.lang.resolve.inherit import Base
from excore.lang.resolve.model import Path
from excore.lang.syntax.arguments import Argument, read_argument
from excore.lang.syntax.tree import Array, KeyPart, Missing, Scalar, Value
from excore.lang.syntax.writer import key_text, value_text
from excore.lang.tables.table import Binding, FileTables, Table, Tables, plain

SWEEP, AXES, SEARCH, EXCLUDE = "sweep", "axes", "search", "exclude"
KEYS: Mapping[str, Mapping[str, str]] = {
    SWEEP: {
        "base": "the config that all runs begin with",
        "minimize": "the metric that is best where it is least",
        "maximize": "the metric that is best where it is greatest",
    },
    SEARCH: {
        "trials": "how many runs there are",
        "sampler": "a class of optuna.samplers, TPESampler by default",
        "pruner": "a class of optuna.pruners, none by default",
        "seed": "where the sampler's random numbers begin",
    },
}
RANGE = {
    "from": "the first value",
    "to": "the last value",
    "step": "from one value to the next",
    "count": "how many values",
    "log": "whether the ratio of neighbours is the same",
}
TABLES = {
    SWEEP: "the config, and what is best",
    AXES: "what changes from run to run",
    SEARCH: "by Optuna, not all that is possible",
    EXCLUDE: "combinations that are left out",
    "slurm": "parameters of submitit's executor",
    "ray": "options of ray.remote",
}
NAMES = {
    "sampler": ("TPESampler", "RandomSampler", "CmaEsSampler", "QMCSampler", "GPSampler", "NSGAIISampler"),
    "pruner": ("MedianPruner", "HyperbandPruner", "SuccessiveHalvingPruner", "PercentilePruner", "PatientPruner"),
}
"""Classes of Optuna that are offered; there are more."""
MOST_RUNS = 100_000
_FREE = ("slurm", "ray")
_BASES = ("base", BASE_KEY)


def key_pieces(part: KeyPart, prefixes: str) -> tuple[KeyPart, ...]:
    """The names in one part of an axis: what stands in quotes may be the whole key of an override."""
    found = read_argument(f"{part.name}=0", prefixes) if part.quoted else None
    if not isinstance(found, Argument) or part.end - part.start != len(part.name) + 2:
        return (part,)
    start = part.start + 1
    return tuple(KeyPart(one.name, start + one.start, start + one.end) for one in found.parts)


def config_path(path: Path, root: Table, grammar: Grammar) -> Path:
    """The path that the names of an axis or condition, which ``path`` begins with, have in the config; its prefixes
    with them. Empty for what else a sweep says."""
    if path[:1] not in ((AXES,), (EXCLUDE,)):
        return ()
    found: list[str] = []
    table: Table | None = root
    for name in path[1:]:
        names = table.bindings if table is not None else {}
        if name not in names:
            bare = grammar.split_key(name).name
            name = next((key for key in names if grammar.split_key(key).name == bare), name)
        found.append(name)
        inner = names[name].value if name in names else None
        table = inner if isinstance(inner, Table) else None
    return tuple(found)


def names_base(path: Path, root: Table) -> bool:
    """Whether values at ``path`` of a sweep are files: a ``base`` that is no value of the config."""
    if path == (SWEEP, "base"):
        return True
    is_named = len(path) == 2 and path[0] in (AXES, EXCLUDE) and path[1] in _BASES
    return is_named and not (path[1] == _BASES[0] and _BASES[0] in root.bindings)


def word_text(path: Path) -> str:
    """What a key of a sweep's own means; "" for other keys."""
    first, *inner = path
    if not inner:
        return TABLES.get(first, "")
    names = KEYS.get(first, {}) if len(inner) == 1 else RANGE if first in (AXES, EXCLUDE) else {}
    return names.get(inner[-1], "")


def is_sweep(tables: FileTables) -> bool:
    """Whether a file is a sweep: its table ``sweep`` has a base, or is beside a table ``axes``, or alone."""
    top = tables.root.bindings
    table = top[SWEEP].value if SWEEP in top else None
    if not isinstance(table, Table) or BASE_KEY in top:
        return False
    is_begun = len(top) == 1 and table.bindings.keys() <= KEYS[SWEEP].keys()
    return is_begun or "base" in table.bindings or (AXES in top and isinstance(top[AXES].value, Table))


class Choice(NamedTuple):
    """One value of an axis: as an override has it, for Python, and where it stands."""

    text: str
    value: object
    origin: Origin


class Bounds(NamedTuple):
    """A range in which a search may take any number."""

    low: float
    high: float
    is_integer: bool
    log: bool
    step: float | None


@dataclass(frozen=True)
class Axis:
    """A path of the config and what it becomes. ``parts`` are where its text begins, piece by piece."""

    key: str
    origin: Origin
    parts: tuple[tuple[int, Origin], ...]
    choices: tuple[Choice, ...]
    bounds: Bounds | None = None

    @property
    def is_open(self) -> bool:
        """Whether its choices are not all there are, but the ends of a range."""
        return self.bounds is not None and self.bounds.step is None and len(self.choices) <= 2

    def override(self, choice: Choice) -> str:
        return f"{self.key}={choice.text}"

    def place(self, choice: Choice, start: int, end: int) -> Origin:
        """Where the piece of an override stands in the sweep file."""
        if start > len(self.key):
            origin = choice.origin
            shift = origin.start - len(self.key) - 1
            if origin.block.text[origin.start : origin.end] == choice.text and end + shift <= origin.end:
                return Origin(origin.file, origin.block, start + shift, end + shift)
            return origin
        offset, origin = next((one for one in reversed(self.parts) if one[0] <= start), self.parts[0])
        length = origin.end - origin.start
        if end - offset > length or start - offset > length:
            return origin
        return Origin(origin.file, origin.block, origin.start + start - offset, origin.start + end - offset)


class Run(NamedTuple):
    """One run of a sweep: what each axis became."""

    choices: tuple[tuple[Axis, Choice], ...]

    @property
    def overrides(self) -> tuple[str, ...]:
        return tuple(axis.override(choice) for axis, choice in self.choices)

    @property
    def values(self) -> dict[str, object]:
        """Values by path."""
        return {axis.key: choice.value for axis, choice in self.choices}


@dataclass
class Sweep:
    """A sweep file, understood as far as it can be."""

    path: str
    base: str = ""
    base_origin: Origin | None = None
    metric: str = ""
    maximize: bool = False
    axes: list[Axis] = field(default_factory=list)
    excluded: list[dict[str, object]] = field(default_factory=list)
    search: dict[str, object] | None = None
    options: dict[str, dict[str, object]] = field(default_factory=dict)
    files: list[Base] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many combinations there are, those that are left out counted."""
        return math.prod(len(axis.choices) for axis in self.axes)

    def runs(self) -> Iterator[Run]:
        """All combinations that are not left out, the last axis changing first; of open ranges both ends."""
        return filter(self.keeps, self._combinations())

    def _combinations(self) -> Iterator[Run]:
        for choices in product(*(axis.choices for axis in self.axes)):
            yield Run(tuple(zip(self.axes, choices, strict=True)))

    def samples(self, most: int) -> Iterator[Run]:
        """At most so many runs, in which each choice is found at first."""
        first = Run(tuple((axis, axis.choices[0]) for axis in self.axes))
        singles = (
            Run((*first.choices[:number], (axis, choice), *first.choices[number + 1 :]))
            for number, axis in enumerate(self.axes)
            for choice in axis.choices
        )
        seen = dict.fromkeys(run.overrides for run in islice(chain(singles, self._combinations()), 3 * most))
        by_text = {axis.override(choice): (axis, choice) for axis in self.axes for choice in axis.choices}
        found = (Run(tuple(by_text[text] for text in texts)) for texts in seen)
        return islice(filter(self.keeps, found), most)

    def keeps(self, run: Run) -> bool:
        """Whether a run is none of those that are left out."""
        return not self.leaves_out(run.values)

    def leaves_out(self, values: Mapping[str, object]) -> bool:
        """Whether a combination is one of ``exclude``."""
        return any(
            all(_fits(values[key], wanted) for key, wanted in one.items() if key in values) for one in self.excluded
        )


def _fits(value: object, wanted: object) -> bool:
    if isinstance(wanted, list):
        return any(_fits(value, one) for one in wanted)
    if isinstance(wanted, dict):
        low, high = wanted.get("from", -math.inf), wanted.get("to", math.inf)
        return isinstance(value, (int, float)) and low <= value <= high
    return value == wanted


def read_sweep(tables: FileTables, prefixes: str) -> Sweep:
    """What a sweep file says, and what is wrong with that. Bases of other files are not looked at."""
    reader = _Reader(Sweep(tables.file), prefixes)
    reader.read(tables.root)
    return reader.sweep


class _Reader:
    def __init__(self, sweep: Sweep, prefixes: str) -> None:
        self.sweep = sweep
        self.prefixes = prefixes

    def wrong(self, message: str, origin: Origin, suggestions: tuple[str, ...] = ()) -> None:
        if suggestions:
            message += f"; did you mean `{suggestions[0]}`?"
        self.sweep.problems.append(problem("invalid-sweep", message, origin, suggestions=suggestions))

    def unknown(self, binding: Binding, names: Iterable[str], where: str) -> None:
        near = nearest(binding.name, names, limit=1)
        self.wrong(f"{where} has no `{binding.name}`", binding.origin, near)

    def read(self, root: Table) -> None:
        sweep = self.sweep
        for name, binding in root.bindings.items():
            value = binding.value
            if name == EXCLUDE:
                continue
            if name not in TABLES:
                self.unknown(binding, TABLES, "a sweep")
            elif not isinstance(value, Table):
                self.wrong(f"`{name}` is a table: write `[{name}]`", binding.origin)
            elif name in _FREE:
                sweep.options[name] = {key: plain(one.value) for key, one in value.bindings.items()}
            elif name == AXES:
                self.axes(value, "", ())
            else:
                self.settings(name, value, binding.origin)
        self.whole(root)
        if EXCLUDE in root.bindings:
            self.excluded(root.bindings[EXCLUDE])

    def whole(self, root: Table) -> None:
        """What is missing, and what does not go together."""
        sweep, header = self.sweep, root.bindings[SWEEP]
        if not sweep.base:
            self.wrong("`base` is missing: the config that all runs begin with", header.origin)
        if AXES not in root.bindings:
            self.wrong("a sweep needs `[axes]`: what changes from run to run", header.origin)
        for axis in sweep.axes:
            if axis.is_open and sweep.search is None:
                self.wrong("a range needs `step` or `count`, or the sweep a `[search]`", axis.choices[0].origin)
        if sweep.search is not None and not sweep.metric:
            self.wrong("a search needs `minimize` or `maximize` in `[sweep]`", root.bindings[SEARCH].origin)
        if sweep.search is None and sweep.count > MOST_RUNS:
            self.wrong(f"{sweep.count} runs are more than {MOST_RUNS}", header.origin)

    def settings(self, name: str, table: Table, origin: Origin) -> None:
        found: dict[str, object] = {}
        for key, binding in table.bindings.items():
            value = plain(binding.value)
            if isinstance(binding.value, Missing):
                continue
            if key not in KEYS[name]:
                self.unknown(binding, KEYS[name], f"`[{name}]`")
            elif key in ("trials", "seed"):
                if type(value) is not int or value < (key == "trials"):
                    self.wrong(f"`{key}` is a whole number", binding.value_origin)
                else:
                    found[key] = value
            elif not isinstance(value, str) or not value:
                self.wrong(f"`{key}` is a text", binding.value_origin)
            else:
                found[key] = value
        if name == SWEEP:
            self.goal(table, found)
            return
        self.sweep.search = found
        if "trials" not in table.bindings:
            self.wrong("`trials` is missing: how many runs there are", origin)

    def goal(self, table: Table, found: dict[str, object]) -> None:
        if "base" in found:
            self.sweep.base_origin = table.bindings["base"].value_origin
            self.sweep.base = self.file(str(found["base"]))
            self.files("base", table.bindings["base"])
        goals = [key for key in ("minimize", "maximize") if key in found]
        if len(goals) > 1:
            self.wrong("`minimize` or `maximize`, not both", table.bindings[goals[1]].origin)
        elif goals:
            self.sweep.metric, self.sweep.maximize = str(found[goals[0]]), goals[0] == "maximize"

    # -- axes

    def axes(self, table: Table, above: str, parts: tuple[tuple[int, Origin], ...]) -> None:
        for binding in table.bindings.values():
            key, here = self.key(binding, above, parts)
            value = binding.value
            if isinstance(value, Table) and value.style != "inline":
                self.axes(value, key, here)
                continue
            if isinstance(value, Missing):
                continue
            if isinstance(value, Tables):
                self.wrong("an axis is a list, a range or a value", binding.origin)
                continue
            bounds: Bounds | None = None
            choices: tuple[Choice, ...] = ()
            if isinstance(value, Table):
                bounds, choices = self.range(binding, value)
            else:
                items = value.items if isinstance(value, Array) else (value,)
                choices = tuple(self.choice(binding, item) for item in items if not isinstance(item, Missing))
                if not choices:
                    self.wrong(f"the axis `{key}` has no value", binding.value_origin)
            self.files(key, binding)
            if choices:
                self.sweep.axes.append(Axis(key, binding.origin, here, choices, bounds))

    def key(
        self, binding: Binding, above: str, parts: tuple[tuple[int, Origin], ...]
    ) -> tuple[str, tuple[tuple[int, Origin], ...]]:
        """The key of an override with one name more; what stands in quotes may be a whole one."""
        name, origin = binding.name, binding.origin
        whole = isinstance(read_argument(f"{name}=0", self.prefixes), Argument)
        text = name if whole else key_text(name, self.prefixes)
        if binding.part.quoted and whole:
            origin = Origin(origin.file, origin.block, origin.start + 1, origin.end - 1)
        start = f"{above}." if above else ""
        return start + text, (*parts, (len(start), origin))

    def choice(self, binding: Binding, item: Value) -> Choice:
        origin = Origin(binding.file, binding.block, item.start, item.end)
        text = binding.block.text[item.start : item.end]
        is_whole = isinstance(item, Scalar) and text.isprintable() and not text.startswith(('"""', "'''"))
        value = plain(item)
        return Choice(text if is_whole else value_text(value), value, origin)

    def files(self, key: str, binding: Binding) -> None:
        """Keep the files that an axis, a condition or the sweep begins with."""
        value = binding.value
        for item in value.items if isinstance(value, Array) else (value,):
            if not isinstance(item, Scalar) or split_change(key)[1] not in _BASES:
                continue
            text = item.value
            if isinstance(text, str) and is_toml(text):
                origin = Origin(binding.file, binding.block, item.start, item.end)
                self.sweep.files.append(Base(text, self.file(text), origin))

    def file(self, text: str) -> str:
        """The file a text means, from the folder of the sweep."""
        return os.path.normpath(os.path.join(os.path.dirname(self.sweep.path), os.path.expanduser(text)))

    def range(self, binding: Binding, table: Table) -> tuple[Bounds | None, tuple[Choice, ...]]:
        found: dict[str, float] = {}
        before = len(self.sweep.problems)
        for key, one in table.bindings.items():
            value = plain(one.value)
            if key not in RANGE:
                self.unknown(one, RANGE, "a range")
            elif isinstance(value, bool) is not (key == "log") or not isinstance(value, (bool, int, float)):
                self.wrong(f"`{key}` is {'true or false' if key == 'log' else 'a number'}", one.value_origin)
            elif not math.isfinite(value):
                self.wrong(f"`{key}` is not finite", one.value_origin)
            else:
                found[key] = value
        origin = binding.origin
        missing = [key for key in ("from", "to") if key not in table.bindings]
        if missing:
            self.wrong(f"a range needs `{missing[0]}`", origin)
        if len(self.sweep.problems) > before:
            return None, ()
        low, high, log = found["from"], found["to"], bool(found.get("log"))
        step, count = found.get("step"), found.get("count")
        reason = _wrong_range(low, high, log, step, count)
        if reason:
            self.wrong(reason, origin)
            return None, ()
        is_integer = isinstance(low, int) and isinstance(high, int) and (step is None or isinstance(step, int))
        values = _values(low, high, log, step, count, is_integer)
        whole = tuple(Choice(value_text(value), value, origin) for value in values)
        given = count is not None or step is not None
        return (None if count is not None else Bounds(low, high, is_integer, log, step)), whole if given else whole[:2]

    def excluded(self, binding: Binding) -> None:
        if not isinstance(binding.value, Tables):
            self.wrong(f"write `[[{EXCLUDE}]]` above each combination that is left out", binding.origin)
            return
        keys = {axis.key for axis in self.sweep.axes}
        for item in binding.value.items:
            found: dict[str, object] = {}
            self.conditions(item, "", keys, found)
            if found:
                self.sweep.excluded.append(found)

    def conditions(self, table: Table, above: str, keys: set[str], found: dict[str, object]) -> None:
        for binding in table.bindings.values():
            key, _ = self.key(binding, above, ())
            value = binding.value
            if key in keys:
                found[key] = plain(value)
                self.files(key, binding)
                if isinstance(value, Table):
                    for name, one in value.bindings.items():
                        if name not in ("from", "to"):
                            self.unknown(one, ("from", "to"), "a range that is left out")
                        elif type(plain(one.value)) not in (int, float):
                            self.wrong(f"`{name}` is a number", one.value_origin)
            elif isinstance(value, Table) and value.style != "inline":
                self.conditions(value, key, keys, found)
            else:
                near = nearest(key, keys, limit=1)
                self.wrong(f"`{key}` is no axis", binding.origin, near)


def _wrong_range(low: float, high: float, log: bool, step: float | None, count: float | None) -> str:
    if low > high:
        return "`from` is greater than `to`"
    if log and low <= 0:
        return "with `log` all values are greater than 0"
    if step is not None and count is not None:
        return "`step` or `count`, not both"
    if step is not None and (step <= 0 or log):
        return "`step` is greater than 0, and without `log`"
    if count is not None and (type(count) is not int or count < 1):
        return "`count` is a whole number from 1 on"
    if (step is not None and (high - low) / step > MOST_RUNS) or (count or 0) > MOST_RUNS:
        return f"a range has at most {MOST_RUNS} values"
    return ""


def _values(
    low: float, high: float, log: bool, step: float | None, count: float | None, is_integer: bool
) -> list[float]:
    if step is not None:
        number = int((high - low) / step + 1e-9) + 1
        values = [low + index * step for index in range(number)]
    elif count == 1:
        values = [low]
    else:
        last = int(count or 2) - 1
        values = [
            low * (high / low) ** (index / last) if log else low + (high - low) * index / last
            for index in range(last + 1)
        ]
    if is_integer:
        return list(dict.fromkeys(round(value) for value in values))
    return list(dict.fromkeys(float(f"{value:.12g}") for value in values))
