"""A table as the statements that create it, and what the engine does not hold of the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from schemareg.formats.structure import (
    Array,
    Decimal,
    Enum,
    Integer,
    Json,
    Limit,
    Map,
    Scalar,
    String,
    Struct,
)
from schemareg.sql.dialects import column_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.sql.dialects import SqlDialect
    from schemareg.sql.table import Column, Table


class Script(NamedTuple):
    """Statements in the order in which they run, without `;`, and what they do not hold."""

    statements: tuple[str, ...]
    limits: tuple[Limit, ...] = ()

    @property
    def text(self) -> str:
        """The statements as a file."""
        return "".join(f"{each};\n" for each in self.statements)


def ddl(table: Table, dialect: SqlDialect) -> Script:
    """The statements that create a table, its schema and its comments on an engine."""
    statements = [*schema(table.name, dialect), create(table, dialect)]
    statements += comments(table, dialect)
    return Script(tuple(statements), tuple(_limits(table, dialect)))


def schema(name: tuple[str, ...], dialect: SqlDialect) -> tuple[str, ...]:
    """The statement that creates the schema of a table where it is missing; none where there are none."""
    parts = dialect.name_parts(name)
    if len(parts) < 2 or not dialect.schemas:
        return ()
    quoted = ".".join(dialect.quote(each) for each in parts[:-1])
    if "{s}" in dialect.schemas:
        inner = dialect.literal(f"CREATE SCHEMA {dialect.quote(parts[-2])}")
        return (dialect.schemas.format(s=dialect.literal(parts[-2]), q=inner),)
    return (dialect.schemas.format(n=quoted),)


def create(table: Table, dialect: SqlDialect) -> str:
    """The CREATE TABLE statement."""
    names = column_names(table, dialect)
    lines = [definition(each, names[each.steps], dialect) for each in table.columns]
    if key := key_clause(table, dialect):
        lines.append(key)
    for column in table.columns:
        if condition := check(column, names[column.steps], dialect):
            named = dialect.quote(constraint(table, names[column.steps], dialect))
            lines.append(f"CONSTRAINT {named} CHECK ({condition})")
    body = ",\n  ".join(lines)
    about = _about(table, dialect)
    return f"CREATE TABLE {dialect.name_of(table.name)} (\n  {body}\n){dialect.suffix}{about}"


def definition(column: Column, name: str, dialect: SqlDialect, *, loose: bool = False) -> str:
    """A column as CREATE TABLE has it; with `loose` it may be NULL."""
    nullable = column.nullable or loose
    text = f"{dialect.quote(name)} {dialect.type(column.type, nullable=nullable)}"
    if not nullable and not dialect.nullable:
        text += " NOT NULL"
    words = _words(column, dialect)
    if words and dialect.comments == "inline":
        text += f" COMMENT {dialect.literal(words)}"
    if words and dialect.comments == "options":
        text += f" OPTIONS (description = {dialect.literal(words)})"
    return text


def key_clause(table: Table, dialect: SqlDialect) -> str:
    """The primary key's clause; empty where the table or the engine has none."""
    if not table.key or not dialect.key or not _keyable(table, dialect):
        return ""
    names = column_names(table, dialect)
    return dialect.key.format(c=", ".join(dialect.quote(names[each]) for each in table.key))


def check(column: Column, name: str, dialect: SqlDialect) -> str:
    """The condition that a column's type alone does not hold; empty where there is none."""
    if not dialect.checks:
        return ""
    quoted = dialect.quote(name)
    if isinstance(column.type, Enum) and not any("\0" in each for each in column.type.values):
        return f"{quoted} IN ({', '.join(map(dialect.literal, column.type.values))})"
    if dialect.name == "sqlite":
        if column.type == Scalar("boolean"):
            return f"{quoted} IN (0, 1)"
        if isinstance(column.type, Array | Struct | Map | Json):
            return f"{quoted} IS NULL OR json_valid({quoted})"  # of NULL it says 0 before 3.45
    return ""


def constraint(table: Table, name: str, dialect: SqlDialect) -> str:
    """The name of the check of a column, not quoted."""
    return dialect.identifier(f"{table.name[-1]}_{name}_check")


def comments(table: Table, dialect: SqlDialect) -> Iterator[str]:
    """The statements that describe a table and its columns; none where CREATE TABLE has them."""
    if dialect.comments != "statement":
        return
    name = dialect.name_of(table.name)
    if words := shortened(table.description, dialect):
        yield f"COMMENT ON TABLE {name} IS {dialect.literal(words)}"
    names = column_names(table, dialect)
    for column in table.columns:
        if words := _words(column, dialect):
            at = f"{name}.{dialect.quote(names[column.steps])}"
            yield f"COMMENT ON COLUMN {at} IS {dialect.literal(words)}"


def shortened(text: str, dialect: SqlDialect) -> str:
    """A comment that the engine takes, cut where it is too long."""
    text = text.replace("\0", "")
    if len(text) <= dialect.max_comment:
        return text
    return f"{text[: dialect.max_comment - 1]}…"


def _words(column: Column, dialect: SqlDialect) -> str:
    parts = [column.description]
    if column.classification:
        parts.append(f"[{column.classification}]")
    if column.deprecated:
        parts.append(f"Deprecated: {column.deprecated}.")
    return shortened(" ".join(each for each in parts if each), dialect)


def _about(table: Table, dialect: SqlDialect) -> str:
    words = shortened(table.description, dialect)
    if not words or dialect.comments not in ("inline", "options"):
        return ""
    if dialect.comments == "options":
        return f" OPTIONS (description = {dialect.literal(words)})"
    sign = " COMMENT = " if dialect.name == "mysql" else " COMMENT "
    return f"{sign}{dialect.literal(words)}"


def _keyable(table: Table, dialect: SqlDialect) -> bool:
    if dialect.keyable_text:
        return all(
            not isinstance(column.type, Array | Struct | Map | Json)
            for column in table.columns
            if column.steps in table.key
        )
    return all(
        dialect.type(column.type) not in (dialect.text, dialect.json)
        for column in table.columns
        if column.steps in table.key
    )


def _limits(table: Table, dialect: SqlDialect) -> Iterator[Limit]:
    """What the schema says and neither the table nor the engine holds."""
    yield from table.limits
    names = column_names(table, dialect)
    if table.key and not key_clause(table, dialect):
        yield Limit("", f"the key: {dialect.name} has no primary key of such columns")
    elif table.key and "NOT ENFORCED" in dialect.key:
        yield Limit("", f"the key: {dialect.name} does not enforce it")
    for column in table.columns:
        kind, text = column.type, dialect.type(column.type, nullable=column.nullable)
        if names[column.steps] != column.name:
            yield Limit(column.path, f"its name: here it is {names[column.steps]}")
        if isinstance(kind, Json):
            yield Limit(column.path, f"its structure: {kind.reason}")
        elif isinstance(kind, Array | Struct | Map) and dialect.json in text:
            yield Limit(column.path, f"its structure: {dialect.name} keeps it as JSON")
        elif isinstance(kind, Enum) and not check(column, names[column.steps], dialect):
            yield Limit(column.path, f"its values: {dialect.name} has no CHECK")
        elif isinstance(kind, String) and kind.longest is not None and text == dialect.text:
            yield Limit(column.path, f"its length: at most {kind.longest} characters")
        elif isinstance(kind, Integer) and kind.bits < 64 and _wider(kind, dialect):
            yield Limit(column.path, f"its size: {kind.bits} bits")
        elif isinstance(kind, Decimal) and "{p}" not in dialect.decimal:
            yield Limit(column.path, f"that it is a number: {dialect.name} keeps decimals as text")


def _wider(kind: Integer, dialect: SqlDialect) -> bool:
    place = (8, 16, 32, 64).index(kind.bits)
    return dialect.integers[place] == dialect.integers[place + 1]
