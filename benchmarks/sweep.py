"""What a sweep of examples/quickstart costs over a shell loop, two at a time: ``python benchmarks/sweep.py [RUNS]``.

Both train the same configs with the same command. The loop is ``xargs -P 2``, with records that the sweep has written.
"""

from __future__ import annotations

import shutil
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
Optimizer.SGD.lr = {{ from = 0.01, to = 0.5, count = {count} }}
Optimizer.SGD.momentum = [0.0, 0.9]
"""


def seconds(command: list[str], **options: str) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=QUICKSTART, check=True, stdout=subprocess.DEVNULL, text=True, **options)
    return time.perf_counter() - start


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder, "rates.toml"), Path(folder, "out")
        file.write_text(SWEEP.format(base=QUICKSTART / "configs" / "fcn_resnet.toml", count=runs // 2), "utf-8")
        sweep = [sys.executable, "-m", "excore.cli.main", "sweep", str(file), "-j", "2", "--to", str(out), "--"]
        sweep += [sys.executable, "train.py", "{config}"]
        start = time.perf_counter()
        check = seconds([*sweep[:5]])
        first = seconds(sweep)
        configs = "\n".join(str(path) for path in sorted(out.rglob("config.toml")))
        loop = seconds(["xargs", "-P", "2", "-n", "1", sys.executable, "train.py"], input=configs)
        for path in out.rglob("ended.json"):
            path.unlink()
        second = seconds(sweep)
        shutil.rmtree(out)
        total = time.perf_counter() - start
    print(
        f"{runs} runs, 2 at a time: check {check:.1f} s, sweep {first:.1f} s, loop {loop:.1f} s, again {second:.1f} s"
    )
    print(
        f"the sweep takes {100 * (min(first, second) / loop - 1):+.1f} % of the loop's time more ({total:.0f} s in all)"
    )


if __name__ == "__main__":
    main()
