"""What the guide types into Python answers what the guide says it does."""

from __future__ import annotations

import doctest
import sys
import types
from pathlib import Path
from types import ModuleType

import pytest
from docs_kit import DOCS, codes, pages

SESSIONS = [page for page in pages() if "```pycon" in page.read_text("utf-8")]
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.mark.parametrize("page", SESSIONS, ids=lambda page: str(page.relative_to(DOCS)))
def test_sessions(page: Path, folder: Path, zoo: ModuleType, request: pytest.FixtureRequest) -> None:
    blocks = codes(page.read_text("utf-8"))
    for block in blocks:
        if block.title.endswith((".toml", ".py")):
            (folder / block.title).parent.mkdir(parents=True, exist_ok=True)
            (folder / block.title).write_text(block.text, "utf-8")
    if page.stem == "registry":
        request.getfixturevalue("no_zoo")
    session = types.ModuleType("session")
    sys.modules["session"] = session
    text = "\n\n".join(block.text for block in blocks if block.language == "pycon")
    test = doctest.DocTestParser().get_doctest(text, vars(session), page.stem, str(page), 0)
    assert test.examples
    report: list[str] = []
    doctest.DocTestRunner(optionflags=OPTIONS).run(test, out=report.append, clear_globs=False)
    del sys.modules["session"]
    assert not report, "".join(report)


@pytest.fixture
def no_zoo(zoo: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page about registries makes its own."""
    from excore import Registry

    monkeypatch.setattr(Registry, "_registry_pool", {})
