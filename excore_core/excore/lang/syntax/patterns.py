"""The regular expressions of the parser. Those that read keys depend on the prefixes the grammar allows."""

from __future__ import annotations

import re
import sys
from functools import cached_property, lru_cache

IGNORE = "excore: ignore"  # in a comment that silences problems
CONTROL = r"\x00-\x08\x0a-\x1f\x7f"  # what a comment or a one-line string must not hold
COMMENT = rf"#[^{CONTROL}]*"
BARE = r"[A-Za-z0-9_-]+"
BASIC = rf'"[^"\\{CONTROL}]*"'  # without escapes
LITERAL = rf"'[^'{CONTROL}]*'"
NUMBER = r"([+-]?(?:0|[1-9][0-9]*))((?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)"
PLAIN = rf"(?:{BASIC}|{LITERAL}|[+-]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|true|false)"

# The groups of SCALAR: 1 string, 2 number, 3 its fraction and exponent, 4 boolean.
SCALAR = re.compile(rf"""(?:({BASIC}|{LITERAL})|{NUMBER}|(true|false))(?=[ \t,\]\}}\r\n#]|\Z)""")
# What repeats is matched some hundred times at once: for each time the engine keeps more than half a kilobyte.
_AT_ONCE = 500
LONG = 2 * _AT_ONCE  # characters of as many items, at least
ITEMS = re.compile(rf"(?:[ \t]*{PLAIN}[ \t]*,){{1,{_AT_ONCE}}}")
LAST_ITEM = re.compile(rf"[ \t]*(?:{PLAIN}[ \t]*)?\]")
TAIL = re.compile(rf"[ \t]*(?:{COMMENT})?(?:\r?\n|\Z)")
BLANK_LINES = re.compile(rf"(?:[ \t]*(?:{COMMENT})?\r?\n){{0,{_AT_ONCE}}}")
SPACE = re.compile(r"[ \t]*")
GAP = re.compile(rf"(?:[ \t\n]+|\r\n|{COMMENT}){{0,{_AT_ONCE}}}")  # between the items of an array or inline table
REST = re.compile(r"[^\r\n]*")
WORD = re.compile(r"""[^\s,\[\]{}#"'=]+""")
ESCAPE = re.compile(r"""\\(?:[btnfre"\\]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})""")
LINE_ESCAPE = re.compile(r"\\[ \t]*\r?\n[ \t\r\n]*")
CONTROL_CHAR = re.compile(rf"[{CONTROL}]")
CONTROL_CHAR_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)")
NUMERIC = re.compile(
    r"(?P<integer>0x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*|0b[01](?:_?[01])*|0o[0-7](?:_?[0-7])*"
    r"|[+-]?(?:0|[1-9](?:_?[0-9])*))"
    r"|(?P<float>[+-]?(?:inf|nan|(?:0|[1-9](?:_?[0-9])*)(?:\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?))"
)
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?"
DATETIME = re.compile(
    r"(?P<date>[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))"
    rf"(?P<time>[Tt ]{_TIME}(?P<zone>[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])?)?|(?P<only>{_TIME})"
)


class KeyPatterns:
    """The expressions that read keys, for one set of prefix characters."""

    def __init__(self, prefixes: str) -> None:
        self.prefixes = prefixes
        prefix = f"[{re.escape(prefixes)}]?" if prefixes else ""
        bare = prefix + BARE
        part = rf"(?:{prefix}[\w-]+|{BASIC}|{LITERAL})"
        dotted = rf"{part}(?:[ \t]*\.[ \t]*{part})*"
        # Groups: 1 bare key, 2 quoted key, 3 string, 4 number, 5 fraction, 6 boolean, 7 array of plain scalars.
        self.line = re.compile(
            rf"[ \t]*(?:({bare})|({BASIC}|{LITERAL}))[ \t]*=[ \t]*"
            rf"(?:({BASIC}|{LITERAL})|([+-]?(?:0|[1-9][0-9]*))((?:\.[0-9]+)(?:[eE][+-]?[0-9]+)?)?|(true|false)"
            rf"|(\[[ \t]*(?:{PLAIN}(?:[ \t]*,[ \t]*{PLAIN}){{0,{_AT_ONCE}}}[ \t]*,?[ \t]*)?\]))"
            rf"[ \t]*(?:{COMMENT})?(?:\r?\n\n*|\Z)"
        )
        # Groups: 1 the second bracket, 2 the dotted bare key.
        self.header = re.compile(rf"[ \t]*\[(\[)?({bare}(?:\.{bare})*)\](?(1)\])[ \t]*(?:{COMMENT})?(?:\r?\n\n*|\Z)")
        # Groups: 1 bare key, 2 quoted key.
        self.part = re.compile(rf"({prefix}[\w-]+)|({BASIC}|{LITERAL})")
        self._dotted = dotted

    # Most files never need these, and to compile them takes longer than to read a small file.

    @cached_property
    def key_start(self) -> re.Pattern[str]:
        """A key and its ``=``, at the start of a line."""
        return re.compile(rf"[ \t]*{self._dotted}[ \t]*=")

    @cached_property
    def item_line(self) -> re.Pattern[str]:
        """What makes a line look like a header or the start of an entry; to be searched for."""
        dotted = self._dotted
        return re.compile(
            rf"^[ \t]*(?:{dotted}[ \t]*=|(\[)?\[[ \t]*{dotted}[ \t]*\](?(1)\])[ \t]*(?:#[^\n]*)?\r?$)", re.M
        )

    @cached_property
    def header_line(self) -> re.Pattern[str]:
        """A line that is a header; to be searched for."""
        return re.compile(rf"^[ \t]*(\[)?\[[ \t]*{self._dotted}[ \t]*\](?(1)\])[ \t]*(?:#[^\n]*)?\r?$", re.M)

    @cached_property
    def statement(self) -> re.Pattern[str]:
        """What may follow a complete entry on a later line."""
        return re.compile(rf"[ \t]*(?:\[|#|{self._dotted}[ \t]*=)|\Z")

    @cached_property
    def prefixed(self) -> re.Pattern[str]:
        """Prefix characters, blanks, and the name behind them."""
        prefix = f"[{re.escape(self.prefixes)}]" if self.prefixes else "(?!)"
        return re.compile(rf"{prefix}+[ \t]*[\w-]*")


def skip(pattern: re.Pattern[str], text: str, pos: int, limit: int = sys.maxsize) -> int:
    """Offset behind what ``pattern`` matches at ``pos``, again and again if that is long; ``pos`` if it does not
    match."""
    while True:
        match = pattern.match(text, pos, limit)
        if match is None:
            return pos
        start, pos = pos, match.end()
        if pos - start < _AT_ONCE:
            return pos


@lru_cache(maxsize=16)
def key_patterns(prefixes: str) -> KeyPatterns:
    """The (shared) expressions for ``prefixes``."""
    return KeyPatterns(prefixes)


_TAKEN = "_-\"'#=[]{},\\"


def can_be_flag(char: str) -> bool:
    """Whether a character may be registered as a prefix or mark: no letter, digit or part of TOML."""
    return len(char) == 1 and char.isprintable() and not char.isalnum() and not char.isspace() and char not in _TAKEN
