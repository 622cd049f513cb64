"""Breaks between two versions as findings, each once, at the place of its fix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemareg import rules
from schemareg.documents import json_values
from schemareg.formats import catalogue
from schemareg.formats.format import Resolver
from schemareg.model import Direction, Finding, Place, Severity
from schemareg.model.place import pointer_text
from schemareg.model.targets import field_steps, field_text
from schemareg.rules.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from schemareg.documents import Document
    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.verdict import Break
    from schemareg.model import Pointer, SchemaVersion


@dataclass(frozen=True, slots=True)
class Pair:
    """A version, an older one, and a break in one direction between them."""

    older: SchemaVersion
    direction: Direction
    found: Break


def uri_of(path: str) -> str:
    """The URI of a file of the registry."""
    return f"file:///{path}"


def told(
    version: SchemaVersion,
    pairs: Iterable[Pair],
    documents: Mapping[str, Document],
    next_line: str = "",
) -> tuple[Finding, ...]:
    """The breaks of a version; a break against several older versions is one finding.

    `documents` are those of the version and the older ones, by path; `next_line` is the version
    that may break everybody, or `""` where nothing has to be fixed. Each finding names the latest
    of the older versions it concerns.
    """
    groups: dict[tuple[object, ...], list[Pair]] = {}
    for pair in pairs:
        found = pair.found
        own = found.uri == uri_of(_reader(version, pair).path)
        where = (found.pointer, "" if own else found.uri)
        key = (found.rule, pair.direction, found.field, found.keyword, where, found.value)
        groups.setdefault(key, []).append(pair)
    return tuple(_finding(version, group, documents, next_line) for group in groups.values())


def _finding(
    version: SchemaVersion,
    group: Sequence[Pair],
    documents: Mapping[str, Document],
    next_line: str,
) -> Finding:
    pair, *others = sorted(group, key=lambda each: each.older.version, reverse=True)
    found, older = pair.found, pair.older
    reader = _reader(version, pair)
    pointer = pointer_text(found.pointer)
    return Finding(
        found.rule,
        Severity.NOTICE if version.version.pre else Severity.ERROR,
        place_of(found, pair.direction, documents[version.path]),
        found.towards(pair.direction).message,
        product=version.product,
        schema=version.schema,
        version=str(version.version),
        against=str(older.version),
        direction=pair.direction,
        field=_field(found, documents[older.path], documents[version.path]),
        pointer=pointer,
        witness=found.record,
        why=_why(pair, version, others),
        remedy=_remedy(pair, version, next_line) if next_line else "",
        fingerprint=fingerprint(
            found.rule,
            version.name,
            str(older.version),
            pair.direction.value,
            found.field,
            pointer,
            _text(_at(documents[reader.path].value, found.pointer)),
            *([found.value] if found.value else []),
        ),
        value=found.value,
    )


def _field(found: Break, *documents: Document) -> str:
    """The field's path as one of the documents describes it: a map's values have one for all names."""
    if not found.field:
        return ""
    steps = field_steps(found.field)
    for document in documents:
        described = catalogue.format_of(document.path).described_path(document, steps)
        if described is not None:
            return field_text(described)
    return found.field


def place_of(found: Break, direction: Direction, new: Document) -> Place:
    """The place of a break in the new version's file.

    If the new version refuses, it is the refusing keyword. Otherwise the
    keyword is in a file that can no longer change: then it is the same field in the new file.
    """
    if direction is Direction.BACKWARD and found.uri == uri_of(new.path):
        return new.place(found.pointer, key=True)
    here = uri_of(new.path)
    steps = field_steps(found.field) if found.field else ()
    language = catalogue.format_of(new.path)
    for field in reversed(language.fields_on_the_way(new, steps, Resolver())):
        if field.uri == here:
            return new.place(field.pointer, key=True)
    return new.place(found.pointer if direction is Direction.FORWARD else (), key=True)


def _reader(version: SchemaVersion, pair: Pair) -> SchemaVersion:
    return version if pair.direction is Direction.BACKWARD else pair.older


def _why(pair: Pair, version: SchemaVersion, others: Sequence[Pair]) -> str:
    found, older = pair.found, pair.older.version
    rule = rules.find(found.rule)
    parts = [rule.rationale] if rule else []
    if pair.direction is Direction.FORWARD:
        parts = [f"Readers that still use {older} receive records of {version.version}."]
    if found.uri != uri_of(version.path):
        path = found.uri.removeprefix("file:///")
        parts.append(f"The refusing keyword is in {path}#{pointer_text(found.pointer)}.")
    if others:
        names = ", ".join(str(each.older.version) for each in others)
        parts.append(f"The same holds for {names}.")
    return " ".join(parts)


def _remedy(pair: Pair, version: SchemaVersion, next_line: str) -> str:
    """The remedy of a rule with its line number and its command."""
    opening = f"open {next_line}: reg bump {version.product}/{version.schema}"
    if pair.direction is Direction.FORWARD:
        return f"Keep to what {pair.older.version} accepts, or {opening}"
    general = "open a new major line"
    if general in pair.found.remedy:
        return pair.found.remedy.replace(general, opening).rstrip(".")
    return f"{pair.found.remedy} Or {opening}".strip()


def _at(value: JsonValue, pointer: Pointer) -> JsonValue:
    for step in pointer:
        inside = isinstance(value, dict) and step in value
        inside = inside or (isinstance(value, list) and isinstance(step, int) and step < len(value))
        if not inside:
            return None
        value = value[step]
    return value


def _text(value: JsonValue) -> str:
    return json_values.render(value, ordered=True)
