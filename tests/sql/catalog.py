"""What an engine's own catalogue says of a table, and tables and records at random."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from schemareg.adapters.database import Database
    from schemareg.sql.table import Table


def described(database: Database, table: Table) -> Any:
    """Columns with type and nullability, keys and checks, in no order that depends on the past."""
    from schemareg.sql.dialects import dialect

    chosen = dialect(database.dialect)
    parts = chosen.name_parts(table.name)
    literal = chosen.literal(parts[-1])
    if database.dialect == "sqlite":
        columns = database.query(
            f'SELECT name, type, "notnull", pk FROM pragma_table_info({literal})'
        )
        (text,) = database.query(f"SELECT sql FROM sqlite_master WHERE name = {literal}")[0]
        checks = sorted(line.strip().rstrip(",") for line in text.splitlines() if "CHECK" in line)
        return sorted(columns), checks
    where = f"table_schema = {chosen.literal(parts[-2])} AND table_name = {literal}"
    columns = database.query(
        "SELECT column_name, data_type, is_nullable, character_maximum_length, numeric_precision,"
        f" numeric_scale FROM information_schema.columns WHERE {where}"
    )
    if database.dialect == "duckdb":
        checks = database.query(
            "SELECT constraint_type, constraint_text FROM duckdb_constraints()"
            f" WHERE schema_name = {chosen.literal(parts[-2])} AND table_name = {literal}"
        )
    else:
        named = chosen.literal(chosen.name_of(table.name))
        checks = database.query(
            "SELECT conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint"
            f" WHERE contype <> 'n' AND conrelid = {named}::regclass"
        )
    return sorted(map(repr, columns)), sorted(map(repr, checks))
