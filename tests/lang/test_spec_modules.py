"""NODE, NOCALL, VALID, AHOOK and CHOOK, as far as they can be told without building."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from catalogs import catalog
from spec_kit import ZOO, bound, check, problems

from excore.lang.catalog import Catalog

HOOKS = "Hook: Trace()\nHook: NoHook()\nHook: function(a=1)\n"


def with_config_hook() -> Catalog:
    """The zoo with ``Trace``, a hook of the build, and ``NoHook``, none."""
    made = catalog(ZOO + HOOKS)
    entries = {name: dict(table) for name, table in made.entries.items()}
    hooks: dict[str, Literal["", "config"]] = {"Trace": "config", "NoHook": "", "function": ""}
    for name, hook in hooks.items():
        entries["Hook"][name] = replace(entries["Hook"][name], hook=hook)
    return Catalog(made.registries, entries)


# -- NODE


def test_node_1_users_of_one_table_share_it_however_they_name_it():
    model = check("""
        [Backbone.ResNet]
        [Model.FCN]
        @backbone = "ResNet"
        @head = {a = "$Backbone", b = ["$Backbone::ResNet", "$Backbone::*"]}
    """)
    assert model.kind(("Backbone", "ResNet")) == "shared"
    assert len(model.users["Backbone", "ResNet"]) == 4


def test_node_1_two_scratchpads_are_two_tables():
    model = check("""
        [A.ResNet]
        [B.ResNet]
        [Model.FCN]
        @backbone = "$A"
        !head = "$B"
    """)
    assert (model.kind(("A", "ResNet")), model.kind(("B", "ResNet"))) == ("shared", "new")


def test_node_2_new_objects_of_a_primary_table():
    model = check("""
        [Backbone.ResNet]
        [Model.FCN]
        !backbone = "$Backbone"
        !head = "ResNet"
    """)
    assert model.kind(("Backbone", "ResNet")) == "new"
    assert ("Backbone", "ResNet") in model.reached
    assert not model.unbuilt


def test_node_4_one_table_new_and_shared():
    check("""
        [Model.FCN]
        @backbone = "ResNet"
        [Model.SegNet]
        !backbone = "ResNet"
        #           ^^^^^^^^ error reuse-conflict: a new object (`!`) here and as a shared object (`@`) in `Model.FCN`
    """)
    check("""
        [Model.FCN]
        !backbone = "ResNet"
        @head = ["Pad", "$Backbone::ResNet"]
        #               ^^^^^^^^^^^^^^^^^^^ error reuse-conflict: give it a second table
        [Backbone.ResNet]
    """)


def test_node_4_not_where_nothing_is_built():
    check("""
        [Model.FCN]
        @backbone = "ResNet"
        [Unused.SegNet]
        #       ^^^^^^ hint unused-section
        !backbone = "ResNet"
    """)


def test_node_5_6_only_the_class():
    model = check("""
        [Backbone.VGG]
        [Model.FCN]
        $backbone = "VGG"
        [Model.SegNet]
        !backbone = "ResNet"
        [ResNet]
        $block = "VGG"
    """)
    assert model.unbuilt == {("Backbone", "VGG")}
    assert model.kind(("Backbone", "VGG")) == "class"
    model = check("""
        [Backbone.ResNet]
        [Model.FCN]
        $backbone = "ResNet"
        @head = "ResNet"
    """)
    assert model.kind(("Backbone", "ResNet")) == "shared"
    assert not model.unbuilt


def test_node_6_what_only_an_unbuilt_table_needs_is_not_built():
    model = check("""
        [Backbone.ResNet]
        !block = "$Optimizer"
        [Model.FCN]
        $backbone = "ResNet"
        $head = "$Optimizer"
        [Optimizer.SGD]
        !params = "BasicBlock"
        [BasicBlock]
        #^^^^^^^^^^ hint unused-section
    """)
    assert model.unbuilt == {("Backbone", "ResNet"), ("Optimizer", "SGD")}
    assert all((model.kind(path) == "class") == (path in model.unbuilt) for path in model.reached)


def test_node_6_a_table_that_gives_its_class_alone_is_used():
    check("""
        [S.VGG]
        [Model.FCN]
        $backbone = "$S::VGG"
    """)


# -- NOCALL


def test_nocall_1_2_3_a_node_instead_of_an_object():
    model = check("""
        [Model.FCN]
        !backbone = "$S::VGG"
        !head = "SimpleHead"
        [S.VGG]
        __no_call__ = true
        [SimpleHead]
        __no_call__ = false
    """)
    assert model.silent == {("S", "VGG")}
    assert "__no_call__" not in model.sections["S", "VGG"].arguments


def test_nocall_4_with_an_attribute_or_no_boolean():
    check("""
        [Model.FCN]
        !backbone = "ResNet.stages"
        #           ^^^^^^^^^^^^^^^ error invalid-no-call: `ResNet` has `__no_call__`
        $head = "ResNet.stages"
        [ResNet]
        __no_call__ = true
        [Model.SegNet]
        __no_call__ = 1
        #             ^ error invalid-no-call: must be true or false
        backbone = 1
    """)


def test_nocall_unknown_arguments_are_told_all_the_same():
    check("""
        [Model.FCN]
        __no_call__ = true
          bakbone = 1
        # ^^^^^^^ warning unknown-parameter: did you mean `backbone`?
    """)


# -- VALID


def test_valid_1_every_missing_parameter_at_once():
    check(
        """
        [Model.Needy]
        #      ^^^^^ error missing-parameter: [Model.Needy] does not give `a`, `c`, which `Needy` requires
        b = 1
        [Model.needy]
        #      ^^^^^ error missing-parameter: `a`
    """,
        known="Model: Needy(a, b, c, d=1)\nModel: needy(a)",
        fields=("*Model",),
    )
    (item,) = problems("[Model.Needy]\na = 1\n", known="Model: Needy(a, b, c, d=1)", fields=("*Model",))
    assert dict(item.data) == {"missing": "b,c"}


def test_valid_1_prefixed_arguments_are_given():
    check('size = 1\n[Model.FCN]\n&backbone = "size"\n')


def test_valid_2_unknown_arguments():
    check("""
        [Model.FCN]
        backbone = 1
          !heed = "SimpleHead"
        # ^^^^^ error unknown-parameter: `FCN` has no parameter `heed`; did you mean `head`?
          zzz = 1
        # ^^^ error unknown-parameter: it also takes `head`, `num_classes`
    """)
    item = next(p for p in problems('[Model.FCN]\nbackbone = 1\n!heed = "Pad"') if p.code == "unknown-parameter")
    assert item.suggestions[0] == "!head"


def test_valid_nothing_is_judged_that_is_not_built():
    check("""
        [Unused.VGG]
        #       ^^^ hint unused-section
          dept = 1
        # ^^^^ warning unknown-parameter
    """)


# -- AHOOK


def hook_targets(model, section, argument):
    found = model.sections[tuple(section.split("."))].arguments[argument].references
    return [[".".join(step.target.path) + "*" * step.target.implicit for step in ref.hooks] for ref in found]


def test_ahook_1_hooks_are_found_like_names():
    hook = "Hook.WeightDecayHook"
    for header, path in (
        ("[ConfigHook.WeightDecayHook]", "ConfigHook.WeightDecayHook"),
        ("[WeightDecayHook]", "WeightDecayHook"),
        (f"[{hook}]", hook),
        ("", "WeightDecayHook*"),
    ):
        model = check(f'[Model.FCN]\n!backbone = "ResNet@WeightDecayHook"\n{header}\n')
        assert hook_targets(model, "Model.FCN", "backbone") == [[path]]
        if header:
            assert tuple(path.split(".")) in model.reached


def test_ahook_2_by_field():
    model = check("""
        [H.WeightDecayHook]
        [Model.FCN]
        !backbone = "ResNet@$H::WeightDecayHook"
        !head = "SimpleHead@$H"
    """)
    assert hook_targets(model, "Model.FCN", "head") == [["H.WeightDecayHook"]]
    check("""
        [H.WeightDecayHook]
        #  ^^^^^^^^^^^^^^^ hint unused-section
        [Model.FCN]
        !backbone = "ResNet@$H::*"
        #                  ^^^^^^ error invalid-hook: only one can follow `@`
    """)


def test_ahook_3_in_lists_tables_and_on_every_module():
    model = check("""
        value = 1
        [S.Pad]
        [S.Flip]
        [Model.FCN]
        !backbone = ["ResNet@WeightDecayHook", "$S::*@WeightDecayHook"]
        $head = {a = "ResNet@WeightDecayHook.x@WeightDecayHook"}
        &num_classes = "value@WeightDecayHook"
    """)
    assert hook_targets(model, "Model.FCN", "backbone") == [["WeightDecayHook*"], ["WeightDecayHook*"]]
    steps = next(model.sections["Model", "FCN"].arguments["head"].references).hooks
    assert [type(step).__name__ for step in steps] == ["ResolvedHook", "PathHook", "ResolvedHook"]
    assert hook_targets(model, "Model.FCN", "num_classes") == [["WeightDecayHook*"]]


def test_ahook_5_hook_tables_are_tables():
    model = check("""
        rate = 0.1
        [WeightDecayHook]
        &weight_decay = "rate"
        [Model.FCN]
        @backbone = "ResNet@WeightDecayHook"
        [Model.SegNet]
        @backbone = "ResNet@WeightDecayHook"
    """)
    assert bound(model, "WeightDecayHook", "weight_decay") == "&rate"
    assert model.kind(("ResNet",)) == "shared"


def test_ahook_6_errors():
    check(
        """
        [Model.FCN]
        !backbone = "ResNet@WeightDecayHok"
        #                   ^^^^^^^^^^^^^^ error unknown-hook: no hook `WeightDecayHok` in any registry
        !head = ["Pad@ResNet", "Pad@make_net", "Pad@torch", "Pad@", "Pad@WeightDecayHook"]
        #             ^^^^^^ error invalid-hook: does not inherit from ConfigArgumentHook
        #                           ^^^^^^^^ error invalid-hook: a function
        #                                           ^^^^^ error invalid-hook: a python module
        #                                                       ^ error invalid-hook: the name of a hook is expected
        [WeightDecayHook]
          node = 1
        # ^^^^ error invalid-hook: the config cannot give it
        """
    )


def test_ahook_6_missing_arguments_of_hooks():
    check(
        """
        [Model.FCN]
        !backbone = "ResNet@Needy"
        #           ^^^^^^^^^^^^^^ error missing-parameter: `Needy`
    """,
        known=ZOO + "Hook: Needy(a)",
    )


# -- CHOOK


def test_chook_1_hooks_of_the_build():
    model = check("[ExcoreHook.Trace]\n", known=with_config_hook())
    assert model.sections["ExcoreHook", "Trace"].role == "hooks"
    assert not model.isolated


def test_chook_3_errors():
    check(
        """
        [ExcoreHook.Trac]
        #           ^^^^ error unknown-class: did you mean `Trace`?
        [ExcoreHook.NoHook]
        #           ^^^^^^ error invalid-hook: it has no `__HookType__`
        [ExcoreHook.function]
        #           ^^^^^^^^ error invalid-hook
        [ExcoreHook]
    """,
        known=with_config_hook(),
    )
    check("""
        ExcoreHook = 1
        #            ^ error invalid-header: `ExcoreHook` is the table of lifecycle hooks
    """)
