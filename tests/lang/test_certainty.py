"""What one registry that cannot be read excuses: what may stand in it, and nothing else."""

from __future__ import annotations

import pytest

from kit import path_of, world

PYTHON = """
#- m.py
import torch
from excore import Registry
OPTIM = Registry("Optim")
OPTIM.match(torch.optim)
@OPTIM.register()
class Lion: ...
BACKBONE = Registry("Backbone")
HEAD = Registry("Head")
MODEL = Registry("Model")

class Block: ...

@BACKBONE.register()
class ResNet: ...
@HEAD.register()
class SimpleHead(Block): ...
@HEAD.register()
class vgg16: ...
@MODEL.register()
class User: ...
@MODEL.register()
class Typed:
    def __init__(self, backbone: torch.nn.Module = None, head: torch.nn.Module | None = None): ...
@MODEL.register()
class Net:
    def __init__(
        self, backbone=None, part: "Block | None" = None, decode_heads=None, head=None, other=None, title: str = "",
        kind="a", name=None, made: "ConfigDict | dict | None" = None, told: "ConfigDict | str" = "x", free: Any = None,
        listed: "list[str] | Setting" = (),
    ): ...
"""


def problems(config: str) -> list[tuple[str, str]]:
    """Severity and code of each problem of a config, in the order of their places."""
    here = world(f"{config}\n{PYTHON}")
    return [(item.severity, item.code) for item in here.snapshot.diagnostics(path_of("run.toml"))]


@pytest.mark.parametrize(
    ("argument", "severity"),
    [
        ('!other = "ResNte"', "warning"),
        ('!other = ["ResNet", "SimpleHaed"]', "warning"),
        ('@other = {a = "Resnet"}', "warning"),
        ('!backbone = "Unheard"', "warning"),
        ('!part = "Unheard"', "warning"),
        ('!decode_heads = ["Unheard"]', "warning"),
        ('!other = "Unheard"', "hint"),
        ('!other = "vgg19"', "hint"),
    ],
)
def test_a_reference_is_judged_by_the_registries_that_its_parameter_takes(argument: str, severity: str) -> None:
    assert problems(f"[Model.Net]\n{argument}") == [(severity, "unknown-class")]


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        *(("Adam", "hint"), ("SGDD", "hint"), ("LionW", "hint"), ("RLion", "hint"), ("Lion2", "hint")),
        *(("Loin", "warning"), ("Lionn", "warning"), ("lion", "warning")),
    ],
)
def test_a_header_of_an_open_registry_is_a_hint(name: str, severity: str) -> None:
    assert problems(f"[Optim.{name}]") == [(severity, "unknown-class")]


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ('other = "ResNet"', [("warning", "wrong-type")]),
        ('other = ["ResNet", "SimpleHead"]', [("warning", "wrong-type")]),
        ('backbone = "SimpleHead"', [("warning", "wrong-type")]),
        ('part = "SimpleHead"', [("warning", "wrong-type")]),
        ('title = "ResNet"', []),
        ('kind = "ResNet"', []),
        ('name = "ResNet"', []),
        ('other = "resnet"', []),
        ('other = ["ResNet", "x"]', []),
        ('!other = "ResNet"', []),
        ('other = [["ResNet"], ["SimpleHead", "ResNet"]]', [("warning", "wrong-type")]),
        ('other = {a = "ResNet", b = ["SimpleHead"]}', [("warning", "wrong-type")]),
        ('other = {type = "ResNet"}', []),
        ('other = [["ResNet"], 1]', []),
        ('other = [["ResNet"], [{a = 1}]]', []),
        ('other = "$Backbone::ResNet"', [("warning", "wrong-type")]),
        ('other = ["$Backbone::ResNet", "$Head::SimpleHead"]', [("warning", "wrong-type")]),
        ('other = "$Backbone::Other"', []),
        ('other = "$Backbone.parameters()"', []),  # which the config has no table of
        ('other = "$Backbone.channels"\n[Backbone.ResNet]', [("warning", "wrong-type")]),
        ('title = "$Backbone"\n[Backbone.ResNet]', []),
        ('other = ["$Backbone", "$5"]\n[Backbone.ResNet]', []),
        ('made = "ResNet"', [("warning", "wrong-type")]),
        ('made = "$Backbone::ResNet"', [("warning", "wrong-type")]),
        ('made = "resnet"', []),
        ('free = "ResNet"', [("warning", "wrong-type")]),
        ('told = "ResNet"', []),
        ('listed = ["ResNet"]', []),
    ],
)
def test_a_text_that_is_exactly_a_registered_name_lacks_its_prefix(
    argument: str, expected: list[tuple[str, str]]
) -> None:
    assert problems(f"[Model.Net]\n{argument}") == expected


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ('!backbone = "SimpleHead"', [("hint", "wrong-object")]),
        ('!backbone = ["ResNet", "SimpleHead"]', [("hint", "wrong-object")]),
        ('@backbone = {a = "vgg16"}', [("hint", "wrong-object")]),
        ('!head = "User"', [("hint", "wrong-object")]),
        ('!backbone = "Net"\n[Net]', [("hint", "wrong-object")]),
        ('[Model.Typed]\n!head = "ResNet"', [("hint", "wrong-object")]),
        ('[Model.Typed]\n!head = "User"', [("hint", "wrong-object")]),
        ('[Model.Typed]\n!head = "SimpleHead"', []),
        ('!part = "ResNet"', [("warning", "wrong-object")]),
        ('!backbone = "ResNet"', []),
        ('!decode_heads = ["ResNet"]', [("hint", "wrong-object")]),
        ('!decode_heads = [["SimpleHead"]]', []),
        ('!other = "SimpleHead"', []),
    ],
)
def test_a_class_of_the_registry_that_another_parameter_is_called_like(
    argument: str, expected: list[tuple[str, str]]
) -> None:
    assert [item for item in problems(f"[Model.Net]\n{argument}") if item[1] != "reference-cycle"] == expected


TRAINED = """
#- m.py
from excore import Registry
OPTIM = Registry("Optimizer")
MODEL = Registry("Model")
HEAD = Registry("Head")

@OPTIM.register()
class SGD:
    def __init__(self, params=None): ...
@MODEL.register()
class Net:
    def __init__(self, depth=1): ...
    def parameters(self): ...
    def named_parameters(self): ...
    def clone(self): ...
@OPTIM.register()
class Cosine:
    def __init__(self, optimizer=None): ...
"""
SCHEDULED = '[Model.Net]\n[Optimizer.SGD]\n@params = "$Model.parameters()"\n[Optimizer.Cosine]\n{}optimizer = "{}"'


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ('[Model.Net]\n[Optimizer.SGD]\n!params = "$Model.parameters()"', True),
        ('[Model.Net]\n[Optimizer.SGD]\n!params = "Net.parameters()"', True),
        ('[Model.Net]\n[Optimizer.SGD]\n!params = "$Model::Net.named_parameters()"', True),
        ('[Optimizer.SGD]\n!params = ["$Model.parameters()"]\n[Model.Net]', True),
        ('[Model.Net]\n[Optimizer.SGD]\n@params = "$Model.parameters()"', False),
        ('[Net]\n[Optimizer.SGD]\n!params = "Net.parameters()"', False),
        ('[Model.Net]\n[Optimizer.SGD]\n!params = "$Model.clone()"', False),
        ('[Model.Net]\n[Optimizer.SGD]\n!params = "$Model"', False),
        (SCHEDULED.format("!", "$Optimizer::SGD"), True),
        (SCHEDULED.format("!", "SGD"), True),
        (SCHEDULED.format("@", "$Optimizer::SGD"), False),
    ],
)
def test_the_parameters_of_a_copy_are_trained(tables: str, expected: bool) -> None:
    here = world(f"{tables}\n{TRAINED}")
    codes = [(item.severity, item.code) for item in here.snapshot.diagnostics(path_of("run.toml"))]
    assert codes == [("warning", "reuse-conflict")] * expected


NET = "@MODEL.register()\nclass Net: ...\n"
HEADER = 'from excore import Registry\nMODEL = Registry("Model")\n'
MMENGINE = HEADER.replace("excore", "mmengine")


@pytest.mark.parametrize(
    ("files", "severity"),
    [
        ({"a.py": HEADER + NET, "b.py": HEADER + NET}, "warning"),
        ({"a.py": HEADER + NET + NET}, "warning"),
        ({"pkg/m.py": HEADER + NET, "outputs/run-1/pkg/m.py": HEADER + NET}, "hint"),
        ({"a.py": HEADER + NET, "b.py": HEADER + NET.replace("register()", "register(force=True)")}, ""),
        ({"a.py": MMENGINE + NET, "b.py": MMENGINE + NET.replace("register()", 'register(name="Other")')}, ""),
        ({"a.py": f"{HEADER}if 1:\n    @MODEL.register()\n    class Net: ...\nelse:\n    Net = 1\n"}, ""),
        ({"a.py": HEADER + NET, "b.py": HEADER.replace("Model", "Other") + NET}, ""),
        ({"a.py": MMENGINE + NET, "b.py": f"from a import MODEL\n{NET}"}, "warning"),
        ({"a.py": MMENGINE + NET, "b.py": f"{MMENGINE.replace(')', ', scope=1)')}{NET}"}, ""),
        (
            {
                "a.py": MMENGINE + NET,
                "b/c.py": f"from a import MODEL as P\n{MMENGINE.replace(')', ', parent=P)')}{NET}",
            },
            "",
        ),
    ],
)
@pytest.mark.parametrize("use", ["[Model.Net]", '[Model.User]\n!part = "Net"'])
def test_a_name_that_is_registered_twice_is_told_where_it_is_used(
    files: dict[str, str], severity: str, use: str
) -> None:
    user = HEADER + "@MODEL.register()\nclass User:\n    def __init__(self, part=None): ...\n"
    sources = "".join(f"#- {name}\n{text}" for name, text in {**files, "user.py": user}.items())
    here = world(f"{use}\n{sources}")
    told = [(item.severity, item.code) for item in here.snapshot.diagnostics(path_of("run.toml"))]
    assert told == ([(severity, "registered-twice")] if severity else [])


DICTS = """
#- m.py
from collections import OrderedDict
from excore import Registry
from outside import ConfigDict
MODEL = Registry("Model")
@MODEL.register()
class Neck:
    def __init__(self, depth=1): ...
@MODEL.register()
class Table(OrderedDict): ...
@MODEL.register()
class Config(ConfigDict): ...
@MODEL.register()
def make(): ...
OptConfig = ConfigDict | dict | None
@MODEL.register()
class Det:
    def __init__(
        self, neck: dict = None, parts: list[dict] = (), either: "dict | Neck" = None, alias: OptConfig = None,
        mapping: "Mapping[str, int] | None" = None, anything: "dict | Any" = None,
    ): ...
"""


@pytest.mark.parametrize(
    ("argument", "count"),
    [
        *(('!neck = "Neck"', 1), ('@neck = "Neck"', 1), ('!parts = ["Neck", "Table"]', 1), ('!alias = "Neck"', 1)),
        *(('!mapping = "Neck"', 1), ('!neck = "Table"', 0), ('!neck = "Config"', 0), ('!neck = "make"', 0)),
        *(('!either = "Neck"', 0), ('!anything = "Neck"', 0), ('!neck = {a = "Neck"}', 0)),
        ('neck = {type = "Neck"}', 0),
    ],
)
def test_an_object_where_a_dict_is_wanted(argument: str, count: int) -> None:
    here = world(f"[Model.Det]\n{argument}\n{DICTS}")
    told = [(item.severity, item.code) for item in here.snapshot.diagnostics(path_of("run.toml"))]
    assert told == [("warning", "wrong-object")] * count


NONES = """
#- m.py
from excore import Registry
MODEL = Registry("Model")
class Base: ...
@MODEL.register()
class Net:
    def __init__(
        self, free=1, opt: "int | None" = 2, size: int = 3, late: int = None, head: "Base | None" = 1,
        kind: "Literal['a', None]" = "a", call: "Callable" = print, many: "list[Base | None]" = (),
    ): ...
@MODEL.register()
class Part(Base): ...
"""


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        *((f'&{name} = "None"', []) for name in ("free", "opt", "late", "head", "kind")),
        *((f'&{name} = "None"', [("warning", "wrong-type")]) for name in ("size", "call")),
        ('!many = ["Part", "&None"]', []),
        ('&size = "None.x"', [("error", "unknown-variable")]),
        ('!head = "None"', [("error", "unknown-class")]),
    ],
)
def test_none(argument: str, expected: list[tuple[str, str]]) -> None:
    here = world(f"[Model.Net]\n{argument}\n{NONES}")
    told = here.snapshot.diagnostics(path_of("run.toml"))
    assert [(item.severity, item.code) for item in told] == expected
    assert all("Python's own is `None` under `&`" in item.message for item in told if item.code == "unknown-class")
