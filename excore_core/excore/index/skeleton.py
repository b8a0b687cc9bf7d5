"""A file without the bodies of its top-level definitions: what they say is read when somebody asks for it.

Linking needs their first lines, and those are a small part of what there is to parse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from excore.index import python_files, registered_flags
from excore.index.facts import LIGHT, REGISTERING, ClassFact, FileFacts, FunctionFact
from excore.index.python_files import digest
from excore.index.scan import BOUND, GENERATES, GENERATING, facts_of, scan
from excore.index.source_text import normalised, parse

_DEFINITION = re.compile(
    r"^(?:(class)|(?:async[ \t]+)?def)[ \t]+(\w+)([^\n]*\n(?:(?:[ \t\f)\]}#][^\n]*)?\n)*)", re.MULTILINE
)
_BASES = re.compile(r"[ \t]*(?:\([^()\"'#\\]*\))?[ \t]*:")
_METHODS = rf"\.(?:{'|'.join(sorted(REGISTERING))})\b"
_BY_CALL = re.compile(rf"^[^@\n].*{_METHODS}", re.MULTILINE)
_QUOTES = ('"""', "'''")


class _Body(NamedTuple):
    """What follows the name of a definition, which stands in ``line``, counted from 0."""

    name: str
    line: int
    start: int
    end: int
    is_class: bool


def _bodies(text: str) -> Iterator[_Body]:
    """The definitions that begin a line, some of them perhaps within a string."""
    line, offset = 0, 0
    for match in _DEFINITION.finditer(text):
        line += text.count("\n", offset, match.start())
        offset = match.start()
        yield _Body(match[2], line, match.start(3), match.end(), match[1] is not None)


class _Kept(NamedTuple):
    """What a body says that the module has from it when it is imported: registrations, registries, further names; words
    one of which is there, as these are found much faster; and what stands on or before a definition that is
    registered."""

    pattern: re.Pattern[str]
    words: tuple[str, ...]
    registered: re.Pattern[str]


@lru_cache(maxsize=4)
def _kept(registry_types: tuple[str, ...]) -> _Kept:
    types = {name.partition(":")[0].strip().rpartition(".")[2]: ":" in name for name in registry_types}
    makers = tuple(name for name, is_function in types.items() if not is_function)
    pattern = "|".join((_METHODS, GENERATES.pattern, *map(re.escape, makers)))
    registered = "|".join((_METHODS, r"@[\w.]*register", *map(re.escape, types)))
    words = (*GENERATING, *(f".{name}" for name in REGISTERING), *makers)
    return _Kept(re.compile(pattern), words, re.compile(registered))


def skim(text: str, registry_types: tuple[str, ...], late: Late, *, is_own: bool = False) -> FileFacts:
    """As ``scan``, but what stands in bodies is left to ``late``, unless the module itself may have something from it;
    and nothing is said of what the text imports and gives. ``is_own``: what the file may register is read as well, as
    the file of a project may change before it is asked for."""
    text = _lines(text)
    if registered_flags.has_flags(text) or (".register" in text and BOUND.search(text)):
        return scan(text)
    kept = _kept(registry_types)
    words = tuple(word for word in kept.words if word in text)
    lines: set[int] = set()
    parts: list[str] = []
    end = behind = 0
    for body in _bodies(text):
        inner, before = text[body.start : body.end], text[behind : body.start]
        behind = body.end
        if inner.endswith("\\\n") or any(inner.count(quotes) % 2 for quotes in _QUOTES):
            return scan(text)  # a string goes on
        bases = _BASES.match(inner) if body.is_class else None
        head = bases[0] if bases is not None else "" if body.is_class else "():"
        if not head or (is_own and kept.registered.search(before)):
            continue
        if not (any(word in inner for word in words) and kept.pattern.search(inner)):
            parts += (text[end : body.start], head, " ...", "\n" * (inner.count("\n") - head.count("\n")))
            end = body.end
            lines.add(body.line)
    skeleton = "".join((*parts, text[end:]))
    tree = parse(skeleton) if not (is_own and _BY_CALL.search(skeleton)) else None
    if tree is None or not lines <= {node.lineno - 1 for node in tree.body if hasattr(node, "name")}:
        return scan(text)
    facts = facts_of(skeleton, tree)
    for bindings in facts["names"].values():
        for binding in bindings:
            fact = binding.get("cls") or binding.get("function")
            if fact is not None and fact["at"][0] in lines:
                for key in fact.keys() - LIGHT - {"assigned"}:
                    del fact[key]  # type: ignore[misc]
                fact["packed"] = late
    return facts


class Late:
    """What the bodies in one file say, for ``unpacked``. If the file has changed meanwhile, what it says now of the
    same name; if it does not, nothing is known. ``is_used``: something was asked for."""

    __slots__ = ("digest", "is_used", "path")

    def __init__(self, path: str, digest: str) -> None:
        self.path = path
        self.digest = digest
        self.is_used = False

    def __call__(self, fact: ClassFact | FunctionFact) -> dict[str, Any]:
        """The rest of a fact."""
        self.is_used = True
        text, bodies, is_same = _read(self.path, self.digest)
        name, line = fact["name"], fact["at"][0]
        places = [body for body in bodies if body.name == name and (body.line == line or not is_same)]
        if places:
            body = places[-1]
            start = text.rfind("\n", 0, body.start) + 1
            found = scan("\n" * body.line + text[start : body.end], whole=text)
            for binding in found["names"].get(name, ()):
                rest: Any = binding.get("cls") or binding.get("function") or {}
                return {key: value for key, value in rest.items() if key != "assigned" or key not in fact}
        if "bases" in fact:
            return {"bases": [*fact["bases"], ""], "dynamic": True}  # type: ignore[typeddict-item]
        return {"params": [{"name": "kwargs", "at": fact["at"], "kind": "var-keyword"}], "leaks": True}


@lru_cache(maxsize=8)
def _read(path: str, expected: str) -> tuple[str, list[_Body], bool]:
    """The text of a file, its definitions, and whether it is what was expected."""
    data = python_files.read(path) or b""
    text = _lines(python_files.decode(data))
    return text, list(_bodies(text)), digest(data) == expected


def _lines(text: str) -> str:
    """``text`` of whole lines."""
    text = normalised(text)
    return text if text.endswith("\n") else f"{text}\n"
