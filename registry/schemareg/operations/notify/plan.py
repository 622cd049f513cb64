"""What is to be told: what landed since the ledger was written last, and what the day brings."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from schemareg.operations import audit, registry
from schemareg.operations.notify import messages as notify_messages
from schemareg.operations.notify.ledger import Book

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemareg.model import History, Landing
    from schemareg.notifications.delivery.delivery import Delivery
    from schemareg.notifications.delivery.ledger import Ledger, Notified, Seen
    from schemareg.notifications.delivery.message import Message

_OFTEN = timedelta(hours=1)
"""So old the last look at a branch must be before another one, that found it the same, is noted."""


class Scene(NamedTuple):
    """Where and when a run stands."""

    root: Path
    book: Book
    branch: str
    """The protected branch's name."""
    now: datetime
    run: str
    """What the run is called in the ledger."""


class Plan(NamedTuple):
    """What is to be put into the ledger."""

    base: "Notified | None"
    """Up to where everything is in it: the plan is good for a ledger that says the same."""
    notified: "Notified | None" = None
    """Up to where everything will be in it; None leaves it as it is."""
    deliveries: "tuple[Delivery, ...]" = ()
    receipts: "tuple[Seen, ...]" = ()
    moving: "tuple[Seen, ...]" = ()
    """Those receipts that date a landing otherwise than it claims."""
    once: bool = False
    """Whether its events must not have been told in another message."""
    word: str = ""
    """What to tell whoever started the run; `""` for nothing."""


class Outdated(Exception):
    """Another run has put something into the ledger since the plan was made."""


def landed(scene: Scene, history: "History", known: "Ledger") -> Plan:
    """What landed since the ledger was written last, told to whom it concerns.

    Nothing, where this clone is behind what was told already. A history that does not contain what
    was told was rewritten: then the two states are compared. Raises Undecidable.
    """
    head = history.head
    if head is None:
        return Plan(known.notified)
    refuse_another_branch(scene)
    look = _look(scene, history, head, known)
    if look.mark is None:
        return _told(scene, history, known, look, None)
    last = history.landing(look.mark.commit)
    if last is not None:
        return _same(look) if last == head else _told(scene, history, known, look, last)
    if _behind(scene, look):
        return Plan(look.base, word=_BEHIND)
    return _rewritten(scene, history, known, look)


def refuse_another_branch(scene: Scene) -> None:
    """Raise Undecidable where this clone has not the protected branch, but only another one.

    What commands that only read fall back to, the branch at hand, has not landed.
    """
    from schemareg.adapters.history import history as histories

    if histories.protected(scene.root, scene.branch) is None:
        raise registry.unknown_branch(scene.branch)


_BEHIND = "this clone ends before what was told already, so nothing new is told from here"


def reminders(scene: Scene, known: "Ledger") -> Plan:
    """What the day brings, as far as the ledger, all of it, does not have it."""
    messages = notify_messages.reminders_today(scene.root, scene.now.date(), known.told)
    return Plan(known.notified, deliveries=created(messages, scene.now), once=True)


def put(known: "Ledger", plan: Plan) -> "Ledger":
    """The ledger with what was planned. Raises Outdated where it says something else by now."""
    from schemareg.notifications.delivery import outbox, receipts

    new = [each for each in plan.deliveries if not known.knows(each.id)]
    if plan.once and any(not known.told.isdisjoint(each.events) for each in new):
        raise Outdated
    if plan.notified is not None:
        if known.notified != plan.base:
            raise Outdated
        known = replace(known, notified=plan.notified)
    return outbox.added(receipts.added(known, plan.receipts, plan.moving), new)


def created(messages: Iterable["Message"], now: datetime) -> tuple["Delivery", ...]:
    """Deliveries of messages, in their order."""
    from schemareg.notifications.delivery.delivery import delivery

    return tuple(delivery(each, now, number) for number, each in enumerate(messages))


class _Look(NamedTuple):
    """What is known of the branch, and of what was told of it."""

    base: "Notified | None"
    """What the ledger says."""
    mark: "Notified | None"
    """Up to where everything was told."""
    head: "Landing"
    tip: str
    """Where the branch ends at the remote; `""` where that does not say."""
    at: datetime
    """Now."""

    @property
    def newest(self) -> bool:
        return self.tip == self.head.commit

    @property
    def moved(self) -> "Notified":
        """Up to here everything is told."""
        from schemareg.notifications.delivery.ledger import Notified

        before = self.mark or Notified("", "", -1)
        # Where the branch went on already, it is at least known to have ended before all of this.
        at = self.at if self.newest else before.at
        return before._replace(commit=self.head.commit, step=before.step + 1, at=at)


def _look(scene: Scene, history: "History", head: "Landing", known: "Ledger") -> _Look:
    from schemareg.notifications.delivery.ledger import NOTIFIED, Notified

    mark = known.notified
    if mark is None and NOTIFIED in known.damaged:
        # What cannot be read must not count as nothing: each landing that was told has a receipt.
        seen = scene.book.commits()
        found = [each for each in history.line() if each.commit in seen]
        mark = Notified(scene.branch, found[-1].commit, 0) if found else None
    tip = scene.book.ref.branch(scene.branch)
    # Whoever acts as of an earlier day has not looked at the branch on that day.
    at = max(scene.now, mark.at) if mark and mark.at else scene.now
    return _Look(known.notified, mark, head, tip, at)


def _behind(scene: Scene, look: _Look) -> bool:
    """Whether what was told is newer than this clone, rather than gone."""
    if look.tip:
        # A clone that ends where the branch ends is not old, whatever was told: it was reset.
        return not look.newest
    told = look.mark.commit if look.mark else ""
    return bool(scene.book.ref.leads_to(look.head.commit, told))


def _same(look: _Look) -> Plan:
    """Nothing landed; that the branch still ends there is worth a note now and then."""
    mark = look.mark
    if mark is None or not look.newest or (mark.at is not None and look.at - mark.at < _OFTEN):
        return Plan(look.base)
    return Plan(look.base, look.moved)


def _told(
    scene: Scene, history: "History", known: "Ledger", look: _Look, last: "Landing | None"
) -> Plan:
    since = look.head.ordinal if last is None else last.ordinal + 1
    landings = history.line()[since:]
    looked = look.mark.at if look.mark else None
    seen = _receipts(scene, look, landings, looked)
    dated, moving = _dated(history, known, seen)
    today = scene.now.date()
    told = notify_messages.messages_between(scene.root, dated, last, today=today)
    deliveries = created((each for _, messages in told for each in messages), scene.now)
    moved = look.moved._replace(branch=scene.branch)
    return Plan(look.base, moved, deliveries, seen, moving)


def _rewritten(scene: Scene, history: "History", known: "Ledger", look: _Look) -> Plan:
    from schemareg.history import clock

    mark = look.mark
    assert mark is not None  # noqa: S101  without it there is nothing that could be gone
    scene.book.ref.leads_to(look.head.commit, mark.commit)  # fetches it, where it can be had
    landings: Sequence[Landing] = ()
    if mark.at is not None:
        first = clock.receipts_since(history, mark.commit, mark.at, scene.book.commits())
        begun = history.landing(first.commit) if first else None
        landings = history.line()[begun.ordinal :] if begun else ()
    looked = mark.at if landings else None
    seen = _receipts(scene, look, landings or (look.head,), looked)
    dated, moving = _dated(history, known, seen)
    today = scene.now.date()
    messages = notify_messages.messages_of_rewrite(scene.root, dated, mark.commit, today=today)
    return Plan(look.base, look.moved, created(messages, scene.now), seen, moving)


def _receipts(
    scene: Scene, look: _Look, landings: "Sequence[Landing]", looked: datetime | None
) -> "tuple[Seen, ...]":
    from schemareg.notifications.delivery import receipts

    people = audit.people_of(scene.root, landings[-receipts.MOST :])
    pulls = {commit: known["pull_request"] for commit, known in people.items()}
    return receipts.receipts(landings, looked, look.at, scene.run, pulls)


def _dated(
    history: "History", known: "Ledger", seen: Iterable["Seen"]
) -> "tuple[History, tuple[Seen, ...]]":
    """The history, dated by what is and will be in the ledger: so it is told to people.

    And those of the new receipts that date it.
    """
    from schemareg.history import clock
    from schemareg.notifications.delivery import receipts

    moving = receipts.moving(history, known, seen)
    return clock.apply_receipts(history, receipts.told(receipts.added(known, (), moving))), moving
