"""Texts that coverage leads to: each reader gets them, and what must hold for every text is judged.

    python tests/e2e/fuzz.py --cases 10000 --seed 1

The first byte chooses the judge, the others are the text; byte 1 stands between its parts. It needs the extra ``fuzz``.
A text that fails is written to ``.artifacts/fuzz`` and can be named as an argument, to be judged again.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import os
import random
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext, suppress
from functools import partial
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / name) for name in ("", "lang", "config")]

try:
    import atheris
except ImportError:  # a text that failed is judged without it
    atheris = None

KEPT = Path(__file__).parents[2] / ".artifacts" / "fuzz"
PACKAGES = ["excore", "excore_server"]

with atheris.instrument_imports(include=PACKAGES) if atheris else nullcontext():
    from config_kit import project as small_project
    from corpus import configs, written
    from kit_asking import ask_about_file, ask_about_workspace, ask_at
    from syntax_kit import CLASHES, EVERYTHING, calls, tables_shape, tree_shape
    from test_layout import check_layout
    from test_syntax_properties import PIECES
    from test_syntax_properties import test_nothing_is_lost as nothing_is_lost
    from test_syntax_properties import test_same_language_as_tomllib as same_language_as_tomllib
    from test_workspace_properties import report

    from excore import config
    from excore.errors import ConfigError
    from excore.index.scan import may_register, outline, scan
    from excore.lang.check.annotations import read_annotation
    from excore.lang.overrides import Overrides
    from excore.lang.paths import PathError, bracket_end, parse_path, path_end
    from excore.lang.problems import Problem
    from excore.lang.project.reading import load_project
    from excore.lang.source import Memory
    from excore.lang.syntax.document import parse
    from excore.lang.syntax.formatting import formatted
    from excore.lang.tables.assemble import assemble
    from excore.lang.workspace.host import Host
    from excore.lang.workspace.sweep_check import sweep_problems
    from excore.migrate.python_config import PythonReader
    from excore.migrate.yaml_config import mmengine_config
    from kit import MODELS, ROOT, Files, index, path_of
    from kit import parse as parts_of

SEPARATOR = "\x01"
RUN, BASE = path_of("run.toml"), path_of("base.toml")
MOST = 6_000
"""Calls that a long text may cost beyond 2.6 times those of its half."""


def host(text: str, base: str = "") -> Host:
    made = Host(Files({"run.toml": text, "base.toml": base}))
    made.folders[ROOT] = None
    made.set_catalog(ROOT, CATALOG)
    for path in (RUN, BASE):
        made.file_changed(path)
    made.open(RUN, text)
    return made


def syntax(text: str) -> None:
    nothing_is_lost.hypothesis.inner_test(text)  # type: ignore[attr-defined]
    same_language_as_tomllib.hypothesis.inner_test(text)  # type: ignore[attr-defined]


def edits(before: str, removed: str, new: str, after: str) -> None:
    old = parse(before + removed + after)
    tables = assemble("f", old)
    tree, fresh = old.edit(len(before), len(before + removed), new), parse(before + new + after)
    assert tree_shape(tree) == tree_shape(fresh)
    assert tables_shape(assemble("f", tree, tables), tree) == tables_shape(assemble("f", fresh), fresh)


def formatting(text: str) -> None:
    if formatted(parse(text)) is not None:
        after = check_layout(text)
        assert meaning(after) == meaning(text)


def diagnosed(text: str) -> tuple[Problem, ...]:
    return host(text).snapshot().diagnostics(RUN)


def meaning(text: str) -> list[object]:
    return [(one.code, one.message) for one in diagnosed(text)]


def resolving(text: str, base: str) -> None:
    live = host(text, base)
    for path in (RUN, BASE):
        report(live, path)
    ask_about_file(live.snapshot(), RUN)
    ask_about_workspace(live.snapshot(), RUN)


def resolving_edits(before: str, removed: str, new: str, after: str) -> None:
    live, fresh = host(before + removed + after), host(before + new + after)
    report(live, RUN)
    live.edit(RUN, len(before), len(before + removed), new)
    assert report(live, RUN) == report(fresh, RUN)


def features(before: str, after: str) -> None:
    ask_at(host(before + after).snapshot(), RUN, len(before))


def work(text: str) -> None:
    if len(text) > 200:
        return
    diagnosed(text * 20)  # patterns are compiled when they are needed
    for _ in range(3):  # what is counted holds the fuzzer's own calls
        once, twice = (calls(partial(diagnosed, text * times)) for times in (10, 20))
        if twice < 2.6 * once + MOST:
            return
    raise AssertionError(once, twice)


def paths(text: str) -> None:
    with suppress(PathError):
        assert parse_path(text) == parse_path(text)
    assert 0 <= path_end(text, 0, ",") <= len(text)
    if text[:1] in {"(", "["}:
        with suppress(PathError):
            bracket_end(text, 0)
    read_annotation(text)


def overrides(text: str, *words: str) -> None:
    snapshot = host(text).snapshot()
    given = Overrides(words, snapshot.grammar(RUN).prefix_chars, ROOT)
    list(snapshot.overridden(RUN, given).problems(names=True))


def python(text: str) -> None:
    with suppress(SyntaxError, ValueError, RecursionError):
        ast.parse(text)
        scan(text)
    outline(text)
    may_register(text.encode("utf-8", "replace"))
    index({"models.py": text})


def project_file(text: str) -> None:
    path = path_of(".excore.toml")
    load_project(path, Memory({path: text}))


def sweep(text: str) -> None:
    snapshot = host(f"[sweep]\nbase = 'base.toml'\n{text}", BASE_TEXT).snapshot()
    made = snapshot.sweep(RUN)
    if made is not None:
        list(sweep_problems(snapshot, made))
    snapshot.diagnostics(RUN)


def migration(text: str) -> None:
    PythonReader(path_of("old.py"), text, lambda path: None).read()
    mmengine_config(path_of("old.yaml"), text, lambda path: None)


def loading(text: str) -> None:
    Path("run.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with suppress(ConfigError):
        config.load("run.toml")


JUDGES: tuple[tuple[Callable[..., None], int], ...] = (
    *((syntax, 1), (edits, 4), (formatting, 1), (resolving, 2), (resolving_edits, 4), (features, 2), (work, 1)),
    *((paths, 1), (overrides, 4), (python, 1), (project_file, 1), (sweep, 1), (migration, 1), (loading, 1)),
)
"""Each with the number of its parts."""


def judge(data: bytes) -> None:
    """Raise what a text must not make a reader raise."""
    if data:
        check, count = JUDGES[data[0] % len(JUDGES)]
        text = data[1:].decode("utf-8", "surrogateescape")
        parts = text.split(SEPARATOR, count - 1)
        check(*parts, *[""] * (count - len(parts)))


def seeds(chance: random.Random) -> Iterator[bytes]:
    """What is known to lead far: fixtures, cut somewhere."""
    for text in dict.fromkeys([EVERYTHING, CLASHES, *PIECES, *written(), *(one.text for one in configs())]):
        number = chance.randrange(len(JUDGES))
        at = sorted(chance.randrange(len(text) + 1) for _ in range(JUDGES[number][1] - 1))
        cut = [text[start:end] for start, end in zip([0, *at], [*at, len(text)], strict=True)]
        yield bytes([number]) + SEPARATOR.join(cut).encode("utf-8", "surrogatepass")[:4000]


class Fuzzing:
    """Judges texts until there were enough; each kind of failure is kept once."""

    def __init__(self, cases: int, resources: ExitStack) -> None:
        self.cases = cases
        self.resources = resources
        self.count = 0
        self.found: dict[tuple[object, ...], str] = {}

    def __call__(self, data: bytes) -> None:
        try:
            judge(data)
        except Exception as error:
            self.keep(data, error)
        self.count += 1
        if self.count == self.cases:
            self.end()

    def keep(self, data: bytes, error: Exception) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        kind = (type(error), *[(frame.filename, frame.lineno) for frame in (frames[-1], frames[1])])
        if kind not in self.found:
            name = f"{JUDGES[data[0] % len(JUDGES)][0].__name__}-{hashlib.sha1(data).hexdigest()[:12]}"
            (KEPT / name).write_bytes(data)
            self.found[kind] = f"{KEPT / name}: {type(error).__name__} {str(error)[:300]}"
            print("".join(traceback.format_exception(error)[-4:]), f"fuzz: {self.found[kind]}", flush=True)

    def end(self) -> None:
        """Print how many cases there were; libFuzzer knows no other end than that of the process."""
        print(
            f"fuzz: {self.count} cases, {len(self.found)} kinds of failures",
            *self.found.values(),
            sep="\n  ",
            flush=True,
        )
        self.resources.close()
        os._exit(bool(self.found))


def main() -> None:
    """Judge texts until there were so many, and print how many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("texts", nargs="*", type=Path)
    options = parser.parse_args()
    kept = [path.resolve() for path in options.texts]
    with ExitStack() as resources:
        folder = Path(resources.enter_context(tempfile.TemporaryDirectory()))
        resources.enter_context(small_project(folder))
        for path in kept:
            judge(path.read_bytes())
        if kept or atheris is None:
            print(f"fuzz: {len(kept)} texts judged again" if kept else "fuzz: left out, for atheris is not here")
            return
        KEPT.mkdir(parents=True, exist_ok=True)
        corpus = folder / "corpus"
        corpus.mkdir()
        for number, data in enumerate(seeds(random.Random(options.seed))):
            (corpus / str(number)).write_bytes(data)
        pieces = [*PIECES, SEPARATOR, *"::* () @Hook ${x} __base__ __no_call__ registries = import def class".split()]
        words = folder / "words"
        words.write_text("".join(f'"{escaped(piece)}"\n' for piece in pieces))
        limits = [
            f"-seed={options.seed}",
            "-max_len=4096",
            "-timeout=60",
            "-rss_limit_mb=4096",
            "-verbosity=0",
            f"-dict={words}",
        ]
        fuzzing = Fuzzing(options.cases, resources)
        atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={KEPT}{os.sep}", str(corpus)], fuzzing)
        atheris.Fuzz()


def escaped(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text.encode("utf-8", "surrogatepass"))


CATALOG = index(parts_of(MODELS).files)
BASE_TEXT = "[Backbone.ResNet]\nlayers = 50\n"

if __name__ == "__main__":
    main()
