"""Names across modules: what ``a.b.c`` written in a module stands for, through imports, aliases and re-exports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from excore.index.facts import NEVER, Binding, Expr, Facts
from excore.lang.memo import Memo

REGISTERING = frozenset({"register", "register_module", "register_all", "match", "merge"})
TargetKind = Literal["class", "function", "registry", "method", "module", "external", "data"]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A module: where it is and what it says. ``external`` ones are found on the search paths, outside the project."""

    path: str
    module: str
    is_package: bool
    facts: Facts
    external: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """What a name stands for.

    class, function: ``module``, ``name`` and their ``fact``; registry: ``name``; method: a registering method ``name``
    of the registry ``module``; module: ``module``, read; external: the import path ``module``, ``fact`` true where it
    is certainly a module; data: another ``fact`` (a binding).
    """

    kind: TargetKind
    module: str = ""
    name: str = ""
    fact: Any = None

    @property
    def path(self) -> str:
        """Import path."""
        return f"{self.module}.{self.name}" if self.kind in ("class", "function") else self.module


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the modules of the project are: ``paths`` by import path, by which shorter names each may be known, and
    which are known by their place below the root besides (``src.pkg`` for ``pkg``)."""

    paths: Mapping[str, str]
    aliases: Mapping[str, tuple[str, ...]]
    places: Mapping[str, str]

    def is_package(self, module: str) -> bool:
        """Whether ``module`` is a folder with an ``__init__.py``."""
        return self.paths.get(module, "").endswith("__init__.py")

    def meant(self, module: str, importer: str) -> str:
        """Import path of what ``import module`` means in ``importer``: from a folder above it that is no package (as
        where scripts are run), from the root, from a package above it, or else the first that fits."""
        candidates = self.aliases.get(module)
        if not candidates:
            return self.places.get(module, module)
        folders = {item: item[: -len(module) - 1] for item in candidates}
        above = [item for item, folder in folders.items() if importer.startswith(f"{folder}.")]
        above.sort(key=len, reverse=True)
        loose = [item for item in above if not self.is_package(folders[item])]
        if loose:
            return loose[0]
        if module in self.paths:
            return module
        anywhere = [item for item, folder in folders.items() if "." not in folder or not self.is_package(folder)]
        return [*above, *anywhere, module][0]


class Names:
    """Resolves names over all modules. Answers are remembered in ``memo`` with the modules they depend on."""

    def __init__(
        self,
        modules: Mapping[str, SourceFile],
        find: Callable[[str], SourceFile | None],
        layout: Layout,
        registry_types: tuple[str, ...],
        memo: Memo,
    ) -> None:
        self.modules = modules
        self.memo = memo
        self._find = find
        self._layout = layout
        self._types = frozenset(text for text in registry_types if ":" not in text)
        self._functions = dict(registering_function(text) for text in registry_types if ":" in text)
        self._active: set[tuple[str, str]] = set()

    def lookup(self, module: str) -> SourceFile | None:
        """The module of that name, if it can be read."""
        self.memo.touch(module)
        return self.modules.get(module) or self._find(module)

    def resolve(self, module: str, name: str) -> Target | None:
        """What the dotted ``name`` written in ``module`` stands for; ``None`` if nothing is known."""
        head, _, rest = name.partition(".")
        target = self.name_in(module, head)
        while rest and target is not None:
            head, _, rest = rest.partition(".")
            target = self.attribute(target, head)
        return target

    def name_in(self, module: str, name: str) -> Target | None:
        """What the module-level ``name`` of ``module`` stands for."""
        if not self._active:
            return self.memo.get(("name", module, name), lambda: self._name_in(module, name))
        return self._name_in(module, name)

    def _name_in(self, module: str, name: str) -> Target | None:
        key = (module, name)
        if key in self._active:
            return None
        file = self.lookup(module)
        if file is None:
            return None
        self._active.add(key)
        try:
            for binding in preferred(file.facts["names"].get(name, ())):
                target = self._bound(file, name, binding)
                if target is not None:
                    return target
            for level, source in file.facts.get("stars", ()):
                if name.startswith("_"):
                    continue
                base = self.absolute(file, level, source)
                starred = self.lookup(base)
                if starred is not None and ("all" not in starred.facts or name in starred.facts["all"]):
                    target = self._name_in(base, name)
                    if target is not None:
                        return target
            return None
        finally:
            self._active.discard(key)

    def _bound(self, file: SourceFile, name: str, binding: Binding) -> Target | None:
        kind = binding["kind"]
        if kind == "class":
            return Target("class", file.module, name, binding["cls"])
        if kind == "def":
            return Target("function", file.module, name, binding["function"])
        if kind == "module":
            return self.module_target(self.absolute(file, 0, binding["module"]))
        if kind == "from":
            base = self.absolute(file, binding["level"], binding["module"])
            return self.member(base, binding["name"])
        if kind == "alias":
            head, _, rest = binding["target"].partition(".")
            target = self._name_in(file.module, head)
            while rest and target is not None:
                head, _, rest = rest.partition(".")
                target = self.attribute(target, head)
            return target
        if kind == "call":
            return self.value_of_call(file, binding["call"], name)
        return Target("data", file.module, name, binding)

    def absolute(self, file: SourceFile, level: int, module: str) -> str:
        """The module that ``from <level dots><module> import`` in ``file`` names."""
        if not level:
            self.memo.touch(module)
            return module if file.external else self._layout.meant(module, file.module)
        parts = file.module.split(".") if file.module else []
        drop = level - 1 if file.is_package else level
        kept = parts[: len(parts) - drop] if drop else parts
        return ".".join([*kept, module] if module else kept)

    def module_target(self, path: str) -> Target:
        """The module ``path``, read or not."""
        return Target("module", path) if self.lookup(path) is not None else Target("external", path, fact=True)

    def member(self, base: str, name: str) -> Target | None:
        """What ``from base import name`` gives."""
        file = self.lookup(base)
        if file is not None:
            target = self._name_in(base, name)
            if target is not None:
                return target
        path = f"{base}.{name}" if base else name
        if self.lookup(path) is not None:
            return Target("module", path)
        return Target("external", path) if file is None or file.external else None

    def attribute(self, target: Target, name: str) -> Target | None:
        """What ``.name`` of ``target`` is."""
        if target.kind == "module":
            return self.member(target.module, name)
        if target.kind == "external":
            path = self._layout.places.get(f"{target.module}.{name}", f"{target.module}.{name}")
            return Target("module", path) if self.lookup(path) is not None else Target("external", path)
        if target.kind == "registry" and name in REGISTERING:
            return Target("method", target.name, name)
        return None

    def value_of_call(self, file: SourceFile, call: Expr, variable: str = "") -> Target | None:
        """The registry that a call creates or finds, or the object that a registering call gives back."""
        if isinstance(call, str) or "f" not in call:
            return None
        func, arguments = call["f"], call["a"]
        if isinstance(func, str):
            head, _, method = func.rpartition(".")
            if method in ("get_registry", "make_global") and self.is_registry_type(self._inner(file, head)):
                if method == "make_global":
                    return Target("registry", name="__global")
                name = self.text_of(file, arguments[0]) if arguments else None
                return Target("registry", name=name) if name is not None else None
            target = self._inner(file, func)
            if self.is_registry_type(target):
                given = arguments[0] if arguments else dict(call["k"]).get("name")
                name = self.text_of(file, given) if given is not None else None
                return Target("registry", name=name if name is not None else f"?{file.module}.{variable}", fact=call)
            if target is not None and target.kind == "method" and target.name in ("register", "register_module"):
                objects = [*arguments, *(value for key, value in call["k"] if key == "module")]
                return self.object_of(file, objects[0]) if objects else None
            return None
        if isinstance(func, dict) and "f" in func and arguments:
            outer = self.callee(file, func)
            if outer is not None and outer.kind == "method":
                return self.object_of(file, arguments[0])
        return None

    def _inner(self, file: SourceFile, name: str) -> Target | None:
        head, _, rest = name.partition(".")
        target = self._name_in(file.module, head)
        while rest and target is not None:
            head, _, rest = rest.partition(".")
            target = self.attribute(target, head)
        return target

    def object_of(self, file: SourceFile, expr: Expr) -> Target | None:
        """What an expression stands for: a name, or a call that gives a registry or an object back."""
        if isinstance(expr, str):
            return self._inner(file, expr) if self._active else self.resolve(file.module, expr)
        if "f" in expr:
            return self.value_of_call(file, expr)
        return None

    def callee(self, file: SourceFile, call: Expr) -> Target | None:
        """The registering method that a call calls, if it is one."""
        if isinstance(call, str) or "f" not in call:
            return None
        func = call["f"]
        if isinstance(func, str):
            target = self.object_of(file, func)
        elif "o" in func:
            owner = self.object_of(file, func["o"])
            target = self.attribute(owner, func["n"]) if owner is not None and owner.kind == "registry" else None
        else:
            target = None
        return target if target is not None and target.kind == "method" else None

    def text_of(self, file: SourceFile, expr: Expr) -> str | None:
        """The string an expression is, through module constants."""
        if isinstance(expr, dict):
            value = expr.get("c")
            return value if isinstance(value, str) else None
        target = self.object_of(file, expr)
        if target is not None and target.kind == "data":
            text = target.fact.get("text")
            return text if target.fact["kind"] == "const" else None
        return None

    def function_registry(self, target: Target | None) -> str | None:
        """The registry that a function puts into what it decorates, if the project says that it does."""
        if target is None or not self._functions or target.kind not in ("function", "external"):
            return None
        for path, registry in self._functions.items():
            if path == target.path or self._same(path, target):
                return registry
        return None

    def _same(self, path: str, target: Target) -> bool:
        """Whether an import path leads to ``target``, be it through a package that only hands it on."""
        head, _, name = path.rpartition(".")
        if target.path.rpartition(".")[2] != name:
            return False
        meant = self.member(head, name) if head else None
        return not head or (meant is not None and meant.path == target.path)

    def is_registry_type(self, target: Target | None) -> bool:
        """Whether calling ``target`` makes a registry: a class of ``registry_types`` or derived from one."""
        if target is None or target.kind not in ("class", "external"):
            return False
        if target.kind == "external":
            return target.module in self._types or target.module.rpartition(".")[2] in self._types
        if target.path in self._types or target.name in self._types:
            return True
        if any(self._same(path, target) for path in self._types if "." in path):
            return True
        key = (target.module, f"class {target.name}")
        if key in self._active:
            return False
        self._active.add(key)
        try:
            file = self.lookup(target.module)
            return file is not None and any(
                base and self.is_registry_type(self._inner(file, base)) for base in target.fact["bases"]
            )
        finally:
            self._active.discard(key)


def registering_function(text: str) -> tuple[str, str]:
    """``"package.register_model: Model"`` read: the import path of a function and the registry it fills."""
    path, _, registry = text.partition(":")
    return path.strip(), registry.strip()


def preferred(bindings: list[Binding] | tuple[()]) -> list[Binding]:
    """The bindings of one name, the one to believe first: the last unconditional one that says something."""
    if len(bindings) == 1:
        return list(bindings)
    told = [item for item in bindings if item["kind"] != "value"]
    sure = [item for item in told if not item.get("guard")]
    maybe = [item for item in told if item.get("guard") not in (None, NEVER)]
    never = [item for item in told if item.get("guard") == NEVER]
    plain = [item for item in bindings if item["kind"] == "value"]
    return [*reversed(sure), *maybe, *never, *plain]
