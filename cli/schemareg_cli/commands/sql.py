"""Print tables, migrations and views of old lines for a SQL engine."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from schemareg.operations import output, registry
from schemareg_cli import completion
from schemareg_cli.options import At, Output, Root, Today

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
        typer.Option("--format", "-f", help="How the answer is written.", case_sensitive=False),
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
    from schemareg.adapters.files import write_atomically
    from schemareg.operations import sql

    with registry.landed(root) as (promises, here):
        day = registry.as_of(None, today, lambda: promises.history)
        found = sql.migrate(promises, here or promises.base, between, dialect, day)
    from schemareg.sql.plan import render

    files = render(found, form)
    if folder is None:
        output.give("\n".join(files.values()))
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        write_atomically(folder.resolve(), name, text.encode())
    output.wrote(folder, files)


def views(
    target: Annotated[
        str, typer.Argument(metavar="PRODUCT[/SCHEMA]", autocompletion=completion.anything)
    ],
    dialect: Dialect,
    form: Annotated[
        Literal["sql", "json"],
        typer.Option("--format", "-f", help="How the answer is written.", case_sensitive=False),
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
