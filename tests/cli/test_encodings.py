"""Output never fails on the encoding of the terminal, nor on names that it lacks."""

from __future__ import annotations

import io
import sys

import pytest
from cli_kit import Write

from excore.cli.main import app

FILES = """
    #- .excore.toml
    name = "größe"
    registries = ["*Model"]

    #- src/netze.py
    from excore import Registry

    MODEL = Registry("Model")

    @MODEL.register()
    class Größe:
        '''Ein Netz — 深い.'''
        def __init__(self, tiefe: int = 3, 名 = "→"): ...

    #- run.toml
    "schlüssel" = "深い"

    [Model."Größe"]
    "名" = "✓"
    "tiefé" = 3
"""
COMMANDS = [
    ("--help",),
    ("check", "--help"),
    ("list", "Größe"),
    ("check", "run.toml"),
    ("check", "run.toml", "--format", "sarif"),
    ("check", "run.toml", "schlüssel.深=3"),
    ("show", "run.toml"),
    ("python", "run.toml"),
    ("graph", "run.toml"),
    ("blame", "run.toml", "Model.Größe"),
    ("diff", "run.toml", "fehlt—.toml"),
    ("explain", "unknown-class"),
    ("chéck",),
]


def said(arguments: tuple[str, ...], encoding: str, errors: str, monkeypatch: pytest.MonkeyPatch) -> tuple[object, str]:
    """The exit code and all output of a command whose standard streams have an encoding."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding, errors, write_through=True)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        patch.setattr(sys, "stderr", stream)
        with pytest.raises(SystemExit) as done:
            app(list(arguments))
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return done.value.code, stream.buffer.getvalue().decode(encoding, "replace")


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_commands_under_every_encoding(
    write: Write, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(FILES)
    code, usual = said(arguments, "utf-8", "strict", monkeypatch)
    assert usual
    for encoding, errors in (("ascii", "strict"), ("ascii", "surrogateescape"), ("cp1252", "strict")):
        found, text = said(arguments, encoding, errors, monkeypatch)
        assert found == code, text
        assert len(text) >= len(usual) * 0.9, text
