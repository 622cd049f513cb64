"""What one place is told at once: the events of one landing, or of one day, that concern it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from schemareg.notifications.events.event import Event


@dataclass(frozen=True, slots=True)
class Message:
    """What one channel is sent. Its texts are plain: each medium escapes them for itself."""

    id: str
    """A digest of the channel and of its events' ids: the same message, the same id, in every run."""
    channel: str
    """The name of a channel in registry.yaml, or `mailto:ada@example.com` for somebody's contact."""
    headline: str
    """One line that says what matters most."""
    alarms: tuple[Event, ...]
    """Errors and warnings, the worst first: each is shown with its details."""
    digest: tuple[Event, ...]
    """The rest: a line each."""
    because: tuple[str, ...]
    """Why it comes here: `checkout owns orders`, `billing reads orders/order_placed`; sorted."""

    @property
    def events(self) -> tuple[Event, ...]:
        """All of them, in the order in which they are told."""
        return self.alarms + self.digest


class State(Enum):
    """How far the delivery of one message came."""

    PENDING = "pending"
    ATTEMPTING = "attempting"
    SENT = "sent"
    FAILED = "failed"


class Outcome(NamedTuple):
    """What came of one attempt to send a message."""

    sent: bool
    reason: str = ""
    """Why not, without secrets; where it was sent, whom it did not reach, mostly nobody: `""`."""
    retry_after: float = 0.0
    """Seconds that the other side asks us to wait; 0 where it asks for nothing."""
    permanent: bool = False
    """Whether trying again as it is cannot help: the address is wrong, the message is refused."""
    uncertain: bool = False
    """Whether it may have arrived all the same: no answer came after everything had been sent."""
