"""What a thing is, in Markdown."""

from __future__ import annotations

import os
from dataclasses import dataclass

from excore.lang.grammar import BASE_KEY, HOOKS_TABLE, NO_CALL_KEY, Prefix
from excore.lang.resolve.entries import registry_behind
from excore.lang.resolve.model import Path
from excore.lang.sweep import word_text
from excore.lang.tables.table import Binding, Table
from excore.lang.text import Span
from excore.lang.workspace.host import Snapshot
from excore_server.ide.bindings import base_target, member_of, named_value, object_before, reference_paths
from excore_server.ide.cursor import (
    BasePlace,
    Cursor,
    HeaderPart,
    Key,
    ReferencePlace,
    Slot,
    ValuePlace,
    cursor_at,
)
from excore_server.ide.markdown import code, entry_text, inline, join, member_text, param_text, place
from excore_server.ide.view import Python, View, absolute, source_of

_MOST = 8
_BASES = f"{inline(BASE_KEY)}: files to inherit from, first to last; paths are relative to this file."


@dataclass(frozen=True, slots=True)
class Hover:
    """Markdown about what stands at ``span``."""

    markdown: str
    span: Span


def hover(snapshot: Snapshot, path: str, offset: int, *, python: Python | None = None) -> Hover | None:
    """What stands at ``offset``; None where there is nothing to say."""
    file = snapshot.file(path)
    if file is None:
        return None
    cursor = cursor_at(snapshot, path, offset)
    text = _text(View(snapshot, file, python), cursor)
    return Hover(text, cursor.span) if text else None


def _text(view: View, cursor: Cursor) -> str:
    if isinstance(cursor, HeaderPart | Key):
        above = cursor.before if isinstance(cursor, HeaderPart) else cursor.table
        own = word_text((*above, cursor.name)) if view.snapshot.sweep(view.file.path) is not None else ""
        return _named(view, cursor.slot) or (f"{inline(cursor.name)}: {own}" if own else "")
    if isinstance(cursor, ReferencePlace):
        return _reference(view, cursor)
    if isinstance(cursor, BasePlace):
        return _base(view, cursor)
    if isinstance(cursor, ValuePlace) and cursor.slot.section and not cursor.slot.deeper:
        return _argument(view, cursor.slot)
    return ""


# tables and values


def _named(view: View, slot: Slot) -> str:
    if slot.path == (BASE_KEY,):
        return _BASES
    if slot.is_section:
        return section_text(view, slot.section)
    if slot.section:
        return _argument(view, slot) if not slot.deeper else ""
    if len(slot.path) == 1:
        return field_text(view, slot.path[0]) or variable_text(view, slot.path[0])
    return ""


def section_text(view: View, path: Path) -> str:
    """A module table: its class, and who uses it."""
    return join((_entry(view, path), _users(view, path)))


def _entry(view: View, path: Path) -> str:
    entry = view.entry(path)
    return entry_text(entry, view.project.root) if entry is not None else ""


def _users(view: View, path: Path) -> str:
    uses = view.model.users.get(path, ())
    kinds: dict[str, str] = {prefix.kind: prefix.summary for prefix in reversed(list(view.grammar.prefixes.values()))}
    users = ((".".join((*use.user, use.argument)), kinds.get(use.kind, use.kind)) for use in uses[:_MOST])
    lines = [f"- {inline(user)} ({how})" for user, how in users]
    if len(uses) > _MOST:
        lines.append(f"- and {len(uses) - _MOST} more")
    return "**Used by**\n\n" + "\n".join(lines) if lines else ""


def field_text(view: View, name: str) -> str:
    """A field, registry or scratchpad: what it holds."""
    registry = registry_behind(name, view.catalog, view.project)
    group = view.model.groups.get(name)
    lines = []
    if registry is not None:
        entries = view.catalog.entries.get(registry, {})
        count = len(entries)
        what = "Field" if name in view.project.primary_fields else "Registry"
        of = f" of registry {inline(registry)}" if registry != name else ""
        lines.append(f"{what} {inline(name)}{of}: {count} registered")
        info = view.catalog.registries.get(registry)
        if info is not None and info.location is not None:
            lines.append(inline(place(info.location.path, info.location.line, view.project.root)))
        if entries:
            classes = ", ".join(map(inline, list(entries)[: 2 * _MOST]))
            lines.append(f"Classes: {classes}" + (", ..." if count > 2 * _MOST else ""))
    elif name == HOOKS_TABLE:
        lines.append(f"{inline(name)}: hooks that run before, while and after everything is built")
    elif group is not None:
        lines.append(f"{inline(name)}: variants of modules, for others to use")
    if group is not None and group.members:
        names = [inline(f"[{name}.{member}]") for member in list(group.members)[:_MOST]]
        lines.append("In this config: " + ", ".join(names) + (", ..." if len(group.members) > _MOST else ""))
    return join(lines)


# arguments


def _argument(view: View, slot: Slot) -> str:
    if slot.argument == NO_CALL_KEY:
        return f"{inline(NO_CALL_KEY)}: pass the table on as it is, to be called later, instead of building it."
    entry, param = view.entry(slot.section), view.param(slot)
    text = ""
    if entry is not None and param is not None:
        text = param_text(entry, param, view.project.root)
    elif entry is not None and entry.signature.takes_any and entry.kind != "module":
        text = f"{inline(slot.argument)}: goes to {inline(entry.name)} through {inline('**kwargs')}."
    return join((text, _prefix(slot.prefix), _behind(view, slot), _effective(view, slot)))


def _behind(view: View, slot: Slot) -> str:
    """The values that a key under ``&`` reads."""
    argument = view.argument(slot)
    references = argument.references if argument is not None and slot.prefix is not None else ()
    read = (view.model.isolated.get(one.variable.name) for one in references if one.variable is not None)
    lines = [_value(view, "Value", binding) for binding in read if binding is not None]
    return "  \n".join(dict.fromkeys(lines))


def _prefix(prefix: Prefix | None) -> str:
    return f"{inline(prefix.char)} {prefix.summary}" if prefix is not None else ""


def _effective(view: View, slot: Slot) -> str:
    argument = view.argument(slot)
    binding = argument.binding if argument is not None else None
    if binding is None or (not binding.shadows and binding.file == view.file.path):
        return ""
    return _history(view, "Effective value", binding)


def _history(view: View, word: str, binding: Binding) -> str:
    """A value, and those that it replaces."""
    lines = [_value(view, word, binding), *(_value(view, "replaces", shadow) for shadow in binding.shadows)]
    return "  \n".join(lines)


def _value(view: View, word: str, binding: Binding) -> str:
    value = source_of(binding)
    return f"{word} {inline(value) if value else '(none)'} from {inline(binding_place(view, binding))}"


def binding_place(view: View, binding: Binding) -> str:
    """``file:line`` of a binding."""
    span = absolute(view.snapshot, binding.origin)
    file = view.snapshot.file(binding.file)
    line = file.position(span.start)[0] if span is not None and file is not None else 0
    return place(binding.file, line, view.project.root)


def variable_text(view: View, name: str) -> str:
    """A top-level value: what it is, where it comes from, who reads it."""
    binding = view.model.isolated.get(name)
    if binding is None:
        return ""
    readers = [".".join(path) for path, section in view.model.sections.items() if name in section.variables]
    used = ", ".join(map(inline, readers[:_MOST])) + (", ..." if len(readers) > _MOST else "")
    head = code(f"{name} = {source_of(binding)}", "toml")
    return join((head, _history(view, "Value", binding), f"Read by {used}" if readers else ""))


# references


def _reference(view: View, cursor: ReferencePlace) -> str:
    part, word = cursor.part, cursor.word
    if part.kind == "environment":
        return f"{inline(word)}: an environment variable, read when the config is loaded."
    if part.kind == "variable":
        return variable_text(view, word) or _prefix(cursor.prefix)
    if part.kind == "attribute":
        return _attribute(view, cursor)
    paths = reference_paths(view, cursor)
    how = "a hook" if part.hook else cursor.prefix.summary
    if len(paths) > 1:
        names = ", ".join(inline(f"[{'.'.join(path)}]") for path in paths[:_MOST])
        return f"{inline(cursor.prefix.char)} {how}, of each of {names}"
    if paths:
        return join((_bound(view, paths[0], how), _entry(view, paths[0])))
    return field_text(view, word) if part.kind == "field" else ""


def _bound(view: View, path: Path, how: str) -> str:
    section, name = view.model.sections.get(path), ".".join(path)
    if section is None:
        return f"{inline(name)}: {how}, without arguments of its own"
    return f"{inline(f'[{name}]')} in {inline(binding_place(view, section.binding))}: {how}"


def _attribute(view: View, cursor: ReferencePlace) -> str:
    if cursor.prefix.kind == "variable":
        binding = named_value(view, cursor)
        return _value(view, "Value", binding) if binding is not None else ""
    owner = object_before(view, cursor.part.before, cursor.prefix)
    if owner is None:
        return ""
    entry, root = owner.entry, view.project.root
    inner = view.external(f"{entry.path}.{cursor.word}") if entry.kind == "module" else None
    if inner is not None:
        return entry_text(inner, root)
    member = member_of(entry, cursor.word)
    name = entry.path if entry.kind == "module" else entry.path.rpartition(".")[2]
    return member_text(name, member, root) if member is not None else ""


# files


def _base(view: View, cursor: BasePlace) -> str:
    if not cursor.text:
        return _BASES
    target = base_target(view, cursor)
    file = view.snapshot.file(target)
    name = inline(os.path.relpath(target, view.project.root).replace(os.sep, "/"))
    if file is None:
        return f"{name} cannot be read"
    shown: list[str] = []
    for key, binding in file.tables.root.bindings.items():
        inner = binding.value
        if isinstance(inner, Table):
            names = [name for name, sub in inner.bindings.items() if isinstance(sub.value, Table)]
            shown.extend(f"[{key}.{name}]" for name in names)
            if not names:
                shown.append(f"[{key}]")
        else:
            shown.append(f"{key} = {source_of(binding)}")
    more = len(shown) - 2 * _MOST
    lines = [*shown[: 2 * _MOST], *([f"# and {more} more"] if more > 0 else [])]
    return join((name, code("\n".join(lines), "toml")))
