"""Speed of parsing and assembling: CPU time against tomllib and tomlkit in the same run, and what an edit costs.

    python benchmarks/parser.py [--sections 20,500,5000] [--rounds 7] [--json OUT]

Figures are the best of several rounds. An edit types one character into a value, or puts one header in or takes it
out, and includes the tables. Before anything is measured, the answers are compared with tomllib's.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import tomlkit
from figures import Figure, least, middle, show

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


def cpu(work: Callable[[], object]) -> float:
    """CPU time of one call, in ms."""
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


def whole(text: str) -> FileTables:
    """What opening a file costs."""
    return assemble("config.toml", parse(text))


def times_of_edits(tree: SyntaxTree, tables: FileTables, edits: list[tuple[int, int, str]]) -> list[float]:
    """CPU time, in ms, of each edit with its tables."""
    times = []
    for start, end, new in edits:
        begin = time.process_time()
        edited = tree.edit(start, end, new)  # kept until the next one replaces it, as an editor session does
        result = assemble("config.toml", edited, tables)
        times.append((time.process_time() - begin) * 1000)
    assert result.file == tables.file
    return times


def measure(sections: int, rounds: int) -> list[Figure]:
    """The figures of one size; whole files beside both peers by turns."""
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
    kinds = {"one character": typing, "a new header": adding, "a deleted header": removing}
    edits = {name: middle(times_of_edits(tree, tables, places)) for name, places in kinds.items()}
    ours: list[float] = []
    peers: dict[str, list[float]] = {"tomllib": [], "tomlkit": []}
    for number in range(rounds):
        ours.append(cpu(lambda: whole(text)))
        peers["tomllib"].append(cpu(lambda: tomllib.loads(text)))
        if number == 0 or sections <= 1000:
            peers["tomlkit"].append(cpu(lambda: tomlkit.parse(text)))
    size = f"{sections} sections, {len(text) / 1000:.0f} kB"
    found = [
        Figure(f"{size}: all of it", least(ours), "ms", name, min(taken), "", "OK") for name, taken in peers.items()
    ]
    whole_peer = min(peers["tomllib"])
    found += [Figure(f"{size}: {name}", took, "ms", "tomllib", whole_peer, "", "OK") for name, took in edits.items()]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sections", default="20,500,5000")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path, metavar="OUT")
    options = parser.parse_args()
    found = [
        figure for sections in map(int, options.sections.split(",")) for figure in measure(sections, options.rounds)
    ]
    show(found, options.json)


if __name__ == "__main__":
    main()
