"""The issues of one label on GitHub: list, open, update, pin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from schemareg.adapters.github.api import Refused
from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemareg.adapters.github.api import GitHub

_PIN = "mutation($issue:ID!){pinIssue(input:{issueId:$issue}){issue{number}}}"
_COLOUR = "5319e7"


class Issue(NamedTuple):
    """An issue."""

    number: int
    node: str
    """Its id for GraphQL."""
    author: str
    """The login; `""` for a deleted account."""
    title: str
    body: str
    open: bool


def labelled(api: GitHub, repository: str, label: str) -> tuple[Issue, ...]:
    """The issues of a label, open and closed, by number; pull requests are not among them.

    It uses the list, because the search finds new issues only after a delay.
    """
    found = []
    asked = {"labels": label, "state": "all", "sort": "created", "direction": "asc"}
    for each in api.pages(f"repos/{repository}/issues", **asked):
        told = _issue(each)
        found += [] if told is None else [told]
    return tuple(sorted(found))


def have_label(api: GitHub, repository: str, label: str, description: str) -> None:
    """Create a label if it is missing. Raises Refused if that is not allowed.

    A token without the right to set labels can still open issues: GitHub omits the label without an
    error, and an issue without the label is never found again. So the label is ensured first.
    """
    try:
        api.get(f"repos/{repository}/labels/{label}")
    except Refused as error:
        if error.status != 404:
            raise
    else:
        return
    value = {"name": label, "color": _COLOUR, "description": description}
    try:
        api.create(f"repos/{repository}/labels", value)
    except Refused as error:
        if error.status != 422:  # another run was quicker
            raise


def opened(
    api: GitHub, repository: str, title: str, body: str, labels: Sequence[str]
) -> Issue | None:
    """Opens an issue. Raises Refused, Uncertain and Unreachable."""
    value = {"title": title, "body": body, "labels": list(labels)}
    made = api.create(f"repos/{repository}/issues", value)
    named = made.get("labels") if isinstance(made, dict) else None
    if isinstance(named, list) and not {_name(each) for each in named} >= set(labels):
        raise RegistryError(
            "GitHub opened the issue without its label, so it cannot be found again",
            where=f"{repository}#{made.get('number')}",
            remedy="Add the label to that issue, and give the token the right `issues: write`",
        )
    return _issue(made)


def edited(api: GitHub, repository: str, number: int, fields: Mapping[str, str]) -> None:
    """Set the title, body, state and state_reason of an issue."""
    api.change("PATCH", f"repos/{repository}/issues/{number}", dict(fields))


def pinned(api: GitHub, node: str) -> None:
    """Pin an issue. Raises Refused if three are pinned already."""
    api.graph(_PIN, issue=node)


def _issue(value: Any) -> Issue | None:
    try:
        number, title, state = value["number"], value["title"], value["state"]
        body, user, node = value["body"], value["user"], value.get("node_id")
    except (KeyError, TypeError):
        return None
    if not isinstance(number, int) or "pull_request" in value:
        return None
    author = user.get("login") if isinstance(user, dict) else None
    texts = (str(node or ""), str(author or ""), str(title or ""), str(body or ""))
    return Issue(number, *texts, state == "open")


def _name(label: Any) -> str:
    return str(label.get("name")) if isinstance(label, dict) else str(label)
