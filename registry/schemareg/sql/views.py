"""Views that keep an old major line readable from the table of the newest version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemareg.sql import ddl
from schemareg.sql.dialects import column_names
from schemareg.sql.mapping import Label, MappedColumn, key_kept, mapped

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from schemareg.model import SchemaVersion
    from schemareg.sql.dialects import SqlDialect
    from schemareg.sql.table import Steps, Table


@dataclass(frozen=True, slots=True)
class View:
    """An old version over the newest table; `statements` are empty where it is impossible."""

    name: tuple[str, ...]
    columns: tuple[MappedColumn, ...]
    label: Label
    """The worst of its columns'."""
    why: str
    """Why it is impossible as a whole; empty otherwise."""
    statements: tuple[str, ...]
    drop: str
    """The statement that takes it away."""

    @property
    def broken(self) -> tuple[MappedColumn, ...]:
        """The columns that have no value to give."""
        return tuple(each for each in self.columns if each.label is Label.IMPOSSIBLE)


@dataclass(frozen=True, slots=True)
class LineView:
    """How one major line is read from the newest table, until when, and what the proof showed."""

    version: SchemaVersion
    """The newest of the line."""
    view: View
    until: date | None
    """The first day on which it may be gone; None where nothing announces the line's end."""
    over: bool
    """Whether that day has come: the view is dropped, not made."""
    proved: int = 0
    """Rows that the view was read with, all of them as its label says."""
    witness: str = ""
    """A row that shows why it is impossible, as JSON text; empty where none was found."""


@dataclass(frozen=True, slots=True)
class Desired:
    """What should exist today of one schema."""

    newest: SchemaVersion
    table: ddl.Script
    lines: tuple[LineView, ...]
    pointer: tuple[str, ...]
    """The statements of the view that is always the newest version."""


def view_name(product: str, schema: str, major: int) -> tuple[str, str]:
    """Where a major line is read: `orders_v1.order_placed`."""
    return (f"{product}_v{major}", schema)


def pointer_name(product: str, schema: str) -> tuple[str, str]:
    """Where the newest version is read, whatever its line: `orders_latest.order_placed`."""
    return (f"{product}_latest", schema)


def view(
    newest: Table,
    old: Table,
    name: tuple[str, ...],
    dialect: SqlDialect,
    *,
    about: str = "",
    renamed: Mapping[Steps, Steps] | None = None,
    expressions: Mapping[Steps, str] | None = None,
) -> View:
    """The view that gives a version's rows from the table of the newest one; see `mapped`.

    `about` is its comment: until when it is there.
    """
    found = mapped(newest, old, dialect, renamed=renamed, expressions=expressions)
    drop = f"DROP VIEW IF EXISTS {dialect.name_of(name)}"
    if not key_kept(newest, old, renamed or {}):
        why = "the key changed: a row of the one version is no row of the other"
        return View(name, found, Label.IMPOSSIBLE, why, (), drop)
    label = max((each.label for each in found), key=lambda each: each.rank)
    if label is Label.IMPOSSIBLE:
        return View(name, found, label, "", (), drop)
    names = column_names(old, dialect)
    # Each by name: SELECT * would freeze the columns that the table has today.
    lines = ",\n  ".join(
        f"{each.expression} AS {dialect.quote(names[each.column.steps])}" for each in found
    )
    quoted = dialect.name_of(name)
    statements = [
        *ddl.schema(name, dialect),
        drop,
        f"CREATE VIEW {quoted} AS SELECT\n  {lines}\nFROM {dialect.name_of(newest.name)}",
    ]
    words = ddl.shortened(about, dialect)
    if words and dialect.comments == "statement":
        statements.append(f"COMMENT ON VIEW {quoted} IS {dialect.literal(words)}")
    return View(name, found, label, "", tuple(statements), drop)
