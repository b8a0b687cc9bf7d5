"""What an item of a completion list is, in Markdown; asked for when it is looked at."""

from __future__ import annotations

from excore.lang.catalog import Entry
from excore.lang.workspace.host import Snapshot
from excore_server.ide.candidates import catalog_index
from excore_server.ide.hover import field_text, variable_text
from excore_server.ide.markdown import entry_text, member_text, param_text
from excore_server.ide.view import Python, View


def documentation(snapshot: Snapshot, path: str, key: tuple[str, ...], *, python: Python | None = None) -> str:
    """Markdown for a completion item's ``key``; empty where there is nothing to say."""
    file = snapshot.file(path)
    if file is None or not key:
        return ""
    view = View(snapshot, file, python)
    root = view.project.root
    if key[0] == "class":
        entry = view.catalog.get(key[1], key[2])
        return entry_text(entry, root) if entry is not None else ""
    if key[0] == "param":
        entry = view.catalog.get(key[1], key[2])
        param = entry.signature.get(key[3]) if entry is not None else None
        return param_text(entry, param, root) if entry is not None and param is not None else ""
    if key[0] == "member":
        return _member_documentation(view, key[1], key[2])
    if key[0] == "field":
        return field_text(view, key[1])
    return variable_text(view, key[1]) if key[0] == "variable" else ""


def _member_documentation(view: View, owner: str, name: str) -> str:
    entry: Entry | None = catalog_index(view.catalog).by_path.get(owner)
    if (entry is None or not entry.members) and view.python is not None:
        entry = view.python.get(owner) or entry
    member = next((member for member in entry.members if member.name == name), None) if entry is not None else None
    return member_text(owner.rpartition(".")[2], member, view.project.root) if member is not None else ""
