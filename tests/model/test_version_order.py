"""How versions follow each other, as tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemareg.model import Compatibility, Level, Scope, version_order
from schemareg.model.semver import BUMPS, SemVer, bump_between, parse


def semver(text: str) -> SemVer:
    version = parse(text)
    assert version is not None
    return version


def semvers(text: str) -> list[SemVer]:
    return [semver(each) for each in text.split()]


def spelled(found: tuple[SemVer, ...]) -> str:
    return " ".join(map(str, found))


KNOWN = "1.0.0 1.1.0 1.2.0-rc.1 1.2.0 1.10.0 2.0.0-beta.1 2.0.0 2.1.0 4.0.0"


@pytest.mark.parametrize(
    ("level", "scope", "version", "expected"),
    [
        (Level.FULL, Scope.SUPPORTED, "1.11.0", "1.0.0 1.1.0 1.2.0 1.10.0"),
        (Level.FULL, Scope.SUPPORTED, "1.3.0", "1.0.0 1.1.0 1.2.0"),
        (Level.FULL, Scope.LATEST, "1.11.0", "1.10.0"),
        (Level.FULL_TRANSITIVE, Scope.LATEST, "1.11.0", "1.0.0 1.1.0 1.2.0 1.10.0"),
        (Level.BACKWARD, Scope.ALL, "2.2.0", "2.0.0 2.1.0"),
        (Level.FULL, Scope.ALL, "3.0.0", ""),
        (Level.FULL, Scope.ALL, "1.2.0-rc.2", "1.0.0 1.1.0"),
        (Level.NONE, Scope.ALL, "1.11.0", ""),
    ],
)
def test_older_releases_of_the_line_count(
    level: Level, scope: Scope, version: str, expected: str
) -> None:
    policy = Compatibility(level, scope)
    assert spelled(version_order.counting(semver(version), semvers(KNOWN), policy)) == expected


@pytest.mark.parametrize(
    ("version", "before", "followers"),
    [
        ("1.11.0", "1.10.0", "1.10.1 1.11.0"),
        ("1.3.0", "1.2.0", "1.2.1 1.3.0"),
        ("3.0.0", "2.1.0", "3.0.0"),
        ("5.1.0", "4.0.0", "5.0.0"),
        ("2.0.0-beta.2", "1.10.0", "2.0.0"),
        ("0.1.0", "None", ""),
    ],
)
def test_what_stands_before_a_version_and_what_may_follow_there(
    version: str, before: str, followers: str
) -> None:
    assert str(version_order.before(semver(version), semvers(KNOWN))) == before
    assert spelled(version_order.followers(semver(version), semvers(KNOWN))) == followers


@pytest.mark.parametrize(
    ("bump", "previous", "honest"),
    [
        ("patch", "1.10.0", "1.10.1"),
        ("minor", "1.10.0", "1.11.0"),
        ("major", "1.10.0", "5.0.0"),
        ("major", "4.0.0", "5.0.0"),
    ],
)
def test_a_major_step_goes_beyond_every_line_there_is(
    bump: str, previous: str, honest: str
) -> None:
    assert str(version_order.honest(bump, semver(previous), semvers(KNOWN))) == honest


_VERSIONS = st.builds(SemVer, st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))


@given(st.lists(_VERSIONS, min_size=1, unique=True), st.sampled_from(BUMPS))
def test_the_honest_name_follows_and_declares_the_bump_it_is_named_for(
    known: list[SemVer], bump: str
) -> None:
    latest = max(known)
    named = version_order.honest(bump, latest, known)
    assert named > latest
    assert bump_between(latest, named) == bump
    assert named in version_order.followers(named, known)
