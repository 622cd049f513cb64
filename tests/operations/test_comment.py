"""The sticky comment: one, ours, of the newest run; and whatever goes wrong on the way to it."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from tests.doubles.github import BOT, TOKEN

from schemareg.model import Finding, Mistake, Place, Report, Severity
from schemareg.notifications.github.sticky_comment import (
    CommentPlan,
    PostedComment,
    Run,
    mark,
    marked,
    plan,
)
from schemareg.reports.review import render, render_mistakes
from schemareg_cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.doubles.github import GitHub

HEAD = "a" * 40
NEWER = "b" * 40
CLEAN = Report("main (1)", "change (2)", date(2026, 3, 1))
BROKEN = Report(
    "main (1)",
    "change (2)",
    date(2026, 3, 1),
    (
        Finding(
            "property-required",
            Severity.ERROR,
            Place("products/orders/schemas/order/1.3.0.json", 14, 17),
            "'email' is required now, and was not before",
            product="orders",
            schema="order",
            version="1.3.0",
            fingerprint="5f0c1d2e3a4b5f0c",
        ),
    ),
)


# -- what is to be done: pure


def ours(id_: int, text: str, number: int = 1, attempt: int = 1) -> PostedComment:
    return PostedComment(id_, "Bot", marked(text, Run(number, attempt, HEAD)))


NOW = Run(5, 1, HEAD)
SAID = marked("text", NOW)


@pytest.mark.parametrize(
    ("why", "posted", "clean", "expected"),
    [
        ("nothing is there", [], False, (SAID, None, ())),
        ("a clean change is not spoken of", [], True, (None, None, ())),
        ("what others say is theirs", [PostedComment(1, "eve", "hello")], False, (SAID, None, ())),
        ("a copied mark is theirs", [PostedComment(1, "eve", SAID)], False, (SAID, None, ())),
        ("a gone account is nobody", [PostedComment(1, "", SAID)], False, (SAID, None, ())),
        ("ours of an older run is edited", [ours(3, "old", 4)], False, (None, (3, SAID), ())),
        ("a login's case is nothing", [PostedComment(3, "bOT", SAID)], False, (None, None, ())),
        ("clean again is said", [ours(3, "old", 4)], True, (None, (3, SAID), ())),
        ("an older attempt is edited", [ours(3, "old", 5, 0)], False, (None, (3, SAID), ())),
        ("the same attempt speaks again", [ours(3, "old", 5, 1)], False, (None, (3, SAID), ())),
        ("a newer attempt stays", [ours(3, "new", 5, 2)], False, (None, None, ())),
        ("a newer run stays", [ours(3, "new", 6)], False, (None, None, ())),
        ("the same is not written again", [PostedComment(3, "bot", SAID)], False, (None, None, ())),
        (
            "GitHub's line breaks are no difference",
            [PostedComment(3, "bot", SAID.replace("\n", "\r\n") + "\n")],
            False,
            (None, None, ()),
        ),
        (
            "our word without a mark in its first line is not it",
            [PostedComment(3, "bot", f"> {SAID}"), PostedComment(4, "bot", f"\n{SAID}")],
            False,
            (SAID, None, ()),
        ),
        (
            "of two the oldest stays",
            [ours(9, "b", 4), ours(3, "a", 4)],
            False,
            (None, (3, SAID), (9,)),
        ),
        (
            "of two the oldest stays, with what the newest run said",
            [ours(3, "a", 4), ours(9, "new", 6)],
            False,
            (None, (3, marked("new", Run(6, 1, HEAD))), (9,)),
        ),
        (
            "a second one that is older goes",
            [ours(3, "new", 6), ours(9, "a", 4)],
            False,
            (None, None, (9,)),
        ),
    ],
    ids=lambda each: each.replace(" ", "-") if isinstance(each, str) else "",
)
def test_one_comment_says_what_the_newest_run_found(
    why: str, posted: list[PostedComment], clean: bool, expected: tuple[Any, ...]
) -> None:
    found = plan(posted, "bot", NOW, "text", clean=clean)
    assert (found.create, found.edit, found.delete) == expected
    assert found.idle is (expected == (None, None, ()))
    assert found.why


@pytest.mark.parametrize("run", [Run(), Run(7, 2, HEAD), Run(10**15 - 1, 10**15 - 1, "c" * 64)])
def test_a_mark_is_read_as_it_was_written(run: Run) -> None:
    assert mark(marked("<!-- schemareg:report run=9 attempt=9 head= -->", run)) == run
    assert mark("text") is None


def test_doing_it_once_leaves_nothing_to_be_done() -> None:
    posted = {each.id: each for each in (ours(9, "b", 4), ours(3, "a", 2), ours(5, "c", 8))}
    first = plan(posted.values(), "bot", NOW, "text", clean=False)
    assert first.edit is not None
    left = [each for each in posted.values() if each.id not in (*first.delete, first.edit[0])]
    after = [*left, PostedComment(first.edit[0], "bot", first.edit[1])]
    again = plan(after, "bot", NOW, "text", clean=False)
    assert again == CommentPlan("a newer run (8) has commented: the comment stays unchanged")


# -- the command, against a server that plays GitHub


class Job:
    """A job of GitHub Actions: its environment, its event, and the command in it."""

    def __init__(
        self,
        github: GitHub,
        folder: Path,
        reg: Callable[..., tuple[int, str, str]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self.folder = folder
        self._reg = reg
        self._patch = monkeypatch
        for name, value in github.environment.items():
            monkeypatch.setenv(name, value)
        self.run(1)

    def run(self, number: int, attempt: int = 1) -> None:
        for name, value in (("NUMBER", number), ("ATTEMPT", attempt), ("ID", 900 + number)):
            self._patch.setenv(f"GITHUB_RUN_{name}", str(value))

    def event(self, **event: Any) -> None:
        path = self.folder / "event.json"
        path.write_text(json.dumps(event), "utf-8")
        self._patch.setenv("GITHUB_EVENT_PATH", str(path))

    def follows(self, sha: str, branch: str = "topic", owner: str = "acme", **more: Any) -> None:
        """The job runs on workflow_run, after a check of a pull request's head."""
        self.event(
            workflow_run={
                "event": "pull_request",
                "head_sha": sha,
                "head_branch": branch,
                "head_repository": {"owner": {"login": owner}},
                "pull_requests": [],
                "run_number": 12,
                "run_attempt": 1,
                "id": 4711,
                **more,
            }
        )

    def result(self, report: Report) -> str:
        path = self.folder / "result.json"
        path.write_text(render(report, "json"), "utf-8")
        return str(path)

    def says(self, report: Report, *arguments: str) -> tuple[int, str, str]:
        return self._reg("comment", self.result(report), *arguments)


@pytest.fixture
def job(
    github: GitHub,
    tmp_path: Path,
    reg: Callable[..., tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> Job:
    monkeypatch.delenv("GITHUB_EVENT_PATH", raising=False)
    return Job(github, tmp_path, reg, monkeypatch)


def test_the_life_of_a_comment(github: GitHub, job: Job) -> None:
    github.pull(7, HEAD)
    seven = ("--pull-request", "7")
    assert job.says(CLEAN, *seven) == (
        0,
        "",
        "acme/registry#7: nothing breaks, and no earlier comment exists: no comment\n",
    )
    assert github.asked() == []

    job.run(2)
    assert job.says(BROKEN, *seven) == (0, "", "acme/registry#7: a new comment\n")
    (body,) = github.bodies(7)
    assert body.startswith("<!-- schemareg:report run=2 attempt=1 head= -->\n")
    assert "required now" in body
    assert "https://github.example/acme/registry/actions/runs/902" in body

    job.run(3)
    assert job.says(CLEAN, *seven) == (0, "", "acme/registry#7: the comment is updated\n")
    (body,) = github.bodies(7)
    visible = body.partition("\n")[2].strip()
    assert "\n" not in visible
    assert "required" not in visible

    assert job.says(CLEAN, *seven) == (0, "", "acme/registry#7: the comment is up to date\n")
    job.run(2)
    assert job.says(BROKEN, *seven) == (
        0,
        "",
        "acme/registry#7: a newer run (3) has commented: the comment stays unchanged\n",
    )
    assert github.bodies(7) == [body]
    assert [each["updates"] for each in github.comments.values()] == [1]


def test_among_many_comments_ours_is_found_and_no_other_is_touched(
    github: GitHub, job: Job
) -> None:
    github.pull(7, HEAD)
    for number in range(230):
        github.comment(7, f"word {number}", "ada")
    mine = github.comment(7, marked("old", Run(1, 1, HEAD)))
    forged = github.comment(7, marked("forged", Run(99, 1, HEAD)), "eve")
    for number in range(20):
        github.comment(7, f"more {number}", "ada")
    job.run(5)
    assert job.says(BROKEN, "--pull-request", "7")[0] == 0
    assert github.asked() == [f"PATCH /repos/acme/registry/issues/comments/{mine}"]
    assert github.comments[forged]["body"] == marked("forged", Run(99, 1, HEAD))


def test_a_token_of_a_person_writes_as_that_person(github: GitHub, job: Job) -> None:
    github.pull(7, HEAD)
    github.tokens[TOKEN] = "ada"
    github.comment(7, marked("of the workflow", Run(1, 1, HEAD)), BOT)
    job.run(2)
    assert job.says(BROKEN, "--pull-request", "7")[0] == 0
    assert len(github.bodies(7, "ada")) == 1
    assert github.bodies(7) == [marked("of the workflow", Run(1, 1, HEAD))]


def test_a_token_that_does_not_say_whose_it_is_learns_it_from_what_it_wrote(
    github: GitHub, job: Job
) -> None:
    github.pull(7, HEAD)
    github.tokens[TOKEN] = "checker[bot]"
    github.comment(7, marked("old", Run(1, 1, HEAD)), "checker[bot]")
    github.fault("POST", "/graphql", status=403, message="Resource not accessible by integration")
    job.run(2)
    assert job.says(BROKEN, "--pull-request", "7")[0] == 0
    (body,) = github.bodies(7, "checker[bot]")
    assert mark(body) == Run(2, 1, "")


# -- which pull request


def test_a_job_on_pull_request_knows_its_own(github: GitHub, job: Job) -> None:
    github.pull(7, HEAD)
    job.event(pull_request={"number": 7, "head": {"sha": HEAD, "ref": "topic", "repo": None}})
    assert job.says(BROKEN) == (0, "", "acme/registry#7: a new comment\n")
    assert mark(github.bodies(7)[0]) == Run(1, 1, HEAD)


@pytest.mark.parametrize("owner", ["acme", "stranger"])
def test_a_job_that_follows_the_check_finds_the_pull_request_of_its_commit(
    github: GitHub, job: Job, owner: str
) -> None:
    github.pull(6, NEWER, branch="topic", owner=owner)
    github.pull(7, HEAD, branch="to&pic=x #1", owner=owner)
    github.pull(8, HEAD, branch="to&pic=x #1", owner=owner, state="closed")
    job.follows(HEAD, "to&pic=x #1", owner)
    assert job.says(BROKEN) == (0, "", "acme/registry#7: a new comment\n")
    (body,) = github.bodies(7)
    assert mark(body) == Run(12, 1, HEAD)
    assert "/actions/runs/4711" in body


def test_the_number_that_the_event_tells_is_enough(github: GitHub, job: Job) -> None:
    github.pull(7, HEAD, branch="gone")
    github.pull(8, HEAD, branch="gone")
    job.follows(HEAD, pull_requests=[{"number": 8}])
    assert job.says(BROKEN) == (0, "", "acme/registry#8: a new comment\n")


def test_a_number_that_is_not_the_commits_is_not_believed(github: GitHub, job: Job) -> None:
    github.pull(7, HEAD)
    github.pull(8, NEWER)
    job.follows(HEAD)
    assert job.says(BROKEN, "--pull-request", "8") == (
        0,
        "",
        "pull request 8 is at bbbbbbb, and this is about aaaaaaa: nothing is written\n",
    )
    assert github.asked() == []


def test_a_head_that_moved_on_is_left_to_the_next_run(github: GitHub, job: Job) -> None:
    github.pull(7, NEWER)
    job.follows(HEAD)
    assert job.says(BROKEN) == (
        0,
        "",
        "no open pull request is at aaaaaaa: nothing is written\n",
    )
    assert job.says(BROKEN, "--pull-request", "7", "--head-sha", HEAD.upper())[0] == 0
    assert github.asked() == []


def test_a_run_of_a_push_has_no_pull_request(github: GitHub, job: Job) -> None:
    job.follows(HEAD, event="push")
    assert job.says(BROKEN) == (
        0,
        "",
        "the run was of push: there is no pull request to write to\n",
    )
    assert github.requests == []


def test_two_pull_requests_of_one_commit_are_not_guessed_between(github: GitHub, job: Job) -> None:
    github.pull(7, HEAD)
    github.pull(8, HEAD)
    job.follows(HEAD)
    assert job.says(BROKEN) == (
        2,
        "",
        (
            "reg: acme/registry: pull requests 7, 8 all are at aaaaaaa\n"
            "  Say which: --pull-request NUMBER\n"
        ),
    )
    assert job.says(BROKEN, "--pull-request", "8")[0] == 0
    assert (len(github.bodies(7)), len(github.bodies(8))) == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--pull-request", "99"], "reg: acme/registry: there is no pull request 99, or the token"),
        ([], "reg: nothing says which pull request is meant\n  Add --pull-request NUMBER\n"),
        (["--repository", "a/../b"], "reg: 'a/../b' is not a repository on GitHub\n"),
        (["--repository", "acme/.."], "reg: 'acme/..' is not a repository on GitHub\n"),
        (["--repository", "acme/x?y=1"], "reg: 'acme/x?y=1' is not a repository on GitHub\n"),
        (["--pull-request", "-7"], "reg: invalid value for '--pull-request': '-7' is not a number"),
        (
            ["--run-number", "9" * 16],
            "reg: invalid value for '--run-number': '9999999999999999' is",
        ),
        (["--head-sha", "main"], "reg: --head-sha: 'main' is not the full id of a commit\n"),
    ],
)
def test_a_call_that_says_too_little_or_wrong_is_told_what_to_say(
    job: Job, arguments: list[str], told: str
) -> None:
    code, out, err = job.says(BROKEN, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(told)


def test_without_a_token_it_is_said_where_one_comes_from(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    monkeypatch.delenv("GH_TOKEN", raising=False)
    assert job.says(BROKEN, "--pull-request", "7") == (
        2,
        "",
        (
            "reg: GITHUB_TOKEN: there is no token to write with\n"
            "  Give the step one: `env: {GITHUB_TOKEN: ${{ github.token }}}`\n"
        ),
    )


@pytest.mark.parametrize("event", [b"", b"[]", b"{", b'{"workflow_run": 7}', b"[" * 100_000])
def test_an_event_that_makes_no_sense_says_nothing(
    github: GitHub, job: Job, event: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = job.folder / "event.json"
    path.write_bytes(event)
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(path))
    github.pull(7, HEAD)
    assert job.says(BROKEN, "--pull-request", "7")[0] == 0


@pytest.mark.parametrize("text", ["", "{}", "null", "<html>", "[" * 100_000])
def test_a_result_that_is_none_is_refused_before_anybody_is_asked(
    github: GitHub, job: Job, reg: Callable[..., tuple[int, str, str]], text: str
) -> None:
    path = job.folder / "result.json"
    path.write_text(text, "utf-8")
    code, out, err = reg("comment", str(path), "--pull-request", "7")
    assert (code, out) == (2, "")
    assert err.startswith(f"reg: {path}: ")
    assert github.requests == []


def test_a_result_may_come_through_a_pipe(
    github: GitHub,
    job: Job,
    reg: Callable[..., tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    github.pull(7, HEAD)
    with open(job.result(BROKEN), encoding="utf-8") as file:  # noqa: PTH123
        monkeypatch.setattr("sys.stdin", file)
        assert reg("comment", "-", "--pull-request", "7")[0] == 0
    assert len(github.bodies(7)) == 1


# -- bad days


def test_a_dry_run_shows_it_and_writes_nothing(github: GitHub, job: Job) -> None:
    github.pull(7, HEAD)
    code, out, err = job.says(BROKEN, "--pull-request", "7", "--dry-run")
    assert (code, err) == (0, "would be written: acme/registry#7: a new comment\n")
    assert "required now" in out
    assert github.asked() == []


def test_what_is_too_long_for_github_is_said_shortly(github: GitHub, job: Job) -> None:
    github.pull(7, HEAD)
    github.fault("POST", "/comments", status=422, message="body is too long")
    assert job.says(BROKEN, "--pull-request", "7") == (0, "", "acme/registry#7: a new comment\n")
    long, short = (
        each.body["body"]
        for each in github.requests
        if each.method == "POST" and each.body.keys() == {"body"}
    )
    assert "/acme/registry/new/main?filename=" in long
    assert "/new/main" not in short
    assert "actions/runs/901" in short
    assert github.bodies(7) == [short]
    assert len(short) < len(long) < 65_536


def test_a_report_as_long_as_you_like_fits(github: GitHub, job: Job) -> None:
    github.pull(7, HEAD)
    one = BROKEN.findings[0]
    many = tuple(replace(one, message=f"{n} " + "🦄" * 5_000, why="&" * 5_000) for n in range(500))
    assert job.says(replace(BROKEN, findings=many), "--pull-request", "7")[0] == 0
    (body,) = github.bodies(7)
    assert len(body.encode("utf-16-le")) // 2 < 65_536


def test_files_that_are_wrong_are_said_too(
    github: GitHub, job: Job, reg: Callable[..., tuple[int, str, str]]
) -> None:
    github.pull(7, HEAD)
    mistake = Mistake(
        Place("registry.yaml", 2, 1), "unknown-key", "there is no 'x'", "Leave it out"
    )
    path = job.folder / "result.json"
    for number, mistakes in enumerate(((), (mistake,), ()), 1):
        path.write_text(render_mistakes(mistakes, "json"), "utf-8")
        job.run(number)
        assert reg("comment", str(path), "--pull-request", "7")[0] == 0
    (body,) = github.bodies(7)
    assert mark(body) == Run(3, 1, "")
    assert github.asked()[0].startswith("POST")
    assert len(github.asked()) == 2


def test_what_github_takes_in_no_form_is_its_refusal(github: GitHub, job: Job) -> None:
    github.pull(7, HEAD)
    github.fault("POST", "/comments", status=422, message="looks like spam", times=2)
    code, out, err = job.says(BROKEN, "--pull-request", "7")
    assert (code, out) == (2, "")
    assert "GitHub refuses (422): looks like spam\n" in err


def test_a_locked_conversation_is_left_alone(github: GitHub, job: Job) -> None:
    github.pull(7, HEAD, locked=True)
    assert job.says(BROKEN, "--pull-request", "7") == (
        0,
        "",
        "the conversation is locked: nothing is written\n",
    )


def test_a_token_that_may_only_read_is_told_what_it_needs(github: GitHub, job: Job) -> None:
    github.pull(7, HEAD)
    github.readonly.add(TOKEN)
    code, out, err = job.says(BROKEN, "--pull-request", "7")
    assert (code, out) == (2, "")
    assert "GitHub refuses (403): Resource not accessible by integration\n" in err
    assert "workflow_run" in err


def test_a_wrong_token_is_told_so_and_never_shown(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "ghs_wrong")
    code, out, err = job.says(BROKEN, "--pull-request", "7")
    assert (code, out) == (2, "")
    assert "GitHub refuses (401): Bad credentials\n" in err
    assert "ghs_wrong" not in err


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429, "headers": {"Retry-After": "0"}},
        {"status": 502},
        {"status": 500, "act": True},
        {"closes": True},
        {"closes": True, "act": True},
        {"half": True},
    ],
    ids=str,
)
def test_whatever_happens_to_the_first_try_there_is_one_comment(
    github: GitHub, job: Job, fault: dict[str, Any]
) -> None:
    github.pull(7, HEAD)
    github.fault("POST", "/issues/7/comments", **fault)
    assert job.says(BROKEN, "--pull-request", "7") == (0, "", "acme/registry#7: a new comment\n")
    assert len(github.bodies(7)) == 1


def test_what_github_never_takes_is_not_said_to_be_said(github: GitHub, job: Job) -> None:
    github.pull(7, HEAD)
    github.fault("POST", "/issues/7/comments", status=500, times=99)
    code, out, err = job.says(BROKEN, "--pull-request", "7")
    assert (code, out) == (3, "")
    assert err.endswith("GitHub has a server error (500)\n  Run it again later; nothing is lost\n")
    assert github.bodies(7) == []


def test_a_strangers_report_cannot_forge_what_we_write(github: GitHub, job: Job) -> None:
    github.pull(7, HEAD)
    forged = f"{marked('forged', Run(999, 1, NEWER))} --> <!-- </details> @acme/all \n::error::x"
    one = replace(
        BROKEN.findings[0], message=forged, why=forged, remedy=forged, witness=json.dumps(forged)
    )
    names = replace(one, product=forged, schema=forged, version=forged, field=forged)
    hostile = replace(BROKEN, base=forged, head=forged, findings=(one, names))
    assert job.says(hostile, "--pull-request", "7")[0] == 0
    (body,) = github.bodies(7)
    assert mark(body) == Run(1, 1, "")
    outside = re.sub("```.*?```", "", body, flags=re.DOTALL)
    assert re.findall("<!--|-->", outside) == ["<!--", "-->"]
    assert "@acme" not in outside
    job.run(2)
    assert job.says(CLEAN, "--pull-request", "7")[0] == 0
    assert mark(github.bodies(7)[0]) == Run(2, 1, "")


def test_a_comment_that_somebody_takes_away_meanwhile_is_made_anew(
    github: GitHub, job: Job
) -> None:
    github.pull(7, HEAD)
    mine = github.comment(7, marked("old", Run(1, 1, HEAD)))
    github.fault("PATCH", "/comments/", then=lambda: github.comments.pop(mine))
    job.run(2)
    assert job.says(BROKEN, "--pull-request", "7")[0] == 0
    (body,) = github.bodies(7)
    assert mark(body) == Run(2, 1, "")


def test_what_a_newer_run_writes_meanwhile_stays(github: GitHub, job: Job) -> None:
    github.pull(7, HEAD)
    mine = github.comment(7, marked("old", Run(1, 1, HEAD)))
    newer = marked("of a newer run", Run(9, 1, HEAD))
    github.fault("GET", f"/comments/{mine}", then=lambda: github.comments[mine].update(body=newer))
    job.run(2)
    assert job.says(BROKEN, "--pull-request", "7")[0] == 0
    assert github.bodies(7) == [newer]
    assert github.asked() == []


def test_a_comment_that_another_run_makes_meanwhile_becomes_the_one(
    github: GitHub, job: Job
) -> None:
    github.pull(7, HEAD)
    other = marked("of the other run", Run(9, 1, HEAD))
    github.fault("POST", "/issues/7/comments", then=lambda: github.comment(7, other))
    job.run(2)
    assert job.says(BROKEN, "--pull-request", "7")[0] == 0
    assert github.bodies(7) == [other]


def test_two_runs_at_the_same_time_leave_one_comment(github: GitHub, job: Job) -> None:
    github.pull(7, HEAD)
    both = threading.Barrier(2, timeout=10)
    github.fault("GET", "/issues/7/comments", then=both.wait, times=2)
    result = job.result(BROKEN)
    call = ("comment", result, "--pull-request", "7", "--run-number")
    threads = [threading.Thread(target=main, args=((*call, str(n)),)) for n in (3, 4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    (body,) = github.bodies(7)
    assert (mark(body) or Run()).number == 4
