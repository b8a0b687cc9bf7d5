"""The example projects run as their README says: they load, build, learn, and print nothing but their own lines."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import warm

from excore.index import Indexer
from excore.lang.workspace.host import Host, Snapshot

ROOT = Path(__file__).resolve().parents[2]
QUICKSTART = ROOT / "examples" / "quickstart"
SEGMENTATION = ROOT / "examples" / "segmentation"

CONFIGS = sorted(path.name for path in (QUICKSTART / "configs").glob("*.toml"))
LINE = re.compile(r"(config|model|group|shared|step|eval) +\S.*")
STEP = re.compile(r"step +\d+/\d+  loss ([\d.]+(?:  [\d.]+)*)")

# What the problem of the file is called, and what an error about it has to speak of.
CODES = {
    "ambiguous_field.toml": "ambiguous-reference",
    "missing_base.toml": "missing-base",
    "missing_parameter.toml": "missing-parameter",
    "reference_cycle.toml": "reference-cycle",
    "reuse_conflict.toml": "reuse-conflict",
    "unknown_class.toml": "unknown-class",
    "unknown_header.toml": "unknown-class",
    "unknown_parameter.toml": "unknown-parameter",
    "unknown_variable.toml": "unknown-variable",
    "wrong_type.toml": "wrong-type",
}
BROKEN = {
    "ambiguous_field.toml": ["Model", "FCN", "SegNet"],
    "missing_base.toml": ["fcn_resnet50.toml"],
    "missing_parameter.toml": ["VGG", "depth"],
    "reference_cycle.toml": ["SGD", "CosineLR"],
    "reuse_conflict.toml": ["ResNet"],
    "unknown_class.toml": ["ResNett"],
    "unknown_header.toml": ["PolyLR", "LRSche"],
    "unknown_parameter.toml": ["ResNet", "layer"],
    "unknown_variable.toml": ["step"],
    "wrong_type.toml": ["ResNet"],
}

PROBE = """
import json, sys
sys.path.insert(0, ".")
import src
from excore import Registry, config
from excore.errors import ConfigError
"""


def run(folder: Path, *args: str, python: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    """Run Python in an example project."""
    return subprocess.run(
        [*([python] if python else warm.python()), *args],
        cwd=folder,
        env=os.environ | env,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def probe(code: str) -> Any:
    """Run code in the quickstart project and return what it prints, read as JSON."""
    result = run(QUICKSTART, "-c", PROBE + code)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def losses(stdout: str) -> list[list[float]]:
    """Return the losses of each step a training printed."""
    return [[float(number) for number in found.split()] for found in STEP.findall(stdout)]


def check_training(result: subprocess.CompletedProcess[str], runs: int = 1) -> None:
    """Assert that trainings went well and that all of their losses went down."""
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    texts = re.split(r"(?m)^config .*\n", result.stdout)
    assert texts[0] == ""
    assert len(texts) == runs + 1
    for text in texts[1:]:
        history = losses(text)
        assert len(history) >= 8
        for first, last in zip(history[0], history[-1], strict=True):
            assert last < 0.9 * first, text


@pytest.mark.parametrize("name", CONFIGS)
def test_quickstart_learns(name: str) -> None:
    check_training(run(QUICKSTART, "train.py", f"configs/{name}"))


def test_training_is_repeatable() -> None:
    command = ("train.py", "configs/function_model.toml")
    outputs = {run(QUICKSTART, *command, python=sys.executable, PYTHONHASHSEED=s).stdout for s in "12"}
    assert len(outputs) == 1


def test_there_are_enough_configs_and_classes_to_try_things_on() -> None:
    assert len(CONFIGS) >= 5
    names, files = probe(
        """
paths = [path for reg in Registry._registry_pool.values() for path in reg.values()]
print(json.dumps([len(paths), len({path.rpartition(".")[0] for path in paths if path.startswith("src.")})]))
"""
    )
    assert names >= 40
    assert files >= 12


def test_registries_are_those_of_the_workspace_file() -> None:
    fields = re.search(r"registries = \[(.*?)\]", (QUICKSTART / ".excore.toml").read_text("utf-8"), re.DOTALL)
    assert fields is not None
    declared = [text.partition(":")[0].strip("* ") for text in re.findall(r'"(.*?)"', fields[1])]
    assert probe("print(json.dumps(list(Registry._registry_pool)))") == declared


def test_the_backbone_is_shared() -> None:
    assert probe(
        """
modules, info = config.build_all(config.load("configs/shared_backbone.toml"))
print(json.dumps([
    modules.Model["FCN"].backbone is modules.Model["SegNet"].backbone,
    modules.Model["FCN"].backbone is modules.Backbone,
    sorted(info),
]))
"""
    ) == [True, True, ["batch_size", "num_classes", "size", "steps"]]


def test_the_environment_is_read() -> None:
    code = PROBE + 'print(config.build_all(config.load("configs/environment.toml"))[0].TestData.data_path)'
    assert run(QUICKSTART, "-c", code, QUICKSTART_DATA="/data.d").stdout == "/data.d/cityscapes\n"
    missing = run(QUICKSTART, "-c", code.replace("print(", "try: print(") + "\nexcept ConfigError as e: print(e)")
    assert "QUICKSTART_DATA" in missing.stdout


def test_build_hooks_see_the_fields_come() -> None:
    trace, seen = probe(
        """
modules, info = config.build_all(config.load("configs/hooks.toml"))
print(json.dumps([info["build_trace"], [info["num_parameters"], len(modules.Optimizer.groups)]]))
"""
    )
    fields = ["Model", "Backbone", "TrainData", "TestData", "Optimizer", "LRSche", "Loss"]
    assert trace == [sorted(fields[:count]) for count in range(len(fields))]
    assert seen[0] > 100
    assert seen[1] == 2


def test_every_mistake_is_a_config_error() -> None:
    assert sorted(BROKEN) == sorted(path.name for path in (QUICKSTART / "broken").glob("*.toml"))
    answers = probe(
        f"""
answers = {{}}
for name in {sorted(BROKEN)!r}:
    try:
        config.build_all(config.load("broken/" + name))
    except ConfigError as error:
        answers[name] = f"{{type(error).__name__}}: {{error}}"
    else:
        answers[name] = "no error"
print(json.dumps(answers))
"""
    )
    silent = {name: text for name, text in answers.items() if not all(word in text for word in BROKEN[name])}
    assert silent == {}


@pytest.mark.parametrize("path", sorted((QUICKSTART / "broken").glob("*.toml")), ids=lambda path: path.stem)
def test_every_broken_config_says_what_is_wrong(path: Path) -> None:
    assert path.read_text("utf-8").startswith("# ")


def read_only(folder: Path) -> Snapshot:
    """Return what is known of a project without running it."""
    host = Host(environment={"QUICKSTART_DATA": "data"})
    host.add_folder(str(folder))
    host.set_catalog(str(folder), Indexer(folder, src_dir="src", use_cache=False).build())
    return host.snapshot()


def test_reading_the_quickstart_finds_what_running_it_registers() -> None:
    catalog = Indexer(QUICKSTART, src_dir="src", use_cache=False).build()
    read = {name: {entry.name: entry.path for entry in entries.values()} for name, entries in catalog.entries.items()}
    assert read == probe("print(json.dumps({r.name: dict(r.items()) for r in Registry._registry_pool.values()}))")
    assert all(entry.signature.complete or entry.kind == "module" for entry in catalog)


def test_reading_the_quickstart_finds_the_mistakes_and_no_others() -> None:
    snapshot = read_only(QUICKSTART)
    found = {
        path.relative_to(QUICKSTART).as_posix(): [item.code for item in snapshot.diagnostics(str(path))]
        for path in QUICKSTART.rglob("*.toml")
    }
    wanted = {f"broken/{name}": [code] for name, code in CODES.items()}
    assert {name: codes for name, codes in found.items() if codes} == wanted


def test_reading_segmentation_reports_no_errors() -> None:
    snapshot = read_only(SEGMENTATION)
    paths = sorted((SEGMENTATION / "configs").rglob("*.toml"))
    severities = {item.severity for path in paths for item in snapshot.diagnostics(str(path))}
    assert severities <= {"hint"}


def test_segmentation_learns(torch_python: str) -> None:
    result = run(SEGMENTATION, "train.py", python=torch_python)
    check_training(result, runs=len(list((SEGMENTATION / "configs").glob("*.toml"))))
    assert "shared  backbone: True" in result.stdout
    assert re.search(
        r"group +\d+ tensors with weight decay 0\.0\ngroup +\d+ tensors with weight decay 0\.001", result.stdout
    )


@pytest.mark.parametrize("path", sorted(SEGMENTATION.rglob("*.py")), ids=lambda path: path.stem)
def test_segmentation_can_be_read_without_running_it(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))
