"""Facts of one class or function definition, from its AST node.

Bodies are walked statement by statement; expressions are looked into only where ``**kwargs`` may be passed on.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain

from excore.index.conditions import live_statements
from excore.index.facts import MORE, WRAPS, At, ClassFact, Expr, FieldFact, FunctionFact, MemberFact, ParamFact
from excore.index.kwargs_flow import UNTOLD, FunctionNode, follow_kwargs, makes_as_asked, passes_on
from excore.index.source_text import SourceText, dotted, parse

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_PROPERTIES = frozenset({"property", "cached_property", "functools.cached_property", "abc.abstractproperty"})
_MAKERS = frozenset({"__init__", "__new__", "__call__"})
_HARMLESS = frozenset(
    "super append add hasattr getattr setattr issubclass isinstance print repr str id get_type_hints vars dir len "
    "signature isabstract register register_module setdefault".split()
)
"""Last names of calls that leave the constructor of a class that they get as it is."""
_ANNOTATED = frozenset({"Annotated", "Required", "NotRequired", "ReadOnly", "Final", "Optional", "InitVar"})
_TEXTS = frozenset({"__name__", "__qualname__", "__module__", "__doc__"})
_WRAPPING = frozenset({"wraps", "functools.wraps"})
_DESCRIBING = frozenset({"help", "description", "doc"})
_DISPLAYS: dict[type[ast.expr], str] = {ast.Dict: "dict", ast.List: "list", ast.Set: "set", ast.Tuple: "tuple"}
_SMALL = 12  # lines; a longer function is no predicate that could be read


def docstring(body: list[ast.stmt]) -> str:
    """The raw docstring of a body, "" if there is none."""
    return constant_text(body[0].value) if body and isinstance(body[0], ast.Expr) else ""


def annotation(source: SourceText, node: ast.expr) -> str:
    """An annotation as text; a quoted one without its quotes."""
    if type(node) is ast.Name:
        return node.id
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return " ".join(node.value.split())
    return source.segment(node)


def _annotated(node: ast.expr) -> str:
    """What ``Annotated[type, ...]`` says about what it annotates: ``Doc("text")``, the like of
    ``Field(description="text")``, or a text alone."""
    quoted = parse(constant_text(node)) if "Annotated" in constant_text(node) else None
    if quoted is not None:
        node = next((one.value for one in quoted.body if isinstance(one, ast.Expr)), node)
    name = dotted(node.value).rpartition(".")[2] if isinstance(node, ast.Subscript) else ""
    if not isinstance(node, ast.Subscript) or name not in _ANNOTATED:
        return ""
    items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for item in items[1:] if name == "Annotated" else ():
        described = described_by(item) if isinstance(item, ast.Call) else constant_text(item)
        if described:
            return described
    return _annotated(items[0])


def described_by(call: ast.Call) -> str:
    """What a call that describes a parameter says about it: ``field(metadata={"help": "text"})``, ``Doc("text")``."""
    if dotted(call.func).rpartition(".")[2] == "Doc" and call.args:
        return constant_text(call.args[0])
    for keyword in call.keywords:
        if keyword.arg in _DESCRIBING:
            return constant_text(keyword.value)
        if keyword.arg == "metadata" and isinstance(keyword.value, ast.Dict):
            for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                if key is not None and constant_text(key) in _DESCRIBING:
                    return constant_text(value)
        elif keyword.arg == "metadata" and isinstance(keyword.value, ast.Call):
            return described_by(keyword.value)  # dict(help="text")
    return ""


def constant_text(node: ast.expr) -> str:
    """The text that a literal is, "" for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


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
    doc = (_annotated(arg.annotation) if arg.annotation is not None else "") or source.comment(default or arg)
    if doc:
        fact["doc"] = doc
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
        follow_kwargs(source, node, fact)
    if keep_source and (node.end_lineno or 0) - node.lineno < _SMALL:
        fact["source"] = "\n".join(source.lines[node.lineno - 1 : node.end_lineno])
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
    if source.dynamic.between(node.lineno, node.end_lineno or node.lineno):
        fact["dynamic"] = True
    _body(source, node, fact)
    return fact


def _body(source: SourceText, node: ast.ClassDef, fact: ClassFact) -> None:
    """Add to ``fact`` what the body of the class binds."""
    members: dict[str, MemberFact] = {}
    fields: dict[str, FieldFact] = {}
    methods: dict[str, FunctionNode] = {}
    versions: dict[str, list[tuple[FunctionNode, bool]]] = {}
    before: ast.stmt | None = None
    for statement, is_certain in live_statements(node.body):
        if isinstance(statement, ast.Expr) and isinstance(before, (ast.Assign, ast.AnnAssign)):
            for target in targets(before) if constant_text(statement.value) else ():
                if isinstance(target, ast.Name):
                    fields[target.id].setdefault("doc", constant_text(statement.value))
        before = statement
        _bind(source, statement, fields)
        if _puts_names(statement):
            fact["assigned"] = ""
        if isinstance(statement, _FUNCTIONS):
            _method(source, statement, members, methods)
            _default_of_field(statement, fields)
            if methods.get(statement.name) is statement:
                earlier = [] if is_certain else versions.get(statement.name, [])
                versions[statement.name] = [*earlier, (statement, is_certain)]
    every = chain.from_iterable(versions.values())
    handed_on = [method for method, _ in every if _self_attributes(source, method, members)]
    if handed_on:
        fact["dynamic"] = True
    _constructors(source, fact, methods, versions)
    _made_otherwise(source, fact, methods, fields)
    if members:
        fact["members"] = list(members.values())
    if fields:
        fact["fields"] = list(fields.values())


def _bind(source: SourceText, statement: ast.stmt, fields: dict[str, FieldFact]) -> None:
    """Add to ``fields`` what a statement in the body of a class binds, but for methods; the class ``Config`` with its
    settings, as pydantic's models have it."""
    found: list[tuple[str, At]] = []
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        for target in targets(statement):
            if isinstance(target, ast.Name):
                fields[target.id] = _field(source, target, statement)
    elif isinstance(statement, ast.ClassDef):
        text = ", ".join(ast.unparse(one) for one in statement.body) if statement.name == "Config" else UNTOLD
        fields[statement.name] = {"name": statement.name, "at": source.name_at(statement), "default": text}
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        found += [(one.asname or one.name.partition(".")[0], source.at(one)) for one in statement.names]
    found += [(one.id, source.at(one)) for one in stored(statement) if isinstance(one, ast.Name)]
    for name, at in found:
        fields.setdefault(name, {"name": name, "at": at, "default": UNTOLD})


def _puts_names(statement: ast.stmt) -> bool:
    """Whether a statement in the body of a class may bind any name: ``exec``, ``locals()["name"] = value``."""
    if isinstance(statement, ast.Assign):
        return any(isinstance(one, ast.Subscript) and isinstance(one.value, ast.Call) for one in statement.targets)
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call):
        return False
    inner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return dotted(call.func) == "exec" or (isinstance(inner, ast.Call) and dotted(inner.func) in ("locals", "vars"))


def _default_of_field(node: FunctionNode, fields: dict[str, FieldFact]) -> None:
    """Let a field have what a method gives that is put under its ``default``, as attrs does."""
    for owner, _, last in (dotted(item).rpartition(".") for item in node.decorator_list):
        value = fields[owner].get("value") if last == "default" and owner in fields else None
        if isinstance(value, dict):
            value.get("k", []).append(["default", {"s": f"self.{node.name}()"}])


def _subclassing(source: SourceText, node: FunctionNode) -> list[Expr]:
    """What ``__init_subclass__`` does with classes that may change their constructors."""
    inner = {item.name: _first(item) for item in ast.walk(node) if isinstance(item, _FUNCTIONS)}
    calls = [item for item in ast.walk(node) if isinstance(item, ast.Call) and item.args]
    own = {inner.pop(node.name) or "cls"}
    own.update(inner[name] for call in calls if (name := dotted(call.func)) in inner and dotted(call.args[0]) in own)
    calls = [call for call in calls if dotted(call.args[0]) in own]
    calls = [call for call in calls if dotted(call.func).rpartition(".")[2] not in _HARMLESS.union(inner)]
    found: list[Expr] = [source.expression(call) for call in calls]
    stored = _binds_maker(node)
    return [*found, *map(source.expression, node.decorator_list), *([""] if stored else [])]


def result(node: FunctionNode) -> str:
    """What all calls of a function give back: the dotted name of what it calls for that, `builtins.list` and the like
    for what it writes as one, `=name` for what has a name itself; "" where that cannot be told."""
    if not isinstance(node.body[-1], ast.Return) or not isinstance(node, ast.FunctionDef):
        return ""
    found = {_result(item.value) for item in statements(node.body) if isinstance(item, ast.Return)}
    name = found.pop() if len(found) == 1 else ""
    bound = {item.arg for item in ast.walk(node.args) if isinstance(item, ast.arg)} - {"self"}
    if not name or name.lstrip("=").partition(".")[0] in bound:
        return ""
    for item in chain.from_iterable(map(ast.walk, node.body)):
        if isinstance(item, (ast.Yield, ast.YieldFrom)):
            return ""
        if isinstance(item, ast.Name) and not isinstance(item.ctx, ast.Load):
            bound.add(item.id)
        elif isinstance(item, ast.alias):
            bound.add(item.asname or item.name.partition(".")[0])
        elif isinstance(item, (*_FUNCTIONS, ast.ClassDef)):
            bound.add(item.name)
    return name if name.lstrip("=").partition(".")[0] not in bound else ""


def _result(value: ast.expr | None) -> str:
    if isinstance(value, ast.Call):
        func = value.func
        return "__new__" if isinstance(func, ast.Attribute) and func.attr == "__new__" else dotted(func)
    kind = next((name for kind, name in _DISPLAYS.items() if isinstance(value, kind)), "")
    return f"builtins.{kind}" if kind else f"={_name(value)}" if _name(value) else ""


def _uses(node: FunctionNode, name: str, fact: FunctionFact, *, is_given: bool) -> None:
    """Add to ``fact`` what a decorator does with what it is put on, its parameter ``name``."""
    found: list[str] = []
    inner = [item for item in node.body if isinstance(item, _FUNCTIONS)]
    put_on = [getattr(one, "func", one) for item in inner for one in item.decorator_list]
    others = chain.from_iterable(ast.walk(item) for item in node.body if item not in inner)
    is_kept = _WRAPPING.issuperset(map(dotted, put_on)) and not any(isinstance(item, ast.Call) for item in others)
    is_whole = True
    for parent in ast.walk(node):
        for child in ast.iter_child_nodes(parent):
            if not isinstance(child, ast.Name) or child.id != name or isinstance(parent, ast.Return):
                continue
            if isinstance(parent, ast.Attribute) and isinstance(parent.ctx, ast.Store):
                found.append(parent.attr)
            elif isinstance(parent, ast.Assign) and not any(isinstance(one, ast.Name) for one in parent.targets):
                is_kept = False
            elif not (isinstance(parent, ast.Attribute) and parent.attr in _TEXTS) and not (
                isinstance(parent, ast.Call) and (parent.func is child or dotted(parent.func) in _WRAPPING)
            ):
                is_whole = is_kept = False
    if is_whole and is_given:
        fact["sets"] = found
    if is_kept:
        fact["keeps"] = True


def _first(node: FunctionNode) -> str:
    return next((item.arg for item in (*node.args.posonlyargs, *node.args.args)), "")


def given_back(source: SourceText, node: FunctionNode, fact: FunctionFact) -> None:
    """Add to ``fact`` what a function gives back, and what a decorator does for what it is put on, if that can be
    read."""
    made = result(node)
    if made:
        fact["result"] = made
    gives: list[str] = []
    makes: list[str] = []
    first = _first(node)
    inner = {item.name: item for item in statements(node.body) if isinstance(item, _FUNCTIONS)}
    returned = [item.value for item in statements(node.body) if isinstance(item, ast.Return)]
    for value in returned:
        call = value if isinstance(value, ast.Call) and first and _is_given(value, first) else None
        name = _name(value)
        inside: FunctionFact = {"name": "", "at": [], "params": []}
        callee = dotted(call.func) if call is not None else ""
        if name and name == first:
            gives.append("")
        elif name in inner and first and (passed := _passed(source, inner[name], first, fact)) is not None:
            gives.append(passed)
        elif name in inner or callee in inner:
            given_back(source, inner[name or callee], inside)
            if "gives" not in inside:
                return
            (makes if name in inner else gives).extend(inside["gives"])
        elif callee:
            gives.append(callee)
        else:
            return
    if first and gives and _changes(node, first):
        return
    if gives:
        fact["gives"] = list(dict.fromkeys(gives))
    if first and gives:
        _uses(node, first, fact, is_given=set(map(_name, returned)) == {first})
    if makes:
        fact["makes"] = list(dict.fromkeys(makes))


def _passed(source: SourceText, node: FunctionNode, callee: str, decorator: FunctionFact) -> str | None:
    """What the function that a decorator gives back does with what it gets, as ``gives`` tells it; None if that is not
    to hand it to ``callee``, which the decorator is put on."""
    passed = passes_on(node, callee)
    if passed:
        return "" if passed == "all" else MORE
    fact = function(source, node)
    calls = fact.get("forwards", ())
    others = [item for item in node.decorator_list if dotted(getattr(item, "func", item)) not in _WRAPPING]
    if others or not calls or "leaks" in fact or "skips" in fact or any(one["to"] != callee for one in calls):
        return None
    fact.pop("decorators", None)
    decorator["wraps"] = fact
    return WRAPS


def _name(node: ast.expr | None) -> str:
    return dotted(node) if node is not None else ""


def _is_given(call: ast.Call, name: str) -> bool:
    return bool(call.args) and dotted(call.args[0]) == name


def _changes(node: FunctionNode, name: str) -> bool:
    """Whether a function binds its parameter ``name`` again, or what makes objects of the class that it is."""
    for child in ast.walk(node):
        if isinstance(child, ast.Name) and child.id == name and not isinstance(child.ctx, ast.Load):
            return True
        if isinstance(child, ast.Attribute) and child.attr in _MAKERS and not isinstance(child.ctx, ast.Load):
            return True
        if isinstance(child, ast.Call) and dotted(child.func) == "setattr" and len(child.args) > 1:
            key = child.args[1]
            if not isinstance(key, ast.Constant) or key.value in _MAKERS:
                return True
    return False


def _made_otherwise(
    source: SourceText, fact: ClassFact, methods: dict[str, FunctionNode], fields: dict[str, FieldFact]
) -> None:
    """Add to ``fact`` what makes objects of the class, or of those derived from it, besides its constructors."""
    name = next((name for name in ("__init__", "__new__") if name in fields), None)
    if name is not None:
        value = fields[name].get("default", "")
        fact["assigned"] = value if value.replace(".", "").isidentifier() else ""
    makes = [methods[one] for one in ("__new__", "__init__") if one in methods and _is_metaclass(fact)]
    called = [methods["__call__"]] if "__call__" in methods else []
    if not all(map(makes_as_asked, called)) or "__call__" in fields or any(map(_binds_maker, makes)):
        fact["call"] = True
        if called and _is_metaclass(fact):
            fact["calls"] = function(source, called[0])
    calls = _subclassing(source, methods["__init_subclass__"]) if "__init_subclass__" in methods else []
    if calls:
        fact["subclassing"] = calls


def _is_metaclass(fact: ClassFact) -> bool:
    """Whether a class looks like one whose objects are classes."""
    return any(base.rpartition(".")[2].lower().endswith(("type", "meta", "metaclass")) for base in fact["bases"])


def _binds_maker(node: FunctionNode) -> bool:
    """Whether a method gives what it makes another constructor."""
    for child in ast.walk(node):
        if isinstance(child, ast.Attribute) and child.attr in _MAKERS and isinstance(child.ctx, ast.Store):
            return True
        if isinstance(child, ast.Constant) and child.value in _MAKERS:
            return True
    return False


def targets(statement: ast.stmt) -> list[ast.expr]:
    """What a statement assigns to, or annotates."""
    if isinstance(statement, ast.Assign):
        return statement.targets
    return [statement.target] if isinstance(statement, ast.AnnAssign) else []


def stored(statement: ast.stmt) -> Iterator[ast.expr]:
    """What a statement assigns to, one by one: also as the variable of a loop, of ``with``, and within tuples."""
    waiting = targets(statement)
    if isinstance(statement, (ast.For, ast.AsyncFor)):
        waiting = [statement.target]
    elif isinstance(statement, (ast.With, ast.AsyncWith)):
        waiting = [item.optional_vars for item in statement.items if item.optional_vars is not None]
    return chain.from_iterable(map(_each, waiting))


def _each(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, (ast.Tuple, ast.List)):
        yield from chain.from_iterable(map(_each, target.elts))
    else:
        yield target.value if isinstance(target, ast.Starred) else target


def _field(source: SourceText, target: ast.Name, statement: ast.Assign | ast.AnnAssign) -> FieldFact:
    """The name that an assignment in the body of a class binds."""
    field: FieldFact = {"name": target.id, "at": source.at(target)}
    if isinstance(statement, ast.AnnAssign):
        field["annotation"] = annotation(source, statement.annotation)
    if statement.value is not None:
        field["default"] = source.segment(statement.value)
        if isinstance(statement.value, ast.Call):
            field["value"] = source.expression(statement.value)
    described = described_by(statement.value) if isinstance(statement.value, ast.Call) else ""
    annotated = _annotated(statement.annotation) if isinstance(statement, ast.AnnAssign) else ""
    doc = described or annotated or source.comment(statement)
    if doc:
        field["doc"] = doc
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
    if node.name == "hook" and not node.decorator_list:
        member["result"] = result(node)
    if kind != "property":
        member["params"] = ", ".join(_in_brackets(source, node.args, kind != "staticmethod"))
    members[node.name] = member


def _in_brackets(source: SourceText, args: ast.arguments, bound: bool) -> Iterator[str]:
    """The texts of parameters as they stand in brackets, without the first one where that is the object."""
    positional = [*args.posonlyargs, *args.args]
    defaults = [*[None] * (len(positional) - len(args.defaults)), *args.defaults]
    texts = [_in_text(source, *item) for item in zip(positional, defaults, strict=True)]
    if args.posonlyargs:
        texts.insert(len(args.posonlyargs), "/")
    bare = texts[1:] if bound else texts
    yield from bare[1:] if bare[:1] == ["/"] else bare
    if args.vararg is not None or args.kwonlyargs:
        yield "*" + (_in_text(source, args.vararg) if args.vararg is not None else "")
    yield from (_in_text(source, *item) for item in zip(args.kwonlyargs, args.kw_defaults, strict=True))
    if args.kwarg is not None:
        yield f"**{_in_text(source, args.kwarg)}"


def _in_text(source: SourceText, arg: ast.arg, default: ast.expr | None = None) -> str:
    text, equals = arg.arg, "="
    if arg.annotation is not None:
        text, equals = f"{text}: {annotation(source, arg.annotation)}", " = "
    return text + equals + source.segment(default) if default is not None else text


def _self_attributes(source: SourceText, method: FunctionNode, members: dict[str, MemberFact]) -> bool:
    """Add to ``members`` what a method assigns to attributes of its first argument. Says whether others may set more,
    as it has another name or a function gets it."""
    arguments = method.args.posonlyargs or method.args.args
    own = arguments[0].arg if arguments else ""
    waiting = [*statements(method.body)] if own else []
    is_handed_on = False
    for statement in waiting:
        if isinstance(statement, _FUNCTIONS):
            waiting += statements(statement.body)
        value = statement.value if isinstance(statement, (ast.Assign, ast.Expr)) else None
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id not in _HARMLESS:
            is_handed_on |= any(isinstance(one, ast.Name) and one.id == own for one in value.args)
        elif isinstance(value, ast.Name):
            is_handed_on |= value.id == own
        for item in stored(statement):
            if not (type(item) is ast.Attribute and type(item.value) is ast.Name and item.value.id == own):
                continue
            if item.attr not in members:
                line, column, end = source.at(item)
                at = [line, max(column, end - len(item.attr)), end]
                members[item.attr] = {"name": item.attr, "kind": "attribute", "at": at}
                if isinstance(statement, ast.AnnAssign):
                    members[item.attr]["annotation"] = annotation(source, statement.annotation)
    return is_handed_on


def _constructors(
    source: SourceText,
    fact: ClassFact,
    methods: dict[str, FunctionNode],
    versions: dict[str, list[tuple[FunctionNode, bool]]],
) -> None:
    """Add to ``fact`` its constructors, and every method that they hand their ``**kwargs`` to, however far on."""
    waiting: list[FunctionFact] = []
    if "__init__" in methods:
        fact["init"] = function(source, methods["__init__"])
        waiting.append(fact["init"])
    if "__new__" in methods:
        fact["new"] = function(source, methods["__new__"])
        fact["new"]["result"] = result(methods["__new__"])
        waiting.append(fact["new"])
    name = next((name for name in ("__init__", "__new__") if name in methods), "")
    if len(versions.get(name, ())) > 1:
        fact["others"] = [function(source, version) for version, _ in versions[name][:-1]]
        waiting += fact["others"]
    elif name and not versions[name][0][1]:
        fact["inherits"] = True
    targets: dict[str, FunctionFact] = {}
    while waiting:
        for forward in waiting.pop().get("forwards", ()):
            owner, _, name = forward["to"].partition(".")
            if owner == "self" and name in methods and name not in targets:
                targets[name] = function(source, methods[name])
                waiting.append(targets[name])
    if targets:
        fact["targets"] = targets
