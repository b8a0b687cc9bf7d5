"""What ``excore migrate`` converts and proves of published configs: ``python benchmarks/migrate.py``.

Takes all configs in the wheels of mmsegmentation, mmdet and mmpretrain, and ten Hydra projects after the shapes of
public templates (``hydra_projects.txt``), each migrated by the command into a project of its own. Then
``excore check`` reads what was written. Nothing of the packages is imported.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / ".artifacts" / "migrate"
PROJECTS = HERE / "hydra_projects.txt"
WHEELS = ("mmengine==0.10.7", "mmcv-lite==2.2.0", "mmsegmentation==1.2.2", "mmdet==3.3.0", "mmpretrain==1.2.0")
CONFIGS = ("mmseg", "mmdet", "mmpretrain")
LEAST = 0.95


def environment() -> Path:
    """A folder like an environment with the wheels in it, downloaded unless it is there."""
    site = CACHE / "lib" / "python3" / "site-packages"
    if not (site / CONFIGS[-1]).is_dir():
        wheels = CACHE / "wheels"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*command, "--dest", wheels, *WHEELS], check=True)
        for wheel in wheels.glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(site)
    return site


def excore(*words: str | Path, cwd: Path) -> tuple[int, str]:
    """A command's exit code and all it says."""
    command = [sys.executable, "-m", "excore.cli.main", *map(str, words)]
    known = {**os.environ, "VIRTUAL_ENV": str(CACHE), "PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(command, cwd=cwd, env=known, capture_output=True, text=True, check=False)
    return result.returncode, result.stdout + result.stderr


def migrated(name: str, source: Path, folder: Path, *options: str | Path) -> tuple[int, int]:
    """Migrate and check one project; prints a row. How many files were proved, and how many there are."""
    _, told = excore("migrate", source, "--to", folder, *options, cwd=folder.parent)
    found = re.search(r"(\d+) of (\d+) files", told)
    if found is None:
        print(told, file=sys.stderr)
        return 0, 1
    proved, files = map(int, found.groups())
    _, checked = excore("check", "--format", "json", folder, cwd=folder.parent)
    problems = [one["severity"] for file in json.loads(checked) for one in file["diagnostics"]]
    share = proved / files
    print(f"| {name} | {files} | {proved} | {share:.1%} | {problems.count(1)} | {problems.count(2)} |", flush=True)
    print("".join(f"    {line}\n" for line in told.splitlines() if ": " in line), file=sys.stderr, end="")
    return proved, files


def projects(folder: Path) -> list[Path]:
    """The ten Hydra projects, written below a folder."""
    for name, text in re.findall(r"^#- (\S+)\n(.*?)(?=^#- |\Z)", PROJECTS.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    found = sorted(path for path in folder.iterdir())
    for project in found:
        (project / "pyproject.toml").touch()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=(*CONFIGS, "hydra"))
    options = parser.parse_args()
    good = True
    print("| configs | files | proved | share | errors | warnings |\n| --- | --: | --: | --: | --: | --: |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for package in CONFIGS if options.only != "hydra" else ():
            if options.only in (None, package):
                (folder / package).mkdir()
                source = environment() / package / ".mim" / "configs"
                (CACHE / "pyvenv.cfg").touch()
                proved, files = migrated(package, source, folder / package / "new", "--python", CACHE)
                good &= proved >= LEAST * files
        if options.only in (None, "hydra"):
            (folder / "hydra").mkdir()
            found = [migrated(one.name, one / "conf", one / "new") for one in projects(folder / "hydra")]
            good &= sum(proved for proved, _ in found) >= LEAST * sum(files for _, files in found)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
