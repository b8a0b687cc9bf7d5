"""One mistake in a config of the example is one problem, at the right place, with the right advice; for both judges."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from excore import Registry, config
from excore.engine.workspace import workspace
from excore.errors import ConfigError
from excore.index import Indexer
from excore.lang.catalog import Catalog
from excore.lang.workspace.host import Host, Snapshot

QUICKSTART = Path(__file__).resolve().parents[2] / "examples" / "quickstart"
FCN, VARIABLES, PADS, HOOKS = "fcn_resnet.toml", "variables.toml", "scratchpads.toml", "hooks.toml"
WHOLE, SHARED, MODULES = "function_model.toml", "shared_backbone.toml", "python_modules.toml"
RESNET, LOSS, ENVIRONMENT = "backbones/resnet.toml", "_base_/default.toml", "environment.toml"
# name: file, right text, wrong text, and what is told of it: severity, code, the «range», part of the message
MISTAKES = {
    # fields, registries, classes in headers
    "field": (FCN, "[Model.FCN]", "[Modle.FCN]", "error unknown-table «Modle» did you mean `Model`?"),
    "field in lower case": (FCN, "[Model.FCN]", "[model.FCN]", "error unknown-table «model» did you mean `Model`?"),
    "field that nothing asks for": (
        WHOLE, "[Loss.DiceLoss]", "[Los.DiceLoss]",
        "warning unknown-table «Los» did you mean `Loss`? As it is written, this is a scratchpad that nothing uses",
    ),
    "field and class": (FCN, "[Model.FCN]", "[Modle.FCNN]", "error unknown-table «Modle» did you mean `Model`?"),
    "registry, found by the class": (FCN, "[Head.SimpleHead]", "[Haed.SimpleHead]", ""),
    "class": (FCN, "[Model.FCN]", "[Model.FCNN]", "error unknown-class «FCNN» did you mean `FCN`?"),
    "class that is used": (
        FCN, "[Head.SimpleHead]", "[Head.SimpleHed]", "error unknown-class «SimpleHed» did you mean `SimpleHead`?"
    ),
    "class without a field": (
        MODULES, "[Normalize]", "[Normalise]", "warning unknown-table «Normalise» did you mean `Normalize`?"
    ),
    "class of a scratchpad": (
        PADS, "[Early.SimpleHead]", "[Early.SimpleHed]",
        "error unknown-table «SimpleHed» there is no class `SimpleHed`; did you mean `SimpleHead`?",
    ),
    "class of another registry": (
        FCN, "[Model.FCN]", "[Model.ResNet]", "error unknown-class «ResNet» it is registered in `Backbone`"
    ),
    "no class": (
        FCN, "[Model.FCN]", "[Model]", "error invalid-header «@backbone» belong in a table `[Model.ModuleName]`"
    ),
    "double brackets": (FCN, "[Model.FCN]", "[[Model.FCN]]", "error invalid-header «FCN» write `[Model.FCN]`"),
    "table of a hook": (
        HOOKS, "[ConfigHook.BnWeightDecayHook]", "[ConfigHook.BnWeightDecayHok]",
        "error unknown-table «BnWeightDecayHok» did you mean `BnWeightDecayHook`?",
    ),
    "table of hooks": (
        HOOKS, "[ExcoreHook.SeedEverything]", "[ExcoreHok.SeedEverything]",
        "warning unknown-table «ExcoreHok» did you mean `ExcoreHook`?",
    ),
    # arguments
    "required argument": (
        FCN, "@backbone =", "@bakbone =", "error unknown-parameter «@bakbone» did you mean `backbone`?"
    ),
    "optional argument": (RESNET, "layers =", "layer =", "error unknown-parameter «layer» did you mean `layers`?"),
    "argument left out": (
        FCN, '@backbone = "ResNet"', "", "error missing-parameter «FCN» [Model.FCN] does not give `backbone`"
    ),
    "argument twice": (
        FCN, "@backbone =", '!backbone = "ResNet"\n@backbone =',
        "error duplicate-argument «@backbone» `backbone` is given twice",
    ),
    "no call": (
        MODULES, "__no_call__", "__nocall__", "error unknown-parameter «__nocall__» did you mean `__no_call__`?"
    ),
    "no call as text": (MODULES, "= true", '= "true"', 'error invalid-no-call «"true"» must be true or false'),
    "key twice": (RESNET, "layers = 2", "layers = 2\nlayers = 3", "error duplicate-key «layers» given twice"),
    "table twice": (
        FCN, "[Head.SimpleHead]", "[Head.SimpleHead]\n[Head.SimpleHead]", "error duplicate-key «SimpleHead» twice"
    ),
    # references
    "reference": (FCN, '"ResNet" #', '"ResNett" #', "error unknown-class «ResNett» did you mean `ResNet`?"),
    "reference in lower case": (FCN, '"ResNet" #', '"resnet" #', "error unknown-class «resnet» did you mean `ResNet`?"),
    "field asked for": (WHOLE, '"$Model.', '"$Modle.', "error empty-field «Modle» did you mean `Model`?"),
    "scratchpad asked for": (PADS, '"$Deep"', '"$Deeep"', "error empty-field «Deeep» did you mean `Deep`?"),
    "member asked for": (SHARED, "::ResNet.", "::ResNett.", "error unknown-section «ResNett» it holds `ResNet`"),
    "one colon": (SHARED, "$Backbone::", "$Backbone:", "error invalid-reference «$Backbone:ResNet» write `$Back"),
    "no dollar": (PADS, "$Heads::", "Heads::", "error invalid-reference «Heads::ConvHead» needs a `$`"),
    "a field's name": (WHOLE, '"$Optimizer"', '"Optimizer"', "error reserved-name «Optimizer» write `$Optimizer`"),
    "hook": (HOOKS, "@BnWeightDecayHook", "@BnWeightDecayHok", "error unknown-hook «BnWeightDecayHok» Hook`?"),
    "variable": (
        FCN, 'classes"\n\n', 'clases"\n\n', "error unknown-variable «num_clases» did you mean `num_classes`?"
    ),
    "value of a variable": (VARIABLES, "palette =", "pallete =", "error unknown-variable «palette» mean `pallete`?"),
    "key of a value": (VARIABLES, ".gamma", ".gama", "error unknown-attribute «gama» did you mean `gamma`?"),
    "method of a value": (VARIABLES, ".upper()", ".uper()", "error unknown-attribute «uper» did you mean `upper`?"),
    "attribute": (FCN, ".out_channels", ".out_chanels", "warning unknown-attribute «out_chanels» `out_channels`?"),
    "class method": (
        "pretrained.toml", "from_pretrained", "from_pretraind", "warning unknown-attribute «from_pretraind» trained`?"
    ),
    "a table like an attribute": (PADS, "$Heads::", "$Heads.", "warning unknown-attribute «.ConvHead» of `Heads`"),
    "environment": (
        ENVIRONMENT, "{QUICKSTART_DATA}", "{QUICKSTART_DAT}",
        "warning unset-environment «${QUICKSTART_DAT}» did you mean `QUICKSTART_DATA`?",
    ),
    "environment without a brace": (
        ENVIRONMENT, "_DATA}", "_DATA", "error invalid-reference «${QUICKSTART_DATA» is written `${QUICKSTART_DATA}`"
    ),
    "environment without braces": (
        ENVIRONMENT, "{QUICKSTART_DATA}", "QUICKSTART_DATA",
        "error invalid-reference «$QUICKSTART_DATA» is written `${QUICKSTART_DATA}`",
    ),
    "cycle": (FCN, '"ResNet" #', '"FCN" #', "error reference-cycle «\"FCN\"» Model.FCN.backbone -> Model.FCN"),
    # prefixes
    "no prefix": (FCN, "@backbone", "backbone", 'warning wrong-type «backbone» write `@backbone = "ResNet"`'),
    "no prefix of a value": (FCN, "&num", "num", 'warning wrong-type «num_classes» write `&num_classes = "num_'),
    "no prefix of a list": (PADS, "!models", "models", "warning wrong-type «models» write `!models`"),
    "no prefix of a table": (PADS, "!losses", "losses", "warning wrong-type «losses» `DiceLoss` are passed as text"),
    "prefix in the text": (
        FCN, '@backbone = "ResNet"', 'backbone = "@ResNet"', 'warning wrong-type «backbone» write `@backbone = "R'
    ),
    "prefix in the text as well": (FCN, '"ResNet" #', '"@ResNet" #', "error invalid-reference «@ResNet» write `Res"),
    "value for a class": (FCN, "&num", "!num", "error unknown-class «num_classes» write `&` before the argument"),
    "class for a value": (FCN, "!head", "&head", "error unknown-variable «SimpleHead» write `!` before the argument"),
    "blanks": (
        FCN, '"ResNet.out_channels"', '"ResNet . out_channels"',
        "error invalid-reference «ResNet . out_channels» write `ResNet.out_channels`",
    ),
    "two prefixes": (FCN, "@backbone", "!@backbone", "error bad-prefix «!@backbone» write `!backbone`"),
    "a blank": (FCN, "@backbone", "@ backbone", "error bad-prefix «@ backbone» write `@backbone`"),
    "new and shared": (FCN, "@backbone", "!backbone", 'error reuse-conflict «"ResNet.out_channels"» in `Model.FCN`'),
    # text
    "inline table that is not closed": (
        FCN, '!head = "SimpleHead"', '!head = {\n  a = "SimpleHead",\n  b = "SimpleHead",',
        "error syntax «{» the inline table is not closed: expected `}`",
    ),
    "quote at the end": (FCN, '"ResNet" #', '"ResNet #', "error syntax «\"ResNet #… expected \" before the end of"),
    "no quotes": (FCN, '"ResNet" #', "ResNet #", "error syntax «ResNet» a string needs quotes"),
    "closing bracket": (FCN, "[Model.FCN]", "[Model.FCN", "error syntax «» expected `]` to close the header"),
    "opening bracket": (FCN, "[Model.FCN]", "Model.FCN]", "error syntax «» expected `=`"),
    "end of a list": (PADS, '"Pad"]', '"Pad"', "error syntax «[» the array is not closed"),
    "other prefix": (FCN, "@backbone", "%backbone", "error syntax «%backbone =… `%` cannot start a line"),
    "type": (LOSS, '"mean"', '"maen"', 'warning wrong-type «"maen"» one of "mean", "sum" is expected'),
    "type of a list": (SHARED, "[1, 2]", "1", "warning wrong-type «1» `tuple[int, ...]` is expected, not an integer"),
    # bases
    "base": (FCN, "/default", "/defalt", 'error missing-base «"_base_/defalt.toml"» does not exist'),
    "base without ending": (FCN, "/default.toml", "/default", 'error invalid-base «"_base_/default"» must end in'),
    "quote of a base": (FCN, 'default.toml"', "default.toml", "error syntax «b» expected `,`"),
    "__bases__": (FCN, "__base__", "__bases__", "error invalid-base «__bases__» did you mean `__base__`?"),
    "_base_": (FCN, "__base__", "_base_", "error invalid-base «_base_» did you mean `__base__`?"),
}  # fmt: skip


class Example(NamedTuple):
    """The example project in a folder of its own, imported, and what reading knows of it."""

    folder: Path
    catalog: Catalog

    def snapshot(self) -> Snapshot:
        host = Host(environment=dict(os.environ))
        host.add_folder(str(self.folder))
        host.set_catalog(str(self.folder), self.catalog)
        return host.snapshot()


@contextmanager
def running(folder: Path) -> Iterator[None]:
    """The example as the running program."""
    cwd, pool = os.getcwd(), dict(Registry._registry_pool)
    Registry._registry_pool.clear()
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    workspace.reset()
    before = set(sys.modules)
    try:
        import src  # type: ignore[import-not-found]  # noqa: F401

        yield
    finally:
        for name in set(sys.modules) - before:
            if name.partition(".")[0] == "src":
                del sys.modules[name]
        sys.path.remove(str(folder))
        os.chdir(cwd)
        Registry._registry_pool.clear()
        Registry._registry_pool.update(pool)
        workspace.reset()


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    folder = Path(os.path.realpath(tmp_path_factory.mktemp("one"))) / "quickstart"
    shutil.copytree(QUICKSTART, folder, ignore=shutil.ignore_patterns("broken", "__pycache__"))
    os.environ["QUICKSTART_DATA"] = "data"
    with running(folder):
        yield Example(folder, Indexer(folder, src_dir="src", use_cache=False).build())
    del os.environ["QUICKSTART_DATA"]


def told(snapshot: Snapshot, path: str) -> list[tuple[str, str]]:
    """Severity, code and range of every problem in a file, each with its message."""
    file = snapshot.file(path)
    assert file is not None
    found = []
    for item in snapshot.diagnostics(path):
        span = file.absolute(item.origin)
        found.append((f"{item.severity} {item.code} «{file.text[span.start : span.end]}»", item.message))
    return found


@pytest.mark.parametrize("name", MISTAKES)
def test_one_mistake_is_one_problem(name: str, example: Example) -> None:
    where, right, wrong, expected = MISTAKES[name]
    path = example.folder / "configs" / where
    text = path.read_text("utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong, 1), "utf-8")
    try:
        snapshot = example.snapshot()
        found = told(snapshot, str(path))
        if not expected:
            assert found == []
            return
        assert len(found) == 1, found
        ((place, message),) = found
        wanted, _, advice = expected.partition("… " if "…" in expected else "» ")
        assert place == f"{wanted}»" if "…" not in expected else place.startswith(wanted)
        assert advice in message
        root = snapshot.roots(str(path))[0]
        errors = {
            (item.code, item.origin.file)
            for item in snapshot.root_problems(root)
            if item.severity == "error" or item.code == "unset-environment"
        }
        if errors:
            with pytest.raises(ConfigError) as caught:
                config.build_all(config.load(root))
            assert {(item.code, item.origin.file) for item in caught.value.problems} == errors, caught.value
    finally:
        path.write_text(text, "utf-8")


def test_the_example_has_no_problem(example: Example) -> None:
    snapshot = example.snapshot()
    assert {path: told(snapshot, path) for path in snapshot.configs() if told(snapshot, path)} == {}
