"""Who agrees in writing to lose something before its day; or takes that back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg import manifests
from schemareg.authoring.consumer_files import Registration, choose, judge, only, with_items
from schemareg.consumers import uses
from schemareg.documents import edit
from schemareg.model.errors import RegistryError
from schemareg.snapshot.elements import explain_nonexistent
from schemareg.text.wording import listed, quoted

if TYPE_CHECKING:
    from schemareg.model import Consumer
    from schemareg.model.targets import Target
    from schemareg.snapshot.snapshot import Snapshot


def acknowledge(
    head: Snapshot, target: Target, *, team: str = "", name: str = "", withdrawn: bool = False
) -> tuple[Registration, ...]:
    """The files of a team that agrees to lose a target before its day; or takes that back.

    Raises RegistryError where it does not read the target, or has said so already.
    """
    lack = explain_nonexistent(head, target)
    if lack is not None:
        raise RegistryError(lack[0], remedy=lack[1])
    found = choose(head, target, team, name)
    if not team and not name:
        found = [only(found, target)]
    meant = [each for each in found if (target in each.acks) is withdrawn]
    if not withdrawn:
        meant = [each for each in meant if not uses.acknowledges(each, target)]
    if not meant:
        whose = listed([each.team for each in found], last="and")
        what = "has not agreed" if withdrawn else "has agreed already"
        raise RegistryError(f"{whose} {what} to lose {quoted(target)}", where=found[0].path)
    registrations = []
    for each in meant:
        document = head.document(each.path)
        before = manifests.parse_consumer(document, target.product)
        if withdrawn:
            gone = [i for i, ack in enumerate(before.acks) if ack == target]
            every = len(gone) == len(before.acks)
            text = edit.without(document, *([("acks",)] if every else [("acks", i) for i in gone]))
        else:
            text = with_items(document, "acks", [str(target)])
        after = judge(head, each.path, text, target.product)
        registrations.append(Registration(each.path, text, before, after))
    return tuple(registrations)


def without_acknowledgement(head: Snapshot, target: Target) -> tuple[Consumer, ...]:
    """Who reads a target and has not agreed to lose it."""
    return tuple(
        each
        for each in uses.affected_consumers(head, target)
        if not uses.acknowledges(each, target)
    )
