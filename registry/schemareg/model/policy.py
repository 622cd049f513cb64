"""The policy of registry.yaml."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from schemareg.model.compatibility import Content, Level, Scope, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping


class Stability(Enum):
    """The stability of a product's promises, the loosest first."""

    DRAFT = "draft"
    BETA = "beta"
    STABLE = "stable"


class Classification(Enum):
    """The sensitivity of a product's data, the lowest first."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"


class Overrides(Enum):
    """What a product can override of the registry's policy."""

    NOTHING = "nothing"
    STRICTER = "stricter"
    ANYTHING = "anything"


@dataclass(frozen=True, slots=True)
class Compatibility:
    """The compatibility part of the policy."""

    level: Level = Level.FULL
    scope: Scope = Scope.SUPPORTED
    content: Content = Content.DECLARED
    formats: bool = False
    """Whether `format` is an assertion; by default it is an annotation."""
    undecided: str = "fail"
    """`fail` (exit 3) or `warn`."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that reaches people; the URL can name environment variables as `${NAME}`."""

    name: str
    url: str
    kind: str = ""
    """`slack`, `teams`, `webhook`, `mail` or `apprise`; `""` leaves it to the URL."""
    secret: str = ""
    """The signing secret of a webhook, as `${NAME}`."""
    threshold: Severity = Severity.NOTICE
    """The lowest severity of events that are sent here."""


@dataclass(frozen=True, slots=True)
class Mail:
    """The mail settings, for `mailto:` channels and contacts."""

    server: str
    """An `smtp:` or `smtps:` URL, which may name environment variables as `${NAME}`."""
    sender: str


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy: registry.yaml."""

    protected_branch: str = "main"
    compatibility: Compatibility = field(default_factory=Compatibility)
    windows: Mapping[Stability, int] = field(
        default_factory=lambda: {Stability.DRAFT: 0, Stability.BETA: 14, Stability.STABLE: 90}
    )
    """Days between the landing of a deprecation and the earliest removal, per stability."""
    reminders: tuple[int, ...] = (30, 7, 1)
    """Days before a sunset on which reminders are sent, the longest first."""
    overrides: Overrides = Overrides.STRICTER
    channels: tuple[Channel, ...] = ()
    notify_default: tuple[str, ...] = ()
    mail: Mail | None = None
    issues: bool = False
    """Whether each deprecation has an issue on the repository's host."""
    layout: str = ""
    """Where another repository's schema files stand, for a replay: see `foreign`."""
    anchor: str = ""
    """A commit that must be on the protected branch; what was announced before counts from when
    this landed. The full id, or empty."""
