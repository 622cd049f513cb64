"""`reg when`."""

from pathlib import Path

from schemareg_cli import answers, opening
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
    from schemareg import names
    from schemareg.promises.status import status as standing
    from schemareg.reports import status as reports

    with opening.landed(root, at) as (promises, here):
        day = opening.as_of(at, today, lambda: promises.history)
        found = standing(promises, here, names.parse(target), day)
    answers.give(reports.render(found, form) if form == "json" else reports.when(found))
