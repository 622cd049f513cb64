"""Syntax tree -> position automaton: one bit per position, a set of states is one `int`.

Each character class of the tree is a position (Glushkov's construction). Which position may follow
which is kept in two forms: *shifts* ("from these positions, d further"), so that a counter of
65,536 is one mask and not 65,536 edges, and *arcs* ("from any of these to all of those").

Anchors and word boundaries read no character. What a part can do between two characters depends on
the neighbours, so the empty text and the first and last positions of every part are kept for each
kind of neighbour: the edge of the text, a word character, another character.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from schemareg.regex import characters
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
    Opaque,
    Repeat,
    Start,
)

if TYPE_CHECKING:
    from schemareg.regex.characters import Ranges

MOST_POSITIONS = 100_000
"""Positions of one automaton, with counters expanded."""

MOST_BITS = 50_000_000
"""Bits in the masks of one automaton; bounds its memory."""

_CACHED_SETS = 2_000
_NARROW = 4_096
_PAIRS = 64
_UNROLLED = 5_000

# Neighbours: what is before (edge 0) or after (edge 0) a place in the text.
_EDGE, _OTHER, _WORD = 0, 1, 2
_EVERYWHERE = 0b111_111_111


def _context(before: int, after: int) -> int:
    return 1 << (3 * before + after)


_AT_START = sum(_context(_EDGE, after) for after in range(3))
_AT_END = sum(_context(before, _EDGE) for before in range(3))
_AT_BOUNDARY = sum(
    _context(before, after)
    for before in range(3)
    for after in range(3)
    if (before == _WORD) != (after == _WORD)
)


class _Part:
    """The positions of a part of the pattern, numbered from 0."""

    __slots__ = ("arcs", "classes", "first", "last", "null", "shifts", "size", "word")

    def __init__(self, null: int) -> None:
        self.size = 0
        self.classes: dict[Ranges, int] = {}
        self.shifts: dict[int, int] = {}
        self.arcs: list[tuple[int, int]] = []
        self.null = null
        self.first = [0, 0, 0]
        self.last = [0, 0, 0]
        self.word = 0

    def kind(self, mask: int, kind: int) -> int:
        """Return those positions of the mask that read a word character, or another."""
        return mask & self.word if kind == _WORD else mask & ~self.word

    def copy(self) -> _Part:
        twin = _Part(self.null)
        twin.size, twin.word = self.size, self.word
        twin.classes, twin.shifts = dict(self.classes), dict(self.shifts)
        twin.arcs = list(self.arcs)
        twin.first, twin.last = list(self.first), list(self.last)
        return twin


class _Builder:
    """Builds the parts of one automaton, within its bounds."""

    def __init__(self, boundaries: bool) -> None:
        self.boundaries = boundaries
        # Without word boundaries it does not matter which characters are word characters.
        self.kinds = (_OTHER, _WORD) if boundaries else (_OTHER,)
        self.bits = 0

    def part(self, node: Node) -> _Part:
        if isinstance(node, Chars):
            return self.chars(node.ranges)
        if isinstance(node, Cat):
            whole = _Part(_EVERYWHERE)
            for item in node.items:
                self.append(whole, self.part(item))
            return whole
        if isinstance(node, Alt):
            whole = _Part(0)
            for branch in node.branches:
                self.join(whole, self.part(branch))
            return whole
        if isinstance(node, Repeat):
            if node.high == 0:
                return _Part(_EVERYWHERE)
            return self.repeat(self.part(node.item), node.low, node.high)
        if isinstance(node, Start):
            return _Part(_AT_START)
        if isinstance(node, End):
            return _Part(_AT_END)
        if isinstance(node, Boundary):
            return _Part(_AT_BOUNDARY ^ (_EVERYWHERE if node.negated else 0))
        if isinstance(node, Group):
            return self.part(node.item)
        raise Unsupported(name(node))

    def chars(self, ranges: Ranges) -> _Part:
        whole = _Part(0)
        if not self.boundaries:
            self.add_position(whole, ranges, word=False)
            return whole
        # A position reads either word characters or others: so it is itself the neighbour.
        word = characters.intersection(ranges, characters.WORD)
        if word:
            self.add_position(whole, word, word=True)
        if word != ranges:
            other = characters.intersection(ranges, characters.complement(characters.WORD))
            self.add_position(whole, other, word=False)
        return whole

    def add_position(self, part: _Part, ranges: Ranges, word: bool) -> None:
        bit = 1 << part.size
        part.size += 1
        part.classes[ranges] = part.classes.get(ranges, 0) | bit
        if word:
            part.word |= bit
        for context in range(3):
            part.first[context] |= bit
            part.last[context] |= bit

    def link(self, part: _Part, sources: int, targets: int) -> None:
        if not sources or not targets:
            return
        if not sources & (sources - 1) and not targets & (targets - 1):
            distance = targets.bit_length() - sources.bit_length()
            if distance in (0, 1) or distance in part.shifts:
                part.shifts[distance] = part.shifts.get(distance, 0) | sources
                return
        self.arc(part, sources, targets)

    def arc(self, part: _Part, sources: int, targets: int) -> None:
        self.bits += sources.bit_length() + targets.bit_length() + 500
        if self.bits > MOST_BITS:
            raise OverBudget(f"an automaton of more than {MOST_BITS} bits")
        part.arcs.append((sources, targets))

    def absorb(self, whole: _Part, part: _Part) -> int:
        """Add the positions of the other part; return the number by which they moved."""
        offset = whole.size
        for ranges, mask in part.classes.items():
            whole.classes[ranges] = whole.classes.get(ranges, 0) | mask << offset
        for distance, mask in part.shifts.items():
            whole.shifts[distance] = whole.shifts.get(distance, 0) | mask << offset
        for sources, targets in part.arcs:
            self.arc(whole, sources << offset, targets << offset)
        whole.word |= part.word << offset
        whole.size += part.size
        return offset

    def append(self, whole: _Part, part: _Part) -> None:
        """Make `whole` the concatenation of itself and `part`."""
        before_null, after_null = whole.null, part.null
        before_word, before_last = whole.word, list(whole.last)
        offset = self.absorb(whole, part)
        masks = {_WORD: before_word, _OTHER: ~before_word}
        for before in self.kinds:
            for after in self.kinds:
                sources = before_last[after] & masks[before]
                if sources:
                    targets = part.kind(part.first[before], after)
                    self.link(whole, sources, targets << offset)
        if before_null:
            for before in range(3):
                for after in self.kinds:
                    if before_null & _context(before, after):
                        whole.first[before] |= part.kind(part.first[before], after) << offset
        for after in range(3):
            last = part.last[after] << offset
            if after_null:
                for before in self.kinds:
                    if after_null & _context(before, after):
                        last |= before_last[after] & masks[before]
            whole.last[after] = last
        whole.null &= after_null

    def join(self, whole: _Part, part: _Part) -> None:
        """Make `whole` the alternation of itself and `part`."""
        offset = self.absorb(whole, part)
        for context in range(3):
            whole.first[context] |= part.first[context] << offset
            whole.last[context] |= part.last[context] << offset
        whole.null |= part.null

    def repeat(self, part: _Part, low: int, high: int | None) -> _Part:
        """Return the part repeated `low` to `high` times."""
        if part.size == 0:
            return _Part(_EVERYWHERE if low == 0 else part.null)
        if part.null == _EVERYWHERE:
            low = 0
        copies = high if high is not None else max(low, 1)
        if copies * part.size > MOST_POSITIONS:
            raise OverBudget(f"more than {MOST_POSITIONS} positions")
        if part.null not in (0, _EVERYWHERE) and copies > 1:
            return self.unrolled(part, low, high)
        whole = self.copied(part, copies)
        for context in range(3):
            whole.first[context] = part.first[context]
            whole.last[context] = (
                part.last[context] * _repunit(copies - max(low, 1) + 1, part.size)
            ) << ((max(low, 1) - 1) * part.size)
        whole.null = _EVERYWHERE if low == 0 else part.null
        for before in self.kinds:
            for after in self.kinds:
                sources = part.kind(part.last[after], before)
                targets = part.kind(part.first[before], after)
                if copies > 1:
                    self.spread(whole, sources, targets << part.size, copies - 1, part.size)
                if high is None:
                    offset = (copies - 1) * part.size
                    self.link(whole, sources << offset, targets << offset)
        return whole

    def copied(self, part: _Part, copies: int) -> _Part:
        """Return this many copies of the part, side by side and not yet linked."""
        whole = _Part(part.null)
        whole.size = part.size * copies
        if copies == 1:
            twin = part.copy()
            twin.last, twin.first = [0, 0, 0], [0, 0, 0]
            return twin
        every = _repunit(copies, part.size)
        whole.word = part.word * every
        whole.classes = {ranges: mask * every for ranges, mask in part.classes.items()}
        whole.shifts = {distance: mask * every for distance, mask in part.shifts.items()}
        for sources, targets in part.arcs:
            self.spread(whole, sources, targets, copies, part.size)
        return whole

    def spread(self, whole: _Part, sources: int, targets: int, copies: int, width: int) -> None:
        """Link sources to targets, and again `width` further on, `copies` times in all."""
        if not sources or not targets:
            return
        if sources.bit_count() * targets.bit_count() <= _PAIRS:
            every = _repunit(copies, width)
            for source in _bits(sources):
                for target in _bits(targets):
                    distance = target - source
                    mask = every << source
                    whole.shifts[distance] = whole.shifts.get(distance, 0) | mask
            return
        for copy in range(copies):
            self.arc(whole, sources << copy * width, targets << copy * width)

    def unrolled(self, part: _Part, low: int, high: int | None) -> _Part:
        """Return the repetition of a part that may be empty here but not there: `(^|a){3}`."""
        copies = high if high is not None else low + 1
        if copies * part.size > _UNROLLED:
            raise OverBudget(f"an anchor repeated over more than {_UNROLLED} positions")
        tail = _Part(_EVERYWHERE)
        if high is None:
            tail = self.repeat(part, 0, None)
        for _ in range(high - low if high is not None else 0):
            longer = part.copy()
            self.append(longer, tail)
            longer.null = _EVERYWHERE
            tail = longer
        whole = _Part(_EVERYWHERE)
        for _ in range(low):
            self.append(whole, part.copy())
        self.append(whole, tail)
        return whole


class Automaton:
    """The automaton of a search: it accepts every text in which the pattern is found.

    Bit 0 is the state before the first character. `accept` are the states in which the text may
    end; `done` those from which any continuation is accepted.
    """

    __slots__ = (
        "_letters",
        "_sets",
        "accept",
        "arcs",
        "classes",
        "done",
        "shifts",
        "size",
    )

    def __init__(self, node: Node) -> None:
        if positions(node) > MOST_POSITIONS:
            raise OverBudget(f"more than {MOST_POSITIONS} positions")
        builder = _Builder(_has_boundary(node))
        anything = builder.repeat(builder.chars(characters.ANY), 0, None)
        whole = anything.copy()
        builder.append(whole, builder.part(node))
        core_ends = whole.last[_OTHER] & whole.last[_WORD] & whole.last[_EDGE]
        found_at_once = all(whole.null & _context(_EDGE, after) for after in range(3))
        tail = whole.size
        builder.append(whole, anything)
        lead = (1 << anything.size) - 1
        self.size = whole.size + 1
        self.classes = [(ranges, mask << 1) for ranges, mask in whole.classes.items()]
        self.shifts = [(distance, mask << 1) for distance, mask in whole.shifts.items()]
        self.arcs = [(sources << 1, targets << 1) for sources, targets in whole.arcs]
        self.arcs.append((1, whole.first[_EDGE] << 1))
        self.accept = whole.last[_EDGE] << 1 | bool(whole.null & _context(_EDGE, _EDGE))
        self.done = (core_ends | lead << tail) << 1 | found_at_once
        self._sets: dict[int, int] = {}
        self._letters: dict[str, int] = {}
        lead <<= 1
        if not self.accept & lead and not self.step(lead) & ~lead:
            # Anchored at the start: what was skipped before the match leads nowhere.
            self.arcs[-1] = (1, whole.first[_EDGE] << 1 & ~lead)

    def step(self, states: int) -> int:
        """Return what may follow these states, whatever the next character."""
        known = self._sets.get(states)
        if known is not None:
            return known
        result = 0
        for distance, mask in self.shifts:
            moving = states & mask
            if moving:
                result |= moving << distance if distance >= 0 else moving >> -distance
        for sources, targets in self.arcs:
            if states & sources:
                result |= targets
        if self.size <= _NARROW:
            if len(self._sets) >= _CACHED_SETS:
                self._sets.clear()
            self._sets[states] = result
        return result

    def readers(self, point: int) -> int:
        """Return the positions that read this code point."""
        result = 0
        for ranges, mask in self.classes:
            if characters.contains(ranges, point):
                result |= mask
        return result

    def accepts(self, text: str) -> bool:
        """Return whether the pattern is found in the text, in one pass without backtracking."""
        states = 1
        letters = self._letters
        if len(letters) > _CACHED_SETS:
            letters.clear()
        for character in text:
            if states & self.done:
                return True
            readers = letters.get(character)
            if readers is None:
                readers = letters[character] = self.readers(ord(character))
            states = self.step(states) & readers
            if not states:
                return False
        return bool(states & (self.accept | self.done))


@lru_cache(maxsize=1024)
def automaton(node: Node) -> Automaton:
    """Return the automaton of a search for the node; equal nodes share one.

    Raises:
        OverBudget: it would be too large.
        Unsupported: a construct in it cannot be decided by automata.
    """
    return Automaton(node)


def positions(node: Node) -> int:
    """Return the number of positions of the node, with counters expanded; exact up to a bound."""
    if isinstance(node, Cat):
        total = 0
        for item in node.items:
            total += positions(item)
        return total
    if isinstance(node, Alt):
        return sum(positions(branch) for branch in node.branches)
    if isinstance(node, Repeat):
        return positions(node.item) * (node.high if node.high is not None else max(node.low, 1))
    if isinstance(node, (Group, Lookaround)):
        return positions(node.item)
    return 1


def name(node: Node) -> str:
    """Return the name of a construct for messages."""
    if isinstance(node, Lookaround):
        return "look-ahead" if node.ahead else "look-behind"
    if isinstance(node, BackReference):
        return "back-reference"
    if isinstance(node, Opaque):
        return node.what
    return type(node).__name__.lower()


def _has_boundary(node: Node) -> bool:
    if isinstance(node, Cat):
        return any(map(_has_boundary, node.items))
    if isinstance(node, Alt):
        return any(map(_has_boundary, node.branches))
    if isinstance(node, (Repeat, Group, Lookaround)):
        return _has_boundary(node.item)
    return isinstance(node, Boundary)


def _repunit(count: int, width: int) -> int:
    """Return `count` bits, each `width` from the next."""
    return ((1 << count * width) - 1) // ((1 << width) - 1)


def _bits(mask: int) -> list[int]:
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found
