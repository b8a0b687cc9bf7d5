"""The VS Code client in a real VS Code, on the example project, with the real server."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tools
import vscode
from editor_kit import SCREENSHOTS, copy_quickstart, found

pytestmark = pytest.mark.editor

IN_THE_HOST = ("--disable-workspace-trust", "--enable-smoke-test-driver")


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
            "parts": ["vscode_typing", "vscode_views", "vscode_walkthrough"],
            "ticked": 3,
        }
        return {**running.drive("vscode_ui.cjs", request), "logs": running.logs()}


def fact(seen: dict[str, Any], name: str) -> Any:
    assert name not in seen["failures"], f"{seen['failures'][name]}\n{seen['logs']}"
    return seen[name]


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


def line_in(source: str, position: str) -> str:
    """The line of a file of the example project at which the status bar says the cursor is."""
    text = (tools.REPOSITORY / "examples" / "quickstart" / "src" / source).read_text("utf-8")
    return text.splitlines()[int(re.findall(r"Ln (\d+)", position)[0]) - 1]


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
    assert line_in(f"models/{place['file']}", place["position"]).startswith("class FCN")


def test_breadcrumbs_and_inlay_hints(seen):
    assert "Model.FCN" in fact(seen, "breadcrumbs")
    assert plain(fact(seen, "inlayHint")).startswith('@backbone = "$Backbone"')


def test_code_in_a_hover_is_coloured_and_places_are_links(seen):
    assert fact(seen, "hoverOfBase") > 2
    assert line_in("models/fcn.py", fact(seen, "hoverLink")).startswith("class FCN")


def test_lenses_show_what_they_count(seen):
    assert any("fcn_vgg.toml" in row for row in fact(seen, "pythonLens")["rows"])
    [row] = fact(seen, "configLens")["rows"]
    assert "optimizer" in row
    assert "sgd.toml" in fact(seen, "configLens")["title"]


def test_boxes_and_menus(seen):
    assert "fcn.py" in fact(seen, "peekedDefinition")["title"]
    assert fact(seen, "renameBox") == "FCN"
    assert "momentum" in plain(fact(seen, "signature"))
    titles = fact(seen, "fixes")
    assert any("`layers`" in title for title in titles)
    assert any(title.startswith("Ignore `unknown-parameter`") for title in titles)


def test_the_problems_panel_has_codes_with_pages(seen):
    problems = fact(seen, "problems")
    assert any("missing-base" in row for row in problems["rows"])
    assert "missing-base" in problems["links"]
    assert problems["page"] == "missing-base"


def test_the_composed_config_leads_to_its_sources_and_follows_what_is_typed(seen):
    text = (tools.REPOSITORY / "examples" / "quickstart" / "configs" / "_base_" / "cityscapes.toml").read_text("utf-8")
    row = int(re.findall(r"Ln (\d+)", fact(seen, "composed"))[0])
    assert text.splitlines()[row - 1].startswith("min_scale")
    assert fact(seen, "composedFollows")
    assert plain(fact(seen, "python")).startswith("model = FCN(")


def test_the_graph_can_be_enlarged_and_its_nodes_lead_to_their_tables(seen):
    graph = fact(seen, "graph")
    assert "unsafe" not in graph["policy"]
    assert "default-src 'none'" in graph["policy"]
    assert "src.models.fcn.FCN" in graph["nodes"]
    assert graph["zoomed"]
    assert graph["pointer"]["grown"]
    assert graph["pointer"]["away"] < 2
    assert graph["panned"] == [True, True]
    assert graph["focused"][0] == graph["focused"][1] != ""
    assert graph["dark"]
    text = (tools.REPOSITORY / "examples" / "quickstart" / "configs" / "fcn_vgg.toml").read_text("utf-8")
    row = int(re.findall(r"Ln (\d+)", graph["place"])[0])
    assert text.splitlines()[row - 1] == "[Optimizer.SGD]"


def test_a_graph_of_hundreds_of_objects_fits_and_is_searched(seen):
    many = fact(seen, "graphOfMany")
    assert many["fits"]
    assert many["name"].startswith("Part449")
    assert many["seen"]
    assert many["selected"]


def test_views_survive_a_reload_of_the_window(seen):
    assert fact(seen, "reloaded")


def test_the_status_item_says_what_runs(seen):
    status = fact(seen, "status")
    assert status["text"].strip() == "ExCore"
    assert "python" in status["title"]
    assert {"Show Logs", "Restart Server"} <= {row.strip() for row in status["rows"]}


STEPS = ["The server", "Choose the interpreter", "Write a config", "See what it becomes"]


def test_steps_of_the_walkthrough_are_ticked_by_what_was_done(seen, new):
    assert fact(seen, "walkthrough") == dict(zip(STEPS, [True, False, True, True], strict=True))
    assert fact(new, "walkthrough") == dict(zip(STEPS, [True, True, True, False], strict=True))


def test_commands_have_clear_titles(seen):
    titles = {"Show Logs", "Show Server Status", "Show Composed Config", "Show Config as Python", "Show Object Graph"}
    shown = [plain(row) for row in fact(seen, "palette")]
    assert [title for title in titles if not any(f"ExCore: {title}" in row for row in shown)] == []


def test_an_accepted_class_brings_its_required_arguments_to_fill_in(seen):
    assert fact(seen, "snippet") == ["[Model.SegNet]", '@backbone = "ResNet"']


def test_nothing_is_asked_of_other_hosts(seen):
    assert seen["foreignHosts"] == []


def test_screenshots_were_kept(seen):
    for name in ("problem", "hover", "completion", "definition"):
        assert (SCREENSHOTS / f"vscode-{name}.png").stat().st_size > 20_000


PYTHON = """\
#!/bin/sh
# The Python of an environment, which has the server; it leaves a trace when it is started.
echo "$@" >> {trace}
exec {python} "$@"
"""
PACKAGE = '''
class Net:
    """A net of somebody else."""
'''
README = re.compile(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)


def write_readme_project(folder: Path) -> Path:
    """The files of the README, and an environment with a package that a config names."""
    for name, text in README.findall((tools.REPOSITORY / "README.md").read_text("utf-8")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    config = folder / "configs" / "fcn.toml"
    config.write_text(config.read_text("utf-8").replace('!backbone = "ResNet"', '!backbone = "thing.Net"'), "utf-8")
    with (folder / "src" / "models.py").open("a", encoding="utf-8") as models:
        models.write('import thing\n\nMODULE = Registry("module")\nMODULE.register_module(thing)\n')
    package = folder / ".venv" / "lib" / "python3.11" / "site-packages" / "thing.py"
    package.parent.mkdir(parents=True)
    package.write_text(PACKAGE, "utf-8")
    (folder / ".venv" / "pyvenv.cfg").write_text("home = /nowhere\n", "utf-8")
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir()
    python.write_text(PYTHON.format(trace=folder / "trace", python=sys.executable), "utf-8")
    python.chmod(0o755)
    return config


def test_the_extension_brings_its_server_with_licences_and_nothing_compiled(vsix):
    assert vsix.stat().st_size < 5_000_000
    with zipfile.ZipFile(vsix) as package:
        names = package.namelist()
        notices = package.read("extension/bundled/NOTICES.md").decode()
    assert "extension/bundled/excore_server/__main__.py" in names
    assert [name for name in names if name.endswith((".so", ".pyd", ".pyc"))] == []
    pinned = (tools.EXTENSION / "requirements.txt").read_text("utf-8").splitlines()[1:]
    assert [line for line in pinned if not re.fullmatch(r"[\w.-]+==[\w.]+ --hash=sha256:[0-9a-f]{64}", line)] == []
    for line in pinned:
        name = line.partition("==")[0]
        assert re.search(rf"^\| {name} \| [\w.]+ \| \w.* \|$", notices, re.MULTILINE), name
        assert f"\n## {name}\n\n```text\n" in notices


def test_installing_is_enough(programs, vsix, tmp_path):
    """A Python on PATH and the extension: the list is there, restricted or trusted, and settings count at once."""
    config, trace = write_readme_project(tmp_path / "project"), tmp_path / "project" / "trace"
    variables = {"VIRTUAL_ENV": "", "PATH": os.pathsep.join(["/usr/bin", "/bin"])}
    with vscode.server(programs, tmp_path, flags=(), vsix=vsix, variables=variables) as running:
        request = {
            "workspace": str(tmp_path / "project"),
            "config": str(config),
            "trace": str(trace),
            "screenshots": str(SCREENSHOTS),
            "parts": ["vscode_fresh"],
        }
        seen = {**running.drive("vscode_ui.cjs", request), "logs": running.logs()}
    assert "FCN" in fact(seen, "list")["rows"][0]
    assert fact(seen, "list")["toasts"] == 0
    assert "runs on Python 3" in fact(seen, "restricted")["tip"]
    assert not fact(seen, "restricted")["ran"]
    assert fact(seen, "package")
    assert str(tmp_path / "project" / ".venv" / "bin" / "python") in fact(seen, "trusted")
    assert trace.exists()
    assert "bundled" in fact(seen, "useBundled")
    [text] = fact(seen, "wrong")["texts"]
    for named in ("excore.interpreter: there is no Python at /no/such/python", "excore.path must be a list"):
        assert named in text
        assert named in fact(seen, "wrong")["tip"]
    assert "no such" not in fact(seen, "mended")["tip"]
    assert fact(seen, "mended")["toasts"] == 0


@pytest.fixture(scope="module")
def new(programs, vsix, tmp_path_factory) -> dict[str, Any]:
    """What was seen in a new VS Code, on a machine where no Python is found."""
    (SCREENSHOTS / "new").mkdir(parents=True, exist_ok=True)
    workspace = copy_quickstart(tmp_path_factory.mktemp("workspace"))
    config = workspace / "configs" / "fcn_resnet.toml"
    newer = replace(programs, node=found(tools.new_node), vscode=found(lambda: tools.vscode_server("code-server-new")))
    variables = {"VIRTUAL_ENV": "", "PATH": str(workspace)}
    with vscode.server(newer, tmp_path_factory.mktemp("vscode"), vsix=vsix, variables=variables) as running:
        request = {
            "workspace": str(workspace),
            "config": str(config),
            "python": sys.executable,
            "lines": config.read_text("utf-8").count("\n"),
            "unknown": "SimpleHed",
            "screenshots": str(SCREENSHOTS / "new"),
            "parts": ["vscode_no_python", "vscode_typing", "vscode_walkthrough"],
            "ticked": 3,
        }
        return {**running.drive("vscode_ui.cjs", request), "logs": running.logs()}


def test_without_any_python_one_is_asked_for_once(new):
    asked = fact(new, "asked")
    assert "Python 3.10 or newer" in plain(asked["text"])
    assert {"Open Settings", "Set Up ExCore"} <= set(asked["buttons"])
    assert fact(new, "askedOnce") == 0
    assert "bundled" in fact(new, "named")["tip"]
    assert sys.executable in fact(new, "named")["tip"]
    assert fact(new, "named")["toasts"] == 0


def test_a_new_vscode(new):
    assert "SimpleHead" in fact(new, "squiggle")
    assert "backbone" in fact(new, "hover")
    assert "FCN" in fact(new, "completion")
    assert fact(new, "accepted") == "[Model.FCN]"
    assert fact(new, "definition")["file"] == "fcn.py"
    assert "TOML" in fact(new, "foreignToml")


def test_the_oldest_vscode_is_the_one_that_the_extension_names():
    manifest = json.loads((tools.EXTENSION / "package.json").read_text("utf-8"))
    minor = tools.CODE_SERVERS["code-server"].split(".")[1]
    assert manifest["engines"]["vscode"] == f"^1.{minor}.0"


def in_the_host(
    running: vscode.Server, workspace: Path, suite: str, extension: Path, window: str = ""
) -> dict[str, Any]:
    """What a module of ``vscode_api`` writes down in the workspace, run in the extension host beside an extension."""
    request = {
        "window": str(workspace / window),
        "extension": str(extension),
        "suite": str(vscode.HERE / "vscode_api" / suite),
    }
    end = running.drive("vscode_api.cjs", request)
    assert end["code"] == 0, "\n".join(end["said"]) + running.logs()
    answers: dict[str, Any] = json.loads((workspace / "answers.json").read_text("utf-8"))
    return answers


def beside_ours(programs: vscode.Programs, folder: Path, workspace: Path, suite: str) -> dict[str, Any]:
    """What a module of ``vscode_api`` writes down beside the extension of this checkout."""
    extension = folder / "extension"
    shutil.copytree(vscode.EXTENSION, extension, ignore=shutil.ignore_patterns("node_modules", "src", "*.vsix"))
    with vscode.server(programs, folder, flags=IN_THE_HOST) as running:
        return in_the_host(running, workspace, suite, extension)


def test_only_configs_are_ours_and_a_project_needs_no_sign(programs, vsix, tmp_path):
    workspace = tmp_path / "bare"
    for name in ("fcn", "peeked", "later"):
        (workspace / "configs").mkdir(parents=True, exist_ok=True)
        (workspace / "configs" / f"{name}.toml").write_text("", "utf-8")
    (workspace / "tools").mkdir()
    (workspace / "tools" / "pyproject.toml").write_text("\n", "utf-8")
    answers = beside_ours(programs, tmp_path, workspace, "bare.js")
    assert answers["before"] == "toml"
    assert answers["turnedOff"] == "toml"
    assert answers["formatted"] == "# formatted"
    assert "`registires` is no key of a project file" in answers["problem"]
    assert answers["others"] == [0, 0, 0]


def environment(prefix: Path) -> None:
    """A virtual environment whose Python is that of the tests."""
    (prefix / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    (prefix / "pyvenv.cfg").write_text("home = /nowhere\n", "utf-8")
    (prefix / "bin").mkdir()
    (prefix / "bin" / "python").symlink_to(sys.executable)


def test_each_folder_of_a_window_has_its_interpreter(programs, vsix, tmp_path):
    workspace = tmp_path / "window"
    for name in ("one", "one/sub", "two"):
        (workspace / name).mkdir(parents=True)
        (workspace / name / ".excore.toml").write_text("", "utf-8")
        (workspace / name / "run.toml").write_text("__base__ = []\n", "utf-8")
    for name in ("one/sub/.venv", "env", "selected"):
        environment(workspace / name)
    (workspace / "two" / ".vscode").mkdir()
    (workspace / "two" / ".vscode" / "settings.json").write_text('{"excore.interpreter": "../env"}', "utf-8")
    window = workspace / "all.code-workspace"
    window.write_text('{"folders": [{"path": "one"}, {"path": "two"}]}', "utf-8")
    with vscode.server(programs, tmp_path, flags=IN_THE_HOST, vsix=vsix) as running:
        answers = in_the_host(running, workspace, "folders.js", vscode.HERE / "vscode_api" / "python", window.name)
    found, selected, nobody = answers["found"], answers["selected"], answers["nobody"]
    assert [found[name].partition("/lib")[0] for name in ("one/sub", "two")] == ["one/sub/.venv", "env"]
    assert [selected[name].partition("/lib")[0] for name in ("one", "two")] == ["selected", "env"]
    assert answers["unset"]["one"] == selected["one"]
    assert nobody == {**found, "two": found["one"]}


def test_what_the_api_answers(programs, vsix, tmp_path):
    workspace = copy_quickstart(tmp_path)
    answers = beside_ours(programs, tmp_path, workspace, "index.js")
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
    assert not answers["foreignProblems"]
    check_features(answers["features"])
    ours = {"restart", "showLogs", "showDebugInformation", "openComposed", "openPython", "openGraph", "rebuildIndex"}
    assert {f"excore.{name}" for name in ours} <= set(answers["commands"])


def check_features(found: dict[str, Any]) -> None:
    """Each feature of the server is connected: what it answers in detail is tested without an editor."""
    assert found["outline"] == ["__base__", "Model.FCN", "Head.SimpleHead"]
    assert found["folds"] == 2
    assert found["links"] == 2
    assert {"= 3", "shared by 2"} <= {hint.strip() for hint in found["hints"]}
    assert found["callers"] == ["Optimizer.SGD"]
    assert "Backbone.ResNet" in found["callees"]
    assert "fcn_resnet.toml" in found["subtypes"]
    assert ["ResNet", "Backbone"] in found["symbols"]
    assert ["Backbone.ResNet", ""] in found["symbols"]
    assert found["signature"].startswith("FCN(")
    assert found["references"] > 1
    assert found["tokens"] > 10
    assert found["tokenTypes"] > 5
    assert found["formatting"] == 0
    titles, commands = zip(*found["lenses"], strict=True)
    assert "instantiates src.models.fcn.FCN" in titles
    assert set(commands) == {"excore.showReferences"}
