"""The outbox: which deliveries are due, which run claims them, and what is recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from schemareg.notifications.delivery.delivery import claimed, concluded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from schemareg.notifications.delivery.delivery import Delivery
    from schemareg.notifications.delivery.ledger import Ledger
    from schemareg.notifications.delivery.message import SendOutcome

LEASE = timedelta(minutes=10)
"""The lease of a run on its deliveries. A killed run blocks its messages no longer than this."""
_MOMENT = timedelta(microseconds=1)
BATCH = 16
"""Maximum messages that a run claims for one channel at a time."""


class Result(NamedTuple):
    """The result of one attempt."""

    id: str
    """The delivery's."""
    outcome: SendOutcome | None
    """None where the attempt was not made."""
    moment: datetime


def added(ledger: Ledger, wanted: Iterable[Delivery]) -> Ledger:
    """The ledger with these deliveries; existing deliveries stay unchanged."""
    new = {each.id: each for each in wanted if not ledger.knows(each.id)}
    return replace(ledger, deliveries={**ledger.deliveries, **new}) if new else ledger


def reopened(ledger: Ledger, ids: Iterable[str], now: datetime) -> Ledger:
    """The ledger with these deliveries due again, whatever failed before."""
    new = {}
    for id_ in ids:
        known = ledger.deliveries.get(id_)
        if known is not None and known.message is not None:
            # By the clock of another machine the failure can lie in the future.
            new[id_] = replace(known, reopened=max(now, known.moment + _MOMENT))
    return replace(ledger, deliveries={**ledger.deliveries, **new})


def due(
    ledger: Ledger, now: datetime, asked: frozenset[str] | None = None
) -> dict[str, tuple[Delivery, ...]]:
    """The deliveries that are due now, by channel, sorted, in the order of their attempts.

    A channel that failed is paused until its failed message can be tried again.
    The message with the fewest attempts goes first: a message that always fails blocks no other. With
    `asked`, only deliveries with these ids, whatever the channel did before.
    """
    found: dict[str, list[Delivery]] = {}
    for each in ledger.deliveries.values():
        if each.due(now) and (asked is None or each.id in asked):
            found.setdefault(each.channel, []).append(each)
    resting = set() if asked is not None else _resting(ledger, now)
    return {
        channel: tuple(sorted(each, key=_turn))
        for channel, each in sorted(found.items())
        if channel not in resting
    }


def _resting(ledger: Ledger, now: datetime) -> set[str]:
    return {
        each.channel
        for each in ledger.deliveries.values()
        if not each.settled and each.not_before is not None and each.not_before > now
    }


def _turn(delivery: Delivery) -> tuple[int, datetime, int, str]:
    return (len(delivery.counted), delivery.created, delivery.number, delivery.id)


def recorded(ledger: Ledger, run: str, results: Iterable[Result]) -> Ledger:
    """The ledger with the results of a run's attempts."""
    new = {
        id_: concluded(ledger.deliveries[id_], run, outcome, moment)
        for id_, outcome, moment in results
        if id_ in ledger.deliveries
    }
    return replace(ledger, deliveries={**ledger.deliveries, **new})


def taken(
    ledger: Ledger,
    run: str,
    now: datetime,
    *,
    busy: Iterable[str] = (),
    room: int = 8,
    asked: frozenset[str] | None = None,
) -> tuple[Ledger, dict[str, tuple[Delivery, ...]]]:
    """The ledger with the deliveries that a run claims, and these deliveries by channel.

    At most `room` channels, without those that are `busy`. One message of each; of a channel for
    which many wait, several, so that they do not cost a push each.
    """
    waiting = due(ledger, now, asked)
    passed = set(busy)
    taken_: dict[str, tuple[Delivery, ...]] = {}
    for channel, each in waiting.items():
        if channel not in passed and len(taken_) < room:
            several = max(1, min(BATCH, len(each) // 8))
            taken_[channel] = tuple(claimed(one, run, now, now + LEASE) for one in each[:several])
    new = {one.id: one for each in taken_.values() for one in each}
    return replace(ledger, deliveries={**ledger.deliveries, **new}), taken_


def states(ledger: Ledger) -> Mapping[str, int]:
    """The number of deliveries in each state; archived deliveries count as well."""
    found: dict[str, int] = {}
    words = [each.state.value for each in ledger.deliveries.values()]
    for word in words + [each.state for each in ledger.archived.values()]:
        found[word] = found.get(word, 0) + 1
    return found
