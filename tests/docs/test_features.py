"""Every row of the list of features is proved by tests that exist."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest
from docs_kit import DOCS, ROOT

TEXT = (DOCS / "features.md").read_text("utf-8")
ROWS = re.findall(r"^\| ([A-Z]+\d*) \| (.+?) \| (.*) \|$", TEXT, re.MULTILINE)
PROOF = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
COUNTS = {"K": 7, "T": 7, "S": 7, "G": 4, "D": 5, "C": 5, "X": 5}
KNOWN = [f"{letter}{number}" for letter, count in COUNTS.items() for number in range(1, count + 1)]
CLIENTS = ["VSCODE", "NVIM", "OTHER"]


@cache
def functions_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


def test_every_feature_has_one_row() -> None:
    assert [id for id, _, _ in ROWS] == [*KNOWN, *CLIENTS]


def test_every_line_of_a_table_is_a_row() -> None:
    lines = [line for line in TEXT.split("\n") if line.startswith("|") and not line.startswith(("| ---", "| id "))]
    assert len(lines) == len(ROWS)


@pytest.mark.parametrize(("id", "what", "proof"), ROWS, ids=[row[0] for row in ROWS])
def test_the_row_has_tests_that_exist(id: str, what: str, proof: str) -> None:
    links = PROOF.findall(proof)
    assert what
    assert links
    assert PROOF.sub("", proof).strip(" ,") == ""
    for file, name in links:
        assert (ROOT / file).is_file(), file
        assert name in functions_in(file), f"{file}::{name}"
