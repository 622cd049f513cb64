"""Whatever is done to what has landed, however it comes in, the audit names it."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Repo

ORDERS = "products/orders"
V1 = f"{ORDERS}/schemas/order/1.0.0.json"
V2 = f"{ORDERS}/schemas/order/1.1.0.json"
NOTE = f"{ORDERS}/deprecations/note.yaml"
BILLING = f"{ORDERS}/consumers/billing.yaml"
PRODUCT = """\
title: Orders
description: Every order.
owner: {team: checkout}
stability: stable
schemas:
  order: {description: One row an order.}
"""
EARLY, LATER, LATEST = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


def schema(*fields: str, title: str = "An order") -> str:
    properties = {each: {"type": "string"} for each in fields}
    return json.dumps({"title": title, "type": "object", "properties": properties})


def deprecation(sunset: str) -> str:
    return f"target: orders/order#note\nsunset: {sunset}\nreason: Nobody reads it.\n"


START = {
    "registry.yaml": "version: 1\n",
    f"{ORDERS}/product.yaml": PRODUCT,
    V1: schema("id", "note"),
}


@pytest.fixture
def verify(reg: Callable[..., Any], repo: Repo) -> Callable[..., tuple[int, list[Any]]]:
    """Runs the audit; the exit code, and of each violation rule, severity, path and commit."""

    def run(*options: str) -> tuple[int, list[Any]]:
        code, out, err = reg("audit", "verify", "-C", str(repo.path), "--format", "json", *options)
        assert err == ""
        found = json.loads(out)["violations"]
        return code, [
            (each["rule"], each["severity"], each["path"], each["commit"]) for each in found
        ]

    return run


def begin(repo: Repo) -> str:
    return repo.commit(START, "Add orders", on=EARLY)


def test_an_honest_history_is_clean(repo: Repo, verify: Callable[..., Any]) -> None:
    begin(repo)
    repo.branch("side")
    repo.commit({V2: schema("id", "note", "email")}, on=LATER)
    repo.commit({f"{ORDERS}/product.yaml": PRODUCT + "domain: shop\n"}, on=LATER)
    repo.checkout("main")
    repo.merge("side", on=LATEST)
    assert verify() == verify("--full") == (0, [])


def test_a_version_altered_by_a_plain_commit(repo: Repo, verify: Callable[..., Any]) -> None:
    begin(repo)
    bad = repo.commit({V1: schema("id")}, on=LATER)
    assert verify() == (1, [("version-modified", "error", V1, bad)])


def test_a_version_altered_in_a_merge(repo: Repo, verify: Callable[..., Any]) -> None:
    begin(repo)
    repo.branch("side")
    repo.commit({V1: schema("id")}, on=LATER)
    repo.checkout("main")
    repo.commit({"README.md": "Meanwhile.\n"}, on=LATER)
    bad = repo.merge("side", on=LATEST)
    assert verify() == (1, [("version-modified", "error", V1, bad)])


def test_a_version_altered_in_one_arm_of_an_octopus(repo: Repo, verify: Callable[..., Any]) -> None:
    begin(repo)
    for name, path, text in (("one", V1, schema("id")), ("two", V2, schema("id", "note", "x"))):
        repo.checkout("main")
        repo.branch(name)
        repo.commit({path: text}, on=LATER)
    repo.checkout("main")
    repo.commit({"README.md": "Meanwhile.\n"}, on=LATER)
    repo.git("merge", "--quiet", "--no-ff", "-m", "Merge both", "one", "two", on=LATEST)
    bad = repo.git("rev-parse", "HEAD")
    assert len(repo.git("rev-parse", "HEAD^@").split()) == 3
    assert verify() == (1, [("version-modified", "error", V1, bad)])


def test_a_merge_that_changes_what_neither_side_had(repo: Repo, verify: Callable[..., Any]) -> None:
    begin(repo)
    repo.branch("side")
    repo.commit({V2: schema("id", "note", "x")}, on=LATER)
    repo.checkout("main")
    repo.git("merge", "--quiet", "--no-ff", "--no-commit", "side", on=LATEST)
    bad = repo.commit({V1: schema("id")}, "Merge side", on=LATEST)
    assert len(repo.git("rev-parse", "HEAD^@").split()) == 2
    assert verify() == (1, [("version-modified", "error", V1, bad)])


def test_a_version_altered_in_a_squash(repo: Repo, verify: Callable[..., Any]) -> None:
    begin(repo)
    repo.branch("side")
    repo.commit({V1: schema("id")}, on=LATER)
    repo.commit({V2: schema("id", "note", "x")}, on=LATER)
    repo.checkout("main")
    repo.git("merge", "--quiet", "--squash", "side")
    bad = repo.commit({}, "Add 1.1.0 (#12)", on=LATEST)
    assert verify() == (1, [("version-modified", "error", V1, bad)])


def test_a_version_that_goes_and_comes_back_the_same_is_noted(
    repo: Repo, verify: Callable[..., Any]
) -> None:
    begin(repo)
    gone = repo.commit({V1: None}, on=LATER)
    back = repo.commit({V1: START[V1]}, on=LATEST)
    assert verify() == (
        1,
        [("version-removed", "error", V1, gone), ("version-returned", "notice", V1, back)],
    )


def test_a_version_that_comes_back_as_another(repo: Repo, verify: Callable[..., Any]) -> None:
    begin(repo)
    gone = repo.commit({V1: None}, on=LATER)
    back = repo.commit({V1: schema("id")}, on=LATEST)
    assert verify() == (
        1,
        [("version-removed", "error", V1, gone), ("version-modified", "error", V1, back)],
    )


def test_an_altered_version_that_is_restored_stays_on_record(
    repo: Repo, verify: Callable[..., Any]
) -> None:
    begin(repo)
    bad = repo.commit({V1: schema("id")}, on=LATER)
    good = repo.commit({V1: START[V1]}, on=LATEST)
    assert verify() == (
        1,
        [("version-modified", "error", V1, bad), ("version-returned", "notice", V1, good)],
    )


@pytest.mark.parametrize(
    ("whither", "said"),
    [
        (f"{ORDERS}/schemas/order/1.0.0.yaml", "was moved to"),
        (f"{ORDERS}/schemas/orders/1.0.0.json", "was moved to"),
        ("archive/order-1.json", "was removed"),
        (f"{ORDERS}/schemas/Order/1.0.0.json", "differ by case alone"),
        (f"{ORDERS}/schemas/order/1.0.0.JSON", "differ by case alone"),
    ],
)
def test_a_version_renamed_away(
    repo: Repo, reg: Callable[..., Any], whither: str, said: str
) -> None:
    begin(repo)
    bad = repo.commit({V1: None, whither: START[V1]}, on=LATER)
    code, out, _ = reg("audit", "verify", "-C", str(repo.path), "--format", "json")
    (found,) = json.loads(out)["violations"]
    rule = "version-removed" if said == "was removed" else "version-moved"
    assert (code, found["rule"], found["path"], found["commit"]) == (1, rule, V1, bad)
    assert said in found["message"]


def test_a_version_whose_file_becomes_a_link_or_a_program(
    repo: Repo, verify: Callable[..., Any]
) -> None:
    begin(repo)
    (repo.path / V1).chmod(0o755)
    repo.git("add", V1)
    mode = repo.commit({}, on=LATER)
    repo.write({V1: None})
    (repo.path / V1).symlink_to("../../product.yaml")
    repo.git("add", V1)
    link = repo.commit({}, on=LATEST)
    assert verify() == (
        1,
        [
            ("version-kind-changed", "error", V1, mode),
            ("version-kind-changed", "error", V1, link),
        ],
    )


def test_versions_that_are_none_any_more_since_their_product_is_gone(
    repo: Repo, verify: Callable[..., Any]
) -> None:
    begin(repo)
    bad = repo.commit({f"{ORDERS}/product.yaml": None}, on=LATER)
    assert verify() == (1, [("version-removed", "error", V1, bad)])


def test_versions_that_a_product_in_the_place_of_their_domain_hides(
    repo: Repo, verify: Callable[..., Any]
) -> None:
    inside = "products/shop/orders"
    hidden = f"{inside}/schemas/order/1.0.0.json"
    begin(repo)
    repo.commit(
        {f"{inside}/product.yaml": PRODUCT, hidden: schema("id"), "products/shop/README.md": "S"},
        on=EARLY,
    )
    assert verify() == (0, [])  # remembered: the next run knows of them by the index alone
    bad = repo.commit({"products/shop/product.yaml": PRODUCT}, on=LATER)
    expected = (1, [("version-removed", "error", hidden, bad)])
    assert verify() == verify("--full") == expected


def test_a_prerelease_may_change_and_go(repo: Repo, verify: Callable[..., Any]) -> None:
    draft = f"{ORDERS}/schemas/order/2.0.0-rc.1.json"
    begin(repo)
    repo.commit({draft: schema("id")}, on=LATER)
    repo.commit({draft: schema("key")}, on=LATER)
    repo.commit({draft: None}, on=LATEST)
    assert verify() == (0, [])


def test_a_committer_time_set_back_is_named_and_not_believed(
    repo: Repo, verify: Callable[..., Any]
) -> None:
    begin(repo)
    bad = repo.commit({V2: schema("id", "note", "x")}, on=date(2026, 1, 1))
    assert verify() == (0, [("time-backwards", "warning", "", bad)])
    assert verify("--fail-on", "warning")[0] == 1


def test_a_sunset_moved_to_an_earlier_day(repo: Repo, verify: Callable[..., Any]) -> None:
    begin(repo)
    repo.commit({NOTE: deprecation("2026-09-01")}, on=LATER)
    bad = repo.commit({NOTE: deprecation("2026-06-01")}, on=LATEST)
    assert verify() == (1, [("sunset-moved-earlier", "error", NOTE, bad)])


def test_a_sunset_moved_with_the_whole_window_ahead_or_with_consent_is_fine(
    repo: Repo, verify: Callable[..., Any]
) -> None:
    begin(repo)
    repo.commit({NOTE: deprecation("2026-12-01")}, on=LATER)
    repo.commit({NOTE: deprecation("2026-10-01")}, on=LATEST)
    assert verify() == (0, [])
    consumer = "team: billing\ncontact: billing@example.com\nuses: [{schema: orders/order}]\n"
    repo.commit({BILLING: consumer}, on=LATEST)
    repo.commit({NOTE: None}, on=LATEST)
    repo.commit({NOTE: deprecation("2026-12-01")}, on=LATEST)
    repo.commit({BILLING: f"{consumer}acks: [orders/order#note]\n"}, on=LATEST)
    agreed = repo.commit({NOTE: deprecation("2026-06-01")}, on=LATEST)
    assert verify() == (0, [("sunset-moved-earlier", "notice", NOTE, agreed)])


def test_a_field_that_goes_before_its_day(repo: Repo, verify: Callable[..., Any]) -> None:
    begin(repo)
    repo.commit({NOTE: deprecation("2026-09-01")}, on=LATER)
    bad = repo.commit({V2: schema("id")}, on=LATEST)
    assert verify() == (1, [("removed-before-sunset", "error", V2, bad)])


def test_a_field_announced_and_removed_in_one_landing(
    repo: Repo, verify: Callable[..., Any]
) -> None:
    begin(repo)
    bad = repo.commit({NOTE: deprecation("2026-09-01"), V2: schema("id")}, on=LATEST)
    assert verify() == (1, [("announced-with-removal", "error", V2, bad)])


def test_a_field_that_goes_at_its_day_and_a_deprecation_deleted_after_it(
    repo: Repo, verify: Callable[..., Any]
) -> None:
    begin(repo)
    repo.commit({NOTE: deprecation("2026-07-15")}, on=LATER)
    repo.commit({V2: schema("id")}, on=date(2026, 7, 15))
    assert verify() == (0, [])
    bad = repo.commit({NOTE: None}, on=date(2026, 8, 1))
    assert verify() == (1, [("sunset-history-edited", "error", NOTE, bad)])


def test_a_withdrawal_before_the_day_is_fine(repo: Repo, verify: Callable[..., Any]) -> None:
    begin(repo)
    repo.commit({NOTE: deprecation("2026-07-15")}, on=LATER)
    repo.commit({NOTE: None}, on=LATEST)
    assert verify() == (0, [])


def test_a_run_goes_on_where_the_last_one_ended_and_finds_the_same(
    repo: Repo, verify: Callable[..., Any], reg: Callable[..., Any]
) -> None:
    begin(repo)
    bad = repo.commit({V1: schema("id")}, on=LATER)
    assert verify() == (1, [("version-modified", "error", V1, bad)])
    gone = repo.commit({V1: None}, on=LATEST)
    both = [("version-modified", "error", V1, bad), ("version-removed", "error", V1, gone)]
    assert verify() == (1, both)
    _, out, _ = reg("audit", "verify", "-C", str(repo.path), "--format", "json")
    told = json.loads(out)
    assert (told["since"], told["new_landings"], told["landings"]) == (gone, 0, 3)
    assert verify("--full") == (1, both)
    kept = repo.path / ".git" / "reg" / "audit-3.json"
    kept.write_bytes(kept.read_bytes()[:-9])  # damaged: looked through again
    assert verify() == (1, both)


def test_a_rewritten_history_is_verified_from_its_start_and_decides_nothing(
    repo: Repo, verify: Callable[..., Any]
) -> None:
    first = begin(repo)
    repo.commit({V1: schema("id")}, on=LATER)
    assert verify()[0] == 1
    repo.git("reset", "--quiet", "--hard", first)
    repo.commit({V2: schema("id", "note", "x")}, on=LATEST)
    head = repo.git("rev-parse", "HEAD")
    assert verify() == (3, [("history-rewritten", "error", "", head)])
    assert verify("--head", "HEAD") == (0, [])


def test_a_violation_names_who_when_and_what(repo: Repo, reg: Callable[..., Any]) -> None:
    begin(repo)
    was = repo.git("rev-parse", f"HEAD:{V1}")
    bad = repo.commit({V1: schema("id")}, on=LATER)
    now = repo.git("rev-parse", f"HEAD:{V1}")
    code, out, err = reg("audit", "verify", "-C", str(repo.path))
    first = repo.git("rev-parse", "HEAD^")[:12]
    assert (code, err) == (1, "")
    assert out.startswith(
        f"{V1}: error version-modified\n"
        f"  orders/order@1.0.0: it landed in {first} on 2026-03-01, and was altered\n"
        "  by Ada Lovelace <ada@example.com>\n"
        f"  in {bad} on 2026-04-01T12:00:00Z\n"
        f"  {was} → {now}\n"
        "\n"
        "fail: 1 error\n"
        f"2 landings up to {bad[:12]}, 1 version, 4 records\n"
    )


def test_a_shallow_clone_cannot_tell(
    repo: Repo, make_repo: Callable[..., Repo], reg: Callable[..., Any]
) -> None:
    begin(repo)
    repo.commit({V2: schema("id", "note", "x")}, on=LATER)
    clone = make_repo("elsewhere").path / "clone"
    repo.git("clone", "--quiet", "--depth=1", f"file://{repo.path}", str(clone))
    code, out, err = reg("audit", "verify", "-C", str(clone))
    assert (code, out) == (3, "")
    assert "git fetch --unshallow" in err
