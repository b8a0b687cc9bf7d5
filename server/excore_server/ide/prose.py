"""Docstrings as Markdown that shows what is written: reStructuredText, Google and NumPy style, and Markdown itself."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

_FENCE = re.compile(r"\s*(`{3,}|~{3,})\s*([\w+-]*)\s*$")
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_BULLET = re.compile(r"^([ \t]*)\*(?=[ \t])", re.MULTILINE)
_ROLE = re.compile(r":(?:[a-z]+:)?[a-z]+:`[~!]?(?=[^`])")
_TARGET = re.compile(r"`([^`<>]+?)\s*<(https?://[^\s<>()]+)>`__?")
_UNDERLINE = re.compile(r"\s*([=\-~^\"'*#+])\1{2,}\s*$")
_TABLE = re.compile(r"\s*(?:\+[-=]{2}[-=+]*\+|={2,}(?:[ \t]+={2,})+|-{2,}(?:[ \t]+-{2,})+)\s*$")
_SECTION = re.compile(r"([A-Z][A-Za-z]*(?: [A-Za-z]+)?)::?$")
_CODE_AHEAD = re.compile(r"(?:^\.\. +(?:code-block|code|sourcecode)::\s*(\S*)|(?:^|.*)::)$")
_EXAMPLES = frozenset({"example", "examples", "usage"})
_EMPHASIS = re.compile(r"(?<![\w*\\])(\*{1,2})(?=[^\s*])([^*\n]*[^\s*])\1(?![\w*])")
_LINK = re.compile(r"(?<!!)\[[^\[\]\n]+\]\(https?://[^\s()<>]+\)|<https?://[^\s<>]+>")
_SIGNS = re.compile(r"\\[*_`]|\\(?=[!-/:-@\[-`{-~])|[*<\[\]`~]|(?<!\w)_+|_+(?!\w)|&(?=#?\w+;)")
_ESCAPED = {rf"\{sign}": rf"\{sign}" for sign in "*_`"}
_START = re.compile(r"^([ \t]*)(#{1,6}(?=\s|$)|>|[-+=][-+= \t]*$)", re.MULTILINE)


def prose(docstring: str) -> str:
    """A docstring, without its indentation, as Markdown."""
    return "\n\n".join(_blocks(docstring.split("\n")))


def escaped(text: str) -> str:
    """A paragraph in which nothing but code, emphasis and links to the web means something to Markdown."""
    parts: list[str] = []
    end = 0
    text = _TARGET.sub(r"[\1](\2)", _ROLE.sub("`", _BULLET.sub(r"\1-", text)))
    for span in _SPAN.finditer(text):
        parts += [_words(text[end : span.start()]), span[0]]
        end = span.end()
    return "".join([*parts, _words(text[end:])])


def _words(text: str) -> str:
    parts: list[str] = []
    end = 0
    kept = sorted([*_LINK.finditer(text), *_EMPHASIS.finditer(text)], key=lambda match: match.start())
    for match in kept:
        if match.start() < end:
            continue
        mark = match[1] if match.re is _EMPHASIS else ""
        shown = f"{mark}{_signs(match[2])}{mark}" if mark else match[0]
        parts += [_signs(text[end : match.start()]), shown]
        end = match.end()
    return "".join([*parts, _signs(text[end:])])


def _signs(text: str) -> str:
    text = _SIGNS.sub(lambda sign: _ESCAPED.get(sign[0]) or "".join(f"\\{one}" for one in sign[0]), text)
    return _START.sub(lambda start: f"{start[1]}\\{start[2]}", text)


def _blocks(lines: list[str]) -> Iterator[str]:
    """Paragraphs and blocks of code, one after the other."""
    ahead: str | None = None
    index = 0
    while index < len(lines):
        if not lines[index].strip():
            index += 1
            continue
        block, start = _block(lines, index), index
        fence = _FENCE.match(lines[index])
        if fence is not None:
            end = next((at for at in range(index + 1, len(lines)) if lines[at].strip() == fence[1]), len(lines))
            yield _fenced(lines[index + 1 : end], fence[2])
            index = end + 1
            continue
        if ahead is not None and lines[index][:1].isspace():
            end = _indented(lines, index)
            yield _fenced(lines[index:end], ahead)
            index, ahead = end, None
            continue
        ahead = None
        index += len(block)
        if block[0].lstrip().startswith(">>>"):
            yield _fenced(block, "python")
        elif _TABLE.match(block[0]):
            yield _fenced(block, "text")
        elif len(block) > 1 and _UNDERLINE.match(block[1]):
            yield f"**{escaped(block[0].strip())}**"
            index -= len(block) - 2
        elif _SECTION.match(block[0].strip()) and next(filter(str.strip, lines[start + 1 :]), "")[:1].isspace():
            yield f"**{block[0].strip().rstrip(':')}**"
            is_example = len(block) == 1 and block[0].strip(" :").lower() in _EXAMPLES
            ahead = "python" if is_example or block[0].rstrip().endswith("::") else None
            index -= len(block) - 1
        else:
            code = _CODE_AHEAD.match(block[-1].strip())
            if code is not None:
                ahead = code[1] or "python"
                block[-1] = "" if code[1] is not None or block[-1].strip() == "::" else block[-1].rstrip()[:-1]
            text = escaped(inspect.cleandoc("\n".join(block)))
            yield from [text] if text else []


def _block(lines: list[str], start: int) -> list[str]:
    """The lines from ``start`` to the next empty one, or to where code begins."""
    is_code = lines[start].lstrip().startswith(">>>")
    for index in range(start + 1, len(lines)):
        line = lines[index].lstrip()
        if not line or _FENCE.match(line) or (line.startswith(">>>") and not is_code):
            return lines[start:index]
    return lines[start:]


def _indented(lines: list[str], start: int) -> int:
    """Where the indented lines from ``start`` on end."""
    end = start
    while end < len(lines) and (lines[end][:1].isspace() or not lines[end].strip()):
        end += 1
    return end


def _fenced(lines: list[str], language: str) -> str:
    text = inspect.cleandoc("\n".join(["", *lines]))
    ticks = max(map(len, re.findall(r"`{3,}", text)), default=2) + 1
    return f"{'`' * ticks}{language}\n{text}\n{'`' * ticks}"
