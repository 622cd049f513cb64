"""`reg draft`."""

from pathlib import Path
from typing import Annotated

import typer

from schemareg.operations import output, registry, writing
from schemareg_cli import completion
from schemareg_cli.options import Root


def draft(
    target: Annotated[
        str,
        typer.Argument(
            metavar="PRODUCT/SCHEMA[@VERSION]",
            autocompletion=completion.schemas,
            show_default=False,
        ),
    ],
    root: Root = Path(),
) -> None:
    """Copy a schema's latest version to the next one, to be edited.

    A landed version never changes, so a change begins with a copy: of the next minor version, or
    of the one you name. `reg bump` corrects the name once you know what the change breaks.

    \b
    Examples:
      reg draft orders/order_placed              1.2.0 is copied to 1.3.0
      reg draft orders/order_placed@2.0.0        … to 2.0.0
    """
    from schemareg.authoring import additions, drafts

    home = registry.home(root)
    with registry.drafting(root) as (base, head):
        latest, path = drafts.next_draft(base, head, additions.target_of(target))
        text = head.document(latest.path).text
    output.wrote(home, writing.create(home, {path: text}))
    output.hint(f"Next: edit it, then: reg check, and: reg bump {latest.product}/{latest.schema}")
