"""JSON values, exactly: numbers are integers or fractions, never floats; equality is JSON's.

In the registry a JSON number is an `int` where it is integral (1.0 is 1) and a `Fraction`
otherwise, so that a tenth is a tenth. In JSON, 0 is not false and 1 is not true, but Python's `==`
says so: compare `key(a) == key(b)`.
"""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Hashable

JsonValue = Any
"""None, bool, int, Fraction, str, list of JsonValue, dict of str to JsonValue."""

LARGEST_EXPONENT = 4_000
"""A number is exact up to ten to this power; a larger one (1e400000000) is refused, not
computed."""


class NumberTooLarge(ValueError):
    """A number whose exact value would need more memory than any real schema needs."""


def number(text: str, *, largest: int = LARGEST_EXPONENT) -> int | Fraction:
    """The exact value of a JSON number. Raises NumberTooLarge beyond 10 to plus or minus `largest`."""
    if len(text) > largest:
        raise NumberTooLarge(f"a number of {len(text)} characters")
    if text.isdecimal() and text.isascii():
        return int(text)
    decimal = Decimal(text)
    _sign, digits, exponent = decimal.as_tuple()
    if not isinstance(exponent, int):
        raise ValueError(text)
    if not any(digits):
        return 0
    if abs(exponent) > largest:
        raise NumberTooLarge(text if len(text) < 40 else text[:40] + "…")
    fraction = Fraction(decimal)
    return fraction.numerator if fraction.denominator == 1 else fraction


def parse(text: str) -> JsonValue:
    """The exact value of JSON text that this program wrote; files go through `documents`.

    Raises ValueError.
    """
    return json.loads(text, parse_float=number, parse_int=number, parse_constant=_refuse)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def exact(value: object) -> JsonValue:
    """`value` with every number exact: a float is read as it prints (0.1 is a tenth).

    Raises TypeError for what is not JSON, ValueError for NaN and infinities.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else value
    if isinstance(value, float | Decimal):
        return number(repr(value) if isinstance(value, float) else str(value))
    if isinstance(value, list | tuple):
        return [exact(item) for item in value]
    if isinstance(value, dict):
        for name in value:
            if not isinstance(name, str):
                raise TypeError(f"{name!r} is not a name of a JSON object")
        return {name: exact(item) for name, item in value.items()}
    raise TypeError(f"{type(value).__name__} is not a JSON value")


def key(value: JsonValue) -> Hashable:
    """A hashable key: equal for two values exactly when JSON calls them equal."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, list):
        return ("array", *map(key, value))
    if isinstance(value, dict):
        return ("object", frozenset((name, key(item)) for name, item in value.items()))
    return value  # type: ignore[no-any-return]


def equal(one: JsonValue, other: JsonValue) -> bool:
    """Whether JSON calls the two values equal (1 is 1.0, and is not true)."""
    return key(one) == key(other)


def render(value: JsonValue, *, indent: int | None = None, ordered: bool = False) -> str:
    """JSON text of a value, numbers exact; names in the order given, or sorted when `ordered`."""
    if indent is None and not _fractional(value):
        return json.dumps(value, ensure_ascii=False, sort_keys=ordered)
    return _render(value, indent, ordered, 0)


def number_text(value: int | Fraction) -> str:
    """A JSON number: exact where its decimals end, else rounded to 17 digits."""
    if isinstance(value, int):
        return str(value)
    denominator = value.denominator
    places = 0
    for prime in (2, 5):
        count = 0
        while denominator % prime == 0:
            denominator //= prime
            count += 1
        places = max(places, count)
    if denominator != 1:
        return repr(float(value))
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    whole, fraction = (digits[:-places], digits[-places:]) if places else (digits, "")
    if places > 40:
        return f"{'-' if value < 0 else ''}{digits.lstrip('0')}e-{places}"
    return f"{'-' if value < 0 else ''}{whole}.{fraction}"


def _fractional(value: JsonValue) -> bool:
    if isinstance(value, Fraction):
        return True
    if isinstance(value, list):
        return any(map(_fractional, value))
    if isinstance(value, dict):
        return any(map(_fractional, value.values()))
    return False


def _render(value: JsonValue, indent: int | None, ordered: bool, depth: int) -> str:
    if isinstance(value, Fraction):
        return number_text(value)
    if not isinstance(value, list | dict) or not value:
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        parts = [_render(item, indent, ordered, depth + 1) for item in value]
    else:
        names = sorted(value) if ordered else list(value)
        parts = [
            f"{json.dumps(name, ensure_ascii=False)}: "
            f"{_render(value[name], indent, ordered, depth + 1)}"
            for name in names
        ]
    opening, closing = "[]" if isinstance(value, list) else "{}"
    if indent is None:
        return f"{opening}{', '.join(parts)}{closing}"
    pad = "\n" + " " * indent * (depth + 1)
    return f"{opening}{pad}{f',{pad}'.join(parts)}\n{' ' * indent * depth}{closing}"
