"""A bare pygls server: completion gives items that were made before, and nothing is ever wrong.

What any server on pygls costs at least: ``python benchmarks/pygls_echo.py PROJECT CONFIG``. It knows the right answers
from the manifest that `gen_project.py` writes, by their places, so that as many items are written as ours must be.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from lsprotocol import types
from pygls.lsp.server import LanguageServer

server = LanguageServer("pygls-echo", "1")
manifest = json.loads(Path(sys.argv[1], "manifest.json").read_text("utf-8"))
answers = {
    (probe["line"], probe["char"]): types.CompletionList(
        is_incomplete=False,
        items=[
            types.CompletionItem(name, detail="a ready item", sort_text=f"{number:05}")
            for number, name in enumerate(probe["universe"])
        ],
    )
    for probe in manifest["configs"][sys.argv[2]]["probes"]
    if probe["kind"] == "completion"
}


@server.feature(types.TEXT_DOCUMENT_COMPLETION)
def completion(params: types.CompletionParams) -> types.CompletionList | None:
    """The ready items of a place, or of the place before one more letter."""
    line, character = params.position.line, params.position.character
    return answers.get((line, character)) or answers.get((line, character - 1))


@server.feature(types.TEXT_DOCUMENT_DID_OPEN)
def did_open(params: types.DidOpenTextDocumentParams) -> None:
    """Nothing is wrong."""
    server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(params.text_document.uri, []))


if __name__ == "__main__":
    server.start_io()
