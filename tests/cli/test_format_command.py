"""``excore format``: files on disk; what a layout is, is tested with the language."""

from __future__ import annotations

from pathlib import Path

from cli_kit import Run, Write

UNTIDY = "[Model.FCN]\r\n!backbone='ResNet'   # why\r\n"
TIDY = "[Model.FCN]\r\n!backbone = 'ResNet'   # why\r\n"


def test_cli_format_changes_files_and_nothing_else(folder: Path, run: Run) -> None:
    config = folder / "configs" / "run.toml"
    config.parent.mkdir()
    config.write_bytes(UNTIDY.encode())
    (folder / "configs" / "pyproject.toml").write_text("a=1\n")
    done = run("format", "configs")
    assert "changed configs/run.toml" in done.stdout.replace("\\", "/")
    assert config.read_bytes() == TIDY.encode()
    assert (folder / "configs" / "pyproject.toml").read_text() == "a=1\n"
    assert run("format", "configs").stdout == ""


def test_cli_format_check_writes_nothing(folder: Path, run: Run) -> None:
    config = folder / "run.toml"
    config.write_bytes(UNTIDY.encode())
    done = run("format", "--check", "run.toml", code=1)
    assert "would change run.toml" in done.stdout
    assert config.read_bytes() == UNTIDY.encode()
    config.write_bytes(TIDY.encode())
    run("format", "--check", "run.toml")


def test_cli_format_leaves_broken_files_alone(folder: Path, run: Run) -> None:
    broken = folder / "run.toml"
    broken.write_text("!x=1\n[Model.FCN\n")
    done = run("format", code=1)
    assert "left alone, it is not TOML" in done.stderr
    assert broken.read_text() == "!x=1\n[Model.FCN\n"
    assert "no such file" in run("format", "nowhere.toml", code=2).stderr


def test_cli_format_indents_as_asked(folder: Path, run: Run) -> None:
    config = folder / "run.toml"
    config.write_text("!a = [\n1\n]\n")
    run("format", "--indent", "2")
    assert config.read_text() == "!a = [\n  1,\n]\n"


def test_cli_format_rewrites_no_file_that_check_calls_no_config(write: Write, run: Run) -> None:
    untidy = "[a]\nb=1\n"
    folder = write(
        '#- .excore.toml\nregistries = ["*Model"]\nexclude = ["old/*"]\n'
        "#- plain.toml\n[a]\nb=1\n#- data/values.toml\n[a]\nb=1\n#- old/run.toml\n!b=1\n#- Cargo.toml\n[a]\nb=1\n"
    )
    assert run("format", ".").output == ""
    for name, why in {
        "plain.toml": "it has no `__base__`",
        "old/run.toml": "`exclude` of .excore.toml leaves it out",
        "Cargo.toml": "a file of that name is no config",
    }.items():
        assert f"{name}: left alone, {why}" in run("format", name).stderr
        assert "is not checked" in run("check", name).stderr
    assert (folder / "plain.toml").read_text() == (folder / "data/values.toml").read_text() == untidy
    assert (folder / "old/run.toml").read_text() == "!b=1\n"
    assert (folder / "Cargo.toml").read_text() == untidy


def test_cli_format_lays_out_fragments_and_configs_that_show_it_by_a_name(write: Write, run: Run) -> None:
    folder = write(
        '#- .excore.toml\nregistries = ["*Model"]\n#- run.toml\n__base__ = ["part.toml"]\n#- part.toml\nb=1\n'
        "#- field.toml\n[Model.FCN]\nb=1\n"
    )
    run("format", ".")
    assert (folder / "part.toml").read_text() == "b = 1\n"
    assert (folder / "field.toml").read_text() == "[Model.FCN]\nb = 1\n"
