"""The rules of Avro: each names one way in which a reader refuses or misreads what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.rules.rule import CompatibilityRule, Example, Rule
from schemareg.text.wording import quoted

if TYPE_CHECKING:
    from schemareg.formats.avro.resolution import Mismatch
    from schemareg.formats.avro.schema import Type

_RESOLUTION = "Apache Avro 1.12.0, Schema Resolution"


def _record(*fields: dict[str, object], **attributes: object) -> dict[str, object]:
    return {"type": "record", "name": "Order", "fields": list(fields), **attributes}


def _field(name: str, type_: object, **attributes: object) -> dict[str, object]:
    return {"name": name, "type": type_, **attributes}


def _enum(*symbols: str, **attributes: object) -> dict[str, object]:
    return {"type": "enum", "name": "Status", "symbols": list(symbols), **attributes}


def _fixed(size: int) -> dict[str, object]:
    return {"type": "fixed", "name": "Hash", "size": size}


_LONG = {"type": "long"}
_MILLIS = {"type": "long", "logicalType": "timestamp-millis"}
_MICROS = {"type": "long", "logicalType": "timestamp-micros"}

NAMED: tuple[CompatibilityRule, ...] = (
    CompatibilityRule(
        id="avro-field-missing",
        title="A field without a default is not written",
        rationale="The reader needs a value for the field. The message has none, and the field has"
        " no default, so the message cannot be read.",
        remedy="Give the field a default, or open a new major line.",
        source=_RESOLUTION + ", if both are records",
        keywords=("default",),
        breaking=Example(_record(), _record(_field("id", "int")), {}),
        harmless=Example(_record(), _record(_field("id", "int", default=0))),
    ),
    CompatibilityRule(
        id="avro-type-changed",
        title="A type was replaced by one that cannot read it",
        rationale="The bytes of the old type are no value of the new one.",
        remedy="Keep the type, or replace it by one that it is promoted to (int to long, float or"
        " double; long to float or double; float to double; string and bytes); or add a field.",
        source=_RESOLUTION + ", promotions",
        keywords=("type",),
        breaking=Example("long", "int", 0),
        harmless=Example("int", "long"),
    ),
    CompatibilityRule(
        id="avro-branch-removed",
        title="No branch of the union reads a value",
        rationale="The writer may write a value of a type that no branch of the reader's union"
        " matches.",
        remedy="Keep the branch in the union until its deprecation has run out.",
        source=_RESOLUTION + ", unions",
        keywords=("type",),
        breaking=Example(["null", "string"], ["null", "int"], {"string": ""}),
        harmless=Example(["null", "int"], ["null", "long", "string"]),
    ),
    CompatibilityRule(
        id="avro-symbol-removed",
        title="A symbol is no longer in the enum",
        rationale="The writer may write a symbol that the reader's enum does not have, and the enum"
        " has no default to read instead.",
        remedy="Keep the symbol until its deprecation has run out, or give the enum a default.",
        source=_RESOLUTION + ", if both are enums",
        keywords=("symbols",),
        breaking=Example(_enum("OPEN", "PAID"), _enum("OPEN"), "PAID"),
        harmless=Example(_enum("OPEN", "PAID"), _enum("OPEN", default="OPEN")),
    ),
    CompatibilityRule(
        id="avro-name-changed",
        title="A named type has another name",
        rationale="Readers match records, enums and fixed types by their name without namespace, or"
        " by an alias of the reader's type. With another name nothing is read.",
        remedy="Keep the name, or list the old full name among the aliases of the type.",
        source=_RESOLUTION + ", and Aliases",
        keywords=("name",),
        breaking=Example(_record(), _record(name="Sale"), {}),
        harmless=Example(_record(name="shop.Order"), _record(name="Sale", aliases=["shop.Order"])),
    ),
    CompatibilityRule(
        id="avro-fixed-size-changed",
        title="A fixed type has another size",
        rationale="The writer writes a number of bytes that the reader's type does not have.",
        remedy="Keep the size, or add a field with a new fixed type.",
        source=_RESOLUTION,
        keywords=("size",),
        breaking=Example(_fixed(1), _fixed(2), "\x00"),
        harmless=Example(_fixed(1), _fixed(1)),
    ),
    CompatibilityRule(
        id="avro-logical-type-changed",
        title="The same bytes mean something else",
        rationale="The message is read without an error, but its value is taken for another one:"
        " another unit, another scale, another kind of thing. Or it is no value of the new type.",
        remedy="Keep the logical type, and add a field with the new one.",
        source="Apache Avro 1.12.0, Logical Types",
        keywords=("logicalType",),
        breaking=Example(_MILLIS, _MICROS, 1_700_000_000_000),
        harmless=Example(_MILLIS, _LONG),
    ),
    CompatibilityRule(
        id="avro-alias-ambiguous",
        title="Two fields of the writer are read as one",
        rationale="One field of the message has the name of the reader's field, another one has a"
        " name that is its alias. Readers differ in which of them they take; some fail.",
        remedy="Remove the alias: data of that name are written by their own field.",
        source="Apache Avro 1.12.0, Aliases",
        keywords=("aliases",),
        breaking=Example(
            _record(_field("old", "int"), _field("id", "int")),
            _record(_field("id", "int", aliases=["old"])),
            {"old": 1, "id": 0},
        ),
        harmless=Example(
            _record(_field("old", "int")), _record(_field("id", "int", aliases=["old"]))
        ),
    ),
)

BY_ID = {rule.id: rule for rule in NAMED}

_DECLARATION = "Apache Avro 1.12.0, Schema Declaration"
_STRICT = "Implementations of Avro differ in what they accept; some read it as something else."

MISTAKES = (
    Rule(
        "avro-type-unknown",
        "A type is not defined",
        "A type must be defined before the place that uses it; no implementation can read the"
        " schema.",
        "Correct the name, or define the type first.",
        _DECLARATION,
    ),
    Rule(
        "avro-attribute-missing",
        "A required attribute is missing",
        "No implementation can read the schema without it.",
        "Add the attribute.",
        _DECLARATION,
    ),
    Rule(
        "avro-attribute-invalid",
        "An attribute has a value that it cannot have",
        _STRICT,
        "Write one of the values that the specification lists.",
        _DECLARATION,
    ),
    Rule(
        "avro-name-invalid",
        "A name is not an Avro name",
        _STRICT,
        "Use letters, digits and _, with no digit first.",
        "Apache Avro 1.12.0, Names",
    ),
    Rule(
        "avro-name-repeated",
        "A name is used twice",
        _STRICT,
        "Give one of the two another name, or refer to the first.",
        "Apache Avro 1.12.0, Names",
    ),
    Rule(
        "avro-aliases-invalid",
        "An alias is no name, or belongs to two fields",
        "A reader could not know which field the data are for.",
        "Keep the alias on one field.",
        "Apache Avro 1.12.0, Aliases",
    ),
    Rule(
        "avro-symbol-invalid",
        "A symbol is not a name, or is listed twice",
        _STRICT,
        "Use letters, digits and _, with no digit first; list each symbol once.",
        "Apache Avro 1.12.0, Enums",
    ),
    Rule(
        "avro-union-invalid",
        "A union has two branches of one type, a union inside, or no branch",
        "It is not clear to which branch a value belongs.",
        "List each type once, in one union.",
        "Apache Avro 1.12.0, Unions",
    ),
    Rule(
        "avro-default-invalid",
        "A default is not a value of its type",
        "Readers take the default for data without the field, and get a value that the type does"
        " not have.",
        "Write a default of the type, or remove it.",
        "Apache Avro 1.12.0, Records, field default values",
    ),
    Rule(
        "avro-logical-type-ignored",
        "A logical type is invalid, so readers ignore it",
        "Readers take the value of the underlying type instead, without an error.",
        "Correct the logical type, or remove it.",
        "Apache Avro 1.12.0, Logical Types",
    ),
)

RULES: tuple[Rule, ...] = (*NAMED, *MISTAKES)


def sentences(mismatch: Mismatch) -> tuple[str, str]:
    """A mismatch in words: where the newer version reads, and where the older one does."""
    writer, reader, name = mismatch.writer, mismatch.reader, quoted(mismatch.name)
    was, now = described(writer), described(reader)
    older = "the older version"
    match mismatch.kind.value:
        case "avro-field-missing":
            return (
                f"{name} has no default, and older messages do not have it",
                f"{name} is no longer written, and {older} has no default for it",
            )
        case "avro-symbol-removed":
            return (
                f"{name} is no longer a symbol of {reader.label}, which has no default",
                f"{name} is new in {writer.label}, and {older} has neither it nor a default",
            )
        case "avro-branch-removed":
            return (
                f"no branch of {now} reads {was}",
                f"{was} may be written now, and no branch of {older}'s {now} reads it",
            )
        case "avro-name-changed":
            return (
                f"the {writer.kind} was named {writer.name}, is {reader.name} and has no such alias",
                f"the {writer.kind} is named {writer.name} now, and {older} knows {reader.name}",
            )
        case "avro-fixed-size-changed":
            return (
                f"{reader.name} had {writer.size} bytes, has {reader.size}",
                f"{writer.name} has {writer.size} bytes now, and {older} takes {reader.size}",
            )
        case "avro-alias-ambiguous":
            other = quoted(mismatch.other)
            return (
                f"older messages have {name} and its alias {other}: it is not clear which is read",
                f"{other} is written beside {name} now, and is its alias in {older}",
            )
    return (
        f"type was {was}, is {now}",
        f"type is {was} now, and {older} takes {now}",
    )


def described(type_: Type) -> str:
    """A type in words: `union of null and string`, `shop.Order`, `long (timestamp-millis)`."""
    if type_.kind == "union":
        labels = [each.label for each in type_.branches]
        shown = labels if len(labels) < 7 else [*labels[:5], f"{len(labels) - 5} more"]
        return f"union of {' and '.join(filter(None, (', '.join(shown[:-1]), shown[-1])))}"
    if type_.kind in ("array", "map"):
        return f"{type_.kind} of {type_.inner.label}"
    own = f"{type_.kind} {type_.name}" if type_.name else type_.kind
    return f"{own} ({type_.logical})" if type_.logical is not None else own
