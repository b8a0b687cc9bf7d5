"""Searches by Optuna, and runs on a real cluster of Ray and by submitit (SWEEP-9, SWEEP-10)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cli_kit import Run, Write

FILES = """
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
    import os, sys
    from excore import config, report
    layers = config.load(sys.argv[1]).config["Model"]["FCN"]["layers"]
    with open("ledger", "a") as file:
        file.write(f"{layers}\\n")
    report(loss=layers / 2)
"""
MACHINES = str(Path(__file__).parents[2] / "benchmarks" / "two_machines.py")
COMMAND = ("--", sys.executable, "train.py", "{config}")


def results(name: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(Path("outputs", name, "results.json").read_text("utf-8"))
    return found


SEARCH = """
    #- search.toml
    [sweep]
    base = "run.toml"
    maximize = "score"
    [axes]
    Model.FCN.layers = { from = 1, to = 64, log = true }
    Model.FCN.act = ["relu", "tanh"]
    [[exclude]]
    Model.FCN.act = "tanh"
    [search]
    trials = 4
    sampler = "RandomSampler"
    pruner = "ThresholdPruner"
    seed = 3
    #- train.py
    import sys
    from excore import config, report
    model = config.load(sys.argv[1]).config["Model"]["FCN"]
    assert model["act"] == "relu"
    report(score=model["layers"])
"""


def test_sweep_9_a_search_goes_on(run: Run, project: Path, write: Write) -> None:
    optuna = pytest.importorskip("optuna")
    write(FILES + SEARCH)
    wrong = run("sweep", "search.toml", *COMMAND, code=2)
    assert "`ThresholdPruner` cannot be used here" in wrong.output
    text = Path("search.toml").read_text("utf-8").replace("Threshold", "Median")
    Path("search.toml").write_text(text.replace("Random", "Randum"), "utf-8")
    assert "did you mean `RandomSampler`?" in run("sweep", "search.toml", *COMMAND, code=2).output
    Path("search.toml").write_text(text, "utf-8")
    run("sweep", "search.toml", "-j", "2", *COMMAND)
    first = results("search")
    assert len(first) == 4
    assert first[0]["metrics"] == {"score": max(one["metrics"]["score"] for one in first)}  # type: ignore[index]
    storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend("outputs/search/study.journal"))
    study = optuna.load_study(study_name="sweep", storage=storage)
    assert study.best_value == first[0]["metrics"]["score"]
    # one more trial that nobody was told of, as if the engine had been killed
    study.ask(dict(study.best_trial.distributions))
    Path("search.toml").write_text(text.replace("trials = 4", "trials = 6"), "utf-8")
    run("sweep", "search.toml", "-j", "2", *COMMAND)
    again = results("search")
    assert len(again) >= 5
    assert all(one in again for one in first)
    study = optuna.load_study(study_name="sweep", storage=storage)
    assert not study.get_trials(states=(optuna.trial.TrialState.RUNNING,))


def test_sweep_9_a_pruner_ends_runs(run: Run, project: Path, write: Write) -> None:
    pytest.importorskip("optuna")
    write(FILES + SEARCH.replace("ThresholdPruner", "MedianPruner"))
    write("""
        #- train.py
        import sys, time
        from excore import config, report
        layers = config.load(sys.argv[1]).config["Model"]["FCN"]["layers"]
        first = sys.argv[1].split("/")[-2] < "005"
        for step in range(3000):
            time.sleep(0 if first else 0.02)
            if not report(step=step, score=1 if first else 0) or (first and step == 3):
                break
    """)
    text = Path("search.toml").read_text("utf-8").replace("trials = 4", "trials = 7").replace('tanh"\n', 'none"\n')
    Path("search.toml").write_text(
        text.replace(', "tanh"]', "]").replace('[[exclude]]\nModel.FCN.act = "none"\n', ""), "utf-8"
    )
    found = run("sweep", "search.toml", "-j", "1", *COMMAND)
    assert "5 done, 2 stopped" in found.output


def excore(*arguments: str, **environment: str) -> str:
    """What a process of its own says. The engines take threads and functions that are no part of a process of tests."""
    done = subprocess.run(
        [sys.executable, "-m", "excore.cli.main", *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_sweep_10_slurm(project: Path, write: Write) -> None:
    pytest.importorskip("submitit")
    write(FILES)
    with open("depths.toml", "a", encoding="utf-8") as file:
        file.write('[slurm]\ncluster = "local"\ntimeout_min = 5\n')
    excore("sweep", "depths.toml", "--engine", "slurm", *COMMAND)
    assert sorted(Path("ledger").read_text("utf-8").split()) == ["1", "2", "3", "4"]
    assert [one["state"] for one in results("depths")] == ["done"] * 4
    excore("sweep", "depths.toml", "--engine", "slurm", *COMMAND)
    assert len(Path("ledger").read_text("utf-8").split()) == 4


def test_sweep_10_ray_loses_a_machine(project: Path, write: Write) -> None:
    pytest.importorskip("ray")
    write(FILES)
    write("""
        #- train.py
        import os, sys
        import time
        from excore import report
        name = sys.argv[1].split(os.sep)[-2]
        with open("ledger", "a") as file:
            file.write(f"start {name}\\n")
        until = time.monotonic() + 240
        while not os.path.exists("gone"):
            assert time.monotonic() < until
            time.sleep(0.05)
        with open("ledger", "a") as file:
            file.write(f"end {name}\\n")
        report(loss=int(name))
    """)
    with subprocess.Popen(
        [sys.executable, MACHINES, "1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as machines:
        assert machines.stdin is not None
        assert machines.stdout is not None
        try:
            address = machines.stdout.readline().strip()
            with ThreadPoolExecutor() as pool:
                sweep = pool.submit(excore, "sweep", "depths.toml", "--engine", "ray", *COMMAND, RAY_ADDRESS=address)
                ledger = Path("ledger")
                until = time.monotonic() + 120
                while not sweep.done() and (not ledger.exists() or ledger.read_text("utf-8").count("start") < 2):
                    assert time.monotonic() < until
                    time.sleep(0.05)
                machines.stdin.write("\n")
                machines.stdin.flush()
                assert machines.stdout.readline() == "removed\n"
                Path("gone").touch()
                said = sweep.result()
        finally:
            machines.stdin.close()
    # What the lost machine ran may end, too, before it is killed: both machines are this one.
    ended = {line for line in ledger.read_text("utf-8").split("\n") if line.startswith("end")}
    assert ended == {"end 000", "end 001", "end 002", "end 003"}, said
    assert [one["state"] for one in results("depths")] == ["done"] * 4
