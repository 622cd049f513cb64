"""Print tables, migrations and views for a SQL engine; apply them."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from schemareg.operations import edits, registry
from schemareg_cli import completion, output
from schemareg_cli.options import At, Output, Plain, Root, Today

Dialect = Annotated[
    str,
    typer.Option(
        "--dialect",
        "-d",
        metavar="DIALECT",
        help="postgres, duckdb, sqlite, mysql, spark, databricks, clickhouse, snowflake, bigquery,"
        " redshift, trino or tsql.",
    ),
]
Version = Annotated[
    str,
    typer.Argument(metavar="PRODUCT/SCHEMA[@VERSION]", autocompletion=completion.anything),
]


def ddl(
    target: Version,
    dialect: Dialect,
    form: Annotated[
        Literal["sql", "json"],
        typer.Option("--format", "-f", help="The form of the answer.", case_sensitive=False),
    ] = "sql",
    to: Output = None,
    at: At = None,
    root: Root = Path(),
) -> None:
    """Print the statements that create the table of a version.

    What the schema says and the table cannot hold is listed below them.

    \b
    Examples:
      reg sql ddl payments/payment --dialect postgres
      reg sql ddl orders/order_placed@1.2.0 --dialect bigquery --output order_placed.sql
    """
    from schemareg.model import targets
    from schemareg.operations import sql
    from schemareg.reports.views import sql as reports

    with registry.current(root, at) as snapshot:
        found = sql.create(snapshot, targets.parse(target), dialect)
    output.give(reports.script(found, target, form), to)


def migrate(
    between: Annotated[str, typer.Argument(metavar="PRODUCT/SCHEMA@A..B", show_default=False)],
    dialect: Dialect,
    form: Annotated[
        Literal["sql", "json", "flyway", "liquibase", "alembic"],
        typer.Option("--format", "-f", help="For which tool.", case_sensitive=False),
    ] = "sql",
    folder: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Write the files into this folder."),
    ] = None,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Print the steps that take a table from one version to another, with their undo.

    A step that drops what is promised waits for the first legal day; before, it is shown as
    refused, and no file for a tool has it.

    \b
    Examples:
      reg sql migrate payments/payment@1.1.0..1.2.0 --dialect postgres
      reg sql migrate orders/order_placed@1.2.0..2.1.0 -d postgres -f flyway -o migrations
    """
    from schemareg.operations import sql

    with registry.landed(root) as (promises, here):
        day = registry.as_of(None, today, lambda: promises.history)
        found = sql.migrate(promises, here or promises.base, between, dialect, day)
    files = sql.render_plan(found, form)
    if folder is None:
        output.give("\n".join(files.values()))
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        edits.put(folder.resolve(), name, text)
        output.show_step(edits.Step("wrote", name, home=folder))


def views(
    target: Annotated[
        str, typer.Argument(metavar="PRODUCT[/SCHEMA]", autocompletion=completion.anything)
    ],
    dialect: Dialect,
    form: Annotated[
        Literal["sql", "json"],
        typer.Option("--format", "-f", help="The form of the answer.", case_sensitive=False),
    ] = "sql",
    rows: Annotated[
        int, typer.Option(min=0, max=100_000, help="Rows that prove each label; 0 proves nothing.")
    ] = 1_000,
    to: Output = None,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Print the views that serve every older major line from the newest table.

    Each is labelled exact, lossy or impossible, proved by reading generated rows through it; an
    impossible one is not made. A line whose promise is over is dropped.

    \b
    Examples:
      reg sql views orders --dialect postgres
      reg sql views orders/order_placed --dialect duckdb --format json
    """
    from schemareg.model import targets
    from schemareg.operations import sql
    from schemareg.reports.views import sql as reports

    with registry.landed(root) as (promises, here):
        day = registry.as_of(None, today, lambda: promises.history)
        wanted = targets.parse(target)
        snapshot = here or promises.base
        found = sql.line_views(promises, snapshot, wanted, dialect, day, rows=rows)
    output.give(reports.line_views(found, form), to)


Url = Annotated[
    str,
    typer.Argument(
        metavar="URL", help="postgresql+psycopg://host/db, duckdb:///file, sqlite:///file, …"
    ),
]


def plan(
    dialect: Dialect,
    product: Annotated[
        str | None,
        typer.Argument(metavar="PRODUCT", autocompletion=completion.products, show_default=False),
    ] = None,
    form: Annotated[
        Literal["sql", "json"],
        typer.Option("--format", "-f", help="The form of the answer.", case_sensitive=False),
    ] = "sql",
    to: Output = None,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Print what should exist today, and what may be dropped: tables, and views of each line.

    \b
    Examples:
      reg sql plan orders --dialect postgres
      reg sql plan --dialect duckdb --format json
    """
    from schemareg.operations import sql
    from schemareg.reports.views import sql as reports

    with registry.landed(root) as (promises, here):
        day = registry.as_of(None, today, lambda: promises.history)
        found = sql.desired(promises, here or promises.base, product or "", dialect, day)
    output.give(reports.desired(found, form), to)


def diff(
    url: Url,
    target: Version,
    form: Plain = "text",
    at: At = None,
    root: Root = Path(),
) -> None:
    """Compare a live table with a version; exits 1 where they differ.

    \b
    Examples:
      reg sql diff duckdb:///shop.duckdb payments/payment
      reg sql diff postgresql+psycopg://localhost/shop orders/order_placed@1.2.0 --format json
    """
    from schemareg.model import targets
    from schemareg.operations import sql
    from schemareg.reports.views import sql as reports

    with registry.current(root, at) as snapshot:
        found = sql.drift(snapshot, url, targets.parse(target))
    output.give(reports.drift(found, form))
    raise typer.Exit(int(bool(found)))


def apply(
    file: Annotated[Path, typer.Argument(metavar="PLAN", show_default=False)],
    url: Annotated[str, typer.Option("--url", metavar="URL", help="The database.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would run.")] = False,
    today: Today = None,
) -> None:
    """Apply a plan that `reg sql migrate --format json` wrote: shows it, asks, and runs it.

    Each step is one transaction where the engine has them. A run that was cut off goes on where it
    ended; nothing runs twice. A step whose day has not come is refused, with exit code 1.

    \b
    Examples:
      reg sql apply plan.json --url duckdb:///shop.duckdb --dry-run
      reg sql apply plan.json --url postgresql+psycopg://localhost/shop --yes
    """
    from schemareg.operations import sql
    from schemareg.reports.views import sql as reports
    from schemareg_cli import terminal

    wanted = sql.read_plan(file)
    day = registry.day(today)
    would = sql.pending(wanted, url, day)
    for each in would:
        output.give(reports.applied(*each))
    refused = any(each.outcome == "refused" for each in would)
    if dry_run or all(each.outcome != "applied" for each in would):
        raise typer.Exit(int(refused))
    if not yes and not typer.confirm("Run these steps?", err=True):
        raise typer.Exit(2)
    done = sql.apply(wanted, url, day, lambda each: terminal.complain(reports.applied(*each)))
    raise typer.Exit(int(any(each.outcome == "refused" for each in done)))


def infer(
    url: Url,
    table: Annotated[str, typer.Argument(metavar="TABLE", show_default=False)],
    to: Output = None,
) -> None:
    """Print a JSON Schema of the rows of a live table.

    \b
    Examples:
      reg sql infer duckdb:///shop.duckdb orders.order_placed
      reg sql infer sqlite:///shop.db orders --output products/orders/schemas/order/1.0.0.json
    """
    from schemareg.operations import sql

    output.give(sql.infer_text(url, table), to)


def lineage(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="PRODUCT[/SCHEMA]", autocompletion=completion.anything, show_default=False
        ),
    ] = None,
    sources: Annotated[
        Path | None,
        typer.Option(
            "--sources",
            metavar="DIR",
            help="The folder of the SQL files; by default the registry's.",
        ),
    ] = None,
    dialect: Dialect = "postgres",
    form: Plain = "text",
    at: At = None,
    root: Root = Path(),
) -> None:
    """List which fields the queries of each consumer read, with file, line and column.

    A consumer's file names them: `queries: ["sql/**/*.sql"]`. What cannot be told is unresolved,
    and never means unused.

    \b
    Examples:
      reg sql lineage
      reg sql lineage orders/order_placed --sources ../billing --dialect snowflake
    """
    from schemareg.model import targets
    from schemareg.operations import sql
    from schemareg.reports.views import sql as reports

    wanted = targets.parse(target) if target else None
    folder = sources if sources is not None else registry.home(root)
    with registry.current(root, at) as snapshot:
        found = sql.lineage(snapshot, wanted, folder, dialect)
    output.give(reports.lineage(found, form))
