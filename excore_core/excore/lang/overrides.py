"""Overrides of a config on a command line: what ``KEY=VALUE`` changes, judged as a last file would be (OVER).

A value is read as the annotation of its parameter asks for. What leads to nothing is a problem at its place in the
argument. ``+key`` adds, ``~key`` takes away, ``base`` is a file in ``__base__``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from excore.lang.catalog import Entry
from excore.lang.check.annotations import ANY, Type, fits, read_annotation
from excore.lang.file import File
from excore.lang.grammar import BASE_KEY, FieldRef, Grammar, Name
from excore.lang.nearest import nearest
from excore.lang.problems import Origin, Problem, problem
from excore.lang.project.foreign import is_toml
from excore.lang.provenance import GIVEN, OVERRIDES
from excore.lang.resolve.entries import entry_of
from excore.lang.resolve.inherit import Base, Closure, Load, Merger, inherit
from excore.lang.resolve.model import Model, Path
from excore.lang.resolve.top_level import is_field_or_registry
from excore.lang.source import Unreadable
from excore.lang.syntax.arguments import (
    Argument,
    BareText,
    is_quoted,
    is_tuple,
    nothing,
    plain_word,
    read_argument,
    read_structure,
)
from excore.lang.syntax.document import SyntaxTree
from excore.lang.syntax.reader import NotToml
from excore.lang.syntax.tree import Array, Block, InlineTable, KeyPart, KeyValue, Scalar, Value
from excore.lang.syntax.writer import dotted_text
from excore.lang.tables.bodies import bound
from excore.lang.tables.elements import split_element
from excore.lang.tables.table import Binding, FileTables, Table

_BASE = "base"
_NOTHING = ("None", "null")


class Overrides:
    """The arguments of one command line, in order. ``folder`` is where paths of bases are looked for first."""

    def __init__(self, texts: Iterable[str] = (), prefixes: str = "", folder: str = "") -> None:
        self.texts = tuple(texts)
        self.folder = folder
        self.prefixes = prefixes
        read = [read_argument(text, prefixes) for text in self.texts]
        self.arguments = tuple(one for one in read if isinstance(one, Argument))
        self._blocks = [one.block if isinstance(one, Argument) else one for one in read]

    def __reduce__(self) -> tuple[type[Overrides], tuple[tuple[str, ...], str, str]]:
        """By its texts alone."""
        return type(self), (self.texts, self.prefixes, self.folder)

    @cached_property
    def file(self) -> File:
        """The arguments as a file, one a line, in which problems stand."""
        blocks = self._blocks
        starts = list(accumulate((len(block.text) for block in blocks[:-1]), initial=0))
        text = "".join(block.text for block in blocks)
        troubled = frozenset(block for block in blocks if block.problems)
        tree = SyntaxTree(text, blocks or [Block("", None, (), (), 0)], starts, self.prefixes, False, troubled)
        return File.parsed(OVERRIDES, tree, FileTables(OVERRIDES, Table({}, (), "root"), (), tree.blocks, {}, (), ()))

    def closure(self, root: str, load: Load, merger: Merger, base_key: str = BASE_KEY) -> Closure:
        """All files of the config ``root`` and these arguments, merged."""
        return self.applied(self.inherited(root, load, merger, base_key), merger)

    def inherited(self, root: str, load: Load, merger: Merger, base_key: str = BASE_KEY) -> Closure:
        """All files of the config, with the bases that are chosen here."""
        if not any(_chooses_base(one, base_key) for one in self.arguments):
            return inherit(root, load, merger, base_key)
        before = inherit(root, load, Merger(merger.grammar), base_key)
        choice = _Bases(root, before.files, self.folder or os.getcwd(), load)
        for argument in self.arguments:
            if _chooses_base(argument, base_key, before.root):
                choice.take(argument)
        closure = inherit(root, load, merger, base_key, choice.of)
        return closure._replace(problems=(*closure.problems, *choice.problems))

    def applied(self, closure: Closure, merger: Merger, base_key: str = BASE_KEY) -> Closure:
        """The config with all but the bases of these arguments."""
        if not self.texts:
            return closure
        merged = _Application(closure.root, merger)
        for number, argument in enumerate(self.arguments):
            if not _chooses_base(argument, base_key, closure.root):
                merged.apply(argument, (OVERRIDES, number))
        return Closure(closure.file, merged.root, (*closure.files, OVERRIDES), (*closure.problems, *merged.problems))

    def unmet(self, model: Model) -> Iterator[Problem]:
        """Values and tables that these arguments made and that nothing in the config refers to."""
        added = {one.parts[0].name for one in self.arguments if one.change == "add"}
        variables = {name for section in model.sections.values() for name in section.variables}
        pads = {name: group.binding for name, group in model.groups.items() if group.role == "scratchpad"}
        for name, binding in {**model.isolated, **pads, **model.modules}.items():
            if binding.file != OVERRIDES or binding.shadows or name in added or name in variables:
                continue
            if (name,) not in model.reached and not model.users.get((name,)):
                yield unknown_key((name,), binding.origin, model.root, model.grammar, first_path(binding))


def _chooses_base(argument: Argument, base_key: str, root: Table | None = None) -> bool:
    """Whether an argument is about ``__base__``; ``base`` is a value where the config has one of that name."""
    name = argument.parts[0].name
    is_value = root is not None and name in root.bindings
    return len(argument.parts) == 1 and (name == base_key or (name == _BASE and not is_value))


@dataclass
class _Bases:
    """Which bases the files of a config have."""

    root: str
    files: tuple[str, ...]
    folder: str
    load: Load
    replaced: dict[str, Base | None] = field(default_factory=dict)
    more: list[Base] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def of(self, file: str, bases: tuple[Base, ...]) -> tuple[Base, ...]:
        """The bases of ``file``, which names ``bases``."""
        now = (self.replaced.get(base.path, base) for base in bases)
        return (*(base for base in now if base is not None), *(self.more if file == self.root else ()))

    def take(self, argument: Argument) -> None:
        """A base takes the place of the one in its folder, if there is one; added ones stand behind all others."""
        text = _unquoted(argument)
        start = argument.value_start
        origin = Origin(OVERRIDES, argument.block, start, start + len(argument.value))
        if not is_toml(text):
            self.problems.append(
                problem("invalid-base", f"`{text}` is not a TOML file; a base must end in .toml", origin)
            )
            return
        base = Base(text, self.path(text), origin)
        here = [file for file in self.files if file != self.root]
        if argument.change == "delete":
            if base.path in here:
                self.replaced[base.path] = None
            else:
                self.problems.append(problem("missing-base", f"`{text}` is no base of the config", origin))
            return
        if base.path in here:
            self.replaced.pop(base.path, None)
            return
        beside = [file for file in here if os.path.dirname(file) == os.path.dirname(base.path)]
        if argument.change == "add" or not beside:
            self.more.append(base)
        elif len(beside) == 1:
            self.replaced[beside[0]] = base
        else:
            names = ", ".join(f"`{os.path.basename(file)}`" for file in beside)
            message = f"`{text}` could take the place of {names}; take one away with `~{_BASE}=` and add this with `+`"
            self.problems.append(problem("invalid-base", message, origin))

    def path(self, text: str) -> str:
        """The file a text means: from the current folder, else from that of the config."""
        text = os.path.expanduser(text)
        paths = [os.path.normpath(os.path.join(start, text)) for start in (self.folder, os.path.dirname(self.root))]
        return next((path for path in paths if not isinstance(self.load(path), Unreadable)), paths[0])


@dataclass
class _Application:
    """The table of a config, and what is wrong with the arguments that were applied to it."""

    root: Table
    merger: Merger
    problems: list[Problem] = field(default_factory=list)

    @property
    def grammar(self) -> Grammar:
        return self.merger.grammar

    def apply(self, argument: Argument, slot: tuple[object, ...]) -> None:
        """Change the table as an argument says."""
        path = self.above(argument)
        if path is None:
            return
        last = argument.parts[-1]
        element = split_element(last.name)
        listed = self.found(path, element.key) if element is not None and self.is_module(path) else None
        if element is not None and listed is not None and isinstance(listed.value, Array):
            self.change_element(argument, path, listed, element.which, slot)
            return
        found = self.found(path, last.name)
        if argument.change == "delete":
            if argument.equals >= 0:
                origin = Origin(OVERRIDES, argument.block, argument.equals, len(argument.block.text) - 1)
                self.problems.append(problem("syntax", "what is taken away has no value", origin))
            elif found is None:
                self.unknown((*path, last.name), last, argument)
            else:
                self.root = without(self.root, (*path, found.name))
            return
        if not path and self.is_group(last.name) and (found is not None or argument.change == "add"):
            if self.swap(argument, last.name, found):
                return
        if len(path) == 1 and found is not None and self.is_group(path[0]) and isinstance(found.value, Table):
            if self.swap(argument, path[0], self.root.bindings[path[0]], found.name):
                return
        if found is None and argument.change == "set" and not self.may_be_new(path, last.name):
            self.unknown((*path, last.name), last, argument)
            return
        value, key = self.value(argument, path, found)
        self.merge(argument, (*path, key), value, slot)

    def change_element(
        self, argument: Argument, path: Path, listed: Binding, which: str, slot: tuple[object, ...]
    ) -> None:
        """Change a list as the same key in a file would; ``~x[0]`` takes the element away."""
        last, prefix = argument.parts[-1], self.grammar.split_key(listed.name).prefix
        value: Value
        if argument.change == "delete":
            value, which = Scalar("integer", which, last.start, last.end), "-"
        else:
            entry = self.entry(path)
            param = entry.signature.get(listed.name) if entry is not None and prefix is None else None
            wanted = read_annotation(param.annotation) if param is not None and param.annotation else ANY
            kind = next((one for one in wanted.options if one.shape == "array"), ANY)
            whole = argument.is_structured and which == "+"
            value = self.read(argument, wanted if whole else _item(kind, 0), prefix is not None and which != "-")
        self.merge(argument, (*path, f"{listed.name}[{which}]"), value, slot)

    def merge(self, argument: Argument, path: Path, value: Value, slot: tuple[object, ...]) -> None:
        parts = tuple(_named(part, name) for part, name in zip(argument.parts, path, strict=True))
        table, problems = bound(OVERRIDES, argument.block, KeyValue(parts, argument.equals, value))
        self.problems.extend(problems)
        self.root = self.merger.merge(self.root, table, slot)

    def above(self, argument: Argument) -> Path | None:
        """The names that lead to the table of the last name, as the config spells them; None with a problem."""
        path: Path = ()
        table: Table | None = self.root
        for number, part in enumerate(argument.parts[:-1]):
            name = self.name_in(table, part.name, path) if table is not None else None
            if table is None or name is None:
                if argument.change != "add" and (number or not self.may_make(part.name)):
                    self.unknown((*path, part.name), part, argument)
                    return None
                table, path = None, (*path, part.name)
                continue
            binding = table.bindings[name]
            if not isinstance(binding.value, Table):
                self.no_table(binding, (*path, name), number, argument)
                return None
            table, path = binding.value, (*path, name)
        return path

    def may_make(self, name: str) -> bool:
        """Whether a table that the config has not can mean a class that it uses: seen once it is understood."""
        return self.merger.known is None or self.is_module((name,))

    def is_module(self, path: Path) -> bool:
        return self.merger.is_module is not None and self.merger.is_module(path)

    def is_group(self, name: str) -> bool:
        return self.merger.known is not None and is_field_or_registry(name, *self.merger.known)

    def may_be_new(self, path: Path, name: str) -> bool:
        """Whether a new key can mean something: an argument, a table of a class, or a value that is referred to."""
        if self.merger.known is None:
            return True
        return self.is_module(path) if path else not (self.is_group(name) or self.grammar.is_prefixed(name))

    def name_in(self, table: Table, name: str, path: Path) -> str | None:
        """A key of a table; arguments of modules are found with and without their prefix."""
        if name in table.bindings:
            return name
        if self.merger.is_module is not None and not self.is_module(path):
            return None
        bare = self.grammar.split_key(name).name
        return next((key for key in table.bindings if self.grammar.split_key(key).name == bare), None)

    def found(self, path: Path, name: str) -> Binding | None:
        """What the config has in the table at ``path``."""
        table = _table_at(self.root, path)
        key = self.name_in(table, name, path) if table is not None else None
        return table.bindings[key] if table is not None and key is not None else None

    # -- problems

    def unknown(self, path: Path, part: KeyPart, argument: Argument) -> None:
        origin = Origin(OVERRIDES, argument.block, part.start, part.end)
        key = ".".join(one.name for one in argument.parts)
        adds = argument.change == "set"
        self.problems.append(unknown_key(path, origin, self.root, self.grammar, key, adds=adds))

    def no_table(self, binding: Binding, path: Path, number: int, argument: Argument) -> None:
        part = argument.parts[number]
        where = dotted_text((self.grammar.split_key(name).name for name in path), self.grammar.prefix_chars)
        message = f"`{where}` is no table"
        suggestions: tuple[str, ...] = ()
        value = binding.value
        if self.grammar.is_prefixed(binding.name) and isinstance(value, Scalar) and isinstance(value.value, str):
            to = self.referred(value.value)
            if to:
                rest = ".".join((*to, *(one.name for one in argument.parts[number + 1 :])))
                message = f"`{where}` refers to `{value.value}`, whose argument is `{rest}`"
                suggestions = (rest,)
        origin = Origin(OVERRIDES, argument.block, argument.parts[0].start, part.end)
        self.problems.append(problem("unknown-key", message, origin, suggestions=suggestions))

    def referred(self, text: str) -> Path:
        """The table that a reference leads to, as far as names tell."""
        base = self.grammar.read(text).base
        if isinstance(base, Name):
            return (base.name,)
        table = _table_at(self.root, (base.field,)) if isinstance(base, FieldRef) else None
        if not isinstance(base, FieldRef) or table is None or base.every:
            return ()
        name = base.name or (next(iter(table.bindings)) if len(table.bindings) == 1 else "")
        return (base.field, name) if name else ()

    # -- another class

    def swap(self, argument: Argument, group: str, binding: Binding | None, old: str = "") -> bool:
        """``Model=SegNet``: another class in the place of the only one of a field, or of ``old``, with the arguments
        that it takes, too. Whether the value is the name of one."""
        text = _unquoted(argument)
        if not text.isidentifier() or plain_word(text, 0) is not None:
            return False
        start = argument.value_start + (argument.is_structured)
        part = KeyPart(text, start, start + len(text))
        origin = Origin(OVERRIDES, argument.block, part.start, part.end)
        table = binding.value if binding is not None and isinstance(binding.value, Table) else Table({})
        members = [name for name, one in table.bindings.items() if isinstance(one.value, Table)]
        if not old and len(members) > 1 and argument.change != "add" and text not in members:
            keys = " or ".join(f"`{group}.{name}={text}`" for name in members[:3])
            self.problems.append(
                problem("ambiguous-reference", f"`{group}` holds several modules; write {keys}", origin)
            )
            return True
        if text in members:
            return True
        replaced = old or (members[0] if members and argument.change != "add" else "")
        bindings: dict[str, Binding] = {}
        for name, one in table.bindings.items():
            if name == replaced:
                assert isinstance(one.value, Table)
                kept = Table(self.taken(one.value, (group, text), origin), (origin,), "header")
                bindings[text] = Binding(text, kept, OVERRIDES, argument.block, part, (one,))
            else:
                bindings[name] = one
        if not replaced:
            bindings[text] = Binding(text, Table({}, (origin,)), OVERRIDES, argument.block, part)
        if binding is None:
            first = argument.parts[0]
            field_binding = Binding(group, Table(bindings), OVERRIDES, argument.block, first)
        else:
            value = Table(bindings, table.headers, table.style)
            field_binding = Binding(group, value, binding.file, binding.block, binding.part, binding.shadows)
        self.root = Table({**self.root.bindings, group: field_binding}, self.root.headers, self.root.style)
        return True

    def taken(self, table: Table, path: Path, origin: Origin) -> dict[str, Binding]:
        """The arguments of a table that the class of another takes as well; what is left out is told."""
        entry = self.entry(path)
        if entry is None or entry.signature.takes_any:
            return table.bindings
        kept = {
            key: one
            for key, one in table.bindings.items()
            if entry.signature.get(self.grammar.split_key(key).name) is not None
        }
        for key in table.bindings.keys() - kept.keys():
            name = self.grammar.split_key(key).name
            message = f"`{entry.name}` has no parameter `{name}`, which is left out"
            self.problems.append(problem("unknown-parameter", message, origin, severity="warning", name=name))
        return kept

    def entry(self, path: Path) -> Entry | None:
        return entry_of(path, *self.merger.known) if self.merger.known is not None and self.is_module(path) else None

    # -- values

    def value(self, argument: Argument, path: Path, found: Binding | None) -> tuple[Value, str]:
        """The value, and the key with the prefix that the config has if none is given."""
        key = argument.parts[-1].name
        wanted = ANY
        is_reference = False
        if not path or self.is_module(path):
            prefix = self.grammar.split_key(key).prefix
            is_reference = bool(path) and prefix is not None
            old = self.grammar.split_key(found.name).prefix if path and found is not None else None
            if found is not None and prefix is None and old is not None and old.yields != "value":
                value = self.read(argument, ANY, reference=True)
                if not isinstance(value, Scalar) or plain_word(argument.value, 0) is None:
                    return value, found.name
            entry = self.entry(path) if path else None
            param = entry.signature.get(key) if entry is not None and prefix is None else None
            wanted = read_annotation(param.annotation) if param is not None and param.annotation else ANY
        return self.read(argument, wanted, is_reference), key

    def read(self, argument: Argument, wanted: Type, reference: bool = False) -> Value:
        """The value of an argument as a type wants it, or the reference it is."""
        start, text = argument.value_start, argument.value
        listed = not argument.is_structured and ("," in text or is_tuple(text)) and _only(wanted, "array")
        if (not argument.is_structured and not listed) or (text[:1] in "[{" and _is_text(wanted) and not reference):
            return BareText(text, start) if reference else self.scalar(argument, text, start, wanted)
        try:
            value = read_structure(argument, listed)
        except NotToml as error:
            origin = Origin(OVERRIDES, argument.block, error.start, error.end)
            self.problems.append(problem(error.code, error.message, origin))
            return nothing(argument)
        return self.typed(argument, value, wanted, reference)

    def typed(self, argument: Argument, value: Value, wanted: Type, reference: bool) -> Value:
        """A value in which what stands without quotes is what a type wants."""
        if isinstance(value, Array):
            kind = next((one for one in wanted.options if one.shape == "array"), ANY)
            inner = [_item(kind, number) for number in range(len(value.items))]
            items = zip(value.items, inner, strict=True)
            return Array(
                tuple(self.typed(argument, item, one, reference) for item, one in items), value.start, value.end
            )
        if isinstance(value, InlineTable):
            kind = next((one for one in wanted.options if one.shape == "mapping" and len(one.items) == 2), ANY)
            inner_type = kind.items[1] if kind.items else ANY
            entries = tuple(
                KeyValue(one.parts, one.equals, self.typed(argument, one.value, inner_type, reference))
                for one in value.entries
            )
            return InlineTable(entries, value.start, value.end)
        if not isinstance(value, Scalar) or is_quoted(value):
            return value
        text = argument.block.text[value.start : value.end]
        return BareText(text, value.start) if reference else self.scalar(argument, text, value.start, wanted)

    def scalar(self, argument: Argument, text: str, start: int, wanted: Type) -> Value:
        """A text without quotes as a type wants it: a text where only that fits, else a number if it is one."""
        takes_text = any("string" in kind.kinds for kind in wanted.options) or any(
            text in kind.values for kind in wanted.options
        )
        word = plain_word(text, start)
        if text in _NOTHING and not (takes_text and len(wanted.options) == 1):
            message = "TOML has no `None`: `~key` takes an argument away, so that its default counts"
            origin = Origin(OVERRIDES, argument.block, start, start + len(text))
            self.problems.append(problem("syntax", message, origin))
            return nothing(argument)
        return BareText(text, start) if word is None or (takes_text and not fits(wanted, word)) else word


def unknown_key(path: Path, origin: Origin, root: Table, grammar: Grammar, key: str, *, adds: bool = True) -> Problem:
    """The problem of a path that leads to nothing in a config; ``key`` is all of what was given."""
    table = _table_at(root, path[:-1])
    names = [grammar.split_key(name).name for name, one in table.bindings.items() if not is_new(one)] if table else []
    is_argument = len(path) == 1 and grammar.is_prefixed(path[-1])  # which no top level has
    suggestions = nearest(path[-1], names) if table is not None and not is_argument else ()
    if not suggestions:
        like = grammar.split_key(key).name if is_argument else key
        suggestions = tuple(paths_like(like, root, grammar))[:3]
    inside = f" in `{dotted_text(path[:-1], grammar.prefix_chars)}`" if len(path) > 1 else ""
    message = f"the config has no `{path[-1]}`{inside}"
    if suggestions:
        message += f"; did you mean {' or '.join(f'`{one}`' for one in suggestions)}?"
    elif adds:
        message += f"; `+{key}=` adds it"
    return problem("unknown-key", message, origin, suggestions=suggestions)


def paths_like(key: str, root: Table, grammar: Grammar) -> list[str]:
    """The paths that end with the last name of ``key``, or almost."""
    last = key.rpartition(".")[2]
    paths = [".".join(path) for path in paths_in(root, grammar)]
    names = {path.rpartition(".")[2] for path in paths}
    alike = (last,) if last in names else nearest(last, names)
    return [path for one in alike for path in paths if path.rpartition(".")[2] == one]


def paths_in(table: Table, grammar: Grammar, above: Path = ()) -> Iterator[Path]:
    """The paths of all tables and values of a config but for those that no file has."""
    for name, binding in table.bindings.items():
        if not is_new(binding):
            path = (*above, grammar.split_key(name).name)
            yield path
            if isinstance(binding.value, Table):
                yield from paths_in(binding.value, grammar, path)


def is_new(binding: Binding) -> bool:
    """Whether a binding is of no file and takes the place of none."""
    return binding.file in GIVEN and not binding.shadows


def without(table: Table, path: Path) -> Table:
    """A table without what is at ``path``."""
    name, *rest = path
    bindings = dict(table.bindings)
    binding = bindings.get(name)
    if binding is None:
        return table
    if not rest:
        del bindings[name]
    elif isinstance(binding.value, Table):
        value = without(binding.value, tuple(rest))
        bindings[name] = Binding(name, value, binding.file, binding.block, binding.part, binding.shadows)
    return Table(bindings, table.headers, table.style)


def _table_at(root: Table, path: Path) -> Table | None:
    for name in path:
        binding = root.bindings.get(name)
        if binding is None or not isinstance(binding.value, Table):
            return None
        root = binding.value
    return root


def first_path(binding: Binding) -> str:
    """The path to the first value in a binding."""
    names, value = [binding.name], binding.value
    while isinstance(value, Table) and value.bindings:
        name, inner = next(iter(value.bindings.items()))
        names.append(name)
        value = inner.value
    return ".".join(names)


def _named(part: KeyPart, name: str) -> KeyPart:
    return part if part.name == name else KeyPart(name, part.start, part.end, part.quoted)


def _unquoted(argument: Argument) -> str:
    text = argument.value
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def _is_text(wanted: Type) -> bool:
    return all("string" in kind.kinds or kind.shape == "none" for kind in wanted.options)


def _only(wanted: Type, shape: str) -> bool:
    return all(kind.shape in (shape, "none") for kind in wanted.options)


def _item(kind: Type, number: int) -> Type:
    if not kind.items:
        return ANY
    return kind.items[min(number, len(kind.items) - 1)] if kind.fixed else kind.items[0]
