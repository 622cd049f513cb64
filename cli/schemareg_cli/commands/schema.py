"""`reg schema`."""

from typing import Annotated

import typer

from schemareg_cli import completion, output


def schema(
    kind: Annotated[
        str | None,
        typer.Argument(metavar="[KIND]", autocompletion=completion.kinds, show_default=False),
    ] = None,
) -> None:
    """Print the JSON Schema of one of the registry's file kinds.

    Editors use it to complete and check files, programs to read reports. Without a kind, it lists
    the kinds.

    \b
    Examples:
      reg schema
      reg schema product > product.schema.json
      reg schema report
    """
    from schemareg.reports.views import json_schemas

    output.give(json_schemas.schema_text(kind) if kind else json_schemas.kinds_text())
