"""A catalog written as text, for tests of the language that need no Python files.

Each line is ``Registry: Name(param: type = default, ...)``; ``Name`` alone is a class without parameters.
"""

from __future__ import annotations

import ast

from excore.lang.catalog import Catalog, Entry, Param, RegistryInfo, Signature
from excore.lang.project.model import Project, read_spec

ZOO = """
Model: FCN(backbone, head=None, num_classes: int = 2)
Model: SegNet(backbone, layers: int = 1)
Model: make_net(depth)
Backbone: ResNet(layers: int = 50, block=None)
Backbone: VGG(depth)
Head: SimpleHead(channels: int = 8)
Data: City(data_path: str = "", transforms=None, train_size: int = 0)
Transform: Pad(pad_size: int = 0)
Transform: Flip()
Transform: Normalize(mean: list[float] = (), std: list[float] = ())
Loss: CrossEntropy(weight: float = 1.0)
Optimizer: SGD(params, lr: float = 0.1)
Block: BasicBlock()
Hook: WeightDecayHook(enabled: bool = True, weight_decay: float = 0.0)
module: torch
"""
FIELDS = ("*Model", "*Backbone", "Head", "*Data: TrainData, TestData", "Transform", "*Loss", "*Optimizer", "Hook")


def catalog(text: str = ZOO) -> Catalog:
    """The catalog that ``text`` describes."""
    entries: dict[str, dict[str, Entry]] = {}
    for line in text.strip().splitlines():
        registry, _, rest = line.partition(": ")
        entry = _entry(registry, rest)
        entries.setdefault(registry, {})[entry.name] = entry
    return Catalog({name: RegistryInfo(name) for name in entries}, entries)


def project(root: str = "/p", fields: tuple[str, ...] = FIELDS) -> Project:
    """A project with the fields that ``registries = [...]`` would give."""
    specs = tuple(map(read_spec, fields))
    mapping = {name: spec.name for spec in specs for name in spec.primary_fields}
    return Project(
        root, root + "/.excore.toml", registries=specs, primary_fields=tuple(mapping), primary_to_registry=mapping
    )


def _entry(registry: str, text: str) -> Entry:
    if registry == "module":
        return Entry(text, registry, "module", text, members_complete=False)
    source = text if "(" in text else f"{text}()"
    function = ast.parse(f"def {source}: ...").body[0]
    assert isinstance(function, ast.FunctionDef)
    arguments = function.args
    defaults = [None] * (len(arguments.args) - len(arguments.defaults)) + [ast.unparse(d) for d in arguments.defaults]
    params = tuple(
        Param(
            argument.arg,
            annotation=ast.unparse(argument.annotation) if argument.annotation else None,
            default=default,
        )
        for argument, default in zip(arguments.args, defaults, strict=True)
    )
    name = function.name
    return Entry(
        name,
        registry,
        "function" if name[0].islower() else "class",
        f"zoo.{name}",
        Signature(params),
        bases=(f"zoo.{name}",),
        members_complete=False,
        hook="argument" if registry == "Hook" else "",
    )
