"""What people write is among the first that is offered, in a project of somebody who trains segmentation networks.

Each place of an unfinished config says what one would write there, judged before anything was computed: the text of its
line, and of what follows in the same acceptance (``%`` is a line end), begins with it. `` | `` separates answers that
are equally good.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import kit
from excore_server.ide.completion.complete import complete

HERE = Path(__file__).parent
PROJECT = (HERE / "suggestions_project.txt").read_text(encoding="utf-8")
PLACES = (HERE / "suggestions_places.txt").read_text(encoding="utf-8")
FIRST, AMONG_THREE = 40, 54


def places() -> Iterator[tuple[str, list[str]]]:
    """Each unfinished file, and what would be written in it."""
    for text in re.split(r"\n(?=#- )", PLACES.strip("\n")):
        file, _, wanted = text.partition("\n=> ")
        yield file, wanted.replace("%", "\n").split(" | ")


def after(here: kit.World, item: kit.Item) -> str:
    """The text from the line of the cursor on, once ``item`` is taken and its stops are left as they are."""
    path, _ = here.cursor
    text = here.text(path)
    start = text.rfind("\n", 0, item.span.start) + 1
    return text[start : item.span.start] + kit.unfold(item) + text[item.span.end :]


def is_wanted(text: str, wanted: list[str]) -> bool:
    return any(re.match(re.escape(one) + (r"\b" if one[-1].isalnum() else ""), text) for one in wanted)


def test_what_one_would_write_is_offered_first() -> None:
    ranks = []
    for file, wanted in places():
        here, items = kit.answer(f"{PROJECT}\n{file}")
        rank = next((number for number, item in enumerate(items, 1) if is_wanted(after(here, item), wanted)), 0)
        ranks.append(rank)
        offered = ", ".join(item.label for item in items[:3])
        line = next(line for line in file.splitlines() if kit.CURSOR in line)
        print(f"{rank or '-':>3}  {line:60}  {' | '.join(wanted)!r}  ({offered})")
    first, three = ranks.count(1), sum(0 < rank <= 3 for rank in ranks)
    print(f"first: {first} of {len(ranks)}, among the first three: {three}")
    assert len(ranks) == 60
    assert first >= FIRST
    assert three >= AMONG_THREE


def taken(config: str, label: str) -> str:
    """The text of a new config once an item that changes something beside is taken."""
    here, items = kit.answer(f"{PROJECT}\n#- configs/new/new.toml\n{config}")
    item = next(item for item in items if item.label == label and item.beside)
    path, _ = here.cursor
    edits = (*item.beside, kit.Edit(item.span.start, item.span.end, kit.unfold(item)))
    return kit.applied(here.text(path), sorted(edits))


def test_what_stands_in_another_file_brings_the_base_along() -> None:
    backbone = '[Extra.DepthNet]\n@backbone = "'
    base = '__base__ = ["../_base_/models/fcn_r50.toml"]\n\n'
    assert taken(f'{backbone}Res<|>"', "ResNet") == f'{base}{backbone}ResNet"'
    assert taken(f'{backbone}$Back<|>"', "Backbone") == f'{base}{backbone}$Backbone"'
    _here, items = kit.answer(f'{PROJECT}\n#- configs/new/new.toml\n[Model.DepthNet]\n@backbone = "Res<|>"')
    assert not any(item.beside for item in items)  # the file has another model
    text = '__base__ = ["../_base_/models/fcn_r50.toml"]\n\n[LRSche.PolyLR]\n&total_steps = "'
    wanted = text.replace("]", ', "../_base_/runtime.toml"]', 1)
    assert taken(f'{text}<|>"', "max_iters") == f'{wanted}max_iters"'


def test_a_class_that_needs_arguments_can_bring_its_table() -> None:
    model = '[Model.Segmentor]\n!decode_head = "'
    rest = '"\nalign_corners = true\n'
    table = '[FCNHead]\n&num_classes = "num_classes"\n'  # as other configs write it, and nothing invented
    assert taken(f"{model}FCN<|>{rest}", "FCNHead + [FCNHead]") == f"{model}FCNHead{rest}\n{table}"

    def offered(config: str) -> list[str]:
        _, items = kit.answer(f"{PROJECT}\n#- configs/new/new.toml\n{config}")
        return [item.label for item in items if " + " in item.label]

    assert not offered(f'{model}FCN<|>"')  # the cursor is where the table would be written
    assert not offered(f'{model}FCN<|>"\n\n[FCNHead]\nin_channels = 1\n')
    assert not offered('[Model.Segmentor]\n!backbone = "Mobil<|>"\n')  # needs none


def test_what_is_usual_follows_what_the_configs_write() -> None:
    text = "#- run.toml\n[Model.SegN|]\n#- other.toml\n[Model.FCN]\n@backbone = 'ResNet'\n[Backbone.ResNet]\n"
    here = kit.world(text.replace("|", kit.CURSOR))
    other = kit.path_of("other.toml")

    def skeleton() -> str:
        (item,) = complete(here.snapshot, *here.cursor).items
        return kit.unfold(item)

    assert "@backbone = 'ResNet'" in skeleton()
    assert skeleton() == skeleton()
    start = here.text(other).index("@backbone")
    here.host.edit(other, start, start + 1, "!")
    assert "!backbone = 'ResNet'" in skeleton()
    here.host.close(other)
