"""Loading and building the same models with Hydra and with confection.

Their configs say what those of `runtime.py` say, nested instead of by name: neither has references between tables.
Both run in an environment of their own, ``.tools/peers``, which is made at the first run if it can be.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path

TOOLS = Path(__file__).resolve().parent.parent / ".tools"
PACKAGES = {"hydra": "hydra-core", "confection": "confection"}  # by module
LIMIT = 5000  # sections

CLASSES = """
class Kept:
    def __init__(self, depth: int = 50, ratio: float = 0.1, norm: str = "x", size=(1, 2)):
        self.depth, self.ratio, self.norm, self.size = depth, ratio, norm, size
class Model(Kept):
    def __init__(self, backbone=None, head=None, depth: int = 50, ratio: float = 0.1):
        super().__init__(depth, ratio)
        self.backbone, self.head = backbone, head
class Net(Kept): pass
class Head(Kept): pass
class Step:
    def __init__(self, mean=None, std=None):
        self.mean, self.std = mean, std
class Data:
    def __init__(self, transforms=None, path: str = ""):
        self.transforms, self.path = transforms, path
made = {}
for kind in (Model, Net, Head, Step, Data):
    for number in range(%d):
        name = f"{kind.__name__}{number}"
        made[name] = globals()[name] = type(name, (kind,), {"__module__": __name__})
"""

# Each runs in a process of its own: how `load()` loads the file and `build(config)` makes models by name of it.
PROGRAMS = {
    "Hydra": """
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
def load():
    with initialize_config_dir(sys.argv[1], version_base="1.3"):
        return compose(sys.argv[2])
def build(config):
    return instantiate(config, _convert_="all")
""",
    "confection": """
from confection import Config, registry
registry.kinds = classes.made
def load():
    return Config().from_disk(f"{sys.argv[1]}/{sys.argv[2]}.cfg")
def build(config):
    return registry.resolve(config)
""",
}
TIMING = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
import classes
%s
times = []
for _ in range(int(sys.argv[3])):
    start = time.process_time()
    built = build(load())
    times.append(time.process_time() - start)
models = built["Model"]
answer = [len(models), sum(type(model.backbone).__name__.startswith("Net") for model in models.values())]
print()
print(json.dumps({"first": times[0], "later": min(times), "answer": answer}))
"""


def python_of(environment: str = "peers") -> Path:
    """The Python of an environment of peers, which `prepare` makes."""
    return TOOLS / environment / ("Scripts" if os.name == "nt" else "bin") / "python"


PYTHON = python_of()


def prepare(python: Path = PYTHON, packages: Mapping[str, str] = PACKAGES) -> str:
    """Make the environment of the peers if there is none; why there is none, or nothing. ``packages`` are what pip
    installs, by the module that shows that it is there."""
    if not python.exists():
        try:
            venv.create(python.parent.parent, with_pip=True)
        except (OSError, subprocess.CalledProcessError) as error:
            return f"no environment can be made at {python.parent.parent}: {error}"
    code = f"import {', '.join(packages)}"
    if subprocess.run([python, "-c", code], capture_output=True, check=False).returncode == 0:
        return ""
    command = [python, "-m", "pip", "install", "--quiet", *packages.values()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"pip cannot install them: {done.stderr.strip().splitlines()[-1:]}"


def make_configs(folder: Path, sections: list[int]) -> None:
    """Write the classes and, for each number of sections, a config for each peer."""
    (folder / "classes.py").write_text(CLASSES % (max(sections) // 5), "utf-8")
    for count in sections:
        (folder / f"m{count}.yaml").write_text(_yaml(count // 5), "utf-8")
        (folder / f"m{count}.cfg").write_text(_cfg(count // 5), "utf-8")


def _yaml(models: int) -> str:
    lines = ["epochs: 10", "work_dir: runs", "Model:"]
    for number in range(models):
        lines += [
            f"  Model{number}:",
            f"    _target_: classes.Model{number}",
            f"    depth: {number}",
            "    ratio: 0.5",
            "    backbone:",
            f"      _target_: classes.Net{number}",
            f"      depth: {number}",
            "      norm: BN",
            "    head:",
            f"      _target_: classes.Head{number}",
            "      size: [3, 4]",
        ]
    lines.append("TrainData:")
    for number in range(models):
        lines += [
            f"  Data{number}:",
            f"    _target_: classes.Data{number}",
            "    path: data/train",
            "    transforms:",
            f"      - _target_: classes.Step{number}",
            "        mean: [123.675, 116.28, 103.53]",
            "        std: [58.395, 57.12, 57.375]",
        ]
    return "\n".join(lines) + "\n"


def _cfg(models: int) -> str:
    lines = ["[info]", "epochs = 10", 'work_dir = "runs"', "[Model]"]
    for number in range(models):
        lines += [
            f"[Model.Model{number}]",
            f'@kinds = "Model{number}"',
            f"depth = {number}",
            "ratio = 0.5",
            f"[Model.Model{number}.backbone]",
            f'@kinds = "Net{number}"',
            f"depth = {number}",
            'norm = "BN"',
            f"[Model.Model{number}.head]",
            f'@kinds = "Head{number}"',
            "size = [3, 4]",
        ]
    lines.append("[TrainData]")
    for number in range(models):
        lines += [
            f"[TrainData.Data{number}]",
            f'@kinds = "Data{number}"',
            'path = "data/train"',
            f"[TrainData.Data{number}.transforms]",
            f'@kinds = "Step{number}"',
            "mean = [123.675, 116.28, 103.53]",
            "std = [58.395, 57.12, 57.375]",
        ]
    return "\n".join(lines) + "\n"


def measure(name: str, folder: Path, count: int, rounds: int, python: Path = PYTHON) -> dict[str, float]:
    """The least CPU time in milliseconds of the first load and build of a process, and of a later one.

    Nothing if it fails; the reason is printed.
    """
    best: dict[str, float] = {}
    for _ in range(rounds):
        command = [str(python), "-c", TIMING % PROGRAMS[name], str(folder), f"m{count}", "2"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            print(f"{name} on {count} sections:", *done.stderr.splitlines()[-3:], sep="\n  ", file=sys.stderr)
            return {}
        times = json.loads(done.stdout.splitlines()[-1])
        if times.pop("answer") != [count // 5, count // 5]:
            print(f"{name} on {count} sections: a wrong answer", file=sys.stderr)
            return {}
        for which, value in times.items():
            best[which] = min(best.get(which, math.inf), 1000 * value)
    return best
