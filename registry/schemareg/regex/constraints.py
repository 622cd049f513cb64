"""Constraints on a string, and finding strings that satisfy them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from schemareg.regex import language, samples
from schemareg.regex.budget import OverBudget, PatternBudget, Unsupported
from schemareg.regex.search import LONGEST, Enumeration, shortest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from schemareg.regex.language import Clause
    from schemareg.regex.pattern import Pattern

_CANDIDATES = 400
_CANDIDATE_STEPS = 5_000
_RELAXED = 48
_FEW = 4


@dataclass(frozen=True, slots=True)
class StringGoal:
    """Which strings are wanted: all of these constraints hold."""

    matches: tuple[Pattern, ...] = ()
    """Every one must be found in the string."""

    misses: tuple[Pattern, ...] = ()
    """None may be found in the string."""

    min_length: int = 0
    """In code points."""

    max_length: int | None = None
    """In code points; `None` is no bound."""

    excluded: frozenset[str] = frozenset()
    """Finitely many strings that are excluded."""

    def met(self, text: str, steps: int = 1_000_000) -> bool:
        """Return whether a string satisfies the constraints.

        Raises:
            OverBudget: a pattern could not be searched for within the steps.
            Unsupported: a pattern uses characters that are not known here.
        """
        return (
            self.min_length <= len(text)
            and (self.max_length is None or len(text) <= self.max_length)
            and text not in self.excluded
            and all(pattern.search(text, steps) for pattern in self.matches)
            and not any(pattern.search(text, steps) for pattern in self.misses)
        )


def find(
    goal: StringGoal,
    *,
    deadline: Callable[[], bool] | None = None,
    max_states: int = 20_000,
    max_comparisons: int = 2_000_000,
) -> str | None:
    """Return a short and plain string that satisfies the goal; `None` is proof that there is none.

    `deadline` says whether the time is over; it is called every few hundred steps.

    Raises:
        Unsupported: automata cannot decide a pattern, and trying did not help.
        OverBudget: a bound was reached first.
    """
    if _contradictory(goal):
        return None
    if not goal.matches and not goal.misses and goal.min_length <= LONGEST:
        simple = "a" * goal.min_length
        if simple not in goal.excluded:
            return simple
    budget = PatternBudget(max_states, max_comparisons, deadline)
    wanted, obstacle = _clauses(goal)
    if obstacle is None:
        return _shortest(wanted, goal.excluded, budget)
    if not wanted:
        return None
    candidates: Iterator[str] = iter(())
    try:
        relaxed = _shortest(wanted, goal.excluded, budget)
        if relaxed is None:
            return None
        candidates = iter((relaxed,))
    except OverBudget:
        pass
    found = _tried(goal, wanted, candidates, deadline)
    if found is not None:
        return found
    raise obstacle


def find_many(
    goal: StringGoal,
    count: int,
    *,
    deadline: Callable[[], bool] | None = None,
    max_states: int = 20_000,
    max_comparisons: int = 2_000_000,
) -> tuple[list[str], bool]:
    """Return up to `count` distinct strings of the goal, and whether these are all.

    Shorter strings come first. `True` is proof; `False` says that there are or may be more.

    Raises:
        Unsupported: automata cannot decide a pattern, and no string was found.
        OverBudget: a bound was reached before the first string.
    """
    if _contradictory(goal):
        return [], True
    wanted, obstacle = _clauses(goal)
    if obstacle is not None or count < _FEW:
        return _one_by_one(goal, count, deadline, max_states, max_comparisons)
    texts: set[str] = set()
    complete = True
    for clause in wanted:
        try:
            # An enumeration visits all states; a search may find a path sooner.
            budget = PatternBudget(max_states // 4, max_comparisons // 4, deadline)
            every = (
                text for text in Enumeration(clause, budget).texts() if text not in goal.excluded
            )
            some = list(islice(every, count + 1))
        except OverBudget:
            return _one_by_one(goal, count, deadline, max_states, max_comparisons)
        texts.update(some)
        complete = complete and len(some) <= count
    chosen = sorted(texts, key=lambda text: (len(text), [samples.rank(letter) for letter in text]))
    return chosen[:count], complete and len(chosen) <= count


def _one_by_one(
    goal: StringGoal,
    count: int,
    deadline: Callable[[], bool] | None,
    max_states: int,
    max_comparisons: int,
) -> tuple[list[str], bool]:
    texts: list[str] = []
    while len(texts) <= count:
        rest = StringGoal(
            goal.matches,
            goal.misses,
            goal.min_length,
            goal.max_length,
            goal.excluded.union(texts),
        )
        try:
            text = find(
                rest,
                deadline=deadline,
                max_states=max_states,
                max_comparisons=max_comparisons,
            )
        except (OverBudget, Unsupported):
            if not texts:
                raise
            return texts[:count], False
        if text is None:
            return texts, True
        if len(texts) == count:
            break
        texts.append(text)
    return texts, False


def _contradictory(goal: StringGoal) -> bool:
    return (goal.max_length is not None and goal.max_length < goal.min_length) or not set(
        goal.matches
    ).isdisjoint(goal.misses)


def _clauses(goal: StringGoal) -> tuple[list[Clause], Unsupported | None]:
    """Return the goal as alternatives, and which constructs they ignore, if any.

    Where automata cannot decide a pattern, the clauses admit more strings than the goal.
    """
    obstacle: Unsupported | None = None
    length = language.Length(max(goal.min_length, 0), goal.max_length)
    parts = [language.clauses(length)]
    for patterns, positive in ((goal.matches, True), (goal.misses, False)):
        for pattern in dict.fromkeys(patterns):
            try:
                wanted = pattern.formula()
            except Unsupported as unsupported:
                obstacle = obstacle or unsupported
                wanted = language.formula(language.relaxed(pattern.node, upwards=positive))
            parts.append(language.clauses(wanted, positive))
    found = language.conjunction(parts)
    return sorted(found, key=lambda clause: (clause.low, len(clause.missed))), obstacle


def _shortest(wanted: list[Clause], excluded: frozenset[str], budget: PatternBudget) -> str | None:
    """Return a shortest string of any clause.

    Raises:
        OverBudget: no string was found, and the search of a clause is incomplete.
    """
    best: str | None = None
    over: OverBudget | None = None
    for clause in wanted:
        within = clause
        if best is not None:
            if clause.low >= len(best):
                continue
            within = language.Clause(clause.found, clause.missed, clause.low, len(best) - 1)
        try:
            text = shortest(within, frozenset(), budget)
            if text is not None and text in excluded:
                text = shortest(within, _relevant(within, excluded), budget)
        except OverBudget as raised:
            over = raised
            continue
        best = text if text is not None else best
    if best is None and over is not None:
        raise over
    return best


def _relevant(clause: Clause, excluded: frozenset[str]) -> frozenset[str]:
    """Return the excluded strings that the clause would otherwise admit."""
    return frozenset(
        text
        for text in excluded
        if clause.low <= len(text)
        and (clause.high is None or len(text) <= clause.high)
        and all(each.automaton.accepts(text) for each in clause.found)
        and not any(each.automaton.accepts(text) for each in clause.missed)
    )


def _tried(
    goal: StringGoal,
    wanted: list[Clause],
    first: Iterator[str],
    deadline: Callable[[], bool] | None,
) -> str | None:
    """Return a string of the goal that was found by trying."""

    def drawn() -> Iterator[str]:
        yield from first
        for clause in wanted[:4]:
            try:
                budget = PatternBudget(2_000, 100_000, deadline)
                yield from islice(Enumeration(clause, budget).texts(), _RELAXED)
            except OverBudget:
                continue
        nodes = [pattern.node for pattern in (*goal.matches, *goal.misses)]
        yield from samples.texts(nodes, goal.min_length, goal.max_length)

    seen: set[str] = set()
    for text in drawn():
        if text in seen:
            continue
        seen.add(text)
        if len(seen) > _CANDIDATES or (deadline is not None and deadline()):
            return None
        try:
            if goal.met(text, _CANDIDATE_STEPS):
                return text
        except (OverBudget, Unsupported):
            continue
    return None
