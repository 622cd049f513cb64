"""A server on loopback that plays the parts of GitHub's API that are used here, with its bad days.

It speaks real HTTP. What it does as GitHub does: pages with `Link`, who a token is, permissions,
locked conversations, the longest body, labels and creators of issues, pull requests by commit and by
branch, and GraphQL for `viewer` and `pinIssue`. A fault is laid upon requests that are to come::

    github.fault("POST", "/issues/7/comments", status=500)
    github.fault("GET", "/pulls", status=429, headers={"Retry-After": "1"}, times=2)
    github.fault("POST", "/issues", act=True, closes=True)      carried out, and never answered
    github.fault("PATCH", "/comments/", slow=30)                says nothing for so long
    github.fault("GET", "/comments", then=lambda: ...)          something happens meanwhile
"""

from __future__ import annotations

import json
import re
import threading
import time
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST = 65_536
BOT = "github-actions[bot]"
TOKEN = "ghs_0123456789abcdefTOKEN"

Said = tuple[int, dict[str, str], Any]
"""Status, headers, value."""

_NOT_FOUND: Said = (404, {}, {"message": "Not Found"})


@dataclass
class Request:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class Fault:
    """A bad moment for the next requests that fit."""

    method: str
    path: str
    times: int
    status: int = 0
    message: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    act: bool = False
    closes: bool = False
    half: bool = False
    slow: float = 0.0
    then: Callable[[], object] | None = None


class GitHub:
    """The double itself: what it holds may be read and set by a test at any time."""

    def __init__(self, repository: str = "acme/registry") -> None:
        self.repository = repository
        self.tokens = {TOKEN: BOT}
        self.readonly: set[str] = set()
        """Tokens that may read and not write."""
        self.pulls: dict[int, dict[str, Any]] = {}
        self.commits_of_forks = False
        """Whether `commits/SHA/pulls` knows the commits of forks; GitHub's does not always."""
        self.comments: dict[int, dict[str, Any]] = {}
        self.issues: dict[int, dict[str, Any]] = {}
        self.labels: set[str] = set()
        self.drops_labels = False
        """Whether the token may open issues and not label them, of which GitHub says nothing."""
        self.pinned: list[int] = []
        self.turn: Callable[[Request], AbstractContextManager[object]] = lambda _: nullcontext()
        """Whatever each request has to wait for before it is answered."""
        self.dies_after: int | None = None
        """After so many requests the next one is carried out and not answered, and then nothing is
        heard any more: as if whoever asks had been killed."""
        self.requests: list[Request] = []
        self._faults: list[Fault] = []
        self._id = 1000
        self._number = 100
        self._lock = threading.RLock()
        self.url = ""

    # -- what tests say ---------------------------------------------------------------------------

    @property
    def environment(self) -> dict[str, str]:
        """What a job of GitHub Actions is told of it."""
        return {
            "GITHUB_API_URL": self.url,
            "GITHUB_GRAPHQL_URL": f"{self.url}/graphql",
            "GITHUB_REPOSITORY": self.repository,
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_TOKEN": TOKEN,
        }

    def fault(self, method: str, path: str, *, times: int = 1, **how: Any) -> None:
        """Lay a fault upon the next so many requests of a method whose path has this in it."""
        self._faults.append(Fault(method, path, times, **how))

    def pull(
        self, number: int, sha: str, *, branch: str = "topic", owner: str = "acme", **more: Any
    ) -> dict[str, Any]:
        """Open a pull request."""
        self.pulls[number] = {
            "number": number,
            "state": "open",
            "locked": False,
            "head": {"sha": sha, "ref": branch, "repo": {"full_name": f"{owner}/registry"}},
            "base": {"ref": "main", "repo": {"full_name": self.repository}},
            **more,
        }
        return self.pulls[number]

    def comment(self, number: int, body: str, author: str = BOT) -> int:
        """Somebody's comment; its id."""
        with self._lock:
            self._id += 1
            self.comments[self._id] = {
                "id": self._id,
                "issue": number,
                "user": {"login": author},
                "body": body,
                "updates": 0,
            }
            return self._id

    def issue(self, title: str, body: str, author: str = BOT, **more: Any) -> int:
        """Somebody's issue; its number."""
        with self._lock:
            self._number += 1
            self.issues[self._number] = {
                "number": self._number,
                "node_id": f"I_{self._number}",
                "title": title,
                "body": body,
                "state": "open",
                "state_reason": None,
                "locked": False,
                "user": {"login": author},
                "labels": [],
                "updates": 0,
                **more,
            }
            return self._number

    def bodies(self, number: int, author: str = BOT) -> list[str]:
        """What an author's comments on a pull request say, the oldest first."""
        return [
            each["body"]
            for _, each in sorted(self.comments.items())
            if each["issue"] == number and each["user"]["login"] == author
        ]

    def asked(self, *methods: str) -> list[str]:
        """The requests of these methods so far, as `POST /repos/…`; by default those that write."""
        wanted = methods or ("POST", "PATCH", "PUT", "DELETE")
        return [
            str(each)
            for each in self.requests
            if each.method in wanted
            and (not each.path.endswith("/graphql") or "mutation" in str(each.body))
        ]

    # -- what it answers --------------------------------------------------------------------------

    def answer(self, request: Request) -> Said:
        """Status, headers, value."""
        with self._lock:
            token = request.headers.get("authorization", "").removeprefix("Bearer ")
            login = self.tokens.get(token)
            if login is None:
                return 401, {}, {"message": "Bad credentials"}
            if (
                request.method != "GET"
                and not request.path.endswith("/graphql")
                and token in self.readonly
            ):
                return 403, {}, {"message": "Resource not accessible by integration"}
            for method, pattern, function in self._routes():
                found = re.fullmatch(pattern, request.path)
                if method == request.method and found:
                    return function(login, request, *found.groups())
            return _NOT_FOUND

    def _routes(self) -> tuple[tuple[str, str, Callable[..., Said]], ...]:
        top = re.escape(f"/repos/{self.repository}")
        return (
            ("POST", "(?:/api)?/graphql", self._graph),
            ("GET", f"{top}/pulls", self._list_pulls),
            ("GET", rf"{top}/pulls/(\d+)", self._get_pull),
            ("GET", rf"{top}/commits/([0-9a-f]+)/pulls", self._pulls_of),
            ("GET", rf"{top}/issues/(\d+)/comments", self._list_comments),
            ("POST", rf"{top}/issues/(\d+)/comments", self._create_comment),
            ("GET", rf"{top}/issues/comments/(\d+)", self._get_comment),
            ("PATCH", rf"{top}/issues/comments/(\d+)", self._edit_comment),
            ("DELETE", rf"{top}/issues/comments/(\d+)", self._delete_comment),
            ("GET", rf"{top}/labels/([\w-]+)", self._get_label),
            ("POST", f"{top}/labels", self._create_label),
            ("GET", f"{top}/issues", self._list_issues),
            ("POST", f"{top}/issues", self._create_issue),
            ("PATCH", rf"{top}/issues/(\d+)", self._edit_issue),
        )

    def _graph(self, login: str, request: Request) -> Said:
        query = str(request.body.get("query"))
        if "viewer" in query:
            return 200, {}, {"data": {"viewer": {"login": login}}}
        if "pinIssue" in query:
            node = request.body["variables"]["issue"]
            number = next((n for n, each in self.issues.items() if each["node_id"] == node), 0)
            if number not in self.pinned:
                if len(self.pinned) == 3:
                    error = "Maximum 3 pinned issues per repository"
                    return 200, {}, {"data": None, "errors": [{"message": error}]}
                self.pinned.append(number)
            return 200, {}, {"data": {"pinIssue": {"issue": {"number": number}}}}
        return 200, {}, {"errors": [{"message": "unknown query"}]}

    def _list_pulls(self, _: str, request: Request) -> Said:
        found = list(self.pulls.values())
        owner, _, branch = request.query.get("head", "").partition(":")
        if owner:
            found = [
                each
                for each in found
                if each["head"]["ref"] == branch
                and each["head"]["repo"]["full_name"].startswith(f"{owner}/")
            ]
        state = request.query.get("state", "open")
        return self._page(request, [each for each in found if state in ("all", each["state"])])

    def _get_pull(self, _: str, __: Request, number: str) -> Said:
        found = self.pulls.get(int(number))
        return (200, {}, found) if found else _NOT_FOUND

    def _pulls_of(self, _: str, request: Request, sha: str) -> Said:
        found = [
            each
            for each in self.pulls.values()
            if each["head"]["sha"] == sha
            and (self.commits_of_forks or each["head"]["repo"]["full_name"] == self.repository)
        ]
        return self._page(request, found)

    def _list_comments(self, _: str, request: Request, number: str) -> Said:
        found = [each for _, each in sorted(self.comments.items()) if each["issue"] == int(number)]
        return self._page(request, found)

    def _create_comment(self, login: str, request: Request, number: str) -> Said:
        pull = self.pulls.get(int(number)) or self.issues.get(int(number))
        if pull is None:
            return _NOT_FOUND
        if pull["locked"]:
            message = "Unable to create comment because issue is locked."
            return 403, {}, {"message": message}
        if refusal := _too_long(request.body.get("body"), "IssueComment"):
            return 422, {}, refusal
        id_ = self.comment(int(number), request.body["body"], login)
        return 201, {}, self.comments[id_]

    def _get_comment(self, _: str, __: Request, id_: str) -> Said:
        found = self.comments.get(int(id_))
        return (200, {}, found) if found else _NOT_FOUND

    def _edit_comment(self, login: str, request: Request, id_: str) -> Said:
        found = self.comments.get(int(id_))
        if found is None:
            return _NOT_FOUND
        if refusal := _too_long(request.body.get("body"), "IssueComment"):
            return 422, {}, refusal
        found["body"] = request.body["body"]
        found["updates"] += 1
        return 200, {}, found

    def _delete_comment(self, login: str, request: Request, id_: str) -> Said:
        found = self.comments.pop(int(id_), None)
        return (204, {}, None) if found else _NOT_FOUND

    def _get_label(self, _: str, __: Request, name: str) -> Said:
        return (200, {}, {"name": name}) if name in self.labels else _NOT_FOUND

    def _create_label(self, _: str, request: Request) -> Said:
        name = request.body["name"]
        if name in self.labels:
            error = {"resource": "Label", "code": "already_exists", "field": "name"}
            return 422, {}, {"message": "Validation Failed", "errors": [error]}
        self.labels.add(name)
        return 201, {}, {"name": name}

    def _list_issues(self, _: str, request: Request) -> Said:
        wanted = set(filter(None, request.query.get("labels", "").split(",")))
        state = request.query.get("state", "open")
        found = [
            each
            for _, each in sorted(self.issues.items())
            if wanted <= {label["name"] for label in each["labels"]}
            and state in ("all", each["state"])
        ]
        return self._page(request, found)

    def _create_issue(self, login: str, request: Request) -> Said:
        body = request.body
        if refusal := _too_long(body.get("body"), "Issue") or _title(body.get("title")):
            return 422, {}, refusal
        names = [] if self.drops_labels else body.get("labels", ())
        labels = [{"name": name} for name in names]
        self.labels.update(names)
        number = self.issue(body["title"], body["body"], login, labels=labels)
        return 201, {}, self.issues[number]

    def _edit_issue(self, login: str, request: Request, number: str) -> Said:
        found = self.issues.get(int(number))
        if found is None:
            return _NOT_FOUND
        body = request.body
        if refusal := _too_long(body.get("body"), "Issue"):
            return 422, {}, refusal
        for name in ("title", "body", "state", "state_reason"):
            if name in body:
                found[name] = body[name]
        if "labels" in body:
            found["labels"] = [{"name": name} for name in body["labels"]]
        found["updates"] += 1
        return 200, {}, found

    def _page(self, request: Request, items: list[Any]) -> Said:
        size = min(100, int(request.query.get("per_page", "30")))
        page = int(request.query.get("page", "1"))
        shown = items[(page - 1) * size : page * size]
        headers = {}
        if page * size < len(items):
            others = "".join(
                f"{name}={value}&" for name, value in request.query.items() if name != "page"
            )
            address = f"{self.url}{request.path}?{others}page="
            last = -(-len(items) // size)
            headers["Link"] = f'<{address}{page + 1}>; rel="next", <{address}{last}>; rel="last"'
        return 200, headers, shown

    def _fault_for(self, request: Request) -> Fault | None:
        with self._lock:
            for each in self._faults:
                if each.times and each.method == request.method and each.path in request.path:
                    each.times -= 1
                    return each
        return None


def _too_long(body: Any, resource: str) -> dict[str, Any] | None:
    if isinstance(body, str) and len(body) > LONGEST:
        message = f"body is too long (maximum is {LONGEST} characters)"
        error = {"resource": resource, "code": "custom", "field": "body", "message": message}
        return {"message": "Validation Failed", "errors": [error]}
    return None


def _title(title: Any) -> dict[str, Any] | None:
    if isinstance(title, str) and 0 < len(title) <= 256:
        return None
    error = {
        "resource": "Issue",
        "code": "custom",
        "field": "title",
        "message": "title is too long",
    }
    return {"message": "Validation Failed", "errors": [error]}


def _handler(double: GitHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            parts = urlsplit(self.path)
            size = int(self.headers.get("Content-Length") or 0)
            content = self.rfile.read(size)
            request = Request(
                self.command,
                unquote(parts.path),
                {name: values[-1] for name, values in parse_qs(parts.query).items()},
                {name.lower(): value for name, value in self.headers.items()},
                json.loads(content) if content else None,
            )
            double.requests.append(request)
            if double.dies_after is not None and len(double.requests) > double.dies_after:
                if len(double.requests) == double.dies_after + 1:
                    double.answer(request)
                return
            fault = double._fault_for(request)
            if fault is None:
                with double.turn(request):
                    answer = double.answer(request)
                self._say(*answer)
                return
            if fault.then is not None:
                fault.then()
            happens = fault.act or not (fault.status or fault.closes)
            said = double.answer(request) if happens else None
            if fault.slow:
                time.sleep(fault.slow)
            if fault.closes:
                return
            if fault.status:
                value = {"message": fault.message} if fault.message else None
                said = fault.status, fault.headers, value
            assert said is not None
            self._say(*said, half=fault.half)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _handle  # noqa: N815  the server's names

        def _say(
            self, status: int, headers: dict[str, str], value: Any, *, half: bool = False
        ) -> None:
            content = b"" if value is None else json.dumps(value).encode()
            self.send_response(status)
            for name, text in headers.items():
                self.send_header(name, text)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):  # whoever asked did not wait
                self.wfile.write(content[: len(content) // 2] if half else content)

        def log_message(self, *_: Any) -> None:
            """Nothing: the requests are kept."""

    return Handler


@contextmanager
def serving(double: GitHub | None = None) -> Iterator[GitHub]:
    """A double that listens, on a port of its own."""
    double = double or GitHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(double))
    server.daemon_threads = True
    server.block_on_close = False
    double.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
