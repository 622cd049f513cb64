"""Facts about promises: deprecations, consumers, waivers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from schemareg.model.targets import Steps, Target


@dataclass(frozen=True, slots=True)
class Deprecation:
    """One file of `deprecations/`: a promise that will end."""

    path: str
    target: Target
    reason: str
    sunset: date | None = None
    """The first day on which the promise can be over; None if no date is set yet."""
    loosens: str = ""
    """The guarantee that is loosened, if the element itself stays: `required`, `values`, `key`, `retention`, …."""
    replacement: Target | None = None
    migration: str = ""


@dataclass(frozen=True, slots=True)
class Waiver:
    """One file of `waivers/`: a finding waived."""

    path: str
    fingerprint: str
    rule: str
    reason: str
    approver: str
    until: date
    """The last day on which it is valid."""


@dataclass(frozen=True, slots=True)
class Use:
    """The use of one schema by a consumer."""

    schema: Target
    versions: str = "*"
    """Which versions, as written: `^1`, `1.2`, `1.2.0`, `^1 || ^2`; `*` is all."""
    fields: tuple[Steps, ...] = ()
    """The fields that are read, as the steps of targets; none named means all."""
    values: tuple[str | None, ...] = ()
    """For each field the one value that is read of it, None for all; empty where that is so of all."""

    @property
    def elements(self) -> tuple[tuple[Steps, str | None], ...]:
        """Each field with the one value of it that is read, or None."""
        values = self.values or (None,) * len(self.fields)
        return tuple(zip(self.fields, values, strict=True))


@dataclass(frozen=True, slots=True)
class Consumer:
    """One file of `consumers/`: a consumer of a product and its uses."""

    path: str
    name: str
    """The file's, without its ending."""
    team: str
    contact: str = ""
    channels: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()
    acks: tuple[Target, ...] = ()
    """The early removals that the team acknowledges."""
    queries: tuple[str, ...] = ()
    """The team's SQL files, as patterns of paths: `sql/**/*.sql`."""
