"""Rename over configs and Python, and configs that move."""

from __future__ import annotations

import textwrap

import pytest
from kit_changing import check_moved, check_no_rename, check_rename, errors, renamed, sources, world_of

from excore.lang.text import Span
from excore_server.ide.rename.python_names import RenameError
from excore_server.ide.rename.rename import prepare_rename, rename
from kit import path_of, world

# -- variables


def test_a_variable_and_all_its_uses() -> None:
    check_rename(
        """
        #- base.toml
        depth = 3
        "wide" = 1
        [Backbone.VGG]
        &depth = "depth"
        #- other.toml
        depth = 1
        #- run.toml
        __base__ = "base.toml"
        depth = 4
        [Model.FCN]
        !backbone = "VGG"
        &classes = "dep<|>th"
        [Backbone.VGG]
        &channels = ["depth.real", "wide"]
        """,
        "layers",
        """
        #- base.toml
        layers = 3
        "wide" = 1
        [Backbone.VGG]
        &depth = "layers"
        #- run.toml
        __base__ = "base.toml"
        layers = 4
        [Model.FCN]
        !backbone = "VGG"
        &classes = "layers"
        [Backbone.VGG]
        &channels = ["layers.real", "wide"]
        """,
    )


def test_a_variable_in_a_text() -> None:
    check_rename(
        """
        #- run.toml
        name = "a"
        [Backbone.VGG]
        &depth = ["r/${na<|>me}/${name:-}", "${name.x}${other}"]
        channels = 1
        """,
        "new",
        """
        #- run.toml
        new = "a"
        [Backbone.VGG]
        &depth = ["r/${new}/${name:-}", "${new.x}${other}"]
        channels = 1
        """,
    )


def test_a_variable_from_its_definition_in_quotes() -> None:
    check_rename(
        """
        'de<|>pth' = 3
        [Backbone.VGG]
        "&depth" = 'depth'
        """,
        "new",
        """
        'new' = 3
        [Backbone.VGG]
        "&depth" = 'new'
        """,
    )


def test_a_variable_over_files_that_only_share_a_config() -> None:
    check_rename(
        """
        #- values.toml
        size = 3
        #- uses.toml
        [Backbone.VGG]
        &depth = "size"
        #- one.toml
        __base__ = ["values.toml", "uses.toml"]
        #- two.toml
        __base__ = ["uses.toml"]
        si<|>ze = 4
        other = 1
        """,
        "depth",
        """
        #- values.toml
        depth = 3
        #- uses.toml
        [Backbone.VGG]
        &depth = "depth"
        #- two.toml
        __base__ = ["uses.toml"]
        depth = 4
        other = 1
        """,
    )


def test_a_table_of_values() -> None:
    check_rename(
        """
        [sch<|>edule]
        gamma = 3
        [schedule.more]
        [Backbone.VGG]
        &depth = "schedule.gamma"
        """,
        "plan",
        """
        [plan]
        gamma = 3
        [plan.more]
        [Backbone.VGG]
        &depth = "plan.gamma"
        """,
    )


def test_a_variable_that_a_variable_names() -> None:
    check_rename(
        """
        rate = "slow"
        sl<|>ow = 1
        [Backbone.VGG]
        &depth = "&rate"
        """,
        "fast",
        """
        rate = "fast"
        fast = 1
        [Backbone.VGG]
        &depth = "&rate"
        """,
    )


def test_a_reference_through_a_variable() -> None:
    check_rename(
        """
        chosen = "ResNet.freeze()"
        [Model.FCN]
        !backbone = "&cho<|>sen"
        classes = 3
        """,
        "kind",
        """
        kind = "ResNet.freeze()"
        [Model.FCN]
        !backbone = "&kind"
        classes = 3
        """,
    )


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("other", "exists already"),
        ("a.b", "cannot be the name"),
        ("", "cannot be the name"),
        ("ResNet", "registered class"),
        ("Model", "field or registry"),
        ("__base__", "config language"),
    ],
)
def test_names_a_variable_cannot_have(new: str, why: str) -> None:
    text = """
        #- base.toml
        other = 1
        #- run.toml
        __base__ = "base.toml"
        de<|>pth = 3
        """
    check_no_rename(text, new, why)


# -- scratchpads


def test_a_scratchpad() -> None:
    check_rename(
        """
        [Variants.ResNet]
        layers = 3
        [Variants.VGG]
        depth = 2
        [Model.FCN]
        !backbone = "$Vari<|>ants::ResNet.freeze()"
        !head = ["$Variants::*"]
        """,
        "Kinds",
        """
        [Kinds.ResNet]
        layers = 3
        [Kinds.VGG]
        depth = 2
        [Model.FCN]
        !backbone = "$Kinds::ResNet.freeze()"
        !head = ["$Kinds::*"]
        """,
    )


# -- classes

PYTHON = """
    #- src/__init__.py
    from excore import Registry
    MODEL = Registry("Model")
    BACKBONE = Registry("Backbone")
    #- src/nets.py
    \"\"\"Where ResNet lives.\"\"\"
    from __future__ import annotations
    from src import BACKBONE, MODEL

    __all__ = ["ResNet", "FCN"]

    @BACKBONE.register()
    class ResNet:
        def __init__(self, layers: int = 3, twin: "ResNet | None" = None) -> None:
            super(ResNet, self).__init__()

        def like(self, ResNet=None):
            return ResNet

    @MODEL.register()
    class FCN:
        def __init__(self, backbone: ResNet):
            é = "ResNet"; self.x = ResNet()
    #- src/uses.py
    import src.nets
    from src import nets as n
    from .nets import FCN, ResNet
    from .nets import ResNet as Net
    from other import nets

    def make():
        from src.nets import ResNet
        return ResNet(), n.ResNet, src.nets.ResNet, Net(), nets.ResNet

    def own():
        ResNet = 3
        return ResNet
    first = BACKBONE["ResNet"]
    #- src/again.py
    from .uses import ResNet
    net = lambda ResNet: ResNet
    also = [ResNet for _ in range(3)]
    """

RENAMED = """
    #- src/nets.py
    \"\"\"Where ResNet lives.\"\"\"
    from __future__ import annotations
    from src import BACKBONE, MODEL

    __all__ = ["ConvNet", "FCN"]

    @BACKBONE.register()
    class ConvNet:
        def __init__(self, layers: int = 3, twin: "ConvNet | None" = None) -> None:
            super(ConvNet, self).__init__()

        def like(self, ResNet=None):
            return ResNet

    @MODEL.register()
    class FCN:
        def __init__(self, backbone: ConvNet):
            é = "ResNet"; self.x = ConvNet()
    #- src/uses.py
    import src.nets
    from src import nets as n
    from .nets import FCN, ConvNet
    from .nets import ConvNet as Net
    from other import nets

    def make():
        from src.nets import ConvNet
        return ConvNet(), n.ConvNet, src.nets.ConvNet, Net(), nets.ResNet

    def own():
        ResNet = 3
        return ResNet
    first = BACKBONE["ConvNet"]
    #- src/again.py
    from .uses import ConvNet
    net = lambda ResNet: ResNet
    also = [ConvNet for _ in range(3)]
    """


def files(*parts: str) -> str:
    return "".join(textwrap.dedent(part).lstrip("\n") for part in parts)


def test_a_class_in_python_and_in_all_configs() -> None:
    configs = """
        #- run.toml
        [Model.FCN]
        !backbone = "$Backbone::Res<|>Net"
        [Backbone."ResNet"] # ResNet
        layers = 3
        #- more.toml
        kept = "ResNet"
        chosen = "ResNet"
        [Model.FCN]
        !backbone = "&chosen"
        [Variants.'ResNet'.twin]
        x = "ResNet"
        #- hooks.toml
        Backbone.ResNet = { layers = 2, "!twin" = ["ResNet", { a = "ResNet.layers" }] }
        """
    check_rename(
        files(PYTHON, configs),
        "ConvNet",
        files(
            RENAMED,
            """
            #- run.toml
            [Model.FCN]
            !backbone = "$Backbone::ConvNet"
            [Backbone."ConvNet"] # ResNet
            layers = 3
            #- more.toml
            kept = "ResNet"
            chosen = "ConvNet"
            [Model.FCN]
            !backbone = "&chosen"
            [Variants.'ConvNet'.twin]
            x = "ResNet"
            #- hooks.toml
            Backbone.ConvNet = { layers = 2, "!twin" = ["ConvNet", { a = "ConvNet.layers" }] }
            """,
        ),
    )


def test_the_old_name_is_gone_afterwards() -> None:
    text = files(PYTHON, "#- run.toml\n[Model.FCN]\n!backbone = 'ResNet'\n[Backbone.Res<|>Net]\n")
    here, after = renamed(text, "ConvNet")
    there = world_of(after, here)
    assert errors(there) == []
    assert there.catalog.find("ResNet") is None
    assert there.catalog.find("ConvNet") is not None


def test_a_hook_and_a_function() -> None:
    check_rename(
        """
        #- models.py
        from excore import Registry, ConfigArgumentHook
        MODEL = Registry("Model")
        HOOK = Registry("Hook")
        @MODEL.register()
        def make(depth: int = 3): ...
        @HOOK.register()
        class Freeze(ConfigArgumentHook):
            def __init__(self, node, deep=False): ...
            def hook(self, **kwargs): ...
        @MODEL.register()
        class Outer:
            def __init__(self, inner): ...
        #- run.toml
        [Model.Outer]
        !inner = "make@Fre<|>eze"
        [Hook.Freeze]
        deep = true
        """,
        "Thaw",
        """
        #- models.py
        from excore import Registry, ConfigArgumentHook
        MODEL = Registry("Model")
        HOOK = Registry("Hook")
        @MODEL.register()
        def make(depth: int = 3): ...
        @HOOK.register()
        class Thaw(ConfigArgumentHook):
            def __init__(self, node, deep=False): ...
            def hook(self, **kwargs): ...
        @MODEL.register()
        class Outer:
            def __init__(self, inner): ...
        #- run.toml
        [Model.Outer]
        !inner = "make@Thaw"
        [Hook.Thaw]
        deep = true
        """,
    )


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("FCN", "registered class"),
        ("class", "cannot be the name"),
        ("A-b", "cannot be the name"),
        ("Model", "field or registry"),
        ("BACKBONE", "has a name `BACKBONE` already"),
    ],
)
def test_names_a_class_cannot_have(new: str, why: str) -> None:
    check_no_rename(files(PYTHON, "#- run.toml\n[Backbone.Res<|>Net]\n"), new, why)


def test_python_that_cannot_be_read_stops_a_rename() -> None:
    broken = "#- src/broken.py\nfrom .nets import ResNet\ndef (\n"
    check_no_rename(files(PYTHON, broken, "#- run.toml\n[Backbone.Res<|>Net]\n"), "ConvNet", "cannot be read as Python")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[Mod<|>el.FCN]\n", "field or registry"),
        ("[Model.FCN]\nnothi<|>ng = 3\n", "no parameter that reading knows"),
        ("[Model.FCN]\n!backbone = 'ResNet.fre<|>eze()'\n", "attribute"),
        ("[Model.Unk<|>nown]\n", "not registered"),
        ("# no<|>thing\n", "nothing to rename"),
        ("__ba<|>se__ = []\n", "plain value"),
        ("[a]\nb<|>b = 1\n", "plain value"),
        ("a = [1, 2<|>]\n", "nothing to rename"),
    ],
)
def test_what_cannot_be_renamed(text: str, why: str) -> None:
    check_no_rename(text, "NewName", why)


def test_every_offset_answers() -> None:
    here = world(
        """
        __base__ = ["x.toml"]
        a = { b = [1, "c"] }
        [Model.FCN."!backbone"]
        x = "$Backbone::ResNet.freeze()@relu"
        [Variants.ResNet
        &y = "${HOME}"
        """
    )
    path = path_of("run.toml")
    text = here.fixture.files["run.toml"]
    for offset in range(len(text) + 1):
        try:
            subject = prepare_rename(here.snapshot, path, offset)
        except RenameError:
            continue
        assert Span(0, 0) <= subject.span
        assert text[subject.span.start : subject.span.end] == subject.name


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("<|>'", "not closed"),
        ("'!<|>", "not closed"),
        ('"ab<|>', "not closed"),
        ("!<|> = 1", "nothing to rename"),
        ("'!<|>' = 1", "nothing to rename"),
    ],
)
def test_a_key_that_is_half_written_is_not_renamed(key: str, why: str) -> None:
    """Nor is the table it stands in."""
    check_no_rename(key, "Other", why)
    check_no_rename(f"[Model.FCN]\n{key}", "Other", why)


# -- files


def test_a_base_that_moves() -> None:
    check_moved(
        """
        #- parts/sizes.toml
        __base__ = ['deep.toml']
        #- parts/deep.toml
        size = 1
        #- run.toml
        __base__ = ["parts/sizes.toml", './parts/deep.toml']
        """,
        "parts/sizes.toml",
        "sizes.toml",
        """
        #- parts/sizes.toml
        __base__ = ['parts/deep.toml']
        #- run.toml
        __base__ = ["sizes.toml", './parts/deep.toml']
        """,
    )


def test_a_config_that_moves() -> None:
    check_moved(
        """
        #- base.toml
        size = 1
        #- run.toml
        __base__ = "base.toml" # the base
        [Model.FCN]
        !backbone = "ResNet"
        """,
        "run.toml",
        "runs/2024/run.toml",
        """
        #- run.toml
        __base__ = "../../base.toml" # the base
        [Model.FCN]
        !backbone = "ResNet"
        """,
    )


def test_a_folder_that_moves() -> None:
    check_moved(
        """
        #- parts/sizes.toml
        __base__ = ["deep.toml", "../top.toml"]
        #- parts/deep.toml
        size = 1
        #- top.toml
        size = 2
        #- run.toml
        __base__ = "./parts/sizes.toml"
        """,
        "parts",
        "more/pieces",
        """
        #- parts/sizes.toml
        __base__ = ["deep.toml", "../../top.toml"]
        #- run.toml
        __base__ = "./more/pieces/sizes.toml"
        """,
    )


def test_a_file_that_nobody_names() -> None:
    check_moved(
        "#- a.toml\nx = 1\n#- run.toml\n[Model.FCN]\n!backbone = 'ResNet'\n", "a.toml", "b.toml", "#- a.toml\nx = 1\n"
    )


def test_names_in_lists_in_lists() -> None:
    check_rename(
        """
        #- run.toml
        both = ["ResNet", "VGG"]
        [Model.FCN]
        !backbone = [["ResNet", "&bo<|>th"], ["&both"]]
        [VGG]
        depth = 1
        """,
        "nets",
        """
        #- run.toml
        nets = ["ResNet", "VGG"]
        [Model.FCN]
        !backbone = [["ResNet", "&nets"], ["&nets"]]
        [VGG]
        depth = 1
        """,
    )


# -- parameters

NET = """
#- src/nets.py
from excore import Registry
MODEL = Registry("Model")
@MODEL.register()
class Net:
    \"\"\"A net.

    Args:
        depth: How deep; a depth of 3 is usual.
    \"\"\"

    def __init__(self, depth: int = 3, width: int = 1, **kwargs):
        self.depth = depth
        self.all = [depth for _ in range(depth)]
        self.made = lambda x, depth=depth: depth
        def later():
            return depth + width
        def other(depth):
            return depth
@MODEL.register()
class Wide(Net):
    pass
class Deep(Net):
    def __init__(self, depth):
        super().__init__(width=2, depth=depth * 2)
#- src/uses.py
from .nets import MODEL, Net, Wide
nets = [Net(depth=1), Wide(width=2, depth=Net(2).depth), MODEL["Net"](depth=4), Net(**{"width": 1})]
def grow(net: Net, depth: int) -> Net:
    return isinstance(net, Net) and net
#- base.toml
[Model.Net]
"depth" = 1
#- run.toml
__base__ = "base.toml"
size = 3
[Model.Net]
&dep<|>th = "size"
[Wide]
depth = 4
width = 5
"""


def test_a_parameter_in_configs_and_calls() -> None:
    renamed_net = NET.replace("<|>", "")
    for old in (
        *(
            "depth: How",
            "self, depth: int",
            "= depth\n",
            "[depth for",
            "range(depth)",
            "=depth: depth",
            "return depth + ",
        ),
        *(", depth=depth * 2", "Net(depth=1", "2, depth=Net", "](depth=4", '"depth" = 1', "&depth", "depth = 4"),
    ):
        new = old.replace("depth", "layers", 1) if old != "=depth: depth" else "=layers: depth"
        assert old in renamed_net
        renamed_net = renamed_net.replace(old, new)
    check_rename(NET, "layers", renamed_net)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("make = lambda **kw: Net(**kw)", "more.py:2:21: `**kw` may pass it"),
        ("import functools\nsmall = functools.partial(Net, depth=1)", "more.py:3:27: `Net` is used as a value"),
        ("Alias = Net", "more.py:2:9: `Net` is used as a value"),
        ("from src.nets import Wide as Broad", "`Broad` is another name of `Wide`"),
        ("class Sub(Net):\n    flag = True", "more.py:2:1: `Sub` inherits the parameter"),
        ("class Sub(Net):\n    def __init__(self, **kw):\n        kw['depth'] = 1", 'more.py:4:12: "depth" may be'),
        ("def change(cfg):\n    cfg.Model.Net.depth = 3", "more.py:3:15: `Net.depth` may be its path"),
    ],
)
def test_a_parameter_that_may_be_passed_unseen(more: str, why: str) -> None:
    check_no_rename(f"{NET}#- src/more.py\nfrom src.nets import Net\n{more}\n", "layers", why)


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("width", "`Net` has a parameter `width` already"),
        ("x y", "cannot be the name of a parameter"),
        ("class", "cannot be the name of a parameter"),
        ("later", "nets.py:11:5: `__init__` has a name `later` already"),
    ],
)
def test_names_a_parameter_cannot_have(new: str, why: str) -> None:
    check_no_rename(NET, new, why)


def test_a_parameter_in_a_file_that_is_not_read_yet_as_it_is() -> None:
    here = world(NET)
    path, offset = here.cursor
    files = dict(here.fixture.files)
    for old, new in (
        ("self, depth: int", "self, other: int"),
        ("class Net", "\n\nclass Net"),
        (files["src/nets.py"], ""),
    ):
        typed = sources(files | {"src/nets.py": files["src/nets.py"].replace(old, new)})
        with pytest.raises(RenameError, match=r"nets\.py has changed since `depth` was read in it"):
            rename(here.snapshot, path, offset, "layers", typed)


def test_a_field_of_a_generated_constructor_is_renamed_in_python() -> None:
    text = """
        #- src/nets.py
        from dataclasses import dataclass
        from excore import Registry
        MODEL = Registry("Model")
        @MODEL.register()
        @dataclass
        class Net:
            depth: int = 3
        #- run.toml
        [Model.Net]
        dep<|>th = 1
        """
    check_no_rename(textwrap.dedent(text), "layers", "a field that a constructor is generated from")
