"""Where a file names what stands under the cursor."""

from __future__ import annotations

from excore.lang.workspace.host import Snapshot
from excore_server.ide.occurrences import Occurrence
from excore_server.ide.references import references


def document_highlights(snapshot: Snapshot, path: str, offset: int) -> tuple[Occurrence, ...]:
    """The references that stand in the file itself."""
    return tuple(each for each in references(snapshot, path, offset, nearby=True) if each.path == path)
