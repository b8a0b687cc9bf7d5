"""The VS Code client in a real VS Code, on the example project, with the real server."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import tools
import vscode
from conftest import SCREENSHOTS, copy_quickstart, found

pytestmark = pytest.mark.editor


@pytest.fixture(scope="module")
def programs() -> vscode.Programs:
    return vscode.Programs(
        node=found(tools.node),
        browser=found(tools.browser),
        drivers=found(tools.drivers),
        vscode=found(tools.vscode_server),
    )


@pytest.fixture(scope="module")
def vsix() -> Path:
    found(tools.extension_modules)
    return vscode.package()


@pytest.fixture(scope="module")
def seen(programs: vscode.Programs, vsix: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What was seen in one run of the workbench with the packaged extension."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    workspace = copy_quickstart(tmp_path_factory.mktemp("workspace"))
    with vscode.server(programs, tmp_path_factory.mktemp("vscode"), vsix=vsix) as running:
        config = workspace / "configs" / "fcn_resnet.toml"
        request = {
            "workspace": str(workspace),
            "config": str(config),
            "lines": config.read_text("utf-8").count("\n"),
            "unknown": "SimpleHed",
            "screenshots": str(SCREENSHOTS),
        }
        return {**running.drive("vscode_ui.cjs", request), "logs": running.logs()}


def fact(seen: dict[str, Any], name: str) -> Any:
    assert name not in seen["failures"], f"{seen['failures'][name]}\n{seen['logs']}"
    return seen[name]


def test_a_config_gets_the_language_excore(seen):
    assert "ExCore config" in fact(seen, "language")


def test_a_file_of_another_tool_stays_toml(seen):
    assert "TOML" in fact(seen, "foreignToml")


def test_an_unknown_name_is_underlined_and_explained(seen):
    text = fact(seen, "squiggle")
    assert "SimpleHed" in text
    assert "SimpleHead" in text


def test_the_prefix_has_a_colour_of_its_own(seen):
    colours = fact(seen, "colours")
    assert colours["prefix"] != colours["name"]


def test_classes_are_offered_after_their_field(seen):
    labels = fact(seen, "completion")
    assert "FCN" in labels
    assert "ResNet" not in labels
    assert fact(seen, "accepted") == "[Model.FCN]"


def test_hover_shows_the_class(seen):
    text = fact(seen, "hover").replace("\xa0", " ")
    assert "FCN" in text
    assert "backbone" in text


def test_definition_of_a_header_is_the_python_class(seen):
    place = fact(seen, "definition")
    source = (tools.REPOSITORY / "examples" / "quickstart" / "src" / "models" / place["file"]).read_text("utf-8")
    row = int(re.findall(r"Ln (\d+)", place["position"])[0])
    assert source.splitlines()[row - 1].startswith("class FCN")


def test_nothing_is_asked_of_other_hosts(seen):
    assert seen["foreignHosts"] == []


def test_screenshots_were_kept(seen):
    for name in ("problem", "hover", "completion", "definition"):
        assert (SCREENSHOTS / f"vscode-{name}.png").stat().st_size > 20_000


def test_what_the_api_answers(programs, vsix, tmp_path):
    extension = tmp_path / "extension"
    shutil.copytree(vscode.EXTENSION, extension, ignore=shutil.ignore_patterns("node_modules", "src", "*.vsix"))
    workspace = copy_quickstart(tmp_path)
    with vscode.server(programs, tmp_path, flags=["--enable-smoke-test-driver"]) as running:
        request = {
            "workspace": str(workspace),
            "extension": str(extension),
            "suite": str(vscode.HERE / "vscode_api" / "index.js"),
        }
        end = running.drive("vscode_api.cjs", request)
        assert end["code"] == 0, "\n".join(end["said"]) + running.logs()
    answers = json.loads((workspace / "answers.json").read_text("utf-8"))
    [problem] = answers["problems"]
    assert problem["text"].strip('"') == "SimpleHed"
    assert "SimpleHead" in problem["message"]
    assert problem["source"] == "excore"
    assert answers["definition"]["line"].startswith("class FCN")
    assert Path(answers["definition"]["file"]).parts[0] == "src"
    assert "backbone" in answers["hover"]
    assert "FCN" in answers["completion"]
    assert "ResNet" not in answers["completion"]
    assert answers["fix"] == "Change to `SimpleHead`"
    assert answers["fixed"] == '!head = "SimpleHead"'
    assert answers["renamed"] == {"header": True, "python": True}
    assert any(re.fullmatch(r"used by \d+ configs", title) for title in answers["pythonLenses"])
    assert answers["others"] == {"pyproject.toml": "toml", "Cargo.toml": "toml", ".excore.toml": "toml"}
    assert answers["chosenByHand"] == "toml"
    ours = {"restart", "showLogs", "showDebugInformation", "openComposed", "openPython", "openGraph", "rebuildIndex"}
    assert {f"excore.{name}" for name in ours} <= set(answers["commands"])
