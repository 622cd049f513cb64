"""`reg deprecate`."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from schemareg.operations import authoring
from schemareg.operations.edits import WRITE, EditOptions
from schemareg_cli import completion, output
from schemareg_cli.options import Element, Loosens, Root, Today, day, span, with_edit_options


@with_edit_options
def deprecate(
    target: Element,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it ends; consumers read this.")],
    sunset: Annotated[
        date | None,
        typer.Option(
            parser=day,
            metavar="DATE",
            help="The first day on which it may be removed; by default the end of the policy's window,"
            " plus a week for the review.",
        ),
    ] = None,
    within: Annotated[
        int | None,
        typer.Option(
            "--in", parser=span, metavar="DAYS", help="The sunset, counted from today: 90d, 12w."
        ),
    ] = None,
    undated: Annotated[bool, typer.Option("--open", help="Announce it without a sunset.")] = False,
    loosens: Loosens = None,
    replacement: Annotated[
        str | None,
        typer.Option(
            metavar="TARGET", help="What to use instead.", autocompletion=completion.anything
        ),
    ] = None,
    migration: Annotated[
        str, typer.Option(metavar="URL", help="A page that explains how to migrate.")
    ] = "",
    options: EditOptions = WRITE,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Announce that a promise ends, and when.

    Writes one file. The window of the policy starts on the day on which the file lands on the
    protected branch; until the sunset the check defends the promise. A sunset that the check would
    refuse is refused here, with the first day that works.

    \b
    Examples:
      reg deprecate orders/order_placed#customer.email --reason "Personal data is removed."
      reg deprecate orders/order_placed#status=LOST --in 120d --reason "Nobody sets it."
      reg deprecate orders/order_placed@1 --sunset 2027-06-30 --replacement orders/order_placed@2 …
      reg deprecate orders/order_placed#note --loosens required --reason "Often empty."
      reg deprecate orders/legacy --open --reason "To be replaced." --dry-run
      reg deprecate orders/order_placed#note --reason "…" --branch drop-note --pr
    """
    from schemareg.reports.views import deprecations as views

    found = authoring.deprecate(
        root,
        target,
        reason,
        sunset=sunset,
        within=within,
        undated=undated,
        loosens=loosens or "",
        replacement=replacement,
        migration=migration,
        options=options,
        today=today,
        progress=output.show_step,
    )
    width = output.page().width
    output.give(f"\n{views.announced(found.draft, found.consumers, width=width)}")
