"""One POST to one address, and what came of it: an answer, or how far it got.

Certificates are verified, no redirection is followed, time and size are bounded. HTTP without TLS
is spoken to this machine alone.
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
"""Bytes of an answer that are read; its beginning says what is wrong."""
_LOOPBACK = re.compile(r"localhost|127(?:\.[0-9]{1,3}){3}|::1", re.ASCII)
_LONGEST_WAIT = 86_400.0


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """How long a conversation may take, in seconds."""

    connect: float = 10.0
    total: float = 30.0


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What came of a request."""

    status: int = 0
    """0 where no answer came."""
    text: str = ""
    """The beginning of the answer, where its status is 300 or more."""
    retry_after: float = 0.0
    """Seconds that it asks us to wait, at most a day; 0 where it asks for nothing."""
    failure: str = ""
    """Why no answer came, without the address; `""` where one came."""
    handed_over: bool = False
    """Whether the whole request had left: then it may have been carried out."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a request goes."""

    secure: bool
    host: str
    port: int
    target: str
    """Path and query, as the request line has them."""
    login: str = ""
    """`user:password` that the URL had before the host."""
    proxy: Address | None = None
    """By way of whom, as the environment says."""


def address(url: str) -> Address:
    """A URL taken apart, and the proxy on the way to it.

    Raises RegistryError, which shows neither, where nothing can be sent to it.
    """
    if not url.isprintable() or " " in url:
        raise RegistryError("the URL has spaces or characters that nobody sees")
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
        raise RegistryError("the URL sends in the clear: http instead of https")
    proxy = _proxy(host) if secure and not is_here(host) else None
    return Address(
        secure, host, port or (443 if secure else 80), _target(parts), _login(parts), proxy
    )


def is_here(host: str) -> bool:
    """Whether what is sent to this host, in lower case, stays on this machine."""
    return _LOOPBACK.fullmatch(host) is not None


def _target(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return f"{path}?{query}" if query else path


def post(
    to: Address, body: bytes, headers: Mapping[str, str], limits: HttpLimits | None = None
) -> HttpResponse:
    """What came of sending this body; never raises for what the network or the other side does."""
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
    """Also a proxy that lets nobody through: the standard library tells that as a plain OSError."""
    if type(error) is OSError and "Tunnel" in str(error):
        return "the proxy does not let it through"
    return describe_failure(error)


def _asked(
    connection: HTTPConnection, to: Address, body: bytes, headers: Mapping[str, str], end: Deadline
) -> HttpResponse:
    from http.client import HTTPException

    whole = True
    try:
        connection.request("POST", to.target, body, {**_authorization(to.login), **headers})
    except OSError:
        whole = False  # it may have answered before it had heard us out, and closed
    try:
        response = connection.getresponse()
    except (OSError, HTTPException, ValueError) as error:
        why = "it did not answer in time" if end.passed else _broken(error)
        return HttpResponse(failure=why, handed_over=whole)
    text = "" if response.status < 300 else _beginning(response)  # nobody asks for what was well
    wait = retry_after(response.headers.get("Retry-After", ""), clock.now())
    return HttpResponse(response.status, text, wait, handed_over=whole)


def _beginning(response: HTTPResponse) -> str:
    from http.client import HTTPException

    try:
        return response.read(LARGEST).decode("utf-8", "replace")
    except (OSError, HTTPException, ValueError):
        return ""  # its status had come: that is the answer


def _broken(error: Exception) -> str:
    from http.client import RemoteDisconnected

    if isinstance(error, RemoteDisconnected):
        return "it closed the connection without an answer"
    return describe_failure(error)


def retry_after(header: str, now: datetime) -> float:
    """The seconds that a Retry-After asks for, at most a day; 0 for none, past or unreadable ones.

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
    """A connection that is not open yet."""
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
    """What HTTPS_PROXY says, unless NO_PROXY excepts the host."""
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
        raise RegistryError("HTTPS_PROXY is not the http address of a proxy")
    return Address(False, parts.hostname, port, "", _login(parts))


def _login(parts: SplitResult) -> str:
    if parts.username is None:
        return ""
    return f"{unquote(parts.username)}:{unquote(parts.password or '')}"
