"""Milestones: facts without a commit of their own, such as sunsets, expired waivers and removed elements.

A sunset is reached and a waiver expires on a day. A deprecated field is removed by a
version that no longer has it. Only announcements in force count.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from schemareg.changelog.facts import Fact
from schemareg.deprecation.status import departure
from schemareg.model import Landing
from schemareg.model.targets import Target
from schemareg.snapshot.elements import explain_missing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from schemareg.deprecation.landed import Promises
    from schemareg.deprecation.schedule import Term
    from schemareg.model import PathChange

KINDS = {
    "sunset.reached": "a sunset was reached",
    "element.removed": "a deprecated field or value was removed",
    "waiver.expired": "a waiver expired",
}
"""Every kind of milestone, and its meaning."""


def ends(promises: Promises, terms: Iterable[Term], today: date) -> Iterator[Fact]:
    """The sunsets reached by a day, and the removed elements; unordered."""
    for term in terms:
        day, said = term.earliest, term.said
        if day is not None and day <= today:
            details = {"announced": term.announced.commit, "sunset": str(said.sunset)}
            yield _fact("sunset.reached", came(day), str(said.target), said.path, details)
        if said.target.field and not said.loosens:
            yield from _removed(promises, term)


def _removed(promises: Promises, term: Term) -> Iterator[Fact]:
    target = term.said.target
    if explain_missing(promises.base, Target(target.product, target.schema)) is not None:
        return  # it was removed with its schema
    landing = departure(promises, target) if explain_missing(promises.base, target) else None
    if landing is not None:
        details = {"announced": term.announced.commit, "sunset": str(term.said.sunset or "no day")}
        yield _fact("element.removed", landing, str(target), term.said.path, details)


def expiries(
    changes: Iterable[PathChange], said: Callable[[PathChange], Sequence[Fact]], today: date
) -> Iterator[Fact]:
    """The waivers that had expired by a day, of all changes of their files, oldest first.

    `said` gives the facts of one of these changes. A waiver that was renewed in time did not expire.
    """
    until: dict[str, Fact] = {}
    for change in changes:
        standing = until.pop(change.path, None)
        if standing is not None and _over(standing) <= change.landing.time.date():
            yield _expired(standing)
        for fact in said(change):
            if fact.kind in ("waiver.granted", "waiver.changed") and _day(fact) is not None:
                until[change.path] = fact
    yield from (_expired(each) for each in until.values() if _over(each) <= today)


def _expired(granted: Fact) -> Fact:
    details = dict(granted.details)
    return _fact("waiver.expired", came(_over(granted)), granted.target, granted.path, details)


def _over(granted: Fact) -> date:
    """The first day after a waiver's validity."""
    last = _day(granted) or date.max
    return last if last == date.max else last + timedelta(days=1)


def _day(granted: Fact) -> date | None:
    try:
        return date.fromisoformat(dict(granted.details).get("until", ""))
    except ValueError:
        return None


def came(day: date) -> Landing:
    """The start of a day, the time of a milestone without a commit."""
    moment = datetime.combine(day, time(), UTC)
    return Landing("", -1, moment, moment)


def _fact(kind: str, landing: Landing, target: str, path: str, details: dict[str, str]) -> Fact:
    return Fact(kind, landing, target, path, None, None, tuple(sorted(details.items())))
