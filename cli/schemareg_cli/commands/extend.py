"""`reg extend`."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from schemareg.operations import edits as operations_edits
from schemareg.operations import output, registry
from schemareg_cli.options import (
    Announced,
    Commit,
    DryRun,
    Loosens,
    NewBranch,
    PullRequest,
    Push,
    Root,
    Today,
    day,
)


def extend(
    target: Announced,
    sunset: Annotated[
        date | None,
        typer.Option(parser=day, metavar="DATE", help="The first day on which it may be gone."),
    ] = None,
    undated: Annotated[bool, typer.Option("--open", help="Take the date back.")] = False,
    loosens: Loosens = None,
    dry_run: DryRun = False,
    commit: Commit = False,
    branch: NewBranch = None,
    push: Push = False,
    pr: PullRequest = False,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Move the sunset of what is deprecated; the rest of its file stays as it is.

    A later day keeps the time that has run. An earlier one is a new announcement: it needs the
    whole window from its own landing, and is refused before that, with the first day that works.

    \b
    Examples:
      reg extend orders/order_placed#customer.email --sunset 2027-06-30
      reg extend orders/order_placed@1 --open
      reg extend orders/order_placed#note --sunset 2027-06-30 --branch later --pr
    """
    from schemareg.adapters import clock
    from schemareg.authoring import amending
    from schemareg.consumers.uses import affected_consumers
    from schemareg.model import targets
    from schemareg.reports.views import deprecations

    if (sunset is None) is not undated:
        raise typer.BadParameter("give a day, or --open", param_hint="--sunset")
    element = targets.parse(target)
    home = registry.home(root)
    with registry.promised(root) as (promises, head, policy):
        now = today or clock.today()
        edit = amending.moved(promises, head, policy, element, sunset, now, loosens or "")
        concerned = affected_consumers(head, element)
    when = f"sunset {sunset}" if sunset else "no date"
    edits = operations_edits.Edits(
        home,
        {edit.said.path: edit.text},
        operations_edits.message(f"Extend {element} ({when}, was {edit.said.sunset or 'open'})"),
        policy.protected_branch,
        operations_edits.branch_for("extend", edit.said.path),
    )
    operations_edits.deliver(
        edits, operations_edits.Delivery(commit, branch, push, pr), dry_run=dry_run
    )
    output.give(f"\n{deprecations.moved(edit, sunset, concerned, width=output.page().width)}")
