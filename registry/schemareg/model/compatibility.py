"""The words in which compatibility is asked for and answered."""

from __future__ import annotations

from enum import Enum, StrEnum


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
