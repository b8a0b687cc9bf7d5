"""How many mistakes are told in configs of real projects: ``python benchmarks/mutants.py``.

Takes 64 configs that mmdet, mmsegmentation and mmpretrain publish in their wheels (the environment of ``live.py``),
translates each into tables as ``docs/migrate/mmengine.md`` says, and reads it as in a project that has the sources of
the package, mmcv and mmengine: there must be no error. Then every kind of mistake is made in every config, at up to two
places that the seed chooses: it counts as told if there is an error or a warning that was not there before.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from live import MM_REGISTRIES, VENV, installed

from excore.index import Indexer
from excore.lang.catalog import Catalog
from excore.lang.syntax.writer import key_text, string_text, value_text
from excore.lang.workspace.host import Host

TAKEN = {"mmdet": 24, "mmseg": 20, "mmpretrain": 20}
TAKEN_OUT = ("bg_cls_weight",)  # what heads of detectors take out of the dict of a loss before they build it
LEAST = 0.95
MUST = (
    *("class of a primary table", "class in a reference", "class in a list", "parameter", "missing argument"),
    *("table of a reference", "primary field", "forgotten prefix"),
)
PLACES = 2
SETTINGS = """\
registries = ["*model: Model", "*dataset: TrainData, ValData, TestData", "*metric: ValMetric, TestMetric",
  "*visualizer: Visualizer", "transform", "task util", "hook"]
"""
DUMP = """\
import json, sys, warnings
warnings.simplefilter("ignore")
from mmengine.config import Config
found = {}
for path in json.load(sys.stdin):
    try:
        found[path] = Config.fromfile(path, import_custom_modules=False).to_dict()
        json.dumps(found[path])
    except Exception as error:
        found[path] = None
json.dump(found, sys.stdout)
"""


@dataclass
class Section:
    """A table: its header, the class it stands for, and its entries as key and text of the value."""

    group: str
    name: str
    is_primary: bool
    entries: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        lines = [f"[{f'{self.group}.' if self.group else ''}{self.name}]"]
        return "\n".join([*lines, *(f"{key} = {value}" for key, value in self.entries.items())])


class Translator:
    """Translates the dict of one config."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.sections: list[Section] = []
        self.made: dict[str, list[tuple[str, Section]]] = {}

    def translate(self, config: dict[str, Any]) -> list[Section]:
        """The tables of a config: its model, data, metrics and visualizer."""
        loaders = ((f"{name.title()}Data", config.get(f"{name}_dataloader")) for name in ("train", "val", "test"))
        fields = [("Model", config.get("model")), ("Visualizer", config.get("visualizer"))]
        fields += [(name, loader.get("dataset")) for name, loader in loaders if isinstance(loader, dict)]
        fields += [("ValMetric", config.get("val_evaluator")), ("TestMetric", config.get("test_evaluator"))]
        written: set[tuple[str, str]] = set()
        for name, value in fields:
            for item in value if isinstance(value, list) else [value]:
                if self.is_object(item) and (name, item["type"]) not in written:
                    written.add((name, item["type"]))
                    self.section(item, name)
        return self.sections

    def is_object(self, value: Any) -> bool:
        """Whether a value is a dict of a class that is registered. One to which its user adds arguments stays a dict.
        Raises ``ValueError`` where ``None`` is given to what has to be given."""
        if not isinstance(value, dict) or not isinstance(value.get("type"), str):
            return False
        entry = self.catalog.find(value["type"])  # one of another package has that before its name
        if entry is None or entry.kind != "class" or not entry.name.isidentifier():
            return False
        required = {param.name for param in entry.signature.keywords if param.required}
        if any(value[name] is None for name in required & value.keys()):
            raise ValueError("TOML has no None")
        return required <= value.keys()

    def section(self, value: dict[str, Any], primary: str = "") -> str:
        """The reference to the table of an object, which is added if it is not there."""
        name = value["type"]
        same = self.made.setdefault(name, [])
        key = repr(value) if not primary else ""
        for text, section in same:
            if text == key and key:
                return f"${section.group}::{name}" if section.group else name
        group = primary or (f"Kind{len(same)}" if same else "")
        section = Section(group, name, bool(primary))
        same.append((key, section))
        self.sections.append(section)
        for argument, inner in value.items():
            if argument not in ("type", *TAKEN_OUT) and inner is not None:
                entry = self.argument(argument, inner)
                section.entries[entry[0]] = entry[1]
        return f"${group}::{name}" if group else name

    def argument(self, name: str, value: Any) -> tuple[str, str]:
        if self.is_object(value):
            return f"!{name}", string_text(self.section(value))
        if isinstance(value, list) and value and all(map(self.is_object, value)):
            return f"!{name}", value_text(list(map(self.section, value)))
        return key_text(name), value_text(value)


def text_of(sections: list[Section]) -> str:
    """The file; a table without arguments may be left out, but that of a primary field."""
    return "\n\n".join(str(one) for one in sections if one.group or one.entries) + "\n"


# -- mistakes

Place = tuple[int, str]  # a section, and a key of it or ""


def typo(name: str) -> str:
    """Two letters of a name in the wrong order."""
    for index in range(len(name) - 2, 0, -1):
        if name[index] != name[index + 1]:
            return f"{name[:index]}{name[index + 1]}{name[index]}{name[index + 2 :]}"
    return f"{name}{name[-1]}"


class Mutator:
    """Makes every kind of mistake in a right config."""

    def __init__(self, sections: list[Section], catalog: Catalog) -> None:
        self.sections = sections
        self.catalog = catalog
        self.kinds: dict[str, tuple[Callable[[], Iterator[Place]], Callable[[list[Section], Place], None]]] = {
            "class of a primary table": (self.primary, self.rename),
            "class in a reference": (self.single, lambda made, at: self.change(made, at, self.misspelt)),
            "class in a list": (self.listed, lambda made, at: self.change(made, at, self.misspelt)),
            "parameter": (self.parameters, self.rename_key),
            "missing argument": (self.required, lambda made, at: self.drop(made, at)),
            "table of a reference": (self.tables, self.rename),
            "primary field": (self.primary, self.rename_group),
            "forgotten prefix": (self.single, self.unprefix),
            "class of another registry": (self.single, lambda made, at: self.change(made, at, self.another)),
            "text instead of a number": (self.numbers, lambda made, at: self.change(made, at, lambda _: '"text"')),
        }

    # where

    def primary(self) -> Iterator[Place]:
        yield from ((index, "") for index, one in enumerate(self.sections) if one.is_primary)

    def tables(self) -> Iterator[Place]:
        yield from ((index, "") for index, one in enumerate(self.sections) if not one.is_primary and one.entries)

    def entries(self) -> Iterator[tuple[Place, str]]:
        for index, section in enumerate(self.sections):
            for key, value in section.entries.items():
                yield (index, key), value

    def single(self) -> Iterator[Place]:
        yield from (at for at, value in self.entries() if at[1].startswith("!") and value.startswith('"'))

    def listed(self) -> Iterator[Place]:
        yield from (at for at, value in self.entries() if at[1].startswith("!") and value.startswith("["))

    def parameters(self) -> Iterator[Place]:
        for at, _ in self.entries():
            entry = self.catalog.find(self.sections[at[0]].name)
            if entry is not None and entry.signature.get(at[1].lstrip("!")) is not None and len(at[1]) > 3:
                yield at

    def required(self) -> Iterator[Place]:
        for at, _ in self.entries():
            entry = self.catalog.find(self.sections[at[0]].name)
            param = entry.signature.get(at[1].lstrip("!")) if entry is not None else None
            if param is not None and param.required:
                yield at

    def numbers(self) -> Iterator[Place]:
        for at, value in self.entries():
            entry = self.catalog.find(self.sections[at[0]].name)
            param = entry.signature.get(at[1]) if entry is not None else None
            if param is not None and param.annotation in ("int", "float", "bool") and '"' not in value:
                yield at

    # what

    def rename(self, made: list[Section], at: Place) -> None:
        made[at[0]].name = typo(made[at[0]].name)

    def rename_group(self, made: list[Section], at: Place) -> None:
        made[at[0]].group = typo(made[at[0]].group)

    def rename_key(self, made: list[Section], at: Place) -> None:
        entries = made[at[0]].entries
        made[at[0]].entries = {typo(key) if key == at[1] else key: value for key, value in entries.items()}

    def drop(self, made: list[Section], at: Place) -> None:
        del made[at[0]].entries[at[1]]

    def unprefix(self, made: list[Section], at: Place) -> None:
        entries = made[at[0]].entries
        made[at[0]].entries = {key.lstrip("!") if key == at[1] else key: value for key, value in entries.items()}

    def change(self, made: list[Section], at: Place, change: Callable[[str], str]) -> None:
        made[at[0]].entries[at[1]] = change(made[at[0]].entries[at[1]])

    def misspelt(self, value: str) -> str:
        texts = json.loads(value)
        texts = [texts] if isinstance(texts, str) else texts
        head, mark, name = texts[0].rpartition("::")
        changed = [head + mark + typo(name), *texts[1:]]
        return value_text(changed if value.startswith("[") else changed[0])

    def another(self, value: str) -> str:
        return '"RepeatDataset"' if "Dataset" not in value else '"L1Loss"'


@dataclass
class Score:
    """How many mistakes of each kind were made and told, and what was wrong with right configs."""

    configs: int = 0
    made: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    false: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def problems(path: Path, catalog: Catalog) -> Counter[tuple[str, str]]:
    """Errors and warnings of a config, as code and message."""
    host = Host(environment={})
    host.set_catalog(str(path.parent), catalog)
    found = host.snapshot().root_problems(str(path))
    return Counter((item.code, item.severity, item.message) for item in found if item.severity in ("error", "warning"))


def judge(package: str, configs: list[dict[str, Any]], site: Path, random: Random, score: Score) -> None:
    """Translate configs of one package, and make mistakes in them."""
    with tempfile.TemporaryDirectory() as name:
        folder, taken = Path(name), 0
        (folder / ".excore.toml").write_text(SETTINGS, "utf-8")
        for one in ("mmengine", "mmcv", package):
            (folder / one).symlink_to(site / one)
        catalog = Indexer(
            folder, src_dir=package, registry_types=MM_REGISTRIES, search_paths=[site], use_cache=False
        ).build()
        for config in configs:
            if taken == TAKEN[package]:
                break
            try:
                sections = Translator(catalog).translate(config)
            except ValueError:
                continue
            taken += 1
            path = folder / "run.toml"
            path.write_text(text_of(sections), "utf-8")
            before = problems(path, catalog)
            score.configs += 1
            score.false += [f"{package}: {code}: {text}" for code, severity, text in before if severity == "error"]
            mutator = Mutator(sections, catalog)
            for kind, (places, change) in mutator.kinds.items():
                found = list(places())
                for at in random.sample(found, min(PLACES, len(found))):
                    made = [Section(one.group, one.name, one.is_primary, dict(one.entries)) for one in sections]
                    change(made, at)
                    path.write_text(text_of(made), "utf-8")
                    score.made[kind] += 1
                    if problems(path, catalog) - before:
                        score.told[kind] += 1
                    else:
                        section = sections[at[0]]
                        score.missed.append(f"{kind}: [{section.name}] {at[1]} = {section.entries.get(at[1], '')}")


def published(venv: Path, site: Path, package: str) -> list[dict[str, Any]]:
    """The first config that can be read of each folder that a package publishes."""
    folders = sorted(one for one in (site / package / ".mim" / "configs").iterdir() if not one.name.startswith("_"))
    paths = [str(path) for folder in folders for path in sorted(folder.glob("*.py"))[:3]]
    command = [venv / "bin" / "python", "-c", DUMP]
    found = json.loads(
        subprocess.run(command, input=json.dumps(paths), capture_output=True, text=True, check=True).stdout
    )
    first: dict[str, dict[str, Any]] = {}
    for path in paths:
        config = found[path]
        if isinstance(config, dict) and isinstance(config.get("model"), dict) and "type" in config["model"]:
            first.setdefault(str(Path(path).parent), config)
    return list(first.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venv", type=Path, default=VENV, help="the environment to use, or to make")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", action="store_true", help="name the mistakes that were not told")
    options = parser.parse_args()
    site = installed(options.venv)
    score, random = Score(), Random(options.seed)
    for package in TAKEN:
        judge(package, published(options.venv, site, package), site, random, score)
    print(f"{score.configs} configs, {len(score.false)} errors in right ones, {score.made.total()} mistakes\n")
    print("| mistake | made | told |\n| --- | --: | --: |")
    for kind, made in score.made.items():
        print(f"| {kind} | {made} | {score.told[kind] / made:.1%} |")
    for text in (*score.false, *(score.missed if options.verbose else ())):
        print(f"    {text}", file=sys.stderr)
    good = all(score.told[kind] >= LEAST * score.made[kind] for kind in MUST)
    return 0 if good and not score.false else 1


if __name__ == "__main__":
    sys.exit(main())
