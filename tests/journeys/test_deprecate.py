"""The life of a promise by commands: announced, moved, withdrawn, over; committed, pushed, proposed."""

from __future__ import annotations

import json
import os
import re
import shlex
import stat
from datetime import date
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from schemareg.reports.views.json_schemas import schema_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ORDER = "products/orders/schemas/order"
SAID = "products/orders/deprecations"
FIRST = """{
  "type": "object",
  "properties": {
    "id": {"type": "string"},
    "note": {"type": "string"},
    "state": {"enum": ["NEW", "LOST", "DONE"]}
  },
  "required": ["id", "note"]
}
"""
PRODUCT = "title: Orders\nowner: {team: checkout}\nschemas: {order: {}}\n"
BILLING = """\
team: billing
contact: billing@example.com
uses:
  - {schema: orders/order, versions: "^1", fields: [id, note]}
"""
NOTE = "orders/order#note"
LANDED = ("--today", "2026-03-01")


@pytest.fixture
def shop(repo: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A registry with orders/order 1.0.0 landed on 2026-03-01, and one consumer; on main."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2026-03-02T12:00:00Z")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-03-02T12:00:00Z")
    repo.git("config", "user.name", "Grace Hopper")
    repo.git("config", "user.email", "grace@example.com")
    repo.commit(
        {
            "registry.yaml": "version: 1\n",
            "products/orders/product.yaml": PRODUCT,
            "products/orders/consumers/billing.yaml": BILLING,
            f"{ORDER}/1.0.0.json": FIRST,
        },
        "Add orders",
    )
    monkeypatch.chdir(repo.path)
    return repo


def land(shop: Any, on: date, branch: str = "topic") -> None:
    """What stands in the tree lands on main by a merge on that day."""
    if shop.git("rev-parse", "--abbrev-ref", "HEAD") == "main":
        shop.branch(branch)
        shop.git("add", "--all")
        shop.git("commit", "--quiet", "-m", "Change", on=on)
    else:
        branch = shop.git("rev-parse", "--abbrev-ref", "HEAD")
    shop.checkout("main")
    shop.merge(branch, on=on)
    shop.git("branch", "--quiet", "-D", branch)


def test_a_field_is_announced_waited_for_and_taken_out(shop: Any, reg: Callable[..., Any]) -> None:
    code, out, err = reg("deprecate", NOTE, "--reason", "Always: empty.", *LANDED)
    assert (code, err) == (0, "")
    assert out == (
        f"wrote {SAID}/order-note.yaml\n\n"
        "orders/order#note is going\n"
        "  on landing  the window of a stable product, 90 days, begins\n"
        "  2026-03-08  the last day to land; later, the check refuses the sunset as too early\n"
        "  2026-06-06  sunset: from here on a new version can omit it: reg retire orders/order#note\n"
        "1 registered consumer of orders/order#note:\n"
        "  billing  billing@example.com  note ^1\n"
    )
    assert (shop.path / SAID / "order-note.yaml").read_text("utf-8") == (
        f'target: {NOTE}\nsunset: 2026-06-06\nreason: "Always: empty."\n'
    )
    assert reg("check", *LANDED)[0] == 0
    land(shop, date(2026, 3, 5))

    code, out, err = reg("retire", NOTE, "--today", "2026-06-05")
    assert (code, out) == (2, "")
    assert (
        "'orders/order#note' may go from 2026-06-06 on, not on 2026-06-05: landed 2026-03-05" in err
    )
    assert "1 day left\n  Keep it until then: reg when orders/order#note\n" in err
    assert not (shop.path / ORDER / "1.1.0.json").exists()

    code, out, err = reg("retire", NOTE, "--today", "2026-06-06")
    assert (code, out.splitlines()[0]) == (0, f"wrote {ORDER}/1.1.0.json")
    assert (shop.path / ORDER / "1.1.0.json").read_text("utf-8") == FIRST.replace(
        '    "note": {"type": "string"},\n', ""
    ).replace('"id", "note"', '"id"')
    code, out, _ = reg("check", "--format", "json", "--today", "2026-06-06")
    assert code == 0
    assert {each["rule"] for each in json.loads(out)["findings"]} == {"removed-at-sunset"}
    assert reg("check", "--today", "2026-06-05")[0] == 1


def test_what_a_finding_says_to_run_still_stands_once_it_was_reviewed(
    shop: Any, reg: Callable[..., Any]
) -> None:
    draft = f"{ORDER}/1.1.0.json"
    shop.write({draft: FIRST.replace('"LOST", ', "")})
    code, out, _ = reg("check", "--format", "json", *LANDED)
    assert code == 1
    told = " ".join(each["remedy"] for each in json.loads(out)["findings"])
    command = re.search(r"reg (deprecate .*?) …", told)
    assert command is not None
    assert reg(*shlex.split(command[1]), "Nobody sets it.", *LANDED)[0] == 0
    shop.write({draft: None})
    for day in ("2026-03-01", "2026-03-07", "2026-03-08"):
        assert reg("check", "--today", day)[0] == 0, day
    land(shop, date(2026, 3, 8))
    shop.write({draft: FIRST.replace('"LOST", ', "")})
    assert reg("check", "--today", "2026-06-06")[0] == 0


def test_two_things_that_are_over_leave_with_one_version(
    shop: Any, reg: Callable[..., Any]
) -> None:
    for target in (NOTE, "orders/order#state=LOST"):
        assert reg("deprecate", target, "--in", "90d", "--reason", "x", *LANDED)[0] == 0
    assert sorted(path.name for path in (shop.path / SAID).iterdir()) == [
        "order-note.yaml",
        "order-state=LOST.yaml",
    ]
    land(shop, date(2026, 3, 1))
    assert reg("retire", NOTE, "--today", "2026-06-01")[0] == 0
    assert reg("retire", "orders/order#state=LOST", "--today", "2026-06-01")[0] == 0
    assert sorted(path.name for path in (shop.path / ORDER).iterdir()) == [
        "1.0.0.json",
        "1.1.0.json",
    ]
    left = json.loads((shop.path / ORDER / "1.1.0.json").read_text("utf-8"))
    assert left["properties"] == {"id": {"type": "string"}, "state": {"enum": ["NEW", "DONE"]}}
    assert reg("check", "--today", "2026-06-01")[0] == 0
    code, _, err = reg("retire", NOTE, "--today", "2026-06-01")
    assert (code, err.splitlines()[0]) == (2, "reg: orders/order@1.1.0 has no field 'note'")


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("orders", "The files of the product stay"),
        ("orders/order", "The files of the schema stay"),
        ("orders/order@1", "Its files stay"),
        ("orders/order@1.0.0", "Its file stays"),
    ],
)
def test_what_landed_stays_and_its_end_is_told(
    target: str, says: str, shop: Any, reg: Callable[..., Any]
) -> None:
    assert reg("deprecate", target, "--reason", "Replaced.", *LANDED)[0] == 0
    land(shop, date(2026, 3, 1))
    assert reg("retire", target, "--today", "2026-06-05")[0] == 2
    code, out, _ = reg("retire", target, "--today", "2026-06-06")
    assert code == 0
    assert f"It is no longer promised. {says}" in out
    assert shop.git("status", "--short") == ""


def test_a_sunset_is_moved_and_the_rest_of_the_file_stays(
    shop: Any, reg: Callable[..., Any]
) -> None:
    path = shop.path / SAID / "order-note.yaml"
    shop.commit(
        {
            f"{SAID}/order-note.yaml": f"# why\ntarget: {NOTE}\r\nsunset: '2026-06-30' # ok\nreason: x\n"
        }
    )
    code, out, _ = reg("extend", NOTE, "--sunset", "2026-07-31", *LANDED)
    assert code == 0
    assert "orders/order#note can be removed from 2026-07-31 on, not from 2026-06-30 on\n" in out
    assert path.read_bytes() == (
        f"# why\ntarget: {NOTE}\r\nsunset: '2026-07-31' # ok\nreason: x\n".encode()
    )
    shop.git("checkout", "--", ".")
    code, _, err = reg("extend", NOTE, "--sunset", "2026-06-29", "--today", "2026-04-01")
    assert code == 2
    assert "the first day that works is 2026-06-30\n  reg extend orders/order#note" in err
    assert reg("extend", NOTE, "--sunset", "2026-06-30", *LANDED)[2].startswith(
        f"reg: {SAID}/order-note.yaml: 'orders/order#note' goes from 2026-06-30 on already\n"
    )
    assert reg("extend", NOTE, "--open", *LANDED)[0] == 0
    assert "sunset" not in path.read_text("utf-8")
    assert reg("extend", NOTE)[2].startswith(
        "reg: invalid value for --sunset: give a day, or --open"
    )


def test_a_withdrawal_says_what_is_lost_and_is_refused_once_it_is_history(
    shop: Any, reg: Callable[..., Any]
) -> None:
    assert reg("deprecate", NOTE, "--in", "90d", "--reason", "x", *LANDED)[0] == 0
    code, out, _ = reg("undeprecate", NOTE, "--dry-run", *LANDED)
    assert (code, "had not landed, so no time is lost" in out) == (0, True)
    land(shop, date(2026, 3, 1))
    code, out, err = reg("undeprecate", NOTE, "--today", "2026-05-30")
    assert (code, out) == (2, "")
    assert "has come to its sunset, and what explains that stays: landed 2026-03-01" in err
    assert (shop.path / SAID / "order-note.yaml").exists()
    code, out, _ = reg("undeprecate", NOTE, "--today", "2026-05-29")
    assert code == 0
    assert out.startswith(f"removed {SAID}/order-note.yaml\n")
    assert "Its window began on 2026-03-01. The 89 days that have run are lost" in out
    assert reg("check", "--today", "2026-05-29")[0] == 0
    assert reg("undeprecate", NOTE)[2].startswith(
        "reg: no deprecation announces the removal of 'orders/order#note'\n"
    )


REFUSED = {
    "a field that is not there": (
        "deprecate orders/order#nite --reason x",
        "orders/order@1.0.0 has no field 'nite'",
        "Did you mean orders/order#note?",
    ),
    "a product that is not there": (
        "deprecate ordrs --reason x",
        "there is no product 'ordrs'",
        "Did you mean orders?",
    ),
    "a value that is not there": (
        "deprecate orders/order#state=LOTS --reason x",
        "'state' has no value 'LOTS'",
        "Did you mean 'LOST'?",
    ),
    "a line that is not there": (
        "deprecate orders/order@2 --reason x",
        "orders/order has no version 2.x",
        "It has '1.0.0'",
    ),
    "what is no target": (
        "deprecate orders#note --reason x",
        "'orders#note' is not a target: a version or a field needs a schema",
        "Write product",
    ),
    "a window that is too short": (
        "deprecate orders/order#note --sunset 2026-05-29 --reason x",
        "89 days after this lands, the policy gives readers 90; the first day that works is 2026-05-30",
        "reg deprecate orders/order#note --sunset 2026-05-30 --reason …",
    ),
    "a day that is past": (
        "deprecate orders/order#note --sunset 2020-02-29 --reason x",
        "sunset 2020-02-29 is 2192 days before this lands",
        "--sunset 2026-05-30",
    ),
    "a day that the calendar does not have": (
        "deprecate orders/order#note --sunset 2027-02-29 --reason x",
        "invalid value for '--sunset': '2027-02-29' is not a day, such as 2026-11-22",
        "reg deprecate --help",
    ),
    "a span that is none": (
        "deprecate orders/order#note --in 3m --reason x",
        "invalid value for '--in': '3m' is not a span of days, such as 90d or 2w",
        "reg deprecate --help",
    ),
    "no window at all": (
        "deprecate orders/order#note --in 0d --reason x",
        "sunset 2026-03-01 is the day on which this lands",
        "--sunset 2026-05-30",
    ),
    "two days at once": (
        "deprecate orders/order#note --in 90d --open --reason x",
        "--in and --open contradict each other",
        "Give one",
    ),
    "no reason": (
        "deprecate orders/order#note --reason=",
        "a deprecation needs a reason",
        "Say why",
    ),
    "a replacement that is gone": (
        "deprecate orders/order#note --replacement orders/order#remark --reason x",
        "orders/order@1.0.0 has no field 'remark'",
        "reg show orders/order",
    ),
    "a replacement that is the thing itself": (
        "deprecate orders/order#note --replacement orders/order#note --reason x",
        "orders/order#note → orders/order#note",
        "",
    ),
    "two things at once": (
        "deprecate orders/order#note --sunset 2026-03-02 --replacement orders/nothing --reason x",
        "'orders' has no schema 'nothing'; and sunset 2026-03-02 is 1 day after this lands",
        "--sunset 2026-05-30",
    ),
    "a guarantee of what is no field": (
        "deprecate orders/order --loosens required --reason x",
        "required is a guarantee of a field, and 'orders/order' is none",
        "Name a field",
    ),
    "a day for what nobody announced": (
        "extend orders/order#note --sunset 2027-01-01",
        "no deprecation announces the removal of 'orders/order#note'",
        "reg deprecate orders/order#note",
    ),
    "the end of what nobody announced": (
        "retire orders/order#note",
        "no deprecation announces the removal of 'orders/order#note'",
        "reg deprecate orders/order#note",
    ),
}


@pytest.mark.parametrize(("call", "complaint", "mend"), REFUSED.values(), ids=REFUSED)
def test_what_the_check_would_refuse_is_refused_before_it_is_written(
    call: str, complaint: str, mend: str, shop: Any, reg: Callable[..., Any]
) -> None:
    day = () if "--help" in mend else LANDED
    code, out, err = reg(*call.split(" "), *day)
    assert (code, out) == (2, "")
    assert complaint in err
    assert mend in err
    assert shop.git("status", "--short") == ""


def test_the_day_that_a_finding_asks_for_is_set_by_the_command_that_it_names(
    shop: Any, reg: Callable[..., Any]
) -> None:
    shop.write(
        {
            f"{SAID}/a.yaml": "target: orders/order#note\nsunset: 2026-03-02\nreason: x\n",
            f"{SAID}/b.yaml": "target: orders/order#state=LOST\nsunset: 2026-03-03\n"
            "loosens: values\nreason: y\n",
        }
    )
    code, out, _ = reg("check", "--format", "json", *LANDED)
    mends = [each["remedy"] for each in json.loads(out)["findings"] if each["severity"] == "error"]
    assert (code, mends) == (
        1,
        [
            "reg extend orders/order#note --sunset 2026-05-30",
            "reg extend orders/order#state=LOST --loosens values --sunset 2026-05-30",
        ],
    )
    for mend in mends:
        assert reg(*mend.split()[1:], *LANDED)[0] == 0
    assert reg("check", *LANDED)[0] == 0


def test_a_second_announcement_of_one_target_is_refused(shop: Any, reg: Callable[..., Any]) -> None:
    for more in ((), ("--loosens", "required")):
        assert reg("deprecate", NOTE, "--reason", "x", *more, *LANDED)[0] == 0
        code, _, err = reg("deprecate", NOTE, "--reason", "y", "--open", *more, *LANDED)
        assert code == 2
        assert "'orders/order#note' is deprecated already, from 2026-06-06\n" in err
    code, _, err = reg("undeprecate", NOTE, "--loosens", "values", *LANDED)
    assert (code, "no deprecation announces that 'orders/order#note' loosens values" in err) == (
        2,
        True,
    )
    assert reg("undeprecate", NOTE, "--loosens", "required", *LANDED)[0] == 0
    assert sorted(path.name for path in (shop.path / SAID).iterdir()) == ["order-note.yaml"]


@pytest.mark.parametrize(
    ("span", "sunset"),
    [("90d", "2028-05-29"), ("14w", "2028-06-06"), ("9999w", "2219-10-19")],
)
def test_spans_run_over_leap_days_and_centuries(
    span: str, sunset: str, shop: Any, reg: Callable[..., Any]
) -> None:
    assert reg("deprecate", NOTE, "--in", span, "--reason", "x", "--today", "2028-02-29")[0] == 0
    assert f"\nsunset: {sunset}\n" in (shop.path / SAID / "order-note.yaml").read_text("utf-8")


def test_a_product_that_promises_nothing_has_no_window(shop: Any, reg: Callable[..., Any]) -> None:
    draft = PRODUCT.replace("owner", "stability: draft\nowner")
    shop.commit(
        {"products/trial/product.yaml": draft, "products/trial/schemas/order/1.0.0.json": FIRST}
    )
    code, out, _ = reg("deprecate", "trial/order#note", "--in", "0d", "--reason", "x", *LANDED)
    assert code == 0
    assert "  on landing  there is no window of a draft product\n  2026-03-01  sunset:" in out
    code, out, _ = reg("retire", "trial/order#note", *LANDED)
    assert code == 0
    assert "trial/order#note belongs to a draft product, which promises nothing yet\n" in out


def test_time_never_runs_backwards(shop: Any, reg: Callable[..., Any]) -> None:
    """A landing that claims the future is believed; what lands after it is dated no earlier."""
    shop.commit({"registry.yaml": "version: 1\n# edited\n"}, on=date(2026, 4, 1))
    code, out, _ = reg("deprecate", NOTE, "--reason", "x", *LANDED)
    assert code == 0
    assert "2026-07-07  sunset" in out
    assert "Mind: the last landing is dated 2026-04-01, after 2026-03-01." in out


def test_the_protected_branch_may_be_called_otherwise(shop: Any, reg: Callable[..., Any]) -> None:
    shop.git("branch", "--move", "main", "trunk")
    shop.commit({"registry.yaml": "version: 1\nprotected-branch: trunk\n"})
    code, _, err = reg("deprecate", NOTE, "--reason", "x", "--commit", *LANDED)
    assert (code, err.splitlines()[0]) == (
        2,
        "reg: 'trunk' is the protected branch: changes land there by pull request",
    )
    assert reg("deprecate", NOTE, "--reason", "x", "--branch", "main", *LANDED)[0] == 0


def test_a_shallow_clone_cannot_tell_and_names_the_fetch(
    shop: Any, make_repo: Any, reg: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.commit({"registry.yaml": "version: 1\n# edited\n"})
    clone = make_repo("empty").path.parent / "shallow"
    shop.git("clone", "--quiet", "--depth=1", f"file://{shop.path}", str(clone))
    monkeypatch.chdir(clone)
    code, _, err = reg("deprecate", NOTE, "--reason", "x", *LANDED)
    assert (code, "git fetch --unshallow" in err) == (3, True)


# -- committing -------------------------------------------------------------------------------


def state(shop: Any) -> tuple[str, ...]:
    """Everything that a command must not touch besides its own file."""
    return (
        shop.git("status", "--porcelain=v1", "--untracked-files=all"),
        shop.git("diff", "--cached"),
        shop.git("diff"),
        shop.git("branch", "--list"),
        shop.git("rev-parse", "HEAD"),
        (shop.path / ".git" / "HEAD").read_text("utf-8"),
    )


def untidy(shop: Any) -> None:
    """Somebody's work: staged, half staged, not staged, not known."""
    shop.write({"notes.md": "one\n", "other.md": "one\n", "half.md": "one\n"})
    shop.git("add", "other.md", "half.md")
    shop.write({"half.md": "two\n", "registry.yaml": "version: 1\n# mine\n"})


def test_a_commit_takes_the_one_file_and_nothing_else(shop: Any, reg: Callable[..., Any]) -> None:
    shop.branch("mine")
    untidy(shop)
    before = state(shop)[:3]
    code, out, err = reg(
        *("deprecate", NOTE, "--reason", "Always empty.\n# really", "--sunset", "2026-08-01"),
        *("--migration", "https://example.com/x", "--commit", *LANDED),
    )
    assert (code, err) == (0, "")
    commit = shop.git("rev-parse", "--short=7", "HEAD")
    assert out.startswith(f"wrote {SAID}/order-note.yaml\ncommitted {commit} on mine\n\n")
    assert state(shop)[:3] == before
    assert shop.git("show", "--format=%an <%ae>%n%B", "--name-only", "HEAD") == (
        "Grace Hopper <grace@example.com>\n"
        "Deprecate orders/order#note (sunset 2026-08-01)\n\n"
        "Always empty.\n# really\n\nHow to migrate: https://example.com/x\n\n"
        f"\n{SAID}/order-note.yaml"
    )


def test_a_new_branch_begins_with_the_commit_and_takes_nothing_along(
    shop: Any, reg: Callable[..., Any]
) -> None:
    untidy(shop)
    before, tip = state(shop)[:3], shop.git("rev-parse", "main")
    code, _, err = reg("deprecate", NOTE, "--reason", "x", "--branch", "drop/note", *LANDED)
    assert (code, err) == (0, "")
    assert state(shop)[:3] == before
    assert shop.git("rev-parse", "--abbrev-ref", "HEAD") == "drop/note"
    assert shop.git("rev-list", "main..drop/note", "--count") == "1"
    assert shop.git("rev-parse", "main") == tip
    shop.git("checkout", "--quiet", "-")  # the reflog knows where one came from
    assert shop.git("rev-parse", "--abbrev-ref", "HEAD") == "main"


def test_an_edit_and_a_withdrawal_are_committed_too(shop: Any, reg: Callable[..., Any]) -> None:
    shop.branch("mine")
    assert reg("deprecate", NOTE, "--reason", "x", "--commit", *LANDED)[0] == 0
    assert reg("extend", NOTE, "--sunset", "2026-08-01", "--commit", *LANDED)[0] == 0
    assert reg("undeprecate", NOTE, "--commit", *LANDED)[0] == 0
    assert shop.git("log", "--format=%s", "main..").splitlines() == [
        "Keep orders/order#note: withdraw its deprecation",
        "Extend orders/order#note (sunset 2026-08-01, was 2026-06-06)",
        "Deprecate orders/order#note (sunset 2026-06-06)",
    ]
    assert shop.git("status", "--short") == ""


def hook(shop: Any, name: str, text: str) -> None:
    path = shop.path / ".git" / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_hooks_are_asked_and_a_refusal_leaves_everything_as_it_was(
    shop: Any, reg: Callable[..., Any]
) -> None:
    untidy(shop)
    hook(shop, "pre-commit", "echo no announcements on Sundays >&2; exit 1")
    before = state(shop)
    code, out, err = reg("deprecate", NOTE, "--reason", "x", "--branch", "topic", *LANDED)
    assert (code, out) == (2, "")
    assert err.startswith("reg: git did not make the commit: no announcements on Sundays\n")
    assert state(shop) == before
    assert not (shop.path / SAID).exists()

    shop.git("checkout", "--quiet", "--detach")
    before = state(shop)
    assert reg("deprecate", NOTE, "--reason", "x", "--branch", "topic", *LANDED)[0] == 2
    assert state(shop) == before


def test_a_refused_edit_and_withdrawal_leave_the_file_as_it_was(
    shop: Any, reg: Callable[..., Any]
) -> None:
    shop.branch("mine")
    assert reg("deprecate", NOTE, "--reason", "x", "--commit", *LANDED)[0] == 0
    hook(shop, "commit-msg", "exit 1")
    before = state(shop)
    assert reg("extend", NOTE, "--sunset", "2026-08-01", "--commit", *LANDED)[0] == 2
    assert reg("undeprecate", NOTE, "--commit", *LANDED)[0] == 2
    assert state(shop) == before


def merging(shop: Any) -> None:
    shop.branch("one")
    shop.commit({"notes.md": "one\n"})
    shop.checkout("main")
    shop.branch("two")
    shop.commit({"notes.md": "two\n"})
    shop.git("merge", "one", fails=True)


def rebasing(shop: Any) -> None:
    merging(shop)
    shop.git("merge", "--abort")
    shop.git("rebase", "one", fails=True)


def nobody(shop: Any) -> None:
    shop.branch("mine")
    shop.git("config", "--unset", "user.email")
    shop.git("config", "user.useConfigOnly", "true")


def touched(shop: Any) -> None:
    shop.branch("mine")
    shop.write({f"{SAID}/order-note.yaml": "x"})
    shop.git("add", "--all")
    shop.git("rm", "--quiet", "--cached", f"{SAID}/order-note.yaml")
    (shop.path / SAID / "order-note.yaml").unlink()
    shop.write({f"{SAID}/order-note.yaml": "gone: soon"})
    shop.git("add", "--all")
    (shop.path / SAID / "order-note.yaml").unlink()


BAD_DAYS: dict[str, tuple[Callable[[Any], Any], str, str, str]] = {
    "on the protected branch": (
        lambda _shop: None,
        "--commit",
        "'main' is the protected branch: changes land there by pull request",
        "--branch deprecate/order-note",
    ),
    "with no branch checked out": (
        lambda shop: shop.git("checkout", "--quiet", "--detach"),
        "--commit",
        "no branch is checked out (HEAD is detached)",
        "--branch deprecate/order-note",
    ),
    "in the middle of a merge": (merging, "--commit", "a merge is under way here", "--abort"),
    "in the middle of a rebase": (rebasing, "--branch x", "a rebase is under way here", "--abort"),
    "with no author configured": (
        nobody,
        "--commit",
        "Git does not know who you are, so it cannot commit",
        "git config --global user.name",
    ),
    "where the very file is in the index": (
        touched,
        "--commit",
        "the file has uncommitted changes, which this commit must not include",
        "git stash",
    ),
    "on a branch that is there": (
        lambda shop: shop.git("branch", "topic"),
        "--branch topic",
        "the branch 'topic' already exists",
        "git switch topic",
    ),
    "on a branch that cannot be": (
        lambda _shop: None,
        "--branch a..b",
        "'a..b' is not a valid name for a branch",
        "Use letters",
    ),
    "with nowhere to push to": (
        lambda shop: shop.branch("mine"),
        "--push",
        "there is no remote to push to",
        "git remote add origin URL",
    ),
}


@pytest.mark.parametrize(("day", "options", "complaint", "mend"), BAD_DAYS.values(), ids=BAD_DAYS)
def test_on_a_bad_day_nothing_is_touched(
    day: Callable[[Any], Any],
    options: str,
    complaint: str,
    mend: str,
    shop: Any,
    reg: Callable[..., Any],
) -> None:
    day(shop)
    before = state(shop)
    code, out, err = reg("deprecate", NOTE, "--reason", "x", *options.split(" "), *LANDED)
    assert (code, out) == (2, "")
    assert complaint in err
    assert mend in err
    assert state(shop) == before
    assert not (shop.path / SAID / "order-note.yaml").exists()


def test_a_bare_repository_has_no_files_to_write_to(
    shop: Any, reg: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.git("clone", "--quiet", "--bare", ".", "../bare.git")
    monkeypatch.chdir(shop.path.parent / "bare.git")
    code, _, err = reg("deprecate", NOTE, "--reason", "x", *LANDED)
    assert (code, "a bare repository has no files to write to" in err) == (2, True)


# -- pushing and proposing --------------------------------------------------------------------


def test_a_branch_is_pushed_and_the_request_opened_where_gh_is(
    shop: Any, reg: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.git("init", "--quiet", "--bare", "../origin.git")
    shop.git("remote", "add", "origin", "../origin.git")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "gh").write_text(
        '#!/bin/sh\nprintf "%s\\n" "$@" > "$(dirname "$0")/asked"\n'
        "echo https://example.com/pull/7\n",
        encoding="utf-8",
    )
    (tools / "gh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    code, out, err = reg(
        "deprecate", NOTE, "--reason", "Always empty.", "--branch", "topic", "--pr", *LANDED
    )
    assert (code, err) == (0, "")
    assert "pushed topic to origin\nopened https://example.com/pull/7\n" in out
    assert (tools / "asked").read_text("utf-8").splitlines() == [
        *("pr", "create", "--head", "topic", "--base", "main"),
        *("--title", "Deprecate orders/order#note (sunset 2026-06-06)", "--body", "Always empty."),
    ]
    assert shop.git("rev-parse", "refs/remotes/origin/topic") == shop.git("rev-parse", "topic")
    assert shop.git("rev-parse", "--abbrev-ref", "topic@{upstream}") == "origin/topic"


def test_a_push_that_is_refused_keeps_the_commit_and_names_the_mend(
    shop: Any, reg: Callable[..., Any]
) -> None:
    shop.git("remote", "add", "origin", "https://ada:secret@127.0.0.1:9/shop.git")
    code, out, err = reg("deprecate", NOTE, "--reason", "x", "--branch", "topic", "--pr", *LANDED)
    assert code == 2
    assert "committed " in out
    assert "the commit is on 'topic', and git did not push it" in err
    assert "git push --set-upstream origin topic" in err
    assert "secret" not in out + err
    assert shop.git("log", "-1", "--format=%s", "topic").startswith("Deprecate ")


LINKS = {
    "git@github.com:org/data.git": "https://github.com/org/data/compare/main...a%2Fb?expand=1",
    "https://x:token@github.com/org/data": "https://github.com/org/data/compare/main...a%2Fb?expand=1",
    "ssh://git@git.example.com:2222/org/data.git": (
        "https://git.example.com/org/data/compare/main...a%2Fb?expand=1"
    ),
    "git@gitlab.com:group/sub/data.git": (
        "https://gitlab.com/group/sub/data/-/merge_requests/new"
        "?merge_request%5Bsource_branch%5D=a%2Fb"
    ),
    "../origin.git": None,
    "/srv/git/data.git": None,
    "C:\\git\\data": None,
    "file:///srv/git/data.git": None,
}


@pytest.mark.parametrize(("address", "link"), LINKS.items())
def test_without_gh_there_is_a_link_without_a_password(address: str, link: str | None) -> None:
    from schemareg.adapters.github.pull_requests import PullRequestDraft, link_of

    found = link_of(address, PullRequestDraft("main", "a/b", "Title & more", "Body"))
    if link is None or found is None:
        assert found is link
        return
    assert found.startswith(link)
    assert "Title%20%26%20more" in found or "Title+%26+more" in found
    assert len(link_of(address, PullRequestDraft("main", "a/b", "T", "x" * 9_000)) or "") < 200


# -- waivers ----------------------------------------------------------------------------------


def test_a_finding_is_accepted_for_a_time_and_then_no_more(
    shop: Any, reg: Callable[..., Any]
) -> None:
    shop.write({f"{ORDER}/1.1.0.json": FIRST.replace('    "note": {"type": "string"},\n', "")})

    def found(day: str) -> list[tuple[str, str]]:
        document = json.loads(reg("check", "--format", "json", "--today", day)[1])
        return [(each["rule"], each["fingerprint"]) for each in document["findings"]]

    [(rule, fingerprint), *_] = found("2026-03-01")
    code, _, err = reg("waive", "abcd1234", "--until", "2026-03-31", *LANDED)
    assert (code, f"It reports {fingerprint} ({rule}), " in err) == (2, True)
    asked = ("waive", fingerprint, "--until", "2026-03-31")
    code, _, err = reg(*asked, *LANDED)
    assert (code, err.splitlines()[0]) == (2, "reg: --reason: a waiver says why")
    code, out, err = reg("waive", fingerprint[:10], *asked[2:], "--reason", "no: reader", *LANDED)
    assert (code, err) == (0, "")
    path = f"products/orders/waivers/{fingerprint}.yaml"
    assert out.startswith(f"wrote {path}\n\nIt accepts {rule}, ")
    assert (shop.path / path).read_text("utf-8") == (
        f'fingerprint: {fingerprint}\nrule: {rule}\nreason: "no: reader"\n'
        "approver: Grace Hopper\nuntil: 2026-03-31\n"
    ).replace(f"fingerprint: {fingerprint}", _said(fingerprint))
    assert reg("check", *LANDED)[0] == 1, "a change cannot grant itself leave"
    code, out, _ = reg("waivers", *LANDED)
    assert (code, out.splitlines()[1].split()[:4]) == (
        0,
        ["proposed", "2026-03-31", "orders", fingerprint],
    )
    (shop.path / ORDER / "1.1.0.json").rename(shop.path.parent / "draft.json")
    land(shop, date(2026, 3, 2))
    (shop.path.parent / "draft.json").rename(shop.path / ORDER / "1.1.0.json")

    for day, state_, code in (("2026-03-31", "counts", 0), ("2026-04-01", "expired", 1)):
        told, out, _ = reg("waivers", "orders", "--format", "json", "--today", day)
        jsonschema.validate(json.loads(out), json.loads(schema_text("waivers")))
        assert (told, [each["state"] for each in json.loads(out)]) == (code, [state_])
        checked = reg("check", "--today", day)[1]
        assert ("A waiver has expired" in " ".join(checked.split())) is (code == 1)

    [ran_out] = [name for rule, name in found("2026-04-01") if rule == "waiver-expired"]
    again = ("waive", ran_out, "--until", "2026-05-01", "--reason", "x", "--today", "2026-04-01")
    code, _, err = reg(*again)
    assert (code, f"reg waive {fingerprint} --until …" in err) == (2, True)
    assert f"reg waive {ran_out}" not in reg("check", "--today", "2026-04-01")[1]

    code, out, _ = reg("waive", fingerprint, "--until", "2026-05-01", "--today", "2026-04-01")
    assert code == 0
    assert "before, it was valid until 2026-03-31" in " ".join(out.split())
    assert shop.git("diff", "--numstat") == f"1\t1\t{path}"
    code, out, _ = reg("waivers", "--today", "2026-04-01")
    assert code == 1
    assert [line.split()[0] for line in out.splitlines()[1:3]] == ["expired", "proposed"]


def test_a_waiver_that_would_not_land_by_itself_says_how_it_does(
    shop: Any, reg: Callable[..., Any]
) -> None:
    without = FIRST.replace('    "note": {"type": "string"},\n', "")
    shop.write({f"{ORDER}/1.1.0.json": without})
    found = json.loads(reg("check", "--format", "json", *LANDED)[1])["findings"]
    fingerprint, rule = found[0]["fingerprint"], found[0]["rule"]
    call = ("waive", fingerprint, "--until", "2026-03-31", "--reason", "r", *LANDED)
    code, _, err = reg(*call, "--branch", "alone")
    assert (code, err) == (0, "")
    shop.checkout("main")
    shop.branch("topic")
    shop.git("add", "--all")
    shop.git("commit", "--quiet", "-m", "Without the note")
    code, _, err = reg(*call, "--branch", "along")
    assert code == 0
    waiver = (shop.path / f"products/orders/waivers/{fingerprint}.yaml").read_text()
    _, switch, command = err.splitlines()
    assert f"waive {fingerprint} orders --rule {rule} --until 2026-03-31 " in command
    shop.git(*switch.split()[1:])
    words = [{"…": "r", "NAME": "by-itself"}.get(each, each) for each in command.split()[1:]]
    assert reg(*words, *LANDED)[::2] == (0, "")
    assert (shop.path / f"products/orders/waivers/{fingerprint}.yaml").read_text() == waiver
    assert shop.git("rev-list", "--count", "main..by-itself") == "1"


def _said(fingerprint: str) -> str:
    from schemareg.documents.yaml_scalar import scalar

    return f"fingerprint: {scalar(fingerprint)}"


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        ("waive abcd1234 --until 2027-01-01", "the check reports no finding 'abcd1234' here"),
        ("waive abcd1234 orders --until 2026-02-28 --reason x", "2026-02-28 is over"),
        ("waive abcd1234 ordrs --until 2027-01-01 --reason x", "there is no product 'ordrs'"),
        ("waive XYZ orders --until 2027-01-01 --reason x", "hexadecimal digits"),
        ("waive abcd1234 orders --until 2027-02-30 --reason x", "'2027-02-30' is not a day"),
    ],
)
def test_a_waiver_of_nothing_is_refused(
    call: str, complaint: str, shop: Any, reg: Callable[..., Any]
) -> None:
    code, out, err = reg(*call.split(" "), *LANDED)
    assert (code, out) == (2, "")
    assert complaint in err
    assert shop.git("status", "--short") == ""


def test_a_waiver_may_be_written_for_what_is_not_found_here(
    shop: Any, reg: Callable[..., Any]
) -> None:
    code, _, err = reg(
        *("waive", "12345678", "orders", "--until", "2026-03-01", "--reason", "x"),
        *("--rule", "field-removed", "--approver", "Ada", *LANDED),
    )
    assert (code, err) == (0, "")
    text = (shop.path / "products/orders/waivers/12345678.yaml").read_text("utf-8")
    assert text.startswith('fingerprint: "12345678"\nrule: field-removed\n')
    assert reg("validate")[0] == 0
    assert reg("waivers", "--today", "2026-03-02")[0] == 0, "what has not landed cannot run out"
