"""A change before its merge: check, bump, diff, demo, on real repositories."""

from __future__ import annotations

import json
import re
from datetime import date
from importlib import resources
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ORDER = "products/orders/schemas/order"
FIRST = """{
  "type": "object",
  "properties": {
    "order_id": {"type": "string", "examples": ["o-1"]},
    "status": {"enum": ["placed", "shipped", "cancelled"]}
  },
  "required": ["order_id"]
}
"""
WITH_COUPON = FIRST.replace('"status"', '"coupon": {"type": "string"},\n    "status"')
BREAKING = WITH_COUPON.replace(', "cancelled"', "").replace(
    '["order_id"]\n', '["order_id", "status"]\n'
)
WORDS = WITH_COUPON.replace(
    '{"type": "string"}', '{"type": "string", "description": "As entered."}'
)


@pytest.fixture
def shop(repo: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A registry with orders/order 1.0.0 and 1.1.0 landed on main, on a branch of its own."""
    repo.commit(
        {
            "registry.yaml": "version: 1\n",
            "products/orders/product.yaml": "title: Orders\nowner: {team: checkout}\nschemas: {order: {}}\n",
            f"{ORDER}/1.0.0.json": FIRST,
        },
        "Add orders",
        on=date(2026, 3, 1),
    )
    repo.commit({f"{ORDER}/1.1.0.json": WITH_COUPON}, "orders: coupons", on=date(2026, 3, 2))
    repo.branch("topic")
    monkeypatch.chdir(repo.path)
    return repo


def steady(text: str) -> str:
    """Without what depends on Git's hash of a commit."""
    return re.sub(r"\b[0-9a-f]{7,40}\b(?=\)|\"|,| --)", "COMMIT", text)


@pytest.mark.parametrize("form", ["text", "json", "markdown", "github", "comment", "junit"])
def test_a_breaking_change_is_shown_in_every_form(
    form: str, shop: Any, reg: Callable[..., Any], golden: Callable[..., None]
) -> None:
    shop.write({f"{ORDER}/1.2.0.json": BREAKING})
    code, out, err = reg("check", "--today", "2026-11-22", "--format", form)
    assert (code, err) == (1, "")
    golden(f"check.{form}", steady(out))
    if form == "json":
        schema = (resources.files("schemareg.reports.views") / "report.schema.json").read_text()
        jsonschema.validate(json.loads(out), json.loads(schema))


def test_every_witness_is_accepted_by_its_writer_and_refused_by_its_reader(
    shop: Any, reg: Callable[..., Any]
) -> None:
    shop.write({f"{ORDER}/1.2.0.json": BREAKING})
    texts = {"1.0.0": FIRST, "1.1.0": WITH_COUPON, "1.2.0": BREAKING}
    readers = {
        version: jsonschema.Draft202012Validator(json.loads(text))
        for version, text in texts.items()
    }
    found = list(json.loads(reg("check", "--format", "json")[1])["findings"])
    told = [each for each in found if each["witnessed"]]
    assert {(each["rule"], each["field"]) for each in told} == {
        ("property-required", "status"),
        ("enum-value-removed", "status"),
    }
    for each in told:
        reader, writer = each["version"], each["against"]
        if each["direction"] == "FORWARD":
            reader, writer = writer, reader
        assert readers[writer].is_valid(each["witness"])
        assert not readers[reader].is_valid(each["witness"])


@pytest.mark.parametrize(
    ("files", "arguments", "code", "verdict"),
    [
        ({}, "", 0, "pass: no findings; 1 version judged (1 compatible)"),
        (
            {f"{ORDER}/1.1.1.json": WORDS},
            "",
            0,
            "pass: no findings; 1 version judged (1 compatible)",
        ),
        ({f"{ORDER}/1.2.0.json": BREAKING}, "", 1, "fail: 3 findings (3 errors)"),
        (
            {f"{ORDER}/2.0.0.json": BREAKING},
            "",
            0,
            "pass: no findings; 1 version judged (1 compatible)",
        ),
        ({f"{ORDER}/1.2.0.json": WORDS}, "", 0, "pass: 1 finding (1 notice)"),
        ({f"{ORDER}/1.2.0.json": WORDS}, "--fail-on notice", 1, "pass: 1 finding (1 notice)"),
        ({f"{ORDER}/1.1.0.json": WORDS}, "", 1, "fail: 1 finding (1 error)"),
        ({f"{ORDER}/1.1.0.json": None}, "", 1, "fail: 1 finding (1 error)"),
        ({f"{ORDER}/2.0.0-beta.1.json": BREAKING}, "", 0, "pass: "),
    ],
)
def test_the_exit_code_says_whether_it_may_be_merged(
    files: dict[str, str | None],
    arguments: str,
    code: int,
    verdict: str,
    shop: Any,
    reg: Callable[..., Any],
) -> None:
    shop.write(files)
    got, out, err = reg("check", *arguments.split())
    assert (got, err) == (code, "")
    assert re.search(f"^{re.escape(verdict)}", out, re.MULTILINE), out


def test_what_could_not_be_decided_never_passes(shop: Any, reg: Callable[..., Any]) -> None:
    pattern = WITH_COUPON.replace(
        '"coupon": {"type": "string"}', r'"coupon": {"type": "string", "pattern": "%s"}'
    )
    shop.commit({f"{ORDER}/2.0.0.json": pattern % r"^(a+)\\1$"})
    shop.git("branch", "--force", "main", "HEAD")
    shop.write({f"{ORDER}/2.1.0.json": pattern % r"^(a+)\\1$|^(aa)+$"})
    code, out, err = reg("check")
    assert (code, err) == (3, "")
    assert "orders/order 2.1.0 against 2.0.0 (BACKWARD)" in out
    assert "undecided: 2 findings (2 warnings); 1 version judged (1 undecided)" in out
    shop.commit({"registry.yaml": "version: 1\ncompatibility: {undecided: warn}\n"})
    shop.git("branch", "--force", "main", "HEAD")
    assert reg("check")[0] == 0
    assert reg("check", "--fail-on", "warning")[0] == 1


def test_base_and_head_may_be_any_revisions(shop: Any, reg: Callable[..., Any]) -> None:
    shop.commit({f"{ORDER}/1.2.0.json": BREAKING})
    shop.write({f"{ORDER}/1.2.0.json": "not read"})
    assert reg("check", "--head", "topic")[0] == 1
    assert reg("check", "--base", "main", "--head", "topic")[0] == 1
    assert reg("check", "--base", "main~1", "--head", "main")[0] == 0
    assert reg("check", "--base", "topic", "--head", "topic")[0] == 0
    report = json.loads(reg("check", "--base", "main", "--head", "topic", "--format", "json")[1])
    assert (report["base_commit"], report["head_commit"]) == (
        shop.git("rev-parse", "main"),
        shop.git("rev-parse", "topic"),
    )


def test_nobody_is_blamed_for_what_landed_meanwhile(shop: Any, reg: Callable[..., Any]) -> None:
    shop.commit({"README.md": "mine"})
    shop.checkout("main")
    shop.commit({f"{ORDER}/1.2.0.json": WITH_COUPON})
    shop.checkout("topic")
    # As the help of both commands has it.
    nothing = "pass: no findings; no version to judge"
    for call, told in {
        "check": nothing,
        "check --head HEAD": nothing,
        "impact --head HEAD": "this change affects no registered consumer",
    }.items():
        assert f"reg {call} " in reg(call.split()[0], "--help")[1]
        code, out, _ = reg(*call.split())
        assert (code, out.splitlines()[0]) == (0, told)


def test_the_merge_commit_of_a_pull_request_is_compared_with_its_first_parent(
    shop: Any, reg: Callable[..., Any]
) -> None:
    shop.commit({f"{ORDER}/1.2.0.json": BREAKING})
    shop.checkout("main")
    shop.git("checkout", "--quiet", "--detach")
    merge = shop.merge("topic")
    shop.git("update-ref", "refs/remotes/pull/7/merge", merge)
    code, out, _ = reg("check")
    assert code == 1
    assert f"base the commit before {merge[:7]}" in " ".join(out.split())


def test_all_judges_every_version_and_finds_nothing_new(shop: Any, reg: Callable[..., Any]) -> None:
    code, out, err = reg("check", "--all")
    assert (code, err) == (0, "")
    assert "pass: no findings; 2 versions judged (2 compatible)" in out


def test_the_day_is_what_it_is_told_to_be(shop: Any, reg: Callable[..., Any]) -> None:
    code, out, _ = reg("check", "--today", "2027-03-01", "--format", "json")
    assert (code, json.loads(out)["today"]) == (0, "2027-03-01")


def test_what_has_landed_already_is_judged_as_of_its_own_day(
    shop: Any, reg: Callable[..., Any]
) -> None:
    gone = "target: orders/order#status\nsunset: 2026-06-01\nreason: Nobody asks.\n"
    shop.checkout("main")
    said = {"products/orders/deprecations/order-status.yaml": gone}
    landing = shop.commit(said, "Announce it", on=date(2026, 3, 2))
    shop.branch("next")
    for call in ((), ("--head", "main"), ("--all",)):
        code, out, _ = reg("check", *call)
        assert code == 0, out
        assert f"base the commit before {landing[:7]}" in " ".join(out.split())
        assert "as of 2026-03-02" in " ".join(out.split())
    assert reg("check", "--today", "2026-03-03")[0] == 0
    assert reg("check", "--today", "2026-03-04")[0] == 1
    assert reg("impact")[0] == 0
    shop.write({f"{ORDER}/1.2.0.json": WITH_COUPON})
    code, out, _ = reg("check")
    assert (code, "as of 2026-03-02" in out) == (0, False)
    shop.commit({"README.md": "From days to come."}, on=date(2098, 1, 1))
    shop.checkout("main")
    shop.merge("next", on=date(2098, 1, 1))
    code, out, _ = reg("check")
    assert (code, "as of 2098" in out) == (0, False)


def test_a_report_may_go_into_a_file(shop: Any, tmp_path: Path, reg: Callable[..., Any]) -> None:
    shop.write({f"{ORDER}/1.2.0.json": BREAKING})
    target = tmp_path / "report.json"
    arguments = ("check", "--today", "2026-11-22", "--format", "json")
    printed = reg(*arguments)[1]
    assert reg(*arguments, "--output", str(target)) == (1, "", "")
    assert target.read_text() == printed
    code, _out, err = reg(*arguments, "--output", str(tmp_path / "gone/report.json"))
    assert code in (1, 2)
    assert "Traceback" not in err


def test_a_bare_repository_is_checked_like_any_other(
    shop: Any, tmp_path: Path, reg: Callable[..., Any]
) -> None:
    shop.commit({f"{ORDER}/1.2.0.json": BREAKING})
    bare = tmp_path / "bare.git"
    shop.git("clone", "--quiet", "--bare", ".", str(bare))
    assert reg("check", "-C", str(bare), "--base", "main", "--head", "topic")[0] == 1


# -- bump


@pytest.mark.parametrize(
    ("draft", "text", "honest"),
    [
        ("1.2.0", BREAKING, "2.0.0"),
        ("1.2.0", WORDS, "1.1.1"),
        (
            "1.1.1",
            WITH_COUPON.replace('"order_id": {', '"note": {"type": "string"},\n    "order_id": {'),
            "1.2.0",
        ),
        ("2.0.0", WORDS, "1.1.1"),
        ("4.0.0", BREAKING, "2.0.0"),
    ],
)
def test_a_draft_gets_the_version_its_changes_call_for(
    draft: str, text: str, honest: str, shop: Any, reg: Callable[..., Any]
) -> None:
    shop.write({f"{ORDER}/{draft}.json": text})
    code, out, _ = reg("bump", "orders/order")
    assert (code, out) == (0, f"{ORDER}/{draft}.json -> {ORDER}/{honest}.json\n")
    assert (shop.path / ORDER / f"{honest}.json").read_text() == text
    assert not (shop.path / ORDER / f"{draft}.json").exists()
    code, out, err = reg("bump", "orders/order")
    assert (code, out, err) == (0, "", f"{ORDER}/{honest}.json already has the required version\n")
    assert reg("check")[0] == 0


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({}, "reg: orders/order has no version that has not landed yet\n  To begin one: reg draft"),
        (
            {f"{ORDER}/1.2.0.json": WORDS, f"{ORDER}/2.0.0.json": WORDS},
            (
                "reg: orders/order has 2 versions that have not landed yet: 1.2.0, 2.0.0\n"
                "  Say which: reg bump orders/order@1.2.0\n"
            ),
        ),
    ],
)
def test_a_bump_needs_one_draft(
    files: dict[str, str], complaint: str, shop: Any, reg: Callable[..., Any]
) -> None:
    shop.write(files)
    code, out, err = reg("bump", "orders/order")
    assert (code, out) == (2, "")
    assert err.startswith(complaint)


# -- diff


def test_two_versions_are_shown_side_by_side(
    shop: Any, reg: Callable[..., Any], golden: Callable[..., None]
) -> None:
    shop.write(
        {f"{ORDER}/2.0.0.json": BREAKING.replace('"coupon": {', '"coupon": {"title": "Coupon", ')}
    )
    code, out, err = reg("diff", "orders/order@1.1.0", "orders/order@2")
    assert (code, err) == (0, "")
    golden("diff.text", out)
    code, out, _ = reg("diff", "orders/order@1.1.0", "orders/order@2", "--format", "json")
    schema = json.loads(
        (resources.files("schemareg.reports.views") / "difference.schema.json").read_text()
    )
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(out), schema)
    assert json.loads(out)["backward"]["outcome"] == "breaking"


def test_a_version_differs_from_itself_in_nothing(shop: Any, reg: Callable[..., Any]) -> None:
    code, out, _ = reg("diff", "orders/order@1.1.0", "orders/order@1.1.0")
    assert code == 0
    assert out.splitlines() == [
        "orders/order@1.1.0 -> 1.1.0",
        "  nothing changed",
        "",
        "1.1.0 reads what 1.1.0 wrote: yes, proved",
        "1.1.0 reads what 1.1.0 writes: yes, proved",
        "content declared",
    ]


# -- demo


def test_the_demonstration_goes_as_told_and_leaves_nothing_behind(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    reg: Callable[..., Any],
    golden: Callable[..., None],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    code, out, err = reg("demo")
    assert (code, err) == (0, "")
    golden("demo.text", steady(out))
    assert list(tmp_path.iterdir()) == []


def test_the_demonstration_may_be_kept_to_play_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reg: Callable[..., Any]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert reg("demo", "--keep", "shop")[0] == 0
    monkeypatch.chdir(tmp_path / "shop")
    assert reg("check")[0] == 0
    assert reg("check", "--head", "tidy-up")[0] == 1
    assert reg("validate") == (0, "valid: no mistakes\n", "")
    monkeypatch.chdir(tmp_path)
    code, out, err = reg("demo", "--keep", "shop")
    assert (code, out) == (2, "")
    assert err.startswith("reg: shop: the folder exists already, and is not empty\n")


def test_a_landed_version_that_becomes_a_program_is_refused_before_the_audit_finds_it(
    shop: Any, reg: Callable[..., Any]
) -> None:
    shop.git("update-index", "--chmod=+x", f"{ORDER}/1.0.0.json", "registry.yaml")
    shop.commit({}, "Make them executable", on=date(2026, 3, 3))
    code, out, _ = reg("check", "--base", "main", "--head", "HEAD", "--format", "json")
    (found,) = json.loads(out)["findings"]
    assert (code, found["rule"]) == (1, "version-modified")
    assert found["message"] == "1.0.0 has landed, and its file's mode differs from the landed one"
    code, out, _ = reg("audit", "verify", "--head", "HEAD", "--format", "json")
    assert code == 1
    assert [each["path"] for each in json.loads(out)["violations"]] == [f"{ORDER}/1.0.0.json"]
    assert reg("check", "--base", "HEAD", "--head", "HEAD")[0] == 0
