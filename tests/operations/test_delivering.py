"""The outbox is emptied: many channels at once, one message of each, whatever a sender does."""

from __future__ import annotations

import dataclasses
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from schemareg.adapters.ledger.ledger import LedgerRef
from schemareg.model import Severity
from schemareg.notifications.delivery import outbox
from schemareg.notifications.delivery.delivery import delivery
from schemareg.notifications.delivery.ledger import Ledger, Notified
from schemareg.notifications.delivery.message import Message, SendOutcome
from schemareg.notifications.events.event import Event
from schemareg.operations.notify import drain, plan
from schemareg.operations.notify.ledger import LedgerStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Repo

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SENT = SendOutcome(sent=True)


def message(number: int, channel: str) -> Message:
    event = Event(f"{number:032x}", "version.released", NOW, Severity.NOTICE, "a", "a/b@1.0.0", "b")
    return Message(f"{number:032x}", channel, f"number {number}", (), (event,), ())


@pytest.fixture
def book(repo: Repo) -> Callable[..., LedgerStore]:
    """A ledger with messages for channels, one for each name."""

    def made(*channels: str) -> LedgerStore:
        found = LedgerStore(LedgerRef(repo.path, ""))
        wanted = [
            delivery(message(number, channel), NOW, number)
            for number, channel in enumerate(channels)
        ]
        found.change(lambda known: outbox.added(known, wanted), "begin")
        return found

    return made


def drained(found: LedgerStore, send: Callable[[Message], SendOutcome]) -> drain.DrainResult:
    return drain.drain(found, send, "run", lambda: NOW)


def test_what_a_sender_raises_costs_its_own_channel_a_message_and_is_told_in_the_end(
    book: Callable[..., LedgerStore],
) -> None:
    found = book("well", "broken", "broken", "well")

    def send(told: Message) -> SendOutcome:
        if told.channel == "broken":
            raise ZeroDivisionError("secret")
        return SENT

    with pytest.raises(ZeroDivisionError):
        drained(found, send)
    known = found.read(all_told=True).deliveries.values()
    assert sorted((each.channel, each.state.value, each.reason) for each in known) == [
        ("broken", "pending", ""),
        ("broken", "pending", "a bug in reg (ZeroDivisionError)"),
        ("well", "sent", ""),
        ("well", "sent", ""),
    ]


def test_channels_are_spoken_to_at_once_but_not_all_of_them_and_each_in_order(
    book: Callable[..., LedgerStore],
) -> None:
    found = book(*(f"channel-{number % 12:02}" for number in range(24)))
    together = threading.Barrier(drain.AT_ONCE, timeout=20)
    busy: set[str] = set()
    most, order = 0, dict[str, list[str]]()

    def send(told: Message) -> SendOutcome:
        nonlocal most
        assert told.channel not in busy
        busy.add(told.channel)
        most = max(most, len(busy))
        if told.headline in [f"number {number}" for number in range(drain.AT_ONCE)]:
            together.wait()  # nobody goes on before as many are under way as may be
        order.setdefault(told.channel, []).append(told.headline)
        busy.remove(told.channel)
        return SENT

    done = drained(found, send)
    assert (len(done.sent), done.failed, done.waiting) == (24, (), ())
    assert most == drain.AT_ONCE
    assert order == {f"channel-{n:02}": [f"number {n}", f"number {n + 12}"] for n in range(12)}


def test_of_a_batch_what_comes_after_a_failure_is_given_back(
    book: Callable[..., LedgerStore],
) -> None:
    found = book(*["chat"] * 40)
    tried: list[str] = []

    def send(told: Message) -> SendOutcome:
        tried.append(told.headline)
        return SENT if len(tried) < 3 else SendOutcome(sent=False, reason="down")

    done = drained(found, send)
    assert tried == ["number 0", "number 1", "number 2"]
    assert (len(done.sent), done.failed, len(done.waiting)) == (2, (), 3)
    known = found.read(all_told=True).deliveries
    endings = [
        each.attempts[-1].ending and each.attempts[-1].ending.value if each.attempts else "none"
        for each in sorted(known.values(), key=lambda one: one.number)
    ]
    assert endings == ["sent", "sent", "failed", "released", "released", *["none"] * 35]


def test_what_another_run_has_put_into_the_ledger_meanwhile_is_not_put_there_again() -> None:
    mark = Notified("main", "a" * 40, 0)
    told = message(1, "chat")
    known = outbox.added(Ledger(mark), [delivery(told, NOW)])
    same = plan.LedgerPlan(mark, deliveries=plan.deliveries_of([told], NOW), once=True)
    assert plan.apply_plan(known, same) == known
    others = [dataclasses.replace(told, id="f" * 32), message(2, "chat")]
    again = plan.LedgerPlan(mark, deliveries=plan.deliveries_of(others, NOW), once=True)
    with pytest.raises(plan.Outdated):
        plan.apply_plan(known, again)
    moved = mark._replace(commit="b" * 40, step=1)
    landed = plan.LedgerPlan(mark, moved, plan.deliveries_of([message(3, "chat")], NOW))
    after = plan.apply_plan(known, landed)
    assert (after.notified, len(after.deliveries)) == (moved, 2)
    with pytest.raises(plan.Outdated):
        plan.apply_plan(after, landed)
