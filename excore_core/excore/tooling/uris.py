"""Uris of files: the form in which editors and reports name what everything else here calls by absolute path."""

from __future__ import annotations

import os
import re
from urllib.parse import quote_from_bytes, unquote_to_bytes

_SAFE = "/~!$&'()*+,;=@"
_DRIVE = re.compile(r"/?([A-Za-z])[:|](?=/|$)")


def to_uri(path: str) -> str:
    """The ``file:`` uri of an absolute path; names that are not UTF-8 keep their bytes."""
    name = path.replace(os.sep, "/") if os.sep != "/" else path
    authority = ""
    if name.startswith("//") and not name.startswith("///"):
        authority, _, name = name[2:].partition("/")
    drive = _DRIVE.match(name)
    head = ""
    if drive:
        head, name = f"/{drive[1].lower()}%3A", name[drive.end() :]
    elif not name.startswith("/"):
        head = "/"
    return f"file://{authority}{head}{quote_from_bytes(os.fsencode(name), _SAFE)}"


def to_path(uri: str) -> str | None:
    """The absolute path that a ``file:`` uri names, as the operating system spells it; None for any other scheme."""
    scheme, colon, rest = uri.partition(":")
    if not colon or scheme.lower() != "file":
        return None
    rest = re.split(r"[?#]", rest, maxsplit=1)[0]
    authority = ""
    if rest.startswith("//"):
        authority, slash, rest = rest[2:].partition("/")
        rest = slash + rest
    path = os.fsdecode(unquote_to_bytes(rest))
    drive = _DRIVE.match(path)
    if drive:
        path = f"{drive[1].lower()}:{path[drive.end() :] or '/'}"
    if authority and authority.lower() != "localhost":
        path = f"//{authority}{path}"
    return os.path.normpath(path) if path else None
