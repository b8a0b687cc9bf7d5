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


def with_misplaced(found: Sequence[Problem], model: Model) -> list[Problem]:
    """``found``, the problems of ``model``, with those of misplaced names and without what only follows from them."""
    prefixed = list(_prefixed_values(model))
    bases = list(_bases_below(model))
    if not bases:
        return [*found, *prefixed]
    keys = {binding.origin for binding in bases}
    kept = [item for item in found if item.code not in IN_BASES and item.origin not in keys]
    message = (
        f"`{BASE_KEY}` must stand before the first table; here it belongs to the table above it, and no base is read"
    )
    told = [problem("invalid-base", message, binding.origin) for binding in bases]
    return [*told, *kept, *prefixed]


def _bases_below(model: Model) -> Iterator[Binding]:
    """Every ``__base__`` below a header of a module; below others only what names files, as they hold any values."""
    for name, outer in model.root.bindings.items():
        if not isinstance(outer.value, Table):
            continue
        tables: list[tuple[Path, Table]] = [((name,), outer.value)]
        tables += [
            ((name, key), one.value) for key, one in outer.value.bindings.items() if isinstance(one.value, Table)
        ]
        for path, table in tables:
            binding = table.bindings.get(BASE_KEY)
            if binding is None or isinstance(binding.value, Table):
                continue
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
