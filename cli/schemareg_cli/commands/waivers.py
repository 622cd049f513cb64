"""`reg waivers`."""

from pathlib import Path
from typing import Annotated

import typer

from schemareg.operations import output, registry
from schemareg_cli import completion
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
    from schemareg.adapters import clock
    from schemareg.authoring import waivers as authoring_waivers
    from schemareg.reports.views import waivers as reports

    now = today or clock.today()
    with registry.drafting(root) as (base, head):
        found = authoring_waivers.waivers(base, head, now, product)
    page = output.page()
    output.give(reports.every(found, now, form, colour=page.colour, width=page.width))
    raise typer.Exit(any(each.state is authoring_waivers.State.EXPIRED for each in found))
