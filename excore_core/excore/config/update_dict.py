"""``update_dict``: paths as keys, where ``{"Model.FCN.layers": 3}`` means ``{"Model": {"FCN": {"layers": 3}}}``, and
mistakes in it that leave a config which loads and is not what was meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from excore.errors import ConfigError, CoreConfigParseError, InvalidUpdateError, UnknownFieldError, did_you_mean
from excore.lang.grammar import FieldRef, Grammar, Name, VariableRef
from excore.lang.nearest import Vocabulary
from excore.lang.provenance import UPDATE
from excore.lang.resolve.model import Model, Path, Plain
from excore.lang.resolve.top_level import fields_and_registries
from excore.lang.syntax.reader import path_parts
from excore.lang.syntax.writer import dotted_text
from excore.lang.tables.table import Binding, Table, plain

__all__ = ["checked_mapping", "mistakes", "nested"]

IsModule = Callable[[Path], bool]
_SHORT = 4  # values whose names are not longer are often alike


def checked_mapping(value: Any) -> Mapping[str, Any] | None:
    """What ``load`` got as ``update_dict``. Raises ``InvalidUpdateError`` for anything but a dict and None."""
    if value is None or isinstance(value, Mapping):
        return value
    raise InvalidUpdateError(
        f'`{UPDATE}` is a dict such as {{"Model.FCN.layers": 3}}, but got {value!r} ({type(value).__name__}); '
        "`DictAction` makes one of KEY=VALUE texts."
    )


def mistakes(model: Model) -> Iterator[ConfigError]:
    """References that became text, and names that are new but almost those of others."""
    top = [name for name, binding in model.root.bindings.items() if not _is_new(binding)]
    names = frozenset((*top, *fields_and_registries(model.catalog, model.project)))
    pads = (group.binding for group in model.groups.values() if group.role == "scratchpad")
    for binding in (*model.isolated.values(), *pads):
        if _is_update(binding):
            yield from _misspelt(binding, names, (), model.grammar)
    for path, section in model.sections.items():
        for argument in section.arguments.values():
            binding = argument.binding
            if isinstance(argument.meaning, Plain) and _is_update(binding) and binding.shadows:
                prefix = model.grammar.split_key(binding.shadows[0].name).prefix
                value = plain(argument.meaning.value)
                texts = value if isinstance(value, list) and value else [value]
                if prefix is None or prefix.kind == "variable" or binding.name[:1] == prefix.char:
                    continue
                if all(isinstance(text, str) and _is_reference(text, model) for text in texts):
                    table, key = ".".join(path), f"{prefix.char}{argument.name}"
                    yield CoreConfigParseError(
                        f"{UPDATE}: `{table}.{argument.name}` would be the text {value!r}, where the config has "
                        f"`{key}`; write `{table}.{key}` to name a module."
                    )


def _is_update(binding: Binding) -> bool:
    return binding.file == UPDATE


def _is_new(binding: Binding) -> bool:
    return _is_update(binding) and not binding.shadows


def _misspelt(binding: Binding, names: frozenset[str], path: Path, grammar: Grammar) -> Iterator[ConfigError]:
    name, value = binding.name, binding.value
    if not _is_new(binding):
        if isinstance(value, Table):
            inner = frozenset(key for key, one in value.bindings.items() if not _is_new(one))
            for one in value.bindings.values():
                if _is_update(one):
                    yield from _misspelt(one, inner, (*path, name), grammar)
        return
    meant = Vocabulary(names).meant(name)
    numbered = meant.rstrip("0123456789") == name.rstrip("0123456789")
    if meant and not numbered and (len(meant) > _SHORT or isinstance(value, Table)):
        inside = f" in `{dotted_text(path, grammar.prefix_chars)}`" if path else ""
        yield UnknownFieldError(f"{UPDATE}: the config has no `{name}`{inside}. Did you mean `{meant}`?")


def _is_reference(text: str, model: Model) -> bool:
    """Whether a text names a module or a table of modules, or almost."""
    base = model.grammar.read(text).base
    if isinstance(base, FieldRef):
        return base.field in fields_and_registries(model.catalog, model.project) or base.field in model.groups
    if isinstance(base, VariableRef):
        return base.name in model.root.bindings
    if not isinstance(base, Name):
        return False
    modules = model.catalog.vocabulary(None)
    name = base.name
    return name in modules.names or name in model.members or name in model.modules or bool(modules.meant(name))


def nested(values: Mapping[str, Any], root: Table, grammar: Grammar, is_module: IsModule | None) -> dict[str, Any]:
    """``values`` without paths as keys; ``root`` is what they update. Arguments are found with and without their
    prefix.

    A key that ``root`` has, whatever dots are in it, is no path; a name with dots in a path is quoted.
    Raises ``UnknownFieldError`` for a path to a table or
    a value that is not there; an argument of a module may be new.
    """
    result: dict[str, Any] = {}
    for key, value in values.items():
        name = str(key)
        is_path = name not in root.bindings and path_parts(name, grammar.prefix_chars) != (name,)
        path = _spelled(name, value, root, grammar, is_module) if is_path else (name,)
        _put(result, path, value)
    return result


def _spelled(key: str, value: Any, root: Table, grammar: Grammar, is_module: IsModule | None) -> Path:
    path: Path = ()
    table, parts = root, path_parts(key, grammar.prefix_chars)
    for part in parts[:-1]:
        name = next((one for one in table.bindings if part in (one, grammar.split_key(one).name)), None)
        inner = table.bindings[name].value if name is not None else None
        if name is None or not isinstance(inner, Table):
            raise _unknown(key, path, part, table, grammar, "is no table" if name is not None else "")
        table, path = inner, (*path, name)
    last = parts[-1]
    names = {one for name in table.bindings for one in (name, grammar.split_key(name).name)}
    may_be_new = isinstance(value, Mapping) or is_module is None or is_module(path)
    if last not in names and grammar.split_key(last).name not in names and not may_be_new:
        raise _unknown(key, path, last, table, grammar, "")
    return (*path, last)


def _unknown(key: str, path: Path, part: str, table: Table, grammar: Grammar, why: str) -> UnknownFieldError:
    names = [grammar.split_key(name).name for name in table.bindings]
    inside = f" in `{dotted_text(path, grammar.prefix_chars)}`" if path else ""
    what = f"`{part}`{inside} {why}" if why else f"the config has no `{part}`{inside}"
    return UnknownFieldError(f"update_dict: {what} (`{key}`).{'' if why else did_you_mean(part, names)}")


def _put(into: dict[str, Any], path: Path, value: Any) -> None:
    """Set a value in nested dicts; of two dicts in one place the later adds to the first."""
    *above, last = path
    for part in above:
        inner = into.get(part)
        into[part] = inner = dict(inner) if isinstance(inner, Mapping) else {}
        into = inner
    old = into.get(last)
    if not isinstance(value, Mapping) or not isinstance(old, Mapping):
        into[last] = value
        return
    into[last] = merged = dict(old)
    for name, item in value.items():
        _put(merged, (str(name),), item)
