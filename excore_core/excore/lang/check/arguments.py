"""Signature lints on a resolved config: unknown, missing and mistyped arguments (VALID-1, VALID-2)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain

from excore.lang.catalog import Entry, Location, sound
from excore.lang.check.misplaced import misplaced_inside, with_misplaced
from excore.lang.check.mistyped import mistyped, suits
from excore.lang.check.typos import unregistered, with_typos
from excore.lang.grammar import NO_CALL_KEY, PRIVATE, PathHook
from excore.lang.memo import Memo
from excore.lang.nearest import is_typo, listed, nearest
from excore.lang.paths import Attribute
from excore.lang.problems import Origin, Problem, Severity, problem
from excore.lang.project.foreign import may_be_copy
from excore.lang.resolve.model import Argument, Model, Path, Reference, Section, Use
from excore.lang.resolve.resolver import AT_ONCE
from excore.lang.resolve.sections import HOOK_PARAMETER
from excore.lang.syntax.tree import Array, Scalar
from excore.lang.tables.elements import Changed, Element, split_element
from excore.lang.tables.table import Binding, BoundValue, Table, plain

_HIDES_MISSING = frozenset(("bad-prefix", "invalid-no-call"))  # what is missing may be given by what is wrong
_TRAINED = frozenset(("parameters", "named_parameters", "trainable_parameters", "param_groups", "state_dict"))
_SOFTER: dict[Severity, Severity] = {"error": "warning"}


def check(model: Model, memo: Memo, signatures: bool = True) -> list[Problem]:
    """Every problem of ``model`` beyond those of its files: an error if, and only if, a load and build would fail.

    What stands in tables that a build never reaches, or whose class alone is used, is at most a warning; so are
    arguments of what ``__no_call__`` leaves to be built later. Without ``signatures`` the arguments of tables are not
    compared with the parameters of their classes. ``memo`` is that with which the model was resolved.
    """

    problems: list[Problem] = list(model.problems)
    for group in model.groups.values():
        problems.extend(group.problems)
    problems.extend(_badly_registered(model, memo))
    if signatures:
        judged = partial(_verdict, model, memo)
        for above, sections in model.parts.items():
            verdicts = memo.each(("verdicts", above), sections, judged, whole=True)
            problems.extend(chain.from_iterable(verdicts.values()))
    else:
        for path, section in model.sections.items():
            problems.extend(_verdict(model, memo, path, section, signatures=False))
    problems.extend(_implicit(model))
    problems.extend(_unused_variables(model))
    problems.extend(unregistered(model))
    return with_typos(with_misplaced(problems, model, memo), model, memo)


def check_ahead(model: Model, memo: Memo) -> Iterator[None]:
    """Does at each step a little of what ``check`` has to do, if that is much."""
    yield from model.ahead()
    for above, sections in model.parts.items() if len(model.sections) > AT_ONCE else ():
        yield from memo.ahead(("verdicts", above), sections, partial(_verdict, model, memo), AT_ONCE)


def _verdict(model: Model, memo: Memo, path: Path, section: Section, *, signatures: bool = True) -> tuple[Problem, ...]:
    lints = memo.item("lints", path, section, partial(_alone, model)) if signatures else ()
    if signatures and any(use.kind == "new" for use in section.uses):
        lints = (*lints, *_copies(section, model))
    if not lints and not section.problems and path in model.reached:
        return ()
    return tuple(_judged(model, section, lints))


def _alone(model: Model, path: Path, section: Section) -> tuple[Problem, ...]:
    return (*section_lints(section, model), *misplaced_inside(section, model.grammar))


def _judged(model: Model, section: Section, lints: tuple[Problem, ...]) -> Iterable[Problem]:
    if section.path in model.reached and model.kind(section.path) != "class":
        put_off = section.path in model.put_off
        for item in section.problems:
            yield _softened(item) if put_off and item.code == "unknown-attribute" else item
        yield from map(_softened, lints) if put_off else lints
        return
    header = section.binding.origin
    unused = section.entry is not None and section.path not in model.reached and not model.in_use(section.path)
    if unused:
        yield problem("unused-section", _unused(model, section), header)
    for item in section.problems:
        yield item if item.origin == header else _softened(item)
    if unused:
        yield from map(_softened, lints)


def _softened(item: Problem) -> Problem:
    severity = _SOFTER.get(item.severity)
    if severity is None:
        return item
    return Problem(item.code, item.message, item.origin, severity, item.suggestions, item.related, item.data)


def _softened_to_hint(item: Problem, reason: str) -> Problem:
    message = f"{item.message} It may take it all the same: {reason}" if item.message.endswith("?") else item.message
    return Problem(item.code, message, item.origin, "hint", item.suggestions, item.related, item.data)


def section_lints(section: Section, model: Model) -> Iterable[Problem]:
    """What is wrong with the arguments of one section, as far as its class' signature tells."""
    entry = section.entry
    if entry is None or entry.kind == "module":
        return
    signature = entry.signature
    arguments = section.arguments
    unnamed = "positional-only" if signature.takes_any else None  # such a name goes to `**kwargs`
    params = [(argument, signature.get(argument.name)) for argument in arguments.values()]
    given = {argument.name if param is None else param.name for argument, param in params}
    missing = [p.name for p in signature.required if p.name not in given or p.kind == unnamed]
    misspelled: set[str] = set()
    unlisted = HOOK_PARAMETER if entry.hook == "argument" else None  # there is another problem for it
    for argument, param in params:
        if param is not None or argument.name == unlisted:
            continue
        typo_of = [name for name in (*missing, NO_CALL_KEY) if missing and is_typo(argument.name, name)]
        if typo_of or not signature.takes_any:
            unknown = _unknown(argument, section, entry)
            misspelled.update(typo_of or [name.lstrip(model.grammar.prefix_chars) for name in unknown.suggestions[:1]])
            yield unknown
        elif signature.complete and signature.is_listed:
            unknown = _unknown(argument, section, entry)
            misspelled.update(unknown.suggestions[:1])
            yield _softened(unknown)
        elif signature.reason and any(is_typo(argument.name, param.name) for param in signature.keywords):
            yield _softened_to_hint(_unknown(argument, section, entry), signature.reason)
    for argument, param in params:
        if param is not None and not suits(argument, param):
            yield from mistyped(argument, param, entry, model)
    if section.no_call or NO_CALL_KEY in misspelled or any(item.code in _HIDES_MISSING for item in section.problems):
        return
    where = f"[{'.'.join(section.path)}]"
    missing = [name for name in missing if name not in misspelled]
    if missing:
        yield _missing(entry, missing, section.binding.origin, where)
    wanted = [p.name for p in signature.wanted if p.name not in arguments and p.name not in misspelled]
    if wanted:
        yield _softened(_missing(entry, wanted, section.binding.origin, where))


def _copies(section: Section, model: Model) -> Iterable[Problem]:
    """References under ``!`` that take the parameters of a new object where the result holds another of the table, or
    make another of those objects that take parameters: what the one does, the other never sees."""
    kinds: dict[Path, str] = {}  # a table may have a great many users
    for argument in section.arguments.values():
        for reference in argument.references if argument.prefix is not None else ():
            target = reference.target
            if target is None or reference.prefix.kind != "new" or target.path not in model.starts:
                continue
            trains = not reference.hooks and _trains(model.sections.get(target.path))
            if not trains and not _leads_to_parameters(reference):
                continue
            if target.path not in kinds:
                kinds[target.path] = model.kind(target.path)
            if kinds[target.path] != "new":
                continue
            char = model.grammar.prefix("shared").char
            name = target.path[-1]
            message = (
                f"`{reference.prefix.char}` makes another `{name}`: `{argument.name}` of `{section.name}` gets "
                f"{'what belongs to ' if reference.hooks else ''}that copy, not {'to ' if reference.hooks else ''}the "
                f"`{name}` of the result; write `{char}{argument.name}`"
            )
            yield problem(
                "reuse-conflict",
                message,
                argument.binding.origin,
                severity="warning",
                suggestions=(char + argument.name,),
                prefix=char,
            )


def _trains(section: Section | None) -> bool:
    """Whether a table takes the parameters of another as its own, as those of optimizers do."""
    arguments = section.arguments.values() if section is not None else ()
    return any(
        argument.name.startswith("param") and any(map(_leads_to_parameters, argument.references))
        for argument in arguments
    )


def _leads_to_parameters(reference: Reference) -> bool:
    first = reference.hooks[0] if reference.hooks else None
    step = first.steps[0] if isinstance(first, PathHook) and first.steps else None
    return isinstance(step, Attribute) and step.name in _TRAINED


def _unused(model: Model, section: Section) -> str:
    message = f"`[{'.'.join(section.path)}]` is not used by anything that is built"
    if not model.project.primary_fields:
        return f'{message}; the project marks no registry as one whose objects are built, as `"*Model"` in `registries`'
    if section.role == "scratchpad":
        meant = nearest(section.path[0], (*model.project.primary_fields, *model.catalog.registries), 1)
        if meant:
            message += f"; `{section.path[0]}` is no field, did you mean `{meant[0]}`?"
    return message


def _unused_variables(model: Model) -> Iterable[Problem]:
    """Top-level values that nothing reads, of those that are not meant for the user: their names begin with ``_``."""
    private = [binding for name, binding in model.isolated.items() if name[:1] == PRIVATE]
    if private:
        names = {name for section in model.sections.values() for name in section.variables}
        for binding in private:
            if binding.name not in names:
                message = f"no `&` reads `{binding.name}`, and a name with `_` in front is not meant for results"
                yield problem("unused-variable", message, binding.origin)


def _no_list(argument: Argument, element: Element, section: Section) -> Problem:
    """The problem of an element where no base gives a list."""
    name, origin = argument.binding.name, argument.binding.origin
    there = section.arguments.get(argument.name.rpartition("[")[0])
    message = f"`{name}` is an element of a list that a base gives as `{element.key}`; "
    if there is None or not isinstance(there.binding.value, Array):
        return problem("unknown-key", f"{message}none does", origin, name=name)
    if there.binding.name == element.key:
        return problem("unknown-key", f"{message}here the list itself is given", origin, name=name)
    meant = f"{there.binding.name}[{element.which}]"
    return problem("unknown-key", f"{message}write `{meant}`", origin, name=name)


def _unknown(argument: Argument, section: Section, entry: Entry) -> Problem:
    here = argument.binding.file  # what another file gives can be overridden here
    arguments = section.arguments
    names = [
        p.name for p in entry.signature.keywords if p.name not in arguments or arguments[p.name].binding.file != here
    ]
    suggestions = nearest(argument.name, names if argument.prefix is not None else (*names, NO_CALL_KEY))
    message = f"`{entry.name}` has no parameter `{argument.name}`"
    element = split_element(argument.binding.name)
    if element is not None:
        return _no_list(argument, element, section)
    kind = next((p.kind for p in entry.signature.params if p.name == argument.name), "")
    if kind == "var-positional":
        message = f"`*{argument.name}` of `{entry.name}` cannot be given by a config: it takes arguments without names"
    elif kind == "positional-only":
        message = f"`{argument.name}` of `{entry.name}` cannot be given by a config: it takes no argument by that name"
        suggestions = ()
    elif suggestions:
        message += f"; did you mean `{suggestions[0]}`?"
    elif names:
        takes = "also takes" if len(names) < len(entry.signature.keywords) else "takes"
        message += f"; it {takes} {', '.join(f'`{name}`' for name in names[:8])}" + (" …" if len(names) > 8 else "")
    if argument.prefix is not None:
        suggestions = tuple(argument.prefix.char + name for name in suggestions)
    return problem("unknown-parameter", message, argument.binding.origin, suggestions=suggestions, name=argument.name)


def _missing(entry: Entry, missing: list[str], origin: Origin, where: str, implicit: str = "") -> Problem:
    names = listed(missing)
    message = f"{where} does not give {names}, which `{entry.name}` requires"
    if any(p.kind == "positional-only" and p.name in missing for p in entry.signature.params):
        message += " by position: no config can give it"
    if implicit:
        return problem("missing-parameter", message, origin, missing=",".join(missing), implicit=implicit)
    return problem("missing-parameter", message, origin, missing=",".join(missing))


def _badly_registered(model: Model, memo: Memo) -> Iterable[Problem]:
    """One problem for each name in use that its registry gets from several places, of which an import is refused, or
    from a file that cannot be imported."""
    told: set[int] = set()
    known: dict[int, list[tuple[str, str, Severity | None]]] = memo.latest("badly registered", (), dict)
    uses: Iterator[tuple[Entry | None, Binding | Use]] = chain(
        ((section.entry, section.binding) for section in model.sections.values()),
        ((model.entry(path), use) for path in model.implicit for use in model.users[path]),
    )
    for entry, use in uses:
        if entry is None or id(entry) in told:  # entries live as long as their catalog, and that as long as the memo's
            continue
        told.add(id(entry))
        if id(entry) not in known:
            known[id(entry)] = list(_faults(entry, model))
        for code, message, severity in known[id(entry)]:
            yield problem(code, message, use.origin, severity=severity)


def _faults(entry: Entry, model: Model) -> Iterator[tuple[str, str, Severity | None]]:
    """Code, message and severity of what is wrong with how an entry is registered."""
    root = model.project.root
    fault = None
    if model.catalog.fault is not sound:  # else nobody asks where a class stands: a load would read its source for that
        places = [at.path for at in (entry.location, entry.registered_at) if at is not None]
        fault = next(filter(None, map(model.catalog.fault, places)), None)
    if fault is not None:
        what = "`{}` cannot be imported" if fault.certain else "whether `{}` can be imported is not known"
        message = f"{what.format(entry.name)}: {fault.reason} ({_place(fault.at, root)})"
        yield "unknown-class", message, None if fault.certain else "hint"
    if not entry.registered_again or entry.registered_at is None:
        return
    first, *others = (_place(at, root) for at in (entry.registered_at, *entry.registered_again))
    are_copies = all(may_be_copy(at.path, root) for at in entry.registered_again)
    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
    message = (
        f"`{entry.name}` is registered in `{entry.registry}` more than once: {first} counts here, "
        f"{', '.join(others[:3])}{more} {'does' if len(others) == 1 else 'do'} not; a program that "
        f"imports {'both' if len(others) == 1 else 'them'} fails"
    )
    yield "registered-twice", message, "hint" if are_copies else "warning"


def _place(at: Location, root: str) -> str:
    return f"{os.path.relpath(at.path, root).replace(os.sep, '/')}:{at.line + 1}"


def _implicit(model: Model) -> Iterable[Problem]:
    for path in model.implicit:
        uses = model.users[path]
        entry = model.entry(path)
        if entry is None or entry.kind == "module":
            continue
        missing = [p.name for p in entry.signature.params if p.required]
        wanted = [p.name for p in entry.signature.params if p.wanted]
        if missing or wanted:
            for use in uses:
                if use.kind != "class" and use.user in model.reached and use.user not in model.unbuilt:
                    told = _missing(
                        entry, missing or wanted, use.origin, f"`{entry.name}` has no table of its own and", path[-1]
                    )
                    yield told if missing and use.user not in model.put_off else _softened(told)


def override_problems(model: Model) -> Iterable[Problem]:
    """Values of the root file that say what its bases already say."""
    pending: list[Table] = [model.root]
    while pending:
        table = pending.pop()
        for binding in table.bindings.values():
            if binding.file != model.file or not binding.shadows:
                continue
            if isinstance(binding.value, Table):
                pending.append(binding.value)
                continue
            before = binding.shadows[0]
            if isinstance(binding.value, Changed):
                continue
            if before.name == binding.name and _same(binding.value, before.value):
                message = f"`{binding.name}` has this value in {os.path.basename(before.file)} already"
                yield problem("ineffective-override", message, binding.origin)


def _same(mine: BoundValue, theirs: BoundValue) -> bool:
    if not isinstance(mine, Scalar | Array) or type(mine) is not type(theirs):
        return False
    return _exactly(plain(mine)) == _exactly(plain(theirs))


def _exactly(value: object) -> object:
    """``value`` in a form in which ``1``, ``1.0`` and ``true`` differ."""
    if isinstance(value, list):
        return list(map(_exactly, value))
    if isinstance(value, dict):
        return {name: _exactly(inner) for name, inner in value.items()}
    return type(value), value
