"""What is typed stays what was typed, and typing on after taking a proposal gives what one means: in real editors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typed_lines
import vscode
from editor_kit import SCREENSHOTS, found

pynvim = pytest.importorskip("pynvim", reason="pynvim is not installed: pip install pynvim")
import nvim  # noqa: E402  (needs pynvim)

pytestmark = pytest.mark.editor

EVERYWHERE, IN_VSCODE = typed_lines.LINES, [*typed_lines.LINES, *typed_lines.IN_VSCODE]

LIST_BY_ITSELF = """
    vim.g.answers, vim.g.asks = 0, false
    vim.api.nvim_create_autocmd('InsertCharPre', { callback = function()
      local provider = vim.lsp.get_clients({ name = 'excore' })[1].server_capabilities.completionProvider
      vim.g.asks = vim.fn.pumvisible() == 0 and vim.list_contains(provider.triggerCharacters, vim.v.char)
    end })
    vim.api.nvim_create_autocmd('LspAttach', { callback = function(event)
      vim.lsp.completion.enable(true, event.data.client_id, event.buf, { autotrigger = true })
    end })
    vim.api.nvim_create_autocmd('LspRequest', { callback = function(event)
      local request = event.data.request
      if request.method == 'textDocument/completion' and request.type == 'complete' then
        vim.schedule(function() vim.schedule(function() vim.g.answers = vim.g.answers + 1 end) end) -- the list is shown
      end
    end })
"""
SHOWN = "return vim.tbl_map(function(item) return item.abbr end, vim.fn.complete_info({ 'matches' }).matches)"
CHANGED = "return vim.api.nvim_buf_get_changedtick(0) > ..."
TYPED = """
    local tick, answers = ...
    local pending = vim.lsp.get_clients({ name = 'excore' })[1].requests
    return vim.api.nvim_buf_get_changedtick(0) > tick and (not vim.g.asks or vim.g.answers > answers)
      and not vim.iter(vim.tbl_values(pending)):any(function(one) return one.method == 'textDocument/completion' end)
"""
CLOSED = """
    if vim.fn.pumvisible() == 0 then return true end
    vim.api.nvim_input('<C-e>') -- again, where an answer on its way opened the list anew
"""
IDLE = "return next(vim.lsp.get_clients({ name = 'excore' })[1].requests) == nil"


class Typist:
    """Types into a Neovim whose list opens by itself; every key waits for the list that the one before it opens."""

    def __init__(self, session: nvim.Session, config: Path) -> None:
        self.session = session
        session.lua(LIST_BY_ITSELF)
        session.edit(config)
        session.wait_attached()

    def select_first(self, on: bool) -> None:
        """Whether Neovim selects the first proposal of each list, so that Enter takes it."""
        self.session.lua("vim.o.completeopt = ...", f"menuone,{'noinsert' if on else 'noselect'},popup")

    def write(self, line: typed_lines.Line) -> str:
        """The text of the buffer after a line was typed into it."""
        self.session.type("<Esc><Esc>:%d _<CR>i")
        for action, what in line.steps:
            self.take(what) if action == "take" else self.type(what)
        return "\n".join(self.session.nvim.current.buffer[:])

    def type(self, text: str) -> None:
        for char in text:
            self.session.lua("vim.g.asks = false")
            answers, tick = self.session.lua("return { vim.g.answers, vim.api.nvim_buf_get_changedtick(0) }")
            self.session.type({"\n": "<CR>", "<": "<lt>"}.get(char, char))
            self.session.until(TYPED, tick, answers)

    def take(self, label: str) -> None:
        session = self.session
        session.until(IDLE)
        session.until(CLOSED)
        session.type("<C-x><C-o>")
        session.until("return vim.fn.pumvisible() == 1")
        session.until(IDLE)
        labels = session.until(SHOWN)
        tick = session.lua("return vim.api.nvim_buf_get_changedtick(0)")
        steps = labels.index(label) - session.lua("return vim.fn.complete_info({ 'selected' }).selected")
        session.type(("<C-n>" if steps > 0 else "<C-p>") * abs(steps) + "<C-y>")
        session.until("return vim.fn.pumvisible() == 0")
        session.until(CHANGED, tick)
        session.until(IDLE)


@pytest.fixture(scope="module")
def typist(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Typist]:
    found(nvim.binary)
    config = typed_lines.write_project(tmp_path_factory.mktemp("project"))
    with nvim.session(tmp_path_factory.mktemp("nvim")) as session:
        yield Typist(session, config)


@pytest.fixture(scope="module")
def written(
    programs: vscode.Programs, vsix: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[typed_lines.Line], str]:
    """The text of the file after a line was typed into it in VS Code, all of them in one run."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    config = typed_lines.write_project(tmp_path_factory.mktemp("project"))
    with vscode.server(programs, tmp_path_factory.mktemp("vscode"), vsix=vsix) as running:
        request = {
            "workspace": str(config.parent),
            "config": str(config),
            "lines": [line.steps for line in IN_VSCODE],
            "screenshots": str(SCREENSHOTS),
            "parts": ["vscode_lines"],
        }
        seen = {**running.drive("vscode_ui.cjs", request), "logs": running.logs()}

    def text(line: typed_lines.Line) -> str:
        name = f"line {IN_VSCODE.index(line)}"
        assert name not in seen["failures"], f"{seen['failures'][name]}\n{seen['logs']}"
        return seen[name]

    return text


@pytest.mark.parametrize("line", IN_VSCODE, ids=lambda line: line.keys)
def test_in_vscode(written: Callable[[typed_lines.Line], str], line: typed_lines.Line) -> None:
    assert written(line) == line.text


@pytest.mark.parametrize("line", EVERYWHERE, ids=lambda line: line.keys)
def test_in_neovim(typist: Typist, line: typed_lines.Line) -> None:
    """What is only typed stays even where the first proposal is selected."""
    typist.select_first(line in typed_lines.TYPED)
    assert typist.write(line) == line.text
