"""How long the static index takes: CPU time cold, warm and for one changed file, against plain ``ast.parse``.

``python benchmarks/index.py [--project DIR] [--n 1000] [--rounds 5] [--json OUT]``. Without ``--project`` a synthetic
project of N registered classes is made. Every figure is the least of all rounds; ours and the peer's alternate.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from figures import Figure, least, table, write

from excore.index import Indexer

HERE = Path(__file__).resolve().parent


def cpu(work: Callable[[], object]) -> float:
    """CPU milliseconds of ``work``."""
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


def parse_all(texts: list[str]) -> None:
    for text in texts:
        ast.parse(text)


def measure(project: Path, rounds: int, work: Path, expected: int | None) -> list[Figure]:
    texts = [path.read_text("utf-8", "replace") for path in sorted(project.rglob("*.py"))]
    parse: list[float] = []
    cold: list[float] = []
    warm: list[float] = []
    entries: list[float] = []
    one: list[float] = []
    one_parse: list[float] = []
    registered = 0
    for number in range(rounds):
        cache = work / f"cache{number}"
        parse.append(cpu(lambda: parse_all(texts)))
        cold.append(cpu(Indexer(project, cache_dir=cache).build))
        time.sleep(0.1)  # a file just written is not trusted by its time stamp
        Indexer(project, cache_dir=cache).build()
        index = Indexer(project, cache_dir=cache)
        warm.append(cpu(index.build))
        catalog = index.catalog
        registered = sum(len(table) for table in catalog.entries.values())
        entries.append(cpu(lambda catalog=catalog: list(catalog)))
        path = max(index.files, key=lambda name: Path(name).stat().st_size)
        text = Path(path).read_text("utf-8") + f"\n\nCHANGED = {number}\n"
        one_parse.append(cpu(lambda text=text: ast.parse(text)))
        one.append(cpu(lambda index=index, path=path, text=text: index.update({path: text})))
    size = sum(map(len, texts))
    right = "" if expected is None else "OK" if registered == expected else "WRONG"
    return [
        Figure(
            "index, nothing cached",
            least(cold),
            "ms",
            "ast.parse",
            min(parse),
            f"{registered} registered, {size} chars",
            right,
        ),
        Figure("index, everything cached", least(warm), "ms", "ast.parse", min(parse)),
        Figure("index, the largest file changed", least(one), "ms", "ast.parse of it", min(one_parse)),
        Figure(
            "index, details of every entry",
            least(entries),
            "ms",
            "ast.parse",
            min(parse),
            "only when all are looked at",
        ),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--project", type=Path, help="index this folder instead of a synthetic project")
    parser.add_argument("--n", type=int, default=1000, help="classes in the synthetic project")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="OUT")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = options.project or Path(folder) / "project"
        if options.project is None:
            command = [
                sys.executable,
                HERE / "gen_project.py",
                "--n",
                str(options.n),
                "--sections",
                "20",
                "--out",
                project,
            ]
            subprocess.run(command, check=True, capture_output=True)
        figures = measure(project, options.rounds, Path(folder), options.n if options.project is None else None)
    print(table(figures))
    if options.json:
        write(figures, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
