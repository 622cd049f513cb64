"""Landings to events with their audiences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.audit.invariants import Audit
from schemareg.changelog.facts import Facts
from schemareg.model import Severity
from schemareg.notifications.events.audience import NOBODY, AddressedEvent, EventContent
from schemareg.notifications.events.happenings import fact_events, settled
from schemareg.notifications.events.landing import LandingContext
from schemareg.notifications.events.verdicts import verdicts
from schemareg.notifications.events.violations import breaches

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from schemareg.model import History, Landing, PathChange
    from schemareg.notifications.events.audience import Actor
    from schemareg.notifications.events.source import EventSource
    from schemareg.snapshot.snapshot import Snapshot


def watched(scene: LandingContext) -> AddressedEvent:
    """The event that notification starts: the first event of a registry."""
    count = len(scene.after.product_names())
    products = f"{count:,} product{'s' * (count != 1)}"
    title = f"notification starts for this registry; it has {products}"
    saying = EventContent("registry.watched", Severity.NOTICE, "", "", title)
    return AddressedEvent(scene.event(saying), hub=True)


class EventReader:
    """Gives the events of landings, oldest first: of each landing that changed the registry after `since`.

    `at` gives the registry at a commit, and before the first one for `""`. No landing is judged
    as of a day after `today`, whatever its commit claims.
    """

    def __init__(
        self,
        history: History,
        at: Callable[[str], Snapshot],
        home: EventSource,
        today: date,
        since: Landing | None = None,
    ) -> None:
        self._history = history
        self._at = at
        self._home = home
        self._today = today
        self._line = history.line()
        self._facts = Facts(history)
        self._audit = Audit(history, at, since)

    def scene(self, landing: Landing, by: Actor = NOBODY) -> LandingContext:
        """A landing with the states before and after it."""
        parent = self._line[landing.ordinal - 1].commit if landing.ordinal else ""
        states = self._at(parent), self._at(landing.commit)
        return LandingContext(landing, *states, self._history, self._home, self._today, by)

    def of(
        self, scene: LandingContext, changes: Sequence[PathChange]
    ) -> tuple[AddressedEvent, ...]:
        """The events of one landing, each once: violations, effects on readers, others."""
        violations = self._audit.of(scene.landing, changes)
        facts = tuple(settled(tuple(self._facts.of(changes))))
        told = verdicts(scene, facts)
        judged = all(each.event.type != "landing.invalid" for each in told)
        found = [
            *breaches(scene, violations, judged=judged),
            *told,
            *fact_events(scene, facts),
        ]
        return tuple({each.event.id: each for each in found}.values())
