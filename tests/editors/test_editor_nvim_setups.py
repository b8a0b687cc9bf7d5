"""Neovim as people have it: installed in each way, beside other servers, with settings of their own, after a crash."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import tools
from editor_kit import found

from excore import __version__

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
    own = tmp_path / "own" / "plugin" / "excore.lua"
    own.parent.mkdir(parents=True)
    own.write_text("vim.g.own = true", "utf-8")
    editor.lua("vim.opt.runtimepath:prepend(...)", str(own.parents[1]))
    editor.lua(
        """
        vim.lsp.config('*', { on_attach = function() vim.g.theirs = (vim.g.theirs or 0) + 1 end })
        vim.lsp.config('excore', { settings = { excore = { interpreter = ... } } })
        """,
        str(tmp_path / "nowhere" / "python"),
    )
    editor.edit(config)
    first = editor.until(SERVED)
    assert editor.lua("return { vim.g.theirs, vim.g.own or 'never run by us' }") == [1, "never run by us"]
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


def test_a_crash_of_a_server_that_a_users_own_command_started(editor, config):
    own = "{ cmd = { ..., '-m', 'excore_server' }, on_exit = function() vim.g.ended = true end }"
    editor.lua(f"vim.lsp.config('excore', {own})", sys.executable)
    editor.edit(config)
    editor.until(SERVED)
    editor.lua("for _, pid in ipairs(vim.api.nvim_get_proc_children(vim.fn.getpid())) do vim.uv.kill(pid, 9) end")
    editor.until("return vim.g.ended")
    assert f"the server of {config.parents[1]} crashed at" in info(editor)
    editor.nvim.command("Excore restart")
    editor.until(SERVED)
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


EDITORS = tools.REPOSITORY / "editors"
README, CLIENT_README = tools.REPOSITORY / "README.md", EDITORS / "nvim" / "README.md"
SETUP = tools.REPOSITORY / "docs" / "editors" / "setup.md"
WITH_WHEEL = {
    "README": (README, "**Neovim 0.11 or newer**"),
    "README of the client": (CLIENT_README, "## Install"),
    "setup": (SETUP, "## Neovim"),
}
BY_HAND = CLIENT_README.read_text("utf-8").partition("By hand")[2].partition("```sh\n")[2].partition("```")[0]
ENABLE = "vim.g.excore_autotrigger = true\nvim.lsp.enable('excore')\n"
MANAGERS = """
    vim.opt.packpath:prepend(vim.fn.stdpath('data') .. '/site') -- which --clean leaves out
    local load = function(bang) return function() vim.cmd.packadd({ 'excore', bang = bang }) end end
    MiniDeps, vim.pack = { add = load(false) }, { add = load(true) } -- they clone, then do this
    function lazy(spec)
      vim.go.loadplugins = false
      vim.api.nvim_create_autocmd('FileType', { pattern = spec.ft, once = true, callback = function()
        vim.opt.runtimepath:prepend(spec.dir)
        for _, file in ipairs(vim.fn.globpath(spec.dir, 'plugin/**/*.lua', true, true)) do vim.cmd.source(file) end
        spec.config()
      end })
    end
"""


def block(page: Path, mark: str) -> str:
    """The Lua behind a mark in a page."""
    return page.read_text("utf-8").partition(mark)[2].partition("```lua\n")[2].partition("```")[0]


def configuration(way: str, clone: Path) -> str:
    """What a page says to write for a way to install, with the plugin where that way has it."""
    if way == "by hand":
        assert "pack/excore/start/excore" in BY_HAND
        start = clone.parents[1] / "start"
        start.mkdir()
        (start / "excore").symlink_to(clone / "editors" / "nvim")
        return ENABLE
    if way in WITH_WHEEL:
        lines = block(*WITH_WHEEL[way])
        assert len([line for line in lines.splitlines() if not line.startswith("--")]) <= 3
        return lines
    lines = block(CLIENT_README, f"<!-- {way} -->").replace("/path/to/excore", str(clone))
    return f"lazy({lines})" if way == "lazy.nvim" else lines


@pytest.mark.parametrize("way", [*WITH_WHEEL, "lazy.nvim", "mini.deps", "vim.pack", "by hand"])
def test_three_lines_are_enough(way: str, tmp_path: Path) -> None:
    """In the folder of the README, with the lines of the README: the list is there without one message."""
    found(nvim.binary)
    project, clone = tmp_path / "project", tmp_path / "data" / "nvim" / "site" / "pack" / "managed" / "opt" / "excore"
    for name in ("plugin", "editors/nvim"):
        shutil.copytree(tools.REPOSITORY / name, clone / name)
    for name, text in re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", README.read_text("utf-8"), re.DOTALL):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text if name == "src/models.py" else "", "utf-8")
    with nvim.session(tmp_path, MANAGERS + configuration(way, clone)) as editor:
        editor.nvim.command(f"cd {project} | edit configs/fcn.toml")
        editor.until(SERVED)
        editor.until("return vim.bo.completeopt:find('noselect')")  # completion is on
        editor.type("i[Mo")
        assert "Model" in editor.until(SHOWN)
        editor.type("del.")
        editor.until(f"return vim.list_contains(({SHOWN[7:]}), 'FCN')")
        editor.type("<Esc>:%d _<CR>i[Mo")
        labels = editor.until(SHOWN)
        editor.type("<C-n>" * (labels.index("Model") + 1) + "<C-y>")
        editor.until(f"return vim.list_contains(({SHOWN[7:]}), 'FCN')")
        assert editor.lua(LINES) == "[Model."
        assert messages(editor) == ""
        editor.type("<Esc>")
        for topic in ("excore", ":Excore", "g:excore_alone"):
            editor.nvim.command(f"help {topic}")
            assert editor.nvim.current.buffer.name.endswith("excore.txt")
        tags = Path(editor.nvim.current.buffer.name).with_name("tags")
        before = tags.read_bytes()
        editor.nvim.command(f"helptags {tags.parent}")
        assert tags.read_bytes() == before, "doc/tags is older than doc/excore.txt: run :helptags"


def test_without_the_plugin(tmp_path: Path, config: Path) -> None:
    """The file for nvim-lspconfig serves configs, and that for mason names what the package has."""
    found(nvim.binary)
    contrib = EDITORS / "contrib"
    with nvim.session(
        tmp_path, f"vim.opt.runtimepath:append('{contrib}/nvim-lspconfig') vim.lsp.enable('excore')"
    ) as editor:
        editor.edit(config)
        editor.until("return #vim.diagnostic.get(0) > 0")
        root = "return vim.lsp.get_clients({ name = 'excore' })[1].root_dir"
        assert editor.lua(root) == str(config.parents[1])
    package = pytest.importorskip("yaml").safe_load((contrib / "mason/packages/excore/package.yaml").read_text("utf-8"))
    project = (tools.REPOSITORY / "pyproject.toml").read_text("utf-8")
    assert package["source"]["id"] == f"pkg:pypi/excore@{__version__}?extra=server"
    assert "\nserver = [" in project
    for name, source in package["bin"].items():
        assert source == f"pypi:{name}"
        assert f"\n{name} = " in project
    assert (contrib / f"nvim-lspconfig/lsp/{package['neovim']['lspconfig']}.lua").exists()
