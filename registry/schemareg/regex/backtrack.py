"""Search by backtracking, for what automata cannot do: back-references and look-around.

The tree becomes a list of instructions. A stack holds the open choices, a trail holds what must be
undone to return to them; so neither the text nor the pattern can exhaust Python's stack, and every
instruction is counted.

Source: ECMA-262, "Pattern semantics" (RepeatMatcher, BackreferenceMatcher).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemareg.regex import characters
from schemareg.regex.automaton import name
from schemareg.regex.budget import OverBudget, Unsupported
from schemareg.regex.syntax import (
    Alt,
    BackReference,
    Boundary,
    Cat,
    Chars,
    End,
    Group,
    Lookaround,
    Node,
    Repeat,
    Start,
)

if TYPE_CHECKING:
    from schemareg.regex.characters import Ranges

_LONGEST_PROGRAM = 200_000

_CHARS, _SPLIT, _JUMP, _SAVE, _ZERO, _LOOP, _ENTER, _AGAIN = range(8)
_START, _END, _BOUNDARY, _BACK, _LOOK, _OK = range(8, 14)


class Program:
    """The instructions of one pattern."""

    def __init__(self, node: Node, groups: int, excerpt: str) -> None:
        self.excerpt = excerpt
        self.code: list[list[int]] = []
        self.sets: list[Ranges] = []
        self.loops: list[tuple[int, int, bool, tuple[int, ...]]] = []
        self.references: list[tuple[int, ...]] = []
        self.groups = groups
        self.registers = 2 * (groups + 1)
        self._compile(node, forward=True)
        self._emit(_OK)
        self.anchored = bool(self.code) and self.code[0][0] == _START

    def _emit(self, operation: int, one: int = 0, two: int = 0, three: int = 0) -> int:
        if len(self.code) >= _LONGEST_PROGRAM:
            raise OverBudget(f"a program of more than {_LONGEST_PROGRAM} instructions")
        self.code.append([operation, one, two, three])
        return len(self.code) - 1

    def _compile(self, node: Node, forward: bool) -> None:
        if isinstance(node, Chars):
            self.sets.append(node.ranges)
            self._emit(_CHARS, len(self.sets) - 1, forward)
        elif isinstance(node, Cat):
            for item in node.items if forward else reversed(node.items):
                self._compile(item, forward)
        elif isinstance(node, Alt):
            ends = []
            for branch in node.branches[:-1]:
                split = self._emit(_SPLIT)
                self.code[split][1] = len(self.code)
                self._compile(branch, forward)
                ends.append(self._emit(_JUMP))
                self.code[split][2] = len(self.code)
            self._compile(node.branches[-1], forward)
            for end in ends:
                self.code[end][1] = len(self.code)
        elif isinstance(node, Repeat):
            self._repeat(node, forward)
        elif isinstance(node, Group):
            first, last = 2 * node.number, 2 * node.number + 1
            self._emit(_SAVE, first if forward else last)
            self._compile(node.item, forward)
            self._emit(_SAVE, last if forward else first)
        elif isinstance(node, Start):
            self._emit(_START)
        elif isinstance(node, End):
            self._emit(_END)
        elif isinstance(node, Boundary):
            self._emit(_BOUNDARY, node.negated)
        elif isinstance(node, Lookaround):
            look = self._emit(_LOOK, 0, node.negated)
            self._compile(node.item, node.ahead)
            self._emit(_OK)
            self.code[look][1] = len(self.code)
        elif isinstance(node, BackReference):
            self.references.append(node.numbers)
            self._emit(_BACK, len(self.references) - 1, forward)
        else:
            raise Unsupported(f"{name(node)} in {self.excerpt}")

    def _repeat(self, node: Repeat, forward: bool) -> None:
        if node.high == 0:
            return
        counter = self.registers
        self.registers += 2
        inside = tuple(sorted(_groups_in(node.item)))
        high = -1 if node.high is None else node.high
        self.loops.append((node.low, high, node.greedy, inside))
        number = len(self.loops) - 1
        self._emit(_ZERO, counter)
        loop = self._emit(_LOOP, number, counter)
        self._emit(_ENTER, number, counter)
        self._compile(node.item, forward)
        self._emit(_AGAIN, number, counter, loop)
        self.code[loop][3] = len(self.code)

    def search(self, text: str, steps: int) -> bool:
        """Return whether the pattern is found in the text.

        Raises:
            OverBudget: the steps were not enough.
        """
        run = _Run(self, text, steps)
        starts = range(1 if self.anchored else len(text) + 1)
        return any(run.match(0, start) for start in starts)


def _groups_in(node: Node) -> set[int]:
    if isinstance(node, Cat):
        return set().union(*map(_groups_in, node.items))
    if isinstance(node, Alt):
        return set().union(*map(_groups_in, node.branches))
    if isinstance(node, (Repeat, Lookaround)):
        return _groups_in(node.item)
    if isinstance(node, Group):
        return {node.number} | _groups_in(node.item)
    return set()


class _Run:
    """One search in one text."""

    def __init__(self, program: Program, text: str, steps: int) -> None:
        self.program = program
        self.text = text
        self.steps = self.left = steps
        self.registers = [-1] * program.registers
        self.trail: list[tuple[int, int]] = []

    def set(self, register: int, value: int) -> None:
        self.trail.append((register, self.registers[register]))
        self.registers[register] = value

    def undo(self, length: int) -> None:
        trail, registers = self.trail, self.registers
        while len(trail) > length:
            register, value = trail.pop()
            registers[register] = value

    def match(self, at: int, place: int) -> bool:
        """Run from an instruction at a place in the text; a failure leaves no trace."""
        choices: list[tuple[int, int, int]] = []
        mark = len(self.trail)
        while True:
            self.left -= 1
            if self.left < 0:
                raise OverBudget(f"more than {self.steps} steps in {self.program.excerpt}")
            following = self._step(at, place, choices)
            if following is None:
                if not choices:
                    self.undo(mark)
                    return False
                at, place, length = choices.pop()
                self.undo(length)
            elif following[0] < 0:
                return True
            else:
                at, place = following

    def _step(
        self, at: int, place: int, choices: list[tuple[int, int, int]]
    ) -> tuple[int, int] | None:
        """Execute one instruction; return the next one and the place, or `None` for a failure."""
        operation, one, two, three = self.program.code[at]
        text, registers = self.text, self.registers
        if operation == _CHARS:
            index = place if two else place - 1
            if 0 <= index < len(text) and characters.contains(
                self.program.sets[one], ord(text[index])
            ):
                return at + 1, place + 1 if two else place - 1
            return None
        if operation == _SPLIT:
            choices.append((two, place, len(self.trail)))
            return one, place
        if operation == _JUMP:
            return one, place
        if operation == _SAVE:
            self.set(one, place)
            return at + 1, place
        if operation == _ZERO:
            self.set(one, 0)
            return at + 1, place
        if operation == _LOOP:
            low, high, greedy, _ = self.program.loops[one]
            count = registers[two]
            if count < low:
                return at + 1, place
            if count == high:
                return three, place
            if greedy:
                choices.append((three, place, len(self.trail)))
                return at + 1, place
            choices.append((at + 1, place, len(self.trail)))
            return three, place
        if operation == _ENTER:
            self.set(two + 1, place)
            for group in self.program.loops[one][3]:
                if registers[2 * group] != -1 or registers[2 * group + 1] != -1:
                    self.set(2 * group, -1)
                    self.set(2 * group + 1, -1)
            return at + 1, place
        if operation == _AGAIN:
            count = registers[two]
            # An optional round that reads nothing would never end.
            if count >= self.program.loops[one][0] and registers[two + 1] == place:
                return None
            self.set(two, count + 1)
            return three, place
        if operation == _START:
            return (at + 1, place) if place == 0 else None
        if operation == _END:
            return (at + 1, place) if place == len(text) else None
        if operation == _BOUNDARY:
            before = place > 0 and characters.contains(characters.WORD, ord(text[place - 1]))
            after = place < len(text) and characters.contains(characters.WORD, ord(text[place]))
            return (at + 1, place) if (before != after) != bool(one) else None
        if operation == _BACK:
            return self._back(at, place, one, bool(two))
        if operation == _LOOK:
            mark = len(self.trail)
            seen = self.match(at + 1, place)
            if seen and two:
                self.undo(mark)
            return (one, place) if seen != bool(two) else None
        return -1, place

    def _back(self, at: int, place: int, one: int, forward: bool) -> tuple[int, int] | None:
        for group in self.program.references[one]:
            first, last = self.registers[2 * group], self.registers[2 * group + 1]
            if first < 0 or last < 0:
                continue
            again = self.text[first:last]
            self.left -= len(again) // 16
            if forward:
                if not self.text.startswith(again, place):
                    return None
                return at + 1, place + len(again)
            if place < len(again) or not self.text.startswith(again, place - len(again)):
                return None
            return at + 1, place - len(again)
        return at + 1, place
