"""What the two libraries make of a message: `fastavro`, and Apache's `avro`."""

from __future__ import annotations

import io
import json
import warnings
from typing import TYPE_CHECKING, Any

import avro.errors
import avro.io
import avro.schema
import fastavro

from schemareg.documents import json_values
from schemareg.formats.avro import witness
from schemareg.formats.avro.canonical import spelled_out
from schemareg.formats.avro.data import Datum, UnionBranch
from schemareg.formats.avro.parse import parse

if TYPE_CHECKING:
    from schemareg.formats.avro.schema import Type


def schema(value: object) -> Type:
    """A schema that has no mistake."""
    parsed = parse(json_values.exact(value))
    assert parsed.root is not None, parsed.faults
    return parsed.root


def from_json(type_: Type, value: Any) -> Datum:
    """The datum that a value of Avro's JSON encoding represents."""
    kind = type_.kind
    if kind == "union":
        label = "null" if value is None else next(iter(value))
        position = [each.label for each in type_.branches].index(label)
        inner = None if value is None else value[label]
        return UnionBranch(position, from_json(type_.branches[position], inner))
    if kind == "record":
        return {each.name: from_json(each.type, value[each.name]) for each in type_.fields}
    if kind == "array":
        return [from_json(type_.inner, each) for each in value]
    if kind == "map":
        return {name: from_json(type_.inner, each) for name, each in value.items()}
    return value.encode("latin-1") if kind in ("bytes", "fixed") else value


def encoded(writer: Type, datum: Datum) -> bytes:
    """The message's bytes, by `fastavro`."""
    stream = io.BytesIO()
    bare = fastavro.parse_schema(spelled_out(writer, logical=False))
    fastavro.schemaless_writer(stream, bare, witness.notation(writer, datum))
    return stream.getvalue()


def fastavro_reads(writer: Type, reader: Type, message: bytes) -> Any:
    """The value, or the error that reading raised."""
    by, to = (fastavro.parse_schema(spelled_out(each)) for each in (writer, reader))
    try:
        return fastavro.schemaless_reader(io.BytesIO(message), by, to)
    except Exception as error:  # noqa: BLE001 (whatever the library raises is a refusal)
        return error


def apache_reads(writer: Type, reader: Type, message: bytes) -> Any:
    """The value, or the error that reading raised."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        schemas = [
            avro.schema.parse(json.dumps(spelled_out(each, logical=False)))
            for each in (writer, reader)
        ]
        decoder = avro.io.BinaryDecoder(io.BytesIO(message))
        try:
            return avro.io.DatumReader(*schemas).read(decoder)
        except (avro.errors.AvroException, UnicodeDecodeError) as error:
            return error
