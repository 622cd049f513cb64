"""Where schema files seem to stand: a layout proposed by the look of a repository's paths.

A file counts whose name, or a folder above it, is a version and nothing else, or ends in one
(`order.v2.json`). Files of one form are a candidate; of these the largest is proposed.
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
"""Names of folders that say what kind of thing is inside, and not which."""
_ENDINGS = (".json", ".yaml", ".yml", ".avsc")
_LAST = re.compile(r"(?P<name>.+?)(?P<dot>[._-])(?P<version>[vV]?\d+(?:[.-]\d+){0,2})", re.ASCII)
"""`order.v2`, `order-1.2.0`, `order_3`."""
_GROUPS = ("{schema}", "{product}", "{domain}")
"""From the version outwards, for what differs from file to file."""


class _Form(NamedTuple):
    """What files of one candidate share."""

    depth: int
    at: int
    """Which segment holds the version."""
    around: tuple[str, str, str]
    """What stands before the version and after it in its segment; `*` in the first for a name."""
    known: tuple[tuple[int, str], ...]
    """The folders above it whose names are generic."""
    ending: str
    """Of the file's name, where the version is a folder's."""


def propose(paths: Iterable[str]) -> str:
    """A layout for a repository with files at these paths. Raises RegistryError where none shows."""
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
        "no versioned schema files were found by the look of their paths",
        remedy="Say where they stand: --layout 'schemas/{product}/{schema}/{version}.json'",
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
    """Whether a number says that it is a version: `v2`, and not a year or a month."""
    return text[:1] in "vV" or "." in text


def _schema_like(name: str) -> bool:
    return name.endswith(_ENDINGS)


def _pattern(form: _Form, files: Sequence[list[str]]) -> str:
    """The pattern of a candidate; `""` where more differs than there are names for."""
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
        # Nothing tells one schema from the next: there is one, called like what is around it.
        if inside:
            segments[-1] = f"{{schema}}{form.ending}"
        elif form.at:
            segments[form.at - 1] = "{schema}"
        else:
            return ""
    return "/".join(segments)


def _inside(form: _Form, files: Sequence[list[str]], left: list[str]) -> list[str] | None:
    """What stands in a version's folder: files that are called the same, or after their schemas.

    None where it is deeper than that.
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
