"""Whether the value of an argument suits its parameter: values by type, objects by class, text by what it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .annotations import Type, mismatch, read_annotation
from .catalog import Entry, Param
from .model import Argument, Meaning, Model, Plain, Reference, ReferenceDict, ReferenceList
from .problems import Problem, problem
from .syntax.tree import Scalar

_NUMBERS = frozenset(("int", "float", "str", "bool", "bytes", "complex"))
_BUILTINS = frozenset((*_NUMBERS, "Number", "Real", "Integral", "Decimal", "Fraction"))


def mistyped(argument: Argument, param: Param, entry: Entry, model: Model) -> Iterable[Problem]:
    """Why the value of ``argument`` does not suit ``param``. Nothing where that is not certain."""
    if param.annotation is None and not param.choices:
        return
    annotation = read_annotation(param.annotation or "Any")
    meaning = argument.meaning
    subject = f"`{argument.name}` of `{entry.name}`"
    if isinstance(meaning, Plain):
        forgotten = _forgotten_prefix(argument, annotation, model)
        if forgotten is not None:
            yield forgotten
            return
        why = mismatch(annotation, meaning.value, param.choices)
        if why is not None:
            yield problem("wrong-type", f"{subject}: {why}", argument.binding.value_origin, name=argument.name)
    elif isinstance(meaning, Reference) and meaning.prefix.kind == "variable":
        variable = meaning.variable
        if variable is not None and variable.binding is not None and not meaning.hooks:
            why = mismatch(annotation, variable.binding.value, param.choices)
            if why is not None:
                message = f"{subject}: {why} (the value of `{variable.name}`)"
                yield problem("wrong-type", message, meaning.origin, name=argument.name)
    else:
        yield from _wrong_objects(annotation, meaning, subject, model)


def _forgotten_prefix(argument: Argument, annotation: Type, model: Model) -> Problem | None:
    value = argument.binding.value
    if not isinstance(value, Scalar) or value.kind != "string":
        return None
    shapes = {kind.shape for kind in annotation.options}
    if not shapes <= {"class", "callable", "type", "none"}:
        return None
    text = str(value.value)
    if shapes == {"none"} or (text not in model.members and text not in model.catalog.by_name):
        return None
    char = model.grammar.prefix("new" if "class" in shapes else "class").char
    message = f"`{text}` is passed as text; write `{char}{argument.name}` to pass the module"
    return problem("wrong-type", message, argument.binding.origin, suggestions=(char + argument.name,))


def _wrong_objects(annotation: Type, meaning: Meaning, subject: str, model: Model) -> Iterator[Problem]:
    """Objects that are certainly not what the annotation says, also as items of lists and tables."""
    if isinstance(meaning, Reference):
        if not meaning.hooks and meaning.prefix.kind in ("new", "shared") and not meaning.every:
            yield from _wrong_object(annotation, meaning, subject, model)
    elif isinstance(meaning, ReferenceList | ReferenceDict):
        shape = "array" if isinstance(meaning, ReferenceList) else "mapping"
        fitting = [kind for kind in annotation.options if kind.shape in (shape, "any", "class")]
        if len(fitting) != 1 or fitting[0].shape != shape or fitting[0].fixed or not fitting[0].items:
            return
        inners = meaning.items if isinstance(meaning, ReferenceList) else [inner for _, inner in meaning.items]
        for inner in inners:
            if isinstance(inner, Reference):
                yield from _wrong_objects(fitting[0].items[-1], inner, subject, model)


def _wrong_object(annotation: Type, reference: Reference, subject: str, model: Model) -> Iterator[Problem]:
    target = reference.target
    given = target.entry if target is not None else None
    if given is None or given.kind != "class" or not given.bases_complete:
        return
    bases = {_last(path) for path in given.bases}
    wanted: list[str] = []
    for kind in annotation.options:
        name = _last(kind.text)
        if kind.shape == "class" and name in model.catalog.nominal:
            if name in bases:
                return
            wanted.append(name)
        elif kind.shape == "scalar" and name in _NUMBERS:
            if bases & _BUILTINS:
                return
            wanted.append(name)
        elif kind.shape != "none":
            return
    if wanted:
        names = " or ".join(f"`{name}`" for name in wanted)
        yield problem("wrong-object", f"{subject} wants {names}; `{given.name}` is none", reference.origin)


def _last(path: str) -> str:
    return path.rsplit(".", 1)[-1]
