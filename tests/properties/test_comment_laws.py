"""Two runs that write to one pull request at the same time, in whatever order their requests come."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.doubles.github import BOT, serving

from schemareg.edges.github_api import GitHub
from schemareg.notices.sticky import Run, mark, marked
from schemareg_cli import commenting
from schemareg_cli.forge import Talk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.doubles.github import Request

HEAD = "a" * 40
TOKENS = ("ghs_one", "ghs_two")


class Turns:
    """Lets the requests of two runs pass in a given order; a run that has ended is not waited for."""

    def __init__(self, order: Sequence[int]) -> None:
        self._order = list(order)
        self._ended: set[int] = set()
        self._moved = threading.Condition()

    @contextmanager
    def turn(self, request: Request) -> Iterator[None]:
        mine = TOKENS.index(request.headers["authorization"].removeprefix("Bearer "))
        with self._moved:
            assert self._moved.wait_for(lambda: self._next() in (mine, None), timeout=10)
            if self._order:
                self._order.pop(0)
            yield
            self._moved.notify_all()

    def end(self, run: int) -> None:
        with self._moved:
            self._ended.add(run)
            self._moved.notify_all()

    def _next(self) -> int | None:
        while self._order and self._order[0] in self._ended:
            self._order.pop(0)
        return self._order[0] if self._order else None


def said(url: str, run: int, number: int, *, clean: bool) -> None:
    api = GitHub(url, TOKENS[run], patience=20)
    talk = Talk("acme/registry", 7, HEAD, "", Run(number, 1, HEAD), "")
    commenting.said(api, talk, commenting.Wish((f"word of {number}",), clean))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    before=st.lists(st.sampled_from([1, 2]), max_size=2),
    order=st.lists(st.integers(0, 1), max_size=16),
    clean=st.booleans(),
)
def test_however_two_runs_meet_one_comment_is_left(
    before: list[int], order: list[int], clean: bool
) -> None:
    with serving() as github:
        github.tokens = dict.fromkeys(TOKENS, BOT)
        github.pull(7, HEAD)
        forged = github.comment(7, marked("forged", Run(99, 1, HEAD)), "eve")
        for number in before:
            github.comment(7, marked("old", Run(number, 1, HEAD)))
        turns = Turns(order)
        github.turn = turns.turn

        def run(which: int, number: int, **how: Any) -> None:
            try:
                said(github.url, which, number, **how)
            finally:
                turns.end(which)

        threads = [
            threading.Thread(target=run, args=(0, 3), kwargs={"clean": False}),
            threading.Thread(target=run, args=(1, 4), kwargs={"clean": clean}),
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        (body,) = github.bodies(7)
        assert body in (
            f"{marked('word of 3', Run(3, 1, HEAD))}",
            f"{marked('word of 4', Run(4, 1, HEAD))}",
        )
        said(github.url, 0, 5, clean=True)
        (body,) = github.bodies(7)
        assert mark(body) == Run(5, 1, HEAD)
        assert github.comments[forged]["body"] == marked("forged", Run(99, 1, HEAD))
