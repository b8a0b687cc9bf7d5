"""Formatting as an editor asks for it; what a layout is, is tested with the language."""

from __future__ import annotations

from kit_changing import check_format

from excore.lang.text import Span
from excore_server.ide.edits import applied
from excore_server.ide.formatting import format_file
from kit import path_of, world


def test_a_whole_config() -> None:
    check_format(
        """
        __base__=["a.toml"]
        [Model.FCN]   # a model
        !backbone="ResNet"
        @head = [ "SimpleHead",
          "SimpleHead" ]
        """,
        """
        __base__ = ["a.toml"]

        [Model.FCN]   # a model
        !backbone = "ResNet"
        @head = [
            "SimpleHead",
            "SimpleHead",
        ]
        """,
    )


def test_a_broken_config_is_refused() -> None:
    check_format("[Model.FCN\n!backbone = \n", None)


def test_what_is_laid_out_gives_no_edits() -> None:
    here = world("[Model.FCN]\n!backbone = 'ResNet'\n")
    file = here.snapshot.file(path_of("run.toml"))
    assert file is not None
    assert format_file(file) == ()


def test_a_range_and_an_indent() -> None:
    here = world("a=1\nb=[\n1]\nc=2\n")
    file = here.snapshot.file(path_of("run.toml"))
    assert file is not None
    edits = format_file(file, Span(5, 5), indent="\t")
    assert edits is not None
    assert applied(file.text, edits) == "a=1\nb = [\n\t1,\n]\nc=2\n"
