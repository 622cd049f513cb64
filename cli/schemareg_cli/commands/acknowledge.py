"""`reg acknowledge`."""

from pathlib import Path
from typing import Annotated

import typer

from schemareg.operations import authoring
from schemareg.operations.edits import WRITE, EditOptions
from schemareg_cli import output
from schemareg_cli.options import ConsumerName, Element, Root, Team, Today, with_edit_options


@with_edit_options
def acknowledge(
    target: Element,
    team: Team = "",
    name: ConsumerName = "",
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Withdraw the acknowledgement.")
    ] = False,
    options: EditOptions = WRITE,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Agree, as a consumer of a target, that it may go before its sunset.

    Writes the target under `acks` in the team's own file. Once this has landed, and once every
    consumer of the target has agreed, the deprecated target may be removed before its sunset.

    \b
    Examples:
      reg acknowledge orders/order_placed#customer.email --team billing
      reg acknowledge orders/order_placed@1 --team billing --pr
      reg acknowledge orders/order_placed#customer.email --team billing --withdraw
    """
    from schemareg.reports.views import subscriptions as views

    found = authoring.acknowledge(
        root,
        target,
        team=team,
        name=name,
        withdraw=withdraw,
        options=options,
        today=today,
        progress=output.show_step,
    )
    text = views.agreed(
        found.registrations,
        found.target,
        found.missing,
        found.term,
        found.today,
        withdrawn=withdraw,
        width=output.page().width,
    )
    output.give(f"\n{text}")
