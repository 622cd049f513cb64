"""The files of one commit, read from Git's objects: no checkout, no index.

Trees are read raw. A registry can hold ten thousand products in one folder, and one object
for each entry costs more than the rest of a check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from schemareg.adapters.git.store import Missing, corrupt
from schemareg.model import Entry, Files, Kind
from schemareg.model.errors import Undecidable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemareg.adapters.git.store import Store

_KINDS = {b"40000": Kind.FOLDER, b"120000": Kind.LINK, b"160000": Kind.SUBMODULE}
"""By mode; every other one is a file. Source: git-fast-import(1), the modes of an entry."""


class Tree(Mapping[str, Entry]):
    """One folder in Git's form: `mode SP name NUL id` for each entry, in Git's order.

    Entries are parsed on demand.
    """

    __slots__ = ("_entries", "_entry", "_raw", "_run", "_shown")

    def __init__(self, raw: bytes, width: int) -> None:
        self._raw = raw
        self._entry, self._run = _PATTERNS[width]
        self._entries: dict[bytes, tuple[bytes, bytes]] | None = None
        self._shown: dict[str, Entry | None] = {}

    def __getitem__(self, name: str) -> Entry:
        found = self.get(name)
        if found is None:
            raise KeyError(name)
        return found

    def get(self, name: str, default: Entry | None = None) -> Entry | None:  # type: ignore[override]
        """The entry of a name, or the default."""
        if name not in self._shown:
            self._shown[name] = self._find(_encoded(name))
        return self._shown[name] or default

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(map(_decoded, self._all())))

    def __len__(self) -> int:
        return len(self._all())

    @property
    def sound(self) -> bool:
        """Whether it consists of valid entries only, without names that Git forbids."""
        return self._run.fullmatch(self._raw) is not None

    def whole(self) -> set[bytes]:
        """The bytes of each entry, for comparing two folders at once."""
        return set(self._entry.findall(self._raw))

    def _all(self) -> dict[bytes, tuple[bytes, bytes]]:
        if self._entries is None:
            self._entries = {
                name: (mode, id_)
                for mode, name, id_ in map(_parted, self._entry.findall(self._raw))
            }
        return self._entries

    def _find(self, name: bytes) -> Entry | None:
        if self._entries is not None:
            parted = self._entries.get(name)
            return _shown(*parted) if parted else None
        at = self._raw.find(b" %b\0" % name)
        while at >= 0:
            # An id can contain these bytes by chance: only a match at the start of an entry counts.
            begin = self._run.match(self._raw, 0, at).end()  # type: ignore[union-attr]
            entry = self._entry.match(self._raw, begin)
            if entry is not None and begin < at < entry.end():
                mode, found, id_ = _parted(entry.group())
                if found == name:
                    return _shown(mode, id_)
            at = self._raw.find(b" %b\0" % name, at + 1)
        return None


_PATTERNS = {
    width: (
        re.compile(rb"[0-7]+ [^\0]+\0.{%d}" % width, re.DOTALL),
        re.compile(rb"(?:[0-7]++ [^\0/]++\0.{%d})*+" % width, re.DOTALL),
    )
    for width in (20, 32)
}
"""By the length of an id: one entry, and a sequence of complete entries, with names that Git
allows: neither empty nor with a `/` in them. Source: git-fsck(1), emptyName, fullPathname."""


def _parted(entry: bytes) -> tuple[bytes, bytes, bytes]:
    head, _, id_ = entry.partition(b"\0")
    mode, _, name = head.partition(b" ")
    return mode, name, id_


def _shown(mode: bytes, id_: bytes) -> Entry:
    return Entry(_KINDS.get(mode, Kind.FILE), id_.hex())


def _decoded(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _encoded(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


class GitFiles:
    """The files of one commit; empty without a commit."""

    def __init__(self, store: Store, commit: str = "", label: str = "nothing") -> None:
        self._store = store
        self._commit = commit
        self._label = label
        self._trees: dict[str, Tree] = {}
        self._compared: dict[tuple[str, str], tuple[str, ...]] = {}
        self._width = 32 if len(commit) == 64 else 20  # bytes of an id: SHA-256 or SHA-1
        self._root = tree_of(store, commit) if commit else ""

    @property
    def label(self) -> str:
        """The label of this state in a report."""
        return self._label

    @property
    def commit(self) -> str:
        """The full id of the commit."""
        return self._commit

    @property
    def store(self) -> Store:
        """The source of the objects."""
        return self._store

    def entry(self, path: str) -> Entry | None:
        """The entry at a path, or None."""
        if not self._root:
            return None
        if not path:
            return Entry(Kind.FOLDER, self._root)
        folder, _, name = path.rpartition("/")
        return self._tree(folder).get(name)

    def folder(self, path: str) -> Mapping[str, Entry]:
        """Name to entry, names sorted; empty if there is no folder."""
        return self._tree(path)

    def read(self, path: str) -> bytes:
        """The content of a file. Raises KeyError, Undecidable."""
        return self._content(self._file(path), path)

    def size(self, path: str) -> int:
        """The size in bytes of a file. Raises KeyError, Undecidable."""
        id_ = self._file(path)
        try:
            return self._store.size(id_)
        except Missing:
            raise self._lost(id_, path) from None

    def differing(self, other: Files, path: str) -> tuple[str, ...] | None:
        """The names whose entries differ from another commit in one folder, sorted.

        None if the other is not from the same repository.
        """
        if not isinstance(other, GitFiles) or other._store is not self._store:
            return None
        key = (other._root, path)
        if key not in self._compared:
            changed = self._tree(path).whole() ^ other._tree(path).whole()
            self._compared[key] = tuple(sorted({_decoded(_parted(entry)[1]) for entry in changed}))
        return self._compared[key]

    def prefetch(self, paths: Iterable[str]) -> None:
        """Fetch these files in advance: one request to the remote for a partial clone."""
        entries = [self.entry(path) for path in paths]
        self._store.fetch(each.id for each in entries if each and each.kind is Kind.FILE)

    def _file(self, path: str) -> str:
        entry = self.entry(path)
        if entry is None or entry.kind is not Kind.FILE:
            raise KeyError(path)
        return entry.id

    def _tree(self, path: str) -> Tree:
        if path not in self._trees:
            entry = self.entry(path)
            folder = entry is not None and entry.kind is Kind.FOLDER
            raw = self._content(entry.id, path) if entry and folder else b""
            tree = Tree(raw, self._width)
            if entry is not None and not tree.sound:
                shown = f"`{path}`" if path else "the root"
                raise corrupt(entry.id, f"the folder {shown} has an entry with an invalid name")
            self._trees[path] = tree
        return self._trees[path]

    def _content(self, id_: str, path: str) -> bytes:
        try:
            return self._store.read(id_)[1]
        except Missing:
            raise self._lost(id_, path) from None

    def _lost(self, id_: str, path: str) -> Undecidable:
        return Undecidable(
            f"object {id_[:12]} of {self._label} is not in this repository and cannot be fetched",
            where=path,
            remedy="Fetch it: git fetch --refetch (partial clone); else `git fsck` "
            "names what is missing",
        )


def tree_of(store: Store, commit: str) -> str:
    """The id of a commit's root tree. Raises Undecidable if the commit is not in this clone."""
    return header(store, commit, "tree")[0]


def header(store: Store, commit: str, name: str) -> tuple[str, ...]:
    """The values of a commit header, such as `parent`, in order.

    They come from the commit itself: in a shallow clone Git hides the parents that were cut off.
    """
    try:
        _, content = store.read(commit)
    except Missing:
        raise Undecidable(
            f"commit {commit[:12]} is not in this repository",
            remedy="Fetch the missing history: git fetch --unshallow"
            " (in GitHub Actions, `fetch-depth: 0` at actions/checkout)",
        ) from None
    lines = content.partition(b"\n\n")[0].decode("utf-8", "replace").split("\n")
    return tuple(line[len(name) + 1 :] for line in lines if line.startswith(f"{name} "))


def committed(store: Store, commit: str) -> datetime:
    """The committer time of a commit, in UTC. Raises Undecidable if it is invalid."""
    claims = header(store, commit, "committer")
    words = claims[0].split() if claims else []
    return moment(commit, words[-2] if len(words) > 1 else "")


def moment(commit: str, text: str) -> datetime:
    """The time of a commit from its seconds since 1970; earlier times become 1970.

    Raises Undecidable if it is not a number or after the year 8999: no window can start there.
    """
    if _SECONDS.fullmatch(text) is None or int(text) > LATEST:
        raise Undecidable(
            f"commit {commit[:12]} has no valid time: its committer date is {text[:32]!r}",
            remedy="In a pull request, commit again: git commit --amend --no-edit. If it has "
            "landed, the history must be rewritten without it, with an `anchor` in "
            "registry.yaml",
        )
    return datetime.fromtimestamp(max(int(text), 0), UTC)


_SECONDS = re.compile(r"-?[0-9]{1,20}", re.ASCII)
LATEST = 221_845_391_999
"""The last second of the year 8999, which leaves room for a window."""
