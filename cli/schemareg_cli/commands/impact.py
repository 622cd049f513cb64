"""`reg impact`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from schemareg.operations import check, lookup
from schemareg_cli import completion
from schemareg_cli import output as show
from schemareg_cli.options import Base, Head, Output, Root, Today


def impact(
    target: Annotated[
        str | None,
        typer.Argument(metavar="[TARGET]", autocompletion=completion.anything, show_default=False),
    ] = None,
    base: Base = None,
    head: Head = None,
    form: Annotated[
        Literal["text", "json", "markdown"],
        typer.Option("--format", "-f", help="The form of the answer.", case_sensitive=False),
    ] = "text",
    output: Output = None,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Show the consumers of a target, or those that the current change breaks.

    Each consumer is shown with the fields that it reads, how to reach it, and whether it agreed to
    lose them. With a target, --head names the revision to look at.

    \b
    Examples:
      reg impact orders/order_placed#customer.email   if this field is removed
      reg impact orders/order_placed@1                if this major line is closed
      reg impact                                      what the working tree changes
      reg impact --head HEAD --format markdown        what a branch changes, as committed

    Exit codes: 0 every consumer concerned has agreed; 1 a consumer has not, or an error of the
    change concerns one; 2 the input is wrong; 3 it cannot be decided.
    """
    from schemareg.model import targets
    from schemareg.model.errors import RegistryError
    from schemareg.reports.views import impact as views

    width, colour = show.page(output)
    if target is None:
        found = check.impact(root, base=base, head=head, today=today)
        text = views.of_change(found.consumers, found.report, form, colour=colour, width=width)
        show.give(text, output)
        raise typer.Exit(int(found.breaks))
    if base is not None:
        raise RegistryError(
            "a target is looked up in one state, and has no base",
            where="--base",
            remedy="Leave it out; --head names the revision",
        )
    consumers = lookup.consumers(root, target, head)
    element = targets.parse(target)
    text = views.of_target(consumers, element, form, colour=colour, width=width)
    show.give(text, output)
    raise typer.Exit(int(not all(each.acknowledged for each in consumers)))
