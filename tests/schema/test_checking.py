"""The schema that other TOML tools check configs with: what it accepts, what it refuses, who can use it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import tomlkit

from excore.cli.quote import quoted
from excore.index.indexer import Indexer
from excore.lang.catalog import Catalog
from excore.lang.project.reading import find_project
from excore.lang.syntax.document import parse
from excore.schema.config_schema import config_schema

REPOSITORY = Path(__file__).resolve().parents[2]

SOURCE = """
from enum import Enum, IntEnum
from typing import Callable, Literal, Optional, Union
from excore import Registry

class Norm(Enum):
    BN = "bn"
    GROUP = "gn"

class Level(IntEnum):
    LOW = 1
    HIGH = 2

class Rate(Enum):
    SLOW = 0.5
    FAST = True

MODEL = Registry("Model")
DATA = Registry("Data")
HEAD = Registry("Head")

@HEAD.register()
class Simple:
    def __init__(self, channels: int = 3): ...

@MODEL.register()
class FCN:
    def __init__(self, head: Simple, layers: int, rate: float = 0.1, act: str = "relu", frozen: bool = False,
                 sizes: tuple[int, int] = (1, 2), names: Optional[list[str]] = None, mode: Literal["a", "b"] = "a",
                 opts: Union[dict, int, None] = None, make: Callable = print): ...

@MODEL.register()
class Loose:
    def __init__(self, **more): ...

@DATA.register()
class City:
    def __init__(self, path=".", norm: Norm = Norm.BN, level: Level = Level.LOW, rate: Optional[Rate] = None,
                 free: Union[Level, str] = "a"): ...
"""
PROJECT = 'src_dir = "."\nregistries = ["*Model", "*Data: TrainData, TestData", "Head"]\n'
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    folder = tmp_path_factory.mktemp("project")
    (folder / "things.py").write_text(SOURCE)
    (folder / ".excore.toml").write_text(PROJECT)
    return config_schema(Indexer(folder, use_cache=False).build(), find_project(str(folder)))


def errors(schema: Mapping[str, Any], config: str) -> list[str]:
    """Paths of what is refused in a config, which may hold bare prefixed keys."""
    found = jsonschema.Draft202012Validator(schema).iter_errors(tomlkit.parse(quoted(parse(config))).unwrap())
    return sorted(".".join(map(str, error.absolute_path)) for error in found)


def test_x2_it_is_a_schema(schema: Mapping[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(dict(schema))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json.loads(json.dumps(schema)) == schema


def test_x2_values_under_prefixes_are_offered_by_the_registry_of_their_parameter(schema: Mapping[str, Any]) -> None:
    patterns = schema["$defs"]["Model.FCN"]["patternProperties"]
    pattern = next(key for key in patterns if key.startswith("^[!") and "head" in key)
    assert patterns[pattern] == {"$ref": "#/$defs/reference.Head"}
    assert schema["$defs"]["reference.Head"]["anyOf"][0] == {"enum": ["Simple"]}


@pytest.mark.parametrize(
    "config",
    [
        "",
        '__base__ = "a.toml"',
        '__base__ = ["a.toml", "b.toml"]',
        'epochs = 3\nnames = ["a"]\nwhen = 2024-01-01\n[free]\nx = {y = 1}',
        '[Model.FCN]\n!head = "Simple"\nlayers = 3\nrate = 1\nact = "x"\nfrozen = true',
        '[Model.FCN]\n@head = ["Simple", "$Head::*"]\n&layers = "n"',
        '[Model.FCN]\n$head = {a = "Simple", b = ["Simple"]}',
        '[Model.FCN]\n!head.a = "Simple"\nsizes = [3, 4]\nnames = ["x"]\nmode = "b"',
        "[Model.FCN]\nopts = {a = 1}\n[Model.Loose]\nwhatever = 1\nelse = {a = [1]}",
        '[Model.Loose]\n!any = "Simple"\n&thing = "v"',
        "[Model.FCN]\n__no_call__ = true",
        "[Model.FCN]\nhead = 3",
        '[Model.FCN]\n"sizes[-]" = 0\n"!head[-1]" = "Simple"\n"!head[+]" = ["Simple"]',
        "[TrainData.City]\n[TestData.City]\npath = 3",
        "[Data.City]\n[City]\npath = 1\n[Head.Simple]\nchannels = 4",
        "[Simple]\nchannels = 4\n[Big.Simple]\nchannels = 8\n[Big]\nnote = 1",
        "Simple = 3",
        '[Data.City]\nnorm = "bn"',
        '[Data.City]\nnorm = "BN"',
        '[Data.City]\nnorm = "GROUP"',
        "[Data.City]\nlevel = 1",
        '[Data.City]\nlevel = "HIGH"',
        "[Data.City]\nrate = 0.5",
        '[Data.City]\nrate = "slow"',
        "[Data.City]\nrate = true",
        '[Data.City]\nfree = "anything"',
        "[Data.City]\nfree = 2",
        "[ExcoreHook.Anything]\nx = 1",
    ],
)
def test_x2_good_configs(schema: Mapping[str, Any], config: str) -> None:
    assert errors(schema, config) == []


@pytest.mark.parametrize(
    ("config", "where"),
    [
        ("__base__ = 1", "__base__"),
        ("Model = 1", "Model"),
        ("[Model]\nFCN = 1", "Model.FCN"),
        ("[Model.FCNN]", "Model"),
        ("[TrainData.FCN]", "TrainData"),
        ('[Data.City]\nnorm = "xn"', "Data.City.norm"),
        ("[Model.FCN]\nlayer = 1", "Model.FCN"),
        ('[Model.FCN]\n!heads = "Simple"', "Model.FCN"),
        ('[Model.FCN]\n!head = ""', "Model.FCN.!head"),
        ("[Model.FCN]\n@head = 3", "Model.FCN.@head"),
        ("[Model.FCN]\n&layers = 3", "Model.FCN.&layers"),
        ('[Model.FCN]\nlayers = "two"', "Model.FCN.layers"),
        ("[Model.FCN]\nlayers = 2.5", "Model.FCN.layers"),
        ("[Model.FCN]\nact = 1", "Model.FCN.act"),
        ("[Model.FCN]\nfrozen = 1", "Model.FCN.frozen"),
        ("[Model.FCN]\nsizes = [1]", "Model.FCN.sizes"),
        ('[Model.FCN]\nsizes = [1, "x"]', "Model.FCN.sizes.1"),
        ("[Model.FCN]\nnames = [1]", "Model.FCN.names.0"),
        ('[Model.FCN]\nmode = "c"', "Model.FCN.mode"),
        ('[Model.FCN]\nopts = "x"', "Model.FCN.opts"),
        ('[Model.FCN]\nmake = "print"', "Model.FCN.make"),
        ('[Model.FCN]\n__no_call__ = "yes"', "Model.FCN.__no_call__"),
        ("[Head.City]", "Head"),
        ("[Simple]\nchannel = 1", "Simple"),
    ],
)
def test_x2_bad_configs(schema: Mapping[str, Any], config: str, where: str) -> None:
    assert errors(schema, config) == [where]


def test_x2_required_parameters_count_in_whole_files(tmp_path: Path) -> None:
    (tmp_path / "things.py").write_text(SOURCE)
    catalog = Indexer(tmp_path, use_cache=False).build()
    whole = config_schema(catalog, find_project(str(tmp_path)), whole=True)
    jsonschema.Draft202012Validator.check_schema(whole)
    assert errors(whole, '[Model.FCN]\n!head = "Simple"\n&layers = "n"') == []
    assert errors(whole, '[Model.FCN]\n!head = "Simple"') == ["Model.FCN"]


def test_x2_a_registry_that_may_hold_more_takes_any_name(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "import not_installed\nfrom excore import Registry\nR = Registry('R')\nR.match(not_installed)\n"
    )
    found = config_schema(Indexer(tmp_path, use_cache=False).build(), find_project(str(tmp_path)))
    assert errors(found, "[R.Unknown]\nx = 1") == []


def test_x2_a_registered_prefix_is_part_of_it(schema: Mapping[str, Any], tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "from excore import Registry\nR = Registry('R')\n@R.register()\nclass A:\n    def __init__(self, x): ...\n"
    )
    catalog: Catalog = Indexer(tmp_path, use_cache=False).build()
    project = find_project(str(tmp_path))
    config = '[R.A]\n"^x" = 3'
    assert errors(config_schema(catalog, project), config) == ["R.A"]
    (tmp_path / "b.py").write_text("from excore import config\nconfig.register_special_flag('^', object)\n")
    assert errors(config_schema(Indexer(tmp_path, use_cache=False).build(), project), config) == []


@pytest.fixture
def quickstart(tmp_path: Path) -> Path:
    """The example with all keys quoted, and its schema in ``schema.json``."""
    home = tmp_path / "quickstart"
    shutil.copytree(EXAMPLES / "quickstart", home, ignore=shutil.ignore_patterns("__pycache__"))
    for path in home.rglob("*.toml"):
        path.write_text(quoted(parse(path.read_text("utf-8"))), "utf-8")
    project = find_project(str(home))
    schema = config_schema(Indexer(home, src_dir=project.src_dir, use_cache=False).build(), project)
    (home / "schema.json").write_text(json.dumps(schema), "utf-8")
    return home


BAD = ["unknown_header.toml", "unknown_parameter.toml", "wrong_type.toml"]


def test_x2_the_example_is_accepted_and_its_broken_configs_are_not(quickstart: Path) -> None:
    schema = json.loads((quickstart / "schema.json").read_text("utf-8"))
    for path in (quickstart / "configs").rglob("*.toml"):
        assert errors(schema, path.read_text("utf-8")) == [], path.name
    broken = [path.name for path in (quickstart / "broken").glob("*.toml") if errors(schema, path.read_text("utf-8"))]
    assert sorted(broken) == BAD


def test_x2_tombi_accepts_it(quickstart: Path) -> None:
    tombi = Path(sys.executable).with_name("tombi")
    if not tombi.exists():
        pytest.skip("tombi, another TOML tool, is not installed beside this Python")
    (quickstart / "tombi.toml").write_text(
        '[[schemas]]\npath = "schema.json"\ninclude = ["configs/**/*.toml", "broken/*.toml"]\n'
    )

    def lint(folder: str) -> subprocess.CompletedProcess[str]:
        files = sorted(str(path) for path in (quickstart / folder).rglob("*.toml"))
        command = [str(tombi), "lint", "--offline", *files]
        return subprocess.run(command, cwd=quickstart, text=True, capture_output=True)

    good = lint("configs")
    assert (good.returncode, "Warning" in good.stderr + good.stdout) == (0, False), good.stdout + good.stderr
    bad = lint("broken")
    assert bad.returncode != 0
    assert [name for name in BAD if name not in bad.stdout + bad.stderr] == []


def test_x2_taplo_accepts_it(quickstart: Path) -> None:
    fetched = REPOSITORY / ".tools" / "drivers" / "node_modules" / ".bin" / "taplo"
    taplo = shutil.which("taplo") or (str(fetched) if fetched.exists() else None)
    if taplo is None:
        pytest.skip("taplo, another TOML tool, is not installed; run `make editor-tools`")

    def lint(folder: str) -> subprocess.CompletedProcess[str]:
        files = sorted(str(path) for path in (quickstart / folder).rglob("*.toml"))
        command = [taplo, "lint", "--schema", (quickstart / "schema.json").as_uri(), *files]
        return subprocess.run(command, cwd=quickstart, text=True, capture_output=True)

    good = lint("configs")
    assert good.returncode == 0, good.stderr
    bad = lint("broken")
    assert bad.returncode != 0
    assert [name for name in BAD if name not in bad.stderr] == []
