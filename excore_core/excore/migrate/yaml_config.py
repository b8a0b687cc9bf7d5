"""YAML and JSON configs: of mmengine, with ``_base_``, and of Hydra, with defaults lists, packages, interpolation."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from excore.migrate.python_config import LIMIT, Comments
from excore.migrate.source import TARGET, Config, Environment, Group, ImportPath, Unread, Variable, base_values, merged

BASE = "_base_"
_HERE = re.compile(r"\{\{\s*_base_\.([\w.]+)\s*\}\}")
_PLACE = re.compile(r"\$\{([^${}]+)\}")
_PACKAGE = re.compile(r"^#\s*@package\s+(\S+)", re.MULTILINE)
_FLOAT = re.compile(r"[-+]?(\d[\d_]*)(\.[\d_]*)?[eE][-+]?\d+$|[-+]?\.\d+([eE][-+]?\d+)?$")  # as OmegaConf reads them
ARGS = "_args_"


class NoYaml(Exception):
    """PyYAML is not installed."""


class _NoConfig(Exception):
    def __init__(self, line: int, text: str, reason: str) -> None:
        self.unread = Unread(line, text, reason)


def parsed(path: str, text: str) -> tuple[Any, Comments]:
    """The values of a file. Raises ``NoYaml``, and ``_NoConfig`` for what is neither YAML nor JSON."""
    name = os.path.basename(path)
    if path.endswith(".json"):
        try:
            return json.loads(text, object_pairs_hook=Group), Comments("")
        except (ValueError, RecursionError) as error:
            raise _NoConfig(getattr(error, "lineno", 1), name, f"no JSON: {error}") from None
    try:
        import yaml
    except ImportError:
        raise NoYaml from None
    try:
        comments = _comments(text, yaml)
        loader = yaml.SafeLoader(text)
        return _Nodes(loader, comments).value(loader.get_single_node()), comments
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error)
        raise _NoConfig(mark.line + 1 if mark else 1, name, f"no YAML that is read: {reason}") from None


def _comments(text: str, yaml: Any) -> Comments:
    """Every ``#`` that begins a comment: behind a blank, and in no scalar."""
    comments = Comments("")
    inside = [
        (token.start_mark.index, token.end_mark.index)
        for token in yaml.scan(text, Loader=yaml.SafeLoader)
        if isinstance(token, yaml.ScalarToken)
    ]
    for found in re.finditer(r"(?:^|(?<=[ \t]))#.*", text, re.MULTILINE):
        if not any(start <= found.start() < end for start, end in inside) and not _PACKAGE.match(found[0]):
            line = text.count("\n", 0, found.start()) + 1
            alone = not text[text.rfind("\n", 0, found.start()) + 1 : found.start()].strip()
            (comments.own if alone else comments.beside)[line] = found[0].strip()
    return comments


class _Nodes:
    """Nodes of YAML as values."""

    def __init__(self, loader: Any, comments: Comments) -> None:
        self.loader, self.comments, self.count = loader, comments, 0

    def value(self, node: Any) -> Any:
        self.count += 1
        if self.count > LIMIT:
            raise RecursionError("too many values")
        if node is None:
            return None
        if node.id == "sequence":
            return [self.value(item) for item in node.value]
        if node.id == "mapping":
            self.loader.flatten_mapping(node)
            group = Group(line=node.start_mark.line + 1)
            for key, value in node.value:
                comments = self.comments.of(key.start_mark.line + 1)
                group.put(key.value, self.value(value))
                if comments:
                    group.comments[key.value] = comments
            return group
        if node.style is None and _FLOAT.match(node.value):
            return float(node.value.replace("_", ""))
        if node.tag.endswith(":timestamp"):
            return node.value
        return self.loader.construct_object(node)


def mmengine_config(path: str, text: str, read_base: Callable[[str], Config | None]) -> Config:
    """A YAML or JSON file in the style of mmengine."""
    config = Config(path)
    try:
        values, comments = parsed(path, text)
    except _NoConfig as error:
        config.unread.append(error.unread)
        return config
    own = values if isinstance(values, Group) else Group()
    bases = own.pop(BASE, [])
    below = Group()
    for base in [bases] if isinstance(bases, str) else bases:
        place = os.path.normpath(os.path.join(os.path.dirname(path), base))
        found = read_base(place)
        if found is None:
            config.unread.append(Unread(1, base, "the base is not there or not among the sources"))
            continue
        config.bases.append(place)
        config.unread += found.unread
        below = merged(below, base_values(found, base))
    _take_bases(own, below)
    config.values = merged(below, _grouped(own))
    config.loose = comments.rest()
    return config


def _grouped(value: Any) -> Any:
    """Values of JSON in groups."""
    if isinstance(value, Group):
        for key, item in value.items():
            value[key] = _grouped(item)
    return [_grouped(item) for item in value] if isinstance(value, list) else value


def _take_bases(own: Any, below: Group) -> None:
    """Put the values of ``{{_base_.x}}`` in place."""
    pairs: list[tuple[Any, Any]] = list(own.items() if isinstance(own, Group) else enumerate(own))
    for key, value in pairs:
        if isinstance(value, (Group, list)):
            _take_bases(value, below)
        found = _HERE.fullmatch(value) if isinstance(value, str) else None
        if found is not None:
            taken = at(below, found[1])
            if isinstance(own, Group):
                own.names[key] = found[1]
            own[key] = deepcopy(taken)


def at(values: Any, path: str) -> Any:
    """The value at a dotted path. Raises LookupError."""
    for part in path.split("."):
        values = values[int(part)] if isinstance(values, list) and part.isdigit() else values[part]
    return values


def is_hydra(text: str) -> bool:
    """Whether a YAML file is one of Hydra's."""
    return re.search(r"^\s*(-\s+)?_target_\s*:|^defaults\s*:|\$\{\w", text, re.MULTILINE) is not None


class Hydra:
    """Composes the configs below a folder as Hydra does."""

    def __init__(self, root: str, read: Callable[[str], str | None]) -> None:
        self.root = root
        self.read = read
        self.composing: list[str] = []

    def config(self, path: str) -> Config:
        """The config that begins at a file. In a file of a group, names that only its users have stay names."""
        self.result = Config(path)
        self.kept: set[int] = set()
        self.top: Group = self._compose(path, None, {})
        self.top.pop("hydra", None)
        self._resolve(self.top, ())
        self.result.values = self.top
        return self.result

    def interpolate(self, config: Config) -> None:
        """Put values in the place of ``${x}`` in a config of another kind."""
        self.result, self.kept = config, set()
        self.root = os.path.dirname(config.path)
        self.top = config.values = deepcopy(config.values)
        self._resolve(self.top, ())

    def _natural(self, path: str, text: str) -> str:
        """The package of a file by its header, else by its folder."""
        header = _PACKAGE.search(text)
        package = os.path.relpath(os.path.dirname(path), self.root).replace(os.sep, ".")
        package = "" if package == "." else package
        if header is None or header[1] in ("_group_", "_here_"):
            return package
        return header[1].removeprefix("_global_").removeprefix(".")

    def _compose(self, path: str, package: str | None, overrides: dict[str, Any]) -> Group:
        text = self.read(path)
        if text is None or path in self.composing:
            return Group()
        try:
            values, comments = parsed(path, text)
        except _NoConfig as error:
            self.result.unread.append(error.unread)
            return Group()
        package = self._natural(path, text) if package is None else package
        own = values if isinstance(values, Group) else Group()
        defaults = own.pop("defaults", [])
        own.pop("hydra", None)
        is_top = not self.composing
        if is_top:
            self.result.loose = comments.rest()
        self.composing.append(path)
        order = [*defaults, *([] if "_self_" in defaults else ["_self_"])]
        for entry in order:
            if isinstance(entry, Group):
                found = {key[9:].strip().strip("/"): name for key, name in entry.items() if key.startswith("override ")}
                overrides = {**found, **overrides}
        result = Group()
        for entry in order:
            if entry == "_self_":
                result = merged(result, _nested(package, own))
                continue
            for file, inner in self._entry(path, package, entry, overrides):
                text = self.read(file) or ""
                if is_top and inner == self._natural(file, text):
                    self.result.bases.append(file)
                result = merged(result, self._compose(file, inner, overrides))
        self.composing.pop()
        return result

    def _entry(self, path: str, package: str, entry: Any, overrides: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """The files that an entry of a defaults list names, each with its package."""
        folder = os.path.dirname(path)
        if isinstance(entry, str):
            name, _, given = entry.partition("@")
            place = os.path.join(self.root if name.startswith("/") else folder, name.strip("/"))
            group = os.path.dirname(name.strip("/")).replace("/", ".")
            yield from self._file(place, package, given, group, entry, False)
            return
        for key, names in entry.items() if isinstance(entry, Group) else ():
            if key.startswith("override "):
                continue
            optional = key.startswith("optional ")
            group, _, given = key.removeprefix("optional ").strip().partition("@")
            start = self.root if group.startswith("/") else folder
            group = group.strip("/")
            place = os.path.join(start, group)
            known = os.path.relpath(place, self.root).replace(os.sep, "/")
            inner = _package(package, given or group.replace("/", "."))
            own = known.replace("/", ".")
            names = overrides.get(known if inner == own else f"{known}@{inner or '_global_'}", names)
            if group.split("/")[0] == "hydra" or names is None:
                continue
            for name in names if isinstance(names, list) else [names]:
                if name == "???":
                    self.result.told.append(f"`{key}` has to be chosen: put a file of {group}/ into `__base__`")
                    continue
                file, group = os.path.join(place, str(name)), group.replace("/", ".")
                yield from self._file(file, package, given, group, f"{key}: {name}", optional)

    def _file(
        self, place: str, package: str, given: str, group: str, text: str, optional: bool
    ) -> Iterator[tuple[str, str]]:
        """A file with its package: the one given within that of its user, that of its header, or its group."""
        for suffix in ("", ".yaml", ".yml"):
            path = os.path.normpath(place + suffix)
            found = self.read(path) if os.path.splitext(path)[1] else None
            if found is not None:
                is_own = not given and _PACKAGE.search(found)
                yield path, self._natural(path, found) if is_own else _package(package, given or group)
                return
        if not optional:
            self.result.unread.append(Unread(1, text, "there is no such file among the sources"))

    # -- interpolation

    def _resolve(self, value: Any, path: tuple[Any, ...]) -> None:
        pairs: list[tuple[Any, Any]] = list(value.items() if isinstance(value, Group) else enumerate(value))
        for key, item in pairs:
            if isinstance(item, str) and "${" in item and not isinstance(item, Environment):
                try:
                    found, name = self._text(item, (*path, key), 0)
                except LookupError as error:
                    self._leave_out(
                        value, key, f"`{'.'.join(map(str, (*path, key)))}`: `{item}`: {error.args[0]}", item
                    )
                    continue
                if isinstance(value, Group):
                    value.put(key, found, name)
                else:
                    value[key] = found
            elif item == "???":
                self._leave_out(value, key, f"`{'.'.join(map(str, (*path, key)))}` has to be given: it is left out", "")
        if isinstance(value, Group):
            self._mark(value, path)
        keeps = id(value) in self.kept
        for key, item in list(value.items()) if isinstance(value, Group) else enumerate(value):
            if isinstance(item, (Group, list)):
                self._resolve(item, (*path, key))
                value[key] = _data(item) if keeps else item

    def _leave_out(self, value: Any, key: Any, told: str, text: str) -> None:
        if text and not self._is_fragment:
            self.result.unread.append(Unread(getattr(value, "line", 1) or 1, text, told.rpartition(": ")[2]))
        else:
            self.result.told.append(told)
        if isinstance(value, Group):
            del value[key]

    @property
    def _is_fragment(self) -> bool:
        """Whether others complete a file: it lies in a group."""
        return os.path.dirname(self.result.path) != self.root

    def _mark(self, value: Group, path: tuple[Any, ...]) -> None:
        if TARGET not in value:
            return
        value[TARGET] = ImportPath(value[TARGET])
        value.partial = value.pop("_partial_", value.partial) is True
        where = f"`{'.'.join(map(str, path))}`"
        if value.pop("_convert_", None) is not None:
            self.result.told.append(f"{where}: `_convert_` is left out: dicts and lists are always plain")
        if value.pop("_recursive_", True) is False:
            self.result.told.append(f"{where}: its constructor gets dicts, as `_recursive_: false` says")
            self.kept.add(id(value))

    def _text(self, text: str, path: tuple[Any, ...], depth: int) -> tuple[Any, str]:
        """The value of a text with interpolations, and the name that it is as a whole. Raises LookupError."""
        if depth > 20:
            raise LookupError("it leads back to itself")
        whole = _PLACE.fullmatch(text)
        if whole is not None:
            return self._one(whole[1].strip(), path, depth)
        is_environment = False

        def put(found: re.Match[str]) -> str:
            nonlocal is_environment
            value, _ = self._one(found[1].strip(), path, depth)
            if isinstance(value, Variable):
                raise LookupError("its users have the name, so it is theirs to give")
            is_environment = is_environment or isinstance(value, Environment)
            return value.replace("${", "\0{") if isinstance(value, Environment) else str(value)

        result = _PLACE.sub(put, text)
        if "${" in result:
            return self._text(result, path, depth + 1)
        result = result.replace("\0", "$")
        return (Environment(result) if is_environment else result), ""

    def _one(self, expression: str, path: tuple[Any, ...], depth: int) -> tuple[Any, str]:
        resolver, colon, rest = expression.partition(":")
        if colon and resolver == "oc.env":
            name, comma, default = (part.strip() for part in rest.partition(","))
            if default == "null":
                raise LookupError("`null` is no text that could stand for a variable")
            default = default[1:-1] if default[:1] in ("'", '"') and default[-1:] == default[0] else default
            return Environment(f"${{{name}{':-' if comma else ''}{default}}}"), ""
        if colon:
            raise LookupError(f"what the resolver `{resolver}` computes is not known")
        dots = len(expression) - len(expression.lstrip("."))
        parts = [*map(str, path[: len(path) - dots]), expression.lstrip(".")] if dots else [expression]
        name = re.sub(r"\[(\w+)\]", r".\1", ".".join(parts))
        try:
            value = at(self.top, name)
        except (LookupError, TypeError):
            if self._is_fragment:
                return Variable(name), ""
            raise LookupError("the config has no such value") from None
        if isinstance(value, str) and "${" in value and not isinstance(value, Environment):
            value, _ = self._text(value, tuple(name.split(".")), depth + 1)
        return deepcopy(value), name


def _data(value: Any) -> Any:
    """A value in which nothing is an object."""
    if isinstance(value, Group):
        partial: dict[str, Any] = {"_partial_": True} if value.partial else {}
        return {**{key: _data(item) for key, item in value.items()}, **partial}
    return [_data(item) for item in value] if isinstance(value, list) else value


def _nested(package: str, own: Group) -> Group:
    for part in reversed(package.split(".") if package else []):
        own = Group({part: own})
    return own


def _package(parent: str, given: str) -> str:
    if given.startswith("_global_"):
        return given.removeprefix("_global_").removeprefix(".")
    if given == "_here_":
        return parent
    return ".".join(part for part in (parent, given) if part)
