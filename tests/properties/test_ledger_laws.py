"""Laws of the ledger: what several runs write down can be put together, and nothing is lost."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from schemareg.model import Severity
from schemareg.notifications.delivery import ledger, outbox
from schemareg.notifications.delivery.delivery import Attempt, Delivery, Ending, delivery
from schemareg.notifications.delivery.ledger import ArchivedDelivery, Ledger, Notified, Observation
from schemareg.notifications.delivery.message import DeliveryState, Message, SendOutcome
from schemareg.notifications.events.event import Event

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)
SENT = SendOutcome(sent=True)
DOWN = SendOutcome(sent=False, reason="no answer")
PERHAPS = SendOutcome(sent=False, reason="no answer after the last byte", uncertain=True)
REFUSED = SendOutcome(sent=False, reason="404", permanent=True)

MOMENTS = st.integers(0, 20).map(lambda minutes: BEGIN + timedelta(minutes=7 * minutes))
RUNS = st.sampled_from(["run-1", "run-2", "run-3"])
COMMITS = st.sampled_from([f"{n:040x}" for n in range(4)])
CHANNELS = st.sampled_from(["slack", "teams", "mailto:ada@example.com"])
TEXTS = st.text(max_size=8)


def identity(number: int) -> str:
    return f"{number:032x}"


def message(number: int, channel: str = "slack") -> Message:
    told = Event(
        *(identity(1_000 + number), "version.released", BEGIN, Severity.NOTICE, "orders"),
        *("orders/order@1.1.0", f"orders/order@1.{number}.0 is out"),
    )
    return Message(identity(number), channel, f"{number}", (), (told,), ("checkout owns orders",))


ATTEMPTS = st.builds(
    Attempt,
    MOMENTS,
    RUNS,
    MOMENTS,
    st.none() | MOMENTS,
    st.none() | st.sampled_from(Ending),
    st.sampled_from(["", "no answer"]),
    st.none() | MOMENTS,
)


@st.composite
def deliveries(draw: st.DrawFn) -> dict[str, Delivery]:
    found = {}
    for number in draw(st.sets(st.integers(0, 3))):
        made = delivery(message(number), BEGIN, number)
        # One run tries one message once at a moment.
        known = {(each.at, each.run): each for each in draw(st.lists(ATTEMPTS, max_size=3))}
        attempts = tuple(known[key] for key in sorted(known))
        reopened = draw(st.none() | MOMENTS)
        found[made.id] = dataclasses.replace(made, attempts=attempts, reopened=reopened)
    return found


RECEIPTS = st.dictionaries(
    COMMITS, st.tuples(MOMENTS, st.none() | MOMENTS, RUNS, st.sampled_from(["", "7"]))
).map(lambda all_: {commit: Observation(commit, *each) for commit, each in all_.items()})
ARCHIVED = st.dictionaries(
    st.integers(2, 5), st.tuples(CHANNELS, st.sampled_from(["sent", "failed"]), MOMENTS)
).map(
    lambda all_: {
        identity(n): ArchivedDelivery(identity(n), channel, (identity(1_000 + n),), state, at)
        for n, (channel, state, at) in all_.items()
    }
)
LEDGERS = st.builds(
    lambda mark, receipts, clock, sent, old: Ledger(
        mark, receipts, clock, {id_: each for id_, each in sent.items() if id_ not in old}, old
    ),
    st.none() | st.builds(Notified, st.just("main"), COMMITS, st.integers(0, 3), MOMENTS),
    RECEIPTS,
    RECEIPTS,
    deliveries(),
    ARCHIVED,
)


@given(LEDGERS, LEDGERS, LEDGERS)
def test_ledgers_put_together_are_the_same_in_any_order(
    one: Ledger, other: Ledger, third: Ledger
) -> None:
    assert ledger.merged(one, one) == one
    assert ledger.merged(one, other) == ledger.merged(other, one)
    assert ledger.merged(ledger.merged(one, other), third) == ledger.merged(
        one, ledger.merged(other, third)
    )


@given(LEDGERS, LEDGERS)
def test_nothing_that_either_ledger_knew_is_lost(one: Ledger, other: Ledger) -> None:
    both = ledger.merged(one, other)
    assert both.told == one.told | other.told
    assert both.receipts.keys() == one.receipts.keys() | other.receipts.keys()
    for known in (one, other):
        for id_, each in known.deliveries.items():
            assert both.knows(id_)
            if id_ in both.deliveries:
                ended = {(a.at, a.run) for a in each.attempts if a.ending is not None}
                kept = {
                    (a.at, a.run) for a in both.deliveries[id_].attempts if a.ending is not None
                }
                assert ended <= kept
            if each.state is DeliveryState.SENT and id_ in both.deliveries:
                assert both.deliveries[id_].state is DeliveryState.SENT
        if known.notified is not None:
            assert both.notified is not None
            assert both.notified.step >= known.notified.step


@given(LEDGERS)
def test_a_ledger_is_read_as_it_was_written(known: Ledger) -> None:
    assert ledger.parse(ledger.render(known)) == known


@given(LEDGERS, LEDGERS)
def test_the_difference_makes_one_ledger_of_the_other(one: Ledger, other: Ledger) -> None:
    files = ledger.render(one)
    for path, content in ledger.difference(one, other).items():
        if content is None:
            del files[path]
        else:
            files[path] = content
    assert ledger.parse(files) == other


@given(LEDGERS, st.sampled_from(["notified.json", "outbox", "receipts"]), st.binary(max_size=20))
def test_a_damaged_file_is_named_and_the_rest_is_read(
    known: Ledger, which: str, junk: bytes
) -> None:
    files = ledger.render(known)
    hit = [path for path in files if path.startswith(which)]
    for path in hit:
        files[path] = b"{" + junk
    found = ledger.parse(files)
    assert found.damaged == tuple(sorted(hit))
    assert found.archived == known.archived
    assert found.clock == known.clock


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["take", "end", "die", "wait"]),
        st.integers(0, 2),
        st.sampled_from([SENT, DOWN, PERHAPS, REFUSED]),
    ),
    max_size=40,
)


@given(STEPS, st.integers(1, 6))
@settings(max_examples=200)
def test_no_two_runs_are_ever_at_the_same_message_and_all_end(
    steps: list[tuple[str, int, SendOutcome]], many: int
) -> None:
    known = outbox.added(
        Ledger(),
        (delivery(message(n, "slack" if n % 2 else "teams"), BEGIN, n) for n in range(many)),
    )
    now = BEGIN
    hands: dict[int, dict[str, tuple[Delivery, ...]]] = {0: {}, 1: {}, 2: {}}
    names = {n: f"run-{n}" for n in hands}
    sent: list[str] = []
    for number, (step, run, outcome) in enumerate(steps):
        held = [one.id for hand in hands.values() for each in hand.values() for one in each]
        if step == "wait":
            now += timedelta(minutes=3)
            continue
        if step == "die":  # and starts again under another name
            hands[run] = {}
            names[run] = f"run-{run}-{number}"
        elif step == "take" and not hands[run]:
            known, hands[run] = outbox.taken(known, names[run], now)
            new = [one.id for each in hands[run].values() for one in each]
            leased = [one for one in new if one in held]
            assert all(
                sum(a.ending is None and a.until > now for a in known.deliveries[id_].attempts) == 1
                for id_ in new
            )
            # What another run still has in its hands is taken only when its time has run out.
            assert all(now - max(_claims(known, id_)[:-1]) >= outbox.LEASE for id_ in leased)
            assert not set(new) & set(sent)
        elif step == "end":
            for each in hands[run].values():
                results = [outbox.Result(one.id, outcome, now) for one in each]
                known = outbox.recorded(known, names[run], results)
                sent += [one.id for one in each if outcome.sent]
            hands[run] = {}
        assert {
            id_ for id_, each in known.deliveries.items() if each.state is DeliveryState.SENT
        } == set(sent)
    # Whatever happened, a healthy run that comes often enough settles everything.
    for _ in range(40):
        now += timedelta(hours=7)
        known, mine = outbox.taken(known, "last", now)
        ids = [one.id for each in mine.values() for one in each]
        known = outbox.recorded(known, "last", (outbox.Result(id_, SENT, now) for id_ in ids))
    assert all(each.settled for each in known.deliveries.values())


def _claims(known: Ledger, id_: str) -> list[datetime]:
    return [each.at for each in known.deliveries[id_].attempts]
