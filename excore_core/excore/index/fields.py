"""Constructors generated from the fields of a class: dataclasses, attrs, NamedTuple, TypedDict, pydantic, enums."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from excore.index.call_parameters import Doubt, Parameters, optional
from excore.index.class_order import ENUMS, NAMED_TUPLES, TYPED_DICTS, ClassOrder, ClassRef, class_ref
from excore.index.expressions import CallExpr, call_of, render
from excore.index.facts import ClassFact, Expr, FieldFact, FunctionFact, ParamFact, unpacked
from excore.index.name_resolution import ResolvedName

if TYPE_CHECKING:
    from excore.index.classes import Classes

Style = Literal["dataclass", "attrs", "tuple", "dict", "model"]
_MODELS = frozenset(
    {"pydantic.BaseModel", "pydantic.main.BaseModel", "pydantic_settings.BaseSettings", "pydantic.v1.BaseModel"}
    | {"pydantic.BaseSettings", "pydantic_settings.main.BaseSettings"}
)
_DATACLASS = frozenset({"dataclasses.dataclass", "pydantic.dataclasses.dataclass"})
_ATTRS = frozenset(
    {f"attr.{name}" for name in ("s", "attrs", "dataclass", "define", "frozen", "mutable", "attributes")}
    | {f"attrs.{name}" for name in ("define", "frozen", "mutable")}
    | {"attr._make.attrs", "attr._next_gen.define"}
)
PACKAGES = frozenset(path.partition(".")[0] for path in (*_MODELS, *_DATACLASS, *_ATTRS)) - {"dataclasses"}
"""Packages that make constructors of fields, whose rules are written here."""

_OF_FIELDS = ENUMS | NAMED_TUPLES | TYPED_DICTS | _MODELS
_FIELD_FUNCTIONS: dict[Style, tuple[str, ...]] = {
    "dataclass": ("field", "Field"),
    "attrs": ("ib", "attrib", "field", "Factory"),
    "model": ("Field",),
}
_TRANSFORMS = ("dataclass_transform", "__dataclass_transform__")
_MAX_DEPTH = 10
_SETTINGS = frozenset(
    {"pydantic_settings.BaseSettings", "pydantic.BaseSettings", "pydantic_settings.main.BaseSettings"}
)
_SETTING = re.compile(r"""\b(\w+)['"]?\s*[=:]\s*(?:[\w.]+\.)?['"]?(\w+)""")
_BY_NAME = ("validate_by_name", "populate_by_name", "allow_population_by_field_name")
_NOT_REQUIRED = re.compile(r"^(?:\w+\.)*(NotRequired|Required)\[(.*)\]$", re.DOTALL)
_LAST_NAMES = re.compile(r"\w+(?=[,\])])")
_DESCRIBED = re.compile(r"\bAnnotated\[.*\b(?:default|default_factory|\w*alias)=|\bAlias(?:Choices|Path)\(", re.DOTALL)
_WRAPPED = re.compile(r"^(?:\w+\.)*(InitVar|ClassVar|Final|Annotated)\[(.*)\]$", re.DOTALL)


def decorator(classes: Classes, ref: ClassRef) -> tuple[Style | None, dict[str, str]]:
    """Which decorator makes the constructor of a class, if one does, and that decorator's keywords as source."""
    for decorator in ref.fact.get("decorators", ()):
        made = style_of(classes, ref.module, decorator)
        if made is not None:
            return made
    return _inherited(classes, ref) or (None, {})


def _inherited(classes: Classes, ref: ClassRef) -> tuple[Style, dict[str, str]] | None:
    """What a base or a metaclass makes of the classes derived from it, if it says that it makes dataclasses."""
    own = {name: text for name, text in unpacked(ref.fact).get("keywords", {}).items() if name != "metaclass"}
    for base in classes.order(ref).classes:
        fact = unpacked(base.fact)
        makers = [] if base.path == ref.path else [base]
        metaclass = class_ref(
            classes.names, classes.names.resolve(base.module, fact.get("keywords", {}).get("metaclass", ""))
        )
        makers += classes.order(metaclass).classes if metaclass is not None else ()
        for maker in makers:
            defaults = transform(maker.fact)
            if defaults is not None:
                return "dataclass", {**defaults, **own, "more": maker.fact["name"]}
        for call in fact.get("subclassing", ()) if makers and makers[0] is base else ():
            made = _made(classes, base.module, call)
            if made is not None:
                return made[0], {**made[1], "more": base.fact["name"]}
    return None


def _made(classes: Classes, module: str, call: Expr) -> tuple[Style, dict[str, str]] | None:
    """What a call in ``__init_subclass__``, or its decorator, makes of the classes that it gets."""
    defaults = transform({"name": "", "at": [], "bases": [], "decorators": [call]})
    return ("dataclass", defaults) if defaults is not None else style_of(classes, module, call)


def changed_by_bases(classes: Classes, ref: ClassRef) -> Doubt | None:
    """Why a class may have another constructor than it says: a base hands it to a call that is not understood."""
    for base in classes.order(ref).classes:
        for call in unpacked(base.fact).get("subclassing", ()) if base.path != ref.path else ():
            if not call or (_made(classes, base.module, call) is None and not _is_harmless(classes, base.module, call)):
                return Doubt(f"`__init_subclass__` of `{base.fact['name']}` may change what it takes")
    return None


def _is_harmless(classes: Classes, module: str, call: Expr) -> bool:
    """Whether a call leaves the constructor of the class that it gets as it is: functions of Python that make none, and
    those that register."""
    func = made.func if (made := call_of(call)) is not None else call
    target = classes.names.resolve(module, func) if isinstance(func, str) else None
    path = target.path if target is not None else func if isinstance(func, str) else ""
    return path.partition(".")[0] in sys.stdlib_module_names or path.rpartition(".")[2].lstrip("_").startswith(
        "register"
    )


def style_of(classes: Classes, module: str, decorator: Expr, depth: int = 0) -> tuple[Style, dict[str, str]] | None:
    """What a decorator written in ``module`` makes a constructor of, and its keywords as source, be it behind another
    name or a ``partial``; ``None`` if it makes none."""
    call = call_of(decorator)
    func = decorator if call is None else call.func
    if not isinstance(func, str) or depth > _MAX_DEPTH:
        return None
    keywords = {name: render(value) for name, value in call.keywords.items()} if call is not None else {}
    target = classes.names.resolve(module, func)
    path = target.path if target is not None else func
    if path.startswith("pydantic.") and "forbid" not in keywords.get("config", ""):
        keywords = {**keywords, "more": "pydantic"}  # it ignores names that it does not know
    if path in _DATACLASS or path in _ATTRS:
        return ("dataclass" if path in _DATACLASS else "attrs"), keywords
    if path == "functools.partial" and call is not None and call.arguments:
        made = style_of(classes, module, call.arguments[0], depth + 1)
        return (made[0], {**made[1], **keywords}) if made is not None else None
    bound = classes.names.call_behind(module, func) if target is None else None
    if bound is not None:
        made = style_of(classes, *bound, depth + 1)
        return (made[0], {**made[1], **keywords}) if made is not None else None
    return _transformed(classes, target, keywords) if target is not None else None


def _transformed(
    classes: Classes, target: ResolvedName, keywords: dict[str, str]
) -> tuple[Style, dict[str, str]] | None:
    """What a function under ``dataclass_transform`` makes, which says that it makes dataclasses."""
    if target.kind not in ("function", "class"):
        return None
    defaults = transform(target.fact)
    return ("dataclass", {**defaults, **keywords}) if defaults is not None else None


def transform(fact: ClassFact | FunctionFact) -> dict[str, str] | None:
    """The defaults that ``dataclass_transform`` gives to what it is put on, ``None`` if it is not put on it."""
    for decorator in fact.get("decorators", ()):
        call = call_of(decorator)
        if call is not None and isinstance(call.func, str) and call.func.rpartition(".")[2] in _TRANSFORMS:
            renamed = {"kw_only_default": "kw_only", "field_specifiers": "functions"}
            return {name: render(call.keywords[key]) for key, name in renamed.items() if key in call.keywords}
    return None


def of_class(classes: Classes, ref: ClassRef, order: ClassOrder, index: int) -> Parameters | None:
    """The generated constructor of the class ``ref``, item ``index`` of an order; ``None`` if it has none."""
    style, keywords = decorator(classes, ref)
    if style is None or keywords.get("init") == "False":
        return None
    result = _of_fields(classes, order, index, style)
    if "these" in keywords:
        return result.partly("its fields are given to the decorator")
    more = keywords.get("more")
    return replace(result, complete=False, reason=f"`{more}` makes the constructor") if more else result


def of_external(classes: Classes, path: str, order: ClassOrder) -> Parameters | None:
    """The constructor that a base class outside the project generates from the fields of those below it; ``None`` if it
    is not one of those that do."""
    if path in ENUMS:
        ref = next(order.classes)
        return Parameters((classes.param({"name": "value", "at": ref.fact["at"]}, ref),))
    styles: dict[Style, frozenset[str]] = {"tuple": NAMED_TUPLES, "dict": TYPED_DICTS, "model": _MODELS}
    style = next((style for style, paths in styles.items() if path in paths), None)
    if style is None:
        return None
    made = _of_fields(classes, order, 0, style)
    return _unchecked(made) if style == "dict" else made


def _unchecked(made: Parameters) -> Parameters:
    """What a ``TypedDict`` takes, which are wishes: Python does not check them."""
    params = tuple(replace(optional(param), wanted=param.required) for param in made.params)
    return replace(made, params=params, complete=False, reason=made.reason or "Python does not check a `TypedDict`")


def kept_by_class(classes: Classes, ref: ClassRef, order: ClassOrder) -> bool | None:
    """Whether a class itself has something by the name of each of its fields: slots, and what names the elements of a
    tuple. Or none, as attrs takes them away; None where it has those with values."""
    style, keywords = decorator(classes, ref)
    if style == "attrs" and "slots" not in keywords and keywords.get("auto_attribs") == "True":
        return False
    in_slots = style == "attrs" or keywords.get("slots", "False") != "False"
    return True if in_slots or classes.has_attribute(ref, "__slots__") or NAMED_TUPLES & {*order.paths} else None


def _of_fields(classes: Classes, order: ClassOrder, start: int, style: Style) -> Parameters:
    """The fields of a class and its bases, those of the last base first. A field that is bound again keeps its place;
    one that is annotated again as no field is none any more."""
    params: dict[str, tuple[ParamFact, ClassRef]] = {}
    docs: list[tuple[str, str]] = []
    complete = True
    settings: list[str] = []
    for item in reversed(order.items[start:]):
        if not isinstance(item, ClassRef):
            complete &= item in _OF_FIELDS or item.startswith(("typing.", "abc.", "builtins."))
            continue
        own_style, keywords = decorator(classes, item)
        if style in ("dataclass", "attrs") and not own_style:
            continue
        fact = unpacked(item.fact)
        settings += [f"{key}={text}" for key, text in fact.get("keywords", {}).items()]
        if "doc" in fact:
            docs.insert(0, (item.path, fact["doc"]))
        by_keyword = keywords.get("kw_only") == "True" or style in ("dict", "model")
        optional = style == "dict" and fact.get("keywords", {}).get("total") == "False"
        functions = (*_FIELD_FUNCTIONS.get(style, ()), *_LAST_NAMES.findall(keywords.get("functions", "")))
        for field in item.fields:
            if field["name"] in ("model_config", "Config"):
                settings.append(_written(classes, item, field.get("default", "")))
            elif style == "model" and _DESCRIBED.search(f"{field.get('annotation')} {field.get('default')}"):
                settings.append("alias_generator")
            if style == "dataclass" and field.get("annotation", "").endswith("KW_ONLY"):
                by_keyword = True
                continue
            param = _parameter(field, style, by_keyword, optional, functions)
            if param is not None:
                params[param["name"]] = (param, item)
            elif "annotation" in field:
                params.pop(field["name"], None)
    result = [classes.param(param, owner) for param, owner in params.values()]
    result.sort(key=lambda param: param.kind == "keyword-only")
    made = Parameters(tuple(result), complete, tuple(docs), "" if complete else "a base class could not be read")
    return _of_model(made, order, settings) if style == "model" else made


def _of_model(made: Parameters, order: ClassOrder, settings: list[str]) -> Parameters:
    """What a pydantic model takes: other names, too, unless it forbids them."""
    if any("alias_generator" in text for text in settings):
        return made.partly("the model gives its fields other names")
    if any(not text or "**" in text for text in settings):
        return made.partly("the settings of the model could not be read")
    said = {match[1]: match[2] for text in settings for match in _SETTING.finditer(text)}
    by_name = any(said.get(name) == "True" for name in _BY_NAME)
    if by_name and said.get("validate_by_alias") == "False":
        made = replace(
            made, params=tuple(replace(param, name=param.also or param.name, also="") for param in made.params)
        )
    elif not by_name:
        made = replace(made, params=tuple(replace(param, also="") for param in made.params))
    if not _SETTINGS.isdisjoint(order.paths):
        return made.partly("what is not given may come from the environment")
    if said.get("extra") == "forbid":
        return made
    return replace(made, complete=False, reason=made.reason or "pydantic ignores names that it does not know")


def _written(classes: Classes, ref: ClassRef, text: str) -> str:
    """The settings of a model as they are written, be it behind a name; "" where they cannot be read."""
    bound = classes.names.call_behind(ref.module, text) if text.replace(".", "").isidentifier() else None
    text = render(bound[1]) if bound is not None else text
    return text if "=" in text or ":" in text or text.endswith(("dict()", "Dict()", "{}", "...", "pass")) else ""


def _parameter(
    field: FieldFact, style: Style, by_keyword: bool, optional: bool, functions: tuple[str, ...]
) -> ParamFact | None:
    """The parameter that a field makes, ``None`` if it makes none. ``functions`` are those that describe fields."""
    name = field["name"]
    call = call_of(field.get("value"))
    function = call.func.rpartition(".")[2] if call is not None and isinstance(call.func, str) else ""
    described = call if function in functions else None
    annotation = _inner_annotation(field.get("annotation", ""))
    if annotation is None or (style == "model" and (name in ("model_config", "Config") or name.startswith("_"))):
        return None
    if not annotation and not (style == "attrs" and described is not None):
        return None
    fact: ParamFact = {"name": name.lstrip("_") if style == "attrs" else name, "at": field["at"]}
    if annotation:
        fact["annotation"] = annotation
    if "doc" in field:
        fact["doc"] = field["doc"]
    default = field.get("default")
    if described is not None:
        keywords = described.keywords
        if keywords.get("init") == {"c": False}:
            return None
        if "kw_only" in keywords:
            by_keyword = keywords["kw_only"] == {"c": True}
        default = _default(described, style, function)
        renamed = _renamed(fact, keywords)
        if style == "model" and fact["name"] != name:
            fact["also"] = name
        default = default or renamed
    wrapper = _NOT_REQUIRED.match(annotation) if style == "dict" else None
    if wrapper is not None:
        fact["annotation"] = wrapper[2]
        optional = wrapper[1] == "NotRequired"
    if default is None and optional:
        default = "..."
    if default is not None:
        fact["default"] = default
    if by_keyword:
        fact["kind"] = "keyword-only"
    return fact


def _renamed(fact: ParamFact, keywords: dict[str, Expr]) -> str | None:
    """Give a parameter the name by which it is given, if that is another; the default where nobody knows it."""
    alias = next((keywords[key] for key in ("validation_alias", "alias") if key in keywords), None)
    if isinstance(alias, dict) and isinstance(alias.get("c"), str):
        fact["name"] = alias["c"]
        return None
    return None if alias is None else "..."


def _inner_annotation(text: str) -> str | None:
    """An annotation without ``Final[...]`` and the like around it, ``None`` for that of a class variable."""
    while wrapped := _WRAPPED.match(text):
        if wrapped[1] == "ClassVar":
            return None
        text = wrapped[2] if wrapped[1] != "Annotated" else wrapped[2].split(",", 1)[0]
    return text if text not in ("ClassVar", "typing.ClassVar") else None


def _default(call: CallExpr, style: Style, function: str) -> str | None:
    """The default that a call like ``field(default=1)`` describes."""
    for key in ("default_factory", "factory"):
        if key in call.keywords:
            return _result_of(call.keywords[key])
    if function == "Factory" and call.arguments:
        return _result_of(call.arguments[0])
    first = call.arguments[0] if call.arguments and style in ("model", "attrs") else None
    default = call.keywords.get("default", first)
    if default is None or default == {"s": "..."}:
        return None
    factory = call_of(default)
    if factory is not None and isinstance(factory.func, str) and factory.func.endswith("Factory") and factory.arguments:
        return _result_of(factory.arguments[0])
    return render(default)


def _result_of(factory: Expr) -> str:
    text = render(factory)
    if text.startswith("lambda"):
        return text.partition(":")[2].strip()
    return {"list": "[]", "dict": "{}", "tuple": "()"}.get(text, f"{text}()")


def text_value(field: FieldFact, *, lowered: bool) -> str | None:
    """The value of an enum's member if it is a text; of ``auto()`` its name in small letters where ``lowered``."""
    default = field.get("default", "")
    if lowered and default.endswith("auto()"):
        return field["name"].lower()
    try:
        value = ast.literal_eval(default)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return value if isinstance(value, str) else None
