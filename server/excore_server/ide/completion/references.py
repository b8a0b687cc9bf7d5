"""Completion inside the strings under a prefix: what each part of a reference may be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from excore.lang.check.annotations import fits, read_annotation
from excore.lang.grammar import EVERY, Name
from excore.lang.resolve.entries import named_entries, registry_behind
from excore.lang.resolve.model import Group, Path
from excore.lang.syntax.scalar import content
from excore.lang.syntax.tree import Scalar
from excore.lang.tables.table import Table
from excore.lang.text import Span
from excore_server.ide.argument_types import call_shape
from excore_server.ide.bindings import object_before, variable_before
from excore_server.ide.candidates import candidates
from excore_server.ide.completion.items import CompletionList, Option, choose, is_subsequence
from excore_server.ide.cursor import ReferencePlace
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
        if _fit_is_enough(place, _fitting(view, place)):
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
    as_list = wrap and candidates(view.param(slot), slot.argument, view.catalog, view.project).container == "list"

    def quoted(option: Option) -> Option:
        whole = quote(before + _text(option) + after)
        return option._replace(insert=f"[{whole}]" if as_list else whole)

    return choose(map(quoted, options), place.typed, place.whole, opening=before, limit=view.limit)


def _text(option: Option) -> str:
    return option.insert if isinstance(option.insert, str) else option.insert()


# names


def _names(view: View, place: ReferencePlace) -> Iterator[Option]:
    slot = place.slot
    fitting = _fitting(view, place)
    for name, paths in fitting.items():
        yield from _name(view, name, paths, _READY, _FITS, slot.section)
    yield from _field_names(view, place)
    if _fit_is_enough(place, fitting):
        return
    param = view.param(slot)
    if not fitting and candidates(param, slot.argument, view.catalog, view.project).as_class:
        yield from _class_names(view, param.annotation if param is not None else None)
        return
    for entry in named_entries(view.catalog, view.project):
        name = entry.name
        if name in fitting or entry.hook or (name,) == slot.section:
            continue
        if entry.kind == "module":
            documented = ("class", entry.registry, name)
            yield Option(name, _SECTION, "module", name, detail=f"python module {entry.path}", key=documented)
        else:
            yield from _name(view, name, _paths(view, name), _SECTION, _ANY, slot.section)


def _paths(view: View, name: str) -> tuple[Path, ...]:
    """The tables, or the class, that a name may mean."""
    return view.bound_paths(Name(name, Span(0, 0)))


def _fitting(view: View, place: ReferencePlace) -> dict[str, tuple[Path, ...]]:
    """Names that bind to what suits the parameter, best first, with what they bind to."""
    suits = _suits(view, place)
    entries = candidates(view.param(place.slot), place.slot.argument, view.catalog, view.project).entries
    bound = ((name, tuple(filter(suits, _paths(view, name)))) for name in dict.fromkeys(one.name for one in entries))
    return {name: paths for name, paths in bound if paths}


def _suits(view: View, place: ReferencePlace) -> Callable[[Path], bool]:
    """Whether what stands at a path suits the parameter."""
    entries = candidates(view.param(place.slot), place.slot.argument, view.catalog, view.project).entries
    suitable = {(entry.registry, entry.name) for entry in entries}

    def suits(path: Path) -> bool:
        entry = view.entry(path)
        return entry is not None and (entry.registry, entry.name) in suitable

    return suits


def _fit_is_enough(place: ReferencePlace, fitting: Iterable[str]) -> bool:
    """Whether what suits the parameter also suits what is typed; then nothing else is offered yet."""
    typed = place.typed.casefold()
    return any(is_subsequence(typed, name.casefold()) for name in fitting)


def _class_names(view: View, annotation: str | None) -> Iterator[Option]:
    """Everything as itself: functions that can be called as the annotation says, other functions, modules, classes."""
    wanted = call_shape(annotation)
    for entry in named_entries(view.catalog, view.project):
        if entry.hook:
            continue
        rank = _NEAR if entry.kind == "module" else _ANY
        if entry.kind == "function":
            rank = _FITS if wanted is None or wanted.suits(entry.signature) else _FIELD
        documented = ("class", entry.registry, entry.name)
        yield Option(entry.name, rank, entry.kind, entry.name, detail=entry.registry, key=documented)


def _name(view: View, name: str, paths: Iterable[Path], ready: int, unused: int, own: Path) -> Iterator[Option]:
    """The shortest text that binds to each of the tables that a name may mean, or to the class without one."""
    alone = len(_paths(view, name)) == 1
    for path in paths:
        entry = view.entry(path)
        documented = ("class", entry.registry, name) if entry is not None else ()
        if path == own:
            continue
        if path in view.model.sections:
            text = name if alone else f"{_field_mark(view)}{path[0]}::{name}"
            yield Option(text, ready, "section", text, detail=f"[{'.'.join(path)}]", key=documented)
        elif entry is not None:
            yield Option(name, unused, entry.kind, name, detail=entry.registry, key=documented)


def _field_mark(view: View) -> str:
    return view.grammar.prefix("class").char


def _field_names(view: View, place: ReferencePlace) -> Iterator[Option]:
    mark = _field_mark(view)
    suits = _suits(view, place)
    some_suit = bool(candidates(view.param(place.slot), place.slot.argument, view.catalog, view.project).entries)
    for group in view.model.groups.values():
        if group.role == "hooks" or not group.members:
            continue
        fits_here = any(suits((group.name, name)) for name in group.members)
        if some_suit and not fits_here and not place.typed:
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
    suits = _suits(view, place)
    some_suit = bool(candidates(view.param(place.slot), place.slot.argument, view.catalog, view.project).entries)
    for group in view.model.groups.values():
        if not group.members or group.role == "hooks":
            continue
        if part.hook and not any(_is_hook(view, group, name) for name in group.members):
            continue
        several = len(group.members) > 1 and not scoped
        text = f"{group.name}::" if several else group.name
        fits_here = not some_suit or any(suits((group.name, name)) for name in group.members)
        rank = 0 if part.hook or fits_here else 1
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
    suits = _suits(view, place)
    some_suit = bool(candidates(view.param(place.slot), place.slot.argument, view.catalog, view.project).entries)
    if group is None:
        registry = registry_behind(part.field, view.catalog, view.project)
        for entry in view.catalog.entries.get(registry or "", {}).values():
            about = ("class", entry.registry, entry.name)
            yield Option(entry.name, 3, entry.kind, entry.name, detail="no table yet", key=about)
        return
    for name in group.members:
        member = view.entry((group.name, name))
        if part.hook and (member is None or member.hook != "argument"):
            continue
        documented = ("class", member.registry, name) if member is not None else ()
        rank = 0 if not some_suit or suits((group.name, name)) else 1
        yield Option(name, rank, "section", name, detail=f"[{group.name}.{name}]", key=documented)
    if not part.hook:
        yield Option(EVERY, 2, "keyword", EVERY, detail=f"all {len(group.members)} in order")


# hooks, attributes, variables


def _hooks(view: View) -> Iterator[Option]:
    for name in view.catalog.by_name:
        paths = _paths(view, name)
        hook = next((entry for entry in map(view.entry, paths) if entry is not None and entry.hook == "argument"), None)
        if hook is None:
            continue
        table = f"[{'.'.join(paths[0])}]" if len(paths) == 1 and paths[0] in view.model.sections else ""
        documented = ("class", hook.registry, name)
        yield Option(name, 0 if table else 1, "hook", name, detail=table or hook.registry, key=documented)


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
