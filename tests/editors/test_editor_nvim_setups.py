"""Neovim as people have it: installed in each way, beside other servers, with settings of their own, after a crash."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from editor_kit import found

pynvim = pytest.importorskip("pynvim", reason="pynvim is not installed: pip install pynvim")
import nvim  # noqa: E402  (needs pynvim)

pytestmark = pytest.mark.editor

SERVED = "local c = vim.lsp.get_clients({ bufnr = 0, name = 'excore' })[1] return c and c.initialized and c.id"
REPORT = """
    vim.cmd('checkhealth excore')
    local report = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n')
    vim.cmd('bwipeout')
    return report
"""
LINES = "return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n')"
SHOWN = "return vim.tbl_map(function(item) return item.abbr end, vim.fn.complete_info({ 'matches' }).matches)"
COLOURED = """
    local row = vim.fn.search('^!head')
    vim.cmd('syntax off | redraw')
    local function attribute(column)
      local place = vim.fn.screenpos(0, row, column)
      return vim.fn.screenattr(place.row, place.col)
    end
    return attribute(1) ~= attribute(7)
"""


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[nvim.Session]:
    found(nvim.binary)
    with nvim.session(tmp_path) as running:
        yield running


@pytest.fixture
def config(quickstart: Path) -> Path:
    return quickstart / "configs" / "fcn_resnet.toml"


def messages(editor: nvim.Session) -> str:
    return editor.lua("return vim.fn.execute('messages')")


def info(editor: nvim.Session) -> str:
    return editor.lua("return vim.fn.execute('Excore info')")


def test_a_users_own_settings_and_a_crash(editor, config, tmp_path):
    """Their ``on_attach`` runs beside ours, commands ask the project's own server, and a crash is told as one."""
    editor.lua(
        """
        vim.lsp.config('*', { on_attach = function() vim.g.theirs = (vim.g.theirs or 0) + 1 end })
        vim.lsp.config('excore', { settings = { excore = { interpreter = ... } } })
        """,
        str(tmp_path / "nowhere" / "python"),
    )
    editor.edit(config)
    first = editor.until(SERVED)
    assert editor.lua("return vim.g.theirs") == 1
    assert editor.until("return #vim.api.nvim_get_autocmds({ event = 'CompleteDone', buffer = 0 }) > 0")  # ours as well
    wrong = f"the setting excore.interpreter names {tmp_path / 'nowhere' / 'python'}, which is not there"
    assert f"excore: {wrong}" in messages(editor)
    assert f"ERROR {wrong}" in editor.lua(REPORT)

    other = tmp_path / "other"
    (other / "inner").mkdir(parents=True)
    for folder in (other, other / "inner"):
        (folder / ".excore.toml").write_text("", "utf-8")
    (other / "inner" / "model.py").write_text("", "utf-8")
    editor.edit(other / "inner" / "model.py")
    editor.lua("vim.cmd('messages clear') vim.cmd('Excore composed')")
    assert "no server serves this file" in messages(editor)
    editor.edit(config.parents[1] / "src" / "models" / "fcn.py")
    editor.lua("vim.cmd('messages clear') vim.cmd('Excore reindex')")
    editor.until("return vim.fn.execute('messages'):find('reading the Python sources')")

    editor.edit(config)
    editor.lua("for _, pid in ipairs(vim.api.nvim_get_proc_children(vim.fn.getpid())) do vim.uv.kill(pid, 9) end")
    editor.until("return #vim.lsp.get_clients({ name = 'excore' }) == 0")
    said = info(editor)
    assert re.search(rf"the server of {config.parents[1]} crashed at [\d:]+ \(exit code \d+, signal 9\)", said)
    assert "enable it" not in said
    assert "crashed at" in editor.lua(REPORT)
    editor.nvim.command("Excore restart")
    assert editor.until(SERVED) != first
    assert "crashed" not in info(editor)


def test_another_server_for_toml(editor, config, quickstart):
    """Its user is told once, and can keep it away from configs; elsewhere it goes on."""
    tombi = Path(sys.executable).parent / "tombi"
    editor.lua("vim.lsp.config('tombi', { cmd = { ..., 'lsp', '--offline' }, filetypes = { 'toml' } })", str(tombi))
    editor.lua("vim.lsp.enable('tombi')")
    served = "return #vim.lsp.get_clients({ bufnr = 0, name = 'tombi' }) > 0"
    editor.edit(quickstart / "Cargo.toml")
    editor.until(served)
    assert "tombi" not in messages(editor)
    editor.edit(config)
    advice = "tombi serves configs too and takes bare prefixes for mistakes; vim.g.excore_alone = true keeps it away"
    editor.until("return vim.fn.execute('messages'):find('excore: ' .. ..., 1, true)", advice)
    assert f"WARNING {advice}" in editor.lua(REPORT)

    editor.lua("vim.g.excore_alone = true")
    editor.edit(quickstart / "configs" / "scratchpads.toml")
    editor.until(SERVED)
    editor.until("return #vim.lsp.get_clients({ bufnr = 0, name = 'tombi' }) == 0")
    assert not editor.lua("return vim.tbl_filter(function(d) return d.source == 'tombi' end, vim.diagnostic.get(0))")
    editor.edit(quickstart / "Cargo.toml")
    assert editor.lua(served)


def test_what_a_config_looks_like_and_becomes(editor, config, quickstart):
    """Colours survive a change on disk, a table moves to a new base, and a file that becomes a config is served."""
    editor.show()
    editor.edit(config)
    editor.until(SERVED)
    assert editor.lua(COLOURED)
    config.write_text(config.read_text("utf-8") + "\n", "utf-8")
    editor.lua("vim.o.autoread = true vim.cmd('silent checktime')")
    editor.until("return vim.fn.getline('$') == ''")
    assert editor.lua(COLOURED)

    alone = config.with_name("alone.toml")
    alone.write_text("[Optimizer.SGD]\nlr = 0.5\n\n[Backbone.ResNet]\ndepth = 18\n", "utf-8")
    editor.edit(alone)
    editor.until(SERVED)
    editor.find("ResNet]")
    editor.lua("vim.lsp.buf.code_action({ apply = true, filter = function(a) return a.title:find('new base') end })")
    editor.until("return vim.fn.getline(1):find('alone_base.toml')")
    editor.nvim.command("silent wall")
    assert alone.with_name("alone_base.toml").read_text("utf-8").rstrip() == "[Backbone.ResNet]\ndepth = 18"

    plain = quickstart.parent / "elsewhere" / "run.toml"
    plain.parent.mkdir()
    plain.write_text("a = 1\n", "utf-8")
    editor.edit(plain)
    assert "not a config" in info(editor)
    editor.type('O!a = "B"<Esc>:silent write<CR>')
    editor.until(SERVED)
