"""Reads the JSON form of a report, as `reg check --format json` prints it.

The text may come from a pull request of a stranger, so nothing of it is taken on trust: sizes,
nesting, types and words are checked, and verdict and counts are not read at all but follow from
the findings. Keys that this version does not know are passed over; later ones may add some.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from schemareg.documents import json_values
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
from schemareg.model.errors import RegistryError
from schemareg.reports.review import json_shapes
from schemareg.reports.review.json_document import SCHEMA_VERSION, witness_number
from schemareg.text.wording import quoted

if TYPE_CHECKING:
    from fractions import Fraction

    from schemareg.documents.json_values import JsonValue

LARGEST = 32 * 1024 * 1024
"""Bytes; a report of ten thousand findings has half of that. Read, hostile text takes twenty times
the room."""

_LONG_NUMBER = 100
_MOST_LONG_NUMBERS = 10_000
"""Numbers beyond 10^±100: `1e4000` takes six characters, and its value some thousand bytes."""

_MOST_COMPLAINTS = 5
_AGAIN = "Write it again: reg check --format json --output FILE"


class Mistakes(NamedTuple):
    """Mistakes of files that prevented a judgement."""

    mistakes: tuple[Mistake, ...]
    notices: tuple[Mistake, ...] = ()
    """Valid but probably unintended content."""


def read(data: bytes, name: str = "the report") -> Report | Mistakes:
    """The report, or the mistakes, of which `data` is the JSON form; `name` says where it came from.

    Raises RegistryError with what is wrong with it.
    """
    value = _parsed(data, name)
    if not isinstance(value, dict):
        raise _refused(name, ["it is not a JSON object"])
    version = value.get("schema_version")
    if isinstance(version, bool) or not isinstance(version, int):
        raise _refused(name, ["schema_version is not a whole number"])
    if version != SCHEMA_VERSION:
        raise RegistryError(
            f"it has schema_version {quoted(version)}; this version of reg reads {SCHEMA_VERSION}",
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
    return RegistryError(f"this is not a report: {'; '.join(some)}", where=name, remedy=_AGAIN)


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
        told = f"it is not JSON at line {error.lineno}, column {error.colno}"
        raise _refused(name, [told if data.strip() else "it is empty"]) from None
    except RecursionError:
        raise _refused(name, ["it is nested too deeply"]) from None
    except ValueError as error:
        raise _refused(name, [str(error)]) from None


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key occurs twice in one object")
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


_COMMIT = json_shapes.like(r"(?:[0-9a-f]{7,64})?", "not a commit id")
_RULE = json_shapes.like(r"(?=.{1,80}\Z)[a-z0-9]+(?:-[a-z0-9]+)*", "not a rule id")
_FINGERPRINT = json_shapes.like(r"[0-9a-f]{0,64}", "no fingerprint")

_policy = json_shapes.record(
    Compatibility,
    {
        "level": json_shapes.among({each.name: each for each in Level}),
        "scope": json_shapes.among({each.value: each for each in Scope}),
        "content": json_shapes.among({each.value: each for each in Content}),
        "formats": json_shapes.flag,
        "undecided": json_shapes.among({"fail": "fail", "warn": "warn"}),
    },
)

_promise = json_shapes.record(
    PromiseChange,
    {"field": json_shapes.text, "before": json_shapes.text, "after": json_shapes.text},
)


def _verdict(*, honest_version: str, **members: Any) -> VersionVerdict:
    return VersionVerdict(**members, honest=honest_version)


_version = json_shapes.record(
    _verdict,
    {
        "product": json_shapes.text,
        "schema": json_shapes.text,
        "version": json_shapes.text,
        "path": json_shapes.text,
        "outcome": json_shapes.among({each.value: each for each in Outcome}),
        "reason": json_shapes.text,
        "required_bump": json_shapes.among(
            {each: each for each in ("", "patch", "minor", "major")}
        ),
        "honest_version": json_shapes.text,
        "against": json_shapes.many(json_shapes.text),
        "changes": json_shapes.many(json_shapes.text),
        "policy": json_shapes.maybe(_policy),
    },
    {"promises": json_shapes.many(_promise)},
)

_hit = json_shapes.record(
    Hit,
    {
        "product": json_shapes.text,
        "consumer": json_shapes.text,
        "team": json_shapes.text,
        "schema": json_shapes.text,
        "versions": json_shapes.text,
        "fields": json_shapes.many(json_shapes.text),
    },
)

_announcement = json_shapes.record(
    Announcement,
    {"target": json_shapes.text, "loosens": json_shapes.text, "window": json_shapes.whole(0)},
)


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


_finding = json_shapes.record(
    _finding_of,
    {
        "rule": _RULE,
        "severity": json_shapes.among({each.value: each for each in Severity}),
        "product": json_shapes.text,
        "schema": json_shapes.text,
        "version": json_shapes.text,
        "against": json_shapes.text,
        "direction": json_shapes.maybe(json_shapes.among({each.value: each for each in Direction})),
        "field": json_shapes.text,
        "value": json_shapes.text,
        "pointer": json_shapes.text,
        "path": json_shapes.text,
        "line": json_shapes.whole(1),
        "column": json_shapes.whole(1),
        "message": json_shapes.text,
        "witnessed": json_shapes.flag,
        "witness": json_shapes.anything,
        "why": json_shapes.text,
        "dates": json_shapes.text,
        "waived": json_shapes.text,
        "remedy": json_shapes.text,
        "fingerprint": _FINGERPRINT,
    },
    {
        "target": json_shapes.text,
        "hits": json_shapes.many(_hit),
        "announce": json_shapes.maybe(_announcement),
    },
)

_report = json_shapes.record(
    Report,
    {
        "base": json_shapes.text,
        "base_commit": _COMMIT,
        "head": json_shapes.text,
        "head_commit": _COMMIT,
        "today": json_shapes.day,
        "policy": _policy,
        "versions": json_shapes.many(_version),
        "findings": json_shapes.many(_finding),
    },
    {"today_given": json_shapes.flag},
)


def _mistake_of(*, path: str, line: int, column: int, rule: str, message: str, remedy: str) -> Any:
    return Mistake(Place(path, line, column), rule, message, remedy)


_mistake = json_shapes.record(
    _mistake_of,
    {
        "rule": _RULE,
        "path": json_shapes.text,
        "line": json_shapes.whole(1),
        "column": json_shapes.whole(1),
        "message": json_shapes.text,
        "remedy": json_shapes.text,
    },
)

_mistakes = json_shapes.record(
    Mistakes, {"mistakes": json_shapes.many(_mistake)}, {"notices": json_shapes.many(_mistake)}
)
