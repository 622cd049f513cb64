"""`reg subscribe`."""

from pathlib import Path
from typing import Annotated

import typer

from schemareg.operations import authoring
from schemareg.operations.edits import WRITE, EditOptions
from schemareg_cli import completion, output
from schemareg_cli.options import Root, Today, with_edit_options


@with_edit_options
def subscribe(
    target: Annotated[
        str,
        typer.Argument(
            metavar="PRODUCT/SCHEMA", autocompletion=completion.versions, show_default=False
        ),
    ],
    team: Annotated[str, typer.Option(metavar="TEXT", help="The team that reads it.")],
    fields: Annotated[
        str,
        typer.Option(
            metavar="A,B",
            help="The fields that it reads, such as order_id,lines[].sku,status=LOST; by default"
            " all. They are added to the fields that its file names.",
        ),
    ] = "",
    versions: Annotated[
        str,
        typer.Option(
            metavar="RANGE",
            help="Which versions: ^1, 1.2, '^1 || ^2'; by default the latest major line. It"
            " replaces the range that its file names.",
        ),
    ] = "",
    contact: Annotated[
        str, typer.Option(metavar="ADDRESS", help="A mail address or a page of the team.")
    ] = "",
    channel: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A channel of registry.yaml; may be repeated."),
    ] = None,
    name: Annotated[
        str, typer.Option(metavar="NAME", help="The name of the file; by default that of the team.")
    ] = "",
    options: EditOptions = WRITE,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Register a team as a consumer of a schema, or of more of it.

    Writes one file, or edits the existing one; its other lines stay. Every check of a change that
    breaks a registered consumer names it, and it is notified of what concerns it.

    \b
    Examples:
      reg subscribe orders/order_placed --team billing --contact billing@example.com
      reg subscribe orders/order_placed --team billing --fields "order_id,lines[].sku"
      reg subscribe orders/order_placed#status=LOST --team fraud       one value of a field
      reg subscribe orders/order_placed@1 --team billing --channel billing-slack
      reg subscribe orders/order_placed --team billing --versions "^1 || ^2" --pr
    """
    from schemareg.reports.views import subscriptions as views

    found = authoring.subscribe(
        root,
        target,
        team,
        fields=filter(None, (each.strip() for each in fields.split(","))),
        versions=versions,
        contact=contact,
        channels=channel or (),
        name=name,
        options=options,
        today=today,
        progress=output.show_step,
    )
    width = output.page().width
    output.give(f"\n{views.joined(found.registration, found.owner, width=width)}")
