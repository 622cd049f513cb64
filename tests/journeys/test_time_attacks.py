"""Ways to be rid of a promise before its time, on real repositories. None of them passes."""

from __future__ import annotations

import copy
import json
import os
import subprocess
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from tests.stories import BEGIN, Chronicle, Shop, landed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Reg = Callable[..., tuple[int, str, str]]
    Checked = Callable[..., tuple[int, list[str]]]

WITHOUT = "release 1.1.0 without email"
REFUSED = ["bump-too-small", "removed-before-sunset"]


@pytest.fixture
def checked(tmp_path: Path, reg: Reg) -> Checked:
    """Lands a story, proposes a change, and checks it: the exit code, and the errors by rule."""

    def run(
        story: Sequence[tuple[str, str]], change: str, today: str, *options: str
    ) -> tuple[int, list[str]]:
        folder = tmp_path / f"{len(list(tmp_path.iterdir()))}.git"
        landed(story, change, Shop()).write(folder)
        call = ("-C", str(folder), "check", "--base", "main", "--head", "change")
        code, out, _ = reg(*call, "--today", today, "--format", "json", *options)
        found = json.loads(out)["findings"]
        return code, sorted({each["rule"] for each in found if each["severity"] == "error"})

    return run


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        capture_output=True,
        check=True,
        env=os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
    )
    return done.stdout.decode().strip()


def test_a_sunset_in_the_past_opens_no_door(checked: Checked) -> None:
    announce = "deprecate orders/order#email 2020-01-01"
    assert checked([], announce, "2026-02-01") == (1, ["window-too-short"])
    forced = [("2026-02-01", announce)]
    assert checked(forced, WITHOUT, "2026-02-02") == (1, REFUSED)
    assert checked(forced, WITHOUT, "2026-05-01") == (1, REFUSED)
    assert checked(forced, WITHOUT, "2026-05-02") == (0, [])


def test_a_branch_whose_commits_claim_last_year_announces_on_the_day_of_its_merge(
    checked: Checked,
) -> None:
    story = [("2026-06-01 merging 2025-01-01", "deprecate orders/order#email 2025-06-01")]
    assert checked(story, WITHOUT, "2026-08-29") == (1, REFUSED)
    assert checked(story, WITHOUT, "2026-08-30") == (0, [])


def test_a_landing_that_claims_last_year_landed_no_earlier_than_the_one_before(
    checked: Checked,
) -> None:
    story = [
        ("2026-06-01", "release 1.0.1"),
        ("2025-01-01", "deprecate orders/order#email 2025-06-01"),
    ]
    change = "release 1.1.0 without email"
    assert checked(story, change, "2026-08-29") == (1, REFUSED)
    assert checked(story, change, "2026-08-30") == (0, [])


def test_announced_and_removed_in_one_squashed_landing(
    checked: Checked, tmp_path: Path, reg: Reg
) -> None:
    both = f"deprecate orders/order#email 2026-02-01\n{WITHOUT}"
    refused = ["announced-with-removal", "bump-too-small", "window-too-short"]
    assert checked([], both, "2026-02-01") == (1, refused)
    # The same as two commits of a branch, which are one landing.
    chronicle, shop = Chronicle(), Shop()
    shop.begin()
    tip = chronicle.commit("main", shop.files, BEGIN)
    shop.tell("deprecate orders/order#email 2026-02-01")
    side = chronicle.commit("change", shop.files, date(2026, 1, 2), after=tip)
    shop.tell(WITHOUT)
    chronicle.commit("change", shop.files, date(2026, 6, 1), after=side)
    chronicle.write(tmp_path / "stacked.git")
    call = (
        "-C",
        str(tmp_path / "stacked.git"),
        "check",
        "--head",
        "change",
        "--today",
        "2026-06-01",
    )
    code, out, _ = reg(*call, "--format", "json")
    found = {each["rule"] for each in json.loads(out)["findings"] if each["severity"] == "error"}
    assert (code, sorted(found)) == (1, refused)
    # Nor by naming the branch's own commit as the base: what stands beside the branch has not landed.
    code, out, _ = reg(*call, "--base", "change~1", "--format", "json")
    found = {each["rule"] for each in json.loads(out)["findings"] if each["severity"] == "error"}
    assert (code, sorted(found)) == (1, ["bump-too-small", "field-removed"])


@pytest.mark.parametrize(
    "policy",
    [
        "deprecation: {window: 0d}",
        "compatibility: {level: NONE}",
        "compatibility: {scope: latest, undecided: warn}",
        "overrides: anything",
    ],
)
def test_a_policy_changed_in_the_same_pull_request_does_not_count(
    policy: str, checked: Checked
) -> None:
    story = [("2026-02-01", "deprecate orders/order#email 2026-02-02")]
    assert checked(story, f"policy {policy}\n{WITHOUT}", "2026-02-03") == (1, REFUSED)


def test_a_product_that_loosens_itself_in_the_same_pull_request_is_judged_as_it_was(
    checked: Checked,
) -> None:
    story = [("2026-02-01", "deprecate orders/order#email 2026-02-02")]
    loosened = 'product {"stability": "draft", "compatibility": {"level": "NONE"}}'
    allowed = [("2026-01-02", "policy overrides: anything"), *story]
    assert checked(allowed, f"{loosened}\n{WITHOUT}", "2026-02-03") == (1, REFUSED)


def test_nobody_grants_themselves_a_waiver(tmp_path: Path, reg: Reg) -> None:
    landed([], WITHOUT, Shop()).write(tmp_path / "plain.git")
    call = ("check", "--base", "main", "--head", "change", "--today", "2026-02-01", "-f", "json")
    _, out, _ = reg("-C", str(tmp_path / "plain.git"), *call)
    fingerprints = {each["rule"]: each["fingerprint"] for each in json.loads(out)["findings"]}
    shop = Shop(fingerprint=fingerprints.__getitem__)
    granted = "".join(f"waive {rule} until 2026-12-31\n" for rule in fingerprints)
    landed([], f"{granted}{WITHOUT}", shop).write(tmp_path / "granted.git")
    code, out, _ = reg("-C", str(tmp_path / "granted.git"), *call)
    found = json.loads(out)
    assert (code, found["verdict"]) == (1, "fail")
    assert [each["rule"] for each in found["findings"]].count("waiver-proposed") == 2


def test_a_deprecation_taken_away_and_put_back_begins_anew(checked: Checked) -> None:
    story = [
        ("2026-01-10", "deprecate orders/order#email 2026-12-01"),
        ("2026-04-01", "undeprecate orders/order#email"),
        ("2026-04-02", "deprecate orders/order#email 2026-04-03"),
    ]
    assert checked(story, WITHOUT, "2026-06-30") == (1, REFUSED)
    assert checked(story, WITHOUT, "2026-07-01") == (0, [])


def test_a_deprecation_whose_file_is_renamed_begins_anew(checked: Checked) -> None:
    announced = ("2026-01-10", "deprecate orders/order#email 2026-04-15")
    moved = "undeprecate orders/order#email\ndeprecate orders/order#email 2026-04-15 as other"
    assert checked([announced], moved, "2026-04-01") == (1, ["window-too-short"])
    story = [announced, ("2026-04-01", moved)]
    assert checked(story, WITHOUT, "2026-06-29") == (1, REFUSED)
    assert checked(story, WITHOUT, "2026-06-30") == (0, [])


def test_a_landing_that_claims_the_future_only_lengthens_what_it_announces(
    checked: Checked,
) -> None:
    story = [("2027-01-01", "deprecate orders/order#email 2026-05-01")]
    assert checked(story, WITHOUT, "2026-12-31") == (1, REFUSED)
    assert checked(story, WITHOUT, "2027-03-31") == (1, REFUSED)
    assert checked(story, WITHOUT, "2027-04-01") == (0, [])


def test_a_removal_that_claims_the_future_is_judged_as_of_today(tmp_path: Path, reg: Reg) -> None:
    story = [("2026-01-10", "deprecate orders/order#email 2026-12-01"), ("2026-12-01", WITHOUT)]
    landed(story, "nothing", Shop()).write(tmp_path / "forged.git")
    call = ("-C", str(tmp_path / "forged.git"), "check", "--replay", "..main")
    code, out, _ = reg(*call, "--today", "2026-02-01", "-f", "json")
    assert (code, json.loads(out)["counts"]["refused"]) == (1, 1)
    assert reg(*call, "--today", "2026-12-01")[0] == 0


def test_a_force_push_leaves_the_checkpoint_behind(tmp_path: Path, reg: Reg) -> None:
    folder = tmp_path / "registry.git"
    landed([("2026-02-01", "release 1.0.1")], WITHOUT, Shop()).write(folder)
    checkpoint = git(folder, "rev-parse", "main")
    call = (
        "-C",
        str(folder),
        "check",
        "--base",
        "main",
        "--head",
        "change",
        "--today",
        "2026-06-01",
    )
    assert reg(*call)[0] == 1
    assert reg(*call, "--checkpoint", checkpoint)[0] == 1
    older = ("-C", str(folder), "check", "--base", "main~1", "--head", "change")
    assert reg(*older, "--checkpoint", checkpoint)[0] == 1  # a base before it is none the worse
    # History is written anew, with an announcement that nobody saw in January.
    forged = [
        ("2026-01-02", "deprecate orders/order#email 2026-04-10"),
        ("2026-02-01", "release 1.0.1"),
    ]
    landed(forged, WITHOUT, Shop()).write(tmp_path / "forged.git")
    git(
        folder, "fetch", "-q", "--force", str(tmp_path / "forged.git"), "main:main", "change:change"
    )
    assert reg(*call)[0] == 0  # Git alone cannot tell
    for known in (checkpoint, checkpoint[:12], "0" * 40):
        code, out, err = reg(*call, "--checkpoint", known)
        assert (code, out) == (3, "")
        assert err.startswith(f"reg: the history was rewritten: {known} had landed")
    assert reg("-C", str(folder), "check", "--replay", "..main", "--checkpoint", checkpoint)[0] == 3
    assert reg(*call, "--checkpoint", "main")[0] == 0  # anchored anew


def test_after_a_rewrite_windows_run_from_the_landing_that_anchors_the_history_anew(
    repo: Any, reg: Reg
) -> None:
    shop = Shop()
    shop.begin()
    repo.commit(shop.files, "Begin", on=BEGIN)
    shop.tell("deprecate orders/order#email 2026-04-15")
    announced = repo.commit(shop.files, "Announce", on=date(2026, 1, 10))
    call = ("-C", str(repo.path), "check", "--head", "change", "--today")

    def propose() -> None:
        removed = copy.deepcopy(shop)
        removed.tell(WITHOUT)
        repo.branch("change")
        repo.commit(removed.files, "Remove", on=date(2026, 1, 11))
        repo.checkout("main")

    propose()
    assert reg(*call, "2026-04-15")[0] == 0
    repo.git("branch", "-q", "-D", "change")
    shop.tell(f"policy anchor: {announced}")
    repo.commit(shop.files, "Anchor the history anew", on=date(2026, 6, 1))
    propose()
    assert reg(*call, "2026-08-29")[0] == 1
    assert reg(*call, "2026-08-30")[0] == 0
    # Rewritten again, the anchor is left behind, and nothing is decided.
    repo.git("checkout", "-q", "--orphan", "forged")
    repo.commit(shop.files, "All of it, long ago", on=BEGIN)
    repo.git("branch", "-q", "-f", "main", "forged")
    repo.git("branch", "-q", "-D", "change")
    propose()
    code, out, err = reg(*call, "2026-08-30")
    assert (code, out) == (3, "")
    assert err.startswith(f"reg: the history was rewritten: {announced[:12]}, the anchor in")


def test_replaced_and_grafted_commits_prove_nothing(tmp_path: Path, reg: Reg) -> None:
    folder = tmp_path / "registry.git"
    landed([("2026-05-01", "deprecate orders/order#email 2026-05-02")], WITHOUT, Shop()).write(
        folder
    )
    call = (
        "-C",
        str(folder),
        "check",
        "--base",
        "main",
        "--head",
        "change",
        "--today",
        "2026-05-03",
    )
    assert reg(*call)[0] == 1
    tree, parent = git(folder, "rev-parse", "main^{tree}", "main^1").split()
    moment = {
        "GIT_COMMITTER_DATE": "2026-01-01T12:00:00Z",
        "GIT_AUTHOR_DATE": "2026-01-01T12:00:00Z",
    }
    named = {"GIT_COMMITTER_NAME": "x", "GIT_COMMITTER_EMAIL": "x"}
    authored = {"GIT_AUTHOR_NAME": "x", "GIT_AUTHOR_EMAIL": "x"}
    backdated = subprocess.run(
        ["git", "-C", str(folder), "commit-tree", tree, "-p", parent, "-m", "x"],
        capture_output=True,
        check=True,
        env=os.environ | moment | named | authored,
    ).stdout.decode()
    git(folder, "replace", "main", backdated.strip())
    assert reg(*call)[0] == 1


def test_a_clone_that_cannot_tell_does_not_guess(tmp_path: Path, reg: Reg) -> None:
    folder = tmp_path / "registry.git"
    landed(
        [("2026-01-10", "deprecate orders/order#email 2026-05-01"), ("2026-02-01", "nothing")],
        WITHOUT,
        Shop(),
    ).write(folder)
    git(
        tmp_path,
        "clone",
        "-q",
        "--bare",
        "--depth=1",
        "--no-single-branch",
        f"file://{folder}",
        "shallow.git",
    )
    call = ("check", "--base", "main", "--head", "change", "--today", "2026-06-01")
    code, out, err = reg("-C", str(tmp_path / "shallow.git"), *call)
    assert (code, out) == (3, "")
    assert "git fetch --unshallow" in err
    assert reg("-C", str(folder), *call)[0] == 0


# --- replay


@pytest.fixture
def replayed(tmp_path: Path, reg: Reg) -> Callable[..., Any]:
    story = [
        ("2026-01-10", "deprecate orders/order#email 2026-05-01"),
        ("2026-02-01", "release 1.1.0 with note=string"),
        ("2026-03-01", "release 1.2.0 without email"),  # two months early
        ("2026-03-02", "nothing"),
        ("2026-06-01", "release 1.3.0 with mail=string"),
        ("2026-06-02", "release 1.4.0 without mail"),  # nobody was told
    ]
    chronicle = landed(story, "nothing", Shop())
    chronicle.write(tmp_path / "registry.git")

    def run(span: str, *options: str) -> Any:
        call = ("-C", str(tmp_path / "registry.git"), "check", "--replay", span)
        return reg(*call, "--today", "2026-12-01", *options)

    return run


def test_a_replay_names_the_landings_that_should_not_have_passed(replayed: Any) -> None:
    code, out, err = replayed("..main", "-f", "json")
    assert (code, err) == (1, "")
    found = json.loads(out)
    counts = {"judged": 6, "passed": 4, "refused": 2, "undecided": 0, "left_out": 0}
    assert found["counts"] == counts
    assert [
        (
            each["time"][:10],
            sorted({one["rule"] for one in each["findings"] if one["severity"] == "error"}),
        )
        for each in found["landings"]
        if each["refused"]
    ] == [
        ("2026-03-01", ["bump-too-small", "removed-before-sunset"]),
        ("2026-06-02", ["bump-too-small", "field-removed"]),
    ]


def test_a_replay_of_a_range_judges_only_that(replayed: Any) -> None:
    code, out, _ = replayed("main~3..main~1")
    assert (code, out) == (0, "1 landing judged: 1 passed\n")
    code, out, _ = replayed("main~1..main", "-f", "markdown")
    assert code == 1
    assert out.startswith("### Replay: 1 landing judged: 1 should not have passed\n")
    code, out, err = replayed("main")
    assert (code, out) == (2, "")
    assert err.startswith("reg: 'main' is not a range\n")
    code, out, err = replayed("nowhere..main")
    assert (code, out) == (2, "")
    assert "there is no commit 'nowhere' in this clone" in err
