"""A live table against a version: what an engine's catalogue says, drift, and a schema made of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from schemareg.sql.ddl import definition, key_clause
from schemareg.sql.dialects import column_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemareg.documents.json_values import JsonValue
    from schemareg.sql.dialects import SqlDialect
    from schemareg.sql.table import Table


class LiveColumn(NamedTuple):
    """One column as the catalogue has it."""

    name: str
    type: str
    """As the engine spells it, with its parameters."""
    nullable: bool
    comment: str = ""


class Drift(NamedTuple):
    """One difference between the registry and the live table."""

    kind: str
    """`table-missing`, `column-missing`, `column-unknown`, `type`, `nullability` or `key`."""
    column: str
    expected: str
    found: str


def catalogue(name: tuple[str, ...], dialect: SqlDialect) -> str:
    """The query whose rows are the columns of a table: name, type, whether it may be NULL, comment.

    For PostgreSQL, DuckDB and SQLite; the standard's information schema for others.
    """
    parts = dialect.name_parts(name)
    table = dialect.literal(parts[-1])
    if dialect.name == "sqlite":
        return (
            f"SELECT name, type, NOT \"notnull\", '' FROM pragma_table_info({table}) ORDER BY cid"
        )
    schema = dialect.literal(parts[-2]) if len(parts) > 1 else "current_schema()"
    if dialect.name == "postgres":
        return (
            "SELECT a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,"
            " coalesce(col_description(c.oid, a.attnum), '')"
            " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            f" WHERE n.nspname = {schema} AND c.relname = {table}"
            " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
        )
    if dialect.name == "duckdb":
        return (
            "SELECT column_name, data_type, is_nullable, coalesce(comment, '')"
            f" FROM duckdb_columns() WHERE schema_name = {schema} AND table_name = {table}"
            " AND database_name = current_database() ORDER BY column_index"
        )
    return (
        "SELECT column_name, data_type, is_nullable = 'YES', '' FROM information_schema.columns"
        f" WHERE table_schema = {schema} AND table_name = {table} ORDER BY ordinal_position"
    )


def live_columns(rows: Sequence[Sequence[Any]]) -> tuple[LiveColumn, ...]:
    """The columns that the rows of `catalogue` say."""
    return tuple(
        LiveColumn(str(name), str(kind), bool(nullable), str(comment or ""))
        for name, kind, nullable, comment in rows
    )


def drift(
    table: Table, found: Sequence[LiveColumn], reference: Sequence[LiveColumn], dialect: SqlDialect
) -> tuple[Drift, ...]:
    """What differs between a live table and a version, in the version's order.

    `reference` are the columns of a table that was created from the version on the same engine:
    so both sides are in the catalogue's own words. Order and comments do not count.
    """
    if not found:
        return (Drift("table-missing", "", dialect.name_of(table.name), "nothing"),)
    names = column_names(table, dialect)
    paths = {names[each.steps]: each.path for each in table.columns}
    wanted = {each.name: each for each in reference}
    there = {each.name: each for each in found}
    differences: list[Drift] = []
    for name, expected in wanted.items():
        live = there.get(name)
        if live is None:
            differences.append(Drift("column-missing", paths[name], expected.type, "nothing"))
            continue
        if live.type != expected.type:
            differences.append(Drift("type", paths[name], expected.type, live.type))
        if live.nullable != expected.nullable:
            words = {True: "may be NULL", False: "NOT NULL"}
            differences.append(
                Drift("nullability", paths[name], words[expected.nullable], words[live.nullable])
            )
    differences += [
        Drift("column-unknown", name, "nothing", live.type)
        for name, live in there.items()
        if name not in wanted
    ]
    return tuple(differences)


def probe(table: Table, name: str, dialect: SqlDialect) -> str:
    """The statement that creates a table of the same columns under another, plain name."""
    names = column_names(table, dialect)
    lines = [definition(each, names[each.steps], dialect) for each in table.columns]
    if key := key_clause(table, dialect):
        lines.append(key)
    kind = "TEMPORARY TABLE" if dialect.name in ("postgres", "duckdb", "sqlite") else "TABLE"
    return f"CREATE {kind} {dialect.quote(name)} ({', '.join(lines)}){dialect.suffix}"


_INTEGERS = {
    "smallint": 16,
    "int2": 16,
    "tinyint": 8,
    "integer": 32,
    "int": 32,
    "int4": 32,
    "bigint": 64,
    "int8": 64,
    "int64": 64,
    "hugeint": 128,
}
_TEXTS = {
    "date": {"type": "string", "format": "date"},
    "uuid": {"type": "string", "format": "uuid"},
    "bytea": {"type": "string", "contentEncoding": "base64"},
    "blob": {"type": "string", "contentEncoding": "base64"},
}


def schema(name: str, columns: Sequence[LiveColumn], dialect: SqlDialect) -> JsonValue:
    """A JSON Schema of the rows of a live table; a type that is not known allows any value."""
    properties: dict[str, JsonValue] = {}
    for column in columns:
        found = type_schema(column.type, dialect)
        if column.nullable and "type" in found:
            found = {**found, "type": [found["type"], "null"]}
        if column.comment:
            found = {"description": column.comment, **found}
        properties[column.name] = found
    required = [each.name for each in columns if not each.nullable]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": name,
        "type": "object",
        **({"required": required} if required else {}),
        "properties": properties,
    }


def type_schema(text: str, dialect: SqlDialect) -> dict[str, JsonValue]:
    """The JSON Schema of the values of an engine's type."""
    from fractions import Fraction

    plain = text.lower().strip()
    if plain.endswith("[]"):
        return {"type": "array", "items": type_schema(text[:-2], dialect)}
    base, _, rest = plain.partition("(")
    base = base.strip()
    numbers = [int(each) for each in re.findall(r"\d+", rest)]
    if base in _INTEGERS:
        if dialect.name == "sqlite":
            return {"type": "integer"}  # whatever it is called, it holds 64 bits
        most = 2 ** (_INTEGERS[base] - 1)
        return {"type": "integer", "minimum": -most, "maximum": most - 1}
    if base in ("numeric", "decimal", "number") and len(numbers) == 2:
        precision, scale = numbers
        most = Fraction(10**precision - 1, 10**scale)
        return {
            "type": "number" if scale else "integer",
            "minimum": -most,
            "maximum": most,
            **({"multipleOf": Fraction(1, 10**scale)} if scale else {}),
        }
    if base in ("numeric", "decimal", "real", "double", "double precision", "float", "float8"):
        return {"type": "number"}
    if base in ("boolean", "bool"):
        return {"type": "boolean"}
    if base.startswith("timestamp"):
        return {"type": "string", "format": "date-time"}
    if base in _TEXTS:
        return dict(_TEXTS[base])
    if base in ("text", "varchar", "character varying", "character", "char", "string"):
        return {"type": "string", **({"maxLength": numbers[0]} if numbers else {})}
    return {}
