"""Which columns queries read: a table of query forms, each exact or named as unresolved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.sql.test_sql_migrations import tables

from schemareg.sql.lineage import SourceRelation, defined, read

FORMS = [
    tuple(part.strip() for part in line.split(" |", 1))
    for line in (Path(__file__).parent.parent / "cases/sql/queries.txt")
    .read_text("utf-8")
    .splitlines()
    if not line.startswith("#")
]


def of(*names: str, **inner: Any) -> Any:
    plain: dict[str, Any] = {name: {"type": "string"} for name in names}
    return tables({"type": "object", "properties": {**plain, **inner}})[1]


TOTAL = {
    "type": "object",
    "properties": {"currency": {"type": "string"}, "cents": {"type": "integer"}},
}
LINE = {
    "type": "object",
    "properties": {"sku": {"type": "string"}, "quantity": {"type": "integer"}},
}
ORDERS = of(
    *("id", "customer_id", "note", "amount", "placed_at", "status"),
    total=TOTAL,
    lines={"type": "array", "items": LINE},
    tags={"type": "array", "items": {"type": "string"}},
)
RELATIONS = [
    SourceRelation(("shop", "orders"), "o", 2, ORDERS),
    SourceRelation(("shop", "customers"), "c", 1, of("customer_id", "name", "email", "country")),
    SourceRelation(("shop", "payments"), "p", 1, of("payment_id", "order_id", "amount")),
    SourceRelation(("shop_v1", "orders"), "v", 1, of("id", "cents")),
]
EVERYTHING = {
    each.schema: {f"{each.schema}.{column.path}" for column in each.table.columns}
    for each in RELATIONS
}


def test_there_are_enough_forms() -> None:
    assert len({query for _, query in FORMS}) >= 120


@pytest.mark.parametrize(("expected", "query"), FORMS, ids=[query[:60] for _, query in FORMS])
def test_the_columns_that_a_query_reads_are_exact_and_what_cannot_be_told_is_named(
    expected: str, query: str
) -> None:
    found = read(query.replace("\\n", "\n"), RELATIONS, "duckdb")
    wanted: set[str] = set()
    for each in expected.split():
        if each.endswith(".*"):
            wanted |= EVERYTHING[each[0]] if "INSERT INTO shop" not in query else {each}
        elif each != "?":
            wanted.add(each)
    uses = {f"{use.schema}.{use.field}" for use in found.uses}
    for letter, everything in EVERYTHING.items():
        if f"{letter}.*" in uses and f"{letter}.*" not in wanted:
            uses = uses - {f"{letter}.*"} | everything
    assert uses == wanted
    assert bool(found.unresolved) is ("?" in expected.split()), found.unresolved


def test_a_use_has_the_place_of_its_name() -> None:
    found = read("SELECT\n  note,\n  o.total.currency\nFROM shop.orders o", RELATIONS, "duckdb")
    assert [(use.field, use.line, use.column) for use in found.uses] == [
        ("note", 2, 3),
        ("total.currency", 3, 5),
    ]


def test_views_of_views_are_followed_and_named() -> None:
    views = [
        "CREATE VIEW a AS SELECT id, note, amount FROM shop.orders",
        "CREATE VIEW b AS SELECT id, note FROM a",
    ]
    found = read("SELECT note FROM b", RELATIONS, "duckdb", defined(views, "duckdb"))
    assert [(use.field, use.via) for use in found.uses] == [("note", ("b", "a"))]
    circle = defined(
        ["CREATE VIEW a AS SELECT * FROM b", "CREATE VIEW b AS SELECT * FROM a"], "duckdb"
    )
    assert read("SELECT x FROM a", RELATIONS, "duckdb", circle).uses == ()


@pytest.mark.parametrize(
    "dialect", ["postgres", "duckdb", "sqlite", "mysql", "spark", "snowflake", "bigquery", "tsql"]
)
def test_the_same_query_reads_the_same_in_every_dialect(dialect: str) -> None:
    query = "SELECT o.id, c.name FROM shop.orders AS o JOIN shop.customers AS c ON c.customer_id = o.customer_id"
    uses = {f"{use.schema}.{use.field}" for use in read(query, RELATIONS, dialect).uses}
    assert uses == {"o.id", "o.customer_id", "c.name", "c.customer_id"}


def test_a_text_that_is_too_long_or_too_deep_is_unresolved() -> None:
    assert read("x" * 10_000_001, RELATIONS, "duckdb").unresolved
    assert read("SELECT " + "(" * 5_000 + "1" + ")" * 5_000, RELATIONS, "duckdb").unresolved


def test_a_query_of_very_many_parts_is_unresolved_and_costs_no_more_than_to_read_it() -> None:
    found = read("SELECT " + "id + " * 20_000 + "1 FROM shop.orders", RELATIONS, "duckdb")
    assert [each.what for each in found.unresolved] == [
        "the query has more than 5,000 parts",
        "what it reads of shop.orders cannot be told",
    ]
