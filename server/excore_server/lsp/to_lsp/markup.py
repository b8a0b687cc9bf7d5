"""LSP ``MarkupContent``."""

from __future__ import annotations

import os
import re

from excore.tooling.diagnostics import Json
from excore.tooling.uris import to_uri

_PLACE = re.compile(r"(?<!`)`(?P<file>[^`\n]+):(?P<line>\d+)`(?!`)")


def markup(text: str, markdown: bool) -> Json:
    """An LSP ``MarkupContent``."""
    return {"kind": "markdown" if markdown else "plaintext", "value": text}


def linked(markdown: str, root: str) -> str:
    """Text whose places (``file:line``, seen from ``root``) lead there, for clients that open links to files."""

    def link(place: re.Match[str]) -> str:
        path = os.path.join(root, place["file"])
        return f"[{place[0]}]({to_uri(path)}#L{place['line']})" if os.path.isfile(path) else place[0]

    return _PLACE.sub(link, markdown)
