"""Findings that somebody accepts for a time: the file that says so, and those there are.

A waiver counts once it has landed, to the end of its last day. A change cannot grant itself leave.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from schemareg import documents, manifests
from schemareg.documents import edit
from schemareg.documents.yaml_scalar import scalar
from schemareg.manifests.layout import WAIVERS
from schemareg.model import Kind, Severity
from schemareg.model.errors import InvalidFiles, RegistryError
from schemareg.rules.deprecation import WAIVER_EXPIRED
from schemareg.text.wording import listed, nearest, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from schemareg.model import Finding, Mistake, Waiver
    from schemareg.snapshot.snapshot import Snapshot


class WaiverState(Enum):
    """Where a waiver stands on a day."""

    COUNTS = "counts"
    EXPIRED = "expired"
    PROPOSED = "proposed"
    WITHDRAWN = "withdrawn here"


class WaiverStatus(NamedTuple):
    """One waiver, and where it stands."""

    product: str
    waiver: Waiver
    state: WaiverState


@dataclass(frozen=True, slots=True)
class WaiverRequest:
    """What somebody wants to accept. In a renewal, what is empty stays as it was."""

    fingerprint: str
    until: date
    reason: str = ""
    approver: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class WaiverEdit:
    """The file of a waiver as it would stand."""

    waiver: Waiver
    text: str
    renews: Waiver | None
    """As it stood, where there was one."""


class WaiverSubject(NamedTuple):
    """What a waiver is for."""

    product: str
    fingerprint: str
    """In full."""
    finding: Finding | None
    """As the check reports it now, if it does."""


def subject(findings: Iterable[Finding], head: Snapshot, fingerprint: str) -> WaiverSubject:
    """What a fingerprint, or the beginning of one, is of: a finding, or a waiver that is there.

    Raises RegistryError where it is of nothing, or of several; and where there is nothing that
    could be accepted.
    """
    known = {each.fingerprint: each for each in findings if each.fingerprint}
    found = {name: each for name, each in known.items() if name.startswith(fingerprint)}
    if len(found) > 1:
        raise RegistryError(
            f"{len(found)} findings begin with {quoted(fingerprint)}",
            remedy=f"Write more of it: {listed(found)}",
        )
    for finding in found.values():
        _refuse_what_needs_none(finding)
        return WaiverSubject(finding.product, finding.fingerprint, finding)
    for product in head.product_names():
        if head.has(_path(head, product, fingerprint)):
            return WaiverSubject(product, fingerprint, None)
    raise RegistryError(
        f"the check reports no finding {quoted(fingerprint)} here, and no waiver has it",
        remedy=f"{_reported(known.values())}; for one that is reported elsewhere, name its product too",
    )


def _reported(findings: Iterable[Finding]) -> str:
    """What could be accepted here, by fingerprint."""
    some = [
        f"{each.fingerprint} ({each.rule})"
        for each in findings
        if each.severity is not Severity.NOTICE and each.product
    ]
    if not some:
        return "It reports nothing that a waiver could accept"
    more = f" and {len(some) - 8} more" if len(some) > 8 else ""
    return f"It reports {', '.join(some[:8])}{more}"


def _refuse_what_needs_none(finding: Finding) -> None:
    if finding.severity is Severity.NOTICE and not finding.waived:
        raise RegistryError(
            f"{quoted(finding.fingerprint)} is a notice ({finding.rule}), and stops nothing",
            remedy="There is nothing to be accepted",
        )
    if finding.rule == WAIVER_EXPIRED.id:
        raise RegistryError(
            f"{quoted(finding.fingerprint)} says that a waiver has run out, and is mended by another"
            " day for that one",
            remedy=finding.remedy,
        )
    if not finding.product:
        raise RegistryError(
            f"{quoted(finding.fingerprint)} is about the whole registry ({finding.rule}), and"
            " cannot be waived",
            remedy=finding.remedy,
        )


def draft(
    head: Snapshot, product: str, wish: WaiverRequest, today: date, *, by: str = ""
) -> WaiverEdit:
    """The waiver of a wish: a new file, or the one that is there with another last day.

    `by` accepts it where the wish does not say who, and nobody has yet. Raises RegistryError with what speaks against it.
    """
    if head.folder_of(product) is None:
        near = nearest(product, head.product_names())
        raise RegistryError(
            f"there is no product {quoted(product)}",
            remedy=f"Did you mean {near}?" if near else "To see what there is: reg list",
        )
    if wish.until < today:
        raise RegistryError(
            f"{wish.until} is over, so the waiver would count on no day",
            where="--until",
            remedy=f"Name its last day, {today} or later",
        )
    path = _path(head, product, wish.fingerprint)
    if head.has(path):
        return _renewed(head, path, wish)
    wish = replace(wish, approver=wish.approver or by)
    lacking = [
        name
        for name, text in (("--reason", wish.reason), ("--approver", wish.approver))
        if not text
    ]
    if lacking:
        raise RegistryError(
            f"a waiver says {'why, and who accepts it' if len(lacking) > 1 else _ASKED[lacking[0]]}",
            where=lacking[0],
            remedy=f"Add {' and '.join(f'{name} TEXT' for name in lacking)}",
        )
    text = "".join(f"{key}: {scalar(value)}\n" for key, value in _rows(wish) if value)
    return WaiverEdit(_read(text, path), text, None)


def blank(fingerprint: str, rule: str, until: date) -> str:
    """The file of a waiver that is left to be filled in: until then the check refuses it."""
    return (
        f"fingerprint: {scalar(fingerprint)}\nrule: {scalar(rule)}\n"
        "reason: # why it is accepted; every report says so\n"
        "approver: # who accepts it\n"
        f"until: {until.isoformat()}\n"
    )


def list_waivers(
    base: Snapshot, head: Snapshot, today: date, product: str | None = None
) -> tuple[WaiverStatus, ...]:
    """Every waiver, or those of one product, by product and fingerprint.

    Raises InvalidFiles with the mistakes of those that cannot be read.
    """
    if product is not None:
        names = [product]
    else:
        names = sorted({*base.product_names(), *head.product_names()})
    mistakes: list[Mistake] = []
    found = [each for name in names for each in _standing(base, head, name, today, mistakes)]
    if mistakes:
        raise InvalidFiles(tuple(sorted(mistakes)))
    return tuple(found)


_ASKED = {"--reason": "why", "--approver": "who accepts it"}


def _standing(
    base: Snapshot, head: Snapshot, product: str, today: date, mistakes: list[Mistake]
) -> Iterator[WaiverStatus]:
    landed = {each.fingerprint: each for each in _waivers(base, product, [])}
    here = {each.fingerprint: each for each in _waivers(head, product, mistakes)}
    for fingerprint in sorted({*landed, *here}):
        before, after = landed.get(fingerprint), here.get(fingerprint)
        if before is not None:
            state = WaiverState.EXPIRED if today > before.until else WaiverState.COUNTS
            if after is None and state is WaiverState.COUNTS:
                state = WaiverState.WITHDRAWN
            yield WaiverStatus(product, before, state)
        if after is not None and (before is None or after.until != before.until):
            yield WaiverStatus(product, after, WaiverState.PROPOSED)


def _waivers(snapshot: Snapshot, product: str, mistakes: list[Mistake]) -> Iterator[Waiver]:
    folder = snapshot.folder_of(product)
    names = snapshot.files.folder(f"{folder}/{WAIVERS}") if folder else {}
    for name, entry in names.items():
        if entry.kind is Kind.FILE and name.endswith(".yaml"):
            try:
                yield manifests.parse_waiver(snapshot.document(f"{folder}/{WAIVERS}/{name}"))
            except InvalidFiles as error:
                mistakes += error.mistakes


def _renewed(head: Snapshot, path: str, wish: WaiverRequest) -> WaiverEdit:
    document = head.document(path)
    before = manifests.parse_waiver(document)
    for key, value in _rows(wish):
        if value and document.value.get(key) != value:
            text = edit.with_scalar(document, key, value, after="fingerprint")
            document = documents.parse(text.encode(), path)
    after = manifests.parse_waiver(document)
    if after == before:
        raise RegistryError(
            f"that is what it says already, until {before.until}",
            where=path,
            remedy="Name another day: --until DATE",
        )
    return WaiverEdit(after, document.text, before)


def _rows(wish: WaiverRequest) -> tuple[tuple[str, str], ...]:
    return (
        ("fingerprint", wish.fingerprint),
        ("rule", wish.rule),
        ("reason", wish.reason.strip()),
        ("approver", wish.approver.strip()),
        ("until", wish.until.isoformat()),
    )


def _path(snapshot: Snapshot, product: str, fingerprint: str) -> str:
    return f"{snapshot.folder_of(product)}/{WAIVERS}/{fingerprint}.yaml"


def _read(text: str, path: str) -> Waiver:
    try:
        return manifests.parse_waiver(documents.parse(text.encode(), path))
    except InvalidFiles as error:
        raise RegistryError(
            "; and ".join(each.what for each in error.mistakes),
            remedy=". ".join(each.remedy for each in error.mistakes),
        ) from None
