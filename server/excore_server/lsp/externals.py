"""Classes from installed packages, project by project: asked of jedi in the background, never waited for."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from .protocol import ExcoreProtocol

if TYPE_CHECKING:
    from excore.lang.project import Project
    from excore_server.pyinfo import PyInfo

_PAUSE = 0.3


class Externals:
    """One ``PyInfo`` for each project. ``news`` is called, on the loop and not too often, when more became known."""

    def __init__(self, protocol: ExcoreProtocol, news: Callable[[], None]) -> None:
        self.protocol = protocol
        self.news = news
        self.known: dict[str, PyInfo] = {}
        self.timer: asyncio.TimerHandle | None = None

    def of(self, project: Project, interpreter: str = "") -> PyInfo:
        """What is known of packages in a project's environment."""
        found = self.known.get(project.root)
        if found is None:
            from excore_server.pyinfo import PyInfo

            given = os.path.join(project.root, os.path.expanduser(interpreter)) if interpreter else None
            sources = (os.path.join(project.root, project.src_dir), project.root)
            found = self.known[project.root] = PyInfo(
                project.root,
                interpreter=given or _own(project.root),
                search_paths=dict.fromkeys(sources),
                on_ready=lambda _: self.protocol.post(self._soon),
            )
        return found

    def forget(self) -> None:
        """Begin anew: environments may have changed."""
        for info in self.known.values():
            info.close()
        self.known.clear()

    def _soon(self) -> None:
        if self.timer is None:
            self.timer = self.protocol.loop.call_later(_PAUSE, self._tell)

    def _tell(self) -> None:
        self.timer = None
        self.news()


def _own(root: str) -> str | None:
    """The Python of the project's own virtual environment."""
    for name in (".venv", "venv"):
        for place in (("bin", "python"), ("Scripts", "python.exe")):
            path = os.path.join(root, name, *place)
            if os.path.exists(path):
                return path
    return None
