"""`reg show`."""

from pathlib import Path
from typing import Annotated

import typer

from schemareg.operations import lookup
from schemareg_cli import completion, output
from schemareg_cli.options import At, Plain, Root


def show(
    target: Annotated[
        str,
        typer.Argument(
            metavar="PRODUCT[/SCHEMA[@VERSION]]",
            autocompletion=completion.anything,
            show_default=False,
        ),
    ],
    at: At = None,
    form: Plain = "text",
    root: Root = Path(),
) -> None:
    """Show a product, a schema or one version with its fields.

    \b
    Examples:
      reg show orders                            title, owner, schemas
      reg show orders/order_placed               the latest version, with its fields
      reg show orders/order_placed@1.0.0         that version
      reg show orders/order_placed@1             the latest of that major line
    """
    from schemareg.reports.views import overview as views

    width, colour = output.page()
    found = lookup.show(root, target, at)
    output.give(views.one(found, form, colour=colour, width=width))
