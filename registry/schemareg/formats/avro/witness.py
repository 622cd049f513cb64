"""Messages that show a break, checked by `fastavro`: encoded by the writer, decoded by the reader.

What the check does not confirm is not reported as a break.
"""

from __future__ import annotations

from enum import Enum
from io import BytesIO
from typing import TYPE_CHECKING, Any

from schemareg.formats.avro import data
from schemareg.formats.avro.canonical import spelled_out
from schemareg.formats.avro.data import Datum, Smallest, UnionBranch
from schemareg.formats.avro.logical import misread_value
from schemareg.formats.avro.resolution import Mismatch, MismatchKind, PairStep, matched_fields
from schemareg.formats.avro.schema import AvroField, Type, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemareg.model import Pointer

KEY = "key"
"""The key of the one entry of a map on the way to a break."""


_MESSAGE, _VALUE = "__Message", "value"
"""Every schema is held in a record: `fastavro` parses a union at the root again for each message."""


class Shown(Enum):
    """What `fastavro` does with a message."""

    REFUSED = "refused"
    MISREAD = "misread"
    READ = "read"
    NOT_WRITTEN = "not written"


def message(
    smallest: Smallest, way: Sequence[Type], moves: Sequence[PairStep], mismatch: Mismatch
) -> Datum:
    """The smallest datum of the writer that goes the way to a mismatch; see `bounded`."""
    datum = _at_the_end(smallest, mismatch)
    for type_, move in zip(reversed(way[:-1]), reversed(moves), strict=True):
        if isinstance(move.writer, int):
            datum = UnionBranch(move.writer, datum)
        elif move.writer is not None:
            fields = type_.fields
            datum = {
                each.name: datum if each is move.writer else smallest.datum(each.type)
                for each in fields
            }
        else:
            datum = [datum] if type_.kind == "array" else {KEY: datum}
    return datum


def pointer(way: Sequence[Type], moves: Sequence[PairStep]) -> Pointer:
    """Where the way ends in the message's JSON encoding."""
    found: list[str | int] = []
    for position, move in enumerate(moves):
        if isinstance(move.writer, int):
            branch = way[position + 1]
            found += [] if branch.kind == "null" else [branch.label]
        elif move.writer is not None:
            found.append(move.writer.name)
        else:
            found.append(0 if way[position].kind == "array" else KEY)
    return tuple(found)


def bounded(
    smallest: Smallest, way: Sequence[Type], moves: Sequence[PairStep], mismatch: Mismatch
) -> bool:
    """Whether the message that goes this way is small enough to be made."""
    leaves, depth = smallest.size(mismatch.writer) or (0, 0)
    deepest = depth
    for type_, move in zip(way, moves, strict=False):
        if isinstance(move.writer, AvroField):
            for each in type_.fields:
                if each is not move.writer:
                    size = smallest.size(each.type) or (0, 0)
                    leaves += size[0]
                    deepest = max(deepest, size[1])
    return leaves <= data.MAX_LEAVES and deepest + len(moves) <= data.MAX_DEPTH


def _at_the_end(smallest: Smallest, mismatch: Mismatch) -> Datum:
    writer, reader = mismatch.writer, mismatch.reader
    if mismatch.kind is MismatchKind.SYMBOL:
        return mismatch.name
    if mismatch.kind is MismatchKind.LOGICAL:
        return misread_value(writer.logical, reader.logical, writer.kind, writer.size)
    if mismatch.kind is MismatchKind.ALIAS:
        return {
            each.name: smallest.datum(each.type, int(each.name == mismatch.other))
            for each in writer.fields
        }
    return smallest.datum(writer)


class Confirmer:
    """Asks `fastavro` about messages of one writer and one reader. Raises ImportError without it."""

    def __init__(self, writer: Type, reader: Type) -> None:
        import fastavro

        self._fastavro = fastavro
        self._writer = writer
        self._schemas = self._parsed(writer), self._parsed(reader)

    def shows(self, datum: Datum, mismatch: Mismatch, end: Datum) -> Shown:
        """What the reader makes of a message; `end` is the value in it where the mismatch is."""
        whole = self._read(self._writer, *self._schemas, datum)
        if whole is Shown.REFUSED or whole is Shown.NOT_WRITTEN:
            return whole
        writer, reader = mismatch.writer, mismatch.reader
        if mismatch.kind is MismatchKind.LOGICAL:
            return self._meaning(writer, reader, end)
        # The whole message was read. Is the value there one that the reader's type has?
        value = self._read(writer, self._parsed(writer), self._parsed(reader), end)
        if isinstance(value, Shown):
            return Shown.READ
        if mismatch.kind is MismatchKind.ALIAS:
            return self._by_alias(mismatch, value, end)
        taken = self._parsed(_by_name(writer, reader))
        valid = self._fastavro.validate({_VALUE: value}, taken, raise_errors=False)
        return Shown.READ if valid else Shown.MISREAD

    def _meaning(self, writer: Type, reader: Type, value: Datum) -> Shown:
        """The same bytes by the writer's logical type and by the reader's."""
        bare = self._parsed(writer), self._parsed(reader)
        raw = self._read(writer, *bare, value)
        if isinstance(raw, Shown):
            return raw
        meant = self._read(writer, bare[0], None, value, self._parsed(writer, logical=True))
        taken = self._read(reader, bare[1], None, raw, self._parsed(reader, logical=True))
        if taken is Shown.REFUSED:
            return taken
        # Where fastavro knows neither, the names are all there is to see, and they differ.
        known = meant != value or taken != raw
        return Shown.READ if known and _same(meant, taken) else Shown.MISREAD

    def _by_alias(self, mismatch: Mismatch, value: Any, end: Datum) -> Shown:
        for theirs, own, _ in matched_fields(mismatch.writer, mismatch.reader):
            if theirs.name == mismatch.name and own is not None:
                meant = self._read(own.type, self._parsed(own.type), None, end[own.name])
                return Shown.READ if value[theirs.name] == meant else Shown.MISREAD
        return Shown.READ

    def _read(
        self, type_: Type, writer: Any, reader: Any, datum: Datum, read_as: Any = None
    ) -> Any:
        """The value that the reader gets, or what became of it."""
        stream = BytesIO()
        try:
            wrapped = {_VALUE: notation(type_, datum)}
            self._fastavro.schemaless_writer(stream, writer, wrapped)
        except Exception:  # noqa: BLE001 (whatever the library raises, it did not write)
            return Shown.NOT_WRITTEN
        stream.seek(0)
        try:
            read: Any = self._fastavro.schemaless_reader(stream, read_as or writer, reader)
            return read[_VALUE]
        except Exception:  # noqa: BLE001 (whatever the library raises, it did not read)
            return Shown.REFUSED

    def _parsed(self, type_: Type, *, logical: bool = False) -> Any:
        fields = [{"name": _VALUE, "type": spelled_out(type_, logical=logical)}]
        return self._fastavro.parse_schema({"type": "record", "name": _MESSAGE, "fields": fields})


def _by_name(writer: Type, reader: Type) -> Type:
    """The reader's type that `fastavro` takes: of a union the branch of the same short name.

    It does not look whether a fixed meets a record or an enum of its name.
    """
    named = [each for each in reader.branches if writer.name and each.name]
    return next((each for each in named if short(each.name) == short(writer.name)), reader)


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and str(one) == str(other)


def notation(type_: Type, datum: Datum) -> Any:
    """A datum as `fastavro` takes it: a union's branch is named."""
    kind = type_.kind
    if kind == "union":
        branch = type_.branches[datum.position]
        return branch.label, notation(branch, datum.value)
    if kind == "record":
        return {each.name: notation(each.type, datum[each.name]) for each in type_.fields}
    if kind == "array":
        return [notation(type_.inner, each) for each in datum]
    if kind == "map":
        return {name: notation(type_.inner, each) for name, each in datum.items()}
    return datum
