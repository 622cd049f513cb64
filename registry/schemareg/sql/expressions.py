"""An author's expression, `total.minor_units`, in the words of an engine.

It is read as SQL, names fields of the table by their path, and may not reach anything else: no
table, no statement. Where the engine keeps an object as JSON, a path inside it becomes an access.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemareg.formats.structure import Array, Json, Map, Struct
from schemareg.model.errors import RegistryError
from schemareg.sql.dialects import column_names
from schemareg.text.wording import nearest, quoted

if TYPE_CHECKING:
    from schemareg.formats.structure import Type
    from schemareg.sql.dialects import SqlDialect
    from schemareg.sql.table import Table

MAX_EXPRESSION = 10_000
"""Characters."""


def translated(text: str, table: Table, dialect: SqlDialect) -> str:
    """The expression over the columns of a table, as the engine spells it.

    Raises RegistryError where it does not parse, names no field of the table, or reads anything
    but columns.
    """
    import sqlglot
    from sqlglot import exp

    if len(text) > MAX_EXPRESSION:
        raise _wrong(text[:40], f"it has more than {MAX_EXPRESSION:,} characters")
    try:
        parsed: Any = sqlglot.parse_one(f"SELECT {text}", read=dialect.name)
    except sqlglot.errors.SqlglotError as error:
        raise _wrong(text, str(error).splitlines()[0]) from None
    if not isinstance(parsed, exp.Select) or len(parsed.expressions) != 1:
        raise _wrong(text, "it is not one expression")
    if any(value for name, value in parsed.args.items() if name not in ("expressions", "kind")):
        raise _wrong(text, "it is not one expression")
    if parsed.find(exp.Table, exp.Command, exp.DDL, exp.Star, exp.Subquery):
        raise _wrong(text, "it may read the columns of the table and nothing else")
    root = parsed.expressions[0]
    wrapper = exp.Paren(this=root)
    bound = {part.name for each in wrapper.find_all(exp.Lambda) for part in each.expressions}
    for node in list(wrapper.find_all(exp.Column, exp.Dot)):
        if node.find_ancestor(exp.Dot, exp.Column):
            continue
        steps = tuple(part.name for part in node.find_all(exp.Identifier, bfs=False))
        if isinstance(node, exp.Column):
            steps = tuple(part.name for part in node.parts)
        if steps and steps[0] in bound:
            continue
        node.replace(exp.Var(this=_access(steps, table, dialect, text)))
    return str(wrapper.sql(dialect=dialect.name))


def _access(steps: tuple[str, ...], table: Table, dialect: SqlDialect, text: str) -> str:
    names = column_names(table, dialect)
    for length in range(len(steps), 0, -1):
        column = table.column(steps[:length])
        if column is not None:
            name = dialect.quote(names[column.steps])
            return _inside(name, column.type, steps[length:], dialect, text)
    near = nearest(".".join(steps), [each.path for each in table.columns])
    raise _wrong(
        text,
        f"there is no field {quoted('.'.join(steps))}",
        f"Did you mean {near}?" if near else "",
    )


def _inside(name: str, kind: Type, rest: tuple[str, ...], dialect: SqlDialect, text: str) -> str:
    if not rest:
        return name
    leaf, native = kind, dialect.native(kind)
    for step in rest:
        members = (
            {each.name: each.type for each in leaf.members} if isinstance(leaf, Struct) else {}
        )
        if step not in members:
            near = nearest(step, members)
            raise _wrong(
                text, f"there is no field {quoted(step)}", f"Did you mean {near}?" if near else ""
            )
        leaf = members[step]
    if native:
        return ".".join((name, *map(dialect.quote, rest)))
    nested = isinstance(leaf, Array | Struct | Map | Json)
    if dialect.name == "postgres":
        path = "".join(f" -> {dialect.literal(step)}" for step in rest[:-1])
        last = dialect.literal(rest[-1])
        if nested:
            return f"({name}{path} -> {last})"
        return f"CAST({name}{path} ->> {last} AS {dialect.type(leaf)})"
    path = "$" + "".join(f'."{step}"' for step in rest)
    if '"' in "".join(rest) or dialect.name not in ("sqlite", "mysql"):
        raise _wrong(text, f"{dialect.name} keeps this object as JSON: write the access for it")
    return f"json_extract({name}, {dialect.literal(path)})"


def _wrong(text: str, why: str, remedy: str = "") -> RegistryError:
    return RegistryError(
        f"x-sql: {quoted(text)}: {why}",
        remedy=remedy or "Write an expression over the fields of this version, as total.amount",
    )
