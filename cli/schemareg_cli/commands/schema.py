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

    Editors complete and check files by it; programs read reports by it. Without a kind, their
    names.

    \b
    Examples:
      reg schema
      reg schema product > product.schema.json
      reg schema report
    """
    from schemareg.reports.views import json_schemas

    output.give(json_schemas.schema_text(kind) if kind else json_schemas.kinds_text())
