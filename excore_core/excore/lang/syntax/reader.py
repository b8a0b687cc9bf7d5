"""Keys and strings, and how the parser reports what is not TOML.

A ``TextReader`` works in one of two ways. Strict: the first thing that is not TOML raises ``NotToml``. Tolerant: it
reads on as far as ``limit``, makes nodes of everything, and keeps the first problem only, since others mostly follow
from it.
"""

from __future__ import annotations

from excore.lang.syntax.patterns import (
    CONTROL_CHAR,
    CONTROL_CHAR_LINES,
    ESCAPE,
    LINE_ESCAPE,
    SPACE,
    KeyPatterns,
    key_patterns,
    skip,
)
from excore.lang.syntax.scalar import decode_string
from excore.lang.syntax.tree import KeyPart

MAX_DEPTH = 200  # of nested values; of parts in one key half as many, so that recursion over tables is safe
MAX_PARTS = MAX_DEPTH // 2


class NotToml(Exception):
    """A strict reader found something that is not TOML, at absolute offsets."""

    def __init__(self, message: str, start: int, end: int, code: str = "syntax") -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.code = code


class TextReader:
    """Reads at ``pos`` of ``text``, not beyond ``limit``; offsets in nodes are relative to ``base``."""

    def __init__(self, text: str, patterns: KeyPatterns, pos: int, base: int, limit: int, strict: bool) -> None:
        self.text = text
        self.patterns = patterns
        self.pos = pos
        self.base = base
        self.limit = limit
        self.strict = strict
        self.problem: NotToml | None = None
        self.far = pos  # how far it had to look

    def fail(self, message: str, start: int, end: int, code: str = "syntax") -> None:
        problem = NotToml(message, start, max(start, min(end, self.limit)), code)
        if self.strict:
            line_end = self.text.find("\n", max(self.pos, end))
            self.far = max(self.far, len(self.text) if line_end < 0 else line_end) + 1
            raise problem
        self.problem = self.problem or problem

    def skip(self) -> str:
        """Skip blanks; the character that follows, empty at the limit."""
        self.pos = skip(SPACE, self.text, self.pos, self.limit)
        return self.text[self.pos] if self.pos < self.limit else ""

    def _line_end(self, start: int) -> int:
        """End of the line of ``start``, without trailing blanks."""
        text, end = self.text, self.text.find("\n", start, self.limit)
        end = self.limit if end < 0 else end
        while end > start and text[end - 1] in " \t\r":
            end -= 1
        return end

    # keys

    def key(self, where: str) -> tuple[KeyPart, ...]:
        """A dotted key; what is wrong with it is reported, and a missing part gives an empty broken one."""
        parts: list[KeyPart] = []
        while True:
            part = self._part(where, first=not parts)
            parts.append(part)
            if len(parts) == MAX_PARTS + 1:
                self.fail(f"nested too deeply: a key may have at most {MAX_PARTS} parts", self.pos, self.pos + 1)
            if (part.broken and part.name == "") or self.skip() != ".":
                part.broken = part.broken or len(parts) > MAX_PARTS
                return tuple(parts)
            self.pos += 1
            self.skip()

    def _part(self, where: str, first: bool) -> KeyPart:
        text, start, base = self.text, self.pos, self.base
        match = self.patterns.part.match(text, start, self.limit)
        char = text[start] if start < self.limit else ""
        if match is not None and match[1] is not None:
            end = self.pos = match.end()
            name = match[1]
            if name[0] not in self.patterns.prefixes:
                if not name.isascii():
                    self.fail(f'a bare key holds only A-Z, a-z, 0-9, "_" and "-": write "{name}" in quotes', start, end)
                return KeyPart(name, start - base, end - base)
            if len(name) > 1:
                return KeyPart(name, start - base, end - base)
        if char in self.patterns.prefixes and char:
            return self._bad_prefix(start)
        if match is not None:
            end = match.end()
            if end - start > 2 or text[end : end + 1] != char:
                self.pos = end
                return KeyPart(match[2][1:-1], start - base, end - base, quoted=True)
            self.fail("a key cannot be a multi-line string: use one quote on each side", start, start + 3)
            self.pos = end + 1
            return KeyPart("", start - base, end + 1 - base, quoted=True, broken=True)
        if char in ('"', "'"):
            raw = self.one_line_string(char)
            return KeyPart(decode_string(raw), start - base, self.pos - base, quoted=True)
        after = where if first else "a name after the dot"
        if char in ("", "\r", "\n", "#", "=", "]", ".", ",", "}"):
            self.fail(f"expected {after}", start, start + 1 if char and char not in "\r\n" else start)
        else:
            self.fail(f"`{char}` cannot start a bare key here; expected {after}, or put it in quotes", start, start + 1)
        return KeyPart("", start - base, start - base, broken=True)

    def _bad_prefix(self, start: int) -> KeyPart:
        match = self.patterns.prefixed.match(self.text, start, self.limit)
        end = self.pos = len(self.text[start : match.end()].rstrip(" \t")) + start if match is not None else start + 1
        written = self.text[start:end]
        name = written.lstrip(self.patterns.prefixes + " \t")
        prefix = written[0]
        if not name:
            message = f"the prefix `{prefix}` needs an argument name right after it, as `{prefix}backbone`"
        elif written[1] in " \t":
            message = f"no blank may stand between `{prefix}` and the name: write `{prefix}{name}`"
        else:
            message = f"only one prefix may stand before a name: write `{prefix}{name}`"
        self.fail(message, start, end, "bad-prefix")
        return KeyPart(written, start - self.base, end - self.base, broken=True)

    # strings

    def one_line_string(self, quote: str) -> str:
        """Source text of a one-line string; an unclosed one ends with its line."""
        text, start = self.text, self.pos
        line_end = self._line_end(start)
        at = start + 1
        while True:
            end = text.find(quote, at, line_end)
            if end < 0 or quote == "'" or not _escaped(text, end, start):
                break
            at = end + 1
        if end < 0:
            self.pos = line_end
            self.fail(f"the string is not closed: expected {quote} before the end of the line", start, line_end)
            return text[start:line_end]
        self.pos = end + 1
        self._check_string(start, start + 1, end, lines=False)
        return text[start : end + 1]

    def long_string(self, mark: str) -> str:
        """Source text of a multi-line string; an unclosed one ends at the limit."""
        text, start = self.text, self.pos
        at = start + 3
        while True:
            end = text.find(mark, at, self.limit)
            if end < 0 or mark[0] == "'" or not _escaped(text, end, start + 2):
                break
            at = end + 1
        if end < 0 or self._opens_another(start, end):
            end = self.pos = self.limit
            self.fail(f"the string is not closed: expected {mark}", start, start + 3)
            self.pos = start + len(text[start:end].rstrip(" \t\r\n"))
            return text[start : self.pos]
        end += 3
        for _ in range(2):
            if text.startswith(mark[0], end, self.limit):
                end += 1
        self.pos = end
        self._check_string(start, start + 3, end - 3, lines=True)
        return text[start:end]

    def _opens_another(self, start: int, end: int) -> bool:
        """Whether the delimiter at ``end`` rather begins the string of a later ``key =`` than ends this one."""
        text, patterns = self.text, self.patterns
        line = text.rfind("\n", start, end) + 1
        if line == 0 or not self.strict:
            return False
        key = patterns.key_start.match(text, line, end)
        if key is None or text[key.end() : end].strip(" \t"):
            return False
        mark = text[end : end + 3]
        following = text.find(mark, end + 3)
        self.far = max(self.far, len(text) if following < 0 else following + 3)
        if following < 0:
            return False
        before = text[end + 3 : following].rstrip(" \t\r\n")
        return not before.endswith(("=", "[", ","))  # else that one begins a string, so this one does not

    def _check_string(self, start: int, inner: int, end: int, lines: bool) -> None:
        text = self.text
        bad = (CONTROL_CHAR_LINES if lines else CONTROL_CHAR).search(text, inner, end)
        if bad is not None:
            self.fail(
                f"control character {char_name(bad[0])} in a string: write it as an escape", bad.start(), bad.end()
            )
        if text[start] == "'":
            return
        at = text.find("\\", inner, end)
        while at >= 0:
            match = ESCAPE.match(text, at, end) or (LINE_ESCAPE.match(text, at, end) if lines else None)
            if match is None:
                sequence = text[at : min(at + 2, end)]
                self.fail(f"`{sequence}` is no escape sequence: write `\\\\` for a backslash", at, at + 2)
                at = text.find("\\", at + 2, end)
                continue
            if match[0][1] in "uU":
                code = int(match[0][2:], 16)
                if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
                    self.fail(f"`{match[0]}` is no Unicode character", at, match.end())
            at = text.find("\\", match.end(), end)


def path_parts(text: str, prefixes: str = "") -> tuple[str, ...]:
    """The names in a path such as ``opts."a.b".c``: as in a dotted key, quoted ones may hold dots.

    A text that is no dotted key is cut at its dots.
    """
    if '"' in text or "'" in text:
        reader = TextReader(text, key_patterns(prefixes), 0, 0, len(text), strict=True)
        try:
            parts = reader.key("a key")
        except NotToml:
            return tuple(text.split("."))
        if reader.pos == len(text):
            return tuple(part.name for part in parts)
    return tuple(text.split("."))


def _escaped(text: str, at: int, start: int) -> bool:
    """Whether an odd number of backslashes stands before ``at``, none of them at or before ``start``."""
    count = 0
    while at - count - 1 > start and text[at - count - 1] == "\\":
        count += 1
    return count % 2 == 1


def char_name(char: str) -> str:
    """How messages call a character that cannot be shown."""
    return f"U+{ord(char):04X}"
