"""`reg timeline`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from schemareg.operations import deprecations
from schemareg_cli import completion
from schemareg_cli import output as show
from schemareg_cli.options import Output, Root, Since, Today


def timeline(
    product: Annotated[
        str | None,
        typer.Argument(metavar="PRODUCT", autocompletion=completion.products, show_default=False),
    ] = None,
    at: Since = None,
    form: Annotated[
        Literal["text", "svg"],
        typer.Option("--format", "-f", help="The form of the answer.", case_sensitive=False),
    ] = "text",
    output: Output = None,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Draw what ends, and when, on a time axis.

    For one product, also its major lines without an end, from their first landing.

    \b
    Examples:
      reg timeline                                   what ends, in all products
      reg timeline orders                            every promise of one product
      reg timeline --format svg --output sunsets.svg
    """
    from schemareg.reports.views import timeline as views

    found = deprecations.timeline(root, product, at=at, today=today)
    width, colour = show.page(output)
    text = views.svg(found) if form == "svg" else views.text(found, colour=colour, width=width)
    show.give(text, output)
