"""A JSON Schema as the logical structure of its records."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from schemareg.documents import json_values
from schemareg.formats.json_schema.fields import Reader
from schemareg.formats.structure import (
    Array,
    Decimal,
    Enum,
    Integer,
    Json,
    Limit,
    Map,
    Scalar,
    String,
    Struct,
    StructMember,
    Structure,
)
from schemareg.model.errors import RegistryError
from schemareg.model.targets import field_text

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.json_schema.fields import Part, SubschemaFacts
    from schemareg.formats.json_schema.references import Library
    from schemareg.formats.structure import Type

MAX_MEMBERS = 10_000
"""Of one structure: references can multiply them beyond any end."""

_MAX_DEPTH = 64
_MAX_PRECISION = 38
"""Digits: the most that a decimal has on every engine but a few."""

_FORMATS = {
    "date-time": "timestamp",
    "date": "date",
    "time": "time",
    "duration": "interval",
    "uuid": "uuid",
}
_BITS = (8, 16, 32, 64)


def structure(value: JsonValue, library: Library, uri: str = "") -> Structure:
    """The structure of the records of a schema; `library` is what its references reach.

    Raises RegistryError where a record is no object, or where the schema has more than
    `MAX_MEMBERS` members.
    """
    reader = Reader(library)
    facts = reader.read(library.open(value, uri))
    if facts.kinds is not None and "object" not in facts.kinds:
        raise RegistryError(
            "a record of this schema is not an object, so it has no columns",
            where=uri.removeprefix("file:///"),
            remedy="Describe one row: type: object, with properties",
        )
    walk = _Walk(reader)
    members = walk.members(facts, (), ())
    if not members:
        raise RegistryError(
            "this schema declares no properties, so it has no columns",
            where=uri.removeprefix("file:///"),
            remedy="Declare the fields of a row under properties",
        )
    walk.restrict((), facts)
    if facts.kinds is not None and facts.kinds != {"object"}:
        walk.limit((), "a record that is no object")
    if facts.additional is not None:
        walk.limit((), "properties that the schema does not declare by name")
    return Structure(members, tuple(walk.limits), facts.description, facts.annotations)


class _Walk:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._left = MAX_MEMBERS
        self.limits: list[Limit] = []

    def limit(self, steps: tuple[str | None, ...], what: str) -> None:
        """Note what the types leave out at a path."""
        self.limits.append(Limit(field_text(steps), what))

    def restrict(self, steps: tuple[str | None, ...], facts: SubschemaFacts) -> None:
        """Note the keywords at a path that no type holds."""
        for keyword in sorted(facts.conditions):
            what = "which alternative a value is" if keyword == "alternatives" else keyword
            self.limit(steps, what)

    def members(
        self,
        facts: SubschemaFacts,
        steps: tuple[str | None, ...],
        above: tuple[frozenset[object], ...],
    ) -> tuple[StructMember, ...]:
        """The declared properties of an object, in the schema's order."""
        found = []
        for name, part in facts.inner:
            if not isinstance(name, str):
                continue
            inner = self._reader.facts(part)
            if inner.never:
                continue
            self._left -= 1
            if self._left < 0:
                raise RegistryError(
                    f"this schema has more than {MAX_MEMBERS:,} fields",
                    remedy="Declare fewer, or take parts of it as one JSON value: type: object",
                )
            path = (*steps, name)
            required = name in facts.required
            nullable = inner.kinds is None or "null" in inner.kinds
            type_ = self.type(part, inner, path, above)
            if nullable and not required:
                self.limit(path, "whether a value is missing or null: both are NULL")
            notes = dict(inner.annotations)
            found.append(
                StructMember(
                    name,
                    type_,
                    required,
                    nullable,
                    inner.description,
                    notes.get("x-classification", notes.get("classification", "")),
                    inner.default,
                )
            )
        return tuple(found)

    def type(
        self,
        part: Part,
        facts: SubschemaFacts,
        steps: tuple[str | None, ...],
        above: tuple[frozenset[object], ...],
    ) -> Type:
        """The narrowest type that holds every value of a part."""
        if part.keys in above:
            return Json("it contains itself")
        if len(steps) > _MAX_DEPTH:
            return Json(f"it is more than {_MAX_DEPTH} levels deep")
        kinds = (facts.kinds or frozenset()) - {"null"}
        if "number" in kinds:
            kinds -= {"integer"}
        if facts.kinds is None or len(kinds) != 1:
            words = " or ".join(sorted(kinds))
            return Json(f"its values are of several types: {words}" if kinds else "any value")
        (kind,) = kinds
        inside = (*above, part.keys)
        if kind == "object":
            return self._object(facts, steps, inside)
        if kind == "array":
            self.restrict(steps, facts)
            return self._array(facts, steps, inside)
        if kind == "boolean":
            if (
                facts.values is not None
                and len({each for each in facts.values if each is not None}) < 2
            ):
                self.limit(steps, "const")
            return Scalar("boolean")
        return self._string(facts, steps) if kind == "string" else self._number(facts, steps, kind)

    def _object(
        self,
        facts: SubschemaFacts,
        steps: tuple[str | None, ...],
        above: tuple[frozenset[object], ...],
    ) -> Type:
        if facts.values is not None:
            return Json("its values are listed objects")
        if _declares(facts) and facts.additional is None:
            members = self.members(facts, steps, above)
            if members:
                self.restrict(steps, facts)
                return Struct(members)
        if _declares(facts) or facts.additional is None:
            return Json("an object with properties that are not declared by name")
        self.restrict(steps, facts)
        value = self._reader.facts(facts.additional)
        nullable = value.kinds is None or "null" in value.kinds
        return Map(self.type(facts.additional, value, (*steps, "*"), above), nullable)

    def _array(
        self,
        facts: SubschemaFacts,
        steps: tuple[str | None, ...],
        above: tuple[frozenset[object], ...],
    ) -> Type:
        if any(isinstance(step, int) for step, _ in facts.inner):
            return Json("an array whose first items have types of their own")
        if facts.values is not None or facts.items is None:
            return Json("an array of any values")
        items = self._reader.facts(facts.items)
        if items.never:
            return Json("an array that is always empty")
        nullable = items.kinds is None or "null" in items.kinds
        return Array(self.type(facts.items, items, (*steps, None), above), nullable)

    def _string(self, facts: SubschemaFacts, steps: tuple[str | None, ...]) -> Type:
        if facts.values is not None:
            values = tuple(each for each in facts.values if isinstance(each, str))
            if "pattern" in facts.conditions:
                self.limit(steps, "pattern")
            return Enum(values)
        self.restrict(steps, facts)
        notes = dict(facts.annotations)
        if notes.get("contentEncoding") == "base64":
            return Scalar("binary")
        if facts.format in _FORMATS:
            kind = _FORMATS[facts.format]
            self.limit(steps, f"text that is not in the form {facts.format}")
            if kind in ("timestamp", "time"):
                self.limit(steps, "the offset that a time was written with: it is kept in UTC")
            return Scalar(kind)
        return String(facts.limits.longest)

    def _number(self, facts: SubschemaFacts, steps: tuple[str | None, ...], kind: str) -> Type:
        limits = facts.limits
        low, high = limits.minimum, limits.maximum
        values = [each for each in facts.values or () if each is not None]
        if values:
            low, high = min(values), max(values)
            self.limit(steps, "enum")
            if all(isinstance(each, int) for each in values):
                kind = "integer"
        bounded = low is not None and high is not None
        declared = _declared_decimal(dict(facts.annotations).get("x-decimal", ""))
        exact = limits.multiple is not None and _scale(limits.multiple) is not None
        if declared is not None:
            self.restrict(steps, facts)
            return Decimal(*declared)
        if kind == "integer" or (isinstance(limits.multiple, int) and limits.multiple):
            return self._integer(steps, facts, low, high)
        self.restrict(steps, facts)
        if not exact or limits.multiple is None:
            return Scalar("float64")
        scale = _scale(limits.multiple) or 0
        digits = (
            len(str(int(max(abs(Fraction(low or 0)), abs(Fraction(high or 0))))))
            if bounded
            else None
        )
        precision = _MAX_PRECISION if digits is None else digits + scale
        if digits is None:
            self.limit(steps, f"numbers of more than {_MAX_PRECISION} digits")
        if precision > _MAX_PRECISION or scale > _MAX_PRECISION:
            return Json(f"its numbers have more than {_MAX_PRECISION} digits")
        return Decimal(precision, scale)

    def _integer(
        self,
        steps: tuple[str | None, ...],
        facts: SubschemaFacts,
        low: int | Fraction | None,
        high: int | Fraction | None,
    ) -> Type:
        exact_bounds = {f"{-(2 ** (bits - 1))}..{2 ** (bits - 1) - 1}" for bits in _BITS}
        if f"{low}..{high}" not in exact_bounds:
            self.restrict(steps, facts)
        if multiple := facts.limits.multiple:
            if multiple != 1:
                self.limit(steps, "multipleOf")
        if low is None or high is None:
            self.limit(steps, "integers of more than 64 bits")
            low, high = low if low is not None else 0, high if high is not None else 0
            wide = max(low, -low, high, -high) >= 2**63
            return Decimal(_MAX_PRECISION, 0) if wide else Integer(64)
        for bits in _BITS:
            if low >= -(2 ** (bits - 1)) and high < 2 ** (bits - 1):
                return Integer(bits)
        digits = len(str(int(max(abs(Fraction(low)), abs(Fraction(high))))))
        if digits > _MAX_PRECISION:
            return Json(f"its numbers have more than {_MAX_PRECISION} digits")
        return Decimal(digits, 0)


def _declares(facts: SubschemaFacts) -> bool:
    return any(isinstance(step, str) for step, _ in facts.inner)


def _scale(multiple: int | Fraction) -> int | None:
    """Digits after the point of a number whose decimals end; None of one whose do not."""
    text = json_values.number_text(multiple)
    if "e" in text or Fraction(text) != multiple:
        return None
    return len(text.partition(".")[2])


def _declared_decimal(text: str) -> tuple[int, int] | None:
    """Precision and scale of `x-decimal: [12, 2]` or `{precision: 12, scale: 2}`."""
    try:
        value = json_values.parse(text)
    except ValueError:
        return None
    if isinstance(value, dict):
        value = [value.get("precision"), value.get("scale", 0)]
    if not isinstance(value, list) or len(value) != 2:
        return None
    if not all(isinstance(each, int) and not isinstance(each, bool) for each in value):
        return None
    precision, scale = value
    return (
        (precision, scale) if 1 <= precision <= _MAX_PRECISION and 0 <= scale <= precision else None
    )
