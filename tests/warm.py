"""``python`` without the start: programs run in processes forked from one that has imported the product already.

Most tests that start a process do so for what it says, not for how it starts; they run ``[*python(), "-m", ...]``.
What runs is a process like any other: its folder, environment and standard streams are those of who started it, and it
gives its exit code. Only its modules are there before it asks for them; where that matters, use ``sys.executable``.
"""

from __future__ import annotations

import json
import os
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


def serve(address: str) -> list[str]:
    """Fork a process for each that asks; in that, the arguments come back. Exits when stdin ends."""
    import gc
    import importlib
    import pkgutil
    import selectors
    import signal
    from contextlib import suppress

    names = [*LATE]
    for package in map(importlib.import_module, PACKAGES):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                names.append(module.name)
    for name in names:
        with suppress(ModuleNotFoundError):  # what the server needs is not installed everywhere
            importlib.import_module(name)
    gc.collect()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen()
    ended, ends = socket.socketpair()
    ended.setblocking(False)
    ends.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(ends.fileno(), warn_on_full_buffer=False)
    running: dict[socket.socket, int] = {}
    events = selectors.DefaultSelector()
    for source in (0, listener, ended):
        events.register(source, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        ready = [key.fileobj for key, _ in events.select()]
        for line in running.keys() & (running.keys() if 0 in ready else set(ready)):
            os.kill(running[line], signal.SIGKILL)  # who asked is gone
        if 0 in ready:
            sys.exit()
        if ended in ready:
            ended.recv(1000)
            for line, process in list(running.items()):
                found, status = os.waitpid(process, os.WNOHANG)
                if found:
                    del running[line]
                    events.unregister(line)
                    answer(line, os.waitstatus_to_exitcode(status))
        if listener in ready:
            line, _ = listener.accept()
            size, streams, _, _ = socket.recv_fds(line, 9, 3)
            folder, environment, arguments = json.loads(line.recv(int(size), socket.MSG_WAITALL))
            process = os.fork()
            if not process:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                events.close()
                for one in (listener, ended, ends, line, *running):
                    one.close()
                become(folder, environment, streams)
                return list(arguments)
            for stream in streams:
                os.close(stream)
            running[line] = process
            events.register(line, selectors.EVENT_READ)


def answer(line: socket.socket, code: int) -> None:
    with line:
        try:
            line.send(b"%d" % code)
        except OSError:  # nobody waits any more
            return


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
    run(serve(sys.argv[1]))
