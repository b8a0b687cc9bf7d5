"""One index over time: changed, broken, new and deleted files, open buffers, odd trees."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from index_kit import Project

import excore
from excore.index import Indexer
from excore.index.scan import scan
from excore.lang.catalog import Catalog
from excore.lang.source import Disk
from excore.lang.workspace.config_files import find_toml
from excore.lang.workspace.host import Host

Make = Callable[..., Project]

PROJECT = """
    #- app/__init__.py
    from excore import Registry
    MODEL = Registry("Model")
    #- app/a.py
    from app import MODEL
    from app.base import Base
    @MODEL.register()
    class A(Base): ...
    #- app/b.py
    from app import MODEL
    @MODEL.register()
    class B:
        def __init__(self, b): ...
    #- app/base.py
    class Base:
        def __init__(self, x): ...
"""


def test_a_saved_file_changes_the_catalog_and_the_old_one_stays(project: Make) -> None:
    made = project(PROJECT)
    old = made.index.catalog
    made.write("#- app/b.py\nfrom app import MODEL\n@MODEL.register()\nclass C:\n    def __init__(self, c): ...\n")
    new = made.index.update({made.path("app/b.py"): None})
    assert new is made.index.catalog
    assert list(new.entries["Model"]) == ["A", "C"]
    assert list(old.entries["Model"]) == ["A", "B"]
    assert [param.name for param in old.entries["Model"]["B"].signature.params] == ["b"]


def test_a_base_class_in_a_file_without_registrations(project: Make) -> None:
    made = project(PROJECT)
    assert made.signature("A") == "x <Base>"
    made.write("#- app/base.py\nclass Base:\n    def __init__(self, y): ...\n")
    made.index.update({made.path("app/base.py"): None})
    assert made.signature("A") == "y <Base>"
    assert made.signature("B") == "b"


def test_an_open_buffer_hides_the_file_until_it_is_closed(project: Make) -> None:
    made = project(PROJECT)
    path = made.path("app/base.py")
    made.index.update({path: "class Base:\n    def __init__(self, buffer): ...\n"})
    assert made.signature("A") == "buffer <Base>"
    made.index.build()
    assert made.signature("A") == "buffer <Base>"
    made.index.update({path: None})
    assert made.signature("A") == "x <Base>"


def test_a_closed_buffer_gives_way_to_a_file_of_any_age(project: Make) -> None:
    made = project(PROJECT)
    path = made.path("app/base.py")
    os.utime(path, ns=(10**18 + 1, 10**18 + 1))
    made.index.build()
    made.index.update({path: "class Base:\n    def __init__(self, buffer): ...\n"})
    made.index.update({path: None})
    assert made.signature("A") == "x <Base>"


def test_catalogs_are_read_while_others_are_made(project: Make) -> None:
    classes = "".join(f"@MODEL.register()\nclass C{number}(Base): ...\n" for number in range(50))
    made = project(f"#- b.py\nfrom a import MODEL, Base\n{classes}")
    base = "from excore import Registry\nMODEL = Registry('Model')\nclass Base:\n    def __init__(self, p{}): ...\n"

    def read(catalog: Catalog) -> set[str]:
        return {param.name for entry in catalog for param in entry.signature.params}

    with ThreadPoolExecutor(4) as pool:
        waiting = []
        for number in range(20):
            catalog = made.index.update({made.path("a.py"): base.format(number)})
            waiting += [(number, pool.submit(read, catalog)) for _ in range(2)]
        assert all(names.result() == {f"p{number}"} for number, names in waiting)


def test_files_come_and_go(project: Make) -> None:
    made = project(PROJECT)
    made.write("#- app/new.py\nfrom app import MODEL\n@MODEL.register()\nclass New: ...\n")
    new = made.path("app/new.py")
    made.index.update({new: None})
    assert made.names() == ["A", "B", "New"]
    assert new in made.index.files
    Path(new).unlink()
    Path(made.path("app/base.py")).unlink()
    made.index.update({new: None, made.path("app/base.py"): None})
    assert made.names() == ["A", "B"]
    assert made.signature("A") == "..."
    made.write("#- app/base.py\nclass Base:\n    def __init__(self, back): ...\n")
    made.index.update({made.path("app/base.py"): None})
    assert made.signature("A") == "back <Base>"


def test_a_new_buffer_that_was_never_saved(project: Make) -> None:
    made = project(PROJECT)
    path = made.path("app/draft.py")
    made.index.update({path: "from app import MODEL\n@MODEL.register()\nclass Draft: ...\n"})
    assert made.names() == ["A", "B", "Draft"]
    made.index.update({path: None})
    assert made.names() == ["A", "B"]


def test_a_change_without_effect_gives_the_same_catalog(project: Make) -> None:
    made = project(PROJECT)
    old = made.index.catalog
    assert made.index.update({made.path("app/b.py"): Path(made.path("app/b.py")).read_text()}) is old
    assert made.index.update({made.path("../elsewhere.py"): "x"}) is old
    assert made.index.update({made.path("app/data.txt"): "x"}) is old


def test_updates_equal_a_fresh_build(project: Make) -> None:
    made = project(PROJECT)
    list(made.index.catalog)
    texts = [
        "from app import MODEL\nfrom app.base import *\nclass B(Base): ...\nMODEL.register_module(B)\n",
        "from app.a import *\n@MODEL.register()\nclass B(A): ...\n",
        "MODEL = 1\n",
        "from app import MODEL\n@MODEL.register()\nclass B: ...\n",
    ]
    for text in texts:
        made.write(f"#- app/b.py\n{text}")
        made.index.update({made.path("app/b.py"): None})
        fresh = Indexer(made.root, use_cache=False).build()
        assert list(made.index.catalog) == list(fresh)
        assert dict(made.index.catalog.registries) == dict(fresh.registries)
        assert dict(made.index.catalog.unregistered) == dict(fresh.unregistered)


BROKEN = """
    from excore import Registry
    MODEL = Registry("Model")
    @MODEL.register()
    class A:
        def __init__(self, a): ...
        def broken(self): {}
        def after(self): ...
    x = {}
    @MODEL.register()
    class B:
        def __init__(self, b): ...
"""


@pytest.mark.parametrize(
    ("method", "value"), [("return (", "1"), ("pass", "[1, 2"), ("if", "("), ("'''", "1"), ("x = 'open", "foo(a=")]
)
def test_a_broken_statement_costs_only_itself(project: Make, method: str, value: str) -> None:
    made = project(BROKEN.format(method, value))
    assert "A" in made.names()
    assert made.signature("A") == "a"
    if method != "'''":
        assert made.names() == ["A", "B"]
        assert made.at("B") == "app.py: B"


def test_what_a_broken_text_lost_is_remembered_while_it_stays_broken(project: Make) -> None:
    made = project("""
        from excore import Registry
        MODEL = Registry("Model")
        @MODEL.register()
        class A: ...
        @MODEL.register()
        class B: ...
    """)
    text = Path(made.path("app.py")).read_text("utf-8")
    for half_typed in ("class B(:", "class B(a:", "class B(a.:"):
        made.index.update({made.path("app.py"): text.replace("class B:", half_typed)})
        assert made.names() == ["A", "B"]


def test_what_a_broken_text_lost_is_remembered(project: Make) -> None:
    head = "from excore import Registry\nMODEL = Registry('Model')\n"
    text = f"{head}@MODEL.register()\nclass A:\n    def __init__(self, a): ...\n"
    made = project(text)
    made.index.update({made.path("app.py"): text.replace("(self, a): ...", "(self, a")})
    assert made.signature("A") == "a"
    made.index.update({made.path("app.py"): text.replace("class A", "class Other")})
    assert made.names() == ["Other"]


@pytest.mark.parametrize(
    "text",
    [
        "class A:\n    def f(self, x(self): ...\nfrom b import A\n",
        "\0",
        "(" * 5000,
        "x = " + "-" * 100_000 + "1",
        "\udcff",
        "class",
        "@",
        "def f(",
        "\ufeffx = 1",
        "\f\fif",
        "\\",
    ],
)
def test_any_text_gives_facts(text: str) -> None:
    assert "names" in scan(text)


def test_every_truncation_gives_facts() -> None:
    text = Path(__file__).read_text("utf-8")[:3000]
    for end in range(0, len(text), 37):
        scan(text[:end])


def test_syntax_of_a_later_python_costs_only_its_definition(project: Make) -> None:
    made = project(
        "from excore import Registry\nMODEL = Registry('Model')\n@MODEL.register()\nclass A: ...\n"
        "def later[T](x: T) -> T => x\n@MODEL.register()\nclass B: ...\n"
    )
    assert made.names() == ["A", "B"]


def test_line_ends_and_encodings(project: Make) -> None:
    made = project("#- x.py\n")
    head = "from excore import Registry\nMODEL = Registry('Model')\n"
    Path(made.path("x.py")).write_bytes(head.replace("\n", "\r\n").encode() + b"@MODEL.register()\r\nclass A: ...\r")
    latin = f"# -*- coding: latin-1 -*-\n{head}é = 1\n@MODEL.register()\nclass B:\n    '''é'''\n"
    Path(made.path("y.py")).write_bytes(latin.encode("latin-1"))
    Path(made.path("z.py")).write_bytes(
        b"\xef\xbb\xbf" + head.encode() + b"@MODEL.register()\nclass C:\n    '''\xff'''\n"
    )
    made.build()
    assert made.names() == ["A", "B", "C"]
    assert made.entry("B").doc == "é"
    assert made.entry("A").location.line == 3


def test_which_files_are_read(project: Make) -> None:
    folders = (
        ".git",
        ".venv",
        "venv",
        "node_modules",
        "build",
        "dist",
        "a/__pycache__",
        "x.egg-info",
        "mine",
        "odd/env2",
    )
    files = "".join(f"#- {folder}/f.py\nx = 1\n" for folder in folders)
    made = project(
        f"{files}#- odd/env2/pyvenv.cfg\n#- skip/this.py\n#- skip/that.py\n#- a.txt\n", excludes=("skip/this.py",)
    )
    assert [os.path.relpath(path, made.root) for path in made.index.files] == ["mine/f.py", "skip/that.py"]
    assert project("", excludes=("skip", "mine/*")).index.files == ()


def test_odd_trees(project: Make) -> None:
    made = project("#- a/x.py\nx = 1\n")
    os.symlink(made.root / "a", made.root / "a" / "loop")
    os.symlink(made.root / "missing.py", made.root / "dangling.py")
    (made.root / "folder.py").mkdir()
    (made.root / "huge.py").write_bytes(b"#" * 2_100_000)
    made.build()
    assert [os.path.relpath(path, made.root) for path in made.index.files] == ["a/x.py"]
    assert made.index.unread == {made.path("huge.py"): "larger than 2 MB, not read"}


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser can read every file")
def test_an_unreadable_file_is_noted(project: Make) -> None:
    made = project("#- a.py\nx = 1\n")
    os.chmod(made.path("a.py"), 0)
    made.cache = made.cache / "other"
    made.build()
    assert made.index.unread == {made.path("a.py"): "cannot be read"}


def test_a_root_that_is_not_there(tmp_path: Path) -> None:
    index = Indexer(tmp_path / "missing", cache_dir=tmp_path)
    assert dict(index.build().registries) == {}


def test_module_names_below_a_source_folder(project: Make) -> None:
    text = """
        #- src/pkg/__init__.py
        from excore import Registry
        MODEL = Registry("Model")
        #- src/pkg/net.py
        from pkg import MODEL
        @MODEL.register()
        class A: ...
    """
    assert project(text).entry("A").path == "pkg.net.A"
    for src_dir in ("src", "./src/", "src/pkg"):
        assert project(text, src_dir=src_dir).entry("A").path == "pkg.net.A"
    for src_dir in (".", "..", "other", "src/pkg"):
        assert project(text, src_dir=src_dir).entry("A").path == "pkg.net.A"


@pytest.mark.parametrize(
    "lines",
    ["from src.pkg import MODEL", "import src.pkg as p; MODEL = p.MODEL", "import src.pkg; MODEL = src.pkg.MODEL"],
)
def test_a_source_folder_named_in_imports(project: Make, lines: str) -> None:
    made = project(
        f"""
        #- src/pkg/__init__.py
        from excore import Registry
        MODEL = Registry("Model")
        #- src/pkg/net.py
        {lines}
        @MODEL.register()
        class A: ...
        """
    )
    assert made.names() == ["A"]


def test_several_projects_in_one_tree(project: Make) -> None:
    one = """
        #- {0}/src/__init__.py
        from excore import Registry
        MODEL = Registry("{0}")
        #- {0}/src/net.py
        from src import MODEL
        @MODEL.register()
        class Net: ...
    """
    made = project("".join(one.format(name) for name in ("a", "b", "c")))
    assert [entry.path for entry in made.index.catalog] == ["a.src.net.Net", "b.src.net.Net", "c.src.net.Net"]
    assert [entry.registry for entry in made.index.catalog] == ["a", "b", "c"]


def test_a_module_of_the_root_is_not_hidden_by_one_inside_a_package(project: Make) -> None:
    made = project(
        """
        #- pkg/__init__.py
        #- pkg/base.py
        class Base:
            def __init__(self, wrong): ...
        #- base.py
        class Base:
            def __init__(self, right): ...
        #- pkg/net.py
        from excore import Registry
        from base import Base
        @Registry("Model").register()
        class No(Base): ...
        MODEL = Registry("Model")
        @MODEL.register()
        class A(Base): ...
        """
    )
    assert made.signature("A") == "right <Base>"


def test_progress(project: Make) -> None:
    made = project(PROJECT)
    seen: list[tuple[int, int]] = []
    made.index.build(lambda done, total: seen.append((done, total)))
    assert seen == [(number, 4) for number in range(5)]


def test_nothing_of_the_project_is_run(project: Make, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    line = f"open({str(marker)!r}, 'a').write(__name__)\n"
    registry = "from excore import Registry\nMODEL = Registry('Model')\n"
    body = f"{registry}@MODEL.register()\nclass A(make()): ...\nraise SystemExit\n"
    names = (
        "app.py",
        "conftest.py",
        "sitecustomize.py",
        "usercustomize.py",
        "setup.py",
        "pkg/__init__.py",
    )
    made = project("".join(f"#- {name}\n{line}{body}" for name in names))
    code = (
        "import sys; from excore.index import Indexer; print(len(list(Indexer(sys.argv[1], use_cache=False).build())))"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(excore.__file__).parents[1])}
    command = [sys.executable, "-c", code, str(made.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=tmp_path)
    assert done.stdout == "1\n"
    assert made.names() == ["A"]
    assert not marker.exists()


def test_importing_the_index_loads_no_third_party_module() -> None:
    code = "import sys, excore.index; print({'docstring_parser', 'jedi', 'tomlkit', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_the_files_and_their_order_are_those_of_a_new_index(tmp_path: Path) -> None:
    """Which files count, and which of two says first what a name is, does not depend on when they came."""
    names = ["z.py", "a.py", "src/b.py", "src/__init__.py", "src/a/x.py", "src/a.py", "aa/c.py", "aa/__init__.py"]
    others = [".x/a.py", "build/b.py", "old/a.py", "old/in/b.py", "aa/no.py", "env2/x/a.py", f"{'d/' * 41}a.py"]
    (tmp_path / "env2").mkdir()
    (tmp_path / "env2" / "pyvenv.cfg").touch()
    names += [*others, "a_overrode.py"]
    texts = dict.fromkeys(names, "") | dict.fromkeys((name.replace(".py", ".toml") for name in names), "a = 1\n")
    root = str(tmp_path)
    options: Any = {"src_dir": "src", "excludes": ("old", "aa/no*"), "use_cache": False}
    indexer = Indexer(root, **options)
    host = Host(Disk())
    host.add_folder(root)
    for name in random.Random(3).sample(list(texts), len(texts)):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts[name])
        indexer.update({str(path): None})
        host.file_changed(str(path))
    new = Indexer(root, **options)
    new.build()
    assert indexer.files == new.files
    assert list(host.toml_files) == list(find_toml(root))
    new.build(buffers={str(tmp_path / name): "x = 1" for name in ("old/new.py", "build/new.py", *others)})
    assert indexer.files == new.files
    for name in ("a.toml", "a_overrode.toml"):  # a copy counts as one as long as there is what it copies
        (tmp_path / name).unlink()
        host.file_changed(str(tmp_path / name))
        assert list(host.toml_files) == list(find_toml(root))


def test_a_file_that_is_reached_by_two_paths_is_one(tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    os.symlink(tmp_path / "pkg", tmp_path / "a")
    file = tmp_path / "pkg" / "x.py"
    file.write_text("from excore import Registry\nMODEL = Registry('Model')\n@MODEL.register()\nclass A: ...\n")
    indexer = Indexer(tmp_path, use_cache=False)
    indexer.build()
    file.write_text(file.read_text().replace("class A", "class Other"))
    indexer.update({str(file): None})
    new = Indexer(tmp_path, use_cache=False)
    new.build()
    assert indexer.files == new.files
    assert [entry.path for entry in indexer.catalog] == [entry.path for entry in new.catalog] == ["pkg.x.Other"]
    for made in (indexer.update({str(tmp_path / "a" / "x.py"): "x = 1\n"}), new.build(buffers={str(file): "x = 1\n"})):
        assert not list(made)
