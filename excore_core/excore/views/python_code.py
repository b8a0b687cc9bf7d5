"""The Python that a config stands for: what a build would call, in plain statements.

What is shared is a variable, what is made anew stands where it is used. Run in the project, the code makes the objects
that ``build_all`` makes, with the same arguments and the same sharing. Where the runtime hands over an object that is
not built yet, to a hook or because of ``__no_call__``, the code hands over the same node.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from excore.lang.building import steps_text
from excore.lang.grammar import EnvironmentRef
from excore.lang.paths import Attribute, Index
from excore.lang.paths import Step as PathStep
from excore.lang.plan import (
    LIMIT,
    Environment,
    Followed,
    Hooked,
    Listed,
    Marked,
    Named,
    Plan,
    Read,
    Thing,
    ThingArgument,
    Unknown,
    Written,
    parts,
    plan,
)
from excore.lang.plan import Value as Planned
from excore.lang.problems import Origin
from excore.lang.resolve.model import Model
from excore.lang.resolve.references import text_variable
from excore.lang.syntax.tree import Array, InlineTable, Scalar, Value
from excore.lang.tables.table import Binding, BoundValue, Table, Tables, plain
from excore.views.code import Brackets, Chain, Expression, Item, Text, call, flat, holds_dates, lines, literal, text
from excore.views.lines import Document, Line
from excore.views.naming import ModuleNames, snake

_NODES = "excore.config"
_MADE = (
    Line("def made(value):"),
    Line('    """An instance of a class; anything else as it is."""'),
    Line("    return value() if isinstance(value, type) else value"),
)
RESULTS = ("fields", "info", "hooks", "made", "import_module")
"""Names the code keeps for itself."""


def python_code(model: Model, limit: int = LIMIT) -> Document:
    """The code for a config; where the config is broken, ``...`` stands for what is missing."""
    return Document(tuple(_PythonWriter(plan(model, limit)).document()))


class _PythonWriter:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.model = plan.model
        self.names = ModuleNames(RESULTS)
        self.variables: dict[int, str] = {}  # number of a thing -> variable
        self.nodes: dict[int, str] = {}  # number of a thing -> variable of its node
        self.values: dict[int, str] = {}  # id of a shared value -> variable
        self.read: dict[str, str] = {}  # top-level name -> variable
        self.body: list[Line] = []
        self.unknown: dict[str, None] = {}
        self.uses_made = False
        self.unbuilt: set[int] = set()  # shared things that a hook gets unbuilt
        self.field_names: dict[int, str] = {}  # number of a thing -> the variable a field would call it

    # -- the whole

    def document(self) -> Iterator[Line]:
        things = self.plan.things
        for thing in things:
            self.names.imported(thing.entry.path)
            self._ask(thing)
        for field, members in self.plan.fields.items():
            for member, value in members.items():
                self._ask(value)
                if isinstance(value, Thing):
                    name = snake(field) if len(members) == 1 else f"{snake(field)}_{snake(member)}"
                    self.field_names[value.number] = name
        self._isolated()
        self._lifecycle()
        results = self._fields()
        yield from self._head()
        yield from self.body
        yield Line("")
        yield from lines("fields = ", results, "", None)
        yield from lines("info = ", self._info(), "", None)

    def _head(self) -> Iterator[Line]:
        if not self.plan.complete:
            yield Line("# This config is not complete: `...` stands for what it does not say.")
        for name in self.unknown:
            yield Line("# Not known: " + "".join(char if char.isprintable() else " " for char in name))
        imports = [Line(line) for line in self.names.statements()]
        yield from imports
        if imports:
            yield Line("")
        if self.uses_made:
            yield from (Line(""), *_MADE, Line(""), Line(""))

    def _ask(self, value: Planned) -> None:
        """Note what hooks get, on the way into a thing or value."""
        if isinstance(value, Hooked):
            source = value.source
            while isinstance(source, Followed | Marked):
                source = source.source
            if isinstance(source, Thing) and source.shared and source.kind == "object":
                self.unbuilt.add(source.number)
        for part in parts(value):
            if not isinstance(part, Thing):
                self._ask(part)

    # -- values of the top level

    def _isolated(self) -> None:
        for name, binding in self.model.root.bindings.items():
            if name in self.model.isolated and name.isidentifier():
                variable = self.read[name] = self.names.new(name)
                self._say(variable, self._literal(binding.value), binding.origin)

    def _info(self) -> Expression:
        items = []
        for name, binding in self.model.root.bindings.items():
            if name in self.model.isolated:
                variable = self.read.get(name)
                items.append(Item(f"{text(name)}: ", Text(variable) if variable else self._literal(binding.value)))
        for group in self.model.groups.values():
            if group.leftover:
                inner = {key: plain(inner.value) for key, inner in group.leftover.items()}
                items.append(Item(f"{text(group.name)}: ", literal(inner)))
        return Brackets("{", tuple(items), "}")

    def _literal(self, value: BoundValue | Value) -> Expression:
        data = plain(value)
        if holds_dates(data):
            self.names.imported("datetime")
        return literal(data)

    # -- statements

    def _say(self, variable: str, expression: Expression, origin: Origin | None) -> None:
        self.body += lines(f"{variable} = ", expression, "", origin)

    def _lifecycle(self) -> None:
        if self.plan.hooks:
            items = tuple(Item("", self._built(hook), hook.origin) for hook in self.plan.hooks)
            self._gap()
            self.body.append(Line("# A build calls these before, between and after the fields."))
            self._say("hooks", Brackets("[", items, "]"), None)

    def _gap(self) -> None:
        if self.body and self.body[-1].text:
            self.body.append(Line(""))

    def _fields(self) -> Expression:
        items = []
        for field, members in self.plan.fields.items():
            self._gap()
            inner = []
            for member, value in members.items():
                expression = self._built(value)
                if isinstance(value, Thing) and value.kind in ("object", "node") and not isinstance(expression, Text):
                    expression = self._variable(value, expression)
                inner.append(Item(f"{text(member)}: ", expression))
            single = inner[0].expression if len(inner) == 1 else Brackets("{", tuple(inner), "}")
            items.append(Item(f"{text(field)}: ", single))
        return Brackets("{", tuple(items), "}")

    def _variable(self, thing: Thing, expression: Expression) -> Text:
        name = self.names.new(self.field_names.get(thing.number, snake(thing.entry.name)))
        self.variables[thing.number] = name
        self._say(name, expression, thing.origin)
        return Text(name)

    # -- built values

    def _built(self, value: Planned) -> Expression:
        if isinstance(value, Thing):
            return self._thing(value)
        if isinstance(value, Written):
            return self._literal(value.value)
        if isinstance(value, Read):
            return self._read(value, ())
        if isinstance(value, Environment):
            return self._environment(value)
        if isinstance(value, Listed):
            return Brackets("[", tuple(Item("", self._built(item)) for item in value.items), "]")
        if isinstance(value, Named):
            return Brackets("{", tuple(Item(f"{text(key)}: ", self._built(item)) for key, item in value.items), "}")
        if isinstance(value, Followed):
            return self._followed(value)
        if isinstance(value, Hooked):
            return Chain((self._hook(value), Text("()")))
        if isinstance(value, Marked):
            self.unknown[f"what `{value.hook.mark.char}{value.hook.text}` makes of an argument"] = None
            return self._built(value.source)
        return self._unknown(value)

    def _unknown(self, value: Unknown) -> Text:
        self.unknown[f"`{value.text}`"] = None
        return Text("...")

    def _thing(self, thing: Thing) -> Expression:
        variable = self.variables.get(thing.number)
        if variable is not None:
            return Text(variable)
        name = self.names.imported(thing.entry.path)
        if thing.kind in ("class", "module"):
            return Text(name)
        if thing.kind == "node":
            expression: Expression = self._node_of("ModuleNode", thing)
        elif thing.number in self.unbuilt:
            node = self._node_variable(thing)
            expression = Text(f"{node}()")
            return self._variable(thing, expression)
        else:
            expression = call(name, self._arguments(thing.arguments))
        return self._variable(thing, expression) if thing.shared else expression

    def _arguments(self, arguments: Sequence[ThingArgument]) -> tuple[Item, ...]:
        return tuple(Item(argument.name, self._built(argument.value), argument.origin) for argument in arguments)

    def _followed(self, value: Followed) -> Expression:
        if isinstance(value.source, Read):
            return self._read(value.source, value.steps)
        variable = self.values.get(id(value))
        if variable is not None:
            return Text(variable)
        expression: Expression = Chain((self._built(value.source), *self._steps(value.steps)))
        if value.instantiate:
            self.uses_made = True
            expression = Brackets("made(", (Item("", expression),), ")")
        if value.shared:
            last = next(step.name for step in reversed(value.steps) if isinstance(step, Attribute))
            self.values[id(value)] = name = self.names.new(snake(last))
            self._say(name, expression, None)
            return Text(name)
        return expression

    def _steps(self, steps: tuple[PathStep, ...]) -> tuple[Text, ...]:
        return (Text(steps_text(steps, _literal_text)),) if steps else ()

    def _environment(self, value: Environment) -> Expression:
        pieces, done = [], 0
        for spot in self.model.grammar.environment(value.text):
            name, default, span = spot
            if value.text[done : span.start]:
                pieces.append(text(value.text[done : span.start]))
            of_config = text_variable(spot, self.model.isolated)
            if of_config is None:
                self.names.imported("os")
            if of_config is not None:
                pieces.append(self._in_text(spot, of_config))
            elif default is None:
                pieces.append(f"os.environ[{text(name)}]")
            else:
                either = f"os.environ.get({text(name)}) or {text(default)}"
                pieces.append(f"({either})" if span.start > 0 or span.end < len(value.text) else either)
            done = span.end
        if value.text[done:]:
            pieces.append(text(value.text[done:]))
        return Text(" + ".join(pieces))

    def _in_text(self, spot: EnvironmentRef, binding: Binding) -> str:
        head, *keys = spot.name.split(".")
        variable = self.read.get(head)
        code = flat(self._literal(binding.value))
        if variable is not None:
            code = variable + "".join(f"[{text(key)}]" for key in keys)
        return code if isinstance(plain(binding.value), str) else f"str({code})"

    def _read(self, read: Read, steps: tuple[PathStep, ...]) -> Expression:
        """The value of a top-level name with a path on it.

        Every user gets a copy of its own. As far as the value is written in the config, attributes are keys.
        """
        value: BoundValue | Value | None = read.value
        variable = self.read.get(read.name)
        expression: Expression = Text(variable) if variable else self._literal(read.value)
        inside = ""
        rest = steps
        while rest:
            inner = _inner(value, rest[0])
            if inner is None:
                break
            value, key = inner
            inside += key
            rest = rest[1:]
        whole: Expression = Chain((expression, Text(inside))) if inside else expression
        if variable and not isinstance(value, Scalar):
            whole = Brackets(f"{self.names.imported('copy.deepcopy')}(", (Item("", whole),), ")")
        return Chain((whole, *self._steps(rest))) if rest else whole

    # -- nodes: what is not built yet

    def _hook(self, hooked: Hooked) -> Expression:
        node = Item("node", self._node(hooked.source))
        return call(self.names.imported(hooked.hook.entry.path), (node, *self._arguments(hooked.hook.arguments)))

    def _node(self, value: Planned) -> Expression:
        """A value that makes itself when called."""
        if isinstance(value, Thing):
            if value.kind in ("class", "module"):
                return Text(f"{self._imported('ClassNode')}({self.names.imported(value.entry.path)})")
            if value.kind == "node":
                return self._node_of("ModuleNode", value)
            if value.shared:
                self._thing(value)
                return Text(self._node_variable(value))
            return self._node_of("InterNode", value)
        if isinstance(value, Followed):
            path = text(steps_text(value.steps).removeprefix("."))
            items = (Item("", self._node(value.source)), Item("", Text(path)))
            more = (Item("instantiate=", Text("True")),) if value.instantiate else ()
            return Brackets(f"{self._imported('GetAttr')}(", (*items, *more), ")")
        if isinstance(value, Hooked):
            return self._hook(value)
        if isinstance(value, Read):
            inner = (Item("", self._read(value, ())), Item("", Text(text(value.name))))
            return Brackets(f"{self._imported('VariableReference')}(", inner, ")")
        return self._built(value)

    def _node_variable(self, thing: Thing) -> str:
        variable = self.nodes.get(thing.number)
        if variable is None:
            expression = self._node_of("ReusedNode", thing)
            variable = self.nodes[thing.number] = self.names.new(
                f"{self.field_names.get(thing.number, snake(thing.entry.name))}_node"
            )
            self._say(variable, expression, thing.origin)
        return variable

    def _node_of(self, kind: str, thing: Thing) -> Expression:
        more = ", _no_call=True" if thing.kind == "node" else ""
        head = f"{self._imported(kind)}({self.names.imported(thing.entry.path)}{more})"
        items = tuple(Item(argument.name, self._part(argument.value), argument.origin) for argument in thing.arguments)
        return Chain((Text(head), call(".add", items))) if items else Text(head)

    def _part(self, value: Planned) -> Expression:
        """An argument of a node: what would be made anew is made when the node is called."""
        if isinstance(value, Listed):
            return Brackets("[", tuple(Item("", self._part(item)) for item in value.items), "]")
        if isinstance(value, Named):
            return Brackets("{", tuple(Item(f"{text(key)}: ", self._part(item)) for key, item in value.items), "}")
        is_new = isinstance(value, Thing) and value.kind == "object" and not value.shared
        late = isinstance(value, Followed | Hooked) and not _is_read(value) and _makes(value)
        return self._node(value) if is_new or late else self._built(value)

    def _imported(self, name: str) -> str:
        return self.names.imported(f"{_NODES}.{name}")


def _literal_text(value: object) -> str:
    return text(value) if isinstance(value, str) else repr(value)


def _is_read(value: Planned) -> bool:
    return isinstance(value, Followed) and isinstance(value.source, Read)


def _makes(value: Planned) -> bool:
    """Whether something in a value is made anew each time."""
    if isinstance(value, Thing) and value.kind in ("object", "hook"):
        return not value.shared
    return any(map(_makes, parts(value))) if not isinstance(value, Thing) else False


def _inner(value: BoundValue | Value | None, step: PathStep) -> tuple[BoundValue | Value, str] | None:
    """What a step leads to in a value as it is written, and that step in Python; None where it leads elsewhere."""
    if isinstance(step, Attribute):
        if isinstance(value, Table) and step.name in value.bindings:
            return value.bindings[step.name].value, f"[{text(step.name)}]"
        if isinstance(value, InlineTable):
            for entry in value.entries:
                if len(entry.parts) == 1 and entry.parts[0].name == step.name:
                    return entry.value, f"[{text(step.name)}]"
        return None
    if isinstance(step, Index) and isinstance(value, Array | Tables) and isinstance(step.value, int):
        if -len(value.items) <= step.value < len(value.items):
            return value.items[step.value], f"[{step.value}]"
    if isinstance(step, Index) and isinstance(value, Table) and isinstance(step.value, str):
        if step.value in value.bindings:
            return value.bindings[step.value].value, f"[{text(step.value)}]"
    return None
