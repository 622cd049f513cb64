"""Messages as JSON values for the ledger: enough to send them again, without secrets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from schemareg.model import Severity
from schemareg.notifications.delivery.message import Message
from schemareg.notifications.events.event import Event

_TEXTS = (
    *("id", "type", "product", "target", "title", "commit", "actor", "pull_request", "link"),
    "source",
)


def written(message: Message) -> dict[str, Any]:
    """A message as a JSON value; `read(written(x)) == x`."""
    return {
        "id": message.id,
        "channel": message.channel,
        "headline": message.headline,
        "because": list(message.because),
        "alarms": [_event(each) for each in message.alarms],
        "digest": [_event(each) for each in message.digest],
    }


def read(value: Any) -> Message:
    """The message of a JSON value. Raises ValueError for other values."""
    texts = {name: _text(value, name) for name in ("id", "channel", "headline")}
    because = tuple(_string(each) for each in _list(value, "because"))
    alarms = tuple(_told(each) for each in _list(value, "alarms"))
    digest = tuple(_told(each) for each in _list(value, "digest"))
    return Message(**texts, alarms=alarms, digest=digest, because=because)


def moment(value: Any) -> datetime:
    """The instant of an RFC 3339 text, aware, in UTC. Raises ValueError."""
    found = datetime.fromisoformat(_string(value))
    if found.tzinfo is None:
        raise ValueError("a moment without its time zone")
    return found.astimezone(UTC)


def stamp(value: datetime) -> str:
    """An instant in RFC 3339, in UTC; `moment(stamp(x)) == x`."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _event(event: Event) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(event, name) for name in _TEXTS}
    found["time"] = stamp(event.time)
    found["severity"] = event.severity.value
    found["details"] = [list(each) for each in event.details]
    return found


def _told(value: Any) -> Event:
    texts = {name: _text(value, name) for name in _TEXTS}
    details = []
    for each in _list(value, "details"):
        if not isinstance(each, list) or len(each) != 2:
            raise ValueError("a detail is a name and a text")
        details.append((_string(each[0]), _string(each[1])))
    return Event(
        **texts,
        time=moment(value.get("time")),
        severity=Severity(value.get("severity")),
        details=tuple(details),
    )


def _text(value: Any, name: str) -> str:
    if not isinstance(value, dict):
        raise ValueError(f"an object is expected, with {name!r}")
    return _string(value.get(name))


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text is expected")
    return value


def _list(value: Any, name: str) -> list[Any]:
    found = value.get(name) if isinstance(value, dict) else None
    if not isinstance(found, list):
        raise ValueError(f"a list is expected in {name!r}")
    return found
