"""What one module table means: its class, its arguments, what they refer to (VAL to CHOOK)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import FunctionType

from excore.lang.catalog import Entry
from excore.lang.grammar import (
    NO_CALL_KEY,
    NONE,
    ArgumentHook,
    EnvironmentRef,
    Expression,
    FieldRef,
    GrammarError,
    PathHook,
    Prefix,
    VariableRef,
)
from excore.lang.memo import Memo
from excore.lang.nearest import is_typo, nearest, suggestion_text
from excore.lang.paths import Attribute
from excore.lang.problems import Origin, Related, Severity, problem
from excore.lang.reach import out_of_reach
from excore.lang.resolve.entries import entry_under
from excore.lang.resolve.explain import Sought, registries_taken, unknown_class
from excore.lang.resolve.model import (
    Argument,
    Invalid,
    Meaning,
    Path,
    Plain,
    Reference,
    ReferenceDict,
    ReferenceList,
    ResolvedHook,
    Role,
    Section,
    Step,
    Target,
    Use,
    Variable,
)
from excore.lang.resolve.references import Lookup, Place, Scope
from excore.lang.resolve.top_level import ANY_NAME, PLACE_OF
from excore.lang.syntax.tree import Array, Block, InlineTable, Missing, Scalar, Value
from excore.lang.tables.elements import Changed, placed
from excore.lang.tables.table import Binding, BoundValue, Table, Tables

_PYTHON: dict[type, type] = {Table: dict, Tables: list, Array: list}
HOOK_PARAMETER = "node"
_NO_HOOK = {
    "class": "it does not inherit from ConfigArgumentHook",
    "function": "it is a function, not a class that inherits from ConfigArgumentHook",
    "module": "it is a python module",
}
_SHAPES: dict[type, str] = {Tables: "an array of tables", InlineTable: "a table in a list"}


class SectionResolver(Lookup):
    """Resolves one module table."""

    def __init__(
        self, scope: Scope, path: Path, role: Role, registry: str | None, binding: Binding, memo: Memo
    ) -> None:
        super().__init__(scope, memo)
        self.path = path
        self.role: Role = role
        self.registry = registry
        self.binding = binding
        self.uses: list[Use] = []
        self.touch(path[-1])
        self.argument = ""
        self.entry = entry_under(registry, path[-1], scope.catalog, scope.project)

    # -- the table

    def resolve(self) -> Section:
        table = self.binding.value
        assert isinstance(table, Table)
        catalog, project = self.scope.catalog, self.scope.project
        entry = self.entry
        if entry is None:
            self.problems.append(unknown_class(catalog, project, self.registry, self.path, self.binding.origin))
        arguments: dict[str, Argument] = {}
        no_call = False
        split_key = self.scope.grammar.split_key
        for key, binding in table.bindings.items():
            if key == NO_CALL_KEY:
                no_call = self.no_call(binding)
                continue
            if isinstance(binding.value, Changed):
                self.problems.extend(binding.value.problems)
            prefix, argument, error = split_key(key)
            if error is not None:
                self.problems.append(problem(error.code, error.message, binding.origin))
                continue
            if argument in arguments:
                self.duplicate(argument, binding, arguments[argument])
            if prefix is None:
                arguments[argument] = Argument(argument, None, binding, Plain(binding.value))
                value = binding.value
                if type(value) is Scalar and value.kind == "string":
                    self.touch(str(value.value).lstrip(self.scope.grammar.prefix_chars))  # it may be a reference
                continue
            self.argument = argument
            meaning = self.value(binding.value, binding.file, binding.block, prefix, None, binding)
            arguments[argument] = Argument(argument, prefix, binding, meaning)
        if entry is not None:
            self.check_role(entry, arguments)
        return Section(
            self.path,
            self.role,
            self.registry,
            entry,
            self.binding,
            arguments,
            no_call,
            tuple(self.problems),
            tuple(self.uses),
            tuple(self.variables),
        )

    def sought(self) -> Sought:
        scope = self.scope
        is_open = scope.catalog.has_open
        taken = registries_taken(scope.catalog, scope.project, self.entry, self.argument) if is_open else ()
        place = f"`{self.argument}` of `[{'.'.join(self.path)}]`" if self.argument else ""
        return super().sought()._replace(taken=taken, place=place)

    def check_role(self, entry: Entry, arguments: Mapping[str, Argument]) -> None:
        """Report arguments that a table of this entry cannot have, and an entry that cannot stand in ``ExcoreHook``."""
        if entry.kind == "module" and arguments:
            origin = next(iter(arguments.values())).binding.origin
            message = f"`{entry.name}` is a python module; it takes no arguments"
            self.problems.append(problem("module-arguments", message, origin))
        if entry.hook == "argument" and HOOK_PARAMETER in arguments:
            message = f"`{HOOK_PARAMETER}` is what stands before `@{entry.name}`; the config cannot give it"
            self.problems.append(problem("invalid-hook", message, arguments[HOOK_PARAMETER].binding.origin))
        if self.role == "hooks" and not entry.hook and (entry.bases_complete or entry.kind != "class"):
            message = f"`{entry.name}` is no hook of the build: it has no `__HookType__`"
            self.problems.append(problem("invalid-hook", message, self.binding.origin))

    def no_call(self, binding: Binding) -> bool:
        value = binding.value
        if isinstance(value, Scalar) and value.kind == "boolean":
            return value.value is True
        if not isinstance(value, Missing):
            message = f"`{NO_CALL_KEY}` must be true or false"
            self.problems.append(problem("invalid-no-call", message, binding.value_origin))
        return False

    def duplicate(self, name: str, binding: Binding, other: Argument) -> None:
        message = f"`{name}` is given twice, as `{other.binding.name}` and as `{binding.name}`; keep one of them"
        related = (Related(other.binding.origin, "first given here"),)
        self.problems.append(problem("duplicate-argument", message, binding.origin, related=related))

    # -- values under a prefix

    def value(
        self,
        value: BoundValue,
        file: str,
        block: Block,
        prefix: Prefix,
        via: Variable | None,
        binding: Binding | None = None,
    ) -> Meaning:
        if isinstance(value, Scalar) and value.kind == "string":
            return self.text(value, file, block, prefix, via)
        if isinstance(value, Array):
            return self.array(value, file, block, prefix, via)
        if isinstance(value, Table):
            items = tuple(
                (key, self.value(inner.value, inner.file, inner.block, prefix, via, inner))
                for key, inner in value.bindings.items()
            )
            return ReferenceDict(items)
        if isinstance(value, Missing):
            return Invalid()
        if isinstance(value, Scalar):
            origin = Origin(file, block, value.start, value.end)
        else:
            origin = binding.value_origin if binding is not None else self.binding.origin
        self.bad_value(prefix, value, origin)
        return Invalid()

    def bad_value(self, prefix: Prefix, value: BoundValue | Value, origin: Origin) -> None:
        what = f"`{value.raw}`" if isinstance(value, Scalar) else _SHAPES[type(value)]
        expected = "the name of a top-level value" if prefix.kind == "variable" else "the name of a module"
        message = (
            f"`{prefix.char}{self.argument}` of `{'.'.join(self.path)}` needs {expected} in quotes, "
            f"a list of such names or a table of them, not {what}"
        )
        self.problems.append(problem("invalid-reference", message, origin))

    def array(self, array: Array, file: str, block: Block, prefix: Prefix, via: Variable | None) -> ReferenceList:
        items: list[Meaning] = []
        for item, in_file, in_block in placed(array, file, block):
            if isinstance(item, Scalar) and item.kind == "string":
                items.append(self.text(item, in_file, in_block, prefix, via))
            elif isinstance(item, Array):
                items.append(self.array(item, in_file, in_block, prefix, via))
            elif not isinstance(item, Missing):
                self.bad_value(prefix, item, Origin(in_file, in_block, item.start, item.end))
        return ReferenceList(tuple(items))

    # -- one text

    def text(self, scalar: Scalar, file: str, block: Block, prefix: Prefix, via: Variable | None) -> Meaning:
        text = str(scalar.value)
        origin = Origin(file, block, scalar.start, scalar.end)
        place = Place(scalar, origin)
        if prefix.kind == "variable":
            return self.variable_text(text, place, prefix, via)
        expression = self.scope.read(text)
        if expression.errors:
            self.report(expression.errors, place, text)
        base = expression.base
        if isinstance(base, VariableRef):
            return self.substituted(base, place, prefix, via, text)
        targets: tuple[Target, ...] = ()
        every = False
        if base is not None:
            every = isinstance(base, FieldRef) and base.every
            targets = self.lookup(base, place)
        hooks = self.hooks(expression, place, prefix, targets) if expression.hooks else ()
        for target in targets:
            self.uses.append(Use(self.path, self.argument, target.path, prefix.kind, origin))
        return Reference(text, origin, expression, prefix, targets, every, None, hooks, via)

    def report(self, errors: tuple[GrammarError, ...], place: Place, text: str) -> None:
        for error in errors:
            origin = place.within(error.span.start, error.span.end) if text else place.origin
            meant = (error.meant,) if error.meant else ()
            self.problems.append(problem(error.code, error.message, origin, suggestions=meant))

    def substituted(self, base: VariableRef, place: Place, prefix: Prefix, via: Variable | None, text: str) -> Meaning:
        if via is not None:
            message = f"the value of `{via.name}` is a variable again; a variable is replaced once"
            self.problems.append(problem("invalid-reference", message, place.origin))
            return Invalid()
        if self.is_none(base.name):
            return Plain(Scalar("none", NONE, place.scalar.start, place.scalar.end))
        binding = self.variable(base, place)
        if binding is None:
            return Invalid()
        self.touch(PLACE_OF + base.name)
        variable = Variable(base.name)
        return self.value(binding.value, binding.file, binding.block, prefix, variable, binding)

    def variable_text(self, text: str, place: Place, prefix: Prefix, via: Variable | None) -> Meaning:
        grammar = self.scope.grammar
        expression = grammar.read_variable(text)
        if expression.spots:
            return self.filled(expression, place, prefix)
        self.report(expression.errors, place, text)
        base = expression.base
        if not isinstance(base, VariableRef):
            return Reference(text, place.origin, expression, prefix)
        if grammar.variable_text(text) is not None or (self.is_none(base.name) and not expression.hooks):
            return self.substituted(base, place, prefix, via, text)
        binding = self.variable(base, place)
        hooks = self.hooks(expression, place, prefix, ())
        if binding is not None and hooks:
            self.check_table_steps(binding, hooks, place)
        if hooks or self.asks_for_value():
            self.touch(base.name)
        variable = Variable(base.name)
        return Reference(text, place.origin, expression, prefix, (), False, variable, hooks, via)

    def asks_for_value(self) -> bool:
        """Whether the argument takes some values of a kind, and others not."""
        param = self.entry.signature.get(self.argument) if self.entry is not None else None
        return param is not None and (bool(param.choices) or "Literal" in (param.annotation or ""))

    def is_none(self, name: str) -> bool:
        """Whether a name under ``&`` is that of Python's None, since no value of the config has it."""
        return name == NONE and not self.is_value(name)

    def filled(self, expression: Expression, place: Place, prefix: Prefix) -> Reference:
        """A text in which values of the config and of the environment stand (VAR-7, VAR-9)."""
        text, done, shown = expression.text, 0, ""
        expanded: str | None = ""
        for spot in expression.spots:
            before, written = text[done : spot.span.start], text[spot.span.start : spot.span.end]
            base = spot.variable
            of_config = base is not None and self.is_value(base.name)
            value = self.value_in_text(spot, place) if of_config else self.environment_value(spot, place)
            shown += before + (value if of_config and value is not None else written)
            expanded = expanded + before + value if expanded is not None and value is not None else None
            done = spot.span.end
        rest = text[done:]
        variable = Variable("", expanded + rest if expanded is not None else None, shown + rest)
        return Reference(text, place.origin, expression, prefix, variable=variable)

    def is_value(self, name: str) -> bool:
        self.touch(name)
        return name in self.scope.names.isolated

    def value_in_text(self, spot: EnvironmentRef, place: Place) -> str | None:
        """The text of a value of the config, as Python's ``str`` gives it; None with a problem."""
        names, base = self.scope.names, spot.variable
        assert base is not None
        self.variables.append(base.name)
        binding = names.isolated[base.name]
        start = base.span.end + 1
        for key in spot.keys:
            inner = binding.value.bindings if isinstance(binding.value, Table) else {}
            if key not in inner:
                message = f"the value of `{binding.name}` has no key `{key}`"
                suggestions = nearest(key, inner)
                origin = place.within(start, start + len(key))
                message += suggestion_text(suggestions)
                self.problems.append(problem("unknown-attribute", message, origin, suggestions=suggestions))
                return None
            binding = inner[key]
            start += len(key) + 1
        value, origin = binding.value, place.within(spot.span.start, spot.span.end)
        if isinstance(value, Missing):
            return None
        if not isinstance(value, Scalar):
            what = "a table" if isinstance(value, Table) else "a list"
            self.problems.append(
                problem("invalid-reference", f"`{spot.name}` is {what}, which no text can hold", origin)
            )
            return None
        if not spot.keys and spot.name in (self.scope.environment or ()):
            meant = spot.of_environment
            message = (
                f"`{spot.name}` is a value of the config, which is taken, and a variable of the environment, "
                f"which is written `{meant}`"
            )
            item = problem("ambiguous-reference", message, origin, severity="warning", suggestions=(meant,))
            self.problems.append(item)
        return str(value.value)

    def environment_value(self, spot: EnvironmentRef, place: Place) -> str | None:
        environment, name = self.scope.environment, spot.name
        if environment is None:
            return None
        if name in environment or (spot.is_name and spot.default is not None):
            return environment.get(name, "") if spot.default is None else environment.get(name) or spot.default
        names, base = self.scope.names, spot.variable
        if base is not None and name:
            self.touch(ANY_NAME)
            near = names.variables.near(base.name)
            mistyped = bool(near) and is_typo(base.name, near[0]) and base.name != base.name.upper()
            if mistyped or base.name in names.groups or base.name in names.modules:
                self.variable(base, place)
                return None
        severity: Severity | None = None if spot.is_name else "error"
        message = f"the environment variable `{name}` is not set"
        if not spot.is_name:
            message = f"no environment variable is called `{name}`" if name else "the name of a variable is expected"
        suggestions: tuple[str, ...] = (spot.meant,)
        if spot.meant:
            message += f"; a default is written `{spot.meant}`"
        else:
            meant = nearest(name, environment, 1)
            message += suggestion_text(meant)
            suggestions = tuple(f"${{{other}}}" for other in meant)
            if spot.is_name and name != name.upper():
                message += f"; nor has the config a value `{name}`" if not meant else ""
        origin = place.within(spot.span.start, spot.span.end)
        item = problem("unset-environment", message, origin, severity=severity, suggestions=suggestions, name=name)
        self.problems.append(item)
        return None

    # -- what follows the base

    def hooks(
        self, expression: Expression, place: Place, prefix: Prefix, targets: tuple[Target, ...]
    ) -> tuple[Step, ...]:
        steps: list[Step] = []
        for hook in expression.hooks:
            if isinstance(hook, ArgumentHook):
                steps.append(ResolvedHook(hook, self.argument_hook(hook, place)))
                continue
            is_of_target = all(isinstance(one, ResolvedHook) and _hands_on(one) for one in steps)
            steps.append(hook)
            if is_of_target and isinstance(hook, PathHook):
                for target in targets:
                    self.check_attribute(expression, hook, place, prefix, target)
        return tuple(steps)

    def argument_hook(self, hook: ArgumentHook, place: Place) -> Target | None:
        base = hook.base
        if isinstance(base, FieldRef) and base.every:
            message = (
                f"`@{place.content(hook.span.start + 1, hook.span.end)}` names many hooks; only one can follow `@`"
            )
            self.problems.append(problem("invalid-hook", message, place.within(hook.span.start, hook.span.end)))
            return None
        count = len(self.problems)
        targets = self.lookup(base, place)
        if not targets:
            self.problems[count:] = [
                replace(p, code="unknown-hook", message=p.message.replace("class", "hook"))
                if p.code == "unknown-class"
                else p
                for p in self.problems[count:]
            ]
            return None
        target = targets[0]
        entry = target.entry
        origin = place.within(base.span.start, base.span.end)
        if entry is not None and entry.hook != "argument" and (entry.bases_complete or entry.kind != "class"):
            message = f"`{entry.name}` is no argument hook: {_NO_HOOK[entry.kind]}"
            self.problems.append(problem("invalid-hook", message, origin))
            return None
        self.uses.append(Use(self.path, self.argument, target.path, "hook", place.origin))
        return target

    def check_attribute(
        self, expression: Expression, hook: PathHook, place: Place, prefix: Prefix, target: Target
    ) -> None:
        entry = target.entry
        if entry is not None and entry.kind == "module":
            self.check_reach(entry, hook, place)
        if entry is None or entry.kind == "module":
            return
        first = hook.steps[0] if hook.steps else None
        if not isinstance(first, Attribute) or first.name.startswith("__"):
            return
        on_class = prefix.kind == "class"
        of_class = ("method", "property", "classmethod", "staticmethod")
        names = [m.name for m in entry.members if not on_class or not m.instance or m.kind in of_class]
        what, complete = ("class" if on_class else "object"), entry.members_complete
        itself: type = type
        if entry.kind == "function":
            what, itself = "function" if on_class else "result of", FunctionType
            names = [m.name for m in entry.members if m.instance != on_class]
            complete = entry.plain if on_class else complete
        if first.name in names or (on_class and hasattr(itself, first.name)):
            return
        start = hook.span.start + 1 + first.start
        message = f"the {what} `{entry.name}` has no attribute `{first.name}`"
        severity: Severity = "error"
        suggestions = nearest(first.name, names)
        message += suggestion_text(suggestions)
        base = expression.base
        if isinstance(base, FieldRef) and base.name is None and first.name == target.path[-1]:
            message = f"`{first.name}` is no attribute but a table of `{base.field}`"
            severity = "error" if complete else "warning"
            start -= 1
            suggestions = (f"::{first.name}",)
        elif not complete:  # it may have more members; what is told is a name almost that of a known one
            typo = is_typo(first.name, suggestions[0]) if suggestions else False
            if not typo or _differ_by_number(first.name, *suggestions):
                return
            severity = "warning"
            message = message.replace("has no attribute", "seems to have no attribute")
        origin = place.within(start, hook.span.start + 1 + first.start + len(first.name))
        item = problem("unknown-attribute", message, origin, severity=severity, suggestions=suggestions)
        self.problems.append(item)

    def check_reach(self, module: Entry, hook: PathHook, place: Place) -> None:
        steps: list[Attribute] = []
        for one in hook.steps:
            if not isinstance(one, Attribute):
                break
            steps.append(one)
        names = [step.name for step in steps]
        for step, reached in zip(steps, self.scope.catalog.follow(module.path, names), strict=False):
            if reached.names and not step.name.startswith("_"):
                start = hook.span.start + 1 + step.start
                suggestions = nearest(step.name, reached.names)
                message = f"`{reached.holder}` seems to have no `{step.name}`{suggestion_text(suggestions)}"
                origin = place.within(start, start + len(step.name))
                told = problem("unknown-attribute", message, origin, severity="warning", suggestions=suggestions)
                self.problems.append(told)
                return
            forbidden = out_of_reach(module.path, reached)
            if forbidden:
                at = hook.span.start + 1
                origin = place.within(at + step.start, at + step.end)
                message = f"a path on `{module.name}` cannot lead to {forbidden}"
                self.problems.append(problem("invalid-path", message, origin))
                return

    def check_table_steps(self, binding: Binding, hooks: tuple[Step, ...], place: Place) -> None:
        value: BoundValue = binding.value
        candidates: Collection[str]
        for hook in hooks:
            if not isinstance(hook, PathHook):
                return
            for step in hook.steps:
                if not isinstance(step, Attribute) or isinstance(value, Missing):
                    return
                if isinstance(value, Table):
                    inner = value.bindings.get(step.name)
                    if inner is not None:
                        value = inner.value
                        continue
                    candidates, what = value.bindings, "key"
                else:
                    candidates, what = (), "attribute"
                python = value.value if isinstance(value, Scalar) else _PYTHON[type(value)]
                if not hasattr(python, step.name):
                    candidates = candidates or [name for name in dir(python) if not name.startswith("_")]
                    start = hook.span.start + 1 + step.start
                    origin = place.within(start, start + len(step.name))
                    message = f"the value of `{binding.name}` has no {what} `{step.name}`"
                    suggestions = nearest(step.name, candidates)
                    message += suggestion_text(suggestions)
                    self.problems.append(problem("unknown-attribute", message, origin, suggestions=suggestions))
                return


def _hands_on(hook: ResolvedHook) -> bool:
    """Whether an argument hook surely gives what the object gives that it is put on."""
    return hook.target is not None and hook.target.entry is not None and hook.target.entry.plain


def _differ_by_number(name: str, *others: str) -> bool:
    """Whether a name is one of a numbered row, as ``layer5`` beside ``layer4``."""
    plain = name.rstrip("0123456789")
    return plain != name and any(other.rstrip("0123456789") == plain for other in others)
