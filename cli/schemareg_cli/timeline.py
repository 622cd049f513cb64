"""`reg timeline`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from schemareg_cli import answers, completion, opening
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
    from schemareg.promises import calendar
    from schemareg.promises.timeline import standing
    from schemareg.promises.timeline import timeline as drawn
    from schemareg.reports import timeline as reports

    page = answers.page(output)
    with opening.landed(root, at) as (promises, _):
        day = opening.as_of(at, today, lambda: promises.history)
        terms = calendar.of_product(promises, product) if product else opening.announced(promises)
        lines = tuple(standing(promises, product, terms)) if product else ()
    line = drawn(terms, day, lines)
    text = reports.text(line, colour=page.colour, width=page.width)
    answers.give(reports.svg(line) if form == "svg" else text, output)
