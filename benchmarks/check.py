"""What `excore check` takes for thousands of configs that share bases, and for one config.

``python benchmarks/check.py [--configs 5000] [--rounds 3] [--json OUT]`` makes a project of 1,000 classes, and configs
of about 20 tables over two or three files, most of them from 50 bases. The peers are ``tombi lint --offline`` with the
schema of the classes, which reads each file by itself, and ``python -c pass``. All caches are warm. In the end two
mistakes are planted: one in a base, which must be told there once, and one in a config.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from figures import Figure, least, show
from gen_project import make_classes, tval

HERE = Path(__file__).resolve().parent
EXCORE = [sys.executable, "-m", "excore", "check"]
TOMBI = [str(Path(sys.executable).parent / "tombi"), "lint", "--offline", "--quiet"]
CLASSES, SEED, BASES = 1000, 7, 10


def other(value: Any) -> Any:
    """Another value of the same type."""
    if isinstance(value, list):
        return [*value, value[0]]
    return not value if isinstance(value, bool) else value * 2


def section(field: str, one: dict[str, Any], only: int | None = None, **references: object) -> str:
    """A table of a class with its usual arguments, or of the first ``only`` of them with other values."""
    required = [param for param in one["params"] if param["default"] is None]
    optional = [param for param in one["params"] if param["default"] is not None]
    given = [*required, *optional[: max(2, len(optional) // 2)]][:only]
    lines = [f'"!{name}" = {tval(value)}' for name, value in references.items()]
    lines += [f"{param['name']} = {tval(other(param['value']) if only else param['value'])}" for param in given]
    return "\n".join((f"[{field}.{one['name']}]", *lines, ""))


def model(classes: dict[str, list[dict[str, Any]]], number: int, other_number: int) -> list[str]:
    parts = {field: classes[field][other_number] for field in ("Backbone", "Head")}
    names = {field.lower(): one["name"] for field, one in parts.items()}
    whole = section("Model", classes["Model"][number], **names)
    return [whole, *(section(field, one) for field, one in parts.items())]


def make(project: Path, configs: int) -> None:
    """Write the project; every config is right."""
    command = [HERE / "gen_project.py", "--n", str(CLASSES), "--sections", "20", "--out", project]
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
    classes = make_classes(CLASSES, random.Random(SEED))
    settings = project / "tombi.toml"
    settings.write_text(settings.read_text("utf-8").replace("configs/*.toml", "configs/**/*.toml"), "utf-8")
    bases = project / "configs" / "bases"
    bases.mkdir()
    for number in range(BASES):
        steps = classes["Transform"][4 * number : 4 * number + 4]
        data = section("TrainData", classes["TrainData"][number], transforms=[one["name"] for one in steps])
        parts = [data, *(section("Transform", one) for one in steps)]
        parts.append(section("Optimizer", classes["Optimizer"][number]))
        (bases / f"data{number}.toml").write_text("max_epochs = 100\n" + "\n".join(parts), "utf-8")
    for number in range(4 * BASES):
        losses = [section("Loss", one) for one in classes["Loss"][number : number + 5]]
        text = f'__base__ = ["data{number % BASES}.toml"]\n' + "\n".join([*model(classes, number, number), *losses])
        (bases / f"model{number}.toml").write_text(text, "utf-8")
    for number in range(configs):
        path = project / "configs" / f"group{number // 100}" / f"run{number}.toml"
        path.parent.mkdir(exist_ok=True)
        kind, count, fields = (
            ("model", 4 * BASES, ("Model", "Backbone")) if number % 3 else ("data", BASES, ("TrainData", "Optimizer"))
        )
        over = [section(field, classes[field][number % count], only=2) for field in fields]
        own = [*model(classes, 60 + number % 200, 50 + number % 20), section("Loss", classes["Loss"][50 + number % 50])]
        head = f'__base__ = ["../bases/{kind}{number % count}.toml"]\nwork_dir = "runs/{number}"\n'
        path.write_text(head + "\n".join([*over, *own]).replace("= 101", f"= {number}"), "utf-8")


def run(command: list[str], project: Path) -> tuple[float, float, str]:
    """Milliseconds of CPU and of the clock, and what was printed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["XDG_CACHE_HOME"] = str(project.parent / "caches")
    before, start = children(), time.perf_counter()
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    return (children() - before) * 1000, (time.perf_counter() - start) * 1000, done.stdout


def children() -> float:
    """Seconds of CPU that ended processes took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(project: Path, configs: int, rounds: int) -> list[Figure]:
    one = f"configs/group0/run{min(31, configs - 1)}.toml"
    commands = {
        "all, one process": [*EXCORE, "--jobs", "1", "configs"],
        "all": [*EXCORE, "configs"],
        "one": [*EXCORE, one],
        "tombi, all": [*TOMBI, "configs"],
        "tombi, one": [*TOMBI, one],
        "python": [sys.executable, "-c", "pass"],
    }
    if not Path(TOMBI[0]).exists():
        commands = {name: command for name, command in commands.items() if not name.startswith("tombi")}
    cpu: dict[str, list[float]] = {name: [] for name in commands}
    clock: dict[str, list[float]] = {name: [] for name in commands}
    said: dict[str, str] = {}
    for number in range(rounds + 1):  # the first fills the caches
        for name, command in commands.items():
            used, taken, said[name] = run(command, project)
            if number:
                cpu[name].append(used)
                clock[name].append(taken)
    whole = f"{configs + 5 * BASES + 1} files checked: no problems\n"
    right = said["all"] == said["all, one process"] == whole and planted(project, one)
    all_right = "OK" if right else "WRONG"
    one_right = "OK" if said["one"] == "1 file checked: no problems\n" else "WRONG"
    cores = os.cpu_count() or 1

    def figure(name: str, times: dict[str, list[float]], ours: str, peer: str, theirs: str, verdict: str) -> Figure:
        there = min(times[theirs]) if theirs in times else None
        return Figure(name, least(times[ours]), "ms", peer if there else "", there, verdict=verdict)

    return [
        figure(f"check {configs} configs, CPU", cpu, "all, one process", "tombi lint", "tombi, all", all_right),
        figure(f"check {configs} configs, clock", clock, "all", "tombi lint", "tombi, all", all_right),
        figure(f"  of it {cores} cores, clock", clock, "all", "one process", "all, one process", all_right),
        figure("check one of them, clock", clock, "one", "tombi lint", "tombi, one", one_right),
        figure("check one of them, CPU", cpu, "one", "python -c pass", "python", one_right),
    ]


def planted(project: Path, config: str) -> bool:
    """Whether a mistake in a base is told there once, and one in a config, with any number of processes."""
    for path, wrong in (("configs/bases/data0.toml", "max_epoch"), (config, "work_folder")):
        file = project / path
        text = re.sub(r"(?m)^(\w+)( = .*\n)(?=\n)", rf"\1\2{wrong} = 1\n", file.read_text("utf-8"), count=1)
        file.write_text(text, "utf-8")
    reports = [run([*EXCORE, "--jobs", jobs, "configs"], project)[2] for jobs in ("1", "2")]
    told = re.findall(r"has no parameter `(\w+)`", reports[0])
    return reports[0] == reports[1] and sorted(told) == ["max_epoch", "work_folder"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--configs", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, metavar="OUT")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        make(project, options.configs)
        figures = measure(project, options.configs, options.rounds)
    show(figures, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
