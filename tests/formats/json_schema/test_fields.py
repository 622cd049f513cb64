"""The fields of a schema: every path a record can carry, and what is known of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from schemareg.formats.field import Field
from schemareg.formats.json_schema.dialects import Dialect
from schemareg.formats.json_schema.fields import MOST, fields
from schemareg.formats.json_schema.references import Library
from schemareg.model import targets

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue

STRING = {"type": "string"}


def _brief(schema: JsonValue, dialect: Dialect | None = None) -> list[str]:
    """`path type` with `!` for required, `?` for nullable, and the values allowed."""
    return [
        f"{each.path} {each.type}{'!' * each.required}{'?' * each.nullable}"
        + (f" {'/'.join(each.values)}" if each.values else "")
        for each in fields(schema, dialect=dialect)
    ]


CASES: list[tuple[str, JsonValue, list[str]]] = [
    ("nothing is said", {}, []),
    ("nothing can be", False, []),
    ("a plain value has no field", STRING, []),
    (
        "properties in their order, required or not",
        {"properties": {"b": STRING, "a": {"type": ["integer", "null"]}}, "required": ["b"]},
        ["b string!", "a integer?"],
    ),
    ("what nothing is said of may be anything", {"properties": {"a": True}}, ["a any?"]),
    ("what cannot be is no field", {"properties": {"a": False, "b": STRING}}, ["b string"]),
    (
        "objects inside objects",
        {"properties": {"c": {"properties": {"e.mail": STRING}, "required": ["e.mail"]}}},
        ["c object", r"c.e\.mail string!"],
    ),
    (
        "items of arrays",
        {"properties": {"lines": {"type": "array", "items": {"properties": {"sku": STRING}}}}},
        ["lines array", "lines[].sku string"],
    ),
    (
        "plain items have a path of their own",
        {"properties": {"tags": {"items": STRING}, "m": {"items": {"items": {"type": "number"}}}}},
        ["tags array", "tags[] string", "m array", "m[][] number"],
    ),
    (
        "items by position are any of them",
        {"items": {"type": "integer"}, "prefixItems": [STRING, {"properties": {"a": STRING}}]},
        ["[0] string", "[1].a string", "[].a string"],
    ),
    (
        "values allowed",
        {"properties": {"s": {"enum": ["A", "B", None, 1]}, "k": {"const": True}}},
        ["s integer | string? A/B/1", "k boolean true"],
    ),
    (
        "references, by pointer and by anchor",
        {
            "$defs": {"a": {"$anchor": "x", "properties": {"b": STRING}}},
            "properties": {"p": {"$ref": "#/$defs/a"}, "q": {"$ref": "#x", "required": ["b"]}},
        },
        ["p object", "p.b string", "q object", "q.b string!"],
    ),
    (
        "a reference that leads nowhere adds nothing",
        {"properties": {"a": {"$ref": "#/x"}}},
        ["a any?"],
    ),
    (
        "all of several",
        {
            "properties": {"a": {"type": ["string", "null"]}},
            "allOf": [
                {"properties": {"a": STRING, "b": {"type": "number"}}, "required": ["a"]},
                {"properties": {"b": {"type": "integer"}}},
            ],
        },
        ["a string!", "b integer"],
    ),
    (
        "any of several: required only where all require it",
        {
            "anyOf": [
                {"properties": {"k": {"const": "x"}, "x": STRING}, "required": ["k", "x"]},
                {"properties": {"k": {"const": "y"}}, "required": ["k"]},
            ]
        },
        ["k string! x/y", "x string"],
    ),
    (
        "an object or null is an object that may be null",
        {
            "properties": {
                "c": {"oneOf": [{"type": "null"}, {"properties": {"e": STRING}, "required": ["e"]}]}
            }
        },
        ["c object?", "c.e string!"],
    ),
    (
        "a value of several types",
        {"properties": {"c": {"anyOf": [{"type": "integer"}, {"type": "number"}, STRING]}}},
        ["c number | string"],
    ),
    (
        "values of alternatives, and null beside them",
        {"properties": {"c": {"anyOf": [{"enum": ["A"]}, {"enum": ["A", "B"]}, {"type": "null"}]}}},
        ["c string? A/B"],
    ),
    (
        "if, then and else",
        {
            "if": {"properties": {"kind": {"const": "card"}}},
            "then": {"properties": {"card": STRING}, "required": ["card"]},
            "properties": {"kind": STRING},
        },
        ["kind string", "card string"],
    ),
    (
        "both arms require it",
        {
            "if": True,
            "then": {"properties": {"a": STRING}, "required": ["a"]},
            "else": {"properties": {"a": {"type": "integer"}}, "required": ["a"]},
        },
        ["a integer | string!"],
    ),
    (
        "what depends on another field",
        {"properties": {"a": STRING}, "dependentSchemas": {"a": {"properties": {"b": STRING}}}},
        ["a string", "b string"],
    ),
    (
        "a tree is entered once",
        {
            "properties": {
                "v": {"type": "integer"},
                "children": {"type": "array", "items": {"$ref": "#"}},
            }
        },
        ["v integer", "children array", "children[].v integer", "children[].children array"],
    ),
    ("a schema that is only itself", {"$ref": "#"}, []),
    (
        "a schema inside itself",
        {"allOf": [{"$ref": "#"}], "properties": {"a": STRING}},
        ["a string"],
    ),
    (
        "a map's values have a path, by pattern or for the other names",
        {
            "additionalProperties": STRING,
            "patternProperties": {"^x": {"properties": {"a": STRING}}},
        },
        ["{^x} object", "{^x}.a string", "* string"],
    ),
    (
        "what unevaluatedProperties says is of a map's values too",
        {"properties": {"p": {"unevaluatedProperties": {"properties": {"amount": STRING}}}}},
        ["p object", "p.* object", "p.*.amount string"],
    ),
    ("names of which nothing is said are no fields", {"additionalProperties": {}}, []),
    (
        "a property may be called as the steps are written",
        {"properties": {"*": STRING, "a{b}": STRING, "c{": STRING}},
        [r"\* string", r"a\{b} string", r"c\{ string"],
    ),
    (
        "the document that a string holds",
        {"properties": {"p": {"contentSchema": {"properties": {"a": STRING}}}}},
        ["p string", "p[content] object", "p[content].a string"],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_the_fields_of_a_schema_are_those_a_record_can_carry(
    case: tuple[str, JsonValue, list[str]],
) -> None:
    assert _brief(case[1]) == case[2]


def test_what_a_schema_says_of_a_field_is_known() -> None:
    schema = {
        "$defs": {"mail": {"type": "string", "format": "email", "description": "Any address."}},
        "properties": {
            "email": {"$ref": "#/$defs/mail", "title": "Mail", "x-pii": True},
            "qty": {"type": "integer", "unit": "pieces", "deprecated": True},
        },
        "required": ["email"],
    }
    assert fields(schema, uri="file:///a.json") == (
        Field(
            path="email",
            steps=("email",),
            type="string",
            required=True,
            nullable=False,
            format="email",
            description="Mail",
            annotations=(("x-pii", "true"),),
            uri="file:///a.json",
            pointer=("properties", "email"),
        ),
        Field(
            path="qty",
            steps=("qty",),
            type="integer",
            required=False,
            nullable=False,
            annotations=(("deprecated", "true"), ("unit", "pieces")),
            uri="file:///a.json",
            pointer=("properties", "qty"),
        ),
    )


def test_drafts_read_their_own_words() -> None:
    beside = {
        "definitions": {"a": STRING},
        "properties": {"p": {"$ref": "#/definitions/a", "type": "null"}},
    }
    assert _brief(beside, Dialect.DRAFT7) == ["p string"]
    positions = {
        "items": [{"properties": {"a": STRING}}],
        "additionalItems": {"properties": {"b": STRING}},
    }
    assert _brief(positions, Dialect.DRAFT2019) == ["[0].a string", "[].a string", "[].b string"]
    assert _brief({"properties": {"a": {"const": 1}}}, Dialect.DRAFT4) == ["a any?"]


def test_fields_of_other_documents_say_where_they_are_declared() -> None:
    other = {"$defs": {"payment": {"properties": {"iban": STRING}}}}
    library = Library({"file:///pay.json": other}.get)
    schema = {"properties": {"payment": {"$ref": "pay.json#/$defs/payment"}}}
    found = fields(schema, library, "file:///order.json")
    assert [(each.path, each.uri, each.pointer) for each in found] == [
        ("payment", "file:///order.json", ("properties", "payment")),
        ("payment.iban", "file:///pay.json", ("$defs", "payment", "properties", "iban")),
    ]


def test_every_path_is_a_field_that_people_can_name() -> None:
    schema = {
        "properties": {"a.b": {"items": {"properties": {"c[]": {"properties": {"#": STRING}}}}}}
    }
    for field in fields(schema):
        target = targets.parse(f"p/s#{field.path}")
        assert target.field == field.steps


def test_references_that_multiply_end() -> None:
    doubling: dict[str, JsonValue] = {
        f"a{level}": {
            "properties": {name: {"$ref": f"#/$defs/a{level + 1}"} for name in "xy"},
            "allOf": [{"$ref": f"#/$defs/a{level + 1}"}] * 2,
        }
        for level in range(40)
    }
    schema = {"$ref": "#/$defs/a0", "$defs": {**doubling, "a40": {}}}
    start = time.process_time()
    assert len(fields(schema)) == MOST
    chain: JsonValue = {f"c{number}": {"$ref": f"#/$defs/c{number + 1}"} for number in range(5_000)}
    assert fields({"$ref": "#/$defs/c0", "$defs": chain}) == ()
    assert time.process_time() - start < 5
