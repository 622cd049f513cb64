"""`reg unsubscribe`."""

from pathlib import Path

from schemareg.operations import edits as operations_edits
from schemareg.operations import output, registry
from schemareg_cli.options import (
    Commit,
    ConsumerName,
    DryRun,
    Element,
    NewBranch,
    PullRequest,
    Push,
    Root,
    Team,
)


def unsubscribe(
    target: Element,
    team: Team = "",
    name: ConsumerName = "",
    dry_run: DryRun = False,
    commit: Commit = False,
    branch: NewBranch = None,
    push: Push = False,
    pr: PullRequest = False,
    root: Root = Path(),
) -> None:
    """Take a team out of the readers of a product, a schema or a field.

    What else stands in its file stays as it is; the file of a team that reads nothing any more is
    removed. Whoever is the only reader need not be named.

    \b
    Examples:
      reg unsubscribe orders/order_placed#customer.email --team billing
      reg unsubscribe orders/order_placed --team billing
      reg unsubscribe orders --team billing --branch billing-leaves --pr
    """
    from schemareg.authoring import unsubscribe as authoring_unsubscribe
    from schemareg.model import targets
    from schemareg.reports.views import subscriptions as reports

    home = registry.home(root)
    element = targets.parse(target)
    with registry.promised(root) as (_, head, policy):
        edit = authoring_unsubscribe.left(head, element, team=team, name=name)
    who = edit.before.team if edit.before else team
    edits = operations_edits.Edits(
        home,
        {edit.path: edit.text},
        operations_edits.message(f"{who} does not read {element} any more"),
        policy.protected_branch,
        operations_edits.branch_for("unsubscribe", edit.path),
    )
    operations_edits.deliver(
        edits, operations_edits.Delivery(commit, branch, push, pr), dry_run=dry_run
    )
    output.give(f"\n{reports.left(edit, width=output.page().width)}")
