"""``excore stubs``: the type of one config, for editors and type checkers."""

from __future__ import annotations

import keyword
import os
import re
from collections.abc import Iterator
from typing import Annotated

import typer

from excore.cli.resolved import resolved
from excore.cli.typehints import check_class_name, info_types, module_type, typed_dict
from excore.cli.writing import print_or_write
from excore.lang.resolve.model import Model
from excore.views.code import is_name

_DOTTED = re.compile(r"\b([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)\b")


def stubs(
    config: Annotated[str, typer.Argument(metavar="CONFIG", help="A config file.", show_default=False)],
    class_name: Annotated[
        str, typer.Option("--class-name", help="The class of the config.", show_default="from the file's name")
    ] = "",
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Write to a .pyi file.", show_default=False)
    ] = "",
) -> None:
    """Write the type of a config: what load gives for it, whose fields, modules and isolated values have theirs.

    Put it beside your code and say `cfg = cast("FcnResnet", load(...))`. A name that the config has not is then an
    error of the type checker. Nothing is imported or built. A config with errors has no type: the exit code is 2.
    """
    name = class_name or class_of(config)
    check_class_name(name)
    text = stub_text(resolved(config, whole=True), name)
    print_or_write(text, output, "python")


def class_of(config: str) -> str:
    """``configs/fcn_resnet.toml`` -> ``FcnResnet``."""
    stem = os.path.splitext(os.path.basename(config))[0]
    name = "".join(part[:1].upper() + part[1:] for part in re.split(r"\W|_", stem))
    return name if name[:1].isalpha() and not keyword.iskeyword(name) else f"Config{name}"


def stub_text(model: Model, name: str) -> str:
    """A stub module with the class ``name`` for a config, and ``{name}Modules`` and ``{name}Info`` for what it builds.

    Names that a type checker cannot spell as attributes are left out.
    """
    body = [line for block in _classes(model, name) for line in ("", *block)]
    modules = sorted({path.rpartition(".")[0] for line in body for path in _DOTTED.findall(_code(line))})
    names = ["Any", *(one for one in ("Literal", "TypedDict") if any(re.search(rf"\b{one}\b", line) for line in body))]
    lines = [f"import {module}" for module in modules]
    lines += ["from collections.abc import Iterator", f"from typing import {', '.join(names)}"]
    if any("ModuleType" in line for line in body):
        lines.append("from types import ModuleType")
    lines += ["", "from excore.config import ConfigDict, ModuleNode, Setting"]
    return "\n".join([*lines, *body]) + "\n"


def _code(line: str) -> str:
    return "" if '"""' in line else re.sub(r"Literal\[[^\]]*\]", "", line)


def _classes(model: Model, name: str) -> Iterator[list[str]]:
    fields: list[tuple[str, str]] = []
    built: list[tuple[str, str]] = []
    for field in model.project.primary_fields:
        group = model.groups.get(field)
        if group is None or not group.members:
            continue
        types = {member: module_type(model, (field, member)) for member in group.members}
        whole = next(iter(types.values()))
        if len(types) > 1:
            whole = f"{name}{field}"
            yield _class(whole, "dict[str, Any]", list(types.items()))
        nodes = [(member, "ModuleNode") for member in types]
        result = whole if len(types) == 1 else f"list[{' | '.join(dict.fromkeys(types.values()))}]"
        kind = f"{name}{field}Nodes"
        yield [
            *_class(kind, "dict[str, ModuleNode]", nodes),
            *(line.format(kind=kind, result=result) for line in _NODES),
        ]
        fields.append((field, kind))
        built.append((field, whole))
    info = info_types(model)
    yield _class(f"{name}Modules", "dict[str, Any]", built)
    yield typed_dict(f"{name}Info", info)
    yield [
        *_class(name, "", [*fields, *info]),
        f"    def build_all(self) -> tuple[{name}Modules, {name}Info]: ...",
        *_CONFIG,
    ]


# What `ModuleWrapper` and `LazyConfig` have, but for `__getattr__`: with it a type checker would know every name.
_NODES = (
    "    def __call__(self) -> {result}: ...",
    "    def __lshift__(self, params: dict[str, Any]) -> {kind}: ...",
    "    def add(self, **params: Any) -> {kind}: ...",
    "    def first(self) -> Any: ...",
)
_CONFIG = (
    "    @property",
    "    def config(self) -> ConfigDict: ...",
    "    @property",
    "    def isolated(self) -> dict[str, Any]: ...",
    "    def parse(self) -> None: ...",
    "    def where(self, key: str) -> Setting: ...",
    "    def dump(self, path: str) -> None: ...",
    "    def update(self, other: Any) -> None: ...",
    "    def __getitem__(self, name: str) -> Any: ...",
    "    def __setitem__(self, name: str, value: Any) -> None: ...",
    "    def __contains__(self, name: object) -> bool: ...",
    "    def __iter__(self) -> Iterator[str]: ...",
)


def _class(name: str, base: str, members: list[tuple[str, str]]) -> list[str]:
    reserved = (*dir(dict), "add", "first") if base else ("build_all", *re.findall(r"def (\w+)", "\n".join(_CONFIG)))
    fields = [f"    {key}: {type_}" for key, type_ in members if is_name(key) and key not in reserved]
    header = f"class {name}({base}):" if base else f"class {name}:"
    return [header, *(fields or ["    ..."])]
