"""Time the language server against tombi's and a bare pygls server, in the same run, with every answer judged.

``python benchmarks/server.py [--json OUT] [--large]`` makes a project of 1,000 classes with configs of 20 and 500
sections (``--large``: also 5,000 of both) under ``.artifacts/bench`` and runs `lsp_bench.py` on it. tombi knows the
classes from the JSON schema that the project holds; it has no definition and no reference values.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from figures import Figure, show

HERE = Path(__file__).resolve().parent
WORK = HERE.parent / ".artifacts" / "bench"
BIN = Path(sys.executable).parent
SIZES = {1000: "20,500"}
LARGE = {5000: "5000"}
RIGHT = {"OK", "NOISY", "PUSH", "PULL"}


def measure(classes: int, sections: str, rounds: int, iterations: int) -> dict[str, Any]:
    """What `lsp_bench.py` says about a project of this size. Raises ``CalledProcessError``."""
    project = WORK / f"p{classes}"
    out = WORK / f"server-{classes}.json"
    make = ["gen_project.py", "--n", str(classes), "--sections", sections, "--out", str(project)]
    bench = ["lsp_bench.py", "--project", str(project), "--out", str(out)]
    bench += ["--rounds", str(rounds), "--iters", str(iterations)]
    bench += ["--server", f"tombi={BIN / 'tombi'} lsp --offline", "--server", f"excore={BIN / 'excore-server'}"]
    bench += ["--server", f"pygls={{python}} {HERE / 'pygls_echo.py'} {{project}} {{config}}"]
    for script, *rest in (make, bench):
        subprocess.run([sys.executable, HERE / script, *rest], check=True)
    result: dict[str, Any] = json.loads(out.read_text("utf-8"))
    return result


def figures(result: dict[str, Any]) -> list[Figure]:
    """Our medians beside those of tombi and of a bare pygls server, where its answer is the right one."""
    return [figure for peer in ("tombi", "pygls") for figure in beside(peer, result)]


def beside(name: str, result: dict[str, Any]) -> Iterator[Figure]:
    for config, servers in result["configs"].items():
        theirs = servers[name]
        for metric, ours in servers["excore"].items():
            if "p50" not in ours or metric in ("sync_kind", "processes", "rss_mb", "cpu_s"):
                continue
            peer = theirs.get(metric, {})
            peer_right = set(peer.get("verdicts", {})) <= RIGHT
            if name != "tombi" and not (peer_right and peer.get("p50")):
                continue
            note = ""
            if peer_right and ours["cpu_ms"] and peer.get("cpu_ms"):
                note = f"CPU {ours['cpu_ms'] / peer['cpu_ms']:.2f} x"
            yield Figure(
                name=f"{result['n']} classes, {Path(config).stem}: {metric}",
                value=ours["p50"],
                unit="MB" if metric.endswith("_mb") else "ms",
                peer=name,
                peer_value=peer.get("p50") if peer_right else None,
                note=note,
                verdict="OK" if set(ours["verdicts"]) <= RIGHT else ",".join(sorted(set(ours["verdicts"]) - RIGHT)),
                spread=max(ours["round_p50"]) / max(min(ours["round_p50"]), 1e-9) - 1,
            )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures to this file")
    parser.add_argument("--large", action="store_true", help="also 5,000 classes and 5,000 sections")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--iters", type=int, default=90)
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    found: list[Figure] = []
    for classes, sections in {**SIZES, **(LARGE if options.large else {})}.items():
        found += figures(measure(classes, sections, options.rounds, options.iters))
    show(found, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
