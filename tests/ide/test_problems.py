"""Problems as annotations under the lines they are about."""

from __future__ import annotations

import pytest

from kit import check_problems


def test_none() -> None:
    check_problems('[Model.FCN]\n!backbone = "ResNet"')


def test_conflict_of_prefixes() -> None:
    check_problems(
        """
        [Model.FCN]
        @backbone = "ResNet"
        [Model.SegNet]
        !backbone = "ResNet"
        #           ^^^^^^^^ error reuse-conflict
        """
    )


def test_unknown_names() -> None:
    check_problems(
        """
        [Model.FNC]
        #      ^^^ error unknown-class
        [Backbone.ResNet]
        layer = 3
        ^^^^^ error unknown-parameter
        """
    )


def test_a_wrong_annotation_is_told() -> None:
    with pytest.raises(AssertionError):
        check_problems("[Model.FCN]\n#      ^^^ error unknown-class")
