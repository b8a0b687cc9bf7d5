"""Facts of one class or function definition, from its AST node.

Bodies are walked statement by statement; expressions are looked into only where ``**kwargs`` may be passed on.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain

from excore.index.facts import ClassFact, FieldFact, Forward, FunctionFact, MemberFact, ParamFact
from excore.index.source_text import SourceText, dotted

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_PROPERTIES = frozenset({"property", "cached_property", "functools.cached_property", "abc.abstractproperty"})
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

    Every use of the name is either understood (passed on as ``**name``, or read by ``pop``, ``get`` or ``setdefault``
    with a constant key) or it may take any key: so it is enough to count the uses that were understood.
    """
    uses = understood = 0
    for child in chain.from_iterable(map(ast.walk, node.body)):
        if type(child) is ast.Name:
            uses += child.id == name
        elif type(child) is ast.Call:
            if any(item.arg is None and dotted(item.value) == name for item in child.keywords):
                forward = _forward(child)
                if forward is not None:
                    understood += 1
                    fact.setdefault("forwards", []).append(forward)
            elif isinstance(child.func, ast.Attribute) and dotted(child.func.value) == name:
                param = _read_parameter(source, child, child.func.attr)
                if param is not None:
                    understood += 1
                    is_popped = child.func.attr == "pop"
                    (fact.setdefault("popped", []) if is_popped else fact.setdefault("read", [])).append(param)
    if uses > understood:
        fact["leaks"] = True


def _forward(call: ast.Call) -> Forward | None:
    """The target of a call that gets ``**kwargs`` and what else it gets, ``None`` if that cannot be read."""
    spread = [arg.value for arg in call.args if isinstance(arg, ast.Starred)]
    if not all(isinstance(value, ast.Name) for value in spread):
        return None
    if sum(item.arg is None for item in call.keywords) > 1:
        return None
    positional = len(call.args) - len(spread)
    func = call.func
    to = dotted(func)
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Call) and dotted(func.value.func) == "super":
        if func.attr not in ("__init__", "__new__"):
            return None
        to = "super"
        positional -= func.attr == "__new__"
    elif to.endswith((".__init__", ".__new__")):
        positional -= 1
    if not to:
        return None
    return {"to": to, "positional": max(0, positional), "keywords": [item.arg for item in call.keywords if item.arg]}


def _read_parameter(source: SourceText, call: ast.Call, method: str) -> ParamFact | None:
    """The parameter that ``kwargs.pop("x", default)``, ``get`` or ``setdefault`` reads, ``None`` of another call.

    ``get`` gives it no default: if it is not there, what the ``kwargs`` are handed to goes on without it.
    """
    key = call.args[0] if method in ("pop", "get", "setdefault") and call.args else None
    if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
        return None
    fact: ParamFact = {"name": key.value, "at": source.at(key), "kind": "keyword-only"}
    if len(call.args) > 1 and method != "get":
        fact["default"] = source.segment(call.args[1])
    return fact


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
