"""Real Vim with ALE and real Emacs with eglot, set up by nothing but the recipes of the documentation."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import tools
from editor_kit import found
from recipes import LIMIT, environment, recipe

FILES = {
    ".excore.toml": 'src_dir = "src"\n',
    "src/models.py": """from excore import Registry

MODEL = Registry("Model")
BACKBONE = Registry("Backbone")


@BACKBONE.register()
class ResNet:
    \"\"\"Residual network.\"\"\"

    def __init__(self, depth=50):
        self.depth = depth


@MODEL.register()
class FCN:
    def __init__(self, backbone, classes=3):
        self.backbone = backbone
""",
    "base.toml": "[ResNet]\ndepth = 18\n",
    "run.toml": '__base__ = ["base.toml"]\n\n[Model.FCN]\n!backbone = "ResNet"\nclas\n',
}

VIM = """
function! Until(expression)
  let l:start = reltime()
  while !eval(a:expression)
    if reltimefloat(reltime(l:start)) > {limit}
      call Tell('waited for', a:expression)
      cquit
    endif
    sleep 20m
  endwhile
endfunction

function! Tell(name, value)
  call writefile([json_encode([a:name, a:value])], 'told.jsonl', 'a')
endfunction

edit run.toml
call cursor(4, 15)
ALEGoToDefinition
call Until('expand("%:t") is# "base.toml"')
call Tell('definition', [expand('%:t'), line('.')])
buffer run.toml

call cursor(4, 15)
ALEFindReferences -quickfix
call Until('!empty(getqflist())')
call Tell('references', sort(map(getqflist(), {{_, at -> fnamemodify(bufname(at.bufnr), ':t') .. ':' .. at.lnum}})))
cclose

let g:ale_hover_to_preview = 1
ALEHover
call Until('bufnr("ALEPreviewWindow") > 0 && getbufline("ALEPreviewWindow", 1, "$") != [""]')
call Tell('hover', getbufline('ALEPreviewWindow', 1, '$'))
pclose

call cursor(5, 4)
call feedkeys("A\\<C-x>\\<C-o>", 'tx')
call Tell('completion', getline(5))

call cursor(4, 15)
call feedkeys(":ALERename\\<CR>\\<C-u>ResNeXt\\<CR>", 'tx')
call Until('getline(4) =~# "ResNeXt"')
silent wall
qall!
"""

EMACS = """
(require 'package)
(add-to-list 'package-directory-list "/usr/share/emacs/site-lisp/elpa")
(package-initialize)
(require 'eglot)
(require 'json)
{recipe}
(setq eglot-autoshutdown t)
(defun tell (name value)
  (append-to-file (concat (json-encode (list name value)) "\\n") nil "told.jsonl"))
(defun place () (format "%s:%d" (file-name-nondirectory buffer-file-name) (line-number-at-pos)))
(find-file "run.toml")
(conf-toml-mode)
(apply #'eglot (eglot--guess-contact))
(goto-char (point-min))
(search-forward "ResN")
(xref-find-definitions (xref-backend-identifier-at-point 'eglot))
(tell "definition" (place))
(switch-to-buffer "run.toml")
(let* ((found (jsonrpc-request (eglot--current-server-or-lose) :textDocument/hover
                               (eglot--TextDocumentPositionParams))))
  (tell "hover" (plist-get (plist-get found :contents) :value)))
(search-forward "clas")
(let* ((capf (eglot-completion-at-point))
       (names (all-completions "clas" (nth 2 capf)))
       (doc (funcall (plist-get (nthcdr 3 capf) :company-doc-buffer) (car names))))
  (tell "completion" names)
  (tell "documentation" (with-current-buffer doc (buffer-string))))
(goto-char (point-min))
(search-forward "ResN")
(cl-letf (((symbol-function 'y-or-n-p) (lambda (&rest _) t)))
  (eglot-rename "ResNeXt"))
(save-some-buffers t)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def test_vim_with_ale(project: Path, tmp_path: Path) -> None:
    vim = found(tools.vim)
    vimrc, script = tmp_path / "vimrc", tmp_path / "session.vim"
    vimrc.write_text("set nocompatible hidden\nfiletype plugin on\npackadd ale\n" + recipe("Vim (ALE)"), "utf-8")
    script.write_text(VIM.format(limit=LIMIT), "utf-8")
    told = run([str(vim), "-Es", "-N", "-u", str(vimrc), "-S", str(script)], project, tmp_path)
    assert told["definition"] == ["base.toml", 1]
    assert told["references"] == ["run.toml:4"]  # ALE leaves declarations out
    assert "class ResNet(depth=50)" in told["hover"]
    assert str(told["completion"]).split()[0] == "classes"
    assert renamed(project)


def test_emacs_with_eglot(project: Path, tmp_path: Path) -> None:
    emacs = found(tools.emacs)
    script = tmp_path / "session.el"
    script.write_text(EMACS.format(recipe=recipe("Emacs (eglot)")), "utf-8")
    told = run([str(emacs), "-Q", "--batch", "-l", str(script)], project, tmp_path)
    assert told["definition"] == "base.toml:1"
    assert "class ResNet(depth=50)" in told["hover"]
    assert told["completion"] == ["classes"]
    assert "(parameter) classes=3" in told["documentation"]
    assert renamed(project)


def run(command: list[str], project: Path, home: Path) -> dict[str, Any]:
    """What the editor told of its session."""
    done = subprocess.run(
        command, cwd=project, env=environment(home), capture_output=True, text=True, timeout=5 * LIMIT, input=""
    )
    log = project / "told.jsonl"
    told = dict(map(json.loads, log.read_text("utf-8").splitlines())) if log.exists() else {}
    assert done.returncode == 0, (told, done.stdout, done.stderr)
    return told


def renamed(project: Path) -> bool:
    """Whether a class was renamed in every file and kept its old name in none."""
    texts = [(project / name).read_text("utf-8") for name in ("run.toml", "base.toml", "src/models.py")]
    return all("ResNeXt" in text and "ResNet" not in text for text in texts)
