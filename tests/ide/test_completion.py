"""Completion: headers, parameters, values (T1, T2, T3, T4, T6)."""

from __future__ import annotations

import pytest

from excore_server.ide.completion.complete import complete
from kit import ROOT, accepted, answer, check_completion, index, path_of, world

# -- headers


def test_fields_registries_and_names_in_an_empty_header() -> None:
    check_completion("[<|>", has="Model Backbone Head FCN ResNet")


@pytest.mark.parametrize("text", ["[Model.<|>", "[Model.<|>]", "[ Model . <|>]", "[Model.<|>]\n[Backbone.ResNet]"])
def test_only_the_names_of_the_field(text: str) -> None:
    check_completion(text, "FCN SegNet")


def test_filtered_by_what_is_typed() -> None:
    check_completion("[Model.Se<|>]", "SegNet")
    check_completion("[Model.seg<|>]", "SegNet")
    check_completion("[Model.sn<|>]", "SegNet")
    check_completion("[Model.x<|>]", "")


def test_what_has_a_table_already_comes_last() -> None:
    check_completion("[Model.FCN]\n[Model.<|>]", "SegNet FCN")


def test_names_that_are_used_without_a_table_come_first() -> None:
    check_completion('[Model.FCN]\n!backbone = "VGG"\n[Backbone.<|>', "VGG ResNet")
    check_completion('[Model.FCN]\n!backbone = "VGG"\n[<|>', first="VGG")


def test_a_class_brings_its_required_arguments() -> None:
    check_completion("[Backbone.<|>]", accept=("VGG", "[Backbone.VGG]\ndepth = ${1:0}"))
    check_completion("[Backbone.<|>", accept=("VGG", "[Backbone.VGG]\ndepth = ${1:0}"))
    check_completion("[Model.<|>]", accept=("FCN", '[Model.FCN]\n!backbone = "${1:ResNet}"'))


def test_no_skeleton_where_arguments_stand_already() -> None:
    check_completion("[Backbone.<|>]\ndepth = 3", accept=("VGG", "[Backbone.VGG]"))


def test_the_skeleton_follows_the_style_of_the_file() -> None:
    text = '[Model.SegNet]\n"!backbone" = "ResNet"\n[Model.<|>]'
    check_completion(text, accept=("FCN", '[Model.FCN]\n"!backbone" = "${1:ResNet}"'))


@pytest.mark.parametrize("name", ["FCN", "SegNet"])
def test_after_accepting_nothing_is_missing(name: str) -> None:
    here = accepted("[Model.<|>]\n", name)
    assert [problem.message for problem in here.snapshot.diagnostics(path_of("run.toml"))] == []


# -- parameters


@pytest.mark.parametrize(
    "text",
    [
        "[Backbone.ResNet]\n<|>",
        "[Backbone.ResNet]\n<|>\n[Model.FCN]",
        "[Backbone.ResNet]\n  <|>",
        "[Backbone.ResNet]\n\n\n<|>",
        "Backbone.ResNet = {<|>}",
    ],
)
def test_parameters_in_an_empty_place(text: str) -> None:
    check_completion(text, "layers norm frozen __no_call__")


def test_only_parameters_that_are_not_set() -> None:
    check_completion("[Backbone.ResNet]\nlayers = 3\n<|>", "norm frozen __no_call__")
    check_completion("[Backbone.ResNet]\n<|>\nfrozen = true", "layers norm __no_call__")
    check_completion('[Model.FCN]\n!backbone = "VGG"\n<|>', "!head classes __no_call__")


def test_required_parameters_come_first() -> None:
    check_completion("[Backbone.VGG]\n<|>", "depth channels __no_call__")


def test_what_a_base_sets_comes_after_what_nobody_sets() -> None:
    text = '#- run.toml\n__base__ = ["base.toml"]\n[Backbone.ResNet]\n<|>\n#- base.toml\n[Backbone.ResNet]\nlayers = 3'
    check_completion(text, "norm frozen layers __no_call__")


def test_default_choices_and_booleans_as_stops() -> None:
    check_completion("[Backbone.ResNet]\nla<|>", accept=("layers", "layers = ${1:50}"))
    check_completion("[Backbone.ResNet]\nno<|>", accept=("norm", 'norm = ${1|"bn","gn"|}'))
    check_completion("[Backbone.ResNet]\nfr<|>", accept=("frozen", "frozen = ${1|false,true|}"))


def test_the_prefix_fits_the_annotation() -> None:
    check_completion("[Model.FCN]\nba<|>", accept=("!backbone", '!backbone = "${1:ResNet}"'))
    check_completion("[Model.SegNet]\nbl<|>", accept=("$block", '\\$block = "${1:ResNet}"'))
    check_completion("[Head.SimpleHead]\nac<|>", accept=("$act", '\\$act = "$1"'))


def test_a_typed_prefix_or_quote_is_kept() -> None:
    check_completion("[Model.FCN]\n@ba<|>", accept=("@backbone", '@backbone = "${1:ResNet}"'))
    check_completion('[Model.FCN]\n"!ba<|>"', accept=("!backbone", '"!backbone" = "${1:ResNet}"'))
    check_completion("[Backbone.ResNet]\n&<|>", accept=("&layers", '&layers = "$1"'))


def test_only_the_name_where_a_value_stands() -> None:
    check_completion("[Backbone.ResNet]\nla<|> = 3", accept=("layers", "layers = 3"))


def test_the_editor_can_filter_by_what_stands_there() -> None:
    _, items = answer('[Model.FCN]\n"!b<|>"')
    assert [item.filter for item in items] == ['"!backbone']


def test_default_and_type_in_the_detail() -> None:
    _, items = answer("[Backbone.VGG]\n<|>")
    assert [item.detail for item in items[:2]] == ["int, required", "int = 3"]


def test_top_level() -> None:
    check_completion("<|>", first="__base__ [Model]")
    check_completion("__ba<|>", "__base__")


# -- values


@pytest.mark.parametrize("text", ["fro<|>zen = ", "frozen = <|>", "frozen = t<|>", "frozen =<|>"])
def test_booleans(text: str) -> None:
    if text.startswith("frozen"):
        check_completion(f"[Backbone.ResNet]\n{text}", has="true")


def test_choices() -> None:
    check_completion("[Backbone.ResNet]\nnorm = <|>", ['"bn"', '"gn"'])
    check_completion('[Backbone.ResNet]\nnorm = "<|>"', ["bn", "gn"])
    check_completion('[Backbone.ResNet]\nnorm = "g<|>', ["gn"])


def test_the_default() -> None:
    check_completion("[Backbone.ResNet]\nlayers = <|>", "50")


def test_instances_that_fit_the_annotation_sections_first() -> None:
    check_completion('[Model.FCN]\n!backbone = "<|>"', "ResNet VGG")
    text = '[Model.FCN]\n!backbone = "<|>"\n[Backbone.VGG]\ndepth = 1\n[Head.SimpleHead]'
    check_completion(text, "VGG ResNet $Backbone")


def test_a_registry_of_the_same_name() -> None:
    check_completion('[Model.FCN]\n!head = "<|>"', "SimpleHead")


def test_several_tables_of_one_class() -> None:
    check_completion(
        """
        [Model.FCN]
        !backbone = "<|>"
        [Backbone.ResNet]
        [Deep.ResNet]
        """,
        first="$Backbone::ResNet $Deep::ResNet VGG",
    )


def test_classes() -> None:
    check_completion('[Model.SegNet]\n$block = "<|>"', "ResNet VGG")


@pytest.mark.parametrize(
    "text", ['!backbone = "<|>', "!backbone = <|>", '!backbone = ["<|>', '!backbone = ["VGG", "<|>"]']
)
def test_broken_values(text: str) -> None:
    check_completion(f"[Model.FCN]\n{text}\n[Head.SimpleHead]", has="ResNet VGG")


def test_quotes_are_added() -> None:
    check_completion("[Model.FCN]\n!backbone = <|>", accept=("VGG", '!backbone = "VGG"'))
    check_completion("[Model.FCN]\n!backbone = VG<|>", accept=("VGG", '!backbone = "VGG"'))
    check_completion('[Model.FCN]\n!backbone = "VG<|>', accept=("VGG", '!backbone = "VGG$1"$0'))
    check_completion('[Model.FCN]\n!backbone = "VG<|>"', accept=("VGG", '!backbone = "VGG"'))


def test_fields_and_members() -> None:
    tables = "[Backbone.VGG]\ndepth = 1\n[Backbone.ResNet]\n[Head.SimpleHead]"
    check_completion(f'[Model.FCN]\n!backbone = "$<|>"\n{tables}', first="Backbone Head")
    check_completion(f'[Model.FCN]\n!backbone = "$Ba<|>"\n{tables}', accept=("Backbone", '!backbone = "$Backbone::"'))
    check_completion(f'[Model.FCN]\n!head = "$He<|>"\n{tables}', accept=("Head", '!head = "$Head"'))
    check_completion(f'[Model.FCN]\n!backbone = "$Backbone::<|>"\n{tables}', "VGG ResNet *")
    check_completion(f'[Model.FCN]\n!backbone = "$Backbone::R<|>\n{tables}', "ResNet")


def test_attributes() -> None:
    check_completion('[Model.FCN]\n!backbone = "ResNet.<|>"', has="layers channels freeze out_channels")
    check_completion('[Model.FCN]\n!backbone = "ResNet.fr<|>"', accept=("freeze", '!backbone = "ResNet.freeze()"'))
    check_completion('[Model.FCN]\n$backbone = "ResNet.<|>"', "from_pretrained out_channels")


def test_variables() -> None:
    check_completion('size = 3\nname = "x"\n[Backbone.ResNet]\n&layers = "<|>"', "size name")
    check_completion('name = "x"\nsize = 3\n[Backbone.ResNet]\n&layers = "<|>"', "size name")
    check_completion('[Backbone.ResNet]\n&layers = "opts.<|>"\n[opts]\na = 1', "a")


def test_an_element_of_a_list_of_a_base() -> None:
    text = """
        #- run.toml
        __base__ = "base.toml"
        [Model.SegNet]
        "$block[0]" = <|>
        #- base.toml
        [Model.SegNet]
        $block = ["ResNet"]
        """
    check_completion(text, has="VGG", accept=("VGG", '"$block[0]" = "VGG"'))


def test_environment() -> None:
    text = '[Backbone.VGG]\n&depth = "${<|>"'
    check_completion(text, "DATA HOME", environment=["HOME", "DATA"], accept=("HOME", '&depth = "${HOME}"'))


def test_values_in_a_text() -> None:
    text = 'HOME = "x"\nopt = { lr = 1 }\n[Backbone.VGG]\n&depth = "a/${<|>"'
    check_completion(text, "HOME opt.lr DATA", environment=["HOME", "DATA"], accept=("HOME", '&depth = "a/${HOME}"'))


def test_environment_that_configs_use_comes_first() -> None:
    text = """
        #- run.toml
        [Backbone.VGG]
        &depth = "${<|>"
        #- other.toml
        root = "x"
        [Backbone.VGG]
        &depth = "${HOME}/${UNSET}"
        """
    check_completion(text, "HOME UNSET DATA", environment=["HOME", "DATA"])
    check_completion(text.replace("${<|>", "${D<|>"), "DATA", environment=["HOME", "DATA"])


def test_functions_that_can_be_called_as_the_annotation_says_come_first() -> None:
    check_completion(
        """
        #- models.py
        from collections.abc import Callable
        from excore import Registry
        MODEL = Registry("Model")
        @MODEL.register()
        class Net:
            def __init__(self, act: Callable[[float], float] | None = None): ...
        @MODEL.register()
        def make_net(depth: int = 2) -> Net: ...
        @MODEL.register()
        def two(a: float, b: float) -> float: ...
        @MODEL.register()
        def none() -> float: ...
        @MODEL.register()
        def named(x: float, *, slope: float) -> float: ...
        @MODEL.register()
        def relu(x: float) -> float: ...
        @MODEL.register()
        def any_of(*xs): ...
        #- run.toml
        [Model.Net]
        $act = "<|>"
        """,
        "relu any_of make_net two none named Net $Model",
    )


def test_hooks() -> None:
    check_completion(
        """
        #- models.py
        from excore import Registry, ConfigArgumentHook
        MODEL = Registry("Model")
        HOOK = Registry("Hook")
        @MODEL.register()
        class FCN:
            def __init__(self, x): ...
        @HOOK.register()
        class Freeze(ConfigArgumentHook):
            def __init__(self, node, deep: bool): ...
        #- run.toml
        [Model.FCN]
        !x = "FCN@<|>"
        """,
        "Freeze",
    )


def test_bases() -> None:
    text = '#- run.toml\n__base__ = ["<|>"]\n[Model.FCN]\n#- sub/base.toml\n[Model.FCN]\n#- near.toml\n[Model.FCN]'
    check_completion(text, "near.toml sub/base.toml")
    check_completion(text.replace('["<|>"]', '["near.toml", <|>]'), accept=("sub/base.toml",
                     '__base__ = ["near.toml", "sub/base.toml"]'))  # fmt: skip


@pytest.mark.parametrize(
    "text", ["# x<|>", "[Model.FCN] # a <|>", "a = 1 <|>", 'a = "x"<|>', "[Model.FCN]\nclasses = 1 <|>"]
)
def test_nothing_in_comments_and_behind_values(text: str) -> None:
    check_completion(text, [])


def test_a_limit_says_so() -> None:
    from excore_server.ide.completion.complete import complete

    here = world("[Model.<|>]")
    found = complete(here.snapshot, *here.cursor, limit=1)
    assert ([item.label for item in found.items], found.incomplete) == (["FCN"], True)


def test_what_does_not_fit_is_held_back_until_nothing_that_fits_is_left() -> None:
    from excore_server.ide.completion.complete import complete

    text = '[Model.FCN]\n!backbone = "{}<|>"'
    for typed, labels, more in (("", ["ResNet", "VGG"], True), ("R", ["ResNet"], True), ("Si", ["SimpleHead"], False)):
        here = world(text.format(typed))
        found = complete(here.snapshot, *here.cursor)
        assert ([item.label for item in found.items], found.incomplete) == (labels, more)


@pytest.mark.parametrize("header", ["[Model.Unknown]", "[Unknown]", "[Unknown.Other]", "[a.b.c]"])
def test_references_below_an_unknown_name(header: str) -> None:
    check_completion(f'{header}\n!backbone = "<|>"', "ResNet VGG")
    check_completion(f'{header}\n!other = "<|>"', has="FCN SegNet ResNet VGG")
    check_completion(f'{header}\nother = "<|>"', "")


def test_references_in_lists_in_lists() -> None:
    check_completion('[Model.FCN]\n!backbone = [["ResNet"], ["<|>"]]', has="ResNet VGG")
    check_completion('[Model.FCN]\n!backbone = [["ResNet", [["V<|>', has="VGG")


def test_none_under_a_variable_prefix() -> None:
    check_completion('size = 1\n[Model.FCN]\n&head = "<|>"', has="size None")
    check_completion('size = 1\n[Model.FCN]\n&classes = "<|>"', has="size", lacks="None")


def test_members_of_modules_are_there_at_once() -> None:
    check_completion(
        """
        #- models.py
        import netlib
        from excore import Registry
        MODULES, MODEL = Registry("module"), Registry("Model")
        MODULES.register_module(netlib)
        @MODEL.register()
        class Net:
            def __init__(self, a=None): ...
        #- netlib/__init__.py
        from . import nn
        #- netlib/nn/__init__.py
        import os
        from .acts import *
        from .shapes import Pool
        #- netlib/nn/acts.py
        __all__ = ["ReLU"]
        class ReLU: ...
        class Hidden: ...
        #- netlib/nn/shapes.py
        class Pool: ...
        #- run.toml
        [Model.Net]
        $a = "netlib.nn.<|>"
        """,
        "ReLU Pool",
    )


def test_behind_a_python_module_only_what_a_path_may_reach() -> None:
    check_completion(
        """
        #- models.py
        import netlib
        from excore import Registry
        MODULES, MODEL = Registry("module"), Registry("Model")
        MODULES.register_module(netlib)
        @MODEL.register()
        class Net:
            def __init__(self, a=None): ...
        #- netlib/__init__.py
        import os
        from subprocess import run
        from torch import relu
        from netlib import inner
        #- netlib/inner.py
        #- run.toml
        [Model.Net]
        $a = "netlib.<|>"
        """,
        has="inner relu",
        lacks="os run",
    )


KEPT = """
#- .excore.toml
registries = ["*Model", "*Optim"]
#- models.py
from excore import Registry
MODEL, OPTIM = Registry("Model"), Registry("Optim")
@MODEL.register()
class Net:
    def __init__(self, width, optim): ...
@MODEL.register()
class Wide:
    def __init__(self, width, optim): ...
@MODEL.register()
class Deep:
    def __init__(self, width, optim=None): ...
@OPTIM.register()
class SGD:
    def __init__(self, lr): ...
@OPTIM.register()
class Adam:
    def __init__(self, lr): ...
#- other.toml
[Model.Deep]
width = 1
#- run.toml
[Optim.SGD]
lr = 1
"""


def test_a_list_is_that_of_a_fresh_start_after_each_edit() -> None:
    """What is kept of one list for the next is what the configs write now, whichever of them changes."""
    headers = ("[Model.<|>]", "[<|>", '[Model.Net]\n!optim = "<|>"', "[Model.Net]\n!optim = <|>")
    table = "[Optim.SGD]\nlr = 1\n"
    edits = [
        ("width = 2", ""),
        ("width = 2", table),
        ("width = 2\n!optim = 'Adam'", table),
        ("width = 2\n@optim = 'SGD'", table),
        ("width = 2\n@optim = 'SGD'", "[Optim.Adam]\nlr = 1\n"),
        ("width = 2\n!optim = 'SGD'\n[Model.Net]\nwidth = 7", table),
        ("[Other.Net]\n&width = 'a'", f"{table}[Model.Deep]\nwidth = 4\n"),
        ("width = 2\noptim = 3", f'__base__ = ["other.toml"]\n{table}'),
        ("width = 2", f'__base__ = ["other.toml"]\n{table}'),
        ("", table),
    ]
    here = world(KEPT)
    for other, run in [*edits, *edits[:3]]:
        fresh = world(KEPT.replace("width = 1", other).replace(table, run))
        fresh.host.set_catalog(ROOT, index(fresh.fixture.files))  # nothing is kept with it yet
        here.host.replace(path_of("other.toml"), fresh.text(path_of("other.toml")))
        for header in headers:
            run = fresh.text(path_of("run.toml")) + header
            offset = run.index("<|>")
            found = []
            for each in (here, fresh):
                each.host.replace(path_of("run.toml"), run.replace("<|>", ""))
                found += [complete(each.snapshot, path_of("run.toml"), offset).items for _ in range(2)]
            assert found == [found[0]] * 4 != [()] * 4
