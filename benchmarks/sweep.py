"""What a sweep of examples/quickstart costs over a shell loop, two at a time.

``python benchmarks/sweep.py [RUNS [ROUNDS]]``: both train the same configs with the same command, by turns. The loop is
``xargs -P 2``, with records that the sweep has written.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

QUICKSTART = Path(__file__).resolve().parents[1] / "examples" / "quickstart"
SWEEP = """
[sweep]
base = "{base}"
maximize = "mIoU"
[axes]
steps = 2
Optimizer.SGD.lr = {{ from = 0.01, to = 0.1, count = {count} }}
Optimizer.SGD.momentum = [0.0, 0.5]
"""


def cost(command: list[str], **options: str) -> tuple[float, float]:
    """Seconds on the clock, and of processors: the latter depend less on what else the machine does."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=QUICKSTART, check=True, stdout=subprocess.DEVNULL, text=True, **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    runs, rounds = (int(text) for text in [*sys.argv[1:], *("200", "3")[len(sys.argv) - 1 :]])
    found: dict[str, list[tuple[float, float]]] = {"sweep": [], "loop": []}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "rates.toml")
        file.write_text(SWEEP.format(base=QUICKSTART / "configs" / "fcn_resnet.toml", count=runs // 2), "utf-8")
        sweep = [sys.executable, "-m", "excore.cli.main", "sweep", str(file), "-j", "2"]
        check, _ = cost(sweep)
        for number in range(rounds):
            out = Path(folder, str(number))
            found["sweep"].append(cost([*sweep, "--to", str(out), "--", sys.executable, "train.py", "{config}"]))
            configs = "\n".join(str(path) for path in sorted(out.rglob("config.toml")))
            loop = ["xargs", "-P", "2", "-n", "1", sys.executable, "train.py"]
            found["loop"].append(cost(loop, input=configs))
    print(f"{runs} runs, 2 at a time, the least of {rounds} rounds; the check alone takes {check:.1f} s")
    for number, what in enumerate(("clock", "processors")):
        ours, theirs = (min(each[number] for each in found[name]) for name in ("sweep", "loop"))
        print(f"{what:12}sweep {ours:.1f} s, loop {theirs:.1f} s: {100 * (ours / theirs - 1):+.1f} %")


if __name__ == "__main__":
    main()
