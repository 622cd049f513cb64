"""Plain files: a registry without Git, and the files that a command writes."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from schemareg.model import Entry, Kind
from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Mapping


def files_in(folder: str | Path) -> FolderFiles:
    """The files of a plain folder. Raises RegistryError if it does not exist."""
    root = Path(folder)
    if not root.is_dir():
        raise RegistryError(
            "the folder does not exist", where=str(folder), remedy="Name a folder: -C DIR"
        )
    return FolderFiles(root)


class FolderFiles:
    """The files of a plain folder. They have no ids, so none counts as unchanged."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def label(self) -> str:
        """The label of this state in a report."""
        return f"folder {self._root.resolve().name}"

    @property
    def commit(self) -> str:
        """None: there is no Git here."""
        return ""

    def entry(self, path: str) -> Entry | None:
        """The entry at a path, or None where there is nothing; links are not followed."""
        full = self._root
        kind: Kind | None = Kind.FOLDER
        for step in path.split("/") if path else ():
            if kind is not Kind.FOLDER or step in ("", ".", ".."):
                return None
            full /= step
            kind = _kind(full)
        return None if kind is None else Entry(kind, "")

    def folder(self, path: str) -> Mapping[str, Entry]:
        """Name to entry, names sorted; empty if there is no folder."""
        entry = self.entry(path)
        if entry is None or entry.kind is not Kind.FOLDER:
            return {}
        names = sorted(each.name for each in (self._root / path).iterdir())
        found = {name: _kind(self._root / path / name) for name in names if name != ".git"}
        return {name: Entry(kind, "") for name, kind in found.items() if kind is not None}

    def read(self, path: str) -> bytes:
        """The content of a file. Raises KeyError where there is none."""
        return read_file(self._file(path), path)

    def size(self, path: str) -> int:
        """The size in bytes of a file. Raises KeyError where there is none."""
        return self._file(path).lstat().st_size

    def _file(self, path: str) -> Path:
        entry = self.entry(path)
        if entry is None or entry.kind is not Kind.FILE:
            raise KeyError(path)
        return self._root / path


def read_file(full: Path, path: str) -> bytes:
    """The content of a file; `path` is its name in errors.

    Raises KeyError for a missing file, RegistryError for an unreadable one.
    """
    try:
        return full.read_bytes()
    except FileNotFoundError:
        raise KeyError(path) from None
    except OSError as error:
        raise RegistryError(
            f"the file cannot be read: {error.strerror}",
            where=path,
            remedy="Change its permissions so that you can read it",
        ) from None


def write_atomically(root: str | Path, path: str, data: bytes) -> None:
    """Write a file below `root` atomically; folders are created, its mode is kept.

    Raises RegistryError where the path leaves `root`, by `..` or through a link, or where the disk
    does not let us.
    """
    top = Path(root).resolve()
    full = top / path
    if (
        ".." in Path(path).parts
        or not full.parent.resolve().is_relative_to(top)
        or full.is_symlink()
    ):
        raise RegistryError(
            "the path leads out of the registry, or through a link",
            where=path,
            remedy="Replace the link by a real file or folder",
        )
    try:
        full.parent.mkdir(parents=True, exist_ok=True)
        _replace(full, data)
    except OSError as error:
        raise RegistryError(
            f"the file cannot be written: {error.strerror}",
            where=path,
            remedy="Free disk space, or change the permissions so that you can write there",
        ) from None


def _replace(full: Path, data: bytes) -> None:
    import tempfile

    descriptor, temporary = tempfile.mkstemp(prefix=f".{full.name}.", dir=full.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(_mode(full))
        Path(temporary).replace(full)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _mode(full: Path) -> int:
    if full.exists():
        return stat.S_IMODE(full.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _kind(full: Path) -> Kind | None:
    try:
        mode = full.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISLNK(mode):
        return Kind.LINK
    if stat.S_ISDIR(mode):
        return Kind.SUBMODULE if (full / ".git").exists() else Kind.FOLDER
    return Kind.FILE if stat.S_ISREG(mode) else None
