"""The order of versions of one schema: lines, bumps, and which older versions count.

Only releases make promises. A pre-release may change or go until it is released, and is compared
with releases; no release is compared with it. Major version 0 is a line like any other: who wants
to promise nothing yet has pre-releases for that.

Source: Semantic Versioning 2.0.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemareg.model import Compatibility
    from schemareg.model.semver import SemVer


def releases(versions: Iterable[SemVer]) -> tuple[SemVer, ...]:
    """The releases, oldest first."""
    return tuple(sorted((each for each in versions if not each.pre), key=_numbers))


def _numbers(version: SemVer) -> tuple[int, int, int]:
    """The precedence of a release; a key is computed once where comparing computes it each time."""
    return version.major, version.minor, version.patch


def counting(version: SemVer, known: Iterable[SemVer], policy: Compatibility) -> tuple[SemVer, ...]:
    """The older releases with which a version must be compatible, oldest first.

    They are of its major line: another line is another promise. `supported` is every one of them
    as long as no promise ends.
    """
    # Here, for who asks what came before what, needs nothing of a policy.
    from schemareg.model import Scope

    if not policy.level.directions:
        return ()
    older = tuple(
        each for each in releases(known) if each.major == version.major and each < version
    )
    if policy.scope is Scope.LATEST and not policy.level.transitive:
        return older[-1:]
    return older


def before(version: SemVer, known: Iterable[SemVer]) -> SemVer | None:
    """The highest release below a version, of any line; None for the first."""
    return max((each for each in releases(known) if each < version), default=None)


def followers(version: SemVer, known: Iterable[SemVer]) -> tuple[SemVer, ...]:
    """The possible numbers of a version, smallest bump first; empty for the first version.

    Within its line: the next patch and the next minor version; else the opening of the next line.
    """
    others = releases(known)
    line = [each for each in others if each.major == version.major and each < version]
    if line:
        return line[-1].bumped("patch"), line[-1].bumped("minor")
    lower = [each for each in others if each < version]
    return (lower[-1].bumped("major"),) if lower else ()


def honest(bump: str, previous: SemVer, known: Iterable[SemVer]) -> SemVer:
    """The number of a version that requires this bump from the previous one.

    A major bump opens the line after the highest there is, since the next one may be taken.
    """
    if bump == "major":
        return max((previous, *releases(known))).bumped("major")
    return previous.bumped(bump)
