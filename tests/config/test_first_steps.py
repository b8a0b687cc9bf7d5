"""Mistakes of the first day, and what is said about them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from excore import Registry, config
from excore.errors import ConfigFileNotFoundError, CoreConfigParseError, MissingModuleError

MODELS = """
from excore import Registry

MODEL = Registry("Model")


@MODEL.register()
class Net:
    pass
"""


def test_the_project_of_the_config_counts_in_any_folder(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "models.py").write_text(MODELS)
    (folder / ".excore.toml").write_text('src_dir = "src"\nregistries = ["*Model"]\n')
    (folder / "run.toml").write_text("[Model.Net]\n")
    code = "import sys; from excore import config; print(type(config.load(sys.argv[1]).Model()).__name__)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder / "run.toml")],
        cwd=tmp_path,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("Net\n", "")


def test_a_config_of_another_name_is_suggested(tmp_path: Path) -> None:
    (tmp_path / "resnet.toml").write_text("")
    with pytest.raises(ConfigFileNotFoundError, match=r"Did you mean `resnet\.toml`\?"):
        config.load(tmp_path / "resent.toml")


def test_a_field_that_nobody_registered() -> None:
    modules, info = config.LazyConfig({"Nobody": {"Knows": {"a": 1}}}).build_all()
    assert list(info) == ["Nobody"]
    with pytest.raises(MissingModuleError, match="`Nobody` is no registry or primary field here"):
        _ = modules.Nobody
    with pytest.raises(MissingModuleError, match=r"Did you mean `Nobody`.*it was not built"):
        _ = modules.Nobodi


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[Model.FCN]\n&backbone = "R"\n[R]\nlayers = 1\n', "write `!` or `@` instead of `&`"),
        ('[Model.FCN]\n!backbone = "R(layers=1)"\n', "arguments of a module stand in its own table"),
    ],
)
@pytest.mark.usefixtures("small")
def test_the_message_says_how_it_is_written(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "run.toml").write_text(text)
    with pytest.raises(CoreConfigParseError, match=message):
        config.load(tmp_path / "run.toml")


def test_an_unknown_name_of_a_registry_names_the_nearest() -> None:
    registry = Registry("__names")
    registry.register_module(Path)
    with pytest.raises(KeyError, match=r"No `Paht` in registry `__names`\. Did you mean `Path`\?"):
        registry["Paht"]
