"""An event: something landed, or a day came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemareg.changelog.facts import KINDS

if TYPE_CHECKING:
    from datetime import datetime

    from schemareg.model import Severity


@dataclass(frozen=True, slots=True)
class Event:
    """An event that people are notified of. Its texts are plain: each channel escapes them."""

    id: str
    """Deterministic: equal in every run; 32 hexadecimal digits."""
    type: str
    """`version.released`, `deprecation.announced`, `sunset.approaching`, …."""
    time: datetime
    """The landing time, or the start of its day; aware, in UTC."""
    severity: Severity
    """An error breaks readers now, a warning will, a notice is a line in a digest."""
    product: str
    """The product whose owner is notified; `""` for the whole registry."""
    target: str
    """Its target: `orders/order_placed#customer.email`."""
    title: str
    """One sentence: `orders/order_placed#customer.email ends on 2027-03-01`."""
    details: tuple[tuple[str, str], ...] = ()
    """Details, name and text, in the order of display."""
    commit: str = ""
    """The full commit id of the landing; `""` for an event of a day."""
    actor: str = ""
    """Who merged the landing, or its author without a merge, as the commit claims."""
    pull_request: str = ""
    """Its number, without a sign."""
    link: str = ""
    """The https URL of its page; `""` where the repository has none."""
    source: str = ""
    """The registry as a URI: its web address, else one made of its first commit."""


TYPES = {
    **{kind: meaning for kind, meaning in KINDS.items() if kind != "deprecation.moved"},
    "version.moved": "the file of a landed version moved to another path: a violation",
    "breaking.landed": "a landing that the check refuses, without a waiver",
    "breaking.waived": "a landing that the check refuses, with a waiver",
    "promise.ended": "an element was removed or loosened after its sunset",
    "promise.broken": "a deprecation was cut short, or its history was edited",
    "sunset.moved": "a sunset was moved, set or removed",
    "sunset.approaching": "a sunset is near",
    "sunset.reached": "a sunset has come: the element is no longer promised",
    "sunset.overdue": "a sunset passed weeks ago, and the element still exists",
    "waiver.expiring": "a waiver expires soon",
    "waiver.expired": "a waiver has expired",
    "landing.invalid": "malformed files landed, so the landing could not be judged",
    "time.backwards": "a landing claims to be older than possible",
    "history.rewritten": "the history was rewritten",
    "registry.watched": "notification starts",
    "events.omitted": "a landing has more events than one message holds",
    "channel.tested": "a test message of a channel",
}
"""Every type of event, and its meaning: the kinds of facts, and what only events report.

A published type is never reused: programs filter by it. `sunset.moved` is the event of the fact
`deprecation.moved`.
"""
