"""The JSON form of an analysis, read back: what `reg check --format json` printed, as a value again.

The text may come from a pull request of a stranger, so nothing of it is taken on trust: sizes,
nesting, types and words are checked, and verdict and counts are not read at all but follow from
the findings. Keys that this version does not know are passed over; later ones may add some.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from schemareg import json_values
from schemareg.errors import RegistryError
from schemareg.model import (
    Announcement,
    Compatibility,
    Content,
    Direction,
    Finding,
    Hit,
    Level,
    Mistake,
    Outcome,
    Place,
    PromiseChange,
    Report,
    Scope,
    Severity,
    VersionVerdict,
)
from schemareg.reports.json_document import SCHEMA_VERSION, witness_number
from schemareg.wording import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction

    from schemareg.json_values import JsonValue

    Kind = Callable[[JsonValue, str, list[str]], Any]

LARGEST = 32 * 1024 * 1024
"""Bytes; a report of ten thousand findings has half of that. Read, hostile text takes twenty times
the room."""

DEEPEST = 200
"""How deep the record of a witness may nest: twice what the file of a schema may."""

_LONG_NUMBER = 100
_MOST_LONG_NUMBERS = 10_000
"""Numbers beyond 10^±100: `1e4000` takes six characters, and its value some thousand bytes."""

_MOST_COMPLAINTS = 5
_ENOUGH = 1_000
"""Complaints after which no more are looked for."""
_AGAIN = "Write it anew: reg check --format json --output FILE"


class Mistakes(NamedTuple):
    """Files that are wrong, so that nothing could be judged."""

    mistakes: tuple[Mistake, ...]
    notices: tuple[Mistake, ...] = ()
    """What is valid, but probably not meant."""


def read(data: bytes, name: str = "the report") -> Report | Mistakes:
    """The report, or the mistakes, of which `data` is the JSON form; `name` says where it came from.

    Raises RegistryError with what is wrong with it.
    """
    value = _parsed(data, name)
    if not isinstance(value, dict):
        raise _refused(name, ["it is no JSON object"])
    version = value.get("schema_version")
    if isinstance(version, bool) or not isinstance(version, int):
        raise _refused(name, ["schema_version is no whole number"])
    if version != SCHEMA_VERSION:
        raise RegistryError(
            f"it is of schema_version {quoted(version)}, and only {SCHEMA_VERSION} is known here",
            where=name,
            remedy=f"Let the version of reg that wrote it read it, or {_AGAIN[0].lower()}{_AGAIN[1:]}",
        )
    told: list[str] = []
    found = (_mistakes if "mistakes" in value else _report)(value, "", told)
    if told:
        raise _refused(name, told)
    assert isinstance(found, Report | Mistakes)  # noqa: S101 - nothing was complained of
    return found


def _refused(name: str, told: list[str]) -> RegistryError:
    more = len(told) - _MOST_COMPLAINTS
    some = told[:_MOST_COMPLAINTS] + ([f"and {more:,} more"] if more > 0 else [])
    return RegistryError(f"this is no report: {'; '.join(some)}", where=name, remedy=_AGAIN)


def _parsed(data: bytes, name: str) -> JsonValue:
    if len(data) > LARGEST:
        raise RegistryError(
            f"it has {len(data):,} bytes, the most is {LARGEST:,}",
            where=name,
            remedy="Judge fewer versions at once: without --all, or one pull request at a time",
        )
    numbers = _Numbers()
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=numbers.read,
            parse_float=numbers.read,
            parse_constant=_no_number,
        )
    except UnicodeDecodeError as error:
        raise _refused(name, [f"byte {error.start} is not UTF-8"]) from None
    except json.JSONDecodeError as error:
        told = f"it is no JSON at line {error.lineno}, column {error.colno}"
        raise _refused(name, [told if data.strip() else "it is empty"]) from None
    except RecursionError:
        raise _refused(name, ["it nests too deep"]) from None
    except ValueError as error:
        raise _refused(name, [str(error)]) from None


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return members


class _Numbers:
    """Reads numbers exactly, and not too many that are long."""

    def __init__(self) -> None:
        self.long = 0

    def read(self, text: str) -> int | Fraction:
        """The value. Raises ValueError where it is too large, or one too many."""
        try:
            value = witness_number(text)
        except json_values.NumberTooLarge:
            raise ValueError(f"the number {quoted(text, 24)} is too large") from None
        self.long += not -(10**_LONG_NUMBER) < value < 10**_LONG_NUMBER or "e" in text.lower()
        if self.long > _MOST_LONG_NUMBERS:
            raise ValueError(f"more than {_MOST_LONG_NUMBERS:,} numbers are long")
        return value


def _no_number(text: str) -> JsonValue:
    raise ValueError(f"{text} is no JSON")


# -- kinds of values: each takes a value, where it stands and the complaints, and gives what it means;
# after a complaint the answer means nothing, and is not used


def _text(value: JsonValue, at: str, told: list[str]) -> str:
    if isinstance(value, str):
        return value
    told.append(f"{at} is no text")
    return ""


def _flag(value: JsonValue, at: str, told: list[str]) -> bool:
    if not isinstance(value, bool):
        told.append(f"{at} is neither true nor false")
    return value is True


def _whole(least: int) -> Kind:
    def number(value: JsonValue, at: str, told: list[str]) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 2**31:
            told.append(f"{at} is no whole number from {least} on")
            return least
        return value

    return number


def _like(pattern: str, what: str) -> Kind:
    form = re.compile(pattern, re.ASCII)

    def word(value: JsonValue, at: str, told: list[str]) -> str:
        if not isinstance(value, str) or not form.fullmatch(value):
            told.append(f"{at} is {what}")
            return ""
        return value

    return word


def _among(words: Mapping[str, Any]) -> Kind:
    def word(value: JsonValue, at: str, told: list[str]) -> Any:
        if not isinstance(value, str) or value not in words:
            told.append(f"{at} is not one of {listed(words)}")
            return next(iter(words.values()))
        return words[value]

    return word


def _day(value: JsonValue, at: str, told: list[str]) -> date:
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            return date.fromisoformat(value)
    except ValueError:
        pass
    told.append(f"{at} is no day such as 2026-11-22")
    return date.min


def _anything(value: JsonValue, at: str, told: list[str]) -> JsonValue:
    """Any JSON value that is not nested beyond what can be printed."""
    level, depth = [value], 0
    while level:
        level = [inside for each in level for inside in _inside(each)]
        depth += 1
        if depth > DEEPEST:
            told.append(f"{at} nests too deep")
            return None
    return value


def _inside(value: JsonValue) -> list[JsonValue]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _maybe(kind: Kind) -> Kind:
    return lambda value, at, told: None if value is None else kind(value, at, told)


def _each(kind: Kind) -> Kind:
    def items(value: JsonValue, at: str, told: list[str]) -> tuple[Any, ...]:
        if not isinstance(value, list):
            told.append(f"{at} is no list")
            return ()
        found = []
        for index, each in enumerate(value):
            found.append(kind(each, f"{at}[{index}]", told))
            if len(told) > _ENOUGH:
                break
        return tuple(found)

    return items


_LACKING = object()


def _record(
    make: Callable[..., Any], needed: Mapping[str, Kind], later: Mapping[str, Kind] | None = None
) -> Kind:
    """An object with these members; `later` are those that a report of before may lack."""

    def record(value: JsonValue, at: str, told: list[str]) -> Any:
        if not isinstance(value, dict):
            told.append(f"{at} is no object")
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

    return record


# -- the values of a report

_COMMIT = _like(r"(?:[0-9a-f]{7,64})?", "no id of a commit")
_RULE = _like(r"(?=.{1,80}\Z)[a-z0-9]+(?:-[a-z0-9]+)*", "no id of a rule")
_FINGERPRINT = _like(r"[0-9a-f]{0,64}", "no fingerprint")

_policy = _record(
    Compatibility,
    {
        "level": _among({each.name: each for each in Level}),
        "scope": _among({each.value: each for each in Scope}),
        "content": _among({each.value: each for each in Content}),
        "formats": _flag,
        "undecided": _among({"fail": "fail", "warn": "warn"}),
    },
)

_promise = _record(PromiseChange, {"field": _text, "before": _text, "after": _text})


def _verdict(*, honest_version: str, **members: Any) -> VersionVerdict:
    return VersionVerdict(**members, honest=honest_version)


_version = _record(
    _verdict,
    {
        "product": _text,
        "schema": _text,
        "version": _text,
        "path": _text,
        "outcome": _among({each.value: each for each in Outcome}),
        "reason": _text,
        "required_bump": _among({each: each for each in ("", "patch", "minor", "major")}),
        "honest_version": _text,
        "against": _each(_text),
        "changes": _each(_text),
        "policy": _maybe(_policy),
    },
    {"promises": _each(_promise)},
)

_hit = _record(
    Hit,
    {
        "product": _text,
        "consumer": _text,
        "team": _text,
        "schema": _text,
        "versions": _text,
        "fields": _each(_text),
    },
)

_announcement = _record(Announcement, {"target": _text, "loosens": _text, "window": _whole(0)})


def _finding_of(
    *,
    path: str,
    line: int,
    column: int,
    witnessed: bool,
    witness: JsonValue,
    **members: Any,
) -> Finding:
    record = json_values.render(witness) if witnessed else None
    return Finding(place=Place(path, line, column), witness=record, **members)


_finding = _record(
    _finding_of,
    {
        "rule": _RULE,
        "severity": _among({each.value: each for each in Severity}),
        "product": _text,
        "schema": _text,
        "version": _text,
        "against": _text,
        "direction": _maybe(_among({each.value: each for each in Direction})),
        "field": _text,
        "value": _text,
        "pointer": _text,
        "path": _text,
        "line": _whole(1),
        "column": _whole(1),
        "message": _text,
        "witnessed": _flag,
        "witness": _anything,
        "why": _text,
        "dates": _text,
        "waived": _text,
        "remedy": _text,
        "fingerprint": _FINGERPRINT,
    },
    {"target": _text, "hits": _each(_hit), "announce": _maybe(_announcement)},
)

_report = _record(
    Report,
    {
        "base": _text,
        "base_commit": _COMMIT,
        "head": _text,
        "head_commit": _COMMIT,
        "today": _day,
        "policy": _policy,
        "versions": _each(_version),
        "findings": _each(_finding),
    },
)


def _mistake_of(*, path: str, line: int, column: int, rule: str, message: str, remedy: str) -> Any:
    return Mistake(Place(path, line, column), rule, message, remedy)


_mistake = _record(
    _mistake_of,
    {
        "rule": _RULE,
        "path": _text,
        "line": _whole(1),
        "column": _whole(1),
        "message": _text,
        "remedy": _text,
    },
)

_mistakes = _record(Mistakes, {"mistakes": _each(_mistake)}, {"notices": _each(_mistake)})
