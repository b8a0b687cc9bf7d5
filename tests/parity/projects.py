"""Random small projects: Python files with registries and whatever people register, and what is in them.

The same random numbers give the same project. Nothing here judges: configs for a project may be right or wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec
from random import Random
from typing import Literal

Kind = Literal["class", "function", "argument hook", "config hook", "module"]
FIELDS = {"Model": "Model", "Backbone": "Backbone", "TrainData": "Data", "TestData": "Data", "Optimizer": "Optimizer"}
REGISTRIES = ("Model", "Backbone", "Data", "Optimizer", "Head", "Transform", "Hook", "module")
SETTINGS = """\
registries = ["Hook", "Transform", "module", "Head", "*Optimizer", "*Data: TrainData, TestData", "*Backbone", "*Model"]
"""
_WAYS = (
    "".join(
        f"def get_{name.lower()}():\n    return {name.upper()}\nregister_{name.lower()} = {name.upper()}.register()\n"
        for name in REGISTRIES
    )
    + "class Ways:\n"
    + "".join(f"    {name.upper()} = {name.upper()}\n" for name in REGISTRIES)
)
PARAMETERS = ("depth", "width", "lr", "size", "layers", "backbone", "head", "loss", "params", "name", "ratio", "act")
_WORDS = ("Net", "Block", "Pad", "Flip", "City", "Adam", "Head", "Unet", "Vgg", "Swin", "Crop", "Neck", "Fuse", "Mix")
_DEFAULTS = ("1", "None", "0.5", '"x"', "()", "True", "print", "dict()")


_HAS_PYDANTIC = find_spec("pydantic") is not None


@dataclass
class Known:
    """Something registered: the parameters it takes as far as the generator cares, and paths that lead somewhere.

    Of what is ``dynamic`` reading cannot tell everything: attributes that are set by name, decorators, bases of others.
    """

    name: str
    registry: str
    kind: Kind = "class"
    required: list[str] = field(default_factory=list)
    optional: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    class_attributes: list[str] = field(default_factory=list)
    dynamic: bool = False


@dataclass
class Project:
    """Files by path, and what they register."""

    package: str
    files: dict[str, str]
    known: list[Known]

    def of(self, registry: str) -> list[Known]:
        """What is in one registry."""
        return [item for item in self.known if item.registry == registry]


@dataclass
class _Parameters:
    """A parameter list: its source text without `self`, and its names."""

    text: str
    required: list[str]
    optional: list[str]

    @property
    def names(self) -> list[str]:
        return [*self.required, *self.optional]


class ProjectMaker:
    """Makes one project."""

    def __init__(self, random: Random, package: str, twins: int = 0) -> None:
        """`twins` are classes that a second registry has under the name of a class of the first."""
        self.random = random
        self.twins = twins
        self.package = package
        self.known: list[Known] = []
        self.names: set[str] = set()
        self.bases: list[Known] = []

    def make(self) -> Project:
        """The project."""
        registries = "".join(f'{name.upper()} = Registry("{name}")\n' for name in REGISTRIES)
        first, second = self.module(6), self.module(9)
        plain = self.matched()
        imports = "import abc, functools, math, collections, sys, dataclasses as dc, attr\n"
        imports += "from dataclasses import InitVar, dataclass, field\nfrom enum import Enum\n"
        imports += (
            "from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, Optional, TypedDict, TypeVar\n"
        )
        imports += "try:\n    from typing import Unpack, dataclass_transform\n"
        imports += "except ImportError:\n    from typing_extensions import Unpack, dataclass_transform\n"
        imports += "from pydantic import BaseModel, Field\n" if _HAS_PYDANTIC else ""
        imports += "from excore import Registry\nfrom excore.engine.hook import ConfigArgumentHook\n"
        imports += f"from {self.package}.registries import *\nfrom {self.package} import registries as R\n"
        helpers = (
            'from typing import TypeVar\nT = TypeVar("T")\n'
            "def same(target):\n    return target\n"
            "def wrapped(target):\n    @functools.wraps(target)\n    def inner(*args, **kwargs):\n"
            "        return target(*args, **kwargs)\n    return inner\n"
            "def hidden(target):\n    def inner(*args, **kwargs):\n        return target(*args, **kwargs)\n"
            "    inner.__qualname__ = target.__qualname__\n    inner.__module__ = target.__module__\n    return inner\n"
            "def verbose(target):\n    @functools.wraps(target)\n    def inner(*args, extra=None, **kwargs):\n"
            "        return target(*args, **kwargs)\n"
            "    return inner\n"
            "def marked(target):\n    target.mark = 1\n    return target\n"
            "def passing(target):\n    @functools.wraps(target)\n    def inner(self, *args, **kwargs):\n"
            "        return target(self, *args, **kwargs)\n    return inner\n"
            "def filtering(target):\n    @functools.wraps(target)\n    def inner(self, *args, **kwargs):\n"
            "        given = {k: v for k, v in kwargs.items() if not k.startswith('_')}\n"
            "        target(self, *args, **given)\n    return inner\n"
            "def filling(target):\n    @functools.wraps(target)\n    def inner(self, *args, **kwargs):\n"
            "        kwargs.setdefault('depth', 1)\n        target(self, *args, **kwargs)\n    return inner\n"
            "frozen = functools.partial(dataclass, frozen=True)\n"
            "class Meta(type):\n    def __call__(cls, *args, tag=None, **kwargs):\n"
            "        return super().__call__(*args, **kwargs)\n"
            "class Fields:\n    def __init_subclass__(cls, **kwargs):\n"
            "        super().__init_subclass__(**kwargs)\n        dataclass(cls)\n"
            "shortcut = dataclass\npartly = functools.partial(attr.s, auto_attribs=True)\n"
            "@dataclass_transform(kw_only_default=True)\ndef model(cls):\n    return dataclass(kw_only=True)(cls)\n"
            "@dataclass_transform()\nclass Model:\n    def __init_subclass__(cls, **kwargs):\n"
            "        super().__init_subclass__(**kwargs)\n        dataclass(cls)\n"
            "def extended(cls):\n    class Extended(cls):\n        def __init__(self, extra=None, **kwargs):\n"
            "            super().__init__(**kwargs)\n            self.extra = extra\n"
            "    functools.update_wrapper(Extended, cls, updated=())\n    return Extended\n"
            "def without(kwargs):\n    kwargs.pop('act', None)\n    return kwargs\n"
            "class Noting:\n    def __init_subclass__(cls, **kwargs):\n"
            "        super().__init_subclass__(**kwargs)\n        cls.noted = isinstance(cls, type)\n"
        )
        head = imports + helpers
        files = {
            ".excore.toml": SETTINGS,
            f"{self.package}/__init__.py": f"from {self.package} import first, second, plain\n",
            f"{self.package}/registries.py": f"from excore import Registry\n{registries}{_WAYS}",
            f"{self.package}/first.py": f"{head}MODULE.register_module(math)\n{first}",
            f"{self.package}/second.py": f"{head}from {self.package}.first import *\n{second}",
            f"{self.package}/plain.py": plain,
        }
        files[f"{self.package}/twins.py"] = self.twin_classes(imports)
        files[f"{self.package}/__init__.py"] += f"from {self.package} import twins\n"
        files[f"{self.package}/second.py"] += f"from {self.package} import plain\nTRANSFORM.match(plain)\n"
        self.known.append(Known("math", "module", "module", [], [], ["pi", "sqrt(4.0)", "floor(1.5)"], ["pi", "e"]))
        return Project(self.package, files, self.known)

    # -- modules

    def module(self, count: int) -> str:
        return "\n".join(self.definition() for _ in range(count))

    def matched(self) -> str:
        """A module that knows no registry and is matched as a whole."""
        parts = ["from __future__ import annotations", "__all__ = []"]
        for _ in range(2):
            name, parameters = self.name(), self.parameters()
            parts.append(f"__all__ {self.random.choice(('+=', '= __all__ +'))} ['{name}']")
            parts.append(f"class {name}:\n{self.init(parameters)}")
            self.known.append(Known(name, "Transform", "class", parameters.required, parameters.optional))
        return "\n".join(parts)

    def twin_classes(self, imports: str) -> str:
        """Classes of the names that classes have, each in another registry."""
        parts = [imports]
        classes = [known for known in self.known if known.kind == "class" and known.name != "module"]
        for first in classes[: self.twins]:
            registry = "Backbone" if first.registry != "Backbone" else "Model"
            known = Known(first.name, registry, "class", [], ["width"], ["width"])
            parts.append(f"@{registry.upper()}.register()\nclass {known.name}:\n    def __init__(self, width=1):\n")
            parts[-1] += "        self.width = width\n"
            self.known.append(known)
        return "\n".join(parts)

    def name(self) -> str:
        while True:
            name = "".join(self.random.sample(_WORDS, self.random.choice((1, 1, 2))))
            if name not in self.names and name not in REGISTRIES and name not in FIELDS:
                self.names.add(name)
                return name

    def parameters(self, without: list[str] | None = None, variadic: bool = True) -> _Parameters:
        """A random parameter list."""
        free = [name for name in PARAMETERS if name not in (without or ())]
        names = self.random.sample(free, self.random.choice((0, 1, 1, 2, 3, 4)))
        cut = self.random.randint(0, len(names)) if self.random.random() < 0.6 else 0
        required, optional = names[:cut], names[cut:]
        parts = [self.annotated(name) for name in required]
        parts += [f"{self.annotated(name)}={self.random.choice(_DEFAULTS)}" for name in optional]
        if variadic and self.random.random() < 0.1:
            parts.append("*args")
        elif len(parts) > 1 and self.random.random() < 0.25:
            parts.insert(self.random.randint(0, len(parts) - 1), "*")
        if variadic and self.random.random() < 0.12:
            parts.append("**kwargs")
        return _Parameters(", ".join(parts), required, optional)

    def annotated(self, name: str) -> str:
        if self.random.random() < 0.3:
            return f"{name}: {self.random.choice(('int', 'Any', 'Optional[float]', 'list', 'str | None'))}"
        return name

    def init(self, parameters: _Parameters, more: str = "") -> str:
        text = f"    def __init__(self{', ' if parameters.text else ''}{parameters.text}):\n"
        text += "".join(f"        self.{name} = {name}\n" for name in parameters.names)
        return text + (more or "        self.ready = True\n")

    def definition(self) -> str:
        forms = (
            (self.plain, 15),
            (self.child, 9),
            (self.forwarding, 12),
            (self.data, 9),
            (self.made_by_new, 3),
            (self.taking, 6),
            (self.plain_function, 9),
            (self.forwarding_function, 6),
            (self.named_tuple, 3),
            (self.dynamic, 1),
            (self.external, 1),
            (self.argument_hook, 6),
            (self.config_hook, 3),
            (self.enumeration, 3),
            (self.hard_to_read, 2),
            (self.assigned, 2),
            (self.made_of_fields, 3),
            (self.chosen, 2),
            (self.named_tuple_call, 1),
            (self.typed_options, 1),
            (self.shuffled, 2),
            (self.made_by_base, 2),
            (self.wrapped_constructor, 2),
        )
        return self.random.choices([form for form, _ in forms], [weight for _, weight in forms])[0]()

    def registered(self, known: Known, body: str, base: bool = True) -> str:
        """`body` with a registration in one of the usual forms."""
        self.known.append(known)
        if base and known.kind == "class":
            self.bases.append(known)
        variable = self.random.choice((known.registry.upper(), f"R.{known.registry.upper()}"))
        form = self.random.random()
        if form < 0.55:
            return f"@{variable}.register()\n{body}"
        if form < 0.65:
            known.attributes.append("mark")
            known.class_attributes.append("mark")
            known.dynamic = True
            return f"@{variable}.register(force=True)\n@marked\n{body}"
        if form < 0.71:
            ways = (f"get_{known.registry.lower()}().register()", f"register_{known.registry.lower()}")
            return f"@{self.random.choice((*ways, f'Ways.{known.registry.upper()}.register()'))}\n{body}"
        if form < 0.8:
            return f"{body}{variable}.register_module({known.name})\n"
        if form < 0.85:
            return f"{body}{variable}.register_all([{known.name}])\n"
        if form < 0.9:
            return f"{body}for each in ({known.name},):\n    {variable}.register()(each)\n"
        return f"{body}local_{known.name} = {variable}\nlocal_{known.name}.register_module({known.name})\n"

    def registry(self) -> str:
        return self.random.choice(("Model", "Model", "Backbone", "Backbone", "Data", "Optimizer", "Head", "Transform"))

    # -- classes

    def members(self, known: Known) -> str:
        """A few members, all of which can be reached without arguments."""
        text = ""
        if self.random.random() < 0.5:
            text += "    stride = 2\n"
            known.attributes.append("stride")
            known.class_attributes.append("stride")
        if self.random.random() < 0.4:
            text += "    def parameters(self):\n        return [self, 1]\n"
            known.attributes += ["parameters()", "parameters()[0]", "parameters"]
        if self.random.random() < 0.3:
            text += "    @classmethod\n    def pretrained(cls):\n        return {'a': 1}\n"
            known.attributes.append("pretrained()")
            known.class_attributes.append("pretrained()")
        if self.random.random() < 0.3:
            text += "    @property\n    def shape(self):\n        return (1, 2)\n"
            known.attributes += ["shape", "shape[1]"]
        if self.random.random() < 0.2:
            text += "    @staticmethod\n    def count(n=1):\n        return n\n"
            known.attributes += ["count()", "count(2)", "count(n=3)"]
            known.class_attributes.append("count()")
        return text

    def plain(self) -> str:
        known, parameters = Known(self.name(), self.registry()), self.parameters()
        known.required, known.optional = list(parameters.required), list(parameters.optional)
        known.attributes += parameters.names
        base = self.random.choice(("", "", "", "(object)", "(abc.ABC)", "(Generic[T])"))
        return self.registered(known, f"class {known.name}{base}:\n{self.members(known)}{self.init(parameters)}")

    def parent(self) -> Known | None:
        return self.random.choice(self.bases) if self.bases else None

    def child(self) -> str:
        """A class that inherits its constructor, or replaces it."""
        parent = self.parent()
        if parent is None:
            return self.plain()
        known = Known(self.name(), self.registry(), "class", list(parent.required), list(parent.optional))
        known.attributes, known.class_attributes = list(parent.attributes), list(parent.class_attributes)
        known.dynamic = parent.dynamic
        body = self.members(known) or "    pass\n"
        if self.random.random() < 0.3:
            parameters = self.parameters()
            known.required, known.optional = list(parameters.required), list(parameters.optional)
            known.attributes = parameters.names
            body += self.init(parameters)
        return self.registered(known, f"class {known.name}({parent.name}):\n{body}", base=False)

    def forwarding(self) -> str:
        """A class that passes `**kwargs` on to its base."""
        parent = self.parent()
        if parent is None:
            return self.plain()
        parameters = self.parameters(without=[*parent.required, *parent.optional], variadic=False)
        known = Known(self.name(), self.registry(), dynamic=parent.dynamic)
        known.required = [*parameters.required, *parent.required]
        known.optional = [*parameters.optional, *parent.optional]
        known.attributes = [*parameters.names, *parent.attributes]
        given = ""
        if parent.optional and self.random.random() < 0.3:
            name = self.random.choice(parent.optional)
            known.optional.remove(name)
            given = f"{name}=3, "
        text = ", ".join(filter(None, ("self", parameters.text, "**kwargs")))
        call = self.random.choice(
            (f"super().__init__({given}**kwargs)", f"super({known.name}, self).__init__({given}**kwargs)")
        )
        stored = "".join(f"        self.{name} = {name}\n" for name in parameters.names)
        body = f"    def __init__({text}):\n        {call}\n{stored}"
        return self.registered(known, f"class {known.name}({parent.name}):\n{body}", base=False)

    def data(self) -> str:
        known = Known(self.name(), self.registry())
        names = self.random.sample(PARAMETERS, self.random.randint(1, 4))
        options = self.random.choice(("", "", "(frozen=True)", "(kw_only=True)", "(slots=True)"))
        cut = self.random.randint(0, len(names))
        lines = []
        for number, name in enumerate(names):
            if number < cut:
                lines.append(f"    {name}: Any\n")
                known.required.append(name)
                known.attributes.append(name)
                continue
            form = self.random.choice(
                ("= 1", "= field(default=1)", "= field(default_factory=list)", "init=False", "ClassVar")
            )
            if form == "init=False":
                lines.append(f"    {name}: int = field(default=2, init=False)\n")
                known.attributes.append(name)
            elif form == "ClassVar":
                lines.append(f"    {name}: ClassVar[int] = 1\n")
                known.attributes.append(name)
            else:
                lines.append(f"    {name}: Any {form}\n")
                known.optional.append(name)
                known.attributes.append(name)
        known.class_attributes = list(known.attributes) if "slots" in options else []
        return self.registered(known, f"@dataclass{options}\nclass {known.name}:\n{''.join(lines)}", base=False)

    def made_by_new(self) -> str:
        known, parameters = Known(self.name(), self.registry()), self.parameters()
        known.required, known.optional = list(parameters.required), list(parameters.optional)
        text = ", ".join(filter(None, ("cls", parameters.text)))
        body = f"    def __new__({text}):\n        return super().__new__(cls)\n"
        return self.registered(known, f"class {known.name}:\n{body}", base=False)

    def taking(self) -> str:
        """A class that takes what it needs out of `**kwargs`."""
        known = Known(self.name(), self.registry())
        names = self.random.sample(PARAMETERS, 2)
        known.optional = names
        strict = self.random.random() < 0.5
        end = "super().__init__(**kwargs)" if strict else "self.rest = kwargs"
        body = f'    def __init__(self, **kwargs):\n        self.a = kwargs.pop("{names[0]}", 1)\n'
        body += f'        self.b = kwargs.pop("{names[1]}", None)\n        {end}\n'
        known.attributes = ["a", "b"]
        return self.registered(known, f"class {known.name}:\n{body}", base=False)

    # -- constructors that take some reading

    def hard_to_read(self) -> str:
        forms = (self.changing, self.branching, self.made_by_metaclass, self.transformed, self.replaced)
        return self.random.choice((*forms, self.validated) if _HAS_PYDANTIC else forms)()

    def changing(self) -> str:
        """A class that changes its `**kwargs` before it hands them on."""
        parent = self.parent()
        if parent is None:
            return self.plain()
        known = Known(self.name(), self.registry(), dynamic=True)
        known.required, known.optional = list(parent.required), [*parent.optional, "act"]
        change = self.random.choice(
            (
                "if 'act' in kwargs:\n            kwargs.pop('act')",
                "kwargs = dict(kwargs)\n        kwargs.pop('act', None)",
                "kwargs.update({name: 1 for name in ()})\n        kwargs.pop('act', None)",
                "given = {**kwargs}\n        kwargs.pop('act', None)",
                "kwargs = without(kwargs)",
            )
        )
        body = f"    def __init__(self, **kwargs):\n        {change}\n        super().__init__(**kwargs)\n"
        return self.registered(known, f"class {known.name}({parent.name}):\n{body}", base=False)

    def assigned(self) -> str:
        known, parameters = Known(self.name(), self.registry()), self.parameters()
        known.required, known.optional = list(parameters.required), list(parameters.optional)
        given = ", ".join(filter(None, ("self", parameters.text)))
        init = f"def init_{known.name}({given}):\n    self.ready = True\n"
        known.attributes = ["ready"]
        return init + self.registered(known, f"class {known.name}:\n    __init__ = init_{known.name}\n", base=False)

    def branching(self) -> str:
        """A class with a constructor in each of two branches."""
        known, first, second = Known(self.name(), self.registry(), dynamic=True), self.parameters(), self.parameters()
        known.required, known.optional = list(first.required), list(first.optional)
        inits = [self.init(one).replace("\n", "\n    ").rstrip() for one in (first, second)]
        body = f"    if math.pi > 3:\n    {inits[0]}\n    else:\n    {inits[1]}\n"
        return self.registered(known, f"class {known.name}:\n{body}", base=False)

    def chosen(self) -> str:
        """A class with constructors in branches of which reading knows which one runs."""
        known, first, second = Known(self.name(), self.registry()), self.parameters(), self.parameters()
        known.required, known.optional = list(first.required), list(first.optional)
        known.attributes = list(first.names)
        inits = [self.init(one).replace("\n", "\n    ").rstrip() for one in (first, second)]
        test = self.random.choice(("sys.version_info >= (3, 8)", "not TYPE_CHECKING", "sys.platform != 'none'"))
        body = f"    if {test}:\n    {inits[0]}\n    else:\n    {inits[1]}\n"
        return self.registered(known, f"class {known.name}:\n{body}", base=False)

    def made_of_fields(self) -> str:
        """A class whose fields make its constructor, by another name of what does so."""
        makers = ("@dc.dataclass", "@shortcut", "@frozen", "@partly", "@attr.define", "@attr.s(auto_attribs=True)")
        known = Known(self.name(), self.registry(), "class", ["depth"], ["width"], ["depth", "width"])
        return self.registered(
            known,
            f"{self.random.choice(makers)}\nclass {known.name}:\n    depth: Any\n    width: Any = 1\n",
            base=False,
        )

    def transformed(self) -> str:
        """A class of which only ``dataclass_transform`` says that its fields make its constructor."""
        known = Known(self.name(), self.registry(), "class", ["depth"], ["width"], ["depth", "width"], dynamic=True)
        head = self.random.choice(("@model\nclass {}:\n", "class {}(Model):\n")).format(known.name)
        return self.registered(known, f"{head}    depth: Any\n    width: Any = 1\n", base=False)

    def validated(self) -> str:
        """A pydantic model: under the alias of a field, strict or not."""
        known = Known(self.name(), self.registry(), "class", ["deep"], ["width"], ["depth", "width"], dynamic=True)
        extra = self.random.choice(("", ", extra='forbid'", ", extra='allow'"))
        fields = "    depth: Any = Field(alias='deep')\n    width: Any = 1\n"
        return self.registered(known, f"class {known.name}(BaseModel{extra}):\n{fields}", base=False)

    def replaced(self) -> str:
        """A class in whose place a decorator puts another one."""
        known, parameters = Known(self.name(), self.registry(), dynamic=True), self.parameters(variadic=False)
        known.required, known.optional = list(parameters.required), [*parameters.optional, "extra"]
        return self.registered(known, f"@extended\nclass {known.name}:\n{self.init(parameters)}", base=False)

    def named_tuple_call(self) -> str:
        known = Known(self.name(), self.registry(), "class", ["depth"], ["width"], ["depth", "width"], dynamic=True)
        fields = self.random.choice(("'depth width'", "['depth', 'width']"))
        self.known.append(known)
        text = f"{known.name} = collections.namedtuple('{known.name}', {fields}, defaults=(1,))\n"
        return f"{text}{known.registry.upper()}.register_module({known.name})\n"

    def typed_options(self) -> str:
        """A class whose ``**kwargs`` a ``TypedDict`` lists, which Python does not check."""
        known = Known(self.name(), self.registry(), "class", [], ["depth", "width"], ["options"])
        options = f"class Options{known.name}(TypedDict, total=False):\n    depth: Any\n    width: Any\n"
        body = f"    def __init__(self, **kwargs: Unpack[Options{known.name}]):\n        self.options = kwargs\n"
        return options + self.registered(known, f"class {known.name}:\n{body}", base=False)

    def shuffled(self) -> str:
        """A function that gives what it gets to another, by position and by keyword."""
        parent = self.parent()
        if parent is None:
            return self.plain_function()
        helper, known = f"make_{self.name().lower()}", Known(self.name().lower(), self.registry(), "function")
        known.required, known.optional = list(parent.required), list(parent.optional)
        known.attributes, known.dynamic = list(parent.attributes), parent.dynamic
        text = f"def {helper}(kind, *args, **kwargs):\n    return {parent.name}(*args, **kwargs)\n"
        body = f"def {known.name}(**kwargs):\n    return {helper}('x', **kwargs)\n"
        return text + self.registered(known, body)

    def made_by_metaclass(self) -> str:
        known, parameters = Known(self.name(), self.registry()), self.parameters()
        known.required, known.optional = list(parameters.required), [*parameters.optional, "tag"]
        return self.registered(known, f"class {known.name}(metaclass=Meta):\n{self.init(parameters)}", base=False)

    def made_by_base(self) -> str:
        """A class whose base or decorator makes a dataclass of it, or only looks at it."""
        known = Known(self.name(), self.registry())
        head = self.random.choice(("class {}(Fields):\n", "@frozen\nclass {}:\n", "class {}(Noting):\n"))
        if "Noting" in head:
            parameters = self.parameters()
            known.required, known.optional = list(parameters.required), list(parameters.optional)
            return self.registered(known, head.format(known.name) + self.init(parameters), base=False)
        known.required, known.optional, known.dynamic = ["depth"], ["width"], "Fields" in head
        return self.registered(known, f"{head.format(known.name)}    depth: Any\n    width: Any = 1\n", base=False)

    def wrapped_constructor(self) -> str:
        known, parameters = Known(self.name(), self.registry()), self.parameters(["depth"], variadic=False)
        decorator = self.random.choice(("passing", "passing", "passing", "filtering", "filtering", "filling"))
        known.required, known.optional = list(parameters.required), list(parameters.optional)
        if decorator == "filling":  # it gives `depth` to whatever it is put on
            parameters.text += f"{', ' if parameters.text else ''}depth=0"
            known.optional.append("depth")
        known.dynamic = decorator == "filtering"
        body = f"    @{decorator}\n{self.init(parameters)}"
        return self.registered(known, f"class {known.name}:\n{body}", base=False)

    def named_tuple(self) -> str:
        known = Known(self.name(), self.registry())
        known.required, known.optional = ["depth"], ["width"]
        known.attributes, known.class_attributes = ["depth", "width"], ["depth", "width"]
        body = "    depth: int\n    width: int = 3\n"
        return self.registered(known, f"class {known.name}(NamedTuple):\n{body}", base=False)

    def dynamic(self) -> str:
        known = Known(self.name(), self.registry(), attributes=["anything", "depth"], dynamic=True)
        body = "    def __init__(self, **options):\n        self.__dict__.update(options)\n"
        if self.random.random() < 0.5:
            body += "    def __getattr__(self, name):\n        return 1\n"
        return self.registered(known, f"class {known.name}:\n{body}", base=False)

    def external(self) -> str:
        known = Known(self.name(), self.registry(), attributes=["items()"], dynamic=True)
        base = self.random.choice(("dict", "collections.OrderedDict", "collections.UserDict"))
        return self.registered(known, f"class {known.name}({base}):\n    pass\n", base=False)

    def enumeration(self) -> str:
        name = self.name()
        known = Known(self.name(), self.registry(), "class", [], ["mode"], ["mode"])
        text = f"class {name}(Enum):\n    fast = 'f'\n    slow = 's'\n"
        if self.random.random() < 0.3:
            text += "    def __new__(cls, value):\n        made = object.__new__(cls)\n"
            text += "        made._value_ = value\n        return made\n"
        body = f"class {known.name}:\n    def __init__(self, mode: {name} = {name}.fast):\n        self.mode = mode\n"
        return text + self.registered(known, body)

    # -- functions and hooks

    def plain_function(self) -> str:
        known, parameters = Known(self.name().lower(), self.registry(), "function"), self.parameters()
        known.required, known.optional = list(parameters.required), list(parameters.optional)
        body = f"def {known.name}({parameters.text}):\n    return [{', '.join(parameters.names)}]\n"
        decorator = self.random.choice(("", "", "", "@same\n", "@wrapped\n", "@hidden\n", "@verbose\n"))
        if not decorator:
            return self.registered(known, body)
        self.known.append(known)
        known.dynamic = True
        return f"@{known.registry.upper()}.register()\n{decorator}{body}"

    def forwarding_function(self) -> str:
        parent = self.parent()
        if parent is None:
            return self.plain_function()
        known = Known(self.name().lower(), self.registry(), "function", list(parent.required), list(parent.optional))
        known.attributes = list(parent.attributes)
        body = f"def {known.name}(**kwargs):\n    return {parent.name}(**kwargs)\n"
        return self.registered(known, body)

    def argument_hook(self) -> str:
        known = Known(self.name(), "Hook", "argument hook", [], ["times"])
        required = self.random.random() < 0.3
        if required:
            known.required.append("factor")
        text = "node, factor, times=1" if required else "node, times=1"
        body = f"    def __init__(self, {text}):\n        super().__init__(node)\n        self.times = times\n"
        if self.random.random() < 0.3:
            known.required, known.optional, body = [], ["enabled"], ""
        body += "    def hook(self):\n        return self.node()\n"
        return self.registered(known, f"class {known.name}(ConfigArgumentHook):\n{body}")

    def config_hook(self) -> str:
        known = Known(self.name(), "Hook", "config hook", [], ["verbose"])
        stage = self.random.choice(("pre_build", "every_build", "after_build"))
        body = f'    __HookType__ = "{stage}"\n    __LifeSpan__ = 1\n    __CallInter__ = 1\n'
        body += "    def __init__(self, verbose=False):\n        self.verbose = verbose\n"
        body += "    def __call__(self, cfg, modules, info):\n        return True\n"
        return self.registered(known, f"class {known.name}:\n{body}")
