"""Two judges of the same config: reading alone, and loading and building it. ``python tests/parity/differential.py``.

Random projects are imported and random configs for them judged by both. ``--cases N`` says how many, ``--seed`` which.
Printed are precision and recall of the errors found by reading, and every disagreement as small as it can be made.
"""

from __future__ import annotations

import argparse
import copy
import importlib
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import perf_counter

from configs import Config, ConfigMaker
from projects import Project, ProjectMaker

from excore import Registry, config
from excore.engine.workspace import workspace
from excore.errors import ConfigError
from excore.index import Indexer
from excore.lang.workspace.host import Host

CASES_PER_PROJECT = 12


@dataclass(frozen=True)
class Verdicts:
    """Problems as ``code file:line``, and what was raised, "" for nothing."""

    read: tuple[str, ...]
    raised: str
    told: tuple[str, ...] = ()

    @property
    def disagreement(self) -> str:
        """How the two judges differ, "" if they do not. Of several problems the first that is raised counts."""
        if self.raised.startswith("!"):
            return f"crash: {self.raised[1:]}"
        if self.read and not self.raised:
            return f"false alarm: {self.read[0].partition(' ')[0]}"
        if self.raised and not self.read:
            return f"missed: {self.told[0].partition(' ')[0] if self.told else self.raised}"
        if self.told and self.told[0] not in self.read:
            return f"other problem: {self.told[0].partition(' ')[0]}, not {self.read[0].partition(' ')[0]}"
        return ""


@dataclass
class Case:
    """A disagreement, as small as it can be made."""

    project: Project
    config: Config
    verdicts: Verdicts
    detail: str = ""

    def __str__(self) -> str:
        files = "\n".join(f"#- {name}\n{text.rstrip()}" for name, text in self.config.files().items())
        text = f"{self.verdicts.disagreement}\n{files}\nread:   {', '.join(self.verdicts.read) or 'nothing'}\n"
        return f"{text}raised: {self.verdicts.raised or 'nothing'} {', '.join(self.verdicts.told)}\n{self.detail}"


_NO_ATTRIBUTE = re.compile(r"`(\w+)` has no attribute `(\w+)`")
_REFUSED = re.compile(
    r"(?:\d+ problems\n)?(?:\S+ error\[(?:unknown|missing)-parameter\]: |Building )?(?:`|\[(?:\w+\.)?)(\w+)[`\]] "
    r"(?:has no table of its own and )?(?:has no parameter|takes no argument|does not give|needs|failed: TypeError)"
)
_FAILED_STEP = re.compile(r"`\w*(?:[(\[].*)?` on `")


def is_limit(case: Case) -> bool:
    """Whether only running can find it: what functions and calls return, what is deeper in an attribute path, what
    decorators and bases that are not read do."""
    if not case.verdicts.disagreement.startswith(("missed", "other problem")):
        return False
    refused = _REFUSED.match(case.detail)
    if refused is not None:
        refusing = [item for item in case.project.known if item.name == refused[1]]
        return not refusing or any(item.dynamic for item in refusing)
    found = _NO_ATTRIBUTE.match(case.detail)
    if found is None:
        return case.verdicts.raised == "ModuleBuildError" and _FAILED_STEP.match(case.detail) is not None
    name, attribute = found.groups()
    known = [item for item in case.project.known if item.name == name]
    text = "\n".join(case.config.files().values())
    first = re.search(rf"\b(?:{name}|\*)\.{attribute}\b", text) or re.search(rf"[$]\w+\.{attribute}\b", text)
    return first is None or any(item.kind != "class" or item.dynamic for item in known) or not known


@dataclass
class Score:
    """What came out of many cases. ``limits`` are disagreements that are beyond reading."""

    both: int = 0
    neither: int = 0
    false: int = 0
    missed: int = 0
    seconds: float = 0.0
    codes: Counter[str] = field(default_factory=Counter)
    limits: int = 0
    cases: list[Case] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many cases were judged."""
        return self.both + self.neither + self.false + self.missed

    @property
    def precision(self) -> float:
        """How many of the configs found wrong are wrong."""
        return self.both / (self.both + self.false) if self.both + self.false else 1.0

    @property
    def recall(self) -> float:
        """How many of the wrong configs are found."""
        return self.both / (self.both + self.missed) if self.both + self.missed else 1.0


class Judges:
    """Both judges of one project, which is imported while this is open."""

    def __init__(self, project: Project, folder: Path) -> None:
        self.project = project
        self.folder = folder
        self.catalog = Indexer(folder, use_cache=False).build()
        self.number = 0

    def judge(self, case: Config) -> Verdicts:
        """What both say about a config."""
        files = case.files(f"run{self.number}")
        root = self.folder / f"run{self.number}.toml"
        self.number += 1
        for name, text in files.items():
            (self.folder / name).write_text(text, "utf-8")
        try:
            return Verdicts(self.read(root), *self.run(root))
        finally:
            for name in files:
                (self.folder / name).unlink()

    def read(self, root: Path) -> tuple[str, ...]:
        """What reading says."""
        host = Host(environment={})
        host.set_catalog(str(self.folder), self.catalog)
        snapshot = host.snapshot()
        found: dict[str, None] = {}
        for item in snapshot.root_problems(str(root)):
            if item.severity == "error" or item.code == "unset-environment":
                file = snapshot.file(item.origin.file)
                line = file.position(file.absolute(item.origin).start)[0] + 1 if file is not None else 0
                found[f"{item.code} {self.plain(item.origin.file)}:{line}"] = None
        return tuple(found)

    def run(self, root: Path) -> tuple[str, tuple[str, ...]]:
        """What loading and building raises, and the problems it tells."""
        try:
            config.build_all(config.load(root))
        except ConfigError as error:
            pairs = zip(error.problems, error.places, strict=True)
            return type(error).__name__, tuple(
                f"{item.code} {self.plain(file)}:{line}" for item, (file, line, _) in pairs
            )
        except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
            return f"!{type(error).__name__}: {error}", ()  # nothing but a ConfigError may be raised
        return "", ()

    @staticmethod
    def plain(path: str) -> str:
        """The name of a file without its number."""
        name = Path(path).name
        return "run" + name.removeprefix("run").lstrip("0123456789") if name.startswith("run") else name

    def message(self, case: Config) -> str:
        """The text of what is raised."""
        root = self.folder / "message.toml"
        files = case.files("message")
        for name, text in files.items():
            (self.folder / name).write_text(text, "utf-8")
        try:
            config.build_all(config.load(root))
        except (
            ConfigError,
            ArithmeticError,
            AssertionError,
            AttributeError,
            LookupError,
            TypeError,
            ValueError,
        ) as error:
            return str(error)
        finally:
            for name in files:
                (self.folder / name).unlink()
        return ""


@contextmanager
def judges(project: Project, folder: Path) -> Iterator[Judges]:
    """The judges of a project, written to `folder` and imported."""
    for path, text in project.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    cwd, pool = os.getcwd(), dict(Registry._registry_pool)
    Registry._registry_pool.clear()
    sys.path.insert(0, str(folder))
    os.chdir(folder)
    workspace.reset()
    try:
        importlib.invalidate_caches()
        importlib.import_module(project.package)
        yield Judges(project, folder)
    finally:
        os.chdir(cwd)
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == project.package]:
            del sys.modules[name]
        Registry._registry_pool.clear()
        Registry._registry_pool.update(pool)
        workspace.reset()


def smaller(config: Config) -> Iterator[Config]:
    """Every config with one thing less."""
    for number in range(len(config.bases)):
        less = copy.deepcopy(config)
        del less.bases[number]
        yield less
    for number in range(len(config.sections)):
        less = copy.deepcopy(config)
        del less.sections[number]
        yield less
    for number in range(len(config.entries)):
        less = copy.deepcopy(config)
        del less.entries[number]
        yield less
    for number, section in enumerate(config.sections):
        for entry in range(len(section.entries)):
            less = copy.deepcopy(config)
            del less.sections[number].entries[entry]
            yield less
    for number, base in enumerate(config.bases):
        for less in smaller(base):
            changed = copy.deepcopy(config)
            changed.bases[number] = less
            yield changed


def minimised(config: Config, differs: Callable[[Config], bool]) -> Config:
    """The smallest config found that still `differs`."""
    for less in smaller(config):
        if differs(less):
            return minimised(less, differs)
    return config


def judged(cases: int, seed: int) -> Score:
    """Judge many configs; the same seed gives the same ones."""
    score, random, started = Score(), Random(seed), perf_counter()
    while score.total < cases:
        package = f"differential_{seed}_{score.total}"
        project = ProjectMaker(random, package).make()
        with tempfile.TemporaryDirectory() as folder, judges(project, Path(os.path.realpath(folder))) as both:
            maker = ConfigMaker(random, project)
            for _ in range(min(CASES_PER_PROJECT, cases - score.total)):
                case = maker.make()
                for _ in range(random.choice((0, 1, 1, 2))):
                    maker.slip(case)
                _count(score, both, case)
    score.seconds = perf_counter() - started
    return score


def _count(score: Score, both: Judges, case: Config) -> None:
    verdicts = both.judge(case)
    if verdicts.read and verdicts.raised:
        score.both += 1
    elif verdicts.read:
        score.false += 1
    elif verdicts.raised:
        score.missed += 1
    else:
        score.neither += 1
    for name in {item.partition(" ")[0] for item in verdicts.told}:
        score.codes[name] += 1
    if verdicts.disagreement:
        kind = verdicts.disagreement
        small = minimised(case, lambda one: both.judge(one).disagreement == kind)
        found = Case(both.project, small, both.judge(small), both.message(small))
        if is_limit(found):
            score.limits += 1
        else:
            score.cases.append(found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=20, help="how many disagreements to print in full")
    parser.add_argument("--keep", type=Path, help="write the projects of these below this folder")
    options = parser.parse_args()
    score = judged(options.cases, options.seed)
    kinds: dict[str, list[Case]] = {}
    for case in score.cases:
        kinds.setdefault(case.verdicts.disagreement, []).append(case)
    for kind, found in sorted(kinds.items(), key=lambda item: -len(item[1])):
        print(f"{len(found):5} {kind}")
    shown = [case for found in kinds.values() for case in found[:3]]
    for case in shown[: options.show]:
        print("\n---", case.project.package, "\n", case, sep="")
        if options.keep:
            for path, text in case.project.files.items():
                target = options.keep / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, "utf-8")
    print(
        f"\n{score.total} configs in {score.seconds:.1f} s: {score.both} wrong for both, {score.neither} right for both"
    )
    print(
        f"precision {score.precision:.4f} ({score.false} false alarms), "
        f"recall {score.recall:.4f} ({score.missed} missed); "
        f"{score.limits} disagreements beyond reading"
    )
    print(f"raised: {', '.join(f'{code} {count}' for code, count in score.codes.most_common())}")
    return 1 if score.cases else 0


if __name__ == "__main__":
    sys.exit(main())
