"""`reg waive`."""

import shlex
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
    NewBranch,
    PullRequest,
    Push,
    Root,
    Today,
    day,
)


def waive(
    fingerprint: Annotated[str, typer.Argument(metavar="FINGERPRINT", show_default=False)],
    until: Annotated[
        date, typer.Option(parser=day, metavar="DATE", help="The last day on which it counts.")
    ],
    product: Annotated[
        str | None,
        typer.Argument(
            metavar="PRODUCT",
            autocompletion=completion.products,
            help="By default that of the finding.",
            show_default=False,
        ),
    ] = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it is accepted.")] = "",
    rule: Annotated[
        str,
        typer.Option(
            metavar="ID",
            help="The finding's rule, by default as found.",
            autocompletion=completion.rules,
        ),
    ] = "",
    approver: Annotated[
        str, typer.Option(metavar="NAME", help="Who accepts it; by default you, as Git knows you.")
    ] = "",
    dry_run: DryRun = False,
    commit: Commit = False,
    branch: NewBranch = None,
    push: Push = False,
    pr: PullRequest = False,
    today: Today = None,
    root: Root = Path(),
) -> None:
    """Accept one finding, for a time.

    Writes the waiver of a finding that `reg check` reports here, or renews the one there is. It
    counts once it has landed by itself; what it accepts stays visible in every report.

    \b
    Examples:
      reg waive 3f2a9c1b04d5e6f7 --until 2027-01-31 --reason "Nobody reads it yet."
      reg waive 3f2a9c1b --until 2027-02-28                    another last day for it
      reg waive 3f2a9c1b04d5e6f7 orders --rule field-removed --until 2027-01-31 --reason "…"
    """
    from schemareg.adapters import clock
    from schemareg.adapters.git import branches
    from schemareg.authoring import waivers
    from schemareg.reports.views import waivers as reports
    from schemareg.review.review import policy_in_force, review

    home = registry.home(root)
    now = today or clock.today()
    with registry.change(root, None, None, None) as change:
        base, head, then = change.base, change.head, change.day
        policy = policy_in_force(base, head)
        if product is None:
            with registry.landings(root, base.files, change.branch) as history:
                findings = review(base, head, today or then or now, history=history).findings
            meant = waivers.subject(findings, head, fingerprint)
        else:
            meant = waivers.Subject(product, fingerprint, None)
        name = rule or (meant.finding.rule if meant.finding else "")
        wish = waivers.Wish(meant.fingerprint, until, reason, approver, name)
        leave = waivers.granted(head, meant.product, wish, now, by=branches.author(home))
    edits = operations_edits.Edits(
        home,
        {leave.waiver.path: leave.text},
        operations_edits.message(
            f"Waive {leave.waiver.rule or 'a finding'} of {meant.product} until {until}",
            leave.waiver.reason,
        ),
        policy.protected_branch,
        operations_edits.branch_for("waive", leave.waiver.path),
    )
    delivery = operations_edits.Delivery(commit, branch, push, pr)
    alone = not delivery.committed or then is not None or _alone(home, base.commit)
    operations_edits.deliver(edits, delivery, dry_run=dry_run)
    output.give(f"\n{reports.granted(leave, meant.finding, width=output.page().width)}")
    if not alone:
        output.hint(
            "Mind: its branch has what is committed here too, so it does not land by itself. From"
            f" {policy.protected_branch}:",
            f"  git switch {shlex.quote(policy.protected_branch)}",
            f"  reg waive {leave.waiver.fingerprint} {meant.product} --rule {leave.waiver.rule}"
            f" --until {until} --reason … --branch NAME",
        )


def _alone(home: Path, base: str) -> bool:
    """Whether nothing is committed here that has not landed."""
    from schemareg.adapters.git import command

    return command.run(home, "rev-list", "-1", "HEAD", f"^{base}").out == b""
