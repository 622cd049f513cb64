"""A first draft of a schema from sample records: what all of them have in common.

It says no more than the sample shows for certain: types, what is always there, formats that every
value has. Bounds and closed sets are for people to add; a sample cannot know them.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from schemareg.formats.json_schema.dialects import Dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from schemareg.documents.json_values import JsonValue

MOST_NAMES = 100
"""An object with more names than that, none of them in every record, is a map: names are data."""

_MOST_EXAMPLES = 8
_EXAMPLE_LENGTH = 40


def infer(records: Iterable[JsonValue]) -> dict[str, JsonValue]:
    """A schema (2020-12) that every record fits; properties in the order first seen."""
    seen = _Seen()
    for record in records:
        seen.add(record)
    return {"$schema": Dialect.DRAFT2020.uri, **seen.schema()}


def titled(records: Iterable[JsonValue], title: str) -> dict[str, JsonValue]:
    """The same with a title, after `$schema`, for people to continue from."""
    value = infer(records)
    if "title" in value:
        return value
    return {"$schema": value["$schema"], "title": title, **value}


def example(title: str) -> dict[str, JsonValue]:
    """A schema to start from: an object with one required field."""
    return {
        "$schema": Dialect.DRAFT2020.uri,
        "title": title,
        "type": "object",
        "properties": {
            "id": {"description": "What tells one record from another.", "type": "string"}
        },
        "required": ["id"],
    }


class _Seen:
    """What was seen at one place of the records."""

    def __init__(self) -> None:
        self._types: dict[str, int] = {}
        self._members: dict[str, _Seen] = {}
        self._held: Counter[str] = Counter()
        self._items: _Seen | None = None
        self._texts: Counter[str] = Counter()
        self._many_texts = False
        self._formats: dict[str, Callable[[str], bool]] = dict(_FORMATS)

    def add(self, value: JsonValue) -> None:
        """One more value at this place."""
        sort = _sort(value)
        self._types[sort] = self._types.get(sort, 0) + 1
        if sort == "string":
            self._add_text(value)
        elif sort == "object":
            for name, member in value.items():
                self._held[name] += 1
                self._members.setdefault(name, _Seen()).add(member)
        elif sort == "array":
            for item in value:
                self._items = self._items or _Seen()
                self._items.add(item)

    def merge(self, other: _Seen) -> None:
        """Everything that was seen at another place too."""
        for sort, count in other._types.items():
            self._types[sort] = self._types.get(sort, 0) + count
        for name, member in other._members.items():
            self._members.setdefault(name, _Seen()).merge(member)
        self._held += other._held
        if other._items is not None:
            self._items = self._items or _Seen()
            self._items.merge(other._items)
        self._texts += other._texts
        self._many_texts = self._many_texts or other._many_texts
        self._formats = {n: test for n, test in self._formats.items() if n in other._formats}

    def schema(self) -> dict[str, JsonValue]:
        """The schema of this place."""
        names = _type_names(self._types)
        schema: dict[str, JsonValue] = {}
        if names:
            schema["type"] = names[0] if len(names) == 1 else names
        if "object" in names:
            schema.update(self._object())
        if "array" in names and self._items is not None:
            schema["items"] = self._items.schema()
        if "string" in names:
            schema.update(self._string())
        return schema

    def _add_text(self, text: str) -> None:
        self._formats = {name: test for name, test in self._formats.items() if test(text)}
        if len(self._texts) > _MOST_EXAMPLES or len(text) > _EXAMPLE_LENGTH:
            self._many_texts = True
        if not self._many_texts:
            self._texts[text] += 1

    def _string(self) -> dict[str, JsonValue]:
        if self._formats:
            return {"format": next(iter(self._formats))}
        # Few values, each of them often: probably a closed set, and no personal data.
        distinct, total = len(self._texts), sum(self._texts.values())
        repeated = distinct <= _MOST_EXAMPLES and total >= 3 * distinct and total >= 10
        return {"examples": sorted(self._texts)} if repeated and not self._many_texts else {}

    def _object(self) -> dict[str, JsonValue]:
        total = self._types["object"]
        required = [name for name in self._members if self._held[name] == total]
        if len(self._members) > MOST_NAMES and not required:
            values = _Seen()
            for member in self._members.values():
                values.merge(member)
            return {"additionalProperties": values.schema()}
        schema: dict[str, JsonValue] = {}
        if self._members:
            schema["properties"] = {name: member.schema() for name, member in self._members.items()}
        if required:
            schema["required"] = required
        return schema


_ORDER = ("object", "array", "string", "integer", "number", "boolean", "null")


def _type_names(types: dict[str, int]) -> list[str]:
    return [
        name for name in _ORDER if name in types and not (name == "integer" and "number" in types)
    ]


def _sort(value: JsonValue) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float | Fraction):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)",
    re.ASCII,
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.ASCII)
_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:[/?#][!-;=?-~]*)?", re.ASCII)


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_moment(text: str) -> bool:
    match = _MOMENT.fullmatch(text)
    return match is not None and _is_day(match.group(1))


_FORMATS: dict[str, Callable[[str], bool]] = {
    "date-time": _is_moment,
    "date": _is_day,
    "uuid": lambda text: _UUID.fullmatch(text) is not None,
    "email": lambda text: _MAIL.fullmatch(text) is not None,
    "uri": lambda text: _URL.fullmatch(text) is not None,
}
"""Formats that every text of a place must have to be said; no text has two of them."""
