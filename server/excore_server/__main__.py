"""``excore-server``: the language server, over stdin and stdout."""

from __future__ import annotations

import os
import sys


def _leave_project() -> None:
    """Take the current folder off the import path, where ``python -m`` puts it: it is the user's project, and none of
    its modules may stand in for one of ours."""
    try:
        here = os.getcwd()
    except OSError:  # deleted meanwhile
        return
    if sys.path and sys.path[0] in ("", here):
        del sys.path[0]


_leave_project()

import argparse  # noqa: E402
from collections.abc import Sequence  # noqa: E402
from importlib.util import find_spec  # noqa: E402

from excore import __version__  # noqa: E402

NEEDED = "jedi"
"""What the extra `server` adds to the package, to be installed by name: the package itself may be in no index."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and serve; the exit code."""
    parser = argparse.ArgumentParser(
        prog="excore-server",
        description="Language server for ExCore configs. Editors start it; it speaks the Language Server Protocol.",
    )
    parser.add_argument("--version", action="version", version=f"excore-server {__version__}")
    parser.add_argument("--stdio", action="store_true", help="speak over stdin and stdout (the only way, the default)")
    parser.add_argument("--clientProcessId", type=int, default=None, help=argparse.SUPPRESS)
    parser.add_argument("--log-file", metavar="FILE", help="write the log there instead of stderr")
    parser.add_argument("--log", metavar="FILE", help="write every answer and failure there, as lines of JSON")
    parser.add_argument(
        "--record",
        metavar="FILE",
        help="write the session there: messages, configs and Python sources below the folders that are open",
    )
    parser.add_argument(
        "--replay", metavar="FILE", help="play a recorded session to a fresh server and print what it answers otherwise"
    )
    parser.add_argument(
        "--log-level",
        metavar="LEVEL",
        default="warning",
        choices=("debug", "info", "warning", "error"),
        help="debug, info, warning (default) or error",
    )
    options = parser.parse_args(arguments)
    if find_spec(NEEDED) is None:
        print(f"excore-server needs {NEEDED}: {sys.executable} -m pip install {NEEDED}", file=sys.stderr)
        return 2
    from excore_server.lsp.server import main as serve

    try:
        if options.replay:
            from excore_server.lsp.transport.replay import main as replay

            return replay(options.replay)
        return serve(options.log_level, options.log_file, options.log, options.record)
    except OSError as error:
        print(f"excore-server: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
