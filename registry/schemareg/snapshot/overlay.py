"""Files with changes applied: some files, of which a few are replaced or removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.model import Entry, FileChange, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemareg.model import Files


class Overlay:
    """The files of `under`, replaced by those of `over`; None removes a file."""

    def __init__(self, under: Files, over: Mapping[str, str | None]) -> None:
        self._under = under
        self._over = {
            path: None if text is None else text.encode("utf-8") for path, text in over.items()
        }

    @property
    def label(self) -> str:
        """The label of this state in a report."""
        return self._under.label

    @property
    def commit(self) -> str:
        """None: this state is not committed."""
        return ""

    def changes(self) -> tuple[FileChange, ...]:
        """The differences from `under`, sorted by path."""
        return self.changes_from(self._under)

    def changes_from(self, base: Files) -> tuple[FileChange, ...]:
        """The replaced paths, compared with a base, sorted by path."""
        found = (
            FileChange(path, base.entry(path), self.entry(path)) for path in sorted(self._over)
        )
        return tuple(each for each in found if each.before or each.after)

    def entry(self, path: str) -> Entry | None:
        """The entry at a path, or None."""
        if path in self._over:
            return None if self._over[path] is None else Entry(Kind.FILE, "")
        if self._written(path):
            return Entry(Kind.FOLDER, "")
        return self._under.entry(path)

    def folder(self, path: str) -> Mapping[str, Entry]:
        """Name to entry, names sorted; empty if there is no folder."""
        found = dict(self._under.folder(path))
        for each in self._over:
            folder, _, name = each.rpartition("/")
            if folder == path:
                entry = self.entry(each)
                found.pop(name, None)
                if entry is not None:
                    found[name] = entry
            elif not path or each.startswith(f"{path}/"):
                name = each[len(path) :].lstrip("/").partition("/")[0]
                if self._written(f"{path}/{name}".lstrip("/")):
                    found[name] = Entry(Kind.FOLDER, "")
        return dict(sorted(found.items()))

    def read(self, path: str) -> bytes:
        """The content of a file. Raises KeyError if there is no file."""
        if path not in self._over:
            return self._under.read(path)
        data = self._over[path]
        if data is None:
            raise KeyError(path)
        return data

    def size(self, path: str) -> int:
        """The size in bytes of a file. Raises KeyError if there is no file."""
        return len(self.read(path)) if path in self._over else self._under.size(path)

    def _written(self, folder: str) -> bool:
        """Whether a file is written below a folder."""
        return any(
            data is not None and path.startswith(f"{folder}/") for path, data in self._over.items()
        )
