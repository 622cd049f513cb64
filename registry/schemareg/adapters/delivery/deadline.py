"""A total time limit: a socket is closed at its deadline, even if the other side still sends.

The timeout of a socket starts again with each byte; this one does not.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator


class Deadline:
    """The deadline of one conversation, and whether it has passed."""

    def __init__(self) -> None:
        self.passed = False


@contextmanager
def deadline(seconds: float, connected: Callable[[], socket.socket | None]) -> Iterator[Deadline]:
    """Close the socket that `connected` gives after some seconds; reads from it then end."""
    import threading

    found = Deadline()

    def end() -> None:
        import socket

        found.passed = True
        open_socket = connected()
        if open_socket is not None:
            try:
                # The method of an SSL socket would remove state that the reader still uses.
                socket.socket.shutdown(open_socket, socket.SHUT_RDWR)
            except OSError:
                return  # already closed

    timer = threading.Timer(max(0.0, seconds), end)
    timer.daemon = True
    timer.start()
    try:
        yield found
    finally:
        timer.cancel()
