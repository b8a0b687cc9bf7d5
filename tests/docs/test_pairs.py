"""Each config of the documentation that stands beside Python builds what that Python builds."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from docs_kit import DOCS, Pair, codes, pages, pairs, shape

from excore import config

PAIRS = [pair for page in pages() for pair in pairs(page)]


def test_there_are_pairs() -> None:
    assert len(PAIRS) > 15
    assert all(pair.configs and pair.python for pair in PAIRS)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_the_config_builds_what_the_python_builds(pair: Pair, folder: Path, zoo: ModuleType) -> None:
    for name, text in pair.configs:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    modules, info = config.build_all(config.load(pair.configs[0][0]))
    made = dict(vars(zoo))
    exec(pair.python, made)
    wanted = {name: made[name] for name in modules}
    assert modules
    assert shape(dict(modules)) == shape(wanted)
    assert info == {name: made[name] for name in info}


def test_the_first_example_builds_what_its_comment_says(folder: Path, zoo: ModuleType) -> None:
    blocks = codes((DOCS / "index.md").read_text("utf-8"))
    (folder / "configs").mkdir()
    (folder / blocks[0].title).write_text(blocks[0].text, "utf-8")
    made = dict(vars(zoo))
    exec(blocks[1].text, made)
    comment = blocks[1].text.rpartition("#")[2].strip()
    assert shape(made["modules"].Model) == shape(eval(comment, made))


def test_a_shared_object_is_not_taken_for_two(zoo: ModuleType) -> None:
    one, other = zoo.ResNet(50), zoo.ResNet(50)
    assert shape([one, other]) == shape([other, one])
    assert shape([one, one]) != shape([one, other])
    assert shape(zoo.ResNet(50)) == shape(zoo.ResNet(layers=50)) != shape(zoo.ResNet())
