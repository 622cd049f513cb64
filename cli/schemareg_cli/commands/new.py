"""Add a data product, or a schema to one."""

from pathlib import Path
from typing import Annotated

import typer

from schemareg.operations import output, registry, writing
from schemareg_cli.options import Root


def product(
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    team: Annotated[
        str, typer.Option(metavar="TEAM", help="Who answers for it.", show_default=False)
    ],
    contact: Annotated[
        str, typer.Option(metavar="WHERE", help="A mail address or a page that reaches the team.")
    ] = "",
    title: Annotated[str, typer.Option(metavar="TEXT", help="By default the name in words.")] = "",
    domain: Annotated[
        str,
        typer.Option(metavar="NAME", help="The part of the business, and the folder, it is in."),
    ] = "",
    root: Root = Path(),
) -> None:
    """Add a data product: its folder with a product.yaml to fill in.

    \b
    Examples:
      reg new product orders --team checkout --contact checkout@example.com
      reg new product orders --team checkout --domain commerce
    """
    from schemareg.authoring import additions, scaffold

    files = scaffold.product(name, team=team, contact=contact, title=title, domain=domain)
    home = registry.home(root)
    with registry.current(root) as snapshot:
        additions.refuse_known(snapshot, name)
    output.wrote(home, writing.create(home, files))
    output.hint(f"Next: reg new schema {name}/NAME, from nothing or --from a sample of its records")


def schema(
    target: Annotated[str, typer.Argument(metavar="PRODUCT/NAME", show_default=False)],
    sample: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Infer it from sample records: JSON, JSON lines or CSV.",
            show_default=False,
        ),
    ] = None,
    description: Annotated[str, typer.Option(metavar="TEXT", help="What one record is.")] = "",
    version: Annotated[str, typer.Option(metavar="X.Y.Z", help="Its first version.")] = "1.0.0",
    root: Root = Path(),
) -> None:
    """Add a schema to a product: its first version, and its line in product.yaml.

    \b
    Examples:
      reg new schema orders/order_placed
      reg new schema orders/order_placed --from sample.jsonl
      reg new schema orders/order_placed --from export.csv --version 0.1.0
    """
    from schemareg.authoring import additions

    records = registry.sample_records(root / sample) if sample else None
    home = registry.home(root)
    with registry.current(root) as snapshot:
        added = additions.schema(snapshot, target, version, records, description)
    written = writing.create(home, added.created)
    writing.put(home, added.declaration, added.declared)
    output.wrote(home, written)
    output.wrote(home, [added.declaration], "changed")
    output.hint(f"Next: edit {written[0]}, then: reg validate, and: git add registry.yaml products")
