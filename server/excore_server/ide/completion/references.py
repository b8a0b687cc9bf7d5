"""Completion inside the strings under a prefix: what each part of a reference may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

from excore.lang.catalog import Entry
from excore.lang.check.annotations import Type, fits, read_annotation
from excore.lang.grammar import EVERY, NONE, Name
from excore.lang.resolve.entries import named_entries, registry_behind
from excore.lang.resolve.model import Group, Path
from excore.lang.resolve.top_level import fields_and_registries
from excore.lang.syntax.tree import Array, Scalar
from excore.lang.tables.table import Table
from excore.lang.text import Span
from excore_server.ide.argument_types import call_shape
from excore_server.ide.bindings import object_before, value_at
from excore_server.ide.candidates import catalog_index, likeness, needs_arguments
from excore_server.ide.completion.closers import Closer, goes_on, string_closer, whole
from excore_server.ide.completion.elsewhere import elsewhere, sections, values
from excore_server.ide.completion.items import (
    LAST,
    SCALE,
    CompletionList,
    ItemKind,
    Option,
    about,
    choose,
    is_subsequence,
)
from excore_server.ide.cursor import ReferencePlace
from excore_server.ide.edits import Edit
from excore_server.ide.edits_toml import header_text, section_adder
from excore_server.ide.habits import Habits
from excore_server.ide.snippets import quote
from excore_server.ide.view import View, source_of

_NOTHING = Scalar("none", NONE, 0, 0)
_MEANT, _READY, _FITS, _FIELD, _NEAR, _SECTION, _ANY = range(-1, 6)


def reference(view: View, cursor: ReferencePlace) -> CompletionList:
    """What may stand in the part of the reference that the cursor is in."""
    part, parts = cursor.part, _Parts(view, cursor)
    options: Iterator[Option] = iter(())
    if part.kind == "name":
        options = parts.hooks() if part.hook else parts.names()
    elif part.kind == "field":
        options = parts.fields()
    elif part.kind == "member":
        options = parts.members()
    elif part.kind == "variable":
        options = parts.variables()
    elif part.kind == "attribute":
        options = parts.attributes()
    elif part.kind == "environment":
        options = parts.environment()
    listed = _in_quotes(view, cursor, parts.as_written(options))
    more = listed.incomplete or (part.kind == "name" and not part.hook and parts.fit_is_enough)
    return replace(listed, incomplete=more, add=section_adder(view.file))


def _in_quotes(view: View, cursor: ReferencePlace, options: Iterator[Option]) -> CompletionList:
    """Quotes where the string has none, or none at its end."""
    text, part = cursor.text, cursor.part
    if cursor.quoted:
        if part.span.end == len(text):
            closer = string_closer(cursor.value)
            options = (goes_on(option, closer, view.snippets) for option in options)
        return choose(options, cursor.typed, cursor.span, limit=view.limit)
    before, after = text[: part.span.start], text[part.span.end :]
    alone = not cursor.listed and not text and not cursor.slot.deeper
    as_list = alone and view.candidates(cursor.slot).container == "list"

    def quoted(option: Option) -> Option:
        value = quote(before + option.text + after)
        option = option.inserting("[" * as_list + value[:-1])
        closer = Closer(value[-1] + "]" * as_list, False)
        ending = whole if option.whole or after else goes_on
        return ending(option, closer, view.snippets)

    return choose(map(quoted, options), cursor.typed, cursor.whole, opening=before, limit=view.limit)


class _Parts:
    """The options for one place; what suits its parameter is looked up once."""

    def __init__(self, view: View, cursor: ReferencePlace) -> None:
        self.view = view
        self.model = view.model
        self.cursor = cursor
        self.slot = cursor.slot
        self._paths: dict[str, tuple[Path, ...]] = {}
        self.habits = Habits(view)
        self.quoted = view.quoted(cursor.block)
        self.candidates = view.candidates(cursor.slot)
        self.after = cursor.text[cursor.part.span.end :]
        self.field_mark = view.grammar.prefix("class").char
        self.kept: dict[Any, Any] = catalog_index(view.catalog).kept("reference", view.project)

    @cached_property
    def suitable(self) -> frozenset[tuple[str, str]]:
        """Registry and name of all that can be given to the parameter."""
        return frozenset((entry.registry, entry.name) for entry in self.candidates.entries)

    def suits(self, path: Path) -> bool:
        """Whether what stands at a path suits the parameter."""
        entry = self.model.entry(path)
        return entry is not None and (entry.registry, entry.name) in self.suitable

    @cached_property
    def suitable_registries(self) -> frozenset[str | None]:
        return frozenset(registry for registry, _ in self.suitable)

    def some_suit(self, group: Group) -> bool:
        if group.registry is not None and group.registry not in self.suitable_registries:
            return False
        return any(self.suits((group.name, name)) for name in group.members)

    def paths(self, name: str) -> tuple[Path, ...]:
        """The tables, or the class, that a name may mean."""
        paths = self._paths.get(name)
        if paths is None:
            paths = self._paths[name] = self.view.bound_paths(Name(name, Span(0, 0)))
        return paths

    @cached_property
    def fitting(self) -> dict[str, tuple[Path, ...]]:
        """Names that bind to what suits the parameter, best first, with what they bind to."""
        candidates, model = self.candidates, self.model
        fitting: dict[str, tuple[Path, ...]] = {}
        for name in dict.fromkeys(entry.name for entry in candidates.entries):
            if name in model.members or name in model.modules:
                paths = tuple(filter(self.suits, self.paths(name)))
            else:
                paths = ((name,),) if name in candidates.meant and name not in self.reserved else ()
            if paths:
                fitting[name] = paths
        return fitting

    @cached_property
    def reserved(self) -> set[str]:
        """Names that stand for no module."""
        return {*self.model.groups, *fields_and_registries(self.view.catalog, self.view.project)}

    @cached_property
    def fit_is_enough(self) -> bool:
        """Whether what suits the parameter also suits what is typed; then nothing else is offered yet."""
        typed = self.cursor.typed.casefold()
        return any(is_subsequence(typed, name.casefold()) for name in self.fitting)

    @cached_property
    def circular(self) -> frozenset[Path]:
        """What would make a circle."""
        return self.view.made_of(self.slot.section)

    def is_circular(self, group: Group) -> bool:
        return all((group.name, name) in self.circular for name in group.members)

    def is_namesake(self, name: str) -> bool:
        """Whether a group is called like the parameter."""
        return name.casefold() == self.slot.argument.casefold().replace("_", "")

    # habits

    def as_written(self, options: Iterator[Option]) -> Iterator[Option]:
        """The options with those first that configs of the project have under this parameter."""
        places = {text: number - SCALE for number, text in enumerate(self.written())}
        for option in options:
            place = places.pop(option.text, None)
            yield option if place is None else option._replace(rank=place)
        for text, place in places.items():
            yield Option(text, place, "value", text, detail="as in other configs")

    def written(self) -> Iterator[str]:
        """What may complete the text in front of the part, most likely first; nothing where more follows behind it."""
        entry = self.view.entry(self.slot.section)
        if entry is None or self.after or self.cursor.part.kind == "environment":
            return
        start = self.cursor.text[: self.cursor.part.span.start]
        is_first = self.cursor.part.kind == "attribute" and start.count(".") == 1 and not self.cursor.listed
        seen = set[str]()
        for text in self.names_written(entry):
            base, _, behind = text.partition(".")
            rest = text[len(start) :] if text.startswith(start) else behind if is_first and self.is_same(base) else ""
            if rest and rest not in seen and self.is_known(text):
                seen.add(rest)
                yield rest

    def is_same(self, base: str) -> bool:
        """Whether another text than that in front of the dot stands for the same table or class."""
        read = self.view.grammar.read
        others = [read(text).base for text in (base, self.cursor.part.before)]
        paths = [self.view.bound_paths(one) if one is not None else () for one in others]
        return bool(paths[0]) and paths[0] == paths[1]

    def names_written(self, entry: Entry) -> Iterator[str]:
        kind, one = self.cursor.prefix, self.slot
        under = list(self.habits.under(one.section, entry, one.argument))
        if kind.kind == "shared":
            under += self.habits.at_hand(one.section, entry, one.argument)
        alike = [each for each in under if each.prefix == kind.char]
        if kind.yields == "object":
            alike += [each for each in under if each.prefix != kind.char and self.yields(each.prefix) == "object"]
        if not self.cursor.listed:
            yield from (
                name for each in alike if one.deeper or each.text for name in each.names[: None if one.deeper else 1]
            )
            return
        before = self.items_before
        for each in alike:  # what followed the item in front of it there
            at = [number for number, name in enumerate(each.names) if name == before[-1:][0]] if before else [-1]
            yield from (name for number in at for name in each.names[number + 1 : number + 2] if name not in before)
        rest = [name for each in alike for name in each.names]
        yield from (name for name in rest if name not in before)

    def yields(self, char: str) -> str:
        prefix = self.view.grammar.split_key(f"{char}x").prefix
        return prefix.yields if prefix is not None else ""

    @cached_property
    def items_before(self) -> list[str]:
        """The texts in front of the cursor in the innermost array."""
        for key, binding in self.view.own_bindings(self.slot.section).items():
            if self.view.grammar.split_key(key).name == self.slot.argument and isinstance(binding.value, Array):
                array, at = binding.value, self.cursor.span.start - self.view.file.tree.starts[self.cursor.block]
                while inner := [one for one in array.items if isinstance(one, Array) and one.start <= at <= one.end]:
                    array = inner[0]
                return [str(one.value) for one in array.items if isinstance(one, Scalar) and one.end <= at]
        return []

    def is_known(self, text: str) -> bool:
        """Whether the name that a reference begins with still stands for something."""
        base = self.view.grammar.read(text).base
        known = (self.view.catalog.by_name, self.model.members, self.model.modules)
        return (
            not isinstance(base, Name)
            or any(base.name in one for one in known)
            or self.cursor.prefix.kind == "variable"
        )

    # names

    def names(self) -> Iterator[Option]:
        for name, paths in self.fitting.items():
            yield from self.name(name, paths, _READY, _FITS)
        yield from self.field_names()
        yield from self.sections_elsewhere()
        if self.fit_is_enough:
            return
        if not self.fitting and self.candidates.as_class:
            yield from self.classes()
            return
        for entry in named_entries(self.view.catalog, self.view.project):
            name = entry.name
            if name in self.fitting or entry.hook or name in self.reserved:
                continue
            if entry.kind == "module":
                detail = f"python module {entry.path}"
                yield Option(name, _SECTION, "module", name, detail=detail, key=about(entry), whole=False)
            elif name in self.model.members or name in self.model.modules:
                yield from self.name(name, self.paths(name), _SECTION, _ANY)
            else:
                yield self.as_class(entry, _NEAR if self.alike(entry) else _ANY)

    def alike(self, entry: Entry) -> int:
        """How much the name of an entry says of the argument; kept, as options are."""
        place = self.slot.argument, entry.registry, entry.name
        alike: int | None = self.kept.get(place)
        if alike is None:
            alike = self.kept[place] = likeness(self.slot.argument, entry)
        return alike

    def name(self, name: str, paths: Iterable[Path], ready: int, unused: int) -> Iterator[Option]:
        """The shortest text that binds to each of the tables that a name may mean, or to the class without one."""
        usual = ready, unused
        meant = None
        if name not in self.model.members and name not in self.model.modules:
            meant = self.candidates.meant.get(name)
        for path in paths if meant is None else ((name,),):
            has_table = path in self.model.sections
            entry = meant or (self.model.entry(path) if has_table else self.view.entry(path))
            if path == self.slot.section:
                continue
            ready, unused = usual
            alike = self.alike(entry) if entry is not None else 0
            if alike > 1:
                unused = ready
            elif not alike and self.candidates.broad:
                ready = unused = _NEAR
            if path in self.circular:
                ready = unused = LAST
            elif len(path) > 1 and self.is_namesake(path[0]):
                ready = _MEANT
            if has_table:
                text = name if len(self.paths(name)) == 1 else f"{self.field_mark}{path[0]}::{name}"
                option = self.kept.get((text, path, ready))
                if option is None:
                    detail = f"[{'.'.join(path)}]"
                    option = Option(text, ready, "section", text, "", detail, key=about(entry), shown=[])
                    self.kept[text, path, ready] = option
                yield option
            elif entry is not None:
                yield self.as_class(entry, unused)
                yield from self.with_table(name, path, entry)

    def as_class(self, entry: Entry, rank: int) -> Option:
        """The name of a class that has no table; kept with the catalog, for a list asks for hundreds."""
        place = entry.registry, entry.name, entry.kind, rank
        option = self.kept.get(place)
        if option is None:
            option = Option(entry.name, rank, entry.kind, entry.name, "", entry.registry, key=about(entry), shown=[])
            self.kept[place] = option
        return option

    @cached_property
    def may_add_table(self) -> bool:
        """Whether a table at the end of the file would not touch what is completed."""
        return bool(self.view.file.text[self.cursor.span.end :].strip(" \t\"'"))

    def with_table(self, name: str, path: Path, entry: Entry) -> Iterator[Option]:
        """A class that needs arguments together with a table for them."""
        if not self.may_add_table or path in self.circular:
            return
        place = entry.registry, path, self.quoted, self.habits.has(name), entry.kind, len(entry.signature.params)
        option = self.habits.kept(self.kept, place, name, lambda: self.class_and_table(name, path, entry))
        if option is not None:
            yield option

    def class_and_table(self, name: str, path: Path, entry: Entry) -> Option | None:
        if not needs_arguments(entry):
            return None
        header = header_text(path, self.quoted, self.view.grammar)
        label, detail = f"{name} + {header}", f"{entry.registry}, with a table for its arguments"
        _, usual = self.habits.usual(path, entry)
        lines = replace(self.view.writer(self.quoted), snippets=False).required(entry, usual.keys(), usual)
        option = Option(name, _NEAR, entry.kind, name, label, detail, key=about(entry), shown=[])
        return option._replace(table=(header, *lines))

    def sections_elsewhere(self) -> Iterator[Option]:
        """What suits the parameter and has its table in a file that is no base yet, where no table here does."""
        paths = {path for paths in self.fitting.values() for path in paths if path in self.model.sections}
        if not self.suitable or paths - self.circular:
            return
        offered = set[str]()
        for base, root, edit in elsewhere(self.view):
            for path in sections(root):
                if path[-1] not in offered and path not in self.circular and self.suits(path):
                    offered.add(path[-1])
                    about_it = about(self.view.entry(path))
                    detail = f"[{'.'.join(path)}] in {base}"
                    yield Option(path[-1], _FITS, "section", path[-1], detail=detail, key=about_it, beside=(edit,))

    def field_names(self) -> Iterator[Option]:
        for group in self.model.groups.values():
            suits = self.some_suit(group)
            if group.role == "hooks" or not group.members or (self.suitable and not suits and not self.cursor.typed):
                continue
            if len(group.members) == 1 or suits:
                text = self.field_mark + (group.name if len(group.members) == 1 else f"{group.name}::{EVERY}")
                rank = _FIELD if suits else _SECTION
                if self.is_circular(group):
                    rank = LAST
                elif suits and self.cursor.prefix.kind == "shared" and self.is_namesake(group.name):
                    rank = _MEANT
                about_field = ("field", group.name)
                yield Option(text, rank, "field", text, detail=_shown(group), key=about_field, whole=suits)

    def classes(self) -> Iterator[Option]:
        """Everything as itself: functions that can be called as the annotation says, others, modules, classes."""
        param = self.view.param(self.slot)
        shape = call_shape(param.annotation if param is not None else None)
        for entry in named_entries(self.view.catalog, self.view.project):
            rank = _NEAR if entry.kind == "module" else _ANY
            if entry.kind == "function":
                rank = _FITS if shape is None or shape.suits(entry.signature) else _FIELD
            if not entry.hook:
                option = Option(entry.name, rank, entry.kind, entry.name, detail=entry.registry, key=about(entry))
                yield option._replace(whole=entry.kind != "module")

    def hooks(self) -> Iterator[Option]:
        for name, entries in self.view.catalog.by_name.items():
            paths = self.paths(name) if any(entry.hook == "argument" for entry in entries) else ()
            hook = next(filter(None, map(self.hook, paths)), None)
            if hook is not None:
                table = f"[{'.'.join(paths[0])}]" if len(paths) == 1 and paths[0] in self.model.sections else ""
                rank = 0 if table else 1
                yield Option(name, rank, "hook", name, detail=table or hook.registry, key=about(hook))

    def hook(self, path: Path) -> Entry | None:
        """The argument hook that stands at a path."""
        entry = self.view.entry(path)
        return entry if entry is not None and entry.hook == "argument" else None

    # $Field::Name

    def fields(self) -> Iterator[Option]:
        is_hook = self.cursor.part.hook
        for group in self.model.groups.values():
            if not group.members or group.role == "hooks":
                continue
            if is_hook and not any(self.hook((group.name, name)) for name in group.members):
                continue
            several = len(group.members) > 1 and not self.after.startswith("::")
            text = f"{group.name}::" if several else group.name
            suits = self.some_suit(group)
            rank = 0 if is_hook or not self.suitable or suits else 1
            if not is_hook and (self.is_circular(group) or self.is_namesake(group.name)):
                rank = LAST if self.is_circular(group) else _MEANT
            option = Option(group.name, rank, "field", text, detail=_shown(group), key=("field", group.name))
            yield option._replace(again=several, whole=suits and not several)
        absent = [name for name in self.view.project.primary_fields if name not in self.model.groups and not is_hook]
        bases: dict[str, tuple[str, Edit]] = {}
        for base, root, edit in elsewhere(self.view) if absent else ():
            bases.update((name, (base, edit)) for name in absent if name in root.bindings and name not in bases)
        for name in absent:
            where, beside = (f"in {bases[name][0]}", bases[name][1:]) if name in bases else ("not in this config", ())
            rank = _MEANT if self.is_namesake(name) else 2
            yield Option(name, rank, "field", name, detail=where, key=("field", name), beside=beside)

    def members(self) -> Iterator[Option]:
        part, view = self.cursor.part, self.view
        group = self.model.groups.get(part.field)
        if group is None:
            registry = registry_behind(part.field, view.catalog, view.project)
            for entry in view.catalog.entries.get(registry or "", {}).values():
                yield Option(entry.name, 3, entry.kind, entry.name, detail="no table yet", key=about(entry))
            return
        for name in group.members:
            path = (group.name, name)
            if not part.hook or self.hook(path):
                rank = 0 if not self.suitable or self.suits(path) else 1
                yield Option(name, rank, "section", name, detail=f"[{'.'.join(path)}]", key=about(view.entry(path)))
        if not part.hook:
            yield Option(EVERY, 2, "keyword", EVERY, detail=f"all {len(group.members)} in order")

    # attributes, variables

    def attributes(self) -> Iterator[Option]:
        before = self.cursor.part.before
        if self.cursor.prefix.kind == "variable":
            binding = value_at(self.view, before)
            if binding is not None and isinstance(binding.value, Table):
                for name, inner in binding.value.bindings.items():
                    yield Option(name, 0, "variable", name, detail=source_of(inner))
            elif binding is not None and isinstance(binding.value, Scalar) and binding.value.kind == "string":
                for name in ("lower", "upper", "strip", "title", "split"):
                    yield Option(name, 0, "method", f"{name}()", detail="str")
            return
        owner = object_before(self.view, before, self.cursor.prefix)
        for member in owner.entry.members if owner is not None else ():
            if owner is None or (owner.as_class and member.instance):
                continue
            if member.name.startswith("_") and not self.cursor.typed.startswith("_"):
                continue
            insert = f"{member.name}()" if member.is_method and not self.after.startswith("(") else member.name
            about_member = ("member", owner.entry.path, member.name)
            kind: ItemKind = "method" if member.is_method else "attribute"
            yield Option(member.name, 0, kind, insert, detail=member.annotation or "", key=about_member)

    def variables(self) -> Iterator[Option]:
        param = self.view.param(self.slot)
        kind = read_annotation(param.annotation) if param is not None and param.annotation is not None else None
        for name, binding in self.model.isolated.items():
            good = kind is None or self.cursor.prefix.kind != "variable" or fits(kind, binding.value)
            rank = 0 if name == self.slot.argument else 1 if good else 2
            yield Option(name, rank, "variable", name, detail=source_of(binding), key=("variable", name))
        if self.cursor.prefix.kind == "variable":
            yield from self.variables_elsewhere(kind)
        takes_none = param is not None and (param.default == NONE or (kind is not None and fits(kind, _NOTHING)))
        if takes_none and NONE not in self.model.isolated and self.cursor.prefix.kind == "variable":
            yield Option(NONE, 2, "keyword", NONE, detail="no value")

    def variables_elsewhere(self, kind: Type | None) -> Iterator[Option]:
        """Values that fit and stand in a file that is no base yet."""
        offered = set(self.model.isolated)
        for base, root, edit in elsewhere(self.view):
            for name, binding in values(root):
                if name not in offered and (kind is None or fits(kind, binding.value)):
                    offered.add(name)
                    rank = 3 if name == self.slot.argument else 4
                    detail = f"{source_of(binding)} in {base}"
                    yield Option(name, rank, "variable", name, detail=detail, beside=(edit,))

    def environment(self) -> Iterator[Option]:
        """Variables of the environment and those that configs of the project read, which come first."""
        view, used = self.view, set[str]()
        for path in view.snapshot.configs(view.project.root):
            file = view.snapshot.file(path)
            if file is not None and path != view.file.path:
                used.update(name for name, _, _ in view.grammar.environment(file.text))
        for name, _, span in view.grammar.environment(view.file.text):
            if not span.start <= self.cursor.span.start <= span.end:  # what is being written is no use of it
                used.add(name)
        closing = "" if self.after.startswith("}") else "}"
        for name, binding in self.model.isolated.items():
            inner = binding.value.bindings if isinstance(binding.value, Table) else {}
            for path, value in ((name, binding), *((f"{name}.{key}", each) for key, each in inner.items())):
                if isinstance(value.value, Scalar):
                    detail = source_of(value)
                    yield Option(path, 0, "variable", path + closing, detail=detail, key=("variable", name))
        for name in sorted({*view.environment, *used} - self.model.isolated.keys()):
            detail = "" if name not in used else "used in configs" if name in view.environment else "used, not set here"
            yield Option(name, 0 if name in used else 1, "environment", name + closing, detail=detail)


def _shown(group: Group) -> str:
    names = list(group.members)
    return ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")
