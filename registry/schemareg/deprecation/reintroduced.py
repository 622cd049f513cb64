"""Restored fields: new fields with names that readers know.

A deprecation of the first field does not count for the second. As long as somebody can still
hold records of the first, its name is reserved for its type.

Source: the rules of time, 12 and 13.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model.targets import Target
from schemareg.snapshot.elements import field_of, latest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from schemareg.formats.field import Field
    from schemareg.model import Finding, History, Landing, Place, SchemaVersion
    from schemareg.snapshot.snapshot import Snapshot

    Fields = Callable[[SchemaVersion], dict[str, Field]]
    """The fields of a version, by path."""


class Return(NamedTuple):
    """A field of a version that the previous version does not have and an older one had."""

    now: Field
    then: Field
    older: SchemaVersion
    """The last version that had it."""
    gone: SchemaVersion
    """The first version after that, without it."""


def introduced(
    snapshot: Snapshot, history: History, element: Target, sunset: date | None
) -> Landing | None:
    """The version since which an element exists without a gap.

    The element is a field, a value of it, or one version. Versions are followed from the newest of
    the element's line, below its version where it names one of a field, back to the opening of the
    line, and from there to the version that the line followed: unless the line opened on `sunset` or
    later, the first day on which the element could have gone, for then it is a promise of its own.
    None where no version has it.
    """
    if not element.field:
        found = latest(snapshot, element)
        return None if found is None else history.landed(found.path)
    since: SchemaVersion | None = None
    for version, opens in _backwards(snapshot, history, element):
        if _there(snapshot, version, element):
            since = version
        elif since is not None:
            break
        landing = history.landed(version.path) if opens else None
        if landing is not None and sunset is not None and landing.time.date() >= sunset:
            break
    return None if since is None else history.landed(since.path)


def _backwards(
    snapshot: Snapshot, history: History, element: Target
) -> Iterator[tuple[SchemaVersion, bool]]:
    """The releases that lead to an element, newest first, and whether each opened its line.

    Before the first of a line comes the highest lower release that had landed when it did.
    """
    below = element.version
    meant = latest(snapshot, element) if below is None else None
    major = below.major if below is not None else meant.version.major if meant else None
    releases = [
        each
        for each in snapshot.versions(element.product, element.schema)
        if not each.version.pre and (below is None or each.version < below)
    ]
    line: list[SchemaVersion] = [each for each in releases if each.version.major == major]
    while line:
        opening = history.landed(line[0].path)
        yield from ((each, each is line[0]) for each in reversed(line))
        lower = [each for each in releases if each.version < line[0].version]
        if opening is not None:
            came = ((each, history.landed(each.path)) for each in lower)
            lower = [each for each, at in came if at and at.ordinal <= opening.ordinal]
        line = [each for each in lower if each.version.major == lower[-1].version.major]


def _there(snapshot: Snapshot, version: SchemaVersion, element: Target) -> bool:
    found = field_of(snapshot, version, element.field)
    if found is None or element.value is None:
        return found is not None
    return element.value in found.values


def returned(
    version: SchemaVersion, older: Sequence[SchemaVersion], fields: Fields
) -> tuple[Return, ...]:
    """The restored fields of a version; `older` are the versions of its line, oldest first.

    Fields inside a restored field are not listed separately.
    """
    if len(older) < 2:
        return ()
    *before, previous = older
    found: dict[str, Return] = {}
    new = {path: field for path, field in fields(version).items() if path not in fields(previous)}
    gone = previous
    for each in reversed(before):
        had = fields(each)
        for path, field in new.items():
            if path in had and path not in found:
                found[path] = Return(field, had[path], each, gone)
        gone = each
    steps = {each.now.steps for each in found.values()}
    return tuple(
        each
        for _, each in sorted(found.items())
        if not any(each.now.steps[:length] in steps for length in range(1, len(each.now.steps)))
    )


def told(
    found: Return,
    version: SchemaVersion,
    place: Place,
    promised: Sequence[SchemaVersion],
    reserved: date,
    today: date,
) -> Finding:
    """The finding about a restored field.

    `promised` are the supported versions that have it with another type; until `reserved` its name
    is not free for another type even if there are none.
    """
    # The status of a promise does not need all rule texts.
    from schemareg.model import Severity
    from schemareg.rules import deprecation as rules

    path, was, now = found.now.path, found.then.type, found.now.type
    target = Target(version.product, version.schema, version.version, None, found.now.steps)
    back = f"{path!r} was added again; {found.gone.version} did not have it"
    if was == now:
        finding = rules.about(
            rules.RESTORED, target, place, back, severity=Severity.NOTICE, what=(now,)
        )
        return replace(finding, field=path, against=str(found.older.version))
    over = not promised and today >= reserved
    if promised:
        why = f"{promised[-1].version} promises {was}and is still supported"
    else:
        why = f"its name {'was' if over else 'is'} reserved until {reserved}"
    finding = rules.about(
        rules.NAME_RESERVED,
        target,
        place,
        f"{back}, as {now}, and was {was}: {why}",
        severity=Severity.WARNING if over else Severity.ERROR,
        remedy=f"Choose another name, keep {was}, or open a new major line",
        what=(was, now),
    )
    return replace(finding, field=path, against=str(found.older.version))
