"""Hooks: called around the build of a config, or on the way from an object to the argument it becomes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Protocol, final

from excore.errors import CoreConfigSupportError, HookBuildError, HookManagerBuildError
from excore.lang.grammar import HOOK_CHAR

__all__ = ["ConfigArgumentHook", "ConfigHookManager", "Hook", "HookManager"]


class Hook(Protocol):
    """What a ``HookManager`` calls.

    ``__HookType__`` is the stage it belongs to. It is called at the first, (1 + ``__CallInter__``)th, ... call of that
    stage; each true answer uses one of its ``__LifeSpan__`` lives, and without any left it is not called again.
    """

    @property
    def __HookType__(self) -> str: ...
    @property
    def __LifeSpan__(self) -> float: ...
    @property
    def __CallInter__(self) -> int: ...

    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...


class HookManager:
    """Calls hooks by stage. A subclass declares its ``stages``, or defining it raises ``HookManagerBuildError``."""

    stages: ClassVar[Sequence[str]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.stages:
            raise HookManagerBuildError(f"The hook manager `{cls.__name__}` must declare its `stages`.")

    def __init__(self, hooks: Sequence[Hook]) -> None:
        """Raises ``HookBuildError`` for a hook without a valid stage, life span or call interval."""
        self.hooks: dict[str, list[Hook]] = {stage: [] for stage in self.stages}
        self.calls: dict[str, int] = dict.fromkeys(self.stages, 0)
        self._lives: dict[int, float] = {}
        for hook in hooks:
            self._check(hook)
            self.hooks[hook.__HookType__].append(hook)
            self._lives[id(hook)] = hook.__LifeSpan__

    def _check(self, hook: Hook) -> None:
        stage = getattr(hook, "__HookType__", None)
        if not isinstance(stage, str) or stage not in self.stages:
            self._refuse(hook, "__HookType__", stage, f"one of {', '.join(self.stages)}")
        for name in ("__LifeSpan__", "__CallInter__"):
            value = getattr(hook, name, None)
            if not isinstance(value, (int, float)) or not value > 0:
                self._refuse(hook, name, value, "a number above 0")
        if not callable(hook):
            self._refuse(hook, "__call__", None, "a method")

    @staticmethod
    def _refuse(hook: object, name: str, value: object, expected: str) -> None:
        raise HookBuildError(f"The hook `{type(hook).__name__}` needs {expected} as `{name}`, but has {value!r}.")

    def exist(self, stage: str) -> bool:
        """Whether any hook is left for ``stage``."""
        return bool(self.hooks.get(stage))

    def pre_call(self) -> None:
        """Called by ``call_hooks`` before the hooks; for subclasses."""

    def after_call(self) -> None:
        """Called by ``call_hooks`` after the hooks; for subclasses."""

    def __call__(self, stage: str, *args: Any) -> None:
        """Call the hooks of ``stage`` whose turn it is with ``args``. Raises KeyError for an unknown stage."""
        turn = self.calls[stage]
        self.calls[stage] = turn + 1
        for hook in list(self.hooks[stage]):
            if turn % hook.__CallInter__ == 0 and hook(*args):
                self._lives[id(hook)] -= 1
                if self._lives[id(hook)] <= 0:
                    self.hooks[stage] = [other for other in self.hooks[stage] if other is not hook]

    def call_hooks(self, stage: str, *args: Any) -> None:
        """``pre_call``, the hooks of ``stage``, ``after_call``."""
        self.pre_call()
        self(stage, *args)
        self.after_call()


class ConfigHookManager(HookManager):
    """The stages of building a config: once before, once before each field, once after."""

    stages = ("pre_build", "every_build", "after_build")


class ConfigArgumentHook(ABC):
    """Computes an argument from the node it is put on: ``params = "$Model@MyHook"``.

    A subclass implements ``hook``, which may build ``self.node()`` and returns the argument. With ``enabled = false``
    in the hook's table the argument is what the node builds.
    """

    flag: ClassVar[str] = HOOK_CHAR

    def __init__(self, node: Callable[..., Any], enabled: bool = True) -> None:
        """Raises ValueError if ``node`` has no ``name``."""
        if not hasattr(node, "name"):
            raise ValueError("The `node` of a hook must have a `name`.")
        self.node = node
        self.enabled = enabled
        self.name: str = node.name
        self._is_initialized = True

    @abstractmethod
    def hook(self, *args: Any, **kwargs: Any) -> Any:  # so wide that type checkers take any parameters of a subclass
        """The argument. Called with what the hook is called with, by name."""

    @final
    def __call__(self, **kwargs: Any) -> Any:
        """What ``hook`` returns, or what the node builds if the hook is not enabled."""
        if not getattr(self, "_is_initialized", False):
            raise CoreConfigSupportError(f"`{type(self).__name__}.__init__` must call `super().__init__(node)`.")
        return self.hook(**kwargs) if self.enabled else self.node(**kwargs)

    @classmethod
    def __excore_prepare__(cls, node: Any, info: str, config: Any) -> Any:
        """The node that stands for ``node`` with this hook on it, where ``info`` is the text behind the hook's flag.

        For subclasses registered with ``register_argument_hook``; ``config.find_hook(info)`` is the node of a hook
        table.
        """
        return config.find_hook(info).bind(node)
