"""Names in files and of files hold what terminals obey: it is shown, and never sent to one."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
import tomlkit
from cli_kit import Run

from excore.lang.text import printable

NASTY = {
    "escape": ("\x1b]0;pwned\x07", r"\u001b]0;pwned\u0007"),
    "C1": ("\x9b2J", r"\u009b2J"),
    "override": ("\u202egnp.exe", r"\u202egnp.exe"),
    "isolate": ("\u2066a\u2069", r"\u2066a\u2069"),
    "delete": ("a\x7f", r"a\u007f"),
    "line": ("a\nRemove nothing", r"a\nRemove nothing"),
    "separator": ("a\u2028b", r"a\u2028b"),
    "return": ("a\rb", r"a\rb"),
}
kinds = pytest.mark.parametrize("kind", NASTY)


def check_harmless(text: str) -> None:
    obeyed = [char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and char != "\n"]
    assert not obeyed, text


@kinds
def test_names_of_projects_and_caches_in_prompts_and_messages(project: Path, run: Run, kind: str) -> None:
    raw, written = NASTY[kind]
    file = project / ".excore.toml"
    text = file.read_text().replace('name = "things"', f'name = "{written}"')
    file.write_text(f'cache_dir = "made/{written}"\n{text}')
    check_harmless(run("clear-cache").output)
    check_harmless(run("config-extension").output)
    asked = run("clear-cache", input="n\n").output
    check_harmless(asked)
    assert printable(raw) in asked
    assert "\nRemove nothing" not in asked
    check_harmless(run("cache-dir").output)
    check_harmless(run("clear-cache", "-y").output)


@kinds
def test_names_of_folders(project: Path, run: Run, kind: str) -> None:
    raw, written = NASTY[kind]
    file = project / ".excore.toml"
    folder = project / f"base{raw}"
    folder.mkdir()
    old = folder / f"old{raw}"
    old.mkdir()
    (old / "registry_cache.pkl").write_text("old")
    file.write_text(f'cache_base_dir = "base{written}"\n{file.read_text()}')
    check_harmless(run("clear-all-cache").output)
    run("config-extension")
    (folder / "home").rename(folder / f"x{raw}")
    for command in ("cache-list", "clear-all-cache"):
        check_harmless(run(command, input="n\n").output)
    check_harmless(run("clear-all-cache", "-y").output)
    file.write_text(f'cache_dir = "base{written}"\n{file.read_text()}')
    check_harmless(run("clear-cache", "-y", code=2).output)
    check_harmless(run("auto-register", code=2).output)


@kinds
def test_names_in_project_files_and_configs(project: Path, run: Run, kind: str) -> None:
    _, written = NASTY[kind]
    file = project / ".excore.toml"
    file.write_text(file.read_text().replace('"Head"', f'"*Head{written}: Neck{written}"'))
    for command in ("registries", "primary-fields"):
        check_harmless(run(command).output)
    (project / "configs/run.toml").write_text(f'[Model.FCN]\nlayers = 1\n"{written}" = "{written}"\n')
    check_harmless(run("check", "configs", code=1).output)
    check_harmless(run("blame", "configs/run.toml", "Model.FCN").output)


@kinds
def test_names_of_files(project: Path, run: Run, kind: str) -> None:
    raw, _ = NASTY[kind]
    config = project / f"configs/{raw}.toml"
    config.write_text("!x=1\n")
    for command in (["format", "--check", "."], ["check", ".", "--strict"]):
        check_harmless(run(*command, code=1).output)
    check_harmless(run("quote", str(config)).output)
    check_harmless(run("format", str(config) + ".none", code=2).output)
    check_harmless(run("show", str(config) + ".none", code=2).output)


@kinds
def test_names_that_are_offered_as_answers(
    tmp_path: Path, run: Run, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, _ = NASTY[kind]
    folder = tmp_path / f"x{raw}"
    (folder / "src").mkdir(parents=True)
    monkeypatch.chdir(folder)
    told = run("init", "-r", "*Model", input="\nsrc\n").output
    check_harmless(told)
    assert f"Name of the project [{printable(folder.name)}]" in told
    assert tomlkit.parse((folder / ".excore.toml").read_text())["name"] == folder.name


def test_what_people_write_stays() -> None:
    assert printable("Modèle größe 模型 🚀\u00a0x") == "Modèle größe 模型 🚀\u00a0x"
