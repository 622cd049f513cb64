"""What each SQL engine can hold and how it spells it: one table of capabilities.

Statements, migrations, views and the reference of types all read it. Where an engine has no narrow
type, a value is kept as JSON text; what an engine does not enforce is listed as a limit.

Source: the manuals of PostgreSQL 18, DuckDB 1.4, SQLite 3.45, MySQL 8.4, Spark 4, Databricks Runtime
16, ClickHouse 25, Snowflake, BigQuery, Redshift, Trino 470 and SQL Server 2022.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

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
    StructMember,
)
from schemareg.model.errors import RegistryError
from schemareg.text.wording import listed, nearest, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from schemareg.formats.structure import Type
    from schemareg.sql.table import Steps, Table


class UnsupportedType(RegistryError):
    """An engine has no way to do something; the remedy says what to do instead."""

    def __init__(self, dialect: SqlDialect, what: str, instead: str) -> None:
        super().__init__(f"not supported by {dialect.name}: {what}", remedy=instead)


@dataclass(frozen=True, slots=True)
class SqlDialect:
    """One engine's capabilities."""

    name: str
    scalars: Mapping[str, str]
    """The type of each scalar kind."""
    integers: tuple[str, str, str, str]
    """Of 8, 16, 32 and 64 bits."""
    text: str
    json: str
    decimal: str = "DECIMAL({p}, {s})"
    max_precision: int = 38
    varchar: str = ""
    """Text of a bounded length; empty where the engine does not enforce one."""
    max_varchar: int = 65_535
    units: int = 1
    """Units of a bounded length that one character takes at most."""
    array: str = ""
    """`{e}` is the element; empty where there is none."""
    flat_arrays: bool = False
    """Whether the elements of an array must be scalars."""
    struct: str = ""
    """`{m}` are the members."""
    member: str = "{n} {t}"
    map: str = ""
    quotes: tuple[str, str] = ('"', '"')
    backslash: bool = False
    """Whether a backslash escapes inside a string literal."""
    names: str = ""
    """A regular expression that a name must match; empty where any text can be quoted."""
    max_name: int = 255
    bytes: bool = False
    """Whether the length of a name is counted in bytes of UTF-8."""
    folds: bool = True
    """Whether two quoted names that differ only in case are one name."""
    parts: int = 2
    """How many parts a table's name has at most."""
    checks: bool = True
    key: str = "PRIMARY KEY ({c})"
    """The clause of the primary key; empty where the engine has none."""
    comments: str = "statement"
    """`statement` (COMMENT ON), `inline`, `options` (BigQuery) or `none`."""
    max_comment: int = 1_024
    transactional: bool = False
    """Whether a statement that changes a table can be rolled back."""
    nullable: str = ""
    """How a column that may be NULL is spelled where NOT NULL is the default: `{t}` is its type."""
    suffix: str = ""
    """What follows the closing parenthesis of CREATE TABLE."""
    schemas: str = "CREATE SCHEMA IF NOT EXISTS {n}"
    keyable_text: bool = True
    """Whether text of any length can be part of a key."""
    alter: Mapping[str, str] = field(default_factory=dict)
    """Change to its statement; a change that is missing needs a rebuilt table, or is unsupported."""
    rebuilds: bool = False
    """Whether a table is copied where a change has no statement of its own."""

    def quote(self, name: str) -> str:
        """A name as an identifier, whatever is in it."""
        opening, closing = self.quotes
        if self.backslash and closing == "`" and self.name in ("bigquery", "clickhouse"):
            return f"`{name.replace(chr(92), chr(92) * 2).replace('`', chr(92) + '`')}`"
        return f"{opening}{name.replace(closing, closing * 2)}{closing}"

    def literal(self, text: str) -> str:
        """A string literal, whatever is in it."""
        if not self.backslash:
            body = text.replace("'", "''")
            return f"N'{body}'" if self.name == "tsql" else f"'{body}'"
        body = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
        return f"'{body.replace(chr(13), chr(92) + 'r')}'"

    def identifier(self, name: str) -> str:
        """A name that the engine takes, equal to `name` where that is one; else marked by a digest."""
        allowed = name
        if self.names and not re.fullmatch(self.names, name):
            allowed = re.sub(r"[^A-Za-z0-9_]", "_", name)
            if not re.match(r"[A-Za-z_]", allowed):
                allowed = f"_{allowed}"
        allowed = allowed.replace("\0", "_")
        if allowed == name and name and self._size(name) <= self.max_name:
            return name
        mark = f"_{_digest(name)}"
        while self._size(allowed + mark) > self.max_name:
            allowed = allowed[:-1]
        return allowed + mark

    def _size(self, name: str) -> int:
        return len(name.encode("utf-8", "surrogatepass")) if self.bytes else len(name)

    def identifiers(self, names: Iterable[str]) -> dict[str, str]:
        """Each name as the engine takes it, all different there; the plainest of twins keeps its name."""
        found: dict[str, str] = {}
        taken: set[str] = set()
        for name in sorted(names, key=lambda each: (each != each.lower(), each)):
            mine = self.identifier(name)
            if self._folded(mine) in taken:
                mine = self.identifier(f"{mine}_{_digest(name)}")
            taken.add(self._folded(mine))
            found[name] = mine
        return found

    def _folded(self, name: str) -> str:
        return name.lower() if self.folds else name

    def type(self, kind: Type, *, nullable: bool = False) -> str:
        """The engine's type; JSON where it has no narrower one."""
        text = self._type(kind)
        if text is None or (self.nullable and nullable and isinstance(kind, Array | Struct | Map)):
            text = self.json
        return self.nullable.format(t=text) if self.nullable and nullable else text

    def native(self, kind: Type) -> bool:
        """Whether a nested type has a type of the engine's own, down to its leaves."""
        return self._type(kind) is not None and not isinstance(kind, Json)

    def _type(self, kind: Type) -> str | None:
        match kind:
            case Scalar():
                return self.scalars[kind.kind]
            case Integer():
                return self.integers[(8, 16, 32, 64).index(kind.bits)]
            case Decimal():
                if kind.precision > self.max_precision:
                    return self.text
                return self.decimal.format(p=kind.precision, s=kind.scale)
            case String():
                return self._varchar(kind.longest)
            case Enum():
                return self._varchar(max(map(len, kind.values), default=0) or None)
            case Array():
                if not self.array or (
                    self.flat_arrays and isinstance(kind.element, Array | Struct | Map | Json)
                ):
                    return None
                inner = self._inner(kind.element, nullable=kind.nullable)
                return None if inner is None else self.array.format(e=inner)
            case Struct():
                return self._struct(kind)
            case Map():
                inner = self._inner(kind.value, nullable=kind.nullable) if self.map else None
                return None if inner is None else self.map.format(k=self.text, v=inner)
            case Json():
                return self.json

    def _inner(self, kind: Type, *, nullable: bool) -> str | None:
        text = self._type(kind)
        if text is None:
            return self.json
        if self.nullable and nullable:
            if isinstance(kind, Array | Struct | Map):
                return self.nullable.format(t=self.json)
            return self.nullable.format(t=text)
        return text

    def _struct(self, kind: Struct) -> str | None:
        if not self.struct:
            return None
        named = self.identifiers(member.name for member in kind.members)
        if any(named[member.name] != member.name for member in kind.members):
            return None  # names inside a value cannot be told from the record's own
        members = [
            self.member.format(n=self.quote(member.name), t=self._member(member))
            for member in kind.members
        ]
        return self.struct.format(m=", ".join(members))

    def _member(self, member: StructMember) -> str:
        nullable = member.nullable or not member.required
        return self._inner(member.type, nullable=nullable) or self.json

    def _varchar(self, longest: int | None) -> str:
        if not self.varchar or longest is None or not 0 < longest * self.units <= self.max_varchar:
            return self.text
        return self.varchar.format(n=longest * self.units)

    def name_of(self, parts: tuple[str, ...]) -> str:
        """A table's name, quoted; parts that the engine has not are joined to the table's or left out."""
        return ".".join(self.quote(each) for each in self.name_parts(parts))

    def name_parts(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """The parts of a table's name that the engine has, each a name it takes."""
        kept = parts[-self.parts :] if self.parts > 1 else ("_".join(parts[-2:]),)
        return tuple(self.identifier(each) for each in kept)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def column_names(table: Table, dialect: SqlDialect) -> dict[Steps, str]:
    """The identifier of each column on an engine, not quoted; all different there.

    A name that the engine does not take, or takes for another column's, bears a digest of itself:
    the same on every run, whatever other columns come and go.
    """
    plain: dict[Steps, str] = {}
    seen: set[str] = set()
    for column in table.columns:
        name = column.name
        if name in seen:  # flattened `a_b` and `a.b`
            name = f"{name}_{_digest(column.path)}"
        seen.add(name)
        plain[column.steps] = name
    named = dialect.identifiers(plain.values())
    return {steps: named[name] for steps, name in plain.items()}


_ALTER = {
    "add": "ALTER TABLE {t} ADD COLUMN {d}",
    "drop": "ALTER TABLE {t} DROP COLUMN {c}",
    "rename": "ALTER TABLE {t} RENAME COLUMN {c} TO {n}",
    "type": "ALTER TABLE {t} ALTER COLUMN {c} TYPE {y}",
    "set not null": "ALTER TABLE {t} ALTER COLUMN {c} SET NOT NULL",
    "drop not null": "ALTER TABLE {t} ALTER COLUMN {c} DROP NOT NULL",
    "add check": "ALTER TABLE {t} ADD CONSTRAINT {k} CHECK ({x})",
    "drop check": "ALTER TABLE {t} DROP CONSTRAINT {k}",
}


def _alter(*left_out: str, **changed: str) -> dict[str, str]:
    known = {name.replace("_", " "): text for name, text in changed.items()}
    return {name: text for name, text in {**_ALTER, **known}.items() if name not in left_out}


_SPARK_SCALARS = {
    "boolean": "BOOLEAN",
    "float64": "DOUBLE",
    "uuid": "STRING",
    "date": "DATE",
    "time": "STRING",
    "timestamp": "TIMESTAMP",
    "interval": "STRING",
    "binary": "BINARY",
}
_SPARK_INTEGERS = ("TINYINT", "SMALLINT", "INT", "BIGINT")

POSTGRES = SqlDialect(
    "postgres",
    {
        "boolean": "BOOLEAN",
        "float64": "DOUBLE PRECISION",
        "uuid": "UUID",
        "date": "DATE",
        "time": "TIME",
        "timestamp": "TIMESTAMPTZ",
        "interval": "INTERVAL",
        "binary": "BYTEA",
    },
    ("SMALLINT", "SMALLINT", "INTEGER", "BIGINT"),
    "TEXT",
    "JSONB",
    decimal="NUMERIC({p}, {s})",
    varchar="VARCHAR({n})",
    max_varchar=10_485_760,
    array="{e}[]",
    flat_arrays=True,
    max_name=63,
    bytes=True,
    folds=False,
    max_comment=1_000_000,
    transactional=True,
    alter=_alter(
        type="ALTER TABLE {t} ALTER COLUMN {c} TYPE {y} USING {x}",
        add_check="ALTER TABLE {t} ADD CONSTRAINT {k} CHECK ({x}) NOT VALID",
    ),
)
DUCKDB = SqlDialect(
    "duckdb",
    {
        "boolean": "BOOLEAN",
        "float64": "DOUBLE",
        "uuid": "UUID",
        "date": "DATE",
        "time": "TIME",
        "timestamp": "TIMESTAMPTZ",
        "interval": "VARCHAR",
        "binary": "BLOB",
    },
    ("TINYINT", "SMALLINT", "INTEGER", "BIGINT"),
    "VARCHAR",
    "JSON",
    array="{e}[]",
    struct="STRUCT({m})",
    map="MAP({k}, {v})",
    max_comment=1_000_000,
    transactional=True,
    rebuilds=True,
    alter={"add": _ALTER["add"]},
)
SQLITE = SqlDialect(
    "sqlite",
    {
        "boolean": "INTEGER",
        "float64": "REAL",
        "uuid": "TEXT",
        "date": "TEXT",
        "time": "TEXT",
        "timestamp": "TEXT",
        "interval": "TEXT",
        "binary": "BLOB",
    },
    ("INTEGER", "INTEGER", "INTEGER", "INTEGER"),
    "TEXT",
    "TEXT",
    decimal="TEXT",
    max_precision=1_000_000,
    parts=1,
    comments="none",
    transactional=True,
    rebuilds=True,
    schemas="",
    suffix=" STRICT",
    alter={"add": _ALTER["add"]},
)
MYSQL = SqlDialect(
    "mysql",
    {
        "boolean": "BOOLEAN",
        "float64": "DOUBLE",
        "uuid": "CHAR(36)",
        "date": "DATE",
        "time": "TIME(6)",
        "timestamp": "DATETIME(6)",
        "interval": "VARCHAR(64)",
        "binary": "LONGBLOB",
    },
    _SPARK_INTEGERS,
    "LONGTEXT",
    "JSON",
    max_precision=65,
    varchar="VARCHAR({n})",
    max_varchar=2_000,
    quotes=("`", "`"),
    backslash=True,
    max_name=64,
    comments="inline",
    max_comment=1_024,
    keyable_text=False,
    alter=_alter(
        type="ALTER TABLE {t} MODIFY COLUMN {d}",
        set_not_null="ALTER TABLE {t} MODIFY COLUMN {d}",
        drop_not_null="ALTER TABLE {t} MODIFY COLUMN {d}",
    ),
)
SPARK = SqlDialect(
    "spark",
    _SPARK_SCALARS,
    _SPARK_INTEGERS,
    "STRING",
    "STRING",
    array="ARRAY<{e}>",
    struct="STRUCT<{m}>",
    member="{n}: {t}",
    map="MAP<{k}, {v}>",
    quotes=("`", "`"),
    backslash=True,
    names=r"[^ ,;{}()\n\t=`]+",
    checks=False,
    key="",
    comments="inline",
    max_comment=4_000,
    alter={
        "add": "ALTER TABLE {t} ADD COLUMNS ({d})",
    },
)
DATABRICKS = SqlDialect(
    "databricks",
    _SPARK_SCALARS,
    _SPARK_INTEGERS,
    "STRING",
    "STRING",
    array="ARRAY<{e}>",
    struct="STRUCT<{m}>",
    member="{n}: {t}",
    map="MAP<{k}, {v}>",
    quotes=("`", "`"),
    backslash=True,
    names=r"[^ ,;{}()\n\t=`]+",
    parts=3,
    checks=False,
    comments="inline",
    max_comment=4_000,
    suffix=" TBLPROPERTIES ('delta.columnMapping.mode' = 'name', 'delta.enableTypeWidening' = 'true')",
    alter=_alter(
        "add check",
        "drop check",
        add="ALTER TABLE {t} ADD COLUMNS ({d})",
    ),
)
CLICKHOUSE = SqlDialect(
    "clickhouse",
    {
        "boolean": "Bool",
        "float64": "Float64",
        "uuid": "UUID",
        "date": "Date32",
        "time": "String",
        "timestamp": "DateTime64(6, 'UTC')",
        "interval": "String",
        "binary": "String",
    },
    ("Int8", "Int16", "Int32", "Int64"),
    "String",
    "String",
    decimal="Decimal({p}, {s})",
    max_precision=76,
    array="Array({e})",
    map="Map({k}, {v})",
    quotes=("`", "`"),
    backslash=True,
    folds=False,
    key="",
    comments="inline",
    nullable="Nullable({t})",
    suffix=" ENGINE = MergeTree ORDER BY tuple()",
    schemas="CREATE DATABASE IF NOT EXISTS {n}",
    alter=_alter(
        type="ALTER TABLE {t} MODIFY COLUMN {c} {y}",
        set_not_null="ALTER TABLE {t} MODIFY COLUMN {c} {y}",
        drop_not_null="ALTER TABLE {t} MODIFY COLUMN {c} {y}",
    ),
)
SNOWFLAKE = SqlDialect(
    "snowflake",
    {
        "boolean": "BOOLEAN",
        "float64": "DOUBLE",
        "uuid": "VARCHAR(36)",
        "date": "DATE",
        "time": "TIME",
        "timestamp": "TIMESTAMP_TZ",
        "interval": "VARCHAR",
        "binary": "BINARY",
    },
    ("SMALLINT", "SMALLINT", "INT", "BIGINT"),
    "VARCHAR",
    "VARIANT",
    decimal="NUMBER({p}, {s})",
    varchar="VARCHAR({n})",
    max_varchar=16_777_216,
    backslash=True,
    folds=False,
    parts=3,
    checks=False,
    alter=_alter(
        "add check",
        "drop check",
        type="ALTER TABLE {t} ALTER COLUMN {c} SET DATA TYPE {y}",
    ),
)
BIGQUERY = SqlDialect(
    "bigquery",
    {
        "boolean": "BOOL",
        "float64": "FLOAT64",
        "uuid": "STRING(36)",
        "date": "DATE",
        "time": "TIME",
        "timestamp": "TIMESTAMP",
        "interval": "STRING",
        "binary": "BYTES",
    },
    ("INT64", "INT64", "INT64", "INT64"),
    "STRING",
    "JSON",
    decimal="BIGNUMERIC({p}, {s})",
    varchar="STRING({n})",
    max_varchar=10_000_000,
    array="ARRAY<{e}>",
    flat_arrays=False,
    struct="STRUCT<{m}>",
    quotes=("`", "`"),
    backslash=True,
    names=r"[A-Za-z_][A-Za-z0-9_]*",
    max_name=300,
    parts=3,
    checks=False,
    key="PRIMARY KEY ({c}) NOT ENFORCED",
    comments="options",
    alter=_alter(
        "add check",
        "drop check",
        "set not null",
        type="ALTER TABLE {t} ALTER COLUMN {c} SET DATA TYPE {y}",
    ),
)
REDSHIFT = SqlDialect(
    "redshift",
    {
        "boolean": "BOOLEAN",
        "float64": "DOUBLE PRECISION",
        "uuid": "VARCHAR(36)",
        "date": "DATE",
        "time": "TIME",
        "timestamp": "TIMESTAMPTZ",
        "interval": "VARCHAR(64)",
        "binary": "VARBYTE",
    },
    ("SMALLINT", "SMALLINT", "INTEGER", "BIGINT"),
    "VARCHAR(65535)",
    "SUPER",
    varchar="VARCHAR({n})",
    units=4,
    max_name=127,
    bytes=True,
    checks=False,
    alter=_alter("add check", "drop check", "set not null", "drop not null", "type"),
)
TRINO = SqlDialect(
    "trino",
    {
        "boolean": "BOOLEAN",
        "float64": "DOUBLE",
        "uuid": "UUID",
        "date": "DATE",
        "time": "TIME(6)",
        "timestamp": "TIMESTAMP(6) WITH TIME ZONE",
        "interval": "VARCHAR",
        "binary": "VARBINARY",
    },
    ("TINYINT", "SMALLINT", "INTEGER", "BIGINT"),
    "VARCHAR",
    "JSON",
    varchar="VARCHAR({n})",
    max_varchar=2_147_483_646,
    array="ARRAY({e})",
    struct="ROW({m})",
    map="MAP({k}, {v})",
    parts=3,
    checks=False,
    key="",
    alter=_alter(
        "add check",
        "drop check",
        "set not null",
        type="ALTER TABLE {t} ALTER COLUMN {c} SET DATA TYPE {y}",
    ),
)
TSQL = SqlDialect(
    "tsql",
    {
        "boolean": "BIT",
        "float64": "FLOAT(53)",
        "uuid": "UNIQUEIDENTIFIER",
        "date": "DATE",
        "time": "TIME(6)",
        "timestamp": "DATETIMEOFFSET(6)",
        "interval": "NVARCHAR(64)",
        "binary": "VARBINARY(MAX)",
    },
    ("SMALLINT", "SMALLINT", "INT", "BIGINT"),
    "NVARCHAR(MAX)",
    "NVARCHAR(MAX)",
    varchar="NVARCHAR({n})",
    max_varchar=4_000,
    units=2,
    quotes=("[", "]"),
    max_name=128,
    parts=3,
    comments="none",
    transactional=True,
    keyable_text=False,
    schemas="IF SCHEMA_ID({s}) IS NULL EXEC ({q})",
    alter=_alter(
        "rename",
        add="ALTER TABLE {t} ADD {d}",
        type="ALTER TABLE {t} ALTER COLUMN {c} {y}{z}",
        set_not_null="ALTER TABLE {t} ALTER COLUMN {c} {y} NOT NULL",
        drop_not_null="ALTER TABLE {t} ALTER COLUMN {c} {y} NULL",
    ),
)

DIALECTS = {
    each.name: each
    for each in (
        *(POSTGRES, DUCKDB, SQLITE, MYSQL, SPARK, DATABRICKS),
        *(CLICKHOUSE, SNOWFLAKE, BIGQUERY, REDSHIFT, TRINO, TSQL),
    )
}
"""By name, the executed ones first."""


def dialect(name: str) -> SqlDialect:
    """The dialect of this name. Raises RegistryError, with the nearest, for another."""
    found = DIALECTS.get(name.lower())
    if found is None:
        near = nearest(name, DIALECTS)
        raise RegistryError(
            f"{quoted(name)} is no dialect",
            remedy=f"Did you mean {near}?" if near else f"Choose {listed(list(DIALECTS))}",
        )
    return found
