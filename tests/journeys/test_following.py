"""`reg notify` where the policy wants issues: people are told, and each deprecation is followed."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Repo
    from tests.doubles.github import GitHub

    Reg = Callable[..., tuple[int, str, str]]

ORDER = "products/orders/schemas/order"
SAID = "products/orders/deprecations/mail.yaml"
FIRST = {
    "registry.yaml": "version: 1\ndeprecation: {window: 30d}\nnotify: {issues: true}\n",
    "products/orders/product.yaml": "title: Orders\nowner: {team: checkout}\nschemas: {order: {}}\n",
    "products/orders/consumers/billing.yaml": (
        "team: billing\nuses: [{schema: orders/order, fields: [mail]}]\n"
    ),
}
ENDS = "target: orders/order#mail\nsunset: 2026-05-01\nreason: It goes.\n"


def schema(*fields: str) -> str:
    properties = {name: {"type": "string"} for name in fields}
    return json.dumps({"type": "object", "properties": properties}, indent=2) + "\n"


@pytest.fixture
def shop(repo: Repo, github: GitHub, monkeypatch: pytest.MonkeyPatch) -> Repo:
    for name, value in github.environment.items():
        monkeypatch.setenv(name, value)
    repo.commit(FIRST | {f"{ORDER}/1.0.0.json": schema("id", "mail")}, on=date(2026, 3, 1))
    return repo


def open_issues(github: GitHub) -> dict[str, str]:
    """What the open ones say, by title."""
    return {
        each["title"]: each["body"] for each in github.issues.values() if each["state"] == "open"
    }


BOARD = "Schema registry: sunsets, waivers and deliveries"


def test_a_deprecation_is_followed_from_its_landing_to_the_fields_end(
    shop: Repo, github: GitHub, reg: Reg
) -> None:
    def notify(day: str) -> int:
        return reg("notify", "--reminders", "-C", str(shop.path), "--today", day)[0]

    assert notify("2026-03-01") == 0
    assert list(open_issues(github)) == [BOARD]

    shop.commit({SAID: ENDS}, on=date(2026, 3, 2))
    assert notify("2026-03-02") == 0
    issues = open_issues(github)
    assert list(issues) == [BOARD, "orders/order#mail ends on 2026-05-01"]
    assert "**billing** reads `mail`" in issues["orders/order#mail ends on 2026-05-01"]
    assert "| 2026-05-01 | `orders/order#mail` |  | billing | #102 |" in issues[BOARD]

    before = github.asked()
    assert notify("2026-03-03") == 0
    assert github.asked() == before

    assert notify("2026-05-02") == 0
    assert "orders/order#mail can be removed since 2026-05-01, and still exists" in open_issues(
        github
    )

    shop.commit({f"{ORDER}/1.1.0.json": schema("id")}, on=date(2026, 5, 3))
    assert notify("2026-05-03") == 0
    assert list(open_issues(github)) == [BOARD]
    assert (github.issues[102]["title"], github.issues[102]["state_reason"]) == (
        "orders/order#mail is gone",
        "completed",
    )


def test_a_withdrawal_closes_and_another_announcement_opens_again(
    shop: Repo, github: GitHub, reg: Reg
) -> None:
    def landed(text: str | None, day: int) -> dict[str, str]:
        shop.write({SAID: text})
        shop.git("add", "--all")
        shop.git("commit", "--quiet", "-m", "Change", on=date(2026, 3, day))
        assert reg("notify", "-C", str(shop.path), "--today", f"2026-03-{day:02}")[0] == 0
        return open_issues(github)

    assert "orders/order#mail ends on 2026-05-01" in landed(ENDS, 2)
    assert list(landed(None, 3)) == [BOARD]
    assert "Withdrawn:" in github.issues[101]["body"]
    again = landed(ENDS.replace("2026-05-01", "2026-06-01"), 4)
    assert "orders/order#mail ends on 2026-06-01" in again
    assert len(github.issues) == 2


def test_what_github_refuses_is_said_and_everything_else_is_done(
    shop: Repo, github: GitHub, reg: Reg
) -> None:
    github.fault("POST", "/issues", status=422, message="looks like spam")
    code, out, err = reg("notify", "-C", str(shop.path), "--today", "2026-03-01")
    assert (code, out) == (1, "")
    assert f"reg: not opened: {BOARD}: GitHub refuses (422): looks like spam\n" in err
    assert reg("notify", "-C", str(shop.path), "--today", "2026-03-01")[0] == 0
    assert list(open_issues(github)) == [BOARD]
