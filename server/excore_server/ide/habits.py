"""What the configs of a project write under a parameter, as it would be written here: most likely first."""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from excore.lang.catalog import Entry
from excore.lang.grammar import Grammar, Name, PathHook
from excore.lang.resolve.model import Path
from excore.lang.workspace.practice import Counts, Written, written
from excore_server.ide.argument_types import argument_types
from excore_server.ide.candidates import catalog_index, config_parameters
from excore_server.ide.snippets import literal, quote, to_toml
from excore_server.ide.view import View

T = TypeVar("T")
_WEIGHTS = ("params", "parameters")


class Kept(NamedTuple):
    """What was made from the practice of a class, and of others for the same parameters, while the config has no sole
    table below some fields."""

    counts: object
    others: tuple[tuple[str, object], ...]
    lacking: frozenset[str]
    made: Any


@dataclass
class Habits:
    """Answers for one file. What stands in the same config counts before what others write, what a field of its own
    has before what another field of the same class has, and what is written often before what is not."""

    view: View
    _by_registry: dict[str, list[str]] | None = None

    def __post_init__(self) -> None:
        self.practice = self.view.snapshot.practice(self.view.file.path)
        self._fields = frozenset(self.view.project.primary_fields)
        self._kept = catalog_index(self.view.catalog).habits
        self._others: dict[str, object] = {}  # the stamps of parameters for which other classes were asked
        self._lacking: set[str] = set()  # fields of which the config was asked for the sole table
        self._is_local = False  # whether an answer depends on the names of this config

    def kept(self, known: dict[Any, Kept], place: Hashable, name: str, make: Callable[[], T]) -> T:
        """What was made for a class at a place, made again only if it asks for something that is written otherwise now.
        The place says whether the config has a module of this name."""
        counts, stamps = self.practice.classes.get(name), self.practice.stamps
        last = known.get(place)
        if last is not None and last.counts is counts and not any(map(self._sole, last.lacking)):
            if not last.others or all(stamps.get(one) is stamp for one, stamp in last.others):
                found: T = last.made
                return found
        self._others, self._lacking, self._is_local = {}, set(), False
        made = make()
        if not self._is_local:
            known[place] = Kept(counts, tuple(self._others.items()), frozenset(self._lacking), made)
        return made

    def _derived(self, question: tuple[str, ...], source: object, derive: Callable[[], T]) -> T:
        """What was derived from the same ``source``, kept with the catalog: a list asks for hundreds."""
        kept = self._kept.get(question)
        if kept is None or kept[0] is not source:
            kept = self._kept[question] = (source, derive())
        found: T = kept[1]
        return found

    @cached_property
    def _shared(self) -> str:
        return self.view.grammar.prefix("shared").char

    @cached_property
    def _weight(self) -> int:
        return 1 + len(self.view.snapshot.includers(self.view.file.path))

    def uses(self, name: str, group: str) -> int:
        """How often there is a table of a class, below ``group`` if that is a field."""
        counts = self.practice.of(name, "")
        if group not in self._fields:
            return sum(counts.values())
        return sum([count for one, count in counts.items() if one.group == group or one.group not in self._fields])

    def tables(self, group: str) -> Mapping[str, int]:
        """How many tables there are of each class below a group."""
        return self.practice.groups.get(group, {})

    def given(self, name: str, parameter: str) -> int:
        """How often tables of a class give a parameter."""
        return sum(self.practice.of(name, parameter).values())

    def is_usual(self, entry: Entry, parameter: str) -> bool:
        """Whether most tables of a class share an object under a parameter: without it they would not be what is meant,
        whatever its default is."""
        counts = self.practice.of(entry.name, parameter)
        shared = sum(count for one, count in counts.items() if one.prefix == self._shared)
        return shared > 0 and 2 * shared > self.uses(entry.name, "")

    def usual(self, section: Path, entry: Entry) -> tuple[frozenset[str], dict[str, Written]]:
        """The parameters that a table at ``section`` has to give, or gives as a rule, and what stands there."""
        names = self._derived(
            ("names", entry.registry, entry.name),
            self.practice.classes.get(entry.name),
            lambda: frozenset(
                one.name for one in config_parameters(entry) if one.needed or self.is_usual(entry, one.name)
            ),
        )
        found = ((name, self.best(section, entry, name)) for name in names)
        return names, {name: one for name, one in found if one is not None}

    def best(self, section: Path, entry: Entry, parameter: str, prefix: str | None = None) -> Written | None:
        """What one would write under a parameter of the table at ``section``, with this prefix if one is given; None
        where nobody says, and the config has no object that is meant."""
        found = chain(self.under(section, entry, parameter), self.at_hand(section, entry, parameter))
        return next((one for one in found if one.text and prefix in (None, one.prefix)), None)

    def at_hand(self, section: Path, entry: Entry, parameter: str) -> Iterator[Written]:
        """Objects that the config builds and a parameter is called like: ``$Optimizer`` for ``optimizer``, and for
        ``params`` the parameters of what has any."""
        is_weights, view = parameter in _WEIGHTS, self.view
        fields = (
            view.project.primary_fields if is_weights else self._called.get(parameter.casefold().replace("_", ""), ())
        )
        param = entry.signature.get(parameter) if fields else None
        if param is None or param.choices or is_weights > param.needed or argument_types(param.annotation).scalars:
            return
        for field in fields:
            path = self._sole(field)
            self._lacking.add(field)
            self._is_local |= bool(path)
            target = view.entry(path) if path else None
            if target is not None and (not is_weights or _has_weights(target)) and path not in view.made_of(section):
                text = f"${field}" + ".parameters()" * is_weights
                yield Written("", self._shared, quote(text), (text,))

    def _sole(self, field: str) -> Path:
        """The only table below a field; nothing where there are several or none."""
        group = self.view.model.groups.get(field)
        return (field, next(iter(group.members))) if group is not None and len(group.members) == 1 else ()

    @cached_property
    def _called(self) -> Mapping[str, tuple[str]]:
        """The fields by their names in small letters."""
        return {field.casefold(): (field,) for field in self.view.project.primary_fields}

    def under(self, section: Path, entry: Entry, parameter: str) -> Iterator[Written]:
        """All that is written under a parameter, best first. What would name a table that this config does not have
        names the one it has of the same registry, or is left out."""
        counts = self._others_say(section, entry, parameter) or self._of_others(entry, parameter)
        yield from self._of_configs(section, entry, parameter, counts) if counts else ()
        calls = self.view.catalog.given.get(entry.path.rpartition(".")[2], {}).get(parameter, {})
        for source in sorted(calls, key=lambda text: (-calls[text], text)):
            value = literal(source)
            text = to_toml(value)
            if text is not None:
                yield Written("", "", text, (value,) if isinstance(value, str) else ())

    def alike(self, entry: Entry, parameter: str) -> list[Written]:
        """The values that other classes of the registry have under a parameter of this name, most frequent first."""
        counts = self._of_others(entry, parameter, plain=True)
        return sorted(counts, key=lambda one: (-counts[one], one))

    def _others_say(self, section: Path, entry: Entry, parameter: str) -> Counts:
        """What stands under a parameter of a class; nothing where that is only what is being written."""
        counts, own = self.practice.of(entry.name, parameter), self._own(section, parameter)
        self._is_local |= own is not None
        return {} if own is not None and counts == {own: self._weight} else counts

    def _of_configs(self, section: Path, entry: Entry, parameter: str, counts: Counts) -> Iterator[Written]:
        group = section[0] if len(section) > 1 else ""
        own = self._own(section, parameter)
        if own is not None or self.has(entry.name):
            ordered = [one for one, count in counts.items() if one != own or count > self._weight]
            self._is_local |= own is not None or len(ordered) > 1
            if len(ordered) > 1:
                ordered = self._ordered(ordered, counts, group, set(self._near(section, entry.name, parameter)))
        else:
            question = ("ordered", entry.registry, entry.name, parameter, group, *sorted(self._fields))
            ordered = self._derived(question, counts, lambda: self._ordered(counts, counts, group))
        seen: set[tuple[str, str]] = set()
        for one in ordered:
            adapted = self._here(one)
            if adapted is not None and (adapted.prefix, adapted.text) not in seen:
                seen.add((adapted.prefix, adapted.text))
                yield adapted

    def _ordered(
        self, which: Iterable[Written], counts: Counts, group: str, near: Container[tuple[str, str]] = ()
    ) -> list[Written]:
        def place(one: Written) -> tuple[object, ...]:
            return self._foreign(one.group, group), (one.prefix, one.text) not in near, -counts[one], one

        return sorted(which, key=place)

    def _foreign(self, group: str, own: str) -> bool:
        """Whether a table belongs to another field than one of ``own``."""
        return group != own and group in self._fields and own in self._fields

    def _of_others(self, entry: Entry, parameter: str, *, plain: bool = False) -> Counts:
        """References and variables that other classes of the registry have under a parameter of this name, or what they
        have without a prefix."""

        def merged() -> Counts:
            counts: dict[Written, int] = {}
            for name in self.practice.users.get(parameter, ()):
                if self.view.catalog.get(entry.registry, name) is not None and not (plain and name == entry.name):
                    for one, count in self.practice.of(name, parameter).items():
                        if plain != bool(one.prefix):
                            counts[one] = counts.get(one, 0) + count
            return counts

        question = ("others", entry.registry, parameter, entry.name * plain)
        stamp = self._others[parameter] = self.practice.stamps.get(parameter)
        return self._derived(question, stamp, merged)

    def _own(self, section: Path, parameter: str) -> Written | None:
        """What the table itself says in this file: it is what is being written."""
        for key, binding in self.view.own_bindings(section).items():
            if self.view.grammar.split_key(key).name == parameter:
                return written(section[0] if len(section) > 1 else "", key, binding.value, self.view.grammar)
        return None

    def _near(self, section: Path, name: str, parameter: str) -> Iterator[tuple[str, str]]:
        """What this config says under the parameter in tables of the class, in this file and in its bases."""
        model, grammar = self.view.model, self.view.grammar
        paths = [(group, name) for group in model.members.get(name, ())]
        for path in (*paths, (name,)) if name in model.modules else paths:
            found = model.sections.get(path)
            argument = found.arguments.get(parameter) if found is not None else None
            if argument is None:
                continue
            for binding in (argument.binding, *argument.binding.shadows):
                if path != section or binding.file != self.view.file.path:
                    one = written("", binding.name, binding.value, grammar)
                    yield one.prefix, one.text

    def _here(self, one: Written) -> Written | None:
        """What is written elsewhere, for this config."""
        if one.prefix != self._shared or len(one.names) != 1:
            return one
        base, goes_on = _base(one.names[0], self.view.grammar)
        self._is_local |= bool(base)
        if not base or self.has(base):
            return one
        instead = self._instead(base)
        if instead is None:
            return None if goes_on else one
        text = one.names[0].replace(base, instead, 1)
        return one._replace(text=one.text.replace(one.names[0], text), names=(text,))

    def has(self, name: str) -> bool:
        """Whether the config has, or uses, a module of this name."""
        model = self.view.model
        return name in model.members or name in model.modules or (name,) in model.implicit

    def _instead(self, name: str) -> str | None:
        """The only name of this config that is of the same registry."""
        if self._by_registry is None:
            self._by_registry = {}
            for path in (*self.view.model.sections, *self.view.model.implicit):
                entry = self.view.model.entry(path)
                if entry is not None:
                    names = self._by_registry.setdefault(entry.registry, [])
                    if path[-1] not in names:
                        names.append(path[-1])
        for entry in self.view.catalog.by_name.get(name, ()):
            names = self._by_registry.get(entry.registry, [])
            if len(names) == 1:
                return names[0]
        return None


def _has_weights(entry: Entry) -> bool:
    """Whether an object is known to have parameters that are trained."""
    return any(one.name == "parameters" for one in entry.members) or any(one.endswith(".Module") for one in entry.bases)


def _base(text: str, grammar: Grammar) -> tuple[str, bool]:
    """The name that a reference begins with, "" where it is a field, and whether attributes follow."""
    expression = grammar.read(text)
    follows = any(isinstance(step, PathHook) for step in expression.hooks)
    return (expression.base.name if isinstance(expression.base, Name) else "", follows)
