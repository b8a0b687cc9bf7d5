"""Rewrites that keep what a config means; each is tried before it is offered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from excore.lang.problems import Origin
from excore.lang.resolve.model import Argument, Model, Path, Plain, Reference
from excore.lang.syntax.tree import Array, Scalar
from excore.lang.tables.table import BoundValue, Table, Tables, plain
from excore.lang.text import Span
from excore.lang.workspace.host import Snapshot
from excore_server.ide.candidates import config_parameters
from excore_server.ide.code_action.argument_fixes import all_lines, binding_at
from excore_server.ide.code_action.code_action import Action, wanted_kind
from excore_server.ide.cursor import Cursor, HeaderPart, Key, ReferencePlace, ValuePlace, cursor_at
from excore_server.ide.edits import Edit, WorkspaceEdit, workspace_edit
from excore_server.ide.edits_toml import add_section, add_to_table, add_top_level, header_text, key_or_bare, key_text
from excore_server.ide.name_sites import key_sites
from excore_server.ide.refactor.bases import extract_base, inline_base
from excore_server.ide.refactor.trial import Trial
from excore_server.ide.snippets import prefixed, quote
from excore_server.ide.view import View

EXTRACT = "refactor.extract"
INLINE = "refactor.inline"
REWRITE = "refactor.rewrite"


class Offer(NamedTuple):
    """A rewrite; ``same`` tells whether the model after it means what the one before does."""

    title: str
    change: WorkspaceEdit
    same: Callable[[Model, Model], bool]


Maker = Callable[[View, Cursor, Span], Iterator[Offer]]


def refactors(snapshot: Snapshot, path: str, span: Span, only: tuple[str, ...] | None = None) -> tuple[Action, ...]:
    """The rewrites that can be done at a range, and that change nothing in any config that holds the file."""
    file = snapshot.file(path)
    if file is None or next(file.tree.problems, None) is not None or not snapshot.is_judged(path):
        return ()
    if snapshot.sweep(path) is not None:
        return ()
    view = View(snapshot, file, snippets=False)
    cursor = cursor_at(snapshot, path, span.start)
    offers = (
        (kind, offer)
        for kind, makers in MAKERS.items()
        if wanted_kind(kind, only)
        for maker in makers
        for offer in maker(view, cursor, span)
    )
    return tuple(Action(offer.title, kind, offer.change) for kind, offer in offers if holds(view, offer))


def holds(view: View, offer: Offer) -> bool:
    """Whether a rewrite is sound and every config with the file means the same after it."""
    if not offer.change:
        return False
    trial = Trial(view.snapshot, offer.change)
    roots = dict.fromkeys((*view.snapshot.roots(view.file.path), view.file.path))
    return trial.is_sound and all(offer.same(view.snapshot.own_model(root), trial.model(root)) for root in roots)


# -- what is compared


def same_tables(before: Model, after: Model) -> bool:
    """Whether two configs load to the same tables, the kinds of numbers included."""
    return _same(before.root, after.root)


def _same(one: BoundValue, other: BoundValue) -> bool:
    """Whether two values are equal; what both share is not looked into."""
    if one is other:
        return True
    if not isinstance(one, Table) or not isinstance(other, Table):
        return shown(one) == shown(other)
    mine, theirs = one.bindings, other.bindings
    return mine.keys() == theirs.keys() and all(
        binding is theirs[name] or _same(binding.value, theirs[name].value) for name, binding in mine.items()
    )


def shown(value: BoundValue) -> object:
    """A value for comparison: 1, 1.0 and true differ, the order of keys does not count."""
    if isinstance(value, Table):
        return {name: shown(binding.value) for name, binding in value.bindings.items()}
    if isinstance(value, Tables):
        return [shown(item) for item in value.items]
    return _typed(plain(value))


def _typed(value: object) -> object:
    if isinstance(value, dict):
        return {name: _typed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    return (type(value).__name__, repr(value))


def same_objects(before: Model, after: Model) -> bool:
    """Whether two configs build the same: the same tables with the same arguments, variables put in; the same values
    besides, though there may be more of them; the same tables for implicit modules, which may have become explicit."""
    if any(_arguments(before, path) != _arguments(after, path) for path in _touched(before, after)):
        return False
    if any(after.sections[path].table.bindings for path in after.sections.keys() - before.sections.keys()):
        return False
    if any(path not in before.implicit for path in after.sections.keys() - before.sections.keys()):
        return False
    return (
        before.isolated.keys() <= after.isolated.keys()
        and all(_same(one.value, after.isolated[name].value) for name, one in before.isolated.items())
        and before.reached == after.reached
        and len(before.problems) == len(after.problems)
    )


def _touched(before: Model, after: Model) -> Iterable[Path]:
    """The sections of ``before`` that may differ."""
    return [path for path, section in before.sections.items() if after.sections.get(path) is not section]


def _arguments(model: Model, path: tuple[str, ...]) -> Mapping[str, object] | None:
    section = model.sections.get(path)
    if section is None:
        return None
    return {name: _argument(argument, model) for name, argument in section.arguments.items()} | {"": section.no_call}


def _argument(argument: Argument, model: Model) -> object:
    meaning = argument.meaning
    if isinstance(meaning, Plain):
        return shown(meaning.value)
    if isinstance(meaning, Reference) and meaning.variable is not None and not meaning.hooks:
        binding = model.isolated.get(meaning.variable.name)
        if binding is not None and meaning.prefix.kind == "variable":
            return shown(binding.value)
    return (argument.prefix.kind if argument.prefix is not None else "", shown(argument.binding.value))


# -- rewrites


def promote(view: View, cursor: Cursor, span: Span) -> Iterator[Offer]:
    """A value that becomes a variable."""
    if not isinstance(cursor, ValuePlace | Key):
        return
    slot = cursor.slot
    if not slot.section or not slot.argument or slot.prefix is not None or slot.deeper:
        return
    argument = view.argument(slot)
    binding = argument.binding if argument is not None else None
    if binding is None or binding.file != view.file.path or binding.block not in view.file.tree.index_of:
        return
    value = binding.value
    if not isinstance(value, Scalar | Array) or binding.block is not view.block(cursor.block):
        return
    name = _free_name(view, slot.argument, slot.section[-1])
    base = view.file.tree.start_of(binding.block)
    text = binding.block.text[value.start : value.end]
    key = view.grammar.prefix("variable").char + slot.argument
    made = key_text(key, binding.part, binding.block, view.grammar, view.quoted(cursor.block))
    edits = [
        Edit(base + binding.part.start, base + binding.part.end, made),
        Edit(base + value.start, base + value.end, quote(name)),
        add_top_level(view.file, [f"{key_or_bare(name, view.grammar)} = {text}"]),
    ]
    yield Offer(f"Make it the variable `{name}`", workspace_edit({view.file.path: edits}), same_objects)


def _free_name(view: View, argument: str, section: str) -> str:
    in_use: set[str] = set()
    for root in view.snapshot.roots(view.file.path):
        in_use |= view.snapshot.closure(root).root.bindings.keys()
    in_use |= {*view.catalog.by_name, *view.project.primary_fields, *view.catalog.registries}
    names = [argument, f"{section.lower()}_{argument}"]
    names += [f"{argument}_{number}" for number in range(2, len(in_use) + 4)]
    return next(name for name in names if name not in in_use)


def make_explicit(view: View, cursor: Cursor, span: Span) -> Iterator[Offer]:
    """A table for a module that is used without one."""
    if not isinstance(cursor, ReferencePlace) or cursor.part.kind != "name":
        return
    path = (cursor.word,)
    if path in view.model.implicit:
        head = header_text(path, False, view.grammar)
        edit = add_section(view.file, head, [])
        yield Offer(f"Write the table `{head}`", workspace_edit({view.file.path: [edit]}), same_objects)


def fill_in(view: View, cursor: Cursor, span: Span) -> Iterator[Offer]:
    """All arguments of a class with their defaults."""
    if not isinstance(cursor, HeaderPart):
        return
    path = cursor.path
    section, entry = view.model.sections.get(path), view.entry(path)
    block = view.block(cursor.block)
    header = block.header
    if section is None or entry is None or header is None:
        return
    parts = (one for one in header.parts if view.file.tree.start_of(block) + one.start == cursor.span.start)
    part = next(parts, None)
    if part is None or any(param.needed and param.name not in section.arguments for param in config_parameters(entry)):
        return
    at = binding_at(view, Origin(view.file.path, block, part.start, part.end))
    if at is None:
        return
    quoted = view.quoted(cursor.block)
    edit = add_to_table(view.file, at[1], all_lines(view, entry, path, quoted), view.grammar, quoted)
    if edit is not None:
        title = f"Write out the defaults of `{entry.name}`"
        only_more = partial(_only_more, path=path)
        yield Offer(title, workspace_edit({view.file.path: [edit]}), only_more)


def _only_more(before: Model, after: Model, path: tuple[str, ...]) -> bool:
    """Whether nothing differs but that one table has more arguments."""
    for other in _touched(before, after):
        old, new = _arguments(before, other), _arguments(after, other)
        if old is None or new is None or any(new.get(name) != value for name, value in old.items()):
            return False
        if other != path and old != new:
            return False
    return before.sections.keys() == after.sections.keys()


def quoting(view: View, cursor: Cursor, span: Span) -> Iterator[Offer]:
    """Prefixed keys in quotes, which other TOML tools can read, or without; one, or all of the file."""
    if not isinstance(cursor, Key | HeaderPart) or not view.grammar.is_prefixed(cursor.name):
        return
    bare: list[Edit] = []
    quoted: list[Edit] = []
    for site in key_sites(view.snapshot, view.file):
        if site.part.broken or not view.grammar.is_prefixed(site.part.name):
            continue
        if site.part.quoted:
            text = prefixed(site.part.name[1:], view.grammar.prefixes[site.part.name[:1]], False)
            if text[:1] == site.part.name[:1]:
                quoted.append(Edit(*site.span, text))
        else:
            bare.append(Edit(*site.span, quote(site.part.name)))
    at = next((edit for edit in (*bare, *quoted) if edit.start <= span.start <= edit.end), None)
    for edits, one, every in (
        (bare, "Put `{}` in quotes", "Put all prefixed keys in quotes"),
        (quoted, "Write `{}` without quotes", "Write all prefixed keys without quotes"),
    ):
        if at in edits:
            name = view.file.text[at.start : at.end].strip("\"'") if at is not None else ""
            yield Offer(
                one.format(name), workspace_edit({view.file.path: [edit for edit in edits if edit is at]}), same_tables
            )
            if len(edits) > 1:
                yield Offer(every, workspace_edit({view.file.path: edits}), same_tables)


def extract(view: View, cursor: Cursor, span: Span) -> Iterator[Offer]:
    """The chosen tables and values in a base of their own."""
    titled = extract_base(view, cursor, span)
    if titled is not None:
        yield Offer(*titled, same_tables)


def inline(view: View, cursor: Cursor, span: Span) -> Iterator[Offer]:
    """What a base says, written here."""
    titled = inline_base(view, cursor)
    if titled is not None:
        yield Offer(*titled, same_tables)


MAKERS: Mapping[str, tuple[Maker, ...]] = {
    EXTRACT: (promote, extract),
    INLINE: (inline,),
    REWRITE: (make_explicit, quoting, fill_in),
}
