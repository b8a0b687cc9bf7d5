from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from excore import workspace
from excore.errors import (
    GitCheckoutError,
    GitPullError,
    HTTPDownloadError,
    InvalidGitHost,
    InvalidProtocol,
    InvalidRepo,
)
from excore.plugins import hub

HUBCONF = '''
dependencies = ["json"]
from helper import VALUE
def net(depth=1, **kwargs):
    """A net."""
    return ("net", depth, VALUE)
def _private(): ...
NUMBER = 3
'''


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a server of the files below `site`."""
    (tmp_path / "site").mkdir()
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "site")))
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    thread.join()
    httpd.server_close()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    workspace.reset()
    workspace.cache_dir = str(tmp_path / "cache")
    yield tmp_path / "cache"
    workspace.reset()


@pytest.fixture
def repository(cache: Path) -> Path:
    """A repository that is in the cache already."""
    folder = cache / "hub" / hub._read_repo("owner/name", hub.DEFAULT_GIT_HOST, None).folder
    folder.mkdir(parents=True)
    (folder / "hubconf.py").write_text(HUBCONF)
    (folder / "helper.py").write_text("VALUE = 7")
    return folder


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        pytest.fail("the network is used")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("subprocess.run", refuse)


@pytest.mark.usefixtures("no_network")
class TestBeforeAnyNetwork:
    @pytest.mark.parametrize("call", [hub.list, hub.import_module, lambda *a, **k: hub.load(a[0], "net", **k)])
    def test_hub_protocol(self, call: Callable[..., Any], cache: Path) -> None:
        with pytest.raises(InvalidProtocol, match="FTP"):
            call("owner/name", protocol="FTP")
        assert not cache.exists()

    @pytest.mark.parametrize(
        "host", ["", "localhost", "a..b", "-a.com", "256.1.1.1", "1.2.3", "a.com/x", "é" * 80 + ".fr"]
    )
    @pytest.mark.parametrize("protocol", ["HTTPS", "SSH"])
    def test_hub_host(self, host: str, protocol: str) -> None:
        with pytest.raises(InvalidGitHost):
            hub.list("owner/name", host, protocol=protocol)

    @pytest.mark.parametrize(
        "repo", ["", "owner", "/name", "owner/", "a/b/c", "a/..", "a b/c", "-a/b", "a/b:", "a/b:-x", "a/b:c:d"]
    )
    def test_hub_repository(self, repo: str) -> None:
        with pytest.raises(InvalidRepo):
            hub.list(repo)

    def test_hub_commit(self) -> None:
        with pytest.raises(InvalidRepo):
            hub.list("owner/name", commit="--upload-pack=x")

    def test_hub_download_address(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidProtocol):
            hub.download_from_url((tmp_path / "x").as_uri(), str(tmp_path / "y"))


@pytest.mark.parametrize("host", ["github.com", "git.example.co.uk", "10.0.0.1", "bücher.de"])
def test_hub_hosts_that_are_right(host: str) -> None:
    assert hub._read_repo("owner/name:feature/x", host, "abc123").branch == "feature/x"


def test_hub_repositories_do_not_share_a_folder() -> None:
    read = hub._read_repo
    folders = {
        read(repo, host, commit).folder
        for repo in ("a/b", "a/b:dev", "a/c")
        for host in ("x.org", "y.org")
        for commit in (None, "1f")
    }
    assert len(folders) == 12


def test_hub_list_load_help(repository: Path) -> None:
    path = list(sys.path)
    assert hub.list("owner/name") == ["net"]
    assert hub.load("owner/name", "net", depth=5) == ("net", 5, 7)
    assert hub.help("owner/name", "net") == "A net."
    assert sys.path == path
    for call in (hub.load, hub.help):
        with pytest.raises(RuntimeError, match=r"`nte`.*`net`"):
            call("owner/name", "nte")
    with pytest.raises(RuntimeError, match=r"absent\.py"):
        hub.list("owner/name", entry="absent.py")


def test_hub_the_missing_dependencies_are_reported(repository: Path) -> None:
    text = HUBCONF.replace('["json"]', '["json", "absent_package", "absent.deep"]')
    (repository / "hubconf.py").write_text(text)
    with pytest.raises(RuntimeError, match=r": absent_package, absent\.deep$"):
        hub.load("owner/name", "net")


def test_hub_archives(server: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "site" / "master.zip", "w") as archive:
        archive.writestr("name-master/hubconf.py", HUBCONF)
        archive.writestr("../outside.py", "")
    folder = tmp_path / "fetched"
    folder.mkdir()
    fetched = hub._fetch_archive(f"{server}/master.zip", folder)
    assert list(fetched.rglob("hubconf.py"))
    assert not (tmp_path / "outside.py").exists()
    (tmp_path / "site" / "text.zip").write_text("no archive")
    with pytest.raises(HTTPDownloadError, match="zip"):
        hub._fetch_archive(f"{server}/text.zip", folder)


def test_hub_downloads_are_whole_or_absent(server: str, tmp_path: Path) -> None:
    (tmp_path / "site" / "weights.bin").write_bytes(b"x" * 100_000)
    hub.download_from_url(f"{server}/weights.bin", str(tmp_path / "weights.bin"))
    assert (tmp_path / "weights.bin").read_bytes() == b"x" * 100_000
    before = sorted(tmp_path.iterdir())
    with pytest.raises(HTTPDownloadError, match="404"):
        hub.download_from_url(f"{server}/absent", str(tmp_path / "absent"))
    assert sorted(tmp_path.iterdir()) == before


def test_hub_pretrained_weights_are_downloaded_once(server: str, tmp_path: Path) -> None:
    (tmp_path / "site" / "net.pth").write_text("weights")
    loaded: list[str] = []

    @hub.pretrained(f"{server}/net.pth", lambda path, model: loaded.append(Path(path).read_text() + model))
    def make(name: str = "net") -> str:
        return name

    assert make() == "net"
    assert loaded == []
    make(pretrained=True)
    (tmp_path / "site" / "net.pth").unlink()
    make(pretrained=True, name="other")
    assert loaded == ["weightsnet", "weightsother"]


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_hub_git(tmp_path: Path) -> None:
    origin = tmp_path / "origin"
    origin.mkdir()

    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        done = subprocess.run(["git", *identity, *arguments], cwd=origin, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init", "--quiet", "--initial-branch=trunk")
    for number in (1, 2):
        (origin / "hubconf.py").write_text(f"VALUE = {number}")
        git("add", ".")
        git("commit", "--quiet", "-m", str(number))
    first = git("rev-list", "--max-parents=0", "HEAD")

    latest = hub._clone(str(origin), "trunk", None, tmp_path / "latest")
    assert (latest / "hubconf.py").read_text() == "VALUE = 2"
    assert not (latest / ".git").exists()
    older = hub._clone(str(origin), "trunk", first, tmp_path / "older")
    assert (older / "hubconf.py").read_text() == "VALUE = 1"
    with pytest.raises(GitPullError):
        hub._clone(str(origin), "absent", None, tmp_path / "x")
    with pytest.raises(GitCheckoutError):
        hub._clone(str(origin), "trunk", "absent", tmp_path / "y")
