"""`reg impact`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from schemareg.operations import output as operations_output
from schemareg.operations import registry
from schemareg_cli import completion
from schemareg_cli.options import Base, Head, Output, Root, Today

if TYPE_CHECKING:
    from datetime import date

    from schemareg.operations.output import Page


def impact(
    target: Annotated[
        str | None,
        typer.Argument(metavar="[TARGET]", autocompletion=completion.anything, show_default=False),
    ] = None,
    base: Base = None,
    head: Head = None,
    form: Annotated[
        Literal["text", "json", "markdown"],
        typer.Option("--format", "-f", help="How the answer is written.", case_sensitive=False),
    ] = "text",
    output: Output = None,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Say who would be hit if something went, or is hit by the change at hand.

    With each consumer go the fields it reads, how it is reached, and whether it agreed to lose
    them. With a target, --head names where to look.

    \b
    Examples:
      reg impact orders/order_placed#customer.email   if this field went
      reg impact orders/order_placed@1                if this line were closed
      reg impact                                      what the working tree changes
      reg impact --head HEAD --format markdown        what a branch changes, as committed

    Exit codes: 0 nobody is hit who has not agreed; 1 somebody is, for a change by an error; 2 the
    input is wrong; 3 it cannot be decided.
    """
    page = operations_output.page(output)
    if target is not None:
        text, hurts = _of_target(root, target, base, head, form, page)
    else:
        text, hurts = _of_change(root, base, head, form, page, today)
    operations_output.give(text, output)
    raise typer.Exit(int(hurts))


def _of_target(
    root: Path, target: str, base: str | None, head: str | None, form: str, page: "Page"
) -> tuple[str, bool]:
    from schemareg.consumers import impact
    from schemareg.model import targets
    from schemareg.model.errors import RegistryError
    from schemareg.reports.views import impact as reports

    if base is not None:
        raise RegistryError(
            "a target is looked for in one state, and needs no base",
            where="--base",
            remedy="Leave it out; --head says where to look",
        )
    element = targets.parse(target)
    with registry.current(root, head) as snapshot:
        found = impact.readers_of(snapshot, element)
    text = reports.of_target(found, element, form, colour=page.colour, width=page.width)
    return text, not all(each.acknowledged for each in found)


def _of_change(
    root: Path,
    base: str | None,
    head: str | None,
    form: str,
    page: "Page",
    today: "date | None",
) -> tuple[str, bool]:
    from schemareg.adapters import clock
    from schemareg.consumers import impact
    from schemareg.model import Severity
    from schemareg.reports.views import impact as reports
    from schemareg.review.review import review

    with registry.change(root, base, head, None) as change:
        before, after, then = change.base, change.head, change.day
        registry.refuse_no_registry(before, after)
        with registry.landings(root, before.files, change.branch) as history:
            report = review(before, after, today or then or clock.today(), history=history)
        found = impact.consumer_impacts(before, after, report.findings)
    text = reports.of_change(found, report, form, colour=page.colour, width=page.width)
    losses = [loss for each in found for loss in each.losses]
    return text, any(each.finding.severity is Severity.ERROR for each in losses)
