from __future__ import annotations

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
