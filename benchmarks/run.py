"""Run every benchmark and print the figures as ratios to their peers.

``python benchmarks/run.py [NAME ...] [--quick] [--json OUT]``: NAME is one or more of the benchmarks (default: all).
The figures go to ``.artifacts/bench/figures.json`` as well, what each of them prints to ``NAME.log`` beside it, and the
ratios as pictures to ``docs/images/speed-NAME.svg``. ``--quick`` runs small sizes once, which shows that all work and
draws nothing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from figures import Figure, read, table
from plots import plot

HERE = Path(__file__).resolve().parent
WORK = HERE.parent / ".artifacts" / "bench"
IMAGES = HERE.parent / "docs" / "images"
QUICK = {
    "parser": "--sections 20,500",
    "edits": "--n 200 --sections 100",
    "index": "--n 200 --rounds 1",
    "check": "--configs 120 --rounds 1",
    "server": "--rounds 1 --iters 10",
    "runtime": "--sections 100,500 --rounds 1",
    "config_peers": "--rounds 1",
}
"""Small sizes, by benchmark."""


def run(name: str, quick: bool = False) -> tuple[list[dict[str, object]], bool]:
    """Run one benchmark and print its figures; they come back as rows, with whether it succeeded."""
    print(f"\n== {name}", flush=True)
    out, log = WORK / f"{name}.json", WORK / f"{name}.log"
    out.unlink(missing_ok=True)
    command = [sys.executable, HERE / f"{name}.py", "--json", out, *(QUICK[name].split() if quick else ())]
    done = subprocess.run(command, capture_output=True, text=True)
    log.write_text(done.stdout + done.stderr, "utf-8")
    if done.returncode != 0:
        print(*(done.stdout + done.stderr).splitlines()[-15:], f"{name} failed; all of it: {log}", sep="\n")
        return [], False
    try:
        figures = read(out)
    except (OSError, ValueError, KeyError, TypeError):
        print(done.stdout.rstrip())  # figures of another form: its own words
        return [], True
    print(table(figures), flush=True)
    if not quick:
        _draw(name, figures)
    return [{"benchmark": name, **asdict(figure), "ratio": figure.ratio} for figure in figures], True


def _draw(name: str, figures: list[Figure]) -> None:
    for peer in {figure.peer for figure in figures if figure.ratio} if name == "server" else {""}:
        shown = [figure for figure in figures if peer in ("", figure.peer)]
        path = IMAGES / f"speed-{name}{f'-{peer}' if peer else ''}.svg"
        path.write_text(plot(f"{name} beside {peer}" if peer else name, shown), "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(QUICK)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="small sizes, once")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures to this file instead")
    options = parser.parse_args()
    unknown = sorted(set(options.names) - QUICK.keys())
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(QUICK)}")
    WORK.mkdir(parents=True, exist_ok=True)
    rows, succeeded = [], True
    for name in options.names or QUICK:
        found, fine = run(name, options.quick)
        rows += found
        succeeded = succeeded and fine
    (options.json or WORK / "figures.json").write_text(json.dumps({"figures": rows}, indent=1), "utf-8")
    return 0 if succeeded else 1


if __name__ == "__main__":
    sys.exit(main())
