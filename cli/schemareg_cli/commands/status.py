"""`reg status`."""

from pathlib import Path

from schemareg.operations import deprecations
from schemareg_cli import output
from schemareg_cli.options import Element, Plain, Root, Since, Today


def status(
    target: Element,
    at: Since = None,
    form: Plain = "text",
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Show the status of a promise, since when it holds, and what blocks its removal.

    Looks at the protected branch, as it was fetched. A deprecation in files that have not landed is
    shown as proposed.

    \b
    Examples:
      reg status orders/order_placed#customer.email      a field
      reg status "orders/order_placed#status=LOST"       one value of it
      reg status orders/order_placed@1                   a major line
      reg status orders                                  a product, and all that ends in it
      reg status orders --today 2027-03-01 --format json
    """
    from schemareg.reports.views import status as views

    width, colour = output.page()
    found = deprecations.status(root, target, at=at, today=today)
    output.give(views.render(found, form, colour=colour, width=width))
