"""Days to reminders: what is due, once, whenever the schedule runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

from schemareg.deprecation.schedule import Statement, term
from schemareg.model import Deprecation, Landing, Severity, Waiver
from schemareg.model.targets import parse
from schemareg.notifications.events.reminders import ActiveWaiver, Registry, due
from schemareg.notifications.events.source import event_source

if TYPE_CHECKING:
    from schemareg.deprecation.schedule import Term
    from schemareg.model.targets import Target
    from schemareg.notifications.events.audience import AddressedEvent

ANNOUNCED = date(2026, 1, 1)
SUNSET = date(2026, 6, 1)
PATH = "products/orders/deprecations/email.yaml"


def landing(day: date, number: int = 0) -> Landing:
    moment = datetime.combine(day, time(12), UTC)
    return Landing(f"{number:040x}", number, moment, moment)


def said(sunset: date | None, target: str = "orders/order#email", loosens: str = "") -> Deprecation:
    return Deprecation(PATH, parse(target), "It goes.", sunset, loosens)


def announced(
    *statements: tuple[date, date | None], target: str = "orders/order#email", loosens: str = ""
) -> Term:
    """What a file comes to that said each of these days, the window being 90 days."""
    found = term(
        Statement(landing(day, number), said(sunset, target, loosens), 90)
        for number, (day, sunset) in enumerate(statements)
    )
    assert found is not None
    return found


def registry(there: bool = True, readers: str = "billing") -> Registry:
    def is_there(target: Target) -> bool:
        return there

    def reads(target: Target) -> str:
        return readers

    return Registry(event_source("", "f" * 40), (30, 7, 1), is_there, reads)


def told(news: tuple[AddressedEvent, ...]) -> list[str]:
    return [f"{n.event.severity.value} {n.event.type} {n.event.time.date()}" for n in news]


EMAIL = announced((ANNOUNCED, SUNSET))


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 5, 1), []),
        (date(2026, 5, 2), ["warning sunset.approaching 2026-05-02"]),
        (date(2026, 5, 24), ["warning sunset.approaching 2026-05-02"]),
        (date(2026, 5, 25), ["warning sunset.approaching 2026-05-25"]),
        (date(2026, 5, 30), ["warning sunset.approaching 2026-05-25"]),
        (date(2026, 5, 31), ["warning sunset.approaching 2026-05-31"]),
        (date(2026, 6, 1), ["error sunset.reached 2026-06-01"]),
        (date(2026, 6, 7), ["error sunset.reached 2026-06-01"]),
        (date(2026, 6, 8), ["warning sunset.overdue 2026-06-08"]),
        (date(2026, 6, 14), ["warning sunset.overdue 2026-06-08"]),
        (date(2026, 6, 15), ["warning sunset.overdue 2026-06-15"]),
        (date(2028, 6, 1), ["warning sunset.overdue 2028-05-29"]),
    ],
)
def test_of_a_sunset_the_nearest_reminder_that_is_due_is_told(
    today: date, expected: list[str]
) -> None:
    assert told(due(registry(), [EMAIL], [], today)) == expected


def test_what_was_told_is_not_told_again_on_any_later_day_of_its_own() -> None:
    (first,) = due(registry(), [EMAIL], [], date(2026, 5, 3))
    known = {first.event.id}
    assert due(registry(), [EMAIL], [], date(2026, 5, 3), known) == ()
    assert due(registry(), [EMAIL], [], date(2026, 5, 24), known) == ()
    assert len(due(registry(), [EMAIL], [], date(2026, 5, 25), known)) == 1


def test_a_run_that_is_late_tells_the_nearest_one_alone() -> None:
    late = due(registry(), [EMAIL], [], date(2026, 5, 31))
    assert told(late) == ["warning sunset.approaching 2026-05-31"]
    known = {each.event.id for each in late}
    assert told(due(registry(), [EMAIL], [], date(2026, 6, 1), known)) == [
        "error sunset.reached 2026-06-01"
    ]


def test_a_reminder_names_the_day_and_says_how_it_comes_about() -> None:
    (found,) = due(registry(), [EMAIL], [], date(2026, 5, 3))
    event = found.event
    assert (event.title, event.product, event.target) == (
        "orders/order#email ends on 2026-06-01",
        "orders",
        "orders/order#email",
    )
    assert dict(event.details) == {
        "dates": "landed 2026-01-01 in 0000000, sunset 2026-06-01 → from 2026-06-01, 29 days left",
        "reason": "It goes.",
        "read by": "billing",
    }
    assert (event.commit, event.link, event.source) == ("", "", "schemareg:" + "f" * 40)
    assert found.touches == (parse("orders/order#email"),)


def test_a_sunset_that_is_moved_is_reminded_of_anew() -> None:
    moved = announced((ANNOUNCED, SUNSET), (date(2026, 5, 10), date(2026, 7, 1)))
    days = [date(2026, 5, 3) + timedelta(days) for days in range(120)]
    known: set[str] = set()
    for day in days:
        found = due(registry(), [EMAIL if day < date(2026, 5, 10) else moved], [], day, known)
        assert not known & {each.event.id for each in found}
        known |= {each.event.id for each in found}
    alone = {each.event.id for day in days for each in due(registry(), [moved], [], day)}
    assert alone <= known
    assert len(known) == len(alone) + 1  # the one of 30 days before the old sunset


def test_a_sunset_is_not_reminded_of_by_what_came_with_its_announcement() -> None:
    short = announced((date(2026, 5, 20), date(2026, 6, 1)))
    # 90 days from the landing: the earliest day counts, whatever the sunset says.
    assert told(due(registry(), [short], [], date(2026, 5, 31))) == []
    assert told(due(registry(), [short], [], date(2026, 7, 19))) == [
        "warning sunset.approaching 2026-07-19"
    ]
    tight = replace(short, window=12)
    assert told(due(registry(), [tight], [], date(2026, 5, 21))) == []
    assert told(due(registry(), [tight], [], date(2026, 5, 26))) == [
        "warning sunset.approaching 2026-05-25"
    ]


def test_another_reason_for_the_same_day_brings_no_reminders_of_its_own() -> None:
    reworded = announced((ANNOUNCED, SUNSET), (date(2026, 5, 20), SUNSET))
    for day in (date(2026, 5, 3), date(2026, 5, 26), SUNSET):
        one, other = (due(registry(), [each], [], day) for each in (EMAIL, reworded))
        assert [each.event.id for each in one] == [each.event.id for each in other]


def test_without_a_day_there_is_nothing_to_be_reminded_of() -> None:
    open_ = announced((ANNOUNCED, None))
    assert due(registry(), [open_], [], date(2027, 1, 1)) == ()


def test_what_has_gone_already_is_not_waited_for() -> None:
    for day in (date(2026, 5, 3), SUNSET, date(2026, 7, 1)):
        assert due(registry(there=False), [EMAIL], [], day) == ()


@pytest.mark.parametrize(
    "target", ["orders", "orders/order", "orders/order@1", "orders/order@1.0.0"]
)
def test_what_stays_by_law_is_never_overdue(target: str) -> None:
    whole = announced((ANNOUNCED, SUNSET), target=target)
    assert told(due(registry(), [whole], [], date(2026, 6, 20))) == [
        "error sunset.reached 2026-06-01"
    ]
    assert due(registry(), [whole], [], date(2026, 7, 2)) == ()


def test_a_guarantee_that_ends_is_told_as_such() -> None:
    values = announced((ANNOUNCED, SUNSET), loosens="values")
    (near,) = due(registry(), [values], [], date(2026, 5, 31))
    (here,) = due(registry(), [values], [], SUNSET)
    assert near.event.title == ("orders/order#email will be loosened: values, from 2026-06-01 on")
    assert here.event.title == (
        "that orders/order#email will loosen its values: its sunset has come (2026-06-01);"
        " it is no longer promised"
    )


def test_a_sunset_that_hits_nobody_is_a_warning() -> None:
    assert told(due(registry(readers=""), [EMAIL], [], SUNSET)) == [
        "warning sunset.reached 2026-06-01"
    ]


def waiver(until: date, landed: date = ANNOUNCED) -> ActiveWaiver:
    path = "products/orders/waivers/0123456789abcdef.yaml"
    what = Waiver(path, "0123456789abcdef", "field-removed", "An emergency.", "hub", until)
    return ActiveWaiver("orders", what, landed)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 5, 1), []),
        (date(2026, 5, 2), ["warning waiver.expiring 2026-05-02"]),
        (date(2026, 5, 31), ["warning waiver.expiring 2026-05-31"]),
        (date(2026, 6, 1), ["error waiver.expired 2026-06-01"]),
        (date(2026, 7, 1), ["error waiver.expired 2026-06-01"]),
        (date(2026, 7, 2), []),
    ],
)
def test_a_waiver_counts_to_the_end_of_its_last_day(today: date, expected: list[str]) -> None:
    found = due(registry(), [], [waiver(date(2026, 5, 31))], today)
    assert told(found) == expected
    assert all(each.hub for each in found)


def test_a_waiver_that_is_renewed_is_reminded_of_anew() -> None:
    day = date(2026, 5, 31)
    (old,) = due(registry(), [], [waiver(day)], day)
    (new,) = due(registry(), [], [waiver(date(2026, 6, 20))], date(2026, 6, 20))
    assert old.event.id != new.event.id


def test_a_waiver_of_a_few_days_is_not_announced_to_end_on_the_day_it_landed() -> None:
    short = waiver(date(2026, 1, 5))
    assert told(due(registry(), [], [short], ANNOUNCED)) == []
    assert told(due(registry(), [], [short], date(2026, 1, 5))) == [
        "warning waiver.expiring 2026-01-05"
    ]


def test_a_waiver_to_the_end_of_the_calendar_is_no_trouble() -> None:
    assert due(registry(), [], [waiver(date.max)], date(2026, 1, 5)) == ()
    assert told(due(registry(), [], [waiver(date.max)], date.max)) == [
        "error waiver.expired 9999-12-31"
    ]


def test_a_term_to_the_end_of_the_calendar_is_no_trouble() -> None:
    last = announced((ANNOUNCED, date.max))
    assert due(registry(), [last], [], date(2026, 1, 5)) == ()
    assert told(due(registry(), [last], [], date.max)) == ["error sunset.reached 9999-12-31"]


def test_reminders_stand_in_the_order_of_their_days() -> None:
    later = announced((ANNOUNCED, date(2026, 6, 20)), target="orders/order#total")
    found = due(registry(), [later, EMAIL], [waiver(date(2026, 5, 27))], date(2026, 5, 27))
    assert [(n.event.time.date(), n.event.type) for n in found] == [
        (date(2026, 5, 21), "sunset.approaching"),
        (date(2026, 5, 25), "sunset.approaching"),
        (date(2026, 5, 27), "waiver.expiring"),
    ]
    assert {each.event.severity for each in found} == {Severity.WARNING}
