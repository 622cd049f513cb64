"""Rows to prove a view with: valid records of a version, at the edges of what its types can hold."""

from __future__ import annotations

from copy import deepcopy
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any

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
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.structure import StructMember, Type

_TRIES = 6
"""Candidates for each record that is asked for: what the schema refuses is left out."""


def records(
    base: JsonValue,
    members: Sequence[StructMember],
    valid: Callable[[JsonValue], bool | None],
    count: int,
    seed: int = 0,
) -> tuple[JsonValue, ...]:
    """At most `count` valid records, made of a valid one by changing a few of its values each time.

    Every value of every enum, each end of each range, missing and null values come up where the
    schema allows them. Text that a pattern restricts stays as it is in `base`.
    """
    random = Random(seed)  # noqa: S311  # repeatable rows, no secrets
    found = [base]
    single = [each for member in members for each in _edges(base, member, random)]
    tries = 0
    while len(found) < count and tries < count * _TRIES:
        tries += 1
        if single:
            candidate = single.pop()
        else:
            candidate = deepcopy(random.choice(found))
            for member in random.sample(list(members), min(len(members), 3)):
                _change(candidate, member, random)
        if valid(candidate):
            found.append(candidate)
    return tuple(found[:count])


def _edges(base: JsonValue, member: StructMember, random: Random) -> Iterator[JsonValue]:
    for value in values(member.type, random):
        changed = deepcopy(base)
        changed[member.name] = value
        yield changed
    if member.nullable:
        yield {**deepcopy(base), member.name: None}
    if not member.required:
        yield {name: deepcopy(value) for name, value in base.items() if name != member.name}


def _change(record: Any, member: StructMember, random: Random) -> None:
    held = record.get(member.name)
    if isinstance(member.type, Struct) and isinstance(held, dict):
        _change(held, random.choice(member.type.members), random)
        return
    choices: list[JsonValue] = values(member.type, random)
    if not member.required and random.random() < 0.3:
        record.pop(member.name, None)
    elif member.nullable and random.random() < 0.2:
        record[member.name] = None
    elif choices:
        record[member.name] = random.choice(choices)


def values(kind: Type, random: Random) -> list[JsonValue]:
    """Some values of a type: its edges, and a few between; none where only the schema knows any."""
    match kind:
        case Scalar("boolean"):
            return [True, False]
        case Scalar("float64"):
            return [0, 1, -1, Fraction(1, 2), 123456789, Fraction(random.randrange(10**6), 8)]
        case Integer():
            most = 2 ** (kind.bits - 1)
            between = (random.randrange(-most, most), random.randrange(most), random.randrange(10))
            return [0, 1, most - 1, -most, *between]
        case Decimal():
            scale, most = 10**kind.scale, 10**kind.precision - 1
            wholes = (0, 1, most, -most, random.randrange(most + 1), random.randrange(10**4))
            found = [Fraction(each, scale) for each in wholes]
            return [each.numerator if each.denominator == 1 else each for each in found]
        case Enum():
            return list(kind.values)
        case String():
            longest = kind.longest if kind.longest is not None else 40
            texts = ["", "a", "it's", 'a "b" \\ c', "ä漢😀", "x" * longest, str(random.random())]
            return [each for each in texts if len(each) <= longest]
        case Scalar("uuid"):
            digits = f"{random.getrandbits(128):032x}"
            cuts = ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))
            return ["-".join(digits[start:end] for start, end in cuts)]
        case Scalar("date"):
            return ["1970-01-01", "2024-02-29", f"20{random.randrange(10, 99)}-06-15"]
        case Scalar("time"):
            return ["00:00:00Z", "23:59:59Z"]
        case Scalar("timestamp"):
            return [
                "1970-01-01T00:00:00Z",
                f"20{random.randrange(10, 38)}-03-02T09:30:00.25Z",
                "2024-02-29T23:59:59+02:00",
            ]
        case Scalar("binary"):
            return ["", "AP8="]
        case Array():
            inner = values(kind.element, random)
            return [[], inner[:1], inner[:3], *([[None]] if kind.nullable else [])]
        case Map():
            inner = values(kind.value, random)
            return [{}, *({name: each} for name, each in zip(("k", "a b"), inner, strict=False))]
        case Struct():
            return list(_structs(kind, random))
        case Json():
            return [{}, [1, "x"], {"a": {"b": [None, True]}}, "text"]
    return []


def _structs(kind: Struct, random: Random) -> Iterator[JsonValue]:
    full: dict[str, JsonValue] = {}
    for member in kind.members:
        inner = values(member.type, random)
        if inner:
            full[member.name] = random.choice(inner)
    yield full
    yield {
        each.name: full[each.name] for each in kind.members if each.required and each.name in full
    }
