"""Registries: named maps from a module's name to the path it is imported from.

A registry never holds the registered object, so knowing a name costs no import (``Registry.load``).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast, overload
from weakref import ref

from excore.engine.logging import logger
from excore.errors import CoreConfigSupportError, did_you_mean

if TYPE_CHECKING:
    from excore.lang.registry_file import RegistryData

__all__ = ["Registry", "load_registries"]

C = TypeVar("C", bound="Callable[..., Any] | ModuleType")
D = TypeVar("D")

_PRIVATE = "__"
_registered: dict[tuple[str, str], ref[Any]] = {}  # what has a name in a registry, as long as it is there


def _is_run_again(module: Any) -> bool:
    """Whether what is registered is defined in no file of its module but in a cell or at a prompt, which can be run any
    number of times."""
    name = getattr(module, "__module__", "")
    file = getattr(sys.modules.get(name), "__file__", None)
    frame = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__") != name:
        frame = frame.f_back  # type: ignore[assignment]
    if frame is None:
        return False
    return file is None or os.path.abspath(frame.f_code.co_filename) != os.path.abspath(file)


def _is_name(name: object) -> bool:
    return isinstance(name, str) and name.isascii() and name.replace("_", "a").isalnum()


def _check_name(name: str) -> None:
    if not _is_name(name):
        raise ValueError(f"A name is made of ASCII letters, digits and underscores, but got `{name}`.")


def _is_function_or_class(item: object) -> bool:
    return isinstance(item, (FunctionType, type))


def _is_public(name: str, module: ModuleType) -> bool:
    return not name.startswith(_PRIVATE) and _is_function_or_class(getattr(module, name))


def _as_list(value: str | Iterable[str] | None) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


class RegistryMeta(type):
    """Gives one registry per name."""

    def __call__(cls, name: str, extra_field: str | Sequence[str] | None = None) -> Registry:
        _check_name(name)
        registry = Registry._registry_pool.get(name)
        if registry is not None:
            registry._declare(extra_field)
            return registry
        registry = cast(Registry, super().__call__(name, extra_field=extra_field))
        if not name.startswith(_PRIVATE):
            Registry._registry_pool[name] = registry
        return registry


class Registry(dict[str, str], metaclass=RegistryMeta):
    """Modules under their names: classes, functions and python modules.

    The same name always gives the same registry. Names beginning with ``__`` are private: such a registry is not
    found by ``get_registry``, ``find`` or ``make_global``, and each call makes a new one.

        MODEL = Registry("Model", extra_field="is_backbone")

        @MODEL.register(is_backbone=True)
        class ResNet: ...

    ``extra_info`` maps each name to the values of ``extra_field``, in field order, None where none was given.
    """

    _registry_pool: ClassVar[dict[str, Registry]] = {}
    _globals: ClassVar[Registry | None] = None
    _prevent_register: ClassVar[bool] = False

    name: str
    extra_field: list[str]
    extra_info: dict[str, list[Any]]

    def __init__(self, name: str, extra_field: str | Sequence[str] | None = None) -> None:
        super().__init__()
        self.name = name
        self.extra_field = _as_list(extra_field)
        self.extra_info = {}
        self._from_cache: set[str] = set()
        self._declared = True

    def __setitem__(self, name: str, path: str) -> None:
        _check_name(name)
        super().__setitem__(name, path)

    def __str__(self) -> str:
        from excore.engine.text_table import render

        return render(["NAME", "DIR"], self.items())

    __repr__ = __str__

    def __missing__(self, name: str) -> str:
        raise KeyError(f"No `{name}` in registry `{self.name}`.{did_you_mean(name, self)}")

    @overload
    def register(self, force: C, /) -> C: ...

    @overload
    def register(self, force: bool = False, **extra_info: Any) -> Callable[[C], C]: ...

    def register(self, force: Any = False, **extra_info: Any) -> Any:
        """A decorator that registers what it decorates and returns it unchanged; parentheses may be left out.

        With ``force`` a taken name is replaced, otherwise the decorator raises ValueError.
        """
        if callable(force) or isinstance(force, ModuleType):
            return self.register_module(force)

        def decorate(module: C) -> C:
            return self.register_module(module, force=bool(force), **extra_info)

        return decorate

    def register_module(self, module: C, force: bool = False, **extra_info: Any) -> C:
        """Register ``module`` and return it.

        Raises TypeError if it is no class, function or python module, ValueError for a name that is taken (unless
        ``force``) or not allowed (nested and local classes, dotted modules), and for unknown extra information.
        """
        if Registry._prevent_register:
            logger.ex("Registries are locked; {} is not registered", module)
            return module
        if isinstance(module, ModuleType):
            name = path = module.__name__
        elif _is_function_or_class(module):
            name = module.__qualname__
            path = f"{module.__module__}.{name}"
        else:
            raise TypeError(f"Only classes, functions and python modules can be registered, but got {type(module)}.")
        before = _registered.get((self.name, name))
        again = before is not None and before() is not module and self.get(name) == path and _is_run_again(module)
        self._add(name, path, self._info_values(extra_info), force=force or again)
        _registered[self.name, name] = ref(module)
        return module

    def register_all(
        self,
        modules: Sequence[Callable[..., Any] | ModuleType],
        extra_info: Sequence[Mapping[str, Any]] | None = None,
        force: bool = False,
    ) -> None:
        """Register each of ``modules``, with the ``extra_info`` at the same place. Raises ValueError if lengths
        differ."""
        if Registry._prevent_register:
            return
        infos: Sequence[Mapping[str, Any]] = [{}] * len(modules) if extra_info is None else extra_info
        if len(infos) != len(modules):
            raise ValueError(f"{len(modules)} modules but {len(infos)} extra_info were given.")
        for module, info in zip(modules, infos, strict=True):
            self.register_module(module, force=force, **info)

    def match(
        self,
        base_module: ModuleType,
        match_func: Callable[[str, ModuleType], bool] = _is_public,
        force: bool = False,
    ) -> None:
        """Register the functions and classes of ``base_module`` for whose name ``match_func(name, base_module)`` is
        true.

        An object that the module has under several names is registered once, under its own name. What has none that an
        import could find, as lambdas and what functions and classes define, is left out, and logged.
        """
        if Registry._prevent_register:
            return
        items: dict[int, Any] = {}
        nameless: dict[int, str] = {}
        for name in list(vars(base_module)):
            if match_func(name, base_module):
                item = getattr(base_module, name)
                if _is_function_or_class(item):
                    if not _is_name(item.__qualname__):
                        nameless.setdefault(id(item), name)
                    else:
                        items.setdefault(id(item), item)
        if nameless:
            left_out = ", ".join(list(nameless.values())[:8]) + (", ..." if len(nameless) > 8 else "")
            logger.info(
                "{} of {} have no import path of their own and are not registered: {}",
                len(nameless),
                base_module.__name__,
                left_out,
            )
        logger.ex("{} matches {}", base_module.__name__, [item.__name__ for item in items.values()])
        self.register_all(list(items.values()), force=force)

    def merge(self, others: Registry | Sequence[Registry], force: bool = False) -> None:
        """Take over the modules of ``others``; extra information is kept where the extra fields are the same."""
        registries = [others] if isinstance(others, Registry) else others
        if not isinstance(registries, Sequence) or isinstance(registries, str):
            raise TypeError(f"A registry or a list of them is expected, but got {type(others)}.")
        for other in registries:
            if not isinstance(other, Registry):
                raise TypeError(f"A registry is expected, but got {type(other)}.")
        if Registry._prevent_register:
            return
        for other in registries:
            same_fields = other.extra_field == self.extra_field
            for name, path in list(other.items()):
                info = other.extra_info.get(name) if same_fields else None
                self._add(name, path, list(info) if info else self._info_values({}), force=force, shared=True)

    def get_extra_info(self, key: str, name: str) -> Any:
        """The value of extra field ``name`` of module ``key``. Raises ValueError for an unknown field."""
        return self.extra_info[key][self._field_index(name)]

    def filter(
        self,
        filter_field: str | Sequence[str],
        filter_func: Callable[[Sequence[Any]], bool] = all,
    ) -> list[str]:
        """Sorted names for which ``filter_func`` accepts the list of their values of ``filter_field``."""
        indexes = [self._field_index(name) for name in _as_list(filter_field)]
        return sorted(name for name in self if filter_func([self.extra_info[name][index] for index in indexes]))

    def module_table(
        self,
        filter: str | Sequence[str] | None = None,
        select_info: str | Sequence[str] | None = None,
        module_list: Sequence[str] | None = None,
        **table_kwargs: Any,
    ) -> str:
        """A table of sorted names and the extra fields ``select_info``, in the order asked.

        ``filter`` is one or more shell patterns, of which a name matches any; ``module_list`` replaces the names of the
        registry; further arguments are those of ``tabulate``. Raises ValueError for an unknown field.
        """
        import fnmatch

        from excore.engine.text_table import render

        fields = _as_list(select_info)
        indexes = [self._field_index(name) for name in fields]
        names = set(self if module_list is None else module_list)
        if filter is not None:
            names = {name for pattern in _as_list(filter) for name in fnmatch.filter(names, pattern)}
        rows = [[name, *(self.extra_info[name][index] for index in indexes)] for name in sorted(names)]
        return render([self.name, *fields], rows, **table_kwargs)

    @classmethod
    def registry_table(cls, **table_kwargs: Any) -> str:
        """A table of the names of all registries that are not private."""
        from excore.engine.text_table import render

        return render(["REGISTRY"], [[name] for name in sorted(cls._registry_pool)], **table_kwargs)

    @overload
    @classmethod
    def get_registry(cls, name: str) -> Registry | None: ...

    @overload
    @classmethod
    def get_registry(cls, name: str, default: D) -> Registry | D: ...

    @classmethod
    def get_registry(cls, name: str, default: Any = None) -> Any:
        """The registry of that name, or ``default``."""
        return cls._registry_pool.get(name, default)

    @classmethod
    def find(cls, name: str) -> tuple[str, str] | tuple[None, None]:
        """Import path and registry name of the first registry that has ``name``, or ``(None, None)``."""
        for registry_name, registry in cls._registry_pool.items():
            if name in registry:
                return registry[name], registry_name
        return None, None

    @classmethod
    def make_global(cls) -> Registry:
        """The one registry that holds the modules of all others, now and later. Raises ValueError if names clash."""
        if Registry._globals is None:
            everything: Registry = cls("__global")
            for registry in cls._registry_pool.values():
                for name, path in registry.items():
                    everything._add(name, path, [], force=False)
            Registry._globals = everything
        return Registry._globals

    @classmethod
    def lock_register(cls) -> None:
        """Let registrations have no effect until ``unlock_register``."""
        Registry._prevent_register = True

    @classmethod
    def unlock_register(cls) -> None:
        """Let registrations have an effect again."""
        Registry._prevent_register = False

    @classmethod
    def dump(cls, update: bool = False) -> None:
        """Write all registries to the cache of the workspace; with ``update`` keep the modules that are only there."""
        from excore.engine import registry_cache
        from excore.engine.workspace import workspace

        workspace.claim_cache()
        path, root, locks = workspace.registry_cache_file, workspace.base_dir, workspace.cache_dir
        registry_cache.write(cls._registry_pool.values(), path, root, locks, update=update)

    @classmethod
    def load(cls) -> None:
        """Fill the registries from the cache of the workspace; what was registered in this process stays.

        Raises FileNotFoundError without a cache, ``CoreConfigSupportError`` for one that cannot be read.
        """
        from excore.engine import registry_cache
        from excore.engine.workspace import workspace

        for name, data in registry_cache.read(workspace.registry_cache_file).items():
            registry = cls._registry_pool.get(name)
            if registry is None:
                registry = cls(name, extra_field=data.extra_field)
                registry._declared = False
            registry._restore(data)

    def _add(self, name: str, path: str, info: list[Any], *, force: bool, shared: bool = False) -> None:
        """``shared``: the module is another registry's too, so the global registry may have it already."""
        _check_name(name)
        everything = None if self.name.startswith(_PRIVATE) else Registry._globals
        if not force and name not in self._from_cache:
            if name in self:
                raise ValueError(f"The name `{name}` exists already in registry `{self.name}`: {self[name]}")
            if everything is not None and name in everything and not (shared and everything[name] == path):
                raise ValueError(f"The name `{name}` exists already in the global registry: {everything[name]}")
        self._from_cache.discard(name)
        self[name] = path
        if self.extra_field:
            self.extra_info[name] = info
        if everything is not None:
            everything[name] = path
        logger.ex("{} registers {} as {}", self.name, path, name)

    def _forget(self, name: str) -> None:
        del self[name]
        self.extra_info.pop(name, None)
        if Registry._globals is not None:
            Registry._globals.pop(name, None)

    def _declare(self, extra_field: str | Sequence[str] | None) -> None:
        """Take over the fields of a declaration if only the cache spoke before, else warn if they differ."""
        fields = _as_list(extra_field)
        if not self._declared:
            self._declared = True
            if fields != self.extra_field:
                self.extra_field = fields
                self.extra_info = {name: [None] * len(fields) for name in self} if fields else {}
        elif extra_field is not None and fields != self.extra_field:
            logger.warning("Registry `{}` exists already; its extra_field stays {}", self.name, self.extra_field)

    def _info_values(self, extra_info: Mapping[str, Any]) -> list[Any]:
        for key in extra_info:
            self._field_index(key)
        return [extra_info.get(field) for field in self.extra_field]

    def _field_index(self, field: str) -> int:
        if field not in self.extra_field:
            expected = f"expected one of {self.extra_field}" if self.extra_field else "it has no extra_field"
            if field == "name":
                expected += "; a name cannot be chosen, the class's own name counts"
            raise ValueError(f"Registry `{self.name}` has no extra information `{field}`: {expected}.")
        return self.extra_field.index(field)

    def _data(self) -> RegistryData:
        from excore.lang.registry_file import Module, RegistryData

        return RegistryData(
            list(self.extra_field),
            {name: Module(path, list(self.extra_info.get(name, []))) for name, path in self.items()},
        )

    def _restore(self, data: RegistryData) -> None:
        same_fields = self.extra_field == data.extra_field
        for name, module in data.modules.items():
            if name in self and name not in self._from_cache:
                continue
            self[name] = module.path
            self._from_cache.add(name)
            if self.extra_field:
                blank = [None] * len(self.extra_field)
                self.extra_info[name] = list(module.info) if same_fields and module.info else blank
            if Registry._globals is not None:
                Registry._globals.setdefault(name, module.path)


def load_registries() -> None:
    """Fill the registries from the cache and lock them, so that importing the modules does not register them twice.

    Without a cache, or with one that must not be used, a warning is logged and nothing happens.
    """
    try:
        Registry.load()
    except FileNotFoundError:
        logger.warning("There is no registry cache; run `excore auto-register` first.")
        return
    except CoreConfigSupportError as error:
        logger.warning("{}", error)
        return
    Registry.lock_register()
