"""The comment on a pull request with the result of the newest run: found, created or edited."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from schemareg.adapters.github.api import GitHub
    from schemareg.adapters.github.pulls import Comment
    from schemareg.notifications.github.sticky_comment import CommentPlan
    from schemareg.operations.github.job import PullRequestContext

_ROUNDS = 4
"""How often to try while other runs write too, before it is left to the next run."""
_MOMENT = 0.5
"""Seconds to wait before looking for a comment that may have been written."""


class CommentResult(NamedTuple):
    """The result, for the log."""

    done: str = ""
    """What was done, or would be."""
    left: str = ""
    """Why nothing was done, where that is not an error."""
    text: str = ""
    """In a dry run, the comment that would be written."""


class CommentRequest(NamedTuple):
    """The comment to write."""

    bodies: Sequence[str]
    """The whole comment, then a short form for where GitHub refuses the whole."""
    clean: bool
    """Whether the check found nothing."""
    dry: bool = False
    """Whether only to report what would be written."""


def update(
    context: "PullRequestContext",
    environment: Mapping[str, str],
    request: "Callable[[PullRequestContext, str], CommentRequest]",
) -> CommentResult:
    """Write the comment of a pull request, or say why none is written.

    `request` gives the comment once the pull request is found, with the page of its repository.
    """
    from schemareg.operations.github import job

    api = job.connected(environment)
    found = find_pull_request(api, context)
    if isinstance(found, CommentResult):
        return found
    return post(api, found, request(found, job.web(found.repository, environment)))


def find_pull_request(
    api: "GitHub", talk: "PullRequestContext"
) -> "PullRequestContext | CommentResult":
    """The conversation with its number, which the commit confirms; or why there is none to write to.

    The number may come from a stranger's hands: what was checked must be the head of that very
    pull request. Raises RegistryError where there is no such thing, or more than one.
    """
    from schemareg.adapters.github import pulls as github_pulls

    if talk.foreign:
        return CommentResult(
            left=f"the run was of {talk.foreign}: there is no pull request to write to"
        )
    if talk.number is None:
        pulls = github_pulls.proposing(api, talk.repository, talk.commit, talk.branch)
        if not pulls:
            return CommentResult(
                left=f"no open pull request is at {talk.commit[:7]}: nothing is written"
            )
        if len(pulls) > 1:
            numbers = ", ".join(str(each.number) for each in pulls)
            raise RegistryError(
                f"pull requests {numbers} all are at {talk.commit[:7]}",
                where=talk.repository,
                remedy="Say which: --pull-request NUMBER",
            )
        return talk._replace(number=pulls[0].number, base=pulls[0].base)
    pull = github_pulls.pull(api, talk.repository, talk.number)
    if pull is None:
        raise RegistryError(
            f"there is no pull request {talk.number}, or the token may not see it",
            where=talk.repository,
            remedy="Name one that is there: --pull-request NUMBER",
        )
    if talk.commit and pull.head != talk.commit:
        return CommentResult(
            left=f"pull request {talk.number} is at {pull.head[:7]}, and this is about"
            f" {talk.commit[:7]}: nothing is written"
        )
    return talk._replace(base=pull.base)


def post(api: "GitHub", talk: "PullRequestContext", wish: CommentRequest) -> CommentResult:
    """Have it said, once, in one comment. Raises Refused and Unreachable."""
    from schemareg.adapters.github.api import Refused

    author = api.login()
    for body in wish.bodies:
        try:
            return _settled(api, talk, author, body, wish)
        except Refused as error:
            if error.locked:
                return CommentResult(left="the conversation is locked: nothing is written")
            # 422: it is too long, or looks like something that it is not; a shorter one may pass.
            if error.status != 422 or body == wish.bodies[-1]:
                raise
    raise AssertionError("a wish has at least one body")


def _settled(
    api: "GitHub", talk: "PullRequestContext", author: str, body: str, wish: CommentRequest
) -> CommentResult:
    """Look, do what is to be done, and look again: another run may have done the same meanwhile."""
    from schemareg.adapters import clock
    from schemareg.adapters.github import pulls as github_pulls
    from schemareg.adapters.github.api import Refused, Uncertain
    from schemareg.notifications.github import sticky_comment

    where = f"{talk.repository}#{talk.number}"
    number = talk.number or 0
    made: Comment | None = None
    trouble: RegistryError | None = None
    done = ""
    for _ in range(_ROUNDS):
        known = {each.id: each for each in github_pulls.comments(api, talk.repository, number)}
        if made is not None:
            known.setdefault(made.id, made)  # lists may lag behind
        posted = (sticky_comment.PostedComment(*each) for each in known.values())
        plan = sticky_comment.plan(posted, author, talk.run, body, clean=wish.clean)
        if plan.idle or wish.dry:
            return CommentResult(done=f"{where}: {done or plan.why}", text=_text(plan))
        done = done or plan.why
        try:
            if plan.create is None:
                if _carried_out(api, talk.repository, plan, known):
                    return CommentResult(done=f"{where}: {done}")
                continue
            made = github_pulls.add(api, talk.repository, number, plan.create)
            author, trouble = made.author if made else author, None
        except Uncertain as error:
            trouble = error
            clock.pause(_MOMENT)
        except Refused as error:
            if error.status != 404 or plan.create is not None:
                raise  # else somebody has taken the comment away in that moment
    if trouble is not None:
        raise trouble
    return CommentResult(
        left=f"{where}: others write there all the time, so it is left to the next run"
    )


def _text(plan: "CommentPlan") -> str:
    return plan.create or (plan.edit[1] if plan.edit else "")


def _carried_out(
    api: "GitHub", repository: str, plan: "CommentPlan", known: Mapping[int, "Comment"]
) -> bool:
    """Edit and delete; whether the comment was still what the plan was made for.

    GitHub edits whatever is there. Looking once more just before leaves other runs no more than a
    moment in which an older one may write over a newer.
    """
    from schemareg.adapters.github import pulls as github_pulls

    if plan.edit is not None:
        id_, body = plan.edit
        if github_pulls.comment(api, repository, id_) != known[id_]:
            return False
        github_pulls.edit(api, repository, id_, body)
    for each in plan.delete:
        github_pulls.remove(api, repository, each)
    return True
