"""What means something elsewhere: ``__base__`` below a header, a prefix or an element of a list on what is no argument
of a module, a path in the quotes of one name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

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
    prefixed = [*_prefixed_values(model, memo), *_values_for_tables(model), *_quoted_paths(model)]
    prefixed += _elements(model.isolated)
    bases = list(_bases_below(model))
    if not bases:
        return [*problems, *prefixed]
    keys = {binding.origin for binding in bases}
    others = [item for item in problems if item.code not in IN_BASES and item.origin not in keys]
    message = (
        f"`{BASE_KEY}` must stand before the first table; here it belongs to the table above it, and no base is read"
    )
    misplaced = [problem("invalid-base", message, binding.origin) for binding in bases]
    return [*misplaced, *others, *prefixed]


def _bases_below(model: Model) -> Iterator[Binding]:
    """Every ``__base__`` below a header of a module; below others only what names files, as they hold any values."""
    for name, outer in model.root.bindings.items():
        if not isinstance(outer.value, Table):
            continue
        if BASE_KEY in outer.value.bindings:
            yield from _misplaced((name,), outer.value, model)
        for key, inner in outer.value.bindings.items():
            if isinstance(inner.value, Table) and BASE_KEY in inner.value.bindings:
                yield from _misplaced((name, key), inner.value, model)


def _misplaced(path: Path, table: Table, model: Model) -> Iterator[Binding]:
    binding = table.bindings[BASE_KEY]
    if not isinstance(binding.value, Table):
        if is_files(binding.value) or is_module_path(path, model.catalog, model.project):
            yield binding


def _prefixed_values(model: Model, memo: Memo) -> Iterator[Problem]:
    """Values of the top level whose names begin with a prefix, and what is so in them."""
    grammar = model.grammar
    if not any(not name.startswith("__") for name in model.catalog.registries):
        return

    def inside(_: str, binding: Binding) -> tuple[Problem, ...]:
        names = _bare_names(binding.value, binding)
        prefixed = (_meaningless(origin, name, grammar) for origin, name in names if grammar.is_prefixed(name))
        return (*prefixed, *_elements_inside(binding.value))

    told = {name: found for name, found in memo.each("prefixes-in-values", model.isolated, inside).items() if found}
    read = behind_marks(model) if told else frozenset()
    for name, found in told.items():
        if name not in read:
            yield from found
    for name, binding in model.isolated.items():
        if grammar.is_prefixed(name) and isinstance(binding.value, Scalar | Array):
            yield _meaningless(binding.origin, name, grammar, model.root)


def _values_for_tables(model: Model) -> Iterator[Problem]:
    """Values in the place of a base's table of a class, whose arguments nobody would get."""
    for name, binding in model.isolated.items():
        if name in model.catalog.by_name and any(isinstance(one.value, Table) for one in binding.shadows):
            message = f"`{name}` is the table of a class: it holds arguments, not a value; write `[{name}]`"
            yield problem("invalid-header", message, binding.value_origin)


def _quoted_paths(model: Model) -> Iterator[Problem]:
    """Values whose names are the path of a module's table, in the quotes of one name."""
    for name, binding in model.isolated.items():
        path = tuple(name.split("."))[:2]
        if len(path) == 2 and is_module_path(path, model.catalog, model.project):
            message = f"a name in quotes is one name: this is a value called `{name}`, and no `[{'.'.join(path)}]`"
            yield problem("unknown-table", message, binding.origin, severity="warning", name=name)


def _elements(bindings: Mapping[str, Binding]) -> Iterator[Problem]:
    """Keys that are elements of a list beside them, where that has no meaning (BASE-9)."""
    for name, binding in bindings.items():
        element = split_element(name) if name.endswith("]") else None
        if element is not None and element.key in bindings and isinstance(bindings[element.key].value, Array):
            message = f"only in arguments of modules an element of a list is changed: this value is named `{name}`"
            yield problem("unknown-key", message, binding.origin, severity="warning")


def _elements_inside(value: BoundValue) -> Iterator[Problem]:
    if isinstance(value, Table):
        yield from _elements(value.bindings)
        for binding in value.bindings.values():
            yield from _elements_inside(binding.value)


def misplaced_inside(section: Section, grammar: Grammar) -> Iterator[Problem]:
    """What has no meaning in the tables that a module gets as arguments: elements of lists, and bare prefixes. A quoted
    name may be meant so: it is TOML."""
    for argument in section.arguments.values():
        binding = argument.binding
        if type(binding.value) is Scalar or (type(binding.value) is Array and binding.value.flat):
            continue
        yield from _elements_inside(binding.value)
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
