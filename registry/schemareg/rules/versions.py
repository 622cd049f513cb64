"""Rules of versions: a landed version stays, and its number matches its changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.model import Finding, Place, Severity, version_order
from schemareg.model.semver import BUMPS, bump_between
from schemareg.rules.fingerprint import fingerprint
from schemareg.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schemareg.model import SchemaVersion
    from schemareg.model.semver import SemVer

_LAW = "Design, section 2, Versions"
_SEMVER = "Semantic Versioning 2.0.0, "

MODIFIED = Rule(
    id="version-modified",
    title="A landed version was altered",
    rationale="Readers and writers rely on these exact bytes, descriptions included. A "
    "version that changes is not a version.",
    remedy="Restore the file, and put the change in a new version.",
    source=f"{_LAW}; {_SEMVER}item 3",
)
REMOVED = Rule(
    id="version-removed",
    title="A landed version was removed or moved",
    rationale="Records written with it still exist, and references name its path. Renaming a "
    "folder, or moving it to another domain, removes every version in it.",
    remedy="Restore the file. To supersede a version, add one.",
    source=_LAW,
)
TOO_SMALL = Rule(
    id="bump-too-small",
    title="A version's number promises more than the version keeps",
    rationale="A minor version tells readers that they can upgrade safely; a patch tells them"
    " that only descriptions changed. This breaks consumers who trust the version "
    "number.",
    remedy="Give the version the number that its changes require: reg bump PRODUCT/SCHEMA.",
    source=f"{_LAW}; {_SEMVER}items 6 to 8",
)
LARGER = Rule(
    id="bump-larger-than-needed",
    title="A version number announces a larger change than there is",
    rationale="A new major line asks every reader to migrate, a minor version asks them to "
    "read the changes. This change requires neither.",
    remedy="Choose the smaller number, or keep this one if you want to open a new line.",
    source=f"{_LAW}; {_SEMVER}items 6 to 8",
)
GAP = Rule(
    id="version-gap",
    title="A version number was skipped",
    rationale="People look for the missing version and cannot know that it never existed.",
    remedy="Use the next number: reg bump PRODUCT/SCHEMA.",
    source=f"{_LAW}; {_SEMVER}items 6 to 8",
)
BACKWARDS = Rule(
    id="version-backwards",
    title="A version was added below one that has already landed",
    rationale="The higher version was judged without this one, so their compatibility is "
    "unknown. Readers of the higher version never see this one.",
    remedy="Number it after the highest version of its line.",
    source=f"{_LAW}; {_SEMVER}item 11",
)
PRERELEASE = Rule(
    id="reference-to-prerelease",
    title="A release refers to a pre-release",
    rationale="A pre-release can change or disappear until it is released, and would change "
    "the meaning of this release.",
    remedy="Refer to a release; release the other schema first.",
    source=f"{_LAW}; {_SEMVER}item 9",
)

RULES = (MODIFIED, REMOVED, TOO_SMALL, LARGER, GAP, BACKWARDS, PRERELEASE)


def altered(version: SchemaVersion, commit: str, what: str = "its file", path: str = "") -> Finding:
    """A landed version that differs from the base, `commit`. `path` is where it was, if elsewhere."""
    return _finding(
        MODIFIED,
        version,
        f"{version.version} has landed, and {what} differs from the landed one",
        remedy=f"Restore it: {_restore(commit, path or version.path)};"
        f" for the change: reg draft {version.product}/{version.schema}",
    )


def removed(
    version: SchemaVersion, commit: str, place: Place, moved: SchemaVersion | None = None
) -> Finding:
    """A landed version that is no longer at its path; `place` is the nearest place that remains."""
    destination = f", it moved to {moved.path}" if moved else ""
    return _finding(
        REMOVED,
        version,
        f"{version.version} has landed, and is no longer at {version.path}{destination}",
        place=place,
        remedy=f"Restore it: {_restore(commit, version.path)}",
    )


def numbered(
    version: SchemaVersion, landed: Sequence[SemVer], new: Sequence[SemVer]
) -> Iterator[Finding]:
    """A gap or a step backwards; `new` are the versions that land together with this one."""
    number = version.version
    above = [each for each in version_order.releases(landed) if each.major == number.major]
    above = [each for each in above if each > (number if not number.pre else number.release)]
    if number.pre and number.release in landed:
        above.append(number.release)
    opens = not any(each.major == number.major for each in version_order.releases((*landed, *new)))
    if not above and opens:
        above = [each for each in version_order.releases(landed) if each.major > number.major]
    if above:
        top = max(above)
        yield _finding(
            BACKWARDS,
            version,
            f"{number} comes after {top} has landed",
            severity=Severity.NOTICE if number.pre else Severity.ERROR,
            remedy=f"Number it after {top}: {_following(top, opens)}",
            what=(str(top),),
        )
    elif not number.pre:
        yield from _skipped(version, landed, new)


def _skipped(
    version: SchemaVersion, landed: Sequence[SemVer], new: Sequence[SemVer]
) -> Iterator[Finding]:
    followers = version_order.followers(version.version, (*landed, *new))
    if not followers or version.version in followers:
        return
    previous = version_order.before(version.version, (*landed, *new))
    choice = " or ".join(map(str, followers))
    # An imported history of a schema has its gaps already; they cannot be fixed.
    yield _finding(
        GAP,
        version,
        f"{version.version} follows {previous}; the next version is {choice}",
        severity=Severity.ERROR if landed else Severity.NOTICE,
        remedy=f"Rename it to {choice}: reg bump {version.product}/{version.schema}",
        what=(str(previous),),
    )


def bumped(
    version: SchemaVersion, previous: SemVer, required: str, honest: SemVer
) -> Iterator[Finding]:
    """Compare the bump that the number declares with the bump that the changes require."""
    declared = bump_between(previous, version.version)
    small = BUMPS.index(declared) < BUMPS.index(required)
    if declared == required:
        return
    rename = f"Rename it to {honest}: reg bump {version.product}/{version.schema}"
    serious = small and not version.version.pre
    yield _finding(
        TOO_SMALL if small else LARGER,
        version,
        f"{version.version} is a {declared} bump from {previous}; its changes"
        f" {'require' if small else 'need only'} a {required} bump: {honest}",
        severity=Severity.ERROR if serious else Severity.NOTICE,
        remedy=rename if small else f"{rename}; or keep the number if it is intended",
        what=(str(previous), required),
    )


def leaning(version: SchemaVersion, place: Place, on: SchemaVersion) -> Finding:
    """A release that refers to a pre-release; the place is that of the reference."""
    return _finding(
        PRERELEASE,
        version,
        f"{version.version} refers to {on.name}, which can still change",
        place=place,
        remedy=f"Refer to a release of {on.product}/{on.schema}, or make this version a pre-release",
        what=(on.name,),
    )


def _finding(
    rule: Rule,
    version: SchemaVersion,
    message: str,
    *,
    remedy: str,
    severity: Severity = Severity.ERROR,
    place: Place | None = None,
    what: tuple[str, ...] = (),
) -> Finding:
    return Finding(
        rule.id,
        severity,
        place or Place(version.path),
        message,
        product=version.product,
        schema=version.schema,
        version=str(version.version),
        why=rule.rationale,
        remedy=remedy,
        fingerprint=fingerprint(rule.id, version.name, *what),
    )


def _restore(commit: str, path: str) -> str:
    import shlex

    return f"git restore --source={commit[:12]} --staged --worktree -- {shlex.quote(path)}"


def _following(top: SemVer, opens: bool) -> str:
    if opens:
        return str(top.bumped("major"))
    return f"{top.bumped('patch')} or {top.bumped('minor')}"
