"""`reg undeprecate`."""

from pathlib import Path

from schemareg.operations import authoring
from schemareg.operations.edits import WRITE, EditOptions
from schemareg_cli import output
from schemareg_cli.options import Announced, Loosens, Root, Today, with_edit_options


@with_edit_options
def undeprecate(
    target: Announced,
    loosens: Loosens = None,
    options: EditOptions = WRITE,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Withdraw a deprecation: the promise holds again without an end.

    Removes its file. The days that have passed are lost: deprecating it again starts a new window.
    After the sunset the file is history and stays, and this command refuses.

    \b
    Examples:
      reg undeprecate orders/order_placed#customer.email
      reg undeprecate orders/order_placed#note --loosens required
      reg undeprecate orders/order_placed@1 --branch keep-1 --pr
    """
    from schemareg.reports.views import deprecations as views

    found = authoring.undeprecate(
        root,
        target,
        loosens=loosens or "",
        options=options,
        today=today,
        progress=output.show_step,
    )
    width = output.page().width
    output.give(f"\n{views.withdrawn(found.amendment, found.consumers, width=width)}")
