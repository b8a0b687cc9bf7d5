"""``excore generate-typehints``: what ``build_all`` of a config returns, as types for editors and type checkers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from excore.cli.auto_register import source_folder
from excore.cli.output import fail, print_line, shown_path
from excore.cli.resolved import resolved
from excore.cli.writing import write
from excore.lang.catalog import Entry
from excore.lang.project.reading import find_project
from excore.lang.resolve.model import Model
from excore.lang.source import read_bytes
from excore.lang.syntax.tree import Array, Scalar, Value
from excore.lang.tables.table import BoundValue, Tables
from excore.tooling.registry_dump import project_catalog
from excore.views.code import is_name

MARK = "excore generate-typehints"
_BUILTINS = frozenset(("int", "float", "str", "bool", "bytes"))
_SCALARS = {
    "string": "str",
    "integer": "int",
    "float": "float",
    "boolean": "bool",
    "datetime": "datetime.datetime",
    "datetime-local": "datetime.datetime",
    "date-local": "datetime.date",
    "time-local": "datetime.time",
}


def generate_typehints(
    entry: Annotated[str, typer.Argument(help="The module of src_dir that is written.")] = "module_types",
    class_name: Annotated[str, typer.Option("--class-name", help="The class of the modules.")] = "TypedModules",
    info_class_name: Annotated[
        str, typer.Option("--info-class-name", help="The class of isolated values.")
    ] = "RunInfo",
    config: Annotated[
        str,
        typer.Option("--config", help="A config whose modules and isolated values are written.", show_default=False),
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that this command did not write.")] = False,
) -> None:
    """Write classes for what build_all returns. With a config they name the very classes it builds.

    Nothing is imported or built.
    """
    project = find_project(os.getcwd())
    path = Path(source_folder(project), f"{entry.removesuffix('.py')}.py")
    if path.exists() and not force:
        before = read_bytes(path).decode("utf-8", "replace")
        if MARK not in before and f"class {class_name}" not in before:
            fail(f"{shown_path(str(path))} was not written by this command; --force replaces it")
    for name in (class_name, info_class_name):
        check_class_name(name)
    if config:
        text = module_text(resolved(config, whole=True), class_name, info_class_name)
    else:
        fields = project.primary_fields or project.completed(project_catalog(project)).primary_fields
        if not fields:
            fail("there are no fields; run `excore init` first")
        text = _text([(name, "Any") for name in fields], None, [], class_name, info_class_name)
    write(path, text, project.root)
    print_line(f"{shown_path(str(path))} is written")


def check_class_name(name: str) -> None:
    """End the command if a class cannot be called ``name``."""
    if not is_name(name):
        fail(f"`{name}` is not the name of a class")


def module_text(model: Model, class_name: str, info_class_name: str) -> str:
    """The text of a module that types what a config builds."""
    fields: list[tuple[str, str]] = []
    groups: list[str] = []
    for name in model.project.primary_fields:
        group = model.groups.get(name)
        if group is None or not group.members:
            continue
        types = [(member, module_type(model, (name, member))) for member in group.members]
        if len(types) == 1:
            fields.append((name, types[0][1]))
        else:
            groups += ["", "", *_class(f"_{name}", "dict[str, Any]", f"The modules of {name}.", types)]
            fields.append((name, f"_{name}"))
    return _text(fields, info_types(model), groups, class_name, info_class_name)


def module_type(model: Model, path: tuple[str, str]) -> str:
    """The type of what a build makes of a table, with the whole import path of its class."""
    entry = model.entry(path)
    if path in model.silent and path not in model.unbuilt:
        return "ModuleNode"
    if entry is None:
        return "Any"
    if entry.kind == "module":
        return "ModuleType"
    if entry.kind == "function":
        return "Any" if path in model.unbuilt or model.kind(path) == "class" else _returned(entry)
    if not _is_path(entry.path):
        return "Any"
    return f"type[{entry.path}]" if path in model.unbuilt or model.kind(path) == "class" else entry.path


def _returned(entry: Entry) -> str:
    """What a function says it returns."""
    annotation = (entry.signature.returns or "").strip("\"'")
    if annotation in _BUILTINS:
        return annotation
    path = entry.bases[0] if entry.bases else ""
    return path if _is_path(path) and path.rpartition(".")[2] == annotation.rpartition(".")[2] else "Any"


def _is_path(text: str) -> bool:
    return "." in text and all(map(str.isidentifier, text.split(".")))


def value_type(value: BoundValue | Value) -> str:
    """The type of a value as it is written."""
    if isinstance(value, Scalar):
        return _SCALARS.get(value.kind, "Any")
    if isinstance(value, Array):
        inner = {value_type(item) for item in value.items}
        return f"list[{inner.pop()}]" if len(inner) == 1 else "list[Any]"
    return "list[dict[str, Any]]" if isinstance(value, Tables) else "dict[str, Any]"


def info_types(model: Model) -> list[tuple[str, str]]:
    """The values of a config that are no modules, each with its type."""
    values = [(name, value_type(binding.value)) for name, binding in model.isolated.items()]
    return values + [(name, "dict[str, Any]") for name, group in model.groups.items() if group.leftover]


def _text(
    fields: list[tuple[str, str]],
    info: list[tuple[str, str]] | None,
    groups: list[str],
    class_name: str,
    info_class: str,
) -> str:
    attributes = [(name, type_) for name, type_ in fields if not hasattr(dict, name)]
    body = [*groups, "", "", *_class(class_name, "dict[str, Any]", "The modules that are built, by field.", attributes)]
    body += ["", "", *([f"{info_class}: TypeAlias = dict[str, Any]"] if info is None else typed_dict(info_class, info))]
    result = f"tuple[{class_name}, {info_class}]"
    body += ["", "", f"def build_all(cfg: LazyConfig) -> {result}:"]
    body += ['    """Build a config; what it returns has types."""', f'    return cast("{result}", cfg.build_all())']
    text = "\n".join(body)
    lines = [f'"""What a config builds. Written by `{MARK}`, and written anew by it."""', ""]
    lines += ["from __future__ import annotations", "", *_imports(text), *body]
    return "\n".join(lines) + "\n"


def _imports(text: str) -> Iterator[str]:
    """Imports that the text needs; the modules of a project's own classes only for type checkers."""
    standard = [line for name, line in _STANDARD.items() if name in text]
    yield from standard
    names = [name for name in ("TYPE_CHECKING", "Any", "TypeAlias", "TypedDict", "cast") if name in text]
    modules = sorted(_modules(text))
    if modules:
        names.insert(0, "TYPE_CHECKING")
    yield f"from typing import {', '.join(names)}"
    yield ""
    nodes = ["LazyConfig", *(["ModuleNode"] if "ModuleNode" in text else [])]
    yield f"from excore.config import {', '.join(nodes)}"
    if modules:
        yield ""
        yield "if TYPE_CHECKING:"
        yield from (f"    import {module}" for module in modules)


_STANDARD = {"datetime.": "import datetime", "ModuleType": "from types import ModuleType"}


def _modules(text: str) -> set[str]:
    modules = set()
    for line in text.split("\n"):
        name, colon, annotation = line.strip().partition(": ")
        path = annotation.removeprefix("type[").removesuffix("]")
        if colon and name.isidentifier() and "." in path and path.replace(".", "").isidentifier():
            if not path.startswith("datetime."):
                modules.add(path.rpartition(".")[0])
    return modules


def _class(name: str, base: str, doc: str, fields: list[tuple[str, str]]) -> list[str]:
    lines = [f"class {name}({base}):", f'    """{doc}"""', ""]
    lines += [f"    {field}: {type_}" for field, type_ in fields if is_name(field)]
    return lines if lines[-1] else lines[:-1]


def typed_dict(name: str, fields: list[tuple[str, str]]) -> list[str]:
    """The class of the values of a config that are no modules."""
    doc = "Values that are no modules."
    if all(is_name(field) for field, _ in fields):
        return _class(name, "TypedDict", doc, fields)
    items = ", ".join(f'{field!r}: "{type_}"' for field, type_ in fields)
    return [f'{name} = TypedDict("{name}", {{{items}}})', f'"""{doc}"""']
