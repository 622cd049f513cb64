"""Every dialect: what is printed parses back to the same names and types; what bites is quoted."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
import sqlglot
from sqlglot import exp
from tests.sql.schemas import HOSTILE, pair
from tests.sql.test_sql_migrations import run, tables

from schemareg.formats.structure import Array, Decimal, Enum, Integer, Json, Scalar, String, Struct
from schemareg.sql import ddl, migrations
from schemareg.sql.dialects import DIALECTS, UnsupportedType, column_names, dialect
from schemareg.sql.lattice import Relation, join, relation
from schemareg.sql.table import table_name

if TYPE_CHECKING:
    from schemareg.adapters.database import Database

HOSTILE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": 'It\'s a "table"; -- or \\ not',
    "required": ["id"],
    "properties": {
        "id": {"type": "integer"},
        **{
            name: {"enum": [name, "it's; DROP TABLE x", "\\"], "description": name}
            for name in HOSTILE
        },
    },
}


def created(statement: str, name: str) -> exp.Create:
    parsed = sqlglot.parse(statement, read=name)
    assert len(parsed) == 1
    assert isinstance(parsed[0], exp.Create), statement
    return parsed[0]


@pytest.mark.parametrize("name", DIALECTS)
def test_what_is_printed_parses_back_to_the_same_names(name: str) -> None:
    chosen = dialect(name)
    for schema in (HOSTILE_SCHEMA, *(pair(seed)[0] for seed in range(25))):
        _, table = tables(schema)
        parsed = created(ddl.create(table, chosen), name)
        found = [each.name for each in parsed.this.expressions if isinstance(each, exp.ColumnDef)]
        assert found == list(column_names(table, chosen).values())
        kinds = [each.kind for each in parsed.this.expressions if isinstance(each, exp.ColumnDef)]
        unknown = [each for each in kinds if each and each.this is exp.DataType.Type.USERDEFINED]
        assert unknown == []


@pytest.mark.parametrize("name", DIALECTS)
def test_names_are_unique_fit_the_engine_and_stay_the_same_when_others_leave(name: str) -> None:
    chosen = dialect(name)
    _, table = tables(HOSTILE_SCHEMA)
    named = column_names(table, chosen)
    folded = [each.lower() if chosen.folds else each for each in named.values()]
    assert len({*folded}) == len(folded)
    assert all(chosen._size(each) <= chosen.max_name for each in named.values())
    for gone in HOSTILE[2:20]:
        rest = {key: it for key, it in HOSTILE_SCHEMA["properties"].items() if key != gone}
        _, fewer = tables({**HOSTILE_SCHEMA, "properties": rest})
        twins = [each for each in HOSTILE if each.lower() == gone.lower() and each != gone]
        for steps, identifier in column_names(fewer, chosen).items():
            assert identifier == named[steps] or steps[0] in twins


def test_hostile_names_comments_and_values_reach_the_catalogue_as_they_are(
    engine: Database,
) -> None:
    chosen = dialect(engine.dialect)
    _, table = tables(HOSTILE_SCHEMA)
    run(engine, ddl.ddl(table, chosen).statements)
    found = engine.columns(f"SELECT * FROM {chosen.name_of(table.name)}")
    assert found == list(column_names(table, chosen).values())
    if engine.dialect == "duckdb":
        rows = engine.query("SELECT comment FROM duckdb_columns() WHERE table_name = 't able'")
        assert {each for (each,) in rows if each} == {each for each in HOSTILE if each}


@pytest.mark.parametrize("name", DIALECTS)
def test_migrations_parse_back_or_say_what_the_engine_cannot(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    chosen = dialect(name)
    caplog.set_level(logging.WARNING)
    done, refused = 0, [""]
    for seed in range(30):
        (_, old), (_, new) = tables(pair(seed)[0]), tables(pair(seed)[1])
        try:
            steps = migrations.migration(old, new, chosen, label="v1_0_0").steps
        except UnsupportedType as error:
            refused.append(error.remedy)
            continue
        done += 1
        for step in steps:
            for statement in (*step.statements, *step.undo):
                assert len(sqlglot.parse(statement, read=name)) == 1
    assert done
    assert all(refused[1:])


@pytest.mark.parametrize(
    ("old", "new", "how"),
    [
        (Integer(16), Integer(32), Relation.WIDEN),
        (Integer(64), Integer(32), Relation.NARROW),
        (Integer(64), Decimal(20, 0), Relation.WIDEN),
        (Integer(64), Decimal(20, 2), Relation.OVERLAP),
        (Integer(64), Scalar("float64"), Relation.NEITHER),
        (Integer(32), Scalar("float64"), Relation.WIDEN),
        (Decimal(10, 2), Decimal(12, 2), Relation.WIDEN),
        (Decimal(10, 2), Decimal(12, 4), Relation.WIDEN),
        (Decimal(10, 2), Decimal(10, 4), Relation.OVERLAP),
        (Decimal(12, 2), Decimal(10, 2), Relation.NARROW),
        (Decimal(38, 0), Decimal(38, 10), Relation.NEITHER),
        (String(5), String(9), Relation.WIDEN),
        (String(), String(9), Relation.NARROW),
        (Enum(("a",)), Enum(("a", "b")), Relation.WIDEN),
        (Enum(("a", "b")), Enum(("b", "c")), Relation.OVERLAP),
        (Enum(("abc",)), String(2), Relation.OVERLAP),
        (Scalar("uuid"), String(), Relation.WIDEN),
        (Scalar("date"), Scalar("timestamp"), Relation.NEITHER),
        (Scalar("boolean"), Integer(8), Relation.NEITHER),
        (Array(Integer(8)), Array(Integer(64)), Relation.WIDEN),
        (Array(Integer(8)), Json("any"), Relation.WIDEN),
        (Struct(()), String(), Relation.NEITHER),
    ],
)
def test_the_lattice_says_widen_narrow_or_neither(old: Any, new: Any, how: Relation) -> None:
    assert relation(old, new) is how
    mine, theirs = join(old, new), join(new, old)
    if isinstance(mine, Enum) and isinstance(theirs, Enum):
        assert {*mine.values} == {*theirs.values}
    else:
        assert mine == theirs


def test_a_location_names_the_table_where_it_is_one() -> None:
    assert table_name("p", "s", "lake.shop_v{major}.orders", 2) == ("lake", "shop_v2", "orders")
    assert table_name("p", "s", "kafka://shop.orders", 2) == ("p", "s")
    assert table_name("p", "s", "a.b.c.d", 2) == ("p", "s")
