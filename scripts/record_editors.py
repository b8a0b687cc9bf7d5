"""Writes the animated pictures of the README: what real editors show while somebody writes a config.

    .venv/bin/python scripts/record_editors.py [vscode] [neovim]

Needs what `make editor-tools` fetches, and `pip install pillow`.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "editors"))

import nvim  # noqa: E402
import tools  # noqa: E402
import vscode  # noqa: E402
from neovim_screen import Screen  # noqa: E402

TARGET = ROOT / "editors" / "pictures"
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"
BAR = 34
COLOURS = 112
KEY_MS = 90
Frame = tuple[Image.Image, int, str]


def project(folder: Path) -> Path:
    """The quickstart with a config that is still to be written."""
    shutil.copytree(ROOT / "examples" / "quickstart", folder, ignore=shutil.ignore_patterns("__pycache__", "runs"))
    config = folder / "configs" / "night.toml"
    config.write_text("epochs = 12\n\n", "utf-8")
    return config


def record_vscode(folder: Path) -> list[Frame]:
    """Real keys in a real VS Code."""
    programs = vscode.Programs(tools.node(), tools.browser(), tools.drivers(), tools.vscode_server())
    vscode.SETTINGS |= {
        "editor.fontSize": 15,
        "workbench.activityBar.location": "hidden",
        "window.commandCenter": False,
        "breadcrumbs.enabled": False,
        "workbench.editor.showTabs": "multiple",
        "editor.cursorBlinking": "solid",
    }
    config = project(folder / "quickstart")
    with vscode.server(programs, folder / "vscode", vsix=vscode.package()) as running:
        request = {
            "workspace": str(config.parents[1]),
            "config": str(config),
            "screenshots": str(folder),
            "parts": ["../../scripts/record_vscode"],
        }
        seen = running.drive("vscode_ui.cjs", request)
    return [(Image.open(file), ms, caption) for file, ms, caption in seen["frames"]]


PROBLEM = "#vim.diagnostic.get(0, { severity = 1 }) > 0"
CONFIG = "vim.api.nvim_buf_get_name(0):find('night.toml', 1, true)"
FLOATS = "vim.iter(vim.api.nvim_list_wins()):any(function(w) return vim.api.nvim_win_get_config(w).relative ~= '' end)"
NEOVIM: list[tuple[str, list[tuple[str, str, int]]]] = [
    ("Neovim, with its own language client. Which models are there?", [("", "true", 1500), ("Go[Model.", "true", 100)]),
    (
        "<C-x><C-o>: the classes you registered, read from your Python",
        [
            ("<C-x><C-o>", "vim.fn.pumvisible() == 1", 1800),
            *[("<C-n>", "true", 300)] * 3,
            ("<C-n>", "true", 1500),
        ],
    ),
    (
        "<C-y>: a class brings its required arguments",
        [
            ("<C-y>", "vim.api.nvim_buf_get_lines(0, 0, -1, false)[4]", 1500),
            ("VGG", "vim.iter(vim.diagnostic.get(0)):any(function(d) return d.message:find('depth') end)", 1500),
        ],
    ),
    (
        "A slip is told while you type, with the name that was meant",
        [
            ("<Esc>o<CR>", "true", 100),
            ("[VGG]", "true", 100),
            ("<Esc>o", "true", 100),
            ("depht = 4", "true", 100),
            ("<Esc>", PROBLEM, 3000),
        ],
    ),
    (":Excore explain opens the page about a problem", [(":Excore explain<CR>", f"not {CONFIG}", 3000)]),
    ("K: the docstring", [("q", CONFIG, 0), ("/SegNet<CR>K", FLOATS, 3000)]),
    ("<C-]>: the class", [("<Esc>l", f"not {FLOATS}", 0), ("<C-]>", "vim.bo.filetype == 'python'", 2500)]),
]
"""Captions, and below each the keys, what is true in Lua once they did their work, and how long that is shown."""


def record_neovim(folder: Path) -> list[Frame]:
    """Real keys in a real Neovim."""
    config = project(folder / "quickstart")
    frames: list[Frame] = []
    with nvim.session(folder) as editor:
        screen = Screen(editor.nvim, 88, 20)
        editor.nvim.command(f"cd {config.parents[1]}")
        editor.nvim.command(
            "set completeopt=menuone,noselect laststatus=0 statusline=%t noshowcmd noruler shortmess+=FIcC"
        )
        editor.edit(config.relative_to(config.parents[1]))
        editor.wait_attached()
        for caption, steps in NEOVIM:
            for keys, done, ms in steps:
                for start in range(0, 1 if "<" in keys else len(keys), 2):
                    editor.type(keys if "<" in keys else keys[start : start + 2])
                    frames.append((screen.picture(), 2 * KEY_MS, caption))
                editor.until(f"return {done}")
                frames.append((screen.picture(), ms, caption))
    return frames


def write_gif(name: str, frames: list[Frame]) -> None:
    """One picture of all frames, each below its caption; equal neighbours are one."""
    font = ImageFont.truetype(FONT, 17)
    pictures: list[Image.Image] = []
    times: list[int] = []
    for image, ms, caption in frames:
        picture = Image.new("RGB", (image.width, image.height + BAR), "#14202b")
        picture.paste(image.convert("RGB"), (0, BAR))
        ImageDraw.Draw(picture).text((12, 7), caption, font=font, fill="#ffffff")
        if pictures and picture.tobytes() == pictures[-1].tobytes():
            times[-1] += ms
        else:
            pictures.append(picture)
            times.append(ms)
    palette = colours_of(pictures).quantize(COLOURS, Image.Quantize.MEDIANCUT)
    reduced = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    TARGET.mkdir(exist_ok=True)
    temporary = TARGET / f"{name}.tmp"
    reduced[0].save(temporary, "GIF", save_all=True, append_images=reduced[1:], duration=times, loop=0, optimize=False)
    os.replace(temporary, TARGET / f"{name}.gif")
    size = (TARGET / f"{name}.gif").stat().st_size
    print(f"{name}.gif: {len(reduced)} frames, {sum(times) / 1000:.1f} s, {size / 1000:.0f} kB")


def colours_of(pictures: list[Image.Image]) -> Image.Image:
    """Every colour once: a prefix of one character counts as much as the background."""
    found = {colour for picture in pictures for _, colour in picture.getcolors(picture.width * picture.height) or ()}
    whole = Image.new("RGB", (len(found), 1))
    whole.putdata(sorted(found))
    return whole


def main() -> None:
    recorders = {"vscode": record_vscode, "neovim": record_neovim}
    for name in sys.argv[1:] or recorders:
        with tempfile.TemporaryDirectory() as folder:
            write_gif(name, recorders[name](Path(folder)))


if __name__ == "__main__":
    main()
