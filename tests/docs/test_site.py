"""The documentation builds without a broken link, needs nothing from elsewhere, and describes what is there."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest
from docs_kit import DOCS, ROOT, codes

import excore
from excore.cli.main import COMMANDS
from excore.engine.workspace import Workspace
from excore_server.ide.inlay_hint import HintKind
from excore_server.lsp.requests.inlay_hint import HINT_SETTINGS
from excore_server.lsp.session.settings import Settings

REMOTE = re.compile(
    r"""<(?:script|img|iframe|link(?![^>]*rel="?canonical))[^>]*\s(?:src|href)=["']?(?:https?:)?//[^"'\s>]+"""
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    if importlib.util.find_spec("zensical") is None:
        pytest.skip("zensical is not installed: pip install -e '.[docs]'")
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    shutil.copytree(DOCS, folder / "docs")
    (folder / "tests" / "docs").mkdir(parents=True)
    for name in ("zoo.py", "project.toml"):
        shutil.copy(ROOT / "tests" / "docs" / name, folder / "tests" / "docs")
    for name in ("excore_core", "server"):
        (folder / name).symlink_to(ROOT / name)
    build = [str(Path(sys.executable).with_name("zensical")), "build", "--clean", "--strict"]
    done = subprocess.run(build, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


def test_every_page_is_there(site: Path) -> None:
    wanted = {path.relative_to(DOCS).with_suffix("") for path in DOCS.rglob("*.md")}
    built = {path.parent.relative_to(site) for path in site.rglob("index.html")}
    assert {path.parent if path.name == "index" else path for path in wanted} <= built


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert pages
    assert [(page.name, found) for page in pages for found in REMOTE.findall(page.read_text("utf-8"))] == []
    styles = [path.read_text("utf-8") for path in site.rglob("*.css")]
    assert styles
    assert not [found for text in styles for found in re.findall(r"(?:@import|url\()\s*[\"']?https?://[^)]+", text)]


def test_public_names_are_in_the_api(site: Path) -> None:
    page = (site / "api" / "excore" / "index.html").read_text("utf-8")
    modules = {"command_line", "config", "engine", "errors", "hook", "logging", "plugins", "registry"}
    plain = {"logger", "workspace", "ConfigError"}
    names = {name for name in excore.__all__ if not name.startswith("_")} - modules - plain
    assert [name for name in sorted(names) if not re.search(rf'id="?excore\.[\w.]*\b{name}"?[ >]', page)] == []


# -- pages against the program


def test_every_command_and_option_is_described() -> None:
    spec = importlib.util.spec_from_file_location("write_command_docs", ROOT / "scripts" / "write_command_docs.py")
    assert spec is not None
    assert spec.loader is not None
    writer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(writer)
    page = (DOCS / "commands.md").read_text("utf-8")
    for command in COMMANDS:
        section = re.search(rf"^### {command}\n(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL)
        assert section is not None, "run scripts/write_command_docs.py"
        options = re.findall(r"(?<![\w-])--[a-z][a-z-]+", writer.command_help(command))
        assert [option for option in options if option not in section[1]] == [], "run scripts/write_command_docs.py"


def test_no_command_is_described_that_is_not_there() -> None:
    assert set(re.findall(r"^### (.+)$", (DOCS / "commands.md").read_text("utf-8"), re.MULTILINE)) == set(COMMANDS)
    for page in DOCS.rglob("*.md"):
        assert set(re.findall(r"commands\.md#([a-z-]+)", page.read_text("utf-8"))) <= {*COMMANDS, "look-at-configs"}


def test_every_key_of_the_project_file_is_described() -> None:
    page = (DOCS / "project.md").read_text("utf-8")
    rows = set(re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE))
    assert {*Workspace.names, "include", "exclude", "severity", "registry_types"} - {"base_dir"} == rows


def test_every_setting_of_the_server_is_described() -> None:
    page = (DOCS / "editors" / "setup.md").read_text("utf-8")
    rows = {name.partition(".")[0].lower() for name in re.findall(r"^\| `([\w.]+)` \|", page, re.MULTILINE)}
    assert rows == {field.name.replace("_", "") for field in fields(Settings)}


def test_get_started_does_what_it_says(tmp_path: Path) -> None:
    blocks = [block for block in codes((DOCS / "start.md").read_text("utf-8")) if block.title]
    for block in blocks:
        path = tmp_path / block.title
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, "utf-8")
    run: Any = {"cwd": tmp_path, "capture_output": True, "text": True}
    done = subprocess.run([sys.executable, "train.py"], **run)
    assert done.stdout == (tmp_path / "output of train.py").read_text("utf-8"), done.stderr
    checked = subprocess.run([Path(sys.executable).with_name("excore"), "check", "configs/"], **run)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_names_of_upstream_can_be_imported() -> None:
    from excore import Registry, build_all, config, load
    from excore._exceptions import CoreConfigParseError
    from excore.config.models import ChainedInvocationWrapper, ConfigArgumentHook, InternNode, ModuleNode
    from excore.engine.hook import ConfigArgumentHook as OfTheSeed

    assert ConfigArgumentHook is OfTheSeed
    assert issubclass(CoreConfigParseError, excore.ConfigError)
    assert (load, build_all) == (config.load, config.build_all)
    assert all((Registry, ChainedInvocationWrapper, InternNode, ModuleNode))


def test_the_kinds_of_inlay_hints_have_one_name_everywhere() -> None:
    page = (DOCS / "editors" / "setup.md").read_text("utf-8")
    (row,) = re.findall(r"^\| `inlayHints` \|.*", page, re.MULTILINE)
    shown = re.findall(r'"(\w+)": (?:true|false)', row)
    declared = (ROOT / "editors" / "vscode" / "package.json").read_text("utf-8")
    assert sorted(shown) == sorted(set(re.findall(r'"excore\.inlayHints\.(\w+)"', declared))) == sorted(HINT_SETTINGS)
    assert set(HINT_SETTINGS.values()) == set(get_args(HintKind))
