"""`reg sunsets`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from schemareg_cli import answers, opening
from schemareg_cli.options import Output, Root, Since, Today, span


def sunsets(
    within: Annotated[
        int | None,
        typer.Option(parser=span, metavar="DAYS", help="Only what ends by then: 90d, 12w."),
    ] = None,
    past: Annotated[bool, typer.Option("--past", help="Also what has ended.")] = False,
    at: Since = None,
    form: Annotated[
        Literal["text", "json", "ics", "markdown"],
        typer.Option(
            "--format",
            "-f",
            help="How the answer is written; ics is a calendar to subscribe to.",
            case_sensitive=False,
        ),
    ] = "text",
    output: Output = None,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """List what ends, in all products, the soonest first.

    \b
    Examples:
      reg sunsets --within 90d
      reg sunsets --format ics --output sunsets.ics      for calendars
      reg sunsets --format markdown >> "$GITHUB_STEP_SUMMARY"
    """
    from schemareg.promises import calendar
    from schemareg.reports import calendar as reports

    page = answers.page(output)
    with opening.landed(root, at) as (promises, _):
        day = opening.as_of(at, today, lambda: promises.history)
        found = calendar.sunsets(opening.announced(promises), day, within=within, past=past)
    answers.give(reports.render(found, day, form, colour=page.colour, width=page.width), output)
