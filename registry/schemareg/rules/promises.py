"""The rules of promises that no validator sees kept or broken, and of those that nobody could judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.model import Direction, Finding, Place, Severity
from schemareg.rules.fingerprint import fingerprint
from schemareg.rules.rule import Rule

if TYPE_CHECKING:
    from schemareg.model import SchemaVersion
    from schemareg.versions import SemVer

FIELD_REMOVED = Rule(
    id="field-removed",
    title="A field went away within a major line",
    rationale="No validator minds: the field was optional. But readers of the older version look for"
    " it, and nobody told them that it would not come any more.",
    remedy="Keep the field, and deprecate it; or open a new major line.",
    source="Design, section 3, Promises validation cannot see",
)
UNDECIDED = Rule(
    id="undecided",
    title="It could not be decided whether a version breaks a reader",
    rationale="Neither a proof nor a record that breaks was found. Undecided never passes as"
    " compatible: somebody has to look, or the schema has to become one that can be judged.",
    remedy="Simplify what the reason names, or open a new major line. A registry may set"
    " `undecided: warn` in registry.yaml.",
    source="Design, section 1, Proof or counterexample",
)

RULES = (FIELD_REMOVED, UNDECIDED)


def field_removed(
    version: SchemaVersion, against: SemVer, field: str, kind: str, pointer: str, place: Place
) -> Finding:
    """A field of an older version of the line, `against`, that this version does not have.

    `kind` says what it was; `pointer` is where the older schema has it.
    """
    pre = bool(version.version.pre)
    return Finding(
        FIELD_REMOVED.id,
        Severity.NOTICE if pre else Severity.ERROR,
        place,
        f"{field!r} ({kind}) is gone",
        product=version.product,
        schema=version.schema,
        version=str(version.version),
        against=str(against),
        direction=Direction.FORWARD,
        field=field,
        pointer=pointer,
        why=FIELD_REMOVED.rationale,
        remedy=f"Keep {field!r}, and deprecate it; or open"
        f" {version.version.release.bumped('major')}: reg bump {version.product}/{version.schema}",
        fingerprint=fingerprint(FIELD_REMOVED.id, version.name, str(against), field),
    )


def undecided(
    version: SchemaVersion, against: SemVer, direction: Direction, reason: str
) -> Finding:
    """A pair of versions about which nothing could be said, and why."""
    return Finding(
        UNDECIDED.id,
        Severity.NOTICE if version.version.pre else Severity.WARNING,
        Place(version.path),
        f"it could not be decided: {reason}",
        product=version.product,
        schema=version.schema,
        version=str(version.version),
        against=str(against),
        direction=direction,
        why=UNDECIDED.rationale,
        remedy=UNDECIDED.remedy,
        fingerprint=fingerprint(UNDECIDED.id, version.name, str(against), direction.value),
    )
