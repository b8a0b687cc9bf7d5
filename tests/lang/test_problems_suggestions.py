"""The first suggestion is what was meant: one-edit typos of the example's own names."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from spec_kit import RUN, problems, snapshot

from excore.index import Indexer
from excore.lang.catalog import Catalog
from excore.lang.nearest import distance, nearest

QUICKSTART = Path(__file__).resolve().parents[2] / "examples" / "quickstart"
LETTERS = "abcdefghijklmnopqrstuvwxyz_"


@pytest.fixture(scope="module")
def quickstart() -> Catalog:
    return Indexer(QUICKSTART, src_dir="src", use_cache=False).build()


def typos(name: str, known: set[str], chance: random.Random) -> set[str]:
    """Names one typing error away: a letter left out, added, taken for another, or two that changed places."""
    found = set()
    for at in range(len(name)):
        letter = chance.choice(LETTERS)
        found.add(name[:at] + name[at + 1 :])
        found.add(name[:at] + letter + name[at:])
        found.add(name[:at] + letter + name[at + 1 :])
        found.add(name[:at] + name[at : at + 2][::-1] + name[at + 2 :])
    return {typo for typo in found if typo.isidentifier() and typo not in known}


def share_of_right(cases: list[tuple[str, str, tuple[str, ...]]]) -> float:
    right = [meant for meant, typo, candidates in cases if nearest(typo, candidates)[:1] == (meant,)]
    return len(right) / len(cases)


def test_classes(quickstart):
    chance, names = random.Random(1), tuple(quickstart.by_name)
    cases = [(name, typo, names) for name in names for typo in sorted(typos(name, set(names), chance))]
    assert len(cases) > 1000
    assert share_of_right(cases) >= 0.95


def test_classes_of_one_registry(quickstart):
    chance = random.Random(2)
    cases = [
        (name, typo, tuple(entries))
        for entries in quickstart.entries.values()
        for name in entries
        for typo in sorted(typos(name, set(entries), chance))
    ]
    assert share_of_right(cases) >= 0.95


def test_parameters(quickstart):
    chance = random.Random(3)
    cases = []
    for entry in quickstart:
        names = tuple(param.name for param in entry.signature.keywords)
        cases += [(name, typo, names) for name in names for typo in sorted(typos(name, set(names), chance))]
    assert len(cases) > 1000
    assert share_of_right(cases) >= 0.95


def test_in_diagnostics(quickstart):
    chance = random.Random(4)
    right = total = 0
    fields = ("*Model", "*Backbone", "Head", "*Data: TrainData, TestData")
    for name in quickstart.entries["Backbone"]:
        for typo in sorted(typos(name, set(quickstart.by_name), chance)):
            for text in (f"[Backbone.{typo}]\n", f'[Model.FCN]\n@backbone = "{typo}"\n'):
                found = snapshot({RUN: text}, known=quickstart, fields=fields).diagnostics(RUN)
                (item,) = [item for item in found if item.code == "unknown-class"]
                total += 1
                right += item.suggestions[:1] == (name,) and f"did you mean `{name}`?" in item.message
    assert right / total >= 0.95


@pytest.mark.parametrize(
    ("typed", "names", "best"),
    [
        ("lyaers", ("layers", "player"), "layers"),
        ("resnet", ("ResNet", "VGG"), "ResNet"),
        ("Res", ("ResNet", "Rex"), "Rex"),
        ("Conv", ("ConvHead", "Cone"), "Cone"),
        ("batch", ("batch_size", "steps"), "batch_size"),
        ("rl", ("lr", "momentum"), None),
        ("", ("a",), None),
        ("zzz", ("ResNet",), None),
    ],
)
def test_nearest(typed, names, best):
    assert (nearest(typed, names) or (None,))[0] == best


def test_nearest_takes_what_comes():
    for name in ("", "\0", "😀😀", "İ", "a" * 10_000):
        nearest(name, ("", "a", "ß", "İstanbul", "a" * 10_000))
    assert distance("", "abc") == 3
    assert distance("kitten", "sitting") == 3


def test_suggestions_of_every_kind():
    text = """
    size = 1
    [Backbone.ResNet]
    [Model.FCN]
    !backbone = "$Backbone::ResNt"
    &num_classes = "siez"
    !head = ["$Bakcbone", "SimpleHaed", "ResNet@WeightDecayHok"]
    """
    found = {item.code: item.suggestions[:1] for item in problems(text)}
    assert found == {
        "unknown-section": ("ResNet",),
        "unknown-variable": ("size",),
        "empty-field": ("Backbone",),
        "unknown-class": ("SimpleHead",),
        "unknown-hook": ("WeightDecayHook",),
    }
