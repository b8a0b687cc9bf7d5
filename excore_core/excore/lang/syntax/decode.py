"""Bytes of a config file to text."""

from __future__ import annotations

from excore.lang.text import LineIndex


class NotUtf8Error(ValueError):
    """The bytes are not UTF-8, which TOML requires. ``line`` and ``column``, from 0, and ``offset`` in bytes, are those
    of the first byte that cannot be read."""

    def __init__(self, message: str, offset: int, line: int, column: int) -> None:
        super().__init__(message)
        self.offset = offset
        self.line = line
        self.column = column


def decode(data: bytes) -> str:
    """The text of a file, line ends and byte order mark kept. Raises ``NotUtf8Error``."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = LineIndex(data[: error.start].decode("utf-8"))
        line, column = before.position(len(before.text))
        cause = "it looks like UTF-16, " if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
        place = f"byte 0x{data[error.start]:02x} in line {line + 1}, column {column + 1}"
        raise NotUtf8Error(f"not UTF-8: {place}; {cause}save it as UTF-8", error.start, line, column) from None
