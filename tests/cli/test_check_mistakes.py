"""`excore check` and mistakes around the configs: in the project file, in the Python files."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import warm
from cli_kit import Run, Write

from excore.__main__ import plain_check
from excore.cli.check import checked
from excore.config import load
from excore.errors import ConfigError

PROJECT = """
    #- .excore.toml
    src_dir = "things"
    registries = ["*Model"]

    #- things/__init__.py
    from excore import Registry

    MODEL = Registry("Model")

    #- things/nets.py
    from . import MODEL

    @MODEL.register()
    class FCN:
        def __init__(self, layers: int = 3, act: str = "relu"):
            pass
"""

LOAD = "from excore import config; config.load('run.toml').build_all()"


def loaded() -> str:
    """What a program says that loads the config."""
    return subprocess.run([*warm.python(), "-c", LOAD], capture_output=True, text=True, check=False).stderr


CONFIG = """
    #- run.toml
    [Model.FCN]
"""


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("src_dir = things", '`things` is no value: a string needs quotes, "things"'),
    ],
)
def test_what_is_wrong_in_the_project_file_is_told(write: Write, run: Run, line: str, message: str) -> None:
    write(CONFIG)
    write(f'#- .excore.toml\nregistries = ["*Model"]\n{line}\n')
    assert f".excore.toml:2:11: error[invalid-project] {message}" in run("check", "run.toml", code=1).stdout


@pytest.mark.parametrize(
    ("lines", "place", "message"),
    [
        ('registries = ["*Model"]\nsrc_dri = "things"', "2:1", "did you mean `src_dir`?"),
        ('registries = ["*Model"]\nsrc_dir = "thing"', "2:11", "there is no folder `thing`"),
        ('registries = ["*Model"]\nbase_dir = "/old/place"', "2:1", "`base_dir` is no key of a project file any more"),
        ('registries = ["*Model: Model, Net, Model"]', "1:14", "field `Model` belongs to `Model` twice"),
    ],
)
def test_a_project_file_of_another_version_is_a_warning(
    write: Write, run: Run, lines: str, place: str, message: str
) -> None:
    folder = write(PROJECT + CONFIG)
    (folder / ".excore.toml").write_text(lines + "\n")
    told = run("check", "run.toml").stdout
    assert f".excore.toml:{place}: warning[invalid-project]" in told
    assert message in told
    assert "Error" not in loaded()


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            'registries = ["*Model A, B"]',
            "1:15: `*Model A, B` names no registry: its fields stand behind a colon; did you mean `*Model: A, B`?",
        ),
        ('registries = ["*"]', "1:15: `*` names no registry"),
        ('registries = ["*Model"]\nexcore_validate = "no"', "2:19: `excore_validate` must be true or false"),
        ('registries = ["*Model"]\ncache_dir = 1', "2:13: `cache_dir` must be a string"),
        ('registries = ["*Model"]\nprops = 1', "2:9: `props` must be a table"),
        (
            'registries = ["*Model"]\nprimary_fields = ["Modle"]',
            "2:19: there is no registry `Modle`; did you mean `Model`?",
        ),
        ('registries = ["*Modle"]', "1:15: there is no registry `Modle`; did you mean `Model`?"),
        ('registries = ["*Model"\nname = "x"', "1:14: the array is not closed: expected `]`"),
        ('registries = ["*Model" "Head"]', "1:24: expected `,` or `]` after the item"),
        ('registries = ["*Model"]\nregistries = ["Head"]', "2:1: `registries` is given twice"),
    ],
)
@pytest.mark.parametrize("name", [".excore.toml", "pyproject.toml"])
def test_a_mistake_in_the_project_file_is_one_error_for_check_and_load(
    write: Write, run: Run, lines: str, told: str, name: str
) -> None:
    write(PROJECT)
    write(CONFIG)
    if name != ".excore.toml":
        Path(".excore.toml").unlink()
    head = "[tool.excore]\n" if name != ".excore.toml" else ""
    Path(name).write_text(head + lines + "\n", "utf-8")
    line, _, rest = told.partition(":")
    column, _, message = rest.partition(": ")
    place = f"{name}:{int(line) + bool(head)}:{column}: error[invalid-project]"
    errors = [one for one in run("check", ".", code=1).stdout.splitlines() if "error[invalid-project]" in one]
    assert errors == [f"{place} {message}"]
    if not head:
        assert f"CoreConfigParseError: {place}: {message}\n" in loaded()


def test_a_registry_that_nothing_makes_is_a_hint(write: Write, run: Run) -> None:
    write(PROJECT)
    write(CONFIG)
    Path(".excore.toml").write_text('registries = ["*Model", "*Scheduler"]\n', "utf-8")
    wanted = ".excore.toml:1:25: hint[invalid-project] no source of the project makes the registry `Scheduler`"
    assert wanted in run("check", ".").stdout
    assert loaded() == ""


def test_a_program_may_run_without_the_folder_of_its_sources(write: Write) -> None:
    write(PROJECT)
    write(CONFIG)
    Path(".excore.toml").write_text('registries = ["*Model"]\nsrc_dir = "gone"\n', "utf-8")
    assert loaded() == ""


OTHERS = """
    #- .excore.toml
    registries = ["*Model"]
    %s
    #- Cargo.toml
    [package]
    #- plain.toml
    x = 1
    #- train.py
    print()
"""
UNLIKE = "it has no `__base__`, no prefixed key, and no table called like a field, a registry or a registered class"


@pytest.mark.parametrize(
    ("setting", "name", "why", "code"),
    [
        ("", "plain.toml", UNLIKE, 0),
        ("", "Cargo.toml", "a file of that name is no config", 0),
        ("", "train.py", "it is no TOML file", 2),
        ('exclude = ["run.toml"]', "run.toml", "`exclude` of .excore.toml leaves it out", 0),
        ('include = ["configs/*.toml"]', "run.toml", "it is not among the `include` of .excore.toml", 0),
        ('include = ["configs/*.toml"]', ".", "it is not among the `include` of .excore.toml", 2),
    ],
)
def test_what_is_not_checked_is_told(write: Write, run: Run, setting: str, name: str, why: str, code: int) -> None:
    write(OTHERS % setting)
    write(CONFIG)
    done = run("check", name, code=code)
    assert f"excore check: {name if name != '.' else 'run.toml'} is not checked: {why}\n" in done.stderr
    assert done.stdout == ""
    assert ("there is no config here" in done.stderr) == (code == 2)


def test_a_value_under_a_field_is_an_error_where_the_file_is_named_as_it_is_for_a_load(write: Write, run: Run) -> None:
    write(OTHERS % "")
    write("#- models.py\nfrom excore import Registry\nMODEL = Registry('Model')\n#- three.toml\nModel = 3")
    assert "three.toml:1:9: error[invalid-header] `Model` is a field" in run("check", "three.toml", code=1).stdout
    with pytest.raises(ConfigError, match=r"three.toml:1:9: error\[invalid-header\]"):
        load("three.toml")
    assert "three.toml:1:9: error[invalid-header]" in run("check", code=1).stdout  # the project file declares the field


def test_a_folder_without_configs_cannot_be_checked(run: Run) -> None:
    assert run("check", code=2).stderr == "excore check: there is no config here\n"


def test_what_is_not_checked_is_not_counted(write: Write, run: Run) -> None:
    write(OTHERS % "")
    write(CONFIG)
    assert run("check", "run.toml", "plain.toml").stdout.endswith("\n1 file checked: 1 hint\n")
    assert run("check", ".excore.toml").stdout == "1 file checked: no problems\n"


def test_a_right_project_file_is_not_among_the_files(write: Write, run: Run) -> None:
    write(PROJECT)
    write(CONFIG)
    assert run("check", "run.toml").stdout == "1 file checked: no problems\n"


def test_the_python_file_that_cannot_be_parsed_is_named(write: Write, run: Run) -> None:
    write(PROJECT)
    write(
        """
        #- things/broken.py
        from . import MODEL

        @MODEL.register()
        class Broken(:
            pass

        #- things/other.py
        also broken (

        #- run.toml
        [Model.Broken]
        """
    )
    done = run("check", "run.toml", code=1)
    assert "no class `Broken`" in done.stdout
    told = [line.rpartition(": ") for line in done.stderr.splitlines()]
    broken, other = str(Path("things", "broken.py")), str(Path("things", "other.py"))
    assert [place for place, _, _ in told] == [f"excore check: {broken}:4:14", f"excore check: {other}:1:13"]
    assert all(reason.endswith("; Python cannot import this file") for _, _, reason in told)


def test_a_mistyped_override_is_set_right_by_what_the_base_gives(write: Write, run: Run) -> None:
    write(PROJECT)
    write("#- base.toml\n[Model.FCN]\nlayers = 3\n#- run.toml\n__base__ = ['base.toml']\n[Model.FCN]\nlayer = 3\n")
    assert "no parameter `layer`; did you mean `layers`?" in run("check", "run.toml", code=1).stdout


FAMILY = """
    #- base.toml
    [Model.FCN]
    layer = 3
    #- one.toml
    __base__ = ["base.toml"]
    #- two.toml
    __base__ = ["base.toml"]
    [Model.FCN]
    act = "gelu"
"""
TOLD = """
base.toml:2:1: error[unknown-parameter] `FCN` has no parameter `layer`; did you mean `layers`?
    2 | layer = 3
      | ^^^^^

one.toml:1:13: error[unknown-parameter] from base.toml:2:1, see there
two.toml:1:13: error[unknown-parameter] from base.toml:2:1, see there

3 files checked: 1 error
"""
TOLD_OF_ONE = """
one.toml:1:13: error[unknown-parameter] base.toml:2: `FCN` has no parameter `layer`; did you mean `layers`?
    1 | __base__ = ["base.toml"]
      |             ^^^^^^^^^^^

1 file checked: 1 error
"""


def test_a_mistake_in_a_base_is_described_once(write: Write, run: Run) -> None:
    write(PROJECT)
    write(FAMILY)
    assert run("check", ".", code=1).stdout == TOLD.lstrip("\n")
    assert run("check", "one.toml", code=1).stdout == TOLD_OF_ONE.lstrip("\n")


@pytest.mark.parametrize(("form", "uri"), [("github", "file={},"), ("sarif", '"uri":"{}"')])
def test_machines_are_shown_a_mistake_in_a_base_at_its_place(write: Write, run: Run, form: str, uri: str) -> None:
    write(PROJECT)
    write(FAMILY)
    whole = run("check", ".", "--format", form, code=1).stdout
    assert [uri.format(name) in whole for name in ("base.toml", "one.toml", "two.toml")] == [True, False, False]
    assert uri.format("one.toml") in run("check", "one.toml", "--format", form, code=1).stdout


def test_a_base_that_says_less_than_what_inherits_it_replaces_nothing(write: Write, run: Run) -> None:
    write(PROJECT)
    write(FAMILY)
    write("#- base.toml\n[Model.FCN]\nlayer = 3  # excore: ignore\n")
    done = run("check", ".", code=1).stdout
    assert "\ntwo.toml:1:13: error[unknown-parameter] base.toml:2: `FCN` has no parameter `layer`" in f"\n{done}"
    assert done.endswith("3 files checked: 2 errors\n")


@pytest.mark.parametrize("form", ["text", "json"])
def test_every_number_of_processes_finds_the_same(write: Write, run: Run, form: str) -> None:
    """Among 130 configs each process gets 50 at least; both bases are judged by configs of all."""
    mistakes = (
        "",
        "layrs = 3\n",
        'act = "relu"\n',
        "layers = true\n",
        "[Model.FNC]\n",
        "layers = 3 # excore: ignore\n",
    )
    configs = "".join(
        f"    #- configs/run{number:03}.toml\n    __base__ = '../bases/{('one', 'two')[number % 3 > 0]}.toml'\n"
        f"    [Model.FCN]\n    {mistakes[number % len(mistakes)]}\n"
        for number in range(130)
    )
    bases = """
    #- bases/one.toml
    [Model.FCN]
    layers = "three"
    acct = "relu"
    #- bases/two.toml
    __base__ = "one.toml"
    epochs = 3
    [Extra.FCN]
    "&layers" = "epoch"
    """
    write(PROJECT + bases + configs)
    one, two, many = (run("check", "--jobs", str(jobs), "--format", form, code=1).stdout for jobs in (1, 2, 9))
    assert one == two == many
    assert "unknown-variable" in one
    assert "acct" in one


RIGHT_WORDS = [
    "",
    "run.toml",
    ". -f json",
    "--strict -j 1 run.toml",
    "run.toml Model.FCN.layers=three",
    "--format sarif .",
]
OTHER_WORDS = ["--help", "--format=json", "-f xml", "-f", "-j 0", "-j x", "--jobs", "--strickt .", "-- run.toml"]


@pytest.mark.parametrize("words", RIGHT_WORDS)
def test_words_that_are_read_without_the_library_mean_the_same(
    write: Write, run: Run, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    write(PROJECT + "\n    #- run.toml\n    [Model.FCN]\n    act = 3\n")
    arguments = plain_check(words.split())
    assert arguments is not None
    code = checked(**arguments)
    assert capsys.readouterr().out == run("check", *words.split(), code=code).stdout


@pytest.mark.parametrize("words", OTHER_WORDS)
def test_other_words_are_left_to_the_library(words: str) -> None:
    assert plain_check(words.split()) is None


def test_a_reader_that_goes_ends_the_check_without_a_word(write: Write) -> None:
    write(PROJECT + "\n    #- run.toml\n    [Model.FCN]\n    act = 3\n")
    command = [*warm.python(), "-m", "excore", "check", "--format", "sarif"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 1
