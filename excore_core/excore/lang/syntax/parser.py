"""Text to blocks. One block is parsed at a time and knows nothing of the others, so that an edit can reuse them."""

from __future__ import annotations

import re

from excore.lang.syntax.patterns import BLANK_LINES, REST, SPACE, TAIL, KeyPatterns, skip
from excore.lang.syntax.reader import MAX_PARTS, NotToml, char_name
from excore.lang.syntax.tree import (
    Array,
    Block,
    Header,
    KeyPart,
    KeyValue,
    Missing,
    Scalar,
    ScalarKind,
    SyntaxProblem,
    Value,
)
from excore.lang.syntax.values import MAX_DIGITS, ValueReader

_KINDS: tuple[ScalarKind, ...] = ("string", "string", "string", "string", "integer", "float", "boolean")
_CLOSERS = re.compile(r"[ \t]*[\]}]+[ \t]*,?[ \t]*(?:#[^\r\n]*)?\Z")
_COMMA = re.compile(r",[ \t]*(?:#[^\r\n]*)?\Z")
_TABLES = re.compile(r"(?:\[\s*)?\{")  # how a value begins that holds inline tables
_TRIALS = 5
"""How many values of a block are read up to the next header, and found not to be closed, before none is any more."""


class BlockParser:
    """Parses the blocks of one text."""

    def __init__(self, text: str, patterns: KeyPatterns) -> None:
        self.text = text
        self.patterns = patterns
        self.base = 0
        self.far = 0
        self.entries: list[KeyValue] = []
        self.problems: list[SyntaxProblem] = []
        self.left_open = (
            False  # whether an array or inline table is known to lack its end: stray closers and commas are no news
        )
        self.trials = _TRIALS
        self.next_header = (-1, -1)  # range of the header that ends the values of this block

    def block(self, pos: int, has_header: bool) -> tuple[Block, int]:
        """The block that begins at ``pos``, and where it ends; the first of a file begins without a header."""
        text = self.text
        self.base = self.far = base = pos
        self.entries = []
        self.problems = []
        self.left_open = False
        self.trials, self.next_header = _TRIALS, (-1, -1)
        header: Header | None = None
        if has_header:
            header, pos = self._header(pos + 1 if pos == 0 and text.startswith("\ufeff") else pos)
        elif text.startswith("\ufeff"):
            pos = 1
        pos = self._entries(pos)
        if not has_header and pos == 1 and text[0] == "\ufeff" and len(text) > 1:
            pos = 0  # nothing but the mark before the first header, whose line it belongs to
        reach = max(0, self.far - pos)
        return Block(text[base:pos], header, tuple(self.entries), tuple(self.problems), reach), pos

    def _entries(self, pos: int) -> int:
        """Read entries up to the next header or the end; the offset reached."""
        text, base, line = self.text, self.base, self.patterns.line.match
        append = self.entries.append
        while True:
            match = line(text, pos)
            if match is None:
                if text.startswith("[", pos):
                    return pos
                after = skip(BLANK_LINES, text, pos)
                if after == pos:
                    end = skip(SPACE, text, pos)
                    char = text[end : end + 1]
                    if char == "[":
                        return pos
                    if not char:
                        return end
                    tail = TAIL.match(text, end) if char == "#" else None
                    after = self._statement(pos) if tail is None else tail.end()
                pos = after
                continue
            pos = match.end()
            start, end = match.span(1)
            if end > 0:
                part = KeyPart(match[1], start - base, end - base)
            else:
                start, end = match.span(2)
                part = KeyPart(text[start + 1 : end - 1], start - base, end - base, True)
            equals = text.index("=", end) - base
            group = match.lastindex or 0
            start, end = match.span(group)
            value: Value
            if group == 7:
                value = Array(None, start - base, end - base, True, match[7])
            elif group == 5:
                start = match.start(4)
                value = Scalar("float", text[start:end], start - base, end - base)
            elif group == 4 and end - start > MAX_DIGITS:
                pos = self._statement(match.start())
                continue
            else:
                value = Scalar(_KINDS[group], match[group], start - base, end - base)
            append(KeyValue((part,), equals, value))

    def _report(self, problem: NotToml) -> None:
        base = self.base
        self.problems.append(
            SyntaxProblem(problem.message, max(0, problem.start - base), problem.end - base, problem.code)
        )

    def _finish_line(self, pos: int, after: str, quiet: bool) -> int:
        """Go behind the line end; what else stands before it is reported unless ``quiet``."""
        text = self.text
        tail = TAIL.match(text, pos)
        if tail is not None:
            return tail.end()
        start = skip(SPACE, text, pos)
        end = skip(REST, text, start)
        if not quiet and not (self.left_open and _COMMA.match(text, start, end)):
            self._report(_unexpected(text[start:end], after, start, end, text[end : end + 2]))
        return _line_break(text, end)

    def _header(self, pos: int) -> tuple[Header, int]:
        text, base = self.text, self.base
        match = self.patterns.header.match(text, pos)
        if match is not None:
            start, end = match.span(2)
            dotted = match[2]
            array = match[1] is not None
            wide = 2 if array else 1
            if "." not in dotted:
                parts: tuple[KeyPart, ...] = (KeyPart(dotted, start - base, end - base),)
            else:
                at = start - base
                names = []
                for name in dotted.split("."):
                    names.append(KeyPart(name, at, at + len(name)))
                    at += len(name) + 1
                parts = tuple(names)
            if len(parts) <= MAX_PARTS:
                return Header(parts, array, start - wide - base, end + wide - base), match.end()
        return self._odd_header(pos)

    def _odd_header(self, pos: int) -> tuple[Header, int]:
        text, base = self.text, self.base
        start = skip(SPACE, text, pos)
        limit = skip(REST, text, start)
        array = text.startswith("[[", start)
        mark = "]]" if array else "]"
        reader = ValueReader(text, self.patterns, start + len(mark), base, limit, strict=False)
        reader.skip()
        parts = reader.key("a table name")
        reader.skip()
        closed = text.startswith(mark, reader.pos, limit)
        end = base + parts[-1].end
        if closed:
            end = reader.pos + len(mark)
        elif text.startswith("]", reader.pos, limit):
            end = reader.pos + 1
        problem = reader.problem
        if problem is None and not closed:
            problem = NotToml(f"expected `{mark}` to close the header", end, end)
        if problem is not None:
            self._report(problem)
        pos = self._finish_line(end, "the header", quiet=problem is not None)
        return Header(parts, array, start - base, end - base, closed), pos

    def _statement(self, pos: int) -> int:
        """An entry that is not one plain line: other values, other keys, or something broken."""
        text, base, patterns = self.text, self.base, self.patterns
        start = skip(SPACE, text, pos)
        line_end = skip(REST, text, start)
        reader = ValueReader(text, patterns, start, base, len(text), strict=True)
        try:
            entry = reader.entry(0, "a key")
            end = reader.pos
            lines = end > line_end
            if not lines or self._plausible(reader, start, end):
                self.entries.append(entry)
                self.far = max(self.far, reader.far if lines else 0)
                return self._finish_line(end, "the value", quiet=False)
        except NotToml:
            pass
        self.far = max(self.far, reader.far)
        return self._broken(start, line_end)

    def _plausible(self, reader: ValueReader, start: int, end: int) -> bool:
        """Whether a value of several lines that holds lines like ``[a]`` or ``b =`` really ends at ``end``.

        In TOML a comment or nothing follows on its last line, and then a header or a key. Where that is not so, it is
        more likely that a delimiter is missing and the value took what belongs to other entries.
        """
        text = self.text
        if self._next_item(start)[0] >= end:
            return True
        tail = TAIL.match(text, end)
        if tail is None:
            reader.far = max(reader.far, skip(REST, text, end) + 2)
            return False
        at = skip(BLANK_LINES, text, tail.end())
        after = skip(REST, text, at)
        reader.far = max(reader.far, after + 2)
        return not text[at:after].strip() or self.patterns.statement.match(text, at) is not None

    def _spread(self, reader: ValueReader, depth: int) -> int | None:
        """Where an inline table of several lines ends that is closed, whatever else is wrong in it."""
        text, start = self.text, reader.pos
        if not self.trials or _TABLES.match(text, start) is None:
            return None
        if self.next_header[0] < start:
            header = self.patterns.header_line.search(text, start)
            self.next_header = (len(text), len(text)) if header is None else header.span()
        limit, looked_to = self.next_header
        self.far = max(self.far, looked_to + 2)
        trial = ValueReader(text, self.patterns, start, self.base, limit, strict=False)
        value = trial.value(depth)
        closed = getattr(value, "closed", False) and "\n" in text[start : trial.pos]
        if closed and TAIL.match(text, trial.pos) is not None:
            return trial.pos
        self.trials -= 1
        return None

    def _next_item(self, start: int) -> tuple[int, int]:
        """Range of what makes a line below that of ``start`` look like a header or ``key =``."""
        line = self.text.find("\n", start)
        match = None if line < 0 else self.patterns.item_line.search(self.text, line + 1)
        return (len(self.text), len(self.text)) if match is None else match.span()

    def _broken(self, start: int, line_end: int) -> int:
        """Make what can be made of an entry that is not TOML, without touching the next line that begins another."""
        text, base, patterns = self.text, self.base, self.patterns
        if _CLOSERS.match(text, start, line_end) and self.left_open:
            return _line_break(text, line_end)
        reader = ValueReader(text, patterns, start, base, line_end, strict=False)
        parts = reader.key("a key")
        if reader.skip() == "=":
            equals = reader.pos
            reader.pos += 1
            char = reader.skip()
            whole = self._spread(reader, len(parts) - 1)
            if whole is not None:
                reader.limit = whole
            elif char in ("[", "{") or text.startswith(('"""', "'''"), reader.pos):
                reader.limit, looked_to = self._next_item(start)
                self.far = max(self.far, looked_to + 2)
            if char in ("", "#"):
                value: Value = Missing(reader.pos - base, reader.pos - base)
                if reader.problem is None:
                    name = text[base + parts[0].start : base + parts[-1].end]
                    reader.problem = NotToml(f"expected a value after `{name} =`", equals, equals + 1)
            else:
                value = reader.value(len(parts) - 1)
                self.left_open = self.left_open or getattr(value, "closed", True) is False
            self.entries.append(KeyValue(parts, equals - base, value))
        else:
            end = parts[-1].end
            reader.pos = base + end
            if end > parts[0].start:
                self.entries.append(KeyValue(parts, -1, Missing(end, end)))
                if reader.problem is None:
                    reader.problem = NotToml("expected `=` and a value after the key", base + end, base + end)
            elif text[start] not in "=\"'":
                reader.pos = start
                reader.problem = _unexpected(text[start:line_end], "", start, line_end, text[line_end : line_end + 2])
        if reader.problem is not None:
            self._report(reader.problem)
        return self._finish_line(max(reader.pos, start), "the value", quiet=reader.problem is not None)


def _line_break(text: str, end: int) -> int:
    """Offset behind the line break at ``end``."""
    if text.startswith("\r\n", end):
        return end + 2
    return min(end + 1, len(text))


def _unexpected(rest: str, after: str, start: int, end: int, line_break: str) -> NotToml:
    where = f" after {after}" if after else ""
    if rest.startswith("#") or not rest:
        for index, char in enumerate(rest):
            if (char < " " and char != "\t") or char == "\x7f":
                return NotToml(f"control character {char_name(char)} in a comment", start + index, start + index + 1)
        if line_break[:1] == "\r" and line_break != "\r\n":
            return NotToml("a carriage return alone does not end a line: add a line feed", end, end + 1)
    if after:
        return NotToml(f"expected the end of the line{where}", start, start + len(rest.rstrip()))
    return NotToml(
        f"`{rest[0]}` cannot start a line: expected a key, a `[table]` header or a comment",
        start,
        start + len(rest.rstrip()),
    )
