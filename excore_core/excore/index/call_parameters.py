"""What a call takes, as far as reading can tell."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from excore.lang.catalog import Param, Signature

_KINDS = ("positional-only", "positional-or-keyword", "var-positional", "keyword-only", "var-keyword")
_BY_POSITION = _KINDS[:2]


class Doubt(NamedTuple):
    """Why a call may take more than its definition says. ``keeps``: all the same it wants what that requires."""

    reason: str
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a call, each with its ``owner``. ``docs`` are the docstrings that describe them, as ``(owner,
    text)``. ``reason`` says why they are not ``complete``. ``filled`` are the parameters that further positional
    arguments reach, as ``*args`` are handed on to them."""

    params: tuple[Param, ...] = ()
    complete: bool = True
    docs: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    filled: tuple[str, ...] = ()

    @property
    def by_position(self) -> tuple[str, ...]:
        """The names that positional arguments fill, one after the other."""
        return (*(param.name for param in self.params if param.kind in _BY_POSITION), *self.filled)

    def partly(self, reason: str) -> Parameters:
        """These parameters where more may be taken, and none be required, because of ``reason``."""
        params = tuple(map(optional, self.params))
        return replace(self, params=params, complete=False, reason=self.reason or reason)

    def doubted(self, doubt: Doubt | None) -> Parameters:
        """These parameters with what ``doubt`` says of them."""
        if doubt is None:
            return self
        return (
            replace(self, complete=False, reason=self.reason or doubt.reason)
            if doubt.keeps
            else self.partly(doubt.reason)
        )

    def signature(self, own: str, returns: str | None = None, without: tuple[str, ...] = ()) -> Signature:
        """The signature of the entry with import path ``own``: its own parameters get no owner."""
        params = (_own(param) if param.owner == own else param for param in self.params)
        return Signature(
            tuple(param for param in params if param.name not in without), self.complete, returns, self.reason
        )

    def docstrings(self, own: str) -> tuple[tuple[str, str], ...]:
        """The docstrings of the entry with import path ``own``: its own ones get no owner."""
        return tuple(("" if owner == own else owner, text) for owner, text in self.docs if text)


def _own(param: Param) -> Param:
    """The parameter without an owner; ``replace`` takes four times as long, and each parameter comes here."""
    facts = (param.kind, param.annotation, param.default, param.doc, param.location, param.choices)
    return Param(param.name, *facts, wanted=param.wanted, also=param.also)


def unknown(reason: str) -> Parameters:
    """Those of a call of which nothing is known."""
    return Parameters(complete=False, reason=reason)


def either(calls: list[Parameters]) -> Parameters:
    """Those of a call that is one of several, nobody knows which."""
    if len(calls) == 1:
        return calls[0]
    params = union([list(call.params) for call in calls])
    params.sort(key=lambda param: _KINDS.index(param.kind))
    docs = tuple(dict.fromkeys(item for call in calls for item in call.docs))
    reason = next((call.reason for call in calls if call.reason), "")
    return Parameters(tuple(params), all(call.complete for call in calls), docs, reason)


def optional(param: Param) -> Param:
    """``param`` as one that nobody has to give."""
    return replace(param, default="...") if param.required else param


def union(calls: list[list[Param]]) -> list[Param]:
    """The parameters of several calls; one that not every call has is never required, as another one may be made."""
    if len(calls) == 1:
        return calls[0]
    params: dict[str, Param] = {}
    for call in calls:
        for param in call:
            everywhere = all(any(other.name == param.name for other in others) for others in calls)
            params.setdefault(param.name, param if everywhere else optional(param))
    return list(params.values())
