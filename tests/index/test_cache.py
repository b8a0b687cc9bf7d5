"""The disk cache: never wrong, never in the way."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import warm
from index_kit import Project

from excore.index import Indexer
from excore.index import facts_cache as cache
from excore.index.facts_cache import Cached, IndexCache, default_folder

Make = Callable[..., Project]

PROJECT = """
    #- app.py
    from excore import Registry
    MODEL = Registry("Model")
    @MODEL.register()
    class A:
        '''Größe 🙂'''
        def __init__(self, a: int = 1): self.b = a
    def helper(): ...
    #- other.py
    class Unused: ...
"""


def cache_file(made: Project) -> Path:
    (file,) = made.cache.iterdir()
    return file


def cached(made: Project) -> dict[str, Cached]:
    return IndexCache(f"{made.root}\nRegistry", made.cache).load()


def test_a_second_index_reads_the_same(project: Make) -> None:
    made = project(PROJECT)
    first = list(made.index.catalog)
    states = cached(made)
    assert set(states) == {made.path("app.py"), made.path("other.py")}
    again = made.indexer()
    assert list(again.build()) == first
    assert dict(again.catalog.unregistered) == dict(made.index.catalog.unregistered)


def test_an_unchanged_project_is_not_written_again(project: Make) -> None:
    made = project(PROJECT)
    for path in (made.path("app.py"), made.path("other.py")):
        os.utime(path, ns=(10**18, 10**18))  # long ago: the time stamp can be trusted
    made.indexer().build()
    written = cache_file(made).stat().st_mtime_ns
    content = cache_file(made).read_bytes()
    made.indexer().build()
    assert (cache_file(made).stat().st_mtime_ns, cache_file(made).read_bytes()) == (written, content)


def test_a_cached_index_can_be_saved_again(project: Make) -> None:
    made = project(PROJECT)
    made.write("#- new.py\nfrom app import MODEL\n@MODEL.register()\nclass B: ...\n")
    made.indexer().build()  # A stays packed as it was read
    last = made.indexer()
    last.build()
    assert list(last.catalog.entries["Model"]) == ["A", "B"]
    assert [param.name for param in last.catalog.entries["Model"]["A"].signature.params] == ["a"]


def test_a_first_reading_knows_nothing_of_earlier_texts(project: Make) -> None:
    """A verdict is about the files as they are; what a text had before it broke is the business of who types it."""
    made = project(PROJECT)
    editors = made.indexer()
    editors.build()
    Path(made.path("app.py")).write_text("from excore import Registry\nMODEL = Registry('Model')\nclass A(:\n")
    assert list(editors.update({made.path("app.py"): None}).entries["Model"]) == ["A"]
    assert list(editors.build().entries["Model"]) == []
    assert list(made.indexer().build().entries["Model"]) == []
    assert list(Indexer(made.root, use_cache=False).build().entries["Model"]) == []


def test_a_change_with_the_same_size_and_time_is_seen(project: Make) -> None:
    made = project(PROJECT)
    path = Path(made.path("app.py"))
    stat = path.stat()
    path.write_text(path.read_text("utf-8").replace("class A", "class B"), "utf-8")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert list(made.indexer().build().entries["Model"]) == ["B"]


def test_time_stamps_are_trusted_only_when_they_are_old_enough() -> None:
    now = time.time_ns() // 1_000_000_000 * 1_000_000_000
    state = Cached(10, now + 5, now + 100_000_000, "", {"names": {}})
    assert state.fits(10, now + 5)
    assert not state.fits(11, now + 5)
    assert not state.fits(10, now + 6)
    assert not state._replace(seen_ns=now + 10).fits(10, now + 5)
    assert not Cached(10, now, now + 100_000_000, "", {"names": {}}).fits(10, now)  # a clock of whole seconds


def test_a_touched_file_is_not_parsed_again(project: Make) -> None:
    made = project(PROJECT)
    before = cached(made)[made.path("app.py")]
    os.utime(made.path("app.py"), ns=(10**18, 10**18))
    made.indexer().build()
    after = cached(made)[made.path("app.py")]
    assert (after.mtime_ns, after.digest, before.mtime_ns == after.mtime_ns) == (10**18, before.digest, False)


def damage(content: bytes) -> list[bytes]:
    cuts = [content[: len(content) * part // 7] for part in range(7)]
    flips = [
        content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :] for at in range(0, len(content), len(content) // 40)
    ]
    odd = [b"", b"\xff\xfe", b"[]\n[]", b"{}\n{}", b"null", b"[" * 100_000, content + b"more"]
    return [*cuts, *flips, *odd]


def test_a_damaged_cache_is_as_none(project: Make) -> None:
    made = project(PROJECT)
    expected = list(made.index.catalog)
    file = cache_file(made)
    content = file.read_bytes()
    for bad in damage(content):
        file.write_bytes(bad)
        assert cached(made) == {}
        assert list(made.indexer().build()) == expected
        assert cached(made) != {}


def test_another_scanner_ignores_the_cache(project: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    made = project(PROJECT)
    assert cached(made) != {}
    cache.version.cache_clear()
    monkeypatch.setattr(cache, "_SCANNER", ("scan.py",))
    try:
        assert cached(made) == {}
    finally:
        cache.version.cache_clear()


def test_a_folder_that_cannot_be_written(project: Make, tmp_path: Path) -> None:
    made = project(PROJECT)
    (tmp_path / "file").write_text("")
    index = Indexer(made.root, cache_dir=tmp_path / "file" / "below")
    assert list(index.build().entries["Model"]) == ["A"]
    folder = tmp_path / "folder"
    index = Indexer(made.root, cache_dir=folder)
    (folder / cache_file(made).name).mkdir(parents=True)
    assert list(index.build().entries["Model"]) == ["A"]
    assert [path.is_dir() for path in folder.iterdir()] == [True]


def test_deleted_files_leave_the_cache(project: Make) -> None:
    made = project(PROJECT)
    Path(made.path("other.py")).unlink()
    made.indexer().build()
    assert set(cached(made)) == {made.path("app.py")}


def test_buffers_never_reach_the_cache(project: Make) -> None:
    made = project(PROJECT)
    made.index.update({made.path("app.py"): "class Draft: ...", made.path("new.py"): "x = 1"})
    made.index.build()
    made.index.save()
    assert list(made.indexer().build().entries["Model"]) == ["A"]
    assert made.path("new.py") not in cached(made)


def test_installed_modules_are_cached_too(project: Make) -> None:
    text = """
        #- app.py
        from excore import Registry
        from lib import Base
        MODEL = Registry("Model")
        @MODEL.register()
        class A(Base): ...
    """
    made = project(text)
    library = made.root.parent / "lib.py"
    library.write_text("class Base:\n    def __init__(self, x): ...\n")
    made.build(search_paths=(made.root.parent,))
    assert made.signature("A") == "x <Base>"
    made.index.save()
    assert str(library) in cached(made)
    made.build(search_paths=(made.root.parent,))
    assert made.signature("A") == "x <Base>"
    library.write_text("class Base:\n    def __init__(self, other): ...\n")
    made.build(search_paths=(made.root.parent,))
    assert made.signature("A") == "other <Base>"


def test_the_users_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "excore" / "index"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert default_folder() == Path.home() / ".cache" / "excore" / "index"


CHILD = """
import sys
from excore.index import Indexer
for turn in range(12):
    index = Indexer(sys.argv[1], cache_dir=sys.argv[2])
    assert len(list(index.build())) == 41, turn
    index._dirty = True
    index.save()
"""


def test_several_processes_at_once(project: Make) -> None:
    classes = "".join(f"@MODEL.register()\nclass C{number}: ...\n" for number in range(40))
    head = "#- app.py\nfrom excore import Registry\nMODEL = Registry('Model')\n"
    made = project(f"{head}{classes}#- b.py\nfrom app import MODEL\n@MODEL.register()\nclass B: ...\n")
    command: list[str | Path] = [*warm.python(), "-c", CHILD, made.root, made.cache]
    children = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    results = [child.communicate()[1] for child in children]
    assert [child.returncode for child in children] == [0] * 4, results
    assert len(cached(made)) == 2
    assert [path.suffix for path in made.cache.iterdir()] == [".json"]
