"""Several nodes under their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from excore.config.nodes import ModuleNode, build_value
from excore.config.targets import target_name
from excore.config.traces import without_internals
from excore.engine.hook import ConfigArgumentHook
from excore.errors import ConfigError, MissingModuleError, did_you_mean

__all__ = ["ModuleWrapper"]


class ModuleWrapper(dict[str, Any]):
    """Name -> node, in order; names are attributes too.

    Calling it builds all: a dict of objects if it was made with ``is_dict``, the object if it holds one, else a list.
    """

    is_dict = False
    _of_nodes = False  # else it holds whatever was built
    unbuilt: tuple[str, ...] = ()  # of what `build_all` returns: top-level tables that are no fields

    def __init__(
        self,
        modules: Mapping[str, Any] | Sequence[Any] | ModuleNode | ConfigArgumentHook | None = None,
        is_dict: bool = False,
    ) -> None:
        """Nodes of a list go by their names; of several with one name the later get ``_1``, ``_2`` ... behind it.

        Raises TypeError for anything but nodes, lists and dicts.
        """
        super().__init__()
        if is_dict:
            self.is_dict = True
        if modules is None:
            return
        self._fill(modules)
        self._of_nodes = True

    def _fill(self, modules: Any) -> None:
        if isinstance(modules, (ModuleNode, ConfigArgumentHook)):
            self[modules.name] = modules
        elif isinstance(modules, Mapping):
            for name, module in modules.items():
                self[name] = ModuleWrapper(module) if isinstance(module, list) else module
        elif isinstance(modules, (list, tuple)):
            for module in modules:
                self[self._free_name(module)] = module
        else:
            raise TypeError(f"A node, a list or a dict of nodes is expected, but got {type(modules)}.")

    def _free_name(self, module: Any) -> str:
        name = free = str(getattr(module, "name", target_name(module)))
        number = 0
        while free in self:
            number += 1
            free = f"{name}_{number}"
        return free

    def first(self) -> Any:
        """The node if there is only one, else the wrapper itself."""
        return self._sole() if len(self) == 1 else self

    def add(self, **params: Any) -> ModuleWrapper:
        """Set arguments of the only node. Raises RuntimeError if there are several."""
        self._sole().update(params)
        return self

    def __lshift__(self, params: Mapping[str, Any]) -> ModuleWrapper:
        """As ``add``, with a dict."""
        self._sole() << params
        return self

    def _sole(self) -> Any:
        if len(self) != 1:
            raise RuntimeError(f"There are {len(self)} modules ({', '.join(self)}); index first.")
        return next(iter(self.values()))

    def __eq__(self, other: object) -> bool:
        """A wrapper of one node equals that node, too."""
        if self._of_nodes and len(self) == 1 and isinstance(other, ModuleNode):
            return bool(self._sole() == other)
        return dict.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None

    def __setattr__(self, name: str, value: Any) -> None:
        """As an item, so that attributes and items are the same."""
        if hasattr(type(self), name):
            super().__setattr__(name, value)
        else:
            self[name] = value

    def __setitem__(self, name: str, value: Any) -> None:
        """Replace or add a node; any other value is an argument of the only node.

        Raises RuntimeError if there are several nodes, and TypeError where a value would take the place of a node.
        """
        if not self._of_nodes or isinstance(value, (ModuleNode, ConfigArgumentHook, ModuleWrapper)):
            super().__setitem__(name, value)
        elif name in self:
            raise TypeError(f"`{name}` is a module; it can be replaced by a node, not by {type(value)}.")
        else:
            self._sole()[name] = value

    def update(self, *args: Any, **params: Any) -> None:
        """As ``dict.update``, each item as if it were set."""
        for name, value in dict(*args, **params).items():
            self[name] = value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self:
            return self[name]
        names = f"; there {'is' if len(self) == 1 else 'are'} {', '.join(map(repr, self))}" if self else ""
        hint = did_you_mean(name, self)
        if name in self.unbuilt:
            hint = f" `{name}` is no registry or primary field here: are its classes imported?"
        elif not hint and did_you_mean(name, self.unbuilt):
            hint = f"{did_you_mean(name, self.unbuilt)} That is no registry or primary field, so it was not built."
        raise MissingModuleError(f"No module `{name}`{names}.{hint}")

    def __call__(self) -> Any:
        try:
            built = {name: build_value(node) for name, node in self.items()}
        except ConfigError as error:
            raise without_internals(error) from error.__cause__
        if self.is_dict:
            return built
        return next(iter(built.values())) if len(built) == 1 else list(built.values())

    __excore_build__ = __call__

    def __repr__(self) -> str:
        return f"ModuleWrapper({list(self.values())})"
