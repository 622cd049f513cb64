"""Many pairs of schemas as JSON lines: one answer for each row, never a crash."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from schemareg.documents import json_values
from schemareg.formats import catalogue
from schemareg.formats.verdict import SchemaSource, Verdict
from schemareg.model import Outcome
from schemareg.text.wording import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.format import SchemaFormat

    Judge = Callable[[SchemaFormat, SchemaSource, SchemaSource], Verdict]
    """The verdict on (old, new), both of a format."""


class PairVerdict(NamedTuple):
    """The answer for one row."""

    id: JsonValue
    """The id of the row, or its line number."""
    verdict: Verdict
    seconds: float


class _Refused(ValueError):
    """A row that is not a pair of schemas; the text gives the reason."""


def answers(
    rows: Iterable[bytes], judge: Judge, clock: Callable[[], float], dialect: str = "2020-12"
) -> Iterator[PairVerdict]:
    """An answer for each non-blank row, in order, each as soon as it is known.

    A row is `{"id", "old", "new", "format", "dialect"}`; `format` is json-schema by default, and
    `dialect` (the row's, else the one given here) applies to a JSON Schema without `$schema`. A row
    that cannot be read is undecided, with the reason. `clock` gives seconds.
    """
    for number, row in enumerate(rows, 1):
        if row.strip():
            yield _answer(row, number, judge, clock, dialect)


def _answer(
    row: bytes, number: int, judge: Judge, clock: Callable[[], float], dialect: str
) -> PairVerdict:
    started = clock()
    name: JsonValue = number
    try:
        value = _value(row)
        name = value.get("id", number) if isinstance(value, dict) else number
        verdict = judge(*_sources(value, dialect))
    except _Refused as error:
        verdict = Verdict(Outcome.UNDECIDED, f"line {number} {error}")
    except RecursionError:
        verdict = Verdict(Outcome.UNDECIDED, f"line {number} is nested too deeply to be judged")
    return PairVerdict(name, verdict, clock() - started)


def _value(row: bytes) -> JsonValue:
    try:
        return json.loads(
            row,
            parse_float=json_values.number,
            parse_int=json_values.number,
            parse_constant=_constant,
        )
    except UnicodeDecodeError:
        raise _Refused("is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _Refused(f"is not JSON: {error.msg} at column {error.colno}") from None
    except json_values.NumberTooLarge as error:
        raise _Refused(f"has {error}, which is too large to be judged exactly") from None


def _constant(name: str) -> None:
    raise _Refused(f"has {name}, which is not JSON")


def _sources(value: JsonValue, dialect: str) -> tuple[SchemaFormat, SchemaSource, SchemaSource]:
    if not isinstance(value, dict):
        raise _Refused('is not an object {"id", "old", "new", "format", "dialect"}')
    missing = [key for key in ("old", "new") if key not in value]
    if missing:
        raise _Refused(f"has no {listed(missing, last='and no')}")
    form = value.get("format") or catalogue.DEFAULT.name
    if not isinstance(form, str) or form not in catalogue.BY_NAME:
        raise _Refused(f"names the format {quoted(form)}, which is not {listed(catalogue.BY_NAME)}")
    language = catalogue.named(form)
    label = value.get("dialect") or dialect
    if language.dialects and label not in language.dialects:
        known = listed(language.dialects)
        raise _Refused(f"names the dialect {quoted(label)}, which is not {known}")
    for key in ("old", "new"):
        if form == catalogue.DEFAULT.name and not isinstance(value[key], dict | bool):
            raise _Refused(f"has {key!r} that is not a schema: an object, true or false")
    older, newer = (SchemaSource(value[key], dialect=label) for key in ("old", "new"))
    return language, older, newer
