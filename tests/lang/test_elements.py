"""Elements of lists that a base gives: BASE-9."""

from __future__ import annotations

from spec_kit import check

from excore.lang.tables.table import plain
from excore.views.toml import binding_text

BASE = """
        #- base.toml
        [TrainData.City]
        !transforms = ["Pad", "Flip", "Pad"]
        [Model.FCN]
        !backbone = "ResNet"
        """


def names(model):
    argument = model.sections["TrainData", "City"].arguments["transforms"]
    return [(ref.text, ref.origin.file.rpartition("/")[2]) for ref in argument.references]


def test_base_9_changed_appended_removed():
    model = check(
        BASE
        + """
        #- run.toml
        __base__ = "base.toml"
        [TrainData.City]
        "!transforms[0]" = "Flip"
        "!transforms[-]" = 1
        "!transforms[+]" = ["Pad", "Flip"]
        "!transforms[-1]" = "Flip"
        """
    )
    assert names(model) == [("Flip", "run.toml"), ("Flip", "run.toml"), ("Pad", "run.toml"), ("Flip", "run.toml")]


def test_base_9_mistakes_are_told_at_their_place():
    check(
        BASE
        + """
        #- run.toml
        __base__ = "base.toml"
        [TrainData.City]
         "!transforms[3]" = "Flip"
        #^^^^^^^^^^^^^^^^ error unknown-key: `!transforms` has 3 elements, `0` to `2`
        "!transforms[-]" = [0, "Pad"]
        #                  ^^^^^^^^^^ error invalid-reference: is named by its number
        "!transforms[+]" = "Pdd"
        #                   ^^^ error unknown-class: did you mean `Pad`?
         "transforms[0]" = 1
        #^^^^^^^^^^^^^^^ error unknown-key: write `!transforms[0]`
        [Model.FCN]
         "!head[0]" = "Pad"
        #^^^^^^^^^^ error unknown-key: a list that a base gives as `!head`; none does
        [TestData.City]
        !transforms = ["Pad"]
         "!transforms[0]" = "Flip"
        #^^^^^^^^^^^^^^^^ error unknown-key: here the list itself is given
        """
    )


def test_base_9_a_fragment_changes_what_others_give():
    check(
        BASE
        + """
        #- more.toml
        [TrainData.City]
        "!transforms[0]" = "Flip"
        #- run.toml
        __base__ = ["base.toml", "more.toml"]
        [TrainData.City]
        "!transforms[+]" = "Flip"
        """
    )


def test_base_9_plain_values_dump_and_provenance():
    model = check(
        """
        #- base.toml
        [Model.FCN]
        !backbone = "ResNet"
        head = [1, [2], { a = 3 }]
        #- run.toml
        __base__ = "base.toml"
        [Model.FCN]
        "head[2]" = { b = { c = 4 } }
        "head[+]" = [[5]]
        """
    )
    binding = model.sections["Model", "FCN"].arguments["head"].binding
    assert plain(binding.value) == [1, [2], {"b": {"c": 4}}, [5]]
    assert binding_text(binding) == "[1, [2], { b = { c = 4 } }, [5]]"
    assert (binding.file, [one.file for one in binding.shadows]) == ("/p/run.toml", ["/p/base.toml"])


def test_base_9_text_elsewhere():
    model = check(
        BASE
        + """
        #- run.toml
        __base__ = "base.toml"
        "seeds[0]" = 1
        [Model.FCN.head]
        "x[0]" = 1
        """
    )
    assert plain(model.isolated["seeds[0]"].value) == 1
    assert plain(model.sections["Model", "FCN"].arguments["head"].binding.value) == {"x[0]": 1}


def test_base_9_elsewhere_such_keys_are_told():
    check(
        """
        #- base.toml
        sizes = [1, 2]
        [TrainData.City]
        transforms = { sizes = [1, 2], other = 3 }
        #- run.toml
        __base__ = "base.toml"
         "sizes[0]" = 3
        #^^^^^^^^^^ warning unknown-key: this value is named `sizes[0]`
        [TrainData.City.transforms]
         "sizes[+]" = 3
        #^^^^^^^^^^ warning unknown-key: only in arguments of modules
        "other[0]" = 3
        "none[0]" = 3
        """
    )
