"""From the table of one version to that of another: expand, backfill, switch, contract.

Between the two stands the *expanded* table: it holds the columns of both, and refuses no row of
either. To expand is to alter the old table to it, to contract is to alter it to the new one. What
reads the old columns has until the contract step, which waits for the end of their promise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from schemareg.formats.structure import Array, Map, Struct
from schemareg.sql import ddl
from schemareg.sql.dialects import UnsupportedType, column_names
from schemareg.sql.lattice import Relation, fits, join, relation
from schemareg.sql.mapping import cast, convert, guard, key_kept
from schemareg.sql.values import literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schemareg.sql.dialects import SqlDialect
    from schemareg.sql.table import Column, Steps, Table

PHASES = ("expand", "backfill", "switch", "contract")


@dataclass(frozen=True, slots=True)
class MigrationStep:
    """Statements that run together, and what is to be known of them."""

    phase: str
    """One of `PHASES`."""
    what: str
    statements: tuple[str, ...]
    undo: tuple[str, ...] = ()
    """What takes the step back; what `loses` says is not brought back."""
    locks: str = ""
    """Why nobody can write to the table, or read it, for longer than a moment; empty otherwise."""
    loses: str = ""
    """The data that are lost; empty where none are."""
    ends: tuple[Steps, ...] = ()
    """The fields whose promise must be over: before, the step is refused."""


@dataclass(frozen=True, slots=True)
class Migration:
    """The steps from one table to another, in order, and the tables they pass through."""

    old: Table
    expanded: Table
    new: Table
    steps: tuple[MigrationStep, ...]


class _Target(NamedTuple):
    """A column of the table to come, and the one of the table that is there that it comes from."""

    column: Column
    origin: Column | None


def migration(
    old: Table,
    new: Table,
    dialect: SqlDialect,
    *,
    label: str = "old",
    renamed: Mapping[Steps, Steps] | None = None,
    expressions: Mapping[Steps, str] | None = None,
) -> Migration:
    """The steps from one version's table to another's.

    `label` marks a column that gives way to one of its name, `total__v1_2_0`; `renamed` says where
    a field of the old version went; `expressions` give fields of the new one over the old one's.
    Raises Unsupported where the engine cannot do it, and where the key changed.
    """
    went = dict(renamed or {})
    if not key_kept(new, old, went):
        raise UnsupportedType(
            dialect,
            "a table whose key changes: a row of one version is no row of the other",
            "Give the new major line a table of its own: put {major} into its location",
        )
    expanded, kept = _expanded(old, new, label)
    steps = list(_expand(old, expanded, kept, dialect))
    steps += _backfill(old, expanded, new, kept, dialect, went, expressions or {})
    steps += _contract(old, expanded, new, kept, dialect)
    return Migration(old, expanded, new, tuple(steps))


def _expanded(old: Table, new: Table, label: str) -> tuple[Table, dict[Steps, Steps]]:
    """The table that holds both, and of each of its columns that the old table has, which one."""
    columns: list[Column] = []
    kept: dict[Steps, Steps] = {}
    given_way: set[Steps] = set()
    for column in new.columns:
        before = old.column(column.steps)
        if before is None:
            columns.append(replace(column, nullable=True))
            continue
        bound = join(before.type, column.type)
        nested = isinstance(column.type, Array | Struct | Map)
        if bound is None or (nested and not fits(before.type, column.type)):
            columns.append(replace(column, nullable=True))
            given_way.add(before.steps)
            continue
        nullable = before.nullable or column.nullable
        columns.append(replace(column, type=bound, nullable=nullable))
        kept[column.steps] = before.steps
    for column in old.columns:
        if column.steps in kept.values():
            continue
        steps, name = column.steps, column.name
        if column.steps in given_way:
            steps = (*steps[:-1], f"{steps[-1]}__{label}")
            name = f"{name}__{label}"
        columns.append(replace(column, steps=steps, name=name, nullable=True))
        kept[steps] = column.steps
    return replace(new, columns=tuple(columns)), kept


def _expand(
    old: Table, expanded: Table, kept: Mapping[Steps, Steps], dialect: SqlDialect
) -> Iterator[MigrationStep]:
    statements, locks = alter(old, expanded, kept, dialect)
    if not statements:
        return
    undo, _ = alter(expanded, old, {mine: theirs for theirs, mine in kept.items()}, dialect)
    added = [each.path for each in expanded.columns if each.steps not in kept]
    yield MigrationStep(
        "expand",
        "make room for both versions" + (f": add {', '.join(added)}" if added else ""),
        statements,
        undo,
        locks,
    )


def _backfill(
    old: Table,
    expanded: Table,
    new: Table,
    kept: Mapping[Steps, Steps],
    dialect: SqlDialect,
    renamed: Mapping[Steps, Steps],
    expressions: Mapping[Steps, str],
) -> Iterator[MigrationStep]:
    names = column_names(expanded, dialect)
    table = dialect.name_of(new.name)
    came = {theirs: mine for mine, theirs in renamed.items()}
    placed = {before: after for after, before in kept.items()}
    for column in new.columns:
        if column.steps in kept:
            continue
        value, what = "", ""
        source = old.column(came.get(column.steps, column.steps))
        if column.steps in expressions:
            from schemareg.sql.expressions import translated

            there = {before: expanded.column(after) for after, before in kept.items()}
            before = replace(
                old,
                columns=tuple(
                    replace(each, name=now.name) if (now := there[each.steps]) else each
                    for each in old.columns
                ),
            )
            text = translated(expressions[column.steps], before, dialect)
            value = cast(text, dialect.type(column.type, nullable=True))
            what = "from the author's expression"
        elif source is not None and column.steps in came:
            origin = dialect.quote(names[placed[source.steps]])
            value = convert(origin, source.type, column.type, dialect)
            what = f"from {source.path}"
        elif column.default and column.default[0] is not None:
            value = literal(column.default[0], column.type, dialect)
            what = "with its default"
        if value:
            name = dialect.quote(names[column.steps])
            yield MigrationStep(
                "backfill",
                f"fill {column.path} {what}",
                (f"UPDATE {table} SET {name} = {value} WHERE {name} IS NULL",),
                (f"UPDATE {table} SET {name} = NULL",),
                locks="it writes every row once; on a large table run it in batches",
            )


def _contract(
    old: Table, expanded: Table, new: Table, kept: Mapping[Steps, Steps], dialect: SqlDialect
) -> Iterator[MigrationStep]:
    leaving = [each for each in expanded.columns if new.column(each.steps) is None]
    without = replace(
        expanded,
        columns=tuple(each for each in expanded.columns if each not in leaving),
    )
    for place, gone in enumerate(leaving):
        # One a step, because the promise of each ends on a day of its own.
        after = replace(expanded, columns=(*without.columns, *leaving[place + 1 :]))
        before = replace(expanded, columns=(*without.columns, *leaving[place:]))
        here = {each.steps: each.steps for each in after.columns}
        statements, locks = alter(before, after, here, dialect)
        undo, _ = alter(after, before, here, dialect)
        field = old.column(kept[gone.steps])
        yield MigrationStep(
            "contract",
            f"drop {gone.path}",
            statements,
            undo,
            locks,
            f"the values of {gone.path}",
            () if field is None else (field.steps,),
        )
    here = {each.steps: each.steps for each in without.columns}
    statements, locks = alter(without, new, here, dialect)
    if statements:
        undo, _ = alter(new, without, here, dialect)
        narrowed = [each.path for each in new.columns if _narrowed(expanded, each)]
        words = f"values of {', '.join(narrowed)} that no longer fit" if narrowed else ""
        yield MigrationStep(
            "contract",
            "hold every row to the new version",
            statements,
            undo,
            locks,
            words,
        )


def _narrowed(expanded: Table, column: Column) -> bool:
    before = expanded.column(column.steps)
    how = relation(before.type, column.type) if before is not None else Relation.SAME
    return how not in (Relation.SAME, Relation.WIDEN)


def alter(
    before: Table, after: Table, kept: Mapping[Steps, Steps], dialect: SqlDialect
) -> tuple[tuple[str, ...], str]:
    """The statements that make one table the other, and why they lock it; none where it is so already.

    `kept` says of a column of `after` which one of `before` it is; others are new. A column that
    none of `after` is goes, with its data. Raises Unsupported.
    """
    changes = list(_changes(before, after, kept, dialect))
    if not changes:
        return (), ""
    if dialect.rebuilds:
        names = column_names(after, dialect)
        if all(
            kind == "comment"
            or (kind == "add" and not ddl.check(each.column, names[each.column.steps], dialect))
            for kind, each in changes
        ):
            found = [text for each in changes for text in _statements(before, after, each, dialect)]
            return tuple(found), ""
        return _rebuilt(before, after, kept, dialect), "the table is copied"
    found = []
    locks = ""
    for each in changes:
        found += _statements(before, after, each, dialect)
        kind, _ = each
        if kind == "type":
            locks = "a change of type may rewrite the table"
    return tuple(found), locks


_Change = tuple[str, _Target]


def _changes(
    before: Table, after: Table, kept: Mapping[Steps, Steps], dialect: SqlDialect
) -> Iterator[_Change]:
    """What differs, in the order in which it is changed."""
    mine, theirs = column_names(before, dialect), column_names(after, dialect)
    targets = [_Target(each, before.column(kept.get(each.steps, ()))) for each in after.columns]
    stays = {target.origin.steps for target in targets if target.origin is not None}
    gone = [_Target(each, each) for each in before.columns if each.steps not in stays]
    both = [(target, target.origin) for target in targets if target.origin is not None]

    def checked(column: Column, table: Table, name: str) -> tuple[str, str]:
        return ddl.constraint(table, name, dialect), ddl.check(column, name, dialect)

    rechecked = []
    for target, origin in both:
        old = checked(origin, before, mine[origin.steps])
        new = checked(target.column, after, theirs[target.column.steps])
        if old != new:
            rechecked.append(target)
            if old[1]:
                yield "drop check", target
    for target in gone:
        yield "drop", target
    for target, origin in both:
        if mine[origin.steps] != theirs[target.column.steps]:
            yield "rename", target
    for target, origin in both:
        old_type = dialect.type(origin.type, nullable=False)
        new_type = dialect.type(target.column.type, nullable=False)
        if origin.nullable is False and target.column.nullable:
            yield "drop not null", target
        if old_type != new_type:
            yield "type", target
    for target in targets:
        if target.origin is None:
            yield "add", target
    for target in rechecked:
        if ddl.check(target.column, theirs[target.column.steps], dialect):
            yield "add check", target
    for target, origin in both:
        if origin.nullable and not target.column.nullable:
            yield "set not null", target
    if dialect.comments == "statement":
        for target, origin in both:
            if (origin.description, origin.deprecated) != (
                target.column.description,
                target.column.deprecated,
            ):
                yield "comment", target


def _statements(before: Table, after: Table, change: _Change, dialect: SqlDialect) -> Iterator[str]:
    kind, (column, origin) = change
    mine, theirs = column_names(before, dialect), column_names(after, dialect)
    table = dialect.name_of(after.name)
    old = mine[origin.steps] if origin is not None else ""
    new = theirs.get(column.steps, old)
    if kind == "comment":
        alone = replace(after, columns=(column,), description="")
        yield from ddl.comments(alone, dialect)
        return
    template = dialect.alter.get(kind)
    if template is None:
        raise UnsupportedType(
            dialect,
            f"to {kind} the column {column.path}",
            "Create a table of the new version beside the old one, copy the rows, and switch",
        )
    typed = dialect.type(column.type, nullable=column.nullable)
    known = {
        "t": table,
        "c": dialect.quote(old if kind in ("drop", "rename") else new),
        "n": dialect.quote(new),
        "y": typed,
        "z": "" if column.nullable else " NOT NULL",
        "d": ddl.definition(column, new, dialect),
        "k": dialect.quote(ddl.constraint(after, new, dialect)),
        "x": "",
    }
    if kind in ("add check", "drop check"):
        name = old if kind == "drop check" else new
        known["k"] = dialect.quote(
            ddl.constraint(before if kind == "drop check" else after, name, dialect)
        )
        known["x"] = ddl.check(column, new, dialect)
    if kind == "type" and origin is not None:
        known["x"] = _conversion(origin, column, dialect.quote(new), dialect)
    if kind == "set not null" and dialect.name == "postgres":
        # SET NOT NULL alone scans the table under its strongest lock; with a valid check it does not.
        name = dialect.quote(dialect.identifier(f"{after.name[-1]}_{new}_is_set"))
        quoted = dialect.quote(new)
        yield f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({quoted} IS NOT NULL) NOT VALID"
        yield f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}"
        yield template.format(**known)
        yield f"ALTER TABLE {table} DROP CONSTRAINT {name}"
        return
    yield template.format(**known)
    if kind == "add":
        condition = ddl.check(column, new, dialect)
        if condition:
            yield from _statements(before, after, ("add check", change[1]), dialect)
        if dialect.comments == "statement":
            alone = replace(after, columns=(column,), description="", key=())
            yield from ddl.comments(alone, dialect)
    if kind == "add check" and dialect.name == "postgres":
        yield f"ALTER TABLE {table} VALIDATE CONSTRAINT {known['k']}"


def _conversion(origin: Column, column: Column, quoted: str, dialect: SqlDialect) -> str:
    """The value of a column in its new type; NULL for one that does not fit, where NULL may be."""
    converted = convert(quoted, origin.type, column.type, dialect)
    if not converted:
        raise UnsupportedType(
            dialect,
            f"to convert {column.path} from {dialect.type(origin.type)} to {dialect.type(column.type)}",
            "Write the conversion as x-sql: {up: {…}} of the new version",
        )
    nested = isinstance(column.type, Array | Struct | Map)
    how = relation(origin.type, column.type)
    if column.nullable and how in (Relation.NARROW, Relation.OVERLAP) and not nested:
        return f"CASE WHEN {guard(quoted, column.type, dialect)} THEN {converted} END"
    return converted


def _rebuilt(
    before: Table, after: Table, kept: Mapping[Steps, Steps], dialect: SqlDialect
) -> tuple[str, ...]:
    """The table made again: its rows are kept aside while it is dropped and created."""
    mine, theirs = column_names(before, dialect), column_names(after, dialect)
    parts = dialect.name_parts(after.name)
    aside = ".".join(
        dialect.quote(each) for each in (*parts[:-1], dialect.identifier(f"{parts[-1]}__aside"))
    )
    table = dialect.name_of(after.name)
    into, values = [], []
    for column in after.columns:
        origin = before.column(kept.get(column.steps, ()))
        if origin is None:
            continue
        into.append(dialect.quote(theirs[column.steps]))
        quoted = dialect.quote(mine[origin.steps])
        values.append(_conversion(origin, column, quoted, dialect))
    return (
        f"CREATE TABLE {aside} AS SELECT * FROM {dialect.name_of(before.name)}",
        f"DROP TABLE {dialect.name_of(before.name)}",
        ddl.create(after, dialect),
        f"INSERT INTO {table} ({', '.join(into)}) SELECT {', '.join(values)} FROM {aside}",
        f"DROP TABLE {aside}",
        *ddl.comments(after, dialect),
    )
