"""Arrays: how long, and a value for each position.

The first positions differ, the rest are equal. `contains` counts items that satisfy a literal; each
position chooses, for each count, whether its item counts, and a walk over positions keeps the
reachable counts. `uniqueItems` requires different values: a matching of positions to values where
these are few, and no constraint where there are as many values as positions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any

from schemareg.documents import json_values
from schemareg.formats.json_schema.solver.formula import NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.json_schema.solver.formula import Lit, Nodes
    from schemareg.formats.json_schema.solver.protocol import Answer, ValueSearch

Goal = frozenset["Lit"]
Vector = tuple[int, ...]
"""For each count, whether a position's item counts (1) or not (0)."""
Options = Callable[[int], list[Vector]]
"""Index of a position to the choices of sides allowed there."""

_LONGEST = 200_000
_LONGEST_UNIQUE = 4_000
_MOST_CHOICES = 50_000
_MOST_COUNTS = 10
_MATCHED = 14
"""With up to this many positions every matching is tried before `uniqueItems` beside `contains` is
undecided."""


def find(search: ValueSearch, leaves: Iterable[Lit]) -> Answer:
    """An array that satisfies the constraints, as short as they allow."""
    wanted = _read(search.nodes, leaves)
    if wanted is None:
        return None
    if wanted.least > _LONGEST:
        return f"an array of {wanted.least} items"
    if wanted.repeated and wanted.unique:
        return None
    if len(wanted.counts) > _MOST_COUNTS:
        return f"{len(wanted.counts)} counts of items at once"
    row = _Row(search, wanted)
    if wanted.repeated:
        return row.with_a_repetition()
    return row.different() if wanted.unique else row.shortest()


@dataclass(frozen=True, slots=True)
class _Count:
    literal: Lit
    least: int
    most: int | None
    start: int

    def side(self, counts: int) -> tuple[Lit, ...]:
        """The literal that an item on this side must satisfy, if any."""
        if counts:
            return (self.literal,) if self.least else ()
        return (self.literal ^ 1,) if self.most is not None else ()


@dataclass(slots=True)
class _Wanted:
    items: list[tuple[tuple[Lit, ...], Lit]] = field(default_factory=list)
    at: dict[int, set[Lit]] = field(default_factory=dict)
    counts: list[_Count] = field(default_factory=list)
    least: int = 0
    most: int | None = None
    unique: bool = False
    repeated: bool = False

    @property
    def first(self) -> int:
        """From this index on all positions have the same constraints."""
        return max(
            [len(first) for first, _ in self.items]
            + [index + 1 for index in self.at]
            + [count.start for count in self.counts],
            default=0,
        )


def _read(nodes: Nodes, leaves: Iterable[Lit]) -> _Wanted | None:
    wanted = _Wanted()
    for literal in sorted(leaves):
        kind, data = nodes.kind[literal >> 1], nodes.data[literal >> 1]
        if kind is NodeKind.ITEMS:
            wanted.items.append(data)
        elif kind is NodeKind.ITEM:
            wanted.at.setdefault(data[0], set()).add(data[1])
            wanted.least = max(wanted.least, data[0] + 1)
        elif kind is NodeKind.CONTAINS:
            wanted.counts.append(_Count(*data))
        elif kind is NodeKind.MIN_ITEMS:
            wanted.least = max(wanted.least, data)
        elif kind is NodeKind.MAX_ITEMS:
            wanted.most = data if wanted.most is None else min(wanted.most, data)
        elif kind is NodeKind.UNIQUE:
            wanted.repeated |= bool(literal & 1)
            wanted.unique |= not literal & 1
    if wanted.most is not None and wanted.most < wanted.least:
        return None
    return wanted


class _Row:
    """One attempt to build an array."""

    def __init__(self, search: ValueSearch, wanted: _Wanted) -> None:
        self.search = search
        self.wanted = wanted
        self.first = wanted.first
        self.unknown: str | None = None
        self._sides: dict[int, dict[Vector, JsonValue]] = {}
        most = wanted.least + sum(count.least for count in wanted.counts) + self.first
        self.longest = most if wanted.most is None else min(most, wanted.most)
        """A longer array is never needed: it could drop an item."""

    # -- positions ------------------------------------------------------------------------------

    def goal(self, index: int) -> Goal:
        """What the item at an index must satisfy, without the counts."""
        asked = set(self.wanted.at.get(index, ()))
        for first, rest in self.wanted.items:
            asked.add(first[index] if index < len(first) else rest)
        return frozenset(asked)

    def vectors(self, index: int) -> Iterator[tuple[Vector, Goal]]:
        """Every choice of sides at an index, the fewest counts first, with its goal."""
        counts = self.wanted.counts
        choices = [(0,) if index < count.start else (0, 1) for count in counts]
        base = self.goal(index)
        for vector in sorted(product(*choices), key=sum):
            sides = [
                literal
                for count, chosen in zip(counts, vector, strict=True)
                if index >= count.start
                for literal in count.side(chosen)
            ]
            self.search.step()
            yield vector, base.union(sides)

    def sides(self, index: int) -> dict[Vector, JsonValue]:
        """The choices of sides that have a value, with that value."""
        index = min(index, self.first)
        if index not in self._sides:
            possible = {}
            for vector, goal in self.vectors(index):
                value = self._solve(goal)
                if value is not None:
                    possible[vector] = value[0]
            self._sides[index] = possible
        return self._sides[index]

    def _solve(self, goal: Iterable[Lit]) -> tuple[JsonValue] | None:
        answer = self.search.solve(goal)
        if isinstance(answer, str):
            self.unknown = answer
            return None
        return answer

    # -- counts ---------------------------------------------------------------------------------

    def _add(self, state: Vector, vector: Vector, weight: int = 1) -> Vector | None:
        """The counts after one more item; None where one exceeds its bound."""
        after = []
        for count, total, counted in zip(self.wanted.counts, state, vector, strict=True):
            new = total + counted * weight
            if count.most is None:
                new = min(new, count.least)
            elif new > count.most:
                return None
            after.append(new)
        return tuple(after)

    def _enough(self, state: Vector) -> bool:
        return all(
            total >= count.least for count, total in zip(self.wanted.counts, state, strict=True)
        )

    def _walk(
        self,
        options: Options,
        fixed: dict[int, Vector] | None = None,
        shortest: int | None = None,
    ) -> list[Vector] | None:
        """A choice of sides for every position of the shortest array that meets all counts."""
        least = self.wanted.least if shortest is None else shortest
        start: Vector = (0,) * len(self.wanted.counts)
        reached: list[dict[Vector, tuple[Vector, Vector] | None]] = [{start: None}]
        for length in range(max(self.longest, least) + 1):
            if length >= least:
                for state in reached[length]:
                    if self._enough(state):
                        return _trace(reached, length, state)
            if self.wanted.most is not None and length >= self.wanted.most:
                return None
            following: dict[Vector, tuple[Vector, Vector] | None] = {}
            vectors = [fixed[length]] if fixed and length in fixed else options(length)
            for state in reached[length]:
                self.search.step(1 + len(vectors) // 8)
                for vector in vectors:
                    after = self._add(state, vector)
                    if after is not None and after not in following:
                        following[after] = (state, vector)
            self.search.step()
            if not following:
                return None
            reached.append(following)
        return None

    # -- the three kinds of array ---------------------------------------------------------------

    def shortest(self) -> Answer:
        """Any array."""
        if not self.wanted.counts:
            return self._plain(self.wanted.least)
        chosen = self._walk(lambda index: list(self.sides(index)))
        if chosen is None:
            return self.unknown
        return ([self.sides(index)[vector] for index, vector in enumerate(chosen)],)

    def _plain(self, length: int) -> Answer:
        row: list[JsonValue] = []
        for index in range(min(length, self.first + 1)):
            value = self._solve(self.goal(index))
            if value is None:
                return self.unknown
            row.append(value[0])
        if length > len(row):
            row += [row[-1]] * (length - len(row))
        return (row,)

    def with_a_repetition(self) -> Answer:
        """An array in which two items are equal."""
        representative = self.first + 2
        for later in range(1, representative):
            for earlier in range(later):
                if self.wanted.most is not None and self.wanted.most <= later:
                    return self.unknown
                row = self._repeating(earlier, later)
                if row is not None:
                    return (row,)
        return self.unknown

    def _repeating(self, earlier: int, later: int) -> list[JsonValue] | None:
        least = max(self.wanted.least, later + 1)
        self.longest = max(self.longest, least + sum(count.least for count in self.wanted.counts))
        for one, goal in self.vectors(earlier):
            for other, also in self.vectors(later):
                if any(
                    a != b
                    for a, b, count in zip(one, other, self.wanted.counts, strict=True)
                    if earlier >= count.start
                ):
                    continue
                value = self._solve(goal | also)
                if value is None:
                    continue
                chosen = self._walk(
                    lambda index: list(self.sides(index)), {earlier: one, later: other}, least
                )
                if chosen is None:
                    continue
                return [
                    value[0] if index in (earlier, later) else self.sides(index)[vector]
                    for index, vector in enumerate(chosen)
                ]
        return None

    def different(self) -> Answer:
        """An array in which no two items are equal."""
        length = max(self.longest, self.wanted.least)
        if length > _LONGEST_UNIQUE:
            return f"{length} different items"
        supply: dict[int, dict[Vector, _Supply]] = {}
        for index in range(min(length, self.first + 1)):
            supply[index] = {}
            for vector, goal in self.vectors(index):
                values, complete, unknown = self.search.distinct(goal, max(length, 1))
                if unknown:
                    self.unknown = unknown
                if values:
                    supply[index][vector] = _Supply(values, complete)

        def of(index: int) -> dict[Vector, _Supply]:
            return supply.get(min(index, self.first), {})

        def plenty(index: int) -> list[Vector]:
            return [vector for vector, each in of(index).items() if len(each.values) >= length]

        chosen = self._walk(plenty)
        if chosen is not None:
            return (_assigned([of(index)[vector] for index, vector in enumerate(chosen)]),)
        for candidate in self._choices(lambda index: list(of(index)), length):
            self.search.step(4)
            row = _assigned([of(index)[vector] for index, vector in enumerate(candidate)])
            if row is not None:
                return (row,)
        return self.unknown

    def _choices(self, options: Options, longest: int) -> Iterator[list[Vector]]:
        """Every choice of sides that meets the counts, shorter arrays first."""
        if len(self.wanted.counts) == 0:
            if all(options(index) for index in range(self.wanted.least)):
                yield [()] * self.wanted.least
            return
        start: Vector = (0,) * len(self.wanted.counts)
        stack: list[tuple[list[Vector], Vector]] = [([], start)]
        while stack:
            chosen, state = stack.pop(0)
            if len(chosen) >= self.wanted.least and self._enough(state):
                yield chosen
            if len(chosen) >= min(longest, _MATCHED):
                if longest > _MATCHED:
                    self.unknown = "many different items that are counted"
                continue
            vectors = options(len(chosen))
            self.search.step(1 + len(vectors) // 4)
            if len(stack) > _MOST_CHOICES:
                self.unknown = "many different items that are counted"
                return
            for vector in vectors:
                after = self._add(state, vector)
                in_order = len(chosen) <= self.first or not chosen or chosen[-1] <= vector
                if after is not None and in_order:
                    stack.append(([*chosen, vector], after))


@dataclass(frozen=True, slots=True)
class _Supply:
    """Different values for a position; `complete` when there are no others."""

    values: list[JsonValue]
    complete: bool


def _trace(reached: list[dict[Vector, Any]], length: int, state: Vector) -> list[Vector]:
    chosen: list[Vector] = []
    for index in range(length, 0, -1):
        state, vector = reached[index][state]
        chosen.append(vector)
    return chosen[::-1]


def _assigned(supplies: list[_Supply]) -> list[JsonValue] | None:
    """One value of each supply, all different: a maximum matching by augmenting paths."""
    owner: dict[object, int] = {}
    taken: dict[int, JsonValue] = {}

    def place(start: int) -> bool:
        # Breadth first over alternating paths, so that long rows need no recursion.
        came: dict[object, tuple[int, JsonValue]] = {}
        queue = [start]
        for position in queue:
            for value in supplies[position].values:
                key = json_values.key(value)
                if key in came:
                    continue
                came[key] = (position, value)
                if key in owner:
                    queue.append(owner[key])
                    continue
                while True:
                    holder, held = came[key]
                    before = taken.get(holder)
                    had = holder in taken
                    owner[key], taken[holder] = holder, held
                    if not had:
                        return True
                    key = json_values.key(before)
        return False

    for position in range(len(supplies)):
        if not place(position):
            return None
    return [taken[position] for position in range(len(supplies))]
