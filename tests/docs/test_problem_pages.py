"""Each problem has a page, and what the page calls bad or good is found to be so."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from docs_kit import DOCS, HERE, Code, codes, sections, write_project
from typer.testing import CliRunner

from excore.cli.check import run
from excore.cli.check_formats import RENDERERS
from excore.cli.main import app
from excore.lang.problems import CATALOGUE
from excore.tooling.diagnostics import SEVERITIES
from excore.tooling.uris import to_path

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
        paths += [str(path)] if block.language == "toml" else []
    return [(item["code"], item["severity"]) for one in run(paths, overrides=overrides) for item in one.diagnostics]


@pytest.mark.parametrize("code", CATALOGUE)
def test_the_bad_example_has_this_problem_alone(code: str, project: Path) -> None:
    problems = found(project, codes(sections(page(code))["Bad"]))
    assert {name for name, _ in problems} == {code}
    assert SEVERITIES[CATALOGUE[code].severity] in {severity for _, severity in problems}


@pytest.mark.parametrize("code", CATALOGUE)
def test_the_good_example_has_no_problem(code: str, project: Path) -> None:
    assert found(project, codes(sections(page(code))["Good"])) == []


def test_what_leads_to_a_page_opens_the_installed_one(project: Path) -> None:
    (project / "run.toml").write_text("[Model.FCM]\n", "utf-8")
    ((item,),) = (one.diagnostics for one in run([str(project / "run.toml")]))
    opened = to_path(item["codeDescription"]["href"])
    assert opened is not None
    assert Path(opened).read_text("utf-8") == page(item["code"])


@pytest.mark.parametrize("code", CATALOGUE)
def test_the_page_is_printed_with_links_to_installed_pages(code: str) -> None:
    done = CliRunner().invoke(app, ["explain", code])
    assert done.exit_code == 0, done.output
    assert done.output.startswith(f"# `{code}`\n\nSeverity: ")
    links = re.findall(r"\]\(([^)]*)\)", done.output)
    assert len(links) == page(code).count("](")
    for link in links:
        opened, _, anchor = link.partition("#")
        text = Path(to_path(opened) or "").read_text("utf-8")
        titles = (
            re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.+)$", text, re.M)
        )
        assert not anchor or anchor in titles


def test_a_terminal_is_told_where_more_is(project: Path) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    for text, told in (("[Model.FCM]\n", True), ("[Model.FCN]\n!backbone = 'ResNet'\n", False)):
        (project / "run.toml").write_text(text, "utf-8")
        RENDERERS["text"](run([str(project / "run.toml")]), out := Terminal())
        assert ("excore explain CODE" in out.getvalue()) is told


def test_all_codes_are_listed_and_a_wrong_one_is_not_explained() -> None:
    listed = CliRunner().invoke(app, ["explain"]).output.splitlines()
    assert [line.split()[0] for line in listed] == list(CATALOGUE)
    for wrong, right in (("unknown-clas", "unknown-class"), ("invalid-ref", "invalid-reference"), ("cls", "lists all")):
        done = CliRunner().invoke(app, ["explain", "wrong-type", wrong])
        assert done.exit_code == 2
        assert f"{right}?" in done.output or f"{right}." in done.output
        assert "# `wrong-type`" not in done.output
