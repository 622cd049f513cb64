"""What leaves a schema's file with a field or a value, and what a person has to take out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from schemareg.adapters.files import files_in
from schemareg.authoring import retirement
from schemareg.model import targets
from schemareg.model.errors import RegistryError
from schemareg.snapshot.snapshot import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

TEXT = {"type": "string"}
MONEY = {"type": "object", "properties": {"amount": {"type": "integer"}, "unit": TEXT}}
PRODUCT = "title: Orders\nowner: {team: checkout}\nschemas:\n  order: {}\n  part: {}\n"
FOLDER = "products/orders/schemas"

GOES = {
    "a field, and that it is required": (
        "note",
        {"properties": {"id": TEXT, "note": TEXT}, "required": ["id", "note"]},
        {"properties": {"id": TEXT}, "required": ["id"]},
    ),
    "nothing is required any more": (
        "note",
        {"properties": {"id": TEXT, "note": TEXT}, "required": ["note"]},
        {"properties": {"id": TEXT}},
    ),
    "a field inside a field": (
        "total.unit",
        {"properties": {"total": MONEY}},
        {
            "properties": {
                "total": {"type": "object", "properties": {"amount": {"type": "integer"}}}
            }
        },
    ),
    "a field of an array's items": (
        "lines[].sku",
        {"properties": {"lines": {"items": {"properties": {"sku": TEXT, "n": TEXT}}}}},
        {"properties": {"lines": {"items": {"properties": {"n": TEXT}}}}},
    ),
    "behind a reference, while what requires it stands beside the reference": (
        "total.unit",
        {
            "$defs": {"money": MONEY},
            "properties": {"total": {"$ref": "#/$defs/money", "required": ["amount", "unit"]}},
        },
        {
            "$defs": {
                "money": {"type": "object", "properties": {"amount": {"type": "integer"}}},
            },
            "properties": {"total": {"$ref": "#/$defs/money", "required": ["amount"]}},
        },
    ),
    "in every alternative and part that describes it": (
        "note",
        {
            "properties": {"id": TEXT},
            "allOf": [{"properties": {"note": TEXT}}, {"required": ["note"]}],
            "anyOf": [{"properties": {"note": {"maxLength": 3}}}, {"title": "Any"}],
        },
        {
            "properties": {"id": TEXT},
            "allOf": [{"properties": {}}, {}],
            "anyOf": [{"properties": {}}, {"title": "Any"}],
        },
    ),
    "what depends on it, and what it depends on": (
        "note",
        {
            "properties": {"id": TEXT, "note": TEXT, "kind": TEXT},
            "dependentRequired": {"note": ["id"], "id": ["note", "kind"], "kind": ["note"]},
        },
        {
            "properties": {"id": TEXT, "kind": TEXT},
            "dependentRequired": {"id": ["kind"]},
        },
    ),
    "an object goes with all that is in it": (
        "total",
        {"properties": {"id": TEXT, "total": MONEY}},
        {"properties": {"id": TEXT}},
    ),
    "one value of several": (
        "state=LOST",
        {"properties": {"state": {"enum": ["NEW", "LOST", "DONE"]}}},
        {"properties": {"state": {"enum": ["NEW", "DONE"]}}},
    ),
    "a value that is no string": (
        "state=2",
        {"properties": {"state": {"enum": ["2", 1, 2.0]}}},
        {"properties": {"state": {"enum": [1]}}},
    ),
    "a value that is an alternative of its own": (
        "state=LOST",
        {"properties": {"state": {"oneOf": [{"const": "NEW"}, {"const": "LOST", "title": "?"}]}}},
        {"properties": {"state": {"oneOf": [{"const": "NEW"}]}}},
    ),
    "a name that a pointer would escape": (
        "a/b~c",
        {"properties": {"a/b~c": TEXT, "id": TEXT}},
        {"properties": {"id": TEXT}},
    ),
}


@pytest.mark.parametrize(("field", "schema", "wanted"), GOES.values(), ids=GOES)
def test_all_that_makes_it_leaves_and_nothing_else(
    field: str, schema: Any, wanted: Any, tmp_path: Path
) -> None:
    assert json.loads(_without(tmp_path, schema, field)) == {"type": "object", **wanted}


STAYS = {
    "a definition that another field shares": (
        "total.unit",
        {
            "$defs": {"money": MONEY},
            "properties": {"total": {"$ref": "#/$defs/money"}, "tax": {"$ref": "#/$defs/money"}},
        },
        "'tax.unit' would change with it: they share a definition",
    ),
    "a list of values that another field shares": (
        "first=A",
        {
            "$defs": {"letter": {"enum": ["A", "B"]}},
            "properties": {"first": {"$ref": "#/$defs/letter"}, "last": {"$ref": "#/$defs/letter"}},
        },
        "'last' would change with it: they share a definition",
    ),
    "a record inside its own kind": (
        "note",
        {
            "properties": {
                "note": TEXT,
                "child": {"$ref": "#"},
            }
        },
        "'child.note' would change with it: they share a definition",
    ),
    "a field that another file describes": (
        "part.size",
        {"properties": {"part": {"$ref": "../part/1.0.0.json"}}},
        "'part.size' is described in another file, products/orders/schemas/part/1.0.0.json",
    ),
    "the only value": (
        "state=NEW",
        {"properties": {"state": {"enum": ["NEW"]}}},
        "'NEW' is the only value of the field; without it no value is valid",
    ),
    "the only alternative": (
        "state=NEW",
        {"properties": {"state": {"const": "NEW"}}},
        "'NEW' is the only value of the field; without it no value is valid",
    ),
    "the items of an array": (
        "lines[]",
        {"properties": {"lines": {"items": TEXT}}},
        "the items of 'lines' cannot be removed alone",
    ),
    "what is not there": ("nothing", {}, "what describes it was not found"),
}


@pytest.mark.parametrize(("field", "schema", "why"), STAYS.values(), ids=STAYS)
def test_what_is_not_plain_is_left_to_a_person(
    field: str, schema: Any, why: str, tmp_path: Path
) -> None:
    with pytest.raises(RegistryError) as refused:
        _without(tmp_path, schema, field)
    assert why in refused.value.what
    assert refused.value.remedy


def _without(folder: Path, schema: Any, field: str) -> str:
    files = {
        "registry.yaml": "version: 1\n",
        "products/orders/product.yaml": PRODUCT,
        f"{FOLDER}/order/1.0.0.json": json.dumps({"type": "object", **schema}, indent=2),
        f"{FOLDER}/part/1.0.0.json": json.dumps({"properties": {"size": TEXT}}),
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    head = Snapshot(files_in(folder))
    target = targets.parse(f"orders/order#{field}")
    version = head.versions("orders", "order")[-1]
    return retirement.without(head, version, target)
