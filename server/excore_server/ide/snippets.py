"""Text that completion inserts: TOML literals, keys in the style of the file, values and skeletons as snippets."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from excore.lang.catalog import Catalog, Entry, Param
from excore.lang.grammar import Grammar, Prefix
from excore.lang.project.model import Project
from excore.lang.resolve.entries import is_meant
from excore.lang.syntax.writer import key_text, string_text, value_text
from excore.lang.tables.table import BoundValue
from excore.lang.workspace.host import File
from excore.lang.workspace.practice import Written
from excore_server.ide.argument_types import argument_types
from excore_server.ide.candidates import Candidates, candidates, config_parameters

_NONE: Mapping[str, Written] = {}
_NEAR = 24  # blocks on either side that are looked at for the style of keys


quote, key = string_text, key_text


def to_toml(value: object) -> str | None:
    """A Python literal as a TOML value on one line; None where TOML has no such value."""
    try:
        return value_text(value, exact=True)
    except TypeError:
        return None


def literal(source: str | None) -> object:
    """The value of a default's source text; ``Ellipsis`` where it is no literal."""
    if source is None:
        return ...
    try:
        return ast.literal_eval(source)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return ...


def read_value(text: str) -> BoundValue | None:
    """A TOML value on one line; None for any other text."""
    if not text or "\n" in text or "\r" in text:
        return None
    file = File("", f"x = {text}\n")
    binding = file.tables.root.bindings.get("x")
    if binding is None or next(file.tree.problems, None) is not None or file.tables.problems:
        return None
    return binding.value


def prefixed(name: str, prefix: Prefix | None, quoted: bool) -> str:
    """A key of a module table: bare or quoted."""
    return key_text(name) if prefix is None else key_text(prefix.char + name, "" if quoted else prefix.char)


def escape(text: str) -> str:
    """``text`` as literal part of a snippet."""
    return text.replace("\\", "\\\\").replace("$", "\\$").replace("}", "\\}")


def quotes_prefixes(file: File, block: int, grammar: Grammar) -> bool:
    """Whether prefixed keys near ``block`` stand in quotes; not where there are none."""
    blocks = file.tree.blocks
    near = sorted(range(max(0, block - _NEAR), min(len(blocks), block + _NEAR)), key=lambda index: abs(index - block))
    for index in near:
        for entry in blocks[index].entries:
            part = entry.parts[0]
            if not part.broken and grammar.is_prefixed(part.name):
                return part.quoted
    return False


@dataclass
class ArgumentWriter:
    """Writes keys and values for one file. ``stops`` counts the snippet's stops."""

    catalog: Catalog
    project: Project
    grammar: Grammar
    quoted: bool
    snippets: bool = True
    stops: int = field(default=0)

    def stop(self, text: str) -> str:
        """A stop with a default text; the text alone where snippets are not wanted."""
        if not self.snippets:
            return text
        self.stops += 1
        return f"${{{self.stops}:{escape(text)}}}" if text else f"${self.stops}"

    def choice(self, texts: list[str]) -> str:
        """A stop with a choice."""
        if not self.snippets:
            return texts[0]
        self.stops += 1
        shown = ",".join(escape(text).replace(",", "\\,").replace("|", "\\|") for text in texts)
        return f"${{{self.stops}|{shown}|}}"

    def candidates(self, param: Param) -> Candidates:
        """What can be given to a parameter as a module."""
        return candidates(param, param.name, self.catalog, self.project)

    def prefix(self, param: Param) -> Prefix | None:
        """The prefix an argument for ``param`` most likely needs."""
        suitable = self.candidates(param)
        if suitable.as_class:
            return self.grammar.prefix("class")
        needs_module = suitable.entries and not argument_types(param.annotation).scalars
        return self.grammar.prefix("new") if needs_module else None

    def argument(self, param: Param, prefix: Prefix | None = None, habit: Written | None = None) -> str:
        """``name = value`` with stops: what is usual, else under the prefix it most likely needs if none is given."""
        if habit is not None:
            name = prefixed(param.name, self.grammar.split_key(habit.prefix + param.name).prefix, self.quoted)
            value = self.inside(habit.text) if habit.text[0] in "\"'[" else self.stop(habit.text)
        else:
            prefix = prefix or self.prefix(param)
            name = prefixed(param.name, prefix, self.quoted)
            value = self.value(param) if prefix is None else self.reference(prefix, self.candidates(param))
        return f"{escape(name) if self.snippets else name} = {value}"

    def reference(self, prefix: Prefix, suitable: Candidates) -> str:
        """A value under a prefix: the first class that needs no arguments."""
        name = ""
        if prefix.kind != "variable":
            entries = [entry for entry in suitable.entries if is_meant(entry, self.catalog, self.project)]
            easy = (entry for entry in entries if not any(p.needed for p in entry.signature.params))
            best = next(easy, entries[0] if entries else None)
            name = best.name if best is not None else ""
        if suitable.container == "table":
            return "{ " + self.stop("name") + f' = "{self.stop(name)}" }}'
        text = f'"{self.stop(name)}"'
        return f"[{text}]" if suitable.container == "list" else text

    def value(self, param: Param) -> str:
        """A plain value: the default, or the simplest value of the annotated type."""
        want = argument_types(param.annotation)
        default = literal(param.default)
        choices = [text for text in map(to_toml, param.choices) if text is not None]
        if choices:
            return self.choice(sorted(choices, key=lambda text: text != to_toml(default)))
        if want.scalars == {"boolean"}:
            return self.choice(["false", "true"] if default is False else ["true", "false"])
        if isinstance(default, str):
            return self.inside(string_text(default))
        text = to_toml(default)
        if text is not None:
            return self.stop(text)
        if "string" in want.scalars:
            return f'"{self.stop("")}"'
        if "integer" in want.scalars:
            return self.stop("0.0" if "float" in want.scalars else "0")
        if want.list:
            return f"[{self.stop('')}]"
        if want.table:
            return "{ " + self.stop("") + " }"
        return self.stop('""')

    def inside(self, text: str) -> str:
        """A string or an array whose content is a stop, so that what encloses it stays."""
        return f"{text[0]}{self.stop(text[1:-1])}{text[-1]}"

    def required(
        self, entry: Entry, names: Collection[str] | None = None, usual: Mapping[str, Written] = _NONE
    ) -> list[str]:
        """A line for every argument of ``names``, or that must be given; with what is ``usual`` there."""
        chosen = (one for one in config_parameters(entry) if (one.needed if names is None else one.name in names))
        return [self.argument(param, habit=usual.get(param.name)) for param in chosen]
