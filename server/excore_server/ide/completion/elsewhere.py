"""What files hold that a config does not inherit from yet: taking it adds the base."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice

from excore.lang.grammar import BASE_KEY
from excore.lang.resolve.model import Path
from excore.lang.tables.table import Binding, Table
from excore_server.ide.edits import Edit
from excore_server.ide.edits_toml import base_text, write_base
from excore_server.ide.view import View

_LOOKED_AT = 100
"""Files, those that most configs include first."""


def elsewhere(view: View) -> Iterator[tuple[str, Table, Edit]]:
    """The files of the project that are bases of others and may be one of this file: how it would name them, what they
    hold, and the edit that adds them. Not those that bring a second module into a field that has one."""
    snapshot, path = view.snapshot, view.file.path
    out = set(snapshot.closure(path).files)
    pending = [path]
    while pending:
        above = [user for user in snapshot.includers(pending.pop()) if user not in out]
        out.update(above)
        pending += above
    bases = (one for one in snapshot.included(view.project.root) if one not in out)
    for one in islice(bases, _LOOKED_AT):
        file = snapshot.file(one)
        name = base_text(one, os.path.dirname(path))
        edit = write_base(view.file, name) if file is not None else None
        if file is not None and edit is not None and not _doubles(view, file.tables.root):
            yield name, file.tables.root, edit


def _doubles(view: View, root: Table) -> bool:
    for field in view.project.primary_fields:
        binding, group = root.bindings.get(field), view.model.groups.get(field)
        if binding is not None and isinstance(binding.value, Table) and group is not None and group.members:
            if not binding.value.bindings.keys() <= group.members.keys():
                return True
    return False


def sections(root: Table) -> Iterator[Path]:
    """The paths of the tables that may be modules."""
    for name, binding in root.bindings.items():
        if isinstance(binding.value, Table):
            yield (name,)
            yield from (
                (name, inner) for inner, below in binding.value.bindings.items() if isinstance(below.value, Table)
            )


def values(root: Table) -> Iterator[tuple[str, Binding]]:
    """The values at the top level."""
    for name, binding in root.bindings.items():
        if name != BASE_KEY and not isinstance(binding.value, Table):
            yield name, binding
