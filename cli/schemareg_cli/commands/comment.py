"""`reg comment`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schemareg.operations.github import comment as operation
from schemareg.operations.github import job
from schemareg_cli import output, source

if TYPE_CHECKING:
    from schemareg.model import Report
    from schemareg.reports.review.json_reader import Mistakes

_LONGEST = 15
"""Digits of a number: those of runs have far fewer, and these still fit into a mark."""


def _number(text: str) -> int:
    """A number as GitHub gives them to pull requests and runs."""
    if not text.isascii() or not text.isdigit() or len(text) > _LONGEST:
        raise typer.BadParameter(f"{text!r} is not a number, such as 7")
    return int(text)


def comment(
    result: Annotated[
        Path,
        typer.Argument(
            metavar="RESULT",
            help="What `reg check --format json` wrote, maybe in a stranger's run; - reads stdin.",
            show_default=False,
            exists=True,
            dir_okay=False,
            allow_dash=True,
        ),
    ],
    repository: Annotated[
        str | None,
        typer.Option(
            metavar="OWNER/NAME", help="The repository on GitHub; by default the job's own."
        ),
    ] = None,
    pull_request: Annotated[
        int | None,
        typer.Option(
            parser=_number,
            metavar="NUMBER",
            help="The pull request; by default the one that the job is about.",
        ),
    ] = None,
    head_sha: Annotated[
        str | None,
        typer.Option(
            metavar="COMMIT",
            help="The pull request's head that was checked; where it is another, nothing is said.",
        ),
    ] = None,
    run_number: Annotated[
        int | None,
        typer.Option(
            parser=_number, metavar="N", help="Of the run that checked: an older one is silent."
        ),
    ] = None,
    run_attempt: Annotated[
        int | None,
        typer.Option(parser=_number, metavar="N", help="Which attempt of that run it is."),
    ] = None,
    run_id: Annotated[
        int | None,
        typer.Option(parser=_number, metavar="ID", help="Of that run, for a link to it."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be written, and write nothing.")
    ] = False,
) -> None:
    """Write the result of a check in one comment on its pull request, and keep it up to date.

    The comment is edited in place, never by an older run over a newer one. A pull request that
    never broke anything gets none; one that is clean again gets a line. In a workflow that runs on
    `pull_request` or `workflow_run`, everything but RESULT is taken from the job. The token is
    GITHUB_TOKEN, and the API that of GITHUB_API_URL.

    \b
    Examples:
      reg comment result.json                                     in a job of GitHub Actions
      reg comment result.json --dry-run                           what it would say
      reg comment result.json --repository acme/data --pull-request 7

    Exit codes: 0 said, or nothing to be said; 2 the call or the token is wrong; 3 GitHub gave no
    answer.
    """
    import os

    asked = job.JobOptions(repository, pull_request, head_sha, run_number, run_attempt, run_id)
    context = job.pull_request(asked, os.environ)
    found = source.result(result)
    done = operation.update(
        context, os.environ, lambda context, page: _request(found, context, page, dry_run)
    )
    output.give(done.text)
    if done.left:
        output.hint(done.left)
    else:
        output.hint(f"{'would be written: ' if dry_run else ''}{done.done}")


def _request(
    found: "Report | Mistakes", context: job.PullRequestContext, page: str, dry: bool
) -> operation.CommentRequest:
    """The comment on a result: the whole, and a short form for where GitHub refuses the whole."""
    from schemareg.model import Report
    from schemareg.reports.review import comment as views
    from schemareg.reports.review.links import Host

    base = context.base or "main"
    # The short form, for where GitHub refuses the whole, has no long links.
    forms = ((Host(page, base, context.page), 60_000), (Host("", base, context.page), 4_000))
    if not isinstance(found, Report):
        bodies = (
            views.render_mistakes(found.mistakes, found.notices, host, limit=limit)
            for host, limit in forms
        )
        return operation.CommentRequest(tuple(bodies), not found.mistakes, dry)
    if views.silent(found):
        return operation.CommentRequest((views.clean(found),), True, dry)
    bodies = (views.render(found, host, limit=limit) for host, limit in forms)
    return operation.CommentRequest(tuple(bodies), False, dry)
