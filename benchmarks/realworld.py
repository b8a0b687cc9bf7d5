"""What the static index finds in packages that many people use: ``python benchmarks/realworld.py``.

Downloads the packages below from PyPI, without dependencies, into ``.artifacts/realworld`` and indexes each, told by an
adapter what counts as a registry there. Nothing of them is imported. Found are those definitions under a registering
decorator that a plain walk over the syntax trees counts; what is missed is listed. ``--json OUT`` writes the figures.
"""

from __future__ import annotations

import argparse
import ast
import json
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from figures import Figure, write

from excore.index import Indexer
from excore.lang.catalog import Catalog

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / ".artifacts" / "realworld"
LEAST = 0.99
METHOD = "register_module"


@dataclass(frozen=True)
class Package:
    """A package and its adapter: ``registry_types`` as in a project file."""

    requirement: str
    name: str
    registry_types: tuple[str, ...]

    @property
    def decorators(self) -> tuple[str, ...]:
        """Functions that register what they decorate."""
        return tuple(text.partition(":")[0].rpartition(".")[2] for text in self.registry_types if ":" in text)


MMENGINE = ("mmengine.registry.Registry", "mmengine.Registry")
PACKAGES = (
    Package("mmengine==0.10.7", "mmengine", MMENGINE),
    Package("mmdet==3.3.0", "mmdet", (*MMENGINE, "mmdet.structures.bbox.register_box: box")),
    Package("mmsegmentation==1.2.2", "mmseg", MMENGINE),
    Package("timm==1.0.31", "timm", ("timm.models.register_model: model",)),
    Package("torchvision==0.29.2", "torchvision", ("torchvision.models._api.register_model: model",)),
)


@dataclass(frozen=True)
class Definition:
    """A class or function under a registering decorator."""

    path: str
    line: int
    name: str
    nested: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line + 1} {self.name}"


def fetch(package: Package) -> Path:
    """The folder that holds the package; downloads it unless it is there."""
    folder = CACHE / package.requirement
    if not (folder / package.name).is_dir():
        wheels = CACHE / "wheels"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*command, "--dest", wheels, package.requirement], check=True)
        stem = package.requirement.replace("==", "-")
        wheel = next(path for path in wheels.glob("*.whl") if path.name.startswith(f"{stem}-"))
        with zipfile.ZipFile(wheel) as archive:
            names = [
                name for name in archive.namelist() if name.startswith(f"{package.name}/") and name.endswith(".py")
            ]
            archive.extractall(folder, names)
    return folder


def counted(folder: Path, decorators: tuple[str, ...]) -> Iterator[Definition]:
    """Every definition in the files of ``folder`` that a registering decorator stands on."""
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8", "replace"))
        waiting: list[tuple[ast.AST, str]] = [(tree, "")]
        while waiting:
            node, inside = waiting.pop()
            for child in ast.iter_child_nodes(node):
                within = inside
                if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                    if any(_registers(item, decorators) for item in child.decorator_list):
                        yield Definition(str(path), child.lineno - 1, child.name, inside)
                    within = child.name
                waiting.append((child, within))


def _registers(node: ast.expr, decorators: tuple[str, ...]) -> bool:
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr == METHOD or node.attr in decorators
    return isinstance(node, ast.Name) and node.id in decorators


def measure(package: Package, others: list[Path]) -> dict[str, Any]:
    """Index one package. Meant for a process of its own, as memory is measured."""
    folder = fetch(package)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    index = Indexer(folder, registry_types=package.registry_types, search_paths=others, use_cache=False)
    catalog = index.build()
    seconds = time.process_time() - started
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    entries = list(catalog)
    details = time.process_time() - started
    found = {(entry.location.path, entry.location.line) for entry in entries if entry.location is not None}
    wanted = list(counted(folder, package.decorators))
    missed = [item for item in wanted if (item.path, item.line) not in found]
    return {
        "files": len(index.files),
        "registries": len(catalog.registries),
        "entries": len(entries),
        "wanted": len(wanted),
        "seconds": seconds,
        "details": details,
        "megabytes": (after - before) / 1024,
        "missed": [_explained(item, catalog, folder) for item in missed],
    }


def _explained(item: Definition, catalog: Catalog, folder: Path) -> str:
    text = str(item).replace(f"{folder}/", "")
    if item.nested:
        return f"{text}: it is defined inside {item.nested}, which has to run first"
    other = catalog.find(item.name)
    if other is not None and other.location is not None:
        place = f"{other.location.path}:{other.location.line + 1}".replace(f"{folder}/", "")
        return f"{text}: the same registry has this name from {place}"
    return f"{text}: not found"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="PACKAGE", help="one package, as JSON on stdout")
    parser.add_argument("--json", type=Path, metavar="OUT")
    options = parser.parse_args()
    folders = {package.name: fetch(package) for package in PACKAGES}
    if options.only:
        package = next(package for package in PACKAGES if package.name == options.only)
        others = [folder for name, folder in folders.items() if name != package.name]
        print(json.dumps(measure(package, others)))
        return 0
    figures: list[Figure] = []
    failed = False
    for package in PACKAGES:
        command = [sys.executable, __file__, "--only", package.name]
        result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        share = 1 - len(result["missed"]) / result["wanted"]
        failed |= share < LEAST
        print(
            f"{package.requirement:24} {result['files']:5} files {result['registries']:3} registries "
            f"{result['wanted']:5} decorated, {share:7.2%} found, {result['entries']:5} entries; "
            f"{result['seconds']:.2f} s CPU, {result['details']:.2f} s for all details, {result['megabytes']:.0f} MB"
        )
        for line in result["missed"]:
            print(f"    {line}")
        note = f"{result['wanted']} decorated, {share:.2%} found"
        figures.append(Figure(f"index of {package.requirement}", result["seconds"] * 1000, "ms", note=note))
    if options.json:
        write(figures, options.json)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
