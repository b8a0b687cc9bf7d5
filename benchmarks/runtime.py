"""How long the runtime takes, against upstream: to import it, to make a JSON schema, to load and build the same files.

``python benchmarks/runtime.py [--sections 100,500,...] [--rounds 5] [--upstream PYTHON] [--no-peers] [--json OUT]``.
Upstream is run with the Python of an environment that has it (default: ``.tools/upstream``; it needs Python 3.8 to
3.11); without one its figures are left out. So are those of Hydra and confection, which get configs that say the same
(see ``peers.py``), where they cannot be installed. Every figure is the least CPU time of all rounds, each in a process
of its own. A fit over all sizes shows how the time grows: 1 is linear, 2 quadratic.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import peers
from figures import Figure, Measured, least, show

HERE = Path(__file__).resolve().parent
UPSTREAM = HERE.parent / ".tools" / "upstream" / "bin" / "python"
PEER_LIMIT = 5000  # sections; upstream takes minutes for more
CLASSES = 1000  # that a schema is made of

MODELS = """
from excore import Registry
MODEL, BACKBONE, HEAD, TRANSFORM, DATA = map(Registry, ("Model", "Backbone", "Head", "Transform", "TrainData"))
"""
CLASS = """
@{registry}.register()
class {name}:
    def __init__(self, {first}=None, {second}=None, depth: int = 50, ratio: float = 0.1, name: str = "x", size=(1, 2)):
        self.{first}, self.{second}, self.depth, self.ratio, self.size = {first}, {second}, depth, ratio, size
"""
SETTINGS = """
name = "bench"
src_dir = "src"
registries = ["*Model", "Backbone", "Head", "Transform", "*TrainData"]
primary_fields = ["Model", "TrainData"]
[primary_to_registry]
Model = "Model"
TrainData = "TrainData"
[json_schema_fields]
isolated_fields = ["Model", "TrainData"]
[props]
"""

# Runs in a process of its own, ours or upstream's; prints CPU milliseconds as JSON on the last line.
RUN = """
import json, sys, time
now = time.process_time
sys.path.insert(0, ".")
from excore import config
if sys.argv[3] == "quiet":
    from excore.engine.logging import logger
    logger.remove()
    config.silent()
import src
times = []
for number in range(int(sys.argv[2])):
    start = now()
    cfg = config.load(sys.argv[1])
    loaded = now()
    modules, info = config.build_all(cfg)
    times.append([loaded - start, now() - loaded])
models = modules["Model"]
many = list(models.values()) if hasattr(models, "values") else [models]
answer = [len(many), sum(type(model.backbone).__name__.startswith("Net") for model in many), info["epochs"]]
print()
print(json.dumps({"load": min(t[0] for t in times), "later": min(map(sum, times)), "first": sum(times[0]),
                  "answer": answer}))
"""

SCHEMA = "import sys; from excore.cli.main import main; sys.argv[1:] = ['config-extension']; main()"
# What upstream's command does, without its command line, which many releases of typer do not start.
PEER_SCHEMA = """
import importlib, pathlib, sys
sys.path.insert(0, ".")
import excore
try:
    fields = excore.workspace.json_schema_fields
except AttributeError:
    from excore._constants import _workspace_cfg
    fields = _workspace_cfg["json_schema_fields"]
from excore.config._json_schema import _generate_json_schema_and_class_mapping as generate
for path in pathlib.Path("src").rglob("*.py"):
    if path.name != "__init__.py":
        importlib.import_module(".".join(path.with_suffix("").parts))
generate(fields, "peer_schema.json", "peer_mapping.json")
"""


def make_project(folder: Path, sections: list[int]) -> None:
    """Write classes and one config for each number of sections."""
    (folder / "src").mkdir(parents=True)
    text = [MODELS]
    for registry, stem, first, second in (
        ("MODEL", "Model", "backbone", "head"),
        ("BACKBONE", "Net", "block", "norm"),
        ("HEAD", "Head", "act", "loss"),
        ("TRANSFORM", "Step", "mean", "std"),
        ("DATA", "Data", "transforms", "path"),
    ):
        text += [
            CLASS.format(registry=registry, name=f"{stem}{number}", first=first, second=second)
            for number in range(max(sections) // 5)
        ]
    (folder / "src" / "__init__.py").write_text("\n".join(text), "utf-8")
    (folder / ".excore.toml").write_text(SETTINGS, "utf-8")
    for count in sections:
        (folder / f"m{count}.toml").write_text(make_config(count), "utf-8")


def make_config(count: int) -> str:
    """A config of ``count`` tables: models and data sets, and what each of them uses."""
    text = ["epochs = 10", 'work_dir = "runs"', ""]
    for number in range(count // 5):
        text += [
            f"[Model.Model{number}]",
            f'"!backbone" = "Net{number}"',
            f'"!head" = "Head{number}"',
            f"depth = {number}",
            "ratio = 0.5",
            f"[Backbone.Net{number}]",
            f"depth = {number}",
            'norm = "BN"',
            f"[Head.Head{number}]",
            "size = [3, 4]",
            f"[TrainData.Data{number}]",
            f'"!transforms" = ["Step{number}"]',
            'path = "data/train"',
            f"[Transform.Step{number}]",
            "mean = [123.675, 116.28, 103.53]",
            "std = [58.395, 57.12, 57.375]",
        ]
    return "\n".join(text) + "\n"


def run(
    python: Path, folder: Path, count: int, rounds: int, repeats: int = 1, quiet: bool = False
) -> dict[str, Measured] | None:
    """The least times of ``rounds`` processes in milliseconds; None if it fails or makes other objects than the config
    says. ``quiet`` turns all logging off."""
    environment = os.environ | {"EXCORE_MANUAL_SET": "0"}
    samples: dict[str, list[float]] = {}
    for _ in range(rounds):
        command = [str(python), "-c", RUN, f"m{count}.toml", str(repeats), "quiet" if quiet else ""]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            print(f"{python} on {count} sections:", *done.stderr.splitlines()[-3:], sep="\n  ")
            return None
        times = json.loads(done.stdout.splitlines()[-1])
        models = count // 5
        if times.pop("answer") != [models, models, 10]:
            print(f"{python} on {count} sections: a wrong answer")
            return None
        for name, value in times.items():
            samples.setdefault(name, []).append(1000 * value)
    return {name: least(values) for name, values in samples.items()}


def growth(sizes: list[int], times: list[float]) -> float:
    """The exponent of the power law that fits best."""
    xs, ys = [math.log(size) for size in sizes], [math.log(value) for value in times]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum((a - x) ** 2 for a in xs)


def interpreter(
    python: Path, code: str, rounds: int, folder: Path | None = None, caches: Path | None = None
) -> Measured:
    """The least CPU time of a Python that runs ``code``, in milliseconds; what it caches goes to ``caches``."""
    times = []
    environment = os.environ | ({} if caches is None else {"XDG_CACHE_HOME": str(caches)})
    measure = (
        "import resource, subprocess, sys; subprocess.run([sys.argv[1], '-c', sys.argv[2]], check=True, "
        "stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL); "
        "used = resource.getrusage(resource.RUSAGE_CHILDREN); print(used.ru_utime + used.ru_stime)"
    )
    for _ in range(rounds):
        command = [sys.executable, "-c", measure, str(python), code]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        times.append(float(done.stdout) * 1000 if done.returncode == 0 else math.inf)
    return least(times)


def imports(upstream: Path | None, rounds: int) -> list[Figure]:
    ours = Path(sys.executable)
    bare = interpreter(ours, "pass", rounds)
    mine = interpreter(ours, "import excore", rounds)
    found = [Figure("python -c 'import excore'", mine, "ms", "bare python", bare, verdict=judged(mine < math.inf))]
    if upstream is not None:
        theirs = interpreter(upstream, "import excore", rounds) - interpreter(upstream, "pass", rounds)
        rest = max(mine - bare, 0.01)
        more = {"verdict": found[0].verdict, "spread": mine.spread}
        found.append(Figure("import excore, without the interpreter", rest, "ms", "upstream", theirs, **more))
    return found


def judged(is_right: bool) -> str:
    return "OK" if is_right else "WRONG"


def schemas(upstream: Path | None, rounds: int) -> list[Figure]:
    """What writing the schema and the class mapping of a project takes, whole processes."""
    ours = Path(sys.executable)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        command = [sys.executable, HERE / "gen_project.py", "--n", str(CLASSES), "--sections", "20", "--out", folder]
        subprocess.run(command, check=True, capture_output=True)
        fresh, later = [], []
        for number in range(rounds):
            caches = Path(name) / f"caches{number}"
            fresh.append(interpreter(ours, SCHEMA, 1, folder, caches))
            later.append(interpreter(ours, SCHEMA, 1, folder, caches))
        verdict = judged(described(folder / ".cache" / "class_mapping.json") == CLASSES)
        theirs = None if upstream is None else interpreter(upstream, PEER_SCHEMA, max(1, rounds // 2), folder)
        peer = "upstream" if described(folder / "peer_mapping.json") == CLASSES else ""
    theirs = theirs if peer else None
    return [
        Figure(f"schema of {CLASSES} classes, {cached} cached", least(mine), "ms", peer, theirs, verdict=verdict)
        for cached, mine in (("nothing", fresh), ("everything", later))
    ]


def described(mapping: Path) -> int:
    """How many classes a class mapping has."""
    return len(json.loads(mapping.read_text("utf-8"))) if mapping.exists() else 0


def beside_peers(folder: Path, count: int, rounds: int, first: Measured, later: Measured) -> Iterator[Figure]:
    """Our times beside those of Hydra and confection, for those that can be run."""
    for name in peers.PROGRAMS:
        theirs = peers.measure(name, folder, count, rounds)
        for when, mine in (("the first in a process", first), ("later", later)) if theirs else ():
            there = theirs["later" if when == "later" else "first"]
            yield Figure(f"  beside {name}, {count} sections, {when}", mine, "ms", name, there, verdict="OK")


def measure(sections: list[int], rounds: int, upstream: Path | None, with_peers: bool) -> list[Figure]:
    figures = [*imports(upstream, max(rounds, 5)), *schemas(upstream, rounds)]
    totals: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "bench"
        make_project(folder, sections)
        if with_peers:
            peers.make_configs(folder, sections)
        for count in sections:
            few = rounds if count <= 1000 else max(1, rounds // 2)
            warm = run(Path(sys.executable), folder, count, few, repeats=3)
            fresh = run(Path(sys.executable), folder, count, few)
            if warm is None or fresh is None:
                raise SystemExit("our own runtime failed, or what it made was wrong")
            first, later = fresh["first"], warm["later"]
            totals.append(later)
            peer = run(upstream, folder, count, few) if upstream is not None and count <= PEER_LIMIT else None
            silent = peer and run(upstream, folder, count, few, quiet=True) if upstream is not None else None
            theirs, silenced = (None if found is None else found["first"] for found in (peer, silent))
            rows = [
                (f"load + build, {count} sections, the first in a process", first, theirs),
                (f"load + build, {count} sections, later", later, theirs),
                *([(f"  beside upstream with all logging off, {count} sections", later, silenced)] if silenced else []),
                (f"  of it load, {count} sections", warm["load"], None),
            ]
            figures += [
                Figure(row, mine, "ms", "upstream" if there else "", there, verdict="OK") for row, mine, there in rows
            ]
            if with_peers and count <= peers.LIMIT:
                once = few if count <= 1000 else 1
                figures += beside_peers(folder, count, once, first, later)
    if len(sections) > 1:
        exponent = growth(sections, totals)
        note = f"over {sections[0]} ... {sections[-1]} sections; 1 is linear"
        figures.append(Figure("growth of load + build", exponent, "exponent", note=note))
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sections", default="100,500,1000,5000,10000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--upstream", type=Path, default=UPSTREAM, help="a Python that has upstream ExCore")
    parser.add_argument("--no-peers", action="store_true", help="leave Hydra and confection out")
    parser.add_argument("--json", type=Path, metavar="OUT")
    options = parser.parse_args()
    upstream = options.upstream.absolute() if options.upstream.exists() else None
    if upstream is None:
        print(f"no upstream ExCore: {options.upstream} does not exist (pip install --pre excore, Python 3.8 to 3.11)")
    missing = "not asked for" if options.no_peers else peers.prepare()
    if missing:
        print(f"no Hydra, no confection: {missing}")
    figures = measure([int(part) for part in options.sections.split(",")], options.rounds, upstream, not missing)
    show(figures, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
