"""What an edit costs until text, tree, tables, meaning and problems are up to date: CPU time per kind of edit.

``python benchmarks/edits.py [--n 1000] [--sections 500,5000] [--json OUT]`` makes a project of N registered classes and
types into its configs: one character, one line or one table at a time, in the first, middle and last tables. Every edit
is taken back again, which counts as an edit of the same kind. The peer is one whole ``tomllib.loads`` of the same text.
In the end the problems are compared with those of a fresh start: else nothing is printed.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from figures import Figure, middle, show

from excore.index import Indexer
from excore.lang.catalog import Catalog
from excore.lang.workspace.host import Host

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).resolve().parent
Edit = tuple[int, int, str]
# kind: what to look for from the start of a table on, and what to write in place of the group `at`
KINDS = {
    "a digit of a value": (r"\n\w+ = (?P<at>)\d", "1"),
    "a letter of a key": (r"\n\w+(?P<at>) = ", "x"),
    "a letter of a header's class": (r"\[\w+\.\w+(?P<at>)\]", "x"),
    "a letter of a header's field": (r"\[\w+(?P<at>)\.", "x"),
    "a letter of a reference": (r'"!\w+" = "\w+(?P<at>)"', "x"),
    "a letter of a variable": (r'"&\w+" = "\w+(?P<at>)"', "x"),
    "a new line": (r"\](?P<at>)\n", "\nnum_layers = 4"),
    "a deleted line": (r"(?P<at>\n\w+ = .*)\n", ""),
    "a comment": (r"\](?P<at>)\n", "\n# note"),
    "a new header": (r"\](?P<at>)\n", "\n[Model.Fresh]"),
    "a deleted header": (r"(?P<at>\[.*\]\n)", ""),
    "a deleted table": (r"(?P<at>\[[^\[]*)(?=\n\[|$)", ""),
}
TABLES = 5  # at each of the three places


def places(text: str) -> Iterator[int]:
    """Where the first, middle and last tables begin."""
    starts = [found.start() for found in re.finditer(r"(?m)^\[", text)]
    for first in (0, len(starts) // 2, len(starts) - 3 * TABLES):
        yield from starts[first : first + TABLES]


def edits(text: str, pattern: str, new: str) -> Iterator[Edit]:
    """The edits of one kind."""
    for start in places(text):
        found = re.compile(pattern).search(text, start)
        if found is not None:
            yield (*found.span("at"), new)


def cpu(work: Callable[[], object]) -> float:
    """CPU milliseconds of ``work``."""
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


class Session:
    """One config that is open in an editor."""

    def __init__(self, project: Path, catalog: Catalog, text: str) -> None:
        self.path = str(project / "configs" / "edited.toml")
        self.host = Host()
        self.host.open(self.path, text)
        self.host.set_catalog(self.host.project_of(self.path).root, catalog)
        self.problems()

    def edit(self, start: int, end: int, new: str) -> None:
        self.host.edit(self.path, start, end, new)
        self.host.snapshot().diagnostics(self.path)

    def problems(self) -> list[tuple[object, ...]]:
        snapshot = self.host.snapshot()
        file = snapshot.file(self.path)
        assert file is not None
        found = snapshot.diagnostics(self.path)
        return [(one.code, one.message, one.suggestions, *file.absolute(one.origin)) for one in found]


def measure(project: Path, catalog: Catalog, text: str) -> Iterator[Figure]:
    text = text.replace("\nnum_heads = 4", '\n"&num_heads" = "max_epochs"')
    sections = len(re.findall(r"(?m)^\[", text))
    session = Session(project, catalog, text)
    parse = min(cpu(lambda: tomllib.loads(text)) for _ in range(5))
    for name, (pattern, new) in KINDS.items():
        times = []
        for number, (start, end, put) in enumerate(edits(text, pattern, new)):
            undo = (start, start + len(put), text[start:end])
            times.append(cpu(lambda at=(start, end, put): session.edit(*at)))
            if number % TABLES == 0:
                fresh = Session(project, catalog, f"{text[:start]}{put}{text[end:]}")
                if session.problems() != fresh.problems():
                    raise SystemExit(f"{name}: the problems after the edit differ from those of a fresh start")
            times.append(cpu(lambda at=undo: session.edit(*at)))
        note = f"at most {max(times):.2f}"
        yield Figure(f"{sections} tables, {name}", middle(times), "ms", "tomllib, all", parse, note, "OK")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=1000, help="registered classes")
    parser.add_argument("--sections", default="500,5000")
    parser.add_argument("--json", type=Path, metavar="OUT")
    options = parser.parse_args()
    found: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        make = ["gen_project.py", "--n", str(options.n), "--sections", options.sections, "--out", str(project)]
        subprocess.run([sys.executable, HERE / make[0], *make[1:]], check=True, capture_output=True)
        catalog = Indexer(project, cache_dir=Path(folder) / "cache").build()
        for sections in options.sections.split(","):
            text = (project / "configs" / f"m{sections}.toml").read_text("utf-8")
            found += measure(project, catalog, text)
    show(found, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
