"""One Python text -> its ``Facts``. Pure and total: any text gives facts, nothing is imported or run."""

from __future__ import annotations

import ast
import re
import sys
from bisect import bisect_left
from collections.abc import Sequence

from excore.index import definition_facts as definitions
from excore.index import registered_flags as flags
from excore.index.error_recovery import parse_parts
from excore.index.facts import ALWAYS, MAYBE, NEVER, Binding, CallFact, Expr, Facts, FlagFact, Guard, Outline, whole
from excore.index.source_text import SourceText, dotted, hits, normalised, parse

_REGISTERING = re.compile(r"\.(?:register\w*|match|merge)\b")
_METHODS = frozenset({"register", "register_module", "register_all", "match", "merge"})
_OUTLINE = re.compile(r"^(class|(?:async[ \t]+)?def)[ \t]+(\w+)", re.MULTILINE)
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([A-Za-z_][\w.]*)[ \t]+import\b|import[ \t]+([A-Za-z_][^\n#;]*))", re.MULTILINE
)
_STATEMENT = re.compile(rb"^[ \t]*[A-Za-z_][\w.]*[.](?:match|merge)[(]", re.MULTILINE)


def may_register(data: bytes, registry_types: tuple[str, ...] = ("Registry",)) -> bool:
    """Whether a file with this content can define or use a registry, or register a flag; cheap, errs on the side of
    yes."""
    if b".register" in data or b"@register" in data or flags.REGISTERING_BYTES.search(data):
        return True
    if any(name.partition(":")[0].strip().rpartition(".")[2].encode() in data for name in registry_types):
        return True
    return (b".match(" in data or b".merge(" in data) and _STATEMENT.search(data) is not None


def outline(text: str) -> Outline:
    """Top-level classes and functions, found without parsing."""
    found: list[tuple[str, str, int, int]] = []
    line, offset = 0, 0
    text = normalised(text)
    for match in _OUTLINE.finditer(text):
        start = match.start()
        line += text.count("\n", offset, start)
        offset = start
        kind = "class" if match[1] == "class" else "function"
        found.append((kind, match[2], line, match.start(2) - start))
    made: Outline = {"outline": found}
    modules = _imported(text)
    if modules:
        made["imports"] = modules
    return made


def _imported(text: str) -> list[str]:
    """Modules that lines of ``text`` import by their full names, without those of Python; found without parsing."""
    found: set[str] = set()
    for match in _IMPORT.finditer(text):
        found.update([match[1]] if match[1] else [item.split()[0] for item in match[2].split(",") if item.strip()])
    return sorted(name for name in found if name.partition(".")[0] not in sys.stdlib_module_names)


def scan(text: str, previous: Facts | None = None) -> Facts:
    """Facts of ``text``. Where it does not parse, what does parse counts, and names that got lost are taken from
    ``previous``, the facts of an earlier state of the same file."""
    text = normalised(text)
    tree = parse(text)
    scanner = _Scanner(text)
    if tree is not None:
        scanner.body(tree.body, ALWAYS)
        scanner.flagged(tree.body)
        return scanner.finish()
    damaged: list[str] = []
    for part, whole_part in parse_parts(text):
        scanner.body(part.body, ALWAYS)
        scanner.flagged(part.body)
        if not whole_part:
            damaged += [node.name for node in part.body if isinstance(node, ast.ClassDef)]
    facts = scanner.finish()
    for name in damaged:
        _complete(facts["names"][name][-1], previous["names"].get(name, []) if previous is not None else [])
    facts["broken"] = True
    if previous is not None:
        for name, bindings in previous["names"].items():
            facts["names"].setdefault(name, bindings)
    return facts


def _complete(binding: Binding, earlier: list[Binding]) -> None:
    """Give a class that lost methods those of its earlier state; if its constructor is still missing, it may take
    anything."""
    fact = binding["cls"]
    for old in earlier:
        if old["kind"] == "class":
            known = whole(old["cls"])
            if "init" in known:
                fact.setdefault("init", known["init"])
            if "new" in known:
                fact.setdefault("new", known["new"])
            if "targets" in known:
                fact.setdefault("targets", known["targets"])
            there = {member["name"] for member in fact.get("members", ())}
            lost = [member for member in known.get("members", ()) if member["name"] not in there]
            fact["members"] = [*fact.get("members", ()), *lost]
    if "init" not in fact and "new" not in fact:
        fact["bases"] = [*fact["bases"], ""]


class _Scanner:
    """Walks module-level statements once and keeps what ``Facts`` hold."""

    def __init__(self, text: str) -> None:
        self.source = SourceText(text)
        self.names: dict[str, list[Binding]] = {}
        self.stars: list[tuple[int, str]] = []
        self.all: list[str] | None = None
        self.calls: list[CallFact] = []
        self.flags: list[FlagFact] = []
        self.may_flag = flags.REGISTERING.search(text) is not None
        self.keep_source = "match(" in text
        self.hits = hits(_REGISTERING, text)

    def finish(self) -> Facts:
        facts: Facts = {"names": self.names}
        modules = _imported("\n".join(self.source.lines))
        if modules:
            facts["imports"] = modules
        if self.stars:
            facts["stars"] = self.stars
        if self.all is not None:
            facts["all"] = self.all
        if self.calls:
            facts["calls"] = self.calls
        if self.flags:
            facts["flags"] = self.flags
        return facts

    def flagged(self, statements: list[ast.stmt]) -> None:
        """Keep the flags that ``statements`` register."""
        if self.may_flag:
            self.flags.extend(flags.found(statements))

    def bind(self, name: str, binding: Binding, guard: Guard) -> None:
        if guard:
            binding["guard"] = guard
        self.names.setdefault(name, []).append(binding)

    def body(self, statements: list[ast.stmt], guard: Guard) -> None:
        for node in statements:
            if isinstance(node, ast.ClassDef):
                self.bind(node.name, {"kind": "class", "cls": definitions.class_(self.source, node)}, guard)
                self.dynamic(node.body, f"the body of class {node.name}", guard)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.function(node, guard)
            elif isinstance(node, ast.Import):
                self.imports(node, guard)
            elif isinstance(node, ast.ImportFrom):
                self.imports_from(node, guard)
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    self.assign(target, node.value, guard)
                self.value(node.value, guard)
            elif isinstance(node, ast.AnnAssign):
                if node.value is not None:
                    self.assign(node.target, node.value, guard)
                    self.value(node.value, guard)
            elif isinstance(node, ast.AugAssign):
                self.extend_all(node.target, node.value)
            elif isinstance(node, ast.Expr):
                self.value(node.value, guard)
                self.extension_of_all(node.value)
            else:
                self.compound(node, guard)

    def extension_of_all(self, node: ast.expr) -> None:
        if isinstance(node, ast.Call) and dotted(node.func) in ("__all__.extend", "__all__.append"):
            for argument in node.args:
                self.extend_all(ast.Name("__all__"), argument)

    def compound(self, node: ast.stmt, guard: Guard) -> None:
        inner: Guard = guard or MAYBE
        if isinstance(node, ast.If):
            test = ast.unparse(node.test) if node.lineno == node.test.end_lineno else ""
            if test in ("TYPE_CHECKING", "typing.TYPE_CHECKING") or test.startswith("__name__ =="):
                self.body(node.body, NEVER)
                self.body(node.orelse, guard)
            else:
                self.body(node.body, inner)
                self.body(node.orelse, inner)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            self.body(node.body, guard)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            self.loop(node, guard)
            self.names_of_loop(node, inner)
        elif hasattr(node, "handlers"):
            self.body(getattr(node, "body", []), inner)
            for handler in node.handlers:
                self.body(handler.body, inner)
            self.body(getattr(node, "orelse", []), inner)
            self.body(getattr(node, "finalbody", []), guard)
        elif hasattr(node, "cases"):
            for case in node.cases:
                self.body(case.body, inner)
        elif type(node).__name__ == "TypeAlias":
            name, value = getattr(node, "name", None), getattr(node, "value", None)
            if isinstance(name, ast.Name) and isinstance(value, ast.expr):
                self.bind(name.id, {"kind": "type", "text": self.source.segment(value)}, guard)

    def names_of_loop(self, node: ast.For | ast.AsyncFor | ast.While, guard: Guard) -> None:
        for statement in definitions.statements(node.body):
            for target in statement.targets if isinstance(statement, ast.Assign) else ():
                if isinstance(target, ast.Name):
                    self.bind(target.id, {"kind": "value"}, guard)

    def function(self, node: definitions.FunctionNode, guard: Guard) -> None:
        if any(dotted(item).endswith("overload") for item in node.decorator_list):
            return
        fact = definitions.function(self.source, node, keep_source=self.keep_source)
        registers = _registers(node) if self.touched(node) else None
        if registers is not None:
            fact["registers"] = (registers[0], self.source.expression(registers[1]))
        self.bind(node.name, {"kind": "def", "function": fact}, guard)
        self.dynamic(node.body, f"function {node.name}", guard)

    def imports(self, node: ast.Import, guard: Guard) -> None:
        for alias in node.names:
            if alias.asname:
                self.bind(alias.asname, {"kind": "module", "module": alias.name}, guard)
            else:
                top = alias.name.partition(".")[0]
                self.bind(top, {"kind": "module", "module": top}, guard)

    def imports_from(self, node: ast.ImportFrom, guard: Guard) -> None:
        for alias in node.names:
            if alias.name == "*":
                self.stars.append((node.level, node.module or ""))
            else:
                binding: Binding = {
                    "kind": "from",
                    "level": node.level,
                    "module": node.module or "",
                    "name": alias.name,
                }
                self.bind(alias.asname or alias.name, binding, guard)

    def assign(self, target: ast.expr, value: ast.expr, guard: Guard) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            same = isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts)
            for index, item in enumerate(target.elts):
                if same:
                    self.assign(item, value.elts[index], guard)  # type: ignore[attr-defined]
                elif isinstance(item, ast.Name):
                    self.bind(item.id, {"kind": "value"}, guard)
            return
        if not isinstance(target, ast.Name):
            return
        if target.id == "__all__":
            self.all = []
            self.extend_all(target, value)
            return
        binding = self.binding(value)
        binding["at"] = self.source.at(target)
        self.bind(target.id, binding, guard)

    def binding(self, value: ast.expr) -> Binding:
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

    def extend_all(self, target: ast.expr, value: ast.expr) -> None:
        if not (isinstance(target, ast.Name) and target.id == "__all__"):
            return
        names = self.all if self.all is not None else []
        for node in value.elts if isinstance(value, (ast.List, ast.Tuple)) else [value]:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                names.append(node.value)
        self.all = names

    def value(self, node: ast.expr, guard: Guard) -> None:
        """Registrations that a module-level expression makes."""
        if not self.touched(node):
            return
        if isinstance(node, ast.Call):
            self.call({"call": self.source.expression(node)}, guard)
            if not _is_registering(node):
                for given in (*node.args, *(item.value for item in node.keywords)):
                    if isinstance(given, ast.Call) and _is_registering(given) and (given.args or given.keywords):
                        self.value(given, guard)
                    else:
                        self.dynamic([given], _place(given), guard)
        elif isinstance(node, (ast.Tuple, ast.List)):
            for item in node.elts:
                self.value(item, guard)
        elif isinstance(node, (ast.ListComp, ast.SetComp)) and isinstance(node.elt, ast.Call) and _plain(node):
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
        items = self.source.expression(loop.iter)
        for call in calls:
            if self.touched(call):
                self.call(
                    {"call": self.source.expression(call), "where": where, "each": (loop.target.id, items)}, guard
                )

    def call(self, fact: CallFact, guard: Guard) -> None:
        if guard:
            fact["guard"] = guard
        self.calls.append(fact)

    def touched(self, node: ast.stmt | ast.expr) -> bool:
        """Whether a registering method is named anywhere in the lines of ``node``."""
        decorators = getattr(node, "decorator_list", ())
        index = bisect_left(self.hits, decorators[0].lineno if decorators else node.lineno)
        return index < len(self.hits) and self.hits[index] <= (node.end_lineno or node.lineno)

    def dynamic(self, nodes: Sequence[ast.stmt | ast.expr], where: str, guard: Guard) -> None:
        for node in nodes:
            if self.touched(node):
                called: set[int] = set()
                for child in ast.walk(node):
                    if isinstance(child, ast.Call):
                        called.add(id(child.func))
                        if _method(child) in _METHODS:
                            self.call({"call": self.source.expression(child), "where": where}, guard)
                    elif isinstance(child, ast.Attribute) and child.attr in _METHODS and id(child) not in called:
                        handed: Expr = {
                            "f": self.source.expression(child),
                            "a": [],
                            "k": [],
                            "at": self.source.at(child),
                        }
                        self.call({"call": handed, "where": where}, guard)


def _place(node: ast.expr) -> str:
    loops = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    return "a comprehension" if isinstance(node, loops) else "an expression"


def _is_registering(node: ast.Call) -> bool:
    """Whether a call looks like ``REGISTRY.register_module(...)`` or ``REGISTRY.register(...)(...)``."""
    inner = node.func if isinstance(node.func, ast.Call) else node
    return _method(inner) in _METHODS


def _plain(node: ast.ListComp | ast.SetComp) -> bool:
    """Whether a comprehension runs through all of one thing."""
    return len(node.generators) == 1 and not node.generators[0].ifs and not node.generators[0].is_async


def _registers(node: definitions.FunctionNode) -> tuple[str, ast.Call] | None:
    """The only parameter of a function, and the only call that it makes before it returns; None if it does more."""
    given = node.args
    if len(given.args) != 1 or given.posonlyargs or given.kwonlyargs or given.vararg or given.kwarg:
        return None
    name = given.args[0].arg
    body = [one for one in node.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    if len(body) == 2 and isinstance(body[1], ast.Return) and isinstance(body[1].value, ast.Name):
        body = body[:1] if body[1].value.id == name else []
    if len(body) != 1 or not isinstance(body[0], (ast.Expr, ast.Return)) or not isinstance(body[0].value, ast.Call):
        return None
    return name, body[0].value


def _method(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""
