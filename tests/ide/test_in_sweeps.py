"""In a sweep file names are those of its config: hover, definitions, references, renames and links (SWEEP-11)."""

from __future__ import annotations

import pytest
from kit_changing import check_fix_all, check_moved, check_no_rename, check_rename, renamed

from excore_server.ide.document_link import document_links
from excore_server.ide.rename.will_rename_files import orphans
from kit import MODELS, check_definition, check_hover, check_references, path_of, world

RUN = """
#- run.toml
epochs = 10
[Model.FCN]
@backbone = "ResNet"
&classes = "epochs"
[ResNet]
layers = 5
"""
SWEEP = """
#- sweeps/all.toml
[sweep]
base = "../run.toml"
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[axes]\nep<|>ochs = [1, 2]", "epochs = 10"),
        ("[axes]\nModel.FCN.cla<|>sses = 4", 'Effective value `"epochs"` from `run.toml:4`'),
        ("[axes]\nModel.F<|>CN.classes = 4", "A fully convolutional network."),
        ("[axes]\n'Model.F<|>CN.classes' = 4", "A fully convolutional network."),
        ("[axes.ResNet]\nlay<|>ers = [1]", "Number of residual blocks."),
        ("[axes.Res<|>Net]\nlayers = [1]", "A residual network."),
        ("[axes]\nModel.FCN.backbone = ['ResNet', 'VG<|>G']", "A plain network."),
        ("[axes]\nModel = ['FCN', 'Seg<|>Net']", "Another network."),
        ("[axes]\nModel.FCN = ['Seg<|>Net']", "Another network."),
        ("[axes]\nbase = ['../ru<|>n.toml']", "epochs = 10"),
        ("[axes]\nepochs = 1\n[[exclude]]\nep<|>ochs = 1", "epochs = 10"),
        ("[ax<|>es]\nepochs = 1", "`axes`: what changes from run to run"),
        ("[search]\ntri<|>als = 1", "`trials`: how many runs there are"),
        ("[axes]\nepochs = { fr<|>om = 1, to = 2 }", "`from`: the first value"),
        ("[axes]\n'+se<|>ed' = 1", ""),
    ],
)
def test_hover(text: str, expected: str) -> None:
    check_hover(f"{RUN}{SWEEP}{text}", *([expected] if expected else []))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[axes]\nepo<|>chs = [1, 2]", "run.toml «epochs» = 10"),
        ("[axes]\nModel.F<|>CN.classes = 4", "models.py class «FCN»:"),
        ("[axes]\nModel.FCN.backbone = ['Res<|>Net', 'VGG']", "run.toml [«ResNet»]"),
        ("[axes]\nModel.FCN.backbone = ['ResNet', 'V<|>GG']", "models.py class «VGG»(Base):"),
        ("[axes]\nModel = ['Seg<|>Net']", "models.py class «SegNet»:"),
    ],
)
def test_definition(text: str, expected: str) -> None:
    check_definition(f"{RUN}{SWEEP}{text}", expected)


def test_definition_of_the_base() -> None:
    check_definition(f"{RUN}#- all.toml\n[sweep]\nbase = 'ru<|>n.toml'\n[axes]\nepochs = 1", "run.toml epochs = 10")


def test_references() -> None:
    sweep = (
        SWEEP
        + """
        [axes]
        «epochs» = [1, 2]
        Model.FCN.backbone = ["ResNet", "VGG"]
        [[exclude]]
        «epochs» = 1
        """.replace("\n        ", "\n")
    )
    run = RUN.replace("epochs =", "«epochs» =").replace('"epochs"', '"«epochs»"')
    check_references(run.replace("«epochs» =", "«epo<|>chs» =") + sweep)
    check_references(run + sweep.replace("«epochs» = [", "«epo<|>chs» = ["))
    table = RUN.replace("[ResNet]", "[«ResNet»]").replace('"ResNet"', '"«ResNet»"')
    check_references(f'{table}{SWEEP}[axes]\n«Res<|>Net».layers = 1\nModel.FCN.backbone = ["«ResNet»", "VGG"]')
    layers = RUN.replace("layers", "«layers»")
    check_references(f"{layers}{SWEEP}[axes]\n'ResNet.«lay<|>ers»' = 1\n#- other.toml\n[sweep]\nbase='x.toml'")


def test_rename_of_a_value() -> None:
    sweep = "[axes]\n{0} = [1, 2]\n[[exclude]]\n'{0}' = 1\n"
    check_rename(
        RUN.replace("epochs =", "epo<|>chs =") + SWEEP + sweep.format("epochs"),
        "rounds",
        RUN.replace("epochs", "rounds") + SWEEP + sweep.format("rounds"),
    )
    check_rename(
        RUN + SWEEP + sweep.replace("{0} =", "ep<|>ochs =", 1).format("epochs"),
        "rounds",
        RUN.replace("epochs", "rounds") + SWEEP + sweep.format("rounds"),
    )
    check_no_rename(f"{RUN}{SWEEP}[ax<|>es]\nepochs = 1", "x", "nothing to rename")
    after = renamed(f"{RUN}{SWEEP}[axes]\nResNet.lay<|>ers = 1", "blocks")[1]
    assert "ResNet.blocks = 1" in after["sweeps/all.toml"]
    assert "blocks = 5" in after["run.toml"]


def test_rename_of_a_class() -> None:
    sweep = """
        #- sweeps/all.toml
        [sweep]
        base = "../run.toml"
        [axes]
        {0}.layers = [1, 2]
        "{0}.norm" = "gn"
        Model.FCN.backbone = ["{0}", "VGG"]
        [[exclude]]
        Model.FCN.backbone = "{0}"
        [[exclude]]
        {0}.layers = 1
        """.replace("\n        ", "\n")
    python = MODELS.replace("class ResNet", "class Residual").replace('-> "ResNet"', '-> "Residual"')
    check_rename(
        RUN + sweep.format("ResNet").replace("[axes]\nResNet", "[axes]\nRes<|>Net"),
        "Residual",
        python + RUN.replace("ResNet", "Residual") + sweep.format("Residual"),
    )
    field = "[axes]\nModel = ['FCN', '{0}']\nepochs = 1"
    check_rename(
        RUN + SWEEP + field.format("Seg<|>Net"),
        "Seg",
        MODELS.replace("class SegNet", "class Seg") + RUN + SWEEP + field.format("Seg"),
    )


def test_files_that_move() -> None:
    text = RUN + SWEEP + "[axes]\nbase = ['../a.toml', '../b.toml']\n#- a.toml\nx = 1\n#- b.toml\nx = 2"
    moved = text.replace("../run.toml", "../run2.toml")
    check_moved(text, "run.toml", "run2.toml", moved)
    check_moved(text, "a.toml", "sweeps/a.toml", text.replace("'../a.toml'", "'a.toml'"))
    here = world(text)
    found = [link.target for link in document_links(here.snapshot, path_of("sweeps/all.toml"))]
    assert found == [path_of("run.toml"), path_of("a.toml"), path_of("b.toml")]
    assert orphans(here.snapshot, [path_of("b.toml")]) == (path_of("sweeps/all.toml"),)


def test_fixes() -> None:
    text = """
        #- fcn.toml
        epochs = 10
        [Model.FCN]
        @backbone = "ResNet"
        #- run.toml
        [sweep]
        base = "fcn.toml"
        minimise = "loss"
        [axes]
        epoch = [1, 2]
        "Model.FCN.clases" = 4
        Model.FCN.backbone = ["ResNett", "ResNet"]
        """.replace("\n        ", "\n")
    after = text.replace("mise", "mize").replace("epoch ", "epochs ").replace("clas", "class").replace("tt", "t")
    check_fix_all(text, after)
