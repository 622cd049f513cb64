"""What readers miss in the records of a new version: every promise has a path, or a doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from schemareg.formats.json_schema import fields as listing
from schemareg.formats.json_schema.field_losses import MAX_PAIRS, compare_fields
from schemareg.formats.verdict import SchemaSource
from schemareg.model.targets import field_text

if TYPE_CHECKING:
    from schemareg.formats.field_changes import FieldChanges

S: dict[str, Any] = {"type": "string"}
INT: dict[str, Any] = {"type": "integer"}


def compared(old: Any, new: Any, **options: Any) -> FieldChanges:
    return compare_fields(
        SchemaSource(old, "file:///old.json"), SchemaSource(new, "file:///new.json"), **options
    )


def lost(old: Any, new: Any) -> list[str]:
    found = compared(old, new)
    assert found.doubts == []
    return [
        field_text(each.steps) + (f" where {each.branch}" if each.branch else "")
        for each in found.losses
    ]


def obj(**properties: Any) -> dict[str, Any]:
    required = [name.removesuffix("_") for name in properties if name.endswith("_")]
    named = {name.removesuffix("_"): held for name, held in properties.items()}
    return {"type": "object", "properties": named, **({"required": required} if required else {})}


def kinds(*alternatives: Any, keyword: str = "oneOf") -> dict[str, Any]:
    return {keyword: list(alternatives)}


def kind(name: str, **properties: Any) -> dict[str, Any]:
    return obj(kind_={"const": name}, **properties)


def tree(*levels: dict[str, Any]) -> dict[str, Any]:
    """A recursive schema whose first levels are written out; the last refers to itself."""
    definitions = {
        f"n{depth}": obj(
            **fields, children={"items": {"$ref": f"#/$defs/n{min(depth + 1, len(levels) - 1)}"}}
        )
        for depth, fields in enumerate(levels)
    }
    return {"$ref": "#/$defs/n0", "$defs": definitions}


PRICE = obj(amount=INT, currency=S)
LESS = obj(amount=INT)
CARD, CASH = kind("card", number=S, fee=INT), kind("cash", fee=INT)

LOSSES: dict[str, tuple[Any, Any, list[str]]] = {
    "a map's value": (
        obj(p={"additionalProperties": PRICE}),
        obj(p={"additionalProperties": LESS}),
        ["p.*.currency"],
    ),
    "an unevaluated value": (
        obj(p={"unevaluatedProperties": PRICE}),
        obj(p={"unevaluatedProperties": LESS}),
        ["p.*.currency"],
    ),
    "a map whose names match": (
        obj(p={"patternProperties": {"^x-": PRICE}}),
        obj(p={"patternProperties": {"^x-": LESS}}),
        ["p{^x-}.currency"],
    ),
    "a map that is closed": (
        obj(p={**obj(a=S), "additionalProperties": S}),
        obj(p={**obj(a=S), "additionalProperties": False}),
        ["p.*"],
    ),
    "a map under another pattern": (
        obj(p={"patternProperties": {"^x-": PRICE}}),
        obj(p={"patternProperties": {"^y-": PRICE}}),
        ["p{^x-}"],
    ),
    "a map of maps": (
        {"additionalProperties": {"additionalProperties": PRICE}},
        {"additionalProperties": {"additionalProperties": LESS}},
        ["*.*.currency"],
    ),
    "the document in a string": (
        obj(p={"type": "string", "contentSchema": PRICE}),
        obj(p={"type": "string", "contentSchema": LESS}),
        ["p[content].currency"],
    ),
    "the description of that document": (
        obj(p={"type": "string", "contentSchema": PRICE}),
        obj(p={"type": "string"}),
        ["p[content]"],
    ),
    "a position of a tuple": (
        obj(p={"prefixItems": [PRICE, PRICE]}),
        obj(p={"prefixItems": [PRICE, LESS]}),
        ["p[1].currency"],
    ),
    "the items after a tuple": (
        obj(p={"prefixItems": [PRICE], "items": PRICE}),
        obj(p={"prefixItems": [PRICE], "items": LESS}),
        ["p[].currency"],
    ),
    "one alternative": (
        kinds(CARD, CASH),
        kinds(CARD, kind("cash")),
        ["fee where kind=cash"],
    ),
    "one alternative of anyOf": (
        kinds(CARD, CASH, keyword="anyOf"),
        kinds(CARD, kind("cash"), keyword="anyOf"),
        ["fee where kind=cash"],
    ),
    "one alternative of a part": (
        obj(pay=kinds(CARD, CASH)),
        obj(pay=kinds(kind("card", number=S), CASH)),
        ["pay.fee where kind=card"],
    ),
    "inside a field of one alternative": (
        kinds(kind("a", p=PRICE), kind("b", p=PRICE)),
        kinds(kind("a", p=PRICE), kind("b", p=LESS)),
        ["p.currency where kind=b"],
    ),
    "an alternative of a map's value": (
        {"additionalProperties": kinds(CARD, CASH)},
        {"additionalProperties": kinds(CARD, kind("cash"))},
        ["*.fee where kind=cash"],
    ),
    "one kind of record that the new version tells apart": (
        obj(kind_={"enum": ["card", "cash"]}, fee=INT),
        {**obj(kind_={"enum": ["card", "cash"]}), "oneOf": [CASH, kind("card")]},
        ["fee where kind=card"],
    ),
    "then": (
        {**obj(kind_=S), "if": obj(kind={"const": "card"}), "then": obj(a=S), "else": obj(a=S)},
        {**obj(kind_=S), "if": obj(kind={"const": "card"}), "then": obj(a=S)},
        ["a where else"],
    ),
    "the second level of a recursion": (
        tree({"v": S, "note": S}),
        tree({"v": S, "note": S}, {"v": S}),
        ["children[].note", "children[].children[].note"],
    ),
    "the third level": (
        tree({"v": S, "note": S}),
        tree({"v": S, "note": S}, {"v": S, "note": S}, {"v": S}),
        ["children[].children[].note", "children[].children[].children[].note"],
    ),
    "in name only: not": (obj(a=S, email=S), obj(a=S, email={"not": {}}), ["email"]),
    "in name only: false": (obj(a=S, email=S), obj(a=S, email=False), ["email"]),
    "in name only: bounds": (
        obj(a=S, n=INT),
        obj(a=S, n={"type": "integer", "minimum": 5, "maximum": 4}),
        ["n"],
    ),
    "in name only: no value": (obj(a=S, e=S), obj(a=S, e={"type": "string", "enum": []}), ["e"]),
    "in name only: not required": (
        obj(a=S, email=S),
        {**obj(a=S, email=S), "not": {"required": ["email"]}},
        ["email"],
    ),
    "in name only: names": (
        obj(a=S, email=S),
        {**obj(a=S, email=S), "propertyNames": {"pattern": "^a"}},
        ["email"],
    ),
    "in name only: a pattern": (
        obj(a=S, email=S),
        {**obj(a=S, email=S), "patternProperties": {"^em": False}},
        ["email"],
    ),
    "in name only: another type by a pattern": (
        obj(a=S, email=S),
        {**obj(a=S, email=S), "patternProperties": {"^em": INT}},
        ["email"],
    ),
    "a field without a name": (obj(**{"": S, "a": S}), obj(a=S), ['[""]']),
    "an item that has to be there": (
        obj(l={"contains": PRICE}),
        obj(l={"contains": LESS}),
        ["l[contains].currency"],
    ),
    "in name only: no property": (obj(a=S), {**obj(a=S), "maxProperties": 0}, ["a"]),
    "in name only: dependent": (
        obj(a=S, email=S),
        {**obj(a=S, email=S), "dependentSchemas": {"email": False}},
        ["email"],
    ),
    "in name only: forbidden beside": (
        {**obj(a=S, email=S), "allOf": [obj(a=S)]},
        {**obj(a=S, email=S), "allOf": [obj(a=S, email=False)]},
        ["email"],
    ),
    "in name only: then and else": (
        {**obj(a=S, email=S), "if": {"required": ["a"]}, "then": {}, "else": {}},
        {
            **obj(a=S, email=S),
            "if": {"required": ["a"]},
            "then": {"properties": {"email": False}},
            "else": {"properties": {"email": False}},
        },
        ["email"],
    ),
    "in name only: closed beside": (
        {"allOf": [obj(a=S), obj(b=S)]},
        {"allOf": [{**obj(a=S), "additionalProperties": False}, obj(b=S)]},
        ["b"],
    ),
    "in name only: no item": (
        obj(l={"type": "array", "items": PRICE}),
        obj(l={"type": "array", "items": PRICE, "maxItems": 0}),
        ["l[]"],
    ),
    "in name only: deep": (
        obj(c=obj(a=S, email=S)),
        {
            **obj(c=obj(a=S, email=S)),
            "not": {"required": ["c"], "properties": {"c": {"required": ["email"]}}},
        },
        ["c.email"],
    ),
}


@pytest.mark.parametrize("case", LOSSES.values(), ids=LOSSES)
def test_a_field_that_readers_miss_is_found_by_path(case: tuple[Any, Any, list[str]]) -> None:
    old, new, paths = case
    assert lost(old, new) == paths


KEPT: dict[str, tuple[Any, Any]] = {
    "a field that is added to a map's values": (
        {"additionalProperties": LESS},
        {"additionalProperties": PRICE},
    ),
    "a name out of a map": (
        {"additionalProperties": PRICE},
        {**obj(total=PRICE), "additionalProperties": PRICE},
    ),
    "a wider pattern": (
        {"patternProperties": {"^x-": PRICE}},
        {"patternProperties": {"^x": PRICE}},
    ),
    "a tuple that becomes a list": (
        obj(p={"prefixItems": [PRICE, PRICE]}),
        obj(p={"type": "array", "items": PRICE}),
    ),
    "alternatives in another order": (kinds(CARD, CASH), kinds(CASH, CARD)),
    "an alternative that is added": (kinds(CARD, CASH), kinds(CARD, CASH, kind("coin"))),
    "an alternative that nobody writes any more": (
        kinds(CARD, CASH, kind("coin", fee=INT)),
        kinds(CARD, CASH),
    ),
    "alternatives that become one": (
        kinds(kind("a", p=S), kind("b", p=S)),
        obj(kind_={"enum": ["a", "b"]}, p=S),
    ),
    "alternatives that overlap": (
        kinds(obj(a=S, x=S), obj(b=S, x=S), keyword="anyOf"),
        kinds(obj(a=S), obj(b=S, x=S), keyword="anyOf"),
    ),
    "a definition that is written out": (
        {"$ref": "#/$defs/p", "$defs": {"p": PRICE}},
        {**PRICE, "$defs": {"p": LESS}},
    ),
    "a recursion that is written out": (
        tree({"v": S, "note": S}),
        tree({"v": S, "note": S}, {"v": S, "note": S}),
    ),
    "tighter bounds": (obj(n=INT), obj(n={"type": "integer", "minimum": 5})),
    "one more required": (obj(a=S, b=S), obj(a=S, b_=S)),
    "a field that never could come": (obj(a=S, e={"not": {}}), obj(a=S, e={"not": {"type": []}})),
}


@pytest.mark.parametrize("case", KEPT.values(), ids=KEPT)
def test_what_records_still_carry_is_no_loss(case: tuple[Any, Any]) -> None:
    assert lost(*case) == []


EUR, USD = {"type": "number", "unit": "EUR"}, {"type": "number", "unit": "USD"}

CHANGES: dict[str, tuple[Any, Any, list[str]]] = {
    "a map's values": (
        {"additionalProperties": EUR},
        {"additionalProperties": USD},
        ["* unit EUR USD"],
    ),
    "names that match": (
        {"patternProperties": {"^x": EUR}},
        {"patternProperties": {"^x": USD}},
        ["{^x} unit EUR USD"],
    ),
    "a position": (
        {"prefixItems": [EUR, EUR]},
        {"prefixItems": [EUR, USD]},
        ["[1] unit EUR USD"],
    ),
    "the document in a string": (
        obj(p={"contentSchema": obj(a=EUR)}),
        obj(p={"contentSchema": obj(a=USD)}),
        ["p[content].a unit EUR USD"],
    ),
    "alternatives that swap": (
        kinds(kind("a", n=EUR), kind("b", n=USD)),
        kinds(kind("a", n=USD), kind("b", n=EUR)),
        ["n unit EUR USD", "n unit USD EUR"],
    ),
    "another definition": (
        {**obj(n={"$ref": "#/$defs/e"}), "$defs": {"e": EUR, "u": USD}},
        {**obj(n={"$ref": "#/$defs/u"}), "$defs": {"e": EUR, "u": USD}},
        ["n unit EUR USD"],
    ),
    "a unit that is gone": (obj(n=EUR), obj(n={"type": "number"}), ["n unit EUR "]),
    "a second unit": (obj(n=EUR), obj(n=kinds(EUR, USD, keyword="anyOf")), ["n unit EUR USD"]),
    "a level of a recursion": (
        tree({"v": EUR}),
        tree({"v": EUR}, {"v": EUR}, {"v": USD}),
        ["children[].children[].v unit EUR USD"],
    ),
    "a format": (obj(a={"format": "date"}), obj(a={"format": "time"}), ["a format date time"]),
    "a unit where none was": (obj(n={"type": "number"}), obj(n=EUR), []),
}


@pytest.mark.parametrize("case", CHANGES.values(), ids=CHANGES)
def test_a_field_that_means_something_else_is_found_by_path(
    case: tuple[Any, Any, list[str]],
) -> None:
    old, new, changes = case
    found = compared(old, new)
    told = [
        f"{field_text(each.steps)} {each.keyword} {each.was} {each.now}" for each in found.changes
    ]
    assert sorted(told) == changes
    assert (found.doubts, found.losses) == ([], [])


def doubling(levels: int, leaf: Any) -> dict[str, Any]:
    """Two fields a level that refer to the next one: 2 to the power of the levels of paths."""
    definitions: dict[str, Any] = {
        f"n{level}": obj(**{name: {"$ref": f"#/$defs/n{level + 1}"} for name in "xy"})
        for level in range(levels)
    }
    return {"$ref": "#/$defs/n0", "$defs": {**definitions, f"n{levels}": leaf}}


@pytest.mark.parametrize("leaf", [LESS, obj(amount=INT, currency={**S, "unit": "ISO"})])
def test_references_that_multiply_are_looked_into_once(leaf: Any) -> None:
    pairs = []
    for levels in (5, 10, 20, 40):
        found = compared(doubling(levels, PRICE), doubling(levels, leaf))
        assert found.doubts == []
        assert bool(found.losses) is (leaf is LESS)
        pairs.append(found.pairs)
    assert [each / levels for each, levels in zip(pairs, (5, 10, 20, 40), strict=True)] < [3] * 4


def test_what_combines_beyond_any_end_is_undecided_and_says_so() -> None:
    found = compared(doubling(40, PRICE), doubling(40, LESS), seconds=0.0)
    assert found.doubts != []
    definitions = {
        f"n{level}": kinds(*(kind(name, p={"$ref": f"#/$defs/n{level + 1}"}) for name in "abc"))
        for level in range(12)
    }
    old = {"$ref": "#/$defs/n0", "$defs": {**definitions, "n12": PRICE}}
    new = {"$ref": "#/$defs/n0", "$defs": {**definitions, "n12": LESS}}
    found = compared(old, new, seconds=0.3)
    assert found.doubts or found.losses
    assert found.pairs <= MAX_PAIRS + 1


def test_no_number_of_fields_hides_one_that_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST", 100)
    names = [f"p{number}" for number in range(1_000)]
    old = {"type": "object", "properties": dict.fromkeys(names, S)}
    new = {"type": "object", "properties": dict.fromkeys(names[:-1], S)}
    found = compared(old, new, seconds=60.0)
    assert [field_text(each.steps) for each in found.losses] == [names[-1]]
    assert found.doubts == []
    assert compared(old, new, seconds=0.0).doubts != []
