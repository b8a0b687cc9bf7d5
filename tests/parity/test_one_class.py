"""One answer to what a name stands for: features, fixes, views, `check` and the build speak of the same class.

The project declares its registries in another order than its source makes them, and two of them know a `Net`.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from configs import ConfigMaker
from differential import Judges, judges
from kit_changing import check_fix, check_refactor, check_rename
from projects import Project, ProjectMaker

from excore import config
from excore.config.nodes import ModuleNode
from excore.config.provenance import SectionContext
from excore.lang.problems import Origin
from excore.lang.resolve.model import Reference
from excore.lang.workspace.host import Host, Snapshot
from excore.schema.config_schema import config_schema
from excore.views.graph import graph
from excore.views.python_code import python_code
from excore_server.ide.call_hierarchy import prepare_calls
from excore_server.ide.code_lens import code_lenses, python_lenses
from excore_server.ide.document_symbol import document_symbols
from excore_server.ide.hover import hover
from excore_server.ide.implementation import implementation
from excore_server.ide.references import class_references
from excore_server.ide.signature_help import signature_help
from excore_server.ide.type_definition import type_definition
from kit import (
    ROOT,
    accepted,
    answer,
    check_completion,
    check_definition,
    check_goto,
    check_hints,
    check_hover,
    check_problems,
    parse,
    path_of,
    world,
)

PYTHON = '''
#- .excore.toml
registries = ["*Beta", "*Alpha", "*Task"]
#- twins/__init__.py
from twins import registries, alpha, beta, tasks
#- twins/registries.py
from excore import Registry
ALPHA = Registry("Alpha")
BETA = Registry("Beta")
TASK = Registry("Task")
#- twins/alpha.py
from twins.registries import ALPHA

@ALPHA.register()
class Net:
    """The net of Alpha."""
    def __init__(self, first: bool, size: int = 1): ...
    def alpha_out(self): ...
#- twins/beta.py
from typing import Literal
from twins.registries import BETA

@BETA.register()
class Net:
    """The net of Beta."""
    def __init__(self, second: Literal["a", "b"], size: float = 2.5): ...
    def beta_out(self): ...
#- twins/tasks.py
from twins.registries import TASK

@TASK.register()
class Train:
    def __init__(self, net=None, alpha=None, beta=None): ...
'''


def twins(text: str) -> str:
    """A fixture with the project above."""
    return f"#- run.toml\n{text.strip()}\n{PYTHON}"


@pytest.mark.parametrize(
    "text",
    [
        "[N<|>et]",
        '[Task.Train]\n!net = "N<|>et"',
        '[Task.Train]\n!net = "$Pad::N<|>et"\n[Pad.Net]\nsecond = "a"',
        "[Pad.N<|>et]",
        '[Task.Train]\n!net = "Ne<|>t"\n[Net]\nsecond = "a"',
    ],
)
def test_hover(text: str) -> None:
    check_hover(twins(text), "The net of Beta", "Registry `Beta`", "twins/beta.py", lacks="Alpha")


def test_hover_of_the_other_where_its_registry_is_named() -> None:
    check_hover(twins("[Alpha.N<|>et]"), "The net of Alpha", "twins/alpha.py", lacks="Beta")
    check_hover(twins('[Task.Train]\n!net = "N<|>et"\n[Alpha.Net]\nfirst = true'), "The net of Alpha", lacks="Beta")


def test_hover_of_arguments_and_members() -> None:
    check_hover(twins("[Net]\nsi<|>ze = 1"), "float = 2.5", "twins/beta.py", lacks="alpha.py")
    check_hover(twins('[Task.Train]\n!net = "Net.beta_o<|>ut()"'), "Net.beta_out()")


def test_signature_help() -> None:
    here = world(twins('[Net]\nsecond = "<|>"'))
    help = signature_help(here.snapshot, *here.cursor)
    assert help is not None
    assert help.label == "Net(second: Literal['a', 'b'], size: float = 2.5)".replace("'", '"')
    assert help.documentation == "The net of Beta."


def test_completion() -> None:
    check_completion(twins("[Net]\n<|>"), has="second size", lacks="first")
    check_completion(twins("[Net]\nsecond = <|>"), '"a" "b"')
    check_completion(twins("[Ne<|>]"), has="Net", accept=("Net", '[Net]\nsecond = ${1|"a","b"|}'))
    check_completion(twins('[Task.Train]\n!net = "Net.<|>"'), has="beta_out", lacks="alpha_out")
    here = accepted(twins('[Task.Train]\n!net = "Net"\n[Ne<|>]'), "Net")
    assert not here.snapshot.diagnostics(path_of("run.toml"))


def test_completion_offers_what_it_would_bind() -> None:
    check_completion(twins('[Task.Train]\n!beta = "<|>"'), first="Net")
    check_completion(twins('[Task.Train]\n!alpha = "N<|>"\n[Alpha.Net]\nfirst = true'), first="Net")
    check_completion(twins('[Task.Train]\n!alpha = "$<|>"\n[Alpha.Net]\n[Beta.Net]'), first="Alpha")
    _, items = answer(twins('[Task.Train]\n!alpha = "N<|>"'))
    assert [item.detail for item in items if item.label == "Net"] == ["Beta"]


@pytest.mark.parametrize("text", ["[N<|>et]", '[Task.Train]\n!net = "N<|>et"', "[Beta.N<|>et]"])
def test_definition(text: str) -> None:
    check_definition(twins(text), "twins/beta.py class «Net»:")


def test_other_ways_to_go() -> None:
    parameter = 'twins/beta.py def __init__(self, second: Literal["a", "b"], «size»: float = 2.5): ...'
    check_definition(twins("[Net]\nsi<|>ze = 1"), parameter)
    check_goto(type_definition, twins("[N<|>et]"), "twins/beta.py class «Net»:")
    check_goto(type_definition, twins('[Task.Train]\n!net = "N<|>et"'), "twins/beta.py class «Net»:")
    check_goto(implementation, twins("[N<|>et]"), "twins/beta.py class «Net»:")
    check_goto(implementation, twins("[Alpha.N<|>et]"), "twins/alpha.py class «Net»:")


def test_references_from_python() -> None:
    here = world(twins('[Net]\nsecond = "a"\n[Alpha.Net]\nfirst = true'))
    for name, text in (("beta", "[Net]"), ("alpha", "[Alpha.Net]")):
        path = path_of(f"twins/{name}.py")
        line = here.text(path).split("class Net")[0].count("\n")
        places = class_references(here.snapshot, ROOT, path, line)
        source = here.text(path_of("run.toml"))
        assert [source[source.rindex("[", 0, one.span.end) : one.span.end + 1] for one in places] == [text]
        assert [lens.text for lens in python_lenses(here.snapshot, ROOT, path)] == ["used by 1 config"]


def test_rename() -> None:
    files = parse(twins(""))
    beta = files.files["twins/beta.py"].replace("class Net", "class Web")
    text = '[Task.Train]\n!net = "{}"\n!alpha = "$Alpha"\n[{}]\nsecond = "a"\n[Alpha.Net]\nfirst = true\n[Beta.{}]'
    expected = f"#- run.toml\n{text.format('Web', 'Web', 'Web')}\n#- twins/beta.py\n{beta}"
    check_rename(twins(text.format("N<|>et", "Net", "Net")), "Web", expected)


def test_fixes() -> None:
    check_fix(twins("[Net]"), "Add `second`", '#- run.toml\n[Net]\nsecond = "a"')
    check_fix(twins("[Net]"), "Add all arguments of `Net`", '#- run.toml\n[Net]\nsecond = "a"\nsize = 2.5')
    user = '[Task.Train]\n!net = "Net"'
    check_fix(twins(user), "Create `[Net]` with its required arguments", f'{user}\n\n[Net]\nsecond = "a"')
    user = '[Task.Train]\n!net = "$Pad::Net"'
    check_fix(twins(user), "Create `[Pad.Net]`", f'{user}\n\n[Pad.Net]\nsecond = "a"')
    user = '[Task.Train]\n!net = "$Alpha"'
    check_fix(twins(user), "Create `[Alpha.Net]`", f"{user}\n\n[Alpha.Net]\nfirst = true")
    check_fix(twins('[Net]\nsecond = "a"\nsizes = 1.0'), "Change to `size`", '[Net]\nsecond = "a"\nsize = 1.0')
    check_fix(twins('[Net]\nsecond = "c"'), 'Change to `"a"`', '[Net]\nsecond = "a"')


def test_refactors() -> None:
    text = '[N<|>et]\nsecond = "a"'
    title = "Write out the defaults of `Net`"
    check_refactor(twins(text), title, '[Net]\nsecond = "a"\nsize = 2.5', same_tables=False)


def test_check() -> None:
    use = '[Task.Train]\n!net = "Net"'
    check_problems(twins(f'{use}\n[Net]\nfirst = true\n^^^^^ error unknown-parameter\nsecond = "a"'))
    check_problems(twins('[Alpha.Net]\nfirst = true\nsecond = "a"\n^^^^^^ error unknown-parameter'))


def test_outline_hints_lenses_and_hierarchy() -> None:
    here = world(twins('[N<|>et]\nsecond = "a"'))
    path, offset = here.cursor
    assert [symbol.detail for symbol in document_symbols(here.snapshot, path)] == ["Beta"]
    assert [lens.text for lens in code_lenses(here.snapshot, path)] == ["instantiates twins.beta.Net"]
    assert [item.detail.split()[0] for item in prepare_calls(here.snapshot, path, offset)] == ["twins.beta.Net"]
    check_hints(twins('[Net]\nsecond = "a"'), '[Net]⟨size=2.5⟩\nsecond = "a"', ("default",))


def test_views_and_schema() -> None:
    here = world(twins('[Task.Train]\n!net = "Net"\n!alpha = "$Alpha"\n[Net]\nsecond = "a"\n[Alpha.Net]\nfirst = true'))
    model = here.snapshot.own_model(path_of("run.toml"))
    code = python_code(model).text
    assert "twins.beta" in code
    names = {node.path: node.target for node in graph(model).nodes}
    assert names["Net",] == "twins.beta.Net"
    assert names["Alpha", "Net"] == "twins.alpha.Net"
    schema = config_schema(here.catalog, here.snapshot.project(path_of("run.toml")))
    assert "Beta.Net" in json.dumps(schema["properties"]["Net"])
    assert "Alpha.Net" not in json.dumps(schema["properties"]["Net"])


def test_build(tmp_path: Path) -> None:
    files = parse(PYTHON).files
    with judges(Project("twins", files, []), tmp_path):
        root = tmp_path / "run.toml"
        root.write_text('[Task.Train]\n!net = "Net"\n!alpha = "$Alpha"\n[Net]\nsecond = "a"\n[Alpha.Net]\nfirst = true')
        (train,) = config.load(root).modules_dict["Task"].values()
        assert (train["net"].target.__module__, train["alpha"].target.__module__) == ("twins.beta", "twins.alpha")


@pytest.mark.parametrize("seed", range(12))
def test_hover_names_what_the_build_makes(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    project = ProjectMaker(random, f"one_class_{seed}", twins=4).make()
    named = 0
    with judges(project, tmp_path) as both:
        maker = ConfigMaker(random, project)
        for _ in range(16):
            case = maker.make()
            if not both.judge(case).raised:
                named += compared(both, case.files())
    assert named > 10, "too few modules to say anything"


def compared(both: Judges, files: dict[str, str]) -> int:
    """Compare all modules of a config; how many there were."""
    for name, text in files.items():
        (both.folder / name).write_text(text, "utf-8")
    host = Host(environment={})
    host.set_catalog(str(both.folder), both.catalog)
    snapshot, root = host.snapshot(), str(both.folder / "run.toml")
    pairs = list(made(snapshot, root))
    for origin, target in pairs:
        file = snapshot.file(origin.file)
        assert file is not None
        about = hover(snapshot, origin.file, file.absolute(origin).start + 1)
        assert about is not None
        where = f"{target.__module__.replace('.', '/')}.py:"
        assert f" {target.__name__}" in about.markdown.split("(")[0], about.markdown
        assert where in about.markdown, (where, about.markdown)
    return len(pairs)


def made(snapshot: Snapshot, root: str) -> Iterator[tuple[Origin, type]]:
    """What a load makes nodes of: places in the config that name a class, and the class."""
    model = snapshot.own_model(root)
    pending: list[object] = [node for field in config.load(root).modules_dict.values() for node in field.values()]
    while pending:
        node = pending.pop()
        if not isinstance(node, ModuleNode):
            continue
        pending += node.values()
        place = node._context
        if not isinstance(place, SectionContext) or place.path not in model.sections:
            continue
        section = model.sections[place.path]
        if is_own(node.target):
            yield section.binding.origin, node.target
        for name, argument in section.arguments.items():
            value, meaning = node.get(name), argument.meaning
            if isinstance(meaning, Reference) and isinstance(value, ModuleNode) and meaning.via is None:
                in_file = snapshot.own_model(meaning.origin.file)
                target = meaning.target if is_own(value.target) and not meaning.hooks else None
                if target is not None and (target.path in in_file.sections or target.path not in model.sections):
                    yield meaning.origin, value.target


def is_own(target: object) -> bool:
    """Whether it is a class as the project has it, and not what a decorator made of it."""
    return inspect.isclass(target) and target.__module__.startswith("one_class_")
