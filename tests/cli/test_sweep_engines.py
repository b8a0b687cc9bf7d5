"""Searches by Optuna, and runs on a real cluster of Ray and by submitit (SWEEP-9, SWEEP-10)."""

from __future__ import annotations

import json
import sys
import threading
import time
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
        import itertools, sys, time
        from excore import config, report
        layers = config.load(sys.argv[1]).config["Model"]["FCN"]["layers"]
        first = sys.argv[1].split("/")[-2] < "005"
        for step in itertools.count():
            time.sleep(0.02)
            if not report(step=step, score=1 if first else 0) or (first and step == 3):
                break
    """)
    text = Path("search.toml").read_text("utf-8").replace("trials = 4", "trials = 7").replace('tanh"\n', 'none"\n')
    Path("search.toml").write_text(
        text.replace(', "tanh"]', "]").replace('[[exclude]]\nModel.FCN.act = "none"\n', ""), "utf-8"
    )
    found = run("sweep", "search.toml", "-j", "1", *COMMAND)
    assert "5 done, 2 stopped" in found.output


def test_sweep_10_slurm(run: Run, project: Path, write: Write) -> None:
    pytest.importorskip("submitit")
    write(FILES)
    with open("depths.toml", "a", encoding="utf-8") as file:
        file.write('[slurm]\ncluster = "local"\ntimeout_min = 5\n')
    run("sweep", "depths.toml", "--engine", "slurm", *COMMAND)
    assert sorted(Path("ledger").read_text("utf-8").split()) == ["1", "2", "3", "4"]
    assert [one["state"] for one in results("depths")] == ["done"] * 4
    run("sweep", "depths.toml", "--engine", "slurm", *COMMAND)
    assert len(Path("ledger").read_text("utf-8").split()) == 4


def test_sweep_10_ray_loses_a_machine(run: Run, project: Path, write: Write) -> None:
    ray = pytest.importorskip("ray")
    from ray import cluster_utils

    write(FILES)
    write("""
        #- train.py
        import os, sys
        import time
        from excore import report
        name = sys.argv[1].split(os.sep)[-2]
        with open("ledger", "a") as file:
            file.write(f"start {name}\\n")
        while not os.path.exists("gone"):
            time.sleep(0.05)
        with open("ledger", "a") as file:
            file.write(f"end {name}\\n")
        report(loss=int(name))
    """)
    cluster = cluster_utils.Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    node = cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()
    try:
        ray.init(address=cluster.address, log_to_driver=False)
        killer = _kill_after_two_have_begun(cluster, node)
        run("sweep", "depths.toml", "--engine", "ray", *COMMAND)
        killer.join()
    finally:
        ray.shutdown()
        cluster.shutdown()
    said = Path("ledger").read_text("utf-8").split("\n")
    assert sorted(line for line in said if line.startswith("end")) == ["end 000", "end 001", "end 002", "end 003"]
    assert [one["state"] for one in results("depths")] == ["done"] * 4


def _kill_after_two_have_begun(cluster: object, node: object) -> threading.Thread:
    import threading

    def kill() -> None:
        ledger = Path("ledger")
        while not ledger.exists() or ledger.read_text("utf-8").count("start") < 2:
            time.sleep(0.05)
        cluster.remove_node(node, allow_graceful=False)  # type: ignore[attr-defined]
        Path("gone").touch()

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    return thread
