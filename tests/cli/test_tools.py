"""`excore quote`, the cache commands, `registries`, `primary-fields`, help and completion."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import tomlkit
from cli_kit import Run, Write

from excore.cli.main import COMMANDS
from excore.lang.syntax.document import parse

CONFIG = """\
# keep me
[Model.FCN]   # and me
!backbone   = "R"  # !not = "a key"
  @head.a = ["$Head::*", '''!x = 1''']
"$done" = "already"
&x = { !a = "R", b = [ { $c = 1 } ] }

[Model.FCN.!deep]
!größe = 1
text = \"\"\"
!x = 1
\"\"\"
"""
QUOTED = """\
# keep me
[Model.FCN]   # and me
"!backbone"   = "R"  # !not = "a key"
  "@head".a = ["$Head::*", '''!x = 1''']
"$done" = "already"
"&x" = { "!a" = "R", b = [ { "$c" = 1 } ] }

[Model.FCN."!deep"]
"!größe" = 1
text = \"\"\"
!x = 1
\"\"\"
"""


def test_cli_quote_changes_keys_and_nothing_else(folder: Path, run: Run) -> None:
    (folder / "c.toml").write_text(CONFIG, "utf-8")
    run("quote", "c.toml")
    assert (folder / "c.toml").read_text("utf-8") == CONFIG
    assert (folder / "c_overrode.toml").read_text("utf-8") == QUOTED
    tomlkit.parse(QUOTED)
    run("quote", "c.toml", "--override")
    assert (folder / "c.toml").read_text("utf-8") == QUOTED
    run("quote", "c.toml", "--override")
    assert (folder / "c.toml").read_text("utf-8") == QUOTED


def test_cli_quote_of_a_folder(write: Write, run: Run) -> None:
    folder = write("#- a.toml\n!x = 1\n#- sub/b.toml\n@y = 1\n#- pyproject.toml\n[a]\n#- c.txt\n!z = 1\n")
    run("quote", ".")
    run("quote", ".")
    assert sorted(path.name for path in folder.rglob("*.*")) == [
        "a.toml", "a_overrode.toml", "b.toml", "b_overrode.toml", "c.txt", "pyproject.toml",
    ]  # fmt: skip
    run("quote", "sub", "--override")
    assert (folder / "sub/b.toml").read_text() == '"@y" = 1\n'
    assert (folder / "a.toml").read_text() == "!x = 1\n"


def test_cli_quote_keeps_line_ends_permissions_and_links(folder: Path, run: Run) -> None:
    (folder / "real.toml").write_bytes(b"!x = 1\r\ny = 2")
    (folder / "real.toml").chmod(0o640)
    (folder / "link.toml").symlink_to("real.toml")
    run("quote", "link.toml", "--override")
    assert (folder / "real.toml").read_bytes() == b'"!x" = 1\r\ny = 2'
    assert stat.S_IMODE((folder / "real.toml").stat().st_mode) == 0o640
    assert (folder / "link.toml").is_symlink()


def test_cli_quote_reports_what_is_no_toml_and_does_the_rest(write: Write, run: Run) -> None:
    folder = write("#- a.toml\n!x = 1\n#- bad.toml\n!x = 1\ny = = 2\n")
    (folder / "latin.toml").write_bytes(b'x = "\xe9"\n')
    done = run("quote", ".", "--override", code=1)
    assert done.stderr.startswith("bad.toml:2:")
    assert "latin.toml: not UTF-8" in done.stderr
    assert (folder / "a.toml").read_text() == '"!x" = 1\n'
    assert (folder / "bad.toml").read_text() == "!x = 1\ny = = 2\n"
    assert "no such file" in run("quote", "none.toml", code=2).stderr


def test_cli_new_files_have_the_usual_permissions(folder: Path, run: Run) -> None:
    (folder / "usual").write_text("")
    (folder / "c.toml").write_text("!x = 1\n")
    run("quote", "c.toml")
    assert (folder / "c_overrode.toml").stat().st_mode == (folder / "usual").stat().st_mode


def test_cli_cache_dir_prints_the_path_alone(project: Path, run: Run) -> None:
    assert run("cache-dir").stdout == f"{project.parent}/caches/excore/home\n"


def test_cli_cache_list_without_a_cache(folder: Path, run: Run) -> None:
    assert "Cache Names" in run("cache-list").stdout
    assert "there is no cache" in run("clear-cache").stdout
    assert "there is no cache" in run("clear-all-cache").stdout


def test_cli_caches_are_listed_and_cleared_when_agreed(project: Path, run: Run) -> None:
    run("config-extension")
    cache = Path(run("cache-dir").stdout.strip())
    stranger = cache.parent / "not_ours"
    stranger.mkdir()
    (stranger / "thesis.txt").write_text("important")
    listed = run("cache-list").stdout
    assert "home" in listed
    assert "index (sources of all projects)" in listed
    assert "not_ours" not in listed
    run("clear-cache", input="n\n")
    run("clear-cache", input="", code=1)
    assert cache.is_dir()
    run("clear-cache", input="y\n")
    assert not cache.exists()
    run("config-extension")
    run("clear-all-cache", input="n\n")
    assert cache.is_dir()
    run("clear-all-cache", "--yes")
    assert sorted(path.name for path in cache.parent.iterdir()) == ["not_ours"]


def test_cli_a_cache_folder_that_holds_the_project_is_not_removed(write: Write, run: Run) -> None:
    folder = write('#- .excore.toml\ncache_dir = "."\n')
    assert "is not removed" in run("clear-cache", "--yes", code=2).stderr
    assert (folder / ".excore.toml").is_file()


def test_cache_1_workspaces_of_one_name_have_folders_of_their_own(
    project: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("config-extension")
    other = tmp_path / "other" / "home"
    other.mkdir(parents=True)
    monkeypatch.chdir(other)
    assert run("cache-dir").stdout.strip().endswith("/home_1")


def test_cli_fields_and_registries_as_tables(project: Path, run: Run) -> None:
    fields = [line.strip("│ ") for line in run("primary-fields").stdout.splitlines() if line.startswith("│")]
    assert fields == ["FIELDS", "Model", "TrainData", "TestData"]
    (project / "things/more.py").write_text("from excore import Registry\nR = Registry('Found')\n")
    names = [line.strip("│ ") for line in run("registries").stdout.splitlines() if line.startswith("│")]
    assert names == ["Registry", "*Model", "*Data: TrainData, TestData", "Head", "module", "Found"]


def test_an_editor_without_a_client(run: Run) -> None:
    assert "there is one for nvim" in run("editor", "emacs", code=2).output


def test_cli_every_command_explains_itself(folder: Path, run: Run) -> None:
    for name in COMMANDS:
        help_text = run(name, "--help").stdout
        assert f"excore {name}" in help_text or f"Usage: {name}" in help_text or name in help_text


def test_cli_the_shell_can_complete_commands(folder: Path) -> None:
    program = Path(sys.executable).with_name("excore")
    environment = {
        **os.environ,
        "_EXCORE_COMPLETE": "complete_bash",
        "COMP_WORDS": "excore cache-",
        "COMP_CWORD": "1",
    }
    done = subprocess.run([program], env=environment, text=True, capture_output=True)
    assert {"cache-dir", "cache-list"} <= set(done.stdout.split()), done.stderr


def test_cli_asking_for_the_version_imports_little() -> None:
    code = (
        "import sys; sys.argv = ['excore', '--version']\n"
        "from excore.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: print(*(name for name in ('rich.progress', 'tomlkit', 'excore.index.indexer',"
        " 'excore.config') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, check=True)
    assert done.stdout.splitlines()[1:] == [""]


def test_every_quoted_config_means_the_same(folder: Path) -> None:
    names = [part.name for block in parse(CONFIG).blocks for entry in block.entries for part in entry.parts]
    assert names == [part.name for block in parse(QUOTED).blocks for entry in block.entries for part in entry.parts]
