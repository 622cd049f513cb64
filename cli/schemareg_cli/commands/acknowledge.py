"""`reg acknowledge`."""

from pathlib import Path
from typing import Annotated

import typer

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
    Today,
)


def acknowledge(
    target: Element,
    team: Team = "",
    name: ConsumerName = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take the consent back.")] = False,
    dry_run: DryRun = False,
    commit: Commit = False,
    branch: NewBranch = None,
    push: Push = False,
    pr: PullRequest = False,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Agree, as a reader of something, to lose it before its day.

    Writes the target under `acks` in the team's own file. Once it has landed, and once everybody
    who reads the target has agreed, what is deprecated may go before its sunset: nobody is hurt.

    \b
    Examples:
      reg acknowledge orders/order_placed#customer.email --team billing
      reg acknowledge orders/order_placed@1 --team billing --pr
      reg acknowledge orders/order_placed#customer.email --team billing --withdraw
    """
    from schemareg.adapters import clock
    from schemareg.authoring import acknowledge as authoring_acknowledge
    from schemareg.model import targets
    from schemareg.reports.views import subscriptions as reports
    from schemareg.snapshot.overlay import Overlay
    from schemareg.snapshot.snapshot import Snapshot

    home, day = registry.home(root), today or clock.today()
    element = targets.parse(target)
    with registry.promised(root, today) as (promises, head, policy):
        found = authoring_acknowledge.consenting(
            head, element, team=team, name=name, withdrawn=withdraw
        )
        files = {each.path: each.text for each in found}
        others = authoring_acknowledge.unagreed(Snapshot(Overlay(head.files, files)), element)
        term = promises.covering(element)
    told = reports.agreed(
        found, element, others, term, day, withdrawn=withdraw, width=output.page().width
    )
    teams = ", ".join(dict.fromkeys(each.before.team for each in found if each.before))
    what = "does not agree any more to lose" if withdraw else "agrees to lose"
    edits = operations_edits.Edits(
        home,
        files,
        operations_edits.message(f"{teams} {what} {element} before its day"),
        policy.protected_branch,
        operations_edits.branch_for("acknowledge", found[0].path),
    )
    operations_edits.deliver(
        edits, operations_edits.Delivery(commit, branch, push, pr), dry_run=dry_run
    )
    output.give(f"\n{told}")
