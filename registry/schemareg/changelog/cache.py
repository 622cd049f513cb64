"""Facts in the form in which they are kept: those that two contents of one path decide alone.

What a file said, and says, never changes under Git's ids of both; so it need be read once. Which step
a version is depends on what landed before it: that is told anew each time.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from schemareg.audit.records import written
from schemareg.changelog.facts import Fact
from schemareg.history.paths import Part, subject

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemareg.model import PathChange

WORDS = 1
"""Raised when a fact is told in other words: what was kept before is passed over then."""


def key(change: PathChange) -> bytes | None:
    """What the facts of a change are kept under; None for those that depend on more than it."""
    if subject(change.path).part is Part.VERSION:
        return None
    ids = f"{written(change.before)} {written(change.after)}"
    return f"fact-{WORDS} {ids} {change.path}".encode("utf-8", "surrogateescape")


def kept(facts: Iterable[Fact]) -> bytes:
    """The facts of one change, to be kept."""
    return json.dumps([(each.kind, each.target, each.details) for each in facts]).encode("ascii")


def facts(text: bytes, change: PathChange) -> tuple[Fact, ...]:
    """The facts of a change that were kept; `facts(kept(x), change) == x`."""
    return tuple(
        Fact(
            kind,
            change.landing,
            target,
            change.path,
            written(change.before),
            written(change.after),
            tuple((name, said) for name, said in details),
        )
        for kind, target, details in json.loads(text)
    )
