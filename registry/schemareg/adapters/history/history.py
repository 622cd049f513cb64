"""The history of a registry in a Git repository: its landings and their changes.

Answers come from the index; missing data is first read from Git, once. pygit2
is not used: its import costs more than most answers.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import sqlite3
import sys
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from schemareg.adapters.git.store import Missing, shallow_commits
from schemareg.adapters.history import line as history_line
from schemareg.adapters.history.index import FORMAT, Index, open_index, replace_index
from schemareg.adapters.history.revision import (
    DEEPER,
    ID,
    RepositoryLocation,
    Tip,
    locate,
    protected,
)
from schemareg.adapters.history.stream import Stream, stream
from schemareg.model import Landing, PathChange
from schemareg.model.errors import Undecidable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import TracebackType

    from schemareg.adapters.git.store import Store
    from schemareg.adapters.git.trees import GitFiles
    from schemareg.adapters.history.index import ChangeRow, IndexPosition, LandingRow, Lineage
    from schemareg.adapters.history.line import Commit
    from schemareg.model import Entry

__all__ = ["WATCHED", "GitHistory", "Tip", "history", "protected"]

WATCHED = ("registry.yaml", "products")
"""The paths of a registry."""

_MANY = 500
"""From this number of landings, one batch is cheaper than single reads."""

_ANNOUNCED = "deprecations"
"""The product folder whose files start windows when they land."""
_STATES = ("registry.yaml", "product.yaml")
"""The files that set the length of windows."""

T = TypeVar("T")


def history(folder: str | Path, head: str, *, watched: Sequence[str] = WATCHED) -> GitHistory:
    """The first-parent history that ends at a revision; for `""`, the empty history.

    Raises RegistryError without a repository or such a commit; Undecidable if the
    repository belongs to another user. Close it, or use it in a `with`.
    """
    place, commit = locate(Path(folder), head)
    return GitHistory(place, commit, tuple(watched))


class GitHistory:
    """The landings of one line, and their changes of the watched paths.

    If a shallow clone cuts the line off, landings cannot be determined: neither what came before
    the cut nor the time of later landings, which is never earlier. Only the absence of a path and
    the content of files are still answered.
    """

    def __init__(self, place: RepositoryLocation, head: str, watched: tuple[str, ...]) -> None:
        self._place = place
        self._head = head
        self._watched = watched
        self._index: Index | None = None
        self._spot: IndexPosition | None = None
        self._lineage: Lineage = {}
        self._landings: dict[int, Landing | None] = {}
        self._store: Store | None = None
        self._doubts = 0
        self._lines: dict[str, list[Commit]] = {}
        """The commits since some landings, from Git, newest first."""
        self._confirmed: dict[str, Landing] = {}
        """Landings confirmed by Git, by commit."""
        self._stated: dict[str, tuple[PathChange, ...]] = {}
        """The index entries, at those landings, of files that a verdict relies on."""

    def __enter__(self) -> GitHistory:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the open files."""
        if self._index is not None:
            self._index.close()
            self._index = self._spot = None
        if self._store is not None:
            self._store.close()
            self._store = None

    @property
    def head(self) -> Landing | None:
        """The newest landing; None before the first. Raises Undecidable."""
        return self.landing(self._head) if self._head else None

    @property
    def commit(self) -> str:
        """The full id of the newest landing, without the index; `""` before the first."""
        return self._head

    @property
    def cache(self) -> Path:
        """The cache folder; it can be missing."""
        return self._place.common / "reg"

    def stream(self, after: Landing | None = None) -> Stream:
        """The landings with their changes, oldest first, read from Git and not from the index.

        With `after`, later landings only; all if it is not on the line. Raises Undecidable.
        """
        if not self._head:
            return Stream(None, iter(()))
        found = stream(self._place.folder, self._place.common, self._head, self._watched, after)
        if found is None:
            raise Undecidable(
                "the landings cannot be determined: this clone is shallow, its history ends "
                "too early",
                remedy=DEEPER,
            )
        return found

    def line(self) -> tuple[Landing, ...]:
        """All landings, oldest first. Raises Undecidable."""
        return self._ask("the list of landings", self._line) if self._head else ()

    def landing(self, commit: str) -> Landing | None:
        """The landing with this full id; None if it is not on the line. Raises Undecidable."""
        if not self._head or not ID.fullmatch(commit):
            return None
        question = f"when {commit[:12]} landed"
        return self._ask(question, lambda index: self._found(index, commit))

    def changes(self, path: str, *, after: Landing | None = None) -> tuple[PathChange, ...]:
        """The changes of a path and of everything below it, oldest first, then by path.

        With `after`, later changes only. Equal entries before and after: only the
        mode changed. Raises Undecidable.
        """
        if not self._head:
            return ()
        question = f"the history of `{path}`" if path else "what happened"
        return self._ask(question, lambda index: self._changes(index, path, after))

    def changes_within(self, name: str) -> tuple[PathChange, ...]:
        """The changes of everything in folders with this name.

        `deprecations` gives those of the whole registry, without a read of each product. Oldest
        first, then by path. Raises Undecidable.
        """
        if not self._head:
            return ()
        question = f"the history of folders named `{name}`"
        return self._ask(question, lambda index: self._chained(index, index.changes_within(name)))

    def landed(self, path: str) -> Landing | None:
        """The landing in which a path at the head last appeared; None if the path is missing.

        A folder appears with the first file below it. Raises Undecidable.
        """
        try:
            return _last_arrival(self.changes(path))
        except Undecidable:
            if history_line.path_exists(self._place.common, self._head, path):
                raise
            return None

    def read(self, id_: str) -> bytes:
        """The content of a file, by its entry's id. Raises KeyError if it is missing."""
        try:
            kind, content = self._objects.read(id_)
        except Missing:
            raise KeyError(id_) from None
        if kind != "blob":
            raise KeyError(id_)
        return content

    def read_all(self, ids: Iterable[str], most: int) -> dict[str, bytes | None]:
        """The contents of files by their entries' ids; None for one of more than `most` bytes.

        The caller limits the number, because all are in memory at once. Raises KeyError.
        """
        wanted = tuple(dict.fromkeys(ids))
        self._objects.fetch(wanted)
        try:
            small = [each for each in wanted if self._objects.size(each) <= most]
        except Missing as error:
            raise KeyError(str(error)) from None
        self._objects.read_ahead(small)
        found: dict[str, bytes | None] = dict.fromkeys(wanted)
        return found | {each: self.read(each) for each in small}

    def altered(self, ids: Iterable[str]) -> frozenset[str]:
        """The objects that are damaged or whose content does not match the id.

        Raises KeyError for a missing object.
        """
        wrong = set()
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), _MANY):
            some = wanted[start : start + _MANY]
            self.fetch(some)
            for each in some:
                try:
                    self._objects.read(each)
                except Missing:
                    raise KeyError(each) from None
                except Undecidable:
                    wrong.add(each)
        return frozenset(wrong)

    def tree(self, commit: str) -> str:
        """The id of a commit's tree. Raises Undecidable if the commit is not in this clone."""
        from schemareg.adapters.git.trees import tree_of

        return tree_of(self._objects, commit)

    def files(self, label: str) -> GitFiles:
        """The files of the newest landing, with a label; none before the first. Raises Undecidable.

        They are closed with this history.
        """
        from schemareg.adapters.git.trees import GitFiles

        return GitFiles(self._objects, self._head, label)

    def fetch(self, ids: Iterable[str]) -> None:
        """Fetch these files in advance: one request to the remote for a partial clone."""
        wanted = tuple(ids)
        self._objects.fetch(wanted)
        self._objects.read_ahead(wanted)

    def noted(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """The cached notes under these keys."""
        if self._index is None:  # the index was not used for another question
            return {}
        with contextlib.suppress(sqlite3.Error):
            return self._index.notes(keys)
        return {}

    def note(self, found: Mapping[bytes, bytes]) -> None:
        """Cache data derived from immutable data, such as files and commits by id.

        Without write access nothing is cached.
        """
        if found and self._index is not None:
            with contextlib.suppress(sqlite3.Error):
                self._index.note(found)

    @property
    def _objects(self) -> Store:
        if self._store is None:
            if "pygit2" in sys.modules:
                from schemareg.adapters.git.libgit2 import open_store

                self._store = open_store(self._place.folder)
            else:
                from schemareg.adapters.git.cat_file import CommandStore

                self._store = CommandStore(self._place.folder, self._place.common)
        return self._store

    # Answers of the index

    def _line(self, index: Index) -> tuple[Landing, ...]:
        line = tuple(_landing(row) for row in index.landings() if self._on_line(row))
        if [each.ordinal for each in line] != list(range(len(line))) or not line:
            raise sqlite3.DatabaseError("a landing is missing")
        return line

    def _found(self, index: Index, commit: str) -> Landing | None:
        spot = index.spot(commit)
        if spot is None:
            return None
        self._load(index, {spot.id})
        return self._landings[spot.id]

    def _changes(self, index: Index, path: str, after: Landing | None) -> tuple[PathChange, ...]:
        spot = index.spot(after.commit) if after is not None and not path else None
        if spot is not None:
            # Numbers grow along a line, because a commit is added after its parent.
            found = self._on_this_line(index, index.changes_after(spot.id))
        else:
            found = self._chained(index, index.changes(path))
            if not found and self._stands(path):
                raise sqlite3.DatabaseError(f"the changes of {path} are missing")
            self._confirm(path, found)
        if after is None:
            return found
        return tuple(each for each in found if each.landing.ordinal > after.ordinal)

    # Data that a verdict relies on is confirmed by Git

    def _confirm(self, path: str, found: tuple[PathChange, ...]) -> None:
        """Compare the index with Git for a file from which windows are counted.

        An announcement is read from Git again from its first landing. For a policy and a
        product.yaml, the state before each such landing is. Raises sqlite3.Error if they differ:
        everybody who can write the Git directory (a shared cache) can write a well-formed index.
        """
        if path.rpartition("/")[2] in _STATES:
            self._stated[path] = found
            for landing in self._confirmed.values():
                self._agree(path, landing)
        elif found and f"/{_ANNOUNCED}/" in path and all(each.path == path for each in found):
            self._reread(path, found)
            for landing in {each.landing for each in found} - set(self._confirmed.values()):
                self._confirmed[landing.commit] = landing
                for stated in self._stated:
                    self._agree(stated, landing)

    def _reread(self, path: str, found: tuple[PathChange, ...]) -> None:
        oldest, common = found[0].landing, self._place.common
        if oldest.commit not in self._lines:
            self._lines[oldest.commit] = history_line.since(common, self._head, oldest.commit)
        commits = self._lines[oldest.commit]
        at = next((n for n, each in enumerate(commits) if each.id == oldest.commit), None)
        if at is None:
            raise sqlite3.DatabaseError(f"landing {oldest.commit} is not on the line")
        time = max([int(oldest.time.timestamp()), *(each.claimed for each in commits[at:])])
        times: dict[str, tuple[int, int]] = {}
        for commit in reversed(commits[: at + 1]):
            time = max(time, commit.claimed)
            times[commit.id] = time, commit.claimed
        theirs = history_line.differences(common, commits[: at + 1], (path,))
        read = {
            (commit, os.fsdecode(name), *history_line.entries(raw)) for commit, name, raw in theirs
        }
        ours = {(each.landing.commit, each.path, each.before, each.after) for each in found}
        dated = all(
            times[each.landing.commit]
            == (int(each.landing.time.timestamp()), int(each.landing.claimed.timestamp()))
            for each in found
            if each.landing.commit in times
        )
        if read != ours or not dated:
            raise sqlite3.DatabaseError(f"git contradicts the index for {path}")

    def _agree(self, path: str, landing: Landing) -> None:
        """Raises sqlite3.Error if a file below a landing differs from the index."""
        from schemareg.adapters.git.trees import GitFiles, header

        before = [each for each in self._stated[path] if each.landing.ordinal < landing.ordinal]
        parents = header(self._objects, landing.commit, "parent")
        there = GitFiles(self._objects, parents[0]).entry(path) if parents else None
        if there != (before[-1].after if before else None):
            raise sqlite3.DatabaseError(f"git contradicts the index for {path}")

    def _stands(self, path: str) -> bool:
        """Whether Git has a watched path at the head."""
        within = (f"{path}/".startswith(f"{each}/") for each in self._watched)
        watched = any(within) or not self._watched
        return watched and history_line.path_exists(self._place.common, self._head, path)

    def _chained(self, index: Index, rows: Iterable[ChangeRow]) -> tuple[PathChange, ...]:
        """All changes of some paths: each path starts absent, and each change continues the
        previous one.

        So a row that is missing in a damaged file is detected.
        """
        found = self._on_this_line(index, rows)
        standing: dict[str, Entry | None] = {}
        for _, path, before, after in found:
            if standing.get(path) != before:
                raise sqlite3.DatabaseError(f"a change of {path} is missing")
            standing[path] = after
        return found

    def _on_this_line(self, index: Index, rows: Iterable[ChangeRow]) -> tuple[PathChange, ...]:
        rows = list(rows)
        self._load(index, {row.landing for row in rows})
        found = []
        for row in rows:
            landing = self._landings[row.landing]
            if landing is not None:
                found.append(PathChange(landing, row.path, row.before, row.after))
        found.sort(key=lambda each: (each.landing.ordinal, each.path))
        return tuple(found)

    def _load(self, index: Index, numbers: set[int]) -> None:
        """Load the landings with these numbers; None for those not on the line."""
        lacking = numbers - self._landings.keys()
        if not lacking:
            return
        many = len(lacking) > _MANY
        for row in index.landings() if many else map(index.numbered, sorted(lacking)):
            self._landings[row.id] = _landing(row) if self._on_line(row) else None
        if not lacking <= self._landings.keys():
            raise sqlite3.DatabaseError("a landing is missing")

    def _on_line(self, row: LandingRow) -> bool:
        return row.ordinal <= self._lineage.get(row.segment, -1)

    # Access to the index

    def _ask(self, question: str, answer: Callable[[Index], T]) -> T:
        """The answer of the index; if its file is doubtful, of a new file, finally of one in
        memory."""
        while True:
            index = self._index
            try:
                if index is None:
                    index = self._index = _open(self._place, self._watched)
                if self._spot is None:
                    self._settle(index, question)
                return answer(index)
            except sqlite3.Error as error:
                self._index = self._instead(index, error)

    def _settle(self, index: Index, question: str) -> None:
        """Find the head in the index, after reading missing landings from Git."""
        if not index.knows(self._head):
            with index.writing():
                self._extend(index, question)
        spot = index.spot(self._head)
        if spot is None:
            raise sqlite3.DatabaseError("the added landings are missing")
        self._lineage = index.lineage(spot)
        self._spot = spot

    def _extend(self, index: Index, question: str) -> None:
        common = self._place.common
        known = None if index.empty else index.knows
        commits, met = history_line.walk(common, self._head, known)
        if not commits:
            return  # another process was faster
        if not met and commits[-1].id in shallow_commits(common):
            raise Undecidable(
                f"{question} cannot be determined: this clone is shallow, its history ends at"
                f" {commits[-1].id[:12]}",
                remedy=DEEPER,
            )
        history_line.fetch_trees(self._place.folder, common, commits[::-1])
        # Newest first, in the order of Git's packs: reads cost a tenth less.
        differences = history_line.differences(common, commits, self._watched)
        index.append(index.spot(met) if met else None, commits[::-1], differences)

    def _instead(self, index: Index | None, error: sqlite3.Error) -> Index:
        """The replacement of an index that failed."""
        self._spot = None
        self._landings = {}
        self._confirmed, self._stated = {}, {}
        if index is None or index.file is None:
            raise Undecidable(
                f"the history that git reports is inconsistent: {error}",
                remedy="`git fsck` names what is damaged; a fresh clone usually fixes it",
            )
        self._doubts += 1
        return replace_index(index, error, last=self._doubts > 1)


def _open(place: RepositoryLocation, watched: tuple[str, ...]) -> Index:
    return open_index(place.common / "reg", _name(watched))


def _name(watched: tuple[str, ...]) -> str:
    if watched == WATCHED:
        return f"index-{FORMAT}"
    digest = zlib.crc32("\0".join(watched).encode("utf-8", "surrogateescape"))
    return f"index-{FORMAT}-{digest:08x}"


def _landing(row: LandingRow) -> Landing:
    return Landing(
        row.commit,
        row.ordinal,
        datetime.fromtimestamp(row.time, UTC),
        datetime.fromtimestamp(row.claimed, UTC),
        row.author,
        row.email,
        row.committer,
        row.subject,
    )


def _last_arrival(changes: tuple[PathChange, ...]) -> Landing | None:
    """The landing since which the path has always existed."""
    standing: set[str] = set()
    since: Landing | None = None
    for _, together in itertools.groupby(changes, key=lambda each: each.landing.ordinal):
        new = not standing
        for each in together:
            (standing.discard if each.after is None else standing.add)(each.path)
            landing = each.landing
        if not standing:
            since = None
        elif new:
            since = landing
    return since
