"""How the demo looks: colours and boxes in a terminal, plain text elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.syntax import Syntax
from rich.text import Text

from excore.lang.grammar import DEFAULT

if TYPE_CHECKING:
    from excore.cli.demo import Scene

_SHOWN = 5
_TOML = re.compile(
    r"(?P<comment>\#.*)|(?P<header>\[[^\]\n]*\]?)"
    rf"|(?P<prefix>^[{re.escape(DEFAULT.prefix_chars)}])|(?P<key>^[\w.-]+)|(?P<string>\"[^\"\n]*\"?)"
    r"|(?P<number>\b\d[\d.e-]*\b)",
    re.MULTILINE,
)
_MARKS = re.compile(r"(\*\*|`+)(.+?)\1")
_COLOURS = {
    "comment": "dim",
    "header": "bold cyan",
    "prefix": "bold magenta",
    "key": "blue",
    "string": "green",
    "number": "yellow",
}


def coloured(text: str) -> Text:
    """A piece of config in colours."""
    result = Text(text)
    for match in _TOML.finditer(text):
        result.stylize(_COLOURS[match.lastgroup or "key"], match.start(), match.end())
    return result


def plain(markdown: str) -> str:
    """Markdown as text without its marks: no fences, no backticks, no stars."""
    lines: list[str] = []
    fenced = False
    for line in markdown.strip().splitlines():
        if line.startswith("```"):
            fenced = not fenced
        else:
            lines.append(line if fenced else _MARKS.sub(r"\2", line))
    return "\n".join(lines)


class DemoView:
    """Writes to stdout."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)
        if not self.console.is_terminal:
            self.console = Console(highlight=False, width=100, file=self.console.file)

    def begin(self, root: Path, command: str, seconds: float) -> None:
        """The server is there."""
        parts = [
            ("ExCore", "bold"),
            (f"  {command}", "cyan"),
            (f" on {root.name}, ready in {seconds:.1f} s", ""),
        ]
        self.console.print(Text.assemble(*parts))
        self.console.print("Every answer below comes from it, over the Language Server Protocol.", style="dim")

    def scene(self, number: int, scene: Scene) -> None:
        """What is on the screen, with the cursor."""
        self.console.print()
        self.console.print(Text.assemble((f" {number} ", "reverse bold"), f" {scene.title}"), style="bold")
        text = coloured(scene.text.rstrip("\n").replace("<|>", ""))
        at = scene.text.index("<|>")
        cursor = Text("▏" if self.console.is_terminal else "|", style="bold red")
        screen = Text.assemble(text[:at], cursor, text[at:])
        for line in screen.split("\n", allow_blank=True):
            self.console.print(Text.assemble(("    │ ", "dim"), line))

    def items(self, items: Sequence[tuple[str, str]], docs: Sequence[str]) -> None:
        """A completion list, as an editor pops it up."""
        first = items[:_SHOWN]
        names = max(len(label) for label, _ in first)
        details = min(40, max(len(detail) for _, detail in first))
        for number, (label, detail) in enumerate(first):
            doc = docs[number].replace("`", "") if number < len(docs) and docs[number] != detail else ""
            room = details if doc else self.console.width
            line = Text.assemble(
                ("    ▸ " if number == 0 else "      ", ""),
                (label.ljust(names), "bold"),
                ("  " + (detail if len(detail) <= room else detail[: room - 1] + "…").ljust(details), "cyan"),
                ("  " + doc, "dim"),
            )
            line.rstrip()
            line.truncate(self.console.width, overflow="ellipsis")
            self.console.print(line)
        if len(items) > _SHOWN:
            self.console.print(Text(f"      and {len(items) - _SHOWN} more", style="dim"))

    def markdown(self, text: str) -> None:
        """A hover."""
        body = Markdown(text, code_theme="ansi_dark") if self.console.is_terminal else Text(plain(text))
        self.console.print(Padding(Panel(body, expand=False, border_style="dim"), (0, 4)))

    def source(self, place: str, lines: Sequence[str], first: int) -> None:
        """The Python that a jump leads to."""
        self.console.print(Text.assemble(("    ▸ ", ""), (place, "bold underline")))
        if self.console.is_terminal:
            code = Syntax(
                "\n".join(lines),
                "python",
                line_numbers=True,
                start_line=first,
                background_color="default",
                theme="ansi_dark",
            )
            self.console.print(Padding(code, (0, 0, 0, 4)))
            return
        for number, line in enumerate(lines, first):
            self.console.print(Text(f"    {number:>4} {line}"))

    def squiggle(self, line: str, start: int, end: int, message: str, code: str, suggestions: Sequence[str]) -> None:
        """A problem under its text, and what was meant."""
        self.console.print(Text.assemble(("    │ ", "dim"), " " * start, ("~" * max(1, end - start), "bold red")))
        self.console.print(Text.assemble("    ", (f"error[{code}]", "bold red"), f" {message}"))
        if suggestions:
            fixed = line[:start] + suggestions[0] + line[end:]
            self.console.print(Text.assemble(("    help: ", "bold green"), coloured(fixed)))

    def took(self, seconds: float) -> None:
        """How long the answer took."""
        self.console.print(Text(f"    answered in {seconds * 1e3:.1f} ms", style="dim"))

    def fail(self, message: str) -> None:
        """Something is not as it should be."""
        self.console.print(Text.assemble(("    failed: ", "bold red"), message))

    def end(self, scenes: int, wrong: int) -> None:
        """The last line."""
        self.console.print()
        if wrong:
            self.console.print(f"{wrong} of {scenes} answers are wrong.", style="bold red")
        else:
            self.console.print(f"All {scenes} answers are right.", style="bold green")
