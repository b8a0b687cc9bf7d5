"""Docstrings as Markdown: what is shown is what is written, for clients with Markdown and without."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from excore_server.ide.prose import prose
from excore_server.lsp.to_lsp.markup import plain

RENDERER = MarkdownIt("commonmark")


def shown(docstring: str) -> str:
    """The HTML of a docstring, without paragraphs."""
    return re.sub(r"\s*</?p>\s*", "", RENDERER.render(prose(docstring)))


WORDS = [
    "A net with __init__ and C:\\new_dir.",
    "As in *args and **kwargs, see x_y_z.",
    "_private, __dunder__, trailing_ and snake_case",
    "<Net> with a < b > c and 2 * 3 * 4",
    "R&amp;D, &lt; and AT&T",
    "# no heading\n#2 neither",
    "> 3 is more than 2",
    "a title?\n-\nor this\n===",
    "[x]: http://example.org",
    "![picture](http://example.org/x.png)",
    "[x](javascript:alert) <script>alert(1)</script>",
    "``` is never closed",
    "- a\\*b and C:\\[x]",
    "~~not struck~~ `open",
]


@pytest.mark.parametrize("text", WORDS)
def test_words_are_shown_as_they_are_written(text: str) -> None:
    html = shown(text)
    if not html.startswith("<ul>"):
        assert "<" not in html, html
    bare = re.sub(r"<[^>]+>", "", html).strip()
    for code, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        bare = bare.replace(code, sign)
    assert bare.split() == text.replace("\\*b", "*b").removeprefix("- ").split()


@pytest.mark.parametrize("text", [text for text in WORDS if "\\*" not in text])
def test_words_are_the_same_without_markdown(text: str) -> None:
    assert plain(prose(text)) == text


@pytest.mark.parametrize(
    ("docstring", "html"),
    [
        ("see ``x_y`` and `a_b`", "see <code>x_y</code> and <code>a_b</code>"),
        ("`int`, *optional*, **never**", "<code>int</code>, <em>optional</em>, <strong>never</strong>"),
        ("a :class:`~torch.nn.ReLU` or :py:func:`f`", "a <code>torch.nn.ReLU</code> or <code>f</code>"),
        ("`Adam <https://a.org/x_y>`_", '<a href="https://a.org/x_y">Adam</a>'),
        ("* one\n* *two", "<ul>\n<li>one</li>\n<li>*two</li>\n</ul>\n"),
        ("[Adam](https://a.org/x_y_z)", '<a href="https://a.org/x_y_z">Adam</a>'),
    ],
)
def test_marks_keep_their_meaning(docstring: str, html: str) -> None:
    assert shown(docstring) == html


@pytest.mark.parametrize(
    ("docstring", "code"),
    [
        (">>> Net(__a__)\n<Net>", ">>> Net(__a__)\n<Net>"),
        ("Text\n>>> Net(*a)\n<Net>\n\nMore", ">>> Net(*a)\n<Net>"),
        ("Example::\n\n    a = *b\n\n    c\n\nMore", "a = *b\n\nc"),
        ("As here::\n\n    a = *b\n", "a = *b"),
        (".. code-block:: python\n\n    a = __b__\n\nMore", "a = __b__"),
        ("```python\na = __b__\n```\nMore", "a = __b__"),
        ("```\na\n````", "a\n````"),
        ("===  ===\na_   b\n===  ===", "===  ===\na_   b\n===  ==="),
    ],
)
def test_code_is_code(docstring: str, code: str) -> None:
    (block,) = (token for token in RENDERER.parse(prose(docstring)) if token.type in ("fence", "code_block"))
    assert block.content.rstrip("\n") == code
    assert code in plain(prose(docstring))


@pytest.mark.parametrize("docstring", ["Returns:\n    A *tensor*.", "Returns\n-------\nA *tensor*."])
def test_sections_have_titles(docstring: str) -> None:
    assert shown(docstring) == "<strong>Returns</strong>A <em>tensor</em>."
    assert plain(prose(docstring)) == "Returns\n\nA *tensor*."
