"""Plan notifications: what landed since the ledger was written, and the reminders of the day."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from schemareg.operations import audit, registry
from schemareg.operations.notify import messages as notify_messages
from schemareg.operations.notify.ledger import LedgerStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemareg.model import History, Landing
    from schemareg.notifications.delivery.delivery import Delivery
    from schemareg.notifications.delivery.ledger import Ledger, Notified, Observation
    from schemareg.notifications.delivery.message import Message

_OFTEN = timedelta(hours=1)
"""Minimum age of the last check before an unchanged one is recorded."""


class RunContext(NamedTuple):
    """The repository, ledger and time of a run."""

    root: Path
    book: LedgerStore
    branch: str
    """The protected branch's name."""
    now: datetime
    run: str
    """The name of the run in the ledger."""


class LedgerPlan(NamedTuple):
    """Additions to the ledger."""

    base: "Notified | None"
    """How far the ledger was complete: the plan is valid for a ledger with the same mark."""
    notified: "Notified | None" = None
    """How far the ledger will be complete; None leaves the mark."""
    deliveries: "tuple[Delivery, ...]" = ()
    receipts: "tuple[Observation, ...]" = ()
    moving: "tuple[Observation, ...]" = ()
    """The receipts that give a landing another date than its commit claims."""
    once: bool = False
    """Whether the plan is void if another message has one of its events."""
    word: str = ""
    """A remark for the user; `""` for none."""


class Outdated(Exception):
    """Another run changed the ledger after the plan was made."""


def plan_landings(scene: RunContext, history: "History", known: "Ledger") -> LedgerPlan:
    """The messages of what landed since the ledger was written.

    Empty where this clone is behind what was sent already. If the history no longer contains what
    was sent, it was rewritten: then the two states are compared. Raises Undecidable.
    """
    head = history.head
    if head is None:
        return LedgerPlan(known.notified)
    refuse_another_branch(scene)
    look = _branch_view(scene, history, head, known)
    if look.mark is None:
        return _new_landings(scene, history, known, look, None)
    last = history.landing(look.mark.commit)
    if last is not None:
        return (
            _unchanged(look) if last == head else _new_landings(scene, history, known, look, last)
        )
    if _behind(scene, look):
        return LedgerPlan(look.base, word=_BEHIND)
    return _rewritten(scene, history, known, look)


def refuse_another_branch(scene: RunContext) -> None:
    """Raises Undecidable where this clone does not have the protected branch.

    Read-only commands fall back to the current branch; what is on it has not landed.
    """
    from schemareg.adapters.history import history as histories

    if histories.protected(scene.root, scene.branch) is None:
        raise registry.unknown_branch(scene.branch)


_BEHIND = "this clone is older than the last notification, so nothing new is sent from here"


def plan_reminders(scene: RunContext, known: "Ledger") -> LedgerPlan:
    """The reminders of the day that the complete ledger does not have."""
    messages = notify_messages.reminders_today(scene.root, scene.now.date(), known.told)
    return LedgerPlan(known.notified, deliveries=deliveries_of(messages, scene.now), once=True)


def apply_plan(known: "Ledger", plan: LedgerPlan) -> "Ledger":
    """The ledger with the plan applied. Raises Outdated where another run changed it."""
    from schemareg.notifications.delivery import outbox, receipts

    new = [each for each in plan.deliveries if not known.knows(each.id)]
    if plan.once and any(not known.told.isdisjoint(each.events) for each in new):
        raise Outdated
    if plan.notified is not None:
        if known.notified != plan.base:
            raise Outdated
        known = replace(known, notified=plan.notified)
    return outbox.added(receipts.added(known, plan.receipts, plan.moving), new)


def deliveries_of(messages: Iterable["Message"], now: datetime) -> tuple["Delivery", ...]:
    """Deliveries of messages, in their order."""
    from schemareg.notifications.delivery.delivery import delivery

    return tuple(delivery(each, now, number) for number, each in enumerate(messages))


class _BranchView(NamedTuple):
    """The state of the branch, and of its notifications."""

    base: "Notified | None"
    """The mark in the ledger."""
    mark: "Notified | None"
    """How far everything was sent."""
    head: "Landing"
    tip: str
    """The newest commit at the remote; `""` where it is unknown."""
    at: datetime
    """Now."""

    @property
    def newest(self) -> bool:
        return self.tip == self.head.commit

    @property
    def moved(self) -> "Notified":
        """The mark once this plan is applied."""
        from schemareg.notifications.delivery.ledger import Notified

        before = self.mark or Notified("", "", -1)
        # Where the branch has moved on, the previous check is the newest known time.
        at = self.at if self.newest else before.at
        return before._replace(commit=self.head.commit, step=before.step + 1, at=at)


def _branch_view(
    scene: RunContext, history: "History", head: "Landing", known: "Ledger"
) -> _BranchView:
    from schemareg.notifications.delivery.ledger import NOTIFIED, Notified

    mark = known.notified
    if mark is None and NOTIFIED in known.damaged:
        # An unreadable mark is not an empty one: each landing that was sent has a receipt.
        seen = scene.book.commits()
        found = [each for each in history.line() if each.commit in seen]
        mark = Notified(scene.branch, found[-1].commit, 0) if found else None
    tip = scene.book.ref.branch(scene.branch)
    # A run as of an earlier day did not look at the branch on that day.
    at = max(scene.now, mark.at) if mark and mark.at else scene.now
    return _BranchView(known.notified, mark, head, tip, at)


def _behind(scene: RunContext, look: _BranchView) -> bool:
    """Whether what was sent is newer than this clone, not removed."""
    if look.tip:
        # A clone at the end of the branch is not old: the branch was reset.
        return not look.newest
    told = look.mark.commit if look.mark else ""
    return bool(scene.book.ref.leads_to(look.head.commit, told))


def _unchanged(look: _BranchView) -> LedgerPlan:
    """The plan where nothing landed: from time to time, it records that the branch did not move."""
    mark = look.mark
    if mark is None or not look.newest or (mark.at is not None and look.at - mark.at < _OFTEN):
        return LedgerPlan(look.base)
    return LedgerPlan(look.base, look.moved)


def _new_landings(
    scene: RunContext,
    history: "History",
    known: "Ledger",
    look: _BranchView,
    last: "Landing | None",
) -> LedgerPlan:
    since = look.head.ordinal if last is None else last.ordinal + 1
    landings = history.line()[since:]
    looked = look.mark.at if look.mark else None
    seen = _receipts(scene, look, landings, looked)
    dated, moving = _dated(history, known, seen)
    today = scene.now.date()
    told = notify_messages.messages_between(scene.root, dated, last, today=today)
    deliveries = deliveries_of((each for _, messages in told for each in messages), scene.now)
    moved = look.moved._replace(branch=scene.branch)
    return LedgerPlan(look.base, moved, deliveries, seen, moving)


def _rewritten(
    scene: RunContext, history: "History", known: "Ledger", look: _BranchView
) -> LedgerPlan:
    from schemareg.history import clock

    mark = look.mark
    assert mark is not None  # noqa: S101  there is a mark if it is gone
    scene.book.ref.leads_to(look.head.commit, mark.commit)  # fetches it, where possible
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
    return LedgerPlan(look.base, look.moved, deliveries_of(messages, scene.now), seen, moving)


def _receipts(
    scene: RunContext, look: _BranchView, landings: "Sequence[Landing]", looked: datetime | None
) -> "tuple[Observation, ...]":
    from schemareg.notifications.delivery import receipts

    people = audit.people_of(scene.root, landings[-receipts.MOST :])
    pulls = {commit: known["pull_request"] for commit, known in people.items()}
    return receipts.receipts(landings, looked, look.at, scene.run, pulls)


def _dated(
    history: "History", known: "Ledger", seen: Iterable["Observation"]
) -> "tuple[History, tuple[Observation, ...]]":
    """The history with the dates of the ledger after this plan, which messages show; and the new
    receipts that change a date.
    """
    from schemareg.history import clock
    from schemareg.notifications.delivery import receipts

    moving = receipts.moving(history, known, seen)
    return clock.apply_receipts(history, receipts.told(receipts.added(known, (), moving))), moving
