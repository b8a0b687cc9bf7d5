"""What holds for every test: nothing of the user's machine is read or written, and property tests are repeatable in CI.

``HYPOTHESIS_PROFILE=quick`` makes property tests try few examples, ``thorough`` makes them try many.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest
import warm
from hypothesis import HealthCheck, settings

IN_CI = os.environ.get("CI", "").lower() not in ("", "0", "false", "no")
ROOT = Path(__file__).resolve().parents[1]
CACHE = pytest.StashKey[str]()

for _name, _examples in {"quick": 10, "normal": 60, "thorough": 2000}.items():
    settings.register_profile(
        _name,
        max_examples=_examples,
        deadline=None,  # a loaded machine is no failure
        derandomize=IN_CI,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "normal"))


def pytest_configure(config: pytest.Config) -> None:
    """Give this process, and all it starts, a cache folder of its own and none of the user's ``EXCORE_`` settings."""
    for name in [name for name in os.environ if name.startswith("EXCORE_") and name != "EXCORE_SHARED"]:
        del os.environ[name]
    config.stash[CACHE] = os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="excore-tests-")


@pytest.fixture(scope="session")
def torch_python() -> str:
    """A Python that has PyTorch. `make test` installs it in CI, so that a test that needs it fails there without it."""
    for name in ("bin/python", "Scripts/python.exe"):
        if (found := ROOT / ".tools" / "segmentation" / name).exists():
            return str(found)
    reason = "PyTorch is not installed; `make example-segmentation` installs it into a folder of its own"
    if IN_CI and (ROOT / ".venv" / ".ready").exists():
        pytest.fail(reason)
    pytest.skip(reason)


def pytest_unconfigure(config: pytest.Config) -> None:
    warm.stop()
    shutil.rmtree(config.stash.get(CACHE, ""), ignore_errors=True)
