"""Go to definition (G1)."""

from __future__ import annotations

from kit import check_definition


def test_header_leads_to_the_class() -> None:
    check_definition("[Model.F<|>CN]", "models.py class «FCN»:")


def test_a_class_in_its_own_fixture() -> None:
    check_definition(
        """
        #- models.py
        from excore import Registry
        MODEL = Registry("Model")
        @MODEL.register()
        class FCN: ...
        #- run.toml
        [Model.F<|>CN]
        """,
        "models.py:4 class «FCN»: ...",
    )


def test_field_leads_to_its_registry() -> None:
    check_definition("[Mo<|>del.FCN]", 'models.py «MODEL» = Registry("Model")')


def test_parameter_leads_to_the_constructor() -> None:
    check_definition(
        "[Backbone.ResNet]\nlay<|>ers = 3",
        'models.py def __init__(self, «layers»: int = 50, norm: Literal["bn", "gn"] = "bn", frozen: bool = False):',
    )


def test_inherited_parameter_leads_to_where_it_is_declared() -> None:
    check_definition("[Backbone.VGG]\nchan<|>nels = 3", "models.py def __init__(self, «channels»: int = 3):")


def test_prefixed_parameter() -> None:
    line = "models.py def __init__(self, «backbone»: Base, head=None, classes: int = 19): ..."
    check_definition('[Model.FCN]\n<|>!backbone = "ResNet"', line)
    check_definition('[Model.FCN]\n"!back<|>bone" = "ResNet"', line)


def test_reference_leads_to_its_section() -> None:
    check_definition(
        """
        [Model.FCN]
        !backbone = "Res<|>Net"
        [Backbone.ResNet]
        layers = 3
        """,
        "run.toml:3 [Backbone.«ResNet»]",
    )


def test_reference_without_a_section_leads_to_the_class() -> None:
    check_definition('[Model.FCN]\n!backbone = "Res<|>Net"', "models.py class «ResNet»(Base):")


def test_field_reference_in_another_file() -> None:
    check_definition(
        """
        #- run.toml
        __base__ = ["base.toml"]
        [Model.FCN]
        @backbone = "$Back<|>bone"
        #- base.toml
        [Backbone.ResNet]
        """,
        "base.toml:1 [Backbone.«ResNet»]",
    )


def test_all_members_of_a_field() -> None:
    check_definition(
        """
        [Model.FCN]
        @backbone = ["$Backbone::<|>*"]
        [Backbone.ResNet]
        [Backbone.VGG]
        depth = 1
        """,
        "run.toml:3 [Backbone.«ResNet»]",
        "run.toml:4 [Backbone.«VGG»]",
    )


def test_member_of_a_field() -> None:
    check_definition(
        """
        [Model.FCN]
        @backbone = "$Backbone::V<|>GG"
        [Backbone.ResNet]
        [Backbone.VGG]
        depth = 1
        """,
        "run.toml:4 [Backbone.«VGG»]",
    )


def test_list_item() -> None:
    check_definition(
        """
        [Model.FCN]
        !backbone = ["VGG", "Res<|>Net"]
        [ResNet]
        """,
        "run.toml:3 [«ResNet»]",
    )


def test_variable() -> None:
    check_definition(
        """
        #- run.toml
        __base__ = ["base.toml"]
        [Backbone.VGG]
        &depth = "si<|>ze"
        #- base.toml
        other = 1
        size = 3
        """,
        "base.toml:2 «size» = 3",
    )


def test_entry_of_a_variable_table() -> None:
    check_definition(
        """
        [Backbone.VGG]
        &depth = "sizes.la<|>rge"
        [sizes]
        large = 3
        """,
        "run.toml:4 «large» = 3",
    )


def test_attribute() -> None:
    check_definition(
        """
        [Head.SimpleHead]
        @in_channels = "ResNet.out_<|>channels"
        [Backbone.ResNet]
        """,
        "models.py «out_channels»: int = 8",
    )


def test_base_file() -> None:
    check_definition(
        """
        #- run.toml
        __base__ = ["sub/ba<|>se.toml"]
        #- sub/base.toml
        size = 3
        """,
        "sub/base.toml:1 size = 3",
    )


def test_nothing_where_nothing_is_known() -> None:
    check_definition("[Model.Nob<|>ody]")
    check_definition("[Model.FCN]\nclasses = 1<|>9")
    check_definition('[Model.FCN]\n!backbone = "Nob<|>ody"')
    check_definition('__base__ = ["miss<|>ing.toml"]')
    check_definition("# com<|>ment")


def test_a_table_that_another_file_goes_on_with_is_found_in_this_one() -> None:
    check_definition(
        """
        #- base.toml
        [Model.FCN]
        !backbone = "Res<|>Net"
        [ResNet]
        layers = 18
        #- run.toml
        __base__ = ["base.toml"]
        [ResNet]
        layers = 101
        """,
        "base.toml [«ResNet»]",
    )
