"""``excore sweep``: all runs are judged before the first is started, none is lost or run twice (SWEEP-5 to SWEEP-8)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cli_kit import Run, Write

from excore import config
from excore.config.run_record import read_record

CONFIGS = """
    #- run.toml
    epochs = 1
    [Model.FCN]
    !head = "Top"
    layers = 3
    #- depths.toml
    [sweep]
    base = "run.toml"
    minimize = "loss"
    [axes]
    Model.FCN.layers = [4, 1, 3, 2]
    #- train.py
    import sys
    from excore import config, report
    cfg = config.load(sys.argv[1])
    layers = cfg.config["Model"]["FCN"]["layers"]
    print("layers", layers)
    if layers == 3:
        sys.exit(7)
    report(step=1, loss=99)
    report(loss=layers / 2, extra=1)
"""
COMMAND = ("--", sys.executable, "train.py", "{config}")


def results(folder: str = "outputs/depths") -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(Path(folder, "results.json").read_text("utf-8"))
    return found


def test_sweep_5_nothing_is_started_if_one_run_is_wrong(run: Run, project: Path, write: Write) -> None:
    write(CONFIGS.replace("4, 1, 3, 2]", "4, 1]\n    Model.FCN.head = ['Top', 'Tap']"))
    found = run("sweep", "depths.toml", *COMMAND, code=1)
    assert "depths.toml:6:27: error[unknown-class]" in found.output
    assert not Path("outputs").exists()
    run("check", "depths.toml", code=1)
    run("sweep", "run.toml", code=2)
    run("sweep", "nowhere.toml", code=2)


def test_sweep_6_runs_are_recorded_started_and_shown(run: Run, project: Path, write: Write) -> None:
    write(CONFIGS)
    listed = run("sweep", "depths.toml")
    assert "4 runs" in listed.output
    assert not Path("outputs").exists()
    run("sweep", "depths.toml", "--", "python", "train.py", code=2)
    found = run("sweep", "depths.toml", "-j", "2", *COMMAND, code=1)
    log = os.path.join("outputs", "depths", "002", "log.txt")
    assert f"002 failed with code 7, see {log}: layers 3 (" in found.output
    assert "3 done, 1 failed" in found.output
    assert [one["overrides"] for one in results()] == [[f"Model.FCN.layers={n}"] for n in (1, 2, 4, 3)]
    assert results()[0]["metrics"] == {"loss": 0.5, "extra": 1.0}
    assert Path("outputs/depths/002/log.txt").read_text("utf-8") == "layers 3\n"
    record = read_record("outputs/depths/001")
    assert record is not None
    assert record.fact("run", "overrides") == ["Model.FCN.layers=1"]
    assert (
        config.load("outputs/depths/001/config.toml").config
        == config.load("run.toml", overrides=["Model.FCN.layers=1"]).config
    )
    picture = ElementTree.parse("outputs/depths/plot.svg")
    assert len(picture.findall(".//{http://www.w3.org/2000/svg}circle")) == 3


def test_sweep_1_a_sweep_beside_the_project_knows_its_classes(run: Run, project: Path, write: Write) -> None:
    write("#- sub/.excore.toml\nname = 'sub'\n" + CONFIGS.replace("#- run.toml", "#- sub/run.toml"))
    Path("sub/net.py").write_text(
        "from excore import Registry\nM = Registry('Model')\n@M.register()\nclass FCN:\n    def __init__(self): ...\n"
    )
    write("#- far/depths.toml\n[sweep]\nbase = '../sub/run.toml'\n[axes]\nModel.FCN.laiers = 1\n")
    Path("far/.excore.toml").write_text("name = 'far'\n")
    assert "has no parameter `laiers`" in run("sweep", "far/depths.toml", code=1).output


def test_sweep_7_the_same_command_goes_on(run: Run, project: Path, write: Write) -> None:
    write(CONFIGS)
    run("sweep", "depths.toml", *COMMAND, code=1)
    ended = {path: path.read_text("utf-8") for path in Path("outputs").rglob("ended.json")}
    assert len(ended) == 4
    run("sweep", "depths.toml", *COMMAND, code=1)
    assert {path: path.read_text("utf-8") for path in ended} == ended
    write("#- train.py\nfrom excore import report\nreport(loss=3)\n")
    run("sweep", "depths.toml", "--retry", *COMMAND)
    assert [one["run"] for one in results()] == ["001", "003", "000", "002"]
    write(CONFIGS.replace("4, 1, 3, 2", "5, 1, 3, 2"))
    assert "ran as another config" in run("sweep", "depths.toml", *COMMAND, code=2).output


TRAIN = """
    #- train.py
    import fcntl, os, sys
    from excore import report
    name = os.path.basename(sys.argv[1])
    def say(word):
        with open("ledger", "a") as file:
            file.write(f"{word} {name}\\n")
    say("start")
    with open("started", "w") as pipe:
        pipe.write(f"{name}\\n")
    if name in ("002", "003"):
        fcntl.flock(open("gate"), fcntl.LOCK_SH)
    say("end")
    report(loss=1)
"""


@pytest.mark.parametrize("whole", [False, True], ids=["the engine alone", "its runs too"])
def test_sweep_7_killed_and_begun_again(run: Run, project: Path, write: Write, whole: bool) -> None:
    fcntl = pytest.importorskip("fcntl", reason="Windows has no kill -9 and no named pipes")
    write(CONFIGS + TRAIN)
    os.mkfifo("started")
    command = [sys.executable, "-m", "excore.cli.main", "sweep", "depths.toml", "-j", "2"]
    command += ["--", sys.executable, "train.py", "{folder}", "{config}"]
    # both ends of the pipe, so that neither this process nor a run waits for the other to open it
    with open(os.open("started", os.O_RDWR), encoding="utf-8") as started, open("gate", "w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        engine = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
        assert sorted(started.readline().strip() for _ in range(4)) == ["000", "001", "002", "003"]
        (os.killpg if whole else os.kill)(engine.pid, signal.SIGKILL)
        engine.wait()
        second = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        fcntl.flock(gate, fcntl.LOCK_UN)
        second.wait()
    assert second.returncode == 0
    said = Path("ledger").read_text("utf-8").split("\n")
    for name in ("000", "001", "002", "003"):
        assert said.count(f"end {name}") == 1
        assert said.count(f"start {name}") == 1 + (whole and name in ("002", "003"))
    assert {one["state"] for one in results()} == {"done"}


def test_sweep_8_report_says_nothing_without_a_sweep(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from excore import report

    assert report(loss=1) is True
    monkeypatch.setenv("EXCORE_RUN", str(folder))
    assert report(step=2, loss=0.5) is True
    monkeypatch.setenv("RANK", "1")
    (folder / "stop").touch()
    assert report(step=2, loss=0.5) is False
    assert (folder / "metrics.jsonl").read_text("utf-8") == '{"step": 2, "loss": 0.5}\n'
    with pytest.raises(ValueError, match="no"):
        report(loss="no")
