"""Constructors generated from the fields of a class: dataclasses, attrs, NamedTuple, TypedDict, pydantic, enums."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any, Literal

from excore.index.facts import ClassFact, Expr, FieldFact, ParamFact, whole
from excore.index.source_text import render
from excore.index.taken import ClassRef, Order, Taken

if TYPE_CHECKING:
    from excore.index.classes import Classes

Style = Literal["", "dataclass", "attrs", "tuple", "dict", "model", "enum"]
ENUMS = frozenset(f"enum.{name}" for name in ("Enum", "IntEnum", "Flag", "IntFlag", "StrEnum", "ReprEnum"))
_TUPLES = frozenset({"typing.NamedTuple", "typing_extensions.NamedTuple"})
_DICTS = frozenset({"typing.TypedDict", "typing_extensions.TypedDict"})
_MODELS = frozenset(
    {"pydantic.BaseModel", "pydantic.main.BaseModel", "pydantic_settings.BaseSettings", "pydantic.v1.BaseModel"}
)
KNOWN_BASES = ENUMS | _TUPLES | _DICTS
_DATACLASS = frozenset({"dataclasses.dataclass", "pydantic.dataclasses.dataclass"})
_ATTRS = frozenset(
    {f"attr.{name}" for name in ("s", "attrs", "dataclass", "define", "frozen", "mutable", "attributes")}
    | {f"attrs.{name}" for name in ("define", "frozen", "mutable")}
)
_WRAPPED = re.compile(r"^(?:\w+\.)*(InitVar|ClassVar|Final|Annotated)\[(.*)\]$", re.DOTALL)


def style(classes: Classes, ref: ClassRef) -> tuple[Style, dict[str, str]]:
    """Which decorator makes the constructor of a class, and that decorator's keywords as source."""
    for decorator in ref.fact.get("decorators", ()):
        func: Expr = decorator["f"] if isinstance(decorator, dict) and "f" in decorator else decorator
        if not isinstance(func, str):
            continue
        target = classes.names.resolve(ref.module, func)
        path = target.path if target is not None else func
        found: Style = "dataclass" if path in _DATACLASS else "attrs" if path in _ATTRS else ""
        if found:
            keywords = decorator["k"] if isinstance(decorator, dict) else []
            return found, {name: render(value) for name, value in keywords if name}
    return "", {}


def of_class(classes: Classes, ref: ClassRef, order: Order, index: int) -> Taken | None:
    """The generated constructor of a class that was read, ``None`` if it has none."""
    kind, keywords = style(classes, ref)
    if not kind or keywords.get("init") == "False":
        return None
    return _collect(classes, order, index, kind)


def of_external(classes: Classes, path: str, order: Order, index: int) -> Taken | None:
    """The constructor that a base class outside the project generates from the fields of those below it."""
    if path in _TUPLES:
        return _collect(classes, order, 0, "tuple")
    if path in _DICTS:
        return _collect(classes, order, 0, "dict")
    if path in _MODELS:
        return _collect(classes, order, 0, "model")
    if path in ENUMS:
        ref = order.items[0]
        if not isinstance(ref, str):
            value: ParamFact = {"name": "value", "at": ref.fact["at"]}
            return Taken((classes.param(value, ref),))
    return None


def _collect(classes: Classes, order: Order, start: int, kind: Style) -> Taken:
    params: dict[str, tuple[ParamFact, ClassRef]] = {}
    docs: list[tuple[str, str]] = []
    complete = True
    for item in reversed(order.items[start:]):
        if not isinstance(item, ClassRef):
            complete &= item in KNOWN_BASES or item in _MODELS or item.startswith(("typing.", "abc.", "builtins."))
            continue
        own, keywords = style(classes, item)
        if kind in ("dataclass", "attrs") and not own:
            continue
        fact = whole(item.fact)
        if "doc" in fact:
            docs.insert(0, (item.path, fact["doc"]))
        complete &= not _allows_extra(fact)
        only = keywords.get("kw_only") == "True" or kind in ("dict", "model")
        optional = kind == "dict" and fact.get("keywords", {}).get("total") == "False"
        for field in fact.get("fields", ()):
            if kind == "dataclass" and field.get("annotation", "").endswith("KW_ONLY"):
                only = True
                continue
            param = _parameter(field, kind, only, optional)
            if param is None:
                if "annotation" in field:
                    params.pop(field["name"], None)
            else:
                params[param["name"]] = (param, item)
    made = [classes.param(param, owner) for param, owner in params.values()]
    made.sort(key=lambda param: param.kind == "keyword-only")
    return Taken(tuple(made), complete, tuple(docs))


def _allows_extra(fact: ClassFact) -> bool:
    for field in fact.get("fields", ()):
        if field["name"] == "model_config" and "allow" in field.get("default", ""):
            return True
    return False


def _parameter(field: FieldFact, kind: Style, only: bool, optional: bool) -> ParamFact | None:
    """The parameter that a field makes, ``None`` if it makes none."""
    name = field["name"]
    text = field.get("annotation")
    value = field.get("value")
    call: dict[str, Any] = value if isinstance(value, dict) and "f" in value else {}
    function = call["f"].rpartition(".")[2] if call and isinstance(call["f"], str) else ""
    is_field = function in {
        "dataclass": ("field", "Field"),
        "attrs": ("ib", "attrib", "field", "Factory"),
        "model": ("Field",),
    }.get(kind, ())
    if text is None and not (kind == "attrs" and is_field):
        return None
    wrapped = _WRAPPED.match(text) if text else None
    while wrapped:
        if wrapped[1] == "ClassVar":
            return None
        text = wrapped[2] if wrapped[1] != "Annotated" else wrapped[2].split(",", 1)[0]
        wrapped = _WRAPPED.match(text)
    if text in ("ClassVar", "typing.ClassVar") or (kind == "model" and name in ("model_config", "Config")):
        return None
    fact: ParamFact = {"name": name.lstrip("_") if kind == "attrs" else name, "at": field["at"]}
    if text:
        fact["annotation"] = text
    default = field.get("default")
    if is_field:
        keywords = {key: item for key, item in call["k"] if key}
        if keywords.get("init") == {"c": False}:
            return None
        if "kw_only" in keywords:
            only = keywords["kw_only"] == {"c": True}
        alias = keywords.get("alias")
        if isinstance(alias, dict) and isinstance(alias.get("c"), str):
            fact["name"] = alias["c"]
        default = _default(call, keywords, kind, function)
    if default is None and optional:
        default = "..."
    if default is not None:
        fact["default"] = default
    if only:
        fact["kind"] = "keyword-only"
    return fact


def _default(call: dict[str, Any], keywords: dict[str, Expr], kind: Style, function: str) -> str | None:
    for key in ("default_factory", "factory"):
        if key in keywords:
            return _made(keywords[key])
    if function == "Factory" and call["a"]:
        return _made(call["a"][0])
    given = keywords.get("default", call["a"][0] if call["a"] and kind in ("model", "attrs") else None)
    if given is None or given == {"s": "..."}:
        return None
    if isinstance(given, dict) and isinstance(given.get("f"), str) and given["f"].endswith("Factory") and given["a"]:
        return _made(given["a"][0])
    return render(given)


def _made(factory: Expr) -> str:
    text = render(factory)
    if text.startswith("lambda"):
        return text.partition(":")[2].strip()
    return {"list": "[]", "dict": "{}", "tuple": "()"}.get(text, f"{text}()")


def text_value(field: FieldFact, lowered: bool) -> str | None:
    """The value of an enum's member if it is a text; of `auto()` its name in small letters where ``lowered``."""
    default = field.get("default", "")
    if lowered and default.endswith("auto()"):
        return str(field["name"]).lower()
    try:
        value = ast.literal_eval(default)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return value if isinstance(value, str) else None
