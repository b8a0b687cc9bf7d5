"""The jedi adapter: classes and modules that are in no registry, by import path, read statically.

Questions are answered from memory at once; what is not known yet is worked out in one background thread, and
``on_ready`` says when. jedi reads source and stubs in the folders of the project's environment: its interpreter is not
started and nothing of it is imported. jedi's helper process is this very Python. Answers are kept on disk, and nothing
else: the pickles of parso are neither read nor written.
"""

from __future__ import annotations

import os
import queue
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from excore.lang.catalog import Entry, EntryKind, Location, Member, Param, ParamKind, Signature
from excore.lang.reach import Reached, out_of_reach
from excore_server.pyinfo_cache import AnswerCache, Stamp, stamp

_KINDS: dict[str, ParamKind] = {
    "POSITIONAL_ONLY": "positional-only",
    "POSITIONAL_OR_KEYWORD": "positional-or-keyword",
    "VAR_POSITIONAL": "var-positional",
    "KEYWORD_ONLY": "keyword-only",
    "VAR_KEYWORD": "var-keyword",
}
_STOP = ""
_PICKLES = ("_load_from_file_system", "_save_to_file_system", "_remove_cache_and_update_lock")
"""What parso keeps its trees on disk with. To load a pickle is to run it, and processes spoil each other's files."""


class PyInfo:
    """Facts about Python names that the index does not have.

    ``root`` is the project's folder, ``sources`` are the folders that imports are looked for in: those of its own
    source first, then those of installed packages. ``cache`` keeps answers for the next session. ``on_ready`` is called
    in the background thread with the path that became known. ``time_limit`` bounds, in seconds, how long one answer is
    added to.
    """

    def __init__(
        self,
        root: str,
        *,
        sources: Iterable[str] = (),
        cache: AnswerCache | None = None,
        on_ready: Callable[[str], None] | None = None,
        time_limit: float = 10.0,
    ) -> None:
        self.root = root
        self.sources = tuple(sources)
        self.time_limit = time_limit
        self.error = ""  # why nothing can be known, if so
        self._cache = cache
        self._on_ready = on_ready
        self._answers: dict[str, Entry | None] = {}
        self._pending: dict[str, float] = {}
        self._queue: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._project: Any = None
        self._environment: Any = None
        self._idle = threading.Event()
        self._idle.set()

    def get(self, path: str) -> Entry | None:
        """What is known of ``torch.nn.ReLU``; None if that is nothing or nothing yet. Never waits."""
        with self._lock:
            if path in self._answers:
                return self._answers[path]
            if path in self._pending or not _is_path(path):
                return None
            cached = self._cache.get(path) if self._cache is not None else None
            if cached is not None:
                self._answers[path] = cached
                return cached
            if self.error:
                return None
            self._pending[path] = time.monotonic()
            self._idle.clear()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="excore-pyinfo", daemon=True)
                self._thread.start()
        self._queue.put(path)
        return None

    def settle(self, timeout: float) -> bool:
        """Wait until every question asked so far is answered; whether that is so."""
        return self._idle.wait(timeout)

    def forget(self) -> None:
        """Drop all answers: the environment or the sources changed."""
        with self._lock:
            self._answers.clear()

    def close(self) -> None:
        """End the background thread."""
        with self._lock:
            self.error = self.error or "closed"
            thread = self._thread
        if thread is not None:
            self._queue.put(_STOP)

    # the background thread

    def _work(self) -> None:
        while True:
            path = self._queue.get()
            if path == _STOP:
                self._idle.set()
                return
            entry = None if self.error else self._find(path)
            with self._lock:
                self._answers[path] = entry
                self._pending.pop(path, None)
            if entry is not None and self._on_ready is not None:
                self._on_ready(path)
            if self._queue.empty():
                if self._cache is not None:
                    self._cache.save()
                with self._lock:
                    if not self._pending:
                        self._idle.set()

    def _start(self) -> bool:
        """Import jedi and start the helper process; False if either cannot be had."""
        if self._project is not None:
            return True
        try:
            import jedi
            import parso.cache
            from jedi.api.environment import Environment, InvalidPythonEnvironment
        except ImportError:
            self.error = "jedi is not installed"
            return False
        if not all(hasattr(parso.cache, name) for name in _PICKLES):
            self.error = "this version of parso keeps its trees in a way that is not known"
            return False
        for name in _PICKLES:
            setattr(parso.cache, name, _nothing)
        stdlib = [path for path in sys.path if _is_stdlib(path)]

        class Helper(Environment):  # type: ignore[misc]
            """This very Python as helper process; compiled modules are looked at in its standard library alone."""

            def get_sys_path(self) -> list[str]:
                return stdlib

        try:
            self._environment = Helper(sys.executable, _quiet())
        except (InvalidPythonEnvironment, OSError) as error:
            self.error = f"no helper process: {error}"
            return False
        self._project = jedi.Project(self.root, added_sys_path=self.sources, smart_sys_path=False)
        jedi.settings.auto_import_modules = []
        return True

    def _find(self, path: str) -> Entry | None:
        if not self._start():
            return None
        import jedi

        reader = _JediReader(jedi, self._project, self._environment, self.time_limit, self.sources)
        try:
            entry = reader.entry(path)
            if entry is not None and reader.is_whole and self._cache is not None:
                self._cache.put(path, entry, reader.files)
            return entry
        except (
            ArithmeticError,
            AttributeError,
            EOFError,
            LookupError,
            OSError,
            RecursionError,
            RuntimeError,
            SyntaxError,
            TypeError,
            ValueError,
            jedi.InternalError,
        ):
            return None  # jedi stumbles over some sources; that costs this answer


def _nothing(*_: object, **__: object) -> None:
    """Keep nothing, and load nothing."""


def _is_stdlib(path: str) -> bool:
    folders = {os.path.realpath(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
    folders |= {os.path.join(folder, "lib-dynload") for folder in folders}
    return bool(path) and os.path.realpath(path) in folders


def _quiet() -> dict[str, str]:
    """The environment of the helper process: nothing of the user's settings of Python, no bytecode written."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**inherited, "PYTHONNOUSERSITE": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONSAFEPATH": "1"}


def _is_path(path: str) -> bool:
    return all(part.isidentifier() for part in path.split("."))


class _JediReader:
    """One question to jedi."""

    def __init__(self, jedi: Any, project: Any, environment: Any, limit: float, sources: Iterable[str]) -> None:
        self.jedi = jedi
        self.project = project
        self.environment = environment
        self.deadline = time.monotonic() + limit
        self.sources = sources
        self.files: dict[str, Stamp] = {}  # what the answer was read from
        self.cut = False
        self.started = time.time_ns()

    def read_from(self, path: object) -> None:
        """Note a file that the answer depends on."""
        if path is not None and str(path) not in self.files:
            self.files[str(path)] = stamp(str(path))

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing in the answer, and no file was written while it was made."""
        return not self.cut and all(seen is None or seen[0] < self.started for seen in self.files.values())

    def packages(self, path: str) -> None:
        """Note the modules that lead to ``path``, where they are and where they would come before these."""
        parts = path.split(".")
        for folder in self.sources:
            for count in range(1, len(parts) + 1):
                module = os.path.join(folder, *parts[:count])
                files = [f"{module}.py", os.path.join(module, "__init__.py"), os.path.join(module, "__init__.pyi")]
                if count == 1 or os.path.isdir(os.path.dirname(module)):
                    for file in files:
                        self.read_from(file)

    def names(self, path: str) -> list[Any]:
        """What ``path`` means after importing its longest importable part."""
        parts = path.split(".")
        text = f"import {parts[0]}\n"
        for count in range(2, len(parts)):
            text += f"import {'.'.join(parts[:count])}\n"
        script = self.jedi.Script(text + path, project=self.project, environment=self.environment)
        line = text.count("\n") + 1
        return list(script.infer(line, len(path))) or list(script.goto(line, len(path), follow_imports=True))

    def entry(self, path: str) -> Entry | None:
        self.packages(path)
        names = self.names(path)
        if not names:
            return None
        name = names[0]
        kinds: dict[str, EntryKind] = {"class": "class", "function": "function", "module": "module"}
        kind = kinds.get(name.type)
        if kind is None:
            return None
        doc = name.docstring(raw=True)
        signature = Signature((), complete=False) if kind == "module" else self.signature(name)
        return Entry(
            path.rpartition(".")[2],
            "",
            kind,
            path,
            signature,
            doc,
            self.location(name),
            (path,),
            False,
            self.members(path, kind),
            False,
            source="external",
        )

    def signature(self, name: Any) -> Signature:
        signatures = name.get_signatures()
        if not signatures:
            return Signature((), complete=False)
        params = []
        for param in signatures[0].params:
            text = param.to_string()
            kind = _KINDS.get(param.kind.name, "positional-or-keyword")
            head, _, default = text.partition("=")
            _, _, annotation = head.partition(":")
            params.append(
                Param(
                    param.name,
                    kind,
                    annotation.strip() or None,
                    default.strip() or None,
                    location=self.location(param),
                )
            )
        return Signature(tuple(params))

    def location(self, name: Any) -> Location | None:
        if name.module_path is None or name.line is None:
            return None
        path = str(name.module_path)
        self.read_from(path)
        column = name.column or 0
        return Location(path, name.line - 1, column, column + len(name.name))

    def members(self, path: str, kind: EntryKind) -> tuple[Member, ...]:
        """Public attributes; their docstrings are left out, there may be thousands."""
        if kind == "function":
            return ()
        parts = path.split(".")
        text = "".join(f"import {'.'.join(parts[:count])}\n" for count in range(1, len(parts) + (kind == "module")))
        script = self.jedi.Script(f"{text}{path}.", project=self.project, environment=self.environment)
        result = []
        for name in script.complete(text.count("\n") + 1, len(path) + 1):
            if time.monotonic() > self.deadline:
                self.cut = True
                break
            if kind == "class":
                self.read_from(name.module_path)
            foreign = name.type == "module" and out_of_reach(path, Reached(name.full_name or path, True))
            if not name.name.startswith("_") and not foreign:
                method = kind == "class" and name.type == "function"
                result.append(Member(name.name, "method" if method else "attribute", instance=False))
        return tuple(result)
