"""Source text of scalars to Python values and back to source offsets."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone

from excore.lang.syntax.patterns import ESCAPE

_SIMPLE = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?", re.ASCII)
_ZONE = re.compile(r"([Zz])|([+-])(\d\d):(\d\d)", re.ASCII)
# One decoded character of a basic string, or a line-ending backslash, which gives none.
_UNIT = re.compile(rf"(\\[ \t]*\r?\n[ \t\r\n]*)|({ESCAPE.pattern})|\r\n|.", re.DOTALL)


def decode(kind: str, raw: str) -> object:
    """The Python value of a scalar's source text, as ``tomllib`` gives it.

    Text of an unclosed or otherwise broken string gives what can be read of it. Other kinds raise ``ValueError``
    where there is no such value (31 February).
    """
    if kind == "string":
        return decode_string(raw)
    if kind == "integer":
        return int(raw, 0)
    if kind == "float":
        return float(raw)
    if kind == "boolean":
        return raw == "true"
    if kind == "none":
        return None
    return _moment(kind, raw)


def _moment(kind: str, raw: str) -> date | time:
    clock = _TIME.search(raw)
    hour, minute, second, micro = (0, 0, 0, 0)
    if clock is not None:
        hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
        micro = int((clock[4] or "0")[:6].ljust(6, "0"))
    day = _DATE.match(raw)
    if day is None:
        return time(hour, minute, second, micro)
    year, month, monthday = int(day[1]), int(day[2]), int(day[3])
    if kind == "date-local":
        return date(year, month, monthday)
    zone = _ZONE.search(raw, clock.end()) if kind == "datetime" and clock is not None else None
    return datetime(year, month, monthday, hour, minute, second, micro, None if zone is None else _zone(zone))


def _zone(zone: re.Match[str]) -> timezone:
    if zone[1]:
        return timezone.utc
    sign = 1 if zone[2] == "+" else -1
    return timezone(timedelta(hours=sign * int(zone[3]), minutes=sign * int(zone[4])))


def content(raw: str) -> tuple[int, int]:
    """Range of a string's content in its source text: without delimiters and without the first line end."""
    mark = raw[:3] if raw[:3] in ('"""', "'''") else raw[:1]
    start, end = len(mark), len(raw)
    if end >= 2 * start and raw.endswith(mark):
        end -= start
    if start == 3:
        if raw.startswith("\r\n", 3, end):
            start = 5
        elif raw.startswith("\n", 3, end):
            start = 4
    return start, end


def decode_string(raw: str) -> str:
    """The characters that the source text of a string (one of four forms, maybe unclosed) stands for."""
    mark = raw[:1]
    if "\\" not in raw and "\r" not in raw and raw.count(mark) == 2 and raw[-1:] == mark:
        return raw[1:-1]
    start, end = content(raw)
    text = raw[start:end]
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    return _UNIT.sub(_unit, text) if raw[:1] == '"' and "\\" in text else text


def _unit(match: re.Match[str]) -> str:
    if match[1] is not None:
        return ""
    escape = match[2]
    if escape is None:
        return match[0]
    simple = _SIMPLE.get(escape[1])
    if simple is not None:
        return simple
    code = int(escape[2:], 16)
    return chr(code) if code <= 0x10FFFF else "\ufffd"


def source_offset(raw: str, index: int) -> int:
    """Offset in the source text of a string at which its decoded character ``index`` begins; clamped to its content."""
    start, end = content(raw)
    if index <= 0:
        return start if raw[:1] != '"' or "\\" not in raw else _skip_joined(raw, start, end)
    if "\\" not in raw and "\r" not in raw:
        return min(start + index, end)
    if raw[:1] == "'" and "\r" not in raw:
        return min(start + index, end)
    basic = raw[:1] == '"'
    at, remaining = start, index
    while at < end:
        match = _UNIT.match(raw, at, end) if basic else None
        if match is not None and match[1] is not None:
            at = match.end()
            continue
        if remaining == 0:
            break
        remaining -= 1
        if match is not None:
            at = match.end()
        else:
            at += 2 if raw.startswith("\r\n", at, end) else 1
    return min(at, end)


def _skip_joined(raw: str, start: int, end: int) -> int:
    match = _UNIT.match(raw, start, end)
    while match is not None and match[1] is not None:
        start = match.end()
        match = _UNIT.match(raw, start, end)
    return start
