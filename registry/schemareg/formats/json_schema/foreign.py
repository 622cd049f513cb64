"""Schemas of other repositories, which may name a dialect of their own."""

from __future__ import annotations

import re

from schemareg.formats.json_schema.dialects import Dialect, by_uri

_NAMED_DIALECT = re.compile(rb'"\$schema"\s*:\s*"((?:[^"\\]|\\.)*)"')
_OLD_BOUND = re.compile(rb'"exclusive(?:Min|Max)imum"\s*:\s*(?:true|false)')


def in_a_known_dialect(text: bytes) -> bytes:
    """A schema whose `$schema` names a dialect of its own is read as the draft that it looks like."""
    named = _NAMED_DIALECT.search(text)
    if named is None or by_uri(named.group(1).decode("utf-8", "replace")) is not None:
        return text
    old = _OLD_BOUND.search(text) is not None
    meant = Dialect.DRAFT4 if old else Dialect.DRAFT7
    start, end = named.span(1)
    return text[:start] + meant.uri.encode() + text[end:]
