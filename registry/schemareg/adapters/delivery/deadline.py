"""An end to conversations: a socket is shut when its time is over, whatever the other side dribbles.

A time limit of a socket counts anew with each byte; this one does not.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator


class Deadline:
    """The end of one conversation, and whether it has come."""

    def __init__(self) -> None:
        self.passed = False


@contextmanager
def deadline(seconds: float, connected: Callable[[], socket.socket | None]) -> Iterator[Deadline]:
    """Shuts what `connected` gives when so many seconds are over; reading from it then ends."""
    import threading

    found = Deadline()

    def end() -> None:
        import socket

        found.passed = True
        open_socket = connected()
        if open_socket is not None:
            try:
                # The method of an SSL socket would take its state from under the reader.
                socket.socket.shutdown(open_socket, socket.SHUT_RDWR)
            except OSError:
                return  # closed already

    timer = threading.Timer(max(0.0, seconds), end)
    timer.daemon = True
    timer.start()
    try:
        yield found
    finally:
        timer.cancel()
