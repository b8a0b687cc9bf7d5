"""Networks written layer by layer (FINE), and other flags that a user registers (LAZY-8)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from excore import Registry, config
from excore.config import ConfigArgumentHook, InterNode, ReusedNode, flags
from excore.engine.workspace import workspace
from excore.errors import ConfigError, CoreConfigParseError, ModuleBuildError
from excore.plugins.finegrained_config import enable_finegrained_config

NET = """
[Model.Net]
$body = "Sequential*$Layers::body"
other = 1
[Layers.body]
"$class_mapping" = ["Conv", "Norm"]
info = [[2, 0], [1, 1], [1, 0]]
args = [[3], [64, 5], [], [8]]
unpack = true
"""


class Net:
    def __init__(self, **kwargs: Any) -> None:
        self.kwargs = kwargs


class Sequential:
    def __init__(self, *layers: Any) -> None:
        self.layers = layers


class Conv:
    def __init__(self, inside: int, outside: int, kernel: int = 3) -> None:
        self.made = ("conv", inside, outside, kernel)


class Norm:
    def __init__(self, features: int = 1) -> None:
        self.made = ("norm", features)


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Load a config of the classes above with only the flags a test registers."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(flags, "_current", flags.current())
    monkeypatch.setattr(Registry, "_registry_pool", {})
    monkeypatch.setitem(sys.modules, __name__, sys.modules[__name__])
    workspace.reset()
    registry = Registry("Model", extra_field=["receive", "send"])
    registry.register_all([Net, Sequential])
    registry.register_module(Conv, receive="inside", send="outside")
    registry.register_module(Norm, receive=["features"], send=["features"])

    def load(text: str) -> Any:
        (tmp_path / "run.toml").write_text(text, "utf-8")
        return config.load("run.toml")

    yield load
    workspace.reset()


def test_fine_layers_are_chained_and_the_table_stays(load: Any) -> None:
    enable_finegrained_config()
    cfg = load(NET)
    for _ in range(2):
        modules, info = cfg.build_all()
        assert [layer.made for layer in modules.Model.kwargs["body"].layers] == [
            ("conv", 3, 64, 5), ("conv", 64, 64, 5), ("norm", 64), ("conv", 64, 8, 3),
        ]  # fmt: skip
        assert info["Layers"]["body"]["args"] == [[3], [64, 5], [], [8]]


def test_fine_a_container_of_one_list_and_another_flag(load: Any) -> None:
    enable_finegrained_config(hook_flag="~")
    modules, _ = load(
        NET.replace("Sequential*$Layers::body", "Sequential~Top")
        + "\n[Top]\n"
        + """
"$class_mapping" = ["Norm"]
info = [[1, 0]]
args = [[2], []]
"""
    ).build_all()
    (layers,) = modules.Model.kwargs["body"].layers
    assert [layer.made for layer in layers] == [("norm", 2)]


def test_fine_every_module_of_a_field_still_works(load: Any) -> None:
    enable_finegrained_config()
    modules, _ = load('[Model.Net]\n!body = "$S::*"\n[S.Norm]\nfeatures = 2').build_all()
    assert [layer.made for layer in modules.Model.kwargs["body"]] == [("norm", 2)]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("$Layers::body", "$Layers::head", "no table"),
        ('"Norm"', '"Nrm"', "Norm"),
        ('"Norm"', '"Net"', "receive"),
        ("args = [[3], ", "args = [", "one more than `info`"),
        ("info = [[2, 0], [1, 1]", "info = [[2, 0], [1, 7]", "index of a class"),
        ("info = ", "inf = ", "lacks info"),
        ("args = [[3]", "args = [[3, 4]", "receives inside"),
        ("[64, 5]", "[64, 5, 6]", "takes 2 more"),
    ],
)
def test_fine_errors(load: Any, old: str, new: str, says: str) -> None:
    enable_finegrained_config()
    with pytest.raises((CoreConfigParseError, ModuleBuildError), match=says) as caught:
        load(NET.replace(old, new)).build_all()
    assert "run.toml:3" in str(caught.value) or "reference" in str(caught.value)


def test_fine_a_taken_flag(load: Any) -> None:
    enable_finegrained_config()
    with pytest.raises(ValueError, match="taken"):
        enable_finegrained_config()
    enable_finegrained_config(force=True)


def test_lazy_8_a_prefix_of_its_own(load: Any) -> None:
    class Traced(InterNode):
        """Builds and notes that it did."""

        priority = 4
        seen: list[str] = []

        def __call__(self, **params: Any) -> Any:
            Traced.seen.append(self.name)
            return super().__call__(**params)

        @classmethod
        def __excore_check_target_type__(cls, target_type: type) -> bool:
            return target_type is ReusedNode

    config.register_special_flag("?", Traced)
    modules, _ = load(
        '[Model.Net]\n?body = ["Norm", "Norm"]\n"?more" = "Conv"\n[Conv]\ninside = 1\noutside = 2'
    ).build_all()
    assert [layer.made for layer in modules.Model.kwargs["body"]] == [("norm", 1)] * 2
    assert Traced.seen == ["Norm", "Norm", "Conv"]
    with pytest.raises(ValueError, match="taken"):
        config.register_special_flag("?", Traced)
    with pytest.raises(ConfigError, match="cannot be both"):
        load('[Model.Net]\n@a = "Norm"\n?b = "Norm"')


def test_lazy_8_a_mark_of_its_own(load: Any) -> None:
    class Times(ConfigArgumentHook):
        """Repeats what it is put on."""

        def __init__(self, node: Any, number: int) -> None:
            super().__init__(node)
            self.number = number

        def hook(self, **kwargs: Any) -> list[Any]:
            return [self.node(**kwargs) for _ in range(self.number)]

        @classmethod
        def __excore_prepare__(cls, node: Any, info: str, config: Any) -> Any:
            return cls(node, int(info))

    config.register_argument_hook("^", Times)
    modules, _ = load('[Model.Net]\n!body = "Norm^3"').build_all()
    assert [layer.made for layer in modules.Model.kwargs["body"]] == [("norm", 1)] * 3
