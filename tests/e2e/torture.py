"""Random work against a real server: edits, openings, saves, renames and deletions of configs and Python files, with
every request and cancellations in between. At each checkpoint a fresh server that has the same files answers alike.

    python tests/e2e/torture.py --cases 10000 --seed 1
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from e2e_kit import PROJECT, Editor, uri, write
from questions import FILES, PLAIN, questions

from excore.lang.text import LineIndex
from excore.tooling.lsp_client import Json, ServerError, ServerGone

BETWEEN = 120
"""Operations from one checkpoint to the next."""
INTERNAL = -32603
PATIENCE = 30.0
"""Seconds in which a server must have read what changed."""
CAPABILITIES: Json = {
    **PLAIN,
    "window": {"workDoneProgress": True},
    "workspace": {**PLAIN["workspace"], "didChangeWatchedFiles": {"dynamicRegistration": True}},
    "textDocument": {**PLAIN["textDocument"], "diagnostic": {}, "rename": {"prepareSupport": True}},
}
TOML = [
    *(
        '__base__ = "base.toml"\n',
        '__base__ = ["bad.toml", "more.toml"]\n',
        "size = 3\n",
        "\n",
        "# é😀\n",
        "= ",
        "[[a]]\n",
    ),
    *(
        '[Model.FCN]\n!backbone = "ResNet"\n',
        "[Backbone.ResNet]\ndepth = 50\n",
        "[Model.UNet]\n",
        "[Backbone",
        "!x = '$",
    ),
    *("&classes = 'size'\n", "classes = 3\n", "depth = 'deep'\n", 'norm = "gn"\n'),
    '@backbone = "$Backbone::ResNet.depth@Hook"\n',
]
REGISTRIES = 'from excore import Registry\n\nMODEL = Registry("Model")\nBACKBONE = Registry("Backbone")\n'
CLASS = """

@{registry}.register()
class {name}:
    '''{name}.'''

    def __init__(self, {parameters}) -> None: ...
"""
PROJECT_FILES = [
    *("", 'registries = ["*Model", "Backbone"]\n', 'src_dir = "src"\nregistries = ["*Model: Net", "*Backbone"]\n'),
    *('registries = ["*Model"]\nexclude = ["sub/*"]\n[severity]\nunused-section = "error"\n', 'registries = ["*Mod\n'),
]
PARAMETERS = ["depth: int", "depth: int, norm: str = 'bn'", "backbone: 'ResNet', classes: int = 3", "steps: int = 1"]


class Torture:
    """One session. ``cases`` counts operations, requests, and answers that were compared."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = write(root, PROJECT + FILES)
        self.chance = random.Random(seed)
        self.cases = 0
        self.version = 1
        self.buffers: dict[str, str] = {}
        self.doomed: list[int] = []
        self.client = self.started()
        self.journal: list[str] = []

    def started(self) -> Editor:
        client = Editor(cwd=str(self.root), env=os.environ | {"XDG_CACHE_HOME": str(self.root.parent / "caches")})
        client.root, client.timeout = self.root, PATIENCE
        client.start(uri(self.root), CAPABILITIES)
        client.ready()
        return client

    def run(self, cases: int) -> int:
        """Work until there were so many cases; how many there were. Raises AssertionError for the first difference."""
        while self.cases < cases:
            for _ in range(BETWEEN):
                self.step()
            self.compare()
        assert self.client.stop() == 0, self.client.stderr
        assert "Traceback" not in self.client.stderr, self.client.stderr
        return self.cases

    # -- the files

    def names(self, *endings: str) -> list[str]:
        found = (path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file())
        return sorted(name for name in {*found, *self.buffers} if name.endswith(endings) and not name.startswith("."))

    def python(self) -> str:
        classes = [
            CLASS.format(registry=registry, name=name, parameters=self.chance.choice(PARAMETERS))
            for registry, name in (("MODEL", "FCN"), ("BACKBONE", "ResNet"), ("MODEL", "UNet"), ("BACKBONE", "VGG"))
            if self.chance.random() < 0.7
        ]
        return REGISTRIES + "".join(classes)

    def text(self, name: str) -> str:
        if name.endswith(".py"):
            return self.python()
        return "".join(self.chance.choices(TOML, k=self.chance.randrange(1, 9)))

    def step(self) -> None:
        """One operation, chosen at random."""
        self.cases += 1
        operation = self.chance.choices(
            (self.edit, self.ask, self.show, self.hide, self.save, self.write, self.move, self.delete, self.settings),
            (24, 24, 6, 4, 4, 4, 2, 2, 1),
        )[0]
        operation()

    def edit(self) -> None:
        if not self.buffers:
            return self.show()
        name = self.chance.choice(sorted(self.buffers))
        old = self.buffers[name]
        start, end = sorted(self.chance.randrange(len(old) + 1) for _ in range(2))
        end = min(end, start + 40)
        new = (
            self.chance.choice(TOML) if name.endswith(".toml") else self.chance.choice(["", "def f(", "x = 1\n", "\n"])
        )
        self.replace(name, start, end, new)
        return None

    def replace(self, name: str, start: int, end: int, new: str) -> None:
        old = self.buffers[name]
        self.version += 1
        change = {"range": {"start": place(old, start), "end": place(old, end)}, "text": new}
        self.buffers[name] = old[:start] + new + old[end:]
        self.note("edit", name, start, end, new)
        self.client.change(name, self.version, change)

    def show(self) -> None:
        name = self.chance.choice(self.names(".toml", ".py"))
        path = self.root / name
        if name not in self.buffers and path.is_file():
            text = path.read_text("utf-8") if self.chance.random() < 0.8 else self.text(name)
            self.open(self.client, name, text)
            self.buffers[name] = text

    def open(self, client: Editor, name: str, text: str) -> None:
        self.note("open", name)
        client.open(uri(self.root / name), text, "python" if name.endswith(".py") else "toml", self.version)

    def hide(self) -> None:
        if self.buffers:
            name = self.chance.choice(sorted(self.buffers))
            del self.buffers[name]
            self.note("close", name)
            self.client.notify("textDocument/didClose", {"textDocument": {"uri": uri(self.root / name)}})

    def save(self) -> None:
        if self.buffers:
            name = self.chance.choice(sorted(self.buffers))
            self.put(name, self.buffers[name])
            self.client.notify("textDocument/didSave", {"textDocument": {"uri": uri(self.root / name)}})

    def write(self) -> None:
        name = self.chance.choice([*self.names(".toml", ".py"), "more.toml", "sub/more.toml", "src/more.py", "a.py"])
        self.put(name, self.text(name))

    def put(self, name: str, text: str) -> None:
        path = self.root / name
        kind = 2 if path.exists() else 1
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        self.note("write", name)
        self.client.watched(name, kind=kind)

    def move(self) -> None:
        name = self.chance.choice(self.names(".toml", ".py"))
        new = self.chance.choice(
            [f"moved{name[-5:]}" if name.endswith(".toml") else "src/moved.py", f"sub/{Path(name).name}"]
        )
        if (self.root / name).is_file() and not (self.root / new).exists() and not {name, new} & set(self.buffers):
            files = {"files": [{"oldUri": uri(self.root / name), "newUri": uri(self.root / new)}]}
            self.answer(self.client, self.client.send("workspace/willRenameFiles", files))
            (self.root / new).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).rename(self.root / new)
            self.note("move", name, new)
            self.client.notify("workspace/didRenameFiles", files)
            self.client.watched(name, kind=3)
            self.client.watched(new, kind=1)

    def delete(self) -> None:
        names = self.names(".toml", ".py")
        name = self.chance.choice(names)
        if len(names) > 3 and (self.root / name).is_file():
            (self.root / name).unlink()
            self.note("delete", name)
            self.client.watched(name, kind=3)

    def settings(self) -> None:
        """Another project file, or none."""
        text = self.chance.choice(PROJECT_FILES)
        if text:
            self.put(".excore.toml", text)
        elif (self.root / ".excore.toml").exists():
            (self.root / ".excore.toml").unlink()
            self.note("delete", ".excore.toml")
            self.client.watched(".excore.toml", kind=3)

    def note(self, *what: object) -> None:
        if hasattr(self, "journal"):
            self.journal = [*self.journal[-2 * BETWEEN :], " ".join(map(repr, what))]

    # -- the answers

    def ask(self) -> None:
        configs = [name for name in self.buffers if name.endswith(".toml")]
        if configs:
            method, params = self.question(self.chance.choice(sorted(configs)))
            identifier = self.client.send(method, params)
            if self.chance.random() < 0.3:
                self.client.notify("$/cancelRequest", {"id": identifier})
            self.doomed.append(identifier)
            if len(self.doomed) > 20:
                self.drain()

    def drain(self) -> None:
        for identifier in self.doomed:
            self.answer(self.client, identifier)
        self.doomed = []

    def question(self, name: str) -> tuple[str, Json]:
        method, params = self.chance.choice(self.kinds())
        where = {"textDocument": {"uri": uri(self.root / name)}}
        text = self.buffers.get(name, "")
        more = {"position": place(text, self.chance.randrange(len(text) + 1))} if "position" in params else {}
        return method, {**params, **(where if "textDocument" in params else {}), **more}

    def kinds(self) -> list[tuple[str, Json]]:
        if not hasattr(self, "_kinds"):
            (self.root / "asked.toml").write_text("a")
            self._kinds = list(
                {method: (method, params) for method, params in questions(self.client, "asked.toml")}.values()
            )
            (self.root / "asked.toml").unlink()
        return self._kinds

    def answer(self, client: Editor, identifier: int) -> Any:
        """The result of a request without the number of the answer, or the code of an error that is no defect."""
        found: Any = None
        try:
            found = client.result(identifier)
        except ServerError as error:
            found = error.code
        assert found != INTERNAL, (client.stderr, self.journal[-20:])
        return {key: value for key, value in found.items() if key != "resultId"} if isinstance(found, dict) else found

    def compare(self) -> None:
        """Mend the Python that is half typed, and ask this server and a fresh one the same."""
        self.drain()
        for name in self.names(".py"):
            text = self.text(name)
            if name in self.buffers:
                self.replace(name, 0, len(self.buffers[name]), text)
            else:
                self.put(name, text)
        asked = [
            question
            for name in self.names(".toml")
            for question in [*self.whole(name), *(self.question(name) for _ in range(4) if name in self.buffers)]
        ]
        fresh = self.started()
        for name, text in self.buffers.items():
            self.open(fresh, name, text)
        differing = ""

        def agrees() -> bool:
            nonlocal differing
            pairs = zip(asked, self.answers(self.client, asked), self.answers(fresh, asked), strict=True)
            differing = next((f"{one}\n{here!a}\nfresh: {there!a}" for one, here, there in pairs if here != there), "")
            return not differing

        try:
            self.client.until(agrees, "the answers of a fresh server")
        except ServerGone:
            raise AssertionError("\n".join((differing, *self.journal[-60:]))) from None
        assert fresh.stop() == 0, fresh.stderr
        self.cases += len(asked)

    def answers(self, client: Editor, asked: list[tuple[str, Json]]) -> list[Any]:
        return [self.answer(client, client.send(*question)) for question in asked]

    def whole(self, name: str) -> list[tuple[str, Json]]:
        """What is asked about a file as such."""
        where = {"textDocument": {"uri": uri(self.root / name)}}
        return [
            (method, {**params, **where})
            for method, params in self.kinds()
            if "position" not in params and "textDocument" in params
        ]


def place(text: str, offset: int) -> Json:
    line, column = LineIndex(text).position(offset, "utf-16")
    return {"line": line, "character": column}


def main() -> None:
    """Work in a folder of its own, and print how many cases there were."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cases = Torture(Path(folder) / "project", options.seed).run(options.cases)
    print(f"torture: {cases} cases with seed {options.seed}, and no difference from a fresh server")


if __name__ == "__main__":
    main()
