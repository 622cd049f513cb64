"""The history of a registry, of a Git repository: which landings there were, and what they did.

Answers come from the index; what the index does not know yet is read from Git first, once. pygit2
is not needed for either: starting it costs more than most answers.
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
"""The paths that hold a registry."""

_MANY = 500
"""From so many landings on, reading them all at once is cheaper than one by one."""

_ANNOUNCED = "deprecations"
"""The folder of a product whose files start windows when they land."""
_STATES = ("registry.yaml", "product.yaml")
"""The files that say how long windows are."""

T = TypeVar("T")


def history(folder: str | Path, head: str, *, watched: Sequence[str] = WATCHED) -> GitHistory:
    """The first-parent history that ends at a revision; `""` is the one before the first commit.

    Raises RegistryError where there is no repository, or no such commit; Undecidable where the
    repository belongs to somebody else. To be closed, or used in a `with`.
    """
    place, commit = locate(Path(folder), head)
    return GitHistory(place, commit, tuple(watched))


class GitHistory:
    """The landings of one line, and what they did to the watched paths.

    Where the clone is shallow and cuts the line off, nothing about landings can be told: not what
    came before, and so not the time of what came after, which never is before that. Only that a
    path is not there, and the content of files, is answered all the same.
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
        """The commits since some landings, as Git has them, newest first."""
        self._confirmed: dict[str, Landing] = {}
        """Landings that Git was asked about, by commit."""
        self._stated: dict[str, tuple[PathChange, ...]] = {}
        """What the index says of files whose state at those landings a verdict rests on."""

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
        """Give back what is held open."""
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
        """The full id of the newest landing, without a look at the index; `""` before the first."""
        return self._head

    @property
    def cache(self) -> Path:
        """The folder in which what can be found again is kept; it may not be there yet."""
        return self._place.common / "reg"

    def stream(self, after: Landing | None = None) -> Stream:
        """The landings with what each did, oldest first, read from Git and not from the index.

        With `after`, those later than that; all, where it is not on the line. Raises Undecidable.
        """
        if not self._head:
            return Stream(None, iter(()))
        found = stream(self._place.folder, self._place.common, self._head, self._watched, after)
        if found is None:
            raise Undecidable(
                "what landed cannot be told: this clone is shallow, its history ends too early",
                remedy=DEEPER,
            )
        return found

    def line(self) -> tuple[Landing, ...]:
        """All landings, oldest first. Raises Undecidable."""
        return self._ask("which landings there were", self._line) if self._head else ()

    def landing(self, commit: str) -> Landing | None:
        """The landing of this full id; None where it is not on the line. Raises Undecidable."""
        if not self._head or not ID.fullmatch(commit):
            return None
        question = f"when {commit[:12]} landed"
        return self._ask(question, lambda index: self._found(index, commit))

    def changes(self, path: str, *, after: Landing | None = None) -> tuple[PathChange, ...]:
        """The changes of a path and of everything below it, oldest first, then by path.

        With `after`, only what landed later than that. Equal entries before and after: only the
        mode changed. Raises Undecidable.
        """
        if not self._head:
            return ()
        question = f"what happened to `{path}`" if path else "what happened"
        return self._ask(question, lambda index: self._changes(index, path, after))

    def changes_within(self, name: str) -> tuple[PathChange, ...]:
        """The changes of everything in folders with this name.

        `deprecations` gives those of the whole registry, without looking into each product. Oldest
        first, then by path. Raises Undecidable.
        """
        if not self._head:
            return ()
        question = f"what happened in folders called `{name}`"
        return self._ask(question, lambda index: self._chained(index, index.changes_within(name)))

    def landed(self, path: str) -> Landing | None:
        """Where the path that stands at the head came, for the last time; None if it is not there.

        A folder comes with the first file below it. Raises Undecidable.
        """
        try:
            return _last_arrival(self.changes(path))
        except Undecidable:
            if history_line.path_exists(self._place.common, self._head, path):
                raise
            return None

    def read(self, id_: str) -> bytes:
        """The content of a file, by its entry's id. Raises KeyError where there is none."""
        try:
            kind, content = self._objects.read(id_)
        except Missing:
            raise KeyError(id_) from None
        if kind != "blob":
            raise KeyError(id_)
        return content

    def read_all(self, ids: Iterable[str], most: int) -> dict[str, bytes | None]:
        """The contents of files by their entries' ids; None for one of more than `most` bytes.

        So many at a time may be asked for as may be held at once. Raises KeyError.
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
        """Those of these objects whose content is not what the id says, or that are damaged.

        Raises KeyError for one that is not here.
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
        """The id of a commit's tree. Raises Undecidable where the commit is not here."""
        from schemareg.adapters.git.trees import tree_of

        return tree_of(self._objects, commit)

    def files(self, label: str) -> GitFiles:
        """The files of the newest landing, called so; none before the first. Raises Undecidable.

        They are gone when this is closed.
        """
        from schemareg.adapters.git.trees import GitFiles

        return GitFiles(self._objects, self._head, label)

    def fetch(self, ids: Iterable[str]) -> None:
        """Have these files at hand: one journey to the remote where a partial clone lacks them."""
        wanted = tuple(ids)
        self._objects.fetch(wanted)
        self._objects.read_ahead(wanted)

    def noted(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """What was noted under these keys, as far as it is known here."""
        if self._index is None:  # nothing else was asked of it
            return {}
        with contextlib.suppress(sqlite3.Error):
            return self._index.notes(keys)
        return {}

    def note(self, found: Mapping[bytes, bytes]) -> None:
        """Keep what can be found again from what never changes, such as files and commits by id.

        Where it cannot be kept, it is not.
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

    # What the index answers

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
            # Along a line the numbers grow, for a commit is added after its parent.
            found = self._on_this_line(index, index.changes_after(spot.id))
        else:
            found = self._chained(index, index.changes(path))
            if not found and self._stands(path):
                raise sqlite3.DatabaseError(f"the changes of {path} are missing")
            self._confirm(path, found)
        if after is None:
            return found
        return tuple(each for each in found if each.landing.ordinal > after.ordinal)

    # What a verdict rests on is asked of Git

    def _confirm(self, path: str, found: tuple[PathChange, ...]) -> None:
        """Hold what the index says of a file against Git, where windows are counted from it.

        An announcement is read from Git again from its first landing on. Of a policy and of what a
        product says, the state below each such landing is. Raises sqlite3.Error where they differ:
        whoever can write the Git directory, as a cache of it, can write an index that is well formed.
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
            raise sqlite3.DatabaseError(f"git says otherwise of {path}")

    def _agree(self, path: str, landing: Landing) -> None:
        """Raises sqlite3.Error where a file below a landing is not what the index says."""
        from schemareg.adapters.git.trees import GitFiles, header

        before = [each for each in self._stated[path] if each.landing.ordinal < landing.ordinal]
        parents = header(self._objects, landing.commit, "parent")
        there = GitFiles(self._objects, parents[0]).entry(path) if parents else None
        if there != (before[-1].after if before else None):
            raise sqlite3.DatabaseError(f"git says otherwise of {path}")

    def _stands(self, path: str) -> bool:
        """Whether Git itself has a watched path at the head."""
        within = (f"{path}/".startswith(f"{each}/") for each in self._watched)
        watched = any(within) or not self._watched
        return watched and history_line.path_exists(self._place.common, self._head, path)

    def _chained(self, index: Index, rows: Iterable[ChangeRow]) -> tuple[PathChange, ...]:
        """All changes of some paths: each begins with nothing, and goes on where the last one ended.

        So a row that a damaged file has lost is missed.
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
        """Have the landings of these numbers at hand; None for what is not on the line."""
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

    # The index itself

    def _ask(self, question: str, answer: Callable[[Index], T]) -> T:
        """The answer of the index; where its file is in doubt, of a new one, at last of one in memory."""
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
        """Find the head in the index, having read from Git what is missing up to it."""
        if not index.knows(self._head):
            with index.writing():
                self._extend(index, question)
        spot = index.spot(self._head)
        if spot is None:
            raise sqlite3.DatabaseError("what was added is not there")
        self._lineage = index.lineage(spot)
        self._spot = spot

    def _extend(self, index: Index, question: str) -> None:
        common = self._place.common
        known = None if index.empty else index.knows
        commits, met = history_line.walk(common, self._head, known)
        if not commits:
            return  # another process was quicker
        if not met and commits[-1].id in shallow_commits(common):
            raise Undecidable(
                f"{question} cannot be told: this clone is shallow, its history ends at"
                f" {commits[-1].id[:12]}",
                remedy=DEEPER,
            )
        history_line.fetch_trees(self._place.folder, common, commits[::-1])
        # Newest first: so Git packs them, and reads them a tenth cheaper.
        differences = history_line.differences(common, commits, self._watched)
        index.append(index.spot(met) if met else None, commits[::-1], differences)

    def _instead(self, index: Index | None, error: sqlite3.Error) -> Index:
        """An index in the place of one that failed."""
        self._spot = None
        self._landings = {}
        self._confirmed, self._stated = {}, {}
        if index is None or index.file is None:
            raise Undecidable(
                f"what git says of the history contradicts itself: {error}",
                remedy="`git fsck` names what is damaged; a fresh clone is the usual mend",
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
    """The landing since which there has always been something."""
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
