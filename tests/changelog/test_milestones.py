"""What the log tells beside what changed: days that came, fields that went, what versions did."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from tests.stories import FOLDER, Shop, landed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Log = Callable[..., list[dict[str, Any]]]

LANDINGS = [
    ("2026-01-05", "consumer billing reads email"),
    ("2026-01-10", "deprecate orders/order#email 2026-05-01"),
    ("2026-02-01", "release 1.1.0 with note=string"),
    ("2026-05-02", "release 1.2.0 without email"),
    ("2026-05-03", "release 1.3.0 without total"),
    ("2026-05-04", "waive removed-before-sunset until 2026-06-30"),
    ("2026-06-15", "stability beta"),
]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    shop = Shop(fingerprint=lambda _: "0123456789abcdef")
    landed(LANDINGS, "stability draft", shop).write(tmp_path / "shop.git")
    return tmp_path / "shop.git"


@pytest.fixture
def log(repository: Path, reg: Callable[..., Any]) -> Log:
    """Runs `reg log`; the facts of its JSON."""

    def run(*arguments: str, today: str = "2026-12-01") -> list[dict[str, Any]]:
        call = ("log", "-C", str(repository), "--format", "json", "--today", today)
        code, out, err = reg(*call, *arguments)
        assert (code, err) == (0, "")
        return list(json.loads(out)["facts"])

    return run


def days(facts: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(each["time"][:10], each["kind"], each["target"]) for each in facts]


def test_days_that_came_stand_between_the_landings(log: Log) -> None:
    expected = [
        ("2026-07-01", "waiver.expired", "orders"),
        ("2026-06-15", "stability.changed", "orders"),
        ("2026-05-04", "waiver.granted", "orders"),
        ("2026-05-03", "version.released", "orders/order@1.3.0"),
        ("2026-05-02", "element.removed", "orders/order#email"),
        ("2026-05-02", "version.released", "orders/order@1.2.0"),
        ("2026-05-01", "sunset.reached", "orders/order#email"),
        ("2026-02-01", "version.released", "orders/order@1.1.0"),
        ("2026-01-10", "deprecation.announced", "orders/order#email"),
        ("2026-01-05", "consumer.joined", "orders"),
    ]
    told = days(log())[: len(expected)]
    assert sorted(told, reverse=True) == sorted(expected, reverse=True)
    assert [day for day, _, _ in told] == [day for day, _, _ in expected]
    assert days(log("orders"))[: len(expected)] == told


def test_a_day_that_has_not_come_is_not_told(log: Log) -> None:
    for today, kinds in (
        ("2026-06-30", ("sunset.reached",)),
        ("2026-04-30", ()),
        ("2026-07-01", ("waiver.expired", "sunset.reached")),
    ):
        found = log("--kind", "sunset", "--kind", "waiver.expired", today=today)
        assert tuple(each["kind"] for each in found) == kinds
        assert all(each["commit"] is None for each in found)


def test_the_past_is_told_as_of_its_own_day(repository: Path, reg: Callable[..., Any]) -> None:
    for at, kinds in (
        ("2026-04-30", []),
        ("2026-05-01", ["sunset.reached"]),
        ("main~1", ["sunset.reached"]),
    ):
        _, out, _ = reg("log", "-C", str(repository), "--at", at, "--kind", "sunset", "-f", "json")
        assert [each["kind"] for each in json.loads(out)["facts"]] == kinds


def test_each_version_says_what_it_did_to_its_readers(log: Log) -> None:
    released = {each["target"][-5:]: each["outcome"] for each in log("--kind", "version.released")}
    assert [(name, said["outcome"], said["required_bump"]) for name, said in released.items()] == [
        ("1.3.0", "breaking", "major"),
        ("1.2.0", "compatible", "minor"),
        ("1.1.0", "compatible", "minor"),
        ("1.0.0", "compatible", ""),
    ]
    assert released["1.3.0"]["rules"] == ["bump-too-small", "field-removed"]
    assert released["1.0.0"]["against"] == []
    others = [each for each in log() if each["kind"] != "version.released"]
    assert {json.dumps(each["outcome"]) for each in others} == {"null"}


def test_who_was_hit_is_named(tmp_path: Path, reg: Callable[..., Any]) -> None:
    landings = [
        ("2026-01-05", "consumer billing reads email"),
        ("2026-02-01", "release 1.1.0 without email"),
    ]
    landed(landings, "stability beta", Shop()).write(tmp_path / "shop.git")
    call = ("log", "-C", str(tmp_path / "shop.git"), "--kind", "version", "--limit", "1")
    _, out, _ = reg(*call, "--format", "json")
    (fact,) = json.loads(out)["facts"]
    assert fact["outcome"]["hits"] == ["orders/billing"]
    _, out, _ = reg(*call)
    assert "minor over 1.0.0; breaking, hits orders/billing" in " ".join(out.split())
    _, out, _ = reg(*call, "--no-outcomes")
    assert "breaking" not in out


def test_an_import_of_very_many_versions_is_not_judged(
    repo: Any, reg: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from schemareg.changelog import outcomes

    monkeypatch.setattr(outcomes, "MOST", 2)
    manifest = {f"{FOLDER}/product.yaml": "title: O\nowner: {team: t}\nschemas: {order: {}}\n"}
    versions = {f"{FOLDER}/schemas/order/1.{minor}.0.json": "{}" for minor in range(4)}
    few = dict(list(versions.items())[:2])
    repo.commit(manifest | few)
    repo.commit(dict.fromkeys(few))
    repo.commit(versions)
    call = ("log", "-C", str(repo.path), "--kind", "version.released", "--format", "json")
    told = json.loads(reg(*call)[1])["facts"]
    assert [each["outcome"] and each["outcome"]["outcome"] for each in told] == [
        *(None, None, "compatible", "compatible"),
    ]


FORMS = ("text", "csv", "json")


def answers(repository: Path, reg: Callable[..., Any]) -> list[Any]:
    call = ("log", "-C", str(repository), "--today", "2026-12-01", "--format")
    return [reg(*call, form, *target) for form in FORMS for target in ((), ("orders",))]


def test_what_is_kept_changes_no_answer(repository: Path, reg: Callable[..., Any]) -> None:
    fresh = answers(repository, reg)
    assert answers(repository, reg) == fresh
    (index,) = (repository / "reg").glob("index-*.sqlite")
    with sqlite3.connect(index) as connection:
        kept = connection.execute("SELECT count(*) FROM notes").fetchone()[0]
        # Of whatever was damaged nothing is believed.
        connection.execute("UPDATE notes SET value = x'7b7d'")
    connection.close()
    assert kept > 10
    assert answers(repository, reg) == fresh
    with sqlite3.connect(index) as connection:
        connection.execute("DROP TABLE notes")
    connection.close()
    assert answers(repository, reg) == fresh


def test_a_waiver_that_is_moved_on_in_time_does_not_run_out(
    repo: Any, reg: Callable[..., Any]
) -> None:
    path = f"{FOLDER}/waivers/0123456789abcdef.yaml"

    def said(until: str) -> dict[str, str]:
        return {
            path: "fingerprint: 0123456789abcdef\nrule: r\nreason: Agreed.\napprover: Ada\n"
            f"until: {until}\n"
        }

    start = {f"{FOLDER}/product.yaml": "title: O\nowner: {team: t}\nschemas: {}\n"}
    repo.commit(start | said("2026-03-31"), on=date(2026, 3, 1))
    repo.commit(said("2026-04-30"), on=date(2026, 3, 31))
    repo.commit(said("2026-08-31"), on=date(2026, 6, 1))
    repo.commit({path: None}, on=date(2026, 7, 1))
    call = ("log", "-C", str(repo.path), "--kind", "waiver.expired", "--format", "json")
    _, out, _ = reg(*call, "--today", "2026-12-01")
    assert [each["time"] for each in json.loads(out)["facts"]] == ["2026-05-01T00:00:00Z"]
