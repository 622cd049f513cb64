"""The canonical text of what landed: one record a path that a landing changed.

A record says only what Git itself decides, so that it stays the same whatever later versions of
this software make of the files. What a record means is told by `facts`.
"""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from schemareg.model import Entry, PathChange


_text = json.encoder.encode_basestring_ascii
"""A JSON string, ASCII alone."""


def record(change: PathChange) -> str:
    """The canonical JSON of a change: sorted keys, no blanks, ASCII; `after`, `before` are null or
    the kind and Git's id of what stood there. The same on every machine, with any index or none.
    """
    # Put together by hand: there is one a path of the whole history, and nothing in it but the path
    # needs escaping.
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
    """An instant as RFC 3339 writes it, in UTC: `2026-03-01T12:00:00Z`."""
    return f"{time.astimezone(UTC).isoformat()[:19]}Z"
