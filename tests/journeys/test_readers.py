"""Readers by commands: who registers, reads more, leaves; who is hit, who agrees, what may go then."""

from __future__ import annotations

import json
import os
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from markdown_it import MarkdownIt

from schemareg.reports.views.json_schemas import schema_text

if TYPE_CHECKING:
    from collections.abc import Callable

    Reg = Callable[..., tuple[int, str, str]]

ORDER = "products/orders/schemas/order"
READERS = "products/orders/consumers"
FIRST = """{
  "type": "object",
  "properties": {
    "id": {"type": "string"},
    "email": {"type": "string"},
    "total": {"type": "number"},
    "status": {"enum": ["NEW", "LOST", "DONE"]},
    "lines": {"type": "array", "items": {"properties": {"sku": {"type": "string"}}}}
  },
  "required": ["id"]
}
"""
PRODUCT = (
    "title: Orders\nowner: {team: checkout, contact: checkout@example.com}\nschemas: {order: {}}\n"
)
BILLING = """\
# Invoices, nightly.
team: billing
contact: billing@example.com  # on call
uses:
  - schema: orders/order
    versions: ^1
    fields: [id, email]  # what we print
"""
GONE = FIRST.replace('    "email": {"type": "string"},\n', "")
EMAIL = "orders/order#email"
NOW = ("--today", "2026-03-02")


@pytest.fixture
def shop(repo: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A registry with orders/order 1.0.0, landed on 2026-03-01; on a branch."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    repo.git("config", "user.name", "Grace Hopper")
    repo.git("config", "user.email", "grace@example.com")
    repo.commit(
        {
            "registry.yaml": 'version: 1\nchannels: {billing-slack: {url: "${BILLING}"}}\n',
            "products/orders/product.yaml": PRODUCT,
            f"{ORDER}/1.0.0.json": FIRST,
        },
        "Add orders",
    )
    repo.branch("topic")
    monkeypatch.chdir(repo.path)
    return repo


def land(shop: Any, on: date) -> None:
    """What stands in the tree lands on main by a merge on that day."""
    shop.git("add", "--all")
    shop.git("commit", "--quiet", "--allow-empty", "-m", "Change", on=on)
    shop.checkout("main")
    shop.merge("topic", on=on)
    shop.checkout("topic")
    shop.git("merge", "--quiet", "--ff-only", "main")


def text(shop: Any, name: str) -> str:
    return str((shop.path / READERS / f"{name}.yaml").read_bytes().decode("utf-8"))


def hits(out: str) -> dict[str, list[str]]:
    """Each error of a JSON report, and the consumers it hits with their fields."""
    return {
        each["rule"]: [f"{hit['consumer']}: {', '.join(hit['fields'])}" for hit in each["hits"]]
        for each in json.loads(out)["findings"]
        if each["severity"] == "error"
    }


def test_a_field_that_a_team_uses_goes_early_once_the_team_agrees(shop: Any, reg: Reg) -> None:
    assert (
        reg("subscribe", "orders/order", "--team", "billing", "--fields", "id,email", *NOW)[0] == 0
    )
    assert reg("subscribe", "orders/order", "--team", "Shop BI", "--fields", "total", *NOW)[0] == 0
    land(shop, date(2026, 3, 2))
    assert reg("deprecate", EMAIL, "--reason", "Personal data leaves.", *NOW)[0] == 0
    land(shop, date(2026, 3, 3))

    shop.write({f"{ORDER}/1.1.0.json": GONE})
    day = ("--today", "2026-03-20")
    code, out, _ = reg("check", "--format", "json", *day)
    assert code == 1
    assert hits(out)["removed-before-sunset"] == ["billing: email"]
    shop.write({f"{ORDER}/1.1.0.json": None})

    code, out, err = reg("acknowledge", EMAIL, "--team", "billing", *day)
    assert (code, err) == (0, "")
    assert out.startswith(
        f"changed {READERS}/billing.yaml\n\n"
        "billing agrees to lose orders/order#email before its day\n"
        "All registered consumers have acknowledged.\n"
        "It counts from its landing. products/orders/deprecations/order-email.yaml: landed 2026-03-03"
    )
    shop.write({f"{ORDER}/1.1.0.json": GONE})
    assert reg("check", *day)[0] == 1, "consent counts once it has landed"
    shop.write({f"{ORDER}/1.1.0.json": None})
    land(shop, date(2026, 3, 20))

    shop.write({f"{ORDER}/1.1.0.json": GONE})
    code, out, _ = reg("check", "--format", "json", *day)
    assert (code, hits(out)) == (0, {})
    (told,) = json.loads(out)["findings"]
    assert told["rule"] == "released-by-consent"
    assert [hit["team"] for hit in told["hits"]] == ["billing"]


def test_a_team_is_registered_and_what_it_says_is_what_the_check_takes(shop: Any, reg: Reg) -> None:
    code, out, err = reg(
        *("subscribe", "orders/order@1#status=LOST", "--team", "Fraud Desk", *NOW),
        *("--fields", "id, lines[].sku", "--contact", "fraud@example.com"),
        *("--channel", "billing-slack"),
    )
    assert (code, err) == (0, "")
    assert out == (
        f"wrote {READERS}/fraud-desk.yaml\n\n"
        "Fraud Desk reads (reached by fraud@example.com, billing-slack)\n"
        "  orders/order  ^1  status=LOST, id, lines[].sku\n"
        "After this lands, every check of a change by checkout says whether it affects Fraud Desk, and Fraud\n"
        "Desk is told of what concerns it.\n"
    )
    assert text(shop, "fraud-desk") == (
        "team: Fraud Desk\n"
        "contact: fraud@example.com\n"
        "channels: [billing-slack]\n"
        "uses:\n"
        '  - {schema: orders/order, versions: "^1", fields: [status=LOST, id, "lines[].sku"]}\n'
    )
    assert reg("validate")[0] == 0
    assert reg("check", *NOW)[0] == 0


def test_a_file_is_amended_and_the_rest_of_it_stays(shop: Any, reg: Reg) -> None:
    shop.write({f"{READERS}/billing.yaml": BILLING})
    assert reg("subscribe", "orders/order#total", "--team", "billing", *NOW)[0] == 0
    assert text(shop, "billing") == BILLING.replace("[id, email]", "[id, email, total]")
    call = ("subscribe", "orders/order", "--team", "billing", "--versions", "1.0.0")
    assert reg(*call, "--channel", "billing-slack", *NOW)[0] == 0
    assert text(shop, "billing") == BILLING.replace("[id, email]", "[id, email, total]").replace(
        "^1", '"1.0.0"'
    ).replace("# on call\n", "# on call\nchannels: [billing-slack]\n")
    code, _, err = reg(*call, *NOW)
    assert code == 2
    assert "billing.yaml: that is what it says already" in err


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("subscribe ordes/order --team x", "there is no product 'ordes'\n  Did you mean orders?"),
        ("subscribe orders --team x", "'orders' is a product"),
        ("subscribe orders/ordr --team x", "has no schema 'ordr'\n  Did you mean orders/order?"),
        (
            "subscribe orders/order --team x --fields emial,id,lines.sku",
            (
                "no field 'emial'; and orders/order 1.0.0 has no field 'lines.sku'\n"
                "  Did you mean 'email'? Did you mean 'lines[].sku'?\n"
            ),
        ),
        ("subscribe orders/order --team x --fields status=LOTS", "Did you mean 'status=LOST'?"),
        ("subscribe orders/order --team x --versions ^2", "no version of orders/order is '^2'"),
        ("subscribe orders/order@2 --team x", "Did you mean '^1'?"),
        ("subscribe orders/order --team x --versions latest", "versions, as ^1, 1.2, 1.2.0"),
        ("subscribe orders/order@1 --team x --versions ^2", "contradict each other"),
        ("subscribe orders/order --team x --channel slack", "there is no channel 'slack'"),
        ("subscribe orders/order --team x --contact nobody", "'nobody' is neither a mail address"),
        (
            "subscribe orders/order --team 東京",
            "--team: a consumer's file cannot be called like the team",
        ),
        ("subscribe orders/order --team x --name billing", "is the file of 'billing', not of 'x'"),
        (
            "subscribe orders/order --team x --name ../x",
            "--name: a consumer's file cannot be called '../x'",
        ),
        ("unsubscribe orders/order --team x", "'x' has not registered as a reader"),
        ("unsubscribe orders/order#total --team billing", "has not registered as a reader"),
        ("unsubscribe orders/order@1 --team billing", "names versions"),
        ("acknowledge orders/order#emial --team billing", "Did you mean orders/order#email?"),
        ("acknowledge orders/order#total --team billing", "It is read by 'shop'"),
        ("acknowledge orders/order --withdraw --team shop", "'shop' has not agreed to lose"),
        ("acknowledge orders/order", "Say which is meant: --team billing or --team shop"),
    ],
)
def test_what_is_not_there_is_refused_with_what_was_meant(
    call: str, told: str, shop: Any, reg: Reg
) -> None:
    shop.write(
        {
            f"{READERS}/billing.yaml": BILLING,
            f"{READERS}/shop.yaml": "team: shop\nuses: [{schema: orders/order, fields: [total]}]\n",
        }
    )
    before = shop.git("status", "--porcelain", "--untracked-files=all")
    code, out, err = reg(*call.split(" "), *(NOW if "unsub" not in call else ()))
    assert (code, out) == (2, "")
    assert told in err
    assert shop.git("status", "--porcelain", "--untracked-files=all") == before


def test_who_begins_to_read_what_is_going_is_told_until_when(shop: Any, reg: Reg) -> None:
    assert reg("deprecate", EMAIL, "--sunset", "2026-07-01", "--reason", "x", *NOW)[0] == 0
    land(shop, date(2026, 3, 2))
    call = ("subscribe", EMAIL, "--team", "billing")
    code, out, _ = reg(*call, "--dry-run", "--today", "2026-06-30")
    assert code == 0
    assert f"would write {READERS}/billing.yaml" in out
    assert "Note: billing starts to use orders/order@1#email, which is deprecated (landed" in out
    assert "2026-07-01, 1 day left)" in " ".join(out.split())
    assert not (shop.path / READERS).exists()
    code, out, err = reg(*call, "--today", "2026-07-01")
    assert (code, out) == (2, "")
    assert "which is past its sunset" in err


def test_who_leaves_takes_along_only_what_is_named(shop: Any, reg: Reg) -> None:
    two = (
        BILLING
        + "  - {schema: orders/order, versions: 1.0.0, fields: [total]}\nacks: [orders/order#email, orders]\n"
    )
    shop.write({f"{READERS}/billing.yaml": two})
    assert reg("unsubscribe", EMAIL)[0] == 0
    left = two.replace("[id, email]", "[id]").replace("[orders/order#email, orders]", "[orders]")
    assert text(shop, "billing") == left
    assert reg("unsubscribe", "orders/order#id", "--team", "billing")[0] == 0
    assert text(shop, "billing") == left.replace(
        "  - schema: orders/order\n    versions: ^1\n    fields: [id]  # what we print\n", ""
    )
    code, out, _ = reg("unsubscribe", "orders/order", "--name", "billing")
    assert code == 0
    assert out.startswith(f"removed {READERS}/billing.yaml\n")
    assert not (shop.path / READERS / "billing.yaml").exists()


def test_who_reads_everything_cannot_leave_one_field(shop: Any, reg: Reg) -> None:
    shop.write({f"{READERS}/shop.yaml": "team: shop\nuses: [{schema: orders/order}]\n"})
    code, _, err = reg("unsubscribe", EMAIL)
    assert code == 2
    assert "what it reads is more than 'orders/order#email', which cannot be left alone" in err


def test_consent_can_be_taken_back(shop: Any, reg: Reg) -> None:
    shop.write({f"{READERS}/billing.yaml": BILLING})
    code, out, _ = reg("acknowledge", EMAIL, *NOW)
    assert code == 0
    assert "It counts once a deprecation has landed; none has landed yet." in out
    assert text(shop, "billing") == BILLING + "acks: [orders/order#email]\n"
    assert reg("acknowledge", EMAIL, *NOW)[0] == 2
    assert reg("acknowledge", EMAIL, "--withdraw", *NOW)[0] == 0
    assert text(shop, "billing") == BILLING


def test_what_a_newer_version_has_no_more_still_has_its_readers(shop: Any, reg: Reg) -> None:
    shop.write({f"{READERS}/billing.yaml": BILLING})
    land(shop, date(2026, 3, 2))
    shop.write({f"{ORDER}/2.0.0.json": GONE.replace('"LOST", ', "")})
    for element in (EMAIL, "orders/order#status=LOST", "orders/order@1#email"):
        code, out, err = reg("consumers", element, "--format", "csv")
        assert (code, err) == (0, "")
        assert ("billing" in out) is element.endswith("email")
    code, out, _ = reg("impact", EMAIL)
    assert code == 1
    assert out.startswith("1 consumer reads orders/order#email")
    assert reg("acknowledge", EMAIL, *NOW)[0] == 0
    assert reg("check", *NOW)[0] == 0
    assert reg("impact", EMAIL)[0] == 0
    assert reg("acknowledge", EMAIL, "--withdraw", *NOW)[0] == 0
    assert text(shop, "billing") == BILLING
    for gone in ("orders/order@2#email", "orders/order@2.0.0#email", "orders/order#emial"):
        code, out, err = reg("impact", gone)
        assert (code, out) == (2, "")
        assert "has no field" in err


def test_a_registration_is_committed_alone_and_proposed(shop: Any, reg: Reg) -> None:
    shop.write({"notes.txt": "mine\n"})
    shop.git("add", "notes.txt")
    code, out, _ = reg(
        "subscribe", "orders/order", "--team", "billing", "--branch", "billing-reads", *NOW
    )
    assert code == 0
    assert " on billing-reads\n" in out
    assert shop.git("log", "-1", "--format=%s") == "billing reads orders/order"
    assert shop.git("show", "--name-only", "--format=", "HEAD") == f"{READERS}/billing.yaml"
    assert shop.git("diff", "--cached", "--name-only") == "notes.txt"


@pytest.fixture
def read(shop: Any) -> Any:
    """The same with two readers of orders/order, landed; one agreed to lose the e-mail address."""
    shop.write(
        {
            f"{READERS}/billing.yaml": BILLING + "acks: [orders/order#email]\n",
            f"{READERS}/shop-bi.yaml": (
                'team: "Shop | BI"\nuses: [{schema: orders/order}]\nchannels: [billing-slack]\n'
            ),
        }
    )
    land(shop, date(2026, 3, 1))
    return shop


def valid(kind: str, text: str) -> Any:
    value = json.loads(text)
    jsonschema.Draft202012Validator(json.loads(schema_text(kind))).validate(value)
    return value


def test_who_reads_what_is_listed_in_every_form(read: Any, reg: Reg) -> None:
    assert reg("consumers") == (
        0,
        (
            "schema        versions  team       reached by           what it reads\n"
            "orders/order  ^1        billing    billing@example.com  id, email\n"
            "orders/order  *         Shop | BI  billing-slack        all fields\n"
            "2 consumers, 2 teams\n"
        ),
        "",
    )
    assert reg("consumers", "orders/order#total")[1] == (
        "schema        versions  team       reached by     what it reads\n"
        "orders/order  *         Shop | BI  billing-slack  all fields\n"
        "1 consumer, 1 team\n"
    )
    assert reg("consumers", EMAIL, "--format", "markdown")[1] == (
        "| schema | versions | team | reached by | what it reads |\n|---|---|---|---|---|\n"
        "| `orders/order` | <code>&#94;1</code> | billing | billing&#64;&#8203;example.com |"
        " id, email (acknowledged the removal) |\n"
        "| `orders/order` | <code>&#42;</code> | Shop &#124; BI | billing-slack | all fields |\n\n"
        "2 consumers, 2 teams.\n"
    )
    assert reg("consumers", "orders", "--format", "csv")[1] == (
        "product,consumer,team,contact,channels,schema,versions,fields,acknowledged,path\r\n"
        f"orders,billing,billing,billing@example.com,,orders/order,^1,id; email,no,{READERS}/billing.yaml\r\n"
        f"orders,shop-bi,Shop | BI,,billing-slack,orders/order,*,,no,{READERS}/shop-bi.yaml\r\n"
    )
    value = valid("consumers", reg("consumers", EMAIL, "--format", "json")[1])
    assert [(each["name"], each["acknowledged"]) for each in value["consumers"]] == [
        ("billing", True),
        ("shop-bi", False),
    ]
    assert value["consumers"][0]["uses"] == [
        {"schema": "orders/order", "versions": "^1", "fields": ["id", "email"]}
    ]


def test_who_reads_what_is_asked_of_any_day(read: Any, reg: Reg) -> None:
    assert reg("consumers", "--at", "2026-02-28")[0] == 2
    assert reg("consumers", "--at", "main~1") == (
        0,
        "no consumer is registered; to register: reg subscribe\n",
        "",
    )


@pytest.mark.parametrize("command", ["consumers", "impact"])
def test_a_target_that_is_not_there_is_refused(command: str, read: Any, reg: Reg) -> None:
    code, out, err = reg(command, "orders/order#emial")
    assert (code, out) == (2, "")
    assert "Did you mean orders/order#email?" in err


def test_who_would_be_hit_is_told_with_how_they_are_reached(read: Any, reg: Reg) -> None:
    assert reg("impact", EMAIL) == (
        1,
        (
            "2 consumers read orders/order#email, 1 of them acknowledged the removal\n"
            "  billing    billing@example.com  orders/order ^1: email; acknowledged the removal\n"
            "  Shop | BI  billing-slack        orders/order *: all fields\n"
        ),
        "",
    )
    value = valid("impact", reg("impact", EMAIL, "--format", "json")[1])
    assert [each["hit_by"][0]["acknowledged"] for each in value["consumers"]] == [True, False]
    _, out, _ = reg("impact", EMAIL, "--format", "markdown")
    assert out.startswith(
        "**2 consumers read `orders/order#email`, 1 of them acknowledged the removal**\n"
    )
    assert "| Shop &#124; BI | billing-slack |" in out
    read.write({f"{READERS}/shop-bi.yaml": None})
    assert reg("impact", EMAIL)[0] == 0
    assert reg("impact", "orders/order#status=LOST") == (
        0,
        "No registered consumer uses orders/order#status=LOST\n",
        "",
    )
    assert reg("impact", EMAIL, "--base", "main")[0] == 2


def test_whom_a_change_hits_is_told_with_what_hits_them(read: Any, reg: Reg) -> None:
    read.commit({}, "Begin")
    assert reg("impact", *NOW)[:2] == (
        0,
        f"this change affects no registered consumer\n{_compared(read)}",
    )
    read.write({f"{ORDER}/1.1.0.json": GONE, f"{READERS}/shop-bi.yaml": None})
    code, out, _ = reg("impact", *NOW)
    assert (code, out) == (
        1,
        (
            "billing reads orders (billing@example.com)\n"
            "  error  field-removed  orders/order 1.1.0: 'email' (optional string) was removed; it reads\n"
            "                        orders/order ^1: email; acknowledged the removal\n"
            "\n"
            "Shop | BI reads orders (billing-slack)\n"
            "  error  field-removed  orders/order 1.1.0: 'email' (optional string) was removed; it reads\n"
            "                        orders/order *: all fields\n"
            "\n"
            f"2 consumers hit\n{_compared(read)}"
        ),
    )
    value = valid("impact", reg("impact", "--format", "json", *NOW)[1])
    (loss,) = value["consumers"][1]["hit_by"]
    assert (loss["target"], loss["acknowledged"]) == ("orders/order@1#email", False)
    assert loss["finding"]["rule"] == "field-removed"
    code, out, _ = reg("impact", "--format", "markdown", *NOW)
    assert code == 1
    assert (
        "| error `field-removed` `orders/order 1.1.0`: 'email' (optional string) was removed |"
        in out
    )


def _compared(shop: Any) -> str:
    short = shop.git("rev-parse", "--short=7", "main")
    return f"base main ({short}), head working tree, as of 2026-03-02\n"


NASTY = "\u202e\x1b[2Jx ::error::no <!channel> [a](https://evil.example) | @acme/all `</td>` =1+1\n::stop"


@pytest.mark.parametrize("form", ["text", "json", "markdown", "csv"])
@pytest.mark.parametrize("command", ["consumers", "impact", "change"])
def test_what_consumers_say_of_themselves_does_nothing(
    form: str, command: str, shop: Any, reg: Reg
) -> None:
    if form == "csv" and command != "consumers":
        return
    said = {"team": NASTY, "contact": NASTY, "channels": [NASTY], "acks": [EMAIL]}
    uses = [{"schema": "orders/order", "fields": ["email"]}]
    shop.write({f"{READERS}/nasty.yaml": json.dumps(said | {"uses": uses})})
    land(shop, date(2026, 3, 1))
    call: tuple[str, ...] = (command, EMAIL)
    if command == "change":
        shop.write({f"{ORDER}/1.1.0.json": GONE})
        call = ("impact", *NOW)
    _, out, err = reg(*call, "--format", form)
    assert err == ""
    assert not re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f\u202e]", out)
    assert not re.search(r"^\s*::", out, re.MULTILINE)
    if form == "json":
        assert json.loads(out)["consumers"][0]["team"] == NASTY
    elif form == "csv":
        assert len(out.splitlines()) == 2
    elif form == "markdown":
        page = MarkdownIt("commonmark", {"html": True}).enable("table").render(out)
        cells = re.sub(r"</?(?:table|thead|tbody|tr|t[hd]|p|code|strong|sub)>", "", page)
        assert "<" not in cells
        assert page.count("<tr>") == 2
        assert "@acme" not in out
