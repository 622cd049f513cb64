"""Semantic versions: text to value and back, their order, and what a bump is.

Source: Semantic Versioning 2.0.0. Build metadata is refused: two files would carry one precedence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering

_NUMBER = r"(0|[1-9]\d{0,8})"
_SEMVER = re.compile(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}"
    r"(?:-((?:0|[1-9]\d{0,8}|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d{0,8}|\d*[A-Za-z-][0-9A-Za-z-]*))*))?",
    re.ASCII,
)


@total_ordering
@dataclass(frozen=True, slots=True)
class SemVer:
    """One version; ordered by precedence (SemVer 2.0.0, section 11)."""

    major: int
    minor: int
    patch: int
    pre: tuple[str, ...] = ()

    def __str__(self) -> str:
        release = f"{self.major}.{self.minor}.{self.patch}"
        return f"{release}-{'.'.join(self.pre)}" if self.pre else release

    def __lt__(self, other: SemVer) -> bool:
        return self._precedence < other._precedence

    @property
    def _precedence(self) -> tuple[object, ...]:
        identifiers = tuple((0, int(i), "") if i.isdigit() else (1, 0, i) for i in self.pre)
        return (self.major, self.minor, self.patch, not self.pre, identifiers)

    @property
    def release(self) -> SemVer:
        """The version without its pre-release part."""
        return SemVer(self.major, self.minor, self.patch)

    def bumped(self, bump: str) -> SemVer:
        """The release that follows this one by a `major`, `minor` or `patch` bump."""
        if self.pre:
            return self.release
        if bump == "major":
            return SemVer(self.major + 1, 0, 0)
        if bump == "minor":
            return SemVer(self.major, self.minor + 1, 0)
        return SemVer(self.major, self.minor, self.patch + 1)


def parse(text: str) -> SemVer | None:
    """The version that `text` spells, or None where it is not one (exact: no `v`, no blanks)."""
    match = _SEMVER.fullmatch(text)
    if match is None:
        return None
    major, minor, patch, pre = match.groups()
    return SemVer(int(major), int(minor), int(patch), tuple(pre.split(".")) if pre else ())


BUMPS = ("patch", "minor", "major")
"""The smallest first."""


def bump_between(older: SemVer, newer: SemVer) -> str:
    """Which bump the step from one release to the next declares: `major`, `minor` or `patch`."""
    if newer.major != older.major:
        return "major"
    return "minor" if newer.minor != older.minor else "patch"
