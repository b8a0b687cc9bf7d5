"""Rename what stands under the cursor wherever it is written: variables, scratchpads, registered classes."""

from __future__ import annotations

import keyword
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from excore.lang.catalog import Entry, Param
from excore.lang.grammar import BASE_KEY, NO_CALL_KEY, Base, FieldRef, VariableRef
from excore.lang.resolve.model import Model
from excore.lang.resolve.top_level import is_module_path
from excore.lang.text import Span
from excore.lang.workspace.host import File, Snapshot
from excore_server.ide.bindings import reference_paths
from excore_server.ide.cursor import Cursor, HeaderPart, Key, ReferencePlace, cursor_at
from excore_server.ide.edits import Edit, WorkspaceEdit, workspace_edit
from excore_server.ide.edits_toml import key_text, scalar_at
from excore_server.ide.name_sites import KeySite, Site, TextSite, bases, module_name, sites
from excore_server.ide.occurrences import Subject, occurrences, project_roots, subject_of
from excore_server.ide.rename.parameters import rename_parameter
from excore_server.ide.rename.python_names import PythonSources, RenameError, rename_in_python
from excore_server.ide.view import View

_VARIABLE = re.compile(r"\w[\w-]*")
_NAME = re.compile(r"[A-Za-z0-9_]+")
_WORD = re.compile(r"\w+")

Found = Callable[[Base], "Span | None"]


@dataclass(frozen=True, slots=True)
class RenameSubject:
    """What would be renamed; ``span`` is its name under the cursor, without quotes."""

    kind: Literal["variable", "scratchpad", "module", "parameter"]
    name: str
    span: Span
    entry: Entry | None = None
    parameter: Param | None = None


def prepare_rename(snapshot: Snapshot, path: str, offset: int) -> RenameSubject:
    """What stands at ``offset``. Raises ``RenameError``, which says why it cannot be renamed."""
    file = snapshot.file(path)
    if file is None:
        raise RenameError("there is nothing to rename here")
    view = View(snapshot, file)
    cursor = cursor_at(snapshot, path, offset)
    subject = _subject(view, cursor)
    entries = [subject.entry] if subject.entry is not None else []
    if subject.parameter is not None:
        entries = _with_parameter(view, subject.parameter)
    for entry in entries:
        _check_entry(view, entry)
    return subject


def _subject(view: View, cursor: Cursor) -> RenameSubject:
    if isinstance(cursor, HeaderPart | Key):
        span, slot = _inside(view, cursor.span), cursor.slot
        if not slot.path or (isinstance(cursor, Key) and not view.grammar.split_key(cursor.name).name):
            raise RenameError("there is nothing to rename here")
        if slot.argument:
            return _parameter(view, cursor, slot.argument)
        return _module(view, slot.path, span) if slot.section else _top(view, slot.path, span)
    if isinstance(cursor, ReferencePlace):
        kind, word = cursor.part.kind, cursor.word
        if kind in ("variable", "field"):
            return _top(view, (word,), cursor.span)
        if kind in ("name", "member"):
            paths = reference_paths(view, cursor)
            if len(paths) > 1:
                raise RenameError(f"`{word}` could mean several tables")
            as_written = (cursor.part.field, word) if kind == "member" else (word,)
            return _module(view, paths[0] if paths else as_written, cursor.span)
        if kind == "attribute":
            raise RenameError(f"`{word}` is an attribute of a Python object; rename it in Python")
    raise RenameError("there is nothing to rename here")


def _parameter(view: View, cursor: HeaderPart | Key, name: str) -> RenameSubject:
    subject = subject_of(view, cursor)
    if subject is None or subject.parameter is None:
        raise RenameError(f"`{name}` is no parameter that reading knows: nothing says what else is called so")
    if subject.parameter.location is None:
        raise RenameError(f"reading does not know where the parameter `{name}` is defined")
    here = occurrences(view.snapshot, view.snapshot.roots(view.file.path), subject)
    inside = (each.span for each in here if each.path == view.file.path)
    span = next((one for one in inside if cursor.span.start <= one.start and one.end <= cursor.span.end), None)
    if span is None or view.file.text[span.start : span.end] != name:
        raise RenameError(f"`{name}` is not written as it is called; write it plainly first")
    return RenameSubject("parameter", name, span, parameter=subject.parameter)


def _with_parameter(view: View, param: Param) -> list[Entry]:
    """All that have the parameter from the same place."""
    own = ((entry, entry.signature.get(param.name)) for entry in view.catalog)
    alike = {entry.path: entry for entry, one in own if one is not None and one.location == param.location}
    return list(alike.values())


def _inside(view: View, span: Span) -> Span:
    """The span of a name without its quotes. Raises ``RenameError`` where they are not closed."""
    text = view.file.text[span.start : span.end]
    if text[:1] not in ("'", '"'):
        return span
    if len(text) == 1 or text[-1] != text[0]:
        raise RenameError("the quotes of this name are not closed")
    return Span(span.start + 1, span.end - 1)


def _module(view: View, path: tuple[str, ...], span: Span) -> RenameSubject:
    entry = view.entry(path)
    if entry is None:
        raise RenameError(f"`{path[-1]}` is not registered: there is no class that could be renamed with it")
    return RenameSubject("module", path[-1], span, entry)


def _top(view: View, path: tuple[str, ...], span: Span) -> RenameSubject:
    name = path[-1]
    if len(path) != 1 or name in (BASE_KEY, NO_CALL_KEY):
        raise RenameError(f"`{name}` is a key of a plain value: nothing in the configs refers to it by name")
    group = view.model.groups.get(name)
    if group is not None:
        if group.role != "scratchpad":
            raise RenameError(
                f"`{name}` is a field or registry of the project: Python code and the project file name it"
            )
        return RenameSubject("scratchpad", name, span)
    if name not in view.model.isolated:
        raise RenameError(f"the config has no value `{name}`")
    return RenameSubject("variable", name, span)


def _check_entry(view: View, entry: Entry) -> None:
    if entry.kind == "module":
        raise RenameError(f"`{entry.name}` is a Python module; rename its file in Python")
    location = entry.location
    root = os.path.join(view.project.root, "")
    if entry.source != "source" or location is None or not location.path.startswith(root):
        raise RenameError(f"`{entry.path}` is defined outside of the project")
    if entry.path.rpartition(".")[2] != entry.name:
        raise RenameError(f"`{entry.name}` is registered under a name that is not its own (`{entry.path}`)")


def rename(snapshot: Snapshot, path: str, offset: int, new: str, python: PythonSources | None = None) -> WorkspaceEdit:
    """Give what stands at ``offset`` the name ``new``, in every config and for classes in Python.

    Raises ``RenameError`` where that cannot be done completely.
    """
    subject = prepare_rename(snapshot, path, offset)
    file = snapshot.file(path)
    assert file is not None
    if new == subject.name:
        return WorkspaceEdit()
    view = View(snapshot, file)
    if subject.kind == "module":
        return _rename_module(view, subject, new, python)
    if subject.parameter is not None:
        return _rename_parameter(view, subject.parameter, new, python)
    return _rename_name(view, subject, new)


# -- variables and scratchpads


def _rename_name(view: View, subject: RenameSubject, new: str) -> WorkspaceEdit:
    pattern = _VARIABLE if subject.kind == "variable" else _NAME
    if not pattern.fullmatch(new):
        raise RenameError(f"`{new}` cannot be the name of a {subject.kind}")
    _check_free(view, new)
    files = _connected(view.snapshot, view.file.path, subject.name)
    roots = dict.fromkeys(root for file in files for root in view.snapshot.roots(view.snapshot.subject(file)))
    for root in roots:
        if new in view.snapshot.closure(root).root.bindings:
            where = os.path.relpath(root, view.project.root)
            raise RenameError(f"`{new}` exists already in {where}")

    def named(base: Base) -> Span | None:
        if subject.kind == "variable":
            is_it = isinstance(base, VariableRef) and base.name == subject.name
            return base.span if is_it else None
        return base.field_span if isinstance(base, FieldRef) and base.field == subject.name else None

    edits: dict[str, list[Edit]] = {}
    for file in files.values():
        for site in sites(view.snapshot, file, subject.name):
            key = isinstance(site, KeySite) and site.path == (subject.name,)
            edits.setdefault(file.path, []).extend(_renamed(view, file, site, key, named, new))
    for root in roots:
        for name, site in _indirect(view.snapshot, view.snapshot.own_model(root)):
            edits.setdefault(name, []).extend(_in_text(view, site, named, new))
    return workspace_edit(edits)


def _check_free(view: View, new: str) -> None:
    if new in view.project.primary_fields or new in view.catalog.registries:
        raise RenameError(f"`{new}` is the name of a field or registry")
    if new in view.catalog.by_name:
        raise RenameError(f"`{new}` is the name of a registered class")
    if new in (BASE_KEY, NO_CALL_KEY):
        raise RenameError(f"`{new}` is a word of the config language")


def _connected(snapshot: Snapshot, path: str, name: str) -> dict[str, File]:
    """The file and all that share a config with it and hold ``name``, and what shares a config with those."""
    files: dict[str, File] = {}
    pending = [path]
    while pending:
        current = pending.pop()
        file = snapshot.file(current)
        if file is None or current in files or (name not in file.text and current != path):
            continue
        files[current] = file
        for root in snapshot.roots(snapshot.subject(current)):
            pending.extend(snapshot.closure(root).files)
            pending.extend(one for one in snapshot.sweeps if root in snapshot.roots(snapshot.subject(one)))
    return files


# -- classes


def _rename_module(view: View, subject: RenameSubject, new: str, python: PythonSources | None) -> WorkspaceEdit:
    entry = subject.entry
    assert entry is not None
    if not _NAME.fullmatch(new) or not new.isidentifier() or keyword.iskeyword(new):
        raise RenameError(f"`{new}` cannot be the name of a class")
    _check_free(view, new)
    if python is None:
        raise RenameError("the Python files of the project have not been read yet")
    edits: dict[str, list[Edit]] = {}
    snapshot, old = view.snapshot, subject.name

    sweeps = (path for path in snapshot.sweeps if snapshot.project(path).root == view.project.root)
    for path in (*snapshot.configs(view.project.root), *sweeps):
        file = snapshot.file(path)
        if file is None or old not in file.text:
            continue
        other = View(snapshot, file)

        def named(base: Base, other: View = other) -> Span | None:
            name, span = module_name(base)
            bound = (other.entry(path) for path in other.bound_paths(base)) if name == old else ()
            return span if any(one is not None and one.path == entry.path for one in bound) else None

        for site in sites(snapshot, file, old):
            key = isinstance(site, KeySite) and _is_module_key(other, site, entry)
            edits.setdefault(path, []).extend(_renamed(other, file, site, key, named, new))
        for name, text in _indirect(snapshot, other.model):
            edits.setdefault(name, []).extend(_in_text(other, text, named, new))
    for path, in_python in rename_in_python(entry, new, python, view.catalog).items():
        edits.setdefault(path, []).extend(in_python)
    return workspace_edit(edits)


# -- parameters


def _rename_parameter(view: View, param: Param, new: str, python: PythonSources | None) -> WorkspaceEdit:
    assert param.location is not None
    snapshot, entries = view.snapshot, _with_parameter(view, param)
    if not new.isidentifier() or keyword.iskeyword(new) or new == NO_CALL_KEY:
        raise RenameError(f"`{new}` cannot be the name of a parameter")
    taken = next((entry for entry in entries if entry.signature.get(new) is not None), None)
    if taken is not None:
        raise RenameError(f"`{taken.name}` has a parameter `{new}` already")
    if python is None:
        raise RenameError("the Python files of the project have not been read yet")
    edits: dict[str, list[Edit]] = {}
    wanted = Subject("parameter", (), param)
    for each in occurrences(snapshot, project_roots(snapshot, view.project.root), wanted):
        file = snapshot.file(each.path)
        if file is None or file.text[each.span.start : each.span.end] != param.name:
            where = file.position(each.span.start)[0] + 1 if file is not None else 1
            place = f"{os.path.relpath(each.path, view.project.root)}:{where}"
            raise RenameError(f"{place}: `{param.name}` is not written as it is called; write it plainly first")
        edits.setdefault(each.path, []).append(Edit(*each.span, new))
    for path, more in rename_parameter(entries, param.location, param.name, new, python, view.catalog).items():
        edits.setdefault(path, []).extend(more)
    return workspace_edit(edits)


# -- from Python


def prepare_rename_in_python(
    snapshot: Snapshot, root: str, path: str, offset: int, python: PythonSources
) -> RenameSubject | None:
    """The registered class or function of the project at ``root`` that is named at ``offset`` of a Python file.

    None for all that a Python server renames better. Raises ``RenameError`` where a file that may use the name cannot
    be read.
    """
    text, configs = python.read(path), snapshot.configs(root)
    file = snapshot.file(configs[0]) if configs else None
    if text is None or file is None:
        return None
    word = next((one for one in _WORD.finditer(text) if one.start() <= offset <= one.end()), None)
    if word is None:
        return None
    view = View(snapshot, file)
    for entry in {entry.path: entry for entry in view.catalog.by_name.get(word[0], ())}.values():
        if _is_ours(view, entry):
            named = rename_in_python(entry, entry.name, python, view.catalog).get(path, ())
            if any(edit.start == word.start() for edit in named):
                return RenameSubject("module", entry.name, Span(*word.span()), entry)
    return None


def rename_in_all(
    snapshot: Snapshot, root: str, path: str, offset: int, new: str, python: PythonSources
) -> WorkspaceEdit | None:
    """``rename`` for a place in a Python file; None where ``prepare_rename_in_python`` is."""
    subject = prepare_rename_in_python(snapshot, root, path, offset, python)
    if subject is None:
        return None
    file = snapshot.file(snapshot.configs(root)[0])
    assert file is not None
    return _rename_module(View(snapshot, file), subject, new, python) if new != subject.name else WorkspaceEdit()


def _is_ours(view: View, entry: Entry) -> bool:
    try:
        _check_entry(view, entry)
    except RenameError:
        return False
    return True


def _is_module_key(view: View, site: KeySite, entry: Entry) -> bool:
    if site.path[-1] != entry.name or not is_module_path(site.path, view.catalog, view.project):
        return False
    bound = view.entry(site.path)
    return bound is not None and bound.path == entry.path


# -- one place


def _renamed(view: View, file: File, site: Site, is_key: bool, named: Found, new: str) -> Iterator[Edit]:
    if isinstance(site, TextSite):
        yield from _in_text(view, site, named, new)
    elif is_key:
        block = file.tree.blocks[site.block]
        yield Edit(*site.span, key_text(new, site.part, block, view.grammar))


def _in_text(view: View, site: TextSite, named: Found, new: str) -> Iterator[Edit]:
    for base in bases(site.expression(view.grammar)):
        span = named(base)
        if span is not None:
            yield Edit(*site.span(span.start, span.end), new)


def _indirect(snapshot: Snapshot, model: Model) -> Iterator[tuple[str, TextSite]]:
    """Texts that are references because a variable is used as one, with their files."""
    for section in model.sections.values():
        for argument in section.arguments.values():
            for reference in argument.references:
                origin = reference.origin
                file = snapshot.file(origin.file) if reference.via is not None else None
                scalar = scalar_at(origin.block, origin.start)
                if file is not None and scalar is not None and origin.block in file.tree.index_of:
                    base = file.tree.start_of(origin.block)
                    yield origin.file, TextSite(scalar, reference.prefix, section.path, base)
