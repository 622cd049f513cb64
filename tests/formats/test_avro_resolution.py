"""Avro's schema resolution, case by case: the verdict, and what the libraries make of the message."""

from __future__ import annotations

import json
import os
import random
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from tests.formats.avro_libraries import apache_reads, encoded, fastavro_reads, from_json, schema
from tests.formats.avro_random import Schemas, datum

from schemareg.formats.avro import data
from schemareg.formats.avro.compare import compare
from schemareg.formats.avro.data import UnionBranch
from schemareg.formats.avro.resolution import chosen_branches, matched_fields, refusal
from schemareg.formats.avro.rules import NAMED
from schemareg.formats.avro.schema import short
from schemareg.formats.verdict import Budget, Verdict
from schemareg.model import Outcome

if TYPE_CHECKING:
    from schemareg.formats.avro.schema import Type
    from schemareg.rules.rule import CompatibilityRule


def record(*fields: Any, name: str = "R", **attributes: Any) -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": list(fields), **attributes}


def field(name: str, type_: Any, **attributes: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, **attributes}


def enum(*symbols: str, name: str = "E", **attributes: Any) -> dict[str, Any]:
    return {"type": "enum", "name": name, "symbols": list(symbols), **attributes}


def fixed(size: int, name: str = "F", **attributes: Any) -> dict[str, Any]:
    return {"type": "fixed", "name": name, "size": size, **attributes}


def array(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


def mapping(values: Any) -> dict[str, Any]:
    return {"type": "map", "values": values}


def logical(kind: str, name: str, **attributes: Any) -> dict[str, Any]:
    return {"type": kind, "logicalType": name, **attributes}


def decimal(precision: int, scale: int) -> dict[str, Any]:
    return logical("bytes", "decimal", precision=precision, scale=scale)


def judged(writer: Any, reader: Any) -> Verdict:
    return compare(schema(reader), schema(writer))


def found(writer: Any, reader: Any) -> list[tuple[str, str]]:
    return [
        (each.rule.removeprefix("avro-"), each.field) for each in judged(writer, reader).findings
    ]


class Case(NamedTuple):
    name: str
    writer: Any
    reader: Any
    breaks: tuple[tuple[str, str], ...] = ()
    """Rule and field of each."""


LIST = record(field("value", "long"), field("next", ["null", "R"]))
CASES = (
    Case("a record reads itself", LIST, LIST),
    Case("fields in another order", record(field("a", "int"), field("b", "string")),
         record(field("b", "string"), field("a", "int"))),
    Case("a field more, with a default", record(), record(field("a", "int", default=1))),
    Case("a field more, without a default", record(), record(field("a", "int")), (("field-missing", "a"),)),
    Case("an optional field without a default is required all the same", record(),
         record(field("a", ["null", "int"])), (("field-missing", "a"),)),
    Case("a field less", record(field("a", "int")), record()),
    Case("a field renamed", record(field("a", "int")), record(field("b", "int")), (("field-missing", "b"),)),
    Case("a field renamed, with an alias", record(field("a", "int")), record(field("b", "int", aliases=["a"]))),
    Case("an alias of the writer's field does not count", record(field("a", "int", aliases=["b"])),
         record(field("b", "int")), (("field-missing", "b"),)),
    Case("an alias beside the name", record(field("a", "int"), field("b", "int")),
         record(field("b", "int", aliases=["a"])), (("alias-ambiguous", "b"),)),
    Case("int to long", "int", "long"),
    Case("int to float", "int", "float"),
    Case("int to double", "int", "double"),
    Case("long to float", "long", "float"),
    Case("long to double", "long", "double"),
    Case("float to double", "float", "double"),
    Case("string to bytes", "string", "bytes"),
    Case("bytes to string", "bytes", "string"),
    Case("long to int", "long", "int", (("type-changed", ""),)),
    Case("double to float", "double", "float", (("type-changed", ""),)),
    Case("float to long", "float", "long", (("type-changed", ""),)),
    Case("boolean to int", "boolean", "int", (("type-changed", ""),)),
    Case("int to string", "int", "string", (("type-changed", ""),)),
    Case("null to string", "null", "string", (("type-changed", ""),)),
    Case("string to a fixed", "string", fixed(2), (("type-changed", ""),)),
    Case("a fixed to bytes", fixed(2), "bytes", (("type-changed", ""),)),
    Case("a fixed of another size", fixed(2), fixed(3), (("fixed-size-changed", ""),)),
    Case("a fixed of another name", fixed(2), fixed(2, "G"), (("name-changed", ""),)),
    Case("an enum where a fixed of the same name was", fixed(2), enum("A", name="F"), (("type-changed", ""),)),
    Case("a symbol more", enum("A"), enum("A", "B")),
    Case("a symbol less", enum("A", "B"), enum("A"), (("symbol-removed", ""),)),
    Case("two symbols less", enum("A", "B", "C"), enum("A"), (("symbol-removed", ""), ("symbol-removed", ""))),
    Case("a symbol less, with a default", enum("A", "B"), enum("A", default="A")),
    Case("symbols in another order", enum("A", "B"), enum("B", "A")),
    Case("the writer's default does not help", enum("A", "B", default="A"), enum("A"), (("symbol-removed", ""),)),
    Case("a field's default does not help its enum", record(field("a", enum("A", "B"))),
         record(field("a", enum("A"), default="A")), (("symbol-removed", "a"),)),
    Case("another record name", record(), record(name="S"), (("name-changed", ""),)),
    Case("another namespace", record(name="a.R"), record(name="b.R")),
    Case("a full alias", record(name="a.R"), record(name="b.S", aliases=["a.R"])),
    Case("an alias without namespace is in the type's own", record(name="a.R"),
         record(name="a.S", aliases=["R"])),
    Case("items promoted", array("int"), array("double")),
    Case("items narrowed", array("long"), array("int"), (("type-changed", "[]"),)),
    Case("values promoted", mapping("int"), mapping("long")),
    Case("values narrowed", mapping("double"), mapping("float"), (("type-changed", "*"),)),
    Case("an array where a map was", mapping("int"), array("int"), (("type-changed", ""),)),
    Case("a union around", "string", ["null", "string"]),
    Case("a union around, promoted", "int", ["null", "double"]),
    Case("a union around that has no match", "string", ["null", "int"], (("branch-removed", ""),)),
    Case("a union taken away", ["null", "string"], "string", (("type-changed", ""),)),
    Case("a union of one taken away", ["string"], "string"),
    Case("branches in another order", ["null", "string"], ["string", "null"]),
    Case("a branch more", ["null"], ["null", "string"]),
    Case("a branch less", ["null", "string", "int"], ["null", "string"], (("branch-removed", ""),)),
    Case("a branch less that another one reads", ["null", "int", "long"], ["null", "long"]),
    Case("a record in a union", ["null", record(field("a", "int"))], ["null", record(field("a", "string"))],
         (("type-changed", "a"),)),
    Case("the first branch that matches counts, not the best",
         logical("string", "uuid"), [decimal(9, 2), logical("string", "uuid")],
         (("logical-type-changed", ""),)),
    Case("a fixed meets a record of its name in a union", fixed(2, "a.N"),
         [array("int"), record(name="a.N")], (("branch-removed", ""),)),
    Case("a recursive list", LIST, record(field("value", "double"), field("next", ["null", "R"]))),
    Case("a recursive list, narrowed", LIST, record(field("value", "int"), field("next", ["null", "R"])),
         (("type-changed", "value"),)),
    Case("a break behind a recursion", record(field("next", ["null", "R"]), field("a", array("int"))),
         record(field("next", ["null", "R"]), field("a", array("string"))), (("type-changed", "a[]"),)),
    Case("nothing can be written", record(field("next", "R")), "int"),
    Case("a branch that nothing can be written to", ["null", record(field("next", "R"))], "null"),
    Case("items that nothing can be written to are matched all the same",
         array(record(field("next", "R"))), array("int"), (("type-changed", ""),)),
    Case("one type in two fields breaks both",
         record(field("a", record(name="S")), field("b", "S")),
         record(field("a", record(field("x", "int"), name="S")), field("b", "S")),
         (("field-missing", "a.x"), ("field-missing", "b.x"))),
    Case("deep inside", record(field("a", array(mapping(record(field("x", "int"), name="S"))))),
         record(field("a", array(mapping(record(field("x", "boolean"), name="S"))))),
         (("type-changed", "a[].*.x"),)),
    Case("a unit of time changed", logical("long", "timestamp-millis"), logical("long", "timestamp-micros"),
         (("logical-type-changed", ""),)),
    Case("a zone lost", logical("long", "timestamp-millis"), logical("long", "local-timestamp-millis"),
         (("logical-type-changed", ""),)),
    Case("units that fastavro does not know", logical("long", "timestamp-nanos"),
         logical("long", "local-timestamp-nanos"), (("logical-type-changed", ""),)),
    Case("a logical type removed", logical("long", "timestamp-millis"), "long"),
    Case("a logical type added", "int", logical("int", "date"), (("logical-type-changed", ""),)),
    Case("uuid added", "string", logical("string", "uuid"), (("logical-type-changed", ""),)),
    Case("big-decimal added", "bytes", logical("bytes", "big-decimal"), (("logical-type-changed", ""),)),
    Case("nanoseconds added: every long is some", "long", logical("long", "timestamp-nanos")),
    Case("an unknown logical type is ignored", logical("long", "timestamp-millis"), logical("long", "moon")),
    Case("an invalid logical type is ignored", "bytes", decimal(2, 3)),
    Case("another scale", decimal(9, 2), decimal(9, 3), (("logical-type-changed", ""),)),
    Case("fewer digits", decimal(9, 2), decimal(5, 2), (("logical-type-changed", ""),)),
    Case("more digits", decimal(5, 2), decimal(9, 2)),
    Case("a date promoted to a timestamp", logical("int", "date"), logical("long", "timestamp-millis"),
         (("logical-type-changed", ""),)),
    Case("documentation and properties", record(field("a", {"type": "int", "unit": "s"}, doc="x"), doc="y"),
         record(field("a", "int"))),
    Case("a type in an object of its own", {"type": {"type": "int"}}, "int"),
    Case("an error is a record", {"type": "error", "name": "R", "fields": []}, record()),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_verdict_is_that_of_the_specification(case: Case) -> None:
    verdict = judged(case.writer, case.reader)
    assert tuple(found(case.writer, case.reader)) == case.breaks
    assert verdict.outcome is (Outcome.BREAKING if case.breaks else Outcome.COMPATIBLE)
    assert verdict.reason == ""


@pytest.mark.parametrize(
    "case", [each for each in CASES if each.breaks], ids=lambda case: case.name
)
def test_every_witness_is_a_message_that_a_library_refuses_or_misreads(case: Case) -> None:
    writer, reader = schema(case.writer), schema(case.reader)
    for each in judged(case.writer, case.reader).findings:
        if each.rule in ("avro-logical-type-changed", "avro-alias-ambiguous"):
            continue  # read, with another meaning: the tests below show it
        message = encoded(writer, from_json(writer, json.loads(each.record)))
        results = fastavro_reads(writer, reader, message), apache_reads(writer, reader, message)
        assert any(isinstance(result, Exception) for result in results)
        assert isinstance(results[1], Exception)


def test_the_witness_of_another_unit_is_another_instant() -> None:
    writer, reader = (schema(logical("long", f"timestamp-{unit}")) for unit in ("millis", "micros"))
    (only,) = compare(reader, writer).findings
    message = encoded(writer, json.loads(only.record))
    meant, taken = fastavro_reads(writer, writer, message), fastavro_reads(reader, reader, message)
    assert (meant.year, taken.year) == (2023, 1970)


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_fastavro_fails_on_an_ambiguous_alias_or_takes_the_other_field(
    order: tuple[str, ...],
) -> None:
    writer = schema(record(*(field(name, "int") for name in order)))
    reader = schema(record(field("b", "int", aliases=["a"])))
    (only,) = compare(reader, writer).findings
    result = fastavro_reads(writer, reader, encoded(writer, json.loads(only.record)))
    assert isinstance(result, KeyError) if order == ("b", "a") else result == {"b": 1}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_called_compatible_is_read_by_fastavro(case: Case) -> None:
    if case.breaks:
        return
    writer, reader = schema(case.writer), schema(case.reader)
    smallest = data.Smallest(writer)
    if smallest.size(writer) is None:
        return
    chance = random.Random(case.name)
    for _ in range(5):
        message = encoded(writer, datum(chance, writer, smallest))
        assert not isinstance(fastavro_reads(writer, reader, message), Exception)


EVERY = pytest.mark.parametrize("rule", NAMED, ids=lambda rule: rule.id)


@EVERY
def test_the_breaking_example_of_a_rule_is_found_and_nothing_else(rule: CompatibilityRule) -> None:
    verdict = judged(rule.breaking.writer, rule.breaking.reader)
    assert [(each.rule, each.witness, each.remedy) for each in verdict.findings] == [
        (rule.id, rule.breaking.witness, rule.remedy)
    ]


@EVERY
def test_the_harmless_example_of_a_rule_breaks_nothing(rule: CompatibilityRule) -> None:
    assert judged(rule.harmless.writer, rule.harmless.reader) == Verdict(Outcome.COMPATIBLE)
    for example in (rule.breaking, rule.harmless):
        for side in (example.writer, example.reader):
            assert judged(side, side) == Verdict(Outcome.COMPATIBLE)


def test_the_place_of_a_break_is_known_in_the_schema_and_in_the_message() -> None:
    old = record(field("lines", array(record(field("state", ["null", enum("A", "B")]), name="L"))))
    new = record(field("lines", array(record(field("state", ["null", enum("A")]), name="L"))))
    (only,) = judged(old, new).findings
    assert only.pointer == ("fields", 0, "type", "items", "fields", 0, "type", 1, "symbols")
    assert only.field == "lines[].state"
    assert only.instance == ("lines", 0, "state", "E")
    assert only.witness == {"lines": [{"state": {"E": "B"}}]}
    assert only.message == "'B' is no longer a symbol of E, which has no default"
    assert only.forward == "'B' is new in E, and the older version has neither it nor a default"


# --- random schemas against the libraries


FASTAVRO = "fastavro takes the first branch of a name, whatever its kind and size"


def differing(writer: Type, reader: Type) -> set[str]:
    """What of a pair Apache's Python library does not do as the specification says: see the reference."""
    seen, features = set(), set()
    pending = [(writer, reader)]
    while pending:
        one, other = pair = pending.pop()
        if pair in seen:
            continue
        seen.add(pair)
        if one.kind == "union":
            features |= set() if other.kind == "union" else {"union to one type"}
            pending += [(branch, other) for branch in one.branches]
        elif other.kind == "union":
            chosen = chosen_branches(one, other)
            pending += [(one, branch) for branch in chosen]
            if one.name and any(short(each.name) == short(one.name) for each in other.branches):
                first = next(each for each in other.branches if short(each.name) == short(one.name))
                features |= set() if first in chosen[:1] else {FASTAVRO}
            features |= (
                {"promoted in a union"}
                if other.branches and one.kind in ("array", "map")
                else set()
            )
        elif refusal(one, other) is None:
            if {one.kind, other.kind} == {"string", "bytes"}:
                features.add("string and bytes")
            if one.name != other.name:
                features.add("names")
            if other.default is not None:
                features.add("enum default")
            if one.kind in ("array", "map"):
                features |= {"items"} if one.inner.kind != other.inner.kind else set()
                pending.append((one.inner, other.inner))
            for theirs, own, _ in matched_fields(one, other) if one.kind == "record" else ():
                if own is None:
                    features.add("defaults")
                else:
                    features |= {"aliases"} if own.name != theirs.name else set()
                    pending.append((own.type, theirs.type))
    return features


def differ(seed: int, pairs: int) -> dict[str, int]:
    """Random pairs against both libraries; how many of each outcome there were."""
    chance = random.Random(seed)
    schemas = Schemas(chance)
    counts = dict.fromkeys(("compatible", "breaking", "undecided", "by both"), 0)
    for _ in range(pairs):
        value = schemas.root()
        other = schemas.changed(value) if chance.random() < 0.9 else schemas.root()
        try:
            writer, reader = schema(value), schema(other)
        except AssertionError:
            continue  # an edit that is no schema
        verdict = compare(reader, writer, Budget(findings=5))
        counts[verdict.outcome.value] += 1
        assert "reads the message all the same" not in verdict.reason, (value, other)
        if verdict.outcome is Outcome.UNDECIDED:
            assert "by its full name" in verdict.reason
        known = differing(writer, reader)
        for each in verdict.findings:
            if each.rule == "avro-logical-type-changed":
                continue
            message = encoded(writer, from_json(writer, json.loads(each.record)))
            refused = [
                isinstance(reads(writer, reader, message), Exception)
                for reads in (fastavro_reads, apache_reads)
            ]
            assert any(refused), (value, other, each)
            counts["by both"] += all(refused)
        smallest = data.Smallest(writer)
        if verdict.outcome is Outcome.COMPATIBLE and smallest.size(writer) is not None:
            for _ in range(3):
                message = encoded(writer, datum(chance, writer, smallest))
                result = fastavro_reads(writer, reader, message)
                assert FASTAVRO in known or not isinstance(result, Exception), (value, other)
                if not known:
                    result = apache_reads(writer, reader, message)
                    assert not isinstance(result, Exception), (value, other, result)
    return counts


def test_random_pairs_are_decided_as_the_libraries_read_them() -> None:
    counts = differ(15, 400)
    assert counts["undecided"] < 4
    assert min(counts["compatible"], counts["breaking"], counts["by both"]) > 50


@pytest.mark.long
@pytest.mark.skipif("REG_LONG" not in os.environ, reason="takes long: set REG_LONG")
def test_twenty_thousand_random_pairs_are_decided_as_the_libraries_read_them() -> None:
    counts = differ(1512, 20_000)
    assert counts["undecided"] < 20
    assert counts["by both"] > 5_000


# --- where the libraries differ: the table of registry/docs/reference-avro.md


class Difference(NamedTuple):
    case: str
    writer: Any
    reader: Any
    message: Any
    value: Any
    """What the specification reads, as Python holds it; None where it refuses."""
    compatible: bool


DIFFERENCES = (
    Difference("string read as bytes", "string", "bytes", "x", b"x", True),
    Difference("bytes read as string, UTF-8", "bytes", "string", b"x", "x", True),
    Difference("bytes read as string, not UTF-8", "bytes", "string", b"\xff", "?", True),
    Difference("a field renamed with an alias", record(field("a", "int")),
               record(field("b", "int", aliases=["a"])), {"a": 1}, {"b": 1}, True),
    Difference("a type renamed with an alias", record(), record(name="S", aliases=["R"]), {}, {}, True),
    Difference("a type in another namespace", record(name="a.R"), record(name="b.R"), {}, {}, True),
    Difference("an unknown symbol, and the enum has a default", enum("A", "B"), enum("A", default="A"),
               "B", "A", True),
    Difference("items of an array promoted", array("int"), array("long"), [1], [1], True),
    Difference("a union read by one of its types", ["string"], "string", UnionBranch(0, "x"), "x", True),
    Difference("a fixed read as an enum of the same name", fixed(1), enum("A", name="F"), b"x", None, False),
    Difference("a union whose first type of that name is of another kind", record(name="a.N"),
               [enum("A", name="b.N"), record(name="a.N")], {}, {}, True),
    Difference("a default of bytes", record(), record(field("a", "bytes", default="x")), {}, {"a": b"x"}, True),
    Difference("another unit of time", logical("long", "timestamp-millis"),
               logical("long", "timestamp-micros"), 1, 1, False),
)  # fmt: skip


def outcome(result: Any, wanted: Any) -> str:
    if isinstance(result, Exception):
        return "refuses"
    return "reads" if result == wanted else "misreads"


@pytest.mark.parametrize("row", DIFFERENCES, ids=lambda row: row.case)
def test_the_table_of_differences_says_what_the_libraries_do(row: Difference) -> None:
    writer, reader = schema(row.writer), schema(row.reader)
    message = encoded(writer, row.message)
    of_fastavro, of_apache = (
        reads(writer, reader, message) for reads in (fastavro_reads, apache_reads)
    )
    if isinstance(of_fastavro, datetime):
        of_fastavro = row.message  # the writer's instant, whatever the reader's unit
    specified = "refuses" if row.value is None else "reads"
    cells = [row.case, specified, outcome(of_fastavro, row.value), outcome(of_apache, row.value)]
    page = Path(__file__).parents[2] / "registry" / "docs" / "reference-avro.md"
    assert f"| {' | '.join(cells)} |" in page.read_text("utf-8").splitlines()
    verdict = compare(reader, writer)
    assert (verdict.outcome is Outcome.COMPATIBLE) is row.compatible


def test_the_table_of_differences_has_every_row() -> None:
    page = (Path(__file__).parents[2] / "registry" / "docs" / "reference-avro.md").read_text(
        "utf-8"
    )
    table = page.partition("| case |")[2].partition("\n\n")[0].splitlines()[2:]
    assert [each.split(" | ")[0].removeprefix("| ") for each in table] == [
        each.case for each in DIFFERENCES
    ]
