"""Prove what landed: that nothing was altered, removed or cut short."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from schemareg_cli import answers, auditing
from schemareg_cli.options import Output, Plain, Root

_Head = Annotated[
    str | None,
    typer.Option(
        metavar="REF", help="The line up to here; by default that of the protected branch."
    ),
]


def verify(
    checkpoint: Annotated[
        str | None,
        typer.Option(metavar="LINE", help="What `reg audit checkpoint` printed, in quotes."),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="From the first landing, not from where it came last.")
    ] = False,
    head: _Head = None,
    fail_on: Annotated[
        Literal["error", "warning", "notice"],
        typer.Option(help="The least severe violation that makes the exit code 1."),
    ] = "error",
    form: Plain = "text",
    output: Output = None,
    root: Root = Path(),
) -> None:
    """Find what must never have happened: over the whole history of the protected branch.

    Every version that landed is there and byte for byte what it was; time runs forward; no
    deprecation was cut short; the head descends from the checkpoint. Each violation names commit,
    person, day and path. What was verified is remembered, so the next run looks at what is new.

    \b
    Examples:
      reg audit verify
      reg audit verify --full --format json
      reg audit verify --checkpoint "$(cat checkpoint.txt)"

    Exit codes: 0 nothing; 1 violations at or above --fail-on; 2 the call is wrong; 3 it cannot be
    decided: history is missing here.
    """
    from schemareg.audit import checkpoint as checkpoints
    from schemareg.model import Severity
    from schemareg.reports import audit as shown

    line = checkpoints.parse(checkpoint) if checkpoint is not None else None
    with auditing.line(root, head) as history:
        found = auditing.verified(root, history, line, full=full)
    width, colour = answers.page(output)
    answers.give(shown.verification(found, form, colour=colour, width=width), output)
    raise typer.Exit(int(found.fails(Severity(fail_on))))
