"""One message to a service that Apprise knows, and what came of it.

Apprise writes addresses with their tokens into logs and says only yes or no. What it logs is
caught here, for its reason, and goes no further.
"""

from __future__ import annotations

import threading
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemareg.model.errors import RegistryError

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
class SendReport:
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
    with _listening(), warnings.catch_warnings():
        # It loads all of its plugins, some of which lean on what Python is about to drop.
        warnings.simplefilter("ignore")
        plugin = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if plugin is None:
        raise RegistryError(
            "Apprise knows no such URL, or something is missing in it",
            remedy="See https://github.com/caronc/apprise/wiki for how the service's URL goes",
        )
    plugin.redirects = False  # they would take a token to where nobody asked for it to go
    plugin.socket_connect_timeout = _SLOWEST
    plugin.socket_read_timeout = _SLOWEST
    return Service(plugin, int(plugin.title_maxlen), int(plugin.body_maxlen))


def send(to: Service, title: str, body: str, severity: str) -> SendReport:
    """What came of sending a plain text; `severity` is `failure`, `warning` or `info`."""
    import apprise

    with _listening() as heard:
        try:
            # Not by the plugin itself: only from here a text becomes HTML where one wants that.
            sent = apprise.Apprise([to.plugin]).notify(
                body=body,
                title=title,
                notify_type=apprise.NotifyType(severity),
                body_format=apprise.NotifyFormat.TEXT,
            )
        except Exception as error:  # noqa: BLE001  a hundred plugins, and none may end a run
            return SendReport(False, type(error).__name__)
    return SendReport(bool(sent), "; ".join(heard))


_TALKATIVE = ("apprise", "requests", "urllib3", "urllib3.connectionpool")


@contextmanager
def _listening() -> Iterator[list[str]]:
    """What Apprise complains of meanwhile in this thread; nothing of it reaches any log.

    It stays quiet from then on: another thread may be in the middle of it when this one is done.
    """
    import logging

    for name in _TALKATIVE:
        logging.getLogger(name).addFilter(_kept)  # the same one twice is one
    heard: list[str] = []
    _heard.lines = heard
    try:
        yield heard
    finally:
        _heard.lines = []


_heard = threading.local()


def _kept(record: LogRecord) -> bool:
    """Keeps a complaint for its thread; passes nothing on, whoever listens to that logger."""
    if record.levelno >= _WARNING:
        getattr(_heard, "lines", []).append(record.getMessage())
    return False


_WARNING = 30
"""That of logging, which is not imported for a number."""
