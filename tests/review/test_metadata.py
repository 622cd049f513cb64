"""What is words, and how a change of words is told."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemareg.formats.json_schema.annotations import (
    ANNOTATIONS,
    annotations_only,
    by_field,
    meaning,
)
from schemareg.review.metadata import MOST, metadata_changed, words_changed

PLAIN: dict[str, Any] = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "lines": {"items": {"type": "string"}}},
    "required": ["title", "lines"],
}


@pytest.mark.parametrize(
    ("why", "before", "after", "same"),
    [
        ("equal", PLAIN, PLAIN, True),
        ("a title", PLAIN, PLAIN | {"title": "Order"}, True),
        ("a comment, a default", PLAIN, PLAIN | {"$comment": "x", "default": {}}, True),
        ("a required name", PLAIN, PLAIN | {"required": ["title"]}, False),
        ("the order of a set", PLAIN, PLAIN | {"required": ["lines", "title"]}, True),
        ("one type in a list", {"type": "string"}, {"type": ["string"]}, True),
        ("the order of prefixItems", {"prefixItems": [{}, True]}, {"prefixItems": [True, {}]}, False),
        (
            "words deep inside",
            {"properties": {"a": {"items": {"anyOf": [{"description": "x"}]}}}},
            {"properties": {"a": {"items": {"anyOf": [{"description": "y"}]}}}},
            True,
        ),
        (
            "a property that is called title",
            {"properties": {"title": {"type": "string"}}},
            {"properties": {"title": {"type": "number"}}},
            False,
        ),
        ("a property that is called title goes", {"properties": {"title": {}}}, {"properties": {}}, False),
        ("a value, not a schema", {"const": {"title": "a"}}, {"const": {"title": "b"}}, False),
        ("an unknown keyword", {"unit": "EUR"}, {"unit": "USD"}, False),
        ("a format", {"format": "date"}, {"format": "time"}, False),
        ("0 is not false", {"const": 0}, {"const": False}, False),
        ("1.0 is 1", {"const": 1}, {"const": Fraction(1)}, True),
        ("an identifier nobody uses", {"$id": "urn:a"}, {"$id": "urn:b"}, True),
        (
            "an identifier that a reference resolves against",
            {"$id": "file:///a/", "$ref": "x"},
            {"$id": "file:///b/", "$ref": "x"},
            False,
        ),
        (
            "a schema hidden in a default",
            {"$ref": "#/default", "default": {"type": "string"}},
            {"$ref": "#/default", "default": {"type": "number"}},
            False,
        ),
        ("draft 4 calls it id", {"$schema": "http://json-schema.org/draft-04/schema#", "id": "a"},
         {"$schema": "http://json-schema.org/draft-04/schema#", "id": "b"}, True),
        ("another dialect", {"$schema": "http://json-schema.org/draft-04/schema#"}, {}, False),
        ("booleans", True, False, False),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_only_what_no_validator_reads_is_words(
    why: str, before: object, after: object, same: bool
) -> None:
    assert annotations_only(before, after) is annotations_only(after, before) is same


_SCHEMAS = st.recursive(
    st.booleans() | st.fixed_dictionaries({}, optional={"type": st.just("string")}),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(st.sampled_from(["a", "title", "default"]), inner),
            "items": inner,
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "const": st.just({"title": "x"}),
        },
    ),
    max_leaves=8,
)


@given(_SCHEMAS, st.sampled_from(sorted(ANNOTATIONS - {"deprecated"})))
def test_taking_the_words_away_leaves_the_rest_and_nothing_to_take(
    schema: object, word: str
) -> None:
    assert meaning(schema) == schema
    if isinstance(schema, dict):
        assert meaning(schema | {word: "said"}) == schema


def test_a_change_of_words_is_told_field_by_field() -> None:
    before = {
        "title": "Order",
        "properties": {
            "customer": {"properties": {"email": {"description": "The address", "unit": "EUR"}}},
            "lines": {"items": {"description": "A line", "examples": ["a", "b"]}},
            "gone": {"description": "x"},
        },
        "$defs": {"money": {"description": "An amount", "default": {"cents": 1}}},
    }
    after = {
        "properties": {
            "customer": {"properties": {"email": {"description": "Where we write", "unit": "USD"}}},
            "lines": {"items": {"description": "A line", "examples": ["b", "c"]}},
            "fresh": {"description": "y"},
        },
        "$defs": {
            "money": {"description": "An amount", "default": {"cents": 2}, "deprecated": True}
        },
    }
    assert words_changed(by_field(before), by_field(after)) == (
        'title removed: "Order"',
        "default of /$defs/money, cents: 1 → 2",
        "deprecated of /$defs/money added: true",
        'description of customer.email: "The address" → "Where we write"',
        'unit of customer.email: "EUR" → "USD"',
        'examples of lines[], the whole added: "c"',
        'examples of lines[], the whole removed: "a"',
    )
    assert words_changed(by_field(before), by_field(before)) == ()


def test_a_product_that_changed_is_told_key_by_key() -> None:
    before = {"owner": {"team": "a", "channels": ["x", "y"]}, "limits": [1, Fraction(1, 10)]}
    after = {"owner": {"team": "b", "channels": ["y", "z"]}, "limits": [1, 2], "tags": ["t"]}
    assert metadata_changed(before, after) == (
        "limits[1]: 0.1 → 2",
        'owner.channels added: "z"',
        'owner.channels removed: "x"',
        'owner.team: "a" → "b"',
        'tags added: ["t"]',
    )


def test_what_is_told_is_bounded() -> None:
    names = [f"n{number}" for number in range(MOST + 60)]
    before = {"properties": {name: {"description": "a" * 500} for name in names}}
    after = {"properties": {name: {"description": "b" * 500} for name in names}}
    told = words_changed(by_field(before), by_field(after))
    assert (len(told), told[-1]) == (MOST, "and 61 more")
    assert max(map(len, told)) < 300
    many = list(range(5_000))
    assert metadata_changed({"a": many}, {"a": [*many, 1]}) == (
        "changed in more places than are shown here",
    )


def test_plain_words_are_told_without_loading_deepdiff() -> None:
    program = (
        "import sys; from schemareg.review.metadata import words_changed;"
        "print(len(words_changed({'': {'title': 'a'}}, {'': {'title': 'b'}})), 'deepdiff' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.split() == [b"1", b"False"]
