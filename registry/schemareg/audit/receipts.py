"""Receipts of the branch, compared with the dates that commits claim."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from schemareg.audit.violation import violation
from schemareg.model import Severity
from schemareg.rules import audit as rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from schemareg.audit.violation import Violation
    from schemareg.history.clock import Receipt
    from schemareg.model import History, Landing


ALLOWANCE = timedelta(hours=1)
"""Tolerance between two clocks."""


def find_contradictions(
    history: History,
    receipts: Iterable[Receipt],
    written: Mapping[str, datetime] | None = None,
) -> tuple[Violation, ...]:
    """The landings whose receipts contradict Git, oldest first.

    `written` gives the time when a commit's receipt came into the ledger, by the ledger's own
    commits; other commits are not compared with it. Receipts of commits that are not on the line
    are ignored.
    """
    found = [(history.landing(each.commit), each) for each in receipts]
    known = [(landing, each) for landing, each in found if landing is not None]
    known.sort(key=lambda pair: pair[0].ordinal)
    line = history.line() if known else ()
    return tuple(
        each
        for landing, seen in known
        for each in (
            *_misdated(landing, seen),
            *_doubtful(landing, seen, line, (written or {}).get(landing.commit)),
        )
    )


def _doubtful(
    landing: Landing, seen: Receipt, line: Sequence[Landing], written: datetime | None
) -> Iterator[Violation]:
    """The reason why a receipt is doubtful. No receipt shortens a window."""
    said = []
    before = line[landing.ordinal - 1] if landing.ordinal else None
    if seen.not_after is not None:
        moment = _time(seen.not_after)
        if before is not None and before.claimed - seen.not_after > ALLOWANCE:
            said.append(f"observed it on {moment}, before the previous landing was made")
        if seen.not_before is not None and seen.not_before > seen.not_after:
            said.append(f"observed it on {moment}, and later the branch without it")
    if seen.not_before is not None and written is not None:
        if seen.not_before - written > ALLOWANCE:
            said.append(
                f"observed the branch without it after the receipt was written, on {_time(written)}"
            )
    for each in said:
        yield violation(rules.RECEIPT_DOUBTFUL, landing, f"its receipt {each}")


def _misdated(landing: Landing, seen: Receipt) -> Iterator[Violation]:
    claim = _time(landing.claimed)
    if seen.not_after is not None and landing.claimed > seen.not_after:
        said = f"it claims {claim}, but was observed on the branch on {_time(seen.not_after)}"
        yield violation(rules.TIME_AHEAD, landing, said)
    if seen.not_before is not None and landing.claimed < seen.not_before:
        said = f"it claims {claim}; on {_time(seen.not_before)} the branch was observed without it"
        yield violation(rules.TIME_BACKDATED, landing, said, severity=Severity.WARNING)


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%MZ}"
