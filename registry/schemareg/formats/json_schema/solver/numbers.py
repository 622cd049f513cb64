"""Numbers: bounds, multiples, and excluded values, over exact fractions."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor, gcd, lcm
from typing import TYPE_CHECKING, Any

from schemareg.documents import json_values
from schemareg.formats.json_schema.solver.formula import NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemareg.formats.json_schema.solver.formula import Lit
    from schemareg.formats.json_schema.solver.protocol import Answer, ValueSearch

Number = int | Fraction
_TRIED = 5_000
"""This many multiples are tried one by one before arithmetic is used."""


@dataclass(slots=True)
class _Wanted:
    low: Number | None = None
    low_open: bool = False
    high: Number | None = None
    high_open: bool = False
    steps: list[Fraction] = field(default_factory=list)
    avoided: list[Fraction] = field(default_factory=list)
    excluded: set[object] = field(default_factory=set)

    def admits(self, value: Number) -> bool:
        return (
            (self.low is None or value > self.low or (value == self.low and not self.low_open))
            and (
                self.high is None
                or value < self.high
                or (value == self.high and not self.high_open)
            )
            and json_values.key(value) not in self.excluded
            and all(value % step == 0 for step in self.steps)
            and all(value % step for step in self.avoided)
        )

    @property
    def empty(self) -> bool:
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))


def find_integer(search: ValueSearch, leaves: Iterable[Lit]) -> Answer:
    """An integer that satisfies the constraints, the nearest to zero where that is cheap."""
    wanted = _read(search, leaves)
    return None if wanted.empty else _multiple(search, wanted, [Fraction(1), *wanted.steps])


def find_fractional(search: ValueSearch, leaves: Iterable[Lit]) -> Answer:
    """A number that satisfies the constraints and is not an integer."""
    wanted = _read(search, leaves)
    wanted.avoided.append(Fraction(1))
    if wanted.empty:
        return None
    if wanted.steps:
        return _multiple(search, wanted, wanted.steps)
    if wanted.low is not None and wanted.low == wanted.high:
        return (wanted.low,) if wanted.admits(wanted.low) else None
    # A dense set: only countably many of its values are excluded, so refinement finds one.
    for places in range(1, 60):
        search.step()
        scale = 10**places
        start = floor(wanted.low * scale) if wanted.low is not None else None
        if start is None:
            start = ceil(wanted.high * scale) - 12 if wanted.high is not None else 4
        elif start < 4 <= (wanted.high * scale if wanted.high is not None else 5):
            start = 4
        for offset in range(1, 12 + len(wanted.excluded)):
            value = Fraction(start + offset, scale)
            if value.denominator > 1 and wanted.admits(value):
                return (value,)
    return "no decimal fraction was found between two bounds"


def _read(search: ValueSearch, leaves: Iterable[Lit]) -> _Wanted:
    nodes = search.nodes
    wanted = _Wanted()
    for literal in leaves:
        kind, data = nodes.kind[literal >> 1], nodes.data[literal >> 1]
        if kind is NodeKind.AT_LEAST:
            _raise(wanted, *data)
        elif kind is NodeKind.AT_MOST:
            _lower(wanted, *data)
        elif kind is NodeKind.MULTIPLE_OF:
            (wanted.avoided if literal & 1 else wanted.steps).append(Fraction(data))
        elif kind is NodeKind.ENUM:
            wanted.excluded |= data
    return wanted


def _raise(wanted: _Wanted, bound: Any, exclusive: bool) -> None:
    if wanted.low is None or bound > wanted.low or (bound == wanted.low and exclusive):
        wanted.low, wanted.low_open = bound, exclusive


def _lower(wanted: _Wanted, bound: Any, exclusive: bool) -> None:
    if wanted.high is None or bound < wanted.high or (bound == wanted.high and exclusive):
        wanted.high, wanted.high_open = bound, exclusive


def _multiple(search: ValueSearch, wanted: _Wanted, steps: list[Fraction]) -> Answer:
    """A value among the multiples of all the steps that is a multiple of no excluded step."""
    step = steps[0]
    for other in steps[1:]:
        step = _common(step, other)
    periods = []
    for avoided in wanted.avoided:
        period = _common(step, avoided) / step
        if period == 1:
            return None
        periods.append(period.numerator)
    first = None if wanted.low is None else ceil(wanted.low / step)
    last = None if wanted.high is None else floor(wanted.high / step)
    for tried, factor in enumerate(_nearest_to_zero(first, last), 1):
        value = _plain(factor * step)
        if wanted.admits(value):
            return (value,)
        if tried > _TRIED + 2 * len(wanted.excluded):
            break
        if tried % 64 == 0:
            search.step(8)
    else:
        return None
    # One more than a multiple of every period is a multiple of none of them.
    whole = lcm(*periods) if periods else 1
    start = first if first is not None else (last or 0) - whole * (len(wanted.excluded) + 4)
    factor = start + (1 - start) % whole
    for _ in range(len(wanted.excluded) + 4):
        value = _plain(factor * step)
        if wanted.admits(value):
            return (value,)
        factor += whole
    return "no multiple was found among very many"


def _plain(value: Fraction) -> Number:
    return value.numerator if value.denominator == 1 else value


def _common(one: Fraction, other: Fraction) -> Fraction:
    """The least common multiple of two positive fractions."""
    numerator = lcm(one.numerator, other.numerator)
    return Fraction(numerator, gcd(one.denominator, other.denominator))


def _nearest_to_zero(first: int | None, last: int | None) -> Iterator[int]:
    start = max(first, 0) if first is not None else 0
    if last is not None and last < start:
        start = last
    if (first is None or first <= start) and (last is None or start <= last):
        yield start
    distance = 1
    while True:
        above, below = start + distance, start - distance
        can_rise, can_fall = last is None or above <= last, first is None or below >= first
        if can_rise:
            yield above
        if can_fall:
            yield below
        if not can_rise and not can_fall:
            return
        distance += 1
