"""One attempt to send, for each kind of channel: Slack, Teams, webhook, mail, Apprise.

Answers are quoted without secrets, and mapped to three outcomes: sent, retry, refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from schemareg.adapters import clock
from schemareg.manifests import addresses
from schemareg.manifests import environment as manifests_environment
from schemareg.model.errors import RegistryError
from schemareg.notifications.channels import lines
from schemareg.notifications.delivery.message import Message, SendOutcome
from schemareg.version import __version__

if TYPE_CHECKING:
    from schemareg.adapters.delivery.http import Address, HttpLimits, HttpResponse
    from schemareg.adapters.delivery.smtp import MailResult, Reply
    from schemareg.model import Channel, Mail
    from schemareg.notifications.events.event import Event

_EXCERPT = 200
"""Characters of an answer that are quoted."""
_LATER = frozenset((408, 425, 429))
"""Answers below 500 that allow a retry. Source: RFC 9110, section 15.5; RFC 6585; RFC 8470."""
_GREETING = {
    "User-Agent": f"schemareg/{__version__}",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
}


class Order(NamedTuple):
    """A message and its destination: all that an attempt needs."""

    channel: Channel
    url: str
    """The URL of the channel, filled in."""
    mail: Mail | None
    message: Message
    environment: Mapping[str, str]
    hide: Callable[[str], str]
    """Removes secrets from a text."""


Attempt = Callable[["HttpLimits"], SendOutcome]
"""Tries once to send an order; of a message in parts, only the remaining ones."""


def attempt(kind: str, order: Order) -> Attempt:
    """The attempt for an order. Raises RegistryError and MissingVariable where it cannot be sent."""
    if kind not in _KINDS:
        raise RegistryError("its URL does not begin like one, with https: or mailto:")
    return _KINDS[kind](order)


# --- over HTTP -----------------------------------------------------------------------------------


def slack_text(message: Message) -> str:
    """The JSON text for Slack."""
    from schemareg.notifications.channels import slack

    return slack.render(message)


def teams_text(message: Message) -> str:
    """The JSON text for a Teams workflow."""
    from schemareg.notifications.channels import teams

    return teams.render(message)


def _posted(render: Callable[[Message], str]) -> Callable[[Order], Attempt]:
    """An attempt that posts a message as one JSON text."""

    def prepared(order: Order) -> Attempt:
        from schemareg.adapters.delivery import http

        to, body = http.address(order.url), render(order.message).encode()
        headers = {"Content-Type": "application/json; charset=utf-8", **_GREETING}
        return lambda limits: _answered(http.post(to, body, headers, limits), order.hide)

    return prepared


def _webhook(order: Order) -> Attempt:
    """One request per event; the next attempt omits those that were accepted."""
    from schemareg.adapters.delivery import http

    to, keys = http.address(order.url), _keys(order)
    events = order.message.events
    left = list(events)

    def tried(limits: HttpLimits) -> SendOutcome:
        end = clock.seconds() + limits.total
        while left:
            found = _answered(_event(to, left[0], keys, end, limits), order.hide)
            if not found.sent:
                done = len(events) - len(left)
                told = f"{found.reason}, after {done} of {len(events)} events"
                return found._replace(reason=told) if done else found
            del left[0]
        return SendOutcome(True)

    return tried


def _event(
    to: Address, event: Event, keys: Sequence[bytes], end: float, limits: HttpLimits
) -> HttpResponse:
    from dataclasses import replace

    from schemareg.adapters.delivery import http
    from schemareg.notifications.channels import webhook

    request = webhook.request(event, keys, clock.now())
    rest = replace(limits, total=max(1.0, end - clock.seconds()))
    return http.post(to, request.body, {**request.headers, **_GREETING}, rest)


def _keys(order: Order) -> tuple[bytes, ...]:
    from schemareg.notifications.channels import webhook

    secret = order.channel.secret
    try:
        return webhook.keys(manifests_environment.filled(secret, order.environment))
    except ValueError as error:
        raise RegistryError(
            f"{' or '.join(manifests_environment.variables(secret))} is not a signing secret: {error}",
            remedy='set it to "whsec_" followed by what `openssl rand -base64 32` prints',
        ) from None


def _answered(answer: HttpResponse, hide: Callable[[str], str]) -> SendOutcome:
    """The outcome of an answer, by RFC 9110; in doubt, a retry."""
    status = answer.status
    if not status:
        return SendOutcome(False, answer.failure, uncertain=answer.handed_over)
    if 200 <= status < 300:
        return SendOutcome(True)
    if 300 <= status < 400:
        reason = f"it answered {status}: it has moved, and redirections are not followed"
        return SendOutcome(False, reason, permanent=True)
    reason = _quoting(status, answer.text, hide)
    if status in _LATER or status >= 500:
        return SendOutcome(False, reason, retry_after=answer.retry_after)
    return SendOutcome(False, reason, permanent=True)


def _quoting(code: int, text: str, hide: Callable[[str], str]) -> str:
    said = _excerpt(text, hide)
    return f"it answered {code}{f': {said}' if said else ''}"


def _excerpt(text: str, hide: Callable[[str], str]) -> str:
    """The beginning of an answer; nothing of an HTML page."""
    shown = " ".join(hide(text).split())
    return "" if shown.startswith("<") else lines.line(shown, _EXCERPT)


# --- by mail -------------------------------------------------------------------------------------


def _mail(order: Order) -> Attempt:
    """One mail for all recipients; the next attempt is for those who have not received it."""
    from schemareg.adapters.delivery import smtp
    from schemareg.notifications.channels import mail as layout

    mail = order.mail
    if mail is None:
        raise RegistryError("registry.yaml does not say how mail is sent: notify.mail is missing")
    server = smtp.server(manifests_environment.filled(mail.server, order.environment))
    sender = _sender(mail, order.environment)
    everybody = _recipients(order.url)
    body = layout.render(order.message, sender, everybody, clock.now())
    left, lost = list(everybody), dict[str, "Reply"]()

    def tried(limits: HttpLimits) -> SendOutcome:
        handed = smtp.send_mail(server, sender[1], left, body, limits)
        for each in handed.accepted:
            left.remove(each)
        for each, reply in handed.refused:
            if reply.code >= 500:
                left.remove(each)
                lost[each] = reply
        reached = len(everybody) - len(left) - len(lost)
        return _handed(handed, left, lost, reached, order.hide)

    return tried


def _sender(mail: Mail, environment: Mapping[str, str]) -> tuple[str, str]:
    found = addresses.sender(manifests_environment.filled(mail.sender, environment))
    if found is None:
        raise RegistryError("notify.mail.from in registry.yaml is not an address")
    return found[0], _on_the_wire(found[1])


def _recipients(url: str) -> tuple[str, ...]:
    found = addresses.recipients(url)
    if found is None:
        raise RegistryError("its URL is not mailto: and an address")
    return tuple(dict.fromkeys(map(_on_the_wire, found)))


def _on_the_wire(address: str) -> str:
    try:
        return addresses.on_the_wire(address)
    except ValueError:
        raise RegistryError("the host of an address is not a valid DNS name") from None


def _handed(
    handed: MailResult,
    left: Sequence[str],
    lost: Mapping[str, Reply],
    reached: int,
    hide: Callable[[str], str],
) -> SendOutcome:
    if handed.failure:
        return SendOutcome(
            False, handed.failure, permanent=handed.hopeless, uncertain=handed.handed_over
        )
    if handed.reply is not None:
        reason = _quoting(handed.reply.code, handed.reply.text, hide)
        return SendOutcome(False, reason, permanent=handed.reply.code >= 500)
    later = [(each, reply) for each, reply in handed.refused if each in left]
    refusals = "; ".join(
        f"{hide(each)}: {_quoting(reply.code, reply.text, hide)}"
        for each, reply in (*lost.items(), *later)
    )
    if left:
        return SendOutcome(False, refusals)
    return SendOutcome(reached > 0, refusals, permanent=not reached)


# --- through Apprise -----------------------------------------------------------------------------


def _apprise(order: Order) -> Attempt:
    from schemareg.adapters.delivery import apprise
    from schemareg.notifications.channels import plain

    to = apprise.service(order.url)
    note = plain.note(order.message, longest_title=to.longest_title, longest_body=to.longest_body)
    severity = _APPRISE[lines.worst(order.message).value]

    def tried(_: HttpLimits) -> SendOutcome:
        told = apprise.send(to, note.title, note.body, severity)
        said = "" if told.sent else _excerpt(told.said, order.hide) or "it did not accept it"
        return SendOutcome(told.sent, said)

    return tried


_APPRISE = {"error": "failure", "warning": "warning", "notice": "info"}

_KINDS: dict[str, Callable[[Order], Attempt]] = {
    "slack": _posted(slack_text),
    "teams": _posted(teams_text),
    "webhook": _webhook,
    "mail": _mail,
    "apprise": _apprise,
}
