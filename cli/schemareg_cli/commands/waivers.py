"""`reg waivers`."""

from pathlib import Path
from typing import Annotated

import typer

from schemareg.operations import deprecations
from schemareg_cli import completion, output
from schemareg_cli.options import Plain, Root, Today


def waivers(
    product: Annotated[
        str | None,
        typer.Argument(metavar="PRODUCT", autocompletion=completion.products, show_default=False),
    ] = None,
    form: Plain = "text",
    today: Today = None,
    root: Root = Path(),
) -> None:
    """List waivers: approver, last day, and expired ones.

    \b
    Examples:
      reg waivers                                of all products
      reg waivers orders
      reg waivers --format json

    Exit codes: 0 none has run out; 1 at least one has.
    """
    from schemareg.reports.views import waivers as views

    found = deprecations.waivers(root, product, today=today)
    width, colour = output.page()
    output.give(views.every(found.waivers, found.today, form, colour=colour, width=width))
    raise typer.Exit(found.expired)
