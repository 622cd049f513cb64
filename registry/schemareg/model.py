"""The nouns of the registry. Values only: nothing here reads, judges or prints."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from schemareg.names import Target
    from schemareg.versions import SemVer

Pointer = tuple[str | int, ...]
"""Decoded reference tokens of a JSON Pointer (RFC 6901): ``("properties", "email")``."""


class Place(NamedTuple):
    """Where something stands: POSIX path relative to the repository root, 1-based line and column."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing that is wrong with one file: where, what, and the edit or command that mends it."""

    place: Place
    rule: str
    what: str
    remedy: str


class Kind(Enum):
    """What an entry of a folder is."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "symbolic link"
    SUBMODULE = "submodule"


class Entry(NamedTuple):
    """One name in a folder. Equal ids mean equal content; `""` means unknown, so never equal."""

    kind: Kind
    id: str


class Files(Protocol):
    """The files of a repository in one state: a commit's tree, or the working tree as it stands.

    Paths are POSIX, relative to the repository root, without a leading or trailing slash; the
    root itself is `""`. What is read twice is the same twice.
    """

    @property
    def label(self) -> str:
        """How to call this state in a report: `main (3f2a9c1)`, `working tree`."""

    @property
    def commit(self) -> str:
        """The full id of the commit, or `""` for a working tree."""

    def entry(self, path: str) -> Entry | None:
        """The entry at a path, or None where there is nothing."""

    def folder(self, path: str) -> Mapping[str, Entry]:
        """Name to entry, names sorted; empty where there is no folder."""

    def read(self, path: str) -> bytes:
        """The content of a file. Raises KeyError where there is no file."""

    def size(self, path: str) -> int:
        """The size in bytes of a file, without reading it where possible. Raises KeyError."""


class FileChange(NamedTuple):
    """One path whose entry differs between two states; a folder on either side is taken apart."""

    path: str
    before: Entry | None
    after: Entry | None


@dataclass(frozen=True, slots=True)
class Landing:
    """One first-parent commit of the protected branch: what landed, and when."""

    commit: str
    ordinal: int
    """Its place on the line; 0 is the oldest."""
    time: datetime
    """When it landed, aware, in UTC: what the commit claims, never before the landing before it."""
    claimed: datetime
    """The committer time that the commit claims, aware, in UTC."""
    author: str = ""
    email: str = ""
    """The author's."""
    committer: str = ""
    subject: str = ""
    """The first paragraph of the message, on one line."""


class PathChange(NamedTuple):
    """What one landing did to one path: a file, a link or a submodule, never a folder."""

    landing: Landing
    path: str
    before: Entry | None
    after: Entry | None


class History(Protocol):
    """The landings of one first-parent line, and what they did to the paths of a registry.

    Paths are POSIX, relative to the repository root; `""` is everything that is watched. Where the
    history that an answer needs was not cloned, it raises Undecidable, which names the fetch.
    """

    @property
    def head(self) -> Landing | None:
        """The newest landing; None before the first."""

    def line(self) -> tuple[Landing, ...]:
        """All landings, oldest first."""

    def landing(self, commit: str) -> Landing | None:
        """The landing of this full id; None where it is not on the line."""

    def changes(self, path: str, *, after: Landing | None = None) -> tuple[PathChange, ...]:
        """What happened to a path and to everything below it, oldest first, then by path.

        With `after`, only what landed later than that.
        """

    def changes_within(self, name: str) -> tuple[PathChange, ...]:
        """What happened to all that lies in folders of this name, oldest first, then by path."""

    def landed(self, path: str) -> Landing | None:
        """Where the path that stands at the head came, for the last time; None if it is not there."""

    def read(self, id_: str) -> bytes:
        """The content of a file, by its entry's id. Raises KeyError where there is none."""

    def fetch(self, ids: Iterable[str]) -> None:
        """Have these files at hand: one journey to the remote where a partial clone lacks them."""


class Severity(Enum):
    """How much a finding hurts, the worst first."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


class Outcome(StrEnum):
    """What was found about a pair of schemas, or a whole version; equal to its word, `"breaking"`."""

    COMPATIBLE = "compatible"
    BREAKING = "breaking"
    UNDECIDED = "undecided"


class Direction(Enum):
    """Which of two versions reads what the other wrote."""

    BACKWARD = "BACKWARD"
    FORWARD = "FORWARD"


class Level(Enum):
    """Confluent's compatibility levels: (the new reads the old, the old reads the new, all versions)."""

    NONE = (False, False, False)
    BACKWARD = (True, False, False)
    BACKWARD_TRANSITIVE = (True, False, True)
    FORWARD = (False, True, False)
    FORWARD_TRANSITIVE = (False, True, True)
    FULL = (True, True, False)
    FULL_TRANSITIVE = (True, True, True)

    @property
    def directions(self) -> tuple[Direction, ...]:
        """The questions this level asks of a new version and an older one."""
        backward, forward, _ = self.value
        return (Direction.BACKWARD,) * backward + (Direction.FORWARD,) * forward

    @property
    def transitive(self) -> bool:
        """Whether every older version counts, whatever the scope says."""
        return bool(self.value[2])


class Scope(Enum):
    """Which older versions of the major line count."""

    LATEST = "latest"
    SUPPORTED = "supported"
    ALL = "all"


class Content(Enum):
    """The content model: does a writer write only what its schema declares?"""

    DECLARED = "declared"
    OPEN = "open"


class Stability(Enum):
    """How firmly a product stands to its promises, the loosest first."""

    DRAFT = "draft"
    BETA = "beta"
    STABLE = "stable"


class Classification(Enum):
    """How sensitive a product's data are, the least first."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"


class Overrides(Enum):
    """What a product may change of the hub's policy."""

    NOTHING = "nothing"
    STRICTER = "stricter"
    ANYTHING = "anything"


@dataclass(frozen=True, slots=True)
class Compatibility:
    """The part of the policy that compatibility is judged by."""

    level: Level = Level.FULL
    scope: Scope = Scope.SUPPORTED
    content: Content = Content.DECLARED
    formats: bool = False
    """Whether `format` is an assertion; by default it is an annotation."""
    undecided: str = "fail"
    """`fail` (exit 3) or `warn`."""


@dataclass(frozen=True, slots=True)
class Channel:
    """Where people are reached; the URL may name environment variables as `${NAME}`."""

    name: str
    url: str
    kind: str = ""
    """`slack`, `teams`, `webhook`, `mail` or `apprise`; `""` leaves it to the URL."""
    secret: str = ""
    """What a webhook's messages are signed with, as `${NAME}`."""
    threshold: Severity = Severity.NOTICE
    """The least severe event that is sent here."""


@dataclass(frozen=True, slots=True)
class Mail:
    """How mail is sent, to channels that are `mailto:` and to contacts."""

    server: str
    """An `smtp:` or `smtps:` URL, which may name environment variables as `${NAME}`."""
    sender: str


@dataclass(frozen=True, slots=True)
class Policy:
    """registry.yaml: what the hub asks of every product."""

    protected_branch: str = "main"
    compatibility: Compatibility = field(default_factory=Compatibility)
    windows: Mapping[Stability, int] = field(
        default_factory=lambda: {Stability.DRAFT: 0, Stability.BETA: 14, Stability.STABLE: 90}
    )
    """Days between the landing of a deprecation and the earliest removal, per stability."""
    reminders: tuple[int, ...] = (30, 7, 1)
    """Days before a sunset on which people are reminded, the longest first."""
    overrides: Overrides = Overrides.STRICTER
    channels: tuple[Channel, ...] = ()
    notify_default: tuple[str, ...] = ()
    mail: Mail | None = None
    issues: bool = False
    """Whether each deprecation is followed by an issue where the repository is hosted."""
    layout: str = ""
    """Where another repository's schema files stand, for a replay: see `foreign`."""
    anchor: str = ""
    """A commit that must be on the protected branch; what was announced before counts from when
    this landed. The full id, or empty."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for a product, and where they are reached."""

    team: str
    contact: str = ""
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """One subject of a product, as product.yaml declares it."""

    name: str
    description: str = ""
    format: str = "json-schema"
    location: str = ""
    key: tuple[str, ...] = ()
    """The fields that tell one record from all others, as written, sorted."""


@dataclass(frozen=True, slots=True)
class Product:
    """product.yaml: one data product."""

    name: str
    folder: str
    """POSIX path of the product's folder, relative to the repository root."""
    title: str
    owner: Owner
    domain: str = ""
    description: str = ""
    purpose: str = ""
    stability: Stability = Stability.STABLE
    classification: Classification | None = None
    inputs: tuple[str, ...] = ()
    """Names of the schemas its data flows from: `payments/payment`."""
    schemas: tuple[Schema, ...] = ()
    compatibility: Mapping[str, str] = field(default_factory=dict)
    """The product's own wishes (`level`, `scope`, `content`, …), as written; see `overrides`."""
    service_levels: Mapping[str, str] = field(default_factory=dict)
    """`freshness`, `availability` and the like, as written."""


@dataclass(frozen=True, slots=True)
class Deprecation:
    """One file of `deprecations/`: a promise that is going to end, as its owner says it."""

    path: str
    target: Target
    reason: str
    sunset: date | None = None
    """The first day on which the promise may be over; None says that no date is set yet."""
    loosens: str = ""
    """Not the element goes but one guarantee about it: `required`, `values`, `key`, `retention`, …."""
    replacement: Target | None = None
    migration: str = ""


@dataclass(frozen=True, slots=True)
class Waiver:
    """One file of `waivers/`: a finding that somebody accepts, for a time."""

    path: str
    fingerprint: str
    rule: str
    reason: str
    approver: str
    until: date
    """The last day on which it counts."""


@dataclass(frozen=True, slots=True)
class Use:
    """What a consumer reads of one schema."""

    schema: Target
    versions: str = "*"
    """Which versions, as written: `^1`, `1.2`, `1.2.0`, `^1 || ^2`; `*` is all."""
    fields: tuple[tuple[str | None, ...], ...] = ()
    """The fields that are read, as the steps of targets; none named means all."""
    values: tuple[str | None, ...] = ()
    """For each field the one value that is read of it, None for all; empty where that is so of all."""

    @property
    def elements(self) -> tuple[tuple[tuple[str | None, ...], str | None], ...]:
        """Each field with the one value of it that is read, or None."""
        values = self.values or (None,) * len(self.fields)
        return tuple(zip(self.fields, values, strict=True))


@dataclass(frozen=True, slots=True)
class Consumer:
    """One file of `consumers/`: who reads a product, and what of it."""

    path: str
    name: str
    """The file's, without its ending."""
    team: str
    contact: str = ""
    channels: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()
    acks: tuple[Target, ...] = ()
    """What the team agrees to lose before its day."""


class SchemaVersion(NamedTuple):
    """One version file of a schema."""

    product: str
    schema: str
    version: SemVer
    path: str
    id: str
    """The entry's id; `""` for a file of the working tree that Git does not know."""

    @property
    def name(self) -> str:
        """`orders/order_placed@1.2.0`."""
        return f"{self.product}/{self.schema}@{self.version}"


class Hit(NamedTuple):
    """A consumer whom a finding touches, by what it declares to read."""

    product: str
    consumer: str
    """The name of its file, without the ending."""
    team: str
    schema: str = ""
    """The schema that is read; `""` where the consumer's file does not say."""
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
