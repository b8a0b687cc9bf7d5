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


def hover(client: Editor) -> str:
    """What is shown over ``ReLU``."""
    found = client.at("textDocument/hover", "run.toml", 1, 17)
    return str(found["contents"]["value"]) if found is not None else ""


def test_k4_the_next_session_knows_packages_from_the_first_question_on(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    options = {"initializationOptions": {"interpreter": str(tmp_path / "env" / "bin" / "python")}}
    with editor(tmp_path / "project", PUSH, **options) as client:
        client.show("run.toml")
        client.ready()
        client.until(lambda: "Cut off what is negative." in hover(client), "the documentation")
    with editor(tmp_path / "project", PUSH, **options) as client:
        client.show("run.toml")
        client.ready()
        assert "Cut off what is negative." in hover(client)
