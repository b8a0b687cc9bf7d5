"""Which environment's packages a project uses: found by looking, whatever made it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from excore.tooling.environments import search_paths, site_folders


def environment(prefix: Path, version: str = "3.11", settings: str | None = "home = /nowhere/bin\n") -> Path:
    """A virtual environment as it looks on disk; its site-packages."""
    site = prefix / "lib" / f"python{version}" / "site-packages"
    site.mkdir(parents=True)
    (prefix / "bin").mkdir(exist_ok=True)
    (prefix / "bin" / "python").touch()
    if settings is not None:
        (prefix / "pyvenv.cfg").write_text(settings, "utf-8")
    return site


def test_the_first_of_setting_own_environment_active_one_and_conda(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    names = ("given", "project/.venv", "project/venv", "active", "conda")
    given, own, other, active, conda = (environment(tmp_path / name) for name in names)
    variables = {"VIRTUAL_ENV": str(tmp_path / "active"), "CONDA_PREFIX": str(tmp_path / "conda")}
    for interpreter in ("../given/bin/python", str(tmp_path / "given"), str(tmp_path / "given" / "bin" / "python3")):
        assert search_paths(str(root), interpreter, variables) == (str(given),)
    for site in (own, other):
        assert search_paths(str(root), "", variables) == (str(site),)
        (site.parents[2] / "pyvenv.cfg").unlink()
    assert search_paths(str(root), "", variables) == (str(active),)
    assert search_paths(str(root), "", {"CONDA_PREFIX": variables["CONDA_PREFIX"]}) == (str(conda),)
    assert search_paths(str(root), "/no/such/python", {})[:1] == site_folders(sys.prefix)[:1]


def test_the_nearest_environment_above_a_project(tmp_path: Path) -> None:
    above, nearer = environment(tmp_path / ".venv"), environment(tmp_path / "team" / ".venv")
    assert search_paths(str(tmp_path / "team" / "project"), "", {}) == (str(nearer),)
    assert search_paths(str(tmp_path / "others"), "", {"VIRTUAL_ENV": str(nearer.parents[2])}) == (str(above),)


@pytest.mark.parametrize("python", ["env/python.exe", "env/Scripts/python.exe"])
def test_on_windows(tmp_path: Path, python: str) -> None:
    site = tmp_path / "env" / "Lib" / "site-packages"
    site.mkdir(parents=True)
    assert search_paths(str(tmp_path / "elsewhere"), str(tmp_path / python), {}) == (str(site),)


def test_the_newest_python_of_a_prefix(tmp_path: Path) -> None:
    environment(tmp_path, "3.9")
    newest = environment(tmp_path, "3.12")
    (tmp_path / "lib64").symlink_to(tmp_path / "lib")
    assert site_folders(str(tmp_path)) == (str(newest),)


def test_linked_folders_and_those_of_the_system(tmp_path: Path) -> None:
    system = environment(tmp_path / "system", settings=None)
    settings = f"home = {tmp_path / 'system' / 'bin'}\ninclude-system-site-packages = true\n"
    site = environment(tmp_path / "env", settings=settings)
    (tmp_path / "linked").mkdir()
    (site / "editable.pth").write_text(f"import os\n# comment\n{tmp_path / 'linked'}\nmissing\n", "utf-8")
    assert site_folders(str(tmp_path / "env")) == (str(site), str(tmp_path / "linked"), str(system))


def test_an_editable_install_of_the_project_itself_is_no_package_of_others(tmp_path: Path) -> None:
    site = environment(tmp_path / ".venv")
    (tmp_path / "src").mkdir()
    (site / "own.pth").write_text(f"{tmp_path}\n{tmp_path / 'src'}\n{os.pardir}\n", "utf-8")
    assert search_paths(str(tmp_path), "", {}) == (str(site), str(site.parent))
