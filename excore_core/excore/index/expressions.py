"""Reading the ``Expr`` values of facts: calls and their arguments, lists, and their source text again."""

from __future__ import annotations

from typing import NamedTuple

from excore.index.facts import At, Expr


class CallExpr(NamedTuple):
    """A call; ``keywords`` are the named ones, ``spreads`` is the number of ``**mappings`` besides."""

    func: Expr
    arguments: list[Expr]
    keywords: dict[str, Expr]
    spreads: int
    at: At

    def argument(self, index: int, *names: str) -> Expr | None:
        """The positional argument ``index``, or else the first of the keywords ``names``; None without either."""
        if len(self.arguments) > index:
            return self.arguments[index]
        return next((self.keywords[name] for name in names if name in self.keywords), None)


def call_of(expr: Expr | None) -> CallExpr | None:
    """``expr`` as a call, None if it is none."""
    if not isinstance(expr, dict) or "f" not in expr:
        return None
    keywords = {name: value for name, value in expr["k"] if name}
    return CallExpr(expr["f"], expr["a"], keywords, len(expr["k"]) - len(keywords), expr["at"])


def elements(expr: Expr | None) -> list[Expr] | None:
    """The elements of a list, tuple or set that is written out, None for anything else."""
    return expr["l"] if isinstance(expr, dict) and "l" in expr else None


def dictionary(expr: Expr | None) -> dict[str, Expr]:
    """Keys and values of ``{"a": 1}`` and ``dict(a=1)``, as far as they can be read."""
    call = call_of(expr)
    if call is not None and call.func == "dict":
        return call.keywords
    return {str(key): value for key, value in expr["d"]} if isinstance(expr, dict) and "d" in expr else {}


def substitute(expr: Expr, name: str, value: Expr) -> Expr:
    """``expr`` where the variable ``name`` stands for ``value``."""
    if isinstance(expr, str):
        head, dot, rest = expr.partition(".")
        if head != name:
            return expr
        if not dot:
            return value
        return f"{value}.{rest}" if isinstance(value, str) else {"s": expr}
    result = dict(expr)
    for key, part in expr.items():
        if key in ("f", "o", "*"):
            result[key] = substitute(part, name, value)
        elif key in ("l", "a"):
            result[key] = [substitute(item, name, value) for item in part]
        elif key in ("d", "k"):
            result[key] = [[label, substitute(item, name, value)] for label, item in part]
    return result


def render(expr: Expr) -> str:
    """``expr`` as source text again."""
    if isinstance(expr, str):
        return expr
    if "c" in expr:
        return repr(expr["c"])
    if "l" in expr:
        return "[" + ", ".join(render(item) for item in expr["l"]) + "]"
    if "d" in expr:
        return "{" + ", ".join(f"{key!r}: {render(value)}" for key, value in expr["d"]) + "}"
    if "f" in expr:
        arguments = [render(item) for item in expr["a"]]
        arguments += [f"{name}={render(value)}" if name else f"**{render(value)}" for name, value in expr["k"]]
        return f"{render(expr['f'])}({', '.join(arguments)})"
    if "o" in expr:
        return f"{render(expr['o'])}.{expr['n']}"
    if "*" in expr:
        return f"*{render(expr['*'])}"
    return str(expr["s"])
