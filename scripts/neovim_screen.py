"""A screen for a Neovim that is driven by its API: what it draws, as a picture."""

from __future__ import annotations

from typing import Any

import pynvim
from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono{}.ttf"
WIDTH, HEIGHT = 10, 21
SIZE = 16


class Screen:
    """The grid of one Neovim, kept up to date by the events that it sends to its screens."""

    def __init__(self, nvim: pynvim.Nvim, columns: int, rows: int) -> None:
        self.nvim = nvim
        self.fonts = [ImageFont.truetype(FONT.format(kind), SIZE) for kind in ("", "-Bold")]
        self.styles: dict[int, dict[str, Any]] = {0: {}}
        self.colours = {"foreground": 0xFFFFFF, "background": 0x000000, "special": 0xFF0000}
        self.cursor = (0, 0)
        self.mode = "normal"
        self.cells = [[(" ", 0)] * columns for _ in range(rows)]
        nvim.ui_attach(columns, rows, rgb=True, ext_linegrid=True)

    def picture(self) -> Image.Image:
        """What is on the screen now."""
        self.nvim.exec_lua("vim.cmd.redraw() vim.rpcnotify(..., 'drawn')", self.nvim.channel_id)
        while (message := self.nvim.next_message())[1] != "drawn":
            for name, *calls in message[2]:
                for arguments in calls:
                    getattr(self, f"on_{name}", self.nothing)(*arguments)
        image = Image.new("RGB", (WIDTH * len(self.cells[0]), HEIGHT * len(self.cells)))
        draw = ImageDraw.Draw(image)
        for row, line in enumerate(self.cells):
            for column, (text, style) in enumerate(line):
                self._draw(draw, row, column, text, self.styles.get(style, {}))
        return image

    def _draw(self, draw: ImageDraw.ImageDraw, row: int, column: int, text: str, style: dict[str, Any]) -> None:
        front, back, special = (style.get(kind, self.colours[kind]) for kind in ("foreground", "background", "special"))
        here = (row, column) == self.cursor
        if style.get("reverse", False) != (here and self.mode != "insert"):
            front, back = back, front
        left, top = column * WIDTH, row * HEIGHT
        draw.rectangle((left, top, left + WIDTH - 1, top + HEIGHT - 1), fill=f"#{back:06x}")
        if text.strip():
            draw.text((left, top + 1), text, font=self.fonts[bool(style.get("bold"))], fill=f"#{front:06x}")
        if style.get("underline") or style.get("undercurl"):
            colour = special if "special" in style else front
            draw.line((left, top + HEIGHT - 3, left + WIDTH - 1, top + HEIGHT - 3), fill=f"#{colour:06x}", width=2)
        if here and self.mode == "insert":
            draw.rectangle((left, top, left + 1, top + HEIGHT - 1), fill=f"#{front:06x}")

    def nothing(self, *_: object) -> None:
        """What there is to do for all other events."""

    # The events, by the names that `:help ui-linegrid` has for them.

    def on_default_colors_set(self, front: int, back: int, special: int, *_: object) -> None:
        self.colours = {"foreground": front, "background": back, "special": special}

    def on_hl_attr_define(self, style: int, colours: dict[str, Any], *_: object) -> None:
        self.styles[style] = colours

    def on_grid_line(self, _grid: int, row: int, column: int, cells: list[list[Any]], *_: object) -> None:
        style = 0
        for text, *more in cells:
            style = more[0] if more else style
            for _count in range(more[1] if len(more) > 1 else 1):
                self.cells[row][column] = (text, style)
                column += 1

    def on_grid_clear(self, _grid: int) -> None:
        self.cells = [[(" ", 0)] * len(line) for line in self.cells]

    def on_grid_cursor_goto(self, _grid: int, row: int, column: int) -> None:
        self.cursor = (row, column)

    def on_grid_scroll(self, _grid: int, top: int, end: int, left: int, right: int, rows: int, *_: object) -> None:
        moved = [line[left:right] for line in self.cells]
        for row in range(max(top, top - rows), min(end, end - rows)):
            self.cells[row][left:right] = moved[row + rows]

    def on_mode_change(self, mode: str, _index: int) -> None:
        self.mode = mode
