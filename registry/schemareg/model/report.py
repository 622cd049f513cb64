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
    """A consumer whom a finding touches, by what it declares to read."""

    product: str
    consumer: str
    """The name of its file, without the ending."""
    team: str
    schema: str = ""
    """The schema that is read, `orders/order_placed`; `""` where the consumer's file does not say."""
    versions: str = "*"
    """Which versions, as the consumer wrote it."""
    fields: tuple[str, ...] = ()
    """The declared fields that are touched, as targets write them; none means that all are read."""


class Announcement(NamedTuple):
    """What ends by a finding, as it would have to be announced first: what `reg deprecate` takes."""

    target: str
    """`orders/order_placed#customer.email`, of every version."""
    loosens: str = ""
    """The one guarantee of it that ends, where that is all."""
    window: int = 0
    """Days that the policy asks for between the landing of the announcement and the end."""


class PromiseChange(NamedTuple):
    """What one field promised and what it promises now, in words: `required string`."""

    field: str
    before: str
    """Empty where the field is new."""
    after: str
    """Empty where it is gone."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a report says: what, where, why it matters, and how to mend it."""

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
    """The field path in the registry's words: `customer.email`, `lines[].sku`."""
    pointer: str = ""
    """JSON Pointer into the schema that refuses, as a URI fragment without the `#`."""
    witness: str | None = None
    """A record, as JSON text, that the writer may write and the reader refuses."""
    why: str = ""
    remedy: str = ""
    fingerprint: str = ""
    """Stable over unrelated edits: a digest of rule, target, versions and what changed."""
    value: str = ""
    """The one enum value that it is about, as targets write it: plain, or JSON text if no string."""
    dates: str = ""
    """How the earliest legal day comes about, where the promise is announced to end."""
    waived: str = ""
    """Who accepted it until when and why; empty where nobody did."""
    hits: tuple[Hit, ...] = ()
    """The registered consumers whom it hits, sorted."""
    announce: Announcement | None = None
    """What to announce, where that is all it takes for this to be legal one day."""
    target: str = ""
    """What it is about, as people type it, where it is the promise of something: a field, a line,
    a product. Empty where product, schema, version and field say all there is."""


@dataclass(frozen=True, slots=True)
class VersionVerdict:
    """What was found about one new or changed version."""

    product: str
    schema: str
    version: str
    path: str
    outcome: Outcome
    reason: str = ""
    """Why it is undecided; empty otherwise."""
    required_bump: str = ""
    """The smallest honest bump over the version before it: `major`, `minor`, `patch`, or empty."""
    against: tuple[str, ...] = ()
    """The versions it was compared with, oldest first."""
    changes: tuple[str, ...] = ()
    """What changed in words and metadata, one sentence each, sorted."""
    honest: str = ""
    """The version that its changes call for: its own, or the one it should be; empty if unknown."""
    policy: Compatibility | None = None
    """What it was judged by, where that is not the report's policy."""
    promises: tuple[PromiseChange, ...] = ()
    """How its fields differ from those of the version before it, by path; told where it breaks or
    could not be decided."""


@dataclass(frozen=True, slots=True)
class Report:
    """One analysis: everything that every face of it shows. Findings are sorted by severity, place."""

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
        """`fail` when something breaks, `undecided` when something could not be decided, else `pass`."""
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
