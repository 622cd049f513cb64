"""The only place that reads the clock. The core receives the day as a value."""

from __future__ import annotations

from datetime import UTC, date, datetime


def today() -> date:
    """The current day in UTC."""
    return now().date()


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)


def seconds() -> float:
    """Seconds of a monotonic clock, for measuring durations."""
    from time import monotonic

    return monotonic()


def pause(duration: float) -> None:
    """Wait for some seconds; return at once for zero or less."""
    from time import sleep

    sleep(max(0.0, duration))
