"""After a merge and as time passes: the workflows that tell people, run as they stand."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.actions.hosted import NOTHING, Hosted, hosted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.actions.runner import Run
    from tests.conftest import Repo
    from tests.doubles.github import GitHub
    from tests.doubles.receivers import Hook

LONG = pytest.mark.skipif("REG_LONG" not in os.environ, reason="takes long: set REG_LONG")
KEY = "whsec_c2VjcmV0LXRoYXQtc3RhbmRzLW5vd2hlcmU="
ORDER = "products/orders/schemas/order"
TOMORROW = date.today() + timedelta(days=1)
"""What lands after a run is not older than what that run has seen."""
POLICY = """\
version: 1
deprecation: {window: 1d}
channels: {hub: {url: "${HUB}", kind: webhook, secret: "${KEY}"}}
notify: {default: [hub]}
"""


def schema(*fields: str) -> str:
    properties = {name: {"type": "string"} for name in fields}
    return json.dumps({"type": "object", "properties": properties}, indent=2) + "\n"


FIRST = {
    "registry.yaml": POLICY,
    "products/orders/product.yaml": "title: Orders\nowner: {team: checkout, channels: [hub]}\n"
    "schemas: {order: {}}\n",
    f"{ORDER}/1.0.0.json": schema("id", "mail"),
}


@pytest.fixture
def world(tmp_path: Path, repo: Repo, github: GitHub, hook: Hook) -> Iterator[Hosted]:
    with hosted(tmp_path, repo, github, FIRST, {"HUB": hook.url, "KEY": KEY}) as held:
        held.runner.only = {"notify", "reminders"}
        yield held


def told(hook: Hook) -> list[str]:
    """What kind of event each message brings, and of what, since the last time."""
    said = [json.loads(each.body) for each in hook.posts]
    hook.posts.clear()
    return [
        f"{each['type'].removeprefix('dev.schemareg.')} {each.get('subject', '')}" for each in said
    ]


def notified(runs: list[Run]) -> Run:
    (run,) = [each for each in runs if each.workflow == "notify"]
    assert run.conclusion == "success", run.log
    return run


def begun(world: Hosted, hook: Hook) -> str:
    """The registry has been told of once; its newest commit."""
    tip = world.clone.git("rev-parse", "main")
    notified(world.pushed(NOTHING, tip))
    told(hook)
    return tip


def test_what_a_push_landed_is_told_once_and_written_down(world: Hosted, hook: Hook) -> None:
    before = begun(world, hook)
    first = {f"{ORDER}/1.1.0.json": schema("id", "mail", "phone")}
    second = {f"{ORDER}/1.2.0.json": schema("id", "mail", "phone", "fax")}
    one = world.clone.commit(first, "Add phone", on=TOMORROW)
    two = world.land(second, "Add fax", on=TOMORROW)
    run = notified(world.pushed(before, two))
    assert told(hook) == [
        "version.released orders/order@1.1.0",
        "version.released orders/order@1.2.0",
    ]
    ledger = world.forge.git("ls-tree", "-r", "--name-only", "refs/reg/ledger").splitlines()
    assert [f"receipts/{each[:2]}/{each}.json" in ledger for each in (one, two)] == [True, True]
    assert KEY not in run.log
    assert hook.url not in run.log

    notified(world.runner.again(run))
    assert told(hook) == []
    # The check brings the ledger: what was seen to land, and when.
    world.runner.only = {"check"}
    world.proposes("topic", {"README.md": "Orders\n"})
    (check,) = world.pull_request()
    clone = world.runner.folder / f"{check.id}-1-check" / "work"
    known = subprocess.check_output(["git", "-C", str(clone), "show-ref"], text=True)
    assert f"{world.forge.git('rev-parse', 'refs/reg/ledger')} refs/reg/ledger\n" in known


@pytest.mark.long
@LONG
def test_a_pull_request_tells_nobody_and_its_token_cannot_write_the_ledger(
    world: Hosted, hook: Hook
) -> None:
    begun(world, hook)
    before = world.forge.git("rev-parse", "refs/reg/ledger")
    theirs = (
        "name: x\ndescription: x\nruns:\n  using: composite\n  steps:\n    - shell: bash\n"
        "      env:\n        GITHUB_TOKEN: ${{ github.token }}\n"
        "        GIT_CONFIG_COUNT: 1\n"
        "        GIT_CONFIG_KEY_0: credential.${{ github.server_url }}.helper\n"
        "        GIT_CONFIG_VALUE_0: '!f() { echo username=x-access-token;"
        ' echo "password=$GITHUB_TOKEN"; }; f\'\n'
        "      run: git fetch origin && git push --force origin HEAD:refs/reg/ledger\n"
    )
    world.runner.only = {"check", "notify"}
    world.proposes("topic", {".github/actions/check/action.yml": theirs})
    for owner in ("acme", "mallory"):
        (check,) = world.pull_request(owner=owner)
        assert "Authentication failed" in check.log
        assert check.conclusion == "failure"
    assert world.forge.git("rev-parse", "refs/reg/ledger") == before
    assert told(hook) == []


@pytest.mark.long
@LONG
def test_a_forced_push_is_told_as_such(world: Hosted, hook: Hook) -> None:
    before = begun(world, hook)
    world.clone.git("checkout", "--quiet", "--orphan", "anew")
    world.clone.commit({f"{ORDER}/1.0.0.json": schema("id")}, "Another history")
    world.clone.git("branch", "--force", "main", "HEAD")
    world.clone.git("checkout", "--quiet", "main")
    after = world.land({}, "And on")
    notified(world.pushed(before, after, forced=True))
    assert any(each.startswith("history.rewritten") for each in told(hook))


@pytest.mark.long
@LONG
def test_what_ends_soon_is_told_by_the_schedule_once(world: Hosted, hook: Hook) -> None:
    deprecation = {
        "target": "orders/order#mail",
        "sunset": (date.today() + timedelta(days=5)).isoformat(),
        "reason": "Personal data leaves.",
    }
    files = {"products/orders/deprecations/order-mail.yaml": json.dumps(deprecation)}
    world.land(files, "Deprecate mail", on=date(2026, 3, 2))
    begun(world, hook)
    event = {"schedule": "23 5 * * *"}
    for expected in (["sunset.approaching orders/order#mail"], []):
        (run,) = world.at_main("schedule", event)
        assert (run.workflow, run.conclusion) == ("reminders", "success"), run.log
        assert told(hook) == expected


@pytest.mark.long
@LONG
def test_somebody_has_a_landing_told_again_by_hand(world: Hosted, hook: Hook) -> None:
    before = begun(world, hook)
    after = world.land(
        {f"{ORDER}/1.1.0.json": schema("id", "mail", "phone")}, "Add phone", on=TOMORROW
    )
    notified(world.pushed(before, after))
    told(hook)
    by_hand = {"workflow": ".github/workflows/notify.yml"}
    notified(world.at_main("workflow_dispatch", by_hand | {"inputs": {"replay": after}}))
    assert told(hook) == ["version.released orders/order@1.1.0"]
    notified(world.at_main("workflow_dispatch", by_hand | {"inputs": {"replay": ""}}))
    assert told(hook) == []


@pytest.mark.long
@LONG
def test_what_is_typed_to_be_told_again_is_an_argument_and_no_command(
    world: Hosted, hook: Hook
) -> None:
    begun(world, hook)
    typed = '$(touch "$HOME/pwned"); `id` "; exit 0 #'
    by_hand = {"workflow": ".github/workflows/notify.yml", "inputs": {"replay": typed}}
    (run,) = world.at_main("workflow_dispatch", by_hand)
    assert (run.workflow, run.conclusion) == ("notify", "failure")
    assert not list(world.runner.folder.rglob("pwned"))
