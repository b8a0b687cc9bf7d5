"""House rules that a reader would otherwise have to check by eye: floors, forbidden calls, and true documents."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest
import warm

from excore import __version__
from excore.lang.problems import CATALOGUE
from excore.tooling.shipped import HOME
from excore_server.__main__ import NEEDED

ROOT = Path(__file__).resolve().parents[1]
CORE = ROOT / "excore_core" / "excore"
SERVER = ROOT / "server" / "excore_server"
EDGE = SERVER / "lsp"
PROTOCOL = {"pygls", "lsprotocol"}

MADE_HERE = {".git", ".venv", ".tools", ".artifacts", "node_modules", "__pycache__", "dist", "build", "site", "out"}
MADE_HERE |= {".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache", "bundled"}
TEXT = {".py", ".pyi", ".md", ".toml", ".lua", ".ts", ".js", ".mjs", ".cjs", ".json", ".yaml", ".yml", ".vim"}
TEXT |= {".txt", ".ini"}


def walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or path.name in MADE_HERE or path.name.endswith(".egg-info"):
            continue
        if path.is_dir():
            yield from walk(path)
        else:
            yield path


@cache
def product() -> tuple[Path, ...]:
    return tuple(path for package in (CORE, SERVER) for path in walk(package) if path.suffix == ".py")


@cache
def written_tests() -> tuple[Path, ...]:
    return tuple(path for path in walk(ROOT / "tests") if path.suffix == ".py")


@cache
def texts() -> tuple[Path, ...]:
    """Every text file of the repository that people wrote."""
    written = (path for path in walk(ROOT) if path.name != "package-lock.json")
    return tuple(path for path in written if path.suffix in TEXT or path.name in ("Makefile", "run", "setup-venv"))


@cache
def read(path: Path) -> str:
    return path.read_text("utf-8", errors="replace")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(read(path), str(path))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines_with(pattern: str, paths: tuple[Path, ...]) -> list[str]:
    """``file:line: text`` of every line that holds a match."""
    wanted = re.compile(pattern)
    return [
        f"{name(path)}:{number}: {line.strip()[:120]}"
        for path in paths
        for number, line in enumerate(read(path).split("\n"), 1)
        if wanted.search(line)
    ]


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """``file:line module`` and the first part of the module's name, of every absolute import in the file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            modules = [node.module]
        else:
            continue
        for module in modules:
            yield f"{name(path)}:{node.lineno} {module}", module.split(".")[0]


def none_of(found: list[str]) -> None:
    assert not found, "\n" + "\n".join(found)


def test_there_is_something_to_check() -> None:
    assert {CORE / "lang" / "grammar.py", SERVER / "__init__.py"} <= set(product())
    assert {Path(__file__).resolve(), ROOT / "README.md", ROOT / "Makefile"} <= set(texts())


# -- floors -----------------------------------------------------------------------------------------------------


def test_nobody_imports_from_a_higher_floor() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    done = subprocess.run([*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_imports_in_a_circle() -> None:
    graph = grimp.build_graph("excore", "excore_server", exclude_type_checking_imports=True, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in sorted(graph.modules)}
    TopologicalSorter(imports).prepare()  # raises CycleError, which names the modules


def test_the_language_needs_only_the_standard_library() -> None:
    allowed = sys.stdlib_module_names | {"excore", "tomli", "tomllib"}  # tomli is tomllib where Python has none
    paths = [path for path in product() if path.is_relative_to(CORE / "lang")]
    none_of(
        [f"{name(path)}:{line} {module}" for path in paths for line, module in imports(path) if module not in allowed]
    )


def test_only_the_edge_speaks_the_protocol() -> None:
    paths = [path for path in product() if not path.is_relative_to(EDGE)]
    none_of([place for path in paths for place, module in imports(path) if module in PROTOCOL])


def test_importing_excore_loads_no_third_party_module() -> None:
    code = "import sys; before = set(sys.modules); import excore; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {module.split(".")[0] for module in done.stdout.split()}
    assert "excore" in loaded
    assert loaded - sys.stdlib_module_names == {"excore"}


def test_importing_excore_changes_nothing_global() -> None:
    code = """if True:
        import builtins, locale, logging, os, signal, sys, threading, warnings
        def state():
            return (sys.path, sys.excepthook, sys.displayhook, sys.getrecursionlimit(), sys.meta_path, dict(os.environ),
                    os.getcwd(), warnings.filters, logging.root.handlers, logging.root.level, locale.setlocale(0),
                    signal.getsignal(2), threading.active_count(), sorted(vars(builtins)), sys.stdout, sys.stderr)
        before = repr(state())
        import excore
        sys.exit(before != repr(state()))
    """
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# -- forbidden ---------------------------------------------------------------------------------------------------


def test_no_code_is_made_from_text_and_nobody_is_asked() -> None:
    none_of(lines_with(r"\b(eval|exec|input)\(", product()))


def test_no_module_that_runs_what_it_reads() -> None:
    unsafe = {"pickle", "marshal", "shelve", "dill", "cloudpickle"}
    none_of([place for path in product() for place, module in imports(path) if module in unsafe])


def test_prefix_characters_are_known_to_the_grammar_alone() -> None:
    paths = tuple(path for path in product() if path != CORE / "lang" / "grammar.py")
    none_of(lines_with(r"""(startswith|==|\bin) *\(? *["'][!@$&]+["']""", paths))


def test_git_is_started_in_one_place() -> None:
    none_of(lines_with(r"""["']git["'],""", tuple(path for path in product() if path != CORE / "engine" / "git.py")))


def test_toml_text_and_near_names_have_one_home_each() -> None:
    paths = tuple(path for path in product() if path != CORE / "lang" / "syntax" / "patterns.py")
    none_of(lines_with(r"\[A-Za-z0-9_-\]|get_close_matches", paths))


def test_one_broad_handler_at_the_edge() -> None:
    broad = [path for path in product() for node in ast.walk(tree(path)) if catches_everything(node)]
    assert [name(path) for path in broad if not path.is_relative_to(EDGE)] == []
    assert len(broad) <= 1, [name(path) for path in broad]


def catches_everything(node: ast.AST) -> bool:
    if not isinstance(node, ast.ExceptHandler):
        return False
    if node.type is None:
        return True
    names = {part.id for part in ast.walk(node.type) if isinstance(part, ast.Name)}
    return bool(names & {"Exception", "BaseException"})


def test_nothing_is_left_undone() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "X" + "XX", "NotImplemented" + "Error")
    none_of(lines_with(r"\b(" + "|".join(words) + r")\b", texts()))


def test_no_place_of_one_machine_is_named() -> None:
    none_of(lines_with("(?<![A-Za-z0-9_.)}*-])/(" + "|".join(["wo" + "rk", "fa" + "rm", "ro" + "ot"]) + ")/", texts()))


def test_no_numbers_of_a_tracker_are_cited() -> None:
    documents = tuple(path for path in texts() if path.suffix in (".py", ".md", ".lua", ".ts"))
    none_of(lines_with(r"(?i)\bissues? +#?\d+\b|\(#\d+\)|\b(?:fixes|closes|see) #\d+", documents))


# -- documents ---------------------------------------------------------------------------------------------------


def test_every_module_says_what_it_is() -> None:
    bare = [name(path) for path in product() if not ast.get_docstring(tree(path)) and is_public(path)]
    assert bare == []


def is_public(path: Path) -> bool:
    return path.stem == "__init__" or not path.stem.startswith("_")


def test_every_problem_code_is_reported_and_tested() -> None:
    catalogue = CORE / "lang" / "problems.py"
    reporting = tuple(path for path in product() if path != catalogue)
    unreported = [code for code in CATALOGUE if not lines_with(rf"""["']{code}["']""", reporting)]
    untested = [code for code in CATALOGUE if not lines_with(rf"(?<![\w-]){code}(?![\w-])", written_tests())]
    assert (unreported, untested) == ([], [])


def test_there_is_one_version() -> None:
    """That of the package; VS Code wants it written in its own files, and the changelogs have a section for it."""
    extension = ROOT / "editors" / "vscode"
    package, lock = (json.loads(read(extension / name)) for name in ("package.json", "package-lock.json"))
    written = [package["version"], lock["version"], lock["packages"][""]["version"]]
    assert written == [__version__] * 3
    version = re.escape(__version__)
    assert re.search(rf"^## {version}$", read(extension / "CHANGELOG.md"), re.MULTILINE)
    assert re.search(rf"^## \[{version}\] - \d{{4}}-\d\d-\d\d$", read(ROOT / "CHANGELOG.md"), re.MULTILINE)


ADDRESS = r"(?i)https://[\w.-]+/[\w.-]+/excore\b|[\w-]\.github\.io/excore\b|pypi\.org/project/excore\b"
FROM_INDEX = r"""pip3?["',\s]+install\b[^\n`]*["'\s]excore(?:\[|["'\s`]|$)"""


def test_one_constant_says_where_the_project_lives() -> None:
    """And where it has no public address, nothing leads to one, and nothing asks an index for the package."""
    none_of([place for place in lines_with(ADDRESS, texts()) if not HOME or HOME not in place])
    told = tuple(path for path in texts() if not path.is_relative_to(ROOT / "tests"))
    none_of(lines_with(FROM_INDEX, told) if not HOME else [])
    project = re.findall(r'^Source = "(.+)"$', read(ROOT / "pyproject.toml"), re.MULTILINE)
    extension = json.loads(read(ROOT / "editors" / "vscode" / "package.json")).get("repository", {}).get("url")
    assert (project, extension) == (([HOME], HOME) if HOME else ([], None))


def test_what_the_server_asks_for_is_what_its_extra_brings() -> None:
    (extra,) = re.findall(r"^server = \[\n(.*?)^\]", read(ROOT / "pyproject.toml"), re.MULTILINE | re.DOTALL)
    assert re.findall(r'"(\w+)', extra) == NEEDED.split()


def commands(program: str) -> list[str]:
    """What the documents tell people to type after a program's name."""
    found: set[str] = set()
    for document in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        for code in re.findall(r"`([^`\n]+)`|^\$? ?((?:make|excore) .+)$", read(ROOT / document), re.MULTILINE):
            found.update(re.findall(rf"(?<![\w/.-]){program} +([a-z][a-z-]+)", " ".join(code)))
    return sorted(found)


def test_the_make_targets_in_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", read(ROOT / "Makefile"), re.MULTILINE))
    assert {"demo", "test"} <= set(commands("make")) <= targets


@pytest.mark.parametrize("command", commands("excore"))
def test_the_commands_in_the_documents_exist(command: str) -> None:
    program = [*warm.python(), "-m", "excore.cli.main", command, "--help"]
    done = subprocess.run(program, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_links_in_the_documents_lead_somewhere() -> None:
    broken = []
    for document in (path for path in texts() if path.suffix == ".md"):
        for target, anchor in re.findall(r"\]\((?![^)]*://)([^)#\s]*)#?([^)\s]*)\)", read(document)):
            path = document.parent / target if target else document
            if not path.exists() or (anchor and anchor not in anchors(path)):
                broken.append(f"{name(document)}: {target}#{anchor}")
    none_of(broken)


def anchors(page: Path) -> set[str]:
    """What a link may name behind ``#``: as a heading says itself, or as pages make it of its words."""
    titles = re.findall(r"^#+ (.+?)(?: \{ #([\w-]+) \})?$", read(page), re.MULTILINE)
    return {own or re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title, own in titles}


MAP = ROOT / "excore_core" / "ARCHITECTURE.md"


def test_the_map_is_short_enough_to_read() -> None:
    assert read(MAP).count("\n") <= 200


def test_the_map_names_every_module_and_no_other() -> None:
    written = {
        f"{room}{module}.py"
        for room, body in re.findall(r"^### `(excore\S*?/)`[^\n]*\n(.*?)(?=\n#)", read(MAP), re.MULTILINE | re.DOTALL)
        for module in re.findall(r"(?:^|·\s)`(\w+)`", body)
    }
    packages = {CORE: "excore", SERVER: "excore_server"}
    modules = {
        f"{packages[package]}/{path.relative_to(package).as_posix()}"
        for package in packages
        for path in product()
        if path.is_relative_to(package) and path.name != "__init__.py"
    }
    assert (sorted(modules - written), sorted(written - modules)) == ([], [])


def test_each_invariant_of_the_map_names_tests_that_are_there() -> None:
    invariants = re.split(r"^\d+\. ", read(MAP).partition("## What always holds")[2], flags=re.MULTILINE)[1:]
    assert len(invariants) > 10
    none_of([each for each in invariants if "`tests/" not in each])
    none_of([test for test in re.findall(r"`(tests/[^`]+)`", read(MAP)) if not (ROOT / test).is_file()])
