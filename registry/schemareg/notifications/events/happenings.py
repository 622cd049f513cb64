"""Events of a landing, fact by fact. `verdicts` gives those of versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.history.paths import path_subject
from schemareg.notifications.events import consumers, deprecations, products

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemareg.changelog.facts import Fact
    from schemareg.notifications.events.audience import AddressedEvent
    from schemareg.notifications.events.landing import LandingContext

TELLERS = deprecations.TELLERS | consumers.TELLERS | products.TELLERS
"""By the kind of fact; releases come from the check's verdict and from the audit."""


def fact_events(scene: LandingContext, facts: Iterable[Fact]) -> Iterator[AddressedEvent]:
    """The events of a landing's facts, in order; facts about releases give none here."""
    for fact in facts:
        tell = TELLERS.get(fact.kind)
        if tell is not None:
            yield tell(scene, fact)


def settled(facts: tuple[Fact, ...]) -> Iterator[Fact]:
    """The facts without those of files that only moved with their product to another folder."""
    came = {_known(each): each.path for each in facts if each.before is None}
    went = {_known(each): each.path for each in facts if each.after is None}
    moved = {each for each in came.keys() & went.keys() if came[each] != went[each]}
    for fact in facts:
        stayed = fact.before is not None and fact.after is not None
        if stayed or _known(fact) not in moved:
            yield fact


def _known(fact: Fact) -> tuple[str, ...]:
    """The identity of a file, independent of its product's folder."""
    about = path_subject(fact.path)
    return about.part.value, about.target, about.name, fact.after or fact.before or ""
