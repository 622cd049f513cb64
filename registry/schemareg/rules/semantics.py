"""Rules of promises that validation cannot see, and of pairs that are undecided."""

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
    title="A field was removed within a major line",
    rationale="The field was optional, so validators accept its absence. But readers of the "
    "older version use it, and nobody announced its removal.",
    remedy="Keep the field and deprecate it, or open a new major line.",
    source="Design, section 3, Promises validation cannot see",
)
UNDECIDED = Rule(
    id="undecided",
    title="It is undecided whether a version breaks a reader",
    rationale="Neither a proof nor a breaking record was found. Undecided never passes as "
    "compatible: a person must review the change, or the schema must become "
    "simpler.",
    remedy="Simplify the part that the reason names, or open a new major line. A registry can"
    " set `undecided: warn` in registry.yaml.",
    source="Design, section 1, Proof or counterexample",
)

MEANING_CHANGED = Rule(
    id="meaning-changed",
    title="The meaning of a field changed within a major line",
    rationale="The values still look the same, so validators accept them. But readers "
    "interpret them as the older version described them: unit, format, kind of "
    "value.",
    remedy="Keep the description of the field and add a new field beside it, or announce the "
    "change.",
    source="Design, section 3, Promises validation cannot see",
)
FORMAT_CHANGED = Rule(
    id="format-changed",
    title="The format of a schema changed within a major line",
    rationale="Readers of the older version parse records in its format. They cannot read"
    " records in another format, whatever the schemas say.",
    remedy="Keep the format of the line, or open a new major line in the other format.",
    source="Design, section 3, Promises validation cannot see",
)
KEY_CHANGED = Rule(
    id="key-changed",
    title="The key of a schema changed",
    rationale="Readers join and deduplicate records by the key. With another key they "
    "silently lose records or count them twice.",
    remedy="Keep the key, or announce that it will change.",
    source="Design, section 3, Promises validation cannot see; the rules of time, 20",
)
CLASSIFICATION_LOWERED = Rule(
    id="classification-lowered",
    title="The classification of data was lowered",
    rationale="The classification decides who can see the data. Lowering it without notice "
    "exposes data that was promised to be restricted.",
    remedy="Keep the classification, or announce that it will be lowered.",
    source="Design, section 3, Promises validation cannot see; the rules of time, 20",
)
SERVICE_LEVEL_LOOSENED = Rule(
    id="service-level-loosened",
    title="A service level promises less than before",
    rationale="Readers rely on this freshness, availability or retention.",
    remedy="Keep the level, or announce that it will be loosened.",
    source="Design, section 3, Promises validation cannot see; the rules of time, 20",
)

DRAFT_READING_DIFFERS = Rule(
    id="draft-reading-differs",
    title="A validator of draft 4 may refuse what was judged compatible",
    rationale="In draft 4 the number 1.0 is not an integer; in later drafts, and in this registry, it is. "
    "A reader who validates by draft 4 may refuse a whole number written with a decimal point.",
    remedy="Write whole numbers without a decimal point, or name a later draft with $schema.",
    source="JSON Schema draft 4 core, section 3.5; draft 6 core, section 4.2.1",
)

RULES = (
    FIELD_REMOVED,
    MEANING_CHANGED,
    FORMAT_CHANGED,
    KEY_CHANGED,
    CLASSIFICATION_LOWERED,
    SERVICE_LEVEL_LOOSENED,
    UNDECIDED,
    DRAFT_READING_DIFFERS,
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
    """A field of the older version `against` of the line that this version does not have.

    `kind` says what it was; `pointer` is where the older schema has it; `opens` begins the line
    where it need not be; `branch` is the alternative that has lost it where others have it.
    """
    pre = bool(version.version.pre)
    return Finding(
        FIELD_REMOVED.id,
        Severity.NOTICE if pre else Severity.ERROR,
        place,
        f"{field!r} ({kind}) was removed" + (f" where {branch}" if branch else ""),
        product=version.product,
        schema=version.schema,
        version=str(version.version),
        against=str(against),
        direction=Direction.FORWARD,
        field=field,
        pointer=pointer,
        why=FIELD_REMOVED.rationale,
        remedy=f"Keep {field!r} and deprecate it; or open {opens}:"
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
    """A field whose meaning changed; `change` is keyword, value before, and value after or empty.

    `opens` begins the line where it may.
    """
    keyword, was, now = change
    pre = bool(version.version.pre)
    return Finding(
        MEANING_CHANGED.id,
        Severity.NOTICE if pre else Severity.ERROR,
        place,
        f"{field!r}: {keyword} changed from {was} to {now}"
        if now
        else f"{field!r}: {keyword} {was} was removed",
        product=version.product,
        schema=version.schema,
        version=str(version.version),
        against=str(against),
        direction=Direction.FORWARD,
        field=field,
        pointer=pointer,
        why=MEANING_CHANGED.rationale,
        remedy=f"Keep it and add a field beside {field!r}; or open {opens}:"
        f" reg bump {version.product}/{version.schema}",
        fingerprint=fingerprint(
            MEANING_CHANGED.id, version.name, str(against), field, keyword, was, now
        ),
    )


def format_changed(
    version: SchemaVersion, against: SemVer, titles: tuple[str, str], opens: SemVer
) -> Finding:
    """A version in another format than the version `against` of its line.

    `titles` are the formats before and after; `opens` begins the line where it may.
    """
    before, after = titles
    return Finding(
        FORMAT_CHANGED.id,
        Severity.NOTICE if version.version.pre else Severity.ERROR,
        Place(version.path),
        f"the format changed from {before} to {after}",
        product=version.product,
        schema=version.schema,
        version=str(version.version),
        against=str(against),
        why=FORMAT_CHANGED.rationale,
        remedy=f"Write it as {before}; or open {opens}:"
        f" reg bump {version.product}/{version.schema}",
        fingerprint=fingerprint(FORMAT_CHANGED.id, version.name, str(against), before, after),
    )


def loosened(
    rule: Rule, product: str, schema: str, place: Place, message: str, *what: str
) -> Finding:
    """A guarantee of a product, or of one of its schemas, that promises less than before."""
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


def draft_reading(version: SchemaVersion, against: SemVer, direction: Direction) -> Finding:
    """A pair of versions about which a validator of draft 4 may differ; it stops nobody."""
    rule = DRAFT_READING_DIFFERS
    return Finding(
        rule.id,
        Severity.NOTICE,
        Place(version.path),
        "a draft-4 validator refuses 1.0 where an integer is asked for; this verdict accepts it",
        product=version.product,
        schema=version.schema,
        version=str(version.version),
        against=str(against),
        direction=direction,
        why=rule.rationale,
        remedy=rule.remedy,
        fingerprint=fingerprint(rule.id, version.name, str(against), direction.value),
    )


def undecided(
    version: SchemaVersion, against: SemVer, direction: Direction, reason: str
) -> Finding:
    """A pair of versions whose compatibility is undecided, and why."""
    return Finding(
        UNDECIDED.id,
        Severity.NOTICE if version.version.pre else Severity.WARNING,
        Place(version.path),
        f"undecided: {reason}",
        product=version.product,
        schema=version.schema,
        version=str(version.version),
        against=str(against),
        direction=direction,
        why=UNDECIDED.rationale,
        remedy=UNDECIDED.remedy,
        fingerprint=fingerprint(UNDECIDED.id, version.name, str(against), direction.value),
    )
