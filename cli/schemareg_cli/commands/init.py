"""`reg init`."""

from pathlib import Path
from typing import Annotated

import typer

from schemareg.operations import setup
from schemareg_cli import output
from schemareg_cli.options import Root


def init(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]", help="The folder; by default this one.", show_default=False
        ),
    ] = None,
    github: Annotated[
        bool | None,
        typer.Option(
            "--github/--no-github",
            help="Write the workflows for GitHub Actions, or do not; by default they are written if"
            " there is a .github folder, or a remote at GitHub.",
            show_default=False,
        ),
    ] = None,
    root: Root = Path(),
) -> None:
    """Make a registry of a folder or a Git repository.

    Writes registry.yaml, with every default and the name of the protected branch, at the top of the
    repository; where there is no repository, it creates one. For GitHub it also writes the
    workflows that check pull requests, comment on them, and notify owners and consumers. Existing
    files stay as they are.

    \b
    Examples:
      reg init                     here
      reg init shop-registry       in a new folder
      reg init --github            with workflows; in a registry, the missing ones
    """
    found = setup.init(root / (folder or ""), github=github, progress=output.show_step)
    if found.new:
        output.hint(
            "Next: reg new product orders --team checkout --contact checkout@example.com",
            "Then: reg new schema orders/order_placed",
        )
    if found.workflows:
        output.hint(
            *(f"{path} exists already, and was not changed" for path in found.kept),
            *(
                f"{path} needs this line in its `env`:  {line}"
                for path, line in found.missing_secrets
            ),
            "On GitHub, require the check `reg` for the protected branch.",
        )
