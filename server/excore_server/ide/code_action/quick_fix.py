"""What every fix is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace

from excore.lang.problems import Problem
from excore_server.ide.edits import Edit, WorkspaceEdit, workspace_edit
from excore_server.ide.view import View

QUICK_FIX = "quickfix"


@dataclass(frozen=True, slots=True)
class Fix:
    """One thing to do. ``preferred`` is what most would choose, ``certain`` what needs no choice at all."""

    title: str
    change: WorkspaceEdit
    preferred: bool = False
    certain: bool = False

    def less(self) -> Fix:
        """The same, not preferred."""
        return replace(self, preferred=False)


def fix(view: View, title: str, *edits: Edit, preferred: bool = False, certain: bool = False) -> Fix:
    """A fix by edits of the view's own file."""
    return Fix(title, workspace_edit({view.file.path: edits}), preferred, certain)


def fact(problem: Problem, name: str) -> str:
    """A fact that came with the problem, "" where it has none of this name."""
    return dict(problem.data).get(name, "")
