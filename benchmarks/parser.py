"""Speed of parsing and assembling: CPU time against tomllib and tomlkit in the same run, and what an edit costs.

    python benchmarks/parser.py [--sections 20,500,5000] [--rounds 7] [--json OUT]

Figures are the best of several rounds. An edit types one character into a value, or puts one header in or takes it
out, and includes the tables. Before anything is measured, the answers are compared with tomllib's.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import tomlkit

from excore.lang.syntax.document import SyntaxTree, parse
from excore.lang.tables.assemble import assemble
from excore.lang.tables.table import FileTables, plain

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

VALUES = [
    "num_classes = 21",
    "dropout_ratio = 0.2",
    'norm_type = "SyncBN"',
    "align_corners = true",
    "crop_size = [769, 769]",
    "mean = [123.675, 116.28, 103.53]",
    'class_names = ["road", "sidewalk", "car"]',
    'data_root = "data/cityscapes"  # where the images are',
]
FIELDS = ["Model", "Backbone", "Head", "TrainData", "Transform", "Optimizer", "Loss", "Extra"]


def config(sections: int) -> str:
    """A config of plain TOML with that many sections, like a large project's."""
    chance = random.Random(sections)
    lines = [f'work_dir = "runs/m{sections}"', "max_epochs = 100", ""]
    for number in range(sections):
        lines.append(f"[{FIELDS[number * len(FIELDS) // sections]}.Module{number}]")
        lines.append(f'"!backbone" = "Module{chance.randrange(sections)}"')
        lines += chance.sample(VALUES, chance.randint(3, 8))
        lines.append("")
    return "\n".join(lines)


def best(rounds: int, work: Callable[[], object]) -> float:
    """Least CPU time of one call, in ms."""
    least = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        work()
        least = min(least, time.process_time() - start)
    return least * 1000


def whole(text: str) -> FileTables:
    """What opening a file costs."""
    return assemble("config.toml", parse(text))


def median_edit(tree: SyntaxTree, tables: FileTables, edits: list[tuple[int, int, str]]) -> float:
    """Median CPU time, in ms, of one edit with its tables."""
    times = []
    for start, end, new in edits:
        begin = time.process_time()
        edited = tree.edit(start, end, new)  # kept until the next one replaces it, as an editor session does
        result = assemble("config.toml", edited, tables)
        times.append(time.process_time() - begin)
    assert result.file == tables.file
    return sorted(times)[len(times) // 2] * 1000


def measure(sections: int, rounds: int) -> dict[str, float]:
    """One row of the table."""
    text = config(sections)
    tree = parse(text)
    tables = assemble("config.toml", tree)
    if plain(tables.root) != tomllib.loads(text) or tables.problems or list(tree.problems):
        raise SystemExit("the answers differ from tomllib's: nothing was measured")
    chance = random.Random(1)
    headers = tree.starts[1:]
    values = [text.index(" = ", start) + 3 for start in headers]
    typing = [(at, at, "1") for at in chance.choices(values, k=41)]
    adding = [(at, at, "[Model.Fresh]\n") for at in chance.choices(headers, k=41)]
    removing = [(at, text.index("\n", at) + 1, "") for at in chance.choices(headers, k=41)]
    # Edits first: what the other parsers leave behind keeps the cycle collector busy.
    edits = {
        "typing ms": median_edit(tree, tables, typing),
        "adding a header ms": median_edit(tree, tables, adding),
        "removing a header ms": median_edit(tree, tables, removing),
    }
    return {
        "sections": sections,
        "kB": len(text) / 1000,
        "tomllib ms": best(rounds, lambda: tomllib.loads(text)),
        "tomlkit ms": best(1 if sections > 1000 else rounds, lambda: tomlkit.parse(text)),
        "ours ms": best(rounds, lambda: whole(text)),
        **edits,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sections", default="20,500,5000")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path, metavar="OUT")
    options = parser.parse_args()
    rows = []
    for sections in map(int, options.sections.split(",")):
        row = measure(sections, options.rounds)
        row["ours / tomllib"] = row["ours ms"] / row["tomllib ms"]
        row["ours / tomlkit"] = row["ours ms"] / row["tomlkit ms"]
        rows.append(row)
    for name in rows[0]:
        print(f"{name:22}", *(f"{row[name]:>10.{0 if name == 'sections' else 2}f}" for row in rows))
    if options.json:
        handle, temporary = tempfile.mkstemp(dir=options.json.parent, suffix=".json")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"python": sys.version.split()[0], "rows": rows}, file, indent=1)
        os.replace(temporary, options.json)


if __name__ == "__main__":
    main()
