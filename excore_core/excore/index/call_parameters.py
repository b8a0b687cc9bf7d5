"""What a call takes, as far as reading can tell."""

from __future__ import annotations

from dataclasses import dataclass, replace

from excore.lang.catalog import Param, Signature


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a call, each with its ``owner``. ``docs`` are the docstrings that describe them, as ``(owner,
    text)``."""

    params: tuple[Param, ...] = ()
    complete: bool = True
    docs: tuple[tuple[str, str], ...] = ()

    def signature(self, own: str, returns: str | None = None, without: tuple[str, ...] = ()) -> Signature:
        """The signature of the entry with import path ``own``: its own parameters get no owner."""
        params = (replace(param, owner="") if param.owner == own else param for param in self.params)
        return Signature(tuple(param for param in params if param.name not in without), self.complete, returns)

    def docstrings(self, own: str) -> tuple[tuple[str, str], ...]:
        """The docstrings of the entry with import path ``own``: its own ones get no owner."""
        return tuple(("" if owner == own else owner, text) for owner, text in self.docs if text)


UNKNOWN = Parameters(complete=False)


def union(calls: list[list[Param]]) -> list[Param]:
    """The parameters of several calls; one that not every call has is never required, as another one may be made."""
    if len(calls) == 1:
        return calls[0]
    params: dict[str, Param] = {}
    for call in calls:
        for param in call:
            everywhere = all(any(other.name == param.name for other in others) for others in calls)
            if not everywhere and param.required:
                param = replace(param, default="...")
            params.setdefault(param.name, param)
    return list(params.values())
