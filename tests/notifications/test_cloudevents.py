"""Events as CloudEvents: what the specification asks of them, and that nothing is lost on the way."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from schemareg.model import Severity
from schemareg.model.errors import RegistryError
from schemareg.notifications.channels import cloudevents
from schemareg.notifications.events.audience import EventContent, dated, identity, plain
from schemareg.notifications.events.event import TYPES, Event
from schemareg.notifications.events.source import event_source
from schemareg.reports.views.events import line, render
from schemareg.reports.views.json_schemas import schema_text

EVENT = Event(
    "0123456789abcdef0123456789abcdef",
    "deprecation.announced",
    datetime(2026, 3, 1, 13, 30, tzinfo=timezone(timedelta(hours=1))),
    Severity.WARNING,
    "orders",
    "orders/order#customer.email",
    "orders/order#customer.email ends on 2026-07-01",
    (("reason", "Personal data leaves."), ("read by", "billing, shop")),
    "3f2a9c1b" * 5,
    "Ada Lovelace",
    "12",
    "https://github.com/shop/registry/commit/" + "3f2a9c1b" * 5,
    "https://github.com/shop/registry",
)

_TEXT = st.text(max_size=40).filter(lambda text: text == plain(text))
EVENTS = st.builds(
    Event,
    st.text("0123456789abcdef", min_size=32, max_size=32),
    st.sampled_from(sorted(TYPES)),
    st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)).map(
        lambda each: each.replace(microsecond=0)
    ),
    st.sampled_from(Severity),
    _TEXT,
    _TEXT,
    _TEXT.filter(bool),
    st.lists(st.tuples(_TEXT, _TEXT), max_size=4).map(tuple),
    st.sampled_from(("", "ab" * 20, "ab" * 32)),
    _TEXT,
    _TEXT,
    st.sampled_from(("", "https://github.com/o/r/commit/" + "ab" * 20)),
    st.sampled_from(("https://github.com/o/r", "schemareg:" + "ab" * 20)),
)


@cache
def published() -> Draft202012Validator:
    schema = json.loads(schema_text("event"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def wrong(value: dict[str, Any]) -> list[str]:
    """What CloudEvents 1.0.2 and its JSON format would say against an event.

    Source: CloudEvents 1.0.2, Context Attributes and Type System; JSON Event Format, 2 and 3.
    """
    found = [f"{name} is no name" for name in value if not re.fullmatch(r"[a-z0-9]{1,20}", name)]
    attributes = {name: each for name, each in value.items() if name != "data"}
    found += [
        f"{name} is no text" for name, each in attributes.items() if not isinstance(each, str)
    ]
    found += [f"{name} is empty" for name, each in attributes.items() if each == ""]
    found += [
        f"{name} lacks" for name in ("id", "source", "specversion", "type") if name not in value
    ]
    forbidden = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
    found += [f"{name} has controls" for name, each in attributes.items() if forbidden.search(each)]
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+", value["source"]):
        found.append("source is no URI")
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value["time"]):
        found.append("time is no RFC 3339 of UTC")
    return found


def test_an_event_is_a_cloudevent() -> None:
    value = json.loads(cloudevents.render(EVENT))
    assert wrong(value) == []
    assert value == {
        "specversion": "1.0",
        "id": "0123456789abcdef0123456789abcdef",
        "source": "https://github.com/shop/registry",
        "type": "dev.schemareg.deprecation.announced",
        "subject": "orders/order#customer.email",
        "time": "2026-03-01T12:30:00Z",
        "datacontenttype": "application/json",
        "data": {
            "severity": "warning",
            "product": "orders",
            "target": "orders/order#customer.email",
            "title": "orders/order#customer.email ends on 2026-07-01",
            "details": [
                {"name": "reason", "text": "Personal data leaves."},
                {"name": "read by", "text": "billing, shop"},
            ],
            "commit": "3f2a9c1b" * 5,
            "actor": "Ada Lovelace",
            "pull_request": "12",
            "link": "https://github.com/shop/registry/commit/" + "3f2a9c1b" * 5,
        },
    }


@given(EVENTS)
def test_what_is_written_can_be_read_back_and_fits_the_published_schema(event: Event) -> None:
    text = cloudevents.render(event)
    assert text.isascii()
    assert "\n" not in text
    assert cloudevents.read(text) == event
    assert wrong(json.loads(text)) == []
    published().validate(json.loads(text))


@given(st.lists(EVENTS, max_size=3))
def test_a_batch_is_an_array_of_the_same(events: list[Event]) -> None:
    assert json.loads(cloudevents.batch(events)) == [cloudevents.document(e) for e in events]


def test_a_subject_that_would_be_empty_is_left_out() -> None:
    saying = EventContent(
        "policy.changed", Severity.NOTICE, "", "", "the registry's policy changed"
    )
    event = dated(saying, EVENT.time.date(), event_source("", "a" * 40))
    assert "subject" not in cloudevents.document(event)
    assert wrong(cloudevents.document(event)) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        '{"specversion": "0.3", "type": "dev.schemareg.x.y", "data": {}}',
        cloudevents.render(EVENT).replace("dev.schemareg.", "com.example."),
        cloudevents.render(EVENT).replace('"warning"', '"fatal"'),
        cloudevents.render(EVENT).replace("2026-03-01T", "2026-13-01T"),
        cloudevents.render(EVENT).replace('"details":[{', '"details":[3,{'),
        cloudevents.render(EVENT)[:-2],
    ],
)
def test_what_is_no_event_of_ours_is_refused_with_the_schema_to_look_at(text: str) -> None:
    with pytest.raises(RegistryError) as refused:
        cloudevents.read(text)
    assert refused.value.remedy == "reg schema event"


def test_no_type_is_told_that_is_not_in_the_table() -> None:
    saying = EventContent("version.exploded", Severity.ERROR, "", "", "boom")
    with pytest.raises(ValueError, match="exploded"):
        dated(saying, EVENT.time.date(), event_source("", "a" * 40))


def test_ids_tell_apart_what_only_looks_the_same_when_it_is_joined() -> None:
    assert identity("a", "bc") != identity("ab", "c")
    assert identity("a", "") != identity("a")
    assert re.fullmatch("[0-9a-f]{32}", identity("\udc80", "\x00"))


def test_a_line_in_a_log_starts_no_workflow_command_and_moves_no_cursor() -> None:
    nasty = "::error::x ##[error]y \x1b[31m \u202e \u200b"
    event = Event(EVENT.id, EVENT.type, EVENT.time, EVENT.severity, "orders", nasty, nasty)
    printed = line(event)
    assert json.loads(printed)["data"]["title"] == nasty
    assert "##[" not in printed
    assert printed.isascii()
    shown = render([event])
    assert not re.search(r"^\s*::|##\[|[\x00-\x09\x0b-\x1f\u202e\u200b]", shown, re.MULTILINE)


def test_texts_are_cut_and_whole_characters_at_any_length() -> None:
    assert plain("\ud800x") == "?x"
    assert plain("x" * 501) == "x" * 499 + "…"
    assert plain("x" * 500) == "x" * 500
