"""The delivery of one message: its attempts, their outcomes, and what can be tried next.

The record of a delivery only grows: attempts are added, and end. So the records of two runs
can always be merged, in any order, without losing what either of them recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from schemareg.notifications.delivery.message import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from schemareg.notifications.delivery.message import Message, SendOutcome

PATIENCE = timedelta(days=7)
"""A message is retried for this long; a channel that is down for a weekend loses nothing."""
ENOUGH = 8
"""The minimum number of attempts, however rarely a run happens."""
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)
"""The pause after a failure doubles, from the first to the longest value."""
LONGEST_ASKED = timedelta(days=1)
"""The receiver can ask for a longer pause, up to this one."""


class Ending(StrEnum):
    """The result of an attempt, the most certain first."""

    SENT = "sent"
    REFUSED = "refused"
    """Permanent: a retry cannot help."""
    UNCERTAIN = "uncertain"
    """Uncertain: no answer came after everything was sent."""
    FAILED = "failed"
    RELEASED = "released"
    """The attempt was not made."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """The claim of one run on a message, and its result. All instants are aware, in UTC."""

    at: datetime
    run: str
    until: datetime
    """No other run tries before this instant, unless the attempt ends earlier."""
    ended: datetime | None = None
    ending: Ending | None = None
    """None where the attempt has not ended, or its run was killed."""
    reason: str = ""
    not_before: datetime | None = None
    """The earliest time of the next attempt, if there is one."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message and its attempts."""

    id: str
    """The id of the message; a deliberate resend has another id."""
    channel: str
    headline: str
    events: tuple[str, ...]
    """The ids of the events in the message."""
    created: datetime
    number: int = 0
    """Its position among the deliveries created with it: they are sent in this order."""
    message: Message | None = None
    """None where it was settled long ago: then only the fact of its delivery is kept."""
    attempts: tuple[Attempt, ...] = ()
    """Oldest first."""
    reopened: datetime | None = None
    """A person asked for another try: failures before this instant do not count."""

    @property
    def state(self) -> DeliveryState:
        """Its state, as recorded."""
        if any(each.ending is Ending.SENT for each in self.attempts):
            return DeliveryState.SENT
        if self._refused or self._given_up or self.message is None:
            return DeliveryState.FAILED
        if any(each.ending is None for each in self.counted):
            return DeliveryState.ATTEMPTING
        return DeliveryState.PENDING

    @property
    def settled(self) -> bool:
        """Whether no run will try it again."""
        return self.state in (DeliveryState.SENT, DeliveryState.FAILED)

    @property
    def reason(self) -> str:
        """Why the last finished attempt did not send it; `""` if it did, or if there was none."""
        ended = [each for each in self.attempts if each.ending not in (None, Ending.RELEASED)]
        return ended[-1].reason if ended and self.state is not DeliveryState.SENT else ""

    @property
    def caveat(self) -> str:
        """The recipients that it did not reach although it was sent."""
        told = [each.reason for each in self.attempts if each.ending is Ending.SENT]
        return told[-1] if told else ""

    @property
    def moment(self) -> datetime:
        """The instant of its last change."""
        last = max((each.ended or each.at for each in self.attempts), default=self.created)
        return max(last, self.reopened or last)

    @property
    def not_before(self) -> datetime | None:
        """The earliest time of the next attempt after a failure; None where it can be tried now."""
        waits = [each.not_before for each in self.counted if each.not_before is not None]
        return max(waits, default=None)

    def held(self, now: datetime) -> bool:
        """Whether a run holds it, and its lease has not expired."""
        return any(each.ending is None and each.until > now for each in self.counted)

    def due(self, now: datetime) -> bool:
        """Whether it is due now."""
        if self.settled or self.held(now):
            return False
        return self.not_before is None or self.not_before <= now

    @property
    def counted(self) -> tuple[Attempt, ...]:
        """The attempts that count: those since it was reopened, oldest first."""
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
    """A new delivery of a message, not tried yet."""
    events = tuple(each.id for each in message.events)
    chosen = id_ or message.id
    return Delivery(chosen, message.channel, message.headline, events, now, number, message)


def claimed(delivery: Delivery, run: str, now: datetime, until: datetime) -> Delivery:
    """The same delivery, claimed by a run."""
    return replace(delivery, attempts=_sorted((*delivery.attempts, Attempt(now, run, until))))


def concluded(delivery: Delivery, run: str, outcome: SendOutcome | None, now: datetime) -> Delivery:
    """The same delivery with the run's attempt ended; without an outcome the attempt was not made."""
    mine = [each for each in delivery.attempts if each.run == run and each.ending is None]
    if not mine:
        return delivery
    failures = sum(each.ending in _IN_VAIN for each in delivery.counted)
    ended = _ended(mine[-1], outcome, failures, now)
    rest = (each for each in delivery.attempts if each is not mine[-1])
    return replace(delivery, attempts=_sorted((*rest, ended)))


def _ended(attempt: Attempt, outcome: SendOutcome | None, failures: int, now: datetime) -> Attempt:
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
    """The pause after another failure, or a longer one if the receiver asks for it."""
    ours = min(FIRST_PAUSE * (1 << min(failures, 16)), LONGEST_PAUSE)
    theirs = timedelta(seconds=min(max(asked, 0.0), LONGEST_ASKED.total_seconds()))
    return max(ours, theirs)


def merged(one: Delivery, other: Delivery) -> Delivery:
    """The records of two runs about one delivery, merged; the order does not matter."""
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
