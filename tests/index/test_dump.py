"""Registry dumps: written, read, refused, merged."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from index_kit import Project

from excore.index.dumped_entries import merge
from excore.lang.catalog import Catalog, Entry, Param, RegistryInfo, Signature
from excore.lang.entry_json import entry_from_json, entry_to_json
from excore.lang.registry_file import (
    Module,
    RegistryData,
    RegistryFileError,
    read_registry_file,
    registry_text,
    root_key,
)

Make = Callable[..., Project]

PROJECT = """
    from enum import Enum
    from typing import Literal
    from excore import Registry
    MODEL = Registry("Model", extra_field="kind")
    HEAD = Registry("Head")
    class Mode(Enum):
        FAST = 1
    class Base:
        '''Args:
            x: The x.
        '''
        def __init__(self, x: Literal["a", 1, None] = "a", *args, mode: Mode = Mode.FAST, **kw): self.y = x
        @property
        def size(self) -> int: "How big."
    @MODEL.register(kind="net")
    class A(Base):
        '''An A.'''
    @HEAD.register()
    def head(a, /, b: int = 1) -> A: ...
    for cls in find():
        MODEL.register_module(cls)
"""


def written(made: Project, catalog: Catalog, **changes: Any) -> Path:
    registries = {
        name: RegistryData(
            list(info.extra_fields),
            {key: Module(entry.path, []) for key, entry in catalog.entries.get(name, {}).items()},
        )
        for name, info in catalog.registries.items()
    }
    path = made.root.parent / "dump.json"
    text = registry_text(registries, catalog.entries, made.root)
    path.write_text(json.dumps({**json.loads(text), **changes}) if changes else text, "utf-8")
    return path


def read_dump(path: Path, root: Path) -> Catalog | None:
    file = read_registry_file(str(path))
    return None if file is None else file.catalog(root)


def dumped(made: Project, *entries: Entry) -> Catalog:
    """What an interpreter saw: the given entries only."""
    tables: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        tables.setdefault(entry.registry, {})[entry.name] = entry
    return Catalog({name: RegistryInfo(name) for name in tables}, tables)


def merged(made: Project, *entries: Entry) -> Catalog:
    dump = read_dump(written(made, dumped(made, *entries)), made.root)
    assert dump is not None
    return merge(made.index.catalog, dump, made.root)


def test_entries_survive_json(project: Make) -> None:
    made = project(PROJECT)
    for entry in made.index.catalog:
        data = json.loads(json.dumps(entry_to_json(entry, made.root)))
        back = entry_from_json(data, made.root)
        choices = tuple(
            replace(param, choices=tuple(choice if choice is not None else "None" for choice in param.choices))
            for param in entry.signature.params
        )
        assert back == replace(entry, signature=replace(entry.signature, params=choices))
        assert str(made.root) not in json.dumps(data)


def test_a_dump_is_read_back(project: Make) -> None:
    made = project(PROJECT)
    dump = read_dump(written(made, made.index.catalog), made.root)
    assert dump is not None
    assert {name: list(table) for name, table in dump.entries.items()} == {"Model": ["A"], "Head": ["head"]}
    assert dump.registries["Model"].extra_fields == ("kind",)
    assert all(entry.source == "dump" for table in dump.entries.values() for entry in table.values())


def test_a_module_that_nothing_is_known_of_takes_anything(project: Make) -> None:
    made = project(PROJECT)
    path = written(made, replace(made.index.catalog, entries={"Model": {"A": made.entry("A")}}))
    path.write_text(path.read_text("utf-8").replace('"name": "A"', '"name": "Other"'), "utf-8")
    dump = read_dump(path, made.root)
    assert dump is not None
    [entry] = dump.entries["Model"].values()
    assert (entry.name, entry.path, entry.signature.complete, entry.source) == ("A", "app.A", False, "dump")


def test_no_dump_is_no_error(tmp_path: Path) -> None:
    assert read_dump(tmp_path / "missing.json", tmp_path) is None


def test_the_key_tells_checkouts_apart_without_a_path(tmp_path: Path) -> None:
    one, two = tmp_path / "one" / "project", tmp_path / "two" / "project"
    assert root_key(one) != root_key(two)
    assert root_key(one).startswith("project-")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 99}, "has format excore-registry 99"),
        ({"format": 1}, "run `excore auto-register`"),
        ({"root": "elsewhere-0"}, "of another checkout"),
        ({"registries": []}, "damaged"),
        ({"registries": {"Model": {}}}, "damaged"),
        ({"registries": {"Model": {"extra_field": [], "modules": {"A": {}}}}}, "damaged"),
        ({"entries": {"Model": [{"name": "A"}]}}, "damaged"),
        ({"entries": {"Model": [{"name": 1, "registry": "", "kind": "", "path": ""}]}}, "damaged"),
    ],
)
def test_a_bad_dump_is_refused(project: Make, changes: dict[str, Any], message: str) -> None:
    made = project(PROJECT)
    with pytest.raises(RegistryFileError, match=message):
        read_dump(written(made, made.index.catalog, **changes), made.root)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 50_000])
def test_a_file_that_is_no_dump_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "dump.json"
    path.write_bytes(content)
    with pytest.raises(RegistryFileError, match=r"damaged|not UTF-8"):
        read_dump(path, tmp_path)


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegistryFileError, match="cannot be read"):
        read_dump(tmp_path, tmp_path)


ADAM = Entry("Adam", "Model", "class", "torch.optim.adam.Adam", Signature((Param("lr"),)))


def test_what_only_the_interpreter_saw_completes_an_open_registry(project: Make) -> None:
    made = project(PROJECT)
    assert made.index.catalog.is_open("Model")
    catalog = merged(made, ADAM)
    assert list(catalog.entries["Model"]) == ["A", "Adam"]
    assert catalog.entries["Model"]["Adam"].source == "dump"
    assert not catalog.is_open("Model")
    assert catalog.find("Adam") == catalog.entries["Model"]["Adam"]


def test_a_closed_registry_takes_nothing(project: Make) -> None:
    made = project(PROJECT)
    assert list(merged(made, replace(ADAM, registry="Head")).entries["Head"]) == ["head"]


def test_a_registry_that_the_source_does_not_show(project: Make) -> None:
    made = project(PROJECT)
    catalog = merged(made, replace(ADAM, registry="Hidden"))
    assert list(catalog.entries["Hidden"]) == ["Adam"]


def test_a_class_that_is_gone_from_the_source_is_stale(project: Make) -> None:
    made = project(PROJECT)
    here = replace(made.entry("A"), name="Gone", path="app.Gone")
    there = replace(made.entry("A"), name="Base", path="app.Base")
    assert list(merged(made, here, there).entries["Model"]) == ["A", "Base"]


def test_the_source_wins_but_its_gaps_are_filled(project: Make) -> None:
    made = project(
        """
        from excore import Registry
        from torch import nn
        MODEL = Registry("Model")
        @MODEL.register()
        class Known:
            def __init__(self, new): ...
        @MODEL.register()
        class Partly(nn.Module):
            def __init__(self, own, **kw): super().__init__(**kw)
        """
    )
    old = Signature((Param("own"), Param("old")))
    known = Entry("Known", "Model", "class", "app.Known", old)
    catalog = merged(made, known, replace(known, name="Partly", path="app.Partly"))
    table = catalog.entries["Model"]
    assert [param.name for param in table["Known"].signature.params] == ["new"]
    assert [param.name for param in table["Partly"].signature.params] == ["own", "old", "kw"]
    assert not table["Partly"].signature.complete


def test_what_the_source_was_not_sure_of_is_sure_with_a_dump(project: Make) -> None:
    made = project(
        """
        from excore import Registry
        MODEL = Registry("Model")
        if FLAG:
            @MODEL.register()
            class A: ...
        from lib import Far
        MODEL.register_module(Far)
        """
    )
    assert made.names() == ["A?", "Far?"]
    far = Entry("Far", "Model", "class", "lib.core.Far", Signature((Param("x"),)))
    table = merged(made, replace(made.entry("A"), certain=True), far).entries["Model"]
    assert [(entry.name, entry.certain, entry.path) for entry in table.values()] == [
        ("A", True, "app.A"),
        ("Far", True, "lib.core.Far"),
    ]
