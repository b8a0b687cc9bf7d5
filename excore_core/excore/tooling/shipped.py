"""Where the project lives, and what comes with the package beside its modules: documentation, an example, clients."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from excore.tooling.uris import to_uri

HOME = ""
"""The project's public address, ``https://host/owner/name``. Empty while it has none: then nothing links there, and
nothing says that an index has the package. Every other file that names the place is compared with this by a test."""

_PACKAGE = Path(__file__).resolve().parents[1]
_LINK = re.compile(r"\[([^\]]+)\]\(([^)#\s]*)(#[^)\s]*)?\)")


def shipped(name: str) -> Path | None:
    """A file or folder of the repository, as ``docs/index.md``: where a wheel installed it, else in the checkout."""
    checkout = [_PACKAGE.parents[1]] if _PACKAGE.parent.name == "excore_core" else []
    places = (top / name for top in (_PACKAGE / "_shipped", *checkout))
    return next((place for place in places if place.exists()), None)


@cache
def page_uri(code: str) -> str | None:
    """The uri of the installed page about a problem; None where somebody took the documentation out."""
    page = shipped(f"docs/problems/{code}.md")
    return to_uri(str(page)) if page else None


def page_text(code: str, links: bool = True) -> str:
    """The page about a problem as Markdown, or nothing. Its ``links`` lead to installed pages; without them their texts
    stay, for readers on other machines."""
    page = shipped(f"docs/problems/{code}.md")
    if page is None:
        return ""

    def written(found: re.Match[str]) -> str:
        text, target, anchor = found.groups(default="")
        return f"[{text}]({to_uri(str((page.parent / target).resolve()))}{anchor})" if links else text

    return _LINK.sub(written, page.read_text("utf-8"))
