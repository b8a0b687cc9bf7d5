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
    found: list[ParamFact] = []
    positional = [*args.posonlyargs, *args.args]
    first_default = len(positional) - len(args.defaults)
    for index, arg in enumerate(positional):
        fact = _parameter(source, arg)
        if index < len(args.posonlyargs):
            fact["kind"] = "positional-only"
        if index >= first_default:
            fact["default"] = source.segment(args.defaults[index - first_default])
        found.append(fact)
    if args.vararg is not None:
        fact = _parameter(source, args.vararg)
        fact["kind"] = "var-positional"
        found.append(fact)
    for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        fact = _parameter(source, arg)
        fact["kind"] = "keyword-only"
        if default is not None:
            fact["default"] = source.segment(default)
        found.append(fact)
    if args.kwarg is not None:
        fact = _parameter(source, args.kwarg)
        fact["kind"] = "var-keyword"
        found.append(fact)
    return found


def _parameter(source: SourceText, arg: ast.arg) -> ParamFact:
    fact: ParamFact = {"name": arg.arg, "at": source.at(arg, len(arg.arg))}
    if arg.annotation is not None:
        fact["annotation"] = annotation(source, arg.annotation)
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
    forwards: list[Forward] = []
    takes: list[ParamFact] = []
    reads: list[ParamFact] = []
    uses = followed = 0
    for child in chain.from_iterable(map(ast.walk, node.body)):
        if type(child) is ast.Name:
            uses += child.id == name
        elif type(child) is ast.Call:
            if _passes_on(child, name):
                followed += 1
                forward = _forward(child)
                if forward is None:
                    fact["leaks"] = True
                else:
                    forwards.append(forward)
            else:
                taken = _taken(source, child, name)
                if taken is not None:
                    followed += 1
                    (takes if child.func.attr == "pop" else reads).append(taken)  # type: ignore[attr-defined]
    if forwards:
        fact["forwards"] = forwards
    if takes:
        fact["takes"] = takes
    if reads:
        fact["reads"] = reads
    if uses > followed:
        fact["leaks"] = True


def _passes_on(call: ast.Call, name: str) -> bool:
    return any(
        item.arg is None and isinstance(item.value, ast.Name) and item.value.id == name for item in call.keywords
    )


def _forward(call: ast.Call) -> Forward | None:
    """The call's target and what it is given, ``None`` if that cannot be told."""
    own_star = [arg for arg in call.args if isinstance(arg, ast.Starred)]
    if any(not isinstance(arg.value, ast.Name) for arg in own_star):
        return None
    if sum(item.arg is None for item in call.keywords) > 1:
        return None
    positional = len(call.args) - len(own_star)
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
    return {"to": to, "positional": max(0, positional), "given": [item.arg for item in call.keywords if item.arg]}


def _taken(source: SourceText, call: ast.Call, name: str) -> ParamFact | None:
    """The parameter that ``name.pop("x", default)``, ``get`` or ``setdefault`` reads; only ``get`` gives no default."""
    func = call.func
    if not (isinstance(func, ast.Attribute) and func.attr in ("pop", "get", "setdefault") and call.args):
        return None
    key = call.args[0]
    if dotted(func.value) != name or not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
        return None
    fact: ParamFact = {"name": key.value, "at": source.at(key), "kind": "keyword-only"}
    if len(call.args) > 1 and func.attr != "get":
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
        else:
            fields.update((field["name"], field) for field in _fields(source, statement))
    for method in methods.values():
        _self_attributes(source, method, members)
    _constructors(source, fact, methods)
    if source.is_dynamic(node):
        fact["dynamic"] = True
    if members:
        fact["members"] = list(members.values())
    if fields:
        fact["fields"] = list(fields.values())
    return fact


def _fields(source: SourceText, statement: ast.stmt) -> Iterator[FieldFact]:
    """What a statement in the body of a class assigns or annotates."""
    if isinstance(statement, ast.AnnAssign):
        if isinstance(statement.target, ast.Name):
            field: FieldFact = {
                "name": statement.target.id,
                "at": source.at(statement.target),
                "annotation": annotation(source, statement.annotation),
            }
            _value(source, field, statement.value)
            yield field
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            if isinstance(target, ast.Name):
                field = {"name": target.id, "at": source.at(target)}
                _value(source, field, statement.value)
                yield field


def _value(source: SourceText, field: FieldFact, value: ast.expr | None) -> None:
    if value is not None:
        field["default"] = source.segment(value)
        if isinstance(value, ast.Call):
            field["value"] = source.expression(value)


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
    arguments = method.args.posonlyargs or method.args.args
    if not arguments:
        return
    own = arguments[0].arg
    for statement in statements(method.body):
        if type(statement) is ast.Assign:
            targets = statement.targets
        elif type(statement) is ast.AnnAssign:
            targets = [statement.target]
        else:
            continue
        for target in targets:
            for item in target.elts if isinstance(target, ast.Tuple) else (target,):
                if type(item) is ast.Attribute and type(item.value) is ast.Name and item.value.id == own:
                    if item.attr not in members:
                        line, column, end = source.at(item)
                        member: MemberFact = {
                            "name": item.attr,
                            "kind": "attribute",
                            "at": [line, max(column, end - len(item.attr)), end],
                        }
                        if type(statement) is ast.AnnAssign:
                            member["annotation"] = annotation(source, statement.annotation)
                        members[item.attr] = member


def _constructors(source: SourceText, fact: ClassFact, methods: dict[str, FunctionNode]) -> None:
    if "__init__" in methods:
        fact["init"] = function(source, methods["__init__"])
    if "__new__" in methods:
        fact["new"] = function(source, methods["__new__"])
    waiting = [item for item in (fact.get("init"), fact.get("new")) if item]
    targets: dict[str, FunctionFact] = {}
    while waiting:
        for forward in waiting.pop().get("forwards", ()):
            owner, _, name = forward["to"].partition(".")
            if owner == "self" and name in methods and name not in targets:
                targets[name] = function(source, methods[name])
                waiting.append(targets[name])
    if targets:
        fact["targets"] = targets
