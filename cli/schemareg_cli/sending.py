"""How a message reaches a channel: laid out for its medium, sent, tried again while that may help.

What a URL names of the environment is filled in here and nowhere else, and nothing that comes from
there is in what is returned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from schemareg.edges import clock
from schemareg.errors import RegistryError
from schemareg.manifests import addresses, channels, placeholders
from schemareg.manifests.placeholders import MissingVariable
from schemareg.notices import lines, masking, pauses
from schemareg.notices.message import Message, Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from schemareg.edges.http import Address, Answer, Limits
    from schemareg.edges.smtp import Handed, Reply
    from schemareg.model import Channel, Mail, Policy
    from schemareg.notices.event import Event

Attempt = Callable[["Limits"], Outcome]
"""Tries once to send what it was made for. Of what is sent in parts, only those that are left."""

_EXCERPT = 200
"""Characters of what the other side said that are told on."""
_SLOWEST = 30.0
"""Seconds that one attempt may take."""
_LATER = frozenset((408, 425, 429))
"""Answers below 500 that ask us to come again. Source: RFC 9110, section 15.5; RFC 6585; RFC 8470."""


def named(policy: Policy, name: str) -> Channel | None:
    """The channel of a message: one of registry.yaml, or `mailto:` somebody's address."""
    from schemareg.model import Channel

    if name.startswith("mailto:"):
        return Channel(name, name, "mail")
    return next((each for each in policy.channels if each.name == name), None)


def tells_repeats(channel: Channel, environment: Mapping[str, str]) -> bool:
    """Whether a channel can tell a message that comes twice, by its id: a webhook can, and mail."""
    try:
        kind = channels.kind_of(channel, placeholders.filled(channel.url, environment))
    except MissingVariable:
        kind = channels.kind_of(channel)
    return kind in ("webhook", "mail")


def send(
    channel: Channel,
    mail: Mail | None,
    message: Message,
    environment: Mapping[str, str],
    *,
    patience: float,
    pause: Callable[[float], None] = clock.pause,
) -> Outcome:
    """What came of sending a message, tried again for at most `patience` seconds.

    It is not tried again where it may have arrived, unless the channel can tell a repeat by its id.
    """
    try:
        url = placeholders.filled(channel.url, environment)
        kind = channels.kind_of(channel, url)
        attempt = _ATTEMPTS[kind](channel, url, mail, message, environment)
    except MissingVariable as error:
        return Outcome(False, f"the variable {error.name} is not set", permanent=True)
    except RegistryError as error:
        return _hidden(_refused(error), channel, mail, environment)
    found = _patiently(attempt, message.id, patience, pause, again=kind == "webhook")
    return _hidden(found, channel, mail, environment)


def _refused(error: RegistryError) -> Outcome:
    remedy = f" ({error.remedy})" if error.remedy else ""
    return Outcome(False, f"{error.what}{remedy}", permanent=True)


def _hidden(
    outcome: Outcome, channel: Channel, mail: Mail | None, environment: Mapping[str, str]
) -> Outcome:
    secrets = masking.forms(_values((channel,), mail, environment))
    reason = lines.line(masking.masked(outcome.reason, secrets), 2 * _EXCERPT)
    return outcome._replace(reason=reason)


def _values(
    told: Iterable[Channel], mail: Mail | None, environment: Mapping[str, str]
) -> list[str]:
    """The values of the variables that these name, and the URLs and secrets they are parts of."""
    templates = [text for each in told for text in (each.url, each.secret)]
    if mail is not None:
        templates += [mail.server, mail.sender]
    found = []
    for each in templates:
        names = placeholders.variables(each)
        values = [environment.get(name, "").strip() for name in names]
        found += [value for value in values if value]
        if names and all(values):
            found.append(placeholders.filled(each, environment))
    return found


def masks(policy: Policy, environment: Mapping[str, str]) -> str:
    """Lines that tell GitHub's runner what to hide in its log; `""` where no such runner listens.

    It knows the secrets that a workflow gives us, but not their parts, nor how they are encoded on
    the way. To be written before anything else is.
    """
    if environment.get("GITHUB_ACTIONS") != "true":
        return ""
    values = _values(policy.channels, policy.mail, environment)
    found = (text for text in masking.forms(values) if "\n" not in text and "\r" not in text)
    return "".join(f"::add-mask::{text.replace('%', '%25')}\n" for text in found)


def _patiently(
    attempt: Attempt, id_: str, patience: float, pause: Callable[[float], None], *, again: bool
) -> Outcome:
    from schemareg.edges.http import Limits

    until = clock.seconds() + patience
    tried = 0
    while True:
        left = until - clock.seconds()
        outcome = attempt(Limits(total=min(_SLOWEST, max(left, 1.0))))
        if outcome.sent or outcome.permanent or (outcome.uncertain and not again):
            return outcome
        wait = pauses.pause(id_, tried, outcome.retry_after)
        if clock.seconds() + wait >= until:
            return outcome
        pause(wait)
        tried += 1


# --- over HTTP -----------------------------------------------------------------------------------


def _posted(
    render: Callable[[Message], str],
) -> Callable[[Channel, str, Mail | None, Message, Mapping[str, str]], Attempt]:
    """How a message goes out whose medium takes it as one JSON text."""

    def prepared(
        channel: Channel,
        url: str,
        mail: Mail | None,
        message: Message,
        environment: Mapping[str, str],
    ) -> Attempt:
        from schemareg.edges import http

        to, body = http.address(url), render(message).encode()
        headers = {"Content-Type": "application/json; charset=utf-8", **_GREETING}
        return lambda limits: _answered(http.post(to, body, headers, limits))

    return prepared


def _user_agent() -> str:
    from schemareg.version import __version__

    return f"schemareg/{__version__}"


_GREETING = {"User-Agent": _user_agent(), "Accept": "*/*", "Accept-Encoding": "identity"}


def _webhook(
    channel: Channel,
    url: str,
    mail: Mail | None,
    message: Message,
    environment: Mapping[str, str],
) -> Attempt:
    """A request for each event; one that was accepted is not sent again by another attempt."""
    from schemareg.edges import http

    to, keys = http.address(url), _keys(channel, environment)
    left = list(message.events)

    def attempt(limits: Limits) -> Outcome:
        end = clock.seconds() + limits.total
        while left:
            outcome = _answered(_event(to, left[0], keys, end, limits))
            if not outcome.sent:
                return outcome._replace(reason=_so_far(outcome.reason, message, len(left)))
            del left[0]
        return Outcome(True)

    return attempt


def _event(to: Address, event: Event, keys: Sequence[bytes], end: float, limits: Limits) -> Answer:
    from dataclasses import replace

    from schemareg.edges import http
    from schemareg.notices import webhook

    request = webhook.request(event, keys, clock.now())
    rest = replace(limits, total=max(1.0, end - clock.seconds()))
    return http.post(to, request.body, {**request.headers, **_GREETING}, rest)


def _so_far(reason: str, message: Message, left: int) -> str:
    done = len(message.events) - left
    return f"{reason}, after {done} of {len(message.events)} events" if done else reason


def _keys(channel: Channel, environment: Mapping[str, str]) -> tuple[bytes, ...]:
    from schemareg.notices import webhook

    try:
        return webhook.keys(placeholders.filled(channel.secret, environment))
    except ValueError as error:
        names = " or ".join(placeholders.variables(channel.secret))
        raise RegistryError(
            f"{names} is no secret to sign with: {error}",
            remedy='set it to "whsec_" followed by what `openssl rand -base64 32` prints',
        ) from None


def _answered(answer: Answer) -> Outcome:
    """What an answer means, as RFC 9110 has it; in doubt, that it may be tried again."""
    status = answer.status
    if not status:
        return Outcome(False, answer.failure, uncertain=answer.handed_over)
    if 200 <= status < 300:
        return Outcome(True)
    if 300 <= status < 400:
        reason = f"it answered {status}: it has moved, and redirections are not followed"
        return Outcome(False, reason, permanent=True)
    said = _excerpt(answer.text)
    reason = f"it answered {status}{f': {said}' if said else ''}"
    if status in _LATER or status >= 500:
        return Outcome(False, reason, retry_after=answer.retry_after)
    return Outcome(False, reason, permanent=True)


def _excerpt(text: str) -> str:
    """The beginning of what the other side said; of a page for browsers, nothing."""
    shown = " ".join(text[: 4 * _EXCERPT].split())
    return "" if shown.startswith("<") else shown[:_EXCERPT]


# --- by mail -------------------------------------------------------------------------------------


def _mail(
    channel: Channel,
    url: str,
    mail: Mail | None,
    message: Message,
    environment: Mapping[str, str],
) -> Attempt:
    """A mail to each recipient who did not get it yet."""
    from schemareg.edges import smtp
    from schemareg.notices import mail as layout

    if mail is None:
        raise RegistryError("registry.yaml does not say how mail is sent: notify.mail is missing")
    server = smtp.server(placeholders.filled(mail.server, environment))
    sender = _sender(mail, environment)
    everybody = _recipients(url)
    body = layout.render(message, sender, everybody, clock.now())
    left, lost = list(everybody), dict[str, "Reply"]()

    def attempt(limits: Limits) -> Outcome:
        handed = smtp.hand(server, sender[1], left, body, limits)
        for each in handed.accepted:
            left.remove(each)
        for each, reply in handed.refused:
            if reply.code >= 500:
                left.remove(each)
                lost[each] = reply
        return _handed(handed, len(left), lost, reached=len(everybody) - len(left) - len(lost))

    return attempt


def _sender(mail: Mail, environment: Mapping[str, str]) -> tuple[str, str]:
    found = addresses.sender(placeholders.filled(mail.sender, environment))
    if found is None:
        raise RegistryError("notify.mail.from in registry.yaml is no address")
    return found[0], _on_the_wire(found[1])


def _recipients(url: str) -> tuple[str, ...]:
    found = addresses.recipients(url)
    if found is None:
        raise RegistryError("its URL is not mailto: and an address")
    return tuple(_on_the_wire(each) for each in found)


def _on_the_wire(address: str) -> str:
    try:
        return addresses.on_the_wire(address)
    except ValueError:
        raise RegistryError("the host of an address cannot be written as DNS has it") from None


def _handed(handed: Handed, left: int, lost: Mapping[str, Reply], *, reached: int) -> Outcome:
    if handed.failure:
        return Outcome(
            False, handed.failure, permanent=handed.hopeless, uncertain=handed.handed_over
        )
    if handed.reply is not None:
        return Outcome(False, _replied(handed.reply), permanent=handed.reply.code >= 500)
    refusals = "; ".join(
        f"{each}: {_replied(reply)}" for each, reply in [*lost.items(), *_waiting(handed)]
    )
    if left:
        return Outcome(False, refusals)
    return Outcome(bool(reached), refusals, permanent=not reached)


def _waiting(handed: Handed) -> list[tuple[str, Reply]]:
    return [(each, reply) for each, reply in handed.refused if reply.code < 500]


def _replied(reply: Reply) -> str:
    said = _excerpt(reply.text)
    return f"it answered {reply.code}{f': {said}' if said else ''}"


# --- through Apprise -----------------------------------------------------------------------------


def _apprise(
    channel: Channel,
    url: str,
    mail: Mail | None,
    message: Message,
    environment: Mapping[str, str],
) -> Attempt:
    from schemareg.edges import apprise
    from schemareg.notices import plain

    to = apprise.service(url)
    note = plain.note(message, longest_title=to.longest_title, longest_body=to.longest_body)
    severity = _APPRISE[lines.worst(message).value]

    def attempt(limits: Limits) -> Outcome:
        told = apprise.tell(to, note.title, note.body, severity)
        return Outcome(told.sent, "" if told.sent else _excerpt(told.said) or "it did not take it")

    return attempt


_APPRISE = {"error": "failure", "warning": "warning", "notice": "info"}


# --- all of them ---------------------------------------------------------------------------------


def _slack_text(message: Message) -> str:
    from schemareg.notices import slack

    return slack.render(message)


def _teams_text(message: Message) -> str:
    from schemareg.notices import teams

    return teams.render(message)


_ATTEMPTS: dict[str, Callable[[Channel, str, Mail | None, Message, Mapping[str, str]], Attempt]] = {
    "slack": _posted(_slack_text),
    "teams": _posted(_teams_text),
    "webhook": _webhook,
    "mail": _mail,
    "apprise": _apprise,
}


def rendered(
    channel: Channel,
    message: Message,
    environment: Mapping[str, str] | None = None,
    mail: Mail | None = None,
) -> str:
    """What a channel would be sent, as people can read it; nothing is sent, and no secret is in it.

    Where only the environment tells what kind of channel it is, and it is not there, the plain text.
    """
    kind = _kind(channel, environment or {})
    if kind in ("slack", "teams"):
        import json

        text = _slack_text(message) if kind == "slack" else _teams_text(message)
        return f"{json.dumps(json.loads(text), indent=2, ensure_ascii=False)}\n"
    if kind == "webhook":
        from schemareg.notices import cloudevents

        return "".join(f"{cloudevents.render(each)}\n" for each in message.events)
    from schemareg.notices import plain

    return f"{lines.line(message.headline, lines.HEADLINE)}\n\n{plain.text(message)}"


def _kind(channel: Channel, environment: Mapping[str, str]) -> str:
    try:
        return channels.kind_of(channel, placeholders.filled(channel.url, environment))
    except MissingVariable:
        return channels.kind_of(channel)


def trial(channel: str, now: datetime) -> Message:
    """A message that says nothing but that it arrived; each moment has its own."""
    from schemareg.model import Severity
    from schemareg.notices.event import Event
    from schemareg.notices.news import identity

    id_ = identity("channel.tested", channel, now.isoformat())
    event = Event(
        id=id_,
        type="channel.tested",
        time=now,
        severity=Severity.NOTICE,
        product="",
        target="",
        title=f"This is a test: messages of the registry reach {channel}",
        details=(("nothing happened", "somebody ran `reg notify test`"),),
        source="schemareg:test",
    )
    return Message(id_, channel, event.title, (), (event,), ("somebody tests this channel",))
