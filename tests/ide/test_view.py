"""What an editor shows around the text: outline, folds, selections, hints, tokens, signatures (S2, S3, S4, T5)."""

from __future__ import annotations

from excore.lang.catalog import Location
from excore_server.ide.document_link import document_links as links
from excore_server.ide.folding_range import Fold
from excore_server.ide.folding_range import folding_ranges as folding
from excore_server.ide.inlay_hint import HintKind, inlay_hints
from excore_server.ide.locations import FileSpan
from excore_server.ide.selection_range import selection_range as selection
from excore_server.ide.signature_help import signature_help
from excore_server.ide.workspace_symbol import workspace_symbols
from kit import check_hints, check_hover, check_outline, check_tokens, path_of, world


def test_outline() -> None:
    check_outline(
        """
        size = 3
        [Model.FCN] # comment
        "!backbone" = "ResNet"
        a.b = 1
        [Model.
        [other]
        """,
        """
        variable size
        section Model.FCN
          argument !backbone
          argument a.b
        table other
        """,
    )


def test_workspace_symbols() -> None:
    here = world("#- run.toml\nresize = 1\n[Backbone.ResNet]\n#- other.toml\n[Model.FCN]\n")
    found = [(each.kind, each.name) for each in workspace_symbols(here.snapshot, "res")]
    assert found == [("class", "ResNet"), ("variable", "resize"), ("section", "Backbone.ResNet")]
    assert [each.container for each in workspace_symbols(here.snapshot, "res")] == ["Backbone", "", ""]
    assert len(workspace_symbols(here.snapshot, "", limit=3)) == 3


def test_folding() -> None:
    here = world("# one\n# two\n[Model.FCN]\na = [\n  1,\n]\n\n[Head.SimpleHead]\n")
    assert set(folding(here.snapshot, path_of("run.toml"))) == {Fold(0, 1, "comment"), Fold(2, 5), Fold(3, 5)}


def test_selection_grows_outwards() -> None:
    here = world('[Model.FCN]\n!backbone = ["Res<|>Net"]\n')
    path, offset = here.cursor
    text = here.fixture.files["run.toml"]
    found = [text[span.start : span.end] for span in selection(here.snapshot, path, offset)]
    assert found == ["ResNet", '"ResNet"', '["ResNet"]', '!backbone = ["ResNet"]', text]


def test_links_to_bases() -> None:
    here = world('#- run.toml\n__base__ = ["base.toml", "none.toml"]\n#- base.toml\n')
    (link,) = links(here.snapshot, path_of("run.toml"))
    assert (here.fixture.files["run.toml"][link.span.start : link.span.end], link.target) == (
        "base.toml",
        path_of("base.toml"),
    )


def test_hints() -> None:
    check_hints(
        """
        size = 3
        [Model.FCN]
        @backbone = "$Backbone"
        &classes = "size"
        [Model.SegNet]
        @backbone = "ResNet"
        [Backbone.ResNet]
        """,
        """
        size = 3
        [Model.FCN]
        @backbone = "$Backbone"⟨→ ResNet⟩⟨shared by 2⟩
        &classes = "size"⟨= 3⟩
        [Model.SegNet]
        @backbone = "ResNet"⟨shared by 2⟩
        [Backbone.ResNet]
        """,
    )


def test_hints_lead_to_what_they_speak_of() -> None:
    here = world(
        """
        «size» = 3
        [Model.FCN]
        @backbone = "$Backbone"
        &classes = "size"
        [Model.SegNet]
        @backbone = "ResNet"
        [Backbone.«ResNet»]
        """
    )
    variable, table = here.fixture.ranges["run.toml"]
    goals = [
        isinstance(hint.goal, FileSpan) and tuple(hint.goal.span)
        for hint in inlay_hints(here.snapshot, path_of("run.toml"))
    ]
    assert goals == [table, table, variable, table]
    defaults: list[HintKind] = ["default"]
    default = next(iter(inlay_hints(here.snapshot, path_of("run.toml"), None, defaults)))
    assert isinstance(default.goal, Location)


def test_hints_of_defaults_on_request() -> None:
    check_hints("[Backbone.ResNet]\nlayers = 3", '[Backbone.ResNet]⟨norm="bn", frozen=False⟩\nlayers = 3', ("default",))


def test_tokens() -> None:
    check_tokens(
        """
        __base__ = []
        size = 1
        [Model.FCN]
        "!backbone" = "$Backbone::ResNet.freeze().x"
        @head = ["Nowhere", "SimpleHead@Hook"]
        &classes = "size"
        [Model.Nobody]
        [Backbone.ResNet]
        """,
        """
        __base__:keyword size:variable Model:namespace FCN:class !:operator backbone:parameter Backbone:namespace
        ResNet:class freeze:method x:property @:operator head:parameter Nowhere:class? SimpleHead:class Hook:decorator?
        &:operator classes:parameter size:variable Model:namespace Nobody:class? Backbone:namespace ResNet:class
        """,
    )


def test_signature_help() -> None:
    here = world("[Backbone.ResNet]\nlayers = 3\nno<|>rm = 'bn'")
    found = signature_help(here.snapshot, *here.cursor)
    assert found is not None
    assert found.label.startswith("ResNet(layers: int = 50, norm: ")
    assert found.active == 1
    start, end = found.parameters[1]
    assert found.label[start:end].startswith("norm: Literal")
    assert found.docs[:2] == ("Number of residual blocks.", "Kind of normalisation.")
    outside = world("si<|>ze = 3")
    assert signature_help(outside.snapshot, *outside.cursor) is None


def test_signature_help_in_a_call() -> None:
    text = """
        #- models.py
        from excore import Registry
        import layers
        MODEL = Registry("Model")
        MODEL.register_module(layers)
        @MODEL.register()
        class Net:
            def __init__(self, act=None): ...
        #- layers.py
        class Act:
            def __init__(self, slope: float, inplace: bool = False): ...
        #- run.toml
        [Model.Net]
        !act = "layers.Act(<|>)"
        """
    for given, active in (("", 0), ("0.1, ", 1), ("inplace=", 1)):
        here = world(text.replace("<|>", f"{given}<|>"))
        found = signature_help(here.snapshot, *here.cursor)
        assert found is not None
        assert (found.label, found.active) == ("Act(slope: float, inplace: bool = False)", active)


METHODS = """
    #- models.py
    from excore import Registry
    MODEL = Registry("Model")
    OPTIM = Registry("Optimizer")
    class Base:
        def freeze(self, layers: int = 0, *, stages=(0, 1), names: str = "a,b") -> "Net":
            \"\"\"Train no more.

            Args:
                layers: How many.
            \"\"\"
        def pick(self, first, /, *rest: int, **more): ...
    @MODEL.register()
    class Net(Base):
        def __init__(self, depth=1): ...
        def parameters(self): ...
        @staticmethod
        def make(kind: str): ...
        @classmethod
        def load(cls, path: str,
                 strict: bool = True): ...
    @OPTIM.register()
    class SGD:
        def __init__(self, params, lr: float = 0.1): ...
    #- run.toml
    [Model.Net]
    [Optimizer.SGD]
    @params = "HERE"
    """


def test_signature_help_in_calls_of_methods() -> None:
    freeze = 'freeze(layers: int = 0, stages=(0, 1), names: str = "a,b")'
    for text, label, active in (
        ("$Model.freeze(<|>", freeze, 0),
        ("$Model.freeze(2, <|>).parameters()", freeze, 1),
        ("Net.freeze((1, 2), stages=[1, <|>])", freeze, 1),
        ("$Model::Net.freeze('a, b', names='<|>')", freeze, 2),
        ("$Model.freeze(3).freeze(1, <|>", freeze, 1),
        ("$Model.parameters(<|>)", "parameters()", None),
        ("$Model.pick(1, 2, <|>)", "pick(first, *rest: int, **more)", 1),
        ("$Model.pick(other=<|>)", "pick(first, *rest: int, **more)", 2),
        ("Net.make(<|>)", "make(kind: str)", 0),
        ("Net.load('x', strict=<|>)", "load(path: str, strict: bool = True)", 1),
        ("$Model.parameters()<|>", "SGD(params, lr: float = 0.1)", 0),
    ):
        here = world(METHODS.replace("HERE", text))
        found = signature_help(here.snapshot, *here.cursor)
        assert found is not None
        assert (found.label, found.active) == (label, active), text
    here = world(METHODS.replace("HERE", "$Model.freeze(<|>"))
    found = signature_help(here.snapshot, *here.cursor)
    assert found is not None
    assert (found.documentation, found.docs) == ("Train no more.", ("How many.", "", ""))
    unknown = world(METHODS.replace("HERE", "$Model.unheard_of(<|>"))
    assert signature_help(unknown.snapshot, *unknown.cursor) is None


def test_hover_of_a_method_shows_what_it_takes() -> None:
    text = METHODS.replace("HERE", "$Model.fre<|>eze()")
    check_hover(text, 'freeze(layers: int = 0, *, stages=(0, 1), names: str = "a,b") -> Net', "- `layers`: How many.")
