"""Values, which may nest, and the entries that hold them."""

from __future__ import annotations

from excore.lang.syntax.patterns import DATETIME, GAP, ITEMS, LAST_ITEM, LONG, NUMERIC, SCALAR, WORD, skip
from excore.lang.syntax.reader import MAX_DEPTH, TextReader, char_name
from excore.lang.syntax.scalar import decode
from excore.lang.syntax.tree import Array, InlineTable, KeyValue, Missing, Scalar, ScalarKind, Value, plain_scalar

MAX_DIGITS = 4000  # Python itself refuses to read integers of more than 4300


class ValueReader(TextReader):
    """Reads values and entries."""

    def value(self, depth: int = 0) -> Value:
        """The value at ``pos``. A tolerant reader always gets past something, unless it stands at its limit."""
        text, start, base = self.text, self.pos, self.base
        match = SCALAR.match(text, start, self.limit)
        if match is not None:
            end = self.pos = match.end()
            if end - start <= MAX_DIGITS or match[1] is not None:
                return plain_scalar(match, base)
        char = text[start] if start < self.limit else ""
        if char == "[" or char == "{":
            if depth >= MAX_DEPTH:
                self.fail(f"nested too deeply: at most {MAX_DEPTH} levels can be read", start, start + 1)
                self.pos = start + len(text[start : self.limit].rstrip())
                return Missing(start - base, self.pos - base)
            return self._array(depth) if char == "[" else self._inline(depth)
        if char == '"' or char == "'":
            mark = char * 3
            raw = self.long_string(mark) if text.startswith(mark, start, self.limit) else self.one_line_string(char)
            return Scalar("string", raw, start - base, self.pos - base)
        return self._word(char)

    def _word(self, char: str) -> Value:
        """A number or date in any of its forms, or what stands where a value is expected."""
        text, start, base = self.text, self.pos, self.base
        match = WORD.match(text, start, self.limit)
        if match is None:
            if char in ("", "\r", "\n", "#", ",", "]", "}"):
                self.fail("expected a value", start, start)
            else:
                self.fail(f"expected a value, not `{char}`", start, start + 1)
                self.pos += 1
            return Missing(start - base, self.pos - base)
        word, end = match[0], match.end()
        kind: ScalarKind | None = None
        moment = DATETIME.match(text, start, self.limit)
        number = NUMERIC.fullmatch(word)
        if moment is not None and moment.end() >= end and WORD.match(text, moment.end(), self.limit) is None:
            word, end = moment[0], moment.end()
            kind = "time-local" if moment["only"] else "date-local" if not moment["time"] else "datetime-local"
            kind = "datetime" if moment["zone"] else kind
        elif number is not None:
            kind = "integer" if number["integer"] else "float"
            if kind == "integer" and len(word) > MAX_DIGITS:
                self.fail("the integer has too many digits", start, end)
                kind = None
        self.pos = end
        if kind is not None:
            try:
                if moment is not None:
                    decode(kind, word)
                return Scalar(kind, word, start - base, end - base)
            except ValueError:
                self.fail(f"there is no such date as {word}", start, end)
                return Missing(start - base, end - base)
        self.fail(_advice(word), start, end)
        return Missing(start - base, end - base)

    def _array(self, depth: int) -> Array:
        text, start, base = self.text, self.pos, self.base
        end = self._end_of_items(start + 1)
        if end >= 0:
            self.pos = end
            return Array(None, start - base, end - base, True, text[start:end])
        items: list[Value] = []
        last = self.pos = start + 1
        separated = True
        while True:
            at = self.pos = skip(GAP, text, self.pos, self.limit)
            char = text[at] if at < self.limit else ""
            if char == "]":
                self.pos += 1
                return Array(tuple(items), start - base, self.pos - base)
            if not char:
                self.fail("the array is not closed: expected `]`", start, start + 1)
                self.pos = last
                return Array(tuple(items), start - base, last - base, closed=False)
            if char == ",":
                if separated:
                    self.fail("expected a value before `,`", at, at + 1)
                separated = True
                self.pos += 1
            elif char in "}=\r#":
                self.fail(f"expected {'a value or `]`' if separated else '`,` or `]`'}{_instead(char)}", at, at + 1)
                self.pos += 1
            else:
                if not separated:
                    self.fail("expected `,` or `]` after the item", at, at + 1)
                items.append(self.value(depth + 1))
                separated = False
                if self.pos == at:
                    self.pos += 1
            last = self.pos

    def _end_of_items(self, pos: int) -> int:
        """Where an array of more plain scalars than match at once ends, on one line; -1 for any other."""
        match = ITEMS.match(self.text, pos, self.limit)
        if match is None or match.end() - pos < LONG:
            return -1
        while match is not None:
            pos = match.end()
            match = ITEMS.match(self.text, pos, self.limit)
        last = LAST_ITEM.match(self.text, pos, self.limit)
        return -1 if last is None else last.end()

    def _inline(self, depth: int) -> InlineTable:
        text, start, base = self.text, self.pos, self.base
        entries: list[KeyValue] = []
        last = self.pos = start + 1
        separated = True
        while True:
            at = self.pos = skip(GAP, text, self.pos, self.limit)
            char = text[at] if at < self.limit else ""
            if char == "}":
                self.pos += 1
                return InlineTable(tuple(entries), start - base, self.pos - base)
            if char in ("", "\r", "#"):
                self.fail("the inline table is not closed: expected `}`", start, start + 1)
                self.pos = last
                return InlineTable(tuple(entries), start - base, last - base, closed=False)
            if char == ",":
                if separated:
                    self.fail("expected a key before `,`", at, at + 1)
                separated = True
                self.pos += 1
            elif char in "]=":
                self.fail(f"expected {'a key or `}`' if separated else '`,` or `}`'}{_instead(char)}", at, at + 1)
                self.pos += 1
                if char == "]":
                    self.pos = at
                    return InlineTable(tuple(entries), start - base, last - base, closed=False)
            else:
                if not separated:
                    self.fail("expected `,` or `}` after the value", at, at + 1)
                entry = self.entry(depth + 1, "a key")
                if entry.parts[0].end > entry.parts[0].start:
                    entries.append(entry)
                separated = False
                if self.pos == at:
                    self.pos += 1
            last = self.pos

    def entry(self, depth: int, where: str) -> KeyValue:
        """``key = value`` at ``pos``."""
        base = self.base
        parts = self.key(where)
        end = parts[-1].end
        if self.skip() != "=":
            self.pos = base + end
            self.fail("expected `=` and a value after the key", base + end, base + end)
            return KeyValue(parts, -1, Missing(end, end))
        equals = self.pos
        self.pos += 1
        char = self.skip()
        if char in ("", "\r", "\n", "#"):
            self.fail("expected a value after `=`", equals, equals + 1)
            return KeyValue(parts, equals - base, Missing(self.pos - base, self.pos - base))
        return KeyValue(parts, equals - base, self.value(depth + len(parts) - 1))


def _instead(char: str) -> str:
    return f", not {char_name(char)}" if char < " " else f", not `{char}`"


def _advice(word: str) -> str:
    if word.lower() in ("true", "false"):
        return f"booleans are written in lower case: `{word.lower()}`"
    if word in ("None", "null", "nil"):
        return 'TOML has no null: leave the key out, or write "None" under `&`'
    if word[0].isdigit() or word[0] in "+-.":
        return f"`{word}` is no number or date"
    return f'`{word}` is no value: a string needs quotes, "{word}"'
