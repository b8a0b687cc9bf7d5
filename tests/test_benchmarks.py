"""The benchmarks' own tools: the projects they make are real ones, and their figures survive being written down."""

from __future__ import annotations

import ast
import json
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "p60"
    program, options = BENCHMARKS / "gen_project.py", ["--n", "60", "--sections", "20,90"]
    subprocess.run([sys.executable, program, *options, "--out", folder], check=True, capture_output=True)
    return folder


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(BENCHMARKS)
    import figures

    yield figures
    del sys.modules["figures"]


def test_the_project_has_the_classes_and_sections_asked_for(project: Path) -> None:
    trees = [ast.parse(path.read_text("utf-8")) for path in (project / "src").rglob("*.py")]
    assert sum(isinstance(node, ast.ClassDef) for tree in trees for node in ast.walk(tree)) == 60
    for name, sections in (("m20", 20), ("m90", 90)):
        config = tomllib.loads((project / "configs" / f"{name}.toml").read_text("utf-8"))
        assert sum(len(field) for field in config.values() if isinstance(field, dict)) == sections


def test_the_probes_stand_where_they_say(project: Path) -> None:
    manifest = json.loads((project / "manifest.json").read_text("utf-8"))
    for config, facts in manifest["configs"].items():
        lines = (project / config).read_text("utf-8").split("\n")
        for probe in facts["probes"]:
            if probe["kind"] == "definition":
                source = Path(probe["want_file"]).read_text("utf-8").split("\n")
                name = lines[probe["line"]].split(" = ")[0].strip("[]").split(".")[-1]
                assert any(name in line for line in source[probe["want_line"] - 1 : probe["want_line"] + 2])


def test_what_is_said_of_others_was_asked_and_excore_knows_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCHMARKS)
    import compared

    pages = [BENCHMARKS / "README.md", BENCHMARKS.parent / "README.md"]
    told = [
        set(re.findall(r"^\| ([^|]+) \| yes \| (?:yes|no) ", page.read_text("utf-8"), re.MULTILINE)) for page in pages
    ]
    assert told[0] == set(compared.QUESTIONS)
    assert len(told[1]) > 5
    assert told[1] < told[0]
    answers = compared.answers("excore", f"{sys.executable} -m excore_server")
    assert dict(zip(compared.QUESTIONS, answers, strict=True)) == dict.fromkeys(compared.QUESTIONS, "yes")


def test_figures_are_read_as_written(figures: ModuleType, tmp_path: Path) -> None:
    alone = figures.Figure("start", 3.0)
    compared = figures.Figure("hover", 1.0, peer="other", peer_value=4.0)
    figures.write([alone, compared], tmp_path / "out.json")
    assert figures.read(tmp_path / "out.json") == [alone, compared]
    assert alone.ratio is None
    assert compared.ratio == 0.25
    assert [one.strip() for one in str(compared).split("|")][1:5] == ["hover", "1.00 ms", "4.00 other", "0.25 x"]


def test_a_commit_is_slower_if_no_chance_explains_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCHMARKS)
    import commits

    assert commits.is_slower([1.0, 1.02, 1.05], [1.2, 1.21, 1.5])
    assert not commits.is_slower([1.0, 1.02, 1.05], [1.04, 1.3, 1.4])
    assert not commits.is_slower([1.0, 1.3, 1.4], [1.2, 1.3, 1.4])  # a machine on which times differ as much
    assert not commits.is_slower([1.0, 1.0, 1.0], [0.5, 0.6, 3.0])


def test_the_configs_of_peers_ask_for_as_many_objects_as_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCHMARKS)
    import peers

    peers.make_configs(tmp_path, [20, 50])
    made = runpy.run_path(str(tmp_path / "classes.py"))["made"]
    assert len(made) == 50
    assert {"Model0", "Net9", "Head9", "Step9", "Data9"} <= made.keys()
    for count in (20, 50):
        assert (tmp_path / f"m{count}.yaml").read_text("utf-8").count("_target_: classes.") == count
        assert (tmp_path / f"m{count}.cfg").read_text("utf-8").count("@kinds = ") == count
