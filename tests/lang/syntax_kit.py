"""Config texts for property tests of the syntax, and how trees and tables are compared."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from excore.lang.syntax.document import SyntaxTree
from excore.lang.syntax.tree import Array, Block, InlineTable, KeyValue, Missing, Scalar
from excore.lang.tables.table import Binding, FileTables, Table, Tables

_COVERAGE = f"{os.sep}slipcover{os.sep}"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

EVERYTHING = '''# every construct
title = "run \\u00e9 \\"one\\" \\\\"   # comment with "quotes" and [brackets]
'literal key' = 'C:\\path'
!backbone = "ResNet"
"@head" = 'Head'
$loss.a = ["Dice", 'Focal']
numbers = [1, 0x1F, 0o7, 0b1, 1_000, -3, +4, 1.5, 1e5, 6.02e-3, inf, -inf]
dates = [1979-05-27T07:32:00Z, 1979-05-27 07:32:00.5, 1979-05-27, 07:32:00]
nested = [
  [1, 2], # rows
  ["a", "]"],
  { x = 1, "y z" = [true, false] },
  """in an
  array"""
]
text = """
first \\
   joined ""two"" quotes
  mass = 3 kg
"""
raw = \'\'\'
 [not a key "\'\'
\'\'\'

[Model.FCN]
backbone = { !a = "R", b.c = 1 }
  indented.key = true

  [Model.FCN.head]   # a comment
  size = 1

[[steps]]
name = "one"
[[steps.inner]]
a = 1
[[steps]]
name = "two 😀"

[Model."quoted part".!x]
ключ1 = 0
[last]
'''.replace("ключ1", "key1")

NESTED_TABLES = """[a.b.c]
x = 1
[a]
y.z = 2
[a.b]
w = 3
[[a.list]]
k = 1
[a.list.sub]
k = 2
[[a.list]]
k = 3
[b]
[b.a]
[c]
q = { a = { b = 1 } }
"""

CLASHES = """x = 1
x = 2
[a]
b.c = 1
b.c = 2
[a.b]
d = 1
[a]
e = 1
[[a]]
[x.y]
[q]
in = { a = 1, a = 2, b.c = 1, b = 3 }
[q.in]
list = [{ a = 1, a = 2 }]
"""


def configs() -> dict[str, str]:
    """Valid texts by name: our own, and the example project's."""
    found = {"everything": EVERYTHING, "nested tables": NESTED_TABLES}
    for path in sorted(EXAMPLES.rglob("*.toml")):
        found[str(path.relative_to(EXAMPLES))] = path.read_bytes().decode()
    return found


def shape(node: object) -> Any:
    """A syntax node as nested tuples."""
    if isinstance(node, Scalar):
        return (node.kind, node.raw, node.start, node.end)
    if isinstance(node, Array):
        return ("array", node.start, node.end, node.closed, [shape(item) for item in node.items])
    if isinstance(node, InlineTable):
        return ("inline", node.start, node.end, node.closed, [shape(entry) for entry in node.entries])
    if isinstance(node, Missing):
        return ("missing", node.start, node.end)
    assert isinstance(node, KeyValue)
    return (_parts(node.parts), node.equals, shape(node.value))


def _parts(parts: Any) -> list[Any]:
    return [(part.name, part.start, part.end, part.quoted, part.broken) for part in parts]


def block_shape(block: Block) -> Any:
    header = block.header
    return (
        block.text,
        header and (_parts(header.parts), header.array, header.start, header.end, header.closed),
        [shape(entry) for entry in block.entries],
        [(problem.code, problem.message, problem.start, problem.end) for problem in block.problems],
        block.reach,
    )


def tree_shape(tree: SyntaxTree) -> Any:
    return (tree.text, tree.starts, [block_shape(block) for block in tree.blocks])


def tables_shape(tables: FileTables, tree: SyntaxTree) -> Any:
    """Tables with absolute places, so that those of two trees of one text are comparable."""

    def place(origin: Any) -> Any:
        start = tree.start_of(origin.block)
        return (origin.file, start + origin.start, start + origin.end)

    def value(bound: Any) -> Any:
        if isinstance(bound, Table):
            return (
                bound.style,
                [place(one) for one in bound.headers],
                [binding(one) for one in bound.bindings.values()],
            )
        if isinstance(bound, Tables):
            return [value(item) for item in bound.items]
        return shape(bound)

    def binding(one: Binding) -> Any:
        return (one.name, place(one.origin), value(one.value))

    problems = [
        (
            one.code,
            one.message,
            place(one.origin),
            [(place(related.origin), related.message) for related in one.related],
        )
        for one in tables.problems
    ]
    return (value(tables.root), problems)


def calls(run: Callable[[], object], *, lines: bool = False) -> int:
    """How many calls, of functions in Python and in C, ``run`` makes; without those of the collector of garbage and of
    the one that counts lines. With ``lines`` every line that it comes to is one more."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        count += event == "line" and _COVERAGE not in frame.f_code.co_filename
        return trace

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call") and _COVERAGE not in frame.f_code.co_filename

    before, traced, collects = sys.getprofile(), sys.gettrace(), gc.isenabled()
    gc.disable()
    if lines:
        sys.settrace(trace)
    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(before)
        sys.settrace(traced)
        if collects:
            gc.enable()
    return count
