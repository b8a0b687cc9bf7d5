"""What `excore check` prints for machines: SARIF 2.1.0 and the workflow commands of GitHub."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cli_kit import Run, Write

from excore.lang.problems import CATALOGUE

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
URI = {"type": "string", "format": "uri-reference", "pattern": r"^[^\s\\]+$"}
REGION = {
    "type": "object",
    "additionalProperties": False,
    "required": ["startLine", "startColumn", "endLine", "endColumn"],
    "properties": {
        name: {"type": "integer", "minimum": 1} for name in ("startLine", "startColumn", "endLine", "endColumn")
    },
}
LOCATION = {
    "type": "object",
    "additionalProperties": False,
    "required": ["physicalLocation"],
    "properties": {
        "message": TEXT,
        "physicalLocation": {
            "type": "object",
            "additionalProperties": False,
            "required": ["artifactLocation"],
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "required": ["uri"],
                    "additionalProperties": False,
                    "properties": {"uri": URI, "uriBaseId": {"type": "string"}},
                },
                "region": REGION,
            },
        },
    },
}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
RULE = {
    "type": "object",
    "required": ["id"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string"},
        "shortDescription": TEXT,
        "helpUri": {"type": "string", "format": "uri"},
        "help": {
            "type": "object",
            "required": ["text"],
            "additionalProperties": False,
            "properties": {"text": {"type": "string"}, "markdown": {"type": "string"}},
        },
        "defaultConfiguration": {"type": "object", "additionalProperties": False, "properties": {"level": LEVEL}},
    },
}
SARIF = {
    "type": "object",
    "additionalProperties": False,
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["tool", "results"],
                "properties": {
                    "originalUriBaseIds": {
                        "type": "object",
                        "additionalProperties": {
                            "type": "object",
                            "properties": {"uri": {**URI, "pattern": r"^[^\s\\]+/$"}},
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "additionalProperties": False,
                                "required": ["name"],
                                "properties": {
                                    "name": {"type": "string"},
                                    "version": {"type": "string"},
                                    "informationUri": {"type": "string", "format": "uri"},
                                    "rules": {"type": "array", "uniqueItems": True, "items": RULE},
                                },
                            }
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["message", "ruleId", "locations"],
                            "properties": {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": -1},
                                "level": LEVEL,
                                "message": TEXT,
                                "locations": {"type": "array", "items": LOCATION, "minItems": 1},
                                "relatedLocations": {"type": "array", "items": LOCATION, "uniqueItems": True},
                            },
                        },
                    },
                },
            },
        },
    },
}
"""The part of the standard's schema that is used, and nothing beyond it."""

BROKEN = """
    #- configs/a, b%.toml
    [Model.FCN]
    layers = "𝔸many"
    !head = "Topp"
    heads = [
        1,
    ]
    [Model.FCM]
    #- configs/c.toml
    __base__ = ["none.toml"]
    [TrainData.City]
    path = 3
    path = 4
    [TestData.City]
    path = [
        1,
    ]
"""


@pytest.fixture
def broken(project: Path, write: Write) -> Path:
    return write(BROKEN)


def plain(run: Run) -> list[tuple[str, dict[str, Any]]]:
    reports = json.loads(run("check", "configs", "--format", "json", code=1).stdout)
    return [(report["uri"], item) for report in reports for item in report["diagnostics"]]


def test_sarif_is_as_the_standard_says(broken: Path, run: Run) -> None:
    log = json.loads(run("check", "configs", "--format", "sarif", code=1).stdout)
    jsonschema.Draft202012Validator.check_schema(SARIF)
    jsonschema.validate(log, SARIF)
    run_ = log["runs"][0]
    rules = run_["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(CATALOGUE)
    found = plain(run)
    assert len(found) == len(run_["results"]) >= 5
    levels = {1: "error", 2: "warning", 3: "note", 4: "note"}
    for (uri, item), result in zip(found, run_["results"], strict=True):
        assert result["ruleId"] == rules[result["ruleIndex"]]["id"] == item["code"]
        assert result["level"] == levels[item["severity"]]
        assert result["message"]["text"] == item["message"]
        place = result["locations"][0]["physicalLocation"]
        region, start, end = place["region"], item["range"]["start"], item["range"]["end"]
        assert place["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
        assert not place["artifactLocation"]["uri"].startswith("/")
        assert run_["originalUriBaseIds"]["%SRCROOT%"]["uri"] + place["artifactLocation"]["uri"] == uri
        assert (region["startLine"], region["startColumn"]) == (start["line"] + 1, start["character"] + 1)
        assert (region["endLine"], region["endColumn"]) == (end["line"] + 1, end["character"] + 1)
        assert (region["startLine"], region["startColumn"]) <= (region["endLine"], region["endColumn"])
    duplicate = next(one for one in run_["results"] if one["ruleId"] == "duplicate-key")
    assert duplicate["relatedLocations"][0]["message"]["text"]


def test_sarif_of_nothing_wrong(project: Path, run: Run) -> None:
    log = json.loads(run("check", "configs", "--format", "sarif").stdout)
    jsonschema.validate(log, SARIF)
    assert log["runs"][0]["results"] == []


COMMAND = re.compile(r"::(?P<level>error|warning|notice) (?P<properties>[^:\r\n]+)::(?P<message>[^\r\n]+)")


def unescaped(text: str) -> str:
    for code, char in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, char)
    return text


def test_github_reads_each_line_as_an_annotation(broken: Path, run: Run) -> None:
    found = plain(run)
    lines = run("check", "configs", "--format", "github", code=1).stdout.splitlines()
    assert len(lines) == len(found)
    levels = {1: "error", 2: "warning", 3: "notice", 4: "notice"}
    several = 0
    for line, (_, item) in zip(lines, found, strict=True):
        match = COMMAND.fullmatch(line)
        assert match is not None, line
        assert match["level"] == levels[item["severity"]]
        properties = dict(pair.split("=", 1) for pair in match["properties"].split(","))
        assert (broken / unescaped(properties["file"])).is_file()
        assert int(properties["line"]) == item["range"]["start"]["line"] + 1
        assert int(properties["endLine"]) == item["range"]["end"]["line"] + 1
        assert unescaped(properties["title"]) == f"excore {item['code']}"
        assert unescaped(match["message"]) == item["message"]
        on_one_line = properties["line"] == properties["endLine"]
        assert ("col" in properties) == ("endColumn" in properties) == on_one_line
        several += not on_one_line
        if on_one_line:
            text = (broken / unescaped(properties["file"])).read_text("utf-8").split("\n")[int(properties["line"]) - 1]
            assert 1 <= int(properties["col"]) <= int(properties["endColumn"]) <= len(text) + 1
    assert several


def test_columns_count_characters_for_people_and_utf16_for_scanners(project: Path, write: Write, run: Run) -> None:
    write('#- configs/wide.toml\n"𝔸𝔸" = { a = 1, a = 2 }\n[Model.FCN]\nlayers = 3\n!head = "Top"\n')
    line = run("check", "configs/wide.toml", "-f", "github", code=1).stdout.splitlines()[0]
    log = json.loads(run("check", "configs/wide.toml", "-f", "sarif", code=1).stdout)
    region = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert "col=17," in line
    assert region["startColumn"] == 19


def test_a_circle_of_files_is_told_once_in_every_format(write: Write, run: Run) -> None:
    """Each file of the circle quotes the next: the first one tells."""
    write("""
        #- configs/x.toml
        __base__ = "y.toml"
        #- configs/y.toml
        __base__ = "z.toml"
        #- configs/z.toml
        __base__ = "x.toml"
        """)
    text = run("check", "configs", code=1).stdout
    assert text.count("inherit from each other in a circle") == 1
    assert text.count("see there") == 2
    assert run("check", "configs", "-f", "github", code=1).stdout.count("circular-base") == 1
    (one,) = json.loads(run("check", "configs", "-f", "sarif", code=1).stdout)["runs"][0]["results"]
    assert one["ruleId"] == "circular-base"
    found = json.loads(run("check", "configs", "-f", "json", code=1).stdout)
    assert [[item["code"] for item in file["diagnostics"]] for file in found] == [["circular-base"]] * 3
