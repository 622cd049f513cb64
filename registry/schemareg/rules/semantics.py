"""The rules of promises that no validator sees kept or broken, and of those that nobody could judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.model import Direction, Finding, Place, Severity
from schemareg.rules.fingerprint import fingerprint
from schemareg.rules.rule import Rule

if TYPE_CHECKING:
    from schemareg.model import SchemaVersion
    from schemareg.model.semver import SemVer

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

MEANING_CHANGED = Rule(
    id="meaning-changed",
    title="A field means something else within a major line",
    rationale="No validator minds: the values look as they did. But readers take them for what the"
    " older version said they are: a unit, a format, a kind of thing.",
    remedy="Keep what the field says of itself and add a field beside it; or announce the change.",
    source="Design, section 3, Promises validation cannot see",
)
KEY_CHANGED = Rule(
    id="key-changed",
    title="What tells one record from all others changed",
    rationale="Readers join and deduplicate by the key. With another one they lose records or count"
    " them twice, and nothing tells them.",
    remedy="Keep the key, or announce that it will change.",
    source="Design, section 3, Promises validation cannot see; the rules of time, 20",
)
CLASSIFICATION_LOWERED = Rule(
    id="classification-lowered",
    title="Data became less sensitive by their classification",
    rationale="Who may see the data goes by it. Lowered without notice, it opens to many what was"
    " promised to few.",
    remedy="Keep the classification, or announce that it will be lowered.",
    source="Design, section 3, Promises validation cannot see; the rules of time, 20",
)
SERVICE_LEVEL_LOOSENED = Rule(
    id="service-level-loosened",
    title="A service level promises less than it did",
    rationale="Readers built on data that fresh, that available or kept that long.",
    remedy="Keep the level, or announce that it will be loosened.",
    source="Design, section 3, Promises validation cannot see; the rules of time, 20",
)

RULES = (
    FIELD_REMOVED,
    MEANING_CHANGED,
    KEY_CHANGED,
    CLASSIFICATION_LOWERED,
    SERVICE_LEVEL_LOOSENED,
    UNDECIDED,
)


def field_removed(
    version: SchemaVersion,
    against: SemVer,
    field: str,
    kind: str,
    pointer: str,
    place: Place,
    opens: SemVer,
    *,
    branch: str = "",
) -> Finding:
    """A field of an older version of the line, `against`, that this version does not have.

    `kind` says what it was; `pointer` is where the older schema has it; `opens` begins the line
    where it need not be; `branch` is the alternative that has lost it where others have it.
    """
    pre = bool(version.version.pre)
    return Finding(
        FIELD_REMOVED.id,
        Severity.NOTICE if pre else Severity.ERROR,
        place,
        f"{field!r} ({kind}) is gone" + (f" where {branch}" if branch else ""),
        product=version.product,
        schema=version.schema,
        version=str(version.version),
        against=str(against),
        direction=Direction.FORWARD,
        field=field,
        pointer=pointer,
        why=FIELD_REMOVED.rationale,
        remedy=f"Keep {field!r}, and deprecate it; or open {opens}:"
        f" reg bump {version.product}/{version.schema}",
        fingerprint=fingerprint(
            FIELD_REMOVED.id, version.name, str(against), field, *([branch] if branch else [])
        ),
    )


def meaning_changed(
    version: SchemaVersion,
    against: SemVer,
    field: str,
    change: tuple[str, str, str],
    pointer: str,
    place: Place,
    opens: SemVer,
) -> Finding:
    """A field that says something else of itself; `change` is keyword, before, and after or empty.

    `opens` begins the line where it may.
    """
    keyword, was, now = change
    pre = bool(version.version.pre)
    return Finding(
        MEANING_CHANGED.id,
        Severity.NOTICE if pre else Severity.ERROR,
        place,
        f"{field!r}: {keyword} {was} became {now}"
        if now
        else f"{field!r}: {keyword} {was} is gone",
        product=version.product,
        schema=version.schema,
        version=str(version.version),
        against=str(against),
        direction=Direction.FORWARD,
        field=field,
        pointer=pointer,
        why=MEANING_CHANGED.rationale,
        remedy=f"Keep it, and add a field beside {field!r}; or open {opens}:"
        f" reg bump {version.product}/{version.schema}",
        fingerprint=fingerprint(
            MEANING_CHANGED.id, version.name, str(against), field, keyword, was, now
        ),
    )


def loosened(
    rule: Rule, product: str, schema: str, place: Place, message: str, *what: str
) -> Finding:
    """A guarantee of a product, or of one schema of it, that promises less."""
    return Finding(
        rule.id,
        Severity.ERROR,
        place,
        message,
        product=product,
        schema=schema,
        why=rule.rationale,
        remedy=rule.remedy,
        fingerprint=fingerprint(rule.id, product, schema, *what),
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
