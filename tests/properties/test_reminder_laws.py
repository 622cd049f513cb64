"""Laws of reminders: however the schedule runs, each is told at most once, and the end is the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schemareg.deprecation.schedule import Statement, Term, term
from schemareg.model import Deprecation, Landing, Waiver
from schemareg.model.targets import parse
from schemareg.notifications.events.reminders import ActiveWaiver, Registry, due
from schemareg.notifications.events.source import event_source

START = date(2026, 1, 1)
HERE = event_source("https://github.com/shop/registry", "")
TARGETS = ("orders/order#email", "orders/order#status=LOST", "orders/order@1", "orders")


def day(number: int) -> date:
    return START + timedelta(number)


def landing(number: int) -> Landing:
    moment = datetime.combine(day(number), time(12), UTC)
    return Landing(f"{number:040x}", number, moment, moment)


@st.composite
def terms(draw: st.DrawFn) -> Term:
    """What was said of one target, on up to three days, of a sunset that may move."""
    target = parse(draw(st.sampled_from(TARGETS)))
    window = draw(st.sampled_from((0, 7, 90)))
    days = sorted(draw(st.sets(st.integers(0, 60), min_size=1, max_size=3)))
    statements = [
        Statement(
            landing(number),
            Deprecation("d.yaml", target, "It goes.", day(draw(st.integers(number, 200)))),
            window,
        )
        for number in days
    ]
    found = term(statements)
    assert found is not None
    return found


@st.composite
def leaves(draw: st.DrawFn) -> ActiveWaiver:
    landed = draw(st.integers(0, 60))
    until = day(landed + draw(st.integers(0, 150)))
    fingerprint = draw(st.text("0123456789abcdef", min_size=16, max_size=16))
    waiver = Waiver(f"w/{fingerprint}.yaml", fingerprint, "field-removed", "Now.", "hub", until)
    return ActiveWaiver("orders", waiver, day(landed))


THRESHOLDS = st.lists(st.integers(0, 60), unique=True, max_size=4)
SCHEDULES = st.lists(st.integers(61, 300), min_size=1, max_size=25)
"""Days on which something runs: in any order, some of them twice, most of them not at all."""


def registry(thresholds: list[int]) -> Registry:
    return Registry(HERE, thresholds, lambda target: True, lambda target: "")


@given(st.lists(terms(), max_size=3), st.lists(leaves(), max_size=2), THRESHOLDS, SCHEDULES)
def test_however_the_schedule_runs_nothing_is_told_twice_and_the_last_day_leaves_nothing_open(
    said: list[Term], granted: list[ActiveWaiver], thresholds: list[int], schedule: list[int]
) -> None:
    here = registry(thresholds)
    told: list[str] = []
    for number in (*schedule, 301):
        told += [each.event.id for each in due(here, said, granted, day(number), set(told))]
    assert len(told) == len(set(told))
    # Whoever looks on the last day finds the same told, whatever was skipped before it.
    last = {each.event.id for each in due(here, said, granted, day(301))}
    assert last <= set(told)
    assert due(here, said, granted, day(301), set(told)) == ()


@given(st.lists(terms(), max_size=3), THRESHOLDS, SCHEDULES)
def test_a_schedule_that_skips_days_tells_nothing_that_a_daily_one_does_not(
    said: list[Term], thresholds: list[int], schedule: list[int]
) -> None:
    here = registry(thresholds)
    daily = {
        each.event.id for number in range(61, 302) for each in due(here, said, [], day(number))
    }
    sparse = {each.event.id for number in schedule for each in due(here, said, [], day(number))}
    assert sparse <= daily


@given(terms(), THRESHOLDS, st.integers(0, 300))
def test_of_one_sunset_there_is_at_most_one_reminder_on_any_day_and_never_one_from_the_future(
    said: Term, thresholds: list[int], today: int
) -> None:
    found = due(registry(thresholds), [said], [], day(today))
    assert len(found) <= 1
    assert all(each.event.time.date() <= day(today) for each in found)


@given(terms(), THRESHOLDS, st.integers(61, 300))
def test_the_order_in_which_things_are_known_changes_nothing(
    said: Term, thresholds: list[int], today: int
) -> None:
    other = Term(
        Deprecation("e.yaml", parse("orders/order#total"), "It goes.", day(80)),
        landing(0),
        7,
        (),
    )
    here = registry(thresholds)
    assert due(here, [said, other], [], day(today)) == due(here, [other, said], [], day(today))
