"""The engine's tables: everything that there is to say of a pair of schemas, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from tests.referees import jsonschema_accepts, jsonschema_rs_accepts

from schemareg.compatibility.levels import check
from schemareg.documents import json_values
from schemareg.formats.json_schema.solver.compare import compare
from schemareg.formats.verdict import Budget, SchemaSource, Verdict
from schemareg.model import Content, Direction, Outcome
from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = Path(__file__).parents[2] / "cases"
KEYS = {
    *("why", "writer", "reader", "dialect", "drafts", "content", "formats"),
    *("finds", "record", "undecided", "more", "others", "python", "bug", "found", "itself"),
}


def rows() -> Iterator[Any]:
    for path in [*sorted((CASES / "json").glob("*.yaml")), CASES / "bugs-found.yaml"]:
        for row in yaml.safe_load(path.read_text(encoding="utf-8")):
            assert row.keys() <= KEYS, f"{path.name}: {row}"
            for dialect in row.get("drafts", [row.get("dialect", "2020-12")]):
                name = f"{path.stem}: {row['why']}" + f" ({dialect})" * ("drafts" in row)
                yield pytest.param({**row, "dialect": dialect}, id=name, marks=waiting(row))


def waiting(row: dict[str, Any]) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xfail(reason=row["bug"])] if "bug" in row else []


ROWS = list(rows())
WHOLE = [
    pytest.param(row.values[0], id=row.id)
    for row in ROWS
    if not row.values[0].keys() & {"undecided", "bug"}
]


def schema(written: Any) -> Any:
    return json_values.parse(written) if isinstance(written, str) else json_values.exact(written)


def judged(row: dict[str, Any], reader: Any, writer: Any) -> Verdict:
    others = {uri: schema(other) for uri, other in row.get("others", {}).items()}
    return compare(
        SchemaSource(reader, "file:///reader.json" if others else "", row["dialect"]),
        SchemaSource(writer, "file:///writer.json" if others else "", row["dialect"]),
        content=Content(row.get("content", "open")),
        formats=row.get("formats", False),
        lookup=others.get,
    )


@pytest.mark.parametrize("row", ROWS)
def test_all_breaks_of_a_pair_are_found_and_nothing_else(row: dict[str, Any]) -> None:
    verdict = judged(row, schema(row["reader"]), schema(row["writer"]))
    reason = row.get("undecided", row.get("more", ""))
    assert reason in verdict.reason if reason else verdict.reason == ""
    finds = row.get("finds", [])
    assert sorted(f"{each.rule} {each.field}".strip() for each in verdict.findings) == sorted(finds)
    outcome = "breaking" if finds else "undecided" if "undecided" in row else "compatible"
    assert verdict.outcome.value == outcome
    if "record" in row:
        assert json_values.render(json_values.exact(row["record"])) == verdict.findings[0].record
    for each in verdict.findings:
        told_apart(row, json_values.parse(each.record))


@pytest.mark.parametrize("row", WHOLE)
@pytest.mark.parametrize("content", ["open", "declared"])
def test_a_schema_of_a_pair_reads_itself(row: dict[str, Any], content: str) -> None:
    if content not in row.get("itself", content):
        pytest.skip("not mended yet: see bugs-found.yaml")
    for written in (row["reader"], row["writer"]):
        verdict = judged({**row, "content": content}, schema(written), schema(written))
        assert verdict == Verdict(verdict.outcome.COMPATIBLE)


def told_apart(row: dict[str, Any], record: Any) -> None:
    """Validators that know nothing of the engine: the writer's schema accepts, the reader's not."""
    others = {uri: schema(other) for uri, other in row.get("others", {}).items()}
    for accepts in (jsonschema_accepts, jsonschema_rs_accepts):
        if accepts is jsonschema_accepts and not row.get("python", True):
            continue
        for written, expected in ((row["writer"], True), (row["reader"], False)):
            said = accepts(
                schema(written),
                record,
                row["dialect"],
                formats=row.get("formats", False),
                others=others,
            )
            assert said is expected, f"{accepts.__name__} says {said} of {record} and {written}"


V1 = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
V2 = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("level", "directions"),
    [
        ("NONE", []),
        ("BACKWARD", []),
        ("BACKWARD_TRANSITIVE", []),
        ("FORWARD", [Direction.FORWARD]),
        ("FORWARD_TRANSITIVE", [Direction.FORWARD]),
        ("FULL", [Direction.FORWARD]),
        ("FULL_TRANSITIVE", [Direction.FORWARD]),
    ],
)
def test_a_level_says_who_reads_whom(level: str, directions: list[Direction]) -> None:
    # What was required is optional now: the old schema does not read what the new one writes.
    assert [each.direction for each in check(V1, V2, level).findings] == directions


def test_both_directions_are_judged_and_say_which_they_are() -> None:
    verdict = check({"enum": [1, 2]}, {"enum": [2, 3]}, "FULL")
    assert [(each.direction.value, each.witness) for each in verdict.findings] == [
        ("BACKWARD", 1),
        ("FORWARD", 3),
    ]


def test_what_is_asked_for_must_exist() -> None:
    with pytest.raises(RegistryError, match="'Backward' is not a level"):
        check({}, {}, "Backward")
    with pytest.raises(RegistryError, match="'closed' is not a content model"):
        check({}, {}, content="closed")


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ({"minimum": float("nan")}, ValueError),
        ({"minimum": float("inf")}, ValueError),
        ({"enum": [{1, 2}]}, TypeError),
        ({1: "a"}, TypeError),
    ],
)
def test_what_is_not_json_is_not_judged(value: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        check(value, {})


def test_floats_count_as_they_print() -> None:
    assert check({"multipleOf": 0.3}, {"multipleOf": 0.1}).outcome is Outcome.COMPATIBLE
    assert check({"const": 1.1}, {"multipleOf": 0.1}).outcome is Outcome.COMPATIBLE


def test_a_break_says_where_it_stands_in_the_schema_and_in_the_record() -> None:
    old = {"properties": {"lines": {"items": {"properties": {"sku": {"type": "string"}}}}}}
    new = {
        "properties": {"lines": {"items": {"$ref": "#/$defs/line"}}},
        "$defs": {"line": {"properties": {"sku": {"type": "string", "maxLength": 8}}}},
    }
    (found,) = check(old, new, content="open").findings
    assert found.pointer == ("$defs", "line", "properties", "sku", "maxLength")
    assert found.field == "lines[].sku"
    assert found.instance == ("lines", 0, "sku")
    assert len(found.witness["lines"][0]["sku"]) == 9


def test_the_record_is_drawn_from_what_the_schema_s_authors_wrote() -> None:
    old = {
        "type": "object",
        "properties": {
            "id": {"type": "string", "examples": ["o-1"]},
            "status": {"enum": ["placed", "shipped"]},
            "note": {"type": "string", "default": "none"},
        },
        "required": ["id", "status", "note"],
    }
    (found,) = check(old, {**old, "required": ["id", "status", "note", "total"]}).findings
    assert found.witness == {"id": "o-1", "status": "placed", "note": "none"}


def test_a_record_has_nothing_that_is_not_needed() -> None:
    names = [f"p{number}" for number in range(40)]
    declared = {name: {"type": "integer"} for name in names}
    old = {"type": "object", "properties": declared}
    new = {"type": "object", "properties": {**declared, "p7": {"type": "string"}}}
    (found,) = check(old, new).findings
    assert found.witness == {"p7": 0}


def test_no_more_breaks_are_told_than_asked_for() -> None:
    old = {"type": "object"}
    new = {"type": "object", "required": [f"p{number}" for number in range(9)]}
    verdict = check(old, new, budget=Budget(findings=3))
    assert len(verdict.findings) == 3
    assert "further breaks may exist" in verdict.reason
