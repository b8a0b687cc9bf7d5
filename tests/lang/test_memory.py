"""What is made in bulk is not walked by the cycle collector, which is otherwise left as it was found."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import weakref
from collections.abc import Iterator

import pytest

from excore.index.indexer import Indexer
from excore.lang.collector import many_objects, settle
from excore.lang.workspace.host import Host
from excore_server.ide.completion.complete import complete
from excore_server.ide.definition import definition
from excore_server.ide.hover import hover
from excore_server.ide.references import references
from kit import MODELS, ROOT, Files, parse, path_of


@pytest.fixture(autouse=True)
def _enabled() -> Iterator[None]:
    before = gc.isenabled()
    gc.enable()
    yield
    gc.unfreeze()
    (gc.enable if before else gc.disable)()


def test_the_collector_rests_meanwhile_and_works_afterwards() -> None:
    with many_objects():
        assert not gc.isenabled()
        with many_objects():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_works_again_after_a_failure() -> None:
    with pytest.raises(KeyError), many_objects():
        raise KeyError
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    with many_objects():
        pass
    assert not gc.isenabled()


def test_many_new_objects_are_not_young_any_more_but_still_collected() -> None:
    gc.collect()
    with many_objects():
        made: list[list[object]] = [[] for _ in range(50_000)]
        made[0].append(made[0])
        kept = id(made[0])
    assert gc.get_freeze_count() < 1_000
    assert not any(id(item) == kept for item in gc.get_objects(generation=0))
    del made
    assert gc.collect() >= 1


def test_what_the_program_froze_stays_frozen() -> None:
    gc.freeze()
    with many_objects():
        made = [[number] for number in range(50_000)]
    assert len(made) == 50_000
    assert gc.get_freeze_count() > 0


def test_what_is_settled_is_not_looked_at_again() -> None:
    made: list[list[object]] = [[number] for number in range(5_000)]
    settle()
    assert gc.get_freeze_count() >= 5_000
    assert not {id(item) for item in gc.get_objects()} & set(map(id, made))


def test_what_was_replaced_is_freed_at_once() -> None:
    """The collector may pass over what is old: an index, a catalog or a snapshot in a circle would stay for ever."""
    # In a process of its own: what counts lines keeps frames, and all that they hold, until the collector comes.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", f"import {__name__} as it; it.replace_twice()"], check=True, env=environment)


def replace_twice() -> None:
    text = "[Model.FCN]\n!backbone = 'ResNet'\nclases = 1\n[Backbone.ResNet]\nnorm = 'bn'\n"
    python = {path_of(name): text for name, text in parse(MODELS).files.items()}
    host = Host(Files({"run.toml": text}))
    host.folders[ROOT] = None
    host.open(path_of("run.toml"), text)
    gc.collect()
    gc.disable()
    replaced: list[weakref.ref[object]] = []
    for _ in range(2):
        indexer = Indexer(ROOT, use_cache=False)
        catalog = indexer.update(python)
        host.set_catalog(ROOT, catalog)
        snapshot = host.snapshot()
        assert snapshot.diagnostics(path_of("run.toml"))
        for offset in range(len(text)):
            complete(snapshot, path_of("run.toml"), offset)
            hover(snapshot, path_of("run.toml"), offset)
            definition(snapshot, path_of("run.toml"), offset)
            references(snapshot, path_of("run.toml"), offset)
        replaced += [weakref.ref(indexer), weakref.ref(catalog), weakref.ref(snapshot)]
        host.edit(path_of("run.toml"), 0, 0, "\n")
    del indexer, catalog, snapshot
    assert [one() for one in replaced[:3]] == [None] * 3
    assert replaced[3]() is replaced[5]() is None
