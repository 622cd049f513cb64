"""`reg draft`."""

from pathlib import Path
from typing import Annotated

import typer

from schemareg.operations import setup
from schemareg.operations.edits import WRITE, EditOptions
from schemareg_cli import completion, output
from schemareg_cli.options import Root, with_edit_options


@with_edit_options
def draft(
    target: Annotated[
        str,
        typer.Argument(
            metavar="PRODUCT/SCHEMA[@VERSION]",
            autocompletion=completion.schemas,
            show_default=False,
        ),
    ],
    options: EditOptions = WRITE,
    root: Root = Path(),
) -> None:
    """Copy a schema's latest version to the next one, for you to edit.

    A landed version never changes, so a change begins with a copy: of the next minor version, or
    of the one that you name. `reg bump` corrects the version once you know what the change breaks.

    \b
    Examples:
      reg draft orders/order_placed              1.2.0 is copied to 1.3.0
      reg draft orders/order_placed@2.0.0        … to 2.0.0
    """
    found = setup.draft(root, target, options=options, progress=output.show_step)
    output.hint(f"Next: edit it, then: reg check, and: reg bump {found.schema}")
