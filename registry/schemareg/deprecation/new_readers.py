"""Judges changes of consumer files: new uses of deprecated elements, leaving, acknowledgements.

Source: the rules of time, 8 and 22.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from schemareg.consumers.uses import describe_use
from schemareg.deprecation.schedule import ScheduleState
from schemareg.history.paths import PathPart, path_subject
from schemareg.manifests.layout import CONSUMERS, PRODUCT
from schemareg.model import Place, Severity
from schemareg.model.targets import Target, covers
from schemareg.rules import deprecation as rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from schemareg.deprecation.landed import Promises
    from schemareg.deprecation.schedule import Term
    from schemareg.model import Consumer, FileChange, Finding, Use
    from schemareg.snapshot.snapshot import Snapshot


def findings(
    promises: Promises, head: Snapshot, changes: Iterable[FileChange], today: date
) -> Iterator[Finding]:
    """What there is to say of each consumer's file that changed.

    New uses of deprecated elements, acknowledgements, dropped uses, another team or contact, and the
    removal of the file: the author of a change could do any of these in the consumer's name.
    """
    for change in changes:
        if path_subject(change.path).part is not PathPart.CONSUMER:
            continue
        base = promises.base
        before = base.consumer_at(change.path) if base.has(change.path) else None
        after = head.consumer_at(change.path) if head.has(change.path) else None
        if after is not None:
            yield from _bound(promises, head, before, after, today)
            yield from _consenting(head, before, after)
            if before is not None:
                yield from _narrowed(promises, head, before, after, today)
                yield from _redirected(head, before, after)
        elif before is not None:
            yield _left(head, before)


def _bound(
    promises: Promises, head: Snapshot, before: Consumer | None, after: Consumer, today: date
) -> Iterator[Finding]:
    known = (
        {element for use in before.uses for _, element in describe_use(use)} if before else set()
    )
    for position, use in enumerate(after.uses):
        for pointer, element in describe_use(use):
            read = any(covers(each, element) for each in known)
            term = None if read else promises.covering(element)
            if term is not None:
                place = head.document(after.path).place(("uses", position, *pointer))
                yield _beginning(after.team, element, term, place, today)


def _consenting(head: Snapshot, before: Consumer | None, after: Consumer) -> Iterator[Finding]:
    for position, target in enumerate(after.acks):
        if before is None or target not in before.acks:
            yield rules.about(
                rules.CONSENT_GIVEN,
                target,
                head.document(after.path).place(("acks", position)),
                f"{after.team} acknowledges the removal of {target} before its sunset",
                severity=Severity.NOTICE,
                what=(after.team,),
            )


def _narrowed(
    promises: Promises, head: Snapshot, before: Consumer, after: Consumer, today: date
) -> Iterator[Finding]:
    """Uses that a consumer drops; a warning if the element is deprecated."""
    product = Target(before.path.split("/")[-3])
    was = [(use, element) for use in before.uses for _, element in describe_use(use)]
    lost = [element for use, element in was if not _still_read(use, element, after)]
    if not before.uses and after.uses:
        lost = [product]
    for element in dict.fromkeys(lost):
        term = promises.covering(element)
        going = f", which is deprecated ({term.arithmetic(today)})" if term else ""
        yield rules.about(
            rules.CONSUMER_NARROWED,
            element,
            head.document(after.path).place(("uses",)),
            f"{before.team} no longer reads {element}{going}",
            severity=Severity.WARNING if term else Severity.NOTICE,
            what=(before.name,),
        )


def _still_read(use: Use, element: Target, after: Consumer) -> bool:
    """Whether a consumer still uses everything that it used of an element, in every version."""
    if not after.uses:
        return True
    wanted = set(use.versions.split(" || "))
    for now in after.uses:
        versions = set(now.versions.split(" || "))
        lines = {each for each in wanted if f"^{each.removeprefix('^').split('.')[0]}" in versions}
        if "*" in versions or wanted <= versions | lines:
            bare = replace(element, version=None, major=None)
            parts = [replace(now.schema, field=f, value=value) for f, value in now.elements]
            if any(covers(part, bare) for part in parts or [now.schema]):
                return True
    return False


def _redirected(head: Snapshot, before: Consumer, after: Consumer) -> Iterator[Finding]:
    """A consumer with another team or contact."""
    changed = [
        f"{name}: {was or 'none'} became {now or 'none'}"
        for name, was, now in (
            ("team", before.team, after.team),
            ("contact", before.contact, after.contact),
            ("channels", ", ".join(before.channels), ", ".join(after.channels)),
        )
        if was != now
    ]
    if changed:
        yield rules.about(
            rules.CONSUMER_REDIRECTED,
            Target(before.path.split("/")[-3]),
            head.document(after.path).place(("team",)),
            f"{before.path} has another team or contact: {'; '.join(changed)}",
            severity=Severity.NOTICE if before.team == after.team else Severity.WARNING,
            what=(before.name, *changed),
        )


def _left(head: Snapshot, before: Consumer) -> Finding:
    folder = before.path.rpartition(f"/{CONSUMERS}/")[0]
    product = f"{folder}/{PRODUCT}"
    return rules.about(
        rules.CONSUMER_LEFT,
        Target(folder.rpartition("/")[2]),
        Place(product) if head.has(product) else Place(before.path),
        f"{before.team} is no longer a registered consumer: {before.path} was removed",
        severity=Severity.NOTICE,
        what=(before.name,),
    )


def _beginning(team: str, element: Target, term: Term, place: Place, today: date) -> Finding:
    over = term.state(today) is ScheduleState.SUNSET
    instead = term.said.replacement
    return rules.about(
        rules.CONSUMER_BINDS_DEPRECATED,
        element,
        place,
        f"{team} starts to use {element}, which {'is past its sunset' if over else 'is deprecated'}"
        f" ({term.arithmetic(today)})",
        severity=Severity.ERROR if over else Severity.WARNING,
        remedy=f"Use {instead}, which replaces it" if instead else "",
        what=(team, str(term.said.target)),
    )
