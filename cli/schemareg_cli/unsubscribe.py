"""`reg unsubscribe`."""

from pathlib import Path

from schemareg_cli import answers, opening, proposing
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
    from schemareg import names
    from schemareg.promises import leaving
    from schemareg.reports import registered as reports

    home = opening.home(root)
    element = names.parse(target)
    with opening.promised(root) as (_, head, policy):
        edit = leaving.left(head, element, team=team, name=name)
    who = edit.before.team if edit.before else team
    edits = proposing.Edits(
        home,
        {edit.path: edit.text},
        proposing.message(f"{who} does not read {element} any more"),
        policy.protected_branch,
        proposing.branch_for("unsubscribe", edit.path),
    )
    proposing.deliver(edits, proposing.Delivery(commit, branch, push, pr), dry_run=dry_run)
    answers.give(f"\n{reports.left(edit, width=answers.page().width)}")
