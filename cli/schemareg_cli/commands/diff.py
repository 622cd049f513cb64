"""`reg diff`."""

from pathlib import Path
from typing import Annotated

import typer

from schemareg.operations import lookup
from schemareg_cli import completion, output
from schemareg_cli.options import At, Plain, Root


def diff(
    old: Annotated[
        str,
        typer.Argument(
            metavar="PRODUCT/SCHEMA@A", autocompletion=completion.versions, show_default=False
        ),
    ],
    new: Annotated[
        str,
        typer.Argument(
            metavar="PRODUCT/SCHEMA@B", autocompletion=completion.versions, show_default=False
        ),
    ],
    at: At = None,
    form: Plain = "text",
    root: Root = Path(),
) -> None:
    """Show what changed between two versions, and which readers it breaks.

    Fields that were added and removed, descriptions that changed, and both directions: can the
    second read what the first wrote, and the first what the second writes? It never fails.

    \b
    Examples:
      reg diff orders/order_placed@1.0.0 orders/order_placed@1.1.0
      reg diff orders/order_placed@1 orders/order_placed@2
    """
    from schemareg.reports.views import diff as views

    width, colour = output.page()
    found = lookup.diff(root, old, new, at)
    output.give(views.render(found, form, colour=colour, width=width))
