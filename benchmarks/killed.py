"""A sweep of many runs that is killed again and again, and a cluster of Ray that loses a machine: none is lost or run
twice: ``python benchmarks/killed.py [RUNS [local|ray]]``."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

TRAIN = """
import fcntl, os, sys, time
from excore import report
folder = os.environ["EXCORE_RUN"]
name = os.path.basename(folder)
alone = open(os.path.join(folder, "alone"), "a")
def say(word):
    with open("ledger", "a") as file:
        file.write(f"{word} {name}\\n")
say("start")
try:
    fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError:
    say("beside")
if os.path.exists(os.path.join(folder, "ended.json")):
    say("twice")
time.sleep(float(sys.argv[2]))
report(loss=int(name))
say("end")
"""
MACHINES = str(Path(__file__).with_name("two_machines.py").resolve())
COMMAND = [sys.executable, "-m", "excore.cli.main", "sweep", "many.toml", "-j", "4", "--to", "out"]
RUN = ["--", sys.executable, "train.py", "{config}", "0.2"]


def ended() -> int:
    text = Path("ledger").read_text("utf-8") if os.path.exists("ledger") else ""
    return text.count("end")


def wait_for(number: int, process: subprocess.Popen[str]) -> None:
    while process.poll() is None and ended() < number:
        time.sleep(0.01)


def local(runs: int) -> int:
    """Kill the engine, or all that it has started too, at moments of chance; then let it end. How often it was."""
    kills = 0
    while True:
        process = subprocess.Popen([*COMMAND, *RUN], start_new_session=True, stdout=subprocess.DEVNULL, text=True)
        wait_for(ended() + random.randint(1, runs // 6), process)
        time.sleep(random.random() / 5)
        if process.poll() is not None:
            assert process.returncode == 0, process.returncode
            return kills
        (os.killpg if kills % 2 else os.kill)(process.pid, signal.SIGKILL)
        process.wait()
        kills += 1


def ray(runs: int) -> int:
    """Take one of two machines away in the middle."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, MACHINES, "2"], stdin=pipe, stdout=pipe, text=True) as machines:
        assert machines.stdin is not None
        assert machines.stdout is not None
        environment = {**os.environ, "RAY_ADDRESS": machines.stdout.readline().strip()}
        process = subprocess.Popen(
            [*COMMAND, "--engine", "ray", *RUN], env=environment, stdout=subprocess.DEVNULL, text=True
        )
        wait_for(runs // 2, process)
        machines.stdin.write("\n")
        machines.stdin.flush()
        assert machines.stdout.readline() == "removed\n"
        assert process.wait() == 0, process.returncode
        machines.stdin.close()
    return 1


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    engine = sys.argv[2] if len(sys.argv) > 2 else "local"
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path(".excore.toml").write_text('name = "many"\n', "utf-8")
        Path("run.toml").write_text("epochs = 1\n[Model.dict]\n", "utf-8")
        Path("train.py").write_text(TRAIN, "utf-8")
        text = (
            f'[sweep]\nbase = "run.toml"\nminimize = "loss"\n[axes]\nepochs = {{ from = 1, to = {runs}, step = 1 }}\n'
        )
        Path("many.toml").write_text(text, "utf-8")
        kills = (ray if engine == "ray" else local)(runs)
        words = Counter(
            line.split()[0] + " " + line.split()[1] for line in Path("ledger").read_text("utf-8").splitlines()
        )
        names = [f"{number:03}" for number in range(runs)]
        lost = [name for name in names if not words[f"end {name}"]]
        twice = [name for name in names if words[f"twice {name}"] or words[f"beside {name}"]]
        again = sum(words[f"start {name}"] - 1 for name in names)
        states = Counter(one["state"] for one in json.loads(Path("out/results.json").read_text("utf-8")))
        print(f"{engine}: {runs} runs, killed {kills} times: {dict(states)}")
        print(f"{again} runs were killed in the middle and begun again, lost {lost}, run twice {twice}")
        os.chdir("/")
    sys.exit(bool(lost or twice or states != {"done": runs}))


if __name__ == "__main__":
    main()
