"""``python`` without the start: programs run in processes forked from one that has imported the product already.

Most tests that start a process do so for what it says, not for how it starts; they run ``[*python(), "-m", ...]``.
What runs is a process like any other: its folder, environment and standard streams are those of who started it, and it
gives its exit code. Only its modules are there before it asks for them; where that matters, use ``sys.executable``.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import sys

FORKING = hasattr(os, "fork")
PACKAGES = ("excore", "excore_server")
LATE = ("jedi",)
"""What those import when they need it."""


class Python:
    """The process that others are forked from. It ends when its stdin does."""

    def __init__(self) -> None:
        import subprocess
        import tempfile

        self.folder = tempfile.TemporaryDirectory(prefix="excore-warm-")
        self.address = os.path.join(self.folder.name, "socket")
        command = [sys.executable, os.path.abspath(__file__), self.address]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=self.folder.name)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n"

    def stop(self) -> None:
        self.process.communicate()
        self.folder.cleanup()


_started: list[Python] = []


def python() -> list[str]:
    """What to start in place of ``sys.executable``."""
    if not FORKING:
        return [sys.executable]
    if not _started:
        _started.append(Python())
    return [sys.executable, "-I", "-S", os.path.abspath(__file__), _started[0].address, "--"]


def stop() -> None:
    """End what ``python`` started."""
    while _started:
        _started.pop().stop()


# -- the process that a test starts


def ask(address: str, arguments: list[str]) -> int:
    """Have a process forked that runs the arguments, on the standard streams of this one; gives its exit code."""
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(address)
        request = json.dumps([os.getcwd(), dict(os.environ), arguments]).encode()
        socket.send_fds(line, [b"%9d" % len(request)], [0, 1, 2])
        line.sendall(request)
        for stream in (0, 1, 2):
            os.close(stream)
        return int(line.recv(9) or 1)


# -- the process that is forked


class Forks:
    """The processes that were forked, by the line on which somebody waits for the exit code of each."""

    def __init__(self, address: str) -> None:
        self.running: dict[socket.socket, int] = {}
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(address)
        self.listener.listen()
        self.ended, self.ends = socket.socketpair()
        self.ended.setblocking(False)
        self.ends.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.ends.fileno(), warn_on_full_buffer=False)
        self.events = selectors.DefaultSelector()
        for source in (0, self.listener, self.ended):
            self.events.register(source, selectors.EVENT_READ)

    def serve(self) -> list[str]:
        """Fork a process for each that asks; in that, the arguments come back. Exits when stdin ends."""
        while True:
            ready = [key.fileobj for key, _ in self.events.select()]
            for line in [*self.running] if 0 in ready else self.running.keys() & set(ready):
                os.kill(self.running[line], signal.SIGKILL)  # nobody waits for it any more
            if 0 in ready:
                sys.exit()
            if self.ended in ready:
                self.reap()
            if self.listener in ready:
                arguments = self.fork()
                if arguments is not None:
                    return arguments

    def reap(self) -> None:
        """Tell the exit codes of the processes that ended."""
        self.ended.recv(1000)
        for line, process in list(self.running.items()):
            found, status = os.waitpid(process, os.WNOHANG)
            if found:
                del self.running[line]
                self.events.unregister(line)
                answer(line, os.waitstatus_to_exitcode(status))

    def fork(self) -> list[str] | None:
        """The arguments to run, in the new process."""
        line, _ = self.listener.accept()
        size, streams, _, _ = socket.recv_fds(line, 9, 3)
        folder, environment, arguments = json.loads(line.recv(int(size), socket.MSG_WAITALL))
        process = os.fork()
        if not process:
            line.close()
            self.close()
            become(folder, environment, streams)
            return list(arguments)
        for stream in streams:
            os.close(stream)
        self.running[line] = process
        self.events.register(line, selectors.EVENT_READ)
        return None

    def close(self) -> None:
        """Leave all that is the other process's."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self.events.close()
        for one in (self.listener, self.ended, self.ends, *self.running):
            one.close()


def answer(line: socket.socket, code: int) -> None:
    with line:
        try:
            line.send(b"%d" % code)
        except OSError:  # nobody waits any more
            return


def prepare() -> None:
    """Import all there is."""
    import gc
    import importlib
    import pkgutil
    from contextlib import suppress

    names = [*LATE]
    for package in map(importlib.import_module, PACKAGES):
        found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        names += [module.name for module in found if not module.name.endswith("__main__")]
    for name in names:
        with suppress(ModuleNotFoundError):  # what the server needs is not installed everywhere
            importlib.import_module(name)
    gc.collect()


def become(folder: str, environment: dict[str, str], streams: list[int]) -> None:
    """Take over the folder, the environment and the standard streams of the process that asked."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.dont_write_bytecode = bool(environment.get("PYTHONDONTWRITEBYTECODE"))
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)


def run(arguments: list[str]) -> None:
    """What ``python`` does with its arguments, and then ends, without taking apart what it did not make."""
    import atexit
    import threading

    code: object = None
    try:
        execute(arguments)
    except SystemExit as leave:
        code = leave.code
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
        code = 1
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code or 0)


def execute(arguments: list[str]) -> None:
    import runpy

    kind, *rest = arguments
    if kind == "-m":
        sys.argv = rest
        sys.path[0] = os.getcwd()
        sys.modules.pop(rest[0], None)
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif kind == "-c":
        sys.argv = ["-c", *rest[1:]]
        sys.path[0] = ""
        exec(compile(rest[0], "<string>", "exec"), {"__name__": "__main__"})
    else:
        sys.argv = arguments
        sys.path[0] = os.path.dirname(os.path.abspath(kind))
        runpy.run_path(kind, run_name="__main__")


if __name__ == "__main__":
    if sys.argv[2:3] == ["--"]:
        sys.exit(ask(sys.argv[1], sys.argv[3:]))
    prepare()
    forks = Forks(sys.argv[1])
    print("ready", flush=True)
    run(forks.serve())
