"""Text of one Python file as the scanner reads it: lines, positions and source segments of AST nodes."""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Sequence

from excore.index.facts import At, Expr

_MAX_SEGMENT = 400
_DOCUMENTS = re.compile("#:")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_CHANGING = ("__getattr__", "__getattribute__", "__dict__", "setattr", "vars", "locals", "metaclass")
_DYNAMIC = re.compile(rf"\b(?:{'|'.join(_CHANGING)})\b")


def parse(text: str) -> ast.Module | None:
    """The syntax tree of ``text``; ``None`` if this interpreter cannot parse it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def dotted(node: ast.expr) -> str:
    """``a.b.c`` for such a node, "" for any other."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        value = dotted(node.value)
        return f"{value}.{node.attr}" if value else ""
    return ""


def normalised(text: str) -> str:
    """``text`` with ``\\n`` as the only line end and without a byte order mark: line numbers stay."""
    text = text.removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


class MatchingLines:
    """The lines of a text in which a pattern matches. A text without any of the ``words`` has none: these are
    found much faster."""

    __slots__ = ("_lines",)

    def __init__(self, pattern: re.Pattern[str], text: str, words: Sequence[str] = ("",)) -> None:
        self._lines: list[int] = []
        if not any(word in text for word in words):
            return
        line, offset = 1, 0
        for match in pattern.finditer(text):
            line += text.count("\n", offset, match.start())
            offset = match.start()
            self._lines.append(line)

    def __bool__(self) -> bool:
        return bool(self._lines)

    def nodes(self, tree: ast.AST, in_definitions: MatchingLines) -> Iterator[ast.AST]:
        """What ``ast.walk`` gives of a tree of the text, without nodes that have none of the lines, and definitions
        that have none of others."""
        waiting = deque([tree])
        while waiting:
            node = waiting.popleft()
            lines = in_definitions if isinstance(node, _DEFINITIONS) else self
            if not isinstance(node, (ast.stmt, ast.expr)) or lines.within(node):
                waiting.extend(ast.iter_child_nodes(node))
                yield node

    def within(self, node: ast.stmt | ast.expr) -> bool:
        """Whether any of them is one of a node, or of its decorators."""
        decorators = getattr(node, "decorator_list", ())
        first = decorators[0].lineno if decorators else node.lineno
        return self.between(first, node.end_lineno or node.lineno)

    def between(self, first: int, last: int) -> bool:
        """Whether any of them is one of the lines ``first`` to ``last``, counted from 1."""
        index = bisect_left(self._lines, first)
        return index < len(self._lines) and self._lines[index] <= last


class SourceText:
    """The lines of a normalised text. AST columns count UTF-8 bytes; all results count code points."""

    __slots__ = ("_ascii", "_documents", "dynamic", "lines")

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self._ascii = text.isascii()
        self._documents = MatchingLines(_DOCUMENTS, text)
        self.dynamic = MatchingLines(_DYNAMIC, text, _CHANGING)

    def column(self, line: int, byte_column: int) -> int:
        """Code-point column of a byte column in 0-based ``line``."""
        text = "" if self._ascii or line >= len(self.lines) else self.lines[line]
        if text.isascii():
            return byte_column
        return len(text.encode("utf-8", "replace")[:byte_column].decode("utf-8", "ignore"))

    def at(self, node: ast.expr | ast.stmt | ast.arg | ast.alias, width: int = 0) -> At:
        """Where ``node`` starts; it ends ``width`` further on, or where the node does if that is on the same line."""
        line = node.lineno - 1
        column = self.column(line, node.col_offset)
        if width:
            return [line, column, column + width]
        if node.end_lineno == node.lineno and node.end_col_offset is not None:
            return [line, column, self.column(line, node.end_col_offset)]
        return [line, column, len(self.lines[line]) if line < len(self.lines) else column]

    def name_at(self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> At:
        """Where the name of a definition stands."""
        line = node.lineno - 1
        start = self.column(line, node.col_offset)
        text = self.lines[line] if line < len(self.lines) else ""
        after = start + 5 if isinstance(node, ast.ClassDef) else text.find("def", start) + 3
        column = text.find(node.name, after)
        if column < 0:
            column = start
        return [line, column, column + len(node.name)]

    def comment(self, node: ast.stmt | ast.expr | ast.arg) -> str:
        """What Sphinx takes for documentation of an assignment: a comment ``#: text`` behind it, or such lines above
        it. People document parameters in this way, too."""
        last = (node.end_lineno or node.lineno) - 1
        if not self._documents.between(node.lineno - 1, last + 1):
            return ""
        behind = self.lines[last][self.column(last, node.end_col_offset or 0) :].strip(", \t")
        if behind.startswith("#:"):
            return behind[2:].strip()
        found: list[str] = []
        line = node.lineno - 2
        while line >= 0 and self.lines[line].strip().startswith("#:"):
            found.insert(0, self.lines[line].strip()[2:].strip())
            line -= 1
        return " ".join(found)

    def segment(self, node: ast.expr) -> str:
        """Source text of ``node`` on one line, shortened if very long."""
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        if last >= len(self.lines):
            return ""
        if first == last:
            return self.lines[first][self.column(first, node.col_offset) : self.column(first, node.end_col_offset or 0)]
        text = ast.unparse(node) if last - first <= 40 else ""
        return text if 0 < len(text) <= _MAX_SEGMENT else "..."

    def expression(self, node: ast.expr) -> Expr:
        """``node`` in the form that registrations are read from."""
        if isinstance(node, ast.Name):
            return node.id
        if isinstance(node, ast.Attribute):
            value = self.expression(node.value)
            return f"{value}.{node.attr}" if isinstance(value, str) else {"o": value, "n": node.attr}
        if isinstance(node, ast.Call):
            return {
                "f": self.expression(node.func),
                "a": [self.expression(arg) for arg in node.args],
                "k": [[keyword.arg, self.expression(keyword.value)] for keyword in node.keywords],
                "at": self.at(node),
            }
        if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, (str, bool, int, float))):
            return {"c": node.value}
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            if len(node.elts) > 200:
                return {"s": "[...]"}
            return {"l": [self.expression(item) for item in node.elts]}
        if isinstance(node, ast.Dict) and len(node.keys) <= 50:
            keys = [key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
            if len(keys) == len(node.keys):
                return {"d": [[key, self.expression(value)] for key, value in zip(keys, node.values, strict=True)]}
        if isinstance(node, ast.Starred):
            return {"*": self.expression(node.value)}
        return {"s": self.segment(node)}
