"""The drafts of JSON Schema.

Source: JSON Schema drafts 04, 06, 07, 2019-09 and 2020-12, core and validation.
"""

from __future__ import annotations

from enum import IntEnum


class Dialect(IntEnum):
    """A draft; later ones compare greater."""

    DRAFT4 = 4
    DRAFT6 = 6
    DRAFT7 = 7
    DRAFT2019 = 2019
    DRAFT2020 = 2020

    @property
    def label(self) -> str:
        """The name in options and files: `draft7`, `2020-12`."""
        return _LABELS[self]

    @property
    def uri(self) -> str:
        """The value of `$schema`, as the draft itself writes it."""
        return _URIS[self]


_LABELS = {
    Dialect.DRAFT4: "draft4",
    Dialect.DRAFT6: "draft6",
    Dialect.DRAFT7: "draft7",
    Dialect.DRAFT2019: "2019-09",
    Dialect.DRAFT2020: "2020-12",
}
_URIS = {
    Dialect.DRAFT4: "http://json-schema.org/draft-04/schema#",
    Dialect.DRAFT6: "http://json-schema.org/draft-06/schema#",
    Dialect.DRAFT7: "http://json-schema.org/draft-07/schema#",
    Dialect.DRAFT2019: "https://json-schema.org/draft/2019-09/schema",
    Dialect.DRAFT2020: "https://json-schema.org/draft/2020-12/schema",
}
_BY_LABEL = {label: dialect for dialect, label in _LABELS.items()}
_BY_URI = {
    scheme + uri.split(":", 1)[1].rstrip("#"): dialect
    for dialect, uri in _URIS.items()
    for scheme in ("http:", "https:")
}


def by_label(label: str) -> Dialect | None:
    """The dialect an option or a file names, or None."""
    return _BY_LABEL.get(label)


def by_uri(uri: str) -> Dialect | None:
    """The dialect that a `$schema` names (with or without the empty fragment), or None."""
    return _BY_URI.get(uri.rstrip("#"))


LABELS = tuple(_LABELS.values())
"""The oldest first."""
