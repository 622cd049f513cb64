"""An order for the requests of runs that go on at the same time."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.doubles.github import Request


class Turns:
    """Lets the requests of two runs pass in a given order; a run that has ended is not waited for."""

    def __init__(self, tokens: Sequence[str], order: Sequence[int]) -> None:
        self._tokens = tokens
        self._order = list(order)
        self._ended: set[int] = set()
        self._moved = threading.Condition()

    @contextmanager
    def turn(self, request: Request) -> Iterator[None]:
        """What a request has to wait for; whose it is its token tells."""
        mine = self._tokens.index(request.headers["authorization"].removeprefix("Bearer "))
        with self._moved:
            assert self._moved.wait_for(lambda: self._next() in (mine, None), timeout=10)
            if self._order:
                self._order.pop(0)
            yield
            self._moved.notify_all()

    def end(self, run: int) -> None:
        """A run has ended."""
        with self._moved:
            self._ended.add(run)
            self._moved.notify_all()

    def _next(self) -> int | None:
        while self._order and self._order[0] in self._ended:
            self._order.pop(0)
        return self._order[0] if self._order else None
