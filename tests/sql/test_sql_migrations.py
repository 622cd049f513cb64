"""Tables go from version to version on real engines, forwards and back, and keep their rows."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from tests.sql.catalog import described
from tests.sql.schemas import pair

from schemareg.documents import json_values
from schemareg.formats.json_schema.references import Library
from schemareg.formats.json_schema.structure import structure
from schemareg.sql import ddl, migrations, table, values
from schemareg.sql.dialects import UnsupportedType, dialect

if TYPE_CHECKING:
    from schemareg.adapters.database import Database
    from schemareg.formats.structure import Structure

PAIRS = 300 if os.environ.get("REG_LONG") else 40


def tables(schema: Any) -> tuple[Structure, table.Table]:
    found = structure(json_values.exact(schema), Library())
    return found, table.columns(found, ("shop", "t able"), key=(("id",),))


def run(database: Database, statements: tuple[str, ...]) -> None:
    with database.transaction():
        for statement in statements:
            database.query(statement)


def fill(database: Database, found: Structure, there: table.Table, count: int = 8) -> None:
    """Rows at the edges of every type; what only a schema would refuse may be among them."""
    from random import Random

    from schemareg.sql.rows import values as edges

    random = Random(1)
    rows = []
    for number in range(count):
        row = {}
        for member in found.members:
            choices = edges(member.type, random)
            if choices and (member.required or number % 3):
                row[member.name] = choices[number % len(choices)]
        row["id"] = number
        rows.append(row)
    database.query(values.insert(there, rows, dialect(database.dialect)))


def test_a_table_that_was_migrated_is_the_table_that_would_be_created_and_undo_gives_it_back(
    engine: Database,
) -> None:
    chosen = dialect(engine.dialect)
    done = 0
    for seed in range(PAIRS):
        before, after = pair(seed)
        (_, old), (_, new) = tables(before), tables(after)
        run(engine, ddl.schema(old.name, chosen))
        run(engine, (ddl.create(new, chosen),))
        wanted = described(engine, new)
        run(engine, (f"DROP TABLE {chosen.name_of(new.name)}", ddl.create(old, chosen)))
        given = described(engine, old)
        try:
            plan = migrations.migration(old, new, chosen, label="v1_0_0")
        except UnsupportedType:
            run(engine, (f"DROP TABLE {chosen.name_of(old.name)}",))
            continue
        for step in plan.steps:
            run(engine, step.statements)
        assert described(engine, new) == wanted, (seed, [each.statements for each in plan.steps])
        for step in reversed(plan.steps):
            run(engine, step.undo)
        assert described(engine, old) == given, (seed, [each.undo for each in plan.steps])
        run(engine, (f"DROP TABLE {chosen.name_of(old.name)}",))
        done += 1
    assert done > PAIRS * 0.9


def test_rows_survive_the_expand_step_as_they_were(engine: Database) -> None:
    chosen = dialect(engine.dialect)
    for seed in range(PAIRS):
        before, after = pair(seed)
        (one, old), (_, new) = tables(before), tables(after)
        run(engine, (*ddl.schema(old.name, chosen), ddl.create(old, chosen)))
        fill(engine, one, old)
        count = f"SELECT COUNT(*) FROM {chosen.name_of(old.name)}"
        try:
            plan = migrations.migration(old, new, chosen, label="v1_0_0")
        except UnsupportedType:
            run(engine, (f"DROP TABLE {chosen.name_of(old.name)}",))
            continue
        same = [
            each for each in old.columns if (c := new.column(each.steps)) and c.type == each.type
        ]
        seen = rows(engine, old, same)
        for step in plan.steps:
            if step.phase == "expand":
                run(engine, step.statements)
        assert rows(engine, plan.expanded, same) == seen, seed
        assert engine.query(count) == [(8,)]
        run(engine, (f"DROP TABLE {chosen.name_of(old.name)}",))


def rows(database: Database, there: table.Table, columns: list[table.Column]) -> list[Any]:
    from schemareg.sql.dialects import column_names

    chosen = dialect(database.dialect)
    names = column_names(there, chosen)
    listed = ", ".join(chosen.quote(names[each.steps]) for each in columns)
    found = database.query(
        f"SELECT {listed} FROM {chosen.name_of(there.name)} ORDER BY {chosen.quote('id')}"
    )
    return [values.record(columns, row, chosen) for row in found]
