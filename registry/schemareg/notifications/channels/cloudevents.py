"""Events as CloudEvents 1.0, JSON in structured mode: written and read.

Source: CloudEvents 1.0.2, Context Attributes; JSON Event Format 1.0.2, section 3.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from schemareg.model import Severity
from schemareg.model.errors import RegistryError
from schemareg.notifications.events.event import Event
from schemareg.text import escape

if TYPE_CHECKING:
    from collections.abc import Iterable

PREFIX = "dev.schemareg."
"""The prefix of event types outside this registry."""
MEDIA_TYPE = "application/cloudevents+json"
"""Of one event."""
BATCH_TYPE = "application/cloudevents-batch+json"
"""Of several: a JSON array of them."""


def document(event: Event) -> dict[str, Any]:
    """The event as a JSON value."""
    found = {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": f"{PREFIX}{event.type}",
        # An attribute must hold no control character; `data` has the name as it is.
        "subject": escape.visible(event.target),
        "time": _moment(event.time),
        "datacontenttype": "application/json",
        "data": {
            "severity": event.severity.value,
            "product": event.product,
            "target": event.target,
            "title": event.title,
            "details": [{"name": name, "text": text} for name, text in event.details],
            "commit": event.commit,
            "actor": event.actor,
            "pull_request": event.pull_request,
            "link": event.link,
        },
    }
    # An attribute that is there must not be empty.
    return {name: each for name, each in found.items() if each != ""}


def render(event: Event) -> str:
    """The event as one line of JSON text, pure ASCII, without a line break at its end."""
    return json.dumps(document(event), separators=(",", ":"))


def batch(events: Iterable[Event]) -> str:
    """Several events as JSON text of BATCH_TYPE."""
    return json.dumps([document(each) for each in events], separators=(",", ":"))


def read(text: str) -> Event:
    """The event that `render` wrote: `read(render(x)) == x`. Raises RegistryError for other text."""
    try:
        return _event(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RegistryError(
            f"this is not an event that reg wrote: {error}", remedy="reg schema event"
        ) from None


def _event(value: dict[str, Any]) -> Event:
    data = value["data"]
    if value["specversion"] != "1.0" or not value["type"].startswith(PREFIX):
        raise ValueError(f"type {value['type']!r}")
    return Event(
        value["id"],
        value["type"].removeprefix(PREFIX),
        datetime.fromisoformat(value["time"]),
        Severity(data["severity"]),
        data["product"],
        data["target"],
        data["title"],
        tuple((each["name"], each["text"]) for each in data["details"]),
        data["commit"],
        data["actor"],
        data["pull_request"],
        data["link"],
        value.get("source", ""),
    )


def _moment(time: datetime) -> str:
    """An instant in RFC 3339, in UTC."""
    return f"{time.astimezone(UTC).isoformat(timespec='seconds').removesuffix('+00:00')}Z"
