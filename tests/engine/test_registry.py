from __future__ import annotations

import json
import subprocess
import sys
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from excore import Registry, load_registries, workspace
from excore.engine.logging import logger
from excore.errors import ConfigError
from excore.lang.registry_file import read_registry_file


class Plain:
    class Part: ...


class Other: ...


def make() -> int:
    return 1


@pytest.fixture(autouse=True)
def no_registries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Registry, "_registry_pool", {})
    monkeypatch.setattr(Registry, "_globals", None)
    monkeypatch.setattr(Registry, "_prevent_register", False)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / ".excore.toml").write_text('name = "demo"\nsrc_dir = "src"\ncache_base_dir = "cache"\n')
    monkeypatch.chdir(tmp_path)
    workspace.reset()
    yield tmp_path
    workspace.reset()


@pytest.fixture
def warnings_logged() -> Iterator[list[str]]:
    messages: list[str] = []
    sink = logger.add(lambda message: messages.append(message.record["message"]), level="WARNING")
    yield messages
    logger.remove(sink)


def module_of(**members: Any) -> ModuleType:
    module = types.ModuleType("made")
    for name, member in members.items():
        setattr(module, name, member)
    return module


def function(name: str) -> Callable[[], None]:
    def body() -> None: ...

    body.__name__ = body.__qualname__ = name
    return body


def test_reg_1_decorators_return_what_they_decorate() -> None:
    registry = Registry("R")
    assert registry.register()(Plain) is Plain
    assert registry.register(make) is make
    assert registry == {"Plain": f"{__name__}.Plain", "make": f"{__name__}.make"}


def test_reg_1_register_module_takes_classes_functions_and_python_modules() -> None:
    registry = Registry("R")
    assert registry.register_module(time) is time
    assert registry.register_module(Plain) is Plain
    assert registry["time"] == "time"


def test_reg_1_types_survive_the_decorator() -> None:
    """`reveal_type` would say the same; here the decorated class must still be usable as itself."""
    registry = Registry("R", extra_field="backbone")
    decorated = registry.register(backbone=True)(Plain)
    assert isinstance(decorated(), Plain)


def test_reg_2_one_registry_per_name() -> None:
    first = Registry("R", extra_field="a")
    assert Registry("R") is first
    assert Registry.get_registry("R") is first
    assert Registry.get_registry("absent") is None
    assert Registry.get_registry("absent", 5) == 5


def test_reg_2_another_extra_field_is_ignored_with_a_warning(warnings_logged: list[str]) -> None:
    Registry("R", extra_field="a")
    assert Registry("R", extra_field=["a"]).extra_field == ["a"]
    assert warnings_logged == []
    assert Registry("R", extra_field=["b"]).extra_field == ["a"]
    assert len(warnings_logged) == 1
    assert "R" in warnings_logged[0]


@pytest.mark.parametrize("name", ["a-b", "a b", "", "a.b", "é", "a\n"])
def test_reg_3_names_are_letters_digits_and_underscores(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        Registry(name)


def test_reg_3_nested_and_local_classes_and_dotted_modules_are_refused() -> None:
    class Local: ...

    import os.path as dotted
    import xml.dom

    registry = Registry("R")
    for module in (Local, xml.dom):
        with pytest.raises(ValueError, match="name"):
            registry.register_module(module)
    assert registry == {}
    assert registry.register_module(dotted) is dotted  # named posixpath or ntpath


def test_reg_4_taken_name_needs_force() -> None:
    registry = Registry("R")
    registry.register_module(Plain)
    with pytest.raises(ValueError, match="Plain"):
        registry.register_module(Plain)
    twin = type("Plain", (), {"__module__": "elsewhere"})
    registry.register(force=True)(twin)
    assert registry["Plain"] == "elsewhere.Plain"


def test_reg_4_other_things_are_type_errors() -> None:
    with pytest.raises(TypeError):
        Registry("R").register_module(5)  # type: ignore[type-var]


def test_reg_5_extra_information() -> None:
    registry = Registry("R", extra_field=["a", "b"])
    registry.register(b=2)(Plain)
    registry.register()(Other)
    assert registry.extra_info == {"Plain": [None, 2], "Other": [None, None]}
    assert registry.get_extra_info("Plain", "b") == 2
    with pytest.raises(ValueError, match="absent"):
        registry.get_extra_info("Plain", "absent")


def test_reg_5_unknown_information_is_refused_and_nothing_registered() -> None:
    for registry in (Registry("R", extra_field="a"), Registry("S")):
        with pytest.raises(ValueError, match="absent"):
            registry.register(absent=1)(Plain)
        assert registry == {}


def test_reg_6_register_all() -> None:
    registry = Registry("R", extra_field="a")
    registry.register_all([Plain, make], extra_info=[{"a": 1}, {}])
    assert registry.extra_info == {"Plain": [1], "make": [None]}
    with pytest.raises(ValueError, match="extra_info"):
        registry.register_all([Other], extra_info=[])
    registry.register_all([Plain], force=True)


def test_reg_7_match_default() -> None:
    registry = Registry("R")
    registry.match(module_of(Plain=Plain, make=make, number=5, __hidden=Other, sub=time))
    assert list(registry) == ["Plain", "make"]


def test_reg_7_match_function_sees_every_name_and_chooses_functions_and_classes() -> None:
    seen = []

    def wanted(name: str, module: ModuleType) -> bool:
        seen.append((name, module.__name__))
        return name[0].isupper()

    registry = Registry("R")
    registry.match(module_of(Plain=Plain, make=make, CONSTANT=3), wanted)
    assert list(registry) == ["Plain"]
    assert ("make", "made") in seen


def test_reg_7_an_alias_does_not_register_twice() -> None:
    registry = Registry("R")
    registry.match(module_of(Plain=Plain, Alias=Plain))
    assert list(registry) == ["Plain"]
    with pytest.raises(ValueError, match="Plain"):
        registry.match(module_of(Plain=Plain))
    registry.match(module_of(Plain=Plain), force=True)


def test_reg_8_merge() -> None:
    one, two, three = Registry("One"), Registry("Two"), Registry("Three")
    one.register_module(Plain)
    two.register_module(make)
    three.merge([one, two])
    assert list(three) == ["Plain", "make"]
    with pytest.raises(ValueError, match="Plain"):
        three.merge(one)
    three.merge(one, force=True)
    for wrong in (5, [one, 5], "One"):
        with pytest.raises(TypeError):
            three.merge(wrong)  # type: ignore[arg-type]


def test_reg_8_merge_keeps_extra_information_of_equal_fields() -> None:
    source, same, other = Registry("S", extra_field="a"), Registry("A", extra_field="a"), Registry("B", extra_field="b")
    source.register(a=1)(Plain)
    same.merge(source)
    other.merge(source)
    assert same.extra_info == {"Plain": [1]}
    assert other.extra_info == {"Plain": [None]}
    same.extra_info["Plain"][0] = 2
    assert source.get_extra_info("Plain", "a") == 1


def test_reg_9_filter() -> None:
    registry = Registry("R", extra_field=["a", "b"])
    registry.register(a=True, b=1)(make)
    registry.register(a=True, b=0)(Plain)
    registry.register(a=False)(Other)
    assert registry.filter("a") == ["Plain", "make"]
    assert registry.filter(["a", "b"]) == ["make"]
    assert registry.filter(["b", "a"], lambda values: values == [0, True]) == ["Plain"]
    with pytest.raises(ValueError, match="absent"):
        registry.filter("absent")


def cells(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in table.splitlines() if "│" in line]


def test_reg_10_module_table_columns_in_the_order_asked() -> None:
    registry = Registry("R", extra_field=["a", "b"])
    registry.register(a="x", b="y")(Plain)
    assert cells(registry.module_table(select_info=["b", "a"])) == [["R", "b", "a"], ["Plain", "y", "x"]]
    assert cells(registry.module_table(select_info="b")) == [["R", "b"], ["Plain", "y"]]


def test_reg_10_module_table_patterns_are_a_union() -> None:
    registry = Registry("R")
    registry.register_all([function(name) for name in ("resnet50", "vgg", "resnet18")])
    assert cells(registry.module_table("res*")) == [["R"], ["resnet18"], ["resnet50"]]
    assert cells(registry.module_table(["res*50", "v*"])) == [["R"], ["resnet50"], ["vgg"]]
    assert cells(registry.module_table("absent*")) == [["R"]]
    assert cells(registry.module_table(module_list=["vgg"])) == [["R"], ["vgg"]]


def test_reg_10_module_table_refuses_unknown_information() -> None:
    for registry in (Registry("R"), Registry("S", extra_field="a")):
        with pytest.raises(ValueError, match="absent"):
            registry.module_table(select_info="absent")


def test_reg_10_tables_of_names() -> None:
    registry = Registry("R")
    registry.register_module(time)
    Registry("A")
    assert cells(str(registry)) == [["NAME", "DIR"], ["time", "time"]]
    assert cells(Registry.registry_table()) == [["REGISTRY"], ["A"], ["R"]]


def test_reg_11_find_is_never_stale() -> None:
    registry = Registry("R")
    assert Registry.find("make") == (None, None)
    registry.register_module(make)
    assert Registry.find("make") == (f"{__name__}.make", "R")
    del registry["make"]
    assert Registry.find("make") == (None, None)


def test_reg_12_global_registry_holds_all_now_and_later() -> None:
    one, two = Registry("One", extra_field="a"), Registry("Two")
    one.register(a=1)(Plain)
    everything = Registry.make_global()
    assert everything == {"Plain": f"{__name__}.Plain"}
    assert Registry.make_global() is everything
    one.register(a=2)(Other)
    two.register_module(make)
    assert list(everything) == ["Plain", "Other", "make"]


def test_reg_12_clashes_in_the_global_registry() -> None:
    one, two = Registry("One"), Registry("Two")
    one.register_module(time)
    everything = Registry.make_global()
    with pytest.raises(ValueError, match="global"):
        two.register_module(time)
    assert two == {}
    two.merge(one)
    assert two == everything == {"time": "time"}


def test_reg_12_making_it_fails_if_names_clash() -> None:
    Registry("One").register_module(time)
    Registry("Two").register_module(time)
    with pytest.raises(ValueError, match="time"):
        Registry.make_global()


def test_reg_12_private_registries_stand_apart() -> None:
    private = Registry("__private")
    private.register_module(make)
    assert Registry("__private") is not private
    assert Registry.get_registry("__private") is None
    assert Registry.find("make") == (None, None)
    assert Registry.make_global() == {}
    private.register_module(Plain)
    assert Registry.make_global() == {}


def test_reg_13_lock() -> None:
    registry, full = Registry("R"), Registry("F")
    full.register_module(make)
    Registry.lock_register()
    assert registry.register()(Plain) is Plain
    assert registry.register(Plain) is Plain
    registry.register_all([Plain])
    registry.match(module_of(Plain=Plain))
    registry.merge(full)
    assert registry == {}
    Registry.unlock_register()
    registry.register_module(Plain)
    assert list(registry) == ["Plain"]


def test_reg_14_dump_and_load(project: Path) -> None:
    registry = Registry("R", extra_field=["a"])
    registry.register(a=[1, "x"])(Plain)
    Registry.dump()
    cache = Path(workspace.registry_cache_file)
    assert cache == project / "cache" / project.name / "registry_cache.json"
    assert json.loads(cache.read_text())["registries"]["R"]["modules"]["Plain"]["info"] == [[1, "x"]]
    assert [path.name for path in cache.parent.iterdir() if path.name.startswith(".")] == []

    Registry._registry_pool.clear()
    Registry.load()
    restored = Registry("R", extra_field=["a"])
    assert restored == {"Plain": f"{__name__}.Plain"}
    assert restored.get_extra_info("Plain", "a") == [1, "x"]


def test_reg_14_a_dump_holds_what_the_interpreter_sees(project: Path) -> None:
    Registry("R").register_module(Plain)
    Registry("R")["Far"] = "not_imported.Far"
    Registry.dump()
    file = read_registry_file(workspace.registry_cache_file)
    assert file is not None
    entries = file.catalog(project).entries["R"]
    assert (entries["Plain"].bases, entries["Plain"].signature.complete) == ((f"{__name__}.Plain",), True)
    assert (entries["Far"].path, entries["Far"].signature.complete) == ("not_imported.Far", False)
    Registry._registry_pool.clear()
    Registry("R").register_module(Other)
    Registry.dump(update=True)
    file = read_registry_file(workspace.registry_cache_file)
    assert file is not None
    assert file.catalog(project).entries["R"]["Plain"].location == entries["Plain"].location


def test_reg_14_load_fills_the_registries_that_exist(project: Path) -> None:
    registry = Registry("R")
    registry.register_module(Plain)
    Registry.dump()
    registry.clear()
    Registry.load()
    assert Registry("R") is registry
    assert list(registry) == ["Plain"]


def test_reg_14_a_declaration_after_the_load_gives_the_fields(project: Path, warnings_logged: list[str]) -> None:
    Registry("R").register_module(Plain)
    Registry.dump()
    Registry._registry_pool.clear()
    Registry.load()
    registry = Registry("R", extra_field="new")
    assert registry.extra_info == {"Plain": [None]}
    assert warnings_logged == []


def test_reg_14_what_the_cache_says_may_be_registered_live(project: Path) -> None:
    Registry("R").register_module(Plain)
    Registry.dump()
    Registry._registry_pool.clear()
    Registry.load()
    registry = Registry("R")
    registry.register_module(Plain)
    with pytest.raises(ValueError, match="Plain"):
        registry.register_module(Plain)


def test_reg_14_update_keeps_what_is_only_in_the_cache(project: Path) -> None:
    Registry("R").register_module(Plain)
    Registry("Gone").register_module(time)
    Registry.dump()
    Registry._registry_pool.clear()
    Registry("R").register_module(Other)
    Registry.dump(update=True)
    registries = json.loads(Path(workspace.registry_cache_file).read_text())["registries"]
    assert list(registries["R"]["modules"]) == ["Plain", "Other"]
    assert list(registries["Gone"]["modules"]) == ["time"]
    Registry.dump()
    registries = json.loads(Path(workspace.registry_cache_file).read_text())["registries"]
    assert {name: list(data["modules"]) for name, data in registries.items()} == {"R": ["Other"]}


def test_reg_14_load_registries_locks(project: Path) -> None:
    Registry("R").register_module(Plain)
    Registry.dump()
    Registry._registry_pool.clear()
    load_registries()
    Registry("R").register_module(Other)
    assert list(Registry("R")) == ["Plain"]


def test_reg_14_without_a_cache(project: Path, warnings_logged: list[str]) -> None:
    with pytest.raises(FileNotFoundError, match="auto-register") as caught:
        Registry.load()
    assert isinstance(caught.value, ConfigError)
    assert caught.value.filename == workspace.registry_cache_file
    load_registries()
    assert len(warnings_logged) == 1
    assert "auto-register" in warnings_logged[0]
    assert not Registry._prevent_register


@pytest.mark.parametrize(
    "text",
    ["", "\x80\x04garbage", "[]", "{}", '{"format": "excore-registry", "version": 99, "registries": {}}',
     '{"format": "excore-registry", "version": 1, "registries": {"R": {"extra_field": [], "modules": {"A": {}}}}}'],
)  # fmt: skip
def test_reg_14_a_broken_cache_is_a_config_error_that_names_it(project: Path, text: str) -> None:
    workspace.claim_cache()
    Path(workspace.registry_cache_file).write_text(text)
    with pytest.raises(ConfigError, match="registry_cache"):
        Registry.load()


def test_reg_14_a_cache_of_an_older_version_is_a_warning(project: Path, warnings_logged: list[str]) -> None:
    workspace.claim_cache()
    Path(workspace.registry_cache_file).write_text('{"format": "excore-registry", "version": 1, "registries": {}}')
    load_registries()
    assert len(warnings_logged) == 1
    assert "run `excore auto-register`" in warnings_logged[0]
    assert not Registry._prevent_register


def test_reg_14_writers_do_not_lose_each_others_work(project: Path) -> None:
    code = """if True:
        import sys, types
        from excore import Registry
        for number in range(20):
            function = types.FunctionType((lambda: 0).__code__, {}, f"f{sys.argv[1]}_{number}")
            function.__qualname__ = function.__name__
            Registry("R").register_module(function)
            Registry.dump(update=True)
    """
    writers = [subprocess.Popen([sys.executable, "-c", code, str(number)], cwd=project) for number in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    modules = json.loads(Path(workspace.registry_cache_file).read_text())["registries"]["R"]["modules"]
    assert set(modules) == {f"f{writer}_{number}" for writer in range(3) for number in range(20)}


def test_reg_15_loading_imports_no_registered_module(project: Path) -> None:
    source = project / "src"
    source.mkdir()
    (source / "__init__.py").write_text("from excore import Registry\nMODEL = Registry('Model')\n")
    (source / "heavy.py").write_text("from . import MODEL\n@MODEL.register\nclass Heavy: ...\n")
    write = "import src.heavy; from excore import Registry; Registry.dump()"
    read = """if True:
        import sys
        from excore import Registry, load_registries
        load_registries()
        print(Registry("Model")["Heavy"], "src" in sys.modules)
    """
    subprocess.run([sys.executable, "-c", write], cwd=project, check=True)
    done = subprocess.run([sys.executable, "-c", read], cwd=project, check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["src.heavy.Heavy", "False"]


def test_a_name_cannot_be_chosen() -> None:
    with pytest.raises(ValueError, match="a name cannot be chosen, the class's own name counts"):
        Registry("Unnamed").register(name="net")(Plain)


@pytest.mark.parametrize(
    "cell",
    [
        "@REGISTRY.register()\nclass Cell:\n    value = {}\n",
        "@REGISTRY.register\ndef Cell(): return {}\n",
        "class Cell:\n    value = {}\nREGISTRY.register_module(Cell)\n",
    ],
)
@pytest.mark.parametrize("has_file", [True, False])
def test_a_cell_can_be_run_again(monkeypatch: pytest.MonkeyPatch, cell: str, has_file: bool) -> None:
    registry = Registry(f"Cells{has_file}{len(cell)}")
    notebook = ModuleType("notebook_of_test")
    if has_file:
        notebook.__file__ = "notebook_of_test.py"
    monkeypatch.setitem(sys.modules, notebook.__name__, notebook)
    notebook.__dict__["REGISTRY"] = registry
    for number in (1, 2):
        exec(compile(cell.format(number), "<cell>", "exec"), notebook.__dict__)
    made: Any = notebook.__dict__["Cell"]
    assert registry["Cell"] == "notebook_of_test.Cell"
    assert (vars(made)["value"] if isinstance(made, type) else made()) == 2
    other = "@REGISTRY.register()\nclass Cell: ...\n"
    monkeypatch.setattr(notebook, "__name__", "another")
    notebook.__dict__["__name__"] = "another"
    with pytest.raises(ValueError, match="exists already"):
        exec(compile(other, "<cell>", "exec"), notebook.__dict__)


def test_reg_7_match_leaves_out_what_has_no_import_path() -> None:
    def inner() -> None: ...

    class Local: ...

    registry = Registry("r")
    messages: list[str] = []
    sink = logger.add(lambda message: messages.append(message.record["message"]), level="INFO")
    try:
        registry.match(module_of(double=lambda x: 2 * x, inner=inner, Local=Local, Part=Plain.Part, Plain=Plain))
    finally:
        logger.remove(sink)
    assert list(registry) == ["Plain"]
    assert [message for message in messages if "4 of " in message and "double, inner, Local, Part" in message]
