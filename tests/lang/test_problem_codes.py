"""Every problem code: a config that has it, with range and severity, and a near one that has not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from catalogs import ZOO, catalog
from spec_kit import RUN, check, problems, snapshot

from excore.lang.catalog import Catalog, Location, Member, RegistryInfo, Unregistered
from excore.lang.problems import CATALOGUE

PAIRS = {
    "syntax": ("[Model.FCN]\nbackbone = =\n", "[Model.FCN]\nbackbone = 1\n"),
    "duplicate-key": ("[Model.FCN]\nbackbone = 1\nbackbone = 2\n", "[Model.FCN]\nbackbone = 1\nhead = 2\n"),
    "duplicate-argument": (
        '[Model.FCN]\nbackbone = 1\n!backbone = "ResNet"\n',
        '[Model.FCN]\nbackbone = {a = 1, "!a" = 2}\n',
    ),
    "bad-prefix": ('[Model.FCN]\nbackbone = 1\n"!@x" = 1\n', '[Model.FCN]\nbackbone = {"!@x" = 1}\n'),
    "unknown-class": ("[Model.FCNN]\n", "[Model.FCN]\nbackbone = 1\n"),
    "unknown-section": (
        '[Backbone.ResNet]\n[Model.FCN]\n@backbone = "$Backbone::VGG"\n',
        '[Backbone.ResNet]\n[Model.FCN]\n@backbone = "$Backbone::ResNet"\n',
    ),
    "unknown-parameter": ("[Backbone.ResNet]\nlayer = 1\n", "[Backbone.ResNet]\nlayers = 1\n"),
    "missing-parameter": ("[Backbone.VGG]\n", "[Backbone.VGG]\ndepth = 1\n"),
    "wrong-type": ('[Backbone.ResNet]\nlayers = "1"\n', "[Backbone.ResNet]\nlayers = 1\n"),
    "wrong-object": ('[Backbone.ResNet]\n!layers = "Strict"\n', '[Backbone.ResNet]\n$layers = "Strict"\n'),
    "invalid-header": ("[Backbone]\nlayers = 1\n", "[Backbone.ResNet]\nlayers = 1\n"),
    "invalid-reference": ('[Model.FCN]\n!backbone = "a b"\n', '[Model.FCN]\nbackbone = "a b"\n'),
    "invalid-path": ('[Model.FCN]\n!backbone = "ResNet.a+b"\n', '[Model.FCN]\n!backbone = "ResNet.a.b"\n'),
    "ambiguous-reference": (
        '[A.ResNet]\n[B.ResNet]\n[Model.FCN]\n!backbone = "ResNet"\n',
        '[A.ResNet]\n[B.ResNet]\n[Model.FCN]\n!backbone = "$B::ResNet"\n',
    ),
    "empty-field": (
        '[Backbone]\n[Model.FCN]\n!backbone = "$Backbone"\n',
        '[Backbone.ResNet]\n[Model.FCN]\n!backbone = "$Backbone"\n',
    ),
    "reserved-name": ('[Model.FCN]\n!backbone = "Backbone"\n', '[Model.FCN]\n!backbone = "ResNet"\n'),
    "reuse-conflict": (
        '[Model.FCN]\n!backbone = "ResNet"\n@head = "ResNet"\n',
        '[Model.FCN]\n!backbone = "ResNet"\n$head = "ResNet"\n',
    ),
    "reference-cycle": ('[Backbone.ResNet]\n!block = "ResNet"\n', '[Backbone.ResNet]\n$block = "ResNet"\n'),
    "unknown-variable": ('[Backbone.ResNet]\n&layers = "n"\n', 'n = 1\n[Backbone.ResNet]\n&layers = "n"\n'),
    "unset-environment": ('[Backbone.ResNet]\n&block = "${NO}"\n', '[Backbone.ResNet]\n&block = "${YES}"\n'),
    "unknown-hook": (
        '[Model.FCN]\n!backbone = "ResNet@Hoook"\n',
        '[Model.FCN]\n!backbone = "ResNet@WeightDecayHook"\n',
    ),
    "invalid-hook": ('[Model.FCN]\n!backbone = "ResNet@VGG"\n', '[Model.FCN]\n!backbone = "ResNet@WeightDecayHook"\n'),
    "unknown-attribute": ('[Model.FCN]\n!backbone = "Strict.b"\n', '[Model.FCN]\n!backbone = "Strict.a"\n'),
    "module-arguments": (
        '[torch]\na = 1\n[Model.FCN]\n!backbone = "torch"\n',
        '[torch]\n[Model.FCN]\n!backbone = "torch"\n',
    ),
    "invalid-no-call": ("[Backbone.ResNet]\n__no_call__ = 1\n", "[Backbone.ResNet]\n__no_call__ = true\n"),
    "invalid-base": ("__base__ = [1]\n", "__base__ = []\n"),
    "missing-base": ('__base__ = ["no.toml"]\n', '__base__ = ["base.toml"]\n'),
    "circular-base": ('__base__ = ["run.toml"]\n', '__base__ = ["base.toml"]\n'),
    "ineffective-override": ('__base__ = ["base.toml"]\nsize = 1\n', '__base__ = ["base.toml"]\nsize = true\n'),
    "unknown-table": ("[Modle.FCN]\nbackbone = 1\n", "[Pads.FCN]\nbackbone = 1\n"),
    "unused-section": ("[ResNet]\n[Model.SegNet]\nbackbone = 1\n", '[ResNet]\n[Model.SegNet]\n!backbone = "ResNet"\n'),
    "unused-variable": ("_n = 1\n[Backbone.ResNet]\n", '_n = 1\nm = 1\n[Backbone.ResNet]\n&layers = "_n"\n'),
    "unknown-ignore": (
        "[Model.FCN]\nbackbone = 1  # excore: ignore[wrong-typ]\n",
        "[Model.FCN]\nbackbone = 1  # excore: ignore[wrong-type]\n",
    ),
    "newer-toml": ("[Model.FCN]\nbackbone = { a = 1, }\n", "[Model.FCN]\nbackbone = { a = 1 }\n"),
    "unquoted-prefix": ('[Model.FCN]\n!backbone = "ResNet"\n', '[Model.FCN]\n"!backbone" = "ResNet"\n'),
}
ASKED_FOR = {"newer-toml", "unquoted-prefix"}  # reported only if the project gives them a severity
# no config of the zoo has them: see the tests of files, of project files, of certainty and of overrides
ELSEWHERE = {"unreadable-file", "invalid-project", "invalid-sweep", "registered-twice", "unknown-key"}


def zoo() -> Catalog:
    """The zoo with ``Strict``, a class of which everything is known."""
    made = catalog(ZOO + "Backbone: Strict()\n")
    entries = {name: dict(table) for name, table in made.entries.items()}
    members = (Member("a", "attribute"), Member("of_class", "attribute", instance=False), Member("do", "method"),
               Member("prop", "property"))  # fmt: skip
    entries["Backbone"]["Strict"] = replace(entries["Backbone"]["Strict"], members=members, members_complete=True)
    return Catalog(made.registries, entries)


def codes(text: str, code: str = "") -> list[str]:
    files = {RUN: text, "/p/base.toml": "size = 1\n"}
    severities = {code: CATALOGUE[code].severity} if code in ASKED_FOR else {}
    found = snapshot(files, known=zoo(), environment={"YES": "1"}, severities=severities).diagnostics(RUN)
    return [item.code for item in found]


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_code_both_ways(code):
    if code in ELSEWHERE:
        assert code not in PAIRS
        return
    bad, good = PAIRS[code]
    assert code in codes(bad, code)
    assert code not in codes(good, code)


@pytest.mark.parametrize("code", [code for code in PAIRS if code not in ASKED_FOR])
def test_severities_are_those_of_the_catalogue(code):
    files = {RUN: PAIRS[code][0], "/p/base.toml": "size = 1\n"}
    found = snapshot(files, known=zoo(), environment={}).diagnostics(RUN)
    severity = next(item.severity for item in found if item.code == code)
    assert severity == CATALOGUE[code].severity


def test_a_misspelt_code_in_a_comment():
    check("""
        #- run.toml
        # excore: ignore[wrong-type, missing-paramter]
        #                            ^^^^^^^^^^^^^^^^ warning unknown-ignore: did you mean `missing-parameter`?
        [Model.FCN]
        backbone = 1  # excore: ignore[x y]
        #                              ^^^ warning unknown-ignore: `x y` is no code of a problem
        head = "# excore: ignore[no]"
    """)


# -- settings


def test_severities_of_the_project():
    text = "[Backbone.ResNet]\nlayer = 1\n[Model.FCN]\n"
    wanted = {"unknown-parameter": "hint", "missing-parameter": "off"}
    assert [(p.code, p.severity) for p in problems(text, severities=wanted)] == [("unknown-parameter", "hint")]


@pytest.mark.parametrize(
    ("value", "reported", "meant"),
    [
        ("{\n  a = 1\n}", "{", ()),
        ("[{ a = { b = 1 } # why\n}]", "{", ()),
        ('{ a = """\n""", b = [\n1,\n], }', ",", ("",)),
        ('"\\u0041\\\\x41 \\x41"', "\\x41", ("\\u0041",)),
        ('{ "\\e" = 1 }', "\\e", ("\\u001b",)),
        ("07:32", "07:32", ("07:32:00",)),
        ("1979-05-27 07:32-07:00", "1979-05-27 07:32-07:00", ("1979-05-27 07:32:00-07:00",)),
        ("1979-05-27T07:32Z", "1979-05-27T07:32Z", ("1979-05-27T07:32:00Z",)),
    ],
)
def test_newer_toml_is_off_unless_asked_for(value, reported, meant):
    text = f"[Model.FCN]\nbackbone = {value}\n"
    assert "newer-toml" not in [item.code for item in problems(text)]
    (item,) = [item for item in problems(text, severities={"newer-toml": "hint"}) if item.code == "newer-toml"]
    assert item.origin.block.text[item.origin.start : item.origin.end] == reported
    assert item.suggestions == meant


def test_unquoted_prefix_is_off_unless_asked_for():
    text = '[Model.FCN."!backbone"]\na = "ResNet"\n[Model.SegNet]\n!backbone = {a = "ResNet", !b = "ResNet"}\n'
    text = text.replace(", !b = ", ', "!b" = ')
    assert problems(text) == []
    assert problems(text, severities={"unquoted-prefix": "off"}) == []
    (item,) = problems(text, severities={"unquoted-prefix": "warning"})
    assert (item.severity, item.suggestions) == ("warning", ('"!backbone"',))
    more = '[Model.FCN]\nbackbone = [{!a = 1, b = {@c = 1}}]\n[Model.SegNet.$backbone]\nx = "ResNet"\n'
    found = problems(more, severities={"unquoted-prefix": "hint", "bad-prefix": "off"})
    assert [item.suggestions[0] for item in found] == ['"!a"', '"@c"', '"$backbone"']


@pytest.mark.parametrize(
    ("comment", "silent"),
    [
        ("# excore: ignore", True), ("# excore: ignore[unknown-parameter]", True), ("#excore: ignore", True),
        ("# because of x; excore: ignore[wrong-type, unknown-parameter]", True),
        ("# excore: ignore[wrong-type]", False),
        ("# excore: ignored", False), ("# excore: ignore-not", False), ("# excore: ignore[", False),
        ("# ignore", False),
    ],
)  # fmt: skip
def test_suppression(comment, silent):
    assert (problems(f"[Backbone.ResNet]\nlayer = 1 {comment}\n") == []) == silent
    assert (problems(f"[Backbone.ResNet]\n{comment}\nlayer = 1\n") == []) == silent
    assert problems(f"[Backbone.ResNet]\nlayer = 1\n{comment}\n") != []
    assert problems(f"[Backbone.ResNet]\n{comment}\nlayers = 1\nlayer = 1\n") != []


def test_suppression_above_and_beside_a_header():
    assert problems("size = 1\n# excore: ignore\n[Model.FCN]\n") == []
    assert problems("[Model.FCN] # excore: ignore[missing-parameter]\n") == []
    assert problems("[Backbone.ResNet]\n# excore: ignore\n[Model.FCN]\n") == []
    assert problems("[Backbone.ResNet]\n# excore: ignore\n\n[Model.FCN]\n") != []
    assert problems("[Backbone.ResNet]\nlayers = 1 # excore: ignore\n[Model.FCN]\n") != []


@pytest.mark.parametrize("text", ["layer = [1,\n2] MARK\n", "MARK\nlayer = [1,\n2]\n"])
def test_suppression_of_a_value_of_several_lines(text):
    assert problems(f"[Backbone.ResNet]\n{text.replace('MARK', '# excore: ignore')}") == []
    assert problems(f"[Backbone.ResNet]\n{text.replace('MARK', '')}") != []


def test_a_mark_in_a_string_suppresses_nothing():
    assert problems('[Backbone.ResNet]\nlayer = "# excore: ignore"\n') != []


# -- why a name is unknown


def test_a_class_that_exists_but_is_not_registered():
    made = catalog()
    where = Unregistered("UNet", "zoo.nets.UNet", Location("/p/zoo/nets.py", 11))
    known = Catalog(made.registries, made.entries, unregistered={"UNet": where})
    (item,) = problems("[Model.UNet]\n", known=known)
    assert "`zoo.nets.UNet` exists (nets.py:12) but is not registered" in item.message


def test_a_name_of_an_open_registry_is_a_hint():
    made = catalog()
    registries = {**made.registries, "Model": RegistryInfo("Model", open=True, reason="match(torchvision.models)")}
    known = Catalog(registries, made.entries)
    (item,) = problems("[Model.resnet18]\n", known=known)
    assert item.severity == "hint"
    assert "match(torchvision.models)" in item.message
    (item,) = problems("[Backbone.resnet18]\n", known=known)
    assert item.severity == "error"


def test_where_no_registry_is_marked_nothing_is_built():
    (item,) = problems("[Model.FCN]\n", known=catalog("Model: FCN()"), fields=("Model",))
    assert (item.code, item.severity) == ("unused-section", "hint")
    assert '`"*Model"` in `registries`' in item.message


def test_a_registry_that_no_source_makes_is_a_warning():
    made = catalog("Model: FCN(backbone)\nBackbone: ResNet()")
    fields = ("*Model", "*Backbone", "*Nets")
    (item,) = problems("[Nets.FCNN]\n", known=made, fields=fields)
    assert item.severity == "warning"
    assert "no source of the project makes the registry `Nets`" in item.message
    (item,) = problems("[Nets.FCN]\n", known=made, fields=fields)
    assert (item.severity, item.suggestions) == ("error", ())
    assert "it is registered in `Model`" in item.message
    for name, severity in (("Other", "warning"), ("ResNett", "error")):
        (item,) = problems(f'[Model.FCN]\n!backbone = "{name}"\n', known=made, fields=fields)
        assert item.severity == severity
    (item,) = problems("[Nets.FCN]\n", known=Catalog(), fields=fields)
    assert item.severity == "hint"


def test_where_no_registry_is_known_each_file_is_told_once():
    text = """
        #- base.toml
        [Model.FCN]
        #      ^^^ warning unknown-class: no registry is known: no Python source in
        !backbone = "ResNet"
        [Head.Top]
        !a = "b"
        #- run.toml
        __base__ = "base.toml"
        size = 1
        [Model.SegNet]
        #      ^^^^^^ warning unknown-class: no registry is known
        "!backbone" = "ResNet"
    """
    check(text, known=Catalog(), fields=())
    check(text, known=Catalog({"__private": RegistryInfo("__private")}), fields=())


@pytest.mark.parametrize("text", ['[dependencies]\n"@types/node" = "1"\n', "[Model.FCN]\nbackbone = 1\n", "!a = 1\n"])
def test_where_no_registry_is_known_other_tables_are_values(text):
    assert problems(text, known=Catalog(), fields=()) == []


def test_the_nearest_name_of_another_registry():
    (item,) = problems("[Model.ResNett]\n")
    assert "the nearest name is `ResNet` of registry `Backbone`" in item.message


# -- attributes


@pytest.mark.parametrize(
    ("prefix", "attribute", "known"),
    [
        ("!", "a", True), ("!", "do()", True), ("!", "prop", True), ("!", "of_class", True), ("!", "__doc__", True),
        ("$", "of_class", True), ("$", "do", True), ("$", "prop", True), ("$", "mro()", True), ("$", "__name__", True),
        ("$", "a", False), ("!", "mro()", False), ("@", "x.y", False),
    ],
)  # fmt: skip
def test_attributes_of_objects_and_classes(prefix, attribute, known):
    found = problems(f'[Model.FCN]\n{prefix}backbone = "Strict.{attribute}"\n', known=zoo())
    assert [item.code for item in found] == ([] if known else ["unknown-attribute"])


def test_behind_a_hook_nothing_is_known():
    assert problems('[Model.FCN]\n!backbone = "Strict@WeightDecayHook.x"\n', known=zoo()) == []


# -- overrides and what is unused


def test_ineffective_override_is_exact():
    check("""
        #- base.toml
        a = [1, {x = 1.0}]
        b = 1
        c = [true]
        t = {x = 1, y = 2}
        [Model.FCN]
        !backbone = "ResNet"
        #- run.toml
        __base__ = "base.toml"
          a = [1, {x = 1.0}]
        # ^ warning ineffective-override: `a` has this value in base.toml already
        b = 1.0
        c = [1]
        t.x = 1
        # ^ warning ineffective-override
        [Model.FCN]
        @backbone = "ResNet"
    """)


def test_unused_variables_are_those_marked_as_private():
    check("""
        steps = 1
          _hidden = 1
        # ^^^^^^^ hint unused-variable: no `&` reads `_hidden`
        _read = 1
        [Backbone.ResNet]
        &layers = "_read"
    """)


# -- what means something elsewhere


def test_bases_below_a_table_are_an_error():
    check("""
        [ResNet]
        layers = 18
          __base__ = ["base.toml"]
        # ^^^^^^^^ error invalid-base: `__base__` must stand before the first table
        [Model.FCN]
        @backbone = "$Backbone"
    """)
    check("""
        [Model.FCN]
        backbone = 1
        [train]
          __base__ = "base.toml"
        # ^^^^^^^^ error invalid-base
        [train.more]
        __base__ = "a name"
    """)


def test_prefixes_of_values_mean_nothing():
    check("""
          &out = "runs"
        # ^^^^ warning bad-prefix: a prefix has a meaning only on the arguments of a module
          "@scope" = 1
        # ^^^^^^^^ warning bad-prefix: this value is named `@scope`
        out = 1
        [Model.FCN]
        &backbone = "out"
    """)
    check("""
        log = { to = { !a = 1, "!b" = 2 } }
        #              ^^ warning bad-prefix: this value is named `!a`
        [Model.FCN]
        &head = "log"
        [Model.FCN.backbone]
          !a = "ResNet"
        # ^^ warning bad-prefix: this value is named `!a`
          b.$c = 1
        #   ^^ warning bad-prefix
        "@d" = [{ e = [{ &f = 1 }] }]
        #                ^^ warning bad-prefix
        [Model.SegNet]
        !backbone = { @one = "ResNet" }
        #             ^^^^ warning bad-prefix
        [[runs]]
          @x = 1
        # ^^ warning bad-prefix
    """)
