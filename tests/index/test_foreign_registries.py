"""Registries of other libraries, as a project file names them: their shapes in small."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from index_kit import Project

from excore.index import Indexer

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


FORMS = {
    "add_component": (
        ["paddleseg.cvlibs.manager.ComponentManager"],
        """
        #- app.py
        from paddleseg.cvlibs import manager
        @manager.MODELS.add_component
        class Net: ...
        @manager.MODELS.add_component
        def small(): ...
        manager.BACKBONES.add_component(Net)
        #- paddleseg/__init__.py
        #- paddleseg/cvlibs/__init__.py
        #- paddleseg/cvlibs/manager.py
        class ComponentManager: ...
        MODELS = ComponentManager("models")
        BACKBONES = ComponentManager("backbones")
        """,
        {"models": ["Net", "small"], "backbones": ["Net"]},
    ),
    "classes that are registries": (
        ["allennlp.common.Registrable"],
        """
        #- app.py
        from allennlp.models import Model
        from allennlp.data import Reader
        @Model.register("tagger")
        class Tagger(Model): ...
        @Reader.register("conll", exist_ok=True)
        class Conll(Reader): ...
        @Tagger.register("small", constructor="make")
        class Small(Tagger): ...
        @Other.register("x")
        class Else: ...
        #- allennlp/__init__.py
        #- allennlp/common.py
        class Registrable: ...
        #- allennlp/models.py
        from .common import Registrable
        class Model(Registrable): ...
        #- allennlp/data.py
        from .common import Registrable
        class Reader(Registrable): ...
        """,
        {"Model": ["tagger"], "Reader": ["conll"], "Tagger": ["small"]},
    ),
    "methods of an object": (
        ["lavis.registry.registry.register_model: Model", "lavis.registry.registry.register_task: Task"],
        """
        #- app.py
        from lavis.registry import registry
        from lavis import registry as module
        @registry.register_model("blip")
        class Blip: ...
        @module.registry.register_task("captioning")
        class Captioning: ...
        #- lavis/__init__.py
        #- lavis/registry.py
        class Registry:
            @classmethod
            def register_model(cls, name): ...
        registry = Registry()
        """,
        {"Model": ["blip"], "Task": ["captioning"]},
    ),
    "methods of a package that is not there": (
        ["fairseq.registry.registry.register_model: Model", "fairseq.tasks.register_task: Task"],
        """
        #- app.py
        from fairseq.registry import registry
        from fairseq import tasks
        @registry.register_model("transformer")
        class T: ...
        @tasks.register_task("x")
        class X: ...
        """,
        {"Model": ["transformer"], "Task": ["x"]},
    ),
    "a monorepo": (
        ["core.registry.Registry"],
        """
        #- packages/core/core/__init__.py
        #- packages/core/core/registry.py
        class Registry: ...
        MODELS = Registry("Model")
        #- packages/det/det/__init__.py
        #- packages/det/det/heads.py
        from core.registry import MODELS
        from core import registry
        @MODELS.register_module()
        class Head: ...
        @registry.MODELS.register_module()
        class Neck: ...
        """,
        {"Model": ["Head", "Neck"]},
    ),
}


@pytest.mark.parametrize(("types", "files", "registries"), FORMS.values(), ids=FORMS.keys())
def test_forms_of_other_frameworks(
    project: Make, types: list[str], files: str, registries: dict[str, list[str]]
) -> None:
    made = project(files).build(registry_types=types)
    assert {name: made.names(name) for name in made.index.catalog.registries} == registries
    assert not made.index.catalog.unmatched


INSTALLED = """
    #- site/engine/__init__.py
    #- site/engine/registry.py
    class Registry: ...
    MODELS = Registry("model")
    HOOKS = Registry("hook")
    #- site/engine/base.py
    from .registry import HOOKS, MODELS
    @MODELS.register_module()
    class Base: ...
    @HOOKS.register_module()
    class Timer: ...
    #- site/det/__init__.py
    #- site/det/registry.py
    from engine.registry import MODELS as ENGINE_MODELS
    from engine.registry import Registry
    MODELS = Registry("model", parent=ENGINE_MODELS)
    #- site/det/necks/__init__.py
    #- site/det/necks/fpn.py
    from det.registry import MODELS
    @MODELS.register_module()
    class FPN:
        def __init__(self, in_channels, outs=5): ...
    @MODELS.register_module()
    class Own: ...
    #- site/other/__init__.py
    from engine.registry import MODELS
    @MODELS.register_module()
    class Stranger: ...
    """


@pytest.mark.parametrize(
    "own",
    [
        "from det.registry import MODELS\n@MODELS.register_module()\nclass Own: ...",
        "import det.registry\n@det.registry.MODELS.register_module()\nclass Own: ...",
        "from det import registry\nclass Own: ...\nregistry.MODELS.register_module(module=Own)",
        "from det.registry import MODELS as M\nfrom engine.registry import Registry\n"
        "MINE = Registry('model', parent=M)\n@MINE.register_module()\nclass Own: ...",
    ],
)
def test_what_installed_packages_register(project: Make, tmp_path: Path, own: str) -> None:
    site = project(INSTALLED).root / "site"
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "own.py").write_text(own + "\n", "utf-8")
    index = Indexer(tmp_path / "app", registry_types=["engine.registry.Registry"], search_paths=[site], use_cache=False)
    catalog = index.build()
    assert sorted(catalog.entries["model"]) == ["Base", "FPN", "Own"]
    assert list(catalog.entries["hook"]) == ["Timer"]
    entry = catalog.get("model", "FPN")
    assert entry is not None
    assert entry.source == "external"
    assert [param.name for param in entry.signature.params] == ["in_channels", "outs"]
    mine = catalog.get("model", "Own")
    assert mine is not None
    assert (mine.path, mine.registered_again) == ("own.Own", ())


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("engine.registry.Registri", ["Registry"]),
        ("engine.registri.Registry", []),
        ("engin.registry.Registry", []),
        ("det.necks.fpn.register_model: Model", ["FPN"]),
    ],
)
def test_types_that_nothing_is(project: Make, text: str, names: list[str]) -> None:
    files = INSTALLED.replace("site/", "") + "    #- app.py\n    from absent import Registry\n    x = Registry('X')\n"
    good = ["engine.registry.Registry", "absent.Registry", "absent.inner.register: Model", "excore.Registry"]
    made = project(files).build(registry_types=["Registry", *good, text])
    assert list(made.index.catalog.unmatched) == [text]
    assert set(names) <= set(made.index.catalog.unmatched[text])
