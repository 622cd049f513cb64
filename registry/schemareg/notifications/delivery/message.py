"""One message to one channel: the events of one landing or day that concern it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from schemareg.notifications.events.event import Event


@dataclass(frozen=True, slots=True)
class Message:
    """The message for one channel. Its texts are plain: each channel escapes them."""

    id: str
    """A digest of the channel and the event ids: equal messages have equal ids in every run."""
    channel: str
    """The name of a channel in registry.yaml, or `mailto:ada@example.com` for a contact."""
    headline: str
    """One line with the most important event."""
    alarms: tuple[Event, ...]
    """Errors and warnings, the most severe first, shown with details."""
    digest: tuple[Event, ...]
    """The other events, one line each."""
    because: tuple[str, ...]
    """Why this channel receives it: `checkout owns orders`, `billing reads orders/order_placed`; sorted."""

    @property
    def events(self) -> tuple[Event, ...]:
        """All events, in the order of the message."""
        return self.alarms + self.digest


class DeliveryState(Enum):
    """The state of the delivery of one message."""

    PENDING = "pending"
    ATTEMPTING = "attempting"
    SENT = "sent"
    FAILED = "failed"


class SendOutcome(NamedTuple):
    """The result of one attempt to send a message."""

    sent: bool
    reason: str = ""
    """The reason of a failure, without secrets; for a sent message, the recipients it did not reach."""
    retry_after: float = 0.0
    """Seconds that the receiver asks us to wait; 0 where it asks for none."""
    permanent: bool = False
    """Whether a retry cannot help: the address is wrong, or the message is refused."""
    uncertain: bool = False
    """Whether it may have arrived: no answer came after everything was sent."""
