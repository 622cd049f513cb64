"""Avro schemas are drafted from data, and lose fields and symbols without losing anything else."""

from __future__ import annotations

import io
import json
import random
from typing import Any

import fastavro
import pytest
from tests.formats.avro_libraries import encoded, from_json, schema
from tests.formats.avro_random import Schemas, datum

from schemareg.documents import json_values
from schemareg.formats.avro import data, infer, removal
from schemareg.formats.avro.annotations import by_field, meaning
from schemareg.formats.avro.canonical import spelled_out
from schemareg.model.errors import RegistryError
from schemareg.model.targets import Inside


def record(*fields: Any, name: str = "R", **attributes: Any) -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": list(fields), **attributes}


def field(name: str, type_: Any, **attributes: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, **attributes}


SAMPLES: list[tuple[list[Any], Any]] = [
    ([{"a": 1}, {"a": 2**40}], record(field("a", "long"))),
    ([{"a": 1}, {"a": 0.5}], record(field("a", "double"))),
    ([{"a": 2**70}], record(field("a", "double"))),
    ([{"a": "x"}, {}], record(field("a", ["null", "string"], default=None))),
    ([{"a": "x"}, {"a": None}], record(field("a", ["null", "string"], default=None))),
    ([{"a": "x"}, {"a": True}], record(field("a", ["boolean", "string"]))),
    ([{"a": [1, None]}], record(field("a", {"type": "array", "items": ["null", "long"]}))),
    ([{"a": []}], record(field("a", {"type": "array", "items": "null"}))),
    ([{"a": {"x-y": 1, "z": 2.5}}], record(field("a", {"type": "map", "values": "double"}))),
    ([{"a": {"b": 1}, "c": [{"b": "x"}]}],
     record(field("a", record(field("b", "long"), name="RA")),
            field("c", {"type": "array", "items": record(field("b", "string"), name="RCItem")}))),
    ([{}], record()),
]  # fmt: skip


@pytest.mark.parametrize(("records", "wanted"), SAMPLES)
def test_a_schema_is_inferred_that_every_record_fits(records: list[Any], wanted: Any) -> None:
    inferred = infer.of_records(json_values.exact(records), "r")
    assert inferred == wanted
    parsed = fastavro.parse_schema(spelled_out(schema(inferred)))
    assert all(fastavro.validate(each, parsed, raise_errors=False) for each in records)


def test_names_that_meet_are_told_apart() -> None:
    inferred = infer.of_records([{"a": {"b": {"x": 1}}, "a_b": {"y": 1}}], "r")
    schema(inferred)  # no name twice


@pytest.mark.parametrize(
    ("title", "name"),
    [("order_placed", "OrderPlaced"), ("2fast", "R2fast"), ("a-b", "AB"), ("", "R")],
)
def test_a_title_becomes_a_name(title: str, name: str) -> None:
    assert infer.record_name(title) == name
    schema(infer.example(title))


def test_the_schema_of_a_container_file_is_its_writer_s() -> None:
    value = record(field("a", "int", doc="What."), name="shop.Order")
    stream = io.BytesIO()
    fastavro.writer(stream, fastavro.parse_schema(value), [{"a": 1}, {"a": 2}])
    taken = infer.of_container(stream.getvalue(), "orders.avro")
    assert meaning(schema(taken)) == meaning(schema(value))


@pytest.mark.parametrize(
    "content", [b"", b"Obj\x01", b"Obj\x01\x02", b"{}", b"Obj\x01" + b"\xff" * 99]
)
def test_what_is_no_container_file_is_refused(content: bytes) -> None:
    with pytest.raises(RegistryError, match="no Avro container file"):
        infer.of_container(content, "x.avro")


# --- removal

ORDER = record(
    field("id", "string"),
    field("by", ["null", record(field("mail", "string"), field("x", "int"), name="A"),
                 record(field("mail", "string"), name="B")]),
    field("lines", {"type": "array", "items": record(
        field("state", ["null", {"type": "enum", "name": "E", "symbols": ["P", "Q"]}]), name="L")}),
    field("prices", {"type": "map", "values": record(field("net", "double"), name="P")}),
    field("kind", {"type": "enum", "name": "K", "symbols": ["X", "Y"], "default": "X"}),
    field("one", {"type": "enum", "name": "O", "symbols": ["X"]}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "pointers"),
    [
        (("id",), [("fields", 0)]),
        (("by", "mail"), [("fields", 1, "type", 1, "fields", 0), ("fields", 1, "type", 2, "fields", 0)]),
        (("lines", None, "state"), [("fields", 2, "type", "items", "fields", 0)]),
        (("prices", Inside.VALUES, "net"), [("fields", 3, "type", "values", "fields", 0)]),
        (("missing",), []),
        (("id", "deeper"), []),
    ],
)  # fmt: skip
def test_a_field_is_where_its_records_declare_it(steps: Any, pointers: list[Any]) -> None:
    assert list(removal.field_pointers(schema(ORDER), steps)) == pointers


def test_a_symbol_is_where_its_enum_lists_it() -> None:
    found = removal.symbol_pointers(schema(ORDER), ("lines", None, "state"), "Q")
    assert found == (("fields", 2, "type", "items", "fields", 0, "type", 1, "symbols", 1),)
    assert removal.symbol_pointers(schema(ORDER), ("kind",), "Z") == ()


@pytest.mark.parametrize(
    ("steps", "symbol", "why"),
    [
        (("lines", None), None, "cannot be removed by itself"),
        (("prices", Inside.VALUES), None, "cannot be removed by itself"),
        (("kind",), "X", "is the default of K"),
        (("one",), "X", "is the only symbol of O"),
    ],
)
def test_what_only_a_person_can_decide_is_refused(steps: Any, symbol: str | None, why: str) -> None:
    root = schema(ORDER)
    with pytest.raises(RegistryError, match=why):
        _ = (
            removal.field_pointers(root, steps)
            if symbol is None
            else removal.symbol_pointers(root, steps, symbol)
        )


# --- meaning and annotations


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (record(field("a", "int", doc="New.")), True),
        (record(field("a", {"type": "int"}, order="descending"), doc="New."), True),
        (record(field("a", "int", default=1)), False),
        (record(field("a", "int", aliases=["b"])), False),
        (record(field("a", {"type": "int", "unit": "kg"})), False),
        (record(field("a", "int", unit="kg")), False),
        (record(field("a", "int"), namespace="x"), False),
        (record(field("a", {"type": "int", "logicalType": "date"})), False),
        (record(field("a", "long")), False),
    ],
)
def test_only_documentation_and_order_are_words(other: Any, same: bool) -> None:
    before = schema(record(field("a", "int", doc="Old.")))
    assert (meaning(before) == meaning(schema(other))) is same


def test_what_is_said_of_a_field_is_told_by_its_path() -> None:
    root = schema(record(
        field("a", {"type": "int", "unit": "kg"}, doc="Weight.", order="ignore"),
        field("b", {"type": "array", "items": record(field("c", "int", pii=True), name="S", doc="A line.")}),
        doc="An order.", owner="x",
    ))  # fmt: skip
    assert by_field(root) == {
        "": {"doc": "An order.", "owner": "x"},
        "a": {"unit": "kg", "doc": "Weight.", "order": "ignore"},
        "b": {},
        "b[]": {"doc": "A line."},
        "b[].c": {"pii": True},
    }


# --- data


def test_the_json_encoding_of_a_datum_is_read_by_fastavro() -> None:
    chance = random.Random(3)
    root = schema(ORDER | {"fields": [*ORDER["fields"], field("raw", ["null", "bytes", "long"])]})
    smallest, plain = data.Smallest(root), fastavro.parse_schema(spelled_out(root))
    for _ in range(30):
        value = datum(chance, root, smallest)
        assert from_json(root, json.loads(data.text(root, value))) == value
        (read,) = fastavro.json_reader(io.StringIO(data.text(root, value)), plain)
        assert read == fastavro.schemaless_reader(io.BytesIO(encoded(root, value)), plain, None)


def test_the_smallest_datum_of_every_type_is_written_by_fastavro() -> None:
    schemas = Schemas(random.Random(5))
    for _ in range(200):
        root = schema(schemas.root())
        smallest = data.Smallest(root)
        if smallest.size(root) is not None:
            encoded(root, smallest.datum(root))
