"""``update_dict``: paths as keys, where ``{"Model.FCN.layers": 3}`` means ``{"Model": {"FCN": {"layers": 3}}}``, and
mistakes in it that leave a config which loads and is not what was meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from excore.errors import ConfigError, CoreConfigParseError, InvalidUpdateError, UnknownFieldError, did_you_mean
from excore.lang.grammar import FieldRef, Grammar, Name, VariableRef, split_change
from excore.lang.nearest import Vocabulary, nearest
from excore.lang.overrides import first_path, is_new, paths_in, paths_like
from excore.lang.provenance import OVERRIDES, PYTHON, UPDATE
from excore.lang.resolve.model import Model, Path, Plain, Section
from excore.lang.resolve.top_level import fields_and_registries
from excore.lang.syntax.reader import path_parts
from excore.lang.syntax.tree import Scalar
from excore.lang.syntax.writer import dotted_text
from excore.lang.tables.table import Binding, Table, plain

__all__ = ["Options", "checked_mapping", "checked_overrides", "meant_elsewhere", "misspelt_name", "mistakes", "nested"]

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


def checked_overrides(value: Any) -> Iterable[str]:
    """What ``load`` got as ``overrides``. Raises ``InvalidUpdateError`` for anything but texts in a list or tuple."""
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping)):
        texts = list(value)
        if all(isinstance(text, str) for text in texts):
            return texts
    raise InvalidUpdateError(f'`{OVERRIDES}` are texts such as ["Model.FCN.layers=3"], but got {value!r}.')


class Options(dict[str, Any]):
    """Values given on a command line: each must meet something in the config, or have a ``+`` before its key."""


def _added(update: Mapping[str, Any]) -> set[str]:
    """The top-level names that an update adds."""
    keys = (split_change(str(key)) for key in update)
    return {path_parts(name)[0] for change, name in keys if change == "add"}


def mistakes(model: Model, update: Mapping[str, Any]) -> Iterator[ConfigError]:
    """References that became text, and names that are new but almost those of others; of ``Options`` all new names."""
    new = _added(update)
    top = [name for name, binding in model.root.bindings.items() if not is_new(binding)]
    names = _top_names(top, model)
    pads = (group.binding for group in model.groups.values() if group.role == "scratchpad")
    for binding in (*model.isolated.values(), *pads):
        if binding.file == UPDATE and binding.name not in new:
            yield from _misspelt(binding, names, (), model.grammar)
            yield from _elsewhere(binding, model)
            if isinstance(update, Options):
                yield from _new(binding, (), model)
    for name, binding in model.modules.items():
        if is_new(binding) and not model.users.get((name,)) and (name,) not in model.reached:
            used = [f"{'.'.join(path)}" for path in model.sections if path in model.reached]
            near = (
                paths_ending(first_path(binding), model.root, model.grammar)
                or paths_ending(name, model.root, model.grammar)
                or nearest(name, used)
                or used
            )
            yield UnknownFieldError(
                f"{binding.file}: nothing in the config uses `{name}`, so that `{first_path(binding)}` would change "
                f"nothing.{_meant(list(near))}"
            )
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


def _top_names(names: Iterable[str], model: Model) -> frozenset[str]:
    return frozenset((*names, *fields_and_registries(model.catalog, model.project)))


def _elsewhere(binding: Binding, model: Model) -> Iterator[ConfigError]:
    """A new value, or table of values, called like what is meant to be changed further in."""
    if is_new(binding):
        error = meant_elsewhere(binding.name, first_path(binding), binding.file, model)
        if error is not None:
            yield error


def _new(binding: Binding, above: Path, model: Model) -> Iterator[ConfigError]:
    """What meets nothing: neither a value of the config nor a reference to one."""
    path = (*above, binding.name)
    if is_new(binding):
        if above or not _is_variable(binding.name, model):
            key = ".".join(path)
            near = _meant(paths_like(key, model.root, model.grammar))
            yield UnknownFieldError(f"{UPDATE}: the config has no `{key}`.{near} `+{key}=` adds it.")
    elif isinstance(binding.value, Table):
        for inner in binding.value.bindings.values():
            yield from _new(inner, path, model)


def meant_elsewhere(name: str, key: str, source: str, model: Model) -> UnknownFieldError | None:
    """The error for a new value ``name`` that nothing refers to, if ``key``, the path it sets, is one further in."""
    if _is_variable(name, model):
        return None
    near = paths_ending(key, model.root, model.grammar) or paths_ending(name, model.root, model.grammar)
    if not near and key == name:
        reached = (path for path in model.sections if path in model.reached)
        near = [".".join((*path, key)) for path in reached if _takes(model.sections[path], key)]
    if not near:
        return None
    return UnknownFieldError(f"{source}: the config has no value `{name}`, and nothing refers to one.{_meant(near)}")


def misspelt_name(name: str, value: object, source: str, model: Model) -> UnknownFieldError | None:
    """The error for a new top-level ``name`` that is almost one of the config."""
    meant = _almost(name, _top_names(model.root.bindings, model), isinstance(value, Mapping))
    return UnknownFieldError(f"{source}: the config has no `{name}`. Did you mean `{meant}`?") if meant else None


def _takes(section: Section, name: str) -> bool:
    return section.entry is not None and any(one.name == name for one in section.entry.signature.params)


def _is_variable(name: str, model: Model) -> bool:
    return any(name in section.variables for section in model.sections.values())


def _is_update(binding: Binding) -> bool:
    return binding.file in (UPDATE, PYTHON)


def _misspelt(binding: Binding, names: frozenset[str], path: Path, grammar: Grammar) -> Iterator[ConfigError]:
    name, value = binding.name, binding.value
    if not is_new(binding):
        if isinstance(value, Table):
            inner = frozenset(key for key, one in value.bindings.items() if not is_new(one))
            for one in value.bindings.values():
                if _is_update(one):
                    yield from _misspelt(one, inner, (*path, name), grammar)
        return
    meant = _almost(name, names, isinstance(value, Table))
    if meant:
        inside = f" in `{dotted_text(path, grammar.prefix_chars)}`" if path else ""
        yield UnknownFieldError(f"{UPDATE}: the config has no `{name}`{inside}. Did you mean `{meant}`?")


def _almost(name: str, names: frozenset[str], is_table: bool) -> str:
    """Which of the ``names`` a new one is almost, "" for none."""
    meant = Vocabulary(names).meant(name)
    numbered = meant.rstrip("0123456789") == name.rstrip("0123456789")
    return meant if meant and not numbered and (len(meant) > _SHORT or is_table) else ""


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


def nested(
    values: Mapping[str, Any], root: Table, grammar: Grammar, is_module: IsModule | None, source: str = UPDATE
) -> dict[str, Any]:
    """``values`` without paths as keys; ``root`` is what they update. Arguments are found with and without their
    prefix.

    A key that ``root`` has, whatever dots are in it, is no path; a name with dots in a path is quoted.
    Raises ``UnknownFieldError`` for a path to a table or
    a value that is not there; an argument of a module may be new.
    """
    result: dict[str, Any] = {}
    for (first, *rest), value in _flat(values, root, ()):
        path: Path = ()
        table: Table | None = root
        change, first = split_change(first) if first not in root.bindings else ("set", first)
        if change == "add":
            _put(result, (*path_parts(first, grammar.prefix_chars), *rest), value)
            continue
        keys = (first, *rest)
        for name in keys:
            if table is None or name in table.bindings or path_parts(name, grammar.prefix_chars) == (name,):
                path = (*path, name)
            else:
                path = _spelled(name, path, value, root, grammar, is_module, source)
            table = _inner(root, path, grammar)
        _put(result, path, value)
    return result


def _flat(values: Mapping[str, Any], table: Table | None, above: Path) -> Iterator[tuple[Path, Any]]:
    """The values, each with the keys that lead to it; dicts without a path in them stay whole."""
    for key, value in values.items():
        name = str(key)
        if isinstance(value, Mapping) and _has_paths(value, table, name):
            binding = table.bindings.get(name) if table is not None else None
            inner = binding.value if binding is not None and isinstance(binding.value, Table) else None
            yield (*above, name), {}
            yield from _flat(value, inner, (*above, name))
        else:
            yield (*above, name), value


def _has_paths(value: Mapping[str, Any], table: Table | None, name: str) -> bool:
    """Whether keys in a dict for a table that is there are paths."""
    binding = table.bindings.get(name) if table is not None else None
    inner = binding.value if binding is not None else None
    if not isinstance(inner, Table):
        return False
    for key, item in value.items():
        text = str(key)
        head = text.partition(".")[0]
        if text not in inner.bindings and text != head and head in inner.bindings:
            return True
        if isinstance(item, Mapping) and _has_paths(item, inner, text):
            return True
    return False


def _inner(root: Table, path: Path, grammar: Grammar) -> Table | None:
    table: Table | None = root
    for part in path:
        name = None if table is None else _name_in(table, part, grammar)
        value = None if table is None or name is None else table.bindings[name].value
        table = value if isinstance(value, Table) else None
    return table


def _name_in(table: Table, part: str, grammar: Grammar) -> str | None:
    return next((one for one in table.bindings if part in (one, grammar.split_key(one).name)), None)


def _spelled(
    key: str, above: Path, value: Any, root: Table, grammar: Grammar, is_module: IsModule | None, source: str
) -> Path:
    path = above
    table, parts = _inner(root, above, grammar) or root, path_parts(key, grammar.prefix_chars)
    for number, part in enumerate(parts[:-1]):
        name = _name_in(table, part, grammar)
        inner = table.bindings[name].value if name is not None else None
        if name is None and not path and not number and is_module is not None and is_module((part,)):
            return tuple(parts)  # a class without a table: whether the config uses it is seen later
        if name is None or not isinstance(inner, Table):
            raise _unknown(key, path, parts[number:], table, grammar, source, root)
        table, path = inner, (*path, name)
    last = parts[-1]
    names = {one for name in table.bindings for one in (name, grammar.split_key(name).name)}
    may_be_new = isinstance(value, Mapping) or is_module is None or is_module(path)
    if last not in names and grammar.split_key(last).name not in names and not may_be_new:
        raise _unknown(key, path, (last,), table, grammar, source, root)
    return (*path, last)


def _unknown(
    key: str, path: Path, parts: Path, table: Table, grammar: Grammar, source: str, root: Table
) -> UnknownFieldError:
    """``parts``: the names in ``key`` from that on which the ``table`` at ``path`` does not have, or as no table."""
    part, *rest = parts
    names = [grammar.split_key(name).name for name in table.bindings]
    inside = f" in `{dotted_text(path, grammar.prefix_chars)}`" if path else ""
    name = _name_in(table, part, grammar)
    if name is None:
        what = f"the config has no `{part}`{inside}"
        hint = did_you_mean(part, names) or _meant(paths_ending(key, root, grammar))
    else:
        value = table.bindings[name].value
        text = value.value if isinstance(value, Scalar) and grammar.is_prefixed(name) else None
        referred = grammar.read(text).base if isinstance(text, str) else None
        what = f"`{part}`{inside} is no table"
        hint = _meant([dotted_text((referred.name, *rest))]) if isinstance(referred, Name) else ""
    return UnknownFieldError(f"{source}: {what} (`{key}`).{hint}")


def paths_ending(key: str, root: Table, grammar: Grammar) -> list[str]:
    """The paths of a config that end with the last name of ``key``, those that end with all of it alone if there are
    any."""
    last = key.rpartition(".")[2]
    paths = [path for path in paths_in(root, grammar) if path[-1] == last and len(path) > 1]
    whole = [path for path in paths if ".".join(path).endswith(f".{key}")]
    return [".".join(path) for path in whole or paths]


def _meant(paths: list[str]) -> str:
    return f" Did you mean {' or '.join(f'`{path}`' for path in dict.fromkeys(paths[:3]))}?" if paths else ""


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
