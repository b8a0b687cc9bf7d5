"""``Registry.match``: which names of a module get in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from index_kit import Project

from excore.index.predicate import Predicate

Make = Callable[..., Project]

PROJECT = """
    #- app.py
    from excore import Registry
    import inspect
    import zoo
    MODEL = Registry("Model")
    {}
    #- zoo.py
    from other import Far as Renamed, helper
    from outside import Thing, thing
    import json
    __all__ = ["Net", "net"]
    class Net: ...
    class _Hidden: ...
    def net(): ...
    def _hidden(): ...
    def __very(): ...
    SIZE = 1
    Alias = Net
    #- other.py
    class Far: ...
    def helper(): ...
"""


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ("MODEL.match(zoo)", ["Far", "helper", "Thing?", "thing?", "Net", "_Hidden", "net", "_hidden"]),
        ("MODEL.match(zoo, lambda name, m: name[0].isupper())", ["Far", "Thing?", "Net"]),
        ("MODEL.match(zoo, match_func=lambda name, m: name in ('net', 'Net'))", ["Net", "net"]),
        ("MODEL.match(zoo, lambda name, m: name in m.__all__)", ["Net", "net"]),
        ("MODEL.match(zoo, lambda n, m: not n.startswith('_') and n.endswith('t'))", ["Net", "net"]),
        (
            "def rule(name: str, module) -> bool:\n        if name[0].isupper():\n            return True\n"
            "        return False\n    MODEL.match(zoo, rule)",
            ["Far", "Thing?", "Net"],
        ),
        (
            "def rule(name, module):\n        return len(name) == 3 and name != 'net'\n    MODEL.match(zoo, rule)",
            ["Net"],
        ),
    ],
)
def test_names_that_match(project: Make, lines: str, names: list[str]) -> None:
    made = project(PROJECT.format(lines))
    assert made.names() == names
    assert not made.index.catalog.has_open


def test_classes_only(project: Make) -> None:
    made = project(PROJECT.format("MODEL.match(zoo, lambda n, m: inspect.isclass(getattr(m, n)))"))
    assert made.names() == ["Far", "Thing?", "thing?", "Net", "_Hidden"]
    info = made.index.catalog.registries["Model"]
    assert (info.open, info.reason) == (True, "the predicate of match could not be read (app.py:5)")


@pytest.mark.parametrize("rule", ["check", "make_rule()", "lambda n, m: check(n)", "zoo.net"])
def test_a_rule_that_cannot_be_read_leaves_everything_uncertain(project: Make, rule: str) -> None:
    made = project(PROJECT.format(f"def check(n, m):\n        return open(n).read()\n    MODEL.match(zoo, {rule})"))
    assert "Net?" in made.names()
    assert all(name.endswith("?") for name in made.names())
    assert made.index.catalog.has_open


def test_star_imports_of_the_matched_module(project: Make) -> None:
    made = project(
        """
        #- app.py
        from excore import Registry
        import zoo
        MODEL = Registry("Model")
        MODEL.match(zoo)
        #- zoo/__init__.py
        from .a import *
        from .b import *
        #- zoo/a.py
        __all__ = ["One"]
        class One: ...
        class Two: ...
        #- zoo/b.py
        class Three: ...
        class _Four: ...
        """
    )
    assert made.names() == ["One", "Three"]
    assert made.entry("One").path == "zoo.a.One"


def test_an_installed_package_is_read_from_the_search_paths(project: Make) -> None:
    text = """
        #- app.py
        from excore import Registry
        from fake import optim
        from fake.optim import Base
        MODEL = Registry("Model")
        MODEL.match(optim, lambda name, m: name[0].isupper())
        @MODEL.register()
        class Mine(Base): ...
        #- .lib/fake/__init__.py
        #- .lib/fake/optim/__init__.py
        from .adam import Adam as Adam
        from .base import Base
        #- .lib/fake/optim/adam.py
        from .base import Base
        class Adam(Base):
            def __init__(self, lr: float = 0.1, **kw): super().__init__(**kw)
        #- .lib/fake/optim/base.py
        class Base:
            def __init__(self, params): ...
    """
    made = project(text)
    assert made.names() == ["Mine"]
    assert not made.entry("Mine").bases_complete
    made = project(text, search_paths=(made.root / ".lib",))
    assert made.names() == ["Adam", "Base", "Mine"]
    assert made.signature("Adam") == "lr: float = 0.1, *, params <Base>"
    assert (made.entry("Adam").path, made.entry("Adam").source) == ("fake.optim.adam.Adam", "external")
    assert made.entry("Mine").bases == ("app.Mine", "fake.optim.base.Base")
    assert made.entry("Mine").source == "source"
    assert not made.index.catalog.has_open


@pytest.mark.parametrize(
    ("source", "name", "answer"),
    [
        ("lambda n, m: True", "x", True),
        ("lambda n, m: n.lower() == 'abc'", "ABC", True),
        ("lambda n, m: n[1:3] == 'bc'", "abcd", True),
        ("lambda n, m: n[-1].isdigit()", "a1", True),
        ("lambda n, m: 'a' < n <= 'c'", "d", False),
        ("lambda n, m: n.startswith(('A', 'B')) or n == 'x'", "Bc", True),
        ("lambda n, m: (n if n else '').isupper()", "AB", True),
        ("lambda n, m: hasattr(m, '__all__')", "a", False),
        (
            "def f(n, m):\n    first = n[0]\n    if first == '_':\n        return\n    return first.isupper()",
            "_A",
            False,
        ),
        ("def f(n, m):\n    '''Docs.'''\n    pass", "a", False),
        ("lambda n, m: n[9]", "a", None),
        ("lambda n, m: unknown", "a", None),
        ("lambda n, m: __import__('os').getcwd()", "a", None),
        ("lambda n, m: m.path", "a", None),
        ("lambda n, m: getattr(m, n) == 1", "a", None),
        ("lambda n, m: n.join(n)", "a", None),
        ("lambda n: True", "a", None),
        ("def f(n, m):\n    while True: pass", "a", None),
        ("def f(n, m:", "a", None),
        ("", "a", None),
    ],
)
def test_predicates(source: str, name: str, answer: bool | None) -> None:
    assert Predicate(source).accepts(name, "class") is answer


@pytest.mark.parametrize(("kind", "answer"), [("class", True), ("function", False), ("", None)])
def test_predicates_on_kinds(kind: str, answer: bool | None) -> None:
    for source in ("lambda n, m: isinstance(getattr(m, n), type)", "lambda n, m: inspect.isclass(getattr(m, n, None))"):
        assert Predicate(source).accepts("a", kind) is answer


def test_a_module_of_the_standard_library(project: Make) -> None:
    made = project(
        """
        from json import decoder
        from excore import Registry
        MODEL = Registry("Model")
        MODEL.match(decoder, lambda name, module: name.endswith("Decoder"))
    """,
        search_paths=["."],
    )
    assert made.names() == ["JSONDecoder"]
    assert "strict" in made.signature("JSONDecoder")
    assert not made.index.catalog.registries["Model"].open


def test_a_module_that_is_no_python(project: Make) -> None:
    made = project("""
        import math
        from excore import Registry
        MODEL = Registry("Model")
        MODEL.match(math)
    """)
    assert made.index.catalog.registries["Model"].reason == "math is not written in Python (app.py:4)"


@pytest.mark.parametrize(
    "parts",
    [
        "from .one import __all__ as one_all\n    from .two import __all__ as two_all\n    __all__ = one_all + two_all",
        "from . import one, two\n    __all__ = one.__all__ + two.__all__",
        "from . import one, two\n    __all__ = [*one.__all__, 'b']",
        "from . import one, two\n    __all__ = list(one.__all__)\n    __all__ += two.__all__",
        "from . import one, two\n    __all__ = []\n    __all__.extend(one.__all__)\n    __all__.extend(two.__all__)",
        "from . import one, two\n    __all__ = find()",
    ],
)
def test_an_all_that_is_put_together_from_others(project: Make, parts: str) -> None:
    made = project(
        f"""
    #- app.py
    from excore import Registry
    import zoo
    MODEL = Registry("Model")
    MODEL.match(zoo)
    #- zoo/__init__.py
    from .nets import *
    #- zoo/nets/__init__.py
    from .one import *
    from .two import *
    {parts}
    #- zoo/nets/one.py
    __all__ = ["a"]
    def a(): ...
    def hidden(): ...
    #- zoo/nets/two.py
    __all__ = ["b"]
    def b(): ...
    """
    )
    assert sorted(made.names()) == ["a", "b"]


def test_an_all_that_decorators_add_to(project: Make) -> None:
    made = project(
        """
    #- app.py
    from excore import Registry
    import zoo
    MODEL = Registry("Model")
    MODEL.match(zoo)
    #- zoo/__init__.py
    from .nets import *
    #- zoo/add.py
    import sys
    def listed(fn):
        sys.modules[fn.__module__].__all__.append(fn.__name__)
        return fn
    def kept(fn):
        return fn
    #- zoo/nets.py
    from .add import listed, kept
    __all__ = ["Net"]
    class Net: ...
    @listed
    def net(depth): ...
    @kept
    def other(depth): ...
    """
    )
    assert sorted(made.names()) == ["Net", "net"]
    assert made.signature("net") == "depth"


@pytest.mark.parametrize(
    "made",
    [
        "collections.namedtuple('Output', ['a'])",
        "NamedTuple('Output', [('a', int)])",
        "dataclasses.make_dataclass('Output', ['a'])",
        "Enum('Output', 'A B')",
        "type('Output', (), {})",
    ],
)
def test_classes_that_calls_make(project: Make, made: str) -> None:
    found = project(f"""
    #- app.py
    from excore import Registry
    import nets
    MODEL = Registry("Model")
    MODEL.match(nets)
    #- nets.py
    import collections, dataclasses, logging
    from enum import Enum as _Enum
    from typing import NamedTuple as _NamedTuple
    logger = logging.getLogger("x")
    _Output = {made.replace("NamedTuple(", "_NamedTuple(").replace("Enum(", "_Enum(")}
    class Net: ...
    """)
    assert "Net" in found.names()
    assert "Output?" in found.names()
    assert found.signature("Output") == "..."
    assert "logger" not in "".join(found.names())


GENERATING = {
    "helper": 'from .reg import deprecate\ndeprecate(__name__, {"old": "new"})',
    "own helper": "import sys\ndef put(name, names):\n    module = sys.modules[name]\nput(name=__name__, names=())",
    "globals": 'for n in ("a", "b"):\n    globals()[n] = type(n, (), {})',
    "update": 'globals().update({"a": Net})',
    "handed on": "fill(globals())",
    "setattr": 'import sys\nsetattr(sys.modules[__name__], "a", Net)',
    "dict": 'import sys\nsys.modules[__name__].__dict__["a"] = Net',
    "lazy": "import sys\nsys.modules[__name__] = Lazy(__name__)",
    "exec": 'exec("class A: ...")',
    "in a function": "def make(n):\n    globals()[n] = Net",
    "star": "from .makes import *",
    "unread star": "from nowhere import *",
}
PLAIN = {
    "logger": "import logging\nlog = logging.getLogger(__name__)",
    "main": 'if __name__ == "__main__":\n    print(1)',
    "reading": "names = [*globals()]\nx = globals().get('a')\ny = globals()['Net']\nz = dict(vars())",
    "attribute": "import sys\nhere = sys.modules[__name__].__file__",
}


@pytest.mark.parametrize("body", [*GENERATING.values(), *PLAIN.values()], ids=[*GENERATING, *PLAIN])
def test_a_module_that_makes_names_when_it_is_imported(project: Callable[..., Project], body: str) -> None:
    made = project(
        """
        #- app.py
        from excore import Registry
        from pkg import nets
        MODEL = Registry("Model")
        MODEL.match(nets)
        #- pkg/__init__.py
        #- pkg/makes.py
        globals()["z"] = 1
        #- pkg/nets.py
        """
    )
    made.write(f"#- pkg/nets.py\nclass Net: ...\n{body}\n")
    info = made.build().index.catalog.registries["Model"]
    assert "Net" in made.names()
    assert info.open is (body in GENERATING.values())
    assert (
        not info.open or "makes names when it is imported" in info.reason or "nowhere is not installed" in info.reason
    )


def test_registrations_that_a_function_makes_for_a_whole_module(project: Callable[..., Project]) -> None:
    made = project(
        """
        #- zoo/__init__.py
        #- zoo/reg.py
        def register_model(fn): return fn
        def deprecations(module, names): ...
        #- zoo/nets.py
        from .reg import register_model, deprecations
        @register_model
        def small(): ...
        deprecations(__name__, {"tiny": "small"})
        """
    ).build(registry_types=["zoo.reg.register_model: Model"])
    assert made.names() == ["small"]
    assert made.index.catalog.is_open("Model")


def test_names_that_a_decorator_adds_to_a_list_that_another_list_takes(project: Make) -> None:
    made = project(
        """
        #- app.py
        import nets
        from excore import Registry
        MODEL = Registry("Model")
        MODEL.match(nets)
        #- nets/__init__.py
        from .one import *
        from . import one
        __all__ = ["A"]
        __all__ += one.__all__
        class A: ...
        #- nets/one.py
        __all__ = []
        def export(it):
            __all__.append(it.__name__)
            return it
        @export
        class B: ...
        class C: ...
        """
    )
    assert made.names() == ["B", "A"]
