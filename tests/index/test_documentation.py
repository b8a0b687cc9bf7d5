"""What is said about a parameter: beside it, in its annotation, in a docstring."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from index_kit import Project

from excore.index import documented
from excore.index.docstrings import param_docs

Make = Callable[..., Project]

HEAD = """
from dataclasses import dataclass, field
from typing import Annotated, NamedTuple, TypedDict, Optional
import attr, attrs
from pydantic import BaseModel, Field
from typing_extensions import Doc, NotRequired, Unpack
from excore import Registry
MODEL = Registry("Model")
"""


def docs(project: Make, body: str) -> dict[str, str]:
    """What is known about the parameters of the class or function A."""
    entry = project(f"{HEAD}\n{body}\nMODEL.register_module(A)\n").entry("A")
    return {param.name: param.doc for param in documented(entry).signature.params if param.doc}


@pytest.mark.parametrize(
    "field",
    [
        'x: int = 1\n    """Number of\n    layers."""',
        "x: int\n    'Number of layers.'",
        "#: Number of layers.\n    x: int = 1",
        "#: Number of\n    #: layers.\n    x: int = 1",
        "x: int = 1  #: Number of layers.",
        "x: int = field(default=1, metadata={'help': 'Number of layers.'})",
        "x: int = field(metadata={'unit': 1, 'description': 'Number of layers.'}, default=1)",
        "x: int = field(default=1, metadata=dict(help='Number of layers.'))",
        "x: int = field(default=1, doc='Number of layers.')",
        "x: Annotated[int, Doc('Number of layers.')] = 1",
        "x: Annotated[int, 'Number of layers.'] = 1",
        "x: Optional[Annotated[int, Doc('Number of layers.')]] = 1",
        "x: int = 1  # n\n    'Number of layers.'",
    ],
)
def test_a_field_of_a_dataclass(project: Make, field: str) -> None:
    made = docs(project, f"@dataclass\nclass A:\n    first: int\n    {field}\n    y: int = 2")
    assert made == {"x": "Number of layers."}


@pytest.mark.parametrize(
    "body",
    [
        "@attr.s\nclass A:\n    x = attr.ib(metadata={'help': 'Layers.'})",
        "@attrs.define\nclass A:\n    _x: int\n    'Layers.'",
        "class A(BaseModel):\n    x: int = Field(1, description='Layers.')",
        "class A(BaseModel):\n    x: Annotated[int, Field(description='Layers.')] = 1",
        "class A(BaseModel):\n    #: Layers.\n    x: int",
        "class A(NamedTuple):\n    x: int = 1  #: Layers.",
        "class A(TypedDict):\n    x: NotRequired[Annotated[int, Doc('Layers.')]]",
        "class T(TypedDict):\n    x: int\n    'Layers.'\nclass A:\n    def __init__(self, **kw: Unpack[T]): ...",
        "@dataclass\nclass B:\n    x: int = 1\n    'Layers.'\nclass A(B):\n    'Args:\\n    x: Others.'",
        "class A:\n    def __init__(self, x: Annotated[int, Doc('Layers.')] = 1): ...",
        "def A(x: 'Annotated[int, Doc(\"Layers.\")]' = 1): ...",
        "def A(*, x: Annotated[int, Field(description='Layers.')] = 1): ...",
        "def A(\n    x=1,  #: Layers.\n    y=2,  # no\n): ...",
        "def A(\n    y, z,\n    #: Layers.\n    x: int\n): ...",
    ],
)
def test_other_places(project: Make, body: str) -> None:
    assert docs(project, body) == {"x": "Layers."}


@pytest.mark.parametrize(
    "body",
    [
        "class A:\n    x: int = 1\n    'Of the class.'\n    def __init__(self, x=1): ...",
        "@dataclass\nclass A:\n    # no documentation\n    x: int = 1",
        "@dataclass\nclass A:\n    x: int = field(default=1, metadata={'help': text()})",
    ],
)
def test_what_is_no_documentation_of_a_parameter(project: Make, body: str) -> None:
    assert docs(project, body) == {}


@pytest.mark.parametrize(
    "docstring",
    [
        "Sum.\n\n    Keyword Args:\n        x (float): How much.\n    ",
        "Keyword Arguments:\n    x: How much.\nShape:\n    x: Wide.",
        "Args:\n    y: Other.\nKwargs:\n    x: How\n        much.\nNote:\n    x: None.",
        "Other Parameters\n----------------\nx : float, optional\n    How much.",
        "Keyword Arguments\n-----------------\nx : float\n    How much.",
        ":keyword x: How much.",
        ":arg float x: How much.",
        "@keyword x: How much.",
    ],
)
def test_sections_of_docstrings(docstring: str) -> None:
    assert param_docs(docstring)["x"] == "How much."
