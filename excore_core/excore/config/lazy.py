"""``LazyConfig``: a config whose modules are not built yet and whose arguments can still be changed."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from excore.config.build import NodeBuilder
from excore.config.changing import carry_over, carry_over_values, difference
from excore.config.composition import Composition, ResolvedConfig
from excore.config.dump import dump
from excore.config.nodes import ModuleNode, arguments_now, build_value, check_arguments, forget_built
from excore.config.printing import config_table, parsed_table
from excore.config.provenance import where
from excore.config.traces import without_internals
from excore.config.update_dict import checked_mapping, meant_elsewhere, misspelt_name
from excore.config.values import arguments, fill_defaults, flattened, plain_value
from excore.config.wrapper import ModuleWrapper
from excore.engine.hook import ConfigArgumentHook, ConfigHookManager
from excore.engine.workspace import workspace
from excore.errors import ConfigError, HookBuildError, UnknownFieldError, did_you_mean
from excore.lang.collector import many_objects
from excore.lang.provenance import PYTHON, Setting
from excore.lang.syntax.reader import path_parts
from excore.lang.tables.table import plain

__all__ = ["ConfigDict", "LazyConfig"]


def _plain_copy(value: Any) -> Any:
    """Dicts, lists and tuples are copied, other values are not."""
    if type(value) is dict:
        return {name: _plain_copy(item) for name, item in value.items()}
    return type(value)(map(_plain_copy, value)) if type(value) in (list, tuple) else value


class _OfWorkspace:
    """A setting of the workspace, read through the class."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type) -> Any:
        return getattr(workspace, self.name)


class ConfigDict(dict[str, Any]):
    """A config as it is written; as text it is a table."""

    primary_fields = _OfWorkspace()
    primary_to_registry = _OfWorkspace()

    @classmethod
    def set_primary_fields(cls, primary_fields: Sequence[str], primary_to_registry: Mapping[str, str]) -> None:
        """Let these be the fields of the workspace, for all configs that are parsed from now on."""
        workspace.primary_fields = list(primary_fields)
        workspace.primary_to_registry = dict(primary_to_registry)

    def __str__(self) -> str:
        return config_table(self)

    def dump(self, path: str | os.PathLike[str]) -> None:
        """Write it as TOML 1.0. Raises TypeError for a value that TOML has no form for."""
        dump(self, path)


@dataclass
class _State:
    """What a config is made of, and what was made of it."""

    composition: Composition
    parsed: bool = False
    written: ConfigDict | None = None
    shown: dict[str, Any] = field(default_factory=dict)  # ``written`` as it was last
    fields: dict[str, ModuleWrapper] = field(default_factory=dict)
    hooks: list[Any] = field(default_factory=list)
    isolated: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)  # the isolated values that the nodes have

    @property
    def resolved(self) -> ResolvedConfig | None:
        """What it means, once it is parsed."""
        return self.composition.resolved if self.parsed else None


class LazyConfig:
    """The modules of a config as nodes, field by field, and its other values.

        cfg = config.load("run.toml")
        cfg.Model << {"depth": 18}            # change arguments, if there is one model
        cfg.Optimizer.SGD["lr"] = 0.1
        model = cfg.Model()                   # build only this
        modules, info = cfg.build_all()

    Fields are attributes and keys. Made of a mapping, it is the config that the mapping stands for.
    """

    _state: _State

    def __init__(self, config: Mapping[str, Any] | Composition, parse: bool = True) -> None:
        """Raises what ``parse`` raises, unless ``parse`` is False."""
        state = _State(config if isinstance(config, Composition) else Composition(given=config))
        object.__setattr__(self, "_state", state)  # other attributes are those of the config
        if parse:
            self.parse()

    # -- meaning

    def parse(self) -> None:
        """Find out what the config means, once. Raises one ``ConfigError`` that tells all problems."""
        state = self._state
        if state.parsed:
            return
        composition = state.composition
        written = state.written
        if written is not None and composition.python_values is None and written != composition.values():
            composition.python_values = written  # changed by hand since it was read
        try:
            with many_objects():
                resolved = composition.analyse()
                self._make(resolved, NodeBuilder(resolved, composition.flags))
        except ConfigError as error:
            raise without_internals(error) from error.__cause__
        state.said = _plain_copy(state.isolated)
        state.parsed = True
        if state.written is not None:
            state.shown = _plain_copy(dict(state.written))

    def _follow(self) -> None:
        """Let the nodes follow what was changed in isolated values and in the config as it is written."""
        state = self._state
        if not state.parsed:
            return
        if state.written is not None and arguments_now(dict(state.written)) != arguments_now(state.shown):
            try:
                self._change(*difference(state.shown, dict(state.written)))
            except ConfigError:
                carry_over_values(state.written, dict(state.written), _plain_copy(state.shown))
                raise
        if arguments_now(state.isolated) != arguments_now(state.said):
            try:
                self._change(*difference(state.said, state.isolated), carried=False)
            except ConfigError:
                carry_over_values(state.isolated, dict(state.isolated), _plain_copy(state.said))
                raise

    def _change(
        self, values: Mapping[str, Any], removed: Iterable[tuple[str, ...]] = (), *, carried: bool = True
    ) -> None:
        """Merge values into what the config says; nodes follow. Raises what ``parse`` raises, and changes nothing."""
        state = self._state
        before = self._as_resolved()
        mine = state.isolated
        edited, gone = difference(state.said, mine) if carried else ({}, [])
        waiting = {*edited, *(path[0] for path in gone)}  # changes of values that are not followed yet
        try:
            with many_objects():
                state.composition.change(values, removed)
        except ConfigError as error:
            raise without_internals(error) from error.__cause__
        after = self._as_resolved()
        carry_over(state.fields, before.fields, after.fields)
        state.hooks = after.hooks
        if carried:
            carry_over_values(state.isolated, before.isolated, after.isolated)
        state.said = {name: value for name, value in _plain_copy(mine).items() if name not in waiting}
        state.said.update((name, value) for name, value in after.isolated.items() if name in waiting)
        if state.written is not None:
            carry_over_values(state.written, dict(state.written), self._written())
            state.shown = _plain_copy(dict(state.written))

    def _as_resolved(self) -> _State:
        """Nodes and values as the config says, without what was changed in nodes."""
        state = self._state
        assert state.resolved is not None
        said = LazyConfig(state.composition, parse=False)
        said._make(state.resolved, NodeBuilder(state.resolved, state.composition.flags))
        return said._state

    def _resolved(self) -> ResolvedConfig:
        self.parse()
        self._follow()
        resolved = self._state.resolved
        assert resolved is not None
        return resolved

    def _make(self, resolved: ResolvedConfig, builder: NodeBuilder) -> None:
        state = self._state
        model = resolved.model
        state.isolated = {
            name: plain(binding.value) for name, binding in model.root.bindings.items() if name in model.isolated
        }
        for name, group in model.groups.items():
            if group.leftover:
                state.isolated[name] = {key: plain(inner.value) for key, inner in group.leftover.items()}
        state.fields.update((name, ModuleWrapper(members)) for name, members in builder.fields().items())
        state.hooks = builder.lifecycle()

    @property
    def config(self) -> ConfigDict:
        """The merged config as it is written, after updates.

        What is changed in it counts. Once the config is parsed, nodes follow when the config is used next, which raises
        what ``parse`` raises.
        """
        state = self._state
        self._follow()
        if state.written is None:
            state.written = ConfigDict(self._written())
            state.shown = _plain_copy(dict(state.written))
        return state.written

    def _written(self) -> dict[str, Any]:
        resolved = self._state.resolved
        values = self._state.composition.values() if resolved is None else plain(resolved.root)
        return cast("dict[str, Any]", values)

    @property
    def isolated(self) -> dict[str, Any]:
        """The values that are no modules."""
        self.parse()
        return self._state.isolated

    @property
    def isolated_dict(self) -> dict[str, Any]:
        """As ``isolated``, under its older name."""
        return self.isolated

    @property
    def modules_dict(self) -> dict[str, ModuleWrapper]:
        """The fields, each with its nodes."""
        self.parse()
        return self._state.fields

    def where(self, key: str) -> Setting:
        """Where ``"Model.FCN.layers"`` was set, and what it overrode. Raises ``UnknownFieldError`` for an unknown
        key."""
        self._follow()
        composition, resolved = self._state.composition, self._state.resolved
        root = composition.merged().root if resolved is None else resolved.root
        changed = None if resolved is None else self._changed(strict=False)
        return where(root, composition.files, composition.flags.grammar, key, changed)

    def update(self, other: LazyConfig | Mapping[str, Any]) -> None:
        """Take over the fields and isolated values of another config; each replaces the one of the same name.

        A mapping is merged as ``update_dict`` of ``load`` is, paths as keys included. Raises ``InvalidUpdateError`` for
        anything else, and for a mapping what ``load`` raises.
        """
        if not isinstance(other, LazyConfig):
            values = checked_mapping(other)
            self._resolved()
            for name, value in (values or {}).items():
                self._check_new(str(name), value)
            self._change(values or {})
            return
        self.parse()
        other.parse()
        mine, theirs = self._state, other._state
        mine.fields.update(theirs.fields)
        mine.isolated.update(theirs.isolated)

    def dump(self, path: str | os.PathLike[str]) -> None:
        """Write the config as written to one TOML 1.0 file, which loads to the same, also what was changed in Python.

        Raises TypeError for a value that TOML has no form for.
        """
        ConfigDict(self._to_write()).dump(path)

    def _to_write(self) -> dict[str, Any]:
        return self._changed(strict=True) if self._state.parsed else self.config

    def to_dict(self, *, flat: bool = False, written: bool = False) -> dict[str, Any]:
        """The config as it would be built, of dicts, lists, texts, numbers, booleans and None alone.

        A module is a dict of its arguments, in an argument under its name: ``{"backbone": {"ResNet": {"x": 50}}}``.
        A class that is not called and any other object are texts. With ``flat`` keys are paths:
        ``"Model.FCN.backbone.ResNet.layers"``, and an object that several share has its arguments once.

        With ``written`` it is as a file would have it, which ``load`` takes: ``{"!backbone": "ResNet"}``.
        """
        self._resolved()
        if written:
            return {name: _plain_copy(value) for name, value in self._to_write().items()}
        state = self._state
        known = {id(node) for nodes in state.fields.values() for node in nodes.values()} if flat else None
        fields = {
            field: {name: arguments(node, known) for name, node in nodes.items()}
            for field, nodes in state.fields.items()
        }
        values = {name: plain_value(value) for name, value in state.isolated.items()}
        for name, value in values.items():
            fields[name] = {**fields[name], **value} if name in fields else value
        return flattened(fields) if flat else fields

    def with_defaults(self) -> LazyConfig:
        """A copy in which every module has all that its constructor would take, defaults included."""
        self._resolved()
        full = copy.deepcopy(self)
        fill_defaults(full._state.fields.values())
        return full

    def __deepcopy__(self, memo: dict[int, Any]) -> LazyConfig:
        state = self._state
        memo[id(state.composition)] = composition = copy.copy(state.composition)
        copied = LazyConfig(composition, parse=False)
        memo[id(self)] = copied
        mine = copied._state
        mine.parsed = state.parsed
        mine.written, mine.shown = copy.deepcopy((state.written, state.shown), memo)
        mine.fields, mine.hooks = copy.deepcopy((state.fields, state.hooks), memo)
        mine.isolated, mine.said = copy.deepcopy((state.isolated, state.said), memo)
        return copied

    def __copy__(self) -> LazyConfig:
        """As a deep copy: no change of the one is one of the other."""
        return copy.deepcopy(self)

    def __eq__(self, other: object) -> bool:
        """Equal are configs of equal modules and equal isolated values; it parses them."""
        if not isinstance(other, LazyConfig):
            return NotImplemented
        self._resolved()
        other._resolved()
        mine, theirs = self._state, other._state
        return mine.fields == theirs.fields and mine.isolated == theirs.isolated

    __hash__ = None  # type: ignore[assignment]

    def _changed(self, *, strict: bool) -> dict[str, Any]:
        """The config as it would have to be written now."""
        from excore.config.change_writer import ChangeWriter

        state, resolved = self._state, self._resolved()
        before = self._as_resolved()
        changes = ChangeWriter(state.composition, resolved, self._written(), strict)
        changes.isolated(state.isolated, before.isolated)
        changes.fields(state.fields, before.fields)
        if strict:
            changes.say_none()
        return changes.config

    # -- fields

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "_state":
            raise AttributeError(name)
        if isinstance(getattr(type(self), name, None), property):  # which raised an AttributeError of ours
            return object.__getattribute__(self, name)
        return self._value(name)

    def __getitem__(self, name: str) -> Any:
        """A field or an isolated value, or what a path leads to (``"Model.FCN.layers"``), as it may be set. Raises
        ``UnknownFieldError`` for what is not there."""
        if "." not in name or name in self:
            return self._value(name)
        if not self._state.parsed:
            self.parse()
        grammar = self._resolved().model.grammar
        first, *rest = path_parts(name, grammar.prefix_chars)
        value, path = self._value(first), first
        for part in rest:
            key = grammar.split_key(part).name
            if not isinstance(value, dict) or key not in value:
                near = did_you_mean(key, value) if isinstance(value, dict) else ""
                raise UnknownFieldError(f"The config has no `{key}` in `{path}`.{near}")
            value, path = value[key], f"{path}.{key}"
        return value

    def _value(self, name: str) -> Any:
        state = self._state
        self._follow()
        values = self.config if not state.parsed else {**state.isolated, **state.fields}
        if name in values:
            return values[name]
        raise UnknownFieldError(f"The config has no `{name}`.{did_you_mean(name, values)}")

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __setitem__(self, name: str, value: Any) -> None:
        """Replace a field by nodes, set an isolated value, or what a path leads to (``"Model.FCN.layers"``).

        Before the config is parsed what is written is set. Raises ``UnknownFieldError`` for a path that leads nowhere,
        or for a new value that is almost called like one there is, or like an argument further in (``isolated`` takes
        it), and TypeError for a value in the place of a field.
        """
        state = self._state
        if not state.parsed and "." in name and name not in self.config:
            self.parse()
        if not state.parsed:
            self.config[name] = value
            return
        self._follow()
        if "." in name and name not in state.isolated:
            self._change({name: value})
        elif isinstance(value, (ModuleNode, ConfigArgumentHook, ModuleWrapper)):
            state.fields[name] = value if isinstance(value, ModuleWrapper) else ModuleWrapper(value)
        elif name in state.fields:
            raise TypeError(f"`{name}` is a field; it can be replaced by nodes, not by {type(value)}.")
        elif name in state.isolated or name not in self._resolved().root.bindings:
            self._check_new(name, value)
            state.isolated[name] = value
            self._follow()
        else:
            self._change({name: value})

    def _check_new(self, name: str, value: Any) -> None:
        """Raises ``UnknownFieldError`` for a new value that is almost called like one there is, or called like an
        argument further in."""
        model = self._resolved().model
        if "." in name or name in self or name in model.root.bindings:
            return
        error = misspelt_name(name, value, PYTHON, model)
        if error is not None:
            raise error
        key = name
        while isinstance(value, Mapping) and value:
            last, value = next(iter(value.items()))
            key = f"{key}.{last}"
        error = meant_elsewhere(name, key, PYTHON, model)
        if error is not None:
            raise error

    def __contains__(self, name: object) -> bool:
        return name in list(self)

    def __iter__(self) -> Iterator[str]:
        state = self._state
        if not state.parsed:
            return iter(list(self.config))
        return iter([*state.fields, *state.isolated])

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self})

    def __str__(self) -> str:
        state = self._state
        if not state.parsed:
            return str(self.config)
        return parsed_table(state.fields, state.isolated)

    def __repr__(self) -> str:
        return f"LazyConfig({self._state.composition.path!r})"

    # -- building

    def build_all(self) -> tuple[ModuleWrapper, dict[str, Any]]:
        """All fields built, in declared order, and a copy of the isolated values.

        A field with one table gives its object, one with several a mapping from names to objects. Raises what ``parse``
        raises; ``ModuleValidateError`` for missing arguments, ``UnknownArgumentError`` for unknown ones, both before
        anything is built unless hooks may change it, and ``ModuleBuildError`` with its cause for all else.
        """
        modules = ModuleWrapper()
        modules.unbuilt = tuple(name for name in self._resolved().root.bindings if name not in self._order())
        info: dict[str, Any] = {}
        forget_built([*self._state.fields.values(), *self._state.hooks])
        try:
            hooks = self._hook_manager()
            if not self._state.hooks:
                check_arguments(self._state.fields.values())
            hooks.call_hooks("pre_build", self, modules, info)
            for name, value in self._state.isolated.items():
                info.setdefault(name, build_value(value))
            for name in list(self._order()):
                hooks.call_hooks("every_build", self, modules, info)
                modules[name] = self._built(self._state.fields[name])
            hooks.call_hooks("after_build", self, modules, info)
        except ConfigError as error:
            self._complete(error)
            raise without_internals(error) from error.__cause__
        return modules, info

    def _order(self) -> list[str]:
        fields = self._state.fields
        declared = self._resolved().model.project.primary_fields
        return sorted(fields, key=lambda name: declared.index(name) if name in declared else len(declared))

    @staticmethod
    def _built(field: ModuleWrapper) -> Any:
        built = {name: build_value(node) for name, node in field.items()}
        if len(built) == 1:
            return next(iter(built.values()))
        several = ModuleWrapper()
        several.update(built)
        return several

    def _hook_manager(self) -> ConfigHookManager:
        hooks = []
        for node in self._state.hooks:
            if not hasattr(node.target, "__HookType__"):
                error = HookBuildError(f"`{node.name}` is no hook: it has no `__HookType__`.")
                node._explain(error)
                raise error
            hooks.append(node())
        return ConfigHookManager(hooks)

    def _complete(self, error: ConfigError) -> None:
        """Let an error about arguments tell those of all other tables too."""
        codes = {item.code for item in error.problems}
        if not codes or not codes <= {"missing-parameter", "unknown-parameter"}:
            return
        resolved = self._resolved()
        others = [item for item in resolved.signature_problems if item not in error.problems]
        if others:
            others = resolved.reporter.sorted(others)
            resolved.reporter.attach(error, (*error.problems, *others))
            error.frame = "\n".join([error.frame, *map(resolved.reporter.text, others)])
