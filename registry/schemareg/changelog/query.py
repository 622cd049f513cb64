"""A query of the log: by target, person, kind and day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemareg.changelog import facts
from schemareg.model.errors import RegistryError
from schemareg.model.targets import overlap, parse
from schemareg.text.wording import nearest, quoted

if TYPE_CHECKING:
    from datetime import date

    from schemareg.changelog.facts import Fact
    from schemareg.model.targets import Target

_OF_THE_WHOLE = frozenset(("product.created", "product.retired"))


@dataclass(frozen=True, slots=True)
class Question:
    """The criteria of a query; an empty criterion matches everything."""

    target: Target | None = None
    since: date | None = None
    """The first UTC day of landings."""
    until: date | None = None
    """The last UTC day of landings."""
    kinds: tuple[str, ...] = ()
    """Kinds of facts, or their part before the dot."""

    def names(self, *kinds: str) -> bool:
        """Whether facts of one of these kinds can match."""
        families = {each.partition(".")[0] for each in kinds}
        return not self.kinds or bool({*kinds, *families} & set(self.kinds))

    def means(self, fact: Fact) -> bool:
        """Whether a fact matches."""
        day = fact.landing.time.date()
        if (self.since and day < self.since) or (self.until and day > self.until):
            return False
        if not self.names(fact.kind):
            return False
        return self.target is None or _concerns(fact, self.target)


OF_DAYS = ("element.removed", "sunset.reached", "waiver.expired")
"""Kinds of facts without a changed path: see `milestones`."""

KINDS = (*facts.KINDS, *OF_DAYS)


def kinds(wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The requested kinds. Raises RegistryError for an unknown kind."""
    families = {each.partition(".")[0] for each in KINDS}
    for each in wanted:
        if each not in KINDS and each not in families:
            near = nearest(each, [*KINDS, *sorted(families)])
            remedy = f"Did you mean {near}?" if near else f"There are: {', '.join(KINDS)}"
            raise RegistryError(f"{quoted(each)} is not a kind of fact", remedy=remedy)
    return wanted


def _concerns(fact: Fact, target: Target) -> bool:
    """Whether a fact concerns a target, a part of it, or the promise of its container."""
    if not fact.target:
        return False
    try:
        about = parse(fact.target)
    except RegistryError:
        return False  # a folder that is called what no product may be
    if about.product != target.product:
        return False
    if target.schema and not about.schema:
        return fact.kind in _OF_THE_WHOLE or fact.kind.startswith("deprecation.")
    if target.schema and about.schema != target.schema:
        return False
    return _same_line(about, target) and _same_field(about, target)


def _same_line(one: Target, other: Target) -> bool:
    if one.version is not None and other.version is not None:
        return one.version == other.version
    lines = {
        each.version.major if each.version is not None else each.major for each in (one, other)
    }
    return None in lines or len(lines) == 1


def _same_field(one: Target, other: Target) -> bool:
    if not overlap(one.field, other.field):
        return False
    return None in (one.value, other.value) or one.value == other.value
