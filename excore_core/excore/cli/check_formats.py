"""What the findings of ``excore check`` look like: for people, for machines, for GitHub, for code scanners."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

from excore import __version__
from excore.cli.checked_file import CheckedFile, counts
from excore.cli.output import from_here
from excore.cli.repeated_diagnostics import QuotedDiagnostic, Repeats, is_inherited
from excore.lang.problems import CATALOGUE, suggestions_to_add
from excore.lang.provenance import OVERRIDES
from excore.lang.text import printable
from excore.tooling.diagnostics import SEVERITIES, Json, encode
from excore.tooling.shipped import page_text, page_uri
from excore.tooling.uris import to_path, to_uri

Style = str
Line = list[tuple[str, Style]]

_NAMES = {number: name for name, number in SEVERITIES.items()}
_BASE = "%SRCROOT%"
_STYLES = {1: "bold red", 2: "bold yellow", 3: "bold blue", 4: "dim"}


def as_json(files: Sequence[CheckedFile], out: TextIO) -> None:
    """A JSON array with one line for each file: what the server publishes for it, but for the version."""
    lines = (encode({"uri": to_uri(one.path), "diagnostics": one.diagnostics}) for one in files)
    out.write("[" + ",\n ".join(lines) + "]\n")


# For people


def as_text(files: Sequence[CheckedFile], out: TextIO) -> None:
    """The place, the line, and carets below what is meant; where ``out`` is a terminal that shows them, in colours, and
    with a word on where more is told."""
    repeats = Repeats(files)
    lines: list[Line] = []
    brief = False
    for finding in files:
        for item in finding.diagnostics:
            source = repeats.source(item)
            if brief and source is not None:
                lines.pop()
            brief = source is not None
            lines += _described(finding, item) if source is None else [_repeated(finding, item, source)]
            lines.append([])
    if files:
        lines.append(_summary(files, repeats))
    lines = [[(_visible(text), style) for text, style in line] for line in lines]
    if not out.isatty() or os.environ.get("NO_COLOR"):
        out.writelines(_encodable("".join(text for text, _ in line), out) + "\n" for line in lines)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=out, highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text.assemble(*line))
    if lines[1:]:
        console.print("`excore explain CODE` tells more about a problem.", style="dim")


def _visible(text: str) -> str:
    """The text with a mark in place of each character that a terminal would obey; the carets below fit it still."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or unicodedata.category(char) == "Zs" else "\ufffd" for char in text)


def _encodable(text: str, out: TextIO) -> str:
    encoding = out.encoding or "ascii"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _described(finding: CheckedFile, item: Json) -> Iterator[Line]:
    line, column, end = _place(finding, item)
    yield [*_heading(finding, item), (f" {item['message']}", "")]
    if line < len(finding.text) and finding.text.text:
        begin = finding.text.starts[line]
        source, column, end = finding.text.excerpt(begin + column, begin + end)
        source = source.expandtabs(1)
        gutter = f"{line + 1:>5} | "
        yield [(gutter, "dim"), (source, "")]
        marks = "^" * max(1, _width(source[column:end]))
        advice = _advice(item)
        blank = " " * (len(gutter) - 2) + "| " + " " * _width(source[:column])
        yield [(blank, "dim"), (marks, _STYLES[item["severity"]]), (f" {advice}" if advice else "", "green")]
    for related in item.get("relatedInformation", ())[1 if is_inherited(item) else 0 :]:
        where = related["location"]
        path = to_path(where["uri"]) or where["uri"]
        start = where["range"]["start"]
        note = f"note: {related['message']}"
        yield [(f"      = {from_here(path)}:{start['line'] + 1}: ", "dim"), (note, "dim")]


def _heading(finding: CheckedFile, item: Json) -> Line:
    kind = f"{_NAMES[item['severity']]}[{item['code']}]"
    return [(f"{_position(finding, item)}: ", "bold"), (kind, _STYLES[item["severity"]])]


def _repeated(finding: CheckedFile, item: Json, source: QuotedDiagnostic) -> Line:
    return [*_heading(finding, item), (f" from {_position(*source)}, see there", "")]


def _position(finding: CheckedFile, item: Json) -> str:
    line, column, _ = _place(finding, item)
    return f"{from_here(finding.path)}:{line + 1}:{column + 1}"


def _advice(item: Json) -> str:
    names = suggestions_to_add(item["message"], item.get("data", {}).get("suggestions", ()))
    if not names:
        return ""
    *others, last = [f"`{name}`" for name in names[:3]]
    return f"did you mean {', '.join(others) + ' or ' if others else ''}{last}?"


def _place(finding: CheckedFile, item: Json) -> tuple[int, int, int]:
    """Line, column and end column of a diagnostic on its first line, 0-based, in characters."""
    start, end = item["range"]["start"], item["range"]["end"]
    number: int = start["line"]
    if number >= len(finding.text):
        return number, 0, 0
    begin = finding.text.starts[number]
    column = finding.text.offset(number, start["character"], "utf-16")
    until = finding.text.offset(number, end["character"] if end["line"] == number else sys.maxsize, "utf-16")
    return number, column - begin, until - begin


def _width(text: str) -> int:
    """Columns that ``text`` takes in a terminal."""
    wide = sum(1 for char in text if unicodedata.east_asian_width(char) in "WF")
    return len(text) + wide - sum(1 for char in text if unicodedata.combining(char))


def _summary(files: Sequence[CheckedFile], repeats: Repeats) -> Line:
    by_name = counts(item for one in files for item in repeats.left(one.diagnostics))
    number = sum(one.path != OVERRIDES for one in files)
    heading = f"{number} file{'s' if number != 1 else ''} checked: "
    if not by_name:
        return [(heading, ""), ("no problems", "bold green")]
    parts = [f"{count} {name}{'s' if count != 1 and name != 'information' else ''}" for name, count in by_name.items()]
    return [(heading, ""), (", ".join(parts), "bold")]


# For GitHub's log, which makes annotations of it


def as_github(files: Sequence[CheckedFile], out: TextIO) -> None:
    """Workflow commands, one line for each diagnostic that repeats none."""
    levels = {1: "error", 2: "warning", 3: "notice", 4: "notice"}
    repeats = Repeats(files)
    for finding in files:
        for item in repeats.left(finding.diagnostics):
            line, column, end = _place(finding, item)
            last = item["range"]["end"]["line"]
            where = f"file={_property(from_here(finding.path))},line={line + 1},endLine={last + 1}"
            if last == line:  # columns are for ranges on one line only
                where += f",col={column + 1},endColumn={end + 1}"
            title = _property(f"excore {item['code']}")
            out.write(f"::{levels[item['severity']]} {where},title={title}::{_data(item['message'])}\n")


def _data(text: str) -> str:
    return printable(text, but="\r\n").replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


# SARIF, which code scanners read


def as_sarif(files: Sequence[CheckedFile], out: TextIO) -> None:
    """A SARIF 2.1.0 log with one run; diagnostics that repeat others are left out. Files below the current folder are
    named from there, and each rule holds its page: a log is read on other machines too."""
    levels = {1: "error", 2: "warning", 3: "note", 4: "note"}
    rules = [
        {
            "id": kind.code,
            "shortDescription": {"text": kind.summary},
            "help": {"text": f"excore explain {kind.code}", "markdown": page_text(kind.code, links=False)},
            **({"helpUri": page} if (page := page_uri(kind.code)) else {}),
            "defaultConfiguration": {"level": levels[SEVERITIES[kind.severity]]},
        }
        for kind in CATALOGUE.values()
    ]
    index = {code: number for number, code in enumerate(CATALOGUE)}
    repeats = Repeats(files)
    results = [_result(one, item, levels, index) for one in files for item in repeats.left(one.diagnostics)]
    driver = {"name": "excore", "version": __version__, "rules": rules}
    bases = {_BASE: {"uri": _here()}}
    run = {
        "tool": {"driver": driver},
        "originalUriBaseIds": bases,
        "columnKind": "utf16CodeUnits",
        "results": results,
    }
    out.write(encode({"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}))
    out.write("\n")


def _result(finding: CheckedFile, item: Json, levels: dict[int, str], index: dict[str, int]) -> Json:
    related = (
        (_location(other["location"]["uri"], other["location"]["range"]), other["message"])
        for other in item.get("relatedInformation", ())
    )
    return {
        "ruleId": item["code"],
        "ruleIndex": index[item["code"]],
        "level": levels[item["severity"]],
        "message": {"text": item["message"]},
        "locations": [_location(to_uri(finding.path), item["range"])],
        "relatedLocations": [{**place, "message": {"text": message}} for place, message in related],
    }


def _location(uri: str, where: Json) -> Json:
    start, end = where["start"], where["end"]
    region = {
        "startLine": start["line"] + 1,
        "startColumn": start["character"] + 1,
        "endLine": end["line"] + 1,
        "endColumn": end["character"] + 1,
    }
    base = _here()
    file = {"uri": uri.removeprefix(base), "uriBaseId": _BASE} if uri.startswith(base) else {"uri": uri}
    return {"physicalLocation": {"artifactLocation": file, "region": region}}


def _here() -> str:
    return to_uri(os.path.join(os.getcwd(), "")).rstrip("/") + "/"


RENDERERS: dict[str, Callable[[Sequence[CheckedFile], TextIO], None]] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
    "sarif": as_sarif,
}
