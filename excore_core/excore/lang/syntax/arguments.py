"""``KEY=VALUE`` of a command line: keys as in TOML, values as in TOML or without quotes."""

from __future__ import annotations

import re
from typing import NamedTuple

from excore.lang.grammar import Change, split_change
from excore.lang.syntax.patterns import DATETIME, NUMERIC, key_patterns
from excore.lang.syntax.reader import NotToml, TextReader
from excore.lang.syntax.tree import Block, KeyPart, Missing, Scalar, ScalarKind, SyntaxProblem, Value
from excore.lang.syntax.values import ValueReader
from excore.lang.syntax.writer import string_text

# In brackets: up to a comma or a closing bracket that is not in parentheses, as those of a call are.
_BARE_ITEM = re.compile(r"(?:[^,\[\]{}()\r\n]|\([^()\r\n]*\))+")
_FLOAT = re.compile(r"[+-]?(?:\d+\.|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)  # what Python reads and TOML does not
_IN_LIST = re.compile(r"\[(?:-?[0-9]+|[+-])\]")  # behind a key: an element of its list
_STRUCTURED = ("[", "{", '"', "'")


class BareText(Scalar):
    """A text that stands without quotes; ``raw`` has them."""

    __slots__ = ()

    def __init__(self, text: str, start: int) -> None:
        super().__init__("string", string_text(text), start, start + len(text))
        self._value = text

    def offset(self, index: int) -> int:
        """Block offset of character ``index``."""
        return min(self.start + index, self.end)


class Argument(NamedTuple):
    """One override: what it does, its key, and where in its block the value stands (``equals`` is -1 without one)."""

    change: Change
    parts: tuple[KeyPart, ...]
    equals: int
    block: Block

    @property
    def value(self) -> str:
        """The text of the value, without blanks around it."""
        return self.block.text[self.equals + 1 :].strip() if self.equals >= 0 else ""

    @property
    def value_start(self) -> int:
        """Where that text begins."""
        text = self.block.text[self.equals + 1 :]
        return self.equals + 1 + len(text) - len(text.lstrip()) if self.value else self.equals + 1

    @property
    def is_structured(self) -> bool:
        """Whether the value is an array, an inline table or a text in quotes."""
        return self.value.startswith(_STRUCTURED)


def is_argument(text: str) -> bool:
    """Whether a word of a command line is meant as an override, and not as a path."""
    return "=" in text or split_change(text)[0] == "delete"


def read_argument(text: str, prefixes: str) -> Argument | Block:
    """An override; the block alone, with what is wrong with it, where it is none. A block ends its line."""
    line = f"{text}\n"
    change, body = split_change(text)
    reader = TextReader(line, key_patterns(prefixes), len(text) - len(body), 0, len(text), strict=True)
    try:
        parts = reader.key("a key")
        element = _IN_LIST.match(line, reader.pos)
        if element is not None and not parts[-1].quoted:
            parts = (*parts[:-1], KeyPart(parts[-1].name + element[0], parts[-1].start, element.end()))
            reader.pos = element.end()
        if change == "delete" and reader.skip() == "":
            return Argument(change, parts, -1, Block(line, None, (), (), 0))
        if reader.skip() != "=":
            reader.fail("KEY=VALUE is expected", reader.pos, len(text))
    except NotToml as error:
        return _wrong(line, error)
    return Argument(change, parts, reader.pos, Block(line, None, (), (), 0))


def _wrong(line: str, error: NotToml) -> Block:
    problem = SyntaxProblem(error.message, error.start, error.end, error.code)
    return Block(line, None, (), (problem,), 0)


def read_structure(argument: Argument, listed: bool = False) -> Value:
    """The array, inline table or quoted text that the value is; texts in it may stand without quotes. Raises
    ``NotToml``.

    ``listed`` are the items of an array without its brackets, or in parentheses.
    """
    text, start = argument.block.text, argument.value_start
    end = start + len(argument.value)
    if listed and is_tuple(argument.value):
        text = f"{text[:start]}[{text[start + 1 : end - 1]}]{text[end:]}"
    elif listed:  # brackets where `=` and the end of the line are: offsets stay
        text, start, end = f"{text[: start - 1]}[{text[start:end]}]{text[end:]}", start - 1, end + 1
    reader = _StructureReader(text, key_patterns(""), start, 0, end, strict=True)
    value = reader.value()
    if reader.pos < end:
        reader.fail("nothing is expected after the value", reader.pos, end)
    return value


def is_tuple(text: str) -> bool:
    """Whether a text is in parentheses, as Python writes tuples."""
    return text.startswith("(") and text.endswith(")")


class _StructureReader(ValueReader):
    def _word(self, char: str) -> Value:
        match = _BARE_ITEM.match(self.text, self.pos, self.limit)
        text = match[0].rstrip() if match is not None else ""
        start = self.pos
        scalar = plain_word(text, start)
        if not text or scalar is not None:
            return super()._word(char) if scalar is None else self._past(scalar)
        return self._past(BareText(text, start))

    def _past(self, scalar: Scalar) -> Scalar:
        self.pos = scalar.end
        return scalar


def plain_word(text: str, start: int) -> Scalar | None:
    """The number, boolean or date that a text without quotes stands for; None if it is a text."""
    kind: ScalarKind
    number = NUMERIC.fullmatch(text)
    if number is not None:
        return Scalar("integer" if number["integer"] else "float", text, start, start + len(text))
    if text in ("true", "false", "True", "False"):
        return Scalar("boolean", text.lower(), start, start + len(text))
    if _FLOAT.fullmatch(text):
        return Scalar("float", repr(float(text)), start, start + len(text))
    moment = DATETIME.fullmatch(text)
    if moment is None:
        return None
    kind = "time-local" if moment["only"] else "date-local" if not moment["time"] else "datetime-local"
    scalar = Scalar("datetime" if moment["zone"] else kind, text, start, start + len(text))
    try:
        _ = scalar.value
    except ValueError:
        return None
    return scalar


def is_quoted(value: Value) -> bool:
    """Whether a value is a text in quotes."""
    return isinstance(value, Scalar) and not isinstance(value, BareText) and value.raw[:1] in ("'", '"')


def nothing(argument: Argument) -> Missing:
    """The place of a value that cannot be read."""
    return Missing(argument.value_start, argument.value_start + len(argument.value))
