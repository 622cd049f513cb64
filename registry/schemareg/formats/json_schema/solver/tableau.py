"""The search: is there a value that satisfies all of these literals?

A tableau over one JSON type at a time. Conjunctions are split, disjunctions become clauses; the
rest (bounds, patterns, items, properties) goes to the solver of the type, whose answer is tried on
the clauses before any of them is branched on. Values inside a value are goals of their own. A goal
that returns to itself is empty there, since a smallest witness has no such loop; so recursive
schemas end. A conclusion from such a loop is kept only while the first goal of the loop is open.

An answer is a one-tuple with the value, None where it is proved that there is none, or a str: the
reason why it is undecided.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from schemareg.documents import json_values
from schemareg.formats.json_schema.solver import arrays, numbers, objects, strings
from schemareg.formats.json_schema.solver.evaluate import InPlaceLoop, holds
from schemareg.formats.json_schema.solver.formula import (
    ANY,
    ARRAY,
    BOOLEAN,
    FRACTIONAL,
    INTEGER,
    NULL,
    OBJECT,
    STRING,
    TYPES,
    BudgetSpent,
    F,
    Lit,
    NodeKind,
    Nodes,
    T,
    type_of,
)
from schemareg.formats.json_schema.solver.negation import Ways, denied
from schemareg.regex import OverBudget

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemareg.documents.json_values import JsonValue
    from schemareg.formats.json_schema.solver.protocol import Answer
    from schemareg.formats.verdict import Budget

Goal = frozenset[Lit]

_DEEPEST = 250
"""Goals inside goals; the nesting of a schema is bounded to 100, recursion comes on top."""

_SOLVERS = {
    INTEGER: numbers.find_integer,
    FRACTIONAL: numbers.find_fractional,
    STRING: strings.find,
    ARRAY: arrays.find,
    OBJECT: objects.find,
}
_NEVER = 10**9


class Disjunction:
    """A condition that can hold in more than one way.

    `ways` are alternatives, each a tuple of literals; None where they are computed on demand from
    the literal (`ONE_OF`, `UNEVALUATED`, excluded values).
    """

    __slots__ = ("literal", "ways")

    def __init__(self, literal: Lit, ways: Ways | None) -> None:
        self.literal = literal
        self.ways = ways


class Branch:
    """One branch of the tableau for one type."""

    __slots__ = ("clauses", "facts", "leaves")

    def __init__(self, facts: set[Lit], leaves: set[Lit], clauses: list[Disjunction]) -> None:
        self.facts = facts
        self.leaves = leaves
        self.clauses = clauses

    def copy(self) -> Branch:
        """A copy of this branch, to be extended independently."""
        return Branch(set(self.facts), set(self.leaves), list(self.clauses))


class Search:
    """One search over one table of nodes; it keeps its answers."""

    def __init__(self, nodes: Nodes, budget: Budget) -> None:
        self.nodes = nodes
        self.steps = budget.steps
        self.deadline = time.thread_time() + budget.seconds
        nodes.late = self.late
        self._answers: dict[Goal, Answer] = {}
        self._leaf_answers: dict[tuple[int, Goal], Answer] = {}
        self._overlapping: dict[tuple[int, Lit], list[tuple[Lit, Lit]]] = {}
        self._open: dict[Goal, int] = {}
        self._lowest = _NEVER
        self._provisional: dict[Goal, int] = {}
        """Goals that are empty if the open goal at that depth is empty."""
        self._leaning: dict[int, list[Goal]] = {}

    # -- bounds ---------------------------------------------------------------------------------

    def step(self, count: int = 1) -> None:
        """Account for work. Raises BudgetSpent."""
        before = self.steps
        self.steps = before - count
        if self.steps < 0:
            raise BudgetSpent("the search used up its steps")
        if (before ^ self.steps) & ~31 and time.thread_time() > self.deadline:
            raise BudgetSpent("the search used up its time")

    def remaining(self) -> float:
        """Seconds of CPU time left, never less than a tenth of a second."""
        return max(0.1, self.deadline - time.thread_time())

    @property
    def spent(self) -> bool:
        """Whether the budget is used up."""
        return self.steps < 0 or self.late()

    def late(self) -> bool:
        """Whether the time is over; the pattern search calls it."""
        return time.thread_time() > self.deadline

    # -- goals ----------------------------------------------------------------------------------

    def solve(self, literals: Iterable[Lit], hints: Iterable[JsonValue] = ()) -> Answer:
        """A value that satisfies all the literals; a value of `hints` is preferred."""
        goal = self._normal(literals)
        if goal is None:
            return None
        for value in hints:
            if self.fits(goal, value):
                return (value,)
        if goal in self._answers:
            return self._answers[goal]
        if goal in self._open:
            self._lowest = min(self._lowest, self._open[goal])
            return None
        if goal in self._provisional:
            self._lowest = min(self._lowest, self._provisional[goal])
            return None
        depth = len(self._open)
        if depth > _DEEPEST:
            return "values nested too deeply"
        self.step()
        self._open[goal] = depth
        saved, self._lowest = self._lowest, _NEVER
        try:
            answer = self._solve(goal)
        except (OverBudget, InPlaceLoop) as problem:
            answer = str(problem) or "a definition refers to itself for the same value"
        finally:
            del self._open[goal]
        lowest = self._lowest
        self._settle(goal, depth, answer, lowest)
        self._lowest = min(saved, lowest if lowest < depth else _NEVER)
        return answer

    def _settle(self, goal: Goal, depth: int, answer: Answer, lowest: int) -> None:
        """Keep the answer: for good, or while the goal on which it depends is open."""
        leaning = self._leaning.pop(depth, [])
        if answer is not None or lowest >= depth:
            self._answers[goal] = answer
        else:
            leaning.append(goal)
        for other in leaning:
            self._provisional.pop(other, None)
            if answer is None and lowest >= depth:
                self._answers[other] = None
            elif answer is None:
                self._provisional[other] = lowest
                self._leaning.setdefault(lowest, []).append(other)

    def _normal(self, literals: Iterable[Lit]) -> Goal | None:
        nodes = self.nodes
        kinds, data = nodes.kind, nodes.data
        goal: set[Lit] = set()
        for literal in literals:
            if not literal & 1 and kinds[literal >> 1] is NodeKind.AND:
                goal.update(data[literal >> 1])
            else:
                goal.add(literal)
        goal.discard(T)
        if F in goal:
            return None
        mask = ANY
        for literal in goal:
            if literal ^ 1 in goal:
                return None
            mask &= nodes.may(literal)
        return frozenset(goal) if mask else None

    def fits(self, literals: Iterable[Lit], value: JsonValue) -> bool:
        """Whether a value satisfies all the literals; False where a pattern cannot tell."""
        try:
            for literal in literals:
                if not holds(self.nodes, literal, value):
                    return False
        except (OverBudget, InPlaceLoop):
            return False
        return True

    def _solve(self, goal: Goal) -> Answer:
        nodes = self.nodes
        listed = [
            literal
            for literal in goal
            if not literal & 1 and nodes.kind[literal >> 1] is NodeKind.ENUM
        ]
        if listed:
            shortest = min(listed, key=lambda literal: len(nodes.members[literal >> 1]))
            return self._first_of(nodes.members[shortest >> 1], goal)
        mask = ANY
        for literal in goal:
            mask &= nodes.may(literal)
        unknown: str | None = None
        for bit in TYPES:
            if not mask & bit:
                continue
            answer = self._of_type(bit, goal)
            if isinstance(answer, tuple):
                return answer
            unknown = unknown or answer
        return unknown

    def _first_of(self, values: Iterable[JsonValue], goal: Iterable[Lit]) -> Answer:
        unknown = None
        literals = list(goal)
        for value in values:
            self.step()
            try:
                for literal in literals:
                    if not holds(self.nodes, literal, value):
                        break
                else:
                    return (value,)
            except (OverBudget, InPlaceLoop) as problem:
                unknown = str(problem) or "a definition refers to itself for the same value"
        return unknown

    def _of_type(self, bit: int, goal: Goal) -> Answer:
        if bit == NULL:
            return self._first_of((None,), goal)
        if bit == BOOLEAN:
            return self._first_of((True, False), goal)
        state = Branch(set(), set(), [])
        if not self._assert(bit, state, goal):
            return None
        return self._branch(bit, state)

    # -- the tableau ----------------------------------------------------------------------------

    def _assert(self, bit: int, state: Branch, literals: Iterable[Lit]) -> bool:
        """Add literals to a branch, split; False where they contradict it."""
        nodes, facts = self.nodes, state.facts
        kinds, data = nodes.kind, nodes.data
        stack = list(literals)
        while stack:
            literal = stack.pop()
            if literal in facts or nodes.must(literal) & bit:
                continue
            if literal ^ 1 in facts or not nodes.may(literal) & bit:
                return False
            self.step()
            facts.add(literal)
            number, negative = literal >> 1, literal & 1
            kind = kinds[number]
            if kind is NodeKind.AND:
                if negative:
                    plainest = sorted(data[number], key=nodes.height)
                    state.clauses.append(
                        Disjunction(literal, tuple((part ^ 1,) for part in plainest))
                    )
                else:
                    stack.extend(data[number])
            elif kind is NodeKind.REF:
                stack.append(nodes.definition[number] ^ negative)
            elif kind is NodeKind.ONE_OF or kind is NodeKind.UNEVALUATED:
                state.clauses.append(Disjunction(literal, None))
            elif kind is NodeKind.ENUM:
                if negative and bit & (ARRAY | OBJECT):
                    state.clauses.append(Disjunction(literal, None))
                else:
                    state.leaves.add(literal)
            elif kind is NodeKind.TYPE:
                continue
            elif negative:
                ways = denied(nodes, kind, data[number])
                if ways is None:
                    state.leaves.add(literal)
                elif len(ways) == 1:
                    stack.extend(ways[0])
                else:
                    state.clauses.append(Disjunction(literal, ways))
            else:
                state.leaves.add(literal)
        return True

    def _branch(self, bit: int, state: Branch) -> Answer:
        if not self._propagate(bit, state):
            return None
        answer = self._leaf(bit, state)
        if answer is None:
            return None
        clause = self._worst(bit, state, answer)
        if clause is None:
            return answer
        ways = self._ways(bit, state, clause, answer)
        if not _excludes_values(self.nodes, clause):
            state.clauses = [other for other in state.clauses if other is not clause]
        unknown = None
        for way in ways:
            self.step()
            branch = state.copy()
            if not self._assert(bit, branch, way):
                continue
            found = self._branch(bit, branch)
            if isinstance(found, tuple):
                return found
            unknown = found or unknown
        return unknown

    def _propagate(self, bit: int, state: Branch) -> bool:
        """Drop clauses that hold, take the only way where one is left; False: none is left."""
        changed = True
        while changed:
            changed = False
            kept: list[Disjunction] = []
            clauses, state.clauses = state.clauses, []
            for clause in clauses:
                if clause.ways is None:
                    kept.append(clause)
                    continue
                live = self._live(bit, state, clause.ways)
                if live is None:
                    continue
                if not live:
                    return False
                if len(live) == 1:
                    if not self._assert(bit, state, live[0]):
                        return False
                    changed = True
                else:
                    kept.append(
                        clause
                        if len(live) == len(clause.ways)
                        else Disjunction(clause.literal, live)
                    )
            state.clauses = kept + state.clauses
        return True

    def _live(self, bit: int, state: Branch, ways: Ways) -> Ways | None:
        """The ways that are still open; None where one of them holds already."""
        nodes, facts = self.nodes, state.facts
        live = []
        constraints = objects.constraints(nodes, state.leaves) if bit == OBJECT else ()
        for way in ways:
            open_ = holds_already = True
            for literal in way:
                if literal in facts or nodes.must(literal) & bit:
                    continue
                holds_already = False
                if literal ^ 1 in facts or not nodes.may(literal) & bit:
                    open_ = False
                    break
                if (
                    constraints
                    and not literal & 1
                    and nodes.kind[literal >> 1] is NodeKind.PROPERTY
                    and objects.clashes(nodes, constraints, nodes.data[literal >> 1])
                ):
                    open_ = False
                    break
            if open_ and holds_already:
                return None
            if open_:
                live.append(way)
        self.step(1 + len(ways) // 16)
        return tuple(live)

    def _worst(self, bit: int, state: Branch, answer: tuple[JsonValue] | str) -> Disjunction | None:
        """A clause that the answer of the leaf does not satisfy, the one with the fewest ways."""
        if isinstance(answer, str):
            # There is no answer to try on the clauses: any of them may still prove the branch
            # empty.
            open_ = [clause for clause in state.clauses if not _excludes_values(self.nodes, clause)]
        else:
            open_ = [
                clause for clause in state.clauses if not self.fits((clause.literal,), answer[0])
            ]
        if not open_:
            return None
        return min(open_, key=lambda clause: len(clause.ways) if clause.ways else 3)

    def _ways(
        self, bit: int, state: Branch, clause: Disjunction, answer: tuple[JsonValue] | str
    ) -> Iterable[tuple[Lit, ...]]:
        if clause.ways is not None:
            return clause.ways
        literal = clause.literal
        kind = self.nodes.kind[literal >> 1]
        if kind is NodeKind.ONE_OF:
            return self._ways_of_one(bit, state, literal)
        if kind is NodeKind.UNEVALUATED:
            return self._ways_of_unevaluated(bit, state, literal)
        # Only an answer can equal an excluded value: `_worst` picks this kind of clause only for a
        # value.
        return () if isinstance(answer, str) else self._ways_to_differ(answer[0])

    def _ways_of_one(self, bit: int, state: Branch, literal: Lit) -> Iterable[tuple[Lit, ...]]:
        nodes = self.nodes
        parts: tuple[Lit, ...] = nodes.data[literal >> 1]
        true = [p for p in parts if p in state.facts or nodes.must(p) & bit]
        live = [p for p in parts if p ^ 1 not in state.facts and nodes.may(p) & bit]
        if not literal & 1:
            if len(true) > 1:
                return ()
            choices = true or live
            return ((part, *(other ^ 1 for other in _without(parts, part))) for part in choices)
        if len(true) > 1:
            return ((),)
        none = () if true else (tuple(part ^ 1 for part in parts),)
        alive = set(live)
        pairs = (
            (one, other)
            for one, other in self._overlaps(bit, literal)
            if one in alive and other in alive and (not true or one in true or other in true)
        )
        return (*none, *pairs)

    def _overlaps(self, bit: int, literal: Lit) -> list[tuple[Lit, Lit]]:
        """The pairs of parts of a ONE_OF that one value of the type may both satisfy."""
        key = (bit, literal & ~1)
        if key in self._overlapping:
            return self._overlapping[key]
        parts = [part for part in self.nodes.data[literal >> 1] if self.nodes.may(part) & bit]
        before, self._lowest = self._lowest, _NEVER
        pairs = [
            (one, other)
            for position, one in enumerate(parts)
            for other in parts[position + 1 :]
            if not self._disjoint(bit, (one, other))
        ]
        if self._lowest == _NEVER:
            self._overlapping[key] = pairs
        self._lowest = min(before, self._lowest)
        return pairs

    def _disjoint(self, bit: int, pair: tuple[Lit, Lit]) -> bool:
        goal = self._normal((*pair, self.nodes.types(bit)))
        # An open goal may be about this very value, not one inside it: nothing is known of it yet.
        return goal is None or (goal not in self._open and self.solve(goal) is None)

    def _ways_of_unevaluated(
        self, bit: int, state: Branch, literal: Lit
    ) -> Iterable[tuple[Lit, ...]]:
        """Decide one more guard: with it the entries that it guards count, without it they do
        not.
        """
        nodes, negative = self.nodes, literal & 1
        about, entries, rest = nodes.data[literal >> 1]
        guard = next((guards[0] for guards, _ in entries if guards), None)
        if guard is None:
            whole = nodes.evaluated(about, [entry for _, entry in entries], rest)
            return ((whole ^ negative,),)
        with_it = nodes.unevaluated(
            about,
            [(tuple(g for g in guards if g != guard), entry) for guards, entry in entries],
            rest,
        )
        without = nodes.unevaluated(
            about, [(guards, entry) for guards, entry in entries if guard not in guards], rest
        )
        if negative:
            # What stays unevaluated although the guard counts does so whether it holds or not.
            return ((with_it ^ 1,), (guard ^ 1, without ^ 1))
        return ((guard, with_it), (without,))

    def _ways_to_differ(self, value: JsonValue) -> Iterable[tuple[Lit, ...]]:
        """How an array or object can differ from this one."""
        nodes = self.nodes
        if isinstance(value, list):
            ways = [(self.other_than(item),) for item in value]
            different = [
                (nodes.intern(NodeKind.ITEM, (index, way[0])),) for index, way in enumerate(ways)
            ]
            longer = (nodes.intern(NodeKind.MIN_ITEMS, len(value) + 1),)
            shorter = [(nodes.intern(NodeKind.MAX_ITEMS, len(value) - 1),)] if value else []
            return [longer, *different, *shorter]
        differing: list[tuple[Lit, ...]] = [
            (nodes.intern(NodeKind.SOME_PROPERTY, (tuple(sorted(value)), (), (), T, T)),)
        ]
        for name, item in value.items():
            differing.append((nodes.intern(NodeKind.PROPERTY, (name, self.other_than(item))),))
            differing.append((nodes.intern(NodeKind.HAS, name) ^ 1,))
        return differing

    def other_than(self, *values: JsonValue) -> Lit:
        """Any value but these."""
        return self.nodes.enum(values) ^ 1

    def _leaf(self, bit: int, state: Branch) -> Answer:
        """What the solver of the type finds for the constraints of the branch, without clauses."""
        key = (bit, frozenset(state.leaves))
        if key in self._leaf_answers:
            return self._leaf_answers[key]
        listed = [
            literal
            for literal in state.leaves
            if not literal & 1 and self.nodes.kind[literal >> 1] is NodeKind.ENUM
        ]
        if listed:
            members = self.nodes.members[min(listed) >> 1]
            return self._first_of((v for v in members if type_of(v) == bit), state.facts)
        before, self._lowest = self._lowest, _NEVER
        answer = _SOLVERS[bit](self, state.leaves)
        if answer is not None or self._lowest == _NEVER:
            self._leaf_answers[key] = answer
        self._lowest = min(before, self._lowest)
        return answer

    # -- several values -------------------------------------------------------------------------

    def distinct(self, literals: Iterable[Lit], count: int) -> tuple[list[JsonValue], bool, str]:
        """Up to `count` different values; whether these are all; why that is unknown."""
        goal = list(literals)
        found: list[JsonValue] = []
        keys: set[object] = set()
        while len(found) < count:
            answer = self.solve([*goal, self.other_than(*found)] if found else goal)
            if not isinstance(answer, tuple):
                return found, answer is None, answer or ""
            for value in (answer[0], *_variants(answer[0])):
                key = json_values.key(value)
                if key not in keys and len(found) < count and self.fits(goal, value):
                    keys.add(key)
                    found.append(value)
        return found, False, ""


def _excludes_values(nodes: Nodes, clause: Disjunction) -> bool:
    """Whether the clause only excludes some values; it stays after branching."""
    return nodes.kind[clause.literal >> 1] is NodeKind.ENUM


def _without(parts: tuple[Lit, ...], part: Lit) -> list[Lit]:
    rest = list(parts)
    rest.remove(part)
    return rest


def _variants(value: JsonValue) -> Iterable[JsonValue]:
    """Values similar to this one, cheap to try where many different ones are needed."""
    if isinstance(value, str):
        for suffix in range(64):
            yield f"{value}{suffix}"
    elif isinstance(value, int) and not isinstance(value, bool):
        for offset in range(1, 64):
            yield value + offset
    elif isinstance(value, dict):
        for name, item in value.items():
            for other in _variants(item):
                yield {**value, name: other}
