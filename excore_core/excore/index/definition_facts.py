"""Facts of one class or function definition, from its AST node.

Bodies are walked statement by statement; expressions are looked into only where ``**kwargs`` may be passed on.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from itertools import chain

from excore.index.facts import ClassFact, FieldFact, Forward, FunctionFact, MemberFact, ParamFact
from excore.index.source_text import SourceText, dotted

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_PROPERTIES = frozenset({"property", "cached_property", "functools.cached_property", "abc.abstractproperty"})
_LATER = (*_FUNCTIONS, ast.ClassDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_RECEIVERS = {"self", "cls"}
UNTOLD = "..."
"""The default of what may be required, or may not."""
_SMALL = 12  # lines; a longer function is no predicate that could be read


def docstring(body: list[ast.stmt]) -> str:
    """The raw docstring of a body, "" if there is none."""
    if body and isinstance(body[0], ast.Expr):
        value = body[0].value
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value
    return ""


def annotation(source: SourceText, node: ast.expr) -> str:
    """An annotation as text; a quoted one without its quotes."""
    if type(node) is ast.Name:
        return node.id
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return " ".join(node.value.split())
    return source.segment(node)


def parameters(source: SourceText, args: ast.arguments) -> list[ParamFact]:
    """All parameters in order, ``self`` among them."""
    positional = [*args.posonlyargs, *args.args]
    defaults = [*[None] * (len(positional) - len(args.defaults)), *args.defaults]
    kinds = [*["positional-only"] * len(args.posonlyargs), *[""] * len(args.args)]
    params = [_parameter(source, *item) for item in zip(positional, kinds, defaults, strict=True)]
    if args.vararg is not None:
        params.append(_parameter(source, args.vararg, "var-positional"))
    for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        params.append(_parameter(source, arg, "keyword-only", default))
    if args.kwarg is not None:
        params.append(_parameter(source, args.kwarg, "var-keyword"))
    return params


def _parameter(source: SourceText, arg: ast.arg, kind: str, default: ast.expr | None = None) -> ParamFact:
    fact: ParamFact = {"name": arg.arg, "at": source.at(arg, len(arg.arg))}
    if arg.annotation is not None:
        fact["annotation"] = annotation(source, arg.annotation)
    if kind:
        fact["kind"] = kind  # type: ignore[typeddict-item]
    if default is not None:
        fact["default"] = source.segment(default)
    return fact


def function(source: SourceText, node: FunctionNode, *, keep_source: bool = False) -> FunctionFact:
    """Facts of a function. ``keep_source``: keep the text of a small one, for ``match``."""
    fact: FunctionFact = {"name": node.name, "at": source.name_at(node), "params": parameters(source, node.args)}
    if node.returns is not None:
        fact["returns"] = annotation(source, node.returns)
    doc = docstring(node.body)
    if doc:
        fact["doc"] = doc
    if node.decorator_list:
        fact["decorators"] = [source.expression(item) for item in node.decorator_list]
    if node.args.kwarg is not None:
        _follow_kwargs(source, node, node.args.kwarg.arg, fact)
    if keep_source and (node.end_lineno or 0) - node.lineno < _SMALL:
        fact["source"] = "\n".join(source.lines[node.lineno - 1 : node.end_lineno])
    return fact


def _follow_kwargs(source: SourceText, node: FunctionNode, name: str, fact: FunctionFact) -> None:
    """Add to ``fact`` where the parameter ``**name`` goes.

    Every use of the name is either understood (passed on as ``**name``, or one key of it read, set or taken out) or it
    may take any key: so it is enough to count the uses that were understood.
    """
    uses = understood = 0
    sure = set(map(id, surely_run(node.body)))
    given = {item["name"] for item in fact["params"]} - _RECEIVERS
    rebound: set[str] = set()
    popped: dict[str, ParamFact] = {}
    read: dict[str, ParamFact] = {}
    forwards: dict[int, Forward] = {}
    for child in chain.from_iterable(map(ast.walk, node.body)):
        if type(child) is ast.Name:
            uses += child.id == name
            if not isinstance(child.ctx, ast.Load):
                rebound.add(child.id)
        elif type(child) is ast.Call and any(
            item.arg is None and dotted(item.value) == name for item in child.keywords
        ):
            forward = _forward(child, node.args.vararg)
            if forward is not None:
                understood += 1
                forwards[id(child)] = forward
        else:
            items, is_popped = _keys_used(source, child, name)
            understood += bool(items)
            for item in items:
                known = (popped if is_popped else read).setdefault(item["name"], item)
                if is_popped and id(child) not in sure:
                    known.setdefault("default", UNTOLD)
    leaks = uses > understood
    for forward in forwards.values():
        if forward["to"].partition(".")[0] in rebound | given:
            forward["to"] = ""
        if "rest" in forward and node.args.vararg is not None and node.args.vararg.arg in rebound:
            forward["rest"] = "any"
    if leaks:
        fact["leaks"] = True
        for item in popped.values():
            item.setdefault("default", UNTOLD)
    if forwards:
        fact["forwards"] = list(forwards.values())
        if not _always(node.body, forwards.keys()):
            fact["skips"] = True
    if popped:
        fact["popped"] = list(popped.values())
    if read:
        fact["read"] = list(read.values())


def _forward(call: ast.Call, rest: ast.arg | None) -> Forward | None:
    """The target of a call that gets ``**kwargs`` and what else it gets, ``None`` if that cannot be read. ``rest`` is
    the ``*args`` of the function that calls."""
    spread = [index for index, arg in enumerate(call.args) if isinstance(arg, ast.Starred)]
    if sum(item.arg is None for item in call.keywords) > 1:
        return None
    positional = spread[0] if spread else len(call.args)
    func = call.func
    to = dotted(func)
    after = ""
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Call) and dotted(func.value.func) == "super":
        if func.attr not in ("__init__", "__new__"):
            return None
        to = "super"
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


def _keys_used(source: SourceText, node: ast.AST, name: str) -> tuple[list[ParamFact], bool]:
    """The keys of ``name`` that ``node`` reads, sets or takes out, as parameters, and whether it takes them out.

    What is only read has no default: if it is not there, what the ``kwargs`` are handed to goes on without it.
    """
    if isinstance(node, ast.Subscript) and dotted(node.value) == name:
        default = None if isinstance(node.ctx, ast.Load) else UNTOLD
        return _key(source, node.slice, default), isinstance(node.ctx, ast.Del)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn)):
        return (_key(source, node.left) if dotted(node.comparators[0]) == name else []), False
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or dotted(node.func.value) != name:
        return [], False
    method = node.func.attr
    if method == "update" and not node.args:
        at = source.at(node.func.value)
        return [
            {"name": item.arg, "at": at, "kind": "keyword-only", "default": UNTOLD}
            for item in node.keywords
            if item.arg
        ], False
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


def surely_run(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """The nodes of a body that are evaluated whenever it runs to its end."""
    for statement in body:
        yield from _surely_evaluated(statement)
        if isinstance(statement, (ast.With, ast.AsyncWith)):
            yield from surely_run(statement.body)
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


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Every statement of a body, those inside ``if``, ``for``, ``with`` and ``try`` too, but of no inner definition."""
    for statement in body:
        yield statement
        kind = type(statement)
        if kind in (ast.Assign, ast.AnnAssign, ast.Expr, ast.Return, *_FUNCTIONS, ast.ClassDef):
            continue
        for field in ("body", "orelse", "finalbody"):
            inner = getattr(statement, field, None)
            if inner:
                yield from statements(inner)
        for handler in getattr(statement, "handlers", ()):
            yield from statements(handler.body)
        for case in getattr(statement, "cases", ()):
            yield from statements(case.body)


def class_(source: SourceText, node: ast.ClassDef) -> ClassFact:
    """Facts of a class."""
    bases = [dotted(base.value if isinstance(base, ast.Subscript) else base) for base in node.bases]
    fact: ClassFact = {"name": node.name, "at": source.name_at(node), "bases": bases}
    doc = docstring(node.body)
    if doc:
        fact["doc"] = doc
    if node.decorator_list:
        fact["decorators"] = [source.expression(item) for item in node.decorator_list]
    if node.keywords:
        fact["keywords"] = {item.arg or "**": source.segment(item.value) for item in node.keywords}
    members: dict[str, MemberFact] = {}
    fields: dict[str, FieldFact] = {}
    methods: dict[str, FunctionNode] = {}
    for statement in statements(node.body):
        if isinstance(statement, _FUNCTIONS):
            _method(source, statement, members, methods)
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            for target in targets(statement):
                if isinstance(target, ast.Name):
                    fields[target.id] = _field(source, target, statement)
    for method in methods.values():
        _self_attributes(source, method, members)
    _constructors(source, fact, methods)
    if source.dynamic.between(node.lineno, node.end_lineno or node.lineno):
        fact["dynamic"] = True
    if members:
        fact["members"] = list(members.values())
    if fields:
        fact["fields"] = list(fields.values())
    return fact


def targets(statement: ast.stmt) -> list[ast.expr]:
    """What a statement assigns to, or annotates."""
    if isinstance(statement, ast.Assign):
        return statement.targets
    return [statement.target] if isinstance(statement, ast.AnnAssign) else []


def _field(source: SourceText, target: ast.Name, statement: ast.Assign | ast.AnnAssign) -> FieldFact:
    """The name that an assignment in the body of a class binds."""
    field: FieldFact = {"name": target.id, "at": source.at(target)}
    if isinstance(statement, ast.AnnAssign):
        field["annotation"] = annotation(source, statement.annotation)
    if statement.value is not None:
        field["default"] = source.segment(statement.value)
        if isinstance(statement.value, ast.Call):
            field["value"] = source.expression(statement.value)
    return field


def _method(
    source: SourceText, node: FunctionNode, members: dict[str, MemberFact], methods: dict[str, FunctionNode]
) -> None:
    kind = "method"
    for item in node.decorator_list:
        name = dotted(item)
        if name.endswith((".setter", ".deleter", ".getter", "overload")):
            return
        if name in ("classmethod", "staticmethod"):
            kind = name
        elif name in _PROPERTIES:
            kind = "property"
    methods[node.name] = node
    if node.name.startswith("__") and node.name.endswith("__"):
        return
    member: MemberFact = {"name": node.name, "kind": kind, "at": source.name_at(node)}  # type: ignore[typeddict-item]
    doc = docstring(node.body)
    if doc:
        member["doc"] = doc
    if node.returns is not None:
        member["annotation"] = annotation(source, node.returns)
    members[node.name] = member


def _self_attributes(source: SourceText, method: FunctionNode, members: dict[str, MemberFact]) -> None:
    """Add to ``members`` what a method assigns to attributes of its first argument."""
    arguments = method.args.posonlyargs or method.args.args
    own = arguments[0].arg if arguments else ""
    for statement in statements(method.body) if own else ():
        for target in targets(statement):
            for item in target.elts if isinstance(target, ast.Tuple) else (target,):
                if not (type(item) is ast.Attribute and type(item.value) is ast.Name and item.value.id == own):
                    continue
                if item.attr not in members:
                    line, column, end = source.at(item)
                    at = [line, max(column, end - len(item.attr)), end]
                    members[item.attr] = {"name": item.attr, "kind": "attribute", "at": at}
                    if isinstance(statement, ast.AnnAssign):
                        members[item.attr]["annotation"] = annotation(source, statement.annotation)


def _constructors(source: SourceText, fact: ClassFact, methods: dict[str, FunctionNode]) -> None:
    """Add to ``fact`` its constructors, and every method that they hand their ``**kwargs`` to, however far on."""
    waiting: list[FunctionFact] = []
    if "__init__" in methods:
        fact["init"] = function(source, methods["__init__"])
        waiting.append(fact["init"])
    if "__new__" in methods:
        fact["new"] = function(source, methods["__new__"])
        waiting.append(fact["new"])
    targets: dict[str, FunctionFact] = {}
    while waiting:
        for forward in waiting.pop().get("forwards", ()):
            owner, _, name = forward["to"].partition(".")
            if owner == "self" and name in methods and name not in targets:
                targets[name] = function(source, methods[name])
                waiting.append(targets[name])
    if targets:
        fact["targets"] = targets
