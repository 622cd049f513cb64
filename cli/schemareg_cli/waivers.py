"""`reg waivers`."""

from pathlib import Path
from typing import Annotated

import typer

from schemareg_cli import answers, completion, opening
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
    """List what is accepted for a time, by whom, until when, and what has run out.

    \b
    Examples:
      reg waivers                                of all products
      reg waivers orders
      reg waivers --format json

    Exit codes: 0 none has run out; 1 at least one has.
    """
    from schemareg.edges import clock
    from schemareg.promises import waiving
    from schemareg.reports import waivers as reports

    now = today or clock.today()
    with opening.drafting(root) as (base, head):
        found = waiving.waivers(base, head, now, product)
    page = answers.page()
    answers.give(reports.every(found, now, form, colour=page.colour, width=page.width))
    raise typer.Exit(any(each.state is waiving.State.EXPIRED for each in found))
