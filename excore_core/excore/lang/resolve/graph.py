"""Who uses what: sharing conflicts, cycles, and what a build reaches (SPEC 8, REF-9).

An edit changes the *wiring* of a few sections: what they use, and how. What is known of all others is kept: a verdict
on a used table depends on its uses and on which of their users are built, and what a build reaches can change only
behind the uses that came or went.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import chain, filterfalse, groupby
from operator import attrgetter

from excore.lang.problems import Problem, Related, problem
from excore.lang.resolve.model import Model, Path, Section, Use, Wiring

_BUILDS = frozenset(("new", "shared", "custom", "hook"))
_STARTS = frozenset(("field", "hooks"))
_SHARING = {"new": "a new object (`!`)", "shared": "a shared object (`@`)"}


def connect(model: Model, before: Model | None, changed: frozenset[Path] | None) -> Model:
    """``model`` with its users, reached sections and the problems of the whole.

    ``changed`` are the sections in which it differs from ``before``.
    """
    sections = model.sections
    if before is None or changed is None or before.wiring is None:
        silent = frozenset(path for path, section in sections.items() if section.no_call)
        return _judged(replace(model, users=_users(sections), silent=silent), None, None, frozenset())
    model = replace(model, before=before.identity, changed=changed)
    rewired = frozenset(path for path in changed if _wiring(before.sections.get(path)) != _wiring(sections.get(path)))
    if not rewired and not (before.problems and _reordered(before, model)):
        return _kept(model, before)
    silent = before.silent - rewired | {path for path in rewired if path in sections and sections[path].no_call}
    return _judged(
        replace(model, users=_rewired(before, sections, rewired), silent=silent), before, before.wiring, rewired
    )


def _wiring(section: Section | None) -> tuple[object, ...]:
    return () if section is None else (section.uses, section.role, section.entry, section.no_call)


def _kept(model: Model, before: Model) -> Model:
    return replace(
        model,
        users=before.users,
        reached=before.reached,
        unbuilt=before.unbuilt,
        silent=before.silent,
        put_off=before.put_off,
        implicit=before.implicit,
        wiring=before.wiring,
        problems=before.problems,
    )


def _judged(model: Model, before: Model | None, known: Wiring | None, rewired: frozenset[Path]) -> Model:
    """All that follows from the uses; ``rewired`` are the sections whose wiring differs from ``before``."""
    sections, users = model.sections, model.users
    touched = {use.target for path in rewired for each in (before, model) if each for use in _uses(each, path)}
    wiring = _wired(model, known, rewired, touched)
    reached, unbuilt = _built(model, wiring, before, rewired)
    put_off = frozenset[Path]()
    left = {path for path in model.silent if not any(use.kind == "hook" for use in users.get(path, ()))}
    if left:
        put_off = reached - _reach(wiring.using, wiring.roots, unbuilt | left) | (reached & left)
    implicit = tuple(filterfalse(sections.__contains__, users))
    model = replace(model, reached=reached, unbuilt=unbuilt, implicit=implicit, put_off=put_off)
    judge = _Judge(model)
    if before is None or known is None or (before.problems and _reordered(before, model)):
        verdicts = judge.verdicts(users)
        circles = _circles(sections, model.paths, judge.active)
    else:
        touched.update(rewired)
        if reached is not before.reached or unbuilt != before.unbuilt:
            moved = judge.active ^ (before.reached - before.unbuilt)
            touched.update(use.target for path in moved for use in _uses(model, path))
        verdicts = {path: found for path, found in known.verdicts.items() if path not in touched}
        verdicts.update(judge.verdicts(touched))
        circles = known.circles
        # A new cycle leads through what changed, and one that is gone was there before.
        if circles or _circles(sections, (path for path in rewired if path in sections), judge.active):
            circles = _circles(sections, model.paths, judge.active)
    wiring = replace(wiring, verdicts=verdicts, circles=circles)
    return replace(model, wiring=wiring, problems=(*chain.from_iterable(verdicts.values()), *circles))


def _reordered(before: Model, model: Model) -> bool:
    """Whether sections that were there before follow each other differently, which decides where problems are told."""
    names = [(before.groups, model.groups), (before.modules, model.modules)]
    names += [(old.members, model.groups[name].members) for name, old in before.groups.items() if name in model.groups]
    for old, new in names:
        if old is not new and [name for name in old if name in new] != [name for name in new if name in old]:
            return True
    return False


def _uses(model: Model, path: Path) -> tuple[Use, ...]:
    section = model.sections.get(path)
    return section.uses if section is not None else ()


def _wired(model: Model, known: Wiring | None, rewired: frozenset[Path], touched: Iterable[Path]) -> Wiring:
    sections, users = model.sections, model.users
    if known is None:
        return Wiring(
            frozenset(path for path, section in sections.items() if section.role in _STARTS),
            {path: section for path, section in sections.items() if section.uses},
            frozenset(path for path, uses in users.items() if _is_class_for_any(uses)),
        )
    using = dict(known.using)
    for path in rewired:
        section = sections.get(path)
        if section is not None and section.uses:
            using[path] = section
        else:
            using.pop(path, None)
    starts = {path for path in rewired if path in sections and sections[path].role in _STARTS}
    as_class = {path for path in touched if _is_class_for_any(users.get(path, ()))}
    return Wiring(known.roots - rewired | starts, using, known.as_class.difference(touched) | as_class)


def _is_class_for_any(uses: Iterable[Use]) -> bool:
    return any(use.kind == "class" for use in uses)


_ROUNDS = 8


def _built(
    model: Model, wiring: Wiring, before: Model | None, rewired: frozenset[Path]
) -> tuple[frozenset[Path], frozenset[Path]]:
    """What a build reaches, and what of that it takes as class only: what is not built needs nothing itself."""
    using, roots, users = wiring.using, wiring.roots, model.users
    used = {path for path in wiring.as_class & roots if model.sections[path].role != "hooks"}
    unbuilt: frozenset[Path] = frozenset()
    if before is not None and not before.unbuilt:
        reached = _reached_now(model, wiring, before, rewired)
    else:
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
    return (before.reached if before is not None and before.reached == reached else reached), unbuilt


def _reach(using: Mapping[Path, Section], roots: frozenset[Path], skip: frozenset[Path]) -> frozenset[Path]:
    seen: set[Path] = set(roots)
    _follow([path for path in using if path in seen and path not in skip], seen, using, skip)
    return frozenset(seen)


def _follow(
    pending: list[Path], seen: set[Path], using: Mapping[Path, Section], skip: frozenset[Path] = frozenset()
) -> None:
    """Add to ``seen`` what a build comes by from ``pending``."""
    while pending:
        for use in using[pending.pop()].uses:
            target = use.target
            if target not in seen and use.kind in _BUILDS:
                seen.add(target)
                if target in using and target not in skip:
                    pending.append(target)


def _reached_now(model: Model, wiring: Wiring, before: Model, rewired: frozenset[Path]) -> frozenset[Path]:
    """``_reach`` of a model in which all that is reached is built, as it was ``before``.

    What stands behind a use that is gone is in doubt: it stays if something else that is reached uses it.
    """
    using, roots, was = wiring.using, wiring.roots, before.reached
    was_roots = before.wiring.roots if before.wiring is not None else frozenset()
    lost = [path for path in rewired if path in was_roots and path not in roots]
    come = [path for path in rewired if path in roots]
    for path in rewired:
        old, new = _built_by(before, path), _built_by(model, path)
        lost += old - new
        come += new - old if path in was else ()
    if not lost and was.issuperset(come):
        return was
    doubted: set[Path] = set()
    while lost:
        path = lost.pop()
        if path in was and path not in doubted and path not in roots:
            doubted.add(path)
            lost += _built_by(model, path)
    seen = {*was} - doubted
    seen |= rewired & roots
    sure = {
        path for path in doubted if any(use.user in seen and use.kind in _BUILDS for use in model.users.get(path, ()))
    }
    seen |= sure
    _follow([path for path in (*rewired, *sure) if path in seen and path in using], seen, using)
    return frozenset(seen)


def _built_by(model: Model, path: Path) -> set[Path]:
    """What is built with a section."""
    return {use.target for use in _uses(model, path) if use.kind in _BUILDS}


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


class _Judge:
    """Says what is wrong with the uses of tables."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.active = model.reached - model.unbuilt if model.unbuilt else model.reached

    @cached_property
    def order(self) -> dict[Path, int]:
        """The place of each section in file order."""
        return {path: index for index, path in enumerate(self.model.paths)}

    def verdicts(self, paths: Iterable[Path]) -> dict[Path, tuple[Problem, ...]]:
        """The problems of these, of each that has any."""
        users, silent = self.model.users, self.model.silent
        found: dict[Path, tuple[Problem, ...]] = {}
        for path in paths:
            uses = users.get(path)
            if uses is None:
                continue
            problems = [*self.conflicts(path, uses), *self.hooks_as_objects(path, uses)]
            if path in silent:
                problems += self.no_call_paths(path, uses)
            if problems:
                found[path] = tuple(problems)
        return found

    def conflicts(self, path: Path, uses: tuple[Use, ...]) -> Iterable[Problem]:
        if len(uses) < 2:
            return ()
        kind = uses[0].kind
        for use in uses:
            if use.kind != kind:
                break
        else:
            return ()
        sharing = [use for use in uses if use.kind in _SHARING and use.user in self.active]
        if len({use.kind for use in sharing}) < 2:
            return ()
        entry = self.model.entry(path)
        if entry is not None and entry.kind == "module":
            return ()  # a python module is itself under any prefix
        return _conflict(path, sorted(sharing, key=lambda use: self.order[use.user]))

    def no_call_paths(self, path: Path, uses: tuple[Use, ...]) -> Iterator[Problem]:
        users = (use for use in uses if use.user in self.active and use.kind in _BUILDS)
        for (user, argument), _ in groupby(users, key=lambda use: (use.user, use.argument)):
            for reference in self.model.sections[user].arguments[argument].references:
                if reference.hooks and any(target.path == path for target in reference.targets):
                    message = (
                        f"`{'.'.join(path)}` has `__no_call__`: it is not built, "
                        "so nothing can be read from it or hooked to it"
                    )
                    yield problem("invalid-no-call", message, reference.origin)

    def hooks_as_objects(self, path: Path, uses: tuple[Use, ...]) -> Iterable[Problem]:
        """Argument hooks that stand where an object is built: alone they have nothing to work on."""
        entry = self.model.entry(path)
        if entry is None or entry.hook != "argument" or path in self.model.silent:
            return
        wrong = [use for use in uses if use.kind in _SHARING and use.user in self.active]
        message = f"`{entry.name}` is an argument hook: it stands after what it works on, as in `Name@{entry.name}`"
        for origin in dict.fromkeys(use.origin for use in wrong):
            yield problem("invalid-hook", message, origin)


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


def _circles(sections: Mapping[Path, Section], starts: Iterable[Path], active: frozenset[Path]) -> tuple[Problem, ...]:
    """Every cycle, from the first module of ``starts`` that leads into it."""
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
    return tuple(problems)


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
