"""Nodes: a class, function or python module with its arguments, built when called.

A node can be made and used without any config file:

    node = ModuleNode(FCN).add(backbone=InterNode(ResNet) << {"depth": 18})
    model = node()

A call never changes the node. Arguments that are nodes, also inside of lists, tuples and dicts, are built first, anew
for each call, except ``ReusedNode``, which is built once.
"""

from __future__ import annotations

import builtins
import copy
from collections.abc import Collection, Iterable, Mapping
from types import ModuleType
from typing import Any, ClassVar, NamedTuple, Protocol, TypeVar

from excore.config.action import parse_value
from excore.config.targets import (
    Converted,
    import_target,
    is_called_as_usual,
    missing_arguments,
    parameters,
    positional_names,
    target_name,
    unknown_arguments,
)
from excore.config.traces import without_internals
from excore.engine.hook import ConfigArgumentHook
from excore.engine.logging import logger
from excore.engine.registry import Registry
from excore.engine.workspace import workspace
from excore.errors import (
    ConfigError,
    CoreConfigParseError,
    ModuleBuildError,
    ModuleValidateError,
    UnknownArgumentError,
    did_you_mean,
)
from excore.lang.grammar import NO_CALL_KEY

__all__ = [
    "ClassNode",
    "InterNode",
    "InternNode",
    "ModuleNode",
    "ReusedNode",
    "VariableReference",
    "arguments_now",
    "build_value",
    "check_arguments",
    "forget_built",
    "inner_values",
    "is_built",
]

_PACKAGE = __name__.partition(".")[0]
_ATOMS = frozenset({str, int, float, bool, type(None)})

Self = TypeVar("Self", bound="ModuleNode")


def build_value(value: Any, *, fresh: bool = True) -> Any:
    """``value`` with every node in it built; a node marked ``__no_call__`` stays a node.

    With ``fresh`` lists, tuples and dicts are copied always, else only where something in them was built.
    """
    kind = type(value)
    if kind in _ATOMS:
        return value
    if isinstance(value, ModuleNode):
        return value if value._no_call else value()
    if isinstance(value, ConfigArgumentHook):
        return value()
    if kind is list or kind is tuple:
        items = [item if type(item) in _ATOMS else build_value(item, fresh=fresh) for item in value]
        changed = fresh or any(new is not old for new, old in zip(items, value, strict=True))
        return kind(items) if changed else value
    if kind is dict:
        entries = {key: build_value(item, fresh=fresh) for key, item in value.items()}
        changed = fresh or any(entries[key] is not item for key, item in value.items())
        return entries if changed else value
    build = getattr(kind, "__excore_build__", None)
    return value if build is None else build(value)


class _NamedModule(NamedTuple):
    name: str


def inner_values(value: Any) -> Iterable[Any]:
    """What ``value`` is made of: items, arguments, what a hook or a path is put on."""
    if isinstance(value, ModuleNode):
        yield from value.values()
        if "source" in vars(value):
            yield value.source
    elif isinstance(value, ConfigArgumentHook):
        yield value.node
    elif isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, (list, tuple)):
        yield from value


def arguments_now(value: Any, memo: dict[int, Any] | None = None) -> Any:
    """All that an object will be made of, to be compared later; objects stand for themselves."""
    memo = {} if memo is None else memo
    if id(value) in memo:
        return memo[id(value)]
    if not isinstance(value, (dict, list, tuple, ConfigArgumentHook)):
        return _Leaf(value)
    made = memo[id(value)] = _Parts([], [])
    if isinstance(value, dict):
        made.header.extend(map(_Leaf, value))
    if isinstance(value, ModuleNode):
        target = value.target
        made.header.extend(
            (arguments_now(target, memo) if isinstance(value, VariableReference) else _Leaf(target), value._no_call)
        )
    if isinstance(value, ConfigArgumentHook):
        own = {name: item for name, item in vars(value).items() if type(item) in _ATOMS}
        made.header.extend((own, getattr(value, "steps", None)))
    made.parts.extend(arguments_now(inner, memo) for inner in inner_values(value))
    made.header.append(type(value))
    return made


def is_built(value: Any) -> bool:
    """Whether a shared object is there that is made of what it would be made of now."""
    state = vars(value)
    return "_built" in state and bool(state["_built_of"] == arguments_now(value))


def forget_built(values: Iterable[Any]) -> None:
    """Let all shared objects in ``values`` be built anew."""
    stack, done = list(values), set()
    while stack:
        value = stack.pop()
        if id(value) in done or not isinstance(value, (dict, list, tuple, ConfigArgumentHook)):
            continue
        done.add(id(value))
        if isinstance(value, (ModuleNode, ConfigArgumentHook)):
            vars(value).pop("_built", None)
        stack.extend(inner_values(value))


def check_arguments(values: Iterable[Any]) -> None:
    """Raises ``ModuleValidateError`` or ``UnknownArgumentError`` if a node that ``values`` are built of could not be
    called; says nothing while missing arguments are asked for, or not looked for."""
    if workspace.excore_manual_set or not workspace.excore_validate:
        return
    stack, done = list(values), set()
    while stack:
        value = stack.pop(0)
        if id(value) in done or not isinstance(value, (dict, list, tuple, ConfigArgumentHook)):
            continue
        done.add(id(value))
        if isinstance(value, ModuleNode) and (value._no_call or isinstance(value, ClassNode)):
            continue
        if isinstance(value, ModuleNode) and type(value) in (ModuleNode, InterNode, ReusedNode):
            value._check()
        stack.extend(inner_values(value))


class _Leaf:
    """A value that is equal to itself, and to equal plain values of its type."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Leaf):
            return NotImplemented
        mine, theirs = self.value, other.value
        return mine is theirs or (type(mine) in _ATOMS and type(mine) is type(theirs) and bool(mine == theirs))

    __hash__ = None  # type: ignore[assignment]


class _Parts(NamedTuple):
    header: list[Any]
    parts: list[Any]


class ErrorContext(Protocol):
    """A table of a config."""

    def explain(self, error: ConfigError, argument: str = "", passed: frozenset[str] = frozenset()) -> None:
        """Let an error say that it comes from this table, or from an argument in it."""


class ModuleNode(dict[str, Any]):
    """``target`` and, as a dict, its arguments. ``target`` may be anything; what is not callable fails when called."""

    priority: ClassVar[int] = 0
    _no_call: bool
    _context: ErrorContext | None = None  # where in a config it comes from

    def __init__(self, target: Any, _no_call: bool = False) -> None:
        super().__init__()
        self.target = target
        self._no_call = _no_call

    @property
    def name(self) -> str:
        """The short name of the target."""
        return target_name(self.target)

    def __getattr__(self, name: str) -> Any:
        """An argument. Raises AttributeError if the node has none of that name."""
        if not name.startswith("_") and name in self:
            return self[name]
        raise AttributeError(f"`{self.name}` has no argument `{name}` here.{did_you_mean(name, self)}")

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an argument. Raises AttributeError for what a node has itself: such an argument is set as an item."""
        if name.startswith("_") or name == "target" or name in vars(self):
            object.__setattr__(self, name, value)
        elif self._is_argument(name):
            self[name] = value
        elif hasattr(type(self), name) and type(self).__module__.partition(".")[0] == _PACKAGE:
            raise AttributeError(f'`{name}` is part of every node; an argument of that name is set by `["{name}"] =`.')
        else:
            object.__setattr__(self, name, value)

    def _is_argument(self, name: str) -> bool:
        """Whether setting the attribute means an argument; node classes of users have attributes of their own."""
        if hasattr(type(self), name):
            return False
        ours = type(self).__module__.partition(".")[0] == _PACKAGE
        return ours or name in self or any(one.name == name for one in parameters(self.target) or ())

    def add(self: Self, **params: Any) -> Self:
        """Set arguments; returns the node."""
        self.update(params)
        return self

    def __lshift__(self: Self, params: Mapping[str, Any]) -> Self:
        """``node << {"a": 1}`` sets arguments and gives the node. Raises TypeError for anything but a dict."""
        if not isinstance(params, dict):
            raise TypeError(f"A dict of arguments is expected, but got {type(params)}.")
        self.update(params)
        return self

    def __rshift__(self: Self, other: ModuleNode) -> Self:
        """``a >> b`` puts the arguments of ``a`` into ``b`` and gives ``a``. Raises TypeError if ``b`` is no node."""
        if not isinstance(other, ModuleNode):
            raise TypeError(f"A node is expected, but got {type(other)}.")
        other.update(self)
        return self

    def __call__(self, *args: Any, **params: Any) -> Any:
        """What the target returns for ``args``, then the node's arguments and ``params``, which win.

        A python module is returned itself. Raises ``ModuleValidateError`` naming every missing argument, and
        ``ModuleBuildError`` with the cause if the call fails, or if one of ``args`` is an argument of the node as well.
        """
        node = self._with(params) if params else self
        try:
            if args:
                return node._instantiate(params, args)
            node.validate()
            return node._instantiate(params)
        except ConfigError as error:
            node._explain(error)
            raise without_internals(error) from error.__cause__

    def _explain(self, error: ConfigError, argument: str = "") -> None:
        if self._context is not None:
            self._context.explain(error, argument, frozenset(self))

    def validate(self) -> None:
        """Check that every required argument is there (VALID-1, VALID-4); raises ``ModuleValidateError``.

        Nothing is checked while ``workspace.excore_validate`` is off. While ``workspace.excore_manual_set`` is on,
        missing arguments are asked for, one line each, and kept in the node.
        """
        self._validate(self)

    def _validate(self, passed: Collection[str]) -> None:
        if isinstance(self.target, ModuleType):
            return
        missing = missing_arguments(self.target, passed)
        if not missing or not workspace.excore_validate:
            return
        if workspace.excore_manual_set:
            self._ask(missing)
            return
        names, verb = ", ".join(f"`{name}`" for name in missing), "is" if len(missing) == 1 else "are"
        error = ModuleValidateError(f"`{self.name}` needs {names}, which {verb} not given.")
        hints = unknown_arguments(self.target, passed).items()
        error._hint = "".join(f" It takes no `{name}`.{hint}" for name, hint in hints)
        raise error

    def _check(self) -> None:
        try:
            self.validate()
            is_judged = is_called_as_usual(self.target) and not isinstance(self.target, ModuleType)
            unknown = self._unknown(self) if is_judged else None
            if unknown is not None:
                raise unknown
        except ConfigError as error:
            self._explain(error)
            raise

    def _ask(self, names: list[str]) -> None:
        logger.info("Values of {} of `{}`, one a line:", ", ".join(f"`{name}`" for name in names), self.name)
        try:
            for name, line in zip(names, iter(builtins.input, None), strict=False):
                self[name] = parse_value(line)
        except EOFError as error:
            raise ModuleValidateError(f"No values were given for {', '.join(names)} of `{self.name}`.") from error

    def _with(self: Self, params: Mapping[str, Any]) -> Self:
        node = copy.copy(self)
        dict.update(node, params)
        return node

    def _arguments(self, passed: Collection[str]) -> dict[str, Any]:
        """The arguments, built; the values named in ``passed`` are the caller's own objects and are not copied."""
        arguments = {}
        for name, value in self.items():
            if type(value) in _ATOMS:
                arguments[name] = value
                continue
            try:
                arguments[name] = build_value(value, fresh=name not in passed)
            except ConfigError as error:
                self._explain(error, name)
                error.within(f"{self.name}.{name}")
                raise
        return arguments

    def _instantiate(self, passed: Collection[str] = (), args: tuple[Any, ...] = ()) -> Any:
        if isinstance(self.target, ModuleType):
            return self.target
        if args:
            self._validate({*self, *self._by_position(args)})
        arguments = self._arguments(passed)
        with Converted(lambda error: self._failure(error, arguments)):
            built = self.target(*args, **arguments)
        if workspace.excore_log_build_message:
            logger.success("Successfully instantiated: {} with arguments {}", self.name, list(arguments))
        return built

    def _by_position(self, args: tuple[Any, ...]) -> list[str]:
        """Names of the parameters that ``args`` are for. Raises ``ModuleBuildError`` if the node gives one of them
        too."""
        names = positional_names(self.target)[: len(args)]
        twice = [name for name in names if name in self]
        if twice:
            name = twice[0]
            raise ModuleBuildError(
                f"`{self.name}` is called with `{name}` by position, and `{name}` is configured; "
                f"to replace what is configured, write `{name}=`."
            )
        return names

    def _failure(self, error: Exception, arguments: Mapping[str, Any]) -> ModuleBuildError:
        unknown = self._unknown(arguments) if isinstance(error, TypeError) else None
        if unknown is not None:
            return unknown
        names = ", ".join(f"`{name}`" for name in arguments) or "none"
        return ModuleBuildError(f"Building `{self.name}` failed: {type(error).__name__}: {error} (arguments: {names})")

    def _unknown(self, arguments: Collection[str]) -> UnknownArgumentError | None:
        unknown = unknown_arguments(self.target, arguments)
        if not unknown:
            return None
        hints = " ".join(f"`{self.name}` takes no argument `{name}`.{hint}" for name, hint in unknown.items())
        prefixed = next((name for name in unknown if not name[:1].isidentifier()), "")
        if prefixed:
            hints += f' Prefixes belong to what a config says, which `cfg["Field.{self.name}.{prefixed}"] = ...` sets.'
        return UnknownArgumentError(hints)

    def __deepcopy__(self: Self, memo: dict[int, Any]) -> Self:
        """A node of its own for the same target; what was built is not copied."""
        node = copy.copy(self)
        memo[id(self)] = node
        for name, value in vars(self).items():
            if name in ("_built", "_built_of"):
                vars(node).pop(name)
            elif name not in ("target", "_name"):
                vars(node)[name] = copy.deepcopy(value, memo)
        if isinstance(self, VariableReference):
            vars(node)["target"] = copy.deepcopy(self.target, memo)
        for name, value in self.items():
            dict.__setitem__(node, name, copy.deepcopy(value, memo))
        return node

    def __getstate__(self) -> dict[str, Any]:
        """Python modules are kept by their names; what was built is not kept."""
        state = {name: value for name, value in vars(self).items() if name not in ("_built", "_built_of")}
        if isinstance(self.target, ModuleType):
            state["target"] = _NamedModule(self.target.__name__)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        target = state.get("target")
        vars(self).update(state)
        if isinstance(target, _NamedModule):
            vars(self)["target"] = import_target(target.name)

    def __copy__(self: Self) -> Self:
        node = type(self).__new__(type(self))
        vars(node).update(vars(self))
        dict.update(node, self)
        return node

    def __repr__(self) -> str:
        arguments = ", ".join([self.name, *(f"{name}={value!r}" for name, value in self.items())])
        return f"{type(self).__name__}({arguments})"

    def __eq__(self, other: object) -> bool:
        """Equal are nodes of one class with the same target and equal arguments."""
        if not isinstance(other, ModuleNode):
            return NotImplemented
        if type(self) is not type(other) or vars(self).get("source") != vars(other).get("source"):
            return False
        same = self.target is other.target
        if isinstance(self, VariableReference):
            same = same or bool(self.target == other.target)
        return same and dict.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    __hash__ = None

    @classmethod
    def from_str(cls: type[Self], str_target: str, params: Mapping[str, Any] | None = None) -> Self:
        """A node for a dotted import path. Raises ``StrToClassError``, and ``CoreConfigParseError`` if ``params`` hold
        a ``__no_call__`` that is not a boolean."""
        node = cls(import_target(str_target))
        node.update(params or {})
        no_call = node.pop(NO_CALL_KEY, False)
        if not isinstance(no_call, bool):
            raise CoreConfigParseError(f"`{NO_CALL_KEY}` of `{node.name}` must be true or false, but is {no_call!r}.")
        node._no_call = no_call
        return node

    @classmethod
    def from_base_name(cls: type[Self], base: str, name: str, params: Mapping[str, Any] | None = None) -> Self:
        """A node for module ``name`` of registry ``base``. Raises ``ModuleBuildError`` if there is none."""
        registry = Registry.get_registry(base)
        if registry is None:
            raise ModuleBuildError(f"There is no registry `{base}`.{did_you_mean(base, Registry._registry_pool)}")
        if name not in registry:
            raise ModuleBuildError(f"`{name}` is not registered in `{base}`.{did_you_mean(name, registry)}")
        return cls.from_str(registry[name], params)

    @classmethod
    def from_node(cls: type[Self], other: ModuleNode) -> Self:
        """``other`` as a node of this class: itself if it is one, else a new node with the same arguments."""
        if type(other) is cls:
            return other
        node = cls(other.target)
        dict.update(node, other)
        node._no_call = other._no_call
        node._context = other._context
        return node

    @classmethod
    def __excore_check_target_type__(cls, target_type: type[ModuleNode]) -> bool:
        """Whether one table must not be used as both this class and ``target_type``."""
        return False

    @classmethod
    def __excore_parse__(cls, config: Any, **locals: Any) -> ModuleNode | None:
        """The node for a reference, made in a way of its own; None leaves it to the loader."""
        return None


class InterNode(ModuleNode):
    """A new object at each use."""

    priority = 2

    @classmethod
    def __excore_check_target_type__(cls, target_type: type[ModuleNode]) -> bool:
        return target_type is ReusedNode


class ReusedNode(InterNode):
    """One object for all uses: it is built at the first call.

    Changing an argument, of it or of what it is built from, lets the next call build again. A node
    marked ``__no_call__`` builds at each call.
    """

    priority = 3

    def __call__(self, *args: Any, **params: Any) -> Any:
        """The shared object. Raises ``ModuleBuildError`` if it was built already and arguments are given."""
        if self._no_call:
            return super().__call__(*args, **params)
        state = vars(self)
        if not is_built(self):
            made_of = arguments_now(self)
            state["_built"], state["_built_of"] = super().__call__(*args, **params), made_of
        elif args or params:
            raise ModuleBuildError(f"`{self.name}` is shared and built already; it cannot take other arguments now.")
        return state["_built"]

    @classmethod
    def __excore_check_target_type__(cls, target_type: type[ModuleNode]) -> bool:
        return target_type is InterNode


class ClassNode(ModuleNode):
    """The class, function or python module itself; arguments have no effect."""

    priority = 1

    def validate(self) -> None:
        """Nothing is called, so nothing can be missing."""

    def __call__(self, *args: Any, **params: Any) -> Any:
        """The target. Raises TypeError if arguments are given."""
        if args or params:
            raise TypeError(f"`{self.name}` is not called here and takes no arguments.")
        return self.target


class VariableReference(ClassNode):
    """A value of the config; each call gives a copy of its lists and dicts."""

    def __init__(self, target: Any, name: str = "") -> None:
        super().__init__(target)
        self._name = name

    @property
    def name(self) -> str:
        """The name of the variable."""
        return self._name or super().name

    def __call__(self, *args: Any, **params: Any) -> Any:
        """The value. Raises TypeError if arguments are given."""
        return build_value(super().__call__(*args, **params))


InternNode = InterNode
