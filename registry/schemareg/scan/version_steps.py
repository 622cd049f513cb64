"""Which step a version declares over the one below it, and which one its changes call for.

SchemaVer: an ADDITION promises that all older records are taken still; a REVISION may refuse some, a
MODEL all of them. SemVer: a major step breaks somebody, a minor one nobody, a patch changes no
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
    from schemareg.scan.rewrites import Judged

_STEPS = {
    Scheme.SEMVER: ("major", "minor", "patch"),
    Scheme.NUMBERS: ("major", "minor", "patch"),
    Scheme.SCHEMAVER: ("MODEL", "REVISION", "ADDITION"),
}
"""What a step is called by the first part of the number that it changes; the largest first."""


class Bump(NamedTuple):
    """What a step was called, and what it is."""

    declared: str
    honest: str
    """`""` where it could not be decided, or where nothing was promised."""

    @property
    def too_small(self) -> bool:
        """Whether it promised more than it kept."""
        return bool(self.honest) and _rank(self.declared) > _rank(self.honest)

    @property
    def larger(self) -> bool:
        """Whether a smaller step would have been honest."""
        return bool(self.honest) and _rank(self.declared) < _rank(self.honest)


def bump(older: Numbered, newer: Numbered, judged: Judged, level: Level) -> Bump:
    """The step between two numbers of one scheme, beside what `judged` found of the schemas.

    `level` says who counts as broken; of SchemaVer, which speaks of older records alone, it is not
    asked. A MODEL is taken at its word: whether a REVISION would do depends on the records there are.
    """
    names = _STEPS[newer.scheme]
    declared = names[_changed(older.parts, newer.parts)]
    if newer.scheme is Scheme.NUMBERS and len(newer.parts) == 1:
        return Bump(declared, "")
    if newer.scheme is Scheme.SCHEMAVER:
        return Bump(declared, _schemaver(declared, judged))
    return Bump(declared, _semver(len(newer.parts), judged, level))


def _changed(older: tuple[int, ...], newer: tuple[int, ...]) -> int:
    """The first place in which two numbers differ; a part that is not written is 0."""
    padded = zip((*older, 0, 0, 0)[:3], (*newer, 0, 0, 0)[:3], strict=True)
    return next((index for index, (one, other) in enumerate(padded) if one != other), 2)


def _schemaver(declared: str, judged: Judged) -> str:
    breaks = judged.breaks("BACKWARD")
    if breaks is None:
        return ""
    if not breaks:
        return "ADDITION"
    return "MODEL" if declared == "MODEL" else "REVISION"


def _semver(parts: int, judged: Judged, level: Level) -> str:
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
