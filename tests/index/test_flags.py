"""Prefixes and marks of the project: seen in the sources, obeyed in the configs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from index_kit import Project

from excore.lang.grammar import DEFAULT
from kit import check_problems

Make = Callable[..., Project]

CONFIG = "from excore import config\n"
OWN = "from mine import Own, Mark\n"


@pytest.mark.parametrize(
    ("body", "prefixes", "marks"),
    [
        (CONFIG + OWN + "config.register_special_flag('^', Own)\n", "^", ""),
        (CONFIG + OWN + "config.register_special_flag(flag='^', node_type=Own, force=True)\n", "^", ""),
        ("from excore.config.parse import register_special_flag as _\n", "", ""),
        (OWN + "from excore.config import register_argument_hook\nregister_argument_hook('>', Mark)\n", "", ">"),
        (CONFIG + "class Mark:\n    flag = '>'\nconfig.register_argument_hook(Mark.flag, Mark)\n", "", ">"),
        (CONFIG + "class Mark:\n    flag: str = '>'\nconfig.register_argument_hook(Mark.flag, Mark)\n", "", ">"),
        (CONFIG + "def main():\n    if FLAG:\n        config.register_special_flag('^', Own)\n", "^", ""),
        ("from excore.plugins.finegrained_config import *\nenable_finegrained_config()\n", "", "*"),
        ("import excore.plugins as p\np.finegrained_config.enable_finegrained_config('+')\n", "", "+"),
        ("import excore.plugins as p\np.enable_finegrained_config(hook_flag='+', force=True)\n", "", "+"),
        (CONFIG + "config.register_special_flag(char(), Own)\n", "", ""),
        (CONFIG + "config.register_special_flag('ab', Own)\nconfig.register_special_flag('=', Own)\n", "", ""),
        (CONFIG + "config.register_special_flag('^', Own)\nclass Half(\n", "^", ""),
        (CONFIG + "# config.register_special_flag('^', Own)\n", "", ""),
    ],
)
def test_forms(project: Make, body: str, prefixes: str, marks: str) -> None:
    grammar = project(body).index.catalog.grammar
    assert "".join(grammar.prefixes.keys() - DEFAULT.prefixes.keys()) == prefixes
    assert "".join(grammar.marks) == marks


def test_without_any_it_is_the_usual_grammar(project: Make) -> None:
    assert project("from excore import Registry\n").index.catalog.grammar is DEFAULT


MODELS = """
    #- models.py
    from excore import Registry, config
    MODEL = Registry("Model")
    LAYER = Registry("Layer")
    @LAYER.register()
    class Net: ...
    @MODEL.register()
    class FCN:
        def __init__(self, net): ...
"""


def test_a_bare_key_with_such_a_prefix_is_no_syntax_error() -> None:
    check_problems(
        MODELS
        + """
    #- flags.py
    from excore import config
    config.register_special_flag("^", object)
    #- run.toml
    [Model.FCN]
    ^net = "Net"
    """
    )


def test_what_it_names_is_looked_up() -> None:
    check_problems(
        MODELS
        + """
    #- flags.py
    from excore import config
    config.register_special_flag("^", object)
    #- run.toml
    [Model.FCN]
    ^net = "Nett"
    #       ^^^^ error unknown-class
    """
    )


def test_what_stands_behind_such_a_mark_is_no_path() -> None:
    check_problems(
        MODELS
        + """
    #- train.py
    from excore.plugins.finegrained_config import enable_finegrained_config
    enable_finegrained_config()
    #- run.toml
    [Model.FCN]
    $net = "Net*$Layers::backbone"
    [Layers.backbone]
    $class_mapping = ["Net"]
    info = [[1, 0]]
    """
    )


def test_without_it_the_text_is_no_reference() -> None:
    check_problems(
        MODELS
        + """
    #- run.toml
    [Model.FCN]
    $net = "Net*$Layers::backbone"
    #       ^^^^^^^^^^^^^^^^^^^^^ error invalid-reference
    """
    )
