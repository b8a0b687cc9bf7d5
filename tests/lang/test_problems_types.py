"""wrong-type and wrong-object: never for what may be right, and in words for what is wrong."""

from __future__ import annotations

import pytest
from spec_kit import problems

from excore.lang.catalog import Catalog, Entry, Param, RegistryInfo, Signature
from excore.lang.check.annotations import read_annotation
from kit import path_of, world

FITS = [
    ("int", "1"),
    ("int", "true"),
    ("float", "1"),
    ("float", "1.5"),
    ("float", "inf"),
    ("complex", "1.5"),
    ("str", '"a"'),
    ("bool", "true"),
    ("Path", '"a"'),
    ("pathlib.Path", '"a"'),
    ("os.PathLike[str]", '"a"'),
    ("str | Path", '"a"'),
    ("Any", "{a = 1}"),
    ("object", "1"),
    ("'int'", "1"),
    ('"int | None"', "1"),
    ("int | None", "1"),
    ("Optional[int]", "1"),
    ("Union[int, str]", '"a"'),
    ("Optional['Net']", "1"),
    ("list", "[1]"),
    ("list[int]", "[1, 2]"),
    ("List[float]", "[1, 2.5]"),
    ("Sequence[float]", "[1, 2]"),
    ("Sequence[str]", '"abc"'),
    ("Iterable", '"abc"'),
    ("Sequence", "[]"),
    ("set[str]", '["a"]'),
    ("tuple[int, int]", "[1, 2]"),
    ("tuple[int, ...]", "[1, 2, 3]"),
    ("tuple[int, *tuple[str, ...]]", '[1, "a"]'),
    ("Tuple[int, Unpack[Tuple[str, ...]]]", '[1, "a"]'),
    ("Tuple[()]", "[]"),
    ("tuple", "[1, 'a']"),
    ("list[tuple[int, int]]", "[[1, 2], [3, 4]]"),
    ("dict", "{a = 1}"),
    ("dict[str, int]", "{a = 1}"),
    ("Mapping[str, Any]", "{}"),
    ("list[dict[str, int]]", "[{a = 1}]"),
    ("list[dict[str, dict[str, int]]]", "[{a.b = 1}, {}]"),
    ("dict[str, list[int]]", "{a = [1]}"),
    ('Literal["a", "b"]', '"a"'),
    ("Literal[1, -1]", "-1"),
    ("Literal[True]", "true"),
    ('Literal["a"] | None', '"a"'),
    ('Literal["a"] | int', "3"),
    ("np.ndarray", "[1, 2]"),
    ("Tensor", "1"),
    ("SomeClass", "{a = 1}"),
    ("T", '"x"'),
    ("Annotated[int, Gt(0)]", "1"),
    ("Final[int]", "1"),
    ("datetime", "2024-01-01T00:00:00"),
    ("date", "2024-01-01"),
    ("time", "10:00:00"),
    ("timedelta", "1"),
    ("not python at all (", "1"),
    ("lambda: 1", "1"),
    ("int if x else str", "1"),
    ("SupportsFloat", "1"),
    ("Number", "1.5"),
    ("Net[int]", '"a"'),
    ("bytes | str", '"a"'),
    ("LiteralString", '"a"'),
    ("list[Net]", '["a"]'),
    ("Callable[..., int] | str", '"a"'),
    ("type[Net] | None | str", '"a"'),
]
WRONG = [
    ("int", '"two"', "`int` is expected, not a string"),
    ("int", "1.5", "`int` is expected, not a float"),
    ("float", '"1"', "`float` is expected, not a string"),
    ("str", "1", "`str` is expected, not an integer"),
    ("bool", "1", "`bool` is expected, not an integer"),
    ("bool", '"true"', "`bool` is expected, not a string"),
    ("str", "true", "`str` is expected, not a boolean"),
    ("Path", "1", "`Path` is expected, not an integer"),
    ("int | None", '"a"', "`int | None` is expected, not a string"),
    ("'int'", '"a"', "`int` is expected"),
    ("Optional[int]", "[1]", "`Optional[int]` is expected, not a list of 1 integer"),
    ("Union[int, float]", '"a"', "`Union[int, float]` is expected"),
    ("list[int]", "1", "`list[int]` is expected"),
    ("list[int]", '["a"]', "`list[int]` is expected, not a list of 1 string"),
    ("list[str]", '"abc"', "not a string"),
    ("Sequence[float]", '"abc"', "not a string"),
    ("tuple[int, int]", "[1]", "`tuple[int, int]` is expected"),
    ("tuple[int, int]", "[1, 2, 3]", "not a list of 3 integers"),
    ("tuple[int, ...]", '[1, "a"]', "not a list"),
    ("dict", "[1]", "`dict` is expected"),
    ("dict[str, int]", '{a = "b"}', "not a table"),
    ("list[dict[str, int]]", '[{a = "x"}]', "not a list"),
    ("list", "{a = 1}", "a table"),
    ('Literal["a", "b"]', '"c"', 'one of "a", "b" is expected, not "c"'),
    ('Literal["a"] | None', '"c"', 'one of "a" is expected, not "c"'),
    ("Literal[1]", "true", "one of 1 is expected"),
    ("Callable", '"text"', "`Callable` is expected, not a string"),
    ("type[Net]", "1", "`type[Net]` is expected"),
    ("None", "1", "`None` is expected"),
    ("datetime", '"2024"', "not a string"),
    ("bytes", '"a"', "`bytes` is expected"),
]


def entry(name: str, *params: Param, bases: tuple[str, ...] = (), complete: bool = True, kind="class") -> Entry:
    return Entry(
        name,
        "Model",
        kind,
        f"zoo.{name}",
        Signature(params),
        bases=(f"zoo.{name}", *bases),
        bases_complete=complete,
        members_complete=False,
    )


def made(
    annotation: str | None, choices: tuple[object, ...] = (), *others: Entry, **classes: tuple[str, ...]
) -> Catalog:
    net = entry("Net", Param("x", annotation=annotation, choices=choices))
    entries = {item.name: item for item in (net, *others)}
    return Catalog(
        {"Model": RegistryInfo("Model")},
        {"Model": entries},
        subclasses={f"zoo.{name}": bases for name, bases in classes.items()},
    )


def judged(catalog: Catalog, line: str) -> list[tuple[str, str, str]]:
    found = problems(f"[Model.Net]\n{line}\n", known=catalog, fields=("*Model",))
    return [(item.code, item.severity, item.message) for item in found]


@pytest.mark.parametrize(("annotation", "value"), FITS)
def test_what_fits(annotation, value):
    assert judged(made(annotation), f"x = {value}") == []


@pytest.mark.parametrize(("annotation", "value", "message"), WRONG)
def test_wrong_type(annotation, value, message):
    ((code, severity, said),) = judged(made(annotation), f"x = {value}")
    assert (code, severity) == ("wrong-type", "warning")
    assert said.startswith("`x` of `Net`: ")
    assert message in said


def test_without_annotation_nothing_is_said():
    assert judged(made(None), "x = [1]") == []


@pytest.mark.parametrize("value", ['"BN"', '"bn"', '"Batch"', '"GN"', "1", "[1]"])
def test_an_enum_is_given_by_name_or_value(value):
    assert judged(made("Norm", ("BN", "GN", "batch")), f"x = {value}") == []


def test_an_enum_without_such_a_member():
    ((code, _, said),) = judged(made("Optional[Norm]", ("BN", "GN", "batch")), 'x = "bm"')
    assert code == "wrong-type"
    assert 'one of "BN", "GN", "batch" is expected, not "bm"' in said


def test_values_of_variables_are_judged_where_they_are_used():
    found = problems('s = "a"\n[Model.Net]\n&x = "s"\n', known=made("int"), fields=("*Model",))
    assert [(p.code, p.message) for p in found] == [
        ("wrong-type", "`x` of `Net`: `int` is expected, not a string (the value of `s`)")
    ]


SUB = entry("Sub", bases=("zoo.Base",))


@pytest.mark.parametrize(
    ("annotation", "fixed"),
    [("Base", "@x"), ("Base | None", "@x"), ("type[Base]", "$x"), ("Callable[[int], int]", "$x")],
)
def test_a_forgotten_prefix(annotation, fixed):
    found = problems('[Model.Net]\nx = "Sub"\n[Model.Sub]\n', known=made(annotation, (), SUB), fields=("*Model",))
    assert [(p.code, p.suggestions) for p in found] == [("wrong-type", (fixed,))]
    assert judged(made("Base | str", (), SUB), 'x = "Sub"') == []


@pytest.mark.parametrize("annotation", ["Name", "T", "Hashable", "MyStr", "Other"])
def test_text_that_is_a_class_name_by_chance(annotation):
    assert judged(made(annotation, (), SUB), 'x = "Sub"') == []
    assert judged(made(annotation, ("Sub", "Net"), SUB), 'x = "Sub"') == []


@pytest.mark.parametrize(
    ("annotation", "line", "fixed"),
    [
        ("list[list[Base]]", 'x = [["Sub"], ["Sub", "Sub"]]', "!x"),
        ("list[Base]", 'x = ["Sub", "Sub"]', "!x"), ("Sequence[Base] | None", 'x = ["$Model::*"]', "!x"),
        ("dict[str, Base]", 'x = {a = "Sub"}', "!x"), ("list[type[Base]]", 'x = ["Sub"]', "$x"),
        ("Base", 'x = "$Model"', "@x"), ("int", 'x = "n"', "&x"), ("dict[str, list[Base]]", 'x = {a = ["Sub"]}', "!x"),
        (None, 'x = {a = ["Sub"]}', "!x"), (None, 'x = [{a = "Sub"}]', ""), (None, '[[Model.Net.x]]\na = "Sub"', ""),
        (None, 'x = [[{a = ["Sub", "Sub"], b.c = "Net"}]]', ""), (None, 'x = {a = [{b = "Sub"}]}', ""),
        ("list[dict[str, Base]]", 'x = [{a = "Sub"}]', ""),
    ],
)  # fmt: skip
def test_a_forgotten_prefix_of_many(annotation, line, fixed):
    found = problems(f"n = 1\n[Model.Net]\n{line}\n", known=made(annotation, (), SUB), fields=("*Model",))
    assert [(p.code, "".join(p.suggestions)) for p in found] == [("wrong-type", fixed)]
    assert fixed or "no prefix makes references of a table in a list" in found[0].message


@pytest.mark.parametrize(
    ("annotation", "line"),
    [
        ("list[str]", 'x = ["Sub"]'),
        ("list[Base]", 'x = ["Sub", "a b"]'),
        ("list[Base]", "x = []"),
        ("list[list[str]]", 'x = [["Sub"]]'),
        ("list[dict[str, str]]", 'x = [{a = "Sub"}]'),
        ("list[dict]", 'x = [{a = "Sub"}]'),
        (None, 'x = [{type = "Sub"}]'),
        (None, 'x = [{a = "Sub", b = 3}]'),
        (None, 'x = [{a = "Sbu"}]'),
        ("str", 'x = "n"'),
    ],
)
def test_lists_of_texts(annotation, line):
    assert judged(made(annotation, (), SUB), f"{line}\n[n]") == []


OTHER = entry("Other")
UNKNOWN = entry("Unknown", complete=False)
MAKER = entry("make", kind="function")
NUMBER = entry("Number", bases=("builtins.float",))


@pytest.mark.parametrize(
    ("annotation", "line"),
    [
        ("Base", '!x = "Sub"'),
        ("Base", '!x = "Unknown"'),
        ("Base", '!x = "make"'),
        ("type[Base] | Base", '$x = "Other"'),
        ("Base", '!x = "Other.member"'),
        ("Proto", '!x = "Other"'),
        ("External", '!x = "Other"'),
        ("Any", '!x = "Other"'),
        ("Base | Proto", '!x = "Other"'),
        ("Base | None", '@x = "Sub"'),
        ("list[Base]", '!x = ["Sub", "Unknown"]'),
        ("dict[str, Base]", '!x = {a = "Sub"}'),
        ("float", '!x = "Number"'),
        ("Path", '!x = "Other"'),
        ("Base | int", '!x = "Sub"'),
        ("T", '!x = "Other"'),
        ("'Base'", '!x = "Sub"'),
        ("External", '!x = ["Other"]'),
        ("External", "$x = 'Other'"),
        ("Proto", "x = 3"),
        ("Base | int", "x = 3"),
        ("Base | External", "x = 'a'"),
        ("Base", "x = {type = 'Other'}"),
        ("Base", "x = {depth = 3}"),
        ("Kind", "x = 'a'"),
    ],
)
def test_objects_that_may_be_right(annotation, line):
    known = made(
        annotation, (), SUB, OTHER, UNKNOWN, MAKER, NUMBER, Base=(), Proto=("typing.Protocol",), Kind=("enum.Enum",)
    )
    assert judged(known, line) == []


@pytest.mark.parametrize(
    ("annotation", "line", "message"),
    [
        ("Base", '!x = "Other"', "`x` of `Net` wants `Base`; `Other` is none"),
        ("'Base'", '@x = "Other"', "wants `Base`"),
        ("Optional[Base]", '!x = "Other"', "wants `Base`"),
        ("Base | int", '!x = "Other"', "wants `Base` or `int`"),
        ("int", '!x = "Other"', "wants `int`"),
        ("list[Base]", '!x = ["Sub", "Other"]', "wants `Base`"),
        ("dict[str, Base]", '!x = {a = "Other"}', "wants `Base`"),
        ("Base", '$x = "Sub"', "wants an object of `Base`; `$` passes the class `Sub`"),
        ("Base | None", '!x = ["Sub"]', "not a list of objects"),
    ],
)
def test_wrong_object(annotation, line, message):
    ((code, severity, said),) = judged(made(annotation, (), SUB, OTHER, Base=()), line)
    assert (code, severity) == ("wrong-object", "warning")
    assert message in said


@pytest.mark.parametrize(
    "text", ["list[" * 500 + "int" + "]" * 500, "(" * 300, "a" * 10_000, "\0", "x\n\ny", "", "\ud800"]
)
def test_strange_annotations_are_read(text):
    read_annotation(text)
    assert judged(made(text), "x = 1") == []


@pytest.mark.parametrize(
    ("annotation", "line", "message"),
    [
        ("Base", "x = 3", "`Base` is expected, not an integer"),
        ("float | Base", 'x = "5e-2"', "is expected, not a string"),
        ("Base", "x = {type = 'Sub', n = 1}", 'a table with `type` is passed as a dict; write `!x = "Sub"`'),
    ],
)
def test_values_where_objects_are_wanted(annotation, line, message):
    ((code, severity, said),) = judged(made(annotation, (), SUB, OTHER, Base=("abc.ABC",)), line)
    assert (code, severity) == ("wrong-type", "warning")
    assert message in said


def test_an_enum_is_no_ordinary_class_though_its_base_was_read():
    bases = {"enum.Enum": (), "a.Mode": ("enum.Enum",), "a.Net": ("a.Base",), "a.Base": ("?",), "a.Own": ("a.Top",)}
    assert Catalog(subclasses={**bases, "a.Top": ("abc.ABC",)}).ordinary == {"Own", "Top"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("more = [1]", "`*more` of `Net` cannot be given by a config: it takes arguments without names"),
        ("a = 1\nlearning = 2", "`Net` has no parameter `learning`; it also takes `b`"),
        ("learning = 2", "`Net` has no parameter `learning`; it takes `a`, `b`"),
    ],
)
def test_a_name_that_is_no_parameter(line, message):
    params = (
        Param("more", "var-positional"),
        Param("a", "keyword-only", default="1"),
        Param("b", "keyword-only", default="1"),
    )
    known = Catalog({"Model": RegistryInfo("Model")}, {"Model": {"Net": entry("Net", *params)}})
    assert [said for _, _, said in judged(known, line)] == [message]


def test_a_value_that_is_read_is_judged_again_where_its_change_matters() -> None:
    text = "kind = 'bn'\nsize = 3\n[Model.FCN]\n!backbone = 'ResNet'\n[ResNet]\n&norm = 'kind'\n&layers = 'size'\n"
    here = world(text)
    run = path_of("run.toml")
    for old, new, codes in (
        ("3", "34", []),
        ("34", "3.5", ["wrong-type"]),
        ("3.5", "5", []),
        ("bn", "xx", ["wrong-type"]),
    ):
        at = here.host.snapshot().file(run).text.index(old)
        here.host.edit(run, at, at + len(old), new)
        assert [item.code for item in here.snapshot.diagnostics(run)] == codes
