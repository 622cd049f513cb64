"""Versions that were removed and come back: as they landed, or as something else.

The trees of a change cannot show it: a version that somebody removed by a bypass is a new one there.
The landings know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.model.errors import Undecidable
from schemareg.rules import versions as rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from schemareg.model import Finding, History, PathChange, SchemaVersion
    from schemareg.snapshot.snapshot import Snapshot


def findings(
    proposed: Iterable[SchemaVersion], head: Snapshot, history: Callable[[], History]
) -> Iterator[Finding]:
    """The proposed releases that landed before with other content, or with another file name.

    A clone without the whole history cannot tell: then one notice says so.
    """
    releases = [each for each in proposed if not each.version.pre]
    if not releases:
        return
    try:
        landings = history()
        for version in releases:
            former = _former(version, landings)
            if former is not None and former.before != head.files.entry(former.path):
                yield rules.returned(version, former.landing.commit, former.path)
    except Undecidable as error:
        yield rules.unknown_landing(releases[0], str(error))


def _former(version: SchemaVersion, history: History) -> PathChange | None:
    """The last landing that removed this version; None where none did."""
    folder = version.path.rpartition("/")[0]
    removed = [
        change
        for change in history.changes(folder)
        if change.after is None
        and change.path.rpartition("/")[2].rpartition(".")[0] == str(version.version)
    ]
    return removed[-1] if removed else None
