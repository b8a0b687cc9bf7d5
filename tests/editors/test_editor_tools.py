"""A missing program skips a test with a remedy; on CI it fails the test."""

from __future__ import annotations

import pytest
import tools
from editor_kit import found


@pytest.mark.parametrize(
    ("finder", "named"),
    [(tools.node, "Node.js"), (tools.browser, "Chromium"), (lambda: tools.program("tmux"), "tmux")],
)
def test_a_missing_program(monkeypatch, tmp_path, finder, named):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=named):
        found(finder)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=named):
        found(finder)


def test_an_old_install_is_not_taken_for_a_new_one(monkeypatch, tmp_path):
    monkeypatch.setattr(tools, "REPOSITORY", tmp_path)
    folder = tmp_path / "thing"
    with pytest.raises(tools.Missing, match=r"not installed; run .*tools\.py"):
        tools.installed(folder, "2")
    folder.mkdir()
    tools.marker(folder).write_text("1", "utf-8")
    with pytest.raises(tools.Missing, match="other versions"):
        tools.installed(folder, "2")
    assert tools.installed(folder, "1") == folder
