"""Problems are listed by position, each once, whatever was listed before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from excore.lang.problems import Origin, Problem
from excore.lang.syntax.document import parse
from excore.lang.workspace.listing import Listing

TREE = parse("a = 1\n[b]\n[c]\n[d]\n")
ELSEWHERE = parse("x = 1\n").blocks[0]
PROBLEMS = [
    Problem(code, message, Origin("run.toml", block, start, start + 1), severity)
    for block in (*TREE.blocks, ELSEWHERE)
    for start in (0, 1)
    for code in ("syntax", "unknown-class")
    for message, severity in (("one", "error"), ("two", "error"), ("two", "warning"))
]


@given(st.lists(st.lists(st.sampled_from(PROBLEMS), unique_by=id), min_size=2, max_size=5), st.data())
def test_what_is_listed_does_not_depend_on_what_was_listed_before(found, data):
    listing = Listing()
    for items in found:
        few = data.draw(st.lists(st.sampled_from(PROBLEMS), max_size=2, unique_by=id))
        for now in (items, [item for item in [*few, *items[1:]] if items.count(item) < 2]):
            fresh = Listing().listed(now, TREE)
            assert list(map(id, listing.listed(now, TREE))) == list(map(id, fresh))
            places = [(TREE.index_of[item.origin.block], item.origin.start, item.code, item.message) for item in fresh]
            assert places == sorted(set(places))
