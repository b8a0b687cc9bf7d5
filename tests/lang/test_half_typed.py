"""What is said of a name while it is typed: that the text is not complete, and nothing about the name."""

from __future__ import annotations

import pytest
from spec_kit import problems

COMPLETE = """\
[Model.FCN]
@backbone = "$Backbone"
num_classes = 3

[Backbone.ResNet]
layers = 3
"""


@pytest.mark.parametrize("length", range(len("[Model.F"), len(COMPLETE)))
def test_a_name_that_is_still_typed_is_not_judged(length: int) -> None:
    text = COMPLETE[:length]
    here = text.count("\n")
    found = problems(text)
    broken = [item for item in found if item.code == "syntax"]
    on_the_line = [item for item in found if item.origin.block.text.count("\n", 0, item.origin.start) == here]
    if broken:
        assert {item.code for item in on_the_line} <= {"syntax"}, text


def test_a_finished_name_is_judged_beside_a_syntax_error() -> None:
    found = {item.code for item in problems("[Model.FNC]\nnum_classes = \n")}
    assert found == {"syntax", "unknown-class"}


def test_the_same_name_is_judged_once_it_is_finished() -> None:
    assert [item.code for item in problems("[Model.FN")] == ["syntax"]
    assert "unknown-class" in [item.code for item in problems("[Model.FN]\n")]


@pytest.mark.parametrize(
    ("header", "codes"),
    [
        ("[Backbone.V", ["syntax"]),
        ("[Backbone.V]", ["unknown-class"]),
        ("[Backbone.VGG]\ndepth = 1", ["ambiguous-reference"]),
        ("[Backbone.VGG]\ndepth = 1\n[Backbone.V]", ["ambiguous-reference", "unknown-class"]),
    ],
)
def test_a_table_of_a_half_typed_class_makes_no_reference_ambiguous(header: str, codes: list[str]) -> None:
    assert [item.code for item in problems(f"{COMPLETE}\n{header}\n")] == codes
