"""What users see of an error: their own line, the lines of the config, everything once."""

from __future__ import annotations

import subprocess
import textwrap
from pathlib import Path

import pytest
import warm

MODELS = """
    from excore import Registry
    MODEL = Registry("Model")
    @MODEL.register()
    class Net:
        def __init__(self, depth, width=1, block=None):
            self.depth = 1 / depth
    @MODEL.register()
    def broken():
        raise ZeroDivisionError("no such luck")
"""


def trace(folder: Path, config: str, script: str) -> str:
    (folder / "models.py").write_text(textwrap.dedent(MODELS))
    (folder / "run.toml").write_text(textwrap.dedent(config))
    (folder / "train.py").write_text(f"import models\nfrom excore import config\n{textwrap.dedent(script)}")
    done = subprocess.run([*warm.python(), "train.py"], cwd=folder, capture_output=True, text=True, check=False)
    return done.stderr


@pytest.mark.parametrize(
    ("config", "script"),
    [
        ('[Model.Net]\n!block = "Nt"\n', 'config.load("run.toml")'),
        ("[Model.Net]\n!!x = 1\n", 'config.load("run.toml")'),
        ("[Model.Net]\n!!x = 1\n", 'config.load("run.toml", parse_config=False)'),
        ("[Model.Net]\n!!x = 1\n", 'config.load_config("run.toml")'),
        ("[Model.Net]\n!!x = 1\n", 'config.load("run.toml", parse_config=False).build_all()'),
        ('[Model.Net]\ndepth = 1\n!block = "broken"\n', 'config.load("run.toml").build_all()'),
        ('[Model.Net]\ndepth = 1\n!block = "broken"\n', 'config.build_all(config.load("run.toml"))'),
        ('[Model.Net]\ndepth = 1\n!block = "broken"\n', 'config.load("run.toml").Model()'),
        ('[Model.Net]\ndepth = 1\n!block = "broken"\n', 'config.load("run.toml").Model.Net()'),
        ("[Model.Net]\ndeep = 1\n", 'config.load("run.toml").build_all()'),
    ],
)
def test_one_frame_of_excore_at_most(tmp_path: Path, config: str, script: str) -> None:
    text = trace(tmp_path, config, script)
    own = [line for line in text.splitlines() if line.startswith('  File "') and "train.py" in line]
    inside = [line for line in text.splitlines() if line.startswith('  File "') and "/excore/" in line]
    assert own
    assert len(inside) == 1, text
    assert "run.toml:" in text


def test_frames_of_the_users_code_stay(tmp_path: Path) -> None:
    text = trace(tmp_path, '[Model.Net]\ndepth = 1\n!block = "broken"\n', 'config.load("run.toml").build_all()')
    assert "in broken" in text
    assert "ZeroDivisionError: no such luck\n\nThe above exception was the direct cause" in text


def test_a_module_that_cannot_be_imported_shows_its_own_line(tmp_path: Path) -> None:
    (tmp_path / "late.py").write_text(
        'from excore import Registry\nR = Registry("Late")\nR.register_module(Registry)\n'
    )
    (tmp_path / "wrong.py").write_text("from late import R\n@R.register()\nclass Wrong: ...\nnowhere\n")
    text = trace(tmp_path, "[Late.Wrong]\n", 'config.load("run.toml")')
    assert "Cannot import `wrong` (wrong.py:4): NameError: name 'nowhere' is not defined\nrun.toml:1:7" in text
    assert "importlib" not in text


@pytest.mark.parametrize("argument", ["deepth = 1", "foo = 1\ndepth = 1", "foo = 1"])
def test_nothing_is_said_twice(tmp_path: Path, argument: str) -> None:
    text = trace(tmp_path, f"[Model.Net]\n{argument}\n", 'config.load("run.toml").build_all()')
    name = argument.partition(" ")[0]
    message = "\n".join(line for line in text.partition("excore.errors.")[2].splitlines() if " | " not in line)
    assert message.count(f"`{name}`") == 1, text
    assert "`depth`" in message or "depth = " in argument


def test_arguments_that_were_given_in_python(tmp_path: Path) -> None:
    text = trace(tmp_path, "[Model.Net]\ndepth = 1\n", 'config.load("run.toml").Model.Net(widht=3)')
    assert "`Net` takes no argument `widht`. Did you mean `width`?\nrun.toml:1:8: [Model.Net]" in text


@pytest.mark.parametrize(
    ("config", "said", "unsaid"),
    [
        ('[Model.broken]\n[Model.Net]\n!depth = "$Model"\n', "$Model::Net`", "  write"),
        ("[Model.net]\n", "did you mean `Net`?", "  write"),
    ],
)
def test_what_may_be_meant_is_said_once(tmp_path: Path, config: str, said: str, unsaid: str) -> None:
    text = trace(tmp_path, config, 'config.load("run.toml")')
    assert said in text
    assert unsaid not in text
