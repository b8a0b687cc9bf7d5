"""Classes over files: method resolution order, what a constructor takes, members."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from dataclasses import replace

from excore.index import annotation_text as notes
from excore.index import fields
from excore.index.facts import At, ClassFact, FunctionFact, ParamFact, whole
from excore.index.name_resolution import Names, Target
from excore.index.taken import UNKNOWN, ClassRef, Order, Taken
from excore.lang.catalog import Location, Member, Param, Signature

_NO_EFFECT = frozenset(
    f"{module}.{name}"
    for module in ("typing", "typing_extensions", "abc", "builtins", "collections.abc")
    for name in (
        *("object", "ABC", "Generic", "Protocol", "Hashable", "Callable", "Iterable", "Iterator", "Sized", "Container"),
        *("Collection", "Sequence", "Mapping", "MutableMapping", "MutableSequence", "Set", "MutableSet", "Awaitable"),
    )
)
_PLAIN_DECORATORS = frozenset(
    "abstractmethod cache classmethod contextmanager deprecated enable_grad export final ignore inference_mode "
    "lru_cache no_grad override overload runtime_checkable singledispatch staticmethod total_ordering unused "
    "dataclass dataclass_transform define frozen mutable attrs attributes".split()
)
"""Last names of decorators after which a class has no more members and a function takes nothing else."""
ARGUMENT_HOOK = "ConfigArgumentHook"
_HOOK_MEMBERS = ("node", "enabled", "name", "hook")
_MAX_DEPTH = 25


def location(file: str, at: At) -> Location:
    """The place of a fact."""
    return Location(file, at[0], at[1], at[2])


class Classes:
    """Answers about classes and callables, remembered in the memo of ``names``."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._depth = 0

    def ref(self, target: Target) -> ClassRef | None:
        """The class a target stands for."""
        if target.kind != "class":
            return None
        file = self.names.lookup(target.module)
        return ClassRef(target.path, target.module, file.path, target.fact) if file is not None else None

    def order(self, ref: ClassRef) -> Order:
        """The class itself first, then its bases as Python orders them."""
        return self.names.memo.get(("order", ref.path), lambda: self._order(ref, ()))

    def _order(self, ref: ClassRef, above: tuple[str, ...]) -> Order:
        if ref.path in above or len(above) > _MAX_DEPTH:
            return Order((), False)
        self.names.memo.touch(ref.module)
        complete = True
        lines: list[list[ClassRef | str]] = []
        heads: list[ClassRef | str] = []
        for base in ref.fact["bases"]:
            target = self.names.resolve(ref.module, base) if base else None
            inner = self.ref(target) if target is not None else None
            if inner is not None and inner.path != ref.path:
                order = self._order(inner, (*above, ref.path))
                complete &= order.complete
                lines.append(list(order.items) or [inner])
                heads.append(inner)
                continue
            path = target.module if target is not None and target.kind == "external" else base
            if target is None and hasattr(builtins, base):
                path = f"builtins.{base}"
            complete &= is_known(path)
            if path:
                lines.append([path])
                heads.append(path)
        return Order((ref, *_merge([*lines, heads])), complete)

    def bases(self, ref: ClassRef) -> tuple[str, ...]:
        """Import paths in resolution order, the class itself first."""
        return tuple(item if isinstance(item, str) else item.path for item in self.order(ref).items)

    def is_hook(self, ref: ClassRef) -> bool:
        """Whether the class is a ConfigArgumentHook."""
        return any(path.rpartition(".")[2] == ARGUMENT_HOOK for path in self.bases(ref)[1:])

    # -- what a call takes

    def constructor(self, ref: ClassRef) -> Taken:
        """What calling the class takes."""
        return self.names.memo.get(("constructor", ref.path), lambda: self._constructor(self.order(ref), 0))

    def _constructor(self, order: Order, start: int) -> Taken:
        for index in range(start, len(order.items)):
            item = order.items[index]
            if isinstance(item, str):
                if item in _NO_EFFECT:
                    continue
                if item.rpartition(".")[2] == ARGUMENT_HOOK:
                    return _hook_parameters(item)
                return fields.of_external(self, item, order, index) or UNKNOWN
            fact = whole(item.fact)
            init = fact.get("init") or fact.get("new")
            if init is not None:
                taken = self._parameters(init, item, order, index, bound=True)
                return replace(taken, docs=(*_docs(item, fact, init), *taken.docs))
            generated = fields.of_class(self, item, order, index)
            if generated is not None:
                return generated
        return Taken(complete=order.complete)

    def function(self, target: Target) -> Taken:
        """What calling a function takes."""
        return self.names.memo.get(("function", target.path), lambda: self._function(target))

    def _function(self, target: Target) -> Taken:
        fact = whole(target.fact)
        file = self.names.lookup(target.module)
        owner = ClassRef(
            target.path, target.module, file.path if file else "", {"name": "", "at": fact["at"], "bases": []}
        )
        taken = self._parameters(fact, owner, None, 0, bound=False)
        return replace(taken, docs=((target.path, fact.get("doc", "")), *taken.docs))

    def _is_decorated(self, module: str, fact: ClassFact | FunctionFact) -> bool:
        """Whether a decorator is put on it of which nothing is known."""
        file = self.names.lookup(module)
        if file is None:
            return False
        for decorator in fact.get("decorators", ()):
            func = decorator if isinstance(decorator, str) else decorator.get("f", "")
            if isinstance(func, str) and func.rpartition(".")[2] in _PLAIN_DECORATORS:
                continue
            target = self.names.resolve(module, func) if isinstance(func, str) else self.names.callee(file, decorator)
            if target is None or (target.kind != "method" and self.names.function_registry(target) is None):
                return True
        return False

    def call(self, target: Target | None) -> Taken:
        """What calling whatever ``target`` is takes."""
        if target is None:
            return UNKNOWN
        if target.kind == "function":
            return self.function(target)
        ref = self.ref(target)
        return self.constructor(ref) if ref is not None else UNKNOWN

    def _parameters(
        self, fact: FunctionFact, owner: ClassRef, order: Order | None, index: int, *, bound: bool
    ) -> Taken:
        facts = fact["params"]
        decorated = "decorators" in fact and self._is_decorated(owner.module, fact)
        if bound and facts and facts[0].get("kind", "positional-only") == "positional-only":
            facts = facts[1:]
        own = [self.param(item, owner) for item in facts]
        if not own or own[-1].kind != "var-keyword":
            return Taken(tuple(own), not decorated)
        complete = not fact.get("leaks", False) and not decorated
        rest = own.pop()
        own += [self.param(item, owner) for item in fact.get("takes", ()) if item["name"] not in {p.name for p in own}]
        docs: list[tuple[str, str]] = []
        passed: list[list[Param]] = []
        keeps = not fact.get("forwards")
        for forward in fact.get("forwards", ()):
            taken = self._forwarded(forward["to"], owner, order, index)
            names = [param.name for param in taken.params if param.kind in ("positional-only", "positional-or-keyword")]
            gone = {*names[: forward["positional"]], *forward["given"], *(param.name for param in own)}
            left = [
                p for p in taken.params if p.name not in gone and p.kind not in ("positional-only", "var-positional")
            ]
            keeps |= any(param.kind == "var-keyword" for param in left)
            passed.append([param for param in left if param.kind != "var-keyword"])
            complete &= taken.complete
            docs += taken.docs
        reads = {item["name"]: item for item in fact.get("reads", ()) if item["name"] not in {p.name for p in own}}
        for param in _union(passed):
            read = reads.pop(param.name, None)
            preset = read.get("default", param.default) if read is not None else param.default
            own.append(replace(param, kind="keyword-only", default=preset))
        for item in reads.values():
            item.setdefault("default", "None")
            own.append(self.param(item, owner))
        if keeps or not complete:
            own.append(rest)
        return Taken(tuple(own), complete, tuple(dict.fromkeys(docs)))

    def _forwarded(self, to: str, owner: ClassRef, order: Order | None, index: int) -> Taken:
        if self._depth > _MAX_DEPTH:
            return UNKNOWN
        self._depth += 1
        try:
            if to == "super":
                return self._constructor(order, index + 1) if order is not None else UNKNOWN
            head, _, method = to.partition(".")
            if head in ("self", "cls") and order is not None:
                fact = owner.fact.get("targets", {}).get(method)
                return self._parameters(fact, owner, order, index, bound=True) if fact is not None else UNKNOWN
            name, _, last = to.rpartition(".")
            if last in ("__init__", "__new__"):
                to = name
            target = self.names.resolve(owner.module, to)
            if target is not None and target.path == owner.path:
                return UNKNOWN
            return self.call(target)
        finally:
            self._depth -= 1

    def param(self, fact: ParamFact, owner: ClassRef) -> Param:
        """A parameter as the catalog holds it."""
        text = fact.get("annotation")
        choices: tuple[object, ...] = ()
        if text is not None and text not in notes.PLAIN:
            text, choices = self.annotation(owner.module, text)
        return Param(
            name=fact["name"],
            kind=fact.get("kind", "positional-or-keyword"),
            annotation=text,
            default=fact.get("default"),
            location=location(owner.file, fact["at"]),
            choices=choices,
            owner=owner.path,
        )

    # -- annotations

    def annotation(self, module: str, text: str) -> tuple[str, tuple[object, ...]]:
        """An annotation with names followed, and the values it allows."""
        return self.names.memo.get(("annotation", module, text), lambda: self._annotation(module, text))

    def _annotation(self, module: str, text: str) -> tuple[str, tuple[object, ...]]:
        members: list[object] = []

        def real(name: str, module: str = module, depth: int = 0) -> str:
            target = self.names.resolve(module, name)
            if target is None:
                return name
            if target.kind == "data" and target.fact["kind"] == "type" and depth < 5:
                return notes.normalise(target.fact["text"], lambda inner: real(inner, target.module, depth + 1))
            if target.kind == "class":
                ref = self.ref(target)
                members.extend(item for item in self.enum_texts(ref) if item not in members) if ref else None
                return target.name
            if target.kind == "external":
                head, _, last = target.module.rpartition(".")
                return last if head and "." not in name else target.module
            return target.module if target.kind == "module" else name

        normal = notes.normalise(text, real)
        return normal, (*notes.literals(normal), *members)

    def enum(self, ref: ClassRef) -> tuple[str, ...]:
        """Member names if the class is an enum."""
        return self.names.memo.get(("enum", ref.path), lambda: self._enum(ref))

    def _enum(self, ref: ClassRef) -> tuple[str, ...]:
        self.names.memo.touch(ref.module)
        if not ref.fact["bases"] or not any(path in fields.ENUMS for path in self.bases(ref)[1:]):
            return ()
        return tuple(
            field["name"]
            for field in whole(ref.fact).get("fields", ())
            if "default" in field and "annotation" not in field and not field["name"].startswith("_")
        )

    def enum_texts(self, ref: ClassRef) -> tuple[str, ...]:
        """What may stand for a member of an enum: its value if that is a text (``Norm("bn")``), or its name."""
        names = self.enum(ref)
        own = [field for field in whole(ref.fact).get("fields", ()) if field["name"] in names] if names else []
        lowered = bool(own) and "enum.StrEnum" in self.bases(ref)
        values = [fields.text_value(field, lowered) for field in own]
        texts: dict[str, str] = {}
        for text in (*values, *names):
            if text is not None:
                texts.setdefault(text.casefold(), text)
        return tuple(texts.values())

    # -- members

    def members(self, ref: ClassRef) -> tuple[tuple[Member, ...], bool]:
        """Attributes and methods, own ones first, and whether these are all."""
        order = self.order(ref)
        found: dict[str, Member] = {}
        complete = order.complete
        for item in order.items:
            if isinstance(item, str):
                complete &= item in _NO_EFFECT or item.rpartition(".")[2] == ARGUMENT_HOOK
                if item.rpartition(".")[2] == ARGUMENT_HOOK:
                    for name in _HOOK_MEMBERS:
                        found.setdefault(name, Member(name, "method" if name == "hook" else "attribute"))
                continue
            complete &= not whole(item.fact).get("dynamic", False) and not self._is_decorated(item.module, item.fact)
            for member in self._own_members(item):
                found.setdefault(member.name, member)
        return tuple(found.values()), complete

    def _own_members(self, ref: ClassRef) -> Iterator[Member]:
        fact = whole(ref.fact)
        for field in fact.get("fields", ()):
            if not field["name"].startswith("__"):
                shared = "default" in field
                yield Member(
                    field["name"], "attribute", "", field.get("annotation"), location(ref.file, field["at"]), not shared
                )
        for member in fact.get("members", ()):
            yield Member(
                member["name"],
                member["kind"],
                member.get("doc", ""),
                member.get("annotation"),
                location(ref.file, member["at"]),
                member["kind"] not in ("classmethod", "staticmethod"),
            )

    def has_attribute(self, ref: ClassRef, name: str) -> bool:
        """Whether the class or a base that was read sets ``name`` in its body."""
        return any(
            field["name"] == name
            for item in self.order(ref).items
            if isinstance(item, ClassRef)
            for field in whole(item.fact).get("fields", ())
        )


def signature(taken: Taken, own: str, returns: str | None = None, without: tuple[str, ...] = ()) -> Signature:
    """The signature of the entry with import path ``own``: its own parameters get no owner."""
    params = tuple(_owned(param, own) for param in taken.params if param.name not in without)
    return Signature(params, taken.complete, returns)


def _owned(param: Param, own: str) -> Param:
    if param.owner != own:
        return param
    return Param(param.name, param.kind, param.annotation, param.default, param.doc, param.location, param.choices)


def is_known(path: str) -> bool:
    """Whether a base that was not read is understood all the same."""
    if path in _NO_EFFECT or path in fields.KNOWN_BASES or path.startswith("builtins."):
        return True
    return path.startswith("excore.") and path.endswith(f".{ARGUMENT_HOOK}")


def _merge(lines: list[list[ClassRef | str]]) -> list[ClassRef | str]:
    """C3 linearisation; where the classes contradict each other, the first order met counts."""
    lines = [list(line) for line in lines if line]
    result: list[ClassRef | str] = []
    while lines:
        for line in lines:
            head = line[0]
            if not any(_in(head, other[1:]) for other in lines):
                break
        else:
            head = lines[0][0]
        result.append(head)
        key = _key(head)
        lines = [[item for item in line if _key(item) != key] for line in lines]
        lines = [line for line in lines if line]
    return result


def _key(item: ClassRef | str) -> str:
    return item if isinstance(item, str) else item.path


def _in(item: ClassRef | str, line: list[ClassRef | str]) -> bool:
    key = _key(item)
    return any(_key(other) == key for other in line)


def _docs(ref: ClassRef, fact: ClassFact, init: FunctionFact | None) -> tuple[tuple[str, str], ...]:
    texts = [fact.get("doc", ""), init.get("doc", "") if init is not None else ""]
    return tuple((ref.path, text) for text in texts if text)


def _hook_parameters(path: str) -> Taken:
    node = Param("node", owner=path)
    enabled = Param("enabled", annotation="bool", default="True", owner=path, doc="Whether the hook runs.")
    return Taken((node, enabled))


def _union(passed: list[list[Param]]) -> list[Param]:
    """Parameters of several calls; one that not every call has is never required."""
    if len(passed) == 1:
        return passed[0]
    found: dict[str, Param] = {}
    for params in passed:
        for param in params:
            everywhere = all(any(other.name == param.name for other in others) for others in passed)
            if not everywhere and param.required:
                param = replace(param, default="...")
            found.setdefault(param.name, param)
    return list(found.values())
