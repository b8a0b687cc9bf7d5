"""Imported classes, functions and modules as catalog entries: annotations, defaults, docstrings, members, places.

A load asks them for little; ``excore auto-register`` writes down all of what they tell, so nothing here may depend on
the run: no addresses of objects, no order of sets.
"""

from __future__ import annotations

import ast
import enum
import inspect
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import MISSING, fields
from functools import cached_property, lru_cache
from types import ModuleType
from typing import Any, Literal, get_args, get_origin

from excore.engine.hook import ConfigArgumentHook
from excore.lang.catalog import Entry, EntryKind, Location, Member, Param, ParamKind, Signature
from excore.lang.resolve.sections import HOOK_PARAMETER
from excore.lang.source import read_bytes

_KINDS: dict[Any, ParamKind] = {
    inspect.Parameter.POSITIONAL_ONLY: "positional-only",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "positional-or-keyword",
    inspect.Parameter.VAR_POSITIONAL: "var-positional",
    inspect.Parameter.KEYWORD_ONLY: "keyword-only",
    inspect.Parameter.VAR_KEYWORD: "var-keyword",
}
_COMMON: dict[str, Any] = {item.name: item.default for item in fields(Entry) if item.default is not MISSING}
_COMMON |= {"members_complete": False, "source": "live"}
_LONGEST_DEFAULT = 200
_UNTOLD = "..."


class LiveEntry(Entry):
    """The entry of an imported object. What costs time to find out is found out when it is asked for."""

    def __init__(
        self, name: str, registry: str, path: str, target: Any, extra: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """``target`` is registered as ``name`` and imported from ``path``; ``extra`` is what the registry says of
        it."""
        put = object.__setattr__  # one for each table of a config: what is the same in all is left to `__getattr__`
        kind: EntryKind = "class" if isinstance(target, type) else "function"
        if isinstance(target, ModuleType):
            kind = "module"
        put(self, "name", name)
        put(self, "registry", registry)
        put(self, "kind", kind)
        put(self, "path", path)
        if kind == "class":
            if ConfigArgumentHook in target.__mro__:
                put(self, "hook", "argument")
            elif hasattr(target, "__HookType__"):
                put(self, "hook", "config")
        if extra:
            put(self, "extra", extra)
        vars(self)["target"] = target

    def __getattr__(self, name: str) -> Any:
        try:
            return _COMMON[name]
        except KeyError:
            raise AttributeError(name) from None

    @cached_property
    def signature(self) -> Signature:
        """The parameters a config may give; incomplete where Python cannot tell."""
        if self.kind == "module":
            return Signature(complete=False)
        return _signature(vars(self)["target"], without=(HOOK_PARAMETER,) if self.hook == "argument" else ())

    @cached_property
    def doc(self) -> str:
        """The docstring; of a class without one that of its constructor."""
        target = vars(self)["target"]
        return _doc(target) or (_doc(vars(target).get("__init__")) if self.kind == "class" else "")

    @cached_property
    def docstrings(self) -> tuple[tuple[str, str], ...]:
        """The docstrings that may describe parameters."""
        if self.kind == "class":
            return tuple(_docstrings(vars(self)["target"]))
        return (("", self.doc),) if self.doc and self.kind == "function" else ()

    @cached_property
    def location(self) -> Location | None:
        """Where the object is defined, None if it has no source."""
        target = vars(self)["target"]
        if self.kind != "module":
            return _location(target)
        file = getattr(target, "__file__", None)
        return Location(file, 0) if isinstance(file, str) else None

    @cached_property
    def _class(self) -> type | None:
        """The class that objects made of the entry have, as far as Python tells."""
        target = vars(self)["target"]
        cls = _annotations(target).get("return") if self.kind == "function" else target
        return cls if isinstance(cls, type) and (self.kind == "class" or cls.__module__ != "builtins") else None

    @cached_property
    def bases(self) -> tuple[str, ...]:
        """Import paths of the class that is made, and of its bases."""
        return _bases(self._class) if self._class is not None else ()

    @cached_property
    def bases_complete(self) -> bool:
        """Whether a class is known to be made."""
        return self.kind != "function" or self._class is not None

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """The public members of a class or module."""
        target = vars(self)["target"]
        if self.kind == "module":
            return tuple(Member(key, "attribute", instance=False) for key in vars(target) if not key.startswith("_"))
        return tuple(_members(target)) if self.kind == "class" else ()


def extra_texts(extra: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Extra information of a registry, as an entry has it: source text of the values that were given."""
    return tuple((key, _default(value)) for key, value in extra.items() if value is not None)


def _location(target: Any) -> Location | None:
    target = inspect.unwrap(target)
    try:
        file = inspect.getsourcefile(target)
    except (TypeError, OSError):
        return None
    if file is None or not os.path.isfile(file):
        return None
    location = _definitions(file).get(target.__qualname__)
    if location is None and hasattr(target, "__code__"):
        return Location(os.path.abspath(file), target.__code__.co_firstlineno - 1)
    return location


@lru_cache(maxsize=64)
def _definitions(file: str) -> Mapping[str, Location]:
    """Qualified names of all classes and functions in a file -> where their names stand."""
    try:
        data = read_bytes(file)
        tree = ast.parse(data)
    except (OSError, SyntaxError, ValueError, MemoryError, RecursionError):
        return {}
    lines = data.split(b"\n")
    locations: dict[str, Location] = {}
    waiting: list[tuple[ast.AST, str]] = [(tree, "")]
    while waiting:
        node, prefix = waiting.pop()
        for child in ast.iter_child_nodes(node):
            inner = prefix
            if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                name = prefix + child.name
                line = lines[child.lineno - 1].decode("utf-8", "replace")
                column = max(line.find(child.name, child.col_offset), 0)
                locations[name] = Location(os.path.abspath(file), child.lineno - 1, column, column + len(child.name))
                inner = f"{name}." if isinstance(child, ast.ClassDef) else f"{name}.<locals>."
            waiting.append((child, inner))
    return locations


def _signature(target: Any, without: tuple[str, ...] = ()) -> Signature:
    try:
        signature = inspect.signature(target)
    except (ValueError, TypeError, NameError):
        return Signature((), complete=False)
    owner, others, chosen = _owner(target), _other_names(target), _names_to_choose(target)
    params = tuple(
        Param(
            param.name,
            _KINDS[param.kind],
            None if param.annotation is param.empty else _annotation(param.annotation),
            _UNTOLD if param.name in chosen else _default_of(param),
            _told(target, param.name, param.annotation),
            choices=_choices(param.annotation),
            owner=owner,
            also=others.get(param.name, ""),
        )
        for param in signature.parameters.values()
        if param.name not in without
    )
    returns = signature.return_annotation
    is_untold = isinstance(target, type) or returns is signature.empty
    complete = any(param.kind == "var-keyword" for param in params) or not takes_unlisted(target)
    return Signature(params, complete, None if is_untold else _annotation(returns))


def _other_names(target: Any) -> Mapping[str, str]:
    """The names of fields by their other names, where a model of pydantic takes both."""
    settings = getattr(target, "model_config", None) if isinstance(target, type) else None
    if not isinstance(settings, dict) or not (settings.get("populate_by_name") or settings.get("validate_by_name")):
        return {}
    aliases = {name: field.validation_alias or field.alias for name, field in target.model_fields.items()}
    return {alias: name for name, alias in aliases.items() if isinstance(alias, str)}


def _names_to_choose(target: Any) -> Collection[str]:
    """The fields of a model of pydantic that are given by one of several names, which its signature does not tell."""
    fields = getattr(target, "__pydantic_fields__", {}) if isinstance(target, type) else {}
    aliases = {name: getattr(field, "validation_alias", None) for name, field in fields.items()}
    return [name for name, alias in aliases.items() if alias is not None and not isinstance(alias, str)]


def takes_unlisted(target: Any) -> bool:
    """Whether what is called has ``**kwargs``, whatever its signature lists: that may be the one of what it wraps."""
    code = getattr(getattr(target, "__init__", None) if isinstance(target, type) else target, "__code__", None)
    return code is not None and bool(code.co_flags & inspect.CO_VARKEYWORDS)


def _told(target: Any, name: str, annotation: Any) -> str:
    """What ``Annotated[...]``, or the metadata of a field, says about a parameter."""
    field = getattr(target, "__dataclass_fields__", {}).get(name)
    metadata = getattr(field, "metadata", {})
    texts: list[Any] = [metadata.get(key) for key in ("help", "description", "doc")]
    for item in getattr(annotation, "__metadata__", ()):
        texts += [item, *(getattr(item, key, None) for key in ("documentation", "description", "help"))]
    return next((" ".join(text.split()) for text in texts if isinstance(text, str)), "")


def _default_of(param: inspect.Parameter) -> str | None:
    return None if param.default is param.empty or _is_required(param.default) else _default(param.default)


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
    """A default as source text; ``...`` where an object has no short one."""
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
