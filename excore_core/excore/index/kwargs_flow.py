"""Where the ``**kwargs`` of a function go: which calls get them, which of their keys it takes for itself."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import chain
from typing import Literal, NamedTuple

from excore.index.facts import Forward, FunctionFact, ParamFact
from excore.index.source_text import SourceText, dotted

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
SUPER_CALL = "super.__call__"
UNTOLD = "..."
"""The default of what may be required, or may not."""
_LATER = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
_RECEIVERS = {"self", "cls"}
_COPYING = ("dict", "copy", "deepcopy", "OrderedDict")
_WIDE = ("TypeError", "Exception", "BaseException")
_READING_METHODS = ("items", "keys", "values", "get")
_READING_FUNCTIONS = ("set", "len", "list", "tuple", "sorted", "bool", "zip", "enumerate", "print", "repr", "str")


def follow_kwargs(source: SourceText, node: FunctionNode, fact: FunctionFact) -> None:
    """Add to ``fact``, the facts of ``node`` with its parameters, where its ``**kwargs`` go."""
    if node.args.kwarg is None:
        return
    uses = _Uses(source, node, node.args.kwarg.arg)
    for child in chain.from_iterable(map(ast.walk, node.body)):
        uses.add(child)
    rest = node.args.vararg
    parameters = {item["name"] for item in fact["params"]} - _RECEIVERS
    for forward in uses.forwards.values():
        if forward["to"].partition(".")[0] in uses.bound | parameters:
            forward["to"] = ""
        if "rest" in forward and rest is not None and rest.arg in uses.bound:
            forward["rest"] = "any"
    if uses.number > uses.understood or _is_caught(node, uses.forwards.keys()):
        fact["leaks"] = True
        for item in uses.popped.values():
            item.setdefault("default", UNTOLD)
    if uses.forwards:
        fact["forwards"] = list(uses.forwards.values())
        if uses.unsure or not _always(node.body, uses.forwards.keys()):
            fact["skips"] = True
    if uses.popped:
        fact["popped"] = list(uses.popped.values())
    if uses.read:
        fact["read"] = list(uses.read.values())


def passes_on(node: FunctionNode, callee: str) -> Literal["all", "part", ""]:
    """Whether a function hands what it gets to ``callee``, unchanged and whenever it runs to its end: "part" if it may
    keep some keywords back."""
    rest, keywords = node.args.vararg, node.args.kwarg
    own = [*node.args.posonlyargs, *node.args.args]
    if keywords is None or node.args.kwonlyargs or any(arg.arg not in _RECEIVERS for arg in own):
        return ""
    nodes = list(chain.from_iterable(map(ast.walk, node.body)))
    parts = [dotted(one.targets[0]) for one in nodes if isinstance(one, ast.Assign) and _is_part(one, keywords.arg)]
    names = {keywords.arg, *parts}
    fixed = {callee, *([rest.arg] if rest is not None else [])}
    unread = -len(parts)
    calls: list[ast.Call] = []
    for child in nodes:
        if isinstance(child, ast.Name):
            if child.id in fixed and not isinstance(child.ctx, ast.Load):
                return ""
            unread += child.id in names
        else:
            unread -= _reads(child, names)
            if isinstance(child, ast.Call) and dotted(child.func) == callee:
                calls.append(child)
    if unread or not _always(node.body, set(map(id, calls))):
        return ""
    for call in calls:
        made = _forward(call, rest)
        spread = [dotted(item.value) for item in call.keywords if item.arg is None]
        if made is None or made["keywords"] or made["positional"] != len(own) or made.get("rest", "own") != "own":
            return ""
        if not names.issuperset(spread) or not spread:
            return ""
        parts += [name for name in spread if name != keywords.arg]
    return "part" if parts else "all"


def makes_as_asked(node: FunctionNode) -> bool:
    """Whether the ``__call__`` of a metaclass hands what it gets, unchanged, to the one that it overrides, if it does
    so perhaps only once, as that of singletons."""
    rest, keywords = node.args.vararg, node.args.kwarg
    first = [item.arg for item in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    if rest is None or keywords is None or len(first) != 1:
        return False
    calls: set[int] = set()
    unread = 0
    for child in chain.from_iterable(map(ast.walk, node.body)):
        if isinstance(child, ast.Name) and child.id in (rest.arg, keywords.arg):
            unread += child.id == keywords.arg
            if not isinstance(child.ctx, ast.Load):
                return False
        unread -= _reads(child, {keywords.arg})
        if isinstance(child, ast.Call) and isinstance(child.func, ast.Attribute) and child.func.attr == "__call__":
            given = [ast.unparse(item) for item in (*child.args, *child.keywords)]
            own = [] if isinstance(child.func.value, ast.Call) else first  # behind `super()`, or with the class
            if given != [*own, f"*{rest.arg}", f"**{keywords.arg}"]:
                return False
            calls.add(id(child))
    return bool(calls) and not unread and not _is_caught(node, calls)


def _is_part(statement: ast.Assign, name: str) -> bool:
    """Whether a statement is ``part = {key: value for key, value in name.items() if ...}``."""
    made, targets = statement.value, statement.targets
    if not isinstance(made, ast.DictComp) or len(targets) != 1 or not isinstance(targets[0], ast.Name):
        return False
    loop = made.generators[0]
    pair = [dotted(item) for item in loop.target.elts] if isinstance(loop.target, ast.Tuple) else []
    items = loop.iter.func if isinstance(loop.iter, ast.Call) else loop.iter
    return (
        len(made.generators) == 1
        and dotted(items) == f"{name}.items"
        and pair == [dotted(made.key), dotted(made.value)]
    )


def _reads(node: ast.AST, names: Collection[str]) -> int:
    """How often ``node`` uses the dicts ``names`` without changing them."""
    if isinstance(node, ast.Call):
        reading = [item.value for item in node.keywords if item.arg is None]
        if isinstance(node.func, ast.Attribute) and node.func.attr in _READING_METHODS:
            reading.append(node.func.value)
        elif dotted(node.func) in _READING_FUNCTIONS:
            reading += node.args
    elif isinstance(node, ast.Dict):
        reading = [value for key, value in zip(node.keys, node.values, strict=True) if key is None]
    elif isinstance(node, ast.Compare):
        reading = node.comparators
    elif isinstance(node, (ast.For, ast.comprehension)):
        reading = [node.iter]
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        reading = [node.value]
    else:
        return 0
    return sum(dotted(item) in names for item in reading)


class _Merge(NamedTuple):
    """What a dict is made of: how often ``**kwargs`` are in it, the keys that are written beside, and whether others
    may be."""

    uses: int = 0
    keys: tuple[ast.expr, ...] = ()
    unsure: bool = False


def _merged(node: ast.expr, names: Collection[str]) -> _Merge:
    """What the dict ``node`` is made of, where ``names`` are ``**kwargs`` and copies of them."""
    parts: list[ast.expr] = []
    keys: list[ast.expr] = []
    unsure = False
    if isinstance(node, ast.Name):
        return _Merge(1) if node.id in names else _Merge(unsure=True)
    if isinstance(node, ast.Call) and _copies(node):
        is_method = isinstance(node.func, ast.Attribute) and not node.args
        parts = [node.func.value] if is_method else list(node.args)  # type: ignore[attr-defined]
        parts += _spread(node)
        keys = [ast.copy_location(ast.Constant(item.arg), item.value) for item in node.keywords if item.arg]
    elif isinstance(node, ast.Dict):
        parts = [value for key, value in zip(node.keys, node.values, strict=True) if key is None]
        keys = [key for key in node.keys if key is not None]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        parts = [node.left, node.right]
    elif isinstance(node, ast.BoolOp):
        parts, unsure = node.values, True
    elif isinstance(node, ast.IfExp):
        parts, unsure = [node.body, node.orelse], True
    else:
        return _Merge(unsure=True)
    merges = [_merged(part, names) for part in parts]
    keys += [key for one in merges for key in one.keys]
    unsure |= any(one.unsure for one in merges) or not all(isinstance(key, ast.Constant) for key in keys)
    return _Merge(sum(one.uses for one in merges), tuple(keys), unsure)


def _copies(call: ast.Call) -> bool:
    return dotted(call.func).rpartition(".")[2] in _COPYING


def _spread(call: ast.Call) -> list[ast.expr]:
    """What a call gets as ``**value``."""
    return [item.value for item in call.keywords if item.arg is None]


def _names_of_copies(node: FunctionNode, name: str) -> dict[str, int]:
    """The local names that hold ``**name`` and maybe more, each with the line that puts it there."""
    found = {name: 0}
    statements = [
        one for one in chain.from_iterable(map(ast.walk, node.body)) if isinstance(one, (ast.Assign, ast.Call))
    ]
    statements.sort(key=lambda one: one.lineno)
    for one in statements:
        target, given = _put_into(one)
        if target and target not in found and any(_merged(part, found).uses for part in given):
            found[target] = one.lineno
    parameters = {item.arg for item in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    stored = Counter(_put_into(one)[0] for one in statements if isinstance(one, ast.Assign))
    for child in chain.from_iterable(map(ast.walk, node.body)):
        if isinstance(child, ast.Name) and child.id in found and not isinstance(child.ctx, ast.Load):
            stored[child.id] -= 1
    return {one: line for one, line in found.items() if one == name or (one not in parameters and not stored[one])}


def _put_into(node: ast.Assign | ast.Call) -> tuple[str, list[ast.expr]]:
    """The name that an assignment binds, or whose dict a call of ``update`` changes, and what it puts there."""
    if isinstance(node, ast.Assign):
        target = node.targets[0]
        return (target.id if len(node.targets) == 1 and isinstance(target, ast.Name) else ""), [node.value]
    if isinstance(node.func, ast.Attribute) and node.func.attr == "update" and isinstance(node.func.value, ast.Name):
        return node.func.value.id, [ast.Call(ast.Name("dict", ast.Load()), node.args, node.keywords)]
    return "", []


def _is_caught(node: FunctionNode, calls: Collection[int]) -> bool:
    """Whether a wrong argument of one of ``calls``, given by their ids, may end in a handler that goes on."""
    for one in ast.walk(node) if calls else ():
        for handler in getattr(one, "handlers", ()):
            kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
            is_caught = any(kind is None or dotted(kind) in _WIDE for kind in kinds)
            if is_caught and not _always(handler.body, ()):
                body = chain.from_iterable(map(ast.walk, getattr(one, "body", ())))
                if any(id(child) in calls for child in body):
                    return True
    return False


class _Uses:
    """What a function does with its ``**name``.

    Every use of the name is either understood (passed on as ``**name``, or one key of it read, set or taken out) or it
    may take any key: so it is enough to count the uses that were understood. ``bound``: names that the body binds;
    ``unsure``: what calls get besides may be any of their parameters.
    """

    def __init__(self, source: SourceText, node: FunctionNode, name: str) -> None:
        self.source = source
        self.names = _names_of_copies(node, name)
        self.rest = node.args.vararg
        self.sure = set(map(id, _surely_run(node.body)))
        self.number = self.understood = 0
        self.unsure = False
        self.bound: set[str] = set()
        self.forwards: dict[int, Forward] = {}
        self.popped: dict[str, ParamFact] = {}
        self.read: dict[str, ParamFact] = {}

    def add(self, node: ast.AST) -> None:
        """Count ``node``."""
        if type(node) is ast.Name:
            self.number += node.id in self.names
            if not isinstance(node.ctx, ast.Load):
                self.bound.add(node.id)
        elif type(node) is ast.Call and not _copies(node) and self.merges(_spread(node)):
            forward = _forward(node, self.rest)
            if forward is not None:
                self.understood += self.take(_spread(node))
                self.forwards[id(node)] = forward
        elif isinstance(node, (ast.Assign, ast.Call)) and _put_into(node)[0] in self.names:
            self.put(node)
        elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.BitOr) and dotted(node.target) in self.names:
            self.understood += 1 + self.take([node.value])
        else:
            self.keys(node)

    def put(self, node: ast.Assign | ast.Call) -> None:
        """Count what is put into one of the names."""
        name, given = _put_into(node)
        is_sure = id(node) in self.sure or isinstance(node, ast.Assign)
        if isinstance(node, ast.Assign) and not self.merges(given) and node.lineno >= self.names[name]:
            return  # they are no longer there: this use is not understood
        self.understood += 1 + self.take(given)
        self.unsure |= self.merges(given) and not is_sure

    def merges(self, parts: list[ast.expr]) -> bool:
        """Whether the ``**kwargs`` are in one of ``parts``."""
        return any(_merged(part, self.names).uses for part in parts)

    def take(self, parts: list[ast.expr]) -> int:
        """Count what dicts are made of."""
        uses = 0
        for part in parts:
            made = _merged(part, self.names)
            self.unsure |= made.unsure
            uses += made.uses
            for key in made.keys:
                for item in _key(self.source, key, UNTOLD):
                    self.read.setdefault(item["name"], item)
        return uses

    def keys(self, node: ast.AST) -> None:
        """Add the keys that ``node`` uses."""
        items, is_popped = _keys_used(self.source, node, self.names)
        self.understood += bool(items)
        for item in items:
            param = (self.popped if is_popped else self.read).setdefault(item["name"], item)
            if is_popped and id(node) not in self.sure:
                param.setdefault("default", UNTOLD)


def _forward(call: ast.Call, rest: ast.arg | None) -> Forward | None:
    """The target of a call that gets ``**kwargs`` and what else it gets, ``None`` if that cannot be read. ``rest`` is
    the ``*args`` of the function that calls."""
    spread = [index for index, arg in enumerate(call.args) if isinstance(arg, ast.Starred)]
    positional = spread[0] if spread else len(call.args)
    func = call.func
    to = dotted(func)
    after = ""
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Call) and dotted(func.value.func) == "super":
        if func.attr not in ("__init__", "__new__", "__call__") or not all(
            isinstance(arg, ast.Name) for arg in func.value.args[1:]
        ):
            return None
        to = "super" if func.attr != "__call__" else SUPER_CALL
        positional -= func.attr == "__new__"
        if func.value.args:
            after = dotted(func.value.args[0]) or "?"
    elif to.endswith((".__init__", ".__new__")):
        positional -= 1
    if not to:
        return None
    keywords = [item.arg for item in call.keywords if item.arg]
    forward: Forward = {"to": to, "positional": max(0, positional), "keywords": keywords}
    if after:
        forward["after"] = after
    if spread:
        last = call.args[-1]
        is_own = rest is not None and isinstance(last, ast.Starred) and dotted(last.value) == rest.arg
        forward["rest"] = "own" if is_own and spread == [len(call.args) - 1] else "any"
    return forward


def _keys_used(source: SourceText, node: ast.AST, names: Collection[str]) -> tuple[list[ParamFact], bool]:
    """The keys of ``names`` that ``node`` reads, sets or takes out, as parameters, and whether it takes them out.

    What is only read has no default: if it is not there, what the ``kwargs`` are handed to goes on without it.
    """
    if isinstance(node, ast.Subscript) and dotted(node.value) in names:
        default = None if isinstance(node.ctx, ast.Load) else UNTOLD
        return _key(source, node.slice, default), isinstance(node.ctx, ast.Del)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn)):
        return (_key(source, node.left) if dotted(node.comparators[0]) in names else []), False
    if (
        not isinstance(node, ast.Call)
        or not isinstance(node.func, ast.Attribute)
        or dotted(node.func.value) not in names
    ):
        return [], False
    method = node.func.attr
    if method not in ("pop", "get", "setdefault") or not node.args:
        return [], False
    default = source.segment(node.args[1]) if len(node.args) > 1 and method != "get" else None
    return _key(source, node.args[0], default), method == "pop"


def _key(source: SourceText, node: ast.expr, default: str | None = None) -> list[ParamFact]:
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return []
    fact: ParamFact = {"name": node.value, "at": source.at(node), "kind": "keyword-only"}
    if default is not None:
        fact["default"] = default
    return [fact]


def _surely_run(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes of a body that are evaluated whenever it runs to its end."""
    for statement in body:
        yield from _surely_evaluated(statement)
        if isinstance(statement, (ast.With, ast.AsyncWith)):
            yield from _surely_run(statement.body)
        if _returns(statement):
            return


def _surely_evaluated(node: ast.AST) -> Iterator[ast.AST]:
    """``node`` and what is in it, without what may be left out or is evaluated later."""
    yield node
    inner: list[ast.AST]
    if isinstance(node, (ast.If, ast.While, ast.IfExp)):
        inner = [node.test]
    elif isinstance(node, (ast.For, ast.AsyncFor)):
        inner = [node.iter]
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        inner = [*node.items]
    elif isinstance(node, ast.Match):
        inner = [node.subject]
    elif isinstance(node, ast.BoolOp):
        inner = [node.values[0]]
    elif isinstance(node, _LATER) or hasattr(node, "handlers"):
        inner = []
    else:
        inner = [*ast.iter_child_nodes(node)]
    for child in inner:
        yield from _surely_evaluated(child)


def _always(body: list[ast.stmt], calls: Collection[int]) -> bool:
    """Whether whoever runs ``body`` without an exception makes one of ``calls``, given by their ids."""
    for statement in body:
        if isinstance(statement, ast.Raise) or any(_makes(node, calls) for node in _surely_evaluated(statement)):
            return True
        parts = _parts(statement)
        verdicts = [_always(part, calls) for part in parts]
        if parts and all(verdicts):
            return True
        if isinstance(statement, ast.Return):
            return False
        if any(not verdict and any(map(_returns, part)) for part, verdict in zip(parts, verdicts, strict=True)):
            return False
        if not parts and _returns(statement):
            return False
    return False


def _makes(node: ast.AST, calls: Collection[int]) -> bool:
    if isinstance(node, ast.IfExp):
        return all(any(id(child) in calls for child in ast.walk(part)) for part in (node.body, node.orelse))
    return id(node) in calls


def _parts(statement: ast.stmt) -> list[list[ast.stmt]]:
    """The ways on from a statement, of which one is gone."""
    if isinstance(statement, ast.If):
        return [statement.body, statement.orelse]
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        return [statement.body]
    if hasattr(statement, "handlers"):
        body = [*getattr(statement, "body", []), *getattr(statement, "orelse", [])]
        return [body, *(handler.body for handler in statement.handlers)]
    return []


def _returns(statement: ast.stmt) -> bool:
    return not isinstance(statement, _LATER) and any(isinstance(node, ast.Return) for node in ast.walk(statement))
