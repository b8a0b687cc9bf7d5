"""The rules of a build: what it makes of the tables and references of a config, and what of it is one and the same.

Told from the resolved model alone. The runtime makes nodes by these rules, ``excore.lang.plan`` a description.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar

from excore.lang.catalog import Entry
from excore.lang.grammar import OBJECTS, MarkHook, PrefixKind
from excore.lang.paths import Attribute, Call
from excore.lang.paths import Step as PathStep
from excore.lang.resolve.model import (
    Meaning,
    Model,
    Path,
    Plain,
    Reference,
    ReferenceDict,
    ReferenceList,
    ResolvedHook,
    Step,
)
from excore.lang.tables.table import BoundValue

Made = TypeVar("Made")


class Builder(ABC, Generic[Made]):
    """Walks a model as a build does: which table is built when, once or for each use, and what is done with the result.

    Subclasses decide what the results are: nodes, or a description of them.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._shared: dict[Path, Made] = {}
        self._shared_values: dict[tuple[Path, str], Made] = {}

    def fields(self) -> dict[str, dict[str, Made]]:
        """Every field with its members, in the order in which they are built."""
        groups = {name: self.model.groups.get(name) for name in self.model.project.primary_fields}
        return {
            name: {member: self.member((name, member)) for member in group.members}
            for name, group in groups.items()
            if group is not None and group.members
        }

    def lifecycle(self) -> list[Made]:
        """The hooks that are called around the build; those on arguments are made where references use them."""
        paths = [
            (group.name, member)
            for group in self.model.groups.values()
            if group.role == "hooks"
            for member in group.members
        ]
        entries = ((path, self.model.entry(path)) for path in paths)
        return [self.member(path) for path, entry in entries if entry is not None and entry.hook != "argument"]

    def member(self, path: Path) -> Made:
        """The table of a field: what a build of the field gives."""
        return self._target(path, self.model.entry(path), self.model.kind(path), None, "")

    def value(self, meaning: Meaning, name: str) -> Made:
        """What the argument ``name`` is given."""
        if isinstance(meaning, Reference):
            return self._reference(meaning, name)
        if isinstance(meaning, Plain):
            return self.written(meaning.value)
        if isinstance(meaning, ReferenceList):
            items: list[Made] = []
            for item in meaning.items:
                if isinstance(item, Reference) and item.every:
                    items.extend(self._targets(item, name))
                else:
                    items.append(self.value(item, name))
            return self.listed(items)
        if isinstance(meaning, ReferenceDict):
            return self.named([(key, self.value(item, name)) for key, item in meaning.items])
        return self.unknown("?", None)

    # -- the rules

    def _target(
        self, path: Path, entry: Entry | None, kind: PrefixKind, reference: Reference | None, name: str
    ) -> Made:
        if entry is None:
            return self.unknown(".".join(path), reference)
        if kind == "class" or entry.kind == "module":
            return self.as_it_is(path, entry, kind, reference)
        if kind != "shared":
            return self.new(path, entry, kind, reference, name)
        result = self._shared.get(path)
        if result is None:
            result = self._shared[path] = self.new(path, entry, kind, reference, name)
        return result

    def _reference(self, reference: Reference, name: str) -> Made:
        variable = reference.variable
        if variable is None:
            results = self._targets(reference, name)
            if reference.every:
                return self.listed(results)
            return results[0] if results else self.unknown(reference.text, reference)
        binding = self.model.isolated.get(variable.name)
        if binding is None:
            return self.unknown(reference.text, reference) if variable.name else self.environment(reference)
        value = self.variable(variable.name, binding.value, bool(reference.hooks))
        for step in reference.hooks:
            value = self._step(value, step, None, reference)
        return value

    def _targets(self, reference: Reference, name: str) -> list[Made]:
        results: list[Made] = []
        for path, entry, _ in reference.targets:
            value = self._target(path, entry, reference.prefix.kind, reference, name)
            module = path if entry is not None and entry.kind == "module" else None
            for step in reference.hooks:
                value = self._step(value, step, module, reference)
                module = None  # a later step starts from what this one gave
            results.append(value)
        return results

    def _step(self, value: Made, step: Step, module: Path | None, reference: Reference) -> Made:
        """``module`` is the Python module that the value is, if it is one: under the prefixes of objects a class in it
        is called, even where the reference does not say so."""
        if isinstance(step, ResolvedHook):
            if step.target is None or step.target.entry is None:
                return self.unknown(reference.text, reference)
            return self.hooked(step.target.path, step.target.entry, value, reference)
        if isinstance(step, MarkHook):
            return self.marked(step, value, reference)
        kind = reference.prefix.kind
        if module is None or kind not in OBJECTS or isinstance(step.steps[-1], Call):
            return self.followed(value, step.steps)
        if kind != "shared":
            return self.followed(value, step.steps, instantiate=True)
        key = (module, steps_text(step.steps))
        if key not in self._shared_values:
            self._shared_values[key] = self.followed(value, step.steps, instantiate=True, shared=True)
        return self._shared_values[key]

    # -- what subclasses make

    @abstractmethod
    def new(self, path: Path, entry: Entry, kind: PrefixKind, reference: Reference | None, name: str) -> Made:
        """An object of its own, or the one that all users share, for the argument ``name`` or for a field."""

    @abstractmethod
    def as_it_is(self, path: Path, entry: Entry, kind: PrefixKind, reference: Reference | None) -> Made:
        """A class, function or module that is not called."""

    @abstractmethod
    def written(self, value: BoundValue) -> Made:
        """A value that is passed as it is written."""

    @abstractmethod
    def variable(self, name: str, value: BoundValue, followed: bool) -> Made:
        """The value of a top-level name, and whether hooks or a path follow it."""

    @abstractmethod
    def environment(self, reference: Reference) -> Made:
        """A text with ``${NAME}`` in it."""

    @abstractmethod
    def listed(self, items: list[Made]) -> Made:
        """A list."""

    @abstractmethod
    def named(self, items: list[tuple[str, Made]]) -> Made:
        """A dict."""

    @abstractmethod
    def followed(
        self, source: Made, steps: tuple[PathStep, ...], instantiate: bool = False, shared: bool = False
    ) -> Made:
        """What an attribute path leads to, as ``Followed`` says."""

    @abstractmethod
    def hooked(self, path: Path, entry: Entry, source: Made, reference: Reference) -> Made:
        """What the hook at ``path`` makes of a value."""

    @abstractmethod
    def marked(self, step: MarkHook, source: Made, reference: Reference) -> Made:
        """What a mark that the project registered makes of a value."""

    @abstractmethod
    def unknown(self, text: str, reference: Reference | None) -> Made:
        """A text that binds to nothing, or a value that cannot stand where it stands."""


def steps_text(steps: tuple[PathStep, ...], show: Callable[[object], str] = repr) -> str:
    """A path as Python code behind the object it starts from: ``.blocks[0].out(True)``."""
    text = ""
    for step in steps:
        if isinstance(step, Attribute):
            text += f".{step.name}"
        elif isinstance(step, Call):
            arguments = [show(arg) for arg in step.args] + [f"{key}={show(value)}" for key, value in step.kwargs]
            text += f"({', '.join(arguments)})"
        else:
            text += f"[{show(step.value)}]"
    return text
