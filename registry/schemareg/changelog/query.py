"""Which facts a question about the history means: about what, of whom, since when."""

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
    """What is asked of the history; whatever is left out may be anything."""

    target: Target | None = None
    since: date | None = None
    """The first UTC day on which it may have landed."""
    until: date | None = None
    """The last one."""
    kinds: tuple[str, ...] = ()
    """Kinds of facts, or what those before the dot are called."""

    def names(self, *kinds: str) -> bool:
        """Whether it may be answered by facts of one of these kinds."""
        families = {each.partition(".")[0] for each in kinds}
        return not self.kinds or bool({*kinds, *families} & set(self.kinds))

    def means(self, fact: Fact) -> bool:
        """Whether a fact is an answer."""
        day = fact.landing.time.date()
        if (self.since and day < self.since) or (self.until and day > self.until):
            return False
        if not self.names(fact.kind):
            return False
        return self.target is None or _concerns(fact, self.target)


OF_DAYS = ("element.removed", "sunset.reached", "waiver.expired")
"""Kinds of facts that no change of a path tells: see `days`."""

KINDS = (*facts.KINDS, *OF_DAYS)


def kinds(wanted: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds that are asked for. Raises RegistryError for what is none."""
    families = {each.partition(".")[0] for each in KINDS}
    for each in wanted:
        if each not in KINDS and each not in families:
            near = nearest(each, [*KINDS, *sorted(families)])
            remedy = f"Did you mean {near}?" if near else f"There are: {', '.join(KINDS)}"
            raise RegistryError(f"{quoted(each)} is no kind of fact", remedy=remedy)
    return wanted


def _concerns(fact: Fact, target: Target) -> bool:
    """Whether a fact is about a target, a part of it, or the promise of what it is part of."""
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
