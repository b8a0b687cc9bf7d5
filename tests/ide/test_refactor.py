"""Refactors: the effective config is what it was."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from kit_changing import check_refactor, check_refactors

from excore.lang.tables.table import plain
from excore.lang.text import Span
from excore.lang.workspace.host import Host
from excore_server.ide.refactor.refactor import refactors
from excore_server.ide.refactor.trial import Trial
from kit import examples, open_project

# -- variables


def test_a_value_becomes_a_variable() -> None:
    check_refactor(
        """
        __base__ = []
        size = 1 # one

        [Model.FCN]
        !backbone = "ResNet"
        classes = 2<|>1 # many
        head = "x"
        """,
        "Make it the variable `classes`",
        """
        __base__ = []
        size = 1 # one
        classes = 21

        [Model.FCN]
        !backbone = "ResNet"
        &classes = "classes" # many
        head = "x"
        """,
        same_tables=False,
    )


def test_a_variable_gets_a_name_that_is_free_and_quotes_as_others_have() -> None:
    check_refactor(
        """
        head = 1
        [Model.FCN]
        "!backbone" = "ResNet"
        he<|>ad = [
          1, # one
        ]
        """,
        "Make it the variable `fcn_head`",
        """
        head = 1
        fcn_head = [
          1, # one
        ]
        [Model.FCN]
        "!backbone" = "ResNet"
        "&head" = "fcn_head"
        """,
        same_tables=False,
    )


def test_what_is_no_plain_argument_becomes_no_variable() -> None:
    check_refactors('[Model.FCN]\n!backbone = "ResNet"\n&classes = "c<|>"\n')
    check_refactors("a = 1<|>\n\n")
    check_refactors("[Backbone.ResNet]\nlayers.a = 1<|>\n\n")


# -- tables


def test_an_implicit_module_gets_its_table() -> None:
    check_refactor(
        """
        [Model.FCN]
        !backbone = "Res<|>Net"
        """,
        "Write the table `[ResNet]`",
        """
        [Model.FCN]
        !backbone = "ResNet"

        [ResNet]
        """,
        same_tables=False,
    )
    check_refactors('[Model.FCN]\n!backbone = "Res<|>Net"\n[Backbone.ResNet]\n')


def test_defaults_are_written_out() -> None:
    check_refactor(
        """
        [Backbone.Res<|>Net]
        norm = "gn" # group
        """,
        "Write out the defaults of `ResNet`",
        """
        [Backbone.ResNet]
        norm = "gn" # group
        layers = 50
        frozen = false
        """,
        same_tables=False,
    )


# -- quotes


def test_quotes() -> None:
    bare = """
        [Model.FCN]
        !back<|>bone.x = "ResNet" # !not
        [Model.FCN.@head]
        x = { !y = 1 }
        """
    one = '[Model.FCN]\n"!backbone".x = "ResNet" # !not\n[Model.FCN.@head]\nx = { !y = 1 }\n'
    every = '[Model.FCN]\n"!backbone".x = "ResNet" # !not\n[Model.FCN."@head"]\nx = { "!y" = 1 }\n'
    check_refactor(bare, "Put `!backbone` in quotes", one)
    check_refactor(bare, "Put all prefixed keys in quotes", every)
    back = every.replace("!back", "!back<|>")
    check_refactor(
        back,
        "Write all prefixed keys without quotes",
        every.replace('"!y"', "!y").replace('"@head"', "@head").replace('"!backbone"', "!backbone"),
    )
    check_refactor(back, "Write `!backbone` without quotes", every.replace('"!backbone"', "!backbone"))


def test_quotes_that_are_needed_stay() -> None:
    check_refactors('[Model.FCN]\n"!a<|> b" = 1\n')


# -- bases


def test_tables_move_to_a_new_base() -> None:
    check_refactor(
        """
        #- old.toml
        [Backbone.ResNet]
        layers = 1
        #- run.toml
        __base__ = "old.toml"
        size = 1

        # about the model
        «[Model.FCN] # m
        !backbone = "ResNet"

        # about the backbone
        [Backbone.ResNet]»
        layers = 2

        # about the head
        [Head.SimpleHead]
        """,
        "Move 2 items to the new base `run_base.toml`",
        """
        #- run_base.toml
        # about the model
        [Model.FCN] # m
        !backbone = "ResNet"

        # about the backbone
        [Backbone.ResNet]
        layers = 2
        #- run.toml
        __base__ = ["old.toml", "run_base.toml"]
        size = 1

        # about the head
        [Head.SimpleHead]
        """,
    )


def test_one_table_moves_to_a_new_base() -> None:
    check_refactor(
        """
        #- run_base.toml
        x = 1
        #- run.toml
        [Model.FC<|>N]
        !backbone = "ResNet"
        [Head.SimpleHead]
        """,
        "Move `[Model.FCN]` to the new base `run_base2.toml`",
        """
        #- run_base2.toml
        [Model.FCN]
        !backbone = "ResNet"
        #- run.toml
        __base__ = ["run_base2.toml"]

        [Head.SimpleHead]
        """,
    )


def test_values_move_to_a_new_base() -> None:
    check_refactor(
        """
        __base__ = []
        «a = 1 # one
        b = [
          2,
        ]»
        c = 3
        """,
        "Move 2 items to the new base `run_base.toml`",
        """
        #- run_base.toml
        a = 1 # one
        b = [
          2,
        ]
        #- run.toml
        __base__ = ["run_base.toml"]
        c = 3
        """,
    )


def test_a_move_that_would_change_a_config_is_not_offered() -> None:
    """The first table of an array cannot leave the others."""
    check_refactors(
        "[[Bag<|>]]\na = 1\n[Model.FCN]\n!backbone = 'ResNet'\n[Bag.b]\n",
    )


def test_a_base_is_written_into_the_file() -> None:
    check_refactor(
        """
        #- deep/first.toml
        size = 1
        #- deep/base.toml
        __base__ = "first.toml"
        other = 2 # two
        x = 1
        [Model.FCN]
        !backbone = "ResNet"
        classes = 3 # three
        # a backbone
        [Backbone.ResNet]
        layers = 1

        [Head.SimpleHead]
        #- run.toml
        __base__ = ["deep/ba<|>se.toml"]
        x = 3

        [Model.FCN] # mine
        @backbone = "ResNet"

        [Head.SimpleHead]
        in_channels = 1
        """,
        "Write what `deep/base.toml` says into this file",
        """
        #- run.toml
        __base__ = ["deep/first.toml"]
        x = 3
        other = 2 # two

        [Model.FCN] # mine
        @backbone = "ResNet"
        classes = 3 # three

        [Head.SimpleHead]
        in_channels = 1

        [Backbone.ResNet]
        layers = 1
        """,
    )


def test_the_only_base_is_written_into_the_file() -> None:
    check_refactor(
        """
        #- base.toml
        size = 1
        [Backbone.ResNet]
        layers = 1
        #- run.toml
        __base__ = "ba<|>se.toml"

        [Model.FCN]
        !backbone = "ResNet"
        """,
        "Write what `base.toml` says into this file",
        """
        #- run.toml
        size = 1

        [Model.FCN]
        !backbone = "ResNet"

        [Backbone.ResNet]
        layers = 1
        """,
    )


def test_a_file_that_was_nothing_but_its_base() -> None:
    check_refactor(
        """
        #- base.toml
        [Backbone.ResNet]
        layers = 1
        #- run.toml
        __base__ = "ba<|>se.toml" # all of it
        # end
        """,
        "Write what `base.toml` says into this file",
        """
        #- run.toml
        # end
        [Backbone.ResNet]
        layers = 1
        """,
    )


def test_a_base_that_a_later_one_overrides_stays() -> None:
    check_refactors(
        """
        #- one.toml
        size = 1
        #- two.toml
        size = 2
        #- run.toml
        __base__ = ["on<|>e.toml", "two.toml"]
        """
    )


# -- properties


@pytest.fixture(scope="module")
def quickstart() -> Host:
    return open_project(Path(__file__).resolve().parents[2] / "examples" / "quickstart", "src")


@pytest.mark.parametrize("path", [p for p in examples() if "configs" in p.parts], ids=lambda p: p.name)
def test_what_is_offered_in_the_examples_keeps_what_they_load(quickstart: Host, path: Path) -> None:
    snapshot = quickstart.snapshot()
    file = snapshot.file(str(path))
    assert file is not None
    chance = random.Random(path.name)
    seen: set[str] = set()
    for offset in chance.sample(range(len(file.text)), min(40, len(file.text))):
        end = min(len(file.text), offset + chance.choice([0, 0, 80]))
        for action in refactors(snapshot, str(path), Span(offset, end)):
            if action.title in seen:
                continue
            seen.add(action.title)
            trial = Trial(snapshot, action.change)
            assert trial.is_sound
            if action.kind in ("refactor.inline",) or "base" in action.title or "quotes" in action.title:
                assert plain(trial.closure(str(path)).root) == plain(snapshot.closure(str(path)).root)
