"""`reg retire`."""

from pathlib import Path

from schemareg_cli import answers, opening, proposing
from schemareg_cli.options import (
    Announced,
    Commit,
    DryRun,
    NewBranch,
    PullRequest,
    Push,
    Root,
    Today,
)


def retire(
    target: Announced,
    dry_run: DryRun = False,
    commit: Commit = False,
    branch: NewBranch = None,
    push: Push = False,
    pr: PullRequest = False,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Take out what is over, in the one legal way; refuses before its day.

    A field or an enum value leaves with a new version: the latest one is copied without it, or
    edited where it has not landed yet. Versions, major lines, schemas and products stay where they
    are; for them this says what their end means.

    \b
    Examples:
      reg retire orders/order_placed#customer.email
      reg retire orders/order_placed#status=LOST --dry-run
      reg retire orders/order_placed@1
      reg retire orders/order_placed#note --branch without-note --pr
    """
    from schemareg import names
    from schemareg.edges import clock
    from schemareg.promises import retiring
    from schemareg.reports import announced

    element = names.parse(target)
    home = opening.home(root)
    with opening.promised(root) as (promises, head, policy):
        end = retiring.retired(promises, head, policy, element, today or clock.today())
    told = announced.retired(end, width=answers.page().width)
    if not end.path:
        answers.give(told)
        return
    edits = proposing.Edits(
        home,
        {end.path: end.text},
        proposing.message(f"Retire {element}", end.term.said.reason if end.term else ""),
        policy.protected_branch,
        proposing.branch_for("retire", end.term.said.path if end.term else end.path),
    )
    proposing.deliver(edits, proposing.Delivery(commit, branch, push, pr), dry_run=dry_run)
    answers.give(f"\n{told}")
    answers.hint(f"Next: reg check; if it asks for another version: reg bump {end.schema}")
