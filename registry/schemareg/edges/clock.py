"""The one place that reads the clock. The core is given the day as a value."""

from __future__ import annotations

from datetime import UTC, date, datetime


def today() -> date:
    """The calendar day it is, in UTC."""
    return datetime.now(UTC).date()
