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
"""Maximum digits of a number; those of runs have far fewer."""


def _number(text: str) -> int:
    """The number of a pull request or a run."""
    if not text.isascii() or not text.isdigit() or len(text) > _LONGEST:
        raise typer.BadParameter(f"{text!r} is not a number, such as 7")
    return int(text)


def comment(
    result: Annotated[
        Path,
        typer.Argument(
            metavar="RESULT",
            help="The output of `reg check --format json`, possibly from a fork's run; - is stdin.",
            show_default=False,
            exists=True,
            dir_okay=False,
            allow_dash=True,
        ),
    ],
    repository: Annotated[
        str | None,
        typer.Option(
            metavar="OWNER/NAME", help="The repository on GitHub; by default that of the job."
        ),
    ] = None,
    pull_request: Annotated[
        int | None,
        typer.Option(
            parser=_number,
            metavar="NUMBER",
            help="The pull request; by default that of the job.",
        ),
    ] = None,
    head_sha: Annotated[
        str | None,
        typer.Option(
            metavar="COMMIT",
            help="The head commit that was checked; if the pull request has another, no comment.",
        ),
    ] = None,
    run_number: Annotated[
        int | None,
        typer.Option(
            parser=_number,
            metavar="N",
            help="The number of the run: an older run writes no comment.",
        ),
    ] = None,
    run_attempt: Annotated[
        int | None,
        typer.Option(parser=_number, metavar="N", help="The attempt of that run."),
    ] = None,
    run_id: Annotated[
        int | None,
        typer.Option(parser=_number, metavar="ID", help="The id of that run, for a link to it."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the comment, and write nothing.")
    ] = False,
) -> None:
    """Write the result of a check in one comment on its pull request, and keep it up to date.

    The comment is edited in place; an older run never overwrites a newer one. A pull request that
    never broke anything gets no comment; one that is clean again gets a line. In a workflow on
    `pull_request` or `workflow_run`, every option is taken from the job. The token is GITHUB_TOKEN,
    the API is GITHUB_API_URL.

    \b
    Examples:
      reg comment result.json                                     in a job of GitHub Actions
      reg comment result.json --dry-run                           the comment, not written
      reg comment result.json --repository acme/data --pull-request 7

    Exit codes: 0 written, or nothing to write; 2 the call or the token is wrong; 3 GitHub did not
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
