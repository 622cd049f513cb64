"""What an audit finds: one thing that a landing did and must not have done."""

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
    """One thing that a landing did and must not have done."""

    rule: str
    severity: Severity
    commit: str
    time: datetime
    """When it landed, aware, in UTC."""
    author: str
    email: str
    committer: str
    path: str
    """`""` where it is about the landing as a whole."""
    target: str
    """In the registry's words: `orders/order_placed@1.2.0`."""
    before: str
    """Git's id of what stood there; `""` where there was nothing."""
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
    """A violation by one landing."""
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
