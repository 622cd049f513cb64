"""Reminders: events of a day without a landing, of sunsets and waivers that are near, due or over.

A pure function of the landings, the day, and the events already sent. Of each sunset only the nearest
due reminder is sent, once: a late run sends it late, a skipped run leaves
it to the next, a repeated run sends nothing new. A moved sunset has
reminders of its own; so has a new announcement.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model import Severity
from schemareg.notifications.events.audience import AddressedEvent, EventContent, dated
from schemareg.notifications.events.deprecations import ended

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from datetime import date

    from schemareg.deprecation.schedule import Term
    from schemareg.model import Waiver
    from schemareg.model.targets import Target
    from schemareg.notifications.events.source import EventSource

LATE = 30
"""Days after an end during which a missed reminder is still sent."""
_WEEK = 7


class ActiveWaiver(NamedTuple):
    """A waiver in force, and the day of its landing."""

    product: str
    waiver: Waiver
    landed: date


class Registry(NamedTuple):
    """What reminders need to know of the registry's current state."""

    home: EventSource
    thresholds: Sequence[int]
    """Days before an end on which reminders are sent."""
    there: Callable[[Target], bool]
    """Whether the target still exists in the newest version that it covers."""
    readers: Callable[[Target], str]
    """The consumers that use it, by name; `""` for none."""


class _Bucket(NamedTuple):
    """One reminder of an end."""

    type: str
    day: date
    """The first day on which it is due."""
    number: int
    """Its threshold: days before, or weeks after."""


def due(
    registry: Registry,
    terms: Iterable[Term],
    leaves: Iterable[ActiveWaiver],
    today: date,
    told: Collection[str] = (),
) -> tuple[AddressedEvent, ...]:
    """The reminders of a day, sorted by their day, then by target.

    `told` are the ids of events that were already sent; none of them is sent again.
    """
    found = [*_sunsets(registry, terms, today), *_waivers(registry, leaves, today)]
    # Two files can name one target, although a rule refuses it: that gives one reminder.
    new = {each.event.id: each for each in found if each.event.id not in told}
    return tuple(
        sorted(new.values(), key=lambda each: (each.event.time, each.event.target, each.event.id))
    )


# -- sunsets --------------------------------------------------------------------------------------


def _sunsets(registry: Registry, terms: Iterable[Term], today: date) -> Iterator[AddressedEvent]:
    for term in terms:
        bucket = _of_term(term, registry, today)
        if bucket is not None and _matters(term, registry):
            yield _sunset(registry, term, bucket, today)


def _of_term(term: Term, registry: Registry, today: date) -> _Bucket | None:
    """The nearest due reminder of a schedule on a day; None where none is due."""
    end = term.earliest
    if end is None:
        return None
    since = _said(term)
    if today < end:
        return _before("sunset.approaching", end, since, registry.thresholds, today)
    weeks = (today - end).days // _WEEK
    if weeks and _can_go(term):
        return _Bucket("sunset.overdue", end + timedelta(weeks * _WEEK), weeks)
    return _arrived("sunset.reached", end, since, today)


def _before(
    type_: str, end: date, since: date, thresholds: Iterable[int], today: date
) -> _Bucket | None:
    """The nearest threshold that has come; one that had come with the announcement is skipped."""
    left = (end - today).days
    come = [each for each in thresholds if each >= left and (end - since).days > each]
    return _Bucket(type_, end - timedelta(min(come)), min(come)) if come else None


def _arrived(type_: str, end: date, since: date, today: date) -> _Bucket | None:
    known = end <= since or (today - end).days > LATE
    return None if known else _Bucket(type_, end, 0)


def _said(term: Term) -> date:
    """The day on which the current sunset landed."""
    said = [each for each in term.steps if each.what != "reworded"]
    return said[-1].landing.time.date() if said else term.opened


def _can_go(term: Term) -> bool:
    """Whether it can be removed at all: versions, lines, schemas and products stay where they landed."""
    return bool(term.said.target.field) and not term.said.loosens


def _matters(term: Term, registry: Registry) -> bool:
    """Whether it was not already removed with the consent of all consumers."""
    return not _can_go(term) or registry.there(term.said.target)


def _sunset(registry: Registry, term: Term, bucket: _Bucket, today: date) -> AddressedEvent:
    said = term.said
    target, end = said.target, term.earliest
    readers = registry.readers(target)
    severity = Severity.WARNING
    if bucket.type == "sunset.approaching":
        title = ended(str(target), term)
    elif bucket.type == "sunset.reached":
        what = f"that {target} will loosen its {said.loosens}" if said.loosens else f"{target}"
        title = f"{what}: its sunset has come ({end}); it is no longer promised"
        severity = Severity.ERROR if readers else Severity.WARNING
    else:
        weeks = f"{bucket.number} week{'s' * (bucket.number != 1)}"
        title = f"{target} still exists, {weeks} after its sunset on {end}"
    details = (
        ("dates", term.arithmetic(today)),
        ("reason", said.reason),
        ("replacement", str(said.replacement or "")),
        ("migration", said.migration),
        ("read by", readers),
        ("what to do", f"reg retire {target}" if bucket.type == "sunset.overdue" else ""),
    )
    saying = EventContent(bucket.type, severity, target.product, str(target), title, details)
    distinct = (term.announced.commit, str(target), said.loosens, str(end), str(bucket.number))
    return AddressedEvent(dated(saying, bucket.day, registry.home, *distinct), (target,))


# -- waivers --------------------------------------------------------------------------------------


def _waivers(
    registry: Registry, leaves: Iterable[ActiveWaiver], today: date
) -> Iterator[AddressedEvent]:
    for leave in leaves:
        over = leave.waiver.until + timedelta(1) if leave.waiver.until < today.max else today.max
        if today < over:
            bucket = _before("waiver.expiring", over, leave.landed, registry.thresholds, today)
        else:
            bucket = _arrived("waiver.expired", over, leave.landed, today)
        if bucket is not None:
            yield _waiver(registry, leave, bucket)


def _waiver(registry: Registry, leave: ActiveWaiver, bucket: _Bucket) -> AddressedEvent:
    waiver = leave.waiver
    if bucket.type == "waiver.expiring":
        title = f"{leave.product}: the waiver of {waiver.rule} expires on {waiver.until}"
        severity = Severity.WARNING
    else:
        title = f"{leave.product}: the waiver of {waiver.rule} expired on {waiver.until}"
        severity = Severity.ERROR
    details = (
        ("reason", waiver.reason),
        ("approver", waiver.approver),
        ("what to do", f"fix the finding, or: reg waive {waiver.fingerprint} --until DATE"),
    )
    saying = EventContent(bucket.type, severity, leave.product, leave.product, title, details)
    distinct = (waiver.path, waiver.fingerprint, str(waiver.until), str(bucket.number))
    return AddressedEvent(dated(saying, bucket.day, registry.home, *distinct), hub=True)
