"""The reference of types is what the table of dialects says."""

from __future__ import annotations

from pathlib import Path
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
from schemareg.sql.dialects import DIALECTS, SqlDialect

if TYPE_CHECKING:
    import pytest

    from schemareg.formats.structure import Type

PAGE = Path(__file__).parent.parent.parent / "registry/docs/reference-sql-types.md"

TYPES: tuple[tuple[str, str, Type], ...] = (
    ("boolean", "`boolean`", Scalar("boolean")),
    ("integer from -128 to 127", "`int8`", Integer(8)),
    ("integer from -32,768 to 32,767", "`int16`", Integer(16)),
    ("integer of 32 bits", "`int32`", Integer(32)),
    ("integer without bounds, or of 64 bits", "`int64`", Integer(64)),
    (
        "integer of more than 64 bits, `multipleOf: 0.01`, `x-decimal`",
        "`decimal(12, 2)`",
        Decimal(12, 2),
    ),
    ("number", "`float64`", Scalar("float64")),
    ("string", "`string`", String()),
    ("string of `maxLength: 40`", "`string(40)`", String(40)),
    ("`enum` of strings", "`enum`", Enum(("new", "paid"))),
    ("`format: uuid`", "`uuid`", Scalar("uuid")),
    ("`format: date`", "`date`", Scalar("date")),
    ("`format: time`", "`time`", Scalar("time")),
    ("`format: date-time`", "`timestamp`", Scalar("timestamp")),
    ("`format: duration`", "`interval`", Scalar("interval")),
    ("`contentEncoding: base64`", "`binary`", Scalar("binary")),
    ("array of strings", "`array<string>`", Array(String())),
    (
        "object with properties",
        "`struct`",
        Struct((StructMember("a", Integer(32), required=True, nullable=False),)),
    ),
    ("object with `additionalProperties: {type: integer}` alone", "`map`", Map(Integer(64))),
    ("values of several types, recursion, open objects", "`json`", Json()),
)


def page() -> str:
    lines = [
        "# Types in SQL",
        "",
        "What a column of each engine is, for what a schema says. The page follows from the table of",
        "dialects; `reg sql ddl` lists for each version what its table does not hold.",
        "",
        "A type is chosen by what values it holds, never by their usual size: an integer without bounds",
        "has 64 bits, a number without `multipleOf` is a float. Money needs `multipleOf: 0.01` with",
        "bounds, or `x-decimal: [12, 2]`.",
        "",
    ]
    for name, dialect in DIALECTS.items():
        lines += [f"## {name}", "", *(f"- {each}" for each in facts(dialect)), ""]
        lines += ["| schema | type | column |", "|---|---|---|"]
        lines += [
            f"| {schema} | {logical} | `{dialect.type(kind)}` |" for schema, logical, kind in TYPES
        ]
        lines.append("")
    return "\n".join(lines)


def facts(dialect: SqlDialect) -> list[str]:
    yes = {True: "yes", False: "no"}
    key = "not enforced" if "NOT ENFORCED" in dialect.key else yes[bool(dialect.key)]
    unit = "bytes" if dialect.bytes else "characters"
    without = [
        change
        for change in ("add", "drop", "rename", "type", "set not null", "drop not null")
        if change not in dialect.alter
    ]
    found = [
        (
            f"names: at most {dialect.max_name} {unit}, {dialect.parts} part{'s' * (dialect.parts > 1)};"
            f" names that differ in case alone are {'one' if dialect.folds else 'two'}"
        ),
        (
            f"primary key: {key}; CHECK for enums: {yes[dialect.checks]};"
            f" comments: {yes[dialect.comments != 'none']}"
        ),
        f"a change of a table can be rolled back: {yes[dialect.transactional]}",
    ]
    if without and dialect.rebuilds:
        found.append("a change other than a new column copies the table")
    elif without:
        found.append(f"a column cannot be changed by: {', '.join(without)}")
    return found


def test_the_reference_of_types_is_current(pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--update-golden"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text("utf-8") == page()
