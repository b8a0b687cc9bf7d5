"""Models and functions that other repositories publish in their ``hubconf.py``.

    hub.list("owner/name:branch")
    model = hub.load("owner/name", "resnet50", num_classes=10)

Loading runs the code of that repository. Everything given is checked before anything is fetched.
"""

from __future__ import annotations

import builtins
import functools
import hashlib
import importlib.util
import os
import re
import shutil
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, cast
from urllib.parse import urlparse

from excore.engine.git import check_out, fetch_repository
from excore.engine.workspace import workspace
from excore.errors import (
    GitCheckoutError,
    GitPullError,
    HTTPDownloadError,
    InvalidGitHost,
    InvalidProtocol,
    InvalidRepo,
    did_you_mean,
)

__all__ = ["download_from_url", "help", "import_module", "list", "load", "pretrained"]

DEFAULT_BRANCH = "master"
DEFAULT_GIT_HOST = "github.com"
DEFAULT_HUBCONF_ENTRY = "hubconf.py"
DEFAULT_PROTOCOL = "HTTPS"
TIMEOUT = 120.0

_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])", re.IGNORECASE)
_PART = re.compile(r"[A-Za-z0-9._][A-Za-z0-9._-]*")
_REVISION = re.compile(r"[A-Za-z0-9._][A-Za-z0-9._/-]*")


class Repo(NamedTuple):
    """A repository at a branch, tag or commit."""

    host: str
    owner: str
    name: str
    branch: str
    commit: str | None

    @property
    def folder(self) -> str:
        """The name of its folder in the cache."""
        key = "\n".join((self.host, self.owner, self.name, self.branch, self.commit or ""))
        return f"{self.owner}_{self.name}_{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def import_module(
    repo_info: str,
    git_host: str = DEFAULT_GIT_HOST,
    hubconf_entry: str = DEFAULT_HUBCONF_ENTRY,
    use_cache: bool = True,
    commit: str | None = None,
    protocol: str = DEFAULT_PROTOCOL,
) -> ModuleType:
    """The module ``hubconf_entry`` of a repository, fetched unless it is in the cache.

    Raises InvalidProtocol, InvalidGitHost or InvalidRepo before any network access; HTTPDownloadError, GitPullError or
    GitCheckoutError if fetching fails.
    """
    fetch = _fetcher(protocol)
    repo = _read_repo(repo_info, git_host, commit)
    base = Path(workspace.cache_dir) / "hub"
    folder = base / repo.folder
    if not (use_cache and folder.is_dir()):
        workspace.claim_cache()
        base.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=base) as temporary:
            fetched = fetch(repo, Path(temporary))
            shutil.rmtree(folder, ignore_errors=True)
            os.replace(fetched, folder)
    return _load_module(folder, hubconf_entry)


def list(
    repo_info: str,
    git_host: str = DEFAULT_GIT_HOST,
    entry: str = DEFAULT_HUBCONF_ENTRY,
    use_cache: bool = True,
    commit: str | None = None,
    protocol: str = DEFAULT_PROTOCOL,
) -> builtins.list[str]:
    """The names of the callables a repository publishes."""
    return _published(import_module(repo_info, git_host, entry, use_cache, commit, protocol))


def load(
    repo_info: str,
    entry: str,
    *args: Any,
    git_host: str = DEFAULT_GIT_HOST,
    hubconf_entry: str = DEFAULT_HUBCONF_ENTRY,
    use_cache: bool = True,
    commit: str | None = None,
    protocol: str = DEFAULT_PROTOCOL,
    **kwargs: Any,
) -> Any:
    """What the callable ``entry`` of a repository returns for ``args`` and ``kwargs``.

    Raises RuntimeError if there is no such callable or a package it depends on is not installed.
    """
    module = import_module(repo_info, git_host, hubconf_entry, use_cache, commit, protocol)
    function = _callable(module, entry, hubconf_entry)
    _check_dependencies(module)
    return function(*args, **kwargs)


def help(
    repo_info: str,
    entry: str,
    git_host: str = DEFAULT_GIT_HOST,
    hubconf_entry: str = DEFAULT_HUBCONF_ENTRY,
    use_cache: bool = True,
    commit: str | None = None,
    protocol: str = DEFAULT_PROTOCOL,
) -> str | None:
    """The docstring of the callable ``entry`` of a repository. Raises RuntimeError if there is none."""
    module = import_module(repo_info, git_host, hubconf_entry, use_cache, commit, protocol)
    return _callable(module, entry, hubconf_entry).__doc__


class pretrained:
    """A decorator for functions that make a model: with ``pretrained=True`` weights are loaded into it.

    The file at ``url`` is downloaded once into the cache and given to ``load_func(path, model)``.
    """

    def __init__(self, url: str, load_func: Callable[[str, Any], Any]) -> None:
        self.url = url
        self.load_func = load_func

    def __call__(self, func: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(func)
        def make(pretrained: bool = False, **kwargs: Any) -> Any:
            model = func(**kwargs)
            if pretrained:
                self.load_func(str(self._file()), model)
            return model

        return make

    def _file(self) -> Path:
        digest = hashlib.sha256(self.url.encode()).hexdigest()[:6]
        file = Path(workspace.cache_dir) / f"{digest}_{os.path.basename(urlparse(self.url).path)}"
        if not file.exists():
            workspace.claim_cache()
            download_from_url(self.url, str(file))
        return file


def download_from_url(url: str, dst: str) -> None:
    """Write what ``url`` (http or https) gives to ``dst``, whole or not at all.

    Raises InvalidProtocol for another kind of URL, HTTPDownloadError if the download fails.
    """
    if urlparse(url).scheme not in ("http", "https"):
        raise InvalidProtocol(f"`{url}` is no http or https address.")
    target = Path(dst)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file, urllib.request.urlopen(url, timeout=TIMEOUT) as response:
            shutil.copyfileobj(response, file)
        os.replace(temporary, target)
    except (OSError, ValueError) as error:
        raise HTTPDownloadError(f"Downloading {url} failed: {error}") from error
    finally:
        Path(temporary).unlink(missing_ok=True)


def _read_repo(repo_info: str, git_host: str, commit: str | None) -> Repo:
    if not _is_host(git_host):
        raise InvalidGitHost(f"`{git_host}` is no domain name or IPv4 address.")
    path, colon, branch = repo_info.partition(":")
    owner, slash, name = path.partition("/")
    branch = branch if colon else DEFAULT_BRANCH
    readable = slash and _PART.fullmatch(owner) and _PART.fullmatch(name) and _REVISION.fullmatch(branch)
    if not readable or {owner, name} & {".", ".."}:
        raise InvalidRepo(f"`{repo_info}` is not written as `owner/name` or `owner/name:branch`.")
    if commit is not None and not _REVISION.fullmatch(commit):
        raise InvalidRepo(f"`{commit}` is no commit.")
    return Repo(git_host, owner, name, branch, commit)


def _is_host(host: str) -> bool:
    numbers = host.split(".")
    if all(part.isdecimal() for part in numbers):
        return len(numbers) == 4 and all(int(part) < 256 for part in numbers)
    try:
        return _DOMAIN.fullmatch(host.encode("idna").decode("ascii")) is not None
    except UnicodeError:
        return False


def _fetcher(protocol: str) -> Callable[[Repo, Path], Path]:
    if protocol not in PROTOCOLS:
        raise InvalidProtocol(f"`{protocol}` is none of {', '.join(PROTOCOLS)}.")
    return PROTOCOLS[protocol]


def _fetch_https(repo: Repo, temporary: Path) -> Path:
    url = f"https://{repo.host}/{repo.owner}/{repo.name}/archive/{repo.commit or repo.branch}.zip"
    return _fetch_archive(url, temporary)


def _fetch_archive(url: str, temporary: Path) -> Path:
    archive = temporary / "archive.zip"
    download_from_url(url, str(archive))
    unpacked = temporary / "unpacked"
    try:
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(unpacked)
    except zipfile.BadZipFile as error:
        raise HTTPDownloadError(f"{url} is no zip archive.") from error
    inner = [*unpacked.iterdir()]
    return inner[0] if len(inner) == 1 and inner[0].is_dir() else unpacked


def _fetch_ssh(repo: Repo, temporary: Path) -> Path:
    return _clone(f"git@{repo.host}:{repo.owner}/{repo.name}.git", repo.branch, repo.commit, temporary / "clone")


def _clone(url: str, branch: str, commit: str | None, folder: Path) -> Path:
    options = ["--depth=1", f"--branch={branch}"] if commit is None else []
    cloned = fetch_repository(url, str(folder), *options)
    if cloned.error:
        raise GitPullError(f"git clone failed: {cloned.error}")
    if commit is not None:
        changed = check_out(str(folder), commit)
        if changed.error:
            raise GitCheckoutError(f"git checkout failed: {changed.error}")
    shutil.rmtree(folder / ".git", ignore_errors=True)
    return folder


PROTOCOLS: dict[str, Callable[[Repo, Path], Path]] = {"HTTPS": _fetch_https, "SSH": _fetch_ssh}


def _load_module(folder: Path, entry: str) -> ModuleType:
    file = folder / entry
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None or not file.is_file():
        raise RuntimeError(f"There is no `{entry}` in the repository.")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(folder))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(folder))
    return module


def _published(module: ModuleType) -> builtins.list[str]:
    return [name for name in dir(module) if not name.startswith("_") and callable(getattr(module, name))]


def _callable(module: ModuleType, entry: str, file: str) -> Callable[..., Any]:
    function = getattr(module, entry, None)
    if not callable(function):
        raise RuntimeError(f"There is no callable `{entry}` in {file}.{did_you_mean(entry, _published(module))}")
    return cast("Callable[..., Any]", function)


def _check_dependencies(module: ModuleType) -> None:
    wanted = getattr(module, "dependencies", None) or ()
    absent = [name for name in wanted if not _is_installed(name)]
    if absent:
        raise RuntimeError(f"These packages are needed, but not installed: {', '.join(absent)}")


def _is_installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # the parent of a dotted name is absent
        return False
