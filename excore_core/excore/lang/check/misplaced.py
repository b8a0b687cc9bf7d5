"""What means something elsewhere: ``__base__`` below a header, a prefix on what is no argument of a module."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from excore.lang.check.typos import IN_BASES, behind_marks, is_files
from excore.lang.grammar import BASE_KEY, Grammar
from excore.lang.memo import Memo
from excore.lang.problems import Origin, Problem, problem
from excore.lang.resolve.model import Model, Path, Section
from excore.lang.resolve.top_level import is_module_path
from excore.lang.syntax.tree import Array, InlineTable, Scalar, Value
from excore.lang.tables.table import Binding, BoundValue, Table, Tables


def with_misplaced(problems: Sequence[Problem], model: Model, memo: Memo) -> list[Problem]:
    """``problems`` (those of ``model``) with those of misplaced names, without what only follows from these."""
    prefixed = [*_prefixed_values(model, memo), *_values_for_tables(model, memo)]
    below = memo.each("bases below", model.root.bindings, partial(_bases_below, model))
    bases = [binding for name in model.root.bindings for binding in below[name]]
    if not bases:
        return [*problems, *prefixed]
    keys = {binding.origin for binding in bases}
    others = [item for item in problems if item.code not in IN_BASES and item.origin not in keys]
    message = (
        f"`{BASE_KEY}` must stand before the first table; here it belongs to the table above it, and no base is read"
    )
    misplaced = [problem("invalid-base", message, binding.origin) for binding in bases]
    return [*misplaced, *others, *prefixed]


def _bases_below(model: Model, name: str, outer: Binding) -> tuple[Binding, ...]:
    """Every ``__base__`` below a header of a module; below others only what names files, as they hold any values."""
    if not isinstance(outer.value, Table):
        return ()
    tables: list[tuple[Path, Table]] = [((name,), outer.value)]
    tables += [((name, key), one.value) for key, one in outer.value.bindings.items() if isinstance(one.value, Table)]
    found = [(path, table.bindings[BASE_KEY]) for path, table in tables if BASE_KEY in table.bindings]
    return tuple(binding for path, binding in found if _is_misplaced(path, binding, model))


def _is_misplaced(path: Path, binding: Binding, model: Model) -> bool:
    return not isinstance(binding.value, Table) and (
        is_files(binding.value) or is_module_path(path, model.catalog, model.project)
    )


def _prefixed_values(model: Model, memo: Memo) -> Iterator[Problem]:
    """Values of the top level whose names begin with a prefix, and what is so in them."""
    grammar = model.grammar
    if not any(not name.startswith("__") for name in model.catalog.registries):
        return

    def inside(name: str, binding: Binding) -> tuple[bool, list[Problem]] | None:
        names = _bare_names(binding.value, binding)
        found = [_meaningless(origin, inner, grammar) for origin, inner in names if grammar.is_prefixed(inner)]
        is_prefixed = grammar.is_prefixed(name) and isinstance(binding.value, Scalar | Array)
        return (is_prefixed, found) if is_prefixed or found else None

    told = {name: found for name, found in memo.each("prefixes-in-values", model.isolated, inside).items() if found}
    read = behind_marks(model) if told else frozenset()
    for name, (is_prefixed, found) in told.items():
        if name not in read:
            yield from found
        if is_prefixed:
            yield _meaningless(model.isolated[name].origin, name, grammar, model.root)


def _values_for_tables(model: Model, memo: Memo) -> Iterator[Problem]:
    """Values in the place of a base's table of a class, whose arguments nobody would get."""

    def hides_table(name: str, binding: Binding) -> bool:
        return name in model.catalog.by_name and any(isinstance(one.value, Table) for one in binding.shadows)

    for name, hides in memo.each("for tables", model.isolated, hides_table).items():
        if hides:
            message = f"`{name}` is the table of a class: it holds arguments, not a value; write `[{name}]`"
            yield problem("invalid-header", message, model.isolated[name].value_origin)


def prefixed_inside(section: Section, grammar: Grammar) -> Iterator[Problem]:
    """Bare prefixes in the tables that a module gets as arguments. A quoted name may be meant so: it is TOML."""
    for argument in section.arguments.values():
        binding = argument.binding
        if type(binding.value) is Scalar or (type(binding.value) is Array and binding.value.flat):
            continue
        for origin, name in _bare_names(binding.value, binding):
            if grammar.is_prefixed(name):
                yield _meaningless(origin, name, grammar)


def _bare_names(value: BoundValue | Value, binding: Binding) -> Iterator[tuple[Origin, str]]:
    """The names without quotes that stand in a value, with their places."""
    if isinstance(value, Table):
        for inner in value.bindings.values():
            if not inner.part.quoted:
                yield inner.origin, inner.name
            yield from _bare_names(inner.value, inner)
    elif isinstance(value, Tables):
        for table in value.items:
            yield from _bare_names(table, binding)
    elif isinstance(value, InlineTable):
        for entry in value.entries:
            for part in entry.parts:
                if not part.quoted and not part.broken:
                    yield Origin(binding.file, binding.block, part.start, part.end), part.name
            yield from _bare_names(entry.value, binding)
    elif isinstance(value, Array) and not value.flat:
        for item in value.items:
            yield from _bare_names(item, binding)


def _meaningless(origin: Origin, name: str, grammar: Grammar, table: Table | None = None) -> Problem:
    bare = grammar.split_key(name).name
    message = f"a prefix has a meaning only on the arguments of a module: this value is named `{name}`"
    suggestions = (bare,) if bare and (table is None or bare not in table.bindings) else ()
    return problem("bad-prefix", message, origin, severity="warning", suggestions=suggestions, value=name)
