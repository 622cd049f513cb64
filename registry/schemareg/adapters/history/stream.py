"""A line read from Git without the index, landing by landing, for the audit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from schemareg.adapters.history import line
from schemareg.model import Landing, PathChange

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from schemareg.adapters.history.line import Commit, Difference


class Stream(NamedTuple):
    """Landings in order, each with its changes of the watched paths."""

    since: Landing | None
    """The landing before the first one here; None if they start at the first."""
    landings: Iterator[tuple[Landing, tuple[PathChange, ...]]]
    """Oldest first; the changes of one landing are grouped by folder."""


def stream(
    folder: Path, common: Path, head: str, watched: Sequence[str], after: Landing | None
) -> Stream | None:
    """The landings up to `head`: those after `after` if it is on the line, else all.

    None if a shallow clone cuts the line off. Raises Undecidable.
    """
    from schemareg.adapters.git.store import shallow_commits

    known = None if after is None else after.commit.__eq__
    commits, met = line.walk(common, head, known)
    since = after if met else None
    if commits and not since and commits[-1].id in shallow_commits(common):
        return None
    commits.reverse()
    line.fetch_trees(folder, common, commits)
    return Stream(since, _landings(commits, since, common, watched))


def _landings(
    commits: Sequence[Commit], since: Landing | None, common: Path, watched: Sequence[str]
) -> Iterator[tuple[Landing, tuple[PathChange, ...]]]:
    differences = line.differences(common, commits, watched)
    pending = next(differences, None)
    ordinal, time = (since.ordinal, since.time) if since else (-1, datetime.fromtimestamp(0, UTC))
    for commit in commits:
        claimed = datetime.fromtimestamp(commit.claimed, UTC)
        ordinal, time = ordinal + 1, max(time, claimed)
        landing = _landing(commit, ordinal, time, claimed)
        changes = []
        while pending is not None and pending[0] == commit.id:
            changes.append(_change(landing, pending))
            pending = next(differences, None)
        yield landing, tuple(changes)


def _landing(commit: Commit, ordinal: int, time: datetime, claimed: datetime) -> Landing:
    words = (commit.author, commit.email, commit.committer, commit.subject)
    return Landing(commit.id, ordinal, time, claimed, *words)


def _change(landing: Landing, difference: Difference) -> PathChange:
    _, path, raw = difference
    before, after = line.entries(raw)
    return PathChange(landing, path.decode("utf-8", "surrogateescape"), before, after)
