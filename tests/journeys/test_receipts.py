"""What the ledger saw of the branch dates its landings: back-dated, forged and rewritten ones."""

from __future__ import annotations

import json
import os
import re
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.conftest import Repo
from tests.world import World, clean, world

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.doubles.receivers import Hook

    Reg = Callable[..., tuple[int, str, str]]

LONG = pytest.mark.skipif("REG_LONG" not in os.environ, reason="takes long: set REG_LONG")
ENDS = "target: orders/order#id\nsunset: 2026-04-01\nreason: It goes.\n"
ANNOUNCED: dict[str, str | None] = {"products/orders/deprecations/order-id.yaml": ENDS}
LOOKED = "2026-06-01T12:00Z"
"""When the branch was first seen; it begins on 2026-03-01."""


@pytest.fixture
def place(tmp_path: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch, reg: Reg) -> World:
    """A registry that was seen for the first time three months after it began."""
    found = world(tmp_path, hook)
    clean(monkeypatch, found)
    assert tells(reg, found.clone(), LOOKED) == 0
    return found


def tells(reg: Reg, clone: Path, today: str) -> int:
    return reg("notify", "--patience", "0", "--today", today, "-C", str(clone))[0]


def clone(place: World, *, ledger: bool = True, options: tuple[str, ...] = ()) -> str:
    """A clone, with the ledger or without."""
    found = Repo(place.clone(*options))
    if ledger:
        found.git("fetch", "--quiet", "origin", "+refs/reg/ledger:refs/reg/ledger")
    return str(found.path)


def earliest(reg: Reg, folder: str) -> str:
    """The first day on which the field may go."""
    code, out, err = reg("when", "orders/order#id", "--today", "2026-06-10", "-C", folder)
    assert (code, err) == (0, "")
    days: list[str] = re.findall(r"\d{4}-\d{2}-\d{2}", out)
    return days[0]


def warned(reg: Reg, folder: str) -> list[tuple[str, str]]:
    """Rule and severity of what an audit finds."""
    code, out, _ = reg("audit", "verify", "--format", "json", "-C", folder)
    assert code == int('"error"' in out)
    return [(each["rule"], each["severity"]) for each in json.loads(out)["violations"]]


def test_a_back_dated_push_counts_from_when_the_branch_was_seen_without_it(
    place: World, reg: Reg
) -> None:
    place.lands(ANNOUNCED, "Announce", on=date(2026, 3, 2))
    bare, knowing = clone(place, ledger=False), clone(place)
    assert earliest(reg, bare) == "2026-05-31", "all that Git alone can tell"
    assert earliest(reg, knowing) == "2026-08-30", "before anybody looked again"
    assert tells(reg, Path(bare), "2026-06-02T12:00Z") == 0
    assert earliest(reg, bare) == "2026-08-30"
    assert earliest(reg, clone(place, options=("--filter=tree:0",))) == "2026-08-30"
    assert warned(reg, bare) == [("time-backdated", "warning")]
    line = reg("audit", "checkpoint", "-C", bare)[1].splitlines()[0]
    code, out, _ = reg("audit", "verify", "--checkpoint", line, "-C", bare)
    assert code == 0
    assert "everything up to the checkpoint" in out


def test_what_was_announced_by_a_back_dated_push_cannot_be_taken_out_early(
    place: World, reg: Reg
) -> None:
    place.lands(ANNOUNCED, "Announce", on=date(2026, 3, 2))
    assert tells(reg, place.clone(), "2026-06-02T12:00Z") == 0
    schema = {"type": "object", "properties": {"note": {"type": "string"}}}
    gone = {"products/orders/schemas/order/1.1.0.json": json.dumps(schema)}
    change = Repo(Path(clone(place)))
    change.branch("change")
    change.commit(gone, "Take it out", on=date(2026, 6, 10))
    check = ("check", "--today", "2026-06-10", "-C", str(change.path))
    code, out, _ = reg(*check)
    assert code == 1
    assert "from 2026-08-30" in out
    change.git("update-ref", "-d", "refs/reg/ledger")
    assert reg(*check)[0] == 1, "what was seen once stays seen"
    shutil.rmtree(change.path / ".git/reg")
    assert reg(*check)[0] == 0, "Git alone is deceived"


def test_a_forged_future_is_an_error_and_no_receipt_shortens_its_window(
    place: World, reg: Reg
) -> None:
    place.lands(ANNOUNCED, "Announce", on=date(2027, 6, 2))
    folder = clone(place)
    assert earliest(reg, folder) == "2027-08-31"
    assert tells(reg, Path(folder), "2026-06-02T12:00Z") == 0
    assert earliest(reg, folder) == "2027-08-31"
    assert warned(reg, folder) == [("time-ahead", "error")]


def test_a_forged_future_covers_no_announcement_that_claims_to_be_older(
    place: World, reg: Reg
) -> None:
    note: dict[str, str | None] = {"products/orders/README.md": "Orders.\n"}
    place.lands(note, "Come from the future", on=date(2030, 1, 1))
    assert tells(reg, place.clone(), "2026-06-02T12:00Z") == 0
    assert tells(reg, place.clone(), "2026-09-01T12:00Z") == 0
    place.lands(ANNOUNCED, "Announce", on=date(2026, 3, 2))
    knowing = clone(place)
    assert earliest(reg, knowing) == "2030-04-01"
    assert tells(reg, Path(knowing), "2026-09-02T12:00Z") == 0
    assert earliest(reg, knowing) == "2030-04-01"
    names = [rule for rule, _ in warned(reg, knowing)]
    assert sorted(names) == ["time-ahead", "time-backwards"]


def test_a_history_that_was_written_anew_counts_from_when_the_old_one_was_seen(
    place: World, reg: Reg
) -> None:
    place.shop.git("checkout", "--quiet", "--orphan", "anew")
    place.shop.commit(ANNOUNCED, "Begin, as it should have been", on=date(2026, 1, 1))
    place.shop.git("branch", "--quiet", "--force", "main", "anew")
    place.pushes()
    bare, knowing = clone(place, ledger=False), clone(place)
    assert earliest(reg, bare) == "2026-04-01"
    assert tells(reg, Path(bare), "2026-06-02T12:00Z") == 0
    assert earliest(reg, bare) == "2026-08-30"
    # A clone that never saw the old history cannot tell yet whether it is new or older.
    assert earliest(reg, knowing) == "2026-04-01"


def test_an_honest_landing_keeps_its_day_however_late_it_is_told(place: World, reg: Reg) -> None:
    place.lands(ANNOUNCED, "Announce", on=date(2026, 6, 2))
    folder = clone(place)
    assert earliest(reg, folder) == "2026-08-31"
    assert tells(reg, Path(folder), "2026-07-20T12:00Z") == 0
    assert earliest(reg, folder) == "2026-08-31"
    assert warned(reg, folder) == []
    assert [path for path in place.ledger() if path.startswith("clock/")] == []


@pytest.mark.long
@LONG
def test_a_base_that_is_behind_the_ledger_is_old_and_not_rewritten(place: World, reg: Reg) -> None:
    place.lands(ANNOUNCED, "Announce", on=date(2026, 6, 2))
    old = place.shop.git("rev-parse", "HEAD")
    place.releases("1.1.0", "email", on=date(2026, 6, 5))
    folder = clone(place)
    assert tells(reg, Path(folder), "2026-06-06T12:00Z") == 0
    code, out, _ = reg("when", "orders/order#id", "--at", old, "-C", folder)
    assert code == 0
    assert "2026-08-31" in out


@pytest.mark.parametrize(
    "filters",
    [
        pytest.param((), id="whole", marks=(pytest.mark.long, LONG)),
        pytest.param(("--filter=tree:0",), id="treeless"),
    ],
)
def test_a_clone_that_is_older_than_the_ledger_asks_nobody_and_stays_as_it_was(
    place: World, reg: Reg, filters: tuple[str, ...]
) -> None:
    place.lands(ANNOUNCED, "Announce", on=date(2026, 6, 2))
    old = Repo(place.clone(*filters))
    assert tells(reg, place.clone(), "2026-06-03T12:00Z") == 0
    assert earliest(reg, str(old.path)) == "2026-08-31"
    place.releases("1.1.0", "email", on=date(2026, 6, 5))
    assert tells(reg, place.clone(), "2026-06-06T12:00Z") == 0
    old.git("fetch", "--quiet", "--no-filter", "origin", "+refs/reg/ledger:refs/reg/ledger")
    old.git("remote", "set-url", "origin", f"{place.hub.path}-away")
    assert earliest(reg, str(old.path)) == "2026-08-31"


def test_a_run_that_acts_as_of_an_earlier_day_has_not_seen_anything_on_that_day(
    place: World, reg: Reg
) -> None:
    place.lands(ANNOUNCED, "Announce", on=date(2026, 6, 2))
    folder = clone(place)
    assert tells(reg, Path(folder), "2026-01-01T12:00Z") == 0
    assert place.ledger()["notified.json"]["at"].startswith("2026-06-01T12:00")
    assert earliest(reg, folder) == "2026-08-31"


@pytest.mark.long
@LONG
def test_a_damaged_ledger_is_no_reason_not_to_answer(place: World, reg: Reg) -> None:
    place.lands(ANNOUNCED, "Announce", on=date(2026, 6, 2))
    aside = Repo(place.hub.path.parent / "aside")
    aside.git("fetch", "--quiet", f"file://{place.hub.path}", "refs/reg/ledger")
    aside.git("checkout", "--quiet", "FETCH_HEAD")
    aside.commit({"notified.json": "{", f"clock/{'a' * 40}.json": "[" * 9_999}, "Damage")
    aside.git("push", "--quiet", f"file://{place.hub.path}", "HEAD:refs/reg/ledger")
    assert earliest(reg, clone(place)) == "2026-08-31"


def _writes(place: World, files: dict[str, str], *, on: date = date(2026, 6, 5)) -> None:
    """Somebody who may push writes the ledger by hand."""
    aside = Repo(place.hub.path.parent / f"aside-{len(files)}-{on}")
    aside.git("fetch", "--quiet", f"file://{place.hub.path}", "refs/reg/ledger")
    aside.git("checkout", "--quiet", "FETCH_HEAD")
    aside.commit(dict(files), "Write", on=on)
    aside.git("push", "--quiet", f"file://{place.hub.path}", "HEAD:refs/reg/ledger")


def _receipt(not_after: str, not_before: str | None = None) -> str:
    value = {"not_after": not_after, "run": "", "pull_request": ""}
    return json.dumps(value | ({"not_before": not_before} if not_before else {}))


@pytest.mark.parametrize(
    ("not_after", "not_before", "rule"),
    [
        ("2020-01-01T00:00:00Z", None, "time-ahead"),
        ("2020-01-01T00:00:00Z", "2019-01-01T00:00:00Z", "time-ahead"),
        ("2026-06-05T12:00:00Z", "2026-06-05T13:00:00Z", "receipt-doubtful"),
        ("2031-01-01T00:00:00Z", "2030-01-01T00:00:00Z", "receipt-doubtful"),
    ],
)
def test_a_receipt_written_by_hand_shortens_no_window_and_is_an_error(
    place: World, reg: Reg, not_after: str, not_before: str | None, rule: str
) -> None:
    place.lands(ANNOUNCED, "Announce", on=date(2026, 6, 2))
    head = place.shop.git("rev-parse", "HEAD")
    _writes(place, {f"clock/{head}.json": _receipt(not_after, not_before)})
    folder = clone(place)
    assert earliest(reg, folder) >= "2026-08-31"
    assert (rule, "error") in warned(reg, folder)


def test_a_receipt_for_every_landing_ends_no_window_early(place: World, reg: Reg) -> None:
    place.lands(ANNOUNCED, "Announce", on=date(2026, 6, 2))
    line = place.shop.git("rev-list", "--first-parent", "HEAD").split()
    _writes(place, {f"clock/{each}.json": _receipt("2019-01-01T00:00:00Z") for each in line})
    assert earliest(reg, clone(place)) == "2026-08-31"


@pytest.mark.parametrize("how", ["deleted", "emptied"])
def test_who_takes_the_ledger_away_takes_back_nothing_that_a_clone_has_seen(
    place: World, reg: Reg, how: str
) -> None:
    place.lands(ANNOUNCED, "Announce", on=date(2026, 3, 2))
    assert tells(reg, place.clone(), "2026-06-02T12:00Z") == 0
    folder = clone(place)
    assert earliest(reg, folder) == "2026-08-30"
    here = Repo(Path(folder))
    if how == "deleted":
        here.git("update-ref", "-d", "refs/reg/ledger")
    else:
        tree = here.git("mktree")
        here.git("update-ref", "refs/reg/ledger", here.git("commit-tree", tree, "-m", "Empty"))
    assert earliest(reg, folder) == "2026-08-30"
    assert warned(reg, folder) == [("time-backdated", "warning")]
