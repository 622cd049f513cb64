"""The workflows that `reg init` writes, run as they stand, on each event that they are for."""

from __future__ import annotations

import json
import os
import shlex
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from tests.actions.hosted import NOTHING, Hosted, hosted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.actions.runner import Run
    from tests.conftest import Repo
    from tests.doubles.github import GitHub

ORDER = "products/orders/schemas/order"
PRODUCT = "title: Orders\nowner: {team: checkout}\nschemas: {order: {}}\n"
LONG = pytest.mark.skipif("REG_LONG" not in os.environ, reason="takes long: set REG_LONG")


def schema(*fields: str, required: tuple[str, ...] = (), **more: Any) -> str:
    properties = {name: {"type": "string"} for name in fields}
    value = {"type": "object", "properties": properties, "required": list(required), **more}
    return json.dumps(value, indent=2) + "\n"


FIRST = {
    "registry.yaml": "version: 1\n",
    "products/orders/product.yaml": PRODUCT,
    f"{ORDER}/1.0.0.json": schema("id", "mail"),
}
HARMLESS = {f"{ORDER}/1.1.0.json": schema("id", "mail", "phone")}
BREAKING = {f"{ORDER}/1.1.0.json": schema("id", "mail", required=("id",))}


def checked(runs: list[Run]) -> Run:
    (run,) = [each for each in runs if each.workflow == "check"]
    return run


def ended(runs: list[Run]) -> dict[str, str]:
    return {each.workflow: each.conclusion for each in runs}


def result(world: Hosted, run: Run) -> Any:
    return json.loads((world.runner.artifacts / str(run.id) / "reg-report/result.json").read_text())


def rules(world: Hosted, run: Run) -> list[str]:
    return [each["rule"] for each in result(world, run)["findings"]]


@pytest.fixture
def world(tmp_path: Path, repo: Repo, github: GitHub) -> Iterator[Hosted]:
    with hosted(tmp_path, repo, github, FIRST) as held:
        yield held


def notes(run: Run) -> list[tuple[str, str, str]]:
    """Kind, title and place of what people see in the files of the change."""
    return [
        (each.kind, each.properties.get("title", ""), each.properties.get("file", ""))
        for job in run.jobs.values()
        for each in job.annotations
    ]


def verdicts(run: Run) -> dict[str, str]:
    return {name: job.conclusion for name, job in run.jobs.items()}


def test_a_change_that_breaks_fails_the_required_check_and_is_commented_on(world: Hosted) -> None:
    world.proposes("topic", BREAKING)
    runs = world.pull_request()
    run = checked(runs)
    assert ended(runs) == {"check": "failure", "comment": "success"}, run.log
    assert verdicts(run) == {"check": "failure", "reg": "failure"}
    assert rules(world, run) == ["bump-too-small", "property-required"]
    path = f"{ORDER}/1.1.0.json"
    assert notes(run) == [
        ("error", "bump-too-small orders/order 1.1.0", path),
        ("error", "property-required orders/order 1.1.0", path),
    ]
    assert "property-required" in run.jobs["check"].summary
    kept = world.runner.artifacts / str(run.id) / "reg-report"
    assert sorted(each.name for each in kept.iterdir()) == [
        "index.html",
        "junit.xml",
        "report.sarif",
        "result.json",
        "summary.md",
    ]
    (comment,) = world.github.bodies(7)
    assert "property-required" in comment


@pytest.mark.long
@LONG
def test_a_change_that_breaks_nothing_passes_in_silence(world: Hosted) -> None:
    world.proposes("topic", HARMLESS)
    runs = world.pull_request()
    assert ended(runs) == {"check": "success", "comment": "success"}, checked(runs).log
    assert verdicts(checked(runs)) == {"check": "success", "reg": "success"}
    assert notes(checked(runs)) == []
    assert world.github.comments == {}


@pytest.mark.long
@LONG
def test_a_mended_change_passes_and_its_comment_says_so(world: Hosted) -> None:
    world.proposes("topic", BREAKING)
    world.pull_request()
    (before,) = world.github.bodies(7)
    world.amends(HARMLESS)
    runs = world.pull_request("synchronize", before=NOTHING)
    assert ended(runs) == {"check": "success", "comment": "success"}, checked(runs).log
    (after,) = world.github.bodies(7)
    assert len(after) < len(before)
    assert "property-required" not in after


def test_a_fork_is_judged_the_same_with_a_token_that_only_reads(world: Hosted) -> None:
    otherwise = {".gitattributes": "*.json working-tree-encoding=UTF-16LE\n"}
    world.proposes("topic", BREAKING)
    world.amends(otherwise)
    runs = world.pull_request(owner="mallory")
    run = checked(runs)
    assert ended(runs) == {"check": "failure", "comment": "success"}, run.log
    assert {str(job.permissions) for job in run.jobs.values()} == {"{'contents': 'read'}", "{}"}
    assert rules(world, run) == ["bump-too-small", "property-required"]
    assert len(world.github.bodies(7)) == 1


@pytest.mark.long
@LONG
def test_a_label_checks_again_and_says_nothing_twice(world: Hosted) -> None:
    world.proposes("topic", BREAKING)
    first = checked(world.pull_request())
    again = checked(world.pull_request("labeled", label={"name": "x"}))
    assert (first.number, again.number) == (1, 2)
    assert rules(world, again) == rules(world, first)
    assert len(world.github.bodies(7)) == 1
    assert world.pull_request("assigned") == []


@pytest.mark.long
@LONG
def test_a_run_that_is_run_again_replaces_its_report(world: Hosted) -> None:
    world.proposes("topic", BREAKING)
    first, _ = world.pull_request()
    runs = world.runner.again(first)
    assert ended(runs) == {"check": "failure", "comment": "success"}, checked(runs).log
    assert (runs[0].id, runs[0].attempt) == (first.id, 2)
    assert len(world.github.bodies(7)) == 1


def test_two_changes_that_are_fine_alone_are_judged_together_in_the_queue(world: Hosted) -> None:
    base = world.clone.git("rev-parse", "main")
    world.proposes("one", HARMLESS, 7)
    world.proposes("two", {f"{ORDER}/1.0.1.json": schema("id", "mail", title="Order")}, 8)
    assert checked(world.pull_request(number=8)).conclusion == "success"
    world.clone.git("checkout", "--quiet", "--detach", base)
    first = world.clone.merge("one")
    second = world.clone.merge("two")
    assert ended(world.queue(base, first)) == {"check": "success", "comment": "skipped"}
    run = checked(world.queue(first, second))
    assert run.conclusion == "failure"
    assert rules(world, run) == ["version-backwards"]


def test_a_push_of_several_commits_is_judged_whole(world: Hosted) -> None:
    before = world.clone.git("rev-parse", "main")
    world.clone.commit(BREAKING, "Break")
    after = world.land({"README.md": "Orders\n"}, "Describe")
    run = checked(world.pushed(before, after))
    assert rules(world, run) == ["bump-too-small", "property-required"]
    assert result(world, run)["base_commit"] == before
    assert verdicts(run) == {"check": "failure", "reg": "failure"}


@pytest.mark.long
@LONG
def test_a_push_of_one_commit_and_a_first_push_are_judged(world: Hosted) -> None:
    first = world.clone.git("rev-parse", "main")
    begun = checked(world.pushed(NOTHING, first))
    assert begun.conclusion == "success", begun.log
    assert result(world, begun)["base_commit"] == ""
    after = world.land(HARMLESS)
    run = checked(world.pushed(first, after))
    assert run.conclusion == "success", run.log
    assert result(world, run)["base_commit"] == first


@pytest.mark.long
@LONG
def test_a_forced_push_is_held_against_what_it_replaced(world: Hosted) -> None:
    before = world.clone.git("rev-parse", "main")
    world.clone.git("checkout", "--quiet", "--orphan", "anew")
    world.clone.commit({f"{ORDER}/1.0.0.json": schema("id")}, "Another history")
    world.clone.git("branch", "--force", "main", "HEAD")
    world.clone.git("checkout", "--quiet", "main")
    after = world.land({}, "And on")
    run = checked(world.pushed(before, after, forced=True))
    assert run.conclusion == "failure"
    assert "version-modified" in rules(world, run), run.log
    world.forge.git("gc", "--quiet", "--prune=now")
    gone = checked(world.pushed(before, after, forced=True))
    assert verdicts(gone) == {"check": "failure", "reg": "failure"}
    assert [each.message for each in gone.jobs["check"].annotations] == [
        "invalid: the log says why, under Check"
    ], gone.log


@pytest.mark.long
@LONG
def test_the_clone_of_a_job_is_deep_enough_for_the_clock(world: Hosted) -> None:
    """A promise that was announced to end in time may end; the history alone says when that landed."""
    file = "products/orders/deprecations/order-mail.yaml"
    said = "target: orders/order#mail\nsunset: 2026-07-01\nreason: Personal data leaves.\n"
    world.land({file: said}, "Deprecate mail", on=date(2026, 3, 2))
    for number in range(3):
        world.land({"README.md": f"{number}\n"}, "Words", on=date(2026, 3, 3))
    world.proposes("topic", {f"{ORDER}/1.1.0.json": schema("id")})
    run = checked(world.pull_request())
    assert run.conclusion == "success", run.log
    ended = json.dumps(result(world, run))
    assert "2026-03-02" in ended
    world.clone.checkout("main")
    world.land({file: None}, "Withdraw", on=date(2026, 3, 4))
    world.proposes("other", {f"{ORDER}/1.1.0.json": schema("id")}, 8)
    run = checked(world.pull_request(number=8))
    assert run.conclusion == "failure"
    assert "field-removed" in rules(world, run)


@pytest.mark.long
@LONG
def test_what_cannot_be_read_is_told_in_its_place(world: Hosted) -> None:
    world.proposes("topic", {"products/orders/product.yaml": "title: Orders\nowner: [\n"})
    runs = world.pull_request()
    run = checked(runs)
    assert verdicts(run) == {"check": "failure", "reg": "failure"}
    assert [(kind, file) for kind, _, file in notes(run)] == [
        ("error", "products/orders/product.yaml")
    ], run.log
    assert len(world.github.bodies(7)) == 1


def test_the_gate_fails_where_the_check_could_not_even_begin(world: Hosted) -> None:
    broken = "name: x\ndescription: x\nruns:\n  using: composite\n  steps:\n    - run: exit 7\n      shell: bash\n"
    world.proposes("topic", {".github/actions/check/action.yml": broken})
    runs = world.pull_request()
    assert verdicts(checked(runs)) == {"check": "failure", "reg": "failure"}
    assert ended(runs)["comment"] == "success"  # no report, and nothing to say
    assert world.github.comments == {}


@pytest.mark.long
@LONG
def test_more_findings_than_the_runner_shows_are_summed_up_not_dropped(world: Hosted) -> None:
    fields = [f"field_{number}" for number in range(40)]
    world.land({f"{ORDER}/1.1.0.json": schema("id", "mail", *fields)})
    world.proposes("topic", {f"{ORDER}/1.2.0.json": schema("id", "mail")})
    run = checked(world.pull_request())
    assert len(rules(world, run)) > 40
    shown = [each for job in run.jobs.values() for step in job.steps for each in step.annotations]
    assert [each.kind for each in shown] == ["error"] * 10
    assert [step.dropped for job in run.jobs.values() for step in job.steps if step.dropped] == []
    assert shown[-1].message.startswith(f"{len(rules(world, run)) - 9} ")


FORGED = (
    "::error file=x::FORGED\n::warning::FORGED\r::notice::FORGED ##[error]FORGED %0A::error::FORGED"
)


@pytest.mark.parametrize(
    ("files", "conclusion"),
    [
        (
            {
                f"{ORDER}/1.1.0.json": schema(
                    "id",
                    required=(FORGED,),
                    title=FORGED,
                    description=FORGED,
                )
            },
            "failure",
        ),
        pytest.param(
            {"products/orders/product.yaml": f"{json.dumps(FORGED)}: 1\n##[error]FORGED\n"},
            "failure",
            marks=[pytest.mark.long, LONG],
        ),
        pytest.param(
            {"products/::error::FORGED/##[error]FORGED\n::error::FORGED.yaml": "x"},
            "",
            marks=[pytest.mark.long, LONG],
        ),
    ],
    ids=["in a schema", "in a file that is no product", "in a path"],
)
def test_what_a_change_says_gives_the_runner_no_commands(
    files: dict[str, str], conclusion: str, world: Hosted
) -> None:
    world.proposes("topic", files)
    runs = world.pull_request(title=FORGED, branch="x;echo ::error::FORGED;$(id)")
    if conclusion:
        assert checked(runs).conclusion == conclusion
    for run in runs:
        for job in run.jobs.values():
            for step in job.steps:
                assert not [each for each in step.annotations if each.message.startswith("FORGED")]
                assert not [each for each in step.annotations if each.properties.get("file") == "x"]


def test_a_change_may_rewrite_its_check_and_reaches_nothing_that_may_write(world: Hosted) -> None:
    """What has rights runs from the default branch, and reads the report as a stranger's."""
    forged = {
        "schema_version": 1,
        "verdict": "pass",
        "findings": [{"message": "<script>@everyone</script>"}] * 3,
    }
    theirs = (
        "name: x\ndescription: x\nruns:\n  using: composite\n  steps:\n    - shell: bash\n      run: |\n"
        '        mkdir "$RUNNER_TEMP/reg-report"\n'
        f'        printf %s {shlex.quote(json.dumps(forged))} >"$RUNNER_TEMP/reg-report/result.json"\n'
        '        echo PWNED; env | grep -c "secret-of-the-repository" || true\n'
        "    - uses: actions/upload-artifact@b7c566a772e6b6bfb58ed0dc250532a479d7789f # v6.0.0\n"
        "      with: {name: reg-report, path: '${{ runner.temp }}/reg-report'}\n"
    )
    world.proposes(
        "topic", {f".github/actions/{name}/action.yml": theirs for name in ("check", "setup")}
    )
    runs = world.pull_request(owner="mallory")
    check, comment = runs
    assert "PWNED\n0\n" in check.log
    assert "PWNED" not in comment.log
    assert comment.conclusion == "failure"
    assert world.github.comments == {}
