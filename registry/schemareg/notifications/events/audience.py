"""An event on its way to people: the event itself, and what tells whom it concerns."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, NamedTuple

from schemareg.notifications.events.event import Event
from schemareg.notifications.events.kinds import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from schemareg.model import Landing, Severity
    from schemareg.model.targets import Target
    from schemareg.notifications.events.source import Home

LONGEST = 500
"""Characters of one text of an event; what is longer is cut, for the texts are anybody's."""
MOST = 40
"""Details of one event; the rest is counted."""


class By(NamedTuple):
    """Who landed something, as the commit claims."""

    actor: str = ""
    pull_request: str = ""


NOBODY = By()
"""Where it is not asked who it was, or a day brought it."""


@dataclass(frozen=True, slots=True)
class News:
    """An event, and whom it concerns beside the owner of its product."""

    event: Event
    touches: tuple[Target, ...] = ()
    """Whoever declares to read one of these, or a part of it, is told."""
    consumers: tuple[str, ...] = ()
    """Who is told besides: consumers of the product, by the names of their files."""
    hub: bool = False
    """Whether those are told who look after the whole registry."""


class Saying(NamedTuple):
    """What an event says, before it is known when, where and by whom."""

    type: str
    severity: Severity
    product: str
    target: str
    title: str
    details: Iterable[tuple[str, str]] = ()


def landed(saying: Saying, landing: Landing, home: Home, by: By, *distinct: str) -> Event:
    """The event of a landing. `distinct` tells it from others of its type, landing and target.

    Its id is the same in every run and every clone, whatever the registry is called meanwhile.
    """
    return _event(
        saying,
        landing.time,
        (landing.commit, saying.target, *distinct),
        home,
        landing.commit,
        by,
    )


def dated(saying: Saying, day: date, home: Home, *distinct: str) -> Event:
    """The event of a day; `distinct` is all that tells it from others of its type."""
    moment = datetime.combine(day, time(), UTC)
    return _event(saying, moment, distinct, home, "", NOBODY)


def identity(*parts: str) -> str:
    """32 hexadecimal digits that stand for these parts, in this order."""
    whole = "\0".join(parts).encode("utf-8", "surrogateescape")
    return hashlib.sha256(whole).hexdigest()[:32]


def _event(
    saying: Saying, moment: datetime, distinct: tuple[str, ...], home: Home, commit: str, by: By
) -> Event:
    if saying.type not in TYPES:
        raise ValueError(f"{saying.type!r} is no type of event")
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
    """`text` as any medium can encode it: of no more than LONGEST characters, no lone surrogate."""
    if len(text) > LONGEST:
        text = f"{text[: LONGEST - 1]}…"
    return text.encode("utf-8", "replace").decode("utf-8")


def _bounded(details: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    found = [(plain(name), plain(text)) for name, text in details if text]
    if len(found) <= MOST:
        return tuple(found)
    return (*found[: MOST - 1], ("and", f"{len(found) - MOST + 1:,} more"))
