"""Bodies are read when they are asked for, and say then what they would have said at once."""

from __future__ import annotations

import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import syntax_kit
from index_kit import Project

from excore.index.facts import unpacked
from excore.index.facts_cache import IndexCache
from excore.index.python_files import digest
from excore.index.scan import scan
from excore.index.skeleton import Late, skim

Make = Callable[..., Project]
TYPES = ("Registry",)
MODULES = (
    "argparse",
    "dataclasses",
    "enum",
    "functools",
    "json/decoder",
    "logging/__init__",
    "typing",
    "unittest/mock",
)

TEXT = '''
"""A module."""
import lib

@lib.decorated(
    "x",
)
class Plain(lib.Base, metaclass=lib.Meta):
    """With 'quotes' (and brackets, and '.

    class NotOne: ...
    """

    field: int = 3  #: a field

    def __init__(self, one, *, two: int = 1, **kwargs):
        super().__init__(one, **kwargs)
        self.attribute = one

async def later(
    one: int,
    two: str = "def",
) -> None:
    return await one(two)

class OneLine(Plain): value = 1
def one_line(x): return x
class Generic(Plain[int], *(Plain,)):
    def method(self): ...
class Größe(Plain):
    def __init__(self, ä=1): ...
class Plain(OneLine):
    def __init__(self, second): ...
def maker(**kwargs):
    made = Plain(**kwargs)
    return made
Plain.__init__ = maker
def last(): return "end"'''


def rest(facts: Any) -> dict[str, Any]:
    """All that is known, but what ``told`` says."""
    for bindings in facts["names"].values():
        for binding in bindings:
            fact = binding.get("cls") or binding.get("function")
            if fact is not None:
                unpacked(fact)
    return {key: value for key, value in facts.items() if key not in ("imports", "given", "held")}


def later(path: Path, text: str) -> Any:
    path.write_text(text, "utf-8", newline="")
    return skim(text, TYPES, Late(str(path), digest(path.read_bytes())))


def left(facts: Any) -> list[str]:
    """The definitions that were left for later."""
    return [
        name
        for name, bindings in facts["names"].items()
        if any("packed" in (binding.get("cls") or binding.get("function") or ()) for binding in bindings)
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_is_read_later_is_what_is_read_at_once(tmp_path: Path, end: str) -> None:
    text = TEXT.replace("\n", end)
    facts = later(tmp_path / "a.py", text)
    assert left(facts) == ["Plain", "later", "OneLine", "one_line", "Größe", "maker", "last"]
    assert rest(facts) == rest(scan(text))


@pytest.mark.parametrize("module", MODULES)
def test_modules_of_python(tmp_path: Path, module: str) -> None:
    text = Path(sysconfig.get_path("stdlib"), f"{module}.py").read_text("utf-8")
    facts = later(tmp_path / "a.py", text)
    assert left(facts)
    assert rest(facts) == rest(scan(text))


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    MODEL.register(g)\ndef g(): ...\n",
        "def f():\n    globals()['x'] = 1\ndef g(): ...\n",
        "class A:\n    made = Registry('a')\ndef g(): ...\n",
        "add = MODEL.register\ndef f():\n    add(g)\ndef g(): ...\n",
        "def f():\n    '''\ndef inner():\n    '''\ndef g(): ...\n",
        "def f():\n    return 'a\\\nb'\ndef g(): ...\n",
        "x = '''\ndef f():\n    return 1\n'''\ndef g(): ...\n",
        "def f():\n    x = (\n1)\ndef g(): ...\n",
    ],
)
def test_what_a_module_has_from_bodies_is_not_lost(tmp_path: Path, text: str) -> None:
    assert rest(later(tmp_path / "a.py", text)) == rest(scan(text))


INSTALLED = """
    #- app.py
    import lib
    from excore import Registry
    MODEL = Registry("Model")
    MODEL.match(lib)
"""


def installed(project: Make, text: str) -> tuple[Project, Path]:
    made = project(INSTALLED)
    library = made.root.parent / "site" / "lib.py"
    library.parent.mkdir()
    library.write_text(text)
    return made.build(search_paths=(library.parent,)), library


def test_a_file_that_changed_meanwhile(project: Make) -> None:
    made, library = installed(project, "class A:\n    def __init__(self, x): ...\nclass B: ...\ndef f(x): ...\n")
    library.write_text("import os\n\nclass A:\n    def __init__(self, other): ...\n")
    assert made.signature("A") == "other"
    assert made.signature("B").endswith("...")
    assert made.signature("f").endswith("...")


def test_what_was_asked_for_is_saved(project: Make) -> None:
    made, library = installed(project, "class A:\n    def __init__(self, x): ...\nclass B: ...\n")
    assert made.signature("A") == "x"
    made.index.save()
    states = IndexCache(f"{made.root}\nRegistry", made.cache).load()
    names: Any = states[str(library)].content
    packed = [type(names["names"][name][0]["cls"]["packed"]) for name in "AB"]
    assert packed == [bytes, Late]
    assert made.indexer().build().entries["Model"]["A"] == made.entry("A")


def test_the_work_does_not_grow_with_bodies(project: Make) -> None:
    body = "    def method(self, **kwargs):\n        if self.x:\n            self.y = call(1, **kwargs)\n"
    made, library = installed(project, "")

    def work(methods: int) -> int:
        library.write_text("".join(f"class A{number}:\n{body * methods}\n" for number in range(20)))
        return syntax_kit.calls(made.indexer().build)

    assert work(40) < work(2) * 1.1
    assert made.build(**made.options).signature("A7") == ""
