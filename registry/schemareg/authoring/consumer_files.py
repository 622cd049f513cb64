"""A consumer's file as a command would leave it, and whose file is meant.

What the check would refuse of the file is refused here, by the same functions, before it is written.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemareg import documents, manifests
from schemareg.consumers import uses
from schemareg.documents import edit
from schemareg.model import targets
from schemareg.model.errors import RegistryError
from schemareg.snapshot.elements import explain_missing
from schemareg.snapshot.overlay import Overlay
from schemareg.snapshot.snapshot import Snapshot
from schemareg.text.wording import listed, quoted
from schemareg.validation import files as validation_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from schemareg.documents import Document
    from schemareg.model import Consumer, Finding, Pointer
    from schemareg.model.targets import Target


@dataclass(frozen=True, slots=True)
class Registration:
    """The file of a consumer as it would stand."""

    path: str
    text: str | None
    """None takes it away."""
    before: Consumer | None
    after: Consumer | None
    remarks: tuple[Finding, ...] = ()
    """The findings of the check on it, none of them an error."""


def judge(head: Snapshot, path: str, text: str, product: str) -> Consumer:
    """The consumer that a text states. Raises RegistryError with all that the check would refuse."""
    files = Overlay(head.files, {path: text})
    wrong = [each for each in validation_files.mistakes(files, [path]) if each.place.path == path]
    if wrong:
        remedies = [each.rstrip(".") for each in dict.fromkeys(each.remedy for each in wrong)]
        raise RegistryError(
            "; and ".join(each.what for each in wrong),
            remedy=". ".join(remedies).replace("?. ", "? "),
        )
    return manifests.parse_consumer(Snapshot(files).document(path), product)


def choose(head: Snapshot, target: Target, team: str, name: str) -> list[Consumer]:
    """The consumers of a team, or of a name, that a target touches. Raises RegistryError for none."""
    reading = uses.affected_consumers(head, target)
    found = [each for each in reading if name in ("", each.name) and team in ("", each.team)]
    if found:
        return found
    who = team or name
    if not who:
        raise RegistryError(
            f"nobody has registered as a reader of {quoted(target)}",
            remedy=f"To register: reg subscribe {_schema(target)} --team TEAM",
        )
    others = listed([each.team for each in reading], last="and")
    raise RegistryError(
        f"{quoted(who)} has not registered as a reader of {quoted(target)}",
        remedy=f"It is read by {others}"
        if others
        else f"To register: reg subscribe {_schema(target)} --team {shlex.quote(who)}",
    )


def only(found: Sequence[Consumer], target: Target) -> Consumer:
    """The only one of those that are meant. Raises RegistryError, with the choice, for several."""
    if len(found) == 1:
        return found[0]
    alike = len({each.team for each in found}) == 1
    option = "--name" if alike else "--team"
    choices = [shlex.quote(each.name if alike else each.team) for each in found]
    raise RegistryError(
        f"{len(found)} consumers read {quoted(target)}",
        remedy=f"Say which is meant: {' or '.join(f'{option} {each}' for each in choices[:8])}",
    )


def _schema(target: Target) -> str:
    return f"{target.product}/{target.schema or 'SCHEMA'}"


def refuse_missing_product(head: Snapshot, target: Target) -> None:
    """Raises RegistryError, naming the nearest, where there is no such product."""
    lack = explain_missing(head, targets.Target(target.product))
    if lack is not None:
        raise RegistryError(lack[0], remedy=lack[1])


def with_items(
    document: Document,
    key: str,
    items: Iterable[str],
    *,
    after: str = "",
    inside: Pointer = (),
) -> str:
    """The text with more items in a list, which is begun where it is not there."""
    for item in items:
        held = document.value
        for step in inside:
            held = held[step]
        if key in held:
            text = edit.with_item(document, (*inside, key), item)
        else:
            text = edit.with_member(document, key, [item], after=after, inside=inside)
        document = reparse(document, text)
    return document.text


def reparse(document: Document, text: str) -> Document:
    """The document with another text, parsed again where it differs."""
    return document if text == document.text else documents.parse(text.encode(), document.path)
