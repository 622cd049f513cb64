"""`reg check`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from schemareg.operations import output as operations_output
from schemareg.operations import registry
from schemareg.operations import replay as operations_replay
from schemareg_cli.options import Base, Form, Head, Output, Root, Today


def check(
    base: Base = None,
    head: Head = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Judge every version, not only what changed.")
    ] = False,
    today: Today = None,
    form: Form = "text",
    output: Output = None,
    fail_on: Annotated[
        Literal["error", "warning", "notice"],
        typer.Option(help="The least severe finding that makes the exit code 1."),
    ] = "error",
    at: Annotated[
        str | None,
        typer.Option(
            metavar="REF|DATE",
            help="Judge what landed there, or last by the end of a day, as of that day.",
        ),
    ] = None,
    checkpoint: Annotated[
        str | None,
        typer.Option(
            metavar="COMMIT",
            envvar="REG_CHECKPOINT",
            help="A commit that must still be on the protected branch: the history is as it was.",
        ),
    ] = None,
    replay: Annotated[
        str | None,
        typer.Option(
            metavar="A..B", help="Judge each landing in this range again, as of its own day."
        ),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="With --replay: a registry.yaml to judge by. Its `layout` says where the schema"
            " files of another repository stand.",
        ),
    ] = None,
    root: Root = Path(),
) -> None:
    """Say, before the merge, whether a change keeps its promises.

    Compares the working tree with the point where it left the protected branch, and judges every
    version that is new or changed: proved compatible, or broken, with a record that shows it. Where
    nothing is new, the last landing is judged, as of its own day.

    \b
    Examples:
      reg check                                       the working tree, before a commit
      reg check --head HEAD                           what a branch would change, as committed
      reg check --base v1.0 --head v1.1               one state beside another
      reg check --format github                       annotations in GitHub Actions
      reg check --format summary >> "$GITHUB_STEP_SUMMARY"
      reg check --format junit --output junit.xml     for GitLab, Jenkins and others
      reg check --format json --output result.json    for `reg report`, in many forms
      reg check --all                                 the whole registry, every version
      reg check --today 2027-03-01                    as of another day
      reg check --at 2026-03-01 --all                 the registry as it stood
      reg check --replay v1.0..main                   what landed, and should not have
      reg check --replay ..main --policy ours.yaml    what our rules would have stopped elsewhere
      reg check --checkpoint 3f2a9c1                  nobody rewrote what had landed there

    Exit codes: 0 nothing breaks; 1 findings at or above --fail-on; 2 files or the call are wrong;
    3 it cannot be decided.
    """
    from dataclasses import replace

    from schemareg.adapters import clock
    from schemareg.model import Severity
    from schemareg.review.review import disputed, joined, review

    day = today or clock.today()
    if replay is not None:
        asked = operations_replay.Asked(replay, day, checkpoint, policy)
        raise typer.Exit(operations_replay.again(root, asked, form, output, Severity(fail_on)))
    with (
        operations_output.mistakes_as(form, output),
        registry.change(root, base, head, at) as change,
    ):
        registry.refuse_no_registry(change.base, change.head)
        day = today or change.day or day
        with registry.landings(root, change.base.files, change.branch, checkpoint) as history:
            report = review(change.base, change.head, day, all=everything, history=history)
        for other, anchor in change.also:
            with registry.landings(root, other.files, anchor.branch) as history:
                again = review(other, change.head, day, all=everything, history=history)
            report = joined(report, again)
        if today is not None and today != clock.today():
            report = replace(report, today_given=True)
        if change.disputed is not None:
            others = [(each.branch, each.source) for _, each in change.also]
            report = disputed(report, change.head, change.disputed, others)
    operations_output.give_report(report, form, output)
    raise typer.Exit(report.exit_code(Severity(fail_on)))
