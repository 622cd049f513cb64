"""What readers of one version miss in the records of another: the result of `compare_fields`."""

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
    """A field that the records of a new version no longer have, or have in fewer alternatives."""

    steps: Steps
    branch: str
    """The alternative that has lost it; `""` where no record carries it."""
    pointer: Pointer
    """Its place in the old schema."""
    near_uri: str
    """The document that describes the nearest value around it in the new version; `""` for the root."""
    near: Pointer
    """Its place there."""


class MeaningChange(NamedTuple):
    """A field whose meaning changed."""

    steps: Steps
    keyword: str
    was: str
    now: str
    """`""` where it was removed."""
    old_pointer: Pointer
    """Its place in the old schema."""
    uri: str
    """The document in which the new schema describes it."""
    pointer: Pointer
    """Its place there."""


@dataclass(slots=True)
class FieldChanges:
    """The result of one comparison."""

    losses: list[Loss] = field(default_factory=list)
    changes: list[MeaningChange] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    """Why something could not be decided, each reason once."""
    pairs: int = 0
    """Pairs of schemas that were examined."""


def by_path(before: Sequence[Field], after: Sequence[Field], *, formats: bool) -> FieldChanges:
    """The changes between the lists of fields of both versions.

    With `formats`, a format is no annotation: validators check it.
    """
    here = {each.path: each for each in after}
    # A field with children exists, whether it is listed itself or not.
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
            change = MeaningChange(was.steps, keyword, old, new, was.pointer, now.uri, now.pointer)
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
