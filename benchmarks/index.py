"""How long the static index takes: CPU time cold, warm and for one changed file, against plain ``ast.parse``.

``python benchmarks/index.py [--project DIR] [--n 1000] [--rounds 5] [--json OUT]``. Without ``--project`` a synthetic
project of N registered classes is made. Every figure is the least of all rounds; ours and the peer's alternate.

``python benchmarks/index.py --match transformers diffusers torchvision.models`` is about a project that registers all
that these packages have. They are installed from PyPI into an environment of their own, without what they need: nothing
is imported. Each round is a process of its own, and tells its peak memory (on Unix).
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

from figures import Figure, least, show

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


ROUND = """
import resource, sys, time
from excore.index import Indexer
root, site, cache = sys.argv[1:]
index = Indexer(root, search_paths=[site], cache_dir=cache)
times = [time.process_time()]
catalog = index.build()
times.append(time.process_time())
catalog = index.update({root + "/own.py": "class Saved: ...\\n"})
times.append(time.process_time())
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
print(sum(map(len, catalog.entries.values())), times[1] - times[0], times[2] - times[1], peak)
"""


def measure_match(modules: list[str], rounds: int, work: Path) -> None:
    """What reading packages takes that a project matches: cold, then with the cache of that."""
    venv = HERE.parent / ".artifacts" / "bench" / "packages"
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    packages = {module.partition(".")[0] for module in modules}
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", *sorted(packages)], check=True)
    site = next((venv / "lib").glob("python*/site-packages"))
    lines = ["from excore import Registry", 'ALL = Registry("all")']
    lines += [f"import {module}\nALL.match({module})" for module in modules]
    (work / "project").mkdir()
    (work / "project" / "registries.py").write_text("\n".join(lines), "utf-8")
    (work / "project" / "own.py").write_text("", "utf-8")
    results: dict[str, list[list[float]]] = {"nothing cached": [], "everything cached": []}
    for number in range(rounds):
        for found in results.values():
            command = [sys.executable, "-c", ROUND, work / "project", site, work / f"cache{number}"]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found.append([float(value) for value in done.stdout.split()])
    for name, found in results.items():
        count, build, saved, peak = map(min, zip(*found, strict=True))
        print(f"{name}: {count:.0f} registered, {build:.2f} s CPU, {saved:.3f} s for a saved file, {peak:.0f} MB")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--project", type=Path, help="index this folder instead of a synthetic project")
    parser.add_argument("--n", type=int, default=1000, help="classes in the synthetic project")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="OUT")
    parser.add_argument("--match", nargs="+", metavar="MODULE", help="read these modules of packages from PyPI instead")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.match:
            measure_match(options.match, options.rounds, Path(folder))
            return 0
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
    show(figures, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
