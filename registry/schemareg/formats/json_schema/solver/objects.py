"""Objects: which names exist, and a value for each.

Values at different names are independent, so each is a goal of its own; names are connected by
counts, names that must or must not exist, and properties that must exist in a class of names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from schemareg.formats.json_schema.solver.evaluate import holds, in_class
from schemareg.formats.json_schema.solver.formula import STRING, NodeKind, T
from schemareg.regex import compile as compile_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.json_schema.solver.formula import Lit, Nodes
    from schemareg.formats.json_schema.solver.protocol import Answer, ValueSearch


_PLAIN = ("other", "another")
"""Names for properties that can have any name: people read them."""


def find(search: ValueSearch, leaves: Iterable[Lit]) -> Answer:
    """An object that satisfies the constraints, without unnecessary properties."""
    wanted = _read(search.nodes, leaves)
    if wanted is None:
        return None
    return _Record(search, wanted).build()


def constraints(nodes: Nodes, leaves: Iterable[Lit]) -> list[int]:
    """The numbers of the PROPERTIES nodes that hold in a branch."""
    return [
        literal >> 1
        for literal in leaves
        if not literal & 1 and nodes.kind[literal >> 1] is NodeKind.PROPERTIES
    ]


def clashes(nodes: Nodes, holding: Iterable[int], data: tuple[str, Lit]) -> bool:
    """Whether a property with this value is obviously impossible: cheap; False proves nothing."""
    name, literal = data
    for number in holding:
        fits = nodes.named(number).get(name)
        if fits is None:
            continue
        if fits == literal ^ 1 or not nodes.may(fits) & nodes.may(literal):
            return True
        if not fits & 1 and nodes.kind[fits >> 1] is NodeKind.AND:
            if literal ^ 1 in nodes.data[fits >> 1]:
                return True
    return False


@dataclass(slots=True)
class _Wanted:
    properties: list[int] = field(default_factory=list)
    """Numbers of PROPERTIES nodes."""
    values: dict[str, set[Lit]] = field(default_factory=dict)
    """What the values of required names must satisfy."""
    lacks: set[str] = field(default_factory=set)
    of_names: list[Lit] = field(default_factory=list)
    some: list[tuple[Any, ...]] = field(default_factory=list)
    """Data of SOME_PROPERTY nodes."""
    least: int = 0
    most: int | None = None


def _read(nodes: Nodes, leaves: Iterable[Lit]) -> _Wanted | None:
    wanted = _Wanted()
    for literal in sorted(leaves):
        kind, data = nodes.kind[literal >> 1], nodes.data[literal >> 1]
        if kind is NodeKind.PROPERTIES:
            wanted.properties.append(literal >> 1)
        elif kind is NodeKind.HAS:
            if literal & 1:
                wanted.lacks.add(data)
            else:
                wanted.values.setdefault(data, set())
        elif kind is NodeKind.PROPERTY:
            wanted.values.setdefault(data[0], set()).add(data[1])
        elif kind is NodeKind.NAMES:
            wanted.of_names.append(data)
        elif kind is NodeKind.SOME_PROPERTY:
            wanted.some.append(data)
        elif kind is NodeKind.MIN_PROPERTIES:
            wanted.least = max(wanted.least, data)
        elif kind is NodeKind.MAX_PROPERTIES:
            wanted.most = data if wanted.most is None else min(wanted.most, data)
    if wanted.most is not None and wanted.most < max(wanted.least, len(wanted.values)):
        return None
    return None if wanted.lacks & wanted.values.keys() else wanted


class _Record:
    """One attempt to build an object; `unknown` collects what could not be decided on the way."""

    def __init__(self, search: ValueSearch, wanted: _Wanted) -> None:
        self.search = search
        self.nodes = search.nodes
        self.wanted = wanted
        self.unknown: str | None = None
        self.patterns = sorted(
            {pattern for number in wanted.properties for pattern, _ in self.nodes.data[number][1]}
        )

    def build(self) -> Answer:
        """The whole object: first required names, then those of a class, then more."""
        chosen: dict[str, frozenset[Lit]] = {}
        record: dict[str, JsonValue] = {}
        for name, asked in self.wanted.values.items():
            goal = self._goal(name) | asked
            value = self._value(name, goal)
            if value is None:
                if self.unknown is None:
                    return None
                continue
            chosen[name] = goal
            record[name] = value[0]
        if self.unknown is not None:
            return self._give_up()
        placed = self._place(0, chosen, record)
        return (placed,) if placed is not None else self._give_up()

    def _give_up(self) -> str | None:
        return self.unknown

    def _goal(self, name: str) -> frozenset[Lit]:
        """What the constraints require of the value at a name."""
        nodes, goal = self.nodes, set()
        for number in self.wanted.properties:
            fits = nodes.named(number).get(name)
            known = fits is not None
            if fits is not None:
                goal.add(fits)
            for pattern, matching in nodes.data[number][1]:
                if compile_pattern(pattern).search(name):
                    known = True
                    goal.add(matching)
            if not known:
                goal.add(nodes.data[number][2])
        return frozenset(goal)

    def _value(self, name: str, goal: Iterable[Lit]) -> tuple[JsonValue] | None:
        """A value for a name that is allowed at all; None also where that is unknown."""
        for literal in self.wanted.of_names:
            if not holds(self.nodes, literal, name):
                return None
        answer = self.search.solve(goal, self.nodes.hints.get(name, ()))
        if isinstance(answer, str):
            self.unknown = answer
            return None
        return answer

    def _place(
        self, index: int, chosen: dict[str, frozenset[Lit]], record: dict[str, JsonValue]
    ) -> dict[str, JsonValue] | None:
        """Name each property that must exist in a class, then add properties up to the minimum
        count.
        """
        most = self.wanted.most
        if most is not None and len(record) > most:
            return None
        if index == len(self.wanted.some):
            return self._fill(record)
        self.search.step()
        data = self.wanted.some[index]
        literal = data[4]
        for name, item in record.items():
            if in_class(self.nodes, data, name) and self.search.fits((literal,), item):
                # It exists already; from here on its value must stay of this kind.
                asked = chosen[name] | {literal}
                placed = self._place(index + 1, {**chosen, name: asked}, record)
                if placed is not None:
                    return placed
        for name, goal in self._candidates(data, chosen):
            asked = goal | {literal}
            value = self._value(name, asked)
            if value is None:
                continue
            placed = self._place(index + 1, {**chosen, name: asked}, {**record, name: value[0]})
            if placed is not None:
                return placed
        return None

    def _candidates(
        self, data: tuple[Any, ...], chosen: dict[str, frozenset[Lit]]
    ) -> Iterator[tuple[str, frozenset[Lit]]]:
        """Names of the class with the requirements of their values: existing, listed, new."""
        known = self._listed()
        for name, goal in chosen.items():
            if in_class(self.nodes, data, name):
                yield name, goal
        for name in known:
            if (
                name not in chosen
                and name not in self.wanted.lacks
                and in_class(self.nodes, data, name)
            ):
                yield name, self._goal(name)
        excluded, missed, found, of_name, literal = data
        used = {*known, *chosen, *self.wanted.lacks, *excluded}
        for name_goal, goal in self._classes(used, missed, found, of_name, literal):
            names, _, unknown = self.search.distinct(name_goal, 1 + len(self.wanted.some))
            if unknown:
                self.unknown = unknown
            plain = [name for name in _PLAIN if name not in used]
            for name in (*(each for each in plain if self.search.fits(name_goal, each)), *names):
                yield name, goal

    def _listed(self) -> list[str]:
        """All names that some constraint lists, in a stable order."""
        names: dict[str, None] = {}
        for number in self.wanted.properties:
            names.update(dict.fromkeys(self.nodes.named(number)))
        for data in self.wanted.some:
            names.update(dict.fromkeys(data[0]))
        return list(names)

    def _classes(
        self,
        used: Iterable[str],
        missed: Sequence[str],
        found: Sequence[str],
        of_name: Lit,
        literal: Lit,
    ) -> Iterator[tuple[list[Lit], frozenset[Lit]]]:
        """Classes of new names: the goal of the name, and the goal of a value there."""
        nodes = self.nodes
        base = [nodes.types(STRING), *self.wanted.of_names, of_name]
        base += [nodes.intern(NodeKind.PATTERN, pattern) for pattern in found]
        base += [nodes.intern(NodeKind.PATTERN, pattern) ^ 1 for pattern in missed]
        taken = list(used)
        if taken:
            base.append(nodes.enum(taken) ^ 1)
        # The requirements of the class go first: they settle most classes before these multiply.
        patterns = sorted(self.patterns, key=lambda each: each not in found and each not in missed)
        stack: list[frozenset[str]] = [frozenset()]
        depths = [0]
        while stack:
            matched, depth = stack.pop(), depths.pop()
            self.search.step()
            asked = {literal}
            for pattern in matched:
                asked |= self.asked_by(pattern)
            if self.search.solve(asked) is None:
                continue
            if depth < len(patterns):
                pattern = patterns[depth]
                if pattern not in missed:
                    stack.append(matched | {pattern})
                    depths.append(depth + 1)
                if pattern not in found:
                    stack.append(matched)
                    depths.append(depth + 1)
                continue
            goal = self._goal_of_class(matched)
            if self.search.solve(goal | {literal}) is None:
                continue
            signed = [
                nodes.intern(NodeKind.PATTERN, pattern) ^ (pattern not in matched)
                for pattern in patterns
            ]
            yield [*base, *signed], goal

    def asked_by(self, pattern: str) -> set[Lit]:
        """What the constraints require of every value whose name matches the pattern."""
        return {
            literal
            for number in self.wanted.properties
            for each, literal in self.nodes.data[number][1]
            if each == pattern
        }

    def _goal_of_class(self, matched: frozenset[str]) -> frozenset[Lit]:
        """What the value at a new name that matches exactly these patterns must satisfy."""
        nodes, goal = self.nodes, set()
        for number in self.wanted.properties:
            _, patterns, rest = nodes.data[number]
            fits = [literal for pattern, literal in patterns if pattern in matched]
            goal.update(fits or [rest])
        return frozenset(goal)

    def _fill(self, record: dict[str, JsonValue]) -> dict[str, JsonValue] | None:
        """More properties, up to the minimum count: listed names first, then new ones."""
        missing = self.wanted.least - len(record)
        if missing <= 0:
            return record
        record = dict(record)
        for name in self._listed():
            if missing <= 0:
                return record
            if name not in record and name not in self.wanted.lacks:
                self.search.step()
                value = self._value(name, self._goal(name))
                if value is not None:
                    record[name] = value[0]
                    missing -= 1
        if missing <= 0:
            return record
        used = {*record, *self._listed(), *self.wanted.lacks}
        for name_goal, goal in self._classes(used, (), (), T, T):
            answer = self.search.solve(goal)
            if not isinstance(answer, tuple):
                self.unknown = answer or self.unknown
                continue
            names, _, unknown = self.search.distinct(name_goal, missing)
            if unknown:
                self.unknown = unknown
            for name in names:
                record[name] = answer[0]
            missing -= len(names)
            if missing <= 0:
                return record
        return None
