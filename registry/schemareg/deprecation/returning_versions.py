"""Releases that landed, were removed by a bypass, and return: their bytes must not change.

Source: design, section 2, Versions: a version that has landed never changes and never goes away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.history.paths import path_subject
from schemareg.model import Kind
from schemareg.rules import versions as rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemareg.model import Finding, History, PathChange, SchemaVersion
    from schemareg.snapshot.snapshot import Snapshot


def altered(
    history: History, head: Snapshot, versions: Iterable[SchemaVersion]
) -> Iterator[Finding]:
    """The versions that are new at `head`, landed before, and have other bytes than then.

    A version is identified by product, schema and number, not by its domain or file ending.
    """
    first: dict[str, dict[str, PathChange]] = {}
    for version in versions:
        if version.product not in first:
            first[version.product] = _first(history, version.product)
        landed = first[version.product].get(version.name)
        if landed is None or landed.after is None:
            continue
        if history.read(landed.after.id) != head.files.read(version.path):
            yield rules.altered(version, landed.landing.commit, "what comes back", landed.path)


def _first(history: History, product: str) -> dict[str, PathChange]:
    """Where each release of a product landed first, by the version's name."""
    found: dict[str, PathChange] = {}
    for change in history.changes_within(product):
        about = path_subject(change.path)
        if about.released and about.product == product and change.after is not None:
            if change.after.kind is Kind.FILE:
                found.setdefault(about.target, change)
    return found
