"""Cached facts: those that depend only on two contents of one path.

The contents before and after never change under their Git ids, so they are parsed once. Which bump
a version is depends on earlier landings, and is computed each time.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from schemareg.audit.records import entry_text
from schemareg.changelog.facts import Fact
from schemareg.history.paths import PathPart, path_subject

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemareg.model import PathChange

WORDS = 1
"""Raised when the form of a fact changes: older cache entries are then ignored."""


def key(change: PathChange) -> bytes | None:
    """The cache key of a change's facts; None for facts that depend on more than the change."""
    if path_subject(change.path).part is PathPart.VERSION:
        return None
    ids = f"{entry_text(change.before)} {entry_text(change.after)}"
    return f"fact-{WORDS} {ids} {change.path}".encode("utf-8", "surrogateescape")


def kept(facts: Iterable[Fact]) -> bytes:
    """The facts of one change, for the cache."""
    return json.dumps([(each.kind, each.target, each.details) for each in facts]).encode("ascii")


def facts(text: bytes, change: PathChange) -> tuple[Fact, ...]:
    """The cached facts of a change; `facts(kept(x), change) == x`."""
    return tuple(
        Fact(
            kind,
            change.landing,
            target,
            change.path,
            entry_text(change.before),
            entry_text(change.after),
            tuple((name, said) for name, said in details),
        )
        for kind, target, details in json.loads(text)
    )
