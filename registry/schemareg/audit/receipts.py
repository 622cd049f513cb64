"""What was seen of the branch, held against what its commits claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.audit.violation import violation
from schemareg.model import Severity
from schemareg.rules import audit as rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from schemareg.audit.violation import Violation
    from schemareg.history.clock import Receipt
    from schemareg.model import History, Landing


def misdated(history: History, receipts: Iterable[Receipt]) -> tuple[Violation, ...]:
    """The landings of a history that cannot have landed when they claim, oldest first.

    Of receipts of other commits nothing is said.
    """
    found = [(history.landing(each.commit), each) for each in receipts]
    known = [(landing, each) for landing, each in found if landing is not None]
    known.sort(key=lambda pair: pair[0].ordinal)
    return tuple(each for landing, seen in known for each in _misdated(landing, seen))


def _misdated(landing: Landing, seen: Receipt) -> Iterator[Violation]:
    claim = _time(landing.claimed)
    if seen.not_after is not None and landing.claimed > seen.not_after:
        said = f"it claims {claim}, and had been seen on the branch on {_time(seen.not_after)}"
        yield violation(rules.TIME_AHEAD, landing, said, severity=Severity.WARNING)
    if seen.not_before is not None and landing.claimed < seen.not_before:
        said = f"it claims {claim}; on {_time(seen.not_before)} the branch was seen without it"
        yield violation(rules.TIME_BACKDATED, landing, said, severity=Severity.WARNING)


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%MZ}"
