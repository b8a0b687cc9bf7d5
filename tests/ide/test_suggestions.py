"""What people write is among the first that is offered, in a project of somebody who trains segmentation networks.

Each place of an unfinished config says what one would write there, judged before anything was computed: the text of its
line, and of what follows in the same acceptance (``%`` is a line end), begins with it. `` | `` separates answers that
are equally good.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from kit_changing import renamed, texts_after

import kit
from excore.lang.text import Span
from excore_server.ide.code_action.code_action import quick_fixes
from excore_server.ide.completion.complete import complete
from excore_server.ide.definition import definition
from excore_server.ide.references import references
from excore_server.ide.rename.python_names import RenameError

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


# -- other projects: detection, segmentation, GAN, texts, agents, diffusion, classification

OTHER_PROJECTS = dict(
    re.findall(r"=== (\w+)\n(.*?)(?=\n=== |\Z)", (HERE / "suggestions_other_projects.txt").read_text("utf-8"), re.S)
)
OTHER_PLACES = (HERE / "suggestions_other_places.txt").read_text("utf-8")
Place = tuple[str, list[str], str]


def other_places(kind: str) -> Iterator[Place]:
    """Places where something of one kind is asked for: the files, all that has to come of it, and a new name.

    ``@@ project kind what`` begins one, ``@@ project:bare kind what`` one in the project without its configs; below the
    unfinished file ``= `` and ``+ `` say what is wanted, ``> `` a name.
    """
    for block in re.split(r"^@@ ", OTHER_PLACES, flags=re.M)[1:]:
        head, *lines = block.rstrip("\n").split("\n")
        project, this, _ = head.split(" ", 2)
        marked = [line for line in lines if re.match(r"[=+>!] ?", line) and line[1:2] in ("", " ")]
        if this == kind:
            file = "\n".join(line for line in lines if line not in marked)
            new = next((line[2:] for line in marked if line[0] == ">"), "")
            files = OTHER_PROJECTS[project.removesuffix(":bare")]
            if project.endswith(":bare"):
                files = re.sub(r"#- (?!\.)\S+\.toml\n.*?(?=\n#- |\Z)", "", files, flags=re.S)
            yield f"{files}\n{file}", [line[2:] for line in marked if line[0] in "=+"], new


def rank_of(place: Place, texts: Iterable[str]) -> int:
    """The number of the first of the texts in which all that is wanted stands; 0 where there is none."""
    rank = next((number for number, text in enumerate(texts, 1) if all(part in text for part in place[1])), 0)
    print(f"{rank or '-':>3}  {next(line for line in place[0].splitlines() if kit.CURSOR in line):60}  {place[1]}")
    return rank


def test_in_other_projects_it_is_among_the_first() -> None:
    ranks = []
    for place in other_places("complete"):
        here, items = kit.answer(place[0])
        text = here.text(here.cursor[0])
        ranks.append(rank_of(place, (kit.applied(text, edits_of(item)) for item in items)))
    first, three = ranks.count(1), sum(0 < rank <= 3 for rank in ranks)
    print(f"first: {first} of {len(ranks)}, among the first three: {three}")
    assert len(ranks) == 152
    assert first >= 135
    assert three >= 148


def test_in_other_projects_definitions_fixes_names_and_uses_are_right() -> None:
    ranks = []
    for place in other_places("define"):
        here = kit.world(place[0])
        found = definition(here.snapshot, *here.cursor)
        ranks.append(rank_of(place, (re.sub(r":\d+ ", " ", kit.shown(here, jump.goal), count=1) for jump in found)))
    for place in other_places("fix"):
        here = kit.world(place[0])
        path, offset = here.cursor
        fixes = quick_fixes(here.snapshot, path, Span(offset, offset))
        changed = (texts_after(here.fixture.files, fix.change) for fix in fixes)
        ranks.append(rank_of(place, (files[os.path.relpath(path, kit.ROOT)] for files in changed)))
    for place in other_places("rename"):
        try:
            here, after = renamed(place[0], place[2])
            lines = [
                f"{name} {line}" for name in after for line in changed_lines(here.fixture.files[name], after[name])
            ]
        except RenameError:
            lines = []
        assert len(lines) == len(place[1])
        ranks.append(rank_of(place, ["\n".join(lines)]))
    for place in other_places("refs"):
        here = kit.world(place[0])
        goals = [kit.FileSpan(one.path, one.span, one.span) for one in references(here.snapshot, *here.cursor)]
        assert len(goals) == len(place[1])
        ranks.append(
            rank_of(place, [re.sub(r"(?m)(?<=\w):\d+ ", " ", "\n".join(kit.shown(here, goal) for goal in goals))])
        )
    assert ranks == [1] * 58


def changed_lines(before: str, after: str) -> list[str]:
    return [new.strip() for old, new in zip(before.split("\n"), after.split("\n"), strict=True) if old != new]


def edits_of(item: kit.Item) -> list[kit.Edit]:
    return sorted((*item.beside, kit.Edit(item.span.start, item.span.end, kit.unfold(item))))


# -- what is taken along


def taken(config: str, label: str) -> str:
    """The text of a new config once an item that changes something beside is taken."""
    here, items = kit.answer(f"{PROJECT}\n#- configs/new/new.toml\n{config}")
    item = next(item for item in items if item.label == label and item.beside)
    return kit.applied(here.text(here.cursor[0]), edits_of(item))


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
