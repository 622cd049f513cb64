"""The keys of schemas, as product.yaml names them: are their fields those of the records?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.model import Mistake
from schemareg.model.errors import InvalidFiles
from schemareg.model.targets import NAME
from schemareg.snapshot.elements import fields_of, newest
from schemareg.text.wording import listed, nearest, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.documents import Document
    from schemareg.snapshot.snapshot import Snapshot

_GUESSES = 50
"""Names of one key for which it is guessed what was meant: each costs some milliseconds."""


def mistakes(snapshot: Snapshot, document: Document) -> Iterator[Mistake]:
    """The fields of a key that its schema's latest version does not have.

    `document` is a product.yaml, right or wrong. Nothing is said of a schema that cannot be read.
    """
    folder = document.path.rpartition("/")[0]
    said = document.value.get("schemas") if isinstance(document.value, dict) else None
    for schema, about in said.items() if isinstance(said, dict) else ():
        key = about.get("key") if isinstance(about, dict) else None
        known = _fields(snapshot, folder, schema) if isinstance(key, list) else None
        if known is None or not isinstance(key, list):
            continue
        for position, path in enumerate(key):
            if isinstance(path, str) and path not in known:
                near = nearest(path, known) if position < _GUESSES else None
                yield Mistake(
                    document.place(("schemas", schema, "key", position)),
                    "key-field-unknown",
                    f"the latest version of {quoted(schema)} has no field {quoted(path)}",
                    f"Did you mean {quoted(near)}?"
                    if near
                    else f"It has {listed(known, last='and')}",
                )


def _fields(snapshot: Snapshot, folder: str, schema: str) -> list[str] | None:
    """The fields of a schema's latest version; None where there is none that can be read."""
    versions = snapshot.versions_in(folder, schema) if NAME.fullmatch(schema) else ()
    if not versions:
        return None
    try:
        return [each.path for each in fields_of(snapshot, newest(versions))]
    except InvalidFiles:
        return None
