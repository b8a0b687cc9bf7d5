"""`excore auto-register`: what it imports, what it survives, what it writes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import warm
from cli_kit import Run, Write

from excore import workspace
from excore.lang.catalog import Catalog
from excore.lang.project.reading import find_project
from excore.lang.registry_file import read_registry_file


def program() -> list[str]:
    return [*warm.python(), "-m", "excore.cli.main"]


def cached() -> dict[str, dict[str, str]]:
    """Registry -> name -> import path, as `load` reads it."""
    workspace.reset()
    data: dict[str, Any] = json.loads(Path(workspace.registry_cache_file).read_text("utf-8"))
    return {
        name: {key: module["path"] for key, module in registry["modules"].items()}
        for name, registry in data["registries"].items()
    }


def dumped(project: Path) -> Catalog:
    """The same file as `check` and the server read it."""
    file = read_registry_file(workspace.registry_cache_file)
    assert file is not None
    return file.catalog(project)


def test_cli_auto_register_writes_what_every_module_registers(project: Path, run: Run) -> None:
    done = run("auto-register")
    assert done.stdout == "5 modules in 4 registries, from 2 files\n"
    assert cached() == {
        "Model": {"FCN": "things.nets.FCN"},
        "Data": {"City": "things.data.City", "shapes": "things.data.shapes"},
        "Head": {"Top": "things.nets.Top"},
        "module": {"math": "math"},
    }


def test_k3_the_dump_says_what_the_source_says(project: Path, run: Run) -> None:
    run("auto-register")
    dump = dumped(project)
    fcn = dump.entries["Model"]["FCN"]
    assert [(p.name, p.annotation, p.default) for p in fcn.signature.params] == [
        ("head", "things.nets.Top", None),
        ("layers", "int", None),
        ("act", "str", "'relu'"),
    ]
    assert fcn.doc.startswith("A network.")
    assert fcn.extra == (("paper", "'1411.4038'"),)
    assert fcn.location is not None
    assert (Path(fcn.location.path), fcn.location.line) == (project / "things/nets.py", 8)
    city = dump.entries["Data"]["City"].signature
    assert [(p.name, p.kind, p.annotation, p.default) for p in city.params] == [
        ("path", "positional-or-keyword", "str", None),
        ("size", "positional-or-keyword", "tuple[int, int]", "(8, 8)"),
        ("more", "var-keyword", None, None),
    ]
    assert dump.entries["module"]["math"].kind == "module"


def test_k3_what_only_an_interpreter_sees_is_listed_after_a_dump(write: Write, run: Run) -> None:
    write("""
        #- .excore.toml
        src_dir = "pkg"
        registries = ["*Model"]
        #- pkg/__init__.py
        from excore import Registry
        MODEL = Registry("Model")
        #- pkg/made.py
        from . import MODEL
        def make(number):
            class Made:
                def __init__(self, size: int = number): ...
            Made.__qualname__ = Made.__name__ = f"Made{number}"
            globals()[Made.__name__] = Made
            MODEL.register_module(Made)
        for number in range(3):
            make(number)
    """)
    assert "Made2" not in run("list").stdout
    run("auto-register")
    assert "Made2(size=2)" in run("list").stdout


def test_cli_broken_files_are_reported_and_the_rest_is_written(project: Path, run: Run) -> None:
    (project / "things/bad_name.py").write_text("\n\nunknown_name\n")
    (project / "things/bad_syntax.py").write_text("x = 1\ndef f(:\n")
    (project / "things/leaves.py").write_text("import sys\nsys.exit('bye')\n")
    (project / "things/half.py").write_text(
        "from . import MODEL\n@MODEL.register()\nclass Half: ...\nimport no_such_module\n"
    )
    done = run("auto-register", code=1)
    assert done.stderr.splitlines() == [
        "things/bad_name.py:3: NameError: name 'unknown_name' is not defined",
        "things/bad_syntax.py:2: SyntaxError: invalid syntax",
        "things/half.py:4: ModuleNotFoundError: No module named 'no_such_module'",
        "things/leaves.py:2: SystemExit: bye",
    ]
    assert done.stdout == "5 modules in 4 registries, from 6 files; 4 could not be imported\n"
    assert cached()["Model"] == {"FCN": "things.nets.FCN"}


def test_cli_one_cause_is_told_once(project: Path, run: Run) -> None:
    package = project / "things/sub"
    package.mkdir()
    (package / "__init__.py").write_text("\n1 / 0\n")
    (package / "a.py").write_text("")
    (package / "b.py").write_text("")
    assert run("auto-register", code=1).stderr.splitlines() == [
        "things/sub/__init__.py:2: ZeroDivisionError: division by zero",
        "  so these cannot be imported: things/sub/a.py, things/sub/b.py",
    ]
    assert "1 / 0" in run("auto-register", "--traceback", code=1).stderr


def test_cli_a_file_that_does_not_end_is_left_out(project: Path) -> None:
    (project / "things/endless.py").write_text("import time\ntime.sleep(600)\n")
    for seconds in ("1.5", "6", "30", "150"):  # however busy the machine is, Python is started within one of these
        command = [*program(), "auto-register", "--timeout", seconds]
        done = subprocess.run(command, text=True, capture_output=True)
        if "nothing was written" not in done.stderr:
            break
    assert done.stderr == f"things/endless.py: was not imported within {seconds} seconds\n"
    assert done.returncode == 1
    assert "FCN" in cached()["Model"]


def test_cli_a_file_that_ends_python_is_left_out(project: Path, run: Run) -> None:
    (project / "things/gone.py").write_text("import os\nos._exit(7)\n")
    done = run("auto-register", code=1)
    assert done.stderr == "things/gone.py: ended Python with exit code 7\n"
    assert "FCN" in cached()["Model"]


def test_cli_what_modules_print_is_kept_apart(project: Path) -> None:
    (project / "things/loud.py").write_text(
        "import os, sys\nprint('printed')\nos.system('echo echoed')\nassert sys.stdin.read() == ''\n"
    )
    done = subprocess.run([*program(), "auto-register"], text=True, capture_output=True, input="not for modules")
    assert done.stdout == "5 modules in 4 registries, from 3 files\n"
    assert {"printed", "echoed"} <= set(done.stderr.split())


def test_cli_a_target_adds_to_the_cache_and_keeps_the_rest(project: Path, run: Run) -> None:
    run("auto-register")
    (project / "things/late.py").write_text("from . import HEAD\n@HEAD.register()\nclass Late: ...\n")
    done = run("auto-register", "things/late.py")
    assert done.stdout == "1 modules in 4 registries, from 1 files\n"
    assert cached()["Head"] == {"Top": "things.nets.Top", "Late": "things.late.Late"}
    assert cached()["Model"] == {"FCN": "things.nets.FCN"}
    dump = dumped(project)
    assert {*dump.entries["Head"], *dump.entries["Model"]} == {"Top", "Late", "FCN"}


def test_cli_a_full_run_forgets_what_is_gone(project: Path, run: Run) -> None:
    extra = project / "things/extra.py"
    extra.write_text("from excore import Registry\n@Registry('Extra').register()\nclass E: ...\n")
    run("auto-register")
    assert "Extra" in cached()
    extra.unlink()
    run("auto-register")
    assert "Extra" not in cached()


def test_cli_a_locked_registry_of_the_project_does_not_hide_modules(project: Path, run: Run) -> None:
    run("auto-register")
    before = cached()
    init = project / "things/__init__.py"
    init.write_text(init.read_text() + "\nfrom excore import load_registries\nload_registries()\n")
    run("auto-register")
    assert cached() == before


def test_cli_targets_outside_and_missing_ones(project: Path, run: Run) -> None:
    assert "is not below things" in run("auto-register", "configs", code=2).stderr
    assert "no such file" in run("auto-register", "things/none.py", code=2).stderr
    assert not Path(workspace.registry_cache_file).exists()


def test_cli_auto_register_without_a_project(folder: Path, run: Run) -> None:
    assert "excore init" in run("auto-register", code=2).stderr


def test_cli_an_interpreter_that_is_none(project: Path, run: Run) -> None:
    assert "no such file" in run("auto-register", "--python", "/no/such/python", code=2).stderr


def test_ws_3_a_source_folder_deeper_down(write: Write, run: Run) -> None:
    write("""
        #- .excore.toml
        src_dir = "code/pkg"
        registries = ["*M"]
        #- code/pkg/__init__.py
        from excore import Registry
        M = Registry("M")
        #- code/pkg/deep/a.py
        from pkg import M
        @M.register()
        class A: ...
    """)
    run("auto-register")
    assert cached() == {"M": {"A": "pkg.deep.a.A"}}


def test_cache_1_eight_processes_at_once(project: Path, run: Run) -> None:
    run("auto-register")
    once = cached()
    commands = [[*program(), "auto-register"], [*program(), "auto-register", "things/nets.py"]] * 4
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for command in commands]
    ended = [(*process.communicate(), process.returncode) for process in running]
    assert [code for _, _, code in ended] == [0] * 8, ended
    assert cached() == once
    dump = dumped(project)
    assert {name: set(entries) for name, entries in dump.entries.items()} == {
        name: set(modules) for name, modules in once.items()
    }
    left = {path.name for path in Path(workspace.cache_dir).iterdir()}
    assert left == {"registry_cache.json", "registry_cache.json.lock", "workspace.json", "CACHEDIR.TAG"}


def test_cli_twice_is_once(project: Path, run: Run) -> None:
    run("auto-register")
    file = Path(workspace.registry_cache_file)
    before = file.read_bytes()
    run("auto-register")
    assert file.read_bytes() == before


def test_ws_4_the_cache_names_no_place_of_the_project(project: Path, run: Run) -> None:
    run("auto-register")
    assert str(project) not in Path(workspace.registry_cache_file).read_text("utf-8")


def test_cli_nothing_is_written_beside_the_sources(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    before = sorted(project.rglob("*"))
    run("auto-register")
    run("list")
    assert sorted(project.rglob("*")) == before
    assert find_project(str(project)).file == str(project / ".excore.toml")


REGISTERING = """
    #- .excore.toml
    registries = ["*M"]
    %s
    #- %s
    from excore import Registry
    M = Registry("M")
    @M.register()
    class A: ...
    #- train.py
        from excore import config
    config.load(sys.argv[1]).build_all()
"""


@pytest.mark.parametrize(
    ("src_dir", "file", "name"),
    [
        ("", "models.py", "models.A"),
        ('src_dir = "."', "models.py", "models.A"),
        ('src_dir = "./"', "nets/models.py", "nets.models.A"),
        ('src_dir = "src"', "src/models.py", "src.models.A"),
    ],
)
def test_cli_auto_register_calls_modules_what_a_load_calls_them(
    write: Write, run: Run, src_dir: str, file: str, name: str
) -> None:
    write(REGISTERING % (src_dir, file))
    run("auto-register")
    assert cached() == {"M": {"A": name}}
    run("auto-register", file)
    assert cached() == {"M": {"A": name}}


def test_cli_auto_register_of_a_src_layout(write: Write, run: Run) -> None:
    write("""
        #- pyproject.toml
        [project]
        name = "lab"
        [tool.excore]
        src_dir = "src"
        registries = ["*M"]
        #- src/lab/__init__.py
        from excore import Registry
        M = Registry("M")
        #- src/lab/nets.py
        from lab import M
        @M.register()
        class A: ...
    """)
    run("auto-register")
    assert cached() == {"M": {"A": "lab.nets.A"}}


def test_cli_scripts_get_no_arguments(project: Path, run: Run) -> None:
    (project / "things/evaluate.py").write_text("import sys\nassert sys.argv == [__file__]\n")
    run("auto-register")


@pytest.mark.parametrize(
    ("src", "path"),
    [(".", ""), ("src", "src/"), ("src", "src/lab/"), ("src", "src/lab/nets/")],
)
def test_cli_a_package_without_modules_is_imported_and_its_program_is_not(
    write: Write, run: Run, src: str, path: str
) -> None:
    write(
        f"""
        #- .excore.toml
        src_dir = "{src}"
        registries = ["*Model"]
        #- {path}__main__.py
        from excore import Registry
        1 / 0
        #- {path}__init__.py
        from excore import Registry
        MODEL = Registry("Model")
        @MODEL.register()
        class Net: ...
        """
    )
    assert "1 modules in 1 registries, from 1 files" in run("auto-register").output
