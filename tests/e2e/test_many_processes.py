"""Several processes on one project at once, as a launcher starts them: one for each device."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import warm

from excore import config

QUICKSTART = Path(__file__).parents[2] / "examples" / "quickstart"
PROCESSES = 8

# Each loads, dumps, builds and writes every cache there is; all wait for one another before they begin.
WORK = """
import json, subprocess, sys
from pathlib import Path
from excore import Registry, config
import src

number, dumped = int(sys.argv[1]), Path(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
for turn in range(3):
    cfg = config.load("configs/fcn_resnet.toml")
    cfg.dump(str(dumped / "same.toml"))
    cfg.dump(str(dumped / f"own_{number}.toml"))
    modules, info = config.build_all(cfg)
    Registry.dump(update=bool(number % 2))
    if number % 3 == turn:
        program = "import sys; from excore.cli.main import main; sys.exit(main())"
        command = ("check", "configs") if number < 4 else ("auto-register",)
        done = subprocess.run([sys.executable, "-c", program, *command], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
print(json.dumps([sorted(modules), sorted(info)]))
"""


def test_eight_processes_load_dump_and_register_at_once(tmp_path: Path) -> None:
    project, caches, dumped = tmp_path / "quickstart", tmp_path / "caches", tmp_path / "dumped"
    shutil.copytree(QUICKSTART, project, ignore=shutil.ignore_patterns("__pycache__"))
    caches.mkdir()
    dumped.mkdir()
    before = _files(project)
    environment = os.environ | {"XDG_CACHE_HOME": str(caches), "PYTHONDONTWRITEBYTECODE": "1", "EXCORE_MANUAL_SET": "0"}
    running = [
        subprocess.Popen(
            [*warm.python(), "-c", WORK, str(number), str(dumped)],
            cwd=project,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ended = [(*process.communicate(), process.returncode) for process in running]
    assert [code for _, _, code in ended] == [0] * PROCESSES, ended
    assert {out for out, _, _ in ended} == {ended[0][0]}, "all get the same"
    assert [problems for _, problems, _ in ended] == [""] * PROCESSES

    texts = {path.read_text("utf-8") for path in dumped.iterdir()}
    assert len(texts) == 1, "each dump is whole, whoever wrote it last"
    assert config.load_config(str(dumped / "same.toml"))
    assert _files(project) == before, "nothing is written beside the named outputs and the cache"
    [written] = caches.rglob("registry_cache.json")
    assert json.loads(written.read_text("utf-8"))
    assert [path.name for path in caches.rglob("*") if "tmp" in path.name] == []


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
