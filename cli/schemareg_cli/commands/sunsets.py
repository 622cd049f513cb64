"""`reg sunsets`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from schemareg.operations import deprecations
from schemareg_cli import output as show
from schemareg_cli.options import Output, Root, Since, Today, span


def sunsets(
    within: Annotated[
        int | None,
        typer.Option(
            parser=span, metavar="DAYS", help="Only what ends within this time: 90d, 12w."
        ),
    ] = None,
    past: Annotated[bool, typer.Option("--past", help="Also what has ended.")] = False,
    at: Since = None,
    form: Annotated[
        Literal["text", "json", "ics", "markdown"],
        typer.Option(
            "--format",
            "-f",
            help="The form of the answer; ics is a calendar to subscribe to.",
            case_sensitive=False,
        ),
    ] = "text",
    output: Output = None,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """List the sunsets of all products, earliest first.

    \b
    Examples:
      reg sunsets --within 90d
      reg sunsets --format ics --output sunsets.ics      for calendars
      reg sunsets --format markdown >> "$GITHUB_STEP_SUMMARY"
    """
    from schemareg.reports.views import sunsets as views

    found = deprecations.sunsets(root, within=within, past=past, at=at, today=today)
    width, colour = show.page(output)
    text = views.render(found.sunsets, found.today, form, colour=colour, width=width)
    show.give(text, output)
