"""The server reports an error exactly where loading and building a config raises one (SYN to BASE)."""

from __future__ import annotations

from pathlib import Path

import pytest
from parity_kit import read, run, write

VALID = {
    "HDR-1 sole module": "[Backbone.ResNet]\nlayers = 3",
    "HDR-1 function": "[Model.make_net]\ndepth = 3",
    "HDR-2 several": "[Backbone.ResNet]\n[Backbone.VGG]\ndepth = 1",
    "HDR-5 top-level table": '[Model.FCN]\n!backbone = "VGG"\n[VGG]\ndepth = 3',
    "HDR-6 registry": '[Model.FCN]\n!backbone = "ResNet"\n!head = "SimpleHead"\n[Head.SimpleHead]\na = 1',
    "HDR-7 scratchpad": '[Model.FCN]\n!backbone = "$S"\n[S]\nq = 1\n[S.VGG]\ndepth = 1',
    "ISO-1 isolated": 'a = 1\nb = [1, "x", {c = 2}]\n[t]\n[t.u]\nv = 1\n[[w]]\nz = 1',
    "VAL-2 list": '[TrainData.City]\n!transforms = ["Pad", "Flip", "Pad"]',
    "VAL-5 dict": '[Model.FCN]\n!backbone = {a = "ResNet", b = ["Pad"]}',
    "REF-2 top-level wins": '[Model.FCN]\n!backbone = "VGG"\n[VGG]\ndepth = 2\n[Backbone.VGG]\ndepth = 1',
    "REF-6 member": '[Model.FCN]\n!backbone = "$Backbone::VGG"\n[Backbone.VGG]\ndepth = 1\n[Backbone.ResNet]',
    "REF-7 every": '[TrainData.City]\n!transforms = ["Flip", "$S::*"]\n[S.Pad]\n[S.Flip]',
    "VAR-1 variable": 'n = 3\n[TrainData.City]\n&size = "n"',
    "VAR-6 substitution": 'tf = ["Pad", "Flip"]\n[TrainData.City]\n!transforms = "&tf"',
    "ATTR-1 path": '[Model.FCN]\n@backbone = "ResNet"\n[Optimizer.SGD]\n@params = "$Model.parameters()"',
    "ATTR-2 class path": '[Model.FCN]\n$backbone = "ResNet.from_pretrained()"\n$head = "ResNet.width"',
    "MOD-1 module": '[Model.FCN]\n$backbone = "math.pi"\n!head = "math.sqrt(4.0)"',
    "NODE-1 shared": '[Model.FCN]\n@backbone = "ResNet"\n[Model.SegNet]\n@backbone = "ResNet"\n[Backbone.ResNet]',
    "NODE-5 class beside shared": '[Model.FCN]\n@backbone = "ResNet"\n$head = "ResNet"',
    "NODE-6 class only": '[Model.FCN]\n$backbone = "VGG"\n[Backbone.VGG]',
    "NOCALL-1": "[Backbone.VGG]\n__no_call__ = true",
    "NOCALL-2 arguments are for later": '[Model.FCN]\n__no_call__ = true\nnope = 1\n!head = "$S"\n[S.VGG]',
    "NODE-6 its own class": '[Model.FCN]\n$backbone = "FCN"',
    "NODE-6 hook used as class, too": '[Model.FCN]\n$backbone = "Count"\n[ExcoreHook.Count]',
    "AHOOK-1 class of a hook": '[Model.FCN]\n$backbone = "Twice"\n!head = "ResNet@Twice"',
    "AHOOK-1 implicit": '[Model.FCN]\n!backbone = "ResNet@Twice"',
    "AHOOK-5 table used twice": '[Model.SegNet]\n!backbone = "ResNet@$S"\n!other = "Pad@Twice"\n[S.Twice]\ntimes = 3',
    "CHOOK-1": "[ExcoreHook.Count]\n[Backbone.ResNet]",
    "BASE-2": '__base__ = "base.toml"\n[Backbone.VGG]\ndepth = 2\n#- base.toml\n[Backbone.VGG]\ndepth = 1',
    "BASE-6 later spelling": '__base__ = ["b.toml"]\n[Model.FCN]\n!backbone = "ResNet"\n'
    '#- b.toml\n[Model.FCN]\n@backbone = "ResNet"\n[Model.SegNet]\n!backbone = "ResNet"',
    "unused tables": '[Backbone.ResNet]\n[Head.SimpleHead]\n!a = "Nope"\n[Pad]\nnope = 1',
}

BROKEN = {
    "SYN-8 syntax": ("[Backbone.ResNet]\nlayers = ", ["syntax run.toml:2"]),
    "SYN-8 duplicate key": ("[Backbone.ResNet]\nlayers = 1\nlayers = 2", ["duplicate-key run.toml:3"]),
    "SYN-8 duplicate argument": (
        '[Model.FCN]\nbackbone = 1\n!backbone = "ResNet"',
        ["duplicate-argument run.toml:3"],
    ),
    "HDR-3 no table": ("Backbone = 1", ["invalid-header run.toml:1"]),
    "HDR-3 unknown": ("[Backbone.RestNet]", ["unknown-class run.toml:1"]),
    "HDR-3 mapped registry": ("[TrainData.ResNet]", ["unknown-class run.toml:1"]),
    "HDR-9 module arguments": ("[Model.FCN]\n!backbone='math'\n[math]\na = 1", ["module-arguments run.toml:4"]),
    "VAL-6 number": ("[Model.FCN]\n!backbone = 3", ["invalid-reference run.toml:2"]),
    "VAL-6 empty": ('[Model.FCN]\n!backbone = ""', ["invalid-reference run.toml:2"]),
    "REF-1 unknown": ('[Model.FCN]\n!backbone = "Nope"', ["unknown-class run.toml:2"]),
    "REF-1 implicit without arguments": ('[Model.FCN]\n!backbone = "VGG"', ["missing-parameter run.toml:2"]),
    "REF-3 ambiguous": (
        '[Model.FCN]\n!backbone = "Pad"\n[S.Pad]\n[T.Pad]',
        ["ambiguous-reference run.toml:2"],
    ),
    "REF-4 reserved": ('[Model.FCN]\n!backbone = "Backbone"', ["reserved-name run.toml:2"]),
    "REF-5 none": ('[Model.FCN]\n!backbone = "$Backbone"', ["empty-field run.toml:2"]),
    "REF-5 several": (
        '[Model.FCN]\n!backbone = "$S"\n[S.Pad]\n[S.Flip]',
        ["ambiguous-reference run.toml:2"],
    ),
    "REF-6 no such member": (
        '[Model.FCN]\n!backbone = "$Backbone::VGG"\n[Backbone.ResNet]',
        ["unknown-section run.toml:2"],
    ),
    "REF-6 no dollar": (
        '[Model.FCN]\n!backbone = "Backbone::ResNet"\n[Backbone.ResNet]',
        ["invalid-reference run.toml:2"],
    ),
    "REF-9 cycle": (
        '[Model.FCN]\n!backbone = "SegNet"\n[Model.SegNet]\n!backbone = "FCN"',
        ["reference-cycle run.toml:4"],
    ),
    "VAR-1 unknown": ('n = 1\n[TrainData.City]\n&size = "m"', ["unknown-variable run.toml:3"]),
    "VAR-4 field": ('[TrainData.City]\n&size = "Model"', ["reserved-name run.toml:2"]),
    "VAR-7 environment": ('[TrainData.City]\n&path = "${EXC_UNSET}/a.b"', ["unset-environment run.toml:2"]),
    "ATTR-3 instance": ('[Model.FCN]\n!backbone = "ResNet.depth"', ["unknown-attribute run.toml:2"]),
    "ATTR-4 no literal": ('[Model.FCN]\n!backbone = "ResNet.f(a + 1)"', ["invalid-path run.toml:2"]),
    "NODE-4 conflict": (
        '[Model.FCN]\n!backbone = "ResNet"\n[Model.SegNet]\n@backbone = "ResNet"',
        ["reuse-conflict run.toml:4"],
    ),
    "NOCALL-4 no boolean": ("[Backbone.ResNet]\n__no_call__ = 1", ["invalid-no-call run.toml:2"]),
    "NOCALL-4 attribute": (
        '[Model.FCN]\n!backbone = "ResNet.layers"\n[ResNet]\n__no_call__ = true',
        ["invalid-no-call run.toml:2"],
    ),
    "VALID-1 missing": (
        "[Backbone.VGG]\n[Optimizer.SGD]\n",
        ["missing-parameter run.toml:1", "missing-parameter run.toml:2"],
    ),
    "VALID-2 unknown": ("[Backbone.ResNet]\nlayer = 1", ["unknown-parameter run.toml:2"]),
    "VALID-2 under prefix": (
        '[Model.FCN]\n!backbone = "ResNet"\n!neck = "Pad"',
        ["unknown-parameter run.toml:3"],
    ),
    "AHOOK-6 unknown hook": ('[Model.FCN]\n!backbone = "ResNet@Twise"', ["unknown-hook run.toml:2"]),
    "AHOOK-6 no hook": ('[Model.FCN]\n!backbone = "ResNet@Pad"', ["invalid-hook run.toml:2"]),
    "NODE-6 what uses its own class is built": (
        '[Model.FCN]\n!backbone = "VGG"\n$head = "FCN"\n[VGG]',
        ["missing-parameter run.toml:4"],
    ),
    "NODE-6 classes of each other": (
        '[Model.FCN]\n$backbone = "SegNet"\n[Model.SegNet]\n$other = "FCN"\n!backbone = "VGG"\n[VGG]',
        ["missing-parameter run.toml:6"],
    ),
    "CHOOK-1 node is nothing to it": ("[ExcoreHook.Count]\nnode = 1", ["unknown-parameter run.toml:2"]),
    "AHOOK-6 hook alone": ('[Model.FCN]\n!backbone = "Twice"', ["invalid-hook run.toml:2"]),
    "AHOOK-6 hook used as class, too": (
        '[Model.FCN]\n$backbone = "$S"\n!head = "ResNet@$S"\n[S.Twice]\n!times = "Nope"',
        ["unknown-class run.toml:5"],
    ),
    "AHOOK-6 missing argument": (
        '[Model.FCN]\n!backbone = "ResNet@Needy"\n[Needy]',
        ["missing-parameter run.toml:3"],
    ),
    "AHOOK-2 several": ('[Model.FCN]\n!backbone = "ResNet@$S::*"\n[S.Twice]', ["invalid-hook run.toml:2"]),
    "CHOOK-3 unregistered": ("[ExcoreHook.Nope]", ["unknown-class run.toml:1"]),
    "BASE-1 type": ("__base__ = 3", ["invalid-base run.toml:1"]),
    "BASE-7 missing": ('__base__ = "no.toml"', ["missing-base run.toml:1"]),
    "BASE-8 cycle": ('__base__ = "b.toml"\n#- b.toml\n__base__ = "run.toml"', ["circular-base b.toml:1"]),
    "problem in a base": (
        '__base__ = "b.toml"\n[Backbone.ResNet]\n#- b.toml\na = 1\n[Model.FCN]\n!backbone = "Nope"',
        ["unknown-class b.toml:3"],
    ),
    "several at once": (
        '[Model.FCN]\n!backbone = "Nope"\n&classes = "none"\n[Backbone.Nix]',
        ["unknown-class run.toml:2", "unknown-class run.toml:4", "unknown-variable run.toml:3"],
    ),
}


@pytest.mark.parametrize("text", VALID.values(), ids=VALID)
def test_valid_for_both(text: str, tmp_path: Path) -> None:
    write(tmp_path, text)
    assert read(tmp_path).problems == []
    verdict = run(tmp_path)
    assert verdict.error is None, verdict.error


@pytest.mark.parametrize(("text", "problems"), BROKEN.values(), ids=BROKEN)
def test_broken_for_both(text: str, problems: list[str], tmp_path: Path) -> None:
    write(tmp_path, text)
    verdict = run(tmp_path)
    assert verdict.error is not None
    assert (read(tmp_path).problems, verdict.problems) == (problems, problems), verdict.error
    for problem in problems:
        code, _, place = problem.partition(" ")
        assert f"error[{code}]" in str(verdict.error)
        assert place in str(verdict.error)
