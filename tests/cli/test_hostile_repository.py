"""`excore diff --git` in a repository whose own configuration wants to run something: nothing of it runs."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest
from cli_kit import Run

from excore.engine.git import read_repository

CONFIG = "configs/run.toml"
BASE = "configs/base.toml"


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """The file that is there as soon as anything of the repository ran."""
    return tmp_path / "it-ran"


@pytest.fixture
def program(tmp_path: Path, marker: Path) -> str:
    """A program that leaves the marker."""
    path = tmp_path / "program"
    path.write_text(f'#!/bin/sh\necho "$0 $*" >> {shlex.quote(str(marker))}\nexit 1\n')
    path.chmod(0o755)
    return str(path)


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(project: Path) -> Path:
    """A repository that lacks the object of a base, as a partial clone may."""
    (project / BASE).write_text("seed = 1\n")
    text = (project / CONFIG).read_text()
    (project / CONFIG).write_text(f'__base__ = ["base.toml"]\n{text}')
    git(project, "init", "-q")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "first")
    lacking = git(project, "rev-parse", f"HEAD:{BASE}")
    (project / ".git/objects" / lacking[:2] / lacking[2:]).unlink()
    return project


def promise(folder: Path, url: str, **settings: str) -> None:
    """Let a remote promise what the repository lacks."""
    git(folder, "config", "core.repositoryFormatVersion", "1")
    git(folder, "config", "extensions.partialClone", "origin")
    git(folder, "config", "remote.origin.promisor", "true")
    git(folder, "config", "remote.origin.url", url)
    for name, value in settings.items():
        git(folder, "config", f"remote.origin.{name}", value)


@pytest.mark.parametrize(
    ("url", "settings"),
    [
        ("ssh://example.invalid/x.git", {}),
        ("example.invalid:x.git", {}),
        ("ext::PROGRAM", {}),
        ("file://FOLDER", {"uploadpack": "PROGRAM"}),
        ("FOLDER", {"uploadpack": "PROGRAM"}),
        ("git://example.invalid/x.git", {}),
        ("https://user@127.0.0.1:9/x.git", {}),
        ("x", {"vcs": "ext"}),
    ],
)
def test_nothing_is_fetched_that_a_repository_lacks(
    repository: Path,
    run: Run,
    marker: Path,
    program: str,
    url: str,
    settings: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def filled(text: str) -> str:
        return text.replace("PROGRAM", program).replace("FOLDER", str(repository))

    promise(repository, filled(url), **{name: filled(value) for name, value in settings.items()})
    git(repository, "config", "protocol.allow", "always")
    for name in ("core.sshCommand", "core.gitProxy", "core.askPass", "core.alternateRefsCommand"):
        git(repository, "config", name, program)
    git(repository, "config", "credential.helper", f"!{program}")
    monkeypatch.delenv("GIT_ALLOW_PROTOCOL", raising=False)
    run("diff", CONFIG, "--git", "HEAD", code=1)
    assert not marker.exists(), marker.read_text()


@pytest.mark.parametrize(
    "name",
    [
        *("core.pager", "pager.rev-parse", "pager.ls-tree", "pager.cat-file", "core.editor", "sequence.editor"),
        *("core.fsmonitor", "diff.external", "core.sshCommand", "core.gitProxy", "core.askPass", "gpg.program"),
        *("core.alternateRefsCommand", "uploadpack.packObjectsHook", "core.virtualFilesystem"),
        *("interactive.diffFilter", "trailer.x.command", "trace2.eventTarget"),
    ],
)
def test_no_program_of_a_setting_runs(repository: Path, run: Run, marker: Path, program: str, name: str) -> None:
    git(repository, "config", name, program)
    run("diff", CONFIG, "--git", "HEAD", code=1)
    assert not marker.exists(), marker.read_text()


@pytest.mark.parametrize("name", ["rev-parse", "ls-tree", "cat-file", "diff", "show"])
def test_no_alias_runs(repository: Path, run: Run, marker: Path, program: str, name: str) -> None:
    git(repository, "config", f"alias.{name}", f"!{program}")
    run("diff", CONFIG, "--git", "HEAD", code=1)
    assert not marker.exists(), marker.read_text()


def test_no_filter_and_no_text_conversion_runs(repository: Path, run: Run, marker: Path, program: str) -> None:
    (repository / ".gitattributes").write_text("* filter=own diff=own merge=own\n")
    for name in ("filter.own.clean", "filter.own.smudge", "filter.own.process", "diff.own.textconv"):
        git(repository, "config", name, program)
    git(repository, "config", "diff.own.command", program)
    git(repository, "config", "filter.own.required", "true")
    run("diff", CONFIG, "--git", "HEAD", code=1)
    assert not marker.exists(), marker.read_text()


@pytest.mark.parametrize("configured", [False, True])
def test_no_hook_runs(repository: Path, run: Run, marker: Path, program: str, configured: bool) -> None:
    hooks = repository / ("hooks" if configured else ".git/hooks")
    hooks.mkdir(exist_ok=True)
    for name in ("post-index-change", "reference-transaction", "fsmonitor-watchman", "query-watchman", "post-checkout"):
        (hooks / name).write_bytes(Path(program).read_bytes())
        (hooks / name).chmod(0o755)
    if configured:
        git(repository, "config", "core.hooksPath", str(hooks))
    run("diff", CONFIG, "--git", "HEAD", code=1)
    assert not marker.exists(), marker.read_text()


def test_settings_that_another_file_holds_run_nothing(repository: Path, run: Run, marker: Path, program: str) -> None:
    promise(repository, "ssh://example.invalid/x.git")
    (repository / "more").write_text(f"[core]\nsshCommand = {program}\nfsmonitor = {program}\n[include]\npath = none\n")
    git(repository, "config", "include.path", "../more")
    run("diff", CONFIG, "--git", "HEAD", code=1)
    assert not marker.exists(), marker.read_text()


def test_a_repository_that_lies_among_the_files_of_another(
    repository: Path, run: Run, marker: Path, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = repository / "configs"
    git(repository, "init", "-q", "--bare", str(bare))
    git(bare, "config", "core.worktree", str(repository))
    git(bare, "config", "core.fsmonitor", program)
    run("diff", CONFIG, "--git", "HEAD", code=2)
    assert not marker.exists()


def test_a_program_called_git_beside_the_configs_does_not_run(
    repository: Path, run: Run, marker: Path, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "git").write_bytes(Path(program).read_bytes())
    (repository / "git").chmod(0o755)
    for first in ("", ".", "./"):
        with monkeypatch.context() as patch:
            patch.setenv("PATH", os.pathsep.join([first, os.environ["PATH"]]))
            run("diff", CONFIG, "--git", "HEAD", code=1)
    assert not marker.exists()


@pytest.mark.parametrize(
    "revision", ["--output=written", "-h", "--git-dir=elsewhere", "--", "-", "--all", "--branches=*", "HEAD\n--all"]
)
def test_a_revision_that_looks_like_an_option(repository: Path, run: Run, revision: str) -> None:
    before = sorted(repository.iterdir())
    done = run("diff", CONFIG, f"--git={revision}", code=2)
    assert "there is no such revision" in done.stderr
    assert sorted(repository.iterdir()) == before


def test_another_repository_that_the_environment_names_is_not_asked(
    repository: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    run("diff", CONFIG, "--git", "HEAD", code=1)


def test_what_git_says_is_an_answer_and_no_exception(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "repository" in read_repository(str(tmp_path), "rev-parse", "--show-toplevel").error
    monkeypatch.setenv("PATH", str(tmp_path))
    assert read_repository(str(tmp_path), "version").error.startswith("git cannot be run")
