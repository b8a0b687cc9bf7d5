"""What an edit cannot change is not computed again, and what it can change is."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from excore.lang.memo import Memo, differing


class Names:
    """A computation over named numbers, which counts what it computes."""

    def __init__(self, **numbers: int) -> None:
        self.numbers = numbers
        self.computed: list[str] = []
        self.memo = Memo()

    def value(self, name: str, wanted: str) -> int:
        self.memo.touch(wanted)
        self.computed.append(name)
        return self.numbers.get(wanted, 0)

    def values(self, items: dict[str, str]) -> dict[str, int]:
        return dict(self.memo.each("values", items, self.value))

    def set(self, name: str, number: int) -> None:
        self.numbers[name] = number
        self.memo.forget([name])


def test_each_item_is_computed_once() -> None:
    names = Names(a=1, b=2)
    assert names.values({"x": "a", "y": "b"}) == {"x": 1, "y": 2}
    assert names.values({"x": "a", "y": "b"}) == {"x": 1, "y": 2}
    assert names.computed == ["x", "y"]


def test_what_touched_a_name_is_computed_again_when_that_is_forgotten() -> None:
    names = Names(a=1, b=2)
    names.values({"x": "a", "y": "b", "z": "a"})
    names.set("a", 5)
    assert names.values({"x": "a", "y": "b", "z": "a"}) == {"x": 5, "y": 2, "z": 5}
    assert names.computed[3:] == ["x", "z"]


def test_a_name_that_is_not_there_counts_as_touched() -> None:
    names = Names()
    assert names.values({"x": "a"}) == {"x": 0}
    names.set("a", 3)
    assert names.values({"x": "a"}) == {"x": 3}


def test_only_the_item_with_another_value_is_computed() -> None:
    names = Names(a=1, b=2)
    names.values({"x": "a", "y": "b"})
    assert names.values({"x": "a", "y": "a", "z": "b"}) == {"x": 1, "y": 1, "z": 2}
    assert names.computed[2:] == ["y", "z"]


def test_nothing_is_kept_of_an_item_that_is_no_more() -> None:
    names = Names(a=1)
    names.values({"x": "a"})
    assert names.values({}) == {}
    assert names.values({"x": "a"}) == {"x": 1}
    assert names.computed == ["x", "x"]


def test_an_item_can_be_outdated_by_its_key() -> None:
    names = Names(a=1)
    names.values({"x": "a", "y": "a"})
    names.memo.outdate("values", ["y"])
    names.values({"x": "a", "y": "a"})
    assert names.computed == ["x", "y", "y"]


def test_what_was_computed_ahead_counts_until_a_name_changes() -> None:
    names, items = Names(a=1, b=2), {"x": "a", "y": "b", "z": "a"}
    for _ in range(2):
        next(names.memo.ahead("values", items, names.value, 1))
    names.set("a", 5)
    assert names.values(items) == {"x": 5, "y": 2, "z": 5}
    assert sorted(names.computed) == ["x", "x", "y", "z"]
    assert list(names.memo.ahead("values", {**items, "w": "b"}, names.value, 1)) == []  # each does the rest at once


def test_an_answer_depends_on_what_the_answers_it_asked_for_touched() -> None:
    memo, numbers = Memo(), {"a": 1}

    def inner() -> int:
        memo.touch("a")
        return numbers["a"]

    def outer() -> int:
        return memo.get("inner", inner) + 1

    assert memo.get("outer", outer) == 2
    numbers["a"] = 5
    assert memo.get("outer", outer) == 2
    memo.forget(["a"])
    assert memo.get("outer", outer) == 6


def test_the_latest_answer_is_for_these_very_inputs() -> None:
    memo = Memo()
    made: list[tuple[object, ...]] = []
    one, other = object(), object()
    for inputs in ((one,), (one,), (other,), (one,), (one, other)):
        memo.latest("stage", inputs, partial(made.append, inputs))
    assert made == [(one,), (other,), (one,), (one, other)]


def test_another_context_forgets_everything() -> None:
    memo, context = Memo(), object()
    memo.within(context)
    assert memo.get("key", lambda: 1) == 1
    memo.within(context)
    assert memo.get("key", lambda: 2) == 1
    memo.within(object())
    assert memo.get("key", lambda: 3) == 3


def test_a_copy_forgets_alone() -> None:
    names = Names(a=1)
    names.values({"x": "a"})
    without = names.memo.without(["a"])
    assert dict(without.each("values", {"x": "a"}, lambda name, wanted: 7)) == {"x": 7}
    assert dict(names.memo.each("values", {"x": "a"}, lambda name, wanted: 8)) == {"x": 1}


def test_stages_that_are_no_more_are_dropped() -> None:
    memo = Memo()
    for name in ("a", "b"):
        memo.each(("group", name), {"x": 1}, lambda key, value: 0)
    memo.retain(["group"], ["b"])
    assert dict(memo.each(("group", "a"), {"x": 1}, lambda key, value: 1)) == {"x": 1}
    assert dict(memo.each(("group", "b"), {"x": 1}, lambda key, value: 1)) == {"x": 0}


@given(st.lists(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 2)), min_size=2, max_size=6))
def test_differing_names_what_differs(states: list[dict[str, int]]) -> None:
    for before, after in pairwise(states):
        changed, gone = differing(before, after)
        assert sorted(changed) == sorted(key for key in after if before.get(key) is not after[key])
        assert sorted(gone) == sorted(before.keys() - after.keys())


@given(
    st.lists(
        st.tuples(
            st.dictionaries(st.sampled_from("wxyz"), st.sampled_from("ab")), st.sampled_from("ab"), st.integers(0, 3)
        ),
        min_size=1,
        max_size=8,
    )
)
def test_answers_are_those_of_a_fresh_memo(steps: list[tuple[dict[str, str], str, int]]) -> None:
    names = Names()
    for items, name, number in steps:
        names.set(name, number)
        assert names.values(items) == Names(**names.numbers).values(items)
