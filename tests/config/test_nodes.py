from __future__ import annotations

import builtins
import functools
import re
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import pytest

from excore import Registry, workspace
from excore.config import flags
from excore.config.models import (
    ChainedInvocationWrapper,
    ClassNode,
    ConfigArgumentHook,
    ConfigHookNode,
    GetAttr,
    InternNode,
    InterNode,
    ModuleNode,
    ModuleWrapper,
    ReusedNode,
    VariableReference,
    register_argument_hook,
    register_special_flag,
    silent,
)
from excore.engine.logging import logger
from excore.errors import (
    CoreConfigParseError,
    CoreConfigSupportError,
    MissingAttributeError,
    ModuleBuildError,
    ModuleValidateError,
    StrToClassError,
)


class R:
    kind = "residual"

    def __init__(self, depth: int = 50) -> None:
        self.depth = depth
        self.blocks = [self]

    @classmethod
    def from_pretrained(cls, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        return cls, args, kwargs

    def out(self) -> int:
        return self.depth

    def at(self, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        return args, kwargs

    @property
    def broken(self) -> int:
        raise RuntimeError("no")


class FCN:
    def __init__(self, backbone: Any, head: Any = None, **options: Any) -> None:
        self.backbone, self.head, self.options = backbone, head, options


class Needs:
    def __init__(self, first: int, second: int, third: int = 3, *args: Any, **kwargs: Any) -> None:
        self.values = (first, second, third, kwargs)


class Strict:
    def __init__(self, width: int, height: int = 1) -> None:
        self.width, self.height = width, height


class Inherits(Strict): ...


class Bare: ...


class Fails:
    def __init__(self) -> None:
        raise RuntimeError("boom")


class Scale(ConfigArgumentHook):
    def __init__(self, node: Any, factor: int, extra: Any = None, enabled: bool = True) -> None:
        super().__init__(node, enabled)
        self.factor, self.extra = factor, extra

    def hook(self) -> Any:
        return self.factor, self.node(), self.extra


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(flags, "_current", flags.current())
    workspace.reset()
    yield
    workspace.reset()


def test_lazy_6_arguments_are_set_with_lshift_and_add() -> None:
    node: Any = ModuleNode(1)
    assert (node << {"a": 1}) is node
    assert node.add(b=2) is node
    assert dict(node) == {"a": 1, "b": 2}
    with pytest.raises(TypeError):
        node << 1


def test_lazy_6_rshift_puts_arguments_into_the_other_node() -> None:
    node, other = ModuleNode(1).add(a=3, b=1), ModuleNode(2).add(b=2)
    assert (node >> other) is node
    assert other == ModuleNode(2).add(a=3, b=1)
    with pytest.raises(TypeError):
        node >> 1


def test_lazy_6_any_target_is_taken_and_fails_when_called() -> None:
    assert ModuleNode(1).name == "int"
    assert ModuleNode(R).name == "R"
    with pytest.raises(ModuleBuildError):
        ModuleNode(1)()


def test_lazy_6_a_call_wins_over_the_node_and_does_not_change_it() -> None:
    node = ModuleNode(R).add(depth=18)
    assert node(depth=34).depth == 34
    assert node().depth == 18
    assert dict(node) == {"depth": 18}


def test_lazy_6_children_are_built_everywhere_also_those_given_to_the_call() -> None:
    node = ModuleNode(FCN).add(backbone=InterNode(R), head=[InterNode(R), {"a": (ClassNode(R), 1)}])
    built = node(extra=InterNode(R).add(depth=2))
    assert isinstance(built.backbone, R)
    assert isinstance(built.head[0], R)
    assert built.head[1] == {"a": (R, 1)}
    assert built.options["extra"].depth == 2
    assert isinstance(node["backbone"], InterNode)


def test_lazy_6_functions_and_modules() -> None:
    assert ModuleNode(dict).add(a=1)() == {"a": 1}
    assert ModuleNode(time).add(a=1)() is time


def test_lazy_6_nodes_from_names() -> None:
    node = ModuleNode.from_str("collections.Counter", {"a": 2})
    assert node()["a"] == 2
    assert InterNode.from_str("time")() is time
    for path in ("collections.Absent", "absent_package.Name", "absent_package", "a b", "", ".", "collections."):
        with pytest.raises(StrToClassError):
            ModuleNode.from_str(path)


def test_lazy_6_a_module_that_fails_on_import_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fails_on_import.py").write_text("raise RuntimeError('at import')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(StrToClassError, match=r"fails_on_import.*at import"):
        ModuleNode.from_str("fails_on_import.Name")


def test_ws_3_the_folder_above_src_dir_is_importable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".excore.toml").write_text('src_dir = "code/nodes_source"')
    (tmp_path / "code" / "nodes_source").mkdir(parents=True)
    (tmp_path / "code" / "nodes_source" / "nets.py").write_text("class Net: ...")
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path / "deep")
    monkeypatch.setattr(sys, "path", list(sys.path))
    workspace.refresh()
    assert type(ModuleNode.from_str("nodes_source.nets.Net")()).__name__ == "Net"


def test_lazy_6_from_base_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Registry, "_registry_pool", {})
    Registry("Net").register_module(R)
    assert ModuleNode.from_base_name("Net", "R", {"depth": 2})().depth == 2
    for base, name in (("Net", "S"), ("Nut", "R")):
        with pytest.raises(ModuleBuildError, match=f"`{base if base == 'Nut' else name}`"):
            ModuleNode.from_base_name(base, name)


def test_lazy_6_from_node() -> None:
    node = InterNode(R).add(depth=1)
    shared = ReusedNode.from_node(node)
    assert (type(shared), dict(shared), shared.target) == (ReusedNode, {"depth": 1}, R)
    assert InterNode.from_node(node) is node


def test_lazy_6_equality_compares_kind_target_and_arguments() -> None:
    assert ModuleNode(R).add(a=1) == ModuleNode(R).add(a=1)
    assert ModuleNode(R).add(a=1) != ModuleNode(R).add(a=2)
    assert ModuleNode(R) != InterNode(R)
    assert ModuleNode(R) != ModuleNode(FCN)
    one = ModuleNode(R).add(a=1)
    assert ModuleWrapper(one) == one == ModuleWrapper(one) == ModuleWrapper([ModuleNode(R).add(a=1)])
    assert ModuleWrapper(one) != ModuleNode(R) != ModuleWrapper([ModuleNode(R), one])


def test_lazy_6_priorities_and_aliases() -> None:
    kinds = (ModuleNode, ClassNode, ConfigHookNode, InterNode, ReusedNode)
    assert [kind.priority for kind in kinds] == [0, 1, 1, 2, 3]
    assert InternNode is InterNode
    assert ChainedInvocationWrapper is GetAttr
    assert InterNode.__excore_check_target_type__(ReusedNode)
    assert ReusedNode.__excore_check_target_type__(InterNode)
    assert not ClassNode.__excore_check_target_type__(InterNode)


def test_lazy_6_a_subclass_may_change_the_arguments_of_the_call() -> None:
    class Plus(ModuleNode):
        def __call__(self, **params: Any) -> Any:
            return super().__call__(**{key: value + 1 for key, value in self.items()})

    assert Plus(R).add(depth=1)().depth == 2


def test_node_1_shared_objects_are_built_once() -> None:
    shared = ReusedNode(R)
    left, right = ModuleNode(FCN).add(backbone=shared), ModuleNode(FCN).add(backbone=shared, head=[shared])
    built = right()
    assert left().backbone is built.backbone is built.head[0] is shared()
    assert left() is not left()


def test_node_1_shared_results_may_be_none() -> None:
    calls: list[int] = []
    node = ReusedNode(lambda: calls.append(1))
    assert node() is node() is None
    assert calls == [1]


def test_node_1_changed_arguments_build_a_shared_object_again() -> None:
    shared = ReusedNode(R)
    first = shared()
    shared.add(depth=3)
    assert shared() is not first
    assert shared().depth == 3
    with pytest.raises(ModuleBuildError, match="shared"):
        shared(depth=4)


def test_node_3_fresh_all_the_way_down() -> None:
    shared = ReusedNode(R)
    node = InterNode(FCN).add(backbone=InterNode(FCN).add(backbone=InterNode(R), head=shared))
    one, two = node(), node()
    assert one.backbone is not two.backbone
    assert one.backbone.backbone is not two.backbone.backbone
    assert one.backbone.head is two.backbone.head


def test_node_7_plain_arguments_are_not_shared_between_objects() -> None:
    node = InterNode(FCN).add(backbone=[1, {"a": [2]}])
    one, two = node(), node()
    one.backbone[1]["a"].append(3)
    assert two.backbone == [1, {"a": [2]}] == node["backbone"]


def test_node_7_what_the_caller_gives_is_passed_as_it_is() -> None:
    given = [1]
    assert ModuleNode(FCN)(backbone=given).backbone is given


def test_nocall_1_the_node_itself_is_the_argument() -> None:
    inner = ModuleNode.from_str(f"{__name__}.R", {"__no_call__": True, "depth": 1})
    assert dict(inner) == {"depth": 1}
    built = ModuleNode(FCN).add(backbone=inner, head=[inner])()
    assert built.backbone is inner
    assert built.head == [inner]
    assert not ModuleNode.from_str("time", {"__no_call__": False})._no_call


def test_nocall_2_the_node_builds_later_at_each_call() -> None:
    for kind in (ModuleNode, ReusedNode):
        node = kind(R, _no_call=True).add(depth=1)
        assert node(depth=7).depth == 7
        assert node().depth == 1
        assert node() is not node()


@pytest.mark.parametrize("kind", [ModuleNode, ReusedNode, InterNode])
def test_nocall_2_arguments_by_position(kind: type[ModuleNode]) -> None:
    node = kind(Needs, _no_call=True).add(second=2)
    assert node(1).values == (1, 2, 3, {})
    assert node(1, third=7).values == (1, 2, 7, {})
    assert dict(node) == {"second": 2}
    with pytest.raises(ModuleBuildError, match=r"`second` by position, and `second` is configured.*write `second=`"):
        node(1, 2)
    with pytest.raises(ModuleBuildError, match=r"`third` by position"):
        kind(Needs, _no_call=True)(1, 2, 3, third=3)
    with pytest.raises(ModuleValidateError, match=r"needs `second`, which"):
        kind(Needs, _no_call=True)(1)
    assert ModuleNode(max)(3, 5) == 5
    assert ModuleNode(R, _no_call=True)(R(7)).depth.depth == 7


def test_nocall_4_attributes_and_other_values_are_errors() -> None:
    with pytest.raises(ModuleBuildError, match="__no_call__"):
        GetAttr(ModuleNode(R, _no_call=True), "depth")()
    with pytest.raises(CoreConfigParseError, match="__no_call__"):
        ModuleNode.from_str("time", {"__no_call__": "yes"})


def test_valid_1_all_missing_arguments_are_named() -> None:
    with pytest.raises(ModuleValidateError, match=r"`Needs`.*`first`, `second`") as caught:
        ModuleNode(Needs)()
    assert "third" not in str(caught.value)
    assert ModuleNode(Needs).add(first=1)(second=2).values == (1, 2, 3, {})


@pytest.mark.parametrize("target", [Strict, Inherits, lambda width, *, height=1: None])
def test_valid_1_inherited_constructors_and_functions(target: Any) -> None:
    with pytest.raises(ModuleValidateError, match="`width`"):
        ModuleNode(target).validate()
    ModuleNode(target).add(width=1).validate()


def test_valid_1_targets_without_constructor_or_signature() -> None:
    assert isinstance(ModuleNode(Bare)(), Bare)
    assert ModuleNode(dict)(a=1) == {"a": 1}
    assert ModuleNode(range).validate() is None


class Unpacking(type):
    def __call__(cls, options: dict[str, Any]) -> Any:
        return super().__call__(**options)


class Unpacked(metaclass=Unpacking):
    def __init__(self, depth: int) -> None:
        self.depth = depth


def test_valid_1_what_a_metaclass_takes_is_not_judged_by_the_constructor() -> None:
    assert ModuleNode(Unpacked)(options={"depth": 3}).depth == 3
    with pytest.raises(ModuleBuildError, match="missing 1 required positional argument"):
        ModuleNode(Unpacked)()


def test_valid_1_defaults_that_refuse_comparison() -> None:
    class Array:
        def __eq__(self, other: object) -> bool:
            raise ValueError("ambiguous")

    def function(values: Any = Array()) -> str:  # noqa: B008
        return "ok"

    assert ModuleNode(function)() == "ok"


def test_valid_1_a_misspelled_argument_is_pointed_at() -> None:
    with pytest.raises(ModuleValidateError, match=r"`width`.*`widht`.*Did you mean `width`"):
        ModuleNode(Strict).add(widht=1)()


def test_valid_1_the_error_says_where() -> None:
    node = ModuleNode(FCN).add(backbone=[InterNode(FCN).add(backbone=InterNode(Strict))])
    with pytest.raises(ModuleValidateError, match=r"FCN\.backbone -> FCN\.backbone"):
        node()


def test_valid_2_unknown_arguments_are_named_with_a_suggestion() -> None:
    with pytest.raises(ModuleBuildError, match=r"`Strict`.*`heigth`.*`height`") as caught:
        ModuleNode(Strict).add(width=1, heigth=2)()
    assert isinstance(caught.value.__cause__, TypeError)


def test_valid_2_failures_are_chained() -> None:
    with pytest.raises(ModuleBuildError, match=r"`Fails`.*boom") as caught:
        ModuleNode(Fails)()
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_valid_2_interrupts_are_not_build_errors() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ModuleNode(interrupted)()


def test_valid_3_without_validation_the_call_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXCORE_VALIDATE", "0")
    with pytest.raises(ModuleBuildError) as caught:
        ModuleNode(Strict)()
    assert not isinstance(caught.value, ModuleValidateError)
    assert isinstance(caught.value.__cause__, TypeError)


def test_valid_4_asking_is_off_by_default_and_reads_one_line_per_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["[1, (2, x)]", "text here"])
    monkeypatch.setattr(builtins, "input", lambda *args: next(answers))
    with pytest.raises(ModuleValidateError):
        ModuleNode(Needs)()
    workspace.excore_manual_set = True
    assert ModuleNode(Needs)().values == ([1, (2, "x")], "text here", 3, {})
    assert list(answers) == []


def test_valid_4_end_of_input_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed() -> str:
        raise EOFError

    monkeypatch.setattr(builtins, "input", closed)
    workspace.excore_manual_set = True
    with pytest.raises(ModuleValidateError, match="width"):
        ModuleNode(Strict)()


def test_valid_5_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    ModuleNode(FCN).add(backbone=InterNode(R))()
    assert capfd.readouterr() == ("", "")


def test_lazy_5_build_messages_are_logged_on_request_until_silent() -> None:
    messages: list[str] = []
    sink = logger.add(lambda message: messages.append(message.record["message"]))
    try:
        workspace.excore_log_build_message = True
        ModuleNode(R).add(depth=1)()
        assert len(messages) == 1
        assert "R" in messages[0]
        silent()
        ModuleNode(R)()
        assert len(messages) == 1
    finally:
        logger.remove(sink)


def test_class_nodes_are_not_called() -> None:
    assert ClassNode(Strict).add(absurd=1)() is Strict
    with pytest.raises(TypeError):
        ClassNode(Strict)(width=1)


def test_var_5_each_user_of_a_variable_gets_a_copy() -> None:
    node = VariableReference({"a": [1]}, "options")
    node()["a"].append(2)
    assert node() == {"a": [1]}
    assert node.name == "options"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("depth", 18),
        ("out()", 18),
        ("blocks[0].out()", 18),
        ("blocks[-1].blocks[0].depth", 18),
        ("at(0.5, [1], name='a.b@c')", ((0.5, [1]), {"name": "a.b@c"})),
        ("kind.upper()", "RESIDUAL"),
    ],
)
def test_attr_1_and_4_paths(path: str, value: object) -> None:
    assert GetAttr(InterNode(R).add(depth=18), path)() == value


def test_attr_1_a_shared_object_stays_shared() -> None:
    shared = ReusedNode(R)
    built = ModuleNode(FCN).add(backbone=shared, head=GetAttr(shared, "blocks[0]"))()
    assert built.head is built.backbone


def test_attr_1_from_list() -> None:
    chained = GetAttr.from_list(InterNode(R).add(depth=3), ["out()", "real"])
    assert chained() == 3
    assert chained.name == "R"


def test_attr_2_classes() -> None:
    assert GetAttr(ClassNode(R), "kind")() == "residual"
    assert GetAttr(ClassNode(R), "from_pretrained(1, a=[2])")() == (R, (1,), {"a": [2]})


def test_attr_3_missing_attributes_name_both() -> None:
    with pytest.raises(MissingAttributeError, match=r"`R`.*`dept`.*`depth`") as caught:
        GetAttr(InterNode(R), "dept")()
    assert isinstance(caught.value, AttributeError)
    assert isinstance(caught.value, ModuleBuildError)


@pytest.mark.parametrize("path", ["broken", "blocks[5]", "blocks['a']", "depth()", "out(1)"])
def test_attr_3_steps_that_fail_are_build_errors(path: str) -> None:
    with pytest.raises(ModuleBuildError, match="`R`") as caught:
        GetAttr(InterNode(R), path)()
    assert caught.value.__cause__ is not None


class Failing:
    __slots__ = ("empty",)

    @property
    def dim(self) -> int:
        return self.nothere  # type: ignore[attr-defined]

    @functools.cached_property
    def cached(self) -> int:
        return {}.nothere  # type: ignore[attr-defined]

    def method(self) -> int:
        return self.nothere  # type: ignore[attr-defined]


class Hiding(Failing):
    def __getattr__(self, name: str) -> int:
        raise AttributeError(f"no attribute {name}")


@pytest.mark.parametrize(
    ("target", "path", "reason"),
    [
        (Failing, "dim", "has no attribute 'nothere'"),
        (Failing, "method()", "has no attribute 'nothere'"),
        (Hiding, "dim", "no attribute nothere"),
        (Hiding, "cached", "'dict' object has no attribute 'nothere'"),
    ],
)
def test_attr_3_an_error_inside_a_property_is_not_taken_for_a_missing_attribute(
    target: type, path: str, reason: str
) -> None:
    with pytest.raises(ModuleBuildError, match=rf"`{re.escape(path)}` on `\w+` failed: AttributeError: ") as caught:
        GetAttr(InterNode(target), path)()
    assert not isinstance(caught.value, MissingAttributeError)
    cause = caught.value.__cause__
    assert isinstance(cause, AttributeError)
    assert reason in str(cause)
    assert traceback.extract_tb(cause.__traceback__)[-1].filename == __file__


@pytest.mark.parametrize("path", ["empty", "dimm"])
def test_attr_3_what_is_not_there_is_missing(path: str) -> None:
    for target in (Failing, Hiding):
        with pytest.raises(MissingAttributeError, match=rf"has no attribute `{path}`\.($| Did you mean `dim`)"):
            GetAttr(InterNode(target), path)()


def test_attr_4_other_code_is_refused_at_once_with_the_column() -> None:
    with pytest.raises(CoreConfigParseError, match="column 6"):
        GetAttr(InterNode(R), "out()+1")
    with pytest.raises(CoreConfigParseError):
        GetAttr(InterNode(R), "at(__import__('os'))")


def test_attr_4_literals_are_fresh_each_time() -> None:
    node = GetAttr(InterNode(R), "at([1])")
    node()[0][0].append(2)
    assert node() == (([1],), {})


def test_var_5_keys_of_a_table() -> None:
    variable = VariableReference({"opts": {"keys": 1}, "list": [1]}, "v")
    assert GetAttr(variable, "opts.keys")() == 1
    assert GetAttr.from_list(variable, ["opts", "keys"])() == 1
    assert list(GetAttr(variable, "keys()")()) == ["opts", "list"]
    GetAttr(variable, "list")().append(2)
    assert variable()["list"] == [1]


def test_mod_1_paths_on_python_modules() -> None:
    import xml

    assert GetAttr(ModuleNode(time), "sleep")() is time.sleep
    assert GetAttr(ModuleNode(xml), "etree.ElementTree.Element('a').tag")() == "a"
    with pytest.raises(MissingAttributeError, match="absent"):
        GetAttr(ModuleNode(xml), "absent")()


def test_mod_2_a_class_at_the_end_is_instantiated_on_request() -> None:
    import collections

    assert GetAttr(ModuleNode(collections), "OrderedDict", instantiate=True)() == {}
    assert GetAttr(ModuleNode(collections), "OrderedDict")() is collections.OrderedDict
    assert GetAttr(ModuleNode(collections), "OrderedDict()", instantiate=True)() == {}


def test_ahook_1_a_hook_gets_the_node_and_its_arguments() -> None:
    hook = ConfigHookNode(Scale).add(factor=2)
    built = ModuleNode(FCN).add(backbone=hook.bind(InterNode(R)))()
    assert built.backbone[0] == 2
    assert isinstance(built.backbone[1], R)


def test_ahook_3_hooks_and_attributes_mix() -> None:
    hook = ConfigHookNode(Scale).add(factor=2)
    assert hook.bind(GetAttr(InterNode(R).add(depth=5), "depth"))() == (2, 5, None)
    assert GetAttr(hook.bind(ClassNode(R)), "count(2)")() == 1
    assert hook.bind(hook.bind(ClassNode(R)))() == (2, (2, R, None), None)
    assert hook.bind(VariableReference([1], "v"))() == (2, [1], None)


def test_ahook_4_disabled_hooks_give_the_node_s_own_value() -> None:
    assert ConfigHookNode(Scale).add(factor=2, enabled=False).bind(ClassNode(R))() is R


def test_ahook_5_hooks_are_reusable_and_hold_nodes() -> None:
    hook = ConfigHookNode(Scale).add(factor=2, extra=InterNode(R))
    shared = ReusedNode(R)
    one, two = hook.bind(shared), hook.bind(shared)
    assert one()[1] is two()[1]
    assert one()[2] is not one()[2]
    one.add(factor=3)
    assert (one()[0], two()[0], hook["factor"]) == (3, 2, 2)


def test_ahook_6_errors() -> None:
    class Forgets(Scale):
        def __init__(self, node: Any) -> None:
            self.node = node

    with pytest.raises(ModuleValidateError, match="`factor`"):
        ConfigHookNode(Scale).bind(ClassNode(R))()
    with pytest.raises(ModuleValidateError, match="`node`"):
        ConfigHookNode(Scale).add(factor=1, node=2).bind(ClassNode(R))()
    with pytest.raises(ModuleBuildError, match=r"`Scale`.*`factr`"):
        ConfigHookNode(Scale).add(factor=1, factr=2).bind(ClassNode(R))()
    with pytest.raises(CoreConfigSupportError, match="`R`"):
        ConfigHookNode(R).bind(ClassNode(R))
    with pytest.raises(CoreConfigSupportError, match="Forgets"):
        ConfigHookNode(Forgets).bind(ClassNode(R))()


def test_ahook_6_failures_inside_a_hook() -> None:
    class Breaks(ConfigArgumentHook):
        def hook(self) -> Any:
            raise RuntimeError("inside")

    with pytest.raises(ModuleBuildError, match=r"`Breaks` on `R`.*inside"):
        ConfigHookNode(Breaks).bind(ClassNode(R))()
    with pytest.raises(ModuleValidateError, match="`width`"):
        ConfigHookNode(Scale).add(factor=1).bind(InterNode(Strict))()


def test_lazy_3_wrapper_is_a_dict_in_order_with_attributes() -> None:
    wrapper = ModuleWrapper([InterNode(R), InterNode(FCN)])
    assert list(wrapper) == ["R", "FCN"]
    assert wrapper.R is wrapper["R"]
    assert not hasattr(wrapper, "Absent")
    for kind in (KeyError, AttributeError):
        with pytest.raises(kind, match="Absent"):
            wrapper.Absent  # noqa: B018


def test_lazy_3_first() -> None:
    node = InterNode(R)
    assert ModuleWrapper(node).first() is node
    two = ModuleWrapper({"a": node, "b": node})
    assert two.first() is two


def test_lazy_1_a_wrapper_builds_the_object_a_list_or_a_dict() -> None:
    assert ModuleWrapper(ClassNode(R))() is R
    assert ModuleWrapper([ClassNode(R), ClassNode(FCN)])() == [R, FCN]
    assert ModuleWrapper({"a": ClassNode(R)}, is_dict=True)() == {"a": R}
    assert ModuleNode(FCN).add(backbone=ModuleWrapper([ClassNode(R), ClassNode(R)]))().backbone == [R, R]
    held = ModuleNode(R, _no_call=True)
    assert ModuleWrapper(held)() is held
    with pytest.raises(TypeError):
        ModuleWrapper(5)


def test_lazy_2_arguments_of_a_sole_module() -> None:
    wrapper: Any = ModuleWrapper(ModuleNode(R))
    wrapper << {"depth": 2}
    assert wrapper.add(depth=3)().depth == 3
    several: Any = ModuleWrapper([ModuleNode(R), ModuleNode(FCN)])
    with pytest.raises(RuntimeError, match="index first"):
        several << {}
    with pytest.raises(RuntimeError, match="index first"):
        several.add(depth=1)


def test_lazy_8_flags_are_registered_once() -> None:
    class Special(ModuleNode):
        priority = 2

    register_special_flag("%", Special)
    assert flags.current().nodes["%"] is Special
    assert flags.current().grammar.split_key("%name").name == "name"
    for taken in ("%", "!", "@", "$", "&"):
        with pytest.raises(ValueError, match="taken"):
            register_special_flag(taken, Special)
    register_special_flag("!", Special, force=True)
    assert flags.current().nodes["!"] is Special
    for wrong in ("", "%%", "a", "_", "-", "#", '"', " "):
        with pytest.raises(ValueError, match="cannot be a flag"):
            register_special_flag(wrong, Special, force=True)


def test_lazy_8_argument_hooks_are_registered_once() -> None:
    register_argument_hook("~", Scale)
    assert flags.current().hooks["~"] is Scale
    assert flags.current().grammar.marks["~"].char == "~"
    for taken in ("~", "@", "."):
        with pytest.raises(ValueError, match="taken"):
            register_argument_hook(taken, Scale)
    register_argument_hook("~", GetAttr, force=True)
    assert flags.current().hooks["~"] is GetAttr


def test_a_deep_copy_is_independent_and_builds_for_itself() -> None:
    import copy

    shared = ReusedNode(R)
    node = ModuleNode(FCN).add(backbone=shared, head=[shared, ClassNode(time)])
    node()
    twin = copy.deepcopy(node)
    twin["backbone"].add(depth=1)
    built = twin()
    assert built.backbone is built.head[0]
    assert built.backbone is not node().backbone
    assert built.head[1] is time
    assert dict(shared) == {}
