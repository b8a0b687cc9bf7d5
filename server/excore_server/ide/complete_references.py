"""Completion inside the strings under a prefix: what each part of a reference may be."""

from __future__ import annotations

from collections.abc import Iterator

from excore.lang.catalog import Entry
from excore.lang.check.annotations import fits, read_annotation
from excore.lang.grammar import EVERY
from excore.lang.resolve.model import Group
from excore.lang.syntax.scalar import content
from excore.lang.syntax.tree import Scalar
from excore.lang.tables.table import Table
from excore_server.ide.knowledge import Fit, called, fit, registry_behind
from excore_server.ide.objects import object_before, variable_before
from excore_server.ide.options import CompletionList, Option, choose, is_subsequence
from excore_server.ide.place import ReferencePlace
from excore_server.ide.snippets import quote
from excore_server.ide.view import View, source_of

_READY, _FITS, _FIELD, _NEAR, _SECTION, _ANY = range(6)


def reference(view: View, place: ReferencePlace) -> CompletionList:
    """What may stand in the part of the reference that the cursor is in."""
    part = place.part
    if part.kind == "name":
        options = _hooks(view) if part.hook else _names(view, place)
    elif part.kind == "field":
        options = _fields(view, place)
    elif part.kind == "member":
        options = _members(view, place)
    elif part.kind == "variable":
        options = _variables(view, place)
    elif part.kind == "attribute":
        options = _attributes(view, place)
    elif part.kind == "environment":
        options = _environment(view, place)
    else:
        options = iter(())
    listed = _finish(view, place, options)
    if part.kind == "name" and not part.hook:
        found = fit(view.param(place.slot), place.slot.argument, view.catalog, view.project)
        if _fit_is_enough(place, found):
            return CompletionList(listed.items, True)
    return listed


def _environment(view: View, place: ReferencePlace) -> Iterator[Option]:
    """Variables of the environment and those that configs of the project read, which come first."""
    used: set[str] = set()
    for path in view.snapshot.configs(view.project.root):
        file = view.snapshot.file(path)
        if file is not None and path != view.file.path:
            used.update(name for name, _ in view.grammar.environment(file.text))
    for name, span in view.grammar.environment(view.file.text):
        if not span.start <= place.span.start <= span.end:  # what is being written is no use of it
            used.add(name)
    closing = _closing(place)
    for name in sorted({*view.environment, *used}):
        detail = "" if name not in used else "used in configs" if name in view.environment else "used, not set here"
        yield Option(name, 0 if name in used else 1, "environment", name + closing, detail=detail)


def _closing(place: ReferencePlace) -> str:
    return "" if place.text[place.part.span.end :].startswith("}") else "}"


def _finish(view: View, place: ReferencePlace, options: Iterator[Option]) -> CompletionList:
    """Quotes where the string has none, or none at its end."""
    text, part = place.text, place.part
    if place.quoted:
        value = place.value
        if isinstance(value, Scalar) and part.span.end == len(text) and content(value.raw)[1] == len(value.raw):
            end = value.raw[:3] if value.raw[:3] in ('"""', "'''") else value.raw[:1]
            options = (option._replace(insert=_text(option) + end) for option in options)
        return choose(options, place.typed, place.span, limit=view.limit)
    before, after = text[: part.span.start], text[part.span.end :]
    slot = place.slot
    wrap = not place.listed and not text and not slot.deeper
    as_list = wrap and fit(view.param(slot), slot.argument, view.catalog, view.project).container == "list"

    def quoted(option: Option) -> Option:
        whole = quote(before + _text(option) + after)
        return option._replace(insert=f"[{whole}]" if as_list else whole)

    return choose(map(quoted, options), place.typed, place.whole, opening=before, limit=view.limit)


def _text(option: Option) -> str:
    return option.insert if isinstance(option.insert, str) else option.insert()


# names


def _names(view: View, place: ReferencePlace) -> Iterator[Option]:
    slot = place.slot
    found = fit(view.param(slot), slot.argument, view.catalog, view.project)
    fitting = dict.fromkeys(entry.name for entry in found.entries)
    own = slot.section
    for entry in {entry.name: entry for entry in found.entries}.values():
        yield from _name(view, entry, _READY, _FITS, own)
    yield from _field_names(view, place, fitting)
    if _fit_is_enough(place, found):
        return
    if found.as_class and not fitting:
        param = view.param(slot)
        yield from _class_names(view, param.annotation if param is not None else None)
        return
    model = view.model
    for name, entries in view.catalog.by_name.items():
        entry = entries[0]
        if name in fitting or entry.hook or (name,) == own:
            continue
        if entry.kind == "module":
            documented = ("class", entry.registry, entry.name)
            yield Option(name, _SECTION, "module", name, detail=f"python module {entry.path}", key=documented)
        elif name in model.members or name in model.modules:
            yield from _name(view, entry, _SECTION, _ANY, own)
        else:
            yield from _name(view, entry, _ANY, _ANY, own)


def _fit_is_enough(place: ReferencePlace, found: Fit) -> bool:
    """Whether what suits the parameter also suits what is typed; then nothing else is offered yet."""
    typed = place.typed.casefold()
    return any(is_subsequence(typed, entry.name.casefold()) for entry in found.entries)


def _class_names(view: View, annotation: str | None) -> Iterator[Option]:
    """Everything as itself: functions that can be called as the annotation says, other functions, modules, classes."""
    wanted = called(annotation)
    for name, entries in view.catalog.by_name.items():
        entry = entries[0]
        if entry.hook:
            continue
        rank = _NEAR if entry.kind == "module" else _ANY
        if entry.kind == "function":
            rank = _FITS if wanted is None or wanted.suits(entry.signature) else _FIELD
        yield Option(name, rank, entry.kind, name, detail=entry.registry, key=("class", entry.registry, name))


def _name(view: View, entry: Entry, ready: int, unused: int, own: tuple[str, ...]) -> Iterator[Option]:
    """The shortest text that binds to each table of that name, or to the class where it has none."""
    model, name = view.model, entry.name
    documented = ("class", entry.registry, name)
    kind = entry.kind
    groups = [] if name in model.modules else [group for group in model.members.get(name, ()) if (group, name) != own]
    if name in model.modules:
        if (name,) != own:
            yield Option(name, ready, "section", name, detail=f"[{name}]", key=documented)
    elif len(groups) == 1 and len(model.members.get(name, ())) == 1:
        yield Option(name, ready, "section", name, detail=f"[{groups[0]}.{name}]", key=documented)
    elif groups:
        mark = _field_mark(view)
        for group in groups:
            text = f"{mark}{group}::{name}"
            yield Option(text, ready, "section", text, detail=f"[{group}.{name}]", key=documented)
    elif not model.members.get(name):
        yield Option(name, unused, kind, name, detail=entry.registry, key=documented)


def _field_mark(view: View) -> str:
    return view.grammar.prefix("class").char


def _field_names(view: View, place: ReferencePlace, fitting: dict[str, None]) -> Iterator[Option]:
    mark = _field_mark(view)
    for group in view.model.groups.values():
        if group.role == "hooks" or not group.members:
            continue
        fits_here = any(name in fitting for name in group.members)
        if fitting and not fits_here and not place.typed:
            continue
        rank = _FIELD if fits_here else _SECTION
        if len(group.members) == 1:
            text = mark + group.name
            yield Option(text, rank, "field", text, detail=_shown(group), key=("field", group.name))
        elif fits_here:
            text = f"{mark}{group.name}::{EVERY}"
            yield Option(text, rank, "field", text, detail=_shown(group), key=("field", group.name))


def _shown(group: Group) -> str:
    names = list(group.members)
    return ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")


# $Field::Name


def _fields(view: View, place: ReferencePlace) -> Iterator[Option]:
    part = place.part
    scoped = place.text[part.span.end :].startswith("::")
    found = fit(view.param(place.slot), place.slot.argument, view.catalog, view.project)
    fitting = {entry.name for entry in found.entries}
    for group in view.model.groups.values():
        if not group.members or group.role == "hooks":
            continue
        if part.hook and not any(_is_hook(view, group, name) for name in group.members):
            continue
        several = len(group.members) > 1 and not scoped
        text = f"{group.name}::" if several else group.name
        rank = 0 if part.hook or not fitting or not fitting.isdisjoint(group.members) else 1
        yield Option(group.name, rank, "field", text, detail=_shown(group), key=("field", group.name), again=several)
    for name in view.project.primary_fields:
        if name not in view.model.groups and not part.hook:
            yield Option(name, 2, "field", name, detail="not in this config", key=("field", name))


def _is_hook(view: View, group: Group, name: str) -> bool:
    entry = view.entry((group.name, name))
    return entry is not None and entry.hook == "argument"


def _members(view: View, place: ReferencePlace) -> Iterator[Option]:
    part = place.part
    group = view.model.groups.get(part.field)
    found: Fit = fit(view.param(place.slot), place.slot.argument, view.catalog, view.project)
    fitting = {entry.name for entry in found.entries}
    if group is None:
        registry = registry_behind(part.field, view.catalog, view.project)
        for name, entry in view.catalog.entries.get(registry or "", {}).items():
            yield Option(name, 3, entry.kind, name, detail="no table yet", key=("class", entry.registry, name))
        return
    for name in group.members:
        known = view.entry((group.name, name))
        if part.hook and (known is None or known.hook != "argument"):
            continue
        documented = ("class", known.registry, name) if known is not None else ()
        rank = 0 if name in fitting or not fitting else 1
        yield Option(name, rank, "section", name, detail=f"[{group.name}.{name}]", key=documented)
    if not part.hook:
        yield Option(EVERY, 2, "keyword", EVERY, detail=f"all {len(group.members)} in order")


# hooks, attributes, variables


def _hooks(view: View) -> Iterator[Option]:
    model = view.model
    for name, entries in view.catalog.by_name.items():
        entry = next((entry for entry in entries if entry.hook == "argument"), None)
        if entry is None:
            continue
        groups = model.members.get(name, ())
        table = f"[{name}]" if name in model.modules else f"[{groups[0]}.{name}]" if len(groups) == 1 else ""
        documented = ("class", entry.registry, name)
        yield Option(name, 0 if table else 1, "hook", name, detail=table or entry.registry, key=documented)


def _attributes(view: View, place: ReferencePlace) -> Iterator[Option]:
    if place.prefix.kind == "variable":
        binding = variable_before(view, place.part.before)
        if binding is not None and isinstance(binding.value, Table):
            for name, inner in binding.value.bindings.items():
                yield Option(name, 0, "variable", name, detail=source_of(inner))
        elif binding is not None and isinstance(binding.value, Scalar) and binding.value.kind == "string":
            for name in ("lower", "upper", "strip", "title", "split"):
                yield Option(name, 0, "method", f"{name}()", detail="str")
        return
    found = object_before(view, place.part.before, place.prefix)
    if found is None:
        return
    called = place.text[place.part.span.end :].startswith("(")
    for member in found.members:
        if member.name.startswith("_") and not place.typed.startswith("_"):
            continue
        if found.as_class and member.instance:
            continue
        method = member.kind in ("method", "classmethod", "staticmethod")
        insert = f"{member.name}()" if method and not called else member.name
        documented = ("member", found.path, member.name)
        yield Option(
            member.name, 0, "method" if method else "attribute", insert, detail=member.annotation or "", key=documented
        )


def _variables(view: View, place: ReferencePlace) -> Iterator[Option]:
    param = view.param(place.slot)
    kind = read_annotation(param.annotation) if param is not None and param.annotation is not None else None
    for name, binding in view.model.isolated.items():
        good = kind is None or place.prefix.kind != "variable" or fits(kind, binding.value)
        rank = 0 if name == place.slot.argument else 1 if good else 2
        yield Option(name, rank, "variable", name, detail=source_of(binding), key=("variable", name))
