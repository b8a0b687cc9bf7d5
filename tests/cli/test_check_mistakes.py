"""`excore check` and mistakes around the configs: in the project file, in the Python files."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_kit import Run, Write

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

CONFIG = """
    #- run.toml
    [Model.FCN]
"""


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('src_dir = "thing"', "there is no folder `thing`"),
        ("src_dir = things", "`src_dir` must be a string"),
        ('src_dri = "things"', "`src_dri` is no key of a project file; did you mean `src_dir`?"),
    ],
)
def test_what_is_wrong_in_the_project_file_is_told(write: Write, run: Run, line: str, message: str) -> None:
    write(CONFIG)
    write(f'#- .excore.toml\nregistries = ["*Model"]\n{line}\n')
    assert (
        f".excore.toml:2:{1 if 'dri' in line else 11}: error[invalid-project] {message}"
        in run("check", "run.toml", code=1).stdout
    )


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
    place = str(Path("things", "broken.py"))
    assert done.stderr.startswith(f"excore check: {place}:4: ")
    assert done.stderr.endswith("; what this file registers is not known\n")
    assert len(done.stderr.splitlines()) == 1  # the other one does not speak of `Broken`


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


@pytest.mark.parametrize(("form", "uri"), [("github", "file={},"), ("sarif", '{}"}}')])
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
