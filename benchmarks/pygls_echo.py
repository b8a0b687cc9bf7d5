"""A bare pygls server: completion gives ``N`` items that were made before, and nothing else is served.

What any server on pygls costs at least: ``python benchmarks/pygls_echo.py N``. The items are named and detailed like
those of a real list, so that as many bytes are written.
"""

from __future__ import annotations

import sys

from lsprotocol import types
from pygls.lsp.server import LanguageServer

server = LanguageServer("pygls-echo", "1")
count = int(sys.argv[1]) if len(sys.argv) > 1 else 0
items = [
    types.CompletionItem(f"ReadyItem{number:05}", detail="a ready item", sort_text=f"{number:05}")
    for number in range(count)
]
answer = types.CompletionList(is_incomplete=False, items=items)


@server.feature(types.TEXT_DOCUMENT_COMPLETION)
def completion(params: types.CompletionParams) -> types.CompletionList:
    """The ready items."""
    return answer


if __name__ == "__main__":
    server.start_io()
