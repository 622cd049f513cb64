"""The SQL layer's use cases: each takes the registry's states and a day, and returns a value."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from schemareg.documents import json_values
from schemareg.formats import catalogue
from schemareg.model import targets
from schemareg.model.errors import RegistryError
from schemareg.model.targets import Target
from schemareg.snapshot.deprecations import deprecations as snapshot_deprecations
from schemareg.snapshot.elements import explain_missing, latest, structure_of
from schemareg.sql import ddl, live, migrations, plan, table, values, views
from schemareg.sql.declared import ConsumerReading, compared
from schemareg.sql.dialects import UnsupportedType, column_names, dialect
from schemareg.sql.lineage import Reading, SourceRelation, defined, read
from schemareg.sql.mapping import Label
from schemareg.sql.views import Desired, LineView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path

    from schemareg.adapters.database import Database
    from schemareg.deprecation.landed import Promises
    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.structure import Structure
    from schemareg.model import SchemaVersion
    from schemareg.model.semver import SemVer
    from schemareg.snapshot.snapshot import Snapshot
    from schemareg.sql.dialects import SqlDialect
    from schemareg.sql.table import Steps, Table
    from schemareg.sql.views import View

PROOF_ROWS = 1_000
"""Rows that a view is read with before its label counts."""


class Relational(NamedTuple):
    """A version, its structure and its table."""

    version: SchemaVersion
    structure: Structure
    table: Table


def relational(snapshot: Snapshot, version: SchemaVersion) -> Relational:
    """A version as a table. Raises RegistryError where it has none."""
    structure = structure_of(snapshot, version)
    product = snapshot.product(version.product)
    declared = {each.name: each for each in product.schemas} if product else {}
    schema = declared.get(version.schema)
    location = schema.location if schema else ""
    key = (
        [targets.parse(f"{version.product}/{version.schema}#{each}").field for each in schema.key]
        if schema
        else []
    )
    ends = {
        each.target.field: f"it may be gone from {each.sunset}" if each.sunset else "no day is set"
        for each in snapshot_deprecations(snapshot, version.product)
        if each.target.schema == version.schema and each.target.field and not each.loosens
        if each.target.value is None and each.target.major in (None, version.version.major)
    }
    found = table.columns(
        structure,
        table.table_name(version.product, version.schema, location, version.version.major),
        key=tuple(key),
        nesting=table.nesting_of(structure, "native"),
        deprecated=ends,
    )
    return Relational(version, structure, found)


def version_of(snapshot: Snapshot, target: Target) -> SchemaVersion:
    """The version that a target names, or the newest release of it. Raises RegistryError."""
    if not target.schema or target.field:
        raise RegistryError(
            f"{str(target)!r} names no schema",
            remedy="Write product/schema or product/schema@1.2.0",
        )
    lack = explain_missing(snapshot, target)
    found = latest(snapshot, target)
    if lack is not None or found is None:
        what, remedy = lack or (f"{target} has no version", "reg list")
        raise RegistryError(what, remedy=remedy)
    return found


def create(snapshot: Snapshot, target: Target, engine: str) -> ddl.Script:
    """The statements that create the table of a version, and what it does not hold."""
    return ddl.ddl(relational(snapshot, version_of(snapshot, target)).table, dialect(engine))


# -- migrations ---------------------------------------------------------------------------------


def migrate(
    promises: Promises, snapshot: Snapshot, between: str, engine: str, today: date
) -> plan.TablePlan:
    """The plan that takes a table from one version to another: `orders/order_placed@1.2.0..2.1.0`.

    A step that ends a promise bears the day from which it may run, and is refused before.
    """
    first, separator, last = between.partition("..")
    start = targets.parse(first)
    if not separator or start.version is None:
        raise RegistryError(
            f"{between!r} names no two versions", remedy="Write product/schema@1.2.0..2.0.0"
        )
    old = relational(snapshot, version_of(snapshot, start))
    end = targets.parse(f"{start.product}/{start.schema}@{last}")
    new = relational(snapshot, version_of(snapshot, end))
    chosen = dialect(engine)
    found = migrations.migration(
        old.table,
        new.table,
        chosen,
        label=f"v{_digits(old.version.version)}",
        renamed=renamed(snapshot, old.version),
        expressions=authored(new.structure, "up", chosen),
    )
    served = tuple(_line_views(promises, snapshot, old.version, new, chosen, today, ()))
    steps = [_dated(promises, snapshot, each, old.version, today) for each in found.steps]
    steps = _with_views(steps, served, _pointer(new, chosen), chosen)
    return plan.TablePlan(
        f"{old.version.name}..{new.version.version}", chosen.name, today, tuple(steps)
    )


def _with_views(
    steps: list[plan.Planned], served: tuple[LineView, ...], pointer: View, chosen: SqlDialect
) -> list[plan.Planned]:
    """The steps with the views of old lines and of the newest version made over the new table.

    A view holds on to the columns that it reads: where they change it goes first and comes back in
    the same transaction. One that cannot come back stays, and no column that it may read is dropped.
    """
    kept = [each.view for each in served if each.view.statements and not each.over]
    lost = [each for each in served if not each.view.statements and not each.over]
    over = [each.view for each in served if each.over]
    drops = tuple(each.drop for each in (*kept, *over, pointer))
    made = tuple(text for each in (*kept, pointer) for text in each.statements)
    words = ", ".join(".".join(each.name) for each in (*kept, pointer))
    switch = plan.Planned("switch", f"read {words} from the new table", made, drops)
    place = next((n for n, each in enumerate(steps) if each.phase == "contract"), len(steps))
    before, after = steps[:place], steps[place:]
    if any(" TYPE " in text for each in before for text in each.statements):
        joined = plan.Planned(
            "expand",
            "; ".join(each.what for each in (*before, switch)),
            (*drops, *(text for each in before for text in each.statements), *made),
            (*drops, *(text for each in reversed(before) for text in each.undo)),
            "; ".join(dict.fromkeys(each.locks for each in before if each.locks)),
        )
        before = [joined]
    else:
        before = [*before, switch]
    refused = "; ".join(
        f"{each.version.product}/{each.version.schema}@{each.version.version.major} is promised,"
        " and cannot be read from the new table: "
        + (each.view.why or ", ".join(one.column.path for one in each.view.broken))
        for each in lost
    )
    return [
        *before,
        *(
            replace(
                each,
                statements=(*drops, *each.statements, *made),
                undo=(*drops, *each.undo, *made),
                refused="; ".join(filter(None, (each.refused, refused))),
                not_before=None if refused else each.not_before,
            )
            for each in after
        ),
    ]


def _pointer(newest: Relational, chosen: SqlDialect) -> View:
    """The view that is always the newest version."""
    version = newest.version
    return views.view(
        newest.table,
        newest.table,
        views.pointer_name(version.product, version.schema),
        chosen,
        about=f"The newest version, now {version.name}.",
    )


def _dated(
    promises: Promises,
    snapshot: Snapshot,
    step: migrations.MigrationStep,
    old: SchemaVersion,
    today: date,
) -> plan.Planned:
    """A step with the first day on which all that it ends may be gone."""
    days: list[date] = []
    refused: list[str] = []
    product = promises.base.product(old.product)
    if product is None or not promises.base.has(old.path) or old.version.pre:
        return plan.planned(step, None, "")  # nothing of it has landed, so nothing is promised
    if promises.draft(product, promises.base.policy):
        return plan.planned(step, None, "")
    for steps in step.ends:
        element = Target(old.product, old.schema, major=old.version.major, field=steps)
        term = promises.covering(element)
        if term is None:
            refused.append(
                f"{element} is promised, and no deprecation announces its end: reg deprecate {element}"
            )
        elif term.earliest is None:
            refused.append(f"{element}: no day is set for its end: reg extend {term.said.target}")
        else:
            days.append(term.earliest)
            if today < term.earliest:
                refused.append(f"not before {term.earliest}: {element}, {term.arithmetic(today)}")
    day = max(days) if days and len(days) == len(step.ends) else None
    return plan.planned(step, day, "; ".join(refused))


def renamed(snapshot: Snapshot, version: SchemaVersion) -> dict[Steps, Steps]:
    """Where fields of a schema went, by the replacements that its deprecations name."""
    found: dict[Steps, Steps] = {}
    for each in snapshot_deprecations(snapshot, version.product):
        went = each.replacement
        if went is None or went.product != version.product or went.schema != version.schema:
            continue
        if each.target.schema == version.schema and each.target.major in (
            None,
            version.version.major,
        ):
            came, now = plain(each.target.field), plain(went.field)
            if came and now:
                found[came] = now
    return found


def plain(steps: targets.Steps) -> Steps | None:
    """Steps by name alone; None where one leads into an array or a map."""
    names = tuple(step for step in steps if isinstance(step, str))
    return names if len(names) == len(steps) else None


def authored(structure: Structure, direction: str, chosen: SqlDialect) -> dict[Steps, str]:
    """The author's expressions of a version: `x-sql: {down: {field: expression}}`, or `up`.

    An expression may be an object of one per dialect. Raises RegistryError where it is neither.
    """
    written = table.annotation(structure).get(direction, {})
    if not isinstance(written, dict):
        raise RegistryError(
            f"x-sql: {direction} must be an object", remedy="Write field: expression"
        )
    found: dict[Steps, str] = {}
    for path, text in written.items():
        steps = targets.parse(f"p/s#{path}").field
        chosen_text = text.get(chosen.name) if isinstance(text, dict) else text
        if chosen_text is None:
            continue
        names = plain(steps)
        if not isinstance(chosen_text, str) or names is None:
            raise RegistryError(
                f"x-sql: {direction} of {path!r} must be an expression for a column",
                remedy="Write it as text, or as an object of one text per dialect",
            )
        found[names] = chosen_text
    return found


def _digits(version: SemVer) -> str:
    return str(version).replace(".", "_").replace("-", "_")


# -- views of old lines -------------------------------------------------------------------------


def lines(snapshot: Snapshot, product: str, schema: str) -> tuple[SchemaVersion, ...]:
    """The newest release of each major line of a schema, the oldest line first."""
    newest: dict[int, SchemaVersion] = {}
    for each in snapshot.versions(product, schema):
        if not each.version.pre:
            newest[each.version.major] = each
    return tuple(newest.values())


def line_views(
    promises: Promises,
    snapshot: Snapshot,
    target: Target,
    engine: str,
    today: date,
    *,
    rows: int = PROOF_ROWS,
) -> tuple[LineView, ...]:
    """The views of every older line of a schema, or of all schemas of a product.

    Each label is proved with `rows` rows in DuckDB: one that does not hold is replaced by the
    truth, with the row that shows it.
    """
    chosen = dialect(engine)
    found: list[LineView] = []
    for schema in [target.schema] if target.schema else snapshot.schema_names(target.product):
        known = lines(snapshot, target.product, schema)
        if not known:
            continue
        newest = relational(snapshot, known[-1])
        proofs = _proofs(snapshot, known[:-1], newest, rows)
        found += _line_views(promises, snapshot, None, newest, chosen, today, proofs)
    return tuple(found)


def _line_views(
    promises: Promises,
    snapshot: Snapshot,
    upto: SchemaVersion | None,
    newest: Relational,
    chosen: SqlDialect,
    today: date,
    proofs: tuple[tuple[SchemaVersion, Label, int, str], ...],
) -> Iterator[LineView]:
    version = newest.version
    told = {each.name: (label, count, witness) for each, label, count, witness in proofs}
    for old in lines(snapshot, version.product, version.schema):
        if old.version.major >= version.version.major:
            continue
        if upto is not None and old.version.major > upto.version.major:
            continue
        term = promises.covering(Target(old.product, old.schema, major=old.version.major))
        until = term.earliest if term else None
        made = _view(snapshot, newest, old, chosen, until)
        count, witness = 0, ""
        if old.name in told:
            label, count, witness = told[old.name]
            if label.rank > made.label.rank:
                why = (
                    "a row of the newest version is no record of this one"
                    if label is Label.IMPOSSIBLE
                    else ""
                )
                statements = () if label is Label.IMPOSSIBLE else made.statements
                made = replace(made, label=label, why=made.why or why, statements=statements)
        yield LineView(old, made, until, until is not None and today >= until, count, witness)


def _view(
    snapshot: Snapshot,
    newest: Relational,
    old: SchemaVersion,
    chosen: SqlDialect,
    until: date | None,
) -> View:
    """One view, whatever is known of its label."""
    there = relational(snapshot, old)
    about = f"{old.name}, read from {newest.version.name}."
    about += f" It may be gone from {until}." if until else " Nothing announces its end."
    return views.view(
        newest.table,
        there.table,
        views.view_name(old.product, old.schema, old.version.major),
        chosen,
        about=about,
        renamed=renamed(snapshot, old),
        expressions=authored(newest.structure, "down", chosen),
    )


def _proofs(
    snapshot: Snapshot, olds: tuple[SchemaVersion, ...], newest: Relational, rows: int
) -> tuple[tuple[SchemaVersion, Label, int, str], ...]:
    """What DuckDB and the validator say of the view of each line: the label, rows read, a witness."""
    if not olds or not rows:
        return ()
    from schemareg.adapters.database import memory

    duck = dialect("duckdb")
    accepts = _validator(snapshot, newest.version)
    base = _example(snapshot, newest.version)
    if base is None:
        return ()
    from schemareg.sql.rows import records

    made = records(base, newest.structure.members, accepts, rows)
    with memory() as database:
        # Without its key, so that rows may repeat one.
        for statement in ddl.ddl(replace(newest.table, key=()), duck).statements:
            database.query(statement)
        for start in range(0, len(made), 200):
            database.query(values.insert(newest.table, made[start : start + 200], duck))
        return tuple((old, *_proof(snapshot, database, newest, old, made)) for old in olds)


def _proof(
    snapshot: Snapshot,
    database: Database,
    newest: Relational,
    old: SchemaVersion,
    made: tuple[JsonValue, ...],
) -> tuple[Label, int, str]:
    duck = dialect("duckdb")
    claimed = _view(snapshot, newest, old, duck, None)
    if not claimed.statements:
        return claimed.label, 0, json_values.render(made[0])
    there = relational(snapshot, old)
    for statement in claimed.statements:
        database.query(statement)
    names = column_names(there.table, duck)
    listed = ", ".join(duck.quote(names[each.steps]) for each in there.table.columns)
    read = database.query(f"SELECT {listed} FROM {duck.name_of(claimed.name)}")
    if len(read) != len(made):
        return Label.IMPOSSIBLE, 0, ""
    accepts = _validator(snapshot, old)
    exact = [each.column for each in claimed.columns if each.label is Label.EXACT]
    same = {each.steps for each in exact if newest.table.column(each.steps) is not None}
    label = claimed.label
    for given, row in zip(made, read, strict=True):
        seen = values.record(there.table.columns, row, duck)
        if not accepts(seen):
            return Label.IMPOSSIBLE, 0, json_values.render(given)
        for column in there.table.columns:
            if column.steps in same and not _equal(given, seen, column, newest.table):
                label = max(label, Label.LOSSY, key=lambda each: each.rank)
    return label, len(made), ""


def _equal(given: JsonValue, seen: JsonValue, column: table.Column, newest: Table) -> bool:
    one, other = _at(given, column.steps), _at(seen, column.steps)
    source = newest.column(column.steps)
    kind = source.type if source is not None else column.type
    left = values.comparable(values.comparable(one, kind), column.type)
    right = values.comparable(values.comparable(other, kind), column.type)
    return json_values.equal(left, right)


def _at(record: JsonValue, steps: Steps) -> JsonValue:
    for step in steps:
        record = record.get(step) if isinstance(record, dict) else None
    return record


def _validator(snapshot: Snapshot, version: SchemaVersion) -> Callable[[JsonValue], bool | None]:
    schema_format = catalogue.format_of(version.path)
    return schema_format.validator(snapshot.document(version.path), snapshot.resolver(version.path))


def _example(snapshot: Snapshot, version: SchemaVersion) -> JsonValue | None:
    schema_format = catalogue.format_of(version.path)
    return schema_format.example(snapshot.document(version.path), snapshot.resolver(version.path))


# -- live tables --------------------------------------------------------------------------------


def drift(snapshot: Snapshot, url: str, target: Target) -> tuple[live.Drift, ...]:
    """What differs between the live table of a version and the version. Raises RegistryError."""
    from schemareg.adapters.database import connect

    wanted = relational(snapshot, version_of(snapshot, target)).table
    with connect(url) as database:
        chosen = dialect(database.dialect)
        found = live.live_columns(database.query(live.catalogue(wanted.name, chosen)))
        return live.drift(wanted, found, _reference(wanted, chosen, database), chosen)


def _reference(
    wanted: Table, chosen: SqlDialect, database: Database
) -> tuple[live.LiveColumn, ...]:
    """The columns of a version in the words of the engine's catalogue: a temporary table tells."""
    name = "reg_reference"
    if chosen.name == "sqlite":
        query = f"SELECT name, type, NOT \"notnull\", '' FROM pragma_table_info('{name}')"
    elif chosen.name == "duckdb":
        query = (
            "SELECT column_name, data_type, is_nullable, '' FROM duckdb_columns()"
            f" WHERE table_name = '{name}' AND database_name = 'temp'"
        )
    elif chosen.name == "postgres":
        query = (
            "SELECT attname, format_type(atttypid, atttypmod), NOT attnotnull, ''"
            f" FROM pg_attribute WHERE attrelid = 'pg_temp.{name}'::regclass"
            " AND attnum > 0 AND NOT attisdropped"
        )
    else:
        raise UnsupportedType(
            chosen, "to compare a live table", "Compare with reg sql ddl, by hand or with its tools"
        )
    database.query(live.probe(wanted, name, chosen))
    try:
        return live.live_columns(database.query(query))
    finally:
        database.query(f"DROP TABLE {name}")


def infer(url: str, name: str) -> JsonValue:
    """A JSON Schema of the rows of a live table, `schema.table`. Raises RegistryError."""
    from schemareg.adapters.database import connect

    with connect(url) as database:
        chosen = dialect(database.dialect)
        parts = tuple(name.split("."))
        if len(parts) == 1 and chosen.name in ("postgres", "duckdb"):
            parts = ({"postgres": "public", "duckdb": "main"}[chosen.name], *parts)
        found = live.live_columns(database.query(live.catalogue(parts, chosen)))
    if not found:
        raise RegistryError(
            f"there is no table {name!r}", remedy="Name its schema too: schema.table"
        )
    return live.schema(parts[-1], found, chosen)


# -- what should exist --------------------------------------------------------------------------


def desired(
    promises: Promises, snapshot: Snapshot, product: str, engine: str, today: date
) -> tuple[Desired, ...]:
    """What should exist today on an engine: of one product, or of all for `""`.

    Views whose line is over are among `lines`, to be dropped. Nothing is proved: see `line_views`.
    """
    chosen = dialect(engine)
    found = []
    for name in [product] if product else snapshot.product_names():
        if snapshot.folder_of(name) is None:
            what, remedy = explain_missing(snapshot, Target(name)) or (
                f"there is no {name}",
                "reg list",
            )
            raise RegistryError(what, remedy=remedy)
        for schema in snapshot.schema_names(name):
            known = lines(snapshot, name, schema)
            if not known:
                continue
            newest = relational(snapshot, known[-1])
            found.append(
                Desired(
                    known[-1],
                    ddl.ddl(newest.table, chosen),
                    tuple(_line_views(promises, snapshot, None, newest, chosen, today, ())),
                    _pointer(newest, chosen).statements,
                )
            )
    return tuple(found)


# -- apply --------------------------------------------------------------------------------------

_WHOLE = -1
_APPLIED = "reg_applied"
"""The table in which a database keeps what was applied to it, in the user's default schema."""


class AppliedPlan(NamedTuple):
    """What `apply` did with one step."""

    number: int
    step: plan.Planned
    outcome: str
    """`applied`, `applied before` or `refused`."""


def pending(document: plan.TablePlan, url: str, today: date) -> tuple[AppliedPlan, ...]:
    """What `apply` would do, without doing it. Raises RegistryError."""
    from schemareg.adapters.database import connect

    with connect(url) as database:
        _same_dialect(document, database)
        done = _done(document, database) if _has_ledger(database) else set()
        return tuple(
            AppliedPlan(number, step, _outcome(number, step, done, today))
            for number, step in enumerate(document.steps, 1)
        )


def apply(
    document: plan.TablePlan,
    url: str,
    today: date,
    progress: Callable[[AppliedPlan], None] = lambda _: None,
) -> tuple[AppliedPlan, ...]:
    """Apply the steps of a plan that were not applied before, in order, up to the first refused one.

    Each step and the note that it was applied are one transaction where the engine has them: after
    a kill the next run goes on with the step that was cut off. Where it has none, the note follows
    each statement. Two runs at once wait for each other. Raises RegistryError.
    """
    from schemareg.adapters.database import connect

    found: list[AppliedPlan] = []
    with connect(url) as database:
        _same_dialect(document, database)
        if not _has_ledger(database):
            database.query(
                f"CREATE TABLE IF NOT EXISTS {_APPLIED}"
                " (subject VARCHAR(200) NOT NULL, plan VARCHAR(16) NOT NULL, step INTEGER NOT NULL,"
                " statement INTEGER NOT NULL, position BIGINT NOT NULL)"
            )
        for number, step in enumerate(document.steps, 1):
            outcome = _applied(document, number, step, database, today)
            found.append(AppliedPlan(number, step, outcome))
            progress(found[-1])
            if outcome == "refused":
                break
    return tuple(found)


def _applied(
    document: plan.TablePlan, number: int, step: plan.Planned, database: Database, today: date
) -> str:
    if dialect(database.dialect).transactional:
        with database.transaction():
            if database.dialect == "postgres":
                database.query(f"LOCK TABLE {_APPLIED} IN EXCLUSIVE MODE")
            outcome = _outcome(number, step, _done(document, database), today)
            if outcome == "applied":
                for statement in step.statements:
                    database.query(statement)
                _note(document, number, _WHOLE, database)
        return outcome
    done = _done(document, database)
    outcome = _outcome(number, step, done, today)
    if outcome == "applied":
        for place, statement in enumerate(step.statements):
            if (number, place) not in done:
                database.query(statement)
                _note(document, number, place, database)
        _note(document, number, _WHOLE, database)
    return outcome


def _note(document: plan.TablePlan, number: int, place: int, database: Database) -> None:
    """Note that a statement of a step was applied, or the whole step."""
    ((last,),) = database.query(f"SELECT COALESCE(MAX(position), 0) FROM {_APPLIED}")
    subject = _subject(document)
    database.query(
        f"INSERT INTO {_APPLIED} VALUES"
        f" ({subject}, '{document.digest}', {number}, {place}, {int(last) + 1})"
    )


def _subject(document: plan.TablePlan) -> str:
    return dialect(document.dialect).literal(document.subject.partition("@")[0])


def _outcome(number: int, step: plan.Planned, done: set[tuple[int, int]], today: date) -> str:
    if (number, _WHOLE) in done:
        return "applied before"
    if step.not_before is not None:
        return "refused" if today < step.not_before else "applied"
    return "refused" if step.refused else "applied"


def _done(document: plan.TablePlan, database: Database) -> set[tuple[int, int]]:
    """The steps, each with the place of a statement or `_WHOLE`, that were applied of a plan.

    What was applied before another plan for the same schema counts no longer: that one led away.
    """
    rows = database.query(
        f"SELECT step, statement FROM {_APPLIED} WHERE plan = '{document.digest}' AND position >"
        f" (SELECT COALESCE(MAX(position), 0) FROM {_APPLIED}"
        f" WHERE subject = {_subject(document)} AND plan <> '{document.digest}')"
    )
    return {(int(step), int(place)) for step, place in rows}


def _has_ledger(database: Database) -> bool:
    try:
        database.query(f"SELECT 1 FROM {_APPLIED} WHERE 1 = 0")
    except RegistryError:
        return False
    return True


def _same_dialect(document: plan.TablePlan, database: Database) -> None:
    if database.dialect != document.dialect:
        raise RegistryError(
            f"the plan is for {document.dialect}, the database is {database.dialect}",
            remedy=f"Make it for the database: reg sql migrate … --dialect {database.dialect}",
        )


def infer_text(url: str, name: str) -> str:
    """The JSON Schema of the rows of a live table, as text."""
    return json_values.render(infer(url, name), indent=2) + "\n"


def render_plan(found: plan.TablePlan, form: str) -> dict[str, str]:
    """The files of a plan, for a tool."""
    return plan.render(found, form)


def read_plan(path: Path) -> plan.TablePlan:
    """The plan in a JSON file. Raises RegistryError where it is not one."""
    try:
        text = path.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise RegistryError(f"the plan cannot be read: {error}", where=path.as_posix()) from None
    return plan.parse(text, path.as_posix())


# -- which columns queries read ------------------------------------------------------------------


def relations(snapshot: Snapshot, product: str) -> tuple[SourceRelation, ...]:
    """The tables and views of a product that a query may name; schemas without columns have none."""
    found: list[SourceRelation] = []
    for schema in snapshot.schema_names(product):
        known = lines(snapshot, product, schema)
        named: set[tuple[str, ...]] = set()
        for version in reversed(known):
            try:
                there = relational(snapshot, version).table
            except RegistryError:
                continue
            names = [there.name, views.view_name(product, schema, version.version.major)]
            if version is known[-1]:
                names.append(views.pointer_name(product, schema))
            for name in names:
                if name not in named:
                    named.add(name)
                    subject = f"{product}/{schema}"
                    found.append(SourceRelation(name, subject, version.version.major, there))
    return tuple(found)


def lineage(
    snapshot: Snapshot, target: Target | None, sources: Path, engine: str
) -> tuple[ConsumerReading, ...]:
    """What the queries of each consumer read, sorted by consumer file: of a schema, or of all.

    `sources` is the folder below which the files are that consumers name. Raises RegistryError.
    """
    import logging

    from schemareg.adapters.sources import texts

    dialect(engine)
    # sqlglot says on stderr what it does not understand; here that is an answer.
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    found = []
    for product in [target.product] if target else snapshot.product_names():
        consumers = [each for each in snapshot.consumers(product) if each.queries]
        known = relations(snapshot, product) if consumers else ()
        for consumer in consumers:
            files = texts(sources, consumer.queries)
            views_there = defined(files.values(), engine)
            readings = tuple(
                (path, _of_schema(read(text, known, engine, views_there), target))
                for path, text in files.items()
            )
            found.append(compared(consumer, readings, known, target))
    return tuple(found)


def _of_schema(reading: Reading, target: Target | None) -> Reading:
    if target is None or not target.schema:
        return reading
    wanted = f"{target.product}/{target.schema}"
    return Reading(
        tuple(each for each in reading.uses if each.schema == wanted), reading.unresolved
    )
