"""The Neovim client in a real Neovim, on the example project, with the real server."""

from __future__ import annotations

import ast
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import tools
from editor_kit import found

pynvim = pytest.importorskip("pynvim", reason="pynvim is not installed: pip install pynvim")
import nvim  # noqa: E402  (needs pynvim)

pytestmark = pytest.mark.editor


@pytest.fixture
def config(quickstart: Path) -> Path:
    return quickstart / "configs" / "fcn_resnet.toml"


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[nvim.Session]:
    found(nvim.binary)
    with nvim.session(tmp_path) as running:
        yield running


def test_attaches_to_configs_and_nothing_else(editor, config, quickstart):
    editor.edit(config)
    editor.wait_attached()
    assert editor.lua("return vim.lsp.get_clients({ name = 'excore' })[1].root_dir") == str(quickstart)
    for other in ("pyproject.toml", "Cargo.toml", ".excore.toml"):
        editor.edit(quickstart / other)
        assert editor.lua("return vim.bo.filetype") == "toml"
        assert not editor.attached(), other


def test_one_server_for_two_configs_of_a_project(editor, config, quickstart):
    second = quickstart / "configs" / "second.toml"
    second.write_text('__base__ = ["fcn_resnet.toml"]\n', "utf-8")
    editor.edit(config)
    editor.wait_attached()
    editor.edit(second)
    editor.wait_attached()
    assert editor.lua("return #vim.lsp.get_clients({ name = 'excore' })") == 1


def test_completes_a_class_after_its_field(editor, config):
    editor.edit(config)
    editor.wait_attached()
    editor.type("Go<CR>[Model.<C-x><C-o>")
    editor.until("return vim.fn.pumvisible() == 1")
    offered = editor.lua("return vim.tbl_map(function(i) return i.word end, vim.fn.complete_info({ 'items' }).items)")
    assert "FCN" in offered
    assert "ResNet" not in offered
    for _ in range(offered.index("FCN") + 1):
        editor.type("<C-n>")
    editor.type("<C-y><Esc>")
    count = "return #vim.fn.filter(vim.api.nvim_buf_get_lines(0, 0, -1, false), 'v:val == \"[Model.FCN]\"') == 2"
    editor.until(count)


def test_a_class_brings_its_required_arguments(editor, quickstart):
    new = quickstart / "configs" / "new.toml"
    new.write_text("", "utf-8")
    editor.edit(new)
    editor.wait_attached()
    editor.type("i[Model.FC<C-x><C-o>")
    editor.until("return vim.fn.pumvisible() == 1")
    editor.type("<C-n><C-y>")
    lines = editor.until(
        "local l = vim.api.nvim_buf_get_lines(0, 0, -1, false); return #l > 2 and table.concat(l, '\\n')"
    )
    editor.type("<Esc>")
    assert lines.startswith("[Model.FCN]\n")
    assert "backbone = " in lines


@pytest.mark.parametrize(
    ("typed", "label", "after"),
    [
        ("[Backbone.Res]<Left>", "ResNet", "[Backbone.ResNet]\nx"),
        ('__base__ = ["_base_/def"]<Left><Left>', "_base_/default.toml", '__base__ = ["_base_/default.toml"x]'),
        ('[Model.FCN]<CR>!backbone = "Re"<Left>', "ResNet", '[Model.FCN]\n!backbone = "ResNetx"'),
    ],
)
def test_brackets_that_stand_there_already_are_used(editor, quickstart, typed, label, after):
    new = quickstart / "configs" / "new.toml"
    new.write_text("", "utf-8")
    editor.edit(new)
    editor.wait_attached()
    editor.type(f"i{typed}<C-x><C-o>")
    labels = editor.until("return vim.tbl_map(function(i) return i.abbr end, vim.fn.complete_info({ 'items' }).items)")
    editor.type("<C-n>" * (labels.index(label) + 1) + "<C-y>")
    editor.until(
        "return vim.fn.pumvisible() == 0 and next(vim.lsp.get_clients({ name = 'excore' })[1].requests) == nil"
    )
    editor.type("x")
    assert editor.lua("return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n')") == after


def test_hover_shows_the_class(editor, config):
    editor.edit(config)
    editor.wait_attached()
    editor.find("FCN]")
    editor.type("K")
    text = editor.until(
        """
        for _, win in ipairs(vim.api.nvim_list_wins()) do
          if vim.api.nvim_win_get_config(win).relative ~= '' then
            return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(win), 0, -1, false), '\\n')
          end
        end
        """
    )
    assert "FCN" in text
    assert "backbone" in text


def test_definition_of_a_header_is_the_python_class(editor, config, quickstart):
    editor.edit(config)
    editor.until(ERRORS)  # the sources are read: the key waits for an answer one second only
    editor.find("FCN]")
    editor.type("<C-]>")
    name = editor.until("local n = vim.api.nvim_buf_get_name(0) return n:sub(-3) == '.py' and n")
    assert Path(name).is_relative_to(quickstart / "src")
    assert editor.lua("return vim.api.nvim_get_current_line()").startswith("class FCN")


ERRORS = """
    local function place(found)
      local text = vim.api.nvim_buf_get_text(0, found.lnum, found.col, found.end_lnum, found.end_col, {})
      return { found.lnum + 1, text[1], found.message }
    end
    return vim.tbl_map(place, vim.diagnostic.get(0, { severity = vim.diagnostic.severity.ERROR }))
"""


def test_unknown_name_has_a_squiggle_until_it_is_right(editor, config):
    editor.edit(config)
    [(row, text, message)] = editor.until(ERRORS)
    assert text.strip('"') == "SimpleHed"
    assert "SimpleHead" in message
    editor.put_cursor(row, 0)
    editor.nvim.command("Excore explain")
    page = Path(editor.nvim.current.buffer.name)
    assert (page.name, editor.nvim.current.buffer[0]) == ("unknown-class.md", "# `unknown-class`")
    editor.type("q")
    editor.until("return vim.api.nvim_buf_get_name(0):find('fcn_resnet.toml', 1, true)")
    editor.nvim.command("1 | Excore explain")
    assert "no problem" in editor.nvim.command_output("messages")
    editor.put_cursor(row, 0)
    editor.type('cc!head = "SimpleHead"<Esc>')
    editor.until("return #vim.diagnostic.get(0, { severity = vim.diagnostic.severity.ERROR }) == 0")


def test_the_fix_of_a_problem_is_applied(editor, config):
    editor.edit(config)
    editor.until(ERRORS)
    editor.find("SimpleHed")
    editor.lua("vim.lsp.buf.code_action({ apply = true, filter = function(a) return a.isPreferred end })")
    editor.until("return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false)):find('!head = \"SimpleHead\"')")
    editor.until("return #vim.diagnostic.get(0, { severity = vim.diagnostic.severity.ERROR }) == 0")


def test_a_class_is_renamed_in_configs_and_python(editor, config, quickstart):
    editor.edit(config)
    editor.until(ERRORS)
    editor.find("FCN]")
    editor.lua("vim.lsp.buf.rename('Fully')")
    editor.until("return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false)):find('Model.Fully', 1, true)")
    editor.nvim.command("silent wall")
    assert "class Fully(" in (quickstart / "src" / "models" / "fcn.py").read_text("utf-8")
    assert "[Members.Fully]" in (quickstart / "configs" / "scratchpads.toml").read_text("utf-8")
    left = [path for path in quickstart.rglob("*") if path.suffix in (".py", ".toml") and uses(path, "FCN")]
    assert left == []


def test_a_variable_is_renamed_where_it_is_set_and_read(editor, config, quickstart):
    editor.edit(config)
    editor.until(ERRORS)
    row, column = editor.find('"num_classes"')
    editor.put_cursor(row, column + 1)
    editor.lua("vim.lsp.buf.rename('classes')")
    editor.until("return vim.api.nvim_get_current_line():find('\"classes\"')")
    editor.nvim.command("silent wall")
    assert "\nclasses = 3" in (quickstart / "configs" / "_base_" / "runtime.toml").read_text("utf-8")
    assert config.read_text("utf-8").count('&num_classes = "classes"') == 2


def uses(path: Path, name: str) -> bool:
    """Whether code of a file uses a name; its comments and texts for people may."""
    if path.suffix == ".py":
        return any(
            getattr(node, "id", getattr(node, "name", None)) == name
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
        )
    return any(re.search(rf"\b{name}\b", line.partition("#")[0]) for line in path.read_text("utf-8").splitlines())


LENSES = """
    vim.lsp.codelens.refresh({ bufnr = 0 })
    local titles = vim.tbl_map(function(lens) return lens.command.title end, vim.lsp.codelens.get(0))
    local wanted = ...
    return #vim.tbl_filter(function(title) return title:find(wanted) end, titles) > 0 and titles
"""


def test_a_lens_leads_to_the_only_place_or_lists_all(editor, config, quickstart):
    editor.edit(config)
    editor.wait_attached()
    editor.until(LENSES, "instantiates .*FCN")
    editor.find("[Model.FCN]")
    editor.lua("vim.ui.select = function(items, _, done) done(items[1]) end")
    editor.lua("vim.lsp.codelens.run()")
    editor.until("return vim.api.nvim_buf_get_name(0):sub(-6) == 'fcn.py'")
    assert editor.lua("return vim.api.nvim_get_current_line()").startswith("class FCN")


def test_python_files_are_left_alone_unless_that_is_asked_for(editor, config, quickstart):
    editor.edit(config)
    editor.wait_attached()
    editor.edit(quickstart / "src" / "models" / "fcn.py")
    assert editor.lua("return vim.bo.filetype") == "python"
    assert "left alone" in editor.lua("return select(2, require('excore.project').buffer_root(0))")
    assert not editor.attached()


def test_lenses_and_references_in_python(editor, config, quickstart):
    editor.lua("vim.g.excore_python = true")
    options = "return { vim.bo.omnifunc, vim.bo.tagfunc, vim.bo.formatexpr, vim.fn.maparg('K', 'n') }"
    editor.lua("vim.lsp.enable('excore', false)")
    editor.edit(quickstart / "src" / "models" / "base.py")
    without = editor.lua(options)
    editor.lua("vim.lsp.enable('excore')")
    editor.edit(quickstart / "src" / "models" / "fcn.py")
    editor.wait_attached()
    assert editor.lua(options) == without
    editor.edit(config)
    editor.wait_attached()
    assert editor.lua("return #vim.lsp.get_clients({ name = 'excore' })") == 1
    editor.edit(quickstart / "src" / "models" / "fcn.py")
    editor.until(LENSES, "used by %d+ configs")
    editor.find("FCN")
    editor.lua("vim.lsp.codelens.run()")
    listed = editor.until("return vim.tbl_map(function(i) return vim.fn.bufname(i.bufnr) end, vim.fn.getqflist())")
    assert {Path(name).suffix for name in listed} == {".toml"}


def test_a_class_is_renamed_from_its_python_file(editor, config, quickstart):
    editor.lua("vim.g.excore_python = true")
    editor.edit(quickstart / "src" / "models" / "fcn.py")
    editor.wait_attached()
    editor.until(LENSES, "used by %d+ configs")
    row, column = editor.find("class FCN")
    editor.put_cursor(row, column + len("class "))
    editor.lua("vim.lsp.buf.rename('Fully')")
    editor.until("return vim.api.nvim_get_current_line():find('class Fully')")
    editor.nvim.command("silent wall")
    assert "[Model.Fully]" in config.read_text("utf-8")
    left = [path for path in quickstart.rglob("*") if path.suffix in (".py", ".toml") and uses(path, "FCN")]
    assert left == []


def test_python_of_no_config_project_gets_no_server(editor, tmp_path):
    editor.lua("vim.g.excore_python = true")
    path = tmp_path / "other" / "main.py"
    path.parent.mkdir()
    path.write_text("import os\n", "utf-8")
    editor.edit(path)
    assert "no .excore.toml" in editor.lua("return select(2, require('excore.project').buffer_root(0))")


def test_restart_starts_a_new_server_for_the_same_buffer(editor, config):
    editor.edit(config)
    editor.wait_attached()
    first = editor.lua("return vim.lsp.get_clients({ name = 'excore' })[1].id")
    editor.nvim.command("Excore restart")
    editor.until(
        "local c = vim.lsp.get_clients({ bufnr = 0, name = 'excore' })[1] return c and c.id ~= ... and c.initialized",
        first,
    )


def test_subcommands_complete_and_pass_through(editor, config):
    editor.edit(config)
    editor.wait_attached()
    assert editor.nvim.funcs.getcompletion("Excore re", "cmdline") == ["reindex", "restart"]
    editor.nvim.command("Excore debug")
    text = editor.until(
        """
        local name = vim.api.nvim_buf_get_name(0)
        return name:find('excore://.*debug') and table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n')
        """
    )
    assert text.strip()


def test_health_report(editor, config):
    editor.edit(config)
    editor.wait_attached()
    editor.nvim.command("checkhealth excore")
    report = "\n".join(editor.nvim.current.buffer[:])
    assert "excore: server" in report
    assert "version:" in report
    assert "ERROR" not in report


def test_help_pages(editor, tmp_path):
    copy = tmp_path / "client"
    shutil.copytree(nvim.CLIENT / "doc", copy / "doc")
    editor.nvim.command(f"helptags {copy / 'doc'}")
    editor.nvim.command(f"set runtimepath+={copy}")
    for topic in ("excore", "excore-setup", "excore-detection", ":Excore"):
        editor.nvim.command(f"help {topic}")
        assert editor.nvim.current.buffer.name.endswith("excore.txt")


def environment_folder(path: Path) -> Path:
    (path / "bin").mkdir(parents=True)
    (path / "bin" / "python").symlink_to(sys.executable)
    return path


def test_which_interpreter(editor, tmp_path):
    project, active, conda = tmp_path / "p", environment_folder(tmp_path / "a"), environment_folder(tmp_path / "c")
    project.mkdir()
    ask = "return { require('excore.python').interpreter(...) }"

    def set_environment(virtual: Path | str, other: Path | str) -> None:
        editor.lua("vim.env.VIRTUAL_ENV, vim.env.CONDA_PREFIX = ...", str(virtual), str(other))

    set_environment("", "")
    assert editor.lua(ask, str(project))[1] == "PATH"
    set_environment("", conda)
    assert editor.lua(ask, str(project)) == [str(conda / "bin" / "python"), "$CONDA_PREFIX"]
    set_environment(active, conda)
    assert editor.lua(ask, str(project)) == [str(active / "bin" / "python"), "$VIRTUAL_ENV"]
    own = environment_folder(project / ".venv")
    assert editor.lua(ask, str(project)) == [str(own / "bin" / "python"), ".venv of the project"]
    assert editor.lua(ask, str(project), "/opt/python") == ["/opt/python", "the setting excore.interpreter"]


@pytest.fixture
def own_server(quickstart: Path) -> Path:
    """The file that appears once something of the project's own environment, which has a server, is run."""
    mark = quickstart.parent / "ran"
    folder = quickstart / ".venv" / "bin"
    folder.mkdir(parents=True)
    for name in ("python", "excore-server"):
        program = folder / name
        program.write_text(f'#!/bin/sh\ntouch "{mark}"\nexec "{sys.executable}" "$@"\n', "utf-8")
        program.chmod(0o755)
    return mark


def messages(editor: nvim.Session) -> str:
    return editor.lua("return vim.fn.execute('messages')")


def test_nothing_of_a_workspace_is_run_without_trust(editor, config, own_server):
    editor.edit(config)
    editor.wait_attached()
    editor.nvim.command("Excore restart")
    editor.until("return #vim.lsp.get_clients({ bufnr = 0, name = 'excore' }) > 0")
    editor.nvim.command("checkhealth excore")
    report = "\n".join(editor.nvim.current.buffer[:])
    assert f"not trusted: the server in {config.parents[1] / '.venv'}" in report
    editor.edit(config.with_name("other.toml"))
    assert messages(editor).count(":Excore trust") == 1
    assert not own_server.exists()


def test_a_restarted_server_is_not_that_of_the_workspace(editor, config, own_server):
    editor.edit(config)
    editor.wait_attached()
    first = editor.lua("return vim.lsp.get_clients({ name = 'excore' })[1].id")
    editor.nvim.command("Excore restart")
    editor.until(
        "local c = vim.lsp.get_clients({ bufnr = 0, name = 'excore' })[1] return c and c.id ~= ... and c.initialized",
        first,
    )
    assert not own_server.exists()
    setting = "return vim.lsp.get_clients({ name = 'excore' })[1].settings.excore.interpreter"
    assert editor.lua(setting) == str(config.parents[1] / ".venv" / "bin" / "python")


def test_the_server_of_a_trusted_folder_is_started(editor, config, own_server, tmp_path):
    editor.edit(config)
    editor.wait_attached()
    first = editor.lua("return vim.lsp.get_clients({ name = 'excore' })[1].id")
    editor.show()
    editor.type(":Excore trust<CR>a")
    editor.until(
        "local c = vim.lsp.get_clients({ bufnr = 0, name = 'excore' })[1] return c and c.id ~= ... and c.initialized",
        first,
    )
    assert own_server.exists()
    own = config.parents[1] / ".venv"
    state = "return require('excore.trust').state(...)"
    assert editor.lua(state, str(own)) == "trusted"
    own.rename(tmp_path / "elsewhere")
    own.symlink_to(tmp_path / "elsewhere")
    assert editor.lua(state, str(own)) == "unknown"


def test_a_denied_folder_is_not_spoken_of_again(editor, config, own_server):
    editor.edit(config)
    editor.wait_attached()
    editor.show()
    editor.type(":Excore trust<CR>d")
    editor.until("return require('excore.trust').state(...) == 'denied'", str(config.parents[1] / ".venv"))
    command = "local _, _, passed = require('excore.python').server_command(...) return passed or 'nothing'"
    assert editor.lua(command, str(config.parents[1])) == "nothing"
    assert not own_server.exists()


@pytest.mark.parametrize(("setting", "is_run"), [("true", True), ("false", False)])
def test_the_users_setting_decides_for_all(editor, config, own_server, setting, is_run):
    editor.lua(f"vim.g.excore_trust = {setting}")
    editor.edit(config)
    editor.wait_attached()
    assert own_server.exists() == is_run
    assert ":Excore trust" not in messages(editor)


def test_an_environment_that_the_user_activated_needs_no_trust(editor, config, own_server):
    editor.lua("vim.env.VIRTUAL_ENV = ...", str(config.parents[1] / ".venv"))
    editor.edit(config)
    editor.wait_attached()
    assert own_server.exists()


def test_only_the_server_of_the_workspace_is_there(editor, config, own_server, tmp_path):
    editor.lua("vim.env.VIRTUAL_ENV, vim.env.PATH = '', ...", str(tmp_path))
    editor.edit(config)
    said = editor.until("local m = vim.fn.execute('messages') return m:find('excore') and m")
    assert "is not started, for that folder is not trusted; :Excore trust" in said
    assert not editor.attached()
    assert not own_server.exists()


def test_what_lies_in_the_current_folder_is_not_on_the_path(editor, config, own_server):
    own = config.parents[1] / ".venv" / "bin"
    ask = "return { require('excore.python').server_command(nil, nil) }"
    editor.lua("vim.env.VIRTUAL_ENV = '' vim.env.PATH = ... vim.cmd.cd(...)", str(own))
    assert editor.lua(ask)[0] is not None
    editor.lua("vim.env.PATH = '.:bin'")
    assert editor.lua("return vim.fn.exepath('excore-server')") != ""
    assert editor.lua(ask)[0] is None


@pytest.mark.parametrize(("absolute", "is_run"), [(True, True), (False, False)])
def test_a_setting_that_means_another_environment_in_each_workspace_needs_trust(
    editor, config, own_server, absolute, is_run
):
    named = str(config.parents[1] / ".venv" / "bin" / "python") if absolute else ".venv/bin/python"
    editor.lua("vim.lsp.config('excore', { settings = { excore = { interpreter = ... } } })", named)
    editor.edit(config)
    editor.wait_attached()
    assert own_server.exists() == is_run


def test_without_a_server_there_is_one_sentence(editor, config, tmp_path):
    editor.lua("vim.env.VIRTUAL_ENV, vim.env.PATH = '', ...", str(tmp_path))
    editor.edit(config)
    messages = editor.until("local m = vim.fn.execute('messages') return m:find('excore') and m")
    assert ":help excore-setup" in messages
    assert "stack traceback" not in messages
    assert not editor.attached()


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ('!backbone = "ResNet"', ["!backbone"]),
        ('  "@head" = "$Head"', ["@head"]),
        ("[Model.FCN.!backbone]", ["!backbone"]),
        ('[Model.FCN."$act"]', ["$act"]),
        ('opts = {!a = "!R", "&b" = "lr"}', ["!a", "&b"]),
        ('a = "!R" # !b = 1', []),
        ('a = ["!x", "@y"]', []),
        ("! a = 1", []),
        ('!backbone.depth = "!x"', ["!backbone"]),
    ],
)
def test_prefixed_keys_of_a_line(editor, line, keys):
    found = editor.lua("return require('excore.highlight').find(...)", line)
    assert [line[key["start"] : key["stop"]] for key in found] == keys


def test_prefixes_are_coloured_in_configs_only(editor, config, quickstart):
    editor.nvim.ui_attach(80, 24, rgb=True)
    differs = """
        local row = vim.fn.search('^!head')
        vim.cmd('syntax off | redraw')
        local function attribute(column)
          local place = vim.fn.screenpos(0, row, column)
          return vim.fn.screenattr(place.row, place.col)
        end
        return attribute(1) ~= attribute(7)
    """
    editor.edit(config)
    assert editor.lua(differs)
    other = quickstart / "Cargo.toml"
    other.write_text(config.read_text("utf-8"), "utf-8")
    editor.edit(other)
    assert not editor.lua(differs)


def test_what_a_person_sees(tmp_path, config, screenshots):
    found(nvim.binary)
    programs = {"tmux": found(lambda: tools.program("tmux")), "aha": found(lambda: tools.program("aha"))}
    programs["browser"] = found(tools.browser)
    terminal = nvim.Terminal(tmp_path, config, programs)
    try:
        terminal.until("■")
        terminal.photograph(screenshots / "nvim-problem.png")
        terminal.type("/FCN]", "Enter", "K")
        terminal.until("class FCN")
        terminal.photograph(screenshots / "nvim-hover.png")
        terminal.type("G", "o", "Enter", "[Model.", "C-x", "C-o")
        terminal.until("SegNet")
        terminal.photograph(screenshots / "nvim-completion.png")
        terminal.type("C-e", "Escape", "u", "gg", "n", "C-]")
        terminal.until("class FCN")
        terminal.until("fcn.py")
        terminal.photograph(screenshots / "nvim-definition.png")
    finally:
        terminal.close()
    for name in ("problem", "hover", "completion", "definition"):
        assert (screenshots / f"nvim-{name}.png").stat().st_size > 5000
