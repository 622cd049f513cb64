"""The declared bump of a version, and the bump that its changes require.

SchemaVer: an ADDITION promises that all older records are accepted; a REVISION can refuse some, a
MODEL all of them. SemVer: a major step can break readers, a minor one cannot, a patch changes no
meaning. `1.4` is read as SemVer without patches; a single number promises nothing.

Source: Semantic Versioning 2.0.0; Snowplow's SchemaVer, MODEL-REVISION-ADDITION.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schemareg.scan.layout import Scheme
from schemareg.scan.rewrites import Meaning

if TYPE_CHECKING:
    from schemareg.model import Level
    from schemareg.scan.layout import Numbered
    from schemareg.scan.rewrites import RewriteEffect

_STEPS = {
    Scheme.SEMVER: ("major", "minor", "patch"),
    Scheme.NUMBERS: ("major", "minor", "patch"),
    Scheme.SCHEMAVER: ("MODEL", "REVISION", "ADDITION"),
}
"""The names of steps by the first changed part of the number; the largest first."""


class Bump(NamedTuple):
    """The declared and the required bump of a step."""

    declared: str
    honest: str
    """`""` where it is undecided, or where nothing was promised."""

    @property
    def too_small(self) -> bool:
        """Whether the declared bump is too small."""
        return bool(self.honest) and _rank(self.declared) > _rank(self.honest)

    @property
    def larger(self) -> bool:
        """Whether a smaller bump would suffice."""
        return bool(self.honest) and _rank(self.declared) < _rank(self.honest)


def bump(older: Numbered, newer: Numbered, judged: RewriteEffect, level: Level) -> Bump:
    """The bump between two numbers of one scheme, and the bump that the comparison requires.

    `level` selects the readers that count; SchemaVer only concerns older records and does not
    use it. A MODEL is accepted: whether a REVISION would suffice depends on the existing records.
    """
    names = _STEPS[newer.scheme]
    declared = names[_changed(older.parts, newer.parts)]
    if newer.scheme is Scheme.NUMBERS and len(newer.parts) == 1:
        return Bump(declared, "")
    if newer.scheme is Scheme.SCHEMAVER:
        return Bump(declared, _schemaver(declared, judged))
    return Bump(declared, _semver(len(newer.parts), judged, level))


def _changed(older: tuple[int, ...], newer: tuple[int, ...]) -> int:
    """The first position in which two numbers differ; a missing part is 0."""
    padded = zip((*older, 0, 0, 0)[:3], (*newer, 0, 0, 0)[:3], strict=True)
    return next((index for index, (one, other) in enumerate(padded) if one != other), 2)


def _schemaver(declared: str, judged: RewriteEffect) -> str:
    breaks = judged.breaks("BACKWARD")
    if breaks is None:
        return ""
    if not breaks:
        return "ADDITION"
    return "MODEL" if declared == "MODEL" else "REVISION"


def _semver(parts: int, judged: RewriteEffect, level: Level) -> str:
    breaks = [judged.breaks(each.value) for each in level.directions]
    if any(breaks):
        return "major"
    if None in breaks:
        return ""
    if parts == 3 and judged.meaning in (Meaning.BYTES, Meaning.WORDS, Meaning.EQUIVALENT):
        return "patch"
    return "minor"


def _rank(step: str) -> int:
    """0 for the largest."""
    return next(names.index(step) for names in _STEPS.values() if step in names)
