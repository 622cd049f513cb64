"""`reg acknowledge`."""

from pathlib import Path
from typing import Annotated

import typer

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
    from schemareg import names
    from schemareg.edges import clock
    from schemareg.overlay import Overlay
    from schemareg.promises import consenting
    from schemareg.reports import registered as reports
    from schemareg.snapshot import Snapshot

    home, day = opening.home(root), today or clock.today()
    element = names.parse(target)
    with opening.promised(root) as (promises, head, policy):
        found = consenting.consenting(head, element, team=team, name=name, withdrawn=withdraw)
        files = {each.path: each.text for each in found}
        others = consenting.unagreed(Snapshot(Overlay(head.files, files)), element)
        term = promises.covering(element)
    told = reports.agreed(
        found, element, others, term, day, withdrawn=withdraw, width=answers.page().width
    )
    teams = ", ".join(dict.fromkeys(each.before.team for each in found if each.before))
    what = "does not agree any more to lose" if withdraw else "agrees to lose"
    edits = proposing.Edits(
        home,
        files,
        proposing.message(f"{teams} {what} {element} before its day"),
        policy.protected_branch,
        proposing.branch_for("acknowledge", found[0].path),
    )
    proposing.deliver(edits, proposing.Delivery(commit, branch, push, pr), dry_run=dry_run)
    answers.give(f"\n{told}")
