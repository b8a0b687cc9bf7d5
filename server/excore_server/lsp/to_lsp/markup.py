"""LSP ``MarkupContent``."""

from __future__ import annotations

import os
import re

from excore.tooling.diagnostics import Json
from excore.tooling.uris import to_uri

_FENCE = re.compile(r"```+|~~~+")
_HEADING = re.compile(r"^\*\*(.+)\*\*$")
_SPAN = re.compile(r"(?<![`\\])(?P<mark>`+)(?!`) ?(?P<code>.+?) ?(?<!`)(?P=mark)(?!`)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_PLACE = re.compile(r"(?<!`)`(?P<file>[^`\n]+):(?P<line>\d+)`(?!`)")


def markup(text: str, markdown: bool) -> Json:
    """An LSP ``MarkupContent`` of a text in Markdown, without its signs for clients that show none."""
    return {"kind": "markdown", "value": text} if markdown else {"kind": "plaintext", "value": plain(text)}


def plain(markdown: str) -> str:
    """What Markdown says, in words alone: no fences, no marks of headings and of code. Code itself stays as it is."""
    lines: list[str] = []
    fence = ""
    for line in markdown.split("\n"):
        mark = _FENCE.match(line)
        if mark is not None and fence in ("", mark[0]):
            fence = "" if fence else mark[0]
        elif fence:
            lines.append(line)
        else:
            words, *parts = _SPAN.split(_HEADING.sub(r"\1", line.rstrip()))
            text = _words(words)
            for code, words in zip(parts[1::3], parts[2::3], strict=True):
                text += code + _words(words)
            lines.append(text)
    return "\n".join(lines)


def _words(text: str) -> str:
    """Words as they are written: without the backslashes that keep Markdown off them."""
    return _ESCAPED.sub(r"\1", text)


def linked(markdown: str, root: str) -> str:
    """Text whose places (``file:line``, seen from ``root``) lead there, for clients that open links to files."""

    def link(place: re.Match[str]) -> str:
        path = os.path.join(root, place["file"])
        return f"[{place[0]}]({to_uri(path)}#L{place['line']})" if os.path.isfile(path) else place[0]

    return _PLACE.sub(link, markdown)
