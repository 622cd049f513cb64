"""`reg events`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from schemareg.operations.notify import messages
from schemareg_cli import output as show
from schemareg_cli.options import Output, Root, Today


def events(
    span: Annotated[
        str | None,
        typer.Argument(
            metavar="[A..B|COMMIT]",
            help="The landings after A up to B, or one landing; by default the newest.",
            show_default=False,
        ),
    ] = None,
    reminders: Annotated[
        bool,
        typer.Option("--reminders", help="The reminders of the day, instead of what landed."),
    ] = False,
    form: Annotated[
        Literal["text", "jsonl"],
        typer.Option(
            "--format",
            "-f",
            help="The form of the answer; jsonl has one CloudEvent per line.",
            case_sensitive=False,
        ),
    ] = "text",
    output: Output = None,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """List the events of what landed, or the reminders of a day, as channels receive them.

    Nothing is sent. A and B can be days or commits. Without B, the range ends with the newest
    landing; without A, it begins with the first.

    \b
    Examples:
      reg events
      reg events 2026-01-01.. --format jsonl
      reg events v1.0..main
      reg events --reminders --today 2026-03-01
      reg schema event
    """
    from schemareg.model.errors import RegistryError
    from schemareg.reports.views import events as views

    if reminders and span:
        raise RegistryError(
            "reminders belong to a day, not to a range of landings",
            remedy="Leave out the range, or --reminders",
        )
    if reminders:
        found = messages.reminder_events(root, today=today)
    else:
        found = messages.events(root, span, today=today)
    width, colour = show.page(output)
    show.give(views.render(found, form, colour=colour, width=width), output)
