"""Config values on a command line."""

from __future__ import annotations

import copy
from argparse import Action, ArgumentError, ArgumentParser, Namespace
from collections.abc import Sequence
from typing import Any

from excore.config.update_dict import Options
from excore.lang.grammar import DEFAULT
from excore.lang.syntax.reader import path_parts

__all__ = ["DictAction", "parse_value"]

_CLOSING = {"[": "]", "(": ")"}
_WORDS = {"true": True, "false": False}
_QUOTES = "'\""


class DictAction(Action):
    """An argparse action that collects ``KEY=VALUE`` into a nested dict.

        parser.add_argument("--options", nargs="+", action=DictAction)
        --options model.depth=18 sizes=[1,(2,x)] lr=1,2

    A key must lead to something in the config; one with ``+`` before it adds. Dots in a key nest, but not those in
    quotes (``opts."a.b"=1``); of two values for one key the later wins. A value is read by ``parse_value``; what cannot
    be read is a usage error of the parser.
    """

    def __call__(
        self,
        parser: ArgumentParser,
        namespace: Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        collected = Options(copy.deepcopy(getattr(namespace, self.dest, None) or {}))
        texts = [values] if isinstance(values, str) else values or []
        for text in texts:
            key, equals, value = str(text).partition("=")
            parts = path_parts(key.strip(), DEFAULT.prefix_chars)
            if not equals or not all(parts):
                raise ArgumentError(self, f"KEY=VALUE is expected, but got {text!r}")
            try:
                _put(collected, parts, parse_value(value))
            except ValueError as error:
                raise ArgumentError(self, f"{text!r}: {error}") from error
        setattr(namespace, self.dest, collected)


def parse_value(text: str) -> Any:
    """The value ``text`` stands for.

    int, float, true/false, None, ``[a, b]`` a list, ``(a, b)`` a tuple (also of one), ``a,b`` a list, anything else
    text. What stands in quotes is text, also in brackets and lists; but around brackets they mean nothing, as a shell
    may have left them there. Raises ValueError for brackets or quotes that do not match.
    """
    inner = text.strip()
    if len(inner) > 1 and inner[0] in _QUOTES and inner.find(inner[0], 1) == len(inner) - 1:
        quoted = inner[1:-1]
        return parse_value(quoted) if quoted[:1] in _CLOSING else quoted
    if "," not in inner and inner[:1] not in _CLOSING:
        return _scalar(text)
    return _read(inner, top=True)


def _read(text: str, top: bool = False) -> Any:
    if not top and text[:1] in _QUOTES and _quoted_end(text, 0) == len(text):
        return text[1:-1]
    parts = _split(text)
    if len(parts) > 1:
        if parts[-1] == "":
            parts.pop()
        return [_read(_filled(part)) for part in parts]
    closing = _CLOSING.get(text[:1])
    if closing is None or text[-1] != closing or _bracket_end(text, 0) != len(text):
        return _scalar(text)
    items = _split(text[1:-1])
    if items[-1] == "":
        items.pop()
    values = [_read(_filled(item)) for item in items]
    return tuple(values) if closing == ")" else values


def _filled(part: str) -> str:
    if not part:
        raise ValueError("a value is missing between two commas")
    return part


def _split(text: str) -> list[str]:
    """The parts of ``text`` between commas outside of brackets and quotes."""
    parts = []
    start = at = 0
    while at < len(text):
        char = text[at]
        if char in _CLOSING:
            at = _bracket_end(text, at)
        elif char in _QUOTES and not text[start:at].strip():
            at = _quoted_end(text, at)
        elif char in _CLOSING.values():
            raise ValueError(f"`{char}` closes nothing")
        else:
            if char == ",":
                parts.append(text[start:at].strip())
                start = at + 1
            at += 1
    parts.append(text[start:].strip())
    return parts


def _bracket_end(text: str, start: int) -> int:
    at = start + 1
    while at < len(text):
        char = text[at]
        if char in _CLOSING:
            at = _bracket_end(text, at)
        elif char in _QUOTES and text[at - 1] in "[(, ":
            at = _quoted_end(text, at)
        elif char == _CLOSING[text[start]]:
            return at + 1
        elif char in _CLOSING.values():
            raise ValueError(f"`{text[start]}` is closed by `{char}`")
        else:
            at += 1
    raise ValueError(f"`{text[start]}` is never closed")


def _quoted_end(text: str, start: int) -> int:
    end = text.find(text[start], start + 1)
    if end < 0:
        raise ValueError(f"{text[start]} is never closed")
    return end + 1


def _scalar(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    word = text.strip()
    if word == "None":
        return None
    return _WORDS.get(word.lower(), text)


def _put(target: dict[str, Any], keys: Sequence[str], value: Any) -> None:
    for key in keys[:-1]:
        inner = target.get(key)
        if not isinstance(inner, dict):
            inner = target[key] = {}
        target = inner
    target[keys[-1]] = value
