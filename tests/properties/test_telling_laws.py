"""Laws of what is told, on random lives of a registry, most of which break every rule there is."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.properties.test_promises_machine import Line, Memory
from tests.stories import BEGIN, Shop

from schemareg.audit.invariants import Audit
from schemareg.history.views import HistoryView
from schemareg.model import Severity
from schemareg.model.errors import InvalidFiles
from schemareg.notifications.delivery.grouping import messages
from schemareg.notifications.delivery.routing import routes
from schemareg.notifications.events.event import TYPES
from schemareg.notifications.events.landings import EventReader
from schemareg.notifications.events.source import event_source
from schemareg.review.review import review
from schemareg.snapshot.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from schemareg.model import Landing
    from schemareg.notifications.events.audience import AddressedEvent

POLICY = """version: 1
channels: {hub: {url: "${HUB}"}, desk: {url: "${DESK}"}}
notify: {default: [hub]}
"""
TODAY = date(2027, 1, 1)
FOR_THE_AUDIT = ("version-modified", "version-removed")
LINES = (
    "release 1.1.0 with note=string",
    "release 1.1.0 from 1.0.0 with memo=string",
    "release 1.2.0 without email",
    "release 1.3.0 required email",
    "release 1.4.0 without customer.phone with note=integer",
    "release 2.0.0 without status",
    "release 2.1.0 values status=placed|lost",
    "release 1.5.0-rc.1 without total",
    "deprecate orders/order#email 2026-05-01",
    "deprecate orders/order#customer 2026-03-01",
    "deprecate orders/order@1 open",
    "restate orders/order#email 2026-03-01",
    "restate orders/order#email 2026-07-01",
    "undeprecate orders/order#email",
    "consumer billing reads email,status channels desk",
    "consumer shop reads customer.phone versions ^1",
    "consumer billing reads email channels desk acks orders/order#email",
    "delete products/orders/consumers/billing.yaml",
    "delete products/orders/schemas/order/1.1.0.json",
    "delete products/orders",
    "stability beta",
    "stability stable",
    'product {"classification": "restricted"}',
    'product {"classification": "public"}',
    'product {"service-levels": {"freshness": "1h"}}',
    'product {"service-levels": {"freshness": "3h"}}',
    'product {"title": 3}',
    'product {"title": "Orders"}',
    "nothing",
)


def state(shop: Shop) -> dict[str, str]:
    policy = {"registry.yaml": POLICY} if "registry.yaml" in shop.files else {}
    return shop.files | policy


@st.composite
def lives(draw: st.DrawFn) -> tuple[tuple[date, Mapping[str, str]], ...]:
    """What landed when: each landing does one or two of the above, where that can be done."""
    shop = Shop()
    shop.begin()
    states = [(BEGIN, state(shop))]
    day = BEGIN
    for lines in draw(
        st.lists(st.lists(st.sampled_from(LINES), min_size=1, max_size=2), max_size=5)
    ):
        day += timedelta(draw(st.sampled_from((0, 1, 30, 60))))
        for line in lines:
            try:
                shop.tell(line)
            except (KeyError, ValueError, IndexError):
                continue  # it speaks of what is not there
        states.append((day, state(shop)))
    return tuple(states)


class Told:
    """A life, and what it tells."""

    def __init__(self, life: tuple[tuple[date, Mapping[str, str]], ...]) -> None:
        self.history = Line(life)
        files = [Snapshot(Memory(each, number)) for number, (_, each) in enumerate(life)]
        before = Snapshot(Memory({}, -1))
        self.at: Callable[[str], Snapshot] = cache(lambda c: files[int(c)] if c else before)

    def after(self, since: Landing | None) -> dict[int, tuple[AddressedEvent, ...]]:
        teller = EventReader(self.history, self.at, event_source("", "f" * 40), TODAY, since)
        found = {}
        for landing in self.history.line()[since.ordinal + 1 if since else 0 :]:
            changes = [each for each in self.history.changes("") if each.landing == landing]
            if changes:
                found[landing.ordinal] = teller.of(teller.scene(landing), changes)
        return found


@settings(max_examples=60)
@given(lives())
def test_nothing_that_landed_against_the_rules_goes_untold_and_nothing_else_alarms(
    life: tuple[tuple[date, Mapping[str, str]], ...],
) -> None:
    told = Told(life)
    audit = Audit(told.history, told.at)
    news = told.after(None)
    for landing in told.history.line():
        changes = [each for each in told.history.changes("") if each.landing == landing]
        wrong = any(v.severity is Severity.ERROR for v in audit.of(landing, changes))
        base = told.at(told.history.line()[landing.ordinal - 1].commit if landing.ordinal else "")
        earlier = partial(HistoryView, told.history, landing.ordinal - 1)
        try:
            report = review(base, told.at(landing.commit), landing.time.date(), history=earlier)
            # What a landed version had to be is for the audit: a repair changes it as well.
            wrong |= any(
                each.waived or (each.severity is Severity.ERROR and each.rule not in FOR_THE_AUDIT)
                for each in report.findings
            )
        except InvalidFiles:
            wrong = True
        events = [each.event for each in news.get(landing.ordinal, ())]
        alarmed = {
            each.type
            for each in events
            if each.severity is Severity.ERROR and each.type != "policy.removed"
        }
        assert bool(alarmed) is wrong, (landing.ordinal, alarmed)


@settings(max_examples=40)
@given(lives())
def test_each_thing_has_one_id_whether_it_is_told_with_what_went_before_or_alone(
    life: tuple[tuple[date, Mapping[str, str]], ...],
) -> None:
    told = Told(life)
    whole = told.after(None)
    events = [each.event for news in whole.values() for each in news]
    assert len({each.id for each in events}) == len(events)
    assert {each.type for each in events} <= TYPES.keys()
    for landing in told.history.line():
        rest = {number: news for number, news in whole.items() if number > landing.ordinal}
        assert told.after(landing) == rest


@settings(max_examples=40)
@given(lives())
def test_every_event_reaches_somebody_and_whoever_is_hit_is_among_them(
    life: tuple[tuple[date, Mapping[str, str]], ...],
) -> None:
    told = Told(life)
    policy = told.at(told.history.line()[0].commit).policy
    for number, news in told.after(None).items():
        base = told.at(told.history.line()[number - 1].commit if number else "")
        states = (base, told.at(told.history.line()[number].commit))
        for each in news:
            found = list(routes([each], states, policy))
            assert found, each.event.type
            hit = dict(each.event.details).get("hits", "").split(", ")
            assert {name for name in hit if name} <= {
                route.because.partition(" ")[0] for route in found
            }
        channels = {route.channel for route in routes(news, states, policy)}
        assert {each.channel for each in messages(routes(news, states, policy))} == channels
