"""Module names of files: what Python would import them as."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from index_kit import Project

Make = Callable[..., Project]

CASES = [
    pytest.param("#- models.py", "models", id="the root"),
    pytest.param(
        "#- pkg/__init__.py\n#- pkg/nets/__init__.py\n#- pkg/nets/models.py", "pkg.nets.models", id="a package"
    ),
    pytest.param(
        "#- tools/models.py\n#- train.py\nfrom tools.models import A", "tools.models", id="a folder without __init__"
    ),
    pytest.param("#- src/models.py", "models", id="src without anything that says more"),
    pytest.param("#- src/models.py\n#- train.py\nfrom excore import config", "src.models", id="src beside a script"),
    pytest.param(
        "#- src/models.py\n#- src/train.py\nfrom src.models import A", "src.models", id="src that imports name"
    ),
    pytest.param(
        '#- src/models.py\n#- train.py\nfrom excore import config\n#- pyproject.toml\n[project]\nname = "x"',
        "models",
        id="src of an installed project",
    ),
    pytest.param(
        "#- src/models.py\n#- train.py\nprint()\n#- pyproject.toml\n[tool.ruff]\nline-length = 120",
        "src.models",
        id="src of a project that only has settings of tools",
    ),
    pytest.param("#- src/__init__.py\n#- src/models.py", "src.models", id="src that is a package"),
    pytest.param(
        '#- code/pkg/models.py\n#- pyproject.toml\n[tool.setuptools]\npackage-dir = {"" = "code"}',
        "pkg.models",
        id="package-dir",
    ),
    pytest.param(
        '#- code/pkg/models.py\n#- pyproject.toml\n[tool.setuptools.packages.find]\nwhere = ["code"]',
        "pkg.models",
        id="where",
    ),
    pytest.param(
        '#- code/pkg/models.py\n#- pyproject.toml\n[tool.poetry]\npackages = [{include = "pkg", from = "code"}]',
        "pkg.models",
        id="poetry",
    ),
    pytest.param(
        '#- code/pkg/models.py\n#- pyproject.toml\n[tool.hatch.build.targets.wheel]\npackages = ["code/pkg"]',
        "pkg.models",
        id="hatch",
    ),
    pytest.param(
        "#- code/pkg/models.py\n#- setup.cfg\n[options]\npackage_dir =\n    = code", "pkg.models", id="setup.cfg"
    ),
    pytest.param('#- code/pkg/models.py\n#- setup.py\nsetup(package_dir={"": "code"})', "pkg.models", id="setup.py"),
    *(
        pytest.param(f"#- {path}/__init__.py\n#- {path}/models.py\n{more}", module, id=f"a library, {name}")
        for name, path, more, module in (
            ("flat", "libs/one/pkg", "#- libs/one/setup.py\nsetup()\n#- b/setup.py\nsetup()", "pkg.models"),
            ("src", "libs/one/src/pkg", "#- libs/one/pyproject.toml\n[project]\n#- train.py\nimport pkg", "pkg.models"),
            ("told", "a/python/pkg", '#- a/setup.py\nsetup(packages=find_packages(where="python"))', "pkg.models"),
            (
                "tested",
                "a/pkg",
                "#- a/setup.cfg\n[metadata]\n#- a/tests/__init__.py\n#- b/tests/__init__.py",
                "pkg.models",
            ),
            (
                "with settings of tools",
                "libs/one/pkg",
                "#- libs/one/pyproject.toml\n[tool.ruff]",
                "libs.one.pkg.models",
            ),
            (
                "imported from the root",
                "a/pkg",
                "#- a/setup.py\nsetup()\n#- run.py\nimport a.pkg.models",
                "a.pkg.models",
            ),
            (
                "of the name of another",
                "a/pkg",
                "#- a/setup.py\nsetup()\n#- b/setup.py\nsetup()\n#- b/pkg/__init__.py",
                "a.pkg.models",
            ),
        )
    ),
    pytest.param(
        "#- pkg/models.py\n#- pyproject.toml\n[tool.setuptools\npackage-dir = 3", "pkg.models", id="a broken pyproject"
    ),
    pytest.param("#- tools/models.py\n#- tools/train.py\nfrom models import A", "models", id="a folder of scripts"),
    pytest.param(
        "#- a/models.py\n#- a/train.py\nimport models\n#- b/models.py\n#- b/train.py\nimport models",
        "a.models b.models",
        id="two folders of scripts",
    ),
    pytest.param(
        "#- base.py\nx = 1\n#- tools/models.py\nimport base\n#- tools/base.py\nx = 1",
        "tools.models",
        id="a neighbour that the root has too",
    ),
    pytest.param(
        "#- tools/models.py\nimport types\n#- tools/types.py\nx = 1",
        "tools.models",
        id="a neighbour called like one of Python",
    ),
]


@pytest.mark.parametrize(("files", "modules"), CASES)
def test_the_module_of_a_file(project: Make, files: str, modules: str) -> None:
    made = project("\n".join(line + ("\n" if line.startswith("#- ") else "") for line in files.split("\n")) + "\n")
    found = [made.index.module(path) or "" for path in made.index.files if path.endswith("models.py")]
    assert " ".join(found) == modules


def test_names_follow_what_files_import(project: Make) -> None:
    made = project("#- tools/models.py\nx = 1\n#- tools/train.py\nprint()\n")
    models = made.path("tools/models.py")
    for text, name in [("import models", "models"), ("import math", "tools.models"), ("import models", "models")]:
        made.index.update({made.path("tools/train.py"): text})
        assert made.index.module(models) == name
    assert made.index.place("models") == (models, made.path("tools"))


def test_src_dir_is_imported_from_above_it(project: Make) -> None:
    text = "#- deep/pkg/models.py\nx = 1\n#- other/models.py\nx = 1\n"
    made = project(text, src_dir="deep/pkg")
    assert [made.index.module(path) for path in made.index.files] == ["pkg.models", "other.models"]


INSTALLED = '#- pyproject.toml\n[project]\nname = "x"\n'


@pytest.mark.parametrize(
    ("files", "src_dir", "module"),
    [
        pytest.param("#- src/lab/__init__.py\n#- src/lab/models.py\n" + INSTALLED, "src", "lab.models", id="installed"),
        pytest.param("#- src/lab/__init__.py\n#- src/lab/models.py\n", "src", "lab.models", id="no script"),
        pytest.param(
            "#- src/lab/__init__.py\n#- src/lab/models.py\n#- train.py\nimport lab.models\n",
            "src",
            "lab.models",
            id="a script that imports the package",
        ),
        pytest.param(
            "#- src/lab/__init__.py\n#- src/lab/models.py\n#- train.py\nprint()\n",
            "src",
            "src.lab.models",
            id="a script",
        ),
        pytest.param(
            "#- src/lab/__init__.py\n#- src/lab/models.py\n#- train.py\nimport src.lab.models\n" + INSTALLED,
            "src",
            "src.lab.models",
            id="a script that imports src",
        ),
        pytest.param(
            "#- src/__init__.py\n#- src/lab/__init__.py\n#- src/lab/models.py\n" + INSTALLED,
            "src",
            "src.lab.models",
            id="src is a package",
        ),
        pytest.param("#- src/models.py\n" + INSTALLED, "src", "src.models", id="src holds no package"),
        pytest.param(
            '#- code/lab/models.py\n#- pyproject.toml\n[tool.setuptools.packages.find]\nwhere = ["code"]\n',
            "code",
            "lab.models",
            id="the folder of packages",
        ),
        pytest.param(
            "#- src/lab/__init__.py\n#- src/lab/models.py\n" + INSTALLED, "src/lab", "lab.models", id="the package"
        ),
        pytest.param("#- models.py\nx = 1\n#- main.py\nimport models\n", ".", "models", id="the root"),
    ],
)
def test_module_names_follow_src_dir(project: Make, files: str, src_dir: str, module: str) -> None:
    made = project(files, src_dir=src_dir)
    assert [made.index.module(path) for path in made.index.files if path.endswith("models.py")] == [module]
