#!/usr/bin/env python3
"""Black-box latency and correctness bench for TOML language servers over stdio (stdlib only).

    python benchmarks/lsp_bench.py --server taplo='taplo lsp stdio' --server tombi='tombi lsp --offline' \
        --project DIR --out result.json [--configs m20,m500] [--iters 200] [--rounds 3] [--only completion,diag]

DIR is made by gen_project.py; its manifest.json says where to put the cursor and what has to come back.
The servers run alternately (order rotated each round) so that ratios are of one run. A fast wrong answer
is not a result: every answer is checked and gets a verdict.

  OK          the wanted answer is there and nothing of it is missing
  TRUNCATED   wanted item there, others missing, and the server said isIncomplete
  PARTIAL     wanted item there, others missing, without isIncomplete
  NOISY       all there, but more than half of the items are not valid at that place (the raw list is judged:
              an editor's own prefix filter may hide them)
  WRONG       an answer without what was wanted       EMPTY  null or an empty list
  WEAK        hover that names the symbol but lacks its docstring
  UNDETECTED  no diagnostic on the bad line within --diag-timeout
  TIMEOUT / ERROR / UNSUPPORTED (not in the server's capabilities)

Times are ms from just before the write of the request (of the didChange, where there is one) to the
arrival of the last byte of the answer; decoding in this client is not counted. CPU is the server's own on-CPU
time of all threads per iteration (ms): it stays comparable on a loaded machine, the latencies do not.
'{project}', '{config}' and '{python}' in a server command are replaced.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
import time
from pathlib import Path
from typing import Any

from lsp_report import load, render, summarise
from lsp_session import Session

LISTS = ("items", "recall", "bytes", "invalid", "docs", "cpu")


def arguments() -> argparse.Namespace:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--server", action="append", required=True, metavar="NAME=CMD")
    ap.add_argument("--project", required=True)
    ap.add_argument("--out", required=True, help="JSON result; the table goes beside it as .md and to stdout")
    ap.add_argument("--configs", default="", help="names, e.g. m20,m500 (default: all in the manifest)")
    ap.add_argument("--iters", type=int, default=210, help="iterations of each metric over all rounds")
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--warmup", type=int, default=2)
    ap.add_argument("--budget", type=float, default=6.0, help="seconds for one metric in one session, whatever --iters")
    ap.add_argument("--timeout", type=float, default=20.0)
    ap.add_argument("--ready-timeout", type=float, default=20.0)
    ap.add_argument("--diag-timeout", type=float, default=3.0)
    ap.add_argument("--only", default="", help="groups or probe names: completion,hover,definition,diag,document")
    ap.add_argument(
        "--settings", type=json.loads, default={}, help="JSON: section -> value, for configuration requests"
    )
    ap.add_argument("--init-options", type=json.loads, default=None)
    ap.add_argument("--trace", default=None, help="append what servers send to this file")
    a = ap.parse_args()
    a.only = set(filter(None, a.only.split(",")))
    return a


def collect(into: dict[str, Any], metric: str, measured: dict[str, Any]) -> None:
    """Add what one session measured to what earlier rounds did."""
    empty = {"rounds": [], "verdicts": {}, **{key: [] for key in LISTS}, "detail": None}
    total = into.setdefault(metric, empty)
    total["rounds"].append(measured["ms"])
    for verdict, count in measured["verdicts"].items():
        total["verdicts"][verdict] = total["verdicts"].get(verdict, 0) + count
    for key in LISTS:
        total[key] += measured[key]
    total["detail"] = measured["detail"] or total["detail"]


def main() -> int:
    a = arguments()
    root = Path(a.project).resolve()
    manifest = json.loads((root / "manifest.json").read_text())
    servers = {}
    for server in a.server:
        name, _, command = server.partition("=")
        servers[name] = shlex.split(command.replace("{project}", str(root)).replace("{python}", sys.executable))
    configs = {k: v for k, v in manifest["configs"].items() if not a.configs or Path(k).stem in a.configs.split(",")}
    names = list(servers)
    result: dict[str, Any] = {
        "project": root.name,
        "n": manifest["n"],
        "servers": {name: " ".join(command) for name, command in servers.items()},
        "iters": a.iters,
        "rounds": a.rounds,
        "load_start": load(),
        "cpus": os.cpu_count(),
        "started": time.strftime("%F %T"),
        "configs": {config: {name: {} for name in names} for config in configs},
    }
    for number in range(a.rounds):
        turn = number % len(names)
        for config, info in configs.items():
            for name in names[turn:] + names[:turn]:
                print(f"round {number + 1}/{a.rounds} {config} {name} load {load()}", file=sys.stderr, flush=True)
                command = [part.replace("{config}", config) for part in servers[name]]
                session = Session(name, command, root, config, info, a, max(1, -(-a.iters // a.rounds)))
                for metric, measured in session.run().items():
                    collect(result["configs"][config][name], metric, measured)
    result["load_end"] = load()
    summarise(result)
    table = render(result, configs)
    Path(a.out).write_text(json.dumps(result, indent=1))
    Path(a.out).with_suffix(".md").write_text(table)
    print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
