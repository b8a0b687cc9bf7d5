"""What a sweep of examples/quickstart costs over a shell loop, two at a time: ``python benchmarks/sweep.py [RUNS]``.

Both train the same configs with the same command. The loop is ``xargs -P 2``, with records that the sweep has written.
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
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder, "rates.toml"), Path(folder, "out")
        file.write_text(SWEEP.format(base=QUICKSTART / "configs" / "fcn_resnet.toml", count=runs // 2), "utf-8")
        sweep = [sys.executable, "-m", "excore.cli.main", "sweep", str(file), "-j", "2", "--to", str(out), "--"]
        check, _ = cost(sweep[:5])
        ours, cpu = cost([*sweep, sys.executable, "train.py", "{config}"])
        configs = "\n".join(str(path) for path in sorted(out.rglob("config.toml")))
        loop, loop_cpu = cost(["xargs", "-P", "2", "-n", "1", sys.executable, "train.py"], input=configs)
    print(f"{runs} runs, 2 at a time; the check alone takes {check:.1f} s")
    print(f"clock       sweep {ours:.1f} s, loop {loop:.1f} s: {100 * (ours / loop - 1):+.1f} %")
    print(f"processors  sweep {cpu:.1f} s, loop {loop_cpu:.1f} s: {100 * (cpu / loop_cpu - 1):+.1f} %")


if __name__ == "__main__":
    main()
