"""A message on its way to a channel: what arrives, what is tried again, what is told of a failure."""

from __future__ import annotations

import base64
import json
import logging
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import standardwebhooks
from jsonschema import Draft202012Validator
from tests.doubles.receivers import (
    Answer,
    Certificates,
    Closed,
    Cut,
    Dribble,
    Hook,
    Mailbox,
    Silence,
    passing,
    posting,
    receiving,
    unheard,
)

from schemareg.adapters.delivery import http
from schemareg.documents import parse_yaml
from schemareg.manifests import parse_registry
from schemareg.manifests.channels import kind_of
from schemareg.model import Channel, Mail, Policy, Severity
from schemareg.notifications.delivery import masking, pauses
from schemareg.notifications.delivery.message import Message, SendOutcome
from schemareg.notifications.events.event import Event
from schemareg.operations.notify import send as notify_send
from schemareg.reports.views.json_schemas import schema_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import EmailMessage

TOKEN = "T0C4ND0R/B1G+s3cret=value"


def event(number: int = 1, severity: Severity = Severity.WARNING) -> Event:
    return Event(
        id=f"{number:032x}",
        type="deprecation.announced",
        time=datetime(2026, 11, 22, 12, tzinfo=UTC),
        severity=severity,
        product="orders",
        target="orders/order_placed#customer.email",
        title="orders/order_placed#customer.email ends on 2027-03-01",
        details=(("reason", "Personal data leaves this product."),),
        commit="3f2a9c1" + "0" * 33,
        actor="Ada Lovelace",
        pull_request="12",
        link="https://github.com/shop/registry/commit/3f2a9c1",
        source="https://github.com/shop/registry",
    )


def message(*events: Event) -> Message:
    told = events or (event(),)
    return Message("ab" * 16, "team", told[0].title, told, (), ("billing reads orders",))


class Pauses:
    """Stands in for waiting: the seconds that would have been waited."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


def send(
    channel: Channel,
    environment: Mapping[str, str] | None = None,
    *,
    mail: Mail | None = None,
    told: Message | None = None,
    patience: float = 0,
    pause: Pauses | None = None,
) -> SendOutcome:
    return notify_send.send(
        channel,
        mail,
        told or message(),
        environment or {},
        patience=patience,
        pause=pause or Pauses(),
    )


def to(hook: Hook, kind: str = "slack") -> Channel:
    return Channel("team", hook.url, kind)


# --- over HTTP -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["slack", "teams"])
def test_a_message_is_posted_once_as_its_medium_has_it(hook: Hook, kind: str) -> None:
    assert send(to(hook, kind)) == SendOutcome(True)
    (post,) = hook.posts
    assert post.path == "/hook"
    assert post.headers["content-type"] == "application/json; charset=utf-8"
    assert json.loads(post.body) == json.loads(notify_send.render(to(hook, kind), message()))


def test_where_a_message_goes_comes_from_the_environment(hook: Hook) -> None:
    base = hook.url.removesuffix("/hook")
    assert send(Channel("team", "${URL}", "slack"), {"URL": f" {base}/a?b=c \n"}).sent
    assert send(Channel("team", f"{base}/${{PATH_}}", "slack"), {"PATH_": "T/B/x"}).sent
    assert send(Channel("team", f"{base}/?t=${{T}}", "slack"), {"T": "a&b=c d"}).sent
    login = f"{base.replace('://', '://${U}:${P}@')}/"
    assert send(Channel("team", login, "slack"), {"U": "me", "P": "p@/:ss"}).sent
    assert [each.path for each in hook.posts] == ["/a?b=c", "/T/B/x", "/?t=a%26b%3Dc%20d", "/"]
    basic = base64.b64encode(b"me:p@/:ss").decode()
    assert hook.posts[-1].headers["authorization"] == f"Basic {basic}"


def test_a_variable_that_is_not_there_is_named_and_nothing_is_sent(hook: Hook) -> None:
    channel = Channel("team", f"{hook.url}/${{TOKEN}}", "slack")
    for environment in ({}, {"TOKEN": "  "}):
        outcome = send(channel, environment, patience=60)
        assert outcome == SendOutcome(False, "the variable TOKEN is not set", permanent=True)
    assert hook.posts == []


FINAL: dict[str, tuple[Answer, str]] = {
    "refused": (Answer(403, body=b"action_prohibited"), "it answered 403: action_prohibited"),
    "gone": (Answer(410, body=b"<html>Gone, gone</html>"), "it answered 410"),
    "moved": (
        Answer(302, {"Location": "http://127.0.0.1:1/"}),
        "it answered 302: it has moved, and redirections are not followed",
    ),
    "too large": (Answer(413, body=b"no\x1b[2J\n room"), r"it answered 413: no\x1b[2J room"),
}


@pytest.mark.parametrize("case", FINAL)
def test_what_the_other_side_refuses_is_not_tried_again(hook: Hook, case: str) -> None:
    answer, reason = FINAL[case]
    hook.plan(answer)
    assert send(to(hook), patience=60) == SendOutcome(False, reason, permanent=True)
    assert len(hook.posts) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again_after_longer_and_longer_pauses(
    hook: Hook, status: int
) -> None:
    waited = Pauses()
    hook.plan(Answer(status), Answer(status), Answer(status))
    assert send(to(hook), patience=60, pause=waited) == SendOutcome(True)
    assert len(hook.posts) == 4
    assert all(0.5 * 2**n <= each <= 2**n for n, each in enumerate(waited.taken))


def test_the_pause_that_is_asked_for_is_kept(hook: Hook) -> None:
    waited = Pauses()
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    hook.plan(Answer(429, {"Retry-After": "7"}), Answer(503, {"Retry-After": soon}))
    assert send(to(hook), patience=60, pause=waited) == SendOutcome(True)
    seconds, date = waited.taken
    assert seconds == 7
    assert 10 <= date <= 20


def test_a_pause_that_is_too_long_is_told_on_instead(hook: Hook) -> None:
    hook.plan(Answer(429, {"Retry-After": "3600"}))
    outcome = send(to(hook), patience=60)
    assert outcome == SendOutcome(False, "it answered 429: ok", retry_after=3600)
    assert len(hook.posts) == 1


WAITS = {
    "120": 120,
    " 5 ": 5,
    "0": 0,
    "-5": 0,
    "1e3": 0,
    "soon": 0,
    "": 0,
    "99999999999999999999": 86_400,
    "Sun, 22 Nov 2026 12:01:00 GMT": 60,
    "Sun, 22 Nov 2026 11:59:00 GMT": 0,
    "Mon, 22 Nov 2027 12:00:00 GMT": 86_400,
    "٣": 0,
}


def test_retry_after_is_seconds_or_a_date_and_never_more_than_a_day() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert {text: http.retry_after(text, now) for text in WAITS} == WAITS


def test_a_connection_that_is_refused_is_tried_until_patience_ends() -> None:
    outcome = send(Channel("team", unheard(), "slack"))
    assert outcome == SendOutcome(False, "it refused the connection")


def test_what_was_sent_and_never_answered_may_have_arrived(hook: Hook) -> None:
    for step, patience, reason in (
        (Silence(), 1, "it did not answer in time"),
        (Dribble(), 1, "it did not answer in time"),
        (Closed(), 20, "it closed the connection without an answer"),
        (Cut("status"), 20, "its answer violates the protocol"),
    ):
        hook.plan(step)
        outcome = send(to(hook), patience=patience)
        assert outcome == SendOutcome(False, reason, uncertain=True), step
    assert len(hook.posts) == 4, "none of them was sent again"


def test_an_answer_whose_body_is_cut_off_is_an_answer(hook: Hook) -> None:
    hook.plan(Cut())
    assert send(to(hook)) == SendOutcome(True)


def test_patience_bounds_the_whole_whatever_the_other_side_does(hook: Hook) -> None:
    hook.always(Dribble())
    before = time.monotonic()
    assert not send(to(hook, "webhook"), patience=1.5).sent
    assert time.monotonic() - before < 10


URLS = {
    "http://example.com/hook": "the URL has no encryption: http instead of https",
    "https://": "the URL is not an https address",
    "file:///etc/passwd": "the URL is not an https address",
    "https://exa mple.com/": "the URL has spaces or invisible characters",
    "https://example.com/\r\nX: y": "the URL has spaces or invisible characters",
    "https://[::1/": "the URL is malformed",
    "https://example.com:99999/": "the URL is malformed",
    "https://example.com:0/": "the URL is not an https address",
}


@pytest.mark.parametrize("url", URLS)
def test_a_url_that_nothing_may_be_sent_to_is_refused_without_showing_it(url: str) -> None:
    outcome = send(Channel("team", "${URL}", "slack"), {"URL": url}, patience=60)
    assert outcome == SendOutcome(False, URLS[url], permanent=True)


def test_a_variable_that_holds_no_url_is_told(hook: Hook) -> None:
    for text in ("hooks.slack.com/services/x", "${OTHER}", "https"):
        outcome = send(Channel("team", "${URL}"), {"URL": text, "OTHER": hook.url}, patience=60)
        reason = "its URL does not begin like one, with https: or mailto:"
        assert outcome == SendOutcome(False, reason, permanent=True)
    assert hook.posts == [], "what comes from the environment is not filled in again"


def test_certificates_are_verified(certificates: Certificates) -> None:
    with receiving(certificates) as hook:
        assert send(to(hook)) == SendOutcome(True)
        elsewhere = Channel("team", hook.url.replace("localhost", "127.0.0.1"), "slack")
        assert send(elsewhere) == SendOutcome(True)
    certificates.server = certificates.of_another_host
    with receiving(certificates) as hook:
        assert send(to(hook)) == SendOutcome(False, "its certificate is for another host")
        assert hook.posts == []


def test_a_certificate_that_nobody_vouches_for_is_refused(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with receiving(certificates) as hook:
        outcome = send(to(hook))
        assert outcome.reason.startswith(
            ("its certificate is self-signed", "its certificate is not signed by")
        ), outcome
        assert hook.posts == []


def test_a_proxy_of_the_environment_is_gone_through(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = Channel("team", "https://receiver.example/hook", "slack")
    with receiving(certificates) as hook, passing(hook) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("://", "://me:p%40ss@"))
        monkeypatch.setenv("NO_PROXY", "")
        assert send(channel) == SendOutcome(True)
        basic = base64.b64encode(b"me:p@ss").decode()
        assert proxy.asked == [("receiver.example:443", f"Basic {basic}")]
        assert send(to(hook)) == SendOutcome(True), (
            "this machine is not asked for by way of another"
        )
        assert len(proxy.asked) == 1
        proxy.lets = False
        assert send(channel) == SendOutcome(False, "the proxy refuses the connection")
        for named in ("http://[", "socks5://localhost:1", "https://localhost:1", "http://"):
            monkeypatch.setenv("HTTPS_PROXY", named)
            reason = "HTTPS_PROXY is not an http address"
            assert send(channel) == SendOutcome(False, reason, permanent=True)
        assert [each.path for each in hook.posts] == ["/hook", "/hook"]


# --- signed events -------------------------------------------------------------------------------

EVENT = Draft202012Validator(json.loads(schema_text("event")))
KEYS = [base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2)]


def test_each_event_is_posted_as_a_cloud_event_and_signed(hook: Hook) -> None:
    told = message(event(1), event(2))
    channel = Channel("team", hook.url, secret="${KEY}")
    assert send(channel, {"KEY": f"whsec_{KEYS[0]}"}, told=told) == SendOutcome(True)
    for post, each in zip(hook.posts, told.events, strict=True):
        assert post.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
        assert post.headers["webhook-id"] == each.id
        body: Any = standardwebhooks.Webhook(KEYS[0]).verify(post.body, post.headers)
        EVENT.validate(body)
        assert (body["id"], body["source"], body["specversion"]) == (each.id, each.source, "1.0")


PAGE = (Path(__file__).parents[2] / "registry" / "docs" / "how-to-channels.md").read_text("utf-8")


def test_the_receiver_on_the_page_verifies_what_is_sent_and_nothing_else(hook: Hook) -> None:
    (sample,) = re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(sample, names)  # noqa: S102  it stands on our own page
    verified = names["verified"]
    channel = Channel("team", hook.url, secret="${NEW} ${OLD}")
    keys = {"NEW": f"whsec_{KEYS[1]}", "OLD": f"whsec_{KEYS[0]}"}
    assert send(channel, keys) == SendOutcome(True)
    headers, body = hook.posts[0].headers, hook.posts[0].body
    assert [verified(headers, body, key) for key in keys.values()] == [True, True]
    assert not verified(headers, body + b" ", keys["NEW"])
    assert not verified(headers, body, f"whsec_{base64.b64encode(b'3' * 32).decode()}")
    assert not verified({**headers, "webhook-timestamp": "1700000000"}, body, keys["NEW"])


def test_the_channels_on_the_page_are_as_registry_yaml_has_them() -> None:
    (sample,) = re.findall(r"```yaml\n(.+?)```", PAGE, re.DOTALL)
    policy = parse_registry(parse_yaml(sample.encode(), "registry.yaml"))
    assert {each.name: kind_of(each) for each in policy.channels} == {
        "billing-teams": "",
        "checkout-slack": "",
        "hub-mail": "mail",
        "lineage": "webhook",
        "on-call": "apprise",
    }
    rows = re.findall(r"^\| `([a-z]+)` \|", PAGE, re.MULTILINE)
    assert rows == ["kind", "slack", "teams", "webhook", "mail", "apprise"]


def test_while_one_secret_follows_another_both_verify(hook: Hook) -> None:
    channel = Channel("team", hook.url, "webhook", secret="${NEW} ${OLD}")
    environment = {"NEW": f"whsec_{KEYS[1]}", "OLD": KEYS[0]}
    assert send(channel, environment) == SendOutcome(True)
    for key in KEYS:
        standardwebhooks.Webhook(key).verify(hook.posts[0].body, hook.posts[0].headers)
    other = standardwebhooks.Webhook(base64.b64encode(b"3" * 32).decode())
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        other.verify(hook.posts[0].body, hook.posts[0].headers)


def test_without_a_secret_nothing_is_signed(hook: Hook) -> None:
    assert send(to(hook, "webhook")) == SendOutcome(True)
    assert "webhook-signature" not in hook.posts[0].headers


SECRETS = {
    "no base64": "KEY is not a signing secret: it is not whsec_ followed by Base64",
    "whsec_c2hvcnQ=": "KEY is not a signing secret: it has 5 bytes; 24 to 64 are required",
}


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_that_cannot_sign_is_named_by_its_variable(hook: Hook, secret: str) -> None:
    outcome = send(Channel("team", hook.url, secret="${KEY}"), {"KEY": secret})
    assert outcome.permanent
    assert outcome.reason.startswith(SECRETS[secret])
    assert "openssl rand -base64 32" in outcome.reason
    assert hook.posts == []


def test_events_that_were_accepted_are_not_posted_again(hook: Hook) -> None:
    hook.plan(Answer(), Answer(500), Closed(), Answer())
    told = message(event(1), event(2), event(3))
    assert send(to(hook, "webhook"), told=told, patience=60) == SendOutcome(True)
    ids = [int(each.headers["webhook-id"], 16) for each in hook.posts]
    assert ids == [1, 2, 2, 2, 3], "a repeat is known by its id, so it is tried where it is unsure"


def test_how_many_events_were_accepted_is_told(hook: Hook) -> None:
    hook.plan(Answer(), Answer(400))
    outcome = send(to(hook, "webhook"), told=message(event(1), event(2), event(3)))
    assert outcome == SendOutcome(False, "it answered 400: ok, after 1 of 3 events", permanent=True)


# --- mail ----------------------------------------------------------------------------------------

TEAM = Channel("team", "mailto:ada@example.com")
BOTH = Channel("team", "mailto:ada@example.com,bob@example.com", "mail")


def by(mailbox: Mailbox, scheme: str = "smtp", login: str = "", more: str = "") -> Mail:
    server = f"{scheme}://{login}{mailbox.host}:{mailbox.port}{more}"
    return Mail(server, "Schema registry <registry@example.com>")


def test_a_mail_arrives_with_who_it_is_from_and_for(mailbox: Mailbox) -> None:
    assert send(BOTH, mail=by(mailbox)) == SendOutcome(True)
    (mail,) = mailbox.mails
    assert (mail.sender, mail.recipients) == (
        "registry@example.com",
        ("ada@example.com", "bob@example.com"),
    )
    assert mail.parsed["From"] == "Schema registry <registry@example.com>"
    assert mail.parsed["To"] == "ada@example.com, bob@example.com"
    assert mail.parsed["Subject"] == message().headline
    assert mail.parsed["Message-ID"] == f"<{message().id}@example.com>"
    assert mail.parsed["Auto-Submitted"] == "auto-generated"
    date = mail.parsed["Date"].datetime
    assert abs(datetime.now(UTC) - date) < timedelta(minutes=1)
    plain, html = (part.get_content() for part in mail.parsed.iter_parts())
    assert "Personal data leaves this product." in plain
    assert "Personal data leaves this product." in html


@pytest.mark.parametrize("starttls", [False, True])
def test_mail_goes_over_tls_after_a_login(certificates: Certificates, starttls: bool) -> None:
    with posting(certificates, starttls=starttls, login=True) as mailbox:
        mailbox.users = {"me@example.com": "pässword/:@"}
        mailbox.host = "localhost"
        scheme, more = ("smtp", "?tls=starttls") if starttls else ("smtps", "")
        mail = by(mailbox, scheme, "${USER_}:${PASSWORD}@", more)
        environment = {"USER_": "me@example.com", "PASSWORD": "pässword/:@"}
        assert send(TEAM, environment, mail=mail) == SendOutcome(True)
        assert [(each.secure, each.user) for each in mailbox.mails] == [(True, "me@example.com")]
        outcome = send(TEAM, {**environment, "PASSWORD": "guessed/:@"}, mail=mail)
        assert (outcome.sent, outcome.permanent) == (False, True)
        assert outcome.reason.startswith("it answered 535")
        assert "guessed" not in outcome.reason


def test_a_mail_server_with_the_wrong_certificate_gets_nothing(certificates: Certificates) -> None:
    with posting(certificates, other_host=True) as mailbox:
        outcome = send(TEAM, mail=by(mailbox, "smtps"))
        assert outcome == SendOutcome(False, "its certificate is for another host")
        assert mailbox.mails == []


def test_a_mail_server_that_offers_no_tls_gets_nothing_where_tls_is_asked_for(
    mailbox: Mailbox,
) -> None:
    outcome = send(TEAM, mail=by(mailbox, more="?tls=starttls"), patience=60)
    assert outcome == SendOutcome(False, "it offers no TLS (STARTTLS)", permanent=True)
    assert mailbox.mails == []


def test_a_server_that_takes_no_password_is_told_from_one_that_refuses_it(mailbox: Mailbox) -> None:
    outcome = send(TEAM, mail=by(mailbox, login="me:s3cret-word@"), patience=60)
    assert outcome == SendOutcome(
        False, "it accepts no password (AUTH PLAIN or LOGIN)", permanent=True
    )


SERVERS = {
    "smtp://me:s3cret@mail.example.com?tls=off": "would send a password without TLS",
    "smtp://mail.example.com?tls=maybe": "can only end in ?tls=starttls or ?tls=off",
    "smtp://mail.example.com?timeout=1": "can only end in ?tls=starttls or ?tls=off",
    "smtps://mail.example.com?tls=off": "can only end in ?tls=starttls or ?tls=off",
    "https://mail.example.com": "is not smtps://host:port or smtp://host:port",
    "smtp://": "is not smtps://host:port or smtp://host:port",
    "smtp://mail.example.com/inbox": "is not smtps://host:port or smtp://host:port",
    "smtp://mail.example.com:x": "is malformed",
    "smtp://mail.example.com\nX": "has spaces or invisible characters",
}


@pytest.mark.parametrize("url", SERVERS)
def test_a_mail_server_that_cannot_be_one_is_refused_without_showing_it(url: str) -> None:
    outcome = send(TEAM, {"SMTP_URL": url}, mail=Mail("${SMTP_URL}", "registry@example.com"))
    reason = f"the mail server's URL {SERVERS[url]}"
    assert outcome == SendOutcome(False, reason, permanent=True)


def test_mail_that_nobody_can_send_is_told(mailbox: Mailbox) -> None:
    lacking = "registry.yaml does not say how mail is sent: notify.mail is missing"
    assert send(TEAM) == SendOutcome(False, lacking, permanent=True)
    nobody = Mail(by(mailbox).server, "${FROM}")
    outcome = send(TEAM, {"FROM": "a@example.com\r\nBcc: b@example.com"}, mail=nobody)
    reason = "notify.mail.from in registry.yaml is not an address"
    assert outcome == SendOutcome(False, reason, permanent=True)
    astray = send(Channel("team", "mailto:${WHO}"), {"WHO": "ada"}, mail=by(mailbox))
    assert astray == SendOutcome(False, "its URL is not mailto: and an address", permanent=True)


def test_a_recipient_who_is_refused_keeps_the_mail_from_no_other(mailbox: Mailbox) -> None:
    mailbox.refuse("bob@example.com", "550 5.1.1 nobody of that name")
    outcome = send(BOTH, mail=by(mailbox), patience=60)
    reason = "bob@example.com: it answered 550: 5.1.1 nobody of that name"
    assert outcome == SendOutcome(True, reason)
    assert [each.recipients for each in mailbox.mails] == [("ada@example.com",)]


def test_an_address_from_the_environment_stays_there(mailbox: Mailbox) -> None:
    for url, environment in (
        ("${WHO}", {"WHO": "mailto:ada@example.com,bob@example.com"}),
        ("mailto:ada@example.com,${WHO}", {"WHO": "bob@example.com"}),
    ):
        mailbox.refuse("bob@example.com", "550 5.1.1 there is no bob@example.com here")
        outcome = send(Channel("team", url), environment, mail=by(mailbox))
        assert outcome == SendOutcome(True, "***: it answered 550: 5.1.1 there is no *** here")


def test_recipients_who_are_all_refused_are_told(mailbox: Mailbox) -> None:
    mailbox.refuse("ada@example.com", "550 5.1.1 nobody")
    outcome = send(TEAM, mail=by(mailbox), patience=60)
    reason = "ada@example.com: it answered 550: 5.1.1 nobody"
    assert outcome == SendOutcome(False, reason, permanent=True)


def test_who_is_to_come_later_gets_it_later_and_the_others_once(mailbox: Mailbox) -> None:
    mailbox.plan(RCPT=["250 OK", "450 4.2.0 come back"])
    assert send(BOTH, mail=by(mailbox), patience=60) == SendOutcome(True)
    assert [each.recipients for each in mailbox.mails] == [
        ("ada@example.com",),
        ("bob@example.com",),
    ]


def test_a_mail_that_may_be_taken_later_is_tried_again(mailbox: Mailbox) -> None:
    mailbox.plan(MAIL="421 4.3.2 not now", RCPT="451 4.7.1 not yet", DATA="452 4.3.1 no room")
    assert send(TEAM, mail=by(mailbox), patience=60) == SendOutcome(True)
    assert len(mailbox.mails) == 1


def test_a_mail_that_is_refused_is_not_tried_again(mailbox: Mailbox) -> None:
    mailbox.plan(DATA="554 5.7.1 spam")
    outcome = send(TEAM, mail=by(mailbox), patience=60)
    assert outcome == SendOutcome(False, "it answered 554: 5.7.1 spam", permanent=True)


def test_a_mail_that_was_handed_over_and_not_answered_for_may_have_arrived(
    mailbox: Mailbox,
) -> None:
    for step, patience, reason in (
        (Closed(), 20, "it closed the connection without an answer"),
        (Silence(), 1, "it did not answer in time"),
    ):
        mailbox.plan(DATA=step)
        outcome = send(TEAM, mail=by(mailbox), patience=patience)
        assert outcome == SendOutcome(False, reason, uncertain=True)


def test_a_server_that_never_greets_is_given_up_in_time(hook: Hook) -> None:
    listens = hook.url.removesuffix("/hook").replace("http:", "smtp:")  # and waits for us to begin
    outcome = send(TEAM, mail=Mail(listens, "registry@example.com"), patience=1)
    assert outcome == SendOutcome(False, "it did not answer in time")


def test_a_connection_that_breaks_before_the_mail_is_handed_over_is_tried_again(
    mailbox: Mailbox,
) -> None:
    mailbox.plan(RCPT=Closed())
    assert send(TEAM, mail=by(mailbox), patience=60) == SendOutcome(True)
    assert len(mailbox.mails) == 1


def test_lines_that_begin_with_a_dot_arrive_as_they_are(mailbox: Mailbox) -> None:
    dotted = replace(event(), details=(("reason", "." * 80),), title=".\r\n.\r\nQUIT")
    assert send(TEAM, mail=by(mailbox), told=message(dotted)) == SendOutcome(True)
    plain = next(iter(mailbox.mails[0].parsed.iter_parts())).get_content()
    assert r".\r\n.\r\nQUIT" in plain
    assert "." * 80 in plain


def test_hosts_of_any_script_are_written_as_dns_has_them(mailbox: Mailbox) -> None:
    channel = Channel("team", "mailto:ada@bücher.example")
    assert send(channel, mail=by(mailbox)) == SendOutcome(True)
    assert mailbox.mails[0].recipients == ("ada@xn--bcher-kva.example",)
    assert mailbox.mails[0].parsed["To"] == "ada@xn--bcher-kva.example"


# --- through Apprise -----------------------------------------------------------------------------


def test_a_hundred_more_services_are_reached_through_apprise(hook: Hook) -> None:
    url = hook.url.replace("http://", "json://")
    assert send(Channel("team", url)) == SendOutcome(True)
    said = json.loads(hook.posts[0].body)
    assert said["title"] == message().headline
    assert said["type"] == "warning"
    assert "Personal data leaves this product." in said["message"]


def test_a_service_that_wants_html_gets_text_all_the_same(mailbox: Mailbox) -> None:
    told = replace(event(), details=(("reason", "5 < 6 & <b>bold</b>"),))
    url = f"mailto://127.0.0.1:{mailbox.port}/?to=ada@example.com&from=r@example.com"
    channel = Channel("team", f"{url}&mode=insecure&format=html", "apprise")
    assert send(channel, told=message(told)) == SendOutcome(True)
    pages = [each.get_content() for each in mailbox.mails[0].parsed.walk() if _is_html(each)]
    (page,) = pages
    assert "5 &lt; 6 &amp; &lt;" in page.replace("&nbsp;", " ")
    assert "<b>" not in page


def _is_html(part: EmailMessage) -> bool:
    return part.get_content_type() == "text/html"


def test_what_apprise_does_not_know_is_told_without_the_url() -> None:
    outcome = send(Channel("team", "${URL}"), {"URL": f"nobody://{TOKEN}"}, patience=60)
    assert outcome.permanent
    assert outcome.reason.startswith("Apprise does not know this URL, or a part of it is missing")
    assert "T0C4ND0R" not in outcome.reason


def test_where_apprise_is_not_installed_it_is_said_how_it_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    reason = "this URL needs Apprise, which is not installed (pip install 'schemareg[notify]')"
    assert send(Channel("team", "ntfys://topic")) == SendOutcome(False, reason, permanent=True)


def test_apprise_follows_no_redirection_either(hook: Hook) -> None:
    hook.always(Answer(307, {"Location": f"{hook.url}/elsewhere"}))
    outcome = send(Channel("team", hook.url.replace("http://", "json://")))
    assert not outcome.sent
    assert [each.path for each in hook.posts] == ["/hook"]


def test_what_apprise_does_not_get_through_is_tried_again(hook: Hook) -> None:
    hook.plan(Answer(500), Answer(503))
    channel = Channel("team", hook.url.replace("http://", "json://"))
    assert send(channel, patience=60) == SendOutcome(True)
    assert len(hook.posts) == 3


# --- secrets -------------------------------------------------------------------------------------


def _shown(text: str) -> bool:
    parts = ("T0C4ND0R", "B1G", "s3cret", base64.b64encode(TOKEN.encode()).decode()[:12])
    return any(each in text for each in parts)


@pytest.mark.parametrize("kind", ["slack", "teams", "webhook", "apprise"])
def test_no_secret_is_in_a_reason_or_in_any_log(
    hook: Hook, kind: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = f"{TOKEN} T0C4ND0R%2FB1G%2Bs3cret%3Dvalue {base64.b64encode(TOKEN.encode()).decode()}"
    for status in (403, 500):
        hook.plan(Answer(status, body=f"you sent {echo} to /hook/{TOKEN}".encode()))
        url = f"{hook.url}/${{TOKEN}}"
        url = url.replace("http://", "json://") if kind == "apprise" else url
        outcome = send(Channel("team", url, kind), {"TOKEN": TOKEN})
        assert not outcome.sent
        assert not _shown(outcome.reason), outcome
    assert not _shown(caplog.text)
    assert not any(_shown(each) for each in capfd.readouterr())


def test_a_mail_servers_words_do_not_give_a_password_away(certificates: Certificates) -> None:
    echo = base64.b64encode(b"\0me@example.com\0s3cret+word").decode()
    with posting(certificates, login=True) as mailbox:
        mailbox.users = {"me@example.com": "s3cret+word"}
        mailbox.plan(MAIL=f"550 you are me with s3cret+word s3cret%2Bword {echo}")
        url = f"smtps://me%40example.com:s3cret%2Bword@localhost:{mailbox.port}"
        mail = Mail("${SMTP_URL}", "registry@example.com")
        outcome = send(TEAM, {"SMTP_URL": url}, mail=mail)
    assert outcome.reason == "it answered 550: you are me with *** *** ***"


def test_a_runner_that_listens_is_told_what_to_hide_and_nobody_else_is() -> None:
    policy = Policy(
        channels=(Channel("a", "https://hooks.example.com/${T}", secret="${KEY}"),),
        mail=Mail("smtps://me:${PASSWORD}@example.com", "registry@example.com"),
    )
    environment = {"T": TOKEN, "KEY": f"whsec_{KEYS[0]}", "PASSWORD": "100% sure"}
    assert notify_send.secrets_to_mask(policy, environment) == ()
    hidden = set(notify_send.secrets_to_mask(policy, {**environment, "GITHUB_ACTIONS": "true"}))
    login = base64.b64encode(b"\0me\x00100% sure").decode().rstrip("=")
    assert hidden >= {TOKEN, KEYS[0], "100% sure", "100%25%20sure", login}
    assert all(each.isprintable() for each in hidden)
    assert "me" not in hidden


def test_what_may_be_a_token_is_hidden_and_words_are_not() -> None:
    hidden = masking.forms(["discord://1234567890/aBcDeF-12345/?format=markdown&verify=true"])
    assert {"1234567890", "aBcDeF-12345"} <= set(hidden)
    assert not {"markdown", "true", "discord"} & set(hidden)
    assert "hooks.example.com" not in masking.forms(["https://hooks.example.com/services/x"])


def test_the_longest_secret_is_hidden_first() -> None:
    secrets = masking.forms(["https://example.com/hook/AAAA1111/BBBB2222"])
    text = "see https://example.com/hook/AAAA1111/BBBB2222 and BBBB2222, /hook/AAAA1111/BBBB2222"
    assert masking.masked(text, secrets) == "see *** and ***, ***"


# --- what else is promised -----------------------------------------------------------------------


def test_nothing_heavy_is_loaded_before_something_is_sent() -> None:
    script = "import sys, schemareg.operations.notify.send; print(*sys.modules)"
    roots = [str(Path(__file__).parents[2] / name) for name in ("registry", "cli")]
    loaded = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=True,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(roots)},
    ).stdout.split()
    heavy = {"apprise", "email", "http.client", "requests", "smtplib", "ssl", "urllib.request"}
    assert heavy & set(loaded) == set()


def test_senders_that_failed_together_do_not_come_back_together() -> None:
    first = {pauses.pause(f"{number:x}", 3, 0) for number in range(50)}
    assert len(first) > 40
    assert min(first) >= 4
    assert max(first) <= 8
    assert pauses.pause("a", 0, 0) == pauses.pause("a", 0, 0)
    assert pauses.pause("a", 10_000, 0) <= 30
    assert pauses.pause("a", 0, 99) == 99


def test_a_channel_is_one_of_the_registrys_or_somebodys_address() -> None:
    policy = Policy(channels=(Channel("team", "${URL}"),))
    assert notify_send.channel_named(policy, "team") == Channel("team", "${URL}")
    address = Channel("mailto:ada@example.com", "mailto:ada@example.com", "mail")
    assert notify_send.channel_named(policy, "mailto:ada@example.com") == address
    assert notify_send.channel_named(policy, "nobody") is None


def test_a_trial_says_that_it_is_one(hook: Hook) -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    told = notify_send.test_message("team", now)
    assert told.headline == "This is a test: messages of the registry reach team"
    assert told.id != notify_send.test_message("team", now + timedelta(seconds=1)).id
    for kind in ("slack", "teams", "webhook"):
        assert send(to(hook, kind), told=told) == SendOutcome(True)
    EVENT.validate(json.loads(hook.posts[-1].body))
