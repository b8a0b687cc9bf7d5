"""``excore``, also as ``python -m excore``: the ``excore`` of this Python, whatever PATH says.

``check`` runs at every commit and save, mostly with paths alone. Then the library that reads command lines is left out:
to import it takes as long as the check of one config.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from typing import Any

_VALUES = {"-f": "form", "--format": "form", "-j": "jobs", "--jobs": "jobs"}


def plain_check(words: Sequence[str]) -> dict[str, Any] | None:
    """The arguments of ``excore.cli.check.checked`` that the words behind ``check`` give; None where they are anything
    but paths, overrides and right options."""
    found: dict[str, Any] = {"words": []}
    rest = iter(words)
    for word in rest:
        if not word.startswith("-"):
            found["words"].append(word)
        elif word == "--strict":
            found["strict"] = True
        elif word in _VALUES:
            found[_VALUES[word]] = next(rest, "")
        else:
            return None
    from excore.cli.check_formats import RENDERERS

    jobs = found.get("jobs", "1")
    if found.get("form", "text") not in RENDERERS or not (jobs.isascii() and jobs.isdigit() and int(jobs)):
        return None
    return {**found, **({"jobs": int(jobs)} if "jobs" in found else {})}


def main() -> None:
    """Run the command line; ends the process."""
    arguments = plain_check(sys.argv[2:]) if sys.argv[1:2] == ["check"] else None
    if arguments is None or "_EXCORE_COMPLETE" in os.environ:
        from excore.cli.main import main as commands

        commands()
        return
    from excore.cli.check import checked
    from excore.cli.output import refusals_told
    from excore.lang.collector import settle

    try:
        with refusals_told():
            code = checked(**arguments)
            sys.stdout.flush()
    except KeyboardInterrupt:
        code = 130
    except OSError as error:
        if error.errno != errno.EPIPE:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python tells of it once more at its end
        code = 1
    settle()  # nothing is taken apart, object by object, that ends with the process
    sys.exit(code)


if __name__ == "__main__":
    main()
