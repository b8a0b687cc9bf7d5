"""Loading and building one config, changing a value of it and starting a sweep of 20 runs, beside Hydra, jsonargparse,
MMEngine and Fiddle: ``python benchmarks/config_peers.py [--rounds 3] [--json OUT]``.

The peers run in an environment of their own, ``.tools/config-peers``, which is made at the first run. All take turns,
and the least of the rounds counts; each asserts that it built what the config says, and that 20 runs ended. What has no
sweeps is started 20 times by ``xargs -P 2``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from figures import Figure, least, table, write
from peers import prepare, python_of

PACKAGES = {
    "hydra": "hydra-core",
    "hydra_plugins.hydra_joblib_launcher": "hydra-joblib-launcher",
    "hydra_plugins.hydra_optuna_sweeper": "hydra-optuna-sweeper",
    "jsonargparse": "jsonargparse[signatures]",
    "mmengine": "mmengine-lite",
    "fiddle": "fiddle",
}
SHAPES = """
class ResNet:
    def __init__(self, depth: int = 50, norm: str = "bn", widths: list = None):
        self.depth, self.norm, self.widths = depth, norm, widths
class Head:
    def __init__(self, channels: int = 8, classes: int = 19):
        self.channels, self.classes = channels, classes
class Net:
    def __init__(self, backbone: ResNet, head: Head, ratio: float = 0.1):
        self.backbone, self.head, self.ratio = backbone, head, ratio
"""
FILES = {
    "shapes.py": SHAPES,
    "registered.py": """
from excore import Registry
import shapes
for name, field in (("ResNet", "Backbone"), ("Head", "Neck"), ("Net", "Model")):
    Registry(field).register_module(getattr(shapes, name))
""",
    "net.toml": """
[Model.Net]
"!backbone" = "ResNet"
"!head" = "Head"
ratio = 0.5
[Backbone.ResNet]
depth = 18
norm = "gn"
widths = [64, 128, 256]
[Neck.Head]
channels = 16
classes = 21
""",
    "twenty.toml": """
[sweep]
base = "net.toml"
[axes]
Backbone.ResNet.depth = { from = 1, to = 20, step = 1 }
""",
    "net.yaml": """
Model:
  _target_: shapes.Net
  ratio: 0.5
  backbone: {_target_: shapes.ResNet, depth: 18, norm: gn, widths: [64, 128, 256]}
  head: {_target_: shapes.Head, channels: 16, classes: 21}
""",
    "args.yaml": """
model:
  ratio: 0.5
  backbone: {class_path: shapes.ResNet, init_args: {depth: 18, norm: gn, widths: [64, 128, 256]}}
  head: {class_path: shapes.Head, init_args: {channels: 16, classes: 21}}
""",
    "net_mm.py": """
Model = dict(type="Net", ratio=0.5,
    backbone=dict(type="ResNet", depth=18, norm="gn", widths=[64, 128, 256]),
    head=dict(type="Head", channels=16, classes=21))
""",
    "excore_run.py": """
import registered
from excore import config
def build(depth=None):
    update = [f"Backbone.ResNet.depth={depth}"] if depth else ()
    return config.build_all(config.load("net.toml", overrides=update))[0].Model
""",
    "hydra_run.py": """
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
import os
def build(depth=None):
    with initialize_config_dir(os.getcwd(), version_base="1.3"):
        config = compose("net", overrides=[f"Model.backbone.depth={depth}"] if depth else [])
    return instantiate(config, _convert_="all")["Model"]
""",
    "jsonargparse_run.py": """
import shapes
from jsonargparse import ArgumentParser
def build(depth=None):
    parser = ArgumentParser()
    parser.add_argument("--config", action="config")
    parser.add_class_arguments(shapes.Net, "model")
    words = ["--config", "args.yaml", *([f"--model.backbone.init_args.depth={depth}"] if depth else [])]
    return parser.instantiate_classes(parser.parse_args(words)).model
""",
    "mmengine_run.py": """
import shapes
from mmengine.config import Config
from mmengine.registry import Registry, build_from_cfg
def nested(cfg, registry):
    made = {key: registry.build(value) if isinstance(value, dict) else value for key, value in cfg.items()}
    return build_from_cfg(made, registry)
MODELS = Registry("models", build_func=lambda cfg, registry: nested(cfg, registry))
for one in (shapes.ResNet, shapes.Head, shapes.Net):
    MODELS.register_module(module=one)
def build(depth=None):
    config = Config.fromfile("net_mm.py")
    if depth:
        config.merge_from_dict({"Model.backbone.depth": depth})
    return MODELS.build(config.Model.to_dict())
""",
    "fiddle_run.py": """
import fiddle as fdl
import shapes
def build(depth=None):
    net = fdl.Config(shapes.Net, ratio=0.5,
        backbone=fdl.Config(shapes.ResNet, depth=18, norm="gn", widths=[64, 128, 256]),
        head=fdl.Config(shapes.Head, channels=16, classes=21))
    if depth:
        net.backbone.depth = depth
    return fdl.build(net)
""",
    "inner.py": """
import sys, time
from importlib import import_module
sys.path.insert(0, "")
build = import_module(f"{sys.argv[1]}_run").build
for depth in (None, 7):
    times = []
    for _ in range(31):
        start = time.perf_counter()
        net = build(depth)
        times.append(time.perf_counter() - start)
    assert (net.backbone.depth, net.head.classes, net.ratio) == (depth or 18, 21, 0.5), vars(net.backbone)
    print(sorted(times)[1])
""",
    "once.py": """
import sys
from importlib import import_module
sys.path.insert(0, "")
import_module(f"{sys.argv[1]}_run").build(int(sys.argv[2]))
open("ledger", "a").write("x")
""",
    "excore_once.py": """
import sys
sys.path.insert(0, "")
import registered
from excore import config
config.build_all(config.load(sys.argv[1]))
open("ledger", "a").write("x")
""",
    "hydra_app.py": """
import hydra
from hydra.utils import instantiate
@hydra.main(version_base="1.3", config_path=".", config_name="net")
def main(cfg):
    instantiate(cfg, _convert_="all")
    open(hydra.utils.to_absolute_path("ledger"), "a").write("x")
main()
""",
}
DEPTHS = ",".join(map(str, range(1, 21)))
HYDRA = ["hydra_app.py", "-m", "hydra.sweep.dir=multi"]


def sweep_of(name: str, python: str) -> tuple[list[str], str]:
    """A command that does 20 runs, two at a time, and what it reads."""
    if name == "excore":
        own = [sys.executable, "-m", "excore.cli.main", "sweep", "twenty.toml", "--to", "sweep", "-j", "2"]
        return [*own, "--", sys.executable, "excore_once.py", "{config}"], ""
    if name == "hydra -m":
        return [python, *HYDRA, f"Model.backbone.depth={DEPTHS}"], ""
    if name == "hydra -m joblib":
        more = ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"]
        return [python, *HYDRA, *more, f"Model.backbone.depth={DEPTHS}"], ""
    if name == "hydra -m optuna":
        more = ["hydra/sweeper=optuna", "hydra.sweeper.n_trials=20", "hydra.sweeper.n_jobs=2"]
        return [python, *HYDRA, *more, "Model.backbone.depth=range(1,21)"], ""
    return ["xargs", "-P", "2", "-n", "1", python, "once.py", name], "\n".join(DEPTHS.split(","))


def started(name: str, python: str, folder: str) -> tuple[float, float]:
    """Seconds until the first of 20 runs has built its model, and until all have ended."""
    for left in ("ledger", "sweep", "multi"):
        subprocess.run(["rm", "-rf", os.path.join(folder, left)], check=True)
    command, text = sweep_of(name, python)
    ledger = Path(folder, "ledger")
    start = time.perf_counter()
    with subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        process.stdin.write(text)
        process.stdin.close()
        while not ledger.exists() and process.poll() is None:
            time.sleep(0.002)
        first = time.perf_counter() - start
        assert process.stderr is not None
        said = process.stderr.read()
    whole = time.perf_counter() - start
    if not ledger.exists() or len(ledger.read_text("utf-8")) != 20:
        raise RuntimeError(f"{name}: {said[-600:]}")
    return first, whole


def rows(times: Mapping[str, Sequence[Sequence[float]]], what: Sequence[str], unit: str) -> Iterator[Figure]:
    """Our least time of all rounds beside that of each peer."""
    columns = {name: [*zip(*rounds, strict=True)] for name, rounds in times.items()}
    for number, row in enumerate(what):
        mine = least(columns["excore"][number])
        for name, found in columns.items():
            if name != "excore":
                yield Figure(row, mine, unit, name, min(found[number]), verdict="OK")


def measure(python: Path, rounds: int) -> list[Figure]:
    names = ["excore", "hydra", "jsonargparse", "mmengine", "fiddle"]
    sweeps = ["excore", "hydra -m", "hydra -m joblib", "hydra -m optuna", *names[2:]]
    inside: dict[str, list[list[float]]] = {name: [] for name in names}
    outside: dict[str, list[tuple[float, float]]] = {name: [] for name in sweeps}
    with tempfile.TemporaryDirectory() as folder:
        for file, text in FILES.items():
            Path(folder, file).write_text(text, "utf-8")
        Path(folder, ".excore.toml").write_text('name = "peers"\n', "utf-8")
        for _ in range(rounds):
            for name in names:
                own = sys.executable if name == "excore" else python
                said = subprocess.run([own, "inner.py", name], cwd=folder, capture_output=True, text=True, check=False)
                if said.returncode:
                    raise RuntimeError(said.stderr[-600:])
                inside[name].append([1000 * float(line) for line in said.stdout.split()])
        for _ in range(rounds):
            for name in sweeps:
                outside[name].append(started(name, str(python), folder))
    return [
        *rows(inside, ("load and build", "load and build, one value changed"), "ms"),
        *rows(outside, ("20 runs, two at a time: first built", "20 runs, two at a time: all ended"), "s"),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, metavar="OUT")
    options = parser.parse_args()
    python = python_of("config-peers")
    missing = prepare(python, PACKAGES)
    figures = [] if missing else measure(python, options.rounds)
    print(f"no peers: {missing}" if missing else table(figures))
    if options.json:
        write(figures, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
