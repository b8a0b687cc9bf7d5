"""External classes through jedi (K4): read in the background, from a package in another environment, nothing run."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import parso
import parso.cache
import pytest

from excore.tooling.environments import search_paths
from excore_server.ide.completion.complete import complete
from excore_server.ide.definition import definition
from excore_server.ide.hover import hover
from excore_server.pyinfo import PyInfo
from excore_server.pyinfo_cache import AnswerCache
from kit import world

PACKAGE = '''
from pathlib import Path
Path({marker!r}).touch()

class ReLU:
    """Cut off what is negative."""

    def __init__(self, inplace: bool = False): ...

    def forward(self, x): ...

def softmax(x, dim: int = 0): ...
'''
PATIENCE = 600.0  # seconds; a loaded machine is no failure, and does not read half of a class


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A virtual environment as it looks on disk, whose interpreter leaves a mark when it is started."""
    folder = tmp_path / "env" / "lib" / "python3.11" / "site-packages" / "nets"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("import os\nfrom . import nn\n")
    (folder / "nn.py").write_text(PACKAGE.format(marker=str(tmp_path / "ran")))
    python = tmp_path / "env" / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f"#!/bin/sh\ntouch {tmp_path / 'ran'}\n")
    python.chmod(0o755)
    for name in ("sitecustomize", "usercustomize", "conftest", "setup"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    return tmp_path


@pytest.fixture
def python(environment: Path) -> Iterator[PyInfo]:
    info = PyInfo(str(environment), sources=sites(environment), time_limit=PATIENCE)
    yield info
    info.close()


def sites(environment: Path) -> tuple[str, ...]:
    found = search_paths(str(environment), "env/bin/python", {})
    assert [Path(folder).relative_to(environment).parts[0] for folder in found] == ["env"]
    return found


def test_a_class_is_read_and_nothing_runs(python: PyInfo, environment: Path) -> None:
    assert python.get("nets.nn.ReLU") is None
    assert python.settle(PATIENCE), python.error
    entry = python.get("nets.nn.ReLU")
    assert entry is not None, python.error
    assert (entry.kind, entry.doc) == ("class", "Cut off what is negative.")
    assert [(p.name, p.annotation, p.default) for p in entry.signature.params] == [("inplace", "bool", "False")]
    assert [member.name for member in entry.members if member.name == "forward"] == ["forward"]
    assert entry.location is not None
    assert entry.location.path == str(environment / "env/lib/python3.11/site-packages/nets/nn.py")
    assert not (environment / "ran").exists()


class Planted:
    """What leaves a mark when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.mark,))


@pytest.mark.parametrize("whole", [True, False], ids=["planted", "truncated"])
def test_pickles_of_the_parser_are_neither_read_nor_written(
    environment: Path, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    pickles = environment / "pickles"
    monkeypatch.setattr("jedi.settings.cache_directory", str(pickles))
    harmful = pickle.dumps(Planted(environment / "ran"))
    for source in sorted((environment / "env").rglob("*.py")):
        file = Path(parso.cache._get_hashed_path(parso.load_grammar()._hashed, str(source), cache_path=pickles))
        file.write_bytes(harmful if whole else harmful[:-3])
    planted = {file: file.read_bytes() for file in pickles.rglob("*") if file.is_file()}
    python = PyInfo(str(environment), sources=sites(environment), time_limit=PATIENCE)
    python.get("nets.nn.ReLU")
    assert python.settle(PATIENCE)
    entry = python.get("nets.nn.ReLU")
    python.close()
    assert entry is not None
    assert not (environment / "ran").exists()
    assert planted
    assert {file: file.read_bytes() for file in pickles.rglob("*") if file.is_file()} == planted


def test_members_of_a_module(python: PyInfo) -> None:
    python.get("nets.nn")
    assert python.settle(PATIENCE)
    entry = python.get("nets.nn")
    assert entry is not None
    assert entry.kind == "module"
    assert {"ReLU", "softmax"} <= {member.name for member in entry.members}


def test_modules_of_other_packages_are_no_members(python: PyInfo) -> None:
    python.get("nets")
    assert python.settle(PATIENCE)
    entry = python.get("nets")
    assert entry is not None
    names = {member.name for member in entry.members}
    assert "nn" in names
    assert "os" not in names


def test_unknown_names_are_known_to_be_unknown(python: PyInfo) -> None:
    for path in ("nets.nn.Nothing", "nowhere.at.all", "not a path"):
        python.get(path)
    assert python.settle(PATIENCE)
    assert [python.get(path) for path in ("nets.nn.Nothing", "nowhere.at.all", "not a path")] == [None, None, None]


def test_ready_is_told_once_for_each_name(environment: Path) -> None:
    told: list[str] = []
    info = PyInfo(str(environment), sources=sites(environment), on_ready=told.append, time_limit=PATIENCE)
    for _ in range(3):
        info.get("nets.nn.softmax")
    assert info.settle(PATIENCE)
    info.close()
    assert told == ["nets.nn.softmax"]


def test_the_adapter_itself_does_not_import_jedi() -> None:
    code = "import sys, excore_server.pyinfo; sys.exit('jedi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


MODELS = """
#- models.py
import nets
from excore import Registry
MODULE = Registry("module")
MODULE.register_module(nets)
MODEL = Registry("Model")
@MODEL.register()
class FCN:
    def __init__(self, act=None): ...
"""


def test_a_registered_class_of_another_package(python: PyInfo) -> None:
    source = """
        #- models.py
        import nets.nn
        from excore import Registry
        ACT = Registry("Act")
        ACT.register_module(nets.nn.ReLU)
        #- run.toml
        [Act.ReLU]
        """
    header, line = world(source.replace("[Act.Re", "[Act.Re<|>")), world(source.rstrip() + "\n        <|>")
    hover(header.snapshot, *header.cursor, python=python)
    assert python.settle(PATIENCE)
    about = hover(header.snapshot, *header.cursor, python=python)
    assert about is not None
    assert "Cut off what is negative." in about.markdown
    found = complete(line.snapshot, *line.cursor, python=python)
    assert [item.label for item in found.items][:1] == ["inplace"]
    (jump,) = definition(header.snapshot, *header.cursor, python=python)
    assert getattr(jump.goal, "path", "").endswith("nn.py")


def test_features_under_a_registered_module(python: PyInfo, environment: Path) -> None:
    here = world(MODELS + '#- run.toml\n[Model.FCN]\n$act = "nets.nn.Re<|>LU"')
    snapshot, (path, offset) = here.snapshot, here.cursor
    for _ in range(2):  # each round may ask for what the one before it made known
        complete(snapshot, path, offset, python=python)
        hover(snapshot, path, offset, python=python)
        definition(snapshot, path, offset, python=python)
        assert python.settle(PATIENCE)
    assert "ReLU" in [item.label for item in complete(snapshot, path, offset, python=python).items]
    about = hover(snapshot, path, offset, python=python)
    assert about is not None
    assert "class ReLU(inplace: bool = False)" in about.markdown
    (jump,) = definition(snapshot, path, offset, python=python)
    assert getattr(jump.goal, "path", "") == str(environment / "env/lib/python3.11/site-packages/nets/nn.py")


def test_a_compiled_module_is_not_loaded_nor_its_package_run(python: PyInfo, environment: Path) -> None:
    package = environment / "env/lib/python3.11/site-packages/fast"
    package.mkdir()
    (package / "__init__.py").write_text(f"open({str(environment / 'ran')!r}, 'w')\nfrom ._fast import Net\n")
    (package / f"_fast.{sys.implementation.cache_tag}.so").write_bytes(b"no machine code")
    (package / "_fast.so").write_bytes(b"no machine code")
    for path in ("fast.Net", "fast._fast", "fast._fast.Net"):
        python.get(path)
    assert python.settle(PATIENCE)
    assert [python.get(path) for path in ("fast.Net", "fast._fast.Net")] == [None, None]
    assert not (environment / "ran").exists()


def test_nothing_waits_while_another_answer_is_worked_out(environment: Path) -> None:
    busy, go_on = threading.Event(), threading.Event()

    def hold(path: str) -> None:
        busy.set()
        assert go_on.wait(PATIENCE)

    info = PyInfo(str(environment), sources=sites(environment), on_ready=hold, time_limit=PATIENCE)
    info.get("nets.nn.softmax")
    assert busy.wait(PATIENCE), info.error
    here = world(MODELS + '#- run.toml\n[Model.FC<|>N]\n$act = "nets.nn.ReLU"')
    about = hover(here.snapshot, *here.cursor, python=info)
    assert about is not None
    complete(here.snapshot, here.cursor[0], len(here.text(here.cursor[0])) - 1, python=info)
    assert info.get("nets.nn.ReLU") is None
    go_on.set()
    assert info.settle(PATIENCE)
    assert info.get("nets.nn.ReLU") is not None
    info.close()


# -- what is kept on disk


@pytest.fixture
def kept(environment: Path) -> Iterator[Path]:
    """The file with the answer about one class."""
    first = second(environment)
    first.error = ""
    first.get("nets.nn.ReLU")
    assert first.settle(PATIENCE)
    first.close()
    (path,) = (environment / "cache").iterdir()
    yield path
    assert [one.suffix for one in (environment / "cache").iterdir()] == [".json"]


def cache(environment: Path) -> AnswerCache:
    return AnswerCache(str(environment), sites(environment), environment / "cache")


def second(environment: Path) -> PyInfo:
    """Another session, in which jedi cannot be asked."""
    sources = (str(environment), *sites(environment))
    info = PyInfo(str(environment), sources=sources, cache=cache(environment), time_limit=PATIENCE)
    info.error = "jedi is not installed"
    return info


def test_a_second_session_answers_at_once_and_without_jedi(kept: Path, environment: Path) -> None:
    entry = second(environment).get("nets.nn.ReLU")
    assert entry is not None
    assert (entry.doc, entry.source) == ("Cut off what is negative.", "external")
    assert [(p.name, p.annotation, p.default) for p in entry.signature.params] == [("inplace", "bool", "False")]
    assert [member.name for member in entry.members if member.name == "forward"] == ["forward"]
    assert entry.location is not None
    assert entry.location.path.endswith("nn.py")
    assert second(environment).get("nets.nn.softmax") is None


@pytest.mark.parametrize("name", ["nets/nn.py", "nets/__init__.py"])
def test_an_answer_is_old_when_its_files_change(kept: Path, environment: Path, name: str) -> None:
    path = environment / "env/lib/python3.11/site-packages" / name
    path.write_text(path.read_text() + "\n")
    assert second(environment).get("nets.nn.ReLU") is None


@pytest.mark.parametrize("name", ["nets-2.0.dist-info", "other.pth"])
def test_all_answers_are_old_when_packages_come_or_go(kept: Path, environment: Path, name: str) -> None:
    (environment / "env/lib/python3.11/site-packages" / name).mkdir()
    assert second(environment).get("nets.nn.ReLU") is None


def test_a_module_of_the_project_hides_a_package(kept: Path, environment: Path) -> None:
    (environment / "nets.py").write_text("")
    assert second(environment).get("nets.nn.ReLU") is None


def test_a_damaged_file_counts_as_none(kept: Path, environment: Path) -> None:
    whole = kept.read_bytes()
    head, _, body = whole.partition(b"\n")
    for wrong in (b"", b"{", head, whole[:-9], head + b"\n[]", b"[]\n" + body, b"\xff" * 99, body, b"null\nnull"):
        kept.write_bytes(wrong)
        assert second(environment).get("nets.nn.ReLU") is None
    kept.write_bytes(whole)
    assert second(environment).get("nets.nn.ReLU") is not None


@pytest.mark.parametrize("wrong", [3, {}, {"files": {}}, {"files": {}, "entry": {"name": 3}}, {"files": []}])
def test_a_damaged_answer_counts_as_none(environment: Path, wrong: object) -> None:
    there = cache(environment)
    there._new["nets.nn.ReLU"] = wrong
    assert there.save()
    assert cache(environment).get("nets.nn.ReLU") is None


def test_sessions_keep_each_others_answers(kept: Path, environment: Path) -> None:
    known = cache(environment).get("nets.nn.ReLU")
    assert known is not None
    several = [cache(environment) for _ in range(4)]
    for number, one in enumerate(several):
        one.put(f"nets.nn.N{number}", known, {})
        assert one.save()
    last = cache(environment)
    assert all(last.get(f"nets.nn.{name}") is not None for name in ("ReLU", "N0", "N1", "N2", "N3"))


def test_a_folder_that_cannot_be_written_is_no_error(environment: Path) -> None:
    (environment / "file").touch()
    there = AnswerCache(str(environment), sites(environment), environment / "file")
    there._new["a"] = {}
    assert not there.save()
    assert there.get("a") is None
