"""Classes of installed packages in a running server: nothing waits for them, and the next session knows them."""

from __future__ import annotations

from pathlib import Path

from e2e_kit import PUSH, Editor, editor, write

FILES = """
    #- env/lib/python3.11/site-packages/nets/__init__.py
    from . import nn
    raise SystemExit("this is never run")
    #- env/lib/python3.11/site-packages/nets/nn.py
    class ReLU:
        '''Cut off what is negative.'''

        def __init__(self, inplace: bool = False): ...
    #- project/models.py
    import nets
    from excore import Registry

    MODULE = Registry("module")
    MODULE.register_module(nets)
    MODEL = Registry("Model")

    @MODEL.register()
    class FCN:
        def __init__(self, act=None): ...
    #- project/run.toml
    [Model.FCN]
    $act = "nets.nn.ReLU"
"""


SESSIONS = 8
"""On a machine so busy that the time for one answer is over before all of it is read, that answer is not kept."""


def hover(client: Editor) -> str:
    """What is shown over ``ReLU``."""
    found = client.at("textDocument/hover", "run.toml", 1, 17)
    return str(found["contents"]["value"]) if found is not None else ""


def is_known_at_once(root: Path, interpreter: Path) -> bool:
    """Whether a session answers its first question about a package; it goes on until it can."""
    with editor(root, PUSH, initializationOptions={"interpreter": str(interpreter)}) as client:
        client.show("run.toml")
        client.ready()
        known = "Cut off what is negative." in hover(client)
        client.until(lambda: "Cut off what is negative." in hover(client), "the documentation")
    return known


def test_k4_the_next_session_knows_packages_from_the_first_question_on(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    session = (tmp_path / "project", tmp_path / "env" / "bin" / "python")
    is_known_at_once(*session)
    assert any(is_known_at_once(*session) for _ in range(SESSIONS))
