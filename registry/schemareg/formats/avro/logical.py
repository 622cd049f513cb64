"""Logical types: what the values of a type are taken for.

Source: Apache Avro 1.12.0 specification, section Logical Types.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemareg.documents.json_values import JsonValue


class Logical(NamedTuple):
    """A valid logical type."""

    name: str
    precision: int = 0
    scale: int = 0

    def __str__(self) -> str:
        if self.name in _DECIMALS:
            return f"{self.name}({self.precision}, {self.scale})"
        return self.name


_DECIMALS = ("decimal",)
_BASES: dict[str, tuple[str, ...]] = {
    "decimal": ("bytes", "fixed"),
    "big-decimal": ("bytes",),
    "uuid": ("string", "fixed"),
    "date": ("int",),
    "time-millis": ("int",),
    "time-micros": ("long",),
    "timestamp-millis": ("long",),
    "timestamp-micros": ("long",),
    "timestamp-nanos": ("long",),
    "local-timestamp-millis": ("long",),
    "local-timestamp-micros": ("long",),
    "local-timestamp-nanos": ("long",),
    "duration": ("fixed",),
}
"""The types that each logical type of the specification may annotate."""

_SIZES = {"uuid": 16, "duration": 12}
"""Bytes of the fixed that carries it."""


def logical_type(
    kind: str, size: int, attributes: Mapping[str, JsonValue]
) -> tuple[Logical | None, str]:
    """The logical type that attributes give a type of this kind, and why it is invalid.

    None where there is none, where it is unknown, and where it is invalid: readers ignore all three.
    """
    name = attributes.get("logicalType")
    if name is None or (isinstance(name, str) and name not in _BASES):
        return None, ""
    if not isinstance(name, str):
        return None, "a logical type is named by a string"
    if kind not in _BASES[name]:
        return None, f"{name} annotates {' or '.join(_BASES[name])}, not {kind}"
    if kind == "fixed" and size != _SIZES.get(name, size):
        return None, f"{name} needs a fixed of {_SIZES[name]} bytes, this one has {size}"
    if name not in _DECIMALS:
        return Logical(name), ""
    precision, scale = attributes.get("precision"), attributes.get("scale", 0)
    if not isinstance(precision, int) or isinstance(precision, bool) or precision < 1:
        return None, "the precision of a decimal is a whole number of 1 or more"
    if not isinstance(scale, int) or isinstance(scale, bool) or not 0 <= scale <= precision:
        return (
            None,
            f"the scale of a decimal is a whole number from 0 to its precision, {precision}",
        )
    most = _digits(size) if kind == "fixed" else precision
    if precision > most:
        return None, f"a fixed of {size} bytes holds {most} digits, fewer than the {precision}"
    return Logical(name, precision, scale), ""


def valid_value(logical: Logical, kind: str, size: int) -> int | str | bytes:
    """A value of the underlying type that is a value of the logical type."""
    if kind == "string":
        return "00000000-0000-0000-0000-000000000000"
    if logical.name == "big-decimal":
        return b"\x02\x00\x00"  # the unscaled value 0 in one byte, then the scale 0
    if kind == "bytes":
        return b"\x00"
    return bytes(size) if kind == "fixed" else 0


def misread_value(
    writer: Logical | None, reader: Logical | None, kind: str, size: int
) -> int | str | bytes | None:
    """A value that is written with one meaning and read with another; None where there is none.

    `kind` and `size` are those of the writer's type. A reader without a logical type takes the
    value as it is; a decimal that has room for more digits reads what one with fewer wrote.
    """
    if reader is None or writer == reader:
        return None
    if writer is None:
        return _no_value(reader, kind, size)
    if writer.name == reader.name == "decimal" and writer.scale == reader.scale:
        if writer.precision <= reader.precision:
            return None
        return _number(10**reader.precision + 1, kind, size)
    if kind in ("int", "long"):
        return 1_700_000_000_000 if kind == "long" else 19_000
    if writer.name == "decimal":
        return _number(1, kind, size)
    return valid_value(writer, kind, size)


def _no_value(reader: Logical, kind: str, size: int) -> int | str | bytes | None:
    """A value of the underlying type that is no value of a logical type."""
    if kind == "int":
        return 2**31 - 1
    if kind == "long":
        return None if reader.name.endswith("nanos") else 2**63 - 1
    if kind == "string":
        return ""
    if reader.name == "decimal":
        number = 10**reader.precision + 1
        fits = kind == "bytes" or number < 2 ** (8 * size - 1)
        return _number(number, kind, size) if fits else None
    return b"" if kind == "bytes" else None


def _number(value: int, kind: str, size: int) -> bytes:
    """The two's complement of an unscaled value, big-endian."""
    length = size if kind == "fixed" else value.bit_length() // 8 + 1
    return value.to_bytes(length, "big", signed=True)


def _digits(size: int) -> int:
    """Decimal digits that every number of so many has room in `size` bytes, signed."""
    return max(0, math.floor((8 * size - 1) * math.log10(2)))
