"""Folders, what is opened in them, and which project a TOML file belongs to: for both clients and `excore check`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

USES = 'from excore import Registry\n\nMODEL = Registry("Model")\n\n\n@MODEL.register()\nclass FCN: ...\n'
FCN = "[Model.FCN]\n"
NOTHING = "a = 1\n"


@dataclass(frozen=True)
class Case:
    """A file in a tree of files. ``root`` is its project's folder below the tree; None if the file is no config."""

    path: str
    text: str
    root: str | None
    files: dict[str, str]
    opened: str = "."
    """The folder of the window, or the current one; "" is one elsewhere."""

    def write(self, top: Path) -> Path:
        """The tree below a folder. Returns the file."""
        for name, text in {**self.files, self.path: self.text}.items():
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            (top / name).write_text(text, "utf-8")
        (top / self.opened).mkdir(parents=True, exist_ok=True)
        return top / self.path


DECLARED = {".excore.toml": ""}
CASES = {
    # a project file says it
    "declared": Case("run.toml", NOTHING, ".", DECLARED),
    "declared far above": Case("c/d/e/f/run.toml", NOTHING, ".", DECLARED, "c/d"),
    "declared in pyproject": Case("run.toml", NOTHING, ".", {"pyproject.toml": "[tool.excore]\n"}, ""),
    "the nearest declared": Case("one/c/run.toml", NOTHING, "one", {**DECLARED, "one/.excore.toml": ""}),
    "declared, of a tool": Case("c/.venv/x/run.toml", NOTHING, None, DECLARED),
    # the file shows it
    "prefix": Case("run.toml", '[a]\n!b = "R"\n', ".", {}),
    "quoted prefix": Case("run.toml", '[a]\n"@b" = "R"\n', ".", {}),
    "base": Case("run.toml", '__base__ = ["a.toml"]\n', ".", {"a.toml": ""}, ""),
    "base, in a run's folder": Case("outputs/run.toml", '__base__ = ["a.toml"]\n', ".", {".git/x": ""}),
    # the sources show it
    "no sign": Case("configs/fcn.toml", FCN, ".", {"src/models.py": USES}),
    "no sign, file alone": Case("configs/fcn.toml", FCN, ".", {"src/models.py": USES}, ""),
    "no sign, two above": Case("configs/x/fcn.toml", FCN, ".", {"src/models.py": USES}, ""),
    "no sign, three above": Case("configs/x/y/fcn.toml", FCN, None, {"src/models.py": USES}, ""),
    "configs opened": Case("configs/fcn.toml", FCN, ".", {"src/models.py": USES}, "configs"),
    "configs opened, deep": Case("configs/x/y/fcn.toml", FCN, ".", {"src/models.py": USES}, "configs"),
    "a project beside it": Case("c/fcn.toml", FCN, None, {"one/.excore.toml": "", "one/models.py": USES}, ""),
    "opened has Python": Case("c/fcn.toml", FCN, None, {"src/models.py": USES, "c/a.py": "import os\n"}, "c"),
    "a sign between": Case("p/c/fcn.toml", FCN, None, {"src/models.py": USES, "p/setup.py": "", "p/c/x": ""}, ""),
    "a sign and sources": Case("c/d/e/fcn.toml", FCN, ".", {"m/models.py": USES, ".git/x": ""}, ""),
    "projects in one folder": Case("one/c/fcn.toml", FCN, "one", {"one/.git/x": "", "one/m.py": USES, "two/m.py": ""}),
    "a package of a monorepo": Case("p/c/fcn.toml", FCN, ".", {".git/x": "", "lib/m.py": USES, "p/setup.py": ""}),
    "deep in what is opened": Case("a/b/c/fcn.toml", FCN, ".", {"a/b/src/m.py": USES, "a.py": ""}),
    "in a folder of runs": Case("m/fcn.toml", FCN, ".", {"target/models.py": USES}),
    "no sources": Case("run.toml", NOTHING, None, {"pyproject.toml": "[tool.other]\n"}),
    "almost the name": Case("run.toml", FCN, None, {"pyproject.toml": "", "m/a.py": "import excorex\n"}),
    "hidden sources": Case("run.toml", FCN, None, {".git/x": "", "m/.h/a.py": USES}),
    "import ends the file": Case("run.toml", NOTHING, ".", {"a.py": "import excore"}),
    "in a tool's folder": Case("build/fcn.toml", FCN, None, {"src/models.py": USES}),
    "in an output folder": Case("outputs/fcn.toml", FCN, None, {"src/models.py": USES}),
    # the name shows that it is none
    "project file": Case(".excore.toml", NOTHING, None, {}),
    "Cargo": Case("Cargo.toml", '[a]\n!b = "R"\n', None, DECLARED),
    "lock file": Case("uv-lock.toml", NOTHING, None, DECLARED),
    "hidden": Case(".run.toml", '[a]\n!b = "R"\n', None, DECLARED),
    "no TOML": Case("run.json", "{}\n", None, DECLARED),
}
