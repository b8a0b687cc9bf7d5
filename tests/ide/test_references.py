"""References, highlights, and the other ways to go (G2, G3)."""

from __future__ import annotations

from excore_server.ide.code_lens import code_lenses, python_lenses
from excore_server.ide.declaration import declaration
from excore_server.ide.document_highlight import document_highlights as highlights
from excore_server.ide.document_highlight import linked_names
from excore_server.ide.implementation import implementation
from excore_server.ide.references import class_references
from excore_server.ide.type_definition import type_definition
from kit import ROOT, check_goto, check_references, path_of, world

VARIABLE = """
#- run.toml
__base__ = ["base.toml"]
[Backbone.VGG]
&depth = "«si<|>ze»"
&channels = ["«size»", "other"]
#- base.toml
«size» = 3
other = 4
#- second.toml
__base__ = ["base.toml"]
[Backbone.ResNet]
&layers = "size"
"""


def test_variable_in_its_config() -> None:
    check_references(VARIABLE)


def test_variable_in_a_text() -> None:
    check_references('«na<|>me» = "x"\n[Backbone.VGG]\n&depth = ["a/${«name»}", "${name:-}"]')


def test_variable_of_a_base_in_every_config() -> None:
    text = (
        VARIABLE.replace("si<|>ze", "size")
        .replace("«size» =", "«si<|>ze» =")
        .replace('&layers = "size"', '&layers = "«size»"')
    )
    check_references(text)


def test_variable_in_a_list_under_another_prefix() -> None:
    check_references(
        """
        «na<|>mes» = ["ResNet"]
        [Model.FCN]
        !backbone = "&«names»"
        """
    )


def test_section() -> None:
    check_references(
        """
        [Model.FCN]
        @backbone = "«Res<|>Net»"
        [Model.SegNet]
        @backbone = "$Backbone::«ResNet».freeze()"
        [Head.SimpleHead]
        @in_channels = "$«Backbone».out_channels"
        [Backbone.«ResNet»]
        layers = 3
        """
    )


def test_section_with_escapes_in_the_string() -> None:
    check_references('[Model.FCN]\n!backbone = "«Res\\u004eet»"\n[Backbone.«Res<|>Net»]')


def test_group() -> None:
    check_references('[«De<|>ep».ResNet]\n[Model.FCN]\n!backbone = "$«Deep»::ResNet"\n!head = "$«Deep»"')


def test_highlights_stay_in_the_file() -> None:
    here = world(VARIABLE)
    found = highlights(here.snapshot, *here.cursor)
    assert {each.path for each in found} == {path_of("run.toml")}
    assert len(found) == 2


def test_from_python_to_the_configs() -> None:
    here = world('#- run.toml\n[Model.FCN]\n!backbone = "ResNet"\n#- other.toml\n[Backbone.ResNet]')
    location = here.catalog.entries["Backbone"]["ResNet"].location
    assert location is not None
    found = class_references(here.snapshot, ROOT, location.path, location.line)
    assert [(each.path, each.definition) for each in found] == [
        (path_of("other.toml"), True),
        (path_of("run.toml"), False),
    ]


def test_lenses() -> None:
    here = world('#- run.toml\n__base__ = ["base.toml"]\n[Model.FCN]\n@backbone = "ResNet"\n[Backbone.ResNet]\n'
                 "layers = 3\n#- base.toml\n[Backbone.ResNet]\n")  # fmt: skip
    texts = [lens.text for lens in code_lenses(here.snapshot, path_of("run.toml"))]
    assert texts == [
        "instantiates models.FCN",
        "instantiates models.ResNet",
        "used by 1 argument",
        "overrides base.toml",
    ]
    lenses = {lens.text for lens in python_lenses(here.snapshot, ROOT, path_of("models.py"))}
    assert lenses == {"used by 2 configs", "used by 1 config", "used by 0 configs"}


def test_declaration_is_where_it_is_set_first() -> None:
    base = "#- base.toml\n[Backbone.ResNet]\nlayers = 1"
    run = '#- run.toml\n__base__ = ["base.toml"]\n'
    check_goto(declaration, f"{run}[Backbone.ResNet]\nlay<|>ers = 3\n{base}", "base.toml «layers» = 1")
    check_goto(declaration, f"{run}[Backbone.Re<|>sNet]\nlayers = 3\n{base}", "base.toml [Backbone.«ResNet»]")


def test_type_definition_is_the_annotations_class() -> None:
    check_goto(type_definition, '[Model.FCN]\n!back<|>bone = "VGG"', "models.py class «Base»:")
    check_goto(type_definition, '[Model.FCN]\n!backbone = "VG<|>G"\n[VGG]\ndepth = 1', "models.py class «VGG»(Base):")


def test_implementations() -> None:
    both = ("models.py class «ResNet»(Base):", "models.py class «VGG»(Base):")
    check_goto(implementation, "[Back<|>bone.VGG]", *both)
    check_goto(implementation, '[Model.FCN]\n!back<|>bone = "VGG"', *both)


def test_names_that_are_edited_together() -> None:
    text = '[Model.FCN]\n@backbone = "Res<|>Net"\n[Backbone.ResNet]\nlayers = 3'
    for one in (text, text.replace("Res<|>Net", "ResNet").replace("[Backbone.ResNet", "[Backbone.<|>ResNet")):
        here = world(one)
        source = here.fixture.files["run.toml"]
        assert [source[slice(*span)] for span in linked_names(here.snapshot, *here.cursor)] == ["ResNet", "ResNet"]
    for other in (text.replace("Res<|>Net", "$Back<|>bone"), text.replace("lay", "l<|>ay").replace("Res<|>", "Res")):
        here = world(other)
        assert linked_names(here.snapshot, *here.cursor) == ()
    here = world(f"#- run.toml\n{text}\n#- other.toml\n__base__ = ['run.toml']\n[Model.SegNet]\n@backbone = 'ResNet'")
    assert linked_names(here.snapshot, *here.cursor) == ()


def test_a_parameter_in_all_configs() -> None:
    text = """
        #- run.toml
        [Backbone.VGG]
        &«chan<|>nels» = "size"
        depth = 3
        #- second.toml
        __base__ = ["base.toml"]
        [Deep.VGG]
        "!«channels»" = "VGG"
        #- base.toml
        [Deep.VGG]
        «channels» = 4
        [SimpleHead]
        in_channels = 3
        """
    check_references(text)
    here = world(text)
    source = here.fixture.files["models.py"].split("\n")
    line = next(number for number, one in enumerate(source) if "channels: int = 3" in one)
    places = class_references(here.snapshot, ROOT, path_of("models.py"), line, source[line].index("channels"))
    assert len(places) == 3
