"""What a day brings, without any landing: sunsets that come near, are here, are over; waivers too.

A pure function of what landed, the day, and what was told already. Of each sunset only the nearest
reminder that is due is told, once: a run that comes late tells it late, one that is skipped leaves
it to the next, one that comes twice tells nothing new. A day that is moved is another day, with
reminders of its own; so is that of a new announcement.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model import Severity
from schemareg.notifications.events.audience import News, Saying, dated
from schemareg.notifications.events.deprecations import ended

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from datetime import date

    from schemareg.deprecation.schedule import Term
    from schemareg.model import Waiver
    from schemareg.model.targets import Target
    from schemareg.notifications.events.source import Home

LATE = 30
"""Days for which the end of something is still told to those who were not told in time."""
_WEEK = 7


class Leave(NamedTuple):
    """A waiver that stands, and the day on which what it says landed."""

    product: str
    waiver: Waiver
    landed: date


class Registry(NamedTuple):
    """What reminders ask of a registry as it stands."""

    home: Home
    thresholds: Sequence[int]
    """Days before an end on which people are reminded."""
    there: Callable[[Target], bool]
    """Whether what a target names is there still, in the newest version that it speaks of."""
    readers: Callable[[Target], str]
    """Who declares to read it, by name; `""` where nobody does."""


class _Bucket(NamedTuple):
    """One reminder of an end."""

    type: str
    day: date
    """The first day on which it is due."""
    number: int
    """Which it is of its type: so many days before, so many weeks after."""


def due(
    registry: Registry,
    terms: Iterable[Term],
    leaves: Iterable[Leave],
    today: date,
    told: Collection[str] = (),
) -> tuple[News, ...]:
    """The reminders of a day, by their day, then by what they are about.

    `told` are the ids of events that were told before; none of them is told again.
    """
    found = [*_sunsets(registry, terms, today), *_waivers(registry, leaves, today)]
    # Two files may speak of one target, though they should not: that is one thing to be told.
    new = {each.event.id: each for each in found if each.event.id not in told}
    return tuple(
        sorted(new.values(), key=lambda each: (each.event.time, each.event.target, each.event.id))
    )


# -- sunsets --------------------------------------------------------------------------------------


def _sunsets(registry: Registry, terms: Iterable[Term], today: date) -> Iterator[News]:
    for term in terms:
        bucket = _of_term(term, registry, today)
        if bucket is not None and _matters(term, registry):
            yield _sunset(registry, term, bucket, today)


def _of_term(term: Term, registry: Registry, today: date) -> _Bucket | None:
    """The one reminder of a term that is the nearest on a day; None where none is due."""
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
    """The nearest threshold that has come; one that had come with the announcement is no news."""
    left = (end - today).days
    come = [each for each in thresholds if each >= left and (end - since).days > each]
    return _Bucket(type_, end - timedelta(min(come)), min(come)) if come else None


def _arrived(type_: str, end: date, since: date, today: date) -> _Bucket | None:
    known = end <= since or (today - end).days > LATE
    return None if known else _Bucket(type_, end, 0)


def _said(term: Term) -> date:
    """The day on which the sunset was said as it is."""
    said = [each for each in term.steps if each.what != "reworded"]
    return said[-1].landing.time.date() if said else term.opened


def _can_go(term: Term) -> bool:
    """Whether it can leave at all: versions, lines, schemas and products stay where they landed."""
    return bool(term.said.target.field) and not term.said.loosens


def _matters(term: Term, registry: Registry) -> bool:
    """Whether it has not gone before its day, as it may with everybody's consent."""
    return not _can_go(term) or registry.there(term.said.target)


def _sunset(registry: Registry, term: Term, bucket: _Bucket, today: date) -> News:
    said = term.said
    target, end = said.target, term.earliest
    readers = registry.readers(target)
    severity = Severity.WARNING
    if bucket.type == "sunset.approaching":
        title = ended(str(target), term)
    elif bucket.type == "sunset.reached":
        what = f"that {target} will loosen its {said.loosens}" if said.loosens else f"{target}"
        title = f"{what}: its sunset has come ({end}), and nothing is promised any more"
        severity = Severity.ERROR if readers else Severity.WARNING
    else:
        weeks = f"{bucket.number} week{'s' * (bucket.number != 1)}"
        title = f"{target} is there still, {weeks} after its sunset on {end}"
    details = (
        ("dates", term.arithmetic(today)),
        ("reason", said.reason),
        ("replacement", str(said.replacement or "")),
        ("migration", said.migration),
        ("read by", readers),
        ("what to do", f"reg retire {target}" if bucket.type == "sunset.overdue" else ""),
    )
    saying = Saying(bucket.type, severity, target.product, str(target), title, details)
    distinct = (term.announced.commit, str(target), said.loosens, str(end), str(bucket.number))
    return News(dated(saying, bucket.day, registry.home, *distinct), (target,))


# -- waivers --------------------------------------------------------------------------------------


def _waivers(registry: Registry, leaves: Iterable[Leave], today: date) -> Iterator[News]:
    for leave in leaves:
        over = leave.waiver.until + timedelta(1) if leave.waiver.until < today.max else today.max
        if today < over:
            bucket = _before("waiver.expiring", over, leave.landed, registry.thresholds, today)
        else:
            bucket = _arrived("waiver.expired", over, leave.landed, today)
        if bucket is not None:
            yield _waiver(registry, leave, bucket)


def _waiver(registry: Registry, leave: Leave, bucket: _Bucket) -> News:
    waiver = leave.waiver
    if bucket.type == "waiver.expiring":
        title = f"{leave.product}: the waiver of {waiver.rule} counts until {waiver.until}"
        severity = Severity.WARNING
    else:
        title = f"{leave.product}: the waiver of {waiver.rule} has run out, on {waiver.until}"
        severity = Severity.ERROR
    details = (
        ("reason", waiver.reason),
        ("approver", waiver.approver),
        ("what to do", f"mend what it accepts, or: reg waive {waiver.fingerprint} --until DATE"),
    )
    saying = Saying(bucket.type, severity, leave.product, leave.product, title, details)
    distinct = (waiver.path, waiver.fingerprint, str(waiver.until), str(bucket.number))
    return News(dated(saying, bucket.day, registry.home, *distinct), hub=True)
