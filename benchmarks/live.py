"""Reading against Python itself, in packages that many people use: ``python benchmarks/live.py [PACKAGE ...]``.

Installs the packages below from PyPI, once, into an environment of its own (``--venv``, default ``.tools/live``, about
8 GB: torchvision wants a build of PyTorch that brings CUDA on some machines). Each is read as in a project that
``match``es its modules, or that names its registries, and nothing is imported for that. Then the interpreter of the
environment imports every class and function that was found, and what was read is compared with `inspect.signature`:

- *required*: parameters that reading says have to be given, and that have a default for Python, in the signature or in
  that of the class that declares them;
- *unknown*: parameters that Python lists, and that reading would call unknown;
- *missing*: names that a module has, and that reading would call unknown;
- *exact*: of the classes whose parameters Python lists, without ``**kwargs``, those of which names, kinds and defaults
  are the same, and what is required.

The first two must be 0 everywhere, and 99.5 % of all classes exact. ``--verbose`` names what differs, and what could
not be imported: nothing is said of that.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from excore.index import Indexer
from excore.lang.catalog import Catalog, Entry

HERE = Path(__file__).resolve().parent
VENV = HERE.parent / ".tools" / "live"
LEAST = 0.995
MM_REGISTRIES = ("mmengine.registry.Registry", "mmengine.Registry")
# On x86_64 these are what torchvision of PyPI imports with; another pair may be installed by hand before.
TORCH = ("torch==2.14.1", "torchvision==0.29.1")


@dataclass(frozen=True)
class Package:
    """What is asked of pip, the import name, and what a project would register of it: ``modules`` of it by ``match``,
    "" is the package itself; or what its own registries hold, told by ``registry_types`` as in a project file.
    ``stubs`` are compiled modules that its build for no GPU leaves out."""

    requirement: str
    name: str
    modules: tuple[str, ...] = ()
    registry_types: tuple[str, ...] = ()
    stubs: tuple[str, ...] = ()


def _package(requirement: str, name: str, modules: str) -> Package:
    return Package(requirement, name, tuple("" if item == "." else item for item in modules.split()))


def _mm(requirement: str, name: str) -> Package:
    return Package(requirement, name, (), MM_REGISTRIES, ("mmcv._ext",))


PACKAGES = (
    _package("torch", "torch", "nn optim optim.lr_scheduler utils.data distributions nn.functional"),
    _package(
        "torchvision",
        "torchvision",
        "models models.detection models.segmentation models.video transforms transforms.v2 datasets ops",
    ),
    _package("transformers", "transformers", "."),
    _package("diffusers", "diffusers", "."),
    Package(
        "timm",
        "timm",
        ("models", "layers", "optim", "loss", "scheduler", "data"),
        ("timm.models.register_model: model",),
    ),
    _mm("mmengine", "mmengine"),
    _mm("mmdet", "mmdet"),
    _mm("mmsegmentation", "mmseg"),
    _mm("mmpretrain", "mmpretrain"),
    _package(
        "kornia", "kornia", "augmentation losses feature geometry.transform filters enhance metrics models contrib"
    ),
    _package(
        "monai",
        "monai",
        "networks.nets networks.blocks networks.layers losses metrics inferers transforms data optimizers handlers",
    ),
    _package("segmentation-models-pytorch", "segmentation_models_pytorch", ". losses metrics encoders"),
    _package("torchmetrics", "torchmetrics", ". functional"),
    _package("accelerate", "accelerate", ". utils"),
    _package("peft", "peft", "."),
    _package("albumentations", "albumentations", "."),
    _package("pytorch-lightning", "pytorch_lightning", ". callbacks loggers strategies profilers"),
    _package("torch-geometric", "torch_geometric", "nn transforms datasets loader"),
    _package(
        "scikit-learn",
        "sklearn",
        "ensemble linear_model cluster preprocessing svm decomposition neighbors tree pipeline model_selection",
    ),
    _package("pytorch-metric-learning", "pytorch_metric_learning", "losses miners distances reducers samplers"),
    _package("torchio", "torchio", "."),
    _package("gpytorch", "gpytorch", "kernels likelihoods means mlls models variational"),
    _package("lightly", "lightly", "loss models models.modules transforms data"),
)


@dataclass
class Result:
    """What came out for one package; the lists are what is wrong, in words."""

    version: str = ""
    found: int = 0
    compared: int = 0
    listed: int = 0
    exact: int = 0
    partly: int = 0
    required: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    unimported: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def share(self) -> float:
        """How many of the classes that Python lists are exact."""
        return self.exact / self.listed if self.listed else 1.0

    @property
    def is_good(self) -> bool:
        """Whether nothing is told that Python refutes."""
        return not (self.required or self.unknown) and self.compared > 0


def installed(venv: Path) -> Path:
    """The site-packages of the environment, made and filled if they are not there."""
    python = venv / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    stamp = venv / "installed.txt"
    done = stamp.read_text("utf-8").split() if stamp.exists() else []
    # mmcv-lite is mmcv without its compiled part; that wants the `pkg_resources` of older setuptools. mmseg wants ftfy.
    wanted = [*TORCH, "setuptools<81", "mmcv-lite==2.1.0", "ftfy", *(package.requirement for package in PACKAGES[2:])]
    for requirement in wanted:
        if requirement not in done:
            print(f"installing {requirement}", file=sys.stderr, flush=True)
            subprocess.run([*pip, requirement], check=True)
            done.append(requirement)
            stamp.write_text("\n".join(done), "utf-8")
    return next((venv / "lib").glob("python*/site-packages"))


def project(package: Package, site: Path, folder: Path) -> tuple[Catalog, dict[str, str]]:
    """The catalog of a project that uses a package, and the module that each registry matches."""
    matched = {f"r{number}": f"{package.name}.{name}".rstrip(".") for number, name in enumerate(package.modules)}
    lines = ["from excore import Registry"]
    for registry, module in matched.items():
        lines += [
            f"import {module} as m_{registry}",
            f'{registry} = Registry("{registry}")',
            f"{registry}.match(m_{registry})",
        ]
    (folder / "registries.py").write_text("\n".join(lines) + "\n", "utf-8")
    if package.registry_types:
        (folder / package.name).symlink_to(site / package.name)
    types = ("Registry", *package.registry_types)
    index = Indexer(folder, registry_types=types, search_paths=[site], use_cache=False)
    return index.build(), matched


def as_read(entry: Entry) -> dict[str, Any]:
    signature = entry.signature
    return {
        "path": entry.path,
        "complete": signature.complete,
        "any": signature.takes_any,
        "reason": signature.reason,
        "params": [[p.name, p.kind, p.default, p.owner] for p in signature.params],
    }


def compare(package: Package, venv: Path, site: Path) -> Result:
    """Read a package, import it, compare."""
    result = Result()
    with tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        catalog, matched = project(package, site, Path(folder))
        entries = {
            f"{entry.path}": as_read(entry)
            for entry in catalog
            if entry.kind != "module" and entry.path.startswith(package.name)
        }
        result.seconds = time.process_time() - started
    result.found = len(entries)
    names = {
        module: [list(catalog.entries[registry]), not catalog.registries[registry].open]
        for registry, module in matched.items()
    }
    work = {"entries": entries, "matched": names, "stubs": package.stubs}
    python = venv / "bin" / "python"
    done = subprocess.run(
        [python, HERE / "live_signatures.py"], input=json.dumps(work), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        result.unimported.append(done.stderr.strip().splitlines()[-1])
        return result
    answer = json.loads(done.stdout)
    for path, verdict in answer["entries"].items():
        if "listed" not in verdict:
            result.unimported += [
                f"{path}: {text}" for text in (*verdict.get("not imported", ()), *verdict.get("no signature", ()))
            ]
            continue
        result.compared += 1
        result.partly += not entries[path]["complete"]
        for kind in ("required", "unknown", "other", "untold"):
            if kind in verdict:
                getattr(result, kind).append(f"{path}: {', '.join(verdict[kind])}")
        if verdict["listed"]:
            result.listed += 1
            result.exact += not verdict.keys() & {"required", "unknown", "other"}
    for module, missing in answer["missing"].items():
        target = result.unimported if missing[0].startswith("!") else result.missing
        target.append(f"{module}: {', '.join(missing)}")
    return result


def version(package: Package, site: Path) -> str:
    name = package.requirement.replace("-", "_")
    found = next((path for path in site.glob("*.dist-info") if path.name.lower().startswith(f"{name}-")), None)
    return found.name.removesuffix(".dist-info").partition("-")[2] if found is not None else ""


HEAD = ("package", "compared", "partly read", "required", "unknown", "missing", "listed by Python", "exact")


def row(package: Package, result: Result) -> str:
    """A line of the table, in Markdown."""
    cells = [
        f"{package.requirement} {result.version}",
        *(result.compared, result.partly, len(result.required), len(result.unknown), len(result.missing)),
        *(result.listed, f"{result.share:.2%}"),
    ]
    return f"| {' | '.join(map(str, cells))} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="*", metavar="PACKAGE", help="as it is imported (default: all)")
    parser.add_argument("--venv", type=Path, default=VENV, help="the environment to use, or to make")
    parser.add_argument("--verbose", action="store_true", help="say what differs, and what was not compared")
    options = parser.parse_args()
    site = installed(options.venv)
    good, listed, exact = True, 0, 0
    print(f"| {' | '.join(HEAD)} |\n| --- |{' --: |' * (len(HEAD) - 1)}")
    for package in PACKAGES:
        if options.packages and package.name not in options.packages:
            continue
        result = compare(package, options.venv, site)
        result.version = version(package, site)
        good &= result.is_good
        listed, exact = listed + result.listed, exact + result.exact
        print(row(package, result), flush=True)
        kinds = ("required", "unknown", "missing", *(("other", "untold", "unimported") if options.verbose else ()))
        for kind in kinds:
            for text in getattr(result, kind):
                print(f"    {kind}: {text}", file=sys.stderr)
    share = exact / max(listed, 1)
    print(f"\n{exact} of {listed} classes exact: {share:.2%}")
    return 0 if good and share >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
