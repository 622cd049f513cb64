"""`reg init`."""

from pathlib import Path
from typing import Annotated

import typer

from schemareg_cli import answers, opening, writing
from schemareg_cli.options import Root


def init(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="By default this one.", show_default=False),
    ] = None,
    root: Root = Path(),
) -> None:
    """Make a registry of a folder or a Git repository.

    Writes registry.yaml, with every default said, at the top of the repository, and begins a
    repository where there is none. What is there already stays as it is.

    \b
    Examples:
      reg init                     here
      reg init shop-registry       in a new folder
    """
    from schemareg import scaffold

    home = opening.begun(root / (folder or ""))
    written = writing.create(home, scaffold.registry())
    answers.wrote(home, written)
    answers.hint(
        "Next: reg new product orders --team checkout --contact checkout@example.com",
        "Then: reg new schema orders/order_placed",
    )
