"""What one module registers: every form of registration, read from its facts."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from typing import Any

from excore.index.facts import MAYBE, NEVER, At, CallFact, Expr, whole
from excore.index.name_resolution import Names, SourceFile, Target
from excore.index.predicate import Predicate
from excore.index.source_text import render, with_name
from excore.lang.catalog import Location, RegistryInfo

_KEY = re.compile(r"[A-Za-z0-9_]+\Z")
_ADDING = ("register", "register_module")
_NO_EXTRA = frozenset({"force", "module", "match_func", "extra_info"})


@dataclass(frozen=True, slots=True)
class Registration:
    """``target`` registered in ``registry`` as ``name``."""

    registry: str
    name: str
    target: Target
    at: Location
    extra: tuple[tuple[str, str], ...] = ()
    certain: bool = True
    force: bool = False


@dataclass(slots=True)
class Collected:
    """All that one module says about registries. ``opened``: registry, why it may hold more, and the
    file that may fill it."""

    registries: list[RegistryInfo] = field(default_factory=list)
    registrations: list[Registration] = field(default_factory=list)
    opened: list[tuple[str, str, str]] = field(default_factory=list)
    merges: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    variables: list[tuple[str, str]] = field(default_factory=list)


def collect(names: Names, file: SourceFile) -> Collected:
    """What ``file`` registers when it is imported."""
    return _Collector(names, file).run()


class _Collector:
    def __init__(self, names: Names, file: SourceFile) -> None:
        self.names = names
        self.file = file
        self.found = Collected()

    def run(self) -> Collected:
        facts = self.file.facts
        for name, bindings in facts["names"].items():
            for binding in bindings:
                guard = binding.get("guard", 0)
                if binding["kind"] == "call":
                    self.creation(name, binding["call"], binding.get("at", [0, 0, 0]))
                elif guard == NEVER:
                    continue
                elif binding["kind"] == "class":
                    target = Target("class", self.file.module, name, binding["cls"])
                    self.decorated(target, binding["cls"].get("decorators", []), binding["cls"]["at"], not guard)
                elif binding["kind"] == "def":
                    target = Target("function", self.file.module, name, binding["function"])
                    self.decorated(
                        target, binding["function"].get("decorators", []), binding["function"]["at"], not guard
                    )
        for fact in facts.get("calls", ()):
            if fact.get("guard") != NEVER:
                self.called(fact)
        self.found.registrations.sort(key=lambda item: item.at.line)
        return self.found

    def creation(self, variable: str, call: Expr, at: At) -> None:
        target = self.names.value_of_call(self.file, call, variable)
        if target is None or target.kind != "registry":
            return
        self.found.variables.append((target.name, variable))
        if target.fact is None and target.name != "__global":
            return
        info = RegistryInfo(target.name, Location(self.file.path, *at), (variable,), self.extra_fields(target.fact))
        if target.name.startswith("?"):
            info = RegistryInfo(variable, info.location, (variable,), info.extra_fields, True, "its name is computed")
        self.found.registries.append(info)

    def extra_fields(self, call: Expr | None) -> tuple[str, ...]:
        if not isinstance(call, dict):
            return ()
        given = dict(call["k"]).get("extra_field", call["a"][1] if len(call["a"]) > 1 else None)
        if isinstance(given, dict) and "l" in given:
            texts = [self.names.text_of(self.file, item) for item in given["l"]]
            return tuple(text for text in texts if text is not None)
        text = self.names.text_of(self.file, given) if given is not None else None
        return (text,) if text is not None else ()

    def decorated(self, target: Target, decorators: list[Expr], at: At, certain: bool) -> None:
        for decorator in decorators:
            if self.by_function(target, decorator, at, certain):
                continue
            if isinstance(decorator, str):
                method = self.names.resolve(self.file.module, decorator)
                if method is not None and method.kind == "method" and method.name in _ADDING:
                    self.variable(method, decorator)
                    self.add(_registry(method), target, at, {}, certain)
                continue
            method = self.names.callee(self.file, decorator)
            if method is None or method.name not in _ADDING:
                continue
            self.variable(method, decorator["f"])
            keywords = {key: value for key, value in decorator["k"] if key}
            if decorator["a"]:
                keywords.setdefault("name", decorator["a"][0])
            if len(keywords) < len(decorator["k"]):
                self.open(method, "extra information is computed", decorator["at"])
            self.add(_registry(method), target, decorator["at"], keywords, certain)

    def by_function(self, target: Target, decorator: Expr, at: At, certain: bool) -> bool:
        """Whether a decorator is a function that registers; then what it registers is added."""
        func = decorator if isinstance(decorator, str) else decorator.get("f")
        if not isinstance(func, str):
            return False
        function = self.names.resolve(self.file.module, func)
        registry = self.names.function_registry(function)
        if function is None or registry is None:
            return isinstance(decorator, str) and self.by_helper(function, target, at, certain)
        keywords: dict[str, Expr] = {}
        if not isinstance(decorator, str):
            keywords = {key: value for key, value in decorator["k"] if key}
            if decorator["a"]:
                keywords.setdefault("name", decorator["a"][0])
        self.found.registries.append(RegistryInfo(registry))
        self.add(registry, target, at, keywords, certain)
        return True

    def by_helper(self, function: Target | None, target: Target, at: At, certain: bool) -> bool:
        """Whether a function hands what it decorates to a registering method and does nothing else. It may do so for
        others too: that the registry is open stays true."""
        file = self.names.lookup(function.module) if function is not None and function.kind == "function" else None
        if function is None or file is None:
            return False
        name, call = whole(function.fact).get("registers", ("", {}))
        if not name or not isinstance(call, dict):
            return False
        outer = call["f"] if isinstance(call["f"], dict) and "f" in call["f"] else call
        method = self.names.callee(file, outer)
        given = {key: value for key, value in call["k"] if key}.get("module", call["a"][0] if call["a"] else None)
        if method is None or method.name not in _ADDING or given != name:
            return False
        keywords = {key: value for key, value in outer["k"] if key and key != "module"}
        self.add(_registry(method), target, at, keywords, certain)
        return True

    def variable(self, method: Target, func: Expr) -> None:
        if isinstance(func, str) and func.count(".") == 1:
            self.found.variables.append((_registry(method), func.partition(".")[0]))

    def add(self, registry: str, target: Target, at: At, keywords: dict[str, Expr], certain: bool) -> None:
        name, sure = _key(target)
        sure |= "name" in keywords
        place = Location(self.file.path, *at)
        force = keywords.get("force") == {"c": True}
        extra = tuple((key, render(value)) for key, value in keywords.items() if key not in _NO_EXTRA)
        if _KEY.match(name):
            self.found.registrations.append(Registration(registry, name, target, place, extra, certain and sure, force))

    def open(self, method: Target, reason: str, at: At) -> None:
        where = re.split(r"[\\/]", self.file.path)[-1]
        self.found.opened.append((_registry(method), f"{reason} ({where}:{at[0] + 1})", self.file.path))

    # -- calls

    def called(self, fact: CallFact) -> None:
        certain = fact.get("guard") != MAYBE
        name, given = fact.get("each", ("", None))
        items = self.items(given)
        if items is None:
            self.call(fact["call"], certain and "where" not in fact, fact.get("where", ""))
            return
        for item in items:
            self.call(with_name(fact["call"], name, item), certain, "")

    def call(self, call: Expr, certain: bool, where: str) -> None:
        if isinstance(call, str) or "f" not in call:
            return
        func = call["f"]
        if isinstance(func, dict) and "f" in func:
            method = self.names.callee(self.file, func)
            if method is not None and method.name in _ADDING and call["a"]:
                keywords = {key: value for key, value in func["k"] if key}
                self.add_object(method, call["a"][0], call["at"], keywords, certain, where)
            return
        method = self.names.callee(self.file, call)
        if method is None:
            return
        keywords = {key: value for key, value in call["k"] if key}
        if method.name in _ADDING:
            given = keywords.get("module", call["a"][0] if call["a"] else None)
            if "module" in keywords and call["a"]:
                keywords.setdefault("name", call["a"][0])
            if given is None or (isinstance(given, dict) and "c" in given):
                if where:
                    self.open(method, f"registered in {where}", call["at"])
                return
            self.add_object(method, given, call["at"], keywords, certain, where)
        elif method.name == "register_all":
            self.register_all(method, call, keywords, certain, where)
        elif method.name == "match":
            self.match(method, call, keywords, certain, where)
        elif method.name == "merge":
            self.merge(method, call, where)

    def add_object(
        self, method: Target, given: Expr, at: At, keywords: dict[str, Expr], certain: bool, where: str
    ) -> None:
        target = self.names.object_of(self.file, given)
        if target is None or target.kind not in ("class", "function", "module", "external"):
            reason = f"registered in {where}" if where else f"{render(given)} could not be read"
            self.open(method, reason, at)
            return
        self.add(_registry(method), target, at, keywords, certain)

    def items(self, given: Expr | None) -> list[Expr] | None:
        """The elements of a list that can be read, with starred lists spliced in."""
        if isinstance(given, str):
            target = self.names.resolve(self.file.module, given)
            if target is None or target.kind != "data" or "items" not in target.fact:
                return None
            given = {"l": target.fact["items"]}
        if not isinstance(given, dict) or "l" not in given:
            return None
        found: list[Expr] = []
        for item in given["l"]:
            if isinstance(item, dict) and "*" in item:
                inner = self.items(item["*"])
                if inner is None:
                    return None
                found += inner
            else:
                found.append(item)
        return found

    def register_all(
        self, method: Target, call: dict[str, Any], keywords: dict[str, Expr], certain: bool, where: str
    ) -> None:
        at: At = call["at"]
        items = self.items(call["a"][0] if call["a"] else keywords.get("modules"))
        if items is None:
            self.open(method, f"registered in {where}" if where else "the list of register_all is computed", at)
            return
        infos = keywords.get("extra_info", call["a"][1] if len(call["a"]) > 1 else None)
        extras = infos["l"] if isinstance(infos, dict) and "l" in infos else []
        kept = {key: value for key, value in keywords.items() if key == "force"}
        for index, item in enumerate(items):
            extra = extras[index] if index < len(extras) else None
            self.add_object(method, item, at, {**kept, **_dictionary(extra)}, certain, where)

    def merge(self, method: Target, call: dict[str, Any], where: str) -> None:
        at: At = call["at"]
        given: Expr | None = call["a"][0] if call["a"] else None
        others = given["l"] if isinstance(given, dict) and "l" in given else [given] if given is not None else []
        sources: list[str] = []
        for item in others:
            target = self.names.object_of(self.file, item)
            if target is not None and target.kind == "registry":
                sources.append(target.name)
            else:
                self.open(method, f"merged in {where}" if where else "a merged registry could not be read", at)
        if sources:
            self.found.merges.append((_registry(method), tuple(sources)))

    def match(self, method: Target, call: dict[str, Any], keywords: dict[str, Expr], certain: bool, where: str) -> None:
        at: At = call["at"]
        given: Expr | None = call["a"][0] if call["a"] else keywords.get("base_module", keywords.get("module"))
        rule: Expr | None = call["a"][1] if len(call["a"]) > 1 else keywords.get("match_func")
        target = self.names.object_of(self.file, given) if given is not None else None
        if target is None or target.kind not in ("module", "external"):
            self.open(method, f"matched in {where}" if where else "the matched module could not be read", at)
            return
        if target.kind == "external":
            self.open(method, _unread(target.module), at)
            return
        predicate = self.predicate(rule)
        file = self.names.lookup(target.module)
        if file is None:
            return
        kept = {key: value for key, value in keywords.items() if key == "force"}
        told = True
        for name, found in self.namespace(file, set()).items():
            if found.kind not in ("class", "function", "external") or (found.kind == "external" and found.fact):
                continue
            if predicate is None:
                accepted: bool | None = not name.startswith("__")
            else:
                kind = "" if found.kind == "external" else found.kind
                accepted = predicate.accepts(name, kind, file.facts.get("all"))
            told &= accepted is not None
            if accepted is not False:
                self.add(_registry(method), found, at, kept, certain and accepted is True)
        if not told:
            self.open(method, "the predicate of match could not be read", at)

    def predicate(self, rule: Expr | None) -> Predicate | None:
        """The rule of a match; ``None`` for the default one."""
        if rule is None or rule == {"c": None}:
            return None
        if isinstance(rule, dict):
            return Predicate(str(rule.get("s", "")))
        target = self.names.resolve(self.file.module, rule)
        if target is not None and target.kind == "function":
            return Predicate(whole(target.fact).get("source", ""))
        if target is not None and target.kind == "data":
            return Predicate(target.fact.get("text", ""))
        return Predicate("")

    def namespace(self, file: SourceFile, seen: set[str]) -> dict[str, Target]:
        """Every name a module has, in the order it gets them as far as that can be told."""
        seen.add(file.module)
        found: dict[str, Target] = {}
        for level, source in file.facts.get("stars", ()):
            base = self.names.absolute(file, level, source)
            starred = self.names.lookup(base)
            if starred is not None and base not in seen:
                for name, target in self.namespace(starred, seen).items():
                    public = name in starred.facts["all"] if "all" in starred.facts else not name.startswith("_")
                    if public:
                        found[name] = target
        for name in file.facts["names"]:
            bound = self.names.name_in(file.module, name)
            if bound is not None:
                found[name] = bound
        return found


def _unread(module: str) -> str:
    package = module.partition(".")[0]
    return f"{module} is not written in Python" if package in sys.stdlib_module_names else f"{package} is not installed"


def _registry(method: Target) -> str:
    name = method.module
    return name.rpartition(".")[2] if name.startswith("?") else name


def _key(target: Target) -> tuple[str, bool]:
    """The name under which an object is registered and whether that is sure."""
    if target.kind in ("class", "function"):
        return target.name, True
    if target.kind == "module" or target.fact:
        return target.module, True
    return target.module.rpartition(".")[2], False


def _dictionary(expr: Expr | None) -> dict[str, Expr]:
    """Keys and values of ``dict(a=1)``, as far as they can be read."""
    if isinstance(expr, dict) and expr.get("f") == "dict":
        return {key: value for key, value in expr["k"] if key}
    if isinstance(expr, dict) and "d" in expr:
        return {str(key): value for key, value in expr["d"]}
    return {}
