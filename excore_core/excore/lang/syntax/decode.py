"""Bytes of a config file to text."""

from __future__ import annotations


class NotUtf8Error(ValueError):
    """The bytes are not UTF-8, which TOML requires. ``offset`` is that of the first byte that cannot be read."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


def decode(data: bytes) -> str:
    """The text of a file, line ends and byte order mark kept. Raises ``NotUtf8Error``."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        hint = "; it looks like UTF-16, save it as UTF-8" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
        raise NotUtf8Error(f"line {line}: byte 0x{data[error.start]:02x} is not UTF-8{hint}", error.start) from None
