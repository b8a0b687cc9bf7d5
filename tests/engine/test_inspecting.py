"""Imported objects as catalog entries: everything that a dump must say, nothing that depends on the run."""

from __future__ import annotations

import enum
import functools
import math
from pathlib import Path
from typing import Any, Callable, ClassVar, Literal, Optional  # noqa: UP035

import pytest

from excore import ConfigArgumentHook
from excore.engine.inspecting import LiveEntry, extra_texts
from excore.lang.catalog import Entry

HERE = Path(__file__).resolve()


class Mode(enum.Enum):
    FAST = 1
    SLOW = 2


class Base:
    """A base.

    Args:
        width: How wide.
    """

    shared: ClassVar[int] = 3

    def __init__(self, width: int, mode: Mode = Mode.FAST, kind: Literal["a", "b"] = "a") -> None:
        """Make it."""
        self.width = width

    def grow(self) -> None:
        """Grow."""

    @property
    def area(self) -> int:
        """The area."""
        return 1

    @classmethod
    def make(cls) -> None: ...

    @staticmethod
    def help() -> None: ...

    class Inner: ...


class Child(Base):
    extra: int


class Odd:
    def __init__(
        self,
        thing: Any = object(),  # noqa: B008
        made: Any = Mode,
        far: Any = math.inf,
        table: Any = {"a": (1, None)},  # noqa: B006
    ) -> None: ...


class Hook(ConfigArgumentHook):
    def __init__(self, node: Any, rate: float, enabled: bool = True) -> None:
        super().__init__(node, enabled)

    def hook(self, **kwargs: Any) -> Any:
        return self.node()


class Stage:
    __HookType__ = "pre_build"


def builds(depth: int, act: Optional[Callable[[int], str]] = None, *rest: int) -> Child:  # noqa: UP045
    """Builds."""
    return Child(depth)


@functools.wraps(builds)
def wrapped(*args: Any, **kwargs: Any) -> Any:
    return builds(*args, **kwargs)


def entry(target: Any, **extra: Any) -> Entry:
    return LiveEntry("Name", "R", f"here.{target.__name__}", target, extra_texts(extra))


def params(found: Entry) -> list[tuple[str, str | None, str | None]]:
    return [(param.name, param.annotation, param.default) for param in found.signature.params]


def line_of(text: str) -> int:
    return [line.startswith(text) for line in HERE.read_text("utf-8").split("\n")].index(True)


def test_k3_a_class_with_an_inherited_constructor() -> None:
    found = entry(Child, paper="1411", none=None)
    assert (found.name, found.registry, found.kind, found.path, found.doc) == ("Name", "R", "class", "here.Child", "")
    assert params(found) == [
        ("width", "int", None),
        ("mode", "Mode", "Mode.FAST"),
        ("kind", "Literal['a', 'b']", "'a'"),
    ]
    assert {param.owner for param in found.signature.params} == {f"{__name__}.Base"}
    assert found.bases == (f"{__name__}.Child", f"{__name__}.Base")
    assert [owner for owner, _ in found.docstrings] == [f"{__name__}.Base"] * 2
    assert found.extra == (("paper", "'1411'"),)
    assert found.location is not None
    assert (Path(found.location.path), found.location.line) == (HERE, line_of("class Child"))
    assert (found.location.column, found.location.end_column) == (6, 11)


def test_k3_members_and_what_has_them() -> None:
    found = {member.name: member for member in entry(Child).members}
    kinds = {name: (member.kind, member.instance) for name, member in found.items()}
    assert kinds == {
        "Inner": ("attribute", False),
        "area": ("property", True),
        "extra": ("attribute", True),
        "grow": ("method", True),
        "help": ("staticmethod", False),
        "make": ("classmethod", False),
        "shared": ("attribute", False),
    }
    assert found["grow"].doc == "Grow."


def test_k3_choices_of_literals_and_enums() -> None:
    choices = {param.name: param.choices for param in entry(Base).signature.params}
    resolved = {param.name: param.choices for param in entry(_with_real_annotations()).signature.params}
    assert choices == {"width": (), "mode": (), "kind": ()}  # these annotations are texts
    assert resolved == {"mode": ("FAST", "SLOW"), "kind": ("a", "b"), "maybe": ("x",)}


def _with_real_annotations() -> Any:
    def function(mode, kind, maybe): ...

    function.__annotations__ = {"mode": Mode, "kind": Literal["a", "b"], "maybe": Optional[Literal["x"]]}  # noqa: UP045
    return function


def test_k3_defaults_are_source_and_never_addresses() -> None:
    assert [default for _, _, default in params(entry(Odd))] == ["...", "Mode", "inf", "{'a': (1, None)}"]


def test_k3_hooks() -> None:
    found = entry(Hook)
    assert (found.hook, [param.name for param in found.signature.params]) == ("argument", ["rate", "enabled"])
    assert entry(Stage).hook == "config"


def test_k3_functions() -> None:
    found = entry(builds)
    assert (found.kind, found.doc, found.signature.returns) == ("function", "Builds.", "Child")
    assert [param.kind for param in found.signature.params][-1] == "var-positional"
    assert entry(wrapped).location == found.location
    assert found.location is not None
    assert found.location.line == line_of("def builds")


def test_k3_modules_and_objects_without_source() -> None:
    found = LiveEntry("math", "R", "math", math)
    assert (found.kind, found.path, "sqrt" in {member.name for member in found.members}) == ("module", "math", True)
    assert entry(dict).location is None
    assert not entry(dict).signature.complete


def test_k3_a_class_whose_module_is_no_file() -> None:
    made = type("Made", (), {"__module__": "__no_such_module__"})
    assert entry(made).location is None


def test_k3_choices_of_an_enum_with_texts() -> None:
    class Norm(enum.Enum):
        BATCH = "bn"
        GROUP = "group"

    def make(norm: Any) -> None: ...

    make.__annotations__["norm"] = Norm
    (norm,) = entry(make).signature.params
    assert norm.choices == ("bn", "group", "BATCH")  # `GROUP` is `group`, however it is written


def test_k3_what_wraps_may_take_more_than_it_lists() -> None:
    def small(a: int) -> None: ...

    @functools.wraps(small)
    def passing(*args: Any, more: int = 1, **kwargs: Any) -> None: ...

    @functools.wraps(small)
    def closed(a: int) -> None: ...

    assert not entry(passing).signature.complete
    assert entry(closed).signature.complete


def test_a_model_may_take_two_names_for_a_field() -> None:
    pydantic = pytest.importorskip("pydantic")

    class Model(pydantic.BaseModel):  # type: ignore[name-defined]
        depth: int = pydantic.Field(alias="Depth")
        width: int = 1

    class Both(Model):
        model_config = pydantic.ConfigDict(populate_by_name=True)

    class Several(pydantic.BaseModel):  # type: ignore[name-defined]
        depth: int = pydantic.Field(validation_alias=pydantic.AliasChoices("d", "depth"))

    taken = [LiveEntry("M", "Model", "m.M", one).signature.get("depth") for one in (Model, Both, Several)]
    assert [param and (param.name, param.also, param.required) for param in taken] == [
        None,
        ("Depth", "depth", True),
        ("depth", "", False),
    ]
