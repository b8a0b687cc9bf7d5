"""A draft 2020-12 schema by which other TOML tools can check configs, prefixed arguments in quotes included.

It never refuses what a load accepts: a file may leave out what its bases give, tables may be scratchpads, and where
reading could not tell everything any name is fine. So it finds unknown classes and parameters and wrong types, not
everything that ``excore check`` finds.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping

from excore.lang.catalog import Catalog, Entry, Param
from excore.lang.check.annotations import Type, read_annotation
from excore.lang.grammar import BASE_KEY, HOOKS_TABLE, NO_CALL_KEY
from excore.lang.project.model import Project
from excore.lang.resolve.entries import named_entries
from excore.schema.parameter_types import Json

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SCALARS = {"integer": "integer", "float": "number", "string": "string", "boolean": "boolean"}
_NEVER: Json = {"not": {}}
_ANY_TABLE: Json = {"type": "object", "additionalProperties": True}
_SPECIAL = re.compile(r"[\\\]\[^-]")
_ESCAPED = r"\\\g<0>"


def config_schema(catalog: Catalog, project: Project, *, whole: bool = False) -> Json:
    """The schema of one config file.

    With ``whole`` files count as complete: required parameters must stand in the file itself.
    """
    project = project.completed(catalog)
    return _SchemaWriter(catalog, project, whole).schema()


class _SchemaWriter:
    def __init__(self, catalog: Catalog, project: Project, whole: bool) -> None:
        self.catalog = catalog
        self.project = project
        self.whole = whole
        grammar = catalog.grammar
        self.object = _one_of([p.char for p in grammar.prefixes.values() if p.yields in ("object", "class")])
        self.variable = _one_of([grammar.prefix("variable").char])
        self.custom = _one_of([p.char for p in grammar.prefixes.values() if p.yields == "anything"])
        self.prefixes = list(grammar.prefixes)

    def schema(self) -> Json:
        registries = [name for name in self.project.registry_names(self.catalog) if not name.startswith("__")]
        properties: Json = {
            BASE_KEY: {
                "description": "The files this one builds on.",
                "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
            },
            HOOKS_TABLE: {**_ANY_TABLE, "description": "Hooks of the config."},
        }
        definitions: Json = {"reference": _reference("reference"), "variable": _reference("variable")}
        for registry in registries:
            if self.catalog.entries.get(registry):
                definitions[f"reference.{registry}"] = self.references(registry)
            for entry in self.catalog.entries.get(registry, {}).values():
                definitions[f"{registry}.{entry.name}"] = self.module(entry)
        for entry in named_entries(self.catalog, self.project):
            properties[entry.name] = self.top_level(entry)
        for registry in registries:
            properties[registry] = self.group(registry, registry)
        for field in self.project.primary_fields:
            properties[field] = self.group(field, self.project.registry_of(field))
        return {
            "$schema": DIALECT,
            "title": f"Configs of {self.project.name}" if self.project.name else "Configs",
            "type": "object",
            "properties": properties,
            "additionalProperties": True,
            "$defs": definitions,
        }

    def references(self, registry: str) -> Json:
        """Any reference; tools offer the names of the registry."""
        names: Json = {"enum": list(self.catalog.entries[registry])}
        items: Json = {"type": "array", "items": {"anyOf": [names, {"$ref": _pointer("reference")}]}}
        return {"anyOf": [names, items, {"$ref": _pointer("reference")}]}

    def by_registry(self, params: Iterable[Param]) -> Mapping[str, list[str]]:
        """The names of parameters by the registry or field that they are called like, "" for the others."""
        called = {name.casefold(): name for name in self.project.registry_names(self.catalog)}
        called.update((field.casefold(), self.project.registry_of(field)) for field in self.project.primary_fields)
        found: dict[str, list[str]] = {}
        for param in params:
            word = param.name.casefold()
            forms = (word, word.removesuffix("s"), word.rpartition("_")[2], word.rpartition("_")[2].removesuffix("s"))
            registry = next((called[form] for form in forms if form in called), "")
            found.setdefault(registry if self.catalog.entries.get(registry) else "", []).append(param.name)
        return found

    def group(self, field: str, registry: str) -> Json:
        """The table of a field or registry: its sub-tables are modules of the registry."""
        entries = self.catalog.entries.get(registry, {})
        modules = {name: {"$ref": _pointer(f"{registry}.{name}")} for name in entries}
        others = dict(_ANY_TABLE) if self.catalog.is_open(registry) else False
        schema: Json = {"type": "object", "properties": modules, "additionalProperties": others}
        if field != registry:
            schema["description"] = f"Modules of registry {registry}."
        return schema

    def top_level(self, entry: Entry) -> Json:
        """A table under a module's name; anything else under that name is an isolated value."""
        module = {"$ref": _pointer(f"{entry.registry}.{entry.name}")}
        return {"anyOf": [module, {"type": ["array", "boolean", "number", "string"]}]}

    def module(self, entry: Entry) -> Json:
        schema: Json = {"type": "object"}
        if entry.doc:
            schema["description"] = entry.doc
        if entry.kind == "module":
            return schema | {"maxProperties": 0}
        signature = entry.signature
        properties: Json = {param.name: _plain(param) for param in signature.keywords}
        properties[NO_CALL_KEY] = {"type": "boolean", "description": "Whether to leave the node unbuilt."}
        schema["properties"] = properties
        patterns = {}
        if signature.keywords:
            names = "|".join(param.name for param in signature.keywords)
            for registry, some in self.by_registry(signature.keywords).items():
                name = f"reference.{registry}" if registry else "reference"
                patterns[f"^{self.object}({'|'.join(some)})$"] = {"$ref": _pointer(name)}
            patterns[f"^{self.variable}({names})$"] = {"$ref": _pointer("variable")}
            patterns[f"^{_one_of(self.prefixes)}?({names})\\[(-?[0-9]+|[+-])\\]$"] = {}  # BASE-9
            if self.custom:
                patterns[f"^{self.custom}({names})$"] = {}
        schema["additionalProperties"] = signature.takes_any
        if signature.takes_any:
            patterns[f"^{self.object}"] = {"$ref": _pointer("reference")}
            patterns[f"^{self.variable}"] = {"$ref": _pointer("variable")}
        if patterns:
            schema["patternProperties"] = patterns
        if self.whole:
            required = [self.spelled(param) for param in signature.params if param.required]
            if required:
                schema["allOf"] = required
        return schema

    def spelled(self, param: Param) -> Json:
        """That a parameter is there, plain or under any prefix."""
        return {"anyOf": [{"required": [prefix + param.name]} for prefix in ("", *self.prefixes)]}


def _one_of(chars: list[str]) -> str:
    """A pattern for one of some characters. Other tools know no escape of a character that needs none."""
    return f"[{''.join(_SPECIAL.sub(_ESCAPED, char) for char in chars)}]" if chars else ""


def _pointer(name: str) -> str:
    return f"#/$defs/{name}"


def _reference(name: str) -> Json:
    """A name, names in a list, or a table of both; under a prefix nothing else means anything (VAL)."""
    text: Json = {"type": "string", "minLength": 1}
    table = {"type": "object", "additionalProperties": {"$ref": _pointer(name)}}
    return {"anyOf": [text, {"type": "array", "items": {"$ref": _pointer(name)}}, table]}


def _plain(param: Param) -> Json:
    """The schema of a parameter's value as it is written without a prefix."""
    annotation = read_annotation(param.annotation) if param.annotation is not None else None
    schema = _value(annotation) if annotation is not None else {}
    shapes = {kind.shape for kind in annotation.options} - {"none"} if annotation is not None else {"class"}
    if param.choices and shapes == {"class"}:
        plain = [choice for choice in param.choices if isinstance(choice, str | int | float)]
        cases = [case for one in plain if isinstance(one, str) for case in (one.lower(), one.upper())]
        others = [one for one in dict.fromkeys(cases) if one not in plain]  # `excore check` takes any case
        options = [{"enum": plain}, *([{"enum": others}] if others else [])]
        schema = {"anyOf": [*options, {"type": ["number", "boolean", "array", "object"]}]}
    if param.doc:
        schema = {"description": param.doc, **schema}
    return schema | _default(param)


def _default(param: Param) -> Json:
    """The default, where it is a literal that TOML can write."""
    if param.default is None:
        return {}
    try:
        value = ast.literal_eval(param.default)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return {}
    return {"default": value} if isinstance(value, bool | int | float | str) and value == value else {}


def _value(annotation: Type) -> Json:
    """What fits an annotation; the same answers as ``excore.lang.check.annotations.fits``."""
    shape = annotation.shape
    if shape in ("any", "class"):
        return {}
    if shape in ("none", "callable", "type"):
        return dict(_NEVER)
    if shape == "union":
        return _union(annotation.items)
    if shape == "literal":
        return {"enum": list(annotation.values)}
    if shape == "mapping":
        return dict(_ANY_TABLE)
    if shape == "scalar":
        return _scalar(annotation.kinds)
    if annotation.fixed:
        count = len(annotation.items)
        items = [_value(item) for item in annotation.items]
        return (
            {"type": "array", "prefixItems": items, "minItems": count, "maxItems": count}
            if items
            else {"type": "array", "maxItems": 0}
        )
    return {"type": "array", "items": _value(annotation.items[0])} if annotation.items else {"type": "array"}


def _union(items: tuple[Type, ...]) -> Json:
    options = [schema for schema in map(_value, items) if schema != _NEVER]
    if not options:
        return dict(_NEVER)
    if any(not option for option in options):
        return {}
    return options[0] if len(options) == 1 else {"anyOf": options}


def _scalar(kinds: tuple[str, ...]) -> Json:
    types = list(dict.fromkeys(_SCALARS.get(kind, "string") for kind in kinds))
    if "number" in types and "integer" in types:
        types.remove("integer")
    if ("integer" in types or "number" in types) and "boolean" not in types:
        types.append("boolean")  # Python takes true for 1, and so does `excore check`
    if not types:
        return dict(_NEVER)
    return {"type": types[0] if len(types) == 1 else types}
