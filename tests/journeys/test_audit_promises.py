"""The audit sees every announced promise that was broken early, and excuses just what was waived."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from tests.stories import Shop, landed, parted, reviewed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONSUMER = "consumer billing reads email"
TOO_EARLY = {
    "a field": ["deprecate orders/order#email 2027-01-01", "release 1.1.0 without email"],
    "a child of an announced parent": [
        "deprecate orders/order#customer 2027-01-01",
        "release 1.1.0 without customer.phone",
    ],
    "a field of an announced schema": [
        "deprecate orders/order 2027-01-01",
        "release 1.1.0 without email",
    ],
    "a field of an announced line": [
        "deprecate orders/order@1 2027-01-01",
        "release 1.1.0 without email",
    ],
    "a field of an announced product": [
        "deprecate orders 2027-01-01",
        "release 1.1.0 without email",
    ],
    "a value": [
        "deprecate orders/order#status=cancelled 2027-01-01",
        "release 1.1.0 values status=placed|shipped",
    ],
    "a guarantee of a field": [
        "deprecate orders/order#status 2027-01-01 loosens required",
        "release 1.1.0 optional status",
    ],
    "a guarantee of the product": [
        'product {"service-levels": {"freshness": "1h"}}',
        "deprecate orders 2027-01-01 loosens freshness",
        'product {"service-levels": {"freshness": "2h"}}',
    ],
    "a field that came to an announced parent": [
        "deprecate orders/order#customer 2026-04-02",
        "release 1.1.0 with customer.vip=boolean",
        "release 1.2.0 without customer.vip",
    ],
    "a field whose deprecation comes with its removal": [
        "deprecate orders/order#email 2027-01-01\nrelease 1.1.0 without email"
    ],
}


def _days(steps: list[str]) -> list[tuple[str, str]]:
    return parted([{date(2026, 1, 2 + number): lines} for number, lines in enumerate(steps)])


@pytest.fixture
def audited(reg: Callable[..., Any], tmp_path: Path) -> Callable[..., tuple[int, list[str]]]:
    """Lands steps, one a day, and runs the audit: exit code, and severity and rule of violations."""

    def run(steps: list[str], shop: Shop | None = None) -> tuple[int, list[str]]:
        folder = tmp_path / "registry.git"
        landed(_days(steps), "", shop or Shop()).write(folder)
        code, out, err = reg("audit", "verify", "-C", str(folder), "--format", "json")
        assert not err
        found = json.loads(out)["violations"]
        return code, [f"{each['severity']} {each['rule']}" for each in found]

    return run


@pytest.mark.parametrize("what", TOO_EARLY)
def test_whatever_was_announced_and_is_broken_early_is_a_violation(
    what: str, audited: Callable[..., tuple[int, list[str]]]
) -> None:
    code, found = audited(TOO_EARLY[what])
    assert code == 1
    assert {each.split()[0] for each in found} == {"error"}
    assert set(found) <= {"error removed-before-sunset", "error announced-with-removal"}


@pytest.mark.parametrize("day", ["2026-01-02", "2027-01-01"])
def test_a_field_that_is_going_keeps_its_type_while_it_is_there(
    day: str, audited: Callable[..., tuple[int, list[str]]]
) -> None:
    steps = [f"deprecate orders/order#email {day}", "release 1.1.0 with email=integer"]
    code, found = audited(steps)
    assert code == 1
    assert "error type-narrowed" in found


def test_what_nobody_announced_is_for_the_check_and_not_for_the_audit(
    audited: Callable[..., tuple[int, list[str]]],
) -> None:
    steps = ["deprecate orders/order#email 2027-01-01", "release 1.1.0 without total"]
    assert audited(steps) == (0, [])


def _waived(rule: str, fingerprint: str) -> tuple[list[str], Shop]:
    shop = Shop(fingerprint=lambda _: fingerprint)
    return (
        [
            "deprecate orders/order#email 2027-01-01",
            f"waive {rule} until 2026-12-31",
            "release 1.1.0 without email",
        ],
        shop,
    )


def _told(tmp_path: Path) -> str:
    """The fingerprint that the check gives to the early removal."""
    announced = _days(["deprecate orders/order#email 2027-01-01"])
    landed(announced, "release 1.1.0 without email", Shop()).write(tmp_path / "told.git")
    report = reviewed(tmp_path / "told.git", date(2026, 1, 4))
    (found,) = (each for each in report.findings if each.rule == "removed-before-sunset")
    return found.fingerprint


def test_a_waiver_excuses_the_finding_that_it_names(
    audited: Callable[..., tuple[int, list[str]]], tmp_path: Path
) -> None:
    steps, shop = _waived("removed-before-sunset", _told(tmp_path))
    assert audited(steps, shop) == (0, ["notice removed-before-sunset"])


@pytest.mark.parametrize("rule", ["removed-before-sunset", "field-removed", "enum-value-removed"])
def test_a_waiver_of_anything_else_excuses_nothing(
    rule: str, audited: Callable[..., tuple[int, list[str]]]
) -> None:
    steps, shop = _waived(rule, "0123456789abcdef")
    assert audited(steps, shop) == (1, ["error removed-before-sunset"])


def test_consent_excuses_and_is_still_shown(
    audited: Callable[..., tuple[int, list[str]]],
) -> None:
    steps = [
        CONSUMER,
        "deprecate orders/order#email 2027-01-01",
        f"{CONSUMER} acks orders/order#email",
        "release 1.1.0 without email",
    ]
    assert audited(steps) == (0, ["notice removed-before-sunset"])
