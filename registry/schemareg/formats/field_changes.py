"""What readers of one version miss in the records of another: the answer of `compare_fields`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from schemareg.formats.field import MEANINGS
from schemareg.model.targets import above

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schemareg.formats.field import Field
    from schemareg.model import Pointer
    from schemareg.model.targets import Steps


class Loss(NamedTuple):
    """A field that a new version's records do not carry, or carry in fewer alternatives."""

    steps: Steps
    branch: str
    """The alternative that has lost it; `""` where no record carries it."""
    pointer: Pointer
    """Where the old schema describes it."""
    near_uri: str
    """The document that describes the nearest value around it in the new version; `""` for the root."""
    near: Pointer
    """Where it does."""


class Change(NamedTuple):
    """A field that says something else of itself than it did."""

    steps: Steps
    keyword: str
    was: str
    now: str
    """`""` where it says nothing."""
    old_pointer: Pointer
    """Where the old schema describes the field."""
    uri: str
    """The document in which the new schema describes it."""
    pointer: Pointer
    """Where it does."""


@dataclass(slots=True)
class FieldChanges:
    """What one comparison found."""

    losses: list[Loss] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    """Why something could not be decided, each reason once."""
    pairs: int = 0
    """Pairs of schemas that were looked into."""


def by_path(before: Sequence[Field], after: Sequence[Field], *, formats: bool) -> FieldChanges:
    """The changes that the lists of both versions' fields show.

    With `formats`, a format is no annotation: validators judge it.
    """
    here = {each.path: each for each in after}
    # What has fields inside it is there, whether it is listed itself or not.
    kept = {path for each in here for path in (each, *above(each))}
    found = FieldChanges()
    for was in before:
        around = above(was.path)
        if was.path not in kept:
            near = next((here[each] for each in around if each in here), None)
            uri, pointer = (near.uri, near.pointer) if near else ("", ())
            found.losses.append(Loss(was.steps, "", was.pointer, uri, pointer))
        now = here.get(was.path)
        if now is None:
            continue
        for keyword, old, new in _meanings(was, now, formats=formats):
            change = Change(was.steps, keyword, old, new, was.pointer, now.uri, now.pointer)
            found.changes.append(change)
    return found


def _meanings(was: Field, now: Field, *, formats: bool) -> Iterator[tuple[str, str, str]]:
    before, after = dict(was.annotations), dict(now.annotations)
    if not formats:
        before["format"], after["format"] = was.format, now.format
    for keyword in MEANINGS:
        old, new = before.get(keyword, ""), after.get(keyword, "")
        if old and old != new:
            yield keyword, old, new
