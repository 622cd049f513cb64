"""One message to a service that Apprise knows, and what came of it.

Apprise writes addresses with their tokens into logs and says only yes or no. What it logs is
caught here, for its reason, and goes no further.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemareg.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from logging import LogRecord

    from apprise import NotifyBase

_SLOWEST = 10.0
"""Seconds to connect, and seconds without a byte."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service that can be sent to, and how much it takes at once."""

    plugin: NotifyBase
    longest_title: int
    """In characters; 0 where it has no titles."""
    longest_body: int


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one message."""

    sent: bool
    said: str = ""
    """What Apprise logged of the failure: it may show the address."""


def service(url: str) -> Service:
    """The service that a URL of Apprise names.

    Raises RegistryError, which does not show it, where Apprise is not installed or knows no such
    URL.
    """
    try:
        import apprise
    except ImportError:
        raise RegistryError(
            "Apprise is needed for this URL, and is not installed",
            remedy="pip install 'schemareg[notify]'",
        ) from None
    with _listening():
        plugin = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if plugin is None:
        raise RegistryError(
            "Apprise knows no such URL, or something is missing in it",
            remedy="See https://github.com/caronc/apprise/wiki for how the service's URL goes",
        )
    plugin.socket_connect_timeout = _SLOWEST
    plugin.socket_read_timeout = _SLOWEST
    return Service(plugin, int(plugin.title_maxlen), int(plugin.body_maxlen))


def tell(to: Service, title: str, body: str, severity: str) -> Told:
    """What came of sending a plain text; `severity` is `failure`, `warning` or `info`."""
    import apprise

    with _listening() as heard:
        sent = to.plugin.notify(
            body=body,
            title=title,
            notify_type=apprise.NotifyType(severity),
            body_format=apprise.NotifyFormat.TEXT,
        )
    return Told(bool(sent), "; ".join(heard))


_TALKATIVE = ("apprise", "requests", "urllib3")


@contextmanager
def _listening() -> Iterator[list[str]]:
    """What Apprise complains of meanwhile in this thread; nothing of it reaches any other log.

    It stays quiet from then on: another thread may be in the middle of it when this one is done.
    """
    import logging
    from threading import get_ident

    heard: list[str] = []
    here = get_ident()

    class Ear(logging.Handler):
        def emit(self, record: LogRecord) -> None:
            if record.thread == here:
                heard.append(record.getMessage())

    for name in _TALKATIVE:
        talker = logging.getLogger(name)
        talker.propagate = False
        if not talker.handlers:
            talker.addHandler(logging.NullHandler())
    ear = Ear(logging.WARNING)
    logger = logging.getLogger("apprise")
    logger.addHandler(ear)
    try:
        yield heard
    finally:
        logger.removeHandler(ear)
