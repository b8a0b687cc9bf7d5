"""A sweep file says which runs there are; each is judged, and what is wrong stands in the file (SWEEP-1 to SWEEP-4)."""

from __future__ import annotations

import pytest

from excore.lang.sweep import Sweep
from kit import check_completion, check_problems, path_of, world

RUN = """
#- run.toml
epochs = 10
[Model.FCN]
@backbone = "ResNet"
classes = 3
[ResNet]
layers = 5
#- deep/resnet.toml
[Backbone.VGG]
depth = 3
#- sweeps/all.toml
"""


def sweep(text: str) -> Sweep:
    found = world(f'{RUN}[sweep]\nbase = "../run.toml"\n{text}').snapshot.sweep(path_of("sweeps/all.toml"))
    assert found is not None
    assert not found.problems, found.problems
    return found


def runs(text: str) -> list[tuple[str, ...]]:
    return [run.overrides for run in sweep(text).runs()]


def test_sweep_2_lists_values_and_headers() -> None:
    assert runs('[axes]\nepochs = [1, 2]\n"+note" = "a b"\n[axes.ResNet]\nnorm = ["bn", "gn"]') == [
        ("epochs=1", '+note="a b"', 'ResNet.norm="bn"'),
        ("epochs=1", '+note="a b"', 'ResNet.norm="gn"'),
        ("epochs=2", '+note="a b"', 'ResNet.norm="bn"'),
        ("epochs=2", '+note="a b"', 'ResNet.norm="gn"'),
    ]


@pytest.mark.parametrize(
    ("axis", "values"),
    [
        ("{ from = 1, to = 6, step = 2 }", [1, 3, 5]),
        ("{ from = 0.1, to = 0.3, step = 0.1 }", [0.1, 0.2, 0.3]),
        ("{ from = 0, to = 1, count = 3 }", [0, 1]),
        ("{ from = 0.0, to = 1, count = 3 }", [0.0, 0.5, 1.0]),
        ("{ from = 1e-4, to = 1e-1, count = 4, log = true }", [1e-4, 1e-3, 1e-2, 1e-1]),
        ("{ from = 1, to = 100, count = 3, log = true }", [1, 10, 100]),
        ("[[1, 2], [\n  3, # three\n]]", [[1, 2], [3]]),
    ],
)
def test_sweep_3_ranges(axis: str, values: list[object]) -> None:
    (found,) = sweep(f"[axes]\nepochs = {axis}").axes
    assert [choice.value for choice in found.choices] == values


def test_sweep_4_combinations_that_are_left_out() -> None:
    text = """
        [axes]
        epochs = [1, 2, 3]
        Model.FCN.classes = [3, 4]
        [[exclude]]
        epochs = { from = 2 }
        Model.FCN.classes = [4]
        [[exclude]]
        epochs = 1
    """
    assert runs(text) == [("epochs=2", "Model.FCN.classes=3"), ("epochs=3", "Model.FCN.classes=3")]


def test_sweep_1_every_run_is_judged() -> None:
    check_problems(
        RUN
        + """
        [sweep]
        base = "../run.toml"
        minimze = "loss"
        #^^^^^^ error invalid-sweep

        [axes]
        epoch = [1, 2]
        #^^^^ error unknown-key
        Model.FCN.clases = 4
        #         ^^^^^^ error unknown-parameter
        Model.FCN.backbone = ["ResNet", "ResNett"]
        #                                ^^^^^^^ error unknown-class
        ResNet.norm = ["bn", "xn"]
        #                    ^^^^ warning wrong-type
        base = ["../deep/resnet.toml", "../deep/vgg.toml"]
        #                              ^^^^^^^^^^^^^^^^^^ error missing-base
        ResNet.layers = { from = 1, to = 4 }
        #      ^^^^^^ error invalid-sweep

        [[exclude]]
        epochs = 1
        #^^^^^ error invalid-sweep
        """.replace("\n        ", "\n")
        .replace("#^^^^^^ error invalid-sweep\n\n", "^^^^^^^ error invalid-sweep\n\n", 1)
        .replace("#^^^^ error unknown-key", "^^^^^ error unknown-key")
        .replace("#^^^^^ error invalid-sweep", "^^^^^^ error invalid-sweep")
    )


def test_sweep_1_what_only_a_combination_does_stands_where_it_comes_from() -> None:
    here = world(
        RUN.replace("classes = 3", "") + '[sweep]\nbase = "../run.toml"\n[axes]\nModel.FCN.backbone = ["VGG"]\n'
    )
    (one,) = here.snapshot.diagnostics(path_of("sweeps/all.toml"))
    assert (one.code, one.severity) == ("missing-parameter", "error")


def test_sweep_1_other_files_are_no_sweeps() -> None:
    check_problems(
        """
        #- other.toml
        [sweep]
        speed = 3
        [tool]
        a = 1
        #- run.toml
        __base__ = ["base.toml"]
        [sweep]
        base = "x"
        #- base.toml
        [Model.FCN]
        @backbone = "ResNet"
        """
    )


@pytest.mark.parametrize(
    ("text", "has", "lacks"),
    [
        ("[<|>", "axes search exclude", "epochs"),
        ("maximize = 'a'\nm<|>", "minimize", "maximize"),
        ("[axes]\n<|>", "epochs Model base", ""),
        ("[axes]\nModel.FCN.<|>", "classes backbone head", "epochs"),
        ("[axes.ResNet]\n<|>", "layers norm", "epochs"),
        ('[axes]\nResNet.norm = ["bn", "<|>', "gn", ""),
        ("[axes]\nModel = [<|>", "FCN SegNet", ""),
        ('[axes]\nbase = ["<|>', "../deep/resnet.toml", "all.toml"),
        ("[axes]\nepochs = { <|>", "from to step count log", ""),
        ("[axes]\nepochs = 1\n[[exclude]]\n<|>", "epochs", ""),
        ('[search]\nsampler = "<|>', "TPESampler", ""),
        ("[axes]\nepochs = 1 # <|>", "", "epochs"),
    ],
)
def test_completion(text: str, has: str, lacks: str) -> None:
    check_completion(f'{RUN}[sweep]\nbase = "../run.toml"\n{text}', has=has, lacks=lacks)
