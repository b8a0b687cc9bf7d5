"""THE TABLE of prefixes and hook marks, and how keys and reference texts are read with it.

A grammar is a value: ``register_special_flag`` and ``register_argument_hook`` make a new one. Nothing outside this
module may ask for a prefix character; ask for ``Prefix.kind`` instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache, partial
from typing import Literal, NamedTuple, TypeAlias

from excore.lang.paths import PathError, Step, path_end
from excore.lang.paths import parse_path as _parse_path
from excore.lang.text import Span

PrefixKind = Literal["new", "shared", "class", "variable", "custom"]

BASE_KEY = "__base__"
NO_CALL_KEY = "__no_call__"
HOOKS_TABLE = "ExcoreHook"
NONE = "None"  # under `&`, where no top-level value has this name
PRIVATE = "_"  # begins the name of a top-level value that is there for `&` alone

_ENVIRONMENT = re.compile(r"\$\{([^{}]*?)(?::-([^{}]*))?\}")  # the default is what shells write
_NESTED = re.compile(r"\$\{[^{}]*:-[^{}]*\$\{[^{}]*\}?[^{}]*\}?")  # a default that is no plain text
_SYSTEM_NAME = re.compile(r"\w[\w.()-]*")  # what systems let a variable of the environment be called
_LIKE_DEFAULT = re.compile(r"(\w+)(?::?[-=]|:|,[ \t]*)(.+)")  # `NAME-default`, `NAME:default`, `NAME,default`
_LIKE_ENVIRONMENT = re.compile(r"\$(?:\{(?=\w)|(?=\w+[^\w.@]))(\w+)")  # `${NAME` or `$NAME/`
_BLANKS = re.compile(r"^\s+|\s+$|\s+(?=[.:@])|(?<=[.:@])\s+")
_NAME = re.compile(r"\w+")
_FIELD_NAME = re.compile(r"[\w-]+")  # any bare key can name a scratchpad


@dataclass(frozen=True, slots=True)
class Prefix:
    """One character before an argument's name, and what it makes of the value (VAL).

    ``yields`` says what a reference under it comes to: an "object" that is built, the "class" itself, a "value" of the
    config, or "anything" that a registered prefix may make.
    """

    char: str
    kind: PrefixKind
    priority: int
    summary: str
    yields: Literal["object", "class", "value", "anything"] = "anything"

    @property
    def described(self) -> str:
        """What it makes, with its character, for messages: ``a new object (`!`)``."""
        return f"a {self.kind} {self.yields} (`{self.char}`)"


@dataclass(frozen=True, slots=True)
class HookMark:
    """One registered character that ends a reference's base and hands the rest to a hook (LAZY-8)."""

    char: str
    summary: str = ""


def field_reference(field: str, name: str = "") -> str:
    """``$Field``, or ``$Field::Name``."""
    return f"${field}::{name}" if name else f"${field}"


Change = Literal["set", "add", "delete"]
_CHANGES: Mapping[str, Change] = {"+": "add", "~": "delete"}


def split_change(key: str) -> tuple[Change, str]:
    """What an override does, and its key without the character that says so: ``+key`` adds, ``~key`` takes away."""
    change = _CHANGES.get(key[:1])
    return ("set", key) if change is None else (change, key[1:])


class Name(NamedTuple):
    """``ResNet``: a table or a registered name."""

    name: str
    span: Span


class FieldRef(NamedTuple):
    """``$Field``, ``$Field::Name`` or ``$Field::*``; ``name`` is None, the name or ``"*"``."""

    field: str
    field_span: Span
    name: str | None
    name_span: Span
    span: Span

    @property
    def every(self) -> bool:
        """Whether it stands for all modules of the field."""
        return self.name == EVERY


EVERY = "*"


class VariableRef(NamedTuple):
    """``&name`` as a value: replaced by the variable before anything else (VAR-6)."""

    name: str
    span: Span


class EnvironmentRef(NamedTuple):
    """``${NAME}`` or ``${NAME:-default}`` in a text under ``&`` (VAR-7, VAR-9)."""

    name: str
    default: str | None
    span: Span

    @property
    def variable(self) -> VariableRef | None:
        """The top-level value that it stands for, if the config has one; None with a default."""
        if self.default is not None:
            return None
        name, start = self.name.partition(".")[0], self.span.start + len("${")
        return VariableRef(name, Span(start, start + len(name)))

    @property
    def is_name(self) -> bool:
        """Whether a variable of the environment may be called so."""
        return _SYSTEM_NAME.fullmatch(self.name) is not None

    @property
    def of_environment(self) -> str:
        """How it is written where the config has a value of the name, and that of the environment is meant."""
        return f"${{{self.name}:-}}"

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that lead on from that value: ``a`` and ``b`` of ``${name.a.b}``."""
        return tuple(self.name.split(".")[1:])

    @property
    def meant(self) -> str:
        """How it is written if its name looks like a name and a default; else ""."""
        like = _LIKE_DEFAULT.fullmatch(self.name) if self.default is None else None
        return f"${{{like[1]}:-{like[2]}}}" if like is not None else ""


Base: TypeAlias = Name | FieldRef | VariableRef


class PathHook(NamedTuple):
    """``.attr``, ``.method()``, ``.items[0]``: steps from the object on."""

    steps: tuple[Step, ...]
    span: Span


class ArgumentHook(NamedTuple):
    """``@Hook`` or ``@$Field::Hook``."""

    base: Base
    span: Span


class MarkHook(NamedTuple):
    """A registered mark with the text behind it."""

    mark: HookMark
    text: str
    span: Span


Hook: TypeAlias = PathHook | ArgumentHook | MarkHook


class GrammarError(NamedTuple):
    """Why a key or a reference text cannot be read; ``meant`` may stand in place of ``span``, a range of the text."""

    code: str
    message: str
    span: Span
    meant: str = ""


def _invalid(message: str, span: Span, meant: str = "") -> GrammarError:
    return GrammarError("invalid-reference", message, span, meant)


class Expression(NamedTuple):
    """A reference text, read: what it starts from and what is done with that, left to right (REF).

    With ``spots`` it is a text in which values stand, and nothing else.
    """

    text: str
    base: Base | None
    hooks: tuple[Hook, ...]
    errors: tuple[GrammarError, ...]
    spots: tuple[EnvironmentRef, ...] = ()


class SplitKey(NamedTuple):
    """A key of a module table: its prefix, if any, and the argument's name."""

    prefix: Prefix | None
    name: str
    error: GrammarError | None


NEW = Prefix("!", "new", 2, "a new object at each use", "object")
SHARED = Prefix("@", "shared", 3, "one object, shared by all that use it", "object")
CLASS = Prefix("$", "class", 1, "the class, function or module itself, not called", "class")
VARIABLE = Prefix("&", "variable", 0, "the value of a top-level name", "value")
PREFIXES = (NEW, SHARED, CLASS, VARIABLE)
OBJECTS: Mapping[PrefixKind, Prefix] = {prefix.kind: prefix for prefix in PREFIXES if prefix.yields == "object"}
"""The prefixes under which objects are built, by kind."""


class Part(NamedTuple):
    """What stands at one offset of a reference text, however broken the text is.

    ``kind`` says what can stand there: the "name" of a module, a "field", a "member" of one, a "variable",
    an "attribute" of what ``before`` yields, the "arguments" of a call, an "environment" name, or text behind a "mark".
    ``hook`` is true behind a hook mark; ``field`` is the field's name in front of a member.
    """

    kind: Literal["name", "field", "member", "variable", "attribute", "arguments", "environment", "mark"]
    span: Span
    hook: bool = False
    field: str = ""
    before: str = ""


_FIELD_CHAR = "$"
_VARIABLE_CHAR = "&"
HOOK_CHAR = "@"
_SCOPE = "::"


def _split_key(prefixes: Mapping[str, Prefix], key: str) -> SplitKey:
    prefix = prefixes.get(key[:1])
    if prefix is None:
        return SplitKey(None, key, None)
    name = key[1:]
    error = None
    if not name:
        error = GrammarError("bad-prefix", f"`{key}` is a prefix without a name", Span(0, len(key)))
    elif name[0] in prefixes:
        error = GrammarError("bad-prefix", f"`{key}` has two prefixes; keep one of them", Span(0, 2))
    elif name != name.strip() or not name.strip():
        error = GrammarError("bad-prefix", f"no blank may stand between prefix and name in `{key}`", Span(0, len(key)))
    return SplitKey(prefix, name, error)


@dataclass(frozen=True)
class Grammar:
    """All prefixes by character and all registered hook marks by character."""

    prefixes: Mapping[str, Prefix] = field(default_factory=lambda: {p.char: p for p in PREFIXES})
    marks: Mapping[str, HookMark] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, object]:
        """What is pickled and copied: what it remembers of keys is made anew."""
        return {"prefixes": self.prefixes, "marks": self.marks}

    @cached_property
    def prefix_chars(self) -> str:
        """Characters that may begin a bare key, for the parser."""
        return "".join(self.prefixes)

    def with_prefix(self, prefix: Prefix) -> Grammar:
        """A grammar that knows ``prefix`` too."""
        return replace(self, prefixes={**self.prefixes, prefix.char: prefix})

    def with_mark(self, mark: HookMark) -> Grammar:
        """A grammar that knows ``mark`` too."""
        return replace(self, marks={**self.marks, mark.char: mark})

    def prefix(self, kind: PrefixKind) -> Prefix:
        """The prefix of a kind; there is exactly one for each built-in kind."""
        return next(p for p in self.prefixes.values() if p.kind == kind)

    @cached_property
    def split_key(self) -> Callable[[str], SplitKey]:
        """Prefix and name of a key of a module table (SYN-6, SYN-8); the same keys recur all over configs."""
        return lru_cache(maxsize=4096)(partial(_split_key, self.prefixes))

    def is_prefixed(self, key: str) -> bool:
        """Whether a key begins with a prefix character."""
        return key[:1] in self.prefixes

    def variable_text(self, text: str) -> VariableRef | None:
        """``&name`` as a whole value, or None (VAR-6)."""
        if text[:1] == _VARIABLE_CHAR and len(text) > 1:
            return VariableRef(text[1:], Span(1, len(text)))
        return None

    def environment(self, text: str) -> list[EnvironmentRef]:
        """All ``${NAME}`` and ``${NAME:-default}`` in a text."""
        return [EnvironmentRef(m[1], m[2], Span(m.start(), m.end())) for m in _ENVIRONMENT.finditer(text)]

    def read(self, text: str) -> Expression:
        """The reference text under ``!``, ``@`` or ``$``. Never raises; errors are part of the answer."""
        if not text or text.isspace():
            return Expression(text, None, (), (_invalid("the name of a module is expected", Span(0, len(text))),))
        variable = self.variable_text(text)
        if variable is not None:
            return Expression(text, variable, (), ())
        if _NAME.fullmatch(text) and not self.marks:
            return Expression(text, Name(text, Span(0, len(text))), (), ())
        if text[0] in self.prefixes and text[0] != _FIELD_CHAR and _NAME.match(text, 1):
            message = f"the prefix stands before the argument only: write `{text[1:]}`"
            error = _invalid(message, Span(0, len(text)), text[1:])
            return Expression(text, None, (), (error,))
        errors: list[GrammarError] = []
        end = self._base_end(text)
        base = self._base(text, 0, end, errors)
        hooks = self._hooks(text, end, errors)
        meant = _BLANKS.sub("", text) if errors else text
        if meant != text and not self.read(meant).errors:
            errors = [_invalid(f"no blank may stand here: write `{meant}`", Span(0, len(text)), meant)]
        return Expression(text, base, tuple(hooks), tuple(errors))

    def read_variable(self, text: str) -> Expression:
        """The text under ``&``: the name of a top-level value, with an attribute path and hooks behind it, or a text
        with ``${NAME}`` in it."""
        spots = self.environment(text)
        nested = _NESTED.search(text) if spots else None
        if nested is not None:
            error = _invalid("a default is plain text, in which no further variable can stand", Span(*nested.span()))
            return Expression(text, None, (), (error,))
        if spots:
            return Expression(text, None, (), (), tuple(spots))
        inner = self.variable_text(text)
        if inner is not None:
            return Expression(text, inner, (), ())
        errors: list[GrammarError] = []
        end = self._base_end(text)
        hooks = self._hooks(text, end, errors)
        like = _LIKE_ENVIRONMENT.match(text)
        if like is not None:
            name = f"${{{like[1]}}}"
            error = _invalid(f"an environment variable is written `{name}`", Span(0, like.end()), name)
            return Expression(text, None, (), (error,))
        if not text[:end]:
            errors.append(_invalid("the name of a variable is expected", Span(0, len(text))))
            return Expression(text, None, tuple(hooks), tuple(errors))
        return Expression(text, VariableRef(text[:end], Span(0, end)), tuple(hooks), tuple(errors))

    def part_at(self, text: str, offset: int, variable: bool = False) -> Part:
        """The part of a reference text (of a variable's text, under ``&``) that a cursor at ``offset`` is in. Total."""
        if variable:
            opening = text.rfind("${", 0, offset)
            if opening >= 0 and "}" not in text[opening:offset]:
                name = re.compile(r"[\w.-]*").match(text, opening + 2)
                end = name.end() if name is not None else offset
                if offset > end and text.startswith(":", end):
                    return Part("mark", Span(offset, offset), before=text[:opening])
                return Part("environment", Span(opening + 2, max(offset, end)))
        end = self._base_end(text)
        if variable or text[:1] == _VARIABLE_CHAR:
            start = 1 if text[:1] == _VARIABLE_CHAR else 0
            if offset <= end:
                return Part("variable", Span(start, max(start, end)))
        elif offset <= end:
            return self._base_part(text, 0, end, offset)
        stops = "".join((HOOK_CHAR, *self.marks))
        start = end
        while True:
            char = text[start]
            end = path_end(text, start + 1, stops)
            if char == HOOK_CHAR:
                end = self._dot(text, start + 1, end)
            if offset <= end or end >= len(text):
                break
            start = end
        if char == HOOK_CHAR:
            return self._base_part(text, start + 1, end, offset, hook=True)
        if char in self.marks:
            return Part("mark", Span(start + 1, end), hook=True, before=text[:start])
        return self._path_part(text, start, end, offset)

    def _base_part(self, text: str, start: int, end: int, offset: int, hook: bool = False) -> Part:
        marked = text.startswith(_FIELD_CHAR, start, end)
        scope = text.find(_SCOPE, start, end)
        if scope >= 0 and offset >= scope + len(_SCOPE):
            return Part("member", Span(scope + len(_SCOPE), end), hook, text[start + marked : scope])
        if marked or scope >= 0:
            return Part("field", Span(start + marked, scope if scope >= 0 else end), hook)
        return Part("name", Span(start, end), hook)

    def _path_part(self, text: str, start: int, end: int, offset: int) -> Part:
        dot, depth = start, 0
        for index in range(start, offset):
            if text[index] in "([{":
                depth += 1
            elif text[index] in ")]}":
                depth -= 1
            elif text[index] == "." and depth <= 0:
                dot = index
        if depth > 0:
            return Part("arguments", Span(offset, offset), before=text[:dot])
        stop = next((index for index in range(dot + 1, end) if text[index] in ".[("), end)
        if stop < offset:
            return Part("arguments", Span(offset, offset), before=text[:offset])
        return Part("attribute", Span(dot + 1, stop), before=text[:dot])

    def _base_end(self, text: str) -> int:
        index = 0
        size = len(text)
        while index < size:
            char = text[index]
            if text.startswith(_SCOPE, index):
                index += len(_SCOPE)
                if text[index : index + 1] == EVERY:
                    index += 1
                continue
            if char == "." or char == HOOK_CHAR or char in self.marks or char in "([":
                return index
            index += 1
        return size

    def _base(self, text: str, start: int, end: int, errors: list[GrammarError]) -> Base | None:
        body = text[start:end]
        span = Span(start, end)
        if body[:1] == _FIELD_CHAR:
            return self._field(body[1:], start + 1, span, errors)
        if _SCOPE in body and _FIELD_NAME.fullmatch(body.partition(_SCOPE)[0]):
            errors.append(
                _invalid(f"`{body}` needs a `{_FIELD_CHAR}` before the field's name", span, f"{_FIELD_CHAR}{body}")
            )
            return self._field(body, start, span, errors)
        if not _NAME.fullmatch(body):
            what = f"`{body}` is not the name of a module" if body else "the name of a module is expected"
            errors.append(_invalid(what, span))
            return None
        return Name(body, span)

    def _field(self, body: str, start: int, span: Span, errors: list[GrammarError]) -> FieldRef | None:
        parts = body.split(_SCOPE)
        name_of_field = parts[0]
        field_span = Span(start, start + len(name_of_field))
        if len(parts) > 2:
            errors.append(_invalid(f"more than one `{_SCOPE}` in `{body}`", span))
            return None
        if not _FIELD_NAME.fullmatch(name_of_field):
            field, colon, member = name_of_field.partition(":")
            meant = f"{_FIELD_CHAR}{field}{_SCOPE}{member}" if colon and _FIELD_NAME.fullmatch(field) else ""
            message = f"write `{meant}`" if meant else f"the name of a field is expected after `{_FIELD_CHAR}`"
            errors.append(_invalid(message, span, meant))
            return None
        if len(parts) == 1:
            return FieldRef(name_of_field, field_span, None, Span(field_span.end, field_span.end), span)
        name_start = field_span.end + len(_SCOPE)
        name_span = Span(name_start, name_start + len(parts[1]))
        if parts[1] != EVERY and not _NAME.fullmatch(parts[1]):
            errors.append(_invalid(f"a name or `{EVERY}` is expected after `{_SCOPE}`", name_span))
        return FieldRef(name_of_field, field_span, parts[1], name_span, span)

    def _hooks(self, text: str, start: int, errors: list[GrammarError]) -> list[Hook]:
        hooks: list[Hook] = []
        stops = "".join((HOOK_CHAR, *self.marks))
        while start < len(text):
            char = text[start]
            end = path_end(text, start + 1, stops)
            span = Span(start, end)
            body = text[start + 1 : end]
            if char == HOOK_CHAR:
                self._argument_hook(text, start, end, hooks, errors)
                dot = self._dot(text, start + 1, end)
                if dot < end:
                    start = dot
                    continue
            elif char in self.marks:
                hooks.append(MarkHook(self.marks[char], body, span))
            else:
                self._path(text, start, end, hooks, errors)
            start = end
        return hooks

    def _dot(self, text: str, start: int, end: int) -> int:
        index = text.find(".", start, end)
        return end if index < 0 else index

    def _argument_hook(self, text: str, start: int, end: int, hooks: list[Hook], errors: list[GrammarError]) -> None:
        end = self._dot(text, start + 1, end)
        if end == start + 1:
            errors.append(GrammarError("invalid-hook", "the name of a hook is expected", Span(start, end)))
            return
        base = self._base(text, start + 1, end, errors)
        if base is not None:
            hooks.append(ArgumentHook(base, Span(start, end)))

    def _path(self, text: str, start: int, end: int, hooks: list[Hook], errors: list[GrammarError]) -> None:
        body = text[start:end]
        offset = 1 if body[:1] == "." else 0
        try:
            steps = _parse_path(body[offset:])
        except PathError as error:
            at = start + offset + error.column
            errors.append(GrammarError("invalid-path", str(error), Span(min(at, end), end)))
            return
        hooks.append(PathHook(steps, Span(start, end)))


DEFAULT = Grammar()
