"""``excore check``: the same verdict as the server's, for terminals and machines."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import warm
from e2e_kit import PATIENCE, Editor, editor, uri, write

from excore.tooling.diagnostics import encode

ROOT = Path(__file__).resolve().parents[2]
QUICKSTART = ROOT / "examples" / "quickstart"


def run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [*warm.python(), "-m", "excore.cli.main", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=PATIENCE)


def check(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return run("check", *arguments, cwd=cwd)


def published(root: Path, files: list[Path]) -> dict[str, str]:
    """What the server publishes for files, as it came over the wire but for the version."""
    capabilities = {
        "window": {"workDoneProgress": True},
        "textDocument": {
            "publishDiagnostics": {
                "relatedInformation": True,
                "tagSupport": {"valueSet": [1, 2]},
                "codeDescriptionSupport": True,
                "dataSupport": True,
            }
        },
    }
    found = {}
    with editor(root, capabilities) as client:
        client.ready()
        for file in files:
            client.open(uri(file), file.read_bytes().decode())
        client.until(lambda: None not in [client.diagnostics(uri(file)) for file in files], "diagnostics of every file")
        for file in files:
            found[uri(file)] = encode(client.diagnostics(uri(file)))
    return found


@pytest.mark.skipif(not QUICKSTART.is_dir(), reason="the examples are not part of this copy")
def test_json_is_what_the_server_publishes_byte_for_byte() -> None:
    done = check("--format", "json", ".", cwd=QUICKSTART)
    lines = [line.strip("[,] \n") for line in done.stdout.splitlines()]
    reports = [json.loads(line + "]}" if not line.endswith("]}") else line) for line in lines]
    assert len(reports) > 20
    assert any(report["diagnostics"] for report in reports)
    files = [QUICKSTART / report["uri"].rpartition("/quickstart/")[2] for report in reports]
    server = published(QUICKSTART, files)
    for report in reports:
        one = encode(report["diagnostics"])
        assert one == server[report["uri"]]
        assert f'{{"uri":{json.dumps(report["uri"])},"diagnostics":{one}}}' in done.stdout


def test_exit_codes(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, "#- bad/bad.toml\n[Model.FCM]\n#- bad/warn.toml\n[Backbone.ResNet]\ndepth = 'x'\n#- empty/x.txt\n")
    assert check("run.toml", cwd=tmp_path).returncode == 0
    assert check(cwd=tmp_path).returncode == 1
    assert check("bad/warn.toml", cwd=tmp_path).returncode == 0
    assert check("--strict", "bad/warn.toml", cwd=tmp_path).returncode == 1
    assert check("no/such.toml", cwd=tmp_path).returncode == 2
    assert check("--format", "nonsense", cwd=tmp_path).returncode == 2
    nothing = check("empty", cwd=tmp_path)
    assert nothing.returncode == 2
    assert "no config" in nothing.stderr


def test_text(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, '#- bad.toml\n[Model.FCN]\n!backbone = "ResNett" # 宽\n')
    done = check("bad.toml", cwd=tmp_path)
    first, line, marks, *_ = done.stdout.splitlines()
    assert re.match(r"bad\.toml:2:\d+: error\[unknown-class\] ", first)
    assert line.endswith('!backbone = "ResNett" # 宽')
    assert line[marks.index("^") : marks.rindex("^") + 1] == "ResNett"
    assert "`ResNet`" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("1 file checked: 1 error")
    assert "\x1b" not in done.stdout


def test_a_named_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_bytes(b"a = '\xff'\n")
    done = check("bad.toml", cwd=tmp_path)
    assert done.returncode == 1
    assert "unreadable-file" in done.stdout


def test_bytes_that_are_not_utf_8_are_told_with_place_and_advice(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_bytes(b"a = 1\nb = '\xff'\n")
    done = check("bad.toml", cwd=tmp_path)
    assert "bad.toml:2:6: error[unreadable-file] the file cannot be read: not UTF-8: byte 0xff in line 2" in done.stdout
    assert "save it as UTF-8" in done.stdout


def test_plain_toml_is_never_judged(tmp_path: Path) -> None:
    write(tmp_path)
    write(
        tmp_path,
        "#- pyproject.toml\n[Model.FCM]\n#- Cargo.toml\n[Model.FCM\n#- uv.lock\n[Model.FCM]\n#- x.toml\n[tool]\na=1\n",
    )
    done = check("pyproject.toml", "Cargo.toml", "x.toml", ".", cwd=tmp_path)
    assert done.returncode == 0, done.stdout


def test_github(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, "#- a,b%.toml\n[Model.FCM]\n")
    done = check("-f", "github", "a,b%.toml", cwd=tmp_path)
    assert re.match(
        r"::error file=a%2Cb%25\.toml,line=1,endLine=1,col=8,endColumn=11,title=excore unknown-class::no class",
        done.stdout,
    )


def test_sarif(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, "#- bad.toml\n[Model.FCM]\n")
    log = json.loads(check("-f", "sarif", ".", cwd=tmp_path).stdout)
    assert log["version"] == "2.1.0"
    run = log["runs"][0]
    result = run["results"][0]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "unknown-class"
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "bad.toml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 1, "startColumn": 8, "endLine": 1, "endColumn": 11},
    }
    assert run["originalUriBaseIds"] == {"%SRCROOT%": {"uri": f"{uri(tmp_path)}/"}}


def test_checking_runs_no_code(tmp_path: Path) -> None:
    models = write(tmp_path) / "src" / "models.py"
    models.write_text(models.read_text() + "\nopen('marker', 'w')\nraise SystemExit(3)\n")
    assert check(".", cwd=tmp_path).returncode == 0
    assert not (tmp_path / "marker").exists()


def test_commands_are_listed_and_late() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "excore.cli.main", "--help"], capture_output=True, text=True, check=True
    )
    assert "check" in done.stdout
    assert "demo" in done.stdout
    code = "import sys; import excore.cli.main; sys.exit('excore.lang.workspace.host' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.skipif(not QUICKSTART.is_dir(), reason="the examples are not part of this copy")
def test_demo() -> None:
    done = run("demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "answers are right" in done.stdout
    assert "\x1b" not in done.stdout


def test_demo_fails_where_answers_are_wrong_or_there_is_no_example(tmp_path: Path) -> None:
    wrong = run("demo", str(write(tmp_path)))
    assert wrong.returncode == 1
    assert "are wrong" in wrong.stdout
    none = run("demo", str(tmp_path / "none"))
    assert none.returncode == 2
    assert "The quickstart example is not here" in none.stdout


def test_client_of_a_server_that_ends() -> None:
    from excore.tooling.lsp_client import ServerGone

    with Editor([sys.executable, "-c", "print('no protocol')"]) as client, pytest.raises(ServerGone):
        client.request("initialize", {})


def test_a_project_without_a_sign_is_the_same_from_each_of_its_folders(tmp_path: Path) -> None:
    write(
        tmp_path,
        '#- src/models.py\nfrom excore import Registry\n\nM = Registry("Model")\n@M.register()\nclass FCN: ...\n',
    )
    write(tmp_path, "#- configs/fcn.toml\n[Model.FCN]\nlayers = 1\n")
    texts = [check("fcn.toml", cwd=tmp_path / "configs").stdout, check("configs/fcn.toml", cwd=tmp_path).stdout]
    assert ["error[unknown-parameter]" in text for text in texts] == [True, True]
