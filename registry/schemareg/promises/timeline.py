"""Promises on a time axis: from the landing of what announced their end to the day of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from schemareg.promises.terms import State, Term


@dataclass(frozen=True, slots=True)
class Bar:
    """One promise; `end` is None while no day is set."""

    term: Term
    begin: date
    end: date | None
    state: State


@dataclass(frozen=True, slots=True)
class Timeline:
    """The axis and what lies on it, by product, then by the day on which it begins."""

    first: date
    last: date
    today: date
    bars: tuple[Bar, ...]

    @property
    def days(self) -> int:
        """How long the axis is, at least a day."""
        return max((self.last - self.first).days, 1)

    def share(self, day: date) -> float:
        """Where a day lies on the axis, from 0 to 1."""
        return min(max((day - self.first).days / self.days, 0.0), 1.0)


_LONGEST = timedelta(days=3 * 365)
"""Of the axis, on either side of today: a sunset in a hundred years leaves no room for the rest."""


def timeline(terms: Iterable[Term], today: date) -> Timeline:
    """The terms on an axis that holds them all, and today; what lies years away, at its edge."""
    bars = [
        Bar(each, each.opened, each.earliest, each.state(today))
        for each in sorted(
            terms, key=lambda each: (each.said.target.product, each.opened, each.said.path)
        )
    ]
    known = [today, *(each.begin for each in bars), *(each.end for each in bars if each.end)]
    first = max(min(known), _shifted(today, -_LONGEST))
    last = min(max(known), _shifted(today, _LONGEST))
    return Timeline(first, last, today, tuple(bars))


def _shifted(day: date, by: timedelta) -> date:
    try:
        return day + by
    except OverflowError:
        return day.min if by < timedelta(0) else day.max
