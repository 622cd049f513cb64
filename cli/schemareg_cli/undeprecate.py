"""`reg undeprecate`."""

from pathlib import Path

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
)


def undeprecate(
    target: Announced,
    loosens: Loosens = None,
    dry_run: DryRun = False,
    commit: Commit = False,
    branch: NewBranch = None,
    push: Push = False,
    pr: PullRequest = False,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Withdraw a deprecation: the promise is whole again.

    Takes its file away. The time that has run is lost: deprecating it again starts a new window.
    Once its sunset has come, the file stays as history, and this refuses.

    \b
    Examples:
      reg undeprecate orders/order_placed#customer.email
      reg undeprecate orders/order_placed#note --loosens required
      reg undeprecate orders/order_placed@1 --branch keep-1 --pr
    """
    from schemareg import names
    from schemareg.edges import clock
    from schemareg.promises import amending
    from schemareg.promises.consumers import hit
    from schemareg.reports import announced

    element = names.parse(target)
    home = opening.home(root)
    with opening.promised(root) as (promises, head, policy):
        day = today or clock.today()
        edit = amending.withdrawn(promises, head, policy, element, day, loosens or "")
        concerned = hit(head, element)
    edits = proposing.Edits(
        home,
        {edit.said.path: None},
        proposing.message(f"Keep {element}: withdraw its deprecation"),
        policy.protected_branch,
        proposing.branch_for("keep", edit.said.path),
    )
    proposing.deliver(edits, proposing.Delivery(commit, branch, push, pr), dry_run=dry_run)
    answers.give(f"\n{announced.withdrawn(edit, concerned, width=answers.page().width)}")
