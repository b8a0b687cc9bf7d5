"""Problems as annotations under the lines they are about."""

from __future__ import annotations

import pytest

from kit import check_problems


def test_none() -> None:
    check_problems('[Model.FCN]\n!backbone = "ResNet"')


def test_conflict_of_prefixes() -> None:
    check_problems(
        """
        [Model.FCN]
        @backbone = "ResNet"
        [Model.SegNet]
        !backbone = "ResNet"
        #           ^^^^^^^^ error reuse-conflict
        """
    )


def test_unknown_names() -> None:
    check_problems(
        """
        [Model.FNC]
        #      ^^^ error unknown-class
        [Backbone.ResNet]
        layer = 3
        ^^^^^ error unknown-parameter
        """
    )


def test_a_wrong_annotation_is_told() -> None:
    with pytest.raises(AssertionError):
        check_problems("[Model.FCN]\n#      ^^^ error unknown-class")


PACKAGE = """
    #- models.py
    from excore import Registry
    import netlib
    MODULES, MODEL = Registry("module"), Registry("Model")
    MODULES.register_module(netlib)
    @MODEL.register()
    class Net:
        def __init__(self, a=None, b=None): ...
    #- netlib/__init__.py
    import os
    from os import system
    from torch import relu, cuda
    from . import inner
    #- netlib/inner.py
    import json, sys
    from collections import OrderedDict
    from json import loads
    from netlib.late import Late
    __all__ = ["loads", "size"]
    def size(): ...
    #- netlib/computed.py
    from json import dumps
    from netlib import inner
    __all__ = inner.__all__ + sorted(["dumps"])
    #- netlib/late.py
    class Late: ...
    #- run.toml
"""


def test_a_path_that_leaves_its_package() -> None:
    check_problems(
        PACKAGE
        + """
    [Model.Net]
    $a = ["netlib.inner.size", "netlib.inner.loads('1')", "netlib.late.Late", "netlib.inner.Late", "netlib.relu"]
    $b = ["netlib.os", "netlib.inner.sys.path[0]", "netlib.system('x')", "netlib.inner.OrderedDict"]
    #             ^^ error invalid-path
    #                                ^^^ error invalid-path
    #                                                      ^^^^^^ error invalid-path
    #                                                                                  ^^^^^^^^^^^ error invalid-path
    """
    )


def test_names_of_python_s_machinery() -> None:
    check_problems(
        PACKAGE
        + """
    c = "text"
    [Model.Net]
    $a = ["netlib.inner.size.__globals__", "netlib.inner.size().gi_frame.f_back", "netlib.inner.size.__name__"]
    #                        ^^^^^^^^^^^ error invalid-path
    #                                                           ^^^^^^^^^^^^^^^ error invalid-path
    &b = "c.__class"
    #       ^^^^^^^ error invalid-path
    """
    )


def test_a_published_name_that_reading_cannot_see_is_no_problem() -> None:
    check_problems(
        PACKAGE
        + """
    [Model.Net]
    $a = "netlib.computed.dumps('1')"
    """
    )
