"""Classes from installed packages, project by project: asked of jedi in the background, never waited for."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from excore_server.lsp.transport.protocol import ExcoreProtocol

if TYPE_CHECKING:
    from excore.lang.project.model import Project
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
            from excore.tooling.environments import search_paths
            from excore_server.pyinfo import PyInfo
            from excore_server.pyinfo_cache import AnswerCache

            sites = search_paths(project.root, interpreter)
            own = dict.fromkeys((os.path.join(project.root, project.src_dir), project.root))
            found = self.known[project.root] = PyInfo(
                project.root,
                sources=(*own, *sites),
                cache=AnswerCache(project.root, sites),
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
