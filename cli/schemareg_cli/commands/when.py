"""`reg when`."""

from pathlib import Path

from schemareg.operations import output, registry
from schemareg_cli.options import Element, Plain, Root, Since, Today


def when(
    target: Element,
    at: Since = None,
    form: Plain = "text",
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Say from which day on something may be gone, and why.

    \b
    Examples:
      reg when orders/order_placed#customer.email
      reg when orders/order_placed@1 --format json
    """
    from schemareg.deprecation.status import status as standing
    from schemareg.model import targets
    from schemareg.reports.views import status as reports

    with registry.landed(root, at) as (promises, here):
        day = registry.as_of(at, today, lambda: promises.history)
        found = standing(promises, here, targets.parse(target), day)
    output.give(reports.render(found, form) if form == "json" else reports.when(found))
