"""Typing never changes what was typed: what is offered where something stands, and what accepting leaves."""

from __future__ import annotations

import pytest

from excore_server.ide.completion.complete import in_the_way
from kit import accepted, answer, check_completion, path_of, unfold, world

PARAMETERS = """
#- models.py
from typing import Callable, Literal, Optional
from excore import Registry
MODEL = Registry("Model")
OPTIMIZER = Registry("Optimizer")
@MODEL.register()
class Net:
    def __init__(self, depth: int = 16, momentum: float = 0.9, pretrained: bool = False, act: str = "relu",
                 norm: Literal["bn", "bn2", "gn"] = "bn2", steps: list = [8, 11],
                 size: Literal[1, 16] = 16, free=1): ...
    def parameters(self): ...
@OPTIMIZER.register()
class SGD:
    def __init__(self, params, lr: float = 0.01): ...
#- run.toml
[Model.Net]
"""
SOLVER = PARAMETERS + "[Optimizer.SGD]\n"

WHOLE = [
    "depth = 1", "depth = 16", "depth = -1", "depth = 0x1", "momentum = 0", "momentum = 0.9", "momentum = 1e-3",
    "momentum = inf", "pretrained = true", "pretrained = false", 'act = "relu"', "steps = [8]", "steps = [8, 11]",
    "steps = [1", "size = 1", "size = 16", "free = { a = 1 }", "free = 2024-01-01", "free = true", "depth = true",
]  # fmt: skip


@pytest.mark.parametrize("line", WHOLE)
def test_nothing_is_offered_for_a_whole_value(line: str) -> None:
    check_completion(f"{PARAMETERS}{line}<|>", "")


@pytest.mark.parametrize(
    "line", ["momentum = 0.", "depth = -", "momentum = 1e", "depth = 0x", "depth = 1_", "steps = ["]
)
def test_a_number_that_is_begun_is_no_default(line: str) -> None:
    check_completion(f"{PARAMETERS}{line}<|>", "")


@pytest.mark.parametrize("line", WHOLE)
def test_no_list_of_an_empty_value_has_what_is_then_typed(line: str) -> None:
    """An editor that filters the list of the empty value itself is left with nothing, too."""
    name, _, typed = line.partition(" = ")
    _, items = answer(f"{PARAMETERS}{name} = <|>")
    assert [item.label for item in items if item.filter.startswith(typed)] == []


@pytest.mark.parametrize(
    ("line", "labels"),
    [
        ("depth = <|>", "16"),
        ("depth =<|>", "16"),
        ("depth = <|>  # layers", "16"),
        ("momentum = <|>", "0.9"),
        ('act = "<|>"', "relu"),
        ("act = <|>", '"relu"'),
        ("pretrained = <|>", "true false"),
        ("size = <|>", "16 1"),
    ],
)
def test_defaults_are_offered_where_nothing_stands(line: str, labels: str) -> None:
    check_completion(PARAMETERS + line, labels)


@pytest.mark.parametrize("line", ['act = "r<|>"', 'act = "c<|>', "depth = 1<|>6", "act = r<|>"])
def test_defaults_are_gone_with_the_first_character(line: str) -> None:
    check_completion(PARAMETERS + line, "")


@pytest.mark.parametrize(
    ("line", "labels"),
    [
        ("pretrained = t<|>", "true"),
        ("pretrained = fals<|>", "false"),
        ("pretrained = e<|>", ""),
        ('norm = "b<|>"', "bn2 bn"),
        ('norm = "bn<|>"', "bn bn2"),
        ('norm = "n<|>"', ""),
        ("__no_call__ = t<|>", "true"),
        ("__no_call__ = true<|>", ""),
    ],
)
def test_only_continuations_of_what_stands_there(line: str, labels: str) -> None:
    check_completion(PARAMETERS + line, labels)


def test_in_front_of_a_whole_value_only_who_asks_is_answered() -> None:
    check_completion(f"{PARAMETERS}depth = <|>3", "16", accept=("16", "depth = 16"))
    assert opens_in_the_way(f"{PARAMETERS}depth = <|>3")
    assert not opens_in_the_way(f"{PARAMETERS}depth = <|>")
    check_completion(f"{PARAMETERS}depth =<|> 3", "")
    check_completion("[Model.FCN]\n!backbone =<|> 'VGG'", "")


def test_a_number_under_a_prefix_stands() -> None:
    check_completion("[Model.FCN]\n!backbone = 3<|>", "")


def test_an_indentation_asks_for_nothing() -> None:
    assert opens_in_the_way(f"{PARAMETERS}  <|>")
    assert not opens_in_the_way("Backbone.ResNet = { <|>}")


def opens_in_the_way(text: str) -> bool:
    here = world(text)
    return in_the_way(here.snapshot, *here.cursor)


# -- closers: «what is taken is closed, and the cursor stands where one types on»

CURSOR = "|"


def taken(text: str, label: str, **options: object) -> str:
    """The lines around the cursor after accepting; where the cursor is not at the end of what is inserted, ``|``."""
    here, items = answer(text, **options)
    item = next(item for item in items if item.label == label)
    path, _ = here.cursor
    before = here.text(path)
    insert = item.insert
    if item.snippet:
        first = "$1" if "$1" in insert else "$0"
        insert = insert.replace(first, CURSOR) if first in insert else insert + CURSOR
        insert = unfold(item._replace(insert=insert))
    else:
        insert += CURSOR
    return before[: item.span.start] + insert + before[item.span.end :]


@pytest.mark.parametrize("opened", ["[Backbone.Res<|>", "[Backbone.Res<|>]", "[ Backbone . Res<|> ]"])
def test_below_a_header_that_is_taken(opened: str) -> None:
    after = taken(opened, "ResNet").replace(" ", "")
    assert after == "[Backbone.ResNet]\n|"


@pytest.mark.parametrize("opened", ["[Backbone.VG<|>", "[Backbone.VG<|>]"])
def test_below_a_header_stand_the_arguments_that_must_be_given(opened: str) -> None:
    assert taken(opened, "VGG") == "[Backbone.VGG]\ndepth = 0|"


@pytest.mark.parametrize(
    "text", ["[Backbone.Res<|>\nlayers = 3\n", "[Backbone.Res<|>]\nlayers = 3\n", "[Backbone.Res<|>] # main"]
)
def test_behind_a_header_that_has_lines_or_a_comment(text: str) -> None:
    assert taken(text, "ResNet") == text.replace("]", "").replace("Res<|>", "ResNet]|")


@pytest.mark.parametrize("closer", ["", '"'])
@pytest.mark.parametrize(
    ("typed", "label", "after"),
    [
        ('!backbone = "VG', "VGG", '!backbone = "VGG|"'),
        ('!backbone = "$Ba', "Backbone", '!backbone = "$Backbone|"'),
        ('!backbone = "$Backbone::', "ResNet", '!backbone = "$Backbone::ResNet|"'),
        ('!backbone = "ResNet.fr', "freeze", '!backbone = "ResNet.freeze()|"'),
        ('&classes = "si', "size", '&classes = "size|"'),
    ],
)
def test_before_the_quotes_of_a_reference(closer: str, typed: str, label: str, after: str) -> None:
    text = f"size = 3\n[Backbone.ResNet]\n[Model.FCN]\n{typed}<|>{closer}"
    assert taken(text, label).split("\n")[3] == after


def test_before_the_quotes_of_what_cannot_be_the_value_by_itself() -> None:
    assert taken(f"{SOLVER}!params = <|>", "$Model").endswith('!params = "$Model|"')
    assert taken(f'{SOLVER}!params = "$Mo<|>', "Model").endswith('!params = "$Model|"')


def test_behind_the_quotes_that_completion_writes() -> None:
    assert taken("[Model.FCN]\n!backbone = <|>", "VGG").endswith('!backbone = "VGG"|')
    text = "[Backbone.ResNet]\n[Model.FCN]\n!backbone = <|>"
    assert taken(text, "$Backbone").endswith('!backbone = "$Backbone"|')


@pytest.mark.parametrize("closer", ["", '"', '"]'])
def test_behind_the_quotes_of_a_base(closer: str) -> None:
    text = f'#- run.toml\n__base__ = ["ne<|>{closer}\n#- near.toml\n[Model.FCN]'
    assert taken(text, "near.toml") == f'__base__ = ["near.toml"|{closer[1:]}'


@pytest.mark.parametrize("closer", ["", '"'])
def test_behind_the_quotes_of_a_choice(closer: str) -> None:
    assert taken(f'[Backbone.ResNet]\nnorm = "g<|>{closer}', "gn").endswith('norm = "gn"|')


def test_inside_the_string_behind_the_brace_of_an_environment_variable() -> None:
    for closer in ("", '"'):
        text = f'[Backbone.VGG]\n&depth = "${{HO<|>{closer}'
        assert taken(text, "HOME", environment=["HOME"]).endswith('&depth = "${HOME}|"')


@pytest.mark.parametrize("label", ["ResNet", "VGG"])
def test_what_is_taken_in_a_header_leaves_a_config_without_errors(label: str) -> None:
    here = accepted("[Backbone.<|>", label)
    assert [problem.message for problem in here.snapshot.diagnostics(path_of("run.toml"))] == []


# -- without snippets


@pytest.mark.parametrize(
    ("text", "label", "after"),
    [
        ("[Backbone.<|>]", "VGG", "[Backbone.VGG]"),
        ("[Backbone.<|>", "VGG", "[Backbone.VGG]"),
        ("[Backbone.<|>", "ResNet", "[Backbone.ResNet]"),
        ("[Backbone.VGG]\n<|>", "depth", "depth = "),
        ("[Backbone.VGG]\n<|>", "channels", "channels = "),
        ("[Model.FCN]\n<|>", "!backbone", "!backbone = "),
        ('[Model.FCN]\n"!ba<|>"', "!backbone", '"!backbone" = '),
        ("<|>", "__base__", "__base__ = "),
        ("[Model.FCN]\n!backbone = <|>", "VGG", '!backbone = "VGG"'),
        ('[Model.FCN]\n!backbone = "VG<|>', "VGG", '!backbone = "VGG'),
        ('[Backbone.ResNet]\nnorm = "g<|>', "gn", 'norm = "gn"'),
    ],
)
def test_one_line_without_invented_values(text: str, label: str, after: str) -> None:
    check_completion(text, accept=(label, after), snippets=False)


@pytest.mark.parametrize("text", ["[<|>", "[Model.<|>", "[Model.FCN]\n<|>", "[Backbone.ResNet]\n<|>", "<|>"])
def test_no_list_has_more_than_one_line_without_snippets(text: str) -> None:
    _, items = answer(text, snippets=False)
    assert items
    assert [item.insert for item in items if "\n" in item.insert or item.snippet] == []


def test_what_has_blanks_is_inserted_in_full_by_clients_that_stop_at_the_first() -> None:
    _, items = answer(f"{PARAMETERS}steps = <|>")
    assert [(item.label, item.snippet, unfold(item)) for item in items] == [("[8, 11]", True, "[8, 11]")]
