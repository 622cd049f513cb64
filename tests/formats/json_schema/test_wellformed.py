"""Whether a document is a schema: in agreement with the metaschemas, and beyond them."""

from __future__ import annotations

import copy
import json
import random
import time
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from schemareg.documents import json_values
from schemareg.formats.json_schema.dialects import LABELS, Dialect, by_label
from schemareg.formats.json_schema.keywords import KEYWORDS
from schemareg.formats.json_schema.wellformed import Fault, find, notices

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue
    from schemareg.model import Pointer

DRAFTS = [dialect for label in LABELS if (dialect := by_label(label))]
FROM6 = [dialect for dialect in DRAFTS if dialect > Dialect.DRAFT4]
D4, D6, D7, D2019, D2020 = DRAFTS

SHAPE = "schema-malformed"
FAULTS: list[tuple[str, list[Dialect], JsonValue, list[tuple[Pointer, str, str]]]] = [
    # why, drafts, schema, the complete faults: pointer, what, remedy
    (
        "an array",
        DRAFTS,
        [],
        [((), "a schema is an object, and this is an array", 'Write {"type"')],
    ),
    ("a boolean", [D4], True, [((), "a schema is an object, and this is true", "Write")]),
    (
        "another name for a type",
        DRAFTS,
        {"type": "int"},
        [(("type",), "type is 'int', which is not a type", "Did you mean 'integer'?")],
    ),
    (
        "a moment is text",
        DRAFTS,
        {"type": ["timestamp", "null"]},
        [(("type", 0), "type[0] is 'timestamp', which is not a type", '"format": "date-time"')],
    ),
    (
        "a type twice and one that is none",
        DRAFTS,
        {"type": ["null", "null", 3]},
        [
            (("type", 2), "type[2] is the number 3, and must be the name of a type", "Write"),
            (("type", 1), "type[1] is in the array already", "Keep one"),
        ],
    ),
    (
        "counts",
        DRAFTS,
        {"minLength": -1, "maxItems": Fraction(1, 2), "maxLength": "5"},
        [
            (("minLength",), "is the number -1, and must be a whole number, 0 or more", "Write"),
            (("maxItems",), "is the number 0.5, and must be a whole number", "Write"),
            (("maxLength",), "is the string '5', and must be a whole number", "Write"),
        ],
    ),
    (
        "a multiple of nothing",
        DRAFTS,
        {"multipleOf": 0},
        [(("multipleOf",), "is the number 0, and must be a number above 0", "Write")],
    ),
    (
        "required as draft 3 had it",
        DRAFTS,
        {"properties": {"a": {"required": True}}},
        [
            (
                ("properties", "a", "required"),
                "required is true, and must be an array of strings",
                "List the name under required of the object",
            )
        ],
    ),
    (
        "exclusive bounds as draft 4 had them",
        FROM6,
        {"minimum": 1, "exclusiveMinimum": True},
        [(("exclusiveMinimum",), "is true, and must be a number", "Since draft 6")],
    ),
    (
        "an exclusive bound without its bound",
        [D4],
        {"exclusiveMaximum": True},
        [(("exclusiveMaximum",), "is used without maximum", "Add maximum")],
    ),
    (
        "items as they were before 2020-12",
        [D2020],
        {"items": [{}]},
        [(("items",), "items is an array, and must be a schema", "prefixItems")],
    ),
    (
        "no items",
        [D4, D6, D7, D2019],
        {"items": []},
        [(("items",), "items is empty", "Write at least one schema")],
    ),
    (
        "no branches, and one that is no schema",
        DRAFTS,
        {"allOf": [], "anyOf": [{}, 5]},
        [
            (("allOf",), "allOf is empty", "Write at least one schema"),
            (("anyOf", 1), "anyOf[1] is the number 5, and must be a schema", "Write a schema"),
        ],
    ),
    (
        "a property that is no schema",
        DRAFTS,
        {"properties": {"a": "string"}},
        [(("properties", "a"), "'a' under properties is the string 'string'", "Write a schema")],
    ),
    ("an enum of nothing", [D4], {"enum": []}, [(("enum",), "enum is empty", "Write at least")]),
    (
        "an enum value twice",
        [D4],
        {"enum": [1, True, 1]},
        [(("enum", 2), "enum[2] is in the array already", "Keep one")],
    ),
    (
        "an identifier with a fragment",
        [D2019, D2020],
        {"$defs": {"a": {"$id": "#a"}}},
        [(("$defs", "a", "$id"), "must be a URI without a fragment", "$anchor")],
    ),
    (
        "an anchor that is no name",
        [D2019, D2020],
        {"$anchor": "1st"},
        [(("$anchor",), "$anchor is '1st', and must be a plain name", "Write a letter")],
    ),
    (
        "what depends is named by strings",
        [D2019, D2020],
        {"dependentRequired": {"a": ["b", 1, "b"]}},
        [
            (("dependentRequired", "a", 1), "'a'[1] under dependentRequired is the number 1", "W"),
            (("dependentRequired", "a", 2), "is in the array already", "Keep one"),
        ],
    ),
    (
        "control characters of others are shown, not sent",
        DRAFTS,
        {"type": "\x1b[2J"},
        [(("type",), "type is '\\x1b[2J'", "Write 'array'")],
    ),
]


@pytest.mark.parametrize(
    ("case", "dialect"),
    [
        pytest.param(case, dialect, id=f"{case[0]} ({dialect.label})")
        for case in FAULTS
        for dialect in case[1]
    ],
)
def test_every_fault_of_a_schema_is_told_at_its_keyword(
    case: tuple[str, list[Dialect], JsonValue, list[tuple[Pointer, str, str]]], dialect: Dialect
) -> None:
    _, _, schema, expected = case
    found = find(schema, dialect)
    assert [(each.pointer, each.rule) for each in found] == [(row[0], SHAPE) for row in expected]
    for each, (_, what, remedy) in zip(found, expected, strict=True):
        assert what in each.what
        assert remedy in each.remedy


def test_an_unknown_draft_is_refused_with_the_known_ones() -> None:
    (near,) = find({"$schema": "http://json-schema.org/draft-07/schem#"})
    assert (near.pointer, near.rule) == (("$schema",), "dialect-unknown")
    assert near.remedy == "Did you mean 'http://json-schema.org/draft-07/schema#'?"
    (far,) = find({"$schema": "https://example.com/own"})
    assert all(dialect.uri in far.remedy for dialect in DRAFTS)
    assert find({"properties": {"a": {"$schema": "https://example.com/a note"}}}) == ()


@pytest.mark.parametrize("dialect", DRAFTS)
def test_a_schema_is_read_by_the_draft_it_names(dialect: Dialect) -> None:
    schema = {"$schema": dialect.uri, "minimum": 0, "exclusiveMinimum": True}
    assert (find(schema, D2020) == ()) is (dialect is D4)


def test_patterns_are_read_by_whoever_knows_them() -> None:
    schema = {"pattern": "(", "patternProperties": {"ok": {}, "[": {"pattern": "ok"}}}
    found = find(schema, pattern_error=lambda source: None if source == "ok" else "it is odd")
    assert found == (
        Fault(
            ("pattern",),
            "pattern-invalid",
            "'(' is not a regular expression of ECMA-262: it is odd",
            "Correct the pattern; ECMA-262 is what JavaScript reads",
        ),
        Fault(
            ("patternProperties", "["),
            "pattern-invalid",
            "'[' is not a regular expression of ECMA-262: it is odd",
            "Correct the pattern; ECMA-262 is what JavaScript reads",
            key=True,
        ),
    )
    assert find(schema) == ()


def test_names_that_stand_twice_are_refused() -> None:
    found = find({"$defs": {"a": {"$anchor": "x"}, "b": {"$anchor": "x"}}})
    assert [(each.pointer, each.rule) for each in found] == [
        (("$defs", "b", "$anchor"), "identifier-repeated")
    ]


NOTICES: list[tuple[JsonValue, Dialect, list[tuple[Pointer, str, str]]]] = [
    ({"requird": []}, D2020, [(("requird",), "keyword-unknown-near", "'required'")]),
    (
        {"properties": {"propertes": {"propertes": {}}}},
        D7,
        [(("properties", "propertes", "propertes"), "keyword-unknown-near", "'properties'")],
    ),
    ({"$defs": {}}, D7, [(("$defs",), "keyword-of-another-draft", "$schema")]),
    ({"dependencies": {}}, D2020, [(("dependencies",), "keyword-of-another-draft", "dependent")]),
    ({"id": "x"}, D2020, [(("id",), "keyword-of-another-draft", "$schema")]),
    ({"nullable": True}, D2020, [(("nullable",), "keyword-of-another-draft", '"null"')]),
    ({"x-requird": 1, "example": 1, "unit": "EUR", "colour": 1, "definitions": {}}, D2020, []),
    (True, D2020, []),
]


@pytest.mark.parametrize("case", NOTICES, ids=[str(case[0]) for case in NOTICES])
def test_what_is_valid_but_probably_not_meant_is_noticed(
    case: tuple[JsonValue, Dialect, list[tuple[Pointer, str, str]]],
) -> None:
    schema, dialect, expected = case
    assert find(schema, dialect) == ()
    found = notices(schema, dialect)
    assert [(each.pointer, each.rule) for each in found] == [row[:2] for row in expected]
    assert all(row[2] in each.remedy for each, row in zip(found, expected, strict=True))


SEEDS: dict[Dialect, JsonValue] = {
    D4: {
        "id": "http://x/y",
        "type": ["object", "null"],
        "properties": {"a": {"type": "string", "maxLength": 3}, "b": {"enum": [1, "x"]}},
        "required": ["a"],
        "additionalProperties": False,
        "patternProperties": {"^x": {"multipleOf": 2}},
        "items": [{}, {"minimum": 1, "exclusiveMinimum": True}],
        "additionalItems": {},
        "dependencies": {"a": ["b"], "b": {"not": {}}},
        "definitions": {"d": {"allOf": [{}], "oneOf": [{}], "anyOf": [{"uniqueItems": True}]}},
        "title": "t",
        "format": "date",
        "minProperties": 1,
    },
    D6: {
        "$id": "http://x/y",
        "const": None,
        "examples": [1],
        "exclusiveMaximum": 3,
        "contains": {"type": "integer"},
        "propertyNames": True,
        "required": [],
        "items": {"$ref": "#"},
        "dependencies": {"a": [], "b": False},
        "enum": [],
        "additionalProperties": {"items": [True]},
    },
    D7: {
        "if": {"properties": {"a": {"const": 1}}},
        "then": {"required": ["b"]},
        "else": False,
        "$comment": "c",
        "readOnly": True,
        "contentEncoding": "base64",
        "contentMediaType": "text/plain",
        "default": 1,
        "not": {"pattern": "a"},
    },
    D2019: {
        "$id": "http://x/y#",
        "$anchor": "a:b",
        "$recursiveAnchor": True,
        "$recursiveRef": "#",
        "$vocabulary": {"https://x": True},
        "$defs": {"a": {"unevaluatedItems": False, "items": [{}], "additionalItems": {}}},
        "dependentRequired": {"a": ["b"]},
        "dependentSchemas": {"a": {"minContains": 1, "maxContains": 2}},
        "unevaluatedProperties": {},
        "contentSchema": {},
        "deprecated": True,
    },
    D2020: {
        "$id": "http://x/y",
        "$anchor": "_a.b",
        "$dynamicAnchor": "n",
        "$dynamicRef": "#n",
        "prefixItems": [{}, True],
        "items": False,
        "unevaluatedItems": {"minItems": 2},
        "$defs": {"a": {"dependentRequired": {"a": []}}},
        "definitions": {"b": {"type": []}},
        "dependencies": {"c": ["d"]},
        "$recursiveAnchor": "x",
        "writeOnly": False,
    },
}
_ODD: list[JsonValue] = [
    *(None, True, False, 0, 1, -1, 2, "", "a", "#x", "x#y", "string", "1a", "a:b", [], {}, [1]),
    *(
        ["a"],
        ["a", "a"],
        [True],
        [[]],
        {"a": 1},
        {"a": True},
        {"a": ["b"]},
        [{}],
        1.5,
        1.0,
        ["null"],
    ),
]


def _mutated(value: Any, names: list[str], chance: random.Random) -> Any:
    value = copy.deepcopy(value)
    spots: list[tuple[Any, Any]] = []
    stack = [value]
    while stack:
        part = stack.pop()
        for key in list(part) if isinstance(part, dict) else range(len(part)):
            spots.append((part, key))
            if isinstance(part[key], dict | list):
                stack.append(part[key])
    if not spots:
        return {chance.choice(names): chance.choice(_ODD)}
    part, key = chance.choice(spots)
    deed = chance.randrange(5)
    if deed == 0:
        del part[key]
    elif deed == 1 and isinstance(part, dict):
        part[chance.choice(names)] = copy.deepcopy(chance.choice(_ODD))
    elif deed == 2 and isinstance(part, list):
        part.append(copy.deepcopy(part[0]))
    elif deed == 3:
        other, there = chance.choice(spots)
        part[key] = copy.deepcopy(other[there])
    else:
        part[key] = copy.deepcopy(chance.choice(_ODD))
    return value


@pytest.mark.parametrize("dialect", DRAFTS)
def test_the_form_of_a_schema_is_judged_as_the_metaschema_judges_it(dialect: Dialect) -> None:
    from jsonschema.validators import validator_for
    from jsonschema_rs import meta

    validator = validator_for({"$schema": dialect.uri})
    published = validator(validator.META_SCHEMA)
    # Draft 4 leaves `$ref` to JSON Reference, which wants a string too.
    names = [name for name in KEYWORDS[dialect] if (dialect, name) != (D4, "$ref")]
    chance = random.Random(int(dialect))
    verdicts = {True: 0, False: 0}
    # What an older draft's seed says is valid in a later one, or is a mutation of its own.
    seeds = [
        SEEDS[older] for older in DRAFTS if older <= dialect and not find(SEEDS[older], dialect)
    ]
    for _ in range(2_000):
        schema: Any = chance.choice(seeds)
        for _ in range(chance.randint(0, 2)):
            schema = _mutated(schema, names, chance)
        if isinstance(schema, dict):
            schema.pop("$schema", None)
        if dialect is D4 and "1.0" in json.dumps(schema):
            continue  # to draft 4 this is no integer; here 1.0 is 1 from the parser on
        judged = {"$schema": dialect.uri, **schema} if isinstance(schema, dict) else schema
        ours = [each for each in find(json_values.exact(schema), dialect) if each.rule == SHAPE]
        # One referee is quick, the other follows the published metaschemas to the letter.
        agreed = meta.is_valid(judged) is (not ours) or published.is_valid(judged) is (not ours)
        assert agreed, (json.dumps(schema), ours)
        verdicts[not ours] += 1
    assert min(verdicts.values()) > 250


def test_a_large_schema_costs_little() -> None:
    schema = {
        "properties": {
            f"f{i}": {"type": "string", "description": "words", "maxLength": i}
            for i in range(2_000)
        }
    }
    start = time.process_time()
    assert find(schema) == ()
    assert time.process_time() - start < 0.5
