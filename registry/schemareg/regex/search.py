"""Which strings satisfy a goal? A breadth-first search over several automata at once.

A state of the search is the set of positions reached in every pattern that must be found (any of
them may lead to acceptance), in every pattern that must not be found (none of them may), and the
node in the tree of excluded strings. A state is built only when it is reached. A pattern that must
be found is followed as a set of positions first, which usually takes the fewest states; where it
takes too many, as with `(a|b)*a(a|b){20}`, each position is then followed separately.

A state is dropped when another one, reached by a text of the same or a smaller length, accepts
whatever it accepts: the same positions, and subsets of its sets (an antichain). Between texts of
one length this is correct for any required length; between lengths it is correct once the text is
long enough.

Source: De Wulf, Doyen, Henzinger, Raskin, "Antichains", CAV 2006.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

from schemareg.regex import characters
from schemareg.regex.budget import OverBudget

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemareg.regex.automaton import Automaton
    from schemareg.regex.budget import PatternBudget
    from schemareg.regex.characters import Ranges
    from schemareg.regex.language import Clause, Occurs

LONGEST = 4_000_000
"""Code points of the longest string that is ever produced."""

_FIRST_SHARE = 10
# With so few states even redundant ones are followed: plainer texts may reach them.
_SMALL = 32
_FOUND = -1
_FREE = -1

State: TypeAlias = tuple[tuple[int, ...], tuple[int, ...], int]
"""Positions, sets of positions, node of the tree of excluded strings."""

Step: TypeAlias = tuple[State, str]


class Letter:
    """Characters that no automaton of the question distinguishes, and who reads them."""

    __slots__ = ("character", "ranges", "readers")

    def __init__(self, character: str, ranges: Ranges, readers: tuple[int, ...]) -> None:
        self.character = character
        self.ranges = ranges
        self.readers = readers


@lru_cache(maxsize=512)
def alphabet(automata: tuple[Automaton, ...], apart: str = "") -> tuple[Letter, ...]:
    """Return the letters that the automata (and the characters `apart`) distinguish, plainest
    first.
    """
    numbers: dict[Ranges, int] = {}
    masks = [
        [(numbers.setdefault(ranges, len(numbers)), mask) for ranges, mask in automaton.classes]
        for automaton in automata
    ]
    for character in apart:
        numbers.setdefault(characters.single(ord(character)), len(numbers))
    turns: dict[int, int] = {0: 0}
    for ranges, number in numbers.items():
        for low, high in ranges:
            turns[low] = turns.get(low, 0) ^ 1 << number
            turns[high + 1] = turns.get(high + 1, 0) ^ 1 << number
    parts: dict[int, list[tuple[int, int]]] = {}
    points = sorted(turns)
    signature = 0
    for at, point in enumerate(points):
        if point > characters.LAST:
            break
        signature ^= turns[point]
        end = points[at + 1] - 1 if at + 1 < len(points) else characters.LAST
        parts.setdefault(signature, []).append((point, end))
    letters: list[tuple[int, Letter]] = []
    for signature, pairs in parts.items():
        ranges = characters.normal(pairs)
        best = characters.plainest(ranges)
        if best is not None:
            readers = []
            for classes in masks:
                reading = 0
                for number, mask in classes:
                    if signature >> number & 1:
                        reading |= mask
                readers.append(reading)
            letters.append((best[0], Letter(best[1], ranges, tuple(readers))))
    letters.sort(key=lambda ranked: ranked[0])
    return tuple(letter for _, letter in letters)


class _Excluded:
    """The excluded strings as a tree; node 0 is the root."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.children: list[dict[str, int]] = [{}]
        self.ends: set[int] = set()
        for text in sorted(texts):
            node = 0
            for character in text:
                below = self.children[node].get(character)
                if below is None:
                    below = self.children[node][character] = len(self.children)
                    self.children.append({})
                node = below
            self.ends.add(node)

    def letters(self) -> str:
        return "".join(sorted({letter for below in self.children for letter in below}))


class _Antichain:
    """The states that no other state makes redundant."""

    def __init__(self, budget: PatternBudget) -> None:
        self.budget = budget
        self.kept: dict[tuple[int, ...], list[State]] = {}

    def add(self, state: State) -> list[State] | None:
        """Keep the state and return those that it makes redundant; `None`: it is redundant
        itself.
        """
        positions, sets, place = state
        rivals = self.kept.get(positions)
        if rivals is None:
            self.kept[positions] = [state]
            return []
        self.budget.compare(len(rivals))
        for _, other_sets, other_place in rivals:
            if other_place in (_FREE, place):
                for other, mine in zip(other_sets, sets, strict=True):
                    if other & ~mine:
                        break
                else:
                    return None
        beaten = []
        for rival in rivals:
            if place in (_FREE, rival[2]):
                for mine, other in zip(sets, rival[1], strict=True):
                    if mine & ~other:
                        break
                else:
                    beaten.append(rival)
        if beaten:
            self.kept[positions] = rivals = [rival for rival in rivals if rival not in beaten]
        rivals.append(state)
        return beaten


class _Product:
    """The states of one clause, each with its successors."""

    def __init__(
        self, clause: Clause, excluded: frozenset[str], budget: PatternBudget, apart: bool
    ) -> None:
        self.budget = budget
        self.apart = apart
        self.found = [each.automaton for each in ordered(clause.found)]
        self.missed = [each.automaton for each in ordered(clause.missed)]
        self.tree = _Excluded(excluded) if excluded else None
        self.letters = alphabet(
            (*self.found, *self.missed), self.tree.letters() if self.tree else ""
        )
        # The cost of a transition grows with the size and the number of the masks.
        self.weight = 1 + sum(a.size // 2_000 + 1 for a in (*self.found, *self.missed)) // 2
        self.known: dict[State, list[Step]] = {}
        self.plain = not self.missed and self.tree is None

    def start(self) -> State | None:
        positions = tuple(_FOUND if a.done & 1 else 1 for a in self.found)
        if any(automaton.done & 1 for automaton in self.missed):
            return None
        return positions, (1,) * len(self.missed), 0 if self.tree else _FREE

    def accepts(self, state: State) -> bool:
        positions, sets, place = state
        for automaton, position in zip(self.found, positions, strict=True):
            if position != _FOUND and not position & automaton.accept:
                return False
        for automaton, states in zip(self.missed, sets, strict=True):
            if states & automaton.accept:
                return False
        return self.tree is None or place not in self.tree.ends

    def steps(self, state: State) -> list[Step]:
        """Return the successors, each with the plainest character that leads to it."""
        known = self.known.get(state)
        if known is None:
            first: dict[State, str] = {}
            for letter, target in self.moves(state):
                first.setdefault(target, letter.character)
            known = self.known[state] = list(first.items())
        return known

    def moves(self, state: State) -> list[tuple[Letter, State]]:
        """Return where each letter leads, the plainest letters first."""
        self.budget.state()
        self.budget.compare(len(self.letters) * self.weight)
        positions, sets, place = state
        follow = [
            _FOUND if reached == _FOUND else automaton.step(reached)
            for automaton, reached in zip(self.found, positions, strict=True)
        ]
        stepped = [
            automaton.step(reached) if reached else 0
            for automaton, reached in zip(self.missed, sets, strict=True)
        ]
        below = self.tree.children[place] if self.tree and place != _FREE else {}
        result: list[tuple[Letter, State]] = []
        for letter in self.letters:
            new_sets = self._missing(letter, stepped)
            choices = None if new_sets is None else self._finding(letter, follow)
            if new_sets is not None and choices is not None:
                new_place = below.get(letter.character, _FREE)
                result.extend(
                    (letter, (chosen, new_sets, new_place)) for chosen in product(*choices)
                )
        self.budget.compare(len(result) * self.weight)
        return result

    def _missing(self, letter: Letter, stepped: list[int]) -> tuple[int, ...] | None:
        """Return the sets of what must not be found; `None`: one was found."""
        sets = []
        for automaton, states, readers in zip(
            self.missed, stepped, letter.readers[len(self.found) :], strict=True
        ):
            reading = states & readers
            if reading & automaton.done:
                return None
            sets.append(reading)
        return tuple(sets)

    def _finding(self, letter: Letter, follow: list[int]) -> list[list[int]] | None:
        """Return the continuations of what must be found; `None`: one has none."""
        choices: list[list[int]] = []
        for automaton, states, readers in zip(self.found, follow, letter.readers, strict=False):
            reading = states if states == _FOUND else states & readers
            if not reading:
                return None
            if states == _FOUND or reading & automaton.done:
                choices.append([_FOUND])
            else:
                choices.append(_single_bits(reading) if self.apart else [reading])
        return choices


def ordered(found: Iterable[Occurs]) -> list[Occurs]:
    """Return the members of a set in an order that is the same in every run."""
    several = list(found)
    return sorted(several, key=repr) if len(several) > 1 else several


def _single_bits(mask: int) -> list[int]:
    bits = []
    while mask:
        low = mask & -mask
        bits.append(low)
        mask ^= low
    return bits


def shortest(clause: Clause, excluded: frozenset[str], budget: PatternBudget) -> str | None:
    """Return a shortest text of the clause that is not excluded; `None`: there is none.

    Raises:
        OverBudget: the budget was not enough to decide.
    """
    if clause.low > LONGEST:
        raise OverBudget(f"a text of more than {LONGEST} characters")
    if clause.found:
        first = budget.part(_FIRST_SHARE)
        try:
            return _shortest(clause, excluded, first, apart=False)
        except OverBudget:
            pass
        finally:
            budget.take(first)
    return _shortest(clause, excluded, budget, apart=True)


def _shortest(
    clause: Clause, excluded: frozenset[str], budget: PatternBudget, apart: bool
) -> str | None:
    graph = _Product(clause, excluded, budget, apart)
    start = graph.start()
    if start is None:
        return None
    levels = _Levels(graph, start)
    reached = levels.at(clause.low)
    if not reached:
        return None
    visited = _Antichain(budget)
    before: dict[State, Step | None] = {}
    layer: list[State] = []
    for state in reached:
        if graph.accepts(state):
            return levels.text(state, clause.low)
        if visited.add(state) is not None:
            before[state] = None
            layer.append(state)
    depth = clause.low
    while layer and (clause.high is None or depth < clause.high):
        depth += 1
        following: dict[State, None] = {}
        for state in layer:
            for target, character in graph.steps(state):
                if target in before:
                    continue
                if graph.accepts(target):
                    tail = [character]
                    step = before[state]
                    while step is not None:
                        tail.append(step[1])
                        state = step[0]  # noqa: PLW2901 - the way back
                        step = before[state]
                    return levels.text(state, clause.low) + "".join(reversed(tail))
                beaten = visited.add(target)
                if beaten is not None:
                    before[target] = (state, character)
                    following[target] = None
                    if len(following) > _SMALL:
                        for rival in beaten:
                            # A state of an earlier layer may still be needed: length is bounded.
                            following.pop(rival, None)
        layer = list(following)
    return None


class _Levels:
    """The states reached by texts of exactly this many characters.

    What n + 1 characters reach depends only on what n characters reach. So once a level equals an
    earlier one, all later levels are known, however long the text.
    """

    def __init__(self, graph: _Product, start: State) -> None:
        self.graph = graph
        self.levels: list[dict[State, Step | None]] = [{start: None}]
        self.loop: tuple[int, dict[State, Step | None]] | None = None

    def at(self, length: int) -> dict[State, Step | None]:
        """Return the states that this many characters reach, each with how it was reached."""
        levels = self.levels
        seen: dict[frozenset[State], int] = {frozenset(levels[0]): 0}
        while len(levels) <= length:
            level = self._next(levels[-1])
            if not level:
                return {}
            key = frozenset(level)
            if key in seen:
                self.loop = (seen[key], level)
                break
            if length > 1:
                seen[key] = len(levels)
            levels.append(level)
        return levels[self._index(length)]

    def _index(self, length: int) -> int:
        if self.loop is None or length < len(self.levels):
            return length
        begin = self.loop[0]
        return begin + (length - begin) % (len(self.levels) - begin)

    def _next(self, level: dict[State, Step | None]) -> dict[State, Step | None]:
        graph = self.graph
        reached: dict[State, Step | None] = {}
        chain = _Antichain(graph.budget)
        for state in level:
            steps = graph.steps(state)
            graph.budget.compare(len(steps))
            for target, character in steps:
                if target in reached:
                    continue
                if graph.plain:
                    reached[target] = (state, character)
                    continue
                beaten = chain.add(target)
                if beaten is not None:
                    reached[target] = (state, character)
                    if len(reached) > _SMALL:
                        for loser in beaten:
                            reached.pop(loser, None)
        return reached

    def text(self, state: State, length: int) -> str:
        """Return a text of that length that reaches the state."""
        parts: list[str] = []
        marks: dict[State, tuple[int, int]] = {}
        while length > 0:
            index = self._index(length)
            if self.loop is not None and index == self.loop[0] and length > index:
                mark = marks.get(state)
                if mark is not None:
                    # The way back has reached a cycle: go round as often as fits, at once.
                    tour = mark[0] - length
                    times = (length - index) // tour
                    parts.append("".join(parts[mark[1] :]) * times)
                    length -= times * tour
                    marks.clear()
                    continue
                marks[state] = (length, len(parts))
                step = self.loop[1][state]
            else:
                step = self.levels[index][state]
            if step is None:
                break
            state, character = step
            parts.append(character)
            length -= 1
        return "".join(parts)[::-1]


class Enumeration:
    """All texts of a clause, the shorter first, by a deterministic search without pruning."""

    def __init__(self, clause: Clause, budget: PatternBudget) -> None:
        self.clause = clause
        self.budget = budget
        self.edges: list[list[tuple[Letter, int]]] = []
        self.accepting = 0
        if clause.low > LONGEST:
            raise OverBudget(f"a text of more than {LONGEST} characters")
        graph = _Product(clause, frozenset(), budget, apart=False)
        start = graph.start()
        if start is None:
            return
        numbers = {start: 0}
        queue = [start]
        for state in queue:
            if graph.accepts(state):
                self.accepting |= 1 << len(self.edges)
            edges: list[tuple[Letter, int]] = []
            for letter, target in graph.moves(state):
                if target not in numbers:
                    numbers[target] = len(queue)
                    queue.append(target)
                edges.append((letter, numbers[target]))
            self.edges.append(edges)

    def texts(self) -> Iterator[str]:
        """Yield every text, the shorter first; endless if there are infinitely many.

        Raises:
            OverBudget: the next text could not be found within the budget.
        """
        high = self.clause.high
        if not self._endless():
            longest = len(self.edges)
            high = longest if high is None else min(high, longest)
        within = [self.accepting]
        length = 0
        while high is None or length <= high:
            if length >= self.clause.low and within[length] & 1:
                yield from self._of_length(length, within)
            within.append(self._before(within[length]))
            if not within[-1]:
                return
            length += 1

    def _before(self, targets: int) -> int:
        """Return the states from which one character leads into the targets."""
        result = 0
        for number, edges in enumerate(self.edges):
            for _, target in edges:
                if targets >> target & 1:
                    result |= 1 << number
                    break
        self.budget.compare(len(self.edges))
        return result

    def _endless(self) -> bool:
        """Return whether there is a loop on the way to acceptance."""
        useful = self.accepting
        while True:
            more = useful | self._before(useful)
            if more == useful:
                break
            useful = more
        waiting = {
            number: {target for _, target in edges if useful >> target & 1}
            for number, edges in enumerate(self.edges)
            if useful >> number & 1
        }
        # After everything without a successor is removed, the rest is a cycle.
        sources: dict[int, list[int]] = {}
        for number, targets in waiting.items():
            for target in targets:
                sources.setdefault(target, []).append(number)
        ends = [number for number, targets in waiting.items() if not targets]
        while ends:
            end = ends.pop()
            del waiting[end]
            for source in sources.get(end, ()):
                waiting[source].discard(end)
                if not waiting[source]:
                    ends.append(source)
        return bool(waiting)

    def _of_length(self, length: int, within: list[int]) -> Iterator[str]:
        """Yield the texts of exactly that length."""
        if length == 0:
            yield ""
            return
        text: list[str] = []
        stack = [self._moves(0, within[length - 1])]
        while stack:
            move = next(stack[-1], None)
            if move is None:
                stack.pop()
                if text:
                    text.pop()
                continue
            character, target = move
            text.append(character)
            if len(text) == length:
                self.budget.compare(1)
                yield "".join(text)
                text.pop()
            else:
                stack.append(self._moves(target, within[length - 1 - len(text)]))

    def _moves(self, number: int, targets: int) -> Iterator[tuple[str, int]]:
        for letter, target in self.edges[number]:
            if targets >> target & 1:
                for character in characters.plain(letter.ranges):
                    yield character, target
