from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from excore.plugins.path_manager import PathManager


@dataclass
class Folders:
    checkpoints: str = "ckpt"
    logs: str = "logs"


def test_path_folders_by_sub_folder_or_config(tmp_path: Path) -> None:
    with PathManager(tmp_path / "exp", ["a", "b"], "cfg", "run") as paths:
        assert paths.get("a") == tmp_path / "exp" / "a" / "cfg" / "run"
        assert paths.get("b").is_dir()
        assert paths.sub_folders == [Path("a"), Path("b")]
    with PathManager(tmp_path / "exp", ["a"], "cfg", "run", config_name_first=True, return_str=True) as paths:
        assert paths.get("a") == str(tmp_path / "exp" / "cfg" / "a" / "run")
    assert (tmp_path / "exp" / "cfg" / "a" / "run").is_dir()


def test_path_nothing_is_created_before_the_block(tmp_path: Path) -> None:
    paths = PathManager(tmp_path / "exp", ["a"], "cfg")
    assert list(tmp_path.iterdir()) == []
    paths.mkdir()
    assert paths.get("a").is_dir()


def test_path_the_instance_is_the_time_by_default(tmp_path: Path) -> None:
    name = str(PathManager(tmp_path, ["a"], "cfg").instance_name)
    assert [len(part) for part in name.split("-")] == [4, 2, 2, 2, 2, 2]


def test_path_names_from_a_dataclass(tmp_path: Path) -> None:
    with PathManager(tmp_path, Folders(), "cfg", "run") as paths:
        assert paths.get("ckpt").is_dir()
        assert paths.get("logs").is_dir()


@pytest.mark.parametrize("wrong", [Folders, "a", object(), 5, [1]])
def test_path_other_kinds_of_sub_folders(tmp_path: Path, wrong: Any) -> None:
    with pytest.raises(TypeError):
        PathManager(tmp_path, wrong, "cfg")


def test_path_unknown_names(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="logs"):
        PathManager(tmp_path, ["logs"], "cfg").get("log")


def test_path_an_existing_instance_is_an_error_and_nothing_is_created(tmp_path: Path) -> None:
    PathManager(tmp_path, ["b"], "cfg", "run").mkdir()
    again = PathManager(tmp_path, ["a", "b"], "cfg", "run")
    with pytest.raises(FileExistsError, match="run"):
        again.mkdir()
    assert not again.get("a").exists()
    PathManager(tmp_path, ["a", "b"], "cfg", "run", sub_folder_exist_ok=True).mkdir()
    assert again.get("a").is_dir()


@pytest.mark.parametrize("remove", [False, True])
def test_path_2_failing_blocks(tmp_path: Path, remove: bool) -> None:
    paths = PathManager(tmp_path, ["a"], "cfg", "run", remove_if_fail=remove)

    def train() -> None:
        with paths:
            (paths.get("a") / "log.txt").write_text("x")
            raise RuntimeError("training")

    with pytest.raises(RuntimeError, match="training"):
        train()
    assert paths.get("a").exists() is not remove


def test_path_2_folders_that_were_there_before_are_kept(tmp_path: Path) -> None:
    PathManager(tmp_path, ["a"], "cfg", "run").mkdir()
    manager = PathManager(tmp_path, ["a", "b"], "cfg", "run", remove_if_fail=True, sub_folder_exist_ok=True)
    with pytest.raises(RuntimeError), manager:
        raise RuntimeError
    assert manager.get("a").is_dir()
    assert not manager.get("b").exists()


def test_path_remove_all(tmp_path: Path) -> None:
    with PathManager(tmp_path, ["a"], "cfg", "run") as paths:
        paths.remove_all()
        assert not paths.get("a").exists()


def test_path_the_end_of_a_block_swallows_nothing(tmp_path: Path) -> None:
    paths = PathManager(tmp_path, ["a"], "cfg", "run")
    answer: object = paths.__exit__(None, None, None)  # type: ignore[func-returns-value]
    assert not answer


# -- processes that share folders

RANK = """
import sys
from pathlib import Path
from excore.plugins.path_manager import PathManager

base, rank = sys.argv[1:]
with PathManager(base, ["a"], "cfg", "run", remove_if_fail=True, sub_folder_exist_ok=True) as paths:
    (paths.get("a") / rank).write_text(rank)
    print("in", flush=True)
    if input() == "fail":
        raise RuntimeError
print("out", flush=True)
"""


class Rank:
    """A process in its block, until it is told how to leave it."""

    def __init__(self, base: Path, name: str) -> None:
        command = [sys.executable, "-c", RANK, str(base), name]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def wait_inside(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "in\n"

    def leave(self, how: str) -> None:
        self.process.communicate(f"{how}\n")


@contextmanager
def ranks(base: Path, *names: str, together: bool = False) -> Iterator[list[Rank]]:
    """Processes in their blocks, entered one after the other or all at once."""
    started = []
    try:
        for name in names:
            started.append(Rank(base, name))
            if not together:
                started[-1].wait_inside()
        for rank in started if together else ():
            rank.wait_inside()
        yield started
    finally:
        for rank in started:
            rank.process.kill()
            rank.process.communicate()


def files(base: Path) -> list[str]:
    """All that is below a folder, hidden or not, but for folders."""
    return sorted(path.relative_to(base).as_posix() for path in base.rglob("*") if not path.is_dir())


def test_path_2_a_process_alone_removes_what_it_made(tmp_path: Path) -> None:
    with ranks(tmp_path, "0") as (only,):
        only.leave("fail")
    assert files(tmp_path) == []
    assert list((tmp_path / "a/cfg").iterdir()) == []


def test_path_2_the_maker_fails_and_the_files_of_others_stay(tmp_path: Path) -> None:
    with ranks(tmp_path, "0", "1", "2") as (maker, *others):
        maker.leave("fail")
        for rank in others:
            rank.leave("go")
    assert files(tmp_path) == ["a/cfg/run/0", "a/cfg/run/1", "a/cfg/run/2"]


def test_path_2_the_files_of_those_that_are_done_stay(tmp_path: Path) -> None:
    with ranks(tmp_path, "0", "1") as (maker, other):
        other.leave("go")
        maker.leave("fail")
    assert files(tmp_path) == ["a/cfg/run/0", "a/cfg/run/1"]


def test_path_2_another_process_fails_before_the_maker(tmp_path: Path) -> None:
    with ranks(tmp_path, "0", "1") as (maker, other):
        other.leave("fail")
        assert files(tmp_path / "a/cfg/run") == ["0", "1"]
        maker.leave("fail")
    assert files(tmp_path) == ["a/cfg/run/0", "a/cfg/run/1"]


def test_path_2_many_processes_at_once(tmp_path: Path) -> None:
    names = [str(number) for number in range(10)]
    with ranks(tmp_path, *names, together=True) as (*started,):
        for rank in started:
            rank.leave("fail")
    assert files(tmp_path / "a/cfg/run") == names
    assert files(tmp_path) == [f"a/cfg/run/{name}" for name in names]


def test_path_2_what_a_killed_process_left_is_not_removed(tmp_path: Path) -> None:
    with ranks(tmp_path, "0") as (first,):
        first.process.kill()
        first.process.wait()
        with ranks(tmp_path, "1") as (second,):
            second.leave("fail")
    assert files(tmp_path) == ["a/cfg/run/0", "a/cfg/run/1"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_path_2_a_forked_process_removes_nothing(tmp_path: Path) -> None:
    paths = PathManager(tmp_path, ["a"], "cfg", "run", remove_if_fail=True)
    with paths:
        (paths.get("a") / "log.txt").write_text("x")
        child = os.fork()
        if child == 0:
            paths.__exit__(RuntimeError, RuntimeError(), None)
            os._exit(0)
        os.waitpid(child, 0)
        assert files(tmp_path / "a/cfg/run") == ["log.txt"]
    assert files(tmp_path) == ["a/cfg/run/log.txt"]


@pytest.mark.parametrize("remove", [False, True])
def test_path_2_nothing_is_left_of_the_bookkeeping(tmp_path: Path, remove: bool) -> None:
    with PathManager(tmp_path, ["a", "b"], "cfg", "run", remove_if_fail=remove, sub_folder_exist_ok=True):
        pass
    PathManager(tmp_path, ["c"], "cfg", "run", remove_if_fail=remove, sub_folder_exist_ok=True).mkdir()
    assert files(tmp_path) == []


def test_path_2_folders_made_outside_of_a_block_may_be_shared(tmp_path: Path) -> None:
    paths = PathManager(tmp_path, ["a"], "cfg", "run", sub_folder_exist_ok=True)
    paths.mkdir()
    (paths.get("a") / "of-another.txt").write_text("x")
    paths.remove_all()
    assert files(tmp_path) == ["a/cfg/run/of-another.txt"]


def test_path_2_a_block_that_cannot_be_entered_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("in the way")
    with pytest.raises(OSError), PathManager(tmp_path, ["a", "b"], "cfg", "run", remove_if_fail=True):  # noqa: PT011
        pass
    assert files(tmp_path) == ["b"]
    assert not (tmp_path / "a/cfg/run").exists()


def test_path_2_the_current_folder_may_change_in_the_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("here", "there/exp/a/cfg/run"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "there/exp/a/cfg/run/of-another.txt").write_text("x")
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(RuntimeError), PathManager("exp", ["a"], "cfg", "run", remove_if_fail=True):
        train_in(tmp_path / "there", monkeypatch)
    assert files(tmp_path) == ["there/exp/a/cfg/run/of-another.txt"]
    assert not (tmp_path / "here/exp/a/cfg/run").exists()


def train_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    raise RuntimeError


def test_path_2_a_link_in_place_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "thesis.txt").write_text("x")
    paths = PathManager(tmp_path, ["a"], "cfg", "run", remove_if_fail=True)

    def train() -> None:
        with paths:
            paths.get("a").rmdir()
            paths.get("a").symlink_to(precious)
            raise RuntimeError("training")

    with pytest.raises(RuntimeError, match="training"):
        train()
    assert files(precious) == ["thesis.txt"]


@pytest.mark.parametrize(
    ("given", "asked", "made"),
    [({}, "", "run"), ({"sub_folders": ["a"]}, "a", "a/run"), ({"config_name": "c"}, "", "c/run")],
)
def test_path_what_is_left_out_is_not_in_the_paths(
    tmp_path: Path, given: dict[str, Any], asked: str, made: str
) -> None:
    with PathManager(tmp_path, instance_name="run", **given) as paths:
        assert paths.get(asked) == tmp_path / made
        assert (tmp_path / made).is_dir()
