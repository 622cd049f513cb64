"""`reg explain`."""

from typing import Annotated

import typer

from schemareg_cli import completion, output
from schemareg_cli.options import Plain


def explain(
    rule: Annotated[
        str | None,
        typer.Argument(metavar="[RULE]", autocompletion=completion.rules, show_default=False),
    ] = None,
    form: Plain = "text",
) -> None:
    """Explain a rule: what it finds, why, and how to fix it.

    Without a rule, it lists all rules, one per line.

    \b
    Examples:
      reg explain property-required
      reg explain
      reg explain --format json
    """
    from schemareg.reports.views import rules

    width, colour = output.page()
    output.give(rules.render(rule, form, colour=colour, width=width))
