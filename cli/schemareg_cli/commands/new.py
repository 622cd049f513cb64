"""Add a data product, or a schema to one."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from schemareg.operations import setup
from schemareg.operations.edits import WRITE, EditOptions
from schemareg_cli import output
from schemareg_cli.options import Root, with_edit_options


@with_edit_options
def product(
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    team: Annotated[
        str, typer.Option(metavar="TEAM", help="The team that owns it.", show_default=False)
    ],
    contact: Annotated[
        str, typer.Option(metavar="WHERE", help="A mail address or a page of the team.")
    ] = "",
    title: Annotated[
        str, typer.Option(metavar="TEXT", help="The title; by default the name in words.")
    ] = "",
    domain: Annotated[
        str,
        typer.Option(metavar="NAME", help="The business domain, which is also its folder."),
    ] = "",
    options: EditOptions = WRITE,
    root: Root = Path(),
) -> None:
    """Add a data product: its folder with a product.yaml to complete.

    \b
    Examples:
      reg new product orders --team checkout --contact checkout@example.com
      reg new product orders --team checkout --domain commerce
    """
    setup.new_product(
        root,
        name,
        team,
        contact=contact,
        title=title,
        domain=domain,
        options=options,
        progress=output.show_step,
    )
    output.hint(f"Next: reg new schema {name}/NAME, empty or --from a sample of its records")


@with_edit_options
def schema(
    target: Annotated[str, typer.Argument(metavar="PRODUCT/NAME", show_default=False)],
    sample: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Infer it from sample records: JSON, JSON lines, CSV or an Avro file.",
            show_default=False,
        ),
    ] = None,
    description: Annotated[
        str, typer.Option(metavar="TEXT", help="What one record represents.")
    ] = "",
    version: Annotated[str, typer.Option(metavar="X.Y.Z", help="Its first version.")] = "1.0.0",
    form: Annotated[
        Literal["json-schema", "avro"],
        typer.Option("--format", help="The schema language."),
    ] = "json-schema",
    options: EditOptions = WRITE,
    root: Root = Path(),
) -> None:
    """Add a schema to a product: its first version, and its entry in product.yaml.

    \b
    Examples:
      reg new schema orders/order_placed
      reg new schema orders/order_placed --from sample.jsonl
      reg new schema orders/order_placed --from export.csv --version 0.1.0
      reg new schema orders/order_placed --format avro
      reg new schema orders/order_placed --from orders.avro
    """
    steps = setup.new_schema(
        root,
        target,
        sample=root / sample if sample else None,
        description=description,
        version=version,
        form=form,
        options=options,
        progress=output.show_step,
    )
    output.hint(
        f"Next: edit {steps[0].subject}, then: reg validate, and: git add registry.yaml products"
    )
