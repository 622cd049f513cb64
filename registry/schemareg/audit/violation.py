"""A violation: one forbidden action of a landing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemareg.model import Severity

if TYPE_CHECKING:
    from datetime import datetime

    from schemareg.model import Landing
    from schemareg.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Violation:
    """One forbidden action of a landing."""

    rule: str
    severity: Severity
    commit: str
    time: datetime
    """The landing time, aware, in UTC."""
    author: str
    email: str
    committer: str
    path: str
    """`""` if it concerns the landing as a whole."""
    target: str
    """The target, such as `orders/order_placed@1.2.0`."""
    before: str
    """Git's id of the entry; `""` if there was none."""
    after: str
    message: str


def violation(
    rule: Rule,
    landing: Landing,
    message: str,
    *,
    path: str = "",
    target: str = "",
    before: str = "",
    after: str = "",
    severity: Severity = Severity.ERROR,
) -> Violation:
    """Make a violation of one landing."""
    return Violation(
        rule.id,
        severity,
        landing.commit,
        landing.time,
        landing.author,
        landing.email,
        landing.committer,
        path,
        target,
        before,
        after,
        message,
    )
