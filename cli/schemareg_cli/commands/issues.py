"""`reg issues`."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from schemareg.operations.github import issues as operation
from schemareg_cli import output
from schemareg_cli.options import Root, Today


def issues(
    repository: Annotated[
        str | None,
        typer.Option(
            metavar="OWNER/NAME",
            help="The repository on GitHub; by default the job's own, or the remote's.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Keep a GitHub issue for each deprecation, and one that shows the whole status.

    An issue is opened when a deprecation has landed, says who reads the thing and what to take
    instead, is written anew when something about it changes, and is closed when the thing is gone
    or stays after all. The one that shows the whole is pinned. They are told from others by the
    label `schema-registry`, their author and a mark; whoever takes the label off keeps the issue.
    With `notify: {issues: true}` in registry.yaml, `reg notify` does the same. The token is
    GITHUB_TOKEN, with `issues: write`.

    \b
    Examples:
      reg issues --dry-run
      reg issues --repository acme/data

    Exit codes: 0 done, or nothing to do; 1 some could not be written; 2 the call or the token is
    wrong; 3 GitHub gave no answer.
    """
    import os

    found = operation.update_here(
        root,
        os.environ,
        today=today,
        repository=repository,
        dry=dry_run,
        progress=lambda text: output.hint(f"reg: {text}"),
    )
    output.give(_lines(found.done))
    if found.left:
        output.hint(f"The next run opens {found.left} more")
    output.hint(*_lines(f"reg: {line}" for line in found.failed).splitlines())
    raise typer.Exit(bool(found.failed))


def _lines(texts: Iterable[str]) -> str:
    """Lines for a terminal, or for a log of GitHub Actions, in which they command nothing."""
    from schemareg.text import escape

    return escape.inert("".join(f"{escape.visible(each)}\n" for each in texts))
