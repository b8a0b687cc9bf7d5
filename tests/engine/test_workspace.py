from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from excore import workspace
from excore.engine.workspace import Workspace

UPSTREAM = """\
name = "tests"
src_dir = "source_code"
cache_base_dir = "{cache}"
cache_dir = "{cache}/tests"
registry_cache_file = "{cache}/tests/registry_cache.pkl"
json_schema_file = "{cache}/tests/excore_schema.json"
class_mapping_file = "{cache}/tests/class_mapping.json"
registries = ["*Model", "*Data: TrainData, TestData", "Head"]
primary_fields = ["Model", "TrainData", "TestData"]
excore_validate = true
excore_manual_set = true
excore_log_build_message = false

[primary_to_registry]
TrainData = "Data"
TestData = "Data"

[json_schema_fields]
Data = ["TrainData", "TestData"]
isolated_fields = ["Model"]

[props]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    home = tmp_path / "project"
    home.mkdir()
    monkeypatch.chdir(home)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    workspace.reset()
    yield home
    workspace.reset()


def test_ws_a_folder_without_project_file(folder: Path) -> None:
    assert workspace.base_dir == str(folder)
    assert workspace.name == workspace.base_name == "project"
    assert workspace.cache_base_dir == str(folder.parent / "caches" / "excore")
    assert workspace.registry_cache_file == str(folder.parent / "caches" / "excore" / "project" / "registry_cache.json")
    assert (workspace.registries, workspace.primary_fields, workspace.props) == ([], [], {})
    assert (workspace.excore_validate, workspace.excore_manual_set, workspace.excore_log_build_message) == (
        True,
        False,
        False,
    )
    assert workspace.config_file is None
    assert list(folder.parent.iterdir()) == [folder]


def test_ws_a_file_as_upstream_writes_it(folder: Path, tmp_path: Path) -> None:
    cache = (tmp_path / "elsewhere").as_posix()
    (folder / ".excore.toml").write_text(UPSTREAM.format(cache=cache))
    assert workspace.name == "tests"
    assert workspace.registries == ["*Model", "*Data: TrainData, TestData", "Head"]
    assert workspace.primary_fields == ["Model", "TrainData", "TestData"]
    assert workspace.primary_to_registry["TestData"] == "Data"
    assert workspace.json_schema_fields == {"Data": ["TrainData", "TestData"], "isolated_fields": ["Model"]}
    assert Path(workspace.cache_dir) == tmp_path / "elsewhere" / "tests"
    assert Path(workspace.registry_cache_file).name == "registry_cache.json"
    assert workspace.excore_manual_set is True


def test_ws_3_found_upward_and_derived(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".excore.toml").write_text('registries = ["*Model", "*Data: TrainData"]\ncache_base_dir = "made"')
    (folder / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(folder / "deep" / "er")
    assert workspace.base_dir == str(folder)
    assert workspace.primary_fields == ["Model", "TrainData"]
    assert workspace.json_schema_fields == {"Data": ["TrainData"], "isolated_fields": ["Model"]}
    assert workspace.cache_dir == str(folder / "made" / "project")


def test_ws_another_current_folder_is_another_workspace(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".excore.toml").write_text('name = "one"')
    assert workspace.name == "one"
    monkeypatch.chdir(folder.parent)
    assert workspace.base_dir == str(folder.parent)


def test_ws_refresh_reads_the_file_again(folder: Path) -> None:
    file = folder / ".excore.toml"
    file.write_text('name = "one"')
    assert workspace.name == "one"
    file.write_text('name = "two"')
    workspace.excore_validate = False
    workspace.refresh()
    assert (workspace.name, workspace.excore_validate) == ("two", False)


@pytest.mark.parametrize("name", ["excore_validate", "excore_manual_set", "excore_log_build_message"])
@pytest.mark.parametrize("value", [False, True])
def test_env_1_the_environment_wins_over_the_file_in_both_directions(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: bool
) -> None:
    (folder / ".excore.toml").write_text(f"{name} = {str(not value).lower()}")
    assert getattr(workspace, name) is (not value)
    monkeypatch.setenv(name.upper(), str(int(value)))
    assert getattr(workspace, name) is value
    setattr(workspace, name, not value)
    assert getattr(workspace, name) is (not value)
    delattr(workspace, name)
    assert getattr(workspace, name) is value


def test_ws_settings_are_set_and_unknown_ones_refused() -> None:
    workspace.update({"name": "set", "absent": 1})
    assert workspace.name == "set"
    with pytest.raises(AttributeError, match="absent"):
        workspace.absent = 1
    with pytest.raises(AttributeError, match="absent"):
        workspace.absent  # noqa: B018


def test_cache_1_two_workspaces_of_one_name(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.claim_cache()
    assert Path(workspace.cache_dir).name == "project"
    twin = tmp_path / "other" / "project"
    twin.mkdir(parents=True)
    monkeypatch.chdir(twin)
    assert Path(workspace.cache_dir).name == "project_1"
    workspace.claim_cache()
    workspace.refresh()
    assert Path(workspace.cache_dir).name == "project_1"
    monkeypatch.chdir(folder)
    assert Path(workspace.cache_dir).name == "project"


def test_ws_4_what_is_written_holds_no_absolute_path_and_nothing_of_the_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXCORE_MANUAL_SET", "1")
    file = folder / ".excore.toml"
    file.write_text('# mine\nregistries = ["*Model", "*Data: A, B"]  # kept\nexcore_validate = false\n')
    workspace.dump(str(file))
    text = file.read_text()
    assert "# mine" in text
    assert "# kept" in text
    assert "manual_set" not in text
    assert str(folder.parent) not in text
    again = Workspace()
    assert again.primary_fields == ["Model", "A", "B"]
    assert again.excore_validate is False
    assert again.json_schema_fields == {"Data": ["A", "B"], "isolated_fields": ["Model"]}
    assert os.listdir(folder) == [".excore.toml"]
    workspace.dump(str(file))
    assert file.read_text() == text
