"""Reading the project file: which folder, which registries and fields, which settings (WS).

``.excore.toml`` is read as upstream writes it; ``[tool.excore]`` of a ``pyproject.toml`` takes the same keys. What is
derived there (fields, mapping) is derived here when it is missing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import cast

from excore.lang.catalog import Catalog
from excore.lang.nearest import Vocabulary, nearest, suggestion_text
from excore.lang.problems import CATALOGUE, Origin, Problem, problem
from excore.lang.project.model import DEFAULT_REGISTRY_TYPES, Project, RegistrySpec, read_spec
from excore.lang.source import Disk, Source
from excore.lang.syntax.document import parse
from excore.lang.syntax.tree import Array, Missing, Scalar
from excore.lang.tables.assemble import assemble
from excore.lang.tables.table import Binding, FileTables, Table, plain

PROJECT_FILE = ".excore.toml"
PYPROJECT = "pyproject.toml"

MARKERS = (PROJECT_FILE, PYPROJECT, "setup.py", "setup.cfg", ".git", ".hg")
"""What shows that a project begins in a folder, where no project file says so."""
_KEYS = (
    *("name", "src_dir", "registries", "registry_types", "include", "exclude", "severity", "primary_fields"),
    *("primary_to_registry", "json_schema_fields", "excore_validate", "excore_manual_set", "excore_log_build_message"),
    *("cache_base_dir", "cache_dir", "registry_cache_file", "json_schema_file", "class_mapping_file", "props"),
)
_OLDER_KEYS = {"base_dir": "", "target_fields": "primary_fields", "target_to_registry": "primary_to_registry"}
"""Keys that older versions wrote, and what they are called now."""
_FLAGS = ("excore_validate", "excore_manual_set", "excore_log_build_message")
_PATHS = ("cache_base_dir", "cache_dir", "registry_cache_file", "json_schema_file", "class_mapping_file")
_TABLES = ("primary_to_registry", "json_schema_fields", "props")
_OWN = ("name", "src_dir", "include", "exclude", "registries", "severity", "registry_types")
"""Keys that are read into attributes of their own, and so are no ``settings``."""
_SEVERITIES = ("error", "warning", "information", "hint", "off")


def find_project(path: str, source: Source | None = None) -> Project:
    """The project a file or folder belongs to: the nearest folder upward with a project file.

    Without any, the project is the nearest folder upward that looks like one (``pyproject.toml``, ``setup.py``,
    ``.git``), else the folder itself (a file's own folder), with nothing declared. Never raises.
    """
    source = source or Disk()
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    current = folder
    likely: str | None = None
    while True:
        own = os.path.join(current, PROJECT_FILE)
        if source.stamp(own) is not None and not os.path.isdir(own):
            return load_project(own, source)
        shared = os.path.join(current, PYPROJECT)
        if source.stamp(shared) is not None:
            text = source.read(shared)
            if isinstance(text, str) and "[tool.excore" in text:
                return load_project(shared, source)
        parent = os.path.dirname(current)
        if parent == current:
            return Project(likely or folder)
        if likely is None and is_marked(current) and not is_vast(current):
            likely = current
        current = parent


def is_marked(folder: str) -> bool:
    """Whether a folder has a sign that a project begins there."""
    return any(os.path.exists(os.path.join(folder, name)) for name in MARKERS)


def is_vast(folder: str) -> bool:
    """Whether a folder is no project, whatever lies in it: a user's home and the whole disk."""
    return folder in (os.path.expanduser("~"), os.path.dirname(folder))


def load_project(file: str, source: Source | None = None) -> Project:
    """The project that a ``.excore.toml`` or ``pyproject.toml`` describes; what is wrong in it is in ``problems``."""
    text = (source or Disk()).read(file)
    if not isinstance(text, str):
        return Project(os.path.dirname(os.path.abspath(file)), file)
    return read_project(file, assemble(file, parse(text)))


def read_project(file: str, tables: FileTables) -> Project:
    """The project that the tables of a project file describe; its problems are in their blocks."""
    root = os.path.dirname(os.path.abspath(file))
    table = tables.root
    if os.path.basename(file) == PYPROJECT:
        for key in ("tool", "excore"):
            binding = table.bindings.get(key)
            if binding is None or not isinstance(binding.value, Table):
                return Project(root, file)
            table = binding.value
    return _Reader(root, file, table, _broken(tables)).project()


def unmade_registries(project: Project, catalog: Catalog) -> list[Problem]:
    """Registries that a project declares and nothing makes: an error if almost called like one it does not declare; and
    ``registry_types`` that nothing is."""
    others = [name for name in catalog.registries if name not in project.places and not name.startswith("__")]
    vocabulary = Vocabulary(others)
    problems = []
    for name, origin in project.places.items() if catalog.registries else ():
        info = catalog.registries.get(name)
        if catalog.entries.get(name) or (info is not None and (info.location is not None or info.open)):
            continue
        meant = vocabulary.meant(name)
        message = f"there is no registry `{name}`; did you mean `{meant}`?"
        if not meant:
            message = f"no source of the project makes the registry `{name}`"
        unmade = _invalid(message, origin, meant)
        problems.append(unmade if meant else replace(unmade, severity="hint"))
    for text, names in catalog.unmatched.items():
        if text in project.type_places:
            path = text.partition(":")[0].strip()
            head, _, name = path.rpartition(".")
            near = nearest(name, names, 1)
            meant = f"{head}.{near[0]}{text[len(path) :]}" if near else ""
            message = (
                f"nothing that the project reads or imports is `{path}`{suggestion_text([meant] if meant else [])}"
            )
            problems.append(replace(_invalid(message, project.type_places[text], meant), severity="warning"))
    return problems


def _invalid(message: str, origin: Origin, meant: str = "", missing: str = "") -> Problem:
    """``missing`` is a folder that is not there."""
    suggestions = (meant,) if meant else ()
    if missing:
        return problem("invalid-project", message, origin, suggestions=suggestions, missing=missing)
    return problem("invalid-project", message, origin, suggestions=suggestions)


def _broken(tables: FileTables) -> list[Problem]:
    """What is no TOML in the file."""
    problems = [
        _invalid(item.message, Origin(tables.file, block, item.start, item.end))
        for block in tables.blocks
        for item in block.problems
    ]
    return [
        *problems,
        *(_invalid(item.message, item.origin) for item in tables.problems if item.code == "duplicate-key"),
    ]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


class _Reader:
    def __init__(self, root: str, file: str, table: Table, problems: list[Problem]) -> None:
        self.root = root
        self.file = file
        self.table = table
        self.problems = problems
        self.places: dict[str, Origin] = {}

    def project(self) -> Project:
        registries = self.specs()
        fields, mapping = self.fields(registries)
        name, src_dir = self.text("name"), self.text("src_dir")
        include, exclude, types = map(self.texts, ("include", "exclude", "registry_types"))
        self.check_keys(src_dir)
        settings = {key: plain(binding.value) for key, binding in self.table.bindings.items() if key not in _OWN}
        return Project(
            self.root,
            self.file,
            name=name or os.path.basename(self.root),
            src_dir=src_dir,
            registries=registries,
            primary_fields=fields,
            primary_to_registry=mapping,
            registry_types=(*DEFAULT_REGISTRY_TYPES, *types),
            include=include,
            exclude=exclude,
            severities=self.severities(),
            settings=settings,
            problems=tuple(dict.fromkeys(self.problems)),
            places=self.places,
            type_places=dict(self.items("registry_types")),
        )

    def check_keys(self, src_dir: str) -> None:
        for name, binding in self.table.bindings.items():
            if name in _KEYS:
                continue
            meant = next(iter(nearest(name, _KEYS, 1)), "") if name not in _OLDER_KEYS else _OLDER_KEYS[name]
            message = f"`{name}` is no key of a project file"
            if name in _OLDER_KEYS:
                message += " any more; it is not read"
            if meant and meant not in self.table.bindings:
                message += f"; `{meant}` is its name now" if name in _OLDER_KEYS else f"; did you mean `{meant}`?"
            else:
                meant = ""
            self.problems.append(replace(_invalid(message, binding.origin, meant), severity="warning"))
        for names, kind, what in (
            (_FLAGS, bool, "true or false"),
            (_PATHS, str, "a string"),
            (_TABLES, dict, "a table"),
        ):
            for name in names:
                self.value(name, lambda value, kind=kind: isinstance(value, kind), what)  # type: ignore[misc]
        if src_dir and os.path.isdir(self.root) and not os.path.isdir(os.path.join(self.root, src_dir)):
            place = self.table.bindings["src_dir"].value_origin
            item = _invalid(f"there is no folder `{src_dir}`", place, missing=src_dir)
            self.problems.append(replace(item, severity="warning"))  # a load reads what there is

    def complain(self, binding: Binding, message: str) -> None:
        self.problems.append(_invalid(message, binding.value_origin))

    def value(self, key: str, fits: Callable[[object], bool], what: str) -> object:
        """The value of a key; None where there is none, or one that does not fit, which is reported."""
        binding = self.table.bindings.get(key)
        if binding is None or isinstance(binding.value, Missing):
            return None
        value = plain(binding.value)
        if fits(value):
            return value
        self.complain(binding, f"`{key}` must be {what}")
        return None

    def text(self, key: str) -> str:
        return cast("str | None", self.value(key, _is_text, "a string")) or ""

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(cast("list[str] | None", self.value(key, _are_texts, "a list of strings")) or ())

    def items(self, key: str) -> list[tuple[str, Origin]]:
        """The texts of a list, each with its place."""
        binding = self.table.bindings.get(key)
        if not self.texts(key) or binding is None or not isinstance(binding.value, Array):
            return []
        return [
            (cast(str, item.value), Origin(self.file, binding.block, item.start, item.end))
            for item in binding.value.items
            if isinstance(item, Scalar)
        ]

    def spec(self, text: str, origin: Origin) -> RegistrySpec:
        spec = read_spec(text)
        first, *others = spec.name.replace(",", " ").split() or [""]
        if not first:
            self.problems.append(_invalid(f"`{text}` names no registry", origin))
        elif others:
            meant = f"{'*' if spec.starred else ''}{first}: {', '.join((*others, *spec.fields))}"
            message = f"`{text}` names no registry: its fields stand behind a colon; did you mean `{meant}`?"
            self.problems.append(_invalid(message, origin, meant))
        else:
            self.places.setdefault(spec.name, origin)
        return spec

    def specs(self) -> tuple[RegistrySpec, ...]:
        specs = tuple(self.spec(text, origin) for text, origin in self.items("registries"))
        binding = self.table.bindings.get("registries")
        specs_by_field: dict[str, str] = {}
        for spec in specs:
            for name in spec.primary_fields or spec.fields:
                if name in specs_by_field and binding is not None:
                    both = (
                        f"both `{specs_by_field[name]}` and `{spec.name}`"
                        if specs_by_field[name] != spec.name
                        else f"`{spec.name}` twice"
                    )
                    message = f"field `{name}` belongs to {both}"
                    self.problems.append(replace(_invalid(message, binding.value_origin), severity="warning"))
                specs_by_field[name] = spec.name
        return specs

    def fields(self, specs: Iterable[RegistrySpec]) -> tuple[tuple[str, ...], dict[str, str]]:
        names = [name for name, _ in self.items("primary_fields")]
        listed = {name: spec.name for spec in specs if spec.starred for name in spec.fields}
        mapping = {name: spec.name for spec in specs for name in spec.primary_fields} | listed
        declared = self.table.bindings.get("primary_to_registry")
        if declared is not None and isinstance(declared.value, Table):
            for name, registry in cast("dict[str, object]", plain(declared.value)).items():
                if isinstance(registry, str):
                    mapping.setdefault(name, registry)
        registries = {spec.name for spec in specs} | mapping.keys()
        for name, origin in self.items("primary_fields"):
            meant = Vocabulary(registries).meant(name) if name not in registries else ""
            if meant:
                self.problems.append(_invalid(f"there is no registry `{name}`; did you mean `{meant}`?", origin, meant))
        order = tuple(dict.fromkeys((*(name for spec in specs for name in spec.primary_fields), *names)))
        return order, mapping

    def severities(self) -> dict[str, str]:
        binding = self.table.bindings.get("severity")
        if binding is None:
            return {}
        if not isinstance(binding.value, Table):
            self.complain(binding, "`severity` must be a table of problem codes")
            return {}
        severities: dict[str, str] = {}
        for name, entry in binding.value.bindings.items():
            value = plain(entry.value)
            if name not in CATALOGUE:
                self.problems.append(problem("invalid-project", f"`{name}` is no problem code", entry.origin))
            elif value not in _SEVERITIES:
                self.complain(entry, f"a severity is one of {', '.join(_SEVERITIES)}")
            else:
                severities[name] = str(value)
        return severities
