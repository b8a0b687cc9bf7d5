"""What is known of a project before any Python is read: what its project file says, or what counts where it says
nothing (WS-1 to WS-4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, cast

from excore.lang.catalog import Catalog
from excore.lang.problems import CATALOGUE, Origin, Problem, Severity

DEFAULT_REGISTRY_TYPES = ("excore.Registry", "excore.engine.registry.Registry")
ISOLATED = "isolated_fields"


class RegistrySpec(NamedTuple):
    """One entry of ``registries``: ``"*Data: TrainData, TestData"``. ``starred`` marks it as primary (WS-2)."""

    name: str
    starred: bool
    fields: tuple[str, ...]

    @property
    def primary_fields(self) -> tuple[str, ...]:
        """The fields it gives: those listed, or its own name, or none without a star."""
        if not self.starred:
            return ()
        return self.fields or (self.name,)


def read_spec(text: str) -> RegistrySpec:
    """``"*Name: A, B"`` read; blanks do not count."""
    body = text.strip()
    starred = body.startswith("*")
    name, _, rest = body.lstrip("*").partition(":")
    fields = tuple(part.strip() for part in rest.split(",") if part.strip())
    return RegistrySpec(name.strip(), starred, fields)


def schema_fields(specs: Iterable[RegistrySpec]) -> dict[str, Any]:
    """What ``json_schema_fields`` is unless a project file says it: the fields of each starred registry that names any,
    and the other starred ones as a list under ``isolated_fields``."""
    starred = [spec for spec in specs if spec.starred]
    fields: dict[str, Any] = {spec.name: list(spec.fields) for spec in starred if spec.fields}
    return {**fields, ISOLATED: [spec.name for spec in starred if not spec.fields]} if starred else {}


@dataclass(frozen=True)
class Project:
    """What is known of a project before any Python is read. ``root`` is absolute.

    ``declared`` is false where no project file says which fields there are: then every registry is a field.
    """

    root: str
    file: str | None = None
    name: str = ""
    src_dir: str = ""
    registries: tuple[RegistrySpec, ...] = ()
    primary_fields: tuple[str, ...] = ()
    primary_to_registry: Mapping[str, str] = field(default_factory=dict)
    registry_types: tuple[str, ...] = DEFAULT_REGISTRY_TYPES
    include: tuple[str, ...] = ()  # globs of config files, relative to root; empty: decided by content
    exclude: tuple[str, ...] = ()
    severities: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)  # every other key as it is written
    problems: tuple[Problem, ...] = ()
    places: Mapping[str, Origin] = field(default_factory=dict, compare=False)  # of the registries it declares
    type_places: Mapping[str, Origin] = field(default_factory=dict, compare=False)  # of its ``registry_types``

    @property
    def declared(self) -> bool:
        """Whether a project file names registries or fields."""
        return bool(self.registries or self.primary_fields)

    def registry_of(self, field_name: str) -> str:
        """The registry that backs a primary field."""
        return self.primary_to_registry.get(field_name, field_name)

    def completed(self, catalog: Catalog) -> Project:
        """This project with what the catalog adds: fields, where the project file declares none.

        A field that has the name of a registry with modules is of that one, whatever the project file says.
        """
        if not self.declared:
            names = tuple(name for name in catalog.registries if not name.startswith("__"))
            return replace(self, primary_fields=names)
        mapped = (name for name, registry in self.primary_to_registry.items() if name != registry)
        own = {name: name for name in mapped if catalog.serves(name)}
        return replace(self, primary_to_registry={**self.primary_to_registry, **own}) if own else self

    def registry_names(self, catalog: Catalog) -> tuple[str, ...]:
        """Every registry, declared ones first, in order."""
        return tuple(dict.fromkeys((*(spec.name for spec in self.registries), *catalog.registries)))

    def severity(self, code: str) -> Severity | None:
        """The severity the project wants for a code: None for "off", the catalogue's where it says nothing."""
        setting = self.severities.get(code)
        if setting is None:
            return CATALOGUE[code].severity
        return None if setting == "off" else cast(Severity, setting)
