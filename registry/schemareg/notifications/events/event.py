"""One thing that people are told: something landed, or a day came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from schemareg.model import Severity


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that people are told. Its texts are plain: each medium escapes them for itself."""

    id: str
    """Of the same thing always the same, in every run: 32 hexadecimal digits."""
    type: str
    """`version.released`, `deprecation.announced`, `sunset.approaching`, …."""
    time: datetime
    """When it landed, or the beginning of the day that it is about; aware, in UTC."""
    severity: Severity
    """An error hurts now, a warning will, a notice is for the record: a line in a digest."""
    product: str
    """The product whose owner is told; `""` where the whole registry is meant."""
    target: str
    """What it is about, as people type it: `orders/order_placed#customer.email`."""
    title: str
    """One sentence: `orders/order_placed#customer.email ends on 2027-03-01`."""
    details: tuple[tuple[str, str], ...] = ()
    """What else there is to say, name and text, in the order in which it is shown."""
    commit: str = ""
    """The landing, its full id; `""` where no landing but a day brought it."""
    actor: str = ""
    """Who merged it, or wrote it where nobody merged, as the commit claims."""
    pull_request: str = ""
    """Its number, without a sign."""
    link: str = ""
    """Where it can be looked at: an https URL made by us; `""` where the repository has no page."""
    source: str = ""
    """The registry in which it happened, as a URI: its web address, else its first commit."""
