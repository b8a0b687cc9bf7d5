"""The record of a run: one TOML file that loads to the same config, with what it was made of in its first comments."""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from excore.config.dump import dump
from excore.config.lazy import LazyConfig
from excore.config.nodes import ModuleNode, inner_values
from excore.config.values import flattened
from excore.lang.provenance import GIVEN
from excore.lang.syntax.document import parse
from excore.lang.syntax.writer import document
from excore.lang.tables.assemble import assemble
from excore.lang.tables.table import plain

__all__ = ["RECORD_NAME", "Record", "read_record", "record", "records"]

RECORD_NAME = "config.toml"
_MARK = "# The record of a run, by ExCore. It loads to the same config without the files that are named here."
_FRAMEWORKS = ("torch", "torchvision", "numpy", "jax", "tensorflow")


class Record(NamedTuple):
    """A record that was read: its file, what the run was made of, and the config by paths."""

    path: Path
    facts: Mapping[str, Any]
    values: Mapping[str, Any]

    def fact(self, table: str, name: str) -> Any:
        """A fact, as ``fact("repository", "commit")``; None where the record has none."""
        return self.facts.get(table, {}).get(name)


def record(cfg: LazyConfig, folder: str | os.PathLike[str], *, exist_ok: bool = False) -> Path:
    """Write ``config.toml`` into ``folder``: the config as one file, and in its first comments the files it came from,
    the overrides, versions, and the commit of the repository with whether its files were changed. Gives its path.

    Loading it gives an equal config, also without its bases. Raises ``FileExistsError`` if the folder has the record of
    another config, unless ``exist_ok``, and what ``cfg.dump`` raises.
    """
    path = Path(folder) / RECORD_NAME
    values = cfg._to_write()
    if not exist_ok and path.exists():
        text = path.read_text("utf-8")
        if _body(text) != document(values):
            raise FileExistsError(f"{path} is the record of another config; take another folder, or `exist_ok=True`.")
    path.parent.mkdir(parents=True, exist_ok=True)
    composition = cfg._state.composition
    files = [path for path in composition.merged().files if path not in GIVEN]
    versions, repository = versions_of(_packages(cfg)), repository_of(composition.path, files)
    facts = facts_of(composition.path, files, composition.overrides.texts, versions, repository)
    dump(values, path, head_of(facts))
    return path


def head_of(facts: Mapping[str, Any]) -> str:
    """The comments that a record begins with."""
    lines = "".join(f"# {line}".rstrip() + "\n" for line in document(facts).splitlines())
    return f"{_MARK}\n{lines}\n"


def facts_of(
    config: str,
    files: Iterable[str],
    overrides: Iterable[str],
    versions: Mapping[str, Any],
    repository: Mapping[str, Any],
) -> dict[str, Any]:
    """What a record says of a run that begins now."""
    return {
        "run": {
            "config": _shown(config),
            "files": [_shown(path) for path in files],
            "overrides": list(overrides),
            "time": datetime.datetime.now().astimezone().replace(microsecond=0),
        },
        "versions": versions,
        "repository": repository,
    }


def _shown(path: str) -> str:
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive
        return path
    return path if relative.startswith(os.pardir) else relative.replace(os.sep, "/")


def _packages(cfg: LazyConfig) -> set[str]:
    """The packages that a config uses, by their first name, and frameworks that are imported."""
    names = {name for name in _FRAMEWORKS if name in sys.modules}
    stack, done = [*cfg.modules_dict.values()], set[int]()
    while stack:
        value = stack.pop()
        if id(value) in done:
            continue
        done.add(id(value))
        stack.extend(inner_values(value))
        if isinstance(value, ModuleNode):
            names.add(
                str(getattr(value.target, "__module__", "") or getattr(value.target, "__name__", "")).split(".")[0]
            )
    return names


def versions_of(packages: Iterable[str]) -> dict[str, Any]:
    """The versions of Python, of this package, and of what ``packages`` are installed from."""
    from importlib.metadata import PackageNotFoundError, packages_distributions, version

    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    others = []
    for name in sorted({"excore", *packages}):
        try:
            found[name] = version(name)
        except (PackageNotFoundError, ValueError):
            others.append(name)
    installed = packages_distributions() if others else {}  # slow: all that is installed is read
    for name in others:
        found.update((distribution, version(distribution)) for distribution in sorted(set(installed.get(name, ()))))
    return found


def repository_of(config: str, files: Iterable[str]) -> dict[str, Any]:
    """The commit, and whether it has all that the files of the repository and of the config say; empty without one."""
    from excore.engine.git import read_repository  # late: what starts programs costs more than a load

    own = os.path.dirname(config)
    folder = own if os.path.isdir(own) else os.getcwd()
    commit = read_repository(folder, "rev-parse", "HEAD")
    if commit.error:
        return {}
    changed = read_repository(folder, "status", "--porcelain", "--untracked-files=no")
    there = [path for path in files if os.path.isfile(path)]
    unknown = read_repository(folder, "ls-files", "--others", "--", *there)
    clean = not (changed.output or changed.error or unknown.output)
    return {"commit": commit.output.decode("ascii", "replace").strip(), "clean": clean}


def read_record(path: str | os.PathLike[str]) -> Record | None:
    """The record in a file, or in a folder's ``config.toml``; None where there is none."""
    file = Path(path)
    file = file / RECORD_NAME if file.is_dir() else file
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    if not text.startswith(_MARK):
        return None
    head = text[: len(text) - len(_body(text))].splitlines()[1:]
    return Record(file, _values("".join(f"{line[2:]}\n" for line in head)), flattened(_values(_body(text))))


def records(folder: str | os.PathLike[str]) -> list[Record]:
    """All records below a folder, by their time."""
    paths = sorted(Path(folder).rglob(RECORD_NAME))
    found = (read_record(path) for path in paths)
    return sorted((one for one in found if one is not None), key=lambda one: str(one.fact("run", "time")))


def _body(text: str) -> str:
    """What stands behind the first comments."""
    return text.partition("\n\n")[2] if text.startswith(_MARK) else text


def _values(text: str) -> Any:
    return plain(assemble(RECORD_NAME, parse(text)).root)
