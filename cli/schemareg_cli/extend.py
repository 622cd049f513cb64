"""`reg extend`."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from schemareg_cli import answers, opening, proposing
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
    from schemareg import names
    from schemareg.edges import clock
    from schemareg.promises import amending
    from schemareg.promises.consumers import hit
    from schemareg.reports import announced

    if (sunset is None) is not undated:
        raise typer.BadParameter("give a day, or --open", param_hint="--sunset")
    element = names.parse(target)
    home = opening.home(root)
    with opening.promised(root) as (promises, head, policy):
        now = today or clock.today()
        edit = amending.moved(promises, head, policy, element, sunset, now, loosens or "")
        concerned = hit(head, element)
    when = f"sunset {sunset}" if sunset else "no date"
    edits = proposing.Edits(
        home,
        {edit.said.path: edit.text},
        proposing.message(f"Extend {element} ({when}, was {edit.said.sunset or 'open'})"),
        policy.protected_branch,
        proposing.branch_for("extend", edit.said.path),
    )
    proposing.deliver(edits, proposing.Delivery(commit, branch, push, pr), dry_run=dry_run)
    answers.give(f"\n{announced.moved(edit, sunset, concerned, width=answers.page().width)}")
