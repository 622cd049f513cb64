"""One POST to one address, with its result: an answer, or how far the request got.

Certificates are verified, redirections are not followed, time and size are limited. HTTP without
TLS is used for this machine only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, unquote, urlsplit

from schemareg.adapters import clock
from schemareg.adapters.delivery.deadline import deadline
from schemareg.adapters.delivery.failures import describe_failure
from schemareg.model.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from http.client import HTTPConnection, HTTPResponse

    from schemareg.adapters.delivery.deadline import Deadline

LARGEST = 16_384
"""Bytes of an answer that are read; its beginning contains the error."""
_LOOPBACK = re.compile(r"localhost|127(?:\.[0-9]{1,3}){3}|::1", re.ASCII)
_LONGEST_WAIT = 86_400.0


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """The time limits of a conversation, in seconds."""

    connect: float = 10.0
    total: float = 30.0


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """The result of a request."""

    status: int = 0
    """0 without an answer."""
    text: str = ""
    """The beginning of the answer, if its status is 300 or more."""
    retry_after: float = 0.0
    """The requested wait in seconds, at most a day; 0 if none."""
    failure: str = ""
    """The reason for a missing answer, without the address; `""` if there is an answer."""
    handed_over: bool = False
    """Whether the whole request was sent: then it can have been carried out."""


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a request."""

    secure: bool
    host: str
    port: int
    target: str
    """Path and query for the request line."""
    login: str = ""
    """`user:password` from the URL."""
    proxy: Address | None = None
    """The proxy from the environment."""


def address(url: str) -> Address:
    """Parse a URL, with the proxy for it.

    Raises RegistryError, which shows neither, if the URL is not usable.
    """
    if not url.isprintable() or " " in url:
        raise RegistryError("the URL has spaces or invisible characters")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").lower().encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        raise RegistryError("the URL is malformed") from None
    secure = parts.scheme == "https"
    if not host or parts.scheme not in ("http", "https") or port == 0:
        raise RegistryError("the URL is not an https address")
    if not secure and not is_here(host):
        raise RegistryError("the URL has no encryption: http instead of https")
    proxy = _proxy(host) if secure and not is_here(host) else None
    return Address(
        secure, host, port or (443 if secure else 80), _target(parts), _login(parts), proxy
    )


def is_here(host: str) -> bool:
    """Whether a host name in lower case is this machine."""
    return _LOOPBACK.fullmatch(host) is not None


def _target(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return f"{path}?{query}" if query else path


def post(
    to: Address, body: bytes, headers: Mapping[str, str], limits: HttpLimits | None = None
) -> HttpResponse:
    """Send a body; errors of the network or the other side are in the result, not raised."""
    from http.client import HTTPException

    limits = limits or HttpLimits()
    connection = _connection(to, limits.connect)
    with deadline(limits.total, lambda: connection.sock) as end:
        try:
            connection.connect()
            return _asked(connection, to, body, headers, end)
        except (OSError, ValueError, HTTPException) as error:  # UnicodeError among them
            return HttpResponse(
                failure="it did not answer in time" if end.passed else _unreached(error)
            )
        finally:
            connection.close()


def _unreached(error: Exception) -> str:
    """Also for a proxy that refuses the tunnel: the standard library raises a plain OSError for
    it."""
    if type(error) is OSError and "Tunnel" in str(error):
        return "the proxy refuses the connection"
    return describe_failure(error)


def _asked(
    connection: HTTPConnection, to: Address, body: bytes, headers: Mapping[str, str], end: Deadline
) -> HttpResponse:
    from http.client import HTTPException

    whole = True
    try:
        connection.request("POST", to.target, body, {**_authorization(to.login), **headers})
    except OSError:
        whole = False  # it can answer and close before it has read the whole request
    try:
        response = connection.getresponse()
    except (OSError, HTTPException, ValueError) as error:
        why = "it did not answer in time" if end.passed else _broken(error)
        return HttpResponse(failure=why, handed_over=whole)
    text = (
        "" if response.status < 300 else _beginning(response)
    )  # the body of a success is not needed
    wait = retry_after(response.headers.get("Retry-After", ""), clock.now())
    return HttpResponse(response.status, text, wait, handed_over=whole)


def _beginning(response: HTTPResponse) -> str:
    from http.client import HTTPException

    try:
        return response.read(LARGEST).decode("utf-8", "replace")
    except (OSError, HTTPException, ValueError):
        return ""  # the status has arrived: that is the answer


def _broken(error: Exception) -> str:
    from http.client import RemoteDisconnected

    if isinstance(error, RemoteDisconnected):
        return "it closed the connection without an answer"
    return describe_failure(error)


def retry_after(header: str, now: datetime) -> float:
    """The seconds of a Retry-After header, at most a day; 0 if missing, past or invalid.

    Source: RFC 9110, section 10.2.3: seconds, or a date.
    """
    from datetime import UTC
    from email.utils import parsedate_to_datetime

    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), _LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return 0.0
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(0.0, (until - now).total_seconds()), _LONGEST_WAIT)


def _authorization(login: str) -> dict[str, str]:
    from base64 import b64encode

    return {"Authorization": f"Basic {b64encode(login.encode()).decode()}"} if login else {}


def _connection(to: Address, seconds: float) -> HTTPConnection:
    """A connection, not yet open."""
    import ssl
    from http.client import HTTPConnection, HTTPSConnection

    if not to.secure:
        return HTTPConnection(to.host, to.port, timeout=seconds)
    trusted, first = ssl.create_default_context(), to.proxy or to
    connection = HTTPSConnection(first.host, first.port, timeout=seconds, context=trusted)
    if to.proxy is not None:
        allowed = _authorization(to.proxy.login).items()
        headers = {f"Proxy-{name}": value for name, value in allowed}
        connection.set_tunnel(to.host, to.port, headers)
    return connection


def _proxy(host: str) -> Address | None:
    """The value of HTTPS_PROXY, unless NO_PROXY excludes the host."""
    from urllib.request import getproxies, proxy_bypass

    named = getproxies().get("https", "")
    if not named or proxy_bypass(host):
        return None
    try:
        parts = urlsplit(named if "://" in named else f"http://{named}")
        port = parts.port or 80
    except ValueError:
        parts, port = SplitResult("", "", "", "", ""), 0
    if parts.scheme != "http" or not parts.hostname:
        raise RegistryError("HTTPS_PROXY is not an http address")
    return Address(False, parts.hostname, port, "", _login(parts))


def _login(parts: SplitResult) -> str:
    if parts.username is None:
        return ""
    return f"{unquote(parts.username)}:{unquote(parts.password or '')}"
