"""Sample records: how they are read, and the draft of a schema that they all fit."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemareg.authoring import samples
from schemareg.documents import json_values
from schemareg.formats.json_schema import wellformed
from schemareg.formats.json_schema.dialects import Dialect
from schemareg.formats.json_schema.infer import MOST_NAMES, infer
from schemareg.model.errors import InvalidFiles, RegistryError

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue

DRAFT = {"$schema": Dialect.DRAFT2020.uri}
STATES = ["open", "paid", "open", "paid"] * 3

CASES: list[tuple[str, list[JsonValue], dict[str, JsonValue]]] = [
    ("plain values", [1, 2], {"type": "integer"}),
    ("whole and other numbers", [1, Fraction(1, 2)], {"type": "number"}),
    ("several types, null among them", ["a", None, True], {"type": ["string", "boolean", "null"]}),
    (
        "what all records have is required, in the order first seen",
        [{"b": 1, "a": "x"}, {"a": "y", "c": None, "b": 2}],
        {
            "type": "object",
            "properties": {
                "b": {"type": "integer"},
                "a": {"type": "string"},
                "c": {"type": "null"},
            },
            "required": ["b", "a"],
        },
    ),
    (
        "objects and arrays inside are merged",
        [
            {"c": {"mail": "x"}, "l": [{"n": 1}, {"n": 2, "m": True}]},
            {"c": {"mail": None}, "l": []},
        ],
        {
            "type": "object",
            "properties": {
                "c": {
                    "type": "object",
                    "properties": {"mail": {"type": ["string", "null"]}},
                    "required": ["mail"],
                },
                "l": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {"n": {"type": "integer"}, "m": {"type": "boolean"}},
                        "required": ["n"],
                    },
                },
            },
            "required": ["c", "l"],
        },
    ),
    ("an empty array says nothing of its items", [[]], {"type": "array"}),
    ("an empty object says nothing of its members", [{}], {"type": "object"}),
    ("days", ["2027-03-01", "2024-02-29"], {"type": "string", "format": "date"}),
    ("no day", ["2027-03-01", "2027-02-29"], {"type": "string"}),
    (
        "moments",
        ["2027-03-01T10:00:00Z", "2027-03-01T10:00:00.5+02:00"],
        {"type": "string", "format": "date-time"},
    ),
    ("a moment without its offset", ["2027-03-01T10:00:00"], {"type": "string"}),
    (
        "identifiers",
        ["123e4567-e89b-12d3-a456-426614174000", None],
        {"type": ["string", "null"], "format": "uuid"},
    ),
    ("addresses", ["a.b@example.com"], {"type": "string", "format": "email"}),
    ("pages", ["https://example.com/a?b=1"], {"type": "string", "format": "uri"}),
    ("formats that differ are none", ["2027-03-01", "a@example.com"], {"type": "string"}),
    ("few values, each often", STATES, {"type": "string", "examples": ["open", "paid"]}),
    ("few values, too seldom", STATES[:4], {"type": "string"}),
    (
        "names that are data",
        [{f"id-{number}": {"n": number}} for number in range(MOST_NAMES + 1)],
        {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {"n": {"type": "integer"}},
                "required": ["n"],
            },
        },
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_a_draft_says_what_the_sample_shows(
    case: tuple[str, list[JsonValue], dict[str, JsonValue]],
) -> None:
    _, records, expected = case
    found = infer(records)
    assert found == {**DRAFT, **expected}
    assert list(found.get("properties", {})) == list(expected.get("properties", {}))
    assert wellformed.find(found) == ()


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | st.sampled_from(["", "2027-03-01", "a@example.com", "x"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcd"), inner),
    max_leaves=10,
)


@given(st.lists(_VALUES, min_size=1, max_size=6))
def test_every_record_fits_its_own_draft(records: list[JsonValue]) -> None:
    from jsonschema import Draft202012Validator, FormatChecker

    schema = infer(json_values.exact(records))
    assert wellformed.find(schema) == ()
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    assert all(validator.is_valid(record) for record in records)


NESTED = next(case[1] for case in CASES if case[0] == "objects and arrays inside are merged")


@given(st.permutations([*NESTED, *NESTED]))
def test_neither_order_nor_repetition_of_records_changes_the_meaning(
    records: list[JsonValue],
) -> None:
    def meaning(schema: JsonValue) -> str:
        if isinstance(schema.get("required"), list):
            schema["required"].sort()
        return json.dumps(schema, sort_keys=True)

    assert meaning(infer(records)) == meaning(infer(NESTED))


def test_json_holds_one_record_or_many() -> None:
    assert samples.read(b'{"a": 0.1}', "s.json") == ({"a": Fraction(1, 10)},)
    assert samples.read(b"[1, 2.0]", "s.JSON") == (1, 2)


def test_json_lines_hold_a_record_a_line() -> None:
    for path in ("s.jsonl", "s.ndjson"):
        assert samples.read(b'{"a": 1}\r\n\n{"a": 2}\n', path) == ({"a": 1}, {"a": 2})


def test_csv_columns_are_numbers_or_booleans_only_throughout() -> None:
    text = (
        "\ufeffid,zip,price,paid,name,mixed,day,none\r\n"
        '1,01234,1.50,true,"a, ""b""",1,2027-03-01,\r\n'
        "2,12345,,FALSE, x ,y,,\r\n"
        "\r\n"
    )
    assert samples.read(text.encode(), "s.csv") == (
        {
            "id": 1,
            "zip": "01234",
            "price": Fraction(3, 2),
            "paid": True,
            "name": 'a, "b"',
            "mixed": "1",
            "day": "2027-03-01",
        },
        {"id": 2, "zip": "12345", "paid": False, "name": " x ", "mixed": "y"},
    )
    assert samples.read(b"a;b\n1;x,y\n", "s.csv") == ({"a": 1, "b": "x,y"},)
    assert samples.read(b"a\tb\n1\t2\n", "s.csv") == ({"a": 1, "b": 2},)


WRONG: list[tuple[str, bytes, list[tuple[int, str]]]] = [
    ("s.json", b'{"a":\n 1,}', [(2, "json-syntax")]),
    ("s.json", b" " * (2 << 20), [(1, "file-too-large")]),
    ("s.jsonl", b'{"a": 1}\n{"a" 1}\n\n{"b": NaN}\n', [(2, "json-syntax"), (4, "number-not-json")]),
    ("s.jsonl", b"{}\n\xff\n", [(2, "file-not-utf8")]),
    ("s.csv", b"a,b\n1,2,3\n1,2\n1\n", [(2, "csv-syntax"), (4, "csv-syntax")]),
    ("s.csv", b"a,,a\n1,2,3\n", [(1, "csv-syntax"), (1, "csv-syntax")]),
    ("s.csv", b'a,b\n1,"x"y\n', [(2, "csv-syntax")]),
    ("s.csv", b"a,b\n1,\xff\n", [(2, "file-not-utf8")]),
]


@pytest.mark.parametrize(("path", "data", "expected"), WRONG, ids=[str(row[2]) for row in WRONG])
def test_every_wrong_line_of_a_sample_is_told(
    path: str, data: bytes, expected: list[tuple[int, str]]
) -> None:
    with pytest.raises(InvalidFiles) as caught:
        samples.read(data, path)
    assert [(each.place.line, each.rule) for each in caught.value.mistakes] == expected
    assert all(each.place.path == path and each.remedy for each in caught.value.mistakes)


def test_a_file_of_another_kind_is_not_told_line_by_line_for_ever() -> None:
    with pytest.raises(InvalidFiles) as caught:
        samples.read(b"nonsense\n" * 5_000, "s.jsonl")
    assert len(caught.value.mistakes) == samples.MOST_MISTAKES


@pytest.mark.parametrize(
    ("path", "data"), [("s.json", b"[]"), ("s.jsonl", b"\n"), ("s.csv", b"a,b\n")]
)
def test_a_sample_without_a_record_is_refused(path: str, data: bytes) -> None:
    with pytest.raises(RegistryError, match="there is no record"):
        samples.read(data, path)


def test_an_unknown_kind_of_sample_is_refused_with_the_known_ones() -> None:
    for path in ("s.xlsx", "sample"):
        with pytest.raises(RegistryError, match="no kind of sample") as caught:
            samples.read(b"", path)
        assert ".jsonl" in caught.value.remedy


def test_a_number_that_cannot_be_kept_stays_text_in_csv() -> None:
    assert samples.read(b"a\n1e99999\n", "s.csv") == ({"a": "1e99999"},)
