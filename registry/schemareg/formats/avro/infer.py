"""A first draft of an Avro schema: from records of JSON, or from a container file.

It says no more than the sample shows: types, and which fields are always there. A container file
holds its writer's schema, which is taken as it is.
Source: Apache Avro 1.12.0 specification, section Object Container Files.
"""

from __future__ import annotations

import re
from fractions import Fraction
from io import BytesIO
from typing import TYPE_CHECKING

from schemareg.documents import json_values
from schemareg.formats.avro.defaults import BOUNDS
from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemareg.documents.json_values import JsonValue

MAGIC = b"Obj\x01"
"""The bytes that a container file begins with."""

MAX_NAMES = 100
"""An object with more names than that, none of them in every record, is a map: names are data."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def of_container(data: bytes, path: str) -> JsonValue:
    """The schema in a container file's header. Raises RegistryError for what is no such file."""
    try:
        import fastavro
    except ImportError:
        raise RegistryError(
            "reading Avro data needs fastavro",
            where=path,
            remedy="pip install 'schemareg[avro]'",
        ) from None
    try:
        text = fastavro.reader(BytesIO(data)).metadata["avro.schema"]
        return json_values.parse(text)
    except Exception as error:  # noqa: BLE001 (whatever the library raises on hostile bytes)
        raise RegistryError(
            f"this is no Avro container file: {type(error).__name__}",
            where=path,
            remedy="Name a file that a writer of Avro data finished",
        ) from None


def example(title: str) -> JsonValue:
    """A schema to start from."""
    field = {"name": "id", "type": "string", "doc": "What identifies one record."}
    return {"type": "record", "name": record_name(title), "fields": [field]}


def of_records(records: Iterable[JsonValue], title: str) -> JsonValue:
    """A schema that every record fits; fields in the order first seen."""
    seen = _Seen()
    for record in records:
        seen.add(record)
    return seen.schema(record_name(title), set())


def record_name(title: str) -> str:
    """A title as the name of a type: `order_placed` is `OrderPlaced`."""
    parts = re.findall(r"[A-Za-z0-9]+", title)
    name = "".join(each[0].upper() + each[1:] for each in parts)
    return name if _NAME.fullmatch(name) else f"R{name}"


class _Seen:
    """What was seen at one place of the records."""

    def __init__(self) -> None:
        self._kinds: dict[str, None] = {}
        self._objects = 0
        self._members: dict[str, _Seen] = {}
        self._held: dict[str, int] = {}
        self._inner: _Seen | None = None

    def add(self, value: JsonValue) -> None:
        """One more value at this place."""
        kind = _kind(value)
        self._kinds[kind] = None
        if kind == "record":
            self._objects += 1
            for name, member in value.items():
                self._held[name] = self._held.get(name, 0) + 1
                self._members.setdefault(name, _Seen()).add(member)
        elif kind == "array":
            self._inner = self._inner or _Seen()
            for item in value:
                self._inner.add(item)

    def schema(self, name: str, taken: set[str], *, optional: bool = False) -> JsonValue:
        """The schema of this place; records in it are named for it."""
        kinds = [each for each in _ORDER if each in self._kinds]
        if "double" in kinds:
            kinds = [each for each in kinds if each != "long"]
        if optional and "null" not in kinds:
            kinds.insert(0, "null")
        branches = [self._branch(each, name, taken) for each in kinds] or ["null"]
        return branches[0] if len(branches) == 1 else branches

    def _branch(self, kind: str, name: str, taken: set[str]) -> JsonValue:
        if kind == "array":
            items = self._inner.schema(f"{name}Item", taken) if self._inner else "null"
            return {"type": "array", "items": items}
        if kind != "record":
            return kind
        if self._map():
            values = _Seen()
            for member in self._members.values():
                values.merge(member)
            return {"type": "map", "values": values.schema(f"{name}Value", taken)}
        own = name
        while own in taken:
            own = f"{own}_"
        taken.add(own)
        fields = [self._field(each, own, taken) for each in self._members]
        return {"type": "record", "name": own, "fields": fields}

    def _map(self) -> bool:
        """Whether the names are data: many and none always there, or no names of Avro."""
        always = any(count == self._objects for count in self._held.values())
        return (len(self._members) > MAX_NAMES and not always) or not all(
            map(_NAME.fullmatch, self._members)
        )

    def _field(self, name: str, record: str, taken: set[str]) -> JsonValue:
        optional = self._held[name] < self._objects
        type_ = self._members[name].schema(f"{record}{record_name(name)}", taken, optional=optional)
        nullable = isinstance(type_, list) and type_[0] == "null"
        return {"name": name, "type": type_, **({"default": None} if nullable else {})}

    def merge(self, other: _Seen) -> None:
        """All that was seen at another place too."""
        self._kinds |= other._kinds
        self._objects += other._objects
        for name, member in other._members.items():
            self._held[name] = self._held.get(name, 0) + other._held[name]
            self._members.setdefault(name, _Seen()).merge(member)
        if other._inner is not None:
            self._inner = self._inner or _Seen()
            self._inner.merge(other._inner)


_ORDER = ("null", "boolean", "long", "double", "string", "record", "array")


def _kind(value: JsonValue) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        low, high = BOUNDS["long"]
        return "long" if low <= value <= high else "double"
    if isinstance(value, float | Fraction):
        return "double"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "record"
