"""`reg deprecate`."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from schemareg.operations import edits as operations_edits
from schemareg.operations import output, registry
from schemareg_cli import completion
from schemareg_cli.options import (
    Commit,
    DryRun,
    Element,
    Loosens,
    NewBranch,
    PullRequest,
    Push,
    Root,
    Today,
    day,
    span,
)


def deprecate(
    target: Element,
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why, for those who read it in a year.")
    ],
    sunset: Annotated[
        date | None,
        typer.Option(
            parser=day,
            metavar="DATE",
            help="The first day on which it may be gone; by default what the policy asks, and a"
            " week for the review.",
        ),
    ] = None,
    within: Annotated[
        int | None,
        typer.Option("--in", parser=span, metavar="DAYS", help="The same, from today: 90d, 12w."),
    ] = None,
    undated: Annotated[bool, typer.Option("--open", help="Set no date yet.")] = False,
    loosens: Loosens = None,
    replacement: Annotated[
        str | None,
        typer.Option(
            metavar="TARGET", help="What to use instead.", autocompletion=completion.anything
        ),
    ] = None,
    migration: Annotated[
        str, typer.Option(metavar="URL", help="A page that says how to move.")
    ] = "",
    dry_run: DryRun = False,
    commit: Commit = False,
    branch: NewBranch = None,
    push: Push = False,
    pr: PullRequest = False,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Announce that a promise will end, and from when.

    Writes one file. The window that the policy gives readers runs from the day on which the file
    lands on the protected branch; until the sunset the check defends the promise. What the check
    would refuse is refused here, with the first day that works.

    \b
    Examples:
      reg deprecate orders/order_placed#customer.email --reason "Personal data leaves."
      reg deprecate orders/order_placed#status=LOST --in 120d --reason "Nobody sets it."
      reg deprecate orders/order_placed@1 --sunset 2027-06-30 --replacement orders/order_placed@2 …
      reg deprecate orders/order_placed#note --loosens required --reason "Often empty."
      reg deprecate orders/legacy --open --reason "To be replaced." --dry-run
      reg deprecate orders/order_placed#note --reason "…" --branch drop-note --pr
    """
    from schemareg.adapters import clock
    from schemareg.authoring import deprecations
    from schemareg.consumers.uses import affected_consumers
    from schemareg.model import targets
    from schemareg.reports.views.deprecations import announced

    element = targets.parse(target)
    instead = targets.parse(replacement) if replacement else None
    wish = deprecations.Wish(
        element, reason, sunset, within, undated, loosens or "", instead, migration
    )
    home = registry.home(root)
    with registry.promised(root) as (promises, head, policy):
        draft = deprecations.drafted(promises, head, policy, wish, today or clock.today())
        concerned = affected_consumers(head, element)
    told = announced(draft, concerned, width=output.page().width)
    edits = operations_edits.Edits(
        home,
        {draft.path: draft.text},
        operations_edits.deprecation(draft.said),
        policy.protected_branch,
        operations_edits.branch_for("deprecate", draft.path),
    )
    operations_edits.deliver(
        edits, operations_edits.Delivery(commit, branch, push, pr), dry_run=dry_run
    )
    output.give(f"\n{told}")
