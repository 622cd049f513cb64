"""The schedule of one deprecation: from its landings to the first day without the promise.

A pure function of its states, landing by landing. A later date keeps the elapsed time;
an earlier one, or a first one after none, starts the window again; a withdrawal loses all elapsed time.
The window is that of the policy when the announcement landed, whatever the policy is now.

Source: the rules of time, 1 to 11, 19 and 27.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from schemareg.model import Deprecation, Landing


class ScheduleState(Enum):
    """The state of a promise on a day."""

    ACTIVE = "active"
    PROPOSED = "proposed"
    OPEN = "deprecated, no date yet"
    DEPRECATED = "deprecated"
    SUNSET = "sunset"


class Statement(NamedTuple):
    """The state of a deprecation after one landing."""

    landing: Landing
    said: Deprecation | None
    """None: the file was removed."""
    window: int
    """The window in days at that landing, for the highest stability so far."""


@dataclass(frozen=True, slots=True)
class ScheduleStep:
    """One event in the life of a deprecation."""

    what: str
    """`announced`, `dated`, `moved later`, `moved earlier`, `left open`, `withdrawn`, `reworded`."""
    landing: Landing
    sunset: date | None


@dataclass(frozen=True, slots=True)
class Term:
    """A deprecation after all its landings."""

    said: Deprecation
    announced: Landing
    """The landing from which the window counts."""
    window: int
    steps: tuple[ScheduleStep, ...]
    """Oldest first, of this announcement and those before it."""

    @property
    def opened(self) -> date:
        """The UTC day of the announcement."""
        return self.announced.time.date()

    @property
    def earliest(self) -> date | None:
        """The first day on which the removal can land; None while no date is set."""
        if self.said.sunset is None:
            return None
        return max(self.said.sunset, self.window_over)

    @property
    def window_over(self) -> date:
        """The first day after the window, whatever the sunset says."""
        return later(self.opened, self.window)

    @property
    def name(self) -> str:
        """`orders/order#email`, and the guarantee where it is only that."""
        said = self.said
        return f"{said.target} ({said.loosens})" if said.loosens else str(said.target)

    def state(self, today: date) -> ScheduleState:
        """The state of the promise on a day."""
        if self.earliest is None:
            return ScheduleState.OPEN
        return ScheduleState.SUNSET if today >= self.earliest else ScheduleState.DEPRECATED

    @property
    def reckoning(self) -> str:
        """The arithmetic of the earliest removal, independent of the day."""
        landed = f"landed {self.opened} in {self.announced.commit[:7]}"
        if self.earliest is None:
            return f"{landed}, no date is set: {self.window} d from the landing that sets one"
        if self.earliest == self.window_over:
            return f"{landed} + {self.window} d → from {self.earliest}"
        return f"{landed}, sunset {self.said.sunset} → from {self.earliest}"

    def arithmetic(self, today: date) -> str:
        """The arithmetic of the earliest removal, and the days left, for a report."""
        if self.earliest is None:
            return self.reckoning
        left = (self.earliest - today).days
        if left > 0:
            return f"{self.reckoning}, {left} day{'s' * (left != 1)} left"
        return f"{self.reckoning}, over" if left else f"{self.reckoning}, which is today"


def term(statements: Iterable[Statement]) -> Term | None:
    """The result of the states, oldest first; None after a withdrawal."""
    current: Term | None = None
    steps: tuple[ScheduleStep, ...] = ()
    for landing, said, window in statements:
        if said is None:
            if current is not None:
                steps += (ScheduleStep("withdrawn", landing, current.said.sunset),)
            current = None
            continue
        what = _what(current, said)
        steps += (ScheduleStep(what, landing, said.sunset),)
        if current is None or what in ("announced", "dated", "moved earlier"):
            current = Term(said, landing, window, steps)
        else:
            current = Term(said, current.announced, current.window, steps)
    return current


def _what(current: Term | None, said: Deprecation) -> str:
    if current is None or (current.said.target, current.said.loosens) != (
        said.target,
        said.loosens,
    ):
        return "announced"
    before, after = current.said.sunset, said.sunset
    if before == after:
        return "reworded"
    if after is None:
        return "left open"
    if before is None:
        return "dated"
    return "moved later" if after > before else "moved earlier"


def later(day: date, days: int) -> date:
    """The day after so many days; at most the last day of the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return day.max
