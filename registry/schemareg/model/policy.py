"""What the hub asks of every product: registry.yaml."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from schemareg.model.compatibility import Content, Level, Scope, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping


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
