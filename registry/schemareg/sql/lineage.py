"""Which columns a query reads: exact where it can be resolved, named where it cannot.

A query is read in the registry's tables: `SELECT *` is expanded, what a subquery selects and nothing
uses is left out, names resolve as the engine resolves them. What stays unresolved never means
unused. Names are compared without regard to case: an engine folds them, and a reader must not be
missed for it.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from schemareg.formats.structure import Array, Struct
from schemareg.model.targets import field_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from schemareg.formats.structure import Type
    from schemareg.sql.table import Table

Path = tuple[str | None, ...]
"""Steps below a column; None is every item of an array."""

MAX_TEXT = 10_000_000
"""Characters of one file that is read."""

MAX_NODES = 5_000
"""Of the syntax tree of one query that is resolved: the work grows with its square."""

_TEMPLATE = re.compile(r"\{\{|\{%|\{#|\$\{")


@dataclass(frozen=True, slots=True)
class SourceRelation:
    """One table or view of the registry that a query may name."""

    name: tuple[str, ...]
    """The parts of its name, the schema first."""
    schema: str
    """`orders/order_placed`."""
    major: int
    table: Table


class ColumnUse(NamedTuple):
    """One field that a statement reads, and where; lines and columns count from 1."""

    schema: str
    major: int
    field: str
    """In the registry's words; `*` for all, where not one column is named."""
    line: int
    column: int
    via: tuple[str, ...] = ()
    """The views of the query's own side through which it is read, the outermost first."""


class Unresolved(NamedTuple):
    """What could not be told: it may be a use of anything."""

    line: int
    column: int
    what: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What the statements of one text read."""

    uses: tuple[ColumnUse, ...]
    """Each field once for each place, sorted by place."""
    unresolved: tuple[Unresolved, ...]


def read(
    text: str,
    relations: Sequence[SourceRelation],
    dialect: str,
    definitions: Mapping[tuple[str, ...], Any] | None = None,
) -> Reading:
    """What the statements of a text read of the registry's tables.

    `definitions` are the views that `defined` found in other files of the same reader.
    """
    if len(text) > MAX_TEXT:
        return Reading((), (Unresolved(1, 1, f"the text has more than {MAX_TEXT:,} characters"),))
    template = _TEMPLATE.search(text)
    if template:
        line = text.count("\n", 0, template.start()) + 1
        column = template.start() - text.rfind("\n", 0, template.start())
        return Reading((), (Unresolved(line, column, "a template: give its compiled SQL"),))
    statements, unresolved = _parsed(text, dialect)
    known = {**(definitions or {}), **_definitions(statements)}
    reader = _Reader(relations, dialect, known)
    for statement in statements:
        reader.statement(statement)
    uses = tuple(sorted({*reader.uses}, key=lambda use: (use.line, use.column, use)))
    return Reading(uses, tuple(sorted({*unresolved, *reader.unresolved})))


def defined(texts: Iterable[str], dialect: str) -> dict[tuple[str, ...], Any]:
    """The views and tables that texts create from queries, by the parts of their name."""
    found: dict[tuple[str, ...], Any] = {}
    for text in texts:
        if len(text) <= MAX_TEXT and not _TEMPLATE.search(text):
            found.update(_definitions(_parsed(text, dialect)[0]))
    return found


def _parsed(text: str, dialect: str) -> tuple[list[Any], list[Unresolved]]:
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        found = sqlglot.parse(text, read=dialect)
    except SqlglotError as error:
        details = getattr(error, "errors", None) or [{}]
        line, column = details[0].get("line") or 1, details[0].get("col") or 1
        words = details[0].get("description") or str(error).splitlines()[0]
        words = words.partition(" but got <")[0]
        return [], [Unresolved(line, column, f"a syntax error: {words}")]
    except RecursionError:
        return [], [Unresolved(1, 1, "it is nested too deeply")]
    statements, unresolved = [], []
    for each in found:
        if isinstance(each, exp.Command):
            what = f"a statement that is not understood: {each.name.upper()}"
            unresolved.append(Unresolved(1, 1, what))
        elif each is not None and not isinstance(each, exp.Semicolon):
            statements.append(each)
    return statements, unresolved


def _definitions(statements: Iterable[Any]) -> dict[tuple[str, ...], Any]:
    from sqlglot import exp

    found = {}
    for each in statements:
        if isinstance(each, exp.Create) and isinstance(each.expression, exp.Query):
            target = each.this.this if isinstance(each.this, exp.Schema) else each.this
            if isinstance(target, exp.Table):
                found[_parts(target)] = each.expression
    return found


def _parts(table: Any) -> tuple[str, ...]:
    return tuple(part.name.lower() for part in table.parts)


def _place(node: Any) -> tuple[int, int]:
    """Line and column of the first thing in a node that knows its own."""
    if "line" not in node.meta and getattr(node, "parts", None) and node.key == "table":
        node = node.parts[0]  # the first part of its name, as it is written
    for each in node.walk(bfs=False):
        if "line" in each.meta:
            length = each.meta["end"] - each.meta["start"]
            return each.meta["line"], max(each.meta["col"] - length, 1)
    return 1, 1


class _Reader:
    """Reads the statements of one text and collects what they use."""

    def __init__(
        self,
        relations: Sequence[SourceRelation],
        dialect: str,
        definitions: Mapping[tuple[str, ...], Any],
    ) -> None:
        self.uses: list[ColumnUse] = []
        self.unresolved: list[Unresolved] = []
        self._dialect = dialect
        self._definitions = definitions
        self._relations = relations
        self._columns = [
            {column.name.lower(): column for column in each.table.columns} for each in relations
        ]
        self._outer: dict[tuple[int, str], list[tuple[Any, Any]]] = {}

    def statement(self, statement: Any) -> None:
        """Read one statement."""
        from sqlglot import exp
        from sqlglot.errors import SqlglotError

        for query in self._queries(statement):
            if sum(1 for _ in query.walk()) > MAX_NODES:
                what = f"the query has more than {MAX_NODES:,} parts"
                self.unresolved.append(Unresolved(*_place(query), what))
                self._names_only(query)
                continue
            try:
                self._query(query)
            except (SqlglotError, RecursionError, KeyError, AttributeError, TypeError) as error:
                line, column = _place(statement)
                words = str(error).splitlines()[0] if str(error) else type(error).__name__
                self.unresolved.append(Unresolved(line, column, words))
                self._names_only(query)
        if isinstance(statement, exp.Insert):
            self._inserted(statement)

    def _inserted(self, statement: Any) -> None:
        """The columns that an INSERT names; one that names none breaks when a column is added."""
        from sqlglot import exp

        named = statement.this
        target = named.this if isinstance(named, exp.Schema) else named
        number = self._relation(target) if isinstance(target, exp.Table) else None
        if number is None:
            return
        if not isinstance(named, exp.Schema):
            self._use(number, "*", _place(target), ())
            return
        for each in named.expressions:
            found = self._columns[number].get(each.name.lower())
            if found is not None:
                self._use(number, found.path, _place(each), ())
            else:
                relation = ".".join(self._relations[number].name)
                what = f"{relation} has no column {each.name}"
                self.unresolved.append(Unresolved(*_place(each), what))

    def _queries(self, statement: Any) -> Iterator[Any]:
        """The queries in a statement, or one that reads what it reads."""
        from sqlglot import exp

        if isinstance(statement, exp.Query):
            yield statement
        elif isinstance(statement, exp.Insert | exp.Create):
            query = statement.expression
            if isinstance(query, exp.Query):
                carried = statement.args.get("with_") or statement.args.get("with")
                if carried is not None and not query.ctes:
                    query.set("with_", carried)
                yield query
        elif isinstance(statement, exp.Update):
            yield self._update(statement)
        elif isinstance(statement, exp.Delete):
            yield self._selected(statement, [exp.Literal.number(1)], statement.this)
        elif isinstance(statement, exp.Merge):
            yield self._merged(statement)
        elif not isinstance(statement, exp.Drop | exp.Transaction | exp.Commit | exp.Use | exp.Set):
            inner = statement.find(exp.Query)
            if inner is not None:
                yield inner
                return
            line, column = _place(statement)
            what = f"a statement that reads in a way of its own: {statement.key.upper()}"
            if statement.find(exp.Table):
                self.unresolved.append(Unresolved(line, column, what))

    def _update(self, statement: Any) -> Any:
        # What is assigned counts as well: the statement fails where the column goes.
        values = [part for each in statement.expressions for part in (each.this, each.expression)]
        return self._selected(statement, values, statement.this)

    def _selected(self, statement: Any, values: list[Any], target: Any) -> Any:
        from sqlglot import exp

        query = exp.select(*values).from_(target.copy())
        source = statement.args.get("from_") or statement.args.get("from")
        if source is not None:
            query = query.join(source.this.copy(), join_type="cross")
        for other in statement.args.get("using") or ():
            query = query.join(other.copy(), join_type="cross")
        condition = statement.args.get("where")
        if condition is not None:
            query = query.where(condition.this.copy())
        carried = statement.args.get("with_") or statement.args.get("with")
        if carried is not None:
            query.set("with_", carried.copy())
        return query

    def _merged(self, statement: Any) -> Any:
        from sqlglot import exp

        values: list[Any] = []
        for when in statement.args["whens"].expressions:
            condition = when.args.get("condition")
            values += [condition.copy()] if condition is not None else []
            then = when.args.get("then")
            if isinstance(then, exp.Update):
                values += [
                    _of(part, statement.this)
                    for each in then.expressions
                    for part in (each.this, each.expression)
                ]
            elif isinstance(then, exp.Insert) and isinstance(then.expression, exp.Tuple):
                values += [each.copy() for each in then.expression.expressions]
        query = exp.select(*(values or [exp.Literal.number(1)])).from_(statement.this.copy())
        return query.join(statement.args["using"].copy(), on=statement.args["on"].copy())

    # -- one query ------------------------------------------------------------------------------

    def _query(self, query: Any) -> None:
        from sqlglot.errors import SqlglotError
        from sqlglot.optimizer.pushdown_projections import pushdown_projections
        from sqlglot.optimizer.qualify import qualify
        from sqlglot.optimizer.scope import traverse_scope
        from sqlglot.schema import MappingSchema

        tree = self._prepared(query.copy(), ())
        schema = MappingSchema(
            {
                f"reg_{number}": dict.fromkeys(columns, "UNKNOWN") or {"_": "UNKNOWN"}
                for number, columns in enumerate(self._columns)
            },
            dialect=self._dialect,
            normalize=False,
        )
        self._structs(tree)
        tree = qualify(
            tree,
            schema=schema,
            dialect=self._dialect,
            validate_qualify_columns=False,
            identify=False,
            quote_identifiers=False,
            isolate_tables=False,
        )
        with suppress(SqlglotError):
            # Where a star of an unknown table is left nothing is taken out: more uses, not fewer.
            tree = pushdown_projections(tree)
        known = len(self.uses)
        scopes = traverse_scope(tree)
        self._outer = _outer_uses(scopes)
        for scope in scopes:
            self._scope(scope)
        # Of a table of which some column is read, that it is read is no news.
        found = self.uses[known:]
        named = {(use.schema, use.major) for use in found if use.field}
        self.uses[known:] = [
            use for use in found if use.field or (use.schema, use.major) not in named
        ]

    def _scope(self, scope: Any) -> None:
        from sqlglot import exp

        ours = {
            alias: source
            for alias, source in scope.sources.items()
            if isinstance(source, exp.Table) and source.name.startswith("reg_")
        }
        for column in scope.columns:
            if not column.table:
                self._loose(column, scope, ours)
                continue
            source = ours.get(column.table)
            if source is None:
                continue
            number = int(source.name.removeprefix("reg_"))
            if isinstance(column.this, exp.Star):
                self._use(number, "*", self._near(column, source), self._via(source))
                continue
            found = self._columns[number].get(column.name.lower())
            if found is None:
                line, place = self._near(column, source)
                what = f"{'.'.join(self._relations[number].name)} has no column {column.name}"
                self.unresolved.append(Unresolved(line, place, what))
                continue
            for below in self._accesses(column, found.type, scope):
                path = field_text((*found.steps, *below))
                self._use(number, path, self._near(column, source), self._via(source))
        for source in ours.values():
            # COUNT(*) reads no column, and breaks where the table goes.
            number = int(source.name.removeprefix("reg_"))
            if not any(column.table == source.alias_or_name for column in scope.columns):
                self._use(number, "", self._near(source, source), self._via(source))
        for row in scope.find_all(exp.TableColumn):
            source = ours.get(row.name)
            if source is not None:
                number = int(source.name.removeprefix("reg_"))
                self._use(number, "*", self._near(row, source), self._via(source))
        for star in scope.find_all(exp.Star, exp.Columns):
            # Of COUNT(*) the star names no column; COLUMNS('…') names some by a pattern.
            if isinstance(star, exp.Columns) or star.parent is scope.expression:
                for source in ours.values():
                    number = int(source.name.removeprefix("reg_"))
                    self._use(number, "*", self._near(source, source), self._via(source))

    def _accesses(self, column: Any, kind: Type, scope: Any) -> set[Path]:
        """How far below a column it is read, here or where the query's result is used."""
        from sqlglot import exp

        below, last, left = _below(column, kind)
        projection = last.parent if isinstance(last.parent, exp.Alias) else last
        whole = projection.parent is scope.expression and projection.arg_key == "expressions"
        uses = self._outer.get((id(scope), projection.alias_or_name)) if whole else None
        if not uses or not isinstance(scope.expression, exp.Select):
            return {below}
        return {
            (*below, *deeper)
            for node, outer in uses
            for deeper in self._accesses(node, left, outer)
        }

    def _loose(self, column: Any, scope: Any, ours: Mapping[str, Any]) -> None:
        """A column of which it is not clear whose it is."""
        name = column.name.lower()
        if ours and len(ours) == len(scope.sources) and not scope.is_correlated_subquery:
            line, place = self._near(column, next(iter(ours.values())))
            what = f"no table here has a column {column.name}"
            self.unresolved.append(Unresolved(line, place, what))
            return
        for source in ours.values():
            number = int(source.name.removeprefix("reg_"))
            if name in self._columns[number]:
                line, place = self._near(column, source)
                relation = ".".join(self._relations[number].name)
                what = f"{column.name} may be of {relation} or of a table that is not known"
                self.unresolved.append(Unresolved(line, place, what))

    def _names_only(self, query: Any) -> None:
        """Of a query that cannot be resolved, at least which tables it names."""
        from sqlglot import exp

        for table in query.find_all(exp.Table):
            found = self._relation(table)
            if found is not None:
                name = ".".join(self._relations[found].name)
                line, column = _place(table)
                what = f"what it reads of {name} cannot be told"
                self.unresolved.append(Unresolved(line, column, what))

    def _prepared(
        self, tree: Any, via: tuple[tuple[str, ...], ...], at: tuple[int, int] | None = None
    ) -> Any:
        """The query with its tables under names of ours, and its reader's own views put in.

        Of a view put in, `at` is where the query names it: its text may be another file's.
        """
        from sqlglot import exp

        for identifier in tree.find_all(exp.Identifier):
            identifier.set("this", identifier.name.lower())
            identifier.set("quoted", True)  # so that nothing folds it again
        for exists in tree.find_all(exp.Exists):
            if isinstance(exists.this, exp.Select):  # whatever it selects is not read
                exists.this.set("expressions", [exp.Literal.number(1)])
        named = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
        for table in list(tree.find_all(exp.Table)):
            if not isinstance(table.this, exp.Identifier):
                continue
            parts = _parts(table)
            if len(parts) == 1 and parts[0] in named:
                continue
            own = self._definition(parts)
            if own is not None and own not in via:
                inner = self._prepared(
                    self._definitions[own].copy(), (*via, own), at or _place(table)
                )
                alias = table.alias or parts[-1]
                table.replace(
                    exp.Subquery(
                        this=inner, alias=exp.TableAlias(this=exp.to_identifier(alias, quoted=True))
                    )
                )
                continue
            number = self._relation(table)
            if number is None:
                continue
            line, column = at or _place(table)
            for reference in tree.find_all(exp.Column):
                spelled = tuple(part.name.lower() for part in reference.parts)
                if spelled[: len(parts)] == parts and len(parts) > 1 and len(spelled) > len(parts):
                    for key in ("db", "catalog"):
                        reference.set(key, None)
                    reference.set("table", exp.to_identifier(parts[-1], quoted=True))
            alias = table.alias or parts[-1]
            table.set("this", exp.to_identifier(f"reg_{number}", quoted=True))
            table.set("db", None)
            table.set("catalog", None)
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
            table.meta["reg"] = (line, column, tuple(".".join(each) for each in via))
        return tree

    def _structs(self, tree: Any) -> None:
        """Nothing to do where no table has a struct; else `total.currency` is a path into a column."""
        from sqlglot import exp

        aliases = {table.alias_or_name for table in tree.find_all(exp.Table)}
        aliases |= {cte.alias for cte in tree.find_all(exp.CTE)}
        aliases |= {each.alias for each in tree.find_all(exp.Subquery) if each.alias}
        known = {name for columns in self._columns for name in columns}
        for column in list(tree.find_all(exp.Column)):
            parts = list(column.parts)
            names = [part.name for part in parts]
            if len(parts) < 2 or (names[0] in aliases and len(parts) == 2):
                continue
            keep = 2 if names[0] in aliases else 1
            if names[keep - 1] not in known:
                continue
            base = exp.Column(this=parts[keep - 1].copy())
            if keep == 2:
                base.set("table", parts[0].copy())
            found: Any = base
            for part in parts[keep:]:
                found = exp.Dot(this=found, expression=part.copy())
            column.replace(found)

    def _definition(self, parts: tuple[str, ...]) -> tuple[str, ...] | None:
        found = [
            name
            for name in self._definitions
            if name[-len(parts) :] == parts or parts[-len(name) :] == name
        ]
        return found[0] if len(found) == 1 else None

    def _relation(self, table: Any) -> int | None:
        """The table of the registry that a name means; None where it is none, or not the only one."""
        parts = _parts(table)
        exact = [
            number
            for number, each in enumerate(self._relations)
            if _folded(each.name) == parts or parts[-len(each.name) :] == _folded(each.name)
        ]
        found = exact or [
            number
            for number, each in enumerate(self._relations)
            if _folded(each.name)[-len(parts) :] == parts
        ]
        if len(found) > 1:
            line, column = _place(table)
            known = ", ".join(".".join(self._relations[number].name) for number in found)
            self.unresolved.append(
                Unresolved(line, column, f"{'.'.join(parts)} may be each of {known}")
            )
        return found[0] if len(found) == 1 else None

    def _near(self, node: Any, source: Any) -> tuple[int, int]:
        if self._via(source):
            return source.meta["reg"][0], source.meta["reg"][1]
        line, column = _place(node)
        if (line, column) == (1, 1) and "reg" in source.meta:
            return source.meta["reg"][0], source.meta["reg"][1]
        return line, column

    def _via(self, source: Any) -> tuple[str, ...]:
        found: tuple[str, ...] = source.meta["reg"][2] if "reg" in source.meta else ()
        return found

    def _use(self, number: int, field: str, place: tuple[int, int], via: tuple[str, ...]) -> None:
        relation = self._relations[number]
        self.uses.append(ColumnUse(relation.schema, relation.major, field, *place, via))


def _of(part: Any, target: Any) -> Any:
    """An assigned column, as one of the table that is assigned to; other expressions as they are."""
    from sqlglot import exp

    found = part.copy()
    if isinstance(found, exp.Column) and not found.table and part.arg_key == "this":
        found.set("table", exp.to_identifier(target.alias_or_name, quoted=True))
    return found


def _folded(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each.lower() for each in parts)


def _outer_uses(scopes: Iterable[Any]) -> dict[tuple[int, str], list[tuple[Any, Any]]]:
    """Of each query inside another and name it gives: the columns outside that read it."""
    found: dict[tuple[int, str], list[tuple[Any, Any]]] = {}
    for scope in scopes:
        for column in scope.columns:
            source = scope.sources.get(column.table)
            if source is not None and hasattr(source, "sources"):
                found.setdefault((id(source), column.name), []).append((column, scope))
    return found


def _below(column: Any, kind: Type) -> tuple[Path, Any, Type]:
    """How far an access goes below a column, the outermost node of it, and the type there."""
    from sqlglot import exp

    steps: list[str | None] = []
    node = column
    while node.parent is not None and node.parent.this is node:
        parent = node.parent
        if isinstance(kind, Array) and isinstance(parent, exp.Bracket):
            steps.append(None)
            kind = kind.element
        elif isinstance(kind, Struct) and (names := _members(parent)):
            for name in names:
                members = kind.members if isinstance(kind, Struct) else ()
                member = next((it for it in members if it.name.lower() == name.lower()), None)
                if member is None:
                    return tuple(steps), parent, kind
                steps.append(member.name)
                kind = member.type
        else:
            break
        node = parent
    return tuple(steps), node, kind


def _members(access: Any) -> list[str]:
    """The names that an access to an object goes through: `a.b`, `a -> 'b'`, `a['b']`."""
    from sqlglot import exp

    if isinstance(access, exp.Dot):
        return [access.expression.name]
    if isinstance(access, exp.JSONExtract | exp.JSONExtractScalar):
        path = access.expression
        if isinstance(path, exp.JSONPath):
            keys = [each for each in path.expressions if isinstance(each, exp.JSONPathKey)]
            return [str(each.this) for each in keys]
        return [path.name] if isinstance(path, exp.Literal) else []
    if isinstance(access, exp.Bracket) and len(access.expressions) == 1:
        inner = access.expressions[0]
        return [inner.name] if isinstance(inner, exp.Literal) and inner.is_string else []
    return []
