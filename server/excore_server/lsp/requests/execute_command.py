"""What ``workspace/executeCommand`` can be asked to do."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from excore import __version__
from excore.tooling.registry_dump import dump_file
from excore_server.lsp.requests import text_document_content as content
from excore_server.lsp.session.project_indexes import ProjectIndex
from excore_server.lsp.session.session import Session
from excore_server.lsp.transport.protocol import ErrorCode, Refused

if TYPE_CHECKING:
    from lsprotocol import types


def reindex(session: Session, arguments: Sequence[Any]) -> int:
    """Read every project's Python again; how many projects there are."""
    return session.reindex()


def debug_information(session: Session, arguments: Sequence[Any]) -> str:
    """Plain text that says what the server knows: to be put into a report."""
    return "\n".join(_facts(session)) + "\n"


def _facts(session: Session) -> list[str]:
    protocol, snapshot = session.protocol, session.snapshot()
    python = ".".join(map(str, sys.version_info[:3]))
    lines = [
        f"excore-server {__version__}, Python {python} ({sys.executable})",
        f"client: {session.client_name or 'unknown'}, positions in {session.client.encoding}, "
        f"diagnostics {'pulled' if session.client.pull_diagnostics else 'pushed'}, "
        f"files watched by the {'client' if session.client.watching else 'server'}",
        f"folders: {', '.join(session.folders) or 'none'}",
        f"open documents: {len(session.documents)}, configs known: {len(snapshot.configs())}",
    ]
    for root, index in session.indexing.projects.items():
        lines += ["", f"project {root}", f"  project file: {index.project.file or 'none'}"]
        lines.append(f"  index: {index.state}, made {index.updates} times, last in {index.seconds * 1e3:.0f} ms")
        cache = index.indexer.cache_dir if index.indexer is not None else None
        lines.append(f"  cache: {_sizes(cache)}" if cache else "  cache: none")
        packages = index.indexer.search_paths if index.indexer is not None else ()
        lines.append(f"  packages: {', '.join(packages) or 'none'}")
        lines.append(f"  dump: {_dump(index)}")
        if index.catalog is not None:
            lines.append(f"  fields: {', '.join(index.project.completed(index.catalog).primary_fields) or 'none'}")
            for name, entries in index.catalog.entries.items():
                info = index.catalog.registries.get(name)
                more = f", open: {info.reason}" if info is not None and info.open else ""
                lines.append(f"  registry {name}: {len(entries)} entries{more}")
    if protocol.timings:
        lines += ["", "answers (count, median ms, longest ms):"]
        for method, timing in sorted(protocol.timings.items()):
            lines.append(f"  {method}: {timing.count}, {timing.median * 1e3:.2f}, {timing.longest * 1e3:.2f}")
    lines += ["", "failures:" if protocol.failures else "failures: none"]
    lines += [f"  {one.what}: {one.error} ({one.count} times)" for one in protocol.failures.values()]
    return lines


def _sizes(folder: str) -> str:
    """A folder, with the number and the size of the files in it."""
    try:
        sizes = [entry.stat().st_size for entry in os.scandir(folder) if entry.is_file()]
    except OSError as error:
        return f"{folder}, {error.strerror or error}"
    return f"{folder}, {len(sizes)} files, {sum(sizes) / 1024:.0f} kB"


def _dump(index: ProjectIndex) -> str:
    path = dump_file(index.project)
    if index.dump:
        return f"{path} is not used: {index.dump}"
    return f"{path} is used" if path.exists() else "none"


COMMANDS: dict[str, Callable[[Session, Sequence[Any]], Any]] = {
    "excore.reindex": reindex,
    "excore.debugInformation": debug_information,
    "excore.showComposed": content.show_composed,
    "excore.showPython": content.show_python,
    "excore.showGraph": content.show_graph,
}


def execute_command(session: Session, params: types.ExecuteCommandParams) -> Any:
    """The result of a command. Raises ``Refused`` for one that does not exist."""
    command = COMMANDS.get(params.command)
    if command is None:
        raise Refused(ErrorCode.InvalidParams, f"there is no command {params.command}")
    result = session.protocol.guarded(params.command, command, session, params.arguments or ())
    if isinstance(result, Refused):
        raise result
    return result
