"""Guesses the layout of schema files from the paths of a repository.

A file counts if its name, or a folder above it, is a version, or ends in one
(`order.v2.json`). Files of one form are a candidate; the largest candidate is proposed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model.errors import RegistryError
from schemareg.scan import layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_GENERIC = frozenset(
    {
        *("avro", "avsc", "contracts", "data", "definitions", "events", "json", "json-schema"),
        *("json-schemas", "jsonschema", "main", "models", "products", "proto", "protobuf"),
        *("public", "resources", "schema", "schemas", "spec", "specs", "sql", "src", "versions"),
    }
)
"""Generic folder names."""
_ENDINGS = (".json", ".yaml", ".yml", ".avsc")
_LAST = re.compile(r"(?P<name>.+?)(?P<dot>[._-])(?P<version>[vV]?\d+(?:[.-]\d+){0,2})", re.ASCII)
"""`order.v2`, `order-1.2.0`, `order_3`."""
_GROUPS = ("{schema}", "{product}", "{domain}")
"""Groups from the version outwards, for the segments that differ between files."""


class _Form(NamedTuple):
    """The common form of a candidate's files."""

    depth: int
    at: int
    """The segment with the version."""
    around: tuple[str, str, str]
    """The text before and after the version in its segment; `*` in the first for a name."""
    known: tuple[tuple[int, str], ...]
    """The generic folders above it."""
    ending: str
    """Of the file's name, where the version is a folder's."""


def propose(paths: Iterable[str]) -> str:
    """A layout for a repository with these paths. Raises RegistryError if none is found."""
    forms: dict[_Form, list[list[str]]] = {}
    for path in paths:
        form = _form(path)
        if form is not None:
            forms.setdefault(form, []).append(path.split("/"))
    for form, files in sorted(forms.items(), key=lambda each: (-len(each[1]), each[0])):
        pattern = _pattern(form, files)
        if pattern:
            return pattern
    raise RegistryError(
        "no versioned schema files were found from the paths",
        remedy="Give their location: --layout 'schemas/{product}/{schema}/{version}.json'",
    )


def _form(path: str) -> _Form | None:
    parts = path.split("/")
    for at in range(len(parts) - 1, -1, -1):
        around = _around(parts[at], last=at == len(parts) - 1)
        if around is None:
            continue
        if at < len(parts) - 1 and not _schema_like(parts[-1]):
            return None
        known = tuple((i, each) for i, each in enumerate(parts[:at]) if each in _GENERIC)
        ending = parts[-1][len(layout.stem_of(parts[-1])) :] if at < len(parts) - 1 else ""
        return _Form(len(parts), at, around, known, ending)
    return None


def _around(segment: str, *, last: bool) -> tuple[str, str, str] | None:
    stem = layout.stem_of(segment)
    ending = segment[len(stem) :]
    if last and not _schema_like(segment) and layout.number_of(segment) is None:
        return None
    number = layout.number_of(stem)
    if number is not None and (last or number.scheme is not layout.Scheme.NUMBERS or _marked(stem)):
        return "", "", ending
    match = _LAST.fullmatch(stem) if last and ending else None
    if match is None or layout.number_of(match["version"]) is None:
        return None
    return "*", match["dot"], ending


def _marked(text: str) -> bool:
    """Whether a number is marked as a version: `v2`, not a year or a month."""
    return text[:1] in "vV" or "." in text


def _schema_like(name: str) -> bool:
    return name.endswith(_ENDINGS)


def _pattern(form: _Form, files: Sequence[list[str]]) -> str:
    """The pattern of a candidate; `""` if more segments differ than groups exist."""
    named, dot, ending = form.around
    left = list(_GROUPS)
    inside = _inside(form, files, left)
    if inside is None:
        return ""
    version = f"{left.pop(0)}{dot}{{version}}{ending}" if named else f"{{version}}{ending}"
    segments = [version, *inside]
    known = dict(form.known)
    for at in range(form.at - 1, -1, -1):
        values = {each[at] for each in files}
        alone = len(values) == 1
        if at in known or (alone and (len(left) < len(_GROUPS) or at == 0 < form.at - 1)):
            segments.insert(0, known.get(at) or values.pop())
        elif left:
            segments.insert(0, left.pop(0))
        else:
            return ""
    if len(left) == len(_GROUPS):
        # No segment separates schemas: there is one schema, named after its folder.
        if inside:
            segments[-1] = f"{{schema}}{form.ending}"
        elif form.at:
            segments[form.at - 1] = "{schema}"
        else:
            return ""
    return "/".join(segments)


def _inside(form: _Form, files: Sequence[list[str]], left: list[str]) -> list[str] | None:
    """The files of a version's folder: with equal names, or named after their schemas.

    None for a deeper structure.
    """
    segments = []
    for at in range(form.at + 1, form.depth):
        values = {each[at] for each in files}
        if len(values) == 1:
            segments.append(values.pop())
        elif at == form.depth - 1:
            segments.append(left.pop(0) + form.ending)
        else:
            return None
    return segments
