"""``excore stubs``: the type of one config, for editors and type checkers."""

from __future__ import annotations

import keyword
import os
import re
from collections.abc import Iterator
from typing import Annotated

import typer

from ..lang.model import Model
from .asking import fail
from .paper import put
from .resolved import resolved
from .typehints import module_type, value_type

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
    """Write the type of a config: a LazyConfig whose fields, modules and isolated values have theirs.

    Put it beside your code and say `cfg = cast("FcnResnet", load(...))`. Nothing is imported or built.
    """
    name = class_name or class_of(config)
    if not name.isidentifier() or keyword.iskeyword(name):
        fail(f"`{name}` is not the name of a class")
    text = stub_text(resolved(config), name)
    put(text, output, "python")


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
    names = [one for one in ("Any", "Literal", "overload") if any(re.search(rf"\b{one}\b", line) for line in body)]
    lines = [f"import {module}" for module in modules]
    if names:
        lines.append(f"from typing import {', '.join(names)}")
    if any("ModuleType" in line for line in body):
        lines.append("from types import ModuleType")
    lines += ["", "from excore.config import LazyConfig, ModuleNode, ModuleWrapper"]
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
            yield _class(whole, "ModuleWrapper", list(types.items()))
        nodes = [(member, "ModuleNode") for member in types]
        result = whole if len(types) == 1 else f"list[{' | '.join(dict.fromkeys(types.values()))}]"
        yield [*_class(f"{name}{field}Nodes", "ModuleWrapper", nodes), f"    def __call__(self) -> {result}: ..."]
        fields.append((field, f"{name}{field}Nodes"))
        built.append((field, whole))
    info = [(key, value_type(binding.value)) for key, binding in model.isolated.items()]
    info += [(key, "dict[str, Any]") for key, group in model.groups.items() if group.leftover]
    yield _class(f"{name}Modules", "ModuleWrapper", built)
    yield _info(f"{name}Info", info)
    yield [
        *_class(name, "LazyConfig", [*fields, *info]),
        f"    def build_all(self) -> tuple[{name}Modules, {name}Info]: ...",
    ]


def _class(name: str, base: str, members: list[tuple[str, str]]) -> list[str]:
    taken = dir(dict) if base == "ModuleWrapper" else ("config", "isolated", "update", "dump", "parse", "where")
    shown = [f"    {key}: {type_}" for key, type_ in members if _is_name(key) and key not in taken]
    return [f"class {name}({base}):", *(shown or ["    ..."])]


def _info(name: str, values: list[tuple[str, str]]) -> list[str]:
    """A dict that knows the type behind each key."""
    lines = [f"class {name}(dict[str, Any]):"]
    for key, type_ in values:
        lines += ["    @overload", f"    def __getitem__(self, key: Literal[{key!r}]) -> {type_}: ..."]
    if values:
        lines += ["    @overload", "    def __getitem__(self, key: str) -> Any: ..."]
    return lines if values else [f"{lines[0]} ..."]


def _is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text)
