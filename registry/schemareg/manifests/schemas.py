"""The JSON Schema of each kind of file; editors complete and check the files by it."""

from __future__ import annotations

import json
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

from schemareg.documents import quick_conformance
from schemareg.model.errors import InvalidFiles, RegistryError
from schemareg.text.wording import listed, nearest, quoted

if TYPE_CHECKING:
    from schemareg.documents import Document
    from schemareg.documents.json_values import JsonValue

KINDS = {
    "registry": "registry.yaml",
    "product": "products/<product>/product.yaml",
    "deprecation": "products/<product>/deprecations/<id>.yaml",
    "consumer": "products/<product>/consumers/<consumer>.yaml",
    "waiver": "products/<product>/waivers/<fingerprint>.yaml",
}
"""The kinds of file that have a schema here, and where such a file stands."""


def schema_text(kind: str) -> str:
    """The JSON Schema of a kind of file, as JSON text. Raises RegistryError for an unknown kind."""
    if kind not in KINDS:
        near = nearest(kind, KINDS)
        raise RegistryError(
            f"there is no schema for {quoted(kind)}",
            remedy=f"Did you mean {quoted(near)}?" if near else f"Name one of {listed(KINDS)}",
        )
    data = pkgutil.get_data(__package__ or __name__, f"{kind}.schema.json")
    assert data is not None  # noqa: S101 - it ships beside this file
    return data.decode("utf-8")


@cache
def schema(kind: str) -> JsonValue:
    """The same as a value."""
    return json.loads(schema_text(kind))


def check(document: Document, kind: str) -> None:
    """Raises InvalidFiles with everything in which the document differs from its kind's schema."""
    wanted = schema(kind)
    if quick_conformance.fits(wanted, document.value, wanted):
        return
    from schemareg.documents import conformance

    found = conformance.mistakes(document, wanted, matches=quick_conformance.matches)
    if found:
        raise InvalidFiles(found)
