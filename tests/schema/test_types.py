"""Parameters as JSON schema types: the same answers for source that is read and for objects that are imported."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from excore import Registry
from excore.config._json_schema import parse_registry
from excore.index.indexer import Indexer
from excore.lang.catalog import Param
from excore.schema.completion_schema import class_mapping, registry_schema
from excore.schema.parameter_types import parameter

NOTHING: dict[str, Any] = {}


def typed(type_: str, items: str | None = None) -> dict[str, Any]:
    return {"type": type_} if items is None else {"type": type_, "items": {"type": items}}


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("int", typed("number")),
        ("float", typed("number")),
        ("str", typed("string")),
        ("bool", typed("boolean")),
        ("list", typed("array")),
        ("tuple", typed("array")),
        ("List", typed("array")),
        ("Sequence", typed("array")),
        ("List[str]", typed("array", "string")),
        ("list[float]", typed("array", "number")),
        ("Sequence[dict]", typed("array", "object")),
        ("Tuple[int, int]", typed("array", "number")),
        ("tuple[int, str, float]", typed("array")),
        ("tuple[int, ...]", typed("array", "number")),
        ("List[Net]", typed("array")),
        ("List[List[int]]", typed("array")),
        ("List[Optional[int]]", typed("array")),
        ("dict", typed("object")),
        ("Dict", typed("object")),
        ("Dict[str, int]", typed("object")),
        ("Mapping[str, int]", typed("object")),
        ("Optional[str]", typed("string")),
        ("str | None", typed("string")),
        ("None | list[int]", typed("array", "number")),
        ("Optional[Dict[str, int]]", typed("object")),
        ("Union[str, None, int]", NOTHING),
        ("Optional[Union[str, int]]", NOTHING),
        ("int | float", NOTHING),
        ("Any", NOTHING),
        ("'Optional[int]'", typed("number")),
        ("Callable", typed("string")),
        ("Callable[[int], str]", typed("string")),
        ("Net", typed("string")),
        ("torch.nn.Module", typed("string")),
        ("type[Net]", typed("string")),
        ("Annotated[int, 'positive']", typed("number")),
        ("Literal['a', 'b']", {"type": "string", "enum": ["a", "b"]}),
        ("Literal['a', 1]", NOTHING),
        ("this is no annotation", NOTHING),
    ],
)
def test_sch_4_annotations(annotation: str, expected: dict[str, Any]) -> None:
    assert parameter(Param("x", annotation=annotation)) == expected
    assert parameter(Param("x", annotation=annotation, default="None")) == expected


@pytest.mark.parametrize(
    ("default", "expected"),
    [
        (None, typed("number")),
        ("None", NOTHING),
        ("1", typed("number")),
        ("-1.5", typed("number")),
        ("2 ** 10", typed("number")),
        ("''", typed("string")),
        ("f'{x}'", typed("string")),
        ("True", typed("boolean")),
        ("{}", typed("object")),
        ("dict(a=1)", typed("object")),
        ("[]", typed("array")),
        ("[0, 1]", typed("array", "number")),
        ("('a', 'b')", typed("array", "string")),
        ("(0, '', 0.0)", typed("array")),
        ("Net()", typed("number")),
        ("...", typed("number")),
        ("math.pi", typed("number")),
        ("(", typed("number")),
    ],
)
def test_sch_4_without_annotation_the_default_tells(default: str | None, expected: dict[str, Any]) -> None:
    assert parameter(Param("x", default=default)) == expected


def test_sch_4_variadic_parameters() -> None:
    assert parameter(Param("rest", "var-positional", annotation="int")) == typed("array")
    assert parameter(Param("more", "var-keyword")) == typed("object")


SOURCE = '''
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, Union

from excore import ConfigArgumentHook, Registry

R = Registry("SchemaTypes")


class Other:
    """Nothing."""


class Base:
    def __init__(self, width: int, *, deep: "bool" = False):
        pass


@R.register()
class A:
    """First.

    More about it.
    """

    def __init__(
        self,
        i: int,
        s: str,
        d: Dict[str, int],
        obj: Other,
        c: Callable,
        u: Union[int, str],
        t: Tuple[int, int],
        q: Sequence[str],
        bad: "Some thing",
        anything: Any,
        o: Optional[List[int]] = None,
        default_f=0.0,
        default_l=[0, 1],
        *args,
        **kwargs,
    ):
        pass


@R.register()
class Child(Base):
    pass


@R.register
class Empty:
    pass


@R.register()
def make(x, depth=3, names=("a", "b")):
    """Makes it."""


@R.register()
class Hook(ConfigArgumentHook):
    def __init__(self, node, rate: float, enabled=True):
        super().__init__(node, enabled)

    def hook(self):
        return self.node()


import math

R.register_module(math)
'''
EXPECTED = {
    "A": {
        "type": "object",
        "description": "First.\n\nMore about it.",
        "properties": {
            "i": typed("number"),
            "s": typed("string"),
            "d": typed("object"),
            "obj": typed("string"),
            "c": typed("string"),
            "u": {},
            "t": typed("array", "number"),
            "q": typed("array", "string"),
            "bad": {},
            "anything": {},
            "o": typed("array", "number"),
            "default_f": typed("number"),
            "default_l": typed("array", "number"),
            "args": typed("array"),
            "kwargs": typed("object"),
        },
        "required": ["i", "s", "d", "obj", "c", "u", "t", "q", "bad", "anything"],
    },
    "Child": {
        "type": "object",
        "properties": {"width": typed("number"), "deep": typed("boolean")},
        "required": ["width"],
    },
    "Empty": {"type": "object", "properties": {}},
    "make": {
        "type": "object",
        "description": "Makes it.",
        "properties": {"x": typed("number"), "depth": typed("number"), "names": typed("array", "string")},
        "required": ["x"],
    },
    "Hook": {
        "type": "object",
        "properties": {"rate": typed("number"), "enabled": typed("boolean")},
        "required": ["rate"],
    },
}


def test_sch_3_sch_5_read_and_imported_modules_have_one_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "schema_types_example.py").write_text(SOURCE)
    catalog = Indexer(tmp_path, use_cache=False).build()
    entries = catalog.entries["SchemaTypes"].values()
    assert registry_schema(entries)["properties"] == EXPECTED
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(Registry, "_registry_pool", {})
    module = __import__("schema_types_example")
    live, mapping = parse_registry(module.R)
    assert live == {"type": "object", "properties": EXPECTED}
    assert mapping == class_mapping(catalog, ["SchemaTypes"])
    assert mapping["make"] == [
        str(tmp_path / "schema_types_example.py"),
        SOURCE.split("\n").index('def make(x, depth=3, names=("a", "b")):') + 1,
    ]
    assert set(mapping) == set(EXPECTED)
    sys.modules.pop("schema_types_example")


def test_sch_4_a_class_without_source_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Registry, "_registry_pool", {})
    registry = Registry("Builtins")
    registry.register_module(dict)
    registry.register_module(Exception)
    found, mapping = parse_registry(registry)
    assert set(found["properties"]) == {"dict", "Exception"}
    assert mapping == {}
