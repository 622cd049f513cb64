"""Send a message to a channel: render it, send it, retry it.

Environment variables in URLs are filled in here and nowhere else; no value of one is in what is
returned.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from schemareg.adapters import clock
from schemareg.manifests import channels
from schemareg.manifests import environment as manifests_environment
from schemareg.manifests.environment import MissingVariable
from schemareg.model.errors import RegistryError
from schemareg.notifications.channels import lines
from schemareg.notifications.delivery import masking, pauses
from schemareg.notifications.delivery.message import Message, SendOutcome
from schemareg.operations.notify import transports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from schemareg.model import Channel, Mail, Policy

_SLOWEST = 30.0
"""Seconds that one attempt may take."""


def channel_named(policy: Policy, name: str) -> Channel | None:
    """The channel of a message: one of registry.yaml, or a `mailto:` address."""
    from schemareg.model import Channel

    if name.startswith("mailto:"):
        return Channel(name, name, "mail")
    return next((each for each in policy.channels if each.name == name), None)


def send(
    channel: Channel,
    mail: Mail | None,
    message: Message,
    environment: Mapping[str, str],
    *,
    patience: float,
    pause: Callable[[float], None] = clock.pause,
) -> SendOutcome:
    """The outcome of sending a message, retried for at most `patience` seconds.

    It is not retried where it may have arrived, unless it goes to a webhook, which recognizes a
    repeat by its id. An attempt has at least one second.
    """
    try:
        url = manifests_environment.filled(channel.url, environment)
        kind = channels.kind_of(channel, url)
        secrets = masking.forms(_values((channel,), mail, environment))
        hide = partial(masking.masked, secrets=secrets)
        order = transports.Order(channel, url, mail, message, environment, hide)
        attempt = transports.attempt(kind, order)
    except MissingVariable as error:
        return SendOutcome(False, f"the variable {error.name} is not set", permanent=True)
    except RegistryError as error:
        remedy = f" ({error.remedy})" if error.remedy else ""
        return SendOutcome(False, f"{error.what}{remedy}", permanent=True)
    return _patiently(attempt, message.id, patience, pause, again=kind == "webhook")


def _patiently(
    attempt: transports.Attempt,
    id_: str,
    patience: float,
    pause: Callable[[float], None],
    *,
    again: bool,
) -> SendOutcome:
    from schemareg.adapters.delivery.http import HttpLimits

    until = clock.seconds() + patience
    tried = 0
    while True:
        left = until - clock.seconds()
        outcome = attempt(HttpLimits(total=min(_SLOWEST, max(left, 1.0))))
        if outcome.sent or outcome.permanent or (outcome.uncertain and not again):
            return outcome
        wait = pauses.pause(id_, tried, outcome.retry_after)
        if clock.seconds() + wait >= until:
            return outcome
        pause(wait)
        tried += 1


def render(channel: Channel, message: Message, environment: Mapping[str, str] | None = None) -> str:
    """The text that a channel would receive, readable and without secrets; nothing is sent.

    Where only a missing environment variable tells the kind of channel, the plain text.
    """
    kind = _kind(channel, environment or {})
    if kind in ("slack", "teams"):
        import json

        render = transports.slack_text if kind == "slack" else transports.teams_text
        return f"{json.dumps(json.loads(render(message)), indent=2, ensure_ascii=False)}\n"
    if kind == "webhook":
        from schemareg.notifications.channels import cloudevents

        return "".join(f"{cloudevents.render(each)}\n" for each in message.events)
    from schemareg.notifications.channels import plain

    return f"{lines.line(message.headline, lines.HEADLINE)}\n\n{plain.text(message)}"


def _kind(channel: Channel, environment: Mapping[str, str]) -> str:
    try:
        return channels.kind_of(channel, manifests_environment.filled(channel.url, environment))
    except MissingVariable:
        return channels.kind_of(channel)


def secrets_to_mask(policy: Policy, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Texts that GitHub's runner must hide in its log; none where no such runner listens.

    It knows the secrets that a workflow passes to us, but not their parts, nor their encoded forms.
    """
    if environment.get("GITHUB_ACTIONS") != "true":
        return ()
    values = _values(policy.channels, policy.mail, environment)
    return tuple(text for text in masking.forms(values) if text.isprintable())


def _values(
    told: Iterable[Channel], mail: Mail | None, environment: Mapping[str, str]
) -> list[str]:
    """The values of the variables that these name, and the complete texts with them."""
    templates = [text for each in told for text in (each.url, each.secret)]
    if mail is not None:
        templates += [mail.server, mail.sender]
    found = []
    for each in templates:
        names = manifests_environment.variables(each)
        values = [environment.get(name, "").strip() for name in names]
        found += [value for value in values if value]
        if names and all(values):
            found.append(manifests_environment.filled(each, environment))
    return found


def test_message(channel: str, now: datetime) -> Message:
    """A test message; each moment has its own."""
    from schemareg.model import Severity
    from schemareg.notifications.events.audience import identity
    from schemareg.notifications.events.event import Event

    event = Event(
        id=identity("channel.tested", channel, now.isoformat()),
        type="channel.tested",
        time=now,
        severity=Severity.NOTICE,
        product="",
        target="",
        title=f"This is a test: messages of the registry reach {channel}",
        details=(("nothing happened", "somebody ran `reg notify test`"),),
        source="schemareg:test",
    )
    because = ("somebody tests this channel",)
    return Message(event.id, channel, event.title, (), (event,), because)
