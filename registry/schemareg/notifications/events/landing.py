"""One landing for its events: the states before and after, the actor, the day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from schemareg.consumers import uses
from schemareg.deprecation.landed import Promises
from schemareg.history.views import HistoryView
from schemareg.model.errors import RegistryError
from schemareg.notifications.events.audience import NOBODY, landed

if TYPE_CHECKING:
    from datetime import date

    from schemareg.deprecation.schedule import Term
    from schemareg.model import History, Landing, Product
    from schemareg.model.targets import Target
    from schemareg.notifications.events.audience import Actor, EventContent
    from schemareg.notifications.events.event import Event
    from schemareg.notifications.events.source import EventSource
    from schemareg.snapshot.snapshot import Snapshot


@dataclass(frozen=True)
class LandingContext:
    """One landing; `history` is that of its branch and can continue after it."""

    landing: Landing
    before: Snapshot
    after: Snapshot
    history: History
    home: EventSource
    today: date
    by: Actor = NOBODY

    @property
    def day(self) -> date:
        """The day of its judgement: its own day, never a future one."""
        return min(self.landing.time.date(), self.today)

    def event(self, saying: EventContent, *distinct: str) -> Event:
        """An event of this landing."""
        return landed(saying, self.landing, self.home, self.by, *distinct)

    @cached_property
    def promised(self) -> Promises:
        """The promises before it."""
        return Promises(self.before, lambda: self.earlier)

    @cached_property
    def promises(self) -> Promises:
        """The promises with it."""
        return Promises(self.after, lambda: HistoryView(self.history, self.landing.ordinal))

    @cached_property
    def earlier(self) -> HistoryView:
        """What had landed before it."""
        return HistoryView(self.history, self.landing.ordinal - 1)

    def announced(self, path: str, product: str, *, before: bool = False) -> Term | None:
        """The schedule of a deprecation file; None if it is unknown."""
        try:
            return (self.promised if before else self.promises).term_of(path, product)
        except RegistryError:
            return None

    def ending(self, target: Target) -> Term | None:
        """The schedule of a target before it; None if it is unknown."""
        try:
            return self.promised.covering(target)
        except RegistryError:
            return None

    def product(self, name: str, *, before: bool = False) -> Product | None:
        """A product; None where no readable one exists."""
        try:
            return (self.before if before else self.after).product(name)
        except RegistryError:
            return None

    def readers(self, *targets: Target) -> str:
        """The consumers of these targets, by name; `""` for none."""
        found = {
            each.name
            for target in targets
            for snapshot in (self.before, self.after)
            for each in uses.affected_consumers(snapshot, target)
        }
        return ", ".join(sorted(found))
