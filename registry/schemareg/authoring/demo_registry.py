"""The demonstration's registry: an online shop's orders, told step by step."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from schemareg.authoring import scaffold
from schemareg.documents import json_values

if TYPE_CHECKING:
    from schemareg.documents.json_values import JsonValue

TARGET = "orders/order_placed"
"""The schema that the story is about."""

GOING = f"{TARGET}#coupon"
"""The field whose end is announced in the second act."""

FOLDER = f"products/orders/schemas/{TARGET.partition('/')[2]}"


def first() -> dict[str, str]:
    """A registry with one product and the first version of its schema."""
    product = scaffold.product("orders", team="checkout", contact="checkout@example.com")
    (path, text), *_ = product.items()
    text = text.replace(
        "schemas: {}\n", "schemas:\n  order_placed: {description: One row an order.}\n"
    )
    return {**scaffold.registry(), path: text, **_version("1.0.0", _FIRST)}


def second() -> dict[str, str]:
    """Version 1.1.0: one more optional field, which hurts nobody."""
    return _version("1.1.0", _second())


def breaking() -> dict[str, str]:
    """Version 1.2.0: two edits that look harmless in review, and are not."""
    return _version("1.2.0", _tidied())


def without_coupon() -> dict[str, str]:
    """Version 2.1.0: what came with 1.1.0 goes again."""
    schema = _tidied()
    del schema["properties"]["coupon"]
    return _version("2.1.0", schema)


def _version(version: str, schema: JsonValue) -> dict[str, str]:
    return {f"{FOLDER}/{version}.json": json_values.render(schema, indent=2) + "\n"}


def _tidied() -> JsonValue:
    schema = _second()
    schema["properties"]["customer"]["required"] = ["customer_id", "phone"]
    schema["properties"]["status"]["enum"] = ["placed", "shipped"]
    return schema


def _second() -> JsonValue:
    schema = copy.deepcopy(_FIRST)
    schema["properties"]["coupon"] = {
        "description": "The code the customer entered, if any.",
        "type": "string",
        "maxLength": 20,
    }
    return schema


_FIRST: JsonValue = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Order placed",
    "description": "An order that a customer placed in the shop.",
    "type": "object",
    "properties": {
        "order_id": {"type": "string", "examples": ["o-1042"]},
        "placed_at": {
            "type": "string",
            "format": "date-time",
            "examples": ["2026-03-02T09:30:00Z"],
        },
        "status": {"type": "string", "enum": ["placed", "shipped", "cancelled"]},
        "total": {
            "description": "What the customer pays, in cents, taxes included.",
            "type": "integer",
            "minimum": 0,
        },
        "customer": {
            "type": "object",
            "properties": {
                "customer_id": {"type": "string", "examples": ["c-7"]},
                "email": {"type": "string", "format": "email"},
                "phone": {"type": "string"},
            },
            "required": ["customer_id"],
        },
        "lines": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "sku": {"type": "string", "examples": ["tea-250g"]},
                    "quantity": {"type": "integer", "minimum": 1},
                },
                "required": ["sku", "quantity"],
            },
        },
    },
    "required": ["order_id", "placed_at", "status", "total", "customer", "lines"],
}
