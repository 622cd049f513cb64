"""The runner that our workflows are tried on has the limits and the teeth of GitHub's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.actions.expressions import Expressions
from tests.actions.forge import forge
from tests.actions.runner import Event, Run, Runner

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Repo

CONTEXTS: dict[str, Any] = {
    "github": {
        "event_name": "push",
        "event": {"number": 7, "labels": [{"name": "a"}], "none": None},
    },
    "needs": {"a-b": {"result": "failure"}},
}
EXPRESSIONS: list[tuple[str, Any]] = [
    ("github.event_name", "push"),
    ("github.EVENT_NAME == 'PUSH'", True),
    ("github.event.number == '7'", True),
    ("github.event.missing.deeper || 'none'", "none"),
    ("github.event.none == ''", True),
    ("needs.a-b.result != 'success' && github.event.number > 6", True),
    ("!(github.event_name == 'push') || false", False),
    ("github.event.labels[0].name", "a"),
    ("github.event['number']", 7),
    ("format('{0}-{1}', 'it''s', github.event.number)", "it's-7"),
    ("contains(toJSON(needs), 'failure')", True),
    ("startsWith(github.event_name, 'pu') && 'yes' || 'no'", "yes"),
]


@pytest.mark.parametrize(("text", "value"), EXPRESSIONS)
def test_expressions_have_the_values_that_github_gives_them(text: str, value: Any) -> None:
    assert Expressions(CONTEXTS).value(text) == value


@pytest.mark.parametrize("text", ["github.", "unknown.x", "a b", "'open", "always(", "1 +"])
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises((ValueError, KeyError, IndexError)):
        Expressions({"github": {}, "a": 1}).value(text)


@pytest.fixture
def ran(tmp_path: Path, repo: Repo) -> Callable[[str], Run]:
    """Runs a workflow whose jobs are these, on a push."""

    def run(jobs: str) -> Run:
        text = f"name: x\non: push\npermissions: {{}}\njobs:\n{jobs}"
        repo.commit({".github/workflows/x.yml": text})
        with forge(tmp_path / "forge") as hosted:
            repo.git("push", "--quiet", str(hosted.path), "main")
            tip = repo.git("rev-parse", "main")
            event = Event("push", tip, "refs/heads/main")
            (found,) = Runner(hosted, tmp_path / "runs").happens(event)
        return found

    return run


def job(name: str, script: str, more: str = "permissions: {}") -> str:
    lines = "".join(f"          {line}\n" for line in script.splitlines())
    return (
        f"  {name}:\n    runs-on: ubuntu-24.04\n    {more}\n    steps:\n"
        f"      - id: s\n        run: |\n{lines}"
    )


def test_the_eleventh_annotation_of_a_kind_is_dropped_and_a_large_summary_is_not_kept(
    ran: Callable[[str], Run],
) -> None:
    script = (
        'for n in $(seq 12); do echo "::error file=a,line=$n::no%0A$n"; echo "::notice::n"; done\n'
        'head -c 1048577 /dev/zero | tr "\\0" x >> "$GITHUB_STEP_SUMMARY"\n'
    )
    (step,) = ran(job("a", script)).jobs["a"].steps
    kinds = [each.kind for each in step.annotations]
    assert (kinds.count("error"), kinds.count("notice"), step.dropped) == (11, 10, 4)
    assert step.annotations[0].message == "no\n1"
    assert step.annotations[0].properties == {"file": "a", "line": "1"}
    assert step.annotations[-1].message.startswith("summary upload aborted")
    assert step.summary == ""


def test_commands_count_wherever_they_are_printed_until_they_are_stopped(
    ran: Callable[[str], Run],
) -> None:
    script = (
        'echo "  ::warning::one" >&2\necho "log ##[error]two"\necho "::stop-commands::abc1"\n'
        'echo "::error::three"\necho "##[error]four"\necho "::abc1::"\necho "::notice::five"\n'
    )
    (step,) = ran(job("a", script)).jobs["a"].steps
    assert [each.message for each in step.annotations] == ["one", "two", "five"]


def test_a_job_waits_for_those_it_needs_and_is_skipped_where_they_failed(
    ran: Callable[[str], Run],
) -> None:
    needs = "permissions: {}\n    needs: a"
    run = ran(
        job("c", 'test "$R" = failure', f"{needs}\n    if: always()")
        + "        env: {R: '${{ needs.a.result }}'}\n"
        + job("b", "exit 0", needs)
        + job("a", "echo x; exit 3")
    )
    ended = {name: each.conclusion for name, each in run.jobs.items()}
    assert ended == {"a": "failure", "b": "skipped", "c": "success"}
    assert run.conclusion == "failure"


def test_a_checkout_needs_the_right_to_read(ran: Callable[[str], Run]) -> None:
    step = "    steps:\n      - uses: actions/checkout@v5\n"
    head = "    runs-on: ubuntu-24.04\n    permissions: "
    run = ran(f"  a:\n{head}{{}}\n{step}  b:\n{head}{{contents: read}}\n{step}")
    assert {name: each.conclusion for name, each in run.jobs.items()} == {
        "a": "failure",
        "b": "success",
    }
    assert "could not read Username" in run.log or "Authentication failed" in run.log
