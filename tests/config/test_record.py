"""The record of a run loads to the same without its bases, and says what it was made of (REC-1 to REC-3)."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from config_kit import Project

import excore
from excore import config
from excore.config import InterNode
from excore.config.run_record import read_record, records

BASE = "[V]\nx = 1\n[Optimizer.SGD]\n@model = '$Model'\n&lr = 'lr'\nlow = 1\n"
TEXT = "__base__ = ['base.toml']\nlr = 1\n[Model.FCN]\n!backbone = 'V'\n@head = 'Pad'\n[Pad]\nsize = 1\n"


def fact(path: Path, table: str, name: str) -> Any:
    found = read_record(path)
    assert found is not None
    return found.fact(table, name)


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], cwd=folder, check=True, capture_output=True
    )


def test_rec_1_a_record_loads_to_the_same_without_its_bases(small: Project) -> None:
    base = small.write(BASE, "base.toml")
    overrides = ["lr=1e-3", "Model.FCN.backbone=Swin", "+Swin.deep={a = [1, x]}", "~Optimizer.SGD.low"]
    cfg = small.load(TEXT, update_dict={"+name": "given"}, overrides=overrides)
    cfg.Pad = {"size": 9}
    cfg.Model.FCN.add(late=InterNode(small.models.Basic))
    path = excore.record(cfg, small.folder / "runs" / "one")
    assert path == small.folder / "runs" / "one" / "config.toml"
    built = cfg.build_all()
    base.unlink()
    again = config.load(path)
    assert again.build_all() == built
    excore.record(again, small.folder / "runs" / "two")
    first, second = (read_record(small.folder / "runs" / name) for name in ("one", "two"))
    assert first is not None
    assert second is not None
    assert first.values == second.values


def test_rec_2_what_the_run_was_made_of(small: Project) -> None:
    small.write(BASE, "base.toml")
    path = excore.record(small.load(TEXT, overrides=["lr=2"]), "runs/one")
    assert fact(path, "run", "config") == "run.toml"
    assert fact(path, "run", "files") == ["base.toml", "run.toml"]
    assert fact(path, "run", "overrides") == ["lr=2"]
    assert fact(path, "versions", "excore") == excore.__version__
    assert fact(path, "repository", "commit") is None
    git(small.folder, "init")
    git(small.folder, "add", "run.toml", "config_kit_models.py")
    git(small.folder, "commit", "-m", "first")
    for clean in (False, True, False):
        if clean:
            git(small.folder, "add", "base.toml")
            git(small.folder, "commit", "-m", "second")
        path = excore.record(small.load(TEXT), f"runs/{len(records('runs'))}")
        assert (fact(path, "repository", "clean"), len(fact(path, "repository", "commit"))) == (clean, 40)
        if clean:
            small.write(f"{BASE}high = 2\n", "base.toml")
    assert {one.path.parent.name for one in records(small.folder)} == {"one", "1", "2", "3"}


def test_rec_3_a_record_is_not_replaced_by_that_of_another_config(small: Project) -> None:
    small.write(BASE, "base.toml")
    cfg = small.load(TEXT)
    path = excore.record(cfg, "run")
    before = path.read_text()
    assert excore.record(cfg, "run") == path
    cfg["lr"] = 5
    with pytest.raises(FileExistsError, match="record of another config"):
        excore.record(cfg, "run")
    assert path.read_text().partition("\n\n")[2] == before.partition("\n\n")[2]
    excore.record(cfg, "run", exist_ok=True)
    assert config.load(path).isolated == {"lr": 5}
    assert read_record(small.folder / "run.toml") is None
    assert read_record(small.folder / "nowhere") is None
