"""One analysis: findings, verdicts, and the report that holds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model.compatibility import Outcome, Severity
from schemareg.model.policy import Compatibility

if TYPE_CHECKING:
    from datetime import date

    from schemareg.model.compatibility import Direction
    from schemareg.model.place import Place


class Hit(NamedTuple):
    """A consumer that a finding affects, by its declared uses."""

    product: str
    consumer: str
    """The name of its file, without the ending."""
    team: str
    schema: str = ""
    """The schema that is read, `orders/order_placed`; `""` where the consumer's file does not say."""
    versions: str = "*"
    """The version range, as the consumer wrote it."""
    fields: tuple[str, ...] = ()
    """The affected declared fields, in target notation; none means all fields."""


class Announcement(NamedTuple):
    """The deprecation that would make a finding legal: the arguments of `reg deprecate`."""

    target: str
    """`orders/order_placed#customer.email`, of every version."""
    loosens: str = ""
    """The guarantee that ends, if the element itself stays."""
    window: int = 0
    """Days that the policy requires between the landing of the announcement and the end."""


class PromiseChange(NamedTuple):
    """The promise of one field before and after, in words: `required string`."""

    field: str
    before: str
    """Empty where the field is new."""
    after: str
    """Empty where the field was removed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding: what, where, why it matters, and how to fix it."""

    rule: str
    severity: Severity
    place: Place
    message: str
    product: str = ""
    schema: str = ""
    version: str = ""
    against: str = ""
    direction: Direction | None = None
    field: str = ""
    """The field path in target notation: `customer.email`, `lines[].sku`."""
    pointer: str = ""
    """JSON Pointer into the schema that refuses, as a URI fragment without the `#`."""
    witness: str | None = None
    """A record, as JSON text, that the writer may write and the reader refuses."""
    why: str = ""
    remedy: str = ""
    fingerprint: str = ""
    """Stable over unrelated edits: a digest of rule, target, versions and what changed."""
    value: str = ""
    """The enum value concerned, in target notation: plain, or JSON text if it is not a string."""
    dates: str = ""
    """The arithmetic of the earliest removal, where the promise is deprecated."""
    waived: str = ""
    """The waiver: approver, last day, reason; empty without a waiver."""
    hits: tuple[Hit, ...] = ()
    """The affected registered consumers, sorted."""
    announce: Announcement | None = None
    """What to announce, if an announcement makes this legal later."""
    target: str = ""
    """What it is about, as people type it, where it is the promise of something: a field, a line,
    a product. Empty where product, schema, version and field say all there is."""


@dataclass(frozen=True, slots=True)
class VersionVerdict:
    """The verdict on one new or changed version."""

    product: str
    schema: str
    version: str
    path: str
    outcome: Outcome
    reason: str = ""
    """Why it is undecided; empty otherwise."""
    required_bump: str = ""
    """The required bump from the previous version: `major`, `minor`, `patch`, or empty."""
    against: tuple[str, ...] = ()
    """The versions it was compared with, oldest first."""
    changes: tuple[str, ...] = ()
    """Changes of descriptions and metadata, one sentence each, sorted."""
    honest: str = ""
    """The version number that its changes require; empty if unknown."""
    policy: Compatibility | None = None
    """Its policy, if it differs from the report's policy."""
    promises: tuple[PromiseChange, ...] = ()
    """How its fields differ from those of the version before it, by path; told where it breaks or
    undecided."""


@dataclass(frozen=True, slots=True)
class Report:
    """The report of one analysis; every form shows it. Findings are sorted by severity, then place."""

    base: str
    head: str
    today: date
    findings: tuple[Finding, ...] = ()
    versions: tuple[VersionVerdict, ...] = ()
    policy: Compatibility = field(default_factory=Compatibility)
    base_commit: str = ""
    head_commit: str = ""
    today_given: bool = False
    """Whether `today` was given by hand and is another day than that of the run: a forecast, or a
    look back, and no verdict of this day."""

    @property
    def verdict(self) -> str:
        """`fail` when something breaks, `undecided` when a verdict is undecided, else `pass`."""
        if any(each.severity is Severity.ERROR for each in self.findings):
            return "fail"
        if any(
            each.outcome is Outcome.UNDECIDED and (each.policy or self.policy).undecided == "fail"
            for each in self.versions
        ):
            return "undecided"
        return "pass"

    def exit_code(self, fail_on: Severity = Severity.ERROR) -> int:
        """0 nothing breaks; 1 a finding at or above `fail_on`; 3 undecided."""
        if any(each.severity.rank <= fail_on.rank for each in self.findings):
            return 1
        return 3 if self.verdict == "undecided" else 0
