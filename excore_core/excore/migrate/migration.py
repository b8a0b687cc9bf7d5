"""A migration: sources are read, laid out over their bases, written, and proved."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from excore.index import Indexer
from excore.index.python_files import locate
from excore.lang.catalog import Catalog
from excore.lang.project.foreign import is_plain_name
from excore.lang.project.model import Project
from excore.lang.source import read_bytes
from excore.lang.syntax.document import parse
from excore.lang.syntax.formatting import quoted
from excore.lang.syntax.writer import document
from excore.lang.workspace.host import Host
from excore.migrate.proof import FIELD, Difference, Figures, Overlay, prove, prove_copy
from excore.migrate.python_config import PythonReader
from excore.migrate.source import SCOPE, Config, Group, ImportPath, Unread, class_of, groups, place
from excore.migrate.tables import PARTS, Classes, Layout, Names, Writer, alias, lost, text_of
from excore.migrate.yaml_config import ARGS, Hydra, is_hydra, mmengine_config

SUFFIXES = (".py", ".yaml", ".yml", ".json", ".toml")
PARTS_FILE = "config_parts.py"
MMENGINE = ("mmengine.registry.Registry", "mmengine.Registry")
_KEYS = re.compile(r"\b(type|_base_)\s*:")  # of a YAML file that is a config of mmengine
_PARTS = '''\
"""Dicts and lists that hold objects as well as plain values; tables of the configs are named after these functions."""

{head}


{register}
def group(**parts):
    """A dict of its arguments."""
    return parts


{register}
def listed(**items):
    """A list of its arguments, in order."""
    return list(items.values())


{register}
def given(value=None):
    """Its argument."""
    return value
'''


@dataclass
class Result:
    """What became of one source. ``bases`` are those that stayed bases, ``inlined`` those that were taken in."""

    source: str
    target: str
    text: str = ""
    bases: list[str] = field(default_factory=list)
    inlined: list[str] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    figures: Figures = field(default_factory=Figures)
    difference: Difference | None = None

    @property
    def proved(self) -> bool:
        """Whether all of it was read, and the resolver gives the same."""
        return not self.unread and self.difference is None


class Migration:
    """Sources on their way to ``folder``, in a project whose Python is looked for in ``search_paths``."""

    def __init__(self, sources: Iterable[str], folder: str, project: Project, search_paths: Iterable[str]) -> None:
        self.folder = os.path.abspath(folder)
        self.project = project
        self.search_paths = tuple(search_paths)
        paths = [os.path.abspath(source) for source in sources]
        folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in paths]
        self.root = os.path.commonpath(folders)
        self.sources = list(dict.fromkeys(file for path in paths for file in _files(path)))
        self.configs: dict[str, Config] = {}
        self.reading: list[str] = []
        self.layouts: dict[str, Layout] = {}
        self.results: dict[str, Result] = {}
        self.packages: list[str] = []
        self.homes: list[tuple[str, str]] = []
        self.aliases: list[tuple[tuple[str, str], str, str]] = []  # a registry's home, an import path, the name it gets
        self.targets: list[str] = []
        self.is_hydra = False
        self.catalog = Catalog()

    # -- reading

    def read(self) -> None:
        """Read all sources."""
        texts = {path: _text(path) or "" for path in self.sources if path.endswith((".yaml", ".yml"))}
        self.is_hydra = any(map(is_hydra, texts.values()))
        for path, text in texts.items():
            if not self.is_hydra and not _KEYS.search(text):
                self.sources.remove(path)
        for path in self.sources:
            self.config(path)
        for config in self.configs.values():
            if config.interpolates:
                Hydra(self.root, _text).interpolate(config)
        self.packages = [name for name in _packages(self.configs.values()) if self._has_registry(name)]

    def config(self, path: str) -> Config | None:
        """What a file says with its bases; None if it is not there, or is among its own bases."""
        if path in self.reading:
            return None
        package, colons, inner = os.path.basename(path.partition("::")[0]), *path.partition("::")[1:]
        if colons:  # a config that an installed package brings
            start = locate(package, self.search_paths)
            package = os.path.dirname(start or "")
            places = (os.path.join(package, folder, "configs", inner) for folder in (".mim", "model_zoo"))
            path = next(filter(os.path.isfile, places), path)
        if path not in self.configs:
            text = _text(path)
            if text is None:
                return None
            self.reading.append(path)
            self.configs[path] = self._reader(path, text)
            self.reading.pop()
        return self.configs[path]

    def _reader(self, path: str, text: str) -> Config:
        if path.endswith(".toml"):
            return Config(path)
        if path.endswith(".py"):
            return PythonReader(path, text, self.config).read()
        if self.is_hydra and not path.endswith(".json"):
            return Hydra(self.root, _text).config(path)
        return mmengine_config(path, text, self.config)

    def _has_registry(self, package: str) -> bool:
        path = locate(f"{package}.registry", self.search_paths)
        data = read_bytes(path) if path is not None else b""
        return b"MODELS" in data

    # -- the project

    @property
    def parts(self) -> str:
        """The Python file with the functions that make dicts and lists."""
        if self.packages:
            head = f"from {self.packages[0]}.registry import MODELS"
            for number, name in enumerate(self.packages[1:], 2):
                head += f"\nfrom {name}.registry import MODELS as MODELS{number}"
            text = _PARTS.format(head=head, register="@MODELS.register_module()")
            for number, _ in enumerate(self.packages[1:], 2):
                text += f'\n\nMODELS{number}.register_module(name="given{number}", module=given)\n'
            for number, (module, variable) in enumerate(self.homes):
                text += f"\n\nfrom {module} import {variable} as REGISTRY{number}  # noqa: E402\n\n"
                text += "".join(f'REGISTRY{number}.register_module(name="{one}", module={one})\n' for one in PARTS)
            for (home, variable), path, name in self.aliases:
                module, _, last = path.rpartition(".")
                shown = last if last == name else f"{last} as {name}"
                text += (
                    f"\n\nfrom {home} import {variable}  # noqa: E402\nfrom {module} import {shown}  # noqa: E402\n\n"
                )
                text += f'{variable}.register_module(name="{name}", module={name}, force=True)\n'
            return text
        text = _PARTS.format(head='from excore import Registry\n\nPART = Registry("Part")', register="@PART.register()")
        for target in self.targets:
            module, _, name = target.rpartition(".")
            text += f"\n\nfrom {module} import {name}  # noqa: E402\n\nPART.register_module({name})\n"
        return text

    @property
    def registry_types(self) -> tuple[str, ...]:
        """What registers, besides what the project says."""
        own = self.project.registry_types
        return tuple(dict.fromkeys((*own, *MMENGINE))) if self.packages else own

    def index(self) -> None:
        """Read the Python of the project, of which the file of ``parts`` must be."""
        self.catalog = Indexer(
            self.project.root,
            src_dir=self.project.src_dir,
            registry_types=self.registry_types,
            search_paths=self.search_paths,
            excludes=self.project.exclude,
        ).build()
        configs = [config.values for config in self.configs.values()]
        for values in configs:
            place(values, values.get("default_scope") or next(iter(self.packages), ""), "")
        self.classes = Classes(self.catalog, self.packages, configs)
        self.names = Names(self.classes, configs)
        if self.packages:
            self.homes = list(self._homes())
            self.aliases = list(dict.fromkeys((*self.aliases, *self._aliases(configs))))
        if not self.targets and not self.packages:
            self.targets = list(self._targets())
        for config in self.configs.values():
            self._name_positions(config, config.values)

    def _targets(self) -> Iterator[str]:
        """Import paths of configs that no registry has: one for each name, of what can be read."""
        taken = set(self.catalog.by_name)
        for config in self.configs.values():
            for path in filter(lambda one: isinstance(one, ImportPath), map(class_of, groups(config.values))):
                name = path.rpartition(".")[2]
                if name not in taken and self.catalog.described(path) is not None:
                    taken.add(name)
                    yield path

    def _name_positions(self, config: Config, value: Any) -> None:
        """Give the arguments of ``_args_`` the names of their parameters."""
        for item in value.values() if isinstance(value, Group) else value if isinstance(value, (list, tuple)) else ():
            self._name_positions(config, item)
        entry = self.classes.entry(value) if isinstance(value, Group) and ARGS in value else None
        if entry is not None:
            names = [one.name for one in entry.signature.params if one.kind == "positional-or-keyword"]
            given = value.pop(ARGS)
            if not isinstance(given, list) or len(given) > len(names):
                text = f"{ARGS}: {given}"
                config.unread.append(Unread(value.line, text, f"`{entry.name}` has no names for these arguments"))
                return
            for name, item in zip(names, given, strict=False):
                value.setdefault(name, item)

    def _homes(self) -> Iterator[tuple[str, str]]:
        """Registries that are called like top-level names, as module and variable: a field of such a name is theirs, so
        that the functions must be registered there, too."""
        for name in self.names.fields:
            home = self._home(name)
            is_first = home is not None and (home[0].split(".")[0], home[1]) == (self.packages[0], "MODELS")
            if home is not None and not is_first:
                yield home

    def _home(self, registry: str) -> tuple[str, str] | None:
        """Module and variable of a registry."""
        info = self.catalog.registries.get(registry)
        if info is not None and info.location is not None and info.variables:
            for folder in (*self.search_paths, self.project.root):
                if info.location.path.startswith(os.path.join(folder, "")):
                    module = os.path.relpath(os.path.splitext(info.location.path)[0], folder)
                    return module.replace(os.sep, ".").removesuffix(".__init__"), info.variables[0]
        return None

    def _aliases(self, configs: Iterable[Group]) -> Iterator[tuple[tuple[str, str], str, str]]:
        """Classes that their names do not stand for, or not always: they are registered once more."""
        found = filter(None, (self.classes.hidden(group) for values in configs for group in groups(values)))
        for registry, path in sorted(set(found)):
            home = self._home(registry)
            if home is not None:
                last = path.rpartition(".")[2]
                yield home, path, last if last not in self.catalog.by_name else alias(registry, path)

    def registries(self, also: Iterable[str] = ()) -> list[str]:
        """``registries`` of the project file: those of the fields of the configs, and what the project says."""
        part = "model" if self.packages else "Part"
        fields: dict[str, list[str]] = {}
        for name, registry in (*self.names.fields.items(), *((name, "") for name in also)):
            fields.setdefault(registry or part, []).append(name)
        found = []
        for spec in self.project.registries:
            names = dict.fromkeys((*spec.primary_fields, *fields.pop(spec.name, ())))
            found.append(_spec(spec.name, names))
        if not self.project.declared:
            for name in self.catalog.registries if not self.packages else ():
                if name != part:
                    found.append(_spec(name, dict.fromkeys((name, *fields.pop(name, ())))))
        return [*found, *(_spec(registry, names) for registry, names in fields.items())]

    def settings(self, also: Iterable[str] = ()) -> dict[str, Any]:
        """What the project file has to say."""
        settings: dict[str, Any] = {"registries": self.registries(also)}
        if self.packages:
            settings["registry_types"] = list(self.registry_types)
        return settings

    # -- writing

    def target(self, source: str) -> str:
        """Where the config of a source goes."""
        return os.path.join(self.folder, os.path.splitext(os.path.relpath(source, self.root))[0] + ".toml")

    def write(self) -> Iterator[Result]:
        """The results of all sources, bases before those that have them; nothing is on the disk yet."""
        for group in (group for config in self.configs.values() for group in groups(config.values)):
            if group.partial and self.classes.of(group) is None:
                group["_partial_"] = True
        for path in self.sources:
            self._lay_out(path)
        return iter(self.results.values())

    def _lay_out(self, path: str) -> None:
        if path in self.layouts:
            return
        config = self.configs.get(path)
        if config is None:
            self.results[path] = Result(path, self.target(path), unread=[Unread(1, path, "cannot be read")])
            self.layouts[path] = Layout()
            return
        if path.endswith(".toml"):
            text = quoted(parse(_text(path) or ""))
            self.results[path], self.layouts[path] = Result(path, self.target(path), text), Layout()
            return
        bases = [base for base in config.bases if base in self.sources and base != path]
        for base in bases:
            self._lay_out(base)
        result = Result(path, self.target(path), unread=config.unread, told=config.told)
        result.inlined = [base for base in config.bases if base not in bases]
        while True:
            under = Layout()
            for base in bases:
                under = self.layouts[base].over(under)
            layout = Writer(self.names, under).write(config.values)
            gone = lost(layout, under, self.names.fields)
            if not gone:
                break
            bases = list(dict.fromkeys(self._without(bases, gone, result)))
        self.layouts[path] = layout.over(under)
        result.bases = bases
        here = os.path.dirname(result.target)
        shown = [os.path.relpath(self.target(base), here).replace(os.sep, "/") for base in bases]
        result.text = text_of(layout, under, shown, config.loose)
        self.results[path] = result

    def _without(self, bases: list[str], gone: list[tuple[str, str]], result: Result) -> Iterator[str]:
        """The bases that do not say what a config has lost; in the place of one that does, those it has itself."""
        for base in bases:
            layout = self.layouts[base]
            if any(key in layout.tables or (not key[0] and key[1] in layout.top) for key in gone):
                result.inlined.append(base)
                yield from self.results[base].bases if base in self.results else ()
            else:
                yield base

    # -- proving

    def prove(self) -> None:
        """Compare what is on the disk with the sources."""
        file = self.project.file or os.path.join(self.project.root, ".excore.toml")
        host = Host(Overlay(file, document(self.settings([FIELD]))), environment={})
        host.set_catalog(self.project.root, self.catalog)
        for path, result in self.results.items():
            if path.endswith(".toml"):
                host.set_catalog(host.project_of(path).root, self.catalog)
                result.figures, result.difference = prove_copy(host, self.classes, path, result.target)
            elif path in self.configs:
                values = self.configs[path].values
                lists = {
                    name: value for name, value in values.items() if name in self.names.lists and value is not None
                }
                result.figures, result.difference = prove(host, self.classes, result.target, values, lists)


def _text(path: str) -> str | None:
    try:
        return read_bytes(path).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None


def _spec(registry: str, fields: Iterable[str]) -> str:
    names = list(fields)
    if names == [registry]:
        return f"*{registry}"
    return f"*{registry}: {', '.join(names)}" if names else registry


def _files(path: str) -> Iterator[str]:
    if not os.path.isdir(path):
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__pycache__")
        yield from (
            os.path.join(folder, name) for name in sorted(names) if name.endswith(SUFFIXES) and not is_plain_name(name)
        )


def _packages(configs: Iterable[Config]) -> list[str]:
    """Packages that configs name, those they name most first."""
    found: Counter[str] = Counter()
    for config in configs:
        scope = config.values.get("default_scope")
        found.update([scope] if isinstance(scope, str) else [])
        found.update(_scopes(config.values))
    return [name for name, _ in found.most_common() if name.isidentifier()]


def _scopes(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        name = class_of(value)
        if isinstance(name, str) and re.fullmatch(r"[a-z_]\w*(\.\w+)+", name):
            yield name.split(".")[0]
        if isinstance(value.get(SCOPE), str):
            yield value[SCOPE]
        for item in value.values():
            yield from _scopes(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _scopes(item)
