"""`config.load` in a script that imports nothing: modules are found in the sources of the project (REG-15)."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

import pytest
import warm

MODELS = """
    from excore import Registry
    MODEL = Registry("Model")
    @MODEL.register()
    class Net:
        def __init__(self, depth=1):
            self.depth = depth
"""
SCRIPT = """
    import sys
    from excore import config
    modules, info = config.load(sys.argv[1]).build_all()
    for name, made in modules.items():
        print(name, type(made).__module__, type(made).__name__, vars(made))
    print(sorted(info))
"""
UNCERTAIN = """
    from excore import Registry
    MODEL = Registry("Model")
    class Net: ...
    if len("a") > 1:
        MODEL.register_module(Net)
"""
FIELD = "[Model.Net]\ndepth = 3\n"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), "utf-8")


def run(
    folder: Path, script: str = "train.py", config: str = "run.toml", cwd: str = "", python: Sequence[str] = ()
) -> tuple[str, str]:
    done = subprocess.run(
        [*(python or warm.python()), str(folder / script), str(folder / config)],
        cwd=folder / cwd,
        env={**os.environ, "XDG_CACHE_HOME": str(folder.parent / "cache"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout, done.stderr


@pytest.mark.parametrize(
    ("models", "script", "module"),
    [
        ("models.py", "train.py", "models"),
        ("pkg/nets/models.py", "train.py", "pkg.nets.models"),
        ("src/models.py", "train.py", "src.models"),
        ("src/models.py", "src/train.py", "models"),
        ("tools/models.py", "tools/train.py", "models"),
        ("tools/deep/models.py", "tools/train.py", "deep.models"),
    ],
)
def test_a_class_nobody_imported(tmp_path: Path, models: str, script: str, module: str) -> None:
    folder = tmp_path / "project"
    write(folder, {models: MODELS, script: SCRIPT, "run.toml": FIELD})
    if module.startswith("pkg"):
        write(folder, {"pkg/__init__.py": "", "pkg/nets/__init__.py": ""})
    assert run(folder, script) == (f"Model {module} Net {{'depth': 3}}\n[]\n", "")
    assert not [path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".py", ".toml")]


def test_a_class_of_a_library_that_is_only_on_the_path(tmp_path: Path) -> None:
    net = "class Net:\n    def __init__(self, depth=1):\n        self.depth = depth\n"
    write(tmp_path / "libraries", {"zoo/__init__.py": net})
    script = SCRIPT.replace("import sys\n", f"import sys\n    sys.path.append({str(tmp_path / 'libraries')!r})\n", 1)
    models = 'import zoo\nfrom excore import Registry\nMODEL = Registry("Model")\nMODEL.match(zoo)\n'
    write(tmp_path / "project", {"models.py": models, "train.py": script, "run.toml": FIELD})
    assert run(tmp_path / "project") == ("Model zoo Net {'depth': 3}\n[]\n", "")


def test_an_installed_layout_beside_a_script(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "pkg"\nversion = "1"\n',
        "src/pkg/__init__.py": "",
        "src/pkg/reg.py": 'from excore import Registry\nMODEL = Registry("Model")\n',
        "src/pkg/nets.py": "from .reg import MODEL\n@MODEL.register()\nclass Net:\n    def __init__(self, head): ...\n",
        "src/pkg/heads.py": "from pkg.reg import MODEL\n@MODEL.register()\nclass Top: ...\n",
    }
    write(tmp_path / "p", {**files, "train.py": SCRIPT, "run.toml": '[Model.Net]\n!head = "Top"\n'})
    assert run(tmp_path / "p") == ("Model pkg.nets Net {}\n[]\n", "")


@pytest.mark.parametrize("cwd", ["", "configs", ".."])
def test_the_project_is_found_from_any_folder(tmp_path: Path, cwd: str) -> None:
    folder = tmp_path / "project"
    write(folder, {"models.py": MODELS, "train.py": SCRIPT, "configs/run.toml": FIELD})
    assert run(folder, config="configs/run.toml", cwd=cwd)[0] == "Model models Net {'depth': 3}\n[]\n"


def test_only_modules_of_used_names_are_imported(tmp_path: Path) -> None:
    other = 'from excore import Registry\nprint("imported")\nOPTIM = Registry("Optim")\n'
    other += "@OPTIM.register()\nclass SGD: ...\n"
    write(tmp_path / "p", {"models.py": MODELS, "other.py": other, "train.py": SCRIPT, "run.toml": FIELD})
    assert run(tmp_path / "p") == ("Model models Net {'depth': 3}\n[]\n", "")
    write(tmp_path / "p", {"run.toml": FIELD + "[Optim.SGD]\n"})
    assert run(tmp_path / "p")[0] == "imported\nModel models Net {'depth': 3}\nOptim other SGD {}\n[]\n"


def test_live_registrations_win(tmp_path: Path) -> None:
    own = textwrap.dedent(MODELS) + "\n" + textwrap.dedent(SCRIPT)
    write(tmp_path / "p", {"models.py": MODELS, "train.py": own, "run.toml": FIELD})
    assert run(tmp_path / "p") == ("Model __main__ Net {'depth': 3}\n[]\n", "")


def test_a_module_imported_under_another_name_is_not_imported_twice(tmp_path: Path) -> None:
    models = textwrap.dedent(MODELS) + '@Registry("Other").register()\nclass Late: ...\n'
    script = "import deep.models\ndel deep.models.Registry._registry_pool['Other']\n" + textwrap.dedent(SCRIPT)
    files = {"tools/deep/models.py": models, "tools/train.py": script, "run.toml": FIELD + "[Other.Late]\n"}
    write(tmp_path / "p", files)
    stdout, stderr = run(tmp_path / "p", "tools/train.py")
    assert stdout == "Model deep.models Net {'depth': 3}\nOther deep.models Late {}\n[]\n", stderr


@pytest.mark.parametrize("installed", [True, False])
def test_what_auto_register_wrote_of_a_src_layout(tmp_path: Path, installed: bool) -> None:
    folder = tmp_path / "p"
    path = 'import sys\n    sys.path.insert(0, "src")' if installed else "import sys"
    script = SCRIPT.replace("import sys", path, 1) + "    import lab.models\n    print(type(made) is lab.models.Net)\n"
    project = '[project]\nname = "lab"\n[tool.excore]\nsrc_dir = "src"\nregistries = ["*Model"]\n'
    files = {"src/lab/__init__.py": "", "src/lab/models.py": MODELS, "train.py": script}
    write(folder, {"pyproject.toml": project, "run.toml": FIELD, **files})
    for _ in range(2):
        assert run(folder) == ("Model lab.models Net {'depth': 3}\n[]\nTrue\n", "")
        environment = {**os.environ, "XDG_CACHE_HOME": str(folder.parent / "cache")}
        done = subprocess.run([*warm.python(), "-m", "excore.cli.main", "auto-register"], cwd=folder, env=environment)
        assert done.returncode == 0


def test_a_name_of_the_cache_whose_file_is_imported_already(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    write(folder, {".excore.toml": 'registries = ["*Model"]\nsrc_dir = "lab"\n', "lab/models.py": MODELS})
    write(folder, {"run.toml": FIELD})
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder.parent / "cache")}
    command = [*warm.python(), "-m", "excore.cli.main", "auto-register"]
    subprocess.run(command, cwd=folder, env=environment, check=True)
    forget = "import sys; sys.path.insert(0, 'lab'); import models; models.Registry._registry_pool.clear()\n"
    write(folder, {"train.py": forget + textwrap.dedent(SCRIPT)})
    assert run(folder) == ("Model models Net {'depth': 3}\n[]\n", "")


REGISTERED_BY_RUNNING = """
    from excore import Registry
    MODEL = Registry("Model")
    def made(name):
        return type(name, (), {"__init__": lambda self, depth=1: setattr(self, "depth", depth)})
    for name in ["Net", "Other"]:
        made_class = made(name)
        made_class.__module__ = __name__
        globals()[name] = MODEL.register_module(made_class)
"""


def test_a_file_whose_registrations_cannot_be_read_is_imported(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    write(folder, {".excore.toml": 'registries = ["*Model"]\n', "models.py": REGISTERED_BY_RUNNING, "train.py": SCRIPT})
    write(folder, {"run.toml": FIELD})
    assert run(folder) == ("Model models Net {'depth': 3}\n[]\n", "")
    write(folder, {"run.toml": "[Model.Nett]\n"})
    assert "did you mean `Net`?" in run(folder)[1]
    assert "note: " not in run(folder)[1]
    write(folder, {"run.toml": FIELD, "models.py": textwrap.dedent(REGISTERED_BY_RUNNING) + "import no_such_module\n"})
    assert "note: Cannot import `models` (models.py:" in run(folder)[1]


def test_names_that_are_put_in_by_what_cannot_be_read_are_found(tmp_path: Path) -> None:
    folder, put = tmp_path / "p", "\nMODEL[Net.__name__] = Net.__module__ + '.' + Net.__qualname__\n"
    write(folder, {"models.py": textwrap.dedent(MODELS).replace("@MODEL.register()\n", "") + put, "train.py": SCRIPT})
    write(folder, {".excore.toml": 'registries = ["*Model"]\n', "run.toml": FIELD})
    assert run(folder) == ("Model models Net {'depth': 3}\n[]\n", "")


def test_plain_tables_stay_isolated(tmp_path: Path) -> None:
    write(tmp_path / "p", {"models.py": MODELS, "train.py": SCRIPT, "run.toml": "[train]\nepochs = 3\n[a.b]\nc = 1\n"})
    assert run(tmp_path / "p") == ("['a', 'train']\n", "")


@pytest.mark.parametrize(
    ("files", "message", "cause"),
    [
        pytest.param(
            {"models.py": textwrap.dedent(MODELS) + "\n1 / 0\n"},
            "Cannot import `models` (models.py:8): ZeroDivisionError: division by zero",
            "ZeroDivisionError",
            id="import fails",
        ),
        pytest.param(
            {"models.py": UNCERTAIN},
            "`Net` is registered in `Model` only in some cases (models.py:5), and was not in this one",
            "",
            id="uncertain",
        ),
        pytest.param(
            {"models.py": "from excore import Registry\nclass Net\n    pass\n"},
            "note: models.py:2: expected ':'; what this file registers is not known",
            "",
            id="syntax error",
        ),
    ],
)
def test_what_cannot_be_had_says_which_file_and_why(
    tmp_path: Path, files: dict[str, str], message: str, cause: str
) -> None:
    script = """
        from excore import config
        from excore.errors import ConfigError
        try:
            config.load("run.toml").build_all()
        except ConfigError as error:
            print(error)
            print("cause:", type(error.__cause__).__name__)
    """
    field = '[Model.Thing]\n!net = "Net"\n'
    other = 'from excore import Registry\n@Registry("Model").register()\ndef Thing(net): ...\n'
    write(tmp_path / "p", {"other.py": other, "train.py": script, "run.toml": field, **files})
    stdout, stderr = run(tmp_path / "p")
    assert message in stdout
    assert "run.toml:2:" in stdout
    assert stdout.endswith(f"cause: {cause or 'NoneType'}\n")
    assert stderr == ""


def test_a_registration_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    dynamic = "from excore import Registry\nM = Registry('Model')\nfor name in open('names').read().split():\n"
    dynamic += "    M.register_module(type(name, (), {}))\n"
    field = '[Model.Thing]\n!net = "Net"\n'
    other = 'from excore import Registry\n@Registry("Model").register()\ndef Thing(net): ...\n'
    write(tmp_path / "p", {"many.py": dynamic, "other.py": other, "train.py": SCRIPT, "run.toml": field})
    stderr = run(tmp_path / "p")[1]
    assert "no class `Net`" in stderr
    assert "note: a registration cannot be read: " in stderr
    assert "many.py:" in stderr


def test_a_registration_in_some_cases_while_registries_are_locked(tmp_path: Path) -> None:
    script = "from excore import Registry\nRegistry.lock_register()\n" + textwrap.dedent(SCRIPT)
    write(tmp_path / "p", {"models.py": UNCERTAIN, "train.py": script, "run.toml": "[Model.Net]\n"})
    assert run(tmp_path / "p") == ("Model models Net {}\n[]\n", "")


def test_the_running_script_is_not_run_again(tmp_path: Path) -> None:
    late = textwrap.dedent(SCRIPT) + textwrap.dedent(MODELS)
    write(tmp_path / "p", {"train.py": late, "run.toml": FIELD})
    assert "train.py is the running script, and has not come to `Net` yet" in run(tmp_path / "p")[1]


def test_values_alone_read_no_sources_where_fields_are_declared(tmp_path: Path) -> None:
    script = """
        from excore import config
        import sys
        print(sorted(config.load("run.toml").build_all()[1]), "excore.index" in sys.modules)
    """
    files = {"models.py": MODELS, "train.py": script, "run.toml": "n = 1\nsizes = [1, 2]\n"}
    write(tmp_path / "p", {**files, ".excore.toml": 'registries = ["*Model"]\n'})
    assert run(tmp_path / "p", python=[sys.executable]) == ("['n', 'sizes'] False\n", "")


def test_another_module_of_that_name(tmp_path: Path) -> None:
    files = {"colorsys.py": MODELS, "scripts/train.py": SCRIPT, "run.toml": FIELD}
    write(tmp_path / "p", files)
    stderr = run(tmp_path / "p", "scripts/train.py")[1]
    assert "`colorsys` is " in stderr
    assert "here, not colorsys.py; give one of them another name" in stderr


@pytest.mark.parametrize("imports", ["", "import lab.nets"])
@pytest.mark.parametrize("package", ["", "from lab import nets\n"])
@pytest.mark.parametrize("change", ["", "\n# older\n"])
def test_a_checkout_beside_an_installed_copy(tmp_path: Path, imports: str, package: str, change: str) -> None:
    nets = (
        'from excore import Registry\nM = Registry("Model")\n'
        "@M.register()\nclass Net:\n    def __init__(self, depth=3): self.depth = depth\n"
    )
    files = {
        "src/lab/__init__.py": package,
        "src/lab/nets.py": nets,
        "copy/site-packages/lab/__init__.py": package,
        "copy/site-packages/lab/nets.py": nets + change,
        "pyproject.toml": "[project]\nname = 'lab'\n",
        "run.toml": "[Model.Net]\n",
        "scripts/go.py": f"""
            import sys
            sys.path.insert(0, {str(tmp_path / "p/copy/site-packages")!r})
            from excore import config
            {imports}
            print(config.load({str(tmp_path / "p/run.toml")!r}).build_all()[0].Model.depth)
        """,
    }
    write(tmp_path / "p", files)
    stdout, stderr = run(tmp_path / "p", "scripts/go.py")
    if change and not imports:
        assert "`pip install -e .`" in stderr
    else:
        assert (stdout, stderr) == ("3\n", "")


ALIKE = """
    import sys
    sys.path.insert(0, sys.argv[1].rpartition("/")[0])
    from excore import ConfigError, config
    IMPORT
    try:
        modules, info = config.load(sys.argv[1]).build_all()
        print({name: (type(made).__name__, vars(made)) for name, made in modules.items()}, info)
    except ConfigError as error:
        print(type(error).__name__, error.problems[0].code, error)
"""


@pytest.mark.parametrize(
    ("config", "outcome"),
    [
        ("[[Model.Net]]\ndepth = 3\n", "invalid-header"),
        ("[Model]\ndepth = 3\n", "invalid-header"),
        ("Model.Net = 3\n", "invalid-header"),
        ("Model = [1]\n", "invalid-header"),
        ("Model = 3\n", "invalid-header"),
        ("[[Model]]\ndepth = 3\n", "invalid-header"),
        ("Model = { Net = { depth = 3 } }\n", "{'Model': ('Net', {'depth': 3})}"),
        ("Model.Net.depth = 3\n", "{'Model': ('Net', {'depth': 3})}"),
        ("[Net]\ndepth = 3\n", "{} {}"),
        ("[Net]\n", "{} {}"),
        ("[Spare.Net]\ndepth = 3\n", "{} {}"),
        ("[Spare]\na = 1\n[Spare.Net]\n", "{} {'Spare': {'a': 1}}"),
        ("[train]\nepochs = 3\n", "{} {'train': {'epochs': 3}}"),
        ("[[train]]\nepochs = 3\n", "{} {'train': [{'epochs': 3}]}"),
        ("[Modle.Net]\ndepth = 3\n", "{}"),
    ],
)
def test_what_was_imported_before_decides_nothing(tmp_path: Path, config: str, outcome: str) -> None:
    """A load judges as `excore check` does, which reads all sources of the project (REG-15)."""
    files = {"models.py": MODELS, "run.toml": config}
    files["without.py"] = ALIKE.replace("IMPORT", "")
    files["with.py"] = ALIKE.replace("IMPORT", "import models")
    write(tmp_path / "project", files)
    first, second = (run(tmp_path / "project", script) for script in ("without.py", "with.py"))
    assert first == second
    assert outcome in first[0]


def test_a_file_whose_name_ends_in_capitals(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    run_toml = '__base__ = "BASE.TOML"\n[Model.Net]\ndepth = 3\n'
    write(folder, {"models.py": MODELS, "train.py": SCRIPT, "RUN.TOML": run_toml, "BASE.TOML": "size = 1\n"})
    assert run(folder, config="RUN.TOML")[0].split("\n")[1] == "['size']"
