"""An event with its audience."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, NamedTuple

from schemareg.notifications.events.event import TYPES, Event

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from schemareg.model import Landing, Severity
    from schemareg.model.targets import Target
    from schemareg.notifications.events.source import EventSource

LONGEST = 500
"""Maximum characters of one text of an event; longer texts are cut, since anybody can write them."""
MOST = 40
"""Maximum details of one event; the others are counted."""


class Actor(NamedTuple):
    """Who made a landing, as the commit claims."""

    actor: str = ""
    pull_request: str = ""


NOBODY = Actor()
"""For events of a day, and where the actor is not needed."""


@dataclass(frozen=True, slots=True)
class AddressedEvent:
    """An event, and its audience beside the owner of the product."""

    event: Event
    touches: tuple[Target, ...] = ()
    """Consumers of these targets, or of parts of them, are notified."""
    consumers: tuple[str, ...] = ()
    """Other consumers of the product to notify, by the names of their files."""
    hub: bool = False
    """Whether the platform team is notified."""


class EventContent(NamedTuple):
    """The content of an event, before its time, place and actor are known."""

    type: str
    severity: Severity
    product: str
    target: str
    title: str
    details: Iterable[tuple[str, str]] = ()


def landed(
    saying: EventContent, landing: Landing, home: EventSource, by: Actor, *distinct: str
) -> Event:
    """The event of a landing. `distinct` separates it from events with the same type, landing and target.

    Its id is the same in every run and every clone, also when the registry is renamed.
    """
    return _event(
        saying,
        landing.time,
        (landing.commit, saying.target, *distinct),
        home,
        landing.commit,
        by,
    )


def dated(saying: EventContent, day: date, home: EventSource, *distinct: str) -> Event:
    """The event of a day; `distinct` separates it from other events of its type."""
    moment = datetime.combine(day, time(), UTC)
    return _event(saying, moment, distinct, home, "", NOBODY)


def identity(*parts: str) -> str:
    """A digest of these parts in this order: 32 hexadecimal digits."""
    whole = "\0".join(parts).encode("utf-8", "surrogateescape")
    return hashlib.sha256(whole).hexdigest()[:32]


def _event(
    saying: EventContent,
    moment: datetime,
    distinct: tuple[str, ...],
    home: EventSource,
    commit: str,
    by: Actor,
) -> Event:
    if saying.type not in TYPES:
        raise ValueError(f"{saying.type!r} is not a type of event")
    return Event(
        identity(saying.type, *distinct),
        saying.type,
        moment,
        saying.severity,
        plain(saying.product),
        plain(saying.target),
        plain(saying.title),
        _bounded(saying.details),
        commit,
        plain(by.actor),
        plain(by.pull_request),
        home.page(commit),
        home.source,
    )


def plain(text: str) -> str:
    """`text` that every channel can encode: at most LONGEST characters, without lone surrogates."""
    if len(text) > LONGEST:
        text = f"{text[: LONGEST - 1]}…"
    return text.encode("utf-8", "replace").decode("utf-8")


def _bounded(details: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    found = [(plain(name), plain(text)) for name, text in details if text]
    if len(found) <= MOST:
        return tuple(found)
    return (*found[: MOST - 1], ("and", f"{len(found) - MOST + 1:,} more"))
