"""Problems of every config, open or not, for clients that ask for them (D4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from e2e_kit import PROJECT, PULL, Editor, editor, uri, write

from excore.tooling.lsp_client import Json

OTHER = """
    #- other.toml
    [Backbone.ResNet]
    deep = 3
    #- pyproject.toml
    [tool.other]
    deep = 3
"""


def ask(client: Editor, previous: dict[str, str] | None = None, **more: Any) -> list[Json]:
    known = [{"uri": uri(client.root / name), "value": value} for name, value in (previous or {}).items()]
    answer = client.request("workspace/diagnostic", {"previousResultIds": known, **more})
    items: list[Json] = answer["items"]
    return items


def by_name(client: Editor, reports: list[Json]) -> dict[str, Json]:
    return {report["uri"].removeprefix(uri(client.root) + "/"): report for report in reports}


def codes(report: Json) -> list[str]:
    return [item["code"] for item in report["items"]]


def test_every_config_is_reported_and_then_only_what_changed(tmp_path: Path) -> None:
    write(tmp_path, PROJECT + OTHER)
    with editor(tmp_path, PULL) as client:
        assert client.capabilities["diagnosticProvider"]["workspaceDiagnostics"] is True
        client.ready()
        client.show("run.toml")
        first = by_name(client, ask(client))
        assert sorted(first) == ["other.toml", "run.toml"]
        assert codes(first["run.toml"]) == []
        assert codes(first["other.toml"]) == ["missing-parameter", "unknown-parameter"]
        assert (first["run.toml"]["version"], first["other.toml"]["version"]) == (1, None)

        known = {name: report["resultId"] for name, report in first.items()}
        again = by_name(client, ask(client, known))
        assert {name: (report["kind"], report["resultId"]) for name, report in again.items()} == {
            name: ("unchanged", value) for name, value in known.items()
        }
        assert client.pull("other.toml", known["other.toml"])["kind"] == "unchanged"

        (tmp_path / "other.toml").write_text("[Backbone.ResNet]\ndepth = 3\n", encoding="utf-8")
        client.watched("other.toml")
        later = by_name(client, ask(client, known))
        assert later["run.toml"]["kind"] == "unchanged"
        assert (later["other.toml"]["kind"], codes(later["other.toml"])) == ("full", [])


def test_a_file_that_is_gone_has_no_problems(tmp_path: Path) -> None:
    write(tmp_path, PROJECT + OTHER)
    with editor(tmp_path, PULL) as client:
        client.ready()
        known = {name: report["resultId"] for name, report in by_name(client, ask(client)).items()}
        (tmp_path / "other.toml").unlink()
        client.watched("other.toml", kind=3)
        assert codes(by_name(client, ask(client, known))["other.toml"]) == []
        assert sorted(by_name(client, ask(client))) == ["run.toml"]


def test_partial_results_hold_every_report(tmp_path: Path) -> None:
    write(tmp_path, PROJECT + OTHER)
    with editor(tmp_path, PULL) as client:
        client.ready()
        whole = by_name(client, ask(client))
        assert ask(client, partialResultToken="part") == []
        parts = [params["value"]["items"] for params in client.sent("$/progress") if params["token"] == "part"]
        assert by_name(client, [report for items in parts for report in items]) == whole


def test_a_new_class_has_the_client_ask_again(tmp_path: Path) -> None:
    write(tmp_path, PROJECT + "    #- other.toml\n    [Backbone.VGG]\n")
    with editor(tmp_path, PULL) as client:
        client.ready()
        before = by_name(client, ask(client))["other.toml"]
        assert codes(before) == ["unknown-class"]
        asked = [message["method"] for message in client.requests].count("workspace/diagnostic/refresh")
        models = tmp_path / "src" / "models.py"
        models.write_text(models.read_text() + "\n@BACKBONE.register()\nclass VGG: ...\n", encoding="utf-8")
        client.watched("src/models.py")
        client.until(
            lambda: [m["method"] for m in client.requests].count("workspace/diagnostic/refresh") > asked, "a refresh"
        )
        client.until(lambda: codes(by_name(client, ask(client))["other.toml"]) == [], "the new class")


def test_other_questions_do_not_wait_for_the_problems_of_a_large_config(tmp_path: Path) -> None:
    write(tmp_path, PROJECT)
    tables = "".join(f"[Model.FCN{number}]\nclasses = {number}\n" for number in range(600))
    with editor(tmp_path, PULL) as client:
        client.ready()
        client.show("run.toml", tables)
        where = {"textDocument": {"uri": uri(tmp_path / "run.toml")}}
        problems = client.send("textDocument/diagnostic", where)
        client.request("textDocument/hover", {**where, "position": {"line": 1, "character": 0}})
        assert problems not in client._responses
        assert codes(client.result(problems)) == ["unknown-class"] * 600
    with editor(tmp_path) as client:
        client.show("run.toml", tables)
        client.until_codes("run.toml", ["unknown-class"] * 600)
