"""An event: something landed, or a day came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from schemareg.model import Severity


@dataclass(frozen=True, slots=True)
class Event:
    """An event that people are notified of. Its texts are plain: each channel escapes them."""

    id: str
    """Deterministic: equal in every run; 32 hexadecimal digits."""
    type: str
    """`version.released`, `deprecation.announced`, `sunset.approaching`, …."""
    time: datetime
    """The landing time, or the start of its day; aware, in UTC."""
    severity: Severity
    """An error breaks readers now, a warning will, a notice is a line in a digest."""
    product: str
    """The product whose owner is notified; `""` for the whole registry."""
    target: str
    """Its target: `orders/order_placed#customer.email`."""
    title: str
    """One sentence: `orders/order_placed#customer.email ends on 2027-03-01`."""
    details: tuple[tuple[str, str], ...] = ()
    """Details, name and text, in the order of display."""
    commit: str = ""
    """The full commit id of the landing; `""` for an event of a day."""
    actor: str = ""
    """Who merged the landing, or its author without a merge, as the commit claims."""
    pull_request: str = ""
    """Its number, without a sign."""
    link: str = ""
    """The https URL of its page; `""` where the repository has none."""
    source: str = ""
    """The registry as a URI: its web address, else one made of its first commit."""
