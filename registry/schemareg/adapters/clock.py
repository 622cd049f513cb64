"""The one place that reads the clock. The core is given the day as a value."""

from __future__ import annotations

from datetime import UTC, date, datetime


def today() -> date:
    """The calendar day it is, in UTC."""
    return now().date()


def now() -> datetime:
    """The instant it is, aware, in UTC."""
    return datetime.now(UTC)


def seconds() -> float:
    """Seconds since some moment in the past, which nobody sets: two of them tell how long it took."""
    from time import monotonic

    return monotonic()


def pause(duration: float) -> None:
    """Wait for so many seconds; not at all where there are none."""
    from time import sleep

    sleep(max(0.0, duration))
