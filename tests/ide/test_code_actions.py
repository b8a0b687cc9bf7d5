"""Quick fixes: the problem is gone afterwards, and everything else is as it was."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from kit_changing import check_fix, check_fix_all, errors, texts_after, titles, world_of

from excore.lang.text import Span
from excore.lang.workspace.host import Host
from excore_server.ide.code_action.code_action import can_fix_all, fix_all, quick_fixes, wanted_kind
from excore_server.ide.edits import applied
from excore_server.ide.refactor.refactor import refactors
from kit import MODELS, examples, open_project, path_of, world

# -- where


def test_a_cursor_beside_the_problems_of_its_line() -> None:
    text = "[Backbone.ResNet]\nlayer = 3  # many\n\n"
    here = world(text)
    path = path_of("run.toml")
    after = text.index("many")
    assert "Change to `layers`" in [action.title for action in quick_fixes(here.snapshot, path, Span(after, after))]
    assert quick_fixes(here.snapshot, path, Span(after, after + 2)) == ()
    assert quick_fixes(here.snapshot, path, Span(len(text), len(text))) == ()


# -- did you mean


def test_a_class_in_a_header() -> None:
    check_fix(
        """
        [Model.FCM] # model
        !backbone = "ResNet"
        """,
        "Change to `FCN`",
        """
        [Model.FCN] # model
        !backbone = "ResNet"
        """,
        preferred=True,
    )


def test_a_class_in_a_header_keeps_its_quotes_and_takes_its_tables_and_references_along() -> None:
    check_fix(
        """
        [Model.FCN]
        !backbone = "$Backbone::Resnet"
        [Backbone.'Resnet']
        layers = 3
        """,
        "Change to `ResNet`",
        """
        [Model.FCN]
        !backbone = "$Backbone::ResNet"
        [Backbone.'ResNet']
        layers = 3
        """,
    )


def test_a_class_in_a_reference() -> None:
    for quote in ('"', "'"):
        check_fix(
            f"""
            [Model.FCN]
            !backbone = {quote}ResNe.freeze(){quote}
            """,
            "Change to `ResNet`",
            f"""
            [Model.FCN]
            !backbone = {quote}ResNet.freeze(){quote}
            """,
        )


def test_a_field_in_all_headers_that_mistype_it() -> None:
    check_fix(
        """
        [Model.FCN]
        !backbone = "ResNet"
        [Modle.SegNet] # net
        [Modle.SegNet.'!backbone']
        a = "ResNet"
        """,
        "Change to `Model`",
        """
        [Model.FCN]
        !backbone = "ResNet"
        [Model.SegNet] # net
        [Model.SegNet.'!backbone']
        a = "ResNet"
        """,
        preferred=True,
        left=1,  # it wants one object
    )


def test_a_base_by_its_right_name() -> None:
    check_fix(
        """
        #- base.toml
        size = 1
        #- run.toml
        __bases__ = ["base.toml"]
        [Backbone.ResNet]
        """,
        "Change to `__base__`",
        """
        #- base.toml
        size = 1
        #- run.toml
        __base__ = ["base.toml"]
        [Backbone.ResNet]
        """,
        preferred=True,
    )


def test_an_attribute() -> None:
    check_fix(
        """
        [Model.FCN]
        !backbone = "ResNet.freze()"
        """,
        "Change to `freeze`",
        """
        [Model.FCN]
        !backbone = "ResNet.freeze()"
        """,
    )


@pytest.mark.parametrize(
    ("wrong", "right"), [("!bakbone", "!backbone"), ('"!bakbone"', '"!backbone"'), ("'@bakbone'", "'@backbone'")]
)
def test_a_parameter_keeps_prefix_and_quotes(wrong: str, right: str) -> None:
    check_fix(
        f"""
        [Model.FCN]
        !backbone = "ResNet"
        [Model.SegNet]
        {wrong} = "VGG"
        [Backbone.VGG]
        depth = 3
        """,
        f"Change to `{right.strip(chr(34) + chr(39))}`",
        f"""
        [Model.FCN]
        !backbone = "ResNet"
        [Model.SegNet]
        {right} = "VGG"
        [Backbone.VGG]
        depth = 3
        """,
        preferred=True,
    )


def test_a_variable() -> None:
    check_fix(
        """
        depth = 3
        [Backbone.VGG]
        &depth = "dept"
        """,
        "Change to `depth`",
        """
        depth = 3
        [Backbone.VGG]
        &depth = "depth"
        """,
    )


def test_a_member_of_a_field() -> None:
    check_fix(
        """
        [Model.FCN]
        !backbone = "$Backbone::Resnet"
        [Backbone.ResNet]
        """,
        "Change to `ResNet`",
        """
        [Model.FCN]
        !backbone = "$Backbone::ResNet"
        [Backbone.ResNet]
        """,
    )


def test_which_of_several_modules_of_a_field() -> None:
    check_fix(
        """
        [Model.FCN]
        !backbone = "$Backbone.freeze()"
        [Backbone.ResNet]
        [Backbone.VGG]
        depth = 1
        """,
        "Write `Backbone::VGG`",
        """
        [Model.FCN]
        !backbone = "$Backbone::VGG.freeze()"
        [Backbone.ResNet]
        [Backbone.VGG]
        depth = 1
        """,
    )


def test_the_right_registry() -> None:
    check_fix(
        """
        [Model.FCN]
        !backbone = "ResNet"
        [Model.ResNet] # here
        layers = 1
        """,
        "Move to `[Backbone.ResNet]`",
        """
        [Model.FCN]
        !backbone = "ResNet"
        [Backbone.ResNet] # here
        layers = 1
        """,
    )


# -- arguments


def test_missing_arguments() -> None:
    check_fix(
        """
        [Backbone.VGG] # plain
        channels = 1 # three

        [Model.FCN]
        @backbone = "VGG"
        """,
        "Add `depth`",
        """
        [Backbone.VGG] # plain
        channels = 1 # three
        depth = 0

        [Model.FCN]
        @backbone = "VGG"
        """,
        preferred=True,
    )


def test_missing_arguments_of_an_empty_table_at_the_end_without_a_line_end() -> None:
    here = world("[Model.FCN]\n")
    here.host.replace(path_of("run.toml"), "[Model.FCN]")
    here.fixture.files["run.toml"] = "[Model.FCN]"
    action = next(
        a for a in quick_fixes(here.snapshot, path_of("run.toml"), Span(0, 11)) if a.title == "Add `backbone`"
    )
    after = texts_after(here.fixture.files, action.change)
    assert after["run.toml"] == '[Model.FCN]\n!backbone = "ResNet"'
    assert errors(world_of(after, here)) == []


def test_missing_arguments_of_an_inline_and_of_a_dotted_table() -> None:
    check_fix(
        """
        Backbone.VGG = { channels = 3 }
        """,
        "Add `depth`",
        """
        Backbone.VGG = { channels = 3, depth = 0 }
        """,
    )
    check_fix(
        """
        Backbone.VGG.channels = 3
        Model.FCN."!backbone" = "VGG"
        """,
        "Add `depth`",
        """
        Backbone.VGG.channels = 3
        Backbone.VGG.depth = 0
        Model.FCN."!backbone" = "VGG"
        """,
    )


def test_missing_arguments_of_a_table_that_has_no_header_yet() -> None:
    check_fix(
        """
        # about it
        [Backbone.VGG.extra]
        x = 1
        """,
        "Add `depth`",
        """
        [Backbone.VGG]
        depth = 0

        # about it
        [Backbone.VGG.extra]
        x = 1
        """,
        left=1,
    )


def test_missing_arguments_of_a_module_without_a_table() -> None:
    check_fix(
        """
        [Model.FCN]
        !backbone = "VGG"
        """,
        "Create `[VGG]` with its required arguments",
        """
        [Model.FCN]
        !backbone = "VGG"

        [VGG]
        depth = 0
        """,
        preferred=True,
    )


def test_all_arguments() -> None:
    check_fix(
        """
        "@x".y = 1
        [Model.FCN]
        classes = 2
        """,
        "Add all arguments of `FCN`",
        """
        "@x".y = 1
        [Model.FCN]
        classes = 2
        "!backbone" = "ResNet"
        """,
    )
    check_fix(
        """
        [Model.FCN]
        """,
        "Add all arguments of `FCN`",
        """
        [Model.FCN]
        !backbone = "ResNet"
        classes = 19
        """,
    )


def test_remove_an_unknown_argument() -> None:
    check_fix(
        """
        [Model.FCN]
        !backbone = "ResNet"
        zzz = [1, # one
          2] # end
        classes = 2
        """,
        "Remove `zzz`",
        """
        [Model.FCN]
        !backbone = "ResNet"
        classes = 2
        """,
    )


def test_remove_an_unknown_argument_from_an_inline_table() -> None:
    for before, after in (
        ("{ zzz = 1, layers = 2 }", "{ layers = 2 }"),
        ("{ layers = 2, zzz = 1 }", "{ layers = 2 }"),
        ("{ zzz = 1 }", "{}"),
    ):
        check_fix(f"Backbone.ResNet = {before}\n", "Remove `zzz`", f"Backbone.ResNet = {after}\n")


def test_remove_an_unknown_argument_with_a_table_of_its_own() -> None:
    check_fix(
        """
        [Backbone.ResNet]

        # about zzz
        [Backbone.ResNet.zzz]
        a = 1

        [Model.FCN]
        @backbone = "ResNet"
        """,
        "Remove `zzz`",
        """
        [Backbone.ResNet]

        [Model.FCN]
        @backbone = "ResNet"
        """,
    )


def test_remove_what_a_base_says_already() -> None:
    check_fix(
        """
        #- base.toml
        size = 3
        #- run.toml
        __base__ = "base.toml"
        size = 3 # again
        other = 1
        """,
        "Remove `size`: its value is inherited",
        """
        #- run.toml
        __base__ = "base.toml"
        other = 1
        """,
        preferred=True,
    )


def test_remove_one_of_two_spellings() -> None:
    text = """
        [Model.FCN]
        !backbone = "ResNet"
        @backbone = "ResNet"
        """
    check_fix(text, "Remove this `@backbone`", '[Model.FCN]\n!backbone = "ResNet"\n', preferred=True)
    check_fix(text, "Remove the one above", '[Model.FCN]\n@backbone = "ResNet"\n')


def test_remove_a_second_table() -> None:
    check_fix(
        """
        [Backbone.ResNet]
        layers = 1

        [Backbone.ResNet]
        norm = "gn"
        """,
        "Remove this `ResNet`",
        """
        [Backbone.ResNet]
        layers = 1
        """,
        preferred=False,
    )


# -- values


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ('layers = "50"', "layers = 50"),
        ('norm = "gm"', 'norm = "gn"'),
        ('frozen = "True"', "frozen = true"),
        ('frozen = "yes"', "frozen = true"),
        ("frozen = 1", "frozen = true"),
        ("layers = 50.0", "layers = 50"),
    ],
)
def test_values_as_the_annotation_wants_them(wrong: str, right: str) -> None:
    check_fix(
        f"[Backbone.ResNet]\n{wrong} # why\n",
        f"Change to `{right.partition(' = ')[2]}`",
        f"[Backbone.ResNet]\n{right} # why\n",
        preferred=True,
    )


def test_a_forgotten_prefix() -> None:
    check_fix(
        """
        [Model.FCN]
        backbone = "ResNet"
        """,
        "Pass the module: `!backbone`",
        """
        [Model.FCN]
        !backbone = "ResNet"
        """,
        preferred=True,
    )
    check_fix(
        """
        [Model.FCN]
        backbone = "ResNet"
        "!head" = "SimpleHead"
        """,
        "Pass the module: `!backbone`",
        """
        [Model.FCN]
        "!backbone" = "ResNet"
        "!head" = "SimpleHead"
        """,
    )


# -- prefixes


REUSED = """
    [Backbone.ResNet]
    [Model.FCN]
    @backbone = "ResNet"
    [Model.SegNet]
    {} = "ResNet"
    """


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ('&backbone = "ResNet"', '!backbone = "ResNet"'), ('!classes = "count"', '&classes = "count"'),
        ("'$classes' = \"count\"", "'&classes' = \"count\""), ('!backbone = "ResNet"\n&head = "ResNet"', ""),
    ],
)  # fmt: skip
def test_the_prefix_under_which_the_name_means_something(wrong: str, right: str) -> None:
    right = right or wrong.replace("&head", "!head")
    other = "" if "backbone" in wrong else '\n!backbone = "ResNet"'
    check_fix(
        f"count = 3\n[Model.FCN]\n{wrong}{other}\n",
        "Write `!head`" if "head" in wrong else "Write `!backbone`" if "backbone" in wrong else "Write `&classes`",
        f"count = 3\n[Model.FCN]\n{right}{other}\n",
        preferred=True,
    )


def test_a_reference_as_it_is_written() -> None:
    for wrong, right in (("@ResNet", "ResNet"), ("Backbone::ResNet", "$Backbone::ResNet")):
        check_fix(
            f'[Backbone.ResNet]\n[Model.FCN]\n!backbone = "{wrong}"\n',
            f"Change to `{right}`",
            f'[Backbone.ResNet]\n[Model.FCN]\n!backbone = "{right}"\n',
            preferred=True,
        )


def test_one_prefix_for_all() -> None:
    check_fix(REUSED.format("!backbone"), "Use `@` here too", REUSED.format("@backbone"), preferred=True)
    check_fix(REUSED.format("'!backbone'"), "Use `@` here too", REUSED.format("'@backbone'"))
    wanted = REUSED.replace("@backbone", "!backbone")
    check_fix(REUSED.format("!backbone"), "Use `!` for every use of `Backbone.ResNet`", wanted.format("!backbone"))


def test_two_prefixes() -> None:
    check_fix(
        """
        [Model.FCN]
        "!@backbone" = "ResNet"
        """,
        "Write `@backbone`",
        """
        [Model.FCN]
        "@backbone" = "ResNet"
        """,
    )


def test_prefixed_keys_in_quotes(tmp_path: Path) -> None:
    text = '[Model.FCN]\n!backbone = "ResNet"\n@head = "SimpleHead"\n'
    quoted = text.replace("!backbone", '"!backbone"').replace("@head", '"@head"')
    (tmp_path / ".excore.toml").write_text('[severity]\nunquoted-prefix = "information"\n')
    (tmp_path / "models.py").write_text(MODELS.partition("models.py\n")[2])
    host = open_project(tmp_path)
    path = str(tmp_path / "run.toml")
    host.open(path, text)
    assert [item.code for item in host.snapshot().diagnostics(path)] == ["unquoted-prefix"] * 2
    one, every = quick_fixes(host.snapshot(), path, Span(14, 14))[:2]
    assert (one.title, every.title) == ("Put `!backbone` in quotes", "Put all prefixed keys in quotes")
    assert applied(text, one.change.edits[path]) == text.replace("!backbone", '"!backbone"')
    assert applied(text, every.change.edits[path]) == quoted
    assert applied(text, fix_all(host.snapshot(), path).edits[path]) == quoted
    assert can_fix_all(host.snapshot(), path)
    host.replace(path, quoted)
    assert host.snapshot().diagnostics(path) == ()


def test_no_call_is_a_boolean() -> None:
    check_fix("[Backbone.ResNet]\n__no_call__ = 1\n", "Change to `true`", "[Backbone.ResNet]\n__no_call__ = true\n")


# -- other places


def test_create_the_table_of_a_reference() -> None:
    check_fix(
        """
        [Model.FCN]
        !backbone = "$Backbone::VGG"
        [Backbone.ResNet]
        """,
        "Create `[Backbone.VGG]`",
        """
        [Model.FCN]
        !backbone = "$Backbone::VGG"
        [Backbone.ResNet]

        [Backbone.VGG]
        depth = 0
        """,
    )
    check_fix(
        """
        __base__ = []
        [Model.FCN]
        !backbone = "$Backbone"
        """,
        "Create `[Backbone.ResNet]`",
        """
        __base__ = []
        [Model.FCN]
        !backbone = "$Backbone"

        [Backbone.ResNet]
        """,
    )


def test_create_a_variable() -> None:
    check_fix(
        """
        # the file

        [Backbone.VGG]
        &depth = "wanted"
        """,
        "Create the variable `wanted`",
        """
        # the file

        wanted = 0

        [Backbone.VGG]
        &depth = "wanted"
        """,
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '__base__ = ["values.toml"]\n\n'),
        ('__base__ = "other.toml"\n', '__base__ = ["other.toml", "values.toml"]\n'),
        ("__base__ = []\n", '__base__ = ["values.toml"]\n'),
        ('__base__ = ["other.toml"] # bases\n', '__base__ = ["other.toml", "values.toml"] # bases\n'),
        ('__base__ = [\n  "other.toml", # one\n]\n', '__base__ = [\n  "other.toml",\n  "values.toml", # one\n]\n'),
        ("x = 1\n", '__base__ = ["values.toml"]\nx = 1\n'),
    ],
)
def test_add_the_base_that_has_it(before: str, after: str) -> None:
    others = "#- other.toml\ny = 1\n#- values.toml\nwanted = 5\n#- run.toml\n"
    body = '[Backbone.VGG]\n&depth = "wanted"\n'
    check_fix(f"{others}{before}{body}", "Inherit from `values.toml`", f"#- run.toml\n{after}{body}", preferred=True)


def test_add_the_base_that_has_a_field() -> None:
    check_fix(
        """
        #- parts/backbone.toml
        [Backbone.ResNet]
        #- run.toml
        __base__ = []
        [Model.FCN]
        !backbone = "$Backbone"
        """,
        "Inherit from `parts/backbone.toml`",
        """
        #- run.toml
        __base__ = ["parts/backbone.toml"]
        [Model.FCN]
        !backbone = "$Backbone"
        """,
    )


def test_a_base_elsewhere() -> None:
    check_fix(
        """
        #- parts/sizes.toml
        [Backbone.ResNet]
        #- run.toml
        __base__ = 'sizes.toml'
        """,
        "Change to `parts/sizes.toml`",
        """
        #- run.toml
        __base__ = 'parts/sizes.toml'
        """,
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("zzz = 1\n", "zzz = 1  # excore: ignore[unknown-parameter]\n"),
        ("zzz = 1 # why \n", "zzz = 1 # why  # excore: ignore[unknown-parameter]\n"),
        (
            "zzz = 1 # excore: ignore[syntax]\n",
            "zzz = 1 # excore: ignore[syntax, unknown-parameter]\n",
        ),
        ('zzz = """\n"""\n', '# excore: ignore[unknown-parameter]\nzzz = """\n"""\n'),
    ],
)
def test_suppress(before: str, after: str) -> None:
    head = "[Backbone.ResNet]\n"
    check_fix(head + before, "Ignore `unknown-parameter` on this line", head + after, preferred=False)


def test_nothing_is_offered_without_a_problem() -> None:
    assert titles('[Model.FCN]\n!backbone = "ResNet"\n') == []


def test_syntax_is_never_suppressed() -> None:
    here = world("[Model.FCN]\n[Model.SegNet]\n= 1\n")
    titles_here = [action.title for action in quick_fixes(here.snapshot, path_of("run.toml"), Span(0, 30))]
    assert "syntax" in [item.code for item in here.snapshot.diagnostics(path_of("run.toml"))]
    assert "Add `backbone`" in titles_here
    assert "Ignore `syntax` on this line" not in titles_here


# -- all at once


def test_fix_all_takes_what_leaves_no_choice() -> None:
    check_fix_all(
        """
        #- base.toml
        size = 3
        #- run.toml
        __base__ = "base.toml"
        size = 3
        [Model.FCM]
        backbone = "ResNet"
        clases = 3
        zzz = 1
        """,
        """
        #- run.toml
        __base__ = "base.toml"
        [Model.FCN]
        backbone = "ResNet"
        clases = 3
        zzz = 1
        """,
        left=3,
    )
    here = world('[Model.FCN]\n!backbone = "ResNet"\n')
    assert not can_fix_all(here.snapshot, path_of("run.toml"))


def test_kinds() -> None:
    assert wanted_kind("source.fixAll.excore", ("source.fixAll",))
    assert wanted_kind("refactor.rewrite", ("",))
    assert not wanted_kind("refactor.rewrite", ("refactor.re",))
    assert wanted_kind("quickfix", None)
    assert not wanted_kind("quickfix", ())


# -- properties


PERFECT = """
    classes = 19
    [Model.FCN]
    @backbone = "ResNet"
    !head = "$Head::SimpleHead"
    &classes = "classes"
    [Model.SegNet]
    @backbone = "$Backbone::ResNet"
    $block = "VGG"
    [Backbone.ResNet]
    layers = 18
    norm = "gn"
    frozen = true
    [Head.SimpleHead]
    in_channels = 3
    """
NAMES = ("FCN", "SegNet", "SimpleHead", "backbone", "classes", "in_channels", "layers", "frozen", "block")


def test_a_typo_is_undone_by_the_first_suggestion() -> None:
    """At least 95 % of all slips of one character in the names of a config are mended by what is offered first."""
    chance = random.Random(5)
    right = total = 0
    clean = world(PERFECT)
    text = clean.fixture.files["run.toml"]
    path = path_of("run.toml")
    assert clean.snapshot.diagnostics(path) == ()
    for _ in range(400):
        name = chance.choice(NAMES)
        start = chance.choice([at for at in range(len(text)) if text.startswith(name, at)])
        index = chance.randrange(1, len(name))
        slip = chance.choice(["drop", "double", "swap", "replace"])
        if slip == "drop":
            wrong = name[:index] + name[index + 1 :]
        elif slip == "double":
            wrong = name[:index] + name[index] + name[index:]
        elif slip == "swap":
            wrong = name[: index - 1] + name[index] + name[index - 1] + name[index + 1 :]
        else:
            wrong = name[:index] + chance.choice("aeiost") + name[index + 1 :]
        if wrong == name:
            continue
        broken = text[:start] + wrong + text[start + len(name) :]
        clean.host.replace(path, broken)
        snapshot = clean.host.snapshot()
        place = Span(start, start + len(wrong))
        fixes = [a for a in quick_fixes(snapshot, path, place) if a.preferred and a.title.startswith("Change to")]
        if not snapshot.diagnostics(path):
            continue  # a top-level value that nobody uses under its new name is no mistake
        total += 1
        right += any(applied(broken, fix.change.edits[path]) == text for fix in fixes[:1])
    assert total > 250
    assert right / total >= 0.95, (right, total)


@pytest.fixture(scope="module")
def quickstart() -> Host:
    return open_project(Path(__file__).resolve().parents[2] / "examples" / "quickstart", "src")


@pytest.mark.parametrize("path", [p for p in examples() if "quickstart" in p.parts], ids=lambda p: p.name)
def test_every_offset_of_the_examples(quickstart: Host, path: Path) -> None:
    """Nothing raises, whole or cut off, and every fix of a problem takes it away without a new flaw in the text."""
    text = path.read_text("utf-8")
    quickstart.open(str(path), text)
    chance = random.Random(path.name)
    for offset in chance.sample(range(len(text) + 1), min(60, len(text))):
        snapshot = quickstart.snapshot()
        quick_fixes(snapshot, str(path), Span(offset, offset))
        refactors(snapshot, str(path), Span(offset, min(len(text), offset + chance.choice([0, 0, 40]))))
    for end in chance.sample(range(len(text)), min(40, len(text))):
        quickstart.replace(str(path), text[:end])
        snapshot = quickstart.snapshot()
        for action in quick_fixes(snapshot, str(path), Span(0, end)):
            for name, edits in action.change.edits.items():
                file = snapshot.file(name)
                assert file is not None
                applied(file.text, edits)
        fix_all(snapshot, str(path))
    quickstart.close(str(path))
