"""GitHub's API with retries: temporary failures are retried, others give their reason.

Source: GitHub's documentation of its REST API: "Rate limits", "Best practices", "Pagination".
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from schemareg.adapters import clock
from schemareg.adapters.github.wire import ApiResponse, Unanswered, Unsent, Wire
from schemareg.model.errors import RegistryError, Undecidable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 90.0
"""Seconds that a command waits for GitHub, including all retries and pauses."""
BOT = "github-actions[bot]"
"""The login of a workflow's token."""
FULL_PAGE = 100
"""Items of one page: GitHub's maximum."""
MOST_PAGES = 200

_FIRST_PAUSE = 0.4
_LONGEST_PAUSE = 20.0
_UNTOLD_PAUSE = 60.0
"""Seconds to wait after a rate limit without an end time."""
_LONGEST_TOLD = 300
"""Maximum characters of GitHub's answer in our messages."""
_NEXT = re.compile(r'<([^<>]+)>\s*;[^,]*\brel="?next"?')
_DAMAGED = (500, 502, 503, 504)


class Refused(RegistryError):
    """GitHub refused a request."""

    def __init__(self, status: int, said: str, *, where: str, remedy: str) -> None:
        super().__init__(
            f"GitHub refuses ({status}): {said}" if said else f"GitHub refuses ({status})",
            where=where,
            remedy=remedy,
        )
        self.status = status
        self.said = said

    @property
    def locked(self) -> bool:
        """Whether the conversation is locked."""
        return self.status == 403 and "locked" in self.said.lower()


class Unreachable(Undecidable):
    """GitHub gave no usable answer in time; a later try can succeed."""


class Uncertain(Unreachable):
    """A creation got no answer: it may have succeeded."""


class _Setback(NamedTuple):
    """A failed try; another one can succeed."""

    why: str
    wait: float | None = None
    """Seconds that GitHub asks us to wait; None leaves it to us."""
    uncertain: bool = False
    """Whether it may have been executed."""


class GitHub:
    """A client with one API, one token and a total time limit."""

    def __init__(self, api: str, token: str, *, patience: float = PATIENCE) -> None:
        """`api` is the value of GITHUB_API_URL. Raises RegistryError for an invalid one."""
        self._wire = Wire(api, token)
        self._patience = patience
        self._until = clock.seconds() + patience

    # -- what is asked ----------------------------------------------------------------------------

    def get(self, path: str, **query: str | int) -> Any:
        """The JSON value at a path: `repos/acme/data/pulls/7`. Raises Refused and Unreachable."""
        return self._told("GET", self._address(path, query)).value

    def pages(self, path: str, **query: str | int) -> Iterator[Any]:
        """The items of a list, loaded page by page."""
        url = self._address(path, {**query, "per_page": FULL_PAGE})
        for _ in range(MOST_PAGES):
            answer = self._told("GET", url)
            yield from answer.value if isinstance(answer.value, list) else ()
            following = _NEXT.search(answer.headers.get("link", ""))
            # The address of the next page is used only if it belongs to the same API.
            if following is None or not self._wire.same(following[1]):
                return
            url = following[1]

    def change(self, method: str, path: str, value: object = None) -> Any:
        """The answer to an idempotent request: PATCH, PUT, DELETE."""
        return self._told(method, self._address(path, {}), value).value

    def create(self, path: str, value: object) -> Any:
        """The created object. Never retried; raises Uncertain if the result is unknown."""
        return self._told("POST", self._address(path, {}), value, repeat=False).value

    def graph(self, query: str, **variables: str) -> dict[str, Any]:
        """The data of a GraphQL query or of a mutation that may be repeated.

        Raises Refused with its errors.
        """
        asked = {"query": query, "variables": variables}
        value = self._told("POST", self._wire.graphql, asked).value
        errors = value.get("errors") if isinstance(value, dict) else None
        if errors or not isinstance(value, dict) or not isinstance(value.get("data"), dict):
            raise self._refused(200, _errors(errors), self._wire.graphql)
        data: dict[str, Any] = value["data"]
        return data

    def login(self) -> str:
        """The login of the token, as GitHub shows it: `ada`, `github-actions[bot]`.

        `GET /user` is closed to the tokens of workflows and apps; GraphQL tells them too.
        """
        try:
            found = self.graph("{viewer{login}}")
        except Refused as error:
            if error.status == 401:
                raise
            return BOT
        viewer = found.get("viewer")
        told = viewer.get("login") if isinstance(viewer, dict) else None
        return told if isinstance(told, str) and told else BOT

    # -- how it is asked --------------------------------------------------------------------------

    def _address(self, path: str, query: dict[str, str | int]) -> str:
        asked = f"?{urlencode(query, quote_via=quote)}" if query else ""
        return f"{self._wire.api}/{path}{asked}"

    def _told(
        self, method: str, url: str, value: object = None, *, repeat: bool = True
    ) -> ApiResponse:
        """The first answer that is not a temporary failure."""
        pause = _FIRST_PAUSE
        while True:
            left = self._until - clock.seconds()
            if left <= 0:
                why = f"GitHub took longer than the {self._patience:.0f} s time limit"
                raise self._gave_up(Unreachable, why, url)
            found = self._tried(method, url, value, left)
            if isinstance(found, ApiResponse):
                return found
            if found.uncertain and not repeat:
                raise self._gave_up(Uncertain, found.why, url)
            wait = pause if found.wait is None else found.wait
            wait *= 1 + random.random() / 4  # noqa: S311  two runs should not retry at the same time
            if clock.seconds() + wait >= self._until:
                why = f"{found.why}, for {wait:.0f} s more at least"
                raise self._gave_up(Unreachable, why, url)
            clock.pause(wait)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _tried(self, method: str, url: str, value: object, left: float) -> ApiResponse | _Setback:
        """One try. Raises Refused for a permanent failure."""
        try:
            answer = self._wire.exchange(method, url, value, within=left)
        except Unsent as error:
            return _Setback(f"GitHub cannot be reached: {error}")
        except Unanswered as error:
            return _Setback(f"GitHub did not answer: {error}", uncertain=True)
        wait = _asked_to_wait(answer)
        if wait is not None:
            return _Setback("GitHub asks us to slow down", wait)
        if answer.status in _DAMAGED:
            return _Setback(f"GitHub has a server error ({answer.status})", uncertain=True)
        if answer.status >= 300:
            raise self._refused(answer.status, _message(answer.value), url)
        return answer

    def _gave_up(self, kind: Callable[..., Unreachable], why: str, url: str) -> Unreachable:
        return kind(
            self._wire.masked(why),
            where=_place(url),
            remedy="Run it again later; nothing is lost",
        )

    def _refused(self, status: int, said: str, url: str) -> Refused:
        told = self._wire.masked(said)[:_LONGEST_TOLD]
        return Refused(status, told, where=_place(url), remedy=_remedy(status, told))


def _asked_to_wait(answer: ApiResponse) -> float | None:
    """Seconds to wait if the answer reports a rate limit; otherwise None."""
    if answer.status not in (403, 429, 503):
        return None
    told = answer.headers.get("retry-after", "")
    if told.isascii() and told.isdigit():
        return float(told)
    if answer.headers.get("x-ratelimit-remaining") == "0":
        reset = answer.headers.get("x-ratelimit-reset", "")
        if reset.isascii() and reset.isdigit():
            return max(1.0, float(reset) - clock.now().timestamp())
    if answer.status == 429 or "rate limit" in _message(answer.value).lower():
        return _UNTOLD_PAUSE
    return None


def _message(value: Any) -> str:
    """The message of an error on one line, with its field errors."""
    if not isinstance(value, dict):
        return ""
    parts = [value.get("message"), _errors(value.get("errors"))]
    return ": ".join(" ".join(str(each).split()) for each in parts if each)


def _errors(value: Any) -> str:
    if not isinstance(value, list):
        return str(value or "")
    return "; ".join(
        str(each.get("message") or each.get("code") or "") if isinstance(each, dict) else str(each)
        for each in value[:5]
    )


def _remedy(status: int, said: str) -> str:
    if status == 401:
        return "Set GITHUB_TOKEN to a valid token; in a workflow: ${{ github.token }}"
    if status == 403 and "locked" in said.lower():
        return "Unlock the conversation"
    if status == 403:
        return (
            "Give the job what it needs: `permissions: {issues: write, pull-requests: write}`."
            " A workflow that a fork's pull request starts gets no such token: let one that runs"
            " on workflow_run write"
        )
    if status in (404, 410):
        return (
            "See whether the repository and the number are right, whether issues are switched on,"
            " and whether the token may read there"
        )
    return "Read the answer; if you cannot fix its cause, please report it"


def _place(url: str) -> str:
    """An address without its query."""
    return urlsplit(url)._replace(query="", fragment="").geturl()
