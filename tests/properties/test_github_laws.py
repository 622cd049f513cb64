"""Two runs that write to GitHub at the same time, in whatever order their requests come."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.doubles.github import BOT, serving
from tests.doubles.github import GitHub as Double
from tests.doubles.turns import Turns

from schemareg.adapters.github.api import GitHub, Unreachable
from schemareg.deprecation.schedule import Statement, term
from schemareg.model import Deprecation, Landing
from schemareg.model.targets import parse
from schemareg.notifications.events.source import EventSource
from schemareg.notifications.github.issues import About
from schemareg.notifications.github.sticky_comment import Run, mark, marked
from schemareg.operations.github import comment, issues
from schemareg.operations.github.job import PullRequestContext

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = "a" * 40
MARCH = date(2026, 3, 1)
THEN = datetime(2026, 1, 1, tzinfo=UTC)
TOKENS = ("ghs_one", "ghs_two")


def said(url: str, run: int, number: int, *, clean: bool, patience: float = 20) -> None:
    api = GitHub(url, TOKENS[run], patience=patience)
    talk = PullRequestContext("acme/registry", 7, HEAD, "", Run(number, 1, HEAD), "")
    comment.post(api, talk, comment.CommentRequest((f"word of {number}",), clean))


def together(github: Double, order: list[int], *runs: Callable[[], None]) -> None:
    """Let two runs go on at the same time, their requests in this order."""
    turns = Turns(TOKENS, order)
    github.turn = turns.turn

    def run(which: int) -> None:
        try:
            runs[which]()
        finally:
            turns.end(which)

    threads = [threading.Thread(target=run, args=(which,)) for which in range(len(runs))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


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
        together(
            github,
            order,
            lambda: said(github.url, 0, 3, clean=False),
            lambda: said(github.url, 1, 4, clean=clean),
        )
        (body,) = github.bodies(7)
        assert body in (
            f"{marked('word of 3', Run(3, 1, HEAD))}",
            f"{marked('word of 4', Run(4, 1, HEAD))}",
        )
        said(github.url, 0, 5, clean=True)
        (body,) = github.bodies(7)
        assert mark(body) == Run(5, 1, HEAD)
        assert github.comments[forged]["body"] == marked("forged", Run(99, 1, HEAD))


TERMS = tuple(
    term(
        [
            Statement(
                Landing("3" * 40, 1, THEN, THEN),
                Deprecation("x.yaml", parse(f"orders/order#{name}"), "It goes.", MARCH),
                90,
            )
        ]
    )
    for name in ("email", "phone")
)
"""Two deprecations."""


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(order=st.lists(st.integers(0, 1), max_size=24), before=st.booleans())
def test_however_two_runs_meet_each_deprecation_keeps_one_issue(
    order: list[int], before: bool
) -> None:
    def follow(which: int, day: date) -> issues.IssuesResult:
        api = GitHub(github.url, TOKENS[which], patience=20)
        return issues.update_repository(api, "acme/registry", found(day))

    with serving() as github:
        github.tokens = dict.fromkeys(TOKENS, BOT)
        if before:
            follow(0, date(2026, 2, 1))
        together(
            github, order, lambda: follow(0, MARCH) and None, lambda: follow(1, MARCH) and None
        )
        assert _open(github, "orders/order#email") == _open(github, "orders/order#phone") == 1
        follow(0, MARCH)
        assert _open(github, "Schema registry") == 1
        assert follow(1, MARCH) == issues.IssuesResult()


def _open(github: Double, title: str) -> int:
    return sum(
        each["state"] == "open" and each["title"].startswith(title)
        for each in github.issues.values()
    )


def found(day: date) -> issues.RegistryState:
    about = About(day, EventSource("", ""), lambda _: True, lambda _: ())
    return issues.RegistryState(tuple(filter(None, TERMS)), (), about)


@pytest.mark.parametrize("requests", range(9))
def test_a_run_that_is_killed_at_any_request_leaves_no_second_comment(requests: int) -> None:
    with serving() as github:
        github.tokens = dict.fromkeys(TOKENS, BOT)
        github.pull(7, HEAD)
        for _ in range(2):
            github.comment(7, marked("old", Run(1, 1, HEAD)))
        _killed(github, requests, lambda: said(github.url, 0, 3, clean=False, patience=0.3))
        said(github.url, 0, 4, clean=False)
        assert github.bodies(7) == [marked("word of 4", Run(4, 1, HEAD))]
        github.comments.clear()
        _killed(github, requests, lambda: said(github.url, 0, 5, clean=False, patience=0.3))
        said(github.url, 0, 6, clean=False)
        assert github.bodies(7) == [marked("word of 6", Run(6, 1, HEAD))]


@pytest.mark.parametrize("requests", range(13))
def test_a_run_that_is_killed_at_any_request_leaves_no_second_issue(requests: int) -> None:
    def follow(day: date, patience: float = 20) -> issues.IssuesResult:
        api = GitHub(github.url, TOKENS[0], patience=patience)
        return issues.update_repository(api, "acme/registry", found(day))

    with serving() as github:
        github.tokens = dict.fromkeys(TOKENS, BOT)
        for day in (MARCH, date(2026, 5, 1)):  # then all of it is written anew
            _killed(github, requests, partial(follow, day, 0.3))
            assert follow(day).failed == ()
            assert follow(day) == issues.IssuesResult()
            assert len(github.issues) == 3


def _killed(github: Double, requests: int, run: Callable[[], object]) -> None:
    github.dies_after = len(github.requests) + requests
    with suppress(Unreachable):
        run()
    github.dies_after = None
