"""`--at REV|DATE`: every command that takes it shows the registry as it stood."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from tests.stories import Shop, landed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Reg = Callable[..., tuple[int, str, str]]

LANDINGS = [
    ("2026-01-10", "deprecate orders/order#email 2026-05-01"),
    ("2026-02-01", "release 1.1.0 with note=string"),
    ("2026-03-01", "release 1.2.0 without total"),
    ("2026-05-02", "release 1.3.0 without email"),
]
LATER = "2026-12-01"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    landed(LANDINGS, "release 1.4.0 with more=string", Shop()).write(tmp_path / "shop.git")
    return tmp_path / "shop.git"


@pytest.fixture
def ask(repository: Path, reg: Reg) -> Callable[..., Any]:
    """Runs a command; its JSON."""

    def run(command: str, *arguments: str) -> Any:
        _, out, err = reg(command, "-C", str(repository), "--format", "json", *arguments)
        assert err == ""
        return json.loads(out)

    return run


@pytest.mark.parametrize("at", ["main~2", "2026-02-28", "2026-02-01"])
def test_every_command_shows_the_same_past(ask: Callable[..., Any], at: str) -> None:
    (product,) = ask("list", "--at", at)
    assert [each["version"] for each in product["schemas"][0]["versions"]] == ["1.0.0", "1.1.0"]
    shown = ask("show", "orders/order", "--at", at)
    assert shown["versions"] == ["1.0.0", "1.1.0"]
    status = ask("status", "orders/order#email", "--at", at, "--today", "2026-02-28")
    assert (status["state"], status["earliest"]) == ("deprecated", "2026-05-01")
    assert [each["target"] for each in ask("log", "--kind", "version", "--at", at)["facts"]] == [
        "orders/order@1.1.0",
        "orders/order@1.0.0",
    ]
    checked = ask("check", "--at", at)
    assert [each["version"] for each in checked["versions"]] == ["1.1.0"]
    assert checked["verdict"] == "pass"


def test_what_stood_then_is_told_as_of_then(
    ask: Callable[..., Any], repository: Path, reg: Reg
) -> None:
    git = ("git", "-C", str(repository))
    subprocess.run([*git, "branch", "20260601", "main~1"], check=True)  # a name, and no day
    for at, today in (
        ("2026-04-30", "2026-04-30"),
        ("main~1", "2026-03-01"),
        ("20260601", "2026-03-01"),
    ):
        status = ask("status", "orders/order#email", "--at", at)
        assert (status["state"], status["today"]) == ("deprecated", today)
        assert ask("when", "orders/order#email", "--at", at) == status
        ends = ask("sunsets", "--at", at)["sunsets"]
        assert [each["state"] for each in ends] == ["deprecated"]
    assert ask("status", "orders/order#email", "--at", "2026-05-01")["state"] == "sunset"
    later = ask("status", "orders/order#email", "--at", "main~1", "--today", LATER)
    assert (later["state"], later["today"]) == ("sunset", LATER)
    drawn = [
        reg("timeline", "-C", str(repository), "--at", "main~1", *day)[1]
        for day in ((), ("--today", "2026-03-01"), ("--today", LATER))
    ]
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_landing_is_judged_as_of_its_own_day(ask: Callable[..., Any]) -> None:
    broke = ask("check", "--at", "main~1")
    assert (broke["verdict"], broke["today"]) == ("fail", "2026-03-01")
    same = ask("check", "--base", "main~2", "--head", "main~1", "--today", "2026-03-01")
    assert same.pop("today_given") is True
    assert {**broke, "base": "", "head": ""} == {**same, "base": "", "head": ""}
    gone = ask("check", "--at", "main")
    assert {each["rule"] for each in gone["findings"]} >= {"removed-at-sunset"}
    assert ask("check", "--at", "2026-03-20")["today"] == "2026-03-20"
    assert ask("check", "--at", "main~1", "--today", LATER)["today"] == LATER


def test_the_first_landing_and_one_that_never_was_are_judged_too(
    ask: Callable[..., Any], repository: Path, reg: Reg
) -> None:
    first = ask("check", "--at", "2026-01-01")
    assert [each["version"] for each in first["versions"]] == ["1.0.0"]
    never = ask("check", "--at", "change", "--today", LATER)
    assert [each["version"] for each in never["versions"]] == ["1.4.0"]
    everything = ask("check", "--at", "main~1", "--all")
    assert [each["version"] for each in everything["versions"]] == ["1.0.0", "1.1.0", "1.2.0"]
    for wrong, said in (
        (("--at", "2025-12-31"), "nothing had landed by 2025-12-31"),
        (("--at", "nowhere"), "there is no commit 'nowhere'"),
        (("--at", "main", "--head", "main"), "--at says already what is compared"),
    ):
        code, out, err = reg("check", "-C", str(repository), *wrong)
        assert (code, out) == (2, "")
        assert said in err
