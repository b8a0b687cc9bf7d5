"""Inlay hints: what a reference or variable comes to, who shares an object, which defaults apply."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal, NamedTuple

from excore.lang.grammar import FieldRef
from excore.lang.resolve.model import Path, Plain, Reference, Section
from excore.lang.syntax.tree import Block
from excore.lang.tables.table import Binding
from excore.lang.text import Span
from excore.lang.workspace.host import Snapshot
from excore_server.ide.candidates import config_parameters
from excore_server.ide.locations import FileSpan, Goal
from excore_server.ide.view import View, absolute, source_of

HintKind = Literal["variable", "binding", "shared", "default"]
USUAL: tuple[HintKind, ...] = ("variable", "binding", "shared")
_SHORT = 30


class Hint(NamedTuple):
    """``text`` shown at ``offset``; ``goal`` is where what it speaks of is written."""

    offset: int
    text: str
    kind: HintKind
    tooltip: str = ""
    goal: Goal | None = None


def inlay_hints(
    snapshot: Snapshot, path: str, within: Span | None = None, kinds: Collection[HintKind] = USUAL
) -> tuple[Hint, ...]:
    """The hints of a range (of the whole file without one), by position."""
    file = snapshot.file(path)
    if file is None:
        return ()
    start, end = within or Span(0, len(file.text))
    view = View(snapshot, file)
    indexes = range(file.tree.block_at(start), file.tree.block_at(end) + 1)
    hints = (
        hint._replace(offset=file.tree.starts[index] + hint.offset)
        for index in indexes
        for hint in _of_block(view, file.tree.blocks[index])
    )
    chosen = (hint for hint in hints if hint.kind in kinds and start <= hint.offset <= end)
    return tuple(sorted(chosen, key=lambda hint: hint.offset))


def _of_block(view: View, block: Block) -> Iterator[Hint]:
    """The hints of a block, with offsets in it."""
    section = view.model.sections.get(view.section_of(block))
    if section is None:
        return
    parts = {id(entry.parts[0]) for entry in block.entries}
    for argument in section.arguments.values():
        if id(argument.binding.part) in parts and not isinstance(argument.meaning, Plain):
            for reference in argument.references:
                if reference.origin.block is block and reference.via is None:
                    yield from _reference(view, reference)
    defaults = _defaults(section)
    if block.header is not None and defaults:
        yield Hint(block.header.end, defaults, "default", goal=section.entry.location if section.entry else None)


def _reference(view: View, reference: Reference) -> Iterator[Hint]:
    end = reference.origin.end
    variable = reference.variable
    binding = view.model.isolated.get(variable.name) if variable is not None else None
    if binding is not None and not reference.hooks:
        value = source_of(binding, _SHORT)
        if value:
            yield Hint(end, f"= {value}", "variable", goal=_goal(view, binding))
    if variable is not None and variable.shown and variable.shown != reference.text:
        yield Hint(end, f"= {variable.shown[:_SHORT]}", "variable")
    base = reference.expression.base
    if isinstance(base, FieldRef) and (base.name is None or base.every) and reference.targets:
        names = ", ".join(target.path[-1] for target in reference.targets)
        yield Hint(end, f"→ {names}", "binding", goal=_table(view, reference.targets[0].path))
    target = reference.target
    if target is not None and reference.prefix.kind == "shared" and not reference.hooks:
        users = [use for use in view.model.users.get(target.path, ()) if use.kind == "shared"]
        if len(users) > 1:
            tip = ", ".join(".".join((*use.user, use.argument)) for use in users)
            yield Hint(end, f"shared by {len(users)}", "shared", tip, _table(view, target.path))


def _table(view: View, path: Path) -> FileSpan | None:
    section = view.model.sections.get(path)
    return _goal(view, section.binding if section is not None else None)


def _goal(view: View, binding: Binding | None) -> FileSpan | None:
    span = absolute(view.snapshot, binding.origin) if binding is not None else None
    return FileSpan(binding.file, span, span) if binding is not None and span is not None else None


def _defaults(section: Section) -> str:
    entry = section.entry
    if entry is None or not entry.signature.complete:
        return ""
    unset = [param for param in config_parameters(entry) if param.name not in section.arguments and not param.needed]
    texts = [f"{param.name}={param.default}" for param in unset[:4]]
    return ", ".join(texts) + (", …" if len(unset) > len(texts) else "") if texts else ""
