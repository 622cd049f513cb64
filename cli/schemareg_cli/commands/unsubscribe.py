"""`reg unsubscribe`."""

from pathlib import Path

from schemareg.operations import authoring
from schemareg.operations.edits import WRITE, EditOptions
from schemareg_cli import output
from schemareg_cli.options import ConsumerName, Element, Root, Team, with_edit_options


@with_edit_options
def unsubscribe(
    target: Element,
    team: Team = "",
    name: ConsumerName = "",
    options: EditOptions = WRITE,
    root: Root = Path(),
) -> None:
    """Remove a team from the consumers of a product, a schema or a field.

    Other lines of its file stay; the file of a team that no longer reads anything is removed. The
    only consumer need not be named.

    \b
    Examples:
      reg unsubscribe orders/order_placed#customer.email --team billing
      reg unsubscribe orders/order_placed --team billing
      reg unsubscribe orders --team billing --branch billing-leaves --pr
    """
    from schemareg.reports.views import subscriptions as views

    found = authoring.unsubscribe(
        root, target, team=team, name=name, options=options, progress=output.show_step
    )
    output.give(f"\n{views.left(found.registration, width=output.page().width)}")
