"""Who set a value, of one key or of each key in a table."""

from __future__ import annotations

from collections.abc import Iterator

from excore.lang.grammar import Grammar
from excore.lang.problems import Origin
from excore.lang.provenance import Setting, find_bindings, setting
from excore.lang.syntax.writer import dotted_text, key_text
from excore.lang.tables.table import Binding, Table
from excore.lang.workspace.snapshot import Snapshot
from excore.views.lines import place_of
from excore.views.toml import binding_text


def blame(snapshot: Snapshot, path: str, key: str) -> dict[str, Setting]:
    """Where ``Model.FCN.layers`` was set in the config at ``path``, by its whole key; for a table, where each key in it
    was. Arguments are found with and without their prefix. Raises ``NoSuchKey``."""

    def position(origin: Origin) -> tuple[int, int]:
        file, place = snapshot.file(origin.file), place_of(snapshot, origin)
        if file is None or place is None:
            return 0, 0
        line, column = file.position(place.span.start, "utf-32")
        return line + 1, column + 1

    model = snapshot.own_model(path)
    bindings = find_bindings(model.root, key, model.grammar)
    names = tuple(binding.name for binding in bindings)
    return {
        dotted_text(leaf, model.grammar.prefix_chars): setting(binding, position)
        for leaf, binding in _leaves(names, bindings[-1])
    }


def setting_text(setting: Setting, grammar: Grammar) -> str:
    """The setting as it is written, on one line."""
    value = binding_text(setting.binding, grammar) if setting.binding is not None else None
    return f"{key_text(setting.key, grammar.prefix_chars)} = {' '.join((value or '').split())}"


def _leaves(names: tuple[str, ...], binding: Binding) -> Iterator[tuple[tuple[str, ...], Binding]]:
    value = binding.value
    if isinstance(value, Table) and value.bindings:
        for name, inner in value.bindings.items():
            yield from _leaves((*names, name), inner)
    else:
        yield names, binding
