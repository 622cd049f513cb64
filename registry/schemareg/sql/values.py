"""Records as rows and rows as records: literals of each engine, and what its driver gives back."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from schemareg.documents import json_values
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

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.structure import Type
    from schemareg.sql.dialects import SqlDialect
    from schemareg.sql.table import Column, Table

_MISSING = object()


def insert(table: Table, records: Iterable[JsonValue], dialect: SqlDialect) -> str:
    """The statement that inserts records; one row each, in the order given."""
    names = column_names(table, dialect)
    listed = ", ".join(dialect.quote(names[each.steps]) for each in table.columns)
    rows = ",\n  ".join(
        f"({', '.join(cell(record, each, dialect) for each in table.columns)})"
        for record in records
    )
    return f"INSERT INTO {dialect.name_of(table.name)} ({listed}) VALUES\n  {rows}"


def cell(record: JsonValue, column: Column, dialect: SqlDialect) -> str:
    """What a record has in a column, as a literal; NULL where it has nothing."""
    value = record
    for step in column.steps:
        value = value.get(step, _MISSING) if isinstance(value, dict) else _MISSING
    return "NULL" if value is _MISSING else literal(value, column.type, dialect)


def literal(value: JsonValue, kind: Type, dialect: SqlDialect) -> str:
    """A value of a type as a literal of an engine."""
    if value is None and not isinstance(kind, Json):
        return "NULL"
    if isinstance(kind, Array | Struct | Map) and dialect.native(kind):
        return _nested(value, kind, dialect)
    if isinstance(kind, Array | Struct | Map | Json):
        return dialect.literal(json_values.render(value))
    match kind:
        case Scalar("boolean"):
            return str(value).upper() if dialect.name != "sqlite" else str(int(value))
        case Scalar("float64") | Integer():
            return json_values.number_text(value)
        case Decimal():
            text = json_values.number_text(value)
            return dialect.literal(text) if "{p}" not in dialect.decimal else text
        case Scalar("binary"):
            content = base64.b64decode(value).hex()
            if dialect.name == "postgres":
                return f"'\\x{content}'"
            return f"from_hex('{content}')" if dialect.name == "duckdb" else f"X'{content}'"
    return dialect.literal(str(value))


def _nested(value: JsonValue, kind: Type, dialect: SqlDialect) -> str:
    """A nested value as a literal of PostgreSQL or DuckDB, the engines that rows are written to."""
    match kind:
        case Array():
            items = ", ".join(literal(each, kind.element, dialect) for each in value)
            if dialect.name == "postgres":
                return f"ARRAY[{items}]::{dialect.type(kind)}"
            return f"CAST([{items}] AS {dialect.type(kind)})"
        case Struct():
            members = ", ".join(
                f"{dialect.literal(each.name)}: {literal(value.get(each.name), each.type, dialect)}"
                for each in kind.members
            )
            return f"CAST({{{members}}} AS {dialect.type(kind)})"
        case Map():
            pairs = ", ".join(
                f"{dialect.literal(name)}: {literal(each, kind.value, dialect)}"
                for name, each in value.items()
            )
            return f"CAST(MAP {{{pairs}}} AS {dialect.type(kind)})"
    raise TypeError(kind)


def record(columns: Sequence[Column], row: Sequence[Any], dialect: SqlDialect) -> JsonValue:
    """The record that a row is: a NULL is null where the field must be there, else nothing."""
    found: dict[str, JsonValue] = {}
    for column, value in zip(columns, row, strict=True):
        if value is None and not column.required:
            continue
        if value is None and len(column.steps) > 1 and not column.nullable:
            continue
        here = found
        for step in column.steps[:-1]:
            here = here.setdefault(step, {})
        if value is not None or len(column.steps) == 1 or not column.nullable:
            here[column.steps[-1]] = decoded(value, column.type, dialect)
    return found


def decoded(value: Any, kind: Type, dialect: SqlDialect) -> JsonValue:
    """The JSON value that a driver's value stands for."""
    if value is None:
        return None
    if isinstance(kind, Array | Struct | Map | Json) and not dialect.native(kind):
        return _json(value, dialect)
    match kind:
        case Struct():
            if isinstance(value, str):
                return _json(value, dialect)
            return {
                each.name: decoded(value.get(each.name), each.type, dialect)
                for each in kind.members
                if value.get(each.name) is not None or each.required
            }
        case Array():
            if isinstance(value, str):
                return _json(value, dialect)
            return [decoded(each, kind.element, dialect) for each in value]
        case Map():
            if isinstance(value, str):
                return _json(value, dialect)
            return {name: decoded(each, kind.value, dialect) for name, each in value.items()}
        case Scalar("boolean"):
            return bool(value)
        case Scalar("timestamp"):
            return _moment(value)
        case Scalar("binary"):
            return base64.b64encode(bytes(value)).decode()
        case Scalar("float64") | Integer() | Decimal():
            return json_values.number(value) if isinstance(value, str) else json_values.exact(value)
        case Scalar("time") if isinstance(value, time):
            return f"{value.isoformat()}Z"
        case Scalar() | String() | Enum():
            return value.isoformat() if isinstance(value, date) else str(value)
    return _json(value, dialect)


def _json(value: Any, dialect: SqlDialect) -> JsonValue:
    """JSON as a driver gives it: parsed already by that of PostgreSQL, text by others."""
    if isinstance(value, str) and dialect.name != "postgres":
        return json_values.parse(value)
    return json_values.exact(value)


def _moment(value: Any) -> str:
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)


def comparable(value: JsonValue, kind: Type) -> JsonValue:
    """A value in the one spelling that equal values share: moments in UTC, numbers exact."""
    match kind:
        case Scalar("timestamp") if isinstance(value, str):
            try:
                return _moment(datetime.fromisoformat(value.upper()))
            except ValueError:
                return value
        case Scalar("time") if isinstance(value, str):
            return value.upper().replace("+00:00", "Z")
        case Scalar("uuid") if isinstance(value, str):
            return value.lower()
        case Array() if isinstance(value, list):
            return [comparable(each, kind.element) for each in value]
        case Map() if isinstance(value, dict):
            return {name: comparable(each, kind.value) for name, each in value.items()}
        case Struct() if isinstance(value, dict):
            known = {each.name: each for each in kind.members}
            return {
                name: comparable(each, known[name].type)
                for name, each in value.items()
                if name in known
            }
        case Scalar("float64") if isinstance(value, int | Fraction):
            return json_values.exact(float(value))
    return value
