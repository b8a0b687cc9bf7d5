"""What is made in bulk is not walked by the cycle collector, which is otherwise left as it was found."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from excore.lang.collector import many_objects, settle


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
