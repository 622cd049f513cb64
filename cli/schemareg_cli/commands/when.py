"""`reg when`."""

from pathlib import Path

from schemareg.operations import deprecations
from schemareg_cli import output
from schemareg_cli.options import Element, Plain, Root, Since, Today


def when(
    target: Element,
    at: Since = None,
    form: Plain = "text",
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Show from which day a target may be removed, and why.

    \b
    Examples:
      reg when orders/order_placed#customer.email
      reg when orders/order_placed@1 --format json
    """
    from schemareg.reports.views import status as views

    found = deprecations.status(root, target, at=at, today=today)
    output.give(views.render(found, form) if form == "json" else views.when(found))
