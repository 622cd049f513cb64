"""Two versions of a schema side by side: fields, descriptions, and what breaks in each direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemareg import manifests
from schemareg.formats.field import MEANINGS
from schemareg.model import Direction, PromiseChange
from schemareg.review.comparison import fields_of, verdict_of
from schemareg.review.findings import Pair, told
from schemareg.review.metadata import words_changed
from schemareg.review.resolver import Shelf, format_of
from schemareg.text.wording import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemareg.documents import Document
    from schemareg.formats.field import Field
    from schemareg.formats.verdict import Verdict
    from schemareg.model import Compatibility, Finding, SchemaVersion
    from schemareg.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that differs between the two versions."""

    before: Field
    after: Field


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference of two versions; it passes no judgement."""

    old: SchemaVersion
    new: SchemaVersion
    policy: Compatibility
    """The content model and the formats of the comparison."""
    added: tuple[Field, ...]
    removed: tuple[Field, ...]
    changed: tuple[FieldChange, ...]
    """Each sorted by path."""
    words: tuple[str, ...]
    """Changes of descriptions and metadata."""
    words_only: bool
    """Whether only descriptions and order changed."""
    backward: Verdict
    """Can the new version read what the old one wrote?"""
    forward: Verdict
    """Can the old version read what the new one writes?"""
    findings: tuple[Finding, ...]
    """The breaks of both directions, with their places, backward first."""


def diff(snapshot: Snapshot, old: SchemaVersion, new: SchemaVersion) -> Difference:
    """The changes between two versions of a registry, and the breaks in both directions.

    Raises InvalidFiles if one of them is malformed.
    """
    shelf = Shelf(snapshot, snapshot)
    policy = snapshot.policy.compatibility
    product = snapshot.product(new.product)
    if product is not None:
        policy = manifests.effective(snapshot.policy, product)
    before, after = shelf.landed(old), shelf.proposed(new)
    backward = verdict_of(shelf, after, before, policy)
    forward = verdict_of(shelf, before, after, policy)
    pairs = [Pair(old, Direction.BACKWARD, each) for each in backward.findings]
    pairs += [Pair(old, Direction.FORWARD, each) for each in forward.findings]
    documents = {old.path: before, new.path: after}
    return Difference(
        old,
        new,
        policy,
        *_fields(shelf, before, after),
        words_changed(*(format_of(each).annotations(each) for each in (before, after))),
        shelf.meaning(before) == shelf.meaning(after),
        backward,
        forward,
        told(new, pairs, documents),
    )


def _fields(
    shelf: Shelf, before: Document, after: Document
) -> tuple[tuple[Field, ...], tuple[Field, ...], tuple[FieldChange, ...]]:
    old = {each.path: each for each in fields_of(shelf, before)}
    new = {each.path: each for each in fields_of(shelf, after)}
    added = tuple(new[path] for path in sorted(new.keys() - old.keys()))
    removed = tuple(old[path] for path in sorted(old.keys() - new.keys()))
    changed = tuple(
        FieldChange(old[path], new[path])
        for path in sorted(old.keys() & new.keys())
        if _facts(old[path]) != _facts(new[path])
    )
    return added, removed, changed


def promise_changes(
    before: Mapping[str, Field], after: Mapping[str, Field]
) -> tuple[PromiseChange, ...]:
    """The changed promises of the fields of two versions, in words, sorted by path."""
    changes = (
        PromiseChange(path, _promised(before.get(path)), _promised(after.get(path)))
        for path in sorted({*before, *after})
    )
    return tuple(each for each in changes if each.before != each.after)


def _promised(field: Field | None) -> str:
    if field is None:
        return ""
    parts = [f"{'required' if field.required else 'optional'} {field.type}"]
    if field.format:
        parts.append(f"format {field.format}")
    if field.values:
        parts.append(f"one of {listed(field.values)}")
    if field.nullable:
        parts.append("or null")
    parts += [f"{name} {quoted(text)}" for name, text in field.annotations if name in MEANINGS]
    return ", ".join(parts)


def _facts(field: Field) -> tuple[object, ...]:
    return field.type, field.required, field.nullable, field.format
