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
            help="The repository on GitHub; by default that of the job, or of the remote.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")
    ] = False,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Keep a GitHub issue for each deprecation, and one that shows the whole status.

    An issue is opened when a deprecation lands. It names the consumers and the replacement, is
    updated when something about it changes, and is closed when the target is removed or its
    deprecation is withdrawn. The issue that shows the whole status is pinned. Their marks are the
    label `schema-registry`, the author and a hidden comment; an issue without the label is left
    alone. With `notify: {issues: true}` in registry.yaml, `reg notify` does the same. The token is
    GITHUB_TOKEN, with `issues: write`.

    \b
    Examples:
      reg issues --dry-run
      reg issues --repository acme/data

    Exit codes: 0 done, or nothing to do; 1 an issue could not be written; 2 the call or the token
    is wrong; 3 GitHub did not answer.
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
    """Lines for a terminal, or for a log of GitHub Actions, without workflow commands."""
    from schemareg.text import escape

    return escape.inert("".join(f"{escape.visible(each)}\n" for each in texts))
