"""Attribute paths on nodes: ``"ResNet.blocks[0].out(1)"``."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterable, Sequence
from types import CodeType, FrameType, ModuleType, TracebackType
from typing import Any

from excore.config.nodes import ModuleNode, VariableReference, build_value
from excore.config.targets import Converted, import_submodule
from excore.engine.hook import ConfigArgumentHook
from excore.engine.live import home_of, reached
from excore.errors import (
    ConfigError,
    CoreConfigParseError,
    MissingAttributeError,
    ModuleBuildError,
    did_you_mean,
)
from excore.lang.building import steps_text
from excore.lang.paths import Attribute, Call, Index, PathError, Step, parse_path
from excore.lang.reach import out_of_reach

__all__ = ["ChainedInvocationWrapper", "GetAttr", "follow", "is_variable"]


class GetAttr(ConfigArgumentHook):
    """What an attribute path leads to from the object a node builds.

    With ``instantiate`` a class at the end of a path that does not end with a call is called without arguments.
    """

    flag = "."

    def __init__(self, node: Any, attr: str | Sequence[Step], instantiate: bool = False) -> None:
        """``attr`` is a path as text or parsed. Raises ``CoreConfigParseError`` with the column if it is none."""
        super().__init__(node)
        self.steps = _parse(attr) if isinstance(attr, str) else tuple(attr)
        self.instantiate = instantiate

    @property
    def attr(self) -> str:
        """The path as text."""
        return steps_text(self.steps).removeprefix(".")

    def hook(self, **params: Any) -> Any:
        """The value. Raises ``MissingAttributeError``, or ``ModuleBuildError`` with the cause if a step fails."""
        if isinstance(self.node, ModuleNode) and self.node._no_call:
            raise ModuleBuildError(f"`{self.name}` has `__no_call__`, so it has no attribute `{self.attr}` yet.")
        target = self.node(**params)
        if isinstance(target, ModuleNode):
            raise ModuleBuildError(f"`{self.name}` has `__no_call__`, so it has no attribute `{self.attr}` yet.")
        value = follow(target, self.steps, self.name, tables=is_variable(self.node))
        if self.instantiate and isinstance(value, type) and not isinstance(self.steps[-1], Call):
            with Converted(_failing(self.name, self.attr), passing=(ConfigError,)):
                return value()
        return value

    def __eq__(self, other: object) -> bool:
        """Equal are the same paths on equal nodes."""
        if not isinstance(other, GetAttr):
            return NotImplemented
        mine, theirs = (type(self), self.steps, self.instantiate), (type(other), other.steps, other.instantiate)
        return mine == theirs and bool(self.node == other.node)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"GetAttr({self.node!r}, {self.attr!r})"

    @classmethod
    def from_list(cls, node: Any, attrs: Iterable[str]) -> Any:
        """``node`` with each of the paths on it, one after the other."""
        for attr in attrs:
            node = cls(node, attr)
        return node

    @classmethod
    def __excore_prepare__(cls, node: Any, info: str, config: Any) -> Any:
        return cls(node, info)


ChainedInvocationWrapper = GetAttr

_MACHINERY = (CodeType, FrameType, TracebackType)


def follow(target: Any, steps: Iterable[Step], name: str, *, tables: bool = False) -> Any:
    """What ``steps`` lead to from ``target``, which is called ``name`` in errors.

    A submodule of a python module is imported if need be. With ``tables`` the keys of a dict count as attributes.
    Raises ``ModuleBuildError`` if a step fails or leads where no config may go: into a module of another package than
    the one ``target`` is of, to what such a module imports from Python's standard library, to frames and code.
    """
    home = home_of(target)
    since: tuple[Step, ...] = ()  # the last attribute
    for step in steps:
        before = target
        since = (step,) if isinstance(step, Attribute) else (*since, step)
        text = steps_text(since).removeprefix(".")
        if isinstance(step, Attribute):
            target = _attribute(target, step.name, name, tables)
        elif isinstance(step, Index):
            with Converted(_failing(name, text), passing=(ConfigError,)):
                target = target[step.value]
        else:
            args = copy.deepcopy(step.args)
            kwargs = copy.deepcopy(dict(step.kwargs))
            with Converted(_failing(name, text), passing=(ConfigError,)):
                target = target(*args, **kwargs)
        forbidden = _forbidden(home, before, step, target)
        if forbidden:
            raise ModuleBuildError(f"`{text}` on `{name}` leads to {forbidden}.")
    return target


def _forbidden(home: str, before: Any, step: Step, value: Any) -> str:
    """In words, what a step from ``before`` leads to if a config must not have it; else ""."""
    if isinstance(value, _MACHINERY):
        return f"a {type(value).__name__}, which belongs to Python itself and cannot be reached from a config"
    member = reached(before, step.name if isinstance(step, Attribute) else "", value)
    return out_of_reach(home, member) if member is not None else ""


def _parse(text: str) -> tuple[Step, ...]:
    try:
        return parse_path(text)
    except PathError as error:
        message = f"`{text}` is no attribute path: {error} (column {error.column + 1})."
        raise CoreConfigParseError(message) from error


def is_variable(node: Any) -> bool:
    """Whether a path begins at a value of the config."""
    while isinstance(node, GetAttr):
        node = node.node
    return isinstance(node, VariableReference)


def _attribute(target: Any, attribute: str, name: str, tables: bool) -> Any:
    if tables and isinstance(target, dict) and attribute in target:
        return build_value(target[attribute])
    with Converted(_failing(name, attribute), passing=(ConfigError,)):
        try:
            return getattr(target, attribute)
        except AttributeError as error:
            submodule = import_submodule(target, attribute) if isinstance(target, ModuleType) else None
            if submodule is not None:
                return submodule
            if _is_there(target, attribute):  # asked again past `__getattr__`, which hides how a property failed
                plainly: Any = type(target).__getattribute__
                return plainly(target, attribute)
            others = [one for one in dir(target) if one != attribute]  # a slot that is empty is among them
            message = f"`{name}` has no attribute `{attribute}`.{did_you_mean(attribute, others)}"
            raise MissingAttributeError(message) from error


def _is_there(target: Any, attribute: str) -> bool:
    """Whether the attribute exists, so that an ``AttributeError`` comes from the code behind it. Runs no such code."""
    try:
        return not inspect.ismemberdescriptor(inspect.getattr_static(target, attribute))  # a slot may be empty
    except AttributeError:
        return False


def _failing(name: str, what: str) -> Callable[[Exception], ModuleBuildError]:
    return lambda error: ModuleBuildError(f"`{what}` on `{name}` failed: {type(error).__name__}: {error}")
