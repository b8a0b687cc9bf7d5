"""Configs that move: the bases and sweeps that name them, and their own, follow."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from excore.lang.workspace.host import File, Snapshot
from excore_server.ide.document_link import named_files
from excore_server.ide.edits import Edit, WorkspaceEdit, workspace_edit
from excore_server.ide.edits_toml import base_text, rewritten, scalar_at


def moved_files(snapshot: Snapshot, moves: Iterable[tuple[str, str]]) -> WorkspaceEdit:
    """What to edit before files or folders move from the first path of each pair to the second."""
    pairs = [(old.rstrip(os.sep), new.rstrip(os.sep)) for old, new in moves]
    edits = {}
    for path in _every(snapshot, [old for old, _ in pairs]):
        file = snapshot.file(path)
        if file is not None:
            edits[path] = list(_followed(snapshot, file, pairs))
    return workspace_edit(edits)


def orphans(snapshot: Snapshot, deleted: Iterable[str]) -> tuple[str, ...]:
    """The configs and sweeps that begin with a file which is deleted, alone or with its folder, and stay themselves."""
    gone = [path.rstrip(os.sep) for path in deleted]

    def goes(path: str) -> bool:
        return any(path == one or path.startswith(one + os.sep) for one in gone)

    def names(path: str) -> bool:
        file = snapshot.file(path)
        return file is not None and any(goes(base.path) for base in named_files(snapshot, file))

    return tuple(path for path in _every(snapshot, []) if not goes(path) and names(path))


def _every(snapshot: Snapshot, moved: list[str]) -> Iterable[str]:
    paths = dict.fromkeys((*snapshot.configs(), *snapshot.sweeps))
    paths.update((path, None) for path in moved if path.endswith(".toml"))
    return paths


def _moved(path: str, pairs: list[tuple[str, str]]) -> str:
    """Where a file is afterwards."""
    for old, new in pairs:
        if path == old:
            return new
        if path.startswith(old + os.sep):
            return new + path[len(old) :]
    return path


def _followed(snapshot: Snapshot, file: File, pairs: list[tuple[str, str]]) -> Iterator[Edit]:
    folder = os.path.dirname(_moved(file.path, pairs))
    for base in named_files(snapshot, file):
        target = _moved(base.path, pairs)
        absolute = os.path.isabs(os.path.expanduser(base.text))
        if absolute and target == base.path:
            continue
        if not absolute and os.path.normpath(os.path.join(folder, base.text)) == target:
            continue
        text = target.replace(os.sep, "/") if absolute else base_text(target, folder)
        if base.text.startswith("./") and not text.startswith("."):
            text = f"./{text}"
        scalar = scalar_at(base.origin.block, base.origin.start)
        if scalar is not None and text.endswith(".toml"):
            span = file.absolute(base.origin)
            yield Edit(span.start, span.end, rewritten(scalar.raw, text))
