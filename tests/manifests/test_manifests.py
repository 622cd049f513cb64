"""registry.yaml and product.yaml: what they mean, what they may not say, who may change what."""

from __future__ import annotations

import copy
import json
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from schemareg import manifests
from schemareg.authoring import scaffold
from schemareg.documents import conformance, parse_yaml, quick_conformance
from schemareg.manifests import durations
from schemareg.manifests.channels import kind_of
from schemareg.manifests.secrets import carries_secret
from schemareg.model import (
    Channel,
    Classification,
    Compatibility,
    Content,
    Level,
    Mail,
    Overrides,
    Owner,
    Policy,
    Product,
    Schema,
    Scope,
    Severity,
    Stability,
)
from schemareg.model.errors import InvalidFiles, RegistryError

if TYPE_CHECKING:
    from schemareg.documents import Document
    from schemareg.model import Mistake

CASES = parse_yaml((Path(__file__).parents[1] / "cases/manifests.yaml").read_bytes(), "cases").value


def _document(text: str) -> Document:
    return parse_yaml(text.encode(), "f.yaml")


def _parse(kind: str, text: str) -> Policy | Product:
    if kind == "registry":
        return manifests.parse_registry(_document(text))
    return manifests.parse_product(_document(text), "orders", "products/orders")


def _refusals(kind: str, text: str) -> tuple[Mistake, ...]:
    with pytest.raises(InvalidFiles) as caught:
        _parse(kind, text)
    return caught.value.mistakes


@pytest.mark.parametrize(
    ("kind", "case"),
    [pytest.param(kind, row, id=row["why"]) for kind in CASES for row in CASES[kind]],
)
def test_every_mistake_of_a_manifest_is_told(kind: str, case: dict[str, Any]) -> None:
    found = _refusals(kind, case["text"])
    told = [(f"{each.place.line}:{each.place.column}", each.rule) for each in found]
    assert sorted(told) == sorted((row["at"], row["rule"]) for row in case["finds"])
    for row in case["finds"]:
        assert any(
            row["what"] in each.what and row["remedy"] in each.remedy
            for each in found
            if each.rule == row["rule"]
        ), row


def test_a_policy_says_what_its_file_says() -> None:
    text = """
version: 1
protected-branch: trunk
compatibility: {level: BACKWARD_TRANSITIVE, scope: all, content: open, formats: assertion, undecided: warn}
deprecation: {window: {draft: 1d, stable: 26w}, reminders: [1d, P2W, 14d]}
overrides: anything
channels:
  slack: {url: "${SLACK_URL}", kind: slack, threshold: warning}
  mail: {url: "mailto:team@example.com"}
  hook: {url: "https://example.com/hook", secret: "${NEW} ${OLD}"}
  pager: {url: "ntfys://${NTFY_TOPIC}", threshold: error}
notify:
  default: [slack]
  mail: {server: "${SMTP_URL}", from: Schema registry <registry@example.com>}
  issues: true
"""
    assert _parse("registry", text) == Policy(
        protected_branch="trunk",
        compatibility=Compatibility(
            Level.BACKWARD_TRANSITIVE, Scope.ALL, Content.OPEN, formats=True, undecided="warn"
        ),
        windows={Stability.DRAFT: 1, Stability.BETA: 14, Stability.STABLE: 182},
        reminders=(14, 1),
        overrides=Overrides.ANYTHING,
        channels=(
            Channel("hook", "https://example.com/hook", secret="${NEW} ${OLD}"),
            Channel("mail", "mailto:team@example.com"),
            Channel("pager", "ntfys://${NTFY_TOPIC}", threshold=Severity.ERROR),
            Channel("slack", "${SLACK_URL}", "slack", threshold=Severity.WARNING),
        ),
        notify_default=("slack",),
        mail=Mail("${SMTP_URL}", "Schema registry <registry@example.com>"),
        issues=True,
    )


KINDS = {
    "https://hooks.slack.com/services/T/B/x": "slack",
    "HTTPS://hooks.slack.com/services/T/B/x": "slack",
    "https://hooks.slack.com.evil.example/x": "webhook",
    "https://prod-1.westus.logic.azure.com:443/workflows/x": "teams",
    "https://a.b.environment.api.powerplatform.com/powerautomate/x": "teams",
    "https://discord.com/api/webhooks/1/x": "apprise",
    "https://example.com/hook": "webhook",
    "mailto:ada@example.com": "mail",
    "MAILTO:ada@example.com": "mail",
    "mailto://user@example.com": "apprise",
    "ntfys://topic": "apprise",
    "${URL}": "",
    "example.com": "",
}


@pytest.mark.parametrize("url", KINDS)
def test_what_is_reached_is_known_by_the_url_unless_it_is_said(url: str) -> None:
    assert kind_of(Channel("a", url)) == KINDS[url]
    assert kind_of(Channel("a", "${URL}"), url) == KINDS[url]
    assert kind_of(Channel("a", url, "teams")) == "teams"
    assert kind_of(Channel("a", url, secret="${KEY}")) == "webhook"


def test_what_a_policy_does_not_say_is_the_default_and_the_scaffold_says_just_that() -> None:
    assert _parse("registry", "version: 1\n") == Policy()
    assert _parse("registry", scaffold.REGISTRY) == Policy()


def test_one_window_counts_for_beta_and_stable_but_not_for_drafts() -> None:
    policy = _parse("registry", "version: 1\ndeprecation: {window: 30d}\n")
    assert isinstance(policy, Policy)
    assert policy.windows == {Stability.DRAFT: 0, Stability.BETA: 30, Stability.STABLE: 30}


def test_a_product_is_what_its_file_says() -> None:
    text = """
title: Orders
domain: commerce
description: Every order placed in the shop.
purpose: Revenue reporting.
owner: {team: checkout, contact: checkout@example.com, channels: [checkout-slack]}
stability: beta
classification: internal
inputs: [payments/payment]
schemas:
  order_placed: {description: One row an order., format: json-schema, location: warehouse.orders}
  line: {}
compatibility: {level: FULL_TRANSITIVE}
"""
    assert _parse("product", text) == Product(
        name="orders",
        folder="products/orders",
        title="Orders",
        owner=Owner("checkout", "checkout@example.com", ("checkout-slack",)),
        domain="commerce",
        description="Every order placed in the shop.",
        purpose="Revenue reporting.",
        stability=Stability.BETA,
        classification=Classification.INTERNAL,
        inputs=("payments/payment",),
        schemas=(
            Schema("line"),
            Schema("order_placed", "One row an order.", "json-schema", "warehouse.orders"),
        ),
        compatibility={"level": "FULL_TRANSITIVE"},
    )


def test_a_product_says_little_by_default() -> None:
    assert _parse("product", "title: Orders\nowner: {team: checkout}\n") == Product(
        "orders", "products/orders", "Orders", Owner("checkout")
    )


@pytest.mark.parametrize("kind", manifests.KINDS)
def test_a_secret_is_never_repeated_in_a_message(kind: str) -> None:
    assert "writeOnly" in manifests.schema_text("registry")
    text = 'version: 1\nchannels:\n  a: {url: "https://hooks.slack.com/s3cret"}\n  b: {url: "x s3cret"}\n'
    for each in _refusals("registry", text):
        assert "s3cret" not in each.what + each.remedy


SECRETS = {
    "${CHECKOUT_SLACK_URL}": False,
    "https://hooks.slack.com/services/${PATH}": False,
    "https://${USER}:${PASSWORD}@example.com/hook": False,
    "https://example.com/hook?token=${TOKEN}": False,
    "https://hooks.example.com/data-products/orders-and-payments-team": False,
    "https://example.com/hook?room=checkout": False,
    "mailto:checkout@example.com": False,
    "ntfys://checkout-alerts": False,
    "smtp://mail.example.com:587?tls=off": False,
    "discord://${ID}/${TOKEN}": False,
    "discord://1/x": True,
    "mailto://me:s3cret@example.com": True,
    "smtps://me:s3cret@example.com": True,
    "https://prod-1.westus.logic.azure.com:443/workflows/x": True,
    "https://default1.environment.api.powerplatform.com:443/powerautomate/x": True,
    "https://discord.com/api/webhooks/1/x": True,
    "https://me@example.com/": True,
    "https://example.com/?api_key=1": True,
    "https://example.com/${A}/aB3dE6gH9jK2mN5pQ8sT": True,
}


@pytest.mark.parametrize("url", SECRETS)
def test_a_url_that_carries_a_secret_is_known_from_one_that_does_not(url: str) -> None:
    assert carries_secret(url) is SECRETS[url]


DURATIONS = {"0d": 0, "90d": 90, "2w": 14, "P90D": 90, "P2W": 14}


def test_durations_are_days_and_weeks() -> None:
    assert {text: durations.days(text) for text in DURATIONS} == DURATIONS
    for text in ("", "90", "1m", "P1M", "1y", "-1d", "1.5d", "90d ", "P1DT1H", "９d"):
        with pytest.raises(ValueError, match="^" + re.escape(text) + "$"):
            durations.days(text)


BACKWARD = Compatibility(level=Level.BACKWARD, scope=Scope.SUPPORTED, content=Content.DECLARED)
WISHES: list[tuple[str, str, bool]] = [
    ("level", "BACKWARD", True),
    ("level", "BACKWARD_TRANSITIVE", True),
    ("level", "FULL", True),
    ("level", "FULL_TRANSITIVE", True),
    ("level", "FORWARD", False),
    ("level", "NONE", False),
    ("scope", "latest", False),
    ("scope", "supported", True),
    ("scope", "all", True),
    ("content", "declared", True),
    ("content", "open", True),
    ("formats", "annotation", True),
    ("formats", "assertion", False),
    ("undecided", "fail", True),
    ("undecided", "warn", False),
]


def _wishing(**wishes: str) -> Product:
    return Product("orders", "products/orders", "Orders", Owner("checkout"), compatibility=wishes)


@pytest.mark.parametrize(
    ("key", "value", "stricter"), WISHES, ids=[f"{k}={v}" for k, v, _ in WISHES]
)
def test_a_product_may_only_be_as_lenient_as_the_registry_lets_it(
    key: str, value: str, stricter: bool
) -> None:
    product = _wishing(**{key: value})
    free = manifests.effective(
        Policy(compatibility=BACKWARD, overrides=Overrides.ANYTHING), product
    )
    for overrides, allowed in (
        (Overrides.ANYTHING, True),
        (Overrides.STRICTER, stricter),
        (Overrides.NOTHING, free == BACKWARD),
    ):
        policy = Policy(compatibility=BACKWARD, overrides=overrides)
        assert [name for name, _ in manifests.refused(policy, product)] == [key] * (not allowed)
        assert manifests.effective(policy, product) == (free if allowed else BACKWARD)


def test_what_is_allowed_of_a_products_wishes_counts_beside_what_is_not() -> None:
    product = _wishing(level="FULL", scope="latest")
    policy = Policy(compatibility=BACKWARD)
    assert manifests.effective(policy, product) == Compatibility(level=Level.FULL)
    assert manifests.refused(policy, product) == (
        ("scope", "registry.yaml allows only what is stricter than itself"),
    )


@pytest.mark.parametrize("kind", manifests.KINDS)
def test_each_kind_has_a_schema_that_explains_every_key_to_an_editor(kind: str) -> None:
    from jsonschema import Draft202012Validator

    schema = json.loads(manifests.schema_text(kind))
    Draft202012Validator.check_schema(schema)
    for properties in _properties(schema):
        for name, said in properties.items():
            described = "$ref" in said or {"title", "description"} <= set(said)
            assert described, name


def _properties(schema: Any) -> list[dict[str, Any]]:
    found = []
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            found.append(schema["properties"])
        for part in schema.values():
            found += _properties(part)
    return found


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(RegistryError, match="no schema for 'produkt'") as caught:
        manifests.schema_text("produkt")
    assert caught.value.remedy == "Did you mean 'product'?"


RIGHT = {
    "registry": {
        "version": 1,
        "protected-branch": "main",
        "layout": "schemas/{product}/{schema}/{version}",
        "anchor": "0123456789abcdef0123456789abcdef01234567",
        "compatibility": {"level": "FULL", "scope": "all", "content": "open", "undecided": "warn"},
        "deprecation": {"window": {"draft": "0d", "stable": "2w"}, "reminders": ["30d", "7d"]},
        "overrides": "nothing",
        "channels": {
            "a": {"url": "${A}", "kind": "slack", "threshold": "error"},
            "b": {"url": "https://example.com", "secret": "${B}"},
        },
        "notify": {
            "default": ["a"],
            "mail": {"server": "${M}", "from": "a@example.com"},
            "issues": True,
        },
    },
    "product": {
        "title": "Orders",
        "domain": "commerce",
        "owner": {"team": "checkout", "contact": "a@example.com", "channels": ["a", "b"]},
        "stability": "stable",
        "classification": "internal",
        "inputs": ["a/b", "c/d"],
        "schemas": {"x": {"description": "d", "format": "json-schema"}, "y": {}},
        "compatibility": {"formats": "assertion", "level": "NONE"},
    },
    "deprecation": {
        "target": "orders/order#customer.email",
        "sunset": "2027-03-01",
        "reason": "Personal data leaves.",
        "loosens": "values",
        "replacement": "orders/order#customer.id",
        "migration": "https://example.com/move",
    },
    "consumer": {
        "team": "billing",
        "contact": "billing@example.com",
        "channels": ["billing-slack"],
        "uses": [
            {"schema": "orders/order", "versions": "^1 || 2.0.1", "fields": ["id", "lines[].sku"]},
            {"schema": "orders/refund"},
        ],
        "acks": ["orders/order#customer.email"],
    },
    "waiver": {
        "fingerprint": "0123456789abcdef",
        "rule": "field-removed",
        "reason": "An emergency.",
        "approver": "platform",
        "until": "2027-03-01",
    },
}
_ODD = [None, True, 0, 1, "", " ", "90d", "x\n", "main", "A", [], ["a", "a"], [1], {}, {"a": 1}]


def _mutated(value: Any, chance: random.Random) -> Any:
    value = copy.deepcopy(value)
    spots: list[tuple[Any, Any]] = []

    def gather(part: Any) -> None:
        for key in list(part) if isinstance(part, dict) else range(len(part)):
            spots.append((part, key))
            if isinstance(part[key], dict | list):
                gather(part[key])

    gather(value)
    part, key = chance.choice(spots)
    deed = chance.randrange(4)
    if deed == 0:
        del part[key]
    elif deed == 1 and isinstance(part, dict):
        part[chance.choice(["x", "X", "default", "stable", "y\n"])] = chance.choice(_ODD)
    elif deed == 2 and isinstance(part, list):
        part.append(part[0])
    else:
        part[key] = chance.choice(_ODD)
    return value


@pytest.mark.parametrize("kind", manifests.KINDS)
def test_the_quick_answer_agrees_with_the_validator(kind: str) -> None:
    schema = json.loads(manifests.schema_text(kind))
    chance = random.Random(7)
    verdicts = {True: 0, False: 0}
    for _ in range(400):
        value: Any = RIGHT[kind]
        for _ in range(chance.randint(0, 3)):
            value = _mutated(value, chance)
        text = json.dumps(value)
        found = conformance.mistakes(_document(text), schema, matches=quick_conformance.matches)
        assert quick_conformance.fits(schema, value, schema) == (not found), text
        verdicts[not found] += 1
    assert min(verdicts.values()) > 40


def test_however_a_policy_is_mangled_it_is_read_or_its_mistakes_are_told() -> None:
    chance = random.Random(11)
    read, told = 0, []
    for _ in range(400):
        value: Any = RIGHT["registry"]
        for _ in range(chance.randint(0, 4)):
            value = _mutated(value, chance)
        try:
            manifests.parse_registry(_document(json.dumps(value)))
            read += 1
        except InvalidFiles as error:
            told.append(error.mistakes)
    assert [list(each) for each in told] == [sorted(set(each)) for each in told]
    assert min(read, len(told)) > 40
