"""`reg consumers`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from schemareg.operations import output as operations_output
from schemareg.operations import registry
from schemareg_cli import completion
from schemareg_cli.options import At, Output, Root


def consumers(
    target: Annotated[
        str | None,
        typer.Argument(metavar="[TARGET]", autocompletion=completion.anything, show_default=False),
    ] = None,
    at: At = None,
    form: Annotated[
        Literal["text", "json", "markdown", "csv"],
        typer.Option("--format", "-f", help="How the answer is written.", case_sensitive=False),
    ] = "text",
    output: Output = None,
    root: Root = Path(),
) -> None:
    """List who reads what: of everything, or of a product, a schema, a field.

    \b
    Examples:
      reg consumers                                      of all products
      reg consumers orders
      reg consumers orders/order_placed#customer.email   who reads this field
      reg consumers orders/order_placed@1                who is on this major line
      reg consumers --at 2026-03-01 --format csv         who was registered by then
    """
    from schemareg.consumers import impact
    from schemareg.model import targets
    from schemareg.reports.views import consumers as reports

    element = targets.parse(target) if target else None
    with registry.current(root, at) as snapshot:
        found = (
            impact.all_readers(snapshot)
            if element is None
            else impact.readers_of(snapshot, element)
        )
    page = operations_output.page(output)
    text = reports.render(found, element, form, colour=page.colour, width=page.width)
    operations_output.give(text, output)
