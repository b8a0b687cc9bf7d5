"""The small parts of the edge, each alone: uris, frames, settings, capabilities, looking for changed files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from excore.tooling.uris import to_path, to_uri
from excore_server.lsp.server import is_alive
from excore_server.lsp.session.client_features import choose_encoding, read_features
from excore_server.lsp.session.settings import read_settings
from excore_server.lsp.session.watcher import changed, stamps
from excore_server.lsp.transport import wire
from excore_server.lsp.transport.wire import bodies


@pytest.mark.parametrize(
    "path", ["/a/b.toml", "/a b/ü#?%41;x[1].toml", "/😀/\u2028.toml", os.fsdecode(b"/odd\xff"), "/"]
)
def test_paths_survive_as_uris(path: str) -> None:
    assert to_uri(path).isascii()
    assert to_path(to_uri(path)) == path


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///a/b%20c.toml", "/a/b c.toml"),
        ("FILE:///a/b", "/a/b"),
        ("file:/a/b", "/a/b"),
        ("file://localhost/a/b", "/a/b"),
        ("file://server/share/b", "//server/share/b"),
        ("file:///a/b#L3", "/a/b"),
        ("file:///a/../b", "/b"),
        ("file:///C%3A/a/b", "c:/a/b"),
        ("file:///c:/a/b", "c:/a/b"),
        ("untitled:Untitled-1", None),
        ("git:/a/b", None),
        ("nonsense", None),
        ("", None),
        ("file:", None),
    ],
)
def test_uris_of_many_spellings(uri: str, path: str | None) -> None:
    assert to_path(uri) == (path.replace("/", os.sep) if path else path)


def test_drives_are_spelled_as_editors_do() -> None:
    assert to_uri("C:/a b/c.toml") == "file:///c%3A/a%20b/c.toml"
    assert to_uri("//server/share/c.toml") == "file://server/share/c.toml"


def frames(data: bytes) -> list[bytes]:
    reading, writing = os.pipe()
    os.write(writing, data)
    os.close(writing)
    try:
        return list(bodies(reading))
    finally:
        os.close(reading)


def test_frames() -> None:
    one = b"Content-Length: 2\r\n\r\n{}"
    typed = b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length:  2 \r\n\r\n[]"
    assert frames(one + typed + one) == [b"{}", b"[]", b"{}"]
    assert frames(one + b"Content-Length: 5\r\n\r\n{}") == [b"{}"]
    assert frames(b"") == []


@pytest.mark.parametrize("head", [b"Content-Length: x", b"Content-Length: -1", b"X: 1", b"Content-Length: 99999999999"])
def test_frames_without_a_usable_length(head: bytes) -> None:
    with pytest.raises(ValueError, match=r"Content-Length|invalid literal"):
        frames(head + b"\r\n\r\n{}")


def test_a_frame_that_is_too_large_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "LIMIT", 2)
    one = b"Content-Length: 2\r\n\r\n{}"
    assert frames(one + b"Content-Length: 50000\r\n\r\n" + b"x" * 50_000 + one) == [b"{}", b"{}"]
    assert frames(one + b"Content-Length: 3\r\n\r\n{") == [b"{}"]


def test_endless_headers_are_given_up(tmp_path: Path) -> None:
    (tmp_path / "endless").write_bytes(b"x" * 200_000)
    with (tmp_path / "endless").open("rb") as file, pytest.raises(ValueError, match="header"):
        list(bodies(file.fileno()))


def test_settings_are_read_leniently() -> None:
    given = {
        "excore": {
            "interpreter": ["python3", "-X"],
            "inlayHints": {"variable": False, "shared": "yes"},
            "severity": {"unused-section": "off", "unknown-class": "loud"},
            "trace": {"server": "verbose"},
            "somethingElse": 3,
        }
    }
    settings, wrong = read_settings(given)
    assert settings.interpreter == "python3"
    assert settings.inlay_hints == {"variable": False}
    assert settings.severity == {"unused-section": "off"}
    assert settings.trace == "verbose"
    assert len(wrong) == 2
    odds: tuple[object, ...] = (None, 3, [], {"excore": 3}, {"severity": 3}, {"inlayHints": []}, {"trace": 3})
    for odd in odds:
        assert read_settings(odd)[0].severity == {}


def test_odd_capabilities_count_as_none() -> None:
    plain = read_features({})
    odd = {"textDocument": [], "workspace": 3, "general": {"positionEncodings": "utf-8"}, "window": None}
    assert read_features(odd) == plain
    assert choose_encoding(["utf-16", "utf-8"]) == "utf-16"
    assert choose_encoding(["utf-7", "utf-8", "utf-32"]) == "utf-8"
    assert choose_encoding(["utf-7"]) == "utf-16"
    assert choose_encoding(None) == "utf-16"


def test_only_editors_that_can_are_told_to_suggest_again() -> None:
    can = {"experimental": {"commands": {"commands": ["editor.action.triggerSuggest"]}}}
    assert not read_features({}).suggest_again
    assert read_features(can).suggest_again
    assert read_features({}, "Visual Studio Code - Insiders").suggest_again


def test_files_that_changed(tmp_path: Path) -> None:
    for name in ("a.py", "b.toml", "c.txt", "sub/d.py", ".git/e.py", "node_modules/f.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("1")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere")
    before = stamps(str(tmp_path))
    names = [str(tmp_path / name) for name in ("a.py", "b.toml", "sub/d.py")]
    assert sorted(before) == names
    (tmp_path / "a.py").write_text("22")
    (tmp_path / "b.toml").unlink()
    (tmp_path / "sub" / "new.py").write_text("")
    assert changed(before, stamps(str(tmp_path))) == [*names[:2], str(tmp_path / "sub" / "new.py")]
    assert stamps(str(tmp_path / "missing")) == {}


def test_processes_that_live() -> None:
    assert is_alive(os.getpid())
    assert is_alive(10**30)  # cannot be asked about: rather stay than leave
