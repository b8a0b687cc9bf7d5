"""Registries of other libraries, as a project file names them: their shapes in small."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from index_kit import Project

Make = Callable[..., Project]

CHILDREN = """
    #- engine/__init__.py
    #- engine/registry/__init__.py
    from .registry import Registry
    from .root import MODELS, HOOKS
    #- engine/registry/registry.py
    class Registry:
        def __init__(self, name, build_func=None, parent=None, scope=None, locations=()): ...
        def register_module(self, name=None, force=False, module=None): ...
    #- engine/registry/root.py
    from .registry import Registry
    MODELS = Registry("model", build_func=print)
    HOOKS = Registry('hook')
    #- engine/model.py
    from engine.registry import MODELS, HOOKS
    @MODELS.register_module()
    class Base: ...
    #- app/__init__.py
    #- app/registry.py
    from engine.registry import MODELS as ENGINE_MODELS
    from engine.registry import Registry
    DETECTORS = Registry("detector", parent=ENGINE_MODELS, scope="app", locations=["app.models"])
    #- app/models.py
    from torch import nn
    from .registry import DETECTORS
    from engine.registry import HOOKS, MODELS
    @DETECTORS.register_module(name="Renamed")
    class One: ...
    @DETECTORS.register_module(name=["First", "Second"])
    class Two: ...
    @DETECTORS.register_module("Third", force=True)
    class Three: ...
    @HOOKS.register_module
    class Bare: ...
    @MODELS.register_module()
    def build(depth, **kwargs): ...
    DETECTORS.register_module("Linear", module=nn.Linear)
    DETECTORS.register_module(name="Act", module=One)
    """

FUNCTIONS = """
    #- zoo/__init__.py
    #- zoo/models/__init__.py
    from ._registry import register_model
    #- zoo/models/_registry.py
    _entrypoints = {}
    def register_model(fn):
        _entrypoints[fn.__name__] = fn
        return fn
    def register_box(name=None):
        def add(cls):
            return cls
        return add
    #- zoo/models/nets.py
    from ._registry import register_model
    from zoo.models import _registry
    @register_model
    def small(pretrained=False, **kwargs): ...
    @register_model
    @helper(1)
    def large(pretrained=False): ...
    @_registry.register_box(name="hbox")
    class Boxes: ...
    @_registry.register_box("vbox")
    class Other: ...
    #- zoo/other.py
    def register_model(fn): ...
    @register_model
    def unrelated(): ...
    """


@pytest.mark.parametrize("registry_type", ["engine.registry.Registry", "engine.registry.registry.Registry", "Registry"])
def test_children_of_registries(project: Make, registry_type: str) -> None:
    made = project(CHILDREN).build(registry_types=[registry_type])
    assert set(made.index.catalog.registries) == {"model", "hook", "detector"}
    assert sorted(made.names("model")) == ["Base", "build"]
    assert made.names("hook") == ["Bare"]
    assert sorted(made.names("detector")) == ["Act", "First", "Linear", "Renamed", "Second", "Third"]
    assert made.entry("First").path == made.entry("Second").path == "app.models.Two"
    assert made.entry("Linear").path == "torch.nn.Linear"
    assert made.signature("build") == "depth, **kwargs"


def test_registries_nobody_named(project: Make) -> None:
    assert not project(CHILDREN).build(registry_types=["other.Registry"]).index.catalog.registries


def test_functions_that_register(project: Make) -> None:
    types = ["zoo.models.register_model: Model", "zoo.models._registry.register_box: Box"]
    made = project(FUNCTIONS).build(registry_types=types)
    assert sorted(made.names("Model")) == ["large", "small"]
    assert sorted(made.names("Box")) == ["hbox", "vbox"]
    assert made.signature("small") == "pretrained = False, **kwargs"
    assert made.at("large") == "zoo/models/nets.py: large"


def test_functions_of_packages_that_are_not_there(project: Make) -> None:
    text = "from zoo.models import register_model\n@register_model\ndef small(): ...\n"
    made = project(text).build(registry_types=["zoo.models.register_model: Model"])
    assert made.names("Model") == ["small"]
