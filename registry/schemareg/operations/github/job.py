"""Where on GitHub a job runs, and for what: by its options, its environment and its event.

The event's file is written by the runner, so it is taken at its word; names of branches in it are
a stranger's all the same, and go nowhere but into quoted queries.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from schemareg.adapters.github.api import GitHub
    from schemareg.notifications.github.sticky_comment import Run

API = "https://api.github.com"
WEB = "https://github.com"

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/(?!\.{1,2}$)[A-Za-z0-9._-]+", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.ASCII)
_PULL_REQUESTS = ("pull_request", "pull_request_target")
_LARGEST_EVENT = 32 * 1024 * 1024


class JobOptions(NamedTuple):
    """What the call says of the pull request and the run; the rest is told by the job's event."""

    repository: str | None = None
    number: int | None = None
    commit: str | None = None
    run_number: int | None = None
    run_attempt: int | None = None
    run_id: int | None = None


class PullRequestContext(NamedTuple):
    """The conversation that a result belongs to."""

    repository: str
    number: int | None
    """None where only its commit tells which it is."""
    commit: str
    """What was checked, the head of the pull request; `""` where nothing says."""
    branch: str
    """Where that comes from, `owner:branch`; `""` where nothing says."""
    run: "Run"
    page: str
    """The web page of the run; `""` where nothing says."""
    foreign: str = ""
    """What started the run, where that was no pull request."""
    base: str = ""
    """The branch that the pull request is to land on; `""` before it was asked for."""


def connected(environment: Mapping[str, str], *, patience: float | None = None) -> "GitHub":
    """GitHub's API, as the environment says; `patience` is in seconds, for all that is asked.

    Raises RegistryError where there is no token.
    """
    from schemareg.adapters.github.api import PATIENCE, GitHub

    token = environment.get("GITHUB_TOKEN") or environment.get("GH_TOKEN") or ""
    if not token:
        raise RegistryError(
            "there is no token to write with",
            where="GITHUB_TOKEN",
            remedy="Give the step one: `env: {GITHUB_TOKEN: ${{ github.token }}}`",
        )
    api = environment.get("GITHUB_API_URL") or API
    return GitHub(api, token, patience=PATIENCE if patience is None else patience)


def repository(asked: str | None, environment: Mapping[str, str], page: str = "") -> str:
    """`owner/name` of the repository on GitHub: as asked, of the job, else of the remote's page.

    Raises RegistryError where nothing says it.
    """
    told = asked or environment.get("GITHUB_REPOSITORY") or _of_page(page, environment)
    if not told:
        raise RegistryError(
            "nothing says which repository on GitHub is meant", remedy="Add --repository OWNER/NAME"
        )
    if not _REPOSITORY.fullmatch(told):
        raise RegistryError(
            f"{told!r} is not a repository on GitHub", remedy="Write it as --repository OWNER/NAME"
        )
    return told


def _of_page(page: str, environment: Mapping[str, str]) -> str:
    server = f"{_server(environment)}/"
    return page.removeprefix(server) if page.startswith(server) else ""


def _server(environment: Mapping[str, str]) -> str:
    return (environment.get("GITHUB_SERVER_URL") or WEB).rstrip("/")


def web(repository: str, environment: Mapping[str, str]) -> str:
    """The web page of a repository: `https://github.com/acme/registry`."""
    return f"{_server(environment)}/{repository}"


def pull_request(asked: JobOptions, environment: Mapping[str, str]) -> PullRequestContext:
    """The conversation that a call is about. Raises RegistryError where nothing tells which."""
    from schemareg.notifications.github.sticky_comment import Run

    name = repository(asked.repository, environment)
    told, foreign = _from_event(environment)
    number = _first(asked.number, told.number)
    commit = (asked.commit or told.commit or "").lower()
    if commit and not _COMMIT.fullmatch(commit):
        raise RegistryError(
            f"{commit!r} is not the full id of a commit", where="--head-sha", remedy=_IDS
        )
    if number is None and not commit and not foreign:
        raise RegistryError(
            "nothing says which pull request is meant", remedy="Add --pull-request NUMBER"
        )
    run = Run(
        _first(asked.run_number, told.run_number) or 0,
        _first(asked.run_attempt, told.run_attempt) or 0,
        commit,
    )
    id_ = _first(asked.run_id, told.run_id)
    page = f"{web(name, environment)}/actions/runs/{id_}" if id_ else ""
    return PullRequestContext(name, number, commit, told.branch, run, page, foreign)


_IDS = "Write all 40 of its digits: git rev-parse HEAD"


class _JobEvent(NamedTuple):
    """What the event of a job says."""

    number: int | None = None
    commit: str = ""
    branch: str = ""
    run_number: int | None = None
    run_attempt: int | None = None
    run_id: int | None = None


def _from_event(environment: Mapping[str, str]) -> tuple[_JobEvent, str]:
    """What the event says; and what started it, where that was no pull request."""
    event = _event(environment)
    if isinstance(run := event.get("workflow_run"), dict):
        started = str(run.get("event"))
        return _of_run(run), "" if started in _PULL_REQUESTS else started
    numbers = [
        _number(environment.get(f"GITHUB_RUN_{each}")) for each in ("NUMBER", "ATTEMPT", "ID")
    ]
    if isinstance(pull := event.get("pull_request"), dict):
        head = _dict(pull.get("head"))
        return _JobEvent(
            _number(pull.get("number")), str(head.get("sha") or ""), _branch(head), *numbers
        ), ""
    return _JobEvent(None, "", "", *numbers), ""


def _of_run(run: dict[str, Any]) -> _JobEvent:
    """What is told of the run that this one follows. Of forks it does not name the pull request."""
    pulls = [each for each in run.get("pull_requests") or () if isinstance(each, dict)]
    owner = _dict(_dict(run.get("head_repository")).get("owner")).get("login")
    return _JobEvent(
        _number(pulls[0].get("number")) if len(pulls) == 1 else None,
        str(run.get("head_sha") or ""),
        f"{owner}:{run.get('head_branch')}" if owner and run.get("head_branch") else "",
        _number(run.get("run_number")),
        _number(run.get("run_attempt")),
        _number(run.get("id")),
    )


def _event(environment: Mapping[str, str]) -> dict[str, Any]:
    import json

    path = environment.get("GITHUB_EVENT_PATH")
    if not path or not Path(path).is_file() or Path(path).stat().st_size > _LARGEST_EVENT:
        return {}
    try:
        return _dict(json.loads(Path(path).read_bytes()))
    except (ValueError, RecursionError):
        return {}


def _branch(head: dict[str, Any]) -> str:
    owner = _dict(_dict(head.get("repo")).get("owner")).get("login")
    return f"{owner}:{head.get('ref')}" if owner and head.get("ref") else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _first(one: int | None, other: int | None) -> int | None:
    return other if one is None else one
