"""`reg events`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from schemareg.operations import audit
from schemareg.operations import output as operations_output
from schemareg.operations.notify import messages
from schemareg_cli.options import Output, Root, Today


def events(
    span: Annotated[
        str | None,
        typer.Argument(
            metavar="[A..B|COMMIT]",
            help="The landings after A up to B, or one; by default the newest.",
            show_default=False,
        ),
    ] = None,
    reminders: Annotated[
        bool,
        typer.Option("--reminders", help="What the day brings, instead of what landed."),
    ] = False,
    form: Annotated[
        Literal["text", "jsonl"],
        typer.Option(
            "--format",
            "-f",
            help="How the answer is written; jsonl has a CloudEvent a line.",
            case_sensitive=False,
        ),
    ] = "text",
    output: Output = None,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Tell what landed, or what a day brings, as those are told whom it concerns.

    Nothing is sent. A..B may name days as well as commits; an end that is left out is the newest
    landing, a beginning that is left out is the first.

    \b
    Examples:
      reg events
      reg events 2026-01-01.. --format jsonl
      reg events v1.0..main
      reg events --reminders --today 2026-03-01
      reg schema event
    """
    from schemareg.adapters import clock
    from schemareg.model.errors import RegistryError
    from schemareg.reports.views import events as views_events

    day = today or clock.today()
    if reminders and span:
        raise RegistryError(
            "a day brings its reminders whatever landed",
            remedy="Leave out the range, or --reminders",
        )
    if reminders:
        found = messages.reminded(root, day)
    else:
        with audit.line(root, messages.end_of(span)) as history:
            after = messages.after(root, history, span)
            told = messages.news_between(root, history, after, day)
            found = tuple(each.event for _, news in told for each in news)
    width, colour = operations_output.page(output)
    operations_output.give(views_events.render(found, form, colour=colour, width=width), output)
