"""Routes to messages: one message for each channel and landing or day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from schemareg.model import Severity
from schemareg.notifications.delivery.message import Message
from schemareg.notifications.events.audience import identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from schemareg.notifications.delivery.routing import Route
    from schemareg.notifications.events.event import Event

MOST = 100
"""Maximum events of one message; the others are counted."""
_REASONS = 12


def messages(routes: Iterable[Route]) -> tuple[Message, ...]:
    """One message for each channel, sorted by channel; equal routes give equal messages, ids included."""
    together: dict[str, dict[str, Event]] = {}
    because: dict[str, set[str]] = {}
    for event, channel, why in routes:
        together.setdefault(channel, {})[event.id] = event
        because.setdefault(channel, set()).add(why)
    return tuple(
        _message(channel, tuple(events.values()), sorted(because[channel]))
        for channel, events in sorted(together.items())
    )


def _message(channel: str, events: Sequence[Event], because: Sequence[str]) -> Message:
    kept = _bounded(sorted(events, key=_rank))
    alarms = tuple(each for each in kept if each.severity is not Severity.NOTICE)
    digest = tuple(each for each in kept if each.severity is Severity.NOTICE)
    return Message(
        identity(channel, *(each.id for each in kept)),
        channel,
        _headline(alarms, events),
        alarms,
        digest,
        _shortened(because),
    )


def _rank(event: Event) -> int:
    """The most severe first; equal severities keep their order."""
    return event.severity.rank


def _bounded(events: list[Event]) -> list[Event]:
    """The first events; a last event counts the others."""
    if len(events) <= MOST:
        return events
    rest = events[MOST - 1 :]
    first, commit = rest[0], rest[0].commit
    how = f"reg events {commit[:12]}^..{commit[:12]}" if commit else "reg sunsets, reg waivers"
    count = replace(
        first,
        id=identity("events.omitted", *(each.id for each in rest)),
        type="events.omitted",
        severity=Severity.NOTICE,
        product="",
        target="",
        title=f"and {len(rest):,} more; to see them all: {how}",
        details=(),
    )
    return [*events[: MOST - 1], count]


def _headline(alarms: Sequence[Event], events: Sequence[Event]) -> str:
    """The most important event, and the number of others."""
    if alarms:
        more = len(events) - 1
        return f"{alarms[0].title}{f', and {more:,} more' if more else ''}"
    if len(events) == 1:
        return events[0].title
    products = sorted({each.product for each in events if each.product})
    named = ", ".join(products[:3])
    if len(products) > 3:
        named += f" and {len(products) - 3:,} more products"
    if named and not all(each.product for each in events):
        named += " and the registry itself"
    return f"{len(events):,} changes{f' in {named}' if named else ''} without breaks"


def _shortened(because: Sequence[str]) -> tuple[str, ...]:
    if len(because) <= _REASONS:
        return tuple(because)
    return (*because[: _REASONS - 1], f"and {len(because) - _REASONS + 1:,} more reasons")
