"""Each problem has a page, and what the page calls bad or good is found to be so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docs_kit import DOCS, HERE, ROOT, Code, codes, sections, write_project

from excore.cli.check import run
from excore.lang.problems import CATALOGUE, DOCUMENTATION
from excore.tooling.diagnostics import SEVERITIES

PAGES = DOCS / "problems"


def page(code: str) -> str:
    return (PAGES / f"{code}.md").read_text("utf-8")


def test_every_problem_has_a_page_and_every_page_a_problem() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} - {"index"} == set(CATALOGUE)


def test_the_list_of_problems_is_complete_and_in_order() -> None:
    rows = re.findall(r"^\| \[`([a-z-]+)`\]\(([a-z-]+)\.md\) \| (\w+) \| (.+) \|$", page("index"), re.MULTILINE)
    assert rows == [(kind.code, kind.code, kind.severity, kind.summary) for kind in CATALOGUE.values()]


@pytest.mark.parametrize("code", CATALOGUE)
def test_the_page_says_what_the_catalogue_says(code: str) -> None:
    kind = CATALOGUE[code]
    title, _, rest = page(code).partition("\n\n")
    assert title == f"# `{code}`"
    assert rest.startswith(f"Severity: **{kind.severity}**. {kind.summary}\n\n")
    assert list(sections(rest)) == ["Bad", "Good", "How to fix"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.delenv("CITYSCAPES_ROOT", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(HERE / "stubs"))
    write_project(tmp_path)
    return tmp_path


def found(project: Path, blocks: list[Code]) -> list[tuple[str, int]]:
    """Code and severity of every problem in the files that the blocks show."""
    paths = []
    overrides = [text for block in blocks if block.title == "overrides" for text in block.text.splitlines()]
    for block in blocks:
        if block.title == "overrides":
            continue
        name, _, how = block.title.partition(", saved as ")
        path = project / (name or "run.toml")
        text = block.text
        if path.name == ".excore.toml" and "registries" not in text:
            text = path.read_text("utf-8") + text
        path.write_bytes(text.encode(how or "utf-8"))
        paths.append(str(path))
    return [(item["code"], item["severity"]) for one in run(paths, overrides=overrides) for item in one.diagnostics]


@pytest.mark.parametrize("code", CATALOGUE)
def test_the_bad_example_has_this_problem_alone(code: str, project: Path) -> None:
    problems = found(project, codes(sections(page(code))["Bad"]))
    assert {name for name, _ in problems} == {code}
    assert SEVERITIES[CATALOGUE[code].severity] in {severity for _, severity in problems}


@pytest.mark.parametrize("code", CATALOGUE)
def test_the_good_example_has_no_problem(code: str, project: Path) -> None:
    assert found(project, codes(sections(page(code))["Good"])) == []


def test_the_pages_are_where_the_project_says_its_documentation_is() -> None:
    urls = re.findall(r'^Documentation = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    site = re.findall(r"^site_url: (.+)/$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    assert urls == site == [DOCUMENTATION]
    assert CATALOGUE["syntax"].page == f"{DOCUMENTATION}/problems/syntax"


def test_diagnostics_link_to_the_page(project: Path) -> None:
    (project / "run.toml").write_text("[Model.FCM]\n", "utf-8")
    ((item,),) = (one.diagnostics for one in run([str(project / "run.toml")]))
    assert item["codeDescription"] == {"href": f"{DOCUMENTATION}/problems/{item['code']}"}
