"""BASE, WS, fragments with several roots, and which files are judged at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from catalogs import catalog, project
from spec_kit import RUN, bound, check, found, read, snapshot

from excore.lang.catalog import Catalog, Entry, RegistryInfo
from excore.lang.project.model import read_spec
from excore.lang.project.reading import find_project, load_project
from excore.lang.source import Memory
from excore.lang.tables.table import plain
from excore.lang.workspace.host import Host
from kit import path_of, world


def root(text: str) -> object:
    files, _ = read(text)
    return plain(snapshot(files).own_model(RUN).root)


# -- BASE


def test_base_1_the_key_is_removed_and_a_single_string_does():
    files = "#- a.toml\na = 1\n#- run.toml\n__base__ = {}\nb = 2\n"
    assert root(files.replace("{}", '["a.toml"]')) == root(files.replace("{}", '"a.toml"')) == {"a": 1, "b": 2}
    assert root(files.replace("{}", '"/p/a.toml"')) == {"a": 1, "b": 2}


def test_base_1_whatever_way_the_key_is_written():
    here = world('#- a.toml\n[Model.FCN]\nclasses = "x"\n#- run.toml\n"_\\u005fbase__" = "a.toml"\n')
    assert here.snapshot.roots(path_of("a.toml")) == (path_of("run.toml"),)


def test_base_1_at_the_top_level_only():
    model = check("""
        [Model.FCN]
        backbone = {__base__ = "a.toml"}
    """)
    assert plain(model.root) == {"Model": {"FCN": {"backbone": {"__base__": "a.toml"}}}}


@pytest.mark.parametrize("value", ["1", "true", "{a = 1}", '["a.toml", 1]', '[["a.toml"]]'])
def test_base_1_other_types(value):
    files, _ = read(f"#- a.toml\na = 1\n#- run.toml\n__base__ = {value}\n[Model.FCN]\nbackbone = 1")
    ((mark, item),) = [pair for pair in found(snapshot(files)) if pair[0].severity == "error"]
    assert item.code == "invalid-base"
    assert "`__base__` must be" in item.message
    wanted = {"{a = 1}": "__base__", '["a.toml", 1]': "1", '[["a.toml"]]': '["a.toml"]'}.get(value, value)
    assert files[RUN].split("\n")[0][mark.start : mark.end] == wanted


def test_base_2_3_merging():
    merged = root("""
        #- a.toml
        x = 1
        list = [1, 2]
        table = {a = 1, deep = {b = 1, c = 1}}
        scalar = 1
        #- b.toml
        x = 2
        table.deep.c = 2
        #- run.toml
        __base__ = ["a.toml", "b.toml"]
        list = [3]
        table = {deep = {d = 3}}
        scalar = {now = "a table"}
    """)
    assert merged == {
        "x": 2,
        "list": [3],
        "table": {"a": 1, "deep": {"b": 1, "c": 2, "d": 3}},
        "scalar": {"now": "a table"},
    }


def test_base_3_a_table_replaced_by_a_scalar():
    assert root('#- a.toml\n[t]\na = 1\n#- run.toml\n__base__ = "a.toml"\nt = 1') == {"t": 1}


def test_base_4_bases_of_bases_relative_to_their_own_file_and_diamonds():
    merged = root("""
        #- sub/deep.toml
        a = 1
        b = 1
        c = 1
        #- sub/left.toml
        __base__ = "deep.toml"
        b = 2
        #- right.toml
        __base__ = "sub/deep.toml"
        c = 3
        #- run.toml
        __base__ = ["sub/left.toml", "right.toml"]
    """)
    assert merged == {"a": 1, "b": 1, "c": 3}  # depth first: the second base brings the shared one along once more


def test_base_4_a_value_that_comes_twice_replaces_nothing():
    files, _ = read("""
        #- deep.toml
        a = 1
        #- left.toml
        __base__ = "deep.toml"
        #- right.toml
        __base__ = "deep.toml"
        #- run.toml
        __base__ = ["left.toml", "right.toml"]
        [Model.FCN]
        backbone = 1
    """)
    assert snapshot(files).own_model(RUN).root.bindings["a"].shadows == ()


def test_base_5_references_bind_after_merging():
    model = check("""
        #- a.toml
        size = 1
        [Model.FCN]
        !backbone = "ResNet"
        &num_classes = "size"
        #- run.toml
        __base__ = "a.toml"
        size = 2
        [ResNet]
    """)
    assert bound(model, "Model.FCN", "backbone") == "ResNet"
    (reference,) = model.sections["Model", "FCN"].arguments["num_classes"].references
    value = model.isolated[reference.variable.name]
    assert plain(value.value) == 2
    assert [plain(old.value) for old in value.shadows] == [1]


SPELLINGS = ["backbone", "!backbone", "@backbone", "$backbone", "&backbone"]


@pytest.mark.parametrize("old", SPELLINGS)
@pytest.mark.parametrize("new", SPELLINGS)
def test_base_6_the_later_spelling_replaces_the_earlier(old, new):
    files, _ = read(f"""
        #- a.toml
        size = 1
        [Model.FCN]
        "{old}" = "{"size" if old[0] == "&" else "ResNet"}"
        #- run.toml
        __base__ = "a.toml"
        [Model.FCN]
        "{new}" = "{"size" if new[0] == "&" else "Pad"}"
    """)
    snap = snapshot(files)
    section = snap.own_model(RUN).sections["Model", "FCN"]
    assert list(section.table.bindings) == [new]
    assert [shadow.name for shadow in section.arguments["backbone"].binding.shadows] == [old]
    ineffective = old == new == "&backbone"
    codes = [p.code for p in snap.diagnostics(RUN) if p.code not in ("wrong-type", "wrong-object")]
    assert codes == ["ineffective-override"] * ineffective


def test_base_6_every_earlier_spelling_goes():
    model = check("""
        #- a.toml
        [Model.FCN]
        !backbone = "ResNet"
        [Model.FCN.head]
        "!a" = "kept"
        #- b.toml
        __base__ = "a.toml"
        [Model.FCN]
        @backbone = "ResNet"
        #- run.toml
        __base__ = ["b.toml"]
        [Model.FCN]
        backbone = 1
        [Model.FCN.head]
        "@a" = "kept too"
    """)
    assert plain(model.sections["Model", "FCN"].table) == {"head": {"!a": "kept", "@a": "kept too"}, "backbone": 1}


def test_base_6_not_outside_module_tables():
    model = check("""
        #- a.toml
          "!a" = 1
        # ^^^^ warning bad-prefix
        [table]
        "!a" = 1
        #- run.toml
        __base__ = "a.toml"
        a = 1
        [table]
        a = 1
        [Model.FCN]
        backbone = 1
    """)
    assert list(model.isolated) == ["!a", "table", "a"]
    assert list(model.isolated["table"].value.bindings) == ["!a", "a"]


def test_base_7_missing_and_foreign_files():
    check("""
        __base__ = ["gone.toml", "sub/../gone2.toml", "a.yaml", ""]
        #           ^^^^^^^^^^^ error missing-base: `gone.toml` does not exist
        #                        ^^^^^^^^^^^^^^^^^^^ error missing-base: `gone2.toml` does not exist
        #                                             ^^^^^^^^ error invalid-base: a base must end in .toml
        #                                                       ^^ error invalid-base: is not a path
        [Model.FCN]
        backbone = 1
    """)


def test_base_7_in_a_base_it_is_told_at_the_way_to_it():
    check("""
        #- a.toml
        __base__ = "gone.toml"
        #          ^^^^^^^^^^^ error missing-base
        #- run.toml
        __base__ = ["a.toml"]
        #           ^^^^^^^^ error missing-base: a.toml:1: `gone.toml` does not exist
    """)


def test_base_7_what_a_missing_file_may_give_or_use_is_not_judged():
    check("""
        #- part.toml
        [Optimizer.SGD]
        &lr = "rate"
        #- run.toml
        __base__ = ["part.toml", "gone.toml"]
        #                        ^^^^^^^^^^^ error missing-base
        _read = 1
        [Model.FCN]
        !head = "$Pads::Pad"
        [Model.SegNet]
        @backbone = "$Backbone"
        &layers = "size"
        [VGG]
        [Pads.ResNet]
    """)


def test_base_7_a_folder(tmp_path):
    (tmp_path / "folder.toml").mkdir()
    run = tmp_path / "run.toml"
    run.write_text('__base__ = ["folder.toml"]\n')
    host = Host()
    host.set_catalog(str(tmp_path), Catalog())
    (item,) = host.snapshot().diagnostics(str(run))
    assert item.code == "missing-base"
    assert "cannot be read: is a directory" in item.message


def test_base_8_cycles():
    check("""
        #- a.toml
        __base__ = ["b.toml"]
        #           ^^^^^^^^ error circular-base: b.toml:1: these files inherit from each other
        #- b.toml
        __base__ = ["a.toml"]
        #           ^^^^^^^^ error circular-base: a.toml:1: these files inherit from each other
        #- run.toml
        __base__ = 'run.toml'
        #          ^^^^^^^^^^ error circular-base: in a circle: run.toml -> run.toml
    """)


def test_base_8_long_chains_end():
    files = {f"/p/{n}.toml": f'__base__ = ["{n + 1}.toml"]\n' for n in range(400)}
    files[RUN] = '__base__ = ["0.toml"]\n[Model.FCN]\nbackbone = 1\n'
    (item,) = snapshot(files).diagnostics(RUN)
    assert item.code == "circular-base"
    assert "in a row" in item.message


# -- roots and fragments


def test_fragments_show_what_is_wrong_in_every_root():
    check("""
        #- part.toml
        [Model.FCN]
        @backbone = "$Backbone"
        !head = "Gone"
        #        ^^^^ error unknown-class
        #- one.toml
        __base__ = ["part.toml"]
        #           ^^^^^^^^^^^ error unknown-class: part.toml:3: no class `Gone`
        #           ^^^^^^^^^^^ error empty-field: part.toml:2: the config has no table `[Backbone.…]`
        #- run.toml
        __base__ = ["part.toml"]
        #           ^^^^^^^^^^^ error unknown-class
        [Backbone.ResNet]
    """)


def test_fragments_show_the_worst_verdict_and_all_syntax_problems():
    check("""
        #- part.toml
        [ResNet]
          layer = 1
        # ^^^^^ error unknown-parameter
        layers = 1 2
        #          ^ error syntax
        #- one.toml
        __base__ = ["part.toml"]
        #           ^^^^^^^^^^^ error syntax
        #           ^^^^^^^^^^^ error unknown-parameter
        [Model.FCN]
        !backbone = "ResNet"
        #- run.toml
        __base__ = ["part.toml"]
        #           ^^^^^^^^^^^ error syntax
        size = 1
    """)


def test_a_line_that_every_root_overrides_is_judged_in_its_own_file():
    check("""
        #- part.toml
        [Model.FCN]
        !backbone = "ResNett"
        #            ^^^^^^^ error unknown-class: did you mean `ResNet`?
        #- run.toml
        __base__ = ["part.toml"]
        [Model.FCN]
        !backbone = "VGG"
        [VGG]
        depth = 1
    """)
    check("""
        #- part.toml
        [Model.FCN]
        !backbone = "ResNett"
        #            ^^^^^^^ error unknown-class
        #- one.toml
        __base__ = "part.toml"
        [Model.FCN]
        backbone = 1
        #- run.toml
        __base__ = "part.toml"
        [Model]
        FCN.$backbone = "ResNet"
    """)


def test_a_file_that_is_a_config_by_itself_is_judged_as_one():
    check("""
        #- a.toml
        [Model.FCN]
        !backbone = "ResNet"
        [ResNet]
          layer = 3
        # ^^^^^ error unknown-parameter: did you mean `layers`?
        #- run.toml
        __base__ = "a.toml"
        [Model.FCN]
        !backbone = "VGG"
        [VGG]
        depth = 1
    """)
    check("""
        #- a.toml
        [Model.FCN]
        !backbone = 3
        #           ^ error invalid-reference
        #- mid.toml
        __base__ = "a.toml"
        [Model.FCN]
        !backbone = "ResNet"
        #- run.toml
        __base__ = "mid.toml"
    """)
    check("""
        #- a.toml
        [Model.FCN]
        backbone = 1
        !head = "$Pads::ResNet"
        [Pads.ResNet]
          layer = 3
        # ^^^^^ error unknown-parameter
        #- one.toml
        __base__ = "a.toml"
        [Model.FCN]
        head = 1
        #- run.toml
        __base__ = "a.toml"
        [Model.FCN]
        head = 2
    """)


def test_what_others_give_makes_a_file_no_config_by_itself():
    check("""
        #- a.toml
        [Model.FCN]
        !backbone = "$Pads::ResNet"
        [ResNet]
        #^^^^^^ hint unused-section
          layer = 3
        # ^^^^^ warning unknown-parameter
        #- run.toml
        __base__ = "a.toml"
        [Pads.ResNet]
    """)


def test_only_roots_that_keep_a_line_say_what_is_wrong_with_it():
    check("""
        #- part.toml
        [Model.FCN]
        !backbone = "Gone"
        #            ^^^^ error unknown-class
        [Backbone.ResNet]
        layers = "1"
        #        ^^^ warning wrong-type
        #- one.toml
        __base__ = ["part.toml"]
        [Model.FCN]
        backbone = 1
        [Backbone.ResNet]
        layers = 1
        #- run.toml
        __base__ = ["part.toml"]
        #           ^^^^^^^^^^^ error unknown-class: part.toml:2
        size = 1
    """)


def test_what_roots_complete_is_not_judged_in_the_file_alone():
    check("""
        #- part.toml
        [Model.FCN]
        @backbone = "$Backbone"
        &head = "size"
        [Optimizer.SGD]
        #- one.toml
        __base__ = ["part.toml"]
        size = 1
        [Backbone.ResNet]
        [Optimizer.SGD]
        !params = "FCN"
        #- run.toml
        __base__ = ["part.toml"]
        size = 2
        [Backbone.ResNet]
        [Optimizer.SGD]
        params = 1
    """)


def test_what_roots_could_give_to_a_line_they_override_is_a_hint():
    check("""
        #- part.toml
        _hidden = 1
        [Model.FCN]
        @backbone = "$Backbone"
        #             ^^^^^^^^ hint empty-field
        &head = "size"
        #        ^^^^ hint unknown-variable
        #- run.toml
        __base__ = ["part.toml"]
        _hidden = 2
        [Model.FCN]
        backbone = 1
        &head = "_hidden"
    """)


def test_a_line_within_a_value_is_overridden_with_it_or_alone():
    check("""
        #- part.toml
        [Model.FCN]
        !backbone = {one = "Gone1", two = "Gone2"}
        #                   ^^^^^ error unknown-class
        #                                  ^^^^^ error unknown-class
        [Model.SegNet]
        !backbone = {one = "Gone3", two = "Gone4"}
        #                   ^^^^^ error unknown-class
        #                                  ^^^^^ error unknown-class
        #- run.toml
        __base__ = ["part.toml"]
        #           ^^^^^^^^^^^ error unknown-class: part.toml:2: no class `Gone2`
        [Model.FCN]
        !backbone.one = "ResNet"
        [Model.SegNet]
        !backbone = 1
        #           ^ error invalid-reference
    """)


def test_a_table_that_others_continue_is_named_in_each_file_and_complete_in_all_together():
    check("""
        #- part.toml
        [Model.FCN]
        head = 1
        [Model.Gone]
        #      ^^^^ error unknown-class
        !a = 1
        #    ^ error invalid-reference
        [Backbone.VGG]
        #- run.toml
        __base__ = ["part.toml"]
        #           ^^^^^^^^^^^ error invalid-reference
        [Model.FCN]
        backbone = 1
        [Model.Gone]
        #      ^^^^ error unknown-class
        b = 1
        [Backbone.VGG]
        #         ^^^ error missing-parameter
    """)


def test_in_a_row_of_files_a_line_counts_where_it_is_kept():
    check("""
        #- deep.toml
        [Model.FCN]
        !backbone = "Gone"
        #            ^^^^ error unknown-class
        #- mid.toml
        __base__ = ["deep.toml"]
        [Model.FCN]
        !backbone = "Gone too"
        #            ^^^^^^^^ error invalid-reference
        #- run.toml
        __base__ = ["mid.toml"]
        [Model.FCN]
        !backbone = "ResNet"
    """)


def test_an_unbound_field_in_a_file_that_nobody_includes():
    check("""
        [Model.FCN]
        @backbone = "$Backbone"
        #             ^^^^^^^^ error empty-field
    """)  # nothing in this project is included: every file is a root
    check("""
        #- part.toml
        [Model.FCN]
        @backbone = "$Backbone"
        #             ^^^^^^^^ hint empty-field: the config has no table `[Backbone.…]`
        !head = ["$Pads", "$Bakbone"]
        #          ^^^^ hint empty-field
        #                   ^^^^^^^ error empty-field: did you mean `Backbone`?
        #- a.toml
        size = 1
        #- run.toml
        __base__ = ["a.toml"]
    """)
    check("""
        #- a.toml
        size = 1
        #- run.toml
        __base__ = ["a.toml"]
        [Model.FCN]
        @backbone = "$Backbone"
        #             ^^^^^^^^ error empty-field
    """)


# -- which files are judged


@pytest.mark.parametrize(
    "name",
    ["pyproject.toml", "Cargo.toml", "poetry.lock.toml", "uv.lock", "ruff.toml", "pylock.dev.toml"],
)
def test_plain_toml_by_name_is_never_judged(name):
    path = f"/p/{name}"
    files = {path: '[Model.FCNN]\n!backbone = "Gone"\nx = = 1\n', RUN: f'__base__ = ["{name}"]\n'}
    assert snapshot({path: files[path]}).diagnostics(path) == ()


@pytest.mark.parametrize(
    "text",
    [
        '"$schema" = "https://example.org/schema.json"\nmodule = "x"\n[tool]\na = 1\na = 2\n',
        "Model = 'text'\nResNet = 1\n[package]\nname = 'x'\nx = = 1\n",
        "[server]\nhost = 'x'\n[[server.list]]\na = 1\n",
        "",
    ],
)
def test_plain_toml_by_content_is_never_judged(text):
    assert snapshot({RUN: text}).diagnostics(RUN) == ()


@pytest.mark.parametrize(
    "text",
    [
        '__base__ = "x.toml"',
        "[Model.x]",
        "[Head.x]",
        "[ResNet]",
        "[S.ResNet]",
        "[a]\n!b = 1",
        "[a.b]\n@c = 1",
        "!a = 1",
    ],
)
def test_configs_show_what_they_are(text):
    assert snapshot({RUN: text}).is_judged(RUN)


def test_globs_decide_where_they_are_given():
    host = Host(Memory({RUN: "x = = 1", "/p/configs/a.toml": "x = = 1", "/p/configs/b/skip.toml": "x = = 1"}))
    host.projects["/p"] = replace(project(), include=("configs/*",), exclude=("skip.toml",))
    host.projects["/p/configs"] = host.projects["/p/configs/b"] = host.projects["/p"]
    host.set_catalog("/p", catalog())
    snap = host.snapshot()
    assert [bool(snap.diagnostics(p)) for p in (RUN, "/p/configs/a.toml", "/p/configs/b/skip.toml")] == [
        False,
        True,
        False,
    ]


def test_before_the_python_is_read_only_the_text_is_judged():
    files, _ = read('[Model.FCNN]\n!backbone = "Gone"\nx = = 1\n')
    host = Host(Memory(files))
    host.projects["/p"] = project()
    assert {item.code for item in host.snapshot().diagnostics(RUN)} == {"syntax"}


# -- WS


@pytest.mark.parametrize(
    ("text", "name", "fields"),
    [
        ("*Name", "Name", ("Name",)),
        (" * Name ", "Name", ("Name",)),
        ("*Data: TrainData, TestData", "Data", ("TrainData", "TestData")),
        ("*Data:TrainData,Data", "Data", ("TrainData", "Data")),
        ("Head", "Head", ()),
        ("Head: A, B", "Head", ()),
    ],
)
def test_ws_2_notation(text, name, fields):
    spec = read_spec(text)
    assert (spec.name, spec.primary_fields) == (name, fields)


def test_ws_2_derived_fields():
    made = load_project("/p/.excore.toml", Memory({"/p/.excore.toml": 'registries = ["*Model", "*Data: A, B", "H"]\n'}))
    assert made.primary_fields == ("Model", "A", "B")
    assert [made.registry_of(name) for name in made.primary_fields] == ["Model", "Data", "Data"]
    assert made.registry_names(Catalog()) == ("Model", "Data", "H")


@pytest.mark.parametrize(
    ("registries", "registry"),
    [
        ('"*A: X", "*B: X"', "B"),
        ('"*X", "*B: X"', "B"),
        ('"*B: X", "*X"', "B"),
        ('"*A: X, X"', "A"),
        ('"*A: X, Y, X", "*B"', "A"),
    ],
)
def test_ws_2_one_field_twice_is_a_warning(registries, registry):
    made = load_project("/p/.excore.toml", Memory({"/p/.excore.toml": f"registries = [{registries}]\n"}))
    (item,) = made.problems
    assert (item.severity, item.code) == ("warning", "invalid-project")
    assert "field `X` belongs to" in item.message
    assert made.registry_of("X") == registry
    assert made.primary_fields.count("X") == 1


@pytest.mark.parametrize(
    ("line", "suggestions"),
    [
        ('base_dir = "/home/me/lab"', ()),
        ('target_to_registry = {X = "A"}', ("primary_to_registry",)),
        ('target_fields = ["X"]', ("primary_fields",)),
        ('src_dri = "src"', ("src_dir",)),
        ("something_else_altogether = 1", ()),
    ],
)
def test_ws_2_a_key_that_is_not_known_is_a_warning(line, suggestions):
    made = load_project("/p/.excore.toml", Memory({"/p/.excore.toml": f'registries = ["*A: X"]\n{line}\n'}))
    (item,) = made.problems
    assert (item.severity, item.code, item.suggestions) == ("warning", "invalid-project", suggestions)
    assert made.primary_fields == ("X",)


@pytest.mark.parametrize(
    ("modules", "is_open", "registry"),
    [(["R"], False, "Body"), ([], True, "Body"), ([], False, "Net"), (None, False, "Net")],
)
def test_ws_2_a_field_of_another_registry_that_is_a_registry_too(modules, is_open, registry):
    there = {} if modules is None else {"Body": RegistryInfo("Body", open=is_open)}
    catalog = Catalog(there, {name: {key: Entry(key, name, "class", f"m.{key}") for key in modules} for name in there})
    for registries in ('"*Net: Net, Body"', '"*Net: Net, Body", "*Body"', '"*Body", "*Net: Net, Body"'):
        file = f'registries = [{registries}]\n[primary_to_registry]\nNet = "Net"\nBody = "Net"\n'
        made = load_project("/p/.excore.toml", Memory({"/p/.excore.toml": file})).completed(catalog)
        assert (made.registry_of("Net"), made.registry_of("Body")) == ("Net", registry)


def test_ws_3_the_nearest_project_file_upward(tmp_path):
    (tmp_path / ".excore.toml").write_text('registries = ["*Model"]\n')
    deep = tmp_path / "configs" / "deep"
    deep.mkdir(parents=True)
    assert find_project(str(deep)).root == str(tmp_path)
    (tmp_path / "configs" / "pyproject.toml").write_text('[tool.excore]\nregistries = ["*Net"]\n')
    nearer = find_project(str(deep))
    assert (nearer.root, nearer.primary_fields) == (str(tmp_path / "configs"), ("Net",))


def test_ws_as_upstream_writes_it():
    text = (
        'name = "x"\nsrc_dir = "src"\nregistries = ["*Data: TrainData"]\nprimary_fields = ["TrainData"]\n'
        'excore_validate = true\n[primary_to_registry]\nTrainData = "Data"\n'
        '[json_schema_fields]\nData = ["TrainData"]\n'
    )
    made = load_project("/p/.excore.toml", Memory({"/p/.excore.toml": text}))
    assert (made.name, made.src_dir, made.primary_fields) == ("x", "src", ("TrainData",))
    assert made.registry_of("TrainData") == "Data"
    assert not made.problems
    assert made.settings["excore_validate"] is True


def test_ws_without_declared_fields_every_public_registry_is_one():
    known = catalog("Model: FCN(a=1)\n__hidden: X(a=1)")
    assert load_project("/p/.excore.toml", Memory({})).completed(known).primary_fields == ("Model",)


def test_ws_problems_of_the_project_file():
    text = 'name = 1\nregistries = "x"\n[severity]\nunknown-class = "loud"\nno-such = "off"\nwrong-type = "off"\n'
    made = load_project("/p/.excore.toml", Memory({"/p/.excore.toml": text}))
    assert [item.code for item in made.problems] == ["invalid-project"] * 4
    assert made.severities == {"wrong-type": "off"}
