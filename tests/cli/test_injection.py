"""Names of files and in files say nothing to what reads an output: no workflow command, no broken XML, no control."""

from __future__ import annotations

import ast
import subprocess
import sys
import unicodedata
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cli_kit import Run, Write

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no file has such a name there")

NASTY = "\x1b]0;pwned\x07\u202e\x9b\n::error::x"
WRITTEN = r"\u001b]0;pwned\u0007\u202e\u009b\n::error::x"
LINES = """
    check . --format github
    check . --format sarif
    check . --format json
    list
    list --json
    blame BAD Model.FCN
    diff configs/run.toml BAD
    diff configs/run.toml BAD --json
    graph BAD
    graph BAD --format dot
    graph BAD --format json
    graph BAD --format svg
    stubs BAD
    quote BAD
    format --check .
"""


@pytest.fixture
def bad(write: Write) -> Path:
    """A config and classes with names that nobody should have, beside good ones."""
    home = write(
        f"""
        #- .excore.toml
        registries = ["*Model"]
        #- models.py
        from excore import Registry
        MODEL = Registry("Model")
        @MODEL.register()
        class FCN:
            def __init__(self, a="{WRITTEN}", b=None): ...
        MODEL.register(name="{WRITTEN}")(FCN)
        #- configs/run.toml
        [Model.FCN]
        """
    )
    config = home / "configs" / f"{NASTY}.toml"
    config.write_text(
        f'"t{WRITTEN}" = "{WRITTEN}"\n[Model.FCN]\na = "{WRITTEN}"\n"c{WRITTEN}" = 1\n[Model."{WRITTEN}"]\n!b = "FCN"\n'
    )
    return config


def obeyed(text: str) -> set[str]:
    """What a terminal would obey, but for the end of a line."""
    return {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and char != "\n"}


@pytest.mark.parametrize("line", LINES.split("\n")[1:-1])
def test_no_output_holds_a_command(bad: Path, run: Run, line: str) -> None:
    done = run(*(str(bad) if word == "BAD" else word for word in line.split()), code=None)
    assert done.output
    assert not obeyed(done.output), ascii(done.output)
    assert not any(each.startswith("::error::x") for each in done.output.split("\n")), ascii(done.output)


def test_what_is_written_to_a_file_is_what_its_kind_allows(bad: Path, run: Run) -> None:
    """A picture is XML; a composed config is TOML, whose comments end with their lines."""
    run("graph", str(bad), "--format", "svg", "-o", "graph.svg", code=None)
    ElementTree.parse("graph.svg")
    shown = run("show", str(bad), code=None).stdout
    assert "\n::error" not in shown
    assert "\x1b" not in shown


RECORD = f"""\
# The record of a run, by ExCore. It loads to the same config without the files that are named here.
# [run]
# time = "{WRITTEN}"
# [repository]
# commit = "{WRITTEN}"

"{WRITTEN}" = "FIRST {WRITTEN}"
"""


def test_records_of_runs_say_nothing_to_a_terminal(folder: Path, run: Run) -> None:
    for number in range(2):
        path = folder / f"{number}{NASTY}" / "config.toml"
        path.parent.mkdir()
        path.write_text(RECORD.replace("FIRST", str(number)))
    for more in ((), ("--json",)):
        done = run("runs", *more)
        assert "pwned" in done.output
        assert not obeyed(done.output), ascii(done.output)
        assert not any(line.startswith("::error::x") for line in done.output.split("\n"))


def test_the_table_and_the_picture_of_a_sweep(bad: Path, folder: Path, run: Run, write: Write) -> None:
    write(
        f"""
        #- train.py
        import sys
        from excore import report
        report(**{{"loss": 1, "{WRITTEN}": 2}})
        #- base.toml
        "{WRITTEN}" = "x"
        #- tries.toml
        [sweep]
        base = "base.toml"
        minimize = "loss"
        [axes]
        "{WRITTEN}" = ["a", "<b>{WRITTEN}"]
        """
    )
    done = run("sweep", "tries.toml", "--", sys.executable, "train.py", "{config}", code=None)
    assert not obeyed(done.output), ascii(done.output)
    assert not any(line.startswith("::error::x") for line in done.output.split("\n"))
    assert done.exit_code == 0, done.output
    ElementTree.parse(folder / "outputs" / "tries" / "plot.svg")


def test_the_report_of_a_migration(folder: Path, run: Run, write: Write) -> None:
    write("#- pyproject.toml\n#- old/x.py\n")
    for name in (f"a{NASTY}.py", f"b{NASTY}.py"):
        (folder / "old" / name).write_text(
            f"model = dict(type='A{WRITTEN}', b=print('{WRITTEN}'))\nx = '{WRITTEN}'[9:]\n"
        )
    done = run("migrate", "old", "--to", "new", code=None)
    report = (folder / "new" / "migration.md").read_text("utf-8")
    assert "pwned" in report
    for text in (done.output, report):
        assert not obeyed(text), ascii(text)
        assert not any(line.startswith("::error::x") for line in text.split("\n"))


def test_what_is_no_code(run: Run, folder: Path) -> None:
    assert not obeyed(run("explain", NASTY, code=2).output)


def test_words_that_a_shell_completes_are_no_commands(run: Run, write: Write, tmp_path: Path) -> None:
    """What a config offers is put into the line as one word, which runs nothing when the line is entered."""
    home = write('#- run.toml\nkey = 1\n"$(touch ran);`touch ran`" = 1\n')
    words = run("completion", "words", "--", "python", "run.toml", "").stdout.splitlines()
    assert any("touch ran" in word for word in words)
    tool = tmp_path / "bin" / "excore"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\ncat words\n")
    tool.chmod(0o755)
    (home / "words").write_text("\n".join(words))
    script = run("completion", "bash", "python", "'$(touch ran)").stdout
    ask = f'PATH={tool.parent}:$PATH; COMP_LINE="python run.toml "; COMP_POINT=${{#COMP_LINE}}; _excore_complete'
    enter = 'for word in "${COMPREPLY[@]}"; do eval "echo $word"; done'
    done = subprocess.run(["bash", "-c", f"{script}\n{ask}\n{enter}"], capture_output=True, text=True, cwd=home)
    assert "touch ran" in done.stdout, done
    assert not (home / "ran").exists()


@pytest.mark.parametrize("name", ['x\\")\\nopen(\\"ran\\", \\"w\\") #', WRITTEN, "a b-c"])
def test_names_of_registries_are_texts_in_the_python_that_is_written(folder: Path, run: Run, name: str) -> None:
    (folder / ".excore.toml").write_text(f'registries = ["{name}"]\n')
    run("generate-registries", code=None)
    for path in folder.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        assert [type(node) for node in tree.body] == [ast.ImportFrom, ast.Assign], path.read_text("utf-8")
