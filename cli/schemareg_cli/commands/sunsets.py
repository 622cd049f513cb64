"""`reg sunsets`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from schemareg.operations import output as operations_output
from schemareg.operations import registry
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
    from schemareg.deprecation import sunsets as deprecation_sunsets
    from schemareg.reports.views import sunsets as reports

    page = operations_output.page(output)
    with registry.landed(root, at) as (promises, _):
        day = registry.as_of(at, today, lambda: promises.history)
        found = deprecation_sunsets.sunsets(
            registry.announced(promises), day, within=within, past=past
        )
    operations_output.give(
        reports.render(found, day, form, colour=page.colour, width=page.width), output
    )
