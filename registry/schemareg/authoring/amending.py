"""A deprecation that stands already: its day moved, or all of it withdrawn.

What the check would refuse of the edit is refused here, by the same functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemareg.authoring.deprecations import judged, landing_day
from schemareg.deprecation.schedule import State
from schemareg.documents import edit
from schemareg.model.errors import RegistryError
from schemareg.snapshot.deprecations import find_deprecation, shell_target
from schemareg.text.wording import quoted

if TYPE_CHECKING:
    from datetime import date

    from schemareg.deprecation.landed import Promises
    from schemareg.deprecation.schedule import Term
    from schemareg.model import Deprecation, Finding, Policy
    from schemareg.model.targets import Target
    from schemareg.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Amendment:
    """One edit of a deprecation's file."""

    said: Deprecation
    """As it stood."""
    text: str | None
    """The file's new text; None takes it away."""
    term: Term | None
    """What has landed of it; None where nothing has, so that nothing is lost or gained."""
    day: date
    """The day that the edit is taken to land on."""
    remarks: tuple[Finding, ...] = ()
    """What the check will say of it, which is nothing that refuses it."""

    @property
    def elapsed(self) -> int:
        """Days of the window that have run, and that a withdrawal loses."""
        return 0 if self.term is None else max(0, (self.day - self.term.opened).days)


def moved(
    promises: Promises,
    head: Snapshot,
    policy: Policy,
    target: Target,
    sunset: date | None,
    today: date,
    loosens: str = "",
) -> Amendment:
    """The deprecation of a target with another sunset, or with none.

    Raises RegistryError where there is none, where that is its day already, and where the check
    would refuse the day, with the first one that works.
    """
    said = find_deprecation(head, target, loosens)
    if said.sunset == sunset:
        is_it = f"goes from {sunset} on already" if sunset else "has no date already"
        raise RegistryError(
            f"{quoted(target)} {is_it}", where=said.path, remedy="Name another day: --sunset DATE"
        )
    document = head.document(said.path)
    if sunset is None:
        text = edit.without(document, ("sunset",))
    else:
        text = edit.with_scalar(document, "sunset", sunset.isoformat(), after="target")
    day = landing_day(promises, today)
    remarks = judged(promises, head, policy, {said.path: text}, day)
    return Amendment(said, text, promises.term_of(said.path, target.product), day, remarks)


def withdrawn(
    promises: Promises,
    head: Snapshot,
    policy: Policy,
    target: Target,
    today: date,
    loosens: str = "",
) -> Amendment:
    """The deprecation of a target taken away.

    Raises RegistryError where there is none, and once its sunset has come: then it is history.
    """
    said = find_deprecation(head, target, loosens)
    day = landing_day(promises, today)
    landed = promises.term_of(said.path, target.product)
    term = None if landed is None else promises.since_return(landed)
    if term is not None and term.state(day) is State.SUNSET:
        raise RegistryError(
            f"{quoted(target)} has come to its sunset, and what explains that stays:"
            f" {term.arithmetic(day)}",
            where=said.path,
            remedy="What is to stay after all needs no edit; to give readers a new day:"
            f" reg extend {shell_target(target)} --sunset DATE",
        )
    remarks = judged(promises, head, policy, {said.path: None}, day)
    return Amendment(said, None, term, day, remarks)
