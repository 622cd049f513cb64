"""`reg blame`."""

from pathlib import Path
from typing import Annotated

import typer

from schemareg.operations import log
from schemareg_cli import completion, output
from schemareg_cli.options import Plain, Root, Since


def blame(
    target: Annotated[
        str,
        typer.Argument(
            metavar="PRODUCT/SCHEMA[@VERSION]",
            autocompletion=completion.anything,
            show_default=False,
        ),
    ],
    at: Since = None,
    form: Plain = "text",
    root: Root = Path(),
) -> None:
    """Show who introduced each field and value, changed its promise, or deprecated it.

    \b
    Examples:
      reg blame orders/order_placed
      reg blame orders/order_placed@1.2.0 --format json
      reg blame orders/order_placed#customer
    """
    from schemareg.reports.views import blame as views

    width, colour = output.page()
    found = log.blame(root, target, at=at)
    text = views.render(
        found.version, found.origins, found.people, form, colour=colour, width=width
    )
    output.give(text)
