"""`reg waive`."""

import shlex
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from schemareg.operations import authoring
from schemareg.operations.edits import WRITE, EditOptions
from schemareg_cli import completion, output
from schemareg_cli.options import Root, Today, day, with_edit_options


@with_edit_options
def waive(
    fingerprint: Annotated[str, typer.Argument(metavar="FINGERPRINT", show_default=False)],
    until: Annotated[
        date, typer.Option(parser=day, metavar="DATE", help="The last day of the waiver.")
    ],
    product: Annotated[
        str | None,
        typer.Argument(
            metavar="PRODUCT",
            autocompletion=completion.products,
            help="The product; by default that of the finding.",
            show_default=False,
        ),
    ] = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it is accepted.")] = "",
    rule: Annotated[
        str,
        typer.Option(
            metavar="ID",
            help="The rule of the finding; by default the one that is reported.",
            autocompletion=completion.rules,
        ),
    ] = "",
    approver: Annotated[
        str, typer.Option(metavar="NAME", help="Who accepts it; by default your name in Git.")
    ] = "",
    options: EditOptions = WRITE,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Accept one finding, for a time.

    Writes the waiver of a finding that `reg check` reports here, or renews an existing waiver. It
    takes effect once it has landed by itself; the finding stays visible in every report.

    \b
    Examples:
      reg waive 3f2a9c1b04d5e6f7 --until 2027-01-31 --reason "Nobody reads it yet."
      reg waive 3f2a9c1b --until 2027-02-28                    renew it
      reg waive 3f2a9c1b04d5e6f7 orders --rule field-removed --until 2027-01-31 --reason "…"
    """
    from schemareg.reports.views import waivers as views

    found = authoring.waive(
        root,
        fingerprint,
        until,
        product=product,
        reason=reason,
        rule=rule,
        approver=approver,
        options=options,
        today=today,
        progress=output.show_step,
    )
    output.give(f"\n{views.granted(found.edit, found.finding, width=output.page().width)}")
    if not found.alone:
        waiver = found.edit.waiver
        output.hint(
            "Note: this branch has other commits, so the waiver does not land by itself. From"
            f" {found.protected}:",
            f"  git switch {shlex.quote(found.protected)}",
            f"  reg waive {waiver.fingerprint} {found.product} --rule {waiver.rule}"
            f" --until {until} --reason … --branch NAME",
        )
