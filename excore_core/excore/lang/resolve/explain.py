"""Why a name is unknown: nearest names, other registries, classes that exist but are not registered (FEATURES D3)."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from excore.lang.catalog import Catalog, Entry, Unregistered
from excore.lang.grammar import NONE
from excore.lang.nearest import Vocabulary, is_typo, listed, suggestion_text
from excore.lang.problems import Origin, Problem, Severity, problem
from excore.lang.project.model import Project
from excore.lang.resolve.entries import entry_named

WORD = re.compile(r"[A-Za-z_]\w*")
_DIGITS = re.compile(r"\d+")


class Sought(NamedTuple):
    """What is known of a reference whose name is registered nowhere: the modules that the config has, the registries
    that no source makes, those that its place is for, and that place in words."""

    members: Mapping[str, object] = MappingProxyType({})
    unseen: Collection[str] = ()
    taken: Collection[str] = ()
    place: str = ""

    def are_read(self, catalog: Catalog) -> bool:
        """Whether all registries that may have the name are known whole."""
        return bool(self.taken) and not any(map(catalog.is_open, self.taken))


NOT_A_REFERENCE = Sought()


def unknown_class(
    catalog: Catalog,
    project: Project,
    registry: str | None,
    path: tuple[str, ...],
    origin: Origin,
    sought: Sought = NOT_A_REFERENCE,
) -> Problem:
    """The problem for a name that is not registered (in ``registry``, or anywhere).

    It is a hint, not an error, where a registration that cannot be read may provide the name; a warning where it is
    a typo of a known name, where all registries that its place is for are read whole, and where a registry may
    have it that the project declares and no source makes.
    """
    name = path[-1]
    known = catalog.by_name.get(name, ())
    others = [entry.registry for entry in known]
    doubt = next((entry.doubt for entry in known if entry.doubt and registry is not None), "")
    vocabulary = catalog.vocabulary(registry)
    others_here = sought.members.keys() - vocabulary.names
    suggestions = () if others else vocabulary.near(name, others_here)
    is_open = catalog.is_open(registry) if registry is not None else catalog.has_open
    definition = catalog.unregistered.get(name)
    is_open |= not others and definition is not None and bool(definition.doubt)
    unmade: Collection[str] = ()
    if registry is not None and registry not in catalog.registries:
        unmade = () if others else (registry,)
    elif registry is None and not suggestions:
        unmade = sought.unseen
    where = f"registry `{registry}`" if registry is not None else "any registry"
    of_field = f" (of field `{path[0]}`)" if registry not in (None, path[0]) and len(path) > 1 else ""
    message = f"no class `{name}` in {where}{of_field}" + (f", for {sought.place}" if sought.place else "")
    if others and registry is not None:
        rest = f"; whether `@{doubt}` registers it here cannot be read" if doubt else ""
        message += f"; it is registered in {listed(others)}{rest}"
    elif definition is not None:
        message += _exists(definition)
    elif unmade:
        message += (
            f"; no source of the project makes the registry {listed(unmade)}: an installed package may, which "
            "`excore auto-register` finds out, or its name is wrong"
        )
    elif is_open:
        message += _open_reasons(catalog, registry)
    message += f"; Python's own is `{NONE}` under `&`" if name == NONE else suggestion_text(suggestions)
    if not suggestions and registry is not None and not others:
        elsewhere = catalog.vocabulary(None).near(name)
        nearest_entry = entry_named(elsewhere[0], catalog, project) if elsewhere else None
        if nearest_entry is not None:
            message += f"; the nearest name is `{nearest_entry.name}` of registry `{nearest_entry.registry}`"
    severity: Severity | None = "hint" if doubt else None
    if is_open and not others:
        is_near = any(_is_slip(name, meant) for meant in suggestions)
        severity = "warning" if is_near or sought.are_read(catalog) else "hint"
    if unmade and catalog.registries and not (registry is None and catalog.has_open):
        severity = "warning"
    return problem("unknown-class", message, origin, severity=severity, suggestions=suggestions, name=name)


def _exists(definition: Unregistered) -> str:
    file, doubt = os.path.basename(definition.location.path), definition.doubt
    rest = f"whether {doubt} registers it cannot be read" if doubt else "is not registered"
    if not definition.name.isascii():
        rest = "cannot be registered: registries take names of ASCII letters, digits and underscores"
    return f"; `{definition.path}` exists ({file}:{definition.location.line + 1}) but {rest}"


def registries_taken(catalog: Catalog, project: Project, entry: Entry | None, argument: str) -> tuple[str, ...]:
    """The registries whose modules an argument of ``entry`` is for: those with subclasses of a class that its
    annotation names, else that which is called like it. Often none: nothing tells."""
    param = entry.signature.get(argument) if entry is not None else None
    annotation = param.annotation if param is not None else None
    classes = catalog.nominal.intersection(WORD.findall(annotation or ""))
    if classes:
        return tuple(
            registry
            for registry, table in catalog.entries.items()
            if not registry.startswith("__") and any(_derives(one, classes) for one in table.values())
        )
    return registries_called(argument, catalog, project)


def registries_called(name: str, catalog: Catalog, project: Project) -> tuple[str, ...]:
    """The registries, of which modules are known, that are called ``name``, or else its last word, or have a field that
    is; case and a plural do not count."""
    fields = {**{registry: registry for registry in catalog.registries}, **project.primary_to_registry}
    for word in dict.fromkeys((_singular(name), _singular(name.rpartition("_")[2]))):
        registries = dict.fromkeys([registry for field, registry in fields.items() if _singular(field) == word])
        found = tuple([registry for registry in registries if catalog.entries.get(registry)])
        if found:
            return found
    return ()


def _derives(entry: Entry, classes: Collection[str]) -> bool:
    return any(path.rpartition(".")[2] in classes for path in entry.bases)


@lru_cache(maxsize=4096)
def _singular(name: str) -> str:
    return name.casefold().replace("_", "").removesuffix("s")


def _is_slip(name: str, meant: str) -> bool:
    """Whether a name is a typo of another, and not a kin of it: ``vgg16`` and ``vgg19``, ``Adam`` and ``AdamW``."""
    kin = _DIGITS.sub("", name), _DIGITS.sub("", meant)
    short, long = sorted(kin, key=len)
    letter = long.removeprefix(short) if long.startswith(short) else long.removesuffix(short)
    if not meant or not is_typo(name, meant) or (len(letter) == 1 and letter.isupper()):
        return False
    return short != long or _DIGITS.findall(name) == _DIGITS.findall(meant)


def unknown_variable(names: Vocabulary, name: str, origin: Origin) -> Problem:
    """The problem for ``&`` on a name that the config does not have."""
    suggestions = names.near(name)
    message = f"the config has no top-level value `{name}`"
    message += suggestion_text(suggestions)
    return problem("unknown-variable", message, origin, suggestions=suggestions, name=name)


def _open_reasons(catalog: Catalog, registry: str | None) -> str:
    infos = [catalog.registries.get(registry)] if registry is not None else list(catalog.registries.values())
    reasons = dict.fromkeys(info.reason for info in infos if info is not None and info.open and info.reason)
    return f"; it may come from a registration that cannot be read ({'; '.join([*reasons][:3])})" if reasons else ""
