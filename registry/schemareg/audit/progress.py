"""The verified part of a history and its violations, as text for the next run."""

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
"""The maximum number of stored checkpoints."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The result of verification up to a landing."""

    commit: str
    ordinal: int
    time: datetime
    """The time of the landing, aware, in UTC."""
    versions: int = 0
    """The number of releases that landed."""
    records: int = 0
    whole: tuple[str, ...] = ()
    """The Merkle tree of the records: the roots of its complete subtrees, in hexadecimal."""
    violations: tuple[Violation, ...] = ()
    """All violations found, oldest first."""
    confirmed: tuple[str, ...] = field(default=())
    """The confirmed checkpoints, newest last."""
    branch: str = ""
    """The protected branch of the line."""

    @property
    def landing(self) -> Landing:
        """The newest verified landing, with the data that this file holds."""
        return Landing(self.commit, self.ordinal, self.time, self.time)


def name() -> str:
    """The name of the file: another version of the checks has another file."""
    return f"audit-{RULES}.json"


def render(progress: Progress) -> bytes:
    """The text of the file; `parse(render(x)) == x`."""
    value = asdict(progress)
    value["time"] = progress.time.isoformat()
    for each, violation in zip(value["violations"], progress.violations, strict=True):
        each["severity"], each["time"] = violation.severity.value, violation.time.isoformat()
    return json.dumps(value, sort_keys=True).encode("ascii")


def parse(text: bytes) -> Progress | None:
    """Parse what `render` wrote; None for other text."""
    if not text:
        return None
    value: dict[str, Any] = json.loads(text)
    value["time"] = _moment(value["time"])
    value["violations"] = tuple(map(_violation, value["violations"]))
    for name in ("whole", "confirmed"):
        value[name] = tuple(value[name])
    return Progress(**value)


def add_confirmed(confirmed: Iterable[str], line: str) -> tuple[str, ...]:
    """The confirmed checkpoints with one more."""
    return (*(each for each in confirmed if each != line), line)[-_CONFIRMED:]


def _violation(value: dict[str, Any]) -> Violation:
    value["severity"], value["time"] = Severity(value["severity"]), _moment(value["time"])
    return Violation(**value)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
