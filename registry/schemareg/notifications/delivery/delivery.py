"""One message on its way: what was tried, what came of it, and what may be tried next.

What is known of a delivery only grows: attempts are added, and end. So what two runs have written
down can always be put together, in any order, and nothing that either of them knew is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from schemareg.notifications.delivery.message import State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from schemareg.notifications.delivery.message import Message, Outcome

PATIENCE = timedelta(days=7)
"""So long a message is tried again and again; a channel that is down for a weekend loses nothing."""
ENOUGH = 8
"""And at least so many times, however rarely anything runs."""
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)
"""The pause after a failure doubles, from the first to the longest."""
LONGEST_ASKED = timedelta(days=1)
"""The other side may ask for a longer pause, but for no longer than this."""


class Ending(StrEnum):
    """What came of an attempt, the most that can be known of it first."""

    SENT = "sent"
    REFUSED = "refused"
    """For good: trying again as it is cannot help."""
    UNCERTAIN = "uncertain"
    """It may have arrived: no answer came after all was sent."""
    FAILED = "failed"
    RELEASED = "released"
    """It was not tried after all."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run's claim on a message, and what came of it. All moments are aware, in UTC."""

    at: datetime
    run: str
    until: datetime
    """Nobody else tries before this moment, unless the attempt ends earlier."""
    ended: datetime | None = None
    ending: Ending | None = None
    """None where it has not ended, or where its run was killed and nobody knows."""
    reason: str = ""
    not_before: datetime | None = None
    """When it may be tried again, where that is to wait."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message and its attempts."""

    id: str
    """The message's; of a message that is told again on purpose, another one."""
    channel: str
    headline: str
    events: tuple[str, ...]
    """The ids of the events that it tells."""
    created: datetime
    number: int = 0
    """Its place among those that were created with it: they are told in this order."""
    message: Message | None = None
    """None where it is long settled: then only that it was told is kept."""
    attempts: tuple[Attempt, ...] = ()
    """Oldest first."""
    reopened: datetime | None = None
    """Somebody asked to try again: what failed before this moment does not count."""

    @property
    def state(self) -> State:
        """How far it came, as far as anybody wrote it down."""
        if any(each.ending is Ending.SENT for each in self.attempts):
            return State.SENT
        if self._refused or self._given_up or self.message is None:
            return State.FAILED
        if any(each.ending is None for each in self.counted):
            return State.ATTEMPTING
        return State.PENDING

    @property
    def settled(self) -> bool:
        """Whether nothing more happens to it of itself."""
        return self.state in (State.SENT, State.FAILED)

    @property
    def reason(self) -> str:
        """Why the last attempt that came to an end did not send it; `""` where it did, or none was."""
        ended = [each for each in self.attempts if each.ending not in (None, Ending.RELEASED)]
        return ended[-1].reason if ended and self.state is not State.SENT else ""

    @property
    def caveat(self) -> str:
        """Whom it did not reach though it was sent, such as one of a mail's recipients."""
        told = [each.reason for each in self.attempts if each.ending is Ending.SENT]
        return told[-1] if told else ""

    @property
    def moment(self) -> datetime:
        """When the last thing happened to it."""
        last = max((each.ended or each.at for each in self.attempts), default=self.created)
        return max(last, self.reopened or last)

    @property
    def not_before(self) -> datetime | None:
        """When it may be tried again, because an attempt failed; None where nothing is in the way."""
        waits = [each.not_before for each in self.counted if each.not_before is not None]
        return max(waits, default=None)

    def held(self, now: datetime) -> bool:
        """Whether a run is at it, as far as its time for that has not run out."""
        return any(each.ending is None and each.until > now for each in self.counted)

    def due(self, now: datetime) -> bool:
        """Whether it is to be tried now."""
        if self.settled or self.held(now):
            return False
        return self.not_before is None or self.not_before <= now

    @property
    def counted(self) -> tuple[Attempt, ...]:
        """The attempts that decide how it goes on: those since it was reopened, oldest first."""
        since = self.reopened
        return self.attempts if since is None else tuple(a for a in self.attempts if a.at >= since)

    @property
    def _refused(self) -> bool:
        return any(each.ending is Ending.REFUSED for each in self.counted)

    @property
    def _given_up(self) -> bool:
        failed = [each for each in self.counted if each.ending in _IN_VAIN]
        if len(failed) < ENOUGH:
            return False
        return max(each.ended or each.at for each in failed) - failed[0].at >= PATIENCE


_IN_VAIN = (Ending.FAILED, Ending.UNCERTAIN)


def delivery(message: Message, now: datetime, number: int = 0, id_: str = "") -> Delivery:
    """A message that is to be told, and has not been tried yet."""
    events = tuple(each.id for each in message.events)
    chosen = id_ or message.id
    return Delivery(chosen, message.channel, message.headline, events, now, number, message)


def claimed(delivery: Delivery, run: str, now: datetime, until: datetime) -> Delivery:
    """The same, with a run at it."""
    return replace(delivery, attempts=_sorted((*delivery.attempts, Attempt(now, run, until))))


def concluded(delivery: Delivery, run: str, outcome: Outcome | None, now: datetime) -> Delivery:
    """The same, the run's attempt ended; with no outcome it was not tried after all."""
    mine = [each for each in delivery.attempts if each.run == run and each.ending is None]
    if not mine:
        return delivery
    failures = sum(each.ending in _IN_VAIN for each in delivery.counted)
    ended = _ended(mine[-1], outcome, failures, now)
    rest = (each for each in delivery.attempts if each is not mine[-1])
    return replace(delivery, attempts=_sorted((*rest, ended)))


def _ended(attempt: Attempt, outcome: Outcome | None, failures: int, now: datetime) -> Attempt:
    if outcome is None:
        return replace(attempt, ended=now, ending=Ending.RELEASED)
    if outcome.sent:
        return replace(attempt, ended=now, ending=Ending.SENT, reason=outcome.reason)
    if outcome.permanent:
        return replace(attempt, ended=now, ending=Ending.REFUSED, reason=outcome.reason)
    ending = Ending.UNCERTAIN if outcome.uncertain else Ending.FAILED
    again = now + pause(failures, outcome.retry_after)
    return replace(attempt, ended=now, ending=ending, reason=outcome.reason, not_before=again)


def pause(failures: int, asked: float = 0.0) -> timedelta:
    """How long to wait after one more failure, or longer where the other side asks for it."""
    ours = min(FIRST_PAUSE * (1 << min(failures, 16)), LONGEST_PAUSE)
    theirs = timedelta(seconds=min(max(asked, 0.0), LONGEST_ASKED.total_seconds()))
    return max(ours, theirs)


def merged(one: Delivery, other: Delivery) -> Delivery:
    """What two runs know of one delivery, put together: the same, whichever comes first."""
    first, second = sorted((one, other), key=_fullest)
    known: dict[tuple[datetime, str], Attempt] = {}
    for each in (*one.attempts, *other.attempts):
        key = (each.at, each.run)
        known[key] = min(known.get(key, each), each, key=_surest)
    return replace(
        first,
        created=min(one.created, other.created),
        number=min(one.number, other.number),
        attempts=_sorted(known.values()),
        reopened=max((each for each in (one.reopened, other.reopened) if each), default=None),
        message=first.message or second.message,
    )


def _fullest(delivery: Delivery) -> tuple[bool, str, str, tuple[str, ...], str]:
    told = delivery.message
    return (told is None, delivery.channel, delivery.headline, delivery.events, repr(told))


def _surest(attempt: Attempt) -> tuple[int, str]:
    rank = len(Ending) if attempt.ending is None else list(Ending).index(attempt.ending)
    return rank, repr(attempt)


def _sorted(attempts: Iterable[Attempt]) -> tuple[Attempt, ...]:
    return tuple(sorted(attempts, key=lambda each: (each.at, each.run)))
