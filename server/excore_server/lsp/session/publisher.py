"""Diagnostics on their way to the client: pushed when there is a moment, or handed out when asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any

from excore.lang.collector import settle, staying
from excore.lang.source import Disk, Unreadable
from excore.lang.workspace.snapshot import Snapshot
from excore.tooling.diagnostics import SEVERITIES, diagnostics, place, unreadable

if TYPE_CHECKING:
    from excore_server.lsp.session.documents import OpenDocument
    from excore_server.lsp.session.session import Session

_AT_ONCE = 0.02
_LONGEST = 0.3
_PAUSE = 1.0
_REPLACEMENT = "\ufffd"
_NOTHING: dict[str, Any] = {"kind": "full", "items": []}


class Publisher:
    """Knows what the client was last told about each open document.

    A change is answered as soon as no further message waits. Only where that takes long is there a pause first, so that
    it is done once for a burst of keys.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.told: dict[str, tuple[int | None, list[dict[str, Any]]]] = {}
        self.results: dict[str, tuple[str, list[dict[str, Any]]]] = {}
        self.cost = 0.0
        self.due = False
        self.timer: asyncio.TimerHandle | None = None
        self._last_result = 0
        self.rest: asyncio.Task[None] | None = None
        self._advanced = 0.0
        self._steps: tuple[object, Iterator[None]] = None, iter(())

    def changed(self) -> None:
        """Something changed that diagnostics may depend on."""
        if self.session.client.pull_diagnostics:
            return
        self.due = True
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if self.cost > _AT_ONCE:
            delay = min(_LONGEST, 2 * self.cost)
            self.timer = self.session.protocol.loop.call_later(delay, self.flush)

    def idle(self) -> None:
        """Nothing more has arrived from the client."""
        if self.due and self.timer is None:
            self.flush()

    def flush(self) -> None:
        """Tell the client what is new, the document that was changed last first."""
        self.due = False
        self.timer = None
        started = perf_counter()
        for document in sorted(self.session.documents.values(), key=lambda one: -one.touched):
            if document.is_toml:
                if self.advances(document.path):
                    self.due = True
                    self.timer = self.session.protocol.loop.call_later(0, self.flush)
                    return
                self._push(document.path, document.version)
        self.cost = perf_counter() - started
        everything = self.session.settings.diagnostic_mode == "workspace"
        others = [path for path in self._of_workspace() if path not in self.session.documents] if everything else []
        known = {self.session.uri_of(path) for path in (*self.session.documents, *others)}
        for uri in [uri for uri in self.told if uri not in known]:
            self._take_back(uri)
        if self.rest is not None:
            self.rest.cancel()
        self.rest = asyncio.ensure_future(self._push_others(others)) if others else None

    @property
    def is_busy(self) -> bool:
        """Whether somebody waits for diagnostics that take long: what is not asked for has to wait."""
        return perf_counter() - self._advanced < _PAUSE

    def advances(self, path: str) -> bool:
        """Do a little of what takes long until the problems of a file are known; false where there is nothing left."""
        about = self.session.snapshot(), path
        if self._steps[0] != about:
            self._steps = about, about[0].ahead(path)
        with staying():
            advanced = self.session.protocol.guarded(f"diagnostics of {path}", next, self._steps[1], False) is None
        if advanced:
            self._advanced = perf_counter()
        return advanced

    async def _push_others(self, paths: Iterable[str]) -> None:
        """Tell of configs that are not open; other messages come between them."""
        for path in paths:
            await asyncio.sleep(0)
            if path not in self.session.documents:
                self._push(path, None)

    def _push(self, path: str, version: int | None) -> None:
        uri = self.session.uri_of(path)
        version = version if self.session.client.versions else None
        found = self.session.protocol.guarded(f"diagnostics of {path}", self.of, path)
        if not isinstance(found, list) or self.told.get(uri) == (version, found):
            return
        if uri not in self.told and not found and path not in self.session.documents:
            return
        self.told[uri] = (version, found)
        params: dict[str, Any] = {"uri": uri, "diagnostics": found}
        if version is not None:
            params["version"] = version
        self.session.protocol.notify("textDocument/publishDiagnostics", params)

    def _take_back(self, uri: str) -> None:
        told = self.told.pop(uri, None)
        if told is not None and told[1]:
            self.session.protocol.notify("textDocument/publishDiagnostics", {"uri": uri, "diagnostics": []})

    def closed(self, document: OpenDocument) -> None:
        """A document is not open any more: what was said about it is taken back."""
        self.results.pop(document.path, None)
        self._take_back(document.uri)

    def _of_workspace(self) -> Iterator[str]:
        """The configs of the client's folders and those that are open, or these alone where it wants no others."""
        documents = self.session.documents
        if self.session.settings.diagnostic_mode == "openFilesOnly":
            yield from (path for path, document in documents.items() if document.is_toml)
        else:
            for path in self.session.snapshot().configs():
                if path in documents or self.session.is_in_folder(path):
                    yield path

    def of(self, path: str) -> list[dict[str, Any]]:
        """Every diagnostic of a file, as the client wants them."""
        session = self.session
        started = perf_counter()
        snapshot = session.snapshot()
        client = session.client
        if excess := session.excess(path):
            found = [self._unreadable(Unreadable(excess))]
        else:
            found = diagnostics(
                snapshot,
                path,
                client.encoding,
                related=client.related,
                tags=client.tags,
                pages=client.pages,
                uri=session.uri_of,
            )
            found += self._lost_bytes(snapshot, path)
        if not client.data:
            found = [{key: value for key, value in item.items() if key != "data"} for item in found]
        if perf_counter() - started > _AT_ONCE:
            settle()  # much was made that stays: whole files, not edits
        return _with_severity(found, session.settings_of(path).severity)

    def _lost_bytes(self, snapshot: Snapshot, path: str) -> list[dict[str, Any]]:
        """An editor shows replacement characters for what is no UTF-8 on disk: the first place of them."""
        file = snapshot.file(path)
        if file is None or _REPLACEMENT not in file.text or not snapshot.is_judged(path):
            return []
        text = Disk().read(path)
        if not isinstance(text, Unreadable) or text.missing:
            return []
        start = file.text.index(_REPLACEMENT)
        return [{**self._unreadable(text), "range": place(file, start, start + 1, self.session.client.encoding)}]

    def _unreadable(self, why: Unreadable) -> dict[str, Any]:
        item = unreadable(why)
        if not self.session.client.pages:
            item.pop("codeDescription", None)
        return item

    def report(self, path: str, previous: str | None) -> dict[str, Any]:
        """The answer to a pull: a full report, or "unchanged" if ``previous`` names the same one."""
        found = self.of(path)
        known = self.results.get(path)
        if known is None or known[1] != found:
            self._last_result += 1
            known = self.results[path] = (str(self._last_result), found)
        if previous == known[0]:
            return {"kind": "unchanged", "resultId": previous}
        return {"kind": "full", "resultId": known[0], "items": found}

    def workspace(self, previous: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """A report for each config of the client's folders and each that is open, and for the files of ``previous``
        (result ids by path) that are gone or not asked for: nothing is wrong with them any more."""
        session = self.session
        mine = dict.fromkeys(self._of_workspace())
        for path in dict.fromkeys((*mine, *previous)):
            wanted = path in mine or path in session.documents
            report = self.report(path, previous.get(path)) if wanted else _NOTHING
            document = session.documents.get(path)
            version = document.version if document is not None else None
            yield {"uri": session.uri_of(path), "version": version, **report}


def _with_severity(found: list[dict[str, Any]], wanted: Mapping[str, str]) -> list[dict[str, Any]]:
    if not wanted:
        return found
    kept = []
    for item in found:
        severity = wanted.get(item["code"])
        if severity == "off":
            continue
        kept.append(item if severity is None else {**item, "severity": SEVERITIES[severity]})
    return kept
