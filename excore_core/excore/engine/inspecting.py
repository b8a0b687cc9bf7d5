"""Imported classes and functions as whole catalog entries: annotations, defaults, docstrings, members, places.

What reading the source cannot see is written down from these (`excore auto-register`), so nothing here may depend on
the run: no addresses of objects, no order of sets.
"""

from __future__ import annotations

import ast
import enum
import inspect
import os
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any, Literal, get_args, get_origin

from excore.engine.hook import ConfigArgumentHook
from excore.engine.live import HookKind
from excore.lang.catalog import Entry, Location, Member, Param, ParamKind, Signature

_KINDS: dict[Any, ParamKind] = {
    inspect.Parameter.POSITIONAL_ONLY: "positional-only",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "positional-or-keyword",
    inspect.Parameter.VAR_POSITIONAL: "var-positional",
    inspect.Parameter.KEYWORD_ONLY: "keyword-only",
    inspect.Parameter.VAR_KEYWORD: "var-keyword",
}
_LONGEST_DEFAULT = 200
_UNTOLD = "..."


class Inspector:
    """Describes objects; remembers the files it looked into."""

    def __init__(self) -> None:
        self._lines: dict[str, Mapping[str, Location]] = {}

    def entry(self, name: str, registry: str, path: str, target: Any, extra: Mapping[str, Any] | None = None) -> Entry:
        """The entry of `target`, which is registered as `name` and imported from `path`."""
        notes = tuple((key, _default(value)) for key, value in (extra or {}).items() if value is not None)
        if isinstance(target, ModuleType):
            return self._module(name, registry, target, notes)
        if isinstance(target, type):
            return self._class(name, registry, path, target, notes)
        returns = _annotations(target).get("return")
        made = returns if isinstance(returns, type) and returns.__module__ != "builtins" else None
        return Entry(
            name,
            registry,
            "function",
            path,
            _signature(target),
            _doc(target),
            self.location(target),
            _bases(made) if made is not None else (),
            bases_complete=made is not None,
            members_complete=False,
            docstrings=(("", _doc(target)),) if _doc(target) else (),
            extra=notes,
            source="live",
        )

    def _class(self, name: str, registry: str, path: str, target: type, notes: tuple[tuple[str, str], ...]) -> Entry:
        hook: HookKind = "config" if hasattr(target, "__HookType__") else ""
        if issubclass(target, ConfigArgumentHook):
            hook = "argument"
        return Entry(
            name,
            registry,
            "class",
            path,
            _signature(target, without=("node",) if hook == "argument" else ()),
            _doc(target) or _doc(vars(target).get("__init__")),
            self.location(target),
            _bases(target),
            members=tuple(_members(target)),
            members_complete=False,
            docstrings=tuple(_docstrings(target)),
            extra=notes,
            hook=hook,
            source="live",
        )

    def _module(self, name: str, registry: str, target: ModuleType, notes: tuple[tuple[str, str], ...]) -> Entry:
        file = getattr(target, "__file__", None)
        members = tuple(Member(key, "attribute", instance=False) for key in vars(target) if not key.startswith("_"))
        return Entry(
            name,
            registry,
            "module",
            target.__name__,
            Signature(complete=False),
            _doc(target),
            Location(file, 0) if isinstance(file, str) else None,
            members=members,
            extra=notes,
            source="live",
        )

    def location(self, target: Any) -> Location | None:
        """Where a class or function is defined, None if it has no source."""
        target = inspect.unwrap(target)
        try:
            file = inspect.getsourcefile(target)
        except (TypeError, OSError):
            return None
        if file is None or not os.path.isfile(file):
            return None
        if file not in self._lines:
            self._lines[file] = _definitions(file)
        found = self._lines[file].get(target.__qualname__)
        if found is None and hasattr(target, "__code__"):
            return Location(os.path.abspath(file), target.__code__.co_firstlineno - 1)
        return found


def _definitions(file: str) -> Mapping[str, Location]:
    """Qualified names of all classes and functions in a file -> where their names stand."""
    try:
        with open(file, "rb") as stream:
            data = stream.read()
        tree = ast.parse(data)
    except (OSError, SyntaxError, ValueError, MemoryError, RecursionError):
        return {}
    lines = data.split(b"\n")
    found: dict[str, Location] = {}
    waiting: list[tuple[ast.AST, str]] = [(tree, "")]
    while waiting:
        node, prefix = waiting.pop()
        for child in ast.iter_child_nodes(node):
            inner = prefix
            if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                name = prefix + child.name
                line = lines[child.lineno - 1].decode("utf-8", "replace")
                column = max(line.find(child.name, child.col_offset), 0)
                found[name] = Location(os.path.abspath(file), child.lineno - 1, column, column + len(child.name))
                inner = f"{name}." if isinstance(child, ast.ClassDef) else f"{name}.<locals>."
            waiting.append((child, inner))
    return found


def _signature(target: Any, without: tuple[str, ...] = ()) -> Signature:
    try:
        signature = inspect.signature(target)
    except (ValueError, TypeError, NameError):
        return Signature((), complete=False)
    owner = _owner(target)
    params = tuple(
        Param(
            param.name,
            _KINDS[param.kind],
            None if param.annotation is param.empty else _annotation(param.annotation),
            None if param.default is param.empty or _is_required(param.default) else _default(param.default),
            choices=_choices(param.annotation),
            owner=owner,
        )
        for param in signature.parameters.values()
        if param.name not in without
    )
    returns = signature.return_annotation
    if isinstance(target, type) or returns is signature.empty:
        return Signature(params)
    return Signature(params, returns=_annotation(returns))


def _is_required(default: object) -> bool:
    """Old optimizers of torch mark required parameters by a default of this class."""
    return type(default).__name__ == "_RequiredParameter"


def _owner(target: Any) -> str:
    """The class whose constructor a class inherits, "" if it has its own."""
    if not isinstance(target, type):
        return ""
    for base in target.__mro__:
        if "__init__" in vars(base) or "__new__" in vars(base):
            return "" if base is target else _path(base)
    return ""


def _path(target: type) -> str:
    return f"{target.__module__}.{target.__qualname__}"


def _bases(target: type) -> tuple[str, ...]:
    return tuple(_path(base) for base in target.__mro__ if base is not object)


def _annotation(annotation: Any) -> str:
    if isinstance(annotation, str):
        return annotation
    if annotation is type(None):
        return "None"
    text = inspect.formatannotation(annotation).replace("NoneType", "None")
    for module in ("typing.", "collections.abc."):
        text = text.replace(module, "")
    return text if "<" not in text else "Any"


def _annotations(target: Any) -> Mapping[str, Any]:
    """The annotations of a class or function itself; empty where they cannot be had."""
    try:
        return inspect.get_annotations(target)
    except (TypeError, ValueError, NameError, AttributeError):
        return {}


def _choices(annotation: Any) -> tuple[object, ...]:
    """What an annotation allows: literals, and of enum members their values that are texts, then other names."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        values = [member.value for member in annotation if isinstance(member.value, str)]
        texts: dict[str, str] = {}
        for text in (*values, *annotation.__members__):
            texts.setdefault(text.casefold(), text)
        return tuple(texts.values())
    return tuple(choice for inner in get_args(annotation) for choice in _choices(inner))


def _default(value: object) -> str:
    """A default as source text; `...` where an object has no short one."""
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, type) or inspect.isroutine(value):
        return getattr(value, "__qualname__", _UNTOLD)
    if not _is_literal(value):
        return _UNTOLD
    text = repr(value)
    return text if len(text) <= _LONGEST_DEFAULT else _UNTOLD


def _is_literal(value: object) -> bool:
    if type(value) in (list, tuple):
        return all(map(_is_literal, value))  # type: ignore[call-overload]
    if type(value) is dict:
        return all(_is_literal(key) and _is_literal(item) for key, item in value.items())
    return value is None or type(value) in (bool, int, float, complex, str, bytes)


def _doc(target: Any) -> str:
    doc = getattr(target, "__doc__", None) if target is not None else None
    return inspect.cleandoc(doc) if isinstance(doc, str) else ""


def _docstrings(target: type) -> Iterator[tuple[str, str]]:
    """Docstrings that may describe parameters: of each class that takes part in the constructor, its own first."""
    for base in target.__mro__:
        own = vars(base)
        if base is object:
            return
        owner = "" if base is target else _path(base)
        for text in (_doc(base) if "__doc__" in own else "", _doc(own.get("__init__"))):
            if text:
                yield owner, text


def _members(target: type) -> Iterator[Member]:
    """Public members in the order of their names; annotated attributes that have no value are there too."""
    annotations: dict[str, Any] = {}
    for base in reversed(target.__mro__):
        annotations.update(_annotations(base))
    for name in sorted({*dir(target), *annotations}):
        if name.startswith("_"):
            continue
        value = inspect.getattr_static(target, name, _UNTOLD)
        annotation = _annotation(annotations[name]) if name in annotations else None
        summary = _doc(value).split("\n\n", 1)[0] if _is_documented(value) else ""
        if isinstance(value, staticmethod):
            yield Member(name, "staticmethod", summary, instance=False)
        elif isinstance(value, classmethod):
            yield Member(name, "classmethod", summary, instance=False)
        elif isinstance(value, property):
            yield Member(name, "property", summary)
        elif callable(value) and not isinstance(value, type):
            yield Member(name, "method", summary)
        else:
            yield Member(name, "attribute", annotation=annotation, instance=value is _UNTOLD)


def _is_documented(value: object) -> bool:
    return isinstance(value, staticmethod | classmethod | property) or inspect.isroutine(value)
