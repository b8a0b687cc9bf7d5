"""Whether the value of an argument suits its parameter: values by type, objects by class, text by what it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from excore.lang.catalog import Entry, Param
from excore.lang.check.annotations import Type, fits, kinds_taken, mismatch, read_annotation
from excore.lang.grammar import NONE, FieldRef, Prefix
from excore.lang.nearest import listed
from excore.lang.problems import Problem, problem
from excore.lang.resolve.entries import entry_named
from excore.lang.resolve.explain import WORD, registries_called
from excore.lang.resolve.model import Argument, Meaning, Model, Plain, Reference, ReferenceDict, ReferenceList
from excore.lang.resolve.top_level import is_field_or_registry
from excore.lang.syntax.tree import Array, InlineTable, Missing, Scalar, Value
from excore.lang.tables.table import BoundValue, Table, Tables

_NUMBERS = frozenset(("int", "float", "str", "bool", "bytes", "complex"))
_NAMING = frozenset(("name", "type", "cls", "class_name"))  # parameters whose values are names themselves
_QUOTES = ("'", '"')
_SHOWN = 4  # names in a message
_MAPPINGS = ("Dict", "Mapping", "dict")
_BUILTINS = frozenset((*_NUMBERS, "Number", "Real", "Integral", "Decimal", "Fraction"))


def suits(argument: Argument, param: Param) -> bool:
    """Whether ``mistyped`` has certainly nothing to say: a single value, of a kind that the annotation names."""
    value = argument.binding.value
    return (
        type(value) is Scalar
        and argument.prefix is None
        and param.annotation is not None
        and value.kind in kinds_taken(param.annotation)
    )


def mistyped(argument: Argument, param: Param, entry: Entry, model: Model) -> Iterable[Problem]:
    """Why the value of ``argument`` does not suit ``param``. Nothing where that is not certain."""
    if param.annotation is None and not param.choices:
        yield from _not_annotated(argument, param, entry, model)
        return
    annotation = read_annotation(param.annotation or "Any")
    meaning = argument.meaning
    subject = f"`{argument.name}` of `{entry.name}`"
    if isinstance(meaning, Plain):
        is_none = argument.prefix is not None  # under `&`
        forgotten = None if is_none else _forgotten_prefix(argument, annotation, model)
        if forgotten is not None:
            yield forgotten
            return
        is_default = is_none and param.default == NONE
        why = None if is_default else mismatch(annotation, meaning.value, param.choices)
        if why is not None:
            yield problem("wrong-type", f"{subject}: {why}", argument.binding.value_origin, name=argument.name)
        if why is not None or is_none:
            return
        why = _no_object(argument, annotation, param, model)
        if why is not None:
            yield problem("wrong-type", f"{subject}: {why}", argument.binding.origin, passed="text")
        elif not param.choices and _may_be_anything(annotation, argument):
            yield from _not_annotated(argument, param, entry, model)
    elif isinstance(meaning, Reference) and meaning.prefix.kind == "variable":
        variable = meaning.variable
        binding = model.isolated.get(variable.name) if variable is not None else None
        if variable is not None and binding is not None and not meaning.hooks:
            why = mismatch(annotation, binding.value, param.choices)
            if why is not None:
                message = f"{subject}: {why} (the value of `{variable.name}`)"
                yield problem("wrong-type", message, meaning.origin, name=argument.name)
    else:
        yield from _wrong_objects(annotation, meaning, subject, model)
        if model.catalog.nominal.isdisjoint(WORD.findall(annotation.text)):
            yield from _of_wrong_registry(argument, entry, model)


def _may_be_anything(annotation: Type, argument: Argument) -> bool:
    """Whether an annotation says no more than none: ``Any``, or a table beside classes of which nothing is known."""
    shapes = {kind.shape for kind in annotation.options}
    definite = [kind for kind in annotation.options if kind.shape not in ("any", "class")]
    return not shapes.isdisjoint(("any", "mapping")) and not any(
        fits(kind, argument.binding.value) for kind in definite
    )


def _not_annotated(argument: Argument, param: Param, entry: Entry, model: Model) -> Iterable[Problem]:
    """What a name of a registered class says where only the name and the default of the parameter tell its kind."""
    meaning = argument.meaning
    if isinstance(meaning, Plain):
        if argument.name not in _NAMING and (param.default or "None")[:1] not in _QUOTES:
            yield from _registered_names(argument, model)
    else:
        yield from _of_wrong_registry(argument, entry, model)


def _of_wrong_registry(argument: Argument, entry: Entry, model: Model) -> Iterable[Problem]:
    """Classes of another registry than the one that the parameter is called like: hints, as a name is no promise."""
    registries = registries_called(argument.name, model.catalog, model.project)
    for reference in argument.references if registries else ():
        target = reference.target
        name = target.entry.name if target is not None and target.entry is not None else ""
        if not name or reference.hooks or any(name in model.catalog.entries[registry] for registry in registries):
            continue
        if target is not None and target.entry is not None:
            wanted = " or ".join(f"`{registry}`" for registry in registries)
            message = (
                f"`{argument.name}` of `{entry.name}` is called like registry {wanted}; "
                f"`{name}` is of registry `{target.entry.registry}`"
            )
            yield problem("wrong-object", message, reference.origin, severity="hint")


def _registered_names(argument: Argument, model: Model) -> Iterable[Problem]:
    """A text, or lists and tables of texts, that are all exactly names of registered classes, or ``$Field`` with a
    table: a prefix is forgotten."""
    value = argument.binding.value
    names = _texts(value)
    if not names:
        return
    bases = [model.grammar.read(name).base for name in names]
    if all(isinstance(base, FieldRef) and base.name is None and _has_tables(base.field, model) for base in bases):
        subject = f"{listed(names, _SHOWN)} {'are' if len(names) > 1 else 'is'} passed as text"
        yield _passed_as_text(argument, model.grammar.prefix("shared"), subject, "object" + "s" * (len(names) > 1))
        return
    known = [base.name if isinstance(base, FieldRef) else name for base, name in zip(bases, names, strict=True)]
    entries = [entry_named(name or "", model.catalog, model.project) for name in known]
    if any(entry is None or entry.kind != "class" for entry in entries):
        return
    groups = model.members.get(names[0], ()) if isinstance(value, Scalar) else ()
    prefix = model.grammar.prefix("shared" if any(model.groups[one].role == "field" for one in groups) else "new")
    many = len(names) > 1
    subject = f"{listed(names, _SHOWN)} {'are registered classes' if many else 'is a registered class'}, passed as text"
    yield _passed_as_text(argument, prefix, subject, "modules" if many else "module")


def _has_tables(name: str, model: Model) -> bool:
    group = model.groups.get(name)
    return group is not None and group.role != "scratchpad" and bool(group.members)


def _texts(value: BoundValue | Value) -> list[str] | None:
    """The texts that a value is, or is made of on all its levels; None if there is anything else, or a key like
    ``type`` whose text is a name."""
    if isinstance(value, Scalar):
        return [value.value] if isinstance(value.value, str) else None
    if isinstance(value, Missing):
        return None
    names, inner = _inside(value)
    parts = list(map(_texts, inner)) if _NAMING.isdisjoint(names) else [None]
    return [text for part in parts for text in part or ()] if None not in parts else None


def _inside(value: BoundValue | Value) -> tuple[Iterable[str], Sequence[BoundValue | Value]]:
    """The keys of a table, none of a list, and what a value holds."""
    if isinstance(value, Table):
        return value.bindings, [one.value for one in value.bindings.values()]
    if isinstance(value, InlineTable):
        return [part.name for one in value.entries for part in one.parts], [one.value for one in value.entries]
    return (), value.items if isinstance(value, Array | Tables) else ()


def _has_listed_table(value: BoundValue | Value) -> bool:
    """Whether a table stands in a list, where it holds no references."""
    inner = _inside(value)[1]
    is_list = isinstance(value, Array | Tables)
    return any((is_list and isinstance(one, Table | InlineTable)) or _has_listed_table(one) for one in inner)


def _forgotten_prefix(argument: Argument, annotation: Type, model: Model) -> Problem | None:
    value = argument.binding.value
    if not isinstance(value, Scalar):
        return _forgotten_for_all(argument, annotation, model)
    if value.kind != "string":
        return None
    text = original = str(value.value)
    prefix = None
    what = "module"
    if _takes_modules(annotation):
        prefix, text = _module_prefix(text, annotation, model)
    elif mismatch(annotation, value) is not None:
        variable = model.grammar.variable_text(text)
        if (variable.name if variable is not None else text) in model.isolated:
            prefix, what = model.grammar.prefix("variable"), "value"
            text = variable.name if variable is not None else text
    if prefix is None:
        return None
    return _passed_as_text(argument, prefix, f"`{original}` is passed as text", what, text)


def _passed_as_text(argument: Argument, prefix: Prefix, subject: str, what: str, text: str = "") -> Problem:
    """``text``: what to write under the prefix, "" for what stands there."""
    key, value, origin = prefix.char + argument.name, argument.binding.value, argument.binding.origin
    if _has_listed_table(value):
        message = f"{subject}; no prefix makes references of a table in a list: under `{key}` stand lists of names"
        return problem("wrong-type", message, origin, passed="text")
    write = f'{key} = "{text}"' if text else key
    message = f"{subject}; write `{write}` to pass the {what}"
    is_there = not text or (isinstance(value, Scalar) and value.value == text)
    return problem("wrong-type", message, origin, suggestions=(key,) if is_there else (), passed="text")


def _forgotten_for_all(argument: Argument, annotation: Type, model: Model) -> Problem | None:
    """A list or table of nothing but names of modules, where modules are wanted."""
    texts: list[str] = []
    prefixes: list[Prefix] = []
    for text, kind in _where_wanted(argument.binding.value, annotation):
        prefix, meant = _module_prefix(text, kind, model) if text and _takes_modules(kind) else (None, "")
        if prefix is None or meant != text:
            return None
        texts.append(text)
        prefixes.append(prefix)
    if not texts:
        return None
    prefix = prefixes[0]
    if prefix.kind == "shared":
        prefix = model.grammar.prefix("new")
    is_one = len(texts) == 1
    subject = f"{listed(texts, _SHOWN)} {'is' if is_one else 'are'} passed as text"
    return _passed_as_text(argument, prefix, subject, "module" if is_one else "modules")


def _where_wanted(value: BoundValue | Value, annotation: Type) -> Iterator[tuple[str | None, Type]]:
    """The texts in a value, each with its annotation; None for what is no text or has no certain annotation."""
    if isinstance(value, Scalar):
        yield (value.value if isinstance(value.value, str) else None), annotation
        return
    shape = "array" if isinstance(value, Array | Tables) else "mapping"
    kinds = [kind for kind in annotation.options if kind.shape != "none"]
    if len(kinds) != 1 or kinds[0].shape != shape or kinds[0].fixed or not kinds[0].items:
        yield None, annotation
        return
    for inner in _inside(value)[1]:
        yield from _where_wanted(inner, kinds[0].items[-1])


def _no_object(argument: Argument, annotation: Type, param: Param, model: Model) -> str | None:
    """Why a value as it is written cannot be an object of the project's classes, where only these are wanted."""
    value = argument.binding.value
    others = [kind for kind in annotation.options if kind.shape != "none" and not _is_ordinary(kind, model)]
    if len(others) == len(annotation.options) or any(fits(kind, value) for kind in others):
        return None
    if isinstance(value, Scalar):
        is_text = (param.default or "").startswith(("'", '"'))
        is_number = (param.default or "None")[:1] in "-.0123456789" or param.default in ("True", "False")
        if is_text if value.kind == "string" else is_number:
            return None  # the annotation does not say all
        return mismatch(Type("callable", annotation.text), value)
    if isinstance(value, Table):
        type_key = value.bindings.get("type")
        name = type_key.value.value if type_key is not None and isinstance(type_key.value, Scalar) else None
        entry = entry_named(name, model.catalog, model.project) if isinstance(name, str) else None
        if entry is not None and _is_wanted(entry, annotation):
            char = model.grammar.prefix("new").char
            return (
                f'a table with `type` is passed as a dict; write `{char}{argument.name} = "{name}"` and the other '
                f"arguments in a table `[{name}]`"
            )
    return None


def _is_ordinary(kind: Type, model: Model) -> bool:
    return kind.shape == "class" and _last(kind.text) in model.catalog.ordinary


def _takes_only_ordinary(annotation: Type, model: Model) -> bool:
    kinds = [kind for kind in annotation.options if kind.shape != "none"]
    return bool(kinds) and all(_is_ordinary(kind, model) for kind in kinds)


def _takes_modules(annotation: Type) -> bool:
    """Whether only objects, classes or functions fit, and no text."""
    shapes = {kind.shape for kind in annotation.options}
    return shapes <= {"class", "callable", "type", "none"} and shapes != {"none"}


def _module_prefix(text: str, annotation: Type, model: Model) -> tuple[Prefix | None, str]:
    """The prefix under which a text that is no value names a module, and the text to write there."""
    grammar = model.grammar
    base = grammar.read(text).base
    if isinstance(base, FieldRef):
        is_group = base.name is not None or is_field_or_registry(base.field, model.catalog, model.project)
        return grammar.prefix("shared") if is_group else None, text
    key = grammar.split_key(text)
    name = key.name
    entry = entry_named(name, model.catalog, model.project) if key.error is None else None
    if entry is None or not _is_wanted(entry, annotation):
        return None, text
    if key.prefix is not None:
        return key.prefix, name
    if all(kind.shape != "class" for kind in annotation.options) and not (
        any(kind.shape == "callable" for kind in annotation.options) and _can_be_called(name, model)
    ):
        return grammar.prefix("class"), name
    fields = [group for group in model.members.get(name, ()) if model.groups[group].role == "field"]
    return grammar.prefix("shared" if fields else "new"), name


def _is_wanted(entry: Entry, annotation: Type) -> bool:
    """Whether a class is what an annotation names. A name that is no base of it may stand for texts, as enums do."""
    if any(kind.shape in ("callable", "type") for kind in annotation.options):
        return True
    return not {_last(path) for path in entry.bases}.isdisjoint(_last(kind.text) for kind in annotation.options)


def _can_be_called(name: str, model: Model) -> bool:
    """Whether objects of a class are called like functions, by ``__call__`` or as torch's modules by ``forward``."""
    entry = entry_named(name, model.catalog, model.project)
    return entry is not None and any(member.name in ("__call__", "forward") for member in entry.members)


def _wrong_objects(annotation: Type, meaning: Meaning, subject: str, model: Model) -> Iterator[Problem]:
    """Objects that are certainly not what the annotation says, also as items of lists and tables."""
    if isinstance(meaning, Reference):
        if not meaning.hooks and not meaning.every:
            if meaning.prefix.yields == "object":
                yield from _wrong_object(annotation, meaning, subject, model)
            elif meaning.prefix.kind == "class":
                yield from _class_for_object(annotation, meaning, subject, model)
    elif isinstance(meaning, ReferenceList | ReferenceDict):
        if _takes_only_ordinary(annotation, model):
            first = next((inner for inner in meaning.values if isinstance(inner, Reference)), None)
            if first is not None:
                what = "a list" if isinstance(meaning, ReferenceList) else "a table"
                yield problem(
                    "wrong-object", f"{subject} wants `{annotation.text}`, not {what} of objects", first.origin
                )
            return
        shape = "array" if isinstance(meaning, ReferenceList) else "mapping"
        fitting = [kind for kind in annotation.options if kind.shape in (shape, "any", "class")]
        if len(fitting) != 1 or fitting[0].shape != shape or fitting[0].fixed or not fitting[0].items:
            return
        for inner in meaning.values:
            yield from _wrong_objects(fitting[0].items[-1], inner, subject, model)


def _class_for_object(annotation: Type, reference: Reference, subject: str, model: Model) -> Iterator[Problem]:
    entry = reference.target.entry if reference.target is not None else None
    if entry is not None and entry.kind == "class" and _takes_only_ordinary(annotation, model):
        passed = f"`{reference.prefix.char}` passes the class `{entry.name}`"
        message = f"{subject} wants an object of `{annotation.text}`; {passed}"
        yield problem("wrong-object", message, reference.origin)


def _wrong_object(annotation: Type, reference: Reference, subject: str, model: Model) -> Iterator[Problem]:
    target = reference.target
    entry = target.entry if target is not None else None
    if entry is None or entry.kind != "class" or not entry.bases_complete:
        return
    bases = {_last(path) for path in entry.bases}
    class_names: list[str] = []
    for kind in annotation.options:
        name = _last(kind.text)
        if kind.shape == "class" and name in model.catalog.nominal:
            if name in bases:
                return
            class_names.append(name)
        elif kind.shape == "scalar" and name in _NUMBERS:
            if bases & _BUILTINS:
                return
            class_names.append(name)
        elif kind.shape == "mapping" or name.endswith("Dict"):
            if any(base.endswith(_MAPPINGS) for base in bases):
                return
            class_names.append(name.partition("[")[0])
        elif kind.shape != "none":
            return
    if class_names:
        names = " or ".join(f"`{name}`" for name in class_names)
        yield problem("wrong-object", f"{subject} wants {names}; `{entry.name}` is none", reference.origin)


def _last(path: str) -> str:
    return path.rsplit(".", 1)[-1]
