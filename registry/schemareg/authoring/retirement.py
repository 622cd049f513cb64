"""Remove what has reached its sunset: a field or a value leaves with a new version.

Versions, lines, schemas and products keep their files, since what landed never goes away. At their
sunset they are no longer promised, and nothing has to be edited.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from schemareg.deprecation.consent import Consent
from schemareg.deprecation.schedule import ScheduleState
from schemareg.formats import catalogue
from schemareg.model.errors import InvalidFiles, RegistryError
from schemareg.model.targets import Target, begins, field_text
from schemareg.snapshot.deprecations import deprecations, shell_target
from schemareg.snapshot.elements import explain_missing, latest
from schemareg.text.wording import listed, quoted

if TYPE_CHECKING:
    from datetime import date

    from schemareg.deprecation.landed import Promises
    from schemareg.deprecation.schedule import Term
    from schemareg.documents import Document
    from schemareg.formats.field import Field
    from schemareg.model import Policy, SchemaVersion
    from schemareg.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Retirement:
    """The new version without a target; without a path, where nothing has to be written."""

    target: Target
    term: Term | None
    """What announced it; None for a draft, which promises nothing."""
    day: date
    agreed: bool = False
    """Whether it is before its day, and everybody who reads it has agreed to lose it."""
    path: str = ""
    """Of the version without it; `""` where nothing is to be written."""
    text: str = ""
    source: SchemaVersion | None = None
    """The version that was copied, or edited where it has not landed."""

    @property
    def schema(self) -> str:
        """`orders/order_placed`."""
        return f"{self.target.product}/{self.target.schema}"


def retire(
    promises: Promises, head: Snapshot, policy: Policy, target: Target, today: date
) -> Retirement:
    """The end of a target whose sunset has come, or that everybody who reads it agreed to lose.

    Raises RegistryError before its first legal day, with the arithmetic; where it is not announced
    to go; and where only a person can tell what has to leave the schema.
    """
    lack = explain_missing(head, target)
    if lack is not None:
        raise RegistryError(lack[0], remedy=lack[1])
    if not target.field:
        term, early = _over(promises, head, policy, target, today)
        return Retirement(target, term, today, early)
    source = latest(head, replace(target, version=None, major=_line(target)))
    assert source is not None  # noqa: S101 - the target is there, so it has a version
    element = replace(target, version=source.version, major=None)
    term, early = _over(promises, head, policy, target, today, element)
    text = without(head, source, target)
    path = source.path
    if promises.base.version_at(path) is not None:
        folder, _, name = path.rpartition("/")
        following = source.version.bumped("minor")
        path = f"{folder}/{following}{name.removeprefix(str(source.version))}"
    return Retirement(target, term, today, early, path, text, source)


def without(head: Snapshot, version: SchemaVersion, target: Target) -> str:
    """The text of a version's file without a field, or without one value of it.

    Nothing else that a record can carry may change by that: a definition that other fields share
    is left to a person. Raises RegistryError.
    """
    document = head.document(version.path)
    language = catalogue.format_of(document.path)
    resolver = head.resolver(document.path)
    text = language.without(document, target.field, target.value, resolver)
    if text is None:
        raise _by_hand(document, target, "what describes it was not found")
    try:
        changed = language.parse(text.encode(), document.path)
    except InvalidFiles:  # pragma: no cover - `edit` reads it again before it gives it
        raise _by_hand(document, target, "the file would be wrong without it") from None
    _refuse_collateral(head, document, changed, target)
    return text


def _over(
    promises: Promises,
    head: Snapshot,
    policy: Policy,
    target: Target,
    today: date,
    element: Target | None = None,
) -> tuple[Term | None, bool]:
    """The term of what may go, and whether that is before its day. Raises RegistryError."""
    term = promises.covering(element or target)
    product = promises.base.product(target.product)
    if product is None or promises.draft(product, policy):
        return term, False
    if term is None:
        raise _unannounced(head, target)
    if term.state(today) is ScheduleState.SUNSET:
        return term, False
    anywhere = replace(target, version=None, major=_line(element or target))
    if Consent(promises).given(anywhere, term):
        return term, True
    if term.earliest is None:
        raise RegistryError(
            f"{quoted(target)} may not go yet: {term.arithmetic(today)}",
            where=term.said.path,
            remedy=f"Set a day: reg extend {shell_target(term.said.target)} --sunset DATE",
        )
    raise RegistryError(
        f"{quoted(target)} may go from {term.earliest} on, not on {today}:"
        f" {term.arithmetic(today)}",
        where=term.said.path,
        remedy=f"Keep it until then: reg when {shell_target(target)}",
    )


def _unannounced(head: Snapshot, target: Target) -> RegistryError:
    announced = [each for each in deprecations(head, target.product) if each.target == target]
    for said in announced:
        if not said.loosens:
            return RegistryError(
                f"the end of {quoted(target)} is announced, and has not landed: its window begins"
                " on the day on which it does",
                where=said.path,
                remedy="Land that file first, by itself",
            )
    if announced:
        return RegistryError(
            f"{quoted(target)} is not announced to go, only that it loosens {announced[0].loosens}",
            where=announced[0].path,
            remedy=f"To loosen it: reg draft {target.product}/{target.schema}, and edit the draft",
        )
    return RegistryError(
        f"no deprecation announces the removal of {quoted(target)}",
        remedy=f"Announce it, and wait until its sunset: reg deprecate {shell_target(target)} --reason …",
    )


def _line(target: Target) -> int | None:
    return target.major if target.version is None else target.version.major


def _fields(head: Snapshot, document: Document) -> dict[str, Field]:
    found = catalogue.format_of(document.path).fields(document, head.resolver(document.path))
    return {each.path: each for each in found}


def _refuse_collateral(head: Snapshot, before: Document, after: Document, target: Target) -> None:
    old, new = _fields(head, before), _fields(head, after)
    path = field_text(target.field)
    inside = {name for name, each in old.items() if begins(each.steps, target.field)}
    meant = inside if target.value is None else {path}
    gone = [name for name in old if name not in meant and name not in new]
    other = [
        name
        for name, each in new.items()
        if name not in meant and name in old and each.values != old[name].values
    ]
    if gone or other:
        touched = listed(gone or other, last="and", limit=4)
        raise _by_hand(before, target, f"{touched} would change with it: they share a definition")
    left = path in new if target.value is None else target.value in new[path].values
    if left:
        raise _by_hand(before, target, "it would still be described")


def _by_hand(document: Document, target: Target, why: str) -> RegistryError:
    what = field_text(target.field) + ("" if target.value is None else f"={target.value}")
    return RegistryError(
        f"{quoted(what)} cannot be taken out alone: {why}",
        where=document.path,
        remedy=f"reg draft {target.product}/{target.schema}, and take it out by hand",
    )
