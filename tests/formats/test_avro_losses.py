"""Fields that newer messages no longer carry are found, wherever the record is used."""

from __future__ import annotations

from typing import Any

import pytest
from tests.formats.avro_libraries import schema

from schemareg.formats.avro.fields import fields
from schemareg.formats.avro.losses import field_changes
from schemareg.model.targets import field_text


def record(*fields: Any, name: str = "R") -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": list(fields)}


def field(name: str, type_: Any = "int", **attributes: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, "default": 0, **attributes}


def plain(name: str, type_: Any, **attributes: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, **attributes}


X, Y = field("x"), field("y")
CASES = [
    ("nothing went", record(X), record(X), []),
    ("a field went", record(X, Y), record(Y), [("x", "")]),
    ("a field that has others inside", record(plain("a", record(X, Y, name="S"))), record(), [("a", ""), ("a.x", ""), ("a.y", "")]),
    ("one branch lost it, another has it",
     [record(X, Y, name="A"), record(X, name="B")], [record(Y, name="A"), record(X, name="B")], [("x", "A")]),
    ("in a field, an array and a map of one record",
     record(plain("a", record(X, name="S")), plain("b", {"type": "array", "items": "S"}), plain("c", {"type": "map", "values": "S"})),
     record(plain("a", record(name="S")), plain("b", {"type": "array", "items": "S"}), plain("c", {"type": "map", "values": "S"})),
     [("a.x", ""), ("b[].x", ""), ("c.*.x", "")]),
    ("renamed with an alias in the older schema", record(field("x", aliases=["z"])), record(field("z")), [("x", "")]),
    ("a recursion", record(X, plain("next", ["null", "R"])), record(plain("next", ["null", "R"])), [("x", "")]),
    ("a branch that went", record(plain("a", ["null", record(X, name="S")])), record(plain("a", ["null"])), [("a.x", "")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "losses"), [each[1:] for each in CASES], ids=[each[0] for each in CASES]
)
def test_what_went_is_found_by_its_path_and_branch(old: Any, new: Any, losses: list[Any]) -> None:
    found = field_changes(schema(old), schema(new))
    assert [(field_text(each.steps), each.branch) for each in found.losses] == losses
    assert found.doubts == []


def test_a_unit_that_changed_is_a_change_and_documentation_is_none() -> None:
    old = record(
        plain("a", {"type": "int", "unit": "kg"}, doc="Old."),
        plain("b", "int", classification="internal"),
    )
    new = record(
        plain("a", {"type": "int", "unit": "g"}, doc="New."),
        plain("b", "int", classification="public"),
    )
    found = field_changes(schema(old), schema(new))
    assert [(each.keyword, each.was, each.now) for each in found.changes] == [
        ("unit", "kg", "g"),
        ("x-classification", "internal", "public"),
    ]


def test_a_list_of_fields_that_is_too_long_is_a_doubt() -> None:
    def wide(count: int) -> Any:
        inner = record(*(field(f"f{n}") for n in range(110)), name="S")
        return record(plain("a0", inner), *(plain(f"a{n}", "S") for n in range(1, count)))

    assert len(fields(schema(wide(95)))) == 10_000
    found = field_changes(schema(wide(95)), schema(wide(94)))
    assert found.doubts == ["not every field that may have gone was looked at: there are too many"]


def test_a_field_of_some_branches_names_them() -> None:
    (x, y) = fields(schema([record(X, Y, name="A"), record(X, name="B")]))
    assert (x.path, x.required, x.branches) == ("x", True, ())
    assert (y.path, y.required, y.branches) == ("y", False, ("A",))
