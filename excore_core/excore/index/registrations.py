"""What one module registers: every form of registration, read from its facts."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Literal

from excore.index.expressions import CallExpr, call_of, dictionary, elements, render, substitute
from excore.index.facts import ADDING, MAYBE, NEVER, STORING, At, CallFact, Expr, unpacked
from excore.index.name_resolution import NameResolver, ResolvedName, SourceFile
from excore.index.predicate import Predicate
from excore.lang.catalog import Location, RegistryInfo

_KEY = re.compile(r"[A-Za-z0-9_]+\Z")
FIRST = "0"
"""In extra information: what is given without a keyword, the name for registries of other libraries."""
_NO_EXTRA = frozenset({"force", "module", "match_func", "extra_info"})


@dataclass(frozen=True, slots=True)
class RegisteredName:
    """``target`` registered in ``registry`` as ``name``."""

    registry: str
    name: str
    target: ResolvedName
    at: Location
    extra: tuple[tuple[str, str], ...] = ()
    certain: bool = True
    force: bool = False
    again: tuple[Location, ...] = ()
    elsewhere: tuple[str, ...] = ()

    def clashes(self, other: RegisteredName) -> bool:
        """Whether a registry refuses the two, since they are different things of one name."""
        if self.force or other.force or not (self.certain and other.certain) or self.at == other.at:
            return False
        return self.target.path != other.target.path or self.at.path == other.at.path


@dataclass(slots=True)
class ModuleRegistrations:
    """All that one module says about registries. ``opened``: registry, why it may hold more, and the file that may fill
    it. ``merges``: registry and those merged into it. ``variables``: registry and a name of it. ``packages``: installed
    ones that make the registries it fills. ``refused``: registry, name and place of what excore's registries refuse."""

    registries: list[RegistryInfo] = field(default_factory=list)
    names: list[RegisteredName] = field(default_factory=list)
    opened: list[tuple[str, str, str]] = field(default_factory=list)
    merges: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    variables: list[tuple[str, str]] = field(default_factory=list)
    packages: dict[str, None] = field(default_factory=dict)
    refused: list[tuple[str, str, Location]] = field(default_factory=list)


def collect(names: NameResolver, file: SourceFile) -> ModuleRegistrations:
    """What ``file`` registers when it is imported."""
    collector = _Collector(names, file)
    collector.run()
    return collector.result


@dataclass(frozen=True, slots=True)
class _Registering:
    """A call of a registering ``method``. ``where`` is "" or the loop or function that makes it nobody knows how often;
    ``certain``: it surely runs."""

    method: ResolvedName
    call: CallExpr
    certain: bool
    where: str

    @property
    def force(self) -> dict[str, Expr]:
        """The keyword ``force``, for methods that hand it on."""
        return {key: value for key, value in self.call.keywords.items() if key == "force"}


class _Collector:
    def __init__(self, names: NameResolver, file: SourceFile) -> None:
        self.names = names
        self.file = file
        self.result = ModuleRegistrations()
        self.by_functions: dict[str, None] = {}  # registries that functions fill

    def run(self) -> None:
        facts = self.file.facts
        for name, bindings in facts["names"].items():
            for binding in bindings:
                if binding["kind"] == "call":
                    self.creation(name, binding["call"], binding.get("at", [0, 0, 0]))
                elif binding["kind"] in ("class", "def") and binding.get("guard") != NEVER:
                    fact = binding.get("cls") or binding["function"]
                    kind: Literal["class", "function"] = "class" if "cls" in binding else "function"
                    target = ResolvedName(kind, self.file.module, name, fact)
                    self.decorated(target, fact.get("decorators", []), not binding.get("guard"))
        if "generates" in facts and self.by_functions:
            reason = f"{self.file.module} makes names when it is imported"
            for registry in self.by_functions:
                self.opened_here(registry, reason, [facts["generates"], 0, 0])
        for name, made, at in facts.get("held", ()):
            self.creation(name, made, at)
        for call in facts.get("calls", ()):
            if call.get("guard") != NEVER:
                self.called(call)
        self.result.names.sort(key=lambda item: item.at.line)

    def creation(self, variable: str, call: Expr, at: At) -> None:
        target = self.names.value_of_call(self.file, call, variable)
        if target is None or target.kind != "registry":
            return
        self.result.variables.append((target.name, variable))
        if target.fact is None and target.name != "__global":
            return
        name, computed = (variable, True) if target.name.startswith("?") else (target.name, False)
        maker = self.names.resolve(self.file.module, target.fact.func) if target.fact is not None else None
        if not computed and self.names.makes_registry(maker):
            self.opened_here(name, f"{variable} is what {render(call)} gives", at)
        parent = target.fact.keywords.get("parent") if target.fact is not None else None
        if isinstance(parent, str):
            self.result.packages.update(dict.fromkeys(self.names.package_behind(self.file.module, parent)))
        place, extra_fields = Location(self.file.path, *at), self.extra_fields(target.fact)
        read = tuple(text for text in extra_fields if text is not None)
        reason = "its name is computed" if computed else ""
        if not computed and not _KEY.match(name):
            self.result.refused.append((name, name, place))
        is_own = len(read) == len(extra_fields) and self.names.is_own_type(maker)
        self.result.registries.append(RegistryInfo(name, place, (variable,), read, computed, reason, is_own=is_own))

    def extra_fields(self, call: CallExpr | None) -> list[str | None]:
        """The extra fields of a registry, None for one that cannot be read."""
        names = call.argument(1, "extra_field") if call is not None else None
        items = elements(names)
        if names is None or names == {"c": None}:
            return []
        return [self.names.text_of(self.file, item) for item in ([names] if items is None else items)]

    # -- decorators

    def decorated(self, target: ResolvedName, decorators: list[Expr], certain: bool) -> None:
        """``REGISTRY.register`` or ``REGISTRY.register(name="A")`` above a definition, or a function that does this."""
        at = target.fact["at"]
        for decorator in decorators:
            call = call_of(decorator)
            keywords = dict(call.keywords) if call is not None else {}
            if call is not None and call.arguments:
                keywords.setdefault(FIRST, call.arguments[0])
            func = decorator if call is None else call.func
            if isinstance(func, str) and self.by_function(func, target, keywords, certain, is_called=call is not None):
                continue
            method = self.names.method_of(self.file, func) if call is not None or isinstance(func, str) else None
            if method is None or method.name not in ADDING:
                continue
            if call is None and method.fact is not None:
                keywords = dict(method.fact.keywords)
            registry = _registry(method)
            if isinstance(func, str):
                self.packages_of(func)
                if func.count(".") == 1:
                    self.result.variables.append((registry, func.partition(".")[0]))
            if call is not None and len(keywords) < len(call.keywords) + call.spreads:
                self.open(method, "extra information is computed", call.at)
            self.add(registry, target, at if call is None else call.at, keywords, certain)

    def by_function(
        self, func: str, target: ResolvedName, keywords: dict[str, Expr], certain: bool, *, is_called: bool
    ) -> bool:
        """Whether a decorator is a function that registers; then what it registers is added."""
        function = self.names.resolve(self.file.module, func)
        registry = self.names.function_registry(function) or self.names.registry_of_path(self.file, func)
        if registry is not None:
            self.by_functions[registry] = None
            file = self.names.lookup(function.module) if function is not None else None
            if file is not None and file.external:
                self.result.packages[file.module.partition(".")[0]] = None
            self.result.registries.append(RegistryInfo(registry))
            self.add(registry, target, target.fact["at"], keywords, certain)
            return True
        return not is_called and function is not None and self.by_helper(function, target, certain)

    def by_helper(self, function: ResolvedName, target: ResolvedName, certain: bool) -> bool:
        """Whether a function hands what it decorates to a registering method and does nothing else. It may do so for
        others too: that the registry is open stays true."""
        file = self.names.lookup(function.module) if function.kind == "function" else None
        if file is None:
            return False
        parameter, expr = unpacked(function.fact).get("registers", ("", {}))
        call = call_of(expr)
        if not parameter or call is None:
            return False
        outer = call_of(call.func) or call
        method = self.names.method_of(file, outer.func)
        handed = call.keywords.get("module", call.argument(0))
        if method is None or method.name not in ADDING or handed != parameter:
            return False
        keywords = {key: value for key, value in outer.keywords.items() if key != "module"}
        self.add(_registry(method), target, target.fact["at"], keywords, certain)
        return True

    def packages_of(self, func: str) -> None:
        """Note the packages that make the registry whose method ``func`` is."""
        self.result.packages.update(dict.fromkeys(self.names.package_behind(self.file.module, func.rpartition(".")[0])))

    # -- results

    def add(
        self, registry: str, target: ResolvedName, at: At, keywords: dict[str, Expr], certain: bool, key: str = ""
    ) -> None:
        name, sure = (key, True) if key else _key(target)
        certain &= sure or not keywords.keys().isdisjoint(("name", FIRST))
        extra = tuple((key, render(value)) for key, value in keywords.items() if key not in _NO_EXTRA)
        place, force = Location(self.file.path, *at), keywords.get("force") == {"c": True}
        if _KEY.match(name):
            self.result.names.append(RegisteredName(registry, name, target, place, extra, certain, force))
        elif certain:
            self.result.refused.append((registry, name, place))

    def open(self, method: ResolvedName, reason: str, at: At) -> None:
        self.opened_here(_registry(method), reason, at)

    def opened_here(self, registry: str, reason: str, at: At) -> None:
        where = re.split(r"[\\/]", self.file.path)[-1]
        self.result.opened.append((registry, f"{reason} ({where}:{at[0] + 1})", self.file.path))

    def not_read(self, made: _Registering, verb: str, reason: str) -> None:
        """A call whose arguments were not read: its registry may hold more."""
        self.open(made.method, f"{verb} in {made.where}" if made.where else reason, made.call.at)

    # -- calls

    def called(self, fact: CallFact) -> None:
        certain = fact.get("guard") != MAYBE
        name, each = fact.get("each", ("", None))
        items = self.items(each)
        if items is None:
            self.call(fact["call"], certain and "where" not in fact, fact.get("where", ""))
            return
        for item in items:
            self.call(substitute(fact["call"], name, item), certain, "")

    def call(self, expr: Expr, certain: bool, where: str) -> None:
        call = call_of(expr)
        if call is None:
            return
        inner = call_of(call.func)
        func = (inner or call).func
        method = self.names.method_of(self.file, func)
        if method is None:
            return
        if isinstance(func, str):
            self.packages_of(func)
        made = _Registering(method, call, certain, where)
        if inner is not None:
            if method.name in ADDING and call.arguments:
                self.add_object(made, call.arguments[0], inner.keywords)
        elif method.name in ADDING:
            self.register(made)
        elif method.name == "register_all":
            self.register_all(made)
        elif method.name == "match":
            self.match(made)
        elif method.name in STORING:
            self.store(made)
        else:
            self.merge(made)

    def register(self, made: _Registering) -> None:
        call, keywords = made.call, dict(made.call.keywords)
        if "module" in keywords and call.arguments:
            keywords.setdefault(FIRST, call.arguments[0])
        module = keywords.get("module", call.argument(0))
        if module is not None and not (isinstance(module, dict) and "c" in module):
            self.add_object(made, module, keywords)
        elif made.where:
            self.open(made.method, f"registered in {made.where}", call.at)

    def add_object(self, made: _Registering, expr: Expr, keywords: dict[str, Expr]) -> None:
        target = self.names.object_of(self.file, expr)
        if target is None or target.kind not in ("class", "function", "module", "external"):
            self.not_read(made, "registered", f"{render(expr)} could not be read")
        else:
            self.add(_registry(made.method), target, made.call.at, keywords, made.certain)

    def store(self, made: _Registering) -> None:
        """Names with import paths, or the objects that registries of others hold, put in as into a dict."""
        call, name = made.call, self.names.text_of(self.file, made.call.argument(0))
        given = dictionary(call.argument(0))
        items = {**given, **call.keywords} if made.method.name == "update" else {name: call.argument(1)}
        for key, value in items.items():
            path = self.names.text_of(self.file, value)
            head, _, last = path.rpartition(".") if path is not None else ("", "", "")
            target = self.names.member(head, last) if head else None
            if target is None and path is None and value is not None:
                target = self.names.object_of(self.file, value)
            if key and target is not None and target.kind in ("class", "function", "module", "external"):
                self.add(_registry(made.method), target, call.at, {"force": {"c": True}}, made.certain, key)
            else:
                self.not_read(made, "registered", f"{key or '?'} could not be read")
        if not items or call.spreads:
            self.not_read(made, "registered", f"what {made.method.name} gets is computed")

    def items(self, expr: Expr | None) -> list[Expr] | None:
        """The elements of a list that can be read, with starred lists spliced in."""
        if isinstance(expr, str):
            target = self.names.resolve(self.file.module, expr)
            listed = target.fact.get("items") if target is not None and target.kind == "data" else None
        else:
            listed = elements(expr)
        if listed is None:
            return None
        items: list[Expr] = []
        for item in listed:
            inner = self.items(item["*"]) if isinstance(item, dict) and "*" in item else [item]
            if inner is None:
                return None
            items += inner
        return items

    def register_all(self, made: _Registering) -> None:
        items = self.items(made.call.argument(0, "modules"))
        if items is None:
            self.not_read(made, "registered", "the list of register_all is computed")
            return
        extras = elements(made.call.keywords.get("extra_info") or made.call.argument(1)) or []
        for index, item in enumerate(items):
            extra = dictionary(extras[index] if index < len(extras) else None)
            self.add_object(made, item, {**made.force, **extra})

    def merge(self, made: _Registering) -> None:
        first = made.call.argument(0)
        others = elements(first)
        if others is None:
            others = [first] if first is not None else []
        targets = [self.names.object_of(self.file, item) for item in others]
        sources = tuple(target.name for target in targets if target is not None and target.kind == "registry")
        if len(sources) < len(targets):
            self.not_read(made, "merged", "a merged registry could not be read")
        if sources:
            self.result.merges.append((_registry(made.method), sources))

    def match(self, made: _Registering) -> None:
        module = made.call.argument(0, "base_module", "module")
        target = self.names.object_of(self.file, module) if module is not None else None
        if target is None or target.kind not in ("module", "external"):
            self.not_read(made, "matched", "the matched module could not be read")
            return
        if target.kind == "external":
            self.open(made.method, _unread(target.module), made.call.at)
            return
        file = self.names.lookup(target.module)
        if file is None:
            return
        predicate = self.predicate(made.call.argument(1, "match_func"))
        listed = self.names.public_names(file)
        public = None if listed is None else list(listed)
        undecided = False
        namespace, unknown = self.namespace(file)
        for name, member in namespace.items():
            if member.kind not in ("class", "function", "external") or (member.kind == "external" and member.fact):
                continue
            if not _KEY.match(_key(member)[0]):
                continue  # match leaves it out
            if predicate is None:
                accepted: bool | None = not name.startswith("__")
            else:
                kind = "" if member.kind == "external" else member.kind
                accepted = predicate.accepts(name, kind, public)
            undecided |= accepted is None
            if accepted is not False:
                self.add(_registry(made.method), member, made.call.at, made.force, made.certain and accepted is True)
        if unknown:
            self.open(made.method, unknown[0], made.call.at)
        if undecided:
            self.open(made.method, "the predicate of match could not be read", made.call.at)

    def predicate(self, rule: Expr | None) -> Predicate | None:
        """The rule of a match; ``None`` for the default one."""
        if rule is None or rule == {"c": None}:
            return None
        if isinstance(rule, dict):
            return Predicate(str(rule.get("s", "")))
        target = self.names.resolve(self.file.module, rule)
        if target is not None and target.kind == "function":
            return Predicate(unpacked(target.fact).get("source", ""))
        return Predicate(target.fact.get("text", "") if target is not None and target.kind == "data" else "")

    def namespace(self, file: SourceFile) -> tuple[dict[str, ResolvedName], list[str]]:
        """Every name a module has, in the order it gets them as far as that can be told, and why there may be
        others."""

        def run() -> tuple[dict[str, ResolvedName], list[str]]:
            unknown: list[str] = []
            return self.bound_in(file, set(), unknown, lambda name: True), unknown

        return self.names.memo.get(("namespace", file.module), run)

    def bound_in(
        self, file: SourceFile, seen: set[str], unknown: list[str], is_wanted: Callable[[str], bool]
    ) -> dict[str, ResolvedName]:
        """Those names of a module that are wanted; the others are not looked up, as that may read many modules."""
        seen.add(file.module)
        if "generates" in file.facts:
            unknown.append(f"{file.module} makes names when it is imported")
        namespace: dict[str, ResolvedName] = {}
        for level, source in file.facts.get("stars", ()):
            base = self.names.absolute(file, level, source)
            starred = self.names.lookup(base)
            if starred is None:
                unknown.append(_unread(base))
            elif base not in seen:
                listed = self.names.public_names(starred)
                public = None if listed is None else frozenset(listed)

                def is_given(name: str, starred: SourceFile = starred, public: Collection[str] | None = public) -> bool:
                    return is_wanted(name) and self.names.is_public(starred, name, public)

                namespace.update(self.bound_in(starred, seen, unknown, is_given))
        for name in filter(is_wanted, file.facts["names"]):
            bound = self.names.name_in(file.module, name)
            if bound is not None:
                namespace[name] = bound
        return namespace


def _unread(module: str) -> str:
    package = module.partition(".")[0]
    return f"{module} is not written in Python" if package in sys.stdlib_module_names else f"{package} is not installed"


def _registry(method: ResolvedName) -> str:
    name = method.module
    return name.rpartition(".")[2] if name.startswith("?") else name


def _key(target: ResolvedName) -> tuple[str, bool]:
    """The name under which an object is registered and whether that is sure."""
    if target.kind in ("class", "function"):
        return target.name, True
    if target.kind == "module" or target.fact:
        return target.module, True
    return target.module.rpartition(".")[2], False
