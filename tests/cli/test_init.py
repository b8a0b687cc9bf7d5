"""`excore init`, `excore update`, `excore generate-registries`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import tomlkit
from cli_kit import Run, Write

from excore.lang.project.reading import load_project

SOURCE = """
    #- source_code/__init__.py
    from excore import Registry

    MODEL = Registry("Model")
    DATA = Registry("Data")
    HEAD = Registry("Head")
    #- source_code/models/nets.py
    from source_code import MODEL

    @MODEL.register()
    class FCN: ...
"""


def read(path: Path) -> dict[str, object]:
    return tomlkit.parse(path.read_text("utf-8")).unwrap()


def test_cli_the_usual_way_to_begin_with_answers_on_standard_input(write: Write) -> None:
    folder = write(SOURCE)
    program = Path(sys.executable).with_name("excore")

    def execute(*arguments: str, answers: str = "") -> None:
        done = subprocess.run([program, *arguments], input=answers, text=True, capture_output=True)
        assert done.returncode == 0, done.stdout + done.stderr

    execute("init", "--force", answers="tests\nsource_code")
    file = folder / ".excore.toml"
    assert read(file)["name"] == "tests"
    assert read(file)["registries"] == ["Model", "Data", "Head"]
    document = tomlkit.parse(file.read_text("utf-8"))
    document["registries"] = ["*Model", "*Data: TrainData, TestData", "Head"]
    file.write_text(tomlkit.dumps(document), "utf-8")
    execute("update")
    execute("auto-register")
    assert read(file)["primary_fields"] == ["Model", "TrainData", "TestData"]
    cache = subprocess.run([program, "cache-dir"], text=True, capture_output=True, check=True).stdout
    assert (Path(cache.strip()) / "registry_cache.json").is_file()


def test_cli_init_asks_for_registries_and_defines_them(write: Write, run: Run) -> None:
    folder = write("#- pkg/__init__.py\n# nothing yet\n")
    run("init", input="demo\npkg\ny\n*Model\n*Data: TrainData,TestData\nHead\n\n")
    assert (folder / "pkg/__init__.py").read_text() == (
        "# nothing yet\n"
        "from excore import Registry\n"
        'MODEL = Registry("Model")\nDATA = Registry("Data")\nHEAD = Registry("Head")\n'
    )
    assert read(folder / ".excore.toml") == {
        "name": "demo",
        "src_dir": "pkg",
        "registries": ["*Model", "*Data: TrainData, TestData", "Head"],
        "primary_fields": ["Model", "TrainData", "TestData"],
        "primary_to_registry": {"TrainData": "Data", "TestData": "Data"},
        "json_schema_fields": {"Data": ["TrainData", "TestData"], "isolated_fields": ["Model"]},
    }


def test_cli_init_with_options_asks_nothing(write: Write, run: Run) -> None:
    folder = write(SOURCE)
    done = run("init", "--name", "n", "--src-dir", "./source_code/", "-r", "*Model", input="")
    assert "?" not in done.output
    found = read(folder / ".excore.toml")
    assert (found["name"], found["src_dir"], found["registries"]) == ("n", "source_code", ["*Model"])
    assert "Registry" not in (folder / "source_code/models/nets.py").read_text()


def test_cli_init_takes_defaults_where_nobody_answers(write: Write, run: Run) -> None:
    folder = write(SOURCE)
    run("init", input="")
    found = read(folder / ".excore.toml")
    assert (found["name"], found["src_dir"]) == (folder.name, "source_code")


def test_cli_init_leaves_what_is_there(project: Path, run: Run) -> None:
    before = (project / ".excore.toml").read_text()
    assert "exists already" in run("init").output
    assert (project / ".excore.toml").read_text() == before


def test_cli_init_force_keeps_comments_and_declared_fields(project: Path, run: Run) -> None:
    (project / "things/more.py").write_text('from excore import Registry\nLOSS = Registry("Loss")\n')
    run("init", "--force", "--name", "other", "--src-dir", "things")
    text = (project / ".excore.toml").read_text()
    assert text.startswith("# what this project is\n")
    assert "# next to the configs" in text
    assert read(project / ".excore.toml")["registries"] == [
        "*Model", "*Data: TrainData, TestData", "Head", "module", "Loss",
    ]  # fmt: skip


def test_cli_init_needs_a_folder_that_exists(folder: Path, run: Run) -> None:
    assert "there is no folder nowhere" in run("init", "--name", "n", "--src-dir", "nowhere", code=2).output
    assert "there is no answer" in run("init", "--name", "n", input="", code=2).output
    assert list(folder.iterdir()) == []


def test_cli_update_derives_in_declared_order_and_twice_is_once(project: Path, run: Run) -> None:
    file = project / ".excore.toml"
    before = file.read_text()
    run("update")
    once = file.read_text()
    assert once.startswith(before.rstrip("\n"))
    assert read(file)["primary_fields"] == ["Model", "TrainData", "TestData"]
    assert read(file)["primary_to_registry"] == {"TrainData": "Data", "TestData": "Data"}
    assert "up to date" in run("update").output
    assert file.read_text() == once


def test_cli_update_keeps_tables_below_new_keys(write: Write, run: Run) -> None:
    folder = write('#- .excore.toml\nname = "n"\nregistries = ["*M"]\n\n[props]\nx = 1 # mine\n')
    run("update")
    assert read(folder / ".excore.toml") == {
        "name": "n",
        "registries": ["*M"],
        "primary_fields": ["M"],
        "primary_to_registry": {},
        "json_schema_fields": {"isolated_fields": ["M"]},
        "props": {"x": 1},
    }
    assert "x = 1 # mine" in (folder / ".excore.toml").read_text()


def test_cli_update_writes_into_pyproject(write: Write, run: Run) -> None:
    folder = write('#- pyproject.toml\n[project]\nname = "p" # name\n\n[tool.excore]\nregistries = ["*A", "*B: C"]\n')
    run("update")
    assert load_project(str(folder / "pyproject.toml")).primary_fields == ("A", "C")
    assert "# name" in (folder / "pyproject.toml").read_text()
    assert not (folder / ".excore.toml").exists()


def test_ws_4_nothing_of_this_machine_is_written(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXCORE_MANUAL_SET", "1")
    monkeypatch.setenv("EXCORE_VALIDATE", "0")
    run("update")
    run("init", "--force", "--name", "n", "--src-dir", str(project / "things"))
    text = (project / ".excore.toml").read_text()
    assert str(project.parent) not in text
    assert "excore_" not in text


def test_ws_4_redundant_absolute_paths_of_older_versions_go(write: Write, run: Run) -> None:
    cache = Path("~/.cache/excore").expanduser()
    folder = write(
        f'#- .excore.toml\nname = "n"\nregistries = ["*M"]\nbase_dir = "/old/place"\ncache_base_dir = "{cache}/"\n'
        f'cache_dir = "{cache}/n"\nregistry_cache_file = "{cache}/n/registry_cache.pkl"\n'
        f'json_schema_file = "/mine/schema.json"\nexcore_validate = false\n'
    )
    run("update")
    found = read(folder / ".excore.toml")
    assert {"base_dir", "cache_base_dir", "cache_dir", "registry_cache_file"}.isdisjoint(found)
    assert (found["json_schema_file"], found["excore_validate"]) == ("/mine/schema.json", False)


def test_cli_update_warns_of_a_field_of_two_registries(write: Write, run: Run) -> None:
    folder = write('#- .excore.toml\nregistries = ["*A: X", "*B: X"]\n')
    assert "field `X` belongs to both" in run("update").output
    assert 'X = "B"' in (folder / ".excore.toml").read_text()


def test_cli_update_refuses_what_it_cannot_read(write: Write, run: Run) -> None:
    folder = write('#- .excore.toml\nregistries = ["*A B"]\n')
    before = (folder / ".excore.toml").read_text()
    assert "names no registry" in run("update", code=2).output
    assert (folder / ".excore.toml").read_text() == before


def test_cli_update_without_a_project_file(folder: Path, run: Run) -> None:
    assert "excore init" in run("update", code=2).output


def test_cli_commands_work_from_a_folder_below(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project / "configs")
    run("update")
    assert "primary_fields" in (project / ".excore.toml").read_text()


def test_cli_generate_registries_keeps_the_file_and_twice_is_once(write: Write, run: Run) -> None:
    folder = write("""
        #- .excore.toml
        src_dir = "pkg"
        registries = ["*Model", "*Data: Train", "Head", "module"]
        #- pkg/__init__.py
        #!/usr/bin/env python
        '''What it is.'''
        from __future__ import annotations

        import os  # used

        MODEL = build(os)
        HEAD = Registry("Head", extra_field="x")  # mine
    """)
    before = (folder / "pkg/__init__.py").read_text()
    run("generate-registries")
    text = (folder / "pkg/__init__.py").read_text()
    assert "from __future__ import annotations\n\nfrom excore import Registry\n\nimport os  # used\n" in text
    assert text.endswith('MODEL_REGISTRY = Registry("Model")\nDATA = Registry("Data")\nMODULE = Registry("module")\n')
    assert [line for line in before.splitlines() if line not in text] == []
    run("generate-registries")
    assert (folder / "pkg/__init__.py").read_text() == text


def test_cli_generate_registries_into_another_module(project: Path, run: Run) -> None:
    run("generate-registries", "temp")
    names = "import things.temp as t; print(t.MODEL.name, t.DATA.name, t.HEAD.name, t.MODULE.name)"
    done = subprocess.run([sys.executable, "-c", names], text=True, capture_output=True, check=True)
    assert done.stdout.split() == ["Model", "Data", "Head", "module"]


@pytest.mark.parametrize(
    ("files", "src_dir"),
    [
        ("#- src/lab/__init__.py\nfrom excore import Registry\nM = Registry('M')\n", "src"),
        ("#- models.py\nfrom excore import Registry\nM = Registry('M')\n", "."),
    ],
)
def test_cli_init_offers_the_folder_of_the_modules(write: Write, run: Run, files: str, src_dir: str) -> None:
    file = write(files) / ".excore.toml"
    run("init", input="x\n\n")
    assert (read(file)["src_dir"], read(file)["registries"]) == (src_dir, ["M"])


def test_cli_generate_registries_says_what_is_defined_elsewhere(write: Write, run: Run) -> None:
    folder = write("""
        #- .excore.toml
        registries = ["*Model", "Head"]
        #- models.py
        from excore import Registry
        MODEL = Registry("Model")
    """)
    done = run("generate-registries")
    assert done.stdout == "registries are defined in registries.py\n"
    assert done.stderr == "excore: `Model` is defined in models.py:2 too\n"
    assert (folder / "registries.py").is_file()
    assert not (folder / "__init__.py").exists()


def test_cli_generate_registries_uses_the_imported_name(write: Write, run: Run) -> None:
    folder = write(
        '#- .excore.toml\nsrc_dir="p"\nregistries=["*M"]\n#- p/__init__.py\nfrom excore import Registry as R\r\n'
    )
    run("generate-registries")
    assert (folder / "p/__init__.py").read_bytes().endswith(b'M = R("M")\r\n')


def test_cli_generate_registries_refuses_what_it_cannot_read(write: Write, run: Run) -> None:
    folder = write('#- .excore.toml\nsrc_dir="p"\nregistries=["*M"]\n#- p/__init__.py\nx = (\n')
    assert "p/__init__.py:1" in run("generate-registries", code=2).output
    assert (folder / "p/__init__.py").read_text() == "x = (\n"
