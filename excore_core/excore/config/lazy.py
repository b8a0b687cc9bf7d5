"""`LazyConfig`: a config whose modules are not built yet and whose arguments can still be changed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from excore.config.build import NodeBuilder
from excore.config.document import Analysis, Document
from excore.config.dump import dump
from excore.config.nodes import ModuleNode, build_value
from excore.config.printing import config_table, parsed_table
from excore.config.provenance import Setting, where
from excore.config.traces import without_internals
from excore.config.wrapper import ModuleWrapper
from excore.engine.hook import ConfigArgumentHook, ConfigHookManager
from excore.engine.workspace import workspace
from excore.errors import ConfigError, HookBuildError, UnknownFieldError, did_you_mean
from excore.lang.collector import many_objects
from excore.lang.tables.table import plain

__all__ = ["ConfigDict", "LazyConfig"]


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


class LazyConfig:
    """The modules of a config as nodes, field by field, and its other values.

        cfg = config.load("run.toml")
        cfg.Model << {"depth": 18}            # change arguments, if there is one model
        cfg.Optimizer.SGD["lr"] = 0.1
        model = cfg.Model()                   # build only this
        modules, info = cfg.build_all()

    Fields are attributes and keys. Made of a mapping, it is the config that the mapping stands for.
    """

    def __init__(self, config: Mapping[str, Any] | Document, parse: bool = True) -> None:
        """Raises what `parse` raises, unless `parse` is False."""
        state = vars(self)
        state["_document"] = config if isinstance(config, Document) else Document.of(config)
        state["_analysis"] = None
        state["_written"] = None
        state["_fields"] = {}
        state["_hooks"] = []
        state["_isolated"] = {}
        if parse:
            self.parse()

    # -- meaning

    def parse(self) -> None:
        """Find out what the config means, once. Raises one `ConfigError` that tells all problems.

        Missing and unknown arguments of tables are found when they are built, since they may be changed before.
        """
        state = vars(self)
        if state["_analysis"] is not None:
            return
        document: Document = state["_document"]
        written = state["_written"]
        if written is not None and document.given is None and written != document.values():
            document.given = written  # changed by hand since it was read
        try:
            with many_objects():
                analysis = document.analyse()
                self._make(analysis, NodeBuilder(analysis, document.flags))
        except ConfigError as error:
            raise without_internals(error) from error.__cause__
        state["_analysis"] = analysis

    def _make(self, analysis: Analysis, builder: NodeBuilder) -> None:
        state = vars(self)
        model = analysis.model
        groups = model.groups
        state["_isolated"] = {
            name: plain(binding.value) for name, binding in model.root.bindings.items() if name in model.isolated
        }
        for name, group in groups.items():
            if group.leftover:
                state["_isolated"][name] = {key: plain(inner.value) for key, inner in group.leftover.items()}
        for name in model.project.primary_fields:
            if name in groups and groups[name].members:
                members = {member: builder.primary((name, member)) for member in groups[name].members}
                state["_fields"][name] = ModuleWrapper(members)
        for group in groups.values():
            if group.role == "hooks":
                state["_hooks"] = [builder.primary((group.name, member)) for member in group.members]

    @property
    def config(self) -> ConfigDict:
        """The merged config as it is written, after updates. What is changed in it counts until it is parsed."""
        state = vars(self)
        if state["_written"] is None:
            analysis: Analysis | None = state["_analysis"]
            values = state["_document"].values() if analysis is None else cast("dict[str, Any]", plain(analysis.root))
            state["_written"] = ConfigDict(values)
        written: ConfigDict = state["_written"]
        return written

    @property
    def isolated(self) -> dict[str, Any]:
        """The values that are no modules."""
        self.parse()
        found: dict[str, Any] = vars(self)["_isolated"]
        return found

    @property
    def isolated_dict(self) -> dict[str, Any]:
        """As `isolated`, under its older name."""
        return self.isolated

    @property
    def modules_dict(self) -> dict[str, ModuleWrapper]:
        """The fields, each with its nodes."""
        self.parse()
        found: dict[str, ModuleWrapper] = vars(self)["_fields"]
        return found

    def where(self, key: str) -> Setting:
        """Where `"Model.FCN.layers"` was set, and what it overrode. Raises `UnknownFieldError` for an unknown key."""
        state = vars(self)
        document: Document = state["_document"]
        analysis: Analysis | None = state["_analysis"]
        if analysis is None:
            return where(document.merged().root, document.files, document.flags.grammar, key)
        return where(analysis.root, document.files, document.flags.grammar, key, self._changed(strict=False))

    def update(self, other: LazyConfig) -> None:
        """Take over the fields and isolated values of another config; each replaces the one of the same name."""
        self.parse()
        other.parse()
        mine, theirs = vars(self), vars(other)
        mine["_fields"].update(theirs["_fields"])
        mine["_isolated"].update(theirs["_isolated"])

    def dump(self, path: str | os.PathLike[str]) -> None:
        """Write the config as written to one TOML 1.0 file, which loads to the same, also what was changed in Python.

        Raises TypeError for a value that TOML has no form for.
        """
        ConfigDict(self.config if vars(self)["_analysis"] is None else self._changed(strict=True)).dump(path)

    def _changed(self, *, strict: bool) -> dict[str, Any]:
        """The config as it would have to be written now."""
        from excore.config.changes import Changes

        state = vars(self)
        analysis: Analysis = state["_analysis"]
        before = LazyConfig(state["_document"], parse=False)
        before._make(analysis, NodeBuilder(analysis, state["_document"].flags))
        changes = Changes(analysis, self.config, strict)
        changes.isolated(state["_isolated"], vars(before)["_isolated"])
        changes.fields(state["_fields"], vars(before)["_fields"])
        return changes.config

    # -- fields

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._found(name)

    def __getitem__(self, name: str) -> Any:
        return self._found(name)

    def _found(self, name: str) -> Any:
        state = vars(self)
        if state["_analysis"] is None:
            known: Mapping[str, Any] = self.config
            if name in known:
                return known[name]
        else:
            known = {**state["_isolated"], **state["_fields"]}
            if name in known:
                return known[name]
        raise UnknownFieldError(f"The config has no `{name}`.{did_you_mean(name, known)}")

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __setitem__(self, name: str, value: Any) -> None:
        """Replace a field by nodes, or set an isolated value; before it is parsed, set what is written."""
        state = vars(self)
        if state["_analysis"] is None:
            self.config[name] = value
        elif isinstance(value, (ModuleNode, ConfigArgumentHook, ModuleWrapper)):
            state["_fields"][name] = value if isinstance(value, ModuleWrapper) else ModuleWrapper(value)
        elif name in state["_fields"]:
            raise TypeError(f"`{name}` is a field; it can be replaced by nodes, not by {type(value)}.")
        else:
            state["_isolated"][name] = value

    def __contains__(self, name: object) -> bool:
        return name in list(self)

    def __iter__(self) -> Iterator[str]:
        state = vars(self)
        if state["_analysis"] is None:
            return iter(list(self.config))
        return iter([*state["_fields"], *state["_isolated"]])

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self})

    def __str__(self) -> str:
        state = vars(self)
        if state["_analysis"] is None:
            return str(self.config)
        return parsed_table(state["_fields"], state["_isolated"])

    def __repr__(self) -> str:
        return f"LazyConfig({vars(self)['_document'].path!r})"

    # -- building

    def build_all(self) -> tuple[ModuleWrapper, dict[str, Any]]:
        """All fields built, in declared order, and a copy of the isolated values.

        A field with one table gives its object, one with several a mapping from names to objects. Raises what `parse`
        raises; `ModuleValidateError` for missing arguments and `ModuleBuildError` with its cause for all else.
        """
        self.parse()
        modules = ModuleWrapper()
        modules.unbuilt = tuple(name for name in vars(self)["_analysis"].root.bindings if name not in self._order())
        info: dict[str, Any] = {}
        try:
            hooks = self._hook_manager()
            hooks.call_hooks("pre_build", self, modules, info)
            for name, value in vars(self)["_isolated"].items():
                info.setdefault(name, build_value(value))
            for name in list(self._order()):
                hooks.call_hooks("every_build", self, modules, info)
                modules[name] = self._built(vars(self)["_fields"][name])
            hooks.call_hooks("after_build", self, modules, info)
        except ConfigError as error:
            self._complete(error)
            raise without_internals(error) from error.__cause__
        return modules, info

    def _order(self) -> list[str]:
        fields = vars(self)["_fields"]
        declared = vars(self)["_analysis"].model.project.primary_fields
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
        for node in vars(self)["_hooks"]:
            target = node.target
            if isinstance(target, type) and issubclass(target, ConfigArgumentHook):
                continue  # a table for references to use
            if not hasattr(target, "__HookType__"):
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
        analysis: Analysis = vars(self)["_analysis"]
        others = [item for item in analysis.signature_problems if item not in error.problems]
        if others:
            others = analysis.reporter.sorted(others)
            analysis.reporter.attach(error, (*error.problems, *others))
            error.frame = "\n".join([error.frame, *map(analysis.reporter.text, others)])
