"""Nodes of hooks on arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from excore.config.nodes import ModuleNode
from excore.config.targets import Converted, target_name, unknown_arguments
from excore.config.traces import without_internals
from excore.engine.hook import ConfigArgumentHook
from excore.errors import (
    ConfigError,
    CoreConfigSupportError,
    ModuleBuildError,
    ModuleValidateError,
    UnknownArgumentError,
)

__all__ = ["BoundHook", "ConfigHookNode"]


class ConfigHookNode(ModuleNode):
    """A hook with the arguments of its table."""

    priority = 1

    def validate(self) -> None:
        """As for every node; ``node`` comes from where the hook is used, so ``ModuleValidateError`` if it is given."""
        if "node" in self:
            raise ModuleValidateError(
                f"`node` cannot be given to the hook `{self.name}`; it is what the hook is put on."
            )
        self._validate({*self, "node"})

    def __call__(self, *args: Any, **params: Any) -> Any:
        """The hook object; ``params`` win over the arguments and may hold ``node``."""
        return self._with(params)._instantiate(params, args)

    def bind(self, node: Any) -> BoundHook:
        """A node whose value is what the hook makes of ``node``; this one can be bound any number of times.

        Raises ``CoreConfigSupportError`` if the target is no ``ConfigArgumentHook``.
        """
        if not (isinstance(self.target, type) and issubclass(self.target, ConfigArgumentHook)):
            raise CoreConfigSupportError(f"`{self.name}` is no hook: it does not inherit from `ConfigArgumentHook`.")
        return BoundHook(self, node)


class BoundHook(ConfigHookNode):
    """A hook put on ``source``."""

    def __init__(self, hook: ConfigHookNode, source: Any) -> None:
        super().__init__(hook.target)
        dict.update(self, hook)
        self._context = hook._context
        vars(self)["source"] = source

    @property
    def name(self) -> str:
        """The name of the node the hook is put on."""
        return str(getattr(self.source, "name", target_name(self.source)))

    def __call__(self, *args: Any, **params: Any) -> Any:
        """What the hook returns, or what ``source`` builds if the hook is not enabled."""
        try:
            self.validate()
            arguments = self._arguments(())
            with Converted(lambda error: self._failure(error, arguments)):
                hook = self.target(node=self.source, **arguments)
        except ConfigError as error:
            self._explain(error)
            raise without_internals(error) from error.__cause__
        with Converted(lambda error: self._failure(error, arguments), passing=(ConfigError,)):
            return hook(*args, **params)

    def _failure(self, error: Exception, arguments: Mapping[str, Any]) -> ModuleBuildError:
        hook = target_name(self.target)
        unknown = unknown_arguments(self.target, arguments) if isinstance(error, TypeError) else {}
        if unknown:
            hints = " ".join(f"The hook `{hook}` takes no argument `{name}`.{hint}" for name, hint in unknown.items())
            return UnknownArgumentError(hints)
        return ModuleBuildError(f"The hook `{hook}` on `{self.name}` failed: {type(error).__name__}: {error}")
