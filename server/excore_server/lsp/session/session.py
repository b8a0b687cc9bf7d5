"""One client's session: its documents and folders, the host they are kept in, and who hears of a change."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol

from excore.lang.catalog import Catalog
from excore.lang.project.foreign import is_toml
from excore.lang.project.reading import PROJECT_FILE, PYPROJECT, is_vast
from excore.lang.text import Span
from excore.lang.workspace.host import File, Host, Snapshot
from excore.tooling.uris import to_path, to_uri
from excore_server.lsp.session.client_features import ClientFeatures
from excore_server.lsp.session.documents import OpenDocument
from excore_server.lsp.session.externals import Externals
from excore_server.lsp.session.project_indexes import ProjectIndexes, is_within
from excore_server.lsp.session.publisher import Publisher
from excore_server.lsp.session.server_capabilities import REFRESHED
from excore_server.lsp.session.settings import Settings, read_settings
from excore_server.lsp.session.virtual_documents import VirtualDocuments
from excore_server.lsp.session.watcher import Watcher
from excore_server.lsp.transport.protocol import ErrorCode, ExcoreProtocol, Refused

if TYPE_CHECKING:
    from lsprotocol import types

    from excore_server.ide.view import Python
    from excore_server.lsp.session.document_cache import DocumentCache

_TYPING_PAUSE = 0.3
_PIECE_PAUSE = 0.01


class PositionParams(Protocol):
    """The parameters of any request about a position."""

    @property
    def text_document(self) -> types.TextDocumentIdentifier: ...
    @property
    def position(self) -> types.Position: ...


class FilePosition(NamedTuple):
    """A position in a file of one snapshot, as features ask for it."""

    snapshot: Snapshot
    path: str
    file: File
    offset: int


class Session:
    """Everything here runs on the loop's thread."""

    def __init__(self, protocol: ExcoreProtocol) -> None:
        self.protocol = protocol
        self.client = ClientFeatures()
        self.client_name = ""
        self.settings = Settings()
        self.folder_settings: dict[str, Settings] = {}
        self.initial_settings: object = None
        self.host = Host(environment=os.environ)
        self.folders: list[str] = []
        self.documents: dict[str, OpenDocument] = {}  # by path
        self.indexing = ProjectIndexes(
            protocol,
            self._indexed,
            lambda root: self.settings_of(root).interpreter,
            lambda: self.open_python,
            lambda: self.publisher.is_busy,
        )
        self.externals = Externals(protocol, self.refresh)
        self.publisher = Publisher(self)
        self.watcher = Watcher(lambda paths: protocol.post(self.files_changed, paths))
        self.initialized = False
        self.virtual_documents = VirtualDocuments(protocol)
        self._touched = 0
        self._typed: set[str] = set()  # Python files that were edited and not read since
        self._typing: asyncio.TimerHandle | None = None
        self._learning: asyncio.TimerHandle | None = None

    # Names of things

    def path_of(self, uri: str) -> str | None:
        """The path under which the host knows a document; None for documents that are none of its business.

        A document that was never saved has a name beside the files of the first folder, so that its bases and its
        project are found as if it were saved there.
        """
        path = to_path(uri)
        if path is None and uri.startswith("untitled:"):
            folder = self.folders[0] if self.folders else os.getcwd()
            path = os.path.join(folder, uri.replace("/", "_").replace("\\", "_"))
        return path

    def uri_of(self, path: str) -> str:
        """The uri of a file, as the client spells it where it has it open."""
        document = self.documents.get(path)
        return document.uri if document is not None else to_uri(path)

    def snapshot(self) -> Snapshot:
        """The state now."""
        return self.host.snapshot()

    def file(self, uri: str) -> tuple[Snapshot, str, File]:
        """A config file in the snapshot of now. Raises ``NotServed``."""
        path = self.path_of(uri)
        if path is None or not self.is_toml(path) or self.excess(path):
            raise NotServed
        snapshot = self.snapshot()
        file = snapshot.file(path) if snapshot.is_config(path) else None
        if file is None:
            raise NotServed
        return snapshot, path, file

    def cache(self, path: str) -> DocumentCache:
        """What is remembered of answers about a whole file; nothing from request to request where it is not open."""
        from excore_server.lsp.session.document_cache import DocumentCache  # not needed for the first answer

        document = self.documents.get(path)
        if document is None:
            return DocumentCache()
        if document.cache is None:
            document.cache = DocumentCache()
        return document.cache

    def is_toml(self, path: str) -> bool:
        """Whether a document is TOML: the client says so where it has it open, else its name does."""
        document = self.documents.get(path)
        return is_toml(path) if document is None else document.is_toml

    def excess(self, path: str) -> str:
        """Why what the client has open is more than is read; "" if it is not."""
        return self.documents[path].excess if path in self.documents else ""

    def python_path(self, uri: str) -> str | None:
        """The path of a document that is no TOML but Python; None for any other."""
        path = self.path_of(uri)
        return None if path is None or self.is_toml(path) else path

    def python(self, path: str) -> Python:
        """Who knows the packages of a file's project."""
        project = self.host.project_of(path)
        return self.externals.of(project, self.settings_of(project.root).interpreter)

    def python_text(self, path: str) -> str | None:
        """The text of a Python file as the editor or else the disk has it."""
        document = self.documents.get(path)
        has_text = document is not None and not document.is_toml and not document.excess
        text = document.text if document is not None and has_text else self.host.source.read(path)
        return text if isinstance(text, str) else None

    def python_modules(self, path: str) -> dict[str, str]:
        """Import paths of the Python files of a config's project, by file."""
        index = self.indexing.projects.get(self.host.project_of(path).root)
        indexer = index.indexer if index is not None else None
        if indexer is None:
            return {}
        return {name: module for name in indexer.files if (module := indexer.module(name)) is not None}

    def at(self, params: PositionParams) -> FilePosition:
        """The position a request asks about. Raises ``NotServed``."""
        snapshot, path, file = self.file(params.text_document.uri)
        position = params.position
        return FilePosition(snapshot, path, file, file.offset(position.line, position.character, self.client.encoding))

    def span(self, file: File, where: types.Range) -> Span:
        """A range of a file in offsets."""
        encoding = self.client.encoding
        start = file.offset(where.start.line, where.start.character, encoding)
        return Span(start, max(start, file.offset(where.end.line, where.end.character, encoding)))

    # Folders and projects

    def add_folder(self, uri: str) -> None:
        """Take up a workspace folder."""
        path = to_path(uri)
        if path is not None and path not in self.folders and os.path.isdir(path):
            self.folders.append(path)
            self.host.add_folder(path)
            if self.initialized:
                self._take_up(path)

    def remove_folder(self, uri: str) -> None:
        """Forget a workspace folder, and the projects that only it held."""
        path = to_path(uri)
        if path in self.folders:
            self.folders.remove(path)
            self.host.remove_folder(path)
            roots = {self.host.project_of(os.path.join(folder, PROJECT_FILE)).root for folder in self.folders}
            roots |= {self.host.project_of(name).root for name in self.documents}
            for root in [root for root in self.indexing.projects if root not in roots]:
                self.indexing.forget(root)
                self.host.remove_folder(root)
            for root in self.indexing.projects:
                self._reach(root)
            self.watch()
            self.changed()

    def start(self) -> None:
        """The client is ready: read the projects of its folders and of what it has open."""
        self.initialized = True
        self.indexing.progress = self.client.progress
        for folder in self.folders:
            self._take_up(folder)
        for path in self.documents:
            self._take_up_project(path)
        self.watch()

    def _take_up(self, folder: str) -> None:
        self._take_up_project(os.path.join(folder, PROJECT_FILE))
        self.watch()
        self.changed()

    def _take_up_project(self, path: str) -> None:
        project = self.host.project_of(path)
        if project.root != os.path.dirname(project.root):  # a stray file at the top of the disk is no project
            self.indexing.ensure(project)
            self._reach(project.root)

    def _reach(self, root: str) -> None:
        """Know the configs of a project that the folders do not hold, or hold a part of: a rename changes all."""
        if root not in self.host.folders and not self.is_in_folder(root) and not is_vast(root):
            self.host.add_folder(root)

    def is_in_folder(self, path: str) -> bool:
        """Whether a path is in one of the client's folders, or is one."""
        return any(path == folder or is_within(path, folder) for folder in self.folders)

    def watch(self) -> None:
        """Have files looked after where the client cannot do it, or does not: outside of its folders. Dumps are in
        none of them."""
        if self.initialized:
            roots = dict.fromkeys((*self.folders, *self.indexing.projects))
            if self.client.watching:
                roots = dict.fromkeys(root for root in roots if not self.is_in_folder(root))
            folders = tuple(one for one in roots if not any(is_within(one, other) for other in roots))
            dumps = dict.fromkeys(index.dump_path for index in self.indexing.projects.values() if index.dump_path)
            self.watcher.watch(folders, tuple(dumps))

    def is_ready(self, path: str) -> bool:
        """Whether the project of a file was read, or will not be."""
        return self.indexing.is_ready(self.host.project_of(path).root)

    async def when_ready(self, path: str) -> None:
        """Wait until the project of a file was read, but not long."""
        await self.indexing.when_ready(self.host.project_of(path).root)

    def _indexed(self, root: str, catalog: Catalog | None) -> None:
        if catalog is not None:
            self.host.set_catalog(root, catalog)
        self.watch()
        self.changed()
        if catalog is not None:
            self.refresh()

    def reindex(self) -> int:
        """Read every project again, the project files too; how many there are."""
        for index in list(self.indexing.projects.values()):
            for name in (PROJECT_FILE, PYPROJECT):
                self.host.file_changed(os.path.join(index.project.root, name))
            self.indexing.rebuild(self.host.project_of(os.path.join(index.project.root, PROJECT_FILE)))
        return len(self.indexing.projects)

    # Documents

    def open(self, item: types.TextDocumentItem) -> None:
        """The client has a document open from now on."""
        path = self.path_of(item.uri)
        if path is None:
            return
        if item.language_id == "python" or path.endswith((".py", ".pyi")):
            document = self.documents[path] = OpenDocument(item.uri, path, item.version, False)
            document.take(item.text, self.host)
            self.indexing.change({path: self.open_python.get(path)})
            return
        if item.language_id not in ("toml", "excore") and not is_toml(path):
            return
        document = self.documents[path] = OpenDocument(item.uri, path, item.version, True)
        document.take(item.text, self.host)
        self._touch(path)
        if self.initialized:
            self._take_up_project(path)
            self.watch()

    def edit(self, uri: str, version: int, changes: Iterable[types.TextDocumentContentChangeEvent]) -> None:
        """Apply changes to an open document, one after the other."""
        path = self.path_of(uri)
        document = self.documents.get(path or "")
        if path is None or document is None:
            raise Refused(ErrorCode.InvalidParams, f"{uri} is not open")
        document.version = version
        for change in changes:
            document.change(change, self.host, self.client.encoding)
        if document.is_toml:
            self._touch(path)
        else:
            self._python_typed(path)

    def close(self, uri: str) -> None:
        """The client lets go of a document."""
        document = self.documents.pop(self.path_of(uri) or "", None)
        if document is None:
            return
        if document.is_toml:
            self.host.close(document.path)
            self.publisher.closed(document)
            self.changed()
        else:
            self.indexing.change({document.path: None})

    def _touch(self, path: str) -> None:
        self._touched += 1
        self.documents[path].touched = self._touched
        self.changed()

    def _python_typed(self, path: str) -> None:
        self._typed.add(path)
        if self._typing is not None:
            self._typing.cancel()
        self._typing = self.protocol.loop.call_later(_TYPING_PAUSE, self._python_paused)

    def _python_paused(self) -> None:
        typed, self._typed = self._typed, set()
        self.indexing.change({path: self.open_python.get(path) for path in typed if path in self.documents})

    @property
    def open_python(self) -> dict[str, str]:
        """The texts of the Python files that the client has open, which hide what is on disk."""
        documents = self.documents.items()
        return {path: one.text for path, one in documents if not one.is_toml and not one.excess}

    # Changes

    def files_changed(self, paths: Iterable[str]) -> None:
        """Files were created, written or deleted on disk, by whomever."""
        paths = [path for path in paths if not self.indexing.dump_changed(path)]
        if not paths:
            return
        python: dict[str, str | None] = {}
        opened = self.open_python
        before = {path: self.host.project_of(path) for path in self.documents}
        for path in paths:
            if path.endswith(".py"):
                python[path] = opened.get(path)
                if not any(is_within(path, root) for root in self.indexing.projects):
                    self.host.forget_projects()  # one may begin above what was taken for it
            elif is_toml(path):
                self.host.file_changed(path)
                if os.path.basename(path) in (PROJECT_FILE, PYPROJECT):
                    self._project_changed(os.path.dirname(path))
            elif not os.path.splitext(path)[1]:  # a folder that was moved or deleted
                self._folder_changed(path)
        if python:
            self.indexing.change(python)
        for path, project in before.items():
            if self.host.project_of(path).root != project.root:
                self._take_up_project(path)
        self.changed()
        self.refresh()

    def _project_changed(self, folder: str) -> None:
        project = self.host.project_of(os.path.join(folder, PROJECT_FILE))
        index = self.indexing.projects.get(project.root)
        if index is not None and index.project != project:
            self.indexing.rebuild(project)

    def _folder_changed(self, folder: str) -> None:
        for path in [path for path in self.host.toml_files if is_within(path, folder)]:
            self.host.file_changed(path)
        for index in list(self.indexing.projects.values()):
            if is_within(folder, index.project.root):
                self.indexing.rebuild(index.project)

    def settings_of(self, path: str) -> Settings:
        """The settings of the innermost folder that a path is in or is; those of the client if none has its own."""
        folders = [folder for folder in self.folder_settings if path == folder or is_within(path, folder)]
        return self.folder_settings[max(folders, key=len)] if folders else self.settings

    def configure(self, value: object, of_folders: Mapping[str, object] | None = None) -> None:
        """Settings arrived, and those that hold in a folder; where the client has none of ours, those it began with
        count."""
        self.settings = self._read_settings(value)
        self.folder_settings = {folder: self._read_settings(its) for folder, its in (of_folders or {}).items()}
        if self.settings.trace is not None:
            self.protocol.tracing = self.settings.trace
        if self.indexing.interpreters_changed():
            self.externals.forget()
        self.changed()
        self.refresh()

    def _read_settings(self, value: object) -> Settings:
        inner = value.get("excore", value) if isinstance(value, Mapping) else None
        settings, wrong = read_settings(inner or self.initial_settings)
        for message in wrong:
            self.protocol.notify("window/logMessage", {"type": 2, "message": f"excore-server: {message}"})
        return settings

    def changed(self) -> None:
        """Diagnostics may be different now, and virtual documents."""
        self.publisher.changed()
        self.virtual_documents.changed()
        self.protocol.loop.call_soon(self._settled)
        if self._learning is not None:
            self._learning.cancel()
        self._learning = self.protocol.loop.call_later(_TYPING_PAUSE, self._learn)

    def _settled(self) -> None:
        if not self.protocol.inbox:
            self.protocol.guarded("diagnostics", self.publisher.idle)

    def _learn(self) -> None:
        """Read on what the configs write, a piece at a time: completions need not wait for all of it."""
        self._learning = None
        if self.publisher.is_busy:
            self._learning = self.protocol.loop.call_later(_TYPING_PAUSE, self._learn)
            return
        for root, index in self.indexing.projects.items():
            path = os.path.join(root, PROJECT_FILE)
            if index.state == "ready" and not self.snapshot().has_learned(path):
                self.protocol.guarded("what configs write", self.snapshot().practice, path, True)
                pause = _PIECE_PAUSE if not self.protocol.inbox else _TYPING_PAUSE
                self._learning = self.protocol.loop.call_later(pause, self._learn)
                return

    def refresh(self) -> None:
        """Have the client ask again for what it has on screen, where it can be told to."""
        if not self.initialized:
            return
        wanted = [name for name in REFRESHED if name in self.client.refresh]
        if self.client.pull_diagnostics:
            wanted.append("diagnostic")
        for name in wanted:
            self.protocol.ask(f"workspace/{name}/refresh")


class NotServed(Exception):
    """The document is no config: the answer is null."""
