"""The one pipeline: files -> inherit -> resolve -> check -> root causes.

Whoever wants to know what a config means or what is wrong with it asks here: the language server, ``excore check``,
``config.load``, and a refactoring that tries its change before it offers it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from excore.lang.catalog import Catalog
from excore.lang.check.arguments import check, override_problems
from excore.lang.check.root_causes import causes
from excore.lang.file import File, tables_of
from excore.lang.grammar import Grammar
from excore.lang.memo import Memo
from excore.lang.overrides import Overrides
from excore.lang.problems import Origin, Problem, problem
from excore.lang.project.model import Project
from excore.lang.resolve.inherit import Closure, Merger
from excore.lang.resolve.model import Model
from excore.lang.resolve.resolver import resolve
from excore.lang.resolve.top_level import is_module_path
from excore.lang.source import Unreadable
from excore.lang.syntax.tree import Block
from excore.lang.text import conflicts

Read: TypeAlias = Callable[[str], "File | Unreadable"]
Merge: TypeAlias = Callable[[Merger], Closure]


@dataclass(frozen=True)
class Analysis:
    """A root config with everything it inherits, understood."""

    closure: Closure
    model: Model
    read: Read
    memo: Memo
    overrides: Overrides | None = None

    def problems(self, *, names: bool = True, signatures: bool = True) -> tuple[Problem, ...]:
        """Every problem of the config, in all its files, but for those that follow from others.

        Without ``names`` nothing is said of what is registered and of what follows from it, without ``signatures``
        nothing of the parameters of classes.
        """
        files = [*file_problems(self.closure, self.read)]
        meaning: list[Problem] = []
        if names:
            meaning += check(self.model, self.memo, signatures)
            if len(self.closure.files) > 1:
                meaning += override_problems(self.model)
            if self.overrides is not None:
                meaning += self.overrides.unmet(self.model)
        return tuple(causes(files, meaning, self.model))


def analyse(  # noqa: PLR0913 - all that the meaning of a config depends on
    root: str,
    read: Read,
    catalog: Catalog,
    project: Project,
    grammar: Grammar,
    environment: Mapping[str, str] | None = None,
    memo: Memo | None = None,
    merge: Merge | None = None,
    overrides: Overrides | None = None,
) -> Analysis:
    """What the config whose root is the file ``root`` means. Never raises for what users write.

    ``read`` gives files by absolute path. ``project`` must be completed with ``catalog``. ``environment`` gives the
    values of ``${NAME}``; None leaves them unjudged. With the ``memo`` of an earlier analysis of the same root, what
    did not change is shared with it. ``merge`` makes the one table of the config where it is not made of files and
    ``overrides`` alone.
    """
    memo = memo or Memo(keeps=False)
    memo.within(catalog, project, grammar, environment)
    merger = Merger(grammar, lambda path: is_module_path(path, catalog, project), memo, (catalog, project))
    if merge is not None:
        closure = merge(merger)
    else:
        closure = (overrides or Overrides()).closure(root, lambda path: tables_of(read(path)), merger)
    memo.retain(("merged", "own"), closure.files)
    model = resolve(root, closure.root, catalog, project, grammar, environment, memo)
    return Analysis(closure, model, read, memo, overrides)


def file_problems(closure: Closure, read: Read) -> Iterator[Problem]:
    """What is wrong with the files of a config by themselves, and with how they inherit from each other."""
    for path in closure.files:
        yield from syntax_problems(path, read(path), path == closure.file)
    yield from closure.problems


def _unmerged(path: str, file: File) -> Iterator[Problem]:
    """One problem for each place that git could not merge."""
    message = "a merge conflict: keep one side, and delete the lines `<<<<<<<`, `=======` and `>>>>>>>`"
    for conflict in conflicts(file.text):
        block = file.tree.blocks[file.tree.block_at(conflict.mark.start)]
        start, end = conflict.mark.shift(-file.tree.start_of(block))
        yield problem("syntax", message, Origin(path, block, start, end), conflict="merge")


def syntax_problems(path: str, file: File | Unreadable, unreadable: bool = True) -> Iterator[Problem]:
    """What is no TOML in one file; with ``unreadable`` also why there is none to read."""
    if isinstance(file, File):
        errors = list(file.tree.problems)
        unmerged = list(_unmerged(path, file)) if errors else []
        yield from unmerged
        for block, error in errors if not unmerged else ():
            yield problem(error.code, error.message, Origin(path, block, error.start, error.end))
    elif unreadable:
        yield problem("unreadable-file", f"{path}: {file.reason}", Origin(path, Block("", None, (), (), 0), 0, 0))
