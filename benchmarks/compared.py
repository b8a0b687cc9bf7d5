"""What servers for TOML can say about one small project, with the schema that `excore schema` writes for them.

    python benchmarks/compared.py excore=excore-server tombi='tombi lsp --offline' \\
        taplo='node benchmarks/taplo_stdio.cjs' upstream@schema.json='node benchmarks/taplo_stdio.cjs'

Behind ``@`` may stand another schema, as the one that upstream ExCore writes. Each server gets the same files and
questions, in a folder of its own; a row says whether the right answer came. The config has its prefixes in quotes, as
those need it that read only plain TOML; one row is about the other form. Commands are found on PATH, or by whole paths.
"""

from __future__ import annotations

import contextlib
import json
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lsp_client import CAPS, Client, Dead, Timeout

PATIENCE, TRIES = 3.0, 3
"""Seconds in which a server has to say what it finds, and how often it is asked before it does not know it."""

MODELS = '''\
from excore import Registry

MODEL = Registry("Model")
BACKBONE = Registry("Backbone")


@BACKBONE.register()
class ResNet:
    """A residual network.

    Args:
        depth: Number of layers.
    """

    def __init__(self, depth: int = 50, in_channels: int = 3) -> None: ...


@MODEL.register()
class FCN:
    """A fully convolutional network."""

    def __init__(self, backbone: ResNet, num_classes: int) -> None: ...
'''
BASE = "classes = 19\n"
CONFIG = """\
__base__ = ["base.toml"]

[Model.FCN]
"!backbone" = "ResNet"
"&num_classes" = "classes"

[Backbone.ResNet]
depth = 101
"""
TAPLO = '[schema]\npath = "{schema}"\nenabled = true\n'
TOMBI = '[[schemas]]\npath = "schema.json"\ninclude = ["configs/*.toml"]\n'


class Asked:
    """One server on one project."""

    def __init__(self, command: list[str], root: Path) -> None:
        self.root, self.version = root, 0
        self.models, self.config = root / "src" / "models.py", root / "configs" / "fcn.toml"
        self.client = Client(command, root, 20.0)
        folders = [{"uri": root.as_uri(), "name": root.name}]
        options = {"processId": None, "rootUri": root.as_uri(), "workspaceFolders": folders, "capabilities": CAPS}
        answer = self.client.call("initialize", options)[2]["result"]
        self.can, self.info = answer["capabilities"], answer.get("serverInfo", {})
        self.client.write(self.client.note("initialized", {}))
        self.client.drain(PATIENCE)

    def show(self, text: str) -> None:
        document = {"uri": self.config.as_uri(), "version": self.version}
        if not self.version:
            item = {**document, "languageId": "toml", "text": text}
            self.client.write(self.client.note("textDocument/didOpen", {"textDocument": item}))
        else:
            params = {"textDocument": document, "contentChanges": [{"text": text}]}
            self.client.write(self.client.note("textDocument/didChange", params))
        self.version += 1

    def ask(self, method: str, text: str, **more: Any) -> Any:
        """The answer at ``|`` in the text; None where the server has none, or refuses."""
        before, _, after = text.partition("|")
        self.show(before + after)
        lines = before.split("\n")
        position = {"line": len(lines) - 1, "character": len(lines[-1])}
        params = {"textDocument": {"uri": self.config.as_uri()}, "position": position, **more}
        with contextlib.suppress(Timeout):
            return self.client.call(method, params)[2].get("result")
        return None

    def problems(self, text: str) -> list[str]:
        """Warnings and errors of a text."""
        self.client.diags.clear()
        self.show(text)
        found: list[Any] = []
        if self.can.get("diagnosticProvider"):
            params = {"textDocument": {"uri": self.config.as_uri()}}
            answer = self.client.call("textDocument/diagnostic", params)[2].get("result") or {}
            found = answer.get("items", [])
        else:
            self.client.drain(PATIENCE)
            for _, params in self.client.diags:
                if params["uri"] == self.config.as_uri():
                    found = params["diagnostics"]
        return [item["message"] for item in found if item.get("severity", 1) <= 2]

    def labels(self, text: str) -> list[str]:
        answer = self.ask("textDocument/completion", text) or []
        items = answer.get("items", []) if isinstance(answer, dict) else answer
        return [item["label"] for item in items]

    def places(self, method: str, text: str, **more: Any) -> list[str]:
        """The files that an answer leads to, and the lines in them."""
        answer = self.ask(method, text, **more) or []
        found = []
        for item in answer if isinstance(answer, list) else [answer]:
            uri = item.get("targetUri") or item["uri"]
            span = item.get("targetSelectionRange") or item.get("targetRange") or item["range"]
            path = self.root / uri.removeprefix(self.root.as_uri() + "/")
            found.append(f"{path.name}: {path.read_text('utf-8').splitlines()[span['start']['line']]}")
        return found


def changed(old: str, new: str) -> str:
    assert old in CONFIG
    return CONFIG.replace(old, new)


def in_new_code(server: Asked) -> bool:
    """A parameter that was just written in Python, and saved, is no problem."""
    server.models.write_text(MODELS.replace("in_channels: int = 3", "in_channels: int = 3, width: int = 1"), "utf-8")
    event = {"changes": [{"uri": server.models.as_uri(), "type": 2}]}
    server.client.write(server.client.note("workspace/didChangeWatchedFiles", event))
    server.client.drain(PATIENCE)
    text = changed("depth = 101", "width = 2")
    offered = "width" in server.labels(changed("depth = 101", "wid|"))
    return offered and not server.problems(text)


def is_told(server: Asked, old: str, new: str) -> bool:
    """Whether something is said of the changed config that is not said of the right one."""
    usual = server.problems(CONFIG)
    return any(message not in usual for message in server.problems(changed(old, new)))


QUESTIONS: dict[str, Callable[[Asked], bool]] = {
    "says nothing of a right config": lambda s: not s.problems(CONFIG),
    "says nothing of prefixes without quotes": lambda s: not s.problems(CONFIG.replace('"!backbone"', "!backbone")),
    "completes classes after `[Model.`": lambda s: "FCN" in s.labels(changed("[Model.FCN]", "[Model.|]")),
    "completes the parameters of a class": lambda s: (
        "in_channels" in s.labels(changed("depth = 101", "depth = 101\n|"))
    ),
    "completes references": lambda s: any("ResNet" in label for label in s.labels(changed('= "ResNet"', '= "|"'))),
    "shows docstrings": lambda s: (
        "Number of layers" in json.dumps(s.ask("textDocument/hover", changed("depth =", "de|pth =")))
    ),
    "finds an unknown class in a header": lambda s: is_told(s, "Model.FCN", "Model.FCM"),
    "finds an unknown class in a reference": lambda s: is_told(s, '"ResNet"', '"ResNett"'),
    "finds an unknown parameter": lambda s: is_told(s, "depth", "depht"),
    "finds a value of the wrong type": lambda s: is_told(s, "101", '"deep"'),
    "finds a missing argument": lambda s: is_told(s, '"!backbone" = "ResNet"\n', ""),
    "finds an unknown variable": lambda s: is_told(s, '"classes"', '"clases"'),
    "leads from a class to its Python": lambda s: (
        "models.py: class FCN:" in s.places("textDocument/definition", changed("FCN", "F|CN"))
    ),
    "leads from a reference to its table": lambda s: (
        "fcn.toml: [Backbone.ResNet]" in s.places("textDocument/definition", changed('"ResNet"', '"Res|Net"'))
    ),
    "leads from a variable to the base file that sets it": lambda s: (
        "base.toml: classes = 19" in s.places("textDocument/definition", changed('"classes"', '"cla|sses"'))
    ),
    "renames a class in Python and configs": lambda s: all(
        name in json.dumps(s.ask("textDocument/rename", changed("FCN", "F|CN"), newName="Net"))
        for name in ("models.py", "fcn.toml")
    ),
    "knows new code when it is saved": in_new_code,
}


def project(root: Path, schema: str) -> None:
    """The files, and what the servers of others need to find the schema."""
    for name, text in {"src/models.py": MODELS, "configs/base.toml": BASE, "configs/fcn.toml": CONFIG}.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, "utf-8")
    (root / ".excore.toml").write_text('src_dir = "src"\nregistries = ["*Model", "*Backbone"]\n', "utf-8")
    ours = [sys.executable, "-m", "excore.cli.main", "schema"]
    written = schema or subprocess.run(ours, cwd=root, check=True, capture_output=True, text=True).stdout
    (root / "schema.json").write_text(written, "utf-8")
    (root / ".taplo.toml").write_text(TAPLO.format(schema=root / "schema.json"), "utf-8")
    (root / "tombi.toml").write_text(TOMBI, "utf-8")


def answers(name: str, command: str) -> list[str]:
    """What one server knows, in the order of the questions."""
    _, _, schema = name.partition("@")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        project(root, Path(schema).read_text("utf-8") if schema else "")
        server = Asked([shutil.which(word) or word for word in shlex.split(command)], root)
        print(f"{name}: {server.info}", file=sys.stderr)
        found = []
        for question in QUESTIONS.values():
            try:
                found.append("yes" if any(question(server) for _ in range(TRIES)) else "no")
            except (Dead, Timeout) as error:
                found.append(f"no answer ({type(error).__name__})")
        server.client.close()
        return found


def main() -> None:
    columns = dict(argument.split("=", 1) for argument in sys.argv[1:])
    print("| | " + " | ".join(columns) + " |\n| --- |" + " --- |" * len(columns))
    rows = zip(*(answers(name, command) for name, command in columns.items()), strict=True)
    for what, row in zip(QUESTIONS, rows, strict=True):
        print(f"| {what} | {' | '.join(row)} |")


if __name__ == "__main__":
    main()
