"""Schemas made to cost much: a table of pairs, each with the outcomes that would be right."""

from __future__ import annotations

import copy
from functools import reduce
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Schema = Any

S: Schema = {"type": "string"}
I: Schema = {"type": "integer"}  # noqa: E741
N: Schema = {"type": "number"}
FITS, BREAKS = "compatible", "breaking"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Hostile(NamedTuple):
    """A pair; undecided is always allowed beside what is right, unless `surely`."""

    name: str
    writer: Schema
    reader: Schema
    right: str
    surely: bool = False
    """It is what large honest schemas look like, and must be decided within the default budget."""
    content: str = "open"


def table() -> Iterator[Hostile]:
    """All of them."""
    for family in _FAMILIES:
        yield from family()


def _tagged(number: int, inner: Schema) -> Schema:
    properties = {"kind": {"const": f"k{number}"}, "v": inner}
    return {"type": "object", "properties": properties, "required": ["kind"]}


def _one_of(count: int, inner: Callable[[int], Schema] = lambda _: I) -> Schema:
    return {"oneOf": [_tagged(number, inner(number)) for number in range(count)]}


def _alternatives() -> Iterator[Hostile]:
    yield Hostile("oneOf, 30 tagged branches, the same", _one_of(30), _one_of(30), FITS, True)
    yield Hostile("oneOf, one branch more", _one_of(30), _one_of(31), FITS, True)
    yield Hostile("oneOf, one branch less", _one_of(31), _one_of(30), BREAKS, True)
    one = _one_of(30, lambda number: S if number == 17 else I)
    yield Hostile("oneOf, one of 30 branches changed", _one_of(30), one, BREAKS, True)
    wide = _one_of(30, lambda _: N)
    yield Hostile("oneOf, all of 30 branches widened", _one_of(30), wide, FITS, True)
    wide = _one_of(100, lambda _: N)
    yield Hostile("oneOf, all of 100 branches widened", _one_of(100), wide, FITS, True)
    loose = {"oneOf": [{"required": [f"p{i}"]} for i in range(30)]}
    more = {"oneOf": [{"required": [f"p{i}"]} for i in range(31)]}
    yield Hostile("oneOf, 30 branches that overlap", loose, more, BREAKS)
    yield Hostile("oneOf, 31 branches that overlap, to anyOf", more, {"anyOf": more["oneOf"]}, FITS)
    either = [{"anyOf": [{"required": [f"a{i}"]}, {"required": [f"b{i}"]}]} for i in range(26)]
    yield Hostile("25 anyOf at once", {"allOf": either[:25]}, {"allOf": either}, BREAKS)
    yield Hostile("26 anyOf at once", {"allOf": either}, {"allOf": either[:25]}, FITS)
    yield Hostile("60 clauses of three literals", _clauses(60), {"not": {"type": "object"}}, BREAKS)
    many = {
        "anyOf": [{"type": "integer", "minimum": 3 * i, "maximum": 3 * i + 1} for i in range(3000)]
    }
    yield Hostile("anyOf, 3,000 intervals, the same", many, copy.deepcopy(many), FITS, True)
    fewer = {"anyOf": many["anyOf"][:-1]}
    yield Hostile("anyOf, 3,000 intervals, one less", many, fewer, BREAKS)
    hole = {"allOf": [{"not": {"const": i}} for i in range(3000)]}
    yield Hostile("3,000 values excluded one by one", {**I, **hole}, {"not": {"const": 5}}, FITS)


def _clauses(count: int) -> Schema:
    def literal(clause: int, place: int) -> Schema:
        if (clause + place) % 2:
            return {"required": [f"a{(clause * 7 + place * 3) % 20}"]}
        return {"not": {"required": [f"a{(clause * 5 + place) % 20}"]}}

    each = [{"anyOf": [literal(clause, place) for place in range(3)]} for clause in range(count)]
    return {"type": "object", "allOf": each}


def _nested() -> Iterator[Hostile]:
    def step(inner: Schema, depth: int) -> Schema:
        name = f"p{depth}"
        level = {"type": "object", "properties": {name: inner}, "required": [name]}
        return {"oneOf": [level, {"type": "null"}]}

    thirty = reduce(step, range(30), _tagged(0, I))
    yield Hostile("oneOf in oneOf, 30 deep", thirty, reduce(step, range(31), _tagged(0, I)), BREAKS)
    six = {"oneOf": [{"oneOf": [{"minimum": i + j} for i in range(6)]} for j in range(6)]}
    seven = {"oneOf": [{"oneOf": [{"minimum": i + j} for i in range(6)]} for j in range(7)]}
    yield Hostile("oneOf in oneOf, in place", six, seven, FITS)
    deep: Schema = {"type": "object"}
    for number in range(90):
        deep = {"allOf": [deep, {"properties": {f"a{number}": I}}]}
    yield Hostile("allOf, 90 deep", deep, {"allOf": [deep, {"required": ["a3"]}]}, BREAKS, True)
    yield Hostile("allOf, 90 deep, the same", deep, copy.deepcopy(deep), FITS, True)
    nots = reduce(lambda inner, _: {"not": inner}, range(94), I)
    yield Hostile("not, 94 deep", nots, I, FITS, True)
    tower = reduce(lambda inner, _: {"properties": {"n": inner}}, range(95), S)
    yield Hostile("properties, 95 deep", {"type": "object"}, tower, BREAKS, True)
    arrays = reduce(lambda inner, _: {"type": "array", "items": inner}, range(95), S)
    leaf: Schema = {"type": ["string", "null"]}
    wider = reduce(lambda inner, _: {"items": inner}, range(95), leaf)
    yield Hostile("arrays, 95 deep", arrays, wider, FITS, True)
    chain: Schema = True
    for number in range(60):
        chain = {"if": {"required": [f"p{number}"]}, "then": chain, "else": {"maxProperties": 90}}
    yield Hostile("if in then, 60 deep", {"type": "object"}, chain, BREAKS)
    follow = {f"p{i}": {"required": [f"p{i + 1}"]} for i in range(300)}
    chained = {"type": "object", "dependentSchemas": follow}
    ends = {"not": {"required": ["p0"], "properties": {"p300": False}}}
    yield Hostile("dependentSchemas, 300 in a row", chained, ends, FITS)
    needs = {f"p{i}": [f"p{i + 1}"] for i in range(300)}
    reach = {"dependentRequired": {"p0": ["p300"]}}
    yield Hostile("dependentRequired, 300 in a row", {"dependentRequired": needs}, reach, FITS)


def _values() -> Iterator[Hostile]:
    texts = [f"v{number}" for number in range(20_000)]
    yield Hostile(
        "enum, 20,000 and one more", {"enum": texts[1:]}, {"enum": texts[::-1]}, FITS, True
    )
    yield Hostile("enum, 20,000 and one less", {"enum": texts}, {"enum": texts[:-1]}, BREAKS, True)
    yield Hostile("enum, 100 of 20,000 less", {"enum": texts}, {"enum": texts[100:]}, BREAKS, True)
    records = [{"a": number} for number in range(2001)]
    yield Hostile(
        "enum of 2,000 objects", {"enum": records[:-1]}, {"enum": records[1:]}, BREAKS, True
    )
    excluded = {"not": {"enum": records[:300]}}
    yield Hostile("300 objects excluded", {"type": "object"}, excluded, BREAKS)
    rows = [[number, number + 1] for number in range(300)]
    yield Hostile("300 arrays excluded", {"type": "array"}, {"not": {"enum": rows}}, BREAKS)
    few = {"type": "array", "items": {"enum": [0, 1]}, "maxItems": 12}
    yield Hostile(
        "8,191 arrays counted out", few, {"items": {"type": "integer", "maximum": 1}}, FITS
    )
    big = 10**3000
    yield Hostile("bounds of 3,000 digits", {"minimum": big}, {"minimum": big + 1}, BREAKS, True)
    primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71]
    steps = {"type": "integer", "allOf": [{"multipleOf": prime} for prime in primes]}
    yield Hostile("multiples of 20 primes", steps, {"not": {"multipleOf": 73}}, BREAKS)
    avoid = {"type": "integer", "minimum": 1, "not": {"anyOf": steps["allOf"]}}
    yield Hostile("multiples of none of 20 primes", avoid, {"maximum": 1}, BREAKS)


def _wide() -> Iterator[Hostile]:
    def wide(count: int, extra: int = 0, **beside: Schema) -> Schema:
        named = {
            f"p{i}": {"type": ["string", "null"], "maxLength": 10 + i % 7 + extra}
            for i in range(count)
        }
        return {"type": "object", "properties": named, **beside}

    yield Hostile("10,000 properties, the same", wide(10_000), wide(10_000), FITS, True)
    yield Hostile("10,000 properties, one more", wide(10_000), wide(10_001), BREAKS, True)
    declared = ("declared",)
    yield Hostile("10,000 declared, one more", wide(10_000), wide(10_001), FITS, True, *declared)
    changed = wide(10_000)
    changed["properties"]["p77"] = I
    yield Hostile("10,000 properties, one changed", wide(10_000), changed, BREAKS, True)
    yield Hostile("10,000 declared, one changed", wide(10_000), changed, BREAKS, True, *declared)
    yield Hostile("10,000 properties, all widened", wide(10_000), wide(10_000, 1), FITS, True)
    yield Hostile("10,000 properties, all narrowed", wide(10_000, 1), wide(10_000), BREAKS, True)
    every = [f"p{number}" for number in range(3000)]
    yield Hostile(
        "3,000 properties, all required", wide(3000), wide(3000, required=every), BREAKS, True
    )
    closed = {"additionalProperties": False}
    yield Hostile(
        "10,000 closed, one more", wide(10_000, **closed), wide(10_001, **closed), FITS, True
    )
    letters = dict.fromkeys(_LETTERS[:20], I)
    wider = dict.fromkeys(letters, N)
    first, second = ({"patternProperties": each, **closed} for each in (letters, wider))
    yield Hostile("20 patterns of names that overlap", first, second, FITS)
    yield Hostile("20 patterns of names, narrowed", second, first, BREAKS)
    names = {"type": "object", "propertyNames": {"pattern": "^[ab]{1,9}$"}, "minProperties": 600}
    yield Hostile("600 names of a pattern", names, {"maxProperties": 599}, BREAKS)
    yield Hostile("a million properties", {"type": "object", "minProperties": 10**6}, False, BREAKS)


def _arrays() -> Iterator[Hostile]:
    long = {"type": "array", "minItems": 60_000, "items": I}
    yield Hostile("60,000 items", long, {"items": S}, BREAKS, True)
    yield Hostile("a billion items", {"type": "array", "minItems": 10**9}, {"items": S}, BREAKS)
    yield Hostile("60 items at most", {"type": "array", "items": I}, {"maxItems": 60}, BREAKS, True)
    different = {"type": "array", "uniqueItems": True, "minItems": 2000, "items": I}
    yield Hostile("2,000 different items", different, {"maxItems": 1999}, BREAKS, True)
    few = {"type": "array", "uniqueItems": True, "items": {"enum": list(range(12))}}
    yield Hostile(
        "12 different items of 12", {**few, "minItems": 12}, {"maxItems": 11}, BREAKS, True
    )
    yield Hostile("13 different items of 12", {**few, "minItems": 13}, False, FITS, True)
    pigeons = {**few, "prefixItems": [{"enum": list(range(12))}] * 13, "minItems": 13}
    yield Hostile("13 pigeons, 12 holes", pigeons, False, FITS)
    ones = {"contains": {"const": 1}, "minContains": 50, "maxContains": 60}
    bits = {"type": "array", "items": {"enum": [1, 2]}}
    yield Hostile("50 to 60 ones", {**bits, **ones}, {"minItems": 51}, BREAKS, True)
    counts = [{"contains": {"multipleOf": k}, "minContains": 5} for k in (2, 3, 5, 7)]
    yield Hostile(
        "four counts at once", {"type": "array", "allOf": counts}, {"minItems": 6}, BREAKS
    )
    many = [{"contains": {"multipleOf": k}, "minContains": 3} for k in range(2, 14)]
    yield Hostile(
        "twelve counts at once", {"type": "array", "allOf": many}, {"minItems": 4}, BREAKS
    )
    apart = [{"contains": {"const": k}, "minContains": 2} for k in range(9)]
    unique = {"type": "array", "allOf": apart, "uniqueItems": True}
    yield Hostile("nine counts that need equal items", unique, False, FITS)


def _strings() -> Iterator[Hostile]:
    yield Hostile("65,536 characters", S, {"maxLength": 65_536}, BREAKS, True)
    yield Hostile("a billion characters", {**S, "minLength": 10**9}, {"pattern": "a"}, BREAKS)
    back = {"pattern": "^(a|b)*a(a|b){20}$"}
    yield Hostile("two patterns 20 from the end", back, {"pattern": "^(a|b)*b(a|b){20}$"}, BREAKS)
    ends = {"anyOf": [{"pattern": f"^(a|b)*a(a|b){{{n}}}$"} for n in range(14)]}
    yield Hostile("all strings, or 14 patterns", {**S, "pattern": "^(a|b)*$"}, ends, BREAKS)
    yield Hostile(
        "a pattern that backtracks", {"pattern": "^(a+)+$"}, {"pattern": "^(a+)+b?$"}, FITS
    )
    optional = "^" + "a?" * 60 + "a" * 60 + "$"
    yield Hostile(
        "60 optional letters", {**S, "pattern": optional}, {"pattern": "^a{60,120}$"}, FITS
    )
    counted = {**S, "pattern": "^(a{1,1000}){1,1000}$"}
    yield Hostile("counts of counts", counted, {"pattern": "^a*$"}, FITS)
    words = "|".join(f"w{number}" for number in range(5000))
    yield Hostile("5,000 words", {**S, "pattern": f"^({words})$"}, {"pattern": "^w"}, FITS)
    groups = "(" * 90 + "a" + ")*" * 90
    yield Hostile("90 groups deep", {**S, "pattern": f"^{groups}$"}, {"pattern": "^a*$"}, FITS)
    both = {**S, "allOf": [{"pattern": f"{letter}.{{3}}{letter}"} for letter in _LETTERS[:12]]}
    yield Hostile("12 patterns anywhere", both, {"minLength": 20}, BREAKS)


def _recursive() -> Iterator[Hostile]:
    def tree(value: Schema) -> Schema:
        ref = {"$ref": "#/$defs/t"}
        node = {"type": "object", "properties": {"l": ref, "r": ref, "v": value}}
        return {**ref, "$defs": {"t": node}}

    yield Hostile("a tree that widens", tree(I), tree(N), FITS, True)
    yield Hostile("a tree that narrows", tree(N), tree(I), BREAKS, True)
    yield Hostile("a declared tree that narrows", tree(N), tree(I), BREAKS, True, "declared")

    def mutual(count: int, **changed: Schema) -> Schema:
        nodes = {
            f"n{i}": {
                "type": "object",
                "properties": {
                    f"x{j}": {"$ref": f"#/$defs/n{(i * 3 + j) % count}"} for j in range(4)
                },
            }
            for i in range(count)
        }
        nodes["n17"].update(changed)
        return {"$ref": "#/$defs/n0", "$defs": nodes}

    yield Hostile("40 that contain each other", mutual(40), mutual(40), FITS, True)
    strict = mutual(40, required=["x1"])
    yield Hostile("40 that contain each other, one stricter", mutual(40), strict, BREAKS)
    yield Hostile("40 that contain each other, one looser", strict, mutual(40), FITS, True)
    lists = {"anyOf": [S, {"type": "array", "items": {"$ref": "#"}}]}
    yield Hostile(
        "lists of lists", lists, {"$ref": "#/$defs/l", "$defs": {"l": _lists()}}, FITS, True
    )
    twice = {
        f"d{i}": {"allOf": [{"$ref": f"#/$defs/d{i + 1}"}, {"$ref": f"#/$defs/d{i + 1}"}]}
        for i in range(40)
    }
    graph = {"$ref": "#/$defs/d0", "$defs": {**twice, "d40": {"properties": {"z": I}}}}
    yield Hostile("40 times twice the same", graph, {"properties": {"z": N}}, FITS, True)
    closed = {**graph, "unevaluatedProperties": False}
    yield Hostile("40 times twice, unevaluated", closed, {"type": "object"}, BREAKS)
    chain = {f"d{i}": {"$ref": f"#/$defs/d{i + 1}"} for i in range(300)}
    long = {"$ref": "#/$defs/d0", "$defs": {**chain, "d300": I}}
    yield Hostile("300 references in a row", long, N, FITS)
    spread = {
        f"d{i}": {"properties": {c: {"$ref": f"#/$defs/d{i + 1}"} for c in "abc"}}
        for i in range(30)
    }
    deep = {"$ref": "#/$defs/d0", "$defs": {**spread, "d30": I}}
    other = {"$ref": "#/$defs/d0", "$defs": {**spread, "d30": N}}
    yield Hostile("three ways down, 30 deep", deep, other, FITS, True)
    yield Hostile("three ways down, 30 deep, narrowed", other, deep, BREAKS)


def _lists() -> Schema:
    return {"anyOf": [{"type": ["string", "null"]}, {"items": {"$ref": "#/$defs/l"}}]}


def _seen() -> Iterator[Hostile]:
    def branches(value: Schema, count: int = 25) -> list[Schema]:
        return [{"properties": {f"u{i}": value}, "required": [f"u{i}"]} for i in range(count)]

    first = {"unevaluatedProperties": False, "anyOf": branches(I)}
    second = {"unevaluatedProperties": False, "anyOf": branches(N)}
    yield Hostile("25 branches, unevaluated, widened", first, second, FITS)
    yield Hostile("25 branches, unevaluated, narrowed", second, first, BREAKS)
    tuples = [{"prefixItems": [I] * i} for i in range(1, 20)]
    items = {"type": "array", "unevaluatedItems": False, "anyOf": tuples}
    yield Hostile("19 tuples, unevaluated", items, {"maxItems": 19}, FITS)
    conditions = [
        {"if": {"required": [f"p{i}"]}, "then": {"properties": {f"q{i}": I}}} for i in range(20)
    ]
    guarded = {"type": "object", "allOf": conditions, "unevaluatedProperties": False}
    yield Hostile("20 conditions, unevaluated", guarded, {"maxProperties": 0}, FITS)


_FAMILIES = (_alternatives, _nested, _values, _wide, _arrays, _strings, _recursive, _seen)
