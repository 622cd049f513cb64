"""Send one message to a service that Apprise supports, with the result.

Apprise writes addresses with their tokens into logs and returns only yes or no. Its log records are
captured for the reason and reach no other log.
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
"""Seconds to connect, and seconds of silence."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service and its message limits."""

    plugin: NotifyBase
    longest_title: int
    """In characters; 0 if it has no titles."""
    longest_body: int


@dataclass(frozen=True, slots=True)
class SendReport:
    """The result of one message."""

    sent: bool
    said: str = ""
    """Apprise's log records of the failure; they can contain the address."""


def service(url: str) -> Service:
    """The service of an Apprise URL.

    Raises RegistryError, which does not show the URL, if Apprise is not installed or does not know
    URL.
    """
    try:
        import apprise
    except ImportError:
        raise RegistryError(
            "this URL needs Apprise, which is not installed",
            remedy="pip install 'schemareg[notify]'",
        ) from None
    with _listening(), warnings.catch_warnings():
        # It loads all plugins; some use features that Python deprecates.
        warnings.simplefilter("ignore")
        plugin = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if plugin is None:
        raise RegistryError(
            "Apprise does not know this URL, or a part of it is missing",
            remedy="See https://github.com/caronc/apprise/wiki for the form of the service's URL",
        )
    plugin.redirects = False  # a redirection would send the token to another host
    plugin.socket_connect_timeout = _SLOWEST
    plugin.socket_read_timeout = _SLOWEST
    return Service(plugin, int(plugin.title_maxlen), int(plugin.body_maxlen))


def send(to: Service, title: str, body: str, severity: str) -> SendReport:
    """Send a plain text; `severity` is `failure`, `warning` or `info`."""
    import apprise

    with _listening() as heard:
        try:
            # Not by the plugin itself: only Apprise converts text to HTML where necessary.
            sent = apprise.Apprise([to.plugin]).notify(
                body=body,
                title=title,
                notify_type=apprise.NotifyType(severity),
                body_format=apprise.NotifyFormat.TEXT,
            )
        except Exception as error:  # noqa: BLE001  a hundred plugins, none of which may end a run
            return SendReport(False, type(error).__name__)
    return SendReport(bool(sent), "; ".join(heard))


_TALKATIVE = ("apprise", "requests", "urllib3", "urllib3.connectionpool")


@contextmanager
def _listening() -> Iterator[list[str]]:
    """Collects Apprise's warnings in this thread; they reach no log.

    It stays quiet afterwards: another thread can still be sending when this one ends.
    """
    import logging

    for name in _TALKATIVE:
        logging.getLogger(name).addFilter(_kept)  # duplicates count once
    heard: list[str] = []
    _heard.lines = heard
    try:
        yield heard
    finally:
        _heard.lines = []


_heard = threading.local()


def _kept(record: LogRecord) -> bool:
    """Stores a warning for its thread; passes nothing on to other handlers."""
    if record.levelno >= _WARNING:
        getattr(_heard, "lines", []).append(record.getMessage())
    return False


_WARNING = 30
"""The level of `logging`, which is not imported for one number."""
