"""VAL, REF, VAR, ATTR and MOD: what the values of prefixed arguments mean."""

from __future__ import annotations

import pytest
from spec_kit import bound, check, problems

HEAD = '[Model.FCN]\n!backbone = "ResNet"\n'


def codes(text: str, **options: object) -> list[str]:
    return [item.code for item in problems(text, **options) if item.severity in ("error", "warning")]


# -- VAL


def test_val_1_one_reference_under_every_prefix():
    model = check("""
        size = 1
        [Model.FCN]
        !backbone = "ResNet"
        @head = "SimpleHead"
        &num_classes = "size"
        [Model.SegNet]
        $backbone = "make_net"
    """)
    assert [bound(model, "Model.FCN", name) for name in ("backbone", "head", "num_classes")] == [
        "ResNet*",
        "SimpleHead*",
        "&size",
    ]
    kinds = [use.kind for path in (("ResNet",), ("SimpleHead",), ("make_net",)) for use in model.users[path]]
    assert kinds == ["new", "shared", "class"]


@pytest.mark.parametrize("prefix", "!@$")
def test_val_2_3_4_lists(prefix):
    model = check(f"""
        [Model.FCN]
        backbone = 1
        {prefix}head = ["Pad", "Flip", "Pad"]
        [Model.SegNet]
        {prefix}backbone = []
        [TrainData.City]
        {prefix}transforms = ["Pad"]
    """)
    assert bound(model, "Model.FCN", "head") == ["Pad*", "Flip*", "Pad*"]
    assert bound(model, "Model.SegNet", "backbone") == []
    assert bound(model, "TrainData.City", "transforms") == ["Pad*"]


def test_val_5_tables_of_references_also_nested():
    model = check("""
        [Model.FCN]
        !backbone = {a = "ResNet", b = ["Normalize"], c = {d = "ResNet"}, e = "$S::*"}
        [S.Flip]
        [S.Pad]
    """)
    assert bound(model, "Model.FCN", "backbone") == {
        "a": "ResNet*",
        "b": ["Normalize*"],
        "c": {"d": "ResNet*"},
        "e": ["S.Flip", "S.Pad"],
    }


def test_val_6_other_values():
    check("""
        size = 3
        [Model.FCN]
        !backbone = 3
        #           ^ error invalid-reference: `!backbone` of `Model.FCN` needs the name of a module
        @head = ""
        #       ^^ error invalid-reference: the name of a module is expected
        &num_classes = 2.5
        #              ^^^ error invalid-reference: the name of a top-level value
        [Model.SegNet]
        $backbone = ["ResNet", 1, ["ResNet", 2], {a = 1}]
        #                      ^ error invalid-reference: `1`
        #                                    ^ error invalid-reference: `2`
        #                                        ^^^^^^^ error invalid-reference: a table in a list
        [[Model.SegNet."!layers"]]
        #              ^^^^^^^^^ error invalid-reference: an array of tables
    """)


def test_val_7_plain_arguments_stay_as_they_are():
    model = check("""
        [Model.FCN]
         backbone = "$Model"
        #^^^^^^^^ warning wrong-type
        head = ["&x", "${HOME}"]
    """)
    assert bound(model, "Model.FCN", "head") == "Plain"
    assert not model.users


# -- REF


def test_ref_1_table_then_group_then_implicit():
    model = check("""
        [ResNet]
        [Heads.SimpleHead]
        [Model.FCN]
        !backbone = "ResNet"
        !head = "SimpleHead"
        [Model.SegNet]
        !backbone = "Normalize"
    """)
    assert bound(model, "Model.FCN", "backbone") == "ResNet"
    assert bound(model, "Model.FCN", "head") == "Heads.SimpleHead"
    assert bound(model, "Model.SegNet", "backbone") == "Normalize*"
    assert model.implicit == (("Normalize",),)


def test_ref_1_implicit_modules_are_complete_except_under_class():
    check("""
        [Model.FCN]
        !backbone = "VGG"
        #           ^^^^^ error missing-parameter: `VGG` has no table of its own and does not give `depth`
        $head = "VGG"
        [Model.SegNet]
        $backbone = "VGG"
    """)


def test_ref_1_unknown_name():
    check("""
        [Model.FCN]
        !backbone = "ResNett"
        #            ^^^^^^^ error unknown-class: for `backbone` of `[Model.FCN]`; did you mean `ResNet`?
        !head = ["Pad", "Flop"]
        #                ^^^^ error unknown-class: did you mean `Flip`?
    """)


def test_ref_2_a_table_of_its_own_comes_first():
    model = check("""
        [VGG]
        depth = 2
        [Backbone.VGG]
        depth = 1
        [Model.FCN]
        !backbone = "VGG"
        [Model.SegNet]
        !backbone = "$Backbone"
    """)
    assert bound(model, "Model.FCN", "backbone") == "VGG"
    assert bound(model, "Model.SegNet", "backbone") == "Backbone.VGG"


def test_ref_3_name_in_two_groups_is_ambiguous():
    check("""
        [A.ResNet]
        [Backbone.ResNet]
        [Model.FCN]
        !backbone = "ResNet"
        #            ^^^^^^ error ambiguous-reference: `A`, `Backbone`; say which one: `$A::ResNet`, `$Backbone::ResNet`
    """)
    model = check("""
        [A.ResNet]
        [Backbone.ResNet]
        [Model.FCN]
        !backbone = "$A::ResNet"
    """)
    assert bound(model, "Model.FCN", "backbone") == "A.ResNet"


def test_ref_4_names_of_groups_are_no_modules():
    check("""
        [A.ResNet]
        [Model.FCN]
        !backbone = "A"
        #            ^ error reserved-name: `A` is the name of a scratchpad, not of a module; write `$A`
        !head = "Backbone"
        #        ^^^^^^^^ error reserved-name: field or registry
    """)


def test_ref_4_comes_before_the_name_is_looked_up():
    known = "Model: FCN(backbone)\nHead: Head()\nBackbone: Model()"
    check(
        """
        [Head.Head]
        [Backbone.Model]
        [Model.FCN]
        !backbone = ["Head", "Model"]
        #             ^^^^ error reserved-name: write `$Head::Head` or `$Head`
        #                     ^^^^^ error reserved-name: write `$Backbone::Model` or `$Model`
        """,
        known=known,
        fields=("*Model", "*Backbone", "Head"),
    )


def test_ref_5_the_sole_module_of_a_group():
    model = check("""
        [S.SimpleHead]
        [Head.SimpleHead]
        [Backbone.ResNet]
        [Model.FCN]
        !backbone = "$Backbone"
        !head = ["$S", "$Head"]
    """)
    assert bound(model, "Model.FCN", "backbone") == "Backbone.ResNet"
    assert bound(model, "Model.FCN", "head") == ["S.SimpleHead", "Head.SimpleHead"]


def test_ref_5_errors():
    check("""
        __base__ = []
        scalar = 1
        [Backbone.ResNet]
        [Backbone.VGG]
        depth = 1
        [BasicBlock]
        [Loss]
        [Model.FCN]
        !backbone = "$Backbone"
        #             ^^^^^^^^ error ambiguous-reference: `$Backbone::ResNet`, `$Backbone::VGG`
        !head = ["$scalar", "$BasicBlock", "$Optimizer", "$Loss", "$Bakbone"]
        #          ^^^^^^ error empty-field: `scalar` is a value
        #                     ^^^^^^^^^^ error empty-field: a table of module arguments
        #                                    ^^^^^^^^^ error empty-field: the config has no table `[Optimizer.…]`
        #                                                  ^^^^ error empty-field: `Loss` holds no module
        #                                                           ^^^^^^^ error empty-field: did you mean `Backbone`?
    """)


def test_ref_6_named_members_of_groups():
    model = check("""
        [Backbone.ResNet]
        [Backbone.VGG]
        depth = 1
        [Model.FCN]
        !backbone = "$Backbone::VGG"
        @head = "$Backbone::ResNet"
    """)
    assert bound(model, "Model.FCN", "backbone") == "Backbone.VGG"
    check("""
        [Backbone.ResNet]
        [Model.FCN]
        !backbone = "$Backbone::VGG"
        #                       ^^^ error unknown-section: `Backbone` has no `VGG`; it holds `ResNet`
        !head = ["$A::b::c", "Backbone::ResNet", "$", "$Backbone::", "$::A"]
        #         ^^^^^^^^ error invalid-reference: more than one `::`
        #                     ^^^^^^^^^^^^^^^^ error invalid-reference: needs a `$`
        #                                         ^ error invalid-reference: the name of a field is expected
        #                                                         ^ error invalid-reference: a name or `*` is expected
        #                                                             ^^^^ error invalid-reference
    """)


def test_ref_7_every_module_of_a_group():
    model = check("""
        #- base.toml
        [S.Flip]
        [S.Pad]
        #- run.toml
        __base__ = ["base.toml"]
        [S.Normalize]
        [One.Pad]
        [TrainData.City]
        !transforms = ["$S::*", "$One::*"]
        [TestData.City]
        !transforms = "$One::*"
    """)
    assert bound(model, "TrainData.City", "transforms") == [["S.Flip", "S.Pad", "S.Normalize"], ["One.Pad"]]
    assert bound(model, "TestData.City", "transforms") == ["One.Pad"]
    (reference,) = model.sections["TestData", "City"].arguments["transforms"].references
    assert reference.every
    assert reference.target is None


def test_ref_8_modules_reached_are_read_to_any_depth_in_any_order():
    model = check("""
        [Model.FCN]
        !backbone = "ResNet"
        [ResNet]
        !block = "SegNet"
        [SegNet]
        !backbone = "BasicBlock"
        [BasicBlock]
        [SimpleHead]
        #^^^^^^^^^^ hint unused-section
    """)
    assert model.reached == {("Model", "FCN"), ("ResNet",), ("SegNet",), ("BasicBlock",)}


def test_ref_9_cycles():
    check("""
        [Model.FCN]
        !backbone = "ResNet"
        [ResNet]
        !block = "SegNet"
        [SegNet]
        !backbone = ["Pad", "ResNet"]
        #                   ^^^^^^^^ error reference-cycle: ResNet.block -> SegNet.backbone -> ResNet
    """)
    check("""
        [Backbone.ResNet]
        !block = "ResNet"
        #        ^^^^^^^^ error reference-cycle: Backbone.ResNet.block -> Backbone.ResNet
    """)
    check("""
        [Backbone.ResNet]
        $block = "ResNet"
    """)


# -- VAR


def test_var_1_2_values():
    model = check("""
        zero = 0
        text = ""
        items = []
        table = {a = 1}
        [Model.FCN]
        &backbone = "table"
        &num_classes = "zero"
        &head = ["text", "items"]
    """)
    assert bound(model, "Model.FCN", "head") == ["&text", "&items"]
    assert bound(model, "Model.FCN", "num_classes") == "&zero"
    assert model.sections["Model", "FCN"].variables == ("table", "zero", "text", "items")


def test_var_1_missing():
    check("""
        size = 1
        [Model.FCN]
        backbone = 1
        &num_classes = "sise"
        #               ^^^^ error unknown-variable: the config has no top-level value `sise`; did you mean `size`?
    """)


def test_var_3_lists_and_tables_of_names():
    model = check("""
        a = 1
        b = 2
        [Model.FCN]
        &backbone = {x = "a", y = ["b", "a"]}
    """)
    assert bound(model, "Model.FCN", "backbone") == {"x": "&a", "y": ["&b", "&a"]}


def test_var_4_names_of_modules_and_groups():
    check("""
        [S.Pad]
        [ResNet]
        [Backbone.ResNet]
        [Model.FCN]
        &backbone = ["Backbone", "Data", "S", "ResNet"]
        #             ^^^^^^^^ error reserved-name: field or registry
        #                         ^^^^ error reserved-name: field or registry
        #                                 ^ error reserved-name: a table of module arguments
        #                                      ^^^^^^ error reserved-name: a table of module arguments
    """)


def test_var_5_attributes_and_keys():
    model = check("""
        name = "net"
        [opts]
        a = 1
        [opts.deep]
        b = 2
        [Model.FCN]
        &backbone = ["name.upper()", "opts.a", "opts.deep.b", "opts.keys()", "opts.a.real"]
    """)
    assert bound(model, "Model.FCN", "backbone") == ["&name", "&opts", "&opts", "&opts", "&opts"]
    check("""
        name = "net"
        opts = {alpha = 1}
        [Model.FCN]
        &backbone = ["name.uper()", "opts.alpa", "opts.alpha.x"]
        #                  ^^^^ error unknown-attribute: the value of `name` has no attribute `uper`
        #                                 ^^^^ error unknown-attribute: no key `alpa`
        #                                                    ^ error unknown-attribute: no attribute `x`
    """)


def test_var_6_a_variable_under_any_prefix_is_replaced_first():
    model = check("""
        tf = ["Pad", "Flip"]
        ref = "n"
        n = 3
        one = "ResNet"
        none = []
        [TrainData.City]
        !transforms = "&tf"
        &train_size = "&ref"
        [Model.FCN]
        !backbone = ["&one", "Normalize"]
        @head = "&none"
    """)
    assert bound(model, "TrainData.City", "transforms") == ["Pad*", "Flip*"]
    assert bound(model, "TrainData.City", "train_size") == "&n"
    assert bound(model, "Model.FCN", "backbone") == ["ResNet*", "Normalize*"]
    assert bound(model, "Model.FCN", "head") == []
    assert set(model.sections["TrainData", "City"].variables) == {"tf", "ref", "n"}


def test_var_6_errors():
    check("""
        tf = ["Pad", "Flop"]
        #             ^^^^ error unknown-class
        n = 3
        #   ^ error invalid-reference: `!backbone` of `Model.FCN` needs the name of a module
        twice = "&n"
        #       ^^^^ error invalid-reference: a variable is replaced once
        [TrainData.City]
        !transforms = "&tf"
        [Model.FCN]
        !backbone = "&n"
        !head = ["&gone", "&twice"]
        #          ^^^^ error unknown-variable
    """)


def test_var_6_in_plain_arguments_it_is_text():
    model = check('[Model.FCN]\nbackbone = "&gone"\n')
    assert bound(model, "Model.FCN", "backbone") == "Plain"


def test_var_7_environment():
    environment = {"D": "/data/v1.2@x", "EMPTY": "", "BACK": "\\1"}
    model = check(
        """
        path = "${D}"
        [TrainData.City]
        &data_path = "${D}/a.b/$D${EMPTY}"
        [TestData.City]
        data_path = "${GONE}"
        &transforms = ["${BACK}", "&path"]
        """,
        environment=environment,
    )
    assert bound(model, "TrainData.City", "data_path") == "/data/v1.2@x/a.b/$D"
    assert bound(model, "TestData.City", "transforms") == ["\\1", "/data/v1.2@x"]
    check(
        """
        [TrainData.City]
        &data_path = "${D}/${GONE}"
        #                  ^^^^^^^ warning unset-environment: `GONE` is not set
        """,
        environment=environment,
    )


def test_var_7_defaults():
    model = check(
        """
        [TrainData.City]
        &data_path = "${GONE:-/data/v1.2@x}/${D:-no}/${EMPTY:-some}/${GONE:-}"
        [TestData.City]
        &transforms = ["${GONE:-a:-b}", "${D}${GONE:-$x}"]
        """,
        environment={"D": "d", "EMPTY": ""},
    )
    assert bound(model, "TrainData.City", "data_path") == "/data/v1.2@x/d/some/"
    assert bound(model, "TestData.City", "transforms") == ["a:-b", "d$x"]
    check(
        """
        [TrainData.City]
        &data_path = "${DATA_DIR:/data}"
        #             ^^^^^^^^^^^^^^^^^ error unset-environment: a default is written `${DATA_DIR:-/data}`
        [TestData.City]
        &data_path = "${:-/data}"
        #             ^^^^^^^^^^ error unset-environment: the name of a variable is expected
        &transforms = ["${DATA_DIR-/data}", "${DATA_DIR,data}", "${A B:-x}"]
        #               ^^^^^^^^^^^^^^^^^ error unset-environment: a default is written `${DATA_DIR:-/data}`
        #                                    ^^^^^^^^^^^^^^^^ error unset-environment: a default is written `${
        #                                                        ^^^^^^^^^ error unset-environment: is called `A B`
        [Backbone.ResNet]
        &block = ["${A-B}", "${Files(x86)}", "x${A:-${B:-z}}/q"]
        #          ^^^^^^ warning unset-environment: `A-B` is not set
        #                    ^^^^^^^^^^^^^ warning unset-environment
        #                                      ^^^^^^^^^^^^^ error invalid-reference: a default is plain
        """,
        environment={},
    )


VALUES = """
        name = "fcn"
        opt = { lr = 1e-3, x = {} }
        on = true
        sizes = [1, 2]
        HOME = "mine"
        note = "${name}"
        which = "runs/${name}"
        """


def test_var_9_a_variable_in_a_text():
    model = check(
        VALUES
        + """
        [TrainData.City]
        &data_path = "${name}/${opt.lr}-${on}${HOME}-${E}-${E:-}-${note}"
        &transforms = ["&which", "${name:-x}"]
        """,
        environment={"E": "e"},
    )
    assert bound(model, "TrainData.City", "data_path") == "fcn/0.001-Truemine-e-e-${name}"
    assert bound(model, "TrainData.City", "transforms") == ["runs/fcn", "x"]
    assert set(model.sections["TrainData", "City"].variables) == {"name", "opt", "on", "HOME", "note", "which"}


def test_var_9_mistakes():
    check(
        VALUES
        + """
        [TrainData.City]
        &data_path = "${nmae} ${sizes} ${opt} ${opt.rl} ${opt.lr.x} ${TrainData}"
        #               ^^^^ error unknown-variable: did you mean `name`?
        #                     ^^^^^^^^ error invalid-reference: `sizes` is a list
        #                              ^^^^^^ error invalid-reference: `opt` is a table
        #                                           ^^ error unknown-attribute: the value of `opt` has no key `rl`
        #                                                        ^ error unknown-attribute: `lr` has no key `x`
        #                                                             ^^^^^^^^^ error reserved-name: a field
        &train_size = "${NMAE} ${HOME}"
        #              ^^^^^^^ warning unset-environment
        #                      ^^^^^^^ warning ambiguous-reference: `${HOME:-}`
        """,
        environment={"HOME": "theirs"},
    )


def test_var_7_without_an_environment_nothing_is_said():
    check('[TrainData.City]\n&data_path = "${GONE}"\n')


# -- ATTR and MOD


def hooks(model, section, argument):
    section = model.sections[tuple(section.split("."))]
    return [[type(step).__name__ for step in ref.hooks] for ref in section.arguments[argument].references]


def test_attr_1_2_paths_on_every_kind_of_reference():
    model = check("""
        [Model.FCN]
        @backbone = "$Backbone::ResNet.a.m().b"
        !head = ["SimpleHead.channels", "$S::*.x"]
        [Optimizer.SGD]
        @params = {a = "$Model.parameters()", b = "ResNet.parameters()"}
        [Backbone.ResNet]
        $block = "BasicBlock.make(1, x='a.b@c')"
        [S.Pad]
        [S.Flip]
    """)
    assert bound(model, "Model.FCN", "backbone") == "Backbone.ResNet"
    assert bound(model, "Model.FCN", "head") == ["SimpleHead*", ["S.Pad", "S.Flip"]]
    assert hooks(model, "Model.FCN", "head") == [["PathHook"], ["PathHook"]]
    assert bound(model, "Optimizer.SGD", "params") == {"a": "Model.FCN", "b": "Backbone.ResNet"}


def test_attr_4_what_is_no_path():
    check("""
        [Model.FCN]
        !backbone = "ResNet.a + 1"
        #                   ^^^^^ error invalid-path: `a + 1` is not the name of an attribute
        !head = ["ResNet.f(x)", "ResNet.", "ResNet.a(1", "ResNet(1)", "ResNet.at(0.5, name='a.b@c')[0]"]
        #                 ^^^ error invalid-path: not a Python literal
        #                               ^ error invalid-path
        #                                           ^^ error invalid-path: never closed
        #                                                       ^^^ error invalid-path
    """)


def test_mod_1_2_python_modules():
    model = check("""
        [Model.FCN]
        $backbone = "torch.nn.ReLU"
        !head = ["torch", "torch.nn.ReLU()"]
        [Model.SegNet]
        !backbone = "torch.nn.ReLU(inplace=True)"
    """)
    assert bound(model, "Model.FCN", "backbone") == "torch*"
    assert bound(model, "Model.FCN", "head") == ["torch*", "torch*"]


def test_mod_3_unregistered_modules():
    check("""
        [Model.FCN]
        $backbone = "numpy.zeros"
        #            ^^^^^ error unknown-class: no class `numpy` in any registry
    """)
