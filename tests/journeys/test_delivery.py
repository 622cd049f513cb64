"""Landings reach people: a ledger at a remote, real clones, real receivers; each is told once."""

from __future__ import annotations

import json
import os
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import Repo
from tests.doubles.receivers import Answer, unheard
from tests.world import NOON, POLICY, World, clean, order, told, world

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.doubles.github import GitHub
    from tests.doubles.receivers import Hook

    Notify = Callable[..., tuple[int, str, str]]

LONG = pytest.mark.skipif("REG_LONG" not in os.environ, reason="takes long: set REG_LONG")


@pytest.fixture
def place(tmp_path: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> World:
    """A registry of which nothing has been told."""
    found = world(tmp_path, hook)
    clean(monkeypatch, found)
    return found


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return told(tmp_path_factory.mktemp("told"))


@pytest.fixture
def begun(tmp_path: Path, template: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> World:
    """A registry whose beginning has been told, to three channels."""
    found = world(tmp_path, hook, template)
    clean(monkeypatch, found)
    return found


@pytest.fixture
def notify(reg: Callable[..., Any]) -> Notify:
    """Runs `reg notify` in a clone, at noon of 2026-03-02 unless told otherwise."""

    def run(root: Path, *arguments: str, at: str = NOON) -> tuple[int, str, str]:
        when = ("--patience", "0", "--today", at)
        found: tuple[int, str, str] = reg("notify", *when, *arguments, "-C", str(root))
        return found

    return run


RELEASED = [
    "billing: orders/order@1.1.0 landed",
    "hub: version.released orders/order@1.1.0",
    "shop: orders/order@1.1.0 landed",
]


def test_the_first_run_tells_the_newest_landing_and_that_all_is_told_from_now_on(
    place: World, notify: Notify
) -> None:
    place.releases("1.1.0", "email")
    code, out, err = notify(place.clone())
    assert (code, err) == (0, "reg: 3 sent\n")
    assert [re.sub(" .*", "", each) for each in out.splitlines()] == ["sent"] * 3
    assert place.arrived() == [
        "billing: orders/order@1.1.0 landed",
        "hub: registry.watched",
        "hub: version.released orders/order@1.1.0",
        "shop: orders/order@1.1.0 landed",
    ]


def test_a_landing_is_told_once_however_often_and_wherever_the_run_is_repeated(
    begun: World, notify: Notify
) -> None:
    begun.releases("1.1.0", "email")
    clone = begun.clone()
    assert notify(clone)[0] == 0
    assert begun.arrived() == RELEASED
    ledger = begun.hub.git("rev-parse", "refs/reg/ledger")
    for again in (clone, begun.clone("--filter=tree:0")):
        assert notify(again) == (0, "", "reg: 0 sent\n")
    assert begun.arrived() == []
    assert begun.hub.git("rev-parse", "refs/reg/ledger") == ledger


def test_every_landing_of_one_push_is_told_in_its_order(begun: World, notify: Notify) -> None:
    for number in range(1, 4):
        files = {f"products/orders/schemas/order/1.{number}.0.json": order(*"abc"[:number])}
        begun.shop.commit(files, f"Order 1.{number}.0", on=date(2026, 3, 2))
    begun.pushes()
    assert notify(begun.clone("--filter=tree:0"))[0] == 0
    named = [json.loads(p.body)["text"].split()[1] for p in begun.hook.posts if "bill" in p.path]
    assert named[-3:] == [f"orders/order@1.{number}.0" for number in (1, 2, 3)]


def test_a_shallow_clone_cannot_tell_what_landed_and_says_what_to_fetch(
    begun: World, notify: Notify
) -> None:
    begun.releases("1.1.0", "email")
    begun.hook.plan(*[Answer(503)] * 3)
    assert notify(begun.clone())[2].startswith("reg: 0 sent, 3 to retry")
    begun.arrived()
    begun.releases("1.2.0", "email", "phone")
    shallow, later = begun.clone("--depth=1"), "2026-03-03T12:00Z"
    code, out, err = notify(shallow, "--to", "shop-chat", at=later)
    assert (code, out.count("sent to")) == (3, 1)
    code, out, err = notify(shallow, at=later)
    assert code == 3
    assert "git fetch --unshallow" in err
    assert out.count("sent to") == 2, "what an earlier run left needs no history"
    assert begun.arrived() == RELEASED


def test_a_clone_of_another_branch_tells_nobody_that_it_landed(
    begun: World, notify: Notify
) -> None:
    begun.shop.branch("feature")
    commit = begun.shop.commit({"products/orders/schemas/order/2.0.0.json": order()}, "Propose it")
    begun.shop.git("push", "--quiet", "origin", "feature")
    clone = Repo(begun.clone("--single-branch", "--branch=feature"))
    for arguments in ((), ("--replay", commit), ("--dry-run",)):
        code, out, err = notify(clone.path, *arguments)
        assert (code, out) == (3, "")
        assert "there is no branch `main`" in err
    assert begun.arrived() == []
    mend = err.partition("Fetch it: git ")[2].strip()
    clone.git(*mend.split())
    assert notify(clone.path) == (0, "", "reg: 0 sent\n")


def test_the_workflow_of_an_older_landing_that_is_run_again_tells_nothing(
    begun: World, notify: Notify
) -> None:
    old = begun.clone()
    begun.releases("1.1.0", "email")
    assert notify(begun.clone())[0] == 0
    assert begun.arrived() == RELEASED
    code, out, err = notify(old)
    assert (code, out) == (0, "")
    assert err == (
        "reg: this clone is older than the last notification, so nothing new is sent from here\n"
        "reg: 0 sent\n"
    )
    assert begun.arrived() == []


@pytest.mark.long
@LONG
def test_a_run_that_comes_late_tells_what_landed_up_to_where_it_stands(
    begun: World, notify: Notify
) -> None:
    begun.releases("1.1.0", "email")
    old = begun.clone()
    begun.releases("1.2.0", "email", "phone")
    assert notify(old)[0] == 0
    assert begun.arrived() == RELEASED
    assert notify(begun.clone())[0] == 0
    assert begun.arrived() == [each.replace("1.1.0", "1.2.0") for each in RELEASED]


def test_a_rewritten_history_is_told_as_such_and_once(begun: World, notify: Notify) -> None:
    begun.releases("1.1.0", "email")
    old = begun.clone()
    assert notify(old)[0] == 0
    begun.arrived()
    begun.shop.git("reset", "--quiet", "--hard", "HEAD^")
    begun.releases("1.1.0", "phone")
    assert notify(begun.clone())[0] == 0
    heard = begun.arrived()
    assert "hub: history.rewritten" in heard
    assert "hub: version.altered orders/order@1.1.0" in heard
    for again in (begun.clone(), old):
        assert notify(again)[:2] == (0, "")
    assert begun.arrived() == []


@pytest.mark.long
@LONG
def test_a_branch_that_is_put_back_is_a_rewritten_history_too(begun: World, notify: Notify) -> None:
    begun.releases("1.1.0", "email")
    assert notify(begun.clone())[0] == 0
    begun.arrived()
    begun.shop.git("reset", "--quiet", "--hard", "HEAD^")
    begun.pushes()
    assert notify(begun.clone())[0] == 0
    assert begun.arrived() == [
        "billing: orders/order@1.1.0 is",
        "hub: history.rewritten",
        "hub: version.removed orders/order@1.1.0",
        "shop: orders/order@1.1.0 is",
    ]


def test_a_landing_leaves_a_receipt_and_the_time_at_which_the_branch_was_seen_without_it(
    begun: World, notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = begun.ledger()["notified.json"]["at"]
    monkeypatch.setenv("GITHUB_RUN_ID", "1234")
    commits = begun.releases("1.1.0", "email"), begun.lands({}, "Say more (#17)")
    assert notify(begun.clone())[0] == 0
    files = begun.ledger()
    receipts = [files[f"receipts/{commit[:2]}/{commit}.json"] for commit in commits]
    runs = {each.pop("run").rpartition(".")[0] for each in receipts}
    moments = {each.pop("not_after")[:16] for each in receipts}
    assert (runs, moments) == ({"1234"}, {"2026-03-02T12:00"})
    assert receipts == [
        {"not_before": looked, "pull_request": ""},
        {"not_before": None, "pull_request": "17"},
    ]
    assert files["notified.json"]["commit"] == commits[1]
    assert [path for path in files if path.startswith("clock/")] == []


def test_a_channel_that_is_down_holds_up_no_other_and_gets_everything_when_it_is_back(
    begun: World, notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAT", unheard())
    begun.releases("1.1.0", "email")
    code, _, err = notify(begun.clone())
    assert (code, err) == (
        0,
        "reg: 1 sent, 2 to retry (billing-chat, shop-chat)\n",
    )
    assert begun.arrived() == ["hub: version.released orders/order@1.1.0"]
    begun.releases("1.2.0", "email", "phone")
    assert notify(begun.clone(), at="2026-03-02T12:01Z")[0] == 0
    assert begun.arrived() == ["hub: version.released orders/order@1.2.0"], "the others rest"
    monkeypatch.setenv("CHAT", begun.hook.url)
    assert notify(begun.clone(), at="2026-03-03T12:00Z")[0] == 0
    assert begun.arrived() == [
        "billing: orders/order@1.1.0 landed",
        "billing: orders/order@1.2.0 landed",
        "shop: orders/order@1.1.0 landed",
        "shop: orders/order@1.2.0 landed",
    ]
    assert begun.deliveries()[-4:] == [
        "hub-hook: sent (sent)",
        "shop-chat: sent (failed, sent)",
        "shop-chat: sent (sent)",
        "shop-chat: sent (sent)",
    ]


def test_a_channel_that_asks_for_time_is_given_it(begun: World, notify: Notify) -> None:
    begun.releases("1.1.0", "email")
    begun.hook.plan(*[Answer(429, {"Retry-After": "7200"})] * 3)
    assert notify(begun.clone())[2].startswith("reg: 0 sent, 3 to retry")
    begun.arrived()
    assert notify(begun.clone(), at="2026-03-02T13:59Z")[2] == "reg: 0 sent\n"
    assert begun.arrived() == []
    assert notify(begun.clone(), at="2026-03-02T14:01Z")[2] == "reg: 3 sent\n"
    assert begun.arrived() == RELEASED


def test_what_is_refused_for_good_is_said_kept_and_tried_again_when_somebody_asks(
    begun: World, notify: Notify
) -> None:
    begun.releases("1.1.0", "email")
    begun.hook.always(Answer(404, body=b"no such hook"))
    clone = begun.clone()
    code, out, err = notify(clone)
    assert code == 1
    assert "failed permanently, shop-chat: it answered 404: no such hook: orders/order" in out
    assert err == (
        "reg: 0 sent, 3 failed permanently (billing-chat, hub-hook, shop-chat)\n"
        "  Once it is fixed: reg notify --failed\n"
    )
    begun.hook.always(Answer())
    begun.arrived()
    assert notify(clone, at="2026-03-05T12:00Z") == (0, "", "reg: 0 sent\n")
    assert notify(clone, "--failed", "--to", "shop-chat")[2] == "reg: 1 sent\n"
    assert begun.arrived() == RELEASED[2:]
    assert notify(clone, "--failed")[2] == "reg: 2 sent\n"
    assert begun.arrived() == RELEASED[:2]


@pytest.mark.long
@LONG
def test_a_variable_that_is_not_set_is_named_and_fails_alone(
    begun: World, notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun.releases("1.1.0", "email")
    monkeypatch.delenv("HUB")
    code, out, _ = notify(begun.clone())
    assert code == 1
    assert "failed permanently, hub-hook: the variable HUB is not set:" in out
    assert begun.arrived() == [RELEASED[0], RELEASED[2]]


@pytest.mark.long
@LONG
def test_a_channel_that_left_the_policy_fails_with_that_reason(
    begun: World, notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAT", unheard())
    begun.releases("1.1.0", "email")
    assert notify(begun.clone())[0] == 0
    lines = [each for each in POLICY.splitlines() if "shop-chat" not in each]
    begun.lands({"registry.yaml": "\n".join(lines) + "\n"}, "Leave the chat")
    code, out, _ = notify(begun.clone(), at="2026-03-03T12:00Z")
    assert code == 1
    assert "shop-chat: registry.yaml no longer has this channel" in out


def test_a_dry_run_says_what_would_go_to_whom_and_touches_nothing(
    begun: World, notify: Notify
) -> None:
    begun.releases("1.1.0", "email")
    clone = Repo(begun.clone())
    before = (begun.hub.git("for-each-ref"), clone.git("for-each-ref"))
    code, out, err = notify(clone.path, "--dry-run")
    assert (code, err) == (0, "")
    assert [line for line in out.splitlines() if line.startswith("to ")] == [
        "to billing-chat, because billing reads orders/order",
        "to hub-hook, because checkout owns orders",
        "to shop-chat, because checkout owns orders",
    ]
    assert begun.arrived() == []
    assert (begun.hub.git("for-each-ref"), clone.git("for-each-ref")) == before
    notify(clone.path)
    assert notify(clone.path, "--dry-run")[:2] == (0, "no events\n")


def test_an_event_or_a_landing_is_told_again_on_purpose_and_only_to_whom_it_is_meant_for(
    begun: World, notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = begun.releases("1.1.0", "email")
    clone = begun.clone()
    notify(clone)
    begun.arrived()
    assert notify(clone, "--replay", commit)[2] == "reg: 3 sent\n"
    assert begun.arrived() == RELEASED
    assert notify(clone, "--replay", commit[:10], "--to", "billing-chat")[2] == "reg: 1 sent\n"
    assert begun.arrived() == RELEASED[:1]
    event = [json.loads(each.body)["id"] for each in begun.hook.posts if "hub" in each.path][-1]
    monkeypatch.setenv("GITHUB_RUN_ID", "99")
    assert notify(clone, "--replay", event)[2] == "reg: 3 sent\n"
    assert begun.arrived() == RELEASED
    # The same run of a workflow, repeated by hand, does not tell it a third time.
    assert notify(clone, "--replay", event)[2] == "reg: 0 sent\n"


def test_the_first_landing_is_told_again_as_a_landing_and_to_the_channels_of_today(
    begun: World, notify: Notify
) -> None:
    first = begun.shop.git("rev-list", "--max-parents=0", "main")
    more = POLICY.replace("notify:", '  new-chat: {url: "${CHAT}/new", kind: slack}\nnotify:')
    begun.lands({"registry.yaml": more.replace("[hub-hook]", "[new-chat]")}, "A chat for the hub")
    clone = begun.clone()
    notify(clone)
    begun.arrived()
    assert notify(clone, "--replay", first, "--to", "new-chat")[2] == "reg: 1 sent\n"
    (said,) = begun.arrived()
    assert said.startswith("new: ")
    text = begun.hook.posts[-1].body.decode()
    assert "its policy applies from now on" in text
    assert "what lands in this registry is told" not in text


def test_what_cannot_be_meant_is_refused_before_anybody_is_told(
    begun: World, notify: Notify
) -> None:
    begun.releases("1.1.0", "email")
    clone = begun.clone()
    for arguments, what in {
        ("--replay", "0" * 32): "the ledger no longer has a message with the event 000",
        ("--replay", "nowhere"): "there is no commit 'nowhere' in this clone",
        ("--replay", "HEAD", "--failed"): "--replay sends what it names, and nothing else",
        ("--to", "nobody"): "registry.yaml on the protected branch has no channel 'nobody'",
        ("--today", "soon"): "'soon' is neither a day nor a moment",
        ("--today", "0001-01-01T00:00+14:00"): "is neither a day nor a moment",
        ("--today", "9999-12-31T23:59-12:00"): "is neither a day nor a moment",
    }.items():
        code, out, err = notify(clone, *arguments)
        assert (code, out) == (2, "")
        assert what in err
    assert begun.arrived() == []


@pytest.mark.long
@LONG
def test_only_the_channel_that_is_asked_for_is_sent_to_and_the_others_wait(
    begun: World, notify: Notify
) -> None:
    begun.releases("1.1.0", "email")
    clone = begun.clone()
    assert notify(clone, "--to", "shop-chat")[2] == "reg: 1 sent\n"
    assert begun.arrived() == RELEASED[2:]
    assert notify(clone)[2] == "reg: 2 sent\n"
    assert begun.arrived() == RELEASED[:2]


def test_reminders_are_told_once_however_often_and_late_the_schedule_runs(
    begun: World, notify: Notify
) -> None:
    path = "products/orders/deprecations/order-email.yaml"
    text = "target: orders/order#id\nsunset: 2026-08-01\nreason: It goes.\n"
    begun.lands({path: text}, "Announce")
    clone = begun.clone()
    notify(clone, "--reminders")
    begun.arrived()
    heard = {}
    days = ["06-30", "07-03", "07-03", "07-31", "08-01", "08-01"]
    for number, day in enumerate(days):
        assert notify(clone, "--reminders", at=f"2026-{day}")[0] == 0
        heard[f"{number} {day}"] = begun.arrived()
    chats = ["billing", "hub", "shop"]
    assert {day: [each.split(":")[0] for each in got] for day, got in heard.items() if got} == {
        "1 07-03": chats,
        "3 07-31": chats,
        "4 08-01": chats,
    }
    assert heard["4 08-01"][1] == "hub: sunset.reached orders/order#id"


def test_what_was_settled_long_ago_is_put_away_and_still_not_told_again(
    begun: World, notify: Notify, reg: Callable[..., Any]
) -> None:
    begun.releases("1.1.0", "email")
    clone = begun.clone()
    notify(clone)
    begun.arrived()
    assert notify(clone, "--reminders", at="2026-08-01")[0] == 0
    files = begun.ledger()
    assert [path for path in files if path.startswith(("outbox", "deliveries"))] == []
    assert len(files["archive/2026-03.json"]) == 6
    assert "In all: 6 sent\n" in reg("notify", "status", "-C", str(clone))[1]
    assert notify(clone, "--replay", "HEAD")[0] == 0
    assert begun.arrived() == RELEASED


def test_a_policy_that_landed_wrong_keeps_nobody_from_being_told(
    begun: World, notify: Notify
) -> None:
    begun.lands({"registry.yaml": POLICY + "chanels: {}\n"}, "Break it")
    begun.releases("1.1.0", "email")
    assert notify(begun.clone())[0] == 0
    assert set(begun.arrived()) >= set(RELEASED)


def test_the_state_of_the_ledger_is_told_to_people_and_to_programs(
    begun: World, notify: Notify, reg: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = begun.releases("1.1.0", "email")
    monkeypatch.setenv("CHAT", unheard())
    monkeypatch.delenv("HUB")
    clone = begun.clone()
    notify(clone)
    code, out, err = reg("notify", "status", "-C", str(clone))
    assert (code, err) == (0, "")
    lines = [re.sub(r" \d\d:\d\dZ", "", line) for line in out.splitlines()]
    headline = next(line for line in lines if line.startswith("  billing-chat: "))
    headline = headline.removeprefix("  billing-chat: ").partition(" (again")[0]
    assert lines[:8] == [
        f"Notified up to {commit[:12]}, which was the head of main on 2026-03-02",
        "",
        "Due",
        *(
            f"  {each}: {headline} (again from 2026-03-02; tried once: it refused the connection)"
            for each in ("billing-chat", "shop-chat")
        ),
        "",
        "Failed permanently",
        f"  2026-03-02  hub-hook: {headline} (the variable HUB is not set)",
    ]
    assert lines[-3:] == [
        "In all: 2 pending, 3 sent, 1 failed",
        "",
        "To retry failed deliveries after fixing the cause: reg notify --failed",
    ]
    code, out, _ = reg("notify", "status", "--format", "json", "-C", str(clone))
    value = json.loads(out)
    assert (code, value["counts"], value["damaged"]) == (
        0,
        {"sent": 3, "pending": 2, "failed": 1},
        [],
    )
    assert value["notified"] == {
        "branch": "main",
        "commit": commit,
        "seen_at": begun.ledger()["notified.json"]["at"],
    }
    (failed,) = (each for each in value["deliveries"] if each["state"] == "failed")
    assert [failed[key] for key in ("channel", "reason", "not_before")] == [
        *("hub-hook", "the variable HUB is not set", None),
    ]


def test_the_state_that_was_seen_last_is_told_where_the_remote_is_away(
    begun: World, notify: Notify, reg: Callable[..., Any]
) -> None:
    clone, stranger = Repo(begun.clone()), Repo(begun.clone())
    assert notify(clone.path)[0] == 0
    for each in (clone, stranger):
        each.git("remote", "set-url", "origin", f"{begun.hub.path}-away")
    code, out, err = reg("notify", "status", "-C", str(clone.path))
    assert (code, out.splitlines()[-1]) == (0, "In all: 3 sent")
    assert err.endswith("; this is the copy that was read last\n")
    code, out, _ = reg("notify", "status", "-C", str(stranger.path))
    assert (code, out) == (3, "")


def test_a_channel_is_tested_without_a_trace_in_the_ledger(
    begun: World, reg: Callable[..., Any]
) -> None:
    clone = str(begun.clone())
    ledger = begun.hub.git("rev-parse", "refs/reg/ledger")
    assert reg("notify", "test", "shop-chat", "-C", clone) == (0, "shop-chat accepted it\n", "")
    assert begun.arrived() == ["shop: This is"]
    begun.hook.plan(Answer(410, body=b"gone"))
    code, out, err = reg("notify", "test", "hub-hook", "-C", clone)
    assert (code, out) == (1, "")
    assert err == "reg: hub-hook did not accept it: it answered 410: gone\n"
    code, _, err = reg("notify", "test", "nobody", "-C", clone)
    assert code == 2
    assert "Name one that it has: billing-chat, hub-hook, shop-chat" in err
    assert begun.hub.git("rev-parse", "refs/reg/ledger") == ledger


def test_the_issues_are_kept_by_the_run_that_tells_of_a_deprecation(
    begun: World, notify: Notify, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = "target: orders/order#id\nsunset: 2026-08-01\nreason: It goes.\n"
    policy = POLICY.replace("notify: {", "notify: {issues: true, ")
    path = "products/orders/deprecations/order-id.yaml"
    begun.lands({"registry.yaml": policy, path: ends}, "Announce")
    clone = begun.clone()
    code, _, err = notify(clone)
    assert (code, github.issues) == (0, {})
    assert "issues are kept where GITHUB_REPOSITORY names the repository" in err
    for name, value in github.environment.items():
        monkeypatch.setenv(name, value)
    assert notify(clone)[0] == 0
    titles = [each["title"] for each in github.issues.values()]
    assert len(titles) == 2
    assert any("orders/order#id" in each for each in titles)
    assert any("shop-chat" in each["body"] for each in github.issues.values())
    told = len(github.requests)
    assert notify(clone)[0] == 0
    assert [each for each in github.requests[told:] if each.method == "PATCH"] == []
