"""One question to a snapshot: the file and what belongs to it, looked up once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

from excore.lang.catalog import Catalog, Entry, Param
from excore.lang.grammar import Base, Grammar
from excore.lang.problems import Origin
from excore.lang.project.model import Project
from excore.lang.resolve.entries import entry_of
from excore.lang.resolve.model import Argument, Model, Path
from excore.lang.resolve.references import bound_paths
from excore.lang.syntax.tree import Array, Block, Missing, Scalar
from excore.lang.tables.elements import Changed
from excore.lang.tables.table import Binding, Table
from excore.lang.text import Span
from excore.lang.workspace.host import File, Snapshot
from excore.views.toml import binding_text
from excore_server.ide.argument_types import ArgumentTypes, argument_types
from excore_server.ide.candidates import Candidates, candidates
from excore_server.ide.cursor import Slot, header_path, slot_of
from excore_server.ide.snippets import ArgumentWriter, quotes_prefixes

LIMIT = 2000
"""The most items of a completion list."""


class Python(Protocol):
    """Knows classes that are in no registry (``torch.nn.ReLU``) by import path. Never blocks: None is "not yet"."""

    def get(self, path: str) -> Entry | None: ...  # pragma: no cover


@dataclass
class View:
    """A file of a snapshot with its project. ``python`` may know what is registered nowhere."""

    snapshot: Snapshot
    file: File
    python: Python | None = None
    environment: Iterable[str] = ()
    snippets: bool = True
    limit: int = LIMIT
    catalog: Catalog = field(init=False)
    project: Project = field(init=False)
    grammar: Grammar = field(init=False)
    _quoted: dict[int, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.catalog = self.snapshot.catalog(self.file.path)
        self.project = self.snapshot.project(self.file.path)
        self.grammar = self.snapshot.grammar(self.file.path)

    @cached_property
    def model(self) -> Model:
        """The config in which the file is judged."""
        return self.snapshot.model(self.file.path)

    def entry(self, section: Path) -> Entry | None:
        """What a module table stands for; classes of other packages with what is known of them by now."""
        entry = entry_of(section, self.catalog, self.project)
        if entry is None or entry.location is not None or entry.doc or entry.signature.params:
            return entry
        outside = self.external(entry.path)
        if outside is None:
            return entry
        return replace(outside, name=entry.name, registry=entry.registry, certain=entry.certain, hook=entry.hook)

    def bound_paths(self, base: Base) -> tuple[Path, ...]:
        """The module tables that the base of a reference may mean; a registered name without one is its own path."""
        return bound_paths(base, self.model, self.catalog, self.project)

    def slot(self, path: Path) -> Slot:
        """What a key path of the file means."""
        return slot_of(self.snapshot, self.file.path, path)

    def section_of(self, block: Block) -> Path:
        """The path of the module table whose header a block has; empty where it has none."""
        slot = self.slot(header_path(block))
        return slot.section if slot.is_section else ()

    def param(self, slot: Slot) -> Param | None:
        """The parameter that a slot gives a value to."""
        entry = self.entry(slot.section)
        return entry.signature.get(slot.argument) if entry is not None and slot.argument else None

    def argument(self, slot: Slot) -> Argument | None:
        """The argument that a slot is, as the whole config gives it."""
        section = self.model.sections.get(slot.section)
        return section.arguments.get(slot.argument) if section is not None else None

    def made_of(self, section: Path) -> frozenset[Path]:
        """The section itself, and those that are made of it: given to its parameters they would make a circle."""
        found, pending = {section}, [section]
        while pending:
            new = {use.user for use in self.model.users.get(pending.pop(), ())} - found
            found |= new
            pending += new
        return frozenset(found)

    def types(self, slot: Slot) -> ArgumentTypes:
        """What the parameter of a slot asks for."""
        param = self.param(slot)
        return argument_types(param.annotation if param is not None else None)

    def candidates(self, slot: Slot) -> Candidates:
        """What can be given to the parameter of a slot as a module."""
        return candidates(self.param(slot), slot.argument, self.catalog, self.project)

    def external(self, path: str) -> Entry | None:
        """What is known by now of a class or module of another package: what reading tells at once, else jedi later."""
        return self.catalog.described(path) or (self.python.get(path) if self.python is not None else None)

    def writer(self, quoted: bool) -> ArgumentWriter:
        """Writes arguments for the file."""
        return ArgumentWriter(self.catalog, self.project, self.grammar, quoted, self.snippets)

    def block(self, index: int) -> Block:
        return self.file.tree.blocks[index]

    def quoted(self, block: int) -> bool:
        """Whether prefixed keys stand in quotes around a block."""
        if block not in self._quoted:
            self._quoted[block] = quotes_prefixes(self.file, block, self.grammar)
        return self._quoted[block]

    def own_bindings(self, path: Path) -> Mapping[str, Binding]:
        """The bindings of a table as this file alone has it."""
        return bindings_at(self.file.tables.root, path)


def bindings_at(root: Table, path: Path) -> Mapping[str, Binding]:
    """The bindings of the table at ``path``; none where there is no such table."""
    table = root
    for name in path:
        binding = table.bindings.get(name)
        if binding is None or not isinstance(binding.value, Table):
            return {}
        table = binding.value
    return table.bindings


def source_of(binding: Binding, limit: int = 60) -> str:
    """The value of a binding as it is written, on one line and not too long; ``{...}`` for tables."""
    value = binding.value
    if isinstance(value, Scalar | Array):
        written = binding.block.text[value.start : value.end]
        text = " ".join((binding_text(binding) or "" if isinstance(value, Changed) else written).split())
        return text if len(text) <= limit else text[: limit - 1] + "…"
    return "" if isinstance(value, Missing) else "{...}"


def absolute(snapshot: Snapshot, origin: Origin) -> Span | None:
    """Where an origin stands now; None where its file has no such block any more."""
    file = snapshot.file(origin.file)
    if file is None or origin.block not in file.tree.index_of:
        return None
    return file.absolute(origin)
