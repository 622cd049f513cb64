"""Receipts of landings: what a run observed of the protected branch, and which receipts move the clock.

A receipt bounds the time of a landing from both sides, and the claim of the commit nearly always
lies between. Receipts that contradict the claim are stored apart, so that dating a landing, and the
audit, read few files.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from schemareg.history.clock import Receipt, apply_receipts
from schemareg.notifications.delivery.ledger import Observation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from schemareg.model import History, Landing
    from schemareg.notifications.delivery.ledger import Ledger

ALLOWANCE = timedelta(hours=1)
"""Claims that differ from a receipt by less are accepted: the clocks of two machines differ, and
committed is pushed a little later."""
MOST = 1_000
"""Landings of one run that get a receipt of their own, the newest; those before them are bounded
by theirs."""


def receipts(
    landings: Sequence[Landing],
    looked: datetime | None,
    now: datetime,
    run: str,
    pull_requests: Mapping[str, str],
) -> tuple[Observation, ...]:
    """Receipts of the landings that a run observes first, oldest first.

    `looked` is when the branch was last observed without the first of them.
    """
    found = [
        Observation(each.commit, now, None, run, pull_requests.get(each.commit, ""))
        for each in landings[-MOST:]
    ]
    if landings and looked is not None:
        first = landings[0].commit
        if len(landings) > MOST:
            found.insert(0, Observation(first, now, looked, run, pull_requests.get(first, "")))
        else:
            found[0] = found[0]._replace(not_before=looked)
    return tuple(found)


def moving(
    history: History, ledger: Ledger, seen: Iterable[Observation]
) -> tuple[Observation, ...]:
    """The receipts that contradict the claimed times of their landings, or date them later.

    A landing counts as dated by what the ledger knows already.
    """
    dated = apply_receipts(history, told(ledger))
    return tuple(
        each
        for each in seen
        if (landing := dated.landing(each.commit)) is not None
        and (landing.claimed - each.not_after > ALLOWANCE or _belated(landing, each))
    )


def _belated(landing: Landing, seen: Observation) -> bool:
    return seen.not_before is not None and seen.not_before - landing.time > ALLOWANCE


def added(ledger: Ledger, seen: Iterable[Observation], moving: Iterable[Observation]) -> Ledger:
    """The ledger with these receipts; an existing receipt of a landing stays."""
    new = {each.commit: each for each in seen}
    clock = {each.commit: each for each in moving}
    return replace(ledger, receipts={**new, **ledger.receipts}, clock={**clock, **ledger.clock})


def told(ledger: Ledger) -> tuple[Receipt, ...]:
    """The receipts of the ledger in the form that the clock takes."""
    return tuple(
        Receipt(each.commit, each.not_after, each.not_before) for each in ledger.clock.values()
    )
