"""`reg undeprecate`."""

from pathlib import Path

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
    from schemareg.adapters import clock
    from schemareg.authoring import amending
    from schemareg.consumers.uses import affected_consumers
    from schemareg.model import targets
    from schemareg.reports.views import deprecations

    element = targets.parse(target)
    home = registry.home(root)
    with registry.promised(root) as (promises, head, policy):
        day = today or clock.today()
        edit = amending.withdrawn(promises, head, policy, element, day, loosens or "")
        concerned = affected_consumers(head, element)
    edits = operations_edits.Edits(
        home,
        {edit.said.path: None},
        operations_edits.message(f"Keep {element}: withdraw its deprecation"),
        policy.protected_branch,
        operations_edits.branch_for("keep", edit.said.path),
    )
    operations_edits.deliver(
        edits, operations_edits.Delivery(commit, branch, push, pr), dry_run=dry_run
    )
    output.give(f"\n{deprecations.withdrawn(edit, concerned, width=output.page().width)}")
