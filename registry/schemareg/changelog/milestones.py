"""What happened without a commit, and what no single path shows: days that came, elements that went.

A sunset is reached and a waiver runs out on a day. A field that was announced to go, goes with a
version that has it no more. Told are those of announcements that stand.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from schemareg.changelog.facts import Fact
from schemareg.deprecation.status import departure
from schemareg.model import Landing
from schemareg.model.targets import Target
from schemareg.snapshot.elements import lacking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from schemareg.deprecation.landed import Promises
    from schemareg.deprecation.schedule import Term
    from schemareg.model import PathChange

KINDS = {
    "sunset.reached": "the day came from which something announced to go may be gone",
    "element.removed": "a field or a value that was announced to go is gone",
    "waiver.expired": "the last day of a waiver is over",
}
"""Every kind of such a fact, and what it says."""


def ends(promises: Promises, terms: Iterable[Term], today: date) -> Iterator[Fact]:
    """The sunsets that had come by a day, and the elements that went; in no order."""
    for term in terms:
        day, said = term.earliest, term.said
        if day is not None and day <= today:
            details = {"announced": term.announced.commit, "sunset": str(said.sunset)}
            yield _fact("sunset.reached", came(day), str(said.target), said.path, details)
        if said.target.field and not said.loosens:
            yield from _removed(promises, term)


def _removed(promises: Promises, term: Term) -> Iterator[Fact]:
    target = term.said.target
    if lacking(promises.base, Target(target.product, target.schema)) is not None:
        return  # it went with its schema
    landing = departure(promises, target) if lacking(promises.base, target) else None
    if landing is not None:
        details = {"announced": term.announced.commit, "sunset": str(term.said.sunset or "no day")}
        yield _fact("element.removed", landing, str(target), term.said.path, details)


def expiries(
    changes: Iterable[PathChange], said: Callable[[PathChange], Sequence[Fact]], today: date
) -> Iterator[Fact]:
    """The waivers that had run out by a day, of all changes of their files, the oldest first.

    `said` gives the facts of one of these changes. One that was moved on in time did not run out.
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
    """The first day on which a waiver counts no more."""
    last = _day(granted) or date.max
    return last if last == date.max else last + timedelta(days=1)


def _day(granted: Fact) -> date | None:
    try:
        return date.fromisoformat(dict(granted.details).get("until", ""))
    except ValueError:
        return None


def came(day: date) -> Landing:
    """The beginning of a day, as what happens without a commit is dated."""
    moment = datetime.combine(day, time(), UTC)
    return Landing("", -1, moment, moment)


def _fact(kind: str, landing: Landing, target: str, path: str, details: dict[str, str]) -> Fact:
    return Fact(kind, landing, target, path, None, None, tuple(sorted(details.items())))
