"""What means something elsewhere: ``__base__`` below a header, a prefix or an element of a list on what is no argument
of a module, a path in the quotes of one name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from excore.lang.check.typos import IN_BASES, behind_marks, is_files
from excore.lang.grammar import BASE_KEY, Grammar
from excore.lang.memo import Memo
from excore.lang.problems import Origin, Problem, problem
from excore.lang.resolve.model import Model, Path, Section
from excore.lang.resolve.top_level import is_module_path
from excore.lang.syntax.tree import Array, InlineTable, Scalar, Value
from excore.lang.tables.elements import split_element
from excore.lang.tables.table import Binding, BoundValue, Table, Tables


def with_misplaced(problems: Sequence[Problem], model: Model, memo: Memo) -> list[Problem]:
    """``problems`` (those of ``model``) with those of misplaced names, without what only follows from these."""
    values = list(_misplaced_values(model, memo))
    below = memo.each("bases below", model.root.bindings, partial(_bases_below, model))
    bases = [binding for name in model.root.bindings for binding in below[name]]
    if not bases:
        return [*problems, *values]
    keys = {binding.origin for binding in bases}
    others = [item for item in problems if item.code not in IN_BASES and item.origin not in keys]
    message = (
        f"`{BASE_KEY}` must stand before the first table; here it belongs to the table above it, and no base is read"
    )
    misplaced = [problem("invalid-base", message, binding.origin) for binding in bases]
    return [*misplaced, *others, *values]


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


def _misplaced_values(model: Model, memo: Memo) -> Iterator[Problem]:
    """What has no meaning in the values of the top level, and what their names say."""
    grammar = model.grammar
    has_classes = any(not name.startswith("__") for name in model.catalog.registries)

    def alone(name: str, binding: Binding) -> tuple[list[Problem], list[Problem], bool] | None:
        inside = [*_prefixed(binding, grammar), *_elements_inside(binding.value)] if has_classes else []
        named = [*_quoted_path(name, binding, model), *_value_for_table(name, binding, model)]
        asks_others = name.endswith("]") or (has_classes and grammar.is_prefixed(name))
        return (inside, named, asks_others) if inside or named or asks_others else None

    told = {name: found for name, found in memo.each("values", model.isolated, alone).items() if found is not None}
    read = behind_marks(model) if told else frozenset()
    for name, (inside, named, asks_others) in told.items():
        yield from inside if name not in read else ()
        yield from named
        if asks_others:
            binding = model.isolated[name]
            yield from _element(name, binding, model.isolated)
            if has_classes and grammar.is_prefixed(name) and isinstance(binding.value, Scalar | Array):
                yield _meaningless(binding.origin, name, grammar, model.root)


def _value_for_table(name: str, binding: Binding, model: Model) -> Iterator[Problem]:
    """A value in the place of a base's table of a class, whose arguments nobody would get."""
    if name in model.catalog.by_name and any(isinstance(one.value, Table) for one in binding.shadows):
        message = f"`{name}` is the table of a class: it holds arguments, not a value; write `[{name}]`"
        yield problem("invalid-header", message, binding.value_origin)


def _quoted_path(name: str, binding: Binding, model: Model) -> Iterator[Problem]:
    """A value whose name is the path of a module's table, in the quotes of one name."""
    path = tuple(name.split("."))[:2]
    if len(path) == 2 and is_module_path(path, model.catalog, model.project):
        message = f"a name in quotes is one name: this is a value called `{name}`, and no `[{'.'.join(path)}]`"
        yield problem("unknown-table", message, binding.origin, severity="warning", name=name)


def _element(name: str, binding: Binding, beside: Mapping[str, Binding]) -> Iterator[Problem]:
    """A key that is an element of a list beside it, where that has no meaning (BASE-9)."""
    element = split_element(name) if name.endswith("]") else None
    if element is not None and element.key in beside and isinstance(beside[element.key].value, Array):
        message = f"only in arguments of modules an element of a list is changed: this value is named `{name}`"
        yield problem("unknown-key", message, binding.origin, severity="warning")


def _elements_inside(value: BoundValue) -> Iterator[Problem]:
    bindings = value.bindings if isinstance(value, Table) else {}
    for name, binding in bindings.items():
        yield from _element(name, binding, bindings)
        yield from _elements_inside(binding.value)


def _prefixed(binding: Binding, grammar: Grammar) -> Iterator[Problem]:
    """Bare names with a prefix in a value."""
    for origin, name in _bare_names(binding.value, binding):
        if grammar.is_prefixed(name):
            yield _meaningless(origin, name, grammar)


def misplaced_inside(section: Section, grammar: Grammar) -> Iterator[Problem]:
    """What has no meaning in the tables that a module gets as arguments: elements of lists, and bare prefixes. A quoted
    name may be meant so: it is TOML."""
    for argument in section.arguments.values():
        binding = argument.binding
        if type(binding.value) is Scalar or (type(binding.value) is Array and binding.value.flat):
            continue
        yield from _elements_inside(binding.value)
        yield from _prefixed(binding, grammar)


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
