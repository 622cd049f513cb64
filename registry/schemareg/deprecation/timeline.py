"""Promises on a time axis: open-ended ones, and deprecated ones up to their end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from schemareg.deprecation.schedule import ScheduleState
from schemareg.history.clock import day
from schemareg.model.targets import Target, covers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from schemareg.deprecation.landed import Promises
    from schemareg.deprecation.schedule import Term


@dataclass(frozen=True, slots=True)
class Bar:
    """One promise: from the landing of its deprecation, or of itself without one."""

    name: str
    """As `Term.name` has it, or that of a major line."""
    reason: str
    """The reason of its end; `""` without one."""
    begin: date
    end: date | None
    """None without a date."""
    state: ScheduleState


@dataclass(frozen=True, slots=True)
class Timeline:
    """The axis and its bars, by product, then by start."""

    first: date
    last: date
    today: date
    bars: tuple[Bar, ...]

    @property
    def days(self) -> int:
        """The length of the axis, at least a day."""
        return max((self.last - self.first).days, 1)

    def share(self, day: date) -> float:
        """The position of a day on the axis, from 0 to 1."""
        return min(max((day - self.first).days / self.days, 0.0), 1.0)


_LONGEST = timedelta(days=3 * 365)
"""Of the axis, on either side of today: a sunset in a hundred years leaves no room for the rest."""


def timeline(terms: Iterable[Term], today: date, standing: Iterable[Bar] = ()) -> Timeline:
    """The schedules on an axis with today; dates years away are at its edge.

    What is `standing` comes before what ends, as far as it has begun.
    """
    ending = (
        Bar(each.name, each.said.reason, each.opened, each.earliest, each.state(today))
        for each in sorted(
            terms, key=lambda each: (each.said.target.product, each.opened, each.said.path)
        )
    )
    bars = [*(each for each in standing if each.begin <= today), *ending]
    known = [today, *(each.begin for each in bars), *(each.end for each in bars if each.end)]
    first = max(min(known), _shifted(today, -_LONGEST))
    last = min(max(known), _shifted(today, _LONGEST))
    return Timeline(first, last, today, tuple(bars))


def standing(promises: Promises, product: str, terms: Iterable[Term]) -> Iterator[Bar]:
    """The major lines of a product without an end, by schema and number."""
    ending = [each.said.target for each in terms if not each.said.loosens]
    for schema in promises.base.schema_names(product):
        begun: dict[int, date] = {}
        for version in promises.base.versions(product, schema):
            landing = None if version.version.pre else promises.history.landed(version.path)
            if landing is not None:
                major = version.version.major
                begun[major] = min(day(landing), begun.get(major, day(landing)))
        for major, begin in sorted(begun.items()):
            line = Target(product, schema, major=major)
            if not any(covers(each, line) for each in ending):
                yield Bar(str(line), "", begin, None, ScheduleState.ACTIVE)


def _shifted(day: date, by: timedelta) -> date:
    try:
        return day + by
    except OverflowError:
        return day.min if by < timedelta(0) else day.max
