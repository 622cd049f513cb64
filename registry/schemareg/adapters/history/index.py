"""The index of landings: an SQLite file in the Git directory that answers in milliseconds.

It is only a cache. It holds facts that cannot change: a commit's id decides its first parent and
its changes against that parent. So commits form a forest, in which each line is a path to a root. A
line is stored as a *segment*, which continues the one that it forked from: a rewritten history or
another branch is one more segment, and the first one remains. Missing landings are read from Git
and added in one transaction, so a killed process leaves the file unchanged. A file that SQLite
reports as damaged is replaced by a new one; if no file can be written, the facts are held in
memory.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from schemareg.adapters.history.line import entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from schemareg.adapters.history.line import Commit, Difference
    from schemareg.model import Entry

FORMAT = 1
"""The version of the tables; each version has its own file."""

_PATIENCE = 120.0
"""Seconds to wait for another process that fills the same file: the time of a large build."""

_TABLES = (
    """CREATE TABLE segments (
        id INTEGER PRIMARY KEY, parent INTEGER NOT NULL, fork INTEGER NOT NULL,
        last INTEGER NOT NULL)""",
    """CREATE TABLE landings (
        id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, segment INTEGER NOT NULL,
        ordinal INTEGER NOT NULL, time INTEGER NOT NULL, claimed INTEGER NOT NULL,
        author TEXT NOT NULL, email TEXT NOT NULL, committer TEXT NOT NULL, subject TEXT NOT NULL,
        digest INTEGER NOT NULL)""",
    """CREATE TABLE changes (
        id INTEGER PRIMARY KEY, landing INTEGER NOT NULL, path BLOB NOT NULL, raw BLOB NOT NULL,
        digest INTEGER NOT NULL)""",
    f"PRAGMA user_version = {FORMAT}",
)
_BY = (
    "CREATE INDEX IF NOT EXISTS by_path ON changes (path)",
    "CREATE INDEX IF NOT EXISTS by_landing ON changes (landing)",
)
"""Created after the first rows: one sort is cheaper than ordered inserts."""

_NOTES = """CREATE TABLE IF NOT EXISTS notes (
    key BLOB PRIMARY KEY, value BLOB NOT NULL, digest INTEGER NOT NULL) WITHOUT ROWID"""
"""Created with the first note."""
_TOGETHER = 500
"""Keys in one query: SQLite allows at least 999."""

_WITHHELD = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)
"""The file can be intact but not usable by us. Every other error means doubt."""


class IndexPosition(NamedTuple):
    """The position of a landing in the index."""

    id: int
    segment: int
    ordinal: int
    time: int


class LandingRow(NamedTuple):
    """A stored landing; times in seconds since 1970."""

    id: int
    commit: str
    segment: int
    ordinal: int
    time: int
    claimed: int
    author: str
    email: str
    committer: str
    subject: str


class ChangeRow(NamedTuple):
    """A stored change; `landing` is the number of its landing."""

    landing: int
    path: str
    before: Entry | None
    after: Entry | None


Lineage = dict[int, int]
"""The segments of one line, each with its last ordinal on the line."""


class Index:
    """The facts of one repository, in a file or in memory. Every method can raise sqlite3.Error."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        where = ":memory:" if file is None else str(file)
        self._connection = sqlite3.connect(where, timeout=_PATIENCE, isolation_level=None)
        try:
            self._begin()
        except BaseException:
            self._connection.close()
            raise

    @property
    def file(self) -> Path | None:
        """The file of the facts; None if in memory."""
        return self._file

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def copy(self) -> Index:
        """A copy of the facts in memory."""
        memory = Index(None)
        self._connection.backup(memory._connection)
        return memory

    def knows(self, commit: str) -> bool:
        """Whether a commit is a landing in the index."""
        return self.spot(commit) is not None

    @property
    def empty(self) -> bool:
        """Whether the index has no landings."""
        return self._one("SELECT 1 FROM landings LIMIT 1") is None

    def spot(self, commit: str) -> IndexPosition | None:
        """The position of a commit, or None if it is unknown."""
        row = self._one("SELECT * FROM landings WHERE hash = ?", bytes.fromhex(commit))
        if row is None:
            return None
        landing = _landing(row)
        return IndexPosition(landing.id, landing.segment, landing.ordinal, landing.time)

    def lineage(self, spot: IndexPosition) -> Lineage:
        """The line that ends at a position."""
        lineage: Lineage = {}
        segment, last = spot.segment, spot.ordinal
        while segment and segment not in lineage:
            lineage[segment] = last
            row = self._one("SELECT parent, fork FROM segments WHERE id = ?", segment)
            if row is None or row[1] >= last:
                raise sqlite3.DatabaseError(f"segment {segment} is damaged")
            segment, last = row
        return lineage

    def landings(self) -> Iterator[LandingRow]:
        """All landings of all lines, in the order of insertion."""
        return map(_landing, self._connection.execute("SELECT * FROM landings ORDER BY id"))

    def numbered(self, number: int) -> LandingRow:
        """The landing with a number."""
        row = self._one("SELECT * FROM landings WHERE id = ?", number)
        if row is None:
            raise sqlite3.DatabaseError(f"landing {number} is missing")
        return _landing(row)

    def changes(self, path: str) -> Iterator[ChangeRow]:
        """The changes of a path and of everything below it, on any line; `""` is everything."""
        if not path:
            return self._changes("ORDER BY id")
        raw = path.encode("utf-8", "surrogateescape")
        # `0` follows `/`: between them is everything below the folder.
        return self._changes(
            "WHERE path = ? OR (path > ? AND path < ?)", raw, raw + b"/", raw + b"0"
        )

    def changes_within(self, name: str) -> Iterator[ChangeRow]:
        """The changes, on any line, in all folders with this name."""
        raw = name.encode("utf-8", "surrogateescape")
        return self._changes("WHERE instr(path, ?) > 0", b"/" + raw + b"/")

    def changes_after(self, number: int) -> Iterator[ChangeRow]:
        """The changes of the landings added after one, on any line."""
        return self._changes("WHERE landing > ? ORDER BY landing", number)

    def _changes(self, condition: str, *values: object) -> Iterator[ChangeRow]:
        question = f"SELECT landing, path, raw, digest FROM changes {condition}"  # noqa: S608
        return map(_change, self._connection.execute(question, values))

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction: all additions inside are stored or none; other writers wait."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise

    def append(
        self,
        base: IndexPosition | None,
        commits: Sequence[Commit],
        differences: Iterable[Difference],
    ) -> None:
        """Add landings, oldest first, after `base`, and their changes, in any order.

        Use it inside `writing`.
        """
        self._connection.execute("PRAGMA cache_size = -65536")  # KiB of unwritten pages
        segment = self._segment(base, len(commits))
        ordinal, time = (base.ordinal, base.time) if base else (-1, 0)
        number = self._last("landings")
        numbers: dict[str, int] = {}
        rows = []
        for each in commits:
            number, ordinal, time = number + 1, ordinal + 1, max(time, each.claimed)
            numbers[each.id] = number
            words = (each.author, each.email, each.committer, each.subject)
            row = (number, bytes.fromhex(each.id), segment, ordinal, time, each.claimed, *words)
            rows.append((*row, _digest_of_landing(row)))
        self._connection.executemany(
            "INSERT INTO landings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows
        )
        self._connection.executemany(
            "INSERT INTO changes VALUES (NULL, ?, ?, ?, ?)", _rows(numbers, differences)
        )
        for statement in _BY:
            self._connection.execute(statement)

    def notes(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """The notes under these keys; damaged and missing ones are left out."""
        wanted = list(keys)
        found: dict[bytes, bytes] = {}
        for start in range(0, len(wanted), _TOGETHER):
            some = wanted[start : start + _TOGETHER]
            marks = ", ".join("?" * len(some))
            rows = self._connection.execute(
                f"SELECT key, value, digest FROM notes WHERE key IN ({marks})",  # noqa: S608
                some,
            )
            found |= {key: value for key, value, digest in rows if _digest(key, value) == digest}
        return found

    def note(self, found: Mapping[bytes, bytes]) -> None:
        """Store values under keys, immediately or not at all."""
        self._connection.execute("PRAGMA busy_timeout = 0")
        try:
            with self.writing():
                self._connection.execute(_NOTES)
                self._connection.executemany(
                    "INSERT OR REPLACE INTO notes VALUES (?, ?, ?)",
                    ((key, value, _digest(key, value)) for key, value in found.items()),
                )
        finally:
            self._connection.execute(f"PRAGMA busy_timeout = {int(_PATIENCE * 1000)}")

    def _segment(self, base: IndexPosition | None, length: int) -> int:
        """The segment for new landings after `base`; created if necessary."""
        if base is not None:
            grown = self._connection.execute(
                "UPDATE segments SET last = last + ? WHERE id = ? AND last = ?",
                (length, base.segment, base.ordinal),
            )
            if grown.rowcount:
                return base.segment
        segment = self._last("segments") + 1
        parent, fork = (base.segment, base.ordinal) if base else (0, -1)
        self._connection.execute(
            "INSERT INTO segments VALUES (?, ?, ?, ?)", (segment, parent, fork, fork + length)
        )
        return segment

    def _begin(self) -> None:
        if self._version() == FORMAT:
            return
        with self.writing():
            version = self._version()
            if version == FORMAT:
                return  # another process was faster
            if version:
                raise sqlite3.DatabaseError(f"version {version}")
            for statement in _TABLES:
                self._connection.execute(statement)

    def _version(self) -> int:
        return int(self._one("PRAGMA user_version")[0])  # type: ignore[index]

    def _last(self, table: str) -> int:
        row = self._one(f"SELECT max(id) FROM {table}")  # noqa: S608
        return int(row[0] or 0) if row else 0

    def _one(self, question: str, *values: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._connection.execute(question, values).fetchone()
        return row


def _rows(
    numbers: dict[str, int], differences: Iterable[Difference]
) -> Iterator[tuple[int, bytes, bytes, int]]:
    for commit, path, raw in differences:
        number = numbers[commit]
        yield number, path, raw, zlib.crc32(raw, zlib.crc32(path, number))


def _digest(key: object, value: object) -> int:
    if not isinstance(key, bytes) or not isinstance(value, bytes):
        return -1  # a damaged value can have any type
    return zlib.crc32(value, zlib.crc32(key))


def _digest_of_landing(row: tuple[object, ...]) -> int:
    return zlib.crc32(repr(row).encode("utf-8", "replace"))


def _landing(row: tuple[Any, ...]) -> LandingRow:
    *columns, digest = row
    if _digest_of_landing(tuple(columns)) != digest:
        raise sqlite3.DatabaseError("a landing is damaged")
    number, hash_, *others = columns
    return LandingRow(number, hash_.hex(), *others)


def _change(row: tuple[Any, ...]) -> ChangeRow:
    landing, path, raw, digest = row
    with contextlib.suppress(TypeError):  # a damaged value can have any type
        if zlib.crc32(raw, zlib.crc32(path, landing)) == digest:
            return ChangeRow(landing, path.decode("utf-8", "surrogateescape"), *entries(raw))
    raise sqlite3.DatabaseError("a change is damaged")


def open_index(folder: Path, name: str) -> Index:
    """The index with this name in a folder; in memory if no file can be written."""
    try:
        folder.mkdir(exist_ok=True)
        file = _newest(folder, name)
    except OSError:
        return Index(None)
    try:
        return Index(file)
    except sqlite3.Error as error:
        return _other(file, error)


def replace_index(index: Index, error: sqlite3.Error, *, last: bool) -> Index:
    """The replacement of an index whose file failed; with `last`, no other file is tried."""
    copied = _copied(index) if _withheld(error) else None
    index.close()
    if copied or last or index.file is None:
        return copied or Index(None)
    return _other(index.file, error)


def _other(file: Path, error: sqlite3.Error) -> Index:
    """The replacement of an unusable file: the next file if this one is doubtful.

    Never a new file with the same name: a process that still writes the old one would use the
    new file's journal as its own.
    """
    if _withheld(error):
        return Index(None)
    following = _following(file)
    try:
        index = Index(following)
    except sqlite3.Error:
        return Index(None)
    for gone in (file, file.with_name(f"{file.name}-journal")):
        with contextlib.suppress(OSError):
            gone.unlink()
    return index


def _copied(index: Index) -> Index | None:
    try:
        return index.copy()
    except sqlite3.Error:
        return None


def _withheld(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _WITHHELD


def _newest(folder: Path, name: str) -> Path:
    """The file with the highest number; the first file has no number."""
    found = [each for each in folder.iterdir() if _NUMBERED.sub("", each.name) == name]
    return max(found, key=_number, default=folder / f"{name}.sqlite")


def _number(file: Path) -> int:
    numbered = _NUMBERED.search(file.name)
    return int(numbered.group(1) or 0) if numbered else 0


def _following(file: Path) -> Path:
    name = _NUMBERED.sub("", file.name)
    return file.with_name(f"{name}.{_number(file) + 1}.sqlite")


_NUMBERED = re.compile(r"(?:\.(\d+))?\.sqlite$")
