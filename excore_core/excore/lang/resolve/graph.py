"""Who uses what: sharing conflicts, cycles, and what a build reaches (NODE-1 to NODE-6, REF-9)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import compress, filterfalse, groupby
from operator import attrgetter, is_not

from excore.lang.problems import Problem, Related, problem
from excore.lang.resolve.model import Model, Path, Section, Use

_BUILDS = frozenset(("new", "shared", "custom", "hook"))
_STARTS = frozenset(("field", "hooks"))
_SHARING = {"new": "a new object (`!`)", "shared": "a shared object (`@`)"}


def connect(model: Model, before: Model | None) -> Model:
    """``model`` with its users, reached sections and the problems of the whole.

    What only depends on who uses what is that of ``before``, a model of the same catalog, if that is the same in it.
    """
    moved = _moved(before, model) if before is not None else None
    if before is not None and moved is not None:
        model = replace(
            model,
            users=_users_after(before.users, moved) if moved else before.users,
            reached=before.reached,
            unbuilt=before.unbuilt,
            silent=before.silent,
            put_off=before.put_off,
            implicit=before.implicit,
        )
        return replace(model, problems=_problems(model) if moved and before.problems else before.problems)
    sections = model.sections
    users = _users(sections)
    silent = frozenset(path for path, section in sections.items() if section.no_call)
    starts = frozenset(path for path, section in sections.items() if section.role in _STARTS)
    using = {path: section.uses for path, section in sections.items() if section.uses}
    reached, unbuilt = _built(sections, users, using, starts)
    put_off = frozenset[Path]()
    left = {path for path in silent if not any(use.kind == "hook" for use in users.get(path, ()))}
    if left:
        put_off = reached - _reach(using, starts, unbuilt | left) | (reached & left)
    model = replace(
        model,
        users=users,
        reached=reached,
        unbuilt=unbuilt,
        silent=silent,
        put_off=put_off,
        implicit=tuple(filterfalse(sections.__contains__, users)),
    )
    return replace(model, problems=_problems(model)) if using else model


def _problems(model: Model) -> tuple[Problem, ...]:
    judge = _Judge(model)
    return (*judge.problems(), *_circles(model.sections, model.paths, judge.active))


def _moved(before: Model, model: Model) -> list[Section] | None:
    """The sections that are written otherwise than before but use the same; None if any uses something else."""
    old, new = before.sections, model.sections
    if list(old) != list(new):
        return None
    changed = list(compress(zip(old.values(), new.values(), strict=True), map(is_not, old.values(), new.values())))
    return [after for _, after in changed] if all(_wiring(one) == _wiring(after) for one, after in changed) else None


def _wiring(section: Section) -> tuple[object, ...]:
    uses = [(use.argument, use.target, use.kind) for use in section.uses]
    return uses, section.role, section.entry, section.no_call


def _users_after(users: Mapping[Path, tuple[Use, ...]], moved: list[Section]) -> Mapping[Path, tuple[Use, ...]]:
    """``users`` with the uses of some sections where they stand now."""
    users = dict(users)
    for section in moved:
        for target in {use.target for use in section.uses}:
            others = (use for use in users[target] if use.user != section.path)
            uses = (use for use in section.uses if use.target == target)
            users[target] = tuple(sorted((*others, *uses), key=_user))
    return users


_ROUNDS = 8


def _built(
    sections: Mapping[Path, Section],
    users: Mapping[Path, tuple[Use, ...]],
    using: Mapping[Path, tuple[Use, ...]],
    starts: frozenset[Path],
) -> tuple[frozenset[Path], frozenset[Path]]:
    """What a build reaches, and what of that it takes as class only: what is not built needs nothing itself."""
    may_be_class = [
        path
        for path, uses in users.items()
        if path in starts and sections[path].role != "hooks" and any(use.kind == "class" for use in uses)
    ]
    unbuilt: frozenset[Path] = frozenset()
    reached = _reach(using, starts, unbuilt)
    for _ in range(_ROUNDS):
        only_class: set[Path] = set()
        for path in may_be_class:
            others = (use for use in users[path] if use.user != path)
            kinds = {use.kind for use in others if use.user in reached and use.user not in unbuilt}
            if kinds == {"class"}:
                only_class.add(path)
        if only_class == unbuilt:
            break
        unbuilt = frozenset(only_class)
        reached = _reach(using, starts, unbuilt)
    return reached, unbuilt


def _reach(using: Mapping[Path, tuple[Use, ...]], starts: frozenset[Path], skip: Collection[Path]) -> frozenset[Path]:
    """What a build comes by from ``starts``, if it does not enter ``skip``."""
    seen: set[Path] = set(starts)
    pending = [path for path in using if path in seen and path not in skip]
    while pending:
        for use in using[pending.pop()]:
            target = use.target
            if target not in seen and use.kind in _BUILDS:
                seen.add(target)
                if target in using and target not in skip:
                    pending.append(target)
    return frozenset(seen)


_user = attrgetter("user")


def _users(sections: Mapping[Path, Section]) -> dict[Path, tuple[Use, ...]]:
    users: dict[Path, list[Use]] = {}
    for section in sections.values():
        for use in section.uses:
            users.setdefault(use.target, []).append(use)
    return {path: tuple(sorted(uses, key=_user)) for path, uses in users.items()}


class _Judge:
    """Says what is wrong with the uses of tables."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.active = model.reached - model.unbuilt if model.unbuilt else model.reached

    @cached_property
    def order(self) -> dict[Path, int]:
        """The place of each section in file order."""
        return {path: index for index, path in enumerate(self.model.paths)}

    def problems(self) -> Iterator[Problem]:
        """What is wrong with how each table is used."""
        silent = self.model.silent
        for path, uses in self.model.users.items():
            yield from self.conflicts(path, uses)
            yield from self.hooks_as_objects(path, uses)
            if path in silent:
                yield from self.no_call_paths(path, uses)

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
