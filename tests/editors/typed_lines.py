"""Lines as people type them, key by key, for every editor: what is typed, and what has to stand there then.

A line end is the Enter key, ``«label»`` a proposal taken on purpose, ``«?»`` a list that is asked for and not used; all
else is typed as if no list were there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

MODELS = """\
from typing import Callable, Literal
from excore import ConfigArgumentHook, Registry

MODEL, BACKBONE, OPTIMIZER = Registry("Model"), Registry("Backbone"), Registry("Optimizer")
HOOK = Registry("Hook")


@BACKBONE.register()
class ResNet:
    stem: int = 3

    def __init__(self, layers: int = 50): ...


@BACKBONE.register()
class VGG:
    def __init__(self, depth: int): ...


@MODEL.register()
class Net:
    def __init__(
        self,
        backbone: ResNet | VGG = None,
        depth: int = 16,
        momentum: float = 0.9,
        pretrained: bool = False,
        act: str = "relu",
        norm: Literal["bn", "gn"] = "gn",
        size: Literal[1, 16] = 16,
        steps: list[int] = [8, 11],
        names: list[str] = ["road"],
        free: object = None,
        make: Callable = None,
    ): ...

    def parameters(self): ...


@OPTIMIZER.register()
class SGD:
    def __init__(self, params, lr: float = 0.01): ...


@HOOK.register()
class Freeze(ConfigArgumentHook):
    def __init__(self, node): ...
"""
FILES = {
    "src/models.py": MODELS,
    ".excore.toml": 'src_dir = "src"\n',
    "near.toml": "[Backbone.ResNet]\n",
    "other.toml": "[Backbone.VGG]\ndepth = 1\n",
    ".vscode/settings.json": '{"editor.inlayHints.enabled": "off"}',
    "run.toml": "",
}


@dataclass(frozen=True)
class Line:
    """``keys`` as they are typed into an empty file, what is then typed in a ``rush``, and the ``text`` they leave."""

    keys: str
    text: str
    rush: str = ""

    @property
    def steps(self) -> list[tuple[str, str]]:
        """Pairs of what is done and to what: ``("type", text)``, ``("take", label)``, ``("ask", "")`` for a list,
        ``("rush", text)``."""
        parts = re.split("«(.*?)»", self.keys)
        pairs = [("take" if number % 2 else "type", part) for number, part in enumerate(parts) if part]
        pairs = [("ask", "") if pair == ("take", "?") else pair for pair in pairs]
        return [*pairs, ("rush", self.rush)] if self.rush else pairs


def _typed(line: str, before: str = "[Model.Net]\n", after: str = "\nact") -> Line:
    return Line(before + line + after, before + line + after)


def _taken(keys: str, text: str, before: str = "[Model.Net]\n") -> Line:
    return Line(before + keys, before + text)


_SOLVER = "[Model.Net]\ndepth = 1\n\n[Optimizer.SGD]\n"
TYPED = [
    *map(
        _typed,
        (
            "depth = 1",
            "depth = 16",
            "depth = 160",
            "depth = -1",
            "depth = 0x1",
            "depth=1",
            "depth = 1  # of 16",
            "momentum = 0",
            "momentum = 0.9",
            "momentum = 0.99",
            "momentum = 1e-3",
            "size = 1",
            "size = 16",
            "pretrained = true",
            "pretrained = false",
            "free = true",
            "free = new",
            'act = "relu"',
            'act = "r"',
            'act = "c"',
            "act = 'r'",
            'act = ""',
            'norm = "bn"',
            'norm = "g"',
            'free = "class"',
            "steps = [8]",
            "steps = [8, 11]",
            "steps = []",
            'names = ["r", "road"]',
            "free = { a = 1, b = true }",
            "free = 2024-01-01",
            '!backbone = "ResNet"',
            '!backbone = "$Backbone::ResNet"',
            '@backbone = "ResNet.stem"',
            '!backbone = "ResNet@Freeze"',
            '$make = "torch.nn.ReLU"',
            '&act = "${HOME}/act"',
            "__no_call__ = true",
        ),
    ),
    _typed('!params = "$Model.parameters()"', _SOLVER, "\nlr = 0"),
    _typed("[Backbone.ResNet]", "", "\nlayers = 5"),
    _typed("[Backbone.ResNet]", "[Model.Net]\n\n", "\n\n[Backbone.VGG]\ndepth = 0"),
    _typed('__base__ = ["near.toml"]', "", "\n\n[Model.Net]\n"),
    _typed('__base__ = ["near.toml", "other.toml"]', "", "\n\n[Model.Net]\n"),
]
TAKEN = [
    _taken("[Backbone.Res«ResNet»layers = 5\n", "[Backbone.ResNet]\nlayers = 5\n", ""),
    _taken("[Backbone.VG«VGG»5\n", "[Backbone.VGG]\ndepth = 5\n", ""),
    _taken("[Model.«Net»depth = 1\n", "[Model.Net]\ndepth = 1\n", ""),
    _taken('__base__ = ["ne«near.toml»]\n', '__base__ = ["near.toml"]\n', ""),
    _taken('__base__ = ["ne«near.toml», "ot«other.toml»]\n', '__base__ = ["near.toml", "other.toml"]\n', ""),
    _taken('!params = "$Mo«Model».parameters()', '!params = "$Model.parameters()"', _SOLVER),
    _taken("!params = «$Model».parameters()", '!params = "$Model.parameters()"', _SOLVER),
    _taken('!params = "$Mo«Model».par«parameters»', '!params = "$Model.parameters()"', _SOLVER),
    _taken("!backbone = «ResNet»\nact", '!backbone = "ResNet"\nact'),
    _taken('!backbone = "Res«ResNet».st«stem»', '!backbone = "ResNet.stem"'),
    _taken('!backbone = "Res«ResNet»@Fr«Freeze»', '!backbone = "ResNet@Freeze"'),
    _taken('norm = "b«bn»\nact', 'norm = "bn"\nact'),
    _taken('norm = «"bn"»\nact', 'norm = "bn"\nact'),
    _taken("depth = «16»\nact", "depth = 16\nact"),
    _taken("steps = «[8, 11]»\nact", "steps = [8, 11]\nact"),
    _taken("pretrained = t«true»\nact", "pretrained = true\nact"),
    _taken("dep«depth»1\nact", "depth = 1\nact"),
]
LINES = TYPED + TAKEN
IN_VSCODE = [  # it has snippets of its own, and sets quotes
    _taken('act = "c\n', 'act = "c\n"'),
    _taken("ne«new»depth", '!depth = "Name"'),
    _taken("momentum = «?»0\n\nact", "momentum = 0\nact"),  # the first Enter closes the list, which is empty by then
    Line("[Model.Net]\nmomentum =", "[Model.Net]\nmomentum = 0\nact", " 0\nact"),
    Line("[Model.Net]\nmomentum = ", "[Model.Net]\nmomentum = 0\nact", "0\nact"),
]


def write_project(folder: Path) -> Path:
    """A project with what the lines name; gives its empty config."""
    for name, text in FILES.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return folder / "run.toml"
