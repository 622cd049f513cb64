"""A second schema language goes through every command, and nothing outside of it knows it."""

from __future__ import annotations

import json
import os
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from tests.formats import toy

from schemareg import rules
from schemareg.formats import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ORDER = "products/orders/schemas/order"
PRODUCT = "products/orders/product.yaml"
FIRST = """\
# Order: One row per order.
text id
int total unit=EUR -- What the customer pays.
text note?
"""
BILLING = """\
team: billing
contact: billing@example.com
uses:
  - {schema: orders/order, versions: "^1", fields: [id, total]}
"""
TODAY = ("--today", "2026-03-10")


@pytest.fixture(autouse=True)
def second_format(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delattr(rules, "CATALOGUE")
    catalogue.register(toy.ENTRY)
    yield
    catalogue.unregister("toy")


@pytest.fixture
def shop(repo: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """orders/order 1.0.0 as a toy, and a JSON Schema beside it; on main since 2026-03-01."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    repo.git("config", "user.name", "Grace Hopper")
    repo.git("config", "user.email", "grace@example.com")
    repo.commit(
        {
            "registry.yaml": "version: 1\n",
            PRODUCT: "title: Orders\nowner: {team: checkout}\n"
            "schemas: {line: {}, order: {key: [id]}}\n",
            "products/orders/consumers/billing.yaml": BILLING,
            f"{ORDER}/1.0.0.toy": FIRST,
            "products/orders/schemas/line/1.0.0.json": '{"type": "object"}\n',
        },
        "Add orders",
    )
    monkeypatch.chdir(repo.path)
    return repo


def test_a_sound_registry_of_two_formats_is_valid(shop: Any, reg: Callable[..., Any]) -> None:
    assert reg("validate")[0] == 0
    assert reg("check", *TODAY)[0] == 0


def test_mistakes_of_the_second_format_have_places(shop: Any, reg: Callable[..., Any]) -> None:
    shop.write({f"{ORDER}/1.1.0.toy": "# Order\nnonsense\n", f"{ORDER}/1.2.0.toy": "# O\nreal x\n"})
    code, out, err = reg("validate")
    assert code == 2
    assert f"{ORDER}/1.1.0.toy:2:1: error schema-malformed" in out + err
    assert f"{ORDER}/1.2.0.toy:2:1: error schema-malformed" in out + err


def test_a_break_of_the_second_format_is_shown_with_its_record_and_its_consumers(
    shop: Any, reg: Callable[..., Any]
) -> None:
    shop.write({f"{ORDER}/1.1.0.toy": FIRST.replace("int total", "text total")})
    code, out, err = reg("check", *TODAY)
    assert (code, err) == (1, "")
    assert f"{ORDER}/1.1.0.toy:3:1: error toy-type" in out
    assert "'total' is text now" in out
    assert '{"id": "a", "total": 1, "note": "a"}' in out
    assert "billing" in out
    assert "2.0.0" in out
    report = json.loads(reg("check", "--format", "json", *TODAY)[1])
    (verdict,) = report["versions"]
    assert (verdict["outcome"], verdict["required_bump"]) == ("breaking", "major")
    assert {each["rule"] for each in report["findings"]} >= {"toy-type"}
    code, out, _ = reg("explain", "toy-type")
    assert (code, "A type changed" in out) == (0, True)


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html", "sarif", "junit", "github"])
def test_a_break_of_the_second_format_is_rendered_in_every_form(
    shop: Any, reg: Callable[..., Any], form: str
) -> None:
    shop.write({f"{ORDER}/1.1.0.toy": FIRST.replace("text note?", "text note")})
    code, out, err = reg("check", "--format", form, *TODAY)
    assert (code, err) == (1, "")
    assert "toy-missing" in out


def test_additions_and_words_call_for_the_smaller_bumps(shop: Any, reg: Callable[..., Any]) -> None:
    def required() -> tuple[str, list[str]]:
        (verdict,) = json.loads(reg("check", "--format", "json", *TODAY)[1])["versions"]
        return verdict["required_bump"], verdict["changes"]

    shop.write({f"{ORDER}/1.1.0.toy": f"{FIRST}flag paid?\n"})
    assert required() == ("minor", [])
    shop.write({f"{ORDER}/1.1.0.toy": FIRST.replace("customer", "buyer")})
    bump, changes = required()
    assert bump == "patch"
    assert changes == ['description of total: "What the customer pays." → "What the buyer pays."']


def test_a_unit_that_changes_is_a_change_of_meaning(shop: Any, reg: Callable[..., Any]) -> None:
    shop.write({f"{ORDER}/1.1.0.toy": FIRST.replace("EUR", "USD")})
    code, out, _ = reg("check", *TODAY)
    assert code == 1
    assert "meaning-changed" in out


def test_show_list_diff_and_draft_speak_the_second_format(
    shop: Any, reg: Callable[..., Any]
) -> None:
    code, out, _ = reg("show", "orders/order")
    assert code == 0
    assert "One row per order." in out
    assert "What the customer pays." in out
    assert "order" in str(reg("list"))
    code, out, _ = reg("draft", "orders/order")
    assert code == 0
    assert (shop.path / ORDER / "1.1.0.toy").read_text() == FIRST
    shop.write({f"{ORDER}/1.1.0.toy": FIRST.replace("int total", "text total") + "flag paid?\n"})
    code, out, err = reg("diff", "orders/order@1.0.0", "orders/order@1.1.0")
    assert code == 0, err
    assert "paid" in out
    assert "toy-type" in out
    assert reg("bump", "orders/order")[0] == 0
    assert (shop.path / ORDER / "2.0.0.toy").exists()


def test_consumers_and_impact_know_the_fields(shop: Any, reg: Callable[..., Any]) -> None:
    code, out, _ = reg("impact", "orders/order#total")
    assert (code, "billing" in out) == (1, True)  # somebody is hit
    code, _, err = reg("impact", "orders/order#totl")
    assert (code, "total" in err) == (2, True)
    shop.write({"products/orders/consumers/odd.yaml": BILLING.replace("total", "totl")})
    code, out, err = reg("validate")
    assert code != 0
    assert "totl" in out + err


def test_a_field_is_deprecated_and_retired_after_its_window(
    shop: Any, reg: Callable[..., Any]
) -> None:
    note = "orders/order#note"
    assert reg("deprecate", note, "--reason", "Unused.", "--today", "2026-03-01")[0] == 0
    shop.git("add", "--all")
    shop.git("commit", "--quiet", "-m", "Deprecate note", on=date(2026, 3, 2))
    code, _, err = reg("retire", note, "--today", "2026-03-20")
    assert (code, "may go from" in err) == (2, True)
    code, out, err = reg("retire", note, "--today", "2026-08-01")
    assert code == 0, err
    assert (shop.path / ORDER / "1.1.0.toy").read_text() == FIRST.replace("text note?\n", "")
    code, out, _ = reg("check", "--today", "2026-08-01")
    assert code == 0, out
    for command in (("status", "orders"), ("timeline", "orders")):
        code, out, err = reg(*command)
        assert (code, "note" in out) == (0, True), (command, out, err)
    assert "1.0.0" in reg("log")[1]


def test_blame_finds_who_wrote_a_field(shop: Any, reg: Callable[..., Any]) -> None:
    shop.commit({f"{ORDER}/1.1.0.toy": f"{FIRST}flag paid?\n"}, "Add paid", on=date(2026, 3, 5))
    code, out, _ = reg("blame", "orders/order")
    assert code == 0
    lines = {line.split()[0]: line for line in out.splitlines() if line.strip()}
    assert "2026-03-05" in lines["paid"]
    assert "2026-03-01" in lines["total"]


def test_loose_files_are_compared_without_a_registry(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, reg: Callable[..., Any]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.toy").write_text(FIRST)
    (tmp_path / "b.toy").write_text(FIRST.replace("text note?", "text note"))
    (tmp_path / "c.json").write_text("{}")
    assert reg("compat", "b.toy", "a.toy")[0] == 0
    code, out, _ = reg("compat", "a.toy", "b.toy")
    assert (code, "toy-missing" in out) == (1, True)
    code, _, err = reg("compat", "a.toy", "c.json")
    assert (code, "a.toy is Toy, and c.json is JSON Schema" in err) == (2, True)


def test_the_format_of_a_line_does_not_change_silently(shop: Any, reg: Callable[..., Any]) -> None:
    schema = '{"type": "object", "properties": {"id": {}}}'
    shop.write({f"{ORDER}/1.1.0.json": schema})
    code, out, _ = reg("check", *TODAY)
    assert code == 1
    assert "format-changed" in out
    assert "the format changed from Toy to JSON Schema" in out
    code, out, _ = reg("diff", "orders/order@1.0.0", "orders/order@1.1.0")
    assert (code, "one version is Toy, the other is JSON Schema" in out) == (0, True)
    shop.write({f"{ORDER}/1.1.0.json": None, f"{ORDER}/2.0.0.json": schema})
    code, out, err = reg("check", *TODAY)
    assert code == 0, out + err


def test_a_declared_format_is_known_and_is_the_one_of_the_latest_version(
    shop: Any, reg: Callable[..., Any]
) -> None:
    text = (shop.path / PRODUCT).read_text()
    shop.write({PRODUCT: text.replace("line: {}", "line: {format: toy}")})
    _, out, err = reg("validate")
    assert f"{PRODUCT}:3:26: error format-mismatch" in out + err
    shop.write({PRODUCT: text.replace("line: {}", "line: {format: jsonschema}")})
    _, out, err = reg("validate")
    assert "error format-unknown" in out + err
    assert "Did you mean json-schema?" in out + err
    shop.write({PRODUCT: text.replace("line: {}", "line: {format: json-schema}")})
    assert reg("validate")[0] == 0


@pytest.mark.parametrize("reference", ["reg:orders/order@1.0.0", "../order/1.0.0.toy"])
def test_a_reference_to_another_format_leads_nowhere(
    shop: Any, reg: Callable[..., Any], reference: str
) -> None:
    shop.write({"products/orders/schemas/line/1.1.0.json": json.dumps({"$ref": reference})})
    code, out, err = reg("validate")
    assert code == 2
    assert "reference-dangling" in out + err
    assert "which it leads to, is Toy" in out + err


def test_two_formats_share_no_name_and_no_ending() -> None:
    for entry in (toy.ENTRY, toy.ENTRY._replace(name="other")):
        with pytest.raises(ValueError, match="exists"):
            catalogue.register(entry)
