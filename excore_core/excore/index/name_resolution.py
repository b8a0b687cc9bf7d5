"""Names across modules: what ``a.b.c`` written in a module stands for, through imports, aliases and re-exports."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from excore.index.expressions import CallExpr, call_of, elements, render
from excore.index.facts import (
    ADDING,
    MAYBE,
    NEVER,
    REGISTERING,
    STORING,
    BindingFact,
    ClassFact,
    Expr,
    FieldFact,
    FileFacts,
    unpacked,
)
from excore.index.python_files import is_package
from excore.lang.memo import Memo

CLASS_MAKERS = frozenset(
    {"collections.namedtuple", "dataclasses.make_dataclass"}
    | {f"{module}.{name}" for module in ("typing", "typing_extensions") for name in ("NamedTuple", "TypedDict")}
    | {f"enum.{name}" for name in ("Enum", "IntEnum", "Flag", "IntFlag", "StrEnum")}
)
"""What gives a class back whose name is the first argument."""
_TUPLES = frozenset(path for path in CLASS_MAKERS if path.lower().endswith(".namedtuple"))


_MAX_PARENTS = 10
_OWN = "excore."


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A module: where it is and what it says. ``external`` ones are found on the search paths, outside the project."""

    path: str
    module: str
    facts: FileFacts
    external: bool = False


@dataclass(frozen=True, slots=True)
class ResolvedName:
    """What a name stands for.

    class, function: ``module``, ``name`` and their ``fact``; registry: ``name``; method: a registering method ``name``
    of the registry ``module``; module: ``module``, read; external: the import path ``module``, ``fact`` true where it
    is certainly a module; data: another ``fact`` (a binding).
    """

    kind: Literal["class", "function", "registry", "method", "module", "external", "data"]
    module: str = ""
    name: str = ""
    fact: Any = None

    @property
    def path(self) -> str:
        """Import path."""
        return f"{self.module}.{self.name}" if self.kind in ("class", "function") else self.module


@dataclass(frozen=True, slots=True)
class ModuleLayout:
    """Where the modules of the project are: ``paths`` by import path, the modules that each shorter name may mean, and
    import paths by the names of places below the root (``pkg`` for ``src.pkg``)."""

    paths: Mapping[str, str]
    short_names: Mapping[str, tuple[str, ...]]
    names_below_root: Mapping[str, str]

    def import_path(self, module: str, importer: str) -> str:
        """Import path of what ``import module`` means in ``importer``: from a folder above it that is no package (as
        where scripts are run), from the root, from a package above it, or else the first that fits."""
        candidates = self.short_names.get(module)
        if not candidates:
            return self.names_below_root.get(module, module)
        folders = {item: item[: -len(module) - 1] for item in candidates}
        above = [item for item, folder in folders.items() if importer.startswith(f"{folder}.")]
        above.sort(key=len, reverse=True)
        loose = [item for item in above if not self._is_package(folders[item])]
        if loose:
            return loose[0]
        if module in self.paths:
            return module
        anywhere = [item for item, folder in folders.items() if "." not in folder or not self._is_package(folder)]
        return [*above, *anywhere, module][0]

    def _is_package(self, module: str) -> bool:
        return is_package(self.paths.get(module, ""))


_DEEPEST = 100  # imports that lead from one name to the next


class NameResolver:
    """Resolves names over all modules. ``registry_types`` are classes that count as registries, and functions with the
    registry that they fill, as in ``"package.register_model: Model"``.

    Imports may go round in circles. A name that is being resolved already is nothing to whoever asks for it again, as
    in Python, where the second module of a circle sees the first one half made. Such an answer depends on where the
    circle was entered: so only the answers to questions from outside are remembered in ``memo``, each with the modules
    that it depends on.
    """

    def __init__(
        self,
        modules: Mapping[str, SourceFile],
        find: Callable[[str], SourceFile | None],
        layout: ModuleLayout,
        registry_types: tuple[str, ...],
        memo: Memo,
    ) -> None:
        self.modules = modules
        self.memo = memo
        self._find = find
        self._layout = layout
        self._types = frozenset(text for text in registry_types if ":" not in text)
        paths = (text.partition(":") for text in registry_types if ":" in text)
        self._functions = {path.strip(): registry.strip() for path, _, registry in paths}
        self._active: set[tuple[str, str]] = set()

    def lookup(self, module: str) -> SourceFile | None:
        """The module of that name, if it can be read."""
        self.memo.touch(module)
        return self.modules.get(module) or self._find(module)

    def resolve(self, module: str, name: str) -> ResolvedName | None:
        """What the dotted ``name`` written in ``module`` stands for; ``None`` if nothing is known."""
        head, *attributes = name.split(".")
        target = self.name_in(module, head)
        for attribute in attributes:
            if target is None:
                break
            target = self.attribute(target, attribute)
        return target

    def name_in(self, module: str, name: str) -> ResolvedName | None:
        """What the module-level ``name`` of ``module`` stands for."""
        if not self._active:
            return self.memo.get(("name", module, name), lambda: self._name_in(module, name))
        return self._name_in(module, name)

    def _name_in(self, module: str, name: str) -> ResolvedName | None:
        key = (module, name)
        file = self.lookup(module) if key not in self._active and len(self._active) < _DEEPEST else None
        if file is None:
            return None
        self._active.add(key)
        try:
            for binding in preferred(file.facts["names"].get(name, ())):
                target = self._bound(file, name, binding)
                if target is not None:
                    return target
            for level, source in file.facts.get("stars", ()) if not name.startswith("_") else ():
                base = self.absolute(file, level, source)
                starred = self.lookup(base)
                public = self.public_names(starred) if starred is not None else ()
                if starred is not None and self.is_public(starred, name, public):
                    target = self._name_in(base, name)
                    if target is not None:
                        return target
            return None
        finally:
            self._active.discard(key)

    def is_one_of_several(self, module: str, name: str, depth: int = 0) -> bool:
        """Whether the dotted ``name`` written in ``module`` may stand for something else, too: branches bind it of
        which nobody knows which one runs. An import that leads to a file that can be read counts as one that works;
        what Python itself has twice, once compiled, is the same."""
        head, _, last = name.rpartition(".")
        if head:
            owner = self.resolve(module, head)
            module = owner.module if owner is not None and owner.kind == "module" else ""
        file = self.lookup(module) if module and depth < _MAX_PARENTS else None
        if file is None or file.module.partition(".")[0] in sys.stdlib_module_names:
            return False
        bindings = [item for item in file.facts["names"].get(last, ()) if item["kind"] != "value"]
        maybe = [index for index, item in enumerate(bindings) if item.get("guard") == MAYBE]
        sure = max((index for index, item in enumerate(bindings) if not item.get("guard")), default=-1)
        candidates = [bindings[index] for index in (*([sure] if sure >= 0 else []), *maybe) if index >= sure]
        if len(candidates) == 1:
            one = candidates[0]
            if one["kind"] == "from":
                return self.is_one_of_several(self.absolute(file, one["level"], one["module"]), one["name"], depth + 1)
            return one["kind"] == "alias" and self.is_one_of_several(file.module, one["target"], depth + 1)
        targets = [self._bound(file, last, item) for item in candidates]
        if targets and candidates[0]["kind"] == "from" and targets[0] is not None and targets[0].kind != "external":
            return False
        return len({(one.kind, one.path, id(one.fact)) for one in targets if one is not None}) > 1

    def public_names(self, file: SourceFile, seen: frozenset[str] = frozenset()) -> Sequence[str] | None:
        """What ``__all__`` of a module lists, with what it takes from other modules; None without one, or where it
        cannot be read whole."""
        names = file.facts.get("all")
        parts = file.facts.get("all_of", ())
        if names is None or not (parts or seen):
            return names
        listed = [*names, *(name for name in file.facts["names"] if seen and self.is_public(file, name, ()))]
        for part in parts:
            source = self._owner_of_all(file, part)
            other = self.lookup(source) if source and source not in seen else None
            inner = self.public_names(other, seen | {file.module}) if other is not None else None
            if inner is None:
                return None
            listed += inner
        return listed

    def is_public(self, file: SourceFile, name: str, public: Collection[str] | None) -> bool:
        """Whether ``from module import *`` gives a name that a module has; ``public`` are its `public_names`. A
        decorator may add what it is put on to ``__all__``."""
        if public is None:
            return not name.startswith("_")
        if name in public:
            return True
        for binding in file.facts["names"].get(name, ()):
            fact = binding.get("cls") or binding.get("function")
            for decorator in fact.get("decorators", ()) if fact is not None else ():
                call = call_of(decorator)
                func = decorator if call is None else call.func
                target = self.resolve(file.module, func) if isinstance(func, str) else None
                if target is not None and target.kind == "function" and unpacked(target.fact).get("lists"):
                    return True
        return False

    def _owner_of_all(self, file: SourceFile, part: str) -> str:
        """The module whose ``__all__`` a name stands for: ``other.__all__``, or one that it was imported as."""
        head, _, name = part.rpartition(".")
        if head:
            target = self._name_in(file.module, head) if "." not in head else self.resolve(file.module, head)
            return target.module if name == "__all__" and target is not None and target.kind == "module" else ""
        for binding in file.facts["names"].get(part, ()):
            if binding["kind"] == "from" and binding["name"] == "__all__":
                return self.absolute(file, binding["level"], binding["module"])
        return ""

    def _bound(self, file: SourceFile, name: str, binding: BindingFact) -> ResolvedName | None:
        kind = binding["kind"]
        if kind == "class":
            return ResolvedName("class", file.module, name, binding["cls"])
        if kind == "def":
            return ResolvedName("function", file.module, name, binding["function"])
        if kind == "module":
            return self.module_target(self.absolute(file, 0, binding["module"]))
        if kind == "from":
            return self.member(self.absolute(file, binding["level"], binding["module"]), binding["name"])
        if kind == "alias":
            return self.resolve(file.module, _end_of_aliases(file, binding["target"]))
        if kind == "call":
            return self.value_of_call(file, binding["call"], name)
        return ResolvedName("data", file.module, name, binding)

    def absolute(self, file: SourceFile, level: int, module: str) -> str:
        """The module that ``from <level dots><module> import`` in ``file`` names."""
        if not level:
            self.memo.touch(module)
            return module if file.external else self._layout.import_path(module, file.module)
        parts = file.module.split(".") if file.module else []
        drop = level - 1 if is_package(file.path) else level
        parents = parts[: len(parts) - drop] if drop else parts
        return ".".join([*parents, module] if module else parents)

    def module_target(self, path: str) -> ResolvedName:
        """The module ``path``, read or not."""
        is_read = self.lookup(path) is not None
        return ResolvedName("module", path) if is_read else ResolvedName("external", path, fact=True)

    def member(self, base: str, name: str) -> ResolvedName | None:
        """What ``from base import name`` gives."""
        file = self.lookup(base)
        if file is not None:
            target = self._name_in(base, name)
            if target is not None:
                return target
        path = f"{base}.{name}" if base else name
        if self.lookup(path) is not None:
            return ResolvedName("module", path)
        return ResolvedName("external", path) if file is None or file.external else None

    def attribute(self, target: ResolvedName, name: str) -> ResolvedName | None:
        """What ``.name`` of ``target`` is."""
        if target.kind == "module":
            return self.member(target.module, name)
        if target.kind == "external":
            path = f"{target.module}.{name}"
            path = self._layout.names_below_root.get(path, path)
            return ResolvedName("module" if self.lookup(path) is not None else "external", path)
        if target.kind == "class":
            return self._class_attribute(target, name) or self._registering_class(target, name)
        if target.kind == "registry" and name in REGISTERING | STORING:
            return ResolvedName("method", target.name, name)
        return None

    def _registering_class(self, target: ResolvedName, name: str) -> ResolvedName | None:
        """The method of a class that is a registry of the classes derived from it, as AllenNLP's are, by its own name:
        it is derived from a class that the project says makes registries."""
        bases = (self.resolve(target.module, base) for base in target.fact["bases"] if base and name == "register")
        return ResolvedName("method", target.name, name) if any(map(self.is_registry_type, bases)) else None

    def _class_attribute(self, target: ResolvedName, name: str) -> ResolvedName | None:
        """The registry, or registering method, that a class has as attribute of its body."""
        file, key = self.lookup(target.module), (target.path, name)
        item = next((one for one in unpacked(target.fact).get("fields", ()) if one["name"] == name), None)
        written = item.get("value", item.get("default", "")) if item is not None else ""
        if file is None or key in self._active or not written or not _is_object(written):
            return None
        self._active.add(key)
        try:
            value = self.object_of(file, written)
        finally:
            self._active.discard(key)
        return value if value is not None and value.kind in ("registry", "method") else None

    # -- calls

    def value_of_call(self, file: SourceFile, expr: Expr, variable: str = "") -> ResolvedName | None:
        """The registry that a call creates or finds, or the object that a registering call gives back."""
        call = call_of(expr)
        if call is None:
            return None
        if not isinstance(call.func, str):
            inner = call_of(call.func) if call.arguments else None
            method = self.method_of(file, inner.func) if inner is not None else None
            return self.object_of(file, call.arguments[0]) if method is not None else None
        owner, _, attribute = call.func.rpartition(".")
        if attribute in ("get_registry", "make_global") and self.is_registry_type(self.resolve(file.module, owner)):
            if attribute == "make_global":
                return ResolvedName("registry", name="__global")
            name = self.text_of(file, call.arguments[0]) if call.arguments else None
            return ResolvedName("registry", name=name) if name is not None else None
        target = self.resolve(file.module, call.func)
        if self.is_registry_type(target):
            name = self.text_of(file, call.argument(0, "name"))
            return ResolvedName("registry", name=name if name is not None else f"?{file.module}.{variable}", fact=call)
        if target is not None and target.kind == "method" and target.name in ADDING:
            registered = call.argument(0, "module")
            if registered is None:  # a decorator, bound to a name
                return ResolvedName("method", target.module, target.name, call)
            return self.object_of(file, registered)
        if call.arguments and (call.func == "type" or (target is not None and target.path in CLASS_MAKERS)):
            name = self.text_of(file, call.arguments[0])
            is_named = name == variable or variable.endswith("()")
            is_tuple = is_named and target is not None and target.path in _TUPLES
            fact = _tuple(call, variable) if is_tuple else None
            if fact is not None:
                return ResolvedName("class", file.module, variable, fact)
            return ResolvedName("external", f"{file.module}.{name}") if name else None
        if self.makes_registry(target):
            texts = [text for text in map(partial(self.text_of, file), call.arguments) if text is not None]
            name = texts[0] if len(texts) == 1 else f"?{file.module}.{variable}"
            return ResolvedName("registry", name=name, fact=call)
        given = unpacked(target.fact).get("result", "") if target is not None and target.kind == "function" else ""
        value = self.resolve(target.module, given[1:]) if target is not None and given.startswith("=") else None
        return value if value is not None and value.kind in ("registry", "method") else None

    def call_behind(self, module: str, name: str, depth: int = 0) -> tuple[str, Expr] | None:
        """The call whose result the dotted ``name`` written in ``module`` is, and the module that makes it."""
        head, _, last = name.rpartition(".")
        if head:
            owner = self.resolve(module, head)
            module = owner.module if owner is not None and owner.kind == "module" else ""
        file = self.lookup(module) if module and depth < 10 else None
        for binding in preferred(file.facts["names"].get(last, ())) if file is not None else ():
            if binding["kind"] == "call":
                return module, binding["call"]
            if binding["kind"] == "alias":
                return self.call_behind(module, binding["target"], depth + 1)
            if binding["kind"] == "from" and file is not None:
                base = self.absolute(file, binding["level"], binding["module"])
                return self.call_behind(base, binding["name"], depth + 1)
        return None

    def package_behind(self, module: str, name: str) -> Iterator[str]:
        """The installed packages that make the registry ``name`` of a module, and those that it is a child of."""
        made = self.call_behind(module, name)
        for _ in range(_MAX_PARENTS):
            file = self.lookup(made[0]) if made is not None else None
            if made is None or file is None:
                return
            if file.external:
                yield file.module.partition(".")[0]
            call = call_of(made[1])
            parent = call.keywords.get("parent") if call is not None else None
            made = self.call_behind(file.module, parent) if isinstance(parent, str) else None

    def makes_registry(self, target: ResolvedName | None) -> bool:
        """Whether a function gives a registry back that it makes or finds; which one is not certain."""
        if target is None or target.kind != "function":
            return False
        for name in unpacked(target.fact).get("called", ()):
            owner, _, attribute = name.rpartition(".")
            if self.is_registry_type(self.resolve(target.module, owner if attribute == "get_registry" else name)):
                return True
        return False

    def object_of(self, file: SourceFile, expr: Expr) -> ResolvedName | None:
        """What an expression stands for: a name, or a call that gives a registry or an object back."""
        return self.resolve(file.module, expr) if isinstance(expr, str) else self.value_of_call(file, expr)

    def method_of(self, file: SourceFile, func: Expr) -> ResolvedName | None:
        """The registering method that ``func`` stands for, if it is one; its registry may be that of a call."""
        target: ResolvedName | None = None
        if isinstance(func, str):
            target = self.resolve(file.module, func)
        elif "o" in func:
            owner = self.object_of(file, func["o"])
            target = self.attribute(owner, func["n"]) if owner is not None and owner.kind == "registry" else None
        return target if target is not None and target.kind == "method" else None

    def text_of(self, file: SourceFile, expr: Expr | None) -> str | None:
        """The string an expression is, through module constants."""
        if not isinstance(expr, str):
            value = expr.get("c") if expr is not None else None
            return value if isinstance(value, str) else None
        target = self.resolve(file.module, expr)
        if target is None or target.kind != "data" or target.fact["kind"] != "const":
            return None
        text: str = target.fact["text"]
        return text

    # -- what fills registries

    def function_registry(self, target: ResolvedName | None) -> str | None:
        """The registry that a function puts into what it decorates, if the project says that it does."""
        if target is None or not self._functions or target.kind not in ("function", "external"):
            return None
        for path, registry in self._functions.items():
            if path == target.path or self._leads_to(path, target):
                return registry
        return None

    def _leads_to(self, path: str, target: ResolvedName) -> bool:
        """Whether an import path leads to ``target``, be it through a package that only hands it on."""
        head, _, name = path.rpartition(".")
        if target.path.rpartition(".")[2] != name:
            return False
        member = self.member(self._layout.import_path(head, target.module), name) if head else None
        return not head or (member is not None and member.path == target.path)

    def registry_of_path(self, file: SourceFile, func: str) -> str | None:
        """The registry that a method fills, as ``registry.register_model`` of an object that a file imports, if the
        project says that it does."""
        head, _, attributes = func.partition(".")
        if not attributes or not self._functions:
            return None
        for binding in preferred(file.facts["names"].get(head, ())):
            if binding["kind"] == "from":
                base = self.absolute(file, binding["level"], binding["module"])
                return self._functions.get(f"{base}.{binding['name']}.{attributes}")
            if binding["kind"] == "module":
                return self._functions.get(f"{binding['module']}.{attributes}")
        return self._functions.get(f"{file.module}.{func}")

    def is_registry_type(self, target: ResolvedName | None) -> bool:
        """Whether calling ``target`` makes a registry: a class of ``registry_types`` or derived from one."""
        if target is None or target.kind not in ("class", "external"):
            return False
        if target.kind == "external":
            return target.module in self._types or target.module.rpartition(".")[2] in self._types
        if target.path in self._types or target.name in self._types:
            return True
        if any(self._leads_to(path, target) for path in self._types if "." in path):
            return True
        key = (target.module, f"class {target.name}")
        if key in self._active or len(self._active) >= _DEEPEST:
            return False
        self._active.add(key)
        try:
            file = self.lookup(target.module)
            return file is not None and any(
                base and self.is_registry_type(self.resolve(file.module, base)) for base in target.fact["bases"]
            )
        finally:
            self._active.discard(key)

    def is_own_type(self, target: ResolvedName | None) -> bool:
        """Whether a class is surely excore's registry, or derived from it alone."""
        for _ in range(_MAX_PARENTS):
            if target is None or target.kind != "class" or target.path.startswith(_OWN):
                break
            target = self.resolve(target.module, target.fact["bases"][0]) if len(target.fact["bases"]) == 1 else None
        return target is not None and target.kind in ("class", "external") and target.path.startswith(_OWN)


def _tuple(call: CallExpr, name: str) -> ClassFact | None:
    """The class that a call of ``namedtuple`` makes, None where its fields or their defaults cannot be read."""
    given = call.argument(1, "field_names", "fields")
    text = given.get("c") if isinstance(given, dict) else None
    written = [{"c": one} for one in text.replace(",", " ").split()] if isinstance(text, str) else elements(given)
    firsts = [(elements(one) or [one])[0] for one in written or ()]
    names = [one.get("c") for one in firsts if isinstance(one, dict)]
    defaults = elements(call.keywords.get("defaults", {"l": []}))
    if written is None or len(names) < len(firsts) or defaults is None or "rename" in call.keywords or call.spreads:
        return None
    values = [*[None] * (len(names) - len(defaults)), *defaults]
    bound: list[FieldFact] = []
    for one, value in zip(names, values, strict=False):
        bound.append({"name": str(one), "at": call.at, "annotation": "Any"})
        if value is not None:
            bound[-1]["default"] = render(value)
    return {"name": name, "at": call.at, "bases": ["typing.NamedTuple"], "fields": bound}


def _end_of_aliases(file: SourceFile, name: str) -> str:
    """The name that ``name`` is, or begins with, behind all names of a file that only stand for another one."""
    names, passed = file.facts["names"], set()
    while True:
        head, dot, attributes = name.partition(".")
        bindings = names.get(head, ())
        if len(bindings) != 1 or bindings[0]["kind"] != "alias" or head in passed:
            return name
        passed.add(head)
        name = f"{bindings[0]['target']}{dot}{attributes}"


def preferred(bindings: Sequence[BindingFact]) -> Sequence[BindingFact]:
    """The bindings of one name, the one to believe first: the last unconditional one that says something."""
    if len(bindings) == 1:
        return bindings
    plain = [item for item in bindings if item["kind"] == "value"]
    informative = [item for item in bindings if item["kind"] != "value"]
    sure = [item for item in informative if not item.get("guard")]
    maybe = [item for item in informative if item.get("guard") == MAYBE]
    never = [item for item in informative if item.get("guard") == NEVER]
    return [*reversed(sure), *maybe, *never, *plain]


def _is_object(written: Expr) -> bool:
    """Whether what a class binds is a call, or what has a name."""
    return not isinstance(written, str) or written.replace(".", "").isidentifier()
