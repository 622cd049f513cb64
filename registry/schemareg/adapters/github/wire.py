"""One HTTP request to GitHub's API and its answer.

The token is sent only to its own API: a redirection to another host is an error, nothing
but HTTP is used, and HTTP without TLS only for this machine. Answers are bounded in time
and in size.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

from schemareg.adapters import clock
from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST = 64_000_000
"""Maximum bytes of one answer: a hundred comments of maximum length are 26 MB."""
_SLOWEST = 15.0
"""Seconds without a byte."""
_REDIRECTIONS = 3
_MOVED = (301, 302, 307, 308)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class ApiResponse(NamedTuple):
    """An answer; `headers` by lower-case names."""

    status: int
    headers: Mapping[str, str]
    value: Any
    """The JSON value; None without one."""


class Unsent(Exception):
    """No connection: the request had no effect."""


class Unanswered(Exception):
    """The request was sent and no complete answer came: it may have been executed."""


class Wire:
    """A connection to one API with its token."""

    def __init__(self, api: str, token: str) -> None:
        """Raises RegistryError for an address or a token that cannot be one."""
        self.api = api.rstrip("/")
        self._origin = _origin(urlsplit(self.api))
        if not token.isascii() or not token.isprintable() or " " in token:
            raise RegistryError(
                "GITHUB_TOKEN holds spaces, line breaks or other characters that are not part"
                " of a token",
                remedy="Set it to the token only",
            )
        self._token = token
        self._send = _opener(proxies=self._origin[0] == "https")

    @property
    def graphql(self) -> str:
        """The GraphQL address; on an enterprise server it is beside the REST API."""
        if self.api.endswith("/api/v3"):
            return self.api.removesuffix("/v3") + "/graphql"
        return f"{self.api}/graphql"

    def masked(self, text: str) -> str:
        """A text with the token masked."""
        return text.replace(self._token, "***") if self._token else text

    def same(self, url: str) -> bool:
        """Whether an address belongs to the token's API."""
        try:
            return _origin(urlsplit(url)) == self._origin
        except (RegistryError, ValueError):
            return False

    def exchange(
        self, method: str, url: str, value: object = None, *, within: float
    ) -> ApiResponse:
        """The answer to one request; redirections within the API are followed; `within` is in seconds.

        Raises Unsent, Unanswered, and RegistryError where it leads to somebody else.
        """
        until = clock.seconds() + within
        for _ in range(_REDIRECTIONS + 1):
            answer = self._exchange(method, url, value, until)
            if answer.status not in _MOVED:
                return answer
            url = urljoin(url, answer.headers.get("location", ""))
            if not self.same(url):
                raise RegistryError(
                    f"GitHub's API redirects to {_shown(url)}, which is outside the token's API",
                    where=_shown(self.api),
                    remedy="Set GITHUB_API_URL to the address of the API",
                )
        raise RegistryError("GitHub's API redirects in a circle", where=_shown(self.api))

    def _exchange(self, method: str, url: str, value: object, until: float) -> ApiResponse:
        from http.client import HTTPException
        from urllib.error import HTTPError, URLError
        from urllib.request import Request

        left = min(_SLOWEST, until - clock.seconds())
        if left <= 0:
            raise Unsent("there was no time left")
        body = None if value is None else json.dumps(value).encode()
        request = Request(url, body, self._headers(body), method=method)  # noqa: S310  see _origin
        try:
            try:
                response = self._send.open(request, timeout=left)
            except HTTPError as error:  # a normal answer
                with error:
                    return _answer(error.code, error.headers, error.fp, until)
            with response:
                return _answer(response.status, response.headers, response, until)
        except URLError as error:
            raise _unsent(error.reason) from None
        except (OSError, HTTPException) as error:
            raise Unanswered(_said(error)) from None

    def _headers(self, body: bytes | None) -> dict[str, str]:
        headers = {
            "Accept": "application/vnd.github+json",
            "Accept-Encoding": "identity",
            "User-Agent": "schemareg",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        return headers


def _opener(*, proxies: bool) -> Any:
    """Opens HTTP addresses only: no files, no FTP.

    By way of the proxies of the environment, which see nothing of what goes through them in TLS;
    what is not encrypted is for this machine, and for no proxy.
    """
    from urllib import request

    found = request.OpenerDirector()
    for handler in (
        *((request.ProxyHandler,) if proxies else ()),
        request.HTTPHandler,
        request.HTTPSHandler,
        request.HTTPErrorProcessor,
        request.HTTPDefaultErrorHandler,
    ):
        found.add_handler(handler())
    return found


def _origin(url: SplitResult) -> tuple[str, str, int]:
    """Scheme, host and port. Raises RegistryError for an address that must not receive the token."""
    host = (url.hostname or "").lower()
    try:
        port = url.port
    except ValueError:
        port = 0
    named = url.scheme == "https" or (url.scheme == "http" and host in _LOOPBACK)
    if not named or not host or port == 0 or url.username or url.password:
        raise RegistryError(
            f"{_shown(url.geturl())} is not a valid address of GitHub's API",
            remedy="Set GITHUB_API_URL to an https address, such as https://api.github.com",
        )
    return url.scheme, host, port or {"https": 443, "http": 80}[url.scheme]


def _shown(url: str) -> str:
    """An address without user, password and query, which can be secrets."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _answer(status: int, headers: Any, response: Any, until: float) -> ApiResponse:
    named = {name.lower(): str(text) for name, text in headers.items()}
    text = _content(response, until)
    try:
        value = json.loads(text) if text.strip() else None
    except (ValueError, RecursionError):
        if status < 300:
            raise Unanswered("the answer was not JSON") from None
        value = None  # an error page of a proxy; the status is enough
    return ApiResponse(status, named, value)


def _content(response: Any, until: float) -> bytes:
    parts, size = [], 0
    while part := response.read1(65_536):
        size += len(part)
        if size > LARGEST:
            raise Unanswered(f"the answer is larger than {LARGEST:,} bytes")
        if clock.seconds() > until:
            raise Unanswered("the answer did not end in time")
        parts.append(part)
    if response.length:
        raise Unanswered("the connection was closed in the middle of the answer")
    return b"".join(parts)


def _unsent(reason: object) -> Unsent | Unanswered:
    """The meaning of a failed request: only without a connection nothing was sent."""
    import socket
    import ssl

    said = _said(reason)
    if isinstance(reason, (ConnectionRefusedError, socket.gaierror, ssl.SSLError)):
        return Unsent(said)
    return Unanswered(said)


def _said(error: object) -> str:
    if isinstance(error, TimeoutError):
        return "no answer came in time"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error) or type(error).__name__
