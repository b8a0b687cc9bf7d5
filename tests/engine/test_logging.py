from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from excore import add_logger, logger, remove_logger


def run(code: str, **environment: str) -> tuple[str, str]:
    settings = {**os.environ, **environment}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=settings, check=True)
    return done.stdout, done.stderr


def test_env_2_named_sinks() -> None:
    messages: list[str] = []
    add_logger("mine", messages.append, format="{level}:{message}", level=None)
    logger.info("hello {}", "there")
    add_logger("mine", messages.append, format="second {message}")
    logger.imp("once")
    remove_logger("mine")
    logger.info("unheard")
    assert messages == ["INFO:hello there\n", "second once\n"]


def test_env_2_removing_an_unknown_sink_warns() -> None:
    messages: list[str] = []
    sink = logger.add(messages.append, format="{level}:{message}")
    try:
        remove_logger("absent")
    finally:
        logger.remove(sink)
    assert len(messages) == 1
    assert messages[0].startswith("WARNING:")


def test_env_2_levels_of_excore() -> None:
    messages: list[str] = []
    add_logger("levels", messages.append, format="{level.no} {function} {message}", level="EXCORE")
    logger.ex("detail {}", 1)
    logger.imp("important")
    remove_logger("levels")
    name = "test_env_2_levels_of_excore"
    assert messages == [f"9 {name} detail 1\n", f"45 {name} important\n"]


@pytest.mark.parametrize(("value", "shown"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_env_1_debug_log_on_stdout(value: str, shown: bool) -> None:
    code = "from excore import Registry; Registry('R').register_module(Registry)"
    out, _ = run(code, EXCORE_DEBUG=value)
    assert ("Registry" in out) is shown
    assert shown or out == ""


def test_importing_excore_keeps_the_sinks_of_the_user() -> None:
    code = """if True:
        import sys
        from loguru import logger as mine
        mine.remove()
        mine.add(sys.stdout, format="{message}")
        from excore import logger, Registry
        logger.warning("through excore")
        mine.info("own")
    """
    assert run(code) == ("through excore\nown\n", "")


def test_env_2_one_file_only(tmp_path: Path) -> None:
    file = tmp_path / "run.log"
    code = f"""if True:
        from excore import log_to_file_only, logger, add_logger, remove_logger
        add_logger("other", lambda message: print("seen"))
        log_to_file_only({str(file)!r}, format="{{message}}")
        logger.error("to the file")
    """
    assert run(code) == ("", "")
    assert file.read_text() == "to the file\n"


def test_env_2_debug_only() -> None:
    code = """if True:
        from excore import debug_only, logger
        debug_only(format="{message}")
        logger.error("hidden")
        logger.debug("shown")
    """
    assert run(code) == ("", "shown\n")
