"""Runs that are killed, doubled, refused or damaged: everybody is told, and the ledger says how."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import Repo
from tests.doubles.receivers import Answer, Closed, Post
from tests.world import KEY, NOON, World, clean, told, world

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.doubles.receivers import Hook

    Notify = Callable[..., tuple[int, str, str]]

LONG = pytest.mark.skipif("REG_LONG" not in os.environ, reason="takes long: set REG_LONG")
TOP = Path(__file__).parent.parent.parent
LATER = "2026-03-02T12:11Z"
"""When the claims of a run at noon have run out."""

WRAPPER = """\
#!/bin/sh
# Stands before git on the PATH: whoever called it is killed before or after its Nth call.
number=$(($(cat "$CALLS" 2>/dev/null || echo 0) + 1))
case " $* " in *" $KILL_VERB "*) echo $number > "$CALLS" ;; *) number=none ;; esac
[ "$number" = "$KILL_BEFORE" ] && kill -9 $PPID && exit 1
"$REAL_GIT" "$@"
code=$?
[ "$number" = "$KILL_AFTER" ] && kill -9 $PPID
exit $code
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return told(tmp_path_factory.mktemp("told"))


@pytest.fixture
def place(tmp_path: Path, template: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> World:
    """A registry whose beginning has been told, and of which a version has landed since."""
    found = world(tmp_path, hook, template)
    clean(monkeypatch, found)
    found.releases("1.1.0", "email")
    return found


@pytest.fixture
def notify(reg: Callable[..., Any]) -> Notify:
    def run(root: Path, *arguments: str, at: str = NOON) -> tuple[int, str, str]:
        when = ("--patience", "0", "--today", at)
        found: tuple[int, str, str] = reg("notify", *when, *arguments, "-C", str(root))
        return found

    return run


def started(
    root: Path, extra: Mapping[str, str] | None = None, *arguments: str
) -> subprocess.Popen[str]:
    """`reg notify` in a process of its own, at noon."""
    return subprocess.Popen(
        [
            *(sys.executable, "-c", "from schemareg_cli.main import run; run()", "notify"),
            *("--patience", "0", "--today", NOON, *arguments, "-C", str(root)),
        ],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(str(TOP / each) for each in ("registry", "cli")),
            **(extra or {}),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> int:
    process.communicate(timeout=60)
    return process.returncode


def killed_at(folder: Path, verb: str, when: str, number: int) -> dict[str, str]:
    """The environment in which a run is killed before or after it calls git so for the Nth time."""
    folder.mkdir()
    git = folder / "git"
    git.write_text(WRAPPER)
    git.chmod(0o755)
    real = shutil.which("git")
    assert real
    return {
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "REAL_GIT": real,
        "CALLS": str(folder / "calls"),
        "KILL_VERB": verb,
        "KILL_BEFORE": str(number) if when == "before" else "",
        "KILL_AFTER": str(number) if when == "after" else "",
    }


def channels(place: World) -> Counter[str]:
    """How often each channel was sent something since the last time."""
    return Counter(each.partition(":")[0] for each in place.arrived())


ONCE = Counter(["billing", "hub", "shop"])


@pytest.mark.parametrize(
    ("when", "number", "sent", "then"),
    [
        pytest.param(
            *("before", 1, 0, "12:01"),
            id="before anything is in the ledger",
            marks=(pytest.mark.long, LONG),
        ),
        pytest.param("after", 1, 0, "12:01", id="when it is in the ledger and nobody is at it"),
        pytest.param("after", 2, 0, "12:11", id="when it is claimed and not sent"),
        pytest.param("before", 3, 1, "12:11", id="when it is sent and not written down"),
        pytest.param(
            *("after", 3, 1, "12:01"),
            id="when all is done but the end",
            marks=(pytest.mark.long, LONG),
        ),
    ],
)
def test_a_run_that_is_killed_leaves_nothing_untold_and_nothing_twice_that_can_be_helped(
    place: World, notify: Notify, tmp_path: Path, when: str, number: int, sent: int, then: str
) -> None:
    clone, only = place.clone(), ("--to", "hub-hook")
    fatal = killed_at(tmp_path / "bin", "push", when, number)
    assert ended(started(clone, fatal, *only)) == -signal.SIGKILL
    first = channels(place)
    assert first == Counter({"hub": sent} if sent else {})
    if then == "12:11":
        assert notify(clone, *only, at="2026-03-02T12:09Z") == (0, "", "reg: 0 sent\n")
        assert channels(place).total() == 0, "a claim that may be alive is left alone"
    assert notify(clone, at=f"2026-03-02T{then}Z")[0] == 0
    unknown = sent and then == "12:11"
    assert first + channels(place) == ONCE + Counter({"hub": 1} if unknown else {})
    assert notify(clone, at="2026-03-03T12:00Z") == (0, "", "reg: 0 sent\n")
    outcomes = "?, sent" if then == "12:11" else "sent"
    assert place.deliveries() == sorted(
        ["billing-chat: sent (sent)", "shop-chat: sent (sent)"] * 2
        + ["hub-hook: sent (sent)", f"hub-hook: sent ({outcomes})"]
    )
    # Where only the receiver can tell that it is the same, it can.
    ids = {each.headers["webhook-id"] for each in place.hook.posts if "hub" in each.path}
    assert len(ids) == 1


def test_a_run_that_is_killed_while_it_sends_is_made_good_by_a_later_one(
    place: World, notify: Notify
) -> None:
    process: list[subprocess.Popen[str]] = []
    place.hook.arrived = lambda _: process[0].kill()
    clone = place.clone()
    process.append(started(clone))
    assert ended(process[0]) == -signal.SIGKILL
    place.hook.arrived = lambda _: None
    assert notify(clone, at=LATER)[2] == "reg: 3 sent\n"
    got = channels(place)  # what the dead one had sent may have been on its way for a while
    assert ONCE <= got <= ONCE + ONCE


@pytest.mark.long
@LONG
def test_wherever_a_run_is_killed_everybody_is_told_once_or_can_tell_that_it_is_twice(
    place: World, notify: Notify, tmp_path: Path
) -> None:
    ledger = place.hub.git("rev-parse", "refs/reg/ledger")
    for number in range(1, 200):
        clone = place.clone()
        # Every call has a -C, and before one call is after another.
        fatal = killed_at(tmp_path / f"bin-{number}", "-C", "after", number)
        code = ended(started(clone, fatal))
        again = notify(clone, at=LATER)
        assert again[0] == 0
        assert ONCE <= channels(place) <= ONCE + ONCE, f"killed after call {number}"
        if code == 0:
            assert again[2] == "reg: 0 sent\n"
            return
        assert code == -signal.SIGKILL
        place.hub.git("update-ref", "refs/reg/ledger", ledger)
    raise AssertionError("it never came to an end")


def test_two_runs_at_the_same_time_tell_everything_once(place: World) -> None:
    for number in (2, 3):
        place.releases(f"1.{number}.0", *("email", "phone", "name")[:number])
    runs = [started(place.clone()), started(place.clone())]
    assert [ended(each) for each in runs] == [0, 0]
    assert Counter(place.arrived()).most_common(1)[0][1] == 1
    assert channels(place).total() == 0
    assert place.deliveries()[-1] == "shop-chat: sent (sent)"
    assert {each.partition(": ")[2] for each in place.deliveries()} == {"sent (sent)"}
    assert len(place.deliveries()) == 12


def test_a_dead_channel_holds_up_no_other(place: World, notify: Notify) -> None:
    for number in (2, 3):
        place.releases(f"1.{number}.0", *("email", "phone", "name")[:number])
    others = threading.Event()
    waited: list[bool] = []

    def arrived(post: Post) -> None:
        if post.path.endswith("/shop"):
            waited.append(others.wait(20))
        elif sum(each.path.endswith("/billing") for each in place.hook.posts) == 3:
            others.set()

    place.hook.arrived = arrived
    assert notify(place.clone(), "--patience", "30")[0] == 0
    assert waited[0], "the other channel was done while this one hung"


def test_a_ledger_that_may_not_be_written_is_said_with_the_mend_and_nobody_is_told(
    place: World, notify: Notify
) -> None:
    refuse = place.hub.path / "hooks" / "pre-receive"
    refuse.write_text("#!/bin/sh\necho 'no ledger of yours' >&2\nexit 1\n")
    refuse.chmod(0o755)
    code, out, err = notify(place.clone())
    assert (code, out) == (2, "")
    assert err.startswith("reg: refs/reg/ledger: 'origin' refused the ledger: ")
    assert "no ledger of yours" in err
    assert "permissions: contents: write" in err
    assert channels(place).total() == 0


def test_when_only_the_end_cannot_be_written_down_it_is_told_again_under_the_same_id(
    place: World, notify: Notify, tmp_path: Path
) -> None:
    count = tmp_path / "pushes"
    refuse = place.hub.path / "hooks" / "pre-receive"
    refuse.write_text(f'#!/bin/sh\necho . >> "{count}"\n[ $(wc -l < "{count}") -le 2 ]\n')
    refuse.chmod(0o755)
    clone = place.clone()
    assert notify(clone)[0] == 2
    assert channels(place) == ONCE
    refuse.unlink()
    assert notify(clone, at="2026-03-02T12:05Z")[2] == "reg: 0 sent\n"
    assert notify(clone, at=LATER)[2] == "reg: 3 sent\n"
    assert channels(place) == ONCE
    ids = [each.headers["webhook-id"] for each in place.hook.posts if "hub" in each.path]
    assert len(set(ids)) == 1


def test_when_one_write_fails_what_was_sent_is_written_down_by_a_last_try(
    place: World, notify: Notify, tmp_path: Path
) -> None:
    count = tmp_path / "pushes"
    refuse = place.hub.path / "hooks" / "pre-receive"
    refuse.write_text(f'#!/bin/sh\necho . >> "{count}"\n[ $(wc -l < "{count}") -ne 3 ]\n')
    refuse.chmod(0o755)
    clone = place.clone()
    assert notify(clone)[0] == 2
    assert channels(place) == ONCE
    assert {each.partition(": ")[2] for each in place.deliveries()} == {"sent (sent)"}
    assert notify(clone, at=LATER) == (0, "", "reg: 0 sent\n")


def test_a_remote_that_does_not_answer_decides_nothing(
    place: World, notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schemareg.adapters.ledger.ledger._PAUSES", (0.0,))
    clone = Repo(place.clone())
    secret = "https://ada:hunter2@127.0.0.1:9/hub.git"  # nobody listens there
    clone.git("remote", "set-url", "origin", secret)
    code, out, err = notify(clone.path)
    assert (code, out) == (3, "")
    assert err.startswith("reg: refs/reg/ledger: the ledger at 'origin' cannot be reached: ")
    assert "hunter2" not in err
    assert channels(place).total() == 0


def test_an_answer_that_never_came_is_uncertain_and_tried_again_with_the_same_id(
    place: World, notify: Notify
) -> None:
    place.hook.plan(Closed(), Closed(), Closed())
    clone = place.clone()
    code, out, _ = notify(clone)
    assert code == 0
    assert out.count("but it may have arrived") == 3
    assert channels(place) == ONCE
    assert notify(clone, at=LATER)[2] == "reg: 3 sent\n"
    assert channels(place) == ONCE
    assert place.deliveries()[1] == "billing-chat: sent (uncertain, sent)"


def test_nothing_of_the_users_is_touched_but_the_copy_of_the_ledger(
    place: World, notify: Notify
) -> None:
    clone = Repo(place.clone())
    clone.write({"registry.yaml": "changed\n", "staged.txt": "staged\n", "loose.txt": "loose\n"})
    clone.git("add", "staged.txt")
    before = [clone.git(*each) for each in _LOOKS]
    assert notify(clone.path)[0] == 0
    after = [clone.git(*each) for each in _LOOKS]
    assert after[:-1] == before[:-1]
    new = set(after[-1].splitlines()) - set(before[-1].splitlines())
    ledger = place.hub.git("rev-parse", "refs/reg/ledger")
    assert new == {f"{ledger} commit\trefs/reg/ledger"}
    assert not (clone.path / ".git" / "FETCH_HEAD").exists()


_LOOKS = (
    ("status", "--porcelain=v2", "--untracked-files=all"),
    ("diff", "--cached"),
    ("diff",),
    ("config", "--list", "--local"),
    ("symbolic-ref", "HEAD"),
    ("for-each-ref",),
)


def test_no_secret_is_in_the_ledger_nor_in_what_is_said(place: World, notify: Notify) -> None:
    url = place.environment["HUB"]
    place.hook.plan(Answer(500, body=f"{KEY} at {url}".encode()))
    _, out, err = notify(place.clone(), "--to", "hub-hook")
    text = json.dumps(place.ledger()) + out + err
    assert "it answered 500: " in text
    assert [each for each in (KEY, KEY.removeprefix("whsec_"), url) if each in text] == []


def test_a_repository_without_a_remote_keeps_its_ledger_for_itself(
    place: World, notify: Notify
) -> None:
    alone = Repo(place.clone())
    alone.git("remote", "remove", "origin")
    assert notify(alone.path)[0] == 0
    assert channels(place).keys() == ONCE.keys()
    assert notify(alone.path) == (0, "", "reg: 0 sent\n")
    alone.git("rev-parse", "refs/reg/ledger")


def damaged(place: World, files: Mapping[str, str]) -> None:
    """The ledger at the remote with other content in some files."""
    aside = Repo(place.hub.path.parent / "aside")
    aside.git("fetch", "--quiet", f"file://{place.hub.path}", "refs/reg/ledger")
    aside.git("checkout", "--quiet", "FETCH_HEAD")
    aside.commit(files, "Damage")
    aside.git("push", "--quiet", f"file://{place.hub.path}", "HEAD:refs/reg/ledger")


def test_damaged_files_are_named_and_passed_over_and_what_was_told_is_found_by_receipts(
    place: World, notify: Notify
) -> None:
    damaged(place, {"notified.json": "{", f"outbox/{'a' * 32}.json": "[]"})
    clone = place.clone()
    code, out, err = notify(clone)
    assert code == 0
    assert sorted(err.splitlines()[:2]) == [
        "reg: the ledger's notified.json cannot be read, and is ignored",
        f"reg: the ledger's outbox/{'a' * 32}.json cannot be read, and is ignored",
    ]
    assert place.arrived() == [
        "billing: orders/order@1.1.0 landed",
        "hub: version.released orders/order@1.1.0",
        "shop: orders/order@1.1.0 landed",
    ], "and not the beginning again"
    assert out.count("\n") == 3
    assert "notified.json" not in notify(clone)[2]


def test_a_ledger_of_a_later_form_is_left_alone(
    place: World, notify: Notify, reg: Callable[..., Any]
) -> None:
    damaged(place, {"ledger.json": '{"version": 2}'})
    clone = place.clone()
    before = place.hub.git("rev-parse", "refs/reg/ledger")
    for call in (notify(clone), reg("notify", "status", "-C", str(clone))):
        assert call[:2] == (2, "")
        assert call[2] == (
            "reg: ledger.json: the ledger has the form 2; this program knows 1\n"
            "  Use the version of schemareg that wrote it, or a newer one\n"
        )
    assert place.hub.git("rev-parse", "refs/reg/ledger") == before
    assert channels(place).total() == 0
