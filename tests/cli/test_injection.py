"""Names of files and in files say nothing to what reads an output: no workflow command, no broken XML, no control."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cli_kit import Run, Write

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no file has such a name there")

NASTY = "\x1b]0;pwned\x07\u202e\x9b\n::error::x"
WRITTEN = r"\u001b]0;pwned\u0007\u202e\u009b\n::error::x"
LINES = """
    check . --format github
    check . --format sarif
    check . --format json
    list
    list --json
    blame BAD Model.FCN
    diff configs/run.toml BAD
    diff configs/run.toml BAD --json
    graph BAD
    graph BAD --format dot
    graph BAD --format json
    graph BAD --format svg
    stubs BAD
    quote BAD
    format --check .
"""


@pytest.fixture
def bad(write: Write) -> Path:
    """A config and classes with names that nobody should have, beside good ones."""
    home = write(
        f"""
        #- .excore.toml
        registries = ["*Model"]
        #- models.py
        from excore import Registry
        MODEL = Registry("Model")
        @MODEL.register()
        class FCN:
            def __init__(self, a="{WRITTEN}", b=None): ...
        MODEL.register(name="{WRITTEN}")(FCN)
        #- configs/run.toml
        [Model.FCN]
        """
    )
    config = home / "configs" / f"{NASTY}.toml"
    config.write_text(
        f'"t{WRITTEN}" = "{WRITTEN}"\n[Model.FCN]\na = "{WRITTEN}"\n"c{WRITTEN}" = 1\n[Model."{WRITTEN}"]\n!b = "FCN"\n'
    )
    return config


def obeyed(text: str) -> set[str]:
    """What a terminal would obey, but for the end of a line."""
    return {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and char != "\n"}


@pytest.mark.parametrize("line", LINES.split("\n")[1:-1])
def test_no_output_holds_a_command(bad: Path, run: Run, line: str) -> None:
    done = run(*(str(bad) if word == "BAD" else word for word in line.split()), code=None)
    assert done.output
    assert not obeyed(done.output), ascii(done.output)
    assert not any(each.startswith("::error::x") for each in done.output.split("\n")), ascii(done.output)


def test_what_is_written_to_a_file_is_what_its_kind_allows(bad: Path, run: Run) -> None:
    """A picture is XML; a composed config is TOML, whose comments end with their lines."""
    run("graph", str(bad), "--format", "svg", "-o", "graph.svg", code=None)
    ElementTree.parse("graph.svg")
    shown = run("show", str(bad), code=None).stdout
    assert "\n::error" not in shown
    assert "\x1b" not in shown
