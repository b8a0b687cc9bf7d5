from __future__ import annotations

from typing import Any

import pytest

from excore import ConfigArgumentHook, HookManager
from excore.config.models import ConfigArgumentHook as FromModels
from excore.engine.hook import ConfigHookManager
from excore.errors import CoreConfigSupportError, HookBuildError, HookManagerBuildError


class Stages(HookManager):
    stages = ("before", "after")


class Recorder:
    __HookType__ = "before"
    __LifeSpan__ = 2
    __CallInter__ = 1

    def __init__(self, answer: object = None, **settings: Any) -> None:
        self.answer = answer
        self.seen: list[Any] = []
        for name, value in settings.items():
            setattr(self, f"__{name}__", value)

    def __call__(self, *args: Any) -> Any:
        self.seen.append(args)
        return self.answer


def node() -> str:
    return "built"


node.name = "Node"  # type: ignore[attr-defined]


class Doubles(ConfigArgumentHook):
    def hook(self, **kwargs: Any) -> Any:
        return self.node() * 2


def test_chook_5_a_manager_needs_stages() -> None:
    with pytest.raises(HookManagerBuildError, match="Empty"):

        class Empty(HookManager): ...

    class Inherits(Stages): ...

    assert Inherits.stages == ("before", "after")


def test_chook_5_call_hooks_and_exist() -> None:
    first, second = Recorder(), Recorder(HookType="after")
    manager = Stages([first, second])
    assert manager.exist("before")
    manager.call_hooks("before", 1, 2)
    manager("after", 3)
    assert (first.seen, second.seen) == ([(1, 2)], [(3,)])
    assert not Stages([]).exist("before")
    assert not manager.exist("absent")


def test_chook_5_call_hooks_wraps_the_call() -> None:
    order: list[str] = []

    class Wraps(Stages):
        def pre_call(self) -> None:
            order.append("pre")

        def after_call(self) -> None:
            order.append("after")

    class Says(Recorder):
        def __call__(self, *args: Any) -> None:
            order.append("hook")

    Wraps([Says()]).call_hooks("before")
    assert order == ["pre", "hook", "after"]


@pytest.mark.parametrize(
    "settings", [{"HookType": "absent"}, {"HookType": None}, {"LifeSpan": 0}, {"CallInter": -1}, {"CallInter": "x"}]
)
def test_chook_3_bad_hooks(settings: dict[str, Any]) -> None:
    with pytest.raises(HookBuildError, match="Recorder"):
        Stages([Recorder(**settings)])


def test_chook_3_no_hook_at_all() -> None:
    with pytest.raises(HookBuildError, match="object"):
        Stages([object()])  # type: ignore[list-item]


def test_chook_2_interval() -> None:
    hook = Recorder(CallInter=3)
    manager = Stages([hook])
    for turn in range(7):
        manager("before", turn)
    assert hook.seen == [(0,), (3,), (6,)]


def test_chook_2_true_answers_use_lives() -> None:
    mortal, immortal, other = Recorder(answer=True), Recorder(answer=False), Recorder(answer=True, LifeSpan=1)
    manager = Stages([mortal, other, immortal])
    for _ in range(4):
        manager("before")
    assert [len(hook.seen) for hook in (mortal, other, immortal)] == [2, 1, 4]
    again = Stages([mortal])
    again("before")
    assert again.exist("before")


def test_chook_1_stages_of_a_config() -> None:
    assert ConfigHookManager.stages == ("pre_build", "every_build", "after_build")


def test_ahook_8_one_class_in_all_places() -> None:
    assert FromModels is ConfigArgumentHook


def test_ahook_9_attributes_and_call() -> None:
    hook = Doubles(node)
    assert (hook.node, hook.enabled, hook.name) == (node, True, "Node")
    assert hook() == "builtbuilt"
    assert Doubles(node, enabled=False)() == "built"


def test_ahook_9_hook_is_abstract() -> None:
    class NoHook(ConfigArgumentHook): ...

    with pytest.raises(TypeError):
        NoHook(node)  # type: ignore[abstract]


def test_ahook_9_a_node_has_a_name() -> None:
    with pytest.raises(ValueError, match="name"):
        Doubles(lambda: 1)


def test_ahook_6_init_without_super() -> None:
    class Forgets(Doubles):
        def __init__(self) -> None: ...

    with pytest.raises(CoreConfigSupportError, match="Forgets"):
        Forgets()()
