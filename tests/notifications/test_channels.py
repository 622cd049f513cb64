"""A message as each medium shows it: whole, within the medium's limits, and nothing but text."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemareg.model import Severity
from schemareg.notifications.channels import cloudevents, lines, mail, plain, slack, teams, webhook
from schemareg.notifications.delivery.message import Message
from schemareg.notifications.events.event import Event
from schemareg.text.escape import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LANDED = datetime(2026, 11, 22, 12, tzinfo=UTC)
COMMIT = "3f2a9c1" + "0" * 33
PAGE = f"https://github.com/shop/registry/commit/{COMMIT}"
SOURCE = "https://github.com/shop/registry"

ENDS = Event(
    id="1" * 32,
    type="deprecation.announced",
    time=LANDED,
    severity=Severity.WARNING,
    product="orders",
    target="orders/order_placed#customer.email",
    title="orders/order_placed#customer.email ends on 2027-03-01",
    details=(
        ("reason", "Personal data leaves this product."),
        ("replacement", "orders/order_placed#customer.contact_id"),
        ("migration", "https://wiki.example.com/orders-contact"),
        ("earliest", "landed 2026-11-22 in 3f2a9c1 + 90 d → from 2027-02-20"),
    ),
    commit=COMMIT,
    actor="Ada Lovelace",
    pull_request="12",
    link=PAGE,
    source=SOURCE,
)
BROKE = replace(
    ENDS,
    id="2" * 32,
    type="breaking.waived",
    severity=Severity.ERROR,
    target="orders/order_placed@1.4.0",
    title="orders/order_placed@1.4.0 breaks its readers, by a waiver until 2026-12-31",
    details=(("accepted by", "platform: the shop closes"),),
)
RELEASED = replace(
    ENDS,
    id="3" * 32,
    type="version.released",
    severity=Severity.NOTICE,
    target="orders/refund@1.1.0",
    title="orders/refund@1.1.0 was released, and breaks nobody",
    details=(("added", "refund reason"),),
)
JOINED = replace(
    RELEASED,
    id="4" * 32,
    type="consumer.joined",
    target="orders",
    title="billing reads orders/refund",
    details=(),
)
REMINDER = replace(
    ENDS,
    id="5" * 32,
    type="sunset.approaching",
    time=datetime(2027, 2, 22, tzinfo=UTC),
    title="orders/order_placed#customer.email ends in 7 days, on 2027-03-01",
    commit="",
    actor="",
    pull_request="",
    link="",
)
MESSAGES = {
    "landing": Message(
        id="a" * 32,
        channel="billing-slack",
        headline=f"{BROKE.title}, and 3 more",
        alarms=(BROKE, ENDS),
        digest=(RELEASED, JOINED),
        because=("billing reads orders/order_placed", "billing reads orders/refund"),
    ),
    "reminder": Message(
        id="b" * 32,
        channel="mailto:ada@example.com",
        headline=REMINDER.title,
        alarms=(REMINDER,),
        digest=(),
        because=("checkout owns orders",),
    ),
    "lone": Message(
        id="e" * 32,
        channel="hub",
        headline=RELEASED.title,
        alarms=(),
        digest=(RELEASED,),
        because=("this is the registry's default",),
    ),
    "digest": Message(
        id="c" * 32,
        channel="hub",
        headline="2 changes in orders without breaks",
        alarms=(),
        digest=(RELEASED, JOINED),
        because=("the hub hears of everything",),
    ),
}


def _mail(told: Message) -> bytes:
    sender = ("Schema registry", "registry@example.com")
    return mail.render(told, sender, ("ada@example.com", "bob@example.com"), LANDED)


def _note(told: Message) -> str:
    note = plain.note(told, longest_title=250, longest_body=2_000)
    return f"{note.title}\n\n{note.body}"


def _indented(text: str) -> str:
    return f"{json.dumps(json.loads(text), indent=2, ensure_ascii=False)}\n"


MEDIA: dict[str, Callable[[Message], str]] = {
    "slack.json": lambda told: _indented(slack.render(told)),
    "teams.json": lambda told: _indented(teams.render(told)),
    "html": mail.html,
    "mail": lambda told: _mail(told).decode("ascii").replace("\r\n", "\n"),
    "text": lambda told: f"{told.headline}\n\n{plain.text(told)}",
    "note": _note,
    "cloudevents": lambda told: "".join(f"{cloudevents.render(e)}\n" for e in told.events),
}


@pytest.mark.parametrize("name", MESSAGES)
@pytest.mark.parametrize("medium", MEDIA)
def test_a_message_looks_so(name: str, medium: str, golden: Callable[[str, str], None]) -> None:
    golden(f"notices/{name}.{medium}", MEDIA[medium](MESSAGES[name]))


# --- limits --------------------------------------------------------------------------------------


def _crowd(alarms: int, notices: int, details: int = 40, length: int = 500) -> Message:
    """As much as may be told at once, each text as long as it may be."""
    text = "é<&>" * (length // 4)
    events = [
        replace(
            ENDS if number < alarms else RELEASED,
            id=f"{number:032x}",
            title=f"event {number}: {text}"[:length],
            details=tuple((f"{each} {text}"[:60], text) for each in range(details)),
            link=f"{SOURCE}/commit/{number:040x}",
        )
        for number in range(alarms + notices)
    ]
    because = tuple(f"{number} {text}" for number in range(12))
    return Message("d" * 32, "team", text, tuple(events[:alarms]), tuple(events[alarms:]), because)


CROWDS = {
    "a hundred alarms": _crowd(100, 0),
    "a hundred lines": _crowd(0, 100),
    "some of both": _crowd(8, 12, details=5, length=80),
    "one of everything": _crowd(1, 1),
    "nothing": Message("e" * 32, "team", "", (), (), ()),
}


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every string of a JSON value, with the names that lead to it."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _texts(each, f"{path}.{name}")
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, path)
    elif isinstance(value, str):
        yield path, value


def _left_out(shown: str) -> int:
    found = re.findall(r"and ([\d,]+) more that are not shown here", shown)
    return int(found[0].replace(",", "")) if found else 0


@pytest.mark.parametrize("crowd", CROWDS)
def test_slack_gets_no_more_than_it_takes(crowd: str) -> None:
    told = json.loads(slack.render(CROWDS[crowd]))
    blocks = told["blocks"]
    assert 1 <= len(blocks) <= 50
    for block in blocks:
        assert block["type"] in ("header", "section", "context", "divider")
        if block["type"] == "header":
            assert 1 <= len(block["text"]["text"]) <= 150
        if block["type"] == "section":
            assert 1 <= len(block["text"]["text"]) <= 3_000
            assert 0 < len(block.get("fields", [{"text": "-"}])) <= 10
            assert all(1 <= len(each["text"]) <= 2_000 for each in block.get("fields", ()))
        if block["type"] == "context":
            assert 1 <= len(block["elements"]) <= 10
    _counted(CROWDS[crowd], json.dumps(blocks, ensure_ascii=False))


@pytest.mark.parametrize("crowd", CROWDS)
def test_teams_gets_no_more_than_it_takes(crowd: str) -> None:
    text = teams.render(CROWDS[crowd])
    assert len(text.encode()) <= teams.LARGEST
    assert len(json.loads(text)["attachments"][0]["content"].get("actions", ())) <= 6
    _counted(CROWDS[crowd], text)


@pytest.mark.parametrize("crowd", CROWDS)
def test_a_mail_is_not_cut_off_by_who_shows_it(crowd: str) -> None:
    page = mail.html(CROWDS[crowd])
    assert len(page) <= 95_000
    _counted(CROWDS[crowd], page)
    rendered = _mail(CROWDS[crowd])
    assert max(map(len, rendered.split(b"\r\n"))) <= 998
    assert message_from_bytes(rendered, policy=policy.default).defects == []


@pytest.mark.parametrize("crowd", CROWDS)
@pytest.mark.parametrize(("title", "body"), [(250, 2_000), (0, 1_000), (0, 160), (50, 140)])
def test_a_service_gets_as_many_characters_as_it_takes(crowd: str, title: int, body: int) -> None:
    note = plain.note(CROWDS[crowd], longest_title=title, longest_body=body)
    assert len(note.title) <= title
    assert len(note.body) <= body


def _counted(told: Message, shown: str) -> None:
    """What is not shown is counted: no event gets lost unsaid."""
    there = sum(f"event {number}: é" in shown for number in range(len(told.events)))
    assert there + _left_out(shown) == len(told.events)


def test_what_has_room_is_shown_whole() -> None:
    told = MESSAGES["landing"]
    for render in (slack.render, teams.render, mail.html, plain.text, _note):
        shown = html.unescape(render(told))
        assert _left_out(shown) == 0
        for each in told.events:
            assert each.title in shown
        for each in told.alarms:
            assert all(text in shown for pair in each.details for text in pair)
        assert all(why in shown for why in told.because)


# --- hostile text --------------------------------------------------------------------------------

HOSTILE = {
    "a mention of everybody": "<!channel> <!here> <!everyone|all> @channel @here @everyone",
    "a mention of somebody": "<@U012AB3CD> <#C012AB3CD> <!subteam^S012> <at>Ada</at> @ada",
    "a forged link": "<https://evil.example|release notes> [here](https://evil.example)",
    "formatting": "*bold* _it_ ~~gone~~ `code` ```block ||hidden|| # head\n> quote | cell",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><a href='//evil'>",
    "entities": "&lt;!channel&gt; &#60;b&#62; &amp;lt;",
    "a terminal": "\x1b[2J\x1b]8;;https://evil.example\x07click\x1b]8;;\x07\x00\x9b",
    "the other way round": "\u202egnp.exe\u202c \u2066\u2067 \u200f\u200e",
    "invisible": "a\u200bb\u2060c\ufeffd\U000e0041 \u3164",
    "new headers": "x\r\nBcc: eve@evil.example\r\n\r\nbody",
    "line ends": "a\u2028b\u2029c\x0bd\x0ce\x85f",
    "templates": "{{DATE(2020-01-01T00:00:00Z, SHORT)}} @{triggerBody()} ${TOKEN} %0A",
    "commands of a runner": "::error::x\n##[error]y\n::add-mask::z",
    "half a character": "\ud83d\udcff \udfff",
    "five megabytes": "<!channel>" * 500_000,
}


def _poisoned(text: str) -> Message:
    event = replace(
        ENDS,
        product=text,
        target=text,
        title=text,
        details=((text, text), ("reason", text)),
        actor=text,
        pull_request=text,
    )
    notice = replace(event, id="9" * 32, severity=Severity.NOTICE)
    return Message("f" * 32, text, text, (event,), (notice,), (text, f"{text} owns {text}"))


@pytest.fixture(params=HOSTILE)
def poisoned(request: pytest.FixtureRequest) -> Message:
    return _poisoned(HOSTILE[request.param])


def _visible(text: str) -> bool:
    return all(visible(line) == line for line in text.split("\n"))


def test_slack_formats_nothing_but_our_own_links(poisoned: Message) -> None:
    told = json.loads(slack.render(poisoned))
    assert (told["mrkdwn"], told["link_names"]) == (False, False)
    assert (told["unfurl_links"], told["unfurl_media"]) == (False, False)
    for block in told["blocks"]:
        for part in [block.get("text"), *block.get("fields", ()), *block.get("elements", ())]:
            if part is not None and part["type"] != "plain_text":
                assert part == {"type": "mrkdwn", "text": f"<{PAGE}|View it>"}
    for _, text in _texts(told):
        assert text == f"<{PAGE}|View it>" or not re.search("[<>]", text)
        assert not re.search("&(?!amp;|lt;|gt;)", text)
        assert _visible(text)
    assert len(json.dumps(told)) < 50_000


def test_teams_gets_no_element_that_reads_markdown(poisoned: Message) -> None:
    (attachment,) = json.loads(teams.render(poisoned))["attachments"]
    card = attachment["content"]
    types = {text for path, text in _texts(card) if path.endswith(".type")}
    assert types <= {
        *("AdaptiveCard", "Container", "RichTextBlock", "TextRun", "Action.OpenUrl"),
    }
    assert {text for path, text in _texts(card) if path.endswith("rl")} == {PAGE}
    assert set(card["msteams"]) == {"width"}, "no entities, so nobody is mentioned"
    assert all(_visible(text) for _, text in _texts(card))


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_page_has_no_tag_and_no_link_but_ours(poisoned: Message) -> None:
    tags = _Tags()
    tags.feed(mail.html(poisoned))
    assert {tag for tag, _ in tags.seen} <= {
        *("html", "head", "meta", "title", "body", "h1", "h2", "div", "p", "b", "bdi"),
        *("table", "tr", "td", "ul", "li", "a"),
    }
    assert {each["href"] for tag, each in tags.seen if tag == "a"} == {PAGE}
    for _, each in tags.seen:
        assert set(each) <= {"lang", "charset", "name", "content", "style", "role", "href"}
    assert _visible(tags.text)


def test_a_mail_has_no_header_but_ours_and_no_part_but_two(poisoned: Message) -> None:
    found = message_from_bytes(_mail(poisoned), policy=policy.default)
    assert found.defects == []
    assert found.keys() == [
        *("From", "To", "Subject", "Date", "Message-ID", "List-Id", "Auto-Submitted"),
        *("X-Auto-Response-Suppress", "MIME-Version", "Content-Type"),
    ]
    assert found["To"] == "ada@example.com, bob@example.com"
    assert _visible(found["Subject"])
    parts = [each.get_content_type() for each in found.iter_parts()]
    assert parts == ["text/plain", "text/html"]
    text = next(iter(found.iter_parts())).get_content()
    assert _visible(text.replace("\r\n", "\n"))


def test_a_service_that_we_do_not_know_finds_nobody_to_mention(poisoned: Message) -> None:
    note = plain.note(poisoned, longest_title=250, longest_body=100_000)
    for text in note:
        assert not re.search(r"@[^\W\d]|<[!@#/\w]|\]\(|``|~~|\|\|", text)
        assert _visible(text.replace("\u200b", ""))


def test_programs_get_the_text_as_it_is(poisoned: Message) -> None:
    event = poisoned.alarms[0]
    request = webhook.request(event, [b"k" * 32], LANDED)
    assert request.body.isascii()
    value = json.loads(request.body)
    assert value["data"]["title"] == json.loads(json.dumps(event.title))
    assert all(each.isascii() and each.isprintable() for each in request.headers.values())


LINKS = [
    "javascript:alert(1)",
    "http://evil.example",
    "https://evil.example/|x>",
    'https://e.example/" onclick="x',
    "https://e.example/\r\n",
]


@pytest.mark.parametrize("link", LINKS)
def test_what_comes_back_from_a_damaged_ledger_is_no_link_and_no_header(link: str) -> None:
    event = replace(ENDS, id="x\r\nBcc: eve@evil.example", link=link, commit="\r\n" * 4)
    told = Message("\r\nBcc: eve@evil.example", "team", "news", (event,), (), ())
    blocks = json.loads(slack.render(told))["blocks"]
    assert "mrkdwn" not in json.dumps(blocks)
    assert "actions" not in teams.render(told)
    assert "<a " not in mail.html(told)
    assert link not in plain.text(told)
    assert message_from_bytes(_mail(told), policy=policy.default).keys().count("Bcc") == 0


@settings(max_examples=60)
@given(st.text(max_size=40), st.integers(min_value=8, max_value=60))
def test_what_slack_shows_is_the_text_or_its_beginning(text: str, limit: int) -> None:
    shown = slack.escaped(text, limit)
    assert len(shown) <= limit
    read = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert read == visible(text) or (
        read.endswith("…") and visible(text).startswith(read.removesuffix("…"))
    )


@settings(max_examples=60)
@given(st.text(max_size=40), st.integers(min_value=2, max_value=60))
def test_a_line_is_the_text_or_its_beginning(text: str, limit: int) -> None:
    shown = lines.line(text, limit)
    assert len(shown) <= limit
    assert shown == visible(text) or visible(text).startswith(shown.removesuffix("…"))
