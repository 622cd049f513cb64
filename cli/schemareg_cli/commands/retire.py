"""`reg retire`."""

from pathlib import Path

from schemareg.operations import edits as operations_edits
from schemareg.operations import output, registry
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
    from schemareg.adapters import clock
    from schemareg.authoring import retirement
    from schemareg.model import targets
    from schemareg.reports.views import deprecations

    element = targets.parse(target)
    home = registry.home(root)
    with registry.promised(root, today) as (promises, head, policy):
        end = retirement.retired(promises, head, policy, element, today or clock.today())
    told = deprecations.retired(end, width=output.page().width)
    if not end.path:
        output.give(told)
        return
    edits = operations_edits.Edits(
        home,
        {end.path: end.text},
        operations_edits.message(f"Retire {element}", end.term.said.reason if end.term else ""),
        policy.protected_branch,
        operations_edits.branch_for("retire", end.term.said.path if end.term else end.path),
    )
    operations_edits.deliver(
        edits, operations_edits.Delivery(commit, branch, push, pr), dry_run=dry_run
    )
    output.give(f"\n{told}")
    output.hint(f"Next: reg check; if it asks for another version: reg bump {end.schema}")
