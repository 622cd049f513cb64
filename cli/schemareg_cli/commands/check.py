"""`reg check`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from schemareg.operations import check as checking
from schemareg_cli import output as show
from schemareg_cli.options import Base, Form, Head, Output, Root, Today

if TYPE_CHECKING:
    from datetime import date

    from schemareg.model import Severity


def check(
    base: Base = None,
    head: Head = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Check every version, not only what changed.")
    ] = False,
    today: Today = None,
    form: Form = "text",
    output: Output = None,
    fail_on: Annotated[
        Literal["error", "warning", "notice"],
        typer.Option(help="The lowest severity that makes the exit code 1."),
    ] = "error",
    at: Annotated[
        str | None,
        typer.Option(
            metavar="REF|DATE",
            help="Check what landed there, or last by the end of a day, as of that day.",
        ),
    ] = None,
    checkpoint: Annotated[
        str | None,
        typer.Option(
            metavar="COMMIT",
            envvar="REG_CHECKPOINT",
            help="A commit that must still be on the protected branch: its history was not rewritten.",
        ),
    ] = None,
    replay: Annotated[
        str | None,
        typer.Option(
            metavar="A..B", help="Check each landing in this range again, as of its own day."
        ),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="With --replay: the registry.yaml to check by. Its `layout` names the paths of the"
            " schema files of another repository.",
        ),
    ] = None,
    root: Root = Path(),
) -> None:
    """Check, before the merge, whether a change keeps the registry's promises.

    Compares the working tree with its merge base on the protected branch, and checks every version
    that is new or changed: compatible with a proof, or breaking with a record that shows it. Where
    nothing is new, it checks the last landing, as of its own day.

    \b
    Examples:
      reg check                                       the working tree, before a commit
      reg check --head HEAD                           what a branch would change, as committed
      reg check --base v1.0 --head v1.1               two revisions
      reg check --format github                       annotations in GitHub Actions
      reg check --format summary >> "$GITHUB_STEP_SUMMARY"
      reg check --format junit --output junit.xml     for GitLab, Jenkins and others
      reg check --format json --output result.json    for `reg report`
      reg check --all                                 the whole registry, every version
      reg check --today 2027-03-01                    as of another day
      reg check --at 2026-03-01 --all                 the whole registry on that day
      reg check --replay v1.0..main                   landings that should have failed
      reg check --replay ..main --policy ours.yaml    another repository, by our rules
      reg check --checkpoint 3f2a9c1                  the history was not rewritten

    Exit codes: 0 nothing breaks; 1 findings at or above --fail-on; 2 files or the call are wrong;
    3 undecided.
    """
    from schemareg.model import Severity

    severity = Severity(fail_on)
    if replay is not None:
        _replay(root, replay, today, checkpoint, policy, form, output, severity)
    with show.mistakes_as(form, output):
        report = checking.check(
            root,
            base=base,
            head=head,
            at=at,
            everything=everything,
            today=today,
            checkpoint=checkpoint,
        )
    show.give_report(report, form, output)
    raise typer.Exit(report.exit_code(severity))


def _replay(
    root: Path,
    span: str,
    today: "date | None",
    checkpoint: str | None,
    policy: Path | None,
    form: str,
    output: Path | None,
    fail_on: "Severity",
) -> NoReturn:
    from schemareg.model.errors import RegistryError
    from schemareg.reports.views import replay as views

    if form not in views.FORMS:
        raise RegistryError(
            f"--replay has no form {form}", remedy=f"--format {' or '.join(views.FORMS)}"
        )
    found = checking.replay(root, span, today=today, checkpoint=checkpoint, policy=policy)
    width, colour = show.page(output)
    text = views.render(found, form, fail_on=fail_on, colour=colour, width=width)
    show.give(text, output)
    if any(views.refused(each, fail_on) for each in found):
        raise typer.Exit(1)
    raise typer.Exit(3 if any(each.verdict == "undecided" for each in found) else 0)
