"""Values of other systems as tables: which classes get which table, and what a file says that its bases do not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from excore.lang.catalog import Catalog, Entry
from excore.lang.grammar import NEW, NO_CALL_KEY, NONE, VARIABLE, Prefix, field_reference
from excore.lang.syntax.writer import array_text, header_text, inline_table_text, is_bare, key_text, value_text
from excore.migrate.source import SCOPE, TARGET, TYPE, Environment, Group, Variable, class_of, groups

PARTS = ("group", "listed", "given")
"""Functions of the project that is written: a dict of objects and values, a list of them, one value."""
SHARED = ("transform", "mmcv.transforms")
"""A registry, and a package that fills it without one of its own."""
_WIDTH = 100
Key = tuple[str, str]  # group or "", and class: the table
Path = tuple[Any, ...]
Said = tuple[Prefix | None, Any]  # what an argument is given under


class Classes:
    """What a ``type`` stands for."""

    def __init__(self, catalog: Catalog, scopes: Iterable[str], configs: Iterable[Group]) -> None:
        self.catalog = catalog
        self.scopes = tuple(scopes)
        self.known: dict[str, list[tuple[str, str]]] = {}
        self.habits: dict[str, Counter[str]] = {}  # the registries of what stands under a key
        for group in (group for config in configs for group in groups(config)):
            found = self._candidates(class_of(group))
            if len({registry for registry, _ in found}) == 1:
                self.habits.setdefault(group.key, Counter())[found[0][0]] += 1
        self.unknown: dict[str, int] = {}
        self.open: dict[str, str] = {}  # dicts of known classes that stay dicts, with the reason
        self.given: dict[tuple[str, str], Entry] = {}  # arguments, by class, that are given objects

    def _candidates(self, name: Any) -> list[tuple[str, str]]:
        """What a ``type`` may be, which may have its package or module before its name: registries and import paths."""
        if not isinstance(name, str) or not name:
            return []
        package, _, last = name.rpartition(".")
        if last not in self.known:
            self.known[last] = list(self._named(last))
        found = self.known[last]
        return [one for one in found if not package or _package(one[1]) == _package(package) or one[1] == name]

    def _named(self, name: str) -> Iterator[tuple[str, str]]:
        shared = self.catalog.described(f"{SHARED[1]}.{name}") if SHARED[0] in self.catalog.registries else None
        for entry in self.catalog.by_name.get(name, ()):
            if entry.kind != "module":
                yield from ((entry.registry, path) for path in (entry.path, *entry.elsewhere))
                shared = None if shared is not None and shared.path in (entry.path, *entry.elsewhere) else shared
        if shared is not None and shared.kind == "class":
            yield SHARED[0], shared.path

    def meant(self, value: Group) -> tuple[str, str] | None:
        """Registry and import path of the class of a dict: of several what is usual under its key, its own package's,
        that of one that is no scope."""
        name = class_of(value)
        usual = self.habits.get(value.key, Counter())

        def rank(one: tuple[str, str]) -> tuple[bool, int, int]:
            package = _package(one[1])
            return one[1] != name, -usual[one[0]], 0 if package == value.scope else 1 + (package in self.scopes)

        return min(self._candidates(name), key=rank, default=None)

    def hidden(self, value: Group) -> tuple[str, str] | None:
        """What a dict means where the name alone means, or may mean, something else."""
        meant = self.meant(value)
        entries = self.catalog.by_name.get(class_of(value).rpartition(".")[2], ()) if meant is not None else ()
        return meant if meant is not None and [entry.path for entry in entries] != [meant[1]] else None

    def entry(self, value: Group) -> Entry | None:
        """The registered class or function that a dict is of."""
        meant = self.meant(value)
        if meant is None:
            return None
        name = alias(*meant) if self.hidden(value) else class_of(value).rpartition(".")[2]
        entry = self.catalog.get(meant[0], name)
        return entry if entry is not None and entry.path == meant[1] else None

    def of(self, value: Any) -> Entry | None:
        """The class that a dict is an object of: one that gets all it needs, and nothing it does not take."""
        name = class_of(value) if isinstance(value, Group) else None
        entry = self.entry(value) if name is not None else None
        if entry is None:
            if isinstance(name, str):
                self.unknown.setdefault(str(name), value.line)
            return None
        signature, given = entry.signature, arguments(value).keys()
        missing = [one.name for one in signature.keywords if one.required and one.name not in given]
        extra = [name for name in given if signature.get(name) is None] if not signature.takes_any else []
        if (missing and not value.partial) or extra or not entry.name.isidentifier():
            reason = f"without {', '.join(missing)}" if missing else f"with {', '.join(extra)}"
            self.open.setdefault(entry.name, reason)
            return None
        return entry


def alias(registry: str, path: str) -> str:
    """The name under which a class is registered once more, since its own is another's."""
    return re.sub(r"\W", "_", f"{_package(path)}_{registry}_{path.rpartition('.')[2]}")


def _package(path: str) -> str:
    return path.split(".")[0]


def arguments(value: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of an object."""
    said = TARGET if TARGET in value else TYPE
    return {name: item for name, item in value.items() if name != said and name != SCOPE}


@dataclass
class Table:
    """A table of a file: what it says of each argument, and the values behind."""

    said: dict[str, Said] = field(default_factory=dict)
    data: Any = None
    comments: dict[str, list[str]] = field(default_factory=dict)
    about: list[str] = field(default_factory=list)


@dataclass
class Layout:
    """A config with all of its bases: its tables, its top-level values, and which table each object is."""

    tables: dict[Key, Table] = field(default_factory=dict)
    top: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, Key] = field(default_factory=dict)
    comments: dict[str, list[str]] = field(default_factory=dict)

    def over(self, other: Layout) -> Layout:
        """This one merged over another, as TOML files are."""
        tables = {key: Table(dict(one.said), one.data) for key, one in other.tables.items()}
        for key, one in self.tables.items():
            said = tables[key].said if key in tables else {}
            tables[key] = Table({**said, **one.said}, one.data)
        return Layout(tables, {**other.top, **self.top}, {**other.places, **self.places})


class Names:
    """What the top-level names of all configs are: a field, a list of names of tables, or a value; and the registry of
    each field, ``""`` where several are needed."""

    def __init__(self, classes: Classes, configs: Iterable[Group]) -> None:
        self.classes = classes
        self.fields: dict[str, str] = {}
        self.lists: set[str] = set()
        values: dict[str, list[Any]] = {}
        used: set[str] = set()
        for config in configs:
            for name, value in config.items():
                values.setdefault(name, []).append(value)
            used |= set(_used(config))
        registries = classes.catalog.registries
        for name, found in values.items():
            if name in registries or any(needs(classes, value) for value in found if value is not None):
                if name in used and all(_is_list(value) for value in found):
                    self.lists.add(name)
                else:
                    self.fields[name] = self._registry(name, found)
        self.values = values.keys() - self.fields.keys() - self.lists

    def _registry(self, name: str, values: list[Any]) -> str:
        """The registry of a field; that of its name counts where there is one with modules."""
        if name in self.classes.catalog.registries:
            return name
        entries = [self.classes.of(value) for value in values if value is not None]
        found = {entry.registry if entry is not None else "" for entry in entries}
        return found.pop() if len(found) == 1 else ""


def _is_list(value: Any) -> bool:
    """Whether names of tables can say a value: a list of dicts, and of lists of them."""
    return isinstance(value, list) and all(isinstance(item, Group) or _is_list(item) for item in value)


def _used(value: Any) -> Iterator[str]:
    if isinstance(value, Group):
        yield from value.names.values()
        for item in value.values():
            yield from _used(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _used(item)


def needs(classes: Classes, value: Any) -> bool:
    """Whether a value is more than TOML can say of plain values: it has objects or ``None`` in it."""
    if value is None or isinstance(value, (Environment, Variable)) or classes.of(value) is not None:
        return True
    if isinstance(value, dict):
        return any(needs(classes, item) for item in value.values())
    return isinstance(value, (list, tuple)) and any(needs(classes, item) for item in value)


def refable(classes: Classes, value: Any) -> bool:
    """Whether names of tables can say a value: objects, and lists and dicts of nothing else."""
    if value is None or classes.of(value) is not None:
        return True
    if isinstance(value, dict):
        return bool(value) and all(refable(classes, item) for item in value.values())
    return isinstance(value, (list, tuple)) and all(refable(classes, item) for item in value)


class Writer:
    """Lays one config out over the layout of its bases."""

    def __init__(self, names: Names, base: Layout) -> None:
        self.names = names
        self.classes = names.classes
        self.base = base
        self.layout = Layout()
        self.top: Group = Group()
        self.by_data: dict[str, list[tuple[Any, Key]]] = {}

    def write(self, values: Group) -> Layout:
        """The layout of a config's values."""
        self.top = values
        self._reserve(values)
        for name, value in values.items():
            about = values.comments.get(name, [])
            if name in self.names.fields:
                self._field(name, value, about)
            elif value is not None:
                said = self._refs(value, (name,)) if name in self.names.lists else plain(value)
                self.layout.top[name] = said
                self.layout.comments[name] = about
        return self.layout

    def _reserve(self, values: Group) -> None:
        """Objects keep the tables that bases gave them: all that are equal, else those that stay, else the first."""
        found: dict[Key, list[tuple[Path, Group]]] = {}
        for path, value in self._objects(values):
            key = self.base.places.get(path)
            entry = self.classes.of(value)
            if key is not None and entry is not None and key[1] == entry.name and key[0] not in self.names.fields:
                found.setdefault(key, []).append((path, value))
        for key, users in found.items():
            before = self.base.tables[key]
            kept = next((value for _, value in users if value == before.data), users[0][1])
            if set(before.said) <= set(arguments(kept)) and self._grows(before.data, kept):
                self.by_data.setdefault(key[1], []).append((kept, key))

    def _grows(self, before: Any, now: Any) -> bool:
        """Whether TOML's merging gives a value: no key of a dict is taken away."""
        if isinstance(before, dict) and isinstance(now, dict) and self.classes.of(before) is None:
            return set(before) <= set(now) and all(self._grows(before[key], now[key]) for key in before)
        if isinstance(before, dict) and isinstance(now, dict):
            return all(self._grows(before[key], now[key]) or self.classes.of(now[key]) for key in before if key in now)
        return True

    def _objects(self, value: Any, path: Path = ()) -> Iterator[tuple[Path, Group]]:
        if isinstance(value, Group) and self.classes.of(value) is not None:
            yield path, value
        items = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else ()
        )
        for key, item in items:
            yield from self._objects(item, (*path, key))

    def _field(self, name: str, value: Any, about: list[str]) -> None:
        entry = self.classes.of(value)
        if entry is not None and self.names.fields[name] == entry.registry:
            self._table((name, entry.name), value, arguments(value), (name,))
            key: Key = (name, entry.name)
            self.by_data.setdefault(entry.name, []).append((value, key))
            self.layout.places[(name,)] = key
        else:
            key = self._part(name, value, (name,))
        self.layout.tables[key].about = about

    def _part(self, group: str, value: Any, path: Path) -> Key:
        """A table of one of the functions that make dicts and lists."""
        if isinstance(value, dict) and self.classes.of(value) is None:
            key, items = (group, "group"), value
        elif isinstance(value, (list, tuple)) and not (refable(self.classes, value) or _is_list(value)):
            key, items = (group, "listed"), Group((f"item{index}", item) for index, item in enumerate(value))
        else:
            key, items = (group, "given"), Group({"value": value})
        self._table(key, value, items, path)
        self.by_data.setdefault(key[1], []).append((value, key))
        return key

    def _table(self, key: Key, data: Any, items: Mapping[str, Any], path: Path) -> None:
        table = self.layout.tables[key] = Table(data=data)
        entry = self.classes.of(data)
        if entry is not None and data.partial:
            table.said[NO_CALL_KEY] = (None, True)
        names = data.names if isinstance(data, Group) else {}
        table.comments = dict(data.comments) if isinstance(data, Group) else {}
        for name, value in items.items():
            if isinstance(value, Variable) and value.split(".")[0] not in self.names.values:
                continue  # those who use the file say it: behind `&` stands no part of a field
            inner = (*path, value_index(name)) if key[1] == "listed" else path if key[1] == "given" else (*path, name)
            table.said[name] = self.said(value, names.get(name, ""), inner)
            if entry is not None and table.said[name][0] is NEW:
                self.classes.given[entry.path, name] = entry

    def said(self, value: Any, name: str, path: Path) -> Said:
        """What stands for the value of an argument."""
        if isinstance(value, (Environment, Variable)):
            return VARIABLE, str(value)
        if name and self._is(name, value):
            if name.split(".")[0] in self.names.values and value is not None:
                return VARIABLE, name
            if name in self.names.lists:
                return NEW, f"{VARIABLE.char}{name}"
        if value is None:
            return VARIABLE, NONE
        if not needs(self.classes, value):
            return None, plain(value)
        return NEW, self._refs(value, path)

    def _is(self, name: str, value: Any) -> bool:
        """Whether a top-level name, or what is in it, has a value."""
        found: Any = self.top
        for part in name.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found is not None and same(found, value)

    def _refs(self, value: Any, path: Path) -> Any:
        if value is None:
            return f"{VARIABLE.char}{NONE}"
        if self.classes.of(value) is not None:
            return self._reference(value, path)
        if refable(self.classes, value):
            if isinstance(value, dict):
                return {key: self._refs(item, (*path, key)) for key, item in value.items()}
            return [self._refs(item, (*path, index)) for index, item in enumerate(value)]
        if isinstance(value, (list, tuple)) and all(_is_list(v) or isinstance(v, dict) or v is None for v in value):
            return [self._refs(item, (*path, index)) for index, item in enumerate(value)]
        last = "listed" if isinstance(value, (list, tuple)) else "group"
        key = next((key for data, key in self.by_data.get(last, ()) if same(data, value)), None)
        if key is None:
            key = self._part(self._free(_camel(path), last, value), value, path)
        return field_reference(*key)

    def _reference(self, value: Group, path: Path) -> str:
        entry = self.classes.of(value)
        assert entry is not None
        known = self.by_data.setdefault(entry.name, [])
        key = next((key for data, key in known if same(data, value)), None)
        if key is None:
            used = any(one[1] == entry.name for one in (*self.base.tables, *self.layout.tables)) or known
            key = ("" if not used else self._free(_camel(path), entry.name, value), entry.name)
            known.append((value, key))
        if key not in self.layout.tables:
            self._table(key, value, arguments(value), path)
        self.layout.places[path] = key
        return field_reference(*key) if key[0] else key[1]

    def _free(self, name: str, last: str, value: Any) -> str:
        """A name of a group that has no such table yet, and is nothing else."""
        taken = {*self.names.fields, *self.names.lists, *self.names.values, *self.classes.catalog.registries}
        number, found = 1, name
        while (
            found in taken
            or found in self.classes.catalog.by_name
            or (found, last) in self.layout.tables
            or any(key == (found, last) for data, key in self.by_data.get(last, ()))
            or ((found, last) in self.base.tables and not self._fits((found, last), value))
        ):
            number += 1
            found = f"{name}{number}"
        return found

    def _fits(self, key: Key, value: Any) -> bool:
        """Whether a table of a base can be changed to be this one."""
        return key[1] == "group" and isinstance(value, dict) and self._grows_as_part(self.base.tables[key].data, value)

    def _grows_as_part(self, before: Any, now: dict[str, Any]) -> bool:
        return isinstance(before, dict) and set(before) <= set(now)


def same(one: Any, other: Any) -> bool:
    """Equality that tells numbers of different types, and ``partial`` classes."""
    if type(one) is not type(other):
        return False
    if isinstance(one, Group):
        return one.partial == other.partial and one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def value_index(name: str) -> int:
    """The index of an argument of ``listed``."""
    return int(name.removeprefix("item"))


def _camel(path: Path) -> str:
    """A name for a variant, of the last key of its path."""
    words = [str(part) for part in path if not isinstance(part, int)]
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", words[-1] if words else "Part"))


def plain(value: Any) -> Any:
    """A value as TOML has it: tuples are lists, import paths texts."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, str) else value


def lost(layout: Layout, base: Layout, fields: Mapping[str, str]) -> list[Key]:
    """What a base says and a config does not, which merging cannot take away; ``("", name)`` is a top-level value."""
    found = []
    for key, table in base.tables.items():
        if key in layout.tables:
            now = layout.tables[key].said
            if any(name not in now or not _merges(said, now[name]) for name, said in table.said.items()):
                found.append(key)
        elif key[0] in fields:
            found.append(key)
    return found + [
        ("", name) for name, said in base.top.items() if not _merges((None, said), (None, layout.top.get(name)))
    ]


def _merges(before: Said, now: Said) -> bool:
    one, other = before[1], now[1]
    if before[0] == now[0] and isinstance(one, dict) and isinstance(other, dict):
        return all(key in other and _merges((None, one[key]), (None, other[key])) for key in one)
    return other is not None


def text_of(layout: Layout, base: Layout, bases: list[str], head: list[str]) -> str:
    """The TOML text of what a layout says more than its bases."""
    lines = [*head]
    if bases:
        lines.append(f"__base__ = {value_text(bases)}")
    nested: list[tuple[str, Any]] = []
    for name, value in layout.top.items():
        if name in base.top and same(base.top[name], value):
            continue
        if isinstance(value, dict):
            nested.append((name, _news(base.top.get(name), value)))
            continue
        lines += ["", *layout.comments[name][:-1]] if len(layout.comments.get(name, ())) > 1 else []
        lines += [*layout.comments.get(name, [])[-1:], _entry(name, (None, value))]
    for name, value in nested:
        lines += ["", *layout.comments.get(name, []), *_nested((name,), value)]
    every = {*layout.tables, *base.tables}
    for key, table in layout.tables.items():
        known = base.tables.get(key)
        said = _said_anew(table, known)
        lone = not key[0] and not table.said and sum(one[1] == key[1] for one in every) == 1
        if (known is not None and not said) or (known is None and lone):
            continue
        path = (*([key[0]] if key[0] else []), key[1])
        lines += ["", *table.about, header_text(path)]
        later = []
        for name, one in said.items():
            line = _entry(name, one)
            if isinstance(one[1], dict) and len(line) > _WIDTH and one[0] is not VARIABLE:
                later.append((name, one))
            else:
                lines += [*table.comments.get(name, []), line]
        for name, one in later:
            lines += ["", *table.comments.get(name, []), *_nested((*path, _prefixed(name, one)), one[1])]
    return "\n".join(lines).strip("\n") + "\n"


def _said_anew(table: Table, known: Table | None) -> dict[str, Said]:
    """What a table says that the one of its bases does not."""
    if known is None:
        return table.said
    said: dict[str, Said] = {}
    for name, one in table.said.items():
        before = known.said.get(name)
        if before is None or one[0] is not before[0]:
            said[name] = one
        elif not same(one[1], before[1]):
            said[name] = (one[0], _news(before[1], one[1]))
    return said


def _news(before: Any, now: Any) -> Any:
    """What a value says that merging does not take from one before."""
    if not isinstance(before, dict) or not isinstance(now, dict):
        return now
    return {
        key: _news(before.get(key), value)
        for key, value in now.items()
        if key not in before or not same(before[key], value)
    }


def _entry(name: str, said: Said) -> str:
    key = _prefixed(name, said)
    return f"{key if is_bare(name) else key_text(key)} = {_text(said[1])}"


def _prefixed(name: str, said: Said) -> str:
    return f"{said[0].char}{name}" if said[0] is not None else name


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return inline_table_text(f"{key_text(name)} = {_text(item)}" for name, item in value.items())
    return array_text(map(_text, value)) if isinstance(value, list) else value_text(value)


def _nested(path: tuple[str, ...], value: dict[str, Any]) -> Iterator[str]:
    """A dict as tables of its own."""
    yield header_text(path, NEW.char)
    inner = {}
    for name, item in value.items():
        line = _entry(name, (None, item))
        if isinstance(item, dict) and len(line) > _WIDTH:
            inner[name] = item
        else:
            yield line
    for name, item in inner.items():
        yield ""
        yield from _nested((*path, name), item)
