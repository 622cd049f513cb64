"""A path that names a map's values, a position or an alternative means the same to every command."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Repo

    Run = Callable[..., tuple[int, str, str]]

S: dict[str, Any] = {"type": "string"}
FOLDER = "products/shop/schemas/price"
LANDED, RIPE = date(2026, 1, 1), "2026-12-01"


def one(*, without: str = "") -> dict[str, Any]:
    """A schema in which one field is described in every way; without one of them."""

    def obj(where: str) -> dict[str, Any]:
        names = ("amount", "currency") if where != without else ("amount",)
        # Validators judge what an array contains; what they pass over has to be found here.
        said: dict[str, Any] = {} if where == "lines[contains]" else S
        return {"type": "object", "properties": dict.fromkeys(names, said)}

    def kind(name: str) -> dict[str, Any]:
        held = obj(name)
        return {
            **held,
            "properties": {"kind": {"const": name}, **held["properties"]},
            "required": ["kind"],
        }

    return {
        "type": "object",
        "properties": {
            "prices": {"type": "object", "additionalProperties": obj("prices.*")},
            "rates": {"type": "object", "unevaluatedProperties": obj("rates.*")},
            "headers": {"type": "object", "patternProperties": {"^x-": obj("headers{^x-}")}},
            "pair": {"type": "array", "prefixItems": [obj("pair[0]"), obj("pair[1]")]},
            "lines": {"type": "array", "contains": obj("lines[contains]")},
            "payload": {"type": "string", "contentSchema": obj("payload[content]")},
            "": obj('[""]'),
            "pay": {"oneOf": [kind("card"), kind("cash")]},
        },
    }


PATHS = {
    "prices.*": "prices.*.currency",
    "rates.*": "rates.*.currency",
    "headers{^x-}": "headers{^x-}.currency",
    "pair[0]": "pair[0].currency",
    "lines[contains]": "lines[contains].currency",
    "payload[content]": "payload[content].currency",
    '[""]': '[""].currency',
    "card": "pay.currency",
}


@pytest.fixture
def shop(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    repo.commit(
        {
            "registry.yaml": "version: 1\n",
            "products/shop/product.yaml": "title: Shop\nowner: {team: shop}\nschemas: {price: {}}\n",
            f"{FOLDER}/1.0.0.json": json.dumps(one()),
        },
        on=LANDED,
    )
    monkeypatch.chdir(repo.path)
    return repo


def checked(reg: Run, *options: str) -> tuple[int, list[tuple[str, str, str]], dict[str, Any]]:
    code, out, _ = reg("check", "--format", "json", *options)
    report = json.loads(out)
    found = [(each["rule"], each["severity"], each["field"]) for each in report["findings"]]
    return code, found, report


@pytest.mark.parametrize("where", PATHS)
def test_a_field_may_go_once_its_path_was_announced_and_its_window_is_over(
    where: str, shop: Repo, reg: Run
) -> None:
    path = PATHS[where]
    shop.branch("early")
    shop.commit({f"{FOLDER}/1.1.0.json": json.dumps(one(without=where))}, on=LANDED)
    code, found, _ = checked(reg, "--today", "2026-01-02")
    assert code == 1
    assert ("field-removed", "error", path) in found

    shop.checkout("main")
    target = f"shop/price#{path}"
    code, _, err = reg(
        "deprecate",
        target,
        "--reason",
        "It goes.",
        "--sunset",
        "2026-08-01",
        "--today",
        "2026-02-01",
    )
    assert code == 0, err
    shop.git("add", "--all")
    shop.commit({}, "Announce", on=date(2026, 2, 1))
    shop.branch("late")
    shop.commit({f"{FOLDER}/1.1.0.json": json.dumps(one(without=where))}, on=date(2026, 3, 1))
    code, found, _ = checked(reg, "--today", "2026-03-01")
    assert code == 1
    assert ("removed-before-sunset", "error", path) in found
    code, found, _ = checked(reg, "--today", RIPE)
    assert (code, found) == (0, [("removed-at-sunset", "notice", path)])


@pytest.mark.parametrize("where", PATHS)
def test_a_consumer_of_a_path_is_hit_by_what_takes_it(where: str, shop: Repo, reg: Run) -> None:
    path = PATHS[where]
    written = json.dumps(path)
    shop.commit(
        {
            "products/shop/consumers/billing.yaml": "team: billing\nuses:\n"
            f"  - {{schema: shop/price, fields: [{written}]}}\n",
            "products/shop/consumers/other.yaml": "team: other\nuses:\n"
            "  - {schema: shop/price, fields: ['pair[1].currency']}\n",
        },
        on=LANDED,
    )
    assert reg("validate")[0] == 0
    shop.branch("change")
    shop.commit({f"{FOLDER}/1.1.0.json": json.dumps(one(without=where))}, on=LANDED)
    _, _, report = checked(reg, "--today", "2026-01-02")
    (lost,) = (each for each in report["findings"] if each["rule"] == "field-removed")
    assert [each["consumer"] for each in lost["hits"]] == ["billing"]
    code, out, _ = reg("impact", f"shop/price#{path}", "--format", "json")
    assert code == 1  # somebody is hit
    assert "billing" in out
    assert "other" not in out


def test_a_path_that_is_not_there_is_refused_with_what_is_near(shop: Repo, reg: Run) -> None:
    shop.write(
        {
            "products/shop/consumers/billing.yaml": "team: billing\nuses:\n"
            "  - {schema: shop/price, fields: ['prices.*.curency']}\n"
        }
    )
    assert "prices.*.currency" in "".join(map(str, reg("validate")))
    code, _, err = reg("deprecate", "shop/price#prices.*.curency", "--reason", "x")
    assert code == 2
    assert "prices.*.currency" in err


def test_every_view_writes_a_field_as_people_type_it(shop: Repo, reg: Run) -> None:
    blamed = reg("blame", "shop/price", "--format", "json")[1]
    shown = reg("show", "shop/price", "--format", "json")[1]
    for path in (*PATHS.values(), "prices.*", "headers{^x-}"):
        assert json.dumps(path) in blamed
        assert json.dumps(path) in shown


def test_show_says_in_which_alternative_a_field_comes(shop: Repo, reg: Run) -> None:
    shop.commit({f"{FOLDER}/1.1.0.json": json.dumps(one(without="card"))}, on=LANDED)
    text = " ".join(reg("show", "shop/price")[1].split())
    assert "Only where kind=cash." in text


def test_a_break_inside_a_map_names_the_path_of_the_map(shop: Repo, reg: Run) -> None:
    narrowed = one()
    prices = narrowed["properties"]["prices"]["additionalProperties"]
    prices["properties"]["amount"] = {"type": "integer"}
    shop.branch("change")
    shop.commit({f"{FOLDER}/1.1.0.json": json.dumps(narrowed)}, on=LANDED)
    _, found, _ = checked(reg, "--today", "2026-01-02")
    assert {field for rule, _, field in found if rule == "type-narrowed"} == {"prices.*.amount"}


def test_draft_4_validators_that_differ_are_named_where_it_matters(shop: Repo, reg: Run) -> None:
    four = "http://json-schema.org/draft-04/schema#"

    def schema(**number: Any) -> str:
        return json.dumps({"$schema": four, "type": "object", "properties": {"n": number}})

    shop.commit({f"{FOLDER}/2.0.0.json": schema(type="integer")}, on=LANDED)
    shop.branch("change")
    shop.commit({f"{FOLDER}/2.1.0.json": schema(type="number", multipleOf=1)}, on=LANDED)
    code, found, _ = checked(reg, "--today", "2026-01-02")
    assert code == 0
    assert ("draft-reading-differs", "notice", "") in found
    shop.commit({f"{FOLDER}/2.1.0.json": schema(type="integer", minimum=0)}, on=LANDED)
    assert "draft-reading-differs" not in str(checked(reg, "--today", "2026-01-02")[1])
