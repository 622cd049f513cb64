"""What needs no search: never wrong, and enough for the changes that are made every day."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemareg.formats.json_schema.fields import fields
from schemareg.formats.json_schema.solver.compare import compare
from schemareg.formats.json_schema.structural import evident, properties_kept, self_contained
from schemareg.formats.verdict import SchemaSource
from schemareg.model import Content, Outcome

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

OLD: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "pattern": "^o-"},
        "lines": {"items": {"type": "object", "properties": {"sku": {"type": "string"}}}},
        "total": {"$ref": "#/$defs/money"},
    },
    "required": ["id", "total"],
    "$defs": {"money": {"type": "number", "minimum": 0}},
}


def changed(*path: str, **keywords: object) -> dict[str, Any]:
    """OLD with keywords added below a path; None removes one."""
    document = copy.deepcopy(OLD)
    place = document
    for step in path:
        place = place[step]
    for name, value in keywords.items():
        if value is None:
            del place[name]
        else:
            place[name] = value
    return document


@pytest.mark.parametrize(
    ("why", "new", "backward", "forward"),
    [
        ("nothing", OLD, True, True),
        ("a field more", changed("properties", note={"type": "string"}), True, True),
        (
            "a field more, deep inside",
            changed("properties", "lines", "items", "properties", count={"type": "integer"}),
            True,
            True,
        ),
        ("a field less", changed("properties", lines=None), True, True),
        ("a field that is required", changed(required=["id", "total", "lines"]), False, True),
        ("a field that is required no more", changed(required=["id"]), True, False),
        ("a wider type", changed("properties", "id", type=["string", "null"]), True, False),
        ("a bound more", changed("properties", "id", maxLength=9), False, True),
        ("another pattern", changed("properties", "id", pattern="^p-"), False, False),
        ("a definition", changed("$defs", "money", minimum=1), False, False),
        ("a format", changed("properties", "id", format="uuid"), True, True),
        ("closed", changed(additionalProperties=False), False, False),
        ("an alternative more", changed(anyOf=[{"required": ["lines"]}]), False, True),
        ("a field that another part may declare", changed(
            "properties", note={"type": "string"}
        ) | {"anyOf": [{"properties": {"extra": {}}}]}, False, True),
        ("a required name that was not declared", changed(
            "properties", note={"type": "string"}
        ) | {"required": ["id", "total", "note"]}, False, True),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_everyday_changes_are_evident(
    why: str, new: dict[str, Any], backward: bool, forward: bool
) -> None:
    assert evident(new, OLD, Content.DECLARED, formats=False) is backward
    assert evident(OLD, new, Content.DECLARED, formats=False) is forward


def test_in_the_open_model_a_new_field_may_have_come_before() -> None:
    new = changed("properties", note={"type": "string"})
    assert not evident(new, OLD, Content.OPEN, formats=False)
    assert evident(OLD, new, Content.OPEN, formats=False)


def test_a_format_that_is_asserted_is_no_word() -> None:
    new = changed("properties", "id", format="uuid")
    assert not evident(new, OLD, Content.DECLARED, formats=True)


def test_the_same_reference_of_other_documents_is_not_the_same() -> None:
    one, other = {"$ref": "#/properties/a", "properties": {"a": {}}}, {"$ref": "other.json"}
    assert [self_contained(each) for each in (OLD, one, other)] == [True, False, False]


@pytest.mark.parametrize("schema", [{"properties": [1]}, {"required": True}, {"type": [[]]}])
def test_what_is_no_schema_is_left_to_the_engine(schema: dict[str, Any]) -> None:
    assert not evident(schema, {"required": [], "properties": {}}, Content.OPEN, formats=False)


def test_a_field_that_went_is_noticed_though_nobody_refuses() -> None:
    inside = changed("properties", "lines", "items", properties={})
    assert properties_kept(OLD, changed("properties", note={}))
    assert not properties_kept(OLD, changed("properties", lines=None))
    assert not properties_kept(OLD, inside)


_NAMES = st.sampled_from(["a", "b", "c"])
_LEAVES = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", "integer", "number", ["string", "null"], "object"]),
        "enum": st.just([1, "x", None]),
        "minLength": st.integers(0, 2),
        "maximum": st.integers(0, 2),
        "$ref": st.sampled_from(["#/$defs/d"]),
    },
)


def _around(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(_NAMES, inner, max_size=3),
            "required": st.lists(_NAMES, unique=True, max_size=2),
            "items": inner,
            "prefixItems": st.lists(inner, min_size=1, max_size=2),
            "additionalProperties": inner,
            "patternProperties": st.dictionaries(st.just("^a"), inner, max_size=1),
            "unevaluatedProperties": st.booleans(),
            "unevaluatedItems": st.booleans(),
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "allOf": st.lists(inner, min_size=1, max_size=2),
            "contains": inner,
        },
    )


_SCHEMAS = st.recursive(st.booleans() | _LEAVES, _around, max_leaves=6)


@st.composite
def _neighbours(draw: DrawFn) -> tuple[Any, Any]:
    """A schema, and the same with something put in or taken out at some depth."""
    old = draw(_around(_SCHEMAS))
    new = copy.deepcopy(old)
    for _ in range(draw(st.integers(1, 3))):
        place = new
        while draw(st.booleans()):
            inner = [each for each in place.values() if isinstance(each, dict) and each]
            if not inner:
                break
            place = draw(st.sampled_from(inner))
        if place and draw(st.booleans()):
            del place[draw(st.sampled_from(sorted(place)))]
        elif "a" in place or "b" in place or "c" in place:
            place[draw(_NAMES)] = draw(_SCHEMAS)
        else:
            place |= draw(_around(_SCHEMAS) | _LEAVES)
    definitions = {"$defs": {"d": {"type": "string"}}}
    return old | definitions, new | definitions


@given(_neighbours(), st.sampled_from(Content))
@settings(max_examples=150, deadline=None)
def test_nothing_evident_is_wrong(pair: tuple[Any, Any], content: Content) -> None:
    for reader, writer in (pair, pair[::-1]):
        if not evident(reader, writer, content, formats=False):
            continue
        verdict = compare(SchemaSource(reader), SchemaSource(writer), content=content)
        assert verdict.outcome is not Outcome.BREAKING, verdict.findings[0].record
        if properties_kept(reader, writer):
            now = " ".join(f"{each.path}." for each in fields(writer))
            assert all(each.path in now for each in fields(reader))
