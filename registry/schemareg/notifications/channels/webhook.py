"""Events for programs: one CloudEvent in each request, in structured mode, signed if there is a secret.

A receiver recognises a repeated event by its id. Each request carries one event, so that a program that
verifies and parses it needs to know nothing of messages.

Source: CloudEvents 1.0.2, HTTP Protocol Binding, section 3.2; Standard Webhooks 1.0.0.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, NamedTuple

from schemareg.notifications.channels import cloudevents

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from schemareg.notifications.events.event import Event

_PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64
"""Bytes of a key. Source: Standard Webhooks 1.0.0, Signature scheme."""


class WebhookRequest(NamedTuple):
    """The request for one event."""

    body: bytes
    headers: dict[str, str]


def keys(secret: str) -> tuple[bytes, ...]:
    """The keys of `whsec_…` secrets separated by spaces. Raises ValueError without showing a secret."""
    return tuple(_key(each) for each in secret.split())


def _key(secret: str) -> bytes:
    try:
        key = b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("it is not whsec_ followed by Base64") from None
    if not _SHORTEST <= len(key) <= _LONGEST:
        raise ValueError(f"it has {len(key)} bytes; {_SHORTEST} to {_LONGEST} are required")
    return key


def request(event: Event, keys: Iterable[bytes], at: datetime) -> WebhookRequest:
    """The request for an event at an instant; with several keys, one signature for each."""
    body = cloudevents.render(event).encode()
    stamp = str(int(at.timestamp()))
    headers = {
        "Content-Type": f"{cloudevents.MEDIA_TYPE}; charset=utf-8",
        "webhook-id": event.id,
        "webhook-timestamp": stamp,
    }
    signatures = " ".join(_signature(key, event.id, stamp, body) for key in keys)
    if signatures:
        headers["webhook-signature"] = signatures
    return WebhookRequest(body, headers)


def _signature(key: bytes, id_: str, stamp: str, body: bytes) -> str:
    signed = b".".join((id_.encode(), stamp.encode(), body))
    return f"v1,{b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"
