"""Small files that ask for much work: a check of 3 KB ends within a bounded number of calls."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from tests.adversary import PRODUCT, Origin, begin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_CALLS = 20_000_000
"""Calls of Python functions; the slowest row makes half of them, in less than two CPU seconds."""
MAX_BYTES = 3_100
TODAY = date(2026, 2, 1)


class TooMuch(BaseException):
    """More calls than are allowed; no handler of the program stops it."""


@contextmanager
def at_most(calls: int) -> Iterator[None]:
    left = calls

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal left
        left -= event == "call"
        if left == 0:
            raise TooMuch

    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(None)


def ladder(count: int, below: Any, *, wide: int = 2) -> Any:
    """Definitions of which each refers to the next one several times."""
    steps = {
        f"d{each}": {
            "type": "object",
            "properties": {f"p{n}": {"$ref": f"#/$defs/d{each + 1}"} for n in range(wide)},
        }
        for each in range(count)
    }
    return {"$ref": "#/$defs/d0", "$defs": {**steps, f"d{count}": below}}


def web(keyword: str, count: int) -> Any:
    """Definitions of which each is two of the next one, by a keyword that takes a list."""
    steps: dict[str, Any] = {
        f"d{each}": {keyword: [{"$ref": f"#/$defs/d{each + 1}"}, {"$ref": f"#/$defs/d{each + 1}"}]}
        for each in range(count)
    }
    leaf = {"type": "object", "properties": {"x": {"type": "string"}}}
    return {"$ref": "#/$defs/d0", "$defs": {**steps, f"d{count}": leaf}}


def nested(keyword: str, depth: int) -> Any:
    value: Any = {"type": "object", "properties": {"x": {"type": "string"}}}
    for each in range(depth):
        value = {keyword: [value, {"minProperties": each}]}
    return value


HOSTILE: dict[str, tuple[Any, Any]] = {
    "definitions that double": (ladder(29, {"type": "string"}), ladder(29, {"type": "integer"})),
    "definitions that multiply by ten": (
        ladder(7, {"type": "string"}, wide=10),
        ladder(7, {"type": "integer"}, wide=10),
    ),
    "doubling that differs at the end of one path": (
        ladder(24, {"properties": {"a": {}, "b": {}}}),
        ladder(24, {"properties": {"a": {}}}),
    ),
    "a web of allOf": (web("allOf", 30), web("allOf", 29)),
    "a web of anyOf": (web("anyOf", 30), web("anyOf", 29)),
    "a web of oneOf": (web("oneOf", 30), web("oneOf", 29)),
    "oneOf in oneOf": (nested("oneOf", 40), nested("oneOf", 41)),
    "anyOf in anyOf": (nested("anyOf", 40), nested("anyOf", 41)),
    "patterns that overlap": (
        {"patternProperties": {f"^(a|b)*{'c' * n}": {"type": "string"} for n in range(25)}},
        {"patternProperties": {f"^(a|b)*{'c' * n}": {"maxLength": n} for n in range(25)}},
    ),
    "a pattern that explodes": (
        {"properties": {"a": {"type": "string", "pattern": "^(a?){40}(a|b)*a(a|b){25}$"}}},
        {"properties": {"a": {"type": "string", "pattern": "^(a?){40}(a|b)*b(a|b){25}$"}}},
    ),
    "divisors without a common multiple": (
        {"properties": {"n": {"allOf": [{"multipleOf": p} for p in (10007, 10009, 10037, 10039)]}}},
        {"properties": {"n": {"not": {"anyOf": [{"multipleOf": p} for p in range(2, 90)]}}}},
    ),
    "dependencies between all pairs": (
        {"properties": {f"p{n}": {} for n in range(14)}},
        {
            "properties": {f"p{n}": {} for n in range(14)},
            "dependentRequired": {
                f"p{n}": [f"p{m}" for m in range(14) if m != n] for n in range(14)
            },
        },
    ),
    "negations of negations": (
        json.loads('{"not":' * 90 + '{"required":["a"]}' + "}" * 90),
        json.loads('{"not":' * 92 + '{"required":["a"]}' + "}" * 92),
    ),
    "different items, none alike": (
        {"type": "array", "uniqueItems": True, "items": {"enum": list(range(200))}},
        {
            "type": "array",
            "minItems": 201,
            "uniqueItems": True,
            "items": {"enum": list(range(200))},
        },
    ),
    "conditions in conditions": (
        {
            "allOf": [
                {"if": {"required": [f"p{n}"]}, "then": {"required": [f"p{n + 1}"]}}
                for n in range(30)
            ]
        },
        {
            "allOf": [
                {"if": {"required": [f"p{n}"]}, "then": {"required": [f"p{n + 2}"]}}
                for n in range(30)
            ]
        },
    ),
    "lists that must contain": (
        {"type": "array", "allOf": [{"contains": {"const": n}} for n in range(40)]},
        {
            "type": "array",
            "allOf": [{"contains": {"const": n}, "maxContains": 1} for n in range(40)],
        },
    ),
    "a schema that refers to itself in every field": (
        {"properties": {f"p{n}": {"$ref": "#"} for n in range(60)}},
        {"properties": {f"p{n}": {"$ref": "#"} for n in range(59)}},
    ),
}


SLOW = {
    "a schema that refers to itself in every field",
    "a web of oneOf",
    "conditions in conditions",
    "definitions that double",
    "definitions that multiply by ten",
    "doubling that differs at the end of one path",
    "oneOf in oneOf",
    "patterns that overlap",
}
"""Rows that take seconds when calls are counted."""


def _marked(name: str) -> Any:
    skip = pytest.mark.skipif(not os.environ.get("REG_LONG"), reason="REG_LONG=1 runs it")
    return pytest.param(name, marks=[pytest.mark.long, skip] if name in SLOW else [])


@pytest.mark.parametrize("name", [_marked(each) for each in HOSTILE])
def test_three_kilobytes_of_anything_cost_a_bounded_number_of_calls(
    name: str, tmp_path: Path
) -> None:
    before, after = HOSTILE[name]
    assert max(len(json.dumps(each)) for each in (before, after)) <= MAX_BYTES
    for level in ("FULL", "FORWARD"):
        policy = f"compatibility: {{level: {level}}}"
        origin = Origin(tmp_path / f"{level}.git", begin(policy, schema=before))
        path = f"{PRODUCT}/schemas/order/1.1.0.json"
        origin.propose({**origin.files, path: json.dumps(after)}, TODAY)
        with at_most(MAX_CALLS):
            answer = origin.check(TODAY)
        assert answer.code in (0, 1, 2, 3), answer


@pytest.mark.parametrize("count", [20])
def test_a_chain_of_deprecations_in_three_kilobytes_costs_a_bounded_number_of_calls(
    count: int, tmp_path: Path
) -> None:
    fields = {f"f{each}": {"type": "string"} for each in range(count + 1)}
    origin = Origin(tmp_path / "registry.git", begin(schema={"properties": fields}))
    said = {
        f"{PRODUCT}/deprecations/f{each}.yaml": json.dumps(
            {
                "target": f"orders/order#f{each}",
                "replacement": f"orders/order#f{each + 1}",
                "sunset": "2026-12-01",
                "reason": "x",
            }
        )
        for each in range(count)
    }
    assert sum(map(len, said.values())) <= MAX_BYTES
    origin.propose({**origin.files, **said}, TODAY)
    with at_most(MAX_CALLS // 10):
        assert origin.check(TODAY).code in (0, 1)
