"""Who reads something no more: a field or a schema taken out of a consumer's file, or the whole file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from schemareg import manifests
from schemareg.authoring.consumer_files import (
    Registration,
    choose,
    judge,
    only,
    refuse_missing_product,
)
from schemareg.consumers import uses
from schemareg.documents import edit
from schemareg.model.errors import RegistryError
from schemareg.model.targets import begins
from schemareg.text.wording import quoted

if TYPE_CHECKING:
    from schemareg.documents import Document
    from schemareg.model import Consumer, Pointer, Use
    from schemareg.model.targets import Steps, Target
    from schemareg.snapshot.snapshot import Snapshot


def unsubscribe(head: Snapshot, target: Target, *, team: str = "", name: str = "") -> Registration:
    """A team that reads a product, a schema or a field no more; who reads nothing has no file.

    Raises RegistryError where it does not, or where it is not clear who is meant.
    """
    refuse_missing_product(head, target)
    if target.version is not None or target.major is not None:
        raise RegistryError(
            f"{quoted(target)} names versions, and a schema or a field is left whole",
            remedy=f"Leave {target.product}/{target.schema}, or change its versions:"
            f" reg subscribe {target.product}/{target.schema} --team TEAM --versions RANGE",
        )
    reader = only(choose(head, target, team, name), target)
    path, document = reader.path, head.document(reader.path)
    before = manifests.parse_consumer(document, target.product)
    text = _without(document, before, target)
    after = None if text is None else judge(head, path, text, target.product)
    return Registration(path, text, before, after)


def _without(document: Document, before: Consumer, target: Target) -> str | None:
    """The text without what a target names; None where nothing is read any more."""
    if not target.schema:
        return None
    kept = [_kept(use, target) for use in before.uses]
    if not any(kept):
        return None
    if kept == [_all(use) for use in before.uses]:
        raise _nothing_alone(document, target)
    gone: list[Pointer] = []
    for position, (use, fields) in enumerate(zip(before.uses, kept, strict=True)):
        if not fields:
            gone.append(("uses", position))
        else:
            left_out = [index for index in _all(use) if index not in fields]
            gone += [("uses", position, "fields", index) for index in left_out]
    gone += _idle(document, before, kept)
    return edit.without(document, *gone)


def _all(use: Use) -> list[int]:
    """The positions of all fields; of all there are where none is named, which is no position."""
    return list(range(len(use.fields))) or [-1]


def _kept(use: Use, target: Target) -> list[int]:
    """Which of the fields of a use are read still; none where nothing of it is."""
    if not uses.touches(use, target):
        return _all(use)
    if not target.field:
        return []
    return [index for index in _all(use) if index < 0 or not _within(target, *use.elements[index])]


def _within(target: Target, steps: Steps, value: str | None) -> bool:
    """Whether a field that is read is the target, or a part of it."""
    if target.value is not None:
        return (steps, value) == (target.field, target.value)
    return begins(steps, target.field)


def _idle(document: Document, before: Consumer, kept: list[list[int]]) -> list[Pointer]:
    """Where consent stands to lose what is not read any more."""
    stays = []
    for use, fields in zip(before.uses, kept, strict=True):
        some = [index for index in fields if index >= 0]
        if fields:
            stays.append(
                replace(
                    use,
                    fields=tuple(use.fields[index] for index in some),
                    values=tuple(use.elements[index][1] for index in some),
                )
            )
    idle = [
        index
        for index, ack in enumerate(before.acks)
        if not any(uses.touches(use, ack) for use in stays)
    ]
    every = len(idle) == len(before.acks)
    return [("acks",)] if idle and every else [("acks", index) for index in idle]


def _nothing_alone(document: Document, target: Target) -> RegistryError:
    return RegistryError(
        f"what it reads is more than {quoted(target)}, which cannot be left alone",
        where=document.path,
        remedy="Say first which fields are read:"
        f" reg subscribe {target.product}/{target.schema} --team TEAM --fields FIELD,FIELD",
    )
