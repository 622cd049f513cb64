"""`reg blame`."""

from pathlib import Path
from typing import Annotated

import typer

from schemareg.operations import audit, output, registry
from schemareg_cli import completion
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
    """Say of each field and value who introduced it, changed its promise, announced its end.

    \b
    Examples:
      reg blame orders/order_placed
      reg blame orders/order_placed@1.2.0 --format json
      reg blame orders/order_placed#customer
    """
    from schemareg.changelog import blame as origins
    from schemareg.model import targets
    from schemareg.reports.views import blame as shown

    width, colour = output.page()
    with registry.landed(root, at) as (promises, _):
        version, found = origins.blame(promises, targets.parse(target))
    landings = [
        landing
        for each in found
        for landing in (
            each.introduced.landing,
            each.changed.landing,
            *((each.ending.announced,) if each.ending else ()),
        )
    ]
    people = audit.people_of(root, landings)
    output.give(shown.render(version, found, people, form, colour=colour, width=width))
