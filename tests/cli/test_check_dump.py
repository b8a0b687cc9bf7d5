"""`excore check` and the registry dump: used where the source leaves something open, refused if it is of elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

from cli_kit import Run, Write

from excore.engine.workspace import workspace

OPEN = """
    #- .excore.toml
    src_dir = "p"
    registries = ["*M"]
    #- p/__init__.py
    from excore import Registry
    M = Registry("M")
    #- p/all.py
    import importlib
    from . import M
    M.match(importlib.import_module("p.plain"), lambda name, module: name.startswith("K"))
    #- p/plain.py
    class Known:
        def __init__(self, size: int): ...
    #- good.toml
    [M.Known]
    size = 1
    #- bad.toml
    [M.Known]
    sise = 1
    #- unknown.toml
    [M.Unknown]
"""


def test_k3_check_refuses_a_dump_that_is_not_of_here(write: Write, run: Run) -> None:
    write(OPEN)
    run("auto-register")
    dump = Path(workspace.registry_cache_file)
    content = json.loads(dump.read_text("utf-8"))
    assert run("check", "bad.toml", code=1).stderr == ""
    for text, message in (
        (json.dumps({**content, "root": "elsewhere-0"}), "another checkout"),
        ("{", "damaged"),
        (json.dumps({**content, "registries": [1]}), "damaged"),
        (json.dumps({**content, "version": 99}), "format excore-registry 99"),
        (json.dumps({**content, "version": 1}), "run `excore auto-register`"),
    ):
        dump.write_text(text, "utf-8")
        done = run("check", "bad.toml")
        assert message in done.stderr
        assert "unknown-parameter" not in done.stdout


def test_k3_source_wins_over_a_stale_dump(write: Write, run: Run) -> None:
    folder = write(OPEN)
    run("auto-register")
    assert "unknown-parameter" in run("check", "bad.toml", code=1).stdout
    (folder / "p/plain.py").write_text("class Kept: ...\n", "utf-8")
    assert "unknown-class" in run("check", "good.toml", code=1).stdout
    (folder / "p/plain.py").write_text("class Known:\n    def __init__(self, sise: int): ...\n", "utf-8")
    (folder / "p/all.py").write_text("from . import M, plain\nM.register_module(plain.Known)\n", "utf-8")
    assert run("check", "bad.toml").exit_code == 0
    assert "unknown-parameter" in run("check", "good.toml", code=1).stdout


def test_files_that_the_project_excludes_are_not_read(write: Write, run: Run) -> None:
    write("""
        #- .excore.toml
        registries = ["*M"]
        exclude = ["old/*"]
        #- new.py
        from excore import Registry
        M = Registry("M")
        @M.register()
        class Net: ...
        #- old/app.py
        from new import M
        @M.register()
        class Gone: ...
        #- run.toml
        [M.Gone]
        [M.Net]
    """)
    out = run("check", "run.toml", code=1).stdout
    assert "`Gone`" in out
    assert "`Net`" not in out.replace("did you mean `Net`", "")
