"""`reg log`."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from schemareg.operations import log as operation
from schemareg_cli import completion
from schemareg_cli import output as show
from schemareg_cli.options import Output, Root, Today, day


def log(
    target: Annotated[
        str | None,
        typer.Argument(metavar="[TARGET]", autocompletion=completion.anything, show_default=False),
    ] = None,
    since: Annotated[
        date | None, typer.Option(parser=day, metavar="DATE", help="Landed on this day or later.")
    ] = None,
    until: Annotated[
        date | None, typer.Option(parser=day, metavar="DATE", help="Landed on this day or before.")
    ] = None,
    who: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Part of the name or address of a person involved."),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND",
            help="version.released, deprecation, owner.changed, …; may be repeated.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="The maximum number.")] = 50,
    signatures: Annotated[
        bool, typer.Option("--signatures", help="Let Git verify signatures; slow.")
    ] = False,
    judge: Annotated[
        bool,
        typer.Option(
            "--outcomes/--no-outcomes",
            help="Show what each version did to its readers, as of its day; slow the first time.",
        ),
    ] = True,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="REF|DATE",
            help="The last commit or day; by default that of the protected branch.",
        ),
    ] = None,
    form: Annotated[
        Literal["text", "json", "jsonl", "csv", "markdown"],
        typer.Option("--format", "-f", help="How the answer is written.", case_sensitive=False),
    ] = "text",
    output: Output = None,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """List what landed, newest first: who, what, when, who approved.

    One entry for each fact in the history of the protected branch: versions and what they did to
    their readers, deprecations, consumers, waivers, owners, policy; and the days on which a sunset
    was reached or a waiver expired. Names are what commits claim, unless they are signed.

    \b
    Examples:
      reg log
      reg log orders/order_placed
      reg log orders --kind deprecation --since 2026-01-01
      reg log --who ada@example.com --format csv --limit 1000
      reg log orders --signatures --format json
    """
    from schemareg.reports.views import log as views

    found = operation.log(
        root,
        target,
        since=since,
        until=until,
        who=who,
        kinds=kind or (),
        limit=limit,
        signatures=signatures,
        outcomes=judge,
        at=at,
        today=today,
        progress=lambda text: show.hint(f"reg: {text}"),
    )
    width, colour = show.page(output)
    text = views.render(
        found.facts,
        found.people,
        form,
        outcomes=found.outcomes,
        more=found.more,
        colour=colour,
        width=width,
    )
    show.give(text, output)
