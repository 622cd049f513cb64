"""How the columns of one version are found in the table of another: exactly, with loss, or not at all."""

from __future__ import annotations

from enum import Enum as Words
from typing import TYPE_CHECKING, NamedTuple

from schemareg.formats.structure import (
    Array,
    Decimal,
    Enum,
    Integer,
    Json,
    Map,
    Scalar,
    String,
    Struct,
)
from schemareg.sql.dialects import column_names
from schemareg.sql.lattice import Relation, fits, relation
from schemareg.sql.values import literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemareg.formats.structure import Type
    from schemareg.sql.dialects import SqlDialect
    from schemareg.sql.table import Column, Steps, Table


class Label(Words):
    """What a mapping gives back, the best first."""

    EXACT = "exact"
    LOSSY = "lossy"
    """A valid record, in which a value is missing or stands in for another."""
    IMPOSSIBLE = "impossible"

    @property
    def rank(self) -> int:
        """0 for the best."""
        return list(Label).index(self)


class MappedColumn(NamedTuple):
    """One column of the version asked for, as an expression over the table that there is."""

    column: Column
    label: Label
    expression: str
    """Empty where it is impossible."""
    why: str


def mapped(
    source: Table,
    wanted: Table,
    dialect: SqlDialect,
    *,
    renamed: Mapping[Steps, Steps] | None = None,
    expressions: Mapping[Steps, str] | None = None,
) -> tuple[MappedColumn, ...]:
    """Each column of `wanted`, in its order, over the table `source`.

    `renamed` says where a field went; `expressions` are the author's, over the columns of `source`,
    and count before everything else.
    """
    names = column_names(source, dialect)
    found = []
    for column in wanted.columns:
        authored = (expressions or {}).get(column.steps)
        if authored is not None:
            text = _expression(authored, source, dialect, column)
            found.append(MappedColumn(column, Label.EXACT, text, "the author's expression"))
            continue
        origin = source.column((renamed or {}).get(column.steps, column.steps))
        if origin is None:
            found.append(_absent(column, dialect))
        else:
            quoted = dialect.quote(names[origin.steps])
            found.append(_converted(origin, column, quoted, dialect))
    return tuple(found)


def _absent(column: Column, dialect: SqlDialect) -> MappedColumn:
    typed = dialect.type(column.type, nullable=True)
    if column.default and column.default[0] is not None:
        value = literal(column.default[0], column.type, dialect)
        return MappedColumn(column, Label.LOSSY, cast(value, typed), "it is gone: its default")
    if column.nullable:
        return MappedColumn(column, Label.LOSSY, cast("NULL", typed), "it is gone: NULL")
    return MappedColumn(column, Label.IMPOSSIBLE, "", "it is gone, and must have a value")


def _converted(origin: Column, column: Column, quoted: str, dialect: SqlDialect) -> MappedColumn:
    renamed = "" if origin.steps == column.steps else f"it is {origin.path} now"
    how = relation(origin.type, column.type)
    nested = isinstance(column.type, Array | Struct | Map)
    if how is Relation.NEITHER or (nested and not fits(origin.type, column.type)):
        return MappedColumn(
            column, Label.IMPOSSIBLE, "", "its type is another, and no value converts"
        )
    expression, label, why = (
        convert(quoted, origin.type, column.type, dialect),
        Label.EXACT,
        renamed,
    )
    if not expression:
        why = f"{dialect.name} cannot convert {dialect.type(origin.type)}"
        return MappedColumn(column, Label.IMPOSSIBLE, "", why)
    if how in (Relation.NARROW, Relation.OVERLAP) and not nested:
        expression = f"CASE WHEN {guard(quoted, column.type, dialect)} THEN {expression} END"
        label, why = Label.LOSSY, "a value that it could not have is NULL"
    if column.nullable or (label is Label.EXACT and not origin.nullable):
        return MappedColumn(column, label, expression, why)
    if column.default and column.default[0] is not None:
        value = literal(column.default[0], column.type, dialect)
        filled = f"COALESCE({expression}, {value})"
        return MappedColumn(column, Label.LOSSY, filled, "where there is no value: its default")
    if label is Label.LOSSY:
        return MappedColumn(
            column, Label.IMPOSSIBLE, "", "it has values now that it could not have"
        )
    return MappedColumn(
        column, Label.IMPOSSIBLE, "", "it may be missing now, and must have a value"
    )


def cast(expression: str, typed: str) -> str:
    """A cast; `typed` is a type as the engine spells it."""
    return f"CAST({expression} AS {typed})"


def convert(expression: str, old: Type, new: Type, dialect: SqlDialect) -> str:
    """An expression of the new type; empty where the engine has no conversion."""
    before, after = dialect.type(old), dialect.type(new)
    if old == Scalar("timestamp") and isinstance(new, String):
        if dialect.name == "postgres":
            form = """'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'"""
            return f"to_char({expression} AT TIME ZONE 'UTC', {form})"
        if dialect.name == "duckdb":
            form = "'%Y-%m-%dT%H:%M:%S.%fZ'"
            return f"strftime({expression} AT TIME ZONE 'UTC', {form})"
    if before == after:
        return expression
    if isinstance(new, Json) and isinstance(old, Array | Struct | Map):
        function = {"postgres": "to_jsonb", "duckdb": "to_json"}.get(dialect.name)
        return f"{function}({expression})" if function else ""
    if isinstance(new, Array | Struct | Map) and not dialect.native(new):
        function = {"postgres": "to_jsonb", "duckdb": "to_json"}.get(dialect.name)
        return f"{function}({expression})" if function and dialect.native(old) else ""
    if isinstance(new, Array | Struct | Map) and dialect.name == "postgres":
        return ""
    return cast(expression, after)


def guard(expression: str, kind: Type, dialect: SqlDialect) -> str:
    """The condition under which a wider value is one of the type."""
    match kind:
        case Enum():
            return f"{expression} IN ({', '.join(map(dialect.literal, kind.values))})"
        case String() if kind.longest is not None:
            function = "LENGTH" if dialect.name in ("sqlite", "duckdb") else "CHAR_LENGTH"
            return f"{function}({expression}) <= {kind.longest}"
        case Integer():
            most = 2 ** (kind.bits - 1)
            if dialect.name == "sqlite":
                expression = f"CAST({expression} AS NUMERIC)"
            whole = f"{expression} = ROUND({expression})"
            return f"{expression} BETWEEN {-most} AND {most - 1} AND {whole}"
        case Decimal():
            most = 10 ** (kind.precision - kind.scale)
            if dialect.name == "sqlite":
                expression = f"CAST({expression} AS NUMERIC)"
            return (
                f"ABS({expression}) < {most} AND {expression} = ROUND({expression}, {kind.scale})"
            )
    return f"{expression} IS NOT NULL"


def _expression(text: str, source: Table, dialect: SqlDialect, column: Column) -> str:
    from schemareg.sql.expressions import translated

    return cast(translated(text, source, dialect), dialect.type(column.type, nullable=True))


def key_kept(source: Table, wanted: Table, renamed: Mapping[Steps, Steps]) -> bool:
    """Whether a row of one table is a row of the other: they have the same key."""
    return {renamed.get(each, each) for each in wanted.key} == set(source.key)
