"""SYN, HDR and ISO: what keys, headers and top-level values mean."""

from __future__ import annotations

import pytest
from spec_kit import bound, check, problems

from excore.lang.tables.table import plain
from kit import check_problems


@pytest.mark.parametrize("key", ["!backbone", '"!backbone"', "'!backbone'", "   !backbone", "\t!backbone"])
@pytest.mark.parametrize("equals", ["=", " = ", "\t=  "])
@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_syn_1_prefixed_bare_and_quoted_keys_are_one(key, equals, end):
    from spec_kit import RUN, snapshot

    snap = snapshot({RUN: f'[Model.FCN]{end or chr(10)}{key}{equals}"ResNet"{end}'})
    assert snap.diagnostics(RUN) == ()
    assert bound(snap.own_model(RUN), "Model.FCN", "backbone") == "ResNet*"


def test_syn_1_letters_of_any_script_after_a_prefix():
    found = problems('[Model.FCN]\n!backbone = "ResNet"\n!größe = "ResNet"')
    assert [(item.code, dict(item.data)["name"]) for item in found] == [("unknown-parameter", "größe")]


def test_syn_2_prefixes_in_values_and_comments_are_text():
    model = check('''
        [Model.FCN]
        backbone = "!R" # !x = "y"
        head = """
        @backbone = "ResNet"
        """
        num_classes = 3
    ''')
    section = model.sections["Model", "FCN"]
    assert plain(section.arguments["backbone"].binding.value) == "!R"
    assert plain(section.arguments["head"].binding.value) == '@backbone = "ResNet"\n'
    assert not list(model.implicit)


def test_syn_2_arrays_run_over_lines():
    model = check("""
        [TrainData.City]
        !transforms = [
            "Pad", # a comment with ] and "
            "Flip",
        ]
    """)
    assert bound(model, "TrainData.City", "transforms") == ["Pad*", "Flip*"]


@pytest.mark.parametrize(
    "text",
    [
        '[Model.FCN]\n!backbone.a = "ResNet"',
        'Model.FCN."!backbone".a = "ResNet"',
        'Model.FCN.!backbone.a = "ResNet"',
        '[Model]\nFCN."!backbone" = {a = "ResNet"}',
        '[Model]\nFCN.!backbone = {a = "ResNet"}',
        '[Model.FCN."!backbone"]\na = "ResNet"',
        '[Model.FCN.!backbone]\na = "ResNet"',
        '[Model.FCN]\n!backbone = {a = "ResNet"}',
        '[Model.FCN]\n!backbone = {"a" = "ResNet"}',
    ],
)
def test_syn_3_4_5_a_dict_of_modules_in_every_spelling(text):
    model = check(text)
    assert bound(model, "Model.FCN", "backbone") == {"a": "ResNet*"}


def test_syn_6_a_prefix_counts_on_direct_arguments_only():
    model = check("""
          "!a" = "ResNet"
        # ^^^^ warning bad-prefix: a prefix has a meaning only on the arguments of a module: this value is named `!a`
        [Model.FCN.backbone]
        "!a" = "Nothing"
          !b = "Nothing"
        # ^^ warning bad-prefix: a prefix has a meaning only on the arguments of a module: this value is named `!b`
        [other]
          @c = "Nothing"
        # ^^ warning bad-prefix: a prefix has a meaning only on the arguments of a module: this value is named `@c`
    """)
    assert bound(model, "Model.FCN", "backbone") == "Plain"
    assert plain(model.isolated["!a"].value) == "ResNet"
    assert plain(model.isolated["other"].value) == {"@c": "Nothing"}
    assert not model.implicit


def test_syn_6_tables_below_a_top_level_module_are_its_arguments():
    model = check("""
        [Model.FCN]
        !backbone = "ResNet"
        [ResNet.block]
          !x = "Nothing"
        # ^^ warning bad-prefix: a prefix has a meaning only on the arguments of a module: this value is named `!x`
        [ResNet.block.VGG]
          @y = "Nothing"
        # ^^ warning bad-prefix: a prefix has a meaning only on the arguments of a module: this value is named `@y`
    """)
    assert list(model.modules) == ["ResNet"]
    assert bound(model, "ResNet", "block") == "Plain"


def test_syn_7_all_values_arrive():
    model = check("""
        [Model.FCN]
        backbone = [1, "a", 2.5, true, {x = 1}]
        [[Model.FCN.head]]
        a = 1
        [[Model.FCN.head]]
        a = 2
    """)
    arguments = model.sections["Model", "FCN"].arguments
    assert plain(arguments["backbone"].binding.value) == [1, "a", 2.5, True, {"x": 1}]
    assert plain(arguments["head"].binding.value) == [{"a": 1}, {"a": 2}]


def test_syn_8_duplicates():
    check("""
        [Model.FCN]
        backbone = 1
          backbone = 2
        # ^^^^^^^^ error duplicate-key: `backbone` is given twice
          [Model.FCN]
        #        ^^^ error duplicate-key: defined twice
    """)


@pytest.mark.parametrize("first", ["!backbone", "@backbone", "&backbone", "backbone", '"$backbone"'])
def test_syn_8_one_argument_under_two_prefixes(first):
    value = '"size"' if first[0] == "&" else '"ResNet"'
    second = "@backbone" if first == "!backbone" else "!backbone"
    found = problems(f'size = 1\n[Model.FCN]\n{first} = {value}\n{second} = "ResNet"\n')
    item = next(item for item in found if item.code == "duplicate-argument")
    assert f"as `{first.strip(chr(34))}` and as `{second}`" in item.message
    assert item.related[0].message == "first given here"


def test_syn_8_prefixes_alone_and_doubled():
    check("""
        [Model.FCN]
        !backbone = "ResNet"
          "!" = 1
        # ^^^ error bad-prefix: without a name
          "!@head" = "SimpleHead"
        # ^^^^^^^^ error bad-prefix: two prefixes
          "! num_classes" = "SimpleHead"
        # ^^^^^^^^^^^^^^^ error bad-prefix: no blank
    """)
    for text in ("! = 1", '! a = "ResNet"', "!@a = 1", "^a = 1"):
        assert any(
            item.severity == "error" and item.code in ("bad-prefix", "syntax")
            for item in problems(f'[Model.FCN]\n!backbone = "ResNet"\n{text}\n')
        ), text


def test_syn_8_across_files_it_is_no_duplicate():
    check("""
        #- base.toml
        [Model.FCN]
        !backbone = "ResNet"
        #- run.toml
        __base__ = ["base.toml"]
        [Model.FCN]
        @backbone = "VGG"
        #           ^^^^^ error missing-parameter: `VGG` has no table of its own and does not give `depth`
    """)


def test_hdr_1_classes_and_functions_under_a_field():
    model = check("""
        [Model.make_net]
        depth = 3
        [Backbone.ResNet]
    """)
    assert model.sections["Model", "make_net"].entry.kind == "function"
    assert model.sections["Backbone", "ResNet"].entry.name == "ResNet"
    assert model.reached == {("Model", "make_net"), ("Backbone", "ResNet")}


def test_hdr_2_members_are_in_file_order():
    model = check("""
        [Model.make_net]
        depth = 3
        [Backbone.ResNet]
        [Model.FCN]
        backbone = 1
    """)
    assert list(model.groups["Model"].members) == ["make_net", "FCN"]


def test_hdr_3_fields_hold_tables():
    check("""
        Model = 3
        #       ^ error invalid-header: `Model` is a field
        [Backbone]
          layers = 3
        # ^^^^^^ error invalid-header: stands directly in a field
          [[Head.SimpleHead]]
        #        ^^^^^^^^^^ error invalid-header: single brackets
        [[Loss]]
        # ^^^^ error invalid-header: array of tables
    """)


def test_hdr_3_unknown_names():
    check("""
        [Model.FCNN]
        #      ^^^^ error unknown-class: no class `FCNN` in registry `Model`; did you mean `FCN`?
        [Model.ResNet]
        #      ^^^^^^ error unknown-class: it is registered in `Backbone`
        [TrainData.Town]
        #          ^^^^ error unknown-class: registry `Data` (of field `TrainData`)
    """)


def test_hdr_4_deeper_tables_are_arguments():
    model = check("""
        [Model.FCN.backbone]
        layers = 1
        [Model.FCN.backbone.ResNet]
    """)
    assert list(model.sections) == [("Model", "FCN")]
    binding = model.sections["Model", "FCN"].arguments["backbone"].binding
    assert plain(binding.value) == {"layers": 1, "ResNet": {}}


def test_hdr_5_top_level_tables_of_modules():
    model = check("""
        [ResNet]
        layers = 3
        [Model.FCN]
        !backbone = "ResNet"
    """)
    assert list(model.modules) == ["ResNet"]
    assert not model.isolated
    assert bound(model, "Model.FCN", "backbone") == "ResNet"


@pytest.mark.parametrize("fields", [("*Two", "*One"), ("*One", "*Two")])
def test_hdr_5_the_first_declared_registry_wins(fields):
    known = "One: Thing(a=1)\nTwo: Thing(b=1)\nUser: User(x)"
    model = check('[User.User]\n!x = "Thing"\n[S.Thing]', known=known, fields=(*fields, "*User"))
    assert model.entry(("S", "Thing")).registry == fields[0][1:]
    model = check('[User.User]\n!x = "Thing"', known=known, fields=(*fields, "*User"))
    assert model.entry(("Thing",)).registry == fields[0][1:]
    (target,) = next(model.sections["User", "User"].arguments["x"].references).targets
    assert target.entry.registry == fields[0][1:]


def test_hdr_6_registries_that_are_no_fields():
    model = check("""
        [Head.SimpleHead]
        channels = 1
        [Head.ResNet]
        #     ^^^^^^ error unknown-class: registered in `Backbone`
        [Data.City]
        [Model.FCN]
        !backbone = "SimpleHead"
        !head = "$Data::City"
    """)
    assert model.groups["Head"].role == model.groups["Data"].role == "registry"
    assert bound(model, "Model.FCN", "backbone") == "Head.SimpleHead"
    assert ("Head", "SimpleHead") in model.reached


def test_hdr_7_scratchpads():
    model = check("""
        [Pads]
        q = 1
        [Pads.ResNet]
        layers = 5
        [Pads.more]
        a = 1
        [my-pads.ResNet]
        [Model.FCN]
        !backbone = "$Pads::ResNet"
        !head = "$my-pads"
    """)
    assert model.groups["Pads"].role == "scratchpad"
    assert list(model.groups["Pads"].members) == ["ResNet"]
    assert list(model.groups["Pads"].leftover) == ["q", "more"]
    assert not model.isolated
    assert bound(model, "Model.FCN", "head") == "my-pads.ResNet"


def test_hdr_7_a_misspelled_field_is_a_scratchpad_that_nothing_uses():
    check("""
         [Modle.FCN]
        # ^^^^^ warning unknown-table: there is no field `Modle`; did you mean `Model`?
        backbone = 1
        [Backbone.ResNet]
    """)


def test_hdr_8_iso_1_everything_else_is_isolated():
    model = check("""
        number = 1
        text = "$Model"
        items = [1, 2]
        ResNet = 5
        [table]
        a = 1
        [empty]
        [[array]]
        a = 1
    """)
    assert list(model.isolated) == ["number", "text", "items", "ResNet", "table", "empty", "array"]
    assert not model.sections


def test_hdr_8_no_value_in_the_place_of_a_table():
    check_problems("""
        __base__ = ["fcn.toml"]
        ResNet = 5
        #        ^ error invalid-header
        #- fcn.toml
        [Model.FCN]
        !backbone = "ResNet"
        [ResNet]
        layers = 3
    """)


def test_hdr_9_python_modules_take_no_arguments():
    check("""
        [Model.FCN]
        !backbone = "torch"
        [torch]
          a = 1
        # ^ error module-arguments: takes no arguments
    """)
    check("""
        [Model.FCN]
        !backbone = "torch"
        [torch]
    """)


def test_hdr_10_the_order_of_tables_has_no_meaning():
    parts = ['[Model.FCN]\n!backbone = "ResNet"\n', "[Backbone.ResNet]\nlayers = 1\n", "size = 3\n"]
    one, other = check("".join(reversed(parts))), check(parts[2] + parts[0] + parts[1])
    assert one.reached == other.reached
    assert {path: one.kind(path) for path in one.sections} == {path: other.kind(path) for path in other.sections}


def test_a_path_in_the_quotes_of_one_name_is_told():
    check(
        """
         "Model.FCN.classes" = 3
        #^^^^^^^^^^^^^^^^^^^ warning unknown-table: no `[Model.FCN]`
        "notes.of.mine" = 3
        ["Model.SegNet"]
        #^^^^^^^^^^^^^^ warning unknown-table: a value called `Model.SegNet`
        classes = 3
        [Model.FCN]
        !backbone = "ResNet"
        """
    )
