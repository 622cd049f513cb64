"""`reg extend`."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from schemareg.operations import authoring
from schemareg.operations.edits import WRITE, EditOptions
from schemareg_cli import output
from schemareg_cli.options import Announced, Loosens, Root, Today, day, with_edit_options


@with_edit_options
def extend(
    target: Announced,
    sunset: Annotated[
        date | None,
        typer.Option(parser=day, metavar="DATE", help="The first day on which it may be removed."),
    ] = None,
    undated: Annotated[bool, typer.Option("--open", help="Remove the date.")] = False,
    loosens: Loosens = None,
    options: EditOptions = WRITE,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Move the sunset of a deprecation; the rest of its file stays.

    A later sunset keeps the days that have passed. An earlier one is a new announcement: it needs
    the whole window from its own landing. If it is too early, it is refused, with the first day
    that works.

    \b
    Examples:
      reg extend orders/order_placed#customer.email --sunset 2027-06-30
      reg extend orders/order_placed@1 --open
      reg extend orders/order_placed#note --sunset 2027-06-30 --branch later --pr
    """
    from schemareg.reports.views import deprecations as views

    if (sunset is None) is not undated:
        raise typer.BadParameter("give a day, or --open", param_hint="--sunset")
    found = authoring.extend(
        root,
        target,
        sunset,
        loosens=loosens or "",
        options=options,
        today=today,
        progress=output.show_step,
    )
    width = output.page().width
    output.give(f"\n{views.moved(found.amendment, sunset, found.consumers, width=width)}")
