"""One Python text -> its ``FileFacts``. Pure and total: any text gives facts, nothing is imported or run."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from excore.index import definition_facts, registered_flags
from excore.index.conditions import holds
from excore.index.error_recovery import parse_parts, without_newer_syntax
from excore.index.facts import (
    ALWAYS,
    MAYBE,
    NEVER,
    REGISTERING,
    STORING,
    BindingFact,
    CallFact,
    ClassFact,
    Expr,
    FileFacts,
    Guard,
    Outline,
    Told,
    unpacked,
)
from excore.index.kwargs_flow import FunctionNode
from excore.index.source_text import MatchingLines, SourceText, dotted, normalised, parse
from excore.lang.text import Conflict, conflicts

_COMMON_WORDS = sorted(name for name in REGISTERING if not name.startswith("register"))
_OTHERS = "|".join(_COMMON_WORDS)
_CALLS = tuple(f".{name}(".encode() for name in _COMMON_WORDS)
_STORED = rf"\b[A-Z]\w*(?:\[[^\]\n]*\][ \t]*=(?!=)|\.(?:{'|'.join(STORING)})\()"
_REGISTERING = re.compile(rf"\.(?:register\w*|{_OTHERS})\b|{_STORED}")
BOUND = re.compile(r"^(\w+)[ \t]*=[ \t]*[\w.]+\.register\w*\b", re.MULTILINE)
_SMALL = 15  # lines of a function that may do nothing but make a registry
# To look for the line break before a line is much faster than for its beginning.
_OUTLINE = re.compile(r"\n(class|(?:async[ \t]+)?def)[ \t]+(\w+)")
_IMPORT = re.compile(r"\n[ \t]*(?:from[ \t]+([A-Za-z_][\w.]*)[ \t]+import\b|import[ \t]+([A-Za-z_][^\n#;]*))")
_CALL = re.compile(r"([A-Z](?<!\w.)\w*)\((?=([^()]{0,300}(?:\([^()]{0,100}\)[^()]{0,100}){0,8})\))")
_LITERAL = re.compile(
    r"""(\w+)[ \t]*=[ \t]*(-?\d[\d_.]*(?:e[+-]?\d+)?|True|False|"[^"\\\n]{0,80}"|'[^'\\\n]{0,80}')[ \t]*(?=,|\n|$)"""
)
_INNER = re.compile(r"\([^()]*\)")
GENERATES = re.compile(r"globals\(\)|sys\.modules\[__name__\]|exec\(")
"""What may bind names of its module, wherever it stands."""
GENERATING = ("globals()", "sys.modules[", "exec")
"""To look for before the slower pattern."""
_AT_TOP = re.compile(rf"vars\(\)|locals\(\)|{GENERATES.pattern}")
_REGISTERING_WORDS = (".register", "] =", "]=", *(f".{name}" for name in (*_COMMON_WORDS, *STORING)))
_NAMESPACES = ("globals", "vars", "locals")
_READING = frozenset(
    "all any dict eval getattr get_type_hints hasattr isinstance iter len list print set sorted tuple".split()
)
_WORDS = (b".register", b"@register", b".add_component")
_STATEMENT = re.compile(rf"^[ \t]*[A-Za-z_][\w.]*[.](?:{_OTHERS})[(]".encode(), re.MULTILINE)
_ITEM = re.compile(rb"""\n[ \t]*[A-Z]\w*\[(['"])\w+\1\][ \t]*=[ \t]*(['"])\w+(?:\.\w+)+\2""")


def may_register(data: bytes, registry_types: tuple[str, ...] = ("Registry",)) -> bool:
    """Whether a file with this content can define or use a registry, or register a flag; cheap, errs on the side of
    yes."""
    if any(word in data for word in (*_WORDS, *registered_flags.REGISTERING_BYTES)):
        return True
    if any(name.partition(":")[0].strip().rpartition(".")[2].encode() in data for name in registry_types):
        return True
    if any(call in data for call in _CALLS) and _STATEMENT.search(data) is not None:
        return True
    return any(sign in data for sign in (b'"] =', b"'] =", b'"]=', b"']=")) and _ITEM.search(data) is not None


def outline(text: str) -> Outline:
    """Top-level classes and functions of ``text`` and what it imports, read without parsing."""
    definitions: list[tuple[str, str, int, int]] = []
    line, offset = 0, 0
    text = f"\n{normalised(text)}"
    for match in _OUTLINE.finditer(text):
        line += text.count("\n", offset, match.start())
        offset = match.start()
        kind = "class" if match[1] == "class" else "function"
        definitions.append((kind, match[2], line, match.start(2) - match.start(1)))
    return {"outline": definitions, **told(text)}


def told(text: str) -> Told:
    """What ``text`` imports and what its calls give, read without parsing."""
    result: Told = {}
    modules, given = _imported(text), _given(text)
    if modules:
        result["imports"] = modules
    if given:
        result["given"] = given
    return result


def _given(text: str) -> list[tuple[str, str, str]]:
    """Calls of what is named like a class, their keywords and the literals these have; read without parsing."""
    return [
        (call[1], keyword, value)
        for call in _CALL.finditer(text)
        for keyword, value in _LITERAL.findall(_INNER.sub("", call[2]))
    ]


def _imported(text: str) -> list[str]:
    """Modules that lines of ``text`` import by their full names, without those of Python; read without parsing."""
    modules: set[str] = set()
    for match in _IMPORT.finditer(f"\n{text}"):
        modules.update([match[1]] if match[1] else [item.split()[0] for item in match[2].split(",") if item.strip()])
    return sorted(name for name in modules if name.partition(".")[0] not in sys.stdlib_module_names)


def facts_of(text: str, tree: ast.Module) -> FileFacts:
    """Facts of a normalised text that was parsed, without what ``told`` says."""
    scanner = _Scanner(text)
    scanner.module(tree)
    return scanner.facts


def scan(text: str, previous: FileFacts | None = None, *, whole: str = "") -> FileFacts:
    """Facts of ``text``. Where it does not parse, what does parse counts, and names that got lost are those of
    ``previous``, the facts of an earlier state of the same file. ``whole``: the text that this one is a part of."""
    text = normalised(text)
    tree = parse(text)
    unmerged = conflicts(text) if tree is None else []
    if tree is None:
        text = without_newer_syntax(_first_sides(text, unmerged))
        tree = parse(text)
    scanner = _Scanner(text, whole)
    scanner.facts.update(told(text))  # type: ignore[typeddict-item]
    if unmerged:
        scanner.facts["unmerged"] = text.count("\n", 0, unmerged[0].mark.start)
    if tree is not None:
        scanner.module(tree)
        return scanner.facts
    damaged: list[str] = []
    for part, is_whole in parse_parts(text):
        scanner.module(part)
        if not is_whole:
            damaged += [node.name for node in part.body if isinstance(node, ast.ClassDef)]
    facts = scanner.facts
    earlier = previous["names"] if previous is not None else {}
    for name in damaged:
        classes = [binding for binding in facts["names"].get(name, ()) if binding["kind"] == "class"]
        if classes:
            _complete(classes[-1], earlier.get(name, []))
    facts["broken"] = True
    for name, bindings in earlier.items():
        facts["names"].setdefault(name, bindings)
    return facts


def _first_sides(text: str, unmerged: list[Conflict]) -> str:
    """``text`` with the first side of each merge conflict; the other lines are empty: all keep their numbers."""
    for conflict in reversed(unmerged):
        rest = text.count("\n", conflict.ours.end, conflict.end)
        text = text[: conflict.mark.start] + text[slice(*conflict.ours)] + "\n" * rest + text[conflict.end :]
    return text


def _complete(binding: BindingFact, earlier: list[BindingFact]) -> None:
    """Give a class that lost methods those of its earlier state; if its constructor is still missing, it may take
    anything."""
    fact = binding["cls"]
    for old in earlier:
        if old["kind"] == "class":
            before = unpacked(old["cls"])
            constructor: Any = {key: before[key] for key in ("init", "new", "targets") if key in before}
            fact.update({**constructor, **fact})
            names = {member["name"] for member in fact.get("members", ())}
            lost = [member for member in before.get("members", ()) if member["name"] not in names]
            fact["members"] = [*fact.get("members", ()), *lost]
    if "init" not in fact and "new" not in fact:
        fact["bases"] = [*fact["bases"], ""]


class _Scanner:
    """Walks module-level statements once and collects what ``FileFacts`` hold."""

    def __init__(self, text: str, whole: str = "") -> None:
        self.source = SourceText(text)
        self.names: dict[str, list[BindingFact]] = {}
        self.facts: FileFacts = {"names": self.names}
        bound = "|".join(BOUND.findall(text)) if ".register" in text else ""
        pattern = re.compile(rf"{_REGISTERING.pattern}|\b(?:{bound})\(") if bound else _REGISTERING
        self.registering = MatchingLines(pattern, text, _REGISTERING_WORDS)
        self.has_flags = registered_flags.has_flags(text)
        self.keep_source = "match(" in (whole or text)
        self.lists = any(word in (whole or text) for word in ("__all__.", ".__all__"))
        self.generating = MatchingLines(GENERATES, text, GENERATING)
        self.generates = MatchingLines(_AT_TOP, text, ("vars()", "locals()", *GENERATING))

    def module(self, tree: ast.Module) -> None:
        self.body(tree.body, ALWAYS)
        handed = {name: line for name, line in _handed(tree.body) if name in self.names}
        if handed:
            self.facts["handed"] = {**self.facts.get("handed", {}), **handed}
        if self.generates:
            for node in filter(_generates, self.generates.nodes(tree, self.generating)):
                self.facts.setdefault("generates", getattr(node, "lineno", 1) - 1)
        flags = list(registered_flags.flags_of(tree)) if self.has_flags else []
        if flags:
            self.facts.setdefault("flags", []).extend(flags)

    def bind(self, name: str, binding: BindingFact, guard: Guard) -> None:
        if guard:
            binding["guard"] = guard
        self.names.setdefault(name, []).append(binding)

    def body(self, statements: list[ast.stmt], guard: Guard) -> None:
        for node in statements:
            if isinstance(node, ast.ClassDef):
                self.bind(node.name, {"kind": "class", "cls": self.class_(node)}, guard)
                self.held(node)
                self.dynamic(node.body, f"the body of class {node.name}", guard)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.function(node, guard)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                self.imports(node, guard)
            elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                for target in definition_facts.targets(node):
                    self.assign(target, node.value, guard)
                self.stored(node, guard)
                self.value(node.value, guard)
            elif isinstance(node, ast.AugAssign) and dotted(node.target) == "__all__":
                self.extend_all([node.value])
            elif isinstance(node, ast.Expr):
                self.expression(node.value, guard)
            else:
                self.compound(node, guard)

    def class_(self, node: ast.ClassDef) -> ClassFact:
        """The facts of a class. A base that ``namedtuple`` makes has a name that nothing else can have."""
        fact = definition_facts.class_(self.source, node)
        for index, base in enumerate(node.bases):
            if isinstance(base, ast.Call) and dotted(base.func).rpartition(".")[2].lower() == "namedtuple":
                name = fact["bases"][index] = f"__{node.name}()"
                self.bind(name, {"kind": "call", "call": self.source.expression(base)}, ALWAYS)
        return fact

    def expression(self, node: ast.expr, guard: Guard) -> None:
        """An expression that is a statement."""
        if isinstance(node, ast.NamedExpr):
            self.assign(node.target, node.value, guard)
        self.value(node, guard)
        if isinstance(node, ast.Call):
            arguments = [*node.args, *(item.value for item in node.keywords)]
            if dotted(node.func) in ("__all__.extend", "__all__.append"):
                self.extend_all(node.args)
            elif dotted(node.func) == "setattr" and len(node.args) > 1:
                self.put(dotted(node.args[0]), definition_facts.constant_text(node.args[1]))
            elif not _is_registering(node):
                for argument in arguments:
                    self.put(dotted(argument))
            if any(dotted(argument) == "__name__" for argument in arguments):
                self.facts.setdefault("generates", node.lineno - 1)

    def held(self, node: ast.ClassDef) -> None:
        """Attributes of a class that are what a call with a text gives, as registries are."""
        for one in node.body:
            if not isinstance(one, (ast.Assign, ast.AnnAssign)) or not isinstance(one.value, ast.Call):
                continue
            values = (*one.value.args[:1], *(item.value for item in one.value.keywords if item.arg == "name"))
            if any(isinstance(value, ast.Constant) and isinstance(value.value, str) for value in values):
                for target in filter(None, map(dotted, definition_facts.targets(one))):
                    item = (f"{node.name}.{target}", self.source.expression(one.value), self.source.at(one))
                    self.facts.setdefault("held", []).append(item)

    def compound(self, node: ast.stmt, guard: Guard) -> None:
        inner: Guard = guard or MAYBE
        if isinstance(node, ast.If):
            verdict = holds(node.test)
            self.body(node.body, inner if verdict is None else guard if verdict else NEVER)
            self.body(node.orelse, inner if verdict is None else NEVER if verdict else guard)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            self.body(node.body, guard)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            self.loop(node, guard)
            for statement in definition_facts.statements(node.body):
                for target in statement.targets if isinstance(statement, ast.Assign) else ():
                    if isinstance(target, ast.Name):
                        self.bind(target.id, {"kind": "value"}, inner)
        elif hasattr(node, "handlers"):  # try, and try with except*, which Python 3.10 does not have
            self.body(getattr(node, "body", []), inner)
            for handler in node.handlers:
                self.body(handler.body, inner)
            self.body(getattr(node, "orelse", []), inner)
            self.body(getattr(node, "finalbody", []), guard)
        elif isinstance(node, ast.Match):
            for case in node.cases:
                self.body(case.body, inner)
        elif type(node).__name__ == "TypeAlias":
            name, value = getattr(node, "name", None), getattr(node, "value", None)
            if isinstance(name, ast.Name) and isinstance(value, ast.expr):
                self.bind(name.id, {"kind": "type", "text": self.source.segment(value)}, guard)

    def function(self, node: FunctionNode, guard: Guard) -> None:
        if any(dotted(item).endswith("overload") for item in node.decorator_list):
            return
        fact = definition_facts.function(self.source, node, keep_source=self.keep_source)
        definition_facts.given_back(self.source, node, fact)
        registers = _only_call(node) if self.may_register(node) else None
        if registers is not None:
            fact["registers"] = (registers[0], self.source.expression(registers[1]))
        called = _called(node)
        if called:
            fact["called"] = called
        if self.lists and any(
            "__all__" in (getattr(one, "attr", ""), getattr(one, "id", "")) for one in ast.walk(node)
        ):
            fact["lists"] = True
        self.bind(node.name, {"kind": "def", "function": fact}, guard)
        self.dynamic(node.body, f"function {node.name}", guard)

    def imports(self, node: ast.Import | ast.ImportFrom, guard: Guard) -> None:
        for alias in node.names:
            if isinstance(node, ast.Import):
                module = alias.name if alias.asname else alias.name.partition(".")[0]
                self.bind(alias.asname or module, {"kind": "module", "module": module}, guard)
            elif alias.name == "*":
                self.facts.setdefault("stars", []).append((node.level, node.module or ""))
            else:
                name, module = alias.asname or alias.name, node.module or ""
                self.bind(name, {"kind": "from", "level": node.level, "module": module, "name": alias.name}, guard)

    def assign(self, target: ast.expr, value: ast.expr, guard: Guard) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            values = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
            for index, item in enumerate(target.elts):
                if len(values) == len(target.elts):
                    self.assign(item, values[index], guard)
                elif isinstance(item, ast.Name):
                    self.bind(item.id, {"kind": "value"}, guard)
        elif dotted(target) == "__all__":
            self.facts["all"] = []
            self.facts.pop("all_of", None)
            self.extend_all([value])
        elif isinstance(target, ast.Name):
            self.bind(target.id, {**self.binding(value), "at": self.source.at(target)}, guard)
        elif isinstance(target, ast.Attribute):
            self.put(dotted(target.value), target.attr, dotted(value))

    def put(self, owner: str, attribute: str = "", value: str = "") -> None:
        """Note that a module sets an attribute of a class or function, or may set any."""
        for binding in self.names.get(owner, ()):
            if "cls" in binding and attribute in ("__init__", "__new__"):
                binding["cls"]["assigned"] = value
            elif (fact := binding.get("cls") or binding.get("function")) is not None:
                fact.setdefault("put", []).append(attribute)

    def binding(self, value: ast.expr) -> BindingFact:
        one_of = value.values if isinstance(value, ast.BoolOp) else []
        one_of = [value.orelse, value.body] if isinstance(value, ast.IfExp) else one_of
        value = next((one for one in reversed(one_of) if isinstance(one, ast.Call)), value)
        if isinstance(value, ast.Call):
            return {"kind": "call", "call": self.source.expression(value)}
        if isinstance(value, (ast.Name, ast.Attribute)):
            name = dotted(value)
            return {"kind": "alias", "target": name} if name else {"kind": "value"}
        if isinstance(value, ast.Constant) and isinstance(value.value, str) and len(value.value) < 200:
            return {"kind": "const", "text": value.value}
        if isinstance(value, (ast.List, ast.Tuple)) and len(value.elts) <= 500:
            if all(isinstance(item, (ast.Name, ast.Attribute, ast.Starred)) for item in value.elts):
                return {"kind": "list", "items": [self.source.expression(item) for item in value.elts]}
        if isinstance(value, ast.Subscript) or (isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr)):
            return {"kind": "type", "text": self.source.segment(value)}
        if isinstance(value, ast.Lambda) and self.keep_source:
            return {"kind": "value", "text": self.source.segment(value)}
        return {"kind": "value"}

    def extend_all(self, values: list[ast.expr]) -> None:
        names = self.facts.setdefault("all", [])
        for value in values:
            if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
                self.extend_all([value.left, value.right])
            elif isinstance(value, (ast.List, ast.Tuple)):
                self.extend_all(value.elts)
            elif isinstance(value, ast.Starred):
                self.extend_all([value.value])
            elif isinstance(value, ast.Call) and dotted(value.func) in ("list", "tuple", "sorted") and value.args:
                self.extend_all(value.args[:1])
            elif isinstance(value, ast.Constant) and isinstance(value.value, str):
                names.append(value.value)
            else:
                self.facts.setdefault("all_of", []).append(dotted(value))

    # -- registrations

    def value(self, node: ast.expr, guard: Guard) -> None:
        """Registrations that a module-level expression makes."""
        if not self.may_register(node):
            return
        if isinstance(node, ast.Call):
            self.call({"call": self.source.expression(node)}, guard)
            if not _is_registering(node):
                for argument in (*node.args, *(item.value for item in node.keywords)):
                    inner = isinstance(argument, ast.Call) and _is_registering(argument)
                    if inner and (argument.args or argument.keywords):  # type: ignore[attr-defined]
                        self.value(argument, guard)
                    else:
                        self.dynamic([argument], _place(argument), guard)
        elif isinstance(node, (ast.Tuple, ast.List)):
            for item in node.elts:
                self.value(item, guard)
        elif isinstance(node, (ast.ListComp, ast.SetComp)) and isinstance(node.elt, ast.Call) and _is_plain(node):
            self.each(node.generators[0], [node.elt], "a comprehension", guard)
        elif not isinstance(node, (ast.Attribute, ast.Name, ast.Constant)):
            self.dynamic([node], _place(node), guard)

    def loop(self, node: ast.For | ast.AsyncFor | ast.While, guard: Guard) -> None:
        """Registrations of a loop: one by one where it does nothing else, else unknown ones."""
        calls = [one.value for one in node.body if isinstance(one, ast.Expr) and isinstance(one.value, ast.Call)]
        if isinstance(node, ast.For) and not node.orelse and len(calls) == len(node.body):
            self.each(node, calls, "a loop", guard)
        else:
            self.dynamic([node], "a loop", guard)

    def each(self, loop: ast.For | ast.comprehension, calls: Sequence[ast.Call], where: str, guard: Guard) -> None:
        if not isinstance(loop.target, ast.Name):
            self.dynamic(calls, where, guard)
            return
        items = (loop.target.id, self.source.expression(loop.iter))
        for call in calls:
            if self.may_register(call):
                self.call({"call": self.source.expression(call), "where": where, "each": items}, guard)

    def call(self, fact: CallFact, guard: Guard) -> None:
        if guard:
            fact["guard"] = guard
        self.facts.setdefault("calls", []).append(fact)

    def stored(self, node: ast.Assign | ast.AnnAssign, guard: Guard, where: str = "") -> None:
        """What a statement puts into something named like a registry, as into a dict."""
        for target in definition_facts.targets(node) if self.may_register(node) else ():
            name = dotted(target.value) if isinstance(target, ast.Subscript) else ""
            if isinstance(target, ast.Subscript) and name.rpartition(".")[2][:1].isupper():
                given = [self.source.expression(one) for one in (target.slice, node.value) if one is not None]
                call: Expr = {"f": f"{name}.__setitem__", "a": given, "k": [], "at": self.source.at(target)}
                self.call({"call": call, "where": where} if where else {"call": call}, guard)

    def may_register(self, node: ast.stmt | ast.expr) -> bool:
        """Whether a registering method is named anywhere in the lines of ``node``."""
        return self.registering.within(node)

    def dynamic(self, nodes: Sequence[ast.stmt | ast.expr], where: str, guard: Guard) -> None:
        """Registrations anywhere in ``nodes``, which run nobody knows how often; a registering method that is not
        called counts as called without arguments."""
        for node in filter(self.may_register, nodes):
            called: set[int] = set()
            for child in ast.walk(node):
                if isinstance(child, ast.Call):
                    called.add(id(child.func))
                    if _method(child) in REGISTERING | STORING:
                        self.call({"call": self.source.expression(child), "where": where}, guard)
                elif isinstance(child, ast.Attribute) and child.attr in REGISTERING and id(child) not in called:
                    method = self.source.expression(child)
                    call: Expr = {"f": method, "a": [], "k": [], "at": self.source.at(child)}
                    self.call({"call": call, "where": where}, guard)
                elif isinstance(child, ast.Assign):
                    self.stored(child, guard, where)


def _place(node: ast.expr) -> str:
    loops = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    return "a comprehension" if isinstance(node, loops) else "an expression"


def _is_registering(node: ast.Call) -> bool:
    """Whether a call looks like ``REGISTRY.register_module(...)`` or ``REGISTRY.register(...)(...)``."""
    return _method(node.func if isinstance(node.func, ast.Call) else node) in REGISTERING


def _is_plain(node: ast.ListComp | ast.SetComp) -> bool:
    """Whether a comprehension runs through all of one thing."""
    return len(node.generators) == 1 and not node.generators[0].ifs and not node.generators[0].is_async


def _only_call(node: FunctionNode) -> tuple[str, ast.Call] | None:
    """The only parameter of a function, and the only call that it makes before it returns; None if it does more."""
    args = node.args
    if len(args.args) != 1 or args.posonlyargs or args.kwonlyargs or args.vararg or args.kwarg:
        return None
    name = args.args[0].arg
    body = [one for one in node.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    if len(body) == 2 and isinstance(body[1], ast.Return) and isinstance(body[1].value, ast.Name):
        body = body[:1] if body[1].value.id == name else []
    if len(body) != 1 or not isinstance(body[0], (ast.Expr, ast.Return)) or not isinstance(body[0].value, ast.Call):
        return None
    return name, body[0].value


def _called(node: FunctionNode) -> list[str]:
    """Names, as those of classes are, of what a small function calls in what it returns, or assigns before."""
    if (node.end_lineno or node.lineno) - node.lineno > _SMALL:
        return []
    names: set[str] = set()
    is_returning = False
    for statement in definition_facts.statements(node.body):
        if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Return)) and statement.value is not None:
            is_returning |= isinstance(statement, ast.Return)
            names.update(dotted(one.func) for one in ast.walk(statement.value) if isinstance(one, ast.Call))
    names = {name for name in names if name.endswith("get_registry") or name.rpartition(".")[2][:1].isupper()}
    return sorted(names) if is_returning else []


def _handed(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, int]]:
    """Names that calls outside of functions get, that loops run through, and that are stored under a key."""
    waiting = [(node, False) for node in nodes]
    while waiting:
        node, is_given = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)):
            continue
        if is_given and isinstance(node, ast.Name):
            yield node.id, node.lineno - 1
        given: list[ast.AST] = []
        if isinstance(node, ast.Call):
            given = [*node.args, *node.keywords]
        elif isinstance(node, ast.For):
            given = [node.iter]
        elif isinstance(node, ast.Assign) and any(isinstance(one, ast.Subscript) for one in node.targets):
            given = [node.value]
        waiting += [(child, is_given or child in given) for child in ast.iter_child_nodes(node)]


def _generates(node: ast.AST) -> bool:
    """Whether ``node`` may bind names of its module that stand nowhere, by ``globals()`` or
    ``sys.modules[__name__]``."""
    if isinstance(node, ast.Subscript):
        return _is_namespace(node.value) and not isinstance(node.ctx, ast.Load)
    if isinstance(node, (ast.Assign, ast.Attribute)):
        inner = [node.value] if isinstance(node, ast.Attribute) else [*node.targets, node.value]
        return any(map(_is_own_module, inner)) and not isinstance(getattr(node, "ctx", ast.Store()), ast.Load)
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute) and _is_namespace(node.func.value):
        return node.func.attr in ("update", "setdefault", "__setitem__")
    given = any(_is_namespace(item) or _is_own_module(item) for item in node.args)
    name = dotted(node.func)
    return name == "exec" or (given and name.rpartition(".")[2] not in _READING)


def _is_namespace(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "__dict__" and _is_own_module(node.value)
    return isinstance(node, ast.Call) and not node.args and dotted(node.func) in _NAMESPACES


def _is_own_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Subscript) and dotted(node.value) == "sys.modules" and dotted(node.slice) == "__name__"


def _method(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""
