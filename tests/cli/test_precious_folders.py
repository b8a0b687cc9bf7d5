"""Which folders and files commands remove, fill and replace, whatever a project file says: those that excore made."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_kit import Run, Write

from excore.storage.atomic_write import NotOurs
from excore.storage.cache import claim, read_mark, remove

Tree = dict[str, str]


def tree(folder: Path) -> Tree:
    """Every file below a folder with its text."""
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    """A folder of the user, beside the project."""
    folder = tmp_path / "precious"
    (folder / "sub").mkdir(parents=True)
    (folder / "thesis.txt").write_text("important")
    (folder / "sub/workspace.json").write_text('{"mine": 1}')
    (folder / "registry_cache.json").write_text('{"mine": 2}')
    return folder


def settle(folder: Path, *lines: str) -> None:
    """Let the project file of a folder say more."""
    file = folder / ".excore.toml"
    file.write_text("\n".join((*lines, file.read_text() if file.exists() else "")))


PLACES: dict[str, Callable[[Path, Path], str]] = {
    "beside": lambda home, precious: "../precious",
    "absolute": lambda home, precious: str(precious),
    "through the project": lambda home, precious: "things/../../precious/.",
    "link": lambda home, precious: link(home / "link", precious),
    "link above": lambda home, precious: link(home / "up", precious.parent) + "/precious",
    "link to a link": lambda home, precious: link(home / "one", Path(link(home / "two", precious))),
    "sources": lambda home, precious: "things",
    "project": lambda home, precious: ".",
    "above the project": lambda home, precious: "..",
    "home": lambda home, precious: "~",
    "with a slash": lambda home, precious: "things/",
}


def link(path: Path, target: Path) -> str:
    path.symlink_to(target)
    return path.name


@pytest.fixture(autouse=True)
def home(tmp_path: Path, precious: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(precious))


@pytest.mark.parametrize("place", PLACES)
def test_a_folder_that_excore_did_not_make_is_not_removed(project: Path, precious: Path, run: Run, place: str) -> None:
    settle(project, f'cache_dir = "{PLACES[place](project, precious)}"')
    before = tree(project.parent)
    assert "is not removed" in run("clear-cache", "-y", code=2).stderr
    assert "Remove" not in run("clear-cache", input="y\n", code=2).output
    assert tree(project.parent) == before


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_kept_in_a_folder_that_excore_did_not_make(
    project: Path, precious: Path, run: Run, place: str
) -> None:
    settle(project, f'cache_dir = "{PLACES[place](project, precious)}"')
    before = tree(project.parent)
    assert "was not made by excore" in run("config-extension", code=2).stderr
    assert "was not made by excore" in run("auto-register", code=2).stderr
    after = tree(project.parent)
    assert {name: text for name, text in after.items() if not name.startswith("caches/excore/index")} == before


@pytest.mark.parametrize("place", PLACES)
def test_foreign_folders_in_a_base_stay(project: Path, precious: Path, run: Run, place: str) -> None:
    (project / "index").mkdir()
    (project / "index/page.md").write_text("mine")
    (project / "empty").mkdir()
    settle(project, f'cache_base_dir = "{PLACES[place](project, precious)}"')
    before = tree(project.parent)
    run("clear-all-cache", "-y")
    assert tree(project.parent) == before
    assert (project / "empty").is_dir()


def test_an_empty_string_is_the_same_as_none(project: Path, run: Run) -> None:
    usual = run("cache-dir").stdout
    settle(project, 'cache_dir = ""', 'cache_base_dir = ""')
    assert run("cache-dir").stdout == usual


def test_a_base_that_is_not_there_is_made_and_its_caches_are_removed(project: Path, run: Run) -> None:
    settle(project, 'cache_base_dir = "made/of/it"')
    run("config-extension")
    cache = project / "made/of/it/home"
    assert Path(run("cache-dir").stdout.strip()) == cache
    assert (cache / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    run("config-extension")
    run("clear-cache", "-y")
    assert not cache.exists()
    run("config-extension")
    run("clear-all-cache", "-y")
    assert not cache.exists()


def test_a_base_that_is_there_gets_a_folder_of_its_own(project: Path, precious: Path, run: Run) -> None:
    (precious / "home").mkdir()
    (precious / "home/photo").write_text("mine")
    settle(project, 'cache_base_dir = "../precious"')
    before = tree(precious)
    run("config-extension")
    assert Path(run("cache-dir").stdout.strip()).name == "home_1"
    run("clear-all-cache", "-y")
    assert tree(precious) == before


def test_a_mark_that_came_with_a_repository_is_none(project: Path, precious: Path, run: Run) -> None:
    run("config-extension")
    cache = Path(run("cache-dir").stdout.strip())
    for name in ("workspace.json", "CACHEDIR.TAG"):
        shutil.copy(cache / name, project / "things" / name)
    mark = json.loads((cache / "workspace.json").read_text())
    (project / "things/workspace.json").write_text(json.dumps({**mark, "folder": str(project / "things")}))
    settle(project, 'cache_dir = "things"')
    run("clear-cache", "-y", code=2)
    assert (project / "things/nets.py").is_file()


def test_a_cache_that_has_another_inode_is_used_and_not_removed(project: Path, run: Run, tmp_path: Path) -> None:
    settle(project, 'cache_dir = "made"')
    run("config-extension")
    shutil.copytree(project / "made", tmp_path / "copy")
    (project / "made").rename(tmp_path / "before")
    (tmp_path / "copy").rename(project / "made")
    run("config-extension")
    assert "is not removed" in run("clear-cache", "-y", code=2).stderr
    run("clear-all-cache", "-y")
    assert (project / "made/excore_schema.json").is_file()


def test_a_link_to_a_mark_is_none(project: Path, run: Run, tmp_path: Path) -> None:
    run("config-extension")
    (project / "things/workspace.json").symlink_to(Path(run("cache-dir").stdout.strip()) / "workspace.json")
    settle(project, 'cache_dir = "things"')
    run("clear-cache", "-y", code=2)
    assert (project / "things/nets.py").is_file()


def test_the_cache_of_another_project_is_not_removed(
    project: Path, write: Write, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("config-extension")
    cache = Path(run("cache-dir").stdout.strip())
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.chdir(other)
    settle(other, f'cache_dir = "{cache}"')
    assert f"it is the cache of the project at {project}" in run("clear-cache", "-y", code=2).stderr
    assert cache.is_dir()


def test_links_in_a_cache_are_not_followed(project: Path, precious: Path, run: Run) -> None:
    run("config-extension")
    cache = Path(run("cache-dir").stdout.strip())
    (cache / "hub").symlink_to(precious)
    before = tree(precious)
    run("clear-cache", "-y")
    assert (cache.exists(), tree(precious)) == (False, before)
    (cache.parent / "linked").symlink_to(precious)
    run("clear-all-cache", "-y")
    assert tree(precious) == before


def test_a_cache_that_holds_the_project_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    inside = cache / "project"
    claim(cache, inside)
    inside.mkdir()
    with pytest.raises(NotOurs, match="it holds"):
        remove(str(cache), str(inside))
    monkeypatch.chdir(inside)
    with pytest.raises(NotOurs, match="it holds"):
        remove(str(cache))
    assert inside.is_dir()


def test_a_cache_of_an_older_version_is_told_and_stays_until_it_is_used(project: Path, run: Run) -> None:
    cache = Path(run("cache-dir").stdout.strip())
    cache.mkdir(parents=True)
    (cache / "registry_cache.pkl").write_text("old")
    assert "remove it yourself" in run("clear-cache", "-y", code=2).stderr
    told = run("clear-all-cache", "-y")
    assert f"{cache} carries no mark of excore; if it is a cache of an older version, remove it yourself" in told.stderr
    assert "remove it yourself" in run("cache-list").stderr
    assert (cache / "registry_cache.pkl").is_file()
    run("config-extension")
    assert Path(run("cache-dir").stdout.strip()) == cache
    run("clear-cache", "-y")
    assert not cache.exists()


def test_what_indexing_did_not_write_stays(project: Path, run: Run, tmp_path: Path) -> None:
    run("config-extension")
    index = tmp_path / "caches/excore/index"
    (index / "notes.txt").write_text("mine")
    run("clear-all-cache", "-y")
    assert tree(tmp_path / "caches") == {"excore/index/notes.txt": "mine"}


def test_a_project_that_is_called_like_the_folder_of_the_index(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert Path(run("cache-dir").stdout.strip()).name == "index_1"


def test_a_relative_cache_home_does_not_count(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "things")
    assert not run("cache-dir").stdout.startswith(str(project))


@pytest.mark.parametrize(
    "path", [r"a\u0000b", ".excore.toml/cache", "things/nets.py"], ids=["zero", "below a file", "file"]
)
def test_a_cache_folder_that_cannot_be(project: Path, run: Run, path: str) -> None:
    settle(project, f'cache_dir = "{path}"')
    before = tree(project)
    assert run("config-extension", code=2).stderr.startswith("excore: ")
    run("clear-cache", "-y")
    run("clear-all-cache", "-y")
    assert tree(project) == before


CLAIMING = """
import sys
from pathlib import Path
from excore.storage.cache import claim

input()
claim(*map(Path, sys.argv[1:]))
"""


def test_processes_that_make_one_folder_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CLAIMING, str(tmp_path / "base/cache"), str(tmp_path)]
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(6)]
    for process in running:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate()[1] for process in running] == [""] * 6
    assert read_mark(tmp_path / "base/cache") is not None
    assert sorted(os.listdir(tmp_path / "base")) == ["cache"]


# -- files that a project file names


@pytest.mark.parametrize("key", ["json_schema_file", "class_mapping_file"])
@pytest.mark.parametrize(
    "place", ["../precious/registry_cache.json", "things/data.json", "things/nets.py", "linked.json"]
)
def test_a_foreign_file_is_not_replaced(project: Path, precious: Path, run: Run, key: str, place: str) -> None:
    (project / "things/data.json").write_text('{"my": ["data"]}')
    (project / "linked.json").symlink_to(precious / "thesis.txt")
    settle(project, f'{key} = "{place}"')
    before = tree(project.parent)
    assert "was not written by excore" in run("config-extension", code=2).stderr
    assert {name: tree(project.parent)[name] for name in before} == before


def test_a_foreign_registry_file_is_not_replaced(project: Path, precious: Path, run: Run) -> None:
    settle(project, 'registry_cache_file = "../precious/thesis.txt"')
    assert "was not written by excore" in run("auto-register", code=2).stderr
    assert (precious / "thesis.txt").read_text() == "important"


def test_what_is_called_like_the_lock_of_a_registry_file_stays(project: Path, run: Run) -> None:
    (project / "uv.lock").write_text("version = 1")
    settle(project, 'registry_cache_file = "uv"')
    run("auto-register")
    assert (project / "uv.lock").read_text() == "version = 1"


def test_files_that_excore_wrote_are_replaced_wherever_they_are(project: Path, run: Run) -> None:
    settle(
        project,
        *(
            'json_schema_file = "made/s.json"',
            'class_mapping_file = "made/m.json"',
            'registry_cache_file = "made/r.json"',
        ),
    )
    for _ in range(2):
        run("config-extension")
        run("auto-register")
    assert set(os.listdir(project / "made")) == {"s.json", "m.json", "r.json"}


# -- links out of the project

WRITERS = {
    ".taplo.toml": ["config-extension"],
    "configs/run.toml": ["format"],
    "configs/own.toml": ["quote", "configs/own.toml", "--override"],
    "configs/run_overrode.toml": ["quote", "configs/run.toml"],
    "things/module_types.py": ["generate-typehints", "--force"],
    "things/more.py": ["generate-registries", "more"],
    ".excore.toml": ["update"],
    "out.json": ["schema", "-o", "out.json"],
    "graph.svg": ["graph", "configs/run.toml", "-o", "graph.svg"],
    "run.pyi": ["stubs", "configs/run.toml", "-o", "run.pyi"],
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("above", [False, True])
def test_nothing_is_written_through_a_link_that_leads_out(
    project: Path, precious: Path, run: Run, name: str, above: bool
) -> None:
    path = project / name
    (project / "configs/own.toml").write_text("!x=1\n")
    if name in ("configs/run.toml", "configs/own.toml", ".excore.toml"):
        text = path.read_text().replace(" = ", "=")
        path.unlink()
    else:
        text = "" if name.endswith(".py") else "x=1\n"
    if above and "/" in name:
        shutil.copytree(path.parent, precious / "moved")
        shutil.rmtree(path.parent)
        path.parent.symlink_to(precious / "moved")
        outside = precious / "moved" / path.name
    else:
        outside = precious / "outside"
        path.symlink_to(outside)
    outside.write_text(text)
    before = tree(precious)
    command = [*WRITERS[name], name] if name == "configs/run.toml" else WRITERS[name]
    done = run(*command, code=1 if command[0] in ("format", "quote") else 2)
    assert "leads out of" in done.stderr
    assert tree(precious) == before


@pytest.mark.parametrize("dangling", [False, True])
def test_links_inside_the_project_are_followed(project: Path, run: Run, dangling: bool) -> None:
    if not dangling:
        (project / "real.json").write_text("{}")
    (project / "out.json").symlink_to("real.json")
    run("schema", "-o", "out.json")
    assert (project / "out.json").is_symlink()
    assert json.loads((project / "real.json").read_text())["type"] == "object"


def test_sources_outside_of_the_project_are_not_written_to(project: Path, precious: Path, run: Run) -> None:
    file = project / ".excore.toml"
    file.write_text(file.read_text().replace('src_dir = "things"', 'src_dir = "../precious"'))
    before = tree(precious)
    assert "leads out of" in run("generate-registries", code=2).stderr
    assert "leads out of" in run("generate-typehints", code=2).stderr
    assert tree(precious) == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
@pytest.mark.parametrize("name", ["configs/run_overrode.toml", "out.json"])
def test_a_pipe_in_a_project_is_not_waited_for(project: Path, run: Run, name: str) -> None:
    os.mkfifo(project / name)
    command = WRITERS[name]
    assert "is no regular file" in run(*command, code=1 if command[0] == "quote" else 2).stderr


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="there is no such device")
def test_a_device_is_written_to_and_not_replaced(project: Path, run: Run) -> None:
    device = os.stat("/dev/null")
    run("schema", "-o", "/dev/null")
    assert os.stat("/dev/null").st_rdev == device.st_rdev
    assert "cannot be written" in run("schema", "-o", "things", code=2).stderr
