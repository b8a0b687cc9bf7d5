"""The proof that a config means what its source said: the resolver's plan of it against the values that were read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from excore.config.attributes import follow
from excore.lang.catalog import Entry
from excore.lang.plan import Environment as PlannedEnvironment
from excore.lang.plan import Followed, Listed, Named, Plan, Read, Thing, Unknown, Value, Written, plan
from excore.lang.resolve.model import Model
from excore.lang.source import Disk, Unreadable
from excore.lang.tables.table import plain
from excore.lang.workspace.host import Host
from excore.migrate.source import TARGET, Environment, Group, ImportPath, Variable
from excore.migrate.tables import PARTS, Classes, arguments

FIELD = "migrated_lists"
"""A field that only the proof has: it asks for the lists of names of a config."""
_MOST = 1_000_000


class Difference(NamedTuple):
    """The first place where a config is not its source."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"`{self.path}`: {self.reason}"


class Figures:
    """What a proof looked at."""

    def __init__(self) -> None:
        self.objects = self.arguments = self.nothing = self.tuples = 0

    def add(self, other: Figures) -> None:
        """Count another proof as well."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


class Overlay(Disk):
    """The disk, with a project file as it will be."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text

    def read(self, path: str) -> str | Unreadable:
        return self.text if path == self.path else super().read(path)


def prove(
    host: Host, classes: Classes, path: str, values: Group, lists: Mapping[str, Any]
) -> tuple[Figures, Difference | None]:
    """Compare the config at ``path`` with the values it was made of. ``lists`` are its lists of names of tables."""
    probe = f"{path.removesuffix('.toml')}.proof.toml"
    asked = ", ".join(f'"{name}" = "&{name}"' for name in lists)
    name = path.rpartition("/")[2]
    host.open(probe, f"__base__ = ['{name}']\n[{FIELD}.given]\n\"!value\" = {{ {asked} }}\n")
    model = host.snapshot().own_model(probe)
    built = plan(model, limit=_MOST)
    host.close(probe)
    prover = _Prover(classes)
    return prover.figures, prover.config(values, model, built)


def prove_copy(host: Host, classes: Classes, source: str, target: str) -> tuple[Figures, Difference | None]:
    """Compare two configs by what the resolver gives."""
    prover = _Prover(classes)
    before, after = (_made(host.snapshot().own_model(path)) for path in (source, target))
    return prover.figures, prover.named(before, after, "")


def _made(model: Model) -> dict[str, Any]:
    built = plan(model, limit=_MOST)
    made: dict[str, Any] = {
        name: {key: _as_data(value) for key, value in one.items()} for name, one in built.fields.items()
    }
    return {**made, **{name: plain(binding.value) for name, binding in model.isolated.items()}}


class _Prover:
    def __init__(self, classes: Classes) -> None:
        self.classes = classes
        self.figures = Figures()

    def config(self, values: Group, model: Model, built: Plan) -> Difference | None:
        made: dict[str, Any] = {name: _as_data(next(iter(one.values()))) for name, one in built.fields.items()}
        several = next((name for name, one in built.fields.items() if len(one) != 1), None)
        if several is not None:
            return Difference(several, f"the field holds {', '.join(built.fields[several])}")
        lists = made.pop(FIELD, {})
        made.update({name: plain(binding.value) for name, binding in model.isolated.items()})
        made.update(lists if isinstance(lists, dict) else {})
        self.figures.nothing += sum(value is None and name not in made for name, value in values.items())
        said = {name: value for name, value in values.items() if value is not None or name in made}
        return self.named(said, made, "")

    def named(self, said: Mapping[str, Any], made: Mapping[str, Any], path: str) -> Difference | None:
        for name in dict.fromkeys((*said, *made)):
            where = f"{path}.{name}" if path else name
            if name not in made and isinstance(said[name], Variable):
                continue  # those who use the file say it
            if name not in made:
                return Difference(where, "is missing in what was written")
            if name not in said:
                return Difference(where, "was written and is not in the source")
            found = self._value(said[name], made[name], where)
            if found is not None:
                return found
        return None

    def _value(self, said: Any, made: Any, path: str) -> Difference | None:
        entry = self.classes.of(said)
        if entry is not None:
            return self._object(entry, said, made, path)
        self.figures.arguments += 1
        if isinstance(said, Unknown) and isinstance(made, Unknown) and said.text == made.text:
            return None
        if isinstance(said, Variable) and isinstance(made, Unknown) and made.text == said:
            return None
        if isinstance(said, dict):
            wrong = not isinstance(made, dict)
            return Difference(path, f"a dict became {_shown(made)}") if wrong else self.named(said, made, path)
        if isinstance(said, (list, tuple)):
            self.figures.tuples += isinstance(said, tuple)
            if not isinstance(made, list) or len(made) != len(said):
                return Difference(path, f"a list of {len(said)} became {_shown(made)}")
            found = (
                self._value(one, other, f"{path}[{n}]") for n, (one, other) in enumerate(zip(said, made, strict=True))
            )
            return next((one for one in found if one is not None), None)
        self.figures.nothing += said is None
        kind = str if isinstance(said, str) else type(said)
        alike = type(made) is kind or (isinstance(said, Environment) and isinstance(made, Environment))
        if alike and (said == made or said != said):
            return None
        return Difference(path, f"{_shown(said)} became {_shown(made)}")

    def _object(self, entry: Entry, said: Group, made: Any, path: str) -> Difference | None:
        self.figures.objects += 1
        if not isinstance(made, Group) or made.get(TARGET) != ImportPath(entry.path):
            return Difference(path, f"an object of {entry.path} became {_shown(made)}")
        if made.partial != said.partial:
            return Difference(path, "is called at another time")
        return self.named(arguments(said), arguments(made), path)


def _as_data(value: Value) -> Any:
    """What the build makes, as the values of sources are."""
    if isinstance(value, Thing):
        items = Group((one.name, _as_data(one.value)) for one in value.arguments)
        if value.entry.name in PARTS and value.kind == "object":
            return {"group": dict(items), "listed": list(items.values()), "given": items.get("value")}[value.entry.name]
        made = Group({TARGET: ImportPath(value.entry.path), **items})
        made.partial = value.kind == "node"
        return made if value.kind in ("object", "node") else ImportPath(value.entry.path)
    if isinstance(value, Written | Read):
        return plain(value.value)
    if isinstance(value, Followed) and isinstance(value.source, Read):
        return follow(_as_data(value.source), value.steps, value.source.name, tables=True)
    if isinstance(value, PlannedEnvironment):
        return Environment(value.text)
    if isinstance(value, Listed):
        return [_as_data(item) for item in value.items]
    if isinstance(value, Named):
        return {name: _as_data(item) for name, item in value.items}
    return value


def _shown(value: Any) -> str:
    if isinstance(value, Group):
        return f"an object of {value.get(TARGET)}"
    text = getattr(value, "text", None) or repr(value)
    return str(text)[:60]
