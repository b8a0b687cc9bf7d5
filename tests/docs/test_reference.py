"""The reference is true: its configs do what stands beside them, and its rules are those that code and tests cite."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from docs_kit import DOCS, ROOT, Outcome, Pair, anchors, codes, outcomes, pairs

from excore import ConfigError, config
from excore.cli.check import run
from excore.index.indexer import Indexer
from excore.lang.problems import SEVERITIES
from excore.schema.completion_schema import module_schema

PAGES = [DOCS / "reference" / "language.md", DOCS / "reference" / "api.md"]
IDS = [anchor.upper() for page in PAGES for anchor in anchors(page)]
GROUPS = {id.partition("-")[0] for id in IDS}
RULES = [id for id in IDS if "-" in id or not any(other.startswith(f"{id}-") for other in IDS)]
TOLD = SEVERITIES[:2]  # hints about what nothing uses would say nothing about the rules
PAIRS = [pair for page in PAGES for pair in pairs(page)]
OUTCOMES = [outcome for page in PAGES for outcome in outcomes(page)]

_CITED = re.compile(r"\b([A-Z]{2,}-\d+)\b(?!-)")
_TEST = re.compile(r"\bdef test_([a-z]+)((?:_(?:\d+|and|to))*)((?:_[a-z]+_\d+)*)")
_NO_RULES = {"UTF-8", "UTF-16", "UTF-32"}


def reported(files: tuple[tuple[str, str], ...]) -> list[str]:
    """What `excore check` says of the files, without the excerpts."""
    for name, text in files:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, "utf-8")
    lines = []
    for finding in run([name for name, _ in files]):
        for one in finding.diagnostics:
            severity, start = SEVERITIES[one["severity"] - 1], one["range"]["start"]
            if severity in TOLD:
                place = f"{Path(finding.path).name}:{start['line'] + 1}:{start['character'] + 1}"
                lines.append(f"{place}: {severity}[{one['code']}] {one['message']}")
    return lines


def test_there_are_examples_of_both_kinds() -> None:
    assert len(PAIRS) > 40
    assert len(OUTCOMES) > 30


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.name)
def test_the_check_reports_what_the_page_says(outcome: Outcome, zoo: ModuleType) -> None:
    assert reported(outcome.configs) == outcome.report


@pytest.mark.parametrize(
    "outcome",
    [one for one in OUTCOMES if any(": error[" in line for line in one.report)],
    ids=lambda outcome: outcome.name,
)
def test_what_is_an_error_is_raised(outcome: Outcome, zoo: ModuleType) -> None:
    reported(outcome.configs)
    with pytest.raises(ConfigError) as caught:
        config.load(outcome.configs[0][0]).build_all()
    codes = {code for line in outcome.report for code in re.findall(r": error\[([\w-]+)\]", line)}
    assert {problem.code for problem in caught.value.problems} <= codes


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_the_check_reports_nothing_where_the_page_shows_what_is_built(pair: Pair, zoo: ModuleType) -> None:
    assert reported(pair.configs) == []


def test_sch_3_the_schema_of_a_class_is_what_the_page_says(folder: Path) -> None:
    blocks = codes((DOCS / "reference" / "api.md").read_text("utf-8"))
    (source,) = [block for block in blocks if block.title == "nets.py"]
    (schema,) = [json.loads(block.text) for block in blocks if block.language == "json"]
    (folder / source.title).write_text(source.text, "utf-8")
    (entry,) = Indexer(folder, use_cache=False).build().entries["Nets"].values()
    assert module_schema(entry) == schema


# -- ids


@cache
def texts() -> dict[str, str]:
    """Name -> text of the files that people write."""
    patterns = ["*.py", "*.md", "*.lua", "*.ts", "*.toml", "*.yml"]
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name: (ROOT / name).read_text("utf-8") for name in listed.stdout.splitlines() if (ROOT / name).is_file()}


def cited(text: str) -> Iterator[str]:
    """The ids that a text cites: `SYN-1` anywhere, and what tests are named after, as `test_syn_1_lists`."""
    yield from _CITED.findall(text)
    for first, numbers, others in _TEST.findall(text):
        group = first.upper()
        if group in GROUPS:
            yield from [f"{group}-{number}" for number in _numbers(numbers)] or [group]
            for other, number in re.findall(r"_([a-z]+)_(\d+)", others):
                if other.upper() in GROUPS:
                    yield f"{other.upper()}-{number}"


def _numbers(text: str) -> Iterator[int]:
    """The numbers of `_2_3_and_5` or of `_2_to_5`."""
    words = text.split("_")[1:]
    for before, word in zip([None, *words], words, strict=False):
        if before == "to" and word.isdigit():
            yield from range(int(words[words.index("to") - 1]) + 1, int(word) + 1)
        elif word.isdigit():
            yield int(word)


def test_citations_are_read() -> None:
    text = "SYN-1, UTF-8\ndef test_hdr_5_to_7_a_test() -> None: ...\ndef test_val_2_and_4_lists_2(): ...\n"
    text += "def test_ahook_7_chook_1_tables(): ...\ndef test_k3_functions(): ...\ndef test_cli_a_command(): ...\n"
    assert set(cited(text)) - _NO_RULES == {
        "SYN-1", "HDR-5", "HDR-6", "HDR-7", "VAL-2", "VAL-4", "AHOOK-7", "CHOOK-1", "CLI",
    }  # fmt: skip


def test_every_rule_has_one_place() -> None:
    assert len(RULES) > 130
    assert sorted(set(IDS)) == sorted(IDS)


def test_a_rule_stands_under_its_id() -> None:
    for page in PAGES:
        headings = re.findall(r"^#+ ([A-Z]+-\d+): .+? \{ #([\w-]+) \}$", page.read_text("utf-8"), re.MULTILINE)
        assert [rule.lower() for rule, _ in headings] == [anchor for _, anchor in headings]
        assert [anchor for _, anchor in headings] == [anchor for anchor in anchors(page) if "-" in anchor]


def test_every_rule_that_is_cited_is_explained() -> None:
    unknown = {name: sorted(set(cited(text)) - set(IDS) - _NO_RULES) for name, text in texts().items()}
    here = Path(__file__).name
    assert {name: rules for name, rules in unknown.items() if rules and Path(name).name != here} == {}


def test_every_rule_is_cited_by_a_test() -> None:
    tests = [text for name, text in texts().items() if name.startswith("tests/") and name.endswith(".py")]
    here = Path(__file__).read_text("utf-8")
    found = {rule for text in tests if text != here for rule in cited(text)}
    assert [rule for rule in RULES if rule not in found] == []
