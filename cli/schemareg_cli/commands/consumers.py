"""`reg consumers`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from schemareg.operations import lookup
from schemareg_cli import completion
from schemareg_cli import output as show
from schemareg_cli.options import At, Output, Root


def consumers(
    target: Annotated[
        str | None,
        typer.Argument(metavar="[TARGET]", autocompletion=completion.anything, show_default=False),
    ] = None,
    at: At = None,
    form: Annotated[
        Literal["text", "json", "markdown", "csv"],
        typer.Option("--format", "-f", help="How the answer is written.", case_sensitive=False),
    ] = "text",
    output: Output = None,
    root: Root = Path(),
) -> None:
    """List the consumers of everything, or of a product, a schema, a field.

    \b
    Examples:
      reg consumers                                      of all products
      reg consumers orders
      reg consumers orders/order_placed#customer.email   the consumers of this field
      reg consumers orders/order_placed@1                the consumers of this major line
      reg consumers --at 2026-03-01 --format csv         registered by that day
    """
    from schemareg.model import targets
    from schemareg.reports.views import consumers as views

    found = lookup.consumers(root, target, at)
    element = targets.parse(target) if target else None
    width, colour = show.page(output)
    show.give(views.render(found, element, form, colour=colour, width=width), output)
