"""Pull requests of a repository on GitHub, and the comments on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from schemareg.adapters.github.api import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemareg.adapters.github.api import GitHub


class Pull(NamedTuple):
    """A pull request."""

    number: int
    head: str
    """The full id of the proposed commit."""
    base: str
    """The target branch."""
    open: bool


class Comment(NamedTuple):
    """A comment of its conversation."""

    id: int
    author: str
    """The login; `""` for a deleted account."""
    body: str


def pull(api: GitHub, repository: str, number: int) -> Pull | None:
    """The pull request of a number; None where there is none. Raises Refused and Unreachable."""
    try:
        return _pull(api.get(f"repos/{repository}/pulls/{number}"))
    except Refused as error:
        if error.status == 404:
            return None
        raise


def proposing(api: GitHub, repository: str, commit: str, branch: str = "") -> tuple[Pull, ...]:
    """The open pull requests whose head is a commit, by number.

    `branch` is the origin of the commit: `owner:branch`. It is needed because the commits of
    forks are not known by id in the target repository.
    """
    found: dict[int, Pull] = {}
    for each in _candidates(api, repository, commit, branch):
        told = _pull(each)
        if told is not None and told.open and told.head == commit:
            found[told.number] = told
    return tuple(found[number] for number in sorted(found))


def _candidates(api: GitHub, repository: str, commit: str, branch: str) -> Iterator[Any]:
    if branch:
        yield from api.pages(f"repos/{repository}/pulls", state="open", head=branch)
    try:
        yield from api.pages(f"repos/{repository}/commits/{commit}/pulls")
    except Refused as error:
        if error.status not in (404, 409, 422):  # not known there: a fork's
            raise


def comments(api: GitHub, repository: str, number: int) -> tuple[Comment, ...]:
    """All comments of a conversation, oldest first."""
    found = []
    for each in api.pages(f"repos/{repository}/issues/{number}/comments"):
        told = _comment(each)
        found += [] if told is None else [told]
    return tuple(sorted(found))


def comment(api: GitHub, repository: str, id_: int) -> Comment | None:
    """One comment; None if it was deleted."""
    try:
        return _comment(api.get(f"repos/{repository}/issues/comments/{id_}"))
    except Refused as error:
        if error.status == 404:
            return None
        raise


def add(api: GitHub, repository: str, number: int, body: str) -> Comment | None:
    """Creates a comment. Raises Refused, Uncertain and Unreachable."""
    return _comment(api.create(f"repos/{repository}/issues/{number}/comments", {"body": body}))


def edit(api: GitHub, repository: str, id_: int, body: str) -> None:
    """Update a comment."""
    api.change("PATCH", f"repos/{repository}/issues/comments/{id_}", {"body": body})


def remove(api: GitHub, repository: str, id_: int) -> None:
    """Delete a comment; a deleted one is no error."""
    try:
        api.change("DELETE", f"repos/{repository}/issues/comments/{id_}")
    except Refused as error:
        if error.status != 404:
            raise


def _pull(value: Any) -> Pull | None:
    try:
        number, state = value["number"], value["state"]
        head, base = value["head"]["sha"], value["base"]["ref"]
    except (KeyError, TypeError):
        return None
    if not isinstance(number, int) or not isinstance(head, str):
        return None
    return Pull(number, head, str(base), state == "open")


def _comment(value: Any) -> Comment | None:
    try:
        id_, body, user = value["id"], value["body"], value["user"]
    except (KeyError, TypeError):
        return None
    if not isinstance(id_, int):
        return None
    author = user.get("login") if isinstance(user, dict) else None
    return Comment(id_, str(author or ""), str(body or ""))
