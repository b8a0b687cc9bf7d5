"""Classes over files: what a constructor takes, what annotations mean, members."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

from excore.index import annotation_text, fields
from excore.index.call_parameters import Doubt, Parameters, either, optional, union, unknown
from excore.index.class_order import (
    ARGUMENT_HOOK,
    ENUMS,
    NAMES_OF,
    NO_EFFECT,
    TYPED_DICTS,
    ClassOrder,
    ClassRef,
    class_order,
    class_ref,
)
from excore.index.expressions import call_of, render
from excore.index.facts import MAYBE, MORE, WRAPS, ClassFact, Expr, Forward, FunctionFact, ParamFact, unpacked
from excore.index.kwargs_flow import SUPER_CALL
from excore.index.name_resolution import NameResolver, ResolvedName
from excore.lang.catalog import Member, Param

_PLAIN_DECORATORS = frozenset(
    "abstractmethod cache classmethod contextmanager deprecated enable_grad export final ignore inference_mode "
    "lru_cache no_grad override overload runtime_checkable singledispatch staticmethod total_ordering unused "
    "dataclass_transform".split()
)
"""Last names of decorators after which a class has no more members and a function takes nothing else."""
_METACLASSES = frozenset(
    {"type", "builtins.type", "abc.ABCMeta", "enum.EnumMeta", "enum.EnumType", "typing.GenericMeta"}
)
_UNPACK = re.compile(r"^(?:\w+\.)*Unpack\[([\w.]+)\]$")
_HOOK_MEMBERS = ("node", "enabled", "name", "hook")
_MAX_DEPTH = 25


_LONGEST_ALIAS = 5000  # of letters: aliases of aliases may double with each


class Classes:
    """Answers about classes and callables, remembered in the memo of ``names``."""

    def __init__(self, names: NameResolver) -> None:
        self.names = names
        self._depth = 0

    def order(self, ref: ClassRef) -> ClassOrder:
        """The class itself first, then its bases as Python orders them."""
        return self.names.memo.get(("order", ref.path), lambda: class_order(self.names, ref))

    def is_hook(self, ref: ClassRef) -> bool:
        """Whether the class is a ConfigArgumentHook."""
        return any(map(_is_argument_hook, self.order(ref).paths[1:]))

    # -- what a call takes

    def constructor(self, ref: ClassRef) -> Parameters:
        """What calling the class takes."""
        return self.names.memo.get(("constructor", ref.path), lambda: self._called(ref))

    def _called(self, ref: ClassRef) -> Parameters:
        versions = self._versions(ref.module, "cls", ref.fact)
        return either([self._called_one(class_order(self.names, replace(ref, fact=fact))) for fact in versions])

    def _versions(self, module: str, key: Literal["cls", "function"], fact: Any) -> list[Any]:
        """A definition, and those of its name that other branches have, where nobody knows which one runs."""
        file = self.names.lookup(module)
        bindings = file.facts["names"].get(fact["name"], []) if file is not None else []
        maybe = [item[key] for item in bindings if key in item and item.get("guard") == MAYBE]
        is_one = any(one is fact for one in maybe)
        return [fact, *(one for one in maybe if is_one and one is not fact)]

    def _called_one(self, order: ClassOrder) -> Parameters:
        if not order.items:
            return unknown("a base class could not be read")
        enum = next((path for path in order.paths if path in ENUMS), None)
        if enum is not None:  # its metaclass looks members up, whatever `__new__` makes of their values
            return fields.of_external(self, enum, order) or unknown(enum)
        result = self._constructor(order, 0)
        for item in order.classes:
            metaclass = unpacked(item.fact).get("keywords", {}).get("metaclass")
            if metaclass is not None and self._calls_otherwise(item.module, metaclass):
                made = self._called_by(item.module, metaclass, result)
                if made is not None:
                    return made
                return result.partly(f"the metaclass `{metaclass}` of `{item.fact['name']}` may take other arguments")
        return result

    def _calls_otherwise(self, module: str, metaclass: str) -> bool:
        """Whether a metaclass may do more when its classes are called than to pass the arguments on."""
        ref = class_ref(self.names, self.names.resolve(module, metaclass))
        if ref is None:
            target = self.names.resolve(module, metaclass)
            return (target.path if target is not None else metaclass) not in _METACLASSES
        order = self.order(ref)
        if any(unpacked(item.fact).get("call") for item in order.classes):
            return True
        return any(item not in _METACLASSES for item in order.items if isinstance(item, str))

    def _called_by(self, module: str, metaclass: str, made: Parameters) -> Parameters | None:
        """What a class takes whose metaclass hands what it is called with to the constructor, which takes ``made``;
        None where nobody knows."""
        ref = class_ref(self.names, self.names.resolve(module, metaclass))
        order = self.order(ref) if ref is not None else None
        calling = [item for item in order.classes if unpacked(item.fact).get("call")] if order is not None else []
        call = unpacked(calling[0].fact).get("calls") if len(calling) == 1 else None
        is_known = order is not None and all(item in _METACLASSES for item in order.items if isinstance(item, str))
        if call is None or not is_known or "leaks" in call or "skips" in call or "forwards" not in call:
            return None
        is_passed = all(forward["to"] == SUPER_CALL for forward in call["forwards"])
        return self._parameters(call, calling[0], order, 0, made) if is_passed else None

    def _constructor(self, order: ClassOrder, start: int) -> Parameters:
        """What the first constructor takes that stands in ``order`` at ``start`` or later."""
        doubt: Doubt | None = None
        for index in range(start, len(order.items)):
            item = order.items[index]
            if isinstance(item, str):
                if item in NO_EFFECT:
                    continue
                if _is_argument_hook(item):
                    about = "Whether the hook runs."
                    enabled = Param("enabled", annotation="bool", default="True", doc=about, owner=item)
                    return Parameters((Param("node", owner=item), enabled))
                return fields.of_external(self, item, order) or unknown(f"the base class `{item}` could not be read")
            doubt = doubt or self._changed_by(item.module, item.fact) or fields.changed_by_bases(self, item)
            result = self._own_constructor(item, order, index)
            if result is not None:
                return result.doubted(doubt)
        result = Parameters() if order.complete else unknown("a base class could not be read")
        return result.doubted(doubt)

    def _own_constructor(self, item: ClassRef, order: ClassOrder, index: int) -> Parameters | None:
        """What the constructor takes that the class ``item`` has itself, ``None`` if it has none."""
        fact = unpacked(item.fact)
        if "assigned" in fact:
            return self._assigned(fact["assigned"], item, order, index)
        init = fact.get("init") or fact.get("new")
        if init is None:
            return fields.of_class(self, item, order, index)
        results = [self._parameters(one, item, order, index) for one in (*fact.get("others", ()), init)]
        if fact.get("inherits"):
            results.append(fields.of_class(self, item, order, index) or self._constructor(order, index + 1))
        result = either(results)
        docs = ((item.path, text) for text in (fact.get("doc"), init.get("doc")) if text)
        return replace(result, docs=(*docs, *result.docs))

    def _assigned(self, name: str, item: ClassRef, order: ClassOrder, index: int) -> Parameters:
        """What a constructor takes that is no method: the function or the constructor ``name``."""
        target = self.names.resolve(item.module, name) if name else None
        if target is not None and target.kind == "function":
            result = self.function(target)
            return replace(result, params=result.params[1:])
        if name.endswith(".__init__"):
            return self._forwarded({"to": name, "positional": 0, "keywords": []}, item, order, index)
        return unknown(f"the constructor of `{item.fact['name']}` is assigned")

    def function(self, target: ResolvedName) -> Parameters:
        """What calling a function takes."""
        return self.names.memo.get(("function", target.path), lambda: self._function(target))

    def _function(self, target: ResolvedName) -> Parameters:
        fact = unpacked(target.fact)
        versions = self._versions(target.module, "function", target.fact)
        result = either([self._parameters(unpacked(one), self._place(target), None, 0) for one in versions])
        return replace(result, docs=((target.path, fact.get("doc", "")), *result.docs))

    def _changed_by(self, module: str, fact: ClassFact | FunctionFact, *, same: bool = True) -> Doubt | None:
        """Why it may be something else than it says: a decorator is put on it of which nothing is known; None if not.
        ``same``: one is no reason that gives back what it gets, whatever attributes it sets."""
        doubt: Doubt | None = None
        file = self.names.lookup(module)
        for decorator in fact.get("decorators", ()) if file is not None else ():
            call = call_of(decorator)
            func = decorator if call is None else call.func
            if isinstance(func, str):
                target = self.names.resolve(module, func)
            else:
                target = self.names.method_of(file, func) if call is not None and file is not None else None
            if fields.style_of(self, module, decorator) is not None:
                continue
            if target is not None and (target.kind == "method" or self.names.function_registry(target) is not None):
                continue
            if target is not None and target.kind == "function" and target.name not in _PLAIN_DECORATORS:
                given = self._given_back(target, "gives" if call is None else "makes") if same else None
                if given == "":
                    continue
            elif isinstance(func, str) and _is_plain(func.rpartition(".")[2]):
                continue
            else:
                given = None
            reason = f"the decorator `{render(func)}` of `{fact['name']}` may change what it takes"
            doubt = Doubt(reason, given == MORE and (doubt is None or doubt.keeps))
        return doubt

    def unknown_decorator(self, module: str, fact: ClassFact | FunctionFact) -> str:
        """A decorator, as written, that may do anything with what it is put on; "" if there is none."""
        file = self.names.lookup(module)
        for decorator in fact.get("decorators", ()) if file is not None else ():
            call = call_of(decorator)
            func = decorator if call is None else call.func
            is_plain = isinstance(func, str) and func.rpartition(".")[2] in _PLAIN_DECORATORS
            if is_plain or fields.style_of(self, module, decorator) is not None:
                continue
            target = self.names.resolve(module, func) if isinstance(func, str) and call is None else None
            is_kept = target is not None and target.kind == "function" and unpacked(target.fact).get("keeps")
            if file is not None and self.names.method_of(file, func) is None and not is_kept:
                return render(decorator)
        return ""

    def _given_back(self, target: ResolvedName, key: Literal["gives", "makes"], depth: int = 0) -> str | None:
        """What a decorator gives back: "" for what it is put on, or what takes the same; `MORE` for what may take
        more; None if nobody knows."""
        names = unpacked(target.fact).get(key)
        if not names or depth > _MAX_DEPTH:
            return None
        result = ""
        for name in names:
            if name and name != MORE:
                inner = self.names.resolve(target.module, name)
                is_function = inner is not None and inner.kind == "function"
                given = self._given_back(inner, "gives", depth + 1) if inner is not None and is_function else None
            else:
                given = name
            if given in (None, WRAPS):
                return given
            result = result or given
        return result

    def _wrapped(self, fact: FunctionFact, owner: ClassRef, order: ClassOrder | None, index: int) -> Parameters | None:
        """What a function takes in whose place a decorator puts another one, which hands on what it gets."""
        decorators = fact.get("decorators", [])
        for number, decorator in enumerate(decorators):
            target = self.names.resolve(owner.module, decorator) if isinstance(decorator, str) else None
            if target is not None and target.kind == "function" and unpacked(target.fact).get("gives") == [WRAPS]:
                inner = self._parameters({**fact, "decorators": decorators[number + 1 :]}, owner, order, index)
                outer = self._parameters(target.fact["wraps"], self._place(target), order, index, inner)
                return outer.doubted(self._changed_by(owner.module, {**fact, "decorators": decorators[:number]}))
        return None

    def _place(self, function: ResolvedName) -> ClassRef:
        """A function as the owner of its parameters."""
        file = self.names.lookup(function.module)
        no_class: ClassFact = {"name": "", "at": function.fact["at"], "bases": []}
        return ClassRef(function.path, function.module, file.path if file else "", no_class)

    def _parameters(
        self,
        fact: FunctionFact,
        owner: ClassRef,
        order: ClassOrder | None,
        index: int,
        callee: Parameters | None = None,
    ) -> Parameters:
        """What calling a function takes, or a method: item ``index`` of ``order`` is then its class, ``owner``.

        ``**kwargs`` take what the calls take that they are handed to, but for what those calls get besides: their first
        positional parameters, keywords, and everything that the function itself names, which never reaches ``kwargs``.
        Popped names are parameters that stop here. Names that are only read go on: they are new ones only if no call
        takes them, and have the default of ``setdefault``. ``**kwargs`` itself stays where more may be given: no call
        gets it, a call has such a parameter itself, or one is not understood. ``callee``: what all of the calls take.
        """
        wrapped = self._wrapped(fact, owner, order, index)
        if wrapped is not None:
            return wrapped
        facts = fact["params"]
        doubt = self._changed_by(owner.module, fact) if "decorators" in fact else None
        is_bound = order is not None and bool(facts) and facts[0].get("kind", "positional-only") == "positional-only"
        if is_bound:
            facts = facts[1:]
        own = [self.param(item, owner) for item in facts]
        if not own or own[-1].kind != "var-keyword":
            return Parameters(tuple(own)).doubted(doubt)
        rest = own.pop()
        named = {param.name for param in own}
        own += [self.param(item, owner) for item in fact.get("popped", ()) if item["name"] not in named]
        own += self._unpacked_keywords(facts[-1].get("annotation", ""), owner, {param.name for param in own})
        named = {param.name for param in own}
        read = {item["name"]: self.param(item, owner) for item in fact.get("read", ()) if item["name"] not in named}
        leaks = fact.get("leaks", False)
        reason = f"what `{fact['name']}` does with `**{rest.name}` cannot be followed" if leaks else ""
        complete = not leaks and doubt is None
        takes_any = not fact.get("forwards")
        docs: list[tuple[str, str]] = []
        passed: list[list[Param]] = []
        filled: tuple[str, ...] = ()
        for forward in fact.get("forwards", ()):
            taken = callee or self._forwarded(forward, owner, order, index)
            params = _left(taken, _without_self(forward) if callee and is_bound else forward, named)
            takes_any |= any(param.kind == "var-keyword" for param in params)
            passed.append([param for param in params if param.kind != "var-keyword"])
            complete &= taken.complete
            reason = reason or taken.reason
            docs += taken.docs
            if forward.get("rest") == "own":
                filled = filled or taken.by_position[forward["positional"] :]
        is_unsure = leaks or fact.get("skips", False)
        for param in union(passed):
            param = optional(param) if is_unsure else param
            preset = read.pop(param.name, param).default
            own.append(replace(param, kind="keyword-only", default=param.default if preset is None else preset))
        own += [replace(param, default="None") if param.default is None else param for param in read.values()]
        if takes_any or not complete:
            own.append(rest)
        result = Parameters(tuple(own), complete, tuple(dict.fromkeys(docs)), reason, filled)
        return result.doubted(doubt)

    def _unpacked_keywords(self, annotation: str, owner: ClassRef, named: set[str]) -> list[Param]:
        """What ``**kwargs: Unpack[SomeTypedDict]`` says that it takes. Python does not check it: none is required."""
        typed = _UNPACK.match(annotation)
        ref = class_ref(self.names, self.names.resolve(owner.module, typed[1])) if typed is not None else None
        if ref is None or TYPED_DICTS.isdisjoint(self.order(ref).paths):
            return []
        return [param for param in self.constructor(ref).params if param.name not in named]

    def _forwarded(self, forward: Forward, owner: ClassRef, order: ClassOrder | None, index: int) -> Parameters:
        """What the target of a ``Forward`` takes."""
        to = forward["to"]
        not_followed = unknown(f"the call of `{to}` cannot be followed" if to else "a call cannot be followed")
        if self._depth > _MAX_DEPTH or not to:
            return not_followed
        self._depth += 1
        try:
            if to == "super":
                start = self._start_of_super(forward.get("after"), owner, order, index)
                return self._constructor(order, start) if order is not None and start is not None else not_followed
            head, _, method = to.partition(".")
            if head in ("self", "cls") and order is not None:
                fact = owner.fact.get("targets", {}).get(method)
                if fact is None or any(_defines(item, method) for item in order.items[:index]):
                    return not_followed
                return self._parameters(fact, owner, order, index)
            name, _, last = to.rpartition(".")
            target = self.names.resolve(owner.module, name if last in ("__init__", "__new__") else to)
            if target is None or target.path == owner.path or self.names.is_one_of_several(owner.module, to):
                return not_followed
            if target.kind == "function":
                return self.function(target)
            if order is not None and last == "__init__" and target.path in order.paths[1:]:
                return self._constructor(order, order.paths.index(target.path))
            ref = class_ref(self.names, target)
            return self.constructor(ref) if ref is not None else not_followed
        finally:
            self._depth -= 1

    def _start_of_super(self, after: str | None, owner: ClassRef, order: ClassOrder | None, index: int) -> int | None:
        """Where in ``order`` ``super(after, self)`` looks first, ``None`` if nobody knows."""
        if after in (None, "__class__") or order is None:
            return index + 1
        target = self.names.resolve(owner.module, after or "")
        paths = order.paths
        return paths.index(target.path) + 1 if target is not None and target.path in paths else None

    def param(self, fact: ParamFact, owner: ClassRef) -> Param:
        """A parameter as the catalog holds it."""
        text = fact.get("annotation")
        choices: tuple[object, ...] = ()
        if text is not None and text not in annotation_text.PLAIN:
            text, choices = self.annotation(owner.module, text)
        return Param(
            name=fact["name"],
            kind=fact.get("kind", "positional-or-keyword"),
            annotation=text,
            default=fact.get("default"),
            doc=" ".join(fact.get("doc", "").split()),
            location=owner.location(fact["at"]),
            choices=choices,
            owner=owner.path,
            also=fact.get("also", ""),
        )

    # -- annotations

    def annotation(self, module: str, text: str) -> tuple[str, tuple[object, ...]]:
        """An annotation with names followed, and the values it allows."""
        return self.names.memo.get(("annotation", module, text), lambda: self._annotation(module, text))

    def _annotation(self, module: str, text: str) -> tuple[str, tuple[object, ...]]:
        members: dict[object, None] = {}
        aliases: dict[tuple[str, str], str] = {}

        def resolved(name: str, module: str = module, depth: int = 0) -> str:
            target = self.names.resolve(module, name)
            if target is None:
                return name
            if target.kind == "data" and target.fact["kind"] == "type" and depth < 5:
                key = (target.module, target.name)
                if key not in aliases:
                    aliases[key] = annotation_text.normalise(
                        target.fact["text"], lambda inner: resolved(inner, target.module, depth + 1)
                    )
                return aliases[key] if len(aliases[key]) < _LONGEST_ALIAS else name
            ref = class_ref(self.names, target)
            if ref is not None:
                members.update(dict.fromkeys(self.enum_texts(ref)))
            if target.kind == "class":
                return target.name
            if target.kind == "external":
                head, _, last = target.module.rpartition(".")
                return last if head and "." not in name else target.module
            return target.module if target.kind == "module" else name

        normal = annotation_text.normalise(text, resolved)
        return normal, (*annotation_text.literals(normal), *members)

    def enum_texts(self, ref: ClassRef) -> tuple[str, ...]:
        """What may stand for a member of an enum: its value if that is a text (``Norm("bn")``), or its name."""
        return self.names.memo.get(("enum", ref.path), lambda: self._enum_texts(ref))

    def _enum_texts(self, ref: ClassRef) -> tuple[str, ...]:
        self.names.memo.touch(ref.module)
        bases = self.order(ref).paths[1:] if ref.fact["bases"] else ()
        if ENUMS.isdisjoint(bases):
            return ()
        members = [
            field
            for field in ref.fields
            if "default" in field and "annotation" not in field and not field["name"].startswith("_")
        ]
        values = [fields.text_value(field, lowered="enum.StrEnum" in bases) for field in members]
        texts: dict[str, str] = {}
        for text in (*values, *(field["name"] for field in members)):
            if text is not None:
                texts.setdefault(text.casefold(), text)
        return tuple(texts.values())

    # -- members

    def members(self, ref: ClassRef) -> tuple[tuple[Member, ...], bool]:
        """Attributes and methods, own ones first, and whether these are all."""
        order = self.order(ref)
        members: dict[str, Member] = {}
        complete = order.complete and not self.names.is_one_of_several(ref.module, ref.fact["name"])
        for item in order.items:
            if isinstance(item, ClassRef):
                fact = unpacked(item.fact)
                dynamic = fact.get("dynamic", False) or "assigned" in fact
                made_otherwise = fact.get("new", {"result": "__new__"}).get("result") != "__new__"
                marks = self.marks(item.module, item.fact)
                complete &= not dynamic and not made_otherwise and marks is not None
                kept = fields.kept_by_class(self, item, order)
                for member in (*_own_members(item, kept), *map(own_attribute, marks or fact.get("put", ()))):
                    known = members.setdefault(member.name, member)
                    is_kept = not member.instance or member.kind != "attribute"
                    if known is not member and known.instance and is_kept:  # a base itself has it
                        members[member.name] = replace(known, instance=False)
            elif _is_argument_hook(item):
                for name in _HOOK_MEMBERS:
                    members.setdefault(name, Member(name, "method" if name == "hook" else "attribute"))
            else:
                complete &= item in NO_EFFECT or item in NAMES_OF
                for name in NAMES_OF.get(item, ()):
                    members.setdefault(name, own_attribute(name))
        return tuple(members.values()), complete

    def marks(self, module: str, fact: ClassFact | FunctionFact) -> list[str] | None:
        """The attributes that its module and its decorators set on a class or function; None if one of these may do
        more to it."""
        found = [*fact.get("put", ())]
        file = self.names.lookup(module)
        for decorator in fact.get("decorators", ()) if file is not None else ():
            target = self.names.resolve(module, decorator) if isinstance(decorator, str) else None
            sets = unpacked(target.fact).get("sets") if target is not None and target.kind == "function" else None
            one: Any = {**fact, "decorators": [decorator]}
            if sets is not None:
                found += sets
            elif self._changed_by(module, one, same=False):
                return None
        return found if "" not in found else None

    def result(self, target: ResolvedName, depth: int = 0) -> tuple[tuple[Member, ...], bool]:
        """Attributes of what a function gives back, and whether these are all."""
        name = unpacked(target.fact).get("result", "")
        if not name or depth > _MAX_DEPTH or not self.is_plain(target):
            return (), False
        if name in NAMES_OF:
            return tuple(map(own_attribute, NAMES_OF[name])), True
        made = self.names.resolve(target.module, name)
        if made is None or self.names.is_one_of_several(target.module, name):
            return (), False
        if made.kind == "function":
            return self.result(made, depth + 1)
        ref = class_ref(self.names, made)
        return self.members(ref) if ref is not None else ((), False)

    def is_plain(self, target: ResolvedName) -> bool:
        """Whether a function is what its definition says, with nothing put around it."""
        fact = unpacked(target.fact)
        if self.marks(target.module, fact) is None or self.names.is_one_of_several(target.module, target.name):
            return False
        return not any(_is_python(one) for one in fact.get("decorators", ()))

    def hands_on(self, ref: ClassRef) -> bool:
        """Whether an argument hook gives what the node gives that it is put on."""
        for item in self.order(ref).classes:
            hooks = [one for one in unpacked(item.fact).get("members", ()) if one["name"] == "hook"]
            if hooks:
                return hooks[0].get("result") == "self.node" and self.members(ref)[1]
        return False

    def has_attribute(self, ref: ClassRef, name: str) -> bool:
        """Whether the class or a base that was read sets ``name`` in its body."""
        return any(field["name"] == name for item in self.order(ref).classes for field in item.fields)


def _left(callee: Parameters, forward: Forward, named: set[str]) -> list[Param]:
    """Those of the parameters of a call that ``**kwargs`` may still give."""
    by_position = callee.by_position
    gone = {*by_position[: forward["positional"]], *forward["keywords"], *named}
    left = [p for p in callee.params if p.name not in gone and p.kind not in ("positional-only", "var-positional")]
    return [optional(p) if p.name in by_position else p for p in left] if forward.get("rest") == "any" else left


def _without_self(forward: Forward) -> Forward:
    """What a function in the place of a method hands on besides the object."""
    if forward["to"] == SUPER_CALL:
        return forward
    return {**forward, "positional": forward["positional"] - 1}


def _is_plain(name: str) -> bool:
    """Whether a decorator that could not be read gives back what it is put on: those that register do."""
    return name in _PLAIN_DECORATORS or name.lstrip("_").startswith("register")


def _is_python(decorator: Expr) -> bool:
    """Whether a decorator makes of a function what is no function, or another one, though it takes the same."""
    call = call_of(decorator)
    func = decorator if call is None else call.func
    return isinstance(func, str) and func.rpartition(".")[2] in _PLAIN_DECORATORS


def own_attribute(name: str) -> Member:
    """What a class or function has itself."""
    return Member(name, "attribute", instance=False)


def _defines(item: ClassRef | str, method: str) -> bool:
    """Whether a class has a method of its own, or may have it."""
    return isinstance(item, str) or any(one["name"] == method for one in unpacked(item.fact).get("members", ()))


def _is_argument_hook(path: str) -> bool:
    return path.rpartition(".")[2] == ARGUMENT_HOOK


def _own_members(ref: ClassRef, kept: bool | None) -> Iterator[Member]:
    """``kept``: whether the class itself has the fields, None where that is for their values to say."""
    for field in ref.fields:
        if not field["name"].startswith("__"):
            is_said = kept is None or "ClassVar" in field.get("annotation", "ClassVar")
            instance = "default" not in field if is_said else not kept
            doc, place = field.get("doc", ""), ref.location(field["at"])
            yield Member(field["name"], "attribute", doc, field.get("annotation"), place, instance)
    for member in unpacked(ref.fact).get("members", ()):
        yield Member(
            member["name"],
            member["kind"],
            member.get("doc", ""),
            member.get("annotation"),
            ref.location(member["at"]),
            not kept and member["kind"] not in ("classmethod", "staticmethod"),
            member.get("params"),
        )
