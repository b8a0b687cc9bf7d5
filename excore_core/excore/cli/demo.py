"""``excore demo``: starts the real language server on the bundled example and shows its answers in the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from excore.cli.output import EXIT_NOT_DONE
from excore.tooling.lsp_client import Client, Json, ServerError, ServerGone
from excore.tooling.shipped import shipped
from excore.tooling.uris import to_uri

if TYPE_CHECKING:
    from excore.cli.demo_view import DemoView

CURSOR = "<|>"
FILE = "configs/demo.toml"
CAPABILITIES: Json = {
    "window": {"workDoneProgress": True},
    "textDocument": {
        "completion": {"completionItem": {"resolveSupport": {"properties": ["documentation"]}}},
        "hover": {"contentFormat": ["markdown"]},
        "definition": {"linkSupport": True},
        "publishDiagnostics": {"versionSupport": True},
    },
}


class Wrong(Exception):
    """An answer is not what it should be."""


class Scene(NamedTuple):
    """Something a user does: the config at that moment, with the cursor in it, and what is asked there.

    ``right`` are texts that must all be in the answer.
    """

    title: str
    text: str
    method: str
    right: tuple[str, ...]


SCENES = (
    Scene(
        "Completion in a header: the classes registered for the field",
        f"""\
[Model.{CURSOR}
""",
        "textDocument/completion",
        ("FCN", "SegNet"),
    ),
    Scene(
        "Completion of a parameter: from the signature, with what it means",
        f"""\
[Backbone.ResNet]
{CURSOR}
""",
        "textDocument/completion",
        ("layers",),
    ),
    Scene(
        "Completion of a value: what fits the parameter's annotation",
        f"""\
[Model.FCN]
@backbone = "{CURSOR}"
""",
        "textDocument/completion",
        ("ResNet", "VGG"),
    ),
    Scene(
        "Hover: signature and documentation of the class",
        f"""\
[Model.F{CURSOR}CN]
@backbone = "ResNet"
!head = "SimpleHead"
""",
        "textDocument/hover",
        ("FCN", "backbone", "A backbone and a head."),
    ),
    Scene(
        "Definition: from the config to the Python source",
        f"""\
[Model.FCN]
@backbone = "ResNet"
!head = "Simple{CURSOR}Head"
""",
        "textDocument/definition",
        ("src/heads/simple.py", "class SimpleHead"),
    ),
    Scene(
        "A mistake, and what was meant",
        f"""\
[Backbone.ResNet]
layer = 3{CURSOR}
""",
        "textDocument/publishDiagnostics",
        ("unknown-parameter", "layers"),
    ),
)


def demo(
    project: Annotated[Path | None, typer.Argument(help="The example.", show_default="the bundled quickstart")] = None,
) -> None:
    """Start the real language server on the quickstart example and show its answers.

    The exit code is 0 if every answer is right.
    """
    from excore.cli.demo_view import DemoView

    view = DemoView()
    root = project or shipped("examples/quickstart")
    if root is None or not root.is_dir():
        view.fail("The quickstart example is not here. Name its folder.")
        raise typer.Exit(EXIT_NOT_DONE)
    try:
        wrong = play(root.resolve(), view)
    except ServerGone as error:
        view.fail(f"excore-server: {error}")
        raise typer.Exit(EXIT_NOT_DONE) from None
    view.end(len(SCENES), wrong)
    raise typer.Exit(1 if wrong else 0)


def play(root: Path, view: DemoView) -> int:
    """Show every scene; how many answers were wrong. Raises ``ServerGone``."""
    wrong = 0
    with session(root) as (client, started):
        view.begin(root, " ".join(["excore-server", "--stdio"]), started)
        uri = to_uri(str(root / FILE))
        client.open(uri, "")
        for number, scene in enumerate(SCENES, 1):
            view.scene(number, scene)
            try:
                act(client, uri, number + 1, scene, root, view)
            except (Wrong, ServerError) as error:
                wrong += 1
                view.fail(str(error))
        client.stop()
    return wrong


@contextmanager
def session(root: Path) -> Iterator[tuple[Client, float]]:
    """A running server that has read the example, and the seconds that took."""
    started = perf_counter()
    command = [sys.executable, "-m", "excore_server", "--stdio"]
    with Client(command, cwd=str(root)) as client:
        client.start(to_uri(str(root)), CAPABILITIES, clientInfo={"name": "excore demo"})
        client.until(lambda: _is_read(client), "the index")
        yield client, perf_counter() - started


def _is_read(client: Client) -> bool:
    return any(params["value"]["kind"] == "end" for params in client.sent("$/progress"))


def act(client: Client, uri: str, version: int, scene: Scene, root: Path, view: DemoView) -> None:
    """Type the scene's text, ask, and show the answer. Raises ``Wrong``, ``ServerError`` or ``ServerGone``."""
    before, _, after = scene.text.partition(CURSOR)
    document = {"uri": uri, "version": version}
    started = perf_counter()
    client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": before + after}]})
    lines = before.split("\n")
    position = {"line": len(lines) - 1, "character": len(lines[-1])}
    params = {"textDocument": {"uri": uri}, "position": position}
    show = ANSWERS[scene.method]
    if scene.method == "textDocument/publishDiagnostics":
        client.until(lambda: client.diagnostics(uri, version) is not None, "diagnostics")
        answer = client.diagnostics(uri, version)
    else:
        answer = client.request(scene.method, params)
    took = perf_counter() - started
    if not answer:
        raise Wrong("the server has no answer")
    text_shown = show(answer, client, root, view, before + after)
    view.took(took)
    missing = [text for text in scene.right if text not in text_shown]
    if missing:
        raise Wrong(f"not in the answer: {', '.join(missing)}")


def _completion(answer: Json, client: Client, root: Path, view: DemoView, text: str) -> str:
    items = answer["items"]
    docs = []
    for item in items[:5]:
        documentation = client.request("completionItem/resolve", item).get("documentation") or {}
        docs.append(_first_line(documentation.get("value", "") if isinstance(documentation, dict) else documentation))
    view.items([(item["label"], item.get("detail") or "") for item in items], docs)
    return "\n".join(item["label"] for item in items)


def _first_line(markdown: str) -> str:
    """The first line of prose."""
    fenced = False
    for line in markdown.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif line.strip() and not fenced:
            return line.strip()
    return ""


def _hover(answer: Json, client: Client, root: Path, view: DemoView, text: str) -> str:
    markdown: str = answer["contents"]["value"]
    view.markdown(markdown)
    return markdown


def _definition(answer: list[Json], client: Client, root: Path, view: DemoView, text: str) -> str:
    from excore.tooling.uris import to_path

    target = Path(to_path(answer[0]["targetUri"]) or "")
    line = answer[0]["targetSelectionRange"]["start"]["line"]
    try:
        lines = target.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise Wrong(str(error)) from error
    where = Path(os.path.relpath(target, root)).as_posix()
    view.source(f"{where}:{line + 1}", lines[line : line + 3], line + 1)
    return f"{where}\n{lines[line]}"


def _diagnostics(answer: list[Json], client: Client, root: Path, view: DemoView, text: str) -> str:
    worst = min(answer, key=lambda item: int(item["severity"]))
    start, end = worst["range"]["start"], worst["range"]["end"]
    names = worst.get("data", {}).get("suggestions", [])
    line = text.split("\n")[start["line"]]
    view.squiggle(line, start["character"], end["character"], f"{worst['message']}", worst["code"], names)
    return "\n".join([worst["code"], worst["message"], *names])


ANSWERS: dict[str, Callable[..., str]] = {
    "textDocument/completion": _completion,
    "textDocument/hover": _hover,
    "textDocument/definition": _definition,
    "textDocument/publishDiagnostics": _diagnostics,
}
