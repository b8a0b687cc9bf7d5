"""Both clients and the server agree which files are configs of which project, and which prefixes there are."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import nvim
import pytest
import tools
import write_editor_lists as lists
from boundaries import CASES, FCN, NOTHING, Case
from editor_kit import found

from excore.cli.check import survey
from excore.lang.project.foreign import is_plain_name
from excore.lang.workspace.host import Host

WELL_KNOWN = ("pyproject", "cargo", "taplo", "ruff", "uv", "poetry", "pixi", "rustfmt", "clippy", "hugo", "tombi")
LUA = """
local answers = {}
for number, case in ipairs(vim.json.decode(io.read('*a'))) do
  vim.fn.chdir(case.opened)
  answers[number] = require('excore.project').root_of(case.path, vim.split(case.text, '\\n')) or vim.NIL
end
io.write(vim.json.encode(answers))
"""

Trees = dict[str, tuple[Case, Path, Path, Path]]


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Trees:
    """Each case, with its folder, the file and what is opened; each far from the others."""
    top = tmp_path_factory.mktemp("trees").resolve()
    (top / "elsewhere").mkdir()
    made = {}
    for number, (name, case) in enumerate(CASES.items()):
        folder = top / f"{number}" / "x" / "y" / "tree"
        file = case.write(folder)
        made[name] = case, folder, file, (folder / case.opened).resolve() if case.opened else top / "elsewhere"
    return made


def judged(trees: Trees, judge: Callable[[list[dict[str, str]]], list[str | None]]) -> None:
    requests = [
        {"path": str(file), "text": case.text, "opened": str(opened)} for case, _, file, opened in trees.values()
    ]
    answers = dict(zip(trees, judge(requests), strict=True))
    wanted = {name: root_of(case, folder) for name, (case, folder, _, _) in trees.items()}
    assert answers == wanted


def root_of(case: Case, folder: Path) -> str | None:
    return None if case.root is None else str((folder / case.root).resolve())


def test_the_boundary_of_the_neovim_client(trees, tmp_path):
    script = tmp_path / "judge.lua"
    script.write_text(LUA, "utf-8")
    command = [str(found(nvim.binary)), "--clean", "--headless", "--cmd", f"set rtp^={nvim.CLIENT}", "-l", str(script)]

    def judge(requests: list[dict[str, str]]) -> list[str | None]:
        done = subprocess.run(command, input=json.dumps(requests), capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        answers: list[str | None] = json.loads(done.stdout)
        return answers

    judged(trees, judge)


def test_the_boundary_of_the_vscode_client(trees, tmp_path):
    node, module = found(tools.node), tmp_path / "project.cjs"
    esbuild = found(tools.extension_modules) / ".bin" / "esbuild"
    command = [str(esbuild), "src/project.ts", "--bundle", "--platform=node", "--format=cjs", f"--outfile={module}"]
    subprocess.run(command, cwd=tools.EXTENSION, check=True, capture_output=True)

    def judge(requests: list[dict[str, str]]) -> list[str | None]:
        request = json.dumps({"module": str(module), "cases": requests})
        command = [str(node), str(Path(__file__).with_name("boundaries.cjs"))]
        done = subprocess.run(command, input=request, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        answers: list[str | None] = json.loads(done.stdout)
        return answers

    judged(trees, judge)


def test_the_boundary_of_the_server(trees):
    roots, wanted = {}, {}
    for name, (case, folder, file, opened) in trees.items():
        if case.root is not None:
            host = Host()
            host.add_folder(str(opened))
            roots[name], wanted[name] = host.project_of(str(file)).root, root_of(case, folder)
    assert roots == wanted


def test_the_boundary_of_check(trees, monkeypatch):
    """What a file shows of itself counts where it is named; else what is found below the folder that is open."""
    found, wanted = {}, {}
    ignored: list[str] = []
    for name, (case, _, file, opened) in trees.items():
        if case.text != NOTHING:
            monkeypatch.chdir(opened)
            below = case.text == FCN and os.path.commonpath([file, opened]) == str(opened)
            _, checked, _ = survey(["." if below else str(file)], ignored.append)
            found[name], wanted[name] = str(file) in checked, case.root is not None
    assert found == wanted


def test_the_lists_of_the_clients_are_those_of_the_language():
    texts = {path: path.read_text("utf-8") for path in lists.files()}
    assert texts == lists.files()


def test_the_patterns_of_the_extension_hold_the_prefixes():
    made = [path for path, text in lists.files().items() if lists.prefix_class() in text]
    assert {path.name for path in made} >= {"names.lua", "names.ts", "package.json", "excore.tmLanguage.json"}


def test_files_of_well_known_tools_are_nobodys_configs():
    assert [name for name in WELL_KNOWN if not is_plain_name(f"/project/{name}.toml")] == []
