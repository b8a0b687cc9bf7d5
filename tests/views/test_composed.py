"""A config with its bases merged in: it loads to the same, and every line knows where it comes from."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from views_kit import every_config

from excore.lang.file import File
from excore.lang.syntax.writer import key_text
from excore.lang.tables.table import plain
from excore.lang.workspace.snapshot import Snapshot
from excore.views.composed import composed
from excore.views.lines import place_of
from kit import path_of, world

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def values(text: str) -> object:
    """What our own parser makes of a text."""
    file = File("composed.toml", text)
    assert not [found.message for _, found in file.tree.problems]
    assert not file.tables.problems
    return plain(file.tables.root)


def merged(snapshot: Snapshot, path: str) -> object:
    return plain(snapshot.closure(path).root)


@pytest.mark.parametrize("origins", [True, False])
def test_every_example_parses_to_what_the_loader_gives(origins: bool) -> None:
    for snapshot, path in every_config():
        text = composed(snapshot, path, origins=origins).text
        assert values(text) == merged(snapshot, path), path


def test_quoted_is_toml_that_any_tool_reads() -> None:
    for snapshot, path in every_config():
        text = composed(snapshot, path, quoted=True).text
        assert tomllib.loads(text) == merged(snapshot, path), path


def test_every_line_with_a_key_or_header_stands_where_it_says() -> None:
    """The line that a line maps to holds the same key: as one reads it in an editor."""
    seen = 0
    for snapshot, path in every_config():
        for line in composed(snapshot, path, origins=False).lines:
            if not line.text.strip():
                continue
            assert line.origin is not None, line.text
            place = place_of(snapshot, line.origin)
            assert place is not None
            source = Path(place.path).read_text("utf-8").split("\n")[place.line]
            word = line.text.split("=")[0].strip() if "=" in line.text else line.text.strip()
            wanted = word.strip("[]").split(".")[-1].strip("\"' ")
            assert wanted.strip("\"'") in source, (line.text, source)
            seen += 1
    assert seen > 200


def test_provenance_stands_behind_each_line() -> None:
    here = world(
        """
        #- parts/a.toml
        size = 1
        [Model.FCN]
        classes = 3
        !head = "SimpleHead"
        #- b.toml
        __base__ = ["parts/a.toml"]
        size = 2
        [Model.FCN]
        classes = 4
        #- run.toml
        __base__ = ["b.toml"]
        size = 3
        [Model.FCN]
        backbone = [
            1, # one
            2,
        ]
        @head = "SimpleHead"
        """
    )
    text = composed(here.snapshot, path_of("run.toml")).text
    assert text == (
        "# run.toml with parts/a.toml, b.toml\n"
        "\n"
        "size = 3  # from run.toml:2 (overrides b.toml:2, parts/a.toml:1)\n"
        "\n"
        "[Model.FCN]  # from run.toml:3 and b.toml:3, parts/a.toml:2\n"
        "classes = 4  # from b.toml:4 (overrides parts/a.toml:3)\n"
        "backbone = [\n"
        "    1, # one\n"
        "    2,\n"
        "]  # from run.toml:4\n"
        '@head = "SimpleHead"  # from run.toml:8 (overrides parts/a.toml:4)\n'
    )
    lines = composed(here.snapshot, path_of("run.toml"), origins=False).lines
    places = [place_of(here.snapshot, line.origin) for line in lines if line.origin is not None]
    assert [place.line + 1 for place in places if place is not None] == [2, 3, 4, 4, 5, 6, 7, 8]


def test_a_half_typed_config_is_shown_as_far_as_it_goes() -> None:
    here = world("size = \n[Model.FCN]\nclasses = 3\n!head =\n[Model.\n")
    text = composed(here.snapshot, path_of("run.toml"), origins=False).text
    assert values(text) == {"Model": {"FCN": {"classes": 3}}}


def test_order_of_modules_stays_though_some_are_inline() -> None:
    here = world('Model = { SegNet = { backbone = 1 }, FCN = {} }\nopts = { a = { b = [{ "!c" = 1 }] } }\n')
    text = composed(here.snapshot, path_of("run.toml"), origins=False).text
    assert text.index("[Model.SegNet]") < text.index("[Model.FCN]")
    assert 'opts = { a = { b = [{ "!c" = 1 }] } }\n' in text
    assert values(text) == merged(here.snapshot, path_of("run.toml"))


KEYS = st.sampled_from(["a", "b", "!c", "Model", "FCN", "é", "x y", 'q"', ""])
SCALARS = st.one_of(
    st.integers(-5, 5), st.booleans(), st.text(max_size=4), st.dates(), st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)


def written(value: object) -> str:
    """A value of Python on one line of TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = "".join(f"\\U{ord(char):08x}" for char in value)
        return f'"{escaped}"'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(key)} = {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return value.isoformat() if hasattr(value, "isoformat") else repr(value)


def document(table: dict[str, object], as_header: bool) -> str:
    lines = [f"{key_text(key)} = {written(item)}" for key, item in table.items() if not isinstance(item, dict)]
    for key, item in table.items():
        if isinstance(item, dict):
            if as_header:
                lines += [f"[{key_text(key)}]", *(f"{key_text(k)} = {written(v)}" for k, v in item.items())]
            else:
                lines.insert(0, f"{key_text(key)} = {written(item)}")
    return "\n".join(lines) + "\n"


@given(
    st.dictionaries(KEYS, VALUES, max_size=4),
    st.dictionaries(KEYS, VALUES, max_size=4),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_any_two_files_compose_to_what_they_merge_to(
    base: dict[str, object], over: dict[str, object], as_header: bool, quoted: bool, origins: bool
) -> None:
    here = world("#- run.toml\n")
    surrogates = any("\ud800" <= char <= "\udfff" for char in repr((base, over)))
    if surrogates:
        return
    here.host.open(path_of("base.toml"), document(base, as_header))
    here.host.open(path_of("run.toml"), '__base__ = ["base.toml"]\n' + document(over, not as_header))
    snapshot = here.host.snapshot()
    path = path_of("run.toml")
    wanted = merged(snapshot, path)
    text = composed(snapshot, path, quoted=quoted, origins=origins).text
    assert values(text) == wanted
    if quoted:
        assert tomllib.loads(text) == wanted


def test_names_of_bases_are_seen_from_the_config() -> None:
    snapshot, path = next(pair for pair in every_config() if pair[1].endswith("fcn_resnet.toml"))
    first = composed(snapshot, path).text.split("\n")[0]
    assert first.startswith("# fcn_resnet.toml with _base_/runtime.toml, ")
    assert os.sep + "examples" not in first
