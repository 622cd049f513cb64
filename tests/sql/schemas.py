"""Pairs of schemas at random, whose second is the first with a few changes; and names that bite."""

from __future__ import annotations

from copy import deepcopy
from random import Random
from typing import Any

HOSTILE = (
    *("select", "order", "USER", "Order", "ORDER", 'qu"ote', "ap'os", "semi;colon", "back`tick"),
    *("br[ack]et", "back\\slash", "emoji😀", "ümläut", "a b", "per%cent", "col:on", "new\nline"),
    *("x" * 200, "X" * 200, "--", "/*", "$1", "{brace}", "tab\there", "1st", "é" * 40, ""),
)
PLAIN = ("id2", "name", "amount", "status", "placed_at", "tags", "address", "note", "count", "flag")


def member(random: Random, depth: int = 0) -> dict[str, Any]:
    """The schema of one field."""
    makers: list[Any] = [
        lambda: {"type": "boolean"},
        lambda: {"type": "integer"},
        lambda: {
            "type": "integer",
            "minimum": 0,
            "maximum": random.choice((100, 30_000, 2**31 - 1)),
        },
        lambda: {"type": "number"},
        lambda: {
            "type": "number",
            "multipleOf": 0.01,
            "minimum": 0,
            "maximum": random.choice((99, 9999)),
        },
        lambda: {"type": "string"},
        lambda: {"type": "string", "maxLength": random.choice((5, 40))},
        lambda: {"enum": random.sample(["new", "paid", "it's", "lost;", "ärg", "a\\b"], 3)},
        lambda: {"type": "string", "format": random.choice(("date", "date-time", "uuid"))},
        lambda: {"type": ["string", "null"], "maxLength": 20},
        lambda: {"type": "object"},
    ]
    if depth < 2:
        makers += [
            lambda: {"type": "array", "items": member(random, depth + 1)},
            lambda: {"type": "object", "additionalProperties": member(random, 2)},
            lambda: record(random, depth + 1, 2),
        ]
    found: dict[str, Any] = random.choice(makers)()
    return found


def record(
    random: Random, depth: int, count: int, names: tuple[str, ...] = PLAIN
) -> dict[str, Any]:
    """The schema of an object."""
    chosen = random.sample(names, count)
    return {
        "type": "object",
        "properties": {name: member(random, depth) for name in chosen},
        "required": [name for name in chosen if random.random() < 0.5],
    }


def pair(seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A schema with a key `id`, and the same after one to four changes."""
    random = Random(seed)
    names = PLAIN if seed % 3 else (*PLAIN[:4], *HOSTILE)
    before = record(random, 0, random.randrange(2, 7), names)
    before["properties"]["id"] = {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}
    before["required"].append("id")
    after = deepcopy(before)
    for _ in range(random.randrange(1, 5)):
        change(after, random, names)
    return before, after


def change(schema: dict[str, Any], random: Random, names: tuple[str, ...]) -> None:
    """Add, remove or alter one field other than the key."""
    properties, required = schema["properties"], schema["required"]
    others = [name for name in properties if name != "id"]
    kind = random.randrange(5)
    name = random.choice(others) if others else ""
    if kind == 0 or not others:
        new = random.choice(names)
        if new not in properties:
            properties[new] = member(random)
        return
    if kind == 1:
        del properties[name]
        schema["required"] = [each for each in required if each != name]
    elif kind == 2:
        properties[name] = member(random)
    elif kind == 3:
        schema["required"] = sorted({*required} ^ {name})
    elif "enum" in properties[name]:
        properties[name]["enum"] = [*properties[name]["enum"][:2], "more"]
    elif "maxLength" in properties[name]:
        properties[name]["maxLength"] += random.choice((-2, 30))
    elif "maximum" in properties[name]:
        properties[name]["maximum"] = random.choice((50, 10**4, 2**40))
