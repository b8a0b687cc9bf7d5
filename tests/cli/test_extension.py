"""`excore config-extension`, `excore schema`, `excore generate-typehints`, `excore list`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import jsonschema
import pytest
import tomlkit
from cli_kit import Run, Write

from excore import workspace

FETCHED = Path(__file__).resolve().parents[2] / ".tools" / "drivers" / "node_modules" / ".bin"


def written(name: str) -> dict[str, object]:
    """A JSON file of the cache folder."""
    workspace.reset()
    found: dict[str, object] = json.loads(Path(workspace.cache_dir, name).read_text("utf-8"))
    return found


def test_sch_2_one_property_for_each_field_and_for_isolated_modules(project: Path, run: Run) -> None:
    run("config-extension")
    schema = written("excore_schema.json")
    properties = schema["properties"]
    assert (schema["title"], schema["type"]) == ("ExCore", "object")
    assert isinstance(properties, dict)
    assert list(properties) == ["Model", "FCN", "TrainData", "TestData", "Head", "module"]
    assert properties["TrainData"] == properties["TestData"]
    assert list(properties["TrainData"]["properties"]) == ["City", "shapes"]
    assert properties["FCN"] == properties["Model"]["properties"]["FCN"]
    assert properties["FCN"]["required"] == ["head", "layers"]
    assert properties["module"]["properties"] == {}


def test_sch_2_schema_fields_of_the_project_file_count(project: Path, run: Run) -> None:
    with (project / ".excore.toml").open("a") as file:
        file.write('[json_schema_fields]\nHead = ["Neck", "Top"]\nisolated_fields = []\n')
    run("config-extension")
    properties = written("excore_schema.json")["properties"]
    assert isinstance(properties, dict)
    assert list(properties) == ["Model", "TrainData", "TestData", "Neck", "Top", "module"]


def test_sch_6_class_mapping_leads_to_the_source(project: Path, run: Run) -> None:
    run("config-extension")
    mapping = written("class_mapping.json")
    assert set(mapping) == {"FCN", "Top", "City", "shapes"}
    for name, place in mapping.items():
        assert isinstance(place, list)
        line = Path(place[0]).read_text("utf-8").splitlines()[place[1] - 1]
        assert line.split("(")[0].rstrip(":") in (f"class {name}", f"def {name}")


def test_sch_1_taplo_settings(project: Path, run: Run) -> None:
    run("config-extension")
    workspace.reset()
    settings = tomlkit.parse((project / ".taplo.toml").read_text("utf-8")).unwrap()
    assert settings == {
        "schema": {"path": workspace.json_schema_file, "enabled": True},
        "formatting": {"align_entries": False},
    }


def test_sch_1_what_is_written_is_told(project: Path, run: Run) -> None:
    assert run("config-extension").stdout.endswith("\n.taplo.toml now names the schema\n")
    assert run("config-extention").stdout.endswith("\n.taplo.toml names the schema\n")


def test_sch_1_nothing_is_written_where_there_is_no_project(folder: Path, run: Run) -> None:
    assert "neither a project file" in run("config-extension", code=2).stderr
    assert not list(folder.iterdir())


def test_sch_1_taplo_settings_of_the_user_stay(project: Path, run: Run) -> None:
    with (project / ".excore.toml").open("a") as file:
        file.write('json_schema_file = "editor/schema.json"\n')
    (project / ".taplo.toml").write_text(
        'include = ["configs/*.toml"]  # these\n\n[formatting]\ncolumn_width = 100\nalign_entries = true\n'
    )
    run("config-extension")
    assert (project / "editor/schema.json").is_file()
    once = (project / ".taplo.toml").read_text("utf-8")
    assert "# these" in once
    assert tomlkit.parse(once).unwrap() == {
        "include": ["configs/*.toml"],
        "formatting": {"column_width": 100, "align_entries": False},
        "schema": {"path": "editor/schema.json", "enabled": True},
    }
    run("config-extension")
    assert (project / ".taplo.toml").read_text("utf-8") == once


def test_sch_nothing_is_imported(project: Path, run: Run) -> None:
    (project / "things/bomb.py").write_text(
        "from . import HEAD\nraise SystemExit('imported')\n@HEAD.register()\nclass Later: ...\n"
    )
    for name in [name for name in sys.modules if name.partition(".")[0] == "things"]:  # of a test before
        del sys.modules[name]
    run("config-extension")
    assert not [name for name in sys.modules if name.startswith("things")]
    assert "Later" in written("class_mapping.json")


def test_sch_without_a_project_file_every_registry_is_a_field(write: Write, run: Run) -> None:
    write("#- a.py\nfrom excore import Registry\nR = Registry('R')\n@R.register()\nclass A: ...\n")
    run("config-extension")
    assert written("excore_schema.json")["properties"] == {
        "R": {"type": "object", "properties": {"A": {"type": "object", "properties": {}}}}
    }


def test_sch_what_the_source_does_not_tell_comes_from_the_dump(write: Write, run: Run) -> None:
    folder = write("""
        #- .excore.toml
        src_dir = "p"
        registries = ["*M"]
        #- p/__init__.py
        from excore import Registry
        M = Registry("M")
        #- p/all.py
        import importlib
        from . import M
        M.match(importlib.import_module("p.plain"), lambda name, module: name.startswith("K"))
        #- p/plain.py
        class Known:
            def __init__(self, size: int): ...
    """)
    first = run("config-extension")
    assert "registry M may hold more than its source tells" in first.stderr
    run("auto-register")
    assert run("config-extension").stderr == ""
    schema = json.dumps(written("excore_schema.json"))
    assert '"Known": {"type": "object", "properties": {"size": {"type": "number"}}' in schema
    assert written("class_mapping.json") == {"Known": [str(folder / "p/plain.py"), 1]}
    Path(workspace.registry_cache_file).write_text("{")
    assert "the registry dump is damaged" in run("config-extension").stderr


def test_x2_schema_to_standard_output_and_to_a_file(project: Path, run: Run) -> None:
    printed = json.loads(run("schema").stdout)
    jsonschema.Draft202012Validator.check_schema(printed)
    assert printed["title"] == "Configs of things"
    run("schema", "--output", "s.json")
    assert json.loads((project / "s.json").read_text("utf-8")) == printed
    layers = printed["$defs"]["Model.FCN"]["properties"]["layers"]
    assert layers["description"] == "How deep it is."
    assert str(project) not in json.dumps(printed)


def pyright_errors(folder: Path) -> list[int]:
    """The lines (0-based) of ``use.py`` in which pyright finds an error."""
    command = shutil.which("pyright") or shutil.which("pyright", path=str(FETCHED))
    if command is None:
        pytest.skip("pyright, which judges the types too, is not installed; run `make editor-tools`")
    done = subprocess.run(
        [command, "--outputjson", "--pythonpath", sys.executable, "use.py"],
        cwd=folder,
        text=True,
        capture_output=True,
    )
    found = json.loads(done.stdout)["generalDiagnostics"]
    return sorted({item["range"]["start"]["line"] for item in found if item["severity"] == "error"})


@pytest.mark.skipif(find_spec("mypy") is None, reason="mypy, which judges the types, is not installed")
def test_cli_typehints_are_what_a_type_checker_needs(project: Path, run: Run) -> None:
    run("generate-typehints", "--config", "configs/run.toml")
    (project / "use.py").write_text("""
from excore import load
from things.module_types import build_all

modules, info = build_all(load("configs/run.toml"))
a: int = modules.Model.layers
b: str = modules.TestData.City.path
c: int = info["epochs"]
d: list[str] = info["names"]
modules.Model.no_such
modules.TestData.City.path + 1
info["epoch"]
e: str = modules.Model.layers
print(a, b, c, d, modules.TestData.shapes)
""")
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "use.py", "things/module_types.py"]
    done = subprocess.run(command, cwd=project, text=True, capture_output=True)
    lines = [line.split(":")[:2] for line in done.stdout.splitlines() if ": error:" in line]
    assert lines == [["use.py", "10"], ["use.py", "11"], ["use.py", "12"], ["use.py", "13"]], done.stdout
    assert pyright_errors(project) == [9, 10, 11, 12]
    used = (project / "use.py").read_text().split("\n")
    (project / "use.py").write_text("\n".join([*used[:9], used[13]]))
    done = subprocess.run([sys.executable, "use.py"], cwd=project, text=True, capture_output=True)
    assert done.stdout == "4 there 3 ['a', 'b'] [2]\n", done.stderr


def test_cli_typehints_without_a_config_name_the_fields(project: Path, run: Run) -> None:
    run("generate-typehints", "types_of", "--class-name", "Mods", "--info-class-name", "Info")
    text = (project / "things/types_of.py").read_text("utf-8")
    compile(text, "types_of.py", "exec")
    assert "class Mods(dict[str, Any])" in text
    assert "Info: TypeAlias = dict[str, Any]" in text
    assert [line.strip() for line in text.split("\n") if line.endswith(": Any")] == [
        "Model: Any",
        "TrainData: Any",
        "TestData: Any",
    ]
    run("generate-typehints", "types_of", "--class-name", "Mods", "--info-class-name", "Info")
    assert (project / "things/types_of.py").read_text("utf-8") == text


def test_cli_typehints_do_not_replace_other_files(project: Path, run: Run) -> None:
    before = (project / "things/nets.py").read_text("utf-8")
    assert "--force" in run("generate-typehints", "nets", code=2).stderr
    assert (project / "things/nets.py").read_text("utf-8") == before
    assert "not the name of a class" in run("generate-typehints", "--class-name", "a b", code=2).stderr
    assert "no such file" in run("generate-typehints", "--config", "none.toml", code=2).stderr


def test_x3_list_shows_signatures_and_places(project: Path, run: Run) -> None:
    assert run("list").stdout.splitlines() == [
        "Model  things/__init__.py:3",
        '  FCN(head, layers, act="relu")  things/nets.py:9',
        "Data  things/__init__.py:4",
        "  City(path, size=(8, 8), **more)  things/data.py:7"
        "  (may take more: what `__init__` does with `**more` cannot be followed)",
        "  shapes(count=4, *rest)           things/data.py:12",
        "Head  things/__init__.py:5",
        "  Top(channels=3)  things/nets.py:4",
        "module  things/__init__.py:6",
        "  math",
    ]


def test_x3_list_of_some_registries_and_fields(project: Path, run: Run) -> None:
    assert [line.split()[0] for line in run("list", "TrainData", "Head").stdout.splitlines()] == [
        "Data", "City(path,", "shapes(count=4,", "Head", "Top(channels=3)",
    ]  # fmt: skip
    assert "did you mean Model?" in run("list", "Modl", code=2).stderr


def test_x3_list_of_what_a_config_uses(project: Path, run: Run) -> None:
    (project / "configs/small.toml").write_text('__base__ = "run.toml"\n[Head.Top]\n')
    (project / "configs/tiny.toml").write_text("[TrainData.shapes]\n[Model.FCN]\nhead = 1\nlayers = 2\n")
    found = json.loads(run("list", "--used-by", "configs/small.toml", "--json").stdout)
    names = {registry: [entry["name"] for entry in entries] for registry, entries in found.items()}
    assert names == {"Model": ["FCN"], "Data": ["City", "shapes"], "Head": ["Top"]}
    found = json.loads(run("list", "--used-by", "configs/tiny.toml", "--json").stdout)
    assert list(found) == ["Model", "Data"]
    assert found["Data"][0]["signature"] == "shapes(count=4, *rest)"
    assert "no such file" in run("list", "--used-by", "none.toml", code=2).stderr


def test_k3_check_knows_what_the_dump_knows(write: Write, run: Run) -> None:
    write("""
        #- .excore.toml
        src_dir = "p"
        registries = ["*M"]
        #- p/__init__.py
        from excore import Registry
        M = Registry("M")
        #- p/all.py
        import importlib
        from . import M
        M.match(importlib.import_module("p.plain"), lambda name, module: name.startswith("K"))
        #- p/plain.py
        class Known:
            def __init__(self, size: int): ...
        #- good.toml
        [M.Known]
        size = 1
        #- bad.toml
        [M.Known]
        sise = 1
        #- unknown.toml
        [M.Unknown]
    """)
    assert run("check", "good.toml", "unknown.toml", "bad.toml").exit_code == 0
    run("auto-register")
    assert run("check", "good.toml").exit_code == 0
    assert "unknown-parameter" in run("check", "bad.toml", code=1).stdout
    assert "unknown.toml" in run("check", "unknown.toml", code=1).stdout
