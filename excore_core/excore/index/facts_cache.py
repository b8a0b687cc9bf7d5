"""Facts on disk: one file per project, so that an unchanged project is not parsed again.

Line 1 says version and checksum, line 2 what linking needs of every file, each further line the details of one
definition, unpacked when somebody asks for them; those that nobody has asked for yet are in the source alone. Written
whole to a temporary file and moved into place, so that readers and other writers see either state; whatever is wrong
with the file, it counts as absent.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import zlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from excore.index.facts import LIGHT, FileFacts, Outline
from excore.index.python_files import digest
from excore.index.skeleton import Late
from excore.lang.source import OWN_LIMIT, read_bytes
from excore.storage.atomic_write import write_text
from excore.storage.cache import user_base

_SCANNER = (
    "conditions.py",
    "definition_facts.py",
    "error_recovery.py",
    "facts.py",
    "facts_cache.py",
    "kwargs_flow.py",
    "registered_flags.py",
    "scan.py",
    "skeleton.py",
    "source_text.py",
    "syntax_errors.py",
)
_COARSE = 2_000_000_000
_FINE = 50_000_000
_ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False)


class Cached(NamedTuple):
    """State of one file when it was read: ``seen_ns`` is the time of reading, ``digest`` that of its bytes. ``late`` is
    what reads on in it."""

    size: int
    mtime_ns: int
    seen_ns: int
    digest: str
    content: FileFacts | Outline
    late: Late | None = None

    def fits(self, size: int, mtime_ns: int) -> bool:
        """Whether a file with this stat surely is unchanged. A file written just before it was read may have been
        written again within the same tick of its clock: such a one is compared by content."""
        if size != self.size or mtime_ns != self.mtime_ns:
            return False
        return self.seen_ns - mtime_ns > (_COARSE if mtime_ns % 1_000_000_000 == 0 else _FINE)

    @property
    def is_typed(self) -> bool:
        """Whether it is the text of an open buffer: no file has this size."""
        return self.size < 0

    @property
    def facts(self) -> FileFacts | None:
        """The content, ``None`` if the file has only an outline."""
        return cast(FileFacts, self.content) if "names" in self.content else None


def default_folder() -> Path:
    """The folder of all indexes in the user's cache folder."""
    return Path(user_base(), "index")


class IndexCache:
    """The cache file of one project, named after what is indexed."""

    def __init__(self, key: str, folder: str | os.PathLike[str] | None = None) -> None:
        directory = Path(folder) if folder is not None else default_folder()
        self.path = directory / f"{digest(key.encode('utf-8', 'surrogatepass'))}.json"

    def load(self) -> dict[str, Cached]:
        """The states of all files by their paths; empty if there is nothing that can be used."""
        try:
            head, _, body = read_bytes(self.path, OWN_LIMIT).partition(b"\n")
            header = json.loads(head)
            if header["version"] != version() or header["checksum"] != zlib.crc32(body):
                return {}
            index, *details = body.split(b"\n")
            return {path: _unpack(path, item, details) for path, item in json.loads(index).items()}
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return {}

    def save(self, files: Mapping[str, Cached]) -> bool:
        """Replace the cache file; ``False`` if that cannot be done, which is no error."""
        details: list[bytes] = []
        index = {path: [*item[:4], _pack(item.content, details)] for path, item in files.items()}
        body = b"\n".join([_dump(index), *details])
        head = _dump({"version": version(), "checksum": zlib.crc32(body)})
        try:
            write_text(self.path, b"\n".join([head, body]).decode("ascii"))
        except OSError:
            return False
        return True


@lru_cache(maxsize=1)
def version() -> str:
    """Changes with the scanner and with the Python that parses."""
    hashed = hashlib.blake2b(repr(sys.version_info[:2]).encode(), digest_size=8)
    folder = Path(__file__).parent
    for name in _SCANNER:
        try:
            hashed.update((folder / name).read_bytes())
        except OSError:
            hashed.update(name.encode())
    return hashed.hexdigest()


def _dump(value: Any) -> bytes:
    return _ENCODER.encode(value).encode("ascii")


def _pack(content: Any, details: list[bytes]) -> Any:
    """``content`` with only what linking needs of definitions; the rest is added to ``details``."""
    if "names" not in content:
        return content
    names = {name: [_light(item, details) for item in bindings] for name, bindings in content["names"].items()}
    return {**content, "names": names}


def _light(binding: Any, details: list[bytes]) -> Any:
    key = "cls" if "cls" in binding else "function"
    fact = binding.get(key)
    if fact is None:
        return binding
    packed = fact.get("packed")
    if isinstance(packed, Late):
        return {**binding, key: {name: value for name, value in fact.items() if name != "packed"}}
    light = {name: value for name, value in fact.items() if name in LIGHT}
    if packed is None:
        packed = _dump({name: value for name, value in fact.items() if name not in LIGHT})
    light["detail"] = len(details)
    details.append(packed)
    return {**binding, key: light}


def _unpack(path: str, item: list[Any], details: list[bytes]) -> Cached:
    size, mtime_ns, seen_ns, digest_, content = item
    late = Late(path, digest_)
    for bindings in content.get("names", {}).values():
        for binding in bindings:
            fact = binding.get("cls") or binding.get("function")
            if fact is not None:
                fact["packed"] = details[fact.pop("detail")] if "detail" in fact else late
    if not isinstance(digest_, str) or ("names" not in content and "outline" not in content):
        raise ValueError("not facts")
    return Cached(int(size), int(mtime_ns), int(seen_ns), digest_, content, late)
