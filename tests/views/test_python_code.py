"""The Python that a config stands for: run, it makes what a build makes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from views_kit import CONFIGS, code, every_config, example, recorded, statements

from excore.views.lines import place_of
from excore.views.python_code import python_code
from kit import path_of, world


@pytest.mark.parametrize("name", CONFIGS)
def test_run_it_makes_the_same_objects_with_the_same_arguments_and_the_same_sharing(name: str) -> None:
    found = recorded()[f"configs/{name}"]
    (built, info), (run, values) = found["built"], found["run"]
    assert built["dict"]
    assert run == built
    assert values["dict"].items() <= info["dict"].items()  # hooks of the build add to what it returns


def test_every_example_is_whole_and_python() -> None:
    for snapshot, path in every_config():
        model = snapshot.own_model(path)
        text = python_code(model).text
        ast.parse(text)
        if not model.problems and not any(section.problems for section in model.sections.values()):
            assert "..." not in text, path


def test_every_line_of_an_object_leads_to_the_config() -> None:
    here = world(
        """
        #- base.toml
        [Backbone.ResNet]
        layers = 3
        #- run.toml
        __base__ = ["base.toml"]
        size = 3
        [Model.FCN]
        @backbone = "ResNet"
        """
    )
    document = python_code(here.snapshot.own_model(path_of("run.toml")))
    places = {}
    for line in document.lines:
        place = place_of(here.snapshot, line.origin) if line.origin is not None else None
        if place is not None:
            places[line.text] = f"{Path(place.path).name}:{place.line + 1}"
    assert places == {
        "size = 3": "run.toml:2",
        "backbone = ResNet(layers=3)": "base.toml:1",
        "model = FCN(backbone=backbone)": "run.toml:3",
    }


def test_a_text_with_values_of_the_config() -> None:
    here = world(
        """
        name = "a"
        opt = { lr = 0.5 }
        "a-b" = true
        [Backbone.VGG]
        depth = 1
        &x = "runs/${name}/${opt.lr}${a-b}-${HOME:-}"
        """
    )
    code = python_code(here.snapshot.own_model(path_of("run.toml"))).text
    assert """x="runs/" + name + "/" + str(opt["lr"]) + str(True) + "-" + (os.environ.get("HOME") or "")""" in code


def test_shared_is_a_variable_and_new_stands_where_it_is_used() -> None:
    assert statements(
        """
        [Model.FCN]
        @backbone = "ResNet"
        !head = "SimpleHead"
        [Model.SegNet]
        @backbone = "ResNet"
        $block = "VGG"
        """
    ).split("\n") == [
        "res_net = ResNet()",
        "model_fcn = FCN(backbone=res_net, head=SimpleHead())",
        "model_seg_net = SegNet(backbone=res_net, block=VGG)",
    ]


def test_a_table_used_only_as_class_is_the_class() -> None:
    text = code('[Model.SegNet]\n!backbone = "ResNet"\n$block = "$Backbone::VGG"\n[Backbone.VGG]\n[Backbone.ResNet]\n')
    assert '"Backbone": {"VGG": VGG, "ResNet": backbone_res_net}' in text


def test_values_of_the_top_level() -> None:
    assert statements(
        """
        layers = 3
        when = 2024-05-01
        names = ["a", "b"]
        class = 1
        [table]
        inner = { deep = [inf, "it's"] }
        [Backbone.ResNet]
        &layers = "layers"
        &norm = "names"
        &frozen = "table.inner.deep"
        """
    ).split("\n") == [
        "layers = 3",
        "when = datetime.date(2024, 5, 1)",
        'names = ["a", "b"]',
        "class_2 = 1",
        'table = {"inner": {"deep": [float("inf"), "it\'s"]}}',
        'backbone = ResNet(layers=layers, norm=deepcopy(names), frozen=deepcopy(table["inner"]["deep"]))',
    ]


def test_environment_is_read_where_it_is_used() -> None:
    found = statements('[Backbone.ResNet]\n&norm = "${ROOT}/x/${NAME}"\n')
    assert found == 'backbone = ResNet(norm=os.environ["ROOT"] + "/x/" + os.environ["NAME"])'


def test_defaults_of_the_environment() -> None:
    found = statements('[Backbone.ResNet]\n&norm = "${ROOT:-/data}/x"\n&layers = "${N:-}"\n')
    either = '(os.environ.get("ROOT") or "/data") + "/x"'
    assert found == f'backbone = ResNet(norm={either}, layers=os.environ.get("N") or "")'


def test_attribute_paths_and_what_stays_unbuilt() -> None:
    found = statements(
        """
        [Model.FCN]
        @backbone = "ResNet.blocks[0].out('a', n=(1, 2))"
        !head = "SimpleHead"
        [Backbone.ResNet]
        [SimpleHead]
        __no_call__ = true
        in_channels = 4
        """
    )
    assert found.split("\n") == [
        "backbone = ResNet()",
        "model = FCN(",
        '    backbone=backbone.blocks[0].out("a", n=(1, 2)),',
        "    head=ModuleNode(SimpleHead, _no_call=True).add(in_channels=4),",
        ")",
    ]


MODULES = """
    #- parts.py
    import math
    from excore import Registry
    MODEL = Registry("Model")
    MODULE = Registry("module")
    MODULE.register_module(math)
    @MODEL.register()
    class One:
        def __init__(self, act=None, other=None): ...
    @MODEL.register()
    class Two:
        def __init__(self, act=None): ...
    #- run.toml
"""


def test_python_modules_are_reached_into() -> None:
    found = code(
        MODULES + '    [Model.One]\n    @act = "math.A"\n    !other = "math.A"\n    [Model.Two]\n    @act = "math.A"\n'
    )
    assert "def made(value):" in found
    assert "a = made(math.A)" in found
    assert "model_one = One(act=a, other=made(math.A))" in found
    assert "model_two = Two(act=a)" in found
    plain = code(MODULES + '    [Model.One]\n    $act = "math.tanh"\n    !other = "math.sqrt(2)"\n')
    assert "model = One(act=math.tanh, other=math.sqrt(2))" in plain
    assert "def made" not in plain


def test_one_name_for_two_things() -> None:
    text = code(
        """
        #- a.py
        from excore import Registry
        MODEL = Registry("Model")
        HEAD = Registry("Head")
        @MODEL.register()
        class Net:
            def __init__(self, part): ...
        #- b.py
        from a import HEAD
        @HEAD.register()
        class Net:
            def __init__(self, x=1): ...
        #- run.toml
        fields = 3
        [Model.Net]
        !part = "$Head::Net"
        [Head.Net]
        x = 2
        """
    )
    assert "from a import Net\n" in text
    assert "from b import Net as Net_2\n" in text
    assert "fields_2 = 3\n" in text
    assert "Net(part=Net_2(x=2))" in text


def test_what_a_config_does_not_say_is_said() -> None:
    text = code('[Model.FCN]\n@backbone = "ResNett"\nclasses = 3\n')
    ast.parse(text)
    assert "not complete" in text
    assert "# Not known: `ResNett`" in text
    assert "model = FCN(backbone=..., classes=3)" in text


def test_a_circle_ends() -> None:
    text = code('[Model.FCN]\n!backbone = "SegNet"\n[Model.SegNet]\n!backbone = "FCN"\n')
    ast.parse(text)
    assert "not complete" in text


def test_a_config_that_builds_too_much_is_shown_in_part() -> None:
    tables = "".join(f'[S{n}.FCN]\n!backbone = "$S{n + 1}"\n!head = "$S{n + 1}"\n' for n in range(40))
    here = world(f'[Model.FCN]\n!backbone = "$S0"\n{tables}[S40.FCN]\n')
    text = python_code(here.snapshot.own_model(path_of("run.toml")), limit=200).text
    assert "not complete" in text
    assert text.count("FCN(") <= 200


def test_hooks_get_what_is_not_built_yet() -> None:
    text = python_code(example("hooks.toml")).text
    assert "model_node = ReusedNode(FCN).add(" in text
    assert "model = model_node()" in text
    assert "node=model_node," in text
    assert "hooks = [SeedEverything(seed=3)" in text


def test_names_that_python_cannot_say() -> None:
    text = code(
        """
        #- my-parts.py
        from excore import Registry
        MODEL = Registry("Model")
        @MODEL.register()
        class Net:
            def __init__(self, **more): ...
        #- run.toml
        [Model.Net]
        lambda = 1
        "a b" = 2
        good = 3
        """
    )
    ast.parse(text)
    assert 'Net = import_module("my-parts").Net' in text
    assert 'model = Net(good=3, **{"lambda": 1, "a b": 2})' in text
