"""The lattice of types: of two types the narrowest that holds the values of both.

It says of a change whether it widens (the new type is the upper bound), narrows (the old one is),
does both, or neither: then no conversion keeps the values.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum as Words
from typing import TYPE_CHECKING

from schemareg.formats.structure import (
    Array,
    Decimal,
    Enum,
    Integer,
    Json,
    Map,
    Scalar,
    String,
    Struct,
    StructMember,
)

if TYPE_CHECKING:
    from schemareg.formats.structure import Type

_DIGITS = {8: 3, 16: 5, 32: 10, 64: 19}
_MAX_PRECISION = 38
_EXACT_FLOAT_DIGITS = 15
_NESTED = (Array, Struct, Map, Json)


class Relation(Words):
    """How a new type stands to the old one."""

    SAME = "same"
    WIDEN = "widen"
    NARROW = "narrow"
    OVERLAP = "overlap"
    """Some values of each fit the other."""
    NEITHER = "neither"


def relation(old: Type, new: Type) -> Relation:
    """How a new type stands to the old one."""
    if old == new:
        return Relation.SAME
    bound = join(old, new)
    if bound is None:
        return Relation.NEITHER
    if bound == new:
        return Relation.WIDEN
    return Relation.NARROW if bound == old else Relation.OVERLAP


def join(one: Type, other: Type) -> Type | None:
    """The narrowest type that holds the values of both; None where none does.

    A member that only one of two objects has is optional in their bound. Nested values whose parts
    have no bound, or a record of which may not be one of the other, have none either.
    """
    if one == other:
        return one
    for left, right in ((one, other), (other, one)):
        found = _bound(left, right)
        if found is not None:
            return found
    return None


def _bound(one: Type, other: Type) -> Type | None:
    match one, other:
        case Integer(), Integer():
            return max(one, other, key=lambda each: each.bits)
        case Integer(), Decimal():
            return _decimal(Decimal(_DIGITS[one.bits], 0), other)
        case Integer(), Scalar("float64"):
            return other if one.bits <= 32 else None
        case Decimal(), Decimal():
            return _decimal(one, other)
        case Decimal(), Scalar("float64"):
            return other if one.precision <= _EXACT_FLOAT_DIGITS else None
        case String(), String():
            unbounded = one.longest is None or other.longest is None
            return String(None if unbounded else max(one.longest or 0, other.longest or 0))
        case Enum(), Enum():
            if set(one.values) <= set(other.values):
                return other
            if set(one.values) >= set(other.values):
                return one
            return Enum((*one.values, *(each for each in other.values if each not in one.values)))
        case Enum(), String():
            longest = max(map(len, one.values), default=0)
            return String(None if other.longest is None else max(longest, other.longest))
        case Scalar("uuid" | "date" | "time" | "timestamp" | "interval" | "binary"), String():
            return String(None)
        case Json(), Array() | Struct() | Map() | Json():
            return Json(one.reason or "its structure changed")
        case Array(), Array():
            element = join(one.element, other.element)
            return None if element is None else Array(element, one.nullable or other.nullable)
        case Map(), Map():
            value = join(one.value, other.value)
            return None if value is None else Map(value, one.nullable or other.nullable)
        case Struct(), Struct():
            return _struct(one, other)
    return None


def _decimal(one: Decimal, other: Decimal) -> Decimal | None:
    scale = max(one.scale, other.scale)
    precision = max(one.precision - one.scale, other.precision - other.scale) + scale
    return Decimal(precision, scale) if precision <= _MAX_PRECISION else None


def _struct(one: Struct, other: Struct) -> Struct | None:
    mine = {member.name: member for member in one.members}
    theirs = {member.name: member for member in other.members}
    members: list[StructMember] = []
    for name in (*theirs, *(each for each in mine if each not in theirs)):
        left, right = mine.get(name), theirs.get(name)
        if left is None or right is None:
            members += [replace(each, required=False) for each in (left, right) if each]
            continue
        type_ = join(left.type, right.type)
        if type_ is None:
            return None
        required = left.required and right.required
        nullable = left.nullable or right.nullable
        members.append(replace(right, type=type_, required=required, nullable=nullable))
    return Struct(tuple(members))


def fits(old: Type, new: Type) -> bool:
    """Whether every value of the old type is one of the new type, down to members that are required."""
    match old, new:
        case Struct(), Struct():
            mine = {member.name: member for member in old.members}
            return all(
                not member.required
                if (had := mine.get(member.name)) is None
                else (had.required or not member.required)
                and (member.nullable or not had.nullable)
                and fits(had.type, member.type)
                for member in new.members
            )
        case Array(), Array():
            return (new.nullable or not old.nullable) and fits(old.element, new.element)
        case Map(), Map():
            return (new.nullable or not old.nullable) and fits(old.value, new.value)
        case _, Json() if isinstance(old, _NESTED):
            return True
        case Enum(), Enum():
            return set(old.values) <= set(new.values)
    return relation(old, new) in (Relation.SAME, Relation.WIDEN)
