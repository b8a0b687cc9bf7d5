"""What means something elsewhere: ``__base__`` below a header, a prefix on a value of the top level."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from excore.lang.check.typos import IN_BASES, is_files
from excore.lang.grammar import BASE_KEY
from excore.lang.problems import Problem, problem
from excore.lang.resolve.model import Model, Path
from excore.lang.resolve.top_level import is_module_path
from excore.lang.syntax.tree import Array, Scalar
from excore.lang.tables.table import Binding, Table


def with_misplaced(problems: Sequence[Problem], model: Model) -> list[Problem]:
    """``problems`` (those of ``model``) with those of misplaced names, without what only follows from these."""
    prefixed = list(_prefixed_values(model))
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


def _prefixed_values(model: Model) -> Iterator[Problem]:
    """Values of the top level whose names begin with a prefix. A quoted name may be meant so."""
    grammar = model.grammar
    if not any(not name.startswith("__") for name in model.catalog.registries):
        return
    for name, binding in model.isolated.items():
        if not binding.part.quoted and grammar.is_prefixed(name) and isinstance(binding.value, Scalar | Array):
            bare = grammar.split_key(name).name
            message = f"a prefix has a meaning only on the arguments of a module: this value is named `{name}`"
            suggestions = (bare,) if bare and bare not in model.root.bindings else ()
            yield problem(
                "bad-prefix", message, binding.origin, severity="warning", suggestions=suggestions, value=name
            )
