"""Who reads an element, as consumers say of themselves: read leniently, for nobody's mistake in a
file may hide that they are affected.

Source: design, section 2, `consumers/`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from schemareg import names
from schemareg.errors import InvalidFiles, RegistryError
from schemareg.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.json_values import JsonValue
    from schemareg.names import Target
    from schemareg.snapshot import Snapshot

CONSUMERS = "consumers"

_LINE = re.compile(r"\^?(0|[1-9][0-9]{0,8})(?:\.(?:[0-9x*]+)){0,2}", re.ASCII)


class Reader(NamedTuple):
    """One consumer file whose uses touch an element."""

    name: str
    """The file's name: `billing`."""
    team: str
    contact: str
    uses: tuple[str, ...]
    """What of it they read, as far as they say: field paths, or the schema."""
    path: str


def readers(snapshot: Snapshot, element: Target) -> tuple[Reader, ...]:
    """The registered consumers that read an element or a part of it, by name.

    A file that cannot be read at all counts as a reader: better one too many is told.
    """
    folder = snapshot.folder_of(element.product)
    found = []
    for name, entry in snapshot.files.folder(f"{folder}/{CONSUMERS}").items() if folder else ():
        if entry.kind is Kind.FILE and name.endswith(".yaml"):
            reader = _reader(snapshot, f"{folder}/{CONSUMERS}/{name}", element)
            if reader is not None:
                found.append(reader)
    return tuple(found)


def _reader(snapshot: Snapshot, path: str, element: Target) -> Reader | None:
    name = path.rpartition("/")[2].removesuffix(".yaml")
    try:
        value = snapshot.document(path).value
    except InvalidFiles:
        return Reader(name, name, "", (), path)
    if not isinstance(value, dict):
        return Reader(name, name, "", (), path)
    uses = value.get("uses")
    touched = tuple(
        text
        for each in (uses if isinstance(uses, list) else [])
        for text in _touched(each, element)
    )
    if not touched:
        return None
    team, contact = _text(value.get("team")) or name, _text(value.get("contact"))
    return Reader(name, team, contact, tuple(dict.fromkeys(touched)), path)


def _touched(use: JsonValue, element: Target) -> Iterator[str]:
    """What of the element, or around it, one use reads."""
    if not isinstance(use, dict):
        return
    product, _, schema = _text(use.get("schema")).partition("/")
    if product != element.product or (element.schema and schema != element.schema):
        return
    versions = _text(use.get("versions"))
    if not _of_line(versions, element):
        return
    suffix = f" {versions}" if versions else ""
    fields = use.get("fields")
    if not isinstance(fields, list) or not element.field:
        yield f"{product}/{schema}{suffix}"
    else:
        for field in filter(None, map(_text, fields)):
            if _overlap(field, element):
                yield f"{field}{suffix}"


def _of_line(versions: str, element: Target) -> bool:
    """Whether a range may mean the element's version; one that we cannot read may."""
    major = element.version.major if element.version is not None else element.major
    line = _LINE.fullmatch(versions)
    return major is None or line is None or int(line.group(1)) == major


def _overlap(field: str, element: Target) -> bool:
    """Whether a field used is the element's, inside it, or around it."""
    try:
        steps = names.parse(f"{element.product}/{element.schema}#{field}").field
    except RegistryError:
        return True
    shorter = min(len(steps), len(element.field))
    return steps[:shorter] == element.field[:shorter]


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""
