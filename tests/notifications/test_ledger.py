"""The ledger as values: what is due, what waits, what has failed permanently."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import pytest

from schemareg.model import Severity
from schemareg.model.errors import RegistryError
from schemareg.notifications.delivery import codec, ledger, outbox
from schemareg.notifications.delivery.delivery import ENOUGH, PATIENCE, Delivery, delivery, pause
from schemareg.notifications.delivery.ledger import Ledger
from schemareg.notifications.delivery.message import DeliveryState, Message, SendOutcome
from schemareg.notifications.events.event import Event
from schemareg.operations.notify import resend
from schemareg.reports.views import deliveries

if TYPE_CHECKING:
    from schemareg.model import History
    from schemareg.operations.notify.plan import RunContext

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)
SENT = SendOutcome(sent=True)
DOWN = SendOutcome(sent=False, reason="no answer")
REFUSED = SendOutcome(sent=False, reason="404", permanent=True)
EVENT = Event(
    id="e" * 32,
    type="deprecation.announced",
    time=BEGIN,
    severity=Severity.WARNING,
    product="orders",
    target="orders/order#email",
    title="orders/order#email ends on 2026-06-01",
    details=(("reason", "It goes."), ("replacement", "orders/order#contact")),
    commit="c" * 40,
    actor="Ada Lovelace",
    pull_request="17",
    link="https://github.com/example/data/commit/cccc",
    source="https://github.com/example/data",
)


def message(number: int, channel: str = "slack") -> Message:
    return Message(f"{number:032x}", channel, f"number {number}", (EVENT,), (), ("it is yours",))


def book(*messages: Message) -> Ledger:
    return outbox.added(Ledger(), (delivery(each, BEGIN, n) for n, each in enumerate(messages)))


def ids(waiting: dict[str, tuple[Delivery, ...]]) -> dict[str, list[int]]:
    return {channel: [int(one.id, 16) for one in each] for channel, each in waiting.items()}


def tried(known: Ledger, number: int, outcome: SendOutcome | None, at: datetime) -> Ledger:
    id_ = f"{number:032x}"
    known, mine = outbox.taken(known, "run", at, asked=frozenset({id_}))
    assert mine, "it was not due"
    return outbox.recorded(known, "run", [outbox.Result(id_, outcome, at)])


def test_a_message_is_stored_with_all_that_it_says() -> None:
    fields = {each.name: getattr(EVENT, each.name) for each in dataclasses.fields(EVENT)}
    assert all(fields.values()), "every field is told in this example"
    told = Message("a" * 32, "slack", "It ends", (EVENT,), (EVENT,), ("a", "b"))
    assert codec.read(codec.written(told)) == told


@pytest.mark.parametrize(
    "value", [None, [], {}, {"id": 1}, {"id": "a", "channel": "b", "headline": "c", "because": {}}]
)
def test_what_is_no_message_is_not_read_as_one(value: object) -> None:
    with pytest.raises(ValueError, match="expected"):
        codec.read(value)


def test_messages_are_told_in_the_order_in_which_they_came() -> None:
    known = book(message(3), message(1), message(2, "teams"))
    assert ids(outbox.due(known, BEGIN)) == {"slack": [3, 1], "teams": [2]}


def test_what_is_in_the_ledger_is_not_put_into_it_again() -> None:
    known = tried(book(message(1)), 1, SENT, BEGIN)
    assert outbox.added(known, [delivery(message(1), BEGIN + timedelta(days=1))]) == known


def test_a_claim_holds_off_everybody_until_its_time_has_run_out() -> None:
    known, mine = outbox.taken(book(message(1)), "killed", BEGIN)
    assert ids(mine) == {"slack": [1]}
    assert known.deliveries[f"{1:032x}"].state is DeliveryState.ATTEMPTING
    before = BEGIN + outbox.LEASE - timedelta(seconds=1)
    assert outbox.due(known, before) == {}
    assert ids(outbox.due(known, BEGIN + outbox.LEASE)) == {"slack": [1]}


def test_a_claim_that_was_given_back_is_due_at_once() -> None:
    known = tried(book(message(1)), 1, None, BEGIN)
    assert ids(outbox.due(known, BEGIN)) == {"slack": [1]}


def test_a_channel_that_is_down_rests_and_then_takes_first_what_was_tried_least() -> None:
    known = tried(book(message(1), message(2), message(3, "teams")), 1, DOWN, BEGIN)
    assert ids(outbox.due(known, BEGIN)) == {"teams": [3]}
    later = BEGIN + timedelta(minutes=5)
    assert ids(outbox.due(known, later)) == {"slack": [2, 1], "teams": [3]}


def test_what_is_asked_for_by_name_does_not_wait_for_a_resting_channel() -> None:
    known = tried(book(message(1), message(2)), 1, DOWN, BEGIN)
    assert ids(outbox.due(known, BEGIN, frozenset({f"{2:032x}"}))) == {"slack": [2]}


@pytest.mark.parametrize(
    ("failures", "asked", "waits"),
    [
        (0, 0, timedelta(minutes=5)),
        (1, 0, timedelta(minutes=10)),
        (3, 0, timedelta(minutes=40)),
        (40, 0, timedelta(hours=6)),
        (0, 30, timedelta(minutes=5)),
        (0, 3_600, timedelta(hours=1)),
        (0, 1e12, timedelta(days=1)),
        (0, -5, timedelta(minutes=5)),
    ],
)
def test_the_pause_doubles_and_keeps_to_what_the_other_side_asks(
    failures: int, asked: float, waits: timedelta
) -> None:
    assert pause(failures, asked) == waits


def test_a_message_is_given_up_after_a_week_and_not_before() -> None:
    known, now = book(message(1)), BEGIN
    states = []
    while known.deliveries[f"{1:032x}"].state is not DeliveryState.FAILED:
        known = tried(known, 1, DOWN, now)
        states.append(known.deliveries[f"{1:032x}"].state)
        now += timedelta(hours=12)
    assert len(states) > ENOUGH
    assert now - timedelta(hours=12) - BEGIN == PATIENCE
    assert set(states[:-1]) == {DeliveryState.PENDING}
    assert known.deliveries[f"{1:032x}"].reason == "no answer"


def test_a_rare_run_tries_often_enough_before_it_gives_up() -> None:
    known, now = book(message(1)), BEGIN
    for _ in range(ENOUGH - 1):
        known = tried(known, 1, DOWN, now)
        now += timedelta(days=30)
    assert known.deliveries[f"{1:032x}"].state is DeliveryState.PENDING
    assert tried(known, 1, DOWN, now).deliveries[f"{1:032x}"].state is DeliveryState.FAILED


def test_a_refusal_is_final_until_somebody_asks_again() -> None:
    known = tried(book(message(1), message(2)), 1, REFUSED, BEGIN)
    assert known.deliveries[f"{1:032x}"].state is DeliveryState.FAILED
    assert ids(outbox.due(known, BEGIN)) == {"slack": [2]}, "the channel itself is well"
    again = outbox.reopened(known, [f"{1:032x}"], BEGIN + timedelta(days=1))
    assert again.deliveries[f"{1:032x}"].state is DeliveryState.PENDING
    assert ids(outbox.due(again, BEGIN + timedelta(days=1))) == {"slack": [1, 2]}


def test_of_many_for_one_channel_several_are_taken_at_once_and_never_too_many() -> None:
    known = book(*(message(n) for n in range(400)), message(1_000, "teams"))
    _, mine = outbox.taken(known, "run", BEGIN)
    assert {channel: len(each) for channel, each in mine.items()} == {
        "slack": outbox.BATCH,
        "teams": 1,
    }


def test_busy_channels_and_a_lack_of_room_leave_messages_where_they_are() -> None:
    known = book(*(message(n, f"channel-{n}") for n in range(5)))
    _, mine = outbox.taken(known, "run", BEGIN, busy={"channel-1"}, room=2)
    assert ids(mine) == {"channel-0": [0], "channel-2": [2]}


def test_what_is_settled_moves_out_of_the_way_and_in_the_end_only_that_it_was_told_is_kept() -> (
    None
):
    known = book(message(1), message(2))
    assert sorted(ledger.render(known)) == [
        "ledger.json",
        f"outbox/{1:032x}.json",
        f"outbox/{2:032x}.json",
    ]
    sent = tried(known, 1, SENT, BEGIN)
    assert sorted(ledger.difference(known, sent)) == [
        f"deliveries/00/{1:032x}.json",
        "ledger.json",
        f"outbox/{1:032x}.json",
    ]
    old = ledger.archived(sent, BEGIN + timedelta(days=91))
    assert sorted(ledger.render(old)) == [
        "archive/2026-03.json",
        "ledger.json",
        f"outbox/{2:032x}.json",
    ]
    assert old.told == known.told
    assert outbox.added(old, [delivery(message(1), BEGIN)]) == old
    assert outbox.states(old) == {"sent": 1, "pending": 1}


def test_a_month_that_cannot_be_read_is_not_written_over() -> None:
    sent = tried(book(message(1)), 1, SENT, BEGIN)
    files = ledger.render(sent) | {"archive/2026-03.json": b"not JSON"}
    known = ledger.parse(files)
    assert known.damaged == ("archive/2026-03.json",)
    assert ledger.archived(known, BEGIN + timedelta(days=91)) == known


def test_a_ledger_of_a_later_form_is_refused_with_the_way_out() -> None:
    with pytest.raises(RegistryError) as told:
        ledger.parse({"ledger.json": b'{"version": 2}'})
    assert (told.value.what, told.value.remedy) == (
        "the ledger has the form 2; this program knows 1",
        "Use the version of schemareg that wrote it, or a newer one",
    )


def test_files_that_are_none_of_ours_are_passed_over() -> None:
    known = book(message(1))
    files = ledger.render(known) | {
        "README.md": b"# Notes",
        "outbox/../outbox/x.json": b"{}",
        "outbox/ABC.json": b"{}",
    }
    assert ledger.parse(files) == known


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b'{"attempts": 1}',
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"created": 5}',
    ],
    ids=lambda text: repr(text[:12]),
)
def test_a_damaged_delivery_is_named_and_not_fatal(text: bytes) -> None:
    path = f"outbox/{7:032x}.json"
    files = ledger.render(book(message(1))) | {path: text}
    assert ledger.parse(files) == dataclasses.replace(book(message(1)), damaged=(path,))


def test_an_event_that_a_damaged_delivery_names_and_does_not_tell_cannot_be_told_again() -> None:
    whole = message(1)
    twice = dataclasses.replace(whole, digest=(EVENT,))
    names_more = dataclasses.replace(delivery(whole, BEGIN), events=(EVENT.id, "f" * 32))
    known = Ledger(deliveries={whole.id: names_more})
    scene = cast("RunContext", None)
    with pytest.raises(RegistryError, match="no longer has a message with the event"):
        resend.select(scene, cast("History", None), known, "f" * 32, lambda _: True)
    known = Ledger(deliveries={whole.id: delivery(twice, BEGIN)})
    again = resend.select(scene, cast("History", None), known, EVENT.id, lambda _: True)
    assert [each.headline for each in again.messages] == [EVENT.title]


AGAIN = "again from 2026-03-01 12:05Z"
HOSTILE = "x\x1b[2Jy\n::error::z\u202e<!channel> ##[error]"


def test_hostile_text_of_a_ledger_moves_nothing_where_it_is_shown() -> None:
    told = dataclasses.replace(message(1, "slack\n::error::"), headline=HOSTILE)
    outcomes = [SENT, REFUSED._replace(reason=HOSTILE), DOWN._replace(reason=HOSTILE)]
    shown = [deliveries.render(book(told), "text"), deliveries.render(book(told), "json")]
    for outcome in outcomes:
        known = tried(book(told), 1, outcome, BEGIN)
        shown += [deliveries.render(known, form) for form in ("text", "json")]
        shown += [deliveries.sentence(each) for each in known.deliveries.values()]
    shown.append(deliveries.proposed(told))
    for text in shown:
        assert text.isascii() or "\u202e" not in text
        assert "\x1b" not in text
        assert not [line for line in text.splitlines() if line.strip().startswith("::")]


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (SENT, "sent to slack: number 1\n"),
        (SENT._replace(reason="not to ada"), "sent to slack (not to ada): number 1\n"),
        (REFUSED, "failed permanently, slack: 404: number 1\n"),
        (DOWN, f"not sent to slack: no answer; {AGAIN}: number 1\n"),
        (
            DOWN._replace(uncertain=True),
            f"not sent to slack: no answer, but it may have arrived; {AGAIN}: number 1\n",
        ),
        (None, "postponed, slack: number 1\n"),
    ],
)
def test_what_came_of_an_attempt_is_one_sentence(outcome: SendOutcome | None, told: str) -> None:
    known = tried(book(message(1)), 1, outcome, BEGIN)
    assert [deliveries.sentence(each) for each in known.deliveries.values()] == [told]
