"""How far a history has been verified, and what was found: text to keep, so as to go on from there."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from schemareg.audit.invariants import RULES
from schemareg.audit.violation import Violation
from schemareg.model import Landing, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

_CONFIRMED = 16
"""Checkpoints that are remembered."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What was verified up to a landing."""

    commit: str
    ordinal: int
    time: datetime
    """The landing's, aware, in UTC."""
    versions: int = 0
    """Releases that have landed."""
    records: int = 0
    whole: tuple[str, ...] = ()
    """The Merkle tree over the records: the roots of its whole subtrees, in hexadecimal."""
    violations: tuple[Violation, ...] = ()
    """All that were found, oldest first."""
    confirmed: tuple[str, ...] = field(default=())
    """The checkpoints that were found to be true, the newest last."""
    branch: str = ""
    """The protected branch that the line was of."""

    @property
    def landing(self) -> Landing:
        """The landing up to which it goes, as far as it is known from here."""
        return Landing(self.commit, self.ordinal, self.time, self.time)


def name() -> str:
    """The name of the file to keep it in: other rules have another file."""
    return f"audit-{RULES}.json"


def render(progress: Progress) -> bytes:
    """The text to keep; `parse(render(x)) == x`."""
    value = asdict(progress)
    value["time"] = progress.time.isoformat()
    for each, violation in zip(value["violations"], progress.violations, strict=True):
        each["severity"], each["time"] = violation.severity.value, violation.time.isoformat()
    return json.dumps(value, sort_keys=True).encode("ascii")


def parse(text: bytes) -> Progress | None:
    """What was kept, as `render` wrote it; None for nothing."""
    if not text:
        return None
    value: dict[str, Any] = json.loads(text)
    value["time"] = _moment(value["time"])
    value["violations"] = tuple(map(_violation, value["violations"]))
    for name in ("whole", "confirmed"):
        value[name] = tuple(value[name])
    return Progress(**value)


def add_confirmed(confirmed: Iterable[str], line: str) -> tuple[str, ...]:
    """The checkpoints that were confirmed, with one more."""
    return (*(each for each in confirmed if each != line), line)[-_CONFIRMED:]


def _violation(value: dict[str, Any]) -> Violation:
    value["severity"], value["time"] = Severity(value["severity"]), _moment(value["time"])
    return Violation(**value)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
