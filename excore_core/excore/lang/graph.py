"""Who uses what: sharing conflicts, cycles, and what a build reaches (SPEC 8, REF-9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from .model import Model, Path, Section, Use, Wiring
from .problems import Problem, Related, problem

_BUILDS = frozenset(("new", "shared", "custom", "hook"))
_STARTS = frozenset(("field", "hooks"))
_SHARING = {"new": "a new object (`!`)", "shared": "a shared object (`@`)"}


def connect(model: Model, before: Model | None, changed: frozenset[Path] | None) -> Model:
    """``model`` with its users, reached sections and the problems of the whole.

    ``changed`` are the sections in which it differs from ``before``.
    """
    sections = model.sections
    if before is None or changed is None:
        silent = frozenset(path for path, section in sections.items() if section.no_call)
        return _judged(replace(model, users=_users(sections), silent=silent), None, None)
    model = replace(model, before=before.identity, changed=changed)
    rewired = frozenset(path for path in changed if _wiring(before.sections.get(path)) != _wiring(sections.get(path)))
    if not rewired:
        return _kept(model, before, before.users, before.wiring)
    if not before.problems and not before.silent and _same_shape(before, sections, rewired):
        users = _rewired(before, sections, rewired)
        return _kept(model, before, users, _wired(replace(model, users=users), before, rewired))
    silent = before.silent - rewired | {path for path in rewired if path in sections and sections[path].no_call}
    return _judged(replace(model, users=_rewired(before, sections, rewired), silent=silent), before, rewired)


def _wiring(section: Section | None) -> tuple[object, ...]:
    return () if section is None else (section.uses, section.role, section.no_call)


def _kept(model: Model, before: Model, users: Mapping[Path, tuple[Use, ...]], wiring: Wiring | None) -> Model:
    return replace(
        model,
        users=users,
        reached=before.reached,
        unbuilt=before.unbuilt,
        silent=before.silent,
        put_off=before.put_off,
        implicit=before.implicit,
        wiring=wiring,
        problems=before.problems,
    )


def _same_shape(before: Model, sections: Mapping[Path, Section], rewired: frozenset[Path]) -> bool:
    """Whether the same arguments use the same tables in the same way, if from another place in the text."""
    return all(_shape(before.sections.get(path)) == _shape(sections.get(path)) for path in rewired)


def _shape(section: Section | None) -> object:
    if section is None:
        return None
    return section.role, section.no_call, [(use.argument, use.target, use.kind) for use in section.uses]


def _judged(model: Model, before: Model | None, rewired: frozenset[Path] | None) -> Model:
    sections, users = model.sections, model.users
    wiring = _wired(model, before, rewired)
    reached, unbuilt = _built(wiring, model)
    if before is not None and before.reached == reached:
        reached = before.reached
    implicit = tuple(path for path in users if path not in sections)
    put_off = frozenset[Path]()
    left = {path for path in model.silent if not any(use.kind == "hook" for use in users.get(path, ()))}
    if left:
        put_off = reached - _reach(wiring.using, wiring.roots, unbuilt | left) | (reached & left)
    model = replace(model, reached=reached, unbuilt=unbuilt, implicit=implicit, wiring=wiring, put_off=put_off)
    active = reached - unbuilt if unbuilt else reached
    problems = (
        *_conflicts(model, active),
        *_cycles(model, active, before, rewired),
        *_no_call_paths(model, active),
        *_hooks_as_objects(model, active),
    )
    return replace(model, problems=problems)


def _wired(model: Model, before: Model | None, rewired: frozenset[Path] | None) -> Wiring:
    sections, users = model.sections, model.users
    if before is None or rewired is None or before.wiring is None:
        return Wiring(
            frozenset(path for path, section in sections.items() if section.role in _STARTS),
            {path: section for path, section in sections.items() if section.uses},
            frozenset(path for path, uses in users.items() if _is_class_for_any(uses)),
        )
    known = before.wiring
    using = dict(known.using)
    touched: set[Path] = set()
    for path in rewired:
        old, new = before.sections.get(path), sections.get(path)
        for section in (old, new):
            touched.update(use.target for use in (section.uses if section is not None else ()))
        if new is not None and new.uses:
            using[path] = new
        else:
            using.pop(path, None)
    starts = {path for path in rewired if path in sections and sections[path].role in _STARTS}
    as_class = {path for path in touched if _is_class_for_any(users.get(path, ()))}
    return Wiring(known.roots - rewired | starts, using, known.as_class - touched | as_class)


def _is_class_for_any(uses: Iterable[Use]) -> bool:
    return any(use.kind == "class" for use in uses)


_ROUNDS = 8


def _built(wiring: Wiring, model: Model) -> tuple[frozenset[Path], frozenset[Path]]:
    """What a build reaches, and what of that it takes as class only: what is not built needs nothing itself."""
    using, roots, users = wiring.using, wiring.roots, model.users
    used = {path for path in wiring.as_class & roots if model.sections[path].role != "hooks"}
    unbuilt: frozenset[Path] = frozenset()
    reached = _reach(using, roots, unbuilt)
    for _ in range(_ROUNDS):
        only_class: set[Path] = set()
        for path in used:
            others = (use for use in users[path] if use.user != path)
            kinds = {use.kind for use in others if use.user in reached and use.user not in unbuilt}
            if kinds == {"class"}:
                only_class.add(path)
        if only_class == unbuilt:
            break
        unbuilt = frozenset(only_class)
        reached = _reach(using, roots, unbuilt)
    return reached, unbuilt


def _reach(using: Mapping[Path, Section], roots: frozenset[Path], skip: frozenset[Path]) -> frozenset[Path]:
    seen: set[Path] = set(roots)
    pending = [path for path in using if path in seen]
    while pending:
        path = pending.pop()
        if path in skip:
            continue
        for use in using[path].uses:
            target = use.target
            if target not in seen and use.kind in _BUILDS:
                seen.add(target)
                if target in using:
                    pending.append(target)
    return frozenset(seen)


_user = attrgetter("user")


def _users(sections: Mapping[Path, Section]) -> dict[Path, tuple[Use, ...]]:
    found: dict[Path, list[Use]] = {}
    for section in sections.values():
        for use in section.uses:
            found.setdefault(use.target, []).append(use)
    return {path: tuple(sorted(uses, key=_user)) for path, uses in found.items()}


def _rewired(
    before: Model, sections: Mapping[Path, Section], rewired: frozenset[Path]
) -> Mapping[Path, tuple[Use, ...]]:
    users = dict(before.users)
    added: dict[Path, list[Use]] = {}
    for path in rewired:
        old, new = before.sections.get(path), sections.get(path)
        for use in old.uses if old is not None else ():
            added.setdefault(use.target, [])
        for use in new.uses if new is not None else ():
            added.setdefault(use.target, []).append(use)
    for target, uses in added.items():
        kept = [use for use in users.get(target, ()) if use.user not in rewired]
        if kept or uses:
            users[target] = tuple(sorted((*kept, *uses), key=_user))
        else:
            users.pop(target, None)
    return users


def _conflicts(model: Model, active: frozenset[Path]) -> list[Problem]:
    problems: list[Problem] = []
    order: dict[Path, int] = {}
    for path, uses in model.users.items():
        if len(uses) < 2:
            continue
        kind = uses[0].kind
        for use in uses:
            if use.kind != kind:
                break
        else:
            continue
        sharing = [use for use in uses if use.kind in _SHARING and use.user in active]
        if len({use.kind for use in sharing}) < 2:
            continue
        entry = model.entry(path)
        if entry is not None and entry.kind == "module":
            continue  # a python module is itself under any prefix
        if not order:
            order = {user: index for index, user in enumerate(model.paths)}
        problems.extend(_conflict(path, sorted(sharing, key=lambda use: order[use.user])))
    return problems


def _conflict(path: Path, uses: list[Use]) -> Iterable[Problem]:
    first = uses[0]
    for use in uses[1:]:
        if use.kind != first.kind:
            message = (
                f"`{'.'.join(path)}` is used as {_SHARING[use.kind]} here and as {_SHARING[first.kind]} in "
                f"`{'.'.join(first.user)}`; use one prefix, or give it a second table under a name of its own"
            )
            related = (Related(first.origin, f"used as {_SHARING[first.kind]} here"),)
            yield problem("reuse-conflict", message, use.origin, related=related, first=first.kind)


def _cycles(
    model: Model, active: frozenset[Path], before: Model | None, rewired: frozenset[Path] | None
) -> list[Problem]:
    """Every cycle, from the first module in file order that leads into it."""
    sections = model.sections
    if before is not None and rewired is not None and not any(p.code == "reference-cycle" for p in before.problems):
        if not _circles(sections, (path for path in rewired if path in sections), active):
            return []  # a new cycle would lead through what changed
    return _circles(sections, model.paths, active)


def _circles(sections: Mapping[Path, Section], starts: Iterable[Path], active: frozenset[Path]) -> list[Problem]:
    problems: list[Problem] = []
    done: set[Path] = set()
    for start in starts:
        if start in done or start not in active or not _leads_on(sections, sections[start]):
            continue
        trail: dict[Path, str] = {start: ""}  # path -> the argument that leads on
        stack = [(start, iter(sections[start].uses))]
        while stack:
            path, pending = stack[-1]
            use = next(pending, None)
            if use is None:
                stack.pop()
                done.add(path)
                del trail[path]
            elif use.kind not in _BUILDS or use.target in done:
                continue
            elif use.target in trail:
                trail[path] = use.argument
                problems.append(_cycle(trail, use))
            else:
                section = sections.get(use.target)
                if section is not None and section.uses:
                    trail[path] = use.argument
                    trail[use.target] = ""
                    stack.append((use.target, iter(section.uses)))
    return problems


def _leads_on(sections: Mapping[Path, Section], section: Section) -> bool:
    """Whether a module uses any that uses others: else it is in no cycle, nor leads into one."""
    for use in section.uses:
        target = sections.get(use.target)
        if target is not None and target.uses:
            return True
    return False


def _cycle(trail: Mapping[Path, str], closing: Use) -> Problem:
    paths = list(trail)
    circle = paths[paths.index(closing.target) :]
    shown = " -> ".join(".".join((*path, trail[path])) for path in circle)
    message = f"these modules need each other to be built: {shown} -> {'.'.join(closing.target)}"
    return problem("reference-cycle", message, closing.origin)


def _no_call_paths(model: Model, active: frozenset[Path]) -> list[Problem]:
    problems: list[Problem] = []
    for path in sorted(model.silent):
        users = (use for use in model.users.get(path, ()) if use.user in active and use.kind in _BUILDS)
        for (user, argument), _ in groupby(users, key=lambda use: (use.user, use.argument)):
            for reference in model.sections[user].arguments[argument].references:
                if reference.hooks and any(target.path == path for target in reference.targets):
                    message = (
                        f"`{'.'.join(path)}` has `__no_call__`: it is not built, "
                        "so nothing can be read from it or hooked to it"
                    )
                    problems.append(problem("invalid-no-call", message, reference.origin))
    return problems


def _hooks_as_objects(model: Model, active: frozenset[Path]) -> list[Problem]:
    """Argument hooks that stand where an object is built: alone they have nothing to work on."""
    problems: list[Problem] = []
    for path, uses in model.users.items():
        entry = model.entry(path)
        if entry is None or entry.hook != "argument":
            continue
        wrong = [use for use in uses if use.kind in _SHARING and use.user in active]
        if not wrong or path in model.silent:
            continue
        message = f"`{entry.name}` is an argument hook: it stands after what it works on, as in `Name@{entry.name}`"
        for origin in dict.fromkeys(use.origin for use in wrong):
            problems.append(problem("invalid-hook", message, origin))
    return problems
