"""Networks written layer by layer: ``$backbone = "Sequential*Layers"`` builds the layers that a table lists.

    [Layers]
    "$class_mapping" = ["Conv2d", "BatchNorm2d"]
    info = [[1, 0], [1, 1]]       # how many, of which class
    args = [[3], [64, 3], []]     # what goes into the first layer, then the arguments of each group

Extra fields of the registry say which parameters of a class come from the layer before it and which it hands on:

    MODEL = Registry("Model", extra_field=["receive", "send"])
    MODEL.register_module(Conv2d, receive="in_channels", send="out_channels")
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any, ClassVar

from excore.config.flags import register_argument_hook
from excore.config.hook_nodes import ConfigHookNode
from excore.config.targets import parameters, target_name
from excore.engine.hook import ConfigArgumentHook
from excore.engine.registry import Registry
from excore.errors import CoreConfigParseError, ModuleBuildError

__all__ = ["FinegrainedConfig", "enable_finegrained_config"]


class FinegrainedConfig(ConfigArgumentHook):
    """Calls what its node gives with layers: ``container(layers)``, or ``container(*layers)`` with ``unpack``.

    ``class_mapping`` are the classes, ``info`` pairs of a number of layers and an index into them, ``args`` first the
    values that the first layer receives, then for each pair its further arguments in order.
    """

    flag = "*"
    rcv_key: ClassVar[str] = "receive"
    snd_key: ClassVar[str] = "send"

    def __init__(
        self,
        node: Any,
        class_mapping: Sequence[Any],
        info: Sequence[Sequence[int]],
        args: Sequence[Sequence[Any]],
        unpack: bool = False,
        enabled: bool = True,
    ) -> None:
        """Raises ``CoreConfigParseError`` if the table does not fit together."""
        super().__init__(node, enabled)
        if len(args) != len(info) + 1:
            raise CoreConfigParseError(f"`args` needs {len(info) + 1} lists, one more than `info`, not {len(args)}.")
        for pair in info:
            if (
                len(pair) != 2
                or not all(isinstance(part, int) for part in pair)
                or pair[1] not in range(len(class_mapping))
            ):
                raise CoreConfigParseError(f"`info` holds pairs of a number and the index of a class, not {pair}.")
        self.classes = list(class_mapping)
        self.receive = [self._names(layer, self.rcv_key) for layer in class_mapping]
        self.send = [self._names(layer, self.snd_key) for layer in class_mapping]
        self.info = info
        self.args = args
        self.unpack = unpack

    def hook(self, **kwargs: Any) -> Any:
        """The container with its layers. Raises ``ModuleBuildError`` if a layer does not fit behind the one before."""
        container = self.node(**kwargs)
        layers: list[Any] = []
        passed = list(self.args[0])
        for (number, index), values in zip(self.info, self.args[1:], strict=True):
            for _ in range(number):
                arguments = self._arguments(index, passed, values)
                layers.append(self.classes[index](**arguments))
                passed = [self._value(index, name, arguments) for name in self.send[index]]
        return container(*layers) if self.unpack else container(layers)

    def _arguments(self, index: int, passed: Sequence[Any], values: Sequence[Any]) -> dict[str, Any]:
        receive, layer = self.receive[index], target_name(self.classes[index])
        if len(passed) != len(receive):
            raise ModuleBuildError(f"`{layer}` receives {', '.join(receive)}, but is handed {list(passed)}.")
        free = [parameter.name for parameter in parameters(self.classes[index]) or () if parameter.name not in receive]
        if len(values) > len(free):
            raise ModuleBuildError(f"`{layer}` takes {len(free)} more arguments, but {list(values)} are given.")
        return dict(zip(receive, passed, strict=True)) | dict(zip(free, values, strict=False))

    def _value(self, index: int, name: str, arguments: dict[str, Any]) -> Any:
        if name in arguments:
            return arguments[name]
        layer = self.classes[index]
        for parameter in parameters(layer) or ():
            if parameter.name == name and parameter.default is not inspect.Parameter.empty:
                return parameter.default
        raise ModuleBuildError(f"`{target_name(layer)}` hands on `{name}`, which it is not given.")

    @staticmethod
    def _names(layer: Any, field: str) -> list[str]:
        name = target_name(layer)
        for registry in Registry._registry_pool.values():
            if name in registry and field in registry.extra_field:
                names = registry.get_extra_info(name, field)
                if names is not None:
                    return [names] if isinstance(names, str) else list(names)
        raise CoreConfigParseError(f"The registry of `{name}` has no extra information `{field}` of it.")

    @classmethod
    def __excore_prepare__(cls, node: Any, info: str, config: Any) -> Any:
        """The node with its layers, which the table ``name`` or ``$A::b::c`` of the config lists."""
        arguments = config.arguments(config.table(info))
        missing = [name for name in ("class_mapping", "info", "args") if name not in arguments]
        if missing:
            raise CoreConfigParseError(f"The table `{info}` of layers lacks {', '.join(missing)}.")
        return ConfigHookNode(cls).add(**arguments).bind(node)


def enable_finegrained_config(
    hook_flag: str = "*", rcv_key: str = "receive", snd_key: str = "send", force: bool = False
) -> None:
    """Let ``hook_flag`` in a reference put layers into what stands before it; the keys name the extra fields.

    Raises ValueError if the flag is taken, unless ``force``.
    """
    keys = {"flag": hook_flag, "rcv_key": rcv_key, "snd_key": snd_key, "__doc__": FinegrainedConfig.__doc__}
    register_argument_hook(hook_flag, type("FinegrainedConfig", (FinegrainedConfig,), keys), force=force)
