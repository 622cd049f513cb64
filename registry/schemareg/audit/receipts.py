"""What was seen of the branch, held against what its commits claim."""

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
"""Two clocks that differ by less agree."""


def find_contradictions(
    history: History,
    receipts: Iterable[Receipt],
    written: Mapping[str, datetime] | None = None,
) -> tuple[Violation, ...]:
    """The landings of a history whose receipts contradict what Git says, oldest first.

    `written` says when the receipt of a commit came into the ledger, by the ledger's own commits; what
    is not in it is not held against that. Of receipts of other commits nothing is said.
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
    """What makes a receipt doubtful; it shortens nothing, whatever it says."""
    said = []
    before = line[landing.ordinal - 1] if landing.ordinal else None
    if seen.not_after is not None:
        moment = _time(seen.not_after)
        if before is not None and before.claimed - seen.not_after > ALLOWANCE:
            said.append(f"saw it on {moment}, before the landing below it was made")
        if seen.not_before is not None and seen.not_before > seen.not_after:
            said.append(f"saw it on {moment}, and the branch without it after that")
    if seen.not_before is not None and written is not None:
        if seen.not_before - written > ALLOWANCE:
            said.append(f"saw the branch without it after it was written, on {_time(written)}")
    for each in said:
        yield violation(rules.RECEIPT_DOUBTFUL, landing, f"its receipt {each}")


def _misdated(landing: Landing, seen: Receipt) -> Iterator[Violation]:
    claim = _time(landing.claimed)
    if seen.not_after is not None and landing.claimed > seen.not_after:
        said = f"it claims {claim}, and had been seen on the branch on {_time(seen.not_after)}"
        yield violation(rules.TIME_AHEAD, landing, said)
    if seen.not_before is not None and landing.claimed < seen.not_before:
        said = f"it claims {claim}; on {_time(seen.not_before)} the branch was seen without it"
        yield violation(rules.TIME_BACKDATED, landing, said, severity=Severity.WARNING)


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%MZ}"
