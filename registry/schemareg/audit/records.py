"""The canonical text of what landed: one record for each path that a landing changed.

A record holds only what Git itself decides, so it stays the same when later versions of this
software interpret files differently. `changelog.facts` interprets records.
"""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from schemareg.model import Entry, PathChange


_text = json.encoder.encode_basestring_ascii
"""A JSON string in ASCII."""


def record(change: PathChange) -> str:
    """The canonical JSON of a change: sorted keys, no blanks, ASCII; `after` and `before` are
    null or the kind and Git's id of the entry. The same on every machine, with or without an index.
    """
    # Built by hand: there is one record for each changed path of the whole history, and only the
    # path needs escapes.
    landing, path, before, after = change
    return (
        f'{{"after":{_entry(after)},"before":{_entry(before)},"commit":"{landing.commit}",'
        f'"path":{_text(path)},"time":"{moment(landing.time)}"}}'
    )


def _entry(entry: Entry | None) -> str:
    return "null" if entry is None else f'"{entry.kind.value} {entry.id}"'


def entry_text(entry: Entry | None) -> str | None:
    """`file 3f2a…`: the kind of an entry and its id; None where there is nothing."""
    return None if entry is None else f"{entry.kind.value} {entry.id}"


def moment(time: datetime) -> str:
    """An instant in RFC 3339, in UTC: `2026-03-01T12:00:00Z`."""
    return f"{time.astimezone(UTC).isoformat()[:19]}Z"
