"""Tables that are legal and mean nothing, because their names are almost those of fields or classes.

``[Modle.FCN]`` is a scratchpad that nobody uses, ``[Modle.FCNN]`` and ``[Normalise]`` are isolated values: no load
fails for their names alone. Where one fails for what such a table should give, the table is the error, told once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from excore.lang.catalog import Entry
from excore.lang.grammar import BASE_KEY, HOOKS_TABLE, MarkHook
from excore.lang.memo import Memo
from excore.lang.nearest import Vocabulary
from excore.lang.problems import SEVERITIES, Problem, Related, problem
from excore.lang.resolve.entries import entry_named
from excore.lang.resolve.model import Model
from excore.lang.resolve.top_level import fields_and_registries
from excore.lang.syntax.tree import Array, Block, Scalar
from excore.lang.tables.table import Binding, BoundValue, Table, plain

_UNUSED = frozenset(("unused-section", "unused-variable"))
_BASE = Vocabulary((BASE_KEY.strip("_"), f"{BASE_KEY.strip('_')}s"))
# What may be wrong because a base is not read.
IN_BASES = frozenset(("unknown-variable", "empty-field", "unknown-section", "missing-parameter"))


def unregistered(model: Model) -> Iterator[Problem]:
    """One problem for each file with module tables in a project of which no registry is known."""
    if model.project.declared or any(not name.startswith("__") for name in model.catalog.registries):
        return
    files: set[str] = set()
    for binding in _like_modules(model):
        if binding.file not in files:
            files.add(binding.file)
            where = os.path.normpath(os.path.join(model.project.root, model.project.src_dir))
            message = f"no registry is known: no Python source in {where} makes one; this table is a value for no class"
            yield problem("unknown-class", message, binding.origin, severity="warning")


def _like_modules(model: Model) -> Iterator[Binding]:
    """Isolated tables ``[a]`` and ``[a.b]`` with a prefixed argument; with a quoted one, only those named like
    classes."""
    is_prefixed = model.grammar.is_prefixed
    for outer in model.isolated.values():
        if not isinstance(outer.value, Table):
            continue
        for binding in (outer, *outer.value.bindings.values()):
            is_class_name = binding is not outer and outer.name[:1].isupper() and binding.name[:1].isupper()
            keys = binding.value.bindings.values() if isinstance(binding.value, Table) else ()
            if any(is_prefixed(key.name) and (is_class_name or not key.part.quoted) for key in keys):
                yield binding


class _Typo(NamedTuple):
    """A name, what it should be, and the problems that follow from it."""

    binding: Binding
    message: str
    meant: str
    follows: tuple[Problem, ...]
    code: str = "unknown-table"

    def sorted(self, order: Mapping[Block, int]) -> _Typo:
        """With what follows in the order of the tables it is in."""

        def place(item: Problem) -> tuple[int, int, int]:
            return order.get(item.origin.block, -1), item.origin.start, item.origin.end

        return self._replace(follows=tuple(sorted(self.follows, key=place)))

    def problem(self) -> Problem:
        severity = min(("warning", *(item.severity for item in self.follows)), key=SEVERITIES.index)
        related = tuple(Related(item.origin, item.message) for item in self.follows)
        return problem(
            self.code,
            self.message,
            self.binding.origin,
            severity=severity,
            suggestions=(self.meant,),
            related=related,
            name=self.binding.name,
        )


def with_typos(problems: Sequence[Problem], model: Model, memo: Memo) -> list[Problem]:
    """``problems``, the problems of ``model``, with those of typos and without what only follows from them."""
    typos = list(_typos(problems, model, memo))
    if not typos:
        return list(problems)
    order = {
        section.binding.block: number for number, section in enumerate(map(model.sections.__getitem__, model.paths))
    }
    typos = [typo.sorted(order) for typo in typos]
    explained = {item for typo in typos for item in typo.follows}
    names = {typo.binding.name for typo in typos}
    unused = {model.sections[path].binding.origin for path in model.paths if path[0] in names}
    unused |= {typo.binding.origin for typo in typos}
    others = [
        item for item in problems if item not in explained and not (item.code in _UNUSED and item.origin in unused)
    ]
    return [*(typo.problem() for typo in typos), *others]


def _typos(problems: Sequence[Problem], model: Model, memo: Memo) -> Iterator[_Typo]:
    fields = _vocabulary(frozenset((*fields_and_registries(model.catalog, model.project), HOOKS_TABLE)))
    looks_like = memo.each("like", model.isolated, partial(_looks_like, fields, model.catalog.vocabulary(None)))
    yield from _of_bases(problems, model, [name for name, what in looks_like.items() if what == "base"])
    pads = [group for group in model.groups.values() if group.role == "scratchpad"]
    tables = {name for name, what in looks_like.items() if what == "table"}
    tables.update(value for item in problems for fact, value in item.data if fact == "value")
    values = [
        binding for name, binding in model.isolated.items() if name in tables and isinstance(binding.value, Table)
    ]
    if not pads and not values:
        return
    unbound = [item for item in problems if item.code == "empty-field"]
    lacking = [item for item in problems if item.code == "missing-parameter"]
    for group in pads:
        meant = fields.meant(group.name)
        if not meant or any((group.name, member) in model.users for member in group.members):
            continue
        if any(_belongs(member, meant, model) for member in group.members):
            message = _message("field", group.name, meant, "a scratchpad that nothing uses")
            yield _Typo(group.binding, message, meant, _of(unbound, "field", meant))
    if not values:
        return
    implicit = frozenset(path[-1] for path in model.implicit)
    names_read: set[str] | None = None
    for binding in values:
        name = binding.name
        typos = [*_of_value(binding, fields, implicit, unbound, lacking, model)]
        if typos and names_read is None:
            names_read = {name_read for section in model.sections.values() for name_read in section.variables}
            names_read |= behind_marks(model)
        if typos and names_read is not None and name not in names_read:
            yield from typos


def _looks_like(fields: Vocabulary, classes: Vocabulary, name: str, binding: Binding) -> str:
    """What an isolated value may be a slip of: a "base", or a "table" of a field or class; "" where it is none."""
    value = binding.value
    if not isinstance(value, Table):
        return "base" if isinstance(value, Scalar | Array) and _is_like_base(name) and is_files(value) else ""
    names = (name, *(one.name for one in value.bindings.values() if isinstance(one.value, Table)))
    return "table" if fields.meant(name) or any(map(classes.meant, names)) else ""


def behind_marks(model: Model) -> frozenset[str]:
    """The names behind the marks that a project registers: its hooks may read the tables of these names (LAZY-8)."""
    if not model.grammar.marks:
        return frozenset()
    arguments = (argument for section in model.sections.values() for argument in section.arguments.values())
    hooks = (hook for argument in arguments for reference in argument.references for hook in reference.hooks)
    return frozenset(word for hook in hooks if isinstance(hook, MarkHook) for word in re.findall(r"\w+", hook.text))


def _of_value(
    binding: Binding,
    fields: Vocabulary,
    implicit: frozenset[str],
    unbound: list[Problem],
    lacking: list[Problem],
    model: Model,
) -> Iterator[_Typo]:
    table = binding.value
    assert isinstance(table, Table)
    inner = [one for one in table.bindings.values() if isinstance(one.value, Table)]
    meant = fields.meant(binding.name)
    if meant and any(_is_module(one, meant, model) for one in inner):
        follows = _of(unbound, "field", meant)
        yield _Typo(binding, _message("field", binding.name, meant), meant, follows)
        return
    unread = _of(unbound, "value", binding.name)
    vocabulary = model.catalog.vocabulary(None)
    for one in (binding, *inner):
        class_name = vocabulary.meant(one.name)
        used = class_name in implicit or class_name in model.members or class_name in model.modules
        if used and _suits(one, entry_named(class_name, model.catalog, model.project), model):
            follows = (*_of(lacking, "implicit", class_name), *unread)
            yield _Typo(one, _message("class", one.name, class_name), class_name, follows)
        elif unread and one is not binding:
            near = vocabulary.near(one.name, limit=1)
            if near:
                yield _Typo(one, _message("class", one.name, near[0]), near[0], unread)


def _message(what: str, name: str, meant: str, as_written: str = "a value that no class gets") -> str:
    return f"there is no {what} `{name}`; did you mean `{meant}`? As it is written, this is {as_written}"


def _of_bases(problems: Sequence[Problem], model: Model, names: Iterable[str]) -> Iterator[_Typo]:
    for name in names:
        message = f"`{name}` is a value like any other; did you mean `{BASE_KEY}`?"
        follows = tuple(item for item in problems if item.code in IN_BASES)
        yield _Typo(model.isolated[name], message, BASE_KEY, follows, "invalid-base")


def _is_like_base(name: str) -> bool:
    word = name.strip("_")
    return word in _BASE.names or bool(_BASE.meant(word))


def is_files(value: BoundValue) -> bool:
    """Whether a value is one name of a TOML file, or a list of nothing but such names."""
    texts = plain(value)
    texts = texts if isinstance(texts, list) else [texts]
    return bool(texts) and all(isinstance(text, str) and text.endswith(".toml") for text in texts)


@lru_cache(maxsize=16)
def _vocabulary(names: frozenset[str]) -> Vocabulary:
    return Vocabulary(names)


def _of(problems: list[Problem], fact: str, name: str) -> tuple[Problem, ...]:
    return tuple(item for item in problems if (fact, name) in item.data)


def _belongs(member: str, field: str, model: Model) -> bool:
    """Whether a class is one that stands under ``field``."""
    if field == HOOKS_TABLE:
        entry = entry_named(member, model.catalog, model.project)
        return entry is not None and entry.hook == "config"
    return model.catalog.get(model.project.registry_of(field), member) is not None


def _is_module(binding: Binding, field: str, model: Model) -> bool:
    """Whether a table looks like that of a class under ``field``: by a prefix, or by a name that is a class's typo."""
    table = binding.value
    assert isinstance(table, Table)
    if any(map(model.grammar.is_prefixed, table.bindings)):
        return True
    return bool(model.catalog.vocabulary(model.project.registry_of(field)).meant(binding.name))


def _suits(binding: Binding, entry: Entry | None, model: Model) -> bool:
    """Whether a table could hold the arguments of a class."""
    table = binding.value
    if entry is None or not isinstance(table, Table):
        return False
    names = [model.grammar.split_key(key).name for key in table.bindings]
    return bool(names) and all(entry.signature.get(name) is not None for name in names)
