"""Who reads what: what the file of a consumer says, and whom the end of something hits."""

from __future__ import annotations

import pytest

from schemareg import documents, manifests
from schemareg.consumers import uses as consumers_uses
from schemareg.model import Consumer, Use, targets
from schemareg.model.errors import InvalidFiles

PATH = "products/orders/consumers/billing.yaml"


def parsed(text: str) -> Consumer:
    return manifests.parse_consumer(documents.parse(text.encode(), PATH), "orders")


def test_a_consumer_says_who_it_is_and_what_it_reads() -> None:
    assert parsed(
        "team: billing\ncontact: b@example.com\nchannels: [billing-slack]\n"
        'uses: [{schema: orders/order, versions: ^1, fields: [id, "lines[].sku"]}]\n'
        "acks: [orders/order#id]\n"
    ) == Consumer(
        PATH,
        "billing",
        "billing",
        "b@example.com",
        ("billing-slack",),
        (Use(targets.parse("orders/order"), "^1", (("id",), ("lines", None, "sku"))),),
        (targets.parse("orders/order#id"),),
    )


def test_every_mistake_of_a_consumer_is_told_at_once() -> None:
    with pytest.raises(InvalidFiles) as caught:
        parsed(
            "team: billing\n"
            "uses:\n"
            "  - {schema: payments/payment, fields: [id]}\n"
            "  - {schema: orders/order, fields: [id..x]}\n"
            "acks: ['Orders!', customers/customer]\n"
        )
    assert [(each.place.line, each.rule) for each in caught.value.mistakes] == [
        (3, "use-elsewhere"),
        (4, "target-malformed"),
        (5, "target-malformed"),
        (5, "use-elsewhere"),
    ]


@pytest.mark.parametrize(
    ("versions", "fields", "target", "hit"),
    [
        ("*", "", "orders", True),
        ("*", "", "orders/order", True),
        ("*", "", "orders/refund", False),
        ("*", "", "orders/order#email", True),
        ("*", "email", "orders/order#email", True),
        ("*", "email", "orders/order#email=x", True),
        ("*", "email", "orders/order#id", False),
        ("*", "customer.email", "orders/order#customer", True),
        ("*", "customer", "orders/order#customer.email", True),
        ("*", "customers", "orders/order#customer", False),
        ("^1", "", "orders/order@1", True),
        ("^1", "", "orders/order@2", False),
        ("^1.2", "", "orders/order@1.1.9", False),
        ("^1.2", "", "orders/order@1.2.0", True),
        ("^1.2", "", "orders/order@1.10.0", True),
        ("1.2", "", "orders/order@1.2.7", True),
        ("1.2", "", "orders/order@1.3.0", False),
        ("1.2.0", "", "orders/order@1.2.0", True),
        ("1.2.0", "", "orders/order@1.2.1", False),
        ("^1 || ^2", "", "orders/order@2", True),
        ("^1 || *", "", "orders/order@7", True),
        ("^1", "email", "orders/order@1#email", True),
        ("^2", "email", "orders/order@1#email", False),
    ],
)
def test_whoever_reads_a_part_or_the_whole_is_hit(
    versions: str, fields: str, target: str, hit: bool
) -> None:
    steps = tuple(targets.parse(f"orders/order#{each}").field for each in fields.split())
    use = Use(targets.parse("orders/order"), versions, steps)
    assert consumers_uses.touches(use, targets.parse(target)) is hit
