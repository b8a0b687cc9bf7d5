"""Folders of an experiment, by sub-folder, config and run."""

from __future__ import annotations

import dataclasses
import os
import secrets
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Protocol, TypeVar

from excore.engine.logging import logger
from excore.errors import did_you_mean
from excore.plugins.claims import Claim

__all__ = ["DataclassProtocol", "PathManager"]

Self = TypeVar("Self", bound="PathManager")


class DataclassProtocol(Protocol):
    """An instance of any dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


class PathManager:
    """Creates ``base/sub/config/instance`` for each sub-folder when its ``with`` block is entered.

        with PathManager("exp", ["ckpt", "logs"], "fcn", remove_if_fail=True) as paths:
            train(paths.get("ckpt"))

    ``sub_folders`` is a list of names or a dataclass instance whose values are the names; without any there is one
    folder, ``get()``. A ``config_name`` that is left out is left out of the paths. ``instance_name`` is the time
    unless it is passed. With ``config_name_first`` the folders are ``base/config/sub/instance``. An instance folder
    that exists already is an error unless ``sub_folder_exist_ok``. With ``remove_if_fail`` an exception in the block
    removes the instance folders the manager created; it is raised on in any case.

    Processes may share instance folders with ``sub_folder_exist_ok``: a folder that another one has entered, too, is
    never removed, whoever created it, and whoever fails.
    """

    def __init__(  # noqa: PLR0913 - a public signature, half of it switches by name
        self,
        /,
        base_path: str | os.PathLike[str],
        sub_folders: Sequence[str] | DataclassProtocol = (),
        config_name: str = "",
        instance_name: str | None = None,
        *,
        remove_if_fail: bool = False,
        sub_folder_exist_ok: bool = False,
        config_name_first: bool = False,
        return_str: bool = False,
    ) -> None:
        """Creates nothing yet. Raises TypeError for other kinds of ``sub_folders``."""
        self.base_path = Path(base_path)
        self.sub_folders = [Path(name) for name in dict.fromkeys(_names(sub_folders) or [""])]
        self.config_name = Path(config_name)
        self.instance_name = Path(instance_name or time.strftime("%Y-%m-%d-%H-%M-%S"))
        self.remove_if_fail = remove_if_fail
        self.sub_exist_ok = sub_folder_exist_ok
        self.config_first = config_name_first
        self.return_str = return_str
        self._created: list[Claim] = []
        self._in_block = False

    def get(self, name: str = "") -> Any:
        """The instance folder of a sub-folder: a Path, or a str with ``return_str``. Raises KeyError for others."""
        folder = Path(name)
        if folder not in self.sub_folders:
            raise KeyError(f"There is no sub-folder `{name}`.{did_you_mean(name, map(str, self.sub_folders))}")
        path = self._instance(folder)
        return str(path) if self.return_str else path

    def mkdir(self) -> None:
        """Create the folders. Raises FileExistsError, before any is created, if an instance folder is there already."""
        folders = [self._instance(folder) for folder in self.sub_folders]
        if not self.sub_exist_ok:
            for folder in folders:
                if folder.exists():
                    raise FileExistsError(f"The folder {folder} exists already.")
        for folder in folders:
            claim = Claim(folder, lasting=self._in_block)
            if claim.make(self.sub_exist_ok):
                self._created.append(claim)

    def init(self) -> None:
        """What entering the block does; for subclasses to extend."""
        self.mkdir()

    def final(self) -> None:
        """What a failing block does when ``remove_if_fail`` is set; for subclasses to extend."""
        self.remove_all()

    def remove_all(self) -> None:
        """Remove the instance folders this manager created, with all they hold.

        Those stay that another process has entered, or may have: outside of the block that is any of them with
        ``sub_folder_exist_ok``. A process that was forked off removes nothing.
        """
        for claim in self._created:
            if claim.release() if self._in_block else claim.is_mine() and not self.sub_exist_ok:
                logger.ex("Remove {}", claim.folder)
                _remove(claim.folder)
            elif claim.is_mine():
                logger.ex("Keep {}: other processes use it, too", claim.folder)
        self._created.clear()

    def __enter__(self: Self) -> Self:
        self._in_block = True
        entered = False
        try:
            self.init()
            entered = True
        finally:
            if not entered:
                self._leave(failed=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave(failed=kind is not None)

    def _leave(self, failed: bool) -> None:
        try:
            if failed and self.remove_if_fail:
                self.final()
        finally:
            for claim in self._created:
                claim.release()
            self._in_block = False

    def _instance(self, folder: Path) -> Path:
        middle = self.config_name / folder if self.config_first else folder / self.config_name
        return self.base_path / middle / self.instance_name


def _remove(folder: Path) -> None:
    if folder.is_symlink():
        return
    # moved first: a process that comes now makes a folder of its own
    doomed = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        folder.rename(doomed)
    except OSError:
        doomed = folder
    shutil.rmtree(doomed, ignore_errors=True)


def _names(sub_folders: Sequence[str] | DataclassProtocol) -> list[str]:
    if isinstance(sub_folders, (list, tuple)):
        names = list(sub_folders)
    elif dataclasses.is_dataclass(sub_folders) and not isinstance(sub_folders, type):
        names = [getattr(sub_folders, field.name) for field in dataclasses.fields(sub_folders)]
    else:
        raise TypeError(f"A list of names or a dataclass instance is expected, but got {type(sub_folders)}.")
    for name in names:
        if not isinstance(name, (str, os.PathLike)):
            raise TypeError(f"The name of a sub-folder must be a string, but is {name!r}.")
    return [os.fspath(name) for name in names]
