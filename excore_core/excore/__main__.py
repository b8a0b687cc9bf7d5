"""``python -m excore``: the ``excore`` of this Python, whatever PATH says."""

from __future__ import annotations

from excore.cli.main import main

if __name__ == "__main__":
    main()
