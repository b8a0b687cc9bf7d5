"""Text of one Python file as the scanner reads it: lines, positions and source segments of AST nodes."""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_left

from excore.index.facts import At, Expr

_MAX_SEGMENT = 400
_DYNAMIC = re.compile(r"\b(?:__getattr__|__getattribute__|__dict__|setattr|vars|locals|metaclass)\b")


def parse(text: str) -> ast.Module | None:
    """The syntax tree of ``text``; ``None`` if this interpreter cannot parse it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def normalised(text: str) -> str:
    """``text`` with ``\\n`` as the only line end and without a byte order mark: line numbers stay."""
    if text.startswith("\ufeff"):
        text = text[1:]
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def hits(pattern: re.Pattern[str], text: str) -> list[int]:
    """Lines, from 1, in which ``pattern`` is found."""
    found: list[int] = []
    line, offset = 1, 0
    for match in pattern.finditer(text):
        line += text.count("\n", offset, match.start())
        offset = match.start()
        found.append(line)
    return found


class SourceText:
    """The lines of a normalised text. AST columns count UTF-8 bytes; everything given out counts code points."""

    __slots__ = ("_ascii", "_dynamic", "lines")

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self._ascii = text.isascii()
        self._dynamic = hits(_DYNAMIC, text)

    def is_dynamic(self, node: ast.stmt) -> bool:
        """Whether anything in the lines of ``node`` may give objects attributes that no assignment names."""
        index = bisect_left(self._dynamic, node.lineno)
        return index < len(self._dynamic) and self._dynamic[index] <= (node.end_lineno or node.lineno)

    def column(self, line: int, byte_column: int) -> int:
        """Code-point column of a byte column in 0-based ``line``."""
        if self._ascii:
            return byte_column
        text = self.lines[line] if line < len(self.lines) else ""
        return (
            byte_column
            if text.isascii()
            else len(text.encode("utf-8", "replace")[:byte_column].decode("utf-8", "ignore"))
        )

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
        found = text.find(node.name, text.find("def", start) + 3 if not isinstance(node, ast.ClassDef) else start + 5)
        column = found if found >= 0 else start
        return [line, column, column + len(node.name)]

    def segment(self, node: ast.expr) -> str:
        """Source text of ``node`` on one line, shortened if very long."""
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        if last >= len(self.lines):
            return ""
        end_byte = node.end_col_offset or 0
        if first == last:
            line = self.lines[first]
            if self._ascii or line.isascii():
                return line[node.col_offset : end_byte]
            return line[self.column(first, node.col_offset) : self.column(first, end_byte)]
        if last - first > 40:
            return "..."
        text = ast.unparse(node)
        return text if len(text) <= _MAX_SEGMENT else "..."

    def expression(self, node: ast.expr) -> Expr:
        """``node`` in the form that registrations are read from."""
        kind = type(node)
        if kind is ast.Name:
            return node.id  # type: ignore[attr-defined,no-any-return]
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
        if isinstance(node, ast.Constant):
            constant = node.value
            if constant is None or isinstance(constant, (str, bool, int, float)):
                return {"c": constant}
            return {"s": self.segment(node)}
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            if len(node.elts) > 200:
                return {"s": "[...]"}
            return {"l": [self.expression(item) for item in node.elts]}
        if isinstance(node, ast.Dict) and len(node.keys) <= 50 and all(map(_is_text, node.keys)):
            return {
                "d": [[key.value, self.expression(value)] for key, value in zip(node.keys, node.values, strict=True)],  # type: ignore[union-attr]
            }
        if isinstance(node, ast.Starred):
            return {"*": self.expression(node.value)}
        return {"s": self.segment(node)}


def _is_text(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def dotted(node: ast.expr) -> str:
    """``a.b.c`` for such a node, "" for any other."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        value = dotted(node.value)
        return f"{value}.{node.attr}" if value else ""
    return ""


def with_name(expr: Expr, name: str, value: Expr) -> Expr:
    """``expr`` where the variable ``name`` stands for ``value``."""
    if isinstance(expr, str):
        head, dot, rest = expr.partition(".")
        if head != name:
            return expr
        if not dot:
            return value
        return f"{value}.{rest}" if isinstance(value, str) else {"s": expr}
    if "l" in expr:
        return {"l": [with_name(item, name, value) for item in expr["l"]]}
    if "d" in expr:
        return {"d": [[key, with_name(item, name, value)] for key, item in expr["d"]]}
    if "f" in expr:
        arguments = [with_name(item, name, value) for item in expr["a"]]
        keywords = [[key, with_name(item, name, value)] for key, item in expr["k"]]
        return {"f": with_name(expr["f"], name, value), "a": arguments, "k": keywords, "at": expr["at"]}
    if "o" in expr:
        return {"o": with_name(expr["o"], name, value), "n": expr["n"]}
    if "*" in expr:
        return {"*": with_name(expr["*"], name, value)}
    return expr


def render(expr: Expr) -> str:
    """``expr`` as source text again."""
    if isinstance(expr, str):
        return expr
    if "c" in expr:
        return repr(expr["c"])
    if "l" in expr:
        return "[" + ", ".join(render(item) for item in expr["l"]) + "]"
    if "d" in expr:
        return "{" + ", ".join(f"{key!r}: {render(value)}" for key, value in expr["d"]) + "}"
    if "f" in expr:
        arguments = [render(item) for item in expr["a"]]
        arguments += [f"{name}={render(value)}" if name else f"**{render(value)}" for name, value in expr["k"]]
        return f"{render(expr['f'])}({', '.join(arguments)})"
    if "o" in expr:
        return f"{render(expr['o'])}.{expr['n']}"
    if "*" in expr:
        return f"*{render(expr['*'])}"
    return str(expr["s"])
