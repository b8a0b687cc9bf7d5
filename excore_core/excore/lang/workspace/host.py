"""All that is known of open folders: edits go into a ``Host``, questions to an immutable ``Snapshot`` of it.

A host belongs to one thread. What an edit does not touch is kept: files, tables, sections and lints are shared from
snapshot to snapshot, so a keystroke costs the item it changes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from excore.lang.catalog import Catalog
from excore.lang.file import File
from excore.lang.grammar import Grammar
from excore.lang.memo import Memo
from excore.lang.overrides import Overrides
from excore.lang.project.foreign import COPY_SUFFIX, is_toml
from excore.lang.project.model import Project
from excore.lang.project.reading import find_project
from excore.lang.project.sources import beginning_of, is_project
from excore.lang.source import Disk, Source, Unreadable, place_below
from excore.lang.workspace.config_files import find_toml, is_found
from excore.lang.workspace.practice import Learned
from excore.lang.workspace.snapshot import Snapshot

__all__ = ["File", "Host", "Snapshot"]

_NOTHING = Catalog()


class Host:
    """The changing side: open buffers, files on disk, catalogs. Owned by one thread."""

    def __init__(
        self, source: Source | None = None, environment: Mapping[str, str] | None = None, one_pass: bool = False
    ) -> None:
        self.source: Source = source or Disk()
        self.environment = environment
        self.one_pass = one_pass  # nothing will change: each config is asked about once, after those with its bases
        self.open_files: dict[str, File] = {}
        self.disk_files: dict[str, File | Unreadable] = {}
        self.toml_files: dict[str, None] = {}
        self.folders: dict[str, None] = {}
        self.projects: dict[str, Project] = {}
        self.beginnings: dict[str, str] = {}  # of folders without a project file
        self.completed: dict[str, tuple[Project, Catalog, Project]] = {}
        self.catalogs: dict[str, Catalog] = {}
        self.memos: dict[str, Memo] = {}  # by root config
        self.overrides: dict[str, Overrides] = {}  # by root config
        self.shown: dict[str, str] = {}  # by which name a file showed last that it is a config
        self.named: set[str] = set()  # files that somebody calls configs
        self.learned: dict[str, Learned] = {}  # by project
        self.unlearned: set[str] = set()  # files that changed since they were learned from
        self._snapshot: Snapshot | None = None

    def snapshot(self) -> Snapshot:
        """The state now; the same object as long as nothing changes."""
        if self._snapshot is None:
            self._snapshot = Snapshot(self)
        return self._snapshot

    def override(self, path: str, texts: Iterable[str]) -> None:
        """The config whose root is this file is meant with these arguments of a command line from now on."""
        self.overrides[path] = Overrides(texts, self.grammar_of(path).prefix_chars)
        self._snapshot = None

    def name(self, path: str) -> None:
        """Somebody calls this file a config: a value under a field is then one that is wrong there."""
        self.named.add(path)
        self._snapshot = None

    def open(self, path: str, text: str) -> None:
        """An editor holds this text for the file from now on."""
        self.open_files[path] = File(path, text, self.grammar_of(path).prefix_chars)
        self._changed(path)

    def edit(self, path: str, start: int, end: int, new: str) -> None:
        """Replace a range (absolute offsets) of an open file."""
        self.open_files[path] = self.open_files[path].edit(start, end, new)
        self._changed(path)

    def _changed(self, path: str) -> None:
        self.unlearned.add(path)
        self._snapshot = None

    def replace(self, path: str, text: str) -> None:
        """Replace the whole text of an open file, keeping what is equal at both ends."""
        old = self.open_files[path].text
        start = _common_prefix(old, text)
        tail = _common_prefix(old[start:][::-1], text[start:][::-1])
        self.edit(path, start, len(old) - tail, text[start : len(text) - tail])

    def close(self, path: str) -> None:
        """The editor lets go of the file; the disk counts again."""
        self.open_files.pop(path, None)
        self.disk_files.pop(path, None)
        self._changed(path)

    def file_changed(self, path: str) -> None:
        """A file was created, changed or deleted on disk; a project file changes its whole project."""
        self.disk_files.pop(path, None)
        if is_toml(path):
            for one in (path, path[:-5] + COPY_SUFFIX):  # a copy is none without what it copies
                is_here = any(is_found(one, folder, self.source) for folder in self.folders)
                if not is_here:
                    self.toml_files.pop(one, None)
                elif one not in self.toml_files:
                    self.toml_files[one] = None
                    self._sort_files()
        if os.path.basename(path) in (".excore.toml", "pyproject.toml"):
            self.forget_projects()
        self._changed(path)

    def forget_projects(self) -> None:
        """Look again for what projects there are."""
        self.projects.clear()
        self.beginnings.clear()
        self.completed.clear()
        self.learned.clear()

    def _sort_files(self) -> None:
        """Put the files in the order in which one who starts now finds them: some answers take the first."""
        folders = list(self.folders)

        def place(path: str) -> tuple[object, ...]:
            number = next(n for n, folder in enumerate(folders) if path.startswith(folder + os.sep))
            return number, place_below(path, folders[number])

        self.toml_files = dict.fromkeys(sorted(self.toml_files, key=place))

    def add_folder(self, folder: str) -> None:
        """Take up a workspace folder: its config files become known."""
        self.folders[folder] = None
        self.toml_files.update(dict.fromkeys(find_toml(folder)))
        self.learned.clear()
        self._snapshot = None

    def remove_folder(self, folder: str) -> None:
        """Forget a workspace folder and what only it made known."""
        self.folders.pop(folder, None)
        paths = [path for path in self.toml_files if any(path.startswith(f + os.sep) for f in self.folders)]
        self.toml_files = dict.fromkeys(paths)
        self.learned.clear()
        self._snapshot = None

    def set_catalog(self, root: str, catalog: Catalog) -> None:
        """What is registered in the project at ``root``; open files are read again if its prefixes changed."""
        before = self.catalogs.get(root, _NOTHING)
        self.catalogs[root] = catalog
        prefixes = catalog.grammar.prefix_chars
        if prefixes != before.grammar.prefix_chars:
            self.disk_files.clear()
            for path, file in list(self.open_files.items()):
                if self.project_of(path).root == root:
                    self.open_files[path] = File(path, file.text, prefixes)
        self._snapshot = None

    def project_of(self, path: str) -> Project:
        """The project of a file as its project file says."""
        folder = os.path.dirname(path)
        project = self.projects.get(folder)
        if project is None:
            project = find_project(folder, self.source)
            if project.file is None:
                opened = self._folder_of(path)
                is_opened = opened is not None and is_project(opened, project.root)
                project = Project(self._beginning(opened if opened and is_opened else project.root))
            project = next((p for p in self.projects.values() if p.root == project.root), project)
            self.projects[folder] = project
        return project

    def _beginning(self, folder: str) -> str:
        if folder not in self.beginnings:
            self.beginnings[folder] = beginning_of(folder)
        return self.beginnings[folder]

    def _folder_of(self, path: str) -> str | None:
        owners = [folder for folder in self.folders if path.startswith(folder + os.sep)]
        return max(owners, key=len, default=None)

    def grammar_of(self, path: str) -> Grammar:
        """The grammar of a file's project."""
        return self.catalogs.get(self.project_of(path).root, _NOTHING).grammar

    def file(self, path: str) -> File | Unreadable:
        """The file as the editor or else the disk has it."""
        opened = self.open_files.get(path)
        if opened is not None:
            return opened
        file = self.disk_files.get(path)
        if file is None:
            text = self.source.read(path)
            file = File(path, text, self.grammar_of(path).prefix_chars) if isinstance(text, str) else text
            self.disk_files[path] = file
        return file


def _common_prefix(one: str, other: str) -> int:
    """By halves, since whole slices are compared a thousand times faster than characters."""
    if one == other:
        return len(one)
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
