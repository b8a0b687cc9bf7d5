"""What is different between two configs once both are understood: not how they are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from excore.lang.building import steps_text
from excore.lang.grammar import MarkHook, PathHook
from excore.lang.problems import Origin
from excore.lang.resolve.model import (
    Argument,
    Invalid,
    Meaning,
    Model,
    Path,
    Plain,
    Reference,
    ReferenceDict,
    ReferenceList,
    Section,
    Step,
    Target,
)
from excore.lang.syntax.writer import dotted_text, header_text, key_text
from excore.lang.tables.table import Binding, Table, plain
from excore.views.code import flat, literal
from excore.views.toml import binding_text


class Side(NamedTuple):
    """What one of the configs says: the value as it counts, and where it is written."""

    value: str
    origin: Origin


class Change(NamedTuple):
    """One key with two meanings; a side is None where the config does not have the key."""

    key: str
    before: Side | None
    after: Side | None


Sides: TypeAlias = dict[str, Side]


def diff(before: Model, after: Model) -> tuple[Change, ...]:
    """Everything that the two say otherwise, by key; a table itself is the key ``[Model.FCN]``.

    The order of tables and keys, comments, spelling, the files that values stand in, and whether a value is written
    out or read from a variable make no difference.
    """
    old, new = _sides(before), _sides(after)
    quiet = {_header(path) for model in (before, after) for path in model.implicit}
    changes = [Change(key, old.get(key), new.get(key)) for key in (*new, *(key for key in old if key not in new))]
    return tuple(
        change for change in changes if _value(change.before) != _value(change.after) and not _only_used(change, quiet)
    )


def _only_used(change: Change, quiet: set[str]) -> bool:
    """Whether a module without a table came or went: the argument that uses it says so already."""
    return change.key in quiet and (change.before is None or change.after is None)


def _header(path: Path) -> str:
    return header_text(path)


def _value(side: Side | None) -> str | None:
    return None if side is None else side.value


def _sides(model: Model) -> Sides:
    sides: Sides = {}
    for path, section in model.sections.items():
        sides.update(_section(path, section, model))
    for path in model.implicit:
        uses = model.users[path]
        sides[_header(path)] = Side(_what(Target(path, model.entry(path), True)), uses[0].origin)
    for name, binding in model.isolated.items():
        sides.update(_leaves(key_text(name), binding))
    for group in model.groups.values():
        for name, binding in group.leftover.items():
            sides.update(_leaves(dotted_text((group.name, name)), binding))
    return sides


def _section(path: Path, section: Section, model: Model) -> Iterator[tuple[str, Side]]:
    what = _what(Target(path, section.entry, False))
    yield _header(path), Side(f"{what}, not called" if section.no_call else what, section.binding.origin)
    for argument in section.arguments.values():
        yield from _argument(dotted_text((*path, argument.name)), argument, model)


def _what(target: Target) -> str:
    return target.entry.path if target.entry is not None else target.path[-1]


def _argument(key: str, argument: Argument, model: Model) -> Iterator[tuple[str, Side]]:
    meaning = argument.meaning
    if isinstance(meaning, Plain) and argument.prefix is None:
        yield from _leaves(key, argument.binding)
    else:
        yield key, Side(_meaning(meaning, argument.binding, model), argument.binding.origin)


def _leaves(key: str, binding: Binding) -> Iterator[tuple[str, Side]]:
    value = binding.value
    if isinstance(value, Table) and value.bindings:
        for name, inner in value.bindings.items():
            yield from _leaves(f"{key}.{key_text(name)}", inner)
    else:
        yield key, Side(_shown(plain(value)), binding.origin)


def _shown(value: object) -> str:
    """A value in one spelling: keys sorted, since their order has no meaning."""
    return flat(literal(_sorted(value)))


def _sorted(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value


def _meaning(meaning: Meaning, binding: Binding, model: Model) -> str:
    if isinstance(meaning, Plain):
        return _shown(plain(meaning.value))
    if isinstance(meaning, Reference):
        items = list(_reference(meaning, binding, model))
        return f"[{', '.join(items)}]" if meaning.every else items[0]
    if isinstance(meaning, ReferenceList):
        return f"[{', '.join(_items(meaning, binding, model))}]"
    if isinstance(meaning, ReferenceDict):
        inner = sorted(f"{key}: {_meaning(item, binding, model)}" for key, item in meaning.items)
        return f"{{{', '.join(inner)}}}"
    assert isinstance(meaning, Invalid)
    return binding_text(binding) or "nothing"


def _items(meaning: ReferenceList, binding: Binding, model: Model) -> Iterator[str]:
    for item in meaning.items:
        if isinstance(item, Reference) and item.every:
            yield from _reference(item, binding, model)
        else:
            yield _meaning(item, binding, model)


def _reference(reference: Reference, binding: Binding, model: Model) -> Iterator[str]:
    steps = "".join(map(_step, reference.hooks))
    variable = reference.variable
    if variable is not None:
        value = variable.shown or reference.text
        if variable.name in model.isolated:
            value = _shown(plain(model.isolated[variable.name].value))
        yield f"{value}{steps}"
    elif not reference.targets:
        yield binding_text(binding) or reference.text
    for target in reference.targets:
        kind = reference.prefix.kind
        what = _what(target) if kind == "class" else ".".join(target.path)
        yield f"{kind} {what}{steps}"


def _step(step: Step) -> str:
    if isinstance(step, PathHook):
        return steps_text(step.steps)
    if isinstance(step, MarkHook):
        return f"{step.mark.char}{step.text}"
    return f" through {'.'.join(step.target.path)}" if step.target is not None else " through nothing"
