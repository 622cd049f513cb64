"""Events to people: which channels an event goes to and why, and what one message holds."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemareg.model import Channel, Entry, Kind, Mail, Policy, Severity
from schemareg.model.targets import parse
from schemareg.notifications.delivery.grouping import MOST, messages
from schemareg.notifications.delivery.routing import Route, routes
from schemareg.notifications.events.audience import AddressedEvent
from schemareg.notifications.events.event import Event
from schemareg.snapshot.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping

MAIL = Mail("${SMTP_URL}", "reg@example.com")


class Texts:
    """The files of a state, from their texts."""

    label, commit = "texts", ""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = {path: text.encode() for path, text in files.items()}

    def entry(self, path: str) -> Entry | None:
        if path in self._files:
            return Entry(Kind.FILE, "")
        inside = any(name.startswith(f"{path}/") for name in self._files)
        return Entry(Kind.FOLDER, "") if inside or not path else None

    def folder(self, path: str) -> dict[str, Entry]:
        start = f"{path}/" if path else ""
        names = {
            name.removeprefix(start).partition("/")[0]
            for name in self._files
            if name.startswith(start)
        }
        found = {name: self.entry(f"{start}{name}") for name in sorted(names)}
        return {name: entry for name, entry in found.items() if entry is not None}

    def read(self, path: str) -> bytes:
        return self._files[path]

    def size(self, path: str) -> int:
        return len(self._files[path])


def state(owner: Mapping[str, object] | None = None, **consumers: Mapping[str, object]) -> Snapshot:
    """A registry of the product orders: its owner, and its consumers by name."""
    said = {"title": "Orders", "owner": {"team": "checkout"} | dict(owner or {}), "schemas": {}}
    files = {"products/orders/product.yaml": json.dumps(said)}
    for name, words in consumers.items():
        use = {"schema": "orders/order", "fields": ["email"]}
        value = {"team": name, "uses": [use], **words}
        files[f"products/orders/consumers/{name}.yaml"] = json.dumps(value)
    return Snapshot(Texts(files))


def policy(*names: str, default: tuple[str, ...] = ("hub",), mail: Mail | None = None) -> Policy:
    channels = tuple(Channel(name, f"${{{name.upper()}}}") for name in ("hub", *names))
    return Policy(channels=channels, notify_default=default, mail=mail)


def event(number: int = 0, severity: Severity = Severity.NOTICE, product: str = "orders") -> Event:
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    title = f"thing {number} happened"
    return Event(f"{number:032x}", "version.released", moment, severity, product, product, title)


def news(*touches: str, consumers: tuple[str, ...] = (), hub: bool = False) -> AddressedEvent:
    return AddressedEvent(event(), tuple(map(parse, touches)), consumers, hub)


def went(each: AddressedEvent, states: tuple[Snapshot, ...], by: Policy) -> list[tuple[str, str]]:
    return [(route.channel, route.because) for route in routes([each], states, by)]


def test_an_owner_is_reached_on_the_channels_that_are_named() -> None:
    here = state({"channels": ["chat", "desk"], "contact": "ada@example.com"})
    assert went(news(), (here,), policy("chat", "desk", mail=MAIL)) == [
        ("chat", "checkout owns orders"),
        ("desk", "checkout owns orders"),
    ]


def test_an_owner_without_a_channel_is_reached_by_mail_where_there_is_mail() -> None:
    here = state({"contact": "ada@example.com"})
    assert went(news(), (here,), policy(mail=MAIL)) == [
        ("mailto:ada@example.com", "checkout owns orders")
    ]
    assert went(news(), (here,), policy()) == [("hub", "checkout owns orders")]


@pytest.mark.parametrize(
    "contact",
    [
        "ask in the hall",
        "@ada",
        "ada@example.com, eve@example.com",
        "ada@example.com\nBcc: eve@example.com",
        "ada@example.com?bcc=eve@example.com",
        "https://example.com/ada@example.com",
        "a" * 65 + "@example.com",
    ],
)
def test_a_contact_that_is_no_plain_address_is_no_address(contact: str) -> None:
    here = state({"contact": contact})
    assert went(news(), (here,), policy(mail=MAIL)) == [("hub", "checkout owns orders")]


def test_a_channel_that_is_not_there_falls_back_and_that_is_said() -> None:
    here = state({"channels": ["chat", "gone"], "contact": "ada@example.com"})
    said = "checkout owns orders; registry.yaml has no channel gone"
    assert went(news(), (here,), policy("chat", mail=MAIL)) == [
        ("chat", "checkout owns orders"),
        ("hub", said),
    ]
    lost = state({"channels": ["gone"], "contact": "ada@example.com"})
    assert went(news(), (lost,), policy(mail=MAIL)) == [("mailto:ada@example.com", said)]


def test_where_nobody_can_be_reached_nothing_is_sent() -> None:
    here = state({"contact": "ada@example.com"})
    assert went(news(hub=True), (here,), policy(default=())) == []
    assert went(news(hub=True), (here,), policy(default=("gone",))) == []


def test_readers_hear_of_what_touches_what_they_declare_and_of_nothing_else() -> None:
    here = state({"channels": ["chat"]}, billing={"channels": ["desk"]})
    by = policy("chat", "desk")
    owner = ("chat", "checkout owns orders")
    reader = ("desk", "billing reads orders/order")
    assert went(news("orders/order#email"), (here,), by) == [owner, reader]
    assert went(news("orders/order#email.domain"), (here,), by) == [owner, reader]
    assert went(news("orders/order"), (here,), by) == [owner, reader]
    assert went(news("orders/order#total"), (here,), by) == [owner]
    assert went(news("orders/refund"), (here,), by) == [owner]
    assert went(news("payments/order#email"), (here,), by) == [owner]
    assert went(news(), (here,), by) == [owner]
    assert went(news(consumers=("billing",)), (here,), by) == [
        owner,
        ("desk", "billing reads orders"),
    ]


def test_a_reader_whose_file_is_wrong_is_taken_to_read_everything() -> None:
    here = state({"channels": ["chat"]}, billing={"uses": "all of it"})
    assert ("hub", "billing reads orders/refund") in went(
        news("orders/refund#total"), (here,), policy("chat")
    )


def test_who_comes_and_who_leaves_both_hear_of_it() -> None:
    before = state({"channels": ["chat"]}, billing={"channels": ["desk"]})
    after = state({"team": "sales", "channels": ["floor"]})
    by = policy("chat", "desk", "floor")
    assert went(news("orders/order"), (before, after), by) == [
        ("chat", "checkout owns orders"),
        ("floor", "sales owns orders"),
        ("desk", "billing reads orders/order"),
    ]


def test_what_concerns_no_product_goes_to_those_who_look_after_the_whole() -> None:
    whole = AddressedEvent(event(product=""), hub=True)
    assert went(whole, (state(),), policy()) == [("hub", "this is the registry's default")]
    # Of a product that nobody can find, somebody has to hear all the same.
    lost = AddressedEvent(event(product="gone"))
    assert went(lost, (state(),), policy()) == [("hub", "this is the registry's default")]


@pytest.mark.parametrize(
    ("threshold", "heard"),
    [
        (Severity.ERROR, [Severity.ERROR]),
        (Severity.WARNING, [Severity.ERROR, Severity.WARNING]),
        (Severity.NOTICE, [Severity.ERROR, Severity.WARNING, Severity.NOTICE]),
    ],
)
def test_a_channel_hears_what_reaches_its_threshold(
    threshold: Severity, heard: list[Severity]
) -> None:
    by = policy("chat")
    quiet = replace(by, channels=(Channel("chat", "${CHAT}", threshold=threshold),))
    told = [AddressedEvent(event(number, each)) for number, each in enumerate(Severity)]
    found = routes(told, (state({"channels": ["chat"]}),), quiet)
    assert [each.event.severity for each in found] == heard


# -- messages -------------------------------------------------------------------------------------


def route(number: int, severity: Severity = Severity.NOTICE, channel: str = "chat") -> Route:
    return Route(event(number, severity), channel, f"{channel} owns orders")


def test_one_landing_is_one_message_to_a_channel_however_many_meet_there() -> None:
    (told,) = messages(
        [
            Route(event(1), "chat", "checkout owns orders"),
            Route(event(1), "chat", "billing reads orders"),
            Route(event(2, Severity.WARNING), "chat", "billing reads orders"),
        ]
    )
    assert told.because == ("billing reads orders", "checkout owns orders")
    assert [each.id for each in told.alarms] == [event(2).id]
    assert [each.id for each in told.digest] == [event(1).id]


def test_the_worst_comes_first_and_the_headline_says_it() -> None:
    (told,) = messages(
        [route(1), route(2, Severity.WARNING), route(3, Severity.ERROR), route(4, Severity.ERROR)]
    )
    assert [each.id for each in told.alarms] == [event(n).id for n in (3, 4, 2)]
    assert told.headline == "thing 3 happened, and 3 more"


def test_what_breaks_nobody_is_a_digest() -> None:
    (alone,) = messages([route(1)])
    (several,) = messages([route(1), route(2)])
    assert (alone.headline, alone.alarms) == ("thing 1 happened", ())
    assert several.headline == "2 changes in orders without breaks"
    policy_too = Route(event(3, product=""), "chat", "it is yours")
    (wider,) = messages([route(1), policy_too])
    assert wider.headline == "2 changes in orders and the registry itself without breaks"


def test_thousands_at_once_are_cut_worst_first_and_counted() -> None:
    many = [route(number) for number in range(5_000)]
    (told,) = messages([*many, route(9_999, Severity.ERROR)])
    assert len(told.events) == MOST
    assert told.alarms[0].id == event(9_999).id
    assert told.headline == "thing 9999 happened, and 5,000 more"
    last = told.digest[-1]
    assert (last.type, last.severity) == ("events.omitted", Severity.NOTICE)
    assert last.title.startswith("and 4,902 more; to see them all: ")


def test_hundreds_of_reasons_are_counted() -> None:
    why = [Route(event(1), "chat", f"team{number:03} reads orders") for number in range(300)]
    (told,) = messages(why)
    assert len(told.because) == 12
    assert told.because[-1] == "and 289 more reasons"


ROUTES = st.lists(
    st.builds(
        route, st.integers(0, 20), st.sampled_from(Severity), st.sampled_from(("a", "b", "c"))
    ),
    max_size=30,
)


@given(ROUTES)
def test_every_event_comes_once_to_each_channel_it_goes_to(found: list[Route]) -> None:
    told = messages(found)
    assert [each.channel for each in told] == sorted({each.channel for each in found})
    for each in told:
        ids = [one.id for one in each.events]
        assert sorted(ids) == sorted({r.event.id for r in found if r.channel == each.channel})
    assert len({each.id for each in told}) == len(told)
    assert messages(found) == told
    assert messages([*found, *found]) == told
