"""Hover (S1)."""

from __future__ import annotations

from kit import check_hover


def test_class() -> None:
    check_hover(
        "[Backbone.Res<|>Net]",
        "class ResNet(",
        "layers: int = 50",
        "A residual network.",
        "Number of residual blocks.",
        "Registry `Backbone`",
        "`models.py:",
    )


def test_class_does_not_repeat_the_section_on_parameters() -> None:
    check_hover("[Backbone.Res<|>Net]", "- `layers` (`int`): Number of residual blocks.", lacks="Args:")


def test_class_says_who_uses_it() -> None:
    check_hover(
        """
        [Model.FCN]
        @backbone = "ResNet"
        [Backbone.Res<|>Net]
        """,
        "**Used by**",
        "`Model.FCN.backbone`",
        "one object, shared",
    )


def test_field() -> None:
    check_hover("[Back<|>bone.ResNet]", "Field `Backbone`: 2 registered", "`[Backbone.ResNet]`")


def test_parameter() -> None:
    check_hover(
        "[Backbone.ResNet]\nlay<|>ers = 3",
        "(parameter) layers: int = 50",
        "Number of residual blocks.",
        "Parameter of `ResNet`",
    )


def test_required_parameter_with_choices_and_prefix() -> None:
    check_hover("[Backbone.ResNet]\nno<|>rm = 'bn'", "One of `'bn'`, `'gn'`.")
    check_hover('[Model.FCN]\n!back<|>bone = "ResNet"', "backbone: Base", "(required)", "`!` a new object at each use")


def test_value_shows_its_parameter() -> None:
    check_hover("[Backbone.ResNet]\nlayers = 10<|>1", "(parameter) layers: int = 50")


def test_a_key_shows_the_values_that_it_reads() -> None:
    check_hover(
        'size = 3\n[Backbone.ResNet]\n&lay<|>ers = "size"', "(parameter) layers: int", "Value `3` from `run.toml:1`"
    )


def test_a_field_shows_its_classes() -> None:
    check_hover("[Back<|>bone.ResNet]", "2 registered", "Classes: `ResNet`, `VGG`")


def test_effective_value_and_what_it_replaces() -> None:
    check_hover(
        """
        #- run.toml
        __base__ = ["base.toml"]
        [Backbone.ResNet]
        lay<|>ers = 101
        #- base.toml
        [Backbone.ResNet]
        layers = 18
        """,
        "Effective value `101` from `run.toml:3`",
        "replaces `18` from `base.toml:2`",
    )


def test_value_of_a_base_is_overridden() -> None:
    check_hover(
        """
        #- run.toml
        __base__ = ["base.toml"]
        [Backbone.ResNet]
        layers = 101
        #- base.toml
        [Backbone.ResNet]
        lay<|>ers = 18
        """,
        "Effective value `101` from `run.toml:3`",
    )


def test_reference() -> None:
    check_hover(
        """
        [Model.FCN]
        !backbone = "Res<|>Net"
        [Backbone.ResNet]
        layers = 3
        """,
        "`[Backbone.ResNet]` in `run.toml:3`: a new object at each use",
        "A residual network.",
    )


def test_reference_without_a_section() -> None:
    check_hover('[Model.FCN]\n!backbone = "Res<|>Net"', "without arguments of its own", "A residual network.")


def test_field_reference() -> None:
    check_hover('[Model.FCN]\n@backbone = "$Back<|>bone"\n[Backbone.ResNet]', "`[Backbone.ResNet]` in `run.toml:3`")


def test_variable() -> None:
    text = '#- run.toml\n__base__ = ["base.toml"]\n[Backbone.VGG]\n&depth = "si<|>ze"\n#- base.toml\nsize = 3'
    check_hover(text, "size = 3", "Value `3` from `base.toml:1`", "Read by `Backbone.VGG`")


def test_attribute() -> None:
    check_hover(
        '[Head.SimpleHead]\n@in_channels = "ResNet.out_ch<|>annels"',
        "(attribute) ResNet.out_channels: int",
        "models.py:",
    )


def test_variable_in_a_text() -> None:
    check_hover('name = "x"\n[Backbone.VGG]\n&depth = "a/${na<|>me}"', 'name = "x"', "Read by `Backbone.VGG`")


def test_the_key_of_an_element_is_its_parameter() -> None:
    text = '#- run.toml\n__base__ = "base.toml"\n[Backbone.ResNet]\n"lay<|>ers[0]" = 3\n#- base.toml\n'
    check_hover(text + "[Backbone.ResNet]\nlayers = [1, 2]", "Effective value `[3, 2]`", "replaces `[1, 2]`")


def test_environment() -> None:
    check_hover('[Backbone.VGG]\n&depth = "${DE<|>PTH}"', "`DEPTH`: an environment variable")


def test_base() -> None:
    check_hover(
        '#- run.toml\n__base__ = ["ba<|>se.toml"]\n#- base.toml\nsize = 3\n[Backbone.VGG]', "`base.toml`", "size = 3",
        "[Backbone.VGG]",
    )  # fmt: skip
    check_hover('__base__ = ["no<|>ne.toml"]', "`none.toml` cannot be read")


def test_keywords() -> None:
    check_hover("__ba<|>se__ = []", "files to inherit from")
    check_hover("[Model.FCN]\n__no_<|>call__ = true", "instead of building it")


def test_nothing_to_say() -> None:
    check_hover("# com<|>ment")
    check_hover("[Model.Nob<|>ody]")
    check_hover("<|>")
