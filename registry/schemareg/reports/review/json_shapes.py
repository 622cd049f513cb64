"""Shapes of JSON values: they check untrusted text member by member before it is used.

A kind takes a value, where it stands (`findings[3].line`) and the complaints so far, and gives what
the value means. After a complaint what it gives means nothing, and is not used.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from schemareg.documents.json_values import JsonValue
from schemareg.text.wording import listed

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Callable[[JsonValue, str, list[str]], Any]

DEEPEST = 200
"""How deep a value of any kind may nest: twice what the file of a schema may."""

_ENOUGH = 1_000
"""Complaints after which no more are looked for."""


def text(value: JsonValue, at: str, told: list[str]) -> str:
    """A string."""
    if isinstance(value, str):
        return value
    told.append(f"{at} is no text")
    return ""


def flag(value: JsonValue, at: str, told: list[str]) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        told.append(f"{at} is neither true nor false")
    return value is True


def whole(least: int) -> Kind:
    """An integer, no less than that and of at most 31 bits."""

    def number(value: JsonValue, at: str, told: list[str]) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 2**31:
            told.append(f"{at} is not a whole number from {least} on")
            return least
        return value

    return number


def like(pattern: str, what: str) -> Kind:
    """A string that the whole pattern matches; `what` says what another is: `no fingerprint`."""
    form = re.compile(pattern, re.ASCII)

    def word(value: JsonValue, at: str, told: list[str]) -> str:
        if not isinstance(value, str) or not form.fullmatch(value):
            told.append(f"{at} is {what}")
            return ""
        return value

    return word


def among(words: Mapping[str, Any]) -> Kind:
    """One of these words, for what it stands for."""

    def word(value: JsonValue, at: str, told: list[str]) -> Any:
        if not isinstance(value, str) or value not in words:
            told.append(f"{at} is not one of {listed(words)}")
            return next(iter(words.values()))
        return words[value]

    return word


def day(value: JsonValue, at: str, told: list[str]) -> date:
    """A day as ISO 8601 writes it."""
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            return date.fromisoformat(value)
    except ValueError:
        pass
    told.append(f"{at} is not a date such as 2026-11-22")
    return date.min


def anything(value: JsonValue, at: str, told: list[str]) -> JsonValue:
    """Any JSON value that is not nested beyond what can be printed."""
    level, depth = [value], 0
    while level:
        level = [inside for each in level for inside in _inside(each)]
        depth += 1
        if depth > DEEPEST:
            told.append(f"{at} is nested too deeply")
            return None
    return value


def _inside(value: JsonValue) -> list[JsonValue]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def maybe(kind: Kind) -> Kind:
    """A value of that kind, or null."""
    return lambda value, at, told: None if value is None else kind(value, at, told)


def many(kind: Kind) -> Kind:
    """A list of values of that kind, as a tuple."""

    def items(value: JsonValue, at: str, told: list[str]) -> tuple[Any, ...]:
        if not isinstance(value, list):
            told.append(f"{at} is no list")
            return ()
        found = []
        for index, item in enumerate(value):
            found.append(kind(item, f"{at}[{index}]", told))
            if len(told) > _ENOUGH:
                break
        return tuple(found)

    return items


_LACKING = object()


def record(
    make: Callable[..., Any], needed: Mapping[str, Kind], later: Mapping[str, Kind] | None = None
) -> Kind:
    """An object with these members, as what `make` makes of them; others are passed over.

    `later` are those that a text of an earlier version may lack.
    """

    def made(value: JsonValue, at: str, told: list[str]) -> Any:
        if not isinstance(value, dict):
            told.append(f"{at} is not an object")
            return None
        found = {}
        before = len(told)
        for name, kind in needed.items():
            here = f"{at}.{name}".lstrip(".")
            member = value.get(name, _LACKING)
            if member is _LACKING:
                told.append(f"{here} is missing")
            else:
                found[name] = kind(member, here, told)
        for name, kind in (later or {}).items():
            if name in value:
                found[name] = kind(value[name], f"{at}.{name}".lstrip("."), told)
        return make(**found) if len(told) == before else None

    return made
