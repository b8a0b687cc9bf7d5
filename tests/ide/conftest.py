"""Assertions in the kit explain themselves like those in tests."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("kit")
