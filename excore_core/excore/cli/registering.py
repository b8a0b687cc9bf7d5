"""Runs in a process of its own: imports the modules of a project and writes down what they registered.

Started by ``excore auto-register`` as ``python -m excore.cli.registering JOB``. It tells what it does in JSON, one
object a line, on what was its standard output; what the project's own code prints goes to standard error.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, NamedTuple, TextIO

from excore.index.python_files import read, walk
from excore.index.roots import Roots
from excore.index.scan import may_register
from excore.lang.project.foreign import holds_no_source
from excore.lang.source import folders_below

_PROGRAM = "__main__.py"


class Job(NamedTuple):
    """What to import. ``target`` is a file or folder below ``src``, ``folders`` are the import folders of the project,
    ``skip`` are files not to be imported, ``excludes`` and ``types`` what the project file says of Python files and
    registries."""

    root: str
    src: str
    target: str
    folders: list[str]
    skip: list[str]
    excludes: list[str]
    types: list[str]
    update: bool

    def files(self) -> list[str]:
        """Every file to import, sorted; ``__init__.py`` are imported by the way, ``__main__.py`` never. Where the
        sources are the whole project, which has scripts and tests too, these are only the files that can register
        anything."""
        if os.path.isfile(self.target):
            return [self.target]
        if self.src == self.root:
            inside = os.path.join(self.target, "")
            paths = [one.path for one in walk(self.root, self.excludes) if one.path.startswith(inside)]
            modules = [path for path in paths if os.path.basename(path) != _PROGRAM]
            files = [path for path in modules if may_register(read(path) or b"", tuple(self.types))]
        else:
            files = _python_files(self.target)
        return [path for path in sorted(files) if path not in self.skip]

    def importable(self, files: Iterable[str]) -> None:
        """Let Python import the files: first from the project and what it is imported from, then from the others."""
        roots = Roots(tuple(self.folders))
        for folder in (self.root, roots.folder(os.path.join(self.src, "x"))):
            if folder in sys.path:
                sys.path.remove(folder)
            sys.path.insert(0, folder)
        sys.path.extend(dict.fromkeys(map(roots.folder, files)).keys() - set(sys.path))

    def module(self, path: str) -> str:
        """The import path of a file; that of its package for an ``__init__.py``."""
        return Roots(tuple(self.folders)).module(path)


def _python_files(folder: str) -> list[str]:
    """The modules below a folder, and those packages that have none: no other import would come by them."""
    modules: list[str] = []
    packages: list[str] = []
    for here, files in folders_below(folder, holds_no_source):
        names = [name for name in files if name.endswith(".py") and not name.startswith(".") and name != _PROGRAM]
        modules += [os.path.join(here, name) for name in names if name != "__init__.py"]
        packages += [os.path.join(here, "__init__.py")] if "__init__.py" in names else []
    for path in reversed(packages):
        inside = path.removesuffix("__init__.py")
        if not any(other.startswith(inside) for other in modules):
            modules.append(path)
    return modules


class Caught:
    """A context that ends what goes wrong in it, and keeps it. Only an interrupt passes."""

    error: BaseException | None = None

    def __enter__(self) -> Caught:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self.error = error
        return isinstance(error, Exception | SystemExit)


def describe(error: BaseException, path: str, root: str) -> dict[str, Any]:
    """What went wrong while ``path`` was imported, and the last line of the project that took part in it."""
    file, line = path, 0
    inside = os.path.realpath(root) + os.sep
    for frame in traceback.extract_tb(error.__traceback__):
        name = os.path.realpath(frame.filename)
        if name.startswith(inside) and "site-packages" not in name[len(inside) :]:
            file, line = frame.filename, frame.lineno or 0
    if isinstance(error, SyntaxError) and error.filename:
        file, line = error.filename, error.lineno or 0
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    return {
        "file": path,
        "at": file,
        "line": line,
        "error": f"{type(error).__name__}: {message}" if message else type(error).__name__,
        "trace": "".join(traceback.format_exception(error)),
    }


def run(job: Job, tell: TextIO) -> None:
    """Import the files of a job, tell how it goes, and write what is registered then."""
    from excore.engine.registry import Registry

    os.chdir(job.root)
    files = job.files()
    job.importable(files)
    _say(tell, files=len(files))
    for path in files:
        _say(tell, start=path)
        sys.argv = [path]
        with Caught() as caught:
            for module in _with_packages(job.module(path)):
                Registry.unlock_register()  # a package may lock what it loads from the cache
                importlib.import_module(module)
        if caught.error is not None:
            _forget_unimported()
            _say(tell, failed=describe(caught.error, path, job.root))
    _say(tell, start="")
    _say(tell, done=_write(job))


def _with_packages(module: str) -> Iterator[str]:
    """Import paths of the packages around a module, outermost first, then its own."""
    parts = module.split(".")
    for count in range(1, len(parts) + 1):
        yield ".".join(parts[:count])


def _forget_unimported() -> None:
    """Take back what modules registered that then could not be imported."""
    from excore.engine.registry import Registry

    for registry in Registry._registry_pool.values():
        for name, path in list(registry.items()):
            if path not in sys.modules and path.rpartition(".")[0] not in sys.modules:
                registry._forget(name)


def _write(job: Job) -> dict[str, int]:
    from excore.engine.registry import Registry

    _forget_unimported()
    registries = Registry._registry_pool.values()
    for registry in registries:
        for name in registry._from_cache & registry.keys():
            registry._forget(name)  # only what is registered now counts
    Registry.dump(update=job.update)
    return {"registries": len(registries), "modules": sum(map(len, registries))}


def _say(tell: TextIO, **message: Any) -> None:
    tell.write(json.dumps(message) + "\n")
    tell.flush()


def main() -> None:
    """Do the job in the first argument, then end at once: threads of the project must not keep the process alive."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as tell:
        os.dup2(2, 1)
        run(Job(**json.loads(sys.argv[1])), tell)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
