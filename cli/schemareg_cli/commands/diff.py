"""`reg diff`."""

from pathlib import Path
from typing import Annotated

import typer

from schemareg.operations import output, registry
from schemareg_cli import completion
from schemareg_cli.options import At, Plain, Root


def diff(
    old: Annotated[
        str,
        typer.Argument(
            metavar="PRODUCT/SCHEMA@A", autocompletion=completion.versions, show_default=False
        ),
    ],
    new: Annotated[
        str,
        typer.Argument(
            metavar="PRODUCT/SCHEMA@B", autocompletion=completion.versions, show_default=False
        ),
    ],
    at: At = None,
    form: Plain = "text",
    root: Root = Path(),
) -> None:
    """Say what changed between two versions, and whom it breaks.

    Fields that came and went, words that changed, and both questions: can the second read what the
    first wrote, and the other way round? Nothing here passes or fails.

    \b
    Examples:
      reg diff orders/order_placed@1.0.0 orders/order_placed@1.1.0
      reg diff orders/order_placed@1 orders/order_placed@2
    """
    from schemareg.catalog import overview
    from schemareg.model import targets
    from schemareg.reports.views import diff as views_diff
    from schemareg.review.diff import diff as difference_of

    width, colour = output.page()
    with registry.current(root, at) as snapshot:
        first, second = (
            overview.version_named(snapshot, targets.parse(each)) for each in (old, new)
        )
        found = difference_of(snapshot, first, second)
    output.give(views_diff.render(found, form, colour=colour, width=width))
