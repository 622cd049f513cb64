"""`reg timeline`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from schemareg.operations import output as operations_output
from schemareg.operations import registry
from schemareg_cli import completion
from schemareg_cli.options import Output, Root, Since, Today


def timeline(
    product: Annotated[
        str | None,
        typer.Argument(metavar="PRODUCT", autocompletion=completion.products, show_default=False),
    ] = None,
    at: Since = None,
    form: Annotated[
        Literal["text", "svg"],
        typer.Option("--format", "-f", help="How the answer is drawn.", case_sensitive=False),
    ] = "text",
    output: Output = None,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Draw on a time axis what ends, and when.

    Of one product also the major lines that are promised without an end, since they landed.

    \b
    Examples:
      reg timeline                                   what ends, in all products
      reg timeline orders                            every promise of one
      reg timeline --format svg --output sunsets.svg
    """
    from schemareg.deprecation import sunsets
    from schemareg.deprecation.timeline import standing
    from schemareg.deprecation.timeline import timeline as drawn
    from schemareg.reports.views import timeline as reports

    page = operations_output.page(output)
    with registry.landed(root, at) as (promises, _):
        day = registry.as_of(at, today, lambda: promises.history)
        terms = sunsets.of_product(promises, product) if product else registry.announced(promises)
        lines = tuple(standing(promises, product, terms)) if product else ()
    line = drawn(terms, day, lines)
    text = reports.text(line, colour=page.colour, width=page.width)
    operations_output.give(reports.svg(line) if form == "svg" else text, output)
