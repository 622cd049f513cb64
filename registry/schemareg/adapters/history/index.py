"""What landed where, kept in an SQLite file in the Git directory: answers in milliseconds.

A cache and no more. All it holds are facts that cannot change: a commit's id decides its first
parent, and what it did to a path against that parent. So commits form a forest, of which each line
is a path to a root. A line is kept as a *segment*, which continues the one that it forked from: a
rewritten history, or another branch, is one more segment, and nothing of the first is forgotten.
What is missing is read from Git and added in one transaction, so a process that is killed leaves
the file as it was. A file that SQLite finds fault with is given up for a new one; where none can be
written, the facts are kept in memory.
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
"""The version of the tables. Another version has another file."""

_PATIENCE = 120.0
"""Seconds to wait for another process that fills the same file: as long as a large build takes."""

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
"""Made after the first rows are in: sorting once is cheaper than keeping in order."""

_NOTES = """CREATE TABLE IF NOT EXISTS notes (
    key BLOB PRIMARY KEY, value BLOB NOT NULL, digest INTEGER NOT NULL) WITHOUT ROWID"""
"""Made with the first note: who never asks for any has none."""
_TOGETHER = 500
"""Keys of one question: SQLite allows 999 at least."""

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
"""The file may be sound, only we cannot use it. Any other error is doubt."""


class IndexPosition(NamedTuple):
    """Where a landing stands in the index."""

    id: int
    segment: int
    ordinal: int
    time: int


class LandingRow(NamedTuple):
    """A landing as it is kept; times in seconds since 1970."""

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
    """A change as it is kept; `landing` is the number of its landing."""

    landing: int
    path: str
    before: Entry | None
    after: Entry | None


Lineage = dict[int, int]
"""The segments of one line, each with the last ordinal of it that is on the line."""


class Index:
    """The facts of one repository, in a file or in memory. Every method may raise sqlite3.Error."""

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
        """Where the facts are kept; None for in memory."""
        return self._file

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def copy(self) -> Index:
        """The same facts in memory."""
        memory = Index(None)
        self._connection.backup(memory._connection)
        return memory

    def knows(self, commit: str) -> bool:
        """Whether a commit is among the landings."""
        return self.spot(commit) is not None

    @property
    def empty(self) -> bool:
        """Whether nothing is known yet."""
        return self._one("SELECT 1 FROM landings LIMIT 1") is None

    def spot(self, commit: str) -> IndexPosition | None:
        """Where a commit stands, or None where it is not known."""
        row = self._one("SELECT * FROM landings WHERE hash = ?", bytes.fromhex(commit))
        if row is None:
            return None
        landing = _landing(row)
        return IndexPosition(landing.id, landing.segment, landing.ordinal, landing.time)

    def lineage(self, spot: IndexPosition) -> Lineage:
        """The line that ends at a spot."""
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
        """All landings of all lines, in the order in which they were added."""
        return map(_landing, self._connection.execute("SELECT * FROM landings ORDER BY id"))

    def numbered(self, number: int) -> LandingRow:
        """The landing of a number."""
        row = self._one("SELECT * FROM landings WHERE id = ?", number)
        if row is None:
            raise sqlite3.DatabaseError(f"landing {number} is missing")
        return _landing(row)

    def changes(self, path: str) -> Iterator[ChangeRow]:
        """What happened to a path and to all below it, on any line; `""` is everything."""
        if not path:
            return self._changes("ORDER BY id")
        raw = path.encode("utf-8", "surrogateescape")
        # `0` comes next after `/`: between the two is all that begins with the folder's name.
        return self._changes(
            "WHERE path = ? OR (path > ? AND path < ?)", raw, raw + b"/", raw + b"0"
        )

    def changes_within(self, name: str) -> Iterator[ChangeRow]:
        """What happened, on any line, to what lies in the folders of this name, wherever they are."""
        raw = name.encode("utf-8", "surrogateescape")
        return self._changes("WHERE instr(path, ?) > 0", b"/" + raw + b"/")

    def changes_after(self, number: int) -> Iterator[ChangeRow]:
        """What the landings did that were added after one, on any line."""
        return self._changes("WHERE landing > ? ORDER BY landing", number)

    def _changes(self, condition: str, *values: object) -> Iterator[ChangeRow]:
        question = f"SELECT landing, path, raw, digest FROM changes {condition}"  # noqa: S608
        return map(_change, self._connection.execute(question, values))

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """All that is added inside is there afterwards, or nothing is; other writers wait."""
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
        """Add landings, oldest first, above `base`, and what they did, in any order.

        To be used in `writing`.
        """
        self._connection.execute("PRAGMA cache_size = -65536")  # so much, in KiB, is kept unwritten
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
        """What was noted under these keys; what is damaged, or not there, is left out."""
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
        """Keep values under keys, at once or not at all: nobody waits for this."""
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
        """The segment that new landings above `base` belong to; made where it must be."""
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
                return  # another process was quicker
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
        return -1  # a damaged value may be of any type
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
    with contextlib.suppress(TypeError):  # a damaged value may be of any type
        if zlib.crc32(raw, zlib.crc32(path, landing)) == digest:
            return ChangeRow(landing, path.decode("utf-8", "surrogateescape"), *entries(raw))
    raise sqlite3.DatabaseError("a change is damaged")


def open_index(folder: Path, name: str) -> Index:
    """The index of this name in a folder; one in memory where no file can be kept."""
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
    """An index in the place of one whose file failed; with `last`, no other file is tried."""
    copied = _copied(index) if _withheld(error) else None
    index.close()
    if copied or last or index.file is None:
        return copied or Index(None)
    return _other(index.file, error)


def _other(file: Path, error: sqlite3.Error) -> Index:
    """What takes the place of a file that cannot be used: the next one where it is in doubt.

    Never a new file of the same name: a process that still writes the old one would take the
    new one's journal for its own.
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
    """The file of the highest number; the first one's number is left out."""
    found = [each for each in folder.iterdir() if _NUMBERED.sub("", each.name) == name]
    return max(found, key=_number, default=folder / f"{name}.sqlite")


def _number(file: Path) -> int:
    numbered = _NUMBERED.search(file.name)
    return int(numbered.group(1) or 0) if numbered else 0


def _following(file: Path) -> Path:
    name = _NUMBERED.sub("", file.name)
    return file.with_name(f"{name}.{_number(file) + 1}.sqlite")


_NUMBERED = re.compile(r"(?:\.(\d+))?\.sqlite$")
