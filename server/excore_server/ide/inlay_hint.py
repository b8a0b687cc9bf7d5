"""Inlay hints: what a reference or variable comes to, who shares an object, which defaults apply."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from excore.lang.grammar import FieldRef
from excore.lang.resolve.model import Argument, Path, Plain, Reference, Section
from excore.lang.tables.table import Binding
from excore.lang.text import Span
from excore.lang.workspace.host import Snapshot
from excore_server.ide.candidates import config_parameters
from excore_server.ide.cursor import header_path, section_length
from excore_server.ide.view import View, source_of

HintKind = Literal["variable", "binding", "shared", "default"]
USUAL: tuple[HintKind, ...] = ("variable", "binding", "shared")
_SHORT = 30


@dataclass(frozen=True, slots=True)
class Hint:
    """``text`` shown at ``offset``."""

    offset: int
    text: str
    kind: HintKind
    tooltip: str = ""


def inlay_hints(
    snapshot: Snapshot,
    path: str,
    within: Span | None = None,
    kinds: Collection[HintKind] = ("variable", "binding", "shared"),
) -> tuple[Hint, ...]:
    """The hints of a range (of the whole file without one), by position."""
    file = snapshot.file(path)
    if file is None:
        return ()
    view = View(snapshot, file)
    wanted = within or Span(0, len(file.text))
    found: list[Hint] = []
    first, last = file.tree.block_at(wanted.start), file.tree.block_at(wanted.end)
    for index in range(first, last + 1):
        block, start = file.tree.blocks[index], file.tree.starts[index]
        names = header_path(block)
        length = section_length(names, view.catalog, view.project)
        section = view.model.sections.get(names) if length == len(names) else None
        if section is None:
            continue
        here = {id(entry.parts[0]): entry for entry in block.entries}
        for argument in section.arguments.values():
            entry = here.get(id(argument.binding.part))
            if entry is not None:
                found.extend(Hint(start + at, text, kind, tip) for at, text, kind, tip in _argument(view, argument))
        if block.header is not None and "default" in kinds:
            text = _defaults(view, section)
            if text:
                found.append(Hint(start + block.header.end, text, "default"))
    kept = (hint for hint in found if hint.kind in kinds and wanted.start <= hint.offset <= wanted.end)
    return tuple(sorted(kept, key=lambda hint: hint.offset))


_Hint = tuple[int, str, HintKind, str]


def _argument(view: View, argument: Argument) -> Iterator[_Hint]:
    if isinstance(argument.meaning, Plain):
        return
    for reference in argument.references:
        if reference.origin.block is not argument.binding.block or reference.via is not None:
            continue
        yield from _reference(view, reference)


def _reference(view: View, reference: Reference) -> Iterator[_Hint]:
    end = reference.origin.end
    variable = reference.variable
    if variable is not None and variable.binding is not None and not reference.hooks:
        value = _short(variable.binding)
        if value:
            yield end, f"= {value}", "variable", ""
    base = reference.expression.base
    if isinstance(base, FieldRef) and (base.name is None or base.every) and reference.targets:
        names = ", ".join(target.path[-1] for target in reference.targets)
        yield end, f"→ {names}", "binding", ""
    target = reference.target
    if target is not None and reference.prefix.kind == "shared" and not reference.hooks:
        users = [use for use in view.model.users.get(target.path, ()) if use.kind == "shared"]
        if len(users) > 1:
            tip = ", ".join(_dotted((*use.user, use.argument)) for use in users)
            yield end, f"shared by {len(users)}", "shared", tip


def _dotted(path: Path) -> str:
    return ".".join(path)


def _short(binding: Binding) -> str:
    return source_of(binding, _SHORT)


def _defaults(view: View, section: Section) -> str:
    entry = section.entry
    if entry is None or not entry.signature.complete:
        return ""
    unset = [param for param in config_parameters(entry) if param.name not in section.arguments and not param.required]
    texts = [f"{param.name}={param.default}" for param in unset[:4]]
    return ", ".join(texts) + (", …" if len(unset) > len(texts) else "") if texts else ""
