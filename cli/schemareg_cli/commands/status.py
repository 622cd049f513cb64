"""`reg status`."""

from pathlib import Path

from schemareg.operations import output, registry
from schemareg_cli.options import Element, Plain, Root, Since, Today


def status(
    target: Element,
    at: Since = None,
    form: Plain = "text",
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Say where a promise stands, since when, and what is in the way.

    Asks the protected branch, as far as it was fetched. A deprecation in files that have not landed
    is told beside what has.

    \b
    Examples:
      reg status orders/order_placed#customer.email      a field
      reg status "orders/order_placed#status=LOST"       one value of it
      reg status orders/order_placed@1                   a major line
      reg status orders                                  a product, and all that ends in it
      reg status orders --today 2027-03-01 --format json
    """
    from schemareg.deprecation.status import status as standing
    from schemareg.model import targets
    from schemareg.reports.views import status as reports

    page = output.page()
    with registry.landed(root, at) as (promises, here):
        day = registry.as_of(at, today, lambda: promises.history)
        found = standing(promises, here, targets.parse(target), day)
    output.give(reports.render(found, form, colour=page.colour, width=page.width))
